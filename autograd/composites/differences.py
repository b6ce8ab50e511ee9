"""Differences of neighbours, and what is made of them."""

from __future__ import annotations

from typing import Any

from .. import array_functions, ops
from ..operands import checked_one_axis, operand_of

__all__ = ["diff"]


def diff(x: Any, axis: int = -1) -> Any:
    """Each element less the one before it along `axis`.

    >>> from autograd import Tensor, diff
    >>> diff(Tensor([1.0, 4.0, 9.0])).data
    array([3., 5.])
    """
    x = operand_of("diff", x)
    before = (slice(None),) * (checked_one_axis("diff", x, axis) % x.ndim)
    later, earlier = (
        array_functions.getitem(x, (*before, slice(1, None))),
        array_functions.getitem(x, (*before, slice(None, -1))),
    )
    return (ops.not_equal if x.dtype.kind == "b" else ops.subtract)(later, earlier)  # booleans have no difference
