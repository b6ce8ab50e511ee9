"""What a trace keeps of a node's data: a number as it is, a small array whole, of a larger one what it is like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy


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


def kept(data: Any, most: int) -> Any:
    """A snapshot of data: arrays of more than `most` elements as a summary, smaller ones copied."""
    if not isinstance(data, numpy.ndarray):
        return data
    return data.copy() if data.size <= most else summary(data)


def summary(array: Any) -> ArraySummary:
    """What an array is like."""
    finite = array[numpy.isfinite(array)].astype(numpy.float64)
    return ArraySummary(
        shape=array.shape,
        dtype=str(array.dtype),
        mean=float(finite.mean()) if finite.size else numpy.nan,
        norm=norm(finite) if finite.size else numpy.nan,
        low=float(finite.min()) if finite.size else numpy.nan,
        high=float(finite.max()) if finite.size else numpy.nan,
        not_finite=int(array.size - finite.size),
    )


def norm(array: Any) -> float:
    """The Euclidean norm, also where the squares are too large or too small for a float."""
    numbers = numpy.abs(numpy.asarray(array, numpy.float64)).ravel()
    largest = float(numbers.max(initial=0.0))
    if largest == 0 or not numpy.isfinite(largest):
        return largest
    with numpy.errstate(all="ignore"):  # where it is larger than every float, it is infinite
        return largest * float(numpy.linalg.norm(numbers / largest))


def shape_of(data: Any) -> tuple[int, ...]:
    """The shape of a number, an array or a summary."""
    return () if data is None else tuple(getattr(data, "shape", ()))
