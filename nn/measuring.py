"""How well a model does: its loss, and the share of samples that it takes for their class."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy

from autograd import Tensor, no_grad
from autograd.arguments import answering, check_call, described
from autograd.operation import silently

from .errors import NetworkError
from .meaning import Loss, Meaning, check_model, classes_named, labels_of, meaning_in, says_its_meaning
from .module import mode
from .outputs import ROWS_AT_ONCE, classes_of, output_array, outputs_each, outputs_of, predict
from .state import Array, plain


@answering("labels are the classes of the samples, from 0")
def accuracy(
    model: Any, inputs: Array, labels: Any, threshold: float | None = None, *, loss: Loss | None = None
) -> float:
    """The share of samples whose greatest output is at the label; of one output, whether it is on the label's side of
    its border.

    Args:
        labels: a class for each sample, from 0; beside one output also −1 and 1.
        threshold: the border of one output, a finite number; without it, that of the loss.
        loss: the one that the model was trained with; `fit` and `train_step` let a module remember it.

    Raises:
        NetworkError: labels that are no classes, outputs that are nan, or one output of unknown meaning; a threshold of
            several outputs, or that is no number; outputs that are not a row for each sample.
        DataTypeError: masked arrays.
    """
    check_model(model)
    check_call("accuracy: the model", model, (None,), {})
    rows = plain(inputs)
    if rows.ndim == 0:
        raise NetworkError(f"inputs have a row for each sample, and {described(inputs)} has none")
    inputs = rows
    if threshold is not None:
        if callable(threshold):
            raise NetworkError("a loss goes by name: accuracy(model, inputs, labels, loss=…)")
        if not isinstance(threshold, int | float | numpy.number) or isinstance(threshold, bool):
            raise NetworkError(f"the threshold is a number, the border of one output, not {described(threshold)}")
        if not math.isfinite(threshold):
            raise NetworkError(f"the threshold is a finite number, not {threshold}")
    labels = plain(labels)
    shape = labels.shape
    if shape != (len(inputs),) or not shape[0]:
        hint = "; .argmax(axis=1) makes labels of one-hot rows, [:, 0] of a column" if len(shape) == 2 else ""
        raise NetworkError(
            f"accuracy takes one label for each of {len(inputs)} samples, not an array of shape {shape}{hint}"
        )
    with mode(model, training=False):
        outputs = outputs_of(model, inputs)
    n_outputs = outputs_each(outputs, len(inputs))
    if threshold is not None and n_outputs != 1:
        raise NetworkError(
            f"a threshold is the border of one output, and there are {n_outputs}, of which the greatest is the class"
        )
    wanted = classes_named(labels, n_outputs)
    meaning = Meaning() if threshold is not None else meaning_in(model, loss, n_outputs)
    found = meaning.classes(outputs)
    if threshold is not None:
        found = classes_of(outputs, threshold)
    return int(numpy.count_nonzero(found == wanted)) / len(wanted)


def outputs_to_tell(model: Any, loss: Loss, inputs: Array, targets: Array) -> int | None:
    """How many outputs the model has for a sample (0: no row of them), found by asking it; None where targets are no
    classes, or where a loss of ours says what they are."""
    if says_its_meaning(loss) or labels_of(targets) is None:
        return None
    with mode(model, training=False):
        outputs = outputs_of(model, inputs)
    if len(outputs) != len(inputs):
        return 0
    return outputs.shape[1] if outputs.ndim == 2 else int(outputs.ndim == 1)


class Measure:
    """What is measured of a model's outputs beside targets.

    Args:
        n_outputs: how many the model has for a sample, where that is needed to tell classes from other targets.

    Attributes:
        has_classes: whether the targets are classes, so that there is an accuracy.
    """

    def __init__(
        self, loss: Loss, meaning: Meaning, inputs: Array, targets: Array, n_outputs: int | None = None
    ) -> None:
        self._loss, self._inputs, self._targets = loss, inputs, targets
        self._border = meaning.border
        # Kept, since telling class labels from other targets takes a look at every one of them.
        self._labels = labels_of(targets, n_outputs)
        self.has_classes: bool = self._labels is not None
        self._is_one_output = n_outputs == 1

    def of_batch(self, outputs: Array, targets: Array) -> float | None:
        """The accuracy on some of the samples."""
        if not self.has_classes:
            return None
        if targets.ndim == 2:
            targets = targets[:, 0] > 0 if targets.shape[1] == 1 else targets.argmax(axis=1)
        elif self._is_one_output:
            targets = targets > 0
        return _correct(outputs, targets, self._border) / len(targets)

    @silently
    def of_model(self, model: Any, loss: Loss | None = None) -> tuple[float, float | None]:
        """The loss (or another one, where a callback changed the run's) and the accuracy on all samples, of the model
        as it is in use."""
        loss = self._loss if loss is None else loss
        # Ours are means over the samples; of another loss' parts nothing follows for the whole.
        is_mean = says_its_meaning(loss)
        total, correct, count = 0.0, 0, len(self._inputs)
        parts: list[Any] = []
        with no_grad(), mode(model, training=False):
            for start in range(0, count, ROWS_AT_ONCE):
                rows = slice(start, start + ROWS_AT_ONCE)
                inputs = self._inputs[rows]
                outputs = predict(model, inputs)
                if is_mean:
                    total += float(loss(outputs, self._targets[rows]).item()) * len(inputs)
                else:
                    parts.append(outputs)
                if self._labels is not None:
                    correct += _correct(output_array(outputs), self._labels[rows], self._border)
            if not is_mean:
                total = float(loss(_joined(parts), self._targets).item()) * count
        return total / count, None if self._labels is None else correct / count


def _joined(parts: list[Any]) -> Any:
    """The outputs for all samples, of those for some at a time: Tensors, or lists of rows."""
    if len(parts) == 1:
        return parts[0]
    if isinstance(parts[0], list):
        return list(itertools.chain.from_iterable(parts))
    return Tensor(numpy.concatenate([part._data for part in parts]), requires_grad=False)


def _correct(outputs: Array, labels: Array, border: float) -> int:
    is_right = classes_of(outputs, border) == labels
    return int(numpy.count_nonzero(is_right & ~numpy.isnan(outputs).reshape(len(outputs), -1).any(axis=1)))
