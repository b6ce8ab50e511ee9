"""Colours of a picture: Okabe and Ito's, which colour-blind people tell apart; shapes differ too."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Colours:
    """What a picture is painted with."""

    background: str
    ink: str
    input: str
    parameter: str
    constant: str
    output: str
    gradient: str
    box: str
    dead: str
    vanishing: str
    weak: str
    strong: str
    exploding: str


LIGHT = Colours(
    background="#ffffff",
    ink="#1a1a1a",
    input="#009e73",
    parameter="#0072b2",
    constant="#767676",
    output="#d55e00",
    gradient="#007a5a",
    box="#eef2f6",
    dead="#8c8c8c",
    vanishing="#56b4e9",
    weak="#3f93c8",
    strong="#004a75",
    exploding="#cc79a7",
)
DARK = Colours(
    background="#14181d",
    ink="#e8e8e8",
    input="#2fd0a0",
    parameter="#6cb8f0",
    constant="#a0a0a0",
    output="#ff9a4d",
    gradient="#34d3a5",
    box="#242c35",
    dead="#7a7a7b",
    vanishing="#7cc7f2",
    weak="#4f9fd6",
    strong="#b9defa",
    exploding="#e7a3c6",
)


@dataclass(frozen=True)
class Theme:
    """Colours that a picture is laid out with; one that follows its viewer is dark where the viewer prefers that."""

    shows: str
    colours: Colours
    follows_viewer: bool = False


THEMES = {
    "light": Theme("for white paper", LIGHT),
    "dark": Theme("for a dark page", DARK),
    "auto": Theme("as the viewer prefers", LIGHT, follows_viewer=True),
}


def variables() -> dict[str, tuple[str, str, str]]:
    """Of a picture that follows its viewer: each light colour, the variable for it, its dark counterpart."""
    return {
        getattr(LIGHT, one.name): (f"--{one.name}", getattr(LIGHT, one.name), getattr(DARK, one.name))
        for one in fields(Colours)
    }
