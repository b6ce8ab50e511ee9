"""The rows' rules, run on nodes that stand for the operands, and formulas with places for names.

Each stand-in's label is a mark, so that a formula is printed once for each kind of use; the names, or numbers, are put
in afterwards (`filled`).
"""

from __future__ import annotations

import contextvars
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from ..node import Node
from ..operation import Operation, numbers_are_made_up
from ..ops import operations
from ..tensor import Tensor
from ..value import Value
from .printer import MINUS

# From Unicode's private use area: one for each operand slot, the result, the upstream gradient.
_FIRST, _OUT, _UPSTREAM = 0xE000, chr(0xF8FE), chr(0xF8FF)
upstream_mark: str = _UPSTREAM
out_mark: str = _OUT
_MARKS = re.compile(f"[{chr(_FIRST)}-{_UPSTREAM}]")
# A label such as "a+b", which beside a factor would be read as a + (b · factor); not the exponent of 1.2e−7.
_COMPOUND = re.compile(r"(?<![\d.]e)(?<=[\w)\]}])\s*[-+−×÷*/]\s*(?=[\w([\\])")
# Signs before which a minus holds as well without brackets: −2 × 3, but (−2)².
_BINDING_LESS = re.compile(r" (?:[×÷+−·/+-]|\\cdot) ")
# Rows whose rules tell a literal of the program from data: x ** 2 has the derivative 2 · x.
_LOOKING_AT_LITERALS = frozenset({"power"})


@dataclass(frozen=True)
class IndexArray:
    """Stands for an operand that says which elements: a mask of this shape, or numbers (None)."""

    mask: tuple[int, ...] | None


# An operand's, as a pullback depends on it.
Shape = tuple[int, ...] | IndexArray


def mark(position: int) -> str:
    """What stands for the operand's name."""
    return chr(_FIRST + position)


def place(character: str) -> str | None:
    """What a character in a formula stands for: the number of an operand slot, "o" for the result, "g" for the upstream
    gradient; None where it is no mark."""
    if character in (_OUT, _UPSTREAM):
        return "o" if character == _OUT else "g"
    return str(ord(character) - _FIRST) if len(character) == 1 and _MARKS.match(character) else None


def filled(formula: str, operands: Sequence[str], out: str = "", upstream: str = "") -> str:
    """The formula with these names, or numbers, in it: one with a sign in brackets, unless it is alone."""

    def name(match: re.Match[str]) -> str:
        mark = match.group()
        found = out if mark == _OUT else upstream if mark == _UPSTREAM else operands[ord(mark) - _FIRST]
        is_compound = r"\times" in found or _COMPOUND.search(found)
        is_negative = found.startswith((MINUS, "-"))
        if _is_alone(formula, match) or not (is_compound or is_negative):
            return found
        begins = match.start() == 0 and _BINDING_LESS.match(formula, match.end())
        return found if begins and not is_compound else f"({found})"

    return _MARKS.sub(name, formula)


def bare_literals(operation: Operation, operands: Sequence[Any]) -> tuple[float | int | None, ...]:
    """The operands that the operation's rules look at as literals of the program; None for every other."""
    looks = operation.name in _LOOKING_AT_LITERALS
    return tuple(one if looks and type(one) in (int, float) else None for one in operands)


def local_gradient(
    operation: Operation, slot: int, literals: Sequence[float | int | None], numbers: Sequence[float] | None = None
) -> Any:
    """∂out/∂operand of an elementwise operation, as its rule records it.

    Args:
        literals: as `bare_literals` gives them.
        numbers: what the operands are; without them they are away from kinks.
    """
    operands = [
        Value(0.5 if numbers is None else numbers[position], label=mark(position)) if literal is None else literal
        for position, literal in enumerate(literals)
    ]
    out = 0.5 if numbers is None else operation(*numbers)  # a rule's case may be one of the result
    return _recorded(lambda: _rule(operation, slot)(Value(out, label=_OUT), *operands))


def pullback(operation: Operation, slot: int, shapes: Sequence[Shape], parameters: Mapping[str, Any]) -> Any:
    """What a structural operation passes back to an operand of this shape, as its rule records it."""

    def passed() -> Any:
        operands = [_stand_in(position, shape) for position, shape in enumerate(shapes)]
        if operation.name == "scatter_add":  # as many values as there are indices
            taken = operations()["getitem"](
                Tensor(numpy.ones(parameters["shape"])), *operands[1:], index=parameters["index"]
            )
            operands[0] = Tensor(taken.data, label=mark(0))
        out = operation(*operands, **parameters)
        upstream = Tensor(numpy.ones(out.shape), label=_UPSTREAM)
        passed_on = _rule(operation, slot)(upstream, Tensor(out.data, label=_OUT), *operands, **parameters)
        # An operand that was broadcast gets the sum, which the sweep takes for every rule.
        shape = shapes[slot]
        axes = () if isinstance(shape, IndexArray) else summed_axes(passed_on.shape, shape)
        return passed_on.sum(axis=axes if len(axes) > 1 else axes[0]) if axes else passed_on

    return _recorded(passed)


def computed(operation: Operation, shapes: Sequence[Shape]) -> Any:
    """What a structural operation without parameters computes from operands of these shapes, in other rows of the table
    where it can be written so."""
    run = operation.expansion or operation
    return _recorded(lambda: run(*(_stand_in(position, shape) for position, shape in enumerate(shapes))))


def has_cases(result: Any) -> bool:
    """Whether what a rule gave has a case of its own for a kink."""
    if not isinstance(result, Node) or result.op is None:
        return False
    return result.op.name == "where" or any(map(has_cases, result.operands))


def summed_axes(shape: tuple[int, ...], to: tuple[int, ...]) -> tuple[int, ...]:
    """The axes over which a gradient is summed where its operand was broadcast.

    >>> summed_axes((32, 10), (10,)), summed_axes((32, 10), (32, 1)), summed_axes((32, 10), (32, 10))
    ((0,), (1,), ())
    """
    added = len(shape) - len(to)
    stretched = (added + axis for axis, size in enumerate(to) if size == 1 != shape[added + axis])
    return (*range(added), *stretched)


# --- helpers --------------------------------------------------------------------------------------------


def _rule(operation: Operation, slot: int) -> Callable[..., Any]:
    rule = operation.rule(slot)
    assert rule is not None, f"{operation.name} passes nothing on to operand {slot}"
    return rule


def _recorded(run: Callable[[], Any]) -> Any:
    # In a context of its own: under `no_grad` the stand-ins would not be recorded.
    # The stand-ins' numbers are arbitrary: rules never look at data, they record what they ask of it.
    context = contextvars.Context()
    context.run(numbers_are_made_up.set, True)
    return context.run(run)


def _stand_in(position: int, shape: Shape) -> Any:
    if not isinstance(shape, IndexArray):
        return Tensor(numpy.ones(shape), label=mark(position))
    # It takes nothing, so that no index is out of range.
    return numpy.zeros(0, numpy.intp) if shape.mask is None else numpy.zeros(shape.mask, numpy.bool_)


def _is_alone(formula: str, match: re.Match[str]) -> bool:
    """Whether nothing stands beside a name that a minus sign could be read together with."""
    return match.span() == (0, len(formula)) or (
        formula[: match.start()].endswith(("(", ", ", "{"))
        and formula[match.end() :].startswith((")", ",", "}", r"\right"))
    )
