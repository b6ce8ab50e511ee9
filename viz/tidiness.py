"""How untidy a layout is: edges that cross, and rows that are not in the order in which their numbers are used."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from typing import Any

import numpy

from .edge_labels import SVG, edge_curve, edge_groups

_NODE = re.compile(r"(?:n|op)(\d+)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_EVERY = 4  # of an edge's points, every fourth is enough to see what it crosses
_SAME_ROW = 1.0  # in points


def untidiness(svg: str) -> int:
    """The number of pairs of edges that cross, and of neighbours in a row of which the one used first is not first.

    Args:
        svg: Graphviz's. Edges with an end in common do not cross each other.
    """
    root = ElementTree.fromstring(svg[svg.index("<svg") :])
    return _crossings(root) + _out_of_order(root)


def _crossings(root: ElementTree.Element) -> int:
    lines, ends = [], []
    for group in edge_groups(root):
        curve = edge_curve(group)
        if curve is not None:
            lines.append(numpy.concatenate([curve[:-1:_EVERY], curve[-1:], _tip(group, curve[-1])]))
            ends.append((group.findtext(f"{SVG}title") or "").split("->"))
    if len(lines) < 2:
        return 0
    of_edge = numpy.concatenate([numpy.full(len(line) - 1, number) for number, line in enumerate(lines)])
    starts = numpy.concatenate([line[:-1] for line in lines])
    steps = numpy.concatenate([numpy.diff(line, axis=0) for line in lines])
    count = 0
    for number, line in enumerate(lines):
        later = of_edge > number
        crossed = _cross(line[:-1, None], numpy.diff(line, axis=0)[:, None], starts[later][None], steps[later][None])
        others = numpy.unique(of_edge[later][crossed.any(axis=0)])
        count += sum(set(ends[number]).isdisjoint(ends[other]) for other in others)
    return count


def _tip(group: ElementTree.Element, end: Any) -> Any:
    """The tip of the arrow, which the line does not reach."""
    arrow = group.find(f".//{SVG}polygon")
    if arrow is None:
        return numpy.empty((0, 2))
    corners = numpy.array([float(number) for number in _NUMBER.findall(arrow.get("points", ""))]).reshape(-1, 2)
    return corners[[int(numpy.hypot(*(corners - end).T).argmax())]]


def _cross(start: Any, step: Any, other_start: Any, other_step: Any) -> Any:
    """Whether two straight pieces cross, each given by its start and the step to its end."""

    def turn(one: Any, other: Any) -> Any:
        return one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]

    with numpy.errstate(all="ignore"):  # parallel ones divide by 0 and do not cross
        between = other_start - start
        along = turn(between, other_step) / turn(step, other_step)
        other_along = turn(between, step) / turn(step, other_step)
    return (along > 0) & (along < 1) & (other_along > 0) & (other_along < 1)


def _out_of_order(root: ElementTree.Element) -> int:
    """Pairs of neighbours in the rows that lie across the direction of the graph."""
    centres = dict(_centres(root))
    names = list(centres)
    edges = [title.split("->") for group in edge_groups(root) if (title := group.findtext(f"{SVG}title"))]
    steps = numpy.array([numpy.subtract(centres[b], centres[a]) for a, b in edges if a in centres and b in centres])
    if not len(steps):
        return 0
    along = int(numpy.abs(steps).sum(axis=0).argmax())  # 0: the graph runs to the right, and its rows stand upright
    names.sort(key=lambda name: (round(centres[name][along] / _SAME_ROW), centres[name][1 - along]))
    return sum(
        abs(centres[one][along] - centres[other][along]) < _SAME_ROW and _used(one) > _used(other)
        for one, other in itertools.pairwise(names)
    )


def _used(name: str) -> int:
    """A node's place in the trace, where operands come in the order of their use."""
    return int(name.lstrip("nop"))


def _centres(root: ElementTree.Element) -> Iterator[tuple[str, tuple[float, float]]]:
    for group in root.iter(f"{SVG}g"):
        name = group.findtext(f"{SVG}title") or ""
        if group.get("class") != "node" or not _NODE.fullmatch(name):
            continue
        points = [
            numpy.array([float(number) for number in _NUMBER.findall(shape.get(attribute, ""))]).reshape(-1, 2)
            for tag, attribute in (("polygon", "points"), ("path", "d"))
            for shape in group.iter(f"{SVG}{tag}")
        ]
        for ellipse in group.iter(f"{SVG}ellipse"):
            points.append(numpy.array([[float(ellipse.get("cx", "0")), float(ellipse.get("cy", "0"))]]))
        for text in group.iter(f"{SVG}text") if not points else ():
            points.append(numpy.array([[float(text.get("x", "0")), float(text.get("y", "0"))]]))
        if points:
            all_points = numpy.concatenate(points)
            x, y = (all_points.min(axis=0) + all_points.max(axis=0)) / 2
            yield name, (float(x), float(y))
