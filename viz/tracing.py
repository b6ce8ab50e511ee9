"""Trace: a recorded graph and its sweep as plain data. Every view reads only this.

The events of the backward pass come from an observer on the engine's own sweep.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy

from autograd import GraphError, Node, SourceLine, Value
from autograd.backward import backward as commit_backward
from autograd.backward import sweep
from autograd.operation import PYTHON_NUMBERS

from . import formulas
from .arrays import kept, shape_of
from .errors import TooManyNodesError
from .formulas import Formula
from .grouping import Group, chain, groups_of, module_paths
from .numbers import format_data

Role = Literal["input", "parameter", "constant", "intermediate", "output"]

# Arrays of up to so many elements are kept whole: enough for a picture of 32 × 32.
WHOLE_ARRAYS = 1024


class Rule:
    """A formula in the names of the nodes it is about: as text, as LaTeX, and with numbers in their place.
    It is written when somebody looks, because most of a large trace is never looked at."""

    __slots__ = ("_formula", "_operands", "_out", "_texts", "_upstream")

    def __init__(self, formula: Formula, operands: Sequence[TracedNode], out: TracedNode | None, upstream: Any) -> None:
        self._formula = formula
        self._operands = operands
        self._out = out
        self._upstream = upstream
        self._texts: tuple[str, str, str] | None = None

    @classmethod
    def of_texts(cls, text: str, latex: str, in_numbers: str) -> Rule:
        """A rule that was written before, as JSON keeps it."""
        rule = cls(Formula(text, latex), (), None, None)
        rule._texts = (text, latex, in_numbers)
        return rule

    @property
    def text(self) -> str:
        return self.texts[0]

    @property
    def latex(self) -> str:
        return self.texts[1]

    @property
    def in_numbers(self) -> str:
        """The formula with numbers put in; "" where there are arrays."""
        return self.texts[2]

    @property
    def texts(self) -> tuple[str, str, str]:
        if self._texts is None:
            names = [operand.label for operand in self._operands]
            out = "" if self._out is None else self._out.label
            in_latex = [formulas.latex_name(name) for name in names]
            numbers = [operand.data for operand in self._operands]
            known = [*numbers, self._upstream, None if self._out is None else self._out.data]
            in_numbers = ""
            if all(_is_single(number) for number in known):
                written = [format_data(number) for number in numbers]
                in_numbers = self._formula.filled(written, format_data(known[-1]), format_data(self._upstream))
            self._texts = (
                self._formula.filled(names, out, "G"),
                self._formula.filled(in_latex, formulas.latex_name(out), "G", notation="latex"),
                in_numbers,
            )
        return self._texts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rule) and self.texts == other.texts

    __hash__ = None  # type: ignore[assignment]  # equal by what it says, and made to be read

    def __repr__(self) -> str:
        return f"Rule({self.text!r})"


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
    computed: Rule | None = None
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

    `local_gradient` is ∂target/∂source where it was computed with the operation, as Values do.
    """

    source: int
    target: int
    slot: int
    local_gradient: float | None = None


@dataclass(slots=True)
class Forward:
    """A node's data was computed, or for a leaf, given."""

    node: int


@dataclass(slots=True)
class Seed:
    """The backward pass starts: the gradient of the output with respect to itself."""

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
    rule: Rule

    @property
    def formula(self) -> str:
        return self.rule.text

    @property
    def shapes(self) -> str:
        """`(16, 10) → (32, 10)`: of the upstream gradient and of what is passed on; "" between numbers."""
        upstream, passed = shape_of(self.upstream_gradient), shape_of(self.contribution)
        return f"{upstream} → {passed}" if upstream or passed else ""


@dataclass(slots=True)
class Update:
    """A parameter was moved."""

    node: int
    before: Any
    gradient: Any
    after: Any


Event = Forward | Seed | Contribution | Update


@dataclass
class Trace:
    """Nodes (operands before what was computed from them), edges by operand slot, events in order, the groups
    that nodes belong to, and the gradient that each node got."""

    nodes: tuple[TracedNode, ...]
    edges: tuple[Edge, ...]
    events: tuple[Event, ...]
    output: int
    gradients: dict[int, Any] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()

    @cached_property
    def operands(self) -> dict[int, list[TracedNode]]:
        """The operands of each node, by id, in the order of their slots."""
        found: dict[int, list[TracedNode]] = {node.id: [] for node in self.nodes}
        for edge in self.edges:
            found[edge.target].append(self.nodes[edge.source])
        return found

    def contributions(self) -> dict[tuple[int, int], Contribution]:
        """The contribution over each edge that had one, by (target, slot)."""
        return {(event.node, event.slot): event for event in self.events if isinstance(event, Contribution)}

    def groups_around(self, node: TracedNode) -> list[Group]:
        """The groups a node is in, the outermost first."""
        return [self.groups[identifier] for identifier in chain(self.groups, node.group)]

    def to_json(self) -> str:
        """The trace as JSON, exactly: `Trace.from_json` gives an equal one."""
        from .serialization import to_json  # it is made of this module's classes

        return to_json(self)

    @staticmethod
    def from_json(text: str) -> Trace:
        """A trace from its JSON. Raises TraceFormatError for anything else."""
        from .serialization import from_json

        return from_json(text)


def trace(
    output: Node,
    *,
    forward: bool = True,
    backward: bool = True,
    update: Callable[[], None] | None = None,
    most: int | None = None,
) -> Trace:
    """Walk the graph of `output` and observe its backward pass.

    Args:
        output: a node with a single number.
        forward: False leaves the events of the forward pass out.
        backward: False leaves the backward pass out.
        update: moves the parameters, such as an optimizer's `step`. With it the backward pass is a real
            `output.backward()`, which adds to the leaves' `.grad`; without it no `.grad` is touched.
        most: refuse a graph of more nodes.

    Raises:
        GraphError: `output` is no node, or has no gradients to trace.
        TooManyNodesError: there are more nodes than `most`.
        StaleGraphError: data was assigned since the forward pass, so its numbers would not fit together.

    >>> from autograd import Value
    >>> from viz import trace
    >>> x = Value(3.0, label="x")
    >>> [type(event).__name__ for event in trace(x * x).events]
    ['Forward', 'Forward', 'Seed', 'Contribution', 'Contribution']
    """
    if not isinstance(output, Node):
        raise GraphError(f"trace: the output is a node (Value or Tensor), not {type(output).__name__}")
    if most is not None and next(itertools.islice(in_order(output), most, None), None) is not None:
        raise TooManyNodesError(
            f"this graph has more than {most:,} nodes; trace a part of it, or more of it with most="
        )
    walk = _Walk(output)
    events: list[Event] = [Forward(node.id) for node in walk.traced] if forward else []
    observer = _Observer(walk, events)
    if update is not None:
        parameters = [node for node in walk.nodes if node.op is None and node.requires_grad]
        commit_backward(output, observer=observer)
        before = [(_snapshot(node.data), _snapshot(node.grad)) for node in parameters]
        update()
        events += [
            Update(walk.ids[node], data, gradient, _snapshot(node.data))
            for node, (data, gradient) in zip(parameters, before, strict=True)
        ]
    elif backward:
        sweep(output, observer=observer)
    return Trace(
        tuple(walk.traced),
        tuple(walk.edges),
        tuple(events),
        walk.ids[output],
        observer.gradients,
        tuple(walk.groups),
    )


class _Walk:
    """The nodes that `output` was computed from, each once; a bare number is a node of its own slot."""

    def __init__(self, output: Node) -> None:
        order = list(in_order(output))
        self.nodes = [node for node, _ in order]
        self.traced: list[TracedNode] = []
        self.edges: list[Edge] = []
        self.ids: dict[Node, int] = {}
        self.operands: list[list[int]] = []
        self.groups, self._group_of = groups_of(order)
        self._paths = module_paths(order)
        self._labels = _distinct_labels(self.nodes, self._paths)
        taken = set(self._labels.values())
        self._free_names = (name for number in itertools.count(1) if (name := f"v{number}") not in taken)
        for node, inputs in order:
            if node.op is not None:
                node._refuse_stale()
            operands = [self.ids[operand] for operand in inputs]
            identifier = self._add(node, output, operands)
            self.operands.append(operands)
            stored = node._stored_gradient if isinstance(node, Value) and node.op is not None else _unknown
            self.edges += [Edge(operand, identifier, slot, stored(slot)) for slot, operand in enumerate(operands)]

    def _add(self, node: Node, output: Node, operands: Sequence[int]) -> int:
        identifier = self.ids[node] = len(self.traced)
        label, operation = self._labels.get(node), node.op
        is_named = label is not None
        if label is None:
            label = format_data(node.data) if operation is None else next(self._free_names)
        computed: Rule | None = None
        if operation is not None:
            formula = formulas.computed(operation, len(operands), node._parameters)
            computed = Rule(formula, [self.traced[operand] for operand in operands], None, None)
        self.traced.append(
            TracedNode(
                id=identifier,
                label=label,
                operation=None if operation is None else operation.name,
                symbol=None if operation is None else operation.symbol,
                role=_role(node, output),
                data=_snapshot(node.data),
                computed=computed,
                group=self._group_of.get(node),
                module_path=self._paths.get(node),
                source=node.source,
                is_named=is_named,
            )
        )
        return identifier


def in_order(output: Node) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """Every node with its inputs, operands first, a first operand's side before a second's."""
    finished: set[Node] = set()
    stack: list[tuple[Node, tuple[Node, ...] | None]] = [(output, None)]
    while stack:
        node, inputs = stack.pop()
        if node in finished:
            continue
        if inputs is not None or node.op is None:
            finished.add(node)
            yield node, inputs or ()
            continue
        wrapped = node.inputs
        stack.append((node, wrapped))
        stack += [(operand, None) for operand in reversed(wrapped) if operand not in finished]


def _distinct_labels(nodes: Sequence[Node], paths: dict[Node, str]) -> dict[Node, str]:
    """The label of each node that has one; parameters that share theirs are told apart by their path."""
    counts: dict[str, int] = {}
    for node in nodes:
        if node.label is not None:
            counts[node.label] = counts.get(node.label, 0) + 1
    labels: dict[Node, str] = {}
    for node in nodes:
        if node.label is not None:
            labels[node] = paths.get(node, node.label) if counts[node.label] > 1 else node.label
        elif node in paths:
            labels[node] = paths[node]
    return labels


class _Observer:
    """Writes the engine's events down."""

    def __init__(self, walk: _Walk, events: list[Event]) -> None:
        self.walk = walk
        self.events = events
        self.gradients: dict[int, Any] = {}

    def seed(self, node: Node, gradient: Any) -> None:
        identifier = self.walk.ids[node]
        self.gradients[identifier] = _snapshot(gradient)
        self.events.append(Seed(identifier, _snapshot(gradient)))

    def contribution(
        self,
        node: Node,
        slot: int,
        operand: Node,
        upstream_gradient: Any,
        local_gradient: Any,
        contribution: Any,
        total: Any,
    ) -> None:
        target, source = self.walk.ids[node], self.walk.ids[operand]
        before = self.gradients.get(source)
        after = self.gradients[source] = _snapshot(total)
        upstream = self.gradients[target]
        self.events.append(
            Contribution(
                node=target,
                slot=slot,
                operand=source,
                upstream_gradient=upstream,
                local_gradient=_snapshot(local_gradient),
                contribution=_snapshot(contribution),
                before=before,
                after=after,
                rule=self._rule(node, target, slot, upstream),
            )
        )

    def _rule(self, node: Node, target: int, slot: int, upstream: Any) -> Rule:
        operation, bare = node.op, node._operands
        assert operation is not None
        operands = [self.walk.traced[identifier] for identifier in self.walk.operands[target]]
        formula = formulas.local_gradient(operation, slot, bare)
        if formula is None:
            shapes = [None if _is_index(one.data) else shape_of(one.data) for one in operands]
            formula = formulas.pullback(operation, slot, shapes, node._parameters)
        return Rule(formula, operands, self.walk.traced[target], upstream)


def _unknown(slot: int) -> None:
    """The local gradient of an operation on arrays: only the sweep computes it."""


def _snapshot(data: Any) -> Any:
    """What the trace keeps: what is observed must not change afterwards."""
    return kept(data, WHOLE_ARRAYS) if isinstance(data, numpy.ndarray) else data


def _is_single(data: Any) -> bool:
    return type(data) in PYTHON_NUMBERS or getattr(data, "size", 1) == 1


def _is_index(data: Any) -> bool:
    return isinstance(data, numpy.ndarray) and data.dtype.kind != "f"


def _role(node: Node, output: Node) -> Role:
    if node is output:
        return "output"
    if node.op is not None:
        return "intermediate"
    if node.requires_grad:
        return "parameter"
    return "constant" if node.label is None else "input"
