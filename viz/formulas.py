"""What an operation computes and what it passes back, as text and as LaTeX: `autograd.notation` in the views' hand."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from autograd import Node, Operation
from autograd.notation import printer, rules
from autograd.notation.printer import FormulaStyle, Parameters, said
from autograd.notation.rules import IndexArray as IndexArray
from autograd.notation.rules import Shape as Shape
from autograd.notation.signs import ATOM

from .numbers import MINUS, format_number

Notation = Literal["text", "latex"]


@dataclass(frozen=True)
class Formula:
    """A formula with marks where names go, in both notations."""

    text: str
    latex: str

    def filled(self, operands: Sequence[str], out: str = "", upstream: str = "", notation: Notation = "text") -> str:
        """The formula with these names, or numbers, in it."""
        return rules.filled(self.latex if notation == "latex" else self.text, operands, out, upstream)


def computed(operation: Operation, operands: int, parameters: Mapping[str, Any]) -> Formula:
    """What an operation computes from so many operands.

    >>> from autograd import operations
    >>> computed(operations()["multiply"], 2, {}).filled(["w1", "−1"])
    'w1 × (−1)'
    """
    return _computed(operation, operands, said(parameters))


def local_gradient(
    operation: Operation, slot: int, operands: Sequence[Any], numbers: Sequence[float] | None = None
) -> Formula | None:
    """∂out/∂operand of an elementwise operation; None for one that has a pullback instead.

    Args:
        operands: bare numbers as they are, because a rule may look at them; anything else is a name's place.
        numbers: what the operands are, if single numbers. Where a rule has a case of its own for a kink, it is
            printed as it is for them; without them, as it is away from kinks.

    A comparison in brackets is 1 where it holds and 0 where it does not (Iverson's brackets).

    >>> from autograd import operations
    >>> local_gradient(operations()["tanh"], 0, [None]).filled(["z"], out="a")
    '1 − a × a'
    >>> local_gradient(operations()["relu"], 0, [None]).filled(["z"], out="a")
    '[z > 0]'
    """
    if not operation.local_gradients:
        return None
    if operation.is_opaque:
        return _named(operation, slot, "", "")
    literals = rules.bare_literals(operation, operands)
    formula, has_cases = _ruled(operation, slot, literals, None)
    return _ruled(operation, slot, literals, tuple(numbers))[0] if has_cases and numbers is not None else formula


def pullback(operation: Operation, slot: int, shapes: Sequence[Shape], parameters: Mapping[str, Any]) -> Formula:
    """What a structural operation passes back to an operand: `G @ Wᵀ`, in terms of the upstream gradient.

    Args:
        shapes: each operand's.
    """
    if len(shapes) > _MOST_OPERANDS:
        return _TOO_LONG
    if operation.is_opaque:
        return _named(operation, slot, rules.upstream_mark + " · ", rules.upstream_mark + r" \cdot ")
    if operation.name in _OF_ANY_SIZE:  # the same formula, without the work of a large product
        shapes = [shape if isinstance(shape, IndexArray) else tuple(min(size, 2) for size in shape) for shape in shapes]
    key = (operation, slot, tuple(shapes), said(parameters))
    found = _cache.get(key)
    if found is None:
        if len(_cache) >= _CACHED:
            _cache.clear()
        found = _cache[key] = _printed(rules.pullback(operation, slot, shapes, parameters))
    return found


def sign(operation: Operation, parameters: Mapping[str, Any]) -> str:
    """What stands for an operation alone: its symbol, with the factor before it that it has.

    >>> from autograd import operations
    >>> sign(operations()["squared_norm"], {"scale": 0.125}), sign(operations()["add"], {})
    ('⅛‖·‖²', '+')
    """
    symbol = operation.symbol
    if "·" not in symbol or not parameters:
        return symbol
    written = computed(operation, 1, parameters).filled(["·"])
    return written if symbol in written else symbol


def recorded(result: Node) -> Formula:
    """A small recorded graph, whose leaves are called by marks (`rules.mark`)."""
    return _printed(result)


def assignments(given: Mapping[str, Node], made: Mapping[str, Node]) -> list[tuple[str, Formula]]:
    """What is made of what is given, one after another: name and formula. The places of names are numbered: those of
    what is given, then of what is made.
    """
    marks = [rules.mark(position) for position in range(len(given) + len(made))]
    for node, mark in zip(given.values(), marks, strict=False):
        node.label = mark
    names: dict[Node, str] = {}
    found = []
    for mark, (name, node) in zip(marks[len(given) :], made.items(), strict=True):
        try:
            written = Formula(*(printer.formula(node, style, names=names) for style in (_TEXT, _LATEX)))
        except printer.TooLongError:
            written = _TOO_LONG
        found.append((name, written))
        if node.op is not None:
            names[node] = mark
    return found


@functools.lru_cache(maxsize=10_000)
def latex_name(name: str) -> str:
    """A label as LaTeX: `w1` as w with an index, words upright.

    >>> latex_name("w1"), latex_name("z"), latex_name("rate"), latex_name("−0.5"), latex_name("1.2e−7")
    ('w_{1}', 'z', '\\\\mathrm{rate}', '-0.5', '1.2 \\\\times 10^{-7}')
    >>> latex_name("w¹₂₁"), latex_name("x₁")
    ('w^{1}_{21}', 'x_{1}')
    """
    plain = name.replace(MINUS, "-").replace("∞", r"\infty ").replace("NaN", r"\mathrm{NaN}")
    if number := re.fullmatch(r"(-?[\d.]+)(?:e(-?\d+))?", plain):
        return number[1] + (rf" \times 10^{{{number[2]}}}" if number[2] else "")
    if indexed := re.fullmatch(r"(\w)_?(\d+)", name):
        return f"{_letter(indexed[1])}_{{{indexed[2]}}}"
    if indexed := re.fullmatch("([^\\W\\d])([⁰¹²³⁴-⁹]*)([₀-₉,]+)", name):
        raised, lowered = (unicodedata.normalize("NFKC", part) for part in indexed.groups()[1:])
        return f"{_letter(indexed[1])}{f'^{{{raised}}}' if raised else ''}_{{{lowered}}}"
    if len(name) == 1:
        return _letter(plain) if len(plain) == 1 else plain
    if "\\" in plain:
        return plain
    escaped = re.sub(r"([#$%&_{}])", r"\\\1", name.replace(MINUS, "-").replace("\\", r"\backslash "))
    return rf"\mathrm{{{escaped}}}"


def _letter(letter: str) -> str:
    """A Greek letter by its command."""
    named = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (\w+)", unicodedata.name(letter, ""))
    if named is None:
        return letter
    command = named[2].lower().replace("lamda", "lambda").replace("final", "")
    return f"\\{command if named[1] == 'SMALL' else command.capitalize()}"


# --- helpers --------------------------------------------------------------------------------------------

_TEXT = FormulaStyle("text", format_number)
_LATEX = FormulaStyle("latex", lambda number: latex_name(format_number(number)))
_LONGEST, _MOST_OPERANDS = 160, 64
_OF_ANY_SIZE = frozenset({"matmul", "affine"})
_TOO_LONG = Formula("(too long to print)", r"\text{(too long to print)}")
_CACHED = 10_000
_cache: dict[Hashable, Formula] = {}  # the parameters themselves cannot be a key


@functools.lru_cache(maxsize=_CACHED)
def _computed(operation: Operation, count: int, parameters: Parameters) -> Formula:
    if count > _MOST_OPERANDS:
        return _TOO_LONG
    operands = [(rules.mark(position), ATOM) for position in range(count)]
    return Formula(*(printer.operation_text(operation, operands, parameters, style)[0] for style in (_TEXT, _LATEX)))


@functools.lru_cache(maxsize=_CACHED)
def _ruled(
    operation: Operation, slot: int, literals: tuple[Any, ...], numbers: tuple[float, ...] | None
) -> tuple[Formula, bool]:
    """The formula of a rule, and whether it has several cases, of which it shows one."""
    result = rules.local_gradient(operation, slot, literals, numbers)
    return _printed(result, one_case=True), rules.has_cases(result)


def _named(operation: Operation, slot: int, before: str, before_latex: str) -> Formula:
    """The derivative of somebody's own operation by its name: its rule is run on nothing but what it was given."""
    operand = rules.mark(slot)
    name = latex_name(operation.symbol)
    return Formula(
        f"{before}∂{operation.symbol}/∂{operand}",
        rf"{before_latex}\frac{{\partial {name}}}{{\partial {operand}}}",
    )


def _printed(result: Any, one_case: bool = False) -> Formula:
    try:
        text, latex = (printer.formula(result, style, one_case=one_case) for style in (_TEXT, _LATEX))
    except printer.TooLongError:
        return _TOO_LONG
    return Formula(text, latex) if len(text) <= _LONGEST else _TOO_LONG
