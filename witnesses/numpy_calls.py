"""How functions put together from rows are called: a line for each way, as it is written with NumPy.

The tests call each with nodes, with arrays and through NumPy's own functions; differentiate, compile, print, draw it.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from typing import Any

import numpy

import autograd

from . import linear_algebra_calls

Call = Callable[..., Any]
Shape = tuple[int, ...]
Array = numpy.ndarray[Any, Any]

# Functions of which NumPy does not ask a node's class what they mean for it.
NOT_HANDED_OVER = {"full"}
NOT_OF_LISTS = {"block"}  # to which lists say how blocks lie

_ROWS = numpy.array([[0.5, 1.5, -0.5], [2.0, -1.0, 0.25]])
_ROW = numpy.array([1.0, -2.0, 0.5])
_PERCENT = {"quantile": 1.0, "nanquantile": 1.0, "percentile": 100.0, "nanpercentile": 100.0}
_HOLES = numpy.array([[numpy.nan, 1.0, numpy.nan], [0.5, numpy.nan, -1.0]], numpy.float32)
_MASK = numpy.array([[True, False, True], [False, False, True]])


def _holed(m: Any, x: Any) -> Any:
    """x of shape (2, 3) with nan and both infinities in three places."""
    infinities = numpy.array([[numpy.inf, 0.0, 0.0], [0.0, -numpy.inf, 0.0]], numpy.float32)
    return m.where(
        numpy.isinf(infinities), infinities, m.where(numpy.isnan(_HOLES) & ~_MASK, numpy.float32(numpy.nan), x)
    )


def _over_axes(call: Call, shape: Shape, *others: Any) -> list[tuple[Call, tuple[Shape, ...]]]:
    """The call `call(m, x, axis)` for every axis of the shape, from the end the last, and for the others given."""
    axes = (*range(len(shape)), -1, *others)
    return [(lambda m, x, axis=axis: call(m, x, axis), (shape,)) for axis in axes]


# Calls as they are written with NumPy: the module that has the function, then the operands of these shapes.
CASES: dict[str, list[tuple[Call, tuple[Shape, ...]]]] = {
    "isnan": [(lambda m, x: m.isnan(x), ((2, 3),)), (lambda m, x: m.isnan(x), ((),))],
    "isinf": [(lambda m, x: m.isinf(x), ((2, 3),)), (lambda m, x: m.isinf(x), ((0,),))],
    "isfinite": [(lambda m, x: m.isfinite(x), ((2, 3),)), (lambda m, x: m.isfinite(x), ((),))],
    **{
        name: [(lambda m, x, n=name: getattr(m, n)(x), (shape,)) for shape in ((2, 3), (), (0,))]
        for name in (
            "isposinf", "isneginf", "deg2rad", "radians", "rad2deg", "degrees", "real", "imag", "conjugate", "fix",
        )
    },
    **{
        name: [
            *[
                (lambda m, a, b, n=name: getattr(m, n)(a, b), shapes)
                for shapes in (((2, 3), (3,)), ((), (2,)), ((0,), ()))
            ],
            (lambda m, a, n=name: getattr(m, n)(a, _HOLES), ((2, 3),)),
            (lambda m, a, n=name: getattr(m, n)(_HOLES, a), ((3,),)),
        ]
        for name in ("fmax", "fmin")
    },
    "nan_to_num": [
        *[(lambda m, x: m.nan_to_num(x), (shape,)) for shape in ((2, 3), (), (0,))],
        (lambda m, x: m.nan_to_num(_holed(m, x), nan=2.0, posinf=3.0, neginf=-4.0, copy=False), ((2, 3),)),
    ],
    "count_nonzero": [
        *_over_axes(lambda m, x, axis: m.count_nonzero(m.clip(x, 0.0, None), axis), (2, 3), None, (0, 1)),
        (lambda m, x: m.count_nonzero(x, axis=0, keepdims=True), ((2, 3),)),
        (lambda m, x: m.count_nonzero(x), ((0,),)),
    ],
    "isclose": [
        (lambda m, a, b: m.isclose(a, b), ((2, 3), (3,))),
        (lambda m, a: m.isclose(a, a, rtol=0.0), ((2, 3),)),
        (lambda m, a: m.isclose(a, 1.0, atol=0.5), ((5,),)),
        (lambda m, a: m.isclose(_holed(m, a), _HOLES, equal_nan=True), ((2, 3),)),
        (lambda m, a: m.isclose(_holed(m, a), _holed(m, a)), ((2, 3),)),
    ],
    "isin": [
        (lambda m, x: m.isin(m.rint(x), [1.0, -1.0]), ((2, 3),)),
        (lambda m, x: m.isin(m.rint(x), [[2.0], [0.0]], invert=True), ((2, 3),)),
        (lambda m, x: m.isin(x, []), ((3,),)),
        (lambda m, x: m.isin(x, x), ((),)),
    ],
    "signbit": [(lambda m, x: m.signbit(x), (shape,)) for shape in ((2, 3), (), (0,))],
    "average": [
        *_over_axes(lambda m, x, axis: m.average(x, axis), (2, 3, 2), None),
        (lambda m, x: m.average(x, weights=_ROWS), ((2, 3),)),
        (lambda m, x: m.average(x, axis=1, weights=[1.0, 2.0, 3.0], keepdims=True), ((2, 3),)),
        (lambda m, x: m.average(x, axis=(2, 0), weights=[[1.0, 2.0], [3.0, 4.0]]), ((2, 3, 2),)),
        (lambda m, x, w: m.average(x, axis=0, weights=m.square(w)), ((2, 3), (2,))),
        (lambda m, x: m.average(x, axis=1, returned=True, weights=_ROWS), ((2, 3),)),
    ],
    **{
        name: [
            *_over_axes(lambda m, x, axis, n=name: getattr(m, n)(x, axis), (2, 3, 2), None),
            (lambda m, x, n=name: getattr(m, n)(x, keepdims=True), ((2, 3),)),
            (lambda m, x, n=name: getattr(m, n)(x, axis=(0, -1), keepdims=True), ((2, 3, 2),)),
            (lambda m, x, n=name: getattr(m, n)(x), ((),)),
            (lambda m, x, n=name: getattr(m, n)(x, axis=1), ((0, 3),)),
        ]
        for name in (
            "ptp", "median", "nanmedian", "nanmax", "nanmin", "nansum", "nanprod", "nanmean", "nanvar", "nanstd",
        )
    },
    **{
        name: [
            *_over_axes(lambda m, x, axis, n=name: getattr(m, n)(x, 0.3 * _PERCENT[n], axis), (2, 3, 2), None, (0, 2)),
            (lambda m, x, n=name: getattr(m, n)(x, _PERCENT[n] * numpy.array([0, 0.25, 0.5, 0.9, 1])), ((5,),)),
            (lambda m, x, n=name: getattr(m, n)(x, [[0.5], [0.125]], axis=1, keepdims=True), ((2, 4),)),
            (lambda m, x, n=name: getattr(m, n)(x, 0.7), ((),)),
            (lambda m, x, n=name: getattr(m, n)(x, 0.7, axis=1), ((0, 3),)),
        ]
        for name in ("quantile", "percentile", "nanquantile", "nanpercentile")
    },
    **{
        name: [
            *_over_axes(lambda m, x, axis, n=name: getattr(m, n)(x, axis), (2, 3, 2), None),
            (lambda m, x, n=name: getattr(m, n)(x), ((),)),
            (lambda m, x, n=name: getattr(m, n)(x, axis=1), ((2, 0),)),
        ]
        for name in ("nancumsum", "nancumprod")
    },
    "cov": [
        (lambda m, x: m.cov(x), ((3, 4),)),
        (lambda m, x: m.cov(x), ((4,),)),
        (lambda m, x: m.cov(x, rowvar=False, bias=True), ((4, 2),)),
        (lambda m, x, y: m.cov(x, y), ((4,), (4,))),
        (lambda m, x, y: m.cov(x, y, rowvar=False, ddof=2), ((4, 2), (4, 1))),
        (lambda m, x: m.cov(x, fweights=[1, 2, 1, 3]), ((2, 4),)),
        (lambda m, x: m.cov(x, aweights=[1.0, 0.5, 2.0, 0.25]), ((2, 4),)),
        (lambda m, x: m.cov(x, fweights=[1, 2, 1, 3], aweights=[1.0, 0.5, 2.0, 0.25]), ((2, 4),)),
        (lambda m, x: m.cov(x, aweights=[1.0, 0.5, 2.0, 0.25], bias=True), ((2, 4),)),
    ],
    "corrcoef": [
        (lambda m, x: m.corrcoef(x), ((3, 5),)),
        (lambda m, x, y: m.corrcoef(x, y), ((5,), (5,))),
        (lambda m, x: m.corrcoef(x, rowvar=False), ((5, 2),)),
    ],
    "trapezoid": [
        *_over_axes(lambda m, x, axis: m.trapezoid(x, dx=0.5, axis=axis), (2, 3, 4)),
        (lambda m, x: m.trapezoid(x), ((4,),)),
        (lambda m, x, t: m.trapezoid(x, t), ((2, 3), (3,))),
        (lambda m, x, t: m.trapezoid(x, t, axis=0), ((2, 3), (2, 3))),
        (lambda m, x: m.trapezoid(x), ((0,),)),
    ],
    "interp": [
        (lambda m, x: m.interp(x, [-1.0, 0.25, 1.0], [2.0, 3.0, -1.0]), ((2, 3),)),
        (lambda m, x: m.interp(x, [-1.0, 0.25, 1.0], [2.0, 3.0, -1.0], left=-5.0, right=7.0), ((5,),)),
        (lambda m, y: m.interp([-2.0, -0.5, 0.5, 0.75, 2.0], [-1.0, 0.25, 1.0], y), ((3,),)),
        (lambda m, x, y: m.interp(x, [-1.0, 0.25, 1.0], y), ((), (3,))),
        (lambda m, x: m.interp(x, [0.0], [2.0], left=1.0), ((2,),)),
        (lambda m, x: m.interp(x, [0.75, 0.25, 0.5], [2.0, 3.0, -1.0], period=1.0), ((4,),)),
        (lambda m, x: m.interp(x, [0.0, 1.0], [2.0, 3.0]), ((0,),)),
    ],
    **{
        name: [
            (lambda m, x, n=name: getattr(m, n)(x), ((2, 3),)),
            (lambda m, x, n=name: getattr(m, n)(x), ((),)),
            (lambda m, x, n=name: getattr(m, n)(x, axis=0), ((3, 2),)),
            (lambda m, x, n=name: getattr(m, n)(x, axis=-1, ddof=1, keepdims=True), ((2, 3),)),
            (lambda m, x, n=name: getattr(m, n)(x, axis=(0, -1), ddof=2), ((2, 1, 3),)),
            (lambda m, x, n=name: getattr(m, n)(x, ddof=0.5), ((3,),)),
            (lambda m, x, n=name: getattr(m, n)(x, axis=()), ((2, 2),)),
            (lambda m, x, n=name: getattr(m, n)(x, axis=1), ((0, 3),)),
            (lambda m, x, n=name: getattr(m, n)(x, axis=1, where=_MASK | ~_MASK[:, ::-1], keepdims=True), ((2, 3),)),
            (lambda m, x, n=name: getattr(m, n)(x, where=_MASK, correction=1), ((2, 3),)),
            (lambda m, x, n=name: getattr(m, n)(x, dtype=numpy.float64), ((2, 3),)),
        ]
        for name in ("var", "std")
    },
    "ravel": [(lambda m, x: m.ravel(x), (shape,)) for shape in ((2, 3), (), (0, 2), (2, 1, 2))],
    "squeeze": [
        (lambda m, x: m.squeeze(x), ((1, 2, 1),)),
        (lambda m, x: m.squeeze(x), ((),)),
        (lambda m, x: m.squeeze(x, 0), ((1, 2, 1),)),
        (lambda m, x: m.squeeze(x, axis=-1), ((1, 2, 1),)),
        (lambda m, x: m.squeeze(x, axis=(0, -1)), ((1, 2, 1),)),
        (lambda m, x: m.squeeze(x, axis=()), ((1, 2, 1),)),
        (lambda m, x: m.squeeze(x, axis=numpy.int64(1)), ((0, 1),)),
    ],
    "expand_dims": [
        (lambda m, x: m.expand_dims(x, 0), ((2, 3),)),
        (lambda m, x: m.expand_dims(x, -1), ((2, 3),)),
        (lambda m, x: m.expand_dims(x, (0, 2)), ((2, 3),)),
        (lambda m, x: m.expand_dims(x, [0, -1]), ((),)),
        (lambda m, x: m.expand_dims(x, ()), ((2,),)),
        (lambda m, x: m.expand_dims(x, 1), ((0,),)),
    ],
    "moveaxis": [
        (lambda m, x: m.moveaxis(x, 0, -1), ((2, 3, 1),)),
        (lambda m, x: m.moveaxis(x, -1, 0), ((2, 3, 1),)),
        (lambda m, x: m.moveaxis(x, [0, 1], [-1, -2]), ((2, 3, 1),)),
        (lambda m, x: m.moveaxis(x, (2, 0, 1), (0, 1, 2)), ((2, 3, 1),)),
        (lambda m, x: m.moveaxis(x, [], []), ((2, 3),)),
        (lambda m, x: m.moveaxis(x, 0, 0), ((0,),)),
    ],
    "flip": [
        (lambda m, x: m.flip(x), ((2, 3),)),
        (lambda m, x: m.flip(x), ((),)),
        (lambda m, x: m.flip(x, 0), ((2, 3),)),
        (lambda m, x: m.flip(x, axis=-1), ((2, 3),)),
        (lambda m, x: m.flip(x, axis=(0, 2)), ((2, 3, 2),)),
        (lambda m, x: m.flip(x, axis=()), ((2, 3),)),
        (lambda m, x: m.flip(x, axis=1), ((2, 0),)),
    ],
    "repeat": [
        (lambda m, x: m.repeat(x, 2), ((2, 3),)),
        (lambda m, x: m.repeat(x, 3), ((),)),
        (lambda m, x: m.repeat(x, [2, 0, 1], axis=1), ((2, 3),)),
        (lambda m, x: m.repeat(x, numpy.array([1, 3]), axis=-2), ((2, 3),)),
        (lambda m, x: m.repeat(x, [2], axis=0), ((2, 3),)),
        (lambda m, x: m.repeat(x, 0, axis=0), ((2, 3),)),
        (lambda m, x: m.repeat(x, 2, axis=0), ((0, 3),)),
    ],
    "tile": [
        (lambda m, x: m.tile(x, 2), ((2, 3),)),
        (lambda m, x: m.tile(x, (2, 3)), ((2,),)),
        (lambda m, x: m.tile(x, (2,)), ((2, 3),)),
        (lambda m, x: m.tile(x, [2, 1, 3]), ((1, 2),)),
        (lambda m, x: m.tile(x, (2, 2)), ((),)),
        (lambda m, x: m.tile(x, ()), ((2,),)),
        (lambda m, x: m.tile(x, (0, 1)), ((2, 3),)),
        (lambda m, x: m.tile(x, numpy.array([2, 1])), ((2, 0),)),
    ],
    "take": [
        (lambda m, x: m.take(x, [-9, 0, 9], mode="clip"), ((2, 3),)),
        (lambda m, x: m.take(x, [[-4], [4]], axis=1, mode="wrap"), ((2, 3),)),
        (lambda m, x: m.take(x, 1), ((3,),)),
        (lambda m, x: m.take(x, -2), ((2, 3),)),
        (lambda m, x: m.take(x, [0, 5, -1, 0]), ((2, 3),)),
        (lambda m, x: m.take(x, [[0, 1], [1, -1]], axis=1), ((2, 3),)),
        (lambda m, x: m.take(x, (0, 0, 1), axis=0), ((2, 3),)),
        (lambda m, x: m.take(x, [], axis=-1), ((2, 3),)),
        (lambda m, x: m.take(x, numpy.array([True, False]), axis=1), ((2, 3),)),
        (lambda m, x: m.take(x, 0), ((),)),
        (lambda m, x: m.take(x, numpy.zeros((0, 2), int), axis=0), ((0, 3),)),
    ],
    "take_along_axis": [
        (lambda m, x: m.take_along_axis(x, numpy.array([[2], [-3]]), 1), ((2, 3),)),
        (lambda m, x: m.take_along_axis(x, numpy.array([[0, 1, 1]]), 0), ((2, 3),)),
        (lambda m, x: m.take_along_axis(x, numpy.array([[1, 1, 0], [0, 0, 0]]), axis=-2), ((2, 3),)),
        (lambda m, x: m.take_along_axis(x, numpy.array([5, 0]), axis=None), ((2, 3),)),
        (lambda m, x: m.take_along_axis(x, numpy.zeros((2, 0), int), 1), ((2, 3),)),
    ],
    "split": [
        (lambda m, x: m.split(x, 2), ((4,),)),
        (lambda m, x: m.split(x, 3, axis=1), ((2, 3),)),
        (lambda m, x: m.split(x, [1, 1], axis=-1), ((2, 3),)),
        (lambda m, x: m.split(x, (2,)), ((3, 2),)),
        (lambda m, x: m.split(x, []), ((3,),)),
        (lambda m, x: m.split(x, [5]), ((2,),)),
        (lambda m, x: m.split(x, numpy.int64(1)), ((0, 2),)),
    ],
    "diff": [
        (lambda m, x: m.diff(x, n=2), ((4,),)),
        (lambda m, x: m.diff(x, n=0), ((4,),)),
        (lambda m, x: m.diff(x, n=7), ((4,),)),
        (lambda m, x: m.diff(x, prepend=0.0), ((2, 3),)),
        (lambda m, x, y: m.diff(x, axis=0, prepend=y, append=[[1.0, 2.0]]), ((2, 2), (1, 2))),
        *_over_axes(lambda m, x, axis: m.diff(x, axis=axis, append=1.5), (2, 3, 1)),
        (lambda m, x: m.diff(x), ((4,),)),
        (lambda m, x: m.diff(x, axis=0), ((3, 2),)),
        (lambda m, x: m.diff(x, axis=-2), ((3, 2),)),
        (lambda m, x: m.diff(x), ((1,),)),
        (lambda m, x: m.diff(x), ((0,),)),
    ],
    "vstack": [
        (lambda m, *x: m.vstack(x), ((3,), (2, 3))),
        (lambda m, *x: m.vstack(list(x)), ((), ())),
        (lambda m, *x: m.vstack(x), ((1, 2, 2), (2, 2, 2))),
        (lambda m, *x: m.vstack(x), ((0, 3), (3,))),
    ],
    "hstack": [
        (lambda m, *x: m.hstack(x), ((3,), (2,))),
        (lambda m, *x: m.hstack(list(x)), ((), (2,))),
        (lambda m, *x: m.hstack(x), ((2, 1), (2, 3))),
        (lambda m, *x: m.hstack(x), ((2, 0), (2, 3))),
    ],
    "dot": [
        (lambda m, a, b: m.dot(a, b), shapes)
        for shapes in (
            ((), ()), ((), (2, 3)), ((3,), ()), ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 2)),
            ((2, 2, 3), (3,)), ((2, 2, 3), (3, 2)), ((3,), (2, 3, 2)), ((2, 3), (2, 3, 1)), ((2, 1, 3), (2, 2, 3, 2)),
            ((0,), (0,)), ((2, 0), (0, 3)), ((2, 0), (2, 0, 1)), ((2, 3), (2, 3, 0)),
        )
    ],
    "inner": [
        (lambda m, a, b: m.inner(a, b), shapes)
        for shapes in (
            ((), ()), ((), (2, 3)), ((3,), (3,)), ((2, 3), (3,)), ((3,), (2, 3)), ((2, 3), (4, 3)),
            ((2, 1, 3), (3,)), ((2, 3), (2, 1, 3)), ((2, 1, 3), (1, 2, 3)), ((0,), (2, 0)), ((2, 0), (1, 2, 0)),
        )
    ],
    "outer": [
        (lambda m, a, b: m.outer(a, b), shapes) for shapes in (((2,), (3,)), ((), (2,)), ((2, 2), (1, 3)), ((0,), (2,)))
    ],
    "rollaxis": [
        *_over_axes(lambda m, x, axis: m.rollaxis(x, axis), (2, 3, 1)),
        *_over_axes(lambda m, x, axis: m.rollaxis(x, axis, start=2), (2, 3, 1)),
        (lambda m, x: m.rollaxis(x, 0, 3), ((2, 3, 0),)),
        (lambda m, x: m.rollaxis(x, 1, -1), ((2, 3, 1),)),
    ],
    "matrix_transpose": [(lambda m, x: m.matrix_transpose(x), (shape,)) for shape in ((2, 3), (2, 1, 3), (0, 2))],
    **{
        name: [
            *[(lambda m, x, n=name: getattr(m, n)(x), (shape,)) for shape in ((), (2,), (2, 3), (2, 1, 3), (0,))],
            (lambda m, x, y, n=name: getattr(m, n)(x, y), ((), (2, 3))),
        ]
        for name in ("atleast_1d", "atleast_2d", "atleast_3d")
    },
    "broadcast_arrays": [
        (lambda m, *x: m.broadcast_arrays(*x), shapes)
        for shapes in (((3,), (2, 1)), ((), (2, 3), (1,)), ((2, 2),), ((0, 3), (3,)), ((2, 3), (2, 3)))
    ],
    "resize": [
        (lambda m, x: m.resize(x, (2, 3)), ((2,),)),
        (lambda m, x: m.resize(x, 3), ((2, 3),)),
        (lambda m, x: m.resize(x, (2, 2)), ((),)),
        (lambda m, x: m.resize(x, (2, 2)), ((0, 3),)),
        (lambda m, x: m.resize(x, (0, 2)), ((3,),)),
    ],
    "flipud": [(lambda m, x: m.flipud(x), (shape,)) for shape in ((3,), (2, 3), (2, 1, 2), (0, 2))],
    "fliplr": [(lambda m, x: m.fliplr(x), (shape,)) for shape in ((2, 3), (2, 1, 2), (0, 2))],
    "rot90": [
        *[(lambda m, x, k=k: m.rot90(x, k), ((2, 3),)) for k in range(-1, 5)],
        (lambda m, x: m.rot90(x), ((2, 0),)),
        (lambda m, x: m.rot90(x, 1, (2, 1)), ((2, 3, 2),)),
        (lambda m, x: m.rot90(x, k=3, axes=(0, -1)), ((2, 3, 2),)),
    ],
    "roll": [
        *_over_axes(lambda m, x, axis: m.roll(x, 2, axis), (2, 3, 1), None, (0, 1), [1, 1]),
        *_over_axes(lambda m, x, axis: m.roll(x, -1, axis=axis), (2, 3)),
        (lambda m, x: m.roll(x, (1, -2), axis=(0, 1)), ((2, 3),)),
        (lambda m, x: m.roll(x, (1, 2), axis=1), ((2, 4),)),
        (lambda m, x: m.roll(x, (1, 2)), ((2, 2),)),
        (lambda m, x: m.roll(x, 0), ((3,),)),
        (lambda m, x: m.roll(x, 5, 0), ((0, 3),)),
        (lambda m, x: m.roll(x, 3), ((),)),
    ],
    "sort": [
        *_over_axes(lambda m, x, axis: m.sort(x, axis), (2, 3, 2), None),
        (lambda m, x: m.sort(x), ((4,),)),
        (lambda m, x: m.sort(x, axis=0, kind="mergesort"), ((3, 2),)),
        (lambda m, x: m.sort(x, stable=True), ((2, 3),)),
        (lambda m, x: m.sort(x, 1), ((2, 0),)),
        (lambda m, x: m.sort(x, None), ((),)),
    ],
    "pad": [
        (lambda m, x: m.pad(x, 1), ((2, 3),)),
        (lambda m, x: m.pad(x, 2), ((0,),)),
        (lambda m, x: m.pad(x, 1), ((),)),
        (lambda m, x: m.pad(x, ((1, 0), (0, 2))), ((2, 3),)),
        (lambda m, x: m.pad(x, (1, 2), constant_values=(3.0, -1.5)), ((2, 3),)),
        (lambda m, x: m.pad(x, 1, "constant", constant_values=((1, 2), (3, 4))), ((2, 2),)),
        *[
            call
            for mode in ("edge", "reflect", "symmetric", "wrap")
            for call in (
                (lambda m, x, mode=mode: m.pad(x, (2, 1), mode), ((3,),)),
                (lambda m, x, mode=mode: m.pad(x, ((1, 2), (0, 4)), mode=mode), ((2, 3),)),
                (lambda m, x, mode=mode: m.pad(x, 1, mode), ((2, 1, 3),)),
                (lambda m, x, mode=mode: m.pad(x, 0, mode), ((2, 3),)),
                (lambda m, x, mode=mode: m.pad(x, ((0, 0), (1, 1)), mode), ((0, 2),)),
            )
        ],
        (lambda m, x: m.pad(x, ((1, 2), (0, 3)), "mean"), ((2, 3),)),
        (lambda m, x: m.pad(x, (2, 1), "maximum", stat_length=((2, 7),)), ((4,),)),
        (lambda m, x: m.pad(x, ((1, 0), (0, 2)), "median"), ((2, 3),)),
        (lambda m, x: m.pad(x, 1, "minimum", stat_length=1), ((3,),)),
        (lambda m, x: m.pad(x, ((1, 2), (0, 7)), "reflect", reflect_type="odd"), ((2, 3),)),
        (lambda m, x: m.pad(x, (7, 4), "symmetric", reflect_type="odd"), ((2,),)),
        (lambda m, x: m.pad(x, 2, "reflect", reflect_type="odd"), ((1,),)),
        (lambda m, x: m.pad(x, ((1, 0), (2, 3)), "linear_ramp"), ((2, 3),)),
        (lambda m, x: m.pad(x, 2, "linear_ramp", end_values=((1, -2.5),)), ((3,),)),
    ],
    "partition": [
        (lambda m, x: m.partition(x, 1)[1], ((4,),)),
        (lambda m, x: m.partition(x, (0, -1), axis=0)[::2], ((3, 2),)),
    ],
    "polyval": [
        (lambda m, x: m.polyval([2.0, -1.0, 0.5], x), ((2, 3),)),
        (lambda m, p: m.polyval(p, 1.5), ((3,),)),
        (lambda m, p, x: m.polyval(p, x), ((4,), ())),
    ],
    "vander": [
        (lambda m, x: m.vander(x), ((3,),)),
        (lambda m, x: m.vander(x, 4, increasing=True), ((2,),)),
    ],
    "correlate": [
        (lambda m, a, v, mode=mode: m.correlate(a, v, mode), shapes)
        for mode in ("valid", "same", "full")
        for shapes in (((5,), (2,)), ((3,), (4,)))
    ],
    "compress": [
        (lambda m, x: m.compress([True, False, True], x), ((4,),)),
        (lambda m, x: m.compress([0, 1], x, axis=0), ((2, 3),)),
        (lambda m, x: m.compress([False, True, True], x, axis=-1), ((2, 3),)),
        (lambda m, x: m.compress([True, False, True, True], x), ((2, 3),)),
        (lambda m, x: m.compress(numpy.zeros(0, bool), x), ((0,),)),
    ],
    "extract": [
        (lambda m, x: m.extract(_MASK, x), ((2, 3),)),
        (lambda m, x: m.extract([1, 0, 2], x), ((3,),)),
    ],
    "delete": [
        *_over_axes(lambda m, x, axis: m.delete(x, 1, axis), (2, 3, 2), None),
        (lambda m, x: m.delete(x, [0, -1]), ((4,),)),
        (lambda m, x: m.delete(x, slice(None, None, 2), 1), ((2, 3),)),
        (lambda m, x: m.delete(x, [True, False, True], axis=1), ((2, 3),)),
        (lambda m, x: m.delete(x, [], 0), ((0, 2),)),
    ],
    "insert": [
        *_over_axes(lambda m, x, axis: m.insert(x, 1, 5.0, axis), (2, 3, 2), None),
        (lambda m, x: m.insert(x, 1, [7.0, 8.0]), ((3,),)),
        (lambda m, x: m.insert(x, [1], [7.0, 8.0]), ((3,),)),
        (lambda m, x: m.insert(x, [1, 3, 1], [7.0, 8.0, 9.0]), ((3,),)),
        (lambda m, x: m.insert(x, [0, -1], 7.0, axis=1), ((2, 3),)),
        (lambda m, x: m.insert(x, slice(0, 2), 7.0), ((3,),)),
        (lambda m, x: m.insert(x, 0, _ROW, axis=0), ((2, 3),)),
        (lambda m, x: m.insert(x, 1, [1.0, 2.0], axis=1), ((2, 3),)),
        (lambda m, x: m.insert(x, [1], [[1.0], [2.0]], axis=1), ((2, 3),)),
        (lambda m, x, values: m.insert(x, [0, 2], values, axis=1), ((2, 3), (2, 2))),
        (lambda m, x: m.insert(x, 0, 1.0), ((0,),)),
    ],
    "select": [
        (lambda m, x: m.select([_MASK, ~_MASK], [x, x]), ((2, 3),)),
        (lambda m, x, y: m.select([_MASK, _MASK[:1]], [x, y], default=-3.0), ((2, 3), (3,))),
        (lambda m, x: m.select([_MASK], [x], x), ((),)),
        (lambda m, x: m.select([numpy.zeros((0, 3), bool)], [x]), ((3,),)),
    ],
    "append": [
        (lambda m, x: m.append(x, 3.0), ((2, 3),)),
        (lambda m, x: m.append(x, [4.0, 5.0]), ((3,),)),
        *_over_axes(lambda m, x, axis: m.append(x, x, axis), (2, 3)),
        (lambda m, x, y: m.append(x, y, axis=0), ((0, 3), (2, 3))),
        (lambda m, x: m.append(x, 1.0), ((),)),
    ],
    **{
        name: [
            (lambda m, *x, n=name: getattr(m, n)(x), shapes)
            for shapes in (((3,), (3,)), ((), ()), ((2, 3), (2, 3)), ((2, 1, 2), (2, 1, 2)), ((0,), (0,)))
        ]
        for name in ("dstack", "column_stack")
    },
    "block": [
        (lambda m, x, y: m.block([x, y]), ((3,), (2,))),
        (lambda m, x, y: m.block([[x, y], [y, x]]), ((2, 2), (2, 2))),
        (lambda m, x: m.block([[x, numpy.ones((2, 1), x.dtype)], [0.0, numpy.zeros((1, 2), x.dtype)]]), ((2, 2),)),
        (lambda m, x: m.block(x), ((2,),)),
        (lambda m, x: m.block([x, x]), ((2, 1, 2),)),
    ],
    "array_split": [
        (lambda m, x: m.array_split(x, 2), ((5,),)),
        (lambda m, x: m.array_split(x, 4, axis=1), ((2, 3),)),
        (lambda m, x: m.array_split(x, [1, 2], axis=-1), ((2, 3),)),
        (lambda m, x: m.array_split(x, 3), ((0, 2),)),
    ],
    "vsplit": [(lambda m, x: m.vsplit(x, 2), ((4, 2),)), (lambda m, x: m.vsplit(x, [1]), ((3, 0),))],
    "hsplit": [
        (lambda m, x: m.hsplit(x, 2), ((4,),)),
        (lambda m, x: m.hsplit(x, [1]), ((2, 3),)),
        (lambda m, x: m.hsplit(x, 3), ((2, 3, 1),)),
    ],
    "dsplit": [(lambda m, x: m.dsplit(x, 2), ((1, 2, 4),)), (lambda m, x: m.dsplit(x, [0]), ((2, 1, 2),))],
    "kron": [
        (lambda m, a, b: m.kron(a, b), shapes)
        for shapes in (
            ((2,), (3,)), ((2, 3), (2, 2)), ((), (2,)), ((2,), (1, 3)), ((2, 1, 2), (2, 3)), ((0,), (2,)), ((), ()),
        )
    ],
    "cross": [
        *[
            (lambda m, a, b: m.cross(a, b), shapes)
            for shapes in (((3,), (3,)), ((2, 3), (3,)), ((2, 1, 3), (4, 3)), ((0, 3), (3,)))
        ],
        (lambda m, a, b: m.cross(a, b, axis=0), ((3, 2), (3, 2))),
        (lambda m, a, b: m.cross(a, b, axisa=0, axisb=1, axisc=0), ((3, 2), (2, 3))),
    ],
    "diag": [
        *[(lambda m, x, k=k: m.diag(x, k), (shape,)) for k in (0, 1, -2, 4) for shape in ((2,), (2, 3), (3, 2))],
        (lambda m, x: m.diag(x), ((0,),)),
    ],
    "diagflat": [
        (lambda m, x: m.diagflat(x), ((2, 2),)),
        (lambda m, x: m.diagflat(x, k=-1), ((),)),
        (lambda m, x: m.diagflat(x, 2), ((0,),)),
    ],
    "trace": [
        (lambda m, x: m.trace(x), ((3, 3),)),
        *[(lambda m, x, k=k: m.trace(x, k), ((2, 3),)) for k in (-1, 1, 5)],
        (lambda m, x: m.trace(x, axis1=1, axis2=2), ((2, 3, 2),)),
        (lambda m, x: m.trace(x, offset=1, axis1=-1, axis2=0), ((2, 3, 2),)),
        (lambda m, x: m.trace(x), ((0, 2),)),
    ],
    **{
        name: [
            *[(lambda m, x, n=name, k=k: getattr(m, n)(x, k), ((3, 2),)) for k in (-2, -1, 0, 1, 3)],
            (lambda m, x, n=name: getattr(m, n)(x), ((2, 2, 3),)),
            (lambda m, x, n=name: getattr(m, n)(x), ((3,),)),
            (lambda m, x, n=name: getattr(m, n)(x), ((0, 2),)),
        ]
        for name in ("triu", "tril")
    },
    "linspace": [
        (lambda m, a, b: m.linspace(a, b, 4), ((), ())),
        (lambda m, a: m.linspace(a, 2.0), ((),)),
        (lambda m, b: m.linspace(1, b, 3, endpoint=False), ((),)),
        (lambda m, a, b: m.linspace(a, b, num=3, axis=-1), ((2,), (3, 1))),
        (lambda m, a, b: m.linspace(a, b, 3, axis=1), ((2,), (2,))),
        (lambda m, a, b: m.linspace(a, b, 1), ((2,), ())),
        (lambda m, a, b: m.linspace(a, b, 0), ((2,), ())),
        (lambda m, a, b: m.linspace(a, b, 3, retstep=True), ((2,), ())),
        (lambda m, a, b: m.linspace(a, b, 3), ((0, 2), (2,))),
    ],
    "logspace": [
        (lambda m, a, b: m.logspace(a, b, 4), ((), ())),
        (lambda m, a, b: m.logspace(a, b, 3, endpoint=False, base=2.0), ((2,), ())),
        (lambda m, a, b: m.logspace(a, b, 3, axis=-1), ((2,), (2,))),
    ],
    "geomspace": [
        (lambda m, a, b: m.geomspace(m.square(a) + 0.5, m.square(b) + 0.1, 4), ((), ())),
        (lambda m, a, b: m.geomspace(-m.square(a) - 0.5, -m.square(b) - 0.1, 3, endpoint=False), ((2,), ())),
    ],
    "full": [
        (lambda m, x: m.full((2, 3), x), ((),)),
        (lambda m, x: m.full((2, 3), x), ((3,),)),
        (lambda m, x: m.full(2, x), ((),)),
        (lambda m, x: m.full((0, 2), x), ((),)),
    ],
    "full_like": [
        (lambda m, x, y: m.full_like(x, y), ((2, 3), ())),
        (lambda m, x, y: m.full_like(x, y, shape=(2, 2)), ((3,), (2,))),
    ],
    **{
        name: [
            *[(lambda m, x, n=name: getattr(m, n)(x), (shape,)) for shape in ((2, 3), (), (0, 2))],
            (lambda m, x, n=name: getattr(m, n)(x, shape=(3, 1)), ((2,),)),
            (lambda m, x, n=name: getattr(m, n)(x, dtype=numpy.int64), ((2,),)),
        ]
        for name in ("zeros_like", "ones_like")
    },
    "meshgrid": [
        *[
            (lambda m, *x: m.meshgrid(*x), shapes)
            for shapes in (((2,), (3,)), ((2,),), ((), (2,)), ((2,), (3,), (2,)), ((0,), (2,)))
        ],
        (lambda m, *x: m.meshgrid(*x, indexing="ij"), ((2,), (3,))),
        (lambda m, *x: m.meshgrid(*x, sparse=True), ((2,), (3,), (2,))),
        (lambda m, *x: m.meshgrid(*x, sparse=True, indexing="ij", copy=False), ((2,), (3,))),
    ],
    "ediff1d": [
        (lambda m, x: m.ediff1d(x), ((4,),)),
        (lambda m, x: m.ediff1d(x, to_end=[1.0, 2.0], to_begin=-1.0), ((2, 3),)),
        (lambda m, x: m.ediff1d(x), ((0,),)),
    ],
    "gradient": [
        (lambda m, x: m.gradient(x), ((4,),)),
        (lambda m, x: m.gradient(x, 0.5), ((3, 2),)),
        (lambda m, x: m.gradient(x, 0.5, 2.0), ((3, 2),)),
        (lambda m, x: m.gradient(x, edge_order=2), ((3, 4),)),
        *_over_axes(lambda m, x, axis: m.gradient(x, 2.0, axis=axis), (2, 3, 2), (0, 1)),
        (lambda m, x: m.gradient(x, [0.0, 1.0, 3.0, 4.5]), ((4,),)),
        (lambda m, x: m.gradient(x, [0.0, 1.0, 3.0, 4.5], edge_order=2), ((4,),)),
        (lambda m, x: m.gradient(x, [0.0, 1.0, 3.0, 4.5], axis=1, edge_order=2), ((2, 4),)),
        (lambda m, x: m.gradient(x, [0.0, 2.0], 0.25), ((2, 3),)),
        (lambda m, x, t: m.gradient(x, t), ((2,), ())),
    ],
    "diagonal": [
        (lambda m, x: m.diagonal(x), ((3, 3),)),
        (lambda m, x: m.diagonal(x, 1), ((2, 3),)),
        (lambda m, x: m.diagonal(x, offset=-1), ((3, 2),)),
        (lambda m, x: m.diagonal(x, 5), ((2, 3),)),
        (lambda m, x: m.diagonal(x, -1), ((2, 3, 2),)),
        *_over_axes(lambda m, x, axis: m.diagonal(x, 1, axis, axis - 1 if axis > 0 else axis + 1), (2, 3, 3)),
        (lambda m, x: m.diagonal(x, axis1=-1, axis2=0), ((2, 3, 3),)),
        (lambda m, x: m.diagonal(x), ((0, 2),)),
    ],
    **linear_algebra_calls.PRODUCTS,
    **{f"linalg.{name}": calls for name, calls in linear_algebra_calls.LINALG.items()},
}  # fmt: skip

# Those without a namesake in NumPy, and what they are in NumPy's terms.
OTHERS: dict[str, list[tuple[Call, Call, tuple[Shape, ...]]]] = {
    "round_to": [
        (lambda x, n=n: autograd.round_to(x, n), lambda x, n=n: numpy.round(x, n), ((2, 3),)) for n in (0, 1, 3, -1)
    ],
    "logit": [
        (
            lambda x: autograd.logit(autograd.multiply(autograd.absolute(x), 0.5)),
            lambda x: numpy.log(numpy.abs(x) / 2) - numpy.log1p(-numpy.abs(x) / 2),
            ((2, 3),),
        ),
    ],
    "polygamma": [
        (lambda x, n=n: autograd.polygamma(n, autograd.square(x)), lambda x, n=n: _polygamma(n, x), ((2, 3),))
        for n in (0, 1, 2)
    ],
    "unstack": [  # NumPy has it since 2.1
        (lambda x: autograd.unstack(x), lambda x: tuple(x), ((2, 3),)),
        (lambda x: autograd.unstack(x, axis=-1), lambda x: tuple(x.T), ((2, 3),)),
        (lambda x: autograd.unstack(x), lambda x: tuple(x), ((2, 0),)),
    ],
    **{
        name: [  # since 2.1, too
            *[(lambda x, n=name: getattr(autograd, n)(x), plain, (shape,)) for shape in ((3,), (0,))],
            (
                lambda x, n=name: getattr(autograd, n)(x, axis=-2, include_initial=True),
                lambda x, plain=plain, first=first: numpy.insert(plain(x, axis=-2), 0, first, axis=-2),
                ((2, 3),),
            ),
        ]
        for name, plain, first in (("cumulative_sum", numpy.cumsum, 0), ("cumulative_prod", numpy.cumprod, 1))
    },
    "empty_like": [(lambda x: autograd.empty_like(x), lambda x: numpy.zeros_like(x), ((2, 3),))],
    "put_along_axis": [
        (
            lambda x, values, axis=axis, indices=indices: autograd.put_along_axis(x, indices, values, axis),
            lambda x, values, axis=axis, indices=indices: _put(x, indices, values, axis),
            shapes,
        )
        for axis, indices, shapes in (
            (1, [[1], [0]], ((2, 3), (2, 1))),
            (-1, [[1, 1, 0], [2, 0, 2]], ((2, 3), (2, 3))),
            (0, [[0, 1, 0]], ((2, 3), ())),
            (None, [5, 0], ((2, 3), (2,))),
            (1, numpy.zeros((2, 0), int), ((2, 3), ())),
        )
    ],
    "permute": [
        (lambda x: autograd.permute(x, 2, 0, 1), lambda x: x.transpose(2, 0, 1), ((2, 3, 1),)),
        (lambda x: autograd.permute(x, (-1, 0, 1)), lambda x: x.transpose(2, 0, 1), ((2, 3, 1),)),
        (lambda x: autograd.permute(x, [0]), lambda x: x, ((2,),)),
        (lambda x: autograd.permute(x), lambda x: x, ((),)),
    ],
    "softplus": [(autograd.softplus, lambda x: numpy.log1p(numpy.exp(x)), ((2, 3),))],
    "silu": [(autograd.silu, lambda x: x / (1 + numpy.exp(-x)), ((2, 3),))],
    "gelu": [
        (
            autograd.gelu,
            lambda x: (x * (1 + numpy.vectorize(math.erf)(x / math.sqrt(2))) / 2).astype(x.dtype),
            ((2, 3),),
        ),
        (
            lambda x: autograd.gelu(x, approximate="tanh"),
            lambda x: x / 2 * (1 + numpy.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
            ((2, 3),),
        ),
    ],
    "leaky_relu": [
        (autograd.leaky_relu, lambda x: numpy.maximum(x, 0.01 * x), ((2, 3),)),
        (lambda x: autograd.leaky_relu(x, negative_slope=0.2), lambda x: numpy.maximum(x, 0.2 * x), ((),)),
    ],
    "elu": [
        (autograd.elu, lambda x: numpy.where(x > 0, x, numpy.expm1(x)), ((2, 3),)),
        (lambda x: autograd.elu(x, alpha=0.5), lambda x: numpy.where(x > 0, x, numpy.expm1(x) / 2), ((0, 2),)),
    ],
}


def _polygamma(n: int, x: Any) -> Any:
    special = importlib.import_module("scipy.special")
    return special.polygamma(n, numpy.square(x)).astype(x.dtype)


def _put(x: Any, indices: Any, values: Any, axis: Any) -> Any:
    written = numpy.array(x)
    numpy.put_along_axis(written, numpy.asarray(indices), numpy.asarray(values), axis)
    return written


def operands_of(shapes: tuple[Shape, ...]) -> list[Array]:
    """Distinct numbers of both signs, away from kinks, the same in every run."""
    rng = numpy.random.default_rng(sum(map(len, shapes)))
    return [numpy.asarray(rng.uniform(0.3, 1.7, shape) * rng.choice([-1, 1], shape)) for shape in shapes]


def parts_of(made: Any) -> list[Any]:
    """What a function returned as a list: of one array, or of several."""
    return list(made) if isinstance(made, list | tuple) else [made]
