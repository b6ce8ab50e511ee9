"""Which nodes of a trace a picture shows: parts collapsed into boxes, repeats folded, or a neighbourhood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from autograd import Node
from autograd.arguments import whole_number

from .errors import DrawingError
from .folding import folded_sets
from .grouping import chain
from .neuron_names import is_called
from .parts import Edge, TracedNode
from .tracing import Trace

# How a picture is collapsed: "auto" above AUTOMATIC visible nodes, to a depth of modules and scopes (1: the
# outermost), by a function from a node to the name of its box (None: it stays), or not at all.
Collapse = Literal["auto"] | int | Callable[[TracedNode], str | None] | None
AUTOMATIC = 150
_SHORTEST_RUN = 4
_LONGEST_TITLE = 40


@dataclass(frozen=True)
class Box:
    """A part of the graph that is drawn as one; `repeats` of them, if they are alike, with `hidden` nodes in all.
    `members` are the ids of those, and of the output if only its operation is in here."""

    key: str
    title: str
    subtitle: str
    hidden: int
    repeats: int
    members: frozenset[int]


@dataclass(frozen=True)
class VisibleEdge:
    """Operand slots that are drawn as one edge, between a node (`n3`) or a box and another."""

    source: str
    target: str
    slots: tuple[Edge, ...]


@dataclass(frozen=True)
class Visible:
    """What a picture shows of a trace.

    Attributes:
        nodes: shown one by one.
        within: nodes whose number is shown, but whose operation is in a box: the key of that box.
        note: what is not shown, in words; "" where everything is.
        cut_operands, cut_uses: of nodes at the rim of a neighbourhood, how many operands, and how many operations
            that use them, are not shown.
    """

    trace: Trace
    nodes: tuple[TracedNode, ...]
    boxes: tuple[Box, ...]
    edges: tuple[VisibleEdge, ...]
    within: Mapping[int, str]
    note: str
    cut_operands: Mapping[int, int] = field(default_factory=dict)
    cut_uses: Mapping[int, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.nodes) + len(self.boxes)


def visible(
    trace: Trace,
    *,
    collapse: Collapse = "auto",
    focus: TracedNode | Node | str | int | None = None,
    hops: int = 2,
    max_nodes: int = 1500,
) -> Visible:
    """What to show.

    Args:
        focus: a node, its label or its id: show only what is within `hops` edges of it.
        max_nodes: the most that a picture may have: layouts take long, and nobody can read them.

    Raises:
        DrawingError: more than `max_nodes` would be shown, or one of the arguments is none of these.
    """
    whole_number("hops", hops, 0, DrawingError)
    whole_number("max_nodes", max_nodes, 1, DrawingError)
    if focus is not None:
        return _near(trace, find(trace, focus), hops, max_nodes)
    if callable(collapse):
        return _Collapsed(trace, _named_parts(trace, collapse), "by a function").view(max_nodes)
    if collapse is None:
        return _Collapsed(trace, [None] * len(trace.nodes), "").view(max_nodes)
    if collapse == "auto":
        return _automatic(trace).view(max_nodes)
    if isinstance(collapse, int) and not isinstance(collapse, bool):
        if collapse < 1:
            raise DrawingError(f"collapse={collapse}: a depth is at least 1, the outermost modules and scopes")
        return _Collapsed(trace, _parts_at(trace, collapse), f"to depth {collapse}").view(max_nodes)
    raise DrawingError(f'collapse is "auto", a depth, a function of a node, or None, not {collapse!r:.60}')


def find(trace: Trace, wanted: TracedNode | Node | str | int) -> TracedNode:
    """The node of a trace that is meant: by its label, its path in its network, its id, or itself.

    Raises DrawingError where there is none, or several of that label.
    """
    if isinstance(wanted, Node):
        wanted = wanted.label or "(a node without a label)"
    if isinstance(wanted, TracedNode):
        wanted = wanted.id
    if isinstance(wanted, int):
        if not 0 <= wanted < len(trace.nodes):
            raise DrawingError(f"there is no node {wanted}: ids run from 0 to {len(trace.nodes) - 1}")
        return trace.nodes[wanted]
    found = [node for node in trace.nodes if node.label == wanted]
    found = found or [node for node in trace.nodes if is_called(wanted, node.label, node.module_path)]
    if len(found) != 1:
        if found:
            raise DrawingError(f"{len(found)} nodes are labelled {wanted!r}; give the id of one")
        named = ", ".join(dict.fromkeys(node.label for node in trace.nodes if node.is_named))
        raise DrawingError(f"no node is labelled {wanted!r}; labels are {named[:200] or 'not given'}")
    return found[0]


def on_paths_from(trace: Trace, leaf: TracedNode) -> set[int]:
    """The nodes on all paths from a node to the output, both included."""
    on_path = {leaf.id}
    for edge in sorted(trace.edges, key=lambda one: one.target):  # operands come first
        if edge.source in on_path:
            on_path.add(edge.target)
    return on_path


# --- ways to collapse -----------------------------------------------------------------------------------


@dataclass(eq=False)
class _Part:
    """What is drawn as one box."""

    title: str
    subtitle: str = ""
    repeats: int = 1


# For each node the box it is in; None where it is shown itself.
_Parts = list[_Part | None]


class _Collapsed:
    """A trace with parts of it in boxes."""

    def __init__(self, trace: Trace, parts: _Parts, how: str) -> None:
        self.trace, self.parts, self._how = trace, parts, how

    @property
    def count(self) -> int:
        """How many nodes and boxes it shows; the output's number always shows."""
        boxes = {part for part in self.parts if part is not None}
        is_hidden = self.parts[self.trace.output] is not None
        return self.parts.count(None) + len(boxes) + is_hidden

    def view(self, max_nodes: int) -> Visible:
        """What the picture shows. Raises DrawingError where that is too much."""
        _refuse_many(self.count, max_nodes)
        trace, parts = self.trace, self.parts
        inside = parts[trace.output]
        shown = tuple(node for node in trace.nodes if parts[node.id] is None or node.id == trace.output)
        members: dict[_Part, list[int]] = {}
        for node in trace.nodes:
            part = parts[node.id]
            if part is not None:
                members.setdefault(part, []).append(node.id)
        keys = {part: f"b{number}" for number, part in enumerate(members)}
        boxes = tuple(
            Box(keys[part], part.title, part.subtitle, len(ids) - (part is inside), part.repeats, frozenset(ids))
            for part, ids in members.items()
        )
        within = {} if inside is None else {trace.output: keys[inside]}
        return Visible(trace, shown, boxes, self._edges(keys), within, self._note(len(shown), boxes))

    def _edges(self, keys: Mapping[_Part, str]) -> tuple[VisibleEdge, ...]:
        """One for every operand slot between nodes, one for all between a box and another box or node."""
        separate: list[VisibleEdge] = []
        drawn: dict[tuple[str, str], list[Edge]] = {}
        for edge in self.trace.edges:
            source, target = self.parts[edge.source], self.parts[edge.target]
            if source is None and target is None:
                separate.append(VisibleEdge(f"n{edge.source}", f"n{edge.target}", (edge,)))
            elif source is not target:
                ends = (
                    f"n{edge.source}" if source is None else keys[source],
                    f"n{edge.target}" if target is None else keys[target],
                )
                drawn.setdefault(ends, []).append(edge)
        return (*separate, *(VisibleEdge(*ends, tuple(slots)) for ends, slots in drawn.items()))

    def _note(self, n_shown: int, boxes: Sequence[Box]) -> str:
        total = sum(box.hidden for box in boxes)
        if not total:
            return ""
        one = len(boxes) == 1
        return (
            f"{n_shown:,} of {len(self.trace.nodes):,} nodes are shown one by one; {len(boxes):,} "
            f"box{'' if one else 'es'}, collapsed {self._how}, hide{'s' if one else ''} {total:,}"
        )


def _automatic(trace: Trace) -> _Collapsed:
    if len(trace.nodes) <= AUTOMATIC:
        return _Collapsed(trace, [None] * len(trace.nodes), "")
    deepest = max((len(chain(trace.groups, group.id)) for group in trace.groups), default=0)
    parts: _Parts = [None] * len(trace.nodes)
    for depth in range(deepest, 0, -1):
        parts = _parts_at(trace, depth)
        found = _Collapsed(trace, parts, f"automatically to depth {depth}")
        if found.count <= AUTOMATIC:
            return found
    how = "automatically to depth 1 and by chains" if deepest else "automatically by chains"
    return _Collapsed(trace, _with_runs(trace, parts), f"{how} of operations")


def _named_parts(trace: Trace, name_of: Callable[[TracedNode], str | None]) -> _Parts:
    named: dict[str, _Part] = {}
    parts: _Parts = []
    for node in trace.nodes:
        name = name_of(node)
        if name is not None and not isinstance(name, str):
            raise DrawingError(f"collapse: the function gave {name!r:.60}; it gives the name of a box, or None")
        parts.append(None if name is None else named.setdefault(name, _Part(name)))
    return parts


def _parts_at(trace: Trace, depth: int) -> _Parts:
    """Each group of this depth as a box, and each less deep one that has no groups in it; those that repeat
    are folded into one."""
    has_groups = {group.parent for group in trace.groups}
    chains = [chain(trace.groups, group.id) for group in trace.groups]
    around = [[] if node.group is None else chains[node.group][:depth] for node in trace.nodes]
    boxes = [
        groups[-1] if groups and (len(groups) == depth or groups[-1] not in has_groups) else None for groups in around
    ]
    sets = folded_sets(trace, around, {box for box in boxes if box is not None})
    shared = {box: part for alike in sets for part in [_box_of(trace, alike)] for box in alike}
    parts: _Parts = [None if box is None else shared[box] for box in boxes]
    _place_leaves(trace, parts, lambda node: node.role in ("parameter", "constant"))
    return parts


def _box_of(trace: Trace, alike: Sequence[int]) -> _Part:
    group = trace.groups[alike[0]]
    title = group.description if 0 < len(group.description) <= _LONGEST_TITLE else group.name
    is_one = len({trace.groups[identifier].path for identifier in alike}) == 1
    return _Part(title, group.path if is_one and group.path != title else "", len(alike))


def _place_leaves(trace: Trace, parts: _Parts, may_hide: Callable[[TracedNode], bool]) -> None:
    """Put leaves that only one box uses into it."""
    users = _users(trace)
    for node in trace.nodes:
        if node.operation is None and parts[node.id] is None and may_hide(node):
            using = {parts[user] for user in users.get(node.id, ())}
            if len(using) == 1:
                parts[node.id] = using.pop()


def _users(trace: Trace) -> dict[int, set[int]]:
    """What uses each node, by id."""
    users: dict[int, set[int]] = {}
    for edge in trace.edges:
        users.setdefault(edge.source, set()).add(edge.target)
    return users


def _with_runs(trace: Trace, before: _Parts) -> _Parts:
    """Also put each run of operations into a box: operations in no box so far, each used by the next alone."""
    parts, users = list(before), _users(trace)
    start: dict[int, int] = {}
    runs: dict[int, list[TracedNode]] = {}
    for node in reversed(trace.nodes):  # from the output on
        if node.operation is None or parts[node.id] is not None or node.role == "output":
            continue
        using = users.get(node.id, set())
        user = next(iter(using)) if len(using) == 1 else None
        start[node.id] = node.id if user is None else start.get(user, node.id)
        runs.setdefault(start[node.id], []).append(node)
    for run in runs.values():
        if len(run) >= _SHORTEST_RUN:
            counts = Counter(node.operation for node in run)
            chain_of = _Part("a chain", ", ".join(f"{name} × {count:,}" for name, count in counts.most_common(3)))
            for node in run:
                parts[node.id] = chain_of
    _place_leaves(trace, parts, lambda node: not node.is_named)
    return parts


def _near(trace: Trace, focus: TracedNode, hops: int, max_nodes: int) -> Visible:
    neighbours = _users(trace)
    for edge in trace.edges:
        neighbours.setdefault(edge.target, set()).add(edge.source)
    near = edge_of = {focus.id}
    for _ in range(min(hops, len(trace.nodes))):
        edge_of = {other for node in edge_of for other in neighbours.get(node, ())} - near
        near = near | edge_of
        if not edge_of:
            break
    _refuse_many(len(near), max_nodes)
    shown = tuple(node for node in trace.nodes if node.id in near)
    edges = tuple(
        VisibleEdge(f"n{edge.source}", f"n{edge.target}", (edge,))
        for edge in trace.edges
        if edge.source in near and edge.target in near
    )
    cut_operands = Counter(edge.target for edge in trace.edges if edge.target in near and edge.source not in near)
    cut_uses = Counter(edge.source for edge in trace.edges if edge.source in near and edge.target not in near)
    within = f"{hops:,} edge{'' if hops == 1 else 's'}"
    note = f"{len(shown):,} of {len(trace.nodes):,} nodes: those within {within} of {focus.label}"
    said = note if len(shown) < len(trace.nodes) else ""
    return Visible(trace, shown, (), edges, {}, said, cut_operands, cut_uses)


def _refuse_many(count: int, max_nodes: int) -> None:
    if count > max_nodes:
        raise DrawingError(
            f"{count:,} nodes and boxes are more than a picture can show ({max_nodes:,}): collapse=1 or another "
            "depth draws modules and scopes as boxes, collapse=a function of a node says which box it is in, focus= "
            "and hops= show a neighbourhood; max_nodes= raises the limit"
        )
