"""Answers about numbers: recorded, so that nothing freezes, and without gradient."""

from __future__ import annotations

import math
from typing import Any

from .. import array_functions, ops
from ..operands import Axis, bare_or_operand, checked_axis, operand_of
from ..operation import PYTHON_NUMBERS, Recordable
from .elementwise import isfinite, isnan
from .moving import sort
from .shape import ravel
from .taking import take


def count_nonzero(x: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
    """How many elements over `axis` are not 0.

    >>> from autograd import Tensor, count_nonzero
    >>> count_nonzero(Tensor([1.0, 0.0, 2.0])).item()
    2
    """
    x = operand_of("count_nonzero", x)
    axis = checked_axis("count_nonzero", x, axis)
    return array_functions.sum(ops.not_equal(x, 0), axis, keepdims)


def isclose(a: Any, b: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Any:
    """Whether |a − b| is at most atol + rtol · |b|, for each element.

    >>> from autograd import Tensor, isclose
    >>> isclose(Tensor([1.0, 2.0]), [1.0, 2.1]).data
    array([ True, False])
    """
    a, b = (one if isinstance(one, Recordable) else bare_or_operand("isclose", one) for one in (a, b))
    bound = ops.add(ops.multiply(ops.absolute(b), rtol), atol)
    near = ops.logical_and(ops.less_equal(ops.absolute(ops.subtract(a, b)), bound), isfinite(b))
    close = ops.logical_or(near, ops.equal(a, b))
    return ops.logical_or(close, ops.logical_and(isnan(a), isnan(b))) if equal_nan else close


def isin(element: Any, test_elements: Any, assume_unique: bool = False, invert: bool = False) -> Any:
    """Whether each element is among the numbers of `test_elements`; with `invert`, whether it is not.

    >>> from autograd import Tensor, isin
    >>> isin(Tensor([1.0, 2.0, 3.0]), [3.0, 1.0]).data
    array([ True, False,  True])
    """
    x, among = operand_of("isin", element), ravel(operand_of("isin", test_elements))
    if not among.size:
        found = ops.not_equal(x, x) if x.dtype.kind != "f" else ops.less(x, -math.inf)  # nowhere
    else:
        ordered = sort(among)
        place = array_functions.clip(array_functions.searchsorted(ordered, x), 0, among.size - 1)
        found = ops.equal(take(ordered, place), x)
    return ops.logical_not(found) if invert else found


def signbit(x: Any) -> Any:
    """Whether each element is below 0 or −0.

    >>> from autograd import signbit
    >>> signbit(-0.0), signbit(0.0)
    (True, False)
    """
    return ops.less(ops.copysign(1.0, x if type(x) in PYTHON_NUMBERS else bare_or_operand("signbit", x)), 0)
