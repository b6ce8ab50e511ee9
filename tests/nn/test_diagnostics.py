from typing import Any

import numpy
import pytest

from autograd import Tensor, silu
from nn import (
    ACTIVATIONS,
    MLP,
    SGD,
    BatchNorm1d,
    Diagnostics,
    Dropout,
    History,
    Linear,
    NetworkError,
    NeuronMLP,
    Sequential,
    diagnose,
    fit,
    quadratic,
    softmax_cross_entropy,
)
from nn.history import LayerFigures

INPUTS = numpy.random.default_rng(0).normal(size=(12, 3))
DATA = (INPUTS, INPUTS[:, :1])


def trained(model: Any, rate: float = 0.1, every: int = 1, epochs: int = 3) -> History:
    optimizer = SGD(model.parameters(), rate)
    return fit(model, DATA, quadratic, optimizer, epochs, batch_size=6, rng=0, callbacks=[Diagnostics(every)])


def test_figures_are_those_of_the_layer_s_own_arrays() -> None:
    """One step on the whole of the data, beside the same by hand."""
    model, twin = (MLP((3, 4, 1), "relu", rng=1) for _ in range(2))
    history = fit(model, DATA, quadratic, SGD(model.parameters(), 0.5), 1, batch_size=12, callbacks=[Diagnostics()])
    a = numpy.maximum(INPUTS @ twin.layers[0].weight.data + twin.layers[0].bias.data, 0)
    quadratic(twin(INPUTS), DATA[1]).backward()
    first, second = history.layers
    assert (first.layer, second.layer, first.step) == ("layers.0", "layers.1", 0)
    assert (first.activation_mean, first.activation_deviation) == pytest.approx((a.mean(), a.std()))
    assert first.dead == (a == 0).all(axis=0).mean()
    assert second.dead is None
    for figures, layer in zip(history.layers, twin.layers, strict=True):
        gradients, weights = (
            numpy.concatenate([array.ravel() for array in arrays])
            for arrays in ((layer.weight.grad, layer.bias.grad), (layer.weight.data, layer.bias.data))
        )
        norm = numpy.linalg.norm(gradients)
        assert figures.gradient_norm == pytest.approx(norm)
        assert figures.update_ratio == pytest.approx(0.5 * norm / numpy.linalg.norm(weights))


def test_layers_are_noted_every_so_many_steps_in_order() -> None:
    model = Sequential(Linear(3, 4, rng=0), BatchNorm1d(4), numpy.tanh, Linear(4, 1, rng=1))
    history = trained(model, every=2)
    assert [(one.step, one.layer) for one in history.layers] == [
        (step, layer) for step in (0, 2, 4) for layer in ("layers.0", "layers.1", "layers.3")
    ]
    assert all(abs(one.activation_mean) < 1 for one in history.layers if one.layer == "layers.1")  # behind the tanh


def test_a_network_that_learns_has_no_warnings() -> None:
    assert diagnose(trained(MLP((3, 8, 8, 1), "tanh", rng=0), epochs=20)) == []
    assert diagnose(History()) == []


def test_vanishing_gradients_are_told_with_both_layers() -> None:
    model = MLP((3, 10, 10, 1), "sigmoid", rng=0)
    model.layers[1].weight.data = model.layers[1].weight.data * 1e-5
    (warning,) = [one for one in diagnose(trained(model, 1e-9)) if "vanish" in one]
    assert warning.startswith("layers.0: gradients are ") and warning.endswith("of layers.1's: they vanish")


def test_exploding_gradients_are_told_with_both_layers() -> None:
    model = MLP((3, 4, 4, 1), "identity", rng=0)
    model.layers[1].weight.data = model.layers[1].weight.data * 1e6
    model.layers[2].weight.data = model.layers[2].weight.data * 1e-6
    (warning,) = [one for one in diagnose(trained(model, 1e-30)) if "explode" in one]
    assert warning.startswith("layers.0: gradients are ") and warning.endswith(" times layers.1's: they explode")


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        ({"dead": 0.75}, "x: 75% of its ReLUs are 0 for the whole batch: they are dead"),
        ({"gradient_norm": 0.0}, "x: its gradient is 0: it learns nothing"),
        ({"activation_deviation": 1e-9}, "x: its outputs are all alike (deviation 1e-09): it tells nothing apart"),
        ({"update_ratio": 0.5}, "x: a step moves its weights by 50% of themselves: that is much"),
        ({"update_ratio": 1e-9}, "x: a step moves its weights by 1e-09 of themselves: they hardly move"),
        ({"dead": 0.25}, None),
        ({"update_ratio": 0.0}, None),
        ({"activation_deviation": float("nan"), "update_ratio": None}, None),
    ],
)
def test_each_warning_has_its_words(figures: dict[str, Any], sentence: str | None) -> None:
    history = History()
    usual = {"activation_mean": 0.0, "activation_deviation": 1.0, "dead": None, "gradient_norm": 1.0}
    history.layers.append(LayerFigures(step=0, layer="x", **{**usual, "update_ratio": 1e-3, **figures}))
    assert diagnose(history) == ([] if sentence is None else [sentence])


def test_what_cannot_be_looked_into_is_refused() -> None:
    with pytest.raises(NetworkError, match="look at layers of Tensors"):
        trained(NeuronMLP((3, 1), rng=0))
    with pytest.raises(NetworkError, match="every is a whole number from 1"):
        Diagnostics(0)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_figures_of_a_layer_are_those_behind_its_activation_whatever_it_is_made_of(name: str) -> None:
    model = MLP((3, 4, 2), name, rng=0)
    behind = model.activation(model.layers[0](Tensor(INPUTS))).data
    optimizer = SGD(model.parameters(), 0.1)
    labels = (INPUTS[:, 0] > 0).astype(int)
    told = fit(
        model, (INPUTS, labels), softmax_cross_entropy, optimizer, 1, batch_size=12, callbacks=[Diagnostics(1)]
    ).layers[0]
    assert (told.activation_mean, told.activation_deviation) == pytest.approx((behind.mean(), behind.std()))


def test_a_dropout_is_no_part_of_the_activation_before_it() -> None:
    model = Sequential(Linear(3, 4, rng=0), silu, Dropout(0.5, rng=0), Linear(4, 1, rng=1))
    behind = silu(model.layers[0](Tensor(INPUTS))).data
    optimizer = SGD(model.parameters(), 0.1)
    told = fit(model, DATA, quadratic, optimizer, 1, batch_size=12, callbacks=[Diagnostics(1)]).layers[0]
    assert (told.activation_mean, told.activation_deviation) == pytest.approx((behind.mean(), behind.std()))
