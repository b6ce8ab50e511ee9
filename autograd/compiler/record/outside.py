"""What a function reads from outside its arguments: globals, closures, attributes, items of lists and dicts.

A program has those numbers, parameters and functions in it as they were when it was recorded. It is for them alone:
where one is another, the function is recorded anew. Arrays of several numbers are compared as objects only, and told of
(`captured.py`); what comes from nowhere, as random numbers do, is told of, too.
"""

from __future__ import annotations

import functools
import math
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from types import BuiltinFunctionType, CodeType, FunctionType, MemberDescriptorType, MethodType, ModuleType
from typing import Any

import numpy

from ...node import Node
from ...traversal import nodes_in_order

_MOST_PLACES = 5000
_MOST_ITEMS = 50  # of a list of numbers that are looked at one by one
_NUMBERS = (bool, int, float, complex, numpy.generic)
_ATOMS = (*_NUMBERS, str, bytes, type(None), Enum)
# Whose code is followed for the names of attributes that it reads, but not to its own globals.
_HOUSE = frozenset({"autograd", "nn", "viz", "glassgrad"})
_CALLED_BY_PYTHON = ("__call__", "__getitem__", "__iter__", "__len__", "__bool__", "__float__", "__getattr__")
_BY_ANY_NAME = frozenset({"getattr", "vars", "__dict__", "attrgetter"})
_FOREIGN = frozenset({"numpy", "scipy", "builtins"})
_LENGTH = "its length"
_MISSING = object()


@dataclass(eq=False, slots=True)
class Place:
    """Where something lies that a function can reach: under `key` in `container`.

    Attributes:
        name: as the function calls it.
        read: the text that reads it, with {c} for the container and {k} for the key.
        held: what lay there before the function was recorded.
    """

    name: str
    container: Any
    key: Any
    read: str
    held: Any

    def now(self) -> Any:
        try:
            return eval(self.read.format(c="c", k="k"), {"c": self.container, "k": self.key})
        except (LookupError, ValueError, AttributeError):  # it is there no more
            return _MISSING

    @property
    def is_as_it_was(self) -> bool:
        now = self.now()
        return now is self.held or is_same(now, self.held)

    def __str__(self) -> str:
        now = self.now()
        said = "gone" if now is _MISSING else f"{now!r:.40}" if isinstance(now, _ATOMS) else "another"
        then = f"{self.held!r:.40} then, " if isinstance(self.held, _NUMBERS) else ""
        return f"{self.name} ({then}{said} now)"


class Outside:
    """What a function can reach outside its arguments, looked at before it is recorded.

    Args:
        function: the function.
        objects: what is no number or array among its arguments (modules).
    """

    def __init__(self, function: Callable[..., Any], objects: Sequence[tuple[str, Any]] = ()) -> None:
        walk = _Walk(function, objects)
        self.places: list[Place] = walk.places
        self._generators = walk.generators
        self._drawn_before = self._random_states()
        self.changed_by_itself: list[Place] = []
        self.draws: list[str] = []
        self.is_unchanged: Callable[[], bool] | None = None

    def settle(self) -> None:
        """The function was run: what it changed itself says nothing of whether somebody else did."""
        self.changed_by_itself = [place for place in self.places if not place.is_as_it_was]
        containers = {id(place.container) for place in self.changed_by_itself if isinstance(place.container, list)}
        changed = {id(place) for place in self.changed_by_itself}
        self.places = [
            place for place in self.places if id(place) not in changed and id(place.container) not in containers
        ]
        drawn = zip(self._random_states().items(), self._drawn_before.items(), strict=False)
        self.draws = [name for (name, after), (_, before) in drawn if after != before]
        self._drawn_before = {}
        self.is_unchanged = _comparison(self.places) if self.places else None

    def changes(self) -> list[str]:
        """In words, what is another than when the function was recorded."""
        return list(dict.fromkeys(str(place) for place in self.places if not place.is_as_it_was))

    def _random_states(self) -> dict[str, Any]:
        states: dict[str, Any] = {"random": random.getstate()}
        if "numpy.random" in sys.modules:
            states["numpy.random"] = _content(numpy.random.get_state(legacy=False))
        for name, generator in self._generators:
            bits = getattr(generator, "bit_generator", None)
            states[name] = generator.getstate() if bits is None else _content(bits.state)
        return states


def _content(state: Any) -> Any:
    """The state of a generator of NumPy's, to be compared; it may have an array in it."""
    if isinstance(state, dict):
        return {key: _content(part) for key, part in state.items()}
    return state.tobytes() if isinstance(state, numpy.ndarray) else state


def is_same(now: Any, then: Any) -> bool:
    """Whether a function that reads the one instead of the other computes the same."""
    if type(now) is not type(then) or not isinstance(now, _ATOMS):
        return False
    if isinstance(now, float) and now == 0:
        return then == 0 and math.copysign(1, now) == math.copysign(1, then)
    return bool(now == then or (now != now and then != then))


def told(outside: Outside, outputs: Sequence[Node]) -> list[str]:
    """In words, the numbers that the function drew, and those that it changes itself and computes with."""
    found = [f"random numbers of {name}" for name in outside.draws]
    numbers = [place for place in outside.changed_by_itself if type(place.held) in (int, float)]
    if numbers:
        literals = {
            (type(one), one) for node in nodes_in_order(outputs) for one in node.operands if type(one) in (int, float)
        }
        found += [
            f"{place.name}, which it changes itself"
            for place in numbers
            if {(kind, number) for number in (place.held, place.now()) for kind in (int, float)} & literals
        ]
    return found


def differences(then: Sequence[Node], now: Sequence[Node]) -> list[str]:
    """In words, the plain numbers in which two runs of a function differ, where they do the same operations."""
    found: list[str] = []
    for one, other in zip(nodes_in_order(then), nodes_in_order(now), strict=False):
        if one.op is not other.op or len(one.operands) != len(other.operands):
            break
        for before, after in zip(one.operands, other.operands, strict=True):
            if isinstance(before, _NUMBERS) and isinstance(after, _NUMBERS) and not is_same(after, before):
                assert one.op is not None
                found.append(f"a number from outside that {one.op.name} is given was {before!r} and is {after!r}")
    return list(dict.fromkeys(found))


# --- comparing, at each call ----------------------------------------------------------------------------


def _comparison(places: Sequence[Place]) -> Callable[[], bool]:
    """A function that says whether all is as it was: written out, because every call asks it."""
    names: dict[str, Any] = {"same": is_same}
    containers: dict[int, str] = {}
    parts = []
    for number, place in enumerate(places):
        container = containers.setdefault(id(place.container), f"c{number}")
        names[container] = place.container
        held = f"v{number}"
        names[held] = place.held
        key = repr(place.key) if isinstance(place.key, str | int) else f"k{number}"
        names[f"k{number}"] = place.key
        read = place.read.format(c=container, k=key)
        parts.append(
            f"(({read}) is {held} or same({read}, {held}))" if isinstance(place.held, _ATOMS) else f"{read} is {held}"
        )
    lines = [
        "def is_unchanged():",
        "    try:",
        *[
            f"        if not ({' and '.join(parts[start : start + 100])}): return False"
            for start in range(0, len(parts), 100)
        ],
        "        return True",
        "    except (LookupError, ValueError, AttributeError):",
        "        return False",
    ]
    exec(compile("\n".join(lines), "<what a program read from outside>", "exec"), names)
    return names["is_unchanged"]  # type: ignore[no-any-return]  # it is in the text


# --- finding it -----------------------------------------------------------------------------------------


class _Walk:
    """Everything that a function can reach by the names in its code and in the code that this reaches."""

    def __init__(self, function: Callable[..., Any], objects: Sequence[tuple[str, Any]]) -> None:
        self.places: list[Place] = []
        self.generators: list[tuple[str, Any]] = []
        self._names: set[str] = set()
        self._reads_by_any_name = False
        code = getattr(function, "__code__", None)  # a bound method has its function's
        self._own_names = frozenset(_names_in(code)) if code is not None else frozenset()
        self._seen: dict[int, Any] = {}  # with what the ids belong to, so that nothing else gets them
        self._known: set[tuple[int, Any]] = set()
        self._objects: list[tuple[str, Any]] = []
        self._queue: list[tuple[str, Any]] = [("self", function), *objects]
        while self._queue and len(self.places) < _MOST_PLACES:
            while self._queue:
                self._visit(*self._queue.pop())
            for name, held in list(self._objects):  # for there may be more names now
                self._look_into(name, held)

    def _visit(self, name: str, held: Any) -> None:
        if isinstance(held, (*_ATOMS, Node, numpy.ufunc, BuiltinFunctionType)) or id(held) in self._seen:
            return
        self._seen[id(held)] = held
        if isinstance(held, numpy.ndarray):
            if held.size == 1 and held.dtype.kind in "biufc":
                self._place(name, held, None, "{c}.item()", held.item())
        elif isinstance(held, FunctionType):
            self._visit_function(held)
        elif isinstance(held, MethodType):
            self._queue += [("self", held.__self__), (name, held.__func__)]
        elif isinstance(held, functools.partial):
            self._queue += [(name, held.func), ("partial", held.args), ("partial", held.keywords)]
        elif isinstance(held, numpy.random.Generator | numpy.random.RandomState | random.Random):
            self.generators.append((name, held))
        elif isinstance(held, list | tuple):
            self._visit_items(name, held)
        elif isinstance(held, dict):
            self._place(f"the length of {name}", held, _LENGTH, "len({c})", len(held))
            for key in list(held):
                self._place(f"{name}[{key!r}]", held, key, "{c}[{k}]", held[key])
        elif isinstance(held, property | functools.cached_property | staticmethod | classmethod):
            inner = getattr(held, "fget", None) or getattr(held, "func", None) or getattr(held, "__func__", None)
            self._queue.append((name, inner))
        elif isinstance(held, ModuleType | type):
            if not _is_foreign(held) and _package(held) not in _HOUSE:
                self._objects.append((name, held))
        elif _package(type(held)) == "autograd":
            self._queue.append((name, getattr(held, "_function", None)))  # of one that is compiled
        elif _package(type(held)) not in _FOREIGN or hasattr(held, "__dict__"):  # a namespace of Python's own, too
            self._objects.append((name, held))

    def _visit_function(self, function: FunctionType) -> None:
        if _is_foreign(function):
            return
        code = function.__code__
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            try:
                self._place(name, cell, None, "{c}.cell_contents", cell.cell_contents)
            except ValueError:  # not set yet
                continue
        self._visit_items("a default", function.__defaults__ or ())
        for name, held in (function.__kwdefaults__ or {}).items():
            self._place(name, function.__kwdefaults__, name, "{c}[{k}]", held)
        names = set(_names_in(code))
        self._names |= names
        if _package(function) not in _HOUSE:
            self._reads_by_any_name |= bool(_BY_ANY_NAME & names)
            for name in names & function.__globals__.keys():
                self._place(name, function.__globals__, name, "{c}[{k}]", function.__globals__[name])

    def _visit_items(self, name: str, held: Sequence[Any]) -> None:
        if isinstance(held, tuple):
            self._queue += [(f"{name}[{index}]", item) for index, item in enumerate(held)]
        elif len(held) > _MOST_ITEMS and all(isinstance(item, _ATOMS) for item in held):
            self._place(name, held, list(held), "{c} == {k}", True)
        else:
            self._place(f"the length of {name}", held, _LENGTH, "len({c})", len(held))
            for index, item in enumerate(held):
                self._place(f"{name}[{index}]", held, index, "{c}[{k}]", item)

    def _look_into(self, name: str, held: Any) -> None:
        """The attributes that the code found so far has names for."""
        attributes = getattr(held, "__dict__", {})
        if _package(type(held)) in _HOUSE and not hasattr(held, "named_parameters"):
            # The house's own machinery (an optimizer, a step of `fit`) counts on; the function may read it itself.
            for key in self._own_names & attributes.keys():
                self._place(f"{name}.{key}", attributes, key, "{c}[{k}]", attributes[key])
            return
        by_any = self._reads_by_any_name and not isinstance(held, ModuleType | type)
        for key in list(attributes):
            if key in self._names or by_any:
                self._place(f"{name}.{key}", attributes, key, "{c}[{k}]", attributes[key])
        if isinstance(held, ModuleType):
            return
        for kind in (held if isinstance(held, type) else type(held)).__mro__:
            if not _is_foreign(kind) and _package(kind) != "autograd":
                self._look_into_class(name, held, attributes, kind)

    def _look_into_class(self, name: str, held: Any, attributes: Any, kind: type) -> None:
        for key, inner in list(vars(kind).items()):
            if key not in self._names and key not in _CALLED_BY_PYTHON:
                continue
            if isinstance(inner, MemberDescriptorType):  # a slot
                if not isinstance(held, type) and hasattr(held, key):
                    self._place(f"{name}.{key}", held, key, "getattr({c}, {k})", getattr(held, key))
                continue
            if _package(kind) in _HOUSE:  # whose classes nobody changes
                if not isinstance(inner, _ATOMS) and id(inner) not in self._seen:
                    self._queue.append((f"{name}.{key}", inner))
            else:
                self._place(f"{name}.{key}", vars(kind), key, "{c}[{k}]", inner, known_by=kind)
            if key not in attributes and isinstance(inner, _ATOMS) and hasattr(held, "__dict__"):
                self._place(f"{name}.{key}", attributes, key, "{c}.get({k})", None)  # the class's, as yet

    def _place(self, name: str, container: Any, key: Any, read: str, held: Any, known_by: Any = None) -> None:
        known = id(container if known_by is None else known_by), repr(key) if isinstance(key, list) else key
        if known in self._known:
            return
        self._known.add(known)
        if not isinstance(held, ModuleType) and not (isinstance(held, FunctionType | type) and _is_foreign(held)):
            self.places.append(Place(name, container, key, read, held))
        self._queue.append((name, held))


def _names_in(code: CodeType) -> Iterator[str]:
    """The names of globals and attributes in the code, and its texts, which may be given to getattr."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)
        elif isinstance(constant, str):
            yield constant


def _package(held: Any) -> str:
    name = held.__name__ if isinstance(held, ModuleType) else getattr(held, "__module__", None)
    return (name or "").partition(".")[0]


def _is_foreign(held: Any) -> bool:
    """Whether it is Python's own or NumPy's: nothing in there is another tomorrow."""
    package = _package(held)
    return package in _FOREIGN or (package in sys.stdlib_module_names and package != "__main__")
