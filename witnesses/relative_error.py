"""One measure of how far an array is from what was expected of it."""

from __future__ import annotations

import math
from typing import Any

import numpy

LEAST_SCALE = 1e-3  # an array of zeros has no scale of its own
DEFINITION = "greatest |found − expected| in an array ÷ greatest |expected| in it, or ÷ 0.001 if that is less"


def relative_error(found: Any, expected: Any) -> float:
    """As DEFINITION says; infinite where the shapes differ, the dtypes differ, or either has a nan."""
    found, expected = numpy.asarray(found), numpy.asarray(expected)
    if found.shape != expected.shape or found.dtype != expected.dtype:
        return math.inf
    scale = max(float(numpy.abs(expected).max(initial=0.0)), LEAST_SCALE)
    error = float(numpy.abs(found - expected).max(initial=0.0)) / scale
    return math.inf if math.isnan(error) else error
