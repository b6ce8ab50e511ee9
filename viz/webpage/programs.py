"""An operation on whole arrays, and its pullback, as a few steps that a page can run.

What a page computes by itself are the table's elementwise rows (`rows.js`) and `KERNELS`. Any other row is run on
arrays that stand for its operands, and what it, its expansion or its pullback records is written down step by step, as
far as all of it is made of those. So no derivative is written in JavaScript for arrays either.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy

from autograd import Node, Operation, Tensor, operations
from autograd.notation import rules
from autograd.operation import numbers_are_made_up

from . import table

# The rows of arrays that `arrays.js` computes.
KERNELS = frozenset(
    {"matmul", "sum", "max", "min", "reshape", "transpose", "broadcast_to", "sum_to_shape", "squared_norm"}
)
# Larger ones would be written into the page as constants.
_LARGEST_CONSTANT = 64
Shape = tuple[int, ...]


class NotAliveError(Exception):
    """A page cannot compute it; says what it lacks."""


def forward(operation: Operation, shapes: Sequence[Shape], parameters: Mapping[str, Any]) -> list[Any]:
    """The steps that compute the operation from operands of these shapes; the last is its result.

    A step is [row, operands, parameters]; an operand is the number of a step, "x0" for the first operand, or what
    `_written` makes of a number or an array.

    Raises:
        NotAliveError: something in it is beyond a page.
    """

    def computed() -> list[Any]:
        operands = [Tensor(numpy.ones(shape), label=rules.mark(slot)) for slot, shape in enumerate(shapes)]
        return _Writing().steps(operation(*operands, **parameters))

    return _recorded(operation, computed)


def pullback(operation: Operation, slot: int, shapes: Sequence[Shape], parameters: Mapping[str, Any]) -> list[Any]:
    """The steps from the upstream gradient, "g", the result, "o", and the operands to what a slot gets.

    Raises:
        NotAliveError: something in it is beyond a page.
    """
    return _recorded(operation, lambda: _Writing().steps(rules.pullback(operation, slot, shapes, parameters)))


def _recorded(operation: Operation, write: Callable[[], list[Any]]) -> list[Any]:
    if operations().get(operation.name) is not operation:
        raise NotAliveError(operation.name)
    context = contextvars.Context()  # under `no_grad` the stand-ins would not be recorded
    context.run(numbers_are_made_up.set, True)
    return context.run(write)


_OTHER_MARKS = {rules.upstream_mark: "g", rules.out_mark: "o"}
_ALIVE = frozenset(row.name for row in table.alive())


class _Writing:
    def __init__(self) -> None:
        self._steps: list[Any] = []
        self._known: dict[Node, Any] = {}

    def steps(self, result: Any) -> list[Any]:
        last = self._operand(result)
        if last != len(self._steps) - 1:  # an operand as it is
            self._steps.append(["positive", [last], {}])
        return self._steps

    def _operand(self, operand: Any) -> Any:
        if not isinstance(operand, Node):
            return _written(operand)
        if operand not in self._known:
            self._known[operand] = self._leaf(operand) if operand.op is None else self._step(operand)
        return self._known[operand]

    def _leaf(self, leaf: Node) -> Any:
        if leaf.label is None:
            return _written(leaf.data)
        return _OTHER_MARKS.get(leaf.label) or f"x{ord(leaf.label) - ord(rules.mark(0))}"

    def _step(self, node: Node) -> Any:
        row = node.op
        assert row is not None
        parameters = dict(node.keywords)
        if row.name in _ALIVE or row.name in KERNELS:
            operands = [self._operand(one) for one in node.operands]
            self._steps.append([row.name, operands, parameters])
            return len(self._steps) - 1
        if row.name == "astype" and parameters["dtype"].kind == "f":
            return self._operand(node.operands[0])  # a page's numbers are all of one kind
        if row.expansion is None:
            raise NotAliveError(row.name)
        return self._operand(row.expansion(*node.operands, **parameters))


def _written(constant: Any) -> Any:
    array = numpy.asarray(constant, numpy.float64)
    if array.size > _LARGEST_CONSTANT:
        raise NotAliveError("a large constant")
    return {"shape": list(array.shape), "data": [number_in_json(one) for one in array.ravel().tolist()]}


def number_in_json(number: float) -> float | str:
    """A number as JSON has it; what it has no word for is text that JavaScript's `Number` reads."""
    if number != number:
        return "NaN"
    return number if abs(number) != float("inf") else "Infinity" if number > 0 else "-Infinity"
