"""micrograd's names for what a Value has, and its way of adding an operation, for programs that were written for it.

`_prev`, `_op`, a `_backward` that is called or set by hand, children and an operation's name given to `Value`. Nothing
else in the engine knows of them, and programs that use none of them do not notice.

An operation in this manner is two things: the number, made as `Value(number, (x, y), "name")`, and a function
without arguments, `out._backward = f`, that adds to the children's `.grad` what `out.grad` makes of it.
"""

from __future__ import annotations

import functools
import itertools
import numbers
import types
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

import numpy

from . import modes, ops
from .arguments import described
from .errors import DataTypeError, NotRecordedError
from .node import Node
from .operation import OwnOperation, Passed
from .value import RecordedValue, Value


class _MadeByHand(Value):
    """A Value whose children and `_backward` a program gave it."""

    __slots__ = ()  # so that a Value can become one
    _children: tuple[Any, ...]
    _children_data: tuple[Any, ...]
    _by_hand: Callable[[], object] | None = None

    @property
    def operands(self) -> tuple[Any, ...]:  # type: ignore[override]  # as in Value
        return self._children

    @property
    def _recorded(self) -> tuple[Any, ...]:  # type: ignore[override]  # as in Value
        return self._children_data

    @property
    def _gradient_slots(self) -> Sequence[int]:  # type: ignore[override]  # as in Value
        """Of a child that is there twice, the first: its `_backward` adds both to one `.grad`."""
        children = self._children
        return [
            slot
            for slot, child in enumerate(children)
            if isinstance(child, Value) and child._requires_grad and all(child is not one for one in children[:slot])
        ]

    def _contributions(self, upstream: Any, slots: Sequence[int]) -> list[Passed]:
        """What `_backward` adds to the children's `.grad`, which are afterwards as they were."""
        self._refuse_stale()
        if self._by_hand is None:
            raise NotRecordedError(
                f"backward: {self._told()} was made by hand and has no _backward: set out._backward = f, where f adds "
                "to the children's .grad"
            )
        children = {id(child): child for child in self._children if isinstance(child, Value)}
        before = self.grad, {key: child.grad for key, child in children.items()}
        own = {id(self), *children}
        others = [(node, _gradient(node)) for node in _named_in(self._by_hand, set()) if id(node) not in own]
        fed = None
        try:
            self.grad = upstream
            for child in children.values():
                child.grad = 0.0
            self._by_hand()
            added = {key: self._number(child) for key, child in children.items()}
        finally:
            # All in one: a signal's handler may raise in any step of a loop.
            nodes, gradients = (self, *children.values()), (before[0], *before[1].values())
            deque(map(setattr, nodes, itertools.repeat("grad"), gradients), maxlen=0)
            for node, gradient in others:
                if not _is_same(gradient, _gradient(node)):
                    node.grad, fed = gradient, node
        if fed is not None:
            raise NotRecordedError(
                f"backward: the _backward of {self._told()} adds to the .grad of {fed!r:.60}, which is none of its "
                "children, so that no sweep passes it on: make it as Value(number, (x, w), 'name') with all of them"
            )
        return [(slot, self._children[slot], None, added[id(self._children[slot])]) for slot in slots]

    def _stored_gradient(self, slot: int) -> None:
        """None: only its `_backward` knows."""

    def _refuse_copy(self) -> None:
        raise NotRecordedError(
            f"{self._told()} was made by hand, and its _backward knows the nodes that it was written for: a copy would "
            "pass nothing on; write it with autograd.primitive, or compute it again from copied leaves"
        )

    def _number(self, child: Value) -> float:
        if not isinstance(child.grad, numbers.Real):
            raise DataTypeError(
                f"backward: the _backward of {self._told()} left {type(child.grad).__name__} {child.grad!r:.60} in a "
                "child's .grad; it adds plain numbers (x.data, out.grad)"
            )
        return float(child.grad)

    def _told(self) -> str:
        assert self.op is not None
        return f"the operation {self.op.symbol!r}" + (f" of {self.label}" if self.label else "")


def _named_in(given: Any, seen: set[int], depth: int = 4) -> Iterator[Node]:
    """The nodes that a function can feed, as far as they can be found: in its closure, the global variables that it
    names, its defaults, the object whose method it is, and what these hold."""
    if id(given) in seen or isinstance(given, type | types.ModuleType):
        return
    seen.add(id(given))
    held: Iterable[Any] = ()
    if isinstance(given, Node):
        yield given
    elif isinstance(given, types.FunctionType):
        closure = [cell.cell_contents for cell in given.__closure__ or () if _is_filled(cell)]
        named = [given.__globals__[name] for name in given.__code__.co_names if name in given.__globals__]
        held = [*closure, *named, *(given.__defaults__ or ()), *(given.__kwdefaults__ or {}).values()]
    elif isinstance(given, types.MethodType):
        held = [given.__func__, given.__self__]
    elif isinstance(given, functools.partial):
        held = [given.func, *given.args, *given.keywords.values()]
    elif isinstance(given, Mapping | list | tuple | set):
        if len(given) <= 1000:  # longer ones are data
            held = list(given.values() if isinstance(given, Mapping) else given)
    else:
        held = list(getattr(given, "__dict__", {}).values())
    if depth:
        for one in held:
            yield from _named_in(one, seen, depth - 1)


def _is_filled(cell: types.CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018  # empty, it raises
    except ValueError:
        return False
    return True


def _gradient(node: Node) -> Any:
    """A node's gradient as it is now, whatever is written into it later."""
    return node.grad.copy() if isinstance(node.grad, numpy.ndarray) else node.grad


def _is_same(before: Any, now: Any) -> bool:
    return before is now or (before is not None and now is not None and numpy.array_equal(before, now, equal_nan=True))


def _take_children(made: Value, children: Any, operation: Any = None, name: Any = None) -> None:
    """`Value(number, children, operation)`, as micrograd has it, for a Value that holds its number already."""
    operation = "" if operation is None else operation
    if not isinstance(operation, str):
        raise DataTypeError(f"Value(number, children, operation): an operation's name is text, not {operation!r:.60}")
    if not isinstance(children, tuple | list | set):
        raise DataTypeError(f"Value(number, children): children are a tuple of Values, not {described(children)}")
    children = tuple(children)
    for child in children:
        if not isinstance(child, Value | float | int):
            raise DataTypeError(
                f"Value(number, children): a child is a Value, not {type(child).__name__} {child!r:.60}"
            )
    if name is not None:
        made.label = name
    if modes.is_inside_transform() or modes.current_mode().tracing:
        _refuse_program(operation)
    if any(isinstance(child, Value) and child._requires_grad for child in children) and modes.current_mode().recording:
        _become(made, children, operation)
    else:
        made._requires_grad = made._requires_grad and not children  # as a result of constants is
        made.__dict__["_has_no_gradient"] = bool(children)


def _become(made: Value, children: tuple[Any, ...], name: str) -> None:
    made.__class__ = _MadeByHand
    assert isinstance(made, _MadeByHand)
    made._children, made._children_data = (
        children,
        tuple(child._data if isinstance(child, Value) else child for child in children),
    )
    made.op = _row(name, len(children))
    made._requires_grad = True


@functools.lru_cache(maxsize=1000)
def _row(name: str, children: int) -> OwnOperation:
    def refuse(*given: Any, **parameters: Any) -> NoReturn:
        _refuse_program(name)

    return OwnOperation(
        name or "by hand", name or "by hand", refuse, pullbacks=(refuse,) * children, slots=children, elementwise=False,
        made_by=(_row, name, children),
    )  # fmt: skip


def _refuse_program(name: str) -> NoReturn:
    raise NotRecordedError(
        f"the operation {name!r} was made by hand and its _backward adds plain numbers: it is for backward(), and "
        "transforms (grad), gradients of gradients and compile have no rule for it; write it with autograd.primitive"
    )


def _prev(self: Value) -> set[Any]:
    """The nodes it was computed from."""
    return set(self.inputs)


def _op(self: Value) -> str:
    """The sign of the operation that made it, as micrograd writes it; empty on a leaf."""
    if self.op is None:
        return ""
    if self.op is ops.power and type(self.operands[1]) in (int, float):
        return f"**{self.operands[1]}"
    return _SIGNS.get(self.op.name, self.op.symbol)


def _backward(self: Value) -> Callable[[], object]:
    """Passes the gradient that it has on to its operands: adds to their `.grad`."""
    if isinstance(self, _MadeByHand):
        # Without one, what the sweep asks for says what is missing.
        return self._by_hand or (lambda: self._contributions(self.grad, self._gradient_slots))
    # The gradients that it has now: a program may keep this function, and set another one that calls it.
    operands = self.operands
    stored = [(slot, self._stored_gradient(slot)) for slot in self._gradient_slots]
    if any(local_gradient is None for _, local_gradient in stored):  # of a function: a sweep computes all at once

        def pass_all_on() -> None:
            for _, operand, _, contribution in self._contributions(self.grad, self._gradient_slots):
                operand._accumulate(contribution, set(), [0])

        return pass_all_on

    def pass_on() -> None:
        for slot, local_gradient in stored:
            assert local_gradient is not None  # gradients flow through these slots
            contribution = self.grad * local_gradient if local_gradient is not False else 0.0
            operands[slot]._accumulate(contribution, set(), [0])

    return pass_on


def _set_backward(self: Value, function: Any) -> None:
    if not callable(function):
        raise DataTypeError(
            f"_backward is a function without arguments, not {type(function).__name__} {function!r:.60}"
        )
    if self.op is None and self.__dict__.get("_has_no_gradient"):
        return  # made of constants, or under no_grad: no sweep comes here, as with every other operation
    if self.op is None:
        raise DataTypeError(
            "_backward: this Value has no children that require gradients, so that backward() would never come to it; "
            "make it as Value(number, (x,), 'name')"
        )
    if not isinstance(self, _MadeByHand):
        if type(self) not in (Value, RecordedValue):
            raise DataTypeError(
                f"_backward: {self.op.name} of more than two operands has its own; make a Value by hand"
            )
        _become(self, self.inputs, _op(self))
    self.__dict__["_by_hand"] = function


# What micrograd writes where the table's sign is another.
_SIGNS = {"multiply": "*", "divide": "/", "subtract": "-", "negative": "-", "relu": "ReLU"}

_names: dict[str, Any] = {
    "_prev": property(_prev),
    "_op": property(_op),
    "_backward": property(_backward, _set_backward),
    "_take_children": _take_children,
}
for _name, _function in _names.items():
    setattr(Value, _name, _function)
