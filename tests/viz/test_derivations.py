"""A derivation as Markdown, LaTeX and a worksheet: every event is in it, and every formula is one."""

import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from autograd import Tensor, Value
from glassgrad.command_line import main
from glassgrad.examples import EXAMPLES, example
from viz import Derivation, DrawingError, derivation, trace
from viz.parts import Contribution, Forward, Seed, Update


def of(name: str) -> Derivation:
    shown = example(name)
    return derivation(trace(shown.record(), update=None if shown.optimizer is None else shown.optimizer.step))


def test_the_neuron_is_derived_as_by_hand() -> None:
    text = of("neuron").markdown()
    for equation in (
        r"$$w_{1} = 2$$",
        r"$$\omega_{1} = w_{1} \cdot x_{1} = 2 \cdot (-1) = -2$$",
        r"$$\frac{\partial a}{\partial z} = a \cdot \left(1 - a\right) "
        r"= 0.7311 \cdot \left(1 - 0.7311\right) = 0.1966$$",
        r"$$\frac{\partial C}{\partial z} = \frac{\partial C}{\partial a} \cdot \frac{\partial a}{\partial z} "
        r"= -0.2689 \cdot 0.1966 = -0.05288$$",
        r"$$w_{1} \leftarrow w_{1} - \eta \cdot \frac{\partial C}{\partial w_{1}} = 2 - 1 \cdot 0.05288 = 1.9471$$",
    ):
        assert equation in text
    assert re.findall("^## (.*)$", text, re.MULTILINE) == ["Given", "Forward", "Backward", "Update"]


def test_where_paths_meet_what_was_before_is_added() -> None:
    x = Value(3.0, label="x")
    text = derivation(x * x).markdown()
    assert "passes on to $x$, so far." in text
    assert r"= 3 + 1 \cdot 3 = 6$$" in text


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_event_of_every_example_is_a_step(name: str) -> None:
    shown = example(name)
    traced = trace(shown.record(), update=None if shown.optimizer is None else shown.optimizer.step)
    expected = sum(
        isinstance(event, Contribution | Seed | Update)
        or (
            isinstance(event, Forward)
            and (traced.nodes[event.node].is_named or traced.nodes[event.node].operation is not None)
        )
        for event in traced.events
    )
    assert sum(len(section.steps) for section in derivation(traced).sections) == expected


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - {"mlp"}))
def test_every_formula_of_examples_on_numbers_is_parsed_as_one(name: str) -> None:
    mathtext = pytest.importorskip("matplotlib.mathtext", reason="matplotlib is not installed")
    parser = mathtext.MathTextParser("path")
    formulas = re.findall(r"\$\$(.*?)\$\$", of(name).markdown())
    assert formulas
    for formula in {re.sub(r"\d+", "0", formula): formula for formula in formulas}.values():  # of each form one
        parser.parse(f"${formula}$")


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_latex_document_is_ascii_and_its_brackets_and_environments_close(name: str) -> None:
    for text in (of(name).latex(), of(name).worksheet("latex")):
        assert text.isascii()
        assert text.count("{") == text.count("}")
        assert text.count(r"\left") - text.count(r"\leftarrow") == text.count(r"\right")
        opened: list[str] = []
        for what, environment in re.findall(r"\\(begin|end)\{([\w*]+)\}", text):
            if what == "begin":
                opened.append(environment)
            else:
                assert opened.pop() == environment
        assert not opened


def test_a_worksheet_has_a_blank_for_each_answer_in_its_key_and_tells_none() -> None:
    sheet, key = of("neuron").worksheet().split("## Key")
    blanks = re.findall(r"\\underline\{\\hspace\{4em\}\}_\{\\,\((\d+)\)\}", sheet)
    assert [int(number) for number in blanks] == list(range(1, len(blanks) + 1))
    assert len(re.findall(r"^\d+\. \$", key, re.MULTILINE)) == len(blanks)
    for answer in ("0.7311", "0.03616", "-0.05288", "1.9471"):
        assert answer not in sheet
        assert answer in key


def test_arrays_up_to_eight_by_eight_are_matrices_and_larger_ones_words() -> None:
    W = Tensor([[1.0, -2.0]], label="W")
    large = Tensor([[1.0] * 9], label="V")
    text = derivation((W * 3.0).sum() + large.sum()).markdown()
    assert r"$$W = \begin{bmatrix} 1 & -2 \end{bmatrix}$$" in text
    assert r"$$V = \text{array 1x9, mean 1, norm 3}$$" in text
    assert r"\odot" in text


def test_it_is_saved_in_the_form_that_the_files_name_says(tmp_path: Path) -> None:
    found = of("paths")
    assert found.save(tmp_path / "a.tex").read_text(encoding="utf-8") == found.latex()
    assert found.save(tmp_path / "a.md").read_text(encoding="utf-8") == found.markdown() == str(found)


@pytest.mark.parametrize("form", ["latex", "markdown", "worksheet"])
def test_the_command_prints_it(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["step", "neuron", "--format", form]) == 0
    told = capsys.readouterr().out
    expected = {"latex": Derivation.latex, "markdown": Derivation.markdown, "worksheet": Derivation.worksheet}[form]
    assert told == expected(of("neuron"))
    assert main(["step", "neuron", "--format", form, "--json"]) == 2


@pytest.mark.parametrize("name", ["neuron", "mlp"])
def test_a_page_shows_every_formula_as_mathml(name: str) -> None:
    page = of(name).html()
    root = ElementTree.fromstring(page.split("\n", 1)[1])  # behind the doctype it is XML, too
    formulas = list(root.iter("{http://www.w3.org/1998/Math/MathML}math"))
    assert len(formulas) == sum(
        step.words.count("$") // 2 + len(step.lines) for section in of(name).sections for step in section.steps
    )
    shown = ["".join(one.itertext()) for one in formulas]
    assert not [text for text in shown if "\\" in text or "{" in text]  # no command is left that nobody knew
    assert root.iter("h2") and [one.text for one in root.iter("h2")] == ["Given", "Forward", "Backward", "Update"]
    if name == "neuron":
        assert "a=σ(z)=σ(1)=0.7311" in [text.replace(" ", "") for text in shown]


def test_a_page_is_saved_and_without_its_package_one_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = Value(3.0, label="x")
    assert derivation(x * x).save(tmp_path / "square.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    monkeypatch.setitem(sys.modules, "latex2mathml", None)
    with pytest.raises(DrawingError, match=r"needs the package latex2mathml \(pip install latex2mathml\)"):
        derivation(x * x).save(tmp_path / "other.html")
    assert not (tmp_path / "other.html").exists()
