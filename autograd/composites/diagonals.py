"""Diagonals and triangles of matrices."""

from __future__ import annotations

from typing import Any

import numpy

from .. import array_functions
from ..errors import ShapeError
from ..operands import operand_of, whole_numbers
from .shape import moveaxis

__all__ = ["diagonal"]


def diagonal(x: Any, offset: int = 0) -> Any:
    """The diagonal of a matrix, `offset` columns to the right; with more axes, of the first two, at the end.

    >>> from autograd import Tensor, diagonal
    >>> diagonal(Tensor([[1.0, 2.0], [3.0, 4.0]])).data
    array([1., 4.])
    """
    x = operand_of("diagonal", x)
    if x.ndim < 2:
        raise ShapeError(f"diagonal: of a matrix, not of an operand of shape {x.shape}")
    (shift,) = whole_numbers("diagonal: the offset is an integer", (offset,))
    rows = numpy.arange(x.shape[0])
    rows = rows[(rows + shift >= 0) & (rows + shift < x.shape[1])]
    found = array_functions.getitem(x, (rows, rows + shift))
    return found if x.ndim == 2 else moveaxis(found, 0, -1)
