"""The same elements in other places, or laid side by side."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from .. import array_functions
from ..arguments import check_known
from ..errors import IndexRangeError, ShapeError
from ..operands import Axis, axes_of, checked_axis, checked_one_axis, one_whole_number, operand_of, whole_numbers
from .shape import ravel
from .taking import take_along_axis


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


def flipud(x: Any) -> Any:
    """x upside down: the first axis reversed.

    >>> from autograd import Tensor, flipud
    >>> flipud(Tensor([[1.0], [2.0]])).data.tolist()
    [[2.0], [1.0]]
    """
    x = operand_of("flipud", x)
    if x.ndim < 1:
        raise ShapeError("flipud: a single number has no rows")
    return flip(x, 0)


def fliplr(x: Any) -> Any:
    """x from right to left: the second axis reversed.

    >>> from autograd import Tensor, fliplr
    >>> fliplr(Tensor([[1.0, 2.0]])).data.tolist()
    [[2.0, 1.0]]
    """
    x = operand_of("fliplr", x)
    if x.ndim < 2:
        raise ShapeError(f"fliplr: an operand of shape {x.shape} has no columns")
    return flip(x, 1)


def rot90(x: Any, k: int = 1, axes: Sequence[int] = (0, 1)) -> Any:
    """x turned k times by 90 degrees, from the first of the two axes towards the second.

    >>> from autograd import Tensor, rot90
    >>> rot90(Tensor([[1.0, 2.0], [3.0, 4.0]])).data.tolist()
    [[2.0, 4.0], [1.0, 3.0]]
    """
    x = operand_of("rot90", x)
    turns = one_whole_number("rot90: how often is an integer", k)
    if len(axes) != 2:
        raise ShapeError(f"rot90: two axes make a plane, not {tuple(axes)}")
    first, second = axes_of(x.ndim, checked_axis("rot90", x, tuple(axes)))
    turns %= 4
    if turns == 0:
        return array_functions.getitem(x, ())
    if turns == 2:
        return flip(x, (first, second))
    if turns == 1:
        return array_functions.swapaxes(flip(x, second), first, second)
    return flip(array_functions.swapaxes(x, first, second), second)


def roll(x: Any, shift: int | Sequence[int], axis: Axis = None) -> Any:
    """x with its elements moved on by `shift` places along `axis`, those at the end coming in at the beginning; of the
    flattened x where no axis is given.

    >>> from autograd import Tensor, roll
    >>> roll(Tensor([1.0, 2.0, 3.0]), 1).data
    array([3., 1., 2.])
    """
    x = operand_of("roll", x)
    if axis is None:
        shifts = whole_numbers("roll: the shift is an integer, or one for each axis", shift)
        return array_functions.reshape(_rolled(ravel(x), sum(shifts), 0), x.shape)
    named = axis if isinstance(axis, tuple | list) else (axis,)
    axes = [checked_one_axis("roll", x, one) % x.ndim for one in named]
    shifts = whole_numbers("roll: the shift is an integer, or one for each axis", shift)
    if len(shifts) != len(axes) and 1 not in (len(shifts), len(axes)):
        raise ShapeError(f"roll: {len(shifts)} shifts for {len(axes)} axes")
    count = max(len(shifts), len(axes)) if shifts and axes else 0
    total = dict.fromkeys(axes, 0)
    for one, places in zip(itertools.islice(itertools.cycle(axes), count), itertools.cycle(shifts), strict=False):
        total[one] += places
    for one, places in total.items():
        x = _rolled(x, places, one)
    return x


def _rolled(x: Any, places: int, axis: int) -> Any:
    size = x.shape[axis]
    places %= max(size, 1)
    if places == 0:
        return array_functions.getitem(x, ())
    before = (slice(None),) * axis
    last, first = (
        array_functions.getitem(x, (*before, slice(size - places, None))),
        array_functions.getitem(x, (*before, slice(size - places))),
    )
    return array_functions.concatenate([last, first], axis)


def sort(x: Any, axis: int | None = -1, kind: str | None = None, stable: bool | None = None) -> Any:
    """x in ascending order along `axis`, nan last; of the flattened x where the axis is None. A gradient goes back to
    where its element came from, equal ones in their order.

    Args:
        x: numbers.
        axis: the axis, or None.
        kind, stable: NumPy's; the order is always stable.

    >>> from autograd import Tensor, sort
    >>> x = Tensor([3.0, 1.0, 2.0])
    >>> sort(x).backward([1.0, 10.0, 100.0])
    >>> x.grad
    array([100.,   1.,  10.])
    """
    x = operand_of("sort", x)
    if axis is None:
        x, axis = ravel(x), 0
    axis = checked_one_axis("sort", x, axis)
    return take_along_axis(x, array_functions.argsort(x, axis, kind, stable), axis)


def partition(x: Any, kth: int | Sequence[int], axis: int | None = -1, kind: str = "introselect") -> Any:
    """x in an order along `axis` in which the elements at the places `kth` are where they are in ascending order, no
    greater one before them and no lesser one behind: here all of them are in order. Of the flattened x where the axis
    is None.

    Args:
        x: numbers.
        kth: a place, or several.
        axis: the axis, or None.
        kind: NumPy's.

    >>> from autograd import Tensor, partition
    >>> partition(Tensor([3.0, 1.0, 2.0]), 1).data[1]
    np.float64(2.0)
    """
    x = operand_of("partition", x)
    check_known("kind of partition", kind, ("introselect",))
    places = whole_numbers("partition: a place is an integer", kth)
    ordered = sort(x, axis)
    size = ordered.shape[0 if axis is None else axis]
    if not all(-size <= place < size for place in places):
        raise IndexRangeError(f"partition: {kth!r:.60} is no place along a size of {size}")
    return ordered
