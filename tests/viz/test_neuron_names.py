"""What the parameters of networks of neurons are called, and by which names they are found."""

import numpy
import pytest

from autograd import Tensor, squared_norm
from nn import NeuronLayer, NeuronMLP
from viz import DrawingError, derivation, trace
from viz.terminal.finding import named
from viz.visible import find


def test_parameters_of_neurons_have_the_names_of_text_books() -> None:
    (output,) = NeuronMLP((2, 2, 1), rng=0)([1.0, 2.0])
    traced = trace(output)
    parameters = {node.module_path: node.label for node in traced.nodes if node.role == "parameter"}
    assert parameters == {
        f"layers.{layer}.neurons.{neuron}.{path}": f"{letter}{'¹²'[layer]}{'₁₂'[neuron]}{of}"
        for layer, neuron in ((0, 0), (0, 1), (1, 0))
        for path, letter, of in (("weights.0", "w", "₁"), ("weights.1", "w", "₂"), ("bias", "b", ""))
    }
    assert "$w^{1}_{21}$ is given (parameter)." in derivation(traced).markdown()
    for typed in ("w¹₂₁", "w^1_21", "w1_21", "layers.0.neurons.1.weights.0"):
        assert find(traced, typed).label == named(traced, typed).label == "w¹₂₁"
    with pytest.raises(DrawingError, match=r"no node is labelled 'w1_31'; labels are w²₁₁"):
        find(traced, "w1_31")


def test_a_layer_alone_has_no_number_and_a_comma_parts_numbers_of_two_digits() -> None:
    outputs = NeuronLayer(11, 2, "tanh", rng=0)([0.5] * 11)
    labels = [node.label for node in trace(outputs[0] * outputs[1]).nodes if node.role == "parameter"]
    assert [labels[at] for at in (0, 8, 9, 10, 11, 12)] == ["w₁₁", "w₁₉", "w₁,₁₀", "w₁,₁₁", "b₁", "w₂₁"]


@pytest.mark.parametrize(
    ("given", "symbol"),
    [({"scale": 0.125}, "⅛‖·‖²"), ({"scale": 0.3}, "0.3 × ‖·‖²"), ({}, "‖·‖²")],
)
def test_an_operation_alone_shows_its_factor(given: dict[str, float], symbol: str) -> None:
    output = squared_norm(Tensor(numpy.ones(3), label="v"), **given)
    assert trace(output).nodes[-1].symbol == symbol
