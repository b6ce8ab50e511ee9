"""Which classes are taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy

from .checks import check_counts, check_names, classes_of_samples, from_zero
from .looks import Array, look, new_figure, titled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Below this share of mistakes nothing is black, so that a single mistake among many samples is not.
_DARK_SHARE = 0.15


def confusion_matrix(labels: Array, predicted: Array, names: Sequence[str] | None = None) -> Figure:
    """How many of each class were taken for which; shaded by the share of mistakes, for the rest is right anyway.

    Args:
        labels, predicted: the class of each sample, a whole number from 0, or −1 and 1 for two classes.
        names: of the classes, in their order.

    Raises DrawingError where they are not that, or not as many as each other.
    """
    from matplotlib.patches import Rectangle

    labels = classes_of_samples("confusion_matrix", "labels", labels)
    predicted = classes_of_samples("confusion_matrix", "predicted", predicted)
    check_counts("confusion_matrix", {"labels": labels, "predictions": predicted})
    (labels, predicted), signs = from_zero("confusion_matrix", labels, predicted)
    names = signs if names is None else names
    highest = int(max(labels.max(), predicted.max()))
    names = [str(label) for label in range(highest + 1)] if names is None else list(names)
    n_classes = len(names)
    check_names("confusion_matrix", names, highest)
    counts = numpy.zeros((n_classes, n_classes), dtype=int)
    numpy.add.at(counts, (labels, predicted), 1)
    mistakes = counts / numpy.maximum(counts.sum(axis=1, keepdims=True), 1)
    numpy.fill_diagonal(mistakes, 0.0)
    size = max(3.2, 0.52 * n_classes + 1.2)
    figure, (axis,) = new_figure(1, size + 0.4, size)
    paint = look()
    most = float(mistakes.max())
    darkest = max(1.25 * most, _DARK_SHARE)
    axis.imshow(mistakes, cmap=paint.greys, vmin=0, vmax=darkest)
    for row in range(n_classes):
        for column in range(n_classes):
            if row == column:
                place = (column - 0.5, row - 0.5)
                axis.add_patch(Rectangle(place, 1, 1, fill=False, edgecolor=paint.grey, linewidth=0.8, clip_on=False))
            if counts[row, column]:
                is_dark = row != column and mistakes[row, column] > 0.5 * darkest
                axis.text(
                    column, row, f"{counts[row, column]:,}", ha="center", va="center",
                    color=paint.paper if is_dark else paint.ink, fontsize="small" if n_classes > 4 else "medium",
                    fontweight="bold" if row == column else "normal",
                )  # fmt: skip
    axis.set_xticks(range(n_classes), names)
    axis.set_yticks(range(n_classes), names)
    titled(axis, f"{numpy.trace(counts):,} of {counts.sum():,} right", "taken for", "is")
    axis.spines[:].set_visible(False)
    axis.tick_params(length=0)
    return figure
