"""Trace: a recorded graph and its sweep as plain data. Every view reads only this.

The events of the backward pass come from an observer on the engine's own sweep.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy

import autograd
from autograd import GraphError, Node, NotRecordedError, ShapeError, Value
from autograd.arguments import answering, check_function, described
from autograd.garbage_collection import without_garbage_collection
from autograd.once import once
from autograd.sweep import backward as commit_backward
from autograd.sweep import sweep
from autograd.traversal import operands_first

from . import serialization
from .arrays import kept
from .errors import TooManyNodesError
from .formulas import Notation, latex_name, sign
from .grouping import Group, chain, groups_of, module_paths
from .neuron_names import short_name
from .numbers import format_data
from .parts import Contribution, Edge, Forward, Recorded, Role, Seed, TracedNode, TraceEvent, Update, WrittenRule
from .updates import Updating


@dataclass(eq=False, repr=False)
class Trace:
    """Nodes (operands before what was computed from them), edges by operand slot, events in order, the groups
    that nodes belong to, and the gradient that each node got."""

    nodes: tuple[TracedNode, ...]
    edges: tuple[Edge, ...]
    events: tuple[TraceEvent, ...]
    output: int
    gradients: dict[int, Any] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()

    @once
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
        return rf"\frac{{\partial ({computed})}}{{\partial {latex_name(operand.label)}}} = {right}"

    def groups_around(self, node: TracedNode) -> list[Group]:
        """The groups a node is in, the outermost first."""
        return [self.groups[identifier] for identifier in chain(self.groups, node.group)]

    def __repr__(self) -> str:
        output = self.nodes[self.output]
        return (
            f"<trace of {output.label} = {format_data(output.data)}: {len(self.nodes):,} nodes, {len(self.edges):,} "
            f"operand slots, {len(self.events):,} events>"
        )

    def to_json(self) -> str:
        """The trace as JSON, exactly: `Trace.from_json` gives an equal one."""
        return serialization.to_json({one.name: getattr(self, one.name) for one in fields(self)})

    def __eq__(self, other: object) -> bool:
        """Whether another says the same, to the last bit: nan is nan, and −0 is not 0."""
        return isinstance(other, Trace) and self.to_json() == other.to_json()

    __hash__: ClassVar[None] = None  # type: ignore[assignment]  # equal by what it says

    @staticmethod
    def from_json(text: str) -> Trace:
        """A trace from its JSON. Raises TraceFormatError for anything else."""
        return Trace(**serialization.from_json(text))


@answering()
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
        raise GraphError(f"trace: the output is a node (Value or Tensor), not {described(output)}{hint_of(output)}")
    if update is not None:
        hint = "; give its step, update=optimizer.step" if hasattr(update, "step") else ""
        check_function("trace", "update is a function that moves the parameters", update, hint)
    with without_garbage_collection():
        walk = _Walk(output, most)
        events: list[TraceEvent] = [Forward(node.id) for node in walk.traced] if forward else []
        observer = _Observer(walk, events)
        if update is not None:
            commit_backward(output, gradient, observer)
        elif backward:
            _observe(output, gradient, observer)
    if update is not None:
        parameters = [node for node in walk.nodes if node.op is None and node.requires_grad]
        before = [(kept(node.data), kept(node.grad)) for node in parameters]
        updating = Updating(update, parameters, walk.traced[walk.ids[output]].label)
        update()
        for node, (data, gradient) in zip(parameters, before, strict=True):
            identifier = walk.ids[node]
            rule = updating.rule(node, walk.traced[identifier].label, data, gradient)
            events.append(Update(identifier, data, gradient, kept(node.data), rule))
    return Trace(
        tuple(walk.traced), tuple(walk.edges), tuple(events), walk.ids[output], observer.gradients, tuple(walk.groups)
    )


def hint_of(given: Any) -> str:
    """How to come from what was given instead of a node to one."""
    if hasattr(given, "parameters"):
        return "; give what it computes, model(x), or a loss of that"
    if isinstance(given, float | numpy.ndarray | numpy.number):
        return "; give the node that it was read from, without .data, .item(), float()"
    return "; give them one by one" if isinstance(given, list | tuple) else ""


def _observe(output: Node, gradient: Any, observer: _Observer) -> None:
    try:
        sweep(output, gradient, observer=observer)
    except (NotRecordedError, ShapeError) as error:
        if gradient is not None:
            raise
        raise type(error)(f"{error}; trace(output, backward=False) has its numbers without gradients") from None


class _Walk:
    """The nodes that `output` was computed from, each once; a bare number is a node of its own slot."""

    def __init__(self, output: Node, most: int | None) -> None:
        order = in_order(output, most)
        self.nodes = [node for node, _ in order]
        self.traced: list[TracedNode] = []
        self.edges: list[Edge] = []
        self.ids: dict[Node, int] = {}
        self.recorded: dict[int, Recorded] = {}
        self.groups, self._group_of = groups_of(order)
        self._paths = module_paths(order)
        self._labels = _distinct_labels(self.nodes, self._paths)
        self._free_names = _free_names("v", set(self._labels.values()))
        for identifier, (node, inputs) in enumerate(order):
            operands = [self.ids[operand] for operand in inputs]
            self.ids[node] = identifier
            self._add(identifier, node, operands, output)
            # Of Tensors only the sweep computes local gradients.
            stored = [node._stored_gradient(slot) if isinstance(node, Value) else None for slot in range(len(operands))]
            self.edges += map(Edge, operands, itertools.repeat(identifier), itertools.count(), stored)

    def _add(self, identifier: int, node: Node, operands: list[int], output: Node) -> None:
        operation = node.op
        label = self._labels.get(node)
        is_named = label is not None
        computed: WrittenRule | None = None
        if operation is not None:
            node._refuse_stale()
            recorded = self.recorded[identifier] = Recorded(node, [self.traced[operand] for operand in operands])
            computed = WrittenRule(recorded, None, None)
        if label is None:
            label = format_data(node.data) if operation is None else next(self._free_names)
        traced = TracedNode(
            identifier,
            label,
            None if operation is None else operation.name,
            None if operation is None else sign(operation, node.keywords),
            _role(node, output),
            kept(node.data),
            computed,
            self._group_of.get(node),
            self._paths.get(node),
            node.source,
            is_named,
        )
        self.traced.append(traced)
        if operation is not None:
            recorded.out = traced


def in_order(output: Node, most: int | None = None) -> list[tuple[Node, tuple[Node, ...]]]:
    """Every node with its inputs, operands first, a first operand's side before a second's. Raises TooManyNodesError as
    soon as there are more than `most`."""
    inputs: dict[Node, tuple[Node, ...]] = {}

    def operands_of(node: Node) -> tuple[Node, ...]:
        if len(inputs) == most:
            raise TooManyNodesError(
                f"this graph has more than {most:,} nodes; trace a part of it, or more of it with most="
            )
        found = inputs[node] = tuple([one if isinstance(one, Node) else node._constant(one) for one in node.operands])
        return found[::-1]

    return [(node, inputs[node]) for node in operands_first([output], operands_of)]


def _distinct_labels(nodes: Sequence[Node], paths: dict[Node, str]) -> dict[Node, str]:
    """The label of each node that has one. Those that share theirs are told apart: parameters by their path
    (those of neurons by their numbers in it), and what still is alike by a number: `z#1`, `z#2`."""
    typed = {node: label for node in nodes if (label := node.label or paths.get(node)) is not None}
    shared = _repeated(typed.values())
    labels = {node: short_name(paths.get(node, label)) if label in shared else label for node, label in typed.items()}
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

    def __init__(self, walk: _Walk, events: list[TraceEvent]) -> None:
        self.events = events
        self.gradients: dict[int, Any] = {}
        self._ids, self._recorded = walk.ids, walk.recorded

    def seed(self, node: Node, gradient: Any) -> None:
        identifier = self._ids[node]
        self.gradients[identifier] = kept(gradient)
        self.events.append(Seed(identifier, kept(gradient)))

    def contribution(self, told: autograd.Contribution) -> None:
        node, slot, operand, _, local_gradient, contribution, total = told
        target, source = self._ids[node], self._ids[operand]
        if type(contribution) is not float:
            local_gradient, contribution, total = map(kept, (local_gradient, contribution, total))
        upstream, before = self.gradients[target], self.gradients.get(source)
        self.gradients[source] = total
        rule = WrittenRule(self._recorded[target], slot, upstream)
        self.events.append(
            Contribution(target, slot, source, upstream, local_gradient, contribution, before, total, rule)
        )


def _role(node: Node, output: Node) -> Role:
    if node is output:
        return "output"
    if node.op is not None:
        return "intermediate"
    if node.requires_grad:
        return "parameter"
    return "constant" if node.label is None else "input"
