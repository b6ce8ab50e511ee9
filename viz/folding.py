"""Which boxes of a picture are folded into one: calls and modules that are alike, where that makes no circle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from autograd.traversal import operands_first

from .tracing import Trace

# From one vertex of the picture to another: a node's id, or a box's number above all ids.
_Edges = Iterable[tuple[int, int]]


def folded_sets(trace: Trace, around: Sequence[Sequence[int]], boxes: set[int]) -> list[list[int]]:
    """These groups, in sets that are drawn as one box each. Those that are alike share one where that makes no circle
    through what is outside it: calls of one module beside or directly after each other, different modules beside
    each other. Layers after each other are not folded, because which of them comes first would be lost.

    Args:
        around: for each node the groups it is in, the outermost first.
        boxes: the groups that are drawn as boxes.
    """
    keys: dict[int, object] = {}  # groups of one key are drawn as one
    paths: dict[int, object] = {}  # those of one path are calls of one module
    for level in range(max(map(len, around), default=0)):
        group_of = [groups[level] if len(groups) > level else None for groups in around]
        content: dict[int, Counter[str]] = {}
        for node, identifier in zip(trace.nodes, group_of, strict=True):
            if identifier is not None and node.operation:
                content.setdefault(identifier, Counter())[node.operation] += 1
        same: dict[int, object] = {}
        alike: dict[int, object] = {}
        for identifier in dict.fromkeys(one for one in group_of if one is not None):
            group = trace.groups[identifier]
            operations = tuple(sorted(content.get(identifier, Counter()).items()))
            parent = None if group.parent is None else keys[group.parent]
            alike[identifier] = (parent, group.kind, group.name, group.description, operations)
            same[identifier] = (alike[identifier], group.path)
        many_of_one, many = _foldable(trace, group_of, same, same), _foldable(trace, group_of, same, alike)
        for identifier in same:
            if alike[identifier] in many:
                keys[identifier] = alike[identifier]
            else:
                keys[identifier] = same[identifier] if same[identifier] in many_of_one else identifier
        paths |= same
    return _without_circles(trace, around, _by_key(keys, sorted(boxes)), paths)


def _foldable(
    trace: Trace, group_of: Sequence[int | None], unit_of: Mapping[int, object], set_of: Mapping[int, object]
) -> set[object]:
    """The sets of groups that no path enters again once it has left one of their units: those that can be folded, each
    by itself."""
    counts = Counter(set_of.values())
    bits = {key: 1 << number for number, key in enumerate(key for key, count in counts.items() if count > 1)}
    left = [0] * len(trace.nodes)  # the sets that a path to each node has left
    for edge in sorted(trace.edges, key=lambda one: one.target):
        source, target = group_of[edge.source], group_of[edge.target]
        left[edge.target] |= left[edge.source]
        if source is not None and (target is None or unit_of[source] != unit_of[target]):
            left[edge.target] |= bits.get(set_of[source], 0)
    entered = 0
    for group, has_left in zip(group_of, left, strict=True):
        if group is not None:
            entered |= bits.get(set_of[group], 0) & has_left
    return {key for key, bit in bits.items() if not entered & bit}


def _by_key(keys: Mapping[int, object], boxes: Iterable[int]) -> list[list[int]]:
    members: dict[object, list[int]] = {}
    for box in boxes:
        members.setdefault(keys[box], []).append(box)
    return list(members.values())


def _without_circles(
    trace: Trace, around: Sequence[Sequence[int]], sets: Sequence[list[int]], paths: Mapping[int, object]
) -> list[list[int]]:
    """The boxes in these sets, but for sets that make a circle with others, though each alone makes none: of those the
    first stay, the others become the calls of each module or, where these are on a circle, too, single boxes."""
    if all(len(alike) == 1 for alike in sets):
        return list(sets)
    boxes = {box for alike in sets for box in alike}
    above = len(around)
    drawn = [next((above + group for group in groups if group in boxes), node) for node, groups in enumerate(around)]
    edges = _folded(((drawn[edge.source], drawn[edge.target]) for edge in trace.edges), ())
    several = [[above + box for box in alike] for alike in sets if len(alike) > 1]
    kept = _standing_together(edges, several)
    refused = [vertex - above for fold in several if fold not in kept for vertex in fold]
    calls = [[above + box for box in of_one] for of_one in _by_key(paths, refused)]
    finer = [fold for fold in calls if len(fold) > 1 and fold not in several]
    kept += _standing_together(_folded(edges, kept), finer)
    folded = [[vertex - above for vertex in fold] for fold in kept]
    single = boxes.difference(*folded)
    return sorted([*folded, *([box] for box in single)])


def _standing_together(edges: _Edges, folds: Sequence[list[int]]) -> list[list[int]]:
    """Those of the folds that can be made together so that none is on a circle, as many as can be from the first on.

    What is on no circle where all are folded is on none where some are, so that only what is inside a circle is
    looked at again: half of its folds, and then the other half beside those of them that stay.
    """
    edges = list(edges)
    place = {vertex: fold[0] for fold in folds for vertex in fold}
    circle_of = _circles(_folded(edges, folds))
    kept = [fold for fold in folds if fold[0] not in circle_of]
    inside: dict[int, list[tuple[int, int]]] = {}
    for source, target in edges:
        circle = circle_of.get(place.get(source, source))
        if circle is not None and circle == circle_of.get(place.get(target, target)):
            inside.setdefault(circle, []).append((source, target))
    on_circle: dict[int, list[list[int]]] = {}
    for fold in folds:
        if fold[0] in circle_of:
            on_circle.setdefault(circle_of[fold[0]], []).append(fold)
    for circle, several in on_circle.items():
        if len(several) > 1:
            half = len(several) // 2
            first = _standing_together(inside[circle], several[:half])
            kept += first + _standing_together(_folded(inside[circle], first), several[half:])
    return kept


def _folded(edges: _Edges, folds: Iterable[Sequence[int]]) -> list[tuple[int, int]]:
    """The edges between different vertices, once each, where each fold is one vertex: its first."""
    place = {vertex: fold[0] for fold in folds for vertex in fold}
    moved = ((place.get(source, source), place.get(target, target)) for source, target in edges)
    return list(dict.fromkeys(edge for edge in moved if edge[0] != edge[1]))


def _circles(edges: _Edges) -> dict[int, int]:
    """For each vertex on a circle one vertex that stands for all it shares circles with (Kosaraju's algorithm)."""
    before: dict[int, list[int]] = {}
    after: dict[int, list[int]] = {}
    for source, target in edges:
        before.setdefault(target, []).append(source)
        after.setdefault(source, []).append(target)
    found: dict[int, int] = {}
    seen: set[int] = set()
    for start in reversed(operands_first(before, lambda vertex: before.get(vertex, ()))):
        component, waiting = [], [start]
        while waiting:
            vertex = waiting.pop()
            if vertex not in seen:
                seen.add(vertex)
                component.append(vertex)
                waiting += after.get(vertex, ())
        if len(component) > 1:
            found.update((vertex, start) for vertex in component)
    return found
