"""Python's garbage collector, paused while many objects are made."""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Iterator

from .locks import after_fork

# Noting the open blocks and switching are one step. It may be taken again by the thread that has it, in whose block
# a signal's handler or what runs when an object dies opens another.
_switching = threading.RLock()
# The open blocks and the thread of each, and whether the collector was on before the first of them.
_open: dict[object, int] = {}
_was_enabled = False


@contextlib.contextmanager
def without_garbage_collection() -> Iterator[None]:
    """A block without the search for reference cycles. A graph or a trace has none, and searching it again and again
    while it grows takes as long as making it, or longer. Blocks of several threads end with the last.

    A signal's handler may raise in any call here, so everything is done within the `try`, and what is given back is
    given back once more where that is broken off.
    """
    global _was_enabled
    block = object()
    try:
        with _switching:
            if not _open:
                _was_enabled = gc.isenabled()
            _open[block] = threading.get_ident()
            gc.disable()
        yield
    finally:
        try:
            _end(block)
        except BaseException:
            _end(block)
            raise


def _end(block: object) -> None:
    global _was_enabled
    with _switching:
        _open.pop(block, None)
        if not _open and _was_enabled:
            gc.enable()
            _was_enabled = False


def _renew() -> None:
    """In a forked process the other threads' blocks never end."""
    global _switching
    _switching = threading.RLock()
    own = threading.get_ident()
    for block in [block for block, thread in _open.items() if thread != own]:
        _end(block)


after_fork(_renew)
