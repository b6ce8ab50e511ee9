"""The three documents' programs, written off as they are printed, against closed_form; and their mistakes.

What had to be added or changed is marked at its line. All three put the gradients of a batch together in another
way (by hand-written lines, in columns, sample by sample); the numbers are the same.
"""

import numpy
import pytest

from nn.closed_form import DeltaNetwork, SigmoidNetwork, TwoLayerSoftmaxNetwork

# --- document 000 ----------------------------------------------------------------------------------------


def program_000_sigmoid(X):
    return 1 / (1 + numpy.exp(-X))


def program_000_sigmoid_dev(X):
    return program_000_sigmoid(X) * (1 - program_000_sigmoid(X))


def program_000_softmax(scores):
    numer = numpy.exp(scores - scores.max(axis=1, keepdims=True))
    denom = numer.sum(axis=1, keepdims=True)
    return numpy.divide(numer, denom)


def program_000_cross_entropy_loss(ypred, yactual):
    yactual = numpy.asarray(yactual)
    ypred = ypred[numpy.arange(len(yactual)), yactual]
    return -numpy.mean(numpy.log(ypred))


def program_000_step(X, y, W1, b1, W2, b2, alpha):
    """From the forward pass to the update: the loss before it, and the parameters after it."""
    Y = numpy.zeros((32, 10))
    Y[numpy.arange(X.shape[0]), y] = 1

    Z1 = X @ W1 + b1
    A1 = program_000_sigmoid(Z1)
    Z2 = A1 @ W2 + b2
    A2 = program_000_softmax(Z2)
    loss = program_000_cross_entropy_loss(A2, y)

    dZ2 = A2 - Y
    dW2 = (A1.T @ dZ2) / 32
    db2 = numpy.sum(dZ2, axis=0) / 32
    dA1 = dZ2 @ W2.T
    dZ1 = numpy.multiply(dA1, program_000_sigmoid_dev(Z1))
    dW1 = (X.T @ dZ1) / 32
    db1 = numpy.sum(dZ1, axis=0) / 32

    W2 = W2 - alpha * dW2
    b2 = b2 - alpha * db2
    W1 = W1 - alpha * dW1
    b1 = b1 - alpha * db1
    return loss, W1, b1, W2, b2


@pytest.mark.parametrize("largest_pixel", [255, 1])  # the document does not scale its pixels
def test_program_000(largest_pixel):
    rng = numpy.random.default_rng(0)
    W1, W2 = 0.001 * rng.standard_normal((784, 256)), 0.001 * rng.standard_normal((256, 10))
    b1, b2 = numpy.zeros(256), numpy.zeros(10)
    network = TwoLayerSoftmaxNetwork(weights=[W1, W2], biases=[b1, b2])
    for _ in range(20):
        X = rng.integers(0, 256, size=(32, 784)) * (largest_pixel / 255)
        y = rng.integers(0, 10, size=32)
        before = network.loss(X, y)
        network.step(X, y, learning_rate=0.05)
        loss, W1, b1, W2, b2 = program_000_step(X, y, W1, b1, W2, b2, alpha=0.05)
        assert before == pytest.approx(loss, rel=1e-12)
        for found, expected in zip([*network.weights, *network.biases], [W1, W2, b1, b2], strict=True):
            assert numpy.linalg.norm(found - expected) <= 1e-12 * numpy.linalg.norm(expected)


PROGRAM_000_ACCURACY = """
def compute_accuracy(ypred, yactual):
    yactual = np.asarray(yactual)
    yhat = np.argmax(ypred, axis=1)
    return (y == yhat).sum() / y.shape[0]
"""


def test_the_accuracy_of_program_000_is_not_that_of_its_argument():
    labels = numpy.array([0, 1, 2, 1])
    predictions = numpy.eye(3)[labels]
    somewhere_else = {"np": numpy}
    exec(PROGRAM_000_ACCURACY, somewhere_else)
    with pytest.raises(NameError, match="'y'"):
        somewhere_else["compute_accuracy"](predictions, labels)
    somewhere_else["y"] = numpy.array([1, 1, 2, 0])  # the last training batch, say
    assert somewhere_else["compute_accuracy"](predictions, labels) == 0.5
    corrected = {"np": numpy}
    exec(PROGRAM_000_ACCURACY.replace("(y ==", "(yactual ==").replace("y.shape", "yactual.shape"), corrected)
    assert corrected["compute_accuracy"](predictions, labels) == 1.0


# --- document 001 ----------------------------------------------------------------------------------------


class Program001Layer:
    def __init__(self, n_input, n_output, rng):
        self.W = rng.standard_normal((n_output, n_input))
        self.b = rng.standard_normal((n_output, 1))

    def output(self, X):
        if X.ndim == 1:
            X = X.reshape(-1, 1)
        return 1 / (1 + numpy.exp(-(self.W.dot(X) + self.b)))


class Program001Network:
    """Samples are columns."""

    def __init__(self, layer_sizes, rng):
        self.layers = []
        for n_input, n_output in zip(layer_sizes[:-1], layer_sizes[1:], strict=True):  # noqa: RUF007 - as printed
            self.layers.append(Program001Layer(n_input, n_output, rng))

    def train(self, X, y, learning_rate=0.2):
        X = numpy.array(X)
        y = numpy.array(y)
        if X.ndim == 1:
            X = X.reshape(-1, 1)
        if y.ndim == 1:
            y = y.reshape(1, -1)
        layer_outputs = [X]
        for layer in self.layers:
            layer_outputs.append(layer.output(layer_outputs[-1]))
        cost_partials = [layer_outputs[-1] - y]
        for layer, layer_output in zip(reversed(self.layers), reversed(layer_outputs[:-1]), strict=True):
            cost_partials.append(layer.W.T.dot(cost_partials[-1]) * layer_output * (1 - layer_output))
        cost_partials.reverse()
        W_updates = []  # this line is missing in the document
        for cost_partial, layer_output in zip(cost_partials[1:], layer_outputs[:-1], strict=True):
            W_updates.append(cost_partial.dot(layer_output.T) / X.shape[1])  # and this one
        b_updates = [cost_partial.mean(axis=1).reshape(-1, 1) for cost_partial in cost_partials[1:]]
        for W_update, b_update, layer in zip(W_updates, b_updates, self.layers, strict=True):
            layer.W -= W_update * learning_rate
            layer.b -= b_update * learning_rate
        return cost_partials  # for the tests; the document returns nothing

    def output(self, X):
        a = numpy.array(X)
        if a.ndim == 1:
            a = a.reshape(-1, 1)
        for layer in self.layers:
            a = layer.output(a)
        return a


def same_start(program):
    """closed_form's network with the program's weights: transposed, for our samples are rows."""
    return SigmoidNetwork(
        weights=[layer.W.T for layer in program.layers], biases=[layer.b.ravel() for layer in program.layers]
    )


def test_program_001_solves_xor_and_closed_form_goes_the_same_way():
    program = Program001Network([2, 2, 1], numpy.random.default_rng(1))
    network = same_start(program)
    X = numpy.array([[0, 1, 0, 1], [0, 0, 1, 1]])
    y = numpy.array([0, 1, 1, 0])
    for _ in range(1000):
        program.train(X, y, learning_rate=1.0)
        network.step(X.T, y, learning_rate=1.0)
    assert network.output(X.T).ravel() == pytest.approx(program.output(X)[0], abs=1e-9)
    assert [(program.output(i)[0, 0] > 0.5) for i in ([0, 0], [1, 0], [0, 1], [1, 1])] == [0, 1, 1, 0]


def test_program_001_at_any_depth():
    rng = numpy.random.default_rng(1)
    program = Program001Network([5, 4, 6, 3], rng)
    network = same_start(program)
    X, y = rng.standard_normal((5, 8)), rng.uniform(0, 1, (3, 8))
    partials = network.cost_partials(X.T, y.T)
    printed = program.train(X, y)
    network.step(X.T, y.T)
    for found, expected in zip(partials, printed[1:], strict=True):
        numpy.testing.assert_allclose(found, expected.T, rtol=1e-10)
    for W, b, layer in zip(network.weights, network.biases, program.layers, strict=True):
        numpy.testing.assert_allclose(W, layer.W.T, rtol=1e-12)
        numpy.testing.assert_allclose(b, layer.b.ravel(), rtol=1e-12)


def test_program_001_computes_one_error_too_many():
    """Its loop goes down to a^0, as if the input were a sigmoid's output. The result is never used."""
    program = Program001Network([2, 2, 1], numpy.random.default_rng(2))
    X, y = numpy.array([[3.0], [5.0]]), numpy.array([1.0])
    W1 = program.layers[0].W.copy()
    network = same_start(program)
    partials = program.train(X, y)
    assert len(partials) == 1 + len(network.cost_partials(X.T, y))
    true = W1.T @ partials[1]  # ∂C/∂a^0, there being no z^0
    numpy.testing.assert_allclose(partials[0], true * X * (1 - X), rtol=1e-14)


def test_program_001_cannot_take_one_sample_with_several_targets():
    """It makes a column of a plain X, one sample, but a row of a plain y, several samples: a − y is then a square."""
    program = Program001Network([2, 3], numpy.random.default_rng(3))
    network = same_start(program)
    x, y = [1.0, 2.0], [0.0, 1.0, 0.0]
    with pytest.raises(ValueError, match=r"shapes \(3,3\) and \(1,2\) not aligned"):
        program.train(x, y)
    with pytest.raises(ValueError, match=r"targets of shape \(3,\) do not fit 1 samples"):
        network.step([x], y)
    network.step([x], [y])
    program.train(x, numpy.transpose([y]))
    numpy.testing.assert_allclose(network.weights[0], program.layers[0].W.T, rtol=1e-14)


# --- document 002 ----------------------------------------------------------------------------------------


class Program002Sigmoid:
    @staticmethod
    def forward(z):
        return 1.0 / (1.0 + numpy.exp(-z))

    @staticmethod
    def backward(z):
        return Program002Sigmoid.forward(z) * (1 - Program002Sigmoid.forward(z))


class Program002QuadraticCost:
    @staticmethod
    def forward(a, y):
        return 0.5 * numpy.linalg.norm(a - y) ** 2

    @staticmethod
    def backward(a, y):
        return a - y


class Program002Network:
    """A sample is a column, and samples come one by one."""

    def __init__(self, layer_sizes, rng, activation_fn=Program002Sigmoid):
        self.num_layers = len(layer_sizes)
        self.activation_fn = activation_fn
        self.weights = [rng.standard_normal((j, k)) for j, k in zip(layer_sizes[1:], layer_sizes[:-1], strict=True)]
        self.biases = [rng.standard_normal((j, 1)) for j in layer_sizes[1:]]

    def train(self, X_train, y_train, *, num_epochs, minibatch_size, cost, learning_rate, rng):
        """Returns what each epoch prints as its loss; its accuracy on a test set is left out here."""
        self.minibatch_size = minibatch_size
        self.cost = cost
        self.learning_rate = learning_rate
        printed = []
        for _ in range(num_epochs):
            permute_idxes = rng.permutation(X_train.shape[0])
            X_train = X_train[permute_idxes]
            y_train = y_train[permute_idxes]
            epoch_cost = 0
            for start in range(0, X_train.shape[0], self.minibatch_size):
                minibatch_cost = 0
                Xs = X_train[start : start + self.minibatch_size]
                ys = y_train[start : start + self.minibatch_size]
                self._zero_grad()
                for x_i, y_i in zip(Xs, ys, strict=True):
                    a = self.forward(x_i)
                    d_nabla_W, d_nabla_b = self._backward(y_i)
                    self._accumulate_grad(d_nabla_W, d_nabla_b)
                    minibatch_cost += self.cost.forward(a, y_i)
                self._step()
                minibatch_cost = minibatch_cost / self.minibatch_size
                epoch_cost += minibatch_cost
            printed.append(epoch_cost)
        return printed

    def _zero_grad(self):
        self.nabla_W = [numpy.zeros(W.shape) for W in self.weights]
        self.nabla_b = [numpy.zeros(b.shape) for b in self.biases]

    def _accumulate_grad(self, d_nabla_W, d_nabla_b):
        self.nabla_W = [nw + dnw for nw, dnw in zip(self.nabla_W, d_nabla_W, strict=True)]
        self.nabla_b = [nb + dnb for nb, dnb in zip(self.nabla_b, d_nabla_b, strict=True)]

    def _step(self):
        self.weights = [
            w - (self.learning_rate / self.minibatch_size) * nw
            for w, nw in zip(self.weights, self.nabla_W, strict=True)
        ]
        self.biases = [
            b - (self.learning_rate / self.minibatch_size) * nb for b, nb in zip(self.biases, self.nabla_b, strict=True)
        ]

    def forward(self, a):
        self.activations = [a]
        self.zs = []
        for W, b in zip(self.weights, self.biases, strict=True):
            z = numpy.dot(W, a) + b
            self.zs.append(z)
            a = self.activation_fn.forward(z)
            self.activations.append(a)
        return a

    def _backward(self, y):
        nabla_W = [numpy.zeros(W.shape) for W in self.weights]
        nabla_b = [numpy.zeros(b.shape) for b in self.biases]
        z = self.zs[-1]
        a_L = self.activations[-1]
        delta = self.cost.backward(a_L, y) * self.activation_fn.backward(z)
        a = self.activations[-1 - 1]
        nabla_W[-1] = numpy.dot(delta, a.T)
        nabla_b[-1] = delta
        for l in range(2, self.num_layers):
            z = self.zs[-l]
            W = self.weights[-l + 1]
            delta = numpy.dot(W.T, delta) * self.activation_fn.backward(z)
            a = self.activations[-l - 1]
            nabla_W[-l] = numpy.dot(delta, a.T)
            nabla_b[-l] = delta
        return nabla_W, nabla_b


def program_and_network_002(sizes, n_samples):
    """Program 002, closed_form's network from the same start, and data as columns for the program."""
    rng = numpy.random.default_rng(4)
    program = Program002Network(sizes, rng)
    network = DeltaNetwork(weights=[W.T for W in program.weights], biases=[b.ravel() for b in program.biases])
    x, y = rng.standard_normal((n_samples, sizes[0], 1)), rng.uniform(0, 1, (n_samples, sizes[-1], 1))
    return program, network, x, y


RECIPE_002 = {"minibatch_size": 4, "cost": Program002QuadraticCost, "learning_rate": 3.0}


def assert_same_parameters(program, network):
    for W, b, printed_W, printed_b in zip(
        network.weights, network.biases, program.weights, program.biases, strict=True
    ):
        numpy.testing.assert_allclose(W, printed_W.T, rtol=0, atol=1e-11)
        numpy.testing.assert_allclose(b, printed_b.ravel(), rtol=0, atol=1e-11)


def test_program_002():
    """Shuffled minibatches, sample by sample, against one step of closed_form for each whole batch."""
    program, network, x, y = program_and_network_002([7, 5, 4, 3], n_samples=24)
    printed = program.train(x, y, num_epochs=5, rng=numpy.random.default_rng(5), **RECIPE_002)
    shuffle = numpy.random.default_rng(5)
    costs = []
    for _ in range(5):
        order = shuffle.permutation(24)
        x, y = x[order], y[order]
        batches = [(x[start : start + 4, :, 0], y[start : start + 4, :, 0]) for start in range(0, 24, 4)]
        costs.append([])
        for batch in batches:
            costs[-1].append(network.loss(*batch))
            network.step(*batch, learning_rate=3.0)
    assert_same_parameters(program, network)
    # What it prints as the loss of an epoch is the sum of its batches' means: six of them here, 3,750 with MNIST.
    assert printed == pytest.approx([sum(epoch) for epoch in costs], rel=1e-10)
    assert -(-60_000 // 16) == 3_750


def test_program_002_divides_a_short_last_batch_by_a_full_ones_size():
    """60,000 images are 3,750 batches of 16 exactly. Where a batch is short, its gradient comes out too small."""
    program, network, x, y = program_and_network_002([3, 2], n_samples=3)
    program.train(x, y, num_epochs=1, rng=numpy.random.default_rng(6), **RECIPE_002)
    network.step(x[:, :, 0], y[:, :, 0], learning_rate=3.0 * 3 / 4)  # as if the rate were smaller
    assert_same_parameters(program, network)
