"""Ctrl-C and the request to end (SIGTERM), obeyed between two steps."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any


class Wish:
    """Whether training is to end.

    Attributes:
        came: whether somebody asked.
    """

    came: bool = False

    def __init__(self) -> None:
        self._before: dict[int, Any] = {}

    def listen(self) -> None:
        # A handler that the program has set, or a signal that it ignores, stays as it is.
        for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL)):
            if signal.getsignal(number) is usual:
                self._before[number] = usual  # first: another signal's handler may raise in the next line
                signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.came = True
        self.give_back()

    def give_back(self) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)


@contextlib.contextmanager
def interruption() -> Iterator[Wish]:
    """Inside `with interruption() as wish:` the first Ctrl-C or SIGTERM only sets `wish.came`; a second one ends.

    In another thread than the main one, where Python delivers no signals, nothing changes.
    """
    wish = Wish()
    try:
        if threading.current_thread() is threading.main_thread():
            wish.listen()
        yield wish
    finally:
        try:
            wish.give_back()
        except BaseException:  # another signal's handler raised
            wish.give_back()
            raise
