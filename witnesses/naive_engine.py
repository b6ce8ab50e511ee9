"""A second engine, as naive as can be, that the real one is held against: recursion, a dictionary of adjoints,
no fast paths, derivatives out of a textbook. It imports nothing of autograd, nor NumPy.

Slopes are computed with Numbers, so a gradient is a Number that can be differentiated again.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

inf, nan = math.inf, math.nan


class Number:
    """A float and what it was computed from. Nothing in it ever changes."""

    is_literal = False  # a bare number of the program

    def __init__(self, data: float, requires_grad: bool = False, operation: str = "", operands: Any = ()) -> None:
        self.data, self.requires_grad, self.operation, self.operands = data, requires_grad, operation, operands

    def __add__(self, other: Any) -> Number:
        return apply("add", self, other)

    def __mul__(self, other: Any) -> Number:
        return apply("multiply", self, other)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Number:
        return apply("negative", self)

    def __rsub__(self, other: Any) -> Number:
        return apply("subtract", other, self)

    def __truediv__(self, other: Any) -> Number:
        return apply("divide", self, other)

    def __rtruediv__(self, other: Any) -> Number:
        return apply("divide", other, self)


def apply(operation: str, *operands: Any) -> Number:
    """The operation's result on numbers of any kind."""
    numbers = [operand if isinstance(operand, Number) else literal(operand) for operand in operands]
    forward, *slopes = OPERATIONS[operation]
    requires_grad = any(slope and number.requires_grad for slope, number in zip(slopes, numbers, strict=True))
    return Number(float(forward(*[number.data for number in numbers])), requires_grad, operation, numbers)


def literal(number: Any) -> Number:
    made = Number(float(number))
    made.is_literal = True
    return made


def gradients(output: Number, seed: float = 1.0, magnitudes: bool = False) -> dict[Number, Number]:
    """d output / d number of every number that gradients reach: the sum, over the operations it is used in, of
    their own gradient times the slope. With `magnitudes`, of absolute values: what rounding is measured by."""
    users: dict[Number, list[tuple[Number, Callable[..., Any]]]] = {output: []}

    def look_below(user: Number) -> None:
        for operand, slope in zip(user.operands, OPERATIONS[user.operation][1:], strict=True):
            if slope and operand.requires_grad:
                if operand not in users:
                    users[operand] = []
                    look_below(operand)
                users[operand].append((user, slope))

    def adjoint(number: Number) -> Number:
        if number not in adjoints:
            adjoints[number] = sum((contribution(*use) for use in users[number]), Number(0.0))
        return adjoints[number]

    def contribution(user: Number, slope: Callable[..., Any]) -> Number:
        factor = slope(*user.operands)
        if factor is SHUT:
            return Number(0.0)
        return adjoint(user) * (apply("absolute", factor) if magnitudes else factor)

    adjoints = {output: Number(abs(seed) if magnitudes else seed)}
    look_below(output)
    return {number: adjoint(number) for number in users}


# --- IEEE 754's answers where Python's floats raise ------------------------------------------------------


def divided(a: float, b: float) -> float:
    if b == 0:
        return nan if a == 0 or a != a else math.copysign(inf, a) * math.copysign(1, b)
    return a / b


def raised(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except ArithmeticError:
        return -inf if a < 0 and b % 2 == 1 else inf
    except ValueError:  # 0 to a negative power, or a fractional one of a negative number
        return nan if a < 0 else math.copysign(inf, a) if b % 2 == 1 else inf


def exponential(a: float) -> float:
    return inf if a > 709.78271289338399 else math.exp(a)


def logarithm(a: float) -> float:
    return -inf if a == 0 else nan if a < 0 else math.log(a)


# --- the operations: how each is computed, then one slope for each operand -------------------------------

SHUT = None  # a slope that lets nothing through, not even an infinite gradient


def slope_of_base(a: Number, b: Number) -> Any:
    # x**0 is flat, also where x**−1 is infinite or no number
    return SHUT if b.data == 0 else b * apply("power", a, apply("add", b, -1))


def slope_of_exponent(a: Number, b: Number) -> Any:
    return 0 if a.data == 0 and b.data >= 0 else apply("power", a, b) * apply("log", a)


def share(wins: bool, ties: bool) -> float:
    return 1 if wins else 0.5 if ties else 0


def bounded(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda a: function(a) if abs(a) < inf else nan


OPERATIONS: dict[str, tuple[Any, ...]] = {
    "": (None,),
    "add": (lambda a, b: a + b, lambda a, b: 1, lambda a, b: 1),
    "subtract": (lambda a, b: a - b, lambda a, b: 1, lambda a, b: -1),
    "multiply": (lambda a, b: a * b, lambda a, b: b, lambda a, b: a),
    "divide": (divided, lambda a, b: 1 / b, lambda a, b: -(a / b) / b),
    "power": (raised, slope_of_base, slope_of_exponent),
    "negative": (lambda a: -a, lambda a: -1),
    "absolute": (abs, lambda a: share(a.data > 0, False) - share(a.data < 0, False) if a.data == a.data else nan),
    "square": (lambda a: a * a, lambda a: 2 * a),
    "exp": (exponential, lambda a: apply("exp", a)),
    "log": (logarithm, lambda a: 1 / a),
    "sqrt": (lambda a: nan if a < 0 else math.sqrt(a), lambda a: 1 / (2 * apply("sqrt", a))),
    "sin": (bounded(math.sin), lambda a: apply("cos", a)),
    "cos": (bounded(math.cos), lambda a: -apply("sin", a)),
    "tanh": (math.tanh, lambda a: 1 - apply("square", apply("tanh", a))),
    "sigmoid": (lambda a: 1 / (1 + exponential(-a)), lambda a: apply("sigmoid", a) * (1 - apply("sigmoid", a))),
    "relu": (lambda a: 0.0 if a <= 0 else a, lambda a: 1 if a.data > 0 else SHUT),
    "maximum": (
        lambda a, b: a if a >= b or a != a else b,
        lambda a, b: share(a.data > b.data, a.data == b.data),
        lambda a, b: share(b.data > a.data, a.data == b.data),
    ),
    "minimum": (
        lambda a, b: a if a <= b or a != a else b,
        lambda a, b: share(a.data < b.data, a.data == b.data),
        lambda a, b: share(b.data < a.data, a.data == b.data),
    ),
    "where": (
        lambda condition, a, b: a if condition else b,
        None,
        lambda condition, a, b: 1 if condition.data else SHUT,
        lambda condition, a, b: SHUT if condition.data else 1,
    ),
    "detach": (lambda a: a, None),
    "greater": (lambda a, b: a > b, None, None),
    "floor_divide": (lambda a, b: divided(a, b) if b == 0 else a // b, lambda a, b: SHUT, lambda a, b: SHUT),
    "remainder": (lambda a, b: nan if b == 0 else a % b, lambda a, b: 1, lambda a, b: -apply("floor_divide", a, b)),
}
