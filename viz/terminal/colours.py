"""The screen in the colours of the pictures, dark and light."""

from __future__ import annotations

import os

from textual.theme import Theme

from ..themes import DARK, LIGHT, Colours

# What the lines are painted with under each theme.
COLOURS: dict[str, Colours] = {"glass-dark": DARK, "glass-light": LIGHT}


def preferred() -> str:
    """The theme that fits the terminal, where it says so; the dark one elsewhere."""
    # Terminals that tell of their colours at all tell with "foreground;background".
    background = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    return "glass-light" if background in ("7", "15") else "glass-dark"


def theme(name: str) -> Theme:
    """The theme of that name, as textual registers it."""
    colours = COLOURS[name]
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
        dark=colours is DARK,
    )
