"""Where a training run stands: written into a checkpoint, and gone on from, bit for bit."""

from __future__ import annotations

import contextlib
import functools
import math
import time
import warnings
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy

from autograd import Node
from autograd.arguments import is_whole
from autograd.once import once

from . import checkpoints
from .callbacks import TrainingRun
from .checks import checked
from .errors import CheckpointError
from .generators import Generator, Random, check_state, set_state, state_of
from .history import History
from .meaning import name_of
from .module import Module
from .optimizers import Optimizer
from .state import Array


class Standing:
    """Where a run stands.

    Args:
        path: where it is written to; None: nowhere.
        seconds: it is written at most so often.
        notes: what else the file is to hold.
        rng: the order of samples was asked for with it; a seed is noted.

    Attributes:
        base_rate: the learning rate without the schedule's factor; what a callback makes of it is kept.
        first_batch: the number of the next batch of an epoch that was interrupted.
        was_compiled: how the steps of the run that is resumed were run; None where none is.
        resumed_from: the file that is gone on from.
    """

    path: Path | None
    resumed_from: Path | None = None

    def __init__(
        self, run: TrainingRun, path: Path | None, seconds: float, notes: Mapping[str, Any], rng: Random
    ) -> None:
        self._run, self.path, self._seconds, self._notes = run, path, seconds, notes
        self._seed = int(rng) if is_whole(rng, 0) else None
        self._order = run.batches.rng
        self.base_rate: float = run.optimizer.learning_rate
        self._rate_at_start = self.base_rate
        self._parts_at_start = {} if path is None else _described_parts(run.model)
        for _, generator in run.model.named_generators() if path is not None else ():
            state_of(generator)  # one that has no state to tell is refused before training
        self._order_at_epoch_start: dict[str, Any] = {}
        self._order_when_interrupted: dict[str, Any] = {}
        self._written_at = time.perf_counter()
        self.first_batch: int = 0
        self.was_compiled: bool | None = None

    def next_batches(self) -> Iterator[tuple[Array, Array]]:
        """The batches of the next epoch, or the rest of the one that was interrupted."""
        first, self.first_batch = self.first_batch, 0
        if not first:
            self._order_at_epoch_start = state_of(self._order)
        batches = self._run.batches.from_batch(first)  # draws the order
        if first:
            set_state(self._order, self._order_when_interrupted)
        return batches

    @property
    def is_time_to_write(self) -> bool:
        history = self._run.history
        is_end = history.stopped is not None or len(history) == self._run.epochs
        return is_end or time.perf_counter() - self._written_at >= self._seconds

    def write(self) -> None:
        """Write the checkpoint, if there is to be one."""
        if self.path is None:
            return
        run, order = self._run, self._order
        self._written_at = time.perf_counter()
        if self.first_batch:  # nothing was done since it was read
            set_state(order, self._order_when_interrupted)
        training = {
            **self._fingerprint(),
            "seed": self._seed,
            "restored_epoch": run.history.restored_epoch,
            "rate_at_start": self._rate_at_start,
            "parts": self._parts_at_start,
            "parts_now": _described_parts(run.model),
            "frozen": _frozen(run.model),
            "schedule_factor": self._last_factor(),
            "is_within_epoch": len(run.history.steps) > len(run.history) * run.steps_per_epoch,
            "compiled": run.history.compiled,
            "run": run.history.described(),
            "order_at_epoch_start": self._order_at_epoch_start,
            "order": state_of(order),
            "generators": {name: state_of(one) for name, one in run.model.named_generators()},
            "optimizer_numbers": _own_numbers(run.optimizer),
            "layers": [figures.layer for figures in run.history.layers],
        }
        scheduled, run.optimizer.learning_rate = run.optimizer.learning_rate, self.base_rate
        try:
            checkpoints.save(
                self.path,
                run.model,
                run.optimizer,
                notes={**self._notes, "training": training},
                history=run.history.to_arrays(),
            )
        finally:
            run.optimizer.learning_rate = scheduled

    def go_on_from(self, path: Path) -> None:
        """Set everything to where a checkpoint was written. Nothing is changed unless all of it fits."""
        run, order = self._run, self._order
        found = checkpoints.read(path)
        notes = found.notes.get("training")
        if not isinstance(notes, dict):
            raise CheckpointError(f"{path} holds a model and no training to go on with")
        if notes.get("restored_epoch") is not None:
            raise CheckpointError(
                f"{path} holds the best parameters, of epoch {notes['restored_epoch']}, and not those that training "
                "ended with: begin a new run from its model (--start-from, or checkpoints.load and fit)"
            )
        own = {**self._fingerprint(), **checkpoints.described_settings(run.optimizer)}
        theirs = {"drop_last": False, **notes, **found.optimizer_settings}
        rate: Any = theirs.get("learning_rate")
        theirs["learning_rate"] = notes.get("rate_at_start", rate)  # a callback may have changed it since
        if theirs.get("loss") == name_of(run.loss):  # as version 0.1 wrote it
            theirs["loss"] = own["loss"]
        differing = [
            f"{name} was {theirs.get(name)!r} and is {own[name]!r}" for name in own if theirs.get(name) != own[name]
        ]
        if self._seed is not None and notes.get("seed", self._seed) not in (None, self._seed):
            differing.append(f"the seed (rng) was {notes['seed']} and is {self._seed}")
        if differing:
            raise CheckpointError(f"{path} is of another training: {'; '.join(differing)}")
        generators = dict(run.model.named_generators())
        try:
            states = notes["generators"]
            if set(states) != set(generators):
                raise CheckpointError(f"it has random generators {sorted(states)}, the model {sorted(generators)}")
            history = History.from_arrays(found.history, notes["layers"])
            if "run" in notes:  # a file of version 0.1 does not say
                history.set_described(notes["run"])
            checked("learning rate", rate)
            factor = notes.get("schedule_factor")
            if factor is not None and not (isinstance(factor, int | float) and math.isfinite(factor)):
                raise CheckpointError(f"the schedule's factor is {factor!r:.40}")
            first_batch = len(history.steps) - len(history) * run.steps_per_epoch
            if not 0 <= first_batch < run.steps_per_epoch or bool(first_batch) != notes["is_within_epoch"]:
                raise CheckpointError("its steps do not fit its epochs")
            numbers = notes.get("optimizer_numbers", {})
            if not isinstance(numbers, dict) or not all(
                isinstance(one, bool | int | float | str) for one in numbers.values()
            ):
                raise CheckpointError(f"what the optimizer counts is {numbers!r:.40}")
            for name, generator in generators.items():
                check_state(generator, states[name])
            for state in (notes["order"], notes["order_at_epoch_start"]):
                check_state(order, state)
        except (CheckpointError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise CheckpointError(f"{path}: where training stood cannot be read: {error}") from None
        self._refuse_another_schedule(path, history, notes, rate)
        checkpoints.check_fits(found, path, run.model, run.optimizer)
        self._refuse_other_parts(path, notes)
        checkpoints.restore(found, path, run.model, run.optimizer)
        run.optimizer.learning_rate = self.base_rate = rate
        for name in numbers.keys() & _own_numbers(run.optimizer).keys():
            setattr(run.optimizer, name, numbers[name])
        self.resumed_from = path.resolve()
        run.history = history
        self.first_batch, self.was_compiled = first_batch, notes.get("compiled") is True
        self._order_at_epoch_start = notes["order_at_epoch_start"]
        self._order_when_interrupted = notes["order"]
        for name, generator in generators.items():
            set_state(generator, states[name])
        # An epoch that was interrupted has its order drawn again, from where it was drawn.
        set_state(order, self._order_at_epoch_start if first_batch else self._order_when_interrupted)

    def _last_factor(self) -> float | None:
        """The schedule's factor in the last step."""
        schedule, steps = self._run.schedule, len(self._run.history.steps)
        return None if schedule is None or not steps else float(schedule(steps - 1))

    def _fingerprint(self) -> dict[str, Any]:
        """What must be the same for a run to be resumed."""
        run = self._run
        return {
            "samples": run.samples,
            "checksum of the data": self._data_checksum,
            "batch_size": run.batches.batch_size,
            "drop_last": run.batches.drop_last,
            "loss": _described(run.loss),
            "clip_norm": run.clip_norm,
            "clip_value": run.clip_value,
            "has_schedule": run.schedule is not None,
            "has_validation": "validation_loss" in run.measured,
        }

    @once
    def _data_checksum(self) -> str:
        checksum = 0
        for array in (self._run.batches.inputs, self._run.batches.targets):
            checksum = zlib.crc32(numpy.ascontiguousarray(array).data, checksum)
        return f"{checksum:08x}"

    def _refuse_other_parts(self, path: Path, notes: Mapping[str, Any]) -> None:
        """Refuse parameters that are frozen here alone, or there alone, and parts that had other settings (a dropout
        rate) when training began. What training made of the settings is no contradiction, and is lost."""
        frozen, own = notes.get("frozen"), _frozen(self._run.model)
        differing: list[str] = []
        if isinstance(frozen, list) and frozen != own:  # a file of version 0.1 does not say
            differing += [f"{name} was frozen and is not" for name in frozen if name not in own]
            differing += [f"{name} is frozen and was not" for name in own if name not in frozen]
        parts = notes.get("parts")
        if isinstance(parts, dict):
            here = _described_parts(self._run.model)
            for name in dict.fromkeys([*parts, *here]):
                was, now = parts.get(name, "missing"), here.get(name, "missing")
                if was != now:
                    differing.append(f"{name} was {was!s:.60} and is {now!s:.60}")
        if differing:
            raise CheckpointError(f"{path} is of another training: {'; '.join(differing[:4])}")
        if isinstance(parts, dict) and (became := notes.get("parts_now", parts)) != parts:
            changed = [
                f"{name} to {became[name]!s:.60}" for name in became if became[name] != parts.get(name, "missing")
            ]
            warnings.warn(
                f"{path}: training changed {'; '.join(changed[:4])}, which the resumed run does not know", stacklevel=4
            )

    def _refuse_another_schedule(self, path: Path, history: History, notes: Mapping[str, Any], rate: float) -> None:
        """A schedule is a function, of which a file can keep no more than what it gave."""
        schedule = self._run.schedule
        if schedule is None or not history.steps:
            return
        last = len(history.steps) - 1
        factor = notes.get("schedule_factor")
        was = history.steps[last].learning_rate if factor is None else rate * factor
        would_be = rate * schedule(last)
        if not math.isclose(was, would_be, rel_tol=1e-9):
            raise CheckpointError(
                f"{path} is of another training: in step {last + 1} the learning rate was {was:g} and its schedule is "
                f"now to give {would_be:g} (one that falls until the last epoch differs with the number of epochs; "
                "a new run can begin from its model: --start-from)"
            )


def _own_numbers(optimizer: Optimizer) -> dict[str, Any]:
    """What an optimizer of a person's own counts and notes besides its settings: numbers and texts."""
    known = {*optimizer.settings(), "_learning_rate", "steps"}
    plain = {name: one for name, one in vars(optimizer).items() if type(one) in (bool, int, float, str)}
    return {name: one for name, one in plain.items() if name not in known}


def _frozen(model: Any) -> list[str]:
    named = model.named_parameters() if isinstance(model, Module) else ()
    return [name for name, parameter in named if not parameter.requires_grad]


def _described_parts(model: Any) -> dict[str, Any]:
    """The settings of a model's parts by their path, as JSON gives them back: numbers, text, and functions by name."""
    described: dict[str, Any] = {}
    for path, module in model.named_modules() if isinstance(model, Module) else ():
        for name, setting in vars(module).items():
            if name not in (*_NO_SETTINGS, *module.buffers) and not isinstance(setting, _KEPT_ELSEWHERE):
                described[f"{path}.{name}" if path else name] = _described(setting)
    return described


_NO_SETTINGS = ("training", "_meaning", "_set_in_calls")
# What a checkpoint holds, or checks, besides.
_KEPT_ELSEWHERE = (Node, Module, Generator)


def _described(setting: Any, depth: int = 0) -> Any:
    """A setting, as far as two can be compared by it: of functions their names and the arguments that were given to
    them already, of other objects their class and their numbers and texts."""
    if setting is None or isinstance(setting, bool | int | float | str):
        return setting if setting == setting else "nan"
    if isinstance(setting, numpy.generic):
        return _described(setting.item())
    if isinstance(setting, numpy.ndarray) and setting.dtype != object:
        checksum = zlib.crc32(numpy.ascontiguousarray(setting).tobytes())
        return f"{setting.dtype} of shape {setting.shape} with the checksum {checksum:08x}"
    if depth < _DEEPEST and isinstance(setting, functools.partial):
        given = [str(_described(one, depth + 1)) for one in setting.args]
        given += [f"{name}={_described(one, depth + 1)}" for name, one in setting.keywords.items()]
        return f"{_described(setting.func)}({', '.join(given)})"
    if depth < _DEEPEST and isinstance(setting, list | tuple):
        return [_described(one, depth + 1) for one in setting]
    if depth < _DEEPEST and isinstance(setting, Mapping):
        return {str(name): _described(one, depth + 1) for name, one in setting.items()}
    name = getattr(setting, "name", None) if callable(setting) else None
    if isinstance(name, str) or isinstance(setting, _KEPT_ELSEWHERE) or hasattr(setting, "__name__"):
        called = name if isinstance(name, str) else name_of(setting)
        kept = _kept_by(setting) if depth < _DEEPEST else {}
        return called + (
            f"({', '.join(f'{key}={_described(one, depth + 1)}' for key, one in kept.items())})" if kept else ""
        )
    settings = {
        name: one for name, one in getattr(setting, "__dict__", {}).items() if isinstance(one, bool | int | float | str)
    }
    return f"{name_of(setting)}({', '.join(f'{name}={one}' for name, one in settings.items())})"


def _kept_by(function: Any) -> dict[str, Any]:
    """What a person's own function has from where it was written: numbers and texts around it, and its defaults."""
    code = getattr(function, "__code__", None)
    if code is None or str(function.__module__).partition(".")[0] in ("autograd", "nn"):
        return {}
    kept: dict[str, Any] = dict(function.__kwdefaults__ or {})
    defaults = function.__defaults__ or ()
    kept |= zip(code.co_varnames[code.co_argcount - len(defaults) : code.co_argcount], defaults, strict=True)
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
        with contextlib.suppress(ValueError):  # a name that is not bound yet
            kept[name] = cell.cell_contents
    return {name: one for name, one in kept.items() if isinstance(one, bool | int | float | str | numpy.ndarray)}


_DEEPEST = 5  # a list may hold itself
