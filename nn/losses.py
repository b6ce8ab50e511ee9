"""Losses: one number for a batch, averaged over its samples (rows), each recorded in a scope of its own.

They take what the networks give: a Tensor whose rows are samples, or for networks of Values a list of lists of Values.
Several outputs without rows are refused where they may be one sample's as well as one output of several samples.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy
import numpy.typing

from autograd import (
    DataTypeError,
    ShapeError,
    Tensor,
    Value,
    absolute,
    array,
    clip,
    equal,
    getitem,
    less_equal,
    log,
    log_softmax,
    logaddexp,
    ops,
    relu,
    scope,
    softplus,
    square,
    where,
)
from autograd.arguments import answering, check_known
from autograd.modes import current_mode, note_check
from autograd.operands import as_array, as_operand
from autograd.operation import holds_nodes

from .checks import checked
from .errors import NetworkError
from .meaning import Loss, Meaning

_answering = answering(
    reduction="a loss is averaged over its samples; times their number it is the sum",
    weight="every sample counts the same; a weighed loss is a function of your own",
    pos_weight="every sample counts the same; a weighed loss is a function of your own",
    label_smoothing="give the smoothed shares as targets",
)


@Meaning("values", output="sigmoid")
@_answering
def quadratic(a: Any, y: Any) -> Any:
    """½‖a − y‖², averaged over the samples: document 002's cost.

    Args:
        a: outputs, (samples, outputs): one sample is a row, (1, outputs), n predictions of one number each are a
            column, (n, 1).
        y: targets of the same shape.

    Raises:
        ShapeError: other shapes, or several outputs without rows. DataTypeError: a target that is nan.

    >>> from autograd import Tensor
    >>> from nn import quadratic
    >>> quadratic(Tensor([[0.0, 1.0], [1.0, 1.0]]), [[0.0, 0.0], [1.0, 1.0]]).item()
    0.25
    """
    if _is_values(a):
        cost = _averaged_values("quadratic", a, y, lambda a, y: square(a - y), factor=0.5)
    else:
        a, y = _same_shaped("quadratic", a, y)
        with scope("quadratic"):
            cost = ops.squared_norm(a - y, axis=None, keepdims=False, scale=0.5 / _samples(a.shape))
    return _checked(quadratic, cost, a, y)


@Meaning("probabilities", output="sigmoid")
@_answering
def binary_cross_entropy(a: Any, y: Any) -> Any:
    """−(y log a + (1 − y) log(1 − a)) for probabilities a, summed over outputs and averaged over samples:
    documents 000 and 001. 0 · log 0 counts as 0; a wrong certainty costs infinity.

    >>> from autograd import Tensor
    >>> from nn import binary_cross_entropy
    >>> binary_cross_entropy(Tensor([[1.0], [0.0]]), [[1.0], [0.0]]).item()
    0.0
    """

    def of_element(a: Any, y: Any) -> Any:
        a = _without_excess(a)
        return -(_y_log(y, a) + _y_log(1 - y, 1 - a))

    return _averaged(binary_cross_entropy, a, y, of_element)


@Meaning("logits")
@_answering
def binary_cross_entropy_with_logits(z: Any, y: Any) -> Any:
    """`binary_cross_entropy` of sigmoid(z), without the loss of digits at large |z|.

    >>> from autograd import Tensor
    >>> from nn import binary_cross_entropy_with_logits
    >>> binary_cross_entropy_with_logits(Tensor([[1000.0], [-1000.0]]), [[1.0], [0.0]]).item()
    0.0
    """
    return _averaged(binary_cross_entropy_with_logits, z, y, lambda z, y: softplus(z) - z * y)


@Meaning("values")
@_answering
def mean_absolute_error(a: Any, y: Any) -> Any:
    """|a − y|, summed over outputs and averaged over samples.

    >>> from autograd import Tensor
    >>> from nn import mean_absolute_error
    >>> mean_absolute_error(Tensor([[1.0], [5.0]]), [[0.0], [2.0]]).item()
    2.0
    """
    return _averaged(mean_absolute_error, a, y, lambda a, y: absolute(a - y))


@Meaning("values")
@_answering
def huber(a: Any, y: Any, delta: float = 1.0) -> Any:
    """½(a − y)² up to a distance of `delta`, beyond it a straight line, δ(|a − y| − ½δ); summed over outputs and
    averaged over samples (Huber 1964).

    >>> from autograd import Tensor
    >>> from nn import huber
    >>> huber(Tensor([[1.0], [5.0]]), [[0.0], [2.0]]).item()
    1.5
    """
    delta = checked("huber's delta", delta)

    def of_element(a: Any, y: Any) -> Any:
        distance = absolute(a - y)
        return where(less_equal(distance, delta), 0.5 * square(a - y), delta * (distance - 0.5 * delta))

    return _averaged(huber, a, y, of_element)


@Meaning("scores", no=-1.0)
@_answering
def hinge(a: Any, y: Any) -> Any:
    """max(0, 1 − y·a) for targets of −1 and 1, summed over outputs and averaged over samples.

    >>> from autograd import Tensor
    >>> from nn import hinge
    >>> hinge(Tensor([[0.5], [3.0]]), [[1.0], [1.0]]).item()
    0.25
    """
    return _averaged(hinge, a, y, lambda a, y: relu(1 - a * y))


@Meaning("logits", takes_labels=True, output="identity")
@_answering
def softmax_cross_entropy(logits: Any, labels: Any) -> Any:
    """−log softmax(logits)[label], averaged over the samples.

    Args:
        logits: (samples, classes), before any softmax.
        labels: integers of shape (samples,), or rows of probabilities (one-hot) of the logits' shape.

    Raises:
        ShapeError: other shapes. DataTypeError: a label that is no class.

    >>> from autograd import Tensor
    >>> from nn import softmax_cross_entropy
    >>> softmax_cross_entropy(Tensor([[1000.0, -1000.0]]), [1]).item()
    2000.0
    """
    if _is_values(logits):
        return _softmax_cross_entropy_of_values(logits, labels)
    logits = _tensor(logits)
    targets = _to_check(labels)
    if targets.ndim == 1 and targets.dtype.kind in "iu" and logits.ndim == 2:
        _check_numbers(functools.partial(_check_labels, shape=logits.shape), labels)
        with scope("softmax_cross_entropy"):
            picked = getitem(log_softmax(logits), (numpy.arange(len(targets)), labels if _is_node(labels) else targets))
            return picked.sum() * (-1 / len(targets))
    _check_classes(logits.shape, targets)
    _check(softmax_cross_entropy, None, labels)
    with scope("softmax_cross_entropy"):
        shares = _constant(labels, logits.dtype)
        return _weighed(shares, log_softmax(logits)).sum() * (-1 / _samples(logits.shape))


def loss_of(loss: Loss | str) -> Loss:
    """The loss that is given as itself or by its name, with hyphens or underscores."""
    if isinstance(loss, str):
        check_known("loss", loss.replace("_", "-"), LOSSES, NetworkError)
        return LOSSES[loss.replace("_", "-")]
    if not callable(loss):
        raise NetworkError(f"a loss is a function of outputs and targets, such as nn.quadratic, not {loss!r:.60}")
    return loss


LOSSES: dict[str, Loss] = {
    "quadratic": quadratic,
    "binary-cross-entropy": binary_cross_entropy,
    "binary-cross-entropy-with-logits": binary_cross_entropy_with_logits,
    "softmax-cross-entropy": softmax_cross_entropy,
    "mean-absolute-error": mean_absolute_error,
    "huber": huber,
    "hinge": hinge,
}


def _checked(loss: Any, cost: Any, a: Any, y: Any) -> Any:
    """What a loss costs, or a refusal as of `_check`. A target that is nan makes the cost nan: only then are those of
    a loss of values looked at."""
    if loss.meaning.outputs != "values" or math.isnan(cost._data) or current_mode().checked is not None:
        _check(loss, a, y)
    return cost


def _check(loss: Any, a: Any, y: Any) -> None:
    """Refuse constant targets that the loss cannot mean, and outputs that are no probabilities where it takes such.
    Targets that are differentiated by may be anything near."""
    meaning: Meaning = loss.meaning
    of_targets = functools.partial(meaning.check, loss.__name__, what="targets")
    if not _is_differentiable(y):
        _check_numbers(of_targets, y)
    elif isinstance(y, Tensor) and y.op is None:  # an argument of a function that is compiled may stand for constants
        _note(of_targets, y)
    if meaning.outputs == "probabilities":
        of_outputs = functools.partial(meaning.check, loss.__name__, what="outputs")
        if _is_values(a):
            of_outputs(numpy.array([[_number(one) for one in row] for row in _rows(a)]))
        else:
            _check_numbers(of_outputs, a)


def _averaged(loss: Any, a: Any, y: Any, of_element: Callable[[Any, Any], Any]) -> Any:
    """An elementwise loss, summed over outputs and averaged over samples."""
    if _is_values(a):
        cost = _averaged_values(loss.__name__, a, y, of_element)
    else:
        a, y = _same_shaped(loss.__name__, a, y)
        with scope(loss.__name__):
            cost = _scaled(of_element(a, y).sum(), 1 / _samples(a.shape))
    return _checked(loss, cost, a, y)


def _averaged_values(name: str, a: Any, y: Any, of_element: Callable[[Any, Any], Any], factor: float = 1.0) -> Any:
    """The same for outputs that are Values, times a factor."""
    rows = _rows(a)
    targets, shape = _target_rows(y, one_sample=rows is not a)
    _check_same_shape(name, _shape(rows), shape)
    if isinstance(a, list | tuple) and rows is not a:
        _check_has_rows(name, (len(a),), "[outputs]", "[[a] for a in outputs]")
    with scope(name):
        costs = [
            of_element(output, target)
            for row, wanted in zip(rows, targets, strict=True)
            for output, target in zip(row, wanted, strict=True)
        ]
        return _scaled(functools.reduce(operator.add, costs), factor / len(rows))


def _same_shaped(name: str, a: Any, y: Any) -> tuple[Tensor, Tensor]:
    """Outputs and targets as Tensors of one shape."""
    a = _tensor(a)
    y = _constant(y, a.dtype)
    _check_same_shape(name, a.shape, y.shape)
    _check_has_rows(name, a.shape, "outputs.reshape(1, -1)", "outputs.reshape(-1, 1)")
    return a, y


def _softmax_cross_entropy_of_values(logits: Any, labels: Any) -> Any:
    rows = _rows(logits)
    if _is_differentiable(labels):
        return _cross_entropy_of_shares(rows, *_target_rows(labels, one_sample=rows is not logits))
    targets = _targets(labels)
    if targets.dtype.kind in "iu" and targets.ndim == 1 and (rows is logits or targets.size == 1):
        _check_labels(targets, _shape(rows))
        targets = numpy.eye(len(rows[0]))[targets]
    targets = targets.reshape(1, -1) if targets.ndim == 1 and rows is not logits else targets
    _check_classes(_shape(rows), targets)
    _check(softmax_cross_entropy, None, targets)
    with scope("softmax_cross_entropy"):
        costs = []
        for row, wanted in zip(rows, targets.tolist(), strict=True):
            normalizer = functools.reduce(logaddexp, row)
            costs += [(normalizer - score) * share for score, share in zip(row, wanted, strict=True) if share]
        costs = costs or [0.0 * rows[0][0]]  # all shares are 0: nothing is wanted
        return _scaled(functools.reduce(operator.add, costs), 1 / len(rows))


def _cross_entropy_of_shares(rows: Any, shares: Any, shape: tuple[int, ...]) -> Any:
    """The same where shares are nodes, to which gradients flow, too."""
    _check_same_shape("softmax_cross_entropy", _shape(rows), shape)
    with scope("softmax_cross_entropy"):
        costs = []
        for row, wanted in zip(rows, shares, strict=True):
            normalizer = functools.reduce(logaddexp, row)
            costs += [_weighed(share, normalizer - score) for score, share in zip(row, wanted, strict=True)]
        return _scaled(functools.reduce(operator.add, costs), 1 / len(rows))


def _weighed(share: Any, cost: Any) -> Any:
    """share · cost, and 0 where the share is 0: a class that is certainly not costs nothing, however impossible it is.
    Where the share is differentiated by, its slope, a finite cost, is kept."""
    if not _is_differentiable(share):
        return share * where(equal(share, 0), 0, cost)
    return share * where(equal(share, 0) * equal(absolute(cost), math.inf), 0, cost)


def _scaled(total: Any, factor: float) -> Any:
    return total if factor == 1 else total * factor


def _without_excess(a: Any) -> Any:
    """Probabilities without what rounding in a softmax has left outside 0 … 1; their slopes are those of 0 and 1."""
    if current_mode().tracing:  # a program is run on others, too
        return a - (a - clip(a, 0, 1)).detach()
    numbers = _number(a)
    excess = numbers - numpy.clip(numbers, 0, 1)
    return a - (float(excess) if isinstance(a, Value) else excess) if numpy.any(excess) else a


def _y_log(y: Any, a: Any) -> Any:
    """y · log a, and 0 where y is 0 whatever a is. Where y is differentiated by, its slope log a is kept."""
    is_nothing = equal(y, 0) * equal(a, 0) if _is_differentiable(y) else equal(y, 0)
    return y * log(where(is_nothing, 1, a))


def _check_numbers(check: Callable[[Any], None], x: Any) -> None:
    """Check an array, or a node's; by a program, at each of its calls."""
    check(_to_check(x))
    if _is_node(x):
        _note(check, x)


def _note(check: Callable[[Any], None], node: Any) -> None:
    note_check(node, lambda data: check(_to_check(data)))


def _is_node(x: Any) -> bool:
    return isinstance(x, Tensor | Value)


def _is_differentiable(y: Any) -> bool:
    """Whether gradients flow to targets: to a node, or to those that a list holds."""
    return bool(y.requires_grad) if _is_node(y) else holds_nodes(y)


def _number(one: Any) -> Any:
    """An output's number, read past `data` as in `_to_check`."""
    return one._data if _is_node(one) else one


def _is_values(a: Any) -> bool:
    """Whether these are the outputs of a network of Values."""
    if isinstance(a, Tensor):
        return False
    while isinstance(a, list | tuple) and len(a):
        a = a[0]
    return isinstance(a, Value)


def _rows(outputs: Any) -> Sequence[Sequence[Value]]:
    """Outputs of Values as rows of samples."""
    if isinstance(outputs, Value):
        return [[outputs]]
    return outputs if isinstance(outputs[0], list | tuple) else [outputs]


def _target_rows(y: Any, one_sample: bool) -> tuple[Any, tuple[int, ...]]:
    """Targets as rows, of nodes where they are such, else of numbers; and their shape."""
    if _is_values(y) and all(isinstance(one, Value | float | int) for row in _rows(y) for one in row):
        return _rows(y), _shape(_rows(y))
    is_recorded = _is_differentiable(y)
    targets = array(y) if is_recorded else _targets(y)
    targets = targets.reshape(1) if targets.ndim == 0 else targets
    targets = targets.reshape(1, -1) if targets.ndim == 1 and one_sample else targets
    if is_recorded and targets.ndim == 2:
        rows, columns = map(range, targets.shape)
        return [[targets[row, column] for column in columns] for row in rows], targets.shape
    return [] if is_recorded else targets.tolist(), targets.shape


def _shape(rows: Sequence[Sequence[Value]]) -> tuple[int, int]:
    widths = {len(row) for row in rows}
    if len(widths) != 1:
        raise ShapeError(f"the rows of outputs differ in length: {', '.join(map(str, sorted(widths)))}")
    return len(rows), widths.pop()


def _tensor(a: Any) -> Tensor:
    if isinstance(a, Tensor):
        return a
    if a is None:
        raise NetworkError("outputs are None: does the model end in return?")
    found = as_operand("outputs", a)  # a list that holds nodes is recorded
    return found if isinstance(found, Tensor) else Tensor(found, requires_grad=False)


def _targets(y: Any) -> numpy.typing.NDArray[Any]:
    return numpy.atleast_1d(as_array("targets", y.data if _is_node(y) else y))


def _to_check(y: Any) -> numpy.typing.NDArray[Any]:
    """Targets that are checked and not computed with: read past `y.data`, which tells a recording that a number was
    looked at."""
    return numpy.atleast_1d(y._data if _is_node(y) else as_array("targets", y))  # a node's are checked already


def _constant(y: Any, dtype: Any) -> Any:
    """Targets in the outputs' dtype, so that they do not widen the loss."""
    if isinstance(y, Tensor):
        return y
    if isinstance(y, Value):
        return array(y) if y.requires_grad else Tensor(y.data, requires_grad=False)
    if type(y) is numpy.ndarray and y.dtype == dtype:  # the usual case, at once
        return Tensor(y, requires_grad=False, copy=False)
    found = as_operand("targets", y)  # a list that holds nodes is recorded
    if isinstance(found, Tensor):
        return found
    return Tensor(found if found.dtype == dtype else _narrowed(found, dtype), requires_grad=False, copy=False)


def _narrowed(targets: numpy.typing.NDArray[Any], dtype: Any) -> numpy.typing.NDArray[Any]:
    with numpy.errstate(over="ignore"):
        found = targets.astype(dtype)
    lost = numpy.isinf(found) & numpy.isfinite(targets)
    if lost.any():
        raise DataTypeError(f"the target {targets[lost][0]:.6g} is beyond {dtype}, the outputs' dtype")
    return found


def _samples(shape: tuple[int, ...]) -> int:
    return shape[0] if len(shape) > 1 else 1


def _check_same_shape(name: str, shape: tuple[int, ...], targets: tuple[int, ...]) -> None:
    if shape != targets:
        raise ShapeError(f"{name}: outputs of shape {shape} and targets of shape {targets}; they must be the same")
    if 0 in shape:
        raise ShapeError(f"{name}: outputs of shape {shape} hold no sample to average over")


def _check_has_rows(name: str, shape: tuple[int, ...], as_row: str, as_column: str) -> None:
    if len(shape) == 1 and shape[0] > 1:
        raise ShapeError(
            f"{name}: outputs of shape {shape} may be one sample's or those of {shape[0]} samples, over which they "
            f"would be averaged: write {as_row} for one sample or {as_column} for {shape[0]}, and the targets likewise"
        )


def _check_classes(shape: tuple[int, ...], targets: numpy.typing.NDArray[Any]) -> None:
    """Rows of probabilities, one for each row of logits."""
    if targets.ndim == 1 and len(shape) == 2 and targets.dtype.kind == "f":
        raise ShapeError(
            f"softmax_cross_entropy: logits of shape {shape} take integer labels or rows of probabilities, "
            f"not {targets.dtype} of shape {targets.shape}"
        )
    _check_same_shape("softmax_cross_entropy", shape, targets.shape)


def _check_labels(labels: numpy.typing.NDArray[Any], shape: tuple[int, ...]) -> None:
    if shape[0] != len(labels):
        raise ShapeError(
            f"softmax_cross_entropy: logits of shape {shape} and {len(labels)} labels; one label a row is needed"
        )
    if not len(labels):
        raise ShapeError(f"softmax_cross_entropy: logits of shape {shape} hold no sample to average over")
    wrong = labels[(labels < 0) | (labels >= shape[1])]
    if len(wrong):
        raise DataTypeError(
            f"softmax_cross_entropy: label {wrong[0]} is none of the {shape[1]} classes 0 … {shape[1] - 1}"
        )
