"""What Graphviz cannot say in DOT, done to its SVG: two colours in one edge label, heat maps, a title for screen
readers, ids of the picture's own, colours that follow the viewer."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from typing import Any

from .themes import LIGHT, variables
from .thumbnails import heat_map

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
# The room that a heat map takes in a node, in points, and half the height of the text it replaces.
_HEAT_MAP_HEIGHT, _HEAT_MAP_WIDTH, _HALF_LINE = 64.0, 110.0, 4.0
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def finished(
    svg: str,
    *,
    title: str,
    description: str,
    prefix: str,
    gradient_color: str | None = None,
    heat_maps: Mapping[str, Any] | None = None,
    follows_viewer: bool = False,
) -> str:
    """The picture as people get it.

    Args:
        svg: Graphviz's.
        title, description: what a screen reader says.
        prefix: begins every id, so that two pictures on one page do not collide.
        gradient_color: the second line of every edge label (the gradient) goes below the edge in this
            colour, the first (the value) above it.
        heat_maps: for each text that is a mark, the array whose heat map takes its place.
        follows_viewer: dark where the viewer prefers dark.
    """
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
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
    if heat_maps:
        _place_heat_maps(root, heat_maps)
    for element in root.iter():
        if identifier := element.get("id"):
            element.set("id", f"{prefix}-{identifier}")
    root.set("id", prefix)
    if follows_viewer:
        _follow_viewer(root, prefix)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _place_heat_maps(root: ElementTree.Element, heat_maps: Mapping[str, Any]) -> None:
    for group in root.iter():
        for text in list(group):
            if text.tag != f"{{{SVG}}}text" or (text.text or "") not in heat_maps:
                continue
            array = heat_maps[text.text or ""]
            rows, columns = array.shape if array.ndim == 2 else (1, array.size)
            size = min(_HEAT_MAP_HEIGHT / rows, _HEAT_MAP_WIDTH / columns)
            x, y = float(text.get("x", "0")), float(text.get("y", "0")) - _HALF_LINE
            place = {
                "x": f"{x - size * columns / 2:.2f}",
                "y": f"{y - size * rows / 2:.2f}",
                "width": f"{size * columns:.2f}",
                "height": f"{size * rows:.2f}",
            }
            image = ElementTree.Element(
                f"{{{SVG}}}image",
                {
                    **place,
                    "preserveAspectRatio": "none",
                    "style": "image-rendering:pixelated",
                    f"{{{XLINK}}}href": heat_map(array),
                },
            )
            # An outline, because numbers near 0 are as white as the paper.
            outline = ElementTree.Element(f"{{{SVG}}}rect", {**place, "fill": "none", "stroke": LIGHT.constant})
            group.insert(list(group).index(text), image)
            group.insert(list(group).index(text), outline)
            group.remove(text)


def _follow_viewer(root: ElementTree.Element, prefix: str) -> None:
    """Colours become variables, which a style sheet sets for light and for dark."""
    known = variables()
    for element in root.iter():
        style = [element.get("style", "")]
        for attribute in ("fill", "stroke"):
            colour = element.get(attribute, "").lower()
            if colour in known:
                style.append(f"{attribute}:var({known[colour][0]},{colour})")
        if text := ";".join(filter(None, style)):
            element.set("style", text)
    sheet = ElementTree.Element(f"{{{SVG}}}style")
    light = "".join(f"{name}:{colour};" for name, colour, _ in known.values())
    dark = "".join(f"{name}:{colour};" for name, _, colour in known.values())
    sheet.text = f"#{prefix}{{{light}}}@media (prefers-color-scheme:dark){{#{prefix}{{{dark}}}}}"
    root.insert(2, sheet)


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
