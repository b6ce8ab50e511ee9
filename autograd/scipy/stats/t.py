"""Student's t distribution."""

from __future__ import annotations

from typing import Any

from ... import functions
from ...installation import check_not_mixed as _check_not_mixed
from ..operands import arrays
from ..special import betaln, stdtr
from ..where_defined import with_scale

_check_not_mixed()


def logpdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the density, for `df` degrees of freedom.

    >>> print(round(logpdf(0.0, 1.0), 6))
    -1.14473
    """
    z, df, scale = _standard(x, df, loc, scale)
    density = -betaln(df / 2, 0.5) - functions.log(df) / 2 - (df + 1) / 2 * functions.log1p(z * z / df)
    return with_scale(density - functions.log(scale), scale)


def pdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density."""
    return functions.exp(logpdf(x, df, loc, scale))


def cdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The probability of what is not above x. There is no derivative by df."""
    z, df, scale = _standard(x, df, loc, scale)
    return with_scale(stdtr(df, z), scale)


def logcdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of `cdf`."""
    return functions.log(cdf(x, df, loc, scale))


def _standard(x: Any, df: Any, loc: Any, scale: Any) -> tuple[Any, Any, Any]:
    x, df, loc, scale = arrays(x, df, loc, scale)
    return functions.divide(functions.subtract(x, loc), scale), df, scale
