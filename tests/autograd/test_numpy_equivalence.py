"""Functions that NumPy has, too: drawn arguments give its result, its shape and its dtype, or are refused as
NumPy refuses them, by an error of the engine; and the gradient is the adjoint of NumPy's function."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

import autograd
from autograd import GraphError, Tensor

Draw = Callable[[Any], Any]

SIZES = st.sampled_from([1, 2, 3, 3, 4, 0])
SHAPES = st.lists(SIZES, max_size=4).map(tuple)
DTYPES = st.sampled_from([numpy.float64, numpy.float64, numpy.float32, numpy.int64, numpy.uint8, numpy.bool_])

# What NumPy takes and the engine refuses, by what the engine says.
REFUSED_ON_PURPOSE = {
    r"is no axis of an operand of shape \(\)": "NumPy lets a single number have an axis in some functions; not here",
    r"an axis is an integer, not (True|False)": "a boolean as an axis is a misplaced keepdims",
    r"has no elements along axis": "NumPy warns and gives nan",
    r"are not enough for ddof": "NumPy warns and gives nan or inf",
    r"take: indices .* do not fit .* \(.*\b0\b.*\)": "NumPy overlooks the index where there is nothing to take",
    r"tile: how often is not negative": "NumPy overlooks it where there is nothing to repeat",
}


def one_axis(draw: Draw, ndim: int) -> Any:
    """Mostly an axis that is there."""
    kind = draw(st.integers(0, 19))
    if kind == 0:
        return draw(st.sampled_from([1.0, True, "0", ndim, -ndim - 1, None]))
    axis = draw(st.integers(-ndim, ndim - 1)) if ndim else draw(st.integers(-1, 0))
    return {1: numpy.int64, 2: numpy.int32, 3: numpy.array}.get(kind, int)(axis)


def axes(draw: Draw, ndim: int) -> Any:
    """None, one axis or a tuple of them, some of them twice."""
    kind = draw(st.integers(0, 5))
    if kind == 0:
        return None
    if kind < 3:
        return one_axis(draw, ndim)
    return tuple(one_axis(draw, ndim) for _ in range(draw(st.integers(0, min(ndim, 3)))))


def array(draw: Draw, shape: tuple[int, ...], dtype: Any = numpy.float64) -> Any:
    """Numbers of which some are equal, in one of several layouts."""
    rng = numpy.random.default_rng(draw(st.integers(0, 99)))
    numbers = rng.integers(0, 3, shape) + (rng.uniform(0, 1, shape) if draw(st.booleans()) else 0)
    numbers = numpy.asarray(numbers).astype(dtype)
    layout = draw(st.integers(0, 2))
    if layout == 0:
        return numbers
    return numpy.asfortranarray(numbers) if layout == 1 else numbers[(slice(None, None, -1),) * numbers.ndim]


def kept(call: Callable[..., Any], draw: Draw, x: Any) -> Any:
    """A reduction over drawn axes."""
    axis, keepdims = axes(draw, x.ndim), draw(st.booleans())
    return lambda module, x: call(module)(x, axis=axis, keepdims=keepdims)


def along_one(call: Callable[..., Any], draw: Draw, x: Any, *, none: bool = False) -> Any:
    axis = None if none and draw(st.booleans()) else one_axis(draw, x.ndim)
    return lambda module, x: call(module)(x, axis=axis)


def reductions(name: str) -> Any:
    return lambda draw, x: kept(lambda module: getattr(module, name), draw, x)


def spread(name: str) -> Any:
    def drawn(draw: Draw, x: Any) -> Any:
        axis, keepdims = axes(draw, x.ndim), draw(st.booleans())
        ddof = draw(st.sampled_from([0, 0, 1, 0.5, numpy.float64(1), 3]))
        return lambda module, x: getattr(module, name)(x, axis=axis, ddof=ddof, keepdims=keepdims)

    return drawn


def reshape(draw: Draw, x: Any) -> Any:
    sizes = draw(st.permutations([*x.shape, *draw(st.sampled_from([(), (1,), (1, 1)]))]))
    if sizes and draw(st.booleans()):
        sizes[draw(st.integers(0, len(sizes) - 1))] = draw(st.sampled_from([-1, -1, 2, 1.5, numpy.int64(3)]))
    shape = draw(st.sampled_from([tuple(sizes), list(sizes), -1, x.size]))
    return lambda module, x: module.reshape(x, shape)


def transpose(draw: Draw, x: Any) -> Any:
    order = draw(st.permutations(range(x.ndim)))
    if order and draw(st.booleans()):
        order[0] = one_axis(draw, x.ndim)
    return lambda module, x: module.transpose(x, order)


def broadcast_to(draw: Draw, x: Any) -> Any:
    sizes = [draw(st.sampled_from([size, size, size, 3])) if size == 1 else size for size in x.shape]
    shape: Any = (*draw(st.sampled_from([(), (2,), (1, 0)])), *sizes)
    if draw(st.integers(0, 9)) == 0:
        shape = draw(st.sampled_from([3, -1, (2.0,), "a", None, numpy.int64(1), (-1, 2)]))
    return lambda module, x: module.broadcast_to(x, shape)


def expand_dims(draw: Draw, x: Any) -> Any:
    axis = one_axis(draw, x.ndim + 1)
    if draw(st.booleans()):
        axis = draw(st.sampled_from([tuple, list]))(
            one_axis(draw, x.ndim + 2) for _ in range(draw(st.sampled_from([2, 1, 2, 0])))
        )
    return lambda module, x: module.expand_dims(x, axis)


def moveaxis(draw: Draw, x: Any) -> Any:
    if draw(st.booleans()):
        source, destination = one_axis(draw, x.ndim), one_axis(draw, x.ndim)
    else:
        count = draw(st.integers(0, x.ndim))
        source = draw(st.permutations(range(x.ndim)))[:count]
        destination = [axis - x.ndim for axis in draw(st.permutations(range(x.ndim)))[:count]]
    return lambda module, x: module.moveaxis(x, source, destination)


def swapaxes(draw: Draw, x: Any) -> Any:
    first, second = one_axis(draw, x.ndim), one_axis(draw, x.ndim)
    return lambda module, x: module.swapaxes(x, first, second)


def repeat(draw: Draw, x: Any) -> Any:
    axis = None if draw(st.booleans()) else one_axis(draw, x.ndim)
    try:
        size = x.size if axis is None else x.shape[axis]
    except (TypeError, IndexError):
        size = 1
    repeats = draw(
        st.sampled_from([2, 0, 1, numpy.int64(2), [2], [1, 2, 0], -1, numpy.ones(size, int), "a", [True] * size])
    )
    return lambda module, x: module.repeat(x, repeats, axis)


def tile(draw: Draw, x: Any) -> Any:
    counts = draw(st.lists(st.integers(0, 3), max_size=4))
    repetitions = draw(st.sampled_from([tuple(counts), counts, 2, numpy.array([2, 1]), -1, "ab", (1, None)]))
    return lambda module, x: module.tile(x, repetitions)


def take(draw: Draw, x: Any) -> Any:
    axis = None if draw(st.booleans()) else one_axis(draw, x.ndim)
    indices = draw(st.sampled_from([0, -1, [0, 0], [[0], [-1]], [], (0, -1), 9, [1, -2], None, "a", [True, False]]))
    return lambda module, x: module.take(x, indices, axis)


def take_along_axis(draw: Draw, x: Any) -> Any:
    axis = one_axis(draw, x.ndim)
    shape = [draw(st.sampled_from([size, size, 1, 2])) for size in x.shape]
    indices = numpy.random.default_rng(draw(st.integers(0, 9))).integers(-1, 2, shape)
    if draw(st.integers(0, 9)) == 0 and indices.size:  # no indices are taken in any dtype: [] has floats
        indices = draw(st.sampled_from([indices.ravel(), indices > 0, indices * 1.0, indices + 9]))
    return lambda module, x: module.take_along_axis(x, indices, axis)


def split(draw: Draw, x: Any) -> Any:
    axis = one_axis(draw, x.ndim)
    cuts = draw(
        st.sampled_from([1, 2, 3, [1], [1, 2], [0, 1], [-1], [5], [], [2, 1], (1,), numpy.array([1]), "a", 0, -1])
    )
    return lambda module, x: module.split(x, cuts, axis)


def diagonal(draw: Draw, x: Any) -> Any:
    offset = draw(st.sampled_from([0, 1, -1, 2, -5, numpy.int64(1), None]))
    return lambda module, x: module.diagonal(x, offset)


def joined(name: str) -> Any:
    def drawn(draw: Draw, x: Any) -> Any:
        others = [
            array(draw, x.shape if draw(st.integers(0, 3)) else draw(SHAPES), draw(DTYPES))
            for _ in range(draw(st.integers(0, 2)))
        ]
        if name in ("vstack", "hstack"):
            return lambda module, x: getattr(module, name)([x, *others])
        axis = None if name == "concatenate" and draw(st.integers(0, 4)) == 0 else one_axis(draw, x.ndim)
        return lambda module, x: getattr(module, name)([x, *others], axis=axis)

    return drawn


def product(name: str) -> Any:
    def drawn(draw: Draw, x: Any) -> Any:
        shape = draw(SHAPES)
        if x.ndim and draw(st.integers(0, 4)):  # one that fits
            place = -1 if name == "inner" or len(shape) == 1 else -2
            shape = shape or (3,)
            shape = tuple(x.shape[-1] if axis == len(shape) + place else size for axis, size in enumerate(shape))
        other = array(draw, shape, draw(DTYPES))
        return lambda module, x: getattr(module, name)(x, other)

    return drawn


def unary(name: str) -> Any:
    return lambda draw, x: lambda module, x: getattr(module, name)(x)


# name: draws the arguments for an operand and returns the call of `module.name` on it
FUNCTIONS: dict[str, Any] = {
    **{name: reductions(name) for name in ("sum", "mean", "max", "min", "prod", "any", "all")},
    **{name: spread(name) for name in ("var", "std")},
    **{
        name: lambda draw, x, name=name: along_one(lambda module: getattr(module, name), draw, x, none=True)
        for name in ("argmax", "argmin", "cumsum")
    },
    "diff": lambda draw, x: along_one(lambda module: module.diff, draw, x),
    **{
        name: lambda draw, x, name=name: (
            lambda axis: lambda module, x: getattr(module, name)(x, axis)  #
        )(axes(draw, x.ndim))
        for name in ("squeeze", "flip")
    },
    "ravel": unary("ravel"),
    "isnan": unary("isnan"),
    "isfinite": unary("isfinite"),
    **{name: joined(name) for name in ("concatenate", "stack", "vstack", "hstack")},
    **{name: product(name) for name in ("dot", "inner", "outer", "matmul")},
    **{
        function.__name__: function
        for function in (
            reshape, transpose, broadcast_to, expand_dims, moveaxis, swapaxes, repeat, tile, take, take_along_axis,
            split, diagonal,
        )
    },
}  # fmt: skip

LINEAR = set(FUNCTIONS) - {"max", "min", "prod", "any", "all", "var", "std", "argmax", "argmin", "isnan", "isfinite"}


def outcome(call: Callable[[], Any]) -> Any:
    """The arrays that came out, or the error."""
    try:
        with warnings.catch_warnings(), numpy.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            made = call()
    except Exception as error:  # whatever NumPy or the engine raises is compared
        return error
    return [
        numpy.asarray(getattr(part, "_data", part)) for part in (made if isinstance(made, list | tuple) else [made])
    ]


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@settings(max_examples=25)
@given(data=st.data())
def test_drawn_arguments_give_what_numpy_gives_or_are_refused_as_numpy_refuses_them(name, data) -> None:
    x = array(data.draw, data.draw(SHAPES), data.draw(DTYPES))
    call = FUNCTIONS[name](data.draw, x)
    expected = outcome(lambda: call(numpy, x))
    for operand in (Tensor(x, requires_grad=False), x):
        found = outcome(lambda operand=operand: call(autograd, operand))
        if isinstance(found, Exception):
            assert isinstance(found, GraphError), f"not an error of the engine: {found!r}"
            assert isinstance(found, ValueError | TypeError)
            if not isinstance(expected, Exception):
                assert any(re.search(pattern, str(found)) for pattern in REFUSED_ON_PURPOSE), (found, expected)
            continue
        assert not isinstance(expected, Exception), f"NumPy refuses it: {expected!r}"
        assert len(found) == len(expected)
        for part, wanted in zip(found, expected, strict=True):
            assert part.shape == wanted.shape
            assert part.dtype == wanted.dtype
            tolerance = 1e-5 if wanted.dtype == numpy.float32 else 1e-12
            numpy.testing.assert_allclose(part, wanted, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", sorted(LINEAR))
@settings(max_examples=15)
@given(data=st.data())
def test_the_gradient_is_the_adjoint_of_numpy_s_function(name, data) -> None:
    """⟨upstream, f(direction)⟩ = ⟨gradient, direction⟩ for every linear f."""
    x = array(data.draw, data.draw(SHAPES))
    call = FUNCTIONS[name](data.draw, x)
    leaf = Tensor(x)
    try:
        made = call(autograd, leaf)
    except GraphError:
        reject()  # which Hypothesis counts: a function that refuses everything fails
    if name in ("concatenate", "stack", "vstack", "hstack"):  # linear but for what the others add

        def linear(direction: Any) -> list[Any]:
            return [call(numpy, direction) - call(numpy, 0 * x)]
    else:

        def linear(direction: Any) -> list[Any]:
            images = call(numpy, direction)
            return images if isinstance(images, list) else [images]

    rng = numpy.random.default_rng(data.draw(st.integers(0, 99)))
    direction = rng.standard_normal(x.shape)
    parts = made if isinstance(made, list) else [made]
    upstreams = [rng.standard_normal(part.shape) for part in parts]
    total = sum((part * upstream).sum() for part, upstream in zip(parts, upstreams, strict=True))
    total.backward()
    assert leaf.grad is not None
    assert leaf.grad.shape == x.shape
    expected = sum(float(numpy.sum(image * up)) for image, up in zip(linear(direction), upstreams, strict=True))
    assert float(numpy.sum(leaf.grad * direction)) == pytest.approx(expected, rel=1e-11, abs=1e-11)
