"""Where a page draws nodes, edges and frames: Graphviz's layout of boxes that have room for any number."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..arrays import shape_of
from ..layout import render_svg
from ..parts import TracedNode
from ..svg import SVG
from ..text_width import text_width
from ..tracing import Trace

# In pixels of the page. Numbers have four digits, so that the widest is that of −1.235e−300.
FONT_SIZE, LINE, PADDING = 13.0, 18.0, 8.0
_WIDEST_NUMBER = text_width("∇ −1.235e−300", FONT_SIZE)
LONGEST_TITLE = 28
# Between boxes beside each other there is room for the number that travels there, between those below each other for
# its line.
_GAPS = {"right": text_width("−0.05288", FONT_SIZE) + 4, "down": 29.0}
# A heat map's cells, its largest side, and the room between those of data and gradient.
_CELL, _LARGEST, BETWEEN = 16.0, 96.0, 8.0
_FRAME_MARGIN, _RIM = 12, 6.0
DIRECTIONS = {"right": "LR", "down": "TB"}


@dataclass(frozen=True)
class Size:
    width: float
    height: float


def title(node: TracedNode) -> str:
    """The first line of a node: its name, and what it is computed from."""
    written = f"{node.label} = {node.expression}" if node.expression else node.label
    return written if len(written) <= LONGEST_TITLE else f"{written[: LONGEST_TITLE - 1]}…"


def size_of(node: TracedNode) -> Size:
    """How large a node is drawn: of a number, three lines; of an array, its name, its shape and two heat maps."""
    width = text_width(title(node), FONT_SIZE) + 2 * PADDING
    if not (shape := shape_of(node.data)):
        return Size(max(width, _WIDEST_NUMBER + 2 * PADDING), 3 * LINE + PADDING)
    across, down = map_size(shape)
    return Size(max(width, 2 * across + BETWEEN + 2 * PADDING, _WIDEST_NUMBER + 2 * PADDING), 2 * LINE + down + PADDING)


def map_size(shape: Sequence[int]) -> tuple[float, float]:
    """The width and height of the heat map of an array of this shape."""
    columns = shape[-1] if shape else 1
    rows = max(1, _product(shape[:-1]))
    cell = min(_CELL, _LARGEST / max(rows, columns, 1))
    return max(cell * columns, cell), max(cell * rows, cell)


def placed(trace: Trace, direction: str, renderer: str, seconds: float) -> dict[str, Any]:
    """The layout in one direction, for JSON: the page's size, the middle of each node, the path of each operand slot,
    and frames around scopes with their names.

    Raises:
        DrawingError: no layout within so many seconds.
    """
    svg = render_svg(_dot(trace, direction), renderer, seconds)
    root = ElementTree.fromstring(svg[svg.index("<svg") :])
    found = _Found({}, {}, {})
    for group in root.iter(f"{{{SVG}}}g"):
        found.take(group)
    boxes = [found.nodes[node.id] for node in trace.nodes]
    left, top, right, bottom = _around([*boxes, *found.frames.values(), *map(_bounds_of, found.edges.values())])
    move_x, move_y = _RIM - left, _RIM - top
    return {
        "width": round(right - left + 2 * _RIM, 1),
        "height": round(bottom - top + 2 * _RIM, 1),
        "nodes": [[round((x + w) / 2 + move_x, 1), round((y + h) / 2 + move_y, 1)] for x, y, w, h in boxes],
        "edges": {key: _moved(path, move_x, move_y) for key, path in found.edges.items()},
        "frames": [
            [*(round(one, 1) for one in (x + move_x, y + move_y, w - x, h - y)), _names(trace)[number][1]]
            for number, (x, y, w, h) in sorted(found.frames.items())
        ],
    }


_Box = tuple[float, float, float, float]


@dataclass
class _Found:
    """What is read off Graphviz's picture."""

    nodes: dict[int, _Box]
    edges: dict[str, str]
    frames: dict[int, _Box]

    def take(self, group: ElementTree.Element) -> None:
        kind, key = group.get("class"), group.findtext(f"{{{SVG}}}title") or ""
        if kind == "node":
            self.nodes[int(key[1:])] = _bounds(group)
        elif kind == "cluster":
            self.frames[int(key.removeprefix("cluster_"))] = _bounds(group)
        elif kind == "edge":
            path = group.find(f".//{{{SVG}}}path")
            assert path is not None
            self.edges[group.get("id", "")] = path.get("d", "")


def _dot(trace: Trace, direction: str) -> str:
    """A DOT program of boxes alone: no text of a person's is in it."""
    lines = [
        f"digraph {{ rankdir={DIRECTIONS[direction]}; nodesep=0.2; ranksep={_GAPS[direction] / 72:.4f};",
        'node [shape=box, fixedsize=true, label=""]; edge [arrowhead=none];',
    ]
    frame_of = _frame_of(trace)
    lines += _framed(trace, None, frame_of)
    for edge in trace.edges:
        weight = 1 if trace.nodes[edge.source].operation is None else 3
        lines.append(f'n{edge.source} -> n{edge.target} [id="{edge.target}_{edge.slot}", weight={weight}];')
    return "\n".join([*lines, "}"])


def _framed(trace: Trace, frame: int | None, frame_of: Sequence[int | None]) -> Iterator[str]:
    """The nodes in a frame, and the frames in it."""
    for node in trace.nodes:
        if frame_of[node.id] == frame:
            size = size_of(node)
            yield f"n{node.id} [width={size.width / 72:.4f}, height={size.height / 72:.4f}];"
    for number, (around, _) in _names(trace).items():
        if around == frame:
            yield f'subgraph cluster_{number} {{ margin={_FRAME_MARGIN}; label=" "; fontsize={FONT_SIZE:g};'
            yield from _framed(trace, number, frame_of)
            yield "}"


def _frame_of(trace: Trace) -> list[int | None]:
    """The innermost frame that each node is in: a scope's."""
    frames = _names(trace)
    found: list[int | None] = []
    for node in trace.nodes:
        inside = [group.id for group in trace.groups_around(node) if group.id in frames]
        found.append(inside[-1] if inside else None)
    return found


def _names(trace: Trace) -> dict[int, tuple[int | None, str]]:
    """The frames: the scopes that hold something, those that hold the same as one inside them under one name. Of each
    the frame around it, and its name."""
    members: dict[int, frozenset[int]] = {}
    for group in trace.groups:
        inside = frozenset(n.id for n in trace.nodes if any(one.id == group.id for one in trace.groups_around(n)))
        if group.kind == "scope" and inside:
            members[group.id] = inside
    found: dict[int, tuple[int | None, str]] = {}
    for identifier, inside in members.items():
        alike = [one for one, others in members.items() if others == inside]
        if identifier != alike[-1]:  # the innermost stands for all of them
            continue
        around = [one for one, others in members.items() if others > inside]
        name = " / ".join(trace.groups[one].name for one in alike)
        found[identifier] = (around[-1] if around else None, name)
    kept = {identifier: around for identifier, (around, _) in found.items()}
    return {key: (around if around in kept else None, name) for key, (around, name) in found.items()}


def _bounds(group: ElementTree.Element) -> _Box:
    return _bounds_of(" ".join(shape.get("points", "") or shape.get("d", "") for shape in group.iter()))


def _bounds_of(path: str) -> _Box:
    """What is around the points of a path, those that bend it included."""
    points = [float(number) for number in re.findall(r"-?[\d.]+", path)]
    across, along = points[::2], points[1::2]
    return min(across), min(along), max(across), max(along)


def _around(boxes: Sequence[_Box]) -> _Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _moved(path: str, x: float, y: float) -> str:
    """A path elsewhere, its numbers with one digit."""
    return re.sub(r"(-?[\d.]+)[ ,](-?[\d.]+)", lambda at: f"{float(at[1]) + x:.1f},{float(at[2]) + y:.1f}", path)


def _product(sizes: Sequence[int]) -> int:
    product = 1
    for size in sizes:
        product *= size
    return product
