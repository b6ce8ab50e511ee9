"""Nested lists, tuples and dicts, taken apart into what they hold and put together again."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

Rebuild = Callable[[Sequence[Any]], Any]


def flatten(structure: Any) -> tuple[list[Any], list[str], Rebuild]:
    """What a structure holds, the place of each, and how to build one like it.

    None holds nothing. Named tuples and dicts of a class of their own (OrderedDict) keep it, dicts their order.

    >>> leaves, places, rebuild = flatten({"w": [1.0, 2.0], "b": 3.0})
    >>> leaves, places
    ([1.0, 2.0, 3.0], ["['w'][0]", "['w'][1]", "['b']"])
    >>> rebuild([10.0, 20.0, 30.0])
    {'w': [10.0, 20.0], 'b': 30.0}
    """
    leaves: list[Any] = []
    places: list[str] = []
    return leaves, places, _take_apart(structure, "", leaves, places)


# It is no function inside `flatten`: one that calls itself is a reference cycle, and what it holds (every array, and
# through an output the whole graph) would stay in memory until the garbage collector runs.
def _take_apart(part: Any, place: str, leaves: list[Any], places: list[str]) -> Rebuild:
    """List what a part holds. Returns how to build one like it from the leaves of the whole structure."""
    if part is None:
        return lambda replaced: None
    if isinstance(part, dict):
        entries = {key: _take_apart(item, f"{place}[{key!r}]", leaves, places) for key, item in part.items()}
        make_dict = _maker_of_dict(part)
        return lambda replaced: make_dict({key: build(replaced) for key, build in entries.items()})
    if isinstance(part, list | tuple):
        items = [_take_apart(item, f"{place}[{index}]", leaves, places) for index, item in enumerate(part)]
        make = _maker_of_sequence(type(part))
        return lambda replaced: make(build(replaced) for build in items)
    position = len(leaves)
    leaves.append(part)
    places.append(place)
    return lambda replaced: replaced[position]


Place = tuple[Any, ...]  # the positions and keys that lead to a leaf


def places(structure: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """The leaves of a structure, each after its place.

    >>> dict(places({"w": [1.0, 2.0], "b": 3.0}))
    {('w', 0): 1.0, ('w', 1): 2.0, ('b',): 3.0}
    """
    if isinstance(structure, dict):
        for key, item in structure.items():
            yield from places(item, (*place, key))
    elif isinstance(structure, list | tuple):
        for index, item in enumerate(structure):
            yield from places(item, (*place, index))
    elif structure is not None:
        yield place, structure


def with_leaves(structure: Any, change: Callable[[Place, Any], Any], place: Place = ()) -> Any:
    """The structure with what `change` makes of each leaf and its place."""
    if isinstance(structure, dict):
        changed = {key: with_leaves(item, change, (*place, key)) for key, item in structure.items()}
        return _maker_of_dict(structure)(changed)
    if isinstance(structure, list | tuple):
        items = [with_leaves(item, change, (*place, index)) for index, item in enumerate(structure)]
        return _maker_of_sequence(type(structure))(items)
    return None if structure is None else change(place, structure)


def _maker_of_sequence(kind: type[Any]) -> Callable[[Any], Any]:
    if hasattr(kind, "_fields"):
        return lambda items: kind(*items)
    return list if issubclass(kind, list) else tuple


def _maker_of_dict(like: dict[Any, Any]) -> Callable[[dict[Any, Any]], dict[Any, Any]]:
    if type(like) is dict:
        return lambda entries: entries
    empty = copy.copy(like)  # with all else that it has, such as a defaultdict's default
    empty.clear()

    def make(entries: dict[Any, Any]) -> dict[Any, Any]:
        made = copy.copy(empty)
        for key, item in entries.items():
            made[key] = item
        return made

    return make
