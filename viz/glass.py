"""Our style: every number a box with its name, data and gradient, operations as small circles between them,
upstream × local gradient on the edges."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import graphviz
import numpy

from .arrays import ArraySummary, shape_of
from .dot import escape, new_graph, record_text, tooltip
from .numbers import format_data, format_number
from .themes import Colours
from .tracing import Contribution, TracedNode
from .visible import Box, Visible, VisibleEdge

Overlay = Literal["gradient"] | None

# Below and above these a gradient is flagged.
VANISHING, EXPLODING = 1e-7, 1e4
_SHADES = (("small", 1e-3), ("medium", 1e-1))  # in which gradients below are drawn; others in full blue
_MANY = 4
_HEAT_MAP_LINES = 4


@dataclass
class GlassPicture:
    """The DOT program, and the arrays whose heat maps go where their marks stand."""

    dot: str
    heat_maps: dict[str, Any] = field(default_factory=dict)


def glass(
    view: Visible,
    colours: Colours,
    *,
    overlay: Overlay = None,
    highlight: Iterable[int] = (),
    legend: bool = False,
) -> GlassPicture:
    """The picture of what is visible.

    Args:
        overlay: "gradient" shows each gradient's magnitude as width and colour, and flags what is dead (0),
            vanishing or exploding.
        highlight: nodes on paths that are drawn bold, all others pale.
        legend: also what the shapes mean.
    """
    return _Glass(view, colours, overlay, frozenset(highlight), legend).picture()


class _Glass:
    def __init__(
        self, view: Visible, colours: Colours, overlay: Overlay, highlight: frozenset[int], legend: bool
    ) -> None:
        self.view, self.trace, self.colours = view, view.trace, colours
        self.overlay, self.highlight, self.legend = overlay, highlight, legend
        self.contributions = self.trace.contributions()
        self.received: dict[int, list[Contribution]] = {}
        for event in self.contributions.values():
            self.received.setdefault(event.operand, []).append(event)
        self.graph = new_graph({"margin": "0.12,0.05"}, colours, nodesep="0.25", note=view.note)
        self.heat_maps: dict[str, Any] = {}

    def picture(self) -> GlassPicture:
        for node in self.view.nodes:
            self._node(node)
        for box in self.view.boxes:
            self._box(box)
        for edge in self.view.edges:
            self._edge(edge)
        if self.legend:
            _add_legend(self.graph, self.colours, self.overlay)
        return GlassPicture(str(self.graph.source), self.heat_maps)

    def _node(self, node: TracedNode) -> None:
        look = _look(node.role, self.colours)
        rows = self._rows(node)
        look |= self._highlighted(node)
        if flag := self._flag(self.trace.gradients.get(node.id)):
            rows.append(flag)
        is_box = look["shape"] == "box"
        label = "\n".join(map(escape, rows)) if is_box else "|".join(map(record_text, rows))
        self.graph.node(f"n{node.id}", label, tooltip=tooltip(node, self.trace), **look)
        if node.operation is None:
            return
        if node.id in self.view.within:
            self.graph.edge(self.view.within[node.id], f"n{node.id}")
            return
        self.graph.node(
            f"op{node.id}",
            escape(node.symbol or ""),
            shape="circle",
            margin="0.04",
            tooltip=escape(f"{node.label} = {node.expression}"),
            **self._highlighted(node),
        )
        self.graph.edge(f"op{node.id}", f"n{node.id}", **self._highlighted(node))

    def _rows(self, node: TracedNode) -> list[str]:
        if node.role == "constant" and not node.is_named and not shape_of(node.data):
            return [node.label]
        rows = [node.label] if node.is_named or node.operation else []
        rows += _data_rows("data", node.data)
        if node.role != "constant":
            rows += self._gradient_rows(node)
        if _has_heat_map(node.data):
            mark = f"heat-map-{node.id}"
            self.heat_maps[mark] = node.data
            blank = ["\u00a0"] * (_HEAT_MAP_LINES // 2)  # plain spaces at the end are dropped
            rows.append("\n".join([*blank, mark, *blank]))
        return rows

    def _gradient_rows(self, node: TracedNode) -> list[str]:
        gradient = self.trace.gradients.get(node.id)
        parts = [event.contribution for event in self.received.get(node.id, [])]
        if len(parts) > 1 and not shape_of(gradient):
            if len(parts) > _MANY:
                return [f"grad Σ of {len(parts)} = {format_data(gradient)}"]
            terms = " + ".join(format_data(part) for part in parts).replace("+ −", "− ")
            return [f"grad Σ {terms} = {format_data(gradient)}"]
        if len(parts) > 1:
            first, *rest = _data_rows("grad", gradient)
            return [f"{first} (Σ of {len(parts)})", *rest]
        return _data_rows("grad", gradient)

    def _box(self, box: Box) -> None:
        repeats = f" × {box.repeats}" if box.repeats > 1 else ""
        lines = [f"{box.title}{repeats}", box.subtitle, f"{box.hidden:,} node{'' if box.hidden == 1 else 's'} hidden"]
        self.graph.node(
            box.key,
            "\n".join(escape(line) for line in lines if line),
            shape="box3d",
            style="filled",
            fillcolor=self.colours.box,
            margin="0.15,0.08",
            tooltip=escape(f"{box.title}{repeats}: {box.hidden:,} nodes are drawn as this box"),
        )

    def _edge(self, edge: VisibleEdge) -> None:
        target = edge.target
        if target.startswith("n"):
            within = self.view.within.get(int(target[1:]))
            target = f"op{target[1:]}" if within is None else within
        labels = [self._slot_label(edge.slots[0])] if len(edge.slots) == 1 else [f"{len(edge.slots)} edges"]
        styles: dict[str, str] = {}
        if len(edge.slots) == 1:
            event = self.contributions.get((edge.slots[0].target, edge.slots[0].slot))
            styles = self._overlaid(None if event is None else event.contribution)
        if self.highlight:
            on_path = any(slot.source in self.highlight and slot.target in self.highlight for slot in edge.slots)
            styles |= {"penwidth": "2.5", "color": self.colours.output} if on_path else {"color": self.colours.dead}
        self.graph.edge(edge.source, target, label=escape("\n".join(filter(None, labels))), **styles)

    def _slot_label(self, slot: Any) -> str:
        event = self.contributions.get((slot.target, slot.slot))
        if event is not None:
            return _product(event)
        if slot.local_gradient is not None:
            return format_data(slot.local_gradient)
        return ""

    def _overlaid(self, gradient: Any) -> dict[str, str]:
        if self.overlay is None or gradient is None:
            return {}
        magnitude = _magnitude(gradient)
        if magnitude == 0:
            return {"color": self.colours.dead, "penwidth": "0.5", "style": "dashed"}
        if math.isnan(magnitude) or magnitude > EXPLODING:
            return {"color": self.colours.exploding, "penwidth": "5"}
        if magnitude < VANISHING:
            return {"color": self.colours.vanishing, "penwidth": "0.7", "style": "dotted"}
        colour = next((self.colours.__dict__[name] for name, most in _SHADES if magnitude < most), None)
        return {"color": colour or self.colours.parameter, "penwidth": f"{2.5 + 0.3 * math.log10(magnitude):.2f}"}

    def _flag(self, gradient: Any) -> str:
        """What the overlay says of a gradient in words."""
        if self.overlay is None or gradient is None:
            return ""
        magnitude = _magnitude(gradient)
        if math.isnan(magnitude):
            return "not finite"
        if magnitude == 0:
            return "dead"
        return "vanishing" if magnitude < VANISHING else "exploding" if magnitude > EXPLODING else ""

    def _highlighted(self, node: TracedNode) -> dict[str, str]:
        if not self.highlight:
            return {}
        if node.id in self.highlight:
            return {"penwidth": "3", "color": self.colours.output}
        return {"color": self.colours.dead, "fontcolor": self.colours.dead}


def _look(role: str, colours: Colours) -> dict[str, str]:
    return {
        "input": {"shape": "Mrecord", "color": colours.input},
        "parameter": {"shape": "record", "color": colours.parameter, "penwidth": "2.5"},
        "constant": {
            "shape": "record",
            "color": colours.constant,
            "style": "dashed",
            "fontcolor": colours.constant,
        },
        "intermediate": {"shape": "record", "color": colours.ink},
        # Records have one border only; a box has its rows as lines.
        "output": {"shape": "box", "color": colours.output, "peripheries": "2"},
    }[role]


def _data_rows(name: str, data: Any) -> list[str]:
    """A number in one row; an array's shape and dtype, and what it is like, in two."""
    shape = shape_of(data)
    if not shape or math.prod(shape) <= 3:
        return [f"{name} {format_data(data)}"]
    summary = data if isinstance(data, ArraySummary) else None
    dtype = summary.dtype if summary else str(data.dtype)
    mean = summary.mean if summary else float(numpy.asarray(data, numpy.float64).mean())
    norm = _magnitude(data)
    size = "×".join(map(str, shape))
    return [f"{name} {size} {dtype}", f"mean {format_number(mean)}, norm {format_number(norm)}"]


def _has_heat_map(data: Any) -> bool:
    shape = shape_of(data)
    return isinstance(data, numpy.ndarray) and len(shape) in (1, 2) and data.size > 3 and max(shape) <= 32


def _magnitude(data: Any) -> float:
    if isinstance(data, ArraySummary):
        return math.nan if data.not_finite else data.norm
    with numpy.errstate(all="ignore"):
        return float(numpy.linalg.norm(numpy.asarray(data, numpy.float64)))


def _product(event: Contribution) -> str:
    if event.local_gradient is None or shape_of(event.contribution):
        return f"{event.rule.text}" if len(event.rule.text) <= 24 else ""
    return (
        f"{format_data(event.upstream_gradient)} × {format_data(event.local_gradient)} "
        f"= {format_data(event.contribution)}"
    )


def _add_legend(graph: graphviz.Digraph, colours: Colours, overlay: Overlay) -> None:
    entries: list[tuple[str, str, dict[str, str]]] = [
        (role, word, _look(role, colours)) for role, word in _WORDS.items()
    ]
    entries.append(("operation", "+ × σ", {"shape": "circle", "margin": "0.02", "tooltip": "an operation"}))
    entries.append(("edge", "on an edge:\nupstream × local\n= contribution", {"shape": "plaintext"}))
    if overlay:
        bounds = (
            f"dotted: vanishing, below {format_number(VANISHING)}\nthick: exploding, above {format_number(EXPLODING)}"
        )
        entries.append(("overlay", f"dashed: dead, 0\n{bounds}", {"shape": "plaintext"}))
    with graph.subgraph(name="cluster_legend") as legend:  # a cluster, so that it stays together
        legend.attr(label="legend", color=colours.constant, fontcolor=colours.ink, style="dashed")
        for name, words, look in entries:
            legend.node(f"legend_{name}", words, **look)
        for (earlier, *_), (later, *_) in itertools.pairwise(entries):  # one behind the other: a row
            legend.edge(f"legend_{earlier}", f"legend_{later}", style="invis")


_WORDS = {
    "input": "input",
    "parameter": "parameter",
    "constant": "constant",
    "intermediate": "computed",
    "output": "output",
}
