"""The views: how long a trace and a picture take, from a hundred nodes to a million."""

from __future__ import annotations

import random
import statistics
import time
from typing import Any

import numpy

from autograd import Node, Tensor, Value
from nn import MLP, NeuronMLP, quadratic
from viz import Drawing, Trace, draw, trace
from viz.errors import DrawingError

from .harness import Row, timed

_DRAWN = (100, 1_000, 10_000, 1_000_000)


def rows() -> list[Row]:
    return [_traced_row(), _layers_row(), *_picture_rows(), *_module_rows()]


def random_graph(n_nodes: int) -> Value:
    """A graph of this many nodes without any module: each combines two of the last thirty."""
    rng = random.Random(0)
    nodes = [Value(rng.uniform(0.5, 1.5)) for _ in range(8)]
    unused = dict.fromkeys(nodes)
    while len(nodes) + len(unused) < n_nodes:
        a = next(iter(unused))  # so that every node is in the output's graph
        b = rng.choice(nodes[-30:])
        nodes.append(a + b if rng.random() < 0.5 else a * b)
        unused.pop(a)
        unused.pop(b, None)
        unused[nodes[-1]] = None
    first, *others = unused
    return sum(others, first)


def _traced_row() -> Row:
    y = Value(1.0)
    x = Value(0.999)
    for _ in range(50_000):
        y = y * x + x
    traces: list[Trace] = []
    seconds = statistics.median(timed(lambda: traces.append(trace(y))) for _ in range(3))
    traced = traces[0]
    return Row(
        f"a trace of {len(traced.nodes):,} nodes, {len(traced.events):,} events",
        f"{seconds:.2f} s",
        "≤ 3 s",
        seconds <= 3,
    )


def _layers_row() -> Row:
    network = MLP((784, 32, 10), activation="sigmoid", output="sigmoid", rng=0)
    images, labels = numpy.random.default_rng(0).random((16, 784)), numpy.eye(10)[numpy.arange(16) % 10]
    loss = quadratic(network(Tensor(images, requires_grad=False)), labels)
    seconds, drawing = _svg(loss, collapse=2)
    return Row(
        "an MLP 784-32-10 with its loss, at layer level: trace, picture, SVG",
        f"{seconds:.2f} s, {_shown(drawing)}",
        "≤ 2 s",
        seconds <= 2,
    )


def _svg(output: Node, **options: Any) -> tuple[float, Drawing]:
    drawings: list[Drawing] = []

    def picture() -> None:
        drawings.append(draw(output, **options))
        drawings[0].svg()

    return timed(picture), drawings[0]


def _shown(drawing: Drawing) -> str:
    view = drawing.view
    assert view is not None
    return f"{len(view.nodes):,} nodes and {len(view.boxes):,} boxes drawn"


def _picture_rows() -> list[Row]:
    rows = []
    for n_nodes in _DRAWN:
        output = random_graph(n_nodes)
        for collapse in ("auto", None):
            name = f"{n_nodes:,} nodes without modules, collapse={collapse!r}"
            started = time.perf_counter()
            try:
                seconds, drawing = _svg(output, collapse=collapse)
                rows.append(Row(name, f"{seconds:.1f} s, {_shown(drawing)}"))
            except DrawingError as error:
                seconds = time.perf_counter() - started
                rows.append(Row(name, f"refused in {seconds:.1f} s: {str(error).partition(':')[0]}"))
    return rows


def _module_rows() -> list[Row]:
    """Networks of scalar nodes: neurons, layers and the network are boxes."""
    rows = []
    for sizes in ((4, 8, 1), (16, 24, 4), (64, 64, 10), (784, 32, 10), (784, 600, 10)):
        network = NeuronMLP(sizes, rng=0)
        scores = network([0.5] * sizes[0])
        loss = sum(score * score for score in (scores if isinstance(scores, list) else [scores]))
        seconds, drawing = _svg(loss, max_traced=2_000_000)
        rows.append(
            Row(
                f"a network of neurons {'-'.join(map(str, sizes))}: {len(drawing.trace.nodes):,} nodes",
                f"{seconds:.1f} s, {_shown(drawing)}",
            )
        )
    return rows
