"""Steps replaced by their rows' expansions into other rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from ...modes import Adjusted
from ...operation import silently
from ...tensor import Tensor
from ...value import Value
from ..program import Became, Operand, Program, Step
from ..record.recording import Recording, program_of


@silently
def expanded(program: Program, wants: Callable[[Step], bool]) -> Program:
    """The steps for which `wants` says so, replaced by their rows' expansions."""
    became = Became()
    steps: list[Step] = []
    for step in program.steps:
        now = became.step(step)
        parts = expansion_of(now) if now.operation.expansion is not None and wants(now) else None
        inner, became[id(step)] = parts or ([now], now)
        steps += inner
    return program.mapped(steps, became.of)


def expansion_of(step: Step) -> tuple[list[Step], Operand] | None:
    """The steps of a row's expansion on this step's operands, and the last; None where it would give another
    dtype."""
    expansion = step.operation.expansion
    assert expansion is not None
    operands = [operand for operand in step.operands if not isinstance(operand, float | int)]
    nodes = [_stand_in(operand) for operand in operands]
    unused = iter(nodes)
    given = [operand if isinstance(operand, float | int) else next(unused) for operand in step.operands]
    with Adjusted(tracing=True, recording=True):
        result = expansion(*given, **step.parameters)
    if numpy.shape(result._data) != step.shape or (not step.is_number and result._data.dtype != step.dtype):
        return None
    places = [(number, "") for number in range(len(nodes))]
    recording = Recording("expansion", nodes, places, [], [result], lambda outputs: outputs, {})
    small = program_of(recording)
    became = Became({id(given): operand for given, operand in zip(small.inputs, operands, strict=True)})
    steps: list[Step] = []
    for inner in small.steps:
        made = became[id(inner)] = became.step(inner)
        made.name, made.origin = None, step.origin
        steps.append(made)
    last = became.of(small.outputs[0])
    if isinstance(last, Step) and last in steps:
        last.name = step.name
    return steps, last


def _stand_in(operand: Operand) -> Any:
    if operand.is_number:
        return Value(0.5)
    return Tensor(numpy.broadcast_to(numpy.zeros((), operand.dtype), operand.shape), False, copy=False)


# --- which steps a target wants expanded ----------------------------------------------------------------


def is_of_arrays(step: Step) -> bool:
    return not step.is_number


def is_of_several_lines(step: Step) -> bool:
    """Whether its row moves or reduces elements, has no text of its own, and its expansion uses something twice."""
    operation = step.operation
    if operation.elementwise or operation.expansion is None or operation.written is not None:
        return False
    found = expansion_of(step)
    if found is None:
        return False
    used = [id(operand) for part in found[0] for operand in part.operands]
    return any(used.count(id(part)) > 1 for part in found[0])
