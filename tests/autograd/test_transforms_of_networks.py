"""Transforms of a small network's loss by its parameters: beside finite differences, PyTorch and `backward()`."""

import itertools

import numpy
import pytest

import autograd
from autograd import (
    Tensor,
    affine,
    grad,
    hessian,
    hessian_vector_product,
    jacobian,
    jvp,
    sigmoid,
    tanh,
    value_and_grad,
    vjp,
)
from autograd.structure import flatten
from nn import MLP, binary_cross_entropy_with_logits, quadratic, softmax_cross_entropy

X = numpy.random.default_rng(0).normal(size=(5, 2))
Y = numpy.random.default_rng(1).uniform(0.2, 0.8, size=(5, 1))
LABELS = numpy.array([0, 2, 1, 1, 0])


@pytest.fixture(scope="module")
def torch():
    module = pytest.importorskip("torch", reason="torch is not installed: pip install -e '.[peers]' compares with it")
    module.set_num_threads(1)
    return module


def parameters_of(sizes, rng):
    """A list of dicts, one for each layer."""
    return [
        {"weight": rng.normal(size=(inputs, outputs)), "bias": rng.normal(size=outputs)}
        for inputs, outputs in itertools.pairwise(sizes)
    ]


def network(m, parameters, x):
    """tanh between the layers, for `m`, the module that has the functions: this engine or PyTorch."""
    *hidden, last = parameters
    for layer in hidden:
        x = m.tanh(m.matmul(x, layer["weight"]) + layer["bias"])
    return m.matmul(x, last["weight"]) + last["bias"]


def squared_error(m, parameters, x, y):
    return ((m.sigmoid(network(m, parameters, x)) - y) ** 2).mean()


def vector(structure):
    return numpy.concatenate([numpy.ravel(leaf) for leaf in flatten(structure)[0]])


def like(structure, numbers):
    """The numbers of a vector in the structure's nesting and shapes."""
    leaves, _, rebuild = flatten(structure)
    parts = numpy.split(numbers, numpy.cumsum([numpy.size(leaf) for leaf in leaves])[:-1])
    shaped = [part.reshape(numpy.shape(leaf)) for part, leaf in zip(parts, leaves, strict=True)]
    return rebuild([part if part.shape else float(part) for part in shaped])


def matrix(second_derivatives, parameters):
    """A nested Hessian as one matrix."""
    sizes = [numpy.size(leaf) for leaf in flatten(parameters)[0]]
    blocks = iter(flatten(second_derivatives)[0])
    return numpy.block([[numpy.reshape(next(blocks), (row, column)) for column in sizes] for row in sizes])


def differences(function, parameters, step=1e-5):
    """Central differences of a function of parameters: a column for each number among them."""
    at = vector(parameters)
    columns = []
    for element in range(at.size):
        moved = [at.copy(), at.copy()]
        moved[0][element] += step
        moved[1][element] -= step
        above, below = (vector(function(like(parameters, numbers))) for numbers in moved)
        columns.append((above - below) / (2 * step))
    return numpy.stack(columns, axis=-1)


LOSSES = {
    "squared error": ((2, 3, 1), lambda p: squared_error(autograd, p, X, Y)),
    "two hidden layers": ((2, 3, 2, 1), lambda p: squared_error(autograd, p, X, Y)),
    "quadratic": ((2, 3, 1), lambda p: quadratic(sigmoid(network(autograd, p, X)), Y)),
    "cross-entropy with logits": (
        (2, 3, 1),
        lambda p: binary_cross_entropy_with_logits(network(autograd, p, X), Y),
    ),
    "softmax": ((2, 3, 3), lambda p: softmax_cross_entropy(network(autograd, p, X), LABELS)),
}


@pytest.mark.parametrize(("sizes", "loss"), LOSSES.values(), ids=LOSSES)
class TestALoss:
    def test_has_the_gradient_that_backward_accumulates(self, sizes, loss) -> None:
        parameters = parameters_of(sizes, numpy.random.default_rng(2))
        value, gradient = value_and_grad(loss)(parameters)
        leaves, _, rebuild = flatten(parameters)
        nodes = [Tensor(leaf) for leaf in leaves]
        output = loss(rebuild(nodes))
        output.backward()
        assert value == output.item()
        for found, node in zip(flatten(gradient)[0], nodes, strict=True):
            assert found.tobytes() == node.grad.tobytes()

    def test_has_a_hessian_that_is_symmetric_and_what_differences_of_its_gradient_say(self, sizes, loss) -> None:
        parameters = parameters_of(sizes, numpy.random.default_rng(3))
        found = hessian(loss)(parameters)
        assert [layer["bias"][0]["weight"].shape for layer in found] == [
            (size, *parameters[0]["weight"].shape) for size in sizes[1:]
        ]
        whole = matrix(found, parameters)
        numpy.testing.assert_allclose(whole, whole.T, rtol=1e-11, atol=1e-14)
        numpy.testing.assert_allclose(whole, differences(grad(loss), parameters), rtol=1e-6, atol=1e-9)
        assert numpy.abs(whole).max() > 1e-3

    def test_has_hessian_vector_products_without_the_hessian(self, sizes, loss) -> None:
        rng = numpy.random.default_rng(4)
        parameters, direction = parameters_of(sizes, rng), parameters_of(sizes, rng)
        whole = matrix(hessian(loss)(parameters), parameters)
        found = hessian_vector_product(loss)(parameters, direction)
        numpy.testing.assert_allclose(vector(found), whole @ vector(direction), rtol=1e-10, atol=1e-13)
        forward_over_reverse = jvp(grad(loss), (parameters,), (direction,))[1]
        numpy.testing.assert_allclose(vector(forward_over_reverse), vector(found), rtol=1e-10, atol=1e-13)

    def test_has_third_and_fourth_derivatives_along_a_direction(self, sizes, loss) -> None:
        rng = numpy.random.default_rng(5)
        parameters, direction = parameters_of(sizes, rng), parameters_of(sizes, rng)

        def along(function):
            return lambda p: jvp(function, (p,), (direction,))[1]

        line, step = [loss], 1e-4
        for _ in range(4):
            line.append(along(line[-1]))
        start, towards = vector(parameters), vector(direction)
        for lower, higher in itertools.pairwise(line[2:]):
            moved = [lower(like(parameters, start + sign * step * towards)) for sign in (1, -1)]
            assert higher(parameters) == pytest.approx((moved[0] - moved[1]) / (2 * step), rel=1e-5, abs=1e-7)
        third = grad(line[2])(parameters)
        assert vector(third) @ towards == pytest.approx(line[3](parameters), rel=1e-10)


@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated:DeprecationWarning")  # PyTorch's own jvp calls it
class TestBesidePyTorch:
    @pytest.mark.parametrize("sizes", [(2, 3, 1), (2, 4, 3, 1)])
    def test_gradient_jacobian_and_hessian(self, torch, sizes) -> None:
        parameters = parameters_of(sizes, numpy.random.default_rng(6))
        leaves, _, rebuild = flatten(parameters)
        theirs = rebuild([torch.tensor(leaf) for leaf in leaves])
        x, y = torch.tensor(X), torch.tensor(Y)

        def our_loss(p):
            return squared_error(autograd, p, X, Y)

        def their_loss(p):
            return squared_error(torch, p, x, y)

        for found, expected in [
            (grad(our_loss), torch.func.grad(their_loss)),
            (jacobian(lambda p: network(autograd, p, X)), torch.func.jacrev(lambda p: network(torch, p, x))),
            (hessian(our_loss), torch.func.hessian(their_loss)),
        ]:
            pairs = zip(flatten(found(parameters))[0], flatten(expected(theirs))[0], strict=True)
            for own, other in pairs:
                numpy.testing.assert_allclose(own, other.numpy(), rtol=1e-10, atol=1e-14)

    def test_single_precision_stays_single_precision(self, torch) -> None:
        parameters = parameters_of((2, 3, 1), numpy.random.default_rng(7))
        leaves, _, rebuild = flatten(parameters)
        single = rebuild([leaf.astype(numpy.float32) for leaf in leaves])
        theirs = rebuild([torch.tensor(leaf) for leaf in leaves])
        x, y = X.astype(numpy.float32), Y.astype(numpy.float32)
        found = hessian(lambda p: squared_error(autograd, p, x, y))(single)
        expected = torch.func.hessian(lambda p: squared_error(torch, p, torch.tensor(X), torch.tensor(Y)))(theirs)
        for own, other in zip(flatten(found)[0], flatten(expected)[0], strict=True):
            assert own.dtype == numpy.float32
            numpy.testing.assert_allclose(own, other.numpy(), rtol=1e-3, atol=1e-6)


class TestANetworkOfLayers:
    """`nn.MLP` as a function of its parameters: the same layers, handed the parameters from outside."""

    @staticmethod
    def call(model, parameters, x):
        *hidden, last = parameters
        for layer in hidden:
            x = model.activation(affine(x, layer["weight"], layer["bias"]))
        return model.output(affine(x, last["weight"], last["bias"]))

    @staticmethod
    def parameters(model):
        return [{"weight": layer.weight.data, "bias": layer.bias.data} for layer in model.layers]

    @pytest.mark.parametrize(
        ("model", "loss"),
        [
            (MLP((2, 3, 1), activation="tanh", output="sigmoid", rng=0), lambda a: quadratic(a, Y)),
            (MLP((2, 4, 2, 3), activation="sigmoid", rng=0), lambda a: softmax_cross_entropy(a, LABELS)),
        ],
    )
    def test_its_gradient_is_backward_s_and_its_hessian_what_differences_of_that_say(self, model, loss) -> None:
        def of_parameters(parameters):
            return loss(self.call(model, parameters, X))

        parameters = self.parameters(model)
        value, gradient = value_and_grad(of_parameters)(parameters)
        model.zero_grad()
        output = loss(model(X))
        output.backward()
        assert value == output.item()
        for layer, found in zip(model.layers, gradient, strict=True):
            assert found["weight"].tobytes() == layer.weight.grad.tobytes()
            assert found["bias"].tobytes() == layer.bias.grad.tobytes()

        def accumulated(state):
            for layer, given in zip(model.layers, state, strict=True):
                layer.weight.data, layer.bias.data = given["weight"], given["bias"]
            model.zero_grad()
            loss(model(X)).backward()
            return [{"weight": layer.weight.grad, "bias": layer.bias.grad} for layer in model.layers]

        whole = matrix(hessian(of_parameters)(parameters), parameters)
        numpy.testing.assert_allclose(whole, differences(accumulated, parameters), rtol=1e-6, atol=1e-9)

    def test_a_step_down_the_gradient_with_nodes_or_with_arrays_is_the_same(self) -> None:
        model = MLP((2, 3, 1), activation="tanh", rng=1)
        parameters = self.parameters(model)
        _, pullback = vjp(lambda p: quadratic(self.call(model, p, X), Y), parameters)
        (plain,) = pullback(1.0)
        nodes = [{"weight": layer.weight, "bias": layer.bias} for layer in model.layers]
        recorded = grad(lambda p: quadratic(self.call(model, p, X), Y))(nodes)
        for found, expected in zip(flatten(recorded)[0], flatten(plain)[0], strict=True):
            assert found.data.tobytes() == expected.tobytes()
        assert all(parameter.grad is None for parameter in model.parameters())


class TestNestedListsOfNumbers:
    def test_a_network_of_numbers_has_the_hessian_of_the_same_network_of_arrays(self) -> None:
        def neuron(weights, bias, inputs):
            return tanh(sum((weight * x for weight, x in zip(weights, inputs, strict=True)), bias))

        def loss_of_numbers(p):
            total = 0.0
            for x, y in zip(X.tolist(), Y.tolist(), strict=True):
                hidden = [neuron(*one, x) for one in p["hidden"]]
                total = total + (neuron(*p["output"], hidden) - y[0]) ** 2
            return total / len(X)

        def loss_of_arrays(p):
            hidden = tanh(autograd.matmul(X, p[0].T) + p[1])
            return ((tanh(hidden @ p[2] + p[3]) - Y[:, 0]) ** 2).mean()

        rng = numpy.random.default_rng(8)
        weight, bias, last = rng.normal(size=(2, 2)), rng.normal(size=2), rng.normal(size=2)
        numbers = {"hidden": [(row.tolist(), float(b)) for row, b in zip(weight, bias, strict=True)]}
        numbers["output"] = (last.tolist(), 0.3)
        arrays = [weight, bias, last, 0.3]
        order = [0, 1, 4, 2, 3, 5, 6, 7, 8]  # a neuron's bias stands beside its weights
        found = matrix(hessian(loss_of_numbers)(numbers), numbers)
        expected = matrix(hessian(loss_of_arrays)(arrays), arrays)
        numpy.testing.assert_allclose(found, expected[numpy.ix_(order, order)], rtol=1e-11, atol=1e-14)
        gradient = vector(grad(loss_of_arrays)(arrays))
        numpy.testing.assert_allclose(vector(grad(loss_of_numbers)(numbers)), gradient[order], rtol=1e-12)
