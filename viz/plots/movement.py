"""How far parameters have moved from where they started."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy

from ..errors import DrawingError
from .looks import LINES, Array, legend_beside, line, new_figure, shades, titled, whole_ticks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_WEIGHTS = 60  # of one parameter, drawn one by one


def weight_movement(states: Mapping[int, Mapping[str, Array]]) -> Figure:
    """Each parameter's distance from its start relative to its size then, and single weights, over the epochs.

    Args:
        states: the parameters by name after each of some epochs, as `nn.Snapshots` keeps them; two epochs at least.

    Raises DrawingError where they are fewer, or have other parameters than each other.
    """
    if len(states) < 2 or len({tuple(state) for state in states.values()}) > 1:
        raise DrawingError(
            "weight_movement: parameters by name after two epochs at least, with the same names in each; "
            "nn.Snapshots keeps them"
        )
    epochs = sorted(states)
    names = list(states[epochs[0]])
    figure, (left, right) = new_figure(2, 4.4, 3.6)
    for name, shade, style in zip(names, shades(len(names)), itertools.cycle(LINES), strict=False):
        numbers = numpy.array([numpy.ravel(states[epoch][name]) for epoch in epochs], dtype=float)
        start = float(numpy.linalg.norm(numbers[0]))
        moved = numpy.linalg.norm(numbers - numbers[0], axis=1)
        line(left, epochs, moved / start if start else moved, shade, style, name if start else f"{name} (from 0)")
        right.plot(epochs, numbers[:, :_MOST_WEIGHTS], color=shade, linewidth=0.7, alpha=0.7)
    titled(left, "‖w − w₀‖ ÷ ‖w₀‖", "epoch")
    titled(right, f"single weights, up to {_MOST_WEIGHTS} of each", "epoch")
    left.set_ylim(bottom=0)
    whole_ticks(left)
    whole_ticks(right)
    handles, labels = left.get_legend_handles_labels()
    legend_beside(right, handles=handles, labels=labels, fontsize="small")
    return figure
