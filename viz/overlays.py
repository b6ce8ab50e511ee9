"""What may be laid over a picture of the style `glass`: one class for each, and its entry in `OVERLAYS`."""

from __future__ import annotations

import math
from typing import Any, Protocol

from .arrays import ArraySummary, norm
from .numbers import format_number
from .themes import Colours

# Below and above these a gradient is flagged.
VANISHING, EXPLODING = 1e-7, 1e4

# A word of the legend, and how the node that bears it looks.
Entry = tuple[str, dict[str, str]]


class Overlay(Protocol):
    """How gradients change the look of a picture."""

    shows: str

    def edge(self, contribution: Any, colours: Colours) -> dict[str, str]:
        """What an edge with this contribution looks like."""

    def row(self, gradient: Any) -> str:
        """A further line in a node with this gradient; "" for none."""

    def legend(self, colours: Colours) -> list[Entry]:
        """What the overlay adds to the legend."""


class GradientOverlay:
    """Each gradient's magnitude as the width and colour of its edge."""

    shows = "each gradient's magnitude, and what is dead, vanishing, exploding"

    def edge(self, contribution: Any, colours: Colours) -> dict[str, str]:
        match self.row(contribution):
            case "dead":
                return {"color": colours.dead, "penwidth": "0.5", "style": "dashed"}
            case "vanishing":
                return {"color": colours.vanishing, "penwidth": "1", "style": "dotted"}
            case "":
                decades = math.log10(_magnitude(contribution))  # from −7 to 4
                shade = colours.weak if decades < -2 else colours.strong if decades > 1 else colours.parameter
                return {"color": shade, "penwidth": f"{3.2 + 0.3 * decades:.2f}"}
        return {"color": colours.exploding, "penwidth": "5"}

    def row(self, gradient: Any) -> str:
        return trouble(gradient)

    def legend(self, colours: Colours) -> list[Entry]:
        return [
            ("gradient: the larger,\nthe thicker and stronger", {"shape": "plaintext", "fontcolor": colours.ink}),
            ("dead: 0", _line(colours.dead, "0.5", "dashed")),
            (f"vanishing: < {format_number(VANISHING)}", _line(colours.vanishing, "1", "dotted")),
            (f"exploding: > {format_number(EXPLODING)}", _line(colours.exploding, "5", "solid")),
        ]


OVERLAYS: dict[str, Overlay] = {"gradient": GradientOverlay()}


def trouble(gradient: Any) -> str:
    """What is wrong with a gradient, in a word, by its norm: dead, vanishing, exploding, not finite; or nothing."""
    magnitude = 1.0 if gradient is None else _magnitude(gradient)
    if math.isnan(magnitude):
        return "not finite"
    if magnitude == 0:
        return "dead"
    return "vanishing" if magnitude < VANISHING else "exploding" if magnitude > EXPLODING else ""


def _line(colour: str, width: str, style: str) -> dict[str, str]:
    return {"shape": "box", "color": colour, "penwidth": width, "style": style}


def _magnitude(data: Any) -> float:
    if isinstance(data, ArraySummary):
        return math.nan if data.not_finite else data.norm
    return norm(data)
