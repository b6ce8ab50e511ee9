"""What one thread does at a time, and what a forked process begins anew."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType


def after_fork(renew: Callable[[], None]) -> None:
    """Have every forked process call this first: the threads that are not there would never release their locks."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=renew)


# Held while `.grad` of nodes is changed. It may be taken again by the thread that has it: a signal's handler, or what
# runs when an object dies, can sweep in the middle of a sweep.
gradients: AbstractContextManager[bool] = threading.RLock()
# Whether the thread that holds it works in the `.grad` of intermediates, and no handler of its has spoilt that work.
is_sweeping: bool = False


def _renew() -> None:
    global gradients, is_sweeping
    gradients = threading.RLock()
    is_sweeping = False


after_fork(_renew)


# Seconds that a fork waits for the imports of other threads: they take a fraction of one.
_PATIENCE = 30.0


class _Imports:
    """`with importing:` around what is imported when it is first used: a fork waits for it.

    In a process that is forked meanwhile the module would be imported for ever, by a thread that is not there. The
    threads do not wait for each other, as Python has them do so already.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._threads: list[int] = []  # each as often as it imports

    def __enter__(self) -> None:
        with self._changed:
            self._threads.append(threading.get_ident())

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._changed:
            self._threads.remove(threading.get_ident())
            self._changed.notify_all()

    def before_fork(self) -> None:
        self._changed.acquire()
        self._changed.wait_for(lambda: {*self._threads} <= {threading.get_ident()}, _PATIENCE)

    def after_in_parent(self) -> None:
        self._changed.release()

    def after_in_child(self) -> None:
        self._changed = threading.Condition()
        self._threads = [one for one in self._threads if one == threading.get_ident()]


importing: _Imports = _Imports()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=importing.before_fork, after_in_parent=importing.after_in_parent, after_in_child=importing.after_in_child
    )
