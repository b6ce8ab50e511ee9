"""A picture as PNG or PDF, by the program `dot`.

It draws neither heat maps nor two colours in one edge label. Both are laid over its layout as nodes of their own,
where the SVG has them.
"""

from __future__ import annotations

import base64
import re
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .dot import FONT_SIZE, NO_BREAK, escape
from .edge_labels import edge_groups
from .glass import HEAT_MAP_MARK
from .grids import grid
from .layout import SECONDS, by_graphviz
from .svg import SVG, XLINK
from .text_width import text_width

if TYPE_CHECKING:
    import graphviz

_EDGE_COLOUR = re.compile(r'^(\tedge \[.*fontcolor=)"[^"]*"', re.MULTILINE)
_MARK = re.compile(rf"{HEAT_MAP_MARK}\d+g?")
_ABOVE_BASELINE = 4.0
_DOTS_PER_INCH = 96


def drawn_by_dot(dot: str, svg: str, form: str, scale: float = 1.0, seconds: float = SECONDS) -> bytes:
    """The bytes of the picture.

    Args:
        dot: the DOT program.
        svg: the finished SVG, from the program `dot`.
        form: "png" or "pdf".
        scale: of a PNG: pixels for each pixel that a browser would show.
    """
    import graphviz

    root = ElementTree.fromstring(svg)
    edge_texts, images = list(_edge_texts(root)), list(root.iter(f"{{{SVG}}}image"))
    if edge_texts:
        dot = _EDGE_COLOUR.sub(r"\1transparent", dot, count=1)
    laid_out = by_graphviz(dot, "dot", seconds=seconds).decode().rstrip().removesuffix("}")
    with tempfile.TemporaryDirectory() as folder:
        added = graphviz.Digraph(node_attr={"shape": "plaintext", "tooltip": " "})
        for number, image in enumerate(images):
            _add_image(added, f"image{number}", image, Path(folder))
        for number, text in enumerate([*edge_texts, *_cells(root)]):
            x, y = float(text.get("x", "0")), float(text.get("y", "0")) - _ABOVE_BASELINE
            if text.get("text-anchor") == "start":
                x += text_width(text.text or "", FONT_SIZE) / 2
            look = {"fontcolor": text.get("fill", "black"), "fontsize": str(FONT_SIZE), "pos": _position(x, y)}
            added.node(f"text{number}", escape(text.text or ""), margin="0", width="0", height="0", **look)
        whole = f"{without_marks(laid_out)}{_statements(added)}}}"
        size = [f"-Gdpi={_DOTS_PER_INCH * scale:g}"] if form == "png" else ["-Gmargin=0"]
        return by_graphviz(whole, form, ["-Kneato", "-n2", *size], folder, seconds)


def for_reading(dot: str, heat_maps: Mapping[str, Any]) -> str:
    """A DOT program with the rows of its grids as text, and nothing where heat maps go."""
    rows = {mark: iter(numbers.rows) for mark, array in heat_maps.items() if (numbers := grid(array)) is not None}

    def written(mark: re.Match[str]) -> str:
        return (NO_BREAK * 2).join(next(rows[mark[0]])) if mark[0] in rows else NO_BREAK

    return _MARK.sub(written, dot)


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


def _cells(root: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The numbers of grids, which are marks in the DOT program."""
    return (text for text in root.iter(f"{{{SVG}}}text") if text.get("class") == "cell")


def _position(x: float, y: float) -> str:
    return f"{x:.2f},{-y:.2f}"  # in SVG heights grow downwards


def _statements(graph: graphviz.Digraph) -> str:
    lines: Sequence[str] = str(graph.source).splitlines()
    return "\n".join(lines[1:-1]) + "\n"
