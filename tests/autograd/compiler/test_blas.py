"""Large parameters are moved by one call that multiplies and adds, and to the same numbers."""

import itertools

import numpy
import pytest

from autograd import Tensor
from autograd.compiler.run import blas
from autograd.compiler.run.array_machine import OutOfRangeError
from autograd.compiler.training_step import TrainingStep

pytest.importorskip("scipy", reason="SciPy, whose routine is called, is an extra (blas)")

RATE = 0.01
LAYOUTS = {
    "by rows": numpy.ascontiguousarray,
    "by columns": numpy.asfortranarray,
    "every second": lambda array: numpy.repeat(array, 2, axis=1)[:, ::2],
    "backwards": lambda array: array[::-1].copy()[::-1],
}


def descend(w, g, states, numbers):
    return w - numbers[0] * g, ()


def data(dtype, shape=(16, 300), seed=0):
    return numpy.random.default_rng(seed).normal(size=shape).astype(dtype)


def trained(weight, dtype, steps=3, copy=True):
    """A weight of 300 × 256 after steps on (x @ w)²; and the text that ran."""
    w = Tensor(weight, copy=copy)
    step = TrainingStep(lambda x: ((x @ w) ** 2).mean(), descend)
    losses = [float(step(data(dtype, seed=seed), numbers=(RATE,))) for seed in range(steps)]
    (((machine, *_),),) = step._cache.entries.values()
    return w.data, losses, machine.text


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_large_parameter_moves_as_it_does_in_two_passes(dtype, monkeypatch):
    weight = data(dtype, (300, 256))
    moved, losses, text = trained(weight, dtype)
    monkeypatch.setattr(blas.importlib.util, "find_spec", lambda name: None)
    by_numpy, losses_by_numpy, text_by_numpy = trained(weight, dtype)
    assert "_product_off(" in text and "_matmul(" not in text
    assert "_product_off(" not in text_by_numpy and "_matmul(" in text_by_numpy
    tolerance = 1e-5 if dtype == "float32" else 1e-13
    numpy.testing.assert_allclose(moved, by_numpy, rtol=tolerance, atol=tolerance)
    numpy.testing.assert_allclose(losses, losses_by_numpy, rtol=tolerance)
    assert abs(moved - weight).max() > 1e-3


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_parameter_is_moved_where_it_lies_whatever_its_layout(layout):
    weight = LAYOUTS[layout](data("float64", (300, 256)))
    expected, _, _ = trained(weight.copy(), "float64")
    moved, _, text = trained(weight, "float64", copy=False)
    assert "_product_off(" in text
    numpy.testing.assert_allclose(weight, expected, rtol=1e-13, atol=1e-13)
    assert numpy.shares_memory(moved, weight)


def test_what_is_read_only_is_not_written():
    weight = data("float64", (300, 256))
    before = weight.copy()
    weight.setflags(write=False)
    with pytest.raises(ValueError, match="read-only"):
        trained(weight, "float64", copy=False)
    assert (weight == before).all()


@pytest.mark.parametrize(("a", "b"), list(itertools.product(LAYOUTS, LAYOUTS)))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_products_of_every_layout(dtype, a, b):
    left, right = LAYOUTS[a](data(dtype, (5, 7))), LAYOUTS[b](data(dtype, (7, 3)))
    tolerance = 1e-5 if dtype == "float32" else 1e-14
    numpy.testing.assert_allclose(blas.product(left, right), left @ right, rtol=tolerance, atol=tolerance)
    target = data(dtype, (5, 3))
    expected = target - 0.5 * (left @ right)
    assert blas.product_off(target, left, right, 0.5) is target
    numpy.testing.assert_allclose(target, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("shapes", [((1, 7), (7, 3)), ((5, 1), (1, 3)), ((5, 7), (7, 1)), ((1, 1), (1, 1))])
def test_products_of_single_rows_and_columns(shapes):
    a, b = (data("float64", shape) for shape in shapes)
    numpy.testing.assert_allclose(blas.product(a, b), a @ b, rtol=1e-14)


def test_a_buffer_may_hold_anything_before():
    a, b = data("float64", (5, 7)), data("float64", (7, 3))
    out = numpy.full((5, 3), numpy.nan)
    numpy.testing.assert_allclose(blas.product(a, b, out), a @ b, rtol=1e-14)


@pytest.mark.parametrize(
    ("why", "loss"),
    [
        ("small", lambda w: lambda x: ((x[:, :8] @ w[:8]) ** 2).mean()),
        (
            "another dtype's product",
            lambda w: lambda x: ((x @ w) ** 2).mean() + (x.astype("float32") @ w[:, :4]).mean(),
        ),
        ("a stack's product", lambda w: lambda x: ((x @ w) ** 2).mean() + (x.reshape(2, 8, -1) @ w).mean()),
    ],
)
def test_products_that_do_not_fit_leave_all_to_numpy(why, loss):
    w = Tensor(data("float64", (300, 256)) if why != "small" else data("float64", (300, 4)))
    step = TrainingStep(loss(w), descend)
    step(data("float64"), numbers=(RATE,))
    (((machine, *_),),) = step._cache.entries.values()
    assert "_product" not in machine.text


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_gradient_whose_norm_is_asked_for_is_computed_once_and_taken_off(dtype):
    w = Tensor(data(dtype, (300, 256)))
    step = TrainingStep(lambda x: ((x @ w) ** 2).mean(), descend, guarded=True)
    before = w.data.copy()
    _, (square,) = step(data(dtype), numbers=(RATE,))
    (((machine, *_),),) = step._cache.entries.values()
    assert machine.text.count("_product(") == 2
    assert "_multiple_off(" in machine.text and "_sum_of_squares" in machine.text
    assert "_vdot" not in machine.text and "_matmul" not in machine.text
    assert square.dtype == dtype
    tolerance = 1e-3 if dtype == "float32" else 1e-9
    numpy.testing.assert_allclose(square, (((before - w.data) / RATE) ** 2).sum(), rtol=tolerance)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_multiple_is_taken_off_where_the_target_lies(layout):
    target, array = LAYOUTS[layout](data("float64", (30, 20))), data("float64", (30, 20), seed=1)
    expected = target - 0.1 * array
    assert blas.multiple_off(target, array, 0.1) is target
    numpy.testing.assert_allclose(target, expected, rtol=1e-14)


@pytest.mark.parametrize("factor", [lambda w: w, lambda w: w.T], ids=["as it is", "transposed"])
def test_a_factor_may_lie_in_the_target(factor):
    target, b = data("float64", (600, 600)), data("float64", (600, 600), seed=1)
    a = factor(target)
    expected = target - 0.1 * (a @ b)
    blas.product_off(target, a, b, 0.1)
    numpy.testing.assert_allclose(target, expected, rtol=1e-12, atol=1e-12)


def test_an_empty_batch_whose_gradient_has_no_norm_is_left_to_an_eager_step():
    w, empty = Tensor(data("float64", (300, 256))), Tensor(numpy.empty((0, 3)))
    before = w.data.copy()
    step = TrainingStep(lambda x: ((x @ w) ** 2).sum() + (empty**2).sum(), descend, guarded=True)
    with pytest.raises(OutOfRangeError):
        step(numpy.empty((0, 300)), numbers=(RATE,))
    assert (w.data == before).all()


def test_a_product_of_foreign_byte_order_is_of_our_own():
    a, b = data("float64", (5, 7)), data("float64", (7, 3))
    numpy.testing.assert_allclose(blas.product(a.astype(">f8"), b), a @ b, rtol=1e-14)


def test_a_sum_of_squares_is_scaled():
    array = data("float64", (30, 20))
    assert blas.sum_of_squares(array, 0.5) == pytest.approx(0.5 * (array**2).sum(), rel=1e-14)


@pytest.mark.parametrize(
    ("why", "move"),
    [
        ("it is moved along", lambda w, g, states, numbers: (w + numbers[0] * g, ())),
        ("its own multiple is taken off", lambda w, g, states, numbers: (w - numbers[0] * w, ())),
        ("a row is taken off", lambda w, g, states, numbers: (w - numbers[0] * g.mean(axis=0), ())),
    ],
)
def test_other_ways_to_move_are_numpys(why, move, monkeypatch):
    def moved():
        w = Tensor(data("float64", (300, 256)))
        TrainingStep(lambda x: ((x @ w) ** 2).mean(), move)(data("float64"), numbers=(RATE,))
        return w.data

    found = moved()
    monkeypatch.setattr(blas.importlib.util, "find_spec", lambda name: None)
    numpy.testing.assert_allclose(found, moved(), rtol=1e-13, atol=1e-13)
