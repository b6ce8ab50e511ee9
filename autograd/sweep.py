"""The reverse sweep: the chain rule, once through the graph, from an output to everything it depends on.

There is one sweep (and the same written out for graphs of Values alone, in `fast_paths.py`). `backward()` commits
what it finds to `.grad`, `gradients()` hands it out, and an observer is told of every seed and contribution while they
happen; none of them computes anything again. The sweep keeps its work in a dictionary of its own, so it can run inside
another and beside those of other threads. What it found is committed at once, under one lock of the process: threads
may share all of a graph, and a sweep that fails has changed nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy

from . import anomaly, locks, modes, ops
from .errors import NotRecordedError
from .operation import Contribution, Passed, Recordable, silently
from .traversal import operands_first


class SweepObserver(Protocol):
    """Is told of a sweep's events in the order in which they happen."""

    def seed(self, node: Any, gradient: Any) -> None:
        """The sweep starts at `node` with this gradient."""

    def contribution(self, contribution: Contribution) -> None:
        """A node passed something on to an operand."""


def backward(output: Recordable, gradient: Any = None, observer: SweepObserver | None = None) -> None:
    """Sweep from `output`, then commit: leaves add the gradient up, intermediates hold this sweep's.

    A sweep that fails has changed no `.grad`.
    """
    commit(sweep(output, gradient, observer=observer, keep=True).items())


def commit(found: Iterable[tuple[Any, Any]]) -> None:
    """Add gradients to their leaves, and let intermediates hold theirs, while no other thread changes a `.grad`.

    The thread itself may, in a signal's handler: a sweep of Values that is interrupted there, and that works in their
    `.grad`, sees that its work is spoilt. Where a handler raises, the leaves have all of it, or none.
    """
    in_use: set[int] = set()
    done = [0]  # how many leaves have theirs
    leaves: list[tuple[Any, Any]] = []
    with locks.gradients:
        for pair in found:
            node, gradient = pair
            if node.op is None:
                leaves.append(pair)
            else:
                locks.is_sweeping = False
                node._hold(gradient)
                in_use.add(id(gradient))
        try:
            for leaf, gradient in leaves:
                leaf._accumulate(gradient, in_use, done)
        except BaseException:
            for leaf, gradient in leaves[done[0] :] if done[0] else ():
                leaf._accumulate(gradient, in_use, done)
            raise


def forget_gradients(nodes: Iterable[Recordable]) -> None:
    """Take the gradients of leaves away, while no other thread adds to one."""
    with locks.gradients:
        for node in nodes:
            node._forget()


def sweep(
    output: Recordable,
    gradient: Any = None,
    *,
    create_graph: bool = False,
    wanted: frozenset[Recordable] | None = None,
    keep: bool = False,
    observer: SweepObserver | None = None,
) -> dict[Any, Any]:
    """The gradients of `output`: floats for a Value, arrays for a Tensor, nodes with `create_graph`.

    Args:
        output, gradient, create_graph: as in `gradients`.
        wanted, keep, observer: as in `propagate`.
    """
    if not output.requires_grad:
        raise NotRecordedError(
            f"backward: {output!r:.80} depends on nothing that requires gradients "
            "(a constant, or computed under no_grad or after detach; there, `w -= …` makes a constant of w, "
            "and `w.data -= …` moves it)"
        )
    seeds = {output: output._seed(gradient, create_graph)}
    return propagate(seeds, create_graph=create_graph, wanted=wanted, keep=keep, observer=observer)


@silently
def propagate(
    seeds: Mapping[Any, Any],
    *,
    create_graph: bool,
    wanted: frozenset[Recordable] | None = None,
    ends: frozenset[Recordable] = frozenset(),
    keep: bool = False,
    observer: SweepObserver | None = None,
) -> dict[Any, Any]:
    """The sweep itself, from outputs that require gradients and the upstream gradient of each.

    Args:
        seeds: the checked upstream gradients.
        create_graph: record the gradients.
        wanted: the nodes, leaves or intermediates, whose gradients to return: the sweep follows only the paths that
            lead to them. None: every leaf's.
        ends: nodes that are taken for leaves: the sweep does not go on to what they were computed from.
        keep: return the intermediates on the way, too.
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
    found: dict[Any, Any] = {}
    adjoints: dict[Any, Any] = dict(seeds)  # of nodes that the sweep has reached and not yet passed
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
                if create_graph or not node._keeps_local_gradients:
                    node._refuse_stale()  # a view of what was written into may lie on a path that is not followed
                continue
        upstream = adjoints[node] if keep else take(node)
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
            if detecting_anomaly or observer is not None:
                told = Contribution(node, slot, operand, upstream, local_gradient, contribution, total)
                if detecting_anomaly:
                    anomaly.check_contribution(told)
                if observer is not None:
                    observer.contribution(told)
    if not found:
        return adjoints
    found.update(adjoints)
    return found


def _leading_to(wanted: frozenset[Recordable], order: Sequence[Recordable]) -> dict[Recordable, Sequence[int]]:
    """The nodes through which gradients flow to what is wanted, and through which of their slots. What is wanted is
    among them, with no slots where gradients flow to nothing else through it."""
    leading: dict[Recordable, Sequence[int]] = dict.fromkeys(wanted, ())
    for node in order:
        operands = node.operands
        slots = [slot for slot in node._gradient_slots if operands[slot] in leading]
        if slots:
            leading[node] = slots
    return leading


def topological_order(*outputs: Recordable, ends: frozenset[Any] = frozenset()) -> list[Any]:
    """Every recorded node that gradients of the outputs reach, operands before what was computed from them.

    Leaves, and `ends`, are not listed. The reverse visits a first operand's side before a second's.
    """
    return operands_first([output for output in outputs if output.op is not None], _recorded_operands, ends)


def _recorded_operands(node: Recordable) -> list[Recordable]:
    """The operands through which gradients flow on."""
    operands = node.operands
    return [operand for slot in node._gradient_slots if (operand := operands[slot]).op is not None]


def _contributions_as_nodes(node: Recordable, upstream: Recordable, slots: Sequence[int]) -> list[Passed]:
    """What `Recordable._contributions` gives, recorded: the row's rules run on the nodes themselves."""
    of_its_own = node._contributions_as_nodes(upstream, slots)
    if of_its_own is not None:
        return of_its_own
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
                local_gradient = rule(node, *[x if isinstance(x, Recordable) else node._constant(x) for x in operands])
            contribution = through(upstream, local_gradient)
        else:
            contribution = rule(upstream, node, *operands, **node.keywords)
        passed.append((slot, operands[slot], local_gradient, operands[slot]._fit(contribution, True)))
    return passed


def through(upstream: Any, local_gradient: Any) -> Any:
    """upstream × local gradient, without multiplying by a literal 1; a boolean one is a gate: what is
    stopped is 0, even if the upstream gradient is infinite."""
    kind = type(local_gradient)
    if kind is numpy.ndarray:  # the usual case of Tensors, first
        return ops.where(local_gradient, upstream, 0) if local_gradient.dtype.kind == "b" else upstream * local_gradient
    if kind is int:
        if local_gradient == 1:
            return upstream
        if local_gradient == -1:
            return -upstream
    elif kind is bool:
        return upstream if local_gradient else ops.where(False, upstream, 0)
    elif getattr(local_gradient, "dtype", None) == numpy.bool_ or (
        isinstance(local_gradient, Recordable) and local_gradient._is_boolean
    ):
        return ops.where(local_gradient, upstream, 0)
    return upstream * local_gradient
