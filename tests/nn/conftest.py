"""What ends a training run early, for tests that go on with it."""

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from nn import Callback


class _After(Callback):
    def __init__(self, steps: int, act: Callable[[Any], None]) -> None:
        self.steps, self.act = steps, act

    def on_step(self, run, step):
        if len(run.history.steps) == self.steps:
            self.act(run)


@pytest.fixture
def stop_after() -> Callable[[int], Callback]:
    """A callback that stops the run after so many steps."""
    return lambda steps: _After(steps, lambda run: run.stop("enough"))


@pytest.fixture
def ctrl_c_after() -> Callable[[int], Callback]:
    """A callback that presses Ctrl-C after so many steps."""
    return lambda steps: _After(steps, lambda run: os.kill(os.getpid(), signal.SIGINT))
