"""`scipy.special` with gradients; what has none here is SciPy's own, which refuses nodes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import scipy.special as _scipy

from .. import functions, shadowing
from ..errors import ArgumentError
from ..installation import check_not_mixed as _check_not_mixed
from ..primitives import Primitive, primitive
from ..transforms import stop_gradient
from .operands import array
from .operands import no_rule as _no_rule

_check_not_mixed()

digamma: Callable[..., Any] = functions.digamma
psi: Callable[..., Any] = functions.digamma
erf: Callable[..., Any] = functions.erf
erfc: Callable[..., Any] = functions.erfc
erfinv: Callable[..., Any] = functions.erfinv
expit: Callable[..., Any] = functions.sigmoid
logit: Callable[..., Any] = functions.logit
gammaln: Callable[..., Any] = functions.gammaln
polygamma: Callable[..., Any] = functions.polygamma
xlogy: Callable[..., Any] = functions.xlogy


def __getattr__(name: str) -> Any:
    return getattr(_scipy, name)


# --- sums of exponentials -----------------------------------------------------------------------------------


def logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False) -> Any:
    """log Σ b · exp(a) over `axis`, without overflow.

    >>> import autograd.numpy as np
    >>> from autograd import grad
    >>> grad(logsumexp)(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    if return_sign:
        raise ArgumentError("logsumexp: return_sign has no rule here; a sum below 0 gives nan")
    a = array(a)
    if b is None:
        return functions.logsumexp(a, axis, keepdims)
    b = array(b)
    a = a + functions.zeros_like(b)  # as large as both
    highest = stop_gradient(shadowing.max(functions.where(functions.equal(b, 0), -math.inf, a), axis, True))
    highest = functions.where(functions.isfinite(highest), highest, 0.0)
    total = functions.log(shadowing.sum(b * functions.exp(a - highest), axis, True)) + highest
    return total if keepdims else shadowing.sum(total, axis)  # of one number along each axis


def softmax(x: Any, axis: Any = None) -> Any:
    """exp(x) / Σ exp(x) over `axis`, over all where it is None, as SciPy has it; `autograd.softmax` takes the last one.

    >>> softmax([[0.0, 0.0], [0.0, 0.0]])
    array([[0.25, 0.25],
           [0.25, 0.25]])
    """
    return functions.exp(log_softmax(x, axis))


def log_softmax(x: Any, axis: Any = None) -> Any:
    """The logarithm of `softmax`."""
    x = array(x)
    return x - logsumexp(x, axis, keepdims=True)


# --- gamma and beta -----------------------------------------------------------------------------------------


@primitive(lambda upstream, out, x: upstream * out * digamma(x))
def gamma(x: Any) -> Any:
    """Γ(x).

    >>> print(round(gamma(4.0), 6))
    6.0
    """
    return _scipy.gamma(x)


@primitive(lambda upstream, out, x: -upstream * out * digamma(x))
def rgamma(x: Any) -> Any:
    """1 / Γ(x)."""
    return _scipy.rgamma(x)


@primitive(None)
def gammasgn(x: Any) -> Any:
    """The sign of Γ(x)."""
    return _scipy.gammasgn(x)


@primitive(
    lambda upstream, out, a, b: upstream * (digamma(a) - digamma(a + b)),
    lambda upstream, out, a, b: upstream * (digamma(b) - digamma(a + b)),
)
def betaln(a: Any, b: Any) -> Any:
    """log |B(a, b)|."""
    return _scipy.betaln(a, b)


@primitive(
    lambda upstream, out, a, b: upstream * out * (digamma(a) - digamma(a + b)),
    lambda upstream, out, a, b: upstream * out * (digamma(b) - digamma(a + b)),
)
def beta(a: Any, b: Any) -> Any:
    """B(a, b) = Γ(a) Γ(b) / Γ(a + b)."""
    return _scipy.beta(a, b)


@primitive(
    _no_rule("gammainc", "a"),
    lambda upstream, out, a, x: upstream * functions.exp(xlogy(a - 1, x) - x - gammaln(a)),
)
def gammainc(a: Any, x: Any) -> Any:
    """The regularized lower incomplete gamma function; its gradient is by x."""
    return _scipy.gammainc(a, x)


@primitive(
    _no_rule("gammaincc", "a"),
    lambda upstream, out, a, x: -upstream * functions.exp(xlogy(a - 1, x) - x - gammaln(a)),
)
def gammaincc(a: Any, x: Any) -> Any:
    """The regularized upper incomplete gamma function; its gradient is by x."""
    return _scipy.gammaincc(a, x)


@primitive(
    _no_rule("betainc", "a"),
    _no_rule("betainc", "b"),
    lambda upstream, out, a, b, x: upstream * functions.exp(xlogy(a - 1, x) + xlog1py(b - 1, -x) - betaln(a, b)),  # type: ignore[has-type]  # it is defined below
)
def betainc(a: Any, b: Any, x: Any) -> Any:
    """The regularized incomplete beta function; its gradient is by x."""
    return _scipy.betainc(a, b, x)


def multigammaln(a: Any, d: int) -> Any:
    """log of the multivariate gamma function of dimension d."""
    if type(d) is not int or d < 1:
        raise ArgumentError(f"multigammaln: d is a whole number from 1, not {d!r:.60}")
    a = array(a)
    total = d * (d - 1) / 4 * math.log(math.pi)
    for below in range(d):
        total = total + gammaln(a - below / 2)
    return total


@primitive(
    lambda upstream, out, x, y: (
        upstream
        * functions.log1p(
            functions.where(functions.logical_and(functions.equal(x, 0), functions.less_equal(y, -1)), 0.0, y)
        )
    ),
    lambda upstream, out, x, y: upstream * x / (1 + y),
)
def xlog1py(x: Any, y: Any) -> Any:
    """x · log(1 + y), 0 where x is 0."""
    return _scipy.xlog1py(x, y)


def entr(x: Any) -> Any:
    """−x · log x, 0 at 0 and −∞ below."""
    x = array(x)
    return functions.where(functions.less(x, 0), -math.inf, -xlogy(x, functions.where(functions.less(x, 0), 1.0, x)))


@primitive(
    lambda upstream, out, x, y: upstream * (functions.log(x / y) + 1),
    lambda upstream, out, x, y: -upstream * x / y,
)
def rel_entr(x: Any, y: Any) -> Any:
    """x · log(x / y), the relative entropy's terms."""
    return _scipy.rel_entr(x, y)


def kl_div(x: Any, y: Any) -> Any:
    """x · log(x / y) − x + y, the Kullback-Leibler divergence's terms."""
    x, y = array(x), array(y)
    return rel_entr(x, y) - x + y


# --- errors and distributions -------------------------------------------------------------------------------


@primitive(lambda upstream, out, x: -upstream * math.sqrt(math.pi) / 2 * functions.exp(out * out))
def erfcinv(x: Any) -> Any:
    """The inverse of erfc."""
    return _scipy.erfcinv(x)


@primitive(lambda upstream, out, x: upstream * (2 * x * out - 2 / math.sqrt(math.pi)))
def erfcx(x: Any) -> Any:
    """erfc(x) · exp(x²), where that would be 0 times ∞, too."""
    return _scipy.erfcx(x)


@primitive(lambda upstream, out, x: upstream * (1 - 2 * x * out))
def dawsn(x: Any) -> Any:
    """Dawson's integral, exp(−x²) ∫₀ˣ exp(t²) dt."""
    return _scipy.dawsn(x)


@primitive(lambda upstream, out, p: upstream * math.sqrt(2 * math.pi) * functions.exp(out * out / 2))
def ndtri(p: Any) -> Any:
    """The standard normal quantile function, the inverse of `ndtr`."""
    return _scipy.ndtri(p)


def ndtr(x: Any) -> Any:
    """The standard normal distribution function.

    >>> ndtr(0.0)
    0.5
    """
    return 0.5 * erfc(-array(x) / math.sqrt(2))


@primitive(lambda upstream, out, x: upstream * functions.exp(-x * x / 2 - math.log(2 * math.pi) / 2 - out))
def log_ndtr(x: Any) -> Any:
    """The logarithm of the standard normal distribution function, also far below 0."""
    return _scipy.log_ndtr(x)


@primitive(
    _no_rule("stdtr", "df"),
    lambda upstream, out, df, t: (
        upstream
        * functions.exp(-betaln(df / 2, 0.5) - functions.log(df) / 2 - (df + 1) / 2 * functions.log1p(t * t / df))
    ),
)
def stdtr(df: Any, t: Any) -> Any:
    """Student's distribution function; its gradient is by t."""
    return _scipy.stdtr(df, t)


# --- Bessel functions ---------------------------------------------------------------------------------------


@primitive(lambda upstream, out, x: -upstream * j1(x))  # type: ignore[has-type]  # it is defined below
def j0(x: Any) -> Any:
    """Bessel's function of the first kind and order 0."""
    return _scipy.j0(x)


@primitive(lambda upstream, out, x: -upstream * y1(x))  # type: ignore[has-type]  # it is defined below
def y0(x: Any) -> Any:
    """Bessel's function of the second kind and order 0."""
    return _scipy.y0(x)


@primitive(lambda upstream, out, x: upstream * (j0(x) - jn(2, x)) / 2)  # type: ignore[has-type]  # it is defined below
def j1(x: Any) -> Any:
    """Bessel's function of the first kind and order 1."""
    return _scipy.j1(x)


@primitive(lambda upstream, out, x: upstream * (y0(x) - yn(2, x)) / 2)  # type: ignore[has-type]  # it is defined below
def y1(x: Any) -> Any:
    """Bessel's function of the second kind and order 1."""
    return _scipy.y1(x)


@primitive(
    _no_rule("jn", "n, the order"),
    lambda upstream, out, n, x: upstream * (jn(n - 1, x) - jn(n + 1, x)) / 2,  # type: ignore[has-type]  # it is defined below
)
def jn(n: Any, x: Any) -> Any:
    """Bessel's function of the first kind; its gradient is by x."""
    return _scipy.jv(n, x)


@primitive(
    _no_rule("yn", "n, the order"),
    lambda upstream, out, n, x: upstream * (yn(n - 1, x) - yn(n + 1, x)) / 2,  # type: ignore[has-type]  # it is defined below
)
def yn(n: Any, x: Any) -> Any:
    """Bessel's function of the second kind; its gradient is by x."""
    return _scipy.yv(n, x)


@primitive(lambda upstream, out, x: upstream * i1(x))  # type: ignore[has-type]  # it is defined below
def i0(x: Any) -> Any:
    """Bessel's modified function of the first kind and order 0."""
    return _scipy.i0(x)


@primitive(lambda upstream, out, x: upstream * (i0(x) + iv(2, x)) / 2)  # type: ignore[has-type]  # it is defined below
def i1(x: Any) -> Any:
    """Bessel's modified function of the first kind and order 1."""
    return _scipy.i1(x)


@primitive(
    _no_rule("iv", "n, the order"),
    lambda upstream, out, n, x: upstream * (iv(n - 1, x) + iv(n + 1, x)) / 2,  # type: ignore[has-type]  # it is defined below
)
def iv(n: Any, x: Any) -> Any:
    """Bessel's modified function of the first kind; its gradient is by x."""
    return _scipy.iv(n, x)


@primitive(
    _no_rule("ive", "n, the order"),
    lambda upstream, out, n, x: upstream * ((ive(n - 1, x) + ive(n + 1, x)) / 2 - functions.sign(x) * out),  # type: ignore[has-type]  # it is defined below
)
def ive(n: Any, x: Any) -> Any:
    """`iv` times exp(−|x|); its gradient is by x."""
    return _scipy.ive(n, x)


jv: Primitive = jn  # as SciPy names it
yv: Primitive = yn  # as above
