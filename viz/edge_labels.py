"""Where the two numbers of an edge stand in the document's style: the value on its upper side, the gradient on
its lower one, close to the line and clear of everything else. Graphviz keeps room for a label but has no sides."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy

_SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# Where along an edge its numbers may stand, as parts of its length, the best places first.
_ALONG = (0.5, 0.44, 0.56, 0.38, 0.62, 0.31, 0.69, 0.24, 0.76)
_GAPS = (3.0, 7.0, 12.0)  # between line and text, in points, the best first
_CHARACTER, _DIGIT = 0.56, 0.74  # a character's mean width and a digit's height, as parts of the font's size
_SAMPLES = 33  # of a Bézier curve
_CLEAR = 4.0  # around a name, in points


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


def place_edge_labels(root: ElementTree.Element, gradient_color: str) -> None:
    """Move each edge's first line of text above the edge and its second, in this colour, below it."""
    groups = list(edge_groups(root))
    curves = {id(group): _curve(path) for group in groups if (path := group.find(f".//{_SVG}path")) is not None}
    if not curves:
        return
    lines = numpy.concatenate(list(curves.values()))
    lines = lines[numpy.argsort(lines[:, 0], kind="stable")]
    taken = [box for group in root.iter(f"{_SVG}g") if group.get("class") == "node" for box in _node_boxes(group)]
    for group in groups:
        texts = list(group.iter(f"{_SVG}text"))
        curve = curves.get(id(group))
        if curve is None or not texts:
            continue
        for text in texts[1:]:
            text.set("fill", gradient_color)
        sizes = [_size(text) for text in texts]
        boxes, _ = min(_candidates(curve, sizes), key=lambda one: _cost(*one, taken=taken, lines=lines))
        for text, box in zip(texts, boxes, strict=True):
            text.set("x", f"{(box.left + box.right) / 2:.2f}")
            text.set("y", f"{box.bottom:.2f}")
            taken.append(box)


def edge_groups(root: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """Each edge's part of Graphviz's SVG."""
    return (group for group in root.iter(f"{_SVG}g") if group.get("class") == "edge")


def _cost(boxes: list[_Box], displaced: float, *, taken: list[_Box], lines: Any) -> float:
    """Text on text is worst, text on a line (whose points are given from left to right) is bad, text away from the
    middle is a pity."""
    cost = displaced
    for box in boxes:
        cost += 10 * sum(map(box.overlap, taken))
        first, last = numpy.searchsorted(lines[:, 0], (box.left, box.right))
        heights = lines[first:last, 1]
        cost += 15 * numpy.count_nonzero((heights > box.top) & (heights < box.bottom))
    return cost


def _candidates(curve: Any, sizes: list[tuple[float, float]]) -> Iterator[tuple[list[_Box], float]]:
    """Where the texts of an edge may stand, and how far from where they would if nothing else were there."""
    lengths = numpy.concatenate(([0.0], numpy.cumsum(numpy.hypot(*numpy.diff(curve, axis=0).T))))
    for part, gap in itertools.product(_ALONG, _GAPS):
        at = int(numpy.clip(numpy.searchsorted(lengths, part * lengths[-1]), 1, len(curve) - 2))
        direction = curve[at + 1] - curve[at - 1]
        x, y = direction / (numpy.hypot(*direction) or 1.0)
        upwards = numpy.array([y, -x]) if x >= 0 else numpy.array([-y, x])  # at right angles; heights grow downwards
        boxes = []
        for (width, height), side in zip(sizes, (upwards, *[-upwards] * (len(sizes) - 1)), strict=True):
            # So far from the line that a rectangle of this size just does not touch its tangent.
            distance = width / 2 * abs(side[0]) + height / 2 * abs(side[1]) + gap
            centre = curve[at] + side * distance
            boxes.append(
                _Box(centre[0] - width / 2, centre[1] - height / 2, centre[0] + width / 2, centre[1] + height / 2)
            )
        yield boxes, 20 * abs(part - 0.5) + gap - _GAPS[0]


def _size(text: ElementTree.Element) -> tuple[float, float]:
    size = float(text.get("font-size", "11"))
    return _CHARACTER * size * len(text.text or ""), _DIGIT * size


def _node_boxes(group: ElementTree.Element) -> Iterator[_Box]:
    for ellipse in group.iter(f"{_SVG}ellipse"):
        x, y, rx, ry = (float(ellipse.get(name, "0")) for name in ("cx", "cy", "rx", "ry"))
        yield _Box(x - rx, y - ry, x + rx, y + ry)
    for tag, attribute in (("polygon", "points"), ("path", "d")):
        for shape in group.iter(f"{_SVG}{tag}"):
            points = _points(shape.get(attribute, ""))
            yield _Box(*points.min(axis=0), *points.max(axis=0))
    for text in group.iter(f"{_SVG}text"):
        (width, height), x, y = _size(text), float(text.get("x", "0")), float(text.get("y", "0"))
        # Brackets hang below the digits: names keep a little clear of what stands over and beside them.
        yield _Box(x - width / 2 - _CLEAR, y - height - _CLEAR, x + width / 2 + _CLEAR, y + _CLEAR)


def _curve(path: ElementTree.Element) -> Any:
    """Points on a path of cubic Bézier curves, from its beginning to its end."""
    points = _points(path.get("d", ""))
    t = numpy.linspace(0, 1, _SAMPLES)[:, None]
    weights = numpy.concatenate([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3], axis=1)
    return numpy.concatenate([weights @ points[start : start + 4] for start in range(0, len(points) - 3, 3)])


def _points(numbers: str) -> Any:
    return numpy.array([float(number) for number in _NUMBER.findall(numbers)]).reshape(-1, 2)
