"""Functions of one number or two: numbers, arrays, `Value`s or `Tensor`s alike."""

from __future__ import annotations

import math
from typing import Any

from .. import ops

__all__ = ["isfinite", "isinf", "isnan"]


def isnan(x: Any) -> Any:
    """Whether each element is no number.

    >>> from autograd import Tensor, isnan
    >>> isnan(Tensor([1.0, float("nan")])).data
    array([False,  True])
    """
    return ops.not_equal(x, x)


def isinf(x: Any) -> Any:
    """Whether each element is an infinity."""
    return ops.logical_or(ops.equal(x, math.inf), ops.equal(x, -math.inf))


def isfinite(x: Any) -> Any:
    """Whether each element is neither an infinity nor nan."""
    return ops.logical_and(ops.less(x, math.inf), ops.greater(x, -math.inf))
