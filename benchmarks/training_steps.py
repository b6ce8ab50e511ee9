"""One training step of a network, as glassgrad and the peers take it: forward, backward, parameters moved."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy

from autograd.compiler.training_step import TrainingStep
from nn import MLP, SGD, quadratic, softmax_cross_entropy, train_step
from nn.closed_form import DeltaNetwork, TwoLayerSoftmaxNetwork
from nn.compiled_steps import CompiledStep

from .apart import Contestant, Step
from .document_002 import DocumentNetwork

_RATE = 0.01


@dataclass(frozen=True)
class Network:
    """What is trained: hidden layers of sigmoids, and on random data, whose numbers do not change the time."""

    sizes: tuple[int, ...]
    batch: int
    loss: str  # "quadratic", after sigmoid outputs, or "softmax" with cross-entropy
    dtype: str = "float32"

    def __str__(self) -> str:
        return f"{'-'.join(map(str, self.sizes))}, {self.loss}, batch {self.batch}, {self.dtype}"

    def data(self) -> tuple[Any, Any]:
        """Inputs, and one-hot rows or class numbers."""
        generator = numpy.random.default_rng(0)
        x = generator.random((self.batch, self.sizes[0])).astype(self.dtype)
        labels = generator.integers(0, self.sizes[-1], self.batch)
        return x, numpy.eye(self.sizes[-1], dtype=self.dtype)[labels] if self.loss == "quadratic" else labels

    def model(self) -> tuple[MLP, Callable[[Any, Any], Any]]:
        output = "sigmoid" if self.loss == "quadratic" else "identity"
        model = MLP(self.sizes, "sigmoid", output, initializer="normal", rng=0, dtype=numpy.dtype(self.dtype))
        return model, quadratic if self.loss == "quadratic" else softmax_cross_entropy


def contestants(network: Network) -> dict[str, Contestant]:
    """Everybody who can take this step."""
    found = {
        "compiled": Contestant(compiled, (network,)),
        "in fit": Contestant(in_fit, (network,)),
        "eager": Contestant(eager, (network,)),
        "torch": Contestant(torch_eager, (network,), needs="torch"),
        "jax": Contestant(jax_jit, (network,), needs="jax"),
    }
    if network.loss == "quadratic" or len(network.sizes) == 3:
        found["by hand"] = Contestant(by_hand, (network,))
    if network.loss == "quadratic":
        found["document"] = Contestant(document, (network,))
    return found


def compiled(network: Network) -> Step:
    model, cost = network.model()
    step = TrainingStep(lambda x, y: cost(model(x), y), lambda w, g, states, numbers: (w - numbers[0] * g, ()))
    x, y = network.data()
    return lambda: step(x, y, numbers=(_RATE,))


def in_fit(network: Network) -> Step:
    """The compiled step that `nn.fit` takes: it gives the outputs and the gradient's norm, too, and moves nothing
    where a number is not finite."""
    model, cost = network.model()
    x, y = network.data()
    step = CompiledStep(model, cost, SGD(model.parameters(), _RATE), (x, y))
    return lambda: step(x, y)


def eager(network: Network) -> Step:
    model, cost = network.model()
    optimizer = SGD(model.parameters(), _RATE)
    x, y = network.data()
    return lambda: train_step(model, x, y, cost, optimizer)


def by_hand(network: Network) -> Step:
    """NumPy with the equations worked out: `nn.closed_form`."""
    x, y = network.data()
    dtype = numpy.dtype(network.dtype)
    if network.loss == "quadratic":
        deltas = DeltaNetwork(network.sizes, rng=0, dtype=dtype)
        return lambda: deltas.step(x, y, _RATE)
    softmax = TwoLayerSoftmaxNetwork(network.sizes, rng=0, dtype=dtype)
    return lambda: softmax.step(x, y, _RATE)


def document(network: Network) -> Step:
    """Document 002's own program; its numbers are float64."""
    x, y = network.data()
    by_sample = DocumentNetwork(list(network.sizes), numpy.random.default_rng(0))
    inputs, targets = x[..., None].astype(numpy.float64), y[..., None].astype(numpy.float64)
    return lambda: by_sample.step(inputs, targets, _RATE)


def torch_eager(network: Network) -> Step:
    import torch

    layers: list[Any] = []
    for n_inputs, n_outputs in itertools.pairwise(network.sizes):
        layers += [torch.nn.Linear(n_inputs, n_outputs, dtype=getattr(torch, network.dtype)), torch.nn.Sigmoid()]
    model = torch.nn.Sequential(*(layers if network.loss == "quadratic" else layers[:-1]))
    optimizer = torch.optim.SGD(model.parameters(), lr=_RATE)
    inputs, targets = map(torch.tensor, network.data())

    def step() -> None:
        optimizer.zero_grad()
        outputs = model(inputs)
        if network.loss == "quadratic":
            cost = 0.5 * ((outputs - targets) ** 2).sum() / len(inputs)
        else:
            cost = torch.nn.functional.cross_entropy(outputs, targets)
        cost.backward()
        optimizer.step()

    return step


def jax_jit(network: Network) -> Step:
    import jax

    jax.config.update("jax_enable_x64", network.dtype == "float64")
    draw = numpy.random.default_rng(0)
    state = [
        [jax.numpy.asarray(draw.normal(size=shape).astype(network.dtype)) for shape in (pair, pair[1:])]
        for pair in itertools.pairwise(network.sizes)
    ]
    inputs, targets = map(jax.numpy.asarray, network.data())

    def cost(parameters: Any) -> Any:
        a = inputs
        for depth, (weight, bias) in enumerate(parameters):
            a = a @ weight + bias
            if network.loss == "quadratic" or depth < len(parameters) - 1:
                a = jax.nn.sigmoid(a)
        if network.loss == "quadratic":
            return 0.5 * ((a - targets) ** 2).sum() / len(inputs)
        return -jax.nn.log_softmax(a)[jax.numpy.arange(len(inputs)), targets].mean()

    def moved(parameters: Any) -> Any:
        return jax.tree_util.tree_map(lambda p, g: p - _RATE * g, parameters, jax.grad(cost)(parameters))

    compiled_moved = jax.jit(moved)

    def step() -> None:
        nonlocal state
        state = jax.block_until_ready(compiled_moved(state))

    return step
