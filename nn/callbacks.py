"""Callbacks: told what happens in training, and able to end it."""

from __future__ import annotations

import contextlib
import functools
import math
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy

from autograd import no_grad
from autograd.arguments import answering, check_known, flag, whole_number

from . import plotting
from .checks import checked
from .datasets.batches import Batches
from .errors import NetworkError
from .history import Epoch, History, Step
from .meaning import Loss, classes_named, meaning_in
from .module import Module, mode
from .optimizers import Optimizer
from .schedules import Schedule
from .state import Array, State, plain


@dataclass
class TrainingRun:
    """A training run, as its callbacks see it.

    Attributes:
        model, loss, optimizer, batches, epochs, schedule, clip_norm, clip_value, callbacks: as `fit` was given them.
        measured: which figures an epoch has, of "loss", "accuracy", "validation_loss", "validation_accuracy".
        history: what was done; the step or epoch that a callback is told of is its last.
        steps_per_epoch, samples: how much an epoch is.
    """

    model: Any
    loss: Loss
    optimizer: Optimizer
    batches: Batches
    epochs: int
    measured: frozenset[str]
    schedule: Schedule | None = None
    clip_norm: float | None = None
    clip_value: float | None = None
    callbacks: Sequence[Callback] = ()
    history: History = field(default_factory=History)

    def __post_init__(self) -> None:
        self.steps_per_epoch: int = len(self.batches)
        self.samples: int = self.batches.samples

    def stop(self, reason: str) -> None:
        """End after this step, or this epoch; the reason is kept in `history.stopped`."""
        self.history.stopped = reason


class Callback:
    """Told what happens in training. Override what is of interest.

    >>> from nn import MLP, SGD, Callback, fit, quadratic, xor
    >>> class Tell(Callback):
    ...     def on_epoch(self, run, epoch):
    ...         print(epoch.number, f"{epoch.loss:.3f}")
    >>> network = MLP((2, 2, 1), "tanh", rng=0)
    >>> history = fit(network, (xor().train_inputs, [[0], [1], [1], [0]]), quadratic,
    ...               SGD(network.parameters(), 0.1), epochs=2, batch_size=4, rng=0, callbacks=[Tell()])
    1 0.318
    2 0.267
    """

    def on_start(self, run: TrainingRun) -> None:
        """Before the first step."""

    def on_gradients(self, run: TrainingRun, outputs: Any) -> None:
        """Between backward and the update: parameters have this step's gradients and the old data.

        A callback that overrides this makes steps eager: compiled ones keep no gradients."""

    def on_step(self, run: TrainingRun, step: Step) -> None:
        """After an update."""

    def on_epoch(self, run: TrainingRun, epoch: Epoch) -> None:
        """After a pass through the data, and the look at the validation data."""

    def on_last_step(self, run: TrainingRun) -> None:
        """When all callbacks have been told of the last step and epoch, and before the last checkpoint is written: not
        where an error ends the run, nor where nothing was left to do."""

    def on_end(self, run: TrainingRun) -> None:
        """At the very end, whatever ended the run."""


def callbacks_of(callbacks: Iterable[Callback] | Callback | None) -> list[Callback]:
    """The callbacks that are given, one alone or several."""
    if isinstance(callbacks, Callback):
        return [callbacks]
    if callbacks is not None and not isinstance(callbacks, Iterable):
        raise NetworkError(f"callbacks are such as [EarlyStopping()], not {callbacks!r:.60}")
    found = list(callbacks or ())
    for callback in found:
        if not isinstance(callback, Callback):
            raise NetworkError(
                f"callbacks are such as EarlyStopping(), of subclasses of nn.Callback, not {callback!r:.60}"
            )
    return found


class Snapshots(Callback):
    """Keeps the model's parameters as they are after some epochs, 0 being the start: `snapshots.states[5]`.

    >>> from nn import Snapshots
    >>> Snapshots(0, 1, 10).states
    {}
    """

    def __init__(self, *epochs: int) -> None:
        self.epochs: frozenset[int] = frozenset(epochs)
        self.states: dict[int, State] = {}

    def on_start(self, run: TrainingRun) -> None:
        if not run.history.steps:
            self._keep(run, 0)

    def on_epoch(self, run: TrainingRun, epoch: Epoch) -> None:
        self._keep(run, epoch.number)

    def _keep(self, run: TrainingRun, epoch: int) -> None:
        if epoch in self.epochs:
            self.states[epoch] = run.model.state_dict()

    def plot_boundaries(self, model: Module, inputs: Any, labels: Any) -> Any:
        """What the model took each point of the plane for at these stages, as a matplotlib Figure."""
        n_outputs = model.outputs(inputs[:1]).shape[-1]
        return plotting.boundaries(self.regions(model, n_outputs), inputs, classes_named(labels, n_outputs))

    def regions(self, model: Module, n_outputs: int) -> dict[int, plotting.Regions]:
        """What the model took each point for at these stages: a function for each, by its epoch."""
        meaning = meaning_in(model, None, n_outputs)

        def with_state(state: State) -> plotting.Regions:
            def outputs(points: Array) -> Array:
                with _holding(model, state):
                    return model.outputs(points)

            return meaning.regions(outputs)

        return {epoch: with_state(state) for epoch, state in self.states.items()}

    def animate_boundaries(self, model: Module, inputs: Any, labels: Any, path: str | os.PathLike[str]) -> Any:
        """Write these stages as a GIF, one after another. Raises viz's DrawingError where it cannot be written."""
        n_outputs = model.outputs(inputs[:1]).shape[-1]
        return plotting.animation(self.regions(model, n_outputs), inputs, classes_named(labels, n_outputs), path)

    def plot_movement(self) -> Any:
        """How far each parameter had moved at these stages, and single weights, as a matplotlib Figure."""
        return plotting.movement(self.states)

    def plot_loss_surface(self, model: Module, loss: Loss, inputs: Any, targets: Any, *, points: int = 31) -> Any:
        """The loss on these samples around the way that training took, as a matplotlib Figure: along the two directions
        in which the parameters moved most between these stages, three of which are needed.

        Args:
            points: so many losses are computed along each side.
        """
        epochs = sorted(self.states)
        names = [name for name, _ in model.named_parameters()]
        shapes = [numpy.shape(self.states[epochs[0]][name]) for name in names] if epochs else []
        ends = numpy.cumsum([math.prod(shape) for shape in shapes])[:-1]
        path = [numpy.concatenate([numpy.ravel(self.states[epoch][name]) for name in names]) for epoch in epochs]
        xs, ys = plain(inputs), plain(targets)

        def loss_of(parameters: Array) -> float:
            parts = zip(names, shapes, numpy.split(parameters, ends), strict=True)
            state = dict(self.states[epochs[-1]]) | {name: part.reshape(shape) for name, shape, part in parts}
            with _holding(model, state), mode(model, training=False), no_grad(), numpy.errstate(all="ignore"):
                return float(loss(model(xs), ys).item())

        return plotting.surface(loss_of, numpy.array(path), epochs, points)


@contextlib.contextmanager
def _holding(model: Module, state: State) -> Iterator[None]:
    """The model with other parameters for a while."""
    own = model.state_dict()
    model.load_state_dict(state)
    try:
        yield
    finally:
        model.load_state_dict(own)


Watched = Literal["loss", "validation_loss", "accuracy", "validation_accuracy"]


class EarlyStopping(Callback):
    """Stop when a figure has not become better for some epochs.

    It looks at the whole history, so that a resumed run stops where an uninterrupted one does.

    Args:
        patience: so many epochs without improvement.
        watch: "validation_loss", "validation_accuracy", "loss" or "accuracy"; smaller losses are better.
        improvement: what is less counts as none.
        restore_best: give the model the parameters of the best epoch at the end, whatever ends the run but an error,
            and before the last checkpoint is written: that one cannot be resumed.
    """

    @answering()
    def __init__(
        self,
        patience: int = 5,
        watch: Watched = "validation_loss",
        improvement: float = 0.0,
        *,
        restore_best: bool = False,
    ) -> None:
        self.patience: int = patience
        self.watch: Watched = watch
        self.improvement: float = improvement
        self.restore_best: bool = restore_best
        self._best: tuple[int, State] | None = None
        self._best_epoch = 0

    def __setattr__(self, name: str, given: Any) -> None:
        check = _CHECKS_OF_STOPPING.get(name)
        super().__setattr__(name, given if check is None else check(given))

    def on_start(self, run: TrainingRun) -> None:
        if self.watch not in run.measured:
            raise NetworkError(f"early stopping watches {self.watch}, and this run does not measure it")
        if self.restore_best and not isinstance(run.model, Module):
            raise NetworkError(f"restore_best=True is for modules, not for {type(run.model).__name__}")
        self._best = None
        if run.history.epochs:  # a resumed run may be at its end already
            self._look_back(run)

    def on_epoch(self, run: TrainingRun, epoch: Epoch) -> None:
        self._look_back(run)

    def on_last_step(self, run: TrainingRun) -> None:
        """Give back the best parameters."""
        if not self.restore_best or not run.history.epochs or self._is_best_now(run):
            return
        if self._best is None or self._best[0] != self._best_epoch:
            missing = (
                f"the best parameters, of epoch {self._best_epoch}, are not in the resumed file"
                if self._best_epoch
                else f"no epoch had a finite {self.watch.replace('_', ' ')}"
            )
            warnings.warn(f"{missing}: the last parameters stay", stacklevel=2)
            return
        run.history.restored_epoch, state = self._best
        run.model.load_state_dict(state)

    def _look_back(self, run: TrainingRun) -> None:
        figures = run.history.column(self.watch).tolist()
        sign = -1 if self.watch.endswith("loss") else 1
        best, self._best_epoch = -math.inf, 0  # none: no figure was a finite number
        for number, figure in enumerate(figures, start=1):
            if sign * figure > best + self.improvement:
                best, self._best_epoch = sign * figure, number
        if self.restore_best and self._is_best_now(run):
            self._best = self._best_epoch, run.model.state_dict()
        name = self.watch.replace("_", " ")
        if not self._best_epoch and len(figures) > self.patience:
            run.stop(f"the {name} was no finite number in any of {len(figures)} epochs (the last: {figures[-1]})")
        elif self._best_epoch and len(figures) - self._best_epoch >= self.patience:
            since = f"epoch {self._best_epoch} ({figures[self._best_epoch - 1]:.4g})"
            run.stop(f"the {name} has not become better since {since}")

    def _is_best_now(self, run: TrainingRun) -> bool:
        """Whether the model's parameters are those that the best epoch ended with."""
        history = run.history
        is_at_its_end = len(history.steps) == len(history) * run.steps_per_epoch
        return self._best_epoch == len(history) and is_at_its_end


def _checked_figure(watch: Any) -> Any:
    check_known("figure", watch, get_args(Watched), NetworkError)
    return watch


_CHECKS_OF_STOPPING: Mapping[str, Callable[[Any], Any]] = {
    "patience": functools.partial(whole_number, "the patience", error=NetworkError),
    "watch": _checked_figure,
    "improvement": functools.partial(checked, "improvement"),
    "restore_best": functools.partial(flag, "restore_best", error=NetworkError),
}
