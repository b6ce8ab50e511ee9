"""A user's program on the public functions, as mypy and pyright see it; `test_types.py` also runs it."""

from typing import Any, assert_type

import numpy
from numpy.typing import NDArray

import autograd
from autograd import (
    Operation,
    Tensor,
    Value,
    add,
    affine,
    argmax,
    astype,
    clip,
    concatenate,
    dot,
    elu,
    gelu,
    getitem,
    greater,
    isnan,
    leaky_relu,
    linalg,
    log_softmax,
    logical_not,
    matmul,
    maximum,
    mean,
    operations,
    permute,
    power,
    relu,
    reshape,
    softmax,
    softplus,
    split,
    squared_norm,
    stack,
    std,
    take,
    tanh,
    transpose,
    vstack,
    where,
)

Array = NDArray[Any]
Booleans = NDArray[numpy.bool_]

value = Value(2.0)
tensor = Tensor([[1.0, 2.0], [3.0, 4.0]])
array = numpy.ones((2, 2))
single = numpy.float64(2.0)

# --- one operand: what comes in comes out ---
assert_type(tanh(1.0), float)
assert_type(tanh(2), float)
assert_type(tanh(value), Value)
assert_type(tanh(tensor), Tensor)
assert_type(tanh(array), Array)
assert_type(relu([1.0, -1.0]), Array)
assert_type(tanh(single), float)
assert_type(tanh.name, str)
assert_type(tanh.symbol, str)
assert_type(gelu(value, approximate="tanh"), Value)
assert_type(leaky_relu(tensor, 0.1), Tensor)
assert_type(elu(x=1.0), float)
assert_type(softplus(array), Array)

# --- two: a Value with numbers is a Value, with an array a Tensor; whatever meets a Tensor is one ---
assert_type(add(1, 2), float)
assert_type(add(value, 2), Value)
assert_type(add(2.0, value), Value)
assert_type(add(value, value), Value)
assert_type(maximum(value, single), Value)
assert_type(add(value, array), Tensor)
assert_type(add(array, value), Tensor)
assert_type(add(tensor, value), Tensor)
assert_type(add(value, tensor), Tensor)
assert_type(add(tensor, 1), Tensor)
assert_type(add(tensor, [1.0, 2.0]), Tensor)
assert_type(add(array, tensor), Tensor)
assert_type(add(array, array), Array)
assert_type(power(array, 2), Array)
assert_type(power(2, array), Array)

# --- predicates: recorded on nodes, booleans elsewhere ---
assert_type(greater(1, 2), bool)
assert_type(greater(value, 0), Value)
assert_type(greater(tensor, 0), Tensor)
assert_type(greater(array, 0), Booleans)
assert_type(logical_not(array), Booleans)
assert_type(isnan(1.0), bool)
assert_type(isnan(tensor), Tensor)
assert_type(where(value, value, 0.0), Value)
assert_type(where(greater(tensor, 0), tensor, 0.0), Tensor)
assert_type(where(array > 0, array, 0.0), Array)
assert_type(where(True, 1.0, 2.0), float)

# --- functions on arrays ---
assert_type(autograd.sum(tensor), Tensor)
assert_type(autograd.sum(tensor, axis=0, keepdims=True), Tensor)
assert_type(autograd.sum(x=tensor), Tensor)
assert_type(autograd.max(tensor, 1), Tensor)
assert_type(autograd.min(tensor), Tensor)
assert_type(autograd.any(greater(tensor, 0)), Tensor)
assert_type(autograd.all(greater(tensor, 0)), Tensor)
assert_type(mean(array, (0, 1)), Any)
assert_type(std(tensor, ddof=1), Tensor)
assert_type(squared_norm(tensor, scale=0.5), Tensor)
assert_type(argmax(tensor, axis=1), Tensor)
assert_type(softmax(tensor), Tensor)
assert_type(log_softmax(array, axis=0), Array)
assert_type(reshape(tensor, (4, 1)), Tensor)
assert_type(reshape(array, -1), Array)
assert_type(transpose(tensor), Tensor)
assert_type(permute(tensor, 1, 0), Tensor)
assert_type(astype(tensor, "float32"), Tensor)
assert_type(clip(tensor, 0, None), Tensor)
assert_type(clip(value, 0.0, 1.0), Value)
assert_type(clip(2.0, high=1.0), float)
assert_type(getitem(tensor, (0, slice(1))), Tensor)
assert_type(take(tensor, [0, 1], axis=1), Tensor)
assert_type(split(tensor, 2), list[Tensor])
assert_type(split(array, [1], axis=1), list[Array])
assert_type(matmul(tensor, array), Tensor)
assert_type(matmul(array, tensor), Tensor)
assert_type(dot(tensor, [[1.0], [2.0]]), Tensor)
assert_type(affine(array, tensor, tensor[0]), Tensor)
assert_type(concatenate([tensor, tensor]), Tensor)
assert_type(stack([array, array], axis=1), Array)
assert_type(vstack([tensor, array]), Tensor)
assert_type(operations(), dict[str, Operation])

# --- linear algebra ---
assert_type(linalg.solve(tensor, [1.0, 2.0]), Tensor)
assert_type(linalg.solve(numpy.eye(2), array), Array)
assert_type(linalg.inv(tensor), Tensor)
assert_type(autograd.linalg.det(tensor), Tensor)
assert_type(linalg.eigh(tensor), linalg.EighResult)
assert_type(linalg.slogdet(array), linalg.SlogdetResult)
assert_type(linalg.svdvals(tensor), Tensor)
assert_type(linalg.norm(tensor, "nuc"), Tensor)
assert_type(autograd.tensordot(tensor, array, 1), Tensor)
assert_type(autograd.vecdot(array, tensor), Tensor)
assert_type(autograd.convolve(numpy.ones(2), numpy.ones(2), "same"), Array)


def either_way(x: Value | float) -> Value | float:
    return assert_type(tanh(x), Value | float)


def refused() -> None:
    """Never run: each line is an error to a type checker."""
    tanh("1.0")  # type: ignore[call-overload]
    autograd.sum(value)  # type: ignore[call-overload]
    autograd.sum(tensor, axes=0)  # type: ignore[call-overload]
    add(value)  # type: ignore[call-overload]
    reshape(tensor, None)  # type: ignore[call-overload]
