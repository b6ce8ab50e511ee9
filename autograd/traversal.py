"""The walk through a graph: everything that goes through one, in the order of its operations, goes this way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeVar

from .operation import Recordable

Item = TypeVar("Item")


def operands_first(
    outputs: Iterable[Item], operands_of: Callable[[Item], Iterable[Any]], done: Collection[Item] = ()
) -> list[Item]:
    """What the outputs were made of, and they themselves: each once, operands before results.

    It goes on a stack: of the outputs, as of what `operands_of` gives, the last one's side comes first.

    Args:
        operands_of: what to go on to from an item; asked once for each, as soon as the walk comes to it.
        done: items that are neither listed nor gone on from.
    """
    order: list[Item] = []
    seen = set(done)
    stack: list[Any] = [*outputs]
    while stack:
        item = stack.pop()
        if item is None:  # the mark that everything before the item below it is listed
            order.append(stack.pop())
        elif item not in seen:
            seen.add(item)
            stack += (item, None)
            stack += operands_of(item)
    return order


def nodes_in_order(outputs: Sequence[Any]) -> list[Any]:
    """Every node that the outputs were computed from, whether gradients reach it or not, a first operand's side before
    a second's. What is no node is passed over, among the outputs as among operands.

    >>> from autograd import Value
    >>> x, y = Value(2.0, label="x"), Value(3.0, label="y")
    >>> [node.label or node.op.symbol for node in nodes_in_order([(x + 1) * (y + x)])]
    ['x', '+', 'y', '+', '×']
    """
    return operands_first(_nodes_in(outputs), lambda node: _nodes_in(node.operands))


def _nodes_in(items: Sequence[Any]) -> list[Any]:
    return [item for item in reversed(items) if isinstance(item, Recordable)]
