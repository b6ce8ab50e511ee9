"""What NumPy's functions that make arrays are of nodes; NumPy hands none of them on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from .. import functions
from ..node import Node
from ..operation import holds_nodes
from .lists import recorded


def array(object: Any, dtype: Any = None, *settings: Any, **named: Any) -> Any:
    """NumPy's `array`; of nodes, and of lists that hold them, the array with its graph."""
    if not _is_of_nodes(object):
        return numpy.array(object, dtype, *settings, **named)
    if settings or named.keys() - {"copy", "ndmin"}:
        raise TypeError(
            f"numpy.array of nodes takes a dtype, copy and ndmin, not {', '.join(map(str, named or settings))}"
        )
    made = functions.array(object)
    if dtype is not None:
        made = functions.astype(made, dtype)
    return functions.reshape(made, (1,) * (named.get("ndmin", 0) - made.ndim) + made.shape)


def asarray(a: Any, dtype: Any = None, *settings: Any, **named: Any) -> Any:
    """NumPy's `asarray`; of nodes as `array`."""
    return array(a, dtype) if _is_of_nodes(a) else numpy.asarray(a, dtype, *settings, **named)


asanyarray: Callable[..., Any] = asarray
ascontiguousarray: Callable[..., Any] = asarray


def full(shape: Any, fill_value: Any, dtype: Any = None, *settings: Any, **named: Any) -> Any:
    """NumPy's `full`; of a node the node, broadcast."""
    if not _is_of_nodes(fill_value):
        return numpy.full(shape, fill_value, dtype, *settings, **named)
    return functions.broadcast_to(array(fill_value, dtype), shape)


def full_like(a: Any, fill_value: Any, dtype: Any = None, *settings: Any, **named: Any) -> Any:
    """NumPy's `full_like`; of a node the node, broadcast."""
    if not _is_of_nodes(fill_value):
        return numpy.full_like(a, fill_value, dtype, *settings, **named)
    return full(numpy.shape(a), fill_value, dtype)


def linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, *settings: Any, **named: Any) -> Any:
    """NumPy's `linspace`; between nodes the points with their graph."""
    if not _is_of_nodes(start) and not _is_of_nodes(stop):
        return numpy.linspace(start, stop, num, endpoint, *settings, **named)
    if settings or named:
        raise TypeError("numpy.linspace between nodes takes num and endpoint alone")
    shares = numpy.linspace(0.0, 1.0, num, endpoint)
    start, stop = array(start), array(stop)
    shares = shares.reshape(-1, *(1,) * max(start.ndim, stop.ndim))
    return start * (1 - shares) + stop * shares


def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """NumPy's `where`, with names for its arguments."""
    if x is None and y is None:
        return numpy.where(recorded(condition))
    return numpy.where(*map(recorded, (condition, x, y)))


def make_diagonal(D: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Matrices whose diagonals are D's last axis; as in PyPI's autograd for offset=0, axis1=-1, axis2=-2 alone."""
    if (offset, axis1, axis2) != (0, -1, -2):
        raise NotImplementedError("make_diagonal: give offset=0, axis1=-1, axis2=-2")
    return functions.multiply(functions.expand_dims(array(D), -1), numpy.eye(numpy.shape(D)[-1]))


def metadata(A: Any) -> tuple[tuple[int, ...], int, Any, bool]:
    """Shape, number of axes, dtype, and whether it is complex."""
    return numpy.shape(A), numpy.ndim(A), numpy.result_type(A), numpy.iscomplexobj(A)


class _Joined:
    """NumPy's `r_` or `c_`, of nodes, too."""

    def __init__(self, plain: Any, axis: int) -> None:
        self._plain, self._axis = plain, axis

    def __getitem__(self, key: Any) -> Any:
        parts = key if isinstance(key, tuple) else (key,)
        if not holds_nodes(list(parts)):
            return self._plain[key]
        if any(isinstance(part, str) for part in parts):
            raise TypeError("numpy.r_ and c_ of nodes take arrays, numbers and slices alone, no text")
        parts = tuple([self._plain[part] if isinstance(part, slice) else part for part in parts])
        arrays = [array(part) if isinstance(part, Node) or holds_nodes(part) else numpy.asarray(part) for part in parts]
        if self._axis == 0:
            return functions.concatenate([functions.reshape(a, (-1,)) if a.ndim == 0 else a for a in arrays])
        return functions.concatenate([functions.reshape(a, (-1, 1)) if a.ndim < 2 else a for a in arrays], axis=-1)


r_: _Joined = _Joined(numpy.r_, 0)
c_: _Joined = _Joined(numpy.c_, -1)


def _is_of_nodes(given: Any) -> bool:
    return isinstance(given, Node) or holds_nodes(given)
