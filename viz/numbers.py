"""How numbers are written for people."""

from __future__ import annotations

import functools
import math
from typing import Any, SupportsFloat

import numpy

from autograd.arguments import described

from .arrays import ArraySummary, summary
from .errors import DrawingError

MINUS = "−"


@functools.lru_cache(maxsize=10_000)
def format_number(number: float, digits: int = 4) -> str:
    """A number in `digits` significant digits: scientific outside 1e-3 … 1e5, with a real minus sign.

    >>> [format_number(number) for number in (-0.26894142, 6.0, 1e-7, 123456.0, float("nan"))]
    ['−0.2689', '6', '1e−7', '1.235e5', 'NaN']
    """
    if not isinstance(number, SupportsFloat):
        raise DrawingError(f"format_number: a number is written, not {described(number)}")
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "∞" if number > 0 else f"{MINUS}∞"
    if number == 0:
        return "0"
    mantissa, exponent = f"{number:.{digits - 1}e}".split("e")
    if -3 <= int(exponent) < 5:
        text = f"{number:.{max(digits - 1 - int(exponent), 0)}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        text = f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    return text.replace("-", MINUS)


def grouped(number: str) -> str:
    """A written number behind a sign: a negative one in brackets.

    >>> grouped("−1"), grouped("2")
    ('(−1)', '2')
    """
    return f"({number})" if number.startswith(MINUS) else number


def format_data(data: Any, digits: int = 4) -> str:
    """A node's data, gradient or contribution: a number, a small array in full, or of a larger one the
    shape, mean and norm.

    >>> format_data(numpy.array([[3.0, 4.0]]))
    '[[3, 4]]'
    >>> format_data(numpy.ones((3, 4)))
    'array 3×4, mean 1, norm 3.464'
    """
    if type(data) is float:
        return format_number(data, digits)
    if data is None:
        return "—"
    if not isinstance(data, ArraySummary):
        array = numpy.asarray(data)
        if array.ndim == 0:
            return format_number(float(array), digits)
        if array.size <= _SMALL:
            return _nested(array.tolist(), digits)
        data = summary(array)
    shape = "×".join(map(str, data.shape))
    wrong = f", {data.not_finite} not finite" if data.not_finite else ""
    return f"array {shape}, mean {format_number(data.mean, digits)}, norm {format_number(data.norm, digits)}{wrong}"


_SMALL = 6


def _nested(items: Any, digits: int) -> str:
    if not isinstance(items, list):
        return format_number(float(items), digits)
    return f"[{', '.join(_nested(item, digits) for item in items)}]"
