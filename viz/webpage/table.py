"""`rows.js`: the table's elementwise rows in JavaScript, each row's forward rule and local gradients.

No derivative is written in JavaScript: each rule is run on nodes by the compiler, and its JavaScript target prints what
was recorded. `python -m viz.webpage` writes the file afresh; a test says where it is out of date.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograd import Node, Operation, compile, operations
from autograd.compiler.pipeline import TARGETS, passed
from autograd.compiler.write.javascript import WITHOUT_FORM, function, helpers
from autograd.notation import rules

FILE = Path(__file__).with_name("rows.js")
_HEAD = """\
// @ts-nocheck  Conditions count as numbers here, as they do in the engine.
// Made by `python -m viz.webpage` from the table of operations: do not edit.
// Of each row: what it computes of its operands, and of each operand slot the local gradient by (out, ...operands);
// a number, a function, or null where no gradient flows. `gates` tells which local gradients let the upstream gradient
// pass (true) or stop it. Functions give their answer in an array.
"""


def alive() -> list[Operation]:
    """The rows that a page computes by itself: elementwise ones whose forward JavaScript has a form for."""
    return [row for name, row in operations().items() if row.scalar is not None and name not in WITHOUT_FORM]


def text() -> str:
    """The module as text."""
    functions: list[str] = []
    entries: list[str] = []
    for row in alive():
        forward = f"{row.name}_forward"
        functions.append(_printed(row, [0.5] * (row.slots or 0), forward))
        local, gates = [], []
        for slot in range(row.slots or 0):
            written, is_gate = _local_gradient(row, slot, functions)
            local.append(written)
            gates.append("true" if is_gate else "false")
        entries.append(
            f"  {row.name}: {{ forward: {forward}, local: [{', '.join(local)}], gates: [{', '.join(gates)}] }},"
        )
    table = "\n".join(["export const rows = {", *entries, "};"])
    return "\n".join([_HEAD.rstrip(), *helpers(*functions), *functions, table]) + "\n"


def _local_gradient(row: Operation, slot: int, functions: list[str]) -> tuple[str, bool]:
    """How the rule of a slot is named or written, and whether it is a gate."""
    rule = row.rule(slot)
    if rule is None:
        return "null", False
    recorded = rules.local_gradient(row, slot, [None] * (row.slots or 0))
    if not isinstance(recorded, Node):  # the same everywhere
        return repr(float(recorded)).removesuffix(".0"), isinstance(recorded, bool)
    name = f"{row.name}_local_{slot}"
    functions.append(_printed(rule, [0.5] * (1 + (row.slots or 0)), name))
    return name, recorded.op is not None and recorded.op.is_boolean


def _printed(rule: Callable[..., Any], numbers: list[float], name: str) -> str:
    compiled = compile(rule)
    compiled(*numbers)
    (made,) = compiled.programs
    return function(passed(made.program, TARGETS["javascript"].passes), name)
