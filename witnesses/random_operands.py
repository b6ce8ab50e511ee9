"""How operands and parameters of a random step are drawn, and how far operands are from a kink.

A drawer is given `below`, the source of choices, and the arrays there are so far; it answers with the numbers of
the chosen ones (a float is a literal) and the parameters, or None where no array suits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy
import numpy.typing

Array = numpy.typing.NDArray[Any]
Shape = tuple[int, ...]
Below = Callable[[int], int]
Drawn = tuple[tuple[int | float, ...], dict[str, Any]] | None
Drawer = Callable[[Below, list[Array]], Drawn]

_LITERALS = (2.0, 0.5, 1.25, 3.0, 0.75)

# --- drawers --------------------------------------------------------------------------------------------


def elementwise(count: int, *, literals: bool = False, **options: tuple[Any, ...]) -> Drawer:
    """Operands that broadcast together, in any order; one may be a literal."""

    def draw(below: Below, arrays: list[Array]) -> Drawn:
        operands: list[int | float] = [_recent(below, len(arrays))]
        shape = arrays[int(operands[0])].shape
        for _ in range(count - 1):
            fitting = [number for number, array in enumerate(arrays) if _broadcast(shape, array.shape) is not None]
            chosen = fitting[_recent(below, len(fitting))]
            shape = _broadcast(shape, arrays[chosen].shape) or ()
            operands.insert(below(2) * len(operands), chosen)
        if literals and (which := below(8)) >= 8 - count:
            operands[which - 8] = _one_of(below, _LITERALS)
        return tuple(operands), _options(below, options)

    return draw


def reduction(**options: tuple[Any, ...]) -> Drawer:
    """An array; no axis, one, or several; with or without keepdims."""

    def draw(below: Below, arrays: list[Array]) -> Drawn:
        operand = _recent(below, len(arrays))
        axis = _axes(below, arrays[operand].ndim)
        return (operand,), {"axis": axis, "keepdims": bool(below(2)), **_options(below, options)}

    return draw


def along_an_axis(least: int = 1, **options: tuple[Any, ...]) -> Drawer:
    """An array and one of its axes, which has at least so many elements."""

    def draw(below: Below, arrays: list[Array]) -> Drawn:
        fitting = _where(arrays, lambda array: any(size >= least for size in array.shape))
        if not fitting:
            return None
        operand = fitting[_recent(below, len(fitting))]
        shape = arrays[operand].shape
        axes = [axis for axis in range(-len(shape), len(shape)) if shape[axis] >= least]
        return (operand,), {"axis": _one_of(below, axes), **_options(below, options)}

    return draw


def any_array(parameters: Callable[[Below, Array], dict[str, Any] | None], ndim: range = range(9)) -> Drawer:
    """An array with so many axes, and what `parameters` draws for it."""

    def draw(below: Below, arrays: list[Array]) -> Drawn:
        fitting = _where(arrays, lambda array: array.ndim in ndim)
        if not fitting:
            return None
        operand = fitting[_recent(below, len(fitting))]
        drawn = parameters(below, arrays[operand])
        return None if drawn is None else ((operand,), drawn)

    return draw


def two_arrays(fit: Callable[[Shape, Shape], bool]) -> Drawer:
    """Two arrays whose shapes fit, without parameters."""

    def draw(below: Below, arrays: list[Array]) -> Drawn:
        fitting = [
            (first, second)
            for first, left in enumerate(arrays)
            for second, right in enumerate(arrays)
            if fit(left.shape, right.shape)
        ]
        return (fitting[_recent(below, len(fitting))], {}) if fitting else None

    return draw


def matrix_product(left: Shape, right: Shape) -> bool:
    """Whether NumPy's matmul takes them."""
    if not left or not right or left[-1] != right[-2 if len(right) > 1 else 0]:
        return False
    return _broadcast(left[:-2], right[:-2]) is not None


def same_last_size(left: Shape, right: Shape) -> bool:
    return bool(left) and bool(right) and left[-1] == right[-1]


def dot_product(left: Shape, right: Shape) -> bool:
    return not left or not right or left[-1] == right[-2 if len(right) > 1 else 0]


def layer(below: Below, arrays: list[Array]) -> Drawn:
    """Samples, weights and biases."""
    weights = _where(arrays, lambda array: array.ndim == 2)
    fitting = [
        (samples, weight, bias)
        for weight in weights
        for samples in weights
        for bias in _where(arrays, lambda array: array.ndim == 1)
        if arrays[samples].shape[1] == arrays[weight].shape[0] and arrays[bias].shape == arrays[weight].shape[1:]
    ]
    return (fitting[_recent(below, len(fitting))], {}) if fitting else None


def joined(below: Below, arrays: list[Array]) -> Drawn:
    """Two or three arrays that differ in the size of one axis at most, and that axis."""
    fitting = _where(arrays, lambda array: array.ndim > 0)
    if not fitting:
        return None
    first = fitting[_recent(below, len(fitting))]
    shape = arrays[first].shape
    axis = below(len(shape))
    others = [number for number in fitting if _without(arrays[number].shape, axis) == _without(shape, axis)]
    operands = (first, *(others[_recent(below, len(others))] for _ in range(1 + below(2))))
    return operands, {"axis": axis - len(shape) * below(2)}


def stacked(below: Below, arrays: list[Array]) -> Drawn:
    """Two or three arrays of one shape, and a place for a new axis."""
    first = _recent(below, len(arrays))
    shape = arrays[first].shape
    others = _where(arrays, lambda array: array.shape == shape)
    operands = (first, *(others[_recent(below, len(others))] for _ in range(1 + below(2))))
    return operands, {"axis": below(2 * len(shape) + 2) - len(shape) - 1}


# --- parameters for one array ---------------------------------------------------------------------------


def nothing(below: Below, array: Array) -> dict[str, Any]:
    return {}


def a_shape(below: Below, array: Array) -> dict[str, Any]:
    shapes = {(array.size,), (-1,), (array.size, 1), (1, -1), array.shape[::-1], (1, *array.shape)}
    shapes |= {(size, -1) for size in array.shape}
    return {"shape": _one_of(below, sorted(shapes))}


def a_permutation(below: Below, array: Array) -> dict[str, Any]:
    remaining = list(range(array.ndim))
    axes = tuple(remaining.pop(below(len(remaining))) for _ in range(array.ndim))
    return {"axes": _one_of(below, (axes, tuple(axis - array.ndim for axis in axes)))}


def two_axes(below: Below, array: Array) -> dict[str, Any]:
    return {name: below(2 * array.ndim) - array.ndim for name in ("axis1", "axis2")}


def a_wider_shape(below: Below, array: Array) -> dict[str, Any]:
    stretched = tuple(1 + below(3) if size == 1 else size for size in array.shape)
    return {"shape": (*(1 + below(2) for _ in range(below(2))), *stretched)}


def a_narrower_shape(below: Below, array: Array) -> dict[str, Any]:
    kept = array.shape[below(array.ndim + 1) :]
    return {"shape": tuple(1 if below(3) == 2 else size for size in kept)}


def any_axes(below: Below, array: Array) -> dict[str, Any]:
    return {"axis": _axes(below, array.ndim)}


def unit_axes(below: Below, array: Array) -> dict[str, Any]:
    units = tuple(axis for axis, size in enumerate(array.shape) if size == 1)
    return {"axis": _one_of(below, (None, units, *units))}


def a_new_axis(below: Below, array: Array) -> dict[str, Any]:
    return {"axis": below(2 * array.ndim + 2) - array.ndim - 1}


def a_move(below: Below, array: Array) -> dict[str, Any]:
    return {name: below(2 * array.ndim) - array.ndim for name in ("source", "destination")}


def an_offset(below: Below, array: Array) -> dict[str, Any]:
    rows, columns = array.shape
    return {"offset": _one_of(below, sorted(range(1 - rows, columns), key=abs))}


def repetitions(below: Below, array: Array) -> dict[str, Any]:
    return {"repetitions": tuple(1 + below(2) for _ in range(1 + below(max(array.ndim, 1) + 1)))}


def repeats(below: Below, array: Array) -> dict[str, Any]:
    axis = _one_of(below, (None, *range(-array.ndim, array.ndim)))
    size = array.size if axis is None else array.shape[axis]
    if below(2):
        return {"repeats": tuple(below(3) for _ in range(size)), "axis": axis}
    return {"repeats": 1 + below(3), "axis": axis}


def places(below: Below, array: Array) -> dict[str, Any]:
    """Indices along an axis, some of them twice."""
    axis = _one_of(below, (None, *range(-array.ndim, array.ndim)))
    size = array.size if axis is None else array.shape[axis]
    return {"indices": tuple(below(2 * size) - size for _ in range(1 + below(4))), "axis": axis}


def places_of_each(below: Below, array: Array) -> dict[str, Any]:
    """Indices along an axis, for each place of the others."""
    axis = below(array.ndim)
    shape = (*array.shape[:axis], 1 + below(3), *array.shape[axis + 1 :])
    drawn = [below(array.shape[axis]) for _ in range(math.prod(shape))]
    return {"indices": numpy.array(drawn).reshape(shape).tolist(), "axis": axis - array.ndim * below(2)}


def cuts(below: Below, array: Array) -> dict[str, Any]:
    axis = below(2 * array.ndim) - array.ndim
    size = array.shape[axis]
    sections = [count for count in range(1, size + 1) if size % count == 0]
    return {"sections": _one_of(below, (*sections[::-1], (below(size + 1),))), "axis": axis}


def a_window(below: Below, array: Array) -> dict[str, Any]:
    axis = below(2 * array.ndim) - array.ndim
    return {"window_shape": 1 + below(array.shape[axis]), "axis": axis}


def an_index(below: Below, array: Array) -> dict[str, Any]:
    """NumPy's indexing: an integer, a slice, a list or a mask for some of the axes, None and ... between."""
    parts: list[Any] = []
    for size in array.shape[: below(array.ndim + 1)] if below(4) else array.shape:
        kind = below(6)
        if kind == 0:
            start, step = below(size), _one_of(below, (1, 2, -1, -2))
            parts.append(slice(start if step > 0 else None, None if step > 0 else start - 1 if start else None, step))
        elif kind == 1:
            parts.append(below(2 * size) - size)
        elif kind == 2:
            parts.append(tuple(below(2 * size) - size for _ in range(2)))  # lists of one length broadcast
        elif kind == 3:
            parts.append(slice(None))
        elif kind == 4:
            parts += [None, slice(None)]
        else:
            mask = [below(2) == 1 for _ in range(size)]
            parts.append(tuple(mask) if sum(mask) == 2 else slice(None))
    if below(4) == 3:
        taken = sum(part is not None for part in parts)
        parts = [Ellipsis, *parts] if taken == array.ndim else [*parts, Ellipsis]
    return {"index": tuple(parts)}


def a_place_in_a_wider_array(below: Below, array: Array) -> dict[str, Any]:
    """Rows of a new array that the rows of this one are added to, some to the same."""
    size = 1 + below(3)
    return {"indices": tuple(below(size) for _ in range(array.shape[0])), "shape": (size, *array.shape[1:])}


# --- distances to kinks ---------------------------------------------------------------------------------


def from_zero(x: Any, **_: Any) -> float:
    return _least(x)


def from_zeros(a: Any, b: Any) -> float:
    return min(from_zero(a), from_zero(b))


def from_integers(x: Any, **_: Any) -> float:
    return _least(x - numpy.rint(x))


def from_halves(x: Any, **_: Any) -> float:
    return from_integers(x + 0.5)


def of_quotient_from_integers(a: Any, b: Any) -> float:
    return from_integers(numpy.divide(a, b))


def between_two(a: Any, b: Any, *_: Any, **__: Any) -> float:
    return _least(numpy.subtract(a, b))


def from_both_bounds(x: Any, low: Any, high: Any) -> float:
    return min(_least(x - low), _least(x - high))


def from_the_cut(y: Any, x: Any) -> float:
    """arctan2 jumps where y changes its sign and x is negative."""
    return _least(y)


def from_the_poles(x: Any) -> float:
    """tan's, of which more than a little is kept: beside them every rounding counts."""
    return _least(numpy.cos(x)) - 0.2


def between_the_first_two(x: Any, axis: Any, **_: Any) -> float:
    """How far the greatest element is from the next, and the least."""
    axes = tuple(range(x.ndim)) if axis is None else tuple(numpy.atleast_1d(axis) % max(x.ndim, 1))
    rows = numpy.moveaxis(x, axes, range(-len(axes), 0)).reshape(-1, math.prod(x.shape[one] for one in axes))
    rows = numpy.sort(rows, axis=1)
    return _least(numpy.diff(rows[:, [0, 1, -2, -1]], axis=1)[:, ::2]) if rows.shape[1] > 1 else math.inf


def of_length_from_zero(x: Any, axis: Any, **_: Any) -> float:
    return _least(numpy.sqrt(numpy.sum(numpy.square(x), axis=axis)))


def of_spread_from_zero(x: Any, axis: Any, **_: Any) -> float:
    return _least(numpy.std(x, axis=axis)) - 0.05


# --- helpers --------------------------------------------------------------------------------------------


def _recent(below: Below, count: int) -> int:
    """A position, the last for the smallest choice."""
    return count - 1 - below(count)


def _one_of(below: Below, choices: Any) -> Any:
    return choices[below(len(choices))]


def _options(below: Below, options: dict[str, tuple[Any, ...]]) -> dict[str, Any]:
    return {name: _one_of(below, choices) for name, choices in options.items()}


def _axes(below: Below, ndim: int) -> int | tuple[int, ...] | None:
    """None, an axis, or several; counted from either end."""
    kind = below(3) if ndim else 0
    if kind == 0:
        return None
    if kind == 1:
        return below(2 * ndim) - ndim
    return tuple(axis - ndim * below(2) for axis in range(ndim) if below(2)) or below(ndim)


def _broadcast(first: Shape, second: Shape) -> Shape | None:
    longer, shorter = (first, second) if len(first) >= len(second) else (second, first)
    aligned = (1,) * (len(longer) - len(shorter)) + shorter
    if any(a != b and 1 not in (a, b) for a, b in zip(longer, aligned, strict=True)):
        return None
    return tuple(b if a == 1 else a for a, b in zip(longer, aligned, strict=True))


def _where(arrays: list[Array], condition: Callable[[Array], bool]) -> list[int]:
    return [number for number, array in enumerate(arrays) if condition(array)]


def _without(shape: Shape, axis: int) -> Shape | None:
    return (len(shape), *shape[:axis], *shape[axis + 1 :]) if axis < len(shape) else None


def _least(x: Any) -> float:
    return float(numpy.abs(x).min(initial=math.inf))
