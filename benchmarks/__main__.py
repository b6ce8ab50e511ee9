"""`python -m benchmarks [group …]`: every row with its ratio and its bar; code 1 where one falls short."""

from __future__ import annotations

import sys

from . import correctness, epochs, growth, imports, report, scalars, speed, steps, views

GROUPS = {
    "correctness": correctness.rows,
    "imports": imports.rows,
    "scalars": scalars.rows,
    "steps": steps.rows,
    "speed": speed.rows,
    "growth": growth.rows,
    "epochs": epochs.rows,
    "views": views.rows,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in GROUPS]
    if unknown:
        print(f"benchmarks: unknown group {unknown[0]!r}; known are {', '.join(GROUPS)}", file=sys.stderr)
        return 2
    from .harness import show

    short: list[str] = []
    for name in names or GROUPS:
        rows = GROUPS[name]()
        short += [f"{row.what.strip()}: {row.measured}, bar {row.bar}" for row in show(name, rows)]
        if name == "speed":
            report.write_speeds(rows)
            print(f"the table in {report.README.name} is written anew")
    for line in short:
        print(f"SHORT: {line}")
    return 1 if short else 0


if __name__ == "__main__":  # a contestant's process imports this, too
    sys.exit(main(sys.argv[1:]))
