"""Random expressions, built in this engine and in PyTorch: the same values, the same gradients of every leaf."""

import numpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import autograd
from autograd import Tensor, Value

torch = pytest.importorskip("torch", reason="torch is not installed: pip install -e '.[peers]' compares with it")
torch.set_num_threads(1)

# Each step is written once for both: `m` is the module that has the functions.
UNARY = {
    "tanh": lambda m, x: m.tanh(x),
    "sin": lambda m, x: m.sin(x),
    "cos": lambda m, x: m.cos(x),
    "sigmoid": lambda m, x: m.sigmoid(x),
    "relu": lambda m, x: m.relu(x),
    "exp of tanh": lambda m, x: m.exp(m.tanh(x)),
    "log": lambda m, x: m.log(x * x + 0.5),
    "sqrt": lambda m, x: m.sqrt(x * x + 0.5),
    "square": lambda m, x: m.tanh(x) ** 2,
    "cube": lambda m, x: m.sin(x) ** 3,
    "reciprocal": lambda m, x: 1 / (x * x + 1),
    "2 ** x": lambda m, x: 2 ** m.tanh(x),
    "negative": lambda m, x: -x,
    "absolute": lambda m, x: abs(x),
    "1 - x": lambda m, x: 1 - x,
    "remainder": lambda m, x: x % 0.7,
}
BINARY = {
    "add": lambda m, a, b: a + b,
    "subtract": lambda m, a, b: a - b,
    "multiply": lambda m, a, b: a * m.tanh(b),
    "divide": lambda m, a, b: a / (b * b + 1),
    "power": lambda m, a, b: (m.sigmoid(a) + 0.5) ** m.tanh(b),
    "maximum": lambda m, a, b: m.maximum(a, b),
    "minimum": lambda m, a, b: m.minimum(a, b),
    "where": lambda m, a, b: m.where(a > b, m.sin(a), b),
}
# axis may be out of a tensor's range: it is taken modulo its number of axes
REDUCTIONS = {
    "sum": (lambda x, axis, keep: x.sum(axis, keep), lambda x, axis, keep: x.sum(axis, keep)),
    "mean": (lambda x, axis, keep: x.mean(axis, keep), lambda x, axis, keep: x.mean(axis, keep)),
    "max": (lambda x, axis, keep: x.max(axis, keep), lambda x, axis, keep: x.amax(axis, keep)),
    "min": (lambda x, axis, keep: x.min(axis, keep), lambda x, axis, keep: x.amin(axis, keep)),
    "logsumexp": (autograd.logsumexp, lambda x, axis, keep: x.logsumexp(axis, keep)),
    "norm": (autograd.norm, lambda x, axis, keep: torch.linalg.vector_norm(x, 2, axis, keep)),
    "softmax": (lambda x, axis, keep: autograd.softmax(x, axis), lambda x, axis, keep: x.softmax(axis)),
    "log_softmax": (lambda x, axis, keep: autograd.log_softmax(x, axis), lambda x, axis, keep: x.log_softmax(axis)),
}
STRUCTURE = {
    "matmul": (lambda a, b: a @ b, lambda a, b: a @ b),
    "concatenate": (lambda a, b: autograd.concatenate([a, b]), lambda a, b: torch.cat([a, b])),
    "stack": (lambda a, b: autograd.stack([a, b], axis=-1), lambda a, b: torch.stack([a, b], dim=-1)),
    "transpose": (lambda a, b: a.swapaxes(0, -1), lambda a, b: a.swapaxes(0, -1)),
    "flatten": (lambda a, b: a.reshape(-1), lambda a, b: a.reshape(-1)),
    "slice": (lambda a, b: a[1:], lambda a, b: a[1:]),
    "last": (lambda a, b: a[-1], lambda a, b: a[-1]),
    "every other": (lambda a, b: a[..., ::2], lambda a, b: a[..., ::2]),
    "gather": (lambda a, b: a[[0, -1, 0]], lambda a, b: a[[0, -1, 0]]),
    "mask": (lambda a, b: a[a > 0], lambda a, b: a[a > 0]),
}
SHAPES = [(), (3,), (1,), (2, 3), (3, 3), (3, 1), (1, 3), (2, 1, 3)]


class Ours:
    """The functions of this engine under the names the steps use."""

    def __getattr__(self, name):
        return getattr(autograd, name)


@st.composite
def expressions(draw):
    """Leaves' shapes, a seed for their numbers, and steps that name earlier results."""
    shapes = draw(st.lists(st.sampled_from(SHAPES), min_size=2, max_size=4))
    kinds = [
        ("unary", UNARY),
        ("binary", BINARY),
        ("binary", BINARY),
        ("reduction", REDUCTIONS),
        ("structure", STRUCTURE),
    ]
    steps = []
    for _ in range(draw(st.integers(3, 14))):
        kind, rows = draw(st.sampled_from(kinds))
        name = draw(st.sampled_from(sorted(rows)))
        steps.append((kind, name, draw(st.integers(0, 30)), draw(st.integers(0, 30)), draw(st.booleans())))
    return shapes, draw(st.integers(0, 2**32 - 1)), steps


def build(expression):
    """Both engines' leaves and scalar outputs; a step that the shapes do not allow is left out in both."""
    shapes, seed, steps = expression
    rng = numpy.random.default_rng(seed)
    arrays = [rng.uniform(-2, 2, shape) for shape in shapes]
    ours = [Tensor(array) for array in arrays]
    theirs = [torch.tensor(array, dtype=torch.float64, requires_grad=True) for array in arrays]
    pairs = list(zip(ours, theirs, strict=True))
    for kind, name, first, second, keep in steps:
        a, b = pairs[-1 - first % len(pairs)], pairs[-1 - second % len(pairs)]
        if a[0].ndim == 0 and (kind == "reduction" or name == "transpose"):  # no axis to name
            continue
        try:
            if kind == "unary":
                made = UNARY[name](torch, a[1])
            elif kind == "binary":
                made = BINARY[name](torch, a[1], b[1])
            elif kind == "reduction":
                made = REDUCTIONS[name][1](a[1], second % a[0].ndim, keep)
            else:
                made = STRUCTURE[name][1](a[1], b[1])
        except (RuntimeError, IndexError, TypeError):
            continue
        if made.numel() > 200 or made.numel() == 0:
            continue
        if kind == "unary":
            own = UNARY[name](Ours(), a[0])
        elif kind == "binary":
            own = BINARY[name](Ours(), a[0], b[0])
        elif kind == "reduction":
            own = REDUCTIONS[name][0](a[0], second % a[0].ndim, keep)
        else:
            own = STRUCTURE[name][0](a[0], b[0])
        pairs.append((own, made))
    output = sum((own * own).mean() for own, _ in pairs[-4:])
    expected = sum((made * made).mean() for _, made in pairs[-4:])
    return pairs, ours, theirs, output, expected


def close(found, expected) -> None:
    scale = max(1.0, float(numpy.abs(expected).max(initial=0.0)))
    numpy.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11 * scale)


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(expressions())
def test_a_random_expression_has_pytorch_s_values_and_gradients(expression) -> None:
    pairs, ours, theirs, output, expected = build(expression)
    for own, made in pairs:
        assert own.shape == tuple(made.shape)
        close(own.data, made.detach().numpy())
    output.backward()
    expected.backward()
    for own, other in zip(ours, theirs, strict=True):
        if other.grad is None:
            assert own.grad is None
        else:
            assert own.grad is not None
            close(own.grad, other.grad.numpy())


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(expressions())
def test_a_random_expression_has_pytorch_s_second_derivatives(expression) -> None:
    _, ours, theirs, output, expected = build(expression)
    first = autograd.gradients(output, ours, create_graph=True)
    also = torch.autograd.grad(expected, theirs, create_graph=True, allow_unused=True)
    slope = sum((one * one).sum() for one in first)
    steepness = sum((one * one).sum() for one in also if one is not None)
    if not slope.requires_grad or not isinstance(steepness, torch.Tensor) or not steepness.requires_grad:
        return
    found = autograd.gradients(slope, ours)
    wanted = torch.autograd.grad(steepness, theirs, allow_unused=True)
    for own, other in zip(found, wanted, strict=True):
        close(own.data, numpy.zeros(own.shape) if other is None else other.numpy())


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(0, 99), st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=20
    ),
    st.integers(0, 2**32 - 1),
)
def test_a_random_expression_of_values_has_pytorch_s_values_and_gradients(steps, seed) -> None:
    numbers = numpy.random.default_rng(seed).uniform(-2, 2, 3)
    ours = [Value(number) for number in numbers]
    theirs = [torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in numbers]
    pairs = list(zip(ours, theirs, strict=True))
    unary, binary = list(UNARY.values()), list(BINARY.values())
    for one_operand, which, first, second in steps:
        a, b = pairs[-1 - first % len(pairs)], pairs[-1 - second % len(pairs)]
        if one_operand:
            step = unary[which % len(unary)]
            pairs.append((step(Ours(), a[0]), step(torch, a[1])))
        else:
            step = binary[which % len(binary)]
            pairs.append((step(Ours(), a[0], b[0]), step(torch, a[1], b[1])))
    output, expected = pairs[-1]
    close(output.data, expected.item())
    if not expected.requires_grad:
        return
    output.backward()
    expected.backward()
    for own, other in zip(ours, theirs, strict=True):
        close(own.grad, 0.0 if other.grad is None else other.grad.item())
