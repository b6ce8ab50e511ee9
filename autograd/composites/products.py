"""Sums of products over axes."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy

from .. import array_functions, ops
from ..arguments import check_known, described
from ..errors import DataTypeError, ShapeError
from ..operands import Shape, checked_one_axis, operand_of
from .moving import flip
from .padding import pad
from .shape import moveaxis, ravel
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


def tensordot(a: Any, b: Any, axes: int | Sequence[Any] = 2) -> Any:
    """The sum of products over some of the axes of both: the last `axes` of a and the first of b where that is a
    number, or those of a and those of b that it names.

    >>> from autograd import Tensor, tensordot
    >>> tensordot(Tensor([[1.0, 2.0], [3.0, 4.0]]), [[1.0, 0.0], [0.0, 1.0]]).item()
    5.0
    >>> tensordot(Tensor([[1.0, 2.0], [3.0, 4.0]]), [1.0, 10.0], axes=([0], [0])).data
    array([31., 42.])
    """
    a, b = operand_of("tensordot", a), operand_of("tensordot", b)
    of_a, of_b = _summed_axes(a, b, axes)
    sizes = tuple(a.shape[axis] for axis in of_a)
    if sizes != tuple(b.shape[axis] for axis in of_b):
        raise ShapeError(
            f"tensordot: operands of shape {a.shape} and {b.shape} do not fit: axes {of_a} of the one have other sizes "
            f"than axes {of_b} of the other"
        )
    rows = [axis for axis in range(a.ndim) if axis not in of_a]
    columns = [axis for axis in range(b.ndim) if axis not in of_b]
    count, kept_a, kept_b = math.prod(sizes), [a.shape[axis] for axis in rows], [b.shape[axis] for axis in columns]
    left = array_functions.reshape(_in_order(a, (*rows, *of_a)), (math.prod(kept_a), count))
    right = array_functions.reshape(_in_order(b, (*of_b, *columns)), (count, math.prod(kept_b)))
    return array_functions.reshape(array_functions.matmul(left, right), (*kept_a, *kept_b))


def _summed_axes(a: Any, b: Any, axes: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    try:
        count = operator.index(axes)
    except TypeError:
        try:
            named = [tuple(one) if isinstance(one, Sequence | numpy.ndarray) else (one,) for one in axes]
            of_a, of_b = named
        except (TypeError, ValueError):
            raise DataTypeError(
                f"tensordot: axes are a number of axes, or those of a and those of b, not {described(axes)}"
            ) from None
    else:
        if not 0 <= count <= min(a.ndim, b.ndim):
            raise ShapeError(
                f"tensordot: operands of shape {a.shape} and {b.shape} have no {count} axes each to sum over"
            )
        of_a, of_b = tuple(range(a.ndim - count, a.ndim)), tuple(range(count))
    of_a = tuple(checked_one_axis("tensordot", a, axis) % a.ndim for axis in of_a)
    of_b = tuple(checked_one_axis("tensordot", b, axis) % b.ndim for axis in of_b)
    if len(of_a) != len(of_b) or len(set(of_a)) != len(of_a) or len(set(of_b)) != len(of_b):
        raise ShapeError(f"tensordot: axes {of_a} and {of_b} are not as many of a as of b, each of them once")
    return of_a, of_b


def _in_order(x: Any, axes: tuple[int, ...]) -> Any:
    return x if axes == tuple(range(x.ndim)) else array_functions.transpose(x, axes)


def vdot(a: Any, b: Any) -> Any:
    """The sum of products of all elements of a with those of b, one after the other.

    >>> from autograd import Tensor, vdot
    >>> vdot(Tensor([[1.0, 2.0]]), [[3.0], [4.0]]).item()
    11.0
    """
    a, b = ravel(operand_of("vdot", a)), ravel(operand_of("vdot", b))
    if a.shape != b.shape:
        raise ShapeError(f"vdot: operands of {a.size} and {b.size} elements do not fit")
    return dot(a, b)


def vecdot(a: Any, b: Any, axis: int = -1) -> Any:
    """The sum of products along an axis of both; the others broadcast.

    >>> from autograd import Tensor, vecdot
    >>> vecdot(Tensor([[1.0, 2.0], [3.0, 4.0]]), [1.0, 1.0]).data
    array([3., 7.])
    """
    a, b = _of_vectors("vecdot", a), _of_vectors("vecdot", b)
    a = moveaxis(a, checked_one_axis("vecdot", a, axis), -1)
    b = moveaxis(b, checked_one_axis("vecdot", b, axis), -1)
    if a.shape[-1] != b.shape[-1]:
        raise ShapeError(f"vecdot: vectors of {a.shape[-1]} and {b.shape[-1]} elements do not fit")
    return array_functions.sum(ops.multiply(a, b), -1)


def matvec(a: Any, x: Any) -> Any:
    """The products of matrices, in the last two axes of a, and vectors, in the last of x; the other axes broadcast.

    >>> from autograd import Tensor, matvec
    >>> matvec(Tensor([[1.0, 2.0], [3.0, 4.0]]), [[1.0, 0.0], [0.0, 1.0]]).data
    array([[1., 3.],
           [2., 4.]])
    """
    a, x = _of_matrices("matvec", a), _of_vectors("matvec", x)
    _check_inner("matvec", a, x, a.shape[-1])
    return array_functions.matmul(a, x[..., None])[..., 0]


def vecmat(x: Any, a: Any) -> Any:
    """The products of vectors, in the last axis of x, and matrices, in the last two of a; the other axes broadcast.

    >>> from autograd import Tensor, vecmat
    >>> vecmat([1.0, 1.0], Tensor([[1.0, 2.0], [3.0, 4.0]])).data
    array([4., 6.])
    """
    x, a = _of_vectors("vecmat", x), _of_matrices("vecmat", a)
    _check_inner("vecmat", a, x, a.shape[-2])
    return array_functions.matmul(x[..., None, :], a)[..., 0, :]


def _of_vectors(name: str, x: Any) -> Any:
    x = operand_of(name, x)
    if x.ndim == 0:
        raise ShapeError(f"{name}: of vectors, and an operand is a single number")
    return x


def _of_matrices(name: str, a: Any) -> Any:
    a = operand_of(name, a)
    if a.ndim < 2:
        raise ShapeError(f"{name}: of matrices, not of an operand of shape {a.shape}")
    return a


def _check_inner(name: str, a: Any, x: Any, size: int) -> None:
    if x.shape[-1] != size:
        raise ShapeError(f"{name}: matrices of shape {a.shape[-2:]} and vectors of {x.shape[-1]} elements do not fit")


def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """The products of two rows of numbers as of two polynomials: each shift of one, reversed, along the other, and
    the sum of products there.

    Args:
        a, v: rows of numbers.
        mode: "full", every shift in which they meet; "same", as many as the longer has elements, in the middle;
            "valid", those in which the shorter lies in the longer.

    >>> from autograd import Tensor, convolve
    >>> convolve(Tensor([1.0, 2.0, 3.0]), [1.0, 1.0]).data
    array([1., 3., 5., 3.])
    """
    a, v = operand_of("convolve", a), operand_of("convolve", v)
    check_known("mode of convolve", mode, ("full", "same", "valid"))
    if a.ndim > 1 or v.ndim > 1 or not a.size or not v.size:
        raise ShapeError(
            f"convolve: of two rows of numbers, which are not empty, not of shapes {a.shape} and {v.shape}"
        )
    a, v = ravel(a), ravel(v)
    if v.size > a.size:
        a, v = v, a
    size = v.size
    beside = {"full": (size - 1, size - 1), "same": (size // 2, (size - 1) // 2), "valid": (0, 0)}[mode]
    padded = pad(a, beside) if any(beside) else a
    return array_functions.matmul(array_functions.sliding_window_view(padded, size), flip(v))


def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """The sums of products of two rows of numbers, for each shift of `v` along `a`. `mode` is as in `convolve`.

    >>> from autograd import Tensor, correlate
    >>> correlate(Tensor([1.0, 2.0, 3.0]), [0.0, 1.0]).data
    array([2., 3.])
    """
    a, v = operand_of("correlate", a), operand_of("correlate", v)
    check_known("mode of correlate", mode, ("full", "same", "valid"))
    if a.ndim != 1 or v.ndim != 1 or not a.size or not v.size:
        raise ShapeError(
            f"correlate: of two rows of numbers, which are not empty, not of shapes {a.shape} and {v.shape}"
        )
    if v.size > a.size:
        return flip(convolve(v, flip(a), mode))
    return convolve(a, flip(v), mode)
