"""What a network gives for one number, as a curve over the data."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy

from ..errors import DrawingError
from .checks import check_counts
from .looks import Array, legend, look, new_figure, titled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FINE = 400


def regression_curve(
    outputs: Callable[[Array], Array],
    inputs: Array,
    targets: Array,
    title: str | None = None,
    *,
    axes: tuple[str, str] = ("x", "y"),
) -> Figure:
    """A curve of what comes out over points of what was wanted.

    Args:
        outputs: rows of one number → a number for each.
        inputs, targets: a number for each sample.
        axes: what goes in and comes out.

    Raises DrawingError where they are not that, or not as many as each other.
    """
    x, y = (numpy.asarray(given, dtype=float) for given in (inputs, targets))
    check_counts("regression_curve", {"inputs": x, "targets": y})
    if not len(x) or x.size != len(x) or y.size != len(y):
        raise DrawingError(
            f"regression_curve: inputs and targets are a number for each sample, not arrays of {x.shape} and {y.shape}"
        )
    x, y, paint = x.ravel(), y.ravel(), look()
    margin = 0.08 * (float(numpy.ptp(x)) or 1.0)
    along = numpy.linspace(x.min() - margin, x.max() + margin, _FINE)
    found = numpy.asarray(outputs(along[:, None]))
    if found.size != _FINE:
        raise DrawingError(f"regression_curve: for {_FINE} numbers the function gives an array of shape {found.shape}")
    figure, (axis,) = new_figure(1, 5.2, 3.6)
    axis.plot(x, y, "o", color=paint.second, markersize=4, alpha=0.8, label="data")
    axis.plot(along, found.ravel(), color=paint.first, linewidth=1.8, label="network")
    titled(axis, title or "what the network gives", *axes)
    legend(axis, loc="best")
    return figure
