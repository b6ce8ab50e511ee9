"""Arrays, and state dicts: arrays by name, of models, optimizers and files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy
import numpy.typing

from autograd import no_grad

Array = numpy.typing.NDArray[Any]
State = dict[str, Array]


def plain(given: Any) -> Array:
    """Data as an array; the numbers of nodes are read on purpose."""
    with no_grad():
        return numpy.asarray(given)


def differences(given: Mapping[str, Any], own: Mapping[str, Any], in_file: bool = False) -> list[str]:
    """In words, what given arrays are missing, unknown, of another shape or, in a file, of another dtype."""
    problems = [f"{name} is missing" for name in own if name not in given]
    problems += [f"{name} is unknown" for name in sorted(given) if name not in own]
    for name in filter(given.__contains__, own):
        shape, expected = numpy.shape(given[name]), numpy.shape(own[name])
        if shape != expected:
            said = f"{shape} there and {expected} here" if in_file else f"{shape}, expected {expected}"
            problems.append(f"{name} has shape {said}")
        elif in_file and given[name].dtype != own[name].dtype:
            problems.append(f"{name} is {given[name].dtype} there and {own[name].dtype} here")
    return problems
