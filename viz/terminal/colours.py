"""The screen in the colours of the pictures, dark and light."""

from __future__ import annotations

import os

from textual.theme import Theme

from ..themes import DARK, LIGHT, Colours


def themes() -> dict[str, Theme]:
    """By name, as textual registers them."""
    return {
        "glass-dark": _theme("glass-dark", DARK, dark=True),
        "glass-light": _theme("glass-light", LIGHT, dark=False),
    }


def colours_of(theme: str) -> Colours:
    """What the lines are painted with under a theme."""
    return LIGHT if theme == "glass-light" else DARK


def preferred() -> str:
    """The theme that fits the terminal, where it says so; the dark one elsewhere."""
    # Terminals that tell of their colours at all tell with "foreground;background".
    background = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    return "glass-light" if background in ("7", "15") else "glass-dark"


def _theme(name: str, colours: Colours, *, dark: bool) -> Theme:
    return Theme(
        name=name,
        primary=colours.parameter,
        secondary=colours.gradient,
        accent=colours.output,
        error=colours.output,
        success=colours.gradient,
        foreground=colours.ink,
        background=colours.background,
        surface=colours.box,
        panel=colours.box,
        dark=dark,
    )
