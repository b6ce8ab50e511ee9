"""The same elements in other places, or laid side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import array_functions
from ..errors import ShapeError
from ..operands import Axis, axes_of, checked_axis, operand_of, whole_numbers

__all__ = ["flip", "tile"]


def flip(x: Any, axis: Axis = None) -> Any:
    """x with the order of its elements reversed along `axis` (an axis, several, or all of them).

    >>> from autograd import Tensor, flip
    >>> flip(Tensor([1.0, 2.0, 3.0])).data
    array([3., 2., 1.])
    """
    x = operand_of("flip", x)
    reversed_axes = axes_of(x.ndim, checked_axis("flip", x, axis))
    return array_functions.getitem(x, tuple(slice(None, None, -1 if i in reversed_axes else 1) for i in range(x.ndim)))


def tile(x: Any, repetitions: int | Sequence[int]) -> Any:
    """x laid side by side so many times along each axis.

    >>> from autograd import Tensor, tile
    >>> tile(Tensor([1.0, 2.0]), (2, 2)).data
    array([[1., 2., 1., 2.],
           [1., 2., 1., 2.]])
    """
    x = operand_of("tile", x)
    counts = whole_numbers("tile: how often is an integer, or one for each axis", repetitions)
    if any(count < 0 for count in counts):
        raise ShapeError(f"tile: how often is not negative, as in {repetitions!r:.60}")
    ndim = max(len(counts), x.ndim)
    counts = (1,) * (ndim - len(counts)) + counts
    shape = (1,) * (ndim - x.ndim) + x.shape
    between = tuple(part for size in shape for part in (1, size))
    spread = tuple(part for count, size in zip(counts, shape, strict=True) for part in (count, size))
    whole = tuple(count * size for count, size in zip(counts, shape, strict=True))
    return array_functions.reshape(array_functions.broadcast_to(array_functions.reshape(x, between), spread), whole)
