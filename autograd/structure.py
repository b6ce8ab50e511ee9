"""Nested lists, tuples and dicts, taken apart into what they hold and put together again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Rebuild = Callable[[Sequence[Any]], Any]


def flatten(structure: Any) -> tuple[list[Any], list[str], Rebuild]:
    """What a structure holds, where each of it is, and how to build one like it.

    None holds nothing. Named tuples keep their names, dicts their order.

    >>> leaves, places, rebuild = flatten({"w": [1.0, 2.0], "b": 3.0})
    >>> leaves, places
    ([1.0, 2.0, 3.0], ["['w'][0]", "['w'][1]", "['b']"])
    >>> rebuild([10.0, 20.0, 30.0])
    {'w': [10.0, 20.0], 'b': 30.0}
    """
    leaves: list[Any] = []
    places: list[str] = []

    def walk(part: Any, place: str) -> Callable[[Sequence[Any]], Any]:
        if part is None:
            return lambda replaced: None
        if isinstance(part, dict):
            inner = {key: walk(item, f"{place}[{key!r}]") for key, item in part.items()}
            return lambda replaced: {key: build(replaced) for key, build in inner.items()}
        if isinstance(part, list | tuple):
            items = [walk(item, f"{place}[{index}]") for index, item in enumerate(part)]
            make = _maker(type(part))
            return lambda replaced: make(build(replaced) for build in items)
        position = len(leaves)
        leaves.append(part)
        places.append(place)
        return lambda replaced: replaced[position]

    return leaves, places, walk(structure, "")


def _maker(kind: type[Any]) -> Callable[[Any], Any]:
    if hasattr(kind, "_fields"):
        return lambda items: kind(*items)
    return list if issubclass(kind, list) else tuple
