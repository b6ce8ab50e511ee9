"""Means, spreads and orders over axes."""

from __future__ import annotations

import math
from typing import Any

import numpy

from .. import array_functions, ops
from ..errors import ArgumentError, DataTypeError, ShapeError
from ..operands import (
    Axis,
    as_array,
    axes_of,
    checked_axis,
    count_along,
    kept_shape,
    nonempty,
    operand_of,
    reduced_shape,
)
from ..operation import Recordable
from .diagonals import diagonal
from .elementwise import isnan
from .moving import sort
from .shape import moveaxis, squeeze
from .taking import take_along_axis


def var(
    x: Any,
    axis: Axis = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    dtype: Any = None,
    where: Any = True,
    correction: float | None = None,
) -> Any:
    """The variance over `axis`: squared deviations from the mean, summed and divided by count − ddof.

    Raises ShapeError where no more than `ddof` elements are there.

    Args:
        x: numbers.
        axis: an axis, several, or all of them.
        ddof: what is taken off the count; `correction` is another name of it.
        keepdims: keep the reduced axes as ones.
        dtype: to convert to first.
        where: a mask of the elements that count.

    >>> from autograd import Tensor, var
    >>> var(Tensor([1.0, 3.0])).item(), var(Tensor([1.0, 3.0]), ddof=1).item()
    (1.0, 2.0)
    """
    x = _converted("var", x, dtype)
    ddof = ddof if correction is None else correction
    if where is not True:
        deviations, freedom = _counted_deviations("var", x, where, axis, ddof, keepdims)
        return ops.divide(array_functions.squared_norm(deviations, axis, keepdims), freedom)
    deviations, freedom = _deviations("var", x, axis, ddof)
    return array_functions.squared_norm(deviations, axis, keepdims, scale=1 / freedom)


def std(
    x: Any,
    axis: Axis = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    dtype: Any = None,
    where: Any = True,
    correction: float | None = None,
) -> Any:
    """The standard deviation, √var, over `axis`, with var's parameters; where it is 0 its gradient is 0, as norm's.

    >>> from autograd import Tensor, std
    >>> std(Tensor([1.0, 3.0])).item()
    1.0
    """
    x = _converted("std", x, dtype)
    ddof = ddof if correction is None else correction
    if where is not True:
        deviations, freedom = _counted_deviations("std", x, where, axis, ddof, keepdims)
        return ops.divide(array_functions.norm(deviations, axis, keepdims), ops.sqrt(freedom))
    deviations, freedom = _deviations("std", x, axis, ddof)
    return ops.divide(array_functions.norm(deviations, axis, keepdims), math.sqrt(freedom))


def _converted(name: str, x: Any, dtype: Any) -> Any:
    x = operand_of(name, x)
    return x if dtype is None or numpy.dtype(dtype) == x.dtype else array_functions.astype(x, dtype)


def _counted_deviations(name: str, x: Any, where: Any, axis: Axis, ddof: float, keepdims: bool) -> tuple[Any, Any]:
    """x less the mean of what counts, 0 where nothing does; and the degrees of freedom, nan where there are none."""
    axis = checked_axis(name, x, axis)
    mean = array_functions.mean(x, axis, True, where=where)
    mask = array_functions.broadcast_to(where, x.shape)
    deviations = ops.where(mask, ops.subtract(x, mean), 0)
    freedom = ops.subtract(array_functions.sum(mask, axis, keepdims), float(ddof))
    if deviations.dtype != freedom.dtype:
        freedom = array_functions.astype(freedom, deviations.dtype)
    return deviations, ops.where(ops.greater(freedom, 0), freedom, math.nan)


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


def average(x: Any, axis: Axis = None, weights: Any = None, returned: bool = False, *, keepdims: bool = False) -> Any:
    """The mean over `axis`, in which each element counts as much as its weight.

    Args:
        x: numbers.
        axis: an axis, several, or all of them.
        weights: of x's shape, or one row of them along the axis; the mean where they are not given.
        returned: give the sum of the weights, too: (average, sum).
        keepdims: keep the reduced axes as ones.

    >>> from autograd import Tensor, average
    >>> average(Tensor([1.0, 4.0]), weights=[2.0, 1.0]).item()
    2.0
    """
    x, axis = nonempty("average", x, axis)
    if weights is None:
        made = array_functions.mean(x, axis, keepdims)
        total: Any = numpy.full(made.shape, count_along(x.shape, axis), made.dtype)
        return (made, total if not isinstance(made, Recordable) else made._constant(total)) if returned else made
    weights = operand_of("average", weights)
    if weights.shape != x.shape:
        axes = axes_of(x.ndim, axis)
        if axis is None or weights.shape != tuple(x.shape[one] for one in axes):
            raise ShapeError(
                f"average: weights of shape {weights.shape} for an operand of shape {x.shape} along axis {axis}"
            )
        order = sorted(range(len(axes)), key=axes.__getitem__)
        weights = array_functions.reshape(
            array_functions.transpose(weights, order), tuple(size if i in axes else 1 for i, size in enumerate(x.shape))
        )
        weights = array_functions.broadcast_to(weights, x.shape)
    total = array_functions.sum(weights, axis, keepdims)
    if not isinstance(weights, Recordable) and not numpy.all(total):
        raise ArgumentError("average: the weights sum to zero and have no average")
    made = ops.divide(array_functions.sum(ops.multiply(x, weights), axis, keepdims), total)
    if returned and isinstance(made, Recordable) and not isinstance(total, Recordable):
        total = made._constant(total)
    return (made, total) if returned else made


def ptp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The distance from the least to the greatest element over `axis`.

    >>> from autograd import Tensor, ptp
    >>> ptp(Tensor([3.0, 1.0, 7.0])).item()
    6.0
    """
    x, axis = nonempty("ptp", x, axis)
    return ops.subtract(array_functions.max(x, axis, keepdims), array_functions.min(x, axis, keepdims))


# --- orders ---------------------------------------------------------------------------------------------


def median(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The element in the middle of the order over `axis`, the mean of the two in the middle where their number is even;
    nan where one is nan.

    >>> from autograd import Tensor, median
    >>> median(Tensor([3.0, 1.0, 7.0, 5.0])).item()
    4.0
    """
    x, axis = nonempty("median", x, axis)
    rows = _floats(_rows(x, axis))
    count = rows.shape[-1]
    ordered = sort(rows)
    lower, upper = (array_functions.getitem(ordered, (..., place)) for place in ((count - 1) // 2, count // 2))
    middle = lower if count % 2 else ops.divide(ops.add(lower, upper), 2.0)
    return _kept_axes(x, _nan_if_one_is(ordered, middle), axis, keepdims)


def quantile(x: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False) -> Any:
    """The numbers below which the shares `q` of the elements over `axis` lie; nan where one is nan.

    Args:
        x: numbers.
        q: plain shares from 0 to 1; its axes come first in the result.
        axis: an axis, several, or all of them.
        method: how it is put between two elements, as NumPy names it.
        keepdims: keep the reduced axes as ones.

    >>> from autograd import Tensor, quantile
    >>> quantile(Tensor([1.0, 2.0, 4.0]), 0.75).item()
    3.0
    """
    return _quantile("quantile", x, q, 1.0, axis, method, keepdims)


def percentile(x: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False) -> Any:
    """`quantile` of shares in percent.

    >>> from autograd import Tensor, percentile
    >>> percentile(Tensor([1.0, 2.0, 4.0]), 75).item()
    3.0
    """
    return _quantile("percentile", x, q, 100.0, axis, method, keepdims)


def _shares(name: str, q: Any, whole: float) -> Any:
    if isinstance(q, Recordable):
        raise DataTypeError(f"{name}: q is plain numbers; by q itself it has no gradient here")
    shares = as_array(name, q) / whole
    if shares.size and not (shares.min() >= 0 and shares.max() <= 1):
        raise ArgumentError(f"{name}: q is from 0 to {whole:g}, not {q!r:.60}")
    return shares


def _quantile(name: str, x: Any, q: Any, whole: float, axis: Axis, method: str, keepdims: bool) -> Any:
    shares = _shares(name, q, whole)
    x, axis = nonempty(name, x, axis)
    rows = _floats(_rows(x, axis))
    kind = _kind_with(rows, q)
    count = rows.shape[-1]
    try:  # where the share is among 0, 1, 2, …: what NumPy says of them is a place
        places = numpy.asarray(numpy.quantile(numpy.arange(float(count)), shares, method=method))  # type: ignore[call-overload]  # NumPy refuses the others
    except ValueError as error:
        raise ArgumentError(f"{name}: {error}") from None
    below = numpy.floor(places + 1e-12 * count).astype(int)  # a place that is rounded is that of an element
    part = numpy.maximum(places - below, 0.0)
    ordered = sort(rows)
    made = array_functions.getitem(ordered, (..., below))
    if part.any():
        above = array_functions.getitem(ordered, (..., numpy.minimum(below + 1, count - 1)))
        weight = part.astype(kind)
        made = ops.add(ops.multiply(made, 1 - weight), ops.multiply(above, weight))
    last = array_functions.getitem(ordered, (..., slice(-1, None)))  # where nan would be
    last = array_functions.reshape(last, (*last.shape[:-1], *(1,) * shares.ndim))
    made = ops.where(isnan(last), last, made)
    if made.dtype != kind:
        made = array_functions.astype(made, kind)
    if shares.ndim:
        made = moveaxis(made, tuple(range(made.ndim - shares.ndim, made.ndim)), tuple(range(shares.ndim)))
    if keepdims:
        made = array_functions.reshape(made, (*shares.shape, *kept_shape(x.shape, axis)))
    return made


def _kind_with(rows: Any, q: Any) -> Any:
    """The dtype of the result: as between arrays, if q has axes."""
    return numpy.result_type(rows.dtype, numpy.asarray(q).dtype) if numpy.ndim(q) else rows.dtype


def _rows(x: Any, axis: Axis) -> Any:
    """x with the axes that are reduced as one, at the end."""
    reduced = axes_of(x.ndim, axis)
    kept = tuple(i for i in range(x.ndim) if i not in reduced)
    order = (*kept, *reduced)
    moved = x if order == tuple(range(x.ndim)) else array_functions.transpose(x, order)
    shape = (*(x.shape[i] for i in kept), count_along(x.shape, axis))
    return moved if moved.shape == shape else array_functions.reshape(moved, shape)


def _floats(x: Any) -> Any:
    return x if x.dtype.kind == "f" else array_functions.astype(x, numpy.float64)


def _nan_if_one_is(ordered: Any, made: Any) -> Any:
    """A number of ordered rows; nan is the last of its row."""
    last = array_functions.getitem(ordered, (..., -1))
    return ops.where(isnan(last), last, made)


def _kept_axes(x: Any, made: Any, axis: Axis, keepdims: bool) -> Any:
    return array_functions.reshape(made, kept_shape(x.shape, axis)) if keepdims else made


# --- of what is not nan -----------------------------------------------------------------------------------


def nansum(
    x: Any, axis: Axis = None, keepdims: bool = False, *, dtype: Any = None, initial: Any = None, where: Any = True
) -> Any:
    """The sum over `axis` of what is not nan."""
    return array_functions.sum(_without_nan("nansum", x, 0), axis, keepdims, dtype=dtype, initial=initial, where=where)


def nanprod(
    x: Any, axis: Axis = None, keepdims: bool = False, *, dtype: Any = None, initial: Any = None, where: Any = True
) -> Any:
    """The product over `axis` of what is not nan."""
    return array_functions.prod(
        _without_nan("nanprod", x, 1), axis, keepdims, dtype=dtype, initial=initial, where=where
    )


def nancumsum(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """The running sum along `axis` of what is not nan."""
    return array_functions.cumsum(_without_nan("nancumsum", x, 0), axis, dtype)


def nancumprod(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """The running product along `axis` of what is not nan."""
    return array_functions.cumprod(_without_nan("nancumprod", x, 1), axis, dtype)


def nanmean(x: Any, axis: Axis = None, keepdims: bool = False, *, dtype: Any = None) -> Any:
    """The mean over `axis` of what is not nan; nan where nothing is.

    >>> from autograd import Tensor, nanmean
    >>> nanmean(Tensor([1.0, float("nan"), 3.0])).item()
    2.0
    """
    x = _converted("nanmean", x, dtype)
    return array_functions.mean(x, axis, keepdims, where=ops.logical_not(isnan(x)))


def nanvar(
    x: Any, axis: Axis = None, ddof: float = 0, keepdims: bool = False, *, correction: float | None = None
) -> Any:
    """The variance over `axis` of what is not nan; nan where it is not enough for `ddof`."""
    x = operand_of("nanvar", x)
    return var(x, axis, ddof, keepdims, where=ops.logical_not(isnan(x)), correction=correction)


def nanstd(
    x: Any, axis: Axis = None, ddof: float = 0, keepdims: bool = False, *, correction: float | None = None
) -> Any:
    """The standard deviation over `axis` of what is not nan; nan where it is not enough for `ddof`."""
    x = operand_of("nanstd", x)
    return std(x, axis, ddof, keepdims, where=ops.logical_not(isnan(x)), correction=correction)


def nanmax(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The greatest element over `axis` that is not nan; nan where all are.

    >>> from autograd import Tensor, nanmax
    >>> nanmax(Tensor([1.0, float("nan"), 3.0])).item()
    3.0
    """
    return _extreme_number("nanmax", array_functions.max, -math.inf, x, axis, keepdims)


def nanmin(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The least element over `axis` that is not nan; nan where all are."""
    return _extreme_number("nanmin", array_functions.min, math.inf, x, axis, keepdims)


def _extreme_number(name: str, of: Any, instead: float, x: Any, axis: Axis, keepdims: bool) -> Any:
    x, axis = nonempty(name, x, axis)
    if x.dtype.kind != "f":
        return of(x, axis, keepdims)
    nothing = array_functions.all(isnan(x), axis, keepdims)
    return ops.where(nothing, math.nan, of(_without_nan(name, x, instead), axis, keepdims))


def nanmedian(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The median over `axis` of what is not nan; nan where nothing is."""
    return _nanquantile("nanmedian", x, 0.5, 1.0, axis, "linear", keepdims)


def nanquantile(x: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False) -> Any:
    """`quantile` over `axis` of what is not nan, for the method "linear"; nan where nothing is."""
    return _nanquantile("nanquantile", x, q, 1.0, axis, method, keepdims)


def nanpercentile(x: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False) -> Any:
    """`percentile` over `axis` of what is not nan, for the method "linear"; nan where nothing is."""
    return _nanquantile("nanpercentile", x, q, 100.0, axis, method, keepdims)


def _nanquantile(name: str, x: Any, q: Any, whole: float, axis: Axis, method: str, keepdims: bool) -> Any:
    shares = _shares(name, q, whole)
    if method != "linear":
        raise ArgumentError(f'{name}: method is "linear", not {method!r:.60}; `quantile` has the others')
    x, axis = nonempty(name, x, axis)
    rows = _floats(_rows(x, axis))
    ordered = sort(rows)  # nan last
    count = array_functions.sum(ops.logical_not(isnan(rows)), -1, True)
    flat = shares.reshape(-1)
    places = ops.multiply(ops.maximum(ops.subtract(count, 1.0), 0.0), flat)
    below = ops.floor(ops.add(places, 1e-12 * rows.shape[-1]))
    part = ops.maximum(ops.subtract(places, below), 0.0)
    above = ops.minimum(ops.add(below, 1.0), ops.maximum(ops.subtract(count, 1.0), 0.0))
    lower, upper = (
        take_along_axis(ordered, array_functions.astype(place, numpy.int64), -1) for place in (below, above)
    )
    kind = _kind_with(rows, q)
    if part.dtype != kind:
        part = array_functions.astype(part, kind)
    made = ops.add(ops.multiply(lower, ops.subtract(1.0, part)), ops.multiply(upper, part))
    made = moveaxis(made, -1, 0)
    shape = kept_shape(x.shape, axis) if keepdims else reduced_shape(x.shape, axis)
    return array_functions.reshape(made, (*shares.shape, *shape))


def _without_nan(name: str, x: Any, instead: float) -> Any:
    x = operand_of(name, x)
    return ops.where(isnan(x), instead, x) if x.dtype.kind == "f" else x


# --- together ---------------------------------------------------------------------------------------------


def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: float | None = None,
    fweights: Any = None,
    aweights: Any = None,
) -> Any:
    """The covariances of variables: a matrix of them, a number for one variable.

    Args:
        m: a row of observations for each variable, or one row.
        y: more variables.
        rowvar: False where each column is a variable.
        bias: divide by the number of observations, not by one less.
        ddof: what is taken off the number of observations; in place of `bias`.
        fweights, aweights: how often, and with which weight, each observation counts: plain numbers.

    >>> from autograd import Tensor, cov
    >>> cov(Tensor([[1.0, 2.0, 3.0], [2.0, 4.0, 9.0]])).data
    array([[ 1. ,  3.5],
           [ 3.5, 13. ]])
    """
    m = _variables("cov", m, rowvar)
    if y is not None:
        m = array_functions.concatenate([m, _variables("cov", y, rowvar)], 0)
    weights = None
    for given in (fweights, aweights):
        if given is not None:
            one = as_array("cov", given)
            if one.shape != m.shape[1:]:
                raise ShapeError(f"cov: weights of shape {one.shape} for {m.shape[1]} observations")
            weights = one if weights is None else weights * one
    off = (0 if bias else 1) if ddof is None else ddof
    total = m.shape[1] if weights is None else float(weights.sum())
    if aweights is None or off == 0 or weights is None:
        freedom = total - off
    else:
        freedom = total - off * float((weights * as_array("cov", aweights)).sum()) / total
    if not freedom > 0:
        raise ShapeError(f"cov: {m.shape[1]} observations are not enough for ddof={off}")
    if weights is None:
        deviations = ops.subtract(m, array_functions.mean(m, 1, True))
        weighted = deviations
    else:
        weights = weights.astype(m.dtype)
        mean = ops.divide(array_functions.sum(ops.multiply(m, weights), 1, True), total)
        deviations = ops.subtract(m, mean)
        weighted = ops.multiply(deviations, weights)
    made = ops.divide(array_functions.matmul(weighted, array_functions.transpose(deviations)), float(freedom))
    return squeeze(made)


def corrcoef(x: Any, y: Any = None, rowvar: bool = True) -> Any:
    """The correlations of variables, as `cov` takes them: a matrix of them, 1 for one variable.

    >>> from autograd import Tensor, corrcoef
    >>> corrcoef(Tensor([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0]])).data.round(6).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    covariances = cov(x, y, rowvar)
    if covariances.ndim == 0:
        return ops.divide(covariances, covariances)
    spread = ops.sqrt(diagonal(covariances))
    made = ops.divide(
        ops.divide(covariances, array_functions.reshape(spread, (-1, 1))), array_functions.reshape(spread, (1, -1))
    )
    return array_functions.clip(made, -1.0, 1.0)


def _variables(name: str, m: Any, rowvar: bool) -> Any:
    m = _converted(name, m, numpy.float64)
    if m.ndim > 2:
        raise ShapeError(f"{name}: a row of observations for each variable is a matrix, not of shape {m.shape}")
    if m.ndim < 2:
        return array_functions.reshape(m, (1, m.size))
    return m if rowvar or m.shape[0] == 1 else array_functions.transpose(m)
