"""One step as the text of a Python expression, and a row's rule as the text of a formula."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy

from ...modes import Adjusted
from ...node import Node
from ...operation import Operation
from ...value import Value
from ..program import Operand, Shape, Step
from ..rewrite.expansion import expansion_of

# How strongly an expression holds together: an operand that holds less is put in brackets.
ATOM, POWER, NEGATION, PRODUCT, SUM, COMPARISON = 9, 6, 5, 4, 3, 2
Text = tuple[str, int]

_INFIX = {
    "add": ("+", SUM, SUM, SUM + 1),
    "subtract": ("-", SUM, SUM, SUM + 1),
    "multiply": ("*", PRODUCT, PRODUCT, PRODUCT + 1),
    "divide": ("/", PRODUCT, PRODUCT, PRODUCT + 1),
    "matmul": ("@", PRODUCT, PRODUCT, PRODUCT + 1),
    "power": ("**", POWER, POWER + 1, POWER),
    **{
        name: (sign, COMPARISON, COMPARISON + 1, COMPARISON + 1)
        for name, sign in {
            "greater": ">", "greater_equal": ">=", "less": "<", "less_equal": "<=", "equal": "==", "not_equal": "!=",
        }.items()
    },
}  # fmt: skip
_SIGNS = {"-": "−", "*": "·", "/": "/", "**": "^", ">=": "≥", "<=": "≤", "==": "=", "!=": "≠"}

# What the `written` text of a row calls beside NumPy.
HELPERS = {
    "erf": """def erf(a):
    a = numpy.asarray(a)
    return numpy.vectorize(math.erf, otypes=[a.dtype])(a)""",
    "scattered": """def scattered(values, shape, index):
    result = numpy.zeros(shape, numpy.asarray(values).dtype)
    numpy.add.at(result, index, values)
    return result""",
}


class UnwrittenOperationError(NotImplementedError):
    """A row that no printer can write: it is no ufunc of NumPy's, and has neither expansion nor written text."""


def literal(number: float | int | bool) -> str:
    """One of Python's numbers, as it is written."""
    if isinstance(number, float) and not math.isfinite(number):
        return "numpy.nan" if number != number else "numpy.inf" if number > 0 else "-numpy.inf"
    return repr(number)


def array_text(data: Any) -> str:
    """A constant array as it is written."""
    kind = "" if data.dtype == numpy.float64 else f", numpy.{'bool_' if data.dtype.kind == 'b' else data.dtype.name}"
    if data.size == 0 or (data.size > 1 and not any(data.strides)):
        return f"numpy.full({data.shape}, {literal(data.flat[0].item()) if data.size else '0.0'}{kind})"
    return f"numpy.array({_nested(data.tolist())}{kind})"


def _nested(part: Any) -> str:
    return f"[{', '.join(map(_nested, part))}]" if isinstance(part, list) else literal(part)


def expression(step: Step, name_of: Callable[[Operand], str]) -> str:
    """A step as a person writes it with NumPy."""
    return _text(step, lambda operand: _of_literal(operand) or (name_of(operand), ATOM))[0]


def told(operation: Operation, operands: Sequence[Operand], name_of: Callable[[Operand], str]) -> str:
    """An operation as it is told in prose: by the row's name where it is no operator."""
    names = [name_of(operand) for operand in operands]
    if operation.name in _INFIX:
        return f" {_INFIX[operation.name][0]} ".join(names)
    return f"-{names[0]}" if operation.name == "negative" else f"{operation.name}({', '.join(names)})"


def _of_literal(operand: Operand) -> Text | None:
    if not isinstance(operand, float | int):
        return None
    text = literal(operand)
    return text, NEGATION if text.startswith("-") else ATOM


def _text(step: Step, text_of: Callable[[Operand], Text]) -> Text:
    operation = step.operation
    name = operation.name
    if name in _INFIX:
        sign, strength, least_first, least_second = _INFIX[name]
        first, second = (text_of(operand) for operand in step.operands)
        return f"{_bracketed(first, least_first)} {sign} {_bracketed(second, least_second)}", strength
    if name == "negative":
        return f"-{_bracketed(text_of(step.operands[0]), NEGATION)}", NEGATION
    if name == "square":
        return f"{_bracketed(text_of(step.operands[0]), POWER + 1)} ** 2", POWER
    if isinstance(operation.forward, numpy.ufunc):
        return f"numpy.{operation.forward.__name__}({', '.join(text_of(one)[0] for one in step.operands)})", ATOM
    if operation.written is not None:
        operands = [_bracketed(text_of(operand), ATOM) for operand in step.operands]
        text = operation.written("numpy", *operands, **step.parameters)
        return text, PRODUCT if " * " in text else ATOM
    found = expansion_of(step) if operation.expansion is not None else None
    if found is None:
        raise UnwrittenOperationError(
            f"compile: the row {name} is no ufunc of NumPy's and has neither an expansion nor a written text"
        )
    inner = {id(part) for part in found[0]}
    return _nested_text(found[1], inner, text_of)


def _nested_text(operand: Operand, inner: set[int], text_of: Callable[[Operand], Text]) -> Text:
    if id(operand) not in inner:
        return text_of(operand)
    return _text(operand, lambda one: _nested_text(one, inner, text_of))


def _bracketed(text: Text, least: int) -> str:
    return text[0] if text[1] >= least else f"({text[0]})"


def shape_note(shape: Shape, dtype: Any) -> str:
    """A shape as a comment tells it."""
    kind = "" if dtype == numpy.float64 else f" {dtype.name}"
    return f"{shape}{kind}" if shape or kind else ""


@functools.cache
def rule_formula(operation: Operation, slot: int, literals: tuple[Any, ...]) -> str:
    """The local gradient of an elementwise row as a formula with places for names: {out}, {0}, {1}.

    Nothing is written twice: the row's rule is run on nodes that stand for the operands.

    >>> from autograd import operations
    >>> rule_formula(operations()["sigmoid"], 0, (None,))
    '{out} · (1 − {out})'
    """
    rule = operation.rule(slot)
    assert rule is not None
    nodes = [Value(0.5, label=f"{{{i}}}") if number is None else number for i, number in enumerate(literals)]
    with Adjusted(tracing=True, recording=True):
        found = rule(Value(0.5, label="{out}"), *nodes)
    return _formula(found)[0]


def _formula(node: Any) -> Text:
    if not isinstance(node, Node):
        whole = isinstance(node, bool) or (isinstance(node, float) and node.is_integer())
        return (str(int(node) if whole else node).replace("-", "−").replace("inf", "∞"), ATOM)
    if node.label:
        return node.label, ATOM
    if node.op is None:
        return _formula(node.item())
    name = node.op.name
    operands = [_formula(operand) for operand in node.operands]
    if name == "power" and operands[1][0] == "1":
        return operands[0]
    if name in _INFIX:
        sign, strength, least_first, least_second = _INFIX[name]
        first, second = operands
        sign = _SIGNS.get(sign, sign)
        return f"{_bracketed(first, least_first)} {sign} {_bracketed(second, least_second)}", strength
    if name == "negative":
        return f"−{_bracketed(operands[0], NEGATION)}", NEGATION
    if name == "square":
        return f"{_bracketed(operands[0], POWER + 1)}²", POWER
    return f"{name}({', '.join(text for text, _ in operands)})", ATOM
