"""Document 002's style: operations are nodes, a scope such as the cost is one node, values stand above the
edges and gradients below them in green."""

from __future__ import annotations

from .dot import escape, new_graph, tooltip
from .errors import DrawingError
from .numbers import format_data
from .parts import TracedNode
from .picture import Asked, Picture
from .tracing import Trace


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
    for node in trace.nodes:
        name = boxes.name(node)
        scope = boxes.scope(node)
        if node.operation is None:
            if not boxes.is_inside(node):
                graph.node(name, escape(node.label), shape="plaintext", tooltip=tooltip(node, trace))
        elif scope is not None:
            graph.node(name, escape(trace.groups[scope].name), shape="box", style="rounded", margin="0.15,0.08")
        else:
            graph.node(name, escape(node.symbol or ""), tooltip=tooltip(node, trace))
    contributions = trace.contributions()
    for source, target, slots in boxes.edges():
        value = trace.nodes[source]
        received = [contributions[slot].contribution for slot in slots if slot in contributions]
        gradient = _summed(received)
        written = format_data(value.data) if value.operation or value.is_named else ""
        graph.edge(boxes.name(value), target, label=_two_lines(written, gradient))
    output = trace.nodes[trace.output]
    graph.node("out", escape(output.label), shape="plaintext")
    seed = format_data(trace.gradients[output.id]) if output.id in trace.gradients else ""
    graph.edge(boxes.name(output), "out", label=_two_lines(format_data(output.data), seed))
    return Picture(str(graph.source), has_two_lines=True)


def _summed(received: list[object]) -> str:
    """The gradient over an edge: the sum of what the slots behind it were passed."""
    try:
        return format_data(sum(received[1:], received[0])) if received else ""  # type: ignore[call-overload]  # numbers or arrays
    except TypeError:  # summaries of large arrays do not add
        return f"Σ of {len(received)}"


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
