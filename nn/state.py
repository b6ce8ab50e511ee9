"""Arrays, and state dicts: arrays by name, of models, optimizers and files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy
import numpy.typing

from autograd import DataTypeError, no_grad
from autograd.arguments import described
from autograd.operands import as_array, has_mask
from autograd.operation import holds_nodes

from .errors import DatasetError, NetworkError

Array = numpy.typing.NDArray[Any]
State = dict[str, Array]


def plain(given: Any) -> Array:
    """Data as an array; the numbers of nodes are read on purpose. Raises DataTypeError for a masked array."""
    if type(given) is numpy.ndarray and given.dtype != object:
        return given
    if _holds_mask(given):
        raise DataTypeError(
            "data in a masked array would be taken with what the mask hides: leave those samples out, or fill it "
            "(.filled(…))"
        )
    with no_grad():
        try:
            return as_array("data", given) if holds_nodes(given) else numpy.asarray(given)
        except ValueError:
            raise DatasetError(
                f"data are rows of numbers, and these lists make no array, as they differ in length: {given!r:.60}"
            ) from None


def check_state(given: object) -> None:
    """Refuse what is no state dict, such as the name of a file that holds one."""
    if not isinstance(given, Mapping):
        raise NetworkError(f"a state is a dict of arrays by name, as state_dict() gives it, not {described(given)}")


def _holds_mask(given: Any) -> bool:
    if isinstance(given, list | tuple):
        return any(isinstance(item, list | tuple | numpy.ndarray) and _holds_mask(item) for item in given)
    return has_mask(given)


def shape_of(given: Any) -> tuple[int, ...] | None:
    """The shape of an array; None of lists that make none."""
    try:
        return plain(given).shape
    except ValueError:
        return None


def fitting(given: Mapping[str, Any], own: Mapping[str, Any]) -> tuple[State, list[str]]:
    """Given arrays as what they are to replace: in the same dtypes; and in words, why they cannot be."""
    problems = differences(given, own)
    fitted: State = {}
    for name in () if problems else own:
        array, kind = plain(given[name]), numpy.asarray(own[name]).dtype
        if array.dtype.kind not in "biuf":
            problems.append(f"{name} holds {array.dtype}, not real numbers")
            continue
        with numpy.errstate(over="ignore", invalid="ignore"):
            fitted[name] = array.astype(kind)
        lost = fitted[name] != array if kind.kind in "biu" else numpy.isinf(fitted[name]) & numpy.isfinite(array)
        if lost.any():
            problems.append(f"{name} holds {array[lost][0]!s}, which is no {kind}")
    return fitted, problems


def differences(given: Mapping[str, Any], own: Mapping[str, Any], in_file: bool = False) -> list[str]:
    """In words, what given arrays are missing, unknown, of another shape or, in a file, of another dtype."""
    check_state(given)
    problems = [f"{name} is missing" for name in own if name not in given]
    problems += [f"{name} is unknown" for name in sorted(given) if name not in own]
    for name in filter(given.__contains__, own):
        shape, expected = shape_of(given[name]), numpy.shape(own[name])
        if shape is None:
            problems.append(f"{name} is no array")
        elif shape != expected:
            said = f"{shape} there and {expected} here" if in_file else f"{shape}, expected {expected}"
            problems.append(f"{name} has shape {said}")
        elif in_file and given[name].dtype.newbyteorder("=") != own[name].dtype.newbyteorder("="):
            problems.append(f"{name} is {given[name].dtype} there and {own[name].dtype} here")
    return problems
