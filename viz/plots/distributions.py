"""How the numbers in layers are spread, and how that changes while a network learns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy

from ..errors import DrawingError
from .looks import Array, look, new_figure, titled, whole_ticks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BINS = 60
_EXTREME = 0.002  # the share of numbers at either end that has no room


def layer_distributions(layers: Mapping[str, Mapping[str, Sequence[Array]]], steps: Sequence[int]) -> Figure:
    """Histograms over time: of each layer a row, of each kind of numbers a column; each step's histogram stands,
    the darker the more numbers.

    Args:
        layers: by its name, for each kind ("activations", "gradients") the numbers at each of the steps.
        steps: at which they were looked at.

    Raises DrawingError where nothing was looked at.
    """
    kinds = list(dict.fromkeys(kind for numbers in layers.values() for kind in numbers))
    if not kinds or not len(steps):
        raise DrawingError("layer_distributions: there is nothing to draw; nn.Distributions looks into the layers")
    figure, axes = new_figure(len(layers) * len(kinds), 4.2, 2.3, columns=len(kinds))
    places = ((layer, kind) for layer in layers for kind in kinds)
    for number, (axis, (layer, kind)) in enumerate(zip(axes, places, strict=True)):
        of_steps = [_finite(one) for one in layers[layer].get(kind, ())]
        together = numpy.concatenate(of_steps) if of_steps else numpy.empty(0)
        is_last = number >= len(axes) - len(kinds)
        titled(axis, f"{kind} of {layer}", "step" if is_last else "")
        if not together.size:
            axis.text(0.5, 0.5, "not measured", ha="center", transform=axis.transAxes, color=look().ink)
            continue
        low, high = (float(one) for one in numpy.quantile(together, (_EXTREME, 1 - _EXTREME)))
        if not high > low:
            low, high = low - 0.5, high + 0.5
        edges = numpy.linspace(low, high, _BINS + 1)
        counts = [numpy.histogram(one, edges)[0] / max(one.size, 1) for one in of_steps]
        # The root, so that the tails show beside a peak at 0.
        axis.pcolormesh(_edges_of(steps), edges, numpy.sqrt(numpy.array(counts)).T, cmap=look().greys, rasterized=True)
        axis.plot(steps, [float(numpy.median(one)) if one.size else numpy.nan for one in of_steps], color=look().second,
                  linewidth=1.2, label="median")  # fmt: skip
        whole_ticks(axis)
    return figure


def _finite(numbers: Array) -> Array:
    flat = numpy.ravel(numpy.asarray(numbers, dtype=float))
    found: Array = flat[numpy.isfinite(flat)]
    return found


def _edges_of(steps: Sequence[int]) -> Array:
    """Where each step's column begins, and the last one ends."""
    centres = numpy.asarray(steps, dtype=float)
    if len(centres) == 1:
        return numpy.array([centres[0] - 0.5, centres[0] + 0.5])
    between = (centres[1:] + centres[:-1]) / 2
    return numpy.concatenate([[2 * centres[0] - between[0]], between, [2 * centres[-1] - between[-1]]])
