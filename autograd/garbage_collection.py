"""Making much at once without Python's search for reference cycles."""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Iterator

# Whether to switch it on again is decided together with switching it off: between the two another thread could end.
_switching = threading.RLock()


@contextlib.contextmanager
def without_garbage_collection() -> Iterator[None]:
    """What is recorded or traced has no reference cycles, and looking for some in it again and again takes as long
    as making it, or longer."""
    with _switching:
        was_enabled = gc.isenabled()
        gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            with _switching:
                gc.enable()
