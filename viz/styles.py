"""The drawing styles by name: a style is a function in a file of its own, and an entry here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograd.arguments import check_known

from .document_style import document
from .errors import DrawingError
from .glass import glass
from .picture import Arrangement, Asked, Picture


@dataclass(frozen=True)
class Style:
    """What a style shows, in a few words, the function that draws in it, and the options and the arrangements that
    this function heeds; of those that fit, the first is taken."""

    shows: str
    picture: Callable[[Asked], Picture]
    supports: frozenset[str] = frozenset()
    arrangements: tuple[Arrangement, ...] = (Arrangement(),)


# The options that a style may support, and what each is where nobody asks for it.
NOT_ASKED: dict[str, Any] = {
    "collapse": "auto",
    "focus": None,
    "highlight": None,
    "overlay": None,
    "legend": False,
    "max_nodes": 1500,
}

STYLES = {
    "glass": Style(
        "every number a box with its name, data and gradient, upstream × local on the edges",
        glass,
        frozenset(NOT_ASKED),
        (
            Arrangement("right", "circles"),
            Arrangement("down", "circles"),
            Arrangement("right", "boxes"),
            Arrangement("down", "boxes"),
        ),
    ),
    "document": Style(
        "document 002's: operations as nodes, a scope as one node, values above the edges, gradients below them",
        document,
        frozenset({"max_nodes"}),
        (Arrangement("right", "circles"), Arrangement("down", "circles")),
    ),
}


def arrangements(style: str, direction: str, operations: str) -> tuple[Arrangement, ...]:
    """Those of the style's arrangements that are asked for; "auto" is any."""
    for option, asked, known in (("direction", direction, DIRECTIONS), ("operations", operations, OPERATIONS)):
        check_known(option, asked, known, DrawingError)
    own = STYLES[style].arrangements
    found = tuple(one for one in own if direction in ("auto", one.direction) and operations in ("auto", one.operations))
    if not found:
        able = " or ".join(f'direction="{one.direction}", operations="{one.operations}"' for one in own)
        raise DrawingError(f'style="{style}" draws {able}, not direction="{direction}", operations="{operations}"')
    return found


DIRECTIONS = {
    "auto": "what can be read on a phone, else on a laptop",
    "right": "from left to right",
    "down": "from top to bottom",
}
OPERATIONS = {
    "auto": "what can be read on a phone, else on a laptop",
    "circles": "between operands and result, with the numbers of the way back on the edges",
    "boxes": "in the box of the result, and these numbers in the operand's box",
}


def check_supported(name: str, asked: Asked) -> None:
    """Refuse an option that the style of this name would ignore."""
    for option, not_asked in NOT_ASKED.items():
        if option not in STYLES[name].supports and getattr(asked, option) != not_asked:
            able = " or ".join(f'"{other}"' for other, style in STYLES.items() if option in style.supports)
            raise DrawingError(f'{option} is for style={able}; "{name}" does not support it')
