"""Checks of gradients, in the words of PyPI's autograd: `autograd.gradcheck` is what they are made of."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy

from .arguments import positions_of
from .checking import gradcheck
from .installation import check_not_mixed
from .misc.flatten import flatten as as_vector
from .node import Node
from .structure import flatten
from .transforms import Arguments

check_not_mixed()

__test__ = False  # pytest's: there are no tests in here


def check_grads(
    function: Callable[..., Any], argnum: Arguments = 0, modes: Sequence[str] = ("fwd", "rev"), order: int = 2
) -> Callable[..., None]:
    """A function of the same arguments that raises where derivatives differ from finite differences.

    Pushforwards are pullbacks of pullbacks here, so that the second order checks both modes.

    >>> import autograd.numpy as np
    >>> check_grads(np.sin, modes=["rev"])(0.5)
    """
    if unknown := set(modes) - {"fwd", "rev"}:
        raise ValueError(f"check_grads: modes are 'fwd' and 'rev', not {sorted(unknown)}")

    def check(*arguments: Any, **keywords: Any) -> None:
        positions = positions_of("check_grads", getattr(function, "__name__", "the function"), argnum, len(arguments))
        leaves, _, rebuild = flatten([arguments[position] for position in positions])

        def of_leaves(*nodes: Any) -> Any:
            given = list(arguments)
            for position, one in zip(positions, rebuild(nodes), strict=True):
                given[position] = one
            result = function(*given, **keywords)
            return result if isinstance(result, Node) else as_vector(result)[0]

        inputs = [numpy.asarray(data, float) if numpy.ndim(data) else float(data) for data in map(_plain, leaves)]
        gradcheck(of_leaves, *inputs, order=min(order, 2))

    return check


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
