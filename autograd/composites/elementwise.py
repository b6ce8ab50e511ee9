"""Functions of one number or two: numbers, arrays, `Value`s or `Tensor`s alike."""

from __future__ import annotations

import math
from typing import Any

import numpy

from .. import ops
from ..arguments import is_whole
from ..errors import ArgumentError
from ..operands import bare_or_operand
from ..operation import Recordable


def isnan(x: Any) -> Any:
    """Whether each element is no number.

    >>> from autograd import Tensor, isnan
    >>> isnan(Tensor([1.0, float("nan")])).data
    array([False,  True])
    """
    return ops.not_equal(x, x)


def isinf(x: Any) -> Any:
    """Whether each element is an infinity."""
    return ops.logical_or(ops.equal(x, math.inf), ops.equal(x, -math.inf))


def isfinite(x: Any) -> Any:
    """Whether each element is neither an infinity nor nan."""
    return ops.logical_and(ops.less(x, math.inf), ops.greater(x, -math.inf))


def isposinf(x: Any) -> Any:
    """Whether each element is +∞."""
    return ops.equal(x, math.inf)


def isneginf(x: Any) -> Any:
    """Whether each element is −∞."""
    return ops.equal(x, -math.inf)


# --- numbers that may be something else --------------------------------------------------------------------


def nan_to_num(
    x: Any, copy: bool = True, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Any:
    """x with numbers in the place of nan and the infinities, where it is constant.

    Args:
        x: numbers.
        copy: NumPy's; what a node gives is always its own.
        nan, posinf, neginf: what is in the place of each; the largest and smallest number of x's dtype where they are
            not given.

    >>> from autograd import Tensor, nan_to_num
    >>> nan_to_num(Tensor([float("nan"), 2.0])).data
    array([0., 2.])
    """
    if not isinstance(x, Recordable):
        x = bare_or_operand("nan_to_num", x)
    dtype = getattr(x, "dtype", numpy.dtype(numpy.float64))
    if dtype.kind != "f":
        return ops.positive(x) if dtype.kind != "b" else x
    most = float(numpy.finfo(dtype).max)
    x = ops.where(isnan(x), nan, x)
    x = ops.where(isposinf(x), most if posinf is None else posinf, x)
    return ops.where(isneginf(x), -most if neginf is None else neginf, x)


def fmax(a: Any, b: Any) -> Any:
    """The greater of two numbers; of nan and a number, the number. Those that tie share the gradient.

    >>> from autograd import fmax
    >>> fmax(1.0, float("nan"))
    1.0
    """
    return ops.maximum(ops.where(isnan(a), b, a), ops.where(isnan(b), a, b))


def fmin(a: Any, b: Any) -> Any:
    """The lesser of two numbers; of nan and a number, the number. Those that tie share the gradient.

    >>> from autograd import fmin
    >>> fmin(1.0, float("nan"))
    1.0
    """
    return ops.minimum(ops.where(isnan(a), b, a), ops.where(isnan(b), a, b))


def fix(x: Any) -> Any:
    """x rounded towards 0: `trunc`."""
    return ops.trunc(x)


def round_to(x: Any, decimals: int = 0) -> Any:
    """x rounded to so many decimals, halves to even ones: NumPy's `round`.

    >>> from autograd import round_to
    >>> round_to(2.675, 1), round_to(1234.0, -2)
    (2.7, 1200.0)
    """
    if not is_whole(decimals, -300) or decimals > 300:
        raise ArgumentError(f"round_to: decimals is a whole number from −300 to 300, not {decimals!r:.60}")
    places = int(decimals)
    if places == 0:
        return ops.rint(x)
    scale = 10.0 ** abs(places)
    if places < 0:
        return ops.multiply(ops.rint(ops.divide(x, scale)), scale)
    return ops.divide(ops.rint(ops.multiply(x, scale)), scale)


# --- angles ------------------------------------------------------------------------------------------------


def deg2rad(x: Any) -> Any:
    """Degrees as radians.

    >>> from autograd import deg2rad
    >>> round(deg2rad(180.0), 6)
    3.141593
    """
    return ops.multiply(x, math.pi / 180)


def radians(x: Any) -> Any:
    """Degrees as radians: `deg2rad`."""
    return deg2rad(x)


def rad2deg(x: Any) -> Any:
    """Radians as degrees.

    >>> from autograd import rad2deg
    >>> round(rad2deg(3.141592653589793), 6)
    180.0
    """
    return ops.multiply(x, 180 / math.pi)


def degrees(x: Any) -> Any:
    """Radians as degrees: `rad2deg`."""
    return rad2deg(x)


# --- of complex numbers, which are none here -----------------------------------------------------------------


def real(x: Any) -> Any:
    """x, which is real."""
    return ops.positive(x)


def conjugate(x: Any) -> Any:
    """x, which is real."""
    return ops.positive(x)


def imag(x: Any) -> Any:
    """0 for each element: x is real."""
    return ops.multiply(x, 0) if not isinstance(x, Recordable) else x._constant(numpy.zeros_like(x._data))


# --- special functions -----------------------------------------------------------------------------------------


def logit(x: Any) -> Any:
    """log(x / (1 − x)), the inverse of sigmoid, exact near ½, too.

    >>> from autograd import logit
    >>> logit(0.5)
    0.0
    """
    is_near = ops.less(ops.absolute(ops.subtract(x, 0.5)), 0.25)
    near = ops.multiply(2.0, ops.arctanh(ops.where(is_near, ops.subtract(ops.multiply(2.0, x), 1.0), 0.0)))
    return ops.where(is_near, near, ops.subtract(ops.log(x), ops.log1p(ops.negative(x))))


def polygamma(n: int, x: Any) -> Any:
    """The n-th derivative of digamma, by SciPy.

    >>> from autograd import polygamma
    >>> round(polygamma(1, 1.0), 6)
    1.644934
    """
    if type(n) is not int or n < 0:
        raise ArgumentError(f"polygamma: n is a whole number from 0, not {n!r:.60}")
    if n == 0:
        return ops.digamma(x)
    return ops.multiply((-1.0) ** (n + 1) * math.factorial(n), ops.zeta(n + 1, x))


# Those of one number that have a gradient: what an expression at the command line may call.
OF_ONE_NUMBER = (conjugate, deg2rad, degrees, fix, logit, nan_to_num, rad2deg, radians, real, round_to)
