"""A gradient as the sum over all paths."""

import math

import pytest

from autograd import Tensor, Value, sigmoid
from glassgrad.examples import EXAMPLES, example
from viz import trace
from viz.errors import NoPathsError
from viz.gradient_paths import why
from viz.terminal.equation import why_equation


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - {"mlp"}))
def test_the_products_of_all_paths_add_up_to_the_gradient(name: str) -> None:
    traced = trace(example(name).record())
    for node, gradient in traced.gradients.items():
        found = why(traced, node, most=1000)
        assert len(found.paths) == found.count
        assert math.fsum(path.product for path in found.paths) == pytest.approx(gradient)


def test_two_paths_are_told_in_symbols_and_numbers() -> None:
    traced = trace(example("paths").record())
    node = next(one.id for one in traced.nodes if one.label == "b")
    shown = why_equation(why(traced, node))
    assert shown.title == "Why this gradient? b reaches e on 2 paths"
    lines = [text for _, text in shown.lines]
    assert "∂e/∂b = 2 + 3 = 5" in lines
    assert "∂e/∂c × ∂c/∂b" in lines
    assert "= 2 × 1 = 2" in lines


def test_more_paths_than_are_shown_are_counted() -> None:
    y = Value(1.0, label="x")
    for _ in range(100):
        y = y + y
    found = why(trace(y), 0, most=3)
    assert (len(found.paths), found.count, found.total) == (3, 2**100, 2.0**100)
    assert "… and 1,267,650,600,228,229,401,496,703,205,373 more" in str(why_equation(found).lines)


def test_a_deep_chain_is_one_path() -> None:
    x = Value(0.5, label="x")
    y: Value = x
    for _ in range(3000):
        y = y * 1.0
    assert len(why(trace(y), 0).paths[0].factors) == 3000


def test_arrays_and_what_no_gradient_reaches_are_refused_in_a_sentence() -> None:
    w, x = Tensor([1.0, 2.0], label="w"), Value(2.0, requires_grad=False, label="x")
    with pytest.raises(NoPathsError, match="there are arrays on the way from w"):
        why(trace((w * w).sum()), 0)
    traced = trace(sigmoid(Value(1.0, label="w") * x))
    with pytest.raises(NoPathsError, match="no gradient reaches x: there is no path from it to v2"):
        why(traced, next(one.id for one in traced.nodes if one.label == "x"))
