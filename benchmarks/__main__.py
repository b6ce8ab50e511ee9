"""Measures every row anew, beside its bar where it has one. Exit code 1 where a row falls short of its bar."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Callable, Sequence

from . import correctness, epochs, growth, imports, numpy_functions, report, scalars, speed, steps, views
from .harness import Row, show

GROUPS: dict[str, Callable[[], list[Row]]] = {
    "correctness": correctness.rows,
    "imports": imports.rows,
    "scalars": scalars.rows,
    "steps": steps.rows,
    "speed": speed.rows,
    "functions": numpy_functions.rows,
    "growth": growth.rows,
    "epochs": epochs.rows,
    "views": views.rows,
}
# What `--write` makes of a group's rows: the files it has written.
WRITERS: dict[str, Callable[[Sequence[Row]], list[str]]] = {
    "speed": report.write_speeds,
    "growth": growth.write_pictures,
}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "groups", nargs="*", metavar="group", help=f"of {', '.join(GROUPS)}; all of them where none is named"
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help="put the table of speed into README.md and the pictures of growth into docs/",
    )
    options = parser.parse_args(arguments)
    for name in options.groups:
        if name not in GROUPS:
            parser.error(f"there is no group {name!r}: choose from {', '.join(GROUPS)}")

    names = options.groups or list(GROUPS)
    if options.write and "growth" in names and importlib.util.find_spec("matplotlib") is None:
        parser.error("the pictures of growth need matplotlib: pip install -e '.[plots]', or leave --write out")

    short: list[str] = []
    missing: set[str] = set()
    for name in names:
        rows = GROUPS[name]()
        short += [f"{row.what.strip()}: {row.measured}, bar {row.bar}" for row in show(name, rows)]
        missing.update(package for row in rows if row.figures for package in row.figures.missing)
        if options.write and name in WRITERS:
            print("written:", *WRITERS[name](rows))
    if missing:
        print(f"not measured, because not installed: {', '.join(sorted(missing))}; pip install -e '.[peers]'")
    for line in short:
        print(f"SHORT: {line}")
    return 1 if short else 0


if __name__ == "__main__":  # a contestant's process imports this, too
    sys.exit(main(sys.argv[1:]))
