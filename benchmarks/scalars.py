"""Value beside micrograd: its demo's training step, and a chain of a million operations."""

from __future__ import annotations

import gc
import itertools
import math
import random
import statistics
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

from autograd import Value

from .harness import Row, alternating
from .single_numbers import network_of

_CHAIN = 1_000_000


def rows() -> list[Row]:
    return [*_demo_rows(), *_chain_rows(), *_growth_rows()]


def _demo_rows() -> list[Row]:
    try:
        from micrograd.engine import Value as MicrogradValue
    except ImportError:
        return [Row("micrograd's demo", "not run: pip install micrograd")]
    assert gc.isenabled()
    seconds = alternating({"ours": demo_step(Value), "micrograd": demo_step(MicrogradValue)}, rounds=7)
    ratio = seconds["micrograd"] / seconds["ours"]
    return [
        Row(
            "one step of micrograd's demo: MLP 2-16-16-1, 100 points, max-margin and L2, collector on",
            f"ours {seconds['ours'] * 1e3:.0f} ms, micrograd {seconds['micrograd'] * 1e3:.0f} ms: "
            f"{ratio:.1f} times faster",
            "≥ 12 times",
            ratio >= 12,
        )
    ]


def demo_step(value: Callable[[float], Any]) -> Callable[[], None]:
    """A training step of micrograd's demo notebook, written for any Value with micrograd's interface."""
    draw = random.Random(1337)
    parameters, score = network_of(value, draw)
    points, labels = _moons(draw)

    def step() -> None:
        scores = [score([value(coordinate) for coordinate in point]) for point in points]
        losses = [(1 + -label * found).relu() for label, found in zip(labels, scores, strict=True)]
        total = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in parameters)
        for p in parameters:
            p.grad = 0
        total.backward()
        for p in parameters:
            p.data -= 0.1 * p.grad

    return step


def _moons(draw: random.Random) -> tuple[list[tuple[float, float]], list[int]]:
    """Two interleaved half circles of 50 points each, with noise."""
    points, labels = [], []
    for index in range(100):
        angle, label = math.pi * draw.random(), -1 if index % 2 else 1
        x, y = (math.cos(angle), math.sin(angle)) if label < 0 else (1 - math.cos(angle), 0.5 - math.sin(angle))
        points.append((x + draw.gauss(0, 0.1), y + draw.gauss(0, 0.1)))
        labels.append(label)
    return points, labels


def _chain_rows() -> list[Row]:
    phases = [_timed(_chained, _CHAIN) for _ in range(5)]
    forward, backward, release = (statistics.median(phase[part] for phase in phases) for part in range(3))
    total = statistics.median(sum(phase) for phase in phases)
    tracemalloc.start()
    x = Value(1.0)
    before = tracemalloc.get_traced_memory()[0]
    y = _chained(x, 100_000)
    held = (tracemalloc.get_traced_memory()[0] - before) / 100_000
    tracemalloc.stop()
    del y
    return [
        Row(
            "a chain of 1,000,000 operations, collector on (micrograd stops at about 1,000: recursion)",
            f"{total:.2f} µs an operation: forward {forward:.2f}, backward {backward:.2f}, release {release:.2f}",
            "≤ 2.5 µs",
            total <= 2.5,
        ),
        Row("memory held after its forward pass", f"{held:.0f} bytes an operation", "≤ 250 bytes", held <= 250),
    ]


def _chained(x: Value, operations: int) -> Value:
    y = x
    for _ in range(operations // 2):
        y = y * 0.999999 + x
    return y


def _growth_rows() -> list[Row]:
    """What an operation costs in a graph of 1,000,000 of them, by what it costs in one of 10,000."""
    rows = []
    for name, build in (("chain", _chained), ("balanced tree", _tree)):
        small, large = [], []
        for _ in range(5):
            # As many operations in all, so that both are timed over the same stretch of the machine's moods.
            small.append(statistics.mean(sum(_timed(build, 10_000)) for _ in range(100)))
            large.append(sum(_timed(build, _CHAIN)))
        ratio = statistics.median(large) / statistics.median(small)
        rows.append(
            Row(
                f"a {name} of 1,000,000 operations by one of 10,000: time an operation, forward to release",
                f"{statistics.median(large):.2f} by {statistics.median(small):.2f} µs: {ratio:.2f} times",
                "≤ 2.5 times",
                ratio <= 2.5,
            )
        )
    return rows


def _tree(x: Value, operations: int) -> Value:
    """A balanced binary tree over as many leaves as it needs, every second one the same `x`."""
    level = [x if index % 2 else Value(1e-6) for index in range(operations + 1)]
    while len(level) > 1:
        paired = [a + b for a, b in zip(level[::2], level[1::2], strict=False)]
        level = [*paired, *level[2 * len(paired) :]]
    return level[0]


def _timed(build: Callable[[Value, int], Value], operations: int) -> tuple[float, float, float]:
    """Microseconds an operation for forward, backward and release."""
    x = Value(1.0)
    times = [time.perf_counter()]
    y = build(x, operations)
    times.append(time.perf_counter())
    y.backward()
    times.append(time.perf_counter())
    del y
    times.append(time.perf_counter())
    forward, backward, release = ((later - earlier) / operations * 1e6 for earlier, later in itertools.pairwise(times))
    return forward, backward, release
