"""Small arrays as grids: three digits of the largest, whatever its size."""

from typing import Any

import numpy
import pytest

from viz.grids import Grid, grid


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([1, 2, 3, -4], Grid([["1", "2", "3", "−4"]])),
        ([1.0, 0.5, 0.0, -0.001], Grid([["1.00", "0.50", "0", "−0.00"]])),  # only 0 itself is 0
        ([True, False, True, True], Grid([["1", "0", "1", "1"]])),
        ([12.34, 5.0, 0.0, 1.0], Grid([["12.3", "5.0", "0", "1.0"]])),
        ([1234.5, 5.0, 0.0, 1.0], Grid([["1234", "5", "0", "1"]])),
        ([0.034, 0.002, 0.0, -0.01], Grid([["3.40", "0.20", "0", "−1.00"]], "1e−2")),
        ([2.5e7, 1e7, 1.0, 0.0], Grid([["2.50", "1.00", "0.00", "0"]], "1e7")),
        ([0.0] * 4, Grid([["0"] * 4])),
        ([5e-324, 0.0, 0.0, 0.0], Grid([["0.00", "0", "0", "0"]], "1e−307")),
        ([1.7e308, -1e308, 0.0, 0.0], Grid([["1.70", "−1.00", "0", "0"]], "1e308")),
        ([numpy.nan, numpy.inf, -numpy.inf, 2.0], Grid([["NaN", "∞", "−∞", "2"]])),
        ([numpy.nan] * 4, Grid([["NaN"] * 4])),
        ([[1.0, 2.0], [3.0, 4.5]], Grid([["1.00", "2.00"], ["3.00", "4.50"]])),
    ],
)
def test_numbers_are_written_in_columns_with_one_factor(numbers: Any, expected: Grid) -> None:
    assert grid(numpy.array(numbers)) == expected


@pytest.mark.parametrize("shape", [(), (3,), (0, 4), (9,), (9, 1), (2, 2, 2), (1, 3)])
def test_other_arrays_are_no_grids(shape: tuple[int, ...]) -> None:
    assert grid(numpy.ones(shape)) is None


def test_a_column_has_room_for_the_widest_number() -> None:
    narrow, wide = grid(numpy.array([1, 1, 1, 1])), grid(numpy.array([1, 1, 1, -100]))
    assert narrow is not None
    assert wide is not None
    assert 12 < narrow.column_width(12.0) < wide.column_width(12.0) < 40
