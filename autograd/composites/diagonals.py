"""Diagonals and triangles of matrices."""

from __future__ import annotations

from typing import Any

from .. import array_functions, ops
from ..errors import ShapeError
from ..operands import axes_of, checked_axis, one_whole_number, operand_of
from .shape import moveaxis, ravel


def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The diagonal of a matrix, `offset` columns to the right; with more axes, of the two that are named, at the end.

    >>> from autograd import Tensor, diagonal
    >>> diagonal(Tensor([[1.0, 2.0], [3.0, 4.0]])).data
    array([1., 4.])
    """
    return _diagonal("diagonal", x, offset, axis1, axis2)


def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The sum of the diagonal of a matrix, `offset` columns to the right; with more axes, of the two that are named.

    >>> from autograd import Tensor, trace
    >>> trace(Tensor([[1.0, 2.0], [3.0, 4.0]])).item()
    5.0
    """
    return array_functions.sum(_diagonal("trace", x, offset, axis1, axis2), -1)


def _diagonal(name: str, x: Any, offset: int, axis1: int, axis2: int) -> Any:
    x = operand_of(name, x)
    if x.ndim < 2:
        raise ShapeError(f"{name}: of a matrix, not of an operand of shape {x.shape}")
    shift = one_whole_number(f"{name}: the offset is an integer", offset)
    axes = axes_of(x.ndim, checked_axis(name, x, (axis1, axis2)))
    x = moveaxis(x, axes, (-2, -1)) if axes != (x.ndim - 2, x.ndim - 1) else x
    *batch, rows, columns = x.shape
    places = _places(rows, columns, shift)
    return array_functions.getitem(array_functions.reshape(x, (*batch, rows * columns)), (..., places))


def _places(rows: int, columns: int, shift: int) -> slice:
    """Where the diagonal lies among the elements of a matrix, one row after the other."""
    first = shift if shift >= 0 else -shift * columns
    count = max(min(rows + min(shift, 0), columns - max(shift, 0)), 0)
    return slice(first, first + count * (columns + 1), columns + 1) if count else slice(0)


def diag(x: Any, k: int = 0) -> Any:
    """A row of numbers as the diagonal of a matrix, `k` columns to the right; of a matrix, that diagonal.

    >>> from autograd import Tensor, diag
    >>> diag(Tensor([1.0, 2.0])).data
    array([[1., 0.],
           [0., 2.]])
    """
    x = operand_of("diag", x)
    if x.ndim == 2:
        return _diagonal("diag", x, k, 0, 1)
    if x.ndim != 1:
        raise ShapeError(f"diag: of one row of numbers or a matrix, not of an operand of shape {x.shape}")
    shift = one_whole_number("diag: k is an integer", k)
    size = x.shape[0] + abs(shift)
    places = _places(size, size, shift)
    return array_functions.reshape(ops.scatter_add(x, index=(places,), shape=(size * size,)), (size, size))


def diagflat(x: Any, k: int = 0) -> Any:
    """All elements of x as the diagonal of a matrix, `k` columns to the right.

    >>> from autograd import Tensor, diagflat
    >>> diagflat(Tensor([[1.0, 2.0]])).shape
    (2, 2)
    """
    return diag(ravel(operand_of("diagflat", x)), k)


def triu(x: Any, k: int = 0) -> Any:
    """Each matrix of x with zeros below its diagonal (below the k-th above it).

    >>> from autograd import Tensor, triu
    >>> triu(Tensor([[1.0, 2.0], [3.0, 4.0]])).data
    array([[1., 2.],
           [0., 4.]])
    """
    x = _of_matrices("triu", x)
    shift = one_whole_number("triu: k is an integer", k)
    return ops.triu(x, k=shift)


def tril(x: Any, k: int = 0) -> Any:
    """Each matrix of x with zeros above its diagonal (above the k-th above it).

    >>> from autograd import Tensor, tril
    >>> tril(Tensor([[1.0, 2.0], [3.0, 4.0]])).data
    array([[1., 0.],
           [3., 4.]])
    """
    x = _of_matrices("tril", x)
    shift = one_whole_number("tril: k is an integer", k)
    return ops.tril(x, k=shift)


def _of_matrices(name: str, x: Any) -> Any:
    x = operand_of(name, x)
    if x.ndim == 0:
        raise ShapeError(f"{name}: a single number has no triangle")
    return x
