"""Densities are of numbers where they are defined, and nothing else elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from .. import functions


def where_positive(x: Any, inside: Callable[[Any], Any], outside: float, scale: Any = 1.0) -> Any:
    """`inside(x)` where x ≥ 0, elsewhere `outside`, without a gradient; nan where the scale is not above 0."""
    return _where(functions.greater_equal(x, 0), x, inside, outside, scale)


def where_between(x: Any, inside: Callable[[Any], Any], outside: float, scale: Any = 1.0) -> Any:
    """The same where 0 ≤ x ≤ 1."""
    is_inside = functions.logical_and(functions.greater_equal(x, 0), functions.less_equal(x, 1))
    return _where(is_inside, x, inside, outside, scale)


def with_scale(density: Any, scale: Any) -> Any:
    """nan where the scale is not above 0, as in SciPy."""
    return where(functions.greater(scale, 0), density, float("nan"))


def where(condition: Any, x: Any, y: Any) -> Any:
    """Our `where`; of plain numbers a number, as SciPy gives one."""
    found = functions.where(condition, x, y)
    return found[()] if isinstance(found, numpy.ndarray) and found.ndim == 0 else found


def _where(is_inside: Any, x: Any, inside: Callable[[Any], Any], outside: float, scale: Any) -> Any:
    # Its argument is replaced as well: 0 times the gradient of a logarithm of what is below 0 would be nan.
    is_inside = functions.logical_or(is_inside, functions.isnan(x))
    density = where(is_inside, inside(where(is_inside, x, 0.5)), outside)
    return with_scale(density, scale)
