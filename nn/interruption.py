"""Ctrl-C, obeyed between two steps."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self


class Interruption:
    """Inside `with Interruption() as wish:` the first Ctrl-C only sets `wish.came`; a second one interrupts.

    In another thread than the main one, where Python delivers no signals, nothing changes.
    """

    came: bool = False

    def __enter__(self) -> Self:
        self._before: Any = None
        # A handler that the program has set, or a signal that it ignores, stays as it is.
        if threading.current_thread() is threading.main_thread() and (
            signal.getsignal(signal.SIGINT) is signal.default_int_handler
        ):
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.came = True
        signal.signal(signal.SIGINT, self._before)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
