"""Colours of a picture: Okabe and Ito's, which colour-blind people tell apart; shapes differ too."""

from __future__ import annotations

from dataclasses import dataclass


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


# Each as it is on white and on a dark page.
_PAIRS = {
    "background": ("#ffffff", "#14181d"),
    "ink": ("#1a1a1a", "#e8e8e8"),
    "input": ("#009e73", "#2fd0a0"),
    "parameter": ("#0072b2", "#6cb8f0"),
    "constant": ("#767676", "#a0a0a0"),
    "output": ("#d55e00", "#ff9a4d"),
    "gradient": ("#007a5a", "#34d3a5"),
    "box": ("#eef2f6", "#242c35"),
    "dead": ("#8c8c8c", "#7a7a7b"),
    "vanishing": ("#56b4e9", "#7cc7f2"),
    "weak": ("#3f93c8", "#4f9fd6"),
    "strong": ("#004a75", "#b9defa"),
    "exploding": ("#cc79a7", "#e7a3c6"),
}
LIGHT, DARK = (Colours(**{name: pair[side] for name, pair in _PAIRS.items()}) for side in (0, 1))


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
    return {light: (f"--{name}", light, dark) for name, (light, dark) in _PAIRS.items()}
