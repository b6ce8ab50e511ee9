"""The same elements in another shape."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy

from .. import array_functions
from ..errors import DataTypeError, ShapeError
from ..operands import (
    Axis,
    Shape,
    axes_of,
    checked_axis,
    checked_one_axis,
    index_of_axis,
    operand_of,
    whole_numbers,
)


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


def rollaxis(x: Any, axis: int, start: int = 0) -> Any:
    """x with `axis` moved in front of the axis `start`; `moveaxis` says the same more plainly.

    >>> from autograd import Tensor, rollaxis
    >>> rollaxis(Tensor([[[1.0], [2.0]]]), 2).shape
    (1, 1, 2)
    """
    x = operand_of("rollaxis", x)
    axis = checked_one_axis("rollaxis", x, axis) % x.ndim
    before = index_of_axis("rollaxis", start)
    if not -x.ndim <= before <= x.ndim:
        raise ShapeError(f"rollaxis: start {start} is no place among the axes of an operand of shape {x.shape}")
    before += x.ndim if before < 0 else 0
    order = [one for one in range(x.ndim) if one != axis]
    order.insert(before - (axis < before), axis)
    return array_functions.transpose(x, order)


def matrix_transpose(x: Any) -> Any:
    """x with its last two axes exchanged: each matrix of a stack transposed.

    >>> from autograd import Tensor, matrix_transpose
    >>> matrix_transpose(Tensor([[[1.0, 2.0]]])).shape
    (1, 2, 1)
    """
    x = operand_of("matrix_transpose", x)
    if x.ndim < 2:
        raise ShapeError(f"matrix_transpose: of a matrix, not of an operand of shape {x.shape}")
    return array_functions.swapaxes(x, -1, -2)


def atleast_1d(*arrays: Any) -> Any:
    """The array with at least one axis; of several arrays a tuple of them.

    >>> from autograd import Tensor, atleast_1d
    >>> atleast_1d(Tensor(3.0)).shape
    (1,)
    """
    return _widened("atleast_1d", arrays, lambda shape: shape or (1,))


def atleast_2d(*arrays: Any) -> Any:
    """The array with at least two axes, a row of numbers as a matrix of one row; of several arrays a tuple of them.

    >>> from autograd import Tensor, atleast_2d
    >>> atleast_2d(Tensor([1.0, 2.0])).shape
    (1, 2)
    """
    return _widened("atleast_2d", arrays, lambda shape: (1,) * (2 - len(shape)) + shape)


def atleast_3d(*arrays: Any) -> Any:
    """The array with at least three axes, (N,) as (1, N, 1) and (M, N) as (M, N, 1); of several a tuple of them.

    >>> from autograd import Tensor, atleast_3d
    >>> atleast_3d(Tensor([1.0, 2.0])).shape
    (1, 2, 1)
    """
    return _widened(
        "atleast_3d", arrays, lambda shape: ((1,) * (2 - len(shape)) + shape + (1,)) if len(shape) < 3 else shape
    )


def _widened(name: str, arrays: Sequence[Any], widened: Callable[[Shape], Shape]) -> Any:
    made = []
    for array in arrays:
        x = operand_of(name, array)
        shape = widened(x.shape)
        made.append(x if shape == x.shape else array_functions.reshape(x, shape))
    return made[0] if len(made) == 1 else tuple(made)


def broadcast_arrays(*arrays: Any) -> Any:
    """The arrays, each repeated to the shape that they have together, as a tuple.

    >>> from autograd import Tensor, broadcast_arrays
    >>> [x.shape for x in broadcast_arrays(Tensor([1.0, 2.0]), Tensor([[1.0], [2.0], [3.0]]))]
    [(3, 2), (3, 2)]
    """
    operands = [operand_of("broadcast_arrays", array) for array in arrays]
    try:
        shape = numpy.broadcast_shapes(*[x.shape for x in operands])
    except ValueError:
        shapes = " and ".join(str(x.shape) for x in operands)
        raise ShapeError(f"broadcast_arrays: operands of shape {shapes} do not fit together") from None
    return tuple(x if x.shape == shape else array_functions.broadcast_to(x, shape) for x in operands)


def resize(x: Any, new_shape: int | Sequence[int]) -> Any:
    """The elements of x, again from the first where they do not suffice, in another shape.

    >>> from autograd import Tensor, resize
    >>> resize(Tensor([1.0, 2.0]), (2, 3)).data
    array([[1., 2., 1.],
           [2., 1., 2.]])
    """
    x = operand_of("resize", x)
    shape = whole_numbers("resize: a shape is made of integers", new_shape)
    if any(size < 0 for size in shape):
        raise ShapeError(f"resize: the sizes of a shape are not negative, as in {shape}")
    count = math.prod(shape)
    if not x.size:  # NumPy's answer: nothing to repeat is zeros
        return array_functions.broadcast_to(array_functions.sum(x), shape)
    again = numpy.arange(count) % x.size if count > x.size else slice(count)
    return array_functions.reshape(array_functions.getitem(ravel(x), again), shape)
