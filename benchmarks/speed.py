"""Compiled programs beside the peers: training steps of the documents' networks, and a network of single numbers.

Bars are ratios within one run. A peer that is not installed says so in its row.
"""

from __future__ import annotations

import gc
import itertools
import random
from collections.abc import Callable
from typing import Any

import numpy

import autograd
from autograd import compile, relu
from autograd.compiler.training import TrainingStep
from nn import MLP, SGD, NeuronMLP, quadratic, softmax_cross_entropy, train_step

from .document_002 import DocumentNetwork
from .harness import Row, alternating, timed

_RATE = 0.01
_SAMPLES = 1000
# Sizes, batch, loss; bars in float32: compiled beside PyTorch, beside JAX, beside the better; eager beside PyTorch.
_NETWORKS: tuple[tuple[tuple[int, ...], int, str, dict[str, float]], ...] = (
    ((784, 32, 10), 16, "quadratic", {"torch": 0.25, "jax": 0.9, "eager": 0.6}),
    ((784, 256, 10), 32, "softmax", {"better": 0.9, "eager": 1.3}),
    ((784, 256, 256, 10), 128, "softmax", {"better": 1.05, "eager": 1.3}),
)
Step = Callable[[], object]


def rows() -> list[Row]:
    networks = [
        row for network in _NETWORKS for dtype in ("float32", "float64") for row in _network_rows(*network, dtype)
    ]
    return [*networks, *_scalar_rows(), *_compile_time_rows()]


# --- training steps -------------------------------------------------------------------------------------


def _network_rows(sizes: tuple[int, ...], batch: int, loss: str, bars: dict[str, float], dtype: str) -> list[Row]:
    generator = numpy.random.default_rng(0)
    x = generator.random((batch, sizes[0])).astype(dtype)
    labels = generator.integers(0, sizes[-1], batch)
    y = numpy.eye(sizes[-1], dtype=dtype)[labels] if loss == "quadratic" else labels
    contestants: dict[str, Step] = {
        "compiled": compiled_step(sizes, loss, x, y, dtype),
        "eager": _eager_step(sizes, loss, x, y, dtype),
    }
    missing = []
    for name, make in (("torch", _torch_step), ("jax", _jax_step)):
        try:
            contestants[name] = make(sizes, loss, x, y, dtype)
        except ImportError:
            missing.append(name)
    if loss == "quadratic":
        contestants["document"] = _document_step(sizes, x, y)
    seconds = alternating(contestants, rounds=11, calls=10)
    measured = ", ".join(f"{name} {one * 1e6:.0f} µs" for name, one in seconds.items())
    named = f"{'-'.join(map(str, sizes))}, {loss}, batch {batch}, {dtype}"
    rows = [Row(named, measured + "".join(f"; {name} is not installed" for name in missing))]
    ours, bars = seconds["compiled"], bars if dtype == "float32" else {}
    for peer in ("torch", "jax"):
        if peer in seconds:
            rows.append(_ratio_row(f"compiled beside {peer}", ours / seconds[peer], bars.get(peer)))
    peers = [seconds[peer] for peer in ("torch", "jax") if peer in seconds]
    if peers and "better" in bars:
        rows.append(_ratio_row("compiled beside the better of the two", ours / min(peers), bars["better"]))
    if "torch" in seconds:
        rows.append(_ratio_row("eager beside torch", seconds["eager"] / seconds["torch"], bars.get("eager")))
    if "document" in seconds:
        slower = seconds["document"] / ours
        bar = "≥ 18 times" if dtype == "float32" else ""
        rows.append(
            Row(
                "  the document's own program (float64)",
                f"{slower:.1f} times as long",
                bar,
                slower >= 18 if bar else None,
            )
        )
    return rows


def _ratio_row(what: str, ratio: float, bar: float | None) -> Row:
    text = "" if bar is None else f"≤ {bar} times"
    return Row(f"  {what}", f"{ratio:.2f} times its time", text, None if bar is None else ratio <= bar)


def _network(sizes: tuple[int, ...], loss: str, dtype: str) -> tuple[MLP, Callable[[Any, Any], Any]]:
    output = "sigmoid" if loss == "quadratic" else "identity"
    model = MLP(sizes, "sigmoid", output, initializer="normal", rng=0, dtype=numpy.dtype(dtype))
    return model, quadratic if loss == "quadratic" else softmax_cross_entropy


def compiled_step(sizes: tuple[int, ...], loss: str, x: Any, y: Any, dtype: str) -> Step:
    model, cost = _network(sizes, loss, dtype)
    step = TrainingStep(lambda x, y: cost(model(x), y), lambda w, g, states, numbers: (w - numbers[0] * g, ()))
    return lambda: step(x, y, numbers=(_RATE,))


def _eager_step(sizes: tuple[int, ...], loss: str, x: Any, y: Any, dtype: str) -> Step:
    model, cost = _network(sizes, loss, dtype)
    optimizer = SGD(model.parameters(), _RATE)
    return lambda: train_step(model, x, y, cost, optimizer)


def _torch_step(sizes: tuple[int, ...], loss: str, x: Any, y: Any, dtype: str) -> Step:
    import torch

    layers: list[Any] = []
    for n_inputs, n_outputs in itertools.pairwise(sizes):
        layers += [torch.nn.Linear(n_inputs, n_outputs, dtype=getattr(torch, dtype)), torch.nn.Sigmoid()]
    model = torch.nn.Sequential(*(layers if loss == "quadratic" else layers[:-1]))
    optimizer = torch.optim.SGD(model.parameters(), lr=_RATE)
    inputs, targets = torch.tensor(x), torch.tensor(y)

    def step() -> None:
        optimizer.zero_grad()
        outputs = model(inputs)
        if loss == "quadratic":
            cost = 0.5 * ((outputs - targets) ** 2).sum() / len(inputs)
        else:
            cost = torch.nn.functional.cross_entropy(outputs, targets)
        cost.backward()
        optimizer.step()

    return step


def _jax_step(sizes: tuple[int, ...], loss: str, x: Any, y: Any, dtype: str) -> Step:
    import jax

    jax.config.update("jax_enable_x64", dtype == "float64")
    draw = numpy.random.default_rng(0)
    state = [
        [jax.numpy.asarray(draw.normal(size=shape).astype(dtype)) for shape in (pair, pair[1:])]
        for pair in itertools.pairwise(sizes)
    ]
    inputs, targets = jax.numpy.asarray(x), jax.numpy.asarray(y)

    def cost(parameters: Any) -> Any:
        a = inputs
        for depth, (weight, bias) in enumerate(parameters):
            a = a @ weight + bias
            if loss == "quadratic" or depth < len(parameters) - 1:
                a = jax.nn.sigmoid(a)
        if loss == "quadratic":
            return 0.5 * ((a - targets) ** 2).sum() / len(inputs)
        return -jax.nn.log_softmax(a)[jax.numpy.arange(len(inputs)), targets].mean()

    @jax.jit
    def moved(parameters: Any) -> Any:
        return jax.tree_util.tree_map(lambda p, g: p - _RATE * g, parameters, jax.grad(cost)(parameters))

    def step() -> None:
        nonlocal state
        state = jax.block_until_ready(moved(state))

    return step


def _document_step(sizes: tuple[int, ...], x: Any, y: Any) -> Step:
    network = DocumentNetwork(list(sizes), numpy.random.default_rng(0))
    inputs, targets = x[..., None].astype(numpy.float64), y[..., None].astype(numpy.float64)
    return lambda: network.step(inputs, targets, _RATE)


# --- single numbers -------------------------------------------------------------------------------------


def _scalar_rows() -> list[Row]:
    """MLP 2-16-16-1, max-margin loss, forward and backward of a sample."""
    model = NeuronMLP((2, 16, 16, 1), "relu", "identity", rng=0)

    def loss(x1: Any, x2: Any, y: Any) -> Any:
        return relu(1 - y * model([x1, x2])[0])

    single, columns = compile(loss), compile(loss, columns=True)
    x1, x2, y = numpy.random.default_rng(0).normal(size=(3, _SAMPLES))
    y = numpy.sign(y)
    contestants: dict[str, Step] = {
        "eager": lambda: loss(0.5, -0.3, 1.0).backward(),
        "compiled": lambda: single.backward(0.5, -0.3, 1.0),
        "columns": lambda: columns.backward(x1, x2, y),
    }
    casadi_step = _casadi_step(model, x1, x2, y)
    if casadi_step is not None:
        contestants["casadi"] = casadi_step
    micrograd_step = _micrograd_step(model)
    if micrograd_step is not None:
        contestants["micrograd"] = micrograd_step
    assert gc.isenabled()
    seconds = alternating(contestants, rounds=5)
    for name in ("columns", "casadi"):
        if name in seconds:
            seconds[name] /= _SAMPLES
    measured = ", ".join(f"{name} {one * 1e6:.1f} µs" for name, one in seconds.items())
    rows = [Row("MLP 2-16-16-1 of numbers, max-margin: a sample forward and backward, collector on", measured)]
    for peer, of, bar in (("micrograd", "eager", 15.0), ("micrograd", "columns", 1000.0), ("casadi", "columns", 5.0)):
        if peer not in seconds:
            rows.append(Row(f"  {of} beside {peer}", f"not run: pip install {peer}"))
            continue
        ratio = seconds[peer] / seconds[of]
        rows.append(Row(f"  {of} beside {peer}", f"{ratio:.1f} times as fast", f"≥ {bar:g} times", ratio >= bar))
    return rows


def _micrograd_step(model: NeuronMLP) -> Step | None:
    try:
        from micrograd.engine import Value as MicrogradValue
    except ImportError:
        return None
    layers = [
        [
            ([MicrogradValue(w.data) for w in neuron.weights], MicrogradValue(neuron.bias.data))
            for neuron in layer.neurons
        ]
        for layer in model.layers
    ]

    def step() -> None:
        x: list[Any] = [0.5, -0.3]
        for depth, layer in enumerate(layers):
            sums = [sum((w * one for w, one in zip(weights, x, strict=True)), bias) for weights, bias in layer]
            x = [one.relu() for one in sums] if depth < len(layers) - 1 else sums
        (1 + -1.0 * x[0]).relu().backward()

    return step


def _casadi_step(model: NeuronMLP, x1: Any, x2: Any, y: Any) -> Step | None:
    try:
        import casadi
    except ImportError:
        return None
    parameters = [parameter.data for parameter in model.parameters()]
    p, sample = casadi.SX.sym("p", len(parameters)), casadi.SX.sym("sample", 3)
    position = itertools.count()
    x = [sample[0], sample[1]]
    for depth, layer in enumerate(model.layers):
        sums = [sum((p[next(position)] * one for one in x), 0) + p[next(position)] for _ in layer.neurons]
        x = [casadi.fmax(one, 0) for one in sums] if depth < len(model.layers) - 1 else sums
    cost = casadi.fmax(1 - sample[2] * x[0], 0)
    function = casadi.Function("f", [p, sample], [cost, casadi.gradient(cost, p)])
    mapped = function.map(_SAMPLES)
    given, samples = casadi.DM(parameters), casadi.DM(numpy.stack([x1, x2, y]))
    return lambda: mapped(given, samples)


# --- compiling ------------------------------------------------------------------------------------------


def _compile_time_rows() -> list[Row]:
    model = NeuronMLP((2, 16, 16, 1), "relu", "identity", rng=0)
    small = timed(lambda: compile(lambda x1, x2, y: relu(1 - y * model([x1, x2])[0])).backward(0.5, -0.3, 1.0))
    rows = [Row("compiling it, and its first run", f"{small * 1e3:.0f} ms", "≤ 100 ms", small <= 0.1)]
    growth = [(count, timed(lambda count=count: _compile_chain(count))) for count in (1000, 10_000, 100_000)]  # type: ignore[misc]  # of a lambda with a default
    listed = ", ".join(f"{count:,}: {seconds:.2f} s" for count, seconds in growth)
    last = growth[-1][1]
    return [*rows, Row("compiling graphs of so many operations, with gradients", listed, "≤ 10 s", last <= 10)]


_FORMS: tuple[Callable[[Any, Any], Any], ...] = (
    lambda x, w: x * w + 0.5,
    lambda x, w: autograd.tanh(x) - w,
    lambda x, w: x - w * w,
    lambda x, w: relu(x) * 0.5,
)


def _compile_chain(count: int) -> None:
    draw = random.Random(0)
    steps = [draw.randrange(4) for _ in range(count // 2)]

    def function(x: Any, w: Any) -> Any:
        for step in steps:
            x = _FORMS[step](x, w)
        return x

    compile(function).value_and_grad(0.3, 0.7, argnums=(0, 1))
