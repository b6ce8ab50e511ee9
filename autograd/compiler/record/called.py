"""What a run of a function called, and what these calls gave: no name leads to what a library calls back, what a class
does when an object is made, and what a function keeps and hands out."""

from __future__ import annotations

import gc
import inspect
import sys
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType, FrameType, FunctionType
from typing import Any

import numpy

from ...node import Node
from ...tensor import Tensor
from .code_reading import facts_of, names_in
from .kinds import is_a_person_s, package_of_globals

_MOST = 1000  # calls, and things that they gave
_NOTHING_INSIDE = (Node, numpy.ndarray, numpy.generic, bool, int, float, complex, str, bytes, type, type(None))
_MACHINERY = "autograd"
_GOING_ON = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


@dataclass(eq=False, slots=True)
class Called:
    """What was called.

    Attributes:
        functions: of persons; those that are there still.
        codes: of functions that were made for this run alone, with their globals.
        readers: objects that a library's function was given, and the names in its code.
        given: what calls gave that somebody keeps, and what it is called.
    """

    functions: list[Callable[[], FunctionType | None]] = field(default_factory=list)
    codes: list[tuple[CodeType, dict[str, Any]]] = field(default_factory=list)
    readers: list[tuple[Callable[[], Any], frozenset[str]]] = field(default_factory=list)
    given: list[tuple[str, Callable[[], Any]]] = field(default_factory=list)


class CallWatcher:
    """Notes the calls in a block, in this thread.

    Attributes:
        frames: of persons' functions, the first ones first.
    """

    def __init__(self, own_package: str, is_needed: bool = True) -> None:
        self._is_needed = is_needed
        self._own_package = own_package
        self._code: Any = None
        self._known: dict[int, CodeType] = {}
        self._machinery: set[int] = set()  # ids of codes
        self._persons: set[int] = set()
        self.frames: dict[int, FrameType] = {}
        self._readers: dict[tuple[int, int], tuple[Any, CodeType]] = {}
        self._given: dict[int, tuple[str, Any]] = {}

    @contextmanager
    def watching(self, code: Any) -> Iterator[None]:
        """A block in which calls are noted; that of this code, whosever it is."""
        if sys.getprofile() is not None:  # a profiler is running, and Python has room for one
            yield
            return
        self._code = code
        try:
            sys.setprofile(self._noting() if self._is_needed else self._note_the_first)
            yield
        finally:
            sys.setprofile(None)

    def _noting(self) -> Callable[[FrameType, str, Any], None]:
        """The function that Python tells of each call: most are the machinery's own, and are left at once."""
        machinery, persons = self._machinery, self._persons

        def note(frame: FrameType, event: str, argument: Any) -> None:
            if event == "call":
                if id(frame.f_code) not in machinery:
                    self._note_call(frame)
            elif event == "return" and id(frame.f_code) not in machinery:
                caller = frame.f_back
                if caller is None or id(caller.f_code) not in persons or issubclass(type(argument), _NOTHING_INSIDE):
                    return
                if len(self._given) < _MOST:
                    self._given[id(argument)] = f"what {frame.f_code.co_name}() gave", argument

        return note

    def _note_the_first(self, frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code is self._code:
            self.frames[id(frame)] = frame
            sys.setprofile(None)

    def nodes_asked_for_types(self) -> list[str]:
        """The names of variables that hold nodes, and whose types the code asks for."""
        found: list[str] = []
        for frame in self.frames.values():
            if package_of_globals(frame.f_globals) == _MACHINERY:  # of a row that is compiled itself
                continue
            facts = facts_of(frame.f_code)
            if facts.types_asked or facts.classes_asked:
                variables = frame.f_locals
                found += [name for name in facts.types_asked if isinstance(variables.get(name), Node)]
                # A node that stands for a number answers as that does.
                found += [name for name in facts.classes_asked if isinstance(variables.get(name), Tensor)]
        return list(dict.fromkeys(found))

    def _note_call(self, frame: FrameType) -> None:
        code = frame.f_code
        if id(code) not in self._known:
            self._known[id(code)] = code  # so that nothing else gets its id
            its_globals = frame.f_globals
            if package_of_globals(its_globals) == _MACHINERY and code is not self._code:
                self._machinery.add(id(code))
                return
            if is_a_person_s(its_globals, self._own_package):
                self._persons.add(id(code))
        if id(code) in self._persons or (code is self._code and not self.frames):
            if len(self.frames) < _MOST:
                self.frames[id(frame)] = frame
        elif code.co_argcount and len(self._readers) < _MOST:
            variables = frame.f_locals
            for name in code.co_varnames[: code.co_argcount]:
                held = variables.get(name)
                # By its type, for no code of its own may run here.
                if type(held).__dictoffset__ and not issubclass(type(held), (*_NOTHING_INSIDE, FunctionType)):
                    self._readers[id(held), id(code)] = held, code

    def called(self) -> Called:
        """What there is to keep of it: nothing that only the run itself held."""
        found = Called()
        functions: dict[int, FunctionType] = {}
        codes: dict[int, tuple[CodeType, dict[str, Any]]] = {}
        while self.frames:
            _, frame = self.frames.popitem()
            codes[id(frame.f_code)] = frame.f_code, frame.f_globals
            for one in gc.get_referents(frame):  # an ended frame's are its variables and its function
                if isinstance(one, FunctionType) and one.__code__ is frame.f_code:
                    functions[id(one)] = one
            if not frame.f_code.co_flags & _GOING_ON:  # clearing the frame of a generator would end it
                frame.clear()
        frame = one = None  # type: ignore[assignment]  # the counts below are of what others hold
        found.codes = list(codes.values())
        while functions:
            _, function = functions.popitem()
            if sys.getrefcount(function) > 2:
                found.functions.append(weakref.ref(function))
        function = None  # type: ignore[assignment]  # as above
        for held, code in self._readers.values():
            found.readers.append((_weakly(held), frozenset(names_in(code))))
        self._readers.clear()
        held = None
        while self._given:
            _, (name, held) = self._given.popitem()
            if sys.getrefcount(held) > 2:
                found.given.append((name, _weakly(held)))
        return found


def _weakly(held: Any) -> Callable[[], Any]:
    try:
        return weakref.ref(held)
    except TypeError:  # of a class without weak references: somebody else keeps it, too
        return lambda: held
