"""A place where something lies that a function can reach, and the comparison of many with what lay there."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy

NUMBERS = (bool, int, float, complex, numpy.generic)
ATOMS = (*NUMBERS, str, bytes, type(None), Enum)


class _Missing:
    """What lies where nothing is."""

    def __repr__(self) -> str:
        return "missing"


MISSING = _Missing()
# What reading a place raises where it is there no more, or is being changed by another thread.
_NOT_THERE = (LookupError, ValueError, AttributeError, TypeError, RuntimeError)


@dataclass(eq=False, slots=True)
class Place:
    """Where something lies that a function can reach: under `key` in `container`.

    Attributes:
        name: as the function calls it.
        read: the text that reads it, with {c} for the container and {k} for the key.
        held: what lay there before the function was recorded.
        is_copy: whether the key is a copy of all that the container held, and `read` compares the two.
    """

    name: str
    container: Any
    key: Any
    read: str
    held: Any
    is_copy: bool = False

    def now(self) -> Any:
        try:
            names = {"c": self.container, "k": self.key, "missing": MISSING}
            return eval(self.read.format(c="c", k="k"), names)
        except _NOT_THERE:
            return MISSING

    @property
    def called(self) -> str | int:
        """What the code calls it: the key, or the variable."""
        return self.key if isinstance(self.key, str | int) else self.name

    @property
    def is_as_it_was(self) -> bool:
        now = self.now()
        return now is self.held or is_same(now, self.held)

    def __str__(self) -> str:
        if self.is_copy:
            return f"{self.name} (another now)"
        now = self.now()
        said = "gone" if now is MISSING else f"{now!r:.40}" if isinstance(now, ATOMS) else "another"
        was_told = isinstance(self.held, NUMBERS) or self.held is MISSING
        then = f"{self.held!r:.40} then, " if was_told else ""
        return f"{self.name} ({then}{said} now)"


def is_same(now: Any, then: Any) -> bool:
    """Whether a function that reads the one instead of the other computes the same."""
    if type(now) is not type(then) or not isinstance(now, ATOMS):
        return False
    if isinstance(now, float) and now == 0:
        return then == 0 and math.copysign(1, now) == math.copysign(1, then)
    return bool(now == then or (now != now and then != then))


def comparison(places: Sequence[Place]) -> Callable[[], bool]:
    """A function that says whether all is as it was: written out, because every call asks it."""
    names: dict[str, Any] = {"same": is_same, "missing": MISSING, "NOT_THERE": _NOT_THERE}
    containers: dict[int, str] = {}
    parts = []
    for number, place in enumerate(places):
        container = containers.setdefault(id(place.container), f"c{number}")
        names[container] = place.container
        held = f"v{number}"
        names[held] = place.held
        key = repr(place.key) if type(place.key) in (str, int) else f"k{number}"
        names[f"k{number}"] = place.key
        read = place.read.format(c=container, k=key)
        if place.is_copy:
            parts.append(f"{read}")
        elif isinstance(place.held, ATOMS):
            parts.append(f"(({read}) is {held} or same({read}, {held}))")
        else:
            parts.append(f"{read} is {held}")
    lines = [
        "def is_unchanged():",
        "    try:",
        *[
            f"        if not ({' and '.join(parts[start : start + 100])}): return False"
            for start in range(0, len(parts), 100)
        ],
        "        return True",
        "    except NOT_THERE:",
        "        return False",
    ]
    exec(compile("\n".join(lines), "<what a program read from outside>", "exec"), names)
    return names["is_unchanged"]  # type: ignore[no-any-return]  # it is in the text
