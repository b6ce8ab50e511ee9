"""Colours of a picture: Okabe and Ito's, which colour-blind people tell apart; shapes differ too."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields


def _on_white(colour: str, *, on_dark: str) -> str:
    """A colour as it is on white, and on a dark page."""
    return field(default=colour, metadata={"on_dark": on_dark})


@dataclass(frozen=True)
class Colours:
    """What a picture is painted with; by default on white."""

    background: str = _on_white("#ffffff", on_dark="#14181d")
    ink: str = _on_white("#1a1a1a", on_dark="#e8e8e8")
    input: str = _on_white("#009e73", on_dark="#2fd0a0")
    parameter: str = _on_white("#0072b2", on_dark="#6cb8f0")
    constant: str = _on_white("#767676", on_dark="#a0a0a0")
    output: str = _on_white("#d55e00", on_dark="#ff9a4d")
    gradient: str = _on_white("#007a5a", on_dark="#34d3a5")
    box: str = _on_white("#eef2f6", on_dark="#242c35")
    dead: str = _on_white("#8c8c8c", on_dark="#7a7a7b")
    vanishing: str = _on_white("#56b4e9", on_dark="#7cc7f2")
    weak: str = _on_white("#3f93c8", on_dark="#4f9fd6")
    strong: str = _on_white("#004a75", on_dark="#b9defa")
    exploding: str = _on_white("#cc79a7", on_dark="#e7a3c6")


LIGHT = Colours()
DARK = Colours(**{one.name: one.metadata["on_dark"] for one in fields(Colours)})


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
    return {light: (f"--{name}", light, getattr(DARK, name)) for name, light in asdict(LIGHT).items()}
