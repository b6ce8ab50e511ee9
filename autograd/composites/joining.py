"""Arrays joined to one, and one cut into several."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy

from .. import array_functions
from ..errors import ShapeError
from ..operands import checked_one_axis, operand_of, operands_of, whole_numbers

__all__ = ["hstack", "split", "vstack"]


def split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Any]:
    """x cut along `axis` into so many equal parts, or before each of the indices.

    >>> from autograd import Tensor, split
    >>> [part.data.tolist() for part in split(Tensor([1.0, 2.0, 3.0]), [1])]
    [[1.0], [2.0, 3.0]]
    """
    x = operand_of("split", x)
    axis = checked_one_axis("split", x, axis) % x.ndim
    size = x.shape[axis]
    cuts = whole_numbers(
        "split: a number of equal parts or the indices to cut before are integers", indices_or_sections
    )
    if numpy.ndim(indices_or_sections) == 0:
        sections = cuts[0]
        if sections < 1 or size % sections:
            raise ShapeError(f"split: a size of {size} is not {sections} equal parts")
        cuts = tuple(size // sections * i for i in range(1, sections))
    before = (slice(None),) * axis
    return [array_functions.getitem(x, (*before, slice(*part))) for part in itertools.pairwise((0, *cuts, size))]


def vstack(arrays: Sequence[Any]) -> Any:
    """The arrays on top of each other; one-dimensional ones are rows."""
    joined = [operand_of("vstack", array) for array in operands_of("vstack", arrays)]
    return array_functions.concatenate([array_functions.reshape(x, (1, -1)) if x.ndim < 2 else x for x in joined], 0)


def hstack(arrays: Sequence[Any]) -> Any:
    """The arrays side by side: along the second axis, one-dimensional ones along their only one."""
    joined = [operand_of("hstack", array) for array in operands_of("hstack", arrays)]
    joined = [array_functions.reshape(x, -1) if x.ndim == 0 else x for x in joined]
    return array_functions.concatenate(joined, 1 if joined[0].ndim > 1 else 0)
