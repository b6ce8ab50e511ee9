"""The table of primitive operations: the one place where derivatives are written.

A rule is plain arithmetic on its arguments and calls nothing but this table's rows, so that the same line
runs on floats, on arrays and on nodes. It never looks at data through Python or NumPy (`if a > 0`):
that would freeze the branch; it asks a recorded predicate (`greater(a, 0)`). A local gradient that is
boolean is a gate: the upstream gradient passes where it is true. Undoing broadcasting is the sweep's work.

Elementwise rows take numbers, arrays, `Value`s or `Tensor`s alike; the others, arrays and `Tensor`s, and their
parameters by name, unchecked: what people call instead is in `array_functions.py`.
"""

from __future__ import annotations

import builtins
import copyreg
import functools
import importlib
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy

from .errors import LinearAlgebraError, MissingPackageError, ShapeError
from .locks import importing
from .operands import Axis, Shape, axes_of, count_along, kept_shape, reduced_shape
from .operation import Operation, Rule, elementwise, numbers_are_made_up, predicate, structural, variadic

# The rows that are public as they are; the others' public functions are in `array_functions.py`.
__all__ = [
    "absolute", "add", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "cbrt", "ceil",
    "copysign", "cos", "cosh", "digamma", "divide", "equal", "erf", "erfc", "erfinv", "exp", "exp2", "expm1", "floor",
    "floor_divide", "fmod", "gammaln", "greater", "greater_equal", "heaviside", "hypot", "less", "less_equal", "log",
    "log1p", "log2", "log10", "logaddexp", "logaddexp2", "logical_and", "logical_not", "logical_or", "maximum",
    "minimum", "multiply", "negative", "not_equal", "operations", "positive", "power", "relu", "remainder", "rint",
    "sigmoid", "sign", "sin", "sinc", "sinh", "sqrt", "square", "subtract", "tan", "tanh", "trunc", "where", "xlogy",
    "zeta",
]  # fmt: skip


def _reduced(library: str, name: str, x: str, axis: Axis, keepdims: bool) -> str:
    """How a reduction is written with an array library."""
    return f"{library}.{name}({x}{'' if axis is None else f', axis={axis}'}{', keepdims=True' if keepdims else ''})"


# How elementwise rows take integers (`Operation.integers`): arithmetic and choices as they are, the functions of
# floats as floats. `elementwise` itself is for those between.
_arithmetic = functools.partial(elementwise, integers="as they are")
_of_floats = functools.partial(elementwise, integers="as floats")
# Before NumPy 2.1 its floor of integers was one of floats, of small ones float16.
_to_whole = _arithmetic if numpy.lib.NumpyVersion(numpy.__version__) >= "2.1.0" else _of_floats

# --- predicates: recorded, without gradient --------------------------------------------------------------

greater: Operation = predicate("greater", ">", numpy.greater, operator.gt)
greater_equal: Operation = predicate("greater_equal", "≥", numpy.greater_equal, operator.ge)
less: Operation = predicate("less", "<", numpy.less, operator.lt)
less_equal: Operation = predicate("less_equal", "≤", numpy.less_equal, operator.le)
equal: Operation = predicate("equal", "=", numpy.equal, operator.eq)
not_equal: Operation = predicate("not_equal", "≠", numpy.not_equal, operator.ne)
logical_not: Operation = predicate("logical_not", "not", numpy.logical_not, operator.not_, slots=1)
logical_and: Operation = predicate("logical_and", "and", numpy.logical_and, lambda a, b: bool(a) and bool(b))
logical_or: Operation = predicate("logical_or", "or", numpy.logical_or, lambda a, b: bool(a) or bool(b))
argmax: Operation = predicate(
    "argmax", "argmax", numpy.argmax, slots=1, is_boolean=False,
    written=lambda library, x, axis: f"{library}.argmax({x}, axis={axis})",
)  # fmt: skip
argmin: Operation = predicate(
    "argmin", "argmin", numpy.argmin, slots=1, is_boolean=False,
    written=lambda library, x, axis: f"{library}.argmin({x}, axis={axis})",
)  # fmt: skip
# Stable, so that the order of equal elements, and with it where a gradient goes, is the same everywhere.
argsort: Operation = predicate(
    "argsort", "argsort", lambda x, axis: numpy.argsort(x, axis, kind="stable"), slots=1, is_boolean=False,
    written=lambda library, x, axis: f"{library}.argsort({x}, axis={axis}, kind='stable')",
)  # fmt: skip
searchsorted: Operation = predicate(
    "searchsorted", "searchsorted", lambda x, v, side: numpy.searchsorted(x, v, side), is_boolean=False,
    written=lambda library, x, v, side: f"{library}.searchsorted({x}, {v}, {side!r})",
)  # fmt: skip
any: Operation = predicate(
    "any", "any", numpy.any, slots=1,
    written=lambda library, x, axis, keepdims: _reduced(library, "any", x, axis, keepdims),
)  # fmt: skip
all: Operation = predicate(
    "all", "all", numpy.all, slots=1,
    written=lambda library, x, axis, keepdims: _reduced(library, "all", x, axis, keepdims),
)  # fmt: skip

# --- steps: flat wherever they have a derivative, so their gradient is 0, at the jumps, too --------------


def _zero(out: Any, *operands: Any) -> bool:
    """The local gradient of a step: a closed gate, which stops even an infinite upstream gradient."""
    return False


sign: Operation = _arithmetic(
    "sign", "sign", numpy.sign, lambda a: float((a > 0) - (a < 0)) if a == a else a,
    local_gradients=(_zero,),
)  # fmt: skip
# Python's functions give integers, which have no −0.
floor: Operation = _to_whole(
    "floor", "floor", numpy.floor, lambda a: math.copysign(math.floor(a), a), local_gradients=(_zero,)
)  # fmt: skip
ceil: Operation = _to_whole(
    "ceil", "ceil", numpy.ceil, lambda a: math.copysign(math.ceil(a), a),
    local_gradients=(_zero,),
)  # fmt: skip
trunc: Operation = _to_whole(
    "trunc", "trunc", numpy.trunc, lambda a: math.copysign(math.trunc(a), a),
    local_gradients=(_zero,),
)  # fmt: skip
rint: Operation = _of_floats(
    "rint", "round", numpy.rint, lambda a: math.copysign(round(a), a),
    local_gradients=(_zero,),
)  # fmt: skip
floor_divide: Operation = _arithmetic(
    "floor_divide", "//", numpy.floor_divide, operator.floordiv,
    local_gradients=(_zero, _zero),
)  # fmt: skip

heaviside: Operation = _of_floats(
    "heaviside", "heaviside", numpy.heaviside, lambda a, at_zero: at_zero if a == 0 else float(a > 0) if a == a else a,
    local_gradients=(_zero, lambda out, a, at_zero: equal(a, 0)),
)  # fmt: skip

# --- arithmetic -----------------------------------------------------------------------------------------

add: Operation = _arithmetic(
    "add", "+", numpy.add, operator.add,
    local_gradients=(lambda out, a, b: 1, lambda out, a, b: 1),
)  # fmt: skip
subtract: Operation = _arithmetic(
    "subtract", "−", numpy.subtract, operator.sub,
    local_gradients=(lambda out, a, b: 1, lambda out, a, b: -1),
)  # fmt: skip
multiply: Operation = _arithmetic(
    "multiply", "×", numpy.multiply, operator.mul,
    local_gradients=(lambda out, a, b: b, lambda out, a, b: a),
)  # fmt: skip
divide: Operation = _arithmetic(
    "divide", "÷", numpy.divide, operator.truediv,
    local_gradients=(lambda out, a, b: 1 / b, lambda out, a, b: -out / b),
)  # fmt: skip
positive: Operation = _arithmetic(  # the same number as a node of its own
    "positive", "+", numpy.positive, operator.pos,
    local_gradients=(lambda out, a: 1,),
)  # fmt: skip
negative: Operation = _arithmetic(
    "negative", "−", numpy.negative, operator.neg,
    local_gradients=(lambda out, a: -1,),
)  # fmt: skip
remainder: Operation = _arithmetic(
    "remainder", "mod", numpy.remainder, operator.mod,
    local_gradients=(lambda out, a, b: 1, lambda out, a, b: -floor_divide(a, b)),
)  # fmt: skip
fmod: Operation = _arithmetic(  # of the dividend's sign, as remainder is of the divisor's
    "fmod", "fmod", numpy.fmod, math.fmod,
    local_gradients=(lambda out, a, b: 1, lambda out, a, b: -trunc(a / b)),
)  # fmt: skip
copysign: Operation = _of_floats(
    "copysign", "copysign", numpy.copysign, math.copysign,
    local_gradients=(lambda out, a, b: sign(a) * copysign(1, b), _zero),
)  # fmt: skip


def _power_by_base(out: Any, base: Any, exponent: Any) -> Any:
    if type(exponent) in (int, float):  # a literal, or an eager Value's number: in a program never data
        return False if exponent == 0 else exponent * power(base, exponent - 1)
    # x**0 has derivative 0 everywhere; at x = 0 (and nan) the plain formula would say 0 · inf (and nan).
    flat = logical_and(equal(exponent, 0), logical_not(logical_or(less(base, 0), greater(base, 0))))
    return exponent * power(base, where(flat, 0, exponent - 1))


def _power_by_exponent(out: Any, base: Any, exponent: Any) -> Any:
    # 0**p is 0 for all p > 0 nearby, so its derivative there is 0, not 0 · log 0.
    flat = logical_and(equal(base, 0), greater_equal(exponent, 0))
    return out * log(where(flat, 1, base))


def _powered(base: Any, exponent: Any) -> Any:
    try:
        return base**exponent
    except TypeError:
        if isinstance(base, numpy.ndarray | numpy.generic):
            raise
        return _powered(numpy.asarray(base), exponent)  # of a list
    except ValueError:  # NumPy has no integer for 2**-1
        return base ** numpy.asarray(exponent, numpy.float64)


power: Operation = elementwise(
    "power", "**", _powered, math.pow,
    local_gradients=(_power_by_base, _power_by_exponent),
)  # fmt: skip

# --- functions of one number ----------------------------------------------------------------------------

square: Operation = _arithmetic("square", "x²", numpy.square, lambda a: a * a, local_gradients=(lambda out, a: 2 * a,))
exp: Operation = _of_floats("exp", "exp", numpy.exp, math.exp, local_gradients=(lambda out, a: out,))
log: Operation = _of_floats("log", "log", numpy.log, math.log, local_gradients=(lambda out, a: 1 / a,))
exp2: Operation = _of_floats("exp2", "2ˣ", numpy.exp2, math.exp2, local_gradients=(lambda out, a: out * math.log(2),))
expm1: Operation = _of_floats("expm1", "expm1", numpy.expm1, math.expm1, local_gradients=(lambda out, a: exp(a),))
log1p: Operation = _of_floats("log1p", "log1p", numpy.log1p, math.log1p, local_gradients=(lambda out, a: 1 / (1 + a),))
log2: Operation = _of_floats(
    "log2", "log2", numpy.log2, math.log2,
    local_gradients=(lambda out, a: 1 / (a * math.log(2)),),
)  # fmt: skip
log10: Operation = _of_floats(
    "log10", "log10", numpy.log10, math.log10,
    local_gradients=(lambda out, a: 1 / (a * math.log(10)),),
)  # fmt: skip
cbrt: Operation = _of_floats("cbrt", "∛", numpy.cbrt, math.cbrt, local_gradients=(lambda out, a: 1 / (3 * out * out),))
sqrt: Operation = _of_floats("sqrt", "√", numpy.sqrt, math.sqrt, local_gradients=(lambda out, a: 0.5 / out,))
sin: Operation = _of_floats("sin", "sin", numpy.sin, math.sin, local_gradients=(lambda out, a: cos(a),))
cos: Operation = _of_floats("cos", "cos", numpy.cos, math.cos, local_gradients=(lambda out, a: -sin(a),))
tan: Operation = _of_floats("tan", "tan", numpy.tan, math.tan, local_gradients=(lambda out, a: 1 + out * out,))
# (1 − a)(1 + a) keeps the digits that 1 − a² loses near ±1.
arcsin: Operation = _of_floats(
    "arcsin", "arcsin", numpy.arcsin, math.asin,
    local_gradients=(lambda out, a: 1 / sqrt((1 - a) * (1 + a)),),
)  # fmt: skip
arccos: Operation = _of_floats(
    "arccos", "arccos", numpy.arccos, math.acos,
    local_gradients=(lambda out, a: -1 / sqrt((1 - a) * (1 + a)),),
)  # fmt: skip
arctan: Operation = _of_floats(
    "arctan", "arctan", numpy.arctan, math.atan,
    local_gradients=(lambda out, a: 1 / (1 + a * a),),
)  # fmt: skip
sinh: Operation = _of_floats("sinh", "sinh", numpy.sinh, math.sinh, local_gradients=(lambda out, a: cosh(a),))
cosh: Operation = _of_floats("cosh", "cosh", numpy.cosh, math.cosh, local_gradients=(lambda out, a: sinh(a),))
tanh: Operation = _of_floats("tanh", "tanh", numpy.tanh, math.tanh, local_gradients=(lambda out, a: 1 - out * out,))
arcsinh: Operation = _of_floats(
    "arcsinh", "arcsinh", numpy.arcsinh, math.asinh,
    local_gradients=(lambda out, a: 1 / hypot(a, 1),),
)  # fmt: skip
arccosh: Operation = _of_floats(
    "arccosh", "arccosh", numpy.arccosh, math.acosh,
    local_gradients=(lambda out, a: 1 / (sqrt(a - 1) * sqrt(a + 1)),),
)  # fmt: skip
arctanh: Operation = _of_floats(
    "arctanh", "arctanh", numpy.arctanh, math.atanh,
    local_gradients=(lambda out, a: 1 / ((1 - a) * (1 + a)),),
)  # fmt: skip


def _number_by_number(function: Callable[[float], float]) -> Callable[[Any], Any]:
    """One of Python's functions that NumPy lacks, on arrays."""

    def on_array(a: Any) -> Any:
        a = numpy.asarray(a)
        numbers = numpy.fromiter(map(function, a.ravel().tolist()), numpy.float64, a.size)
        return numbers.reshape(a.shape).astype(a.dtype if a.dtype.kind == "f" else numpy.float64)

    return on_array


erf: Operation = _of_floats(
    "erf", "erf", _number_by_number(math.erf), math.erf,
    local_gradients=(lambda out, a: 2 / math.sqrt(math.pi) * exp(-a * a),),
    written=lambda library, a: f"erf({a})",
)  # fmt: skip
erfc: Operation = _of_floats(  # 1 − erf without the loss of digits
    "erfc", "erfc", _number_by_number(math.erfc), math.erfc,
    local_gradients=(lambda out, a: -2 / math.sqrt(math.pi) * exp(-a * a),),
    written=lambda library, a: f"erfc({a})",
)  # fmt: skip


def _gammaln(a: float) -> float:
    try:
        return math.lgamma(a)
    except (ValueError, OverflowError):  # a pole; so large that its logarithm is, too
        return math.inf


@functools.cache
def _special(name: str) -> Callable[..., Any]:
    """One of SciPy's special functions, on floats and arrays."""
    try:
        with importing:
            found: Callable[..., Any] = getattr(importlib.import_module("scipy.special"), name)
    except ImportError:
        raise MissingPackageError(
            f"{name} is computed by SciPy, which is not installed: pip install scipy (glassgrad's extra `blas` has it)"
        ) from None
    return found


gammaln: Operation = _of_floats(
    "gammaln", "log|Γ|", _number_by_number(_gammaln), math.lgamma,
    local_gradients=(lambda out, a: digamma(a),),
    written=lambda library, a: f"gammaln({a})",
)  # fmt: skip
digamma: Operation = _of_floats(
    "digamma", "ψ", lambda a: _special("digamma")(a), lambda a: float(_special("digamma")(a)),
    local_gradients=(lambda out, a: zeta(2, a),),
    written=lambda library, a: f"digamma({a})",
)  # fmt: skip
# Hurwitz's: Σ (a + k)^−s. It has every derivative of digamma in it, and its own; none by s.
zeta: Operation = _of_floats(
    "zeta", "ζ", lambda s, a: _special("zeta")(s, a), lambda s, a: float(_special("zeta")(s, a)),
    local_gradients=(None, lambda out, s, a: -s * zeta(s + 1, a)),
    written=lambda library, s, a: f"zeta({s}, {a})",
)  # fmt: skip
erfinv: Operation = _of_floats(
    "erfinv", "erf⁻¹", lambda a: _special("erfinv")(a), lambda a: float(_special("erfinv")(a)),
    local_gradients=(lambda out, a: math.sqrt(math.pi) / 2 * exp(out * out),),
    written=lambda library, a: f"erfinv({a})",
)  # fmt: skip


def _xlogy_forward(a: Any, b: Any) -> Any:
    is_zero = numpy.logical_and(numpy.equal(a, 0), numpy.equal(b, b))
    return numpy.where(is_zero, 0, numpy.multiply(a, numpy.log(b)))


xlogy: Operation = _of_floats(  # 0 · log 0 is 0
    "xlogy", "xlogy", _xlogy_forward, lambda a, b: 0.0 if a == 0 and b == b else a * math.log(b),
    local_gradients=(
        lambda out, a, b: log(where(logical_and(equal(a, 0), less_equal(b, 0)), 1, b)),
        lambda out, a, b: a / b,
    ),
    expansion=lambda a, b: where(logical_and(equal(a, 0), equal(b, b)), 0, a * log(b)),
)  # fmt: skip


def _sinc_slope(out: Any, a: Any) -> Any:
    """(cos πa − sinc a) / a, and near 0, where that loses all digits, the series: so are the derivatives of it."""
    is_near = less(absolute(a), 0.5)
    square_of_angle = square(math.pi * where(is_near, a, 0))
    series = 0.0
    for k in range(11, 0, -1):
        series = series * square_of_angle + (-1) ** k * 2 * k / math.factorial(2 * k + 1)
    away = where(is_near, 1, a)
    return where(is_near, math.pi**2 * a * series, (cos(math.pi * away) - sinc(away)) / away)


sinc: Operation = _of_floats(
    "sinc", "sinc", numpy.sinc, lambda a: math.sin(math.pi * a) / (math.pi * a) if a else 1.0,
    local_gradients=(_sinc_slope,),
    written=lambda library, a: f"{library}.sinc({a})",
)  # fmt: skip


def _sigmoid_forward(a: Any) -> Any:
    result = numpy.exp(-a)  # of −1000: infinite, and the answer exactly 0
    result += 1
    return 1 / result


sigmoid: Operation = _of_floats(
    "sigmoid", "σ", _sigmoid_forward, lambda a: 1 / (1 + math.exp(-a)),
    local_gradients=(lambda out, a: out * (1 - out),),
    expansion=lambda a: 1 / (1 + exp(-a)),
)  # fmt: skip
relu: Operation = _arithmetic(
    "relu", "relu", lambda a: numpy.maximum(a, 0), lambda a: 0.0 if a <= 0 else a,
    local_gradients=(lambda out, a: greater(a, 0),),
    expansion=lambda a: maximum(a, 0),
)  # fmt: skip
absolute: Operation = _arithmetic("absolute", "abs", numpy.absolute, abs, local_gradients=(lambda out, a: sign(a),))


def _logaddexp_of_numbers(a: float, b: float) -> float:
    if a == b:  # also of two infinities, whose difference is no number
        return a + math.log(2)
    return (a if a > b else b) + math.log1p(math.exp(-abs(a - b)))


logaddexp: Operation = _of_floats(
    "logaddexp", "logaddexp", numpy.logaddexp, _logaddexp_of_numbers,
    local_gradients=(lambda out, a, b: sigmoid(a - b), lambda out, a, b: sigmoid(b - a)),
)  # fmt: skip


def _logaddexp2_of_numbers(a: float, b: float) -> float:
    if a == b:
        return a + 1
    return (a if a > b else b) + math.log1p(math.exp2(-abs(a - b))) / math.log(2)


logaddexp2: Operation = _of_floats(
    "logaddexp2", "logaddexp2", numpy.logaddexp2, _logaddexp2_of_numbers,
    local_gradients=(
        lambda out, a, b: sigmoid((a - b) * math.log(2)),
        lambda out, a, b: sigmoid((b - a) * math.log(2)),
    ),
)  # fmt: skip


def _hypot_by(operand: Any, out: Any) -> Any:
    return operand / where(equal(out, 0), math.inf, out)  # at the origin 0, as the norm's


hypot: Operation = _of_floats(
    "hypot", "hypot", numpy.hypot, math.hypot,
    local_gradients=(lambda out, a, b: _hypot_by(a, out), lambda out, a, b: _hypot_by(b, out)),
)  # fmt: skip
# Divided twice by the length, because its square overflows where the gradient does not.
arctan2: Operation = _of_floats(
    "arctan2", "arctan2", numpy.arctan2, math.atan2,
    local_gradients=(
        lambda out, y, x: x / hypot(y, x) / hypot(y, x),
        lambda out, y, x: -y / hypot(y, x) / hypot(y, x),
    ),
)  # fmt: skip

# --- choices --------------------------------------------------------------------------------------------


def _half(out: Any) -> Any:
    """½ in the result's own dtype: a condition times Python's 0.5 would be float64."""
    dtype = getattr(out, "dtype", None)
    return 0.5 if dtype is None or dtype == numpy.float64 else numpy.array(0.5, dtype)


def _share(out: Any, wins: Any, a: Any, b: Any) -> Any:
    """All of the gradient for the operand that wins, half of it in a tie."""
    return wins + _half(out) * equal(a, b)


maximum: Operation = _arithmetic(
    "maximum", "max", numpy.maximum, lambda a, b: b if b > a or b != b else a,
    local_gradients=(
        lambda out, a, b: _share(out, greater(a, b), a, b),
        lambda out, a, b: _share(out, greater(b, a), a, b),
    ),
)  # fmt: skip
minimum: Operation = _arithmetic(
    "minimum", "min", numpy.minimum, lambda a, b: b if b < a or b != b else a,
    local_gradients=(
        lambda out, a, b: _share(out, less(a, b), a, b),
        lambda out, a, b: _share(out, less(b, a), a, b),
    ),
)  # fmt: skip
clip: Operation = _arithmetic(
    "clip", "clip", numpy.clip, lambda a, low, high: minimum.scalar(maximum.scalar(a, low), high),  # type: ignore[misc]  # elementwise rows have one
    written=lambda library, a, low, high: f"{library}.clip({a}, {low}, {high})",
    local_gradients=(  # at its bounds it passes the gradient
        lambda out, a, low, high: logical_and(greater_equal(a, low), less_equal(a, high)),
        lambda out, a, low, high: logical_and(less(a, low), less_equal(low, high)),
        lambda out, a, low, high: logical_or(greater(a, high), greater(low, high)),
    ),
)  # fmt: skip
where: Operation = _arithmetic(
    "where", "where", numpy.where, lambda condition, a, b: a if condition else b,
    local_gradients=(
        None,
        lambda out, condition, a, b: not_equal(condition, 0),
        lambda out, condition, a, b: equal(condition, 0),
    ),
    written=lambda library, condition, a, b: f"{library}.where({condition}, {a}, {b})",
)  # fmt: skip

# --- shape ----------------------------------------------------------------------------------------------

reshape: Operation = structural(
    "reshape", "reshape", lambda x, shape: x.reshape(shape),
    pullbacks=(lambda upstream, out, x, shape: reshape(upstream, shape=x.shape),),
    written=lambda library, x, shape: f"{x}.reshape({shape})",
)  # fmt: skip
transpose: Operation = structural(
    "transpose", "ᵀ", lambda x, axes: numpy.transpose(x, axes),
    pullbacks=(lambda upstream, out, x, axes: transpose(upstream, axes=_inverse_permutation(axes)),),
    written=lambda library, x, axes: f"{x}.T" if axes == (1, 0) else f"{library}.transpose({x}, {axes})",
)  # fmt: skip


def _inverse_permutation(axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(range(len(axes)), key=axes.__getitem__))


def _broadcasted(x: Any, shape: Shape) -> Any:
    if x.size == 1 and x.ndim <= len(shape) and shape != (-1,):  # which numpy.ndarray() takes for (1,)
        # What sum() passes back. numpy.broadcast_to takes several times as long.
        repeated: Any = numpy.ndarray(shape, x.dtype, x.reshape(()).copy(), strides=(0,) * len(shape))
        repeated.flags.writeable = False
        return repeated
    return numpy.broadcast_to(x, shape)


broadcast_to: Operation = structural(
    "broadcast_to", "broadcast", _broadcasted,
    pullbacks=(lambda upstream, out, x, shape: sum_to_shape(upstream, shape=x.shape),),
    written=lambda library, x, shape: f"{library}.broadcast_to({x}, {shape})",
)  # fmt: skip


def summed_to_shape(x: Any, shape: Shape) -> Any:
    """The forward rule of `sum_to_shape`, for arrays."""
    lead = x.ndim - len(shape)
    if lead < 0:
        raise ShapeError(f"sum_to_shape: shape {tuple(shape)} does not broadcast to {x.shape}")
    if lead == 1 and x.shape[1:] == shape:  # what a bias gets from a batch
        return numpy.add.reduce(x, axis=0)
    stretched = tuple([i + lead for i, size in enumerate(shape) if size == 1 and x.shape[i + lead] != 1])
    summed = numpy.add.reduce(x, axis=(*range(lead), *stretched), keepdims=True)
    if summed.shape[lead:] != tuple(shape):
        raise ShapeError(f"sum_to_shape: shape {tuple(shape)} does not broadcast to {x.shape}")
    return summed.reshape(shape)


sum_to_shape: Operation = structural(
    "sum_to_shape", "Σ", summed_to_shape,
    pullbacks=(lambda upstream, out, x, shape: broadcast_to(upstream, shape=x.shape),),
    expansion=lambda x, shape: _summed_and_reshaped(x, shape),
)  # fmt: skip
astype: Operation = structural(
    "astype", "cast", lambda x, dtype: numpy.asarray(x).astype(dtype),
    pullbacks=(lambda upstream, out, x, dtype: astype(upstream, dtype=x.dtype),),
    written=lambda library, x, dtype: f"{x}.astype({library}.{dtype.name if dtype.kind != 'b' else 'bool_'})",
)  # fmt: skip


def _matmul_pullback_left(upstream: Any, out: Any, a: Any, b: Any, bias: Any = None) -> Any:
    return upstream @ b.mT


def _matmul_pullback_right(upstream: Any, out: Any, a: Any, b: Any, bias: Any = None) -> Any:
    return a.mT @ upstream


matmul: Operation = structural(
    "matmul", "@", numpy.matmul,
    pullbacks=(_matmul_pullback_left, _matmul_pullback_right),
)  # fmt: skip


def _affine_forward(x: Any, weight: Any, bias: Any) -> Any:
    z = numpy.matmul(x, weight)
    return numpy.add(z, bias, out=z if z.dtype == bias.dtype else None)


affine: Operation = structural(
    "affine", "x@W+b", _affine_forward,
    pullbacks=(
        _matmul_pullback_left,
        _matmul_pullback_right,
        lambda upstream, out, x, weight, bias: upstream,
    ),
    expansion=lambda x, weight, bias: x @ weight + bias,
    integers="as floats",
)  # fmt: skip

# --- reductions -----------------------------------------------------------------------------------------


def _kept(x: Any, reduced: Any, axis: Axis) -> Any:
    """A reduction's result or upstream gradient with the reduced axes back, as ones."""
    shape = kept_shape(x.shape, axis)
    return reduced if reduced.shape == shape else reshape(reduced, shape=shape)


def _broadcastable(x: Any, reduced: Any, axis: Axis) -> Any:
    """The same where it is only broadcast: the reduction of all axes does that as it is."""
    return reduced if axis is None else _kept(x, reduced, axis)


def _sum_pullback(upstream: Any, out: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    return broadcast_to(_broadcastable(x, upstream, axis), shape=x.shape)


def _mean_pullback(upstream: Any, out: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    return broadcast_to(_kept(x, upstream, axis) / count_along(x.shape, axis), shape=x.shape)


def _extremum_pullback(upstream: Any, out: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    ties = equal(x, _kept(x, out, axis))
    count = sum(ties, axis=axis, keepdims=True)
    if upstream.dtype != numpy.float64:  # which a float32 divided by an integer would be
        count = astype(count, dtype=upstream.dtype)
    return where(ties, _kept(x, upstream, axis) / count, 0)


def _norm_pullback(upstream: Any, out: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    length = _kept(x, out, axis)
    # Divided by an infinity where the length is 0: then every derivative there is 0, the second, too. And the
    # direction first: upstream / length overflows where the gradient does not.
    return x / where(equal(length, 0), math.inf, length) * _kept(x, upstream, axis)


def _logsumexp_pullback(upstream: Any, out: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    return _kept(x, upstream, axis) * exp(x - _kept(x, out, axis))


def least_sum_of_squares(dtype: Any) -> float:
    """Sums of squares below it have lost digits, because squares underflow."""
    about = numpy.finfo(dtype)
    return float(about.tiny) / float(about.eps)


def _norm_forward(x: Any, axis: Axis, keepdims: bool) -> Any:
    total = numpy.sum(numpy.square(x), axis=axis, keepdims=True)
    if not x.size or numpy.logical_and(total > least_sum_of_squares(x.dtype), total < math.inf).all():
        length = numpy.sqrt(total)
    else:
        length = _norm_expanded(x, axis, True)
    return length if keepdims else length.reshape(reduced_shape(x.shape, axis))


def _norm_expanded(x: Any, axis: Axis, keepdims: bool) -> Any:
    """Where the squares over- or underflow, of the numbers divided by the largest of them."""
    total = sum(square(x), axis=axis, keepdims=True)
    length = sqrt(total)
    if math.prod(x.shape):
        largest = max(absolute(x), axis=axis, keepdims=True)
        is_exact = logical_and(greater(total, least_sum_of_squares(x.dtype)), less(total, math.inf))
        has_size = logical_and(greater(largest, 0), less(largest, math.inf))
        scale = where(logical_and(logical_not(is_exact), has_size), largest, 1)
        length = sqrt(sum(square(x / scale), axis=axis, keepdims=True)) * scale
    return length if keepdims else reshape(length, shape=reduced_shape(x.shape, axis))


def _logsumexp_forward(x: Any, axis: Axis, keepdims: bool) -> Any:
    highest = numpy.max(x, axis=axis, keepdims=True)
    highest = numpy.where(numpy.isfinite(highest), highest, 0).astype(highest.dtype)  # ∞ − ∞ is no number
    result = numpy.log(numpy.sum(numpy.exp(x - highest), axis=axis, keepdims=True)) + highest
    return result if keepdims else numpy.squeeze(result, axis=axis)


def _shifted(x: Any, axis: Axis) -> Any:
    """x less its maximum, so that exp() cannot overflow; nan where that is infinite: infinities have no shares."""
    return x - numpy.max(x, axis=axis, keepdims=True)


def _log_softmax_forward(x: Any, axis: Axis) -> Any:
    shifted = _shifted(x, axis)
    return shifted - numpy.log(numpy.sum(numpy.exp(shifted), axis=axis, keepdims=True))


def _softmax_forward(x: Any, axis: Axis) -> Any:
    exponentials = numpy.exp(_shifted(x, axis))
    return exponentials / numpy.sum(exponentials, axis=axis, keepdims=True)


sum: Operation = structural(
    "sum", "Σ", lambda x, axis, keepdims: numpy.add.reduce(x, axis=axis, keepdims=keepdims),
    pullbacks=(_sum_pullback,),
    written=lambda library, x, axis, keepdims: _reduced(library, "sum", x, axis, keepdims),
)  # fmt: skip
mean: Operation = structural(
    "mean", "mean", lambda x, axis, keepdims: numpy.mean(x, axis=axis, keepdims=keepdims),
    pullbacks=(_mean_pullback,),
    written=lambda library, x, axis, keepdims: _reduced(library, "mean", x, axis, keepdims),
    expansion=lambda x, axis, keepdims: sum(x, axis=axis, keepdims=keepdims) / count_along(x.shape, axis),
)  # fmt: skip
max: Operation = structural(
    "max", "max", lambda x, axis, keepdims: numpy.max(x, axis=axis, keepdims=keepdims),
    pullbacks=(_extremum_pullback,),
    written=lambda library, x, axis, keepdims: _reduced(library, "max", x, axis, keepdims),
)  # fmt: skip
min: Operation = structural(
    "min", "min", lambda x, axis, keepdims: numpy.min(x, axis=axis, keepdims=keepdims),
    pullbacks=(_extremum_pullback,),
    written=lambda library, x, axis, keepdims: _reduced(library, "min", x, axis, keepdims),
)  # fmt: skip


def _prod_pullback(upstream: Any, out: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    reduced = axes_of(x.ndim, axis)
    order = (*(i for i in range(x.ndim) if i not in reduced), *reduced)
    moved = transpose(x, axes=order)
    rows = reshape(moved, shape=(*moved.shape[: x.ndim - len(reduced)], count_along(x.shape, axis)))
    others = transpose(reshape(_products_of_others(rows), shape=moved.shape), axes=_inverse_permutation(order))
    return _kept(x, upstream, axis) * others


def _products_of_others(x: Any) -> Any:
    """For each element the product of all the others in its row (last axis), without dividing by what may
    be 0: pairs are multiplied, the others of each pair found, and handed down to its two."""
    count = x.shape[-1]
    if count < 2:
        return numpy.ones(x.shape, x.dtype)
    half = (count + 1) // 2
    first, second = getitem(x, index=(..., slice(half))), getitem(x, index=(..., slice(half, None)))
    if count % 2:
        second = _beside(second, numpy.ones((*x.shape[:-1], 1), x.dtype))
    others = _products_of_others(first * second)
    return getitem(_beside(others * second, others * first), index=(..., slice(count)))


def _beside(first: Any, second: Any) -> Any:
    """Two arrays joined along their last axis."""
    return _along(len(first.shape) - 1, first, second)


prod: Operation = structural(
    "prod", "Π", lambda x, axis, keepdims: numpy.prod(x, axis=axis, keepdims=keepdims),
    pullbacks=(_prod_pullback,),
    written=lambda library, x, axis, keepdims: _reduced(library, "prod", x, axis, keepdims),
)  # fmt: skip


def _cumsum_pullback(upstream: Any, out: Any, x: Any, axis: int) -> Any:
    backwards = (*(slice(None),) * (axis % x.ndim), slice(None, None, -1))
    return getitem(cumsum(getitem(upstream, index=backwards), axis=axis), index=backwards)


cumsum: Operation = structural(
    "cumsum", "Σ…", lambda x, axis: numpy.cumsum(x, axis=axis),
    pullbacks=(_cumsum_pullback,),
    written=lambda library, x, axis: f"{library}.cumsum({x}, axis={axis})",
)  # fmt: skip


def _cumprod_pullback(upstream: Any, out: Any, x: Any, axis: int) -> Any:
    """For each element the product of those before it, times u + b (u' + b' (u'' + …)) of what comes after it: of the
    upstream gradients u and the elements b behind their own. Nothing is divided by what may be 0."""
    axis %= x.ndim
    size, before = x.shape[axis], (slice(None),) * axis
    if size < 2:
        return upstream
    one = numpy.ones((*x.shape[:axis], 1, *x.shape[axis + 1 :]), x.dtype)
    earlier = _along(axis, one, getitem(out, index=(*before, slice(None, -1))))
    factors = _along(axis, getitem(x, index=(*before, slice(1, None))), 0 * one)
    total, reach = upstream, 1
    while reach < size:  # after each round it sums twice as many
        nothing = numpy.zeros((*x.shape[:axis], reach, *x.shape[axis + 1 :]), x.dtype)
        behind = (*before, slice(reach, None))
        total = total + factors * _along(axis, getitem(total, index=behind), nothing)
        factors = factors * _along(axis, getitem(factors, index=behind), nothing)
        reach *= 2
    return earlier * total


def _along(axis: int, first: Any, second: Any) -> Any:
    """Two arrays joined along an axis."""
    size = first.shape[axis]
    return concatenate(first, second, axis=axis, starts=(0, size, size + second.shape[axis]))


cumprod: Operation = structural(
    "cumprod", "Π…", lambda x, axis: numpy.cumprod(x, axis=axis),
    pullbacks=(_cumprod_pullback,),
    written=lambda library, x, axis: f"{library}.cumprod({x}, axis={axis})",
)  # fmt: skip


def _squared_norm_forward(x: Any, axis: Axis, keepdims: bool, scale: float) -> Any:
    if axis is None and not keepdims:
        result = numpy.vdot(x, x) * scale  # without an array of squares
        is_finite = scale >= 1 or math.isfinite(result)
    else:
        result = numpy.sum(x * x, axis=axis, keepdims=keepdims) * scale
        is_finite = scale >= 1 or numpy.isfinite(result).all()
    # The sum of squares may overflow where their mean does not.
    return result if is_finite else numpy.sum(scale * x * x, axis=axis, keepdims=keepdims)


def _squared_norm_pullback(upstream: Any, out: Any, x: Any, axis: Axis, keepdims: bool, scale: float) -> Any:
    return x * (2 * scale * _broadcastable(x, upstream, axis))


squared_norm: Operation = structural(
    "squared_norm", "‖·‖²", _squared_norm_forward,
    integers="as floats",
    pullbacks=(_squared_norm_pullback,),
    written=lambda library, x, axis, keepdims, scale: (
        _reduced(library, "sum", f"{x} * {x}" if scale == 1 else f"{scale} * {x} * {x}", axis, keepdims)
    ),
)  # fmt: skip
norm: Operation = structural(
    "norm", "‖·‖", _norm_forward,
    integers="as floats",
    pullbacks=(_norm_pullback,),
    expansion=_norm_expanded,
)  # fmt: skip
logsumexp: Operation = structural(
    "logsumexp", "logsumexp", _logsumexp_forward,
    integers="as floats",
    pullbacks=(_logsumexp_pullback,),
    expansion=lambda x, axis, keepdims: _logsumexp_expanded(x, axis, keepdims),
)  # fmt: skip
softmax: Operation = structural(
    "softmax", "softmax", _softmax_forward,
    integers="as floats",
    pullbacks=(lambda upstream, out, x, axis: out * (upstream - sum(upstream * out, axis=axis, keepdims=True)),),
    expansion=lambda x, axis: _shares(exp(x - max(x, axis=axis, keepdims=True)), axis),
)  # fmt: skip
log_softmax: Operation = structural(
    "log_softmax", "log softmax", _log_softmax_forward,
    integers="as floats",
    pullbacks=(lambda upstream, out, x, axis: upstream - exp(out) * sum(upstream, axis=axis, keepdims=True),),
    expansion=lambda x, axis: _less_logarithm(x - max(x, axis=axis, keepdims=True), axis),
)  # fmt: skip


def _shares(exponentials: Any, axis: Axis) -> Any:
    return exponentials / sum(exponentials, axis=axis, keepdims=True)


def _less_logarithm(shifted: Any, axis: Axis) -> Any:
    return shifted - log(sum(exp(shifted), axis=axis, keepdims=True))


def _logsumexp_expanded(x: Any, axis: Axis, keepdims: bool) -> Any:
    highest = max(x, axis=axis, keepdims=True)
    highest = where(logical_and(less(highest, math.inf), greater(highest, -math.inf)), highest, 0)
    result = log(sum(exp(x - highest), axis=axis, keepdims=True)) + highest
    return result if keepdims else reshape(result, shape=reduced_shape(x.shape, axis))


def _summed_and_reshaped(x: Any, shape: Shape) -> Any:
    lead = len(x.shape) - len(shape)
    stretched = [i + lead for i, size in enumerate(shape) if size == 1 and x.shape[i + lead] != 1]
    axes = (*range(lead), *stretched)
    summed = sum(x, axis=axes[0] if len(axes) == 1 else axes, keepdims=bool(stretched)) if axes else x
    return summed if summed.shape == shape else reshape(summed, shape=shape)


# --- indexing and joining -------------------------------------------------------------------------------


class _IndexArray:
    """Stands in an index for the array that is an operand."""

    def __repr__(self) -> str:
        return "array"


INDEX_ARRAY = _IndexArray()
Index = tuple[Any, ...]


def _filled(index: Index, arrays: Sequence[Any]) -> Index:
    remaining = iter(arrays)
    return tuple(next(remaining) if part is INDEX_ARRAY else part for part in index)


def _index_text(index: Index, arrays: Sequence[str]) -> str:
    """An index as it is written between the brackets."""
    remaining = iter(arrays)
    return ", ".join(next(remaining) if part is INDEX_ARRAY else _part_text(part) for part in index) or "()"


def _part_text(part: Any) -> str:
    if part is Ellipsis:
        return "..."
    if not isinstance(part, slice):
        return repr(int(part)) if isinstance(part, numpy.integer) else repr(part)
    start, stop, step = ("" if one is None else str(int(one)) for one in (part.start, part.stop, part.step))
    return f"{start}:{stop}:{step}" if step not in ("", "1") else f"{start}:{stop}"


def _scattered(values: Any, *arrays: Any, index: Index, shape: Shape) -> Any:
    result = numpy.zeros(shape, values.dtype)
    if {array.dtype.kind for array in arrays} <= {"b"}:  # then no element is met twice
        result[_filled(index, arrays)] = values
    else:
        numpy.add.at(result, _filled(index, arrays), values)
    return result


getitem: Operation = variadic(
    "getitem", "[ ]", lambda x, *arrays, index: x[_filled(index, arrays)],
    lambda slot, upstream, out, x, *arrays, index: scatter_add(upstream, *arrays, index=index, shape=x.shape),
    written=lambda library, x, *arrays, index: f"{x}[{_index_text(index, arrays)}]",
)  # fmt: skip
scatter_add: Operation = variadic(
    "scatter_add", "scatter", _scattered,
    lambda slot, upstream, out, values, *arrays, index, shape: getitem(upstream, *arrays, index=index),
    written=lambda library, x, *arrays, index, shape: (
        f"scattered({x}, {shape}, {library}.s_[{_index_text(index, arrays)}])"
    ),
)  # fmt: skip


def _concatenate_pullback(slot: int, upstream: Any, out: Any, *arrays: Any, axis: int, starts: tuple[int, ...]) -> Any:
    before = (slice(None),) * axis
    return getitem(upstream, index=(*before, slice(starts[slot], starts[slot + 1])))


def _stack_pullback(slot: int, upstream: Any, out: Any, *arrays: Any, axis: int) -> Any:
    return getitem(upstream, index=(*(slice(None),) * (axis % len(out.shape)), slot))


concatenate: Operation = variadic(
    "concatenate", "concat", lambda *arrays, axis, starts: numpy.concatenate(arrays, axis), _concatenate_pullback,
    written=lambda library, *arrays, axis, starts: f"{library}.concatenate([{', '.join(arrays)}], axis={axis})",
)  # fmt: skip
stack: Operation = variadic(
    "stack", "stack", lambda *arrays, axis: numpy.stack(arrays, axis), _stack_pullback,
    written=lambda library, *arrays, axis: f"{library}.stack([{', '.join(arrays)}], axis={axis})",
)  # fmt: skip


def _overlapped(values: Any, window_shape: Shape, axis: tuple[int, ...], shape: Shape) -> Any:
    result = numpy.zeros(shape, values.dtype)
    for offsets in numpy.ndindex(window_shape):
        part = result
        for one, size, offset in zip(axis, window_shape, offsets, strict=True):  # an axis may be windowed twice
            part = part[(*(slice(None),) * one, slice(offset, part.shape[one] - size + 1 + offset))]
        part += values[(..., *offsets)]
    return result


sliding_window_view: Operation = structural(
    "sliding_window_view", "windows",
    lambda x, window_shape, axis: numpy.lib.stride_tricks.sliding_window_view(x, window_shape, axis),
    pullbacks=(
        lambda upstream, out, x, window_shape, axis: (
            overlap_add(upstream, window_shape=window_shape, axis=axis, shape=x.shape)
        ),
    ),
    written=lambda library, x, window_shape, axis: (
        f"{library}.lib.stride_tricks.sliding_window_view({x}, {window_shape}, {axis})"
    ),
)  # fmt: skip
overlap_add: Operation = structural(
    "overlap_add", "overlap-add", _overlapped,
    pullbacks=(
        lambda upstream, out, values, window_shape, axis, shape: (
            sliding_window_view(upstream, window_shape=window_shape, axis=axis)
        ),
    ),
    written=lambda library, x, window_shape, axis, shape: f"overlapped({x}, {window_shape}, {axis}, {shape})",
)  # fmt: skip

# --- triangles, and products over named axes --------------------------------------------------------------

tril: Operation = structural(
    "tril", "tril", lambda x, k: numpy.tril(x, k),
    pullbacks=(lambda upstream, out, x, k: tril(upstream, k=k),),
    written=lambda library, x, k: f"{library}.tril({x}, {k})",
)  # fmt: skip
triu: Operation = structural(
    "triu", "triu", lambda x, k: numpy.triu(x, k),
    pullbacks=(lambda upstream, out, x, k: triu(upstream, k=k),),
    written=lambda library, x, k: f"{library}.triu({x}, {k})",
)  # fmt: skip

_LEAST_FOR_A_PATH = 1 << 13  # products: from here on, what NumPy does to use BLAS costs less than it saves


def _einsum_forward(*operands: Any, subscripts: str) -> Any:
    sizes: dict[str, int] = {}
    for labels, operand in zip(subscripts.partition("->")[0].split(","), operands, strict=True):
        sizes |= dict(zip(labels, operand.shape, strict=True))
    return numpy.einsum(subscripts, *operands, optimize=math.prod(sizes.values()) >= _LEAST_FOR_A_PATH)


def _einsum_pullback(slot: int, upstream: Any, out: Any, *operands: Any, subscripts: str) -> Any:
    """Each label of an operand is in another one or in the result (the function sees to it), so that the operand's
    place and the result's can be exchanged."""
    given, _, result = subscripts.partition("->")
    labels = given.split(",")
    exchanged = [result if number == slot else own for number, own in enumerate(labels)]
    others = [upstream if number == slot else operand for number, operand in enumerate(operands)]
    return einsum(*others, subscripts=f"{','.join(exchanged)}->{labels[slot]}")


einsum: Operation = variadic(
    "einsum", "einsum", _einsum_forward, _einsum_pullback,
    written=lambda library, *operands, subscripts: (
        f"{library}.einsum({subscripts!r}, {', '.join(operands)}, optimize=True)"
    ),
)  # fmt: skip

# --- linear algebra -----------------------------------------------------------------------------------------
# Of matrices in the last two axes. The derivatives are those of M. Giles (2008), J. Townsend (2016), S. Walter and
# L. Lehmann (2010), and G. Golub and V. Pereyra (1973). Several results are one row's data, one after the other along
# the last axis, each with its own axes made one.

_Shapes = tuple[Shape, ...]


def _packed(parts: Sequence[Any], batch: Shape) -> Any:
    return numpy.concatenate([part.reshape(*batch, math.prod(part.shape[len(batch) :])) for part in parts], -1)


def unpacked(packed: Any, shapes: _Shapes) -> list[Any]:
    """The results that a row's data is packed of, each of its shape in `shapes` for each of the matrices."""
    parts = []
    start = 0
    for shape in shapes:
        end = start + math.prod(shape)
        part = getitem(packed, index=(..., slice(start, end)))
        parts.append(part if len(shape) == 1 else reshape(part, shape=(*packed.shape[:-1], *shape)))
        start = end
    return parts


def eigh_shapes(shape: Shape) -> _Shapes:
    """Those of the eigenvalues and the eigenvectors of a matrix in an array of this shape."""
    return (shape[-1:], shape[-2:])


def svd_shapes(shape: Shape, full_matrices: bool) -> _Shapes:
    """Those of U, the singular values and Vᵀ of a matrix in an array of this shape."""
    rows, columns = shape[-2:]
    size = rows if rows < columns else columns
    return ((rows, rows if full_matrices else size), (size,), (columns if full_matrices else size, columns))


def qr_shapes(shape: Shape) -> _Shapes:
    """Those of Q and R of a matrix, at least as tall as wide, in an array of this shape."""
    return (shape[-2:], (shape[-1], shape[-1]))


def _quotient(numerator: Any, denominator: Any, is_unasked: Any) -> Any:
    """The quotient, nan or an infinity where 0 is divided by; but 0 where nothing asks for any vector of the matrix.
    That a numerator is 0 does not do: it is for functions that depend on equal values' vectors, too."""
    return where(logical_and(is_unasked, equal(denominator, 0)), 0.0, numerator / denominator)


def _turned(wanted: Any, distances: Any, is_unasked: Any) -> Any:
    """By how much vectors turn into each other, and none into itself."""
    itself = triu(tril(equal(distances, distances), k=0), k=0)
    return _quotient(wanted, where(itself, math.inf, distances), is_unasked)


def _is_unasked(by_vectors: Any) -> Any:
    return logical_not(any(not_equal(by_vectors, 0), axis=(-2, -1), keepdims=True))


def _antisymmetric(x: Any) -> Any:
    return x - x.mT


def _solve_pullback_left(upstream: Any, out: Any, a: Any, b: Any) -> Any:
    return -solve(a.mT, upstream) @ out.mT


def _inv_pullback(upstream: Any, out: Any, x: Any) -> Any:
    return -out.mT @ upstream @ out.mT


def _det_pullback(upstream: Any, out: Any, x: Any) -> Any:
    return _of_each(upstream) * cofactors(x)


def _of_each(numbers: Any) -> Any:
    """A number for each matrix, beside the matrices."""
    return getitem(numbers, index=(..., None, None))


def _cofactors_forward(x: Any) -> Any:
    """det(x) · x⁻ᵀ, and where there is no such inverse what that tends to."""
    try:
        inverse = numpy.linalg.inv(x)
        conditions = numpy.linalg.norm(x, axis=(-2, -1)) * numpy.linalg.norm(inverse, axis=(-2, -1))
        if not (conditions > 1 / math.sqrt(numpy.finfo(x.dtype).eps)).any():  # of nan they are nan
            return numpy.linalg.det(x)[..., None, None] * inverse.mT
    except numpy.linalg.LinAlgError:  # of a singular matrix, which has cofactors all the same
        pass
    u, s, vh = numpy.linalg.svd(x)
    signs = numpy.linalg.det(u) * numpy.linalg.det(vh)
    return signs[..., None, None] * ((u * _products_of_others(s)[..., None, :]) @ vh)


def _cofactors_pullback(upstream: Any, out: Any, x: Any) -> Any:
    inverse = inv(x).mT
    total = sum(upstream * out, axis=(-2, -1), keepdims=True)
    return total * inverse - inverse @ upstream.mT @ out


def _slogdet_pullback(upstream: Any, out: Any, x: Any) -> Any:
    return getitem(upstream, index=(..., 1, None, None)) * inv(x).mT


def _cholesky_pullback(upstream: Any, out: Any, x: Any) -> Any:
    product = out.mT @ upstream
    halved = (tril(product, k=0) + tril(product, k=-1)) * 0.5  # its diagonal counts half
    gradient = solve(out.mT, solve(out.mT, halved).mT)
    return (gradient + gradient.mT) * 0.5


def _eigh_pullback(upstream: Any, out: Any, x: Any, UPLO: str) -> Any:
    values, vectors = unpacked(out, eigh_shapes(x.shape))
    by_values, by_vectors = unpacked(upstream, eigh_shapes(x.shape))
    distances = getitem(values, index=(..., None, slice(None))) - getitem(values, index=(..., None))
    turned = _turned(_antisymmetric(vectors.mT @ by_vectors), distances, _is_unasked(by_vectors)) * 0.5
    return (vectors * getitem(by_values, index=(..., None, slice(None))) + vectors @ turned) @ vectors.mT


def _svd_pullback(upstream: Any, out: Any, x: Any, full_matrices: bool) -> Any:
    rows, columns = x.shape[-2:]
    u, s, vh = unpacked(out, svd_shapes(x.shape, full_matrices))
    by_u, by_s, by_vh = unpacked(upstream, svd_shapes(x.shape, full_matrices))
    v, by_v = vh.mT, by_vh.mT
    first = (..., slice(s.shape[-1]))
    u1, by_u1, v1, by_v1 = (getitem(part, index=first) for part in (u, by_u, v, by_v))
    in_row, in_column = getitem(s, index=(..., None, slice(None))), getitem(s, index=(..., None))
    turned_u, turned_v = _antisymmetric(u1.mT @ by_u1), _antisymmetric(v1.mT @ by_v1)
    is_unasked = logical_and(_is_unasked(by_u), _is_unasked(by_v))
    apart = _turned(turned_u + turned_v, in_row - in_column, is_unasked)
    together = _turned(turned_u - turned_v, in_row + in_column, is_unasked)
    gradient = (u1 @ ((apart + together) * 0.5) + u1 * getitem(by_s, index=(..., None, slice(None)))) @ v1.mT
    if rows > columns:
        gradient = gradient + _quotient(_outside(u, u1, by_u, by_u1), in_row, is_unasked) @ v1.mT
    if columns > rows:
        gradient = gradient + u1 @ _quotient(_outside(v, v1, by_v, by_v1), in_row, is_unasked).mT
    return gradient


def _outside(vectors: Any, first: Any, by_vectors: Any, by_first: Any) -> Any:
    """What is wanted of the vectors of singular values in directions in which none of them points; where further ones
    complete them there, these turn with them."""
    wanted = by_first - first @ (first.mT @ by_first)
    size = first.shape[-1]
    if vectors.shape[-1] == size:
        return wanted
    rest = (..., slice(size, None))
    return wanted - getitem(vectors, index=rest) @ (getitem(by_vectors, index=rest).mT @ first)


def _qr_pullback(upstream: Any, out: Any, x: Any) -> Any:
    q, r = unpacked(out, qr_shapes(x.shape))
    by_q, by_r = unpacked(upstream, qr_shapes(x.shape))
    product = r @ by_r.mT - by_q.mT @ q
    return solve(r, (by_q + q @ (tril(product, k=0) + tril(product, k=-1).mT)).mT).mT


def _pinv_pullback(upstream: Any, out: Any, x: Any, rcond: float) -> Any:
    wanted = upstream.mT
    in_range = (wanted - x @ (out @ wanted)) @ out @ out.mT
    in_rows = out.mT @ out @ (wanted - (wanted @ out) @ x)
    return in_range + in_rows - out.mT @ upstream @ out.mT


def _packed_text(x: str, call: str) -> str:
    return f"packed({x}.ndim - 2, {call})"


# What NumPy says, and what is said here.
_REFUSED = {
    "Singular": "a matrix is singular, it has no inverse; linalg.pinv and linalg.lstsq take such, too",
    "positive definite": "a matrix is not positive definite: its eigenvalues are not all above 0",
    "": "no result was found; are there nan or infinities in a matrix?",
}


def _of_matrices(
    name: str,
    symbol: str,
    forward: Callable[..., Any],
    pullbacks: tuple[Rule, ...],
    shape: Callable[..., Shape],
    written: Callable[..., str],
) -> Operation:
    """A row of matrices, which refuses those that have not what it gives. Numbers that are made up are not computed
    with, as they may have no inverse: they give ones in the result's shape."""

    def computed(*arrays: Any, **parameters: Any) -> Any:
        if numbers_are_made_up.get():
            return numpy.ones(shape(*arrays, **parameters), numpy.result_type(*arrays))
        try:
            return forward(*arrays, **parameters)
        except numpy.linalg.LinAlgError as error:
            shapes = " and ".join(str(numpy.shape(array)) for array in arrays)
            said = next(ours for theirs, ours in _REFUSED.items() if theirs in str(error))
            raise LinearAlgebraError(
                f"{name}: of {'an operand' if len(arrays) == 1 else 'operands'} of shape {shapes}: {said}"
            ) from error

    return structural(name, symbol, computed, pullbacks, written=written, integers="as floats")


def _packed_shape(batch: Shape, shapes: _Shapes) -> Shape:
    return (*batch, builtins.sum(map(math.prod, shapes)))


solve: Operation = _of_matrices(
    "solve", "solve", numpy.linalg.solve,
    (_solve_pullback_left, lambda upstream, out, a, b: solve(a.mT, upstream)),
    lambda a, b: (*numpy.broadcast_shapes(a.shape[:-2], b.shape[:-2]), *b.shape[-2:]),
    lambda library, a, b: f"{library}.linalg.solve({a}, {b})",
)  # fmt: skip
inv: Operation = _of_matrices(
    "inv", "inv", numpy.linalg.inv, (_inv_pullback,), lambda x: x.shape,
    lambda library, x: f"{library}.linalg.inv({x})",
)  # fmt: skip
det: Operation = _of_matrices(
    "det", "det", numpy.linalg.det, (_det_pullback,), lambda x: x.shape[:-2],
    lambda library, x: f"{library}.linalg.det({x})",
)  # fmt: skip
cofactors: Operation = _of_matrices(
    "cofactors", "cof", _cofactors_forward, (_cofactors_pullback,), lambda x: x.shape,
    lambda library, x: f"cofactors({x})",
)  # fmt: skip
slogdet: Operation = _of_matrices(
    "slogdet", "sign, log|det|", lambda x: numpy.stack(numpy.linalg.slogdet(x), -1), (_slogdet_pullback,),
    lambda x: (*x.shape[:-2], 2),
    lambda library, x: f"{library}.stack({library}.linalg.slogdet({x}), -1)",
)  # fmt: skip
cholesky: Operation = _of_matrices(
    "cholesky", "cholesky", numpy.linalg.cholesky, (_cholesky_pullback,), lambda x: x.shape,
    lambda library, x: f"{library}.linalg.cholesky({x})",
)  # fmt: skip
eigh: Operation = _of_matrices(
    "eigh", "eigh", lambda x, UPLO: _packed(numpy.linalg.eigh(x, UPLO), x.shape[:-2]), (_eigh_pullback,),
    lambda x, UPLO: _packed_shape(x.shape[:-2], eigh_shapes(x.shape)),
    lambda library, x, UPLO: _packed_text(x, f"{library}.linalg.eigh({x}, {UPLO!r})"),
)  # fmt: skip
svd: Operation = _of_matrices(
    "svd", "svd", lambda x, full_matrices: _packed(numpy.linalg.svd(x, full_matrices), x.shape[:-2]), (_svd_pullback,),
    lambda x, full_matrices: _packed_shape(x.shape[:-2], svd_shapes(x.shape, full_matrices)),
    lambda library, x, full_matrices: _packed_text(x, f"{library}.linalg.svd({x}, {full_matrices})"),
)  # fmt: skip
qr: Operation = _of_matrices(
    "qr", "qr", lambda x: _packed(numpy.linalg.qr(x), x.shape[:-2]), (_qr_pullback,),
    lambda x: _packed_shape(x.shape[:-2], qr_shapes(x.shape)),
    lambda library, x: _packed_text(x, f"{library}.linalg.qr({x})"),
)  # fmt: skip
pinv: Operation = _of_matrices(
    "pinv", "pinv", lambda x, rcond: numpy.linalg.pinv(x, rcond), (_pinv_pullback,),
    lambda x, rcond: (*x.shape[:-2], x.shape[-1], x.shape[-2]),
    lambda library, x, rcond: f"{library}.linalg.pinv({x}, {rcond})",
)  # fmt: skip


def operations() -> dict[str, Operation]:
    """The whole table, by name."""
    rows = [row for row in globals().values() if isinstance(row, Operation)]
    return {row.name: row for row in rows}


def _row(name: str) -> Operation:
    return operations()[name]


def _reduced_to_its_name(row: Operation) -> Any:
    """A row is pickled by its name, and is the same row afterwards; one that is not of the table, by what it holds."""
    return (_row, (row.name,)) if globals().get(row.name) is row else object.__reduce_ex__(row, 2)


copyreg.pickle(Operation, _reduced_to_its_name)
