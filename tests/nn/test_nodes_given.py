"""What is given to layers, networks and losses as nodes, in whatever form, stays in the graph."""

from typing import Any

import numpy
import pytest

from autograd import ShapeError, Tensor, Value, compile, grad, no_grad
from nn import (
    LOSSES,
    MLP,
    SGD,
    BatchNorm1d,
    Dropout,
    Flatten,
    LayerNorm,
    Linear,
    Module,
    Neuron,
    NeuronLayer,
    NeuronMLP,
    Sequential,
    fit,
    to_neurons,
)

POINT = numpy.array([0.3, 0.2])


def array_of_objects(rows: Any) -> Any:
    made = numpy.empty((2, 2), dtype=object)
    for index in numpy.ndindex(2, 2):
        made[index] = rows[index[0]][index[1]]
    return made


FORMS: dict[str, Any] = {
    "list of elements": lambda x: [[x[0], x[1]], [x[1], 2.0]],
    "tuple": lambda x: ((x[0], x[1]), (x[1], 2.0)),
    "list of Tensors": lambda x: [x, [x[1], 2.0]],
    "array of objects": lambda x: array_of_objects([[x[0], x[1]], [x[1], 2.0]]),
    "Tensor": lambda x: Tensor([[x[0], x[1]], [x[1], 2.0]]),
}
MODULES: dict[str, Any] = {
    "MLP": lambda: MLP((2, 3, 2), "tanh", rng=0),
    "Linear": lambda: Linear(2, 2, rng=0),
    "LayerNorm": lambda: LayerNorm(2, epsilon=0.1),
    "BatchNorm1d": lambda: BatchNorm1d(2, epsilon=0.1),
    "BatchNorm1d in use": lambda: BatchNorm1d(2).eval(),
    "Dropout": lambda: Dropout(0.25, rng=0),
    "Flatten": Flatten,
    "NeuronMLP": lambda: NeuronMLP((2, 3, 2), "tanh", rng=0),
    "NeuronMLP with softmax": lambda: NeuronMLP((2, 3, 2), "tanh", "softmax", rng=0),
    "neurons on a layer": lambda: Sequential(Linear(2, 3, rng=0), NeuronMLP((3, 2), rng=1)),
    "a layer on neurons": lambda: Sequential(NeuronMLP((2, 3), rng=1), Linear(3, 2, rng=0)),
}


def numbers(outputs: Any) -> Any:
    if isinstance(outputs, Tensor | Value):
        return outputs.data
    return numpy.array([[one.data for one in row] for row in outputs])


def squares(outputs: Any) -> Any:
    if isinstance(outputs, Tensor):
        return (outputs * outputs * numpy.array([[1.0, 3.0], [2.0, -1.0]])).sum()
    (a, b), (c, d) = outputs
    return a * a + 3 * b * b + 2 * c * c - d * d


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("make", MODULES)
def test_a_module_keeps_the_graph_of_nodes_in_every_form(make: str, form: str) -> None:
    def of_point(x: Any) -> Any:
        return squares(MODULES[make]()(FORMS[form](x)))  # made anew: the same random numbers and statistics

    slope = grad(of_point)(POINT)
    for index in range(2):
        step = 1e-6 * numpy.eye(2)[index]
        with no_grad():
            expected = (of_point(Tensor(POINT + step)).data - of_point(Tensor(POINT - step)).data) / 2e-6
        assert slope[index] == pytest.approx(expected, rel=1e-5, abs=1e-7)
        assert expected != 0


def test_both_of_two_networks_get_gradients_whatever_they_are_made_of() -> None:
    tensors, neurons = MLP((2, 2), "tanh", rng=0), NeuronMLP((2, 2), rng=1)
    for first, second in ((tensors, neurons), (neurons, tensors)):
        for given in ([1.0, 2.0], [[1.0, 2.0], [0.5, -1.0]]):
            for network in (first, second):
                network.zero_grad()
            outputs = second(first(given))
            while not isinstance(outputs, Tensor | Value):
                outputs = outputs[0]
            (outputs.sum() if isinstance(outputs, Tensor) else outputs).backward()
            assert all(numpy.any(parameter.grad) for parameter in first.parameters())


def test_values_reach_a_network_of_tensors() -> None:
    a, b = Value(0.3), Value(0.2)
    network = MLP((2, 3, 1), "tanh", rng=0)
    network([a, b]).sum().backward()
    x = Tensor(POINT)
    network(x).sum().backward()
    assert [a.grad, b.grad] == pytest.approx(x.grad.tolist())


def test_a_tensor_that_is_data_gives_values_of_a_network_of_values() -> None:
    network = NeuronMLP((2, 1), rng=0)
    constant = Tensor([POINT], requires_grad=False)
    assert isinstance(network(constant)[0][0], Value)
    with no_grad():
        assert isinstance(network(Tensor([POINT]))[0][0], Value)
    assert network(Tensor([POINT]))[0][0].data == pytest.approx(network(POINT)[0].data)


def test_a_network_of_values_compiled_for_a_tensor_is_differentiated_by_it() -> None:
    network = NeuronMLP((2, 2, 1), rng=0)
    program = compile(lambda x: network(x)[0])
    value, slope = program.value_and_grad(POINT)
    assert value == pytest.approx(network(POINT)[0].data)
    assert numpy.allclose(slope, grad(lambda x: network(x)[0])(POINT)) and slope.all()


def test_one_neuron_takes_one_sample() -> None:
    for layer in (Neuron(2, rng=0), NeuronLayer(2, 1, rng=0)):
        for wrong in (numpy.ones((2, 2)), Tensor(numpy.ones((2, 2))), numpy.array(1.0)):
            with pytest.raises(ShapeError, match="takes one sample, not an array of shape"):
                layer(wrong)
    for one in (1.0, Tensor(1.0)):
        with pytest.raises(ShapeError, match="a network takes a sample, or rows of samples, not the one number"):
            NeuronMLP((2, 1), rng=0)(numpy.array(one) if isinstance(one, float) else one)


def test_fit_trains_mixed_networks_as_those_of_one_kind() -> None:
    both = MLP((2, 3, 1), "sigmoid", "sigmoid", rng=0)
    inputs, targets = numpy.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), numpy.array([[1.0], [1.0], [0.0]])

    class Mixed(Module):
        def __init__(self) -> None:
            self.neurons = to_neurons(MLP((2, 3), "sigmoid", "sigmoid", rng=0))
            self.last = MLP((3, 1), "sigmoid", "sigmoid", rng=0)
            for kept, given in zip(self.neurons.layers[0].neurons, both.layers[0].weight.data.T, strict=True):
                for weight, number in zip(kept.weights, given.tolist(), strict=True):
                    weight.data = number
            self.last.layers[0].load_state_dict(both.layers[1].state_dict())

        def __call__(self, x: Any) -> Any:
            return self.last(self.neurons(x))

    mixed = Mixed()
    mixed.neurons.layers[0].neurons[0].bias.data = both.layers[0].bias.data[0]
    for neuron, bias in zip(mixed.neurons.layers[0].neurons, both.layers[0].bias.data.tolist(), strict=True):
        neuron.bias.data = bias
    for model in (mixed, both):
        fit(model, (inputs, targets), "quadratic", SGD(model.parameters(), 1.0), 5, batch_size=3)
    assert numpy.allclose(mixed.outputs(inputs), both.outputs(inputs))


OUTPUTS, TARGETS = numpy.array([[0.3, 0.6], [0.2, 0.7]]), numpy.array([[0.25, 0.75], [0.5, 0.5]])
GIVEN: dict[str, Any] = {
    "Tensor": (lambda y: Tensor(y), lambda y: y.grad),
    "list of Tensors": (lambda y: [Tensor(row) for row in y], lambda y: numpy.array([row.grad for row in y])),
    "lists of Tensors": (
        lambda y: [[Tensor(one) for one in row] for row in y],
        lambda y: numpy.array([[one.grad for one in row] for row in y]),
    ),
    "lists of Values": (
        lambda y: [[Value(one) for one in row] for row in y],
        lambda y: numpy.array([[one.grad for one in row] for row in y]),
    ),
    "array of Values": (
        lambda y: array_of_objects([[Value(one) for one in row] for row in y]),
        lambda y: numpy.array([[one.grad for one in row] for row in y]),
    ),
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("targets", GIVEN)
@pytest.mark.parametrize("outputs", GIVEN)
@pytest.mark.parametrize("wanted", [TARGETS, numpy.array([[0.0, 1.0], [1.0, 0.0]])], ids=["shares", "one-hot"])
def test_a_loss_gives_gradients_to_outputs_and_targets_in_every_form(
    name: str, targets: str, outputs: str, wanted: Any
) -> None:
    a, y = Tensor(OUTPUTS), Tensor(wanted)
    expected = LOSSES[name](a, y)
    expected.backward()
    for index in numpy.ndindex(wanted.shape):
        above, below = wanted.copy(), wanted.copy()
        above[index] += 1e-6
        below[index] -= 1e-6
        with no_grad():
            slope = (LOSSES[name](a, Tensor(above)).item() - LOSSES[name](a, Tensor(below)).item()) / 2e-6
        assert y.grad[index] == pytest.approx(slope, abs=1e-7)
    a_given, y_given = GIVEN[outputs][0](OUTPUTS), GIVEN[targets][0](wanted)
    loss = LOSSES[name](a_given, y_given)
    loss.backward()
    assert loss.item() == pytest.approx(expected.item())
    assert numpy.allclose(GIVEN[outputs][1](a_given), a.grad)
    assert numpy.allclose(GIVEN[targets][1](y_given), y.grad)


@pytest.mark.parametrize(
    ("output", "target"),
    [
        (Tensor(1.0), Value(3.0)),
        (Value(1.0), Value(3.0)),
        ([Value(1.0)], Value(3.0)),
        ([[Value(1.0)]], Value(3.0)),
        (Value(1.0), Tensor(3.0)),
        ([Value(1.0)], Tensor([3.0])),
        ([[Value(1.0)]], Tensor([[3.0]])),
    ],
)
def test_a_single_node_is_a_target_that_gets_its_gradient(output: Any, target: Any) -> None:
    LOSSES["quadratic"](output, target).backward()
    assert float(target.grad.item() if isinstance(target, Tensor) else target.grad) == 2.0
