"""The normal distribution of vectors."""

from __future__ import annotations

import math
from typing import Any

import numpy
import scipy.stats

from ... import functions, linear_algebra, shadowing
from ...errors import DataTypeError, ShapeError
from ...installation import check_not_mixed as _check_not_mixed
from ...node import Node
from ...transforms import stop_gradient
from ..operands import arrays
from ..where_defined import where

_check_not_mixed()

rvs = scipy.stats.multivariate_normal.rvs

_LOG_2PI = math.log(2 * math.pi)


def logpdf(x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
    """The logarithm of the density at x, a vector or an array of them along its last axis.

    Args:
        x: of shape (…, d); (…) where d is 1.
        mean: of shape (d,); 0 where it is left out.
        cov: of shape (d, d), symmetric and positive definite, of which the lower triangle is read; (d,), the diagonal;
            or one number, for all of it. The gradient is symmetric.
        allow_singular: whether it may be singular; then there is no derivative by it.

    Raises LinearAlgebraError where the covariance is not positive definite.

    >>> import numpy
    >>> print(round(logpdf(numpy.zeros(2), numpy.zeros(2), numpy.eye(2)), 6))
    -1.837877
    """
    x, mean, cov = _given(x, mean, cov)
    size = cov.shape[0]
    difference = functions.subtract(x, mean)
    if allow_singular:
        return _of_a_singular_one(difference, cov)
    factor = linear_algebra.cholesky(cov)
    rows = functions.reshape(difference, (-1, size))
    standard = linear_algebra.solve(factor, functions.transpose(rows))
    squares = functions.reshape(shadowing.sum(standard * standard, 0), numpy.shape(difference)[:-1])
    return -0.5 * (size * _LOG_2PI + squares) - shadowing.sum(functions.log(functions.diagonal(factor)))


def pdf(x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
    """The density."""
    return functions.exp(logpdf(x, mean, cov, allow_singular))


def entropy(mean: Any = None, cov: Any = 1) -> Any:
    """The entropy, in nats."""
    *_, cov = _given(mean if mean is not None else numpy.zeros(numpy.shape(cov)[-1:] or 1), mean, cov)
    factor = linear_algebra.cholesky(cov)
    return cov.shape[0] * (_LOG_2PI + 1) / 2 + shadowing.sum(functions.log(functions.diagonal(factor)))


def _given(x: Any, mean: Any, cov: Any) -> tuple[Any, Any, Any]:
    """x of shape (…, d), mean of shape (d,) and cov of shape (d, d)."""
    x, mean, cov = arrays(x, mean, cov)
    if numpy.ndim(cov) == 2:
        size = numpy.shape(cov)[0]
    elif numpy.ndim(mean) == 1 and mean is not None:
        size = numpy.shape(mean)[0]
    elif numpy.ndim(cov) == 1:
        size = numpy.shape(cov)[0]
    else:
        size = 1
    mean = numpy.zeros(size) if mean is None else functions.reshape(_as_array(mean), (-1,))
    if numpy.ndim(cov) < 2:
        cov = functions.diag(functions.broadcast_to(_as_array(cov), (size,)))
    if numpy.ndim(x) == 0 or (size == 1 and numpy.shape(x)[-1] != 1):
        x = functions.expand_dims(_as_array(x), -1)
    if numpy.shape(mean) != (size,) or numpy.shape(cov) != (size, size) or numpy.shape(x)[-1] != size:
        raise ShapeError(
            f"multivariate_normal: x of shape {numpy.shape(x)}, mean of shape {numpy.shape(mean)} and cov of shape "
            f"{numpy.shape(cov)} do not fit; they are (…, d), (d,) and (d, d)"
        )
    return x, mean, cov


def _of_a_singular_one(difference: Any, cov: Any) -> Any:
    """Along the directions in which it varies; −inf for what lies beside them."""
    if isinstance(cov, Node):
        raise DataTypeError("multivariate_normal: a covariance that may be singular has no gradient; give its data")
    variances, directions = numpy.linalg.eigh(cov)
    smallest = 1e6 * numpy.finfo(variances.dtype).eps * numpy.max(abs(variances))  # as in SciPy
    if numpy.min(variances) < -smallest:
        raise ShapeError("multivariate_normal: cov is symmetric and has no eigenvalue below 0")
    varies = variances > smallest
    standard = functions.matmul(difference, directions[:, varies] / numpy.sqrt(variances[varies]))
    aside = functions.matmul(stop_gradient(difference), directions[:, ~varies])
    is_inside = functions.less(shadowing.sum(aside * aside, -1), (1e3 * smallest) ** 2)
    log_determinant = numpy.sum(numpy.log(variances[varies]))
    density = -0.5 * (numpy.sum(varies) * _LOG_2PI + shadowing.sum(standard * standard, -1) + log_determinant)
    return where(is_inside, density, float("-inf"))


def _as_array(x: Any) -> Any:
    return x if isinstance(x, Node) else numpy.asarray(x, float)
