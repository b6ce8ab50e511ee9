"""Value: one float in the graph."""

from __future__ import annotations

import numbers
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, overload

import numpy

from . import anomaly, array_functions, modes, ops
from .arguments import NoSuchAttribute, described
from .calling_line import (
    asking_functions,
    calling_line,
    is_asked_by_a_person,
    looks_it_up,
    note_numpy_looks,
    numbers_asked_for_by,
)
from .errors import ArgumentError, CallError, DataTypeError, ShapeError
from .names_of_scipy import refuse_look_of_scipy
from .node import Node, checked_label, checked_requires_grad, stands_for_plain, without_gradient
from .operands import Array, Number, has_mask
from .operation import Operation, Parameters, Passed, holds_nodes, ieee
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
        "_requires_grad",
        "_second",
        "_second_data",
        "_second_gradient",
        "grad",
        "op",
    )

    _keeps_local_gradients = True
    _data: float
    grad: float
    op: Operation | None
    _first: Any
    _second: Any
    _first_data: Any
    _second_data: Any
    _first_gradient: float | None
    _second_gradient: float | None

    def __init__(self, data: Any, requires_grad: bool = True, label: str | None = None, *more: str | None) -> None:
        self._data = data if type(data) is float else _float(data)
        self.grad = 0.0
        self.op = None
        if requires_grad is True:
            self._requires_grad = True
        elif isinstance(requires_grad, tuple | list | set):  # micrograd's Value(data, _children, _op, label)
            self._requires_grad = True
            self._take_children(requires_grad, label, *more)
            return
        else:
            self._requires_grad = checked_requires_grad(requires_grad)
        if label is not None:
            self._label = label if type(label) is str else checked_label(label)
        if more:
            raise ArgumentError(
                f"Value takes at most a number, requires_grad and a label, and got {more[0]!r:.60}, too"
            )

    _take_children: Callable[..., None]  # `micrograd_manner.py` has it

    @property
    def data(self) -> float:
        """The number. Assigning another does not change gradients of what was computed before."""
        if modes.watched:
            modes.note_reading(self)
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
            # These two keep no copy of their operands' data: the gradients of a sum need none, and the two
            # gradients of a product are its operands' data, each the other's (a truth's is a gate instead).
            first, second = _data_of(self._first), _data_of(self._second)
            if self.op is ops.multiply and self._second_gradient is not None and _is_number(self._first):
                first = self._second_gradient
            if self.op is ops.multiply and self._first_gradient is not None and _is_number(self._second):
                second = self._first_gradient
            return first, second
        return (self._first_data,) if self.op.slots == 1 else (self._first_data, self._second_data)

    def _refuse_stale(self) -> None:
        super()._refuse_stale()
        if self.op is ops.add or self.op is ops.multiply:
            # What they keep does not show every assignment (in w + 1, one to w): computing the result again does.
            again = self.op.scalar(_data_of(self._first), _data_of(self._second))  # type: ignore[misc]  # it has one
            is_another = again != self._data and (again == again or self._data == self._data)
            if is_another and not modes.current_mode().of_any_data:
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
            contribution = array_functions.sum_to_shape(contribution, ())
        return contribution if create_graph else float(contribution)

    def _hold(self, gradient: float) -> None:
        self.grad = gradient

    def _accumulate(self, gradient: float, in_use: set[int], done: list[int]) -> None:
        # None is what a PyTorch habit leaves behind: `p.grad = None`.
        self.grad, done[0] = gradient if self.grad is None else self.grad + gradient, done[0] + 1

    @staticmethod
    def _stack(parts: Sequence[Any], dtype: Any) -> Tensor:
        return Tensor._stack(parts, dtype)

    def _as_array(self) -> Tensor:
        return Tensor._record(ops.positive, (self,), {})

    @classmethod
    def _constant(cls, data: Any) -> Value:
        return Value(data, requires_grad=False)

    # `fast_paths.py` does the usual cases of this, and of `+`, `×` and `backward`, ahead of what is written here.
    @staticmethod
    def _record(operation: Operation, operands: tuple[Any, ...], parameters: Parameters) -> Any:
        if not operation.elementwise and not any(isinstance(operand, Tensor) for operand in operands):
            raise DataTypeError(f"{operation.name} works on arrays: give it a Tensor instead of a Value")
        if parameters and operation.elementwise:
            raise CallError(f"{operation.name}: there is no {next(iter(parameters))}=; it works element by element")
        if len(operands) != operation.slots and operation.slots is not None:
            raise operation.miscounted(len(operands))
        data: list[Any] = []
        kept: list[Any] = []
        tracked = has_truths = False
        for operand in operands:
            if isinstance(operand, Value):
                data.append(operand._data)
                if operand._requires_grad:
                    tracked = True
                else:
                    if operand.op is not None:
                        tracked = True
                    if operand._is_boolean:
                        has_truths = True
            elif _has_objects(operand):
                return NotImplemented
            elif isinstance(operand, Tensor) or _is_array(operand) or holds_nodes(operand):
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
        # A rule that gives a truth gives a gate: it must see which operand is one, as it does in arrays and nodes.
        seen = [bool(x) if _is_truth(one) else x for one, x in zip(kept, data, strict=True)] if has_truths else data
        for operand, rule in zip(kept, operation.local_gradients, strict=True):
            if rule is None or not isinstance(operand, Value) or not operand._requires_grad or not mode.recording:
                gradients.append(None)
                continue
            requires_grad = True
            try:
                gradients.append(stored(rule(out, *seen)))
            except (ArithmeticError, ValueError):
                gradients.append(stored(ieee(rule, (out, *data))))

        node: Value
        if len(kept) > 2:
            node = wide = _new(_WideValue)
            wide._all_operands, wide._all_recorded, wide._all_gradients = tuple(kept), tuple(data), gradients
        else:
            node = _new(Value if mode.looked_at is None else RecordedValue)
            node._first, node._first_data, node._first_gradient = kept[0], data[0], gradients[0]
            if len(kept) == 2:
                node._second, node._second_data, node._second_gradient = kept[1], data[1], gradients[1]
            else:
                node._second_gradient = None
        node._data = out
        node.op = operation
        node.grad = 0.0
        node._requires_grad = requires_grad
        if mode.scope is not None:
            node.scope = mode.scope
        if mode.keeping_sources:
            node.source = calling_line()
        return node

    if TYPE_CHECKING:  # typed more closely than Node's
        __add__: _Operator  # type: ignore[assignment, unused-ignore]  # stubtest reads in another order
        __radd__: _Operator  # type: ignore[assignment, unused-ignore]  # stubtest reads in another order
        __sub__: _Operator  # type: ignore[assignment, unused-ignore]  # stubtest reads in another order
        __rsub__: _Operator  # type: ignore[assignment, unused-ignore]  # stubtest reads in another order
        __mul__: _Operator  # type: ignore[assignment, unused-ignore]  # stubtest reads in another order
        __rmul__: _Operator  # type: ignore[assignment, unused-ignore]  # stubtest reads in another order
        __truediv__: _Operator  # type: ignore[assignment, unused-ignore]  # stubtest reads in another order
        __rtruediv__: _Operator  # type: ignore[assignment, unused-ignore]  # stubtest reads in another order
        __floordiv__: _Operator  # type: ignore[assignment, unused-ignore]  # stubtest reads in another order
        __rfloordiv__: _Operator  # type: ignore[assignment, unused-ignore]  # stubtest reads in another order
        __mod__: _Operator  # type: ignore[assignment, unused-ignore]  # stubtest reads in another order
        __rmod__: _Operator  # type: ignore[assignment, unused-ignore]  # stubtest reads in another order
        __pow__: _Operator  # type: ignore[assignment, unused-ignore]  # stubtest reads in another order
        __rpow__: _Operator  # type: ignore[assignment, unused-ignore]  # stubtest reads in another order

    # Comparisons look at the numbers, so `if x > 0` works; it fixes the branch that is recorded.
    # So does `==` with a number; between two nodes it is identity: `v in nodes` must mean this very node.

    @overload
    def __lt__(self, other: Value | Number) -> bool: ...
    @overload
    def __lt__(self, other: Tensor | Array) -> Tensor: ...  # type: ignore[misc]  # NumPy asks Value, whatever its types say
    def __lt__(self, other: Any) -> Any:
        return self._compare(other, ops.less)

    @overload
    def __le__(self, other: Value | Number) -> bool: ...
    @overload
    def __le__(self, other: Tensor | Array) -> Tensor: ...  # type: ignore[misc]  # as above
    def __le__(self, other: Any) -> Any:
        return self._compare(other, ops.less_equal)

    @overload
    def __gt__(self, other: Value | Number) -> bool: ...
    @overload
    def __gt__(self, other: Tensor | Array) -> Tensor: ...  # type: ignore[misc]  # as above
    def __gt__(self, other: Any) -> Any:
        return self._compare(other, ops.greater)

    @overload
    def __ge__(self, other: Value | Number) -> bool: ...
    @overload
    def __ge__(self, other: Tensor | Array) -> Tensor: ...  # type: ignore[misc]  # as above
    def __ge__(self, other: Any) -> Any:
        return self._compare(other, ops.greater_equal)

    def _compare(self, other: Any, operation: Operation) -> Any:
        if type(other) is float or type(other) is int:  # nearly every comparison
            if modes.open_blocks:
                if _is_recorded_for_a_program() and _is_of_a_program(other):
                    return operation(self, other)
                modes.note_look(self)
            return operation.scalar(self._data, other)  # type: ignore[misc]  # every elementwise row has one
        if isinstance(other, Node) and not isinstance(other, Value):
            return NotImplemented  # an array: it answers element by element
        if _is_array(other) or holds_nodes(other):
            return Tensor._record(operation, (self, other), {})
        if modes.open_blocks:
            if _is_recorded_for_a_program() and _is_of_a_program(other):
                return operation(self, other)
            modes.note_look(self)
        return operation(self._data, other if type(other) is float else _compared(other))

    def __eq__(self, other: object) -> Any:
        if self is other:
            return True
        if isinstance(other, Value):
            if self._data == other._data and any(asking_functions()):  # numpy.array_equal([a], [b]), numpy.unique
                return _compared(self) == _compared(other)
            if self._data == other._data and modes.is_inside_transform():
                raise DataTypeError(
                    "== of two Values is whether they are the same node, and these two have equal numbers; compare "
                    "a.data == b.data, or write a is b"
                )
            return False
        if _is_array(other) and not _has_objects(other):
            return Tensor._record(ops.equal, (self, other), {})
        if isinstance(other, numbers.Real | numpy.bool_) or (
            isinstance(other, numpy.ndarray) and other.dtype.kind in "biuf"
        ):
            if modes.open_blocks and _is_recorded_for_a_program() and _is_of_a_program(other):
                return ops.equal(self, other)
            return _compared(self) == (other if isinstance(other, int) else _bare(other))  # Python compares any int
        return NotImplemented

    def __ne__(self, other: object) -> Any:
        if _is_array(other) and not _has_objects(other):
            return Tensor._record(ops.not_equal, (self, other), {})
        equal = self.__eq__(other)
        if isinstance(equal, Value):
            return ops.logical_not(equal)
        return equal if equal is NotImplemented else not equal

    if TYPE_CHECKING:

        def __hash__(self) -> int: ...

    else:
        __hash__ = object.__hash__

    def __bool__(self) -> bool:
        if modes.open_blocks:
            _note_look_at_truth(self)
        return bool(self._data)

    def _joined(self, other: Any, operation: Operation) -> Any:
        """Truths that are recorded for a program, joined as plain ones are."""
        if not self._is_boolean or not (isinstance(other, bool) or (isinstance(other, Value) and other._is_boolean)):
            return NotImplemented
        return operation(self, other)

    def __and__(self, other: Any) -> Any:
        return self._joined(other, ops.logical_and)

    __rand__ = __and__

    def __or__(self, other: Any) -> Any:
        return self._joined(other, ops.logical_or)

    __ror__ = __or__

    def __array_ufunc__(self, ufunc: numpy.ufunc, method: str, *inputs: Any, **keywords: Any) -> Any:
        if any(map(_has_objects, inputs)):
            return getattr(ufunc, method)(*map(_boxed, inputs), **keywords)  # NumPy goes through the array of Values
        if ufunc in _COMPARISONS and method == "__call__" and not any(map(_is_array, inputs)):
            if modes.open_blocks and _is_recorded_for_a_program():
                bare = [one if isinstance(one, Value) else _bare(one) for one in inputs]
                if all(map(_is_of_a_program, bare)):
                    return super().__array_ufunc__(ufunc, method, *bare, **keywords)
            # `numpy.float64(1) < value` is as `1.0 < value`
            return _COMPARISONS[ufunc](*map(_compared, inputs))
        if ufunc in (numpy.equal, numpy.not_equal) and method == "__call__" and not any(map(_is_array, inputs)):
            is_equal = inputs[0] == inputs[1] if isinstance(inputs[0], Value) else inputs[1] == inputs[0]
            return is_equal == (ufunc is numpy.equal)
        return super().__array_ufunc__(ufunc, method, *inputs, **keywords)

    # No `__getitem__`: with it NumPy takes a Value for a list of numbers.
    if not TYPE_CHECKING:  # a type checker is to refuse them, too

        def __len__(self):
            self._refuse_elements("len(v)")

        def __iter__(self):
            self._refuse_elements("for … in v")

        def __matmul__(self, other):
            return NotImplemented if isinstance(other, Tensor) else self._refuse_matmul()

        def __rmatmul__(self, other):
            return self._refuse_matmul()

        sum = NoSuchAttribute("it is one number, its own sum; sum(values) adds up a list of them")
        mean = NoSuchAttribute("it is one number; sum(values) / len(values) is the mean of a list of them")

    def _refuse_elements(self, form: str) -> NoReturn:
        raise DataTypeError(
            f"{form}: {self!r:.60} is one number and has no elements; hold Values in a list, or take a Tensor"
        )

    def _refuse_matmul(self) -> NoReturn:
        raise DataTypeError("matmul: a Value is one number and has no rows; use * instead of @")

    if not TYPE_CHECKING:

        @property
        def __array_struct__(self):
            """None, for a Value is no array and arrays of Values are recorded: asked for, it tells that NumPy looks."""
            if note_numpy_looks() and self._requires_grad and modes.current_mode().recording:
                refuse_look_of_scipy("Value")
            raise AttributeError("__array_struct__")

    def __float__(self) -> float:
        """The number, as `float(loss)` asks for it on purpose; so do `math.sin(v)` and others that call `float` by
        themselves, which are seen inside of transforms and under `detect_anomaly()`. Everywhere it is refused to what
        writes it into an array, as far as that can be told (`numbers_asked_for_by`)."""
        if self._requires_grad and (asker := numbers_asked_for_by()):
            self._refuse_plain(asker, everywhere=True)
        if modes.watched:
            self._refuse_plain("float(…), as Python's own functions ask for it,")
        return self.data

    @overload
    def __round__(self, digits: None = None) -> int: ...
    @overload
    def __round__(self, digits: int) -> float: ...
    def __round__(self, digits: int | None = None) -> Any:
        if modes.watched:
            self._refuse_plain("round(…)")
        return round(self.data, digits)

    def __int__(self) -> int:
        if self._requires_grad and (asker := numbers_asked_for_by()):
            self._refuse_plain(asker, everywhere=True)
        if modes.watched:
            self._refuse_plain("int(…)")
        return int(self.data)

    @property
    def shape(self) -> tuple[()]:
        """(), as that of an array without axes."""
        return ()

    @property
    def ndim(self) -> int:
        """0: it has no axes."""
        return 0

    @property
    def size(self) -> int:
        """1: it is one number."""
        return 1

    def item(self) -> float:
        """The number, as Python's float."""
        return self.data

    def detach(self) -> Value:
        """A constant with this number: nothing flows back through it."""
        if modes.current_mode().tracing:
            return without_gradient(self)
        return Value(self._data, requires_grad=False)

    def zero_grad(self) -> None:
        """Set the gradient to 0."""
        self._forget()

    def _forget(self) -> None:
        self.grad = 0.0

    def __repr__(self) -> str:
        if modes.open_blocks:
            modes.note_look(self)
        name = "" if self.label is None else f", label={self.label!r}"
        return f"Value(data={self._data}, grad={self.grad}{name})"


if TYPE_CHECKING:

    class _Operator(Protocol):
        """A Value with a number is a Value, with an array or a Tensor a Tensor."""

        @overload
        def __call__(self, other: Value | Number, /) -> Value: ...
        @overload
        def __call__(self, other: Tensor | Array, /) -> Tensor: ...
        @overload
        def __call__(self, other: Node, /) -> Node: ...


class RecordedValue(Value):
    """A Value while a program is recorded: where a set or a dict is asked for it, its number would be found, and it is
    not; asked by a person's code for its class (`isinstance(x, float)`), it is what the function is given otherwise.
    Afterwards it is a Value as any other."""

    __slots__ = ()

    @property  # type: ignore[misc]  # nobody assigns it but `become_usual`
    def __class__(self) -> type:
        asked = modes.current_mode().classes_asked if modes.open_blocks else None
        if asked is None or not is_asked_by_a_person():
            return type(self)
        asked.append(self)
        if not stands_for_plain(self):
            return Value
        return bool if self._is_boolean else float

    def __hash__(self) -> int:
        if looks_it_up():
            modes.note_look(self)
        return object.__hash__(self)

    @staticmethod
    def become_usual(nodes: Iterable[Node]) -> None:
        """The recording is over."""
        for node in nodes:
            if type(node) is RecordedValue:
                _CLASS.__set__(node, Value)  # of the same fields


_CLASS: Any = vars(object)["__class__"]


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


def _is_truth(operand: Any) -> bool:
    """Whether a predicate gave it."""
    return isinstance(operand, Value) and operand._is_boolean


def _is_number(operand: Any) -> bool:
    return isinstance(operand, Value) and not operand._is_boolean


def _has_objects(operand: Any) -> bool:
    return isinstance(operand, numpy.ndarray) and operand.dtype == object


_COMPARISONS = {
    numpy.less: ops.less,
    numpy.less_equal: ops.less_equal,
    numpy.greater: ops.greater,
    numpy.greater_equal: ops.greater_equal,
}
LARGEST_INTEGER = int(sys.float_info.max)
_TOO_LARGE = "a Value holds a float, and this number is too large for one"


def stored(gradient: Any) -> float:
    """A rule's answer as it is stored. A closed gate is stored as False, to Python a number equal to 0.0: it stops
    even an infinite upstream gradient, which a factor of 0.0 would make NaN."""
    return False if gradient is False else float(gradient)


def _is_array(operand: Any) -> bool:
    """Whether it is an array with axes; one without is a number."""
    return isinstance(operand, numpy.ndarray) and operand.shape != ()


def _is_recorded_for_a_program() -> bool:
    """Whether a comparison, whose answer is a plain truth elsewhere, is an operation that a program is to do. Whoever
    asks for its truth (`if`, `and`, `max`) looks at it."""
    mode = modes.current_mode()
    return mode.tracing and mode.looked_at is not None


def _is_of_a_program(other: Any) -> bool:
    """Whether a program can compare with it as Python does."""
    if isinstance(other, int):
        return abs(other) <= LARGEST_INTEGER and float(other) == other
    return isinstance(other, Value | float | numpy.floating | numpy.bool_)


def _note_look_at_truth(value: Value) -> None:
    """A look at what was compared, where it was."""
    if value.op is None or not value._is_boolean:
        modes.note_look(value)
        return
    for operand in value.operands:
        if isinstance(operand, Value):
            _note_look_at_truth(operand)


def _compared(operand: Any) -> Any:
    """The number that a comparison looks at, which fixes the branch that is recorded."""
    if not isinstance(operand, Value):
        return _bare(operand)
    if modes.open_blocks:
        modes.note_look(operand)
    return operand._data


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
        if abs(number) > LARGEST_INTEGER:
            raise DataTypeError(_TOO_LARGE)
        return number
    if isinstance(number, numpy.ndarray) and number.shape == () and number.dtype.kind in "biuf":
        if has_mask(number):
            raise DataTypeError("a Value has no mask: fill the masked array (.filled(…)), or leave out what is masked")
        return number.item()
    if type(number) is bool:  # as a factor it is a gate
        return number
    if isinstance(number, numbers.Real | numpy.bool_):
        try:
            return number.item() if isinstance(number, numpy.generic) else float(number)
        except OverflowError:  # of a fraction
            raise DataTypeError(_TOO_LARGE) from None
    hint = "; arrays are for Tensor" if isinstance(number, numpy.ndarray | list | tuple) else ""
    if isinstance(number, Value):
        hint = "; take its .data, or autograd.positive(v) for a recorded copy"
    elif isinstance(number, str):
        hint = "; float(text) reads one"
    raise DataTypeError(f"a Value holds one real number, not {described(number)}{hint}")
