"""Programs of single floats, run as straight-line Python.

Python's floats raise where IEEE 754 has an answer (1 / 0, log 0). The program runs on them as fast as they go; where
one raises, it is run again through the table's rows, which give that answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...notation.signs import SIGNS
from ...operation import Operation
from ..program import Input, Instruction, Program
from .straight_line import Statement, function_text

# Of two floats ** may be complex: a power is the row's own rule.
_SIGNS = {name: sign.python for name, sign in SIGNS.items() if sign.python and name != "power"}

Run = Callable[..., tuple[Any, ...]]

_DEEPEST = 10  # brackets inside each other
_NEAR = 100  # instructions between one and what it is written in: its operands are kept for so long


def float_machine(program: Program) -> Run:
    """A function of the program's inputs that gives its outputs as floats."""
    fast = compiled_text(*text(program, _fast))
    careful: list[Run] = []

    def run(*numbers: float) -> tuple[Any, ...]:
        try:
            return fast(*numbers)
        except (ArithmeticError, ValueError):
            if not careful:
                careful.append(compiled_text(*text(program, _careful)))
            return careful[0](*map(float, numbers))

    return run


def compiled_text(lines: Sequence[str], names: dict[str, Any]) -> Run:
    """The function `run` of the text."""
    names = {"__name__": __name__, **names}  # it is this project's, and no person's
    exec(compile("\n".join(lines), "<program compiled by autograd>", "exec"), names)
    return names["run"]  # type: ignore[no-any-return]  # it is in the text


def text(
    program: Program, written: Callable[[Operation, Sequence[str]], tuple[str, Any]]
) -> tuple[list[str], dict[str, Any]]:
    """The lines of the function `run`, and what they refer to."""
    names: dict[str, Any] = {"inf": float("inf"), "nan": float("nan")}
    variables: dict[int, str] = {}
    inputs = [f"x{number}" for number in range(len(program.inputs))]
    for given, name in zip(program.inputs, inputs, strict=True):
        variables[id(given)] = name

    inside = _written_inside(program)
    nested: dict[int, tuple[str, list[str], int]] = {}  # of those: the text, the variables it reads, its depth
    statements = []
    for number, instruction in enumerate(program.instructions):
        operands: list[str] = []
        reads: list[str] = []
        depth = 0
        for operand in instruction.operands:
            variable = variables.get(id(operand))
            if variable is not None:
                operands.append(variable)
                reads.append(variable)
            elif type(operand) is Instruction:
                inner, inner_reads, inner_depth = nested.pop(id(operand))
                operands.append(f"({inner})")
                reads += inner_reads
                depth = max(depth, inner_depth)
            else:
                operands.append(_literal(operand))
        line, function = written(instruction.operation, operands)
        if function is not None:
            names[instruction.operation.name] = function
        if number in inside and depth < _DEEPEST:
            nested[id(instruction)] = line, reads, depth + 1
            continue
        variable = variables[id(instruction)] = f"v{number}"
        statements.append(Statement(variable, line, tuple(reads)))
    outputs: list[tuple[str, str | None]] = []
    for output in program.outputs:
        if isinstance(output, Instruction | Input):
            variable = variables[id(output)]
            outputs.append((f"float({variable})", variable))
        else:
            outputs.append((_literal(output), None))
    names["float"] = float
    return function_text("run", inputs, statements, outputs), names


def _written_inside(program: Program) -> set[int]:
    """The numbers of the instructions that are written inside the only one that reads them, if that is near: Python
    compiles one long line sooner than many."""
    readers: dict[int, int] = {}
    for number, instruction in enumerate(program.instructions):
        for operand in instruction.operands:
            if type(operand) is Instruction:
                # A square reads its operand twice.
                is_only = id(operand) not in readers and instruction.operation.name != "square"
                readers[id(operand)] = number if is_only else -1
    for output in program.outputs:
        readers[id(output)] = -1
    return {
        number
        for number, instruction in enumerate(program.instructions)
        if 0 < readers.get(id(instruction), -1) - number <= _NEAR
    }


def _literal(number: float | int) -> str:
    plain = repr(float(number) if type(number) is int else number)  # −0 is an integer, and −0.0 is not 0.0
    return f"({plain})" if plain.startswith("-") else plain


def _fast(operation: Operation, operands: Sequence[str]) -> tuple[str, Any]:
    name = operation.name
    if name in _SIGNS:
        return f"{operands[0]} {_SIGNS[name]} {operands[1]}", None
    if name == "negative":
        return f"-{operands[0]}", None
    if name == "square":
        return f"{operands[0]} * {operands[0]}", None
    if name == "where":
        return f"{operands[1]} if {operands[0]} else {operands[2]}", None
    return f"{name}({', '.join(operands)})", operation.scalar


def _careful(operation: Operation, operands: Sequence[str]) -> tuple[str, Any]:
    return f"{operation.name}({', '.join(operands)})", operation
