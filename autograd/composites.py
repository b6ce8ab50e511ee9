"""Functions put together from the table's rows: they need no rule of their own, and no derivative is here.

Activations take numbers, arrays, `Value`s or `Tensor`s alike; the others, arrays and `Tensor`s.
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Sequence
from typing import Any, Literal

import numpy

from . import array_functions, ops
from .errors import DataTypeError, IndexRangeError, ShapeError
from .operands import (
    Axis,
    Shape,
    axes_of,
    checked_axis,
    checked_one_axis,
    count_along,
    operand_of,
    operands_of,
)

__all__ = [
    "diagonal", "diff", "dot", "elu", "expand_dims", "flip", "gelu", "hstack", "inner", "isfinite", "isinf", "isnan",
    "leaky_relu", "moveaxis", "outer", "permute", "ravel", "repeat", "silu", "softplus", "split", "squeeze", "std",
    "take", "take_along_axis", "tile", "var", "vstack",
]  # fmt: skip

# --- activations ----------------------------------------------------------------------------------------


def softplus(x: Any) -> Any:
    """log(1 + exp(x)), without overflow: the smooth relu.

    >>> from autograd import softplus
    >>> softplus(1000.0), softplus(-1000.0)
    (1000.0, 0.0)
    """
    return ops.logaddexp(x, 0.0)


def silu(x: Any) -> Any:
    """x · sigmoid(x), also known as swish (Elfwing et al. 2017, arXiv:1702.03118).

    >>> from autograd import silu
    >>> silu(0.0)
    0.0
    """
    return ops.multiply(x, ops.sigmoid(x))


def gelu(x: Any, approximate: Literal["none", "tanh"] = "none") -> Any:
    """x · Φ(x), Φ the standard normal distribution (Hendrycks and Gimpel 2016, arXiv:1606.08415).

    Args:
        x: numbers.
        approximate: "none" is exact, through erf; "tanh" is the paper's approximation, faster on arrays.

    >>> from autograd import gelu
    >>> round(gelu(1.0), 6), round(gelu(1.0, approximate="tanh"), 6)
    (0.841345, 0.841192)
    """
    if approximate == "none":
        inner = ops.erf(ops.divide(x, math.sqrt(2)))
    elif approximate == "tanh":
        cubic = ops.add(x, ops.multiply(0.044715, ops.power(x, 3)))
        inner = ops.tanh(ops.multiply(math.sqrt(2 / math.pi), cubic))
    else:
        raise DataTypeError(f'gelu: approximate is "none" or "tanh", not {approximate!r}')
    return ops.multiply(ops.multiply(0.5, x), ops.add(1, inner))


def leaky_relu(x: Any, negative_slope: float = 0.01) -> Any:
    """x where it is positive, negative_slope · x elsewhere; the slope at 0 is `negative_slope`.

    >>> from autograd import leaky_relu
    >>> leaky_relu(2.0), leaky_relu(-2.0)
    (2.0, -0.02)
    """
    return ops.where(ops.greater(x, 0), x, ops.multiply(negative_slope, x))


def elu(x: Any, alpha: float = 1.0) -> Any:
    """x where it is positive, alpha · (exp(x) − 1) elsewhere; the slope at 0 is `alpha`
    (Clevert et al. 2015, arXiv:1511.07289).

    >>> from autograd import elu
    >>> elu(2.0), elu(-1000.0)
    (2.0, -1.0)
    """
    is_positive = ops.greater(x, 0)
    # exp(x) of a large x would be an infinity on the side that is not taken.
    return ops.where(is_positive, x, ops.multiply(alpha, ops.expm1(ops.where(is_positive, 0.0, x))))


# The activations above: what an expression at the command line may call. A new one gets its place here, too.
ACTIVATIONS = (elu, gelu, leaky_relu, silu, softplus)


# --- floating-point classes: recorded, without gradient -------------------------------------------------


def isnan(x: Any) -> Any:
    """Whether each element is no number.

    >>> from autograd import Tensor, isnan
    >>> isnan(Tensor([1.0, float("nan")])).data
    array([False,  True])
    """
    return ops.not_equal(x, x)


def isinf(x: Any) -> Any:
    """Whether each element is an infinity."""
    return ops.logical_or(ops.equal(x, math.inf), ops.equal(x, -math.inf))


def isfinite(x: Any) -> Any:
    """Whether each element is neither an infinity nor nan."""
    return ops.logical_and(ops.less(x, math.inf), ops.greater(x, -math.inf))


# --- statistics -----------------------------------------------------------------------------------------


def var(x: Any, axis: Axis = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """The variance over `axis`: squared deviations from the mean, summed and divided by count − ddof.

    Raises ShapeError where no more than `ddof` elements are there.

    >>> from autograd import Tensor, var
    >>> var(Tensor([1.0, 3.0])).item(), var(Tensor([1.0, 3.0]), ddof=1).item()
    (1.0, 2.0)
    """
    deviations, freedom = _deviations("var", x, axis, ddof)
    return array_functions.squared_norm(deviations, axis, keepdims, scale=1 / freedom)


def std(x: Any, axis: Axis = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """The standard deviation, √var, over `axis`; where it is 0 its gradient is 0, as norm's.

    >>> from autograd import Tensor, std
    >>> std(Tensor([1.0, 3.0])).item()
    1.0
    """
    deviations, freedom = _deviations("std", x, axis, ddof)
    return ops.divide(array_functions.norm(deviations, axis, keepdims), math.sqrt(freedom))


def _deviations(name: str, x: Any, axis: Axis, ddof: float) -> tuple[Any, float]:
    """x less its mean over `axis`, and how many degrees of freedom that leaves."""
    x = operand_of(name, x)
    axis = checked_axis(name, x, axis)
    count = count_along(x.shape, axis)
    try:
        freedom = count - float(ddof)
    except (TypeError, ValueError):
        raise DataTypeError(f"{name}: ddof is a number, not {ddof!r:.60}") from None
    if not freedom > 0:
        raise ShapeError(
            f"{name}: {count} elements along axis {axis} of shape {x.shape} are not enough for ddof={ddof}"
        )
    return ops.subtract(x, array_functions.mean(x, axis, keepdims=True)), freedom


# --- shape ----------------------------------------------------------------------------------------------


def permute(x: Any, *axes: Any) -> Any:
    """`transpose` with the axes written as arguments, PyTorch's name for it."""
    return array_functions.transpose(x, axes[0] if len(axes) == 1 and numpy.ndim(axes[0]) == 1 else axes)


def ravel(x: Any) -> Any:
    """All elements in one row.

    >>> from autograd import Tensor, ravel
    >>> ravel(Tensor([[1.0, 2.0], [3.0, 4.0]])).shape
    (4,)
    """
    return array_functions.reshape(operand_of("ravel", x), -1)


def squeeze(x: Any, axis: Axis = None) -> Any:
    """x without its axes of size 1, or without those in `axis`.

    >>> from autograd import Tensor, squeeze
    >>> squeeze(Tensor([[[1.0], [2.0]]])).shape
    (2,)
    """
    x = operand_of("squeeze", x)
    shape = x.shape
    if axis is None:
        dropped = tuple(i for i, size in enumerate(shape) if size == 1)
    else:
        dropped = axes_of(len(shape), checked_axis("squeeze", x, axis))
    for one in dropped:
        if shape[one] != 1:
            raise ShapeError(f"squeeze: axis {one} of an operand of shape {shape} has size {shape[one]}, not 1")
    return array_functions.reshape(x, tuple(size for i, size in enumerate(shape) if i not in dropped))


def expand_dims(x: Any, axis: int | tuple[int, ...]) -> Any:
    """x with new axes of size 1 where `axis` says, counted in the result.

    >>> from autograd import Tensor, expand_dims
    >>> expand_dims(Tensor([1.0, 2.0]), (0, -1)).shape
    (1, 2, 1)
    """
    x = operand_of("expand_dims", x)
    wanted = _whole_numbers("expand_dims: an axis is an integer, several are a tuple of them", axis)
    count = x.ndim + len(wanted)
    places = {one + (count if one < 0 else 0) for one in wanted}
    if len(places) != len(wanted) or not places <= set(range(count)):
        raise ShapeError(f"expand_dims: axis {axis} names no {len(wanted)} new axes among {count}")
    sizes = iter(x.shape)
    return array_functions.reshape(x, tuple(1 if i in places else next(sizes) for i in range(count)))


def moveaxis(x: Any, source: int | Sequence[int], destination: int | Sequence[int]) -> Any:
    """x with the axes `source` moved to `destination`, the others in their order.

    >>> from autograd import Tensor, moveaxis
    >>> moveaxis(Tensor([[[1.0], [2.0]]]), 1, 0).shape
    (2, 1, 1)
    """
    x = operand_of("moveaxis", x)
    try:  # NumPy moves axes whose sizes are their numbers
        order = numpy.moveaxis(numpy.empty(tuple(range(x.ndim))), source, destination).shape
    except ValueError as error:
        raise ShapeError(f"moveaxis: operand of shape {x.shape}: {error}") from None
    except TypeError:
        raise DataTypeError(f"moveaxis: axes are integers, not {source!r:.60} and {destination!r:.60}") from None
    return array_functions.transpose(x, order)


def flip(x: Any, axis: Axis = None) -> Any:
    """x with the order of its elements reversed along `axis` (an axis, several, or all of them).

    >>> from autograd import Tensor, flip
    >>> flip(Tensor([1.0, 2.0, 3.0])).data
    array([3., 2., 1.])
    """
    x = operand_of("flip", x)
    reversed_axes = axes_of(x.ndim, checked_axis("flip", x, axis))
    return array_functions.getitem(x, tuple(slice(None, None, -1 if i in reversed_axes else 1) for i in range(x.ndim)))


def repeat(x: Any, repeats: int | Sequence[int], axis: int | None = None) -> Any:
    """Each element along `axis` so many times in a row; of the flattened x where no axis is given.

    >>> from autograd import Tensor, repeat
    >>> repeat(Tensor([1.0, 2.0]), 2).data
    array([1., 1., 2., 2.])
    """
    x = operand_of("repeat", x)
    size = x.size if axis is None else x.shape[checked_one_axis("repeat", x, axis)]
    counts = _whole_numbers("repeat: how often is an integer, or one for each element", repeats)
    try:
        indices = numpy.repeat(numpy.arange(size), counts)
    except ValueError as error:
        raise ShapeError(f"repeat: repeats {repeats!r:.60} along a size of {size}: {error}") from None
    return take(x, indices, axis)


def tile(x: Any, repetitions: int | Sequence[int]) -> Any:
    """x laid side by side so many times along each axis.

    >>> from autograd import Tensor, tile
    >>> tile(Tensor([1.0, 2.0]), (2, 2)).data
    array([[1., 2., 1., 2.],
           [1., 2., 1., 2.]])
    """
    x = operand_of("tile", x)
    counts = _whole_numbers("tile: how often is an integer, or one for each axis", repetitions)
    if any(count < 0 for count in counts):
        raise ShapeError(f"tile: how often is not negative, as in {repetitions!r:.60}")
    ndim = max(len(counts), x.ndim)
    counts = (1,) * (ndim - len(counts)) + counts
    shape = (1,) * (ndim - x.ndim) + x.shape
    between = tuple(part for size in shape for part in (1, size))
    spread = tuple(part for count, size in zip(counts, shape, strict=True) for part in (count, size))
    whole = tuple(count * size for count, size in zip(counts, shape, strict=True))
    return array_functions.reshape(array_functions.broadcast_to(array_functions.reshape(x, between), spread), whole)


def _whole_numbers(statement: str, given: Any) -> tuple[int, ...]:
    """An integer or several, as a tuple. Raises DataTypeError with the statement for anything else."""
    try:
        return tuple(operator.index(one) for one in (given if numpy.ndim(given) else (given,)))
    except (TypeError, ValueError):
        raise DataTypeError(f"{statement}, not {given!r:.60}") from None


# --- taking and splitting -------------------------------------------------------------------------------


def take(x: Any, indices: Any, axis: int | None = None) -> Any:
    """The elements along `axis` that the integers `indices` (a number, sequence, array or Tensor) name; of the
    flattened x where no axis is given. What is taken twice gets both gradients.

    >>> from autograd import Tensor, take
    >>> take(Tensor([[1.0, 2.0], [3.0, 4.0]]), [1, 1], axis=1).data
    array([[2., 2.],
           [4., 4.]])
    """
    x = operand_of("take", x)
    if axis is None:
        x, axis = ravel(x), 0
    axis = checked_one_axis("take", x, axis) % x.ndim
    indices = _indices("take", indices)
    if indices.dtype.kind == "b":  # to NumPy's take they are 0 and 1; a mask goes into x[mask]
        indices = array_functions.astype(indices, dtype=numpy.intp)
    return _taken("take", x, (*(slice(None),) * axis, indices), indices, axis)


def take_along_axis(x: Any, indices: Any, axis: int | None) -> Any:
    """For each place of `indices` (integers, as many axes as x) the element of x that it names along
    `axis`: the scores of the right classes are `take_along_axis(scores, labels[:, None], 1)`. Of the
    flattened x where the axis is None.

    >>> from autograd import Tensor, take_along_axis
    >>> take_along_axis(Tensor([[1.0, 2.0], [3.0, 4.0]]), [[1], [0]], axis=1).data
    array([[2.],
           [3.]])
    """
    x = operand_of("take_along_axis", x)
    if axis is None:
        x, axis = ravel(x), 0
    axis = checked_one_axis("take_along_axis", x, axis) % x.ndim
    indices = _indices("take_along_axis", indices)
    if indices.dtype.kind == "b":
        raise DataTypeError("take_along_axis: the indices are integers, not bool; a mask goes into x[mask]")
    if indices.ndim != x.ndim:
        raise ShapeError(f"take_along_axis: indices of shape {indices.shape} for an operand of shape {x.shape}")
    places: list[Any] = [numpy.arange(size).reshape((-1,) + (1,) * (x.ndim - 1 - i)) for i, size in enumerate(x.shape)]
    places[axis] = indices
    return _taken("take_along_axis", x, tuple(places), indices, axis)


def _indices(name: str, indices: Any) -> Any:
    """Indices as an array or a Tensor of integers (or booleans)."""
    indices = operand_of(name, indices)
    if isinstance(indices, numpy.ndarray) and not indices.size:
        indices = indices.astype(numpy.intp)  # NumPy makes floats of an empty list
    if indices.dtype.kind not in "biu":
        raise DataTypeError(f"{name}: the indices are integers, not {indices.dtype}")
    return indices


def _taken(name: str, x: Any, index: Any, indices: Any, axis: int) -> Any:
    """x[index], in which `indices` stand at `axis`."""
    size = x.shape[axis]
    try:
        if not x.size and indices.size:  # NumPy 2.0 only warns where nothing could be taken in any case
            numbers = numpy.asarray(indices)
            if not -size <= numbers.min() <= numbers.max() < size:
                raise IndexRangeError
        return array_functions.getitem(x, index)
    except IndexRangeError:
        numbers = numpy.asarray(indices)
        bounds = f" from {numbers.min()} to {numbers.max()}" if numbers.size else ""
        raise IndexRangeError(
            f"{name}: indices of shape {numbers.shape}{bounds} do not fit axis {axis} of an operand of shape {x.shape}"
        ) from None


def split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Any]:
    """x cut along `axis` into so many equal parts, or before each of the indices.

    >>> from autograd import Tensor, split
    >>> [part.data.tolist() for part in split(Tensor([1.0, 2.0, 3.0]), [1])]
    [[1.0], [2.0, 3.0]]
    """
    x = operand_of("split", x)
    axis = checked_one_axis("split", x, axis) % x.ndim
    size = x.shape[axis]
    cuts = _whole_numbers(
        "split: a number of equal parts or the indices to cut before are integers", indices_or_sections
    )
    if numpy.ndim(indices_or_sections) == 0:
        sections = cuts[0]
        if sections < 1 or size % sections:
            raise ShapeError(f"split: a size of {size} is not {sections} equal parts")
        cuts = tuple(size // sections * i for i in range(1, sections))
    before = (slice(None),) * axis
    return [array_functions.getitem(x, (*before, slice(*part))) for part in itertools.pairwise((0, *cuts, size))]


def diff(x: Any, axis: int = -1) -> Any:
    """Each element less the one before it along `axis`.

    >>> from autograd import Tensor, diff
    >>> diff(Tensor([1.0, 4.0, 9.0])).data
    array([3., 5.])
    """
    x = operand_of("diff", x)
    before = (slice(None),) * (checked_one_axis("diff", x, axis) % x.ndim)
    later, earlier = (
        array_functions.getitem(x, (*before, slice(1, None))),
        array_functions.getitem(x, (*before, slice(None, -1))),
    )
    return (ops.not_equal if x.dtype.kind == "b" else ops.subtract)(later, earlier)  # booleans have no difference


def vstack(arrays: Sequence[Any]) -> Any:
    """The arrays on top of each other; one-dimensional ones are rows."""
    joined = [operand_of("vstack", array) for array in operands_of("vstack", arrays)]
    return array_functions.concatenate([array_functions.reshape(x, (1, -1)) if x.ndim < 2 else x for x in joined], 0)


def hstack(arrays: Sequence[Any]) -> Any:
    """The arrays side by side: along the second axis, one-dimensional ones along their only one."""
    joined = [operand_of("hstack", array) for array in operands_of("hstack", arrays)]
    joined = [array_functions.reshape(x, -1) if x.ndim == 0 else x for x in joined]
    return array_functions.concatenate(joined, 1 if joined[0].ndim > 1 else 0)


# --- products -------------------------------------------------------------------------------------------


def dot(a: Any, b: Any) -> Any:
    """NumPy's dot: the product of numbers, the inner product of vectors, the matrix product; with more
    axes, the sum of products over a's last and b's second to last.

    >>> from autograd import Tensor, dot
    >>> dot(Tensor([1.0, 2.0]), [3.0, 4.0]).item()
    11.0
    """
    a, b = operand_of("dot", a), operand_of("dot", b)
    if a.ndim == 0 or b.ndim == 0:
        return ops.multiply(a, b)
    if b.ndim <= 2:
        return array_functions.matmul(a, b)
    if a.shape[-1] != b.shape[-2]:
        raise ShapeError(
            f"dot: operands of shape {a.shape} and {b.shape} do not fit: "
            "the left one's last size must be the right one's second to last size"
        )
    others: Shape = (*b.shape[:-2], b.shape[-1])
    columns = array_functions.reshape(moveaxis(b, -2, 0), (b.shape[-2], math.prod(others)))
    return array_functions.reshape(array_functions.matmul(a, columns), (*a.shape[:-1], *others))


def inner(a: Any, b: Any) -> Any:
    """The sum of products over the last axes of both.

    >>> from autograd import Tensor, inner
    >>> inner(Tensor([1.0, 2.0]), [3.0, 4.0]).item()
    11.0
    """
    a, b = operand_of("inner", a), operand_of("inner", b)
    if a.ndim == 0 or b.ndim == 0:
        return ops.multiply(a, b)
    if a.shape[-1] != b.shape[-1]:
        raise ShapeError(f"inner: operands of shape {a.shape} and {b.shape} differ in their last size")
    return dot(a, b if b.ndim == 1 else array_functions.swapaxes(b, -1, -2))


def outer(a: Any, b: Any) -> Any:
    """Every element of a by every element of b, as a matrix.

    >>> from autograd import Tensor, outer
    >>> outer(Tensor([1.0, 2.0]), [3.0, 4.0]).data
    array([[3., 4.],
           [6., 8.]])
    """
    a, b = operand_of("outer", a), operand_of("outer", b)
    return ops.multiply(array_functions.reshape(a, (-1, 1)), array_functions.reshape(b, (1, -1)))


def diagonal(x: Any, offset: int = 0) -> Any:
    """The diagonal of a matrix, `offset` columns to the right; with more axes, of the first two, at the end.

    >>> from autograd import Tensor, diagonal
    >>> diagonal(Tensor([[1.0, 2.0], [3.0, 4.0]])).data
    array([1., 4.])
    """
    x = operand_of("diagonal", x)
    if x.ndim < 2:
        raise ShapeError(f"diagonal: of a matrix, not of an operand of shape {x.shape}")
    (shift,) = _whole_numbers("diagonal: the offset is an integer", (offset,))
    rows = numpy.arange(x.shape[0])
    rows = rows[(rows + shift >= 0) & (rows + shift < x.shape[1])]
    found = array_functions.getitem(x, (rows, rows + shift))
    return found if x.ndim == 2 else moveaxis(found, 0, -1)
