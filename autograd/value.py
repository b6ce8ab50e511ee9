"""Value: one float in the graph."""

from __future__ import annotations

import numbers
import sys
from collections.abc import Sequence
from typing import Any

import numpy

from . import anomaly, modes, ops
from .errors import DataTypeError, ShapeError
from .node import Node, Passed, without_gradient
from .operation import Operation, Parameters, ieee
from .source import calling_line
from .tensor import Tensor

_new = object.__new__


class Value(Node):
    """A float that records what is computed with it.

    Args:
        data: a real number.
        requires_grad: False makes it a constant.
        label: a name for drawings and messages.

    Local gradients are computed with the operation and kept, so a gradient belongs to the forward pass
    that was run, whatever is assigned to `.data` later. A program may hang attributes of its own on it.
    With an array or a Tensor it gives a Tensor.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> c = a * b + b
    >>> c.backward()
    >>> a.grad, b.grad
    (-3.0, 3.0)
    """

    # Nearly every operation has one or two operands, so they have fields of their own: a tuple for each
    # node would double what the garbage collector has to visit. A field `_…_gradient` is None where no
    # gradient flows; the fields of a second operand are unset on an operation with one.
    __slots__ = (
        "__dict__",
        "__weakref__",
        "_data",
        "_first",
        "_first_data",
        "_first_gradient",
        "_second",
        "_second_data",
        "_second_gradient",
        "grad",
        "op",
        "requires_grad",
    )

    _data: float
    grad: float
    op: Operation | None
    requires_grad: bool
    _first: Any
    _second: Any
    _first_data: Any
    _second_data: Any
    _first_gradient: float | None
    _second_gradient: float | None

    def __init__(self, data: Any, requires_grad: bool = True, label: str | None = None) -> None:
        self._data = _float(data)
        self.grad = 0.0
        self.op = None
        self.requires_grad = requires_grad
        if label is not None:
            self.label = label

    @property
    def data(self) -> float:
        """The number. Assigning another does not change gradients of what was computed before."""
        if modes.open_blocks:
            modes.note_look(self)
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        self._data = _float(data)
        if self.op is not None:
            self._edited = True

    @property
    def operands(self) -> tuple[Any, ...]:  # type: ignore[override]  # fields here, an attribute elsewhere
        if self.op is None:
            return ()
        return (self._first,) if self.op.slots == 1 else (self._first, self._second)

    @property
    def _recorded(self) -> tuple[Any, ...]:  # type: ignore[override]  # as above
        assert self.op is not None
        if self.op is ops.add or self.op is ops.multiply:
            # These two keep no data of their own: the gradients of a sum do not depend on any, and those
            # of a product are it.
            first, second = _data_of(self._first), _data_of(self._second)
            if self.op is ops.multiply and isinstance(self._first, Value) and self._second_gradient is not None:
                first = self._second_gradient
            if self.op is ops.multiply and isinstance(self._second, Value) and self._first_gradient is not None:
                second = self._first_gradient
            return first, second
        return (self._first_data,) if self.op.slots == 1 else (self._first_data, self._second_data)

    def _refuse_stale(self) -> None:
        super()._refuse_stale()
        if self.op is ops.add or self.op is ops.multiply:
            # What they keep does not tell of every edit (that of w in w + 1): their own result does.
            again = self.op.scalar(_data_of(self._first), _data_of(self._second))  # type: ignore[misc]  # it has one
            if again != self._data and (again == again or self._data == self._data):
                raise self._stale(None)

    @property
    def _gradient_slots(self) -> Sequence[int]:  # type: ignore[override]  # as above
        if self.op is None:
            return ()
        if self._second_gradient is None:
            return () if self._first_gradient is None else (0,)
        return (1,) if self._first_gradient is None else (0, 1)

    def _stored_gradient(self, slot: int) -> float | None:
        """∂self/∂operand as computed in the forward pass."""
        return self._second_gradient if slot else self._first_gradient

    def _contributions(self, upstream: Any, slots: Sequence[int]) -> list[Passed]:
        passed: list[Passed] = []
        for slot in slots:
            local_gradient = self._stored_gradient(slot)
            assert local_gradient is not None
            contribution = 0.0 if local_gradient is False else upstream * local_gradient
            passed.append((slot, self.operands[slot], local_gradient, contribution))
        return passed

    def _seed(self, gradient: Any, create_graph: bool) -> Any:
        if isinstance(gradient, Node):
            if numpy.shape(gradient._data) != ():
                raise ShapeError(f"backward: the gradient of a Value is one number, not {gradient!r:.60}")
            return gradient if create_graph else float(gradient._data)
        seed = 1.0 if gradient is None else _float(gradient)
        return Value(seed, requires_grad=False) if create_graph else seed

    def _fit(self, contribution: Any, create_graph: bool) -> Any:
        if create_graph and type(contribution) is Value:
            return contribution
        if numpy.shape(getattr(contribution, "_data", contribution)) != ():  # from a Tensor it was broadcast in
            contribution = ops.sum_to_shape(contribution, ())
        return contribution if create_graph else float(contribution)

    def _hold(self, gradient: float) -> None:
        self.grad = gradient

    def _accumulate(self, gradient: float, in_use: set[int]) -> None:
        # None is what a PyTorch habit leaves behind: `p.grad = None`.
        self.grad = gradient if self.grad is None else self.grad + gradient

    @classmethod
    def _constant(cls, data: Any) -> Value:
        return Value(data, requires_grad=False)

    @staticmethod
    def _record(operation: Operation, operands: tuple[Any, ...], parameters: Parameters) -> Value | Tensor:
        if not operation.elementwise:
            raise DataTypeError(f"{operation.name} works on arrays: give it a Tensor instead of a Value")
        data: list[Any] = []
        kept: list[Any] = []
        tracked = False
        for operand in operands:
            if isinstance(operand, Value):
                data.append(operand._data)
                if operand.requires_grad or operand.op is not None:
                    tracked = True
            elif _is_array(operand):
                return Tensor._record(operation, operands, parameters)  # it takes Values for arrays without axes
            else:
                operand = _bare(operand)
                data.append(operand)
            kept.append(operand)
        try:
            out = float(operation.scalar(*data))  # type: ignore[misc]  # every elementwise row has one
        except (ArithmeticError, ValueError):
            out = float(ieee(operation.forward, data))
        mode = modes.current_mode() if modes.open_blocks else modes.DEFAULT
        if mode.detecting_anomaly:
            anomaly.check_forward(operation, operands, data, out)
        if not (tracked and mode.recording) and not mode.tracing:
            constant = Value(out, requires_grad=False)
            if operation.is_boolean:
                constant._is_constant_boolean = True
            return constant

        # Local gradients now, while the data is what this operation saw; None where no gradient flows.
        gradients: list[float | None] = []
        requires_grad = False
        for operand, rule in zip(kept, operation.local_gradients, strict=True):
            if rule is None or not isinstance(operand, Value) or not operand.requires_grad or not mode.recording:
                gradients.append(None)
                continue
            requires_grad = True
            try:
                gradients.append(_local(rule(out, *data)))
            except (ArithmeticError, ValueError):
                gradients.append(_local(ieee(rule, (out, *data))))

        node: Value
        if len(kept) > 2:
            node = wide = _new(_WideValue)
            wide._all_operands, wide._all_recorded, wide._all_gradients = tuple(kept), tuple(data), gradients
        else:
            node = _new(Value)
            node._first, node._first_data, node._first_gradient = kept[0], data[0], gradients[0]
            if len(kept) == 2:
                node._second, node._second_data, node._second_gradient = kept[1], data[1], gradients[1]
            else:
                node._second_gradient = None
        node._data = out
        node.op = operation
        node.grad = 0.0
        node.requires_grad = requires_grad
        if mode.scope is not None:
            node.scope = mode.scope
        if mode.keeping_sources:
            node.source = calling_line()
        return node

    # Hot paths: what `_record` does for these rows, written out (four times as fast). A test holds them
    # to the table.

    def __add__(self, other: Any) -> Any:
        kind = type(other)
        if kind is Value:
            if self.requires_grad and other.requires_grad and not modes.open_blocks:
                node = _new(Value)
                node._first = self
                node._second = other
                node._data = self._data + other._data
                node._first_gradient = node._second_gradient = 1.0
                node.op = ops.add
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
            node.op = ops.add
            node.requires_grad = True
            node.grad = 0.0
            return node
        return _binary(ops.add, self, other)

    def __mul__(self, other: Any) -> Any:
        kind = type(other)
        if kind is Value:
            if self.requires_grad and other.requires_grad and not modes.open_blocks:
                node = _new(Value)
                node._first = self
                node._second = other
                node._second_gradient = first = self._data
                node._first_gradient = second = other._data
                node._data = first * second
                node.op = ops.multiply
                node.requires_grad = True
                node.grad = 0.0
                return node
        elif kind is float and self.requires_grad and not modes.open_blocks:
            node = _new(Value)
            node._first = self
            node._second = node._first_gradient = other
            node._data = self._data * other
            node._second_gradient = None
            node.op = ops.multiply
            node.requires_grad = True
            node.grad = 0.0
            return node
        return _binary(ops.multiply, self, other)

    def __sub__(self, other: Any) -> Any:
        return _binary(ops.subtract, self, other)

    def __rsub__(self, other: Any) -> Any:
        return _binary(ops.subtract, other, self)

    def __truediv__(self, other: Any) -> Any:
        return _binary(ops.divide, self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return _binary(ops.divide, other, self)

    def __pow__(self, other: Any) -> Any:
        return _binary(ops.power, self, other)

    def __rmul__(self, other: Any) -> Any:
        return _binary(ops.multiply, other, self)

    def __radd__(self, other: Any) -> Any:
        return _binary(ops.add, other, self)

    def __neg__(self) -> Any:
        return _unary(ops.negative, self)

    def exp(self) -> Any:
        return _unary(ops.exp, self)

    def log(self) -> Any:
        return _unary(ops.log, self)

    def tanh(self) -> Any:
        return _unary(ops.tanh, self)

    def sigmoid(self) -> Any:
        return _unary(ops.sigmoid, self)

    def relu(self) -> Any:
        return _unary(ops.relu, self)

    # Comparisons look at the numbers, so `if x > 0` works; it fixes the branch that is recorded.
    # `==` stays identity: `v in nodes` must mean this very node.

    def __lt__(self, other: Any) -> Any:
        return self._compare(other, ops.less)

    def __le__(self, other: Any) -> Any:
        return self._compare(other, ops.less_equal)

    def __gt__(self, other: Any) -> Any:
        return self._compare(other, ops.greater)

    def __ge__(self, other: Any) -> Any:
        return self._compare(other, ops.greater_equal)

    def _compare(self, other: Any, operation: Operation) -> Any:
        if isinstance(other, Node) and not isinstance(other, Value):
            return NotImplemented  # an array: it answers element by element
        if _is_array(other):
            return Tensor._record(operation, (self, other), {})
        return operation(self.data, other.data if isinstance(other, Value) else _bare(other))

    def __array_ufunc__(self, ufunc: numpy.ufunc, method: str, *inputs: Any, **keywords: Any) -> Any:
        if _has_objects(inputs):
            return getattr(ufunc, method)(*map(_boxed, inputs), **keywords)  # NumPy goes through the array of Values
        if ufunc in _COMPARISONS and method == "__call__" and not any(map(_is_array, inputs)):
            # `numpy.float64(1) < value` is as `1.0 < value`
            return _COMPARISONS[ufunc](
                *[operand.data if isinstance(operand, Value) else _bare(operand) for operand in inputs]
            )
        if ufunc in (numpy.equal, numpy.not_equal) and method == "__call__":
            return (inputs[0] is inputs[1]) == (ufunc is numpy.equal)
        return super().__array_ufunc__(ufunc, method, *inputs, **keywords)

    def __float__(self) -> float:
        return self.data

    def __round__(self, digits: int | None = None) -> Any:
        return round(self.data, digits)

    def __int__(self) -> int:
        return int(self.data)

    def item(self) -> float:
        """The number, as Python's float."""
        return self.data

    def detach(self) -> Value:
        """A constant with this number: nothing flows back through it."""
        if modes.current_mode().tracing:
            return without_gradient(self)  # type: ignore[no-any-return]  # a Value of a Value
        return Value(self._data, requires_grad=False)

    def zero_grad(self) -> None:
        """Set the gradient to 0."""
        self.grad = 0.0

    def __repr__(self) -> str:
        name = "" if self.label is None else f", label={self.label!r}"
        return f"Value(data={self._data}, grad={self.grad}{name})"


class _WideValue(Value):
    """A Value made by an operation with more than two operands (`where`)."""

    __slots__ = ("_all_gradients", "_all_operands", "_all_recorded")
    _all_operands: tuple[Any, ...]
    _all_recorded: tuple[Any, ...]
    _all_gradients: list[float | None]

    @property
    def operands(self) -> tuple[Any, ...]:  # type: ignore[override]  # as in Value
        return self._all_operands

    @property
    def _recorded(self) -> tuple[Any, ...]:  # type: ignore[override]  # as in Value
        return self._all_recorded

    @property
    def _gradient_slots(self) -> Sequence[int]:  # type: ignore[override]  # as in Value
        return [slot for slot, gradient in enumerate(self._all_gradients) if gradient is not None]

    def _stored_gradient(self, slot: int) -> float | None:
        return self._all_gradients[slot]


def _unary(operation: Operation, operand: Value) -> Any:
    """`_record` for one operand in the usual case; any other is left to it."""
    if operand.requires_grad and not modes.open_blocks:
        data = operand._data
        try:
            out = operation.scalar(data)  # type: ignore[misc]  # every elementwise row has one
            gradient = _local(operation.local_gradients[0](out, data))  # type: ignore[misc]  # the callers' rows have one
        except (ArithmeticError, ValueError):
            return operation(operand)
        node = _new(Value)
        node._first = operand
        node._first_data = data
        node._first_gradient = gradient
        node._second_gradient = None
        node._data = out
        node.op = operation
        node.requires_grad = True
        node.grad = 0.0
        return node
    if modes.open_blocks:
        mode = modes.current_mode()
        if _is_without_gradients(mode):
            return _without_gradients(mode, operation, operand)
    return operation(operand)


def _is_without_gradients(mode: modes.Mode) -> bool:
    """Whether local gradients are not asked for: under `no_grad`, or in the backward pass of a traced program."""
    return not mode.recording and not mode.detecting_anomaly and not mode.keeping_sources


def _without_gradients(mode: modes.Mode, operation: Operation, *operands: Any) -> Any:
    """The constant that one or two operands make, or the node, where a program is traced."""
    data = []
    for operand in operands:
        if type(operand) is Value:
            data.append(operand._data)
        elif type(operand) in PLAIN_NUMBERS:
            data.append(operand)
        else:
            return operation(*operands)
    try:
        out = operation.scalar(*data)  # type: ignore[misc]  # as in _unary
    except (ArithmeticError, ValueError):
        return operation(*operands)
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


def _binary(operation: Operation, first: Any, second: Any) -> Any:
    """`_record` for two operands, Values that require gradients or Python's numbers; others are left to it."""
    mode = modes.current_mode() if modes.open_blocks else modes.DEFAULT
    if mode is not modes.DEFAULT:
        if _is_without_gradients(mode):
            return _without_gradients(mode, operation, first, second)
        return _in_general(operation, first, second)
    first_gradient = second_gradient = None
    if type(first) is Value and first.requires_grad:
        first_data = first._data
        by_first = operation.local_gradients[0]
    elif type(first) in PLAIN_NUMBERS:
        first_data = first
        by_first = None
    else:
        return _in_general(operation, first, second)
    if type(second) is Value and second.requires_grad:
        second_data = second._data
        by_second = operation.local_gradients[1]
    elif type(second) in PLAIN_NUMBERS:
        second_data = second
        by_second = None
    else:
        return _in_general(operation, first, second)
    try:
        out = operation.scalar(first_data, second_data)  # type: ignore[misc]  # as in _unary
        if by_first is not None:
            first_gradient = _local(by_first(out, first_data, second_data))
        if by_second is not None:
            second_gradient = _local(by_second(out, first_data, second_data))
    except (ArithmeticError, ValueError):
        return operation(first, second)
    node = _new(Value)
    node._first, node._first_data, node._first_gradient = first, first_data, first_gradient
    node._second, node._second_data, node._second_gradient = second, second_data, second_gradient
    node._data = out
    node.op = operation
    node.requires_grad = True
    node.grad = 0.0
    return node


def _in_general(operation: Operation, first: Any, second: Any) -> Any:
    """`operation`, unless one operand is an array of Values, which NumPy goes through."""
    return NotImplemented if _has_objects((first, second)) else operation(first, second)


def _has_objects(operands: Sequence[Any]) -> bool:
    return any(isinstance(operand, numpy.ndarray) and operand.dtype == object for operand in operands)


_COMPARISONS = {
    numpy.less: ops.less,
    numpy.less_equal: ops.less_equal,
    numpy.greater: ops.greater,
    numpy.greater_equal: ops.greater_equal,
}
PLAIN_NUMBERS = frozenset({float, int})
_LARGEST = int(sys.float_info.max)


def _local(gradient: Any) -> float:
    """A rule's answer as it is stored. A closed gate is stored as False: it stops even an infinite
    upstream gradient, which a factor of 0.0 makes NaN."""
    return False if gradient is False else float(gradient)


def _is_array(operand: Any) -> bool:
    """Whether it is an array with axes; one without is a number."""
    return isinstance(operand, numpy.ndarray) and operand.shape != ()


def _data_of(operand: Any) -> Any:
    return operand._data if isinstance(operand, Value) else operand


def _boxed(operand: Any) -> Any:
    """A Value as NumPy's array of one object, anything else as it is."""
    if not isinstance(operand, Value):
        return operand
    box = numpy.empty((), object)
    box[()] = operand
    return box


def _float(data: Any) -> float:
    """The data of a Value."""
    if type(data) is float:
        return data
    return float(_bare(data))


def _bare(number: Any) -> Any:
    """A plain operand of a Value as Python's own number."""
    if type(number) is float:
        return number
    if type(number) is int:
        if abs(number) > _LARGEST:
            raise DataTypeError("a Value holds a float, and this integer is too large for one")
        return number
    if isinstance(number, numpy.ndarray) and number.shape == () and number.dtype.kind in "biuf":
        return number.item()
    if isinstance(number, numbers.Real | numpy.bool_):
        return number.item() if isinstance(number, numpy.generic) else float(number)
    hint = "; arrays are for Tensor" if isinstance(number, numpy.ndarray | list | tuple) else ""
    raise DataTypeError(f"a Value holds one real number, not {type(number).__name__} {number!r:.60}{hint}")
