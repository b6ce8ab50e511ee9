"""What one thread does at a time, and what a forked process begins anew."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager


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
