"""Elements taken by their indices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from .. import array_functions, ops
from ..arguments import check_known
from ..errors import DataTypeError, IndexRangeError, ShapeError
from ..operands import as_array, checked_one_axis, operand_of, operands_of, whole_numbers
from ..operation import Recordable
from .shape import moveaxis, ravel


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


def take(x: Any, indices: Any, axis: int | None = None, mode: str = "raise") -> Any:
    """The elements along `axis` that the integers `indices` (a number, sequence, array or Tensor) name; of the
    flattened x where no axis is given. What is taken twice gets both gradients. `mode` is what becomes of integers that
    name nothing: "raise", an error; "wrap", they count around; "clip", they are the first or the last.

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
    check_known("mode of take", mode, ("raise", "wrap", "clip"))
    if mode == "wrap":
        indices = ops.remainder(indices, x.shape[axis])
    elif mode == "clip":
        indices = array_functions.clip(indices, 0, x.shape[axis] - 1)
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


def put_along_axis(x: Any, indices: Any, values: Any, axis: int | None) -> Any:
    """A new array: x with `values` in the places that `indices` (plain integers, as many axes as x) name along `axis`;
    of the flattened x where the axis is None. Of a place that is named twice the last value stays.

    NumPy's function of this name writes into its operand, which no node lets happen.

    >>> from autograd import Tensor, put_along_axis
    >>> put_along_axis(Tensor([[1.0, 2.0], [3.0, 4.0]]), [[1], [0]], 0.0, axis=1).data
    array([[1., 0.],
           [0., 4.]])
    """
    x = operand_of("put_along_axis", x)
    if axis is None:
        return array_functions.reshape(put_along_axis(ravel(x), indices, values, 0), x.shape)
    if isinstance(indices, Recordable) and (indices.op is not None or indices.requires_grad):
        raise DataTypeError(
            "put_along_axis: the indices are plain integers; of computed ones write where(mask, new, old)"
        )
    axis = checked_one_axis("put_along_axis", x, axis) % x.ndim
    places = _indices("put_along_axis", as_array("put_along_axis", indices))
    if places.ndim != x.ndim:
        raise ShapeError(f"put_along_axis: indices of shape {places.shape} for an operand of shape {x.shape}")
    try:
        numbers = numpy.arange(places.size).reshape(places.shape)
        source = numpy.full(x.shape, -1)
        numpy.put_along_axis(source, places, numbers, axis)
    except IndexError:
        raise IndexRangeError(
            f"put_along_axis: indices of shape {places.shape} from {places.min()} to {places.max()} do not fit axis "
            f"{axis} of an operand of shape {x.shape}"
        ) from None
    if not places.size:
        return array_functions.getitem(x, ())
    values = ravel(array_functions.broadcast_to(values, places.shape))
    if values.dtype != x.dtype:
        values = array_functions.astype(values, x.dtype)
    return ops.where(source >= 0, array_functions.getitem(values, source), x)


def delete(x: Any, obj: Any, axis: int | None = None) -> Any:
    """x without what `obj` (an integer, several, a slice or a mask) names along `axis`; of the flattened x where no
    axis is given.

    >>> from autograd import Tensor, delete
    >>> delete(Tensor([1.0, 2.0, 3.0]), 1).data
    array([1., 3.])
    """
    x, axis = _flat_or("delete", x, axis)
    try:
        kept = numpy.delete(numpy.arange(x.shape[axis]), obj)
    except (IndexError, ValueError) as error:
        raise IndexRangeError(
            f"delete: {obj!r:.60} along axis {axis} of an operand of shape {x.shape}: {error}"
        ) from None
    return take(x, kept, axis)


def insert(x: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """x with `values` before the places that `obj` (an integer, several, a slice or a mask) names along `axis`; of the
    flattened x where no axis is given.

    >>> from autograd import Tensor, insert
    >>> insert(Tensor([1.0, 3.0]), 1, 2.0).data
    array([1., 2., 3.])
    """
    x, axis = _flat_or("insert", x, axis)
    values = operand_of("insert", values)
    size = x.shape[axis]
    if not isinstance(obj, slice) and numpy.asarray(obj).dtype == bool:
        obj = numpy.flatnonzero(obj)
    try:
        count = len(numpy.insert(numpy.arange(size), obj, -1)) - size
    except (IndexError, ValueError, TypeError) as error:
        raise IndexRangeError(
            f"insert: {obj!r:.60} along axis {axis} of an operand of shape {x.shape}: {error}"
        ) from None
    if count == 1 and not isinstance(obj, slice):  # then it is a place for as many as there are values
        if values.ndim < x.ndim:
            values = array_functions.reshape(values, (1,) * (x.ndim - values.ndim) + values.shape)
        if numpy.ndim(obj) == 0:
            values = moveaxis(values, 0, axis)
        count = values.shape[axis]
    try:
        values = array_functions.broadcast_to(values, (*x.shape[:axis], count, *x.shape[axis + 1 :]))
    except ShapeError:
        raise ShapeError(
            f"insert: values of shape {values.shape} for {count} places along axis {axis} of shape {x.shape}"
        ) from None
    if values.dtype != x.dtype:
        values = array_functions.astype(values, x.dtype)
    order = numpy.insert(numpy.arange(size), obj, numpy.arange(size, size + count))
    return take(array_functions.concatenate([x, values], axis), order, axis)


def _flat_or(name: str, x: Any, axis: int | None) -> tuple[Any, int]:
    """The operand and an axis of it; where none is given, the flattened operand and its only one."""
    x = operand_of(name, x)
    if axis is None:
        return ravel(x) if x.ndim != 1 else x, 0
    return x, checked_one_axis(name, x, axis) % x.ndim


def compress(condition: Any, x: Any, axis: int | None = None) -> Any:
    """The parts of x along `axis` where the condition, one row of booleans, is true; of the flattened x where no axis
    is given.

    >>> from autograd import Tensor, compress
    >>> compress([True, False, True], Tensor([1.0, 2.0, 3.0])).data
    array([1., 3.])
    """
    x, axis = _flat_or("compress", x, axis)
    condition = operand_of("compress", condition)
    if condition.ndim != 1:
        raise ShapeError(f"compress: the condition is one row of booleans, not of shape {condition.shape}")
    if condition.size > x.shape[axis]:
        raise IndexRangeError(
            f"compress: a condition of {condition.size} for axis {axis} of an operand of shape {x.shape}"
        )
    part = array_functions.getitem(x, (*(slice(None),) * axis, slice(condition.size)))
    return array_functions.getitem(part, (*(slice(None),) * axis, ops.not_equal(condition, 0)))


def extract(condition: Any, x: Any) -> Any:
    """The elements of x where the condition, of as many elements, is true (not 0), in one row.

    >>> from autograd import Tensor, extract
    >>> extract([[True, False]], Tensor([[1.0, 2.0]])).data
    array([1.])
    """
    return compress(ravel(operand_of("extract", condition)), x)


def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """For each element that of the first choice whose condition is true there; `default` where none is.

    >>> from autograd import Tensor, select
    >>> x = Tensor([1.0, 2.0, 3.0])
    >>> select([x < 2, x > 2], [x, 10 * x], default=-1.0).data
    array([ 1., -1., 30.])
    """
    conditions, choices = operands_of("select", condlist), operands_of("select", choicelist)
    if len(conditions) != len(choices):
        raise ShapeError(f"select: {len(conditions)} conditions for {len(choices)} choices")
    for condition in conditions:
        if condition.dtype.kind != "b":
            raise DataTypeError(f"select: the conditions are booleans, such as `t > 0`, not {condition.dtype}")
    chosen = default
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        chosen = ops.where(condition, choice, chosen)
    shapes = [numpy.shape(getattr(one, "_data", one)) for one in (*conditions, *choices, default)]
    shape = numpy.broadcast_shapes(*shapes)
    return chosen if chosen.shape == shape else array_functions.broadcast_to(chosen, shape)
