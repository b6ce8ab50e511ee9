"""The drawing styles by name: a style is a function in a file of its own, and an entry here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .document_style import document
from .glass import glass
from .picture import Asked, Picture


@dataclass(frozen=True)
class Style:
    """What a style shows, in a few words, and the function that draws in it."""

    shows: str
    picture: Callable[[Asked], Picture]


STYLES = {
    "glass": Style("every number a box with its name, data and gradient, upstream × local on the edges", glass),
    "document": Style(
        "document 002's: operations as nodes, a scope as one node, values above the edges, gradients below them",
        document,
    ),
}
