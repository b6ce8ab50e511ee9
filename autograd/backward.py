"""The reverse sweep: the chain rule, once through the graph, from an output to everything it depends on.

There is one sweep, and a fast path of it for Values. `backward()` commits what it finds to `.grad`,
`gradients()` hands it out, and an observer is told of every seed and contribution while they happen; none
of them computes anything again. The sweep keeps its work in a dictionary of its own, so it can run inside
another, two threads may share leaves, and one that fails has changed no leaf.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, overload

import numpy

from . import anomaly, modes
from .errors import DataTypeError, NotRecordedError
from .node import Node, Passed, through
from .operation import silently
from .value import Value


class SweepObserver(Protocol):
    """Is told of a sweep's events in the order in which they happen."""

    def seed(self, node: Node, gradient: Any) -> None:
        """The sweep starts at `node` with this gradient."""

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
        """`node` passed `contribution` on to its operand in `slot`, whose gradient in this sweep is now
        `total`. `local_gradient` is None for an operation that has a pullback instead."""


def backward(output: Node, gradient: Any = None, observer: SweepObserver | None = None) -> None:
    """Sweep from `output`, then commit: leaves add the gradient up, intermediates hold this sweep's.

    A sweep that fails has changed no leaf.
    """
    in_use: set[int] = set()
    reached: Mapping[Any, Any] | None = None
    is_plain = observer is None and not modes.current_mode().detecting_anomaly
    if is_plain and type(output) is Value and output.op is not None and output.requires_grad:
        reached = _sweep_values(output, output._seed(gradient, create_graph=False))
    if reached is None:
        reached = sweep(output, gradient, observer=observer, hold=in_use)
    for leaf, found in reached.items():
        leaf._accumulate(found, in_use)


@overload
def gradients(output: Node, inputs: Node, gradient: Any = None, *, create_graph: bool = False) -> Node: ...
@overload
def gradients(
    output: Node, inputs: Sequence[Node], gradient: Any = None, *, create_graph: bool = False
) -> list[Node]: ...
def gradients(
    output: Node, inputs: Node | Sequence[Node], gradient: Any = None, *, create_graph: bool = False
) -> Node | list[Node]:
    """The gradients of `output` with respect to `inputs`, as nodes; no `.grad` is touched.

    Args:
        output: a node with a single number, or any node if `gradient` is given.
        inputs: a node (leaf or intermediate) or a sequence of them.
        gradient: the upstream gradient of `output`: a number or array of its shape, or a node.
        create_graph: record the gradients themselves, so that they can be differentiated again.

    Returns:
        One node, or a list as long as `inputs`; zeros for an input that `output` does not depend on.

    Raises:
        ShapeError, NotRecordedError, StaleGraphError: as `Node.backward`.

    >>> from autograd import Value, gradients
    >>> x = Value(2.0)
    >>> first = gradients(x**3, x, create_graph=True)
    >>> first.data, gradients(first, x).data
    (12.0, 12.0)
    """
    wanted = [inputs] if isinstance(inputs, Node) else list(inputs)
    for node in wanted:
        if not isinstance(node, Node):
            raise DataTypeError(f"gradients: inputs are nodes (Value or Tensor), not {type(node).__name__}")
        if not node.requires_grad:
            raise NotRecordedError(f"gradients: the input {node!r:.80} does not require gradients")
    reached = sweep(output, gradient, create_graph=create_graph, wanted=frozenset(wanted))
    found = [_as_node(node, reached.get(node)) for node in wanted]
    return found[0] if isinstance(inputs, Node) else found


def sweep(
    output: Node,
    gradient: Any = None,
    *,
    create_graph: bool = False,
    wanted: frozenset[Node] | None = None,
    hold: set[int] | None = None,
    observer: SweepObserver | None = None,
) -> dict[Node, Any]:
    """The gradients of `output`: floats for a Value, arrays for a Tensor, nodes with `create_graph`.

    Args:
        output, gradient, create_graph: as in `gradients`.
        wanted, hold, observer: as in `propagate`.
    """
    if not output.requires_grad:
        raise NotRecordedError(
            f"backward: {output!r:.80} depends on nothing that requires gradients "
            "(a constant, or computed under no_grad or after detach; there, `w -= …` makes a constant of w, "
            "and `w.data -= …` moves it)"
        )
    seeds = {output: output._seed(gradient, create_graph)}
    return propagate(seeds, create_graph=create_graph, wanted=wanted, hold=hold, observer=observer)


@silently
def propagate(
    seeds: Mapping[Node, Any],
    *,
    create_graph: bool,
    wanted: frozenset[Node] | None = None,
    ends: frozenset[Node] = frozenset(),
    hold: set[int] | None = None,
    observer: SweepObserver | None = None,
) -> dict[Node, Any]:
    """The sweep itself, from outputs that require gradients and the upstream gradient of each.

    Args:
        seeds: the checked upstream gradients.
        create_graph: record the gradients.
        wanted: the nodes, leaves or intermediates, whose gradients to return; only paths to them are gone.
            None: every leaf's.
        ends: nodes that are taken for leaves: nothing before them is looked at.
        hold: set the `.grad` of intermediates on the way; the set collects the ids of those arrays.
        observer: is told of each event.

    Returns:
        The gradient of what was wanted, as far as the sweep reached it.
    """
    order = topological_order(*seeds, ends=ends)
    leading = {} if wanted is None else _leading_to(wanted, order)
    detecting_anomaly = modes.current_mode().detecting_anomaly
    for output, seed in seeds.items():
        if detecting_anomaly:
            anomaly.check_seed(output, seed)
        if observer is not None:
            observer.seed(output, seed)
    found: dict[Node, Any] = {}
    adjoints: dict[Node, Any] = dict(seeds)  # of nodes that the sweep has reached and not yet passed
    get, take = adjoints.get, adjoints.pop
    for node in reversed(order):
        if wanted is None:
            slots = node._gradient_slots
        else:
            if node in wanted:
                found[node] = adjoints[node]
            slots = leading.get(node, ())
            if not slots:
                take(node, None)
                if create_graph or not isinstance(node, Value):
                    node._refuse_stale()  # a view of what was written into may lie on a path that is gone
                continue
        upstream = take(node)
        if hold is not None:
            node._hold(upstream)
            hold.add(id(upstream))
        if not create_graph:
            passed = node._contributions(upstream, slots)
        elif detecting_anomaly:  # a rule may pass through an infinity (1 / ∞): only what it gives counts
            with modes.Adjusted(detecting_anomaly=False):
                passed = _contributions_as_nodes(node, upstream, slots)
        else:
            passed = _contributions_as_nodes(node, upstream, slots)
        for slot, operand, local_gradient, contribution in passed:
            before = get(operand)
            total = contribution if before is None else before + contribution
            adjoints[operand] = total
            if detecting_anomaly:
                anomaly.check_contribution(node, slot, operand, upstream, local_gradient, contribution, total)
            if observer is not None:
                observer.contribution(node, slot, operand, upstream, local_gradient, contribution, total)
    found.update(adjoints)
    return found


def _leading_to(wanted: frozenset[Node], order: Sequence[Node]) -> dict[Node, Sequence[int]]:
    """The nodes through which gradients flow to what is wanted, and through which of their slots. What is
    wanted is there itself, if with no slots."""
    leading: dict[Node, Sequence[int]] = dict.fromkeys(wanted, ())
    for node in order:
        operands = node.operands
        slots = [slot for slot in node._gradient_slots if operands[slot] in leading]
        if slots:
            leading[node] = slots
    return leading


def topological_order(*outputs: Node, ends: frozenset[Node] = frozenset()) -> list[Node]:
    """Every recorded node that gradients of the outputs reach, operands before what was computed from them.

    Leaves, and `ends`, are not listed. The reverse visits a first operand's side before a second's.
    """
    order: list[Node] = []
    seen: set[Node] = set(ends)
    stack: list[Any] = [*outputs]
    while stack:
        node = stack.pop()
        if node is None:  # the mark that all operands of the node below it are finished
            order.append(stack.pop())
        elif node.op is not None and node not in seen:
            seen.add(node)
            stack += (node, None)
            operands = node.operands
            for slot in node._gradient_slots:
                operand = operands[slot]
                if operand.op is not None and operand not in seen:
                    stack.append(operand)
    return order


def _sweep_values(output: Value, seed: float) -> dict[Value, float] | None:
    """`sweep` and `topological_order` for a graph of Values alone, four times as fast: fields instead of
    loops, and an intermediate's `.grad` instead of a dictionary. None where the graph holds anything else.

    A test holds it to `sweep`, bit for bit.
    """
    # A zero of this sweep's own: by its identity a node is known as visited. Negative, because −0.0 + x is x
    # for every x, 0.0 and −0.0 included.
    unreached = float("-0")
    leaves: defaultdict[Value, float] = defaultdict(lambda: -0.0)
    order: list[Value] = []
    begun: list[Any] = [None]  # visited nodes, an operand of each of which is being visited; an end mark
    pop, push, finish = begun.pop, begun.append, order.append
    node = output
    while True:
        if type(node) is not Value:
            return None
        node.grad = unreached
        if node._second_gradient is not None:
            operand = node._second
            if operand.op is not None and operand.grad is not unreached:
                push(node)
                node = operand
                continue
        while node is not None:  # the second operand's side of this one is finished
            if node._first_gradient is not None:
                operand = node._first
                if operand.op is not None and operand.grad is not unreached:
                    push(node)
                    node = operand
                    break
            finish(node)
            node = pop()
        else:
            break
    output.grad = seed
    for node in reversed(order):
        upstream = node.grad
        gradient = node._first_gradient
        if gradient is not None:
            operand = node._first
            if operand.op is None:
                leaves[operand] += upstream * gradient if gradient is not False else 0.0
            else:
                operand.grad += upstream * gradient if gradient is not False else 0.0
        gradient = node._second_gradient
        if gradient is not None:
            operand = node._second
            if operand.op is None:
                leaves[operand] += upstream * gradient if gradient is not False else 0.0
            else:
                operand.grad += upstream * gradient if gradient is not False else 0.0
    return leaves


def _contributions_as_nodes(node: Node, upstream: Node, slots: Sequence[int]) -> list[Passed]:
    """`Node._contributions`, recorded: the row's rules run on the nodes themselves."""
    operation, operands = node.op, node.operands
    assert operation is not None
    node._refuse_stale()
    passed: list[Passed] = []
    for slot in slots:
        rule = operation.rule(slot)
        assert rule is not None
        local_gradient = None
        if operation.local_gradients:
            try:
                local_gradient = rule(node, *operands)
            except ArithmeticError:  # of bare numbers alone (1 / 0): as nodes they have IEEE's answer
                local_gradient = rule(node, *node.inputs)
            contribution = through(upstream, local_gradient)
        else:
            contribution = rule(upstream, node, *operands, **node.keywords)
        passed.append((slot, operands[slot], local_gradient, operands[slot]._fit(contribution, True)))
    return passed


def _as_node(node: Node, gradient: Any) -> Node:
    if gradient is None:
        return node._constant(numpy.zeros_like(node._data))
    return gradient if isinstance(gradient, Node) else node._constant(gradient)
