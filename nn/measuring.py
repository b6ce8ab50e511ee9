"""How well a model does: its loss, and the share of samples that it takes for their class."""

from __future__ import annotations

from typing import Any

import numpy

from autograd import no_grad
from autograd.operation import silently

from .errors import NetworkError
from .meaning import Loss, meaning_of
from .module import mode
from .outputs import ROWS_AT_ONCE, classes_of, output_array, outputs_of, predict
from .state import Array


def accuracy(model: Any, inputs: Array, labels: Array, threshold: float = 0.5) -> float:
    """The share of samples whose greatest output (of one output: above the threshold or not) is at the label."""
    given = numpy.asarray(labels)
    if given.shape != (len(inputs),) or not given.size:
        raise NetworkError(
            f"accuracy takes one label for each of {len(inputs)} samples, not an array of shape {given.shape}"
        )
    with mode(model, training=False):
        return _correct(outputs_of(model, inputs), given, threshold) / len(inputs)


class Measure:
    """What is measured of a model's outputs beside targets.

    Attributes:
        has_classes: whether the targets are classes, so that there is an accuracy.
    """

    def __init__(self, loss: Loss, inputs: Array, targets: Array) -> None:
        self._loss, self._inputs, self._targets = loss, inputs, targets
        self._border = meaning_of(loss).border
        # Found once: what tells labels from other numbers looks at all of them.
        self._labels = labels_of(targets)
        self.has_classes: bool = self._labels is not None

    def of_batch(self, outputs: Array, targets: Array) -> float | None:
        """The accuracy on some of the samples."""
        if not self.has_classes:
            return None
        if targets.ndim == 2:
            targets = targets[:, 0] > 0 if targets.shape[1] == 1 else targets.argmax(axis=1)
        return _correct(outputs, targets, self._border) / len(targets)

    @silently
    def of_model(self, model: Any) -> tuple[float, float | None]:
        """The loss and the accuracy on all samples, of the model as it is in use."""
        total, correct, count = 0.0, 0, len(self._inputs)
        with no_grad(), mode(model, training=False):
            for start in range(0, count, ROWS_AT_ONCE):
                rows = slice(start, start + ROWS_AT_ONCE)
                inputs = self._inputs[rows]
                outputs = predict(model, inputs)
                total += float(self._loss(outputs, self._targets[rows]).item()) * len(inputs)
                if self._labels is not None:
                    correct += _correct(output_array(outputs), self._labels[rows], self._border)
        return total / count, None if self._labels is None else correct / count


def labels_of(targets: Array) -> Array | None:
    """The classes that targets stand for: labels themselves, rows that are one-hot, a column of 0 and 1 or of
    −1 and 1. None where they are no classes.

    >>> import numpy
    >>> labels_of(numpy.array([[0.0, 1.0], [1.0, 0.0]])), labels_of(numpy.array([[0.3]]))
    (array([1, 0]), None)
    """
    if targets.ndim == 1:
        return targets if targets.dtype.kind in "iu" else None
    if targets.ndim != 2:
        return None
    if targets.shape[1] == 1:
        found = set(numpy.unique(targets).tolist())
        return (targets[:, 0] > 0).astype(int) if found <= {0, 1} or found <= {-1, 1} else None
    is_one_hot = ((targets == 0) | (targets == 1)).all() and (targets.sum(axis=1) == 1).all()
    return targets.argmax(axis=1) if is_one_hot else None


def _correct(outputs: Array, labels: Array, border: float) -> int:
    return int(numpy.count_nonzero(classes_of(outputs, border) == labels))
