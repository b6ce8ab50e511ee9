"""How the numbers inside a network are spread while it learns: each layer's activations and gradients."""

from __future__ import annotations

from typing import Any

import numpy

from autograd.arguments import whole_number

from . import plotting
from .callbacks import Callback, TrainingRun
from .diagnostics import activations_of, layers_of, own_parameters
from .errors import NetworkError
from .module import Module
from .state import Array

# Of more numbers so many are kept, evenly taken: a histogram tells no more.
_MOST = 2_000


class Distributions(Callback):
    """Keeps numbers of each layer every so many steps, for histograms over time: `.plot()`.

    Args:
        every: so many steps; the first is always among them.

    Attributes:
        steps: at which it looked, from 0.
        layers: for each layer by its path its "activations" and "gradients" at each of these steps.

    >>> from nn import MLP, SGD, Distributions, fit, quadratic, xor
    >>> network, seen = MLP((2, 3, 1), "tanh", rng=0), Distributions(2)
    >>> targets = xor().train_labels.reshape(-1, 1)
    >>> history = fit(network, (xor().train_inputs, targets), quadratic, SGD(network.parameters(), 0.1), 3, rng=0,
    ...               batch_size=4, callbacks=[seen])
    >>> seen.steps, [numbers.shape for numbers in seen.layers["layers.0"]["gradients"]]
    ([0, 2], [(9,), (9,)])
    """

    def __init__(self, every: int = 10) -> None:
        self.every: int = whole_number("every", every, error=NetworkError)
        self.steps: list[int] = []
        self.layers: dict[str, dict[str, list[Array]]] = {}

    def on_start(self, run: TrainingRun) -> None:
        if not isinstance(run.model, Module):
            raise NetworkError(f"distributions are of modules, not of a {type(run.model).__name__}")
        self._modules = layers_of(run.model)
        for path in self._modules.values():
            self.layers.setdefault(path, {"activations": [], "gradients": []})

    def on_gradients(self, run: TrainingRun, outputs: Any) -> None:
        number = len(run.history.steps)
        if number % self.every:
            return
        self.steps.append(number)
        activations = activations_of(outputs, self._modules)
        for module, path in self._modules.items():
            activation = activations.get(module)
            self.layers[path]["activations"].append(_some([] if activation is None else [activation.data]))
            gradients = [one.grad for one in own_parameters(module) if one.grad is not None]
            self.layers[path]["gradients"].append(_some(gradients))

    def plot(self) -> Any:
        """Histograms over time as a matplotlib Figure (needs the extra `plots`)."""
        return plotting.distributions(self.layers, self.steps)


def _some(arrays: list[Array]) -> Array:
    """The numbers of arrays, or enough of them, copied."""
    flat = numpy.concatenate([numpy.ravel(one) for one in arrays]) if arrays else numpy.empty(0)
    return flat[:: max(1, -(-flat.size // _MOST))].copy()
