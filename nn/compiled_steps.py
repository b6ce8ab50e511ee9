"""Training steps as one program: forward, backward and the optimizer's update (`autograd.compile`'s machinery).

The update is the optimizer's own `_update`, run once on cells that note what would be done with arrays: there is no
second set of rules.
"""

from __future__ import annotations

import operator
import types
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy
import numpy.lib.mixins
import numpy.typing

import autograd
from autograd import CapturedConstantWarning, Tensor, no_grad
from autograd.modes import current_mode

from .activations import ACTIVATIONS
from .callbacks import Callback
from .errors import NetworkError
from .layers import MLP, Linear, Sequential
from .losses import LOSSES, Loss
from .module import Module
from .optimizers import OPTIMIZERS, Optimizer
from .regularization import Flatten, LayerNorm

if TYPE_CHECKING:
    from autograd.compiler.training_step import TrainingStep

Array = numpy.typing.NDArray[Any]

# Modules that compute the same of the same inputs, whatever those are.
_KNOWN_MODULES: tuple[type[Module], ...] = (Linear, Sequential, MLP, LayerNorm, Flatten)


class CompiledStep:
    """Forward, backward and update of a batch as one program.

    Args:
        example: a batch, for which it is recorded at once; another shape is recorded when it comes.
    """

    def __init__(self, model: Any, loss: Loss, optimizer: Optimizer, example: tuple[Array, Array]) -> None:
        # The compiler is loaded by those who compile.
        from autograd.compiler import training_step
        from autograd.compiler.run.array_machine import NotFiniteError, ShapeChangedError

        self._refusals = NotFiniteError, ShapeChangedError
        self.model, self._loss, self._optimizer = model, loss, optimizer
        self._is_known_loss = loss in LOSSES.values()
        self._settings = _settings(optimizer)
        self._kind = training_step.TrainingStep
        self._step = self._new()
        self.recording = self._step.prepare(*example, count=2)
        for parameter in optimizer.parameters:
            parameter.zero_grad()

    def __call__(self, inputs: Array, targets: Array) -> tuple[float, Array, float] | None:
        """The loss and the outputs before the update, and the gradient's norm.

        None where that is for an eager step, and nothing was done: one of them is not finite, or not all parameters
        are moved, or they have not been moved equally often.
        """
        optimizer = self._optimizer
        ages = {slot.age for slot in optimizer._slots}
        if len(ages) > 1 or not all(parameter.requires_grad for parameter in optimizer.parameters):
            return None
        settings = _settings(optimizer)
        if settings != self._settings:  # they are numbers in the program
            self._settings, self._step = settings, self._new()
        try:
            (cost, outputs), squares = self._step(
                inputs, targets, numbers=(optimizer.learning_rate, float(ages.pop() + 1))
            )
        except self._refusals:
            return None
        optimizer.steps += 1
        for slot in optimizer._slots:
            slot.age += 1
        return float(cost), outputs, sum(map(float, squares)) ** 0.5

    def _new(self) -> TrainingStep:
        slots = self._optimizer._slots
        return self._kind(
            self._function,
            self._moved,
            {slot.tensor: tuple(slot.kept.values()) for slot in slots if slot.tensor is not None},
            parameters=self._optimizer.parameters,
            guarded=True,
        )

    def _function(self, inputs: Any, targets: Any) -> tuple[Any, Any]:
        outputs = self.model(inputs)
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
        rate, age = (_Cell(number) for number in numbers)
        before = optimizer._learning_rate
        optimizer._learning_rate = rate  # type: ignore[assignment]  # stands for it while the update is noted
        try:
            slot: Any = types.SimpleNamespace(kept=kept, work=_Cell(None), age=age)
            optimizer._update(data, _Cell(gradient), slot)  # type: ignore[arg-type]  # as the rate
        finally:
            optimizer._learning_rate = before
        return data.node, tuple([cell.node for cell in kept.values()])


def why_eager(
    model: Any, loss: Loss, optimizer: Optimizer, callbacks: Sequence[Callback], is_clipping: bool
) -> str | None:
    """In words, why steps cannot be compiled; None where they can."""
    if type(optimizer) not in OPTIMIZERS.values():
        return f"{type(optimizer).__name__} is an optimizer of your own"
    if not all(isinstance(parameter, Tensor) for parameter in optimizer.parameters):
        return "its parameters are Values"
    if is_clipping:
        return "gradients are clipped"
    for callback in callbacks:
        if type(callback).on_gradients is not Callback.on_gradients:
            return f"{type(callback).__name__} looks at gradients"
    if current_mode().detecting_anomaly:
        return "anomalies are looked for"
    if isinstance(model, Module):
        for path, module in model.named_modules():
            place = f"{path or 'the model'} ({type(module).__name__})"
            if any(isinstance(part, numpy.random.Generator) for part in vars(module).values()):
                return f"{place} draws random numbers"
            if module.buffers:
                return f"{place} keeps statistics between steps"
    return None


def why_not_by_default(model: Any, loss: Loss) -> str | None:
    """In words, what may look at the numbers in a way that a program does not follow; None where nothing does."""
    if loss not in LOSSES.values():
        return f"{_name(loss)} is a loss of your own"
    if not isinstance(model, Module):
        return "the model is a function of your own"
    for path, module in model.named_modules():
        if type(module) not in _KNOWN_MODULES:
            return f"{path or 'the model'} is a {type(module).__name__}"
        parts = [*vars(module).values(), *(module.layers if isinstance(module, Sequential) else ())]
        for part in parts:
            if callable(part) and not isinstance(part, Module) and not _is_of_the_table(part):
                return f"{_name(part)} is a function of your own"
            if isinstance(part, Tensor) and not (part.requires_grad and part.op is None):
                return f"{path or 'the model'} holds a Tensor that is no parameter"
    return None


def compiled_step(
    model: Any, loss: Loss, optimizer: Optimizer, example: tuple[Array, Array], targets: Array
) -> CompiledStep | str:
    """The step, or in words why there is none: a batch like this cannot be recorded, or some targets are wrong."""
    try:
        step = CompiledStep(model, loss, optimizer, example)
        # Eager losses check each batch's targets; a program does not, so all are checked before.
        (outputs,) = step.recording.outputs[1:]
        with no_grad():
            loss(Tensor(numpy.zeros((len(targets), *outputs.data.shape[1:]), outputs.data.dtype)), targets)
    except Exception as error:  # the model's own code runs here; an eager step will meet its error again
        return f"a step cannot be recorded ({' '.join(str(error).split()):.200})"
    return step


def warn_of_constants(step: CompiledStep) -> None:
    """Tell of arrays that are neither data nor parameters, and of numbers that were looked at: the program keeps them
    as they are now."""
    from autograd.compiler.record.captured import captured
    from autograd.compiler.record.recording import listed

    found = captured(step.recording, step.model)
    if found:
        _warn(
            f"uses {', '.join(map(str, found))}: neither data nor parameter, so it keeps it as it is now; with "
            "compile=False it is read in every step"
        )
    looks = step.recording.looks
    if looks:
        _warn(f"looks at {listed(looks)}: what comes of it stays as it is now; with compile=False it is looked at anew")


def _warn(what: str) -> None:
    warnings.warn(f"fit: the compiled step {what}", CapturedConstantWarning, stacklevel=6)


def structure(model: Any) -> Any:
    """What a program was recorded of: compare it with `==` to see whether a callback has changed the model."""
    if not isinstance(model, Module):
        return None
    # The objects themselves and no ids: another object may be where one was.
    return [
        (module, [(name, _Same(part)) for name, part in vars(module).items()]) for _, module in model.named_modules()
    ]


def refusal(reason: str) -> NetworkError:
    """The error for steps that were to be compiled and cannot be."""
    return NetworkError(f"compile=True: {reason}, so its steps are eager only; leave compile out")


class _Cell(numpy.lib.mixins.NDArrayOperatorsMixin):
    """Stands for an array or a number while an update is noted: holds the node that it is by now.

    >>> from autograd import Tensor
    >>> cell = _Cell(Tensor([1.0, 2.0]))
    >>> cell *= 3
    >>> numpy.sqrt(cell + 1, out=cell).node.tolist()
    [2.0, 2.6457513110645907]
    """

    def __init__(self, node: Any) -> None:
        self.node = node

    def __array_ufunc__(
        self, ufunc: numpy.ufunc, method: str, *inputs: Any, out: tuple[Any] | None = None, **keywords: Any
    ) -> Any:
        function: Callable[..., Any] | None = getattr(autograd, ufunc.__name__, None)
        if method != "__call__" or keywords or function is None:
            return NotImplemented
        node = function(*[one.node if isinstance(one, _Cell) else one for one in inputs])
        if out is None:
            return _Cell(node)
        out[0].node = node
        return out[0]

    def __array_function__(
        self, function: Callable[..., Any], kinds: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> Any:
        if function is not numpy.copyto or keywords:
            return NotImplemented
        target, source = arguments
        target.node = source.node
        return None

    def __bool__(self) -> bool:
        raise TypeError("an update that is compiled does not look at its numbers")


class _Same:
    """An object, or a list of objects, equal to nothing but the same ones."""

    def __init__(self, part: Any) -> None:
        self._parts = list(part) if isinstance(part, list | tuple) else [part]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Same):
            return False
        return len(self._parts) == len(other._parts) and all(map(operator.is_, self._parts, other._parts))

    __hash__ = None  # type: ignore[assignment]  # compared only


def _settings(optimizer: Optimizer) -> dict[str, Any]:
    """Hyper-parameters that stay the same from step to step."""
    settings = optimizer.settings()
    del settings["learning_rate"]
    return settings


def _is_of_the_table(function: Any) -> bool:
    module = getattr(function, "__module__", None) or ""
    is_ours = isinstance(function, numpy.ufunc) or module.partition(".")[0] == "autograd"
    return is_ours or any(function is one for one in ACTIVATIONS.values())


def _name(function: Any) -> str:
    return getattr(function, "__name__", type(function).__name__)
