"""Convolution along chosen axes of two arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from .. import functions
from ..errors import ArgumentError, ShapeError
from ..installation import check_not_mixed as _check_not_mixed
from ..node import Node
from .operands import arrays

_check_not_mixed()


def convolve(
    A: Any,
    B: Any,
    axes: Sequence[Sequence[int]] | None = None,
    dot_axes: Sequence[Sequence[int]] = ((), ()),
    mode: str = "full",
) -> Any:
    """The convolution of A and B along pairs of axes, and the sum of products along others.

    Args:
        A: an array.
        B: an array.
        axes: those of A and, in the same order, those of B along which they are convolved; all where left out.
        dot_axes: those of A and of B along which products are summed. The others of both stay as they are.
        mode: "full", wherever they touch; "same", as many as A has; "valid", where the smaller lies within the larger.

    Returns:
        An array of A's other axes, B's other axes, and the convolved ones.

    >>> import numpy
    >>> convolve(numpy.array([1.0, 2.0, 3.0]), numpy.array([0.0, 1.0]))
    array([0., 1., 2., 3.])
    """
    if mode not in ("full", "same", "valid"):
        raise ArgumentError(f"convolve: mode is 'full', 'same' or 'valid', not {mode!r:.60}")
    A, B = (x if isinstance(x, Node) else numpy.asarray(x) for x in arrays(A, B))
    if axes is None:
        axes = (range(A.ndim), range(A.ndim))
    of_a, of_b = ([int(axis) for axis in those] for those in axes)
    dot_a, dot_b = ([int(axis) for axis in those] for those in dot_axes)
    if len(of_a) != len(of_b) or len(dot_a) != len(dot_b):
        raise ArgumentError("convolve: axes and dot_axes name as many axes of A as of B")
    kept_a = [axis for axis in range(A.ndim) if axis not in (*of_a, *dot_a)]
    kept_b = [axis for axis in range(B.ndim) if axis not in (*of_b, *dot_b)]
    sizes_a, sizes_b = [A.shape[axis] for axis in of_a], [B.shape[axis] for axis in of_b]
    A = functions.transpose(A, (*kept_a, *dot_a, *of_a))
    B = functions.transpose(B, (*kept_b, *dot_b, *of_b))
    if mode == "valid" and any(a < b for a, b in zip(sizes_a, sizes_b, strict=True)):
        if any(a > b for a, b in zip(sizes_a, sizes_b, strict=True)):
            raise ShapeError(
                f"convolve: neither of {tuple(sizes_a)} and {tuple(sizes_b)}, the sizes along the convolved axes, lies "
                "within the other, which mode='valid' needs"
            )
        slid = _slid(B, A, len(kept_b), len(kept_a), sizes_a)
        count = len(kept_b)
        order = (*range(count, count + len(kept_a)), *range(count), *range(count + len(kept_a), slid.ndim))
        return functions.transpose(slid, order)
    if mode != "valid":
        around = [(size - 1, size - 1) if mode == "full" else (size // 2, (size - 1) // 2) for size in sizes_b]
        A = functions.pad(A, [(0, 0)] * (A.ndim - len(around)) + around)
    return _slid(A, B, len(kept_a), len(kept_b), sizes_b)


def _slid(large: Any, small: Any, kept_large: int, kept_small: int, sizes: Sequence[int]) -> Any:
    """The sum of products with `small`, reversed, at each place in `large`. Both have the axes (kept, dot, convolved);
    the result has those that the large one keeps, those of the small one, and the places."""
    count = len(sizes)
    backwards = (..., *[slice(None, None, -1)] * count)
    first = large.ndim - count
    windows = functions.sliding_window_view(large, tuple(sizes), tuple(range(first, large.ndim))) if count else large
    summed = (
        [*range(kept_large, first), *range(large.ndim, large.ndim + count)],
        [*range(kept_small, small.ndim)],
    )
    product = functions.tensordot(windows, small[backwards], summed)  # (kept of large, places, kept of small)
    places = range(kept_large, kept_large + count)
    order = (*range(kept_large), *range(kept_large + count, product.ndim), *places)
    return functions.transpose(product, order)
