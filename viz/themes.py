"""Colours of a picture: Okabe and Ito's, darkened where a line (3 : 1) or text (4.5 : 1) would stand out too little;
colour-blind people tell them apart, and shapes differ too."""

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
    input: str = _on_white("#00926a", on_dark="#2fd0a0")
    parameter: str = _on_white("#0072b2", on_dark="#6cb8f0")
    constant: str = _on_white("#6b6b6b", on_dark="#a0a0a0")
    output: str = _on_white("#b84d00", on_dark="#ff9a4d")
    gradient: str = _on_white("#007a5a", on_dark="#34d3a5")
    box: str = _on_white("#eef2f6", on_dark="#242c35")
    dead: str = _on_white("#737373", on_dark="#8a8a8b")
    vanishing: str = _on_white("#1d7aa8", on_dark="#7cc7f2")
    strong: str = _on_white("#004a75", on_dark="#b9defa")
    exploding: str = _on_white("#a94f82", on_dark="#e7a3c6")


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


# What is around a picture where a notebook says whether it is light or dark, which the browser may not be: JupyterLab
# and pages that nbconvert makes, Visual Studio Code, Colab.
_LIGHT_AROUND = (
    '[data-jp-theme-light="true"]',
    "[data-vscode-theme-kind$=light]",
    "html[theme=light]",
)
_DARK_AROUND = (
    '[data-jp-theme-light="false"]',
    "[data-vscode-theme-kind$=dark]",
    '[data-vscode-theme-kind="vscode-high-contrast"]',
    "html[theme=dark]",
)


def style_sheet(identifier: str) -> str:
    """The style sheet by which the SVG of this id follows its viewer: colours that are attributes become variables,
    where those are known."""
    known = variables()
    light = "color-scheme:light;" + "".join(f"{name}:{colour};" for name, colour, _ in known.values())
    dark = "color-scheme:dark;" + "".join(f"{name}:{colour};" for name, _, colour in known.values())
    coloured = "".join(
        f'#{identifier} [{attribute}="{colour}"]{{{attribute}:var({known[colour][0]})}}'
        for colour in known
        for attribute in ("fill", "stroke")
    )

    def within(places: tuple[str, ...]) -> str:
        return ",".join(f"{place} #{identifier}" for place in places)

    return (
        f"#{identifier}{{{light}}}@media (prefers-color-scheme:dark){{#{identifier}{{{dark}}}}}"
        f"{within(_LIGHT_AROUND)}{{{light}}}{within(_DARK_AROUND)}{{{dark}}}"
        f"@supports (color:var(--ink)){{{coloured}}}"
    )
