"""The χ² distribution, of df degrees of freedom: the gamma distribution of shape df / 2 and scale 2."""

from __future__ import annotations

from typing import Any

from ...installation import check_not_mixed as _check_not_mixed
from ..operands import arrays
from . import gamma

_check_not_mixed()


def logpdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the density."""
    df, scale = arrays(df, scale)
    return gamma.logpdf(x, df / 2, loc, 2 * scale)


def pdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density."""
    df, scale = arrays(df, scale)
    return gamma.pdf(x, df / 2, loc, 2 * scale)


def cdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The probability of what is not above x. There is no derivative by df."""
    df, scale = arrays(df, scale)
    return gamma.cdf(x, df / 2, loc, 2 * scale)
