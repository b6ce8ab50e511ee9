"""Elements taken by their indices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from .. import array_functions
from ..errors import DataTypeError, IndexRangeError, ShapeError
from ..operands import checked_one_axis, operand_of, whole_numbers
from .shape import ravel

__all__ = ["repeat", "take", "take_along_axis"]


def repeat(x: Any, repeats: int | Sequence[int], axis: int | None = None) -> Any:
    """Each element along `axis` so many times in a row; of the flattened x where no axis is given.

    >>> from autograd import Tensor, repeat
    >>> repeat(Tensor([1.0, 2.0]), 2).data
    array([1., 1., 2., 2.])
    """
    x = operand_of("repeat", x)
    size = x.size if axis is None else x.shape[checked_one_axis("repeat", x, axis)]
    counts = whole_numbers("repeat: how often is an integer, or one for each element", repeats)
    try:
        indices = numpy.repeat(numpy.arange(size), counts)
    except ValueError as error:
        raise ShapeError(f"repeat: repeats {repeats!r:.60} along a size of {size}: {error}") from None
    return take(x, indices, axis)


def take(x: Any, indices: Any, axis: int | None = None) -> Any:
    """The elements along `axis` that the integers `indices` (a number, sequence, array or Tensor) name; of the
    flattened x where no axis is given. What is taken twice gets both gradients.

    >>> from autograd import Tensor, take
    >>> take(Tensor([[1.0, 2.0], [3.0, 4.0]]), [1, 1], axis=1).data
    array([[2., 2.],
           [4., 4.]])
    """
    x = operand_of("take", x)
    if axis is None:
        x, axis = ravel(x), 0
    axis = checked_one_axis("take", x, axis) % x.ndim
    indices = _indices("take", indices)
    if indices.dtype.kind == "b":  # to NumPy's take they are 0 and 1; a mask goes into x[mask]
        indices = array_functions.astype(indices, dtype=numpy.intp)
    return _taken("take", x, (*(slice(None),) * axis, indices), indices, axis)


def take_along_axis(x: Any, indices: Any, axis: int | None) -> Any:
    """For each place of `indices` (integers, as many axes as x) the element of x that it names along
    `axis`: the scores of the right classes are `take_along_axis(scores, labels[:, None], 1)`. Of the
    flattened x where the axis is None.

    >>> from autograd import Tensor, take_along_axis
    >>> take_along_axis(Tensor([[1.0, 2.0], [3.0, 4.0]]), [[1], [0]], axis=1).data
    array([[2.],
           [3.]])
    """
    x = operand_of("take_along_axis", x)
    if axis is None:
        x, axis = ravel(x), 0
    axis = checked_one_axis("take_along_axis", x, axis) % x.ndim
    indices = _indices("take_along_axis", indices)
    if indices.dtype.kind == "b":
        raise DataTypeError("take_along_axis: the indices are integers, not bool; a mask goes into x[mask]")
    if indices.ndim != x.ndim:
        raise ShapeError(f"take_along_axis: indices of shape {indices.shape} for an operand of shape {x.shape}")
    places: list[Any] = [numpy.arange(size).reshape((-1,) + (1,) * (x.ndim - 1 - i)) for i, size in enumerate(x.shape)]
    places[axis] = indices
    return _taken("take_along_axis", x, tuple(places), indices, axis)


def _indices(name: str, indices: Any) -> Any:
    """Indices as an array or a Tensor of integers (or booleans)."""
    indices = operand_of(name, indices)
    if isinstance(indices, numpy.ndarray) and not indices.size:
        indices = indices.astype(numpy.intp)  # NumPy makes floats of an empty list
    if indices.dtype.kind not in "biu":
        raise DataTypeError(f"{name}: the indices are integers, not {indices.dtype}")
    return indices


def _taken(name: str, x: Any, index: Any, indices: Any, axis: int) -> Any:
    """x[index], in which `indices` stand at `axis`."""
    size = x.shape[axis]
    try:
        if not x.size and indices.size:  # NumPy 2.0 only warns where nothing could be taken in any case
            numbers = numpy.asarray(indices)
            if not -size <= numbers.min() <= numbers.max() < size:
                raise IndexRangeError
        return array_functions.getitem(x, index)
    except IndexRangeError:
        numbers = numpy.asarray(indices)
        bounds = f" from {numbers.min()} to {numbers.max()}" if numbers.size else ""
        raise IndexRangeError(
            f"{name}: indices of shape {numbers.shape}{bounds} do not fit axis {axis} of an operand of shape {x.shape}"
        ) from None
