"""Bounding gradients before a step."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy

from autograd.arguments import described
from autograd.ops import least_sum_of_squares

from .checks import checked
from .errors import NetworkError

_LEAST_SUM = least_sum_of_squares(numpy.float32)


def gradient_norm(parameters: Sequence[Any]) -> float:
    """The Euclidean norm of all gradients together; parameters without one count as 0.

    >>> from autograd import Value
    >>> from nn.clipping import gradient_norm
    >>> a, b = Value(3.0), Value(4.0)
    >>> (0.5 * a * a + 0.5 * b * b).backward()
    >>> gradient_norm([a, b])
    5.0
    """
    try:
        gradients = [gradient for parameter in parameters if (gradient := parameter.grad) is not None]
    except (TypeError, AttributeError):
        raise _no_parameters(parameters) from None
    return norm_of(gradients)


def _no_parameters(given: Any) -> NetworkError:
    return NetworkError(
        f"gradients are those of a list of parameters, such as model.parameters(), not of {described(given)}"
    )


def norm_of(arrays: Sequence[Any]) -> float:
    """The Euclidean norm of arrays or numbers together, also where their squares over- or underflow."""
    total = sum(float(numpy.vdot(array, array)) for array in arrays)
    if _LEAST_SUM < total < math.inf:
        return math.sqrt(total)
    largest = max((float(numpy.abs(array).max()) for array in arrays if numpy.size(array)), default=0.0)
    if not math.isfinite(largest):
        return math.inf if largest == math.inf else math.nan
    if largest == 0:
        return 0.0
    total = sum(float(numpy.square(numpy.divide(array, largest, dtype=float)).sum()) for array in arrays)
    return largest * math.sqrt(total)


def clip_norm(parameters: Sequence[Any], most: float) -> float:
    """Shorten the gradient of all parameters together to `most`, keeping its direction (Pascanu et al. 2013).
    Returns its norm before. Raises NetworkError where that is not finite: no direction would be left."""
    most = checked("largest gradient norm", most)
    if isinstance(parameters, Iterable):
        parameters = list(parameters)  # they are gone through twice
    norm = gradient_norm(parameters)
    if not numpy.isfinite(norm):
        raise NetworkError(f"the gradient's norm is {norm}: it has no direction to keep")
    if norm > most:
        for parameter in parameters:
            if parameter.grad is not None:
                parameter.grad = parameter.grad * (most / norm)
    return norm


def clip_value(parameters: Sequence[Any], most: float) -> None:
    """Keep every number of every gradient between −most and most."""
    most = checked("largest gradient", most)
    if not isinstance(parameters, Iterable):
        raise _no_parameters(parameters)
    for parameter in parameters:
        if parameter.grad is not None:
            clipped = numpy.clip(parameter.grad, -most, most)
            parameter.grad = clipped if isinstance(parameter.grad, numpy.ndarray) else float(clipped)
