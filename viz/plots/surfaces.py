"""The loss around the way that training took, seen along the two directions in which it moved most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy

from autograd.arguments import whole_number

from ..errors import DrawingError
from .looks import Array, look, new_figure, titled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LEVELS = 14


def loss_surface(
    loss_of: Callable[[Array], float], path: Array, stages: Sequence[int] | None = None, *, points: int = 31
) -> Figure:
    """Lines of equal loss in the plane of the two directions in which training moved most (principal components of the
    way, Li et al. 2018), and the way in it.

    Args:
        loss_of: all parameters as one vector → the loss.
        path: (stages, parameters): those vectors, from the start to the end; three at least.
        stages: the epoch of each.
        points: so many losses along each side.

    Raises DrawingError where the way has fewer stages, or does not move.
    """
    path = numpy.asarray(path, dtype=float)
    points = whole_number("loss_surface: points", points, 3, DrawingError)
    if path.ndim != 2 or len(path) < 3 or not numpy.isfinite(path).all():
        raise DrawingError(
            f"loss_surface: the way is finite numbers of shape (stages, parameters) of three stages at least, not an "
            f"array of shape {path.shape}; nn.Snapshots keeps them"
        )
    # Around the end, so that the plane goes through it.
    moved = path - path[-1]
    _, sizes, directions = numpy.linalg.svd(moved, full_matrices=False)
    if not sizes[0] > 0 or len(directions) < 2:
        raise DrawingError("loss_surface: the parameters have not moved in two directions")
    directions = directions[:2]
    x, y = (moved @ directions.T).T
    reach = 0.3 * max(float(numpy.ptp(x)), float(numpy.ptp(y)))
    across, upwards = (numpy.linspace(one.min() - reach, one.max() + reach, points) for one in (x, y))
    losses = numpy.array([[loss_of(path[-1] + directions.T @ (a, b)) for a in across] for b in upwards], dtype=float)
    figure, (axis,) = new_figure(1, 5.2, 4.2)
    paint = look()
    shown = numpy.where(numpy.isfinite(losses), losses, numpy.nan)
    low, high = float(numpy.nanmin(shown)), float(numpy.nanmax(shown))
    levels = _round_levels(low, high)
    ground = axis.contourf(across, upwards, shown, levels=levels, cmap=paint.greys, alpha=0.55, norm=_norm(levels))
    lines = axis.contour(across, upwards, shown, levels=levels[::2], colors=paint.grey, linewidths=0.7)
    axis.clabel(lines, fmt="%.3g", fontsize="x-small", colors=paint.ink)
    figure.colorbar(ground, ax=axis, format="%.3g").ax.tick_params(colors=paint.ink)
    axis.plot(x, y, "-", color=paint.first, linewidth=1.6, marker="o", markersize=3, label="the way of training")
    axis.plot(x[:1], y[:1], "s", color=paint.second, markersize=8, label=_stage("start", stages, 0))
    axis.plot(x[-1:], y[-1:], "*", color=paint.second, markersize=13, label=_stage("end", stages, -1))
    axis.locator_params(nbins=6)
    share = float((sizes[:2] ** 2).sum() / (sizes**2).sum())
    titled(axis, f"loss; {share:.0%} of the way lies in this plane", "first direction", "second direction")
    figure.legend(loc="outside lower center", ncols=3, fontsize="small", labelcolor=paint.ink, frameon=False)
    return figure


def _norm(levels: Array) -> Any:
    """Each band by its number, so that bands are as different where losses are small."""
    from matplotlib.colors import BoundaryNorm

    return BoundaryNorm(levels, 256)


def _round_levels(low: float, high: float) -> Array:
    """Losses between two, at round numbers: by factors where they are far apart, else by steps."""
    from matplotlib.ticker import LogLocator, MaxNLocator

    if low > 0 and high > 10 * low:
        levels = numpy.asarray(LogLocator(subs=(1, 2, 5), numticks=50).tick_values(low, high))
    else:
        levels = numpy.asarray(MaxNLocator(_LEVELS, steps=[1, 2, 5, 10]).tick_values(low, high))
    inside = numpy.flatnonzero((levels > low) & (levels < high))
    # One beyond at either end, so that nothing is without a colour.
    found: Array = levels[max(inside[0] - 1, 0) : inside[-1] + 2] if len(inside) else numpy.array([low, high])
    return found


def _stage(word: str, stages: Sequence[int] | None, place: int) -> str:
    return word if stages is None else f"{word}, epoch {stages[place]}"
