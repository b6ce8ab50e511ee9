"""What each row of the table is called with: a row callable with plain arrays needs nothing here, a row
with parameters needs an entry in SAMPLES, with a single number and with no elements at all among its operands."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy

import autograd
from autograd import Operation, Tensor, Value

from . import linear_algebra_calls

Shape = tuple[int, ...]
Array = numpy.ndarray[Any, Any]

MASK = numpy.array([[True, False, True], [False, False, True]])
ROWS_TWICE = numpy.array([1, 0, 1])

# Where a row is tested that is not defined, or too steep for finite differences, between 0.3 and 1.7.
DOMAINS = {
    "tan": (0.3, 1.2),
    "arcsin": (0.1, 0.8),
    "arccos": (0.1, 0.8),
    "arctanh": (0.1, 0.8),
    "arccosh": (1.3, 2.5),
    "erfinv": (0.1, 0.8),
    "zeta": (1.3, 2.5),
}


@dataclass(frozen=True)
class Sample:
    """A call of a row on operands of these shapes; `call` takes nodes."""

    name: str
    call: Callable[..., Any]
    shapes: tuple[Shape, ...]

    def __repr__(self) -> str:
        return f"{self.name}-{'-'.join('x'.join(map(str, shape)) or 'number' for shape in self.shapes)}"

    def operands(self) -> list[Array]:
        """Distinct numbers away from kinks, the same in every run."""
        rng = numpy.random.default_rng(zlib.crc32(repr(self).encode()))
        low, high = DOMAINS.get(self.name, (0.3, 1.7))
        return [numpy.asarray(rng.uniform(low, high, shape)) for shape in self.shapes]

    def leaves(self) -> list[Tensor]:
        return [Tensor(operand) for operand in self.operands()]


def _scattered(shape: Shape, index: Any) -> Callable[[Any], Any]:
    """scatter_add, which no public function calls: it is what getitem does to an upstream gradient."""

    def call(values: Any) -> Any:
        source = Tensor(numpy.zeros(shape))
        return autograd.gradients(source[index], source, values, create_graph=True)

    return call


def _overlapped(shape: Shape, window_shape: Any, axis: Any = None) -> Callable[[Any], Any]:
    """overlap_add, which no public function calls: it is what windows do to an upstream gradient."""

    def call(values: Any) -> Any:
        source = Tensor(numpy.zeros(shape))
        windows = autograd.sliding_window_view(source, window_shape, axis)
        return autograd.gradients(windows, source, values, create_graph=True)

    return call


# For each row with parameters: calls of it, and the shapes of the operands each is called with.
SAMPLES: dict[str, list[tuple[Callable[..., Any], tuple[Shape, ...]]]] = {
    "reshape": [
        (lambda x: autograd.reshape(x, (3, 2)), ((2, 3),)),
        (lambda x: autograd.reshape(x, -1), ((2, 3),)),
        (lambda x: autograd.reshape(x, (1, 1)), ((),)),
        (lambda x: autograd.reshape(x, ()), ((1, 1),)),
        (lambda x: autograd.reshape(x, (0, 2)), ((3, 0),)),
    ],
    "transpose": [
        (lambda x: autograd.transpose(x), ((2, 3),)),
        (lambda x: autograd.transpose(x, (2, 0, 1)), ((2, 3, 2),)),
        (lambda x: autograd.permute(x, -1, 0, 1), ((2, 1, 3),)),
        (lambda x: autograd.swapaxes(x, 0, -1), ((2, 2, 3),)),
        (lambda x: autograd.transpose(x), ((),)),
        (lambda x: autograd.transpose(x), ((0, 2),)),
    ],
    "broadcast_to": [
        (lambda x: autograd.broadcast_to(x, (2, 3)), ((3,),)),
        (lambda x: autograd.broadcast_to(x, (2, 3, 2)), ((3, 1),)),
        (lambda x: autograd.broadcast_to(x, (2, 2)), ((),)),
        (lambda x: autograd.broadcast_to(x, (0, 3)), ((3,),)),
        (lambda x: autograd.broadcast_to(x, (2, 0, 3)), ((0, 1),)),
        (lambda x: autograd.broadcast_to(x, (2, 0)), ((0,),)),
    ],
    "sum_to_shape": [
        (lambda x: autograd.sum_to_shape(x, (3,)), ((2, 3),)),
        (lambda x: autograd.sum_to_shape(x, (3, 1)), ((2, 3, 2),)),
        (lambda x: autograd.sum_to_shape(x, ()), ((2, 2),)),
        (lambda x: autograd.sum_to_shape(x, (2, 2)), ((2, 2),)),
        (lambda x: autograd.sum_to_shape(x, ()), ((),)),
        (lambda x: autograd.sum_to_shape(x, (1, 3)), ((0, 3),)),
    ],
    "astype": [(lambda x: autograd.astype(x, dtype=numpy.float64), (shape,)) for shape in ((2, 3), (), (0, 2))],
    "matmul": [
        (autograd.matmul, ((3,), (3,))),
        (autograd.matmul, ((2, 3), (3,))),
        (autograd.matmul, ((3,), (3, 2))),
        (autograd.matmul, ((2, 3), (3, 4))),
        (autograd.matmul, ((2, 2, 3), (2, 3, 2))),
        (autograd.matmul, ((2, 1, 2, 3), (3, 3, 2))),
        (autograd.matmul, ((3,), (2, 3, 2))),
        (autograd.matmul, ((2, 2, 3), (3,))),
        (autograd.matmul, ((2, 0), (0, 3))),
    ],
    **{
        name: [
            (lambda x, f=function: f(x), ((2, 3),)),
            (lambda x, f=function: f(x, axis=0), ((2, 3),)),
            (lambda x, f=function: f(x, axis=-1, keepdims=True), ((2, 3),)),
            (lambda x, f=function: f(x, axis=(0, 2)), ((2, 3, 2),)),
            (lambda x, f=function: f(x), ((),)),
            (lambda x, f=function: f(x, axis=()), ((2, 2),)),
            (lambda x, f=function: f(x, axis=1), ((0, 3),)),
        ]
        for name, function in {
            "sum": autograd.sum,
            "mean": autograd.mean,
            "max": autograd.max,
            "min": autograd.min,
            "norm": autograd.norm,
            "prod": autograd.prod,
            "logsumexp": autograd.logsumexp,
        }.items()
    },
    **{
        name: [
            (lambda x, f=function: f(x), ((3,),)),
            (lambda x, f=function: f(x, axis=0), ((2, 3),)),
            (lambda x, f=function: f(x, axis=1), ((2, 3, 2),)),
            (lambda x, f=function: f(x, axis=(0, 1)), ((2, 3),)),
            (lambda x, f=function: f(x, axis=()), ((),)),
            (lambda x, f=function: f(x), ((0, 3),)),
        ]
        for name, function in {"softmax": autograd.softmax, "log_softmax": autograd.log_softmax}.items()
    },
    "cumprod": [
        (lambda x: autograd.cumprod(x), ((2, 3),)),
        (lambda x: autograd.cumprod(x, axis=0), ((2, 3),)),
        (lambda x: autograd.cumprod(x, axis=-1), ((2, 1, 3),)),
        (lambda x: autograd.cumprod(x), ((),)),
        (lambda x: autograd.cumprod(x, axis=1), ((2, 0),)),
        (lambda x: autograd.cumprod(x), ((5,),)),
    ],
    "cumsum": [
        (lambda x: autograd.cumsum(x), ((2, 3),)),
        (lambda x: autograd.cumsum(x, axis=0), ((2, 3),)),
        (lambda x: autograd.cumsum(x, axis=-1), ((2, 1, 3),)),
        (lambda x: autograd.cumsum(x), ((),)),
        (lambda x: autograd.cumsum(x, axis=1), ((2, 0),)),
    ],
    "squared_norm": [
        (autograd.squared_norm, ((2, 3),)),
        (lambda x: autograd.squared_norm(x, axis=0, scale=0.5), ((2, 3),)),
        (lambda x: autograd.squared_norm(x, axis=(0, -1), keepdims=True, scale=-2.0), ((2, 3, 2),)),
        (lambda x: autograd.squared_norm(x, keepdims=True), ((2, 3),)),
        (lambda x: autograd.squared_norm(x, scale=3.0), ((),)),
        (autograd.squared_norm, ((0, 2),)),
    ],
    "affine": [
        (autograd.affine, ((2, 3), (3, 4), (4,))),
        (autograd.affine, ((1, 1), (1, 1), (1,))),
        (autograd.affine, ((0, 3), (3, 2), (2,))),
    ],
    "getitem": [
        (lambda x: x[1], ((3,),)),
        (lambda x: x[::-2, 1:], ((3, 3),)),
        (lambda x: x[..., None, 0], ((2, 3),)),
        (lambda x: x[ROWS_TWICE], ((2, 3),)),
        (lambda x: x[ROWS_TWICE, ROWS_TWICE], ((2, 2),)),
        (lambda x: x[[0, 0], 1:], ((2, 3),)),
        (lambda x: x[MASK], ((2, 3),)),
        (lambda x: x[()], ((),)),
        (lambda x: x[1:], ((1, 2),)),
        (lambda x: x[:, [2, 0]], ((0, 3),)),
    ],
    "scatter_add": [
        (_scattered((3, 3), numpy.s_[1:, ::2]), ((2, 2),)),
        (_scattered((2, 3), ROWS_TWICE), ((3, 3),)),
        (_scattered((2, 3), MASK), ((3,),)),
        (_scattered((), ()), ((),)),
        (_scattered((2, 3), numpy.s_[2:]), ((0, 3),)),
    ],
    "sliding_window_view": [
        (lambda x: autograd.sliding_window_view(x, 2), ((4,),)),
        (lambda x: autograd.sliding_window_view(x, (2, 1)), ((3, 2),)),
        (lambda x: autograd.sliding_window_view(x, 2, axis=0), ((3, 2),)),
        (lambda x: autograd.sliding_window_view(x, (2, 2), axis=(2, -2)), ((2, 3, 3),)),
        (lambda x: autograd.sliding_window_view(x, (2, 2), axis=(0, 0)), ((4,),)),
        (lambda x: autograd.sliding_window_view(x, ()), ((),)),
        (lambda x: autograd.sliding_window_view(x, 0, axis=1), ((2, 3),)),
        (lambda x: autograd.sliding_window_view(x, 2, axis=1), ((0, 3),)),
    ],
    "overlap_add": [
        (_overlapped((4,), 2), ((3, 2),)),
        (_overlapped((3, 3), (2, 3)), ((2, 1, 2, 3),)),
        (_overlapped((3, 2), 2, 0), ((2, 2, 2),)),
        (_overlapped((4,), (2, 2), (0, 0)), ((2, 2, 2),)),
        (_overlapped((), ()), ((),)),
        (_overlapped((0, 3), 2, 1), ((0, 2, 2),)),
    ],
    "concatenate": [
        (lambda *x: autograd.concatenate(x), ((2,), (3,), (1,))),
        (lambda *x: autograd.concatenate(x, axis=-1), ((2, 1), (2, 3))),
        (lambda *x: autograd.concatenate(x, axis=0), ((1, 2, 2), (2, 2, 2))),
        (lambda *x: autograd.concatenate(x, axis=None), ((), (2, 1))),
        (lambda *x: autograd.concatenate(x, axis=1), ((2, 0), (2, 3), (2, 0))),
    ],
    "stack": [
        (lambda *x: autograd.stack(x), ((), ())),
        (lambda *x: autograd.stack(x, axis=-1), ((2,), (2,), (2,))),
        (lambda *x: autograd.stack(x, axis=1), ((2, 3), (2, 3))),
        (lambda *x: autograd.stack(x, axis=1), ((2, 0), (2, 0))),
    ],
}

SAMPLES |= linear_algebra_calls.ROWS

# Rows that a single number is not enough for: matrices are multiplied.
OF_MATRICES = {"matmul", "affine", *linear_algebra_calls.OF_MATRICES}

# Shapes for a row that needs no sample, by its number of operands: broadcasting in each of them.
PLAIN_SHAPES: dict[int, list[tuple[Shape, ...]]] = {
    1: [((),), ((3,),), ((2, 1, 3),), ((0, 2),)],
    2: [
        ((), ()),
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((1,), (2, 3)),
        ((2, 1), (1, 3)),
        ((), (2, 2)),
        ((2, 2), ()),
        ((0, 3), (3,)),
    ],
    3: [
        ((), (), ()),
        ((2, 2), (2, 2), (2, 2)),
        ((2, 3), (3,), ()),
        ((3,), (2, 1), (2, 3)),
        ((), (2,), (2, 1)),
        ((0, 2), (2,), ()),
    ],
}


def broadcast_shapes(count: int) -> list[tuple[Shape, ...]]:
    """Every way in which `count` operands may be repeated to the shape (2, 3)."""
    shapes: list[Shape] = [(2, 3), (), (1,), (3,), (1, 1), (1, 3), (2, 1)]
    return [chosen for chosen in itertools.product(shapes, repeat=count) if numpy.broadcast_shapes(*chosen) == (2, 3)]


def _strided(array: Array) -> Array:
    among_others = numpy.full([2 * size + 1 for size in array.shape], numpy.nan, array.dtype)
    every_other = among_others[(slice(1, None, 2),) * array.ndim + (...,)]
    every_other[...] = array
    return every_other


# The same numbers as a contiguous array, otherwise in memory.
LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "transposed": lambda array: numpy.array(array.T, order="C").T,
    "reversed": lambda array: numpy.flip(numpy.flip(array).copy()),
    "strided": _strided,
    "Fortran order": lambda array: numpy.array(array, order="F"),
}


def upstream_of(output: Any) -> Any:
    """A gradient to start a sweep with; never only ones, which would hide a transposed result."""
    rng = numpy.random.default_rng(zlib.crc32(repr(numpy.shape(output.data)).encode()))
    drawn = rng.uniform(0.5, 1.5, numpy.shape(output.data)) * rng.choice([-1, 1], numpy.shape(output.data))
    return float(drawn) if isinstance(output, Value) else numpy.asarray(drawn, output.dtype)


def is_plain(row: Operation) -> bool:
    """Whether the row can be called with nothing but arrays of one shape."""
    if row.slots is None:
        return False
    try:
        row(*[numpy.full((2, 3), 0.5)] * row.slots)
    except (TypeError, ValueError):
        return False
    return True


def _an_exponent(data: Any) -> Array:
    like = numpy.asarray(data)
    return numpy.full(like.shape, 2.5, like.dtype if like.dtype.kind == "f" else numpy.float64)


def with_conditions(row: Operation) -> Callable[..., Any]:
    """The row with constants in the slots that have no gradient: the condition of `where`, the exponent of `zeta`."""
    constant = _an_exponent if row.name == "zeta" else lambda data: numpy.asarray(data) > 1

    def call(*operands: Any) -> Any:
        return row(
            *[
                operand if row.rule(slot) is not None else constant(operand.data)
                for slot, operand in enumerate(operands)
            ]
        )

    return call


def samples_of(row: Operation) -> list[Sample]:
    """Every call a row is tested with."""
    if row.name in SAMPLES:
        return [Sample(row.name, call, shapes) for call, shapes in SAMPLES[row.name]]
    if not is_plain(row):
        return []
    return [Sample(row.name, with_conditions(row), shapes) for shapes in PLAIN_SHAPES[row.slots or 0]]
