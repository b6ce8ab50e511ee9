"""The search: samples that reach lines which none before reached are changed further."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from .target import Find, Target, attempt

# The shares of samples that are made of one of the latest, and that are changed more than once.
_OF_THE_LATEST, _ONCE_MORE = 0.3, 0.5


@dataclass
class Outcome:
    """What came of a search."""

    tried: int = 0
    kept: int = 0
    lines: int = 0
    finds: dict[str, Find] = field(default_factory=dict)  # the first of each reason


def search(target: Target, seconds: float, seed: int = 0, most: int | None = None) -> Outcome:
    """Attack a target for so many seconds; or with so many samples, whatever time it takes.

    The same seed tries the same samples in the same order; how many, the time says.
    """
    rng = random.Random(f"{target.name} {seed}")
    outcome, reached = Outcome(), Reached(target.files)
    waiting = list(target.begin(rng))
    known: list[Any] = []
    until = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        while (outcome.tried < most) if most is not None else (time.monotonic() < until or not outcome.tried):
            sample = waiting.pop() if waiting else _next(target, rng, known)
            with reached.watched():
                find = attempt(target, sample, Path(folder))
            outcome.tried += 1
            if find is not None:
                outcome.finds.setdefault(find.reason, find)
            if reached.are_more() or not known:
                known.append(sample)
    outcome.kept, outcome.lines = len(known), len(reached.steps)
    return outcome


def _next(target: Target, rng: random.Random, known: list[Any]) -> Any:
    sample = known[-1] if rng.random() < _OF_THE_LATEST else rng.choice(known)
    sample = target.change(rng, sample, known)
    while rng.random() < _ONCE_MORE:
        sample = target.change(rng, sample, known)
    return sample


class Reached:
    """The steps from line to line in some files that any sample went so far."""

    def __init__(self, files: tuple[str, ...]) -> None:
        self._files = tuple(str(Path(file)) for file in files)
        self.steps: set[tuple[CodeType, int, int]] = set()
        self._ours: dict[str, bool] = {}
        self._before = 0

    def are_more(self) -> bool:
        """Whether the last sample went steps that none had gone."""
        grown, self._before = len(self.steps) > self._before, len(self.steps)
        return grown

    @contextmanager
    def watched(self) -> Iterator[None]:
        """A block whose steps count."""
        if not self._files:
            yield
            return
        before = sys.gettrace()
        sys.settrace(self._called)
        try:
            yield
        finally:
            sys.settrace(before)

    def _called(self, frame: FrameType, event: str, argument: Any) -> Any:
        name = frame.f_code.co_filename
        ours = self._ours.get(name)
        if ours is None:
            ours = self._ours[name] = name.endswith(self._files)
        return self._lines_of(frame) if ours else None

    def _lines_of(self, frame: FrameType) -> Any:
        code, steps, last = frame.f_code, self.steps, frame.f_lineno

        def line(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal last
            if event == "line":
                steps.add((code, last, frame.f_lineno))
                last = frame.f_lineno
            return line

        return line
