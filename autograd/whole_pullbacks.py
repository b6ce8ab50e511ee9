"""Operations that pull an upstream gradient back to all of their operands at once, and the nodes that they give."""

from __future__ import annotations

import functools
from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import numpy

from . import anomaly
from .calling_line import calling_line
from .modes import current_mode
from .node import Node
from .operation import Operation, Passed
from .tensor import Tensor
from .value import Value

_new = object.__new__


class PulledAtOnce(Operation):
    """An operation whose pullback is one computation for all slots, and no rule a slot."""

    __slots__ = ()

    @abstractmethod
    def pulled(self, data: Sequence[Any], upstream: Any, slots: Sequence[int], out: Any) -> Sequence[Any]:
        """The gradients of the operands in these slots.

        Args:
            data: the operands' numbers and arrays.
            out: what the operation gave for them.
        """

    @abstractmethod
    def pulled_as_nodes(self, operands: Sequence[Any], upstream: Any, slots: Sequence[int], out: Any) -> Sequence[Any]:
        """The same recorded, of nodes."""

    def rule(self, slot: int) -> Callable[..., Any]:
        return functools.partial(self._pulled, slot)

    def _pulled(self, slot: int, upstream: Any, out: Any, *operands: Any) -> Any:
        """The pullback as a row has it, for one slot."""
        out = getattr(out, "_data", out)
        if any(isinstance(one, Node) for one in (upstream, *operands)):
            nodes = [one if isinstance(one, Node) else constant_of(one) for one in operands]
            return self.pulled_as_nodes(nodes, upstream, [slot], out)[0]
        return self.pulled(operands, upstream, [slot], out)[0]


def node_of(operation: PulledAtOnce, operands: tuple[Any, ...], out: Any, flows: Sequence[bool]) -> Node:
    """The node of what an operation gave, a number or an array.

    Args:
        operands: nodes, numbers and arrays.
        flows: whether gradients flow back, for each operand.
    """
    data, slots, tracked = [], [], False
    for slot, operand in enumerate(operands):
        if isinstance(operand, Node):
            data.append(operand._data)
            if operand._requires_grad:
                tracked = True
                if flows[slot]:
                    slots.append(slot)
            elif operand.op is not None:
                tracked = True
        else:
            data.append(operand)
    mode = current_mode()
    if mode.detecting_anomaly:
        anomaly.check_forward(operation, operands, data, out)
    if not mode.recording:
        slots = []
    node: Any
    if not (tracked and mode.recording) and not mode.tracing:
        if type(out) is float:
            node = Value(out, requires_grad=False)
            node._is_constant_boolean = operation.is_boolean
            return node  # type: ignore[no-any-return]  # a Value
        return Tensor(numpy.asarray(out), requires_grad=False, copy=False)
    if type(out) is float:
        node = _new(PulledValue)
        node._data, node.grad = out, 0.0
        node._all_operands, node._all_recorded, node._all_slots = operands, data, slots
        if mode.scope is not None:
            node.scope = mode.scope
    else:
        node = _new(PulledTensor)
        node._data, node._grad, node._grad_is_shared = numpy.asarray(out), None, False
        node.operands, node._recorded, node._gradient_slots = operands, data, slots
        node.keywords, node.scope = {}, mode.scope
    node.op, node._requires_grad = operation, bool(slots)
    if mode.keeping_sources:
        node.source = calling_line()
    return node  # type: ignore[no-any-return]  # one of the two


class _Pulled(Node):
    """What both kinds of node have in common."""

    __slots__ = ()

    def _contributions(self, upstream: Any, slots: Sequence[int]) -> list[Passed]:
        if not self._keeps_local_gradients:
            self._refuse_stale()
        found = []
        for slot, gradient in zip(
            slots, _operation(self).pulled(self._recorded, upstream, slots, self._data), strict=True
        ):
            operand, data = self.operands[slot], self._recorded[slot]
            if isinstance(data, numpy.ndarray) and getattr(gradient, "dtype", None) != data.dtype:  # of columns
                gradient = operand._fit(numpy.asarray(gradient), False)
            found.append((slot, operand, None, gradient))
        return found

    def _contributions_as_nodes(self, upstream: Any, slots: Sequence[int]) -> list[Passed]:
        self._refuse_stale()
        found = _operation(self).pulled_as_nodes(self.operands, upstream, slots, self._data)
        return [
            (slot, self.operands[slot], None, self.operands[slot]._fit(gradient, True))
            for slot, gradient in zip(slots, found, strict=True)
        ]


class PulledTensor(_Pulled, Tensor):
    """An array that such an operation gave."""

    __slots__ = ()


class PulledValue(_Pulled, Value):
    """A number that such an operation gave."""

    __slots__ = ("_all_operands", "_all_recorded", "_all_slots")
    _all_operands: tuple[Any, ...]
    _all_recorded: list[Any]
    _all_slots: list[int]

    @property
    def operands(self) -> tuple[Any, ...]:  # type: ignore[override]  # as in Value
        return self._all_operands

    @property
    def _recorded(self) -> list[Any]:  # type: ignore[override]  # as in Value
        return self._all_recorded

    @property
    def _gradient_slots(self) -> Sequence[int]:  # type: ignore[override]  # as in Value
        return self._all_slots

    def _stored_gradient(self, slot: int) -> float | None:
        """None: it is computed in the sweep."""
        return None


def _operation(node: Node) -> PulledAtOnce:
    assert isinstance(node.op, PulledAtOnce)
    return node.op


def constant_of(data: Any) -> Node:
    """A leaf without gradient, of a number or an array."""
    return Tensor(data, requires_grad=False) if isinstance(data, numpy.ndarray) else Value(data, requires_grad=False)
