"""How a notebook shows a picture: scrolling where it is large, with the plain text beside it."""

from __future__ import annotations

import html
import re
import sys
from typing import Any

_HEIGHT = "32em"
_POINTS = re.compile(r'\b((?:width|height)="[\d.]+)pt"')


def in_notebook() -> bool:
    """Whether this runs in a Jupyter kernel, which shows pictures."""
    if "IPython" not in sys.modules:
        return False
    shell = sys.modules["IPython"].get_ipython()
    return shell is not None and type(shell).__name__ == "ZMQInteractiveShell"


def bundle(svg: str, text: str, note: str) -> dict[str, str]:
    """A picture in the forms that notebooks, and what converts them, know; under it what it does not show."""
    # Notebooks shrink what is wider than the page until nobody can read it: here it scrolls, and has the size of
    # the page's own text (a point as a pixel).
    scrolling = svg[svg.index("<svg") :].replace("<svg ", '<svg style="max-width:none" ', 1)
    scrolling = _POINTS.sub(r'\1px"', scrolling, count=2)
    below = f"<div>{html.escape(note)}</div>" if note else ""
    return {
        "text/html": f'<div style="max-height:{_HEIGHT};overflow:auto">{scrolling}</div>{below}',
        "image/svg+xml": svg,
        "text/plain": f"{text}\n{note}" if note else text,
    }


def show(*parts: Any) -> None:
    """Show parts under each other in a notebook."""
    from IPython.display import display as show_part  # there, because this runs in a notebook

    for part in parts:
        show_part(part)  # type: ignore[no-untyped-call]  # IPython has no types
