"""What is computed when it is first asked for, and kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Kept = TypeVar("Kept")


class once(Generic[Kept]):  # noqa: N801  # a decorator, written as `property` is
    """A method as an attribute that is computed when it is first asked for, and may be assigned.

    As `functools.cached_property`, which up to Python 3.11 holds a lock of all objects of the class while it computes:
    threads wait for each other, and a process that is forked meanwhile waits for ever. Threads that ask at once compute
    it each for themselves here, and the first that is done says what is kept.
    """

    def __init__(self, compute: Callable[[Any], Kept]) -> None:
        self._compute, self._name = compute, compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, owner: None, kind: type) -> once[Kept]: ...
    @overload
    def __get__(self, owner: object, kind: type) -> Kept: ...
    def __get__(self, owner: object | None, kind: type) -> once[Kept] | Kept:
        if owner is None:
            return self
        kept: Kept = vars(owner).setdefault(self._name, self._compute(owner))
        return kept
