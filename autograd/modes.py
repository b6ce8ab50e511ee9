"""Modes of recording, each per context (thread, task): what an operation does besides computing."""

from __future__ import annotations

import copy
import operator
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ContextDecorator, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ClassVar, Never, NoReturn, Self, TypeVar

from .arguments import described
from .calling_line import SourceLine, calling_line
from .errors import CallError, DataTypeError
from .locks import after_fork
from .resuming import Block, inside

Function = TypeVar("Function", bound=Callable[..., Any])


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
    # Whether a sweep takes the graph whatever was assigned to its leaves since: a program's is run on others anyway.
    of_any_data: bool = False
    # While a function is recorded for a program: the nodes whose plain numbers it read, and in which line.
    looked_at: list[tuple[Any, SourceLine | None]] | None = None
    # Then, too: the nodes whose numbers were checked, and how, for each call of the program to be checked likewise.
    checked: list[tuple[Any, Callable[[Any], None]]] | None = None
    # And the nodes that the function moves in place (`x += 1`), which no node lets happen.
    moved: list[Any] | None = None
    # And the nodes whose class the function asks for.
    classes_asked: list[Any] | None = None

    def changed(self, changes: dict[str, Any]) -> Mode:
        """The same with other values in these fields: `dataclasses.replace`, at a third of its price, which every block
        pays."""
        made = Mode(*_fields_of(self))
        for name, value in changes.items():
            setattr(made, name, value)
        return made


_fields_of = operator.attrgetter(*Mode.__slots__)  # in the order of the arguments

DEFAULT = Mode()


class _Opening(weakref.ref[Any]):
    """That a `with` block was opened: a weak reference to the block, which may be open in other threads and tasks as
    well. Contexts that were copied in it (of tasks that were begun there, of threads that a task hands its work to) are
    in it as long as it is open.

    A signal's handler may raise wherever Python looks for signals, also where `__exit__` has not begun: then nobody
    ends the block, and the opening does, when the block is gone.
    """

    __slots__ = ("is_over",)
    is_over: bool
    __eq__, __hash__ = object.__eq__, object.__hash__  # of one block there may be several


# The `with` blocks that are open in any context. While there are none, operations need not ask which mode holds: seeing
# that costs a tenth of reading the context variable. A set and no count: what is put in or taken out is there or not
# there, however often that is begun anew and whatever other threads do.
open_blocks: set[_Opening] = set()
# The same and the transforms that run a function. While there are none, nobody wants to know who reads a number.
watched: set[Any] = set()
_ending_lock = threading.RLock()  # a signal's handler may end a block while one is being ended


def _renew() -> None:
    global _ending_lock
    _ending_lock = threading.RLock()


after_fork(_renew)


def _end(opening: _Opening) -> None:
    """End a block, whatever of that is done already."""
    global _ended
    opening.is_over = True
    open_blocks.discard(opening)
    watched.discard(opening)
    with _ending_lock:
        _ended += 1


def _lose(opening: _Opening) -> None:
    """The block is gone."""
    if not getattr(opening, "is_over", True):  # it has no such thing yet where a signal's handler raised at once
        _end(opening)


def _opened(block: object) -> _Opening:
    opening = _Opening(block, _lose)
    opening.is_over = False
    return opening


@dataclass(eq=False, slots=True)  # as Scope
class _Block:
    """The innermost open block of a context: what holds in it, what it changes, and the one around it."""

    mode: Mode
    changes: dict[str, Any]
    opening: _Opening
    outer: _Block | None
    seen_open: int = -1  # how many blocks had ended when this and those around it were last seen to be open


_NO_BLOCK = _Block(DEFAULT, {}, _opened(Mode), None)
_block: ContextVar[_Block] = ContextVar("autograd_block", default=_NO_BLOCK)
# How many blocks have ended: any of them may be held still by another context than the one that it ended in.
_ended: int = 0


def current_mode() -> Mode:
    if not open_blocks:
        return DEFAULT
    block = _block.get()
    return block.mode if block.seen_open == _ended else _current_block().mode


def _current_block() -> _Block:
    """The innermost block that is open in this context."""
    block, ended = _block.get(), _ended
    if block.seen_open == ended:
        return block
    open_still = _still_open(block)
    open_still.seen_open = ended
    if open_still is not block:
        _block.set(open_still)
    return open_still


def _still_open(block: _Block) -> _Block:
    """The blocks around one, it included, without those that are over: what the rest changes holds on."""
    at: _Block | None = block
    while at is not None and not at.opening.is_over:
        at = at.outer
    if at is None:
        return block
    chain: list[_Block] = []
    at = block
    while at is not None:
        chain.append(at)
        at = at.outer
    kept = chain.pop()  # where no block is open
    for one in reversed(chain):
        if one.opening.is_over:
            continue
        as_before = one.outer is kept
        kept = one if as_before else _Block(kept.mode.changed(one.changes), one.changes, one.opening, kept)
    return kept


# The arguments of functions that are just being recorded, by id, with where looks at them are noted: such a function
# may compute in other threads, which know nothing of its mode.
stand_ins: dict[int, list[tuple[Any, SourceLine | None]]] = {}
_MOST_FOLLOWED = 1000  # nodes from a number that is looked at back to such an argument


@contextmanager
def watched_in_other_threads(nodes: Sequence[Any], looked_at: list[tuple[Any, SourceLine | None]]) -> Iterator[None]:
    """A block in which these stand for arguments of a function that is recorded, in whatever thread it goes on."""
    own = dict.fromkeys(map(id, nodes), looked_at)
    try:
        stand_ins.update(own)
        yield
    finally:
        for one in own:
            stand_ins.pop(one, None)


def _looked_at_elsewhere(node: Any) -> list[tuple[Any, SourceLine | None]] | None:
    """Where a look is noted at what comes from an argument of a function that another thread records."""
    queue, seen = [node], {id(node)}
    while queue and len(seen) < _MOST_FOLLOWED:
        one = queue.pop()
        if id(one) in stand_ins:
            return stand_ins.get(id(one))
        for operand in getattr(one, "operands", ()):
            if id(operand) not in seen:
                seen.add(id(operand))
                queue.append(operand)
    return None


def note_check(node: Any, check: Callable[[Any], None]) -> None:
    """A node's numbers were checked: where it is an argument, a program checks those of each call."""
    checked = current_mode().checked
    if checked is not None:
        checked.append((node, check))


def note_look(node: Any) -> None:
    """A node's numbers are read as plain ones: what is done with them, no program can record."""
    looked_at = current_mode().looked_at
    if looked_at is None and stand_ins:
        looked_at = _looked_at_elsewhere(node)
    if looked_at is not None:
        looked_at.append((node, calling_line()))


def note_move(node: Any) -> None:
    """Something is added to a node in place: the array that it stands for would be another afterwards."""
    moved = current_mode().moved
    if moved is not None:
        moved.append(node)


class Looks(list[tuple[Any, SourceLine | None]]):
    """While a transform runs a function: whose plain number it read first, and in which line."""

    def __eq__(self, other: object) -> bool:  # found again by identity
        return self is other

    def __hash__(self) -> int:  # type: ignore[override]  # a list has none
        return id(self)

    def __init__(self, outer: Looks | None) -> None:
        super().__init__()
        self.outer = outer  # of the transform around it
        self.is_over = False  # then a task that was begun inside is no longer


_looks: ContextVar[Looks | None] = ContextVar("autograd_looks_in_a_transform", default=None)


def _current_looks() -> Looks | None:
    looks = innermost = _looks.get()
    while looks is not None and looks.is_over:
        watched.discard(looks)
        looks = looks.outer
    if looks is not innermost:
        _looks.set(looks)
    return looks


def is_inside_transform() -> bool:
    return _current_looks() is not None


def enter_transform() -> Looks:
    looks = Looks(_current_looks())
    try:
        watched.add(looks)
        _looks.set(looks)
    except BaseException:  # a signal's handler raised
        leave_transform(looks)
        raise
    return looks


def leave_transform(looks: Looks) -> None:
    """To be called after `looks.is_over = True`, which alone says so: a signal's handler may raise in any call."""
    looks.is_over = True
    watched.discard(looks)
    _looks.set(looks.outer)
    if looks and looks.outer is not None:
        looks.outer += looks


def note_reading(node: Any) -> None:
    """A person's `.data`: a look, and for a transform the reason why an answer may be a plain number."""
    note_look(node)
    looks = _current_looks()
    if looks is not None and not looks and node.requires_grad and current_mode().recording:
        looks.append((node, calling_line()))


class _BlockClass(type):
    """The class of the classes of blocks: `with no_grad:`, without parentheses, is told how it is written."""

    def __enter__(cls) -> NoReturn:
        raise CallError(f"{cls.__name__}: a block is written with parentheses: with {cls.__name__}(…):")

    def __exit__(cls, *exception: object) -> None:
        """Never reached, but `with` asks for it first."""


class Adjusted(ContextDecorator, metaclass=_BlockClass):
    """A `with` block in which the mode has other values in these fields; may be entered again while it is open.

    It ends in any order: of two generators that hold one each, the first may end before the second. What is begun in it
    and goes on elsewhere, a task of asyncio, is in it until it ends.
    """

    # The mode that it makes of the usual one, where that is always the same.
    _within_default: ClassVar[Mode | None] = None

    def __init__(self, **changes: Any) -> None:
        self._changes = changes
        self._openings: list[_Opening] = []

    def __call__(self, function: Function) -> Function:
        """A function that runs in such a block; a generator or an async function does whenever it is gone on with,
        and whoever waits for it is outside."""

        def begun() -> Block:
            changes = self._changes_in(current_mode())  # once a call: it has one scope, however often it stops
            return lambda: Adjusted(**changes)

        resumed = inside(function, begun)
        return super().__call__(function) if resumed is None else resumed  # type: ignore[return-value]  # called as it is

    def _refuse(self, given: tuple[object, ...]) -> NoReturn:
        """`@no_grad` without parentheses gives the function in their place."""
        name = type(self).__name__
        raise CallError(f"{name} takes no argument, not {described(given[0])}; write @{name}() or with {name}():")

    def _recreate_cm(self) -> Self:
        block = copy.copy(self)  # a call of a decorated function has a block of its own, whatever thread it is in
        block._openings = []
        return block

    def _changes_in(self, outer: Mode) -> dict[str, Any]:
        """What differs inside the block."""
        return self._changes

    def __enter__(self) -> Scope | None:  # None, but for `scope`
        outer = _block.get()
        if outer.seen_open != _ended:
            outer = _current_block()
        opening = _Opening(self, _lose)
        opening.is_over = False
        try:
            open_blocks.add(opening)
            watched.add(opening)
            inside = self._within_default
            if inside is not None and outer.mode is DEFAULT:
                changes = self._changes
            else:
                changes = self._changes_in(outer.mode)
                inside = outer.mode.changed(changes)
            self._openings.append(opening)
            _block.set(_Block(inside, changes, opening, outer, outer.seen_open))
        except BaseException:  # a signal's handler raised
            self._end(opening)
            raise
        return None

    def _end(self, opening: _Opening) -> None:
        _end(opening)
        self._openings = [one for one in self._openings if not one.is_over]

    def _innermost_opening(self, block: _Block | None) -> _Opening:
        """Its own in this context; the last one where it was opened in another, which a generator was begun in."""
        while block is not None:
            if block.opening() is self and not block.opening.is_over:
                return block.opening
            block = block.outer
        return self._openings[-1]

    def __exit__(self, *exception: object) -> None:
        global _ended
        opening = None
        try:
            innermost = _block.get()
            opening = innermost.opening
            if opening() is not self or opening.is_over:
                opening = self._innermost_opening(innermost)
            self._openings.remove(opening)
            open_blocks.discard(opening)
            watched.discard(opening)
            with _ending_lock:
                opening.is_over = True
                is_known = innermost.seen_open == _ended  # those around it are open, too, and no other has ended since
                _ended += 1
                ended = _ended
            # A generator that was begun in one thread or task may end in another: the first sees that it is over.
            left = innermost.outer if innermost.opening is opening else _still_open(innermost)
            assert left is not None
            if is_known:
                left.seen_open = ended
            if left is not innermost:
                _block.set(left)
        except BaseException:  # a signal's handler raised
            if opening is None or opening() is not self:
                opening = self._innermost_opening(_block.get())
            self._end(opening)
            raise


_NOT_RECORDING: dict[str, Any] = {"recording": False}


class no_grad(Adjusted):  # noqa: N801  # a class that reads as a statement: `with no_grad():`
    """Record nothing inside: results are constants. Also a decorator, of generators and async functions, too:
    `@no_grad()`.

    >>> from autograd import Value, no_grad
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.op, y.requires_grad
    (9.0, None, False)
    """

    _within_default = DEFAULT.changed(_NOT_RECORDING)

    def __init__(self, *misplaced: Never) -> None:  # without the call of its super(), which is a tenth of all it costs
        if misplaced:
            self._refuse(misplaced)
        self._changes, self._openings = _NOT_RECORDING, []


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

    def _changes_in(self, outer: Mode) -> dict[str, Any]:
        return {"scope": Scope(self.name, outer.scope)}

    def __enter__(self) -> Scope:
        super().__enter__()
        try:
            entered = current_mode().scope
            assert entered is not None
        except BaseException:  # a signal's handler raised
            self.__exit__()
            raise
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
