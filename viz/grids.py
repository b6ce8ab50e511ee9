"""A small array as a grid of numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy

from .numbers import MINUS, format_number
from .text_width import text_width

# An array of more rows or columns is summed up; fewer numbers than these are written in a row of text.
_MOST, _FEWEST = 8, 4
_DIGITS = 3  # of the largest magnitude; the others have as many decimals
_BETWEEN = 7.0  # two columns, in points
# Outside of these powers of ten of the largest magnitude, the grid has a factor.
_LEAST_POWER, _MOST_POWER = -1, 3
_SMALLEST_POWER = -307  # of a float with all its digits


@dataclass(frozen=True)
class Grid:
    """Rows of written numbers, and the factor that all of them have; "" for none."""

    rows: list[list[str]]
    factor: str = ""

    def column_width(self, size: float) -> float:
        """How wide each column is at this font size, in points."""
        return max(text_width(number, size) for row in self.rows for number in row) + _BETWEEN


def grid(array: Any) -> Grid | None:
    """The numbers of a small vector or matrix, to three digits of the largest; None of any other array. A vector is
    one row, and 0 alone is written 0.

    >>> grid(numpy.array([[1.0, -0.5], [0.001, 0.0]]))
    Grid(rows=[['1.00', '−0.50'], ['0.00', '0']], factor='')
    >>> grid(numpy.array([1e-5, 2e-5, 3e-5, 4e-5]))
    Grid(rows=[['1.00', '2.00', '3.00', '4.00']], factor='1e−5')
    """
    if not isinstance(array, numpy.ndarray) or array.ndim not in (1, 2):
        return None
    if array.size < _FEWEST or max(array.shape) > _MOST:
        return None
    numbers = numpy.atleast_2d(array).astype(numpy.float64)
    finite = numbers[numpy.isfinite(numbers)]
    most = float(numpy.abs(finite).max(initial=0.0))
    power = max(math.floor(math.log10(most)), _SMALLEST_POWER) if most else 0
    factor = 10.0**power if not _LEAST_POWER <= power <= _MOST_POWER else 1.0
    if factor == 1.0 and (finite == numpy.round(finite)).all():
        decimals = 0
    else:
        decimals = max(0, _DIGITS - 1 - (power if factor == 1.0 else 0))
    rows = [[_written(number / factor, decimals) for number in row] for row in numbers.tolist()]
    return Grid(rows, "" if factor == 1.0 else f"1e{power}".replace("-", MINUS))


def _written(number: float, decimals: int) -> str:
    if number == 0 or not math.isfinite(number):
        return format_number(number)
    return f"{number:.{decimals}f}".replace("-", MINUS)
