"""What happened in training: figures of every step and every epoch, kept as columns, written as JSON lines."""

from __future__ import annotations

import json
import math
import os
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy

from autograd import views
from autograd.arguments import NoSuchAttribute, file_path
from autograd.files import content_of, write_whole

from .errors import HistoryError
from .state import Array


class Step(NamedTuple):
    """One update of the parameters."""

    epoch: int  # from 1
    samples: int
    loss: float  # of the batch, before the update
    accuracy: float | None  # of the batch; None where the targets are no classes
    learning_rate: float
    gradient_norm: float  # of all parameters together, before any clipping
    seconds: float


@dataclass(frozen=True)
class Epoch:
    """What one pass through the data came to."""

    number: int  # from 1
    loss: float  # the mean over the samples, each measured when its batch was trained on
    accuracy: float | None  # the same; None where the targets are no classes
    validation_loss: float | None  # on the validation data, None where there is none
    validation_accuracy: float | None
    learning_rate: float  # of the last step
    gradient_norm: float  # the mean over the steps
    seconds: float


@dataclass(frozen=True)
class LayerFigures:
    """What diagnostics found in one layer at one step. None: not measured there."""

    step: int  # from 0
    layer: str  # the module's path
    activation_mean: float
    activation_deviation: float
    dead: float | None  # the share of ReLUs that are 0 for the whole batch
    gradient_norm: float
    update_ratio: float | None  # ‖the step's change of the weights‖ / ‖weights‖


class Steps(Sequence[Step]):
    """The steps in order; a column by its name.

    >>> from nn.history import Step, Steps
    >>> steps = Steps([Step(1, 4, 0.5, None, 0.1, 2.0, 0.001), Step(1, 4, 0.25, None, 0.1, 1.0, 0.001)])
    >>> len(steps), steps[1].gradient_norm
    (2, 1.0)
    >>> steps.column("loss")
    array([0.5 , 0.25])
    """

    def __init__(self, steps: Iterable[Step] = ()) -> None:
        self._columns = tuple(array("d") for _ in Step._fields)
        for step in steps:
            self.append(step)

    def append(self, step: Step) -> None:
        self._take([math.nan if number is None else number for number in step])

    def _take(self, numbers: Sequence[float]) -> None:
        for column, number in zip(self._columns, numbers, strict=True):
            column.append(number)

    def column(self, name: str) -> Array:
        """All steps' figures of one kind; where there is none, nan."""
        if name not in Step._fields:
            raise HistoryError(f"steps have no {name!r}; they have {', '.join(Step._fields)}")
        return numpy.array(self._columns[Step._fields.index(name)])

    def __len__(self) -> int:
        return len(self._columns[0])

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> Steps: ...
    def __getitem__(self, index: int | slice) -> Step | Steps:
        if isinstance(index, slice):
            part = Steps()
            part._columns = tuple(column[index] for column in self._columns)
            return part
        return Step(**_figures(zip(Step._fields, (column[index] for column in self._columns), strict=True)))


class History(Sequence[Epoch]):
    """The epochs in order (`history[-1].loss`), with every step in `steps`.

    Attributes:
        steps: of every update, also of an epoch that was not finished.
        layers: what `Diagnostics` noted, if it was among the callbacks.
        stopped: why training ended before its last epoch; None where it did not.
        compiled: whether steps were run as one program (`fit(compile=…)`), the last ones where that changed.
        eager_because: in words, why they were not, where that was asked or decided.
        eager_steps_between: how many of the compiled steps were run eagerly, because the program could not.
        restored_epoch: the epoch whose parameters the model was given back at the end; None if none.

    >>> from nn import History
    >>> History().steps.column("loss")
    array([], dtype=float64)
    """

    def __init__(self) -> None:
        self.epochs: list[Epoch] = []
        self.steps: Steps = Steps()
        self.layers: list[LayerFigures] = []
        self.stopped: str | None = None
        self.compiled = False
        self.eager_because: str | None = None
        self.eager_steps_between: int = 0
        self.restored_epoch: int | None = None
        self._ways: list[tuple[int, str]] = []  # from which step on, and what `way` says of it

    @property
    def way(self) -> str:
        """How steps were run, in words."""
        last = self._present_way()
        between = f"; {self.eager_steps_between:,} of the compiled ones eagerly" if self.eager_steps_between else ""
        if len(self._ways) < 2:
            return f"{last}{between}"
        (_, first), *later = [*self._ways[:-1], (self._ways[-1][0], last)]
        return f"{first}{''.join(f'; from step {step + 1} on {way}' for step, way in later)}{between}"

    def _present_way(self) -> str:
        if self.compiled:
            return "compiled steps"
        return "eager steps" if self.eager_because is None else f"eager steps: {self.eager_because}"

    def note_way(self, step: int) -> None:
        """The next steps, from this one on, counted from 0, are run as `compiled` and `eager_because` now say."""
        if self._ways and self._ways[-1][0] == step:
            self._ways.pop()
        now = self._present_way()
        if self._ways and now.startswith(self._ways[-1][1]):  # the same, or with its reason, which a resumed run has
            self._ways[-1] = self._ways[-1][0], now
        else:
            self._ways.append((step, now))

    @property
    def kept(self) -> Epoch:
        """The epoch that the model's parameters are of: the last one, or the one that was restored."""
        return self.epochs[-1 if self.restored_epoch is None else self.restored_epoch - 1]

    def column(self, name: str) -> Array:
        """All epochs' figures of one kind, such as "validation_accuracy"; where there is none, nan."""
        if name not in _EPOCH_FIELDS:
            raise HistoryError(f"epochs have no {name!r}; they have {', '.join(_EPOCH_FIELDS)}")
        return _column(self.epochs, name)

    def plot(self, held_out: str = "validation") -> Any:
        """Loss and accuracy as a matplotlib Figure (needs the extra `plots`).

        Args:
            held_out: what the data that is not trained on is, by its name: "validation", or "test".
        """
        return views.find("curves")(self, held_out)

    def plot_gradients(self) -> Any:
        """Gradient norms, layer by layer where `Diagnostics` noted them, as a matplotlib Figure."""
        return views.find("gradient_norms")(self)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write one JSON object a line: what was done step by step, epoch by epoch. Whole or not at all.

        Raises:
            HistoryError: the file cannot be written.
        """
        text = "".join(f"{json.dumps(_writable(line), allow_nan=False)}\n" for line in self._lines())
        target = file_path("path", path, HistoryError)
        try:
            write_whole(target, text.encode())
        except OSError as error:
            raise HistoryError(f"{target} cannot be written: {error.strerror or error}") from None
        return target

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> History:
        """Read what `save` wrote.

        Raises:
            HistoryError: the file cannot be read, or a line of it is no figure of a history; which.
        """
        history, target = cls(), file_path("path", path, HistoryError)
        try:
            lines = content_of(target, LARGEST).decode().splitlines()
        except (OSError, ValueError) as error:  # the latter also for a name that no file can have
            raise HistoryError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
        for number, line in enumerate(lines, start=1):
            try:
                history._take(json.loads(line))
            except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
                raise HistoryError(f"{path}: line {number} is no line of a history") from None
        return history

    def _lines(self) -> Iterator[dict[str, Any]]:
        """Steps, each epoch after its own, then the layers."""
        steps = [{"kind": "step", "step": number, **step._asdict()} for number, step in enumerate(self.steps)]
        last = {line["epoch"]: number for number, line in enumerate(steps)}
        written = 0
        for epoch in self.epochs:
            end = max(written, last.get(epoch.number, -1) + 1)
            yield from steps[written:end]
            yield {"kind": "epoch", **asdict(epoch)}
            written = end
        yield from steps[written:]
        for figures in self.layers:
            yield {"kind": "layer", **asdict(figures)}
        yield {"kind": "run", **self.described()}
        if self.stopped is not None:
            yield {"kind": "stopped", "reason": self.stopped}

    def described(self) -> dict[str, Any]:
        """How it was run, as JSON keeps it."""
        return {name: getattr(self, name) for name in _OF_THE_RUN} | {"ways": [list(way) for way in self._ways]}

    def set_described(self, described: Mapping[str, Any]) -> None:
        """Take what `described` gave. Raises ValueError where it is no such thing."""
        for name, kinds in _OF_THE_RUN.items():
            if type(described[name]) not in kinds:
                raise ValueError(f"{name} is {described[name]!r:.40}")
        ways = [(step, way) for step, way in described["ways"]]
        if not all(type(step) is int and type(way) is str for step, way in ways):
            raise ValueError("the ways of running are steps and words")
        if not 0 < (described["restored_epoch"] or 1) <= max(1, len(self.epochs)):
            raise ValueError("the restored epoch is none")
        for name in _OF_THE_RUN:
            setattr(self, name, described[name])
        self._ways = ways

    def _take(self, line: dict[str, Any]) -> None:
        kind = line.pop("kind")
        if kind == "stopped":
            self.stopped = str(line["reason"])
            return
        if kind == "run":
            self.set_described(line)
            return
        if kind == "step" and line.pop("step") != len(self.steps):
            raise ValueError("steps are numbered from 0")
        kinds: dict[str, tuple[Any, Any]]
        kinds = {"step": (self.steps, Step), "epoch": (self.epochs, Epoch), "layer": (self.layers, LayerFigures)}
        noted, made = kinds[kind]
        noted.append(made(**_figures(line.items())))

    def to_arrays(self) -> dict[str, Array]:
        """Its columns by name, as a checkpoint keeps them."""
        arrays = {f"steps.{name}": self.steps.column(name) for name in Step._fields}
        arrays |= {f"epochs.{name}": self.column(name) for name in _EPOCH_FIELDS}
        return arrays | {f"layers.{name}": _column(self.layers, name) for name in _LAYER_NUMBERS}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], layers: Sequence[str]) -> History:
        """The history of these columns, and of these layers' names in the order of `layers.step`.

        Raises:
            HistoryError: columns that are missing or of different lengths.
        """
        history = cls()
        try:
            for step in _rows(arrays, "steps", Step._fields):
                history.steps._take([*step.values()])
            for epoch in _rows(arrays, "epochs", _EPOCH_FIELDS):
                history.epochs.append(Epoch(**_figures(epoch.items())))
            for layer, figures in zip(layers, _rows(arrays, "layers", _LAYER_NUMBERS), strict=True):
                if not isinstance(layer, str):
                    raise TypeError(f"{layer!r:.40} is no layer")
                history.layers.append(LayerFigures(layer=layer, **_figures(figures.items())))
        except (KeyError, ValueError, TypeError, OverflowError) as error:
            raise HistoryError(f"the history's columns do not go together: {error}") from None
        return history

    @overload
    def __getitem__(self, index: int) -> Epoch: ...
    @overload
    def __getitem__(self, index: slice) -> list[Epoch]: ...
    def __getitem__(self, index: int | slice) -> Epoch | list[Epoch]:
        if isinstance(index, str):  # Keras' spelling
            raise HistoryError(f"a figure of all epochs is a column: history.column({index!r})")
        return self.epochs[index]

    if not TYPE_CHECKING:  # what a class has not, its subclasses may have
        history = NoSuchAttribute('a figure of all epochs is a column: history.column("loss")')
        loss = NoSuchAttribute('write history.column("loss"), or history[-1].loss')
        accuracy = NoSuchAttribute('write history.column("accuracy"), or history[-1].accuracy')

    def __len__(self) -> int:
        return len(self.epochs)

    def __repr__(self) -> str:
        if not self.epochs:
            return f"History({len(self.steps)} steps)"
        last = self.kept
        shown = [f"loss {last.loss:.4g}"]
        accuracy = last.accuracy if last.validation_accuracy is None else last.validation_accuracy
        if accuracy is not None:
            shown.append(f"accuracy {accuracy:.2%}")
        if self.restored_epoch is not None:
            shown.append(f"those of epoch {last.number} restored")
        return f"History({len(self.epochs)} epochs, {len(self.steps)} steps, {', '.join(shown)})"


# What of a run is kept besides its figures, and the types that JSON may give for it.
_OF_THE_RUN: dict[str, tuple[type, ...]] = {
    "compiled": (bool,),
    "eager_because": (str, type(None)),
    "eager_steps_between": (int,),
    "restored_epoch": (int, type(None)),
}
_EPOCH_FIELDS = tuple(field.name for field in fields(Epoch))
_LAYER_NUMBERS = tuple(field.name for field in fields(LayerFigures) if field.name != "layer")


# Figures that are no floats, and those that may be None: among floats that is nan.
# A larger file is refused before it is read: some ten million steps.
LARGEST = 2**31
_KINDS: dict[str, Callable[[Any], Any]] = {"epoch": int, "samples": int, "number": int, "step": int, "layer": str}
_OPTIONAL = {"accuracy", "validation_loss", "validation_accuracy", "dead", "update_ratio"}


def _column(items: Iterable[Any], name: str) -> Array:
    figures = (getattr(item, name) for item in items)
    return numpy.array([math.nan if figure is None else figure for figure in figures], dtype=float)


def _rows(arrays: Mapping[str, Array], kind: str, names: Sequence[str]) -> Iterator[dict[str, float]]:
    columns = [arrays[f"{kind}.{name}"].tolist() for name in names]
    return (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))


def _figures(named: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Figures as they were: what a file or a column of floats keeps is a float, or text for infinity and nan."""
    figures: dict[str, Any] = {}
    for name, entry in named:
        if entry is None and name not in _OPTIONAL:
            raise ValueError(f"there is no {name}")
        figure = None if entry is None else _KINDS.get(name, float)(entry)
        if isinstance(figure, int):
            float(figure)  # columns are of floats: an OverflowError where it is none
        figures[name] = None if name in _OPTIONAL and figure != figure else figure
    return figures


def _writable(line: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has no infinity and no nan: they are written as the words that float() reads."""
    return {
        name: str(entry) if isinstance(entry, float) and not math.isfinite(entry) else entry
        for name, entry in line.items()
    }
