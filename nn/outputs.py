"""What comes out of a model: as arrays, and as the classes that they stand for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from autograd import Node, Tensor, no_grad
from autograd.arguments import described

from .errors import NetworkError
from .state import Array, plain

# What measuring holds in memory at once.
ROWS_AT_ONCE = 2000


def predict(model: Callable[[Any], Any], inputs: Array) -> Any:
    """The model's outputs; the batch is shared with it, not copied."""
    return model(Tensor(inputs, requires_grad=False, copy=False))


def outputs_of(model: Callable[[Any], Any], inputs: Array, rows_at_once: int = ROWS_AT_ONCE) -> Array:
    """What comes out for rows of inputs, without a graph."""
    parts: list[Array] = []
    inputs = plain(inputs)
    with no_grad():
        for start in range(0, max(len(inputs), 1), rows_at_once):
            parts.append(output_array(predict(model, inputs[start : start + rows_at_once])))
    return numpy.concatenate(parts)


def output_array(outputs: Any) -> Array:
    """A network's outputs, Tensor or lists of Values, as an array of rows."""
    if isinstance(outputs, Tensor):
        return outputs.data
    if not isinstance(outputs, list | tuple | numpy.ndarray):
        hint = ": does it end in return?" if outputs is None else ""
        raise NetworkError(f"a model gives a Tensor of rows, or lists of Values, not {described(outputs)}{hint}")
    return numpy.array([[value.data if isinstance(value, Node) else value for value in row] for row in outputs])


def outputs_each(outputs: Array, samples: int) -> int:
    """How many outputs each of so many samples has. Raises NetworkError where there is no row of them for each."""
    if outputs.ndim not in (1, 2) or len(outputs) != samples or 0 in outputs.shape[1:]:
        raise NetworkError(
            f"the model gives {samples} samples outputs of shape {outputs.shape}: classes are read off a row of "
            "outputs for each sample"
        )
    return outputs.shape[1] if outputs.ndim == 2 else 1


def classes_of(outputs: Array, border: float = 0.5) -> Array:
    """The class of each row of outputs: the greatest; of one output, whether it is above the border.

    >>> classes_of(numpy.array([[0.2], [0.9]])), classes_of(numpy.array([[3.0, 1.0, 2.0]]))
    (array([0, 1]), array([0]))
    """
    if outputs.ndim != 2:  # a model may give one number a sample, without a column
        outputs = outputs.reshape(len(outputs), -1)
    return (outputs[:, 0] > border).astype(int) if outputs.shape[1] == 1 else outputs.argmax(axis=1)
