"""Kinks, zeros, infinities and NaN: what the data and the gradients are where a derivative is a decision."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy
import pytest

import autograd
from autograd import Tensor, Value

inf, nan = math.inf, math.nan

# what is computed, its operands, the result, the gradient of each operand (None: has no gradient)
TABLE: list[tuple[str, Callable[..., Any], list[float], float, list[float]]] = [
    ("relu at 0", autograd.relu, [0.0], 0.0, [0.0]),
    ("relu at -0", autograd.relu, [-0.0], 0.0, [0.0]),
    ("relu below 0", autograd.relu, [-3.0], 0.0, [0.0]),
    ("relu at inf", autograd.relu, [inf], inf, [1.0]),
    ("relu at -inf", autograd.relu, [-inf], 0.0, [0.0]),
    ("abs at 0", autograd.absolute, [0.0], 0.0, [0.0]),
    ("abs at -0", autograd.absolute, [-0.0], 0.0, [0.0]),
    ("abs at -inf", autograd.absolute, [-inf], inf, [-1.0]),
    ("maximum, a tie", autograd.maximum, [2.0, 2.0], 2.0, [0.5, 0.5]),
    ("maximum, the first", autograd.maximum, [3.0, 2.0], 3.0, [1.0, 0.0]),
    ("maximum, a tie at inf", autograd.maximum, [inf, inf], inf, [0.5, 0.5]),
    ("maximum of nan and a number", autograd.maximum, [nan, 2.0], nan, [0.0, 0.0]),
    ("minimum, a tie", autograd.minimum, [2.0, 2.0], 2.0, [0.5, 0.5]),
    ("minimum, the second", autograd.minimum, [3.0, 2.0], 2.0, [0.0, 1.0]),
    ("maximum of x and x", lambda x: autograd.maximum(x, x), [2.0], 2.0, [1.0]),
    ("maximum with a bound, at it", lambda x: autograd.maximum(x, 0), [0.0], 0.0, [0.5]),
    ("sqrt at 0", autograd.sqrt, [0.0], 0.0, [inf]),
    ("sqrt below 0", autograd.sqrt, [-1.0], nan, [nan]),
    ("sqrt at inf", autograd.sqrt, [inf], inf, [0.0]),
    ("log at 0", autograd.log, [0.0], -inf, [inf]),
    ("log at inf", autograd.log, [inf], inf, [0.0]),
    ("1 / 0", lambda x: 1 / x, [0.0], inf, [-inf]),
    ("1 / -0", lambda x: 1 / x, [-0.0], -inf, [-inf]),
    ("0 / 0", lambda x: x / x, [0.0], nan, [nan]),
    ("x / 0, a bare 0", lambda x: x / 0, [-1.0], -inf, [inf]),
    ("x / 0.0, a bare 0.0", lambda x: x / 0.0, [2.0], inf, [inf]),
    ("x / -0.0, a bare -0.0", lambda x: x / -0.0, [2.0], -inf, [-inf]),
    ("a / 0", lambda a, b: a / b, [-1.0, 0.0], -inf, [inf, inf]),
    ("a / inf", lambda a, b: a / b, [1.0, inf], 0.0, [0.0, 0.0]),
    ("inf - inf", lambda a, b: a - b, [inf, inf], nan, [1.0, -1.0]),
    ("inf * 0", lambda a, b: a * b, [inf, 0.0], nan, [0.0, inf]),
    ("overflow of *", lambda a, b: a * b, [1e200, 1e200], inf, [1e200, 1e200]),
    ("a // 0", lambda a: a + a // 0, [1.0], inf, [1.0]),
    ("a % 0", lambda a: a % 0, [1.0], nan, [1.0]),
    ("x ** 0 at 0", lambda x: x**0, [0.0], 1.0, [0.0]),
    ("x ** 0.0 at 0", lambda x: x**0.0, [0.0], 1.0, [0.0]),
    ("x ** 0 at inf", lambda x: x**0, [inf], 1.0, [0.0]),
    ("x ** 0 at nan", lambda x: x**0, [nan], 1.0, [0.0]),
    ("x ** 0 below 0", lambda x: x**0, [-3.0], 1.0, [0.0]),
    ("x ** 1 at 0", lambda x: x**1, [0.0], 0.0, [1.0]),
    ("x ** 2 at 0", lambda x: x**2, [0.0], 0.0, [0.0]),
    ("x ** 0.5 at 0", lambda x: x**0.5, [0.0], 0.0, [inf]),
    ("x ** -1 at 0", lambda x: x**-1, [0.0], inf, [-inf]),
    ("x ** -2 at 0", lambda x: x**-2, [0.0], inf, [-inf]),
    ("x ** 0.5 below 0", lambda x: x**0.5, [-1.0], nan, [nan]),
    ("x ** (1/3) below 0", lambda x: x ** (1 / 3), [-8.0], nan, [nan]),
    ("x ** 3 below 0", lambda x: x**3, [-2.0], -8.0, [12.0]),
    ("x ** 2 overflows", lambda x: x**2, [1e200], inf, [2e200]),
    ("a ** b, 0 and 0", autograd.power, [0.0, 0.0], 1.0, [0.0, 0.0]),
    ("a ** b, inf and 0", autograd.power, [inf, 0.0], 1.0, [0.0, inf]),
    ("a ** b, -3 and 0", autograd.power, [-3.0, 0.0], 1.0, [0.0, nan]),
    ("a ** b, nan and 0", autograd.power, [nan, 0.0], 1.0, [0.0, nan]),
    ("a ** b, 0 and 2", autograd.power, [0.0, 2.0], 0.0, [0.0, 0.0]),
    ("a ** b, 0 and 1", autograd.power, [0.0, 1.0], 0.0, [1.0, 0.0]),
    ("a ** b, 0 and 0.5", autograd.power, [0.0, 0.5], 0.0, [inf, 0.0]),
    ("a ** b, 0 and -0.5", autograd.power, [0.0, -0.5], inf, [-inf, -inf]),
    ("a ** b, -2 and 3", autograd.power, [-2.0, 3.0], -8.0, [12.0, nan]),
    ("a ** b, -2 and -1", autograd.power, [-2.0, -1.0], -0.5, [-0.25, nan]),
    ("a ** b, -1 and 0.5", autograd.power, [-1.0, 0.5], nan, [nan, nan]),
    ("2 ** x", lambda x: 2**x, [0.0], 1.0, [math.log(2)]),
    ("0 ** x", lambda x: 0**x, [2.0], 0.0, [0.0]),
    ("0 ** x at 0", lambda x: 0**x, [0.0], 1.0, [0.0]),
    ("(-2) ** x", lambda x: (-2) ** x, [2.0], 4.0, [nan]),
    ("2 ** x overflows", lambda x: 2**x, [2000.0], inf, [inf]),
    ("exp overflows", autograd.exp, [1000.0], inf, [inf]),
    ("exp at -inf", autograd.exp, [-inf], 0.0, [0.0]),
    ("sin at inf", autograd.sin, [inf], nan, [nan]),
    ("tanh at 1000", autograd.tanh, [1000.0], 1.0, [0.0]),
    ("tanh at -inf", autograd.tanh, [-inf], -1.0, [0.0]),
    ("sigmoid at 1000", autograd.sigmoid, [1000.0], 1.0, [0.0]),
    ("sigmoid at -1000", autograd.sigmoid, [-1000.0], 0.0, [0.0]),
    ("sigmoid at inf", autograd.sigmoid, [inf], 1.0, [0.0]),
    ("sigmoid at -inf", autograd.sigmoid, [-inf], 0.0, [0.0]),
    ("where, sqrt below 0", lambda x: autograd.where(x > 0, autograd.sqrt(x), x), [-1.0], -1.0, [nan]),
    (
        "where, the way round",
        lambda x: autograd.where(x > 0, autograd.sqrt(autograd.where(x > 0, x, 1)), x),
        [-1.0],
        -1.0,
        [1.0],
    ),
    ("a gradient into a closed relu stays out", lambda x: autograd.log(autograd.relu(x)), [-1.0], -inf, [0.0]),
    ("a gradient into relu at 0 stays out", lambda x: autograd.sqrt(autograd.relu(x)), [0.0], 0.0, [0.0]),
    (
        "a gradient past a bare condition stays out of the side not chosen",
        lambda x, y: autograd.sqrt(autograd.where(False, x, y)),
        [1.0, 0.0],
        0.0,
        [0.0, inf],
    ),
    (
        "a gradient past a bare condition goes to the side chosen",
        lambda x, y: autograd.sqrt(autograd.where(2, x, y)),
        [0.0, 1.0],
        0.0,
        [inf, 0.0],
    ),
    ("nan is passed on", lambda x: x * nan, [1.0], nan, [nan]),
    ("nan is met", autograd.exp, [nan], nan, [nan]),
]


def same(found: float, expected: float) -> bool:
    return found == pytest.approx(expected, rel=1e-14, abs=0, nan_ok=True)


@pytest.mark.parametrize(
    ("function", "operands", "result", "gradients"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
class TestOfOneNumber:
    def test_a_value_has_the_gradients_that_were_decided(self, function, operands, result, gradients) -> None:
        leaves = [Value(operand) for operand in operands]
        output = function(*leaves)
        assert same(output.data, result)
        assert type(output.data) is float
        output.backward()
        assert all(same(leaf.grad, gradient) for leaf, gradient in zip(leaves, gradients, strict=True)), leaves

    @pytest.mark.parametrize("shape", [(), (1,), (2, 2)])
    def test_a_tensor_has_the_gradients_that_were_decided(self, function, operands, result, gradients, shape) -> None:
        leaves = [Tensor(numpy.full(shape, operand)) for operand in operands]
        output = function(*leaves)
        assert same(output.data.flat[-1], result)
        output.sum().backward()
        for leaf, gradient in zip(leaves, gradients, strict=True):
            assert leaf.grad is not None
            assert same(leaf.grad.flat[0], gradient), leaves
            assert same(leaf.grad.flat[-1], gradient), leaves

    def test_gradients_recorded_as_a_graph_are_the_same_numbers(self, function, operands, result, gradients) -> None:
        for kind in (Value, Tensor):
            leaves = [kind(operand) for operand in operands]
            found = autograd.gradients(function(*leaves), leaves, create_graph=True)
            assert all(same(float(one.data), gradient) for one, gradient in zip(found, gradients, strict=True)), found

    def test_float32_has_them_too(self, function, operands, result, gradients) -> None:
        if 1e200 in operands:
            operands = [operand / 1e170 if operand == 1e200 else operand for operand in operands]
            gradients = [gradient / 1e170 if 1e100 < gradient < inf else gradient for gradient in gradients]
        leaves = [Tensor(operand, dtype=numpy.float32) for operand in operands]
        output = function(*leaves)
        output.backward()
        assert output.data == pytest.approx(result, rel=1e-6, nan_ok=True)
        for leaf, gradient in zip(leaves, gradients, strict=True):
            assert leaf.grad == pytest.approx(gradient, rel=1e-6, nan_ok=True)


@pytest.mark.parametrize("kind", [Value, Tensor])
def test_a_gate_made_of_constants_is_one_also_in_gradients_that_are_a_graph(kind) -> None:
    x, y, never = kind(1.0), kind(0.0), kind(0.0, requires_grad=False)
    output = autograd.sqrt(autograd.where(never, x, y))
    assert [float(one) for one in autograd.gradients(output, [x, y], create_graph=True)] == [0.0, inf]
    with autograd.no_grad():  # where the predicate is a constant, too
        assert float(autograd.gradients(output, x, create_graph=True)) == 0.0
        closed = kind(-1.0)
    output = autograd.log(autograd.relu(closed))
    with autograd.no_grad():
        assert float(autograd.gradients(output, closed, create_graph=True)) == 0.0


@pytest.mark.parametrize("kind", [Value, Tensor])
@pytest.mark.parametrize("as_node", [False, True], ids=["literal exponent", "exponent a node"])
@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 4])
def test_every_derivative_of_an_integer_power_is_right_at_0(kind, as_node, exponent) -> None:
    x = kind(0.0)
    derivative = x ** (kind(float(exponent)) if as_node else exponent)
    for order in range(1, 6):
        if not derivative.requires_grad:
            assert order > exponent
            break
        derivative = autograd.gradients(derivative, x, create_graph=True)
        assert float(derivative.data) == (math.factorial(exponent) if order == exponent else 0.0)


@pytest.mark.parametrize("kind", [Value, Tensor])
@pytest.mark.parametrize("base", [2.0, 0.5, -0.5, -2.0])
def test_the_mixed_derivative_of_a_power_at_exponent_0_is_that_of_any_other_exponent(kind, base) -> None:
    x, exponent = kind(base), kind(0.0)
    by_base = autograd.gradients(x**exponent, x, create_graph=True)
    mixed = autograd.gradients(by_base, exponent)
    assert same(float(mixed.data), 1 / base if base > 0 else nan)


@pytest.mark.parametrize("kind", [Value, Tensor])
def test_the_derivative_by_the_base_of_a_literal_exponent_asks_for_no_data(kind, nodes_of) -> None:
    x = kind(2.0)
    for exponent in (3, 0.5, -1):
        derivative = autograd.gradients(x**exponent, x, create_graph=True)
        assert {node.op.name for node in nodes_of(derivative) if node.op} == {"multiply", "power"}


@pytest.mark.parametrize(
    ("function", "gradient"),
    [
        (autograd.max, [[0.5, 0.0, 0.5], [0.0, 0.0, 0.0]]),
        (autograd.min, [[0.0, 0.0, 0.0], [0.0, 0.5, 0.5]]),
    ],
    ids=["max", "min"],
)
def test_elements_that_tie_share_the_gradient_equally(function, gradient) -> None:
    x = Tensor([[5.0, 1.0, 5.0], [2.0, 0.0, 0.0]])
    function(x).backward()
    assert x.grad is not None
    assert x.grad.tolist() == gradient


def test_ties_are_shared_along_each_axis_by_itself() -> None:
    x = Tensor([[5.0, 1.0, 5.0], [5.0, 1.0, 0.0]])
    x.max(axis=0).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[0.5, 0.5, 1.0], [0.5, 0.5, 0.0]]
    x.zero_grad()
    x.max(axis=1, keepdims=True).sum().backward()
    assert x.grad.tolist() == [[0.5, 0.0, 0.5], [1.0, 0.0, 0.0]]


def test_infinities_tie() -> None:
    x = Tensor([inf, 1.0, inf, -inf])
    x.max().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [0.5, 0.0, 0.5, 0.0]


def test_the_norm_has_gradient_0_at_0() -> None:
    x = Tensor([[0.0, 0.0], [3.0, 4.0]])
    length = autograd.norm(x, axis=1)
    assert length.data.tolist() == [0.0, 5.0]
    length.sum().backward()
    assert x.grad is not None
    assert x.grad[0].tolist() == [0.0, 0.0]
    assert x.grad[1] == pytest.approx([0.6, 0.8], rel=1e-15)
    origin = Tensor(0.0)
    autograd.norm(origin).backward()
    assert origin.grad == 0.0


@pytest.mark.parametrize(
    "function",
    [autograd.norm, lambda x: autograd.hypot(x, 0.0 * x).sum(), autograd.std, lambda x: abs(x).sum()],
    ids=["norm", "hypot", "std", "abs"],
)
def test_where_the_length_is_0_every_derivative_is_0(function) -> None:
    x = Tensor([0.0, 0.0, 0.0])
    derivative = function(x)
    for _ in range(3):
        derivative = autograd.gradients(derivative, x, numpy.full(derivative.shape, 1.75), create_graph=True)
        assert derivative.data.tolist() == [0.0, 0.0, 0.0]
        if not derivative.requires_grad:
            break


def test_the_hypotenuse_of_values_has_every_derivative_0_at_the_origin() -> None:
    a, b = Value(0.0), Value(0.0)
    first = autograd.gradients(autograd.hypot(a, b), [a, b], 1.75, create_graph=True)
    assert [gradient.data for gradient in first] == [0.0, 0.0]
    assert [gradient.data for gradient in autograd.gradients(first[0], [a, b])] == [0.0, 0.0]


def test_where_sends_the_gradient_to_the_side_that_was_chosen() -> None:
    condition = Tensor([0.0, 2.0, nan], requires_grad=False)
    a, b = Tensor([1.0, 2.0, 3.0]), Tensor(10.0)
    chosen = autograd.where(condition, a, b)
    assert chosen.data.tolist() == [10.0, 2.0, 3.0]
    chosen.sum().backward()
    assert a.grad is not None and b.grad is not None
    assert a.grad.tolist() == [0.0, 1.0, 1.0]
    assert b.grad == 1.0


def test_a_plain_condition_is_a_gate_that_stops_an_infinite_gradient() -> None:
    for kind in (Value, Tensor):
        for condition in (False, numpy.False_, numpy.array(0)):
            x = kind(1.0)
            output = autograd.where(condition, x, 5.0)
            output.backward(inf)
            assert float(x.grad) == 0.0
            assert autograd.gradients(output, x, inf, create_graph=True).item() == 0.0


@pytest.mark.parametrize("kind", [Value, Tensor])
@pytest.mark.parametrize(
    "masked",
    [
        lambda x: autograd.greater(x, 0) * x,
        lambda x: x * autograd.greater(x, 0),
        lambda x: autograd.multiply(autograd.logical_not(autograd.less(x, 0)), x),
        lambda x: x * autograd.greater(x.detach(), 0),
        lambda x: x * False,
        lambda x: numpy.False_ * x,
    ],
    ids=["mask · x", "x · mask", "not", "a constant's", "False", "NumPy's False"],
)
def test_a_mask_as_a_factor_is_a_gate_in_every_kind_of_sweep(kind, masked) -> None:
    def function(x: Any) -> Any:
        return autograd.sqrt(masked(x))

    x = kind(-1.0)
    output = function(x)
    output.backward()
    assert float(x.grad) == 0.0
    assert float(autograd.gradients(output, x)) == float(autograd.gradients(output, x, create_graph=True)) == 0.0
    assert autograd.grad(function)(-1.0) == 0.0
    if kind is Value:
        assert autograd.compile(function).value_and_grad(-1.0) == (0.0, 0.0)


@pytest.mark.parametrize("kind", [Value, Tensor])
def test_an_open_mask_passes_the_gradient_and_a_sum_of_masks_is_a_number(kind) -> None:
    x = kind(4.0)
    output = autograd.sqrt(autograd.greater(x, 0) * x)
    output.backward()
    assert float(x.grad) == float(autograd.gradients(output, x, create_graph=True)) == 0.25
    a, b = Value(-1.0), Value(2.0)
    assert math.isnan(autograd.gradients(autograd.sqrt((autograd.greater(a, 0) + 0.0) * a), a).data)
    assert autograd.gradients(autograd.greater(b, 0) * (b * b), b).data == 4.0


# --- extremes that a naive formula gets wrong -------------------------------------------------------------


@pytest.mark.parametrize("dtype", [numpy.float32, numpy.float64])
def test_logsumexp_of_large_numbers_does_not_overflow(dtype) -> None:
    x = Tensor([1000.0, 1000.0], dtype=dtype)
    total = autograd.logsumexp(x)
    assert total.data == dtype(1000 + math.log(2))
    total.backward()
    assert x.grad == pytest.approx([0.5, 0.5], rel=1e-4)
    assert autograd.logsumexp(Tensor([-1000.0, -1000.0])).item() == -1000 + math.log(2)
    assert autograd.logsumexp(Tensor([-inf, -inf])).item() == -inf
    assert autograd.logsumexp(Tensor([inf, 0.0])).item() == inf
    assert autograd.logsumexp(Tensor([-inf, 2.0])).item() == 2.0


@pytest.mark.parametrize("dtype", [numpy.float32, numpy.float64])
def test_softmax_of_large_numbers_is_its_exact_limit(dtype) -> None:
    x = Tensor([1000.0, -1000.0], dtype=dtype)
    assert autograd.softmax(x).data.tolist() == [1.0, 0.0]
    assert autograd.softmax(Tensor([1000.0, 1000.0], dtype=dtype)).data.tolist() == [0.5, 0.5]
    autograd.softmax(x)[0].backward()
    assert x.grad is not None
    assert x.grad.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("dtype", [numpy.float32, numpy.float64])
@pytest.mark.parametrize(("label", "cost", "gradient"), [(0, 0.0, [0.0, 0.0]), (1, 2000.0, [1.0, -1.0])])
def test_cross_entropy_of_large_logits_is_its_exact_limit(dtype, label, cost, gradient) -> None:
    logits = Tensor([1000.0, -1000.0], dtype=dtype)
    loss = -autograd.log_softmax(logits)[label]
    assert loss.item() == cost
    loss.backward()
    assert logits.grad is not None
    assert logits.grad.tolist() == gradient


@pytest.mark.parametrize(
    ("dtype", "level"),
    [
        (numpy.float32, 0.0),
        (numpy.float32, 1000.0),
        (numpy.float64, -1000.0),
        (numpy.float64, 1e8),
        (numpy.float64, 1e16),
    ],
)
def test_log_softmax_of_equal_logits_is_the_logarithm_of_one_half_at_any_level(dtype, level) -> None:
    found = autograd.log_softmax(Tensor([level, level], dtype=dtype)).data
    assert found == pytest.approx([-math.log(2)] * 2, rel=4 * float(numpy.finfo(dtype).eps))


def test_infinities_have_no_shares_of_a_softmax() -> None:
    for logits in ([inf, 0.0], [inf, inf], [-inf, -inf]):
        assert numpy.isnan(autograd.softmax(Tensor(logits)).data).all()
        assert numpy.isnan(autograd.log_softmax(Tensor(logits)).data).all()
    assert autograd.softmax(Tensor([-inf, 2.0])).data.tolist() == [0.0, 1.0]
    assert autograd.log_softmax(Tensor([-inf, 2.0])).data.tolist() == [-inf, 0.0]


@pytest.mark.parametrize(
    "function",
    [
        autograd.sigmoid,
        autograd.silu,
        autograd.gelu,
        autograd.softmax,
        autograd.log_softmax,
        autograd.logsumexp,
        autograd.norm,
        autograd.squared_norm,
        autograd.var,
        autograd.std,
    ],
    ids=lambda function: getattr(function, "__name__", None) or function.name,
)
@pytest.mark.parametrize(
    "integers",
    [
        numpy.array([200, 100, 3], numpy.uint8),
        numpy.array([-128, 127, 3], numpy.int8),
        numpy.array([True, False, True]),
        [2, -1, 3],
    ],
    ids=["uint8", "int8", "bool", "list"],
)
def test_small_integers_do_not_wrap_around(function, integers) -> None:
    expected = function(numpy.array(integers, numpy.float64))
    for found in (function(integers), function(Tensor(integers, requires_grad=False)).data):
        numpy.testing.assert_allclose(found, expected, rtol=1e-14)
        assert found.dtype == numpy.float64


@pytest.mark.parametrize("function", [autograd.sigmoid, autograd.tanh], ids=["sigmoid", "tanh"])
@pytest.mark.parametrize("number", [1000.0, -1000.0, 1e308, -1e308])
def test_squashing_functions_reach_their_limits_without_a_warning(function, number) -> None:
    limit = 1.0 if number > 0 else (0.0 if function is autograd.sigmoid else -1.0)
    assert function(number) == limit
    assert function(Value(number)).data == limit
    for dtype in (numpy.float32, numpy.float64):
        assert function(Tensor([math.copysign(1000.0, number)], dtype=dtype)).data.tolist() == [limit]
        assert function(numpy.array([math.copysign(1000.0, number)], dtype)).tolist() == [limit]


@pytest.mark.parametrize("number", [-700.0, -40.0, -1.0, -1e-9])
def test_sigmoid_keeps_its_digits_where_it_is_small(number) -> None:
    expected = math.exp(number) / (1 + math.exp(number))
    assert autograd.sigmoid(number) == pytest.approx(expected, rel=1e-15)
    assert autograd.sigmoid(Tensor(number)).item() == pytest.approx(expected, rel=1e-15)


def test_python_s_exceptions_do_not_come_through_a_value() -> None:
    for function in (lambda x: x / 0, lambda x: 0 / x, lambda x: x**-1, lambda x: x % 0, lambda x: x // 0):
        assert not math.isfinite(function(Value(0.0)).data)
    assert math.isnan(autograd.log(Value(-1.0)).data)
    assert autograd.exp(Value(1e6)).data == inf
    assert (Value(10.0) ** 400).data == inf
    assert (10.0 ** Value(400.0)).data == inf


def test_a_function_of_a_plain_number_is_ieee_s_too() -> None:
    assert autograd.log(0.0) == -inf
    assert autograd.divide(1, 0) == inf
    assert autograd.exp(1000) == inf
    assert math.isnan(autograd.power(-1.0, 0.5))
    assert type(autograd.log(0.0)) is float


def test_softplus_rises_with_slope_1_to_infinity() -> None:
    for x in (Value(math.inf), Tensor(math.inf)):
        autograd.softplus(x).backward()
        assert float(x.grad) == 1.0


def test_a_literal_zero_is_a_number_and_no_gate() -> None:
    for x in (Value(1.0), Tensor(1.0)):
        for product in (x * 0, 0 * x, x * 0.0):
            assert math.isnan(autograd.gradients(product, x, math.inf).item())
            assert math.isnan(autograd.gradients(product, x, math.inf, create_graph=True).item())


def test_a_power_of_what_has_none_is_refused_in_one_sentence() -> None:
    for base, exponent in [(numpy.array([1.0]), None), (numpy.float64(2.0), None), ([1.0], "a")]:
        with pytest.raises(autograd.DataTypeError, match=r"^power: (not for operands of|an operand is a number)"):
            autograd.power(base, exponent)


def test_relu_of_minus_zero_is_zero_without_a_sign() -> None:
    for found in (autograd.relu(Value(-0.0)).data, autograd.relu(Tensor(-0.0)).data, autograd.relu(-0.0)):
        assert math.copysign(1.0, float(found)) == 1.0
