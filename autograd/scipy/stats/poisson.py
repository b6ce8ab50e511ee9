"""The Poisson distribution, of mean mu; the gradient is by mu."""

from __future__ import annotations

from typing import Any

from ... import functions
from ...installation import check_not_mixed as _check_not_mixed
from ...transforms import stop_gradient
from ..operands import arrays
from ..special import gammaincc, gammaln, xlogy
from ..where_defined import where

_check_not_mixed()


def logpmf(k: Any, mu: Any, loc: Any = 0) -> Any:
    """The logarithm of the probability of k.

    >>> logpmf(0, 2.0)
    -2.0
    """
    k, mu = _counted(k, mu, loc)
    is_count = functions.logical_and(functions.greater_equal(k, 0), functions.equal(k, functions.floor(k)))
    count = where(is_count, k, 0.0)
    found = where(is_count, xlogy(count, mu) - gammaln(count + 1) - mu, float("-inf"))
    return _where_given(k, mu, found)


def pmf(k: Any, mu: Any, loc: Any = 0) -> Any:
    """The probability of k."""
    return functions.exp(logpmf(k, mu, loc))


def cdf(k: Any, mu: Any, loc: Any = 0) -> Any:
    """The probability of what is not above k."""
    k, mu = _counted(k, mu, loc)
    k = functions.floor(k)
    is_count = functions.greater_equal(k, 0)
    return _where_given(k, mu, where(is_count, gammaincc(where(is_count, k, 0.0) + 1, mu), 0.0))


def _where_given(k: Any, mu: Any, found: Any) -> Any:
    """nan where there is no count, and for a mean below 0."""
    is_given = functions.logical_and(functions.equal(k, k), functions.greater_equal(mu, 0))
    return where(is_given, found, float("nan"))


def _counted(k: Any, mu: Any, loc: Any) -> tuple[Any, Any]:
    k, mu, loc = arrays(k, mu, loc)
    return stop_gradient(functions.subtract(k, loc)), mu
