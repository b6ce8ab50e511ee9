"""Small recorded graphs as formulas for people: as text, in LaTeX, in the comments of a printed program."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy

from ..node import Node
from ..operation import Operation
from .signs import ATOM, COMPARISON, DISJUNCTION, NEGATION, POWER, PRODUCT, SIGNS, STATEMENT, Text

MINUS = "−"
Parameters = tuple[tuple[str, str], ...]

_MOST_PRINTED = 200  # nodes; what is used twice is printed twice
_LATEX_FUNCTIONS = {
    "log": r"\log", "sin": r"\sin", "cos": r"\cos", "tan": r"\tan", "sinh": r"\sinh", "cosh": r"\cosh",
    "tanh": r"\tanh", "arcsin": r"\arcsin", "arccos": r"\arccos", "arctan": r"\arctan", "sigmoid": r"\sigma",
    "maximum": r"\max", "minimum": r"\min", "max": r"\max", "min": r"\min", "sum": r"\textstyle\sum",
}  # fmt: skip
_LATEX_AROUND = {
    "sqrt": r"\sqrt{%s}", "absolute": r"\left|%s\right|", "exp": "e^{%s}", "exp2": "2^{%s}",
    "floor": r"\lfloor %s\rfloor", "ceil": r"\lceil %s\rceil",
    "broadcast_to": r"\mathrm{broadcast}(%s)",
}  # fmt: skip


@dataclass(frozen=True)
class FormulaStyle:
    """How formulas are written.

    Attributes:
        number: how a number is written.
    """

    notation: Literal["text", "latex", "comment"]
    number: Callable[[float], str]

    @property
    def is_latex(self) -> bool:
        return self.notation == "latex"

    def sign(self, operation: Operation) -> str:
        sign = SIGNS[operation.name]
        return sign.latex if self.is_latex else sign.comment if self.notation == "comment" else operation.symbol

    def bracketed(self, text: Text, least: int) -> str:
        """A comparison in square brackets is 1 where it holds and 0 where it does not (Iverson's brackets)."""
        if text[1] >= least:
            return text[0]
        left, right = "[]" if DISJUNCTION <= text[1] <= COMPARISON else "()"
        return rf"\left{left}{text[0]}\right{right}" if self.is_latex else f"{left}{text[0]}{right}"


class TooLongError(Exception):
    """A formula that is too long to be read."""


def formula(
    result: Any, style: FormulaStyle, *, one_case: bool = False, names: Mapping[Node, str] | None = None
) -> str:
    """What a rule gave, as a formula in the labels of the nodes it was run on.

    Args:
        names: what has been computed before and is written by its name.
        one_case: of several cases (`where`) print the one that the nodes' own numbers are in.

    Raises:
        TooLongError: it is too long to be read.
    """
    text = _Printing(style, one_case, names or {}).text(result)
    is_gate = isinstance(result, Node) and result.op is not None and result.op.is_boolean
    return style.bracketed(text, ATOM) if is_gate else text[0]


class _Printing:
    def __init__(self, style: FormulaStyle, one_case: bool, names: Mapping[Node, str]) -> None:
        self._style, self._one_case, self._names = style, one_case, names
        self._printed = 0

    def text(self, node: Any) -> Text:
        self._printed += 1
        if self._printed > _MOST_PRINTED:
            raise TooLongError
        if isinstance(node, Node) and node in self._names:
            return self._names[node], ATOM
        if not isinstance(node, Node) or node.op is None:
            label = getattr(node, "label", None)
            return (label, ATOM) if label else _number(getattr(node, "data", node), self._style)
        if self._one_case and node.op.name == "where":
            condition, chosen, otherwise = node.operands
            return self.text(chosen if bool(getattr(condition, "data", condition)) else otherwise)
        return operation_text(node.op, [self.text(one) for one in node.operands], said(node.keywords), self._style)


def _number(number: Any, style: FormulaStyle) -> Text:
    array = numpy.asarray(number)
    if array.ndim:
        return ("1" if (array == 1).all() else "array"), ATOM
    written = style.number(float(array))
    return written, NEGATION if written.startswith((MINUS, "-")) else ATOM


def operation_text(operation: Operation, operands: Sequence[Text], parameters: Parameters, style: FormulaStyle) -> Text:
    """An operation on operands that are written already."""
    name, (first, *others) = operation.name, operands
    if name == "power" and others[0][0] == "1":
        return first
    if name in ("positive", "reshape") or (name, parameters) == ("transpose", (("axes", "(0,)"),)):
        return first  # the same numbers in the same order
    if name == "transpose":
        return f"{style.bracketed(first, ATOM)}{'^{T}' if style.is_latex else 'ᵀ'}", ATOM
    if name in ("getitem", "scatter_add"):
        index = dict(parameters)["index"]
        taken = f"{style.bracketed(first, ATOM)}[{index}]" if name == "getitem" else f"0[{index}] += {first[0]}"
        return (rf"\mathtt{{{taken}}}" if style.is_latex else taken), ATOM if name == "getitem" else STATEMENT
    if name == "negative":
        return f"{'-' if style.is_latex else MINUS}{style.bracketed(first, NEGATION)}", NEGATION
    if name == "square":
        return f"{style.bracketed(first, POWER + 1)}{'^{2}' if style.is_latex else '²'}", POWER
    if name in ("norm", "squared_norm") and style.notation != "comment" and not set(dict(parameters)) - {"scale"}:
        return _norm(first, name == "squared_norm", float(dict(parameters).get("scale", "1")), style)
    if style.is_latex:
        if name == "divide":
            return rf"\frac{{{first[0]}}}{{{others[0][0]}}}", ATOM
        if name == "power":
            return f"{style.bracketed(first, ATOM)}^{{{others[0][0]}}}", POWER
        if name in _LATEX_AROUND and not others:
            return _LATEX_AROUND[name] % first[0], POWER if name.startswith("exp") else ATOM
    if name in SIGNS:
        left, right = SIGNS[name].least(rounds=False)
        return (
            f"{style.bracketed(first, left)} {style.sign(operation)} {style.bracketed(others[0], right)}",
            SIGNS[name].strength,
        )
    inside = [text for text, _ in operands]
    if name == "broadcast_to":
        return f"broadcast({inside[0]})", ATOM
    if not style.is_latex:
        return f"{name}({', '.join(inside + [f'{key}={value}' for key, value in parameters])})", ATOM
    function = _LATEX_FUNCTIONS.get(name, rf"\mathrm{{{name.replace('_', chr(92) + '_')}}}")
    how = ",\\,".join(rf"\mathrm{{{key}}}={value}" for key, value in parameters)
    return rf"{function}{f'_{{{how}}}' if how else ''}\left({', '.join(inside)}\right)", ATOM


# Factors that are one sign, and the largest whole number that a factor is one part of.
_FRACTIONS = {2.0: "½", 3.0: "⅓", 4.0: "¼", 5.0: "⅕", 6.0: "⅙", 8.0: "⅛"}
_MOST_PARTS = 1024


def _norm(operand: Text, is_squared: bool, scale: float, style: FormulaStyle) -> Text:
    """‖x‖, or its square, with the factor before it."""
    left, right, square = (r"\lVert ", r"\rVert", "^{2}") if style.is_latex else ("‖", "‖", "²")
    written = f"{left}{operand[0]}{right}{square if is_squared else ''}"
    if scale == 1:
        return written, POWER if is_squared else ATOM
    parts = round(1 / scale) if 1 / _MOST_PARTS <= scale < 1 else 0
    if parts and 1 / parts == scale:
        if style.is_latex:
            return rf"\frac{{1}}{{{parts}}} {written}", PRODUCT
        sign = _FRACTIONS.get(parts)
        return (f"{sign}{written}" if sign else f"{written} ÷ {parts}"), PRODUCT
    times = r"\cdot" if style.is_latex else "×"
    return f"{style.number(scale)} {times} {written}", PRODUCT


def said(parameters: Mapping[str, Any]) -> Parameters:
    """The parameters that are worth saying, as text."""
    return tuple(
        (name, ", ".join(map(_index_part, value)) if name == "index" else f"{value}")
        for name, value in parameters.items()
        if value is not None and value is not False and name != "starts"
    )


def _index_part(part: Any) -> str:
    """A part of an index as it is typed."""
    if isinstance(part, slice):
        bounds = ["" if bound is None else f"{bound}" for bound in (part.start, part.stop, part.step)]
        return ":".join(bounds if part.step is not None else bounds[:2])
    return "..." if part is Ellipsis else f"{part}"
