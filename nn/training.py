"""The training loop: steps, epochs, checkpoints, and what ends it."""

from __future__ import annotations

import contextlib
import functools
import math
import os
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy
import numpy.typing

from autograd import Node, Tensor, no_grad
from autograd.arguments import whole_number
from autograd.operation import silently

from . import checkpoints, clipping
from .callbacks import Callback, Run
from .classes import classes_of
from .compiled_steps import (
    CompiledStep,
    compiled_step,
    refusal,
    structure,
    warn_of_constants,
    why_eager,
    why_not_by_default,
)
from .datasets.batches import Batches, checked_pair
from .errors import CheckpointError, DivergenceError, NetworkError
from .generators import set_state, state_of
from .history import Epoch, History, Step
from .initializers import Random
from .inspection import DATA_OF_THE_BATCH, first_bad_gradient, origin_of_non_finite
from .interruption import Interruption
from .losses import Loss, binary_cross_entropy_with_logits, hinge
from .module import Module
from .optimizers import Optimizer, checked
from .progress import ProgressLine, somebody_looks
from .schedules import Schedule

Array = numpy.typing.NDArray[Any]
Path_ = str | os.PathLike[str]

# Recording takes as long as some hundred small steps gain by it; a run as short as that is left alone.
_WORTH_COMPILING = 1000

# What measuring holds in memory at once.
_ROWS_AT_ONCE = 2000


def fit(
    model: Any,
    data: tuple[numpy.typing.ArrayLike, numpy.typing.ArrayLike],
    loss: Loss,
    optimizer: Optimizer,
    epochs: int,
    *,
    batch_size: int = 32,
    validation: tuple[numpy.typing.ArrayLike, numpy.typing.ArrayLike] | None = None,
    schedule: Schedule | None = None,
    clip_norm: float | None = None,
    clip_value: float | None = None,
    callbacks: Sequence[Callback] = (),
    rng: Random = None,
    checkpoint: Path_ | None = None,
    checkpoint_seconds: float = 1.0,
    resume: Path_ | None = None,
    notes: Mapping[str, Any] | None = None,
    compile: bool | None = None,
) -> History:
    """Train on batches, shuffling the samples anew each epoch, and tell what happened.

    At a terminal a line shows how far it is. Ctrl-C ends training after the step that is being done, with its
    history kept and a checkpoint written; a second Ctrl-C at once.

    Args:
        model: called with rows of inputs.
        data: rows of inputs, and for each what `loss` takes as its target.
        loss: (outputs, targets) → one number for the batch.
        epochs: passes through the data, those of a resumed run included.
        validation: as `data`; its loss and accuracy are measured after each epoch.
        schedule: the factor of the optimizer's learning rate at each step, counted from 0 (`nn.schedules`).
        clip_norm, clip_value: bounds of the whole gradient's norm, and of each of its numbers.
        callbacks: told of each step and epoch (`Callback`), such as `EarlyStopping` and `Diagnostics`.
        rng: a numpy.random.Generator or a seed, for the order of samples.
        checkpoint: a file to write after an epoch, and when training ends.
        checkpoint_seconds: it is written at most so often, for to be safe on the disk takes longer than a small
            epoch; with 0 after each.
        resume: a checkpoint to go on from, bit for bit as if there had been no interruption.
        notes: what else the checkpoint is to hold (as JSON).
        compile: run each step (forward, backward, the optimizer's update) as one program, the same but for rounding.
            True: or say in a NetworkError why it cannot be. False: eagerly. None: compiled where that is sure to
            follow the model and pays: networks of our own modules and losses, and some thousand steps; a resumed run
            goes on as its checkpoint was trained, where it can. `history.compiled` and `history.way` tell. A compiled
            step keeps no gradients in the parameters; a callback with `on_gradients` makes steps eager. A model or
            loss of your own is compiled as `autograd.compile` does: a branch that looks at data stays as recorded.

    Returns:
        The figures of every epoch and of every step, those before a resumption included.

    Raises:
        DivergenceError: a loss, a gradient or a parameter is no longer finite: in which step, and where it
            began. A checkpoint from before stays as it is.
        NetworkError, DatasetError: settings or data that cannot be.
        CheckpointError: a file that cannot be written or read, or is of another training.

    >>> from nn import MLP, SGD, fit, quadratic, xor
    >>> network = MLP((2, 3, 1), "tanh", "sigmoid", rng=0)
    >>> targets = xor().train_labels.reshape(-1, 1)
    >>> fit(network, (xor().train_inputs, targets), quadratic, SGD(network.parameters(), 2.0), epochs=500,
    ...     batch_size=4, rng=0)
    History(500 epochs, 500 steps, loss 0.001..., accuracy 100.00%)
    """
    whole_number("epochs", epochs, error=NetworkError)
    whole_number("batch_size", batch_size, error=NetworkError)
    if (checkpoint is not None or resume is not None) and not isinstance(model, Module):
        raise NetworkError(f"checkpoints are of modules, not of {type(model).__name__}")
    if checkpoint is not None and not Path(checkpoint).parent.is_dir():
        raise CheckpointError(f"{checkpoint} cannot be written: {Path(checkpoint).parent} is no directory")
    for name, bound in (("clip_norm", clip_norm), ("clip_value", clip_value)):
        if bound is not None and checked(name, bound) == 0:
            raise NetworkError(f"{name} is a number above 0: with 0 nothing would move")
    _check_pair("data", data)
    if validation is not None:
        _check_pair("validation", validation)
    _check_parameters(model, optimizer)
    batches = Batches(*data, batch_size, rng=rng)
    loop = _Loop(model, batches, loss, optimizer, epochs, validation, schedule, clip_norm, clip_value)
    loop.callbacks = [*((ProgressLine(),) if somebody_looks() else ()), *callbacks]
    loop.checkpoint = None if checkpoint is None else Path(checkpoint)
    loop.checkpoint_seconds = checked("checkpoint_seconds", checkpoint_seconds)
    loop.notes = dict(notes or {})
    first_batch = 0 if resume is None else loop.go_on_from(Path(resume))
    with _training(model), Interruption() as wish:
        loop.choose_way(compile)
        loop.run_to_the_end(first_batch, wish)
    return loop.run.history


def _check_pair(name: str, given: Any) -> None:
    if not isinstance(given, tuple | list) or len(given) != 2:
        what = f"{len(given)} parts" if isinstance(given, tuple | list) else f"a {type(given).__name__}"
        raise NetworkError(f"{name} is a pair of inputs and targets, such as a data set's `train`, not {what}")


def _check_parameters(model: Any, optimizer: Optimizer) -> None:
    """An optimizer of some of the parameters is as it should be, one of another model's is a mistake."""
    own = set(model.parameters()) if isinstance(model, Module) else set()
    if own and own.isdisjoint(optimizer.parameters):
        raise NetworkError("the optimizer has none of the model's parameters: the model would not learn")


@silently
def train_step(model: Any, inputs: Array, targets: Array, loss: Loss, optimizer: Optimizer) -> float:
    """Forward, backward, update; the loss before the update."""
    _, cost = _forward(model, inputs, targets, loss, optimizer)
    cost.backward()
    optimizer.step()
    return float(cost.item())


def accuracy(model: Any, inputs: Array, labels: Array, threshold: float = 0.5) -> float:
    """The share of samples whose greatest output (of one output: above the threshold or not) is at the label."""
    given = numpy.asarray(labels)
    if given.shape != (len(inputs),) or not given.size:
        raise NetworkError(
            f"accuracy takes one label for each of {len(inputs)} samples, not an array of shape {given.shape}"
        )
    return _correct(outputs_of(model, inputs), given, threshold) / len(inputs)


def outputs_of(model: Any, inputs: Array, rows_at_once: int = _ROWS_AT_ONCE) -> Array:
    """What comes out for rows of inputs; in use, not in training, and without a graph."""
    parts: list[Array] = []
    with no_grad(), _measuring(model):
        for start in range(0, max(len(inputs), 1), rows_at_once):
            parts.append(output_array(predict(model, inputs[start : start + rows_at_once])))
    return numpy.concatenate(parts)


def predict(model: Any, inputs: Array) -> Any:
    """The model's outputs; the batch is shared with it, not copied."""
    return model(Tensor(inputs, requires_grad=False, copy=False))


def output_array(outputs: Any) -> Array:
    """A network's outputs, Tensor or lists of Values, as an array of rows."""
    if isinstance(outputs, Tensor):
        return outputs.data
    return numpy.array([[value.data if isinstance(value, Node) else value for value in row] for row in outputs])


def labels_of(targets: Array) -> Array | None:
    """The classes that targets stand for: labels themselves, rows that are one-hot, a column of 0 and 1 or of
    −1 and 1. None where they are no classes.

    >>> import numpy
    >>> labels_of(numpy.array([[0.0, 1.0], [1.0, 0.0]])), labels_of(numpy.array([[0.3]]))
    (array([1, 0]), None)
    """
    if targets.ndim == 1:
        return targets if targets.dtype.kind in "iu" else None
    if targets.ndim != 2:
        return None
    if targets.shape[1] == 1:
        found = set(numpy.unique(targets).tolist())
        return (targets[:, 0] > 0).astype(int) if found <= {0, 1} or found <= {-1, 1} else None
    is_one_hot = ((targets == 0) | (targets == 1)).all() and (targets.sum(axis=1) == 1).all()
    return targets.argmax(axis=1) if is_one_hot else None


class _Loop:
    """A training run that is under way."""

    callbacks: Sequence[Callback]
    checkpoint: Path | None
    checkpoint_seconds: float
    notes: dict[str, Any]

    def __init__(
        self,
        model: Any,
        batches: Batches,
        loss: Loss,
        optimizer: Optimizer,
        epochs: int,
        validation: Any,
        schedule: Schedule | None,
        clip_norm: float | None,
        clip_value: float | None,
    ) -> None:
        self.model, self.batches, self.loss, self.optimizer = model, batches, loss, optimizer
        self.schedule, self.clip_norm, self.clip_value = schedule, clip_norm, clip_value
        self.base_rate = optimizer.learning_rate
        # Outputs of these are scores, and 0 is between the classes.
        self.threshold = 0.0 if loss in (binary_cross_entropy_with_logits, hinge) else 0.5
        # With the targets go their labels, so that they need not be found again for every batch.
        self.labels = labels_of(batches.targets)
        self.validation = None if validation is None else checked_pair(*validation)
        self.validation_labels = None if self.validation is None else labels_of(self.validation[1])
        measured = {
            "loss": True,
            "accuracy": self.labels is not None,
            "validation_loss": self.validation is not None,
            "validation_accuracy": self.validation_labels is not None,
        }
        self.run = Run(
            model,
            optimizer,
            epochs=epochs,
            steps_per_epoch=len(batches),
            samples=len(batches.inputs),
            measured=frozenset(name for name, is_measured in measured.items() if is_measured),
        )
        self.named_parameters = _named_parameters(model, optimizer)
        self.epoch_state: dict[str, Any] = {}  # of the order's generator, where the epoch's order is drawn
        self.written_at = time.perf_counter()
        self.interrupted_state: dict[str, Any] = {}  # the same where a resumed run was interrupted
        self.compiled: CompiledStep | None = None
        self.was_compiled: bool | None = None  # in the run that is resumed
        self.structure: Any = None

    def choose_way(self, wanted: bool | None) -> None:
        """Compile the step, or note why not; True raises where it cannot be."""
        history = self.run.history
        self.wanted = wanted
        found = self._compiled_or_reason(wanted)
        if isinstance(found, str) and wanted:
            raise refusal(found)
        history.compiled = isinstance(found, CompiledStep)
        self.compiled = found if isinstance(found, CompiledStep) else None
        history.eager_because = found if isinstance(found, str) else None
        self.structure = structure(self.model) if history.compiled else None

    def _compiled_or_reason(self, wanted: bool | None) -> CompiledStep | str | None:
        if wanted is False:
            return None
        model, loss, optimizer = self.model, self.loss, self.optimizer
        is_clipping = self.clip_norm is not None or self.clip_value is not None
        reason = why_eager(model, loss, optimizer, self.callbacks, is_clipping)
        if reason is None and wanted is None:
            steps = self.run.epochs * self.run.steps_per_epoch - len(self.run.history.steps)
            if self.was_compiled is False:
                reason = "the checkpoint's steps were"
            elif self.was_compiled is None and steps < _WORTH_COMPILING:
                reason = f"{steps:,} steps are too few to gain by compiling"
            else:
                reason = None if self.was_compiled else why_not_by_default(model, loss)
        if reason is not None:
            return reason
        size, batches = self.batches.batch_size, self.batches
        found = compiled_step(model, loss, optimizer, (batches.inputs[:size], batches.targets[:size]), batches.targets)
        if isinstance(found, CompiledStep) and why_not_by_default(model, loss) is not None:
            warn_of_constants(found)
        return found

    # --- forward in time ---

    def run_to_the_end(self, first_batch: int, wish: Interruption) -> None:
        history = self.run.history
        begun: list[Callback] = []
        try:
            for callback in self.callbacks:
                callback.on_start(self.run)
                begun.append(callback)
            left = range(len(history) + 1, self.run.epochs + 1) if history.stopped is None else range(0)
            if not left and self.checkpoint is not None:
                self._write_what_was_read(first_batch)
            for number in left:
                self._epoch(number, first_batch, wish)
                first_batch = 0
                is_whole = len(history) == number
                if self.checkpoint is not None and is_whole and self._is_time_to_write():
                    self._write(is_within_epoch=False)
                if history.stopped is not None:
                    break
        finally:
            self.optimizer.learning_rate = self.base_rate
            for callback in begun:
                callback.on_end(self.run)

    def _epoch(self, number: int, first_batch: int, wish: Interruption) -> None:
        """One pass, or its rest; ended early, it leaves its steps in the history and no epoch."""
        run = self.run
        started = time.perf_counter()
        if first_batch == 0:
            self.epoch_state = state_of(self.batches.rng)
        if self.compiled is not None and structure(self.model) != self.structure:  # a callback has changed it
            self.choose_way(self.wanted)
        batches = self.batches.from_batch(first_batch)  # draws the order
        if first_batch:
            set_state(self.batches.rng, self.interrupted_state)
        for inputs, targets in batches:
            step = self._step(number, inputs, targets)
            run.history.steps.append(step)
            for callback in self.callbacks:
                callback.on_step(run, step)
            if wish.came:
                run.stop("interrupted")
            is_last = len(run.history.steps) == number * run.steps_per_epoch
            if run.history.stopped is not None and not is_last:
                if self.checkpoint is not None:
                    self._write(is_within_epoch=True)
                return
        self._refuse_spoilt_parameters()
        epoch = self._measured(number, time.perf_counter() - started)
        run.history.epochs.append(epoch)
        for callback in self.callbacks:
            callback.on_epoch(run, epoch)
        if wish.came:  # while it was measured
            run.stop("interrupted")

    @silently
    def _step(self, epoch: int, inputs: Array, targets: Array) -> Step:
        started = time.perf_counter()
        number = len(self.run.history.steps)
        if self.schedule is not None:
            self.optimizer.learning_rate = self.base_rate * self.schedule(number)
        done = None if self.compiled is None else self.compiled(inputs, targets)
        value, outputs, norm = self._eager_step(inputs, targets) if done is None else done
        share = None
        if self.labels is not None:
            share = _correct(outputs, labels_of_batch(targets), self.threshold) / len(inputs)
        rate = self.optimizer.learning_rate
        return Step(epoch, len(inputs), value, share, rate, norm, time.perf_counter() - started)

    def _eager_step(self, inputs: Array, targets: Array) -> tuple[float, Array, float]:
        """Loss and outputs before the update, and the gradient's norm."""
        outputs, cost = _forward(self.model, inputs, targets, self.loss, self.optimizer)
        value = float(cost.item())
        if not math.isfinite(value):
            raise self._divergence(f"the loss became {value}", origin_of_non_finite(self.model, cost))
        cost.backward()
        norm = clipping.gradient_norm(self.optimizer.parameters)
        if not math.isfinite(norm):
            worst = first_bad_gradient(self.named_parameters)
            raise self._divergence("a gradient became infinite or nan", f"the gradient of {worst}")
        for callback in self.callbacks:
            callback.on_gradients(self.run, outputs)
        if self.clip_value is not None:
            clipping.clip_value(self.optimizer.parameters, self.clip_value)
        if self.clip_norm is not None:
            clipping.clip_norm(self.optimizer.parameters, self.clip_norm)
        self.optimizer.step()
        return value, output_array(outputs), norm

    def _measured(self, number: int, seconds: float) -> Epoch:
        """The figures of the epoch whose steps are the history's last."""
        steps = self.run.history.steps[-self.run.steps_per_epoch :]
        weights = steps.column("samples") / self.run.samples
        validation_loss = validation_accuracy = None
        if self.validation is not None:
            validation_loss, validation_accuracy = self._validated(*self.validation)
        return Epoch(
            number,
            loss=float(steps.column("loss") @ weights),
            accuracy=None if self.labels is None else float(steps.column("accuracy") @ weights),
            validation_loss=validation_loss,
            validation_accuracy=validation_accuracy,
            learning_rate=self.optimizer.learning_rate,
            gradient_norm=float(steps.column("gradient_norm").mean()),
            seconds=seconds,
        )

    @silently
    def _validated(self, inputs: Array, targets: Array) -> tuple[float, float | None]:
        total, correct = 0.0, 0
        with no_grad(), _measuring(self.model):
            for start in range(0, len(inputs), _ROWS_AT_ONCE):
                rows = slice(start, start + _ROWS_AT_ONCE)
                outputs = predict(self.model, inputs[rows])
                total += float(self.loss(outputs, targets[rows]).item()) * len(inputs[rows])
                if self.validation_labels is not None:
                    correct += _correct(output_array(outputs), self.validation_labels[rows], self.threshold)
        return total / len(inputs), None if self.validation_labels is None else correct / len(inputs)

    def _divergence(self, what: str, where: str, steps_ago: int = 0) -> DivergenceError:
        number = len(self.run.history.steps) - steps_ago
        self.run.stop(f"{what} in step {number + 1}")
        is_of_data = where == DATA_OF_THE_BATCH
        hint = "" if is_of_data else f"; try a smaller learning rate than {self.optimizer.learning_rate:g}"
        kept = "" if self.checkpoint is None or not self.checkpoint.exists() else f"; {self.checkpoint} is from before"
        epoch = number // self.run.steps_per_epoch + 1
        return DivergenceError(
            f"{what} in step {number + 1} (epoch {epoch}), beginning at {where}{hint}{kept}",
            number,
            where,
            self.run.history,
        )

    def _refuse_spoilt_parameters(self) -> None:
        for name, parameter in self.named_parameters:
            if not numpy.isfinite(parameter.data).all():
                raise self._divergence("a parameter became infinite or nan", f"the parameter {name}", steps_ago=1)
        for name, buffer in self.model.named_buffers() if isinstance(self.model, Module) else ():
            if not numpy.isfinite(buffer).all():
                raise self._divergence("a statistic became infinite or nan", f"the buffer {name}", steps_ago=1)

    # --- back to where it was ---

    def _write(self, is_within_epoch: bool) -> None:
        """A checkpoint, unless what it would keep is spoilt."""
        assert self.checkpoint is not None
        self.written_at = time.perf_counter()
        self._refuse_spoilt_parameters()
        scheduled, self.optimizer.learning_rate = self.optimizer.learning_rate, self.base_rate
        try:
            checkpoints.save(
                self.checkpoint,
                self.model,
                self.optimizer,
                notes={
                    **self.notes,
                    "training": {
                        **self._fingerprint(),
                        "is_within_epoch": is_within_epoch,
                        "compiled": self.run.history.compiled,
                        "order_at_epoch_start": self.epoch_state,
                        "order": state_of(self.batches.rng),
                        "generators": {name: state_of(one) for name, one in self.model.named_generators()},
                        "layers": [figures.layer for figures in self.run.history.layers],
                    },
                },
                history=self.run.history.to_arrays(),
            )
        finally:
            self.optimizer.learning_rate = scheduled

    def _write_what_was_read(self, first_batch: int) -> None:
        """The checkpoint of a resumed run with nothing left to do: it may be another file."""
        if first_batch:
            set_state(self.batches.rng, self.interrupted_state)
        self._write(is_within_epoch=bool(first_batch))

    def _is_time_to_write(self) -> bool:
        is_end = self.run.history.stopped is not None or len(self.run.history) == self.run.epochs
        return is_end or time.perf_counter() - self.written_at >= self.checkpoint_seconds

    def _fingerprint(self) -> dict[str, Any]:
        """What must be the same for a run to be resumed."""
        return {
            "samples": self.run.samples,
            "checksum of the data": self._data_checksum,
            "batch_size": self.batches.batch_size,
            "loss": getattr(self.loss, "__name__", type(self.loss).__name__),
            "clip_norm": self.clip_norm,
            "clip_value": self.clip_value,
            "has_schedule": self.schedule is not None,
            "has_validation": self.validation is not None,
        }

    @functools.cached_property
    def _data_checksum(self) -> str:
        checksum = 0
        for array in (self.batches.inputs, self.batches.targets):
            checksum = zlib.crc32(numpy.ascontiguousarray(array).data, checksum)
        return f"{checksum:08x}"

    def _refuse_another_schedule(self, path: Path, history: History) -> None:
        """A schedule is a function, of which a file can keep no more than what it gave."""
        if self.schedule is None or not history.steps:
            return
        last = len(history.steps) - 1
        was, would_be = history.steps[last].learning_rate, self.base_rate * self.schedule(last)
        if not math.isclose(was, would_be, rel_tol=1e-9):
            raise CheckpointError(
                f"{path} is of another training: in step {last + 1} the learning rate was {was:g} and its schedule is "
                f"now to give {would_be:g} (one that falls until the last epoch differs with the number of epochs)"
            )

    def go_on_from(self, path: Path) -> int:
        """Set everything to where a checkpoint was written; gives the number of the epoch's next batch.

        Nothing is changed unless all of it fits.
        """
        found = checkpoints.read(path)
        notes = found.notes.get("training")
        if not isinstance(notes, dict):
            raise CheckpointError(f"{path} holds a model and no training to go on with")
        own = {**self._fingerprint(), **checkpoints.described_settings(self.optimizer)}
        theirs = {**notes, **found.optimizer_settings}
        differing = [
            f"{name} was {theirs.get(name)!r} and is {own[name]!r}" for name in own if theirs.get(name) != own[name]
        ]
        if differing:
            raise CheckpointError(f"{path} is of another training: {'; '.join(differing)}")
        generators = dict(self.model.named_generators())
        try:
            states = notes["generators"]
            if set(states) != set(generators):
                raise CheckpointError(f"it has random generators {sorted(states)}, the model {sorted(generators)}")
            history = History.from_arrays(found.history, notes["layers"])
            first_batch = len(history.steps) - len(history) * self.run.steps_per_epoch
            if not 0 <= first_batch < self.run.steps_per_epoch or bool(first_batch) != notes["is_within_epoch"]:
                raise CheckpointError("its steps do not fit its epochs")
            trial = [_copy_of(generator) for generator in (self.batches.rng, *generators.values())]
            for one, state in zip(trial, (notes["order"], *states.values()), strict=True):
                set_state(one, state)
            set_state(trial[0], notes["order_at_epoch_start"])
        except (CheckpointError, KeyError, TypeError, ValueError) as error:
            raise CheckpointError(f"{path}: where training stood cannot be read: {error}") from None
        self._refuse_another_schedule(path, history)
        checkpoints.restore(found, path, self.model, self.optimizer)
        self.run.history = history
        self.was_compiled = notes.get("compiled") is True
        self.epoch_state = notes["order_at_epoch_start"]
        self.interrupted_state = notes["order"]
        for name, generator in generators.items():
            set_state(generator, states[name])
        # An epoch that was interrupted has its order drawn again, from where it was drawn.
        set_state(self.batches.rng, self.epoch_state if first_batch else self.interrupted_state)
        return first_batch


def _forward(model: Any, inputs: Array, targets: Array, loss: Loss, optimizer: Optimizer) -> tuple[Any, Any]:
    optimizer.zero_grad()
    outputs = predict(model, inputs)
    return outputs, loss(outputs, targets)


def labels_of_batch(targets: Array) -> Array:
    """The labels of targets that are known to be classes."""
    if targets.ndim == 1:
        return targets
    return targets[:, 0] > 0 if targets.shape[1] == 1 else targets.argmax(axis=1)


def _correct(outputs: Array, labels: Array, threshold: float) -> int:
    return int(numpy.count_nonzero(classes_of(outputs, threshold) == labels))


def _named_parameters(model: Any, optimizer: Optimizer) -> list[tuple[str, Any]]:
    """The optimizer's parameters by their path in the model, or their label."""
    names = {parameter: name for name, parameter in model.named_parameters()} if isinstance(model, Module) else {}
    return [
        (names.get(parameter) or parameter.label or f"parameter {position}", parameter)
        for position, parameter in enumerate(optimizer.parameters)
    ]


def _copy_of(generator: numpy.random.Generator) -> numpy.random.Generator:
    return numpy.random.Generator(type(generator.bit_generator)())


@contextlib.contextmanager
def _mode(model: Any, training: bool) -> Iterator[None]:
    """Every part in training or in use; afterwards each as it was."""
    modules = [module for _, module in model.named_modules()] if isinstance(model, Module) else []
    before = [module.training for module in modules]
    for module in modules:
        module.training = training
    try:
        yield
    finally:
        for module, was in zip(modules, before, strict=True):
            module.training = was


def _training(model: Any) -> contextlib.AbstractContextManager[None]:
    return _mode(model, True)


def _measuring(model: Any) -> contextlib.AbstractContextManager[None]:
    return _mode(model, False)
