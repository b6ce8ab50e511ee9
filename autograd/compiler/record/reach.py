"""What a function can reach outside its arguments: by the names in its code, and in the code that this reaches."""

from __future__ import annotations

import contextvars
import functools
import operator
import random
import sys
import threading
import weakref
from collections import deque
from collections.abc import Callable, Mapping, Sequence, Set
from enum import Enum
from types import (
    BuiltinFunctionType,
    CodeType,
    FunctionType,
    GeneratorType,
    MappingProxyType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any

import numpy

from ...node import Node
from .code_reading import CodeFacts, facts_of, modules_imported, names_in
from .places import ATOMS, MISSING, Place

MOST_PLACES = 5000
_MOST_ITEMS = 50  # of a list or dict of plain things that are looked at one by one
# Whose code is followed for the names of attributes that it reads, but not to its own globals.
_HOUSE = frozenset({"autograd", "nn", "viz", "glassgrad"})
# What Python calls by itself, but for what makes an object, and shows it to people.
_NOT_FOLLOWED = frozenset(
    f"__{name}__"
    for name in (
        "init", "new", "post_init", "init_subclass", "class_getitem", "set_name", "del", "repr", "str", "dir", "sizeof",
        "setattr", "delattr", "getstate", "setstate", "reduce", "reduce_ex", "getnewargs", "copy", "deepcopy",
        "replace",
    )
)  # fmt: skip
_COMPARISONS = frozenset({"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__"})
_BY_ANY_NAME = frozenset({"getattr", "vars", "__dict__", "attrgetter", "asdict", "astuple", "fields"})
# What of modules of Python's own is another tomorrow.
_STATE_OF_PYTHON = ("environ", "environb", "argv")
_FOREIGN = frozenset({"numpy", "scipy", "builtins"})
_LENGTH = "its length"


class Walk:
    """Everything that a function can reach, looked at.

    Attributes:
        places: where it lies.
        generators: of random numbers.
        iterators: which go on when they are asked.
        arrays: of several numbers, and whether a name leads to each directly.
        is_whole: whether all places are there; False where there were too many.
        facts: of the codes that it reached.
        not_imported: modules that it imports when it runs.
    """

    def __init__(self, function: Callable[..., Any], objects: Sequence[tuple[str, Any]]) -> None:
        self.places: list[Place] = []
        self.generators: list[tuple[str, Any]] = []
        self.iterators: list[tuple[str, Any]] = []
        self.arrays: list[tuple[str, Any, bool]] = []
        self.facts: list[CodeFacts] = []
        self.not_imported: set[str] = set()
        self.known: set[tuple[int, Any]] = set()
        self._names: set[str] = set()
        self._names_of_persons: set[str] = set()  # those in the code of no library
        self._reads_by_any_name = self._compares = False
        code = getattr(function, "__code__", None)  # a bound method has its function's
        self._own_package = _package_of_code(function)
        self._own_names = frozenset(names_in(code)) if isinstance(code, CodeType) else frozenset()
        self._kinds_of_generators = _kinds_of_generators()
        self._seen: dict[int, Any] = {}  # with what the ids belong to, so that nothing else gets them
        self._objects: list[tuple[str, Any]] = []
        self._queue: list[tuple[str, Any]] = [("self", function), *objects]
        while self._queue and len(self.places) < MOST_PLACES:
            while self._queue and len(self.places) < MOST_PLACES:
                self._visit(*self._queue.pop())
            for name, held in list(self._objects):  # for there may be more names now
                self._look_into(name, held)
        self.is_whole: bool = not self._queue

    def is_read(self, name: str | int) -> bool:
        """Whether a person's code does anything with what has this name, but count it on or ask for its shape."""
        return any(name in facts.read for facts in self.facts)

    def is_stored(self, name: str | int) -> bool:
        """Whether a person's code puts anything where this name or key leads."""
        return any(name in facts.stored or facts.stores_items for facts in self.facts)

    # --- one thing after the other ---

    def _visit(self, name: str, held: Any) -> None:
        if type(held) in _PLAIN or id(held) in self._seen:
            return
        self._seen[id(held)] = held
        if isinstance(held, Node | numpy.ufunc):
            return
        if isinstance(held, ATOMS):
            if isinstance(held, Enum):
                self._queue.append((f"{name}.value", held.value))
            if any(not key.startswith("_") for key in getattr(held, "__dict__", ())):
                self._objects.append((name, held))
        elif isinstance(held, numpy.ndarray):
            if held.size == 1 and held.dtype.kind in "biufc":
                self._place(name, held, None, "{c}.item()", held.item())
            else:
                self.arrays.append((name, held, "[" not in name))
        elif isinstance(held, FunctionType):
            self._visit_function(name, held)
        elif isinstance(held, MethodType):
            self._queue += [("self", held.__self__), (name, held.__func__)]
        elif isinstance(held, BuiltinFunctionType):
            if not isinstance(held.__self__, ModuleType | type):  # table.get
                self._queue.append((name, held.__self__))
        elif isinstance(held, functools.partial):
            self._queue += [(name, held.func), ("partial", held.args), ("partial", held.keywords)]
        elif isinstance(held, operator.attrgetter | operator.methodcaller):
            self._names.update(*[one.split(".") for one in held.__reduce__()[1] if isinstance(one, str)])
        elif isinstance(held, self._kinds_of_generators):
            self.generators.append((name, held))
        elif isinstance(held, property | functools.cached_property | staticmethod | classmethod):
            inner = getattr(held, "fget", None) or getattr(held, "func", None) or getattr(held, "__func__", None)
            self._queue.append((name, inner))
        elif isinstance(held, ModuleType | type):
            if _package(held) not in _HOUSE:
                self._objects.append((name, held))
        elif not self._visit_container(name, held):
            self._visit_object(name, held)

    def _visit_container(self, name: str, held: Any) -> bool:
        """Whether it is one of Python's own containers, in which something may be another tomorrow."""
        if isinstance(held, list | tuple | deque):
            self._visit_items(name, held)
        elif isinstance(held, dict | MappingProxyType):
            self._visit_dict(name, held)
        elif isinstance(held, set | frozenset):
            if isinstance(held, set):
                self._place(name, held, frozenset(held), "{c} == {k}", True, is_copy=True)
            self._queue += [(f"an item of {name}", item) for item in list(held)]
        elif isinstance(held, contextvars.ContextVar):
            self._place(name, held, None, "{c}.get(missing)", held.get(MISSING))
        elif isinstance(held, weakref.ref):
            self._place(name, held, None, "{c}()", held())
        elif (content := _bytes_of(held)) is not None:
            self._place(name, held, content, "memoryview({c}).tobytes() == {k}", True, is_copy=True)
        else:
            return False
        if hasattr(held, "__dict__"):  # of a class of a person's own
            self._objects.append((name, held))
        return True

    def _visit_object(self, name: str, held: Any) -> None:
        kind = type(held)
        if isinstance(held, GeneratorType) or (hasattr(kind, "__next__") and _is_foreign(kind)):
            self.iterators.append((name, held))
        elif _package(kind) == "autograd":
            # Of one that is compiled, and of a primitive, whose rules are run for the program of its gradient.
            self._queue += [(name, getattr(held, key, None)) for key in ("_function", "_rules", "_every")]
        elif hasattr(held, "__wrapped__") and _is_foreign(kind):  # functools.lru_cache
            self._queue.append((name, held.__wrapped__))
        elif _package(kind) not in _FOREIGN or hasattr(held, "__dict__"):  # a namespace of Python's own, too
            self._objects.append((name, held))

    def _visit_function(self, name: str, function: FunctionType) -> None:
        if _is_foreign(function):
            if function.__name__ in ("getenv", "getenvb"):
                self._queue.append(("environ", function.__globals__["environ"]))
            return
        code = function.__code__
        for free, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            try:
                self._place(free, cell, None, "{c}.cell_contents", cell.cell_contents)
            except ValueError:  # not set yet
                continue
        self._visit_items("a default", function.__defaults__ or ())
        for key, held in (function.__kwdefaults__ or {}).items():
            self._place(key, function.__kwdefaults__, key, "{c}[{k}]", held)
        names = set(names_in(code))
        self._names |= names
        if not self._is_a_person_s(function):
            return
        self._names_of_persons |= names
        self._reads_by_any_name |= bool(_BY_ANY_NAME & names)
        facts = facts_of(code)
        self.facts.append(facts)
        self._compares |= facts.compares
        its_globals = function.__globals__
        for key in names & its_globals.keys():
            self._place(key, its_globals, key, "{c}[{k}]", its_globals[key])
        builtins = its_globals.get("__builtins__", {})
        builtins = builtins if isinstance(builtins, dict) else vars(builtins)
        for key in facts.globals - its_globals.keys() - builtins.keys():
            self._place(key, its_globals, key, "{c}.get({k}, missing)", MISSING)
        if function.__dict__ or not {"getattr", "hasattr"}.isdisjoint(names):
            self._objects.append((name, function))
        for module in modules_imported(function):
            if module in sys.modules:
                self._queue.append((module, sys.modules[module]))
            else:
                self.not_imported.add(module)

    def _is_a_person_s(self, function: FunctionType) -> bool:
        """Whether its globals are looked at: those of Python, of this project and of installed libraries stay as they
        are, but for the library that the recorded function is of."""
        package = _package_of_code(function)
        if package in _HOUSE or package in _FOREIGN or (package in sys.stdlib_module_names and package != "__main__"):
            return False
        return package == self._own_package or not _is_installed(function.__globals__)

    def _visit_items(self, name: str, held: Sequence[Any]) -> None:
        if isinstance(held, tuple):
            self._queue += [(f"{name}[{index}]", item) for index, item in enumerate(held)]
        elif len(held) > _MOST_ITEMS and all(map(_is_plain, held)):
            self._place(name, held, held.copy(), "{c} == {k}", True, is_copy=True)  # type: ignore[attr-defined]  # a list or a deque
        else:
            self._place(f"the length of {name}", held, _LENGTH, "len({c})", len(held))
            for index, item in enumerate(held):
                self._place(f"{name}[{index}]", held, index, "{c}[{k}]", item)

    def _visit_dict(self, name: str, held: Any) -> None:
        if len(held) > _MOST_ITEMS and all(map(_is_plain, held.values())):
            self._place(name, held, dict(held), "{c} == {k}", True, is_copy=True)
            return
        self._place(f"the length of {name}", held, _LENGTH, "len({c})", len(held))
        for key in list(held):
            self._place(f"{name}[{key!r}]", held, key, "{c}[{k}]", held[key])
        self._queue.append((f"the default of {name}", getattr(held, "default_factory", None)))

    def _look_into(self, name: str, held: Any) -> None:
        """The attributes that the code found so far has names for."""
        attributes = getattr(held, "__dict__", {})
        kind = type(held)
        if _package(kind) in _HOUSE and not hasattr(held, "named_parameters"):
            # The house's own machinery (an optimizer, a step of `fit`) counts on; the function may read it itself.
            for key in self._own_names & attributes.keys():
                self._place(f"{name}.{key}", attributes, key, "{c}[{k}]", attributes[key])
            return
        if isinstance(held, ModuleType | type) and _is_foreign(held):
            for key in _STATE_OF_PYTHON:
                if key in self._names and key in attributes:
                    self._place(f"{name}.{key}", attributes, key, "{c}[{k}]", attributes[key])
            if "getenv" in self._names and "environ" in attributes and id(attributes["environ"]) not in self._seen:
                self._queue.append((f"{name}.environ", attributes["environ"]))
            return
        is_local = isinstance(held, threading.local)  # whose attributes are others in each thread
        by_any = self._reads_by_any_name and not isinstance(held, ModuleType | type | FunctionType)
        by_any |= isinstance(held, Mapping | Sequence | Set) and _is_foreign(kind) and not isinstance(held, _CONTAINERS)
        if not isinstance(held, ModuleType | type) and hasattr(held, "__dict__") and _package(kind) not in _HOUSE:
            # One that is not there yet, or that hides its class's.
            owner, read = (held, "len({c}.__dict__)") if is_local else (attributes, "len({c})")
            self._place(f"the attributes of {name}", owner, _LENGTH, read, len(attributes))
        is_library = isinstance(held, ModuleType) and _package(held) != self._own_package and _is_installed(attributes)
        names = self._names_of_persons if is_library else self._names
        for key in () if isinstance(held, type) else list(attributes):
            if key in names or by_any:
                owner, read = (held, "getattr({c}, {k})") if is_local else (attributes, "{c}[{k}]")
                self._place(f"{name}.{key}", owner, key, read, attributes[key])
        if isinstance(held, ModuleType | FunctionType):
            return
        for one in (*held.__mro__, *kind.__mro__) if isinstance(held, type) else kind.__mro__:
            if not _is_foreign(one) and _package(one) != "autograd":
                self._look_into_class(name, held, attributes, one)

    def _look_into_class(self, name: str, held: Any, attributes: Any, kind: type) -> None:
        its_own = vars(kind)
        if "__match_args__" in its_own and any(facts.matches for facts in self.facts):
            self._names.update(its_own["__match_args__"])
        if _package(kind) not in _HOUSE:
            self._place(f"the attributes of {kind.__name__}", its_own, _LENGTH, "len({c})", len(its_own), known_by=kind)
        for key, inner in list(its_own.items()):
            if key not in self._names and not (isinstance(inner, FunctionType) and self._is_called_by_python(key)):
                continue
            if isinstance(inner, MemberDescriptorType):  # a slot
                if not isinstance(held, type) and hasattr(held, key):
                    self._place(f"{name}.{key}", held, key, "getattr({c}, {k})", getattr(held, key))
                continue
            if _package(kind) in _HOUSE:  # whose classes nobody changes
                if not isinstance(inner, ATOMS) and id(inner) not in self._seen:
                    self._queue.append((f"{name}.{key}", inner))
                if key not in attributes and isinstance(inner, ATOMS) and hasattr(held, "__dict__"):
                    self._place(f"{name}.{key}", attributes, key, "{c}.get({k})", None)  # the class's, as yet
            else:
                self._place(f"{name}.{key}", its_own, key, "{c}[{k}]", inner, known_by=kind)

    def _is_called_by_python(self, key: str) -> bool:
        if not (key.startswith("__") and key.endswith("__")) or key in _NOT_FOLLOWED:
            return False
        return self._compares or key not in _COMPARISONS

    def _place(
        self, name: str, container: Any, key: Any, read: str, held: Any, *, known_by: Any = None, is_copy: bool = False
    ) -> None:
        known = id(container if known_by is None else known_by), None if is_copy else key
        if known in self.known:
            return
        self.known.add(known)
        if not isinstance(held, ModuleType) and not (isinstance(held, FunctionType | type) and _is_foreign(held)):
            self.places.append(Place(name, container, key, read, held, is_copy))
        if not is_copy:
            self._queue.append((name, held))


def _kinds_of_generators() -> tuple[type, ...]:
    """Of random generators. Those of NumPy from where they are, if they are anywhere: NumPy imports them when they are
    asked for, and a process that is forked meanwhile waits for ever."""
    module = sys.modules.get("numpy.random")
    names = ("Generator", "RandomState", "BitGenerator") if module is not None else ()
    return random.Random, *[kind for name in names if (kind := getattr(module, name, None)) is not None]


_PLAIN = frozenset({bool, int, float, complex, str, bytes, type(None)})
_CONTAINERS = (list, tuple, deque, dict, MappingProxyType, set, frozenset)


def _is_plain(item: Any) -> bool:
    """Whether it can be no other tomorrow."""
    if isinstance(item, tuple | frozenset):
        return all(map(_is_plain, item))
    return isinstance(item, ATOMS) and not isinstance(item, Enum)


def _package(held: Any) -> str:
    name = held.__name__ if isinstance(held, ModuleType) else getattr(held, "__module__", None)
    return name.partition(".")[0] if isinstance(name, str) else ""


def _bytes_of(held: Any) -> bytes | None:
    """What a bytearray, an array of Python's or a number of ctypes holds; None for what is no such thing."""
    try:
        return memoryview(held).tobytes()
    except (TypeError, ValueError, NotImplementedError):
        return None


def _is_installed(its_globals: dict[str, Any]) -> bool:
    """Whether these are the globals of a module of an installed library."""
    file = its_globals.get("__file__") or ""
    return "site-packages" in file or "dist-packages" in file


def _package_of_code(function: Any) -> str:
    """Of whose globals a function reads: a wrapper has the module of what it wraps, and its own globals."""
    its_globals = getattr(function, "__globals__", {})
    return str(its_globals.get("__name__") or "").partition(".")[0]


def _is_foreign(held: Any) -> bool:
    """Whether it is Python's own or NumPy's: nothing in there is another tomorrow."""
    package = _package(held)
    return package in _FOREIGN or (package in sys.stdlib_module_names and package != "__main__")
