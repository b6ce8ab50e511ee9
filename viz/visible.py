"""Which nodes of a trace a picture shows: parts collapsed into boxes, repeats folded, or a neighbourhood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from autograd import Node

from .errors import DrawingError
from .grouping import chain
from .tracing import Edge, Trace, TracedNode

# How a picture is collapsed: "auto" above AUTOMATIC visible nodes, to a depth of modules and scopes (1: the
# outermost), by a function from a node to the name of its box (None: it stays), or not at all.
Collapse = Literal["auto"] | int | Callable[[TracedNode], str | None] | None
AUTOMATIC = 150
_SHORTEST_RUN = 4


@dataclass(frozen=True)
class Box:
    """A part of the graph that is drawn as one: `hidden` nodes in each of `repeats` alike."""

    key: str
    title: str
    subtitle: str
    hidden: int
    repeats: int


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
    """

    trace: Trace
    nodes: tuple[TracedNode, ...]
    boxes: tuple[Box, ...]
    edges: tuple[VisibleEdge, ...]
    within: Mapping[int, str]
    note: str

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
    if focus is not None:
        return _checked(_near(trace, find(trace, focus), hops), max_nodes)
    if callable(collapse):
        return _checked(_collapsed(trace, [collapse(node) for node in trace.nodes], "by a function"), max_nodes)
    if collapse is None:
        return _checked(_collapsed(trace, [None] * len(trace.nodes), ""), max_nodes)
    if isinstance(collapse, int) and not isinstance(collapse, bool):
        if collapse < 1:
            raise DrawingError(f"collapse={collapse}: a depth is at least 1, the outermost modules and scopes")
        return _checked(_to_depth(trace, collapse), max_nodes)
    if collapse != "auto":
        raise DrawingError(f'collapse is "auto", a depth, a function of a node, or None, not {collapse!r:.60}')
    return _checked(_automatic(trace), max_nodes)


def find(trace: Trace, wanted: TracedNode | Node | str | int) -> TracedNode:
    """The node of a trace that is meant: by its label, its id, or itself.

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
    if len(found) != 1:
        if found:
            raise DrawingError(f"{len(found)} nodes are labelled {wanted!r}; give the id of one")
        named = ", ".join(dict.fromkeys(node.label for node in trace.nodes if node.is_named))
        raise DrawingError(f"no node is labelled {wanted!r}; labels are {named[:200] or 'not given'}")
    return found[0]


def on_paths_from(trace: Trace, leaf: TracedNode) -> set[int]:
    """The nodes on all paths from a node to the output, both included."""
    on_path = {leaf.id}
    for edge in trace.edges:  # operands come first
        if edge.source in on_path:
            on_path.add(edge.target)
    return on_path


# --- ways to collapse -----------------------------------------------------------------------------------


def _automatic(trace: Trace) -> Visible:
    everything = _collapsed(trace, [None] * len(trace.nodes), "")
    if everything.count <= AUTOMATIC:
        return everything
    deepest = max((len(chain(trace.groups, group.id)) for group in trace.groups), default=0)
    found = everything
    for depth in range(deepest, 0, -1):
        found = _to_depth(trace, depth)
        if found.count <= AUTOMATIC:
            return found
    return _with_runs(trace, found)


def _to_depth(trace: Trace, depth: int) -> Visible:
    return _collapsed(trace, _boxes_at(trace, depth), f"to depth {depth}")


def _boxes_at(trace: Trace, depth: int) -> list[str | None]:
    """For each node the key of its box: a group of that depth, groups that are alike having one key."""
    members: dict[int, list[TracedNode]] = {}
    chains = {group.id: chain(trace.groups, group.id) for group in trace.groups}
    for node in trace.nodes:
        around = chains[node.group] if node.group is not None else []
        if len(around) >= depth:
            members.setdefault(around[depth - 1], []).append(node)
    keys: dict[tuple[object, ...], str] = {}
    boxes: list[str | None] = [None] * len(trace.nodes)
    for group, inside in members.items():
        one = trace.groups[group]
        operations = tuple(sorted(Counter(node.operation or "" for node in inside).items()))
        alike = (one.parent, one.kind, one.name, one.description, operations)
        key = keys.setdefault(alike, f"g{group}")
        for node in inside:
            boxes[node.id] = key
    return boxes


def _with_runs(trace: Trace, before: Visible) -> Visible:
    """Also the runs of operations without any group, each used once and by the next, as one box."""
    boxes: list[str | None] = [None] * len(trace.nodes)
    if trace.groups:
        boxes = _boxes_at(trace, 1)
    consumers: dict[int, list[int]] = {}
    for edge in trace.edges:
        consumers.setdefault(edge.source, []).append(edge.target)
    start: dict[int, int] = {}
    run: Counter[int] = Counter()
    for node in reversed(trace.nodes):  # from the output on
        if node.operation is None or boxes[node.id] is not None or node.role == "output":
            continue
        users = set(consumers.get(node.id, ()))
        user = next(iter(users)) if len(users) == 1 else None
        start[node.id] = start[user] if user in start and user is not None else node.id
        run[start[node.id]] += 1
    for node_id, first in start.items():
        if run[first] >= _SHORTEST_RUN:
            boxes[node_id] = f"r{first}"
    for node in trace.nodes:  # numbers that only a run uses
        if node.operation is None and not node.is_named:
            users_boxes = {boxes[user] for user in consumers.get(node.id, ())}
            if len(users_boxes) == 1:
                boxes[node.id] = users_boxes.pop()
    found = _collapsed(trace, boxes, "by chains of operations")
    return found if found.count < before.count else before


def _collapsed(trace: Trace, boxes: Sequence[str | None], how: str) -> Visible:
    """The view in which nodes are drawn in the boxes of these keys; the output's number always shows."""
    within = {}
    keys = [f"n{node.id}" if (box := boxes[node.id]) is None else box for node in trace.nodes]
    output = trace.nodes[trace.output]
    inside = boxes[output.id]
    if inside is not None:
        within[output.id] = inside
    shown = tuple(node for node in trace.nodes if boxes[node.id] is None or node is output)
    hidden = Counter(
        key for node, key in zip(trace.nodes, boxes, strict=True) if key is not None and node is not output
    )
    if inside is not None:
        hidden.setdefault(inside, 0)
    drawn: dict[tuple[str, str], list[Edge]] = {}
    separate: list[VisibleEdge] = []
    for edge in trace.edges:
        source, target = keys[edge.source], keys[edge.target]
        if source == target:
            continue
        if source.startswith("n") and target.startswith("n"):
            separate.append(VisibleEdge(source, target, (edge,)))  # one for every operand slot
        else:
            drawn.setdefault((source, target), []).append(edge)
    edges = [*separate, *(VisibleEdge(*ends, tuple(slots)) for ends, slots in drawn.items())]
    named = {key: _box(trace, key, boxes, count) for key, count in hidden.items()}
    total = sum(hidden.values())
    note = ""
    if total:
        note = (
            f"{len(shown):,} of {len(trace.nodes):,} nodes are shown one by one; {len(named):,} "
            f"box{'' if len(named) == 1 else 'es'}, collapsed {how}, hide{'s' if len(named) == 1 else ''} {total:,}"
        )
    return Visible(trace, shown, tuple(named.values()), tuple(edges), within, note)


def _box(trace: Trace, key: str, boxes: Sequence[str | None], hidden: int) -> Box:
    if key.startswith("g") and key[1:].isdigit() and int(key[1:]) < len(trace.groups):
        group = trace.groups[int(key[1:])]
        depth = len(chain(trace.groups, group.id))
        around = [chain(trace.groups, node.group) for node in trace.nodes if boxes[node.id] == key]
        repeats = len({one[depth - 1] for one in around})
        title = group.description if 0 < len(group.description) <= 40 else group.name
        return Box(key, title, "" if repeats > 1 else group.path if group.path != title else "", hidden, repeats)
    if key.startswith("r") and key[1:].isdigit():
        operations = Counter(node.operation for node in trace.nodes if boxes[node.id] == key and node.operation)
        most = ", ".join(f"{name} × {count}" for name, count in operations.most_common(3))
        return Box(key, "a chain", most, hidden, 1)
    return Box(key, key, "", hidden, 1)


def _near(trace: Trace, focus: TracedNode, hops: int) -> Visible:
    if hops < 0:
        raise DrawingError(f"hops is a number of edges from 0, not {hops}")
    neighbours: dict[int, set[int]] = {}
    for edge in trace.edges:
        neighbours.setdefault(edge.source, set()).add(edge.target)
        neighbours.setdefault(edge.target, set()).add(edge.source)
    near = edge_of = {focus.id}
    for _ in range(hops):
        edge_of = {other for node in edge_of for other in neighbours.get(node, ())} - near
        near = near | edge_of
    shown = tuple(node for node in trace.nodes if node.id in near)
    edges = tuple(
        VisibleEdge(f"n{edge.source}", f"n{edge.target}", (edge,))
        for edge in trace.edges
        if edge.source in near and edge.target in near
    )
    note = f"{len(shown):,} of {len(trace.nodes):,} nodes: those within {hops} edges of {focus.label}"
    return Visible(trace, shown, (), edges, {}, note if len(shown) < len(trace.nodes) else "")


def _checked(found: Visible, max_nodes: int) -> Visible:
    if found.count > max_nodes:
        raise DrawingError(
            f"{found.count:,} nodes and boxes are more than a picture can show ({max_nodes:,}): collapse=1 or another "
            "depth draws modules and scopes as boxes, collapse=a function of a node says which box it is in, focus= "
            "and hops= show a neighbourhood; max_nodes= raises the limit"
        )
    return found
