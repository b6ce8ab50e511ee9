"""Training steps as one program: forward, backward and the optimizer's update (`autograd.compile`'s machinery).

The update is the optimizer's own (`recorded_updates.py`): there is no second set of rules.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy

import autograd
from autograd import Tensor, no_grad
from autograd.locks import importing
from autograd.sweep import forget_gradients, topological_order

from .losses import LOSSES
from .meaning import Loss, check_rows
from .optimizers import Optimizer
from .recorded_updates import UpdateError, recorded_update
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
        with importing:  # the compiler is loaded by those who compile
            from autograd.compiler import training_step
            from autograd.compiler.run.array_machine import OutOfRangeError, ShapeChangedError

        if type(optimizer).step is not Optimizer.step:
            raise UpdateError(
                f"{type(optimizer).__name__} has a step() of its own, which a compiled step would not run"
            )
        # An index that is out of range is found before anything is updated; an eager step says whose it is.
        self._refusals = OutOfRangeError, ShapeChangedError, UpdateError, IndexError
        self.model, self._loss, self._optimizer = model, loss, optimizer
        self._is_known_loss = loss in LOSSES.values()
        # What the update read of the optimizer, besides what is given anew to each step: constants of the program.
        self._constants: dict[str, Any] = {}
        self._kind = training_step.TrainingStep
        self._told: Callable[[list[str]], None] | None = None
        self._step = self._new()
        self.recording: Any = self._step.prepare(*example, count=3)
        forget_gradients(optimizer.parameters)

    def __call__(self, inputs: Array, targets: Array) -> tuple[float, Array, float] | None:
        """The loss and the outputs before the update, and the gradient's norm.

        None, and nothing is changed, where the step has to be run eagerly: one of the three is not finite, the norm is
        so small that its square has lost digits, an index is out of range, the parameters that learn have not been
        updated equally often (one was frozen until now), or the update cannot be recorded with settings that were
        changed.
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

    def leaves(self) -> set[Any]:
        """What the recorded loss depends on, parameters among it."""
        order = topological_order(self.recording.outputs[0])
        return {node.operands[slot] for node in order for slot in node._gradient_slots}

    def tell_of_second_run(self, told: Callable[[list[str]], None]) -> None:
        """Run the model once more at the next step, and give this function, in words, what differs."""
        self._told = self._step.told = told

    def _new(self) -> TrainingStep:
        slots, parameters = self._optimizer._slots, self._optimizer.parameters
        self._frozen = {one for one in parameters if not one.requires_grad}
        return self._kind(
            self._function,
            self._moved,
            {slot.tensor: tuple(slot.kept.values()) for slot in slots if slot.tensor is not None},
            parameters=[one for one in parameters if one.requires_grad],
            guarded=True,
            told=self._told,
        )

    def _is_frozen_anew(self) -> bool:
        """Whether a parameter was frozen or freed."""
        return any(one.requires_grad is (one in self._frozen) for one in self._optimizer.parameters)

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
        moved, kept, read = recorded_update(self._optimizer, parameter, gradient, states, numbers)
        self._constants |= read
        return moved, kept


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
    except UpdateError as error:
        return str(error)
    except Exception as error:  # the model's own code runs here; an eager step will meet its error again
        return f"a step cannot be recorded ({' '.join(str(error).split()):.200})"
    return step
