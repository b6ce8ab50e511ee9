"""Checks of arguments that are alike everywhere, with one form of message each."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import TypeGuard

import numpy

from .errors import ArgumentError, GraphError


def is_whole(given: object, least: int = 1) -> TypeGuard[int]:
    """Whether this is a whole number from `least`; True and False are none."""
    return isinstance(given, int | numpy.integer) and not isinstance(given, bool) and bool(given >= least)


def whole_number(name: str, given: object, least: int = 1, error: type[GraphError] = ArgumentError) -> int:
    """What was given, if it is a whole number from `least`; else `error` says so.

    >>> whole_number("epochs", 3)
    3
    """
    if not is_whole(given, least):
        raise error(f"{name} is a whole number from {least}, not {given!r:.60}")
    return int(given)


def check_known(kind: str, name: object, known: Iterable[object], error: type[GraphError] = ArgumentError) -> None:
    """Refuse a name that is not in a table; the message lists those that are."""
    known = list(known)
    if name not in known:
        raise error(f"unknown {kind} {name!r:.60}; known are {', '.join(map(str, known))}")


def positions_of(name: str, function: str, argnums: int | Sequence[int], count: int) -> list[int]:
    """The positions of the arguments to differentiate by, of so many by position.

    Args:
        name, function: what differentiates, and what it is that was called, for the message.
    """
    try:
        named = [operator.index(one) for one in (argnums if isinstance(argnums, Sequence) else [argnums])]
    except TypeError:
        raise ArgumentError(f"{name}: argnums is a position or a tuple of positions, not {argnums!r:.60}") from None
    if not all(-count <= position < count for position in named):
        raise ArgumentError(
            f"{name}: argnums={argnums!r}, but {function} was called with {counted(count)} (by position)"
        )
    chosen = [position % count for position in named]
    if len(set(chosen)) < len(chosen):
        raise ArgumentError(f"{name}: argnums={argnums!r} names an argument twice")
    return chosen


def counted(count: int) -> str:
    return f"{count} argument{'' if count == 1 else 's'}"
