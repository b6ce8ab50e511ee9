"""Rows are in the order in which their numbers are used, where that does not tangle the edges."""

from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, label, scope, tanh
from glassgrad.examples import example
from viz import draw
from viz.layout import render_svg
from viz.tidiness import untidiness

Read = Callable[[str], Any]


def recurrent(steps: int) -> Value:
    """A recurrent network: the same parameters in every step, and an input for each."""
    w, u, b = (Value(number, label=name) for number, name in ((0.5, "w"), (0.8, "u"), (0.1, "b")))
    hidden: Any = Value(0.0, label="h0", requires_grad=False)
    for step in range(1, steps + 1):
        given = Value(0.3 * step, label=f"x{step}", requires_grad=False)
        with scope(f"step {step}"):
            hidden = tanh(w * hidden + u * given + b)
        label({f"h{step}": hidden})
    return hidden  # type: ignore[no-any-return]  # a Value after a step


def places(svg: str, read: Read) -> dict[str, tuple[float, float]]:
    """Where each node's first line of text is, by that line up to its formula."""
    picture = read(svg)
    texts = {name: next(picture.group(name).iter("{http://www.w3.org/2000/svg}text")) for name in picture.nodes}
    return {
        (text.text or "").split(" = ")[0].strip("\u00a0"): (float(text.get("x", "0")), float(text.get("y", "0")))
        for text in texts.values()
    }


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("a -> b; c -> d", 0),
        ("n0 -> n2; n1 -> n2", 0),
        ("n1 -> n2; n0 -> n2", 1),  # n1, used last, comes first
        ("a -> d; b -> c; {rank=same; a -> b [style=invis]} {rank=same; c -> d [style=invis]}", 1),
    ],
)
def test_crossings_and_rows_out_of_order_are_counted(program: str, expected: int, renderer: str) -> None:
    assert untidiness(render_svg(f"digraph {{ {program} }}", renderer)) == expected


def test_the_rows_of_a_softmax_are_in_order(read: Read, renderer: str) -> None:
    at = places(draw(example("softmax").record(), renderer=renderer, direction="down", operations="boxes").svg(), read)
    for names in (["z1", "z2", "z3"], ["e1", "e2", "e3"], ["p1", "p2", "p3"], ["y1", "y2", "y3"]):
        across = [at[name][0] for name in names]
        assert across == sorted(across)


def test_each_step_s_input_stands_beside_its_step(read: Read, renderer: str) -> None:
    at = places(draw(recurrent(3), renderer=renderer, direction="down", operations="boxes").svg(), read)
    heights = [at[name][1] for name in ("x1", "h1", "x2", "h2", "x3", "h3")]
    assert heights == sorted(heights)


def test_a_scope_has_a_frame_with_its_name_around_its_nodes(read: Read, renderer: str) -> None:
    picture = read(draw(recurrent(2), renderer=renderer).svg())
    frames = [group for group in picture.root.iter("{http://www.w3.org/2000/svg}g") if group.get("class") == "cluster"]
    assert sorted(text for frame in frames for text in picture._texts(frame)) == ["step 1", "step 2"]


def test_scopes_with_the_same_nodes_share_a_frame(read: Read) -> None:
    texts = read(draw(example("neuron").record(), operations="boxes").svg()).all_texts()
    assert "cost / quadratic" in texts
    assert "cost" not in texts


def test_names_are_at_the_beginnings_of_their_arrows(read: Read, renderer: str) -> None:
    picture = read(draw(example("neuron").record(), style="document", direction="down", renderer=renderer).svg())
    for title, _ in picture.edges:
        text = next(picture.group(title.split("->")[0]).iter("{http://www.w3.org/2000/svg}text"))
        start = next(picture.group(title).iter("{http://www.w3.org/2000/svg}path")).get("d", "")[1:].split("C")[0]
        if picture.nodes[title.split("->")[0]][0] in ("w1", "x1", "b", "y"):
            assert abs(float(start.split(",")[1]) - float(text.get("y", "0"))) < 12
