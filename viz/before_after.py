"""What an update did: numbers before it and after it, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .arrays import is_single, only_number
from .numbers import format_data
from .tracing import Trace


@dataclass(frozen=True)
class Change:
    """What a node held before and after; `change` is the difference where it is one number, else None."""

    label: str
    before: Any
    after: Any
    change: float | None


def changes(before: Trace, after: Trace) -> list[Change]:
    """What is another number after than before, of the nodes that have a name in both: operands first.

    >>> from autograd import Value
    >>> from viz import trace
    >>> x = Value(3.0, label="x")
    >>> first = trace(x * x)
    >>> x.data = 2.0
    >>> [(one.label, one.before, one.after, one.change) for one in changes(first, trace(x * x))]
    [('x', 3.0, 2.0, -1.0), ('v1', 9.0, 4.0, -5.0)]
    """
    known = {node.label: node.data for node in before.nodes}
    found = []
    for node in after.nodes:
        if node.label in known and (node.is_named or node.operation is not None):
            data = known[node.label]
            if format_data(data, digits=17) != format_data(node.data, digits=17):
                is_number = is_single(data) and is_single(node.data)
                change = only_number(node.data) - only_number(data) if is_number else None
                found.append(Change(node.label, data, node.data, change))
    return found


def side_by_side(found: Iterable[Change]) -> Iterator[tuple[str, str]]:
    """Each name with `before → after   (change)`, the numbers under each other."""
    rows = [
        (
            one.label,
            format_data(one.before, digits=5),
            format_data(one.after, digits=5),
            "" if one.change is None else f"({format_data(one.change)})",
        )
        for one in found
    ]
    widths = [max((len(row[place]) for row in rows), default=0) for place in range(4)]
    for label, before, after, change in rows:
        text = f"{_right(before, widths[1])} → {_right(after, widths[2])}"
        yield label, f"{text}   {_right(change, widths[3])}".rstrip()


def _right(text: str, width: int) -> str:
    return " " * (width - len(text)) + text
