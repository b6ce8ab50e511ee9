"""The public functions of the rows that take parameters: what they are given is checked, then the row is run.

They take arrays and `Tensor`s; a `Value` is an array without axes. `clip` of a `Value` is a `Value`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from types import EllipsisType
from typing import Any, Literal

import numpy

from . import ops
from .arguments import answering, check_known
from .errors import ArgumentError, DataTypeError, ShapeError
from .operands import (
    Axis,
    Shape,
    as_array,
    as_operand,
    checked_axis,
    checked_keepdims,
    checked_one_axis,
    count_along,
    index_of_axis,
    kept_shape,
    nonempty,
    operand_of,
    operands_of,
    reduced_shape,
    whole_numbers,
)
from .operation import PYTHON_NUMBERS, Operation, Recordable, as_recorded, holds_nodes

# But all, any, max, min and sum, which `shadowing.py` has.
__all__ = [
    "affine", "argmax", "argmin", "argsort", "array", "astype", "broadcast_to", "clip", "concatenate", "cumprod",
    "cumsum", "getitem", "log_softmax", "logsumexp", "matmul", "mean", "norm", "prod", "reshape", "searchsorted",
    "sliding_window_view", "softmax", "squared_norm", "stack", "sum_to_shape", "swapaxes", "transpose",
]  # fmt: skip


def array(x: Any, dtype: Any = None) -> Any:
    """The array that x looks like. Where x is a node, or a list or tuple that holds nodes at any depth, it is a
    Tensor, recorded: what `numpy.array` would lose the graph of.

    >>> from autograd import Value, array
    >>> a, b = Value(2.0), Value(3.0)
    >>> array([[a, b], [1.0, a * b]]).sum().backward()
    >>> a.grad, b.grad
    (4.0, 3.0)
    """
    if isinstance(x, Recordable):
        made = ops.positive(x) if x._holds_array else x._as_array()
    elif holds_nodes(x):
        made = as_recorded("array", x)
    else:
        return numpy.array(as_operand("array", x), dtype)
    return made if dtype is None or made.dtype == dtype else astype(made, dtype)


def reshape(x: Any, shape: int | Shape) -> Any:
    """x with another shape; one size may be -1.

    >>> from autograd import Tensor, reshape
    >>> reshape(Tensor([1.0, 2.0, 3.0, 4.0]), (2, -1)).shape
    (2, 2)
    """
    return ops.reshape(operand_of("reshape", x), shape=shape)


def transpose(x: Any, axes: int | Sequence[int] | None = None) -> Any:
    """x with its axes permuted; reversed where `axes` is not given.

    >>> from autograd import Tensor, transpose
    >>> transpose(Tensor([[1.0, 2.0, 3.0]])).shape
    (3, 1)
    """
    x = operand_of("transpose", x)
    count = x.ndim
    if axes is None:
        return ops.transpose(x, axes=tuple(range(count))[::-1])
    if isinstance(axes, int | numpy.integer):  # NumPy's way to write the only axis
        axes = (axes,)
    order = tuple(checked_one_axis("transpose", x, axis) % count for axis in axes)
    if sorted(order) != list(range(count)):
        raise ShapeError(f"transpose: axes {tuple(axes)} are not a permutation of the axes of shape {x.shape}")
    return ops.transpose(x, axes=order)


def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """x with two axes exchanged.

    >>> from autograd import Tensor, swapaxes
    >>> swapaxes(Tensor([[[1.0], [2.0]]]), -1, -2).shape
    (1, 1, 2)
    """
    x = operand_of("swapaxes", x)
    axis1, axis2 = checked_one_axis("swapaxes", x, axis1), checked_one_axis("swapaxes", x, axis2)
    if type(x) is numpy.ndarray:
        return x.swapaxes(axis1, axis2)
    order = list(range(x.ndim))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return ops.transpose(x, axes=tuple(order))


def astype(x: Any, dtype: Any) -> Any:
    """x as float32, float64, integers or booleans; only floats have gradients.

    >>> from autograd import Tensor, astype
    >>> astype(Tensor([1.5, 2.0]), "float32").dtype
    dtype('float32')
    """
    try:
        target = numpy.dtype(dtype)
    except TypeError:
        target = numpy.dtype(object)
    if target not in (numpy.float32, numpy.float64) and target.kind not in "biu":
        raise DataTypeError(f"astype: to float32, float64, integers or booleans, not {dtype!r:.60}")
    return ops.astype(operand_of("astype", x), dtype=target)


def broadcast_to(x: Any, shape: int | Shape) -> Any:
    """x repeated along new and unit axes to `shape`.

    >>> from autograd import Tensor, broadcast_to
    >>> broadcast_to(Tensor([1.0, 2.0]), (3, 2)).shape
    (3, 2)
    """
    return ops.broadcast_to(operand_of("broadcast_to", x), shape=_whole_shape(shape))


def sum_to_shape(x: Any, shape: int | Shape) -> Any:
    """x summed over whatever broadcasting `shape` to x's shape repeats: the adjoint of `broadcast_to`.

    >>> from autograd import Tensor, sum_to_shape
    >>> sum_to_shape(Tensor([[1.0, 2.0], [3.0, 4.0]]), (2,)).data
    array([4., 6.])
    """
    return ops.sum_to_shape(operand_of("sum_to_shape", x), shape=_whole_shape(shape))


def _whole_shape(shape: Any) -> Any:
    """A shape as a tuple, of a list or of one size."""
    return shape if type(shape) is tuple else tuple(shape) if numpy.ndim(shape) else (shape,)


def matmul(a: Any, b: Any) -> Any:
    """Matrix product as NumPy's `@`: 1-D operands are a row on the left, a column on the right; 2-D and
    more multiply matrices, broadcasting the axes before the last two.

    Raises ShapeError where the inner sizes differ or an operand has no axes.

    >>> from autograd import Tensor, matmul
    >>> matmul(Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([1.0, 1.0])).data
    array([3., 7.])
    """
    a, b = operand_of("matmul", a), operand_of("matmul", b)
    shape_a, shape_b = a.shape, b.shape
    if not shape_a or not shape_b:
        raise ShapeError(
            f"matmul: operands of shape {shape_a} and {shape_b}: a single number has no rows; use * instead of @"
        )
    if shape_a[-1] != shape_b[-1 if len(shape_b) == 1 else -2]:
        raise ShapeError(
            f"matmul: operands of shape {shape_a} and {shape_b} do not fit: "
            f"the left one's last size must be the right one's {'only' if len(shape_b) == 1 else 'second to last'} size"
        )
    if len(shape_a) > 1 and len(shape_b) > 1:
        return ops.matmul(a, b)
    product = ops.matmul(
        reshape(a, (1, *shape_a)) if len(shape_a) == 1 else a,
        reshape(b, (*shape_b, 1)) if len(shape_b) == 1 else b,
    )
    *batch, rows, columns = product.shape
    kept = (*(() if len(shape_a) == 1 else (rows,)), *(() if len(shape_b) == 1 else (columns,)))
    return reshape(product, (*batch, *kept))


def affine(x: Any, weight: Any, bias: Any) -> Any:
    """x @ weight + bias, the pre-activations z of a layer, as one operation.

    Args:
        x: (samples, inputs), or one sample (inputs,).
        weight: (inputs, outputs).
        bias: (outputs,).

    >>> from autograd import Tensor, affine
    >>> affine(Tensor([[1.0, 2.0]]), Tensor([[1.0], [1.0]]), Tensor([0.5])).data
    array([[3.5]])
    """
    x, weight, bias = (operand_of("affine", operand) for operand in (x, weight, bias))
    shapes = x.shape, weight.shape, bias.shape
    if len(shapes[0]) == len(shapes[1]) == 2 and shapes[0][1] == shapes[1][0] and shapes[2] == shapes[1][1:]:
        return ops.affine(x, weight, bias)
    return ops.add(matmul(x, weight), bias)


# What the reductions below do with NumPy's further keywords: `dtype`, to convert to first; `initial`, a number that is
# reduced with the elements; `where`, a mask of those that count.


def sum(
    x: Any, axis: Axis = None, keepdims: bool = False, *, dtype: Any = None, initial: Any = None, where: Any = True
) -> Any:
    """The sum over `axis` (an axis, several, or all of them), of the elements where the mask `where` is true, and
    `initial`.

    >>> from autograd import Tensor, sum
    >>> sum(Tensor([[1.0, 2.0], [3.0, 4.0]]), axis=0).data
    array([4., 6.])
    """
    x = operand_of("sum", x)
    if dtype is not None or where is not True:
        x = _counted("sum", x, dtype, where, 0)
    total = ops.sum(x, axis=checked_axis("sum", x, axis), keepdims=checked_keepdims("sum", keepdims))
    return total if initial is None else ops.add(total, initial)


def _counted(name: str, x: Any, dtype: Any, where: Any, instead: Any) -> Any:
    """The operand in another dtype, with a number that changes nothing instead of what the mask leaves out."""
    if dtype is not None and numpy.dtype(dtype) != x.dtype:
        x = astype(x, dtype)
    return x if where is True else ops.where(_mask(name, where), x, instead)


def _mask(name: str, where: Any) -> Any:
    mask = operand_of(name, where)
    if mask.dtype.kind != "b":
        raise DataTypeError(f"{name}: where is a mask of booleans, such as `t > 0`, not of {mask.dtype}")
    return mask


def mean(x: Any, axis: Axis = None, keepdims: bool = False, *, dtype: Any = None, where: Any = True) -> Any:
    """The mean over `axis`, of the elements where the mask `where` is true. Raises ShapeError where there is nothing to
    average; where the mask leaves nothing, it is nan.

    >>> from autograd import Tensor, mean
    >>> mean(Tensor([[1.0, 2.0], [3.0, 4.0]])).item()
    2.5
    """
    x, axis = nonempty("mean", x, axis)
    if dtype is not None:
        x = _counted("mean", x, dtype, True, 0)
    if where is not True:
        keepdims = checked_keepdims("mean", keepdims)
        mask = ops.broadcast_to(_mask("mean", where), shape=x.shape)
        count = ops.sum(mask, axis=axis, keepdims=keepdims)
        if x.dtype.kind == "f":
            count = astype(count, x.dtype)
        return ops.divide(ops.sum(ops.where(mask, x, 0), axis=axis, keepdims=keepdims), count)
    return ops.mean(x, axis=axis, keepdims=checked_keepdims("mean", keepdims))


def max(x: Any, axis: Axis = None, keepdims: bool = False, *, initial: Any = None, where: Any = True) -> Any:
    """The greatest element over `axis`, of those where the mask `where` is true (which needs `initial`) and `initial`;
    elements that tie share the gradient equally.

    >>> from autograd import Tensor, max
    >>> x = Tensor([3.0, 1.0, 3.0])
    >>> max(x).backward()
    >>> x.grad
    array([0.5, 0. , 0.5])
    """
    if initial is not None or where is not True:
        return _extreme_with(ops.max, ops.maximum, x, axis, keepdims, initial, where)
    x, axis = nonempty("max", x, axis)
    return ops.max(x, axis=axis, keepdims=checked_keepdims("max", keepdims))


def min(x: Any, axis: Axis = None, keepdims: bool = False, *, initial: Any = None, where: Any = True) -> Any:
    """The least element over `axis`, of those where the mask `where` is true (which needs `initial`) and `initial`;
    elements that tie share the gradient equally.

    >>> from autograd import Tensor, min
    >>> min(Tensor([3.0, 1.0, 2.0])).item()
    1.0
    """
    if initial is not None or where is not True:
        return _extreme_with(ops.min, ops.minimum, x, axis, keepdims, initial, where)
    x, axis = nonempty("min", x, axis)
    return ops.min(x, axis=axis, keepdims=checked_keepdims("min", keepdims))


def _extreme_with(
    row: Operation, of_two: Operation, x: Any, axis: Axis, keepdims: bool, initial: Any, where: Any
) -> Any:
    if initial is None:
        raise ArgumentError(f"{row.name}: with where=, say initial=, what it is where the mask leaves nothing")
    x = operand_of(row.name, x)
    axis, keepdims = checked_axis(row.name, x, axis), checked_keepdims(row.name, keepdims)
    x = _counted(row.name, x, None, where, initial)
    if not count_along(x.shape, axis):
        return broadcast_to(
            array(initial, x.dtype), kept_shape(x.shape, axis) if keepdims else reduced_shape(x.shape, axis)
        )
    return of_two(row(x, axis=axis, keepdims=keepdims), initial)


@answering()
def prod(
    x: Any, axis: Axis = None, keepdims: bool = False, *, dtype: Any = None, initial: Any = None, where: Any = True
) -> Any:
    """The product over `axis`, of the elements where the mask `where` is true, and `initial`. Zeros among the factors
    are no trouble for the gradient.

    >>> from autograd import Tensor, prod
    >>> x = Tensor([2.0, 0.0, 4.0])
    >>> prod(x).backward()
    >>> x.grad
    array([0., 8., 0.])
    """
    x = operand_of("prod", x)
    if dtype is not None or where is not True:
        x = _counted("prod", x, dtype, where, 1)
    product = ops.prod(x, axis=checked_axis("prod", x, axis), keepdims=checked_keepdims("prod", keepdims))
    return product if initial is None else ops.multiply(product, initial)


@answering()
def cumsum(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """The running sum along `axis`; of the flattened x where it is not given. In another dtype, if one is given.

    >>> from autograd import Tensor, cumsum
    >>> cumsum(Tensor([1.0, 2.0, 3.0])).data
    array([1., 3., 6.])
    """
    return _running(ops.cumsum, x, axis, dtype)


@answering()
def cumprod(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """The running product along `axis`; of the flattened x where it is not given. Zeros do not trouble the gradient.

    >>> from autograd import Tensor, cumprod
    >>> cumprod(Tensor([2.0, 3.0, 4.0])).data
    array([ 2.,  6., 24.])
    """
    return _running(ops.cumprod, x, axis, dtype)


def _running(operation: Operation, x: Any, axis: int | None, dtype: Any) -> Any:
    x = operand_of(operation.name, x)
    if dtype is not None and numpy.dtype(dtype) != x.dtype:
        x = astype(x, dtype)
    if axis is None:
        x, axis = x if x.ndim == 1 else reshape(x, -1), 0
    elif x.ndim == 0 and axis in (0, -1):  # NumPy's: an array of the only number
        x = reshape(x, -1)
    return operation(x, axis=checked_one_axis(operation.name, x, axis))


def clip(x: Any, low: Any = None, high: Any = None) -> Any:
    """x kept between `low` and `high`; None leaves that side open. At a bound the gradient passes to x.

    >>> from autograd import Tensor, clip
    >>> x = Tensor([-2.0, 0.5, 1.0])
    >>> clip(x, -1, 1).sum().backward()
    >>> x.grad
    array([0., 1., 1.])
    """
    if not isinstance(x, Recordable) and type(x) not in PYTHON_NUMBERS:
        x = as_operand("clip", x)
    dtype = getattr(x, "dtype", None)
    lowest: float = -math.inf
    highest: float = math.inf
    if dtype is not None and dtype.kind in "biu":  # the open side is open in the result's dtype
        bounds = [getattr(bound, "_data", bound) for bound in (low, high) if bound is not None]
        plain = [bound if type(bound) in PYTHON_NUMBERS else as_array("clip", bound).dtype for bound in bounds]
        dtype = numpy.result_type(dtype, *plain)
        if dtype.kind in "iu":
            lowest, highest = int(numpy.iinfo(dtype).min), int(numpy.iinfo(dtype).max)
        elif dtype.kind == "b":
            lowest, highest = False, True
    return ops.clip(x, lowest if low is None else low, highest if high is None else high)


def any(x: Any, axis: Axis = None, keepdims: bool = False, *, where: Any = True) -> Any:
    """Whether something is true (not 0) along `axis`: recorded, a boolean, without gradient.

    >>> from autograd import Tensor, any
    >>> bool(any(Tensor([1.0, -1.0]) > 0))
    True
    """
    x = _counted("any", operand_of("any", x), None, where, False)
    return ops.any(x, axis=checked_axis("any", x, axis), keepdims=checked_keepdims("any", keepdims))


def all(x: Any, axis: Axis = None, keepdims: bool = False, *, where: Any = True) -> Any:
    """Whether everything is true (not 0) along `axis`: recorded, a boolean, without gradient."""
    x = _counted("all", operand_of("all", x), None, where, True)
    return ops.all(x, axis=checked_axis("all", x, axis), keepdims=checked_keepdims("all", keepdims))


@answering()
def argmax(x: Any, axis: int | None = None, *, keepdims: bool = False) -> Any:
    """The index of the greatest element: recorded, an integer, without gradient.

    >>> from autograd import Tensor, argmax
    >>> argmax(Tensor([[1.0, 5.0], [7.0, 2.0]]), axis=1).data
    array([1, 0])
    """
    x, axis = nonempty("argmax", x, axis, one=True)
    places = ops.argmax(x, axis=axis)
    return reshape(places, kept_shape(x.shape, axis)) if checked_keepdims("argmax", keepdims) else places


@answering()
def argmin(x: Any, axis: int | None = None, *, keepdims: bool = False) -> Any:
    """The index of the least element: recorded, an integer, without gradient."""
    x, axis = nonempty("argmin", x, axis, one=True)
    places = ops.argmin(x, axis=axis)
    return reshape(places, kept_shape(x.shape, axis)) if checked_keepdims("argmin", keepdims) else places


@answering()
def argsort(x: Any, axis: int | None = -1, kind: str | None = None, stable: bool | None = None) -> Any:
    """The indices that sort x along `axis`, equal elements in their order, whatever `kind` and `stable`, NumPy's, say;
    of the flattened x where the axis is None. Recorded, integers, without gradient.

    >>> from autograd import Tensor, argsort
    >>> argsort(Tensor([3.0, 1.0, 2.0])).data
    array([1, 2, 0])
    """
    x = operand_of("argsort", x)
    check_known("kind of sorting", kind, (None, "quicksort", "mergesort", "heapsort", "stable"))
    if axis is None:
        x, axis = reshape(x, -1), 0
    elif x.ndim == 0 and axis in (0, -1):  # NumPy's: an array of the only number
        x = reshape(x, -1)
    return ops.argsort(x, axis=checked_one_axis("argsort", x, axis))


def searchsorted(x: Any, v: Any, side: Literal["left", "right"] = "left", sorter: Any = None) -> Any:
    """Where each element of `v` would be put into the sorted row x. Recorded, integers, without gradient.

    Args:
        x: numbers in ascending order, in one row.
        v: numbers.
        side: "left" of elements that are equal, or "right" of them.
        sorter: the indices that sort x, where it is in no order.

    >>> from autograd import Tensor, searchsorted
    >>> searchsorted(Tensor([1.0, 2.0, 3.0]), [0.5, 2.0, 9.0]).data
    array([0, 1, 3])
    """
    x, v = operand_of("searchsorted", x), operand_of("searchsorted", v)
    if x.ndim != 1:
        raise ShapeError(f"searchsorted: what is searched is one row of numbers, not an operand of shape {x.shape}")
    if side not in ("left", "right"):
        raise ArgumentError(f'searchsorted: side is "left" or "right", not {side!r:.60}')
    return ops.searchsorted(x if sorter is None else getitem(x, sorter), v, side=side)


def sliding_window_view(x: Any, window_shape: int | Sequence[int], axis: int | Sequence[int] | None = None) -> Any:
    """Every window of `window_shape` in x along `axis` (all axes, where it is not given), as axes at the end: what
    convolutions and running means multiply and average.

    >>> from autograd import Tensor, sliding_window_view
    >>> sliding_window_view(Tensor([1.0, 2.0, 3.0, 4.0]), 3).data
    array([[1., 2., 3.],
           [2., 3., 4.]])
    """
    x = operand_of("sliding_window_view", x)
    sizes = whole_numbers("sliding_window_view: a window's sizes are integers", window_shape)
    if axis is None:
        axes = tuple(range(x.ndim))
    else:
        named = (axis,) if numpy.ndim(axis) == 0 else axis
        axes = tuple(checked_one_axis("sliding_window_view", x, one) % x.ndim for one in named)  # type: ignore[union-attr]  # several
    if len(sizes) != len(axes):
        raise ShapeError(f"sliding_window_view: {len(sizes)} sizes of a window for {len(axes)} axes")
    left = list(x.shape)
    for one, size in zip(axes, sizes, strict=True):
        if size < 0 or size > left[one]:
            raise ShapeError(
                f"sliding_window_view: a window of {size} does not fit into a size of {left[one]} "
                f"(axis {one} of an operand of shape {x.shape})"
            )
        left[one] -= size - 1
    return ops.sliding_window_view(x, window_shape=sizes, axis=axes)


@answering()
def norm(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The Euclidean norm √Σx² over `axis`, with gradient 0 where it is 0.

    >>> from autograd import Tensor, norm
    >>> norm(Tensor([3.0, 4.0])).item()
    5.0
    """
    x = operand_of("norm", x)
    return ops.norm(x, axis=checked_axis("norm", x, axis), keepdims=checked_keepdims("norm", keepdims))


@answering()
def squared_norm(x: Any, axis: Axis = None, keepdims: bool = False, scale: float = 1.0) -> Any:
    """scale · Σx², the square of `norm`, over `axis`: ½‖x‖² with the scale 0.5.

    >>> from autograd import Tensor, squared_norm
    >>> squared_norm(Tensor([3.0, 4.0]), scale=0.5).item()
    12.5
    """
    x = operand_of("squared_norm", x)
    return ops.squared_norm(
        x, axis=checked_axis("squared_norm", x, axis), keepdims=checked_keepdims("squared_norm", keepdims), scale=scale
    )


@answering()
def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """log Σ exp(x) over `axis`, without overflow.

    >>> from autograd import Tensor, logsumexp
    >>> logsumexp(Tensor([1000.0, 1000.0])).item() - 1000.0 < 0.6932
    True
    """
    x, axis = nonempty("logsumexp", x, axis)
    return ops.logsumexp(x, axis=axis, keepdims=checked_keepdims("logsumexp", keepdims))


@answering()
def softmax(x: Any, axis: Axis = -1) -> Any:
    """exp(x) / Σ exp(x) over `axis`, without overflow.

    >>> from autograd import Tensor, softmax
    >>> softmax(Tensor([1000.0, 1000.0])).data
    array([0.5, 0.5])
    """
    return _over_classes(ops.softmax, x, axis)


@answering()
def log_softmax(x: Any, axis: Axis = -1) -> Any:
    """x − logsumexp(x) over `axis`: the logarithm of softmax that does not underflow.

    >>> from autograd import Tensor, log_softmax
    >>> log_softmax(Tensor([1000.0, -1000.0])).data
    array([    0., -2000.])
    """
    return _over_classes(ops.log_softmax, x, axis)


def _over_classes(row: Operation, x: Any, axis: Axis) -> Any:
    x = operand_of(row.name, x)
    axis = checked_axis(row.name, x, axis)
    return row(x, axis=axis) if count_along(x.shape, axis) else ops.exp(x)  # of no classes: as empty as x


def getitem(x: Any, index: Any) -> Any:
    """x[index], NumPy's indexing: integers, slices, None, ..., integer arrays, boolean masks.

    >>> from autograd import Tensor, getitem
    >>> x = Tensor([1.0, 2.0, 3.0])
    >>> getitem(x, [0, 0, 2]).sum().backward()
    >>> x.grad
    array([2., 0., 1.])
    """
    parts = index if isinstance(index, tuple) else (index,)
    template: list[Any] = []
    arrays: list[Any] = []
    for part in parts:
        if isinstance(part, slice | EllipsisType | None) or (
            isinstance(part, int | numpy.integer) and not isinstance(part, bool)
        ):
            template.append(part)
            continue
        array = part if isinstance(part, Recordable) else as_recorded("getitem", part)
        if not isinstance(array, Recordable):
            array = numpy.asarray(part)
        if isinstance(array, numpy.ndarray) and array.size == 0 and isinstance(part, list | tuple):
            array = array.astype(numpy.intp)  # NumPy reads an empty list as no indices, not as floats
        if not hasattr(array, "dtype") or array.dtype.kind not in "biu":
            raise DataTypeError(
                f"getitem: an index is made of integers, slices, None, ... and integer or boolean arrays, "
                f"not {type(part).__name__} {part!r:.60}"
            )
        template.append(ops.INDEX_ARRAY)
        arrays.append(array)
    return ops.getitem(operand_of("getitem", x), *arrays, index=tuple(template))


@answering()
def concatenate(arrays: Sequence[Any], axis: int | None = 0) -> Any:
    """The arrays joined along an axis they have; flattened first where the axis is None.

    >>> from autograd import Tensor, concatenate
    >>> concatenate([Tensor([1.0]), Tensor([2.0, 3.0])]).data
    array([1., 2., 3.])
    """
    arrays = operands_of("concatenate", arrays)
    if axis is None:
        arrays, axis = [reshape(array, -1) for array in arrays], 0
    ndim = arrays[0].ndim
    axis = checked_one_axis("concatenate", arrays[0], axis) % ndim
    sizes = [array.shape[axis] if array.ndim == ndim else 0 for array in arrays]
    return ops.concatenate(*arrays, axis=axis, starts=tuple(itertools.accumulate(sizes, initial=0)))


@answering()
def stack(arrays: Sequence[Any], axis: int = 0) -> Any:
    """The arrays, all of one shape, joined along a new axis.

    >>> from autograd import Tensor, stack
    >>> stack([Tensor([1.0, 2.0]), Tensor([3.0, 4.0])]).shape
    (2, 2)
    """
    arrays = operands_of("stack", arrays)
    ndim = arrays[0].ndim
    axis = index_of_axis("stack", axis)
    if not -ndim - 1 <= axis <= ndim:
        raise ShapeError(f"stack: axis {axis} is no axis of a stack of operands of shape {arrays[0].shape}")
    return ops.stack(*arrays, axis=axis)
