"""How weights and biases start."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy

from autograd.arguments import check_known, random_generator

from .errors import NetworkError
from .generators import Random
from .state import Array


@dataclass(frozen=True)
class Initializer:
    """The standard deviation of a layer's normally distributed weights, and of its biases; and the activations that
    it suits better than the usual one."""

    weight_deviation: Callable[[int, int], float]
    bias_deviation: float = 0.0
    suits: tuple[str, ...] = ()

    def draw(
        self,
        n_inputs: int,
        n_outputs: int,
        rng: Random = None,
        dtype: Any = numpy.float64,
        kernels: tuple[int, ...] | None = None,
    ) -> tuple[Array, Array]:
        """A weight of shape (n_inputs, n_outputs) and a bias of shape (n_outputs,).

        Args:
            n_inputs, n_outputs: how many numbers each output is made of, and how many outputs each input goes into.
            kernels: the weight's shape where it is another one, with the outputs first; then the bias has as many.

        Raises NetworkError where the machine has no memory for them.
        """
        generator = random_generator("rng", rng, NetworkError)
        shape, n_biases = ((n_inputs, n_outputs), n_outputs) if kernels is None else (kernels, kernels[0])
        try:
            weight = generator.standard_normal(shape) * self.weight_deviation(n_inputs, n_outputs)
            bias = numpy.zeros(n_biases)
            if self.bias_deviation:
                bias = generator.standard_normal(n_biases) * self.bias_deviation
            return weight.astype(dtype), bias.astype(dtype)
        except MemoryError:
            numbers = math.prod(shape) + n_biases
            raise NetworkError(
                f"a layer of {n_inputs:,} → {n_outputs:,} has {numbers:,} numbers, which are drawn in {8 * numbers:,} "
                "bytes or more: there is not enough memory for them"
            ) from None


INITIALIZERS: dict[str, Initializer] = {
    # Standard normal weights and biases, as all three documents draw them.
    "normal": Initializer(lambda n_inputs, n_outputs: 1.0, bias_deviation=1.0),
    # Close to 0, as document 000's program draws them: all neurons of a layer begin nearly alike.
    "small": Initializer(lambda n_inputs, n_outputs: 0.001),
    # Glorot and Bengio 2010: keeps the variance of signals and gradients through tanh and sigmoid layers.
    "xavier": Initializer(lambda n_inputs, n_outputs: (2 / (n_inputs + n_outputs)) ** 0.5),
    # He et al. 2015: the same through relu layers, which lose half of it.
    "he": Initializer(lambda n_inputs, n_outputs: (2 / n_inputs) ** 0.5, suits=("relu",)),
}


def initializer_of(name: str | Initializer | None, activation: str) -> Initializer:
    """The initializer of that name; without one, the one that suits the activation."""
    if isinstance(name, Initializer):
        return name
    if name is None:
        suited = (known for known, initializer in INITIALIZERS.items() if activation in initializer.suits)
        name = next(suited, "xavier")
    check_known("initializer", name, INITIALIZERS, NetworkError)
    return INITIALIZERS[name]
