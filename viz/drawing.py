"""A trace as a picture: trace → DOT → SVG or PNG."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

import graphviz

from autograd import Node, Scope

from .errors import DrawingError
from .layout import Renderer, render_png, render_svg
from .numbers import format_data
from .svg import finished
from .tracing import Contribution, Trace, TracedNode, trace

Style = Literal["glass", "document"]

# Okabe and Ito's colours, which colour-blind people tell apart; shapes differ too.
_GREEN, _BLUE, _VERMILLION, _GREY = "#009E73", "#0072B2", "#D55E00", "#767676"
_LOOK = {
    "input": {"shape": "Mrecord", "color": _GREEN},
    "parameter": {"shape": "record", "color": _BLUE, "penwidth": "2.5"},
    "constant": {"shape": "record", "color": _GREY, "style": "dashed", "fontcolor": _GREY},
    "intermediate": {"shape": "record", "color": "black"},
    # Records have one border only; a box has its rows as lines.
    "output": {"shape": "box", "color": _VERMILLION, "peripheries": "2"},
}


def draw(output: Node | Trace, *, style: Style = "glass", renderer: Renderer = "auto") -> Drawing:
    """A picture of the graph of `output`, with its gradients.

    Args:
        output: a node with a single number, or a trace of one.
        style: "glass": every number a box with its name, data and gradient, local gradients on the edges;
            "document": document 002's, operations as nodes, a `scope(...)` as one node, values above the
            edges and gradients below them in green.
        renderer: "dot", "wasm", or "auto" for the first where it is installed.

    Raises:
        DrawingError: an unknown style or renderer.

    >>> from autograd import Value
    >>> from viz import draw
    >>> x = Value(3.0, label="x")
    >>> "<svg" in draw(x * x).svg()
    True
    """
    if style not in ("glass", "document"):
        raise DrawingError(f"unknown style {style!r}; known are glass, document")
    traced = output if isinstance(output, Trace) else trace(output)
    dot = _glass(traced) if style == "glass" else _document(traced)
    return Drawing(dot, traced, style, renderer)


class Drawing:
    """A picture: `.save(path)` writes it, a notebook shows it, `.dot` is its DOT program."""

    def __init__(self, dot: str, trace: Trace, style: Style, renderer: Renderer) -> None:
        self.dot = dot
        self.trace = trace
        self.style = style
        self.renderer = renderer

    def svg(self) -> str:
        """The picture as SVG."""
        output = self.trace.nodes[self.trace.output]
        return finished(
            render_svg(self.dot, self.renderer),
            title=f"Computation graph of {output.label}",
            description=f"{len(self.trace.nodes)} nodes; {output.label} = {format_data(output.data)}",
            gradient_color=_GREEN if self.style == "document" else None,
        )

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture in the format that the file's ending names: .svg, .png or .dot.

        Raises:
            DrawingError: another ending, or a file that cannot be written; nothing is left half-written.
        """
        target = Path(path)
        form = target.suffix.lower()
        if form == ".svg":
            content = self.svg().encode()
        elif form == ".dot":
            content = self.dot.encode()
        elif form == ".png":
            content = render_png(self.dot)
        else:
            raise DrawingError(f"{target}: a drawing is saved as .svg, .png or .dot, not {form or 'without an ending'}")
        return write_whole(target, content)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"image/svg+xml": self.svg(), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"<drawing of {self.trace.nodes[self.trace.output].label}, {len(self.trace.nodes)} nodes>"


def write_whole(target: Path, content: bytes) -> Path:
    """Write a file in one go: a failure leaves what was there before."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(content)
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise DrawingError(f"{target} cannot be written: {error.strerror}") from None
    return target


def _graph(node: dict[str, str], nodesep: str) -> graphviz.Digraph:
    font = "Helvetica,Arial,sans-serif"
    return graphviz.Digraph(
        graph_attr={"rankdir": "LR", "bgcolor": "white", "nodesep": nodesep, "ranksep": "0.4", "pad": "0.2"},
        node_attr={"fontname": font, "fontsize": "12", **node},
        edge_attr={"fontname": font, "fontsize": "11", "arrowsize": "0.7"},
    )


# --- ours: every number a box -----------------------------------------------------------------------------


def _glass(trace: Trace) -> str:
    graph = _graph({"margin": "0.12,0.05"}, nodesep="0.25")
    contributions = trace.contributions()
    for node in trace.nodes:
        rows = [node.label] if node.is_named or node.operation else []
        rows += [f"data {format_data(node.data)}", f"grad {format_data(trace.gradients.get(node.id))}"]
        if node.role == "constant":
            rows = rows[:-1] if node.is_named else [node.label]
        is_box = _LOOK[node.role]["shape"] == "box"
        graph.node(
            f"n{node.id}",
            "\n".join(map(graphviz.escape, rows)) if is_box else "|".join(map(_record_text, rows)),
            tooltip=_tooltip(node, trace),
            **_LOOK[node.role],
        )
        if node.operation:
            graph.node(
                f"op{node.id}",
                _escape(node.symbol or ""),
                shape="circle",
                margin="0.02",
                tooltip=_escape(f"{node.label} = {node.expression}"),
            )
            graph.edge(f"op{node.id}", f"n{node.id}")
    for edge in trace.edges:
        contribution = contributions.get((edge.target, edge.slot))
        label = "" if contribution is None else _product(contribution)
        graph.edge(f"n{edge.source}", f"op{edge.target}", label=_escape(label))
    return str(graph.source)


def _product(event: Contribution) -> str:
    if event.local_gradient is None:
        return format_data(event.contribution)
    return (
        f"{format_data(event.upstream_gradient)} × {format_data(event.local_gradient)} "
        f"= {format_data(event.contribution)}"
    )


def _tooltip(node: TracedNode, trace: Trace) -> str:
    gradient = trace.gradients.get(node.id)
    expression = f" = {node.expression}" if node.expression else ""
    return _escape(
        f"{node.label}{expression} = {node.data!r:.200}; gradient {'—' if gradient is None else repr(gradient)[:200]}"
    )


def _escape(text: str) -> str:
    """Text that DOT shows as it was typed: backslashes and markup mean nothing."""
    return graphviz.escape(text)  # type: ignore[no-any-return]  # a str of a kind that `str()` would undo


def _record_text(text: str) -> str:
    """Text for a field of a record label, where braces, bars, angles and spaces have a meaning."""
    escaped = _escape(text)
    for special in "{}|<>":
        escaped = escaped.replace(special, f"\\{special}")
    return escaped


# --- document 002's: operations are nodes, edges carry the numbers ------------------------------------------


def _document(trace: Trace) -> str:
    graph = _graph({"shape": "circle", "margin": "0.02"}, nodesep="0.4")
    boxes = _Boxes(trace)
    for node in trace.nodes:
        name = boxes.name(node)
        if node.operation is None:
            if not boxes.is_inside(node):
                graph.node(name, _escape(node.label), shape="plaintext", tooltip=_tooltip(node, trace))
        elif node.scope is not None:
            label = _escape(boxes.outermost(node.scope).name)
            graph.node(name, label, shape="box", style="rounded", margin="0.15,0.08")
        else:
            graph.node(name, _escape(node.symbol or ""), tooltip=_tooltip(node, trace))
    contributions = trace.contributions()
    for source, target, slots in boxes.edges():
        value = trace.nodes[source]
        received = [contributions[slot].contribution for slot in slots if slot in contributions]
        gradient = format_data(sum(received[1:], received[0])) if received else ""
        written = format_data(value.data) if value.operation or value.is_named else ""
        graph.edge(boxes.name(value), target, label=_two_lines(written, gradient))
    output = trace.nodes[trace.output]
    graph.node("out", _escape(output.label), shape="plaintext")
    seed = format_data(trace.gradients[output.id]) if trace.gradients else ""
    graph.edge(boxes.name(output), "out", label=_two_lines(format_data(output.data), seed))
    return str(graph.source)


def _two_lines(value: str, gradient: str) -> str:
    # An empty second line keeps room below the edge, too.
    return f"{_escape(value)}\n{_escape(gradient) or ' '}"


class _Boxes:
    """Which nodes a scope hides: its operations, and the constants that only they use."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._numbers: dict[Scope, int] = {}
        self._used_outside = {edge.source for edge in trace.edges if trace.nodes[edge.target].scope is None}
        for node in trace.nodes:
            if node.scope is not None and node.operation:
                self._numbers.setdefault(self.outermost(node.scope), node.id)

    @staticmethod
    def outermost(scope: Scope) -> Scope:
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def name(self, node: TracedNode) -> str:
        if node.scope is not None and node.operation:
            return f"box{self._numbers[self.outermost(node.scope)]}"
        return f"n{node.id}"

    def is_inside(self, node: TracedNode) -> bool:
        """An unnamed constant that only operations in a box use."""
        if node.operation or node.is_named:
            return False
        return node.id not in self._used_outside

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
            slots = into_boxes.setdefault((source.id, name), []) if target.scope is not None else []
            if not slots:
                drawn.append((source.id, name, slots))
            slots.append((edge.target, edge.slot))
        return drawn
