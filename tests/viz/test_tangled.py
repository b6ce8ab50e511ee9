"""Graphs whose edges cross many ranks: laid out in seconds all the same, with straight edges."""

import random

import pytest

from autograd import Value
from viz import draw
from viz.dot import MANY_CROSSED_RANKS
from viz.glass import crossed_ranks


def random_graph(n_operations: int) -> Value:
    rng = random.Random(1)
    nodes = [Value(1.0) for _ in range(4)]
    for _ in range(n_operations):
        nodes.append(nodes[-1] + rng.choice(nodes))
    return nodes[-1]


def test_the_ranks_that_edges_cross_are_counted() -> None:
    x = Value(2.0, label="x")
    y = x
    for _ in range(5):
        y = y * 3.0
    # x's second edge goes past five nodes; each edge from one node to the next crosses none.
    assert crossed_ranks(draw(y + x).view) == 5
    assert crossed_ranks(draw(y).view) == 0


@pytest.mark.slow
def test_a_tangled_graph_has_straight_edges_and_an_orderly_one_has_curves() -> None:
    tangled = draw(random_graph(140), collapse=None)
    assert crossed_ranks(tangled.view) > MANY_CROSSED_RANKS
    assert "splines=line" in tangled.dot
    assert "splines" not in draw(random_graph(10)).dot
    assert tangled.svg(prefix="a").count('class="edge"') == 3 * 140


@pytest.mark.parametrize("renderer", ["dot", "wasm"])
def test_boxes_that_use_each_other_s_results_in_a_circle_are_drawn(renderer) -> None:
    a = Value(1.0, label="a")
    b = a * 2
    c = b * 3
    d = c * 4 + b
    drawing = draw(d * 2, collapse=_by_turns, renderer=renderer)
    assert {box.title for box in drawing.view.boxes} == {"even", "odd"}
    assert ">even<" in drawing.svg()
    assert ">odd<" in drawing.svg()


def _by_turns(node) -> str | None:
    return None if node.operation is None else ("even" if node.id % 2 else "odd")
