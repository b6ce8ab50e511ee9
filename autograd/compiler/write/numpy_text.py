"""A program as people read it: NumPy, one operation a line, forward then backward, each instruction's rule in prose."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from ...notation.rules import bare_literals, filled
from ..program import Constant, Event, Input, Instruction, Operand, Program, number_in
from .naming import Names
from .numpy_expression import NUMPY, ArrayLibrary, rule_formula, shape_note, told

_LARGEST_WRITTEN = 200  # elements of a constant that is written out; a larger one becomes an argument


def numpy_text(program: Program, library: ArrayLibrary = NUMPY) -> str:
    """The text of a function of the program's inputs that needs this library alone."""
    return module_of([Printer(program, library)], library)


def module_of(printers: Sequence[Printer], library: ArrayLibrary, imports: Sequence[str] = ()) -> str:
    """The text of these functions, after all that they call; besides the library it imports what is named."""
    functions = [printer.function() for printer in printers]
    lines = [line for function in functions for line in function]
    helpers = [text for name, text in library.helpers.items() if any(f"{name}(" in line for line in lines)]
    head = ["import math", ""] if any("math." in helper for helper in helpers) else []
    head += [*imports, f"import {library.name}", *[helper for helper in helpers if helper.startswith("from ")], "", ""]
    for helper in helpers:
        if helper.startswith("from "):
            continue
        head += [helper, "", ""]
    text = "\n\n\n".join("\n".join(function) for function in functions)
    return "\n".join([*head, text]) + "\n"


class Printer:
    """One program as the text of a function.

    Attributes:
        name: what the function is called.
        large: the constants that are too large to be written out; they are its last arguments.
    """

    def __init__(self, program: Program, library: ArrayLibrary) -> None:
        self.program: Program = program
        self.library: ArrayLibrary = library
        self.values: Sequence[Any] = program.outputs[: program.n_values]
        self.gradients: Sequence[Any] = program.outputs[program.n_values :]
        self.inlined: Any = _transposes_in_products(program)
        self.names: Names = Names(program, {library.name.partition(".")[0], *library.helpers}, self.inlined)
        self.totals: dict[int, Any] = {id(event.operand): event.total for event in program.events}
        constants = {id(one): one for one in program.operands() if isinstance(one, Constant)}
        self.large: list[Constant] = [
            constant for constant in constants.values() if constant.data.size > _LARGEST_WRITTEN
        ]
        self.small: set[int] = {*constants}.difference(map(id, self.large))
        self.gradient_names: list[str] = [*map(self._named_gradient, self.gradients, program.gradient_of)]
        self.name: str = self.names.fresh(f"{program.name}_and_gradients" if self.gradients else program.name)

    def function(self) -> list[str]:
        """Its lines."""
        returned = [*map(self._name, self.values), *self.gradient_names]
        body = [*self._lines(), f"return {', '.join(returned)}"]
        arguments = ", ".join([self.names[one] for one in (*self.program.inputs, *self.large)])
        indented = [f"    {line}" if line else "" for line in [*self._note(), *body]]
        return [f"def {self.name}({arguments}):", *indented]

    def _note(self) -> list[str]:
        given = [f"{self.names[one]} {_shape_text(one)}" for one in self.program.inputs if not one.is_number]
        given += [f"{self.names[one]} {_shape_text(one)}, a constant" for one in self.large]
        gradients = ", and its gradients" if self.gradients else ""
        what = f"{self.program.name}{gradients}: the program that was recorded."
        return [f'"""{what}', "", *given, '"""'] if given else [f'"""{what}"""']

    def _lines(self) -> Iterable[str]:
        instructions: dict[int, list[Instruction]] = defaultdict(list)
        for instruction in self.program.instructions:
            instructions[instruction.origin].append(instruction)
        yield from self._made_numbers()
        yield "# Forward"
        yield from self._statements(instructions[-1])
        if not self.gradients:
            return
        yield ""
        yield "# Backward: what each operation passes on to its operands"
        yield f"# {self._name(self.program.outputs[0])} by itself: 1"
        for _, numbered in itertools.groupby(enumerate(self.program.events), key=lambda one: _operation_of(one[1])):
            numbers, events = zip(*numbered, strict=True)
            yield from self._prose(events)
            for number in numbers:
                yield from self._statements(instructions[number])
        yield from self._statements(instructions[len(self.program.events)])
        for output, name in zip(self.gradients, self.gradient_names, strict=True):
            if self._name(output) != name:
                yield f"{name} = {self._name(output)}"

    def _made_numbers(self) -> Iterable[str]:
        """The arguments that would go as Python's floats to where these raise or get complex, as the library's."""
        number = self.library.number
        names = [self.names[one] for one in self.program.inputs if id(one) in _reaching_python(self.program)]
        if number is not None and names:
            made = ", ".join(f"{self.library.name}.{number}({name})" for name in names)
            yield f"{', '.join(names)} = {made}  # so that 1 / 0 is infinite"
            yield ""

    def _statements(self, instructions: Iterable[Instruction]) -> Iterable[str]:
        for instruction in instructions:
            if id(instruction) in self.inlined:
                continue
            note = shape_note(instruction.shape, instruction.dtype)
            line = f"{self.names[instruction]} = {self.library.expression(instruction, self._name)}"
            yield f"{line}  # {note}" if note else line

    def _prose(self, events: Sequence[Event]) -> Iterable[str]:
        """By which rule an operation passes gradients on: its events, one for each operand that gets some."""
        operation, node, operands = events[0].operation, events[0].node, events[0].operands
        if node in operands:  # an operation that does nothing
            return
        name = self._name_in_prose
        parts: list[str] = []
        pulled: list[str] = []
        for event in events:
            if operation.local_gradients:
                formula = rule_formula(operation, event.slot, bare_literals(operation, operands))
                formula = filled(formula, [*map(name, operands)], name(node))
                parts.append(f"∂{name(node)}/∂{name(event.operand)} = {formula}")
            else:
                pulled.append(f"d_{name(event.operand)}")
        if pulled:
            parts.append(f"pulls {self._name_of_gradient(node)} back to {', '.join(pulled)}")
        yield f"# {name(node)} = {told(operation, operands, name)}: {', '.join(dict.fromkeys(parts))}"

    def _name_in_prose(self, operand: Operand) -> str:
        if isinstance(operand, Constant) and operand.data.size > 4 and id(operand) in self.small:
            return "[…]"
        return self._name(operand)

    def _name_of_gradient(self, node: Operand) -> str:
        """What the gradient of a value is called here; a literal as it is."""
        gradient = self.totals.get(id(node), 1.0)
        number = number_in(gradient)
        if number is not None:
            return self.library.literal(number)
        return self._name(gradient) if not isinstance(gradient, Constant) else f"d_{self._name(node)}"

    def _named_gradient(self, gradient: Operand, operand: Operand) -> str:
        """What a gradient is called where it is returned: `d_w1`, unless something else is."""
        wanted = f"d_{self._name(operand)}"
        return (
            wanted if isinstance(gradient, Instruction) and self._name(gradient) == wanted else self.names.fresh(wanted)
        )

    def _name(self, operand: Operand) -> str:
        if isinstance(operand, float | int):
            return self.library.literal(operand)
        if id(operand) in self.inlined:
            return self.library.expression(operand, self._name)
        name = None if id(operand) in self.small else self.names.get(operand)
        if name is not None:
            return name
        if isinstance(operand, Instruction):  # what simplification took away is only told of
            return self.library.expression(operand, self._name)
        return self.library.array(operand.data)


def _operation_of(event: Event) -> tuple[Any, ...]:
    """What the events of one recorded operation have in common."""
    return id(event.node), event.operation, event.operands


# Of Python's floats these raise where they overflow or have a pole, or are complex.
_RAISING = frozenset({"divide", "power", "square"})
# What is written with Python's signs: of Python's floats it is one, and of NumPy's NumPy's.
_IN_PYTHON = frozenset({"add", "subtract", "multiply", "negative", "positive"}) | _RAISING


def _reaching_python(program: Program) -> set[int]:
    """The inputs, by their ids, that come as Python's floats to an operation that raises on these."""
    leading: dict[int, set[int]] = {id(one): {id(one)} for one in program.inputs if one.is_number}
    found: set[int] = set()
    for instruction in program.instructions:
        operands = instruction.operands
        if instruction.operation.name not in _IN_PYTHON or not instruction.is_number:
            continue
        if not all(isinstance(operand, float | int) or id(operand) in leading for operand in operands):
            continue  # one of NumPy's is among them, and so is what comes of it
        inputs = leading[id(instruction)] = set().union(*[leading.get(id(operand), set()) for operand in operands])
        if instruction.operation.name in _RAISING:
            found |= inputs
    return found


def _transposes_in_products(program: Program) -> set[int]:
    """Transposes that only matrix products read: they are written inside, `a.T @ b`."""
    found = {id(s) for s in program.instructions if s.operation.name == "transpose" and s.parameters["axes"] == (1, 0)}
    for instruction in program.instructions:
        if instruction.operation.name != "matmul":
            found -= {id(operand) for operand in instruction.operands}
    return found - {id(output) for output in program.outputs}


def _shape_text(operand: Input | Constant) -> str:
    return shape_note(operand.shape, operand.dtype) or "()"
