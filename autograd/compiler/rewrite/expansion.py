"""Instructions replaced by their rows' expansions into other rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from ...modes import Adjusted
from ...operation import silently
from ...tensor import Tensor
from ...value import Value
from ..program import Became, Instruction, Operand, Program
from ..record.recording import Recording, program_of


@silently
def expanded(program: Program, wants: Callable[[Instruction], bool]) -> Program:
    """The instructions for which `wants` says so, replaced by their rows' expansions."""
    became = Became()
    instructions: list[Instruction] = []
    for instruction in program.instructions:
        now = became.instruction(instruction)
        parts = expansion_of(now) if now.operation.expansion is not None and wants(now) else None
        inner, became[id(instruction)] = parts or ([now], now)
        instructions += inner
    return program.mapped(instructions, became.of)


def expansion_of(instruction: Instruction) -> tuple[list[Instruction], Operand] | None:
    """The instructions of a row's expansion on the operands of this one, and the last; None where it would give
    another dtype."""
    expansion = instruction.operation.expansion
    assert expansion is not None
    operands = [operand for operand in instruction.operands if not isinstance(operand, float | int)]
    nodes = [_stand_in(operand) for operand in operands]
    unused = iter(nodes)
    given = [operand if isinstance(operand, float | int) else next(unused) for operand in instruction.operands]
    with Adjusted(tracing=True, recording=True):
        result = expansion(*given, **instruction.parameters)
    if numpy.shape(result._data) != instruction.shape or (
        not instruction.is_number and result._data.dtype != instruction.dtype
    ):
        return None
    places = [(number, "") for number in range(len(nodes))]
    recording = Recording("expansion", nodes, places, [], [result], lambda outputs: outputs, {})
    small = program_of(recording)
    became = Became({id(given): operand for given, operand in zip(small.inputs, operands, strict=True)})
    instructions: list[Instruction] = []
    for inner in small.instructions:
        made = became[id(inner)] = became.instruction(inner)
        made.name, made.origin = None, instruction.origin
        instructions.append(made)
    last = became.of(small.outputs[0])
    if isinstance(last, Instruction) and last in instructions:
        last.name = instruction.name
    return instructions, last


def _stand_in(operand: Operand) -> Any:
    if operand.is_number:
        return Value(0.5)
    return Tensor(numpy.broadcast_to(numpy.zeros((), operand.dtype), operand.shape), False, copy=False)


# --- which instructions a target wants expanded ---------------------------------------------------------


def is_of_arrays(instruction: Instruction) -> bool:
    return not instruction.is_number


def is_of_several_lines(instruction: Instruction) -> bool:
    """Whether its row moves or reduces elements, has no text of its own, and its expansion uses something twice."""
    operation = instruction.operation
    if operation.elementwise or operation.expansion is None or operation.written is not None:
        return False
    found = expansion_of(instruction)
    if found is None:
        return False
    used = [id(operand) for part in found[0] for operand in part.operands]
    return any(used.count(id(part)) > 1 for part in found[0])
