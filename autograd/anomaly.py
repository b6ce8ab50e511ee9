"""What `detect_anomaly()` says of the first number that is not finite."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy

from .calling_line import calling_line
from .errors import AnomalyError
from .operation import Contribution, Operation, Recordable


def check_forward(operation: Operation, operands: Sequence[Any], data: Sequence[Any], result: Any) -> None:
    """Raise AnomalyError if an operation's result is not finite, naming its operands and the line."""
    if _is_finite(result):
        return
    where = _first(result)
    described = [
        _described(operand, number, where if operation.elementwise else None, numpy.shape(result))
        for operand, number in zip(operands, data, strict=True)
    ]
    raise AnomalyError(
        f"{operation.name} gave {_found(result, where)}; operands: {', '.join(described)}; "
        f"recorded at {calling_line() or 'an unknown line'}"
    )


def check_seed(node: Recordable, gradient: Any) -> None:
    """Raise AnomalyError if a sweep is to start with a number that is not finite."""
    gradient = getattr(gradient, "_data", gradient)
    if not _is_finite(gradient):
        raise AnomalyError(
            f"backward: the gradient given to {_name(node)} has {_found(gradient, _first(gradient))}; "
            "pass one of finite numbers"
        )


def check_contribution(told: Contribution) -> None:
    """Raise AnomalyError if what a node passes back is not finite, or its operand's gradient so far."""
    node, slot, operand, *numbers = told
    upstream, local_gradient, contribution, total = (getattr(number, "_data", number) for number in numbers)
    is_own = not _is_finite(contribution)
    if not is_own and _is_finite(total):
        return
    assert node.op is not None
    wrong = contribution if is_own else total
    where = _first(wrong)
    shape = numpy.shape(wrong)
    there = where if numpy.shape(upstream) == shape and node.op.elementwise else None  # else it was summed
    parts = [f"its upstream gradient is {_at(upstream, there, shape)}"]
    if local_gradient is not None:
        parts.append(f"its local gradient is {_at(local_gradient, there, shape)}")
    if not is_own:
        parts.append("the sum is with what other paths had passed")
    line = node.source or "an unknown line (run the forward pass inside detect_anomaly(), too)"
    raise AnomalyError(
        f"backward: {node.op.name} passed {_found(wrong, where)} to its operand {slot}, "
        f"{_described(operand, operand._data, there, shape)}; {', '.join(parts)}; "
        f"{node.op.name} was recorded at {line}"
    )


def _is_finite(data: Any) -> bool:
    if isinstance(data, float):
        return math.isfinite(data)
    return bool(numpy.isfinite(data).all())


def _first(data: Any) -> tuple[int, ...]:
    """Where the first number is that is not finite."""
    return tuple(int(index) for index in numpy.argwhere(~numpy.isfinite(numpy.asarray(data)))[0])


def _found(data: Any, where: tuple[int, ...]) -> str:
    array = numpy.asarray(data)
    number = f"{array[where]}"
    if array.ndim == 0:
        return number
    count = int((~numpy.isfinite(array)).sum())
    return f"{number} at element {where if len(where) > 1 else where[0]} ({count} of {array.size} not finite)"


def _name(node: Any) -> str:
    return node.label or (node.op.name + "'s result" if node.op is not None else f"an unlabelled {type(node).__name__}")


def _described(operand: Any, data: Any, where: tuple[int, ...] | None, shape: tuple[int, ...]) -> str:
    """An operand by its label, and its number at the place in question or what its numbers are like."""
    name = f"{_name(operand)} = " if isinstance(operand, Recordable) else ""
    return f"{name}{_at(data, where, shape)}"


def _at(data: Any, where: tuple[int, ...] | None, shape: tuple[int, ...]) -> str:
    """The number that stands in an array of `shape`, to which data broadcasts, at `where`."""
    array = numpy.asarray(data)
    if array.ndim == 0:
        return f"{array}"
    if where is not None:
        return f"{numpy.broadcast_to(array, shape)[where]} there (shape {array.shape})"
    finite = array[numpy.isfinite(array)]
    reach = f"from {finite.min()} to {finite.max()}" if finite.size else "no finite number"
    wrong = array.size - finite.size
    return f"{reach}{f', {wrong} not finite' if wrong else ''} (shape {array.shape})"
