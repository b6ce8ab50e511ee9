"""A recorded graph run again: the same operations, on other data in the leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograd import Node, Tensor, Value
from autograd.modes import Adjusted
from autograd.node import ModuleCall
from autograd.traversal import nodes_in_order


def replay(output: Node, leaves: Mapping[Node, Node] | None = None) -> Node:
    """Record the graph of `output` afresh, by calling each of its operations on what the leaves hold now.

    What Python decided while it was recorded stays decided: the branches taken, the number of turns of a
    loop, what `detach` and `no_grad` made a constant of.

    Args:
        leaves: what to put in the place of leaves; those that are not in it are used as they are.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> y = x * x + x
    >>> replay(y, {x: Value(10.0)}).data, y.data
    (110.0, 12.0)
    """
    again = _Again(leaves or {})
    with Adjusted(recording=True):
        for node in nodes_in_order([output]):
            again.record(node)
    return again.found[output]


def copies_of_leaves(output: Node, labels: Mapping[Node, str]) -> dict[Node, Node]:
    """A leaf of its own for each leaf of a graph, with the same data: to be changed in its place.

    Args:
        labels: what to call those that have no label, or share one.
    """
    copies: dict[Node, Node] = {}
    for node in nodes_in_order([output]):
        if node.op is None:
            kind = Value if isinstance(node, Value) else Tensor
            copies[node] = kind(node.data, node.requires_grad, labels.get(node, node.label))
    return copies


class _Again:
    """The new nodes, by those they stand for."""

    def __init__(self, leaves: Mapping[Node, Node]) -> None:
        self.leaves = leaves
        self.found: dict[Node, Node] = {}
        self.calls: dict[ModuleCall, ModuleCall] = {}

    def record(self, node: Node) -> None:
        if node.op is None:
            self.found[node] = self.leaves.get(node, node)
            return
        fresh: Any = node.op(*map(self.stand_in, node.operands), **node.keywords)
        self.found[node] = fresh
        for name in ("label", "scope", "source"):
            if getattr(node, name) is not getattr(fresh, name):
                setattr(fresh, name, getattr(node, name))
        if node.calls:
            fresh.calls = tuple(map(self.call, node.calls))

    def call(self, call: ModuleCall) -> ModuleCall:
        if call not in self.calls:
            around = None if call.around is None else self.call(call.around)
            self.calls[call] = ModuleCall(call.module, self.stand_in(call.inputs), around, call.scope, call.ended)
        return self.calls[call]

    def stand_in(self, held: Any) -> Any:
        """What takes the place of an operand, or of everything in the inputs of a module."""
        if isinstance(held, Node):
            return self.found.get(held, held)
        if type(held) in (list, tuple):
            return type(held)(map(self.stand_in, held))
        return held
