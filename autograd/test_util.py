"""Checks of gradients, in the words of PyPI's autograd. Ours is `autograd.gradcheck`."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy

from .differential_operators import make_vjp, of_one_argument
from .errors import ArgumentError, DataTypeError, GradientMismatchError
from .installation import check_not_mixed
from .misc.flatten import flatten as as_vector
from .node import Node
from .structure import flatten
from .transforms import Arguments, jvp, vjp

check_not_mixed()

__test__: dict[str, str] = {}  # by which pytest knows that there are no tests in here, and doctest no further ones


def check_grads(
    function: Callable[..., Any], argnum: Arguments = 0, modes: Sequence[str] = ("fwd", "rev"), order: int = 2
) -> Callable[..., None]:
    """A function of the same arguments that raises GradientMismatchError, an AssertionError, where derivatives differ
    from finite differences, along a random direction. `autograd.gradcheck` looks at each element.

    >>> import autograd.numpy as np
    >>> check_grads(np.sin, modes=["rev"])(0.5)
    """
    if unknown := set(modes) - {"fwd", "rev"}:
        raise ArgumentError(f"check_grads: modes are 'fwd' and 'rev', not {sorted(unknown)}")

    def check(*arguments: Any, **keywords: Any) -> None:
        of_one, x = of_one_argument(function, argnum, arguments, keywords)
        leaves, _, rebuild = flatten(x)
        name = str(getattr(function, "__name__", "the function"))
        _check(of_one, rebuild([_as_float(leaf) for leaf in leaves]), modes, order, name)

    return check


def _check(f: Callable[[Any], Any], x: Any, modes: Sequence[str], order: int, name: str) -> None:
    value, pullback = vjp(f, x)
    direction, weights = _random_like(x), _random_like(value)
    by_weights = as_vector(weights)[0]
    numeric = float(by_weights @ (_moved(f, x, direction, _STEP / 2) - _moved(f, x, direction, -_STEP / 2))) / _STEP
    for mode in modes:
        if mode == "rev":
            analytic = as_vector(pullback(weights)[0])[0] @ as_vector(direction)[0]
        else:
            analytic = by_weights @ as_vector(jvp(f, (x,), (direction,))[1])[0]
        if not scalar_close(analytic, numeric):
            raise GradientMismatchError(
                f"check_grads: derivative ({'VJP' if mode == 'rev' else 'JVP'}) check of {name} failed: along a random "
                f"direction analytic {analytic:.12g}, numeric {numeric:.12g}, difference {abs(analytic - numeric):.3g}"
            )
        if order > 1 and mode == "rev":
            _check(_pulled_back(f), (x, weights), modes, order - 1, f"vjp_{name}")
        elif order > 1:
            _check(_pushed(f), (x, direction), modes, order - 1, f"jvp_{name}")


def _pulled_back(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda pair: make_vjp(f)(pair[0])[0](pair[1])


def _pushed(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda pair: jvp(f, (pair[0],), (pair[1],))[1]


def _moved(f: Callable[[Any], Any], x: Any, direction: Any, step: float) -> Any:
    leaves, _, rebuild = flatten(x)
    moved = [leaf + step * along for leaf, along in zip(leaves, flatten(direction)[0], strict=True)]
    return as_vector(f(rebuild(moved)))[0]


def _random_like(x: Any) -> Any:
    leaves, _, rebuild = flatten(x)
    return rebuild(
        [_RNG.standard_normal(numpy.shape(leaf)) if numpy.ndim(leaf) else _RNG.standard_normal() for leaf in leaves]
    )


def _as_float(leaf: Any) -> Any:
    data = _plain(leaf)
    if numpy.iscomplexobj(data):
        raise DataTypeError("check_grads: glassgrad computes with real numbers alone")
    return numpy.asarray(data, float) if numpy.ndim(data) else float(data)


_STEP, _TOLERANCE = 1e-6, 1e-6
_RNG = numpy.random.default_rng(0)


def combo_check(function: Callable[..., Any], *settings: Any, **named: Any) -> Callable[..., None]:
    """`check_grads` for every combination of the arguments that are given as lists."""
    check = check_grads(function, *settings, **named)

    def check_all(*arguments: Any, **keywords: Any) -> None:
        for given in itertools.product(*arguments):
            for values in itertools.product(*keywords.values()):
                check(*given, **dict(zip(keywords, values, strict=True)))

    return check_all


def check_equivalent(x: Any, y: Any) -> None:
    """Raise AssertionError where two nested structures of numbers and arrays differ."""
    first, places, _ = flatten(x)
    second, others, _ = flatten(y)
    assert places == others, f"nested as {places} and {others}"
    for one, other in zip(first, second, strict=True):
        numpy.testing.assert_allclose(_plain(one), _plain(other), rtol=1e-6, atol=1e-6)


def _plain(leaf: Any) -> Any:
    return leaf._data if isinstance(leaf, Node) else leaf


def scalar_close(a: float, b: float) -> bool:
    """Whether two numbers are equal up to what finite differences leave."""
    return abs(a - b) < _TOLERANCE or abs(a - b) < _TOLERANCE * abs(a + b)
