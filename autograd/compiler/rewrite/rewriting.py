"""How rewrites are applied: to each instruction until none has anything to say, operands first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ... import ops
from ...operation import Operation, silently
from ..program import VARIABLES, Became, Constant, Instruction, Operand, Program

TABLE = ops.operations()
LARGEST_FOLDED = 64  # elements of a constant that folding may make out of smaller ones

RewriteRule = Callable[[Instruction], Operand | None]


@dataclass(frozen=True, eq=False)
class Rewrite:
    """What may stand for an instruction instead: an operand that is there, a number, or another instruction.

    Attributes:
        rule: gives it for an instruction of one of the rows, whose operands are rewritten already; None to leave it.
        rows: the operations that it is about; None for every elementwise row, or with `of_structural` for every row.
        of_known: it has something to say only where an operand is a number or a constant.
    """

    rule: RewriteRule
    rows: tuple[Operation, ...] | None = None
    of_structural: bool = False
    of_known: bool = False

    @property
    def __name__(self) -> str:
        return self.rule.__name__

    def matches(self, row: Operation) -> bool:
        return row.elementwise or self.of_structural if self.rows is None else row in self.rows

    def __call__(self, instruction: Instruction) -> Operand | None:
        return self.rule(instruction) if self.matches(instruction.operation) else None


def rewrite(*names: str, **how: Any) -> Callable[[RewriteRule], Rewrite]:
    """Makes a rule a rewrite of the rows of these names; `how` as in `Rewrite`."""
    rows = tuple(TABLE[name] for name in names) or None
    return lambda rule: Rewrite(rule, rows, **how)


@silently
def rewritten(program: Program, rewrites: Sequence[Rewrite]) -> Program:
    """One pass over the instructions: each is rewritten until nothing applies, then merged with one like it."""
    rules = _RulesOfRows(rewrites)
    became = Became()
    instructions: list[Instruction] = []
    known: dict[Any, Instruction] = {}
    for instruction in program.instructions:
        now: Operand = became.instruction(instruction)
        is_rewritten = False
        while type(now) is Instruction and id(now) not in became:
            found = None
            of_known, of_any = rules[now.operation]
            for rule in of_any if VARIABLES.issuperset(map(type, now.operands)) else of_known:
                found = rule(now)
                if found is not None:
                    break
            if found is None:
                break
            now, is_rewritten = found, True
        if type(now) is Instruction:
            if id(now) in became:
                now = became[id(now)]
            else:
                if is_rewritten:
                    now = _on_new_operands(now, became, known, instructions)
                now = _merged(now, known, instructions)
                became[id(now)] = now
        became[id(instruction)] = now
    return program.mapped(instructions, became.of)


class _RulesOfRows(dict[Operation, tuple[list[RewriteRule], list[RewriteRule]]]):
    """For each row the rules for an instruction with a number or constant among its operands, and for one without."""

    def __init__(self, rewrites: Sequence[Rewrite]) -> None:
        self._rewrites = rewrites

    def __missing__(self, row: Operation) -> tuple[list[RewriteRule], list[RewriteRule]]:
        matching = [one for one in self._rewrites if one.matches(row)]
        self[row] = found = [one.rule for one in matching], [one.rule for one in matching if not one.of_known]
        return found


def without_dead_code(program: Program) -> Program:
    """Only instructions that an output needs, in their order."""
    needed = set(map(id, program.results()))
    for instruction in reversed(program.instructions):
        if id(instruction) in needed:
            needed.update(map(id, instruction.operands))
    return replace(
        program, instructions=[instruction for instruction in program.instructions if id(instruction) in needed]
    )


def merged(program: Program) -> Program:
    """Common subexpressions computed once, without what nothing needs."""
    return without_dead_code(rewritten(program, ()))


def _on_new_operands(
    instruction: Instruction, became: Became, known: dict[Any, Instruction], instructions: list[Instruction]
) -> Instruction:
    """The instruction, after those that a rewrite made as operands of its own have taken their place before it."""
    if all(type(operand) is not Instruction or id(operand) in became for operand in instruction.operands):
        return instruction
    operands = []
    for operand in instruction.operands:
        if type(operand) is Instruction and id(operand) not in became:
            operand = _merged(operand, known, instructions)
            became[id(operand)] = operand
        operands.append(operand)
    return instruction.with_operands(tuple(operands))


def _merged(instruction: Instruction, known: dict[Any, Instruction], instructions: list[Instruction]) -> Instruction:
    """The instruction that computes the same already, or this one from now on."""
    key = (
        id(instruction.operation),
        instruction.is_number,
        tuple(
            [id(operand) if type(operand) is Instruction else _operand_key(operand) for operand in instruction.operands]
        ),
        repr(instruction.parameters) if instruction.parameters else None,
    )
    same = known.get(key)
    if same is None:
        known[key] = instruction
        instructions.append(instruction)
        return instruction
    if same.name is None and same.origin < 0:
        same.name = instruction.name
    return same


def _operand_key(operand: Operand) -> Any:
    kind = type(operand)
    if kind is float:
        return operand.hex()  # tells 0.0 from −0.0, and nan is nan
    if kind is int or kind is bool:
        return kind, operand
    if kind is Constant and operand.data.size <= LARGEST_FOLDED:
        return operand.data.shape, operand.data.dtype.char, operand.data.tobytes()
    return id(operand)
