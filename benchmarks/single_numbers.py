"""A network written in single numbers, MLP 2-16-16-1 with the max-margin loss of micrograd's demo: forward and
backward, as glassgrad and the peers do it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import Any

import numpy

import autograd
from autograd import compile, relu
from nn import NeuronMLP

from . import stored_gradients
from .apart import Contestant, Step

_SIZES = (2, 16, 16, 1)
OPERATIONS = 643  # of one sample
GRAPH = 100  # samples in one graph, as in micrograd's demo
COLUMN = 1000


def contestants(samples: int = GRAPH) -> dict[str, Contestant]:
    """Who makes a graph of so many samples and goes through it: one unit is one sample."""
    return {
        "eager": Contestant(eager, (samples,), samples),
        "micrograd": Contestant(micrograd, (samples,), samples, needs="micrograd"),
        "stored gradients": Contestant(with_stored_gradients, (samples,), samples),
    }


def programs() -> dict[str, Contestant]:
    """Who has a program for one sample, and who runs it on columns of samples."""
    return {
        "compiled": Contestant(compiled),
        "columns": Contestant(columns, (), COLUMN),
        "casadi": Contestant(casadi_map, (), COLUMN, needs="casadi"),
    }


def eager(samples: int) -> Step:
    return _graph(autograd.Value, samples)


def micrograd(samples: int) -> Step:
    from micrograd.engine import Value

    return _graph(Value, samples)


def with_stored_gradients(samples: int) -> Step:
    return _graph(stored_gradients.Value, samples)


def network_of(value: Callable[[float], Any], draw: random.Random) -> tuple[list[Any], Callable[[list[Any]], Any]]:
    """The network of micrograd's demo, for any Value with its interface: parameters, and the score of two inputs."""
    layers = [
        [([value(draw.uniform(-1, 1)) for _ in range(n_inputs)], value(0.0)) for _ in range(n_outputs)]
        for n_inputs, n_outputs in itertools.pairwise(_SIZES)
    ]

    def score(x: list[Any]) -> Any:
        for depth, layer in enumerate(layers):
            sums = [sum((w * x_i for w, x_i in zip(weights, x, strict=True)), bias) for weights, bias in layer]
            x = [one.relu() for one in sums] if depth < len(layers) - 1 else sums
        return x[0]

    return [parameter for layer in layers for weights, bias in layer for parameter in (*weights, bias)], score


def _graph(value: Callable[[float], Any], samples: int) -> Step:
    """The mean loss of the samples in one graph, and its backward pass, for any Value with micrograd's interface."""
    draw = random.Random(1337)
    _, score = network_of(value, draw)
    given = [([draw.gauss(0, 1), draw.gauss(0, 1)], draw.choice([-1.0, 1.0])) for _ in range(samples)]

    def step() -> None:
        losses = [(1.0 + score([value(number) for number in x]) * -y).relu() for x, y in given]
        (_sum_of(losses) * (1.0 / samples)).backward()

    return step


def _sum_of(terms: list[Any]) -> Any:
    """In pairs, so that engines that recurse through the graph reach its leaves, however many terms there are."""
    while len(terms) > 1:
        terms = [a + b for a, b in zip(terms[::2], terms[1::2], strict=False)] + terms[len(terms) - len(terms) % 2 :]
    return terms[0]


def compiled() -> Step:
    program, (x1, x2, y) = compile(loss(model())), _columns()
    return lambda: program.backward(float(x1[0]), float(x2[0]), float(y[0]))


def columns() -> Step:
    program, (x1, x2, y) = compile(loss(model()), columns=True), _columns()
    return lambda: program.backward(x1, x2, y)


def casadi_map() -> Step:
    import casadi

    network = model()
    parameters = [parameter.data for parameter in network.parameters()]
    p, sample = casadi.SX.sym("p", len(parameters)), casadi.SX.sym("sample", 3)
    position = itertools.count()
    x = [sample[0], sample[1]]
    for depth, layer in enumerate(network.layers):
        sums = [sum((p[next(position)] * one for one in x), 0) + p[next(position)] for _ in layer.neurons]
        x = [casadi.fmax(one, 0) for one in sums] if depth < len(network.layers) - 1 else sums
    cost = casadi.fmax(1 - sample[2] * x[0], 0)
    mapped = casadi.Function("f", [p, sample], [cost, casadi.gradient(cost, p)]).map(COLUMN)
    given, samples = casadi.DM(parameters), casadi.DM(numpy.stack(_columns()))
    return lambda: mapped(given, samples)


def model() -> NeuronMLP:
    return NeuronMLP(_SIZES, "relu", "identity", rng=0)


def loss(network: NeuronMLP) -> Callable[[Any, Any, Any], Any]:
    return lambda x1, x2, y: relu(1 - y * network([x1, x2])[0])


def _columns() -> tuple[Any, Any, Any]:
    x1, x2, y = numpy.random.default_rng(0).normal(size=(3, COLUMN))
    return x1, x2, numpy.sign(y)
