"""Python's garbage collector, paused while many objects are made."""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Iterator

from .locks import after_fork

# Counting the open blocks and switching are one step. It may be taken again by the thread that has it, in whose block
# a signal's handler or what runs when an object dies opens another.
_switching = threading.RLock()
# How many blocks each thread has open, and whether the collector was on before the first of them.
_open: dict[int, int] = {}
_was_enabled = False


@contextlib.contextmanager
def without_garbage_collection() -> Iterator[None]:
    """A block without the search for reference cycles. A graph or a trace has none, and searching it again and again
    while it grows takes as long as making it, or longer. Blocks of several threads end with the last."""
    global _was_enabled
    own = threading.get_ident()
    with _switching:
        if not _open:
            _was_enabled = gc.isenabled()
            gc.disable()
        _open[own] = _open.get(own, 0) + 1
    try:
        yield
    finally:
        with _switching:
            _open[own] -= 1
            if not _open[own]:
                del _open[own]
            if not _open and _was_enabled:
                gc.enable()


def _renew() -> None:
    """In a forked process the other threads' blocks never end."""
    global _switching
    _switching = threading.RLock()
    own = threading.get_ident()
    others = [thread for thread in _open if thread != own]
    for thread in others:
        del _open[thread]
    if others and not _open and _was_enabled:
        gc.enable()


after_fork(_renew)
