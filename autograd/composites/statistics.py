"""Means, spreads and orders over axes."""

from __future__ import annotations

import math
from typing import Any

from .. import array_functions, ops
from ..errors import DataTypeError, ShapeError
from ..operands import Axis, checked_axis, count_along, operand_of

__all__ = ["std", "var"]


def var(x: Any, axis: Axis = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """The variance over `axis`: squared deviations from the mean, summed and divided by count − ddof.

    Raises ShapeError where no more than `ddof` elements are there.

    >>> from autograd import Tensor, var
    >>> var(Tensor([1.0, 3.0])).item(), var(Tensor([1.0, 3.0]), ddof=1).item()
    (1.0, 2.0)
    """
    deviations, freedom = _deviations("var", x, axis, ddof)
    return array_functions.squared_norm(deviations, axis, keepdims, scale=1 / freedom)


def std(x: Any, axis: Axis = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """The standard deviation, √var, over `axis`; where it is 0 its gradient is 0, as norm's.

    >>> from autograd import Tensor, std
    >>> std(Tensor([1.0, 3.0])).item()
    1.0
    """
    deviations, freedom = _deviations("std", x, axis, ddof)
    return ops.divide(array_functions.norm(deviations, axis, keepdims), math.sqrt(freedom))


def _deviations(name: str, x: Any, axis: Axis, ddof: float) -> tuple[Any, float]:
    """x less its mean over `axis`, and how many degrees of freedom that leaves."""
    x = operand_of(name, x)
    axis = checked_axis(name, x, axis)
    count = count_along(x.shape, axis)
    try:
        freedom = count - float(ddof)
    except (TypeError, ValueError):
        raise DataTypeError(f"{name}: ddof is a number, not {ddof!r:.60}") from None
    if not freedom > 0:
        raise ShapeError(
            f"{name}: {count} elements along axis {axis} of shape {x.shape} are not enough for ddof={ddof}"
        )
    return ops.subtract(x, array_functions.mean(x, axis, keepdims=True)), freedom
