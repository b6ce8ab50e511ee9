"""The drawing styles by name: a style is a function in a file of its own, and an entry here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .document_style import document
from .errors import DrawingError
from .glass import glass
from .picture import Asked, Picture


@dataclass(frozen=True)
class Style:
    """What a style shows, in a few words, the function that draws in it, and the options that this function heeds."""

    shows: str
    picture: Callable[[Asked], Picture]
    supports: frozenset[str] = frozenset()


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
    ),
    "document": Style(
        "document 002's: operations as nodes, a scope as one node, values above the edges, gradients below them",
        document,
        frozenset({"max_nodes"}),
    ),
}


def check_supported(name: str, asked: Asked) -> None:
    """Refuse an option that the style of this name would ignore."""
    for option, not_asked in NOT_ASKED.items():
        if option not in STYLES[name].supports and getattr(asked, option) != not_asked:
            able = " or ".join(f'"{other}"' for other, style in STYLES.items() if option in style.supports)
            raise DrawingError(f'{option} is for style={able}; "{name}" does not support it')
