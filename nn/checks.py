"""The check of hyper-parameters."""

from __future__ import annotations

import math
from typing import Any

import numpy

from .errors import NetworkError


def float_type(dtype: Any) -> numpy.dtype[Any]:
    """The dtype of weights, if it can be one."""
    try:
        found: numpy.dtype[Any] | None = numpy.dtype(dtype)
    except (TypeError, ValueError):
        found = None
    if found is None or found not in (numpy.float32, numpy.float64):
        raise NetworkError(f"dtype is numpy.float32 or numpy.float64, for weights are floats, not {dtype!r:.60}")
    return found


def checked(name: str, number: Any, below: float | None = None) -> float:
    """A hyper-parameter: a finite number ≥ 0, and below a bound where there is one."""
    is_number = isinstance(number, int | float | numpy.number) and not isinstance(number, bool)
    if not (is_number and math.isfinite(number) and number >= 0 and (below is None or number < below)):
        bound = "" if below is None else f" and below {below:g}"
        raise NetworkError(f"the {name} is a finite number ≥ 0{bound}, not {number!r}")
    return float(number)
