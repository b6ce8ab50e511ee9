"""Document 001's tables of nonlinearities and costs, row by row, and the documents' mistakes that running shows.

Each row is held to the engine's derivative and to finite differences. Of a mistake, what the document prints is
shown to be wrong, and what is true to be right.
"""

import math

import numpy
import pytest

from autograd import ShapeError, Tensor, Value, exp, gradients, log, maximum, relu, sigmoid, softmax, square, tanh
from nn.closed_form import ACTIVATIONS, COSTS, DeltaNetwork, SigmoidNetwork, TwoLayerBinaryNetwork

STEP = numpy.cbrt(numpy.finfo(numpy.float64).eps)
Z = numpy.linspace(-6, 6, 24)  # without 0, relu's kink


def slope(function, z):
    """Central differences of an elementwise function."""
    return (function(z + STEP) - function(z - STEP)) / (2 * STEP)


def numeric_gradient(function, array):
    """Central differences of a float function, in each element of the array."""
    gradient = numpy.empty(array.shape)
    for index in numpy.ndindex(array.shape):
        moved = numpy.zeros(array.shape)
        moved[index] = STEP
        gradient[index] = (function(array + moved) - function(array - moved)) / (2 * STEP)
    return gradient


def engine_gradient(function, array):
    """The engine's gradient of a function's sum."""
    x = Tensor(array)
    return gradients(function(x).sum(), x).data


def close(found, expected, tolerance=1e-7):
    return numpy.linalg.norm(found - expected) <= tolerance * numpy.linalg.norm(expected)


# --- document 001: nonlinearities ------------------------------------------------------------------------

# name: the engine's function, the document's formula written in other primitives, its ∂a/∂z in terms of a
NONLINEARITIES = {
    "sigmoid": (sigmoid, lambda z: 1 / (1 + exp(-z)), lambda z, a: a * (1 - a)),
    "tanh": (tanh, lambda z: (exp(z) - exp(-z)) / (exp(z) + exp(-z)), lambda z, a: 1 - a**2),
    "relu": (relu, lambda z: maximum(0, z), lambda z, a: numpy.where(z < 0, 0.0, 1.0)),
}
nonlinearities = pytest.mark.parametrize("name", NONLINEARITIES)


@nonlinearities
def test_nonlinearity(name):
    function, formula, derivative = NONLINEARITIES[name]
    a = function(Tensor(Z)).data
    numpy.testing.assert_allclose(formula(Tensor(Z)).data, a, rtol=1e-13)
    printed = derivative(Z, a)
    for one in (function, formula):
        numpy.testing.assert_allclose(engine_gradient(one, Z), printed, rtol=1e-10)
        assert close(slope(one, Z), printed)
    numpy.testing.assert_allclose(ACTIVATIONS[name].derivative(Z, a), printed, rtol=1e-15)


@nonlinearities
def test_nonlinearity_of_a_value(name):
    function, formula, derivative = NONLINEARITIES[name]
    for number in Z.tolist():
        for one in (function, formula):
            z = Value(number)
            a = one(z)
            a.backward()
            assert z.grad == pytest.approx(float(derivative(number, a.data)), rel=1e-10)


def test_sigmoid_is_printed_without_its_minus_sign():
    def printed(z):
        return 1 / (1 + exp(z))

    assert close(printed(Z), sigmoid(-Z), 1e-13)  # it falls where a sigmoid rises
    a = printed(Z)
    table = a * (1 - a)
    assert close(slope(printed, Z), -table) and close(engine_gradient(printed, Z), -table, 1e-12)


def test_tanh_is_the_sigmoid_up_to_scaling_and_a_shift():
    numpy.testing.assert_allclose(2 * sigmoid(2 * Z) - 1, numpy.tanh(Z), rtol=1e-12)
    # Scaling alone, c σ(k z), has one sign everywhere; tanh has two.
    assert (sigmoid(Z) > 0).all() and tanh(Z).min() < 0 < tanh(Z).max()


def test_the_derivative_of_relu_at_zero_is_a_convention():
    """The document takes 1. The slope is 0 on one side and 1 on the other; the engine and closed form take 0, as
    PyTorch and JAX; max(0, z) by its own row shares the tie between its operands."""
    zero = numpy.zeros(1)
    assert relu(zero - STEP) - relu(zero) == 0
    assert relu(zero + STEP) - relu(zero) == STEP
    assert engine_gradient(relu, zero) == 0
    assert ACTIVATIONS["relu"].derivative(zero, zero) == 0
    assert engine_gradient(lambda z: maximum(0, z), zero) == 0.5


# --- document 001: costs ---------------------------------------------------------------------------------

RNG = numpy.random.default_rng(0)
A, Y = RNG.uniform(0.05, 0.95, (6, 3)), RNG.uniform(0, 1, (6, 3))

# name in closed_form: the document's C of one sample, and the true ∂C/∂a
COST_ROWS = {
    "quadratic": (lambda a, y: 0.5 * (y - a) @ (y - a), lambda a, y: a - y),
    "cross-entropy": (
        lambda a, y: ((y - 1) * log(1 - a) - y * log(a)).sum(),
        lambda a, y: (a - y) / (a * (1 - a)),
    ),
}


@pytest.mark.parametrize("name", COST_ROWS)
def test_cost(name):
    formula, derivative = COST_ROWS[name]
    for a, y in zip(A, Y, strict=True):
        true = derivative(a, y)
        assert close(engine_gradient(lambda node, y=y: formula(node, y), a), true, 1e-14)
        assert close(numeric_gradient(lambda moved, y=y: formula(moved, y), a), true)
        assert COSTS[name].forward(a, y) == pytest.approx(formula(a, y), rel=1e-14)
        numpy.testing.assert_allclose(COSTS[name].derivative(a, y), true, rtol=1e-15)


def test_the_derivative_of_the_squared_error_is_printed_with_the_wrong_sign():
    a, y = A[0], Y[0]
    numeric = numeric_gradient(lambda moved: 0.5 * (y - moved) @ (y - moved), a)
    printed = y - a
    assert close(-printed, numeric)
    assert not close(printed, numeric, 1.0)


def test_cross_entropy_is_printed_for_a_single_output():
    """The squared error of the table is one number, its cross-entropy one for each output: a sum over them is missing
    (as it is from the loss of document 000, there over the samples)."""
    a, y = A[0], Y[0]
    a = Tensor(a)
    assert (0.5 * (y - a) @ (y - a)).shape == ()
    with pytest.raises(ShapeError, match=r"\(3,\)"):  # there is no gradient of three numbers
        ((y - 1) * log(1 - a) - y * log(a)).backward()


def test_sigmoid_with_cross_entropy_leaves_the_difference():
    """∂C/∂z^L = ∂C/∂a^L ∘ ∂a^L/∂z^L = a^L − y."""
    z, y = RNG.standard_normal(5), RNG.uniform(0, 1, 5)

    def cost(z):
        a = sigmoid(z)
        return ((y - 1) * log(1 - a) - y * log(a)).sum()

    assert close(engine_gradient(cost, z), sigmoid(z) - y, 1e-13)
    assert close(numeric_gradient(cost, z), sigmoid(z) - y)


# --- document 001: its derivation ------------------------------------------------------------------------


def test_the_sum_of_a_pre_activation_runs_over_the_layer_before():
    """z_k^m = Σ_l W_kl a_l + b_k is printed with l up to N^m, the width of its own layer."""
    rng = numpy.random.default_rng(1)
    n_before, n = 5, 3
    W, b, a = rng.standard_normal((n, n_before)), rng.standard_normal(n), rng.standard_normal(n_before)
    network = DeltaNetwork(weights=[W.T], biases=[b], activation="identity")
    z = network.output(a[None])[0]

    def summed_up_to(last):
        return [sum(W[k, l] * a[l] for l in range(last)) + b[k] for k in range(n)]

    assert close(summed_up_to(n_before), z, 1e-14)
    assert not close(summed_up_to(n), z, 0.01)


def test_what_is_zero_unless_k_is_i():
    """∂z_k/∂W_ij and ∂z_k/∂b_i (the document: ∂C/∂a_k, and ∂z_i/∂b_i)."""
    rng = numpy.random.default_rng(2)
    W, b, a = Tensor(rng.standard_normal((3, 4))), Tensor(rng.standard_normal(3)), rng.standard_normal(4)
    z = W @ a + b
    for k in range(3):
        for_weights, for_biases = gradients(z[k], [W, b])
        expected = numpy.zeros((3, 4))
        expected[k] = a
        numpy.testing.assert_array_equal(for_weights.data, expected)
        numpy.testing.assert_array_equal(for_biases.data, numpy.arange(3) == k)
    activations = sigmoid(z)
    assert gradients(0.5 * square(activations - 1).sum(), activations).data.all()  # no ∂C/∂a_k is 0


def test_between_the_vectors_of_the_last_layer_stands_a_hadamard_product():
    """∂C/∂z^L = ∂C/∂a^L ∂a^L/∂z^L does not conform for columns, and a dot product of vectors is one number."""
    a, y = A[0][:, None], Y[0][:, None]
    for_cost, for_activation = (a - y) / (a * (1 - a)), a * (1 - a)
    with pytest.raises(ShapeError, match="matmul"):
        Tensor(for_cost) @ for_activation
    assert close(for_cost * for_activation, a - y, 1e-14)


def test_the_outer_product_comes_after_the_hadamard_product():
    """∂C/∂W^{L−1} is printed as W^Lᵀ(a^L − y) ∘ a^{L−1}(1 − a^{L−1}) a^{L−2}ᵀ: read by precedence, ∘ would stand
    between a column and a matrix. NumPy's broadcasting happens to give that reading the same result."""
    rng = numpy.random.default_rng(3)
    network = SigmoidNetwork((4, 3, 2), rng=4)
    x, y = rng.standard_normal((1, 4)), rng.uniform(0, 1, (1, 2))
    a0, a1, a2 = (row.T for row in network.forward(x))  # columns, as in the document
    W2 = network.weights[1].T
    error = (W2.T @ (a2 - y.T)) * (a1 * (1 - a1))
    (true, _), _ = network.gradients(x, y)
    assert close(error @ a0.T, true.T, 1e-14)
    assert (W2.T @ (a2 - y.T)).shape == (3, 1) and ((a1 * (1 - a1)) @ a0.T).shape == (3, 4)
    assert close((W2.T @ (a2 - y.T)) * ((a1 * (1 - a1)) @ a0.T), true.T, 1e-14)


# --- document 000: its derivation ------------------------------------------------------------------------


@pytest.fixture
def eight_or_not():
    """A network 6-4-1 and a batch of 5, with its forward pass."""
    rng = numpy.random.default_rng(5)
    network = TwoLayerBinaryNetwork(
        weights=[rng.standard_normal(s) for s in ((6, 4), (4, 1))], biases=[[0.0] * 4, [0.0]]
    )
    x, y = rng.standard_normal((5, 6)), numpy.array([0.0, 1.0, 1.0, 0.0, 1.0])
    return network, x, y, network.forward(x)


def test_the_loss_has_a_plus_between_its_terms(eight_or_not):
    _, _, y, (_, _, Z2, A2) = eight_or_not
    n, y = len(y), y[:, None]

    def printed(Z2):
        return -(y * log(sigmoid(Z2)) - (1 - y) * log(1 - sigmoid(Z2))).sum() / n

    def true(Z2):
        return -(y * log(sigmoid(Z2)) + (1 - y) * log(1 - sigmoid(Z2))).sum() / n

    derived = (A2 - y) / n
    assert close(numeric_gradient(true, Z2), derived)
    assert close(engine_gradient(true, Z2), derived, 1e-13)
    assert not close(numeric_gradient(printed, Z2), derived, 0.1)
    assert close(numeric_gradient(printed, Z2), numpy.where(y == 1, A2 - 1, -A2) / n)


def test_the_loss_is_summed_over_the_samples(eight_or_not):
    network, x, y, (*_, A2) = eight_or_not
    y = y[:, None]
    terms = -(y * numpy.log(A2) + (1 - y) * numpy.log(1 - A2)) / len(y)
    assert terms.shape == (5, 1)  # as printed: no sum, so no single number to differentiate
    assert terms.sum() == pytest.approx(network.loss(x, y), rel=1e-14)


def test_the_derivation_drops_one_over_n(eight_or_not):
    network, x, y, (_, A1, _, A2) = eight_or_not
    by_the_derivation = A1.T @ (A2 - y[:, None])
    true = numeric_gradient(lambda W2: loss_with(network, x, y, W2), network.weights[1])
    assert close(by_the_derivation / 5, true)
    assert close(network.gradients(x, y).dW2, true)
    assert not close(by_the_derivation, true, 1.0)


def loss_with(network, x, y, W2):
    """The loss with other weights in the second layer."""
    return TwoLayerBinaryNetwork(weights=[network.weights[0], W2], biases=network.biases).loss(x, y)


def test_the_first_bias_is_no_column():
    """b⁽¹⁾ is said to have dimension (256,), and then 256×1: that does not add to Z⁽¹⁾, 32×256."""
    X, W1 = Tensor(numpy.ones((32, 784)), requires_grad=False), numpy.ones((784, 256))
    with pytest.raises(ShapeError, match=r"add: operands of shape \(32, 256\) and \(256, 1\) do not fit"):
        X @ Tensor(W1) + Tensor(numpy.ones((256, 1)))
    assert (X @ Tensor(W1) + Tensor(numpy.ones(256))).shape == (32, 256)
    with pytest.raises(ValueError, match=r"bias of shape \(256, 1\)"):
        SigmoidNetwork(weights=[W1], biases=[numpy.ones((256, 1))])


def test_the_products_of_the_backward_pass_do_not_conform(eight_or_not):
    network, x, y, (_, A1, _, A2) = eight_or_not
    W2, dZ2 = network.weights[1], A2 - y[:, None]
    dZ1 = (dZ2 @ W2.T) * A1 * (1 - A1)
    for left, right in ((dZ2, A1), (dZ2, W2), (dZ1, x)):  # as printed, matrix products
        with pytest.raises(ShapeError, match="matmul"):
            Tensor(left) @ right
    assert (dZ2 * A1).shape != W2.shape  # nor is an elementwise product a gradient of W⁽²⁾
    found = network.gradients(x, y)
    numpy.testing.assert_allclose(A1.T @ dZ2 / 5, found.dW2, rtol=1e-14)
    numpy.testing.assert_allclose(dZ2 @ W2.T, found.dA1, rtol=1e-14)
    numpy.testing.assert_allclose(x.T @ dZ1 / 5, found.dW1, rtol=1e-13)


def test_the_gradient_of_a_bias_is_summed_over_the_batch(eight_or_not):
    network, x, y, (*_, A2) = eight_or_not
    printed = A2 - y[:, None]
    assert printed.shape == (5, 1) and network.biases[1].shape == (1,)
    true = numeric_gradient(
        lambda b2: TwoLayerBinaryNetwork(weights=network.weights, biases=[network.biases[0], b2]).loss(x, y),
        network.biases[1],
    )
    assert close(printed.sum(axis=0) / 5, true)
    assert close(network.gradients(x, y).db2, true)


def test_y_as_the_document_describes_it_broadcasts_to_a_square(eight_or_not):
    """y has “the same length as the first dimension of X”, so it is (n,), and A⁽²⁾ − y is n×n without a word."""
    network, x, y, (*_, A2) = eight_or_not
    assert (A2 - y).shape == (5, 5)
    assert network.gradients(x, y).dZ2.shape == (5, 1)


def test_the_error_of_softmax_which_the_program_uses_and_nobody_derives():
    rng = numpy.random.default_rng(6)
    Z2, Y = rng.standard_normal((5, 4)), numpy.eye(4)[[0, 3, 2, 1, 3]]

    def loss(Z2):
        return -(Y * log(softmax(Z2))).sum() / 5

    dZ2 = softmax(Z2) - Y
    assert close(numeric_gradient(loss, Z2), dZ2 / 5)
    assert close(engine_gradient(loss, Z2), dZ2 / 5, 1e-13)


# --- document 002 ----------------------------------------------------------------------------------------


def test_a_pre_activation_takes_a_row_of_the_weights_and_the_layer_before():
    """The text says “the 1st column of the weight matrix” for z_1, and a caption Σ_k W_jk a_k^l."""
    rng = numpy.random.default_rng(7)
    W, b, a = rng.standard_normal((3, 4)), rng.standard_normal(3), rng.standard_normal(4)
    z = DeltaNetwork(weights=[W.T], biases=[b]).forward(a[None])[0][0][0]
    assert W[0] @ a + b[0] == pytest.approx(z[0], rel=1e-14)
    W = Tensor(W)
    with pytest.raises(ShapeError, match="matmul"):
        W[:, 0] @ a  # a column has as many numbers as the layer itself …
    with pytest.raises(ShapeError, match="matmul"):
        W @ sigmoid(z)  # … and so has a^l


def test_weights_go_from_the_layer_before_to_their_own():
    """The program's comment says “j in layer [i] to k in layer [i-1]”: moving input k moves output j by W[j, k]."""
    W = Tensor(numpy.random.default_rng(8).standard_normal((3, 4)))
    a = Tensor(numpy.ones(4))
    for j in range(3):
        numpy.testing.assert_array_equal(gradients((W @ a)[j], a).data, W.data[j])


def test_the_last_factor_of_the_second_equation_is_no_function_of_j():
    """“Not a function of k”, says the text: σ′(z_k) is one, and comes out of the sum over j."""
    rng = numpy.random.default_rng(9)
    W, delta, z = rng.standard_normal((3, 4)), rng.standard_normal(3), rng.standard_normal(4)
    slopes = sigmoid(z) * (1 - sigmoid(z))
    assert len(set(slopes.tolist())) == 4
    term_by_term = [math.fsum(W[j, k] * delta[j] * slopes[k] for j in range(3)) for k in range(4)]
    assert close((W.T @ delta) * slopes, term_by_term, 1e-14)
