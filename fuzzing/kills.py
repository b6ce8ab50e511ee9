"""Writers that are killed at any instant: the old file or a new one is there, whole, and the next writer cleans up."""

from __future__ import annotations

import itertools
import os
import signal
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy

from autograd.files import write_whole
from nn import History, Linear, checkpoints
from nn.history import Step

from .target import BrokenPromiseError, Target

_LONGEST = 0.03


def _run(microseconds: int, folder: Path) -> None:
    """Let a process write a model, a history and bytes, again and again, and kill it after so long."""
    places = [folder / name for name in ("model", "history", "bytes")]
    _write(places, 0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads that may hold locks; ours are let go
        child = os.fork()
    if child == 0:
        try:
            for number in itertools.count(1):
                _write(places, number)
        finally:
            os._exit(1)
    try:
        time.sleep(microseconds / 1e6)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    weights = checkpoints.read(places[0]).model["weight"]
    if len(set(weights.ravel().tolist())) != 1:
        raise BrokenPromiseError("the model is mixed of two")
    if len({step.loss for step in History.load(places[1]).steps}) != 1:
        raise BrokenPromiseError("the history is mixed of two")
    content = places[2].read_bytes()
    if len(content) != 100_000 or len(set(content)) != 1:
        raise BrokenPromiseError("the bytes are mixed of two")
    _write(places, 0)
    left = sorted({path.name for path in folder.iterdir()} - {path.name for path in places})
    if left:
        raise BrokenPromiseError(f"left behind: {', '.join(left)}")


def _write(places: Sequence[Path], number: int) -> None:
    model = Linear(50, 50, rng=0)
    model.weight.data = numpy.full((50, 50), float(number))
    checkpoints.save(places[0], model)
    history = History()
    for _ in range(20):
        history.steps.append(Step(1, 1, float(number), None, 0.1, 1.0, 0.0))
    history.save(places[1])
    write_whole(places[2], bytes([number % 256]) * 100_000)


TARGET = Target(
    "kills",
    lambda rng: [0],
    lambda rng, sample, known: rng.randrange(int(_LONGEST * 1e6)),
    _run if hasattr(os, "fork") else lambda sample, folder: None,
)
