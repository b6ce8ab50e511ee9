"""Sums of products over axes."""

from __future__ import annotations

import math
from typing import Any

from .. import array_functions, ops
from ..errors import ShapeError
from ..operands import Shape, operand_of
from .shape import moveaxis

__all__ = ["dot", "inner", "outer"]


def dot(a: Any, b: Any) -> Any:
    """NumPy's dot: the product of numbers, the inner product of vectors, the matrix product; with more
    axes, the sum of products over a's last and b's second to last.

    >>> from autograd import Tensor, dot
    >>> dot(Tensor([1.0, 2.0]), [3.0, 4.0]).item()
    11.0
    """
    a, b = operand_of("dot", a), operand_of("dot", b)
    if a.ndim == 0 or b.ndim == 0:
        return ops.multiply(a, b)
    if b.ndim <= 2:
        return array_functions.matmul(a, b)
    if a.shape[-1] != b.shape[-2]:
        raise ShapeError(
            f"dot: operands of shape {a.shape} and {b.shape} do not fit: "
            "the left one's last size must be the right one's second to last size"
        )
    others: Shape = (*b.shape[:-2], b.shape[-1])
    columns = array_functions.reshape(moveaxis(b, -2, 0), (b.shape[-2], math.prod(others)))
    return array_functions.reshape(array_functions.matmul(a, columns), (*a.shape[:-1], *others))


def inner(a: Any, b: Any) -> Any:
    """The sum of products over the last axes of both.

    >>> from autograd import Tensor, inner
    >>> inner(Tensor([1.0, 2.0]), [3.0, 4.0]).item()
    11.0
    """
    a, b = operand_of("inner", a), operand_of("inner", b)
    if a.ndim == 0 or b.ndim == 0:
        return ops.multiply(a, b)
    if a.shape[-1] != b.shape[-1]:
        raise ShapeError(f"inner: operands of shape {a.shape} and {b.shape} differ in their last size")
    return dot(a, b if b.ndim == 1 else array_functions.swapaxes(b, -1, -2))


def outer(a: Any, b: Any) -> Any:
    """Every element of a by every element of b, as a matrix.

    >>> from autograd import Tensor, outer
    >>> outer(Tensor([1.0, 2.0]), [3.0, 4.0]).data
    array([[3., 4.],
           [6., 8.]])
    """
    a, b = operand_of("outer", a), operand_of("outer", b)
    return ops.multiply(array_functions.reshape(a, (-1, 1)), array_functions.reshape(b, (1, -1)))
