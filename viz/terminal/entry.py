"""What a person types, as numbers."""

from __future__ import annotations

import json
from typing import Any

import numpy

from autograd import GraphError

from ..numbers import MINUS


class RefusalError(GraphError, ValueError):
    """What a person asked for and cannot have, in one sentence."""


def typed_number(text: str) -> float:
    """A number as it is typed, or as it is shown here.

    >>> typed_number("−0.5"), typed_number("1e-3"), typed_number("∞")
    (-0.5, 0.001, inf)
    """
    try:
        return float(_plain(text).replace("_", " "))
    except ValueError:
        raise RefusalError(f"{text.strip()!r} is not a number: type one such as 0.5, -2 or 1e-3") from None


def typed_data(text: str, data: Any) -> Any:
    """New data for a leaf that holds `data`: a number; for an array nested lists of its shape, or one
    element as `row, column: number`.

    >>> typed_data("1, 0: 5", numpy.zeros((2, 2)))
    array([[0., 0.],
           [5., 0.]])
    """
    if not isinstance(data, numpy.ndarray):
        return typed_number(text)
    if data.ndim == 0:
        return _as_kept(numpy.asarray(typed_number(text)), data)
    if ":" in text:
        return _with_element(text, data)
    shape = _sizes(data)
    try:
        array = numpy.asarray(json.loads(_plain(text)))
    except (ValueError, RecursionError):
        raise RefusalError(
            f"type {shape} numbers as nested lists such as [1, 2], or one element as index: number"
        ) from None
    if array.shape != data.shape:
        raise RefusalError(f"what was typed has shape {_sizes(array)}, and this leaf has shape {shape}")
    if array.dtype.kind not in "fiub":
        raise RefusalError("the lists hold something that is not a number")
    return _as_kept(array, data)


def as_typed(data: Any) -> str:
    """Data as it can be typed again in full; "" for a larger array.

    >>> as_typed(-0.30000000000000004), as_typed(numpy.array([1.0, 2.0]))
    ('-0.30000000000000004', '[1.0, 2.0]')
    """
    if not isinstance(data, numpy.ndarray):
        return repr(data)
    return json.dumps(data.tolist()) if data.size <= _SHORT else ""


_SHORT = 6


def _with_element(text: str, data: Any) -> Any:
    where, _, number = text.partition(":")
    try:
        index = tuple(int(part) for part in where.strip().strip("[]()").split(","))
    except ValueError:
        raise RefusalError(f"{where.strip()!r} is not an index: type whole numbers such as 0, 3") from None
    if len(index) != data.ndim or any(not 0 <= one < size for one, size in zip(index, data.shape, strict=True)):
        raise RefusalError(f"there is no element {where.strip()} in an array of shape {_sizes(data)}")
    changed = data.astype(numpy.float64)
    changed[index] = typed_number(number)
    return _as_kept(changed, data)


def _as_kept(array: Any, data: Any) -> Any:
    """The array in the dtype of the leaf's data, if that can hold it."""
    with numpy.errstate(all="ignore"):
        converted = array.astype(data.dtype)
    if data.dtype.kind != "f" and not numpy.array_equal(converted, array):
        kind = "0 and 1 (false and true)" if data.dtype.kind == "b" else "whole numbers"
        raise RefusalError(f"this leaf holds {kind}, of dtype {data.dtype}")
    return converted


def _plain(text: str) -> str:
    """The signs that numbers are shown with, as Python and JSON read them."""
    plain = text.strip().replace(MINUS, "-")
    return plain.replace("∞", "Infinity")


def _sizes(array: Any) -> str:
    return "×".join(map(str, array.shape)) or "()"
