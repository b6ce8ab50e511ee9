"""closed_form on its own: against finite differences, at extremes, and against what does not fit."""

from itertools import pairwise

import numpy
import pytest

from nn.closed_form import (
    ACTIVATIONS,
    COSTS,
    Activation,
    Cost,
    DeltaNetwork,
    SigmoidNetwork,
    TwoLayerBinaryNetwork,
    TwoLayerSoftmaxNetwork,
    sigmoid,
    softmax,
)

STEP = numpy.cbrt(numpy.finfo(numpy.float64).eps)


def weights_and_biases(sizes, seed, scale=0.7):
    """Starts for a network, smaller than standard normal so that nothing saturates."""
    rng = numpy.random.default_rng(seed)
    layers = list(pairwise(sizes))
    return {
        "weights": [scale * rng.standard_normal(layer) for layer in layers],
        "biases": [scale * rng.standard_normal(n_outputs) for _, n_outputs in layers],
    }


def numeric_gradient(function, array):
    """Central differences of a float function in each element of an array that it reads."""
    gradient = numpy.empty_like(array)
    for index in numpy.ndindex(array.shape):
        before = array[index]
        values = []
        for moved in (before + STEP, before - STEP):
            array[index] = moved
            values.append(function())
        array[index] = before
        gradient[index] = (values[0] - values[1]) / (2 * STEP)
    return gradient


def assert_gradients_are_those_of_the_loss(network, x, y, gradients):
    for W, b, (dW, db) in zip(network.weights, network.biases, gradients, strict=True):
        for parameter, gradient in ((W, dW), (b, db)):
            assert gradient.shape == parameter.shape
            numeric = numeric_gradient(lambda: network.loss(x, y), parameter)
            assert numpy.linalg.norm(gradient - numeric) <= 1e-8 * max(numpy.linalg.norm(numeric), 1e-2)


# --- activations and costs -------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_activation_derivatives(activation):
    z = numpy.linspace(-5, 5, 24)  # without 0, relu's kink
    numeric = (activation.forward(z + STEP) - activation.forward(z - STEP)) / (2 * STEP)
    numpy.testing.assert_allclose(activation.derivative(z, activation.forward(z)), numeric, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("cost", COSTS.values(), ids=COSTS)
def test_cost_derivatives_and_one_cost_a_sample(cost):
    rng = numpy.random.default_rng(0)
    a, y = rng.uniform(0.05, 0.95, (5, 3)), rng.uniform(0, 1, (5, 3))
    assert cost.forward(a, y).shape == (5,)
    numeric = numeric_gradient(lambda: cost.forward(a, y).sum(), a)
    numpy.testing.assert_allclose(cost.derivative(a, y), numeric, rtol=1e-7)


def test_costs_by_hand():
    a, y = numpy.array([[0.5, 0.25]]), numpy.array([[1.0, 0.0]])
    assert COSTS["quadratic"].forward(a, y)[0] == 0.5 * (0.25 + 0.0625)
    assert COSTS["cross-entropy"].forward(a, y)[0] == pytest.approx(numpy.log(2) + numpy.log(4 / 3), rel=1e-15)


def test_relu_is_flat_at_zero():
    zero = numpy.zeros(1)
    assert ACTIVATIONS["relu"].derivative(zero, zero) == 0


@pytest.mark.parametrize("dtype", [numpy.float32, numpy.float64])
def test_extremes_without_warnings(dtype):
    z = numpy.array([-1000, 0, 1000], dtype)
    assert sigmoid(z).tolist() == [0, 0.5, 1]
    assert softmax(z).tolist() == [0, 0, 1]
    assert softmax(-z[None]).tolist() == [[1, 0, 0]]
    certain = COSTS["cross-entropy"].forward(numpy.array([[0], [1], [0], [1]], dtype), z[:1] * 0)
    assert certain.tolist() == [0, numpy.inf, 0, numpy.inf]


def test_sigmoid_keeps_its_digits_far_out():
    assert sigmoid(numpy.array([-40.0]))[0] == pytest.approx(numpy.exp(-40), rel=1e-15, abs=0)


# --- gradients -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("labels", ["numbers", "one-hot"])
def test_two_layer_softmax_network(labels):
    rng = numpy.random.default_rng(1)
    network = TwoLayerSoftmaxNetwork(**weights_and_biases((4, 5, 3), seed=2))
    x, y = rng.standard_normal((6, 4)), rng.integers(0, 3, 6)
    if labels == "one-hot":
        y = numpy.eye(3)[y]
    found = network.gradients(x, y)
    assert_gradients_are_those_of_the_loss(network, x, y, [(found.dW1, found.db1), (found.dW2, found.db2)])


def test_two_layer_softmax_loss_is_the_mean_negative_log_probability():
    network = TwoLayerSoftmaxNetwork(**weights_and_biases((4, 5, 3), seed=2))
    x = numpy.random.default_rng(1).standard_normal((2, 4))
    probabilities = network.output(x)
    assert probabilities.sum(axis=1) == pytest.approx([1, 1], rel=1e-15)
    expected = -(numpy.log(probabilities[0, 2]) + numpy.log(probabilities[1, 0])) / 2
    assert network.loss(x, [2, 0]) == pytest.approx(expected, rel=1e-15)


def test_two_layer_binary_network():
    rng = numpy.random.default_rng(3)
    network = TwoLayerBinaryNetwork(**weights_and_biases((4, 5, 1), seed=4))
    x, y = rng.standard_normal((6, 4)), rng.integers(0, 2, 6)
    found = network.gradients(x, y)
    assert found.dZ2.shape == (6, 1)
    assert_gradients_are_those_of_the_loss(network, x, y, [(found.dW1, found.db1), (found.dW2, found.db2)])


@pytest.mark.parametrize("sizes", [(3, 1), (3, 2, 1), (2, 4, 3, 5, 2)])
def test_sigmoid_network(sizes):
    rng = numpy.random.default_rng(5)
    network = SigmoidNetwork(**weights_and_biases(sizes, seed=6))
    x, y = rng.standard_normal((7, sizes[0])), rng.uniform(0, 1, (7, sizes[-1]))
    assert_gradients_are_those_of_the_loss(network, x, y, network.gradients(x, y))


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize(
    "hidden", [("sigmoid",), ("tanh", "relu"), ("identity", "tanh", "sigmoid")], ids=lambda names: "-".join(names)
)
def test_delta_network(hidden, cost):
    rng = numpy.random.default_rng(7)
    sizes = (3, *range(4, 4 + len(hidden)), 2)
    start = weights_and_biases(sizes, seed=8)
    network = DeltaNetwork(**start, activation=(*hidden, "sigmoid"), cost=cost)
    x, y = rng.standard_normal((5, 3)), rng.uniform(0, 1, (5, 2))
    assert_gradients_are_those_of_the_loss(network, x, y, network.gradients(x, y))


def test_delta_network_with_activation_and_cost_of_ones_own():
    softplus = Activation("softplus", lambda z: numpy.log1p(numpy.exp(z)), lambda z, a: sigmoid(z))
    quartic = Cost("quartic", lambda a, y: numpy.sum((a - y) ** 4, axis=-1), lambda a, y: 4 * (a - y) ** 3)
    network = DeltaNetwork(**weights_and_biases((3, 4, 2), seed=9), activation=softplus, cost=quartic)
    rng = numpy.random.default_rng(10)
    x, y = rng.standard_normal((5, 3)), rng.standard_normal((5, 2))
    assert_gradients_are_those_of_the_loss(network, x, y, network.gradients(x, y))


def test_forward_of_the_delta_network_is_the_formula():
    network = DeltaNetwork(**weights_and_biases((2, 3, 1), seed=11), activation=["tanh", "identity"])
    x = numpy.array([[0.5, -1.0], [2.0, 0.25]])
    (z1, z2), (a0, a1, a2) = network.forward(x)
    W1, W2 = network.weights
    b1, b2 = network.biases
    numpy.testing.assert_array_equal(a0, x)
    numpy.testing.assert_allclose(z1, x @ W1 + b1, rtol=1e-15)
    numpy.testing.assert_array_equal(a1, numpy.tanh(z1))
    numpy.testing.assert_allclose(z2, a1 @ W2 + b2, rtol=1e-15)
    numpy.testing.assert_array_equal(a2, z2)
    numpy.testing.assert_array_equal(network.output(x), a2)


NETWORKS = {
    "softmax": (TwoLayerSoftmaxNetwork, (3, 4, 2), [0, 1, 1, 0]),
    "binary": (TwoLayerBinaryNetwork, (3, 4, 1), [0, 1, 1, 0]),
    "sigmoid": (SigmoidNetwork, (3, 4, 4, 1), [0, 1, 1, 0]),
    "delta": (DeltaNetwork, (3, 4, 4, 2), numpy.eye(2)[[0, 1, 1, 0]]),
}
networks = pytest.mark.parametrize(("kind", "sizes", "y"), NETWORKS.values(), ids=NETWORKS)


def gradient_list(network, x, y):
    found = network.gradients(x, y)
    return found if isinstance(found, list) else [(found.dW1, found.db1), (found.dW2, found.db2)]


@networks
def test_a_step_goes_against_the_gradient_in_place(kind, sizes, y):
    network = kind(**weights_and_biases(sizes, seed=12))
    x = numpy.random.default_rng(13).standard_normal((4, 3))
    arrays = [*network.weights, *network.biases]
    before = [array.copy() for array in arrays]
    dW, db = zip(*gradient_list(network, x, y), strict=True)
    network.step(x, y, learning_rate=0.25)
    for array, held, old, gradient in zip(arrays, [*network.weights, *network.biases], before, [*dW, *db], strict=True):
        assert array is held
        numpy.testing.assert_allclose(array, old - 0.25 * gradient, rtol=1e-13, atol=1e-16)


@networks
@pytest.mark.parametrize("dtype", [numpy.float32, numpy.float64])
def test_the_dtype_is_kept(kind, sizes, y, dtype):
    network = kind(sizes, rng=14, dtype=dtype)
    x = numpy.random.default_rng(15).standard_normal((4, 3))  # float64, and integers as targets
    network.step(x, y, learning_rate=numpy.float64(0.1))
    arrays = [*network.weights, *network.biases, network.output(x)]
    arrays += [array for pair in gradient_list(network, x, y) for array in pair]
    assert {array.dtype for array in arrays} == {numpy.dtype(dtype)}


@networks
def test_float32_gradients_are_the_float64_ones_rounded(kind, sizes, y):
    start = weights_and_biases(sizes, seed=16)
    single = {name: [array.astype(numpy.float32) for array in arrays] for name, arrays in start.items()}
    x = numpy.random.default_rng(17).standard_normal((4, 3))
    for exact, rounded in zip(gradient_list(kind(**start), x, y), gradient_list(kind(**single), x, y), strict=True):
        for one, other in zip(exact, rounded, strict=True):
            assert numpy.linalg.norm(one - other) <= 1e-5 * numpy.linalg.norm(one)


# --- starts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [SigmoidNetwork, DeltaNetwork])
def test_documents_001_and_002_start_standard_normal(kind):
    network = kind((100, 80, 60), rng=18)
    assert network.sizes == (100, 80, 60)
    for arrays, tolerance in ((network.weights, 0.05), (network.biases, 0.3)):
        for array in arrays:
            assert array.mean() == pytest.approx(0, abs=tolerance)
            assert array.std() == pytest.approx(1, abs=tolerance)


def test_document_000_starts_near_zero():
    network = TwoLayerSoftmaxNetwork((100, 80, 60), rng=19)
    assert network.weights[0].std() == pytest.approx(0.001, rel=0.05)
    assert not network.biases[0].any() and not network.biases[1].any()


@networks
def test_same_seed_same_bits(kind, sizes, y):
    first, again, other = kind(sizes, rng=20), kind(sizes, rng=numpy.random.default_rng(20)), kind(sizes, rng=21)
    for one, two, three in zip(first.weights, again.weights, other.weights, strict=True):
        assert (one == two).all() and (one != three).all()


@networks
def test_given_arrays_are_never_written_to(kind, sizes, y):
    start = weights_and_biases(sizes, seed=22)
    kept = {name: [array.copy() for array in arrays] for name, arrays in start.items()}
    x = numpy.random.default_rng(23).standard_normal((4, 3))
    targets = numpy.array(y, dtype=float)
    x_kept, targets_kept = x.copy(), targets.copy()
    if kind is TwoLayerSoftmaxNetwork:
        targets = numpy.array(y)
    kind(**start).step(x, targets, learning_rate=1.0)
    for name in start:
        for given, copy in zip(start[name], kept[name], strict=True):
            numpy.testing.assert_array_equal(given, copy)
    numpy.testing.assert_array_equal(x, x_kept)
    numpy.testing.assert_array_equal(targets, targets_kept)


def test_integer_weights_become_float64():
    network = SigmoidNetwork(weights=[[[1], [2]]], biases=[[0]])
    network.step([[1, 2]], [0], learning_rate=0.5)
    assert network.dtype == numpy.float64
    assert 0 < network.weights[0][0, 0] < 1


# --- what does not fit -----------------------------------------------------------------------------------

W21, B1 = numpy.zeros((2, 1)), numpy.zeros(1)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: SigmoidNetwork(), "SigmoidNetwork: give either sizes, or both weights and biases"),
        (
            lambda: SigmoidNetwork((2, 1), weights=[W21]),
            "SigmoidNetwork: give either sizes, or both weights and biases",
        ),
        (lambda: SigmoidNetwork((2,)), "SigmoidNetwork: sizes are at least two positive numbers, not [2]"),
        (lambda: SigmoidNetwork((2, 0, 1)), "SigmoidNetwork: sizes are at least two positive numbers, not [2, 0, 1]"),
        (
            lambda: SigmoidNetwork((2, 1), dtype=numpy.float16),
            "SigmoidNetwork: weights and biases are float32 or float64, not float16",
        ),
        (
            lambda: SigmoidNetwork(weights=[W21 * 1j], biases=[B1]),
            "SigmoidNetwork: weights and biases are float32 or float64, not complex128",
        ),
        (
            lambda: SigmoidNetwork(weights=[W21], biases=[]),
            "SigmoidNetwork: every layer has a weight and a bias, but there are 1 and 0",
        ),
        (
            lambda: SigmoidNetwork(weights=[W21, W21], biases=[B1, B1]),
            "SigmoidNetwork: layer 2 has a weight of shape (2, 1) and a bias of shape (1,), "
            "where (1, outputs) and (outputs,) would fit",
        ),
        (
            lambda: SigmoidNetwork(weights=[W21], biases=[W21]),
            "SigmoidNetwork: layer 1 has a weight of shape (2, 1) and a bias of shape (2, 1), "
            "where (2, outputs) and (outputs,) would fit",
        ),
        (
            lambda: DeltaNetwork((2, 1), activation="softmax"),
            "DeltaNetwork: unknown activation 'softmax'; known are sigmoid, tanh, relu, identity",
        ),
        (
            lambda: DeltaNetwork((2, 1), cost="hinge"),
            "DeltaNetwork: unknown cost 'hinge'; known are quadratic, cross-entropy",
        ),
        (
            lambda: DeltaNetwork((2, 2, 1), activation=["tanh"]),
            "DeltaNetwork: every layer has an activation, but there are 1 for 2 layers",
        ),
        (
            lambda: TwoLayerSoftmaxNetwork((4, 3, 2, 2)),
            "TwoLayerSoftmaxNetwork: there are two layers of weights, not 3",
        ),
        (lambda: TwoLayerBinaryNetwork((4, 3, 2)), "TwoLayerBinaryNetwork: there is one output, not 2"),
        (
            lambda: TwoLayerSoftmaxNetwork((4, 3, 2)).loss(numpy.zeros((1, 4)), [2]),
            "TwoLayerSoftmaxNetwork: labels are whole numbers from 0 to 1, not [2]",
        ),
        (
            lambda: TwoLayerSoftmaxNetwork((4, 3, 2)).loss(numpy.zeros((1, 4)), [0.0]),
            "TwoLayerSoftmaxNetwork: labels are whole numbers from 0 to 1, not [0.0]",
        ),
    ],
)
def test_bad_networks_get_one_clear_sentence(build, message):
    with pytest.raises(ValueError) as caught:
        build()
    assert str(caught.value) == message


@networks
def test_bad_batches_get_one_clear_sentence(kind, sizes, y):
    network = kind(sizes, rng=24)
    name, shown, n_outputs = kind.__name__, "-".join(map(str, sizes)), sizes[-1]
    for shape in ((4, 2), (3,), (4, 3, 1), (0, 3)):
        with pytest.raises(ValueError) as caught:
            network.step(numpy.zeros(shape), y, learning_rate=1.0)
        assert str(caught.value) == (
            f"{name}: inputs of shape {shape} do not fit a network of sizes {shown}, which takes (samples, 3)"
        )
    for targets in (numpy.zeros((4, 3)), numpy.zeros((3, n_outputs)), numpy.zeros(())):
        with pytest.raises(ValueError) as caught:
            network.gradients(numpy.zeros((4, 3)), targets)
        assert str(caught.value) == (
            f"{name}: targets of shape {targets.shape} do not fit 4 samples and a network of sizes {shown}, "
            f"which takes (4, {n_outputs})"
        )
