"""The normal distribution."""

from __future__ import annotations

import math
from typing import Any

from ... import functions
from ...installation import check_not_mixed as _check_not_mixed
from ..operands import arrays
from ..special import log_ndtr, ndtr
from ..where_defined import with_scale

_check_not_mixed()


def logpdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the density.

    >>> round(logpdf(0.0), 6)
    -0.918939
    """
    z, scale = _standard(x, loc, scale)
    return with_scale(-z * z / 2 - math.log(2 * math.pi) / 2 - functions.log(scale), scale)


def pdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density."""
    z, scale = _standard(x, loc, scale)
    return with_scale(functions.exp(-z * z / 2) / (math.sqrt(2 * math.pi) * scale), scale)


def cdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The probability of what is not above x."""
    z, scale = _standard(x, loc, scale)
    return with_scale(ndtr(z), scale)


def sf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The probability of what is above x."""
    z, scale = _standard(x, loc, scale)
    return with_scale(ndtr(-z), scale)


def logcdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of `cdf`."""
    z, scale = _standard(x, loc, scale)
    return with_scale(log_ndtr(z), scale)


def logsf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of `sf`."""
    z, scale = _standard(x, loc, scale)
    return with_scale(log_ndtr(-z), scale)


def _standard(x: Any, loc: Any, scale: Any) -> tuple[Any, Any]:
    x, loc, scale = arrays(x, loc, scale)
    return functions.divide(functions.subtract(x, loc), scale), scale
