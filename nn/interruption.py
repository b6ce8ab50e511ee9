"""Ctrl-C and the request to end (SIGTERM), obeyed between two steps."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self


class Interruption:
    """Inside `with Interruption() as wish:` the first Ctrl-C or SIGTERM only sets `wish.came`; a second one ends.

    In another thread than the main one, where Python delivers no signals, nothing changes.
    """

    came: bool = False

    def __enter__(self) -> Self:
        self._before: dict[int, Any] = {}
        # A handler that the program has set, or a signal that it ignores, stays as it is.
        if threading.current_thread() is threading.main_thread():
            for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL)):
                if signal.getsignal(number) is usual:
                    self._before[number] = signal.signal(number, self._note)
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.came = True
        self._give_back()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._give_back()

    def _give_back(self) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)
