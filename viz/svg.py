"""What Graphviz cannot say in DOT, done to its SVG: two colours in one edge label, heat maps, a title for screen
readers, ids of the picture's own, colours that follow the viewer."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from typing import Any

from .edge_labels import edge_groups, place_edge_labels
from .errors import DrawingError
from .themes import LIGHT, variables
from .thumbnails import heat_map

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
# The room that a heat map takes in a node, in points, and half the height of the text it replaces.
_HEAT_MAP_HEIGHT, _HEAT_MAP_WIDTH, _HALF_LINE = 64.0, 110.0, 4.0
_LINE = 14.0


def finished(
    svg: str,
    *,
    title: str,
    description: str,
    prefix: str,
    background: str,
    gradient_color: str | None = None,
    heat_maps: Mapping[str, Any] | None = None,
    follows_viewer: bool = False,
) -> str:
    """The picture as people get it.

    Args:
        svg: Graphviz's.
        title, description: what a screen reader says.
        prefix: begins every id, so that two pictures on one page do not collide.
        background: of the picture; a rim of it around an edge's text keeps lines off its letters.
        gradient_color: the second line of every edge label (the gradient) goes below the edge in this
            colour, the first (the value) above it.
        heat_maps: for each text that is a mark, the array whose heat map takes its place.
        follows_viewer: dark where the viewer prefers dark.
    """
    if not re.fullmatch(r"[A-Za-z_][\w-]*", prefix, re.ASCII):
        raise DrawingError(f"a prefix of ids is letters, digits, _ and -, a letter first, not {prefix!r:.60}")
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    root = ElementTree.fromstring(svg[svg.index("<svg") :])
    root.set("role", "img")
    for position, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(f"{{{SVG}}}{tag}")
        element.text = text
        root.insert(position, element)
    if gradient_color is not None:
        place_edge_labels(root, gradient_color)
        _make_room(root)
    for group in edge_groups(root):
        for label in group.iter(f"{{{SVG}}}text"):
            label.attrib |= {"stroke": background, "stroke-width": "3", "paint-order": "stroke"}
    if heat_maps:
        _place_heat_maps(root, heat_maps)
    for element in root.iter():
        if identifier := element.get("id"):
            element.set("id", f"{prefix}-{identifier}")
    root.set("id", prefix)
    if follows_viewer:
        _follow_viewer(root, prefix)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _make_room(root: ElementTree.Element) -> None:
    """Make the picture as high as the moved texts of edges need."""
    graph = next(root.iter(f"{{{SVG}}}g"))
    background = next(graph.iter(f"{{{SVG}}}polygon"), None)
    moved = re.search(r"translate\(\S+[ ,]+(\S+)\)", graph.get("transform", ""))
    baselines = [float(text.get("y", "0")) for text in graph.iter(f"{{{SVG}}}text")]
    if background is None or moved is None or not baselines:
        return
    x, y, width, height = map(float, root.get("viewBox", "").split())
    # The graph's own coordinates begin at this y-coordinate of the picture.
    origin = float(moved[1])
    top, bottom = y - origin, y - origin + height
    new_top, new_bottom = min(top, min(baselines) - _LINE), max(bottom, max(baselines) + _LINE)
    root.set("viewBox", f"{x:.2f} {new_top + origin:.2f} {width:.2f} {new_bottom - new_top:.2f}")
    root.set("height", f"{new_bottom - new_top:.0f}pt")
    corners = [point.split(",") for point in background.get("points", "").split()]
    centre = (top + bottom) / 2
    at = [f"{left},{new_top if float(corner_y) < centre else new_bottom:.2f}" for left, corner_y in corners]
    background.set("points", " ".join(at))


def _place_heat_maps(root: ElementTree.Element, heat_maps: Mapping[str, Any]) -> None:
    """Put an image in the place of lines of text that are a mark, as high as those lines."""
    for group in root.iter():
        lines = [text for text in group if text.tag == f"{{{SVG}}}text" and (text.text or "") in heat_maps]
        if not lines:
            continue
        array = heat_maps[lines[0].text or ""]
        rows, columns = array.shape if array.ndim == 2 else (1, array.size)
        size = min(_HEAT_MAP_HEIGHT / rows, _HEAT_MAP_WIDTH / columns)
        heights = [float(line.get("y", "0")) for line in lines]
        x, y = float(lines[0].get("x", "0")), (min(heights) + max(heights)) / 2 - _HALF_LINE
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
        position = list(group).index(lines[0])
        group.insert(position, image)
        group.insert(position + 1, outline)
        for line in lines:
            group.remove(line)


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
