"""Timing side by side: timings drift, so contestants alternate and are compared as ratios of medians."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .apart import Measured


@dataclass(frozen=True)
class Row:
    """One line of the report. `met` is None where there is no bar to meet.

    `figures` is what `measured` tells in words, where a table or a picture shows it: `section` names the table or
    picture, `line` the line or point in it.
    """

    what: str
    measured: str
    bar: str = ""
    met: bool | None = None
    figures: Measured | None = None
    section: str = ""
    line: str = ""


def alternating(
    contestants: Mapping[str, Callable[[], object]], *, rounds: int = 7, calls: int = 1
) -> dict[str, float]:
    """The median seconds of one call of each, over rounds in which every contestant has its turn."""
    for contestant in contestants.values():
        contestant()
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            started = time.perf_counter()
            for _ in range(calls):
                contestant()
            seconds[name].append((time.perf_counter() - started) / calls)
    return {name: statistics.median(found) for name, found in seconds.items()}


def timed(run: Callable[[], object]) -> float:
    """The seconds of one call."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def show(title: str, rows: list[Row]) -> list[Row]:
    """Print a table; the rows that fall short of their bars."""
    table = Table("what", "measured", "bar", "", title=title, title_justify="left")
    for row in rows:
        table.add_row(
            escape(row.what), escape(row.measured), escape(row.bar), {True: "met", False: "SHORT", None: ""}[row.met]
        )
    Console().print(table)
    return [row for row in rows if row.met is False]
