"""The one measure of how far an array is from what was expected of it."""

import math

import numpy
import pytest

from witnesses.relative_error import relative_error


@pytest.mark.parametrize(
    ("found", "expected", "error"),
    [
        ([2.0, 4.0], [2.0, 4.0], 0.0),
        ([2.0, 5.0], [2.0, 4.0], 0.25),
        ([3.0, 4.0], [2.0, 4.0], 0.25),
        ([1e-6, 0.0], [0.0, 0.0], 1e-3),
        ([math.nan, 1.0], [1.0, 1.0], math.inf),
        ([1.0, 1.0], [math.nan, 1.0], math.inf),
        ([[1.0, 1.0]], [1.0, 1.0], math.inf),
        (numpy.ones(2, numpy.float32), [1.0, 1.0], math.inf),
        ([], [], 0.0),
    ],
)
def test_a_relative_error_is_relative_to_the_greatest_of_an_array(found, expected, error) -> None:
    assert relative_error(found, expected) == pytest.approx(error)
