"""What a trace is made of: nodes, edges between them, and the events of a forward and a backward pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple

import numpy

from autograd import Node, Operation, SourceLine
from autograd.notation.rules import bare_literals, summed_axes

from . import formulas
from .arrays import is_single, shape_of
from .formulas import Formula, IndexArray
from .numbers import format_data

Role = Literal["input", "parameter", "constant", "intermediate", "output"]


class Texts(NamedTuple):
    """A formula as text, as LaTeX, and both with numbers put in; those are "" where there are arrays."""

    text: str
    latex: str
    in_numbers: str
    latex_in_numbers: str


class WrittenRule:
    """A formula in the names of the nodes it is about: as text, as LaTeX, and with numbers in their place.
    It is written out when it is first asked for, because most of a large trace is never looked at."""

    __slots__ = ("_made_by", "_slot", "_texts", "_upstream")

    def __init__(self, made_by: Recorded | None, slot: int | None, upstream: Any) -> None:
        self._made_by = made_by
        self._slot = slot
        self._upstream = upstream
        self._texts: Texts | None = None

    @classmethod
    def of_texts(cls, *texts: str) -> WrittenRule:
        """A rule that was written before, as JSON keeps it."""
        rule = cls(None, None, None)
        rule._texts = Texts(*texts)
        return rule

    @property
    def text(self) -> str:
        return self.texts.text

    @property
    def latex(self) -> str:
        return self.texts.latex

    @property
    def in_numbers(self) -> str:
        return self.texts.in_numbers

    @property
    def texts(self) -> Texts:
        if self._texts is None:
            assert self._made_by is not None
            self._texts = self._made_by.texts(self._slot, self._upstream)
        return self._texts

    @property
    def made_by(self) -> Recorded | None:
        """What it is written from; None where it was written before."""
        return self._made_by

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WrittenRule) and self.texts == other.texts

    __hash__: ClassVar[None] = None  # type: ignore[assignment]  # equal by what it says, and made to be read

    def __repr__(self) -> str:
        return f"WrittenRule({self.text!r})"


class Recorded:
    """What the formulas of an operation are made from. No node is in it, so that a trace does not keep the graph."""

    __slots__ = ("_literals", "_operands", "_operation", "_parameters", "bare_slots", "out")

    def __init__(self, node: Node, operands: list[TracedNode]) -> None:
        assert node.op is not None
        self._operation = node.op
        self._operands = operands
        self._parameters = dict(node.keywords)
        self._literals = bare_literals(node.op, node.operands)
        self.bare_slots: frozenset[int] = frozenset(
            slot for slot, one in enumerate(node.operands) if not isinstance(one, Node)
        )
        self.out: TracedNode | None = None  # set when that node is made, which takes this first

    @property
    def operation(self) -> Operation:
        return self._operation

    @property
    def parameters(self) -> dict[str, Any]:
        return dict(self._parameters)

    def formula(self, slot: int | None) -> Formula:
        """The formula of what was computed (slot None), or of what a slot is passed, with places for names; of several
        cases the one away from kinks."""
        return self._formula(slot, of_numbers=False)

    def texts(self, slot: int | None, upstream: Any) -> Texts:
        """The formula of what was computed (slot None), or of what is passed on to an operand slot."""
        formula = self._formula(slot)
        names = [operand.label for operand in self._operands]
        numbers = [operand.data for operand in self._operands]
        out, value = ("", None) if slot is None or self.out is None else (self.out.label, self.out.data)
        in_numbers = ("", "")
        if all(is_single(number) for number in (*numbers, upstream, value)):
            in_numbers = _filled(
                formula, [format_data(one) for one in numbers], format_data(value), format_data(upstream)
            )
        text, latex = _filled(formula, names, out, "G")
        return Texts(text, latex, *in_numbers)

    def _formula(self, slot: int | None, *, of_numbers: bool = True) -> Formula:
        if slot is None:
            return formulas.computed(self._operation, len(self._operands), self._parameters)
        data = [operand.data for operand in self._operands]
        numbers = (
            [float(numpy.asarray(one).item()) for one in data] if of_numbers and all(map(is_single, data)) else None
        )
        formula = formulas.local_gradient(self._operation, slot, self._literals, numbers)
        if formula is None:
            shapes = [self._shape(position, operand.data) for position, operand in enumerate(self._operands)]
            formula = formulas.pullback(self._operation, slot, shapes, self._parameters)
        return formula

    def _shape(self, position: int, data: Any) -> formulas.Shape:
        if position and self._operation.name in ("getitem", "scatter_add"):
            return IndexArray(shape_of(data) if str(data.dtype) == "bool" else None)
        return shape_of(data)


def _filled(formula: Formula, operands: Sequence[str], out: str, upstream: str) -> tuple[str, str]:
    """A formula as text and as LaTeX, with these names or numbers in it."""
    in_latex = [formulas.latex_name(name) for name in (*operands, out, upstream)]
    in_text = formula.filled(operands, out, upstream)
    return in_text, formula.filled(in_latex[:-2], in_latex[-2], in_latex[-1], notation="latex")


@dataclass(slots=True)
class TracedNode:
    """A node of the graph.

    Attributes:
        data: a number, an array of at most 1,024 elements, or an `ArraySummary`.
        computed: what was computed, in the names of the operands; None on a leaf.
        group: the innermost group (module or scope) it belongs to, an index into the trace's `groups`.
        module_path: of a parameter, its path in its network: `layers.0.weight`.
        source: the line that recorded it, where `source_lines()` or `detect_anomaly()` held.
        is_named: whether a person gave it its label.
    """

    id: int
    label: str
    operation: str | None
    symbol: str | None
    role: Role
    data: Any
    computed: WrittenRule | None = None
    group: int | None = None
    module_path: str | None = None
    source: SourceLine | None = None
    is_named: bool = False

    @property
    def expression(self) -> str:
        """What was computed, in the names of the operands; "" on a leaf."""
        return "" if self.computed is None else self.computed.text

    @property
    def expression_in_numbers(self) -> str:
        return "" if self.computed is None else self.computed.in_numbers


@dataclass(slots=True)
class Edge:
    """An operand slot: `source` is operand number `slot` of `target`. `x * x` has two.

    `local_gradient` is ∂target/∂source where it was computed with the operation, as Values do; False where a
    closed gate (relu's) lets nothing through.
    """

    source: int
    target: int
    slot: int
    local_gradient: float | bool | None = None


@dataclass(slots=True)
class Forward:
    """A node's data was computed, or for a leaf, given."""

    node: int


@dataclass(slots=True)
class Seed:
    """The backward pass starts: the gradient of the output with respect to itself, or the one it was given."""

    node: int
    gradient: Any


@dataclass(slots=True)
class Contribution:
    """`node` passed upstream × local gradient on to its operand; `after` is the operand's gradient then.

    `rule` is the local gradient's, ∂node/∂operand; for an operation on whole arrays, whose
    `local_gradient` is None, it is the pullback of the upstream gradient G.
    """

    node: int
    slot: int
    operand: int
    upstream_gradient: Any
    local_gradient: Any
    contribution: Any
    before: Any
    after: Any
    rule: WrittenRule

    @property
    def formula(self) -> str:
        return self.rule.text

    @property
    def summed_axes(self) -> tuple[int, ...]:
        """The axes over which upstream × local was summed, because the operand was broadcast; none of a pullback,
        whose rule says the sum."""
        if self.local_gradient is None:
            return ()
        return summed_axes(shape_of(self.upstream_gradient), shape_of(self.contribution))

    @property
    def shapes(self) -> str:
        """`(16, 10) → (32, 10)`: of the upstream gradient and of what is passed on; "" between numbers."""
        upstream, passed = shape_of(self.upstream_gradient), shape_of(self.contribution)
        return f"{upstream} → {passed}" if upstream or passed else ""


@dataclass(slots=True)
class Update:
    """A parameter was moved.

    `rule` says how, in a line for each thing that changed: what the optimizer keeps, and then the parameter itself;
    None where what moved it has not told.
    """

    node: int
    before: Any
    gradient: Any
    after: Any
    rule: WrittenRule | None = None


TraceEvent = Forward | Seed | Contribution | Update
