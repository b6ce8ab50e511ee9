"""The same networks with every number a Value: slow, and nothing hidden."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence, Sized
from typing import Any

import numpy

from autograd import DataTypeError, ShapeError, Tensor, Value, exp, logaddexp, softmax
from autograd.arguments import answering, described, random_generator
from autograd.modes import current_mode
from autograd.operands import has_mask

from .activations import Activation, HasActivations, activation_of
from .errors import NetworkError
from .generators import Random
from .initializers import Initializer, initializer_of
from .layers import MLP, check_sizes, spelled_sizes
from .module import Module


class Neuron(HasActivations, Module):
    """a = activation(w₁x₁ + … + wₙxₙ + b), as document 002 draws it: the products, their sum, the bias.

    Args:
        n_inputs: how many inputs it has.
        activation: a name ("sigmoid", "tanh", "relu", "identity") or a function of a Value.
        initializer: as for `MLP`.
        rng: a numpy.random.Generator or a seed.

    >>> from nn import Neuron
    >>> neuron = Neuron(2, "sigmoid", rng=0)
    >>> neuron.load_state_dict({"weights.0": 2.0, "weights.1": -3.0, "bias": -3.0})
    >>> round(neuron([-1.0, -2.0]).data, 4)
    0.7311
    """

    activation_name: str
    activation: Activation

    @answering()
    def __init__(
        self,
        n_inputs: int,
        activation: str | Activation = "sigmoid",
        *,
        initializer: str | Initializer | None = None,
        rng: Random = None,
    ) -> None:
        check_sizes((n_inputs, 1))
        self.activation_name, self.activation = activation_of(activation)
        weight, bias = initializer_of(initializer, self.activation_name).draw(n_inputs, 1, rng)
        self.weights: list[Value] = [
            Value(number, label=f"w{index}") for index, number in enumerate(weight[:, 0], start=1)
        ]
        self.bias: Value = Value(bias[0], label="b")

    def __call__(self, x: Sequence[Any]) -> Value:
        if not isinstance(x, Sized) or isinstance(x, str):
            raise ShapeError(f"{self!r} takes {len(self.weights)} inputs in a list, not {described(x)}")
        if type(x) is not list and isinstance(x, Tensor | numpy.ndarray) and x.ndim != 1:
            raise ShapeError(f"{self!r} takes one sample, not an array of shape {x.shape}; a NeuronMLP takes rows")
        if len(x) != len(self.weights):
            raise ShapeError(f"{self!r} takes {len(self.weights)} inputs, not {len(x)}")
        total = self.weights[0] * x[0]
        for index in range(1, len(x)):
            total = total + self.weights[index] * x[index]
        return self.activation(total + self.bias)  # type: ignore[no-any-return]  # an activation takes and gives anything

    def __repr__(self) -> str:
        return f"Neuron({len(self.weights)} → 1, activation={self.activation_name})"


class NeuronLayer(HasActivations, Module):
    """Neurons that see the same inputs.

    >>> from nn import NeuronLayer
    >>> len(NeuronLayer(2, 3, "tanh", rng=0)([1.0, 2.0]))
    3
    """

    activation_name: str
    activation: Activation

    @answering()
    def __init__(
        self,
        n_inputs: int,
        n_outputs: int,
        activation: str | Activation = "sigmoid",
        *,
        initializer: str | Initializer | None = None,
        rng: Random = None,
    ) -> None:
        check_sizes((n_inputs, n_outputs))
        generator = random_generator("rng", rng, NetworkError)
        self.activation_name, self.activation = activation_of(activation)
        self.neurons: list[Neuron] = [
            Neuron(
                n_inputs,
                "identity" if self._of_the_layer else activation,
                initializer=initializer_of(initializer, self.activation_name),
                rng=generator,
            )
            for _ in range(n_outputs)
        ]

    def __setattr__(self, name: str, given: Any) -> None:
        super().__setattr__(name, given)
        if name == "activation":
            self._of_the_layer = _OF_A_LAYER.get(self.activation)
            for neuron in getattr(self, "neurons", ()):
                neuron.activation = "identity" if self._of_the_layer else self.activation

    def __call__(self, x: Sequence[Any]) -> list[Value]:
        outputs = [neuron(x) for neuron in self.neurons]
        return self._of_the_layer(outputs) if self._of_the_layer else outputs

    def __repr__(self) -> str:
        n_inputs = len(self.neurons[0].weights)
        return f"NeuronLayer({n_inputs} → {len(self.neurons)}, activation={self.activation_name})"


class NeuronMLP(HasActivations, Module):
    """`MLP` made of neurons. Called with one sample it gives a list of Values; with rows of samples, a
    list of those.

    >>> from nn import NeuronMLP
    >>> NeuronMLP((2, 2, 1), rng=0)([[0.0, 1.0]])[0][0].data > 0
    True
    """

    activation_name: str
    activation: Activation
    output_name: str
    output: Activation

    @answering("sizes are the widths of all layers, such as (2, 16, 1)")
    def __init__(
        self,
        sizes: Sequence[int] | int,
        activation: str | Activation | Sequence[int] = "sigmoid",
        output: str | Activation = "sigmoid",
        *,
        initializer: str | Initializer | None = None,
        rng: Random = None,
    ) -> None:
        sizes, activation = spelled_sizes(sizes, activation, "sigmoid", output == "sigmoid")
        generator = random_generator("rng", rng, NetworkError)
        self.activation_name, self.activation = activation_of(activation)
        self.output_name, self.output = activation_of(output)
        chosen = initializer_of(initializer, self.activation_name)
        functions: list[str | Activation] = [activation] * (len(sizes) - 2) + [output]
        self.layers: list[NeuronLayer] = [
            NeuronLayer(n_inputs, n_outputs, function, initializer=chosen, rng=generator)
            for n_inputs, n_outputs, function in zip(sizes[:-1], sizes[1:], functions, strict=True)
        ]

    def __setattr__(self, name: str, given: Any) -> None:
        super().__setattr__(name, given)
        layers = getattr(self, "layers", ())
        for layer in {"activation": layers[:-1], "output": layers[-1:]}.get(name, ()):
            layer.activation = getattr(self, name)

    @property
    def sizes(self) -> tuple[int, ...]:
        return (len(self.layers[0].neurons[0].weights), *(len(layer.neurons) for layer in self.layers))

    def __call__(self, x: Any) -> list[Any]:
        x = _sample_or_rows(x)
        if not isinstance(x, Sequence) or isinstance(x, str):
            raise ShapeError(
                f"{self!r} takes a list of {self.sizes[0]} numbers or Values, or rows of them, not {described(x)}"
            )
        if len(x) and (isinstance(x[0], list | tuple) or (isinstance(x[0], Tensor | numpy.ndarray) and x[0].ndim)):
            return [self(sample) for sample in x]
        for layer in self.layers:
            x = layer(x)
        return list(x)

    def __repr__(self) -> str:
        widths = "-".join(map(str, self.sizes))
        return f"NeuronMLP({widths}, activation={self.activation_name}, output={self.output_name})"


def to_neurons(network: MLP) -> NeuronMLP:
    """The same network with every weight a Value of its own.

    >>> from nn import MLP, to_neurons
    >>> to_neurons(MLP((2, 3, 1), activation="tanh", rng=0)).sizes
    (2, 3, 1)
    """
    if not isinstance(network, MLP):
        raise NetworkError(f"to_neurons takes an MLP, not {described(network)}")
    neurons = NeuronMLP(network.sizes, network.activation, network.output, rng=0)
    for layer, linear in zip(neurons.layers, network.layers, strict=True):
        for column, neuron in enumerate(layer.neurons):
            for row, weight in enumerate(neuron.weights):
                weight.data = linear.weight.data[row, column]
                weight.requires_grad = linear.weight.requires_grad
            neuron.bias.data = linear.bias.data[column]
            neuron.bias.requires_grad = linear.bias.requires_grad
    return neurons


def to_tensors(neurons: NeuronMLP, dtype: Any = numpy.float64) -> MLP:
    """The same network with one weight Tensor and one bias Tensor a layer.

    Raises NetworkError where some Values of a Tensor are frozen and others are not: it is frozen as a whole.
    """
    if not isinstance(neurons, NeuronMLP):
        raise NetworkError(f"to_tensors takes a NeuronMLP, not {described(neurons)}")
    network = MLP(neurons.sizes, neurons.activation, neurons.output, rng=0, dtype=dtype)
    for layer, linear in zip(neurons.layers, network.layers, strict=True):
        linear.weight.data = numpy.array([[w.data for w in neuron.weights] for neuron in layer.neurons]).T
        linear.bias.data = numpy.array([neuron.bias.data for neuron in layer.neurons])
        linear.weight.requires_grad = _learn(w for neuron in layer.neurons for w in neuron.weights)
        linear.bias.requires_grad = _learn(neuron.bias for neuron in layer.neurons)
    return network


def _learn(parameters: Iterable[Value]) -> bool:
    learning = {parameter.requires_grad for parameter in parameters}
    if len(learning) > 1:
        raise NetworkError("to_tensors: a Tensor is frozen as a whole, and some Values of one are frozen, others not")
    return learning.pop()


def _sample_or_rows(x: Any) -> Any:
    """What a network of Values is called with, as a list: plain numbers of data, and the elements of a Tensor that was
    computed or is differentiated by (then its Values give Tensors of one element)."""
    if isinstance(x, Tensor | numpy.ndarray) and not x.ndim:
        raise ShapeError(f"a network takes a sample, or rows of samples, not the one number {x!r:.60}")
    if isinstance(x, Tensor) and current_mode().recording and (x.requires_grad or x.op is not None):
        return [x[index] for index in range(len(x))]
    if isinstance(x, Tensor):
        x = x.data
    if has_mask(x):
        raise DataTypeError("a network takes no masked array, whose mask would be lost: leave the masked samples out")
    return x.tolist() if isinstance(x, numpy.ndarray) else x


def _softmax(scores: list[Value]) -> list[Value]:
    total = functools.reduce(logaddexp, scores)
    return [exp(score - total) for score in scores]


# Activations of a whole layer, which its neurons cannot apply one by one.
_OF_A_LAYER: dict[Activation, Callable[[list[Value]], list[Value]]] = {softmax: _softmax}
