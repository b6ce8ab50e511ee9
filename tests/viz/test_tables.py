"""What `draw` has by name can be added from outside, and is known everywhere then."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from autograd import Value
from glassgrad.command_line import main
from viz import DrawingError, draw
from viz.layout import RENDERERS, Renderer
from viz.overlays import OVERLAYS
from viz.picture import Picture
from viz.styles import STYLES, Style
from viz.themes import LIGHT, THEMES, Theme


class StandIn(SimpleNamespace):
    """An overlay that is the same for every picture."""

    def fitted(self, contributions: Iterable[Any]) -> "StandIn":
        return self


SHOWS = "a stand-in that shows very little"
STAND_INS: dict[str, tuple[dict[str, Any], Any]] = {
    "style": (STYLES, Style(SHOWS, lambda asked: Picture(f"digraph {{ node [color=red] a{len(asked.trace.nodes)} }}"))),
    "theme": (THEMES, Theme(SHOWS, replace(LIGHT, background="#fedcba"))),
    "renderer": (RENDERERS, Renderer(SHOWS, lambda dot, seconds: '<svg xmlns="http://www.w3.org/2000/svg"/>')),
    "overlay": (
        OVERLAYS,
        StandIn(
            shows=SHOWS,
            edge=lambda contribution, colours: {"penwidth": "7.25"},
            row=lambda gradient: "a further row",
            legend=lambda colours: [("a word of its own", {})],
        ),
    ),
}


@pytest.mark.parametrize("kind", STAND_INS)
def test_a_stand_in_from_outside_draws_and_is_told_of(
    kind: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table, stand_in = STAND_INS[kind]
    monkeypatch.setitem(table, "stand-in", stand_in)
    drawing = draw(Value(3.0, label="x") * 2.0, **{kind: "stand-in"})
    shown: dict[str, Callable[[], bool]] = {
        "style": lambda: "node [color=red] a3" in drawing.dot and "</svg>" in drawing.svg(),
        "theme": lambda: "#fedcba" in drawing.svg(),
        "renderer": lambda: "<title>Computation graph of v1</title>" in drawing.svg(),
        "overlay": lambda: "a further row" in drawing.dot and "penwidth=7.25" in drawing.dot,
    }
    assert shown[kind]()
    with pytest.raises(DrawingError, match=f"unknown {kind} 'none of these'; known are .*, stand-in$"):
        draw(Value(3.0) * 2.0, **{kind: "none of these"})
    with pytest.raises(SystemExit):
        main(["draw", "--help"])
    told = "".join(capsys.readouterr().out.split())  # lines may break anywhere
    for name, entry in table.items():
        assert "".join(f"{name} ({entry.shows})".split()) in told


def test_a_stand_in_is_an_option_of_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    monkeypatch.setitem(STYLES, "stand-in", STAND_INS["style"][1])
    path = tmp_path / "paths.dot"
    assert main(["draw", "paths", "--style", "stand-in", "-o", str(path)]) == 0
    assert "color=red" in path.read_text()
