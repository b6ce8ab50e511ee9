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

        self._refusals = NotFiniteError, ShapeChangedError
        self.model, self._loss, self._optimizer = model, loss, optimizer
        self._is_known_loss = loss in LOSSES.values()
        self._settings = _settings(optimizer)
        self._kind = training_step.TrainingStep
        self._step = self._new()
        self.recording: Any = self._step.prepare(*example, count=2)
        for parameter in optimizer.parameters:
            parameter.zero_grad()

    def __call__(self, inputs: Array, targets: Array) -> tuple[float, Array, float] | None:
        """The loss and the outputs before the update, and the gradient's norm.

        None, and nothing is changed, where the step has to be run eagerly: one of the three is not finite, or the
        parameters that learn have not been updated equally often (one was frozen until now).
        """
        optimizer = self._optimizer
        slots = [slot for slot in optimizer._slots if slot.tensor is None or slot.tensor.requires_grad]
        ages = {slot.age for slot in slots}
        if len(ages) != 1:
            return None
        settings = _settings(optimizer)
        if settings != self._settings or self._is_frozen_anew():  # both are numbers in the program
            self._settings, self._step = settings, self._new()
        try:
            (cost, outputs), squares = self._step(
                inputs, targets, numbers=(optimizer.learning_rate, float(ages.pop() + 1))
            )
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
        rate, age = (_Cell(number) for number in numbers)
        before = optimizer._learning_rate
        optimizer._learning_rate = rate  # type: ignore[assignment]  # stands for it while the update is recorded
        try:
            slot: Any = types.SimpleNamespace(kept=kept, work=_Cell(None), age=age)
            optimizer._update(data, _Cell(gradient), slot)  # type: ignore[arg-type]  # as the rate
        finally:
            optimizer._learning_rate = before
        return data.node, tuple([cell.node for cell in kept.values()])


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


class _Cell(numpy.lib.mixins.NDArrayOperatorsMixin):
    """Stands for an array or a number while an update is recorded, and holds the node that it has become.

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


def _settings(optimizer: Optimizer) -> dict[str, Any]:
    """Hyper-parameters that stay the same from step to step."""
    settings = optimizer.settings()
    del settings["learning_rate"]
    return settings
