"""Where the text of an edge stands: close to its line and clear of everything else. In the document's style the value
is on the line's upper side and the gradient on its lower one. Graphviz keeps room for a label but has no sides.

What is near a place is looked up in a grid, so that the time grows with the number of edges, not with its square.
"""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from .text_width import text_width

SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# Where along an edge its numbers may stand, as parts of its length, the best places first.
_ALONG = (0.5, 0.44, 0.56, 0.38, 0.62, 0.31, 0.69, 0.24, 0.76, 0.16, 0.84)
_GAPS = (3.0, 7.0, 12.0, 20.0)  # between line and text, in points, the best first
_DIGIT = 0.74  # a digit's height, as a part of the font's size
_SAMPLES = 33  # of a Bézier curve
_CLEAR = 4.0  # around a name, in points
_APART = 2.0  # one label from another
_STEP = 3.0  # between two points of a line
_CELL = 32.0  # a side of the grid's squares
_ROUNDS = 2  # the second one moves what later labels have covered


@dataclass(frozen=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: _Box) -> float:
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return width * height if width > 0 and height > 0 else 0.0

    def around(self, distance: float) -> _Box:
        return _Box(self.left - distance, self.top - distance, self.right + distance, self.bottom + distance)

    def cells(self) -> Iterator[tuple[int, int]]:
        """The squares of the grid that it lies in."""
        columns = range(int(self.left // _CELL), int(self.right // _CELL) + 1)
        rows = range(int(self.top // _CELL), int(self.bottom // _CELL) + 1)
        return itertools.product(columns, rows)


class _Places:
    """What is taken: boxes of text and nodes, and points of lines, by the squares of the grid they are in."""

    def __init__(self, curves: Iterable[Any]) -> None:
        self._boxes: dict[tuple[int, int], list[_Box]] = {}
        self._points: dict[tuple[int, int], Any] = {}
        points = numpy.concatenate([_evenly(curve) for curve in curves])
        cells = numpy.floor(points / _CELL).astype(int)
        order = numpy.lexsort(cells.T)
        cells, points = cells[order], points[order]
        starts = numpy.flatnonzero(numpy.any(numpy.diff(cells, axis=0), axis=1)) + 1
        for first, own in zip([0, *starts], numpy.split(points, starts), strict=True):
            column, row = cells[first]
            self._points[int(column), int(row)] = own

    def take(self, box: _Box) -> None:
        for cell in box.cells():
            self._boxes.setdefault(cell, []).append(box)

    def free(self, box: _Box) -> None:
        for cell in box.cells():
            self._boxes[cell].remove(box)

    def cost(self, box: _Box) -> float:
        """Text on text is worst, text on a line is bad."""
        near: dict[int, _Box] = {}
        on_lines = 0
        for cell in box.cells():
            near.update((id(other), other) for other in self._boxes.get(cell, ()))
            points = self._points.get(cell)
            if points is not None:
                x, y = points[:, 0], points[:, 1]
                inside = (x > box.left) & (x < box.right) & (y > box.top) & (y < box.bottom)
                on_lines += int(numpy.count_nonzero(inside))
        return 10 * sum(map(box.overlap, near.values())) + 15 * on_lines


def place_edge_labels(root: ElementTree.Element, gradient_color: str | None) -> None:
    """Move each edge's text to its line: the first line of text above it, a second one, in this colour, below it.

    Without such a colour a text of one line may stand on either side, and others stay where they are.
    """
    curves = {id(group): curve for group in edge_groups(root) if (curve := edge_curve(group)) is not None}
    if not curves:
        return
    places = _Places(curves.values())
    for group in root.iter(f"{SVG}g"):
        if group.get("class") == "node":
            for box in _node_boxes(group):
                places.take(box)
        elif group.get("class") == "cluster":
            for box in _text_boxes(group):
                places.take(box)
    labelled = []
    for group in edge_groups(root):
        texts = list(group.iter(f"{SVG}text"))
        if gradient_color is not None:
            for text in texts[1:]:
                text.set("fill", gradient_color)
        elif len(texts) > 1:
            continue
        if texts and id(group) in curves:
            labelled.append((texts, curves[id(group)]))
    taken: list[list[_Box]] = [[] for _ in labelled]
    for _ in range(_ROUNDS):
        for number, (texts, curve) in enumerate(labelled):
            for box in taken[number]:
                places.free(box.around(_APART))
            sides = (1, -1) if gradient_color is None else (1,)
            taken[number] = _best(_candidates(curve, [_size(text) for text in texts], sides), places)
            for box in taken[number]:
                places.take(box.around(_APART))
    for (texts, _), boxes in zip(labelled, taken, strict=True):
        for text, box in zip(texts, boxes, strict=True):
            text.set("x", f"{(box.left + box.right) / 2:.2f}")
            text.set("y", f"{box.bottom:.2f}")


def edge_groups(root: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """Each edge's part of Graphviz's SVG."""
    return (group for group in root.iter(f"{SVG}g") if group.get("class") == "edge")


def edge_curve(group: ElementTree.Element) -> Any:
    """Points on an edge's cubic Bézier curves, from its beginning to its end; None where it has no line."""
    path = group.find(f".//{SVG}path")
    if path is None:
        return None
    points = _points(path.get("d", ""))
    t = numpy.linspace(0, 1, _SAMPLES)[:, None]
    weights = numpy.concatenate([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3], axis=1)
    return numpy.concatenate([weights @ points[start : start + 4] for start in range(0, len(points) - 3, 3)])


def _best(candidates: Iterable[tuple[list[_Box], float]], places: _Places) -> list[_Box]:
    """Where the texts of an edge stand best: the first candidate where nothing else is, else the cheapest."""
    best: list[_Box] = []
    least = numpy.inf
    for boxes, displaced in candidates:
        if displaced >= least:
            break
        cost = displaced + sum(map(places.cost, boxes))
        if cost < least:
            best, least = boxes, cost
    return best


def _displaced(part: float, gap: float) -> float:
    """How far from where they would stand if nothing else were there."""
    return 20 * abs(part - 0.5) + gap - _GAPS[0]


_BY_DISPLACEMENT = sorted(itertools.product(_ALONG, _GAPS), key=lambda one: _displaced(*one))


def _candidates(
    curve: Any, sizes: list[tuple[float, float]], sides: Sequence[int]
) -> Iterator[tuple[list[_Box], float]]:
    """Where the texts of an edge may stand, and how far from the best place: the nearest first."""
    lengths = _lengths(curve)
    for part, gap in _BY_DISPLACEMENT:
        at = int(numpy.clip(numpy.searchsorted(lengths, part * lengths[-1]), 1, len(curve) - 2))
        (x, y), (before_x, before_y) = curve[at + 1].tolist(), curve[at - 1].tolist()
        x, y = x - before_x, y - before_y
        length = (x * x + y * y) ** 0.5 or 1.0
        upwards = (y / length, -x / length) if x >= 0 else (-y / length, x / length)  # heights grow downwards
        middle_x, middle_y = curve[at].tolist()
        for first_side in sides:
            boxes = []
            for number, (width, height) in enumerate(sizes):
                side = first_side if number == 0 else -first_side
                side_x, side_y = side * upwards[0], side * upwards[1]
                # So far from the line that a rectangle of this size just does not touch its tangent.
                distance = width / 2 * abs(side_x) + height / 2 * abs(side_y) + gap
                x, y = middle_x + side_x * distance, middle_y + side_y * distance
                boxes.append(_Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2))
            yield boxes, _displaced(part, gap)


def _lengths(curve: Any) -> Any:
    """How long the line is up to each of its points."""
    return numpy.concatenate(([0.0], numpy.cumsum(numpy.hypot(*numpy.diff(curve, axis=0).T))))


def _evenly(curve: Any) -> Any:
    """Points on the same line at even distances, so that no text lies between two of them."""
    lengths = _lengths(curve)
    at = numpy.linspace(0, lengths[-1], int(lengths[-1] / _STEP) + 2)
    return numpy.stack([numpy.interp(at, lengths, curve[:, 0]), numpy.interp(at, lengths, curve[:, 1])], axis=1)


def _size(text: ElementTree.Element) -> tuple[float, float]:
    size = float(text.get("font-size", "11"))
    return text_width((text.text or "").strip("\u00a0 "), size), _DIGIT * size


def _node_boxes(group: ElementTree.Element) -> Iterator[_Box]:
    for ellipse in group.iter(f"{SVG}ellipse"):
        x, y, rx, ry = (float(ellipse.get(name, "0")) for name in ("cx", "cy", "rx", "ry"))
        yield _Box(x - rx, y - ry, x + rx, y + ry)
    for tag, attribute in (("polygon", "points"), ("path", "d")):
        for shape in group.iter(f"{SVG}{tag}"):
            points = _points(shape.get(attribute, ""))
            yield _Box(*points.min(axis=0).tolist(), *points.max(axis=0).tolist())
    yield from _text_boxes(group)


def _text_boxes(group: ElementTree.Element) -> Iterator[_Box]:
    for text in group.iter(f"{SVG}text"):
        (width, height), x, y = _size(text), float(text.get("x", "0")), float(text.get("y", "0"))
        left = x if text.get("text-anchor") == "start" else x - width / 2
        # Brackets hang below the digits: names keep a little clear of what stands over and beside them.
        yield _Box(left - _CLEAR, y - height - _CLEAR, left + width + _CLEAR, y + _CLEAR)


def _points(numbers: str) -> Any:
    return numpy.array([float(number) for number in _NUMBER.findall(numbers)]).reshape(-1, 2)
