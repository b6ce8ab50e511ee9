"""What a function's code says of the names in it."""

from __future__ import annotations

import dis
import functools
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import Any

_SHAPE = frozenset({"shape", "ndim", "dtype", "size", "nbytes", "itemsize"})
_CONSTANTS = frozenset({"LOAD_CONST", "LOAD_SMALL_INT"})
_NOTING = frozenset({"append", "appendleft", "extend", "add", "print", "write", "log", "debug", "info", "warning"})
# Steps that hand a number on as it is, or as text, to the call that its statement ends with.
_HANDING_ON = (
    "LOAD_", "FORMAT_", "CONVERT_", "BUILD_STRING", "PUSH_NULL", "PRECALL", "CALL", "KW_NAMES", "CACHE", "COPY",
)  # fmt: skip
_COMPARING = frozenset({"COMPARE_OP", "CONTAINS_OP"})


def names_in(code: CodeType) -> Iterator[str]:
    """The names of globals and attributes in the code, and its texts, which may be given to getattr or are those of a
    `match`."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_in(constant)
        else:
            for text in constant if isinstance(constant, tuple) else (constant,):
                if isinstance(text, str):
                    yield text
                    if "." in text and len(text) < 100:  # attrgetter("inner.rate")
                        yield from text.split(".")


_NUMBERS = frozenset(
    {"ndarray", "generic", "number", "floating", "float64", "float32", "integer", "float", "int", "bool", "bool_"}
)
_ENDING = ("POP_TOP", "STORE_", "RETURN_", "JUMP_", "POP_JUMP_")


@dataclass(slots=True)
class CodeFacts:
    """What a code does, with the functions inside it.

    Attributes:
        read: names and keys of what it does anything with, but count it on, note it (or in it), or ask for its shape or
            length.
        lengths: names of what it asks for its length.
        attributes: names of attributes that it reads, but of those of globals.
        of_globals: names of globals and of the attributes that it reads of them.
        types_asked: names of its variables that it asks `type` for.
        classes_asked: names of those that it asks whether they are numbers or arrays (`isinstance`).
        stored: names of variables and attributes that it assigns.
        globals: names that it looks for among the globals.
        imports: modules that it imports: (name, how many levels up), and what from each.
        compares, matches, stores_items: whether it compares anything; matches classes; assigns items.
        asks_whether_same: whether it asks of two variables whether they are one (`x is y`).
    """

    read: set[Any] = field(default_factory=set)
    lengths: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    of_globals: set[tuple[str, str]] = field(default_factory=set)
    types_asked: set[str] = field(default_factory=set)
    classes_asked: set[str] = field(default_factory=set)
    stored: set[str] = field(default_factory=set)
    globals: set[str] = field(default_factory=set)
    imports: list[tuple[str, int, tuple[str, ...]]] = field(default_factory=list)
    compares: bool = False
    matches: bool = False
    stores_items: bool = False
    asks_whether_same: bool = False


@functools.lru_cache(maxsize=512)
def facts_of(code: CodeType) -> CodeFacts:
    """What there is to know of a code."""
    facts = CodeFacts()
    _add_facts(code, facts)
    return facts


def _add_facts(code: CodeType, facts: CodeFacts) -> None:
    steps = list(dis.get_instructions(code))
    for number, step in enumerate(steps):
        name, kind = step.opname, step.argval
        if name in _COMPARING:
            facts.compares = True
        elif name == "IS_OP":
            facts.asks_whether_same |= _is_of_variables(steps, number)
        elif name == "MATCH_CLASS":
            facts.matches = True
        elif name.startswith("STORE_") and not name.startswith("STORE_FAST"):  # that is a variable of this run
            facts.stores_items |= name == "STORE_SUBSCR"
            if isinstance(kind, str):
                facts.stored.add(kind)
        elif name == "IMPORT_NAME":
            level, wanted = steps[number - 2].argval, steps[number - 1].argval
            facts.imports.append((kind, level if type(level) is int else 0, tuple(wanted or ())))
        elif name.startswith("LOAD_") and isinstance(kind, str | int):
            if name in ("LOAD_GLOBAL", "LOAD_NAME") and isinstance(kind, str):
                facts.globals.add(kind)
            if name in ("LOAD_ATTR", "LOAD_METHOD") and isinstance(kind, str):
                before = steps[number - 1]
                if before.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                    facts.of_globals.add((before.argval, kind))
                else:
                    facts.attributes.add(kind)
            if _asked(steps, number, "len") and not _is_noted(steps, number):
                facts.lengths.add(str(kind))
            if name.startswith("LOAD_FAST") and _asked(steps, number, "type"):
                facts.types_asked.add(str(kind))
            if name.startswith("LOAD_FAST") and _is_asked_whether_a_number(steps, number):
                facts.classes_asked.add(str(kind))
            is_text = name in _CONSTANTS and not (number + 1 < len(steps) and _is_subscript(steps[number + 1]))
            changes_nothing = _is_of_shape(steps, number) or _is_noted(steps, number) or _is_history(steps, number)
            if not (is_text or changes_nothing or _is_counted_on(steps, number, kind)):
                facts.read.add(kind)
        elif isinstance(kind, CodeType):
            _add_facts(kind, facts)


def _is_of_variables(steps: list[dis.Instruction], number: int) -> bool:
    """Whether both of what is compared here are variables of the function."""
    last, before = steps[number - 1].opname, steps[number - 2].opname
    # From 3.13 on one step may load both.
    return last.startswith("LOAD_FAST") and (last.count("LOAD_FAST") > 1 or before.startswith("LOAD_FAST"))


def _is_subscript(step: dis.Instruction) -> bool:
    return step.opname == "BINARY_SUBSCR" or (step.opname == "BINARY_OP" and step.argrepr == "[]")


def _is_counted_on(steps: list[dis.Instruction], number: int, name: str | int) -> bool:
    """Whether what is read here is a number that is only counted on: `n += 1`, `self.n = self.n + 1`."""
    after = [step for step in steps[number + 1 : number + 11] if step.opname not in ("SWAP", "COPY", "CACHE")]
    if after and _is_subscript(after[0]):  # state["n"] += 1
        return len(after) > 3 and after[2].opname == "BINARY_OP" and after[3].opname == "STORE_SUBSCR"
    if len(after) < 3 or not after[0].opname.startswith("LOAD_") or not after[1].opname.startswith("BINARY_OP"):
        return False
    store = after[2]
    if store.opname.startswith("LOAD_") and len(after) > 3:  # the object whose attribute is assigned
        store = after[3]
    return store.opname.startswith("STORE_") and store.argval == name


def _is_noted(steps: list[dis.Instruction], number: int) -> bool:
    """Whether what is read here is shown or put into a history, and nobody looks at what comes of it: `print(n)`,
    `names.append(f"step {n}")`; or is that history."""
    end = number + 1
    while end < len(steps) and steps[end].opname.startswith(_HANDING_ON):
        end += 1
    if end == len(steps) or steps[end].opname != "POP_TOP" or not steps[end - 1].opname.startswith("CALL"):
        return False
    begin = number
    while begin and not steps[begin - 1].opname.startswith(_ENDING):
        begin -= 1
    return any(step.argval in _NOTING for step in steps[begin:number] if step.opname.startswith("LOAD_"))


def _is_history(steps: list[dis.Instruction], number: int) -> bool:
    """Whether what is read here is a list that something is put into, and nobody asks what comes of that."""
    if number + 1 == len(steps) or steps[number + 1].opname not in ("LOAD_ATTR", "LOAD_METHOD"):
        return False
    ends = (step.opname for step in steps[number + 2 :] if step.opname.startswith(_ENDING))
    return steps[number + 1].argval in _NOTING and next(ends, "") == "POP_TOP"


def _is_of_shape(steps: list[dis.Instruction], number: int) -> bool:
    """Whether what is read here is asked for its shape or its length alone."""
    if number + 1 < len(steps) and steps[number + 1].opname.startswith("LOAD_") and steps[number + 1].argval in _SHAPE:
        return steps[number + 1].opname in ("LOAD_ATTR", "LOAD_METHOD")
    return _asked(steps, number, "len")


def _asked(steps: list[dis.Instruction], number: int, function: str) -> bool:
    """Whether what is read here is all that this function of Python's is given."""
    before = number - 1
    while before > 0 and steps[before].opname in ("LOAD_ATTR", "PUSH_NULL"):  # an attribute comes after its object
        before -= 1
    if steps[number].opname == "LOAD_ATTR" and before > 0:
        before -= 1
    after = steps[number + 1].opname if number + 1 < len(steps) else ""
    is_call = before >= 0 and steps[before].opname in ("LOAD_GLOBAL", "LOAD_NAME") and steps[before].argval == function
    return is_call and after in ("PRECALL", "CALL")


def _is_asked_whether_a_number(steps: list[dis.Instruction], number: int) -> bool:
    """Whether what is read here is asked for a class of numbers or arrays: `isinstance(x, numpy.ndarray)`."""
    before = steps[number - 1]
    if before.argval != "isinstance":
        return False
    end = number + 1
    while end < len(steps) and not steps[end].opname.startswith("CALL"):
        end += 1
    return any(isinstance(step.argval, str) and step.argval in _NUMBERS for step in steps[number + 1 : end])


def modules_imported(function: FunctionType) -> Iterator[str]:
    """The full names of the modules that a function's code imports."""
    package = function.__globals__.get("__package__") or ""
    for name, level, wanted in facts_of(function.__code__).imports:
        try:
            full = importlib.util.resolve_name("." * level + name, package) if level else name
        except ImportError:  # it fails when it is run, too
            continue
        yield full
        yield from [f"{full}.{one}" for one in wanted if one != "*"]
