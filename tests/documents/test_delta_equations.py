"""The documents' gradients, derived by hand, against the engine's: random networks, 1e-12 in norm.

closed_form holds the four δ equations of document 002, the seven gradient lines of 000's program, and 001's
sigmoid network. Here the same networks are written with nothing but their forward pass, and differentiated.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Tensor, gradients, log, log_softmax, relu, sigmoid, square, tanh
from nn.closed_form import (
    ACTIVATIONS,
    DeltaNetwork,
    SigmoidNetwork,
    TwoLayerBinaryNetwork,
    TwoLayerSoftmaxNetwork,
)

TOLERANCE = 1e-12
# Cross-entropy divides by a (1 − a): of a sigmoid at 6 that leaves float64 thirteen digits, at 30 three.
LARGEST_PRE_ACTIVATION = 6.0

ENGINE_ACTIVATIONS = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu, "identity": lambda z: z}
ENGINE_COSTS = {
    "quadratic": lambda a, y: (0.5 * square(a - y)).sum(),
    "cross-entropy": lambda a, y: ((y - 1) * log(1 - a) - y * log(a)).sum(),
}


@dataclass(frozen=True)
class Case:
    """A network and a batch: what a test draws."""

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    cost: str
    seed: int
    weights: list[Any]
    biases: list[Any]
    x: Any
    y: Any

    def __repr__(self):
        return f"Case({'-'.join(map(str, self.sizes))} {self.activations} {self.cost} seed={self.seed} n={len(self.x)})"


def bounded_case(sizes, activations, cost, seed, n_samples):
    """Standard normal weights and inputs, each layer scaled down until no |z| is above the largest."""
    rng = numpy.random.default_rng(seed)
    x = a = rng.standard_normal((n_samples, sizes[0]))
    weights, biases = [], []
    for layer, name in zip(pairwise(sizes), activations, strict=True):
        W, b = rng.standard_normal(layer), rng.standard_normal(layer[1])
        scale = min(1.0, LARGEST_PRE_ACTIVATION / numpy.abs(a @ W + b).max())
        weights.append(W * scale)
        biases.append(b * scale)
        z = a @ weights[-1] + biases[-1]
        a = ACTIVATIONS[name].forward(z)
    y = rng.uniform(0, 1, a.shape)
    if rng.random() < 0.5:
        y = y.round()  # as labels are
    return Case(tuple(sizes), tuple(activations), cost, seed, weights, biases, x, y)


widths = st.integers(1, 8)
seeds = st.integers(0, 2**32 - 1)
batches = st.integers(1, 12)


@st.composite
def delta_cases(draw):
    """Any width, depth, elementwise activation and cost (cross-entropy needs outputs between 0 and 1)."""
    sizes = draw(st.lists(widths, min_size=2, max_size=6))
    cost = draw(st.sampled_from(sorted(ENGINE_COSTS)))
    activations = [draw(st.sampled_from(sorted(ENGINE_ACTIVATIONS))) for _ in sizes[1:]]
    if cost == "cross-entropy":
        activations[-1] = "sigmoid"
    return bounded_case(sizes, activations, cost, draw(seeds), draw(batches))


@st.composite
def sigmoid_cases(draw, n_layers=None, n_outputs=None):
    """Sigmoids alone, with cross-entropy."""
    count = n_layers or draw(st.integers(1, 5))
    sizes = [*draw(st.lists(widths, min_size=count, max_size=count)), n_outputs or draw(widths)]
    return bounded_case(sizes, ["sigmoid"] * count, "cross-entropy", draw(seeds), draw(batches))


def engine_network(case):
    """The forward pass in Tensors: parameters (W1, b1, W2, b2, …), pre-activations, activations."""
    a = Tensor(case.x, requires_grad=False)
    parameters, pre_activations, activations = [], [], []
    for W, b, name in zip(case.weights, case.biases, case.activations, strict=True):
        parameters += [Tensor(W), Tensor(b)]
        z = a @ parameters[-2] + parameters[-1]
        a = ENGINE_ACTIVATIONS[name](z)
        pre_activations.append(z)
        activations.append(a)
    return parameters, pre_activations, activations


def by_the_engine(case):
    """The mean cost, the gradients of its parameters, and the errors ∂C/∂z of single samples."""
    n = len(case.x)
    parameters, pre_activations, activations = engine_network(case)
    cost = ENGINE_COSTS[case.cost](activations[-1], case.y) / n
    found = [gradient.data for gradient in gradients(cost, parameters + pre_activations)]
    # of a sample's own cost they are n times those of the mean
    return cost.item(), found[: len(parameters)], [n * delta for delta in found[len(parameters) :]]


def in_order(pairs):
    """[(dW1, db1), (dW2, db2), …] as one list."""
    return [array for pair in pairs for array in pair]


def delta_network(case):
    return DeltaNetwork(weights=case.weights, biases=case.biases, activation=case.activations, cost=case.cost)


def assert_equal_in_norm(found, expected, tolerance=TOLERANCE):
    """‖found − expected‖ ≤ tolerance ‖expected‖, all arrays taken as one vector."""
    assert [array.shape for array in found] == [array.shape for array in expected]
    found, expected = (numpy.concatenate([array.ravel() for array in arrays]) for arrays in (found, expected))
    assert numpy.linalg.norm(found - expected) <= tolerance * numpy.linalg.norm(expected)


# --- document 002 ---------------------------------------------------------------------------------------


@settings(max_examples=200)
@given(delta_cases())
def test_the_four_equations(case):
    network = delta_network(case)
    cost, parameter_gradients, deltas = by_the_engine(case)
    assert network.loss(case.x, case.y) == pytest.approx(cost, rel=TOLERANCE, abs=0)
    # δ^L = ∇C ⊙ σ′(z^L) and δ^l = (W^{l+1})ᵀ δ^{l+1} ⊙ σ′(z^l)
    assert_equal_in_norm(network.deltas(case.x, case.y), deltas)
    # ∇_b C = δ and ∇_W C = δ aᵀ
    assert_equal_in_norm(in_order(network.gradients(case.x, case.y)), parameter_gradients)


@settings(max_examples=100)
@given(delta_cases())
def test_the_average_over_samples_is_the_gradient_of_the_batch(case):
    """Document 002 backpropagates sample by sample and averages; so do closed form and engine, and it is the same."""
    network = delta_network(case)
    n = len(case.x)
    batch = in_order(network.gradients(case.x, case.y))
    samples = [in_order(network.gradients(case.x[i : i + 1], case.y[i : i + 1])) for i in range(n)]
    assert_equal_in_norm([sum(one) / n for one in zip(*samples, strict=True)], batch)

    parameters, _, activations = engine_network(case)
    for i in range(n):  # each sweep adds to what the leaves hold
        ENGINE_COSTS[case.cost](activations[-1][i : i + 1], case.y[i : i + 1]).backward()
    assert_equal_in_norm([parameter.grad / n for parameter in parameters], batch)


def test_the_equations_do_not_hold_for_softmax():
    """“Any activation” is any elementwise one: with the diagonal alone of softmax's derivative, δ^L is wrong."""
    rng = numpy.random.default_rng(0)
    z, y = Tensor(rng.standard_normal((1, 4))), numpy.eye(4)[[2]]
    a = numpy.exp(log_softmax(z.data))
    (delta,) = gradients(0.5 * square(log_softmax(z).exp() - y).sum(), [z])
    by_the_equation = (a - y) * a * (1 - a)
    whole_derivative = numpy.diag(a[0]) - numpy.outer(a[0], a[0])
    assert_equal_in_norm([(a - y) @ whole_derivative], [delta.data])
    assert numpy.linalg.norm(by_the_equation - delta.data) > 0.1 * numpy.linalg.norm(delta.data)


# --- document 000 ---------------------------------------------------------------------------------------


@settings(max_examples=100)
@given(sigmoid_cases(n_layers=2), st.booleans())
def test_the_seven_lines_with_softmax(case, one_hot):
    n, n_classes = case.y.shape
    labels = numpy.random.default_rng(case.seed).integers(0, n_classes, n)
    X, Y = Tensor(case.x, requires_grad=False), numpy.eye(n_classes)[labels]
    W1, W2 = map(Tensor, case.weights)
    b1, b2 = map(Tensor, case.biases)
    Z1 = X @ W1 + b1
    A1 = sigmoid(Z1)
    Z2 = A1 @ W2 + b2
    loss = -(Y * log_softmax(Z2)).sum() / n
    dZ2, dW2, db2, dA1, dZ1, dW1, db1 = (node.data for node in gradients(loss, [Z2, W2, b2, A1, Z1, W1, b1]))

    network = TwoLayerSoftmaxNetwork(weights=case.weights, biases=case.biases)
    assert network.loss(case.x, labels) == pytest.approx(loss.item(), rel=TOLERANCE, abs=1e-15)
    found = network.gradients(case.x, Y if one_hot else labels)
    # its dZ2, dA1 and dZ1 are of single samples: n times those of the mean
    assert_equal_in_norm([found.dZ2, found.dA1, found.dZ1], [n * dZ2, n * dA1, n * dZ1])
    assert_equal_in_norm([found.dW2, found.db2, found.dW1, found.db1], [dW2, db2, dW1, db1])


@settings(max_examples=100)
@given(sigmoid_cases(n_layers=2, n_outputs=1))
def test_the_seven_lines_for_eight_or_not(case):
    cost, (dW1, db1, dW2, db2), (dZ1, dZ2) = by_the_engine(case)
    network = TwoLayerBinaryNetwork(weights=case.weights, biases=case.biases)
    found = network.gradients(case.x, case.y.ravel())
    assert network.loss(case.x, case.y) == pytest.approx(cost, rel=TOLERANCE, abs=0)
    assert_equal_in_norm([found.dZ2, found.dZ1], [dZ2, dZ1])
    assert_equal_in_norm([found.dW2, found.db2, found.dW1, found.db1], [dW2, db2, dW1, db1])


# --- document 001 ---------------------------------------------------------------------------------------


@settings(max_examples=100)
@given(sigmoid_cases())
def test_the_sigmoid_network(case):
    network = SigmoidNetwork(weights=case.weights, biases=case.biases)
    cost, parameter_gradients, deltas = by_the_engine(case)
    assert network.loss(case.x, case.y) == pytest.approx(cost, rel=TOLERANCE, abs=0)
    assert_equal_in_norm(network.cost_partials(case.x, case.y), deltas)
    assert_equal_in_norm(in_order(network.gradients(case.x, case.y)), parameter_gradients)
