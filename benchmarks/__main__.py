"""`python -m benchmarks [group …]`: every row with its ratio and its bar; code 1 where one falls short."""

from __future__ import annotations

import sys

from . import correctness, epochs, imports, scalars, speed, steps, views

GROUPS = {
    "correctness": correctness.rows,
    "imports": imports.rows,
    "scalars": scalars.rows,
    "steps": steps.rows,
    "speed": speed.rows,
    "epochs": epochs.rows,
    "views": views.rows,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in GROUPS]
    if unknown:
        print(f"benchmarks: unknown group {unknown[0]!r}; known are {', '.join(GROUPS)}", file=sys.stderr)
        return 2
    from .harness import show

    met = [show(name, GROUPS[name]()) for name in names or GROUPS]
    return 0 if all(met) else 1


sys.exit(main(sys.argv[1:]))
