"""Trace: a recorded graph and its sweep as plain data. Every view reads only this.

The events of the backward pass come from an observer on the engine's own sweep.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy

from autograd import GraphError, Node, NotRecordedError, ShapeError, SourceLine, Value
from autograd.backward import backward as commit_backward
from autograd.backward import sweep
from autograd.collection import without_garbage_collection
from autograd.operation import PYTHON_NUMBERS

from . import formulas
from .arrays import kept, shape_of
from .errors import TooManyNodesError
from .formulas import Formula, IndexArray, Notation
from .grouping import Group, chain, groups_of, module_paths
from .numbers import format_data

Role = Literal["input", "parameter", "constant", "intermediate", "output"]

# Arrays of up to so many elements are kept whole: enough for a picture of 32 × 32.
WHOLE_ARRAYS = 1024


# A formula as text, as LaTeX, and both with numbers put in.
Texts = tuple[str, str, str, str]


class Rule:
    """A formula in the names of the nodes it is about: as text, as LaTeX, and with numbers in their place.
    It is written when somebody looks, because most of a large trace is never looked at."""

    __slots__ = ("_made_by", "_slot", "_texts", "_upstream")

    def __init__(self, made_by: _Recorded | None, slot: int | None, upstream: Any) -> None:
        self._made_by = made_by
        self._slot = slot
        self._upstream = upstream
        self._texts: Texts | None = None

    @classmethod
    def of_texts(cls, text: str, latex: str, in_numbers: str, latex_in_numbers: str) -> Rule:
        """A rule that was written before, as JSON keeps it."""
        rule = cls(None, None, None)
        rule._texts = (text, latex, in_numbers, latex_in_numbers)
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
    def latex_in_numbers(self) -> str:
        return self.texts[3]

    @property
    def texts(self) -> Texts:
        if self._texts is None:
            assert self._made_by is not None
            self._texts = self._made_by.texts(self._slot, self._upstream)
        return self._texts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rule) and self.texts == other.texts

    __hash__ = None  # type: ignore[assignment]  # equal by what it says, and made to be read

    def __repr__(self) -> str:
        return f"Rule({self.text!r})"


class _Recorded:
    """What an operation was recorded with, as its formulas need it: no node, so that a trace keeps no graph."""

    __slots__ = ("_bare", "_operands", "_operation", "_parameters", "out")

    def __init__(self, node: Node, operands: list[TracedNode]) -> None:
        assert node.op is not None
        self._operation = node.op
        self._operands = operands
        self._parameters = node.keywords
        self._bare: list[Any] | None = None
        for operand in node.operands:
            if type(operand) in PYTHON_NUMBERS:
                self._bare = [one if type(one) in PYTHON_NUMBERS else None for one in node.operands]
                break
        self.out: TracedNode | None = None  # comes into being with its own formula

    def texts(self, slot: int | None, upstream: Any) -> Texts:
        """What was computed, or for a slot what is passed on to it."""
        formula = self._formula(slot)
        names = [operand.label for operand in self._operands]
        numbers = [operand.data for operand in self._operands]
        out, value = ("", None) if slot is None or self.out is None else (self.out.label, self.out.data)
        in_numbers = ("", "")
        if all(_is_single(number) for number in (*numbers, upstream, value)):
            in_numbers = _filled(
                formula, [format_data(one) for one in numbers], format_data(value), format_data(upstream)
            )
        text, latex = _filled(formula, names, out, "G")
        return text, latex, *in_numbers

    def _formula(self, slot: int | None) -> Formula:
        if slot is None:
            return formulas.computed(self._operation, len(self._operands), self._parameters)
        data = [operand.data for operand in self._operands]
        numbers = [float(numpy.asarray(one).item()) for one in data] if all(map(_is_single, data)) else None
        formula = formulas.local_gradient(self._operation, slot, self._bare or [None] * len(data), numbers)
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


@dataclass(eq=False)
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

    def equation(self, event: Contribution, notation: Notation = "text") -> str:
        """The rule of a contribution with what it is the derivative of: `∂(a × b)/∂a = b`; for an operation on
        whole arrays what becomes of the upstream gradient: `G ↦ G @ Wᵀ`."""
        node, operand = self.nodes[event.node], self.nodes[event.operand]
        right = event.rule.latex if notation == "latex" else event.rule.text
        if event.local_gradient is None:
            return rf"G \mapsto {right}" if notation == "latex" else f"G ↦ {right}"
        if notation == "text":
            return f"∂({node.expression})/∂{operand.label} = {right}"
        computed = "" if node.computed is None else node.computed.latex
        return rf"\frac{{\partial ({computed})}}{{\partial {formulas.latex_name(operand.label)}}} = {right}"

    def groups_around(self, node: TracedNode) -> list[Group]:
        """The groups a node is in, the outermost first."""
        return [self.groups[identifier] for identifier in chain(self.groups, node.group)]

    def to_json(self) -> str:
        """The trace as JSON, exactly: `Trace.from_json` gives an equal one."""
        from .serialization import to_json  # it is made of this module's classes

        return to_json(self)

    def __eq__(self, other: object) -> bool:
        """Whether another says the same, to the last bit: nan is nan, and −0 is not 0."""
        return isinstance(other, Trace) and self.to_json() == other.to_json()

    __hash__ = None  # type: ignore[assignment]  # equal by what it says

    @staticmethod
    def from_json(text: str) -> Trace:
        """A trace from its JSON. Raises TraceFormatError for anything else."""
        from .serialization import from_json

        return from_json(text)


def trace(
    output: Node,
    *,
    gradient: Any = None,
    forward: bool = True,
    backward: bool = True,
    update: Callable[[], None] | None = None,
    most: int | None = None,
) -> Trace:
    """Walk the graph of `output` and observe its backward pass.

    Args:
        output: a node with a single number, or any node where `gradient` is given or `backward` is False.
        gradient: the upstream gradient of `output`, as for `output.backward(gradient)`; 1 if not given.
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
    if most is not None and _has_more_nodes(output, most):
        raise TooManyNodesError(
            f"this graph has more than {most:,} nodes; trace a part of it, or more of it with most="
        )
    with without_garbage_collection():
        walk = _Walk(output)
        events: list[Event] = [Forward(node.id) for node in walk.traced] if forward else []
        observer = _Observer(walk, events)
        if update is not None:
            commit_backward(output, gradient, observer)
        elif backward:
            _observe(output, gradient, observer)
    if update is not None:
        parameters = [node for node in walk.nodes if node.op is None and node.requires_grad]
        before = [(_snapshot(node.data), _snapshot(node.grad)) for node in parameters]
        update()
        events += [
            Update(walk.ids[node], data, gradient, _snapshot(node.data))
            for node, (data, gradient) in zip(parameters, before, strict=True)
        ]
    return Trace(
        tuple(walk.traced),
        tuple(walk.edges),
        tuple(events),
        walk.ids[output],
        observer.gradients,
        tuple(walk.groups),
    )


def _observe(output: Node, gradient: Any, observer: _Observer) -> None:
    try:
        sweep(output, gradient, observer=observer)
    except (NotRecordedError, ShapeError) as error:
        if gradient is not None:
            raise
        raise type(error)(f"{error}; trace(output, backward=False) has its numbers without gradients") from None


class _Walk:
    """The nodes that `output` was computed from, each once; a bare number is a node of its own slot."""

    def __init__(self, output: Node) -> None:
        order = list(in_order(output))
        self.nodes = [node for node, _ in order]
        self.traced: list[TracedNode] = []
        self.edges: list[Edge] = []
        self.ids: dict[Node, int] = {}
        self.recorded: dict[int, _Recorded] = {}
        self.groups, self._group_of = groups_of(order)
        self._paths = module_paths(order)
        self._labels = _distinct_labels(self.nodes, self._paths)
        self._free_names = _free_names("v", set(self._labels.values()))
        for identifier, (node, inputs) in enumerate(order):
            operands = [self.ids[operand] for operand in inputs]
            self.ids[node] = identifier
            self._add(identifier, node, operands, output)
            if isinstance(node, Value):
                for slot, operand in enumerate(operands):
                    self.edges.append(Edge(operand, identifier, slot, node._stored_gradient(slot)))
            else:  # only the sweep computes local gradients
                self.edges += [Edge(operand, identifier, slot) for slot, operand in enumerate(operands)]

    def _add(self, identifier: int, node: Node, operands: list[int], output: Node) -> None:
        operation = node.op
        label = self._labels.get(node)
        is_named = label is not None
        computed: Rule | None = None
        if operation is not None:
            node._refuse_stale()
            recorded = self.recorded[identifier] = _Recorded(node, [self.traced[operand] for operand in operands])
            computed = Rule(recorded, None, None)
        if label is None:
            label = format_data(node.data) if operation is None else next(self._free_names)
        traced = TracedNode(
            identifier,
            label,
            None if operation is None else operation.name,
            None if operation is None else operation.symbol,
            _role(node, output),
            _snapshot(node.data),
            computed,
            self._group_of.get(node),
            self._paths.get(node),
            node.source,
            is_named,
        )
        self.traced.append(traced)
        if operation is not None:
            recorded.out = traced


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
        wrapped = node.operands
        for operand in wrapped:
            if not isinstance(operand, Node):
                wrapped = node.inputs
                break
        stack.append((node, wrapped))
        for operand in wrapped[::-1]:
            if operand not in finished:
                stack.append((operand, None))


def _has_more_nodes(output: Node, most: int) -> bool:
    """Whether the graph has more nodes than so many, which is known before all of it was walked."""
    found, waiting, count = {output}, [output], 1
    while waiting and count <= most:
        node = waiting.pop()
        for operand in node.operands if node.op is not None else ():
            if isinstance(operand, Node):
                if operand in found:
                    continue
                found.add(operand)
                waiting.append(operand)
            count += 1
    return count > most


def _distinct_labels(nodes: Sequence[Node], paths: dict[Node, str]) -> dict[Node, str]:
    """The label of each node that has one. Those that share theirs are told apart: parameters by their path,
    and what still is alike by a number: `z#1`, `z#2`."""
    typed = {node: label for node in nodes if (label := node.label or paths.get(node)) is not None}
    shared = _repeated(typed.values())
    labels = {node: paths.get(node, label) if label in shared else label for node, label in typed.items()}
    shared = _repeated(labels.values())
    if shared:
        taken = set(labels.values())
        numbered = {label: _free_names(f"{label}#", taken) for label in shared}
        labels = {node: next(numbered[label]) if label in shared else label for node, label in labels.items()}
    return labels


def _free_names(beginning: str, taken: set[str]) -> Iterator[str]:
    return (name for number in itertools.count(1) if (name := f"{beginning}{number}") not in taken)


def _repeated(labels: Iterable[str]) -> set[str]:
    return {label for label, count in Counter(labels).items() if count > 1}


class _Observer:
    """Writes the engine's events down."""

    def __init__(self, walk: _Walk, events: list[Event]) -> None:
        self.events = events
        self.gradients: dict[int, Any] = {}
        self._ids, self._recorded = walk.ids, walk.recorded

    def seed(self, node: Node, gradient: Any) -> None:
        identifier = self._ids[node]
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
        target, source = self._ids[node], self._ids[operand]
        if type(contribution) is not float:
            local_gradient, contribution, total = map(_snapshot, (local_gradient, contribution, total))
        upstream, before = self.gradients[target], self.gradients.get(source)
        self.gradients[source] = total
        rule = Rule(self._recorded[target], slot, upstream)
        self.events.append(
            Contribution(target, slot, source, upstream, local_gradient, contribution, before, total, rule)
        )


def _snapshot(data: Any) -> Any:
    """What the trace keeps: what is observed must not change afterwards."""
    return kept(data, WHOLE_ARRAYS) if isinstance(data, numpy.ndarray) else data


def _is_single(data: Any) -> bool:
    return type(data) in PYTHON_NUMBERS or getattr(data, "size", 1) == 1


def _role(node: Node, output: Node) -> Role:
    if node is output:
        return "output"
    if node.op is not None:
        return "intermediate"
    if node.requires_grad:
        return "parameter"
    return "constant" if node.label is None else "input"
