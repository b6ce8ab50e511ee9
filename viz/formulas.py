"""What an operation computes and what it passes back, as text and as LaTeX.

Nothing is written down twice: a formula is the table's own rule, run on nodes that stand for the operands
and printed from the graph it recorded. It is printed once for each kind of use, with marks for the names,
and the names are put in when somebody looks.
"""

from __future__ import annotations

import contextvars
import functools
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy

from autograd import Node, Operation, Tensor, Value, operations

from .arrays import summed_axes
from .numbers import MINUS, format_number

Notation = Literal["text", "latex"]

# Marks for names, from Unicode's private use area: one for each operand slot, the result, the upstream gradient.
_FIRST_MARK, _OUT, _UPSTREAM = 0xE000, chr(0xF8FE), chr(0xF8FF)
_MARKS = re.compile(f"[{chr(_FIRST_MARK)}-{_UPSTREAM}]")


@dataclass(frozen=True)
class IndexArray:
    """Stands for an operand that says which elements: a mask of this shape, or numbers (None)."""

    mask: tuple[int, ...] | None


# An operand's, as a pullback depends on it.
Shape = tuple[int, ...] | IndexArray


@dataclass(frozen=True)
class Formula:
    """A formula with marks where names go, in both notations."""

    text: str
    latex: str

    def filled(self, operands: Sequence[str], out: str = "", upstream: str = "", notation: Notation = "text") -> str:
        """The formula with these names, or numbers, in it."""

        def name(match: re.Match[str]) -> str:
            mark = match.group()
            found = out if mark == _OUT else upstream if mark == _UPSTREAM else operands[ord(mark) - _FIRST_MARK]
            if _is_alone(formula, match) or not (found.startswith((MINUS, "-")) or r"\times" in found):
                return found
            return f"({found})"

        formula = self.latex if notation == "latex" else self.text
        return _MARKS.sub(name, formula)


def computed(operation: Operation, operands: int, parameters: Mapping[str, Any]) -> Formula:
    """What an operation computes from so many operands.

    >>> from autograd import operations
    >>> computed(operations()["multiply"], 2, {}).filled(["w1", "−1"])
    'w1 × (−1)'
    """
    return _computed(operation, operands, _said(parameters))


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
    looks = operation.name in _LOOKING_AT_LITERALS
    bare = tuple(bare if looks and type(bare) in (int, float) else None for bare in operands)
    formula, has_cases = _ruled(operation, slot, bare, None)
    return _ruled(operation, slot, bare, tuple(numbers))[0] if has_cases and numbers is not None else formula


def pullback(operation: Operation, slot: int, shapes: Sequence[Shape], parameters: Mapping[str, Any]) -> Formula:
    """What a structural operation passes back to an operand: `G @ Wᵀ`, in terms of the upstream gradient.

    Args:
        shapes: each operand's.
    """
    if len(shapes) > _MOST_OPERANDS:
        return _TOO_LONG
    if operation.name in _OF_ANY_SIZE:  # the same formula, without the work of a large product
        shapes = [shape if isinstance(shape, IndexArray) else tuple(min(size, 2) for size in shape) for shape in shapes]
    key = (operation, slot, tuple(shapes), _said(parameters))
    return _cached(key, lambda: _printed_pullback(operation, slot, shapes, parameters))


@functools.lru_cache(maxsize=10_000)
def latex_name(name: str) -> str:
    """A label as LaTeX: `w1` as w with an index, words upright.

    >>> latex_name("w1"), latex_name("z"), latex_name("rate"), latex_name("−0.5"), latex_name("1.2e−7")
    ('w_{1}', 'z', '\\\\mathrm{rate}', '-0.5', '1.2 \\\\times 10^{-7}')
    """
    plain = name.replace(MINUS, "-").replace("∞", r"\infty ").replace("NaN", r"\mathrm{NaN}")
    if number := re.fullmatch(r"(-?[\d.]+)(?:e(-?\d+))?", plain):
        return number[1] + (rf" \times 10^{{{number[2]}}}" if number[2] else "")
    if indexed := re.fullmatch(r"(\w)_?(\d+)", name):
        return f"{indexed[1]}_{{{indexed[2]}}}"
    if len(name) == 1 or "\\" in plain:
        return plain
    escaped = re.sub(r"([#$%&_{}])", r"\\\1", name.replace("\\", r"\backslash "))
    return rf"\mathrm{{{escaped}}}"


# --- printing -------------------------------------------------------------------------------------------

# How tightly the infix operations bind; a function call or a name binds tighter than any of them.
_BINDING = {
    "logical_or": 0, "logical_and": 0,
    "greater": 1, "greater_equal": 1, "less": 1, "less_equal": 1, "equal": 1, "not_equal": 1,
    "add": 2, "subtract": 2, "multiply": 3, "divide": 3, "remainder": 3, "floor_divide": 3, "matmul": 3,
    "negative": 4, "power": 5, "square": 5,
}  # fmt: skip
_ATOM = 9
_LONGEST, _MOST_OPERANDS, _MOST_PRINTED = 160, 64, 200
# Rows whose rules tell a literal of the program from data: x ** 2 has the derivative 2 × x.
_LOOKING_AT_LITERALS = frozenset({"power"})
_OF_ANY_SIZE = frozenset({"matmul", "affine"})
_TOO_LONG = Formula("(too long to print)", r"\text{(too long to print)}")
_LATEX_INFIX = {
    "logical_or": r"\lor", "logical_and": r"\land",
    "greater": ">", "greater_equal": r"\ge", "less": "<", "less_equal": r"\le", "equal": "=", "not_equal": r"\ne",
    "add": "+", "subtract": "-", "multiply": r"\cdot", "remainder": r"\bmod", "matmul": r"\,",
}  # fmt: skip
_LATEX_FUNCTIONS = {
    "log": r"\log", "sin": r"\sin", "cos": r"\cos", "tan": r"\tan", "sinh": r"\sinh", "cosh": r"\cosh",
    "tanh": r"\tanh", "arcsin": r"\arcsin", "arccos": r"\arccos", "arctan": r"\arctan", "sigmoid": r"\sigma",
    "maximum": r"\max", "minimum": r"\min", "max": r"\max", "min": r"\min", "sum": r"\textstyle\sum",
}  # fmt: skip
_LATEX_AROUND = {
    "sqrt": r"\sqrt{%s}", "absolute": r"\left|%s\right|", "exp": "e^{%s}", "exp2": "2^{%s}",
    "floor": r"\lfloor %s\rfloor", "ceil": r"\lceil %s\rceil", "norm": r"\lVert %s\rVert",
}  # fmt: skip
# A text, and how tightly what is outermost in it binds.
_Written = tuple[str, int]


@functools.lru_cache(maxsize=10_000)
def _computed(operation: Operation, count: int, said: tuple[tuple[str, str], ...]) -> Formula:
    if count > _MOST_OPERANDS:
        return _TOO_LONG
    operands = [(chr(_FIRST_MARK + slot), _ATOM) for slot in range(count)]
    return Formula(*(_written(operation, operands, said, notation)[0] for notation in ("text", "latex")))


@functools.lru_cache(maxsize=10_000)
def _ruled(
    operation: Operation, slot: int, bare: tuple[Any, ...], numbers: tuple[float, ...] | None
) -> tuple[Formula, bool]:
    """The formula of a rule, and whether it has several cases, of which it shows one."""
    stand_ins = [
        Value(0.5 if numbers is None else numbers[position], label=chr(_FIRST_MARK + position))
        if number is None
        else number
        for position, number in enumerate(bare)
    ]
    rule = operation.rule(slot)
    assert rule is not None, f"{operation.name} passes nothing on to operand {slot}"
    try:
        return _formula_of_case(lambda: rule(Value(0.5, label=_OUT), *stand_ins))
    except ArithmeticError:  # 1 / b of a bare 0: as a name it prints the same
        named = [Value(0.5, label=format_number(one)) if type(one) in (int, float) else one for one in stand_ins]
        return _formula_of_case(lambda: rule(Value(0.5, label=_OUT), *named))


def _printed_pullback(
    operation: Operation, slot: int, shapes: Sequence[Shape], parameters: Mapping[str, Any]
) -> Formula:
    def passed() -> Any:
        operands = [_stand_in(position, shape) for position, shape in enumerate(shapes)]
        if operation.name == "scatter_add":  # as many values as there are indices
            taken = operations()["getitem"](
                Tensor(numpy.ones(parameters["shape"])), *operands[1:], index=parameters["index"]
            )
            operands[0] = Tensor(taken.data, label=chr(_FIRST_MARK))
        out = operation(*operands, **parameters)
        rule = operation.rule(slot)
        assert rule is not None
        upstream = Tensor(numpy.ones(out.shape), label=_UPSTREAM)
        passed_on = rule(upstream, Tensor(out.data, label=_OUT), *operands, **parameters)
        # An operand that was broadcast gets the sum, which the sweep takes for every rule.
        shape = shapes[slot]
        axes = () if isinstance(shape, IndexArray) else summed_axes(passed_on.shape, shape)
        return passed_on.sum(axis=axes if len(axes) > 1 else axes[0]) if axes else passed_on

    return _formula(passed)


def _stand_in(position: int, shape: Shape) -> Any:
    if not isinstance(shape, IndexArray):
        return Tensor(numpy.ones(shape), label=chr(_FIRST_MARK + position))
    # It takes nothing, so that no index is out of range.
    return numpy.zeros(0, numpy.intp) if shape.mask is None else numpy.zeros(shape.mask, numpy.bool_)


def _formula(run: Callable[[], Any]) -> Formula:
    # In a context of its own: under `no_grad` the stand-ins would not be recorded.
    # The stand-ins' numbers are arbitrary: rules never look at data, they record what they ask of it.
    return _printed(contextvars.Context().run(run), _Printer)


def _formula_of_case(run: Callable[[], Any]) -> tuple[Formula, bool]:
    result = contextvars.Context().run(run)
    formula = _printed(result, _CasePrinter)
    if isinstance(result, Node) and result.op is not None and result.op.is_boolean and formula is not _TOO_LONG:
        formula = Formula(f"[{formula.text}]", rf"\left[{formula.latex}\right]")
    return formula, _has_cases(result)


def _printed(result: Any, printer: type[_Printer]) -> Formula:
    try:
        text, latex = printer("text").printed(result)[0], printer("latex").printed(result)[0]
    except _TooLongError:
        return _TOO_LONG
    return Formula(text, latex) if len(text) <= _LONGEST else _TOO_LONG


def _has_cases(node: Any) -> bool:
    if not isinstance(node, Node) or node.op is None:
        return False
    return node.op.name == "where" or any(map(_has_cases, node.operands))


class _TooLongError(Exception):
    """Nobody would read it."""


class _Printer:
    """Prints a small recorded graph; what is used twice stands there twice, so it counts what it prints."""

    def __init__(self, notation: Notation) -> None:
        self._notation: Notation = notation
        self._printed = 0

    def printed(self, node: Any) -> _Written:
        """A node's formula, and how tightly its outermost operation binds."""
        self._printed += 1
        if self._printed > _MOST_PRINTED:
            raise _TooLongError
        if not isinstance(node, Node):
            return _number(node, self._notation)
        if node.op is None:
            return (node.label, _ATOM) if node.label else _number(node.data, self._notation)
        operands = [self.printed(operand) for operand in node.operands]
        return _written(node.op, operands, _said(node.keywords), self._notation)


class _CasePrinter(_Printer):
    """Prints of a rule's cases the one that its numbers are in."""

    def printed(self, node: Any) -> _Written:
        if isinstance(node, Node) and node.op is not None and node.op.name == "where":
            condition, chosen, otherwise = node.operands
            return super().printed(chosen if bool(getattr(condition, "data", condition)) else otherwise)
        return super().printed(node)


def _number(number: Any, notation: Notation) -> _Written:
    array = numpy.asarray(number)
    if array.ndim:
        return ("1" if (array == 1).all() else "array"), _ATOM
    written = format_number(float(array))
    tightness = _BINDING["negative"] if written.startswith(MINUS) else _ATOM
    return (latex_name(written) if notation == "latex" else written), tightness


def _written(
    operation: Operation, operands: Sequence[_Written], said: tuple[tuple[str, str], ...], notation: Notation
) -> _Written:
    name, binding = operation.name, _BINDING.get(operation.name, _ATOM)

    def grouped(position: int, at_least: int) -> str:
        text, tightness = operands[position]
        if tightness >= at_least:
            return text
        left, right = "[]" if 0 <= tightness <= _BINDING["equal"] else "()"
        return rf"\left{left}{text}\right{right}" if notation == "latex" else f"{left}{text}{right}"

    if name == "power" and operands[1][0] == "1":
        return operands[0]
    if name in ("positive", "reshape") or (name, said) == ("transpose", (("axes", "(0,)"),)):
        return operands[0]  # the same numbers in the same order
    if name == "transpose":
        return f"{grouped(0, _ATOM)}{'^{T}' if notation == 'latex' else 'ᵀ'}", _ATOM
    if name == "broadcast_to":
        word = "broadcast" if notation == "text" else r"\mathrm{broadcast}"
        return f"{word}({operands[0][0]})", _ATOM
    if name in ("getitem", "scatter_add"):
        index = dict(said)["index"]
        taken = f"{grouped(0, _ATOM)}[{index}]" if name == "getitem" else f"0[{index}] += {operands[0][0]}"
        return (rf"\mathtt{{{taken}}}" if notation == "latex" else taken), _ATOM if name == "getitem" else -1
    if name == "negative":
        return f"{'-' if notation == 'latex' else MINUS}{grouped(0, binding)}", binding
    if name == "square":
        return f"{grouped(0, binding + 1)}{'^{2}' if notation == 'latex' else '²'}", binding
    if notation == "latex":
        if name == "divide":
            return rf"\frac{{{operands[0][0]}}}{{{operands[1][0]}}}", _ATOM
        if name == "power":
            return f"{grouped(0, _ATOM)}^{{{operands[1][0]}}}", binding
        if name in _LATEX_AROUND and len(operands) == 1:
            return _LATEX_AROUND[name] % operands[0][0], _BINDING["power"] if name.startswith("exp") else _ATOM
    sign = {"logical_and": "and", "logical_or": "or"}.get(name, operation.symbol)
    sign = _LATEX_INFIX.get(name, rf"\mathbin{{{sign}}}") if notation == "latex" else sign
    if binding != _ATOM:
        left = grouped(0, binding + (name == "power"))
        right = grouped(1, binding + (name in ("subtract", "divide", "remainder", "floor_divide")))
        return f"{left} {sign} {right}", binding
    inside = ", ".join([text for text, _ in operands] + [f"{key}={value}" for key, value in said])
    if notation == "text":
        return f"{name}({inside})", _ATOM
    written = _LATEX_FUNCTIONS.get(name, rf"\mathrm{{{name.replace('_', chr(92) + '_')}}}")
    how = ",\\,".join(rf"\mathrm{{{key}}}={value}" for key, value in said)
    below = f"_{{{how}}}" if how else ""
    return rf"{written}{below}\left({', '.join(text for text, _ in operands)}\right)", _ATOM


# --- helpers --------------------------------------------------------------------------------------------


def _said(parameters: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The parameters that are worth saying, as text."""
    unsaid = ("starts",)
    return tuple(
        (name, ", ".join(map(_index_part, value)) if name == "index" else f"{value}")
        for name, value in parameters.items()
        if value is not None and value is not False and name not in unsaid
    )


def _index_part(part: Any) -> str:
    """A part of an index as it is typed."""
    if isinstance(part, slice):
        bounds = ["" if bound is None else f"{bound}" for bound in (part.start, part.stop, part.step)]
        return ":".join(bounds if part.step is not None else bounds[:2])
    return "..." if part is Ellipsis else f"{part}"


def _is_alone(formula: str, match: re.Match[str]) -> bool:
    """Whether nothing stands beside a name that a minus sign could be read together with."""
    return match.span() == (0, len(formula)) or (
        formula[: match.start()].endswith(("(", ", ", "{"))
        and formula[match.end() :].startswith((")", ",", "}", r"\right"))
    )


_cache: dict[Hashable, Formula] = {}
_CACHED = 10_000


def _cached(key: Hashable, make: Callable[[], Formula]) -> Formula:
    found = _cache.get(key)
    if found is None:
        if len(_cache) >= _CACHED:
            _cache.clear()
        found = _cache[key] = make()
    return found
