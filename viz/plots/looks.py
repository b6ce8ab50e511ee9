"""How plots look: colours on light and dark paper, Figures of their own, lines that are told apart without colour."""

from __future__ import annotations

import contextlib
import contextvars
import functools
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy
import numpy.typing

from autograd.arguments import check_known

from ..errors import DrawingError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

Array = numpy.typing.NDArray[Any]

# Each class its marker beside its colour; after ten they begin again.
MARKERS = "osD^vP*X<>"
LINES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)))
# Points in a curve beyond which its running mean is drawn before it.
_MANY_STEPS = 100


@dataclass(frozen=True)
class Look:
    """The colours of a plot.

    Attributes:
        first, second: of the two curves that are compared.
        classes: each its lightness, too.
        layers: the part of the colormap viridis that lines can have here.
    """

    paper: str
    ink: str
    first: str
    second: str
    grey: str
    classes: tuple[str, ...]
    layers: tuple[float, float]

    @property
    def greys(self) -> Colormap:
        """From the paper to the ink."""
        from matplotlib.colors import LinearSegmentedColormap

        return LinearSegmentedColormap.from_list("greys", [self.paper, self.ink])


LOOKS = {
    "light": Look(
        "#ffffff", "#000000", "#14365f", "#b85f00", "#808080",
        ("#14365f", "#c07a10", "#4d8f61", "#b5476b", "#8c8c8c", "#3b8fc2", "#a08000", "#6b4c9a", "#1f6f54", "#c4688a"),
        (0.0, 0.58),
    ),
    "dark": Look(
        "#14181d", "#e8e8e8", "#8fc1f2", "#ffa64d", "#8f8f8f",
        ("#6cb8f0", "#f0b050", "#5fbf80", "#f08aa8", "#b5b5b5", "#a8d8ff", "#d8c840", "#b9a2e8", "#3fae90", "#f4b8cf"),
        (0.45, 1.0),
    ),
}  # fmt: skip
_look: contextvars.ContextVar[str] = contextvars.ContextVar("look", default="light")


@contextlib.contextmanager
def theme(name: str) -> Iterator[None]:
    """Plots that are made in this block are for "light" or for "dark" paper.

    >>> from viz import plots
    >>> with plots.theme("dark"):
    ...     pass  # history.plot(), plots.decision_boundary(…), …

    Raises:
        DrawingError: it is neither.
    """
    check_known("theme of plots", name, LOOKS, DrawingError)
    token = _look.set(name)
    try:
        yield
    finally:
        _look.reset(token)


def look() -> Look:
    """The colours of the plot that is being made."""
    return LOOKS[_look.get()]


def require() -> None:
    """Raises DrawingError, saying what to install, where matplotlib is not."""
    try:
        import matplotlib  # noqa: F401  # its presence is the check
    except ImportError:
        raise DrawingError("pictures of training need matplotlib: pip install matplotlib") from None


def new_figure(
    count: int, width: float, height: float, *, columns: int | None = None, ratios: Sequence[float] | None = None
) -> tuple[Figure, list[Axes]]:
    """A Figure of its own, outside pyplot's state, with so many axes of that size in inches."""
    columns = columns or count
    rows = math.ceil(count / columns)
    widths = [width * ratio / ratios[0] for ratio in ratios] if ratios else [width] * columns
    paint = look()
    figure: Figure = figure_class()(
        figsize=(sum(widths), height * rows), layout="constrained", dpi=120, facecolor=paint.paper
    )
    axes = figure.subplots(rows, columns, squeeze=False, gridspec_kw={"width_ratios": widths}).ravel().tolist()
    for axis in axes[count:]:
        axis.set_axis_off()
    for axis in axes[:count]:
        axis.set_facecolor(paint.paper)
        axis.spines[["top", "right"]].set_visible(False)
        axis.spines[:].set_color(paint.ink)
        axis.tick_params(which="both", colors=paint.ink)
        axis.title.set_fontsize("medium")
        for text in (axis.title, axis._left_title, axis.xaxis.label, axis.yaxis.label):
            text.set_color(paint.ink)
    return figure, axes[:count]


def titled(axis: Axes, title: str, x: str = "", y: str = "") -> None:
    """Give axes their title, at the left, and their names."""
    axis.set_title(title, loc="left", color=look().ink)
    axis.set_xlabel(x)
    axis.set_ylabel(y)


def legend(axis: Axes, **where: Any) -> None:
    """A legend in the colours of the paper."""
    paint = look()
    axis.legend(**where, labelcolor=paint.ink, facecolor=paint.paper, edgecolor=paint.grey)


def legend_beside(axis: Axes, **more: Any) -> None:
    """A legend beside the axes, never on what is drawn."""
    legend(axis, loc="upper left", bbox_to_anchor=(1.0, 1.0), **more)


def whole_ticks(axis: Axes) -> None:
    """Ticks at whole and round numbers: there is no epoch 2.5."""
    from matplotlib.ticker import MaxNLocator

    axis.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))


@functools.cache
def figure_class() -> Any:
    """matplotlib's Figure, which a notebook shows without pyplot, too."""
    require()
    from matplotlib.figure import Figure

    class ShownFigure(Figure):
        def _repr_png_(self) -> bytes:
            stream = io.BytesIO()
            self.savefig(stream, format="png")
            return stream.getvalue()

    return ShownFigure


def line(axis: Axes, x: Any, y: Any, color: str, style: Any, name: str) -> None:
    """A curve; with few points their places are marked."""
    marker = "o" if len(y) <= 30 else None
    axis.plot(x, y, color=color, linestyle=style, linewidth=1.8, marker=marker, markersize=3.5, label=name)


def smoothed(axis: Axes, x: Any, y: Array, color: Any, style: Any, name: str) -> None:
    """A curve; of many points faintly, with its running mean before it."""
    if len(y) <= _MANY_STEPS:
        axis.plot(x, y, color=color, linestyle=style, linewidth=1.5, label=name)
        return
    axis.plot(x, y, color=color, linewidth=0.5, alpha=0.35)
    window = max(2, len(y) // 40)
    mean = numpy.convolve(y, numpy.full(window, 1 / window), mode="valid")
    start = window // 2
    axis.plot(list(x)[start : start + len(mean)], mean, color=color, linestyle=style, linewidth=1.8, label=name)


def shades(count: int) -> list[str]:
    """Colours of layers from first to last, each a line that can be seen on the paper."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    low, high = look().layers
    return [to_hex(colormaps["viridis"](low + (high - low) * place / max(count - 1, 1))) for place in range(count)]


def class_colour(label: int) -> str:
    """The colour of a class."""
    classes = look().classes
    return classes[label % len(classes)]


def pale(color: str) -> Array:
    """A colour near the paper's, as red, green and blue, for what points stand on."""
    from matplotlib.colors import to_rgb

    paper = numpy.array(to_rgb(look().paper))
    found: Array = paper + 0.38 * (numpy.array(to_rgb(color)) - paper)
    return found
