import numpy
import pytest

from autograd import ShapeError, Tensor, Value, gradcheck, softmax, tanh
from nn import (
    ACTIVATIONS,
    MLP,
    Dropout,
    Initializer,
    Linear,
    Module,
    NetworkError,
    Neuron,
    NeuronLayer,
    NeuronMLP,
    Sequential,
    to_neurons,
    to_tensors,
)

PAIRS = [("sigmoid", "sigmoid"), ("tanh", "identity"), ("relu", "softmax")]


def test_a_neuron_is_the_activation_of_a_weighted_sum_and_a_bias() -> None:
    neuron = Neuron(3, "tanh", rng=0)
    weights = [weight.data for weight in neuron.weights]
    expected = numpy.tanh(numpy.dot(weights, [1.0, 2.0, -1.0]) + neuron.bias.data)
    assert neuron([1.0, 2.0, -1.0]).data == pytest.approx(expected, rel=1e-15)


def test_a_neuron_refuses_another_number_of_inputs() -> None:
    with pytest.raises(ShapeError, match=r"takes 2 inputs, not 3"):
        Neuron(2, rng=0)([1.0, 2.0, 3.0])


def test_a_layer_is_one_neuron_for_each_output() -> None:
    layer = NeuronLayer(2, 3, "tanh", rng=0)
    assert [value.data for value in layer([1.0, 2.0])] == [neuron([1.0, 2.0]).data for neuron in layer.neurons]


def test_a_layer_of_neurons_knows_softmax_by_the_function_not_by_its_name() -> None:
    def another(z: Value) -> Value:
        return 2 * z

    another.__name__ = "softmax"
    for chosen in ("softmax", softmax):
        assert sum(a.data for a in NeuronLayer(2, 3, chosen, rng=0)([1.0, -1.0])) == pytest.approx(1.0)
    layer = NeuronLayer(2, 3, another, rng=0)
    assert [a.data for a in layer([1.0, -1.0])] == [neuron([1.0, -1.0]).data for neuron in layer.neurons]


@pytest.mark.parametrize(("activation", "output"), PAIRS)
def test_a_network_of_values_and_one_of_tensors_agree(activation: str, output: str) -> None:
    generator = numpy.random.default_rng(0)
    tensors = MLP((4, 5, 3), activation, output, initializer="normal", rng=1)
    values = to_neurons(tensors)
    x, weights = generator.standard_normal((2, 4)), generator.standard_normal((2, 3))

    by_tensors = tensors(x)
    (by_tensors * weights).sum().backward()
    by_values = values(x)
    total = sum(
        value * weight for row, row_weights in zip(by_values, weights, strict=True)
        for value, weight in zip(row, row_weights, strict=True)
    )  # fmt: skip
    total.backward()

    assert numpy.allclose([[value.data for value in row] for row in by_values], by_tensors.data, rtol=1e-12, atol=0)
    for layer, linear in zip(values.layers, tensors.layers, strict=True):
        weight_gradient = numpy.array([[weight.grad for weight in neuron.weights] for neuron in layer.neurons]).T
        assert numpy.allclose(weight_gradient, linear.weight.grad, rtol=1e-12, atol=1e-15)
        assert numpy.allclose([neuron.bias.grad for neuron in layer.neurons], linear.bias.grad, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("activation", "output"), PAIRS)
def test_turning_a_network_into_neurons_and_back_keeps_every_weight(activation: str, output: str) -> None:
    network = MLP((4, 5, 3), activation, output, rng=1)
    again = to_tensors(to_neurons(network))
    assert repr(again) == repr(network)
    for name, data in network.state_dict().items():
        assert numpy.array_equal(again.state_dict()[name], data)


def test_linear_is_x_times_weight_plus_bias() -> None:
    layer = Linear(3, 2, rng=0)
    x = numpy.arange(6.0).reshape(2, 3)
    assert numpy.array_equal(layer(x).data, x @ layer.weight.data + layer.bias.data)


@pytest.mark.parametrize("shape", [(2,), (5, 2), ()])
def test_linear_names_the_shape_of_an_input_that_does_not_fit(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match=r"Linear\(3 → 2\) takes rows of 3 numbers, not an input of shape"):
        Linear(3, 2, rng=0)(numpy.zeros(shape))


def test_sequential_applies_modules_and_functions_in_order() -> None:
    first, last = Linear(3, 4, rng=0), Linear(4, 1, rng=1)
    x = numpy.ones((2, 3))
    assert numpy.array_equal(Sequential(first, tanh, last)(x).data, last(tanh(first(x))).data)


def test_sequential_refuses_what_cannot_be_called() -> None:
    with pytest.raises(NetworkError, match="takes modules and functions, not float"):
        Sequential(3.0)


def test_float32_networks_stay_in_float32() -> None:
    network = MLP((3, 4, 2), "sigmoid", rng=0, dtype=numpy.float32)
    output = network(Tensor(numpy.ones((2, 3), numpy.float32), requires_grad=False))
    output.sum().backward()
    assert output.dtype == numpy.float32
    assert {parameter.grad.dtype for parameter in network.parameters()} == {numpy.dtype(numpy.float32)}


@pytest.mark.parametrize("make", [MLP, NeuronMLP])
def test_the_same_seed_gives_the_same_network(make: type) -> None:
    first, second = make((3, 4, 2), rng=5).state_dict(), make((3, 4, 2), rng=5).state_dict()
    assert all(numpy.array_equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("sizes", [(3,), (3, 0), (3, 2.5), (3, -1), (3, True), ()])
def test_sizes_that_cannot_be_are_refused(sizes: tuple[int, ...]) -> None:
    with pytest.raises(NetworkError, match="sizes"):
        MLP(sizes)


def test_an_unknown_activation_or_initializer_lists_the_known_ones() -> None:
    with pytest.raises(NetworkError, match=r"unknown activation 'sigmod'; known are identity, sigmoid, tanh, relu"):
        MLP((2, 1), "sigmod")
    with pytest.raises(NetworkError, match=r"unknown initializer 'zeros'; known are normal, small, xavier, he"):
        MLP((2, 1), initializer="zeros")


class Shared(Module):
    def __init__(self) -> None:
        self.a = Linear(2, 2, rng=0)
        self.blocks = [self.a, {"not": "a part"}, Linear(2, 1, rng=1)]
        self.scale = Tensor(2.0)
        self.constant = Tensor(1.0, requires_grad=False)


def test_parameters_are_found_once_by_path_and_constants_are_not() -> None:
    names = [name for name, _ in Shared().named_parameters()]
    assert names == ["a.weight", "a.bias", "blocks.2.weight", "blocks.2.bias", "scale"]
    assert len(Shared().parameters()) == 5


def test_zero_grad_forgets_every_gradient() -> None:
    network = NeuronMLP((2, 2, 1), rng=0)
    network([1.0, 2.0])[0].backward()
    assert any(parameter.grad for parameter in network.parameters())
    network.zero_grad()
    assert not any(parameter.grad for parameter in network.parameters())


@pytest.mark.parametrize("make", [MLP, NeuronMLP])
def test_a_state_goes_from_one_network_into_another(make: type) -> None:
    first, second = make((3, 2, 1), rng=0), make((3, 2, 1), rng=1)
    second.load_state_dict(first.state_dict())
    assert all(numpy.array_equal(second.state_dict()[name], data) for name, data in first.state_dict().items())


def test_a_state_is_a_copy() -> None:
    network = MLP((2, 1), rng=0)
    state = network.state_dict()
    state["layers.0.weight"][:] = 7
    assert not numpy.any(network.layers[0].weight.data == 7)


def test_a_state_that_does_not_fit_changes_nothing_and_is_named() -> None:
    network = MLP((2, 1), rng=0)
    before = network.state_dict()
    state = {"layers.0.weight": numpy.ones((3, 1)), "other": numpy.ones(1)}
    with pytest.raises(NetworkError, match=r"layers.0.bias is missing; other is unknown; layers.0.weight has shape"):
        network.load_state_dict(state)
    assert all(numpy.array_equal(network.state_dict()[name], data) for name, data in before.items())


def test_the_summary_counts_every_parameter() -> None:
    summary = MLP((784, 32, 10), rng=0).summary()
    assert "layers.0.weight  (784, 32)" in summary
    assert summary.splitlines()[-1].split() == ["total", "25,450"]


def test_initializers_have_the_deviation_they_promise() -> None:
    for name, deviation in (("normal", 1.0), ("xavier", (2 / 700) ** 0.5), ("he", (2 / 400) ** 0.5)):
        layer = Linear(400, 300, initializer=name, rng=0)
        assert layer.weight.data.std() == pytest.approx(deviation, rel=0.01)
        assert bool(numpy.any(layer.bias.data)) == (name == "normal")


def test_a_value_can_be_an_input_of_a_neuron() -> None:
    x = Value(2.0)
    neuron = Neuron(1, "identity", rng=0)
    neuron([x]).backward()
    assert x.grad == neuron.weights[0].data


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_has_its_name_and_its_gradient(name: str) -> None:
    network = MLP((3, 4, 2), name, rng=0)
    assert f"activation={name}" in repr(network)
    x = numpy.random.default_rng(0).normal(size=(5, 3))
    assert gradcheck(lambda x: (network(x) ** 2).sum(), x)


def test_outputs_are_those_of_a_network_in_use_without_a_graph() -> None:
    network = Sequential(Linear(2, 3, rng=0), Dropout(0.9, rng=0))
    x = numpy.ones((5, 2))
    found = network.outputs(x, rows_at_once=2)
    assert isinstance(found, numpy.ndarray)
    assert numpy.array_equal(found, network.layers[0](x).data)
    assert network.training and network.layers[1].training


@pytest.mark.parametrize("make", [MLP, NeuronMLP])
def test_a_layer_that_no_memory_is_left_for_is_one_sentence(make):
    def full(n_inputs, n_outputs):  # as NumPy, asked for more than there is
        raise MemoryError("Unable to allocate")

    scarce = Initializer(full)
    with pytest.raises(NetworkError, match=r"a layer of 2 → 3 has 9 numbers, which are drawn in 72 bytes or more"):
        Linear(2, 3, initializer=scarce, rng=0)
    with pytest.raises(NetworkError, match="not enough memory"):
        make((2, 3, 1), initializer=scarce, rng=0)
