# ruff: noqa: N815 - dZ2, dW2 … are document 000's names for what its program computes
"""The three documents' networks, their gradients written out by hand in NumPy: no autograd anywhere.

This is what the engine is held to: a second derivation of the same gradients, by people, on paper. It is
also what an engine's step is timed against, so it does no work that the formulas do not ask for.

| class | document | network | gradients |
| --- | --- | --- | --- |
| `TwoLayerSoftmaxNetwork` | 000 | sigmoid, then softmax; cross-entropy | dZ2 dW2 db2 dA1 dZ1 dW1 db1 |
| `TwoLayerBinaryNetwork` | 000 | sigmoid, then one sigmoid, "8 or not" | the same seven lines |
| `SigmoidNetwork` | 001 | sigmoids of any depth; cross-entropy | ∂C/∂z^L = a^L − y, then layer by layer |
| `DeltaNetwork` | 002 | any width, depth, elementwise activation and cost | the four equations in δ |

Rows are samples and a weight has the shape (inputs, outputs), as in document 000: Z = A W + b. Documents 001
and 002 put samples in columns, z = W a + b, so that each of their matrices is the transpose of ours: their
W^l is `weights[l - 1].T`, their column a^l of one sample is a row of `activations[l]`, and products turn
round, (W^{l+1})ᵀ δ^{l+1} is `delta @ W.T` here. Their layers count from 1, with a^0 the input.

Every cost is averaged over the batch, and so is every gradient of a parameter.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

import numpy
from numpy.typing import ArrayLike, DTypeLike, NDArray

Array = NDArray[Any]
Random = numpy.random.Generator | int | None
Row = TypeVar("Row", "Activation", "Cost")

# --- activations and costs: the tables of document 001 --------------------------------------------------


@dataclass(frozen=True)
class Activation:
    """A row of document 001's table of nonlinearities: a = σ(z), elementwise.

    Attributes:
        name: its key in `ACTIVATIONS`.
        forward: σ(z) of the pre-activations z.
        derivative: σ′(z), given z and a = σ(z): most are shortest in a, which the forward pass has computed.

    >>> tanh = ACTIVATIONS["tanh"]
    >>> z = numpy.array([0.0, 1.0])
    >>> tanh.derivative(z, tanh.forward(z)).round(4)
    array([1.  , 0.42])
    """

    name: str
    forward: Callable[[Array], Array]
    derivative: Callable[[Array, Array], Array]


@dataclass(frozen=True)
class Cost:
    """A row of document 001's table of costs.

    Attributes:
        name: its key in `COSTS`.
        forward: C(a, y) of each sample, summed over the outputs (the last axis).
        derivative: ∂C/∂a, one number for each output of each sample.

    >>> quadratic = COSTS["quadratic"]
    >>> a, y = numpy.array([[0.5, 0.0]]), numpy.array([[1.0, 0.0]])
    >>> quadratic.forward(a, y), quadratic.derivative(a, y)
    (array([0.125]), array([[-0.5,  0. ]]))
    """

    name: str
    forward: Callable[[Array, Array], Array]
    derivative: Callable[[Array, Array], Array]


def sigmoid(z: Array) -> Array:
    """σ(z) = 1 / (1 + e^−z) (documents 000 and 002; 001's table has lost the minus sign).

    >>> sigmoid(numpy.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    with numpy.errstate(over="ignore"):  # e^1000 is inf, and 1/inf is the 0 that is wanted
        a: Array = 1 / (1 + numpy.exp(-z))
    return a


def softmax(z: Array) -> Array:
    """e^z_j / Σ_k e^z_k in each row, shifted by the row's maximum so that nothing overflows (document 000).

    >>> softmax(numpy.array([[1000.0, 1000.0], [-1000.0, 1000.0]]))
    array([[0.5, 0.5],
           [0. , 1. ]])
    """
    a: Array = numpy.exp(z - z.max(axis=-1, keepdims=True))
    a /= a.sum(axis=-1, keepdims=True)
    return a


def _cross_entropy(a: Array, y: Array) -> Array:
    cost: Array = -numpy.sum(_times_log(y, a) + _times_log(1 - y, 1 - a), axis=-1)
    return cost


def _times_log(weight: Array, probability: Array) -> Array:
    """weight · log(probability), where 0 · log 0 is 0 and the cost of an impossible label is inf."""
    with numpy.errstate(divide="ignore"):
        logarithm = numpy.log(probability, where=weight != 0, out=numpy.zeros_like(probability))
    return weight * logarithm


ACTIVATIONS: dict[str, Activation] = {
    row.name: row
    for row in (
        Activation("sigmoid", sigmoid, lambda z, a: a * (1 - a)),
        Activation("tanh", numpy.tanh, lambda z, a: 1 - a * a),
        # The document's derivative is 1 at z = 0; that is a convention, and ours is 0.
        Activation("relu", lambda z: numpy.maximum(z, 0), lambda z, a: (z > 0).astype(z.dtype)),
        Activation("identity", lambda z: z, lambda z, a: numpy.ones_like(z)),
    )
}

COSTS: dict[str, Cost] = {
    row.name: row
    for row in (
        # ½ ‖a − y‖². The document's table has y − a as its derivative: the sign is wrong.
        Cost("quadratic", lambda a, y: 0.5 * numpy.sum((a - y) ** 2, axis=-1), lambda a, y: a - y),
        # Σ (y − 1) log(1 − a) − y log a. Where a is exactly 0 or 1 the derivative divides by 0.
        Cost("cross-entropy", _cross_entropy, lambda a, y: (a - y) / (a * (1 - a))),
    )
}

# --- what the networks share ----------------------------------------------------------------------------


class _Network(ABC):
    """Fully connected layers: weights, biases, and the check of what is fed to them.

    Args:
        sizes: the widths of all layers from the input to the output, if weights and biases are to be drawn.
        weights: one array of shape (inputs, outputs) for each layer; copied.
        biases: one array of shape (outputs,) for each layer; copied.
        rng: a numpy Generator or a seed, for drawing.
        dtype: numpy.float32 or numpy.float64, for drawing; given weights keep theirs (integers become float64).

    Attributes:
        weights, biases: lists of arrays, which `step` updates in place.

    Raises:
        ValueError: weights that do not fit each other, inputs or targets that do not fit the network.
    """

    weights: list[Array]
    biases: list[Array]

    def __init__(
        self,
        sizes: Sequence[int] | None = None,
        *,
        weights: Sequence[ArrayLike] | None = None,
        biases: Sequence[ArrayLike] | None = None,
        rng: Random = None,
        dtype: DTypeLike = numpy.float64,
    ) -> None:
        if sizes is not None and weights is None and biases is None:
            if len(sizes) < 2 or min(sizes) < 1:
                raise self._error(f"sizes are at least two positive numbers, not {list(sizes)}")
            self.weights, self.biases = self._drawn(sizes, numpy.random.default_rng(rng))
        elif sizes is None and weights is not None and biases is not None:
            self.weights = [numpy.asarray(weight) for weight in weights]
            self.biases = [numpy.asarray(bias) for bias in biases]
            dtype = numpy.result_type(bool, *self.weights, *self.biases)
        else:
            raise self._error("give either sizes, or both weights and biases")
        self._check_parameters()
        kind = numpy.dtype(numpy.float64 if numpy.dtype(dtype).kind in "biu" else dtype)
        if kind not in (numpy.float32, numpy.float64):
            raise self._error(f"weights and biases are float32 or float64, not {kind}")
        self.weights = [weight.astype(kind) for weight in self.weights]
        self.biases = [bias.astype(kind) for bias in self.biases]

    def _drawn(self, sizes: Sequence[int], rng: numpy.random.Generator) -> tuple[list[Array], list[Array]]:
        """Standard normal weights and biases, layer by layer (documents 001 and 002)."""
        layers = [(rng.standard_normal(layer), rng.standard_normal(layer[1])) for layer in pairwise(sizes)]
        return [weight for weight, _ in layers], [bias for _, bias in layers]

    def _check_parameters(self) -> None:
        if not self.weights or len(self.weights) != len(self.biases):
            raise self._error(
                f"every layer has a weight and a bias, but there are {len(self.weights)} and {len(self.biases)}"
            )
        n_inputs = self.weights[0].shape[0] if self.weights[0].ndim else 0
        for layer, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True), start=1):
            if weight.ndim != 2 or weight.shape[0] != n_inputs or bias.shape != weight.shape[1:]:
                raise self._error(
                    f"layer {layer} has a weight of shape {weight.shape} and a bias of shape {bias.shape}, "
                    f"where ({n_inputs}, outputs) and (outputs,) would fit"
                )
            n_inputs = weight.shape[1]

    @property
    def sizes(self) -> tuple[int, ...]:
        """The widths of all layers, from the input to the output."""
        return (self.weights[0].shape[0], *(bias.size for bias in self.biases))

    @property
    def dtype(self) -> numpy.dtype[Any]:
        """float32 or float64: that of every weight, activation and gradient."""
        return self.weights[0].dtype

    def _inputs(self, x: ArrayLike) -> Array:
        """The inputs in the network's dtype, one sample a row."""
        array = numpy.asarray(x, dtype=self.dtype)
        if array.ndim != 2 or array.shape[1] != len(self.weights[0]) or not array.size:
            raise self._error(
                f"inputs of shape {array.shape} do not fit a network of sizes {self._shown_sizes()}, "
                f"which takes (samples, {self.sizes[0]})"
            )
        return array

    def _targets(self, y: ArrayLike, n_samples: int) -> Array:
        """The targets in the network's dtype, one sample a row. With one output they may be a plain list, which
        is made a column: (n, 1) − (n,) would broadcast to (n, n) without a word."""
        array = numpy.asarray(y, dtype=self.dtype)
        n_outputs = self.biases[-1].size
        if array.ndim == 1 and n_outputs == 1:
            array = array[:, numpy.newaxis]
        if array.shape != (n_samples, n_outputs):
            raise self._error(
                f"targets of shape {numpy.shape(y)} do not fit {n_samples} samples and a network of sizes "
                f"{self._shown_sizes()}, which takes ({n_samples}, {n_outputs})"
            )
        return array

    def _shown_sizes(self) -> str:
        return "-".join(map(str, self.sizes))

    def _error(self, reason: str) -> ValueError:
        return ValueError(f"{type(self).__name__}: {reason}")

    @abstractmethod
    def output(self, x: ArrayLike) -> Array:
        """The activations of the last layer, one sample a row."""

    @abstractmethod
    def _updates(self, x: ArrayLike, y: ArrayLike, learning_rate: float) -> list[tuple[Array, Array]]:
        """What a step subtracts from the weight and the bias of each layer."""

    def _costs(self, a: Array, y: Array) -> Array:
        """Each sample's cost: Σ (y − 1) log(1 − a) − y log a, unless a network has another."""
        return _cross_entropy(a, y)

    def loss(self, x: ArrayLike, y: ArrayLike) -> float:
        """The cost averaged over the samples."""
        a = self.output(x)
        return float(self._costs(a, self._targets(y, len(a))).mean())

    def step(self, x: ArrayLike, y: ArrayLike, learning_rate: float) -> None:
        """W := W − α ∂C/∂W and b := b − α ∂C/∂b in every layer, in place, C being the mean cost."""
        for W, b, (dW, db) in zip(self.weights, self.biases, self._updates(x, y, learning_rate), strict=True):
            W -= dW
            b -= db


# --- document 000 ---------------------------------------------------------------------------------------


class TwoLayerForward(NamedTuple):
    """The forward pass of document 000: pre-activations Z and activations A of both layers."""

    Z1: Array
    A1: Array
    Z2: Array
    A2: Array


class TwoLayerGradients(NamedTuple):
    """The seven lines of document 000's backward pass, in its order.

    As in its program, dZ and dA are the errors of each single sample, and 1/n comes in with dW and db.
    """

    dZ2: Array
    dW2: Array
    db2: Array
    dA1: Array
    dZ1: Array
    dW1: Array
    db1: Array


class _TwoLayerNetwork(_Network):
    """Z1 = X W1 + b1, A1 = σ(Z1), Z2 = A1 W2 + b2, and an output A2 for which ∂L/∂Z2 is A2 − Y."""

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if len(self.weights) != 2:
            raise self._error(f"there are two layers of weights, not {len(self.weights)}")

    def _drawn(self, sizes: Sequence[int], rng: numpy.random.Generator) -> tuple[list[Array], list[Array]]:
        """0.001 × standard normal weights and zero biases (document 000)."""
        weights, biases = super()._drawn(sizes, rng)
        return [0.001 * weight for weight in weights], [numpy.zeros_like(bias) for bias in biases]

    _output_activation: Callable[[Array], Array]

    def forward(self, x: ArrayLike) -> TwoLayerForward:
        """Z1, A1, Z2 and A2 for a batch of inputs, one sample a row."""
        X = self._inputs(x)
        (W1, W2), (b1, b2) = self.weights, self.biases
        Z1 = X @ W1 + b1
        A1 = sigmoid(Z1)
        Z2 = A1 @ W2 + b2
        A2 = self._output_activation(Z2)
        return TwoLayerForward(Z1, A1, Z2, A2)

    def output(self, x: ArrayLike) -> Array:
        """A2: the probabilities."""
        return self.forward(x).A2

    def gradients(self, x: ArrayLike, y: ArrayLike) -> TwoLayerGradients:
        """The seven gradient lines; dW and db are those of the mean loss."""
        X = self._inputs(x)
        n = len(X)
        Y = self._targets(y, n)
        W2 = self.weights[1]
        _, A1, _, A2 = self.forward(X)
        dZ2 = A2 - Y
        dW2 = (A1.T @ dZ2) / n
        db2 = numpy.sum(dZ2, axis=0) / n
        dA1 = dZ2 @ W2.T
        dZ1 = dA1 * (A1 * (1 - A1))
        dW1 = (X.T @ dZ1) / n
        db1 = numpy.sum(dZ1, axis=0) / n
        return TwoLayerGradients(dZ2, dW2, db2, dA1, dZ1, dW1, db1)

    def _updates(self, x: ArrayLike, y: ArrayLike, learning_rate: float) -> list[tuple[Array, Array]]:
        found = self.gradients(x, y)
        layers = (found.dW1, found.db1), (found.dW2, found.db2)
        return [(learning_rate * dW, learning_rate * db) for dW, db in layers]


class TwoLayerSoftmaxNetwork(_TwoLayerNetwork):
    """Document 000's program: sigmoid, then softmax over the classes, with cross-entropy; 784-256-10 for MNIST.

    L = −1/n Σ_i log A2[i, y_i]. The document computes dZ2 = A2 − Y without deriving it: with the one-hot row Y,
    L = Σ_j −Y_j Z2_j + log Σ_k e^Z2_k for one sample, and the derivative of the second term is softmax(Z2).

    `y` is a list of class numbers, or an array of one-hot rows (or of probabilities).

    >>> network = TwoLayerSoftmaxNetwork((4, 3, 2), rng=0)
    >>> x, y = numpy.eye(4), [0, 1, 0, 1]
    >>> network.output(x).round(3)[0]
    array([0.5, 0.5])
    >>> gradients = network.gradients(x, y)
    >>> gradients.dW2.shape, gradients.db1.shape
    ((3, 2), (3,))
    >>> round(network.loss(x, y), 4)
    0.6931
    >>> for _ in range(1000):
    ...     network.step(x, y, learning_rate=5.0)
    >>> round(network.loss(x, y), 2)
    0.0
    """

    _output_activation = staticmethod(softmax)

    def _targets(self, y: ArrayLike, n_samples: int) -> Array:
        labels = numpy.asarray(y)
        n_classes = self.sizes[-1]
        if labels.ndim != 1 or not labels.size:
            return super()._targets(labels, n_samples)
        if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() >= n_classes:
            raise self._error(f"labels are whole numbers from 0 to {n_classes - 1}, not {labels.tolist()!s:.60}")
        return super()._targets(numpy.eye(n_classes)[labels], n_samples)

    def _costs(self, a: Array, y: Array) -> Array:
        costs: Array = -numpy.sum(_times_log(y, a), axis=-1)
        return costs


class TwoLayerBinaryNetwork(_TwoLayerNetwork):
    """Document 000's derivation: sigmoid, then one sigmoid output, "8 or not"; 784-256-1 for MNIST.

    L = −1/n Σ (y log ŷ + (1 − y) log(1 − ŷ)): the document has a minus between the terms and no sum. Its products
    (A2 − y)·A1, ·W2 and ·X are A1ᵀ(A2 − y), (A2 − y)W2ᵀ and XᵀdZ1, its ∂L/∂b lacks the sum over the batch, and
    its y, a plain vector, would broadcast against the column A2: here it is made a column.

    >>> network = TwoLayerBinaryNetwork(weights=[[[1.0], [-1.0]], [[2.0]]], biases=[[0.0], [0.0]])
    >>> x, y = [[1.0, 0.0], [0.0, 1.0]], [1, 0]
    >>> network.output(x).ravel().round(4)
    array([0.8119, 0.6313])
    >>> round(network.loss(x, y), 4)
    0.6031
    >>> network.gradients(x, y).dZ2.ravel().round(4)
    array([-0.1881,  0.6313])
    """

    _output_activation = staticmethod(sigmoid)

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if self.sizes[-1] != 1:
            raise self._error(f"there is one output, not {self.sizes[-1]}")


# --- document 001 ---------------------------------------------------------------------------------------


class SigmoidNetwork(_Network):
    """Document 001's example: sigmoid layers of any depth with cross-entropy.

    | here, samples in rows | document 001, samples in columns |
    | --- | --- |
    | `a @ W + b` | W^m a^{m−1} + b^m |
    | `a - y` | ∂C/∂z^L = (a^L − y)/(a^L(1 − a^L)) ∘ a^L(1 − a^L) = a^L − y |
    | `(partial @ W.T) * a * (1 - a)` | ∂C/∂z^m = (W^{m+1}ᵀ ∂C/∂z^{m+1}) ∘ a^m(1 − a^m) |
    | `a.T @ partial / n` | ∂C/∂W^m = ∂C/∂z^m a^{m−1}ᵀ (`W_updates`, two lines that the printed program lacks) |
    | `partial.mean(axis=0)` | ∂C/∂b^m = ∂C/∂z^m (`b_updates`) |

    >>> network = SigmoidNetwork((2, 2, 1), rng=0)
    >>> x, y = [[0, 0], [1, 0], [0, 1], [1, 1]], [0, 1, 1, 0]
    >>> for _ in range(1000):
    ...     network.step(x, y, learning_rate=1.0)
    >>> (network.output(x).ravel() > 0.5).astype(int)
    array([0, 1, 1, 0])
    """

    def forward(self, x: ArrayLike) -> list[Array]:
        """The activations a^0 = x, a^1, …, a^L (the document's `layer_outputs`)."""
        layer_outputs = [self._inputs(x)]
        for W, b in zip(self.weights, self.biases, strict=True):
            layer_outputs.append(sigmoid(layer_outputs[-1] @ W + b))
        return layer_outputs

    def output(self, x: ArrayLike) -> Array:
        """a^L: the activations of the last layer."""
        return self.forward(x)[-1]

    def cost_partials(self, x: ArrayLike, y: ArrayLike) -> list[Array]:
        """∂C/∂z^m of each sample, for the layers m = 1, …, L."""
        layer_outputs = self.forward(x)
        return self._cost_partials(layer_outputs, self._targets(y, len(layer_outputs[0])))

    def _cost_partials(self, layer_outputs: list[Array], y: Array) -> list[Array]:
        cost_partials = [layer_outputs[-1] - y]
        for W, a in zip(self.weights[:0:-1], layer_outputs[-2:0:-1], strict=True):
            cost_partials.append((cost_partials[-1] @ W.T) * a * (1 - a))
        cost_partials.reverse()
        return cost_partials

    def gradients(self, x: ArrayLike, y: ArrayLike) -> list[tuple[Array, Array]]:
        """The gradients of the mean cost: (dW, db) for each layer."""
        layer_outputs = self.forward(x)
        n = len(layer_outputs[0])
        cost_partials = self._cost_partials(layer_outputs, self._targets(y, n))
        inputs = layer_outputs[:-1]
        return [(a.T @ partial / n, partial.mean(axis=0)) for a, partial in zip(inputs, cost_partials, strict=True)]

    def step(self, x: ArrayLike, y: ArrayLike, learning_rate: float = 0.2) -> None:
        """The document's `train`, with its λ."""
        super().step(x, y, learning_rate)

    def _updates(self, x: ArrayLike, y: ArrayLike, learning_rate: float) -> list[tuple[Array, Array]]:
        return [(learning_rate * dW, learning_rate * db) for dW, db in self.gradients(x, y)]


# --- document 002 ---------------------------------------------------------------------------------------


class DeltaNetwork(_Network):
    """Document 002's network: any width, depth, elementwise activation and cost, by the four equations in δ.

    | here, samples in rows | document 002, samples in columns |
    | --- | --- |
    | `z = a @ W + b`, `a = activation.forward(z)` | z^l = W^l a^{l−1} + b^l, a^l = σ(z^l) |
    | `cost.derivative(a, y) * activation.derivative(z, a)` | δ^L = ∇_{a^L}C ⊙ σ′(z^L) |
    | `(delta @ W.T) * activation.derivative(z, a)` | δ^l = (W^{l+1})ᵀ δ^{l+1} ⊙ σ′(z^l) |
    | `delta.sum(axis=0) / n` | ∇_{b^l}C = δ^l, averaged over the minibatch |
    | `a.T @ delta / n` | ∇_{W^l}C = δ^l (a^{l−1})ᵀ, averaged over the minibatch |

    Args:
        sizes, weights, biases, rng, dtype: the widths and where to start; see the errors for what fits.
        activation: a name in `ACTIVATIONS`, an `Activation`, or a list of those, one for each layer. Elementwise
            only: the equations do not hold for softmax, whose every output depends on every pre-activation.
        cost: a name in `COSTS`, or a `Cost`. A saturated sigmoid (a exactly 0 or 1) with "cross-entropy" is
            0/0 in these equations; `SigmoidNetwork` has it simplified to a − y.

    >>> neuron = DeltaNetwork(weights=[[[2.0], [-3.0]]], biases=[[-3.0]])
    >>> x, y = [[-1.0, -2.0]], [[1.0]]
    >>> pre_activations, activations = neuron.forward(x)
    >>> pre_activations[0].item(), round(activations[-1].item(), 4), round(neuron.loss(x, y), 4)
    (1.0, 0.7311, 0.0362)
    >>> neuron.gradients(x, y)[0][0].ravel().round(4)
    array([0.0529, 0.1058])
    >>> neuron.step(x, y, learning_rate=1.0)
    >>> neuron.weights[0].ravel().round(4), neuron.biases[0].round(4)
    (array([ 1.9471, -3.1058]), array([-2.9471]))
    """

    activation_functions: list[Activation]
    cost: Cost

    def __init__(
        self,
        sizes: Sequence[int] | None = None,
        *,
        weights: Sequence[ArrayLike] | None = None,
        biases: Sequence[ArrayLike] | None = None,
        activation: str | Activation | Sequence[str | Activation] = "sigmoid",
        cost: str | Cost = "quadratic",
        rng: Random = None,
        dtype: DTypeLike = numpy.float64,
    ) -> None:
        super().__init__(sizes, weights=weights, biases=biases, rng=rng, dtype=dtype)
        if isinstance(activation, str | Activation):
            activation = [activation] * len(self.weights)
        if len(activation) != len(self.weights):
            raise self._error(
                f"every layer has an activation, but there are {len(activation)} for {len(self.weights)} layers"
            )
        self.activation_functions = [self._row("activation", one, ACTIVATIONS) for one in activation]
        self.cost = self._row("cost", cost, COSTS)

    def _row(self, kind: str, row: str | Row, table: Mapping[str, Row]) -> Row:
        if not isinstance(row, str):
            return row
        if row not in table:
            raise self._error(f"unknown {kind} {row!r}; known are {', '.join(table)}")
        return table[row]

    def forward(self, x: ArrayLike) -> tuple[list[Array], list[Array]]:
        """The pre-activations z^1 … z^L and the activations a^0 = x, a^1 … a^L."""
        pre_activations: list[Array] = []
        activations = [self._inputs(x)]
        for W, b, activation in zip(self.weights, self.biases, self.activation_functions, strict=True):
            z = activations[-1] @ W
            z += b
            pre_activations.append(z)
            activations.append(activation.forward(z))
        return pre_activations, activations

    def output(self, x: ArrayLike) -> Array:
        """a^L: the activations of the last layer."""
        return self.forward(x)[1][-1]

    def _costs(self, a: Array, y: Array) -> Array:
        return self.cost.forward(a, y)

    def deltas(self, x: ArrayLike, y: ArrayLike) -> list[Array]:
        """The errors δ^l = ∂C/∂z^l of each sample, for the layers l = 1, …, L."""
        pre_activations, activations = self.forward(x)
        return self._deltas(pre_activations, activations, self._targets(y, len(activations[0])))

    def _deltas(
        self, pre_activations: list[Array], activations: list[Array], y: Array, scale: float = 1
    ) -> list[Array]:
        """The errors times `scale`: all are linear in that of the last layer, the smallest place to put 1/n."""
        a = activations[-1]
        delta = self.cost.derivative(a, y) * self.activation_functions[-1].derivative(pre_activations[-1], a)
        delta *= scale
        deltas = [delta]
        for l in range(len(self.weights) - 2, -1, -1):
            delta = delta @ self.weights[l + 1].T
            delta *= self.activation_functions[l].derivative(pre_activations[l], activations[l + 1])
            deltas.append(delta)
        deltas.reverse()
        return deltas

    def gradients(self, x: ArrayLike, y: ArrayLike) -> list[tuple[Array, Array]]:
        """The gradients of the mean cost: (dW, db) for each layer."""
        return self._updates(x, y, 1)

    def _updates(self, x: ArrayLike, y: ArrayLike, learning_rate: float) -> list[tuple[Array, Array]]:
        pre_activations, activations = self.forward(x)
        n = len(activations[0])
        deltas = self._deltas(pre_activations, activations, self._targets(y, n), learning_rate / n)
        return [(a.T @ delta, delta.sum(axis=0)) for a, delta in zip(activations[:-1], deltas, strict=True)]
