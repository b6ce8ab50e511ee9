"""An SVG as PNG or PDF where no `dot` is installed: by Typst, which comes as a Python package."""

from __future__ import annotations

from typing import Literal

from .dot import FONT
from .errors import DrawingError

_PAGE = b"""
#set page(width: auto, height: auto, margin: 0pt, fill: rgb(sys.inputs.paper))
#image(bytes(sys.inputs.svg), format: "svg")
"""
# It knows fonts by their own names only: what stands for Helvetica on this system has another one. Whichever it is,
# the SVG says how wide each text is.
_FONTS = f"{FONT.removesuffix(',sans-serif')},Liberation Sans,Nimbus Sans,Nimbus Sans L,Segoe UI,Noto Sans,DejaVu Sans"
_DOTS_PER_INCH = 96


def typeset(svg: str, form: Literal["png", "pdf"], paper: str, scale: float = 1.0) -> bytes:
    """The bytes of the picture.

    Args:
        form: "png" or "pdf".
        paper: the colour around it: the last row of pixels is in part beside the picture.
        scale: of a PNG: pixels for each pixel that a browser would show.

    Raises:
        DrawingError: the package is not installed, or cannot draw the picture.
    """
    try:
        import typst
    except ImportError:
        raise DrawingError(
            f"a {form.upper()} needs the program `dot` (apt install graphviz, brew install graphviz, winget install "
            "graphviz) or the package typst (pip install typst): install one, or save an SVG"
        ) from None
    inputs = {"paper": paper, "svg": svg.replace(f'font-family="{FONT}"', f'font-family="{_FONTS}"')}
    try:
        return typst.compile(_PAGE, sys_inputs=inputs, format=form, ppi=scale * _DOTS_PER_INCH)
    except typst.TypstError as error:
        raise DrawingError(f"the {form.upper()} could not be made: {error}") from None
