"""A program as people read it: NumPy, one operation a line, forward then backward, each step's rule in prose."""

from __future__ import annotations

from collections.abc import Iterable

from ...notation.rules import bare_literals, filled
from ..program import Constant, Event, Input, Operand, Program, Step, number_in
from .naming import Names
from .numpy_expression import NUMPY, ArrayLibrary, rule_formula, shape_note, told

_LARGEST_WRITTEN = 200  # elements of a constant that is written out; a larger one becomes an argument


def numpy_text(program: Program, library: ArrayLibrary = NUMPY) -> str:
    """The text of a function of the program's inputs that needs this library alone."""
    return _Printer(program, library).text()


class _Printer:
    def __init__(self, program: Program, library: ArrayLibrary) -> None:
        self.program, self.library = program, library
        self.inlined = _transposes_in_products(program)
        self.names = Names(program, {library.name.partition(".")[0], *library.helpers}, self.inlined)
        self._gradients_named: list[str] = []
        self.totals = {id(event.operand): event.total for event in program.events}

    def text(self) -> str:
        program = self.program
        constants = _constants(program)
        large = [constant for constant in constants if constant.data.size > _LARGEST_WRITTEN]
        self.small = {id(constant) for constant in constants} - {id(constant) for constant in large}
        returned = [*[self._name(output) for output in self._values()], *self._gradient_names()]
        body = [*self._lines(), f"return {', '.join(returned)}"]
        arguments = ", ".join([self.names[one] for one in (*program.inputs, *large)])
        what = f"{program.name}_and_gradients" if self._gradients() else program.name
        helpers = [text for name, text in self.library.helpers.items() if any(f"{name}(" in line for line in body)]
        head = ["import math", ""] if any("math." in helper for helper in helpers) else []
        head += [f"import {self.library.name}", "", ""]
        for helper in helpers:
            head += [helper, "", ""]
        note = self._note(large)
        indented = [f"    {line}" if line else "" for line in [*note, *body]]
        return "\n".join([*head, f"def {self.names.fresh(what)}({arguments}):", *indented]) + "\n"

    def _note(self, large: list[Constant]) -> list[str]:
        given = [f"{self.names[one]} {_shape_text(one)}" for one in self.program.inputs if not one.is_number]
        given += [f"{self.names[one]} {_shape_text(one)}, a constant" for one in large]
        what = f"{self.program.name}, and its gradients: the program that was recorded."
        what = what if self._gradients() else f"{self.program.name}: the program that was recorded."
        return [f'"""{what}"""'] if not given else [f'"""{what}', "", *[f"{one}" for one in given], '"""']

    def _lines(self) -> Iterable[str]:
        forward = [step for step in self.program.steps if step.origin < 0]
        yield "# Forward"
        yield from self._statements(forward)
        if not self._gradients():
            return
        yield ""
        yield "# Backward: what each operation passes on to its operands"
        yield f"# {self._name(self.program.outputs[0])} by itself: 1"
        backward: dict[int, list[Step]] = {}
        for step in self.program.steps:
            if step.origin >= 0:
                backward.setdefault(step.origin, []).append(step)
        before: Event | None = None
        for number, event in enumerate(self.program.events):
            if before is None or not _is_same_node(before, event):
                yield from self._prose(number)
            before = event
            yield from self._statements(backward.get(number, ()))
        yield from self._statements(backward.get(len(self.program.events), ()))
        for output, name in zip(self._gradients(), self._gradient_names(), strict=True):
            if self._name(output) != name:
                yield f"{name} = {self._name(output)}"

    def _statements(self, steps: Iterable[Step]) -> Iterable[str]:
        for step in steps:
            if id(step) in self.inlined:
                continue
            note = shape_note(step.shape, step.dtype)
            line = f"{self.names[step]} = {self.library.expression(step, self._name)}"
            yield f"{line}  # {note}" if note else line

    def _prose(self, number: int) -> Iterable[str]:
        """Which rule an operation passes gradients on by: the one of this event, and of those that follow."""
        first = self.program.events[number]
        if first.node in first.operands:  # an operation that does nothing
            return
        name = self._name_in_prose
        written = f"{name(first.node)} = {told(first.operation, first.operands, name)}"
        parts: list[str] = []
        pulled: list[str] = []
        for later in range(number, len(self.program.events)):
            event = self.program.events[later]
            if not _is_same_node(first, event):
                break
            if event.operation.local_gradients:
                formula = rule_formula(event.operation, event.slot, bare_literals(event.operation, event.operands))
                formula = filled(formula, [name(operand) for operand in event.operands], name(event.node))
                parts.append(f"∂{name(event.node)}/∂{name(event.operand)} = {formula}")
            else:
                pulled.append(f"d_{name(event.operand)}")
        if pulled:
            parts.append(f"pulls {self._name_of_gradient(first.node)} back to {', '.join(pulled)}")
        yield f"# {written}: {', '.join(dict.fromkeys(parts))}"

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

    def _gradients(self) -> list[Operand]:
        return self.program.outputs[self.program.n_values :]

    def _gradient_names(self) -> list[str]:
        """What each gradient is called: `d_w1`, unless something else is."""
        if not self._gradients_named:
            for output, one in zip(self._gradients(), self.program.gradient_of, strict=True):
                wanted = f"d_{self._name(one)}"
                own = self._name(output) if isinstance(output, Step) else ""
                self._gradients_named.append(own if own == wanted else self.names.fresh(wanted))
        return self._gradients_named

    def _values(self) -> list[Operand]:
        return self.program.outputs[: self.program.n_values]

    def _name(self, operand: Operand) -> str:
        if isinstance(operand, float | int):
            return self.library.literal(operand)
        if id(operand) in self.inlined:
            return self.library.expression(operand, self._name)
        name = None if id(operand) in self.small else self.names.get(operand)
        if name is not None:
            return name
        if isinstance(operand, Step):  # what simplification took away is only told of
            return self.library.expression(operand, self._name)
        return self.library.array(operand.data)


def _is_same_node(one: Event, other: Event) -> bool:
    """Whether two events are of one recorded operation."""
    return one.node is other.node and one.operation is other.operation and one.operands == other.operands


def _transposes_in_products(program: Program) -> set[int]:
    """Transposes that only matrix products read: they are written inside, `a.T @ b`."""
    found = {id(s) for s in program.steps if s.operation.name == "transpose" and s.parameters["axes"] == (1, 0)}
    for step in program.steps:
        if step.operation.name != "matmul":
            found -= {id(operand) for operand in step.operands}
    return found - {id(output) for output in program.outputs}


def _constants(program: Program) -> list[Constant]:
    found = {id(operand): operand for operand in program.operands() if isinstance(operand, Constant)}
    return list(found.values())


def _shape_text(operand: Input | Constant) -> str:
    return shape_note(operand.shape, operand.dtype) or "()"
