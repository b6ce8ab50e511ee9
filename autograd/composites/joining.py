"""Arrays joined to one, and one cut into several."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy

from .. import array_functions
from ..errors import DataTypeError, ShapeError
from ..operands import checked_one_axis, one_whole_number, operand_of, operands_of, whole_numbers
from .shape import atleast_3d, ravel


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


def dstack(arrays: Sequence[Any]) -> Any:
    """The arrays behind each other, along the third axis; (M, N) and (N,) are (M, N, 1) and (1, N, 1).

    >>> from autograd import Tensor, dstack
    >>> dstack([Tensor([1.0, 2.0]), Tensor([3.0, 4.0])]).data.tolist()
    [[[1.0, 3.0], [2.0, 4.0]]]
    """
    return array_functions.concatenate([atleast_3d(x) for x in operands_of("dstack", arrays)], 2)


def column_stack(arrays: Sequence[Any]) -> Any:
    """The arrays side by side; one-dimensional ones are columns.

    >>> from autograd import Tensor, column_stack
    >>> column_stack([Tensor([1.0, 2.0]), Tensor([3.0, 4.0])]).data.tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    joined = operands_of("column_stack", arrays)
    return array_functions.concatenate([array_functions.reshape(x, (-1, 1)) if x.ndim < 2 else x for x in joined], 1)


def append(x: Any, values: Any, axis: int | None = None) -> Any:
    """x with `values` behind it along `axis`; both flattened where no axis is given.

    >>> from autograd import Tensor, append
    >>> append(Tensor([1.0, 2.0]), 3.0).data
    array([1., 2., 3.])
    """
    x, values = operand_of("append", x), operand_of("append", values)
    if axis is None:
        return array_functions.concatenate([ravel(x), ravel(values)])
    return array_functions.concatenate([x, values], axis)


def block(arrays: Any) -> Any:
    """The array that is put together from a nested list of blocks: the innermost lists along the last axis, those
    around them along the one before, and so on.

    >>> from autograd import Tensor, block
    >>> x = Tensor([[1.0, 2.0]])
    >>> block([[x, 0.0], [0.0, x]]).data
    array([[1., 2., 0.],
           [0., 1., 2.]])
    """
    depth = _depth(arrays, ())
    ndim = max(depth, max(x.ndim for x in _blocks(arrays)))
    return _block(arrays, depth, ndim)


def _depth(arrays: Any, path: tuple[int, ...]) -> int:
    """How many lists are around each block."""
    if not isinstance(arrays, list):
        if isinstance(arrays, tuple):
            raise DataTypeError("block: blocks are nested in lists; a tuple is none")
        return 0
    if not arrays:
        raise ShapeError(f"block: the list at {list(path)} is empty" if path else "block: there is nothing to join")
    depths = {_depth(one, (*path, number)) for number, one in enumerate(arrays)}
    if len(depths) > 1:
        raise ShapeError("block: all blocks are in as many lists as the others")
    return 1 + depths.pop()


def _blocks(arrays: Any) -> list[Any]:
    if isinstance(arrays, list):
        return [x for one in arrays for x in _blocks(one)]
    return [operand_of("block", arrays)]


def _block(arrays: Any, depth: int, ndim: int) -> Any:
    if depth == 0:
        x = operand_of("block", arrays)
        if x.ndim == ndim:
            return array_functions.getitem(x, ())
        return array_functions.reshape(x, (1,) * (ndim - x.ndim) + x.shape)
    return array_functions.concatenate([_block(one, depth - 1, ndim) for one in arrays], -depth)


def array_split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Any]:
    """x cut along `axis` into so many parts, the first ones larger where they cannot be equal; or before each of the
    indices.

    >>> from autograd import Tensor, array_split
    >>> [part.data.tolist() for part in array_split(Tensor([1.0, 2.0, 3.0]), 2)]
    [[1.0, 2.0], [3.0]]
    """
    x = operand_of("array_split", x)
    axis = checked_one_axis("array_split", x, axis) % x.ndim
    if numpy.ndim(indices_or_sections):
        return split(x, indices_or_sections, axis)
    sections = one_whole_number("array_split: a number of parts is an integer", indices_or_sections)
    if sections < 1:
        raise ShapeError(f"array_split: a size of {x.shape[axis]} is not {sections} parts")
    size, larger = divmod(x.shape[axis], sections)
    return split(x, [number * size + min(number, larger) for number in range(1, sections)], axis)


def vsplit(x: Any, indices_or_sections: int | Sequence[int]) -> list[Any]:
    """x cut along its first axis, as `split`.

    >>> from autograd import Tensor, vsplit
    >>> [part.shape for part in vsplit(Tensor([[1.0], [2.0]]), 2)]
    [(1, 1), (1, 1)]
    """
    return _cut("vsplit", x, indices_or_sections, 0, 2)


def hsplit(x: Any, indices_or_sections: int | Sequence[int]) -> list[Any]:
    """x cut along its second axis, one of a single axis along that one, as `split`.

    >>> from autograd import Tensor, hsplit
    >>> [part.shape for part in hsplit(Tensor([[1.0, 2.0]]), 2)]
    [(1, 1), (1, 1)]
    """
    x = operand_of("hsplit", x)
    return _cut("hsplit", x, indices_or_sections, 0 if x.ndim == 1 else 1, 1)


def dsplit(x: Any, indices_or_sections: int | Sequence[int]) -> list[Any]:
    """x cut along its third axis, as `split`.

    >>> from autograd import Tensor, dsplit
    >>> [part.shape for part in dsplit(Tensor([[[1.0, 2.0]]]), 2)]
    [(1, 1, 1), (1, 1, 1)]
    """
    return _cut("dsplit", x, indices_or_sections, 2, 3)


def _cut(name: str, x: Any, indices_or_sections: int | Sequence[int], axis: int, least: int) -> list[Any]:
    x = operand_of(name, x)
    if x.ndim < least:
        raise ShapeError(f"{name}: of an array of {least} or more axes, not of an operand of shape {x.shape}")
    return split(x, indices_or_sections, axis)


def unstack(x: Any, *, axis: int = 0) -> tuple[Any, ...]:
    """The parts of x along `axis`, without that axis: what `stack` joins.

    >>> from autograd import Tensor, unstack
    >>> [part.item() for part in unstack(Tensor([1.0, 2.0]))]
    [1.0, 2.0]
    """
    x = operand_of("unstack", x)
    axis = checked_one_axis("unstack", x, axis) % x.ndim
    return tuple(array_functions.getitem(x, (*(slice(None),) * axis, number)) for number in range(x.shape[axis]))
