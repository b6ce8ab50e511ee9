"""XOR with 2-2-1 sigmoids, cross-entropy, learning rate 1, 1000 steps: document 001's example."""

import numpy
import pytest

from autograd import Tensor, Value, log, sigmoid
from nn.closed_form import SigmoidNetwork

X = numpy.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
Y = numpy.array([[0.0], [1.0], [1.0], [0.0]])
SIZES, LEARNING_RATE, STEPS = (2, 2, 1), 1.0, 1000


def cross_entropy(a, y):
    return (y - 1) * log(1 - a) - y * log(a)


def engine_path(network):
    """The parameters (W1, W2, b1, b2) before each step of gradient descent with the engine, and after the last."""
    W1, W2, b1, b2 = parameters = [Tensor(array) for array in (*network.weights, *network.biases)]
    for _ in range(STEPS):
        yield [parameter.data for parameter in parameters]
        a = sigmoid(sigmoid(X @ W1 + b1) @ W2 + b2)
        cross_entropy(a, Y).mean().backward()
        for parameter in parameters:
            parameter.data = parameter.data - LEARNING_RATE * parameter.grad
            parameter.zero_grad()
    yield [parameter.data for parameter in parameters]


@pytest.mark.parametrize("seed", range(8))
def test_engine_and_closed_form_follow_the_same_path(seed):
    network = SigmoidNetwork(SIZES, rng=seed)
    start = network.loss(X, Y)
    for step, parameters in enumerate(engine_path(network)):
        if step:
            network.step(X, Y, LEARNING_RATE)
        apart = max(
            numpy.abs(one - other).max()
            for one, other in zip(parameters, [*network.weights, *network.biases], strict=True)
        )
        assert apart <= 1e-9, f"after {step} steps"
    assert step == STEPS
    assert network.loss(X, Y) < 0.9 * start  # it is a path, not a point


def test_the_scalar_engine_follows_it_too():
    network = SigmoidNetwork(SIZES, rng=0)
    weights = [[[Value(w) for w in row] for row in W] for W in network.weights]
    biases = [[Value(b) for b in bias] for bias in network.biases]
    parameters = [value for layer in (*weights, biases) for row in layer for value in row]

    def output(x):
        a = [float(number) for number in x]
        for W, b in zip(weights, biases, strict=True):
            a = [sigmoid(sum(a[k] * W[k][j] for k in range(len(a))) + b[j]) for j in range(len(b))]
        return a[0]

    for _ in range(STEPS):
        cost = sum(cross_entropy(output(x), float(y)) for x, y in zip(X, Y[:, 0], strict=True)) / len(X)
        cost.backward()
        for parameter in parameters:
            parameter.data -= LEARNING_RATE * parameter.grad
            parameter.zero_grad()
        network.step(X, Y, LEARNING_RATE)
    expected = numpy.concatenate([array.ravel() for array in (*network.weights, *network.biases)])
    numpy.testing.assert_allclose([parameter.data for parameter in parameters], expected, rtol=0, atol=1e-9)
    assert [round(output(x).data) for x in X] == [0, 1, 1, 0]


def as_the_program_draws(seed):
    """A start drawn in the order of document 001's program: layer by layer, weights as (outputs, inputs)."""
    rng = numpy.random.default_rng(seed)
    W1, b1, W2, b2 = (rng.standard_normal(shape) for shape in ((2, 2), 2, (1, 2), 1))
    return SigmoidNetwork(weights=[W1.T, W2.T], biases=[b1, b2])


@pytest.mark.slow
def test_how_many_of_fifty_starts_solve_it(record_property):
    """Solved: all four outputs on their target's side of 0.5. These 50 starts: 37; of 4000 others, 67 %.

    The others are caught where two of the four patterns share an output.
    """
    networks = [as_the_program_draws(seed) for seed in range(50)]
    for network in networks:
        for _ in range(STEPS):
            network.step(X, Y, LEARNING_RATE)
    solved = sum(bool(((network.output(X) > 0.5) == (Y > 0.5)).all()) for network in networks)
    record_property("xor_solved_of_50", solved)
    print(f"XOR 2-2-1: {solved} of 50 starts solved")
    assert 30 <= solved <= 45  # some end so near to 0.5 that rounding decides
