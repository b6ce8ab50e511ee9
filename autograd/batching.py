"""How each row of the table runs on many samples at once: operands with one more axis, the first, for the samples.

Elementwise rows do it by themselves, once the axes of their operands lie one above the other. Every other row has its
entry in `_RULES`: which of its parameters name an axis, a shape or an index, and are one axis further on. What is no
row of the table (somebody's own operation) is run on one sample after the other.
"""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Sequence
from typing import Any

import numpy

from . import array_functions, ops
from .errors import DataTypeError
from .node import Node
from .operands import Axis, Shape, axes_of
from .operation import Operation
from .tensor import Tensor

# The node of one sample; its operands, of which those of `is_batched` have the samples as their first axis; the number
# of samples.
Rule = Callable[[Any, Sequence[Any], Sequence[bool], int], Any]


def of_samples(node: Node, operands: Sequence[Any], is_batched: Sequence[bool], count: int) -> Any:
    """What `node` is for one sample, for all of them: recorded, with the samples as its first axis.

    Args:
        node: the result of an operation on one sample's operands.
        operands: those of all samples, where `is_batched` says so, and the others as they are for each.
        count: how many samples there are.
    """
    operation = node.op
    assert operation is not None
    rule = rule_of(operation) or _one_by_one
    return rule(node, operands, is_batched, count)


def rule_of(operation: Operation) -> Rule | None:
    """How a row runs on many samples at once; None for what is no row of the table."""
    if operation in _RULES:
        return _RULES[operation]
    return _elementwise if operation.elementwise and operation in _ROWS else None


def spread(x: Any, count: int) -> Any:
    """The same for each of so many samples. A number is an array without axes."""
    array = x if isinstance(x, Tensor) else array_functions.array(x)
    return ops.broadcast_to(array, shape=(count, *array.shape))


def _aligned(x: Any, ndim: int) -> Any:
    """Samples with axes of size 1 before their own, so that each has `ndim` axes."""
    missing = ndim + 1 - x.ndim
    return ops.reshape(x, shape=(x.shape[0], *(1,) * missing, *x.shape[1:])) if missing > 0 else x


def _elementwise(node: Any, operands: Sequence[Any], is_batched: Sequence[bool], count: int) -> Any:
    ndim = node._data.ndim
    aligned = [_aligned(one, ndim) if batched else one for one, batched in zip(operands, is_batched, strict=True)]
    return node.op(*aligned, **node.keywords)


def _one_by_one(node: Any, operands: Sequence[Any], is_batched: Sequence[bool], count: int) -> Any:
    if not count:
        return Tensor(numpy.zeros((0, *node._data.shape), node._data.dtype), requires_grad=False)
    results = [
        Tensor._record(
            node.op,
            tuple([one[sample] if batched else one for one, batched in zip(operands, is_batched, strict=True)]),
            node.keywords,
        )
        for sample in range(count)
    ]
    return ops.stack(*results, axis=0)


# --- shape ----------------------------------------------------------------------------------------------


def _reshape(node: Any, operands: Sequence[Any], is_batched: Sequence[bool], count: int) -> Any:
    return ops.reshape(operands[0], shape=(count, *node._data.shape))


def _transpose(node: Any, operands: Sequence[Any], is_batched: Sequence[bool], count: int) -> Any:
    return ops.transpose(operands[0], axes=(0, *(axis + 1 for axis in node.keywords["axes"])))


def _broadcast_to(node: Any, operands: Sequence[Any], is_batched: Sequence[bool], count: int) -> Any:
    shape = node._data.shape
    return ops.broadcast_to(_aligned(operands[0], len(shape)), shape=(count, *shape))


def _sum_to_shape(node: Any, operands: Sequence[Any], is_batched: Sequence[bool], count: int) -> Any:
    x, shape = operands[0], node._data.shape
    sizes = x.shape[1:]
    lead = len(sizes) - len(shape)
    stretched = [i + lead for i, size in enumerate(shape) if size == 1 and sizes[i + lead] != 1]
    axes = tuple(axis + 1 for axis in (*range(lead), *stretched))
    summed = ops.sum(x, axis=axes, keepdims=False) if axes else x
    return ops.reshape(summed, shape=(count, *shape))


def _astype(node: Any, operands: Sequence[Any], is_batched: Sequence[bool], count: int) -> Any:
    return ops.astype(operands[0], **node.keywords)


# --- products -------------------------------------------------------------------------------------------


def _matmul(node: Any, operands: Sequence[Any], is_batched: Sequence[bool], count: int) -> Any:
    return _product(operands[0], operands[1], is_batched[0], is_batched[1], node._data.shape, count)


def _product(a: Any, b: Any, a_is_batched: bool, b_is_batched: bool, shape: Shape, count: int) -> Any:
    """The product of matrices, or of stacks of them, of shape `shape` for one sample."""
    inner, columns = a.shape[-1], b.shape[-1]
    if not b_is_batched and b.ndim == 2:  # one product of matrices: all rows of all samples below each other
        height = math.prod(a.shape[:-1])
        product = ops.matmul(ops.reshape(a, shape=(height, inner)), b)
    elif not a_is_batched and a.ndim == 2 and b.ndim == 3 and columns == 1:  # W @ x for many x is x @ Wᵀ
        product = ops.matmul(ops.reshape(b, shape=(count, inner)), ops.transpose(a, axes=(1, 0)))
    else:
        ndim = len(shape)
        a, b = (_aligned(a, ndim) if a_is_batched else a), (_aligned(b, ndim) if b_is_batched else b)
        # An outer product for each sample is faster without a call of BLAS for each.
        return ops.multiply(a, b) if inner == 1 else ops.matmul(a, b)
    return ops.reshape(product, shape=(count, *shape))


def _affine(node: Any, operands: Sequence[Any], is_batched: Sequence[bool], count: int) -> Any:
    x, weight, bias = operands
    if not any(is_batched[1:]):  # then it is a layer on more rows
        z = ops.affine(ops.reshape(x, shape=(math.prod(x.shape[:-1]), x.shape[-1])), weight, bias)
        return ops.reshape(z, shape=(count, *node._data.shape))
    x_is_batched, weight_is_batched, _ = is_batched
    if x_is_batched or weight_is_batched:
        z = _product(x, weight, x_is_batched, weight_is_batched, node._data.shape, count)
    else:
        z = ops.matmul(x, weight)
    return ops.add(z, _aligned(bias, 2) if is_batched[2] else bias)


def _einsum(node: Any, operands: Sequence[Any], is_batched: Sequence[bool], count: int) -> Any:
    subscripts = node.keywords["subscripts"]
    free = next((letter for letter in string.ascii_letters if letter not in subscripts), None)
    if free is None:
        return _one_by_one(node, operands, is_batched, count)
    labels, _, result = subscripts.partition("->")
    of_samples = [free + own if batched else own for own, batched in zip(labels.split(","), is_batched, strict=True)]
    return node.op(*operands, subscripts=f"{','.join(of_samples)}->{free}{result}")


# --- matrices -------------------------------------------------------------------------------------------


def _matrices(node: Any, operands: Sequence[Any], is_batched: Sequence[bool], count: int) -> Any:
    """Rows of matrices in the last two axes, of any number in the axes before."""
    return node.op(operands[0], **node.keywords)


def _triangle(node: Any, operands: Sequence[Any], is_batched: Sequence[bool], count: int) -> Any:
    """That of one row of numbers is of the square matrix which has it in each row."""
    x, size = operands[0], node._data.shape[-1]
    if x.ndim == 2:
        x = ops.broadcast_to(ops.reshape(x, shape=(count, 1, size)), shape=(count, size, size))
    return node.op(x, **node.keywords)


# --- along axes -----------------------------------------------------------------------------------------


def _along(node: Any, operands: Sequence[Any], is_batched: Sequence[bool], count: int) -> Any:
    """A row that works along one axis, several or, where it is None, all of them."""
    axes = tuple(axis + 1 for axis in axes_of(operands[0].ndim - 1, node.keywords.get("axis")))
    axis: Axis = axes[0] if len(axes) == 1 else axes
    return node.op(operands[0], **{**node.keywords, "axis": axis})


def _place(node: Any, operands: Sequence[Any], is_batched: Sequence[bool], count: int) -> Any:
    """argmax and argmin: along one axis, or of the flattened sample."""
    x, axis = operands[0], node.keywords.get("axis")
    if axis is None:
        return node.op(ops.reshape(x, shape=(count, math.prod(x.shape[1:]))), axis=1)
    return node.op(x, axis=axis % (x.ndim - 1) + 1)


def _concatenate(node: Any, operands: Sequence[Any], is_batched: Sequence[bool], count: int) -> Any:
    return node.op(
        *_all_batched(operands, is_batched, count), axis=node.keywords["axis"] + 1, starts=node.keywords["starts"]
    )


def _stack(node: Any, operands: Sequence[Any], is_batched: Sequence[bool], count: int) -> Any:
    axis = node.keywords["axis"] % node._data.ndim + 1
    return node.op(*_all_batched(operands, is_batched, count), axis=axis)


def _all_batched(operands: Sequence[Any], is_batched: Sequence[bool], count: int) -> list[Any]:
    return [one if batched else spread(one, count) for one, batched in zip(operands, is_batched, strict=True)]


def _windows(node: Any, operands: Sequence[Any], is_batched: Sequence[bool], count: int) -> Any:
    """Windows into axes, and what puts them together again, which are all counted from the first."""
    keywords = dict(node.keywords)
    keywords["axis"] = tuple(axis + 1 for axis in keywords["axis"])
    if "shape" in keywords:
        keywords["shape"] = (count, *keywords["shape"])
    return node.op(operands[0], **keywords)


# --- indexing -------------------------------------------------------------------------------------------


def _getitem(node: Any, operands: Sequence[Any], is_batched: Sequence[bool], count: int) -> Any:
    x, *arrays = operands
    if any(_is_truth(one, batched) for one, batched in zip(arrays, is_batched[1:], strict=True)):
        return _one_by_one(node, operands, is_batched, count)
    index, arrays, order = _index_of_samples(node.keywords["index"], arrays, x.ndim - is_batched[0], is_batched, count)
    found = ops.getitem(x, *arrays, index=index)
    return found if order is None else ops.transpose(found, axes=order)


def _is_truth(array: Any, is_batched: bool) -> bool:
    """Whether an index array is one truth, which is no mask of axes; a mask of each sample's own is refused."""
    if array.dtype.kind != "b":
        return False
    if is_batched:
        raise DataTypeError(
            "vmap: x[mask], with a mask that differs from sample to sample, takes differently many elements from each; "
            "write autograd.where(mask, x, 0), or take what is not wanted out of a sum by it"
        )
    return bool(array.ndim == 0)


def _scatter_add(node: Any, operands: Sequence[Any], is_batched: Sequence[bool], count: int) -> Any:
    values, *arrays = operands
    if any(_is_truth(one, batched) for one, batched in zip(arrays, is_batched[1:], strict=True)):
        return _one_by_one(node, operands, is_batched, count)
    shape = node.keywords["shape"]
    if not is_batched[0]:
        values = spread(values, count)
    is_batched = (True, *is_batched[1:])  # what is scattered into is each sample's own
    index, arrays, order = _index_of_samples(node.keywords["index"], arrays, len(shape), is_batched, count)
    if order is not None:
        values = ops.transpose(values, axes=tuple(sorted(range(len(order)), key=order.__getitem__)))
    return ops.scatter_add(values, *arrays, index=index, shape=(count, *shape))


def _index_of_samples(
    index: Sequence[Any], arrays: Sequence[Any], ndim: int, is_batched: Sequence[bool], count: int
) -> tuple[tuple[Any, ...], list[Any], tuple[int, ...] | None]:
    """An index into all samples, the arrays in it, and the order in which what is found there has its axes as it
    should, the samples first. None: it has them so already.

    NumPy puts the axes of index arrays (and of integers beside them) where they stood if they stand together, and
    before all others if not.

    Args:
        index, arrays: those of one sample.
        ndim: how many axes that has which is indexed, for one sample.
        is_batched: of that which is indexed, and of each array.
    """
    x_is_batched, *of_arrays = is_batched
    found = list(arrays)
    if not arrays:
        return (slice(None), *index), found, None
    sizes = [one.ndim - batched for one, batched in zip(arrays, of_arrays, strict=True)]
    is_mask = [one.dtype.kind == "b" for one in arrays]
    # How many axes a part takes from what is indexed, and how many it gives.
    remaining = iter(size if mask else 1 for size, mask in zip(sizes, is_mask, strict=True))
    taken = [
        next(remaining) if part is ops.INDEX_ARRAY else 0 if part is None or part is Ellipsis else 1 for part in index
    ]
    is_advanced = [not (isinstance(part, slice) or part is None or part is Ellipsis) for part in index]
    first, last = is_advanced.index(True), len(index) - 1 - is_advanced[::-1].index(True)
    together = all(is_advanced[first : last + 1])
    before = sum(
        ndim - sum(taken) if part is Ellipsis else 1 for part, advanced in zip(index[:first], is_advanced, strict=False)
    ) if together else 0  # fmt: skip
    width = max(1 if mask else size for size, mask in zip(sizes, is_mask, strict=True))  # axes that the arrays make
    total = _ndim_of_result(index, is_advanced, ndim - sum(taken)) + width

    found = [
        ops.reshape(one, shape=(count, *(1,) * (width - size), *one.shape[1:])) if batched else one
        for one, batched, size in zip(arrays, of_arrays, sizes, strict=True)
    ]
    if not any(of_arrays):
        if together:
            return (slice(None), *index), found, None
        return (slice(None), *index), found, (width, *range(width), *range(width + 1, total + 1))
    if not x_is_batched:
        order = (before, *range(before), *range(before + 1, total + 1))
        return tuple(index), found, order if before else None
    rows = numpy.arange(count).reshape(count, *(1,) * width)
    order = (0, *range(1 + width, 1 + width + before), *range(1, 1 + width), *range(1 + width + before, total + 1))
    return (ops.INDEX_ARRAY, *index), [rows, *found], order if before else None


def _ndim_of_result(index: Sequence[Any], is_advanced: Sequence[bool], untouched: int) -> int:
    """How many axes an index gives besides those of its arrays: `untouched` are taken by no part of it, and lie where
    its ellipsis is, or behind."""
    return untouched + sum(
        part is not Ellipsis and not advanced for part, advanced in zip(index, is_advanced, strict=True)
    )


_ROWS = frozenset(ops.operations().values())
_RULES: dict[Operation, Rule] = {
    ops.reshape: _reshape,
    ops.transpose: _transpose,
    ops.broadcast_to: _broadcast_to,
    ops.sum_to_shape: _sum_to_shape,
    ops.astype: _astype,
    ops.matmul: _matmul,
    ops.affine: _affine,
    ops.einsum: _einsum,
    ops.solve: _elementwise,  # its batches broadcast
    ops.tril: _triangle,
    ops.triu: _triangle,
    **dict.fromkeys(
        (
            ops.inv, ops.det, ops.cofactors, ops.slogdet, ops.cholesky, ops.eigh, ops.svd, ops.qr, ops.pinv,
        ),
        _matrices,
    ),
    **dict.fromkeys(
        (
            ops.sum, ops.mean, ops.max, ops.min, ops.prod, ops.cumsum, ops.cumprod, ops.argsort, ops.squared_norm,
            ops.norm, ops.logsumexp, ops.softmax, ops.log_softmax, ops.any, ops.all,
        ),
        _along,
    ),
    ops.argmax: _place,
    ops.argmin: _place,
    ops.concatenate: _concatenate,
    ops.stack: _stack,
    ops.getitem: _getitem,
    ops.scatter_add: _scatter_add,
    ops.sliding_window_view: _windows,
    ops.overlap_add: _windows,
    ops.searchsorted: _one_by_one,  # NumPy looks into one array
}  # fmt: skip
