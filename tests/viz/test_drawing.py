import errno
import inspect
import itertools
import os
import re
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest

from autograd import GraphError, Tensor, Value, label, no_grad, scope
from glassgrad.examples import EXAMPLES
from nn import MLP, softmax_cross_entropy
from viz import DrawingError, Trace, draw, edge_labels, step, trace
from viz.drawing import Drawing
from viz.layout import RENDERERS, render_svg
from viz.overlays import OVERLAYS
from viz.picture import Picture
from viz.styles import NOT_ASKED, STYLES, Style
from viz.text_width import text_width
from viz.themes import THEMES

SVG = "{http://www.w3.org/2000/svg}"
Read = Callable[[str], Any]
Drawn = Callable[..., Any]


def test_the_documents_style_has_values_above_and_gradients_below_the_edges(renderer: str, drawn: Drawn) -> None:
    picture = drawn("neuron", renderer, style="document")
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


def test_in_the_documents_style_a_shared_node_has_the_sum_of_what_its_edges_pass_back(
    renderer: str, drawn: Drawn
) -> None:
    picture = drawn("paths", renderer, style="document")
    assert ["b", "Σ 5"] in picture.node_texts()
    (total,) = [text for text in picture.root.iter(f"{SVG}text") if text.text == "Σ 5"]
    assert total.get("fill") == "#007a5a"
    assert {edge[2][1] for edge in picture.named_edges() if edge[0] == "b"} == {"2", "3"}
    assert sum("Σ" in text for text in picture.all_texts()) == 1  # what has one use has its gradient on the edge


def test_in_the_documents_style_gradients_are_green_and_below_their_values(renderer: str, drawn: Drawn) -> None:
    picture = drawn("neuron", renderer, style="document")
    pairs = [
        texts
        for group in picture.root.iter(f"{SVG}g")
        if group.get("class") == "edge"
        and len(texts := [text for text in group.iter(f"{SVG}text") if (text.text or "").strip()]) == 2
    ]
    assert len(pairs) == 9
    for value, gradient in pairs:
        assert gradient.get("fill") == "#007a5a"
        assert value.get("fill") == "#1a1a1a"
        assert float(gradient.get("y", "")) > float(value.get("y", ""))


def test_our_style_has_label_data_and_gradient_in_every_node(renderer: str, drawn: Drawn) -> None:
    texts = drawn("neuron", renderer, style="glass").node_texts()
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


def test_our_style_has_upstream_times_local_gradient_on_the_edges(renderer: str, drawn: Drawn) -> None:
    edges = drawn("neuron", renderer, style="glass").named_edges()
    assert ("z", "σ", ["−0.2689 × 0.1966 = −0.05288"]) in edges
    assert ("w2", "×", ["−0.05288 × (−2) = 0.1058"]) in edges
    assert ("x1", "×", []) in edges


def test_no_text_is_cut_off_where_an_edge_is_far_from_its_gradient(renderer: str, read: Read) -> None:
    w = Tensor(numpy.arange(-3.0, 3.0).reshape(2, 3), label="w")
    root = read(draw((w * w).sum(), style="document", renderer=renderer).svg()).root
    left, top, width, height = map(float, root.get("viewBox").split())
    graph = next(root.iter(f"{SVG}g"))
    right, down = map(float, re.search(r"translate\((\S+)[ ,]+(\S+)\)", graph.get("transform")).groups())
    texts = [text for text in graph.iter(f"{SVG}text") if (text.text or "").strip()]
    assert len(texts) == 13
    for text in texts:
        assert top + 8 <= float(text.get("y")) + down <= top + height - 4
        half = text_width(text.text, 12.0) / 2
        assert left + half <= float(text.get("x")) + right <= left + width - half
    corners = [tuple(map(float, point.split(","))) for point in next(graph.iter(f"{SVG}polygon")).get("points").split()]
    assert min(y for _, y in corners) + down == pytest.approx(top)
    assert max(y for _, y in corners) + down == pytest.approx(top + height)
    assert float(root.get("height").removesuffix("pt")) == pytest.approx(height, abs=1)


@pytest.mark.parametrize("style", ["glass", "document"])
def test_a_square_written_as_a_product_has_two_edges(style: str, read: Read) -> None:
    x = Value(3.0, label="x")
    picture = read(draw(x * x, style=style).svg())
    assert len([edge for edge in picture.named_edges() if edge[:2] == ("x", "×")]) == 2


def test_before_any_backward_gradients_are_a_dash(read: Read) -> None:
    x = Value(3.0, label="x")
    assert ["x", "data 3", "grad —"] in read(draw(trace(x * 2.0, backward=False)).svg()).node_texts()


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_in_the_documents_style_no_text_of_an_example_stands_on_another(name: str, renderer: str, drawn: Drawn) -> None:
    boxes = []
    for text in drawn(name, renderer, style="document").root.iter(f"{SVG}text"):
        size, words = float(text.get("font-size", "11")), text.text or ""
        x, y, width = float(text.get("x", "")), float(text.get("y", "")), 0.56 * size * len(words)
        boxes.append((x - width / 2, y - 0.74 * size, x + width / 2, y + (2.5 if "[" in words else 0.0), words))
    overlapping = [
        (one[4], other[4])
        for one, other in itertools.combinations(boxes, 2)
        if min(one[2], other[2]) - max(one[0], other[0]) > 1 and min(one[3], other[3]) - max(one[1], other[1]) > 0.5
    ]
    assert not overlapping


def test_a_scope_is_one_box_in_the_documents_style_with_all_that_flows_back_from_it(read: Read) -> None:
    a = Value(3.0, label="a")
    with scope("outer"), scope("inner"):
        c = a * a
    label({"c": c})
    edges = read(draw(c, style="document").svg()).named_edges()
    assert edges == [("a", "outer", ["3", "6"]), ("outer", "c", ["9", "1"])]


def test_a_leaf_without_a_name_is_no_part_of_the_scope_that_uses_it(read: Read) -> None:
    with scope("cost"):
        c = (Value(3.0) - 1.0) * 2.0
    label({"c": c})
    edges = read(draw(c, style="document").svg()).named_edges()
    assert edges == [("3", "cost", ["2"]), ("cost", "c", ["4", "1"])]


def test_the_documents_style_draws_arrays_too(renderer: str, drawn: Drawn) -> None:
    edges = drawn("mlp", renderer, style="document").named_edges()
    assert ("tanh", "x@W+b", ["4×4, norm 1.395", "4×4, norm 0.06258"]) in edges


# --- what is too large or cannot be drawn ---------------------------------------------------------------


def test_a_network_for_mnist_is_drawn_at_layer_level(read: Read) -> None:
    loss = softmax_cross_entropy(MLP((784, 32, 10), rng=0)(numpy.ones((4, 784))), numpy.eye(10)[:4])
    drawing = draw(loss, collapse=2)
    (linear,) = [texts for texts in read(drawing.svg()).node_texts() if texts[0] == "Linear(784 → 32)"]
    assert linear[1:3] == ["layers.0", "4×784 → 4×32"]
    assert re.fullmatch(r"25,120 parameters, ‖grad‖ \d+\.\d+", linear[3])
    assert linear[4:] == ["3 nodes hidden"]
    assert repr(drawing).endswith("3 of 17 nodes are shown one by one; 3 boxes, collapsed to depth 2, hide 14>")


def test_a_graph_of_ten_thousand_operations_is_a_box(read: Read) -> None:
    y: Value = Value(1.0, label="x")
    for _ in range(10_000):
        y = y * 1.0001
    label({"y": y})
    traced = trace(y)
    picture = read(draw(traced).svg())
    assert picture.nodes["b0"] == ["a chain", "multiply × 9,999", "1 number → 1 number", "19,998 nodes hidden"]
    assert "3 of 20,001 nodes are shown one by one; 1 box" in " ".join(picture.all_texts())
    for options in ({"collapse": None}, {"style": "document"}):
        with pytest.raises(DrawingError, match=r"20,001 nodes .*more than .* \(1,500\)"):
            draw(traced, **options)  # type: ignore[arg-type]  # one option at a time
    with pytest.raises(DrawingError, match=r"more than 20,000 nodes: draw a part of it .* max_traced= .* collapse="):
        draw(y, max_traced=20_000)


def test_a_picture_has_a_time_limit_of_its_own(renderer: str) -> None:
    tangled: list[Any] = [Value(1.0, label=f"x{number}") for number in range(8)]
    for number in range(120):
        tangled.append(tangled[-1 - number % 7] * tangled[-2 - number % 5])
    with pytest.raises(DrawingError, match=r"not laid out within 0\.001 seconds: .* give it more \(seconds=\)"):
        draw(tangled[-1], renderer=renderer, seconds=0.001).svg()


def test_the_layout_of_a_large_picture_is_bounded_that_of_a_small_one_is_not() -> None:
    x = Value(1.0, label="x")
    y = x
    for _ in range(101):
        y = y * x
    for style in ("glass", "document"):
        assert "nslimit" in draw(y, style=style).dot  # type: ignore[arg-type]  # one of the styles
        assert "nslimit" not in draw(x * x, style=style).dot  # type: ignore[arg-type]  # the same


@pytest.mark.parametrize("view", [draw, trace, step])
def test_what_is_no_node_is_refused_by_every_view(view: Callable[[Any], Any]) -> None:
    for output, kind in ((3.0, "float"), (None, "NoneType"), ("x", "str"), ([Value(1.0)], "list")):
        with pytest.raises(GraphError, match=rf"the output is a node \(Value or Tensor\).*, not {kind} "):
            view(output)


@pytest.mark.parametrize("view", [draw, trace, step])
def test_a_graph_without_gradients_is_refused_with_a_way_to_see_it(view: Callable[[Any], Any]) -> None:
    with no_grad():
        constant = Value(3.0) * 2.0
    for output in (constant, Value(3.0).detach(), Tensor([1.0, 2.0]) * 2.0):
        with pytest.raises(GraphError, match=r"; trace\(output, backward=False\) has its numbers without gradients$"):
            view(output)


def test_a_graph_without_gradients_is_drawn_from_its_trace(
    read: Read, renderer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    y = Tensor([1.0, 2.0], label="x") * 2.0
    traced = trace(y, backward=False)
    picture = read(draw(traced, overlay="gradient", renderer=renderer).svg())
    assert picture.node_texts()[1:] == [["v1", "data [2, 4]", "grad —"], ["x", "data [1, 2]", "grad —"], ["×"]]
    step(traced)
    assert "Backward" not in capsys.readouterr().out


NO_SUCH = "no-such-name"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"style": NO_SUCH}, f"unknown style '{NO_SUCH}'; known are {', '.join(STYLES)}"),
        ({"renderer": NO_SUCH}, f"unknown renderer '{NO_SUCH}'; known are {', '.join(RENDERERS)}"),
        ({"theme": NO_SUCH}, f"unknown theme '{NO_SUCH}'; known are {', '.join(THEMES)}"),
        ({"overlay": NO_SUCH}, f"unknown overlay '{NO_SUCH}'; known are {', '.join(['None', *OVERLAYS])}"),
        ({"style": "document", "legend": True}, 'legend is for style="glass"; "document" does not support it'),
        ({"style": "document", "collapse": 1}, 'collapse is for style="glass"'),
        ({"style": "document", "collapse": None}, 'collapse is for style="glass"'),
        ({"style": "document", "focus": "x"}, 'focus is for style="glass"'),
        ({"style": "document", "highlight": "x"}, 'highlight is for style="glass"'),
        ({"style": "document", "overlay": "gradient"}, 'overlay is for style="glass"'),
        ({"highlight": "q"}, "no node is labelled 'q'; labels are x"),
        ({"seconds": 0}, "seconds is a number above 0, 86,400 at most, not 0"),
        ({"seconds": float("inf")}, "86,400 at most, not inf"),
        ({"seconds": float("nan")}, "86,400 at most, not nan"),
        ({"focus": 17}, "there is no node 17: ids run from 0 to 2"),
        ({"focus": Value(1.0)}, "is not in the graph of the output"),
    ],
)
def test_an_argument_that_is_none_of_the_known_is_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DrawingError, match=re.escape(sentence)):
        draw(Value(3.0, label="x") * 2.0, **options)


def test_an_option_that_a_style_does_not_declare_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STYLES, "bare", Style("little", lambda asked: Picture("digraph {}")))
    output = Value(3.0, label="x") * 2.0
    assert draw(output, style="bare").dot == "digraph {}"
    asked = {"collapse": 1, "focus": "x", "highlight": "x", "overlay": "gradient", "legend": True, "max_nodes": 9}
    assert list(asked) == list(NOT_ASKED)
    for option, value in asked.items():
        with pytest.raises(DrawingError, match=f'^{option} is for style="glass".*; "bare" does not support it$'):
            draw(output, style="bare", **{option: value})  # type: ignore[arg-type]  # each of its own type
    defaults = inspect.signature(draw).parameters
    assert {option: defaults[option].default for option in NOT_ASKED} == NOT_ASKED


# --- files ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawing() -> Drawing:
    """With a heat map, whose mark is in its DOT program."""
    w = Tensor(numpy.arange(-3.0, 3.0).reshape(2, 3), label="w")
    return draw((w * w).sum())


def test_a_picture_is_saved_as_svg(drawing: Drawing, tmp_path: Path, read: Read) -> None:
    saved = drawing.save(str(tmp_path / "x.svg"))
    assert saved == tmp_path / "x.svg"
    assert saved.read_text(encoding="utf-8") == drawing.svg()
    assert drawing.save(tmp_path / "é 2.SVG").read_bytes() == saved.read_bytes()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_picture_is_saved_as_a_dot_program_without_marks(drawing: Drawing, tmp_path: Path, read: Read) -> None:
    program = drawing.save(tmp_path / "x.dot").read_text(encoding="utf-8")
    again = read(render_svg(program))
    assert again.nodes["n0"][:4] == ["w", "data 2×3 float64", "−3  −2  −1", "0  1  2"]
    assert len(again.edges) == len(read(drawing.svg()).edges) == 5
    assert not any("\uf8fd" in text for text in again.all_texts())


def test_a_picture_is_saved_as_its_trace(drawing: Drawing, tmp_path: Path, read: Read) -> None:
    again = Trace.from_json(drawing.save(tmp_path / "x.json").read_text(encoding="utf-8"))
    assert again == drawing.trace
    assert read(draw(again).svg()).nodes == read(drawing.svg()).nodes


@pytest.mark.usefixtures("needs_dot")
@pytest.mark.parametrize("style", ["glass", "document"])
def test_a_png_is_as_large_as_the_whole_picture(style: str, drawing: Drawing, tmp_path: Path, read: Read) -> None:
    picture = draw(drawing.trace, style=style, renderer="dot")
    png = picture.save(tmp_path / "x.png").read_bytes()
    assert png.startswith(b"\x89PNG\r\n")
    in_pixels = struct.unpack(">II", png[16:24])
    in_points = [float(read(picture.svg()).root.get(side).removesuffix("pt")) for side in ("width", "height")]
    assert in_pixels[0] == pytest.approx(in_points[0] * 96 / 72, abs=10)
    assert in_points[1] * 96 / 72 - 8 < in_pixels[1] < in_points[1] * 96 / 72 + 48  # room around the texts of edges


@pytest.mark.parametrize("form", ["png", "pdf"])
def test_without_dot_and_typst_a_png_or_pdf_says_how_to_get_them(
    form: str, drawing: Drawing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "typst", None)
    wanted = rf"^a {form.upper()} needs the program `dot` .* or the package typst \(pip install typst\): [^\n]*$"
    for picture in (drawing, draw(Value(3.0) * 2.0), draw(Value(3.0) * 2.0, style="document")):
        assert "<svg" in picture.svg()
        with pytest.raises(DrawingError, match=wanted):
            picture.save(tmp_path / f"x.{form}")
    with pytest.raises(DrawingError, match=rf'^the {form.upper()} needs the program `dot`: .* or give renderer="wasm"'):
        draw(Value(3.0) * 2.0, renderer="dot").save(tmp_path / f"x.{form}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scale", [0, -1, 21, float("nan"), True, "2"])
def test_a_scale_that_is_none_is_refused(scale: Any, drawing: Drawing, tmp_path: Path) -> None:
    with pytest.raises(DrawingError, match="scale is a number above 0, 20 at most, not "):
        drawing.save(tmp_path / "x.png", scale=scale)
    with pytest.raises(DrawingError, match=r"scale is for a .png or .gif, whose size is in pixels; .svg has none"):
        drawing.save(tmp_path / "x.svg", scale=2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["x.jpeg", "x", "x.", ".svg", "x.svg.gz", ""])
def test_a_format_that_is_not_known_is_refused_before_anything_is_laid_out(
    name: str, drawing: Drawing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viz.drawing.render_svg", None)
    with pytest.raises(DrawingError, match=r"saved as \.svg, \.png, \.pdf, \.dot, \.json, \.gif or \.html, not "):
        drawing.save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", [".svg", ".dot", ".json", ".html"])
def test_a_file_that_cannot_be_written_is_one_sentence_and_nothing_is_left(
    ending: str, drawing: Drawing, tmp_path: Path
) -> None:
    (tmp_path / f"folder{ending}").mkdir()
    (tmp_path / "file").write_text("kept")
    for path, reason in (
        (f"nowhere/x{ending}", "No such file or directory"),
        (f"file/x{ending}", "Not a directory"),
        (f"folder{ending}", "Is a directory"),
        (f"{'long' * 100}{ending}", "File name too long"),
        (f"null\0{ending}", "null (byte|character)"),  # as the Python says
    ):
        with pytest.raises(DrawingError, match=rf"cannot be written: [^\n]*{reason}"):
            drawing.save(tmp_path / path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", f"folder{ending}"]
    assert (tmp_path / "file").read_text() == "kept"


def test_a_failure_leaves_the_file_that_was_there(
    drawing: Drawing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    target = tmp_path / "x.dot"
    target.write_text("kept")
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(DrawingError, match=r"x\.dot cannot be written: No space left on device$"):
        drawing.save(target)
    assert [path.name for path in tmp_path.iterdir()] == ["x.dot"]
    assert target.read_text() == "kept"


def test_a_link_stays_and_what_it_leads_to_is_written(drawing: Drawing, tmp_path: Path) -> None:
    (tmp_path / "picture.dot").write_text("old")
    (tmp_path / "link.dot").symlink_to("picture.dot")
    assert drawing.save(tmp_path / "link.dot") == tmp_path / "link.dot"
    assert (tmp_path / "link.dot").is_symlink()
    assert (tmp_path / "picture.dot").read_text(encoding="utf-8").startswith("digraph")


@pytest.mark.slow
def test_many_graphs_are_drawn_one_after_the_other(read: Read) -> None:
    for count in range(30):
        y = Value(3.0, label="x")
        for number in range(1 + count % 7):
            y = y * 1.5 + Value(1.0, label=f"b{number}")
        picture = read(draw(y, style="document" if count % 2 else "glass", renderer="wasm").svg())
        assert any(texts[:1] == ["x"] for texts in picture.nodes.values())


def test_the_work_of_placing_labels_grows_with_the_number_of_edges_not_with_its_square(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_at = 0
    overlap = edge_labels._Box.overlap

    def counting(box: Any, other: Any) -> float:
        nonlocal looked_at
        looked_at += 1
        return overlap(box, other)

    monkeypatch.setattr(edge_labels._Box, "overlap", counting)

    def work(neurons: int) -> int:
        nonlocal looked_at
        looked_at = 0
        total: Any = 0.0
        for number in range(neurons):
            total = total + Value(float(number), label=f"w{number}") * Value(0.5, label=f"x{number}")
        draw(total, style="document", direction="right", renderer="wasm").svg()
        return looked_at

    assert work(60) < 3 * work(30)


@pytest.mark.parametrize("style", ["glass", "document"])
@pytest.mark.parametrize("direction", ["right", "down"])
def test_no_text_of_an_edge_is_on_that_of_another(style: str, direction: str, renderer: str, drawn: Drawn) -> None:
    for name in EXAMPLES:
        root = drawn(name, renderer, style=style, direction=direction).root
        boxes = [
            edge_labels._Box(x - width / 2, y - height, x + width / 2, y)
            for group in edge_labels.edge_groups(root)
            for text in group.iter(f"{SVG}text")
            if (text.text or "").strip("\u00a0 ")
            for (width, height), x, y in [(edge_labels._size(text), float(text.get("x")), float(text.get("y")))]
        ]
        assert all(one.overlap(other) < 1 for one, other in itertools.combinations(boxes, 2)), name
