"""How the steps of a run are run: as one program or eagerly, and why."""

from __future__ import annotations

import warnings
from typing import Any

import numpy

from autograd import CapturedConstantWarning, Tensor
from autograd.calling_line import calls_between
from autograd.modes import current_mode

from .activations import ACTIVATIONS
from .callbacks import Callback, TrainingRun
from .compiled_steps import CompiledStep, compiled_step
from .errors import NetworkError
from .generators import Generator
from .losses import LOSSES
from .meaning import Loss, Meaning, ends_in_sigmoid, meaning_of, name_of
from .module import Module, held
from .optimizers import OPTIMIZERS
from .state import Array

# Recording a program costs the time that some hundred small compiled steps save: shorter runs stay eager.
_WORTH_COMPILING = 1000


class Way:
    """How a run's steps are run. What was chosen, and why, stands in the run's history.

    Args:
        wanted: True: compiled; False: eagerly; None: compiled where that is sure to follow the model and pays.
        was_compiled: how the steps of the run that is resumed were run; None where none is.

    Attributes:
        step: the step as one program; None where steps are eager.
    """

    def __init__(self, run: TrainingRun, wanted: bool | None, was_compiled: bool | None) -> None:
        self._run, self._wanted, self._was_compiled = run, wanted, was_compiled
        self.step: CompiledStep | None = None
        # A callback of one's own may change the model between two steps; ours do not.
        self._is_watched = any(
            type(one).on_step is not Callback.on_step and not type(one).__module__.startswith("nn.")
            for one in run.callbacks
        )

    def choose(self) -> None:
        """Compile the step, or note why not. Raises NetworkError where it was to be compiled and cannot be."""
        found = None if self._wanted is False else self._step_or_reason()
        if isinstance(found, str) and self._wanted:
            raise NetworkError(f"compile=True: {found}, so its steps are eager only; leave compile out")
        history = self._run.history
        self.step = found if isinstance(found, CompiledStep) else None
        history.compiled = self.step is not None
        history.eager_because = found if isinstance(found, str) else None
        history.note_way(len(history.steps))
        self._structure, self._settings = _structure(self._run.model), _settings(self._run)

    def choose_again_if_changed(self) -> None:
        """A callback may have given the model other parts than those that were recorded."""
        if self.step is not None and not _is_same(_structure(self._run.model), self._structure):
            self.choose()

    def run_step(self, inputs: Array, targets: Array) -> tuple[float, Array, float] | None:
        """A step as one program: what `CompiledStep` gives. None where it is to be run eagerly."""
        if self.step is None:
            return None
        if _settings(self._run) != self._settings:
            self.choose()
        elif self._is_watched:
            self.choose_again_if_changed()
        done = None if self.step is None else self.step(inputs, targets)
        if done is None and self.step is not None:
            self._run.history.eager_steps_between += 1
        return done

    def _step_or_reason(self) -> CompiledStep | str:
        run, batches = self._run, self._run.batches
        doubt = _why_not_by_default(run.model, run.loss)
        reason = _why_eager(run)
        if reason is None and self._wanted is None and not self._was_compiled:
            reason = self._why_not_worth_it() or doubt
        if reason is not None:
            return reason
        example = batches.inputs[: batches.batch_size], batches.targets[: batches.batch_size]
        found = compiled_step(run.model, run.loss, run.optimizer, example, batches.targets)
        if isinstance(found, CompiledStep) and doubt is not None:
            _warn_of_constants(found)
            found.tell_of_second_run(_warn_of_second_run)
        return found

    def _why_not_worth_it(self) -> str | None:
        if self._was_compiled is False:
            return "the checkpoint was trained in eager steps"
        steps = self._run.epochs * self._run.steps_per_epoch - len(self._run.history.steps)
        return (
            f"{steps:,} step{'s are' if steps != 1 else ' is'} too few to gain by compiling"
            if steps < _WORTH_COMPILING
            else None
        )


def _settings(run: TrainingRun) -> tuple[Any, ...]:
    """What callbacks may change of a run, as far as a program depends on it."""
    return run.loss, run.clip_norm, run.clip_value, len(run.callbacks)


def _why_eager(run: TrainingRun) -> str | None:
    """In words, why steps cannot be compiled; None where they can."""
    model, optimizer = run.model, run.optimizer
    if type(optimizer) not in OPTIMIZERS.values():
        return f"{type(optimizer).__name__} is an optimizer of your own"
    if not all(isinstance(parameter, Tensor) for parameter in optimizer.parameters):
        return "its parameters are Values"
    if run.clip_norm is not None or run.clip_value is not None:
        return "gradients are clipped"
    for callback in run.callbacks:
        if type(callback).on_gradients is not Callback.on_gradients:
            return f"{type(callback).__name__} looks at gradients"
    if meaning_of(run.loss).outputs == "probabilities" and not ends_in_sigmoid(model):
        return "its outputs are looked at: its loss takes probabilities, and it does not end in a sigmoid"
    if current_mode().detecting_anomaly:
        return "detect_anomaly() looks at every operation"
    if isinstance(model, Module):
        for path, module in model.named_modules():
            place = f"{path or 'the model'} ({type(module).__name__})"
            if any(isinstance(part, Generator) for _, part in held(module)):
                return f"{place} draws random numbers"
            if module.buffers:
                return f"{place} keeps statistics between steps"
    return None


def _why_not_by_default(model: Any, loss: Loss) -> str | None:
    """In words, what may look at the numbers in a way that a program does not follow; None where nothing does."""
    if loss not in LOSSES.values():
        return f"{name_of(loss)} is a loss of your own"
    if not isinstance(model, Module):
        return "the model is a function of your own"
    for path, module in model.named_modules():
        if not module.is_traceable:
            return f"{path or 'the model'} is a {type(module).__name__}"
        for _, part in held(module):
            if callable(part) and not isinstance(part, Module | Meaning) and not _is_of_the_table(part):
                return f"{name_of(part)} is a function of your own"
            if isinstance(part, Tensor) and not part.is_parameter:
                return f"{path or 'the model'} holds a Tensor that is no parameter"
    return None


def _is_of_the_table(function: Any) -> bool:
    package = (getattr(function, "__module__", None) or "").partition(".")[0]
    is_ours = isinstance(function, numpy.ufunc) or package == "autograd"
    return is_ours or any(function is one for one in ACTIVATIONS.values())


def _warn_of_constants(step: CompiledStep) -> None:
    """Tell of arrays that are neither data nor parameters, and of numbers that were looked at: the program keeps them
    as they are now."""
    from autograd.compiler.record.captured import captured
    from autograd.compiler.record.recording import listed

    frozen = [parameter for parameter, _ in step.recording.frozen]  # whose numbers it reads in every step
    found = captured(step.recording, step.model, frozen)
    if found:
        _warn(
            f"uses {', '.join(map(str, found))}: neither data nor parameter, so it keeps it as it is now; with "
            "compile=False it is read in every step"
        )
    looks = step.recording.looks
    if looks:
        _warn(f"looks at {listed(looks)}: what comes of it stays as it is now; with compile=False it is looked at anew")
    effects = step.recording.side_effects
    if effects:
        _warn(f"changes {listed(effects)}: no later step does so again; with compile=False each step does")
    nowhere = step.recording.numbers_from_nowhere
    if nowhere:
        _warn(f"uses {listed(nowhere)}: it keeps those of the first run; with compile=False each step has its own")


def _warn_of_second_run(went_on: list[str]) -> None:
    from autograd.compiler.record.recording import listed

    _warn(
        f"does something else when it is run again, by {listed(went_on)}: it keeps what the last run did; with "
        "compile=False each step runs it"
    )


def _warn(what: str) -> None:
    warnings.warn(f"fit: the compiled step {what}", CapturedConstantWarning, stacklevel=calls_between() + 1)


def _structure(model: Any) -> list[tuple[str, Any]]:
    """What a program was recorded of: each module, and all that it holds, by name.

    The objects themselves and no ids, for another object may be where one was.
    """
    structure: list[tuple[str, Any]] = []
    for path, module in model.named_modules() if isinstance(model, Module) else ():
        structure += [(path, module), *held(module)]
    return structure


def _is_same(structure: list[tuple[str, Any]], other: list[tuple[str, Any]]) -> bool:
    return len(structure) == len(other) and all(
        path == other_path and part is other_part
        for (path, part), (other_path, other_part) in zip(structure, other, strict=True)
    )
