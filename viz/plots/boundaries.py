"""What a network takes each point of the plane for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy

from ..errors import DrawingError
from ..numbers import format_number
from .checks import check_counts, check_names, classes_of_samples, from_zero
from .looks import MARKERS, Array, class_colour, legend_beside, look, new_figure, pale, titled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


Regions = Callable[[Array], Array]
_AXES = ("x₁", "x₂")
_ROUNDED = 1e-6  # by so much a share may be outside of 0 to 1
_FINE = 220  # points of the ground along each side


def decision_boundary(
    classes_of: Regions,
    points: Array,
    labels: Array,
    title: str | None = None,
    *,
    axes: tuple[str, str] = _AXES,
    names: Sequence[str] | None = None,
) -> Figure:
    """What a network takes each point of the plane for, and the points themselves.

    Args:
        classes_of: rows of two coordinates → for each a class, a share from 0 to 1 of the class 1, or a share of every
            class, which shade the ground; lines are where another class begins to win.
        points: rows of two coordinates.
        labels: the class of each.
        axes: what the two coordinates are.
        names: of the classes, in their order.
    """
    return decision_boundaries(
        [(title or "what each point is taken for", classes_of)], points, labels, axes=axes, names=names
    )


def decision_boundaries(
    stages: Sequence[tuple[str, Regions]],
    points: Array,
    labels: Array,
    *,
    axes: tuple[str, str] = _AXES,
    names: Sequence[str] | None = None,
) -> Figure:
    """The same at several stages of training, one beside the other, each with its title."""
    points = numpy.asarray(points, dtype=float)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise DrawingError(f"a boundary is drawn in the plane: rows of two coordinates, not an array of {points.shape}")
    if not len(stages):
        raise DrawingError("decision_boundaries: there is no stage to draw; give pairs of a title and a function")
    labels = classes_of_samples("decision_boundary", "labels", labels)
    check_counts("decision_boundary", {"points": points, "labels": labels})
    (labels,), signs = from_zero("decision_boundary", labels)
    names = signs if names is None else list(names)
    if names is not None:
        check_names("decision_boundary", names, int(labels.max()))
    columns = min(3, len(stages))
    size = 4.4 if len(stages) == 1 else 3.0
    figure, drawn = new_figure(len(stages), size, size, columns=columns)
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.12 * (high - low).max()
    x, y = (numpy.linspace(low[k] - margin, high[k] + margin, _FINE) for k in range(2))
    grid = numpy.stack(numpy.meshgrid(x, y), axis=-1)
    n_classes = int(labels.max()) + 1
    for place, (axis, (title, classes_of)) in enumerate(zip(drawn, stages, strict=True)):
        found = numpy.asarray(classes_of(grid.reshape(-1, 2)))
        is_shares = found.ndim == 2 and len(found) == x.size * y.size and found.shape[1] > 1
        if found.size != x.size * y.size and not is_shares:
            raise DrawingError(
                f"decision_boundary: for {x.size * y.size:,} points the function gives an array of shape "
                f"{found.shape}; it gives one class, or one share, for each"
            )
        if is_shares:
            _check_shares(found)
        _ground(axis, x, y, found.reshape(*grid.shape[:2], *found.shape[1:] if is_shares else ()), n_classes)
        _points(axis, points, labels, names, small=len(stages) > 1)
        axis.set_aspect("equal")
        # Beside each other, all have the names of the first.
        titled(axis, title, axes[0] if place + columns >= len(stages) else "", axes[1] if not place % columns else "")
        axis.locator_params(nbins=5)
    if n_classes > 1:
        legend_beside(drawn[columns - 1], fontsize="small", handletextpad=0.2)
    return figure


def _check_shares(found: Array) -> None:
    """Raises DrawingError where these are no shares of every class: a network's scores would have any colour."""
    if not ((found < -_ROUNDED).any() or (found > 1 + _ROUNDED).any()):
        return
    low, high = format_number(numpy.nanmin(found)), format_number(numpy.nanmax(found))
    raise DrawingError(
        f"decision_boundary: the function gives numbers from {low} to {high}, which are no shares from 0 to 1; give "
        "those after softmax, or classes as whole numbers (argmax)"
    )


def _ground(axis: Axes, x: Array, y: Array, found: Array, n_classes: int) -> None:
    """Shades of what each point is taken for, and lines between them."""
    from matplotlib.colors import LinearSegmentedColormap, ListedColormap

    ink = look().ink
    if found.ndim == 3:
        colours = numpy.array([pale(class_colour(label)) for label in range(found.shape[2])])
        total = numpy.maximum(found.sum(axis=2, keepdims=True), 1e-12)
        shares, paper = found / total, pale(look().paper)
        # What is sure has its class's colour; the less sure, the nearer to the paper's.
        sure = (shares.max(axis=2, keepdims=True) - 1 / shares.shape[2]) / (1 - 1 / shares.shape[2])
        mixed = numpy.clip(paper + (shares @ colours - paper) * sure, 0, 1)
        axis.pcolormesh(x, y, mixed, rasterized=True)
        classes = found.argmax(axis=2)
    elif found.dtype.kind in "iu":
        listed = ListedColormap([tuple(pale(class_colour(label))) for label in range(n_classes)])
        axis.pcolormesh(x, y, found, cmap=listed, vmin=-0.5, vmax=n_classes - 0.5, rasterized=True)
        classes = found
    else:
        both = [tuple(pale(class_colour(label))) for label in range(2)]
        shades = LinearSegmentedColormap.from_list("shares", both, N=11)
        axis.pcolormesh(x, y, found, cmap=shades, vmin=0, vmax=1, rasterized=True)
        if found.min() < 0.5 < found.max():
            axis.contour(x, y, found, levels=[0.5], colors=ink, linewidths=1.2)
        return
    # Each class by itself: between 0 and 2 lies no class 1.
    for label in range(int(classes.max()) + 1):
        axis.contour(x, y, (classes == label).astype(float), levels=[0.5], colors=ink, linewidths=0.8)


def _points(axis: Axes, points: Array, labels: Array, names: Sequence[str] | None, *, small: bool) -> None:
    size = 60.0 if len(points) < 20 else 9.0 if small else 16.0
    for label in range(int(labels.max()) + 1):
        own = points[labels == label]
        axis.scatter(
            own[:, 0], own[:, 1], s=size, marker=MARKERS[label % len(MARKERS)], edgecolors=look().ink, linewidths=0.3,
            color=class_colour(label), label=str(label) if names is None else names[label],
        )  # fmt: skip
