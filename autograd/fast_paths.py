"""The usual cases of what Values do, written out: what `value.py` and `sweep.py` do in general, several times as fast.

It stands on top of both, and puts itself ahead of Value's own methods. Without it every answer would be the same; a
test holds it to the table and to the sweep, bit for bit.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Never

from . import locks, modes, ops
from .node import Node, refuse_keywords, refuse_modulus
from .operation import Operation, Parameters
from .value import LARGEST_INTEGER, Value

_new = object.__new__
_add_row, _multiply_row, _power_row = ops.add, ops.multiply, ops.power
record_in_general: Callable[..., Any] = Value._record


# Said once for both kinds of operand these two would be 3 % slower.


def _adding(otherwise: Callable[..., Any]) -> Callable[..., Any]:
    """`+`, or `+=`, which differ in what comes where the usual cases end."""

    def add(self: Value, other: Any) -> Any:
        kind = type(other)
        if kind is Value:
            if self._requires_grad and other._requires_grad and not modes.open_blocks:
                node = _new(Value)
                node._first = self
                node._second = other
                node._data = self._data + other._data
                node._first_gradient = node._second_gradient = 1.0
                node.op = _add_row
                node._requires_grad = True
                node.grad = 0.0
                return node
        elif kind is float and self._requires_grad and not modes.open_blocks:
            node = _new(Value)
            node._first = self
            node._second = other
            node._data = self._data + other
            node._first_gradient = 1.0
            node._second_gradient = None
            node.op = _add_row
            node._requires_grad = True
            node.grad = 0.0
            return node
        return otherwise(_add_row, self, other)

    return add


def _multiplying(otherwise: Callable[..., Any]) -> Callable[..., Any]:
    """`*`, or `*=`."""

    def multiply(self: Value, other: Any) -> Any:
        kind = type(other)
        if kind is Value:
            if self._requires_grad and other._requires_grad and not modes.open_blocks:
                node = _new(Value)
                node._first = self
                node._second = other
                node._second_gradient = first = self._data
                node._first_gradient = second = other._data
                node._data = first * second
                node.op = _multiply_row
                node._requires_grad = True
                node.grad = 0.0
                return node
        elif kind is float and self._requires_grad and not modes.open_blocks:
            node = _new(Value)
            node._first = self
            node._second = node._first_gradient = other
            node._data = self._data * other
            node._second_gradient = None
            node.op = _multiply_row
            node._requires_grad = True
            node.grad = 0.0
            return node
        return otherwise(_multiply_row, self, other)

    return multiply


def record(operation: Operation, operands: tuple[Any, ...], parameters: Parameters) -> Any:
    if operation.scalar is not None and not parameters:
        if len(operands) == 1:
            return unary(operation, operands[0])
        if len(operands) == 2 and not any(type(one) is int and abs(one) > LARGEST_INTEGER for one in operands):
            return binary(operation, *operands)
    return record_in_general(operation, operands, parameters)


def unary(operation: Operation, operand: Any) -> Any:
    """`record` for one operand."""
    if modes.open_blocks and (mode := modes.current_mode()) is not modes.DEFAULT:
        return _inside_a_block(mode, operation, operand)
    try:
        (rule,) = operation.local_gradients
    except ValueError:
        raise operation.miscounted(1) from None
    if rule is None or not operand._requires_grad:
        return record_in_general(operation, (operand,), {})
    data = operand._data
    try:
        out = operation.scalar(data)  # type: ignore[misc]  # every elementwise row has one
        gradient = rule(out, data)
        node = _new(Value)
        node._first = operand
        node._first_data = data
        node._first_gradient = gradient if gradient is False else float(gradient)
        node._data = out if type(out) is float else float(out)
    except (ArithmeticError, ValueError):
        return record_in_general(operation, (operand,), {})
    node._second_gradient = None
    node.op = operation
    node._requires_grad = True
    node.grad = 0.0
    return node


def binary(operation: Operation, first: Any, second: Any) -> Any:
    """`record` for two operands: here Values that require gradients, and Python's numbers."""
    if modes.open_blocks and (mode := modes.current_mode()) is not modes.DEFAULT:
        return _inside_a_block(mode, operation, first, second)
    by_first, by_second = operation.local_gradients
    kind = type(first)
    if kind is Value and first._requires_grad:
        first_data = first._data
    elif kind is float or kind is int:
        first_data, by_first = first, None
    else:
        return record_in_general(operation, (first, second), {})
    kind = type(second)
    if kind is Value and second._requires_grad:
        second_data = second._data
    elif kind is float or kind is int:
        second_data, by_second = second, None
    else:
        return record_in_general(operation, (first, second), {})
    node = _new(Value)
    node._first_gradient = node._second_gradient = None
    try:
        out = operation.scalar(first_data, second_data)  # type: ignore[misc]  # as above
        if by_first is not None:
            gradient = by_first(out, first_data, second_data)
            node._first_gradient = gradient if gradient is False else float(gradient)
        if by_second is not None:
            gradient = by_second(out, first_data, second_data)
            node._second_gradient = gradient if gradient is False else float(gradient)
        elif by_first is None:  # a predicate
            return record_in_general(operation, (first, second), {})
        node._data = out if type(out) is float else float(out)
    except (ArithmeticError, ValueError):
        return record_in_general(operation, (first, second), {})
    node._first, node._first_data = first, first_data
    node._second, node._second_data = second, second_data
    node.op = operation
    node._requires_grad = True
    node.grad = 0.0
    return node


def _inside_a_block(mode: modes.Mode, operation: Operation, *operands: Any) -> Any:
    """Where no local gradients are asked for, under `no_grad` and in the backward pass of a program that is being
    recorded: the constant that the operands make, or the program's node."""
    data = []
    for operand in operands:
        if type(operand) is Value:
            data.append(operand._data)
        elif type(operand) is float or type(operand) is int:
            data.append(operand)
        else:
            return record_in_general(operation, operands, {})
    if mode.recording or mode.detecting_anomaly or mode.keeping_sources or operation.is_boolean:
        return record_in_general(operation, operands, {})
    try:
        out = operation.scalar(*data)  # type: ignore[misc]  # as above
        node = _new(Value)
        node._data = out if type(out) is float else float(out)
    except (ArithmeticError, ValueError):
        return record_in_general(operation, operands, {})
    node.grad = 0.0
    node.op = None
    node._requires_grad = False
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
def backward(self: Value, gradient: Any = None, **unknown: Never) -> None:
    if unknown:
        refuse_keywords(unknown)
    if (
        type(self) is Value
        and self.op is not None
        and self._requires_grad
        and not (modes.open_blocks and modes.current_mode().detecting_anomaly)
        and _swept(self, 1.0 if gradient is None else self._seed(gradient, create_graph=False))
    ):
        if modes.open_blocks:
            modes.note_look(self)
    else:
        Node.backward(self, gradient)


def _swept(output: Value, seed: float) -> bool:
    """Sweep a graph of Values alone and commit what it gives, in one: other threads may share the intermediates that it
    works in. False where the graph holds anything else; inside another such sweep, which works in them now; and where
    one came into this and may have spoilt its work. Then nothing is committed."""
    with locks.gradients:
        if locks.is_sweeping:
            return False
        locks.is_sweeping = True
        try:
            reached = sweep_values(output, seed)
            if reached is None or not locks.is_sweeping:
                return False
        finally:
            locks.is_sweeping = False
        done = 0
        try:
            for leaf, found in reached.items():  # as `_accumulate`; both at once, for no signal comes between
                leaf.grad, done = found if leaf.grad is None else leaf.grad + found, done + 1
        except BaseException:  # a signal's handler raised: all leaves have theirs, or none
            for leaf, found in list(reached.items())[done:] if done else ():
                leaf.grad = found if leaf.grad is None else leaf.grad + found
            raise
    return True


def sweep_values(output: Value, seed: float) -> dict[Value, float] | None:
    """`sweep` for a graph of Values alone, its walk included: fields instead of loops, and an intermediate's `.grad`
    instead of a dictionary. None where the graph holds anything else."""
    # A zero of this sweep's own: by its identity a node is known as visited. Negative, because −0.0 + x is x
    # for every x, 0.0 and −0.0 included.
    unreached = float("-0")
    leaves: defaultdict[Value, float] = defaultdict(lambda: -0.0)
    order: list[Value] = []
    begun: list[Any] = [None]  # the end mark, and the nodes that wait until an operand's side is finished
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


_SIGNS = {ops.add: "+=", ops.multiply: "*=", ops.subtract: "-=", ops.divide: "/=", ops.power: "**="}


def _binary_in_place(row: Operation, self: Value, other: Any) -> Any:
    if (modes.open_blocks or row is ops.subtract) and not (row is _add_row and isinstance(other, Node)):
        self._refuse_in_place(_SIGNS[row], other)
    return binary(row, self, other)


def _in_place(row: Operation) -> Callable[..., Any]:
    if row is ops.subtract:  # a step of a leaf, which is refused outside blocks, too
        return lambda self, other: (_binary_in_place if self.op is None or modes.open_blocks else binary)(
            row, self, other
        )
    return lambda self, other: _binary_in_place(row, self, other) if modes.open_blocks else binary(row, self, other)


def _method(row: Operation) -> Callable[..., Any]:
    return lambda self: unary(row, self)


def _operator(row: Operation) -> Callable[..., Any]:
    return lambda self, other: binary(row, self, other)


def _reflected(row: Operation) -> Callable[..., Any]:
    return lambda self, other: binary(row, other, self)


def power(self: Value, other: Any, modulus: None = None) -> Any:
    if modulus is not None:
        refuse_modulus()
    return binary(_power_row, self, other)


def _reflected_power(self: Value, other: Any, modulus: None = None) -> Any:
    if modulus is not None:
        refuse_modulus()
    return binary(_power_row, other, self)


_fast: dict[str, Any] = {
    "__add__": _adding(binary),
    "__mul__": _multiplying(binary),
    "__iadd__": _adding(_binary_in_place),
    "__imul__": _multiplying(_binary_in_place),
    "__neg__": _method(ops.negative),
    "__pow__": power,
    "__rpow__": _reflected_power,
    "_record": staticmethod(record),
    "backward": backward,
}
for _row in (ops.exp, ops.log, ops.tanh, ops.sigmoid, ops.relu):
    _fast[_row.name] = _method(_row)
for _name, _row in {
    "add": ops.add,
    "mul": ops.multiply,
    "sub": ops.subtract,
    "truediv": ops.divide,
    "pow": ops.power,
}.items():
    _fast.setdefault(f"__{_name}__", _operator(_row))
    _fast.setdefault(f"__r{_name}__", _reflected(_row))
    _fast.setdefault(f"__i{_name}__", _in_place(_row))
for _name, _function in _fast.items():
    setattr(Value, _name, _function)
