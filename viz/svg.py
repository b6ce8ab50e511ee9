"""What Graphviz cannot say in DOT, done to its SVG: two colours in one edge label, a title for screen readers."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

SVG = "http://www.w3.org/2000/svg"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def finished(svg: str, *, title: str, description: str, gradient_color: str | None) -> str:
    """The picture with a title and a description; with `gradient_color`, the second line of every edge
    label (the gradient) goes below the edge in that colour and the first (the value) above it."""
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    root = ElementTree.fromstring(svg[svg.index("<svg") :])
    root.set("role", "img")
    for position, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(f"{{{SVG}}}{tag}")
        element.text = text
        root.insert(position, element)
    if gradient_color is not None:
        for group in root.iter(f"{{{SVG}}}g"):
            if group.get("class") == "edge":
                _straddle(group, gradient_color)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _straddle(edge: ElementTree.Element, gradient_color: str) -> None:
    lines = list(edge.iter(f"{{{SVG}}}text"))
    path = next(edge.iter(f"{{{SVG}}}path"), None)
    if not lines or path is None:
        return
    x = float(lines[0].get("x", "0"))
    half_width = 3.2 * max(len(line.text or "") for line in lines)
    heights = _heights_near(path.get("d", ""), x, half_width)
    lines[0].set("y", f"{min(heights) - 4:.2f}")
    for line in lines[1:]:
        line.set("y", f"{max(heights) + 12:.2f}")
        line.set("fill", gradient_color)


def _heights_near(path: str, x: float, half_width: float) -> list[float]:
    """The heights that a path of cubic Bézier curves has under a text centred at x."""
    numbers = [float(number) for number in _NUMBER.findall(path)]
    points = list(zip(numbers[::2], numbers[1::2], strict=True))
    samples = []
    for start in range(0, len(points) - 3, 3):
        curve = points[start : start + 4]
        for step in range(33):
            t = step / 32
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            at, height = (
                sum(weight * point[axis] for weight, point in zip(weights, curve, strict=True)) for axis in (0, 1)
            )
            samples.append((at, height))
    nearest = min(samples, key=lambda sample: abs(sample[0] - x))
    return [height for at, height in samples if abs(at - x) <= half_width] or [nearest[1]]
