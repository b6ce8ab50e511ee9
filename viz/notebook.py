"""How a notebook shows a picture: scrolling where it is large, with the plain text beside it."""

from __future__ import annotations

import html
import re
import sys
from typing import Any

from .dot import FONT_SIZE
from .fitting import READABLE

# What fits into the output of a cell without scrolling, in ems and, at the size of notebooks' text, in pixels.
_EMS, _PIXELS_HIGH, _PIXELS_WIDE = 32, 450.0, 350.0
_SIZE = re.compile(r'\bwidth="([\d.]+)pt" height="([\d.]+)pt"')
_TO_BE_READ = READABLE / FONT_SIZE


def in_notebook() -> bool:
    """Whether this runs in a Jupyter kernel, which shows pictures."""
    if "IPython" not in sys.modules:
        return False
    shell = sys.modules["IPython"].get_ipython()
    return shell is not None and type(shell).__name__ == "ZMQInteractiveShell"


def bundle(svg: str, text: str, note: str) -> dict[str, str]:
    """A picture in the forms that notebooks, and what converts them, know; under it what it does not show."""
    # Notebooks shrink what is wider than the page until nobody can read it: here it is as wide as its place as long as
    # its text can be read, and then scrolls. It has the size of the page's own text (a point as a pixel).
    sizes = _SIZE.search(svg)
    assert sizes is not None
    width, height = float(sizes[1]), float(sizes[2])
    least = width * _TO_BE_READ
    shown = _SIZE.sub(f'width="{sizes[1]}px" height="{sizes[2]}px"', svg[svg.index("<svg") :], count=1)
    shown = shown.replace("max-width:100%;", f"max-width:100%;min-width:{least:.0f}px;", 1)
    frame, below = f"max-height:{_EMS}em;overflow:auto", [note] if note else []
    if height > _PIXELS_HIGH or least > _PIXELS_WIDE:
        frame += ";border:1px solid #8888"
        below.insert(0, "Where the picture is larger than this frame, it scrolls in it.")
    lines = "".join(f"<div>{html.escape(line)}</div>" for line in below)
    return {
        "text/html": f'<div style="{frame}">{shown}</div>{lines}',
        "image/svg+xml": svg,
        "text/plain": f"{text}\n{note}" if note else text,
    }


def show(*parts: Any) -> None:
    """Show parts under each other in a notebook."""
    from IPython.display import display as show_part  # there, because this runs in a notebook

    for part in parts:
        show_part(part)  # type: ignore[no-untyped-call]  # IPython has no types
