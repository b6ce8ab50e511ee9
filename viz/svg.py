"""What Graphviz cannot say in DOT, done to its SVG: two colours in one edge label, heat maps, words for screen readers,
ids of the picture's own, colours that follow the viewer, a size that follows its place."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from typing import Any

from .edge_labels import place_edge_labels
from .errors import DrawingError
from .grids import Grid, grid
from .text_width import is_known, text_width
from .themes import Colours, style_sheet
from .thumbnails import heat_map

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
# The room that a heat map takes in a node, in points, and half the height of the text it replaces.
_HEAT_MAP_HEIGHT, _HEAT_MAP_WIDTH, _HALF_LINE = 64.0, 110.0, 4.0
# Begins the line of a node that is the sum of what its edges pass back.
TOTAL = "Σ "
_LINE, _RIM = 14.0, 4.0
# How much of a line's height is above its baseline, and how opaque a heat map is on which text stands.
_ABOVE, _PALE = 0.78, 0.35


def finished(
    svg: str,
    *,
    title: str,
    description: str,
    prefix: str,
    colours: Colours,
    has_two_lines: bool = False,
    heat_maps: Mapping[str, Any] | None = None,
    follows_viewer: bool = False,
) -> str:
    """The picture as people get it.

    Args:
        svg: Graphviz's.
        title, description: what a screen reader says.
        prefix: begins every id, so that two pictures on one page do not collide.
        colours: of the picture; a rim of the background's around an edge's text keeps lines off its letters.
        has_two_lines: the second line of every edge label (the gradient) goes below the edge in its colour, the
            first (the value) above it; a line of a node that is their sum has that colour, too.
        heat_maps: for each text that is a mark, the array whose heat map takes its place.
        follows_viewer: dark where the viewer, or the notebook around it, is dark.
    """
    if not re.fullmatch(r"[A-Za-z_][\w-]*", prefix, re.ASCII):
        raise DrawingError(f"a prefix of ids is letters, digits, _ and -, a letter first, not {prefix!r:.60}")
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    root = ElementTree.fromstring(svg[svg.index("<svg") :])
    # No wider than its place, and as wide as it is at most: alone in a browser, in a page, in a notebook.
    root.set(
        "style",
        f"max-width:100%;height:auto;background:{'var(--background)' if follows_viewer else colours.background}",
    )
    root.set("role", "graphics-document group")
    for position, (tag, words) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(f"{{{SVG}}}{tag}")
        element.text = words
        root.insert(position, element)
    place_edge_labels(root, colours.gradient if has_two_lines else None)
    for text in root.iter(f"{{{SVG}}}text") if has_two_lines else ():
        if (text.text or "").startswith(TOTAL):
            text.set("fill", colours.gradient)
    _make_room(root)
    for group in root.iter(f"{{{SVG}}}g"):
        for label in group.iter(f"{{{SVG}}}text") if group.get("class") in ("edge", "cluster") else ():
            label.attrib |= {"stroke": colours.background, "stroke-width": "3", "paint-order": "stroke"}
    if heat_maps:
        _place_heat_maps(root, heat_maps, colours.constant)
    _tell(root)
    for line in root.iter(f"{{{SVG}}}text"):
        _keep_width(line)
    for element in root.iter():
        if identifier := element.get("id"):
            element.set("id", f"{prefix}-{identifier}")
    root.set("id", prefix)
    if follows_viewer:
        sheet = ElementTree.Element(f"{{{SVG}}}style")
        sheet.text = style_sheet(prefix)
        root.insert(2, sheet)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _make_room(root: ElementTree.Element) -> None:
    """Make the picture as large as the moved texts of edges need."""
    graph = next(root.iter(f"{{{SVG}}}g"), root)
    background = next(graph.iter(f"{{{SVG}}}polygon"), None)
    moved = re.search(r"translate\((\S+)[ ,]+(\S+)\)", graph.get("transform", ""))
    if background is None or moved is None:
        return
    x, y, width, height = map(float, root.get("viewBox", "").split())
    # The graph's own coordinates begin there in the picture.
    origin_x, origin_y = float(moved[1]), float(moved[2])
    left, top = x - origin_x, y - origin_y
    right, bottom = left + width, top + height
    for text in graph.iter(f"{{{SVG}}}text"):
        across, baseline = float(text.get("x", "0")), float(text.get("y", "0"))
        half = text_width((text.text or "").strip("\u00a0 "), float(text.get("font-size", "14"))) / 2
        if text.get("text-anchor") == "middle":
            left, right = min(left, across - half - _RIM), max(right, across + half + _RIM)
        top, bottom = min(top, baseline - _LINE), max(bottom, baseline + _LINE)
    width, height = right - left, bottom - top
    root.set("viewBox", f"{left + origin_x:.2f} {top + origin_y:.2f} {width:.2f} {height:.2f}")
    root.attrib |= {"width": f"{width:.0f}pt", "height": f"{height:.0f}pt"}
    corners = ((left, bottom), (left, top), (right, top), (right, bottom), (left, bottom))
    background.set("points", " ".join(f"{one:.2f},{other:.2f}" for one, other in corners))


def _place_heat_maps(root: ElementTree.Element, heat_maps: Mapping[str, Any], outline_colour: str) -> None:
    """Put an image in the place of lines of text that are a mark: as high as they are, or under a grid of numbers."""
    for group in list(root.iter()):
        marked: dict[str, list[ElementTree.Element]] = {}
        for text in group:
            if text.tag == f"{{{SVG}}}text" and (text.text or "") in heat_maps:
                marked.setdefault(text.text or "", []).append(text)
        for mark, lines in marked.items():
            numbers = grid(heat_maps[mark])
            position = list(group).index(lines[0])
            for line in lines:
                group.remove(line)
            new = (
                _heat_map(lines, heat_maps[mark], outline_colour)
                if numbers is None
                else _grid(lines, numbers, heat_maps[mark], outline_colour)
            )
            for element in reversed(new):
                group.insert(position, element)


def _heat_map(lines: list[ElementTree.Element], array: Any, outline_colour: str) -> list[ElementTree.Element]:
    rows, columns = array.shape if array.ndim == 2 else (1, array.size)
    size = min(_HEAT_MAP_HEIGHT / rows, _HEAT_MAP_WIDTH / columns)
    heights = [float(line.get("y", "0")) for line in lines]
    x, y = float(lines[0].get("x", "0")), (min(heights) + max(heights)) / 2 - _HALF_LINE
    width, height = size * columns, size * rows
    return _image((x - width / 2, y - height / 2, width, height), heat_map(array), outline_colour)


def _grid(
    lines: list[ElementTree.Element], numbers: Grid, array: Any, outline_colour: str
) -> list[ElementTree.Element]:
    """The numbers of an array in columns, each line in the place of a mark's, on a pale heat map."""
    heights = sorted(float(line.get("y", "0")) for line in lines)
    size, middle = float(lines[0].get("font-size", "14")), float(lines[0].get("x", "0"))
    column, count = numbers.column_width(size), len(numbers.rows[0])
    left = middle - column * count / 2
    top, bottom = heights[0] - _ABOVE * _LINE, heights[-1] + (1 - _ABOVE) * _LINE
    place = (left, top, column * count, bottom - top)
    made = _image(place, heat_map(array, _PALE), outline_colour)
    for row, y in zip(numbers.rows, heights, strict=True):
        for number, text in enumerate(row):
            element = ElementTree.Element(f"{{{SVG}}}text", dict(lines[0].attrib))
            element.attrib |= {"x": f"{left + (number + 0.5) * column:.2f}", "y": f"{y:.2f}", "class": "cell"}
            element.text = text
            made.append(element)
    return made


def _image(place: tuple[float, float, float, float], address: str, outline_colour: str) -> list[ElementTree.Element]:
    at = dict(zip(("x", "y", "width", "height"), (f"{one:.2f}" for one in place), strict=True))
    look = {"preserveAspectRatio": "none", "style": "image-rendering:pixelated", f"{{{XLINK}}}href": address}
    # An outline, because numbers near 0 are like the paper.
    outline = ElementTree.Element(f"{{{SVG}}}rect", {**at, "fill": "none", "stroke": outline_colour})
    return [ElementTree.Element(f"{{{SVG}}}image", {**at, **look}), outline]


def _tell(root: ElementTree.Element) -> None:
    """Give every node and edge its words for a screen reader: all its numbers, and the ends of an edge by name."""
    groups = [group for group in root.iter(f"{{{SVG}}}g") if group.get("class") in ("node", "edge")]
    words = {_key(group): _lines(group) for group in groups}
    for group in groups:
        key, lines = _key(group), words[_key(group)]
        source, arrow, target = key.partition("->")
        if arrow:
            ends = [words.get(end) or [end] for end in (source, target)]
            told = f"{ends[0][0]} to {ends[1][0]}" + (f": {', '.join(lines)}" if lines else "")
        else:
            link = group.find(f".//{{{SVG}}}a")
            title = "" if link is None else link.get(f"{{{XLINK}}}title", "").strip()
            told = title if key.startswith("op") and title else ", ".join(lines)
            if group.find(f".//{{{SVG}}}image") is not None:
                told += ", with a heat map"
        if told:
            group.attrib |= {"role": "img", "aria-label": told}


def _key(group: ElementTree.Element) -> str:
    return group.findtext(f"{{{SVG}}}title") or ""


def _lines(group: ElementTree.Element) -> list[str]:
    texts = ((text.text or "").replace("\u00a0", " ").strip() for text in group.iter(f"{{{SVG}}}text"))
    return [text for text in texts if text]


def _keep_width(text: ElementTree.Element) -> None:
    """Text as wide as its box was made for, also where another font is drawn than was measured."""
    line = text.text or ""
    if line.strip("\u00a0 ") and is_known(line):
        width = text_width(line, float(text.get("font-size", "14")))
        text.attrib |= {"textLength": f"{width:.2f}", "lengthAdjust": "spacingAndGlyphs"}
