"""A leaf's gradient beside central differences of the whole calculation."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy

from autograd import Node, Tensor, Value
from autograd.checking import steadiest, steps_at

from ..numbers import format_number
from .entry import RefusalError

Leaf = Value | Tensor

# Of a large array, the elements of the largest gradients and others in between: two calculations each.
_MOST_ELEMENTS = 32


@dataclass(frozen=True)
class GradientCheck:
    """What was found for a leaf; of an array, for the element where the two differ most.

    Attributes:
        element: its index; () for a number.
        checked, size: how many elements were looked at, of how many.
        agrees: whether the difference is what rounding and the step explain.
        undecided: why the two cannot be compared; "" where they can.
    """

    label: str
    element: tuple[int, ...]
    analytic: float
    numeric: float
    difference: float
    relative_error: float
    agrees: bool
    checked: int
    size: int
    undecided: str = ""


@dataclass(frozen=True)
class _Compared:
    """An element's numeric gradient, and the difference that rounding and the step explain."""

    element: tuple[int, ...]
    numeric: float
    allowed: float


def check(label: str, leaf: Leaf, record: Callable[[], Node], gradient_of: Callable[[Node], Any]) -> GradientCheck:
    """Compare the gradient of what `record` computes, with respect to a leaf, with central differences.

    Args:
        record: computes the output from what the leaves are now.
        gradient_of: the analytic gradient, from an output.
    """
    start = leaf.data
    data = numpy.asarray(start)
    output = record()
    analytic = numpy.asarray(gradient_of(output))
    if data.size == 0:
        raise RefusalError(f"{label} is an empty array: it has no element to check")
    elements = _elements(analytic)
    try:
        found = [_compare(leaf, data, element, analytic, record) for element in elements]
    finally:
        leaf.data = start
    worst = max(found, key=lambda one: _excess(float(analytic[one.element]), one))
    exact, numeric = float(analytic[worst.element]), worst.numeric
    difference, scale = abs(exact - numeric), max(abs(exact), abs(numeric))
    undecided = _undecided(float(data[worst.element]), exact, worst)
    return GradientCheck(
        label=label,
        element=worst.element,
        analytic=exact,
        numeric=numeric,
        difference=difference,
        # Of two that are nan or infinite there is no difference to speak of.
        relative_error=0.0 if difference == 0 else difference / scale if scale else difference,
        agrees=bool(difference <= worst.allowed) and not undecided,
        checked=len(elements),
        size=data.size,
        undecided=undecided,
    )


def _undecided(x: float, exact: float, compared: _Compared) -> str:
    """Why nothing is decided at an element that holds x; "" where something is."""
    if not math.isfinite(x):
        return f"it holds {format_number(x)}, from which no step leads away"
    kinds = ["nan" if math.isnan(one) else "infinite" for one in (exact, compared.numeric) if not math.isfinite(one)]
    if kinds:
        said = f"one is {kinds[0]}" if len(kinds) == 1 else f"both are {kinds[0]}"
        if len(set(kinds)) > 1:
            said = "one is nan, the other infinite"
        return f"{said}: nothing is compared where numbers are not finite"
    if not math.isfinite(compared.allowed):
        return f"{format_number(x)} is so large that no step is both small and more than rounding"
    return ""


def _elements(analytic: Any) -> list[tuple[int, ...]]:
    if analytic.size <= _MOST_ELEMENTS:
        return list(numpy.ndindex(analytic.shape))
    largest = numpy.argsort(-numpy.abs(analytic), axis=None)[: _MOST_ELEMENTS // 2]
    between = numpy.linspace(0, analytic.size - 1, _MOST_ELEMENTS // 2, dtype=numpy.intp)
    chosen = sorted({*largest.tolist(), *between.tolist()})
    return [tuple(int(one) for one in numpy.unravel_index(position, analytic.shape)) for position in chosen]


def _compare(leaf: Leaf, data: Any, element: tuple[int, ...], analytic: Any, record: Callable[[], Node]) -> _Compared:
    exact, x = float(analytic[element]), float(data[element])
    if not math.isfinite(x):
        return _Compared(element, math.nan, math.nan)
    precision = float(numpy.finfo(data.dtype).eps)
    largest = 0.0

    def quotient(step: float) -> float:
        nonlocal precision, largest
        outputs, places = [], []
        for distance in (step, -step):
            moved = data.copy()
            with numpy.errstate(all="ignore"):
                moved[element] += distance
            leaf.data = float(moved) if isinstance(leaf, Value) else moved
            # Recorded, although nobody differentiates it: the function may look at its own graph, as to label it.
            output = record()
            outputs.append(float(output.item()))
            places.append(float(moved[element]))
            precision = max(precision, float(numpy.finfo(numpy.asarray(output.data).dtype).eps))
        largest = max(map(abs, outputs))
        return (outputs[0] - outputs[1]) / (places[0] - places[1]) if places[0] != places[1] else math.nan

    def compared(step: float) -> _Compared:
        numeric = quotient(step)
        relative = 1e-6 if precision < 1e-12 else 1e-2
        scale = relative * max(abs(exact), abs(numeric))
        if step < 1 or abs(exact - numeric) > scale:
            # Over a step of 1 and more a function may do anything: where the two differ, nothing is decided.
            scale += 20 * (step * step if step < 1 else math.inf) + 20 * precision * largest / step
        return _Compared(element, numeric, scale)

    steps = steps_at(x, precision)
    found = compared(steps[0])
    if len(steps) == 1 or abs(exact - found.numeric) <= found.allowed:
        return found
    return compared(steadiest(quotient, steps))


def _excess(exact: float, compared: _Compared) -> float:
    """How many times the allowed difference two numbers differ by; infinite where one of them is nan."""
    difference, allowed = abs(exact - compared.numeric), compared.allowed
    if not allowed:
        return math.inf if difference else 0.0
    return difference / allowed if difference == difference and allowed == allowed else math.inf
