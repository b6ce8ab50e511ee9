"""Nested numbers and arrays as one vector, and back."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy

from ..array_functions import concatenate, reshape
from ..installation import check_not_mixed
from ..node import Node
from ..structure import flatten as taken_apart
from ..tensor import Tensor
from ..value import Value

check_not_mixed()


def flatten(value: Any) -> tuple[Any, Callable[[Any], Any]]:
    """Numbers and arrays, nested in lists, tuples and dicts (in the order of their sorted keys), as one vector, and a
    function that nests a vector as they were.

    >>> from autograd.misc import flatten
    >>> vector, unflatten = flatten({"w": [1.0, 2.0], "b": 3.0})
    >>> vector
    array([3., 1., 2.])
    >>> unflatten(vector * 10)
    {'b': 30.0, 'w': [10.0, 20.0]}
    """
    leaves, _, rebuild = taken_apart(_with_sorted_keys(value))
    shapes = [numpy.shape(_plain(leaf)) for leaf in leaves]
    starts = [0]
    for shape in shapes:
        starts.append(starts[-1] + math.prod(shape))

    def unflatten(vector: Any) -> Any:
        return rebuild(
            [
                _shaped(vector[start : start + math.prod(shape)], shape)
                for start, shape in zip(starts, shapes, strict=False)
            ]
        )

    if any(isinstance(leaf, Node) for leaf in leaves):
        parts = [Tensor([leaf]) if isinstance(leaf, Value) else reshape(_as_array(leaf), (-1,)) for leaf in leaves]
        return concatenate(parts), unflatten
    return numpy.concatenate([numpy.ravel(leaf) for leaf in leaves]) if leaves else numpy.zeros(0), unflatten


def flatten_func(function: Callable[..., Any], example: Any) -> tuple[Callable[..., Any], Callable[[Any], Any], Any]:
    """A function of a vector, for one of a nested argument; how a vector is nested; and the example as a vector."""
    vector, unflatten = flatten(example)
    return lambda x, *arguments: flatten(function(unflatten(x), *arguments))[0], unflatten, vector


def _with_sorted_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_sorted_keys(value[key]) for key in sorted(value)}
    if type(value) in (list, tuple):
        return type(value)(map(_with_sorted_keys, value))
    return value


def _shaped(part: Any, shape: tuple[int, ...]) -> Any:
    if shape == ():
        return part[0] if isinstance(part, Tensor) else part[0].item()
    return reshape(part, shape)


def _as_array(leaf: Any) -> Any:
    return leaf if isinstance(leaf, Node) else numpy.asarray(leaf)


def _plain(leaf: Any) -> Any:
    return leaf._data if isinstance(leaf, Node) else leaf
