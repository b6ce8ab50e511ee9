"""The usual cases of what Values do, written out: what `value.py` and `sweep.py` do in general, several times as fast.

It stands on top of both, and puts itself ahead of Value's own methods. Without it every answer would be the same; a
test holds it to the table and to the sweep, bit for bit.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from typing import Any

from . import modes, ops
from .node import Node
from .operation import Operation, Parameters
from .value import LARGEST_INTEGER, Value, stored

_new = object.__new__
_add_row, _multiply_row = ops.add, ops.multiply
record_in_general = Value._record


def add(self: Value, other: Any) -> Any:
    kind = type(other)
    if kind is Value:
        if self.requires_grad and other.requires_grad and not modes.open_blocks:
            node = _new(Value)
            node._first = self
            node._second = other
            node._data = self._data + other._data
            node._first_gradient = node._second_gradient = 1.0
            node.op = _add_row
            node.requires_grad = True
            node.grad = 0.0
            return node
    elif kind is float and self.requires_grad and not modes.open_blocks:
        node = _new(Value)
        node._first = self
        node._second = other
        node._data = self._data + other
        node._first_gradient = 1.0
        node._second_gradient = None
        node.op = _add_row
        node.requires_grad = True
        node.grad = 0.0
        return node
    return record(_add_row, (self, other), {})


def multiply(self: Value, other: Any) -> Any:
    kind = type(other)
    if kind is Value:
        if self.requires_grad and other.requires_grad and not modes.open_blocks:
            node = _new(Value)
            node._first = self
            node._second = other
            node._second_gradient = first = self._data
            node._first_gradient = second = other._data
            node._data = first * second
            node.op = _multiply_row
            node.requires_grad = True
            node.grad = 0.0
            return node
    elif kind is float and self.requires_grad and not modes.open_blocks:
        node = _new(Value)
        node._first = self
        node._second = node._first_gradient = other
        node._data = self._data * other
        node._second_gradient = None
        node.op = _multiply_row
        node.requires_grad = True
        node.grad = 0.0
        return node
    return record(_multiply_row, (self, other), {})


def record(operation: Operation, operands: tuple[Any, ...], parameters: Parameters) -> Any:
    """One or two operands, Values that require gradients or Python's numbers; others go the general way."""
    if modes.open_blocks:
        mode = modes.current_mode()
        if mode is not modes.DEFAULT:
            if mode.recording or mode.detecting_anomaly or mode.keeping_sources:
                return record_in_general(operation, operands, parameters)
            return _record_without_gradients(mode, operation, operands, parameters)
    rules = operation.local_gradients
    count = len(operands)
    if count == 1 == len(rules):
        (first,), (by_first,) = operands, rules
        if by_first is None or not first.requires_grad:
            return record_in_general(operation, operands, parameters)
        first_data = first._data
        try:
            out = operation.scalar(first_data)  # type: ignore[misc]  # every elementwise row has one
            first_gradient = by_first(out, first_data)
            if type(first_gradient) is not float:
                first_gradient = stored(first_gradient)
            if type(out) is not float:
                out = float(out)
        except (ArithmeticError, ValueError):
            return record_in_general(operation, operands, parameters)
        node = _new(Value)
        node._second_gradient = None
    elif count == 2 == len(rules):
        first, second = operands
        by_first, by_second = rules
        kind = type(first)
        if kind is Value and first.requires_grad:
            first_data = first._data
        elif kind is float or (kind is int and -LARGEST_INTEGER <= first <= LARGEST_INTEGER):
            first_data, by_first = first, None
        else:
            return record_in_general(operation, operands, parameters)
        kind = type(second)
        if kind is Value and second.requires_grad:
            second_data = second._data
        elif kind is float or (kind is int and -LARGEST_INTEGER <= second <= LARGEST_INTEGER):
            second_data, by_second = second, None
        else:
            return record_in_general(operation, operands, parameters)
        if by_first is None and by_second is None:  # a predicate
            return record_in_general(operation, operands, parameters)
        first_gradient = second_gradient = None
        try:
            out = operation.scalar(first_data, second_data)  # type: ignore[misc]  # as above
            if by_first is not None:
                first_gradient = by_first(out, first_data, second_data)
                if type(first_gradient) is not float:
                    first_gradient = stored(first_gradient)
            if by_second is not None:
                second_gradient = by_second(out, first_data, second_data)
                if type(second_gradient) is not float:
                    second_gradient = stored(second_gradient)
            if type(out) is not float:
                out = float(out)
        except (ArithmeticError, ValueError):
            return record_in_general(operation, operands, parameters)
        node = _new(Value)
        node._second, node._second_data, node._second_gradient = second, second_data, second_gradient
    else:
        return record_in_general(operation, operands, parameters)
    node._first, node._first_data, node._first_gradient = first, first_data, first_gradient
    node._data = out
    node.op = operation
    node.requires_grad = True
    node.grad = 0.0
    return node


def _record_without_gradients(
    mode: modes.Mode, operation: Operation, operands: tuple[Any, ...], parameters: Parameters
) -> Any:
    """Under `no_grad` the constant that one or two operands make; the node, in the backward pass of a program that is
    being recorded."""
    data = [operand._data if type(operand) is Value else operand for operand in operands]
    is_usual = operation.scalar is not None and len(data) <= 2 and all(type(number) in (float, int) for number in data)
    if not is_usual or (operation.is_boolean and not mode.tracing):
        return record_in_general(operation, operands, parameters)
    try:
        out = float(operation.scalar(*data))  # type: ignore[misc]  # `is_usual`
    except (ArithmeticError, ValueError):
        return record_in_general(operation, operands, parameters)
    node = _new(Value)
    node._data = out
    node.grad = 0.0
    node.op = None
    node.requires_grad = False
    if mode.tracing:
        node.op = operation
        node._first, node._first_data = operands[0], data[0]
        node._first_gradient = node._second_gradient = None
        if len(data) == 2:
            node._second, node._second_data = operands[1], data[1]
        if mode.scope is not None:
            node.scope = mode.scope
    return node


@functools.wraps(Node.backward)
def backward(self: Value, gradient: Any = None) -> None:
    is_plain = type(self) is Value and self.op is not None and not modes.current_mode().detecting_anomaly
    reached = sweep_values(self, self._seed(gradient, create_graph=False)) if is_plain and self.requires_grad else None
    if reached is None:
        Node.backward(self, gradient)
    else:
        if modes.open_blocks:
            modes.note_look(self)
        for leaf, found in reached.items():
            leaf._accumulate(found, set())


def sweep_values(output: Value, seed: float) -> dict[Value, float] | None:
    """`sweep` for a graph of Values alone, its walk included: fields instead of loops, and an intermediate's `.grad`
    instead of a dictionary. None where the graph holds anything else."""
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


for _name, _function in {
    "__add__": add,
    "__mul__": multiply,
    "_record": staticmethod(record),
    "backward": backward,
}.items():
    setattr(Value, _name, _function)
