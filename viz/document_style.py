"""Document 002's style: operations are nodes, a scope such as the cost is one node, values stand above the
edges and gradients below them in green."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from .arrays import ArraySummary, shape_of, summary
from .dot import COMPUTED_WEIGHT, escape, new_graph, tooltip
from .errors import DrawingError
from .numbers import format_data, format_number
from .parts import TracedNode
from .picture import Asked, Picture
from .svg import TOTAL
from .tracing import Trace

_NAME = {"shape": "plaintext", "height": "0.2", "width": "0.2"}  # so that arrows begin at the letters
_FEW = 2  # numbers that stand beside an edge one by one


def document(asked: Asked) -> Picture:
    """The picture of a trace in the document's style, which shows all nodes."""
    trace, count = asked.trace, len(asked.trace.nodes)
    if count > asked.max_nodes:
        raise DrawingError(
            f"{count:,} nodes are more than the document's style shows ({asked.max_nodes:,}); "
            'style="glass" draws modules as boxes'
        )
    graph = new_graph(
        {"shape": "circle", "margin": "0.02"},
        asked.colours,
        nodesep="0.55",
        note="",
        count=count,
        arrangement=asked.arrangement,
    )
    boxes = _Boxes(trace)
    contributions = trace.contributions()
    edges = boxes.edges()
    passing = Counter(source for source, _, slots in edges if any(slot in contributions for slot in slots))
    uses = Counter(source for source, _, _ in edges)
    for node in trace.nodes:
        name = boxes.name(node)
        # Where several edges pass something back, the node has their sum.
        total = f"\n{TOTAL}{_short(trace.gradients[node.id])}" if passing[node.id] > 1 else ""
        scope = boxes.scope(node)
        if node.operation is None:
            if not boxes.is_inside(node):
                graph.node(name, escape(node.label + total), tooltip=tooltip(node, trace), **_NAME)
        elif scope is not None:
            graph.node(name, escape(trace.groups[scope].name), shape="box", style="rounded", margin="0.15,0.08")
        else:
            graph.node(name, escape((node.symbol or "") + total), tooltip=tooltip(node, trace))
    for source, target, slots in edges:
        value = trace.nodes[source]
        received = [contributions[slot].contribution for slot in slots if slot in contributions]
        gradient = _summed(received)
        written = _short(value.data) if value.operation or value.is_named else ""
        near = {"weight": COMPUTED_WEIGHT} if value.operation else {}
        if value.operation is None and uses[source] > 1:
            near = {"minlen": "2"}  # in a row of its own, so that its edges do not run along other names
        graph.edge(boxes.name(value), target, label=_two_lines(written, gradient), **near)
    output = trace.nodes[trace.output]
    graph.node("out", escape(output.label), **_NAME)
    seed = _short(trace.gradients[output.id]) if output.id in trace.gradients else ""
    graph.edge(boxes.name(output), "out", label=_two_lines(_short(output.data), seed))
    return Picture(str(graph.source), has_two_lines=True, count=count)


def _summed(received: list[object]) -> str:
    """The gradient over an edge: the sum of what the slots behind it were passed."""
    try:
        return _short(sum(received[1:], received[0])) if received else ""  # type: ignore[call-overload]  # numbers or arrays
    except TypeError:  # summaries of large arrays do not add
        return f"Σ of {len(received)}"


def _short(data: Any) -> str:
    """A number; of an array what has room beside an edge: its shape and norm."""
    shape = shape_of(data)
    if math.prod(shape) <= _FEW:
        return format_data(data)
    like = data if isinstance(data, ArraySummary) else summary(data)
    wrong = f", {like.not_finite:,} not finite" if like.not_finite else ""
    return f"{'×'.join(map(str, shape))}, norm {format_number(like.norm)}{wrong}"


def _two_lines(value: str, gradient: str) -> str:
    # An empty second line keeps room below the edge, too.
    return f"{escape(value)}\n{escape(gradient) or ' '}"


class _Boxes:
    """Which nodes a scope hides: its operations, and the constants that only they use."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._used_outside = {edge.source for edge in trace.edges if self.scope(trace.nodes[edge.target]) is None}

    def scope(self, node: TracedNode) -> int | None:
        """The outermost scope of an operation, as an index into the trace's groups."""
        scopes = (group.id for group in self._trace.groups_around(node) if group.kind == "scope")
        return next(scopes, None) if node.operation else None

    def name(self, node: TracedNode) -> str:
        scope = self.scope(node)
        return f"n{node.id}" if scope is None else f"box{scope}"

    def is_inside(self, node: TracedNode) -> bool:
        """An unnamed constant that only operations in a box use."""
        return node.role == "constant" and not node.is_named and node.id not in self._used_outside

    def edges(self) -> list[tuple[int, str, list[tuple[int, int]]]]:
        """What is drawn as one edge, with the slots behind it: one into every operand slot, and one from
        a value into a box, however many operations in it use the value."""
        drawn: list[tuple[int, str, list[tuple[int, int]]]] = []
        into_boxes: dict[tuple[int, str], list[tuple[int, int]]] = {}
        for edge in self._trace.edges:
            source, target = self._trace.nodes[edge.source], self._trace.nodes[edge.target]
            if self.name(source) == self.name(target) or self.is_inside(source):
                continue
            name = self.name(target)
            slots = into_boxes.setdefault((source.id, name), []) if self.scope(target) is not None else []
            if not slots:
                drawn.append((source.id, name, slots))
            slots.append((edge.target, edge.slot))
        return drawn
