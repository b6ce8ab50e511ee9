"""Names for people: of what a program is given, of every instruction, of every gradient."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata

from ..program import Constant, Instruction, Operand, Program

_RESERVED = {*keyword.kwlist, *dir(builtins), "numpy", "math"}


class Names:
    """The name of every operand of a program: labels where there are some; v1, v2, … for other values; for a
    gradient `d_` and what it is the gradient of; for a local gradient `da_dz`; t1, t2, … in between."""

    def __init__(self, program: Program, reserved: set[str], inlined: set[int]) -> None:
        self._taken = set(_RESERVED) | reserved
        self._names: dict[int, str] = {}
        for given in program.inputs:
            self._give(given, given.name)
        constants = {id(o): o for o in program.operands() if isinstance(o, Constant)}
        for number, constant in enumerate(constants.values(), start=1):
            self._give(constant, constant.name or f"constant_{number}")
        for output in program.outputs[: program.n_values]:
            if isinstance(output, Instruction) and output.name is None and program.n_values == 1:
                self._give(output, program.name if program.name != "function" else "value")
        forward = [instruction for instruction in program.instructions if instruction.origin < 0]
        for instruction in forward:
            if instruction.name is not None:
                self._give(instruction, instruction.name)
        self._number(forward, "v")
        last_total = {id(event.operand): event.total for event in program.events}
        for event in program.events:
            if last_total[id(event.operand)] is event.total:
                self._derive(event.total, "d_{}", event.operand)
        for event in program.events:
            self._derive(event.local_gradient, "d{}_d{}", event.node, event.operand)
        for event in program.events:
            self._derive(event.contribution, "d_{}_via_{}", event.operand, event.node)
        self._number(
            [
                instruction
                for instruction in program.instructions
                if instruction.origin >= 0 and id(instruction) not in inlined
            ],
            "t",
        )

    def __getitem__(self, operand: Operand) -> str:
        return self._names[id(operand)]

    def get(self, operand: Operand) -> str | None:
        return self._names.get(id(operand))

    def fresh(self, wanted: str) -> str:
        """An identifier like `wanted` that nothing else has."""
        name = identifier(wanted)
        if name in self._taken:
            number = 2
            while f"{name}_{number}" in self._taken:
                number += 1
            name = f"{name}_{number}"
        self._taken.add(name)
        return name

    def _derive(self, operand: Operand, form: str, *others: Operand) -> None:
        """A name after the names of others, unless simplification took them away."""
        names = [self._names.get(id(other)) for other in others]
        if isinstance(operand, Instruction) and None not in names:
            self._give(operand, form.format(*names))

    def _give(self, operand: Operand, wanted: str) -> None:
        if id(operand) not in self._names:
            self._names[id(operand)] = self.fresh(wanted)

    def _number(self, instructions: list[Instruction], letter: str) -> None:
        number = 0
        for instruction in instructions:
            if id(instruction) in self._names:
                continue
            number += 1
            while f"{letter}{number}" in self._taken:
                number += 1
            self._names[id(instruction)] = f"{letter}{number}"
            self._taken.add(f"{letter}{number}")


def identifier(text: str) -> str:
    """A name of Python's out of any text: `p['w'][0]` is `p_w_0`.

    >>> identifier("p['w'][0]"), identifier("ω₁"), identifier("lambda")
    ('p_w_0', 'ω1', 'lambda_')
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"\W+", "_", plain).strip("_") or "value"
    if not plain.isidentifier():
        plain = f"v_{plain}"
    return f"{plain}_" if plain in _RESERVED else plain
