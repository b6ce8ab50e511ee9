"""What every node held after each event of a trace: looked up, so that stepping back is free."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from .parts import Contribution, Forward, Seed, TraceEvent
from .tracing import Trace

# An event's index and what the node holds from there on; −1 is before all events.
_History = list[tuple[int, Any]]
_BEFORE = -1


class Playback:
    """The data and the gradient of each node of a trace, at each of its events.

    >>> from autograd import Value
    >>> from viz import trace
    >>> x = Value(3.0)
    >>> playback = Playback(trace(x * x))
    >>> [playback.gradient(0, at=event) for event in range(5)]
    [None, None, None, 3.0, 6.0]
    """

    def __init__(self, trace: Trace) -> None:
        self._data: dict[int, _History] = {}
        self._gradients: dict[int, _History] = {}
        has_forward = any(isinstance(event, Forward) for event in trace.events)
        passed_before: list[int] = []  # nodes that begin with the gradient of the pass before this one
        for index, event in enumerate(trace.events):
            if isinstance(event, Forward):
                self._data.setdefault(event.node, []).append((index, trace.nodes[event.node].data))
                for identifier in passed_before:
                    self._gradients[identifier].append((index, None))
                passed_before.clear()
            elif isinstance(event, Seed):
                self._gradients.setdefault(event.node, []).append((index, event.gradient))
            elif isinstance(event, Contribution):
                self._gradients.setdefault(event.operand, []).append((index, event.after))
            else:
                if event.node not in self._data:
                    self._data[event.node] = [(_BEFORE, event.before)]
                if event.node not in self._gradients:
                    self._gradients[event.node] = [(_BEFORE, event.gradient)]
                    passed_before.append(event.node)
                self._data[event.node].append((index, event.after))
        if not has_forward:
            for node in trace.nodes:
                self._data.setdefault(node.id, [(_BEFORE, node.data)])

    def data(self, node: int, *, at: int) -> Any:
        """A node's data after event number `at`; None where it is not computed yet."""
        return _held(self._data.get(node), at)

    def gradient(self, node: int, *, at: int) -> Any:
        """What has been accumulated of a node's gradient after event number `at`; None where nothing has."""
        return _held(self._gradients.get(node), at)


def subject(event: TraceEvent) -> int:
    """The node that an event gives something to."""
    return event.operand if isinstance(event, Contribution) else event.node


def given(event: TraceEvent, trace: Trace) -> Any:
    """What an event gives: data forward and in an update, the gradient so far backward."""
    if isinstance(event, Forward):
        return trace.nodes[event.node].data
    if isinstance(event, Seed):
        return event.gradient
    return event.after


def is_gradient(event: TraceEvent) -> bool:
    """Whether what an event gives is a gradient."""
    return isinstance(event, Seed | Contribution)


def _held(history: _History | None, at: int) -> Any:
    if history is None:
        return None
    position = bisect_right(history, at, key=lambda entry: entry[0])
    return history[position - 1][1] if position else None
