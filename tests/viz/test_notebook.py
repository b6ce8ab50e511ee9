"""What a notebook shows: a node's picture, a module's table, the steps under the picture."""

import re
import sys
import types
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from typing import Any

import pytest

from autograd import Tensor, Value, label, tanh
from glassgrad.examples import example
from nn import MLP, Module, NeuronMLP
from viz import draw, notebook, step, trace, views

Read = Callable[[str], Any]


def shown(node: Any) -> dict[str, str]:
    bundle = node._repr_mimebundle_()
    assert isinstance(bundle, dict)
    return bundle


@pytest.fixture(scope="module")
def large() -> Any:
    """A node whose graph is collapsed."""
    loss = NeuronMLP((2, 16, 16, 1), "tanh", rng=0)([1.0, 2.0])[0]
    label({"loss": loss})
    return loss


def test_a_node_shows_its_picture_and_plain_text_for_those_that_show_none(read: Read) -> None:
    loss = example("neuron").record()
    loss.backward()
    bundle = shown(loss)
    assert set(bundle) == {"text/html", "image/svg+xml", "text/plain"}
    assert bundle["text/plain"] == repr(loss)
    assert bundle["image/svg+xml"].startswith("<?xml")
    texts = read(bundle["image/svg+xml"]).node_texts()
    assert ["w1", "data 2", "grad 0.05288", "= −0.05288 × (−1)"] in texts
    assert ["C = v2 × 0.5", "data 0.03616", "grad 1"] in texts


def style_of(element: ElementTree.Element) -> dict[str, str]:
    return dict(part.split(":") for part in (element.get("style") or "").split(";"))


def test_in_html_a_picture_is_as_wide_as_its_place_while_it_can_be_read(large: Any, read: Read) -> None:
    bundle = shown(large)
    frame, *_, said = ElementTree.fromstring(f"<body>{bundle['text/html']}</body>")
    assert style_of(frame).items() >= {"max-height": "32em", "overflow": "auto"}.items()
    svg = frame[0]
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    assert all(re.fullmatch(r"[\d.]+px", svg.get(side, "")) for side in ("width", "height"))
    style = style_of(svg)
    assert (style["max-width"], style["height"]) == ("100%", "auto")
    width = float(svg.get("width", "").removesuffix("px"))
    assert float(style["min-width"].removesuffix("px")) == pytest.approx(width * 9 / 12, abs=1)
    note = "1 of 1,010 nodes are shown one by one; 3 boxes, collapsed automatically to depth 3, hide 1,009"
    assert said.text == note
    assert bundle["text/plain"] == f"{large!r}\n{note}"
    assert note in read(bundle["image/svg+xml"]).all_texts()


def test_a_picture_that_is_larger_than_its_frame_says_so() -> None:
    frame, said = ElementTree.fromstring(f"<body>{shown(example('neuron').record())['text/html']}</body>")
    assert style_of(frame)["border"] == "1px solid #8888"
    assert said.text == "Where the picture is larger than this frame, it scrolls in it."


def test_a_node_s_picture_has_the_colours_of_the_notebook() -> None:
    assert '[data-jp-theme-light="false"]' in shown(Value(3.0) * 2.0)["text/html"]


def test_a_trace_is_one_line() -> None:
    traced = trace(example("neuron").record())
    assert repr(traced) == f"<trace of C = 0.03616: 15 nodes, 14 operand slots, {len(traced.events)} events>"


def test_what_is_said_under_a_picture_is_text_not_markup() -> None:
    y = Value(3.0, label="<b>x</b>") * 2.0 + 1.0
    html = shown(draw(y, focus="<b>x</b>", hops=1))["text/html"]
    assert html.endswith("<div>2 of 5 nodes: those within 1 edge of &lt;b&gt;x&lt;/b&gt;</div>")


def test_a_picture_may_be_shown_twice_on_a_page() -> None:
    drawing = draw(Value(3.0, label="x") * 2.0)
    for kind in ("text/html", "image/svg+xml"):
        identifiers = []
        for _ in range(2):
            markup = shown(drawing)[kind]
            identifiers.append({one.get("id") for one in ElementTree.fromstring(markup).iter() if one.get("id")})
        assert len(identifiers[0]) > 5
        assert identifiers[0].isdisjoint(identifiers[1])
    assert shown(drawing)["text/plain"] == "<drawing of v1, 3 nodes>"


def test_gradients_are_the_nodes_own_and_a_dash_before_there_are_any(read: Read) -> None:
    def rows(node: Any, name: str) -> list[str]:
        return next(texts for texts in read(shown(node)["image/svg+xml"]).nodes.values() if texts[0] == name)

    x = Value(3.0, label="x")
    y = x * x
    label({"y": y})
    assert rows(y, "x") == ["x", "data 3", "grad —"]
    y.backward(2.0)
    assert rows(y, "y") == ["y", "data 9", "grad 2"]
    assert rows(y, "x") == ["x", "data 3", "grad Σ 6 + 6 = 12"]
    many = Tensor([1.0, 2.0], label="t") * 2.0
    assert rows(many, "t") == ["t", "data [1, 2]", "grad —"]  # an array has no gradient by itself
    many.backward([1.0, 10.0])
    assert rows(many, "t") == ["t", "data [1, 2]", "grad [2, 20]"]


def test_showing_a_node_changes_nothing_in_it() -> None:
    x = Value(3.0, label="x")
    y = x * x
    shown(y)
    assert (x.grad, y.grad) == (0.0, 0.0)
    y.backward()
    shown(y)
    assert (x.grad, y.grad) == (6.0, 1.0)


def test_where_there_is_no_picture_there_is_text_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    x = Value(3.0, label="x")
    assert x._repr_mimebundle_() is None  # a leaf: Jupyter prints its repr
    assert Tensor([1.0])._repr_mimebundle_() is None
    y = x * x
    x.data = 4.0
    assert set(shown(y)) == {"text/plain"}
    assert shown(y)["text/plain"].startswith(f"{y!r}\n(no picture: the data of x was assigned after multiply")
    monkeypatch.setattr(views, "MOST_NODES", 3)
    z = tanh(tanh(tanh(Value(0.5))))
    assert shown(z)["text/plain"].startswith(f"{z!r}\n(no picture: this graph has more than 3 nodes; ")
    monkeypatch.setattr(views, "MOST_NODES", 300)
    monkeypatch.setattr(views, "SECONDS", 0.001)
    assert "(no picture: the graph was not laid out within 0.001 seconds: " in shown(z)["text/plain"]


def test_a_module_shows_its_parameters_as_a_table() -> None:
    network = MLP((784, 32, 10), rng=0)
    bundle = shown(network)
    assert set(bundle) == {"text/html", "text/plain"}
    page = ElementTree.fromstring(bundle["text/html"])
    assert "max-height:32em;overflow:auto" in (page.get("style") or "")
    table = page[0]
    assert table.findtext("caption") == repr(network)
    rows = [[cell.text or "" for cell in row] for row in table.iter("tr")]
    assert rows == [
        ["parameter", "shape", "dtype", "count"],
        ["layers.0.weight", "(784, 32)", "float64", "25,088"],
        ["layers.0.bias", "(32,)", "float64", "32"],
        ["layers.1.weight", "(32, 10)", "float64", "320"],
        ["layers.1.bias", "(10,)", "float64", "10"],
        ["total", "", "", "25,450"],
    ]
    text = bundle["text/plain"].splitlines()
    assert [line.split() for line in text[1:2]] == [rows[0]]
    assert text[-1].split() == ["total", "25,450"]


def test_a_module_called_like_markup_is_shown_as_text() -> None:
    class Odd(Module):
        def __repr__(self) -> str:
            return "<script>alert(1)</script>"

    html = shown(Odd())["text/html"]
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


# --- steps in a notebook --------------------------------------------------------------------------------


class ZMQInteractiveShell:
    """By this name a Jupyter kernel's shell is known."""


class TerminalInteractiveShell:
    """IPython's in a terminal."""


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a notebook, where what is displayed and what is printed come in one order."""
    ipython: Any = types.ModuleType("IPython")
    ipython.get_ipython = ZMQInteractiveShell
    ipython.display = types.ModuleType("IPython.display")
    ipython.display.display = lambda part: print(f"<<{part!r}>>")
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", ipython.display)


@pytest.mark.usefixtures("kernel")
def test_step_prints_the_whole_derivation_under_the_picture(capsys: pytest.CaptureFixture[str]) -> None:
    loss = example("neuron").record()
    step(loss)
    picture, *lines = capsys.readouterr().out.splitlines()
    assert picture == "<<<drawing of C, 15 nodes>>>"
    step(loss, plain=True)
    assert capsys.readouterr().out.splitlines() == lines
    assert lines[0] == "Forward"
    assert sum(line.startswith("Backward, from C") for line in lines) == 1


@pytest.mark.usefixtures("kernel")
def test_step_tells_also_what_cannot_be_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    total: Any = 0.0
    for number in range(1600):
        total = total + Value(1.0, label=f"w{number}")
    step(trace(total))
    first, *lines = capsys.readouterr().out.splitlines()
    assert first.startswith("(no picture: ")
    assert "more than a picture can show" in first
    assert lines[0] == "Forward"


def test_only_a_jupyter_kernel_is_a_notebook(monkeypatch: pytest.MonkeyPatch, kernel: None) -> None:
    assert notebook.in_notebook()
    for shell in (TerminalInteractiveShell, lambda: None):
        monkeypatch.setattr(sys.modules["IPython"], "get_ipython", shell)
        assert not notebook.in_notebook()
    monkeypatch.delitem(sys.modules, "IPython")
    assert not notebook.in_notebook()


@pytest.mark.slow
def test_in_a_real_kernel_nodes_modules_and_steps_show_themselves() -> None:
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed: nothing to run a notebook with")
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed: nothing to make a notebook with")
    cells = [
        "from autograd import Value\nfrom nn import MLP\nfrom viz import step\nx = Value(3.0, label='x')\nx * x",
        "MLP((2, 1), rng=0)",
        "step(x * x)",
        "x",
    ]
    ran = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(ran, timeout=120, kernel_name="python3").execute()
    node, module, steps, leaf = (cell.outputs for cell in ran.cells)
    assert "<svg" in node[0].data["text/html"]
    assert node[0].data["text/plain"] == "Value(data=9.0, grad=0.0)"
    assert "<table>" in module[0].data["text/html"]
    assert [output.output_type for output in steps] == ["display_data", "stream"]
    assert "<svg" in steps[0].data["image/svg+xml"]
    assert steps[1].text.startswith("Forward\n")
    assert set(leaf[0].data) == {"text/plain"}


def test_a_drawing_follows_its_notebook_unless_it_is_told_otherwise() -> None:
    x = Value(3.0, label="x")
    for theme, follows in ((None, True), ("light", False), ("dark", False), ("auto", True)):
        drawing = draw(x * x, theme=theme)
        assert ("prefers-color-scheme:dark" in drawing.notebook_svg()) == follows
        assert ("prefers-color-scheme:dark" in drawing.svg()) == (theme == "auto")
