"""Pictures can be read where they are looked at: by the size that results."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from autograd import Tensor, Value, label, tanh
from glassgrad.examples import EXAMPLES, example
from viz import DrawingError, draw, trace
from viz.fitting import LAPTOP, PHONE, READABLE, fitting, size
from viz.numbers import format_data
from viz.picture import Picture

Read = Callable[[str], Any]


@pytest.mark.parametrize("name", ["neuron", "paths", "softmax", "xor", "mlp", "vanishing"])
def test_an_example_can_be_read_on_a_laptop_within_three_screens(name: str, renderer: str) -> None:
    assert LAPTOP.shows(*size(draw(example(name).record(), renderer=renderer).svg()))


@pytest.mark.parametrize("name", ["neuron", "paths", "mlp"])
def test_an_example_can_be_read_on_a_phone_within_three_screens(name: str, renderer: str) -> None:
    assert PHONE.shows(*size(draw(example(name).record(), renderer=renderer).svg()))


@pytest.mark.parametrize("name", EXAMPLES)
def test_in_the_documents_style_every_example_can_be_read_on_a_laptop(name: str) -> None:
    assert LAPTOP.shows(*size(draw(example(name).record(), style="document").svg()))


def test_all_text_of_a_picture_is_of_the_size_that_is_reckoned_with(read: Read, renderer: str) -> None:
    root = read(draw(example("xor").record(), legend=True, overlay="gradient", renderer=renderer).svg()).root
    assert {float(text.get("font-size", "14")) for text in root.iter("{http://www.w3.org/2000/svg}text")} == {12.0}
    assert READABLE <= 12 * 390 / 520


@pytest.mark.parametrize("style", ["glass", "document"])
def test_a_direction_that_is_asked_for_is_taken(style: str) -> None:
    output = example("neuron").record()
    right, down = (draw(output, style=style, direction=direction) for direction in ("right", "down"))
    assert "rankdir=LR" in right.dot
    assert "rankdir=TB" in down.dot
    assert size(down.svg())[0] < size(right.svg())[0]


def test_operations_are_in_circles_or_in_boxes(read: Read) -> None:
    output = example("paths").record()
    circles, boxes = (read(draw(output, operations=one).svg()) for one in ("circles", "boxes"))
    assert ["+"] in circles.node_texts()
    assert ["a", "data 2", "grad 2"] in circles.node_texts()
    assert any(texts for _, texts in circles.edges)
    assert len(boxes.nodes) == 5  # the bare 1 stands in d's formula
    assert ["c = a + b", "data 3", "grad 2", "= 1 × 2"] in boxes.node_texts()
    assert ["a", "data 2", "grad 2", "= 2 × 1"] in boxes.node_texts()
    (b,) = [texts for texts in boxes.node_texts() if texts[0] == "b"]
    assert b[:4] == ["b", "data 1", "grad 5", "= Σ of"]
    assert set(b[4:]) == {"c: 2 × 1 = 2", "d: 3 × 1 = 3"}
    assert not any(texts for _, texts in boxes.edges)


@pytest.mark.parametrize("name", ["neuron", "softmax", "xor"])
def test_boxes_hold_every_contribution(name: str, read: Read) -> None:
    traced = trace(example(name).record())
    nodes = read(draw(traced, operations="boxes").svg()).nodes
    for event in traced.contributions().values():
        rows = " ".join(nodes[f"n{event.operand}"])
        local = format_data(event.local_gradient)
        factor = f"({local})" if local.startswith("−") else local
        assert f"{format_data(event.upstream_gradient)} × {factor}" in rows


def test_what_arrays_pass_back_is_said_in_terms_of_the_upstream_gradient(read: Read) -> None:
    x = Tensor([[1.0, 2.0], [3.0, 4.0]], label="x")
    b = Tensor([1.0, 2.0], label="b")
    z = x * b
    label({"z": z})
    for operations in ("circles", "boxes"):
        svg = draw(tanh(z).sum(), operations=operations).svg()
        assert "G × b" in svg
        assert "Σ G × x" in svg
        assert re.search(r"G × \(1 − \w+ × \w+\)", svg)


def empty(dot: str, seconds: float) -> str:
    return f'<svg width="{dot}pt" height="10pt" />'


def test_a_picture_that_fits_no_screen_is_the_narrowest() -> None:
    pictures = [lambda width=width: Picture(str(width)) for width in (9000, 5000, 7000)]
    made = fitting(pictures, empty, 60.0)
    assert made.width == 5000


def test_of_pictures_that_fit_a_laptop_alone_the_one_with_the_largest_text_is_taken() -> None:
    pictures = [lambda width=width: Picture(str(width)) for width in (1700, 900, 1100)]
    made = fitting(pictures, empty, 60.0)
    assert made.width == 900


def test_where_text_is_equal_on_a_laptop_the_one_with_larger_text_on_a_phone_is_taken() -> None:
    pictures = [lambda width=width: Picture(str(width)) for width in (1700, 900, 700, 800)]
    made = fitting(pictures, empty, 60.0)
    assert made.width == 700  # on a laptop text grows no more below 1,024 points


def test_what_is_no_direction_of_a_style_is_refused() -> None:
    output = Value(3.0, label="x") * 2.0
    with pytest.raises(DrawingError, match="unknown direction 'up'; known are auto, right, down"):
        draw(output, direction="up")
    with pytest.raises(DrawingError, match="unknown operations 'clouds'; known are auto, circles, boxes"):
        draw(output, operations="clouds")
    with pytest.raises(DrawingError, match=r'style="document" draws .*, not direction="auto", operations="boxes"$'):
        draw(output, style="document", operations="boxes")
