"""Functions of single numbers run on columns of samples."""

import numpy
import pytest

from autograd import (
    ArgumentError,
    DataTypeError,
    ShapeError,
    Tensor,
    Value,
    compile,
    greater,
    maximum,
    relu,
    sigmoid,
    value_and_grad,
    where,
)
from autograd.compiler.pipeline import COLUMNS
from nn import NeuronMLP, quadratic


def cost(w, x1, x2, y):
    z = w[0] * x1 + w[1] * x2 + w[2]
    a = relu(z) * sigmoid(x2) + where(greater(z, 1), z, 0)
    return 0.5 * (y - a) ** 2


def samples_of(count):
    return numpy.random.default_rng(count).normal(size=(3, count))


@pytest.mark.parametrize("count", [1, 2, 255, 300, 1000])
def test_columns_are_as_many_eager_runs(count, monkeypatch):
    monkeypatch.setattr("autograd.compiler.run.column_machine._SMALLEST_BLOCK", 64)
    monkeypatch.setattr("autograd.compiler.run.column_machine._CACHE", 64 * 8)
    w, columns = [0.5, -1.5, 0.25], samples_of(count)
    f = compile(cost, columns=True)
    values, gradients = f.value_and_grad(w, *columns)
    eager = [value_and_grad(cost)(w, *sample) for sample in columns.T.tolist()]
    numpy.testing.assert_allclose(values, [value for value, _ in eager], rtol=1e-12, atol=1e-300)
    numpy.testing.assert_allclose(gradients, numpy.sum([found for _, found in eager], axis=0), rtol=1e-12)
    assert [type(gradient) for gradient in gradients] == [float] * 3
    numpy.testing.assert_array_equal(f(w, *columns), values)


def test_a_program_is_for_any_number_of_samples():
    f = compile(cost, columns=True)
    for count in (10, 3000, 7, 0):
        values, gradient = f.value_and_grad([1.0, 2.0, 3.0], *samples_of(count), argnums=1)
        assert values.shape == gradient.shape == (count,)
    assert len(f.programs) == 1


def test_a_column_has_a_gradient_for_each_sample():
    x = numpy.array([1.0, 2.0, 3.0])
    values, (d_w, d_x) = compile(lambda w, x: w * x * x, columns=True).value_and_grad(2.0, x, argnums=(0, 1))
    numpy.testing.assert_array_equal(values, 2 * x * x)
    numpy.testing.assert_array_equal(d_x, 4 * x)
    assert d_w == 14.0


def test_what_does_not_depend_on_the_sample_counts_for_each():
    x = numpy.ones(5)
    f = compile(lambda w, x, u: w * w + 0 * u, columns=True)
    values, (d_w, d_x) = f.value_and_grad(3.0, x, 1.0, argnums=(0, 1))
    numpy.testing.assert_array_equal(values, [9.0] * 5)
    assert d_w == 30.0
    numpy.testing.assert_array_equal(d_x, [0.0] * 5)
    assert f(3.0, 4.0, 5.0) == 9.0  # no column at all: a number


def test_predicates_count_as_numbers():
    f = compile(lambda x, y: greater(x, 0) + greater(y, 0) - 2 * greater(x, y), columns=True)
    x, y = numpy.array([1.0, -1.0, 2.0, -2.0]), numpy.array([1.0, 1.0, -1.0, -3.0])
    expected = [1.0 * (a > 0) + 1.0 * (b > 0) - 2.0 * (a > b) for a, b in zip(x, y, strict=True)]
    numpy.testing.assert_array_equal(f(x, y), expected)
    numpy.testing.assert_array_equal(compile(lambda x: -greater(x, 0), columns=True)(x), -1.0 * (x > 0))
    numpy.testing.assert_array_equal(compile(lambda x: greater(x, 0), columns=True)(x), 1.0 * (x > 0))


@pytest.mark.parametrize(
    "function",
    [
        lambda inside, x: inside + greater(x, 0.25),
        lambda inside, x: -inside * x,
        lambda inside, x: inside - inside,
        lambda inside, x: where(inside, inside, greater(x, 0)) ** 2,
        lambda inside, x: where(inside, True, greater(x, 0)) + 1,
        lambda inside, x: maximum(inside, greater(x, 0)) + inside,
    ],
    ids=["a sum", "a sign", "a difference", "a choice among truths", "a literal", "a maximum"],
)
def test_a_choice_among_truths_is_a_number(function):
    def program(x):
        return function(where(greater(x, 0.0), greater(1.0, x), greater(x, -1.0)), x)

    x = numpy.array([-2.0, -0.5, 0.1, 0.5, 3.0])
    numpy.testing.assert_array_equal(compile(program, columns=True)(x), [compile(program)(one) for one in x])


def test_every_branch_follows_its_sample():
    x = numpy.array([-1.0, 0.0, 1.0, numpy.nan, numpy.inf])
    y = numpy.array([1.0, 0.0, -1.0, 1.0, 1.0])
    f = compile(lambda x, y: maximum(x, y) * relu(x), columns=True)
    values, gradients = f.value_and_grad(x, y, argnums=(0, 1))
    eager = [value_and_grad(lambda x, y: maximum(x, y) * relu(x), (0, 1))(*pair) for pair in zip(x, y, strict=True)]
    numpy.testing.assert_array_equal(values, [value for value, _ in eager])
    numpy.testing.assert_array_equal(gradients, numpy.array([found for _, found in eager]).T)


def test_a_network_of_neurons_learns_on_columns():
    model = NeuronMLP((2, 4, 1), "tanh", rng=0)
    x = numpy.random.default_rng(0).normal(size=(50, 2))
    y = (x[:, 0] * x[:, 1] > 0) * 1.0
    f = compile(
        lambda x, y: quadratic(model(x), [[y]]) if isinstance(y, float) else 0.5 * (model(x)[0] - y) ** 2, columns=True
    )
    values = f.backward(list(x.T), y)
    ours = [parameter.grad for parameter in model.parameters()]
    model.zero_grad()
    costs = [0.5 * (model(list(row))[0] - target) ** 2 for row, target in zip(x.tolist(), y.tolist(), strict=True)]
    sum(costs).backward()
    numpy.testing.assert_allclose(values, [cost.data for cost in costs], rtol=1e-12)
    numpy.testing.assert_allclose(ours, [parameter.grad for parameter in model.parameters()], rtol=1e-12)


def test_integers_and_single_precision_are_computed_in_double():
    f = compile(lambda x, y: x / y, columns=True)
    for kind in (numpy.int64, numpy.float32):
        found = f(numpy.array([1, 2], kind), numpy.array([3, 7], kind))
        assert found.dtype == numpy.float64
        assert found.tolist() == [1 / 3, 2 / 7]


def test_tensors_and_values_may_be_given():
    f = compile(lambda w, x: w * x, columns=True)
    w, x = Value(2.0), Tensor([1.0, 2.0])
    assert f.backward(w, x).tolist() == [2.0, 4.0]
    assert w.grad == 3.0
    assert x.grad.tolist() == [2.0, 2.0]


def test_what_columns_cannot_be_is_said():
    f = compile(lambda x, y: x * y, columns=True)
    with pytest.raises(ShapeError, match="different lengths: 2, 3 samples"):
        f(numpy.ones(2), numpy.ones(3))
    with pytest.raises(ShapeError, match=r"list\(x\.T\)"):
        f(numpy.ones((2, 2)), 1.0)
    with pytest.raises(ArgumentError, match="computes with arrays"):
        compile(lambda x: Tensor([1.0, 2.0]).sum() * x, columns=True)(numpy.ones(2))
    with pytest.raises(ArgumentError, match="give one sample"):
        f.check(1.0, 2.0)


@pytest.mark.parametrize(
    "column",
    [
        numpy.array([1j, 2.0]),
        numpy.array([None, 1.0]),
        numpy.array(["1.5", "2"]),
        numpy.complex128(1j),
        numpy.array(None),
    ],
    ids=["complex", "None", "text", "a complex number", "None alone"],
)
def test_columns_hold_real_numbers(column):
    f = compile(lambda x, y: x * y, columns=True)
    f(numpy.array([1.0, 2.0]), 3.0)
    for call in (f, f.value_and_grad):
        with pytest.raises(DataTypeError, match="an array holds real numbers, not "):
            call(column, 3.0)
        with pytest.raises(DataTypeError, match="an array holds real numbers, not "):
            call(numpy.array([1.0, 2.0]), column)


def test_a_block_is_as_large_as_the_cache_allows():
    f = compile(cost, columns=True)
    f([1.0, 2.0, 3.0], *samples_of(3))
    machine = COLUMNS(f.programs[0].program, (False, False, False, True, True, True))
    assert machine.block & (machine.block - 1) == 0
    assert machine.text.count("numpy.empty(size") >= 1
