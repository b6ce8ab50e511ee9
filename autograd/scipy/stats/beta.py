"""The beta distribution, of shapes a and b."""

from __future__ import annotations

from typing import Any

from ... import functions
from ...installation import check_not_mixed as _check_not_mixed
from ..operands import arrays
from ..special import betainc, betaln, xlog1py, xlogy
from ..where_defined import where_between, with_scale

_check_not_mixed()


def logpdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the density.

    >>> float(logpdf(0.3, 1.0, 1.0))
    0.0
    """
    x, a, b, scale = _standard(x, a, b, loc, scale)
    density = where_between(
        x,
        lambda x: xlogy(a - 1, x) + xlog1py(b - 1, -x) - betaln(a, b) - functions.log(scale),
        float("-inf"),
        scale,
    )
    return with_scale(density, functions.minimum(a, b))


def pdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density."""
    return functions.exp(logpdf(x, a, b, loc, scale))


def cdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The probability of what is not above x. There is no derivative by a and b."""
    x, a, b, scale = _standard(x, a, b, loc, scale)
    return with_scale(betainc(a, b, functions.clip(x, 0.0, 1.0)), scale)


def _standard(x: Any, a: Any, b: Any, loc: Any, scale: Any) -> tuple[Any, Any, Any, Any]:
    x, a, b, loc, scale = arrays(x, a, b, loc, scale)
    return functions.divide(functions.subtract(x, loc), scale), a, b, scale
