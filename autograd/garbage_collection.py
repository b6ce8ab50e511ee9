"""Python's garbage collector, paused while many objects are made."""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Iterator

# Asking whether it is on and switching it off are one step: between the two another thread could switch it on again.
_switching = threading.RLock()


@contextlib.contextmanager
def without_garbage_collection() -> Iterator[None]:
    """A block without the search for reference cycles. A graph or a trace has none, and searching it again and again
    while it grows takes as long as making it, or longer."""
    with _switching:
        was_enabled = gc.isenabled()
        gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            with _switching:
                gc.enable()
