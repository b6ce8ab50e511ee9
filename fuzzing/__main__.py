"""Attack what comes from outside and what happens at once, for a time: `python -m fuzzing [target ...]`.

Exit code 1 where something was found: an answer that is neither right nor a refusal in one sentence.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from . import inputs, interleavings, kills, mirrors
from .search import search
from .target import Target

TARGETS: dict[str, Target] = {
    target.name: target for target in (*inputs.TARGETS, kills.TARGET, mirrors.TARGET, interleavings.TARGET)
}
_MOST_MEMORY = 8 * 2**30


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m fuzzing", description=__doc__)
    parser.add_argument(
        "targets", nargs="*", metavar="target", help=f"of {', '.join(TARGETS)}; all of them where none is named"
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="for all of them together (default: %(default)s)")
    parser.add_argument("--most", type=int, metavar="N", help="so many samples of each target, whatever time it takes")
    parser.add_argument("--seed", type=int, default=0, help="other samples (default: %(default)s)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write what was found there")
    options = parser.parse_args(arguments)
    for name in options.targets:
        if name not in TARGETS:
            parser.error(f"there is no target {name!r}: choose from {', '.join(TARGETS)}")
    _bound_memory()
    names = options.targets or list(TARGETS)
    found = 0
    for name in names:
        outcome = search(TARGETS[name], options.seconds / len(names), options.seed, options.most)
        print(
            f"{name:20} {outcome.tried:8,} tried, {outcome.kept:5,} kept, {outcome.lines:6,} steps between lines, "
            f"{len(outcome.finds)} found",
            flush=True,
        )
        for number, find in enumerate(outcome.finds.values()):
            found += 1
            print(f"FOUND {find.target}: {find.reason}\n  sample: {find.sample[:400]!r}\n{find.told[-3000:]}")
            if options.keep is not None:
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"{name}-{number}").write_bytes(find.sample)
    return 1 if found else 0


def _bound_memory() -> None:
    """A sample that asks for all memory is to be a find, not the end."""
    try:
        import resource
    except ImportError:  # Windows
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    bound = _MOST_MEMORY if most == resource.RLIM_INFINITY else min(_MOST_MEMORY, most)
    resource.setrlimit(resource.RLIMIT_AS, (bound, most))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
