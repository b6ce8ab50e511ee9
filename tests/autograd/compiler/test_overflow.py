"""Where numbers overflow, or vanish, a compiled function gives what the function itself gives: no rewrite moves a
factor to where an intermediate result is another."""

import numpy
import pytest

import autograd
from autograd import Tensor, Value, value_and_grad
from autograd.compiler.run import blas
from autograd.compiler.training_step import TrainingStep

FUNCTIONS = {
    "a scaled product": lambda a, b, c: (a @ b) * c,
    "a scaled product, the scale first": lambda a, b, c: c * (a @ b),
    "a divided product": lambda a, b, c: (a @ b) / c,
    "a product scaled twice": lambda a, b, c: (a @ b) * c * c,
    "a product of a scaled factor": lambda a, b, c: (a * c) @ b,
    "a transposed product": lambda a, b, c: ((a @ b) * c).T,
    "a product and its multiple": lambda a, b, c: (a @ b) - c * (a @ b),
    "an outer product": lambda a, b, c: (a[:, :1] @ b[:1]) * c,
    "a sum of copies": lambda a, b, c: numpy.broadcast_to(a * c, (5, 4, 2)).sum(axis=0),
    "a quotient undone": lambda a, b, c: a * c / c,
    "a scaled norm": lambda a, b, c: autograd.norm(a) * c,
    "a scaled squared norm": lambda a, b, c: autograd.squared_norm(a) * c,
    "a mean": lambda a, b, c: (a * c).mean() * c,
    "a cube": lambda a, b, c: a**3 * c,
    "an affine map": lambda a, b, c: autograd.affine(a, b, a[0, 0] * numpy.ones(3, a.dtype)) * c,
}
EXTREMES = {
    "float64": (1e200, 1e-200, -1e200, 3.0, 0.0, numpy.inf),
    "float32": (1e30, 1e-30, -1e30, 3.0, 0.0, numpy.inf),
}
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy tells of what overflows eagerly


def assert_same(ours, eager):
    numpy.testing.assert_allclose(ours, eager, rtol=1e-5 if numpy.asarray(eager).dtype == numpy.float32 else 1e-12)


@pytest.mark.parametrize("dtype", EXTREMES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_overflows_eagerly_overflows_compiled(name, dtype):
    function = FUNCTIONS[name]
    compiled = autograd.compile(function)
    total = autograd.compile(lambda *given: autograd.sum(function(*given)))
    draw = numpy.random.default_rng(0)
    for _ in range(25):
        # Of one size each: among several an infinity hides what became of the others.
        *sizes, c = (float(one) for one in draw.choice(EXTREMES[dtype], 3))
        a, b = (numpy.full(shape, size, dtype) for shape, size in zip(((4, 2), (2, 3)), sizes, strict=True))
        assert_same(compiled(a, b, c), function(Tensor(a), Tensor(b), c).data)
        value, gradients = value_and_grad(lambda *given: autograd.sum(function(*given)), (0, 1, 2))(a, b, c)
        ours, our_gradients = total.value_and_grad(a, b, c, argnums=(0, 1, 2))
        assert_same(ours, value)
        leaves = Tensor(a), Tensor(b), Value(c)
        total(*leaves).backward()
        for leaf, gradient, our_gradient in zip(leaves, gradients, our_gradients, strict=True):
            assert_same(our_gradient, gradient)
            assert_same(numpy.zeros_like(gradient) if leaf.grad is None else leaf.grad, gradient)


@pytest.mark.parametrize("has_scipy", [True, False])
@pytest.mark.parametrize(("inside", "outside"), [(1e200, 1e-250), (1e-200, 1e250), (1.0, 0.5)])
def test_a_large_parameter_moves_by_what_its_gradient_is(inside, outside, has_scipy, monkeypatch):
    """A rate that is multiplied by a gradient in one call with the product that makes it."""
    if has_scipy:
        pytest.importorskip("scipy")
    else:
        monkeypatch.setattr(blas.importlib.util, "find_spec", lambda name: None)
    x, start = numpy.full((3, 300), inside), numpy.ones((300, 256))

    def loss(w):
        return ((x @ w) * inside).sum()

    w = Tensor(start)
    step = TrainingStep(lambda: loss(w), lambda w, g, states, numbers: (w - numbers[0] * g, ()))
    step(numbers=(outside,))
    _, gradient = value_and_grad(loss)(start)
    assert_same(w.data, start - outside * gradient)
