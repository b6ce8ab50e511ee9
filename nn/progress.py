"""A line in the terminal that shows how far training is."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from .callbacks import Callback, TrainingRun
from .history import Epoch, Step

if TYPE_CHECKING:
    from rich.console import Console


# Updating the line takes longer than a step of a small network.
_SECONDS_BETWEEN = 0.1


class ProgressLine(Callback):
    """Epoch, loss, accuracy, steps a second and the time that is left; nothing where the output is no terminal.

    Args:
        console: where to; by default the standard error stream, if that is a terminal.
    """

    def __init__(self, console: Console | None = None) -> None:
        from rich.console import Console  # takes a tenth of a second, and is needed at a terminal only

        self._console = console if console is not None else Console(stderr=True)

    def on_start(self, run: TrainingRun) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("epoch {task.fields[epoch]}/{task.fields[epochs]}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TextColumn("{task.fields[figures]}"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            # What callbacks print appears above the line; what goes to a file is left alone.
            redirect_stdout=sys.stdout.isatty(),
            disable=not self._console.is_terminal,
        )
        done = len(run.history.steps)
        self._shown_at = 0.0
        self._task = self._progress.add_task(
            "training",
            total=run.epochs * run.steps_per_epoch,
            completed=done,
            epoch=min(run.epochs, done // run.steps_per_epoch + 1),
            epochs=run.epochs,
            rate="",
            figures="",
        )
        self._progress.start()

    def on_step(self, run: TrainingRun, step: Step) -> None:
        now = time.perf_counter()
        if self._progress.disable or now - self._shown_at < _SECONDS_BETWEEN:
            return
        self._shown_at = now
        figures = f"loss {step.loss:.4f}"
        if step.accuracy is not None:
            figures += f", accuracy {step.accuracy:.0%}"
        speed = self._progress.tasks[0].speed
        kind = "compiled " if run.history.compiled else ""
        self._progress.update(
            self._task,
            completed=len(run.history.steps),
            epoch=step.epoch,
            figures=figures,
            rate=f"{speed:,.0f} {kind}steps/s" if speed else "",
        )

    def on_epoch(self, run: TrainingRun, epoch: Epoch) -> None:
        if not self._progress.disable and epoch.validation_accuracy is not None:
            self._progress.update(self._task, figures=f"validation accuracy {epoch.validation_accuracy:.2%}")

    def on_end(self, run: TrainingRun) -> None:
        self._progress.stop()


def is_watched() -> bool:
    """Whether the standard error stream is a terminal."""
    return sys.stderr is not None and sys.stderr.isatty()
