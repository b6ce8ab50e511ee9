import math

import numpy
import pytest

from viz.numbers import format_data, format_number


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (-3.0, "−3"),
        (0.7310585786300049, "0.7311"),
        (-0.05287709, "−0.05288"),
        (0.001, "0.001"),
        (0.00099996, "0.001"),
        (0.00099994, "9.999e−4"),
        (12345.6, "12346"),
        (99999.96, "1e5"),
        (123456.0, "1.235e5"),
        (1e-300, "1e−300"),
        (1234.5678, "1235"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
    ],
)
def test_numbers_have_four_significant_digits_and_a_real_minus(number: float, expected: str) -> None:
    assert format_number(number) == expected


def test_data_is_a_number_or_an_array_in_short() -> None:
    assert format_data(None) == "—"
    assert format_data(0.5) == "0.5"
    assert format_data(numpy.array([[3.0, -4.0]])) == "[[3, −4]]"
    assert format_data(numpy.zeros((0, 3))) == "[]"
    assert format_data(numpy.array([True, False])) == "[1, 0]"
    assert format_data(numpy.full((2, 8), 0.5)) == "array 2×8, mean 0.5, norm 2"
