"""An optimizer's update, run once on stand-ins that record what it does to arrays.

Compiled steps repeat what was recorded, pictures and the stepper print it: no update is written a second time.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy
import numpy.lib.mixins

import autograd
from autograd import Tensor
from autograd.numpy_protocol import FUNCTIONS, call_function, call_ufunc

from .errors import NetworkError


class Updating(Protocol):
    """What is known of an optimizer here."""

    kept: tuple[str, ...]

    def _update(self, data: Any, gradient: Any, slot: Any) -> None: ...


@dataclass(frozen=True)
class UpdateRule:
    """What an update does, as graphs.

    Attributes:
        given: what it begins from, by name: `parameter`, `gradient`, `learning_rate`, `age` and what is kept.
        made: what it ends with, in the order in which it is made: what is kept and has changed, and `parameter`.
    """

    given: dict[str, Any]
    made: dict[str, Any]


def update_rule(optimizer: Updating) -> UpdateRule:
    """The optimizer's update of one number. Raises UpdateError where it cannot be recorded.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> rule = update_rule(SGD([Value(1.0)], 0.1, momentum=0.9))
    >>> list(rule.given), list(rule.made)
    (['parameter', 'gradient', 'learning_rate', 'age', 'velocity'], ['velocity', 'parameter'])
    """
    given = {name: Tensor(0.5) for name in ("parameter", "gradient", "learning_rate", "age", *optimizer.kept)}
    states = [given[name] for name in optimizer.kept]
    numbers = given["learning_rate"], given["age"], Tensor(0.5, label="step")
    moved, kept, _ = recorded_update(optimizer, given["parameter"], given["gradient"], states, numbers)
    made = {name: node for name, node in zip(optimizer.kept, kept, strict=True) if node is not given[name]}
    return UpdateRule(given, {**made, "parameter": moved})


def recorded_update(
    optimizer: Updating, parameter: Any, gradient: Any, states: Sequence[Any], numbers: Sequence[Any]
) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    """A parameter and what is kept for it after the optimizer's update, as nodes, and the attributes that it read.

    Args:
        states: what is kept, in the order of `optimizer.kept`.
        numbers: the learning rate, the parameter's age, the optimizer's steps.

    Raises:
        UpdateError: the update does what has no meaning on stand-ins.
    """
    data = _Cell(parameter)
    kept = {name: _Cell(state) for name, state in zip(optimizer.kept, states, strict=True)}
    rate, age, steps = map(_Cell, numbers)
    slot: Any = types.SimpleNamespace(kept=kept, work=_Cell(None, like=parameter), age=age)
    double = _double(optimizer, rate, steps)
    before = set(vars(type(double)))
    try:
        double._update(data, _Cell(gradient), slot)
        if added := sorted(set(vars(type(double))) - before):
            raise NetworkError(f"it sets {added[0]} of its class; self.steps and slot.age count")
    except Exception as error:  # whatever an update does that has no meaning on cells
        raise UpdateError(f"the update of {type(optimizer).__name__} cannot be compiled: {error}") from error
    read = {name: getattr(optimizer, name) for name in double._read}
    return data.node, tuple([cell.node for cell in kept.values()]), read


class UpdateError(NetworkError):
    """An optimizer's update that cannot be recorded."""


class _Cell(numpy.lib.mixins.NDArrayOperatorsMixin):
    """Stands for an array or a number while an update is recorded, and holds the node that it has become.

    >>> from autograd import Tensor
    >>> cell = _Cell(Tensor([1.0, 2.0]))
    >>> cell *= 3
    >>> numpy.sqrt(cell + 1, out=cell).node.tolist()
    [2.0, 2.6457513110645907]
    """

    def __init__(self, node: Any, like: Any = None) -> None:
        self.node = node
        array = node if like is None else like
        self.shape: tuple[int, ...] = getattr(array, "shape", ())  # a Value has none
        self.dtype: Any = getattr(array, "dtype", numpy.dtype(float))

    def __array_ufunc__(
        self, ufunc: numpy.ufunc, method: str, *inputs: Any, out: tuple[Any] | None = None, **keywords: Any
    ) -> Any:
        found = call_ufunc(ufunc, method, _nodes(inputs), keywords)
        return _cells(found) if out is None else _written(out[0], found)

    def __array_function__(
        self, function: Callable[..., Any], kinds: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> Any:
        if function is numpy.copyto and len(arguments) == 2 and not keywords:
            _written(arguments[0], _nodes(arguments[1]))
            return None
        if function not in FUNCTIONS:  # among others those that look at numbers
            raise NetworkError(f"it calls numpy.{function.__name__}, which has no derivative or looks at numbers")
        out = keywords.pop("out", None)
        found = call_function(function, _nodes(arguments), {name: _nodes(given) for name, given in keywords.items()})
        return _cells(found) if out is None else _written(out, found)

    def __getitem__(self, index: Any) -> _Cell:
        if index is not ...:
            raise NetworkError("it picks elements of an array; of these it may take [...], all of them")
        return self

    def __setitem__(self, index: Any, source: Any) -> None:
        _written(self[index], _nodes(source))

    def __getattr__(self, name: str) -> Any:
        if name in ("ndim", "size"):
            return getattr(_nodes(self), name)
        if name.startswith("__"):  # what Python and NumPy ask every object for
            raise AttributeError(name)
        raise NetworkError(f"it uses .{name} of an array or a number; NumPy's function (numpy.{name}) may do")

    def _looked_at(self, *_: Any, **__: Any) -> Any:
        raise NetworkError("it looks at numbers (if, float(), a loop), once for all steps; numpy.where may do")

    __bool__ = __float__ = __int__ = __index__ = __len__ = __iter__ = __array__ = _looked_at


def _nodes(argument: Any) -> Any:
    """An argument, or arguments, with nodes in the cells' places."""
    if isinstance(argument, list | tuple):
        return type(argument)(map(_nodes, argument))
    if not isinstance(argument, _Cell):
        return argument
    if argument.node is None:
        raise NetworkError("it reads slot.work before it has written to it")
    return argument.node


def _cells(found: Any) -> Any:
    return tuple(map(_cells, found)) if isinstance(found, list | tuple) else _Cell(found)


def _written(target: Any, found: Any) -> Any:
    """The target, after all of it was overwritten."""
    if not isinstance(target, _Cell):
        raise NetworkError("it writes into an array of its own; what lasts from step to step belongs in slot.kept")
    if isinstance(found, Tensor) and found.dtype != target.dtype:
        found = autograd.astype(found, target.dtype)
    if not isinstance(found, Tensor) or found.shape != target.shape:
        found = autograd.multiply(found, Tensor(numpy.ones(target.shape, target.dtype), requires_grad=False))
    target.node = found
    return target


def _double(optimizer: Updating, rate: _Cell, steps: _Cell) -> Any:
    """A double of the optimizer for recording its update: with its attributes, of which it notes those that are read.

    It refuses those that may change from step to step: a program would keep them as they are now.
    """
    double: Any = object.__new__(type(type(optimizer).__name__, (_Watched, type(optimizer)), {}))
    attributes = object.__getattribute__(double, "__dict__")
    attributes.update(vars(optimizer), _learning_rate=rate, steps=steps, _read=set())
    return double


class _Watched:
    """An optimizer's attributes while its update is recorded."""

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name == "_read" or isinstance(found, _Cell):
            return found
        if not _is_constant(found):
            kind = type(found).__name__
            raise NetworkError(f"it reads self.{name}, whose {kind} may change between steps; slot.kept holds what may")
        self._read.add(name)
        return found

    def __setattr__(self, name: str, found: Any) -> None:
        raise NetworkError(f"it sets self.{name}; slot.kept holds what changes, self.steps and slot.age count")


def _is_constant(found: Any) -> bool:
    if isinstance(found, tuple):
        return all(map(_is_constant, found))
    return found is None or isinstance(found, _CONSTANTS)


_CONSTANTS = (
    bool, int, float, complex, str, bytes, numpy.generic, numpy.dtype, numpy.ufunc, type,
    types.FunctionType, types.MethodType, types.BuiltinFunctionType,
)  # fmt: skip
