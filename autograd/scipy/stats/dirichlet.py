"""The Dirichlet distribution."""

from __future__ import annotations

from typing import Any

import numpy
import scipy.stats

from ... import functions, shadowing
from ...errors import ArgumentError, ShapeError
from ...installation import check_not_mixed as _check_not_mixed
from ...node import Node
from ..operands import arrays
from ..special import gammaln, xlogy

_check_not_mixed()

rvs = scipy.stats.dirichlet.rvs


def logpdf(x: Any, alpha: Any) -> Any:
    """The logarithm of the density at x, shares that sum to 1, of which the last may be left out; with several
    samples, each is a column.

    >>> import numpy
    >>> print(logpdf(numpy.array([0.5, 0.5]), numpy.array([1.0, 1.0])))
    0.0
    """
    x, alpha = arrays(x, alpha)
    size = numpy.shape(alpha)[0] if numpy.ndim(alpha) == 1 else None
    if size is None or numpy.ndim(x) not in (1, 2) or numpy.shape(x)[0] not in (size, size - 1):
        raise ShapeError(
            f"dirichlet: alpha is a vector and x has as many rows, or one less; given are {numpy.shape(alpha)} and "
            f"{numpy.shape(x)}"
        )
    if numpy.shape(x)[0] == size - 1:
        x = functions.concatenate([x, 1 - shadowing.sum(x, 0, True)], 0)
    shares = x._data if isinstance(x, Node) else x
    if numpy.any(shares < 0) or numpy.any(abs(numpy.sum(shares, 0) - 1) > 1e-9):
        raise ArgumentError("dirichlet: x are shares, from 0 to 1, which sum to 1 in each sample")
    if numpy.any((alpha._data if isinstance(alpha, Node) else alpha) <= 0):
        raise ArgumentError("dirichlet: alpha is above 0")
    of_alpha = shadowing.sum(gammaln(alpha)) - gammaln(shadowing.sum(alpha))
    powers = alpha - 1 if numpy.ndim(x) == 1 else functions.expand_dims(alpha - 1, 1)
    return shadowing.sum(xlogy(powers, x), 0) - of_alpha


def pdf(x: Any, alpha: Any) -> Any:
    """The density."""
    return functions.exp(logpdf(x, alpha))
