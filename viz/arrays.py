"""What a trace keeps of a node's data: a number as it is, a small array whole, of a larger one what it is like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy

from autograd.operation import PYTHON_NUMBERS

# Arrays of up to so many elements are kept whole: enough for a picture of 32 × 32.
WHOLE_ARRAYS = 1024


@dataclass(frozen=True)
class ArraySummary:
    """An array too large to keep. The statistics are of its finite elements; nan where there are none."""

    shape: tuple[int, ...]
    dtype: str
    mean: float
    norm: float
    low: float
    high: float
    not_finite: int

    @property
    def size(self) -> int:
        return int(numpy.prod(self.shape))


def kept(data: Any) -> Any:
    """What a trace keeps of data: large arrays as a summary, smaller ones copied, because they may change."""
    if not isinstance(data, numpy.ndarray):
        return data
    return data.copy() if data.size <= WHOLE_ARRAYS else summary(data)


def summary(array: Any) -> ArraySummary:
    """What an array is like."""
    finite = array[numpy.isfinite(array)].astype(numpy.float64)
    return ArraySummary(
        shape=array.shape,
        dtype=str(array.dtype),
        mean=_mean(finite) if finite.size else numpy.nan,
        norm=norm(finite) if finite.size else numpy.nan,
        low=float(finite.min()) if finite.size else numpy.nan,
        high=float(finite.max()) if finite.size else numpy.nan,
        not_finite=int(array.size - finite.size),
    )


def _mean(finite: Any) -> float:
    with numpy.errstate(all="ignore"):
        mean = float(finite.mean())
    return mean if numpy.isfinite(mean) else float((finite / finite.size).sum())  # the sum alone may be too large


def norm(array: Any) -> float:
    """The Euclidean norm, also where the squares are too large or too small for a float."""
    numbers = numpy.abs(numpy.asarray(array, numpy.float64)).ravel()
    largest = float(numbers.max(initial=0.0))
    if largest == 0 or not numpy.isfinite(largest):
        return largest
    with numpy.errstate(all="ignore"):  # where it is larger than every float, it is infinite
        return largest * float(numpy.linalg.norm(numbers / largest))


def magnitude(data: Any) -> float:
    """The norm of a number, an array or a summary; nan where one is not finite that the summary left out."""
    if isinstance(data, ArraySummary):
        return numpy.nan if data.not_finite else data.norm
    return norm(data)


def largest(data: Any) -> float:
    """The largest magnitude in a number, an array (nan if one is nan) or a summary (of what is finite)."""
    if isinstance(data, ArraySummary):
        return max(abs(data.low), abs(data.high))
    return float(numpy.max(numpy.abs(data), initial=0.0))


def is_finite(data: Any) -> bool:
    """Whether a number, an array or a summary is finite everywhere; None, no number at all, counts as finite."""
    if isinstance(data, ArraySummary):
        return not data.not_finite
    return data is None or bool(numpy.isfinite(data).all())


def is_single(data: Any) -> bool:
    """Whether data is one number, also in an array."""
    return type(data) in PYTHON_NUMBERS or getattr(data, "size", 1) == 1


def only_number(data: Any) -> float:
    """The number that single data is."""
    return float(numpy.asarray(data).item())


def shape_of(data: Any) -> tuple[int, ...]:
    """The shape of a number, an array or a summary."""
    return () if data is None else tuple(getattr(data, "shape", ()))
