"""A parameter that is frozen stays a parameter: saved, loaded, shown, and not moved."""

import contextlib
import copy
import pickle
from typing import Any

import numpy
import pytest

from autograd import CapturedConstantWarning, DataTypeError, Tensor, Value, compile, grad, no_grad
from nn import (
    MLP,
    OPTIMIZERS,
    SGD,
    Adam,
    AdamW,
    Linear,
    Module,
    NetworkError,
    NeuronMLP,
    checkpoints,
    fit,
    quadratic,
    softmax_cross_entropy,
    to_neurons,
    to_tensors,
    xor,
)

X, Y = xor().train_inputs, xor().train_labels.reshape(-1, 1)


def network(seed: int = 0) -> MLP:
    made = MLP((2, 3, 1), "tanh", "sigmoid", rng=seed)
    made.layers[0].weight.requires_grad = False
    return made


def test_a_frozen_parameter_is_listed_saved_shown_and_freed_again() -> None:
    frozen, names = network(), [name for name, _ in MLP((2, 3, 1), rng=0).named_parameters()]
    assert [name for name, _ in frozen.named_parameters()] == list(frozen.state_dict()) == names
    assert "float64, frozen" in frozen.summary()
    frozen(X).sum().backward()
    assert [parameter.grad is None for parameter in frozen.parameters()] == [True, False, False, False]
    for parameter in frozen.parameters():
        parameter.requires_grad = True
    frozen(X).sum().backward()
    assert all(parameter.grad is not None for parameter in frozen.parameters())


@pytest.mark.parametrize("make", [lambda wanted: Tensor([1.0], wanted), lambda wanted: Value(1.0, wanted)])
def test_a_node_made_without_gradient_is_no_parameter(make: Any) -> None:
    module = Module()
    module.mask, module.weight = make(False), make(True)  # type: ignore[attr-defined]  # a module takes attributes
    module.mask.requires_grad = False
    module.result = module.weight * 2  # type: ignore[attr-defined]  # as above
    module.result.requires_grad = False
    assert [name for name, _ in module.named_parameters()] == ["weight"]
    module.weight.requires_grad = False
    module.weight.requires_grad = False
    assert [name for name, _ in module.named_parameters()] == ["weight"]
    assert grad(lambda w: (w * module.weight).sum())(numpy.ones(1)) == [1.0]


def test_it_goes_through_a_file_and_builds_again(tmp_path: Any) -> None:
    path = checkpoints.save(tmp_path / "m.safetensors", network())
    built, _ = checkpoints.build(path)
    other = network(1)
    checkpoints.load(path, other)
    for name, array in network().state_dict().items():
        assert numpy.array_equal(built.state_dict()[name], array)
        assert numpy.array_equal(other.state_dict()[name], array)
    assert not other.layers[0].weight.requires_grad


def test_a_file_of_a_network_without_its_frozen_parameters_is_refused_by_name(tmp_path: Any) -> None:
    """As this program wrote them before; they hold other weights than they seem to."""
    state = network().state_dict()
    del state["layers.0.weight"]
    with pytest.raises(NetworkError, match=r"layers.0.weight is missing"):
        network().load_state_dict(state)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("is_compiled", [False, True])
def test_no_optimizer_moves_it_or_what_is_kept_for_it(name: str, is_compiled: bool) -> None:
    trained = network()
    settings = {"momentum": 0.9} if name == "sgd" else {}
    optimizer = OPTIMIZERS[name](trained.parameters(), 0.1, weight_decay=0.1, **settings)
    before = trained.state_dict()
    history = fit(trained, (X, Y), quadratic, optimizer, 3, batch_size=4, rng=0, compile=is_compiled)
    assert history.compiled is is_compiled
    same = [name for name, array in trained.state_dict().items() if numpy.array_equal(array, before[name])]
    assert same == ["layers.0.weight"]
    state = optimizer.state_dict()
    assert [int(state[f"{position}.age"]) for position in range(4)] == [0, 3, 3, 3]
    assert not any(array.any() for key, array in state.items() if key.startswith("0."))


def test_eager_and_compiled_steps_agree_while_it_is_frozen_changed_and_freed() -> None:
    from nn import Callback

    class Change(Callback):
        def on_epoch(self, run: Any, epoch: Any) -> None:
            weight = run.model.layers[1].weight
            weight.requires_grad = epoch.number not in (2, 3, 4)
            if epoch.number == 3:
                weight.data = weight.data * 2

    states, steps = [], []
    for is_compiled in (False, True):
        trained = MLP((2, 3, 1), "tanh", "sigmoid", rng=0)
        optimizer = Adam(trained.parameters(), 0.1)
        fit(trained, (X, Y), quadratic, optimizer, 7, batch_size=4, rng=0, compile=is_compiled, callbacks=[Change()])
        states.append(trained.state_dict())
        steps.append([int(age) for key, age in optimizer.state_dict().items() if key.endswith("age")])
    assert steps == [[7, 7, 4, 7], [7, 7, 4, 7]]
    for key, array in states[0].items():
        assert numpy.allclose(array, states[1][key], rtol=1e-12, atol=0), key


@pytest.mark.parametrize("make", [lambda p: AdamW(p, 0.1), lambda p: SGD(p, 0.1, momentum=0.9, weight_decay=0.1)])
def test_values_are_updated_each_by_its_own_age_as_tensors_are(make: Any, tmp_path: Any) -> None:
    values, tensors = [Value(1.0), Value(2.0), Value(3.0)], [Tensor(1.0), Tensor(2.0), Tensor(3.0)]
    optimizers = make(values), make(tensors)
    for step in range(6):
        for nodes, optimizer in zip((values, tensors), optimizers, strict=True):
            nodes[1].requires_grad = step not in (1, 2)
            optimizer.zero_grad()
            sum((node - 0.5) ** 2 for node in nodes).backward()
            optimizer.step()
        assert [value.data for value in values] == pytest.approx([float(tensor.data) for tensor in tensors], rel=1e-13)
    again = make([Value(value.data) for value in values])
    again.load_state_dict(optimizers[0].state_dict())
    for parameters, optimizer in ((values, optimizers[0]), (again.parameters, again)):
        optimizer.zero_grad()
        sum((node - 0.5) ** 2 for node in parameters).backward()
        optimizer.step()
    assert [value.data for value in values] == [value.data for value in again.parameters]


def test_values_of_different_ages_go_through_a_file(tmp_path: Any) -> None:
    neurons = NeuronMLP((2, 2, 1), rng=0)
    neurons.parameters()[0].requires_grad = False
    optimizer = Adam(neurons.parameters(), 0.1)
    fit(neurons, (X, Y), quadratic, optimizer, 2, batch_size=4, rng=0)
    path = checkpoints.save(tmp_path / "m.safetensors", neurons, optimizer)
    again = NeuronMLP((2, 2, 1), rng=1)
    other = Adam(again.parameters(), 0.1)
    checkpoints.load(path, again, other)
    assert numpy.array_equal(other.state_dict()["0.age"], [0, *[2] * 8])


def test_all_frozen_is_a_sentence() -> None:
    layer = Linear(2, 2, rng=0)
    for parameter in layer.parameters():
        parameter.requires_grad = False
    with pytest.raises(NetworkError, match="all parameters are frozen: set requires_grad = True"):
        fit(layer, (X, Y[:, 0]), softmax_cross_entropy, SGD(layer.parameters(), 0.1), 1)


def test_a_compiled_function_gives_no_gradient_of_what_is_frozen() -> None:
    layer, x = Linear(2, 1, rng=0), numpy.array([[3.0, 4.0]])
    layer.weight.requires_grad = False
    with pytest.warns(CapturedConstantWarning, match="uses weight of shape"):
        value, gradients = compile(lambda layer, x: layer(x).sum()).value_and_grad(layer, x)
    assert value == layer(x).item()
    assert list(gradients) == ["bias"]


@pytest.mark.parametrize("copied", [copy.deepcopy, copy.copy, lambda node: pickle.loads(pickle.dumps(node))])
@pytest.mark.parametrize("node", [Tensor([1.0]), Value(1.0)])
def test_a_copy_of_a_frozen_parameter_is_one(node: Any, copied: Any) -> None:
    node.requires_grad = False
    assert copied(node).is_parameter and not copied(node).requires_grad


def test_only_floats_can_be_made_to_require_gradients_and_only_by_true_or_false() -> None:
    labels = Tensor([1, 2], requires_grad=False)
    with pytest.raises(DataTypeError, match="data of int64 cannot require gradients"):
        labels.requires_grad = True
    with pytest.raises(DataTypeError, match="requires_grad is True or False, not 'no'"):
        Value(1.0).requires_grad = "no"


def test_the_same_network_in_the_other_engine_or_out_of_a_file_is_frozen_as_it_was(tmp_path: Any) -> None:
    model = MLP((2, 3, 1), "tanh", rng=0)
    model.layers[0].weight.requires_grad = model.layers[1].bias.requires_grad = False
    path = checkpoints.save(tmp_path / "model", model)
    for other in (to_tensors(to_neurons(model)), checkpoints.build(path)[0]):
        assert [one.requires_grad for one in other.parameters()] == [False, True, True, False]


def test_a_tensor_is_frozen_as_a_whole() -> None:
    neurons = to_neurons(MLP((2, 3, 1), rng=0))
    neurons.layers[0].neurons[1].weights[0].requires_grad = False
    with pytest.raises(NetworkError, match="a Tensor is frozen as a whole"):
        to_tensors(neurons)


@pytest.mark.parametrize("in_no_grad", [False, True])
def test_a_parameter_is_not_replaced_by_what_was_computed(in_no_grad: bool) -> None:
    layer = Linear(2, 1, rng=0)
    with no_grad() if in_no_grad else contextlib.nullcontext():
        halved = layer.weight * 0.5
    if not in_no_grad:
        with pytest.raises(NetworkError, match=r"weight of Linear\(2 → 1\) is a parameter: set its numbers by"):
            layer.weight = halved
    constant = Tensor([[1.0], [2.0]])
    constant.requires_grad = False
    layer.weight = constant  # a frozen one takes its place
    assert layer.parameters() == [constant, layer.bias]
