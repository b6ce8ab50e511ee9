"""Columns: a program written for one sample, in single numbers, run on arrays of samples.

What depends on the sample is computed for a block of samples at once, small enough to stay in the processor's cache;
what does not is computed as a single number.
"""

from __future__ import annotations

import math
from typing import Any

import numpy

from ...errors import ArgumentError
from ..program import Became, Input, Instruction, Operand, Program
from ..rewrite.rewriting import TABLE, without_dead_code
from .array_machine import ArrayMachine, Run

_CACHE = 1 << 21  # bytes that the buffers of a block may take
_SMALLEST_BLOCK, _LARGEST_BLOCK = 256, 8192  # samples
_UNKNOWN = 999_999_937  # stands for the number of samples in a block
_FLOAT, _BOOLEAN = numpy.dtype(numpy.float64), numpy.dtype(numpy.bool_)
_MULTIPLY, _SUM, _DOT, _ASTYPE = (TABLE[name] for name in ("multiply", "sum", "matmul", "astype"))
_TAKES_BOOLEANS = {"where", "logical_not", "logical_and", "logical_or"}


class ColumnMachine:
    """A program of numbers made ready to run on columns.

    Args:
        columns: which of the first inputs are columns.
    """

    def __init__(self, program: Program, columns: tuple[bool, ...]) -> None:
        if not program.is_of_numbers:
            raise ArgumentError(
                f"compile: columns=True is for functions of single numbers, and {program.name} computes with arrays"
            )
        given = {id(one) for one, is_column in zip(program.inputs, columns, strict=False) if is_column}
        self._columns = [id(one) in given for one in program.inputs]
        translated = _Translation(program, given)
        self._machine = ArrayMachine(translated.program, _UNKNOWN)
        self.text: str = self._machine.text
        self._kinds = translated.kinds
        buffers = self.text.count("numpy.empty(")
        fitting = _CACHE / (8 * max(buffers, 1))
        self.block: int = min(max(1 << int(math.log2(fitting)), _SMALLEST_BLOCK), _LARGEST_BLOCK)
        self._idle: dict[int, list[Run]] = {}

    def __call__(self, *arguments: Any) -> tuple[Any, ...]:
        count = next((len(one) for one, is_column in zip(arguments, self._columns, strict=True) if is_column), None)
        samples = 1 if count is None else count
        results: list[Any] = [numpy.empty(samples) if kind == "column" else 0.0 for kind in self._kinds]
        with numpy.errstate(all="ignore"):
            for start in range(0, samples, self.block):
                block = slice(start, min(start + self.block, samples))
                given = [
                    one[block] if is_column else one for one, is_column in zip(arguments, self._columns, strict=True)
                ]
                found = self._run(block.stop - start, given)
                for number, kind in enumerate(self._kinds):
                    if kind == "column":
                        results[number][block] = found[number]
                    else:
                        results[number] = results[number] + float(found[number]) if kind == "sum" else found[number]
        if count is None:
            return tuple(results)
        return tuple([_of_samples(kind, result, count) for kind, result in zip(self._kinds, results, strict=True)])

    def _run(self, samples: int, arguments: list[Any]) -> tuple[Any, ...]:
        idle = self._idle.setdefault(samples, [])
        try:
            run = idle.pop()
        except IndexError:
            run = self._machine.workspace(samples)
            if samples != self.block and len(self._idle) > 8:  # remainders of many sizes
                self._idle = {self.block: self._idle.get(self.block, [])}
        try:
            return run(*arguments)
        finally:
            idle.append(run)


def _of_samples(kind: str, result: Any, count: int) -> Any:
    """A result for all samples."""
    return result * count if kind == "same" else numpy.full(count, result) if kind == "number" else result


class _Translation:
    """A program of numbers as one of arrays: what depends on a column is one.

    Attributes:
        kinds: what each output is: a "column"; a "number" that every sample has; of a gradient by a number, which is
            summed over the samples, the "sum" over a block, or what is the "same" for each sample.
    """

    def __init__(self, program: Program, given: set[int]) -> None:
        self._became = Became()
        self._instructions: list[Instruction] = []
        inputs = []
        now: Operand
        for one in program.inputs:
            now = Input(one.name, (_UNKNOWN,), _FLOAT, False) if id(one) in given else one
            self._became[id(one)] = now
            inputs.append(now)
        for instruction in program.instructions:
            self._translate(instruction)
        outputs: list[Operand] = []
        self.kinds: list[str] = []
        for number, output in enumerate(program.outputs):
            now = self._became.of(output)
            by = number - program.n_values
            is_by_number = by >= 0 and id(program.gradient_of[by]) not in given
            if not _is_column(now):
                kind = "same" if is_by_number else "number"
            elif is_by_number:
                kind, now = "sum", self._summed(now)
            else:
                kind = "column"
                if now.dtype != _FLOAT or isinstance(now, Input):
                    now = self._add(Instruction(_MULTIPLY, (now, 1.0), {}, (_UNKNOWN,), _FLOAT, False))
            self.kinds.append(kind)
            outputs.append(now)
        # As values: an output that is summed is a number already, whatever its input is.
        self.program = without_dead_code(
            Program(program.name, inputs, self._instructions, outputs, len(outputs), [], [])
        )

    def _add(self, instruction: Instruction) -> Instruction:
        self._instructions.append(instruction)
        return instruction

    def _translate(self, instruction: Instruction) -> None:
        now = self._became.instruction(instruction)
        operands = now.operands
        if not any(map(_is_column, operands)):
            self._became[id(instruction)] = self._add(now)
            return
        operation = instruction.operation
        takes_booleans = operation.is_boolean or operation.name in _TAKES_BOOLEANS
        if not takes_booleans and not any(_is_float(operand) for operand in operands):
            # Two booleans: NumPy's + would be `or`.
            operands = tuple(map(self._in_floats, operands))
        if operation.name == "where" and not any(_is_float(operand) for operand in operands[1:]):
            operands = (operands[0], *map(self._in_floats, operands[1:]))
        dtype = _BOOLEAN if operation.is_boolean else _FLOAT
        self._became[id(instruction)] = self._add(Instruction(operation, operands, {}, (_UNKNOWN,), dtype, False))

    def _in_floats(self, operand: Operand) -> Operand:
        """What a number of a single sample is: a float, be it a truth's."""
        if not _is_column(operand):
            return float(operand) if isinstance(operand, int) else operand
        return self._add(Instruction(_ASTYPE, (operand,), {"dtype": _FLOAT}, (_UNKNOWN,), _FLOAT, False))

    def _summed(self, column: Operand) -> Instruction:
        """The sum over the samples; of a product of columns as one inner product."""
        if isinstance(column, Instruction) and column.operation is _MULTIPLY:
            first, second = column.operands
            if _is_column(first) and _is_column(second) and _is_float(first) and _is_float(second):
                return self._add(Instruction(_DOT, (first, second), {}, (), _FLOAT, False))
        parameters = {"axis": None, "keepdims": False}
        return self._add(Instruction(_SUM, (column,), parameters, (), _FLOAT, False))


def _is_column(operand: Operand) -> bool:
    return isinstance(operand, Instruction | Input) and not operand.is_number


def _is_float(operand: Operand) -> bool:
    if isinstance(operand, Instruction | Input):
        return operand.dtype == _FLOAT
    return isinstance(operand, float)
