"""The graph that is stepped through, and what recomputes it: edits, gradient checks, updates.

No screen is needed here: every key of the stepper that computes is a method of `Session`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Protocol

import numpy

from autograd import GraphError, Node, Tensor, Value, gradients

from ..parts import Update
from ..replay import copies_of_leaves, replay
from ..tracing import Trace, in_order, trace
from ..updates import UpdateRule
from .check import GradientCheck, Leaf, check
from .entry import RefusalError, typed_data

Source = Node | Trace | Callable[[], Node]


_MADE_ANEW = (
    "the change does not reach the graph: the function that records it makes its leaves anew, make them outside of it"
)


class Optimizer(Protocol):
    """What moves parameters, such as `nn.SGD`."""

    def step(self) -> None:
        """Move every parameter by its gradient."""


@dataclasses.dataclass(frozen=True)
class Nudge:
    """A leaf was moved a little, and the output with it; `gradient` says by how much it should."""

    label: str
    by: float
    before: float
    after: float
    gradient: float


@dataclasses.dataclass(frozen=True)
class _Kept:
    """The leaves' numbers, the optimizer's state where it can tell it, and the number of updates."""

    data: list[tuple[Leaf, Any]]
    state: Any
    updates: int


class Session:
    """A trace, and how to get the next one.

    Args:
        source: a function that records the graph from what the leaves are now; or a node, whose recorded
            operations are then run again on copies of its leaves (with an optimizer, on its leaves
            themselves, which are the optimizer's); or a trace, which can be looked at and no more.
        optimizer: moves the parameters in `update`; without one the learning rate is asked for.

    Raises:
        GraphError: there is nothing to trace.
    """

    def __init__(self, source: Source, optimizer: Optimizer | None = None) -> None:
        self.optimizer = optimizer
        self.updates: int = 0
        self.before_update: Trace | None = None  # what was there before the last update, until an edit or an undo
        self.nodes: list[Node] = []
        self._recorded: set[Node] = set()
        self._history: list[_Kept] = []
        self._record: Callable[[], Node] | None = None
        if isinstance(source, Trace):
            self.trace: Trace = source
        elif isinstance(source, Node):
            self._take(source, trace(source))
            labels = {node: one.label for node, one in zip(self.nodes, self.trace.nodes, strict=True) if one.is_named}
            leaves = {} if optimizer else copies_of_leaves(source, labels)
            self._record = lambda: replay(source, leaves)
            self._take(self._record(), self.trace)  # the same operations: the trace need not be made again
        elif callable(source):
            self._record = source
            self._take(self._again())
        else:
            raise RefusalError(
                f"step: give it a node, a trace, or a function that records a node, not {type(source).__name__}"
            )
        if not self.trace.events:
            raise RefusalError("step: this trace has no events: make it with forward=True or backward=True")

    @property
    def can_recompute(self) -> bool:
        return self._record is not None

    @property
    def output(self) -> Any:
        """The output's data."""
        return self.trace.nodes[self.trace.output].data

    def leaf(self, identifier: int) -> Leaf:
        """The leaf of that id, which can be edited.

        Raises:
            RefusalError: it is computed, or a bare number, or there is only a trace.
        """
        traced = self.trace.nodes[identifier]
        if not self.can_recompute:
            raise RefusalError(
                "this is a trace alone: to edit, check and update, give viz.step the node or a function that records it"
            )
        if traced.operation is not None:
            raise RefusalError(f"{traced.label} is computed: choose a leaf{self._some_leaves()}")
        node = self.nodes[identifier]
        if node not in self._recorded:
            raise RefusalError(f"{traced.label} is a number in the program, not a leaf{self._some_leaves()}")
        assert isinstance(node, Leaf)
        return node

    def edit(self, identifier: int, text: str) -> None:
        """Give a leaf what was typed, and compute everything again.

        Raises:
            RefusalError: no leaf, not a number, a shape that does not fit, or what the recording raised. Then
                nothing has changed.
        """
        leaf = self.leaf(identifier)
        before = leaf.data
        changed, kept = typed_data(text, before), self._kept()
        leaf.data = changed
        try:
            output = self._again()
            if self._is_lost(leaf, output):
                raise RefusalError(_MADE_ANEW)
            self._take(output)
        except GraphError:
            leaf.data = before
            raise
        self._history.append(kept)

    def nudge(self, identifier: int, by: float) -> Nudge:
        """What the output does when a number is added to (every element of) a leaf; nothing stays changed.

        Raises:
            RefusalError: no leaf, or one without gradient.
        """
        leaf, label = self.leaf(identifier), self.trace.nodes[identifier].label
        if not leaf.requires_grad or identifier not in self.trace.gradients:
            raise RefusalError(f"{label} has no gradient to be compared with")
        before, output = leaf.data, float(numpy.asarray(self.output).item())
        gradient = float(numpy.sum(gradients(self._again(), leaf).data))
        try:
            with numpy.errstate(all="ignore"):
                leaf.data = before + by
            nudged = self._again()
            if self._is_lost(leaf, nudged):
                raise RefusalError(_MADE_ANEW)
        finally:
            leaf.data = before
        return Nudge(label, by, output, float(nudged.item()), gradient)

    def undo(self) -> None:
        """Take the last edit or update back. Raises RefusalError where there is none."""
        if not self._history:
            raise RefusalError("nothing is to be undone: there was no edit and no update")
        self._restore(self._history.pop())

    def reset(self) -> None:
        """Take all edits and updates back. Raises RefusalError where there are none."""
        if not self._history:
            raise RefusalError("nothing is to be reset: there was no edit and no update")
        first = self._history[0]
        self._history.clear()
        self._restore(first)

    def _kept(self) -> _Kept:
        """What an undo brings back."""
        leaves = [node for node in self.nodes if isinstance(node, Leaf) and node.op is None and node in self._recorded]
        optimizer: Any = self.optimizer  # its state is nobody's duty
        state = optimizer.state_dict() if hasattr(optimizer, "state_dict") else None
        data = [(node, node.data.copy() if isinstance(node, Tensor) else node.data) for node in leaves]
        return _Kept(data, state, self.updates)

    def _restore_optimizer(self, kept: _Kept) -> None:
        if kept.state is not None:
            optimizer: Any = self.optimizer
            optimizer.load_state_dict(kept.state)

    def _restore(self, kept: _Kept) -> None:
        for node, data in kept.data:
            node.data = data
        self._restore_optimizer(kept)
        self.updates = kept.updates
        self._take(self._again())

    def check(self, identifier: int) -> GradientCheck:
        """A leaf's gradient beside central differences.

        Raises:
            RefusalError: no leaf, or one without gradient.
        """
        leaf, label = self.leaf(identifier), self.trace.nodes[identifier].label
        if not leaf.requires_grad:
            raise RefusalError(f"{label} has no gradient to check: it was made with requires_grad=False")

        def gradient_of(output: Node) -> Any:
            if self._is_lost(leaf, output):
                raise RefusalError(_MADE_ANEW)
            return gradients(output, leaf).data

        return check(label, leaf, self._again, gradient_of)

    def update(self, learning_rate: float | None = None) -> None:
        """Backward and a step of the optimizer (of gradient descent, with a learning rate), then forward again
        from where the parameters are now. The trace begins with the updates.

        Raises:
            RefusalError: there is only a trace, or what the recording or the optimizer raised. Then nothing has moved.
        """
        if not self.can_recompute:
            self.leaf(0)
        kept, traced_before = self._kept(), self.trace
        output = self._again()
        nodes = _nodes_of(output)
        parameters = [node for node in nodes if isinstance(node, Leaf) and node.op is None and node.requires_grad]
        before = [(node, node.data.copy() if isinstance(node, Tensor) else node.data) for node in parameters]
        try:
            for node in parameters:
                node.zero_grad()
            with numpy.errstate(all="ignore"):  # a step into infinity is shown as one
                moved = _attempt(lambda: trace(output, update=self._step(parameters, learning_rate)), "updating")
            updated = [(nodes[event.node], event) for event in moved.events if isinstance(event, Update)]
            again = self._again()
            if parameters and all(self._is_lost(node, again) for node in parameters):
                raise RefusalError(_MADE_ANEW)
            self._take(again)
        except GraphError:
            for node, data in before:
                node.data = data
            self._restore_optimizer(kept)
            raise
        identifiers = {node: identifier for identifier, node in enumerate(self.nodes)}
        updates = tuple(
            dataclasses.replace(event, node=identifiers[node]) for node, event in updated if node in identifiers
        )
        self.trace = dataclasses.replace(self.trace, events=updates + self.trace.events)
        self.before_update = traced_before
        self.updates += 1
        self._history.append(kept)

    def _step(self, parameters: list[Leaf], learning_rate: float | None) -> Callable[[], None]:
        if self.optimizer is not None:
            return self.optimizer.step
        assert learning_rate is not None
        return _Descent(parameters, learning_rate).step

    def _again(self) -> Node:
        assert self._record is not None
        output = _attempt(self._record, "recording again")
        if not isinstance(output, Node):
            raise RefusalError(f"the function that records the graph returned {type(output).__name__}, not a node")
        return output

    def _is_lost(self, leaf: Node, output: Node) -> bool:
        """Whether the recording made another leaf in the place of this one; a leaf it no longer uses is not lost."""
        nodes = _nodes_of(output)
        remaining = set(nodes)
        same_form = len(nodes) == len(self.nodes)
        return leaf not in remaining and (same_form or remaining.isdisjoint(self._recorded))

    def _take(self, output: Node, traced: Trace | None = None) -> None:
        """Look at this graph from now on."""
        self.before_update = None
        traced = traced or trace(output)
        self.nodes = _nodes_of(output)
        # A bare number is a node only to the trace.
        self._recorded = {output, *(one for node in self.nodes for one in node.operands if isinstance(one, Node))}
        self.trace = traced

    def _some_leaves(self) -> str:
        labels = [
            one.label
            for one, node in zip(self.trace.nodes, self.nodes, strict=True)
            if one.operation is None and node in self._recorded
        ]
        return f" ({', '.join(labels[:5])}{', …' if len(labels) > 5 else ''})" if labels else ""


class _Descent:
    """Gradient descent, where there is no optimizer; written down as nn's are (`Updating`)."""

    def __init__(self, parameters: list[Leaf], learning_rate: float) -> None:
        self._parameters, self._learning_rate = parameters, learning_rate

    def step(self) -> None:
        for node in self._parameters:
            if node.grad is not None:
                node.data = self._moved(node.data, node.grad, self._learning_rate)

    def update_rule(self) -> UpdateRule:
        given: dict[str, Any] = {name: Value(0.5) for name in ("parameter", "gradient", "learning_rate")}
        return UpdateRule(given, {"parameter": self._moved(*given.values())})

    def update_numbers(self, parameter: Node) -> dict[str, Any]:
        return {"learning_rate": self._learning_rate}

    @staticmethod
    def _moved(data: Any, gradient: Any, learning_rate: Any) -> Any:
        return data - learning_rate * gradient


def _nodes_of(output: Node) -> list[Node]:
    """The nodes by their id in the trace."""
    return [node for node, _ in in_order(output)]


def _attempt(run: Callable[[], Any], doing: str) -> Any:
    """What `run` returns, or a refusal that says what went wrong."""
    try:
        return run()
    except GraphError:
        raise
    except Exception as error:  # a person's own function runs here; whatever it raises is one sentence
        reason = " ".join(str(error).split()) or "no reason given"
        raise RefusalError(f"{doing} failed: {type(error).__name__}: {reason}") from error
