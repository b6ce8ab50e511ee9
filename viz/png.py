"""A picture as PNG, by the program `dot`.

It draws neither heat maps nor two colours in one edge label. Both are laid over its layout as nodes of their own,
where the SVG has them.
"""

from __future__ import annotations

import base64
import re
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .dot import FONT_SIZE, NO_BREAK, escape
from .edge_labels import edge_groups
from .glass import HEAT_MAP_MARK
from .layout import by_graphviz
from .svg import SVG, XLINK

if TYPE_CHECKING:
    import graphviz

_EDGE_COLOUR = re.compile(r'^(\tedge \[.*fontcolor=)"[^"]*"', re.MULTILINE)
_MARK = re.compile(rf"{HEAT_MAP_MARK}\d+")
_ABOVE_BASELINE = 4.0


def png(dot: str, svg: str, *, own_edge_labels: bool) -> bytes:
    """The PNG.

    Args:
        dot: the DOT program.
        svg: the finished SVG, from the program `dot`.
        own_edge_labels: whether edge labels are where the SVG has them instead of where `dot` puts them.
    """
    import graphviz

    root = ElementTree.fromstring(svg)
    if own_edge_labels:
        dot = _EDGE_COLOUR.sub(r"\1transparent", dot, count=1)
    laid_out = by_graphviz(dot, "dot").decode().rstrip().removesuffix("}")
    with tempfile.TemporaryDirectory() as folder:
        added = graphviz.Digraph(node_attr={"shape": "plaintext", "tooltip": " "})
        for number, image in enumerate(root.iter(f"{{{SVG}}}image")):
            _add_image(added, f"image{number}", image, Path(folder))
        if own_edge_labels:
            for number, text in enumerate(_edge_texts(root)):
                x, y = float(text.get("x", "0")), float(text.get("y", "0")) - _ABOVE_BASELINE
                look = {"fontcolor": text.get("fill", "black"), "fontsize": str(FONT_SIZE), "pos": _position(x, y)}
                added.node(f"text{number}", escape(text.text or ""), margin="0", width="0", height="0", **look)
        return by_graphviz(f"{without_marks(laid_out)}{_statements(added)}}}", "png", ["-Kneato", "-n2"], folder)


def without_marks(dot: str) -> str:
    """A DOT program with nothing where heat maps go."""
    return _MARK.sub(NO_BREAK, dot)


def _add_image(graph: graphviz.Digraph, name: str, image: ElementTree.Element, folder: Path) -> None:
    x, y, width, height = (float(image.get(attribute, "0")) for attribute in ("x", "y", "width", "height"))
    address = image.get(f"{{{XLINK}}}href", "")
    (folder / f"{name}.png").write_bytes(base64.b64decode(address.partition(",")[2]))
    size = {"width": f"{width / 72:.4f}", "height": f"{height / 72:.4f}", "fixedsize": "true", "imagescale": "both"}
    graph.node(name, "", image=f"{name}.png", pos=_position(x + width / 2, y + height / 2), **size)


def _edge_texts(root: ElementTree.Element) -> Iterator[ElementTree.Element]:
    for group in edge_groups(root):
        yield from (text for text in group.iter(f"{{{SVG}}}text") if (text.text or "").strip())


def _position(x: float, y: float) -> str:
    return f"{x:.2f},{-y:.2f}"  # in SVG heights grow downwards


def _statements(graph: graphviz.Digraph) -> str:
    lines: Sequence[str] = str(graph.source).splitlines()
    return "\n".join(lines[1:-1]) + "\n"
