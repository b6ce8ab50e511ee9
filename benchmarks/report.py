"""The table of speeds that the README shows, written from what was measured."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Sequence
from pathlib import Path

from .apart import in_words
from .harness import Row

README = Path(__file__).parent.parent / "README.md"
_BEGIN, _END = "<!-- speed: written by python -m benchmarks speed --write -->", "<!-- speed ends -->"
_PACKAGES = ("numpy", "scipy", "torch", "jax", "casadi", "micrograd")


def write_speeds(rows: Sequence[Row], path: Path = README) -> list[str]:
    """Put the table between the marks in the README; the file's name.

    Raises ValueError where the marks are not there.
    """
    text = path.read_text(encoding="utf-8")
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"{path.name} has no {_BEGIN} … {_END} to write the table between")
    path.write_text(f"{before}{_BEGIN}\n{table(rows)}\n{_END}{after}", encoding="utf-8")
    return [path.name]


def table(rows: Sequence[Row]) -> str:
    """Everything that was measured, in Markdown: a table for each section, a column for each contestant."""
    sections: dict[str, list[Row]] = {}
    for row in rows:
        if row.figures is not None:
            sections.setdefault(row.section, []).append(row)
    return "\n\n".join([*(_section(name, measured) for name, measured in sections.items()), _circumstances()])


def _section(title: str, rows: Sequence[Row]) -> str:
    names = list(dict.fromkeys(name for row in rows if row.figures for name in row.figures.seconds))
    lines = [f"| {title} | {' | '.join(names)} |", f"| --- |{' ---: |' * len(names)}"]
    for row in rows:
        assert row.figures is not None
        seconds = row.figures.seconds
        fastest = min(seconds.values())
        cells = ["" if name not in seconds else _cell(seconds[name], fastest) for name in names]
        lines.append(f"| {row.line} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(seconds: float, fastest: float) -> str:
    return f"**{in_words(seconds)}**" if seconds == fastest else in_words(seconds)


def _circumstances() -> str:
    versions = []
    for package in _PACKAGES:
        try:
            versions.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    python = f"Python {platform.python_version()}"
    return f"Medians of alternating turns on {os.cpu_count()} cores, with {python}, {', '.join(versions)}."
