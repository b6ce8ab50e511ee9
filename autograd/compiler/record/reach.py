"""What a function can reach outside its arguments: by the names in its code, and in the code that this reaches."""

from __future__ import annotations

import contextvars
import functools
import io
import operator
import random
import re
import sys
import threading
import weakref
from abc import ABCMeta, get_cache_token
from collections import deque
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import date, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import PurePath
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
from uuid import UUID

import numpy

from ...node import Node
from .called import Called
from .code_reading import CodeFacts, facts_of, modules_imported, names_in
from .kinds import FOREIGN, HOUSE, is_a_person_s, is_foreign, is_installed, package_of, package_of_code
from .places import ATOMS, MISSING, Place, content_of, results_kept_by

MOST_PLACES = 5000
_MOST_ITEMS = 50  # of a list or dict of plain things that are looked at one by one
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
_LIBRARIES = HOUSE | FOREIGN
_READING = frozenset({"getvalue", "read", "readline", "readlines", "getbuffer"})


class Walk:
    """Everything that a function can reach, looked at.

    Attributes:
        places: where it lies.
        generators: of random numbers.
        iterators: which go on when they are asked.
        arrays: of several numbers, and whether a name leads to each directly.
        is_whole: whether all places are there; False where there were too many.
        nodes: of which the code may read more than the number.
        facts: of the codes that it reached.
        attributes: names of attributes that persons' code reads, but of those of modules.
        not_imported: modules that it imports when it runs.
    """

    def __init__(
        self, function: Callable[..., Any], objects: Sequence[tuple[str, Any]], called: Called | None = None
    ) -> None:
        self.places: list[Place] = []
        self.generators: list[tuple[str, Any]] = []
        self.iterators: list[tuple[str, Any]] = []
        self.arrays: list[tuple[str, Any, bool]] = []
        self.nodes: list[tuple[str, Node]] = []
        self.facts: list[CodeFacts] = []
        self.attributes: set[str] = set()
        self.not_imported: set[str] = set()
        self.known: set[tuple[int, Any, str]] = set()
        self._names: set[str] = set()
        self._names_of_persons: set[str] = set()  # those in the code of no library
        self._reads_by_any_name = self._compares = False
        code = getattr(function, "__code__", None)  # a bound method has its function's
        self._own_package = package_of_code(function)
        self._own_names = frozenset(names_in(code)) if isinstance(code, CodeType) else frozenset()
        self._kinds_of_generators = _kinds_of_generators()
        self._called: dict[int, str] = {}
        self._codes: dict[tuple[int, int], CodeType] = {}
        self._seen: dict[int, Any] = {}  # with what the ids belong to, so that nothing else gets them
        self._objects: list[tuple[str, Any]] = []
        self._queue: list[tuple[str, Any]] = [("self", function), *objects]
        self._go_on()
        if called is not None:
            self.follow(called)

    def follow(self, called: Called) -> None:
        """Look at what a run called, too, and at what these calls gave."""
        self._queue += [("a function", function()) for function in called.functions]
        self._queue += [(name, held()) for name, held in called.given]
        for code, its_globals in called.codes:
            self._visit_code(code, its_globals)
        self._go_on()
        for reader, names in called.readers:
            held = reader()
            if held is not None and id(held) in self._seen:
                self._read(self._called.get(id(held), type(held).__name__), held, names)
        self._go_on()

    def _go_on(self) -> None:
        while self._queue and len(self.places) < MOST_PLACES:
            while self._queue and len(self.places) < MOST_PLACES:
                self._visit(*self._queue.pop())
            for name, held in list(self._objects):  # for there may be more names now
                self._look_into(name, held)
        self.is_whole: bool = not self._queue

    def reads_content(self, name: str) -> bool:
        """Whether a person's code looks at what this list, dict or set holds, and how many."""
        last = name.rpartition(" ")[2].rpartition(".")[2].partition("[")[0]
        return any(last in facts.read or last in facts.lengths for facts in self.facts)

    def is_read(self, name: str | int) -> bool:
        """Whether a person's code does anything with what has this name, but count it on or ask for its shape."""
        return any(name in facts.read for facts in self.facts)

    def is_stored(self, name: str | int) -> bool:
        """Whether a person's code puts anything where this name or key leads."""
        return any(name in facts.stored or facts.stores_items for facts in self.facts)

    # --- one thing after the other ---

    def _visit(self, name: str, held: Any) -> None:
        if type(held) in _PROXIES:
            held = _behind(held)
        if type(held) in _PLAIN or id(held) in self._seen:
            return
        self._seen[id(held)] = held
        self._called[id(held)] = name
        if isinstance(held, Node):
            self.nodes.append((name, held))
            return
        if isinstance(held, numpy.ufunc):
            return
        if isinstance(held, ATOMS):
            if isinstance(held, Enum):
                self._queue.append((f"{name}.value", held.value))
            if any(not key.startswith("_") for key in getattr(held, "__dict__", ())):
                self._objects.append((name, held))
        elif isinstance(held, numpy.ndarray):
            if held.dtype.kind == "O":
                items = list(held.flat)
                self._place_content(name, held, "has_items([*{c}.flat], {k})", items)
                self._queue += [(f"an item of {name}", item) for item in items]
            elif held.size == 1 and held.dtype.kind in "biufc":
                self._place(name, held, None, "{c}.item()", held.item())
            else:
                self.arrays.append((name, held, "[" not in name))
        elif isinstance(held, FunctionType):
            self._visit_function(name, held)
        elif isinstance(held, MethodType):
            self._queue += [("self", held.__self__), (name, held.__func__)]
        elif isinstance(held, BuiltinFunctionType):
            self._reads_by_any_name |= held in _BY_ANY
            if not isinstance(held.__self__, ModuleType | type):  # table.get
                self._queue.append((name, held.__self__))
        elif isinstance(held, functools.partial):
            self._queue += [(name, held.func), ("partial", held.args), ("partial", held.keywords)]
        elif isinstance(held, operator.attrgetter | operator.methodcaller):
            self._names.update(*[one.split(".") for one in held.__reduce__()[1] if isinstance(one, str)])
        elif isinstance(held, self._kinds_of_generators):
            if not _is_always_watched(held):
                self.generators.append((name, held))
        elif isinstance(held, property | functools.cached_property | staticmethod | classmethod):
            inner = getattr(held, "fget", None) or getattr(held, "func", None) or getattr(held, "__func__", None)
            self._queue.append((name, inner))
        elif isinstance(held, ModuleType | type):
            if isinstance(held, ABCMeta):
                self._place("which classes are registered", None, None, "get_cache_token()", get_cache_token())
            if isinstance(held, ModuleType) or package_of(held) not in HOUSE:
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
                self._place_content(name, held, "has_items({c}, {k})", tuple(held))
            self._queue += [(f"an item of {name}", item) for item in list(held)]
        elif isinstance(held, contextvars.ContextVar):
            self._place(name, held, None, "{c}.get(missing)", held.get(MISSING))
        elif isinstance(held, weakref.ref):
            self._place(name, held, None, "{c}()", held())
        elif (content := _bytes_of(held)) is not None:
            self._place_content(name, held, "memoryview({c}).tobytes() == {k}", content)
        else:
            return False
        if hasattr(held, "__dict__"):  # of a class of a person's own
            self._objects.append((name, held))
        return True

    def _visit_object(self, name: str, held: Any) -> None:
        kind = type(held)
        if isinstance(held, io.IOBase):
            self.iterators.append((name, held))
            if not _READING.isdisjoint(self._names_of_persons):  # else it is written to, as a log is
                self._visit_opaque(name, held)
        elif isinstance(held, GeneratorType) or (hasattr(kind, "__next__") and is_foreign(kind)):
            self.iterators.append((name, held))
        elif package_of(kind) == "autograd":
            # Of one that is compiled, and of a primitive, whose rules are run for the program of its gradient.
            self._queue += [(name, getattr(held, key, None)) for key in ("_function", "_rules", "_every")]
        elif isinstance(held, functools._lru_cache_wrapper):
            results = results_kept_by(held)
            self._place_content(name, held, "has_results(results_kept_by({c}), {k})", results)
            self._queue += [(name, held.__wrapped__), *[(f"what {name}() gave", one) for one in results]]
        elif hasattr(held, "__wrapped__") and is_foreign(kind):
            self._queue.append((name, held.__wrapped__))
        elif package_of(kind) not in FOREIGN or hasattr(held, "__dict__"):  # a namespace of Python's own, too
            self._objects.append((name, held))
            if not hasattr(held, "__dict__") and is_foreign(kind) and not isinstance(held, _NEVER_ANOTHER):
                self._visit_opaque(name, held)

    def _visit_opaque(self, name: str, held: Any) -> None:
        """What a class in C holds, if it says."""
        content = content_of(held)
        if content is not None:
            self._place_content(name, held, "content_of({c}) == {k}", content)

    def _visit_function(self, name: str, function: FunctionType) -> None:
        code = function.__code__
        for free, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            try:
                self._place(free, cell, None, "{c}.cell_contents", cell.cell_contents)
            except ValueError:  # not set yet
                continue
        if is_foreign(function):
            if function.__name__ in ("getenv", "getenvb"):
                self._queue.append(("environ", function.__globals__["environ"]))
            return
        self._visit_items("a default", function.__defaults__ or ())
        for key, held in (function.__kwdefaults__ or {}).items():
            self._place(key, function.__kwdefaults__, key, "{c}[{k}]", held)
        self._visit_code(code, function.__globals__)
        if is_a_person_s(function.__globals__, self._own_package):
            if function.__dict__ or not {"getattr", "hasattr"}.isdisjoint(names_in(code)):
                self._objects.append((name, function))
            for module in modules_imported(function):
                if module in sys.modules:
                    self._queue.append((module, sys.modules[module]))
                else:
                    self.not_imported.add(module)

    def _visit_code(self, code: CodeType, its_globals: dict[str, Any]) -> None:
        """What a function names: attributes, and globals where it is a person's."""
        if (id(code), id(its_globals)) in self._codes:
            return
        self._codes[id(code), id(its_globals)] = code
        names = set(names_in(code))
        self._names |= names
        if not is_a_person_s(its_globals, self._own_package):
            return
        self._names_of_persons |= names
        self._reads_by_any_name |= bool(_BY_ANY_NAME & names)
        facts = facts_of(code)
        self.facts.append(facts)
        self._compares |= facts.compares
        self.attributes |= facts.attributes
        self.attributes.update(
            attribute for one, attribute in facts.of_globals if not isinstance(its_globals.get(one), ModuleType)
        )
        for key in names & its_globals.keys():
            self._place(key, its_globals, key, "{c}[{k}]", its_globals[key])
        builtins = its_globals.get("__builtins__", {})
        builtins = builtins if isinstance(builtins, dict) else vars(builtins)
        for key in facts.globals - its_globals.keys() - builtins.keys():
            self._place(key, its_globals, key, "{c}.get({k}, missing)", MISSING)

    def _visit_items(self, name: str, held: Sequence[Any]) -> None:
        if isinstance(held, tuple):
            self._queue += [(f"{name}[{index}]", item) for index, item in enumerate(held)]
        elif len(held) > _MOST_ITEMS and all(map(_is_plain, held)):
            self._place_content(name, held, "has_items({c}, {k})", tuple(held))
        else:
            self._place(f"the length of {name}", held, None, "len({c})", len(held), aspect="items")
            for index, item in enumerate(held):
                self._place(f"{name}[{index}]", held, index, "{c}[{k}]", item)

    def _visit_dict(self, name: str, held: Any) -> None:
        self._place_content(f"the keys of {name}", held, _read_of_keys(held), list(held), aspect="keys")
        if len(held) > _MOST_ITEMS and all(map(_is_plain, held.values())):
            self._place_content(name, held, "has_items({c}.values(), {k})", tuple(held.values()))
            return
        for key in list(held):
            self._place(f"{name}[{key!r}]", held, key, "{c}[{k}]", held[key])
        self._queue.append((f"the default of {name}", getattr(held, "default_factory", None)))

    def _look_into(self, name: str, held: Any) -> None:
        """The attributes that the code found so far has names for."""
        attributes = getattr(held, "__dict__", {})
        kind = type(held)
        if package_of(kind) in HOUSE and not hasattr(held, "named_parameters"):
            # The house's own machinery (an optimizer, a step of `fit`) counts on; the function may read it itself.
            self._read(name, held, self._own_names | self.attributes)
            return
        if isinstance(held, type) and is_foreign(held):
            return
        is_module = isinstance(held, ModuleType)
        if is_module and (is_foreign(held) or package_of(held) in HOUSE):
            if "getenv" in self._names and "environ" in attributes and id(attributes["environ"]) not in self._seen:
                self._queue.append((f"{name}.environ", attributes["environ"]))
            for key in self._names_of_persons & attributes.keys():
                is_library_s = (
                    isinstance(attributes[key], FunctionType | type) and package_of(attributes[key]) in _LIBRARIES
                )
                self._place(f"{name}.{key}", attributes, key, "{c}[{k}]", attributes[key], is_followed=not is_library_s)
            return
        is_local = isinstance(held, threading.local)  # whose attributes are others in each thread
        by_any = self._reads_by_any_name and not isinstance(held, ModuleType | type | FunctionType)
        by_any |= isinstance(held, Mapping | Sequence | Set) and is_foreign(kind) and not isinstance(held, _CONTAINERS)
        if not isinstance(held, ModuleType | type) and hasattr(held, "__dict__") and package_of(kind) not in HOUSE:
            # One that is not there yet, or that hides its class's.
            owner, read = (held, "len({c}.__dict__)") if is_local else (attributes, "len({c})")
            self._place(f"the attributes of {name}", owner, None, read, len(attributes), aspect="length")
            if by_any and not is_local:
                read = _read_of_keys(attributes)
                self._place_content(f"the attributes of {name}", owner, read, list(attributes), aspect="keys")
        is_library = is_module and package_of(held) != self._own_package and is_installed(attributes)
        names = self._names_of_persons if is_library else self._names
        for key in () if isinstance(held, type) else list(attributes):
            if key in names or by_any:
                owner, read = (held, "getattr({c}, {k})") if is_local else (attributes, "{c}[{k}]")
                self._place(f"{name}.{key}", owner, key, read, attributes[key])
        if is_module and "__getattr__" in attributes:
            self._place(f"{name}.__getattr__", attributes, "__getattr__", "{c}[{k}]", attributes["__getattr__"])
        if isinstance(held, ModuleType | FunctionType):
            return
        for one in (*held.__mro__, *kind.__mro__) if isinstance(held, type) else kind.__mro__:
            if not is_foreign(one) and package_of(one) != "autograd":
                self._look_into_class(name, held, attributes, one)

    def _read(self, name: str, held: Any, names: Set[str]) -> None:
        """Attributes that are read of an object, by their names."""
        attributes = getattr(held, "__dict__", {})
        is_any = not is_foreign(type(held)) and bool(_BY_ANY_NAME & names)
        for key in list(attributes):
            if key in names or is_any:
                self._place(f"{name}.{key}", attributes, key, "{c}[{k}]", attributes[key])

    def _look_into_class(self, name: str, held: Any, attributes: Any, kind: type) -> None:
        its_own = vars(kind)
        if "__match_args__" in its_own and any(facts.matches for facts in self.facts):
            self._names.update(its_own["__match_args__"])
        if package_of(kind) not in HOUSE:
            count = len(its_own)
            self._place(
                f"the attributes of {kind.__name__}", its_own, None, "len({c})", count, known_by=kind, aspect="length"
            )
        for key, inner in list(its_own.items()):
            if key not in self._names and not (isinstance(inner, FunctionType) and self._is_called_by_python(key)):
                continue
            if isinstance(inner, MemberDescriptorType):  # a slot
                if not isinstance(held, type) and hasattr(held, key):
                    self._place(f"{name}.{key}", held, key, "getattr({c}, {k})", getattr(held, key))
                continue
            if package_of(kind) in HOUSE:  # whose classes nobody changes
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
        self,
        name: str,
        container: Any,
        key: Any,
        read: str,
        held: Any,
        *,
        known_by: Any = None,
        aspect: str = "",
        is_followed: bool = True,
    ) -> None:
        known = id(container if known_by is None else known_by), key, aspect
        if known not in self.known:
            self.known.add(known)
            self.places.append(Place(name, container, key, read, held, aspect=aspect))
            if is_followed:
                self._queue.append((name, held))

    def _place_content(self, name: str, container: Any, read: str, content: Any, *, aspect: str = "items") -> None:
        """What a container holds, compared as a whole."""
        known = id(container), None, aspect
        if known not in self.known:
            self.known.add(known)
            self.places.append(Place(name, container, content, read, True, is_copy=True, aspect=aspect))


def _is_always_watched(generator: Any) -> bool:
    """Whether it is the one that Python's or NumPy's own functions draw from."""
    draw = getattr(sys.modules.get("numpy.random"), "random", None)
    return generator is getattr(random.random, "__self__", None) or generator is getattr(draw, "__self__", random)


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


def _bytes_of(held: Any) -> bytes | None:
    """What a bytearray, an array of Python's or a number of ctypes holds; None for what is no such thing."""
    try:
        return memoryview(held).tobytes()
    except (TypeError, ValueError, NotImplementedError):
        return None


def _read_of_keys(held: Any) -> str:
    """The text that compares the keys of a dict, and their order."""
    return "[*{c}] == {k}" if all(type(key) is str for key in held) else "has_items({c}, {k})"


def _behind(proxy: Any) -> Any:
    """What a weak proxy stands for; None where that is gone."""
    try:
        return proxy.__reduce_ex__.__self__  # the method of what it stands for
    except ReferenceError:
        return None


_PROXIES = (weakref.ProxyType, weakref.CallableProxyType)
_BY_ANY = (getattr, vars)
# Of Python's own: numbers, dates, paths, patterns.
_NEVER_ANOTHER = (
    range, slice, re.Pattern, Decimal, Fraction, date, time, timedelta, timezone, PurePath, UUID, type(...),
    operator.itemgetter,
)  # fmt: skip
