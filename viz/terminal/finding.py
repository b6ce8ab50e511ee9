"""A node by its name, or by a part of it."""

from __future__ import annotations

import difflib

from ..neuron_names import is_called
from ..parts import TracedNode
from ..tracing import Trace
from .entry import RefusalError

# Comparing a name with all of a large graph's takes longer than reading a sentence.
_MOST_COMPARED = 2000


def named(trace: Trace, name: str, after: int = -1) -> TracedNode:
    """The node of that label or module path; of several the first after node `after`, else the first of all.

    Raises:
        RefusalError: there is none.
    """
    wanted = name.strip()
    found = [node for node in trace.nodes if is_called(wanted, node.label, node.module_path)]
    if found and wanted:
        return _next(found, after)
    labels = {node.label: None for node in trace.nodes[:_MOST_COMPARED] if node.is_named}
    near = difflib.get_close_matches(wanted, labels, n=3)
    known = near or list(labels)[:5]
    rest = "" if near or len(known) == len(labels) else ", …"
    raise RefusalError(f"no node is called {wanted!r}; {'near' if near else 'there'} are {', '.join(known)}{rest}")


def containing(trace: Trace, text: str, after: int = -1) -> tuple[TracedNode, int, int]:
    """The next node with `text` in its label, its operation or its module path, which of them it is (from 1),
    and how many there are.

    Raises:
        RefusalError: there is none.
    """
    wanted = text.strip().casefold()
    found = [
        node
        for node in trace.nodes
        if any(wanted in part.casefold() for part in (node.label, node.operation or "", node.module_path or ""))
    ]
    if not found or not wanted:
        raise RefusalError(f"nothing is found for {text.strip()!r} among {len(trace.nodes):,} nodes")
    node = _next(found, after)
    return node, found.index(node) + 1, len(found)


def _next(found: list[TracedNode], after: int) -> TracedNode:
    return next((node for node in found if node.id > after), found[0])
