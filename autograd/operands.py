"""What a function on arrays is given, checked: its operands and its axes. A message names the function."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy
import numpy.typing

from .arguments import described
from .errors import DataTypeError, ShapeError
from .operation import PYTHON_NUMBERS, Recordable, as_recorded, holds_nodes

Array = numpy.typing.NDArray[Any]
ArrayLike = Array | list[Any] | tuple[Any, ...]
Number = float | numpy.number[Any] | numpy.bool_
Axis = int | tuple[int, ...] | None
Shape = tuple[int, ...]


def operand_of(name: str, x: Any) -> Any:
    """An operand of a function on arrays: an array, or a node that holds one; a Value is recorded as an array without
    axes, a list that holds nodes as the array that it looks like."""
    if not isinstance(x, Recordable):
        return as_operand(name, x)
    return x if x._holds_array else x._as_array()


def bare_or_operand(name: str, x: Any) -> Any:
    """An operand beside arrays: a node, one of Python's numbers as it is, which changes no dtype, or an array."""
    return x if isinstance(x, Recordable) or type(x) in PYTHON_NUMBERS else as_operand(name, x)


def operands_of(name: str, arrays: Sequence[Any]) -> list[Any]:
    """The operands of a function that joins arrays, each one an array or a node."""
    try:
        operands = list(arrays)
    except TypeError:
        raise DataTypeError(f"{name}: takes a list of arrays, not {described(arrays)}") from None
    if not operands:
        raise ShapeError(f"{name}: there is nothing to join")
    return [operand_of(name, operand) for operand in operands]


def as_operand(name: str, operand: Any) -> Any:
    """What is no node as an array of real numbers; what holds nodes as the array that it looks like, recorded.
    Raises DataTypeError for anything else."""
    if type(operand) is not numpy.ndarray and holds_nodes(operand):
        return as_recorded(name, operand)
    try:
        array = numpy.asarray(operand)
    except ValueError:  # lists of different lengths
        array = numpy.asarray(None)
    if array.dtype.kind == "O" and holds_nodes(operand):
        return as_recorded(name, operand)
    if has_mask(operand):
        raise masked_refusal(name)
    if array.dtype.kind not in "biuf":
        raise DataTypeError(
            f"{name}: an operand is a number, an array of real numbers, a Value or a Tensor, not {described(operand)}"
        )
    return array


def as_array(name: str, operand: Any) -> Array:
    """A plain operand as an array of real numbers, with the numbers of nodes that it holds."""
    array = as_operand(name, operand)
    plain: Array = array._data if isinstance(array, Recordable) else array
    return plain


def has_mask(operand: Any) -> bool:
    """Whether it is one of NumPy's masked arrays, whose mask a plain array would lose, or a list with one in it."""
    if isinstance(operand, list | tuple):
        if operand and type(operand[0]) in PYTHON_NUMBERS:
            return False  # nearly every list
        return any(isinstance(item, list | tuple | numpy.ma.MaskedArray) and has_mask(item) for item in operand)
    return isinstance(operand, numpy.ndarray) and hasattr(operand, "mask")


def masked_refusal(name: str) -> DataTypeError:
    """What is said of a masked array as an operand, on either side."""
    return DataTypeError(
        f"{name}: an operand is a number, an array of real numbers, a Value or a Tensor, not a MaskedArray, whose mask "
        "would be lost: fill it (.filled(…)), or use where(mask, …)"
    )


def nonempty(name: str, x: Any, axis: Any, one: bool = False) -> tuple[Any, Any]:
    """The operand and the axes (with `one`, a single axis) of a reduction that needs at least one element."""
    x = operand_of(name, x)
    checked = checked_one_axis(name, x, axis) if one and axis is not None and x.ndim else checked_axis(name, x, axis)
    if count_along(x.shape, checked) == 0:
        raise ShapeError(f"{name}: operand of shape {x.shape} has no elements along axis {axis}")
    return x, checked


def checked_axis(name: str, x: Any, axis: Any) -> Axis:
    """The axes to reduce, checked: None, an integer, or a tuple of them (a list means the same)."""
    if axis is None:
        return None
    if not isinstance(axis, list | tuple):
        # As NumPy's: the only number is all there is. Its mean and flip refuse the axis, so ours do.
        if x.ndim == 0 and name not in ("mean", "flip") and index_of_axis(name, axis) in (0, -1):
            return None
        return checked_one_axis(name, x, axis)
    axes = tuple(checked_one_axis(name, x, one) for one in axis)
    if len({one % x.ndim for one in axes}) != len(axes):
        raise ShapeError(f"{name}: axes {axes} name one of the axes of shape {x.shape} twice")
    return axes


def checked_keepdims(name: str, keepdims: Any) -> bool:
    """Whether a reduction keeps the axes that it reduces over: a truth. A number is a misplaced axis or dtype."""
    if keepdims is True or keepdims is False:
        return keepdims
    if not isinstance(keepdims, numpy.bool_):
        raise DataTypeError(f"{name}: keepdims is True or False, not {keepdims!r:.60}; axes are a tuple, axis=(0, 1)")
    return bool(keepdims)


def checked_one_axis(name: str, x: Any, axis: Any) -> int:
    """A single axis of x, checked."""
    one = axis if type(axis) is int else index_of_axis(name, axis)
    if not -x.ndim <= one < x.ndim:
        raise ShapeError(f"{name}: axis {one} is no axis of an operand of shape {x.shape}")
    return one


def index_of_axis(name: str, axis: Any) -> int:
    try:
        if isinstance(axis, bool):  # an integer to Python; as an axis it is a misplaced `keepdims`
            raise TypeError
        return operator.index(axis)
    except TypeError:
        joins = name in ("stack", "concatenate") and isinstance(axis, Recordable | numpy.ndarray)
        hint = f"; the arrays come in one list, {name}([a, b])" if joins else ""
        raise DataTypeError(f"{name}: an axis is an integer, not {axis!r:.60}{hint}") from None


def axes_of(ndim: int, axis: Axis) -> tuple[int, ...]:
    """The axes that `axis` names, as numbers from 0."""
    if axis is None:
        return tuple(range(ndim))
    return tuple(one % ndim if ndim else one for one in (axis if isinstance(axis, tuple) else (axis,)))


def kept_shape(shape: Shape, axis: Axis) -> Shape:
    """The shape after reducing over `axis` with keepdims."""
    reduced = axes_of(len(shape), axis)
    return tuple(1 if i in reduced else size for i, size in enumerate(shape))


def reduced_shape(shape: Shape, axis: Axis) -> Shape:
    """The shape after reducing over `axis` without keepdims."""
    reduced = axes_of(len(shape), axis)
    return tuple(size for i, size in enumerate(shape) if i not in reduced)


def count_along(shape: Shape, axis: Axis) -> int:
    """How many elements a reduction over `axis` puts together."""
    return math.prod(shape[i] for i in axes_of(len(shape), axis))


def whole_numbers(statement: str, given: Any) -> tuple[int, ...]:
    """An integer or several, as a tuple. Raises DataTypeError with the statement for anything else."""
    try:
        return tuple(operator.index(one) for one in (given if numpy.ndim(given) else (given,)))
    except (TypeError, ValueError):
        raise DataTypeError(f"{statement}, not {given!r:.60}") from None


def one_whole_number(statement: str, given: Any) -> int:
    """An integer. Raises DataTypeError with the statement for anything else."""
    try:
        return operator.index(given)
    except TypeError:
        raise DataTypeError(f"{statement}, not {given!r:.60}") from None
