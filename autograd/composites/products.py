"""Sums of products over axes."""

from __future__ import annotations

import math
from typing import Any

from .. import array_functions, ops
from ..errors import ShapeError
from ..operands import Shape, checked_one_axis, operand_of
from .shape import moveaxis
from .taking import take


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


def kron(a: Any, b: Any) -> Any:
    """Kronecker's product: b in the place of each element of a, multiplied by it.

    >>> from autograd import Tensor, kron
    >>> kron(Tensor([1.0, 10.0]), [1.0, 2.0]).data
    array([ 1.,  2., 10., 20.])
    """
    a, b = operand_of("kron", a), operand_of("kron", b)
    ndim = max(a.ndim, b.ndim)
    left, right = ((1,) * (ndim - x.ndim) + x.shape for x in (a, b))
    spread_left = tuple(part for size in left for part in (size, 1))
    spread_right = tuple(part for size in right for part in (1, size))
    product = ops.multiply(array_functions.reshape(a, spread_left), array_functions.reshape(b, spread_right))
    whole = tuple(one * other for one, other in zip(left, right, strict=True))
    return product if ndim == 0 else array_functions.reshape(product, whole)


def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """The vector product of vectors of three components, which lie along `axisa` and `axisb` (or `axis` in both, and in
    the result), and in the result along `axisc`.

    >>> from autograd import Tensor, cross
    >>> cross(Tensor([1.0, 0.0, 0.0]), [0.0, 1.0, 0.0]).data
    array([0., 0., 1.])
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = operand_of("cross", a), operand_of("cross", b)
    a = moveaxis(a, checked_one_axis("cross", a, axisa), -1)
    b = moveaxis(b, checked_one_axis("cross", b, axisb), -1)
    if a.shape[-1] != 3 or b.shape[-1] != 3:
        raise ShapeError(
            f"cross: the vectors have three components, not {a.shape[-1]} and {b.shape[-1]}; of two, write "
            "a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]"
        )
    product = ops.subtract(
        ops.multiply(take(a, [1, 2, 0], -1), take(b, [2, 0, 1], -1)),
        ops.multiply(take(a, [2, 0, 1], -1), take(b, [1, 2, 0], -1)),
    )
    return moveaxis(product, -1, checked_one_axis("cross", product, axisc))
