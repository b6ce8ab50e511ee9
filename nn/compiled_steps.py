"""Training steps as one program: forward, backward and the optimizer's update (`autograd.compile`'s machinery).

The update is the optimizer's own `_update`, run once on stand-ins that record what it does to arrays: there is no
second set of rules.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy
import numpy.lib.mixins

import autograd
from autograd import Node, Tensor, no_grad
from autograd.numpy_protocol import FUNCTIONS, call_function, call_ufunc

from .errors import NetworkError
from .losses import LOSSES
from .meaning import Loss, check_rows
from .optimizers import Optimizer
from .state import Array

if TYPE_CHECKING:
    from autograd.compiler.training_step import TrainingStep


class CompiledStep:
    """Forward, backward and update of a batch as one program.

    Args:
        example: a batch, for which it is recorded at once; another shape is recorded when it comes.
    """

    model: Any

    def __init__(self, model: Any, loss: Loss, optimizer: Optimizer, example: tuple[Array, Array]) -> None:
        # The compiler is loaded by those who compile.
        from autograd.compiler import training_step
        from autograd.compiler.run.array_machine import NotFiniteError, ShapeChangedError

        if type(optimizer).step is not Optimizer.step:
            raise _UpdateError(
                f"{type(optimizer).__name__} has a step() of its own, which a compiled step would not run"
            )
        self._refusals = NotFiniteError, ShapeChangedError, _UpdateError
        self.model, self._loss, self._optimizer = model, loss, optimizer
        self._is_known_loss = loss in LOSSES.values()
        # What the update read of the optimizer, besides what is given anew to each step: constants of the program.
        self._constants: dict[str, Any] = {}
        self._kind = training_step.TrainingStep
        self._step = self._new()
        self.recording: Any = self._step.prepare(*example, count=3)
        for parameter in optimizer.parameters:
            parameter.zero_grad()

    def __call__(self, inputs: Array, targets: Array) -> tuple[float, Array, float] | None:
        """The loss and the outputs before the update, and the gradient's norm.

        None, and nothing is changed, where the step has to be run eagerly: one of the three is not finite, the
        parameters that learn have not been updated equally often (one was frozen until now), or the update cannot be
        recorded with settings that were changed.
        """
        optimizer = self._optimizer
        slots = [slot for slot in optimizer._slots if slot.tensor is None or slot.tensor.requires_grad]
        ages = {slot.age for slot in slots}
        if len(ages) != 1:
            return None
        constants = {name: getattr(optimizer, name, None) for name in self._constants}
        if constants != self._constants or self._is_frozen_anew():  # both are baked into the old program
            self._constants, self._step = {}, self._new()
        numbers = optimizer.learning_rate, float(ages.pop() + 1), float(optimizer.steps + 1)
        try:
            (cost, outputs), squares = self._step(inputs, targets, numbers=numbers)
        except self._refusals:
            return None
        optimizer.steps += 1
        for slot in slots:
            slot.age += 1
        return float(cost), outputs, sum(map(float, squares)) ** 0.5

    def _new(self) -> TrainingStep:
        slots, parameters = self._optimizer._slots, self._optimizer.parameters
        # A program knows a frozen parameter by its numbers.
        self.frozen: dict[Node, Any] = {one: one._data for one in parameters if not one.requires_grad}
        return self._kind(
            self._function,
            self._moved,
            {slot.tensor: tuple(slot.kept.values()) for slot in slots if slot.tensor is not None},
            parameters=[one for one in parameters if one.requires_grad],
            guarded=True,
        )

    def _is_frozen_anew(self) -> bool:
        """Whether a parameter was frozen, given other numbers while it was, or freed."""
        return any(
            one.requires_grad if one in self.frozen else not one.requires_grad for one in self._optimizer.parameters
        ) or any(one._data is not data for one, data in self.frozen.items())

    def _function(self, inputs: Any, targets: Any) -> tuple[Any, Any]:
        outputs = self.model(inputs)
        check_rows(self._loss, outputs)
        return self._loss(outputs, self._as_given(outputs, targets)), outputs

    def _as_given(self, outputs: Any, targets: Any) -> Any:
        """Targets in the outputs' dtype, as our losses take arrays; labels stay integers."""
        is_labels = targets.ndim == 1 and targets.dtype.kind in "iu"
        if not self._is_known_loss or is_labels or targets.dtype == outputs.dtype:
            return targets
        return autograd.astype(targets, outputs.dtype)

    def _moved(
        self, parameter: Any, gradient: Any, states: tuple[Any, ...], numbers: tuple[Any, ...]
    ) -> tuple[Any, tuple[Any, ...]]:
        """A parameter and what is kept for it after the optimizer's update, as nodes."""
        optimizer = self._optimizer
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
            raise _UpdateError(f"the update of {type(optimizer).__name__} cannot be compiled: {error}") from error
        self._constants |= {name: getattr(optimizer, name) for name in double._read}
        return data.node, tuple([cell.node for cell in kept.values()])


def compiled_step(
    model: Any, loss: Loss, optimizer: Optimizer, example: tuple[Array, Array], targets: Array
) -> CompiledStep | str:
    """The compiled step, or a sentence that says why there is none: the model, the loss or the update cannot be
    recorded for a batch like the example, or some of all the targets are wrong.
    """
    try:
        step = CompiledStep(model, loss, optimizer, example)
        # Eager losses check each batch's targets; a program does not, so all are checked before.
        (outputs,) = step.recording.outputs[1:]
        with no_grad():
            loss(Tensor(numpy.zeros((len(targets), *outputs.data.shape[1:]), outputs.data.dtype)), targets)
    except _UpdateError as error:
        return str(error)
    except Exception as error:  # the model's own code runs here; an eager step will meet its error again
        return f"a step cannot be recorded ({' '.join(str(error).split()):.200})"
    return step


class _UpdateError(NetworkError):
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


def _double(optimizer: Optimizer, rate: _Cell, steps: _Cell) -> Any:
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
