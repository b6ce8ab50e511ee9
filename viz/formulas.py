"""What an operation computes and what its local gradient is, as text.

Nothing is written down twice: a formula is the table's own rule, run on nodes that stand for the operands
and printed from the graph it recorded.
"""

from __future__ import annotations

import contextvars
import functools
from collections.abc import Mapping, Sequence
from typing import Any

from autograd import Node, Operation, Value

from .numbers import MINUS, format_number

# How tightly the infix operations bind; a function call or a name binds tighter than any of them.
_BINDING = {
    "greater": 1, "greater_equal": 1, "less": 1, "less_equal": 1, "equal": 1, "not_equal": 1,
    "add": 2, "subtract": 2, "multiply": 3, "divide": 3, "remainder": 3, "floor_divide": 3, "matmul": 3,
    "negative": 4, "power": 5, "square": 5,
}  # fmt: skip
_ATOM = 9


def expression(operation: Operation, operands: Sequence[str], parameters: Mapping[str, Any]) -> str:
    """What the operation computes, in the names of its operands, or in their numbers as text.

    >>> from autograd import operations
    >>> expression(operations()["multiply"], ["w1", "x1"], {})
    'w1 × x1'
    >>> expression(operations()["square"], ["−2"], {})
    '(−2)²'
    """
    tightness = [_BINDING["negative"] if name.startswith(MINUS) else _ATOM for name in operands]
    return _written(operation, list(zip(operands, tightness, strict=True)), parameters)[0]


def local_gradient_formula(operation: Operation, slot: int, operands: Sequence[Any], out: str) -> str:
    """∂out/∂operand of an elementwise operation; "" for one that has a pullback instead.

    Args:
        operands: the names of nodes, and bare numbers as they are.
        out: the name of the result.

    >>> from autograd import operations
    >>> local_gradient_formula(operations()["tanh"], 0, ["z"], "a")
    '1 − a × a'
    """
    if not operation.local_gradients:
        return ""
    return _formula(operation, slot, tuple(operands), out)


@functools.lru_cache(maxsize=10_000)
def _formula(operation: Operation, slot: int, operands: tuple[Any, ...], out: str) -> str:
    # In a context of its own: under `no_grad` the stand-ins would not be recorded.
    return contextvars.Context().run(_formula_of_stand_ins, operation, slot, operands, out)


def _formula_of_stand_ins(operation: Operation, slot: int, operands: tuple[Any, ...], out: str) -> str:
    # The number is arbitrary: rules never look at data, they record what they ask of it.
    stand_ins = [Value(0.5, label=operand) if isinstance(operand, str) else operand for operand in operands]
    rule = operation.rule(slot)
    assert rule is not None, f"{operation.name} passes nothing on to operand {slot}"
    return _printed(rule(Value(0.5, label=out), *stand_ins))[0]


def _printed(node: Any) -> tuple[str, int]:
    """A small recorded graph as text, and how tightly its outermost operation binds."""
    if not isinstance(node, Node):
        return format_number(float(node)), _ATOM
    if node.op is None:
        return node.label or format_number(float(node.data)), _ATOM
    return _written(node.op, [_printed(operand) for operand in node._operands], node._parameters)


def _written(
    operation: Operation, operands: Sequence[tuple[str, int]], parameters: Mapping[str, Any]
) -> tuple[str, int]:
    binding = _BINDING.get(operation.name, _ATOM)

    def grouped(position: int, at_least: int) -> str:
        text, tightness = operands[position]
        return text if tightness >= at_least else f"({text})"

    if operation.name == "power" and operands[1][0] == "1":
        return operands[0]
    if binding == _ATOM:
        named = [f"{name}={value}" for name, value in parameters.items() if value is not None and value is not False]
        return f"{operation.name}({', '.join([text for text, _ in operands] + named)})", _ATOM
    if operation.name == "negative":
        return f"−{grouped(0, binding)}", binding
    if operation.name == "square":
        return f"{grouped(0, binding + 1)}²", binding
    left = grouped(0, binding + (operation.name == "power"))
    right = grouped(1, binding + (operation.name in ("subtract", "divide", "remainder", "floor_divide")))
    return f"{left} {operation.symbol} {right}", binding
