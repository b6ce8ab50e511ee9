"""The training loop: steps and epochs, and what ends them."""

from __future__ import annotations

import math
import os
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
import numpy.typing

from autograd.arguments import answering, check_call, described, file_path, flag, whole_number
from autograd.files import why_not_writable
from autograd.operation import silently

from . import clipping
from .callbacks import Callback, TrainingRun, callbacks_of
from .checkpoints import why_not_saved
from .checks import checked
from .datasets.batches import Batches, checked_pair
from .divergence import DATA_OF_THE_BATCH, DivergenceError, first_bad_gradient, origin_of_non_finite
from .errors import CheckpointError, NetworkError
from .generators import Random
from .history import Epoch, History, Step
from .interruption import Wish, interruption
from .losses import loss_of
from .meaning import Loss, check_model, check_rows, number_of, remember
from .measuring import Measure, outputs_to_tell
from .module import Module, mode
from .optimizers import Optimizer
from .outputs import output_array, predict
from .progress import ProgressLine, is_watched
from .regularization import BatchNorm1d
from .resuming import Standing
from .schedules import Schedule, schedule_of
from .state import Array, plain
from .way import Way

Path_ = str | os.PathLike[str]


@answering(
    "data is a pair, (inputs, targets)",
    validation_split="cut the data with nn.split_samples, and give validation=",
    shuffle="the samples are shuffled anew in each epoch",
    verbose="at a terminal a line shows the progress; what happened is in the History",
    metrics="accuracy is measured where the targets are classes",
    device="everything is on the CPU",
)
def fit(
    model: Any,
    data: tuple[numpy.typing.ArrayLike, numpy.typing.ArrayLike],
    loss: Loss | str,
    optimizer: Optimizer,
    epochs: int,
    *,
    batch_size: int = 32,
    drop_last: bool = False,
    validation: tuple[numpy.typing.ArrayLike, numpy.typing.ArrayLike] | None = None,
    schedule: Schedule | str | None = None,
    clip_norm: float | None = None,
    clip_value: float | None = None,
    callbacks: Sequence[Callback] | Callback = (),
    rng: Random = None,
    checkpoint: Path_ | None = None,
    checkpoint_seconds: float = 1.0,
    resume: Path_ | None = None,
    notes: Mapping[str, Any] | None = None,
    compile: bool | None = None,
) -> History:
    """Train on batches, shuffling the samples anew each epoch, and tell what happened.

    At a terminal a line shows the progress. Ctrl-C ends training after the current step, with its history kept and a
    checkpoint written; a second Ctrl-C ends it at once.

    Args:
        model: called with rows of inputs.
        data: rows of inputs, and for each what `loss` takes as its target.
        loss: (outputs, targets) → one number for the batch; or the name of one of nn's.
        epochs: passes through the data, those of a resumed run included.
        drop_last: leave out a last batch that is smaller than batch_size.
        validation: as `data`; its loss and accuracy are measured after each epoch.
        schedule: the factor of the optimizer's learning rate at each step, counted from 0 (`nn.schedules`);
            or the name of one, which lasts for all steps.
        clip_norm, clip_value: bounds of the whole gradient's norm, and of each of its numbers.
        callbacks: told of each step and epoch (`Callback`), such as `EarlyStopping` and `Diagnostics`.
        rng: a numpy.random.Generator or a seed, for the order of samples.
        checkpoint: a file to write after an epoch, and when training ends.
        checkpoint_seconds: the least time between two writes (0: after every epoch), because writing safely takes
            longer than a small epoch.
        resume: a checkpoint to go on from, bit for bit as if there had been no interruption. Arguments that
            contradict it are refused by name; `epochs` and callbacks may be others. Functions (an own loss, an own
            activation) are compared by their names and the arguments given to them, not by what they compute.
        notes: what else the checkpoint is to hold (as JSON).
        compile: run each step (forward, backward, the optimizer's update) as one program, the same but for rounding.
            True: compiled, or a NetworkError that says why not. False: eagerly. None: compiled where that is sure to
            follow the model and saves time: modules and losses from nn's tables, and at least a thousand steps; a
            resumed run goes on as its checkpoint was trained, if it can. `history.way` tells which, and why. A
            compiled step leaves no gradients in the parameters; a callback with `on_gradients` makes steps eager. A
            model or loss of your own is compiled as `autograd.compile` does: a branch that looks at data stays as
            recorded.

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
    check_model(model)
    check_call("fit: the model", model, (None,), {})
    if (checkpoint is not None or resume is not None) and not isinstance(model, Module):
        raise NetworkError(f"checkpoints are of modules, not of {type(model).__name__}")
    if notes is not None and not isinstance(notes, Mapping):
        raise NetworkError(f"notes are a dict of what JSON can hold, not {described(notes)}")
    if checkpoint is not None:
        reason = why_not_writable(file_path("checkpoint", checkpoint, CheckpointError))
        if reason is not None:
            raise CheckpointError(f"{checkpoint} cannot be written: {reason}")
        reason = why_not_saved(checkpoint, model, notes, optimizer if isinstance(optimizer, Optimizer) else None)
        if reason is not None:
            raise CheckpointError(reason)
    for name, bound in (("clip_norm", clip_norm), ("clip_value", clip_value)):
        if bound is not None and checked(name, bound) == 0:
            raise NetworkError(f"{name} is a number above 0: with 0 nothing would move")
    loss, callbacks = loss_of(loss), callbacks_of(callbacks)
    check_call("fit: the loss", loss, (None, None), {})
    if compile is not None:
        flag("compile", compile, NetworkError)
    _check_pair("data", data)
    if validation is not None:
        _check_pair("validation", validation)
    _check_parameters(model, optimizer)
    batches = Batches(*data, whole_number("batch_size", batch_size, error=NetworkError), rng=rng, drop_last=drop_last)
    _check_last_batch(model, batches)
    for name, array in (("inputs", batches.inputs), ("targets", batches.targets)):
        _check_numbers(name, array)
    schedule = schedule_of(schedule, whole_number("epochs", epochs, error=NetworkError) * len(batches))
    if schedule is not None:
        check_call("fit: the schedule", schedule, (0,), {})
    _check_targets("data", loss, batches.targets)
    meaning = remember(model, loss, batches.targets)
    n_outputs = outputs_to_tell(model, loss, batches.inputs[: batches.batch_size], batches.targets)
    measure = Measure(loss, meaning, batches.inputs, batches.targets, n_outputs)
    validated = None
    if validation is not None:
        pair = checked_pair(*validation)
        for name, array in zip(("inputs", "targets"), pair, strict=True):
            _check_numbers(f"validation: {name}", array)
        if pair[0].dtype.kind == "f" and not numpy.isfinite(pair[0]).all():
            raise NetworkError("validation: its inputs hold nan or infinity: leave those samples out")
        _check_targets("validation", loss, pair[1])
        validated = Measure(loss, meaning, *pair, n_outputs)
    measured = {"loss", *(["accuracy"] if measure.has_classes else [])}
    if validated is not None:
        measured |= {"validation_loss", *(["validation_accuracy"] if validated.has_classes else [])}
    run = TrainingRun(
        model,
        loss,
        optimizer,
        batches,
        whole_number("epochs", epochs, error=NetworkError),
        frozenset(measured),
        schedule,
        clip_norm,
        clip_value,
        [*((ProgressLine(),) if is_watched() else ()), *callbacks],
    )
    path = None if checkpoint is None else Path(checkpoint).absolute()
    standing = Standing(run, path, checked("checkpoint_seconds", checkpoint_seconds), notes or {}, rng)
    if resume is not None:
        standing.go_on_from(file_path("resume", resume, CheckpointError))
    with mode(model, training=True), interruption() as wish:
        way = Way(run, compile, standing.was_compiled)
        way.choose()
        _Loop(run, way, standing, measure, validated, wish).run_to_the_end()
    return run.history


@silently
@answering("the loss comes before the optimizer")
def train_step(model: Any, inputs: Array, targets: Array, loss: Loss | str, optimizer: Optimizer) -> float:
    """Forward, backward, update; the loss before the update."""
    loss = loss_of(loss)
    if not isinstance(optimizer, Optimizer):
        raise _no_optimizer(optimizer)
    check_model(model)
    learned = plain(targets)
    optimizer.zero_grad()
    outputs = predict(model, inputs)
    try:
        cost = number_of(loss(outputs, targets))
    except TypeError:
        check_call("train_step: the loss", loss, (outputs, targets), {})
        raise
    cost.backward()
    _check_connected(optimizer)
    optimizer.step()
    remember(model, loss, learned)
    return float(cost.item())


def _no_optimizer(given: Any) -> NetworkError:
    return NetworkError(f"the optimizer is one such as nn.SGD(model, 0.1), not {described(given)}")


def _check_numbers(name: str, array: Array) -> None:
    """Refuse texts and objects, as tables hold them, before anything is computed with them."""
    if array.dtype.kind not in "biuf":
        hint = ": .astype(float) makes them, where they are" if array.dtype.kind == "O" else ""
        raise NetworkError(f"{name} are numbers, not an array of {array.dtype}{hint}")


def _check_pair(name: str, given: Any) -> None:
    if not isinstance(given, tuple | list) or len(given) != 2:
        what = f"{len(given)} parts" if isinstance(given, tuple | list) else f"a {type(given).__name__}"
        raise NetworkError(f"{name} is a pair of inputs and targets, such as a data set's `train`, not {what}")


def _check_targets(name: str, loss: Loss, targets: Any) -> None:
    """A loss of ours refuses nan in a batch: say so of all data, before training. Another one may pass over it."""
    if getattr(loss, "meaning", None) is not None and targets.dtype.kind == "f":
        spoilt = numpy.flatnonzero(numpy.isnan(targets).reshape(len(targets), -1).any(axis=1))
        if len(spoilt):
            raise NetworkError(f"{name}: the target of sample {spoilt[0]} is nan: leave such samples out")


def _check_last_batch(model: Any, batches: Batches) -> None:
    """A layer that standardises by its batch cannot train on a batch of one sample: say so before an epoch's end."""
    size = batches.samples % batches.batch_size or batches.batch_size
    for path, module in model.named_modules() if isinstance(model, Module) else ():
        if size == 1 and isinstance(module, BatchNorm1d):
            raise NetworkError(
                f"{path or 'the model'} ({module!r}) needs at least two samples in a batch, and {batches.samples} in "
                f"batches of {batches.batch_size} end with one: give drop_last=True or another batch_size"
            )


def _check_parameters(model: Any, optimizer: Optimizer) -> None:
    """An optimizer of some of the parameters is as it should be, one of another model's is a mistake."""
    if not isinstance(optimizer, Optimizer):
        raise _no_optimizer(optimizer)
    own = set(model.parameters()) if isinstance(model, Module) else set()
    if own and own.isdisjoint(optimizer.parameters):
        raise NetworkError("the optimizer has none of the model's parameters: the model would not learn")
    if not any(parameter.requires_grad for parameter in optimizer.parameters):
        raise NetworkError("all parameters are frozen: set requires_grad = True on those that are to learn")


def _check_connected(optimizer: Optimizer) -> None:
    """After backward: refuse a loss that was not computed from what is to learn."""
    learning = [one for one in optimizer.parameters if one.requires_grad]
    if learning and all(one.grad is None for one in learning):
        raise NetworkError(
            "the loss is not connected to the optimizer's parameters, and the model would not learn: compute it from "
            "the model's outputs, without .data, .item() or detach()"
        )


@dataclass
class _Loop:
    """A training run that is under way."""

    run: TrainingRun
    way: Way
    standing: Standing
    measure: Measure
    validated: Measure | None
    wish: Wish

    def __post_init__(self) -> None:
        self.model, self.optimizer, self.history = self.run.model, self.run.optimizer, self.run.history
        self.scheduled_rate: float | None = None
        self.named_parameters = _named_parameters(self.model, self.optimizer)
        self._unreached: list[tuple[str, Any]] | None = None

    def run_to_the_end(self) -> None:
        begun: list[Callback] = []
        try:
            for callback in self.run.callbacks:
                callback.on_start(self.run)
                begun.append(callback)
            left = range(len(self.history) + 1, self.run.epochs + 1) if self.history.stopped is None else range(0)
            path = self.standing.path
            if not left and path is not None and path.resolve() != self.standing.resumed_from:
                self._write()  # of a resumed run; the file that was read stays as it was, for nothing was done
            for number in left:
                self._epoch(number)
                if self.history.stopped is not None or number == self.run.epochs:
                    for callback in self.run.callbacks:
                        callback.on_last_step(self.run)
                if len(self.history) < number or self.standing.is_time_to_write:
                    self._write()
                if self.history.stopped is not None:
                    break
        finally:
            self._follow_the_rate()
            self.optimizer.learning_rate = self.standing.base_rate
            for callback in begun:
                callback.on_end(self.run)

    def _epoch(self, number: int) -> None:
        """One pass, or its rest; ended early, it leaves its steps in the history and no epoch."""
        run, history = self.run, self.history
        started = time.perf_counter()
        self.way.choose_again_if_changed()
        for inputs, targets in self.standing.next_batches():
            step = self._step(number, inputs, targets)
            history.steps.append(step)
            for callback in self.run.callbacks:
                callback.on_step(run, step)
            if self.wish.came:
                run.stop("interrupted")
            if history.stopped is not None and len(history.steps) < number * run.steps_per_epoch:
                return
        self._tell_of_unreached()
        self._refuse_spoilt_parameters()
        epoch = self._measured(number, time.perf_counter() - started)
        history.epochs.append(epoch)
        for callback in self.run.callbacks:
            callback.on_epoch(run, epoch)
        if self.wish.came:  # while it was measured
            run.stop("interrupted")

    @silently
    def _step(self, epoch: int, inputs: Array, targets: Array) -> Step:
        started = time.perf_counter()
        self._follow_the_rate()
        if self.run.schedule is not None:
            factor = self.run.schedule(len(self.history.steps))
            if type(factor) is not float:
                factor = checked("factor that the schedule gave", factor)
            self.scheduled_rate = self.optimizer.learning_rate = self.standing.base_rate * factor
        done = self.way.run_step(inputs, targets)
        value, outputs, norm = self._eager_step(inputs, targets) if done is None else done
        share = self.measure.of_batch(outputs, targets)
        rate = self.optimizer.learning_rate
        return Step(epoch, len(inputs), value, share, rate, norm, time.perf_counter() - started)

    def _follow_the_rate(self) -> None:
        """What a callback made of the learning rate since the last step holds on; a schedule goes on from there."""
        rate, scheduled = self.optimizer.learning_rate, self.scheduled_rate
        if scheduled is None:
            self.standing.base_rate = rate
        elif rate != scheduled:
            self.standing.base_rate = self.standing.base_rate * rate / scheduled if scheduled else rate
            self.scheduled_rate = rate

    def _eager_step(self, inputs: Array, targets: Array) -> tuple[float, Array, float]:
        """Loss and outputs before the update, and the gradient's norm."""
        self.optimizer.zero_grad()
        outputs = predict(self.model, inputs)
        check_rows(self.run.loss, outputs)
        cost = self.run.loss(outputs, targets)
        value = float(number_of(cost).item())
        if not math.isfinite(value):
            raise self._divergence(f"the loss became {value}", origin_of_non_finite(self.model, cost))
        cost.backward()
        if not self.history.steps:
            _check_connected(self.optimizer)
        if not self.history.epochs:
            self._note_unreached()
        norm = clipping.gradient_norm(self.optimizer.parameters)
        if not math.isfinite(norm):
            worst = first_bad_gradient(self.named_parameters)
            raise self._divergence("a gradient became infinite or nan", f"the gradient of {worst}")
        for callback in self.run.callbacks:
            callback.on_gradients(self.run, outputs)
        if self.run.clip_value is not None:
            clipping.clip_value(self.optimizer.parameters, self.run.clip_value)
        if self.run.clip_norm is not None:
            clipping.clip_norm(self.optimizer.parameters, self.run.clip_norm)
        self.optimizer.step()
        return value, output_array(outputs), norm

    def _note_unreached(self) -> None:
        """Which parameters no loss of the first epoch has reached so far."""
        if self._unreached is None:
            self._unreached = [pair for pair in self.named_parameters if pair[1].requires_grad]
        self._unreached = [pair for pair in self._unreached if pair[1].grad is None]

    def _tell_of_unreached(self) -> None:
        if self.history.epochs:
            return
        if self._unreached is None and self.way.step is not None:  # no step of it was eager
            reached = self.way.step.leaves()
            self._unreached = [
                (name, one) for name, one in self.named_parameters if one.requires_grad and one not in reached
            ]
        if self._unreached:
            names = ", ".join(name for name, _ in self._unreached[:4])
            warnings.warn(
                f"no loss of the first epoch depends on {names}{', …' if len(self._unreached) > 4 else ''}, which will "
                "not learn: freeze what is not to (requires_grad = False), or compute with it, without .data, "
                "no_grad() or detach()",
                stacklevel=6,
            )

    def _measured(self, number: int, seconds: float) -> Epoch:
        """The figures of the epoch whose steps are the history's last."""
        steps = self.history.steps[-self.run.steps_per_epoch :]
        weights = steps.column("samples") / self.run.samples
        validation_loss = validation_accuracy = None
        if self.validated is not None:
            validation_loss, validation_accuracy = self.validated.of_model(self.model, self.run.loss)
        return Epoch(
            number,
            loss=float(steps.column("loss") @ weights),
            accuracy=float(steps.column("accuracy") @ weights) if self.measure.has_classes else None,
            validation_loss=validation_loss,
            validation_accuracy=validation_accuracy,
            learning_rate=self.optimizer.learning_rate,
            gradient_norm=float(steps.column("gradient_norm").mean()),
            seconds=seconds,
        )

    def _write(self) -> None:
        """A checkpoint, unless what it would keep is spoilt."""
        if self.standing.path is not None:
            self._refuse_spoilt_parameters()
            self._follow_the_rate()
            self.standing.write()

    def _divergence(self, what: str, where: str, steps_ago: int = 0) -> DivergenceError:
        number = len(self.history.steps) - steps_ago
        self.run.stop(f"{what} in step {number + 1}")
        is_of_data = where == DATA_OF_THE_BATCH
        hint = "" if is_of_data else f"; try a smaller learning rate than {self.optimizer.learning_rate:g}"
        path = self.standing.path
        kept = "" if path is None or not path.exists() else f"; {path} is from before"
        epoch = number // self.run.steps_per_epoch + 1
        return DivergenceError(
            f"{what} in step {number + 1} (epoch {epoch}), beginning at {where}{hint}{kept}",
            number,
            where,
            self.history,
        )

    def _refuse_spoilt_parameters(self) -> None:
        for name, parameter in self.named_parameters:
            if not numpy.isfinite(parameter.data).all():
                raise self._divergence("a parameter became infinite or nan", f"the parameter {name}", steps_ago=1)
        for name, buffer in self.model.named_buffers() if isinstance(self.model, Module) else ():
            if not numpy.isfinite(buffer).all():
                raise self._divergence("a statistic became infinite or nan", f"the buffer {name}", steps_ago=1)


def _named_parameters(model: Any, optimizer: Optimizer) -> list[tuple[str, Any]]:
    """The optimizer's parameters by their path in the model, or their label."""
    names = {parameter: name for name, parameter in model.named_parameters()} if isinstance(model, Module) else {}
    return [
        (names.get(parameter) or parameter.label or f"parameter {position}", parameter)
        for position, parameter in enumerate(optimizer.parameters)
    ]
