"""Long chains are drawn in columns beside each other."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from autograd import Node, Value, sigmoid, tanh
from glassgrad.examples import example
from viz import draw
from viz.columns import in_columns
from viz.fitting import LAPTOP, size

Read = Callable[[str], Any]


def chain(length: int, *, has_weights: bool = False) -> Node:
    number: Node = Value(0.5, label="x")
    for step in range(length):
        number = sigmoid(number * Value(1.1, label=f"w{step + 1}")) if has_weights else tanh(number)
    return number


@pytest.mark.parametrize(("length", "has_weights"), [(40, False), (30, True)])
@pytest.mark.parametrize("style", ["glass", "document"])
def test_a_long_chain_can_be_read_on_about_three_screens_and_loses_nothing(
    length: int, has_weights: bool, style: str, read: Read
) -> None:
    drawing = draw(chain(length, has_weights=has_weights), style=style)
    assert replace(LAPTOP, screens=3.2).shows(*size(drawing.svg()))
    picture = read(drawing.svg())
    assert "constraint=false" in drawing.dot
    assert len(picture.edges) == (3 if has_weights else 1) * length + (style == "document")
    assert "above_" not in drawing.svg()


def test_a_row_that_is_asked_for_and_cannot_be_read_goes_on_in_a_second() -> None:
    drawing = draw(example("vanishing").record(), direction="right")
    assert LAPTOP.shows(*size(drawing.svg()))
    assert drawing.dot.count("constraint=false") == 1


DIAMONDS = """digraph {
\ta -> b []
\ta -> c []
\tb -> d []
\tc -> d []
\td -> e []
\te -> f []
\te -> g []
\tf -> h []
\tg -> h []
}
"""


def test_only_an_edge_that_nothing_else_goes_beside_is_cut() -> None:
    found = in_columns(DIAMONDS, 2)
    assert found is not None
    assert [line for line in found.dot.splitlines() if "constraint" in line] == ["\td -> e [constraint=false ]"]
    assert found.members == [set("abcd"), set("efgh")]
    assert in_columns(DIAMONDS.replace("d -> e", "d -> e []\n\ta -> e"), 2) is None
    assert in_columns(DIAMONDS.replace("digraph {", "digraph {\n\tsubgraph cluster_0 {\n\t}"), 2) is None
