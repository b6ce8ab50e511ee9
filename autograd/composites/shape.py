"""The same elements in another shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from .. import array_functions
from ..errors import DataTypeError, ShapeError
from ..operands import Axis, axes_of, checked_axis, operand_of, whole_numbers

__all__ = ["expand_dims", "moveaxis", "permute", "ravel", "squeeze"]


def permute(x: Any, *axes: Any) -> Any:
    """`transpose` with the axes written as arguments, PyTorch's name for it."""
    return array_functions.transpose(x, axes[0] if len(axes) == 1 and numpy.ndim(axes[0]) == 1 else axes)


def ravel(x: Any) -> Any:
    """All elements in one row.

    >>> from autograd import Tensor, ravel
    >>> ravel(Tensor([[1.0, 2.0], [3.0, 4.0]])).shape
    (4,)
    """
    return array_functions.reshape(operand_of("ravel", x), -1)


def squeeze(x: Any, axis: Axis = None) -> Any:
    """x without its axes of size 1, or without those in `axis`.

    >>> from autograd import Tensor, squeeze
    >>> squeeze(Tensor([[[1.0], [2.0]]])).shape
    (2,)
    """
    x = operand_of("squeeze", x)
    shape = x.shape
    if axis is None:
        dropped = tuple(i for i, size in enumerate(shape) if size == 1)
    else:
        dropped = axes_of(len(shape), checked_axis("squeeze", x, axis))
    for one in dropped:
        if shape[one] != 1:
            raise ShapeError(f"squeeze: axis {one} of an operand of shape {shape} has size {shape[one]}, not 1")
    return array_functions.reshape(x, tuple(size for i, size in enumerate(shape) if i not in dropped))


def expand_dims(x: Any, axis: int | tuple[int, ...]) -> Any:
    """x with new axes of size 1 where `axis` says, counted in the result.

    >>> from autograd import Tensor, expand_dims
    >>> expand_dims(Tensor([1.0, 2.0]), (0, -1)).shape
    (1, 2, 1)
    """
    x = operand_of("expand_dims", x)
    wanted = whole_numbers("expand_dims: an axis is an integer, several are a tuple of them", axis)
    count = x.ndim + len(wanted)
    places = {one + (count if one < 0 else 0) for one in wanted}
    if len(places) != len(wanted) or not places <= set(range(count)):
        raise ShapeError(f"expand_dims: axis {axis} names no {len(wanted)} new axes among {count}")
    sizes = iter(x.shape)
    return array_functions.reshape(x, tuple(1 if i in places else next(sizes) for i in range(count)))


def moveaxis(x: Any, source: int | Sequence[int], destination: int | Sequence[int]) -> Any:
    """x with the axes `source` moved to `destination`, the others in their order.

    >>> from autograd import Tensor, moveaxis
    >>> moveaxis(Tensor([[[1.0], [2.0]]]), 1, 0).shape
    (2, 1, 1)
    """
    x = operand_of("moveaxis", x)
    try:  # NumPy moves axes whose sizes are their numbers
        order = numpy.moveaxis(numpy.empty(tuple(range(x.ndim))), source, destination).shape
    except ValueError as error:
        raise ShapeError(f"moveaxis: operand of shape {x.shape}: {error}") from None
    except TypeError:
        raise DataTypeError(f"moveaxis: axes are integers, not {source!r:.60} and {destination!r:.60}") from None
    return array_functions.transpose(x, order)
