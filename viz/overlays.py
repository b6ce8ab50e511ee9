"""What may be laid over a picture of the style `glass`: one class for each, and its entry in `OVERLAYS`."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from .arrays import is_single, magnitude, only_number
from .numbers import format_number
from .themes import Colours

# Below and above these a gradient is flagged.
VANISHING, EXPLODING = 1e-7, 1e4

# A word of the legend, and how the node that bears it looks.
Entry = tuple[str, dict[str, str]]


class Overlay(Protocol):
    """How gradients change the look of a picture."""

    @property
    def shows(self) -> str:
        """What it shows, in a few words."""

    def fitted(self, contributions: Iterable[Any]) -> Overlay:
        """The overlay for a picture with these contributions on its edges."""

    def edge(self, contribution: Any, colours: Colours) -> dict[str, str]:
        """What an edge with this contribution looks like."""

    def row(self, gradient: Any) -> str:
        """A further line in a node with this gradient; "" for none."""

    def legend(self, colours: Colours) -> list[Entry]:
        """What the overlay adds to the legend."""


@dataclass(frozen=True)
class GradientOverlay:
    """Each gradient's magnitude as the width of its edge, between the least and the most of the picture; its sign, or
    what is wrong with it, as the colour."""

    least: float = VANISHING
    most: float = EXPLODING
    shows: str = "each gradient's magnitude and sign, and what is dead, vanishing, exploding"

    def fitted(self, contributions: Iterable[Any]) -> GradientOverlay:
        sizes = [magnitude(one) for one in contributions if one is not None and not trouble(one)]
        return GradientOverlay(min(sizes), max(sizes)) if sizes else self

    def edge(self, contribution: Any, colours: Colours) -> dict[str, str]:
        if contribution is None:  # a trace from a file that has none there
            return {}
        match trouble(contribution):
            case "dead":
                return {"color": colours.dead, "penwidth": "0.5", "style": "dashed"}
            case "vanishing":
                return {"color": colours.vanishing, "penwidth": "1", "style": "dotted"}
            case "":
                return {"color": _by_sign(contribution, colours), "penwidth": f"{self._width(contribution):.2f}"}
        return {"color": colours.exploding, "penwidth": "5"}

    def _width(self, contribution: Any) -> float:
        decades = math.log10(self.most) - math.log10(self.least)
        above = math.log10(magnitude(contribution)) - math.log10(self.least)
        return _THIN + (_THICK - _THIN) * (above / decades if decades else 0.5)

    def row(self, gradient: Any) -> str:
        return trouble(gradient)

    def legend(self, colours: Colours) -> list[Entry]:
        size = f"{format_number(self.least)} to {format_number(self.most)}"
        return [
            (f"gradient: the larger, the thicker,\nhere from {size}", {"shape": "plaintext", "fontcolor": colours.ink}),
            ("above 0", _line(colours.parameter, "3", "solid")),
            ("below 0", _line(colours.output, "3", "solid")),
            ("an array's", _line(colours.strong, "3", "solid")),
            ("dead: 0", _line(colours.dead, "0.5", "dashed")),
            (f"vanishing: < {format_number(VANISHING)}", _line(colours.vanishing, "1", "dotted")),
            (f"exploding: > {format_number(EXPLODING)}", _line(colours.exploding, "5", "solid")),
        ]


_THIN, _THICK = 1.2, 4.8


OVERLAYS: dict[str, Overlay] = {"gradient": GradientOverlay()}


def trouble(gradient: Any) -> str:
    """What is wrong with a gradient, in a word, by its norm: dead, vanishing, exploding, not finite; or nothing."""
    size = 1.0 if gradient is None else magnitude(gradient)
    if math.isnan(size):
        return "not finite"
    if size == 0:
        return "dead"
    return "vanishing" if size < VANISHING else "exploding" if size > EXPLODING else ""


def _line(colour: str, width: str, style: str) -> dict[str, str]:
    return {"shape": "box", "color": colour, "fontcolor": colour, "penwidth": width, "style": style}


def _by_sign(contribution: Any, colours: Colours) -> str:
    """A number's colour; an array has many signs, and one colour."""
    if not is_single(contribution):
        return colours.strong
    return colours.output if only_number(contribution) < 0 else colours.parameter
