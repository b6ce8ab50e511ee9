"""Modes of recording, each per context (thread, task): what an operation does besides computing."""

from __future__ import annotations

import copy
import threading
from contextlib import AbstractContextManager, ContextDecorator, nullcontext
from contextvars import ContextVar, Token
from dataclasses import dataclass, replace
from typing import Any, Never, NoReturn, Self

from .arguments import described
from .calling_line import SourceLine, calling_line
from .errors import CallError, DataTypeError
from .locks import after_fork


@dataclass(eq=False, slots=True)  # frozen would be three times as slow to make
class Scope:
    """A named group of operations. Two `with scope("cost")` blocks are two scopes."""

    name: str
    parent: Scope | None = None

    @property
    def path(self) -> str:
        return self.name if self.parent is None else f"{self.parent.path}/{self.name}"


@dataclass(eq=False, slots=True)  # as Scope; never changed once it is made
class Mode:
    """What holds in this context."""

    recording: bool = True
    scope: Scope | None = None
    detecting_anomaly: bool = False
    keeping_sources: bool = False
    # Whether every operation on a node is recorded, with or without a gradient: what a program is compiled from.
    tracing: bool = False
    # While a function is recorded for a program: the nodes whose plain numbers it read, and in which line.
    looked_at: list[tuple[Any, SourceLine | None]] | None = None


DEFAULT = Mode()

# How many `with` blocks are open in any context. While it is 0, operations need not ask which mode
# holds: reading this number costs a tenth of reading the context variable.
open_blocks: int = 0
# The same and how many transforms run a function. While it is 0, nobody wants to know who reads a node's numbers.
watched: int = 0
_open_blocks_lock = threading.Lock()


def _renew() -> None:
    global _open_blocks_lock
    _open_blocks_lock = threading.Lock()


after_fork(_renew)
_mode: ContextVar[Mode] = ContextVar("autograd_mode", default=DEFAULT)


def current_mode() -> Mode:
    return _mode.get() if open_blocks else DEFAULT


def note_look(node: Any) -> None:
    """A node's numbers are read as plain ones: what is done with them, no program can record."""
    looked_at = current_mode().looked_at
    if looked_at is not None:
        looked_at.append((node, calling_line()))


# While a transform runs a function: whose plain number it read first, and in which line.
Looks = list[tuple[Any, SourceLine | None]]
_looks: ContextVar[Looks | None] = ContextVar("autograd_looks_in_a_transform", default=None)


def is_inside_transform() -> bool:
    return _looks.get() is not None


def enter_transform() -> tuple[Looks, Token[Looks | None]]:
    global watched
    looks: Looks = []
    with _open_blocks_lock:
        watched += 1
    return looks, _looks.set(looks)


def leave_transform(token: Token[Looks | None]) -> None:
    global watched
    looks = _looks.get()
    _looks.reset(token)
    with _open_blocks_lock:
        watched -= 1
    outer = _looks.get()
    if looks and outer is not None:
        outer += looks


def note_reading(node: Any) -> None:
    """A person's `.data`: a look, and for a transform the reason why an answer may be a plain number."""
    note_look(node)
    looks = _looks.get()
    if looks is not None and not looks and node.requires_grad and current_mode().recording:
        looks.append((node, calling_line()))


class _Block(type):
    """The class of the classes of blocks: `with no_grad:`, without parentheses, is told how it is written."""

    def __enter__(cls) -> NoReturn:
        raise CallError(f"{cls.__name__}: a block is written with parentheses: with {cls.__name__}(…):")

    def __exit__(cls, *exception: object) -> None:
        """Never reached, but `with` asks for it first."""


class Adjusted(ContextDecorator, metaclass=_Block):
    """A `with` block in which the mode has other values in these fields; may be entered again while it is open."""

    def __init__(self, **changes: Any) -> None:
        self._changes = changes
        self._tokens: list[Token[Mode]] = []

    def _refuse(self, given: tuple[object, ...]) -> NoReturn:
        """`@no_grad` without parentheses gives the function in their place."""
        name = type(self).__name__
        raise CallError(f"{name} takes no argument, not {described(given[0])}; write @{name}() or with {name}():")

    def _recreate_cm(self) -> Self:
        block = copy.copy(self)  # a call of a decorated function has a block of its own, whatever thread it is in
        block._tokens = []
        return block

    def _inner(self, outer: Mode) -> Mode:
        """The mode inside the block."""
        return replace(outer, **self._changes)

    def __enter__(self) -> Scope | None:  # None, but for `scope`
        global open_blocks, watched
        self._tokens.append(_mode.set(self._inner(_mode.get())))
        with _open_blocks_lock:
            open_blocks += 1
            watched += 1
        return None

    def __exit__(self, *exception: object) -> None:
        global open_blocks, watched
        with _open_blocks_lock:
            open_blocks -= 1
            watched -= 1
        _mode.reset(self._tokens.pop())


class no_grad(Adjusted):  # noqa: N801  # a class that reads as a statement: `with no_grad():`
    """Record nothing inside: results are constants. Also a decorator: `@no_grad()`.

    >>> from autograd import Value, no_grad
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.op, y.requires_grad
    (9.0, None, False)
    """

    def __init__(self, *misplaced: Never) -> None:
        if misplaced:
            self._refuse(misplaced)
        super().__init__(recording=False)


class scope(Adjusted):  # noqa: N801  # as above: `with scope("cost"):`
    """Group what is recorded inside under `name`, so that views can draw it as one box.

    >>> from autograd import Value, scope
    >>> x = Value(3.0)
    >>> with scope("cost"):
    ...     y = 0.5 * x**2
    >>> y.scope.name
    'cost'
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        if not isinstance(name, str):
            raise DataTypeError(f'scope: a name is text, as in scope("cost"), not {described(name)}')
        self.name = name

    def _inner(self, outer: Mode) -> Mode:
        return replace(outer, scope=Scope(self.name, outer.scope))

    def __enter__(self) -> Scope:
        super().__enter__()
        entered = current_mode().scope
        assert entered is not None
        return entered


class detect_anomaly(Adjusted):  # noqa: N801  # as above: `with detect_anomaly():`
    """Make the first nan or infinity an error that names the operation, its operands and the line.

    Put both the forward pass and `backward()` inside. It looks at every result and every contribution,
    and at the stack of calls, so it is several times as slow; infinities that are meant (a mask of -inf)
    are reported, too. Also a decorator.

    >>> from autograd import Value, detect_anomaly, log
    >>> with detect_anomaly():
    ...     y = log(Value(0.0, label="x"))
    Traceback (most recent call last):
        ...
    autograd.errors.AnomalyError: log gave -inf; operands: x = 0.0; recorded at ...
    """

    def __init__(self, *misplaced: Never) -> None:
        if misplaced:
            self._refuse(misplaced)
        super().__init__(detecting_anomaly=True, keeping_sources=True)


class source_lines(Adjusted):  # noqa: N801  # as above: `with source_lines():`
    """Keep in each node's `.source` the line of the program that recorded it.

    >>> from autograd import Value, source_lines
    >>> with source_lines():
    ...     y = Value(1.0) + 2
    >>> y.source.line
    2
    """

    def __init__(self, *misplaced: Never) -> None:
        if misplaced:
            self._refuse(misplaced)
        super().__init__(keeping_sources=True)


def recording() -> AbstractContextManager[Any]:
    """A block in which operations are recorded. Where they are already it opens none: the fast paths ask
    whether any is open."""
    return nullcontext() if current_mode().recording else Adjusted(recording=True)
