"""Programs of single floats, run as straight-line Python.

Python's floats raise where IEEE 754 has an answer (1 / 0, log 0). The program runs on them as fast as they go; where
one raises, it is run again through the table's rows, which give that answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..operation import Operation
from .program import Input, Operand, Program, Step
from .straight_line import Statement, function_text

_INFIX = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "remainder": "%", "floor_divide": "//",
    "greater": ">", "greater_equal": ">=", "less": "<", "less_equal": "<=", "equal": "==", "not_equal": "!=",
}  # fmt: skip

Run = Callable[..., tuple[Any, ...]]


def runner(program: Program) -> Run:
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
    names = dict(names)
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

    def of(operand: Operand) -> str:
        variable = variables.get(id(operand))
        if variable is not None:
            return variable
        plain = repr(float(operand) if type(operand) is int else operand)  # −0 is an integer, and −0.0 is not 0.0
        return f"({plain})" if plain.startswith("-") else plain

    statements = []
    for number, step in enumerate(program.steps):
        operands = [of(operand) for operand in step.operands]
        line, function = written(step.operation, operands)
        if function is not None:
            names[step.operation.name] = function
        variable = variables[id(step)] = f"v{number}"
        statements.append(Statement(variable, line, tuple(operands)))
    outputs: list[tuple[str, str | None]] = []
    for output in program.outputs:
        if isinstance(output, Step | Input):
            variable = variables[id(output)]
            outputs.append((f"float({variable})", variable))
        else:
            outputs.append((of(float(output)), None))
    names["float"] = float
    return function_text("run", inputs, statements, outputs), names


def _fast(operation: Operation, operands: Sequence[str]) -> tuple[str, Any]:
    name = operation.name
    if name in _INFIX:
        return f"{operands[0]} {_INFIX[name]} {operands[1]}", None
    if name == "negative":
        return f"-{operands[0]}", None
    if name == "square":
        return f"{operands[0]} * {operands[0]}", None
    if name == "where":
        return f"{operands[1]} if {operands[0]} else {operands[2]}", None
    return f"{name}({', '.join(operands)})", operation.scalar


def _careful(operation: Operation, operands: Sequence[str]) -> tuple[str, Any]:
    return f"{operation.name}({', '.join(operands)})", operation
