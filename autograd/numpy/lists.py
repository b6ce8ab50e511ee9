"""Functions of NumPy's that take lists which hold nodes for the arrays that they look like."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy

from ..array_functions import array
from ..node import Node
from ..operation import holds_nodes


def keeping_graphs(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with lists, tuples and arrays of objects that hold nodes recorded as arrays first."""

    def call(*arguments: Any, **keywords: Any) -> Any:
        return function(*map(recorded, arguments), **{name: recorded(given) for name, given in keywords.items()})

    return _as(function, call)


def joining(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same of a function that takes lists of arrays: what is in a list is an array for itself."""

    def call(*arguments: Any, **keywords: Any) -> Any:
        return function(*map(_each, arguments), **{name: _each(given) for name, given in keywords.items()})

    return _as(function, call)


def namespace(module: Any) -> dict[str, Any]:
    """A module's public names, with its functions so."""
    found = {name: getattr(module, name) for name in module.__all__}
    return {
        name: (joining if name in _JOINING else keeping_graphs)(one) if _is_function(one) else one
        for name, one in found.items()
    }


def recorded(given: Any) -> Any:
    """What holds nodes as the array that it looks like; anything else as it is."""
    return array(given) if not isinstance(given, Node) and holds_nodes(given) else given


def _each(given: Any) -> Any:
    if not isinstance(given, list | tuple) or not holds_nodes(given):
        return recorded(given)
    return type(given)(array(one) if isinstance(one, Node) or holds_nodes(one) else one for one in given)


def _as(function: Callable[..., Any], call: Callable[..., Any]) -> Callable[..., Any]:
    functools.update_wrapper(call, function, assigned=("__name__", "__doc__"))
    if isinstance(function, numpy.ufunc):
        for name in ("nin", "nout", "identity"):
            setattr(call, name, getattr(function, name))
        for name in ("reduce", "accumulate", "outer", "at", "reduceat"):
            setattr(call, name, keeping_graphs(getattr(function, name)))
    return call


def _is_function(found: Any) -> bool:
    return isinstance(found, numpy.ufunc) or (callable(found) and not isinstance(found, type))


# Whose lists are lists of arrays, and not arrays themselves.
_JOINING = {
    "block", "broadcast_arrays", "column_stack", "concat", "concatenate", "dstack", "einsum", "hstack", "meshgrid",
    "row_stack", "select", "stack", "vstack",
}  # fmt: skip
