"""The engine's operations beside PyTorch's: a line each says what computes the same in both.

A new row of the table gets a line here; a test names the differentiable rows that have none.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy

import autograd

from . import random_operands as operands
from .random_operands import Drawer, Shape, along_an_axis, any_array, elementwise, reduction, two_arrays

# The safe form of an operand, for a function that does not take every number; `m` is either library.
Domain = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Pair:
    """What is computed by a function of this engine and by PyTorch.

    Args:
        name: of the operation in a random graph, and of the engine's function unless `function` says another.
        draw: draws operands and parameters.
        theirs: PyTorch's function by name, or called with the torch module, operands and parameters;
            by default the one named as ours.
        domains: the safe form of each operand, None for the operand itself.
        distance_to_kink: how far operands are from where a derivative jumps or is out of all proportion.
        is_exact: on small integers it rounds nothing.
        function: the engine's function.
        called: how it is called, unless simply with the operands and parameters.
    """

    name: str
    draw: Drawer
    theirs: str | Callable[..., Any] = ""
    domains: tuple[Domain | None, ...] = ()
    distance_to_kink: Callable[..., float] | None = None
    is_exact: bool = False
    function: str = ""
    called: Callable[..., Any] | None = None

    @property
    def ours(self) -> Callable[..., Any]:
        return self.called or getattr(autograd, self.function or self.name)

    def in_torch(self, torch: Any) -> Callable[..., Any]:
        theirs = self.theirs or self.name
        if isinstance(theirs, str):
            found: Callable[..., Any] = operator.attrgetter(theirs)(torch)
            return found
        return lambda *arrays, **parameters: theirs(torch, *arrays, **parameters)

    def domain(self, slot: int) -> Domain | None:
        return self.domains[slot] if slot < len(self.domains) else None


# --- safe forms -----------------------------------------------------------------------------------------


def _positive(m: Any, x: Any) -> Any:
    return x * x + 0.5


def _negative(m: Any, x: Any) -> Any:
    return -(x * x) - 0.5


def _above_minus_half(m: Any, x: Any) -> Any:
    return x * x - 0.5


def _above_one(m: Any, x: Any) -> Any:
    return x * x + 1.5


def _inside_one(m: Any, x: Any) -> Any:
    return m.tanh(x) * 0.9


def _around_one(m: Any, x: Any) -> Any:
    return m.sigmoid(x) + 0.5


def _tame(m: Any, x: Any) -> Any:
    return m.tanh(x)


def _low(m: Any, x: Any) -> Any:
    return m.tanh(x) - 1.25


def _high(m: Any, x: Any) -> Any:
    return m.tanh(x) + 1.25


# --- PyTorch's side where it is more than a name --------------------------------------------------------


def _axes(x: Any, axis: Any) -> Any:
    """NumPy's axis as PyTorch's dim, which names every axis where all are meant."""
    return tuple(range(x.ndim)) or (0,) if axis is None else axis


def _one_by_one(function: Callable[..., Any], x: Any, axis: Any, keepdims: bool) -> Any:
    """A reduction that PyTorch has for one axis at a time."""
    axes = _axes(x, axis)
    for one in sorted((one % max(x.ndim, 1) for one in ((axes,) if isinstance(axes, int) else axes)), reverse=True):
        x = function(x, one, keepdims)
    return x


def _flat(x: Any, axis: int | None) -> tuple[Any, int]:
    return (x.reshape(-1), 0) if axis is None else (x, axis)


def _indexed(torch: Any, x: Any, index: Any) -> Any:
    """NumPy's indexing, by the positions that NumPy finds: PyTorch takes no negative steps."""
    positions = numpy.arange(x.numel()).reshape(tuple(x.shape))[_index(index)]
    return x.reshape(-1)[torch.as_tensor(numpy.array(positions))]


def _scattered(torch: Any, values: Any, indices: tuple[int, ...], shape: Shape) -> Any:
    return torch.zeros(shape, dtype=values.dtype).index_add(0, torch.tensor(indices), values)


def _overlapped_in_torch(torch: Any, values: Any) -> Any:
    count, size = values.shape[0], values.shape[-1]
    parts = [
        torch.nn.functional.pad(values[..., i].reshape(count, -1).T, (i, size - 1 - i)).T.reshape(
            count + size - 1, *values.shape[1:-1]
        )
        for i in range(size)
    ]
    return torch.stack(parts).sum(0)


def _dot(torch: Any, a: Any, b: Any) -> Any:
    if a.ndim == 0 or b.ndim == 0:
        return a * b
    return torch.tensordot(a, b, dims=([a.ndim - 1], [max(b.ndim - 2, 0)]))


def _rejoined_in_torch(torch: Any, x: Any, sections: Any, axis: int) -> Any:
    return torch.cat(torch.tensor_split(x, sections, axis)[::-1], axis)


def _at_extremum_in_torch(torch: Any, x: Any, axis: int, index: str) -> Any:
    return torch.take_along_dim(x, getattr(torch, index)(x, axis, keepdim=True), axis)


def _chosen_in_torch(torch: Any, a: Any, b: Any, c: Any, comparison: str) -> Any:
    return torch.where(getattr(torch, {"equal": "eq"}.get(comparison, comparison))(a, b), a, b - c)


# --- this engine's side where it is more than a call, and what is written for both libraries ------------


def _index(index: Any) -> Any:
    """Lists in an index are tuples in a graph."""
    return tuple(list(part) if isinstance(part, tuple) else part for part in index)


def _added_to_rows(values: Any, indices: tuple[int, ...], shape: Shape) -> Any:
    """scatter_add, which no public function calls: it is what indexing does to an upstream gradient."""
    if isinstance(values, numpy.ndarray | numpy.generic):
        return _added_to_rows(autograd.Tensor(values), indices, shape).data
    source = autograd.Tensor(numpy.zeros(shape, values.dtype))
    return autograd.gradients(source[list(indices)], source, values, create_graph=True)


def _overlapped(values: Any) -> Any:
    """overlap_add, which no public function calls: it is what windows along the first axis do to an upstream
    gradient; the last axis is what is in a window."""
    if isinstance(values, numpy.ndarray | numpy.generic):
        return _overlapped(autograd.Tensor(values)).data
    count, *others, size = values.shape
    source = autograd.Tensor(numpy.zeros((count + size - 1, *others), values.dtype))
    return autograd.gradients(autograd.sliding_window_view(source, size, 0), source, values, create_graph=True)


def _wave_in_float64(x: Any) -> Any:
    return autograd.astype(autograd.sin(autograd.astype(x, dtype=numpy.float64)), dtype=x.dtype)


def _wave_in_torch(torch: Any, x: Any) -> Any:
    return x.to(torch.float64).sin().to(x.dtype)


def _rejoined(x: Any, sections: Any, axis: int) -> Any:
    return autograd.concatenate(
        autograd.split(x, list(sections) if isinstance(sections, tuple) else sections, axis)[::-1], axis
    )


def _at_extremum(x: Any, axis: int, index: str) -> Any:
    where = autograd.expand_dims(getattr(autograd, index)(x, axis), axis)
    return autograd.take_along_axis(x, where, axis)


def _chosen(a: Any, b: Any, c: Any, comparison: str) -> Any:
    return autograd.where(getattr(autograd, comparison)(a, b), a, b - c)


def _in_the_middle(m: Any, a: Any, b: Any, c: Any) -> Any:
    inside = m.logical_and(m.less(a, b), m.logical_not(m.logical_or(m.less(a, -1.0), m.greater_equal(b, 3.0))))
    return m.where(inside, a, b - c)


def _by_any_and_all(m: Any, x: Any) -> Any:
    return m.where(m.any(m.greater(x, 0.5)), 2 * x, m.where(m.all(m.greater(x, -1.5)), x, -x))


# --- the table ------------------------------------------------------------------------------------------

_COMPARISONS = ("greater", "less", "greater_equal", "less_equal", "not_equal", "equal")

_OF_TWO_AND_MORE = [
    Pair("add", elementwise(2, literals=True), lambda m, a, b: a + b, is_exact=True, called=operator.add),
    Pair("multiply", elementwise(2, literals=True), lambda m, a, b: a * b, is_exact=True, called=operator.mul),
    Pair("subtract", elementwise(2, literals=True), lambda m, a, b: a - b, is_exact=True, called=operator.sub),
    Pair(
        "divide", elementwise(2, literals=True), lambda m, a, b: a / b, (None, _positive), called=operator.truediv
    ),
    Pair("divide by a negative", elementwise(2), "divide", (None, _negative), function="divide"),
    Pair(
        "power", elementwise(2, literals=True), lambda m, a, b: a**b, (_around_one, _tame), called=operator.pow
    ),
    Pair("maximum", elementwise(2), distance_to_kink=operands.between_two, is_exact=True),
    Pair("minimum", elementwise(2), distance_to_kink=operands.between_two, is_exact=True),
    Pair(
        "where", elementwise(3, comparison=_COMPARISONS), _chosen_in_torch,
        distance_to_kink=operands.between_two, is_exact=True, called=_chosen,
    ),
    Pair(
        "where logical", elementwise(3), _in_the_middle, called=lambda *x: _in_the_middle(autograd, *x),
        distance_to_kink=lambda a, b, c: min(operands.between_two(*pair) for pair in ((a, b), (a, -1.0), (b, 3.0))),
    ),
    Pair("logaddexp", elementwise(2)),
    Pair(
        "remainder", elementwise(2), domains=(None, _positive),
        distance_to_kink=operands.of_quotient_from_integers, called=operator.mod,
    ),
    Pair(
        "remainder of a negative", elementwise(2), "remainder", (None, _negative),
        distance_to_kink=operands.of_quotient_from_integers, function="remainder",
    ),
    Pair(
        "floor_divide", elementwise(2), lambda torch, a, b: torch.div(a, b, rounding_mode="floor"), (None, _positive),
        distance_to_kink=operands.of_quotient_from_integers,
    ),
    Pair("logaddexp2", elementwise(2)),
    Pair(
        "fmod", elementwise(2), domains=(None, _positive), distance_to_kink=operands.of_quotient_from_integers,
    ),
    Pair("copysign", elementwise(2), distance_to_kink=operands.from_zeros, is_exact=True),
    Pair(
        # By the sign, which gives a gradient of 0, as the step does; a comparison gives none in PyTorch.
        "heaviside", elementwise(2), lambda torch, a, b: torch.where(a == 0, b, (torch.sign(a) + 1) / 2),
        distance_to_kink=lambda a, b: operands.from_zero(a), is_exact=True,
    ),
    Pair("xlogy", elementwise(2), domains=(None, _positive)),
    Pair(
        "zeta", elementwise(1, s=(2.0, 3.5)), lambda torch, x, s: torch.special.zeta(torch.tensor(s), x),
        (_positive,), called=lambda x, s: autograd.zeta(s, x),
    ),
    Pair("hypot", elementwise(2), domains=(None, _positive)),
    Pair("arctan2", elementwise(2), distance_to_kink=operands.from_the_cut),
    Pair(
        # PyTorch's gradient fails where a bound is wider than what is clipped.
        "clip between", elementwise(3), lambda torch, *x: torch.clip(*torch.broadcast_tensors(*x)),
        (None, _low, _high), operands.from_both_bounds, function="clip",
    ),
]  # fmt: skip

_OF_ONE = [
    Pair("negative", elementwise(1), is_exact=True, called=operator.neg),
    Pair("positive", elementwise(1), is_exact=True),
    Pair("absolute", elementwise(1), distance_to_kink=operands.from_zero, is_exact=True, called=abs),
    Pair("square", elementwise(1), is_exact=True),
    Pair(
        "a power", elementwise(1, exponent=(2, 3, 1, 0, 4)), lambda m, x, exponent: x**exponent, is_exact=True,
        called=lambda x, exponent: x**exponent,
    ),
    Pair(
        "a root", elementwise(1, exponent=(0.5, -1, -0.5, 1.5, -2)), lambda m, x, exponent: x**exponent, (_positive,),
        called=lambda x, exponent: x**exponent,
    ),
    Pair(
        "an exponential", elementwise(1, base=(2, 0.5, 3.0)), lambda m, x, base: base**x,
        called=lambda x, base: base**x,
    ),
    Pair("exp", elementwise(1)),
    Pair("exp2", elementwise(1)),
    Pair("expm1", elementwise(1)),
    Pair("log", elementwise(1), domains=(_positive,)),
    Pair("log2", elementwise(1), domains=(_positive,)),
    Pair("log10", elementwise(1), domains=(_positive,)),
    Pair("log1p", elementwise(1), domains=(_above_minus_half,)),
    Pair("sqrt", elementwise(1), domains=(_positive,)),
    Pair(
        "cbrt", elementwise(1), lambda torch, x: torch.sign(x) * torch.abs(x) ** (1 / 3),
        distance_to_kink=operands.from_zero,
    ),
    Pair("sinc", elementwise(1)),
    Pair("erfc", elementwise(1)),
    Pair("erfinv", elementwise(1), domains=(_inside_one,)),
    Pair("gammaln", elementwise(1), "lgamma", (_positive,)),
    Pair("digamma", elementwise(1), domains=(_positive,)),
    Pair("sin", elementwise(1)),
    Pair("cos", elementwise(1)),
    Pair("tan", elementwise(1), distance_to_kink=operands.from_the_poles),
    Pair("arcsin", elementwise(1), domains=(_inside_one,)),
    Pair("arccos", elementwise(1), domains=(_inside_one,)),
    Pair("arctan", elementwise(1)),
    Pair("sinh", elementwise(1)),
    Pair("cosh", elementwise(1)),
    Pair("tanh", elementwise(1)),
    Pair("arcsinh", elementwise(1)),
    Pair("arccosh", elementwise(1), domains=(_above_one,)),
    Pair("arctanh", elementwise(1), domains=(_inside_one,)),
    Pair("erf", elementwise(1)),
    Pair("sigmoid", elementwise(1)),
    Pair("relu", elementwise(1), distance_to_kink=operands.from_zero, is_exact=True),
    Pair("softplus", elementwise(1), lambda torch, x: torch.nn.functional.softplus(x, threshold=100.0)),
    Pair("silu", elementwise(1), "nn.functional.silu"),
    Pair("gelu", elementwise(1, approximate=("none", "tanh")), "nn.functional.gelu"),
    Pair(
        "leaky_relu", elementwise(1, negative_slope=(0.01, 0.25)), "nn.functional.leaky_relu",
        distance_to_kink=operands.from_zero,
    ),
    Pair("elu", elementwise(1, alpha=(1.0, 0.5)), "nn.functional.elu", distance_to_kink=operands.from_zero),
    Pair(
        "clip", elementwise(1, low=(-1.0, None, -0.5), high=(1.0, 2.0)),
        lambda torch, x, low, high: torch.clip(x, low, high), is_exact=True,
        distance_to_kink=lambda x, low, high: operands.from_both_bounds(x, high if low is None else low, high),
    ),
    Pair("sign", elementwise(1), distance_to_kink=operands.from_zero, is_exact=True),
    Pair("floor", elementwise(1), distance_to_kink=operands.from_integers, is_exact=True),
    Pair("ceil", elementwise(1), distance_to_kink=operands.from_integers, is_exact=True),
    Pair("trunc", elementwise(1), distance_to_kink=operands.from_integers, is_exact=True),
    Pair("rint", elementwise(1), "round", distance_to_kink=operands.from_halves, is_exact=True),
]  # fmt: skip

_REDUCTIONS = [
    Pair(
        "sum", reduction(), lambda torch, x, axis, keepdims: torch.sum(x, _axes(x, axis), keepdims), is_exact=True
    ),
    Pair("mean", reduction(), lambda torch, x, axis, keepdims: torch.mean(x, _axes(x, axis), keepdims)),
    Pair(
        "max", reduction(), lambda torch, x, axis, keepdims: torch.amax(x, _axes(x, axis), keepdims),
        distance_to_kink=operands.between_the_first_two, is_exact=True,
    ),
    Pair(
        "min", reduction(), lambda torch, x, axis, keepdims: torch.amin(x, _axes(x, axis), keepdims),
        distance_to_kink=operands.between_the_first_two, is_exact=True,
    ),
    Pair(
        "prod", reduction(), lambda torch, x, axis, keepdims: _one_by_one(torch.prod, x, axis, keepdims), is_exact=True
    ),
    Pair(
        "norm", reduction(),
        lambda torch, x, axis, keepdims: torch.linalg.vector_norm(x, 2, _axes(x, axis), keepdims),
        distance_to_kink=operands.of_length_from_zero,
    ),
    Pair(
        "squared_norm", reduction(scale=(1.0, 0.5, -2.0)),
        lambda torch, x, axis, keepdims, scale: (x * x).sum(_axes(x, axis), keepdims) * scale, is_exact=True,
    ),
    Pair(
        "logsumexp", reduction(), lambda torch, x, axis, keepdims: torch.logsumexp(x, _axes(x, axis), keepdims)
    ),
    Pair(
        "var", reduction(ddof=(0, 0.5)),
        lambda torch, x, axis, keepdims, ddof: torch.var(x, _axes(x, axis), correction=ddof, keepdim=keepdims),
    ),
    Pair(
        "std", reduction(ddof=(0, 0.5)),
        lambda torch, x, axis, keepdims, ddof: torch.std(x, _axes(x, axis), correction=ddof, keepdim=keepdims),
        distance_to_kink=operands.of_spread_from_zero,
    ),
    Pair(
        "at its extremum", along_an_axis(index=("argmax", "argmin")), _at_extremum_in_torch,
        distance_to_kink=lambda x, axis, index: operands.between_the_first_two(x, axis), called=_at_extremum,
    ),
    Pair(
        "by any and all", any_array(operands.nothing), _by_any_and_all, called=lambda x: _by_any_and_all(autograd, x),
        distance_to_kink=lambda x: min(operands.from_zero(x - 0.5), operands.from_zero(x + 1.5)), is_exact=True,
    ),
    Pair("softmax", along_an_axis(), lambda torch, x, axis: torch.softmax(x, axis)),
    Pair("log_softmax", along_an_axis(), lambda torch, x, axis: torch.log_softmax(x, axis)),
    Pair("cumsum", along_an_axis(), lambda torch, x, axis: torch.cumsum(x, axis), is_exact=True),
    Pair("cumprod", along_an_axis(), lambda torch, x, axis: torch.cumprod(x, axis), is_exact=True),
    Pair("diff", along_an_axis(2), lambda torch, x, axis: torch.diff(x, dim=axis), is_exact=True),
]  # fmt: skip

_SHAPES_AND_PLACES = [
    Pair("astype", any_array(operands.nothing), _wave_in_torch, called=_wave_in_float64),
    Pair("reshape", any_array(operands.a_shape), lambda torch, x, shape: x.reshape(shape), is_exact=True),
    Pair("ravel", any_array(operands.nothing), is_exact=True),
    Pair(
        "transpose", any_array(operands.a_permutation), lambda torch, x, axes: x.permute(axes), is_exact=True
    ),
    Pair(
        "swapaxes", any_array(operands.two_axes, range(1, 9)),
        lambda torch, x, axis1, axis2: x.swapaxes(axis1, axis2), is_exact=True,
    ),
    Pair(
        "moveaxis", any_array(operands.a_move, range(1, 9)),
        lambda torch, x, source, destination: x.moveaxis(source, destination), is_exact=True,
    ),
    Pair(
        "broadcast_to", any_array(operands.a_wider_shape), lambda torch, x, shape: x.broadcast_to(shape), is_exact=True
    ),
    Pair(
        "sum_to_shape", any_array(operands.a_narrower_shape), lambda torch, x, shape: x.sum_to_size(shape),
        is_exact=True,
    ),
    Pair(
        "squeeze", any_array(operands.unit_axes),
        lambda torch, x, axis: x.squeeze() if axis is None else x.squeeze(axis), is_exact=True,
    ),
    Pair("expand_dims", any_array(operands.a_new_axis), lambda torch, x, axis: x.unsqueeze(axis), is_exact=True),
    Pair(
        "flip", any_array(operands.any_axes),
        lambda torch, x, axis: x.flip(_axes(x, axis) if x.ndim else ()), is_exact=True,
    ),
    Pair(
        "getitem", any_array(operands.an_index), _indexed, is_exact=True,
        called=lambda x, index: autograd.getitem(x, _index(index)),
    ),
    Pair(
        "mask", any_array(operands.nothing), lambda torch, x: x[x > 0], distance_to_kink=operands.from_zero,
        is_exact=True, called=lambda x: autograd.getitem(x, autograd.greater(x, 0)),
    ),
    Pair(
        "scatter_add", any_array(operands.a_place_in_a_wider_array, range(1, 9)), _scattered, is_exact=True,
        called=_added_to_rows,
    ),
    Pair(
        "sliding_window_view", any_array(operands.a_window, range(1, 5)),
        lambda torch, x, window_shape, axis: x.unfold(axis, window_shape, 1), is_exact=True,
    ),
    Pair(
        "overlap_add", any_array(operands.nothing, range(2, 6)), _overlapped_in_torch, is_exact=True, called=_overlapped
    ),
    Pair(
        "take", any_array(operands.places),
        lambda torch, x, indices, axis: torch.index_select(
            *_flat(x, axis), torch.tensor(indices) % (x.numel() if axis is None else x.shape[axis])
        ), is_exact=True,
    ),
    Pair(
        "take_along_axis", any_array(operands.places_of_each, range(1, 9)),
        lambda torch, x, indices, axis: torch.take_along_dim(x, torch.tensor(indices), axis), is_exact=True,
    ),
    Pair(
        "repeat", any_array(operands.repeats),
        lambda torch, x, repeats, axis: torch.repeat_interleave(x, torch.tensor(repeats), axis), is_exact=True,
    ),
    Pair(
        "tile", any_array(operands.repetitions), lambda torch, x, repetitions: torch.tile(x, repetitions), is_exact=True
    ),
    Pair("split", any_array(operands.cuts, range(1, 9)), _rejoined_in_torch, is_exact=True, called=_rejoined),
    Pair(
        "diagonal", any_array(operands.an_offset, range(2, 3)), lambda torch, x, offset: torch.diagonal(x, offset),
        is_exact=True,
    ),
]  # fmt: skip

_PRODUCTS_AND_JOINS = [
    Pair("matmul", two_arrays(operands.matrix_product), is_exact=True, called=operator.matmul),
    Pair("affine", operands.layer, lambda torch, x, weight, bias: torch.addmm(bias, x, weight), is_exact=True),
    Pair("dot", two_arrays(operands.dot_product), _dot, is_exact=True),
    Pair("inner", two_arrays(operands.same_last_size), is_exact=True),
    Pair(
        "outer", two_arrays(lambda left, right: True), lambda torch, a, b: torch.outer(a.reshape(-1), b.reshape(-1)),
        is_exact=True,
    ),
    Pair(
        "concatenate", operands.joined, lambda torch, *x, axis: torch.cat(x, axis), is_exact=True,
        called=lambda *x, axis: autograd.concatenate(x, axis),
    ),
    Pair(
        "stack", operands.stacked, lambda torch, *x, axis: torch.stack(x, axis), is_exact=True,
        called=lambda *x, axis: autograd.stack(x, axis),
    ),
    Pair(
        "vstack", two_arrays(operator.eq), lambda torch, *x: torch.vstack(x), is_exact=True,
        called=lambda *x: autograd.vstack(x),
    ),
    Pair(
        "hstack", two_arrays(operator.eq), lambda torch, *x: torch.hstack(x), is_exact=True,
        called=lambda *x: autograd.hstack(x),
    ),
]  # fmt: skip


def _tame_matrix(m: Any, x: Any) -> Any:
    return m.tanh(x)


def _regular(x: Any) -> Any:
    """Symmetric, positive definite matrices of the rows of x, none of them near singular."""
    diagonal = numpy.diag(3.0 + numpy.arange(x.shape[-2]))
    if not isinstance(x, autograd.Tensor | numpy.ndarray):
        return x @ x.mT + x.new_tensor(diagonal)
    return x @ x.mT + diagonal.astype(x.dtype)


def _between_eigenvalues(x: Any) -> float:
    values = numpy.linalg.eigvalsh(_regular(x))
    return float(numpy.diff(values).min(initial=1.0)) - 0.1


def _cofactors(x: Any) -> Any:
    """cofactors, which no public function calls: it is what det does to an upstream gradient."""
    if isinstance(x, numpy.ndarray):
        return _cofactors(autograd.Tensor(x)).data
    x = _regular(x)
    x = x if x.requires_grad else autograd.Tensor(x.data)
    ones = numpy.ones(x.shape[:-2], x.dtype)
    return autograd.gradients(autograd.linalg.det(x), x, ones, create_graph=True)


def _of_matrices(name: str, ours: Callable[[Any], Any], theirs: Callable[..., Any], **more: Any) -> Pair:
    """A function of the matrices that an array's rows make."""
    return Pair(
        name, any_array(operands.nothing, range(2, 4)), lambda torch, x: theirs(torch, _regular(x)), (_tame_matrix,),
        called=lambda x: ours(_regular(x)), **more,
    )  # fmt: skip


def _of_first_and_squares(values: Any, vectors: Any) -> Any:
    """What no sign of the vectors changes."""
    return values[..., None, :] + vectors * vectors


_linalg = autograd.linalg
_LINEAR_ALGEBRA = [
    Pair(
        "einsum", two_arrays(lambda left, right: len(left) == len(right) == 2 and left[1] == right[0]),
        lambda torch, a, b: torch.einsum("ij,jk->ki", a, b), is_exact=True,
        called=lambda a, b: autograd.einsum("ij,jk->ki", a, b),
    ),
    Pair("tril", any_array(operands.nothing, range(2, 9)), is_exact=True),
    Pair("triu", any_array(operands.nothing, range(2, 9)), is_exact=True),
    Pair(
        "solve", any_array(operands.nothing, range(2, 4)), lambda torch, x: torch.linalg.solve(_regular(x), x),
        (_tame_matrix,), called=lambda x: _linalg.solve(_regular(x), x),
    ),
    _of_matrices("inv", _linalg.inv, lambda torch, x: torch.linalg.inv(x)),
    _of_matrices("det", _linalg.det, lambda torch, x: torch.linalg.det(x)),
    Pair(
        "cofactors", any_array(operands.nothing, range(2, 4)),
        lambda torch, x: torch.linalg.det(_regular(x))[..., None, None] * torch.linalg.inv(_regular(x)).mT,
        (_tame_matrix,), called=_cofactors,
    ),
    _of_matrices(
        "slogdet", lambda x: _linalg.slogdet(x).logabsdet, lambda torch, x: torch.linalg.slogdet(x).logabsdet
    ),
    _of_matrices("cholesky", _linalg.cholesky, lambda torch, x: torch.linalg.cholesky(x)),
    _of_matrices(
        "eigh", lambda x: _of_first_and_squares(*_linalg.eigh(x)),
        lambda torch, x: _of_first_and_squares(*torch.linalg.eigh(x)), distance_to_kink=_between_eigenvalues,
    ),
    _of_matrices(
        "svd", lambda x: _of_first_and_squares(*_linalg.svd(x)[1:]),
        lambda torch, x: _of_first_and_squares(*torch.linalg.svd(x)[1:]), distance_to_kink=_between_eigenvalues,
    ),
    _of_matrices("qr", lambda x: _linalg.qr(x).R, lambda torch, x: torch.linalg.qr(x).R),
    _of_matrices("pinv", _linalg.pinv, lambda torch, x: torch.linalg.pinv(x)),
]  # fmt: skip

# Those a graph chooses between first, so that the few binary ones are as frequent as the many unary ones.
FAMILIES = (_OF_TWO_AND_MORE, _OF_ONE, _REDUCTIONS, _SHAPES_AND_PLACES, _PRODUCTS_AND_JOINS, _LINEAR_ALGEBRA)
ELEMENTWISE_FAMILIES = FAMILIES[:2]  # those that numbers have, too
PAIRS: dict[str, Pair] = {pair.name: pair for family in FAMILIES for pair in family}
