"""The structure of a call: the key by which its program is found again. Its numbers are what the program is given."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import numpy

from ...errors import DataTypeError, ShapeError
from ...node import Node
from ...tensor import Tensor
from ...value import Value

Key = Hashable
ArrayKey = Callable[[Any], Key]


def array_key(array: Any) -> Key:
    """A program is for arrays of one shape and dtype."""
    return array.shape, array.dtype


def signature(
    arguments: tuple[Any, ...], keywords: dict[str, Any], array_key: ArrayKey = array_key
) -> tuple[Key, list[Any], list[Any]]:
    """The structure of a call, as a key; its numbers and arrays, in order; and the objects (modules) of which the
    key has only the id.

    >>> signature((1.0, [numpy.zeros(3)]), {})[1]
    [1.0, array([0., 0., 0.])]
    """
    leaves: list[Any] = []
    kept: list[Any] = []
    key: Key = tuple([_key(argument, leaves, kept, array_key) for argument in arguments])
    if keywords:
        key = (key, tuple([(name, _key(keywords[name], leaves, kept, array_key)) for name in keywords]))
    return key, leaves, kept


def _key(part: Any, leaves: list[Any], kept: list[Any], array_key: ArrayKey) -> Key:
    kind = type(part)
    if kind is numpy.ndarray:
        leaves.append(part)
        return array_key(part)
    if kind is float:
        leaves.append(part)
        return float
    if kind is list or kind is tuple:
        return kind, tuple([_key(item, leaves, kept, array_key) for item in part])
    if isinstance(part, dict):
        return kind, tuple([(name, _key(item, leaves, kept, array_key)) for name, item in part.items()])
    if isinstance(part, Node):
        leaves.append(part._data)
        return array_key(part._data) if isinstance(part, Tensor) else float
    if is_number(part):
        leaves.append(float(part))
        return float
    if isinstance(part, numpy.ndarray | numpy.generic):
        array = numpy.asarray(part)
        leaves.append(array)
        return array_key(array)
    if isinstance(part, list | tuple):  # with names
        return kind, tuple([_key(item, leaves, kept, array_key) for item in part])
    if part is None or isinstance(part, bool | str | bytes):
        return kind, part
    kept.append(part)
    return kind, id(part)


def is_number(part: Any) -> bool:
    """Whether a program takes it for a float: Python's and NumPy's floats and integers, but no booleans."""
    return isinstance(part, float | int | numpy.floating | numpy.integer) and not isinstance(part, bool)


def is_given(part: Any) -> bool:
    """Whether it is one of the numbers and arrays that a program is given at each call."""
    return isinstance(part, Node | numpy.ndarray | numpy.generic) or is_number(part)


def stand_in(name: str, part: Any) -> Node:
    """The node that stands for a number or an array of a call while the program is recorded."""
    data = part._data if isinstance(part, Node) else part
    if is_number(data):
        return Value(data)
    array = numpy.asarray(data)
    if array.dtype.kind not in "biuf":
        raise DataTypeError(f"compile: {name} is an array of {array.dtype}, and a program computes with numbers")
    return Tensor(array, requires_grad=array.dtype.kind == "f")


# --- columns: arrays that hold a number for each sample -------------------------------------------------


def column_key(array: Any) -> Key:
    """A program of columns is for any number of samples."""
    if array.ndim > 1:
        raise ShapeError(
            f"compile: with columns=True an array holds a number for each sample, not {array.shape}; "
            "give the columns of a table one by one: list(x.T)"
        )
    return "column" if array.ndim else float


def with_columns(key: Key, leaves: list[Any]) -> tuple[Key, list[Any]]:
    """The key of a call with which of its leaves are columns, and the leaves in float64."""
    flags = tuple([isinstance(leaf, numpy.ndarray) and leaf.ndim == 1 for leaf in leaves])
    counts = {len(leaf) for leaf, is_column in zip(leaves, flags, strict=True) if is_column}
    if len(counts) > 1:
        raise ShapeError(f"compile: columns of different lengths: {', '.join(map(str, sorted(counts)))} samples")
    return (key, flags), [
        numpy.asarray(leaf, numpy.float64) if is_column else float(leaf)
        for leaf, is_column in zip(leaves, flags, strict=True)
    ]


def stand_in_of_sample(name: str, part: Any) -> Node:
    """The first sample's number, for a column."""
    data = part._data if isinstance(part, Node) else part
    flat = numpy.asarray(data, numpy.float64).reshape(-1)
    return Value(float(flat[0]) if flat.size else 0.5)
