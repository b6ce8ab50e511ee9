"""Our style: every number a box with its name, data and gradient, operations as small circles between them,
upstream × local gradient on the edges."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy

from .arrays import ArraySummary, is_finite, largest, magnitude, norm, shape_of, summary
from .dot import COMPUTED_WEIGHT, FONT_SIZE, escape, new_graph, record_text, tooltip, tooltip_text
from .grids import grid
from .numbers import format_data, format_number, grouped
from .parts import Contribution, Edge, TracedNode
from .picture import Asked, Picture
from .text_width import text_width
from .themes import Colours
from .tracing import Trace
from .visible import Box, Visible, VisibleEdge, on_paths_from, visible

if TYPE_CHECKING:
    import graphviz

_MANY = 4
_LONGEST_FORMULA = 24
WARNING = " ⚠"
# Square brackets around all of it, as around a comparison (1 where it holds) and an array.
_IN_BRACKETS = re.compile(r"\[[^\[\]]*\]|\[(?:\[[^\[\]]*\](?:, )?)+\]")
# A heat map takes the place of lines of text that nobody types: a mark from Unicode's private use area, and the id.
HEAT_MAP_MARK = "\uf8fd"
_HEAT_MAP_LINES = 5


def glass(asked: Asked) -> Picture:
    """The picture of what is visible: with a highlight, what is on no path from it to the output is pale."""
    return _Glass(asked).picture()


class _Glass:
    def __init__(self, asked: Asked) -> None:
        self.trace, self.colours, self.overlay = asked.trace, asked.colours, asked.overlay
        self.view = visible(
            asked.trace, collapse=asked.collapse, focus=asked.focus, hops=asked.hops, max_nodes=asked.max_nodes
        )
        self.highlight = frozenset[int]() if asked.highlight is None else on_paths_from(asked.trace, asked.highlight)
        self.has_legend = asked.legend
        self.is_down = asked.arrangement.direction == "down"
        self.has_circles = asked.arrangement.operations == "circles"
        self.contributions = self.trace.contributions()
        if self.overlay is not None:
            slots = [(edge.slots[0].target, edge.slots[0].slot) for edge in self.view.edges if len(edge.slots) == 1]
            drawn = (self.contributions[slot].contribution for slot in slots if slot in self.contributions)
            self.overlay = self.overlay.fitted(drawn)
        self.received: dict[int, list[Contribution]] = {}
        for event in self.contributions.values():
            self.received.setdefault(event.operand, []).append(event)
        self.margin = 0.12 if self.has_circles else 0.08
        self.graph = new_graph(
            {"margin": f"{self.margin},0.05"},
            self.colours,
            nodesep="0.25" if self.has_circles else "0.15",
            note=self.view.note,
            count=self.view.count,
            crossed_ranks=crossed_ranks(self.view),
            arrangement=asked.arrangement,
        )
        self.frames_around = self._scopes_around()
        # Each frame with what it is in; those inside others come later.
        self.frames: dict[tuple[int, ...], tuple[graphviz.Digraph, graphviz.Digraph]] = {}
        self.heat_maps: dict[str, Any] = {}
        self.in_formulas = self._in_formulas()

    def picture(self) -> Picture:
        for node in self.view.nodes:
            if node.id not in self.in_formulas:
                self._node(node)
        for around, frame in reversed(self.frames.values()):
            around.subgraph(frame)
        for box in self.view.boxes:
            self._box(box)
        self._stubs()
        for edge in self.view.edges:
            if len(edge.slots) > 1 or edge.slots[0].source not in self.in_formulas:
                self._edge(edge)
        if self.has_legend:
            self._add_legend()
        return Picture(str(self.graph.source), self.heat_maps, self.view, count=self.view.count)

    def _node(self, node: TracedNode) -> None:
        look = _look(node.role, self.colours)
        rows = self._rows(node)
        highlighted = self._highlighted(node.id in self.highlight)
        look |= highlighted
        is_box = look["shape"] == "box"
        label = "\n".join(map(escape, rows)) if is_box else _record(rows, is_down=self.is_down)
        # As wide as its widest row, whatever the renderer knows of letters.
        width = max(self._line_width(line) for row in rows for line in row.split("\n")) / 72 + 2 * self.margin
        frame = self._frame(node)
        frame.node(f"n{node.id}", label, width=f"{width:.3f}", tooltip=tooltip(node, self.trace), **look)
        if node.operation is None:
            return
        if node.id in self.view.within:
            self.graph.edge(self.view.within[node.id], f"n{node.id}")
            return
        if not self.has_circles:
            return
        frame.node(
            f"op{node.id}",
            escape((node.symbol or "").replace(" ", "\n")),
            shape="circle",
            margin="0.04",
            tooltip=tooltip_text(f"{node.label} = {node.expression}"),
            **highlighted,
        )
        self.graph.edge(f"op{node.id}", f"n{node.id}", weight=COMPUTED_WEIGHT, **highlighted)

    def _frame(self, node: TracedNode) -> graphviz.Digraph:
        """Where a node is drawn: the frame of its innermost scope, in that of the scope around it, or the graph."""
        frame = self.graph
        for scopes in self.frames_around.get(node.id, ()):
            if scopes not in self.frames:
                self.frames[scopes] = (frame, self._new_frame(scopes))
            frame = self.frames[scopes][1]
        return frame

    def _new_frame(self, scopes: tuple[int, ...]) -> graphviz.Digraph:
        import graphviz

        look = {"color": self.colours.constant, "fontcolor": self.colours.ink, "fontsize": f"{FONT_SIZE:g}"}
        name = " / ".join(self.trace.groups[scope].name for scope in scopes)
        frame = graphviz.Digraph(f"cluster_scope{scopes[0]}")
        frame.attr(label=escape(name), labeljust="l", style="rounded,dashed", margin="6", **look)
        return frame

    def _scopes_around(self) -> dict[int, list[tuple[int, ...]]]:
        """For each node that is shown by itself the frames around it, from the outermost on. Scopes that hold the same
        nodes have one frame, and a leaf that is used in one frame alone stands in it."""
        shown = [node for node in self.view.nodes if node.id not in self.view.within]
        around = {
            node.id: [group.id for group in self.trace.groups_around(node) if group.kind == "scope"]
            for node in shown
            if node.operation is not None
        }
        users: dict[int, list[list[int]]] = {}
        for edge in self.view.edges:
            for slot in edge.slots:
                users.setdefault(slot.source, []).append(around.get(slot.target, []))
        for node in shown:
            if node.operation is None and (using := users.get(node.id)):
                around[node.id] = _common_beginning(using)
        held: dict[int, set[int]] = {}
        for identifier, scopes in around.items():
            for scope in scopes:
                held.setdefault(scope, set()).add(identifier)
        return {
            identifier: [tuple(alike) for _, alike in itertools.groupby(scopes, key=lambda scope: held[scope])]
            for identifier, scopes in around.items()
        }

    def _rows(self, node: TracedNode) -> list[str]:
        if node.role == "constant" and not node.is_named and not shape_of(node.data):
            return [node.label]
        rows = [self._title(node)] if node.is_named or node.operation else []
        rows += self._number_rows("data", node.data, f"{node.id}")
        if node.role != "constant":
            rows += self._gradient_rows(node)
            if self.overlay is not None:
                rows += filter(None, [self.overlay.row(self.trace.gradients.get(node.id))])
        return rows

    def _number_rows(self, name: str, data: Any, key: str) -> list[str]:
        """A number; a small array as a grid; of another what it is like, over its heat map."""
        mark = f"{HEAT_MAP_MARK}{key}"
        numbers = grid(data)
        if numbers is not None:
            self.heat_maps[mark] = data
            wrong = "" if is_finite(data) else WARNING
            # In the narrow boxes the usual dtype goes without saying.
            dtype = "" if str(data.dtype) == "float64" and not self.has_circles else f" {data.dtype}"
            size = "" if name == "grad" else f" {_size(data)}{dtype}"
            factor = f" × {numbers.factor}" if numbers.factor else ""
            return [f"{name}{size}{factor}{wrong}", "\n".join([mark] * len(numbers.rows))]
        rows = _data_rows(name, data) if self.has_circles else _narrow_rows(name, data)
        if not _has_heat_map(data):
            return rows
        self.heat_maps[mark] = data
        like = summary(data)
        scale = f"colours: 0 to ±{format_number(largest(like))}"
        return [*rows, *[scale] * (like.not_finite < data.size), "\n".join([mark] * _HEAT_MAP_LINES)]

    def _line_width(self, line: str) -> float:
        numbers = grid(self.heat_maps[line]) if line in self.heat_maps else None
        if numbers is None:
            return text_width(line, FONT_SIZE)
        return numbers.column_width(FONT_SIZE) * len(numbers.rows[0])

    def _title(self, node: TracedNode) -> str:
        """The name, and what was computed where no circle says it."""
        if self.has_circles or node.operation is None or node.id in self.view.within:
            return node.label
        if self._is_short(node):
            return f"{node.label} = {node.expression}"
        return f"{node.label} = {node.symbol or node.operation} (…)"

    def _is_short(self, node: TracedNode) -> bool:
        return 0 < len(node.expression) <= _LONGEST_FORMULA

    def _in_formulas(self) -> frozenset[int]:
        """Bare numbers that stand in the formulas of all that uses them: they have no box of their own there."""
        if self.has_circles:
            return frozenset()
        shown = {node.id: node for node in self.view.nodes}
        bare = {node.id for node in shown.values() if node.role == "constant" and not node.is_named}
        bare = {identifier for identifier in bare if not shape_of(shown[identifier].data)}
        for edge in self.view.edges:
            for slot in edge.slots:
                target = shown.get(slot.target)
                if target is None or target.id in self.view.within or not self._is_short(target):
                    bare.discard(slot.source)
        return frozenset(bare)

    def _gradient_rows(self, node: TracedNode) -> list[str]:
        gradient = self.trace.gradients.get(node.id)
        received = self.received.get(node.id, [])
        if not self.has_circles and 0 < len(received) <= _MANY:
            rows = self._number_rows("grad", gradient, f"{node.id}g")
            if len(received) == 1:
                return [*rows, f"= {_factors(received[0], self.trace)}"]
            ways = (f"{self.trace.nodes[event.node].label}: {_product(event, self.trace)}" for event in received)
            return [*rows, "= Σ of", *ways]
        parts = [event.contribution for event in received]
        if len(parts) > 1 and not shape_of(gradient):
            first, *others = map(format_data, parts)
            terms = " + ".join([first, *map(grouped, others)])
            summed = terms if len(parts) <= _MANY else f"of {len(parts):,}"
            return [f"grad Σ {summed} = {format_data(gradient)}{'' if is_finite(gradient) else WARNING}"]
        if len(parts) > 1:
            first, *rest = self._number_rows("grad", gradient, f"{node.id}g")
            return [f"{first} (Σ of {len(parts):,})", *rest]
        return self._number_rows("grad", gradient, f"{node.id}g")

    def _box(self, box: Box) -> None:
        repeats = f" × {box.repeats}" if box.repeats > 1 else ""
        count = f"{box.hidden:,} node{'' if box.hidden == 1 else 's'}"
        lines = [f"{box.title}{repeats}", box.subtitle, *self._box_rows(box), f"{count} hidden"]
        self.graph.node(
            box.key,
            "\n".join(escape(line) for line in lines if line),
            shape="box3d",
            style="filled",
            fillcolor=self.colours.box,
            margin="0.15,0.08",
            tooltip=tooltip_text(f"{box.title}{repeats}: {count} drawn as this box"),
            **self._highlighted(not self.highlight.isdisjoint(box.members)),
        )

    def _box_rows(self, box: Box) -> list[str]:
        """What goes in and comes out, and the parameters with the norm of their gradients."""
        nodes = self.trace.nodes
        given = {slot.source for edge in self.view.edges if edge.target == box.key for slot in edge.slots}
        made = {slot.source for edge in self.view.edges if edge.source == box.key for slot in edge.slots}
        made |= {identifier for identifier, key in self.view.within.items() if key == box.key}
        rows = [
            f"{_sizes(nodes[one] for one in sorted(given))} → {_sizes(nodes[one] for one in sorted(made))}".lstrip()
        ]
        parameters = [node for node in map(nodes.__getitem__, sorted(box.members)) if node.role == "parameter"]
        if parameters:
            count = sum(math.prod(shape_of(node.data)) for node in parameters)
            rows.append(f"{count:,} parameter{'' if count == 1 else 's'}")
            gradients = [self.trace.gradients[node.id] for node in parameters if node.id in self.trace.gradients]
            if gradients:
                rows[-1] += f", ‖grad‖ {format_number(norm([magnitude(one) for one in gradients]))}"
        return rows

    def _stubs(self) -> None:
        """Where a neighbourhood ends, and something goes on."""
        for identifier, count in self.view.cut_operands.items():
            end = f"op{identifier}" if self.has_circles else f"n{identifier}"
            told = f"{count:,} operand{'' if count == 1 else 's'} of {self.trace.nodes[identifier].label} not shown"
            self._stub(f"in{identifier}", told)
            self.graph.edge(f"in{identifier}", end, style="dashed")
        for identifier, count in self.view.cut_uses.items():
            told = f"{count:,} use{'' if count == 1 else 's'} of {self.trace.nodes[identifier].label} not shown"
            self._stub(f"out{identifier}", told)
            self.graph.edge(f"n{identifier}", f"out{identifier}", style="dashed")

    def _stub(self, name: str, told: str) -> None:
        self.graph.node(name, "…", shape="plaintext", width="0.2", height="0.2", tooltip=tooltip_text(told))

    def _edge(self, edge: VisibleEdge) -> None:
        target = edge.target
        if target.startswith("n"):
            within = self.view.within.get(int(target[1:]))
            own = f"op{target[1:]}" if self.has_circles else target
            target = own if within is None else within
        label = self._slot_label(edge.slots[0]) if len(edge.slots) == 1 else f"{len(edge.slots):,} edges"
        if not self.has_circles and len(edge.slots) == 1 and not edge.source.startswith("b"):
            label = ""  # it is in the operand's box
        styles: dict[str, str] = {}
        if len(edge.slots) == 1 and self.overlay is not None:
            event = self.contributions.get((edge.slots[0].target, edge.slots[0].slot))
            styles = {} if event is None else self.overlay.edge(event.contribution, self.colours)
        on_path = any(slot.source in self.highlight and slot.target in self.highlight for slot in edge.slots)
        styles |= self._highlighted(on_path, "2.5")
        if edge.source.startswith("n") and self.trace.nodes[int(edge.source[1:])].operation is not None:
            styles["weight"] = COMPUTED_WEIGHT
        self.graph.edge(edge.source, target, label=escape(label), **styles)

    def _slot_label(self, slot: Edge) -> str:
        event = self.contributions.get((slot.target, slot.slot))
        if event is not None:
            return _product(event, self.trace)
        return "" if slot.local_gradient is None else format_data(slot.local_gradient)

    def _highlighted(self, on_path: bool, width: str = "3") -> dict[str, str]:
        if not self.highlight:
            return {}
        if on_path:
            return {"penwidth": width, "color": self.colours.output}
        return {"color": self.colours.dead, "fontcolor": self.colours.dead}

    def _add_legend(self) -> None:
        """What shapes and colours mean, in rows: below a graph that runs down, over one that runs right."""
        colours, ink = self.colours, {"shape": "plaintext", "fontcolor": self.colours.ink}
        entries = [
            ("input", _look("input", colours)),
            ("parameter", _look("parameter", colours)),
            ("constant", _look("constant", colours)),
            ("computed", _look("intermediate", colours)),
            ("output", _look("output", colours)),
            ("parts of the graph\nin one box", {"shape": "box3d", "style": "filled", "fillcolor": colours.box}),
        ]
        if self.has_circles:
            entries.append(("+ × σ", {"shape": "circle", "margin": "0.02", "tooltip": "an operation"}))
            entries.append(("on an edge: upstream × local\ngradient = what is passed back", ink))
        else:
            entries.append(("under a gradient:\n= upstream × local gradient", ink))
        if any(shape_of(event.upstream_gradient) for event in self.contributions.values()):
            entries.append(("G: the upstream gradient,\nan array", ink))
        if self.heat_maps:
            entries.append(("heat map: blue above 0,\norange below, grey not finite", ink))
        if self.overlay is not None:
            entries += self.overlay.legend(colours)
        names = [f"legend{number}" for number in range(len(entries))]
        length = _LEGEND_ROW if self.is_down else (len(names) + 1) // 2
        rows = [names[start : start + length] for start in range(0, len(names), length)]
        with self.graph.subgraph(name="cluster_legend") as cluster:  # a cluster, so that it stays together
            cluster.attr(
                label="legend", color=colours.constant, fontcolor=colours.ink, style="dashed", fontsize=f"{FONT_SIZE:g}"
            )
            for name, (word, look) in zip(names, entries, strict=True):
                cluster.node(name, word, **look)
            # Chains of invisible edges run with the graph: each is a row of a graph that runs right, else a column.
            chains = itertools.zip_longest(*rows) if self.is_down else rows
            for chain in chains:
                for before, after in itertools.pairwise(name for name in chain if name is not None):
                    cluster.edge(before, after, style="invis")
        if self.is_down:
            last = self.view.nodes[-1]
            for name in rows[0]:
                self.graph.edge(f"n{last.id}", name, style="invis")


_LEGEND_ROW = 3


def crossed_ranks(view: Visible) -> int:
    """How many ranks all edges cross between the ranks of their ends, a node being right of all its operands."""
    into: dict[str, list[str]] = {}
    for edge in view.edges:
        into.setdefault(edge.target, []).append(edge.source)
    ranks: dict[str, int] = {}
    stack = list(into)
    while stack:
        key = stack[-1]
        missing = [source for source in into.get(key, []) if source not in ranks]
        if key not in ranks and missing:
            ranks[key] = 0  # for now: boxes may use each other's results in a circle
            stack += missing
        else:
            stack.pop()
            ranks[key] = 1 + max((ranks[source] for source in into.get(key, [])), default=0)
    first_use: dict[str, int] = {}
    for edge in view.edges:
        first_use[edge.source] = min(ranks[edge.target], first_use.get(edge.source, ranks[edge.target]))
    ranks |= {key: use - 1 for key, use in first_use.items() if key not in into}  # what is given stands next to it
    return sum(max(0, ranks[edge.target] - ranks[edge.source] - 1) for edge in view.edges)


def _sizes(nodes: Iterable[TracedNode]) -> str:
    """The shapes of arrays, and how many numbers: `4×784, 2 numbers`."""
    shapes = Counter("×".join(map(str, shape_of(node.data))) for node in nodes)
    numbers = shapes.pop("", 0)
    parts = [shape if count == 1 else f"{count} of {shape}" for shape, count in shapes.items()]
    if numbers:
        parts.append(f"{numbers:,} number{'' if numbers == 1 else 's'}")
    return ", ".join(parts[:_MANY]) + (", …" if len(parts) > _MANY else "")


def _common_beginning(chains: Sequence[list[int]]) -> list[int]:
    return [alike[0] for alike in itertools.takewhile(lambda one: len(set(one)) == 1, zip(*chains, strict=False))]


def _record(rows: list[str], *, is_down: bool) -> str:
    """Rows under each other: the fields of a record lie across the direction of the graph, unless in braces."""
    fields = "|".join(map(record_text, rows))
    return f"{{{fields}}}" if is_down else fields


def _look(role: str, colours: Colours) -> dict[str, str]:
    return {
        "input": {"shape": "Mrecord", "color": colours.input},
        "parameter": {"shape": "record", "color": colours.parameter, "penwidth": "2.5"},
        "constant": {"shape": "record", "color": colours.constant, "style": "dashed", "fontcolor": colours.constant},
        "intermediate": {"shape": "record", "color": colours.ink},
        # Records have one border only; a box has its rows as lines.
        "output": {"shape": "box", "color": colours.output, "peripheries": "2"},
    }[role]


def _data_rows(name: str, data: Any) -> list[str]:
    """A number in one row; an array's shape and dtype, and what it is like, in two. What is not finite is marked."""
    shape = shape_of(data)
    if not shape or math.prod(shape) <= 3:
        return [f"{name} {format_data(data)}{'' if is_finite(data) else WARNING}"]
    like = data if isinstance(data, ArraySummary) else summary(data)
    rows = [f"{name} {_size(data)} {like.dtype}", f"mean {format_number(like.mean)}, norm {format_number(like.norm)}"]
    return [*rows, f"{like.not_finite:,} not finite{WARNING}"] if like.not_finite else rows


def _size(data: Any) -> str:
    return "×".join(map(str, shape_of(data)))


def _narrow_rows(name: str, data: Any) -> list[str]:
    """The same in more and shorter rows. A gradient has the shape and dtype of its data, and does not repeat them."""
    size, *rest = _data_rows(name, data)
    rows = [part for row in rest for part in row.split(", ")]
    if not rows:
        return [size]
    return [size, *rows] if name == "data" else [f"{name} {rows[0]}", *rows[1:]]


def _has_heat_map(data: Any) -> bool:
    shape = shape_of(data)
    return isinstance(data, numpy.ndarray) and len(shape) in (1, 2) and data.size > 3 and max(shape) <= 32


def _factors(event: Contribution, trace: Trace) -> str:
    """`upstream × local gradient` of what an edge passes back: of numbers in numbers, of arrays the formula in terms
    of the upstream gradient G."""
    if event.local_gradient is not None and not shape_of(event.upstream_gradient):
        return f"{format_data(event.upstream_gradient)} × {grouped(format_data(event.local_gradient))}"
    rule = event.rule.text
    if event.local_gradient is not None:
        rule = "G" if rule == "1" else f"G × {_in_brackets(rule)}"
        if shape_of(event.contribution) != shape_of(event.upstream_gradient):
            rule = f"Σ {rule}"  # over what was broadcast
    if len(rule) <= _LONGEST_FORMULA:
        return rule
    return f"G × ∂{trace.nodes[event.node].label}/∂{trace.nodes[event.operand].label}"


def _product(event: Contribution, trace: Trace) -> str:
    """The factors, and of numbers what they come to."""
    factors = _factors(event, trace)
    is_array = shape_of(event.upstream_gradient) or shape_of(event.contribution)
    return factors if is_array else f"{factors} = {format_data(event.contribution)}"


def _in_brackets(factor: str) -> str:
    return factor if _IN_BRACKETS.fullmatch(factor) else f"({factor})" if " " in factor else grouped(factor)
