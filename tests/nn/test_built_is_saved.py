"""What is built from a file is the model that was saved, or it is refused and said why; activations may be assigned."""

from pathlib import Path
from typing import Any

import numpy
import pytest

import nn
from autograd import relu, sigmoid, tanh
from nn import MLP, CheckpointError, Dropout, Linear, NetworkError, NeuronLayer, NeuronMLP, checkpoints, to_neurons

POINTS = numpy.random.default_rng(0).normal(size=(5, 2))


@pytest.mark.parametrize("make", [MLP, NeuronMLP])
@pytest.mark.parametrize(("name", "function"), [("tanh", tanh), ("softmax", None), ("silu", "silu")])
@pytest.mark.parametrize("place", ["activation", "output"])
def test_an_activation_that_is_assigned_later_is_used_named_and_saved(
    make: Any, name: str, function: Any, place: str, tmp_path: Path
) -> None:
    model = make((2, 4, 3, 2), "relu", "sigmoid", initializer="xavier", rng=0)
    setattr(model, place, function or name)
    expected = make(
        (2, 4, 3, 2), **{"activation": "relu", "output": "sigmoid", place: name}, initializer="xavier", rng=0
    )
    assert repr(model) == repr(expected)
    assert numpy.array_equal(model.outputs(POINTS), expected.outputs(POINTS))
    built, _ = checkpoints.build(checkpoints.save(tmp_path / "model", model))
    assert numpy.array_equal(built.outputs(POINTS), expected.outputs(POINTS))
    with pytest.raises(NetworkError, match="unknown activation 'tan'"):
        setattr(model, place, "tan")
    assert repr(model) == repr(expected)


def test_a_layer_and_a_neuron_take_another_activation_too() -> None:
    layer = NeuronLayer(2, 3, "tanh", initializer="xavier", rng=0)
    for name in ("softmax", "relu"):
        layer.activation = name
        assert [a.data for a in layer(POINTS[0].tolist())] == [
            a.data for a in NeuronLayer(2, 3, name, initializer="xavier", rng=0)(POINTS[0].tolist())
        ]
    layer.neurons[0].activation = "sigmoid"
    assert layer.neurons[0].activation is sigmoid and "sigmoid" in repr(layer.neurons[0])


class Doubled(MLP):
    def __call__(self, x: Any) -> Any:
        return super().__call__(x) * 2


Doubled.__name__ = "MLP"


def own(z: Any) -> Any:
    return z * 0.5


own.__name__ = "relu"


def with_layer() -> Any:
    model = MLP((2, 4, 1), rng=0)
    model.layers.insert(1, Dropout(0.5))
    return model


def with_another_linear() -> Any:
    class Scaled(Linear):
        def __call__(self, x: Any) -> Any:
            return super().__call__(x) * 3

    model = MLP((2, 4, 1), rng=0)
    model.layers[1] = Scaled(4, 1, rng=0)
    return model


def with_another_neuron() -> Any:
    model = to_neurons(MLP((2, 4, 1), rng=0))
    model.layers[0].neurons[1].activation = "tanh"
    return model


def with_another_layer() -> Any:
    model = NeuronMLP((2, 4, 1), rng=0)
    model.layers[0].activation = tanh
    return model


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Doubled((2, 4, 1), rng=0), "it is of a class of your own, derived from MLP"),
        (lambda: MLP((2, 4, 1), own, rng=0), "its activation relu is a function of your own"),
        (lambda: MLP((2, 4, 1), output=own, rng=0), "its output relu is a function of your own"),
        (lambda: MLP((2, 4, 1), lambda z: relu(z), rng=0), "its activation <lambda> is a function of your own"),
        (with_layer, "a Dropout was put among its layers"),
        (with_another_linear, "a Scaled was put among its layers"),
        (with_another_neuron, "a layer or a neuron in it was given another activation"),
        (with_another_layer, "a layer or a neuron in it was given another activation"),
    ],
)
def test_what_its_description_does_not_say_is_not_built_and_said(make: Any, said: str, tmp_path: Path) -> None:
    model = make().eval()
    path = checkpoints.save(tmp_path / "model", model)
    with pytest.raises(CheckpointError, match=f"cannot be built from the file: {said}; make the model and load"):
        checkpoints.build(path)
    other = make().eval()
    for parameter in other.parameters():
        parameter.data = parameter.data * 0 + 1
    checkpoints.load(path, other)
    assert numpy.array_equal(other.outputs(POINTS), model.outputs(POINTS))
    plain = (nn.MLP if isinstance(model, MLP) else NeuronMLP)(model.sizes, rng=0)
    with pytest.raises(CheckpointError, match="does not fit"):
        checkpoints.load(path, plain)
    repr(model)
