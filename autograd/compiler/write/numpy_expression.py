"""One instruction as the text of an expression in Python, with NumPy or a library that has its functions."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy

from ...notation.printer import FormulaStyle, formula
from ...notation.rules import local_gradient
from ...notation.signs import ATOM, NEGATION, POWER, PRODUCT, SIGNS, Text, bracketed, in_python
from ...operation import Operation
from ..program import Instruction, Operand, Shape
from ..rewrite.expansion import expansion_of

# Python's own % and // raise where a plain float is divided by 0; NumPy's functions have an answer.
_SIGNS = {
    name: sign.python for name, sign in SIGNS.items() if sign.python and name not in ("remainder", "floor_divide")
}


class UnwrittenOperationError(NotImplementedError):
    """A row that no printer can write: it is no ufunc of NumPy's, and has neither expansion nor written text."""


@dataclass(frozen=True)
class ArrayLibrary:
    """What programs are written with.

    Attributes:
        name: as a program calls it; it has NumPy's functions.
        helpers: the functions that rows' `written` texts call besides, by name.
        number: its function that makes one of its numbers of Python's float, for which 1 / 0 is infinite and
            (-2) ** 0.5 is nan, where Python's raises or is complex.
        forms: how it writes rows for which it has another spelling than NumPy, of the operands' texts and the row's
            parameters.
        dtypes: how it writes dtypes that have another name there.
    """

    name: str
    helpers: Mapping[str, str]
    number: str | None = None
    forms: Mapping[str, Callable[..., str]] = field(default_factory=dict)
    dtypes: Mapping[str, str] = field(default_factory=dict)

    def literal(self, number: float | int | bool) -> str:
        """One of Python's numbers, as it is written."""
        if isinstance(number, float) and not math.isfinite(number):
            return f"{'-' if number == -math.inf else ''}{self.name}.{'nan' if number != number else 'inf'}"
        return repr(number)

    def array(self, data: Any) -> str:
        """A constant array as it is written."""
        name = "bool_" if data.dtype.kind == "b" else data.dtype.name
        kind = "" if data.dtype == numpy.float64 else f", {self.dtypes.get(name, f'{self.name}.{name}')}"
        if data.size == 0 or (data.size > 1 and not any(data.strides)):
            filler = self.literal(data.flat[0].item()) if data.size else "0.0"
            return f"{self.name}.full({data.shape}, {filler}{kind})"
        return f"{self.name}.array({self._nested(data.tolist())}{kind})"

    def _nested(self, part: Any) -> str:
        return f"[{', '.join(map(self._nested, part))}]" if isinstance(part, list) else self.literal(part)

    def expression(self, instruction: Instruction, name_of: Callable[[Operand], str]) -> str:
        """An instruction as a person writes it."""

        def text_of(operand: Operand) -> Text:
            if not isinstance(operand, float | int):
                return name_of(operand), ATOM
            text = self.literal(operand)
            return text, NEGATION if text.startswith("-") else ATOM

        return self._text(instruction, text_of)[0]

    def _text(self, instruction: Instruction, text_of: Callable[[Operand], Text]) -> Text:
        operation, name = instruction.operation, instruction.operation.name
        if name in self.forms:
            operands = [bracketed(text_of(operand), ATOM) for operand in instruction.operands]
            return self.forms[name](*operands, **instruction.parameters), ATOM
        if name in _SIGNS:
            return in_python(name, *map(text_of, instruction.operands))
        if name == "negative":
            return f"-{bracketed(text_of(instruction.operands[0]), NEGATION)}", NEGATION
        if name == "square":
            return f"{bracketed(text_of(instruction.operands[0]), POWER + 1)} ** 2", POWER
        if isinstance(operation.forward, numpy.ufunc):
            return (
                f"{self.name}.{operation.forward.__name__}({', '.join(text_of(o)[0] for o in instruction.operands)})",
                ATOM,
            )
        if operation.written is not None:
            operands = [bracketed(text_of(operand), ATOM) for operand in instruction.operands]
            text = operation.written(self.name, *operands, **instruction.parameters)
            return text, PRODUCT if " * " in text else ATOM
        found = expansion_of(instruction) if operation.expansion is not None else None
        if found is None:
            raise UnwrittenOperationError(
                f"compile: the row {name} is no ufunc of NumPy's and has neither an expansion nor a written text"
            )
        inner = {id(part) for part in found[0]}

        def nested(operand: Operand) -> Text:
            return self._text(operand, nested) if id(operand) in inner else text_of(operand)

        return nested(found[1])


NUMPY = ArrayLibrary(
    "numpy",
    {
        "erf": """def erf(a):
    return numpy.vectorize(math.erf, otypes=[numpy.result_type(a, 1.0)])(a)""",
        "erfc": """def erfc(a):
    return numpy.vectorize(math.erfc, otypes=[numpy.result_type(a, 1.0)])(a)""",
        "gammaln": """def gammaln(a):
    def of_one(one):
        try:
            return math.lgamma(one)
        except (ValueError, OverflowError):
            return math.inf
    return numpy.vectorize(of_one, otypes=[numpy.result_type(a, 1.0)])(a)""",
        "digamma": "from scipy.special import digamma",
        "erfinv": "from scipy.special import erfinv",
        "zeta": "from scipy.special import zeta",
        "cofactors": """def cofactors(a):
    try:
        inverse = numpy.linalg.inv(a)
        conditions = numpy.linalg.norm(a, axis=(-2, -1)) * numpy.linalg.norm(inverse, axis=(-2, -1))
        if not (conditions > 1 / math.sqrt(numpy.finfo(inverse.dtype).eps)).any():
            return numpy.linalg.det(a)[..., None, None] * inverse.mT
    except numpy.linalg.LinAlgError:
        pass
    u, s, vh = numpy.linalg.svd(a)
    others = numpy.ones_like(s)
    for i in range(s.shape[-1]):
        others[..., i] = numpy.prod(numpy.delete(s, i, -1), -1)
    signs = numpy.linalg.det(u) * numpy.linalg.det(vh)
    return signs[..., None, None] * ((u * others[..., None, :]) @ vh)""",
        "packed": """def packed(n, parts):
    size = lambda part: math.prod(part.shape[n:])
    return numpy.concatenate([part.reshape(*part.shape[:n], size(part)) for part in parts], -1)""",
        "overlapped": """def overlapped(values, window_shape, axes, shape):
    result = numpy.zeros(shape, numpy.asarray(values).dtype)
    for offsets in numpy.ndindex(window_shape):
        part = result
        for axis, size, offset in zip(axes, window_shape, offsets):
            part = part[(*(slice(None),) * axis, slice(offset, part.shape[axis] - size + 1 + offset))]
        part += values[(..., *offsets)]
    return result""",
        "scattered": """def scattered(values, shape, index):
    result = numpy.zeros(shape, numpy.asarray(values).dtype)
    numpy.add.at(result, index, values)
    return result""",
    },
    number="float64",
)


# --- comments -------------------------------------------------------------------------------------------


def told(operation: Operation, operands: Sequence[Operand], name_of: Callable[[Operand], str]) -> str:
    """An operation as a comment tells of it: by the row's name where it has no sign."""
    names = [name_of(operand) for operand in operands]
    if operation.name in _SIGNS:
        return f" {_SIGNS[operation.name]} ".join(names)
    return f"-{names[0]}" if operation.name == "negative" else f"{operation.name}({', '.join(names)})"


def shape_note(shape: Shape, dtype: Any) -> str:
    """A shape as a comment tells it."""
    kind = "" if dtype == numpy.float64 else f" {dtype.name}"
    return f"{shape}{kind}" if shape or kind else ""


@functools.cache
def rule_formula(operation: Operation, slot: int, literals: tuple[float | int | None, ...]) -> str:
    """The local gradient of an elementwise row as a comment tells it, with marks where names go.

    >>> from autograd import operations
    >>> from autograd.notation.rules import filled
    >>> filled(rule_formula(operations()["sigmoid"], 0, (None,)), ["z"], "a")
    'a · (1 − a)'
    """
    return formula(local_gradient(operation, slot, literals), _COMMENT, one_case=True)


_COMMENT = FormulaStyle("comment", lambda number: str(number).removesuffix(".0").replace("-", "−").replace("inf", "∞"))
