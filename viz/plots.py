"""Pictures of training, as matplotlib Figures: curves, boundaries, mistakes, weights (needs the extra `plots`).

Each function takes arrays, or figures under their names (`nn.History` has them), and returns a Figure:
`.savefig("curves.png")` writes it, a notebook shows it. They are made to be read in grey, too: what is told apart by
colour is told apart by lightness, line style or marker as well.
"""

from __future__ import annotations

import functools
import io
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy
import numpy.typing

from autograd.arguments import described, is_whole, whole_number

from .errors import DrawingError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = numpy.typing.NDArray[Any]

_DARK, _LIGHT, _GREY = "#14365f", "#b85f00", "#808080"
# Each class its lightness and its marker; after ten they begin again.
_CLASS_COLORS = (
    "#14365f", "#c07a10", "#4d8f61", "#b5476b", "#8c8c8c", "#3b8fc2", "#a08000", "#6b4c9a", "#1f6f54", "#c4688a"
)  # fmt: skip
_MARKERS = "osD^vP*X<>"
_LINES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)))
# Below this share of mistakes nothing is black, so that a single mistake among many samples is not.
_DARK_SHARE = 0.15
# Steps in a curve beyond which its own mean over some of them is drawn before it.
_MANY_STEPS = 100


def curves(history: Any) -> Figure:
    """Loss and accuracy over the epochs, in training and on the validation data; the loss of every step behind them.

    Args:
        history: an `nn.History` of at least one epoch or step.
    """
    losses = history.steps.column("loss")
    if not len(losses):
        raise DrawingError("a history without a step has no curves")
    ends = history.column("number")
    kinds = [kind for kind in ("loss", "accuracy") if kind == "loss" or _measured(history, kind)]
    figure, axes = _figure(len(kinds), 4.6, 3.6)
    for kind, axis in zip(kinds, axes, strict=True):
        along = _fraction_of_epochs(history)
        of_steps = history.steps.column(kind)
        if len(of_steps) > len(ends):
            axis.plot(along, of_steps, color=_GREY, linewidth=0.5, alpha=0.5, label="each step")
        if len(ends):
            _line(axis, ends, history.column(kind), _DARK, "-", "training")
            if _has_numbers(history.column(f"validation_{kind}")):
                _line(axis, ends, history.column(f"validation_{kind}"), _LIGHT, "--", "validation")
        axis.set_xlabel("epoch")
        axis.set_title(kind, loc="left")
        if kind == "accuracy":
            _zoom_to_epochs(axis, history)
            _as_percent(axis)
            axis.legend(loc="lower right")
        else:
            _scale_of_losses(axis, history)
            axis.legend(loc="upper right")
    return figure


def gradient_norms(history: Any) -> Figure:
    """The norm of the gradient over the steps: layer by layer where they were noted, of all together otherwise.

    Args:
        history: an `nn.History`; its `layers` are what `nn.Diagnostics` noted.
    """
    if not len(history.steps):
        raise DrawingError("a history without a step has no gradients")
    figure, (axis,) = _figure(1, 6.4, 3.8)
    layers: dict[str, list[Any]] = {}
    for figures in history.layers:
        layers.setdefault(figures.layer, []).append(figures)
    looks = zip(_shades(len(layers)), itertools.cycle(_LINES), strict=False)
    for (name, figures), (shade, style) in zip(layers.items(), looks, strict=True):
        steps = [one.step + 1 for one in figures]
        _smoothed(axis, steps, numpy.array([one.gradient_norm for one in figures]), shade, style, name)
    if not layers:
        norms = history.steps.column("gradient_norm")
        _smoothed(axis, range(1, len(norms) + 1), norms, _DARK, "-", "all parameters")
    if any((numpy.asarray(line.get_ydata(), dtype=float) > 0).any() for line in axis.get_lines()):
        axis.set_yscale("log")
    axis.set_xlabel("step")
    axis.set_title("norm of the gradient", loc="left")
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def decision_boundary(
    classes_of: Callable[[Array], Array], points: Array, labels: Array, title: str | None = None
) -> Figure:
    """What a network takes each point of the plane for, and the points themselves.

    Args:
        classes_of: rows of two coordinates → for each a class, or a share from 0 to 1 of the class 1.
        points: rows of two coordinates.
        labels: the class of each.
    """
    return decision_boundaries([(title or "", classes_of)], points, labels)


def decision_boundaries(stages: Sequence[tuple[str, Callable[[Array], Array]]], points: Array, labels: Array) -> Figure:
    """The same at several stages of training, one beside the other, each with its title."""
    points = numpy.asarray(points, dtype=float)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise DrawingError(f"a boundary is drawn in the plane: rows of two coordinates, not an array of {points.shape}")
    if not len(stages):
        raise DrawingError("decision_boundaries: there is no stage to draw; give pairs of a title and a function")
    labels = _classes("decision_boundary", "labels", labels)
    _check_counts("decision_boundary", {"points": points, "labels": labels})
    (labels,), names = _from_zero("decision_boundary", labels)
    columns = min(3, len(stages))
    size = 4.4 if len(stages) == 1 else 3.0
    figure, axes = _figure(len(stages), size, size, columns=columns)
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.12 * (high - low).max()
    x, y = (numpy.linspace(low[k] - margin, high[k] + margin, 220) for k in range(2))
    grid = numpy.stack(numpy.meshgrid(x, y), axis=-1)
    n_classes = int(labels.max()) + 1
    for axis, (title, classes_of) in zip(axes, stages, strict=True):
        found = numpy.asarray(classes_of(grid.reshape(-1, 2)))
        if found.size != x.size * y.size:
            raise DrawingError(
                f"decision_boundary: for {x.size * y.size:,} points the function gives an array of shape "
                f"{found.shape}; it gives one class, or one share, for each"
            )
        _ground(axis, x, y, found.reshape(grid.shape[:2]), n_classes)
        _points(axis, points, labels, names, small=len(stages) > 1)
        axis.set_aspect("equal")
        axis.set_title(title, loc="left")
        axis.set_xticks([])
        axis.set_yticks([])
        axis.spines[:].set_visible(False)
    if n_classes > 1:
        last = axes[columns - 1]  # beside the points, never on them
        last.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize="small", handletextpad=0.2)
    return figure


def confusion_matrix(labels: Array, predicted: Array, names: Sequence[str] | None = None) -> Figure:
    """How many of each class were taken for which; shaded by the share of mistakes, for the rest is right anyway.

    Args:
        labels, predicted: the class of each sample, a whole number from 0, or −1 and 1 for two classes.
        names: of the classes, in their order.

    Raises DrawingError where they are not that, or not as many as each other.
    """
    from matplotlib.patches import Rectangle

    labels = _classes("confusion_matrix", "labels", labels)
    predicted = _classes("confusion_matrix", "predicted", predicted)
    _check_counts("confusion_matrix", {"labels": labels, "predictions": predicted})
    (labels, predicted), signs = _from_zero("confusion_matrix", labels, predicted)
    names = signs if names is None else names
    highest = int(max(labels.max(), predicted.max()))
    names = [str(label) for label in range(highest + 1)] if names is None else list(names)
    n_classes = len(names)
    _check_names("confusion_matrix", names, highest)
    counts = numpy.zeros((n_classes, n_classes), dtype=int)
    numpy.add.at(counts, (labels, predicted), 1)
    mistakes = counts / numpy.maximum(counts.sum(axis=1, keepdims=True), 1)
    numpy.fill_diagonal(mistakes, 0.0)
    size = max(3.2, 0.52 * n_classes + 1.2)
    figure, (axis,) = _figure(1, size + 0.4, size)
    most = float(mistakes.max())
    darkest = max(1.25 * most, _DARK_SHARE)
    axis.imshow(mistakes, cmap="Greys", vmin=0, vmax=darkest)
    for row in range(n_classes):
        for column in range(n_classes):
            if row == column:
                place = (column - 0.5, row - 0.5)
                axis.add_patch(Rectangle(place, 1, 1, fill=False, edgecolor=_GREY, linewidth=0.8, clip_on=False))
            if counts[row, column]:
                is_dark = row != column and mistakes[row, column] > 0.5 * darkest
                axis.text(
                    column, row, f"{counts[row, column]:,}", ha="center", va="center",
                    color="white" if is_dark else "black", fontsize="small" if n_classes > 4 else "medium",
                    fontweight="bold" if row == column else "normal",
                )  # fmt: skip
    axis.set_xticks(range(n_classes), names)
    axis.set_yticks(range(n_classes), names)
    axis.set_xlabel("taken for")
    axis.set_ylabel("is")
    axis.set_title(f"{numpy.trace(counts):,} of {counts.sum():,} right", loc="left")
    axis.spines[:].set_visible(False)
    axis.tick_params(length=0)
    return figure


def _check_counts(name: str, given: Mapping[str, Any]) -> None:
    """Refuse what is one for each sample and not as many as each other: the rest would be left out, or shifted."""
    for what, each in given.items():
        if not hasattr(each, "__len__") or isinstance(each, str):
            raise DrawingError(f"{name}: {what} are one for each sample, in a list or an array, not {described(each)}")
    counts = {what: len(each) for what, each in given.items()}
    if len(set(counts.values())) > 1:
        *first, last = (f"{count:,} {what}" for what, count in counts.items())
        raise DrawingError(f"{name}: {', '.join(first)} and {last}; give one for each sample")


def _classes(name: str, what: str, given: Any) -> Array:
    """The classes of samples, checked: what does not fit would be taken for something else."""
    if isinstance(given, numpy.ma.MaskedArray):
        raise DrawingError(f"{name}: {what} are masked; leave out what the mask hides, {what}.compressed()")
    array = numpy.asarray(given)
    if array.ndim != 1 or not array.size:
        raise DrawingError(
            f"{name}: {what} are one class for each sample, shape (n,), not an array of shape {array.shape}; "
            "of rows of scores or of ones and zeros give .argmax(axis=1)"
        )
    if array.dtype.kind not in "biuf" or not numpy.array_equal(array, numpy.round(array)):
        raise DrawingError(f"{name}: {what} are whole numbers, not {array.dtype} {array[:3]!r:.60}")
    return array.astype(int)


def _from_zero(name: str, *classes: Array) -> tuple[list[Array], list[str] | None]:
    """Classes counted from 0; of the classes −1 and 1 also what they are called."""
    if not any((each < 0).any() for each in classes):
        return list(classes), None
    if not set(numpy.unique(numpy.concatenate(classes)).tolist()) <= {-1, 1}:
        raise DrawingError(f"{name}: classes are whole numbers from 0, or −1 and 1 for two of them")
    return [(each + 1) // 2 for each in classes], ["−1", "1"]


def _check_names(name: str, names: Sequence[str], highest: int) -> None:
    if highest >= len(names):
        raise DrawingError(f"{name}: there is a class {highest}, and {len(names)} names; give each class its name")


def _images(name: str, given: Any) -> Array:
    """Images, checked."""
    images = numpy.asarray(given)
    if images.ndim != 3 or images.dtype.kind not in "biuf":
        raise DrawingError(
            f"{name}: images are numbers of the shape (samples, height, width), not an array of {images.dtype} of "
            f"shape {images.shape}"
        )
    return images


def first_layer_weights(weight: Array, shape: tuple[int, int], most: int = 64) -> Figure:
    """The weights of each neuron of the first layer where its pixels are: white raises it, black lowers it.

    Args:
        weight: (pixels, neurons).
        shape: of the image that the pixels make.
        most: so many neurons are drawn, the first.
    """
    weight = numpy.asarray(weight, dtype=float)
    if not (isinstance(shape, tuple | list) and len(shape) == 2 and all(map(is_whole, shape))):
        raise DrawingError(f"first_layer_weights: shape is (height, width) of an image, not {described(shape)}")
    most = whole_number("first_layer_weights: most", most, error=DrawingError)
    if weight.ndim != 2 or weight.shape[0] != math.prod(shape):
        raise DrawingError(f"weights of shape {weight.shape} are no images of {shape[0]}×{shape[1]} pixels")
    images = weight.T[:most].reshape(-1, *shape)
    shown = f"the first {len(images)} of {weight.shape[1]} neurons" if len(images) < weight.shape[1] else "all neurons"
    # The rare extreme weight would leave all others grey.
    bound = float(numpy.quantile(numpy.abs(images), 0.995)) or 1.0
    return _grid_of_images(images, None, f"weights of {shown}, black −{bound:.2g} to white +{bound:.2g}", -bound, bound)


def misclassified(
    images: Array, labels: Array, predicted: Array, names: Sequence[str] | None = None, most: int = 40
) -> Figure:
    """Images beside what they are and what they were taken for: the first `most` of those given.

    Args:
        images: (samples, height, width).
        labels, predicted: the class of each.
        names: of the classes, in their order.

    Raises DrawingError where they are not as many as each other, or a class has no name.
    """
    most = whole_number("misclassified: most", most, error=DrawingError)
    images, labels, predicted = _images("misclassified", images), numpy.asarray(labels), numpy.asarray(predicted)
    if len(images):
        labels = _classes("misclassified", "labels", labels)
        predicted = _classes("misclassified", "predicted", predicted)
    _check_counts("misclassified", {"images": images, "labels": labels, "predictions": predicted})
    if names is not None and len(images):
        (labels, predicted), _ = _from_zero("misclassified", labels, predicted)
        _check_names("misclassified", names, int(max(labels.max(), predicted.max())))
    pairs = zip(labels.tolist(), predicted.tolist(), strict=True)
    captions = [f"{label} → {taken}" if names is None else f"{names[label]} → {names[taken]}" for label, taken in pairs]
    title = f"{len(images):,} taken for another (is → taken for)"
    if len(images) > most:
        title = f"the first {most} of {title}"
    return _grid_of_images(1 - images[:most], captions[:most], title, 0.0, 1.0)


def image_grid(images: Array, labels: Array | None = None) -> Figure:
    """Raw images with their labels: what the network is to learn from.

    Args:
        images: (samples, height, width).
        labels: one for each, anything that can be written.

    Raises DrawingError where they are not as many as each other.
    """
    images = _images("image_grid", images)
    if labels is not None:
        _check_counts("image_grid", {"images": images, "labels": labels})
    captions = None if labels is None else [str(label) for label in labels]
    return _grid_of_images(1 - images, captions, f"{len(images)} samples", 0.0, 1.0)


def seeds(histories: Sequence[Any], claim: float | None = None) -> Figure:
    """The same training from several starts: the accuracy of each over the epochs, and where they end.

    Args:
        histories: an `nn.History` for each seed.
        claim: an accuracy to draw a line at.
    """
    is_validated = all(_measured(history, "validation_accuracy") for history in histories)
    kind = "validation_accuracy" if is_validated else "accuracy"
    last = [history.column(kind)[-1] for history in histories if len(history)]
    if not last:
        raise DrawingError("no seed has an epoch that could be drawn")
    figure, (left, right) = _figure(2, 4.6, 3.6, ratios=(3, 1))
    for history in histories:
        left.plot(history.column("number"), history.column(kind), color=_DARK, linewidth=0.8, alpha=0.55)
    left.set_xlabel("epoch")
    left.set_title(f"{kind.replace('_', ' ')} of {len(last)} seeds", loc="left")
    right.sharey(left)
    spread = _spread(numpy.array(last))
    right.plot(spread, last, "o", color=_DARK, markersize=5, markerfacecolor="white")
    right.axhline(float(numpy.median(last)), color=_DARK, linewidth=1.5)
    right.annotate(
        f"median {numpy.median(last):.1%}", (1.0, float(numpy.median(last))), xycoords=("axes fraction", "data"),
        xytext=(4, 0), textcoords="offset points", va="center", fontsize="small",
    )  # fmt: skip
    right.set_xlim(-1, 1)
    right.set_xticks([])
    right.tick_params(labelleft=False)
    right.set_title("at the end", loc="left")
    if claim is not None:
        reached = sum(accuracy >= claim for accuracy in last)
        for axis in (left, right):
            axis.axhline(claim, color=_LIGHT, linestyle="--", linewidth=1.2)
        left.text(
            0.99, claim, f"{reached} of {len(last)} reach {claim:.0%}", ha="right", fontsize="small",
            va="top" if claim > 0.97 else "bottom", transform=left.get_yaxis_transform(),
        )  # fmt: skip
    _as_percent(left)
    return figure


# What networks, data sets and histories show of themselves.
PLOTS = (
    curves,
    gradient_norms,
    decision_boundary,
    decision_boundaries,
    confusion_matrix,
    first_layer_weights,
    misclassified,
    image_grid,
)


def require() -> None:
    """Raises DrawingError, saying what to install, where matplotlib is not."""
    try:
        import matplotlib  # noqa: F401  # its presence is the check
    except ImportError:
        raise DrawingError("pictures of training need matplotlib: pip install matplotlib") from None


# --- what they share ---


def _figure(
    count: int, width: float, height: float, *, columns: int | None = None, ratios: Sequence[float] | None = None
) -> tuple[Figure, list[Axes]]:
    """A Figure of its own, outside pyplot's state, with so many axes of that size in inches."""
    columns = columns or count
    rows = math.ceil(count / columns)
    widths = [width * ratio / ratios[0] for ratio in ratios] if ratios else [width] * columns
    figure: Figure = _figure_class()(figsize=(sum(widths), height * rows), layout="constrained", dpi=120)
    axes = figure.subplots(rows, columns, squeeze=False, gridspec_kw={"width_ratios": widths}).ravel().tolist()
    for axis in axes[count:]:
        axis.set_axis_off()
    for axis in axes[:count]:
        axis.spines[["top", "right"]].set_visible(False)
        axis.title.set_fontsize("medium")
    return figure, axes[:count]


@functools.cache
def _figure_class() -> Any:
    """matplotlib's Figure, which a notebook shows without pyplot, too."""
    require()
    from matplotlib.figure import Figure

    class ShownFigure(Figure):
        def _repr_png_(self) -> bytes:
            stream = io.BytesIO()
            self.savefig(stream, format="png")
            return stream.getvalue()

    return ShownFigure


def _line(axis: Axes, x: Any, y: Any, color: str, style: Any, name: str) -> None:
    """A curve; with few points their places are marked."""
    marker = "o" if len(y) <= 30 else None
    axis.plot(x, y, color=color, linestyle=style, linewidth=1.8, marker=marker, markersize=3.5, label=name)


def _smoothed(axis: Axes, x: Any, y: Array, color: Any, style: Any, name: str) -> None:
    """A curve; of many points faintly, with its running mean before it."""
    if len(y) <= _MANY_STEPS:
        axis.plot(x, y, color=color, linestyle=style, linewidth=1.5, label=name)
        return
    axis.plot(x, y, color=color, linewidth=0.5, alpha=0.35)
    window = max(2, len(y) // 40)
    mean = numpy.convolve(y, numpy.full(window, 1 / window), mode="valid")
    start = window // 2
    axis.plot(list(x)[start : start + len(mean)], mean, color=color, linestyle=style, linewidth=1.8, label=name)


def _fraction_of_epochs(history: Any) -> Array:
    """Where each step stands: the last of epoch 3 at 3."""
    epochs = history.steps.column("epoch")
    per_epoch = int(numpy.count_nonzero(epochs == epochs[0]))
    return (numpy.arange(len(epochs)) + 1) / per_epoch


def _measured(history: Any, kind: str) -> bool:
    return _has_numbers(history.column(kind)) or (kind == "accuracy" and _has_numbers(history.steps.column(kind)))


def _has_numbers(column: Array) -> bool:
    return bool(numpy.isfinite(column).any())


def _scale_of_losses(axis: Axes, history: Any) -> None:
    """Logarithmic where losses fall by more than a tenth, from 0 otherwise."""
    losses = history.column("loss") if len(history) else history.steps.column("loss")
    losses = losses[numpy.isfinite(losses)]
    if len(losses) and losses.min() > 0 and losses.max() / losses.min() > 10:
        axis.set_yscale("log")
        axis.set_ylim(bottom=float(losses.min()) / 3)
    else:
        axis.set_ylim(bottom=0)


def _zoom_to_epochs(axis: Axes, history: Any) -> None:
    """Cut off the accuracy of the first steps, which is near chance, where that of the epochs is far above it."""
    figures = numpy.concatenate([history.column("accuracy"), history.column("validation_accuracy")])
    figures = figures[numpy.isfinite(figures)]
    if len(figures):
        axis.set_ylim(bottom=max(axis.get_ylim()[0], 1 - 2.5 * (1 - float(figures.min()))))


def _as_percent(axis: Axes) -> None:
    from matplotlib.ticker import PercentFormatter

    axis.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
    low, high = axis.get_ylim()
    axis.set_ylim(max(low, -0.02), min(max(high, 1e-9), 1.02))


def _shades(count: int) -> list[str]:
    """Colours from dark to light, for layers from first to last; the lightest is a line that can be seen on white."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    return [to_hex(colormaps["viridis"](0.58 * position / max(count - 1, 1))) for position in range(count)]


def _ground(axis: Axes, x: Array, y: Array, found: Array, n_classes: int) -> None:
    from matplotlib.colors import LinearSegmentedColormap, ListedColormap, to_rgb

    def pale(color: str) -> tuple[float, ...]:
        return tuple(1 - 0.38 * (1 - part) for part in to_rgb(color))

    if found.dtype.kind in "iu":
        colors = ListedColormap([pale(_CLASS_COLORS[label % len(_CLASS_COLORS)]) for label in range(n_classes)])
        axis.pcolormesh(x, y, found, cmap=colors, vmin=-0.5, vmax=n_classes - 0.5, rasterized=True)
        # Each class by itself: between 0 and 2 lies no class 1.
        for label in range(n_classes):
            axis.contour(x, y, (found == label).astype(float), levels=[0.5], colors="black", linewidths=0.8)
        return
    shades = LinearSegmentedColormap.from_list("shares", [pale(color) for color in _CLASS_COLORS[:2]], N=11)
    axis.pcolormesh(x, y, found, cmap=shades, vmin=0, vmax=1, rasterized=True)
    if found.min() < 0.5 < found.max():
        axis.contour(x, y, found, levels=[0.5], colors="black", linewidths=1.2)


def _points(axis: Axes, points: Array, labels: Array, names: Sequence[str] | None, *, small: bool) -> None:
    size = 60.0 if len(points) < 20 else 9.0 if small else 16.0
    for label in range(int(labels.max()) + 1):
        own = points[labels == label]
        axis.scatter(
            own[:, 0], own[:, 1], s=size, marker=_MARKERS[label % len(_MARKERS)], edgecolors="black", linewidths=0.3,
            color=_CLASS_COLORS[label % len(_CLASS_COLORS)], label=str(label) if names is None else names[label],
        )  # fmt: skip


def _spread(numbers: Array) -> Array:
    """Places from −1 to 1 at which points of nearly the same height stand beside each other."""
    order = numpy.argsort(numbers, kind="stable")
    places = numpy.zeros(len(numbers))
    reach = max(float(numbers.max() - numbers.min()) * 0.05, 1e-9)
    level: list[int] = []
    for index in order:
        level = [other for other in level if numbers[index] - numbers[other] < reach]
        taken = {places[other] for other in level}
        free = (sign * 0.22 * step for step in range(len(numbers) + 1) for sign in (1, -1))
        places[index] = next(place for place in free if place not in taken)
        level.append(int(index))
    return numpy.clip(places, -0.95, 0.95)


def _grid_of_images(images: Array, captions: Sequence[str] | None, title: str, low: float, high: float) -> Figure:
    """Images side by side as one mosaic, for a hundred axes take a hundred times as long as one."""
    images = numpy.asarray(images, dtype=float)
    columns = min(10, max(1, len(images)))
    rows = max(1, math.ceil(len(images) / columns))
    height, width = images.shape[1:]
    # The gap above an image holds its caption, if it has one.
    above, beside = height * (0.34 if captions is not None else 0.08), width * 0.08
    inches = 0.75 / (width + beside)
    figure, (axis,) = _figure(1, max(4.0, columns * 0.75), rows * (height + above) * inches + 0.4)
    axis.set_axis_off()
    for position, image in enumerate(images):
        row, column = divmod(position, columns)
        left, top = column * (width + beside), row * (height + above) + above
        axis.imshow(
            image, cmap="Greys_r", vmin=low, vmax=high, interpolation="nearest",
            extent=(left, left + width, top + height, top),
        )  # fmt: skip
        if captions is not None:
            axis.text(left + width / 2, top - 0.06 * height, captions[position], ha="center", fontsize="small")
    axis.set_xlim(0, max(columns * 0.75, 4.0) / inches)
    axis.set_ylim(rows * (height + above), 0)
    axis.set_title(title, loc="left")
    return figure
