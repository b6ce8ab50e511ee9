"""How functions put together from rows are called: a line for each way, as it is written with NumPy.

The tests call each with nodes, with arrays and through NumPy's own functions; differentiate, compile, print, draw it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy

import autograd

Call = Callable[..., Any]
Shape = tuple[int, ...]
Array = numpy.ndarray[Any, Any]

# Functions of which NumPy does not ask a node's class what they mean for it.
NOT_HANDED_OVER: set[str] = set()
WITHOUT_GRADIENT = {"isnan", "isinf", "isfinite"}

# Calls as they are written with NumPy: the module that has the function, then the operands of these shapes.
CASES: dict[str, list[tuple[Call, tuple[Shape, ...]]]] = {
    "isnan": [(lambda m, x: m.isnan(x), ((2, 3),)), (lambda m, x: m.isnan(x), ((),))],
    "isinf": [(lambda m, x: m.isinf(x), ((2, 3),)), (lambda m, x: m.isinf(x), ((0,),))],
    "isfinite": [(lambda m, x: m.isfinite(x), ((2, 3),)), (lambda m, x: m.isfinite(x), ((),))],
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
    "diagonal": [
        (lambda m, x: m.diagonal(x), ((3, 3),)),
        (lambda m, x: m.diagonal(x, 1), ((2, 3),)),
        (lambda m, x: m.diagonal(x, offset=-1), ((3, 2),)),
        (lambda m, x: m.diagonal(x, 5), ((2, 3),)),
        (lambda m, x: m.diagonal(x, -1), ((2, 3, 2),)),
        (lambda m, x: m.diagonal(x), ((0, 2),)),
    ],
}  # fmt: skip

# Those without a namesake in NumPy, and what they are in NumPy's terms.
OTHERS: dict[str, list[tuple[Call, Call, tuple[Shape, ...]]]] = {
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


def operands_of(shapes: tuple[Shape, ...]) -> list[Array]:
    """Distinct numbers of both signs, away from kinks, the same in every run."""
    rng = numpy.random.default_rng(sum(map(len, shapes)))
    return [numpy.asarray(rng.uniform(0.3, 1.7, shape) * rng.choice([-1, 1], shape)) for shape in shapes]


def parts_of(made: Any) -> list[Any]:
    """What a function returned as a list: of one array, or of several."""
    return list(made) if isinstance(made, list | tuple) else [made]
