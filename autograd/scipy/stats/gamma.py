"""The gamma distribution, of shape a."""

from __future__ import annotations

from typing import Any

from ... import functions
from ...installation import check_not_mixed as _check_not_mixed
from ...transforms import stop_gradient
from ..operands import arrays
from ..special import gammainc, gammaln, xlogy
from ..where_defined import where_positive

_check_not_mixed()


def logpdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the density.

    >>> logpdf(2.0, 1.0)
    -2.0
    """
    x, a, scale = _standard(x, a, loc, scale)
    return where_positive(
        x, lambda x: xlogy(a - 1, x) - x - gammaln(a) - functions.log(scale), float("-inf"), functions.minimum(a, scale)
    )


def pdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density."""
    return functions.exp(logpdf(x, a, loc, scale))


def cdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The probability of what is not above x. There is no derivative by a."""
    x, a, scale = _standard(x, a, loc, scale)
    return where_positive(x, lambda x: gammainc(a, x), 0.0, functions.minimum(stop_gradient(a), scale))


def _standard(x: Any, a: Any, loc: Any, scale: Any) -> tuple[Any, Any, Any]:
    x, a, loc, scale = arrays(x, a, loc, scale)
    return functions.divide(functions.subtract(x, loc), scale), a, scale
