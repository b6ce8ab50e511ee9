"""Arrays made of numbers, nodes and shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from .. import array_functions, ops
from ..errors import ArgumentError, ShapeError
from ..operands import bare_or_operand, checked_one_axis, one_whole_number, operand_of, whole_numbers
from ..operation import Recordable
from .shape import broadcast_arrays, moveaxis


def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None, axis: int = 0
) -> Any:
    """`num` numbers from `start` to `stop` at equal distances, along a new axis.

    Args:
        start, stop: numbers, arrays or nodes.
        num: how many.
        endpoint: whether `stop` is the last of them.
        retstep: give the distance, too: (numbers, distance).
        dtype: another dtype of the result; integers are rounded down.
        axis: where the new axis is, if `start` or `stop` has some.

    >>> from autograd import Value, linspace
    >>> end = Value(3.0)
    >>> linspace(1.0, end, 3).sum().backward()
    >>> end.grad
    1.5
    """
    start, stop, parts, steps = _on_the_way("linspace", start, stop, num, endpoint)
    made = ops.add(ops.multiply(start, 1 - parts), ops.multiply(stop, parts))  # both ends to the bit
    if dtype is not None and numpy.dtype(dtype).kind in "iu":  # in NumPy's own way, as it is rounded down
        step = ops.divide(ops.subtract(stop, start), float(max(steps, 1)))
        numbers = numpy.arange(float(len(parts))).reshape(parts.shape)
        made = ops.where(parts == 1, stop, ops.add(start, ops.multiply(step, numbers)))
    made = _finished("linspace", made, dtype, axis)
    if not retstep:
        return made
    return made, ops.divide(ops.subtract(stop, start), float(steps)) if steps > 0 else numpy.nan


def logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None, axis: int = 0
) -> Any:
    """`num` numbers from base**start to base**stop at equal ratios, along a new axis; `base` is one number or node.

    >>> from autograd import logspace
    >>> logspace(0.0, 2.0, 3)
    array([  1.,  10., 100.])
    """
    made = ops.power(base, linspace(start, stop, num, endpoint, axis=axis))
    return made if dtype is None or numpy.dtype(dtype) == made.dtype else array_functions.astype(made, dtype)


def geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Any:
    """`num` numbers from `start` to `stop` at equal ratios, along a new axis; nan where the ends have different signs.

    >>> from autograd import geomspace
    >>> geomspace(1.0, 100.0, 3)
    array([  1.,  10., 100.])
    """
    start, stop, parts, _ = _on_the_way("geomspace", start, stop, num, endpoint)
    parts = parts.astype(numpy.float64)  # as NumPy's, of float32, too
    sign = ops.sign(start)
    before, behind = (ops.power(ops.multiply(sign, end), part) for end, part in ((start, 1 - parts), (stop, parts)))
    return _finished("geomspace", ops.multiply(ops.multiply(sign, before), behind), dtype, axis)


def _on_the_way(name: str, start: Any, stop: Any, num: int, endpoint: bool) -> tuple[Any, Any, Any, int]:
    """Both ends, how far each of the numbers is from the first to the second, along an axis at the beginning, and how
    many steps that takes."""
    count = one_whole_number(f"{name}: how many is an integer", num)
    if count < 0:
        raise ShapeError(f"{name}: how many is not negative, as {count}")
    start, stop = (bare_or_operand(name, end) for end in (start, stop))
    steps = count - 1 if endpoint else count
    shape = numpy.broadcast_shapes(*(numpy.shape(getattr(end, "_data", end)) for end in (start, stop)))
    kind = numpy.result_type(1.0, *(getattr(end, "dtype", 1.0) for end in (start, stop)))
    parts = (numpy.arange(count) / max(steps, 1)).astype(kind).reshape(-1, *(1,) * len(shape))
    return start, stop, parts, steps


def _finished(name: str, made: Any, dtype: Any, axis: int) -> Any:
    """The numbers with their axis in its place, and in the dtype that is asked for."""
    if made.ndim > 1:
        made = moveaxis(made, 0, checked_one_axis(name, made, axis))
    if dtype is not None and numpy.dtype(dtype) != made.dtype:
        made = array_functions.astype(ops.floor(made) if numpy.dtype(dtype).kind in "iu" else made, dtype)
    return made


def full(shape: int | Sequence[int], fill_value: Any, dtype: Any = None) -> Any:
    """An array of this shape that holds a number in each element; of a node, that node in each element.

    >>> from autograd import Value, full
    >>> v = Value(3.0)
    >>> full((2, 2), v).sum().backward()
    >>> v.grad
    4.0
    """
    whole = whole_numbers("full: a shape is made of integers", shape)
    return array_functions.broadcast_to(array_functions.array(fill_value, dtype), whole)


def full_like(x: Any, fill_value: Any, dtype: Any = None, shape: int | Sequence[int] | None = None) -> Any:
    """An array of x's shape and dtype, or of those given, that holds a number in each element; of a node, that node.

    >>> from autograd import Tensor, full_like
    >>> full_like(Tensor([1.0, 2.0]), 7.0).data
    array([7., 7.])
    """
    return _alike("full_like", x, fill_value, dtype, shape)


def _alike(name: str, x: Any, fill_value: Any, dtype: Any, shape: int | Sequence[int] | None) -> Any:
    x = operand_of(name, x)
    shape = x.shape if shape is None else whole_numbers(f"{name}: a shape is made of integers", shape)
    kind = x.dtype if dtype is None else dtype
    if isinstance(fill_value, Recordable) or not isinstance(x, Recordable):
        return full(shape, fill_value, kind)
    return x._constant(numpy.full(shape, fill_value, kind))


def zeros_like(x: Any, dtype: Any = None, shape: int | Sequence[int] | None = None) -> Any:
    """Zeros of x's shape and dtype, or of those given: a constant.

    >>> from autograd import Tensor, zeros_like
    >>> zeros_like(Tensor([1.0, 2.0])).data
    array([0., 0.])
    """
    return _alike("zeros_like", x, 0, dtype, shape)


def ones_like(x: Any, dtype: Any = None, shape: int | Sequence[int] | None = None) -> Any:
    """Ones of x's shape and dtype, or of those given: a constant.

    >>> from autograd import Tensor, ones_like
    >>> ones_like(Tensor([1.0, 2.0])).data
    array([1., 1.])
    """
    return _alike("ones_like", x, 1, dtype, shape)


def empty_like(x: Any, dtype: Any = None, shape: int | Sequence[int] | None = None) -> Any:
    """An array of x's shape and dtype, or of those given, whose numbers mean nothing: zeros, a constant.

    >>> from autograd import Tensor, empty_like
    >>> empty_like(Tensor([1.0, 2.0])).shape
    (2,)
    """
    return _alike("empty_like", x, 0, dtype, shape)


def meshgrid(*arrays: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple[Any, ...]:
    """The coordinates of a grid whose axes are these rows of numbers, an array for each.

    Args:
        arrays: one row of numbers each.
        copy: NumPy's; what a node gives is always its own.
        sparse: leave the coordinates unrepeated: they broadcast to the grid.
        indexing: "xy", the first row along the second axis, or "ij", along the first.

    >>> from autograd import Tensor, meshgrid
    >>> x, y = meshgrid(Tensor([1.0, 2.0]), [3.0, 4.0, 5.0])
    >>> x.shape, y.shape
    ((3, 2), (3, 2))
    """
    if indexing not in ("xy", "ij"):
        raise ArgumentError(f'meshgrid: indexing is "xy" or "ij", not {indexing!r:.60}')
    count = len(arrays)
    places = list(range(count))
    if indexing == "xy" and count > 1:
        places[:2] = 1, 0
    made = []
    for array, place in zip(arrays, places, strict=True):
        x = operand_of("meshgrid", array)
        made.append(array_functions.reshape(x, (1,) * place + (x.size,) + (1,) * (count - 1 - place)))
    return tuple(made) if sparse else broadcast_arrays(*made)
