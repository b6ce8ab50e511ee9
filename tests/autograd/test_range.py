"""Lengths, deviations and choices of numbers near the ends of a dtype's range, where a square would leave it."""

import operator
from fractions import Fraction
from typing import Any

import numpy
import pytest

import autograd
from autograd import DataTypeError, Tensor, Value, compile, grad, gradients, norm, std, var
from nn.clipping import gradient_norm

LENGTHS = [
    (numpy.float32, [1e20, 1.0], 1e20),
    (numpy.float32, [3e-25, 4e-25], 5e-25),
    (numpy.float32, [3e30, 4e30], 5e30),
    (numpy.float32, [3e-39, 4e-39], 5e-39),
    (numpy.float64, [1e200, 1.0], 1e200),
    (numpy.float64, [3e-200, 4e-200], 5e-200),
    (numpy.float64, [3e-310, 4e-310], 5e-310),
]


def of_tensor(function, x):
    return function(Tensor(x)).data


def compiled(function, x):
    return compile(function)(x)


def by_source(function, x):
    f = compile(lambda x: function(x))
    f(x)
    names: dict[str, Any] = {}
    exec(f.source, names)
    with numpy.errstate(all="ignore"):
        result = next(made for name, made in names.items() if name.startswith("function"))(x)
    return result[0] if isinstance(result, tuple) else result


WAYS = [lambda function, x: function(x), of_tensor, compiled, by_source]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("dtype", "numbers", "wanted"), LENGTHS)
def test_a_norm_that_is_a_number_is_found(way, dtype, numbers, wanted):
    x = numpy.array(numbers, dtype)
    tolerance = 1e-6 if wanted > 1e-30 or (dtype == numpy.float64 and wanted > 1e-300) else 1e-4
    assert way(norm, x) == pytest.approx(wanted, rel=tolerance, abs=0)
    assert way(lambda x: norm(x, axis=0, keepdims=True), x)[0] == pytest.approx(wanted, rel=tolerance, abs=0)
    rows = numpy.stack([x, numpy.array([3, 4], dtype), numpy.zeros(2, dtype)])
    assert way(lambda x: norm(x, axis=1), rows) == pytest.approx([wanted, 5, 0], rel=tolerance, abs=0)


@pytest.mark.parametrize(("dtype", "numbers", "wanted"), LENGTHS)
def test_its_gradient_is_the_direction(dtype, numbers, wanted):
    x = numpy.array(numbers, dtype)
    direction = numpy.array(numbers) / wanted
    assert grad(norm)(x) == pytest.approx(direction, rel=1e-4)
    assert compile(norm).value_and_grad(x)[1] == pytest.approx(direction, rel=1e-4)
    assert grad(norm)(x).dtype == dtype


@pytest.mark.parametrize(("dtype", "numbers", "wanted"), [case for case in LENGTHS if case[2] > 1e-200])
def test_its_second_derivative_is_found(dtype, numbers, wanted):
    x = numpy.array(numbers, dtype)
    u = numpy.array(numbers) / wanted
    t = Tensor(x)
    first = gradients(norm(t), t, create_graph=True)
    second = gradients(first[0], t).data
    assert second == pytest.approx((numpy.array([1.0, 0.0]) - u[0] * u) / wanted, rel=1e-4, abs=1e-6 / wanted)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("dtype", "size"), [(numpy.float32, 1e25), (numpy.float32, 1e-25), (float, 1e200), (float, 1e-200)]
)
def test_a_deviation_that_is_a_number_is_found(way, dtype, size):
    x = numpy.array([1, 3, 1, 3], dtype) * dtype(size)
    assert way(std, x) == pytest.approx(size, rel=1e-6, abs=0)
    assert grad(std)(x) == pytest.approx([-0.25, 0.25, -0.25, 0.25], rel=1e-5)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("axis", [None, 0])
def test_a_variance_that_is_a_number_is_found(way, axis):
    x = numpy.where(numpy.arange(1000) % 2, 1e19, -1e19).astype(numpy.float32)
    assert way(lambda x: var(x, axis=axis), x) == pytest.approx(1e38, rel=1e-4)


@pytest.mark.parametrize(("dtype", "numbers", "wanted"), LENGTHS)
def test_the_norm_of_all_gradients_is_found(dtype, numbers, wanted):
    leaf = Tensor(numpy.array(numbers, dtype))
    leaf.grad = leaf.data
    empty = Tensor(numpy.zeros(0, dtype))
    empty.grad = empty.data
    assert gradient_norm([leaf, empty]) == pytest.approx(wanted, rel=1e-4, abs=0)


def test_infinities_nan_and_nothing_have_their_norms():
    inf, nan = numpy.inf, numpy.nan
    for way in WAYS:
        assert way(norm, numpy.array([inf, 1.0])) == inf
        assert numpy.isnan(way(norm, numpy.array([nan, 1.0])))
        assert way(norm, numpy.zeros(3)) == 0
        assert way(norm, numpy.zeros(0)) == 0
        assert way(lambda x: norm(x, axis=1), numpy.zeros((2, 0))).tolist() == [0, 0]


@pytest.mark.parametrize("f", [autograd.maximum, autograd.minimum])
def test_a_choice_of_float32_keeps_its_gradient_in_float32(f):
    a, b = numpy.array([1, 2, 3], numpy.float32), numpy.array([3, 2, 1], numpy.float32)
    for rule in f.local_gradients:
        assert rule(f(a, b), a, b).dtype == numpy.float32
    assert "float64" not in compiled_source(lambda a, b: f(a, b).sum(), a, b)


@pytest.mark.parametrize("f", [autograd.max, autograd.min])
def test_an_extremum_of_float32_keeps_its_gradient_in_float32(f):
    row = autograd.operations()[f.__name__]
    x = numpy.array([1, 2, 2, 1], numpy.float32)
    upstream = numpy.ones((), numpy.float32)
    assert row.pullbacks[0](upstream, f(x), x, axis=None, keepdims=False).dtype == numpy.float32


def compiled_source(function, *arguments):
    f = compile(function)
    f.value_and_grad(*arguments)
    return f.source


@pytest.mark.parametrize("huge", [10**400, -(10**400)], ids=["10**400", "-10**400"])
def test_numbers_beyond_floats_are_compared_and_no_operands(huge):
    value = Value(2.0)
    for compare in (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne):
        assert compare(value, huge) is compare(2.0, huge)
        assert compare(huge, value) is compare(huge, 2.0)
        for node in (Tensor(2.0), Tensor([2.0], dtype=numpy.float32)):
            with pytest.raises(DataTypeError, match="too large"):
                compare(node, huge)
    for compute in (operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.mod, divmod):
        for operands in ((value, huge), (huge, value), (value, Fraction(huge, 3)), (Tensor([2.0]), huge)):
            with pytest.raises(DataTypeError, match="too large"):
                compute(*operands)
        with pytest.raises(DataTypeError, match="too large"):
            compute(huge, Tensor(2.0))
    with pytest.raises(DataTypeError, match="too large"):
        Value(huge)
    with pytest.raises(DataTypeError, match="too large"):
        Value(Fraction(huge, 3))
