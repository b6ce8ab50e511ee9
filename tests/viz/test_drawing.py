import re
import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from autograd import Value, label, scope
from glassgrad.examples import example
from nn import quadratic
from viz import DrawingError, draw
from viz.drawing import Style
from viz.layout import Renderer

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=["wasm", "dot"])
def renderer(request: pytest.FixtureRequest) -> Renderer:
    if request.param == "dot" and shutil.which("dot") is None:
        pytest.skip("the program dot is not installed")
    return request.param  # type: ignore[no-any-return]  # one of the two above


class Picture:
    """The nodes, edges and texts of an SVG that Graphviz made."""

    def __init__(self, svg: str) -> None:
        self.root = ElementTree.fromstring(svg)
        groups = list(self.root.iter(f"{SVG}g"))
        self.nodes = {self._title(g): self._texts(g) for g in groups if g.get("class") == "node"}
        self.edges = [(self._title(g), self._texts(g)) for g in groups if g.get("class") == "edge"]

    @staticmethod
    def _title(group: ElementTree.Element) -> str:
        return group.findtext(f"{SVG}title") or ""

    @staticmethod
    def _texts(group: ElementTree.Element) -> list[str]:
        return [text for element in group.iter(f"{SVG}text") if (text := (element.text or "").strip())]

    def node_texts(self) -> list[list[str]]:
        return sorted(self.nodes.values())

    def named_edges(self) -> list[tuple[str, str, list[str]]]:
        def name(identifier: str) -> str:
            return self.nodes[identifier][0] if self.nodes[identifier] else ""

        return sorted((*(name(end) for end in title.split("->")), texts) for title, texts in self.edges)  # type: ignore[misc]  # every title has two ends


def neuron_picture(style: Style, renderer: Renderer) -> Picture:
    return Picture(draw(example("neuron").record(), style=style, renderer=renderer).svg())


def test_the_documents_style_has_values_above_and_gradients_below_the_edges(renderer: Renderer) -> None:
    picture = neuron_picture("document", renderer)
    assert picture.named_edges() == sorted(
        [
            ("w1", "×", ["2", "0.05288"]),
            ("x1", "×", ["−1"]),
            ("w2", "×", ["−3", "0.1058"]),
            ("x2", "×", ["−2"]),
            ("×", "+", ["−2", "−0.05288"]),
            ("×", "+", ["6", "−0.05288"]),
            ("+", "+", ["4", "−0.05288"]),
            ("b", "+", ["−3", "−0.05288"]),
            ("+", "σ", ["1", "−0.05288"]),
            ("σ", "cost", ["0.7311", "−0.2689"]),
            ("y", "cost", ["1"]),
            ("cost", "C", ["0.03616", "1"]),
        ]
    )


def test_in_the_documents_style_gradients_are_green_and_below_their_values(renderer: Renderer) -> None:
    picture = neuron_picture("document", renderer)
    for group in picture.root.iter(f"{SVG}g"):
        if group.get("class") == "edge":
            texts = [text for text in group.iter(f"{SVG}text") if (text.text or "").strip()]
            if len(texts) == 2:
                value, gradient = texts
                assert gradient.get("fill") == "#007a5a"
                assert value.get("fill") == "#1a1a1a"
                assert float(gradient.get("y", "")) > float(value.get("y", ""))


def test_our_style_has_label_data_and_gradient_in_every_node(renderer: Renderer) -> None:
    texts = neuron_picture("glass", renderer).node_texts()
    for expected in (
        ["w1", "data 2", "grad 0.05288"],
        ["x1", "data −1", "grad —"],
        ["ω2", "data 6", "grad −0.05288"],
        ["a", "data 0.7311", "grad −0.2689"],
        ["C", "data 0.03616", "grad 1"],
        ["y", "data 1", "grad —"],
        ["0.5"],
    ):
        assert expected in texts


def test_our_style_has_upstream_times_local_gradient_on_the_edges(renderer: Renderer) -> None:
    edges = neuron_picture("glass", renderer).named_edges()
    assert ("z", "σ", ["−0.2689 × 0.1966 = −0.05288"]) in edges
    assert ("w2", "×", ["−0.05288 × −2 = 0.1058"]) in edges
    assert ("x1", "×", []) in edges


def test_both_renderers_draw_the_same_nodes_edges_and_texts() -> None:
    if shutil.which("dot") is None:
        pytest.skip("the program dot is not installed")
    for style in ("glass", "document"):
        pictures = [neuron_picture(style, renderer) for renderer in ("wasm", "dot")]  # type: ignore[arg-type]  # literals
        assert pictures[0].nodes == pictures[1].nodes
        assert pictures[0].edges == pictures[1].edges


@pytest.mark.parametrize("style", ["glass", "document"])
def test_a_square_written_as_a_product_has_two_edges(style: Style) -> None:
    x = Value(3.0, label="x")
    picture = Picture(draw(x * x, style=style).svg())
    assert len([edge for edge in picture.named_edges() if edge[:2] == ("x", "×")]) == 2


def test_before_any_backward_gradients_are_a_dash() -> None:
    from viz import trace

    x = Value(3.0, label="x")
    assert ["x", "data 3", "grad —"] in Picture(draw(trace(x * 2.0, backward=False)).svg()).node_texts()


def test_a_scope_is_one_box_in_the_documents_style_with_all_that_flows_back_from_it() -> None:
    a = Value(3.0, label="a")
    with scope("outer"), scope("inner"):
        c = a * a
    label({"c": c})
    edges = Picture(draw(c, style="document").svg()).named_edges()
    assert edges == [("a", "outer", ["3", "6"]), ("outer", "c", ["9", "1"])]


@pytest.mark.parametrize("style", ["glass", "document"])
@pytest.mark.parametrize(
    "name",
    ['"quoted"', "{braces|bar}", "back\\slash \\n \\N", "<b>bold</b>", "<script>alert(1)</script>", "ω₁ → ∂", "a<b>c"],
)
def test_labels_come_out_as_typed(style: Style, name: str, renderer: Renderer) -> None:
    x = Value(3.0, label=name)
    picture = Picture(draw(x * 2.0, style=style, renderer=renderer).svg())
    assert name in [texts[0] for texts in picture.nodes.values() if texts]


def test_the_picture_has_a_title_and_a_description_for_screen_readers() -> None:
    root = ElementTree.fromstring(draw(example("neuron").record()).svg())
    assert root.findtext(f"{SVG}title") == "Computation graph of C"
    assert "C = 0.03616" in (root.findtext(f"{SVG}desc") or "")


def test_full_precision_is_in_the_tooltip() -> None:
    assert "0.7310585786300049" in draw(example("neuron").record()).svg()


def test_a_drawing_is_saved_as_svg_dot_or_png(tmp_path: Path) -> None:
    drawing = draw(Value(3.0, label="x") * 2.0)
    assert "<svg" in drawing.save(tmp_path / "x.svg").read_text(encoding="utf-8")
    assert drawing.save(tmp_path / "x.dot").read_text(encoding="utf-8").startswith("digraph")
    if shutil.which("dot") is None:
        pytest.skip("the program dot is not installed")
    assert drawing.save(tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")


def test_a_png_without_dot_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    drawing = draw(Value(3.0) * 2.0)
    assert "<svg" in drawing.svg()
    with pytest.raises(DrawingError, match="the PNG needs the program `dot`: install Graphviz"):
        drawing.save(tmp_path / "x.png")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_drawn_or_written_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    x = Value(3.0) * 2.0
    with pytest.raises(DrawingError, match="unknown style 'plain'; known are glass, document"):
        draw(x, style="plain")  # type: ignore[arg-type]  # the point of the test
    with pytest.raises(DrawingError, match="unknown renderer 'x'"):
        draw(x, renderer="x").svg()  # type: ignore[arg-type]  # the point of the test
    for path in ("x.jpeg", "x"):
        with pytest.raises(DrawingError, match=re.escape(".svg, .png, .dot or .json")):
            draw(x).save(tmp_path / path)
    with pytest.raises(DrawingError, match="cannot be written"):
        draw(x).save(tmp_path / "nowhere" / "x.svg")
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_shows_the_picture() -> None:
    bundle = draw(quadratic(Value(0.3, label="a"), 1.0))._repr_mimebundle_()
    assert "<svg" in bundle["image/svg+xml"]
    assert bundle["text/plain"].startswith("<drawing of")


def test_many_graphs_are_drawn_one_after_the_other() -> None:
    for count in range(30):
        y = Value(3.0, label="x")
        for number in range(1 + count % 7):
            y = y * 1.5 + Value(1.0, label=f"b{number}")
        picture = Picture(draw(y, style="document" if count % 2 else "glass", renderer="wasm").svg())
        assert any(texts[:1] == ["x"] for texts in picture.nodes.values())
