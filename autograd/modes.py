"""Modes of recording, each per context (thread, task): what an operation does besides computing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True, eq=False, slots=True)
class Scope:
    """A named group of operations. Two `with scope("cost")` blocks are two scopes."""

    name: str
    parent: Scope | None = None

    @property
    def path(self) -> str:
        return self.name if self.parent is None else f"{self.parent.path}/{self.name}"


@dataclass(frozen=True, eq=False, slots=True)
class Mode:
    """What holds in this context."""

    recording: bool = True
    scope: Scope | None = None


DEFAULT = Mode()

# How many `with` blocks are open in any context. While it is 0, operations need not ask which mode
# holds: reading this number costs a tenth of reading the context variable.
open_blocks = 0
_open_blocks_lock = threading.Lock()
_mode: ContextVar[Mode] = ContextVar("autograd_mode", default=DEFAULT)


def current_mode() -> Mode:
    return _mode.get() if open_blocks else DEFAULT


@contextmanager
def no_grad() -> Iterator[None]:
    """Record nothing inside: results are constants. Also a decorator: `@no_grad()`.

    >>> from autograd import Value, no_grad
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.op, y.requires_grad
    (9.0, None, False)
    """
    with _entered(replace(_mode.get(), recording=False)):
        yield


@contextmanager
def scope(name: str) -> Iterator[Scope]:
    """Group what is recorded inside under `name`, so that views can draw it as one box.

    >>> from autograd import Value, scope
    >>> x = Value(3.0)
    >>> with scope("cost"):
    ...     y = 0.5 * x**2
    >>> y.scope.name
    'cost'
    """
    mode = _mode.get()
    inner = Scope(name, mode.scope)
    with _entered(replace(mode, scope=inner)):
        yield inner


@contextmanager
def _entered(mode: Mode) -> Iterator[None]:
    global open_blocks
    token = _mode.set(mode)
    with _open_blocks_lock:
        open_blocks += 1
    try:
        yield
    finally:
        with _open_blocks_lock:
            open_blocks -= 1
        _mode.reset(token)
