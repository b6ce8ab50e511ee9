"""Matrix products as rows, columns and elements, in forward and in backward steps, and how they stand on the screen."""

from typing import Any

import numpy
import pytest

from autograd import Tensor, affine, sin
from viz import trace
from viz.matrix_products import Factor, MatrixProduct, matrix_product
from viz.terminal.product_lines import element_lines, product_lines
from viz.themes import DARK

GENERATOR = numpy.random.default_rng(0)


def leaf(label: str, *shape: int) -> Tensor:
    return Tensor(GENERATOR.normal(size=shape), label=label)


def products(output: Tensor) -> list[MatrixProduct]:
    traced = trace(sin(output).sum())
    return [found for event in traced.events if (found := matrix_product(traced, event)) is not None]


@pytest.mark.parametrize(
    ("output", "formulas"),
    [
        (leaf("X", 4, 2) @ leaf("W", 2, 3), ["X @ W", "G @ Wᵀ", "Xᵀ @ G"]),
        (affine(leaf("X", 4, 2), leaf("W", 2, 3), leaf("b", 3)), ["X @ W + b", "G @ Wᵀ", "Xᵀ @ G"]),
        (leaf("X", 2, 4, 2) @ leaf("W", 2, 3), []),  # many products
        (leaf("X", 40, 40) @ leaf("W", 40, 3), []),  # too large to be kept
        (leaf("x", 3) * leaf("y", 3), []),
    ],
)
def test_a_step_that_is_a_product_of_matrices_tells_its_factors(output: Tensor, formulas: list[str]) -> None:
    found = products(output)
    assert [one.formula for one in found] == formulas
    for one in found:
        added = 0 if one.added is None else one.added.data
        numpy.testing.assert_allclose(one.left.data @ one.right.data + added, one.result.data)


def test_an_element_is_the_sum_of_its_row_times_its_column_and_what_is_added() -> None:
    forward, *_ = products(affine(leaf("X", 4, 2), leaf("W", 2, 3), leaf("b", 3)))
    for number in range(12):
        row, column = forward.element(number)
        assert (row, column) == divmod(number, 3)
        total = sum(one * other for one, other in forward.terms(row, column)) + forward.added.data[row, column]  # type: ignore[union-attr]  # b is added
        assert total == pytest.approx(forward.result.data[row, column])
    assert forward.element(12) == (0, 0)  # the first follows the last
    symbols, numbers = element_lines(forward, 4)
    assert symbols == "v1[1, 1] = Σₖ X[1, k] × W[k, 1] + b[1]"
    assert numbers.count("×") == 2 and numbers.count("+") == 2 and numbers.startswith("= ")


def product(rows: int, between: int, columns: int) -> MatrixProduct:
    left, right = (numpy.arange(float(a * b)).reshape(a, b) for a, b in ((rows, between), (between, columns)))
    return MatrixProduct(Factor("A", left), Factor("B", right), None, Factor("C", left @ right))


def lines_of(one: MatrixProduct, number: int, width: int, rows: int = 5) -> list[str]:
    return [line.plain.rstrip() for line in product_lines(one, number, width, rows, DARK)]


def test_the_matrices_stand_beside_each_other_with_arrows_at_the_row_and_the_column() -> None:
    assert lines_of(product(2, 2, 3), 4, 60) == [
        "   A         B           C",
        "             ▾           ▾",
        " │0 1│ @  │0 1 2│ =  │3  4  5│",
        "▸│2 3│    │3 4 5│   ▸│9 14 19│",
    ]


@pytest.mark.parametrize("width", [76, 60, 54])
def test_what_has_no_room_is_a_window_around_the_element_and_says_so(width: int) -> None:
    lines = lines_of(product(20, 20, 20), 20 * 11 + 13, width)
    assert lines and max(map(len, lines)) <= width
    assert len(lines) <= 2 + 7  # five rows, and … above and below
    assert "…" in "".join(lines)
    assert sum(line.count("▸") for line in lines) == 2
    assert lines_of(product(20, 20, 20), 0, 20) == []


def test_many_terms_are_told_by_their_number() -> None:
    numbers: Any = element_lines(product(2, 20, 2), 0)[1]
    assert numbers.count("×") == 5 and "… (20 terms)" in numbers
