"""Finding the program of a call again: by the structure of the arguments it was recorded for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from typing import Any, Generic, TypeVar

from .record.signature import Key, Numbers, array_key, column_key, signature, with_columns

Entry = TypeVar("Entry")


class ProgramCache(Generic[Entry]):
    """Entries by key, in a list: programs for one structure may differ in how much masks let through."""

    def __init__(self, columns: bool = False) -> None:
        self._columns = columns
        self._array_key = column_key if columns else array_key
        self._alive: dict[int, Any] = {}
        self.entries: defaultdict[Hashable, list[Entry]] = defaultdict(list)

    def key(
        self, arguments: tuple[Any, ...], keywords: dict[str, Any], numbers: dict[Any, Numbers] | None = None
    ) -> tuple[Key, list[Any]]:
        """The structure of a call, and the numbers and arrays in it, in order; `numbers` as `signature` takes it."""
        key, leaves, known_by_id = signature(arguments, keywords, self._array_key, numbers)
        self.keep(known_by_id)
        return with_columns(key, leaves) if self._columns else (key, leaves)

    def keep(self, objects: list[Any]) -> None:
        """Keep what keys know by id alive, so that nothing else gets its id."""
        for one in objects:
            if not isinstance(one, int | tuple):
                self._alive[id(one)] = one
