"""What plots refuse: what is no class for each sample, and no images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy

from autograd.arguments import described

from ..errors import DrawingError
from .looks import Array


def check_counts(name: str, given: Mapping[str, Any]) -> None:
    """Refuse what is one for each sample and not as many as each other: the rest would be left out, or shifted."""
    for what, each in given.items():
        if not hasattr(each, "__len__") or isinstance(each, str):
            raise DrawingError(f"{name}: {what} are one for each sample, in a list or an array, not {described(each)}")
    counts = {what: len(each) for what, each in given.items()}
    if len(set(counts.values())) > 1:
        *first, last = (f"{count:,} {what}" for what, count in counts.items())
        raise DrawingError(f"{name}: {', '.join(first)} and {last}; give one for each sample")


def classes_of_samples(name: str, what: str, given: Any) -> Array:
    """The classes of samples, checked: what does not fit would be taken for something else."""
    if isinstance(given, numpy.ma.MaskedArray):
        raise DrawingError(f"{name}: {what} are masked; leave out what the mask hides, {what}.compressed()")
    array = numpy.asarray(given)
    if array.ndim != 1 or not array.size:
        raise DrawingError(
            f"{name}: {what} are one class for each sample, shape (n,), not an array of shape {array.shape}; "
            "of rows of scores or of ones and zeros give .argmax(axis=1)"
        )
    if array.dtype.kind not in "biuf" or not numpy.array_equal(array, numpy.round(array)):
        raise DrawingError(f"{name}: {what} are whole numbers, not {array.dtype} {array[:3]!r:.60}")
    return array.astype(int)


def from_zero(name: str, *classes: Array) -> tuple[list[Array], list[str] | None]:
    """Classes counted from 0; of the classes −1 and 1 also what they are called."""
    if not any((each < 0).any() for each in classes):
        return list(classes), None
    if not set(numpy.unique(numpy.concatenate(classes)).tolist()) <= {-1, 1}:
        raise DrawingError(f"{name}: classes are whole numbers from 0, or −1 and 1 for two of them")
    return [(each + 1) // 2 for each in classes], ["−1", "1"]


def check_names(name: str, names: Sequence[str], highest: int) -> None:
    if highest >= len(names):
        raise DrawingError(f"{name}: there is a class {highest}, and {len(names)} names; give each class its name")


def images_of(name: str, given: Any) -> Array:
    """Images, checked."""
    images = numpy.asarray(given)
    if images.ndim != 3 or images.dtype.kind not in "biuf":
        raise DrawingError(
            f"{name}: images are numbers of the shape (samples, height, width), not an array of {images.dtype} of "
            f"shape {images.shape}"
        )
    return images
