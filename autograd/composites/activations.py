"""Activations: numbers, arrays, `Value`s or `Tensor`s alike."""

from __future__ import annotations

import math
from typing import Any, Literal

from .. import ops
from ..errors import DataTypeError


def softplus(x: Any) -> Any:
    """log(1 + exp(x)), without overflow: the smooth relu.

    >>> from autograd import softplus
    >>> softplus(1000.0), softplus(-1000.0)
    (1000.0, 0.0)
    """
    return ops.logaddexp(x, 0.0)


def silu(x: Any) -> Any:
    """x · sigmoid(x), also known as swish (Elfwing et al. 2017, arXiv:1702.03118).

    >>> from autograd import silu
    >>> silu(0.0)
    0.0
    """
    return ops.multiply(x, ops.sigmoid(x))


def gelu(x: Any, approximate: Literal["none", "tanh"] = "none") -> Any:
    """x · Φ(x), Φ the standard normal distribution (Hendrycks and Gimpel 2016, arXiv:1606.08415).

    Args:
        x: numbers.
        approximate: "none" is exact, through erf; "tanh" is the paper's approximation, faster on arrays.

    >>> from autograd import gelu
    >>> round(gelu(1.0), 6), round(gelu(1.0, approximate="tanh"), 6)
    (0.841345, 0.841192)
    """
    if approximate == "none":
        inner = ops.erf(ops.divide(x, math.sqrt(2)))
    elif approximate == "tanh":
        cubic = ops.add(x, ops.multiply(0.044715, ops.power(x, 3)))
        inner = ops.tanh(ops.multiply(math.sqrt(2 / math.pi), cubic))
    else:
        raise DataTypeError(f'gelu: approximate is "none" or "tanh", not {approximate!r}')
    return ops.multiply(ops.multiply(0.5, x), ops.add(1, inner))


def leaky_relu(x: Any, negative_slope: float = 0.01) -> Any:
    """x where it is positive, negative_slope · x elsewhere; the slope at 0 is `negative_slope`.

    >>> from autograd import leaky_relu
    >>> leaky_relu(2.0), leaky_relu(-2.0)
    (2.0, -0.02)
    """
    return ops.where(ops.greater(x, 0), x, ops.multiply(negative_slope, x))


def elu(x: Any, alpha: float = 1.0) -> Any:
    """x where it is positive, alpha · (exp(x) − 1) elsewhere; the slope at 0 is `alpha`
    (Clevert et al. 2015, arXiv:1511.07289).

    >>> from autograd import elu
    >>> elu(2.0), elu(-1000.0)
    (2.0, -1.0)
    """
    is_positive = ops.greater(x, 0)
    # exp(x) of a large x would be an infinity on the side that is not taken.
    return ops.where(is_positive, x, ops.multiply(alpha, ops.expm1(ops.where(is_positive, 0.0, x))))


# The activations above: what an expression at the command line may call. A new one gets its place here, too.
ACTIVATIONS = (elu, gelu, leaky_relu, silu, softplus)
