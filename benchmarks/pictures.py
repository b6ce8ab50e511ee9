"""Pictures of what the benchmarks measured, to be read on light and on dark paper."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator

_INK = "#808690"
# Okabe and Ito's colours; ours are thick.
_STYLES: dict[str, tuple[str, str, float]] = {
    "compiled": ("#0072b2", "-", 3.0),
    "eager": ("#d55e00", "-", 3.0),
    "torch": ("#cc79a7", "-", 1.5),
    "jax": ("#009e73", "-", 1.5),
    "micrograd": ("#cc79a7", "-", 1.5),
    "stored gradients": ("#009e73", "-", 1.5),
    "by hand": (_INK, "--", 1.5),
    "document": (_INK, ":", 1.5),
}


def growth(speeds: Mapping[str, Mapping[int, float]], title: str, across: str, upwards: str, path: Path) -> None:
    """A line for each contestant on logarithmic axes, its name at its end."""
    figure = Figure(figsize=(7.2, 4.2), layout="constrained")
    axes = figure.add_subplot()
    for name, line in speeds.items():
        color, style, width = _STYLES[name]
        axes.plot(
            list(line), list(line.values()), style, color=color, linewidth=width, marker="o", markersize=width + 1
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_title(title, color=_INK, fontsize=11, loc="left")
    axes.set_xlabel(across, color=_INK)
    axes.set_ylabel(upwards, color=_INK)
    axes.set_xticks(sorted({size for line in speeds.values() for size in line}))
    axes.minorticks_off()
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:,.0f}"))
    axes.tick_params(colors=_INK)
    axes.grid(color=_INK, alpha=0.2)
    for side in axes.spines.values():
        side.set_visible(False)
    _name_lines(axes, speeds)
    with matplotlib.rc_context({"svg.hashsalt": "glassgrad", "svg.fonttype": "path"}):
        figure.savefig(path, transparent=True, metadata={"Date": None})


def _name_lines(axes: Axes, speeds: Mapping[str, Mapping[int, float]]) -> None:
    """Names beside the lines' ends, apart from each other."""
    ends = sorted((math.log(line[max(line)]), name, max(line)) for name, line in speeds.items())
    low, high = (math.log(limit) for limit in axes.get_ylim())
    gap = (high - low) / 18
    heights = [end for end, _, _ in ends]
    for lower, upper in itertools.pairwise(range(len(heights))):
        heights[upper] = max(heights[upper], heights[lower] + gap)
    for height, (_, name, size) in zip(heights, ends, strict=True):
        axes.annotate(
            name,
            (size, math.exp(height)),
            xytext=(9, 0),
            textcoords="offset points",
            color=_STYLES[name][0],
            va="center",
            annotation_clip=False,
        )
