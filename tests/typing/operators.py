"""Operators, methods and attributes of `Value` and `Tensor`, as `functions.py` shows the functions."""

from typing import Any, assert_type

import numpy
from numpy.typing import NDArray

from autograd import Node, Tensor, Value

Array = NDArray[Any]

value = Value(0.5)
tensor = Tensor([[1.0, 2.0], [3.0, 4.0]])
array = numpy.ones((2, 2))
single = numpy.float32(2.0)

# --- a Value with numbers ---
assert_type(value * 2, Value)
assert_type(2 * value, Value)
assert_type(value + value, Value)
assert_type(1.0 - value, Value)
assert_type(value / 2, Value)
assert_type(value**2, Value)
assert_type(2**value, Value)
assert_type(value // 2, Value)
assert_type(value % 2, Value)
assert_type(value * single, Value)
assert_type(-value, Value)
assert_type(abs(value), Value)
assert_type(value.exp(), Value)
assert_type(value.relu(), Value)
assert_type(value < 1, bool)
assert_type(value >= value, bool)
assert_type(value.data, float)
assert_type(value.grad, float)
assert_type(value.item(), float)
assert_type(value.detach(), Value)
assert_type(round(value), int)
assert_type(round(value, 1), float)

# --- a Value with an array ---
assert_type(value * array, Tensor)
assert_type(array * value, Tensor)
assert_type(value - tensor, Tensor)
assert_type(tensor - value, Tensor)
assert_type(value < array, Tensor)
assert_type(value > tensor, Tensor)

# --- Tensors; NumPy's own types say that `array * tensor` is an array: it is a Tensor ---
assert_type(tensor * 2, Tensor)
assert_type(2 * tensor, Tensor)
assert_type(tensor * array, Tensor)
assert_type(tensor - [1.0, 2.0], Tensor)
assert_type(tensor @ tensor, Tensor)
assert_type(tensor @ array, Tensor)
assert_type(divmod(tensor, 2), tuple[Tensor, Tensor])
assert_type(-tensor, Tensor)
assert_type(abs(tensor), Tensor)
assert_type(tensor > 0, Tensor)
assert_type(tensor == 1, Tensor)
assert_type(~(tensor > 0) & (tensor < 3), Tensor)
assert_type(tensor[0], Tensor)
assert_type(tensor.T @ tensor, Tensor)
assert_type(tensor.tanh(), Tensor)
assert_type(tensor.sum(axis=0), Tensor)
assert_type(tensor.mean(), Tensor)
assert_type(tensor.reshape(4, 1), Tensor)
assert_type(tensor.argmax(axis=1), Tensor)
assert_type(tensor.softmax(), Tensor)
assert_type(tensor.shape, tuple[int, ...])
assert_type(tensor.data, Array)
assert_type(tensor.detach(), Tensor)
assert_type([row.sum() for row in tensor], list[Tensor])

if tensor.grad is not None:
    assert_type(tensor.grad, Array)


def either_way(x: Value | float, node: Node) -> None:
    assert_type(x * value, Value)
    assert_type(node * 2, Node)
    assert_type(node.exp(), Node)
    assert_type(value * node, Node)


either_way(2.0, tensor)


def refused() -> None:
    """Never run: each line is an error to a type checker."""
    value * "2"  # type: ignore[call-overload]
    value @ value  # type: ignore[operator]
    value.sum()  # type: ignore[attr-defined]
