"""Arrays with more elements around them."""

from __future__ import annotations

from typing import Any

import numpy

from .. import array_functions, ops
from ..arguments import check_known
from ..errors import ArgumentError, ShapeError
from ..operands import checked_one_axis, operand_of
from ..operation import Recordable
from .building import linspace
from .moving import flip
from .statistics import median
from .taking import take

_STATISTICS = {
    "maximum": array_functions.max,
    "mean": array_functions.mean,
    "median": median,
    "minimum": array_functions.min,
}
_MIRRORED = ("reflect", "symmetric")
PADDING = ("constant", "edge", "empty", "linear_ramp", *_STATISTICS, *_MIRRORED, "wrap")


def pad(
    x: Any,
    pad_width: Any,
    mode: str = "constant",
    *,
    constant_values: Any = 0,
    end_values: Any = None,
    stat_length: Any = None,
    reflect_type: str = "even",
) -> Any:
    """x with more elements before and behind along each axis.

    Args:
        x: numbers.
        pad_width: how many: ((before, behind), …) for each axis, (before, behind) or one number for all; or a
            dictionary from axes to these.
        mode: "constant", the numbers `constant_values`, for sides and axes as `pad_width`; "edge", the nearest element;
            "linear_ramp", from the nearest element to `end_values` at equal distances; "maximum", "mean", "median" and
            "minimum", that of the nearest `stat_length` elements; "reflect" and "symmetric", mirrored at the edge
            without and with the element there; "wrap", around; "empty", zeros that mean nothing.
        constant_values, end_values: plain numbers, or nodes.
        stat_length: for sides and axes as `pad_width`; all elements where it is not given.
        reflect_type: of what is mirrored, "even", or "odd": by how much the edge is passed, taken from the edge.

    >>> from autograd import Tensor, pad
    >>> pad(Tensor([1.0, 2.0, 3.0]), (1, 2), "reflect").data
    array([2., 1., 2., 3., 2., 1.])
    """
    x = operand_of("pad", x)
    if mode not in PADDING:
        raise ArgumentError(f"pad: mode is one of {', '.join(PADDING)}, not {mode!r:.60}")
    check_known("reflect_type of pad", reflect_type, ("even", "odd"))
    for name, is_given, modes in (
        ("end_values", end_values is not None, ("linear_ramp",)),
        ("stat_length", stat_length is not None, tuple(_STATISTICS)),
        ("reflect_type", reflect_type != "even", _MIRRORED),
    ):
        if is_given and mode not in modes:
            raise ArgumentError(f"pad: {name}= is of the mode {' or '.join(modes)}, not of {mode!r}")
    widths = _pairs(x, "pad_width", pad_width)
    if mode in ("constant", "empty"):
        return _padded_with(x, widths, constant_values if mode == "constant" else 0)
    if not any(map(any, widths)):
        return array_functions.getitem(x, ())
    if mode == "linear_ramp":
        return _ramped(x, widths, 0 if end_values is None else end_values)
    if mode in _STATISTICS:
        return _with_statistics(x, widths, mode, stat_length)
    if reflect_type == "odd":
        return _turned_over(x, widths, mode)
    for axis, width in enumerate(widths):
        size = x.shape[axis]
        if any(width):  # what is around is taken one by one, and not what is inside
            places = _places(x, axis, width, mode)
            before, behind = (take(x, part, axis) for part in (places[: width[0]], places[width[0] + size :]))
            x = array_functions.concatenate([before, x, behind], axis)
    return x


def _places(x: Any, axis: int, width: tuple[int, int], mode: str) -> Any:
    """Which elements along an axis are those of the padded one."""
    try:
        return numpy.pad(numpy.arange(x.shape[axis]), width, mode=mode)  # type: ignore[call-overload]  # one of PADDING
    except ValueError as error:
        raise ShapeError(f"pad: axis {axis} of an operand of shape {x.shape}: {error}") from None


def _turned_over(x: Any, widths: list[tuple[int, int]], mode: str) -> Any:
    """Mirrored at the edges, in place and in number: each element of what is added is one of x, and so and so many
    times those at the edges. How many, NumPy's answer for rows of zeros with a one says."""
    for axis, width in enumerate(widths):
        size, places = x.shape[axis], _places(x, axis, width, mode)
        if not any(width):
            continue
        first, last = numpy.eye(size, 1)[:, 0], numpy.eye(size, 1, 1 - size)[:, 0]
        at_first, at_last = (
            numpy.pad(row, width, mode=mode, reflect_type="odd")  # type: ignore[call-overload]  # as in _places
            for row in (first, last)
        )
        aside = numpy.ones(x.ndim, int)
        aside[axis] = -1
        made: Any = 0
        for index, times in (
            (places, 1 - at_first - at_last),
            (places * 0, at_first),
            (places * 0 + size - 1, at_last),
        ):
            times = times.astype(x.dtype).reshape(aside)
            made = ops.add(made, ops.where(times != 0, ops.multiply(take(x, index, axis), times), 0))
        x = made if made.dtype == x.dtype else array_functions.astype(made, x.dtype)
    return x


def _ramped(x: Any, widths: list[tuple[int, int]], ends: Any) -> Any:
    sides = _sides(x, "end_values", ends)
    for axis, width in enumerate(widths):
        parts = []
        for side, count in enumerate(width):
            edge = take(x, -side, axis)
            end = array_functions.broadcast_to(array_functions.getitem(sides, (axis, side)), edge.shape)
            parts.append(linspace(end, edge, count, endpoint=False, dtype=x.dtype, axis=axis))
        x = array_functions.concatenate([parts[0], x, flip(parts[1], axis)], axis)
    return x


def _with_statistics(x: Any, widths: list[tuple[int, int]], mode: str, stat_length: Any) -> Any:
    lengths = [(None, None)] * x.ndim if stat_length is None else _pairs(x, "stat_length", stat_length)
    for axis, (width, length) in enumerate(zip(widths, lengths, strict=True)):
        size = x.shape[axis]
        parts = []
        for side, (count, nearest) in enumerate(zip(width, length, strict=True)):
            nearest = size if nearest is None else min(nearest, size)
            if not nearest:
                raise ShapeError(
                    f"pad: axis {axis} of an operand of shape {x.shape}: of no elements there is no {mode}"
                )
            part = slice(nearest) if side == 0 else slice(size - nearest, size)
            made = _STATISTICS[mode](array_functions.getitem(x, (*(slice(None),) * axis, part)), axis, keepdims=True)
            if made.dtype != x.dtype:  # the mean of integers
                made = array_functions.astype(ops.rint(made), x.dtype)
            parts.append(array_functions.broadcast_to(made, (*x.shape[:axis], count, *x.shape[axis + 1 :])))
        x = array_functions.concatenate([parts[0], x, parts[1]], axis)
    return x


def _pairs(x: Any, name: str, given: Any) -> list[tuple[int, int]]:
    """Numbers of elements before and behind each axis."""
    each = given
    if isinstance(given, dict):
        named = {checked_one_axis("pad", x, axis) % x.ndim: pair for axis, pair in given.items()}
        each = [named.get(axis, 0) for axis in range(x.ndim)]
        each = [(pair, pair) if numpy.ndim(pair) == 0 else pair for pair in each]
    try:
        numbers = numpy.asarray(each)
        if numbers.dtype.kind not in "iu" and numbers.size:
            raise TypeError
        pairs = numpy.broadcast_to(numbers, (x.ndim, 2)).tolist()
    except (TypeError, ValueError):
        raise ShapeError(
            f"pad: {name} is ((before, behind), …) for each axis of shape {x.shape}, (before, behind) or one "
            f"integer, not {given!r:.60}"
        ) from None
    if any(count < 0 for pair in pairs for count in pair):
        raise ShapeError(f"pad: {name} is not negative, as in {given!r:.60}")
    return [(before, behind) for before, behind in pairs]


def _sides(x: Any, name: str, given: Any) -> Any:
    """The numbers before and behind each axis, plain or a node."""
    given = given if isinstance(given, Recordable) else operand_of("pad", given)
    try:
        sides = array_functions.broadcast_to(given, (x.ndim, 2))
    except ShapeError:
        raise ShapeError(
            f"pad: {name} are ((before, behind), …) for each axis of shape {x.shape}, (before, behind) or one number"
        ) from None
    return sides if sides.dtype == x.dtype else array_functions.astype(sides, x.dtype)


def _padded_with(x: Any, widths: list[tuple[int, int]], constants: Any) -> Any:
    sides = _sides(x, "constant_values", constants)
    inside = tuple(slice(before, before + size) for size, (before, _) in zip(x.shape, widths, strict=True))
    whole = tuple(size + before + behind for size, (before, behind) in zip(x.shape, widths, strict=True))
    if not isinstance(sides, Recordable):
        padded = ops.scatter_add(x, index=inside, shape=whole)
        if not sides.any():
            return padded
        around = numpy.pad(numpy.zeros(x.shape, x.dtype), widths, constant_values=sides.tolist())
        return ops.add(padded, around) if x.dtype.kind != "b" else ops.logical_or(padded, around)
    for axis, width in enumerate(widths):  # as NumPy's, a later axis has the corners
        before, behind = (
            array_functions.broadcast_to(
                array_functions.getitem(sides, (axis, side)), (*x.shape[:axis], count, *x.shape[axis + 1 :])
            )
            for side, count in enumerate(width)
        )
        x = array_functions.concatenate([before, x, behind], axis)
    return x
