"""All nodes of a graph, whether gradients reach them or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .node import Node


def nodes_in_order(outputs: Sequence[Any]) -> list[Node]:
    """Every node that the outputs were computed from, each once, operands before results, a first operand's side
    before a second's. What is no node is passed over, among the outputs as among operands.

    >>> from autograd import Value
    >>> x, y = Value(2.0, label="x"), Value(3.0, label="y")
    >>> [node.label or node.op.symbol for node in nodes_in_order([(x + 1) * (y + x)])]
    ['x', '+', 'y', '+', '×']
    """
    finished: dict[Node, None] = {}
    stack = [output for output in reversed(outputs) if isinstance(output, Node)]
    while stack:
        node = stack[-1]
        waiting: list[Node] = []
        if node not in finished:
            for operand in reversed(node.operands):
                if isinstance(operand, Node) and operand not in finished:
                    waiting.append(operand)
        if waiting:
            stack += waiting
        else:
            finished[stack.pop()] = None
    return list(finished)
