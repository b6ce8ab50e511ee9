"""Every sample of the table of operations against finite differences: how far apart, instead of whether."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

import autograd
from autograd import Tensor

from .relative_error import relative_error
from .samples import Sample, samples_of

Array = numpy.ndarray[Any, Any]

TOLERANCE = 1e-7
# Four points err by about step⁴ and by rounding / step, and must not step over a kink.
_STEP = 2e-5
_POINTS = ((1, 2 / 3), (-1, -2 / 3), (2, -1 / 12), (-2, 1 / 12))


def errors(order: int) -> dict[str, float]:
    """The worst relative error of a gradient, by sample; with `order` 2 of the gradient's own derivative."""
    table = [row for row in autograd.operations().values() if row.differentiable]
    return {repr(sample): _error(sample, order) for row in table for sample in samples_of(row)}


# --- helpers --------------------------------------------------------------------------------------------


def _error(sample: Sample, order: int) -> float:
    operands = sample.operands()
    generator = numpy.random.default_rng(0)
    upstream = generator.uniform(-1.5, 1.5, sample.call(*map(Tensor, operands)).shape)
    directions = [generator.uniform(-1.5, 1.5, operand.shape) for operand in operands]

    def projected(*leaves: Tensor) -> Any:
        return autograd.sum(sample.call(*leaves) * upstream)

    def slope(*leaves: Tensor) -> Any:
        found: list[Any] = autograd.gradients(projected(*leaves), list(leaves), create_graph=True)
        parts = [autograd.sum(one * direction) for one, direction in zip(found, directions, strict=True)]
        return sum(parts[1:], parts[0])

    function = projected if order == 1 else slope
    leaves = [Tensor(operand) for operand in operands]
    output = function(*leaves)
    found = (
        autograd.gradients(output, leaves) if output.requires_grad else [Tensor(numpy.zeros_like(x)) for x in operands]
    )
    numeric = [_differences(function, operands, slot) for slot in range(len(operands))]
    return max(relative_error(own.data, other) for own, other in zip(found, numeric, strict=True))


def _differences(function: Callable[..., Any], operands: list[Array], slot: int) -> Array:
    result = numpy.zeros(operands[slot].shape)
    for element in numpy.ndindex(result.shape):
        for distance, weight in _POINTS:
            moved = [operand.copy() for operand in operands]
            moved[slot][element] += distance * _STEP
            result[element] += weight / _STEP * function(*map(Tensor, moved)).item()
    return result
