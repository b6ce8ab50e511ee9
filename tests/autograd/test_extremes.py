"""What every row says at 0, −0, ±300, ±1e8, ±∞, nan and in ties: its value and its local gradients.

Two witnesses: numbers written down here from calculus and IEEE 754, and PyTorch. Where the engine differs from
PyTorch, it is listed with its reason and with what it says instead; a listed difference that is none fails.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy
import pytest

import autograd
from autograd import Tensor, Value

inf, nan, pi = math.inf, math.nan, math.pi
Array = numpy.ndarray[Any, Any]

ROWS = {name: row for name, row in autograd.operations().items() if row.elementwise and row.differentiable}
STEPS = {"sign", "floor", "ceil", "trunc", "rint", "floor_divide"}
# NumPy leaves it to the machine which of two zeros is the greater.
OF_EITHER_ZERO = {"relu", "maximum", "minimum", "clip"}


def same(found: Any, expected: Any, relative: float = 1e-12) -> bool:
    return bool(found == pytest.approx(expected, rel=relative, abs=0, nan_ok=True))


def kinds() -> list[tuple[Callable[[float], Any], float]]:
    """How a number becomes a node, and how exact its results are."""
    return [
        (Value, 1e-14),
        (Tensor, 1e-14),
        (lambda number: Tensor([number]), 1e-14),
        (lambda number: Tensor(number, dtype=numpy.float32), 1e-6),
    ]


def gradient_of(leaf: Any) -> float:
    """The number in `.grad`; 0 of a leaf that was not reached."""
    return 0.0 if leaf.grad is None else float(numpy.asarray(leaf.grad).item())


# --- one operand: value and slope at 0, −0, ∞, −∞ and nan --------------------------------------------------

POINTS = (0.0, -0.0, inf, -inf, nan)
NOWHERE = (nan, nan)
_STEP = ((0.0, 0.0), (-0.0, 0.0), (inf, 0.0), (-inf, 0.0), (nan, 0.0))
_LOGARITHM = ((-inf, inf), (-inf, -inf), (inf, 0.0), (nan, 0.0), NOWHERE)  # 1/x has a value below 0, too

LIMITS: dict[str, Sequence[tuple[float, float]]] = {
    "sign": ((0.0, 0.0), (0.0, 0.0), (1.0, 0.0), (-1.0, 0.0), (nan, 0.0)),
    "floor": _STEP,
    "ceil": _STEP,
    "trunc": _STEP,
    "rint": _STEP,
    "positive": ((0.0, 1.0), (-0.0, 1.0), (inf, 1.0), (-inf, 1.0), (nan, 1.0)),
    "negative": ((-0.0, -1.0), (0.0, -1.0), (-inf, -1.0), (inf, -1.0), (nan, -1.0)),
    "square": ((0.0, 0.0), (0.0, 0.0), (inf, inf), (inf, -inf), NOWHERE),
    "exp": ((1.0, 1.0), (1.0, 1.0), (inf, inf), (0.0, 0.0), NOWHERE),
    "exp2": ((1.0, math.log(2)), (1.0, math.log(2)), (inf, inf), (0.0, 0.0), NOWHERE),
    "expm1": ((0.0, 1.0), (-0.0, 1.0), (inf, inf), (-1.0, 0.0), NOWHERE),
    "log": _LOGARITHM,
    "log2": _LOGARITHM,
    "log10": _LOGARITHM,
    "log1p": ((0.0, 1.0), (-0.0, 1.0), (inf, 0.0), (nan, 0.0), NOWHERE),
    "sqrt": ((0.0, inf), (-0.0, -inf), (inf, 0.0), NOWHERE, NOWHERE),
    "sin": ((0.0, 1.0), (-0.0, 1.0), NOWHERE, NOWHERE, NOWHERE),
    "cos": ((1.0, 0.0), (1.0, 0.0), NOWHERE, NOWHERE, NOWHERE),
    "tan": ((0.0, 1.0), (-0.0, 1.0), NOWHERE, NOWHERE, NOWHERE),
    "arcsin": ((0.0, 1.0), (-0.0, 1.0), NOWHERE, NOWHERE, NOWHERE),
    "arccos": ((pi / 2, -1.0), (pi / 2, -1.0), NOWHERE, NOWHERE, NOWHERE),
    "arctan": ((0.0, 1.0), (-0.0, 1.0), (pi / 2, 0.0), (-pi / 2, 0.0), NOWHERE),
    "sinh": ((0.0, 1.0), (-0.0, 1.0), (inf, inf), (-inf, inf), NOWHERE),
    "cosh": ((1.0, 0.0), (1.0, 0.0), (inf, inf), (inf, -inf), NOWHERE),
    "tanh": ((0.0, 1.0), (-0.0, 1.0), (1.0, 0.0), (-1.0, 0.0), NOWHERE),
    "arcsinh": ((0.0, 1.0), (-0.0, 1.0), (inf, 0.0), (-inf, 0.0), NOWHERE),
    "arccosh": (NOWHERE, NOWHERE, (inf, 0.0), NOWHERE, NOWHERE),
    "arctanh": ((0.0, 1.0), (-0.0, 1.0), (nan, 0.0), (nan, 0.0), NOWHERE),
    "erf": ((0.0, 2 / math.sqrt(pi)), (-0.0, 2 / math.sqrt(pi)), (1.0, 0.0), (-1.0, 0.0), NOWHERE),
    "sigmoid": ((0.5, 0.25), (0.5, 0.25), (1.0, 0.0), (0.0, 0.0), NOWHERE),
    "relu": ((0.0, 0.0), (0.0, 0.0), (inf, 1.0), (0.0, 0.0), (nan, 0.0)),
    "absolute": ((0.0, 0.0), (0.0, 0.0), (inf, 1.0), (inf, -1.0), NOWHERE),
    "cbrt": ((0.0, inf), (-0.0, inf), (inf, 0.0), (-inf, 0.0), NOWHERE),
    "erfc": ((1.0, -2 / math.sqrt(pi)), (1.0, -2 / math.sqrt(pi)), (0.0, 0.0), (2.0, 0.0), NOWHERE),
    "erfinv": ((0.0, math.sqrt(pi) / 2), (0.0, math.sqrt(pi) / 2), NOWHERE, NOWHERE, NOWHERE),
    "gammaln": ((inf, -inf), (inf, inf), (inf, inf), (inf, nan), NOWHERE),
    "digamma": ((-inf, inf), (inf, inf), (inf, 0.0), (nan, inf), NOWHERE),
    "sinc": ((1.0, 0.0), (1.0, 0.0), NOWHERE, NOWHERE, NOWHERE),
}


def test_every_row_of_one_operand_has_its_limits_written_down() -> None:
    unary = {name for name, row in ROWS.items() if row.slots == 1}
    assert unary == set(LIMITS), "write the new row's value and slope at POINTS into LIMITS"


@pytest.mark.parametrize("name", LIMITS)
def test_a_row_of_one_operand_has_its_limits(name) -> None:
    for number, (value, slope) in zip(POINTS, LIMITS[name], strict=True):
        for kind, exact in kinds():
            leaf = kind(number)
            output = ROWS[name](leaf)
            output.backward()
            found = output.item()
            assert same(found, value, exact), (number, output)
            if value == 0 and name not in OF_EITHER_ZERO:
                assert math.copysign(1, found) == math.copysign(1, value), (number, output)
            assert same(gradient_of(leaf), slope, exact), (number, leaf)


# --- several operands: value and local gradients ----------------------------------------------------------

LOG2 = math.log(2)
CASES: list[tuple[str, tuple[float, ...], float, tuple[float, ...]]] = [
    ("add", (inf, -inf), nan, (1.0, 1.0)),
    ("add", (1e8, nan), nan, (1.0, 1.0)),
    ("subtract", (inf, inf), nan, (1.0, -1.0)),
    ("multiply", (0.0, inf), nan, (inf, 0.0)),
    ("multiply", (-0.0, 300.0), -0.0, (300.0, 0.0)),
    ("divide", (1.0, 0.0), inf, (inf, -inf)),
    ("divide", (1.0, -0.0), -inf, (-inf, -inf)),
    ("divide", (0.0, 0.0), nan, (inf, nan)),
    ("divide", (inf, inf), nan, (0.0, nan)),
    ("divide", (1e8, inf), 0.0, (0.0, 0.0)),
    ("remainder", (5.0, 3.0), 2.0, (1.0, -1.0)),
    ("remainder", (-5.0, 3.0), 1.0, (1.0, 2.0)),
    ("remainder", (5.0, inf), 5.0, (1.0, 0.0)),
    ("remainder", (-5.0, inf), inf, (1.0, 1.0)),
    ("remainder", (5.0, 0.0), nan, (1.0, -inf)),
    ("remainder", (inf, 3.0), nan, (1.0, nan)),
    ("remainder", (6.0, 3.0), 0.0, (1.0, -2.0)),  # at the jump: the slope of the piece that begins there
    ("floor_divide", (5.0, 0.0), inf, (0.0, 0.0)),
    ("floor_divide", (-5.0, 3.0), -2.0, (0.0, 0.0)),
    ("floor_divide", (6.0, 3.0), 2.0, (0.0, 0.0)),
    ("floor_divide", (nan, 3.0), nan, (0.0, 0.0)),
    ("power", (0.0, 0.0), 1.0, (0.0, 0.0)),
    ("power", (nan, 0.0), 1.0, (0.0, nan)),
    ("power", (inf, 0.0), 1.0, (0.0, inf)),
    ("power", (0.0, 1.0), 0.0, (1.0, 0.0)),
    ("power", (0.0, 0.5), 0.0, (inf, 0.0)),
    ("power", (0.0, 300.0), 0.0, (0.0, 0.0)),
    ("power", (0.0, -1.0), inf, (-inf, -inf)),
    ("power", (-2.0, 3.0), -8.0, (12.0, nan)),
    ("power", (1.0, inf), 1.0, (inf, 0.0)),
    ("power", (1.0, nan), 1.0, (nan, 0.0)),
    ("maximum", (2.0, 2.0), 2.0, (0.5, 0.5)),
    ("maximum", (0.0, -0.0), 0.0, (0.5, 0.5)),
    ("maximum", (-inf, -inf), -inf, (0.5, 0.5)),
    ("maximum", (1e8, 300.0), 1e8, (1.0, 0.0)),
    ("maximum", (nan, nan), nan, (0.0, 0.0)),
    ("maximum", (nan, inf), nan, (0.0, 0.0)),
    ("minimum", (2.0, 2.0), 2.0, (0.5, 0.5)),
    ("minimum", (inf, inf), inf, (0.5, 0.5)),
    ("minimum", (1e8, 300.0), 300.0, (0.0, 1.0)),
    ("minimum", (1.0, nan), nan, (0.0, 0.0)),
    ("logaddexp", (300.0, 300.0), 300.0 + LOG2, (0.5, 0.5)),
    ("logaddexp", (1e8, -1e8), 1e8, (1.0, 0.0)),
    ("logaddexp", (inf, -inf), inf, (1.0, 0.0)),
    ("logaddexp", (-inf, 0.0), 0.0, (0.0, 1.0)),
    ("logaddexp", (inf, inf), inf, (nan, nan)),  # ∞ − ∞: the shares of two infinities
    ("logaddexp", (-inf, -inf), -inf, (nan, nan)),
    ("logaddexp", (nan, 0.0), nan, (nan, nan)),
    ("fmod", (5.0, 3.0), 2.0, (1.0, -1.0)),
    ("fmod", (-5.0, 3.0), -2.0, (1.0, 1.0)),
    ("fmod", (5.0, inf), 5.0, (1.0, 0.0)),
    ("fmod", (5.0, 0.0), nan, (1.0, -inf)),
    ("fmod", (6.0, 3.0), 0.0, (1.0, -2.0)),  # as remainder
    ("heaviside", (0.0, 0.5), 0.5, (0.0, 1.0)),
    ("heaviside", (-0.0, 0.5), 0.5, (0.0, 1.0)),
    ("heaviside", (inf, 2.0), 1.0, (0.0, 0.0)),
    ("heaviside", (-1.0, nan), 0.0, (0.0, 0.0)),
    ("heaviside", (nan, 1.0), nan, (0.0, 0.0)),
    ("copysign", (2.0, -0.0), -2.0, (-1.0, 0.0)),
    ("copysign", (-2.0, 3.0), 2.0, (-1.0, 0.0)),
    ("copysign", (0.0, -1.0), -0.0, (0.0, 0.0)),
    ("copysign", (inf, -inf), -inf, (-1.0, 0.0)),
    ("copysign", (nan, -1.0), nan, (nan, 0.0)),
    ("logaddexp2", (300.0, 300.0), 301.0, (0.5, 0.5)),
    ("logaddexp2", (1e8, -1e8), 1e8, (1.0, 0.0)),
    ("logaddexp2", (inf, -inf), inf, (1.0, 0.0)),
    ("logaddexp2", (inf, inf), inf, (nan, nan)),
    ("logaddexp2", (nan, 0.0), nan, (nan, nan)),
    ("xlogy", (0.0, 0.0), 0.0, (0.0, nan)),
    ("xlogy", (0.0, inf), 0.0, (inf, 0.0)),
    ("xlogy", (0.0, nan), nan, (nan, nan)),
    ("xlogy", (2.0, 0.0), -inf, (-inf, inf)),
    ("xlogy", (2.0, 1.0), 0.0, (0.0, 2.0)),
    ("zeta", (2.0, 1.0), pi * pi / 6, (0.0, -2.404113806319188)),
    ("zeta", (2.0, 0.0), inf, (0.0, -inf)),
    ("zeta", (2.0, inf), 0.0, (0.0, 0.0)),
    ("zeta", (2.0, nan), nan, (0.0, nan)),
    ("hypot", (0.0, 0.0), 0.0, (0.0, 0.0)),
    ("hypot", (-0.0, 0.0), 0.0, (0.0, 0.0)),
    ("hypot", (-300.0, 0.0), 300.0, (-1.0, 0.0)),
    ("hypot", (3e8, 4e8), 5e8, (0.6, 0.8)),
    ("hypot", (inf, 1.0), inf, (nan, 0.0)),
    ("hypot", (nan, inf), inf, (nan, nan)),
    ("arctan2", (0.0, 0.0), 0.0, (nan, nan)),
    ("arctan2", (0.0, -0.0), pi, (nan, nan)),
    ("arctan2", (1.0, 0.0), pi / 2, (0.0, -1.0)),
    ("arctan2", (-1.0, -0.0), -pi / 2, (0.0, 1.0)),
    ("arctan2", (-0.0, -1.0), -pi, (-1.0, 0.0)),
    ("arctan2", (1e8, 1e8), pi / 4, (5e-9, -5e-9)),
    ("arctan2", (1.0, inf), 0.0, (nan, 0.0)),
    ("arctan2", (inf, inf), pi / 4, (nan, nan)),
    ("clip", (0.0, 0.0, 1.0), 0.0, (1.0, 0.0, 0.0)),
    ("clip", (1.0, 0.0, 1.0), 1.0, (1.0, 0.0, 0.0)),
    ("clip", (-300.0, 0.0, 1.0), 0.0, (0.0, 1.0, 0.0)),
    ("clip", (inf, 0.0, 1.0), 1.0, (0.0, 0.0, 1.0)),
    ("clip", (inf, 0.0, inf), inf, (1.0, 0.0, 0.0)),
    ("clip", (-1.0, 0.0, 0.0), 0.0, (0.0, 1.0, 0.0)),
    ("clip", (0.0, 0.0, 0.0), 0.0, (1.0, 0.0, 0.0)),
    ("clip", (2.0, 3.0, 1.0), 1.0, (0.0, 0.0, 1.0)),  # bounds that cross: the upper one wins, as NumPy's
    ("clip", (nan, 0.0, 1.0), nan, (0.0, 0.0, 0.0)),
    ("clip", (0.5, nan, 1.0), nan, (0.0, 0.0, 0.0)),
    ("where", (0.0, 1.0, 2.0), 2.0, (0.0, 0.0, 1.0)),
    ("where", (-0.0, nan, 2.0), 2.0, (0.0, 0.0, 1.0)),
    ("where", (nan, 1.0, inf), 1.0, (0.0, 1.0, 0.0)),
    ("where", (-inf, nan, 2.0), nan, (0.0, 1.0, 0.0)),
]


def test_every_row_of_several_operands_has_cases() -> None:
    assert {name for name, row in ROWS.items() if (row.slots or 0) > 1} == {case[0] for case in CASES}


@pytest.mark.parametrize(("name", "operands", "value", "gradients"), CASES, ids=lambda part: str(part))
def test_a_row_of_several_operands_has_its_limits(name, operands, value, gradients) -> None:
    for kind, exact in kinds():
        leaves = [kind(operand) for operand in operands]
        output = ROWS[name](*leaves)
        output.backward()
        assert same(output.item(), value, exact), output
        if value == 0 and name not in OF_EITHER_ZERO:
            assert math.copysign(1, output.item()) == math.copysign(1, value)
        for leaf, gradient in zip(leaves, gradients, strict=True):
            assert same(gradient_of(leaf), gradient, exact), leaves


# --- PyTorch, everywhere ----------------------------------------------------------------------------------

NUMBERS = (0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 300.0, -300.0, 1e8, -1e8, inf, -inf, nan)
FEWER_NUMBERS = (0.0, 1.0, -1.0, 300.0, inf, -inf, nan)

# What computes the same in PyTorch as a row, where no function of torch has the row's name.
PYTORCH_S: dict[str, Callable[..., Any]] = {
    "positive": lambda torch, a: a * 1,
    "rint": lambda torch, a: torch.round(a),
    "floor_divide": lambda torch, a, b: torch.div(a, b, rounding_mode="floor"),
    "power": lambda torch, a, b: torch.pow(a, b),
    "cbrt": lambda torch, a: torch.copysign(torch.pow(torch.abs(a), 1 / 3), a),
    "gammaln": lambda torch, a: torch.lgamma(a),
    "zeta": lambda torch, s, a: torch.special.zeta(s.detach(), a),
    "heaviside": lambda torch, a, at_zero: torch.where(
        a == 0, at_zero, torch.where(torch.isnan(a), a.detach(), (a > 0).to(a.dtype))
    ),
    "clip": lambda torch, a, low, high: torch.clamp(a, low, high),
    "where": lambda torch, condition, a, b: torch.where(condition != 0, a, b),
}


Said = float | Callable[..., Any] | None


class Difference(NamedTuple):
    """Where the engine differs from PyTorch, and what it says there, as a number or as a function of the operands;
    None where it says the same."""

    where: Callable[..., Any]
    value: Said
    gradients: Sequence[Said]
    reason: str
    dtypes: tuple[Any, ...] = (numpy.float64, numpy.float32)


def _any_is_nan(*operands: Array) -> Array:
    return numpy.logical_or.reduce([numpy.isnan(operand) for operand in operands])


def _zeta(s: Any, a: Array) -> Any:
    return autograd.zeta(s, a)


DIFFERENCES: dict[str, Difference] = {
    "sign": Difference(_any_is_nan, nan, [None], "NumPy's value; PyTorch says 0"),
    "expm1": Difference(
        lambda a: a == -300,
        None,
        [math.exp(-300)],
        "PyTorch computes exp(a) as expm1(a) + 1, which has lost it",
        (numpy.float64,),
    ),
    "arccosh": Difference(lambda a: a <= -1, None, [nan], "no function below 1, and so no slope"),
    "relu": Difference(_any_is_nan, None, [0.0], "nan is not greater than 0: the gate is closed, as JAX's"),
    "absolute": Difference(_any_is_nan, None, [nan], "the slope is the sign, and that of nan is nan"),
    "maximum": Difference(_any_is_nan, None, [0.0, 0.0], "nan neither wins nor ties; PyTorch gives all to both"),
    "minimum": Difference(_any_is_nan, None, [0.0, 0.0], "as maximum"),
    "copysign": Difference(
        lambda a, b: numpy.isinf(a),
        None,
        [lambda a, b: numpy.sign(a) * numpy.copysign(1, b), None],
        "PyTorch divides infinity by itself",
    ),
    "cbrt": Difference(
        lambda a: (a == 0) | numpy.isinf(a),
        None,
        [lambda a: numpy.where(a == 0, inf, 0)],
        "what it is written with in PyTorch has a kink at 0",
    ),
    "digamma": Difference(
        lambda a: ~numpy.isnan(a), None, [lambda a: _zeta(2.0, a)], "PyTorch's trigamma has nine digits and no poles"
    ),
    "zeta": Difference(
        lambda s, a: numpy.isinf(a) | numpy.isinf(s) | (s == 300),
        _zeta,
        [None, lambda s, a: autograd.multiply(-s, _zeta(s + 1, a))],
        "SciPy's numbers: at infinity each term of the sum is 0, or the sum is infinite",
    ),
    "logaddexp2": Difference(
        lambda a, b: (a == -1) & (b == -1), 0.0, [None, None], "½ + ½ is 1; PyTorch rounds on the way"
    ),
    "hypot": Difference(lambda a, b: (a == 0) & (b == 0), None, [0.0, 0.0], "at the origin 0, as the norm's"),
    "arctan2": Difference(lambda y, x: (y == 0) & (x == 0), None, [nan, nan], "0/0: the origin has no angle"),
    "clip": Difference(
        lambda a, low, high: (a < low) & (low == high),
        None,
        [None, 1.0, None],
        "the result is a bound, so one bound has the gradient; PyTorch gives it to nobody",
    ),
}


@pytest.mark.parametrize("dtype", [numpy.float64, numpy.float32])
@pytest.mark.parametrize("name", ROWS)
def test_a_row_has_pytorch_s_value_and_gradients_at_every_combination(name, dtype) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed: pip install -e '.[peers]' compares with it")
    row = ROWS[name]
    count = row.slots or 0
    grid = list(itertools.product(NUMBERS if count < 3 else FEWER_NUMBERS, repeat=count))
    operands = [numpy.array(column, dtype) for column in zip(*grid, strict=True)]
    upstream = numpy.random.default_rng(5).uniform(0.5, 1.5, len(grid)).astype(dtype)

    theirs = [torch.tensor(operand, requires_grad=True) for operand in operands]
    assert name in PYTORCH_S or hasattr(torch, name), (
        f"PyTorch has no {name}: write a function of torch and the operands that computes the same into PYTORCH_S"
    )
    made = PYTORCH_S[name](torch, *theirs) if name in PYTORCH_S else getattr(torch, name)(*theirs)
    if made.requires_grad:
        made.backward(torch.tensor(upstream))
    value = made.detach().numpy().copy()
    gradients = [
        numpy.zeros_like(upstream) if tensor.grad is None else tensor.grad.numpy() / upstream for tensor in theirs
    ]
    difference = DIFFERENCES.get(name)
    if difference is not None and dtype in difference.dtypes:
        there = difference.where(*operands)
        before = [value, *gradients]

        def replaced(said: Said, found: Array) -> Array:
            said = said(*operands) if callable(said) else said
            return found if said is None else numpy.where(there, numpy.asarray(said, dtype), found)

        value, *gradients = map(replaced, [difference.value, *difference.gradients], before)
        changed = [
            ~numpy.isclose(old, new, rtol=1e-6, atol=0, equal_nan=True)
            for old, new in zip(before, [value, *gradients], strict=True)
        ]
        assert there.any()
        assert numpy.logical_or.reduce(changed)[there].any(), "PyTorch does not differ: take the entry away"

    tolerance = 1e-12 if dtype is numpy.float64 else 1e-5
    smallest = float(numpy.finfo(dtype).smallest_normal)  # below it, PyTorch may say 0

    def agree(found: Any, expected: Array, what: str) -> None:
        close = numpy.isclose(found, expected, rtol=tolerance, atol=smallest, equal_nan=True)
        wrong = [(*grid[i], float(found[i]), float(expected[i])) for i in numpy.flatnonzero(~close)]
        assert not wrong, (
            f"{what} of {name}: operands, ours, expected: {wrong[:5]}; where the engine is right, write a Difference "
            "with its reason into DIFFERENCES"
        )

    for create_graph in (False, True):
        leaves = [Tensor(operand) for operand in operands]
        output = row(*leaves)
        agree(output.data, value, "value")
        wanted = [slot for slot in range(count) if row.rule(slot) is not None]
        found = autograd.gradients(output, [leaves[slot] for slot in wanted], upstream, create_graph=create_graph)
        for slot, gradient in zip(wanted, found, strict=True):
            assert gradient.dtype == dtype
            agree(gradient.data / upstream, gradients[slot], f"gradient {slot}")
    if dtype is numpy.float64:
        numbers = [[Value(number) for number in point] for point in grid]
        outputs = [row(*point) for point in numbers]
        for output, seed in zip(outputs, upstream, strict=True):
            output.backward(seed)
        agree(numpy.array([output.data for output in outputs]), value, "value")
        for slot in range(count):
            agree(numpy.array([point[slot].grad for point in numbers]) / upstream, gradients[slot], f"gradient {slot}")


# --- gates ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("upstream", [inf, -inf, nan, -1.5])
def test_a_step_has_gradient_0_whatever_comes_from_above(upstream) -> None:
    for name in sorted(STEPS):
        row = ROWS[name]
        for number in NUMBERS:
            for kind in (Value, Tensor):
                leaves = [kind(number), kind(0.7)][: row.slots]
                output = row(*leaves)
                for found in (
                    autograd.gradients(output, leaves, upstream),
                    autograd.gradients(output, leaves, upstream, create_graph=True),
                ):
                    assert [gradient.item() for gradient in found] == [0.0] * len(leaves)
                output.backward(upstream)
                assert [gradient_of(leaf) for leaf in leaves] == [0.0] * len(leaves)


@pytest.mark.parametrize(
    ("call", "number"),
    [
        (autograd.relu, -1.0),
        (autograd.relu, 0.0),
        (autograd.relu, nan),
        (lambda x: autograd.clip(x, 0, 1), 2.0),
        (lambda x: autograd.clip(x, 0, 1), -2.0),
        (lambda x: autograd.where(x > 0, x, 5.0), -1.0),
        (lambda x: autograd.where(x > 0, 5.0, x), 1.0),
        (lambda x: autograd.where(False, x, 5.0), 1.0),
        (lambda x: autograd.where(numpy.True_, 5.0, x), 1.0),
    ],
)
def test_a_closed_gate_stops_an_infinite_gradient(call, number) -> None:
    for kind in (Value, Tensor):
        for upstream in (inf, nan):
            x = kind(number)
            output = call(x)
            assert autograd.gradients(output, x, upstream, create_graph=True).item() == 0.0
            output.backward(upstream)
            assert gradient_of(x) == 0.0


# --- reductions and other rows of arrays ------------------------------------------------------------------

VECTORS: list[list[float]] = [
    [0.0, 0.0, 0.0],
    [0.0, -0.0, 1.0],
    [0.0, 0.0, 3.0],
    [0.0, 2.0, 3.0],
    [2.0, 2.0, 2.0],
    [2.0, 2.0, 1.0],
    [-1.0, -1.0, -2.0],
    [300.0, -300.0, 0.0],
    [300.0, 300.0, -300.0],
    [1e8, -1e8, 1e8],
    [1e8, 0.0, -1e8],
    [inf, 0.0, 1.0],
    [-inf, 0.0, 1.0],
    [inf, inf, 0.0],
    [-inf, -inf, 3.0],
    [-inf, -inf, -inf],
    [inf, -inf, 0.0],
    [nan, 0.0, 1.0],
    [nan, inf, 1.0],
]

# name: ours, PyTorch's
REDUCTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any, Any], Any]]] = {
    "softmax": (autograd.softmax, lambda torch, x: x.softmax(-1)),
    "log_softmax": (autograd.log_softmax, lambda torch, x: x.log_softmax(-1)),
    "logsumexp": (lambda x: autograd.logsumexp(x, -1), lambda torch, x: x.logsumexp(-1)),
    "norm": (lambda x: autograd.norm(x, -1), lambda torch, x: torch.linalg.vector_norm(x, dim=-1)),
    "squared_norm": (lambda x: autograd.squared_norm(x, -1), lambda torch, x: (x * x).sum(-1)),
    "sum": (lambda x: autograd.sum(x, -1), lambda torch, x: x.sum(-1)),
    "mean": (lambda x: autograd.mean(x, -1), lambda torch, x: x.mean(-1)),
    "prod": (lambda x: autograd.prod(x, -1), lambda torch, x: x.prod(-1)),
    "cumsum": (lambda x: autograd.cumsum(x, -1), lambda torch, x: x.cumsum(-1)),
    "max": (lambda x: autograd.max(x, -1), lambda torch, x: x.amax(-1)),
    "min": (lambda x: autograd.min(x, -1), lambda torch, x: x.amin(-1)),
    "var": (lambda x: autograd.var(x, -1), lambda torch, x: x.var(-1, correction=0)),
    "std": (lambda x: autograd.std(x, -1), lambda torch, x: x.std(-1, correction=0)),
}


class VectorDifference(NamedTuple):
    """The vectors for which we differ from PyTorch, and our local gradient there."""

    where: Callable[[list[float]], bool]
    gradient: Callable[[list[float]], list[float]]
    reason: str


def _others(x: list[float]) -> list[float]:
    return [math.prod(x[:i] + x[i + 1 :]) for i in range(len(x))]


VECTOR_DIFFERENCES: dict[str, VectorDifference] = {
    "prod": VectorDifference(
        lambda x: not math.isfinite(math.prod(x)) and 0 not in x,
        _others,
        "the product of the others has a value; PyTorch divides the infinite or undefined product",
    ),
    "max": VectorDifference(lambda x: any(map(math.isnan, x)), lambda x: [0.0] * 3, "as maximum"),
    "min": VectorDifference(lambda x: any(map(math.isnan, x)), lambda x: [0.0] * 3, "as minimum"),
    "var": VectorDifference(
        lambda x: any(map(math.isinf, x)),
        lambda x: [nan] * 3,
        "the deviations from an infinite mean have no value, and the gradient goes through that mean",
    ),
}


def _is_finite(x: list[float]) -> bool:
    return all(map(math.isfinite, x))


@pytest.mark.parametrize("dtype", [numpy.float64, numpy.float32])
@pytest.mark.parametrize("name", REDUCTIONS)
def test_a_reduction_has_pytorch_s_value_and_gradient_of_extreme_vectors(name, dtype) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed: pip install -e '.[peers]' compares with it")
    ours, theirs = REDUCTIONS[name]
    rng = numpy.random.default_rng(11)
    relative, absolute = (1e-12, 1e-15) if dtype is numpy.float64 else (1e-5, 1e-6)
    difference = VECTOR_DIFFERENCES.get(name)
    differed = False
    for vector in VECTORS:
        x = Tensor(vector, dtype=dtype)
        other = torch.tensor(x.data, requires_grad=True)
        output, expected = ours(x), theirs(torch, other)
        numpy.testing.assert_allclose(output.data, expected.detach().numpy(), rtol=relative, atol=absolute)
        upstream = rng.uniform(0.5, 1.5, output.shape).astype(dtype)
        output.backward(upstream)
        expected.backward(torch.tensor(upstream))
        wanted = other.grad.numpy()
        if difference is not None and difference.where(vector):
            replaced = (numpy.array(difference.gradient(vector)) * upstream).astype(dtype)
            differed |= not numpy.allclose(wanted, replaced, rtol=relative, equal_nan=True)
            wanted = replaced
        assert x.grad is not None
        scale = max(1.0, float(numpy.abs(wanted[numpy.isfinite(wanted)]).max(initial=0)))
        numpy.testing.assert_allclose(x.grad, wanted, rtol=relative, atol=absolute * scale, err_msg=str(vector))
    assert differed or difference is None, "PyTorch does not differ: take the entry away"


@pytest.mark.parametrize("name", REDUCTIONS)
def test_a_reduction_has_pytorch_s_second_derivatives_of_extreme_finite_vectors(name) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed: pip install -e '.[peers]' compares with it")
    ours, theirs = REDUCTIONS[name]
    rng = numpy.random.default_rng(13)
    for vector in filter(_is_finite, VECTORS):
        x, other = Tensor(vector), torch.tensor(vector, dtype=torch.float64, requires_grad=True)
        output, expected = ours(x), theirs(torch, other)
        upstream, direction = rng.uniform(0.5, 1.5, output.shape), rng.uniform(-1, 1, 3)
        slope = (autograd.gradients(output, x, upstream, create_graph=True) * direction).sum()
        (gradient,) = torch.autograd.grad(expected, other, torch.tensor(upstream), create_graph=True)
        steepness = (gradient * torch.tensor(direction)).sum()
        found = autograd.gradients(slope, x).data if slope.requires_grad else numpy.zeros(3)
        wanted = numpy.zeros(3)
        if steepness.requires_grad:
            (second,) = torch.autograd.grad(steepness, other, allow_unused=True)
            wanted = numpy.zeros(3) if second is None else second.numpy()
        if name == "norm" and not any(vector):
            assert numpy.isnan(wanted).all(), "PyTorch does not differ: take this away"
            wanted = numpy.zeros(3)  # where the norm is 0, all its derivatives are
        scale = max(1.0, float(numpy.abs(wanted).max()))
        numpy.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-15 * scale, err_msg=str(vector))


# The same without PyTorch: x, the result, and the gradient that an upstream of ones gives.
VECTOR_CASES: list[tuple[str, list[float], Any, list[float]]] = [
    ("softmax", [-inf, 2.0, 2.0], [0.0, 0.5, 0.5], [0.0, 0.0, 0.0]),
    ("softmax", [1e8, -1e8, 300.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]),
    ("softmax", [inf, 0.0, 1.0], [nan, nan, nan], [nan, nan, nan]),
    ("log_softmax", [1e8, -1e8, 300.0], [0.0, -2e8, 300.0 - 1e8], [-2.0, 1.0, 1.0]),
    ("log_softmax", [-inf, 2.0, 2.0], [-inf, -LOG2, -LOG2], [1.0, -0.5, -0.5]),
    ("logsumexp", [300.0, 300.0, -1e8], 300.0 + LOG2, [0.5, 0.5, 0.0]),
    ("logsumexp", [inf, 0.0, 1.0], inf, [nan, 0.0, 0.0]),
    ("logsumexp", [-inf, 0.0, -1e8], 0.0, [0.0, 1.0, 0.0]),
    ("logsumexp", [-inf, -inf, -inf], -inf, [nan, nan, nan]),
    ("norm", [0.0, 0.0, 0.0], 0.0, [0.0, 0.0, 0.0]),
    ("norm", [-3e8, 0.0, 4e8], 5e8, [-0.6, 0.0, 0.8]),
    ("norm", [inf, 1.0, 0.0], inf, [nan, 0.0, 0.0]),
    ("squared_norm", [1e8, -1e8, 0.0], 2e16, [2e8, -2e8, 0.0]),
    ("sum", [inf, -inf, 1.0], nan, [1.0, 1.0, 1.0]),
    ("mean", [inf, 0.0, 1.0], inf, [1 / 3, 1 / 3, 1 / 3]),
    ("prod", [0.0, 2.0, 3.0], 0.0, [6.0, 0.0, 0.0]),
    ("prod", [0.0, 0.0, 3.0], 0.0, [0.0, 0.0, 0.0]),
    ("prod", [inf, 2.0, 3.0], inf, [6.0, inf, inf]),
    ("prod", [-inf, 0.0, 1.0], nan, [0.0, -inf, nan]),
    ("cumsum", [inf, 1.0, -inf], [inf, inf, nan], [3.0, 2.0, 1.0]),
    ("max", [2.0, 2.0, 1.0], 2.0, [0.5, 0.5, 0.0]),
    ("max", [-inf, -inf, -inf], -inf, [1 / 3, 1 / 3, 1 / 3]),
    ("max", [nan, 5.0, 5.0], nan, [0.0, 0.0, 0.0]),
    ("min", [0.0, -0.0, 1.0], 0.0, [0.5, 0.5, 0.0]),
    ("min", [-1e8, 300.0, inf], -1e8, [1.0, 0.0, 0.0]),
    ("var", [2.0, 2.0, 2.0], 0.0, [0.0, 0.0, 0.0]),
    ("var", [1e8, 0.0, -1e8], 2e16 / 3, [2e8 / 3, 0.0, -2e8 / 3]),
    ("std", [2.0, 2.0, 2.0], 0.0, [0.0, 0.0, 0.0]),
    ("std", [0.0, 0.0, 0.0], 0.0, [0.0, 0.0, 0.0]),
    ("std", [3e8, 0.0, -3e8], 3e8 * math.sqrt(2 / 3), [1 / math.sqrt(6), 0.0, -1 / math.sqrt(6)]),
]


@pytest.mark.parametrize("dtype", [numpy.float64, numpy.float32])
@pytest.mark.parametrize(("name", "vector", "value", "gradient"), VECTOR_CASES, ids=lambda part: str(part))
def test_a_reduction_has_its_limits(name, vector, value, gradient, dtype) -> None:
    exact = 1e-14 if dtype is numpy.float64 else 1e-6
    x = Tensor(vector, dtype=dtype)
    for create_graph in (False, True):
        output = REDUCTIONS[name][0](x)
        numpy.testing.assert_allclose(output.data, value, rtol=exact, atol=exact)
        found = autograd.gradients(output, x, numpy.ones(output.shape), create_graph=create_graph)
        assert found.dtype == dtype
        numpy.testing.assert_allclose(found.data, gradient, rtol=exact, atol=exact)


def test_equal_elements_whose_mean_is_rounded_have_no_spread_and_no_gradient_to_speak_of() -> None:
    x = Tensor([0.1, 0.1, 0.1])  # their sum is not 3 · 0.1
    autograd.std(x).backward()
    assert x.grad is not None
    assert float(numpy.abs(x.grad).max()) < 1e-15


def test_the_second_derivatives_of_a_product_with_zeros_are_products_of_the_rest() -> None:
    for vector in ([0.0, 0.0, 3.0], [0.0, 2.0, 3.0], [0.0, 0.0, 0.0], [5.0, 2.0, 3.0]):
        x = Tensor(vector)
        first = autograd.gradients(autograd.prod(x), x, create_graph=True)
        hessian = [autograd.gradients(first[slot], x).data.tolist() for slot in range(3)]
        a, b, c = vector
        assert hessian == [[0.0, c, b], [c, 0.0, a], [b, a, 0.0]]


def test_a_product_whose_square_overflows_has_a_gradient_that_does_not() -> None:
    x = Tensor([1e200, 1e200, 1.0])
    autograd.prod(x).backward()
    assert x.grad is not None
    assert x.grad.tolist() == [1e200, 1e200, inf]


def test_a_variance_of_large_numbers_keeps_its_digits() -> None:
    x = Tensor([1e8, 1e8 + 1, 1e8 + 2])
    assert autograd.var(x).item() == pytest.approx(2 / 3, rel=1e-15)
    autograd.var(x).backward()
    assert x.grad == pytest.approx([-2 / 3, 0.0, 2 / 3], rel=1e-15)
