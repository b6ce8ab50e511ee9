"""A place where something lies that a function can reach, and the comparison of many with what lay there."""

from __future__ import annotations

import gc
import io
import math
import operator
import pickle
from abc import get_cache_token
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from types import FunctionType
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
        is_copy: whether the key is a copy of what the container held, and `read` compares the two.
        aspect: of what of the container: its items, how many attributes it has.
    """

    name: str
    container: Any
    key: Any
    read: str
    held: Any
    is_copy: bool = False
    aspect: str = ""

    def now(self) -> Any:
        try:
            return eval(
                self.read.format(c="c", k="k"), {"__name__": __name__, "c": self.container, "k": self.key, **_READERS}
            )
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


# --- what the texts that read may call --------------------------------------------------------------------


def has_items(now: Collection[Any], then: Sequence[Any]) -> bool:
    """Whether these are the items, in their order, by type and sign, too: `==` takes True for 1."""
    if len(now) != len(then):
        return False
    return all(map(operator.is_, now, then)) or all(
        one is other or is_same(one, other) or _is_same_tuple(one, other) for one, other in zip(now, then, strict=True)
    )


def _is_same_tuple(now: Any, then: Any) -> bool:
    return type(now) is tuple and type(then) is tuple and has_items(now, then)


def results_kept_by(function: Any) -> list[Any]:
    """What a function behind `functools.lru_cache` has given and keeps: nothing else than the collector knows."""
    found: list[Any] = []
    for one in gc.get_referents(function):
        if type(one) is dict and one is not function.__dict__:  # what it keeps, by what it was given
            found += one.values()
        elif not isinstance(one, type | FunctionType):
            found.append(one)
    return [one for one in found if "lru_list_elem" not in type(one).__name__]


def has_results(now: Sequence[Any], then: Sequence[Any]) -> bool:
    """Whether nothing of it is gone; it may keep more by now."""
    return {id(one) for one in then} <= {id(one) for one in now}


def content_of(held: Any) -> bytes | None:
    """What an object of a class in C holds; None where it does not say, or at length."""
    if isinstance(held, io.StringIO):
        content = held.getvalue().encode(errors="surrogatepass")
    elif isinstance(held, io.BytesIO):
        content = held.getvalue()
    else:
        try:
            content = pickle.dumps(held, 4)
        except Exception:  # whatever its class raises, and what it holds: locks and files have no copy
            return None
    return content if len(content) <= _MOST_CONTENT else None


def content_of_array(array: Any) -> Any:
    return None if array is None else (array.shape, array.dtype, array.tobytes())


_MOST_CONTENT = 4096
_READERS: dict[str, Any] = {
    "missing": MISSING,
    "has_items": has_items,
    "results_kept_by": results_kept_by,
    "has_results": has_results,
    "content_of": content_of,
    "content_of_array": content_of_array,
    "get_cache_token": get_cache_token,
}


def comparison(places: Sequence[Place]) -> Callable[[], bool]:
    """A function that says whether all is as it was: written out, because every call asks it."""
    names: dict[str, Any] = {"same": is_same, "NOT_THERE": _NOT_THERE, **_READERS}
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
    names["__name__"] = __name__  # it is this project's, and no person's
    exec(compile("\n".join(lines), "<what a program read from outside>", "exec"), names)
    return names["is_unchanged"]  # type: ignore[no-any-return]  # it is in the text
