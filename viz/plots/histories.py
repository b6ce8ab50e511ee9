"""Curves of training over its steps and epochs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy

from ..errors import DrawingError
from .looks import LINES, Array, legend, legend_beside, line, look, new_figure, shades, smoothed, titled, whole_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_HELD_OUT = "validation"


def curves(history: Any, held_out: str = _HELD_OUT) -> Figure:
    """Loss and accuracy over the epochs, in training and on the data held out; the loss of every step behind them.

    Args:
        history: an `nn.History` of at least one epoch or step.
        held_out: what the data is, by its name: "validation", or "test".
    """
    losses = history.steps.column("loss")
    if not len(losses):
        raise DrawingError("a history without a step has no curves")
    ends, paint = history.column("number"), look()
    kinds = [kind for kind in ("loss", "accuracy") if kind == "loss" or _measured(history, kind)]
    figure, axes = new_figure(len(kinds), 4.6, 3.6)
    for kind, axis in zip(kinds, axes, strict=True):
        along = _fraction_of_epochs(history)
        of_steps = history.steps.column(kind)
        if len(of_steps) > len(ends):
            axis.plot(along, of_steps, color=paint.grey, linewidth=0.5, alpha=0.5, label="each step")
        if len(ends):
            line(axis, ends, history.column(kind), paint.first, "-", "training")
            if _has_numbers(history.column(f"validation_{kind}")):
                line(axis, ends, history.column(f"validation_{kind}"), paint.second, "--", held_out)
        titled(axis, kind, "epoch")
        if len(ends) > 1:
            whole_ticks(axis)
        if kind == "accuracy":
            _zoom_to_epochs(axis, history)
            _as_percent(axis)
            legend(axis, loc="lower right")
        else:
            _scale_of_losses(axis, history)
            legend(axis, loc="upper right")
    return figure


def gradient_norms(history: Any) -> Figure:
    """The norm of the gradient over the steps: layer by layer where they were noted, of all together otherwise.

    Args:
        history: an `nn.History`; its `layers` are what `nn.Diagnostics` noted.
    """
    if not len(history.steps):
        raise DrawingError("a history without a step has no gradients")
    figure, (axis,) = new_figure(1, 6.4, 3.8)
    layers: dict[str, list[Any]] = {}
    for figures in history.layers:
        layers.setdefault(figures.layer, []).append(figures)
    looks = zip(shades(len(layers)), itertools.cycle(LINES), strict=False)
    for (name, figures), (shade, style) in zip(layers.items(), looks, strict=True):
        steps = [one.step + 1 for one in figures]
        smoothed(axis, steps, numpy.array([one.gradient_norm for one in figures]), shade, style, name)
    if not layers:
        norms = history.steps.column("gradient_norm")
        smoothed(axis, range(1, len(norms) + 1), norms, look().first, "-", "all parameters")
    if any((numpy.asarray(line.get_ydata(), dtype=float) > 0).any() for line in axis.get_lines()):
        axis.set_yscale("log")
    titled(axis, "norm of the gradient", "step")
    whole_ticks(axis)
    legend_beside(axis)
    return figure


def seeds(histories: Sequence[Any], claim: float | None = None, held_out: str = _HELD_OUT) -> Figure:
    """The same training from several starts: the accuracy of each over the epochs, and where they end.

    Args:
        histories: an `nn.History` for each seed.
        claim: an accuracy to draw a line at.
        held_out: what the data that is held out is, by its name.
    """
    paint = look()
    is_validated = all(_measured(history, "validation_accuracy") for history in histories)
    kind = "validation_accuracy" if is_validated else "accuracy"
    last = [history.column(kind)[-1] for history in histories if len(history)]
    if not last:
        raise DrawingError("no seed has an epoch that could be drawn")
    figure, (left, right) = new_figure(2, 4.6, 3.6, ratios=(3, 1))
    for history in histories:
        left.plot(history.column("number"), history.column(kind), color=paint.first, linewidth=0.8, alpha=0.55)
    measured = f"{held_out} accuracy" if is_validated else kind
    titled(left, f"{measured} of {len(last)} seeds", "epoch")
    whole_ticks(left)
    right.sharey(left)
    spread = _spread(numpy.array(last))
    right.plot(spread, last, "o", color=paint.first, markersize=5, markerfacecolor=paint.paper)
    right.axhline(float(numpy.median(last)), color=paint.first, linewidth=1.5)
    right.annotate(
        f"median {numpy.median(last):.1%}", (1.0, float(numpy.median(last))), xycoords=("axes fraction", "data"),
        xytext=(4, 0), textcoords="offset points", va="center", fontsize="small", color=paint.ink,
    )  # fmt: skip
    right.set_xlim(-1, 1)
    right.set_xticks([])
    right.tick_params(labelleft=False)
    titled(right, "at the end")
    if claim is not None:
        reached = sum(accuracy >= claim for accuracy in last)
        for axis in (left, right):
            axis.axhline(claim, color=paint.second, linestyle="--", linewidth=1.2)
        left.text(
            0.99, claim, f"{reached} of {len(last)} reach {claim:.0%}", ha="right", fontsize="small",
            va="top" if claim > 0.97 else "bottom", transform=left.get_yaxis_transform(),
            color=paint.ink,
        )  # fmt: skip
    _as_percent(left)
    return figure


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
