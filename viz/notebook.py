"""What a notebook shows for a node: its picture, scrolling where it is large, and the plain text beside it."""

from __future__ import annotations

import html
import re
import sys
from typing import Any

from autograd import GraphError, Node

from .drawing import Drawing, draw
from .tracing import trace

# What takes more takes longer than anybody wants to wait for an evaluated line.
MOST_NODES = 5_000
SECONDS = 10.0
_HEIGHT = "32em"
_POINTS = re.compile(r'\b((?:width|height)="[\d.]+)pt"')


def in_notebook() -> bool:
    """Whether this runs in a Jupyter kernel, which shows pictures."""
    if "IPython" not in sys.modules:
        return False
    shell = sys.modules["IPython"].get_ipython()
    return shell is not None and type(shell).__name__ == "ZMQInteractiveShell"


def display(node: Node) -> dict[str, str] | None:
    """A node as Jupyter shows it; None where plain text is all there is to show: a leaf, a graph that is
    too large, one whose data was assigned since."""
    if node.op is None:
        return None
    # A Value's is 0.0 before any backward(): then, as for None, "—" stands for gradients.
    gradient = None if isinstance(node.grad, float) and node.grad == 0 else node.grad
    try:
        # From the gradient that the node has, which is 1 only if backward() was called on it.
        traced = trace(node, gradient=gradient, backward=gradient is not None, most=MOST_NODES)
        return bundle(draw(traced, seconds=SECONDS), repr(node))
    except GraphError as error:
        return {"text/plain": f"{node!r}\n(no picture: {error})"}


def bundle(picture: Drawing, text: str) -> dict[str, str]:
    """A picture in the forms that notebooks and what converts them know."""
    svg = picture.notebook_svg()
    # Notebooks shrink what is wider than the page until nobody can read it: here it scrolls, and has the size of
    # the page's own text (a point as a pixel).
    scrolling = svg[svg.index("<svg") :].replace("<svg ", '<svg style="max-width:none" ', 1)
    scrolling = _POINTS.sub(r'\1px"', scrolling, count=2)
    note = f"<div>{html.escape(picture.note)}</div>" if picture.note else ""
    return {
        "text/html": f'<div style="max-height:{_HEIGHT};overflow:auto">{scrolling}</div>{note}',
        "image/svg+xml": svg,
        "text/plain": f"{text}\n{picture.note}" if picture.note else text,
    }


def show(*parts: Any) -> None:
    """Show parts under each other in a notebook."""
    from IPython.display import display as show_part  # there, because this runs in a notebook

    for part in parts:
        show_part(part)  # type: ignore[no-untyped-call]  # IPython has no types
