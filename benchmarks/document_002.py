"""Document 002's own program, written anew from its text: loops over single samples, columns, float64."""

from __future__ import annotations

from typing import Any

import numpy
import numpy.typing

Array = numpy.typing.NDArray[Any]


def sigmoid(z: Array) -> Any:
    return 1.0 / (1.0 + numpy.exp(-z))


def sigmoid_prime(z: Array) -> Any:
    return sigmoid(z) * (1 - sigmoid(z))


class DocumentNetwork:
    """The document's ArtificialNeuralNetwork: weights (outputs, inputs), samples as columns (inputs, 1)."""

    def __init__(self, layer_sizes: list[int], rng: numpy.random.Generator) -> None:
        self.weights = [rng.standard_normal((j, k)) for j, k in zip(layer_sizes[1:], layer_sizes[:-1], strict=True)]
        self.biases = [rng.standard_normal((j, 1)) for j in layer_sizes[1:]]

    def step(self, xs: Array, ys: Array, learning_rate: float) -> float:
        """One minibatch: a forward and a backward pass for each sample, the gradients averaged."""
        nabla_W = [numpy.zeros(W.shape) for W in self.weights]
        nabla_b = [numpy.zeros(b.shape) for b in self.biases]
        cost = 0.0
        for x, y in zip(xs, ys, strict=True):
            zs, activations = self._forward(x)
            d_nabla_W, d_nabla_b = self._backward(zs, activations, y)
            nabla_W = [nw + dnw for nw, dnw in zip(nabla_W, d_nabla_W, strict=True)]
            nabla_b = [nb + dnb for nb, dnb in zip(nabla_b, d_nabla_b, strict=True)]
            cost += 0.5 * float(numpy.linalg.norm(activations[-1] - y)) ** 2
        rate = learning_rate / len(xs)
        self.weights = [w - rate * nw for w, nw in zip(self.weights, nabla_W, strict=True)]
        self.biases = [b - rate * nb for b, nb in zip(self.biases, nabla_b, strict=True)]
        return cost / len(xs)

    def _forward(self, a: Array) -> tuple[list[Array], list[Array]]:
        zs, activations = [], [a]
        for W, b in zip(self.weights, self.biases, strict=True):
            z = numpy.dot(W, a) + b
            zs.append(z)
            a = sigmoid(z)
            activations.append(a)
        return zs, activations

    def _backward(self, zs: list[Array], activations: list[Array], y: Array) -> tuple[list[Array], list[Array]]:
        nabla_W = [numpy.zeros(W.shape) for W in self.weights]
        nabla_b = [numpy.zeros(b.shape) for b in self.biases]
        delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
        nabla_W[-1] = numpy.dot(delta, activations[-2].T)
        nabla_b[-1] = delta
        for layer in range(2, len(self.weights) + 1):
            delta = numpy.dot(self.weights[-layer + 1].T, delta) * sigmoid_prime(zs[-layer])
            nabla_W[-layer] = numpy.dot(delta, activations[-layer - 1].T)
            nabla_b[-layer] = delta
        return nabla_W, nabla_b
