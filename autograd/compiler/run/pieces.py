"""Elementwise chains on large arrays, in pieces: one piece goes through the whole chain while it is in the
processor's cache, and what only the chain reads is never written to memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy

from ..program import Instruction, Operand, Program, is_number

SMALLEST = 1 << 18  # elements: from this size on, pieces are 1.5 times as fast
PIECE = 1 << 13  # elements at a time


def chains(program: Program) -> list[list[int]]:
    """The numbers of the instructions of each chain: two or more in a row, all of one large shape."""
    found: list[list[int]] = []
    current: list[int] = []
    for number, instruction in enumerate(program.instructions):
        if not _fits(instruction):
            current = []
            continue
        if not current or instruction.shape != program.instructions[number - 1].shape:
            current = []
            found.append(current)
        current.append(number)
    return [chain for chain in found if len(chain) > 1]


def used_outside(program: Program, chain: Sequence[int]) -> set[int]:
    """The instructions of a chain, by id, whose results something else reads."""
    inside = set(chain)
    members = {id(program.instructions[number]) for number in chain}
    outside = {id(output) for output in program.results()}
    for number, instruction in enumerate(program.instructions):
        if number not in inside:
            outside |= {id(operand) for operand in instruction.operands}
    return members & outside


def flat(array: Any) -> Any:
    """An array's elements one after the other, copied only if they do not lie so."""
    return numpy.ascontiguousarray(array).reshape(-1)


def made(size: int, dtypes: Sequence[str]) -> list[tuple[Any, ...]]:
    """For each piece of an array of this size its slice, and memory for what the chain keeps to itself."""
    memory = [numpy.empty(min(PIECE, size), dtype) for dtype in dtypes]
    starts = range(0, size, PIECE)
    return [
        (slice(start, min(start + PIECE, size)), *[one[: min(PIECE, size - start)] for one in memory])
        for start in starts
    ]


def _fits(instruction: Instruction) -> bool:
    """Whether NumPy's ufunc computes each element of it from the same element of arrays of its shape."""
    if instruction.is_number or math.prod(instruction.shape) < SMALLEST or not instruction.operation.elementwise:
        return False
    return isinstance(instruction.operation.forward, numpy.ufunc) and all(
        _is_alike(one, instruction) for one in instruction.operands
    )


def _is_alike(operand: Operand, instruction: Instruction) -> bool:
    return is_number(operand) or operand.shape in ((), instruction.shape)
