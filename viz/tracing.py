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

from autograd import GraphError, Node, Scope
from autograd.backward import backward as commit_backward
from autograd.backward import sweep
from autograd.operation import PYTHON_NUMBERS

from .formulas import expression, local_gradient_formula
from .numbers import format_data

Role = Literal["input", "parameter", "constant", "intermediate", "output"]


@dataclass(frozen=True)
class TracedNode:
    """A node of the graph. `expression` is what was computed, in the names of its operands and, where each
    is one number, in those numbers."""

    id: int
    label: str
    operation: str | None
    symbol: str | None
    role: Role
    data: Any
    scope: Scope | None = None
    expression: str = ""
    expression_in_numbers: str = ""
    is_named: bool = False


@dataclass(frozen=True)
class Edge:
    """An operand slot: `source` is operand number `slot` of `target`. `x * x` has two."""

    source: int
    target: int
    slot: int


@dataclass(frozen=True)
class Forward:
    """A node's data was computed, or for a leaf, given."""

    node: int


@dataclass(frozen=True)
class Seed:
    """The backward pass starts: the gradient of the output with respect to itself."""

    node: int
    gradient: Any


@dataclass(frozen=True)
class Contribution:
    """`node` passed upstream × local gradient on to its operand; `after` is the operand's gradient then."""

    node: int
    slot: int
    operand: int
    upstream_gradient: Any
    local_gradient: Any
    contribution: Any
    before: Any
    after: Any
    formula: str


@dataclass(frozen=True)
class Update:
    """A parameter was moved."""

    node: int
    before: Any
    gradient: Any
    after: Any


Event = Forward | Seed | Contribution | Update


@dataclass(frozen=True)
class Trace:
    """Nodes (operands before what was computed from them), edges by operand slot, events in order."""

    nodes: tuple[TracedNode, ...]
    edges: tuple[Edge, ...]
    events: tuple[Event, ...]
    output: int
    gradients: dict[int, Any] = field(default_factory=dict)

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


def trace(output: Node, *, backward: bool = True, update: Callable[[], None] | None = None) -> Trace:
    """Walk the graph of `output` and observe its backward pass.

    Args:
        output: a node with a single number.
        backward: False leaves the backward pass out.
        update: moves the parameters, such as an optimizer's `step`. With it the backward pass is a real
            `output.backward()`, which adds to the leaves' `.grad`; without it no `.grad` is touched.

    Raises:
        GraphError: `output` is no node, or has no gradients to trace.
        StaleGraphError: data was assigned since the forward pass, so its numbers would not fit together.

    >>> from autograd import Value
    >>> from viz import trace
    >>> x = Value(3.0, label="x")
    >>> [type(event).__name__ for event in trace(x * x).events]
    ['Forward', 'Forward', 'Seed', 'Contribution', 'Contribution']
    """
    if not isinstance(output, Node):
        raise GraphError(f"trace: the output is a node (Value or Tensor), not {type(output).__name__}")
    walk = _Walk(output)
    events: list[Event] = [Forward(node.id) for node in walk.traced]
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
    return Trace(tuple(walk.traced), tuple(walk.edges), tuple(events), walk.ids[output], observer.gradients)


class _Walk:
    """The nodes that `output` was computed from, each once; a bare number is a node of its own slot."""

    def __init__(self, output: Node) -> None:
        self.nodes: list[Node] = []
        self.traced: list[TracedNode] = []
        self.edges: list[Edge] = []
        self.ids: dict[Node, int] = {}
        self.operands: dict[int, list[int]] = {}
        ordered = list(_in_order(output))
        taken = {node.label for node, _ in ordered}
        self._names = (name for number in itertools.count(1) if (name := f"v{number}") not in taken)
        for node, inputs in ordered:
            if node.op is not None:
                node._refuse_stale()
            operands = [self.ids[operand] for operand in inputs]
            identifier = self._add(node, output, operands)
            self.operands[identifier] = operands
            self.edges += [Edge(operand, identifier, slot) for slot, operand in enumerate(operands)]

    def _add(self, node: Node, output: Node, operands: Sequence[int] = ()) -> int:
        identifier = len(self.traced)
        self.nodes.append(node)
        self.ids[node] = identifier
        label, is_named = node.label, node.label is not None
        if label is None:
            label = format_data(node.data) if node.op is None else next(self._names)
        operation = node.op
        in_names = in_numbers = ""
        if operation is not None:
            traced = [self.traced[operand] for operand in operands]
            in_names = expression(operation, [operand.label for operand in traced], node._parameters)
            if all(numpy.size(operand.data) == 1 for operand in traced):
                in_numbers = expression(operation, [format_data(operand.data) for operand in traced], node._parameters)
        self.traced.append(
            TracedNode(
                id=identifier,
                label=label,
                operation=None if operation is None else operation.name,
                symbol=None if operation is None else operation.symbol,
                role=_role(node, output),
                data=_snapshot(node.data),
                scope=node.scope,
                expression=in_names,
                expression_in_numbers=in_numbers,
                is_named=is_named,
            )
        )
        return identifier


def _in_order(output: Node) -> Iterator[tuple[Node, tuple[Node, ...]]]:
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
        assert node.op is not None
        operands = [
            bare if type(bare) in PYTHON_NUMBERS else self.walk.traced[identifier].label
            for bare, identifier in zip(node._operands, self.walk.operands[target], strict=True)
        ]
        before = self.gradients.get(source)
        self.gradients[source] = _snapshot(total)
        self.events.append(
            Contribution(
                node=target,
                slot=slot,
                operand=source,
                upstream_gradient=_snapshot(upstream_gradient),
                local_gradient=_snapshot(local_gradient),
                contribution=_snapshot(contribution),
                before=before,
                after=self.gradients[source],
                formula=local_gradient_formula(node.op, slot, operands, self.walk.traced[target].label),
            )
        )


def _snapshot(data: Any) -> Any:
    """A copy of an array: what is observed must not change afterwards."""
    return data.copy() if isinstance(data, numpy.ndarray) else data


def _role(node: Node, output: Node) -> Role:
    if node is output:
        return "output"
    if node.op is not None:
        return "intermediate"
    if node.requires_grad:
        return "parameter"
    return "constant" if node.label is None else "input"
