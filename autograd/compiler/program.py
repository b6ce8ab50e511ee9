"""What is compiled: a straight-line program of the table's operations, as plain data.

An operand is an `Input`, a `Constant`, an earlier `Instruction`, or one of Python's own numbers (a literal). Every view
of a program (NumPy for people, NumPy to run, columns, JavaScript) reads only this, and every rewrite makes one of
another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy

from ..operation import Operation
from ..traversal import operands_first

Shape = tuple[int, ...]
Operand = Any  # Input | Constant | Instruction | float | int | bool


@dataclass(eq=False, slots=True)
class Input:
    """What a program is given: an argument, or a parameter that is read when it runs.

    `is_number` says that it is a float, as a Value holds, and no array.
    """

    name: str
    shape: Shape
    dtype: numpy.dtype[Any]
    is_number: bool


@dataclass(eq=False, slots=True)
class Constant:
    """An array that a program holds."""

    data: Any
    name: str | None = None

    @property
    def shape(self) -> Shape:
        return tuple(self.data.shape)

    @property
    def dtype(self) -> numpy.dtype[Any]:
        return self.data.dtype  # type: ignore[no-any-return]  # an array's

    @property
    def is_number(self) -> bool:
        return False


@dataclass(eq=False, slots=True)
class Instruction:
    """One operation. `origin` is the number of the event of the sweep that it belongs to; −1 forward."""

    operation: Operation
    operands: tuple[Operand, ...]
    parameters: dict[str, Any]
    shape: Shape
    dtype: numpy.dtype[Any]
    is_number: bool
    name: str | None = None
    origin: int = -1

    def with_operands(self, operands: tuple[Operand, ...]) -> Instruction:
        """The same instruction on other operands."""
        return self.instead(self.operation, *operands, **self.parameters)

    def instead(self, operation: Operation, *operands: Operand, **parameters: Any) -> Instruction:
        """Another operation with the same result."""
        return Instruction(
            operation, operands, parameters, self.shape, self.dtype, self.is_number, self.name, self.origin
        )


@dataclass(eq=False, slots=True)
class Event:
    """What the sweep did at one operand slot: `node` passed `contribution` on to `operand`, whose gradient so
    far is then `total`. `local_gradient` is None for an operation with a pullback. `operation` and `operands` are
    the node's as it was recorded, whatever simplification made of it."""

    node: Operand
    operation: Operation
    operands: tuple[Operand, ...]
    slot: int
    operand: Operand
    local_gradient: Operand | None
    contribution: Operand
    total: Operand


@dataclass(eq=False, slots=True)
class Program:
    """Inputs, instructions in order, outputs: first those of the function (`n_values` of them), then gradients.

    Attributes:
        events: what the sweep did, in order; for the lines of prose.
        gradient_of: for each gradient among the outputs, the operand it belongs to.
        updates: inputs that are written to in place at the end, and with what.
        guards: a number and squares of norms, which must be finite for anything to be updated.
        least: what these squares must add up to more than: those of smaller numbers have lost digits.
    """

    name: str
    inputs: list[Input]
    instructions: list[Instruction]
    outputs: list[Operand]
    n_values: int
    events: list[Event] = field(default_factory=list)
    gradient_of: list[Operand] = field(default_factory=list)
    updates: list[tuple[Input, Operand]] = field(default_factory=list)
    guards: list[Operand] = field(default_factory=list)
    least: float = 0.0

    @property
    def is_of_numbers(self) -> bool:
        """Whether it computes with single floats alone."""
        variables: list[Input | Instruction] = [*self.inputs, *self.instructions]
        return all(one.is_number for one in variables) and not any(
            isinstance(operand, Constant) for operand in self.operands()
        )

    def operands(self) -> list[Operand]:
        """Every operand of every instruction, and the outputs."""
        return [operand for instruction in self.instructions for operand in instruction.operands] + self.results()

    def results(self) -> list[Operand]:
        """What it is run for: outputs, guards, and what inputs are updated with."""
        return [*self.outputs, *self.guards, *[operand for _, operand in self.updates]]

    def mapped(self, instructions: list[Instruction], of: Callable[[Operand], Operand]) -> Program:
        """The program with other instructions, where `of` says what an operand has become."""
        return Program(
            self.name,
            self.inputs,
            instructions,
            [of(output) for output in self.outputs],
            self.n_values,
            [
                Event(
                    of(e.node),
                    e.operation,
                    tuple([of(operand) for operand in e.operands]),
                    e.slot,
                    of(e.operand),
                    of(e.local_gradient),
                    of(e.contribution),
                    of(e.total),
                )
                for e in self.events
            ],
            [of(one) for one in self.gradient_of],
            [(one, of(operand)) for one, operand in self.updates],
            [of(one) for one in self.guards],
            self.least,
        )


class Became(dict[int, Operand]):
    """What operands become in a pass, by their ids; the others stay what they are."""

    def of(self, operand: Operand) -> Operand:
        return self.get(id(operand), operand)

    def instruction(self, instruction: Instruction) -> Instruction:
        """The instruction on what its operands became."""
        operands = tuple([self.get(id(operand), operand) for operand in instruction.operands])
        return instruction if operands == instruction.operands else instruction.with_operands(operands)


VARIABLES = frozenset({Instruction, Input})


def is_variable(operand: Operand) -> bool:
    """Whether it is an input or an instruction: not known before the program runs."""
    return type(operand) in VARIABLES


def number_in(operand: Operand) -> float | int | bool | None:
    """The only number a literal or constant holds, however often; None for anything else."""
    if isinstance(operand, float | int):
        return operand
    if isinstance(operand, Constant) and operand.data.size:
        first = operand.data.flat[0]
        if operand.data.size == 1 or (operand.data.strides.count(0) == operand.data.ndim):
            return first.item()  # type: ignore[no-any-return]  # one of NumPy's numbers
    return None


def is_number(operand: Operand) -> bool:
    """Whether it is a single number, and no array."""
    return isinstance(operand, float | int) or operand.is_number


def shape_of(operand: Operand) -> Shape:
    return operand.shape if isinstance(operand, Instruction | Input | Constant) else ()


def in_order(outputs: Sequence[Operand], done: Sequence[Instruction] = ()) -> list[Instruction]:
    """The instructions that the outputs need besides those that are done, operands first."""
    return operands_first(_instructions_in(outputs), lambda instruction: _instructions_in(instruction.operands), done)


def _instructions_in(operands: Sequence[Operand]) -> list[Instruction]:
    return [operand for operand in reversed(operands) if isinstance(operand, Instruction)]
