"""The table of primitive operations: the one place where derivatives are written.

A rule is plain arithmetic on its arguments and calls nothing but this table's functions, so that the same
line runs on floats, on arrays and on nodes. It never looks at data through Python or NumPy (`if a > 0`):
that would freeze the branch; it asks a recorded predicate (`greater(a, 0)`). A local gradient that is
boolean is a gate: the upstream gradient passes where it is true. Undoing broadcasting is the sweep's work.

Elementwise functions take numbers, arrays, `Value`s or `Tensor`s alike; the others, arrays and `Tensor`s.
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Sequence
from types import EllipsisType
from typing import Any

import numpy

from .errors import DataTypeError, ShapeError
from .operands import (
    Axis,
    Shape,
    as_array,
    axes_of,
    checked_axis,
    checked_one_axis,
    count_along,
    index_of_axis,
    kept_shape,
    nonempty,
    operand_of,
    operands_of,
)
from .operation import PYTHON_NUMBERS, Operation, Recordable, elementwise, predicate, structural, variadic

__all__ = [
    "absolute", "add", "affine", "all", "any", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh",
    "argmax", "argmin", "astype", "broadcast_to", "ceil", "clip", "concatenate", "cos", "cosh", "cumsum", "divide",
    "equal", "erf", "exp", "exp2", "expm1", "floor", "floor_divide", "getitem", "greater", "greater_equal", "hypot",
    "less", "less_equal", "log", "log1p", "log2", "log10", "log_softmax", "logaddexp", "logical_and", "logical_not",
    "logical_or", "logsumexp", "matmul", "max", "maximum", "mean", "min", "minimum", "multiply", "negative", "norm",
    "not_equal", "operations", "positive", "power", "prod", "relu", "remainder", "reshape", "rint", "sigmoid", "sign",
    "sin", "sinh", "softmax", "sqrt", "square", "squared_norm", "stack", "subtract", "sum", "sum_to_shape", "swapaxes",
    "tan", "tanh", "transpose", "trunc", "where",
]  # fmt: skip


def _reduced(library: str, name: str, x: str, axis: Axis, keepdims: bool) -> str:
    """How a reduction is written with an array library."""
    return f"{library}.{name}({x}{'' if axis is None else f', axis={axis}'}{', keepdims=True' if keepdims else ''})"


# --- predicates: recorded, without gradient --------------------------------------------------------------

greater = predicate("greater", ">", numpy.greater, operator.gt)
greater_equal = predicate("greater_equal", "≥", numpy.greater_equal, operator.ge)
less = predicate("less", "<", numpy.less, operator.lt)
less_equal = predicate("less_equal", "≤", numpy.less_equal, operator.le)
equal = predicate("equal", "=", numpy.equal, operator.eq)
not_equal = predicate("not_equal", "≠", numpy.not_equal, operator.ne)
logical_not = predicate("logical_not", "not", numpy.logical_not, operator.not_, slots=1)
logical_and = predicate("logical_and", "and", numpy.logical_and, lambda a, b: bool(a) and bool(b))
logical_or = predicate("logical_or", "or", numpy.logical_or, lambda a, b: bool(a) or bool(b))
_argmax = predicate(
    "argmax", "argmax", numpy.argmax, slots=1, is_boolean=False,
    written=lambda library, x, axis: f"{library}.argmax({x}, axis={axis})",
)  # fmt: skip
_argmin = predicate(
    "argmin", "argmin", numpy.argmin, slots=1, is_boolean=False,
    written=lambda library, x, axis: f"{library}.argmin({x}, axis={axis})",
)  # fmt: skip
_any = predicate(
    "any", "any", numpy.any, slots=1,
    written=lambda library, x, axis, keepdims: _reduced(library, "any", x, axis, keepdims),
)  # fmt: skip
_all = predicate(
    "all", "all", numpy.all, slots=1,
    written=lambda library, x, axis, keepdims: _reduced(library, "all", x, axis, keepdims),
)  # fmt: skip

# --- steps: flat wherever they have a derivative, so their gradient is 0, at the jumps, too --------------


def _zero(out: Any, *operands: Any) -> bool:
    """The local gradient of a step: a closed gate, which stops even an infinite upstream gradient."""
    return False


sign = elementwise(
    "sign", "sign", numpy.sign, lambda a: float((a > 0) - (a < 0)) if a == a else a,
    local_gradients=(_zero,),
)  # fmt: skip
# Python's functions give integers, which have no −0.
floor = elementwise(
    "floor", "floor", numpy.floor, lambda a: math.copysign(math.floor(a), a), local_gradients=(_zero,)
)  # fmt: skip
ceil = elementwise("ceil", "ceil", numpy.ceil, lambda a: math.copysign(math.ceil(a), a), local_gradients=(_zero,))
trunc = elementwise("trunc", "trunc", numpy.trunc, lambda a: math.copysign(math.trunc(a), a), local_gradients=(_zero,))
rint = elementwise("rint", "round", numpy.rint, lambda a: math.copysign(round(a), a), local_gradients=(_zero,))
floor_divide = elementwise(
    "floor_divide", "//", numpy.floor_divide, operator.floordiv,
    local_gradients=(_zero, _zero),
)  # fmt: skip

# --- arithmetic -----------------------------------------------------------------------------------------

add = elementwise(
    "add", "+", numpy.add, operator.add,
    local_gradients=(lambda out, a, b: 1, lambda out, a, b: 1),
)  # fmt: skip
subtract = elementwise(
    "subtract", "−", numpy.subtract, operator.sub,
    local_gradients=(lambda out, a, b: 1, lambda out, a, b: -1),
)  # fmt: skip
multiply = elementwise(
    "multiply", "×", numpy.multiply, operator.mul,
    local_gradients=(lambda out, a, b: b, lambda out, a, b: a),
)  # fmt: skip
divide = elementwise(
    "divide", "÷", numpy.divide, operator.truediv,
    local_gradients=(lambda out, a, b: 1 / b, lambda out, a, b: -out / b),
)  # fmt: skip
positive = elementwise(  # the same number as a node of its own
    "positive", "+", numpy.positive, operator.pos,
    local_gradients=(lambda out, a: 1,),
)  # fmt: skip
negative = elementwise(
    "negative", "−", numpy.negative, operator.neg,
    local_gradients=(lambda out, a: -1,),
)  # fmt: skip
remainder = elementwise(
    "remainder", "mod", numpy.remainder, operator.mod,
    local_gradients=(lambda out, a, b: 1, lambda out, a, b: -floor_divide(a, b)),
)  # fmt: skip


def _power_by_base(out: Any, base: Any, exponent: Any) -> Any:
    if type(exponent) in (int, float):  # a literal of the program, never data
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


power = elementwise(
    "power", "**", _powered, math.pow,
    local_gradients=(_power_by_base, _power_by_exponent),
)  # fmt: skip

# --- functions of one number ----------------------------------------------------------------------------

square = elementwise("square", "x²", numpy.square, lambda a: a * a, local_gradients=(lambda out, a: 2 * a,))
exp = elementwise("exp", "exp", numpy.exp, math.exp, local_gradients=(lambda out, a: out,))
log = elementwise("log", "log", numpy.log, math.log, local_gradients=(lambda out, a: 1 / a,))
exp2 = elementwise("exp2", "2ˣ", numpy.exp2, math.exp2, local_gradients=(lambda out, a: out * math.log(2),))
expm1 = elementwise("expm1", "expm1", numpy.expm1, math.expm1, local_gradients=(lambda out, a: exp(a),))
log1p = elementwise("log1p", "log1p", numpy.log1p, math.log1p, local_gradients=(lambda out, a: 1 / (1 + a),))
log2 = elementwise("log2", "log2", numpy.log2, math.log2, local_gradients=(lambda out, a: 1 / (a * math.log(2)),))
log10 = elementwise("log10", "log10", numpy.log10, math.log10, local_gradients=(lambda out, a: 1 / (a * math.log(10)),))
sqrt = elementwise("sqrt", "√", numpy.sqrt, math.sqrt, local_gradients=(lambda out, a: 0.5 / out,))
sin = elementwise("sin", "sin", numpy.sin, math.sin, local_gradients=(lambda out, a: cos(a),))
cos: Operation = elementwise("cos", "cos", numpy.cos, math.cos, local_gradients=(lambda out, a: -sin(a),))
tan = elementwise("tan", "tan", numpy.tan, math.tan, local_gradients=(lambda out, a: 1 + out * out,))
# (1 − a)(1 + a) keeps the digits that 1 − a² loses near ±1.
arcsin = elementwise(
    "arcsin", "arcsin", numpy.arcsin, math.asin,
    local_gradients=(lambda out, a: 1 / sqrt((1 - a) * (1 + a)),),
)  # fmt: skip
arccos = elementwise(
    "arccos", "arccos", numpy.arccos, math.acos,
    local_gradients=(lambda out, a: -1 / sqrt((1 - a) * (1 + a)),),
)  # fmt: skip
arctan = elementwise("arctan", "arctan", numpy.arctan, math.atan, local_gradients=(lambda out, a: 1 / (1 + a * a),))
sinh = elementwise("sinh", "sinh", numpy.sinh, math.sinh, local_gradients=(lambda out, a: cosh(a),))
cosh: Operation = elementwise("cosh", "cosh", numpy.cosh, math.cosh, local_gradients=(lambda out, a: sinh(a),))
tanh = elementwise("tanh", "tanh", numpy.tanh, math.tanh, local_gradients=(lambda out, a: 1 - out * out,))
arcsinh = elementwise(
    "arcsinh", "arcsinh", numpy.arcsinh, math.asinh,
    local_gradients=(lambda out, a: 1 / hypot(a, 1),),
)  # fmt: skip
arccosh = elementwise(
    "arccosh", "arccosh", numpy.arccosh, math.acosh,
    local_gradients=(lambda out, a: 1 / (sqrt(a - 1) * sqrt(a + 1)),),
)  # fmt: skip
arctanh = elementwise(
    "arctanh", "arctanh", numpy.arctanh, math.atanh,
    local_gradients=(lambda out, a: 1 / ((1 - a) * (1 + a)),),
)  # fmt: skip


def _erf_forward(a: Any) -> Any:
    a = numpy.asarray(a)  # NumPy has none of its own: Python's, number by number
    numbers = numpy.fromiter(map(math.erf, a.ravel().tolist()), numpy.float64, a.size)
    return numbers.reshape(a.shape).astype(a.dtype if a.dtype.kind == "f" else numpy.float64)


erf = elementwise(
    "erf", "erf", _erf_forward, math.erf,
    local_gradients=(lambda out, a: 2 / math.sqrt(math.pi) * exp(-a * a),),
    written=lambda library, a: f"erf({a})",
)  # fmt: skip


def _as_floats(a: Any) -> Any:
    """Small integers wrap around in −a, a − b and a · a: of a uint8 of 200, −a is 56."""
    a = numpy.asarray(a)
    return a if a.dtype.kind == "f" else a.astype(numpy.float64)


def _sigmoid_forward(a: Any) -> Any:
    result = numpy.exp(-_as_floats(a))  # of −1000: infinite, and the answer exactly 0
    result += 1
    return 1 / result


sigmoid = elementwise(
    "sigmoid", "σ", _sigmoid_forward, lambda a: 1 / (1 + math.exp(-a)),
    local_gradients=(lambda out, a: out * (1 - out),),
    expansion=lambda a: 1 / (1 + exp(-a)),
)  # fmt: skip
relu = elementwise(
    "relu", "relu", lambda a: numpy.maximum(a, 0), lambda a: 0.0 if a <= 0 else a,
    local_gradients=(lambda out, a: greater(a, 0),),
    expansion=lambda a: maximum(a, 0),
)  # fmt: skip
absolute = elementwise("absolute", "abs", numpy.absolute, abs, local_gradients=(lambda out, a: sign(a),))


def _logaddexp_of_numbers(a: float, b: float) -> float:
    if a == b:  # also of two infinities, whose difference is no number
        return a + math.log(2)
    return (a if a > b else b) + math.log1p(math.exp(-abs(a - b)))


logaddexp = elementwise(
    "logaddexp", "logaddexp", numpy.logaddexp, _logaddexp_of_numbers,
    local_gradients=(lambda out, a, b: sigmoid(a - b), lambda out, a, b: sigmoid(b - a)),
)  # fmt: skip


def _hypot_by(operand: Any, out: Any) -> Any:
    return operand / where(equal(out, 0), math.inf, out)  # at the origin 0, as the norm's


hypot: Operation = elementwise(
    "hypot", "hypot", numpy.hypot, math.hypot,
    local_gradients=(lambda out, a, b: _hypot_by(a, out), lambda out, a, b: _hypot_by(b, out)),
)  # fmt: skip
# Divided twice by the length, because its square overflows where the gradient does not.
arctan2 = elementwise(
    "arctan2", "arctan2", numpy.arctan2, math.atan2,
    local_gradients=(
        lambda out, y, x: x / hypot(y, x) / hypot(y, x),
        lambda out, y, x: -y / hypot(y, x) / hypot(y, x),
    ),
)  # fmt: skip

# --- choices --------------------------------------------------------------------------------------------


def _share_of_first(is_further: Operation) -> Any:
    """All of the gradient where the first operand wins, half of it in a tie."""
    return lambda out, a, b: is_further(a, b) + 0.5 * equal(a, b)


def _share_of_second(is_further: Operation) -> Any:
    return lambda out, a, b: is_further(b, a) + 0.5 * equal(a, b)


maximum: Operation = elementwise(
    "maximum", "max", numpy.maximum, lambda a, b: b if b > a or b != b else a,
    local_gradients=(_share_of_first(greater), _share_of_second(greater)),
)  # fmt: skip
minimum = elementwise(
    "minimum", "min", numpy.minimum, lambda a, b: b if b < a or b != b else a,
    local_gradients=(_share_of_first(less), _share_of_second(less)),
)  # fmt: skip
_clip = elementwise(
    "clip", "clip", numpy.clip, lambda a, low, high: minimum.scalar(maximum.scalar(a, low), high),  # type: ignore[misc]  # elementwise rows have one
    written=lambda library, a, low, high: f"{library}.clip({a}, {low}, {high})",
    local_gradients=(  # at its bounds it passes the gradient
        lambda out, a, low, high: logical_and(greater_equal(a, low), less_equal(a, high)),
        lambda out, a, low, high: logical_and(less(a, low), less_equal(low, high)),
        lambda out, a, low, high: logical_or(greater(a, high), greater(low, high)),
    ),
)  # fmt: skip
where = elementwise(
    "where", "where", numpy.where, lambda condition, a, b: a if condition else b,
    local_gradients=(
        None,
        lambda out, condition, a, b: not_equal(condition, 0),
        lambda out, condition, a, b: equal(condition, 0),
    ),
    written=lambda library, condition, a, b: f"{library}.where({condition}, {a}, {b})",
)  # fmt: skip

# --- shape ----------------------------------------------------------------------------------------------

_reshape = structural(
    "reshape", "reshape", lambda x, shape: x.reshape(shape),
    pullbacks=(lambda upstream, out, x, shape: reshape(upstream, x.shape),),
    written=lambda library, x, shape: f"{x}.reshape({shape})",
)  # fmt: skip
_transpose = structural(
    "transpose", "ᵀ", lambda x, axes: numpy.transpose(x, axes),
    pullbacks=(lambda upstream, out, x, axes: transpose(upstream, _inverse_permutation(axes)),),
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


_broadcast_to = structural(
    "broadcast_to", "broadcast", _broadcasted,
    pullbacks=(lambda upstream, out, x, shape: sum_to_shape(upstream, x.shape),),
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


_sum_to_shape = structural(
    "sum_to_shape", "Σ", summed_to_shape,
    pullbacks=(lambda upstream, out, x, shape: broadcast_to(upstream, x.shape),),
    expansion=lambda x, shape: _summed_and_reshaped(x, shape),
)  # fmt: skip
_astype = structural(
    "astype", "cast", lambda x, dtype: numpy.asarray(x).astype(dtype),
    pullbacks=(lambda upstream, out, x, dtype: astype(upstream, x.dtype),),
    written=lambda library, x, dtype: f"{x}.astype({library}.{dtype.name if dtype.kind != 'b' else 'bool_'})",
)  # fmt: skip


def _matmul_pullback_left(upstream: Any, out: Any, a: Any, b: Any, bias: Any = None) -> Any:
    return upstream @ b.mT


def _matmul_pullback_right(upstream: Any, out: Any, a: Any, b: Any, bias: Any = None) -> Any:
    return a.mT @ upstream


matmul_row = structural(
    "matmul", "@", numpy.matmul,
    pullbacks=(_matmul_pullback_left, _matmul_pullback_right),
)  # fmt: skip


def _affine_forward(x: Any, weight: Any, bias: Any) -> Any:
    z = numpy.matmul(x, weight)
    return numpy.add(z, bias, out=z if z.dtype == bias.dtype else None)


affine_row = structural(
    "affine", "x@W+b", _affine_forward,
    pullbacks=(
        _matmul_pullback_left,
        _matmul_pullback_right,
        lambda upstream, out, x, weight, bias: upstream,
    ),
    expansion=lambda x, weight, bias: x @ weight + bias,
)  # fmt: skip

# --- reductions -----------------------------------------------------------------------------------------


def _kept(x: Any, reduced: Any, axis: Axis) -> Any:
    """A reduction's result or upstream gradient with the reduced axes back, as ones."""
    shape = kept_shape(x.shape, axis)
    return reduced if reduced.shape == shape else reshape(reduced, shape)


def _broadcastable(x: Any, reduced: Any, axis: Axis) -> Any:
    """The same where it is only broadcast: the reduction of all axes does that as it is."""
    return reduced if axis is None else _kept(x, reduced, axis)


def _sum_pullback(upstream: Any, out: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    return broadcast_to(_broadcastable(x, upstream, axis), x.shape)


def _mean_pullback(upstream: Any, out: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    return broadcast_to(_kept(x, upstream, axis) / count_along(x.shape, axis), x.shape)


def _extremum_pullback(upstream: Any, out: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    ties = equal(x, _kept(x, out, axis))
    return where(ties, _kept(x, upstream, axis) / sum(ties, axis, keepdims=True), 0)


def _norm_pullback(upstream: Any, out: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    length = _kept(x, out, axis)
    # Divided by an infinity where the length is 0: then every derivative there is 0, the second, too.
    return x * (_kept(x, upstream, axis) / where(equal(length, 0), math.inf, length))


def _logsumexp_pullback(upstream: Any, out: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    return _kept(x, upstream, axis) * exp(x - _kept(x, out, axis))


def _norm_forward(x: Any, axis: Axis, keepdims: bool) -> Any:
    return numpy.sqrt(numpy.sum(numpy.square(_as_floats(x)), axis=axis, keepdims=keepdims))


def _logsumexp_forward(x: Any, axis: Axis, keepdims: bool) -> Any:
    x = _as_floats(x)
    highest = numpy.max(x, axis=axis, keepdims=True)
    highest = numpy.where(numpy.isfinite(highest), highest, 0).astype(highest.dtype)  # ∞ − ∞ is no number
    result = numpy.log(numpy.sum(numpy.exp(x - highest), axis=axis, keepdims=True)) + highest
    return result if keepdims else numpy.squeeze(result, axis=axis)


def _shifted(x: Any, axis: Axis) -> Any:
    """x less its maximum, so that exp() cannot overflow; nan where that is infinite: infinities have no shares."""
    x = _as_floats(x)
    return x - numpy.max(x, axis=axis, keepdims=True)


def _log_softmax_forward(x: Any, axis: Axis) -> Any:
    shifted = _shifted(x, axis)
    return shifted - numpy.log(numpy.sum(numpy.exp(shifted), axis=axis, keepdims=True))


def _softmax_forward(x: Any, axis: Axis) -> Any:
    exponentials = numpy.exp(_shifted(x, axis))
    return exponentials / numpy.sum(exponentials, axis=axis, keepdims=True)


_sum = structural(
    "sum", "Σ", lambda x, axis, keepdims: numpy.add.reduce(x, axis=axis, keepdims=keepdims),
    pullbacks=(_sum_pullback,),
    written=lambda library, x, axis, keepdims: _reduced(library, "sum", x, axis, keepdims),
)  # fmt: skip
_mean = structural(
    "mean", "mean", lambda x, axis, keepdims: numpy.mean(x, axis=axis, keepdims=keepdims),
    pullbacks=(_mean_pullback,),
    written=lambda library, x, axis, keepdims: _reduced(library, "mean", x, axis, keepdims),
    expansion=lambda x, axis, keepdims: sum(x, axis, keepdims) / count_along(x.shape, axis),
)  # fmt: skip
_max = structural(
    "max", "max", lambda x, axis, keepdims: numpy.max(x, axis=axis, keepdims=keepdims),
    pullbacks=(_extremum_pullback,),
    written=lambda library, x, axis, keepdims: _reduced(library, "max", x, axis, keepdims),
)  # fmt: skip
_min = structural(
    "min", "min", lambda x, axis, keepdims: numpy.min(x, axis=axis, keepdims=keepdims),
    pullbacks=(_extremum_pullback,),
    written=lambda library, x, axis, keepdims: _reduced(library, "min", x, axis, keepdims),
)  # fmt: skip


def _prod_pullback(upstream: Any, out: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    reduced = axes_of(x.ndim, axis)
    order = (*(i for i in range(x.ndim) if i not in reduced), *reduced)
    moved = transpose(x, order)
    rows = reshape(moved, (*moved.shape[: x.ndim - len(reduced)], count_along(x.shape, axis)))
    others = transpose(reshape(_products_of_others(rows), moved.shape), _inverse_permutation(order))
    return _kept(x, upstream, axis) * others


def _products_of_others(x: Any) -> Any:
    """For each element the product of all the others in its row (last axis), without dividing by what may
    be 0: pairs are multiplied, the others of each pair found, and handed down to its two."""
    count = x.shape[-1]
    if count < 2:
        return numpy.ones(x.shape, x.dtype)
    half = (count + 1) // 2
    first, second = getitem(x, (..., slice(half))), getitem(x, (..., slice(half, None)))
    if count % 2:
        second = concatenate([second, numpy.ones((*x.shape[:-1], 1), x.dtype)], -1)
    others = _products_of_others(first * second)
    return getitem(concatenate([others * second, others * first], -1), (..., slice(count)))


_prod = structural(
    "prod", "Π", lambda x, axis, keepdims: numpy.prod(x, axis=axis, keepdims=keepdims),
    pullbacks=(_prod_pullback,),
    written=lambda library, x, axis, keepdims: _reduced(library, "prod", x, axis, keepdims),
)  # fmt: skip


def _cumsum_pullback(upstream: Any, out: Any, x: Any, axis: int) -> Any:
    backwards = (*(slice(None),) * (axis % x.ndim), slice(None, None, -1))
    return getitem(cumsum(getitem(upstream, backwards), axis), backwards)


_cumsum = structural(
    "cumsum", "Σ…", lambda x, axis: numpy.cumsum(x, axis=axis),
    pullbacks=(_cumsum_pullback,),
    written=lambda library, x, axis: f"{library}.cumsum({x}, axis={axis})",
)  # fmt: skip


def _squared_norm_forward(x: Any, axis: Axis, keepdims: bool, scale: float) -> Any:
    x = _as_floats(x)
    if axis is None and not keepdims:
        return numpy.vdot(x, x) * scale  # without an array of squares
    return numpy.sum(x * x, axis=axis, keepdims=keepdims) * scale


def _squared_norm_pullback(upstream: Any, out: Any, x: Any, axis: Axis, keepdims: bool, scale: float) -> Any:
    return x * (2 * scale * _broadcastable(x, upstream, axis))


_squared_norm = structural(
    "squared_norm", "‖·‖²", _squared_norm_forward,
    pullbacks=(_squared_norm_pullback,),
    written=lambda library, x, axis, keepdims, scale: (
        f"{_reduced(library, 'sum', f'{x} * {x}', axis, keepdims)} * {scale}"
    ),
)  # fmt: skip
_norm = structural(
    "norm", "‖·‖", _norm_forward,
    pullbacks=(_norm_pullback,),
    expansion=lambda x, axis, keepdims: sqrt(sum(square(x), axis, keepdims)),
)  # fmt: skip
_logsumexp = structural(
    "logsumexp", "logsumexp", _logsumexp_forward,
    pullbacks=(_logsumexp_pullback,),
    expansion=lambda x, axis, keepdims: _logsumexp_expanded(x, axis, keepdims),
)  # fmt: skip
_softmax = structural(
    "softmax", "softmax", _softmax_forward,
    pullbacks=(lambda upstream, out, x, axis: out * (upstream - sum(upstream * out, axis, keepdims=True)),),
    expansion=lambda x, axis: _shares(exp(x - max(x, axis, keepdims=True)), axis),
)  # fmt: skip
_log_softmax = structural(
    "log_softmax", "log softmax", _log_softmax_forward,
    pullbacks=(lambda upstream, out, x, axis: upstream - exp(out) * sum(upstream, axis, keepdims=True),),
    expansion=lambda x, axis: _less_logarithm(x - max(x, axis, keepdims=True), axis),
)  # fmt: skip


def _shares(exponentials: Any, axis: Axis) -> Any:
    return exponentials / sum(exponentials, axis, keepdims=True)


def _less_logarithm(shifted: Any, axis: Axis) -> Any:
    return shifted - log(sum(exp(shifted), axis, keepdims=True))


def _logsumexp_expanded(x: Any, axis: Axis, keepdims: bool) -> Any:
    highest = max(x, axis, keepdims=True)
    highest = where(logical_and(less(highest, math.inf), greater(highest, -math.inf)), highest, 0)
    result = log(sum(exp(x - highest), axis, keepdims=True)) + highest
    kept = kept_shape(x.shape, axis)
    reduced = axes_of(len(x.shape), axis)
    return result if keepdims else reshape(result, tuple(s for i, s in enumerate(kept) if i not in reduced))


def _summed_and_reshaped(x: Any, shape: Shape) -> Any:
    lead = len(x.shape) - len(shape)
    stretched = [i + lead for i, size in enumerate(shape) if size == 1 and x.shape[i + lead] != 1]
    axes = (*range(lead), *stretched)
    summed = sum(x, axes[0] if len(axes) == 1 else axes, keepdims=bool(stretched)) if axes else x
    return summed if summed.shape == shape else reshape(summed, shape)


# --- indexing and joining -------------------------------------------------------------------------------


class _IndexArray:
    """Stands in an index for the array that is an operand."""

    def __repr__(self) -> str:
        return "array"


_INDEX_ARRAY = _IndexArray()
Index = tuple[Any, ...]


def _filled(index: Index, arrays: Sequence[Any]) -> Index:
    remaining = iter(arrays)
    return tuple(next(remaining) if part is _INDEX_ARRAY else part for part in index)


def _index_text(index: Index, arrays: Sequence[str]) -> str:
    """An index as it is written between the brackets."""
    remaining = iter(arrays)
    return ", ".join(next(remaining) if part is _INDEX_ARRAY else _part_text(part) for part in index) or "()"


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


_getitem = variadic(
    "getitem", "[ ]", lambda x, *arrays, index: x[_filled(index, arrays)],
    lambda slot, upstream, out, x, *arrays, index: _scatter_add(upstream, *arrays, index=index, shape=x.shape),
    written=lambda library, x, *arrays, index: f"{x}[{_index_text(index, arrays)}]",
)  # fmt: skip
_scatter_add: Operation = variadic(
    "scatter_add", "scatter", _scattered,
    lambda slot, upstream, out, values, *arrays, index, shape: _getitem(upstream, *arrays, index=index),
    written=lambda library, x, *arrays, index, shape: (
        f"scattered({x}, {shape}, {library}.s_[{_index_text(index, arrays)}])"
    ),
)  # fmt: skip


def _concatenate_pullback(slot: int, upstream: Any, out: Any, *arrays: Any, axis: int, starts: tuple[int, ...]) -> Any:
    before = (slice(None),) * axis
    return getitem(upstream, (*before, slice(starts[slot], starts[slot + 1])))


def _stack_pullback(slot: int, upstream: Any, out: Any, *arrays: Any, axis: int) -> Any:
    return getitem(upstream, (*(slice(None),) * (axis % len(out.shape)), slot))


_concatenate = variadic(
    "concatenate", "concat", lambda *arrays, axis, starts: numpy.concatenate(arrays, axis), _concatenate_pullback,
    written=lambda library, *arrays, axis, starts: f"{library}.concatenate([{', '.join(arrays)}], axis={axis})",
)  # fmt: skip
stack_row = variadic(
    "stack", "stack", lambda *arrays, axis: numpy.stack(arrays, axis), _stack_pullback,
    written=lambda library, *arrays, axis: f"{library}.stack([{', '.join(arrays)}], axis={axis})",
)  # fmt: skip


def operations() -> dict[str, Operation]:
    """The whole table, by name."""
    rows = [row for row in globals().values() if isinstance(row, Operation)]
    return {row.name: row for row in rows}


# --- the public functions of rows that take parameters --------------------------------------------------


def reshape(x: Any, shape: int | Shape) -> Any:
    """x with another shape; one size may be -1.

    >>> from autograd import Tensor, reshape
    >>> reshape(Tensor([1.0, 2.0, 3.0, 4.0]), (2, -1)).shape
    (2, 2)
    """
    return _reshape(operand_of("reshape", x), shape=shape)


def transpose(x: Any, axes: int | Sequence[int] | None = None) -> Any:
    """x with its axes permuted; reversed where `axes` is not given.

    >>> from autograd import Tensor, transpose
    >>> transpose(Tensor([[1.0, 2.0, 3.0]])).shape
    (3, 1)
    """
    x = operand_of("transpose", x)
    count = x.ndim
    if axes is None:
        return _transpose(x, axes=tuple(range(count))[::-1])
    if isinstance(axes, int | numpy.integer):  # NumPy's way to write the only axis
        axes = (axes,)
    order = tuple(checked_one_axis("transpose", x, axis) % count for axis in axes)
    if sorted(order) != list(range(count)):
        raise ShapeError(f"transpose: axes {tuple(axes)} are not a permutation of the axes of shape {x.shape}")
    return _transpose(x, axes=order)


def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """x with two axes exchanged.

    >>> from autograd import Tensor, swapaxes
    >>> swapaxes(Tensor([[[1.0], [2.0]]]), -1, -2).shape
    (1, 1, 2)
    """
    x = operand_of("swapaxes", x)
    axis1, axis2 = checked_one_axis("swapaxes", x, axis1), checked_one_axis("swapaxes", x, axis2)
    if type(x) is numpy.ndarray:
        return x.swapaxes(axis1, axis2)
    order = list(range(x.ndim))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return _transpose(x, axes=tuple(order))


def astype(x: Any, dtype: Any) -> Any:
    """x as float32, float64, integers or booleans; only floats have gradients.

    >>> from autograd import Tensor, astype
    >>> astype(Tensor([1.5, 2.0]), "float32").dtype
    dtype('float32')
    """
    try:
        target = numpy.dtype(dtype)
    except TypeError:
        target = numpy.dtype(object)
    if target not in (numpy.float32, numpy.float64) and target.kind not in "biu":
        raise DataTypeError(f"astype: to float32, float64, integers or booleans, not {dtype!r:.60}")
    return _astype(operand_of("astype", x), dtype=target)


def broadcast_to(x: Any, shape: int | Shape) -> Any:
    """x repeated along new and unit axes to `shape`.

    >>> from autograd import Tensor, broadcast_to
    >>> broadcast_to(Tensor([1.0, 2.0]), (3, 2)).shape
    (3, 2)
    """
    whole: Any = shape if type(shape) is tuple else tuple(shape) if numpy.ndim(shape) else (shape,)  # type: ignore[arg-type]  # a list or one size
    if isinstance(x, Recordable):
        return _broadcast_to(x, shape=whole)
    try:
        return _broadcasted(numpy.asarray(x), whole)
    except (ValueError, TypeError) as error:
        raise _broadcast_to.refusal((x,), {"shape": whole}, error) from error


def sum_to_shape(x: Any, shape: Shape) -> Any:
    """x summed over whatever broadcasting `shape` to x's shape repeats: the adjoint of `broadcast_to`.

    >>> from autograd import Tensor, sum_to_shape
    >>> sum_to_shape(Tensor([[1.0, 2.0], [3.0, 4.0]]), (2,)).data
    array([4., 6.])
    """
    return _sum_to_shape(x, shape=shape) if isinstance(x, Recordable) else summed_to_shape(numpy.asarray(x), shape)


def matmul(a: Any, b: Any) -> Any:
    """Matrix product as NumPy's `@`: 1-D operands are a row on the left, a column on the right; 2-D and
    more multiply matrices, broadcasting the axes before the last two.

    Raises ShapeError where the inner sizes differ or an operand has no axes.

    >>> from autograd import Tensor, matmul
    >>> matmul(Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([1.0, 1.0])).data
    array([3., 7.])
    """
    a, b = operand_of("matmul", a), operand_of("matmul", b)
    shape_a, shape_b = a.shape, b.shape
    if not shape_a or not shape_b:
        raise ShapeError(
            f"matmul: operands of shape {shape_a} and {shape_b}: a single number has no rows; use * instead of @"
        )
    if shape_a[-1] != shape_b[-1 if len(shape_b) == 1 else -2]:
        raise ShapeError(
            f"matmul: operands of shape {shape_a} and {shape_b} do not fit: "
            f"the left one's last size must be the right one's {'only' if len(shape_b) == 1 else 'second to last'} size"
        )
    if len(shape_a) > 1 and len(shape_b) > 1:
        return matmul_row(a, b)
    product = matmul_row(
        reshape(a, (1, *shape_a)) if len(shape_a) == 1 else a,
        reshape(b, (*shape_b, 1)) if len(shape_b) == 1 else b,
    )
    *batch, rows, columns = product.shape
    kept = (*(() if len(shape_a) == 1 else (rows,)), *(() if len(shape_b) == 1 else (columns,)))
    return reshape(product, (*batch, *kept))


def affine(x: Any, weight: Any, bias: Any) -> Any:
    """x @ weight + bias, the pre-activations z of a layer, as one operation.

    Args:
        x: (samples, inputs), or one sample (inputs,).
        weight: (inputs, outputs).
        bias: (outputs,).

    >>> from autograd import Tensor, affine
    >>> affine(Tensor([[1.0, 2.0]]), Tensor([[1.0], [1.0]]), Tensor([0.5])).data
    array([[3.5]])
    """
    x, weight, bias = (operand_of("affine", operand) for operand in (x, weight, bias))
    shapes = x.shape, weight.shape, bias.shape
    if len(shapes[0]) == len(shapes[1]) == 2 and shapes[0][1] == shapes[1][0] and shapes[2] == shapes[1][1:]:
        return affine_row(x, weight, bias)
    return add(matmul(x, weight), bias)


def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The sum over `axis` (an axis, several, or all of them).

    >>> from autograd import Tensor, sum
    >>> sum(Tensor([[1.0, 2.0], [3.0, 4.0]]), axis=0).data
    array([4., 6.])
    """
    x = operand_of("sum", x)
    return _sum(x, axis=checked_axis("sum", x, axis), keepdims=keepdims)


def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The mean over `axis`. Raises ShapeError where there is nothing to average.

    >>> from autograd import Tensor, mean
    >>> mean(Tensor([[1.0, 2.0], [3.0, 4.0]])).item()
    2.5
    """
    x, axis = nonempty("mean", x, axis)
    return _mean(x, axis=axis, keepdims=keepdims)


def max(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The greatest element over `axis`; elements that tie share the gradient equally.

    >>> from autograd import Tensor, max
    >>> x = Tensor([3.0, 1.0, 3.0])
    >>> max(x).backward()
    >>> x.grad
    array([0.5, 0. , 0.5])
    """
    x, axis = nonempty("max", x, axis)
    return _max(x, axis=axis, keepdims=keepdims)


def min(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The least element over `axis`; elements that tie share the gradient equally.

    >>> from autograd import Tensor, min
    >>> min(Tensor([3.0, 1.0, 2.0])).item()
    1.0
    """
    x, axis = nonempty("min", x, axis)
    return _min(x, axis=axis, keepdims=keepdims)


def prod(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The product over `axis`. Zeros among the factors are no trouble for the gradient.

    >>> from autograd import Tensor, prod
    >>> x = Tensor([2.0, 0.0, 4.0])
    >>> prod(x).backward()
    >>> x.grad
    array([0., 8., 0.])
    """
    x = operand_of("prod", x)
    return _prod(x, axis=checked_axis("prod", x, axis), keepdims=keepdims)


def cumsum(x: Any, axis: int | None = None) -> Any:
    """The running sum along `axis`; of the flattened x where it is not given.

    >>> from autograd import Tensor, cumsum
    >>> cumsum(Tensor([1.0, 2.0, 3.0])).data
    array([1., 3., 6.])
    """
    x = operand_of("cumsum", x)
    if axis is None:
        x, axis = x if x.ndim == 1 else reshape(x, -1), 0
    return _cumsum(x, axis=checked_one_axis("cumsum", x, axis))


def clip(x: Any, low: Any = None, high: Any = None) -> Any:
    """x kept between `low` and `high`; None leaves that side open. At a bound the gradient passes to x.

    >>> from autograd import Tensor, clip
    >>> x = Tensor([-2.0, 0.5, 1.0])
    >>> clip(x, -1, 1).sum().backward()
    >>> x.grad
    array([0., 1., 1.])
    """
    if not isinstance(x, Recordable) and type(x) not in PYTHON_NUMBERS:
        x = as_array("clip", x)
    dtype = getattr(x, "dtype", None)
    lowest: float = -math.inf
    highest: float = math.inf
    if dtype is not None and dtype.kind in "iu":  # integers stay integers
        lowest, highest = int(numpy.iinfo(dtype).min), int(numpy.iinfo(dtype).max)
    elif dtype is not None and dtype.kind == "b":
        lowest, highest = 0, 1
    return _clip(x, lowest if low is None else low, highest if high is None else high)


def any(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Whether something is true (not 0) along `axis`: recorded, a boolean, without gradient.

    >>> from autograd import Tensor, any
    >>> bool(any(Tensor([1.0, -1.0]) > 0))
    True
    """
    x = operand_of("any", x)
    return _any(x, axis=checked_axis("any", x, axis), keepdims=keepdims)


def all(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Whether everything is true (not 0) along `axis`: recorded, a boolean, without gradient."""
    x = operand_of("all", x)
    return _all(x, axis=checked_axis("all", x, axis), keepdims=keepdims)


def argmax(x: Any, axis: int | None = None) -> Any:
    """The index of the greatest element: recorded, an integer, without gradient.

    >>> from autograd import Tensor, argmax
    >>> argmax(Tensor([[1.0, 5.0], [7.0, 2.0]]), axis=1).data
    array([1, 0])
    """
    x, axis = nonempty("argmax", x, axis, one=True)
    return _argmax(x, axis=axis)


def argmin(x: Any, axis: int | None = None) -> Any:
    """The index of the least element: recorded, an integer, without gradient."""
    x, axis = nonempty("argmin", x, axis, one=True)
    return _argmin(x, axis=axis)


def norm(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The Euclidean norm √Σx² over `axis`, with gradient 0 where it is 0.

    >>> from autograd import Tensor, norm
    >>> norm(Tensor([3.0, 4.0])).item()
    5.0
    """
    x = operand_of("norm", x)
    return _norm(x, axis=checked_axis("norm", x, axis), keepdims=keepdims)


def squared_norm(x: Any, axis: Axis = None, keepdims: bool = False, scale: float = 1.0) -> Any:
    """scale · Σx², the square of `norm`, over `axis`: ½‖x‖² with the scale 0.5.

    >>> from autograd import Tensor, squared_norm
    >>> squared_norm(Tensor([3.0, 4.0]), scale=0.5).item()
    12.5
    """
    x = operand_of("squared_norm", x)
    return _squared_norm(x, axis=checked_axis("squared_norm", x, axis), keepdims=keepdims, scale=scale)


def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """log Σ exp(x) over `axis`, without overflow.

    >>> from autograd import Tensor, logsumexp
    >>> logsumexp(Tensor([1000.0, 1000.0])).item() - 1000.0 < 0.6932
    True
    """
    x, axis = nonempty("logsumexp", x, axis)
    return _logsumexp(x, axis=axis, keepdims=keepdims)


def softmax(x: Any, axis: Axis = -1) -> Any:
    """exp(x) / Σ exp(x) over `axis`, without overflow.

    >>> from autograd import Tensor, softmax
    >>> softmax(Tensor([1000.0, 1000.0])).data
    array([0.5, 0.5])
    """
    x, axis = nonempty("softmax", x, axis)
    return _softmax(x, axis=axis)


def log_softmax(x: Any, axis: Axis = -1) -> Any:
    """x − logsumexp(x) over `axis`: the logarithm of softmax that does not underflow.

    >>> from autograd import Tensor, log_softmax
    >>> log_softmax(Tensor([1000.0, -1000.0])).data
    array([    0., -2000.])
    """
    x, axis = nonempty("log_softmax", x, axis)
    return _log_softmax(x, axis=axis)


def getitem(x: Any, index: Any) -> Any:
    """x[index], NumPy's indexing: integers, slices, None, ..., integer arrays, boolean masks.

    >>> from autograd import Tensor, getitem
    >>> x = Tensor([1.0, 2.0, 3.0])
    >>> getitem(x, [0, 0, 2]).sum().backward()
    >>> x.grad
    array([2., 0., 1.])
    """
    parts = index if isinstance(index, tuple) else (index,)
    template: list[Any] = []
    arrays: list[Any] = []
    for part in parts:
        if isinstance(part, slice | EllipsisType | None) or (
            isinstance(part, int | numpy.integer) and not isinstance(part, bool)
        ):
            template.append(part)
            continue
        array = part if isinstance(part, Recordable) else numpy.asarray(part)
        if isinstance(array, numpy.ndarray) and array.size == 0 and isinstance(part, list | tuple):
            array = array.astype(numpy.intp)  # NumPy reads an empty list as no indices, not as floats
        if not hasattr(array, "dtype") or array.dtype.kind not in "biu":
            raise DataTypeError(
                f"getitem: an index is made of integers, slices, None, ... and integer or boolean arrays, "
                f"not {type(part).__name__} {part!r:.60}"
            )
        template.append(_INDEX_ARRAY)
        arrays.append(array)
    return _getitem(operand_of("getitem", x), *arrays, index=tuple(template))


def concatenate(arrays: Sequence[Any], axis: int | None = 0) -> Any:
    """The arrays joined along an axis they have; flattened first where the axis is None.

    >>> from autograd import Tensor, concatenate
    >>> concatenate([Tensor([1.0]), Tensor([2.0, 3.0])]).data
    array([1., 2., 3.])
    """
    arrays = operands_of("concatenate", arrays)
    if axis is None:
        arrays, axis = [reshape(array, -1) for array in arrays], 0
    ndim = arrays[0].ndim
    axis = checked_one_axis("concatenate", arrays[0], axis) % ndim
    sizes = [array.shape[axis] if array.ndim == ndim else 0 for array in arrays]
    return _concatenate(*arrays, axis=axis, starts=tuple(itertools.accumulate(sizes, initial=0)))


def stack(arrays: Sequence[Any], axis: int = 0) -> Any:
    """The arrays, all of one shape, joined along a new axis.

    >>> from autograd import Tensor, stack
    >>> stack([Tensor([1.0, 2.0]), Tensor([3.0, 4.0])]).shape
    (2, 2)
    """
    arrays = operands_of("stack", arrays)
    ndim = arrays[0].ndim
    axis = index_of_axis("stack", axis)
    if not -ndim - 1 <= axis <= ndim:
        raise ShapeError(f"stack: axis {axis} is no axis of a stack of operands of shape {arrays[0].shape}")
    return stack_row(*arrays, axis=axis)
