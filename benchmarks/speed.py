"""Compiled programs and the eager engine beside the peers: training steps of the documents' networks, and a
network of single numbers. Bars are ratios within one run."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable
from typing import Any

import autograd
from autograd import compile, relu

from . import single_numbers, training_steps
from .apart import Measured, alternating_apart
from .harness import Row, timed
from .training_steps import Network

# Bars hold for float32: compiled beside PyTorch, beside JAX, beside the better of the two; eager beside PyTorch.
NETWORKS: tuple[tuple[Network, dict[str, float]], ...] = (
    (Network((784, 32, 10), 16, "quadratic"), {"torch": 0.25, "jax": 0.9, "eager": 0.6}),
    (Network((784, 256, 10), 32, "softmax"), {"better": 0.9, "eager": 1.3}),
    (Network((784, 256, 256, 10), 128, "softmax"), {"better": 1.05, "eager": 1.3}),
)


def rows() -> list[Row]:
    return [*network_rows(), *_scalar_rows(), *_compile_time_rows()]


# --- training steps -------------------------------------------------------------------------------------


def network_rows() -> list[Row]:
    found = []
    for single, bars in NETWORKS:
        double = Network(single.sizes, single.batch, single.loss, "float64")
        for network in (single, double):
            measured = alternating_apart(training_steps.contestants(network))
            found += [
                Row(str(network), str(measured), figures=measured, section="a training step", line=str(network)),
                *_network_bars(measured.seconds, bars if network is single else {}, network.loss),
            ]
    return found


def _network_bars(seconds: dict[str, float], bars: dict[str, float], loss: str) -> list[Row]:
    ours = seconds["compiled"]
    rows = [
        _at_most(f"compiled beside {peer}", ours / seconds[peer], bars.get(peer))
        for peer in ("torch", "jax", "by hand")
        if peer in seconds
    ]
    peers = [seconds[peer] for peer in ("torch", "jax") if peer in seconds]
    if peers and "better" in bars:
        rows.append(_at_most("compiled beside the better of torch and jax", ours / min(peers), bars["better"]))
    if "torch" in seconds:
        rows.append(_at_most("eager beside torch", seconds["eager"] / seconds["torch"], bars.get("eager")))
    if "document" in seconds:
        rows.append(
            _at_least("compiled beside the document's program", seconds["document"] / ours, 18 if bars else None)
        )
    return rows


def _at_most(what: str, ratio: float, bar: float | None) -> Row:
    if bar is None:
        return Row(f"  {what}", f"{ratio:.2f} times its time")
    return Row(f"  {what}", f"{ratio:.2f} times its time", f"≤ {bar} times", ratio <= bar)


def _at_least(what: str, ratio: float, bar: float | None) -> Row:
    measured = f"{ratio:,.1f} times as fast"
    return Row(f"  {what}", measured) if bar is None else Row(f"  {what}", measured, f"≥ {bar:,} times", ratio >= bar)


# --- single numbers -------------------------------------------------------------------------------------


def _scalar_rows() -> list[Row]:
    graph = alternating_apart(single_numbers.contestants())
    alone = alternating_apart(single_numbers.contestants(1))
    micrograd = single_numbers.contestants()["micrograd"]
    programs = alternating_apart({**single_numbers.programs(), "micrograd": micrograd})
    section = "MLP 2-16-16-1 of single numbers: a sample forward and backward"
    lines = [f"{single_numbers.GRAPH} samples in one graph", "a graph for each sample", "compiled, beside a graph"]
    rows = [
        Row(f"{section}, {line}, collector on", str(measured), figures=measured, section=section, line=line)
        for line, measured in zip(lines, (graph, alone, programs), strict=True)
    ]
    return [
        rows[0],
        *_faster(graph, "eager", {"micrograd": 15, "stored gradients": 1.7}),
        rows[1],
        *_faster(alone, "eager", {"micrograd": None, "stored gradients": None}),
        rows[2],
        *_faster(programs, "columns", {"micrograd": 1000, "casadi": 5}),
    ]


def _faster(measured: Measured, ours: str, bars: dict[str, float | None]) -> list[Row]:
    seconds = measured.seconds
    return [
        _at_least(f"{ours} beside {peer}", seconds[peer] / seconds[ours], bar)
        for peer, bar in bars.items()
        if peer in seconds
    ]


# --- compiling ------------------------------------------------------------------------------------------


def _compile_time_rows() -> list[Row]:
    small = statistics.median(timed(_compile_small) for _ in range(7))
    rows = [Row("compiling it, and its first run", f"{small * 1e3:.0f} ms", "≤ 100 ms", small <= 0.1)]
    growth = {count: timed(lambda count=count: _compile_chain(count)) for count in (1000, 10_000, 100_000)}  # type: ignore[misc]  # of a lambda with a default
    listed = ", ".join(f"{count:,}: {seconds:.2f} s" for count, seconds in growth.items())
    most, fewer = growth[100_000], growth[10_000]
    return [
        *rows,
        Row("compiling graphs of so many operations, with gradients", listed, "≤ 10 s", most <= 10),
        Row("  an operation among 100,000 beside one among 10,000", f"{most / fewer / 10:.2f} times its time"),
    ]


def _compile_small() -> None:
    compile(single_numbers.loss(single_numbers.model())).backward(0.5, -0.3, 1.0)


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
