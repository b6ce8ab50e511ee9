"""Differences of neighbours, and what is made of them."""

from __future__ import annotations

from typing import Any

import numpy

from .. import array_functions, ops
from ..arguments import whole_number
from ..errors import ArgumentError, DataTypeError, ShapeError
from ..operands import (
    Axis,
    axes_of,
    bare_or_operand,
    checked_axis,
    checked_one_axis,
    operand_of,
)
from .shape import ravel
from .taking import take


def diff(x: Any, axis: int = -1, n: int = 1, prepend: Any = None, append: Any = None) -> Any:
    """Each element less the one before it along `axis`, n times over.

    Args:
        x: numbers.
        axis: the axis.
        n: how often differences are taken.
        prepend, append: what comes before and behind x along the axis; a number is one element.

    >>> from autograd import Tensor, diff
    >>> diff(Tensor([1.0, 4.0, 9.0])).data
    array([3., 5.])
    """
    x = operand_of("diff", x)
    axis = checked_one_axis("diff", x, axis) % x.ndim
    times = whole_number("diff: n", n, 0)
    if times == 0:
        return array_functions.getitem(x, ())
    around = [_beside(part, x, axis) for part in (prepend, append) if part is not None]
    if around:
        x = array_functions.concatenate([*around[: prepend is not None], x, *around[prepend is not None :]], axis)
    before = (slice(None),) * axis
    for _ in range(times):
        later, earlier = (
            array_functions.getitem(x, (*before, slice(1, None))),
            array_functions.getitem(x, (*before, slice(None, -1))),
        )
        x = (ops.not_equal if x.dtype.kind == "b" else ops.subtract)(later, earlier)  # booleans have no difference
    return x


def _beside(part: Any, x: Any, axis: int) -> Any:
    part = operand_of("diff", part)
    if part.ndim == 0:
        part = array_functions.broadcast_to(part, (*x.shape[:axis], 1, *x.shape[axis + 1 :]))
    return part


def ediff1d(x: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """Each element of the flattened x less the one before it, between what is given for the beginning and the end.

    >>> from autograd import Tensor, ediff1d
    >>> ediff1d(Tensor([1.0, 4.0, 9.0]), to_end=0.0).data
    array([3., 5., 0.])
    """
    x = ravel(operand_of("ediff1d", x))
    parts = [to_begin, diff(x), to_end]
    joined = [ravel(operand_of("ediff1d", part)) for part in parts if part is not None]
    kind = x.dtype
    joined = [part if part.dtype == kind else array_functions.astype(part, kind) for part in joined]
    return joined[0] if len(joined) == 1 else array_functions.concatenate(joined)


def gradient(f: Any, *varargs: Any, axis: Axis = None, edge_order: int = 1) -> Any:
    """The slopes of f along each axis by differences between its elements: central ones inside, one-sided ones at the
    edges. One array for one axis, a tuple for several. (Derivatives of a function are `grad`'s.)

    Args:
        f: numbers on a grid.
        varargs: the distance between neighbours, or their coordinates along the axis; for all axes, or one for each.
        axis: the axes; all of them where it is not given.
        edge_order: 1, or 2 for slopes at the edges by three elements.

    >>> from autograd import Tensor, gradient
    >>> gradient(Tensor([1.0, 4.0, 9.0, 16.0])).data
    array([3., 4., 6., 7.])
    """
    f = operand_of("gradient", f)
    axes = axes_of(f.ndim, checked_axis("gradient", f, axis))
    if edge_order not in (1, 2):
        raise DataTypeError(f"gradient: edge_order is 1 or 2, not {edge_order!r:.60}")
    if len(varargs) not in (0, 1, len(axes)):
        raise DataTypeError(f"gradient: {len(varargs)} distances for {len(axes)} axes")
    spacings = [bare_or_operand("gradient", one) for one in varargs] or [1.0]
    if len(varargs) == 1 and numpy.ndim(spacings[0]) and len(axes) != 1:
        raise DataTypeError(f"gradient: the coordinates of one axis for {len(axes)} axes")
    if len(spacings) == 1:
        spacings *= len(axes)
    if f.dtype.kind in "biu":
        f = array_functions.astype(f, numpy.float64)
    made = [_slopes(f, one, spacing, edge_order) for one, spacing in zip(axes, spacings, strict=True)]
    return made[0] if len(made) == 1 else tuple(made)


def _slopes(f: Any, axis: int, spacing: Any, edge_order: int) -> Any:
    size = f.shape[axis]
    if size < edge_order + 1:
        raise ShapeError(f"gradient: axis {axis} of an operand of shape {f.shape} has not {edge_order + 1} elements")

    def at(start: int | None, stop: int | None) -> Any:
        return array_functions.getitem(f, (*(slice(None),) * axis, slice(start, stop)))

    if numpy.ndim(spacing) == 0:
        inside = ops.divide(ops.subtract(at(2, None), at(None, -2)), ops.multiply(2.0, spacing))
        steps = [spacing] * 4
    else:
        if spacing.shape != (size,):
            raise ShapeError(
                f"gradient: coordinates of shape {spacing.shape} for axis {axis} of an operand of shape {f.shape}"
            )
        along = (-1, *(1,) * (f.ndim - 1 - axis))
        distances = diff(array_functions.astype(spacing, numpy.float64) if spacing.dtype.kind in "iu" else spacing)
        first = array_functions.reshape(array_functions.getitem(distances, slice(None, -1)), along)
        second = array_functions.reshape(array_functions.getitem(distances, slice(1, None)), along)
        both = ops.add(first, second)
        left = ops.multiply(ops.divide(ops.subtract(at(1, -1), at(None, -2)), first), ops.divide(second, both))
        right = ops.multiply(ops.divide(ops.subtract(at(2, None), at(1, -1)), second), ops.divide(first, both))
        inside = ops.add(left, right)
        steps = [array_functions.getitem(distances, place) for place in (0, min(1, size - 2), max(-2, 1 - size), -1)]
    slope_left = ops.divide(ops.subtract(at(1, 2), at(0, 1)), steps[0])
    slope_right = ops.divide(ops.subtract(at(-1, None), at(-2, -1)), steps[3])
    if edge_order == 2:  # the slope of the parabola through three
        next_left = ops.divide(ops.subtract(at(2, 3), at(1, 2)), steps[1])
        next_right = ops.divide(ops.subtract(at(-2, -1), at(-3, -2)), steps[2])
        share_left = ops.divide(steps[0], ops.add(steps[0], steps[1]))
        share_right = ops.divide(steps[3], ops.add(steps[2], steps[3]))
        slope_left = ops.subtract(slope_left, ops.multiply(share_left, ops.subtract(next_left, slope_left)))
        slope_right = ops.add(slope_right, ops.multiply(share_right, ops.subtract(slope_right, next_right)))
    slopes = array_functions.concatenate([slope_left, inside, slope_right], axis)
    return slopes if slopes.dtype == f.dtype else array_functions.astype(slopes, f.dtype)


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral along `axis` by trapezoids between the elements.

    Args:
        y: numbers.
        x: the coordinates of the elements, along the axis or of y's shape.
        dx: the distance between neighbours, where no coordinates are given.
        axis: the axis.

    >>> from autograd import Tensor, trapezoid
    >>> trapezoid(Tensor([1.0, 2.0, 3.0])).item()
    4.0
    """
    y = operand_of("trapezoid", y)
    axis = checked_one_axis("trapezoid", y, axis) % y.ndim
    if x is None:
        widths = bare_or_operand("trapezoid", dx)
    else:
        x = operand_of("trapezoid", x)
        widths = diff(x) if x.ndim == 1 else diff(x, axis)
        if x.ndim == 1:
            widths = array_functions.reshape(widths, (-1, *(1,) * (y.ndim - 1 - axis)))
    before = (slice(None),) * axis
    both = ops.add(
        array_functions.getitem(y, (*before, slice(1, None))), array_functions.getitem(y, (*before, slice(None, -1)))
    )
    return array_functions.sum(ops.divide(ops.multiply(widths, both), 2.0), axis)


def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: float | None = None) -> Any:
    """The polygon through the points (xp, fp), at x.

    Args:
        x: where it is asked for.
        xp: the points' coordinates, in ascending order unless there is a period.
        fp: their heights.
        left, right: what it is before the first and behind the last point; their heights where not given.
        period: after which it goes on from the beginning.

    >>> from autograd import Tensor, interp
    >>> interp(Tensor(2.5), [1.0, 2.0, 3.0], [10.0, 20.0, 0.0]).item()
    10.0
    """
    x, xp, fp = (operand_of("interp", one) for one in (x, xp, fp))
    if xp.ndim != 1 or fp.shape != xp.shape or not xp.size:
        raise ShapeError(f"interp: points are two rows of as many numbers, not of shape {xp.shape} and {fp.shape}")
    if period is not None:
        if not period:
            raise ArgumentError("interp: a period is not 0")
        period = abs(period)
        x, xp = ops.remainder(x, period), ops.remainder(xp, period)
        order = array_functions.argsort(xp)
        xp, fp = array_functions.getitem(xp, order), array_functions.getitem(fp, order)
        ends = [array_functions.getitem(row, place) for place in (slice(-1, None), slice(1)) for row in (xp, fp)]
        xp = array_functions.concatenate([ops.subtract(ends[0], period), xp, ops.add(ends[2], period)])
        fp = array_functions.concatenate([ends[1], fp, ends[3]])
        left = right = None
    first, last = (array_functions.getitem(fp, place) for place in (0, -1))
    left, right = first if left is None else left, last if right is None else right
    count = xp.shape[0]
    if count > 1:
        place = ops.subtract(array_functions.searchsorted(xp, x, "right"), 1)
        place = array_functions.clip(place, 0, count - 2)
        x0, f0 = take(xp, place), take(fp, place)
        x1, f1 = (take(row, ops.add(place, 1)) for row in (xp, fp))
        inside = ops.add(f0, ops.multiply(ops.divide(ops.subtract(f1, f0), ops.subtract(x1, x0)), ops.subtract(x, x0)))
    else:
        inside = ops.add(first, ops.multiply(0, x))
    made = ops.where(ops.greater(x, array_functions.getitem(xp, -1)), right, inside)
    made = ops.where(ops.less(x, array_functions.getitem(xp, 0)), left, made)
    return made if made.dtype == numpy.float64 else array_functions.astype(made, numpy.float64)
