"""Finding the program of a call again: by the structure of the arguments it was recorded for.

What is kept has a bound, and nothing of it keeps an argument alive: of an object (a module, a function) a key has the
id, and what was recorded for it goes with it.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

import numpy

from .record.recording import Recording
from .record.signature import Key, Numbers, array_key, column_key, signature, with_answers, with_columns

Entry = TypeVar("Entry")
_Table = dict[Any, Any]

# Structures for which programs are kept. Each new one beyond takes the place of the oldest.
MOST_STRUCTURES = 256
_KNOWN_BY_VALUE = (int, tuple, numpy.generic)


class ProgramCache(Generic[Entry]):
    """Entries and recordings by key; entries in lists, as programs for one structure may differ in how much masks let
    through.

    Attributes:
        last: the key of the last call, and its entry.
        asks: whether the function asks for more of its arguments than a structure says: which of them are nodes, and
            which are one.
    """

    asks: bool = False

    def __init__(self, columns: bool = False) -> None:
        self._columns = columns
        self.array_key: Callable[..., Any] = column_key if columns else array_key
        self.entries: dict[tuple[Key, Hashable], list[Entry]] = {}
        self.recordings: dict[Key, Recording] = {}
        self.last: tuple[Key, Entry] | None = None
        self._objects: dict[int, Any] = {}  # what keys know by id: weakly, if its class allows that
        self._keys: dict[int, set[tuple[bool, Any]]] = {}  # and where: whether it is a recording, and its key
        self._ids: dict[tuple[bool, Any], list[int]] = {}  # the same from the other side

    def key(
        self, arguments: tuple[Any, ...], keywords: dict[str, Any], numbers: dict[Any, Numbers] | None = None
    ) -> tuple[Key, list[Any], list[Any]]:
        """The structure of a call, its numbers and arrays, and its objects, as `signature` gives them."""
        key, leaves, objects = signature(arguments, keywords, self.array_key, numbers)
        if objects:
            self.recognize(objects)
        if self.asks:
            key = with_answers(key, leaves, objects)
        return (*with_columns(key, leaves), objects) if self._columns else (key, leaves, objects)

    def recognize(self, objects: Sequence[Any]) -> None:
        """Forget what was recorded for others that had the ids of these."""
        for one in objects:
            held = self._objects.get(id(one))
            if held is not None and one is not (held() if type(held) is weakref.ref else held):
                self._forget(id(one))

    def add_entry(self, key: Key, chosen: Hashable, entry: Entry, objects: Sequence[Any], most: int = 1) -> None:
        """Keep a program for calls of this structure, the last one of at most so many."""
        kept = [*self.entries.get((key, chosen), ()), entry]
        self._add(self.entries, (key, chosen), kept[-most:], objects)

    def add_recording(self, key: Key, recording: Recording, objects: Sequence[Any]) -> None:
        """Keep a recording, of which more programs may be made."""
        self._add(self.recordings, key, recording, objects)

    def _add(self, table: _Table, key: Any, item: Any, objects: Sequence[Any]) -> None:
        place = table is self.recordings, key
        table[key] = item
        if place not in self._ids:
            self._ids[place] = [id(one) for one in objects if not isinstance(one, _KNOWN_BY_VALUE)]
            for one in objects:
                if not isinstance(one, _KNOWN_BY_VALUE):
                    self._objects.setdefault(id(one), self._reference(one))
                    self._keys.setdefault(id(one), set()).add(place)
        for oldest in list(table)[: max(0, len(table) - MOST_STRUCTURES)]:
            self._drop((place[0], oldest))

    def _reference(self, one: Any) -> Any:
        cache, identity = weakref.ref(self), id(one)

        def forget(reference: Any) -> None:
            held = cache()
            if held is not None and held._objects.get(identity) is reference:
                held._forget(identity)

        try:
            return weakref.ref(one, forget)
        except TypeError:  # of a class without weak references: kept until its programs are dropped
            return one

    def _drop(self, place: tuple[bool, Any]) -> None:
        is_recording, key = place
        (self.recordings if is_recording else self.entries).pop(key, None)
        for identity in self._ids.pop(place, ()):
            keys = self._keys.get(identity, set())
            keys.discard(place)
            if not keys:
                self._keys.pop(identity, None)
                self._objects.pop(identity, None)

    def _forget(self, identity: int) -> None:
        """Drop all that was recorded for an object."""
        for place in list(self._keys.get(identity, ())):
            if self.last is not None and not place[0] and self.last[0] == place[1][0]:
                self.last = None
            self._drop(place)
        self._keys.pop(identity, None)
        self._objects.pop(identity, None)
