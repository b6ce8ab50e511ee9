"""What a program keeps from outside its arguments, as it was when it was recorded.

Arrays that a function makes from shapes alone (ones, arange) are left out; what came from data is listed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

import numpy

from ...node import Node
from ...traversal import nodes_in_order
from .recording import Recording

_DEPTH = 4
_MOST_OBJECTS = 5000


@dataclass(frozen=True, eq=False)
class CapturedConstant:
    """An array in a program that is no argument and no parameter.

    Attributes:
        name: the variable that holds it, or its label; empty where none was found.
        data: a read-only view of it.
    """

    name: str
    data: Any

    def __str__(self) -> str:
        return f"{self.name or 'an array'} of shape {self.data.shape}, {self.data.dtype}"

    __repr__ = __str__


def captured(
    recording: Recording, function: Callable[..., Any], known: Collection[Node] = ()
) -> list[CapturedConstant]:
    """The constants of a recording that a caller should know about, but for those that are known."""
    own = {*recording.inputs, *recording.parameters, *known}
    arrays: dict[int, tuple[Any, Any]] = {}
    for node in nodes_in_order(recording.outputs):
        if node.op is None and node not in own:
            arrays[id(node)] = (node, numpy.asarray(node._data))
        arrays |= {id(bare): (bare, bare) for bare in node.operands if isinstance(bare, numpy.ndarray)}
    if not arrays:
        return []
    around = list(_around(function))
    literals = _literals(function)
    found = []
    for item, data in arrays.values():
        name = _name_of(item, data, around)
        if name or not (data.size <= 1 or _is_made_of_its_shape(data) or _is_written_out(data, literals)):
            shown = data.view()
            shown.flags.writeable = False
            found.append(CapturedConstant(name or getattr(item, "label", None) or "", shown))
    return found


def _name_of(item: Any, data: Any, around: list[tuple[str, Any]]) -> str:
    """Under which name the function sees it."""
    for name, held in around:
        if held is item:
            return name
        if isinstance(item, Node) and isinstance(held, Node):
            continue
        array = held._data if isinstance(held, Node) else held
        alike = isinstance(array, numpy.ndarray) and array.shape == data.shape and array.dtype == data.dtype
        if alike and data.size > 1 and numpy.array_equal(array, data):
            return name
    return ""


def _is_made_of_its_shape(data: Any) -> bool:
    """Whether it is all one number, or counts: what functions make that know shapes alone."""
    flat = data.ravel()
    if (flat == flat[0]).all():
        return True
    if data.dtype.kind not in "iu":
        return bool(data.ndim == 2 and data.shape[0] == data.shape[1] and numpy.array_equal(data, numpy.eye(len(data))))
    steps = numpy.diff(flat)
    if (steps == steps[0]).all():
        return True
    times = int(numpy.argmax(flat != flat[0]))
    return (
        flat.size % times == 0
        and numpy.array_equal(flat, numpy.repeat(flat[::times], times))
        and bool((numpy.diff(flat[::times]) == 1).all())
    )


def _is_written_out(data: Any, literals: set[Any]) -> bool:
    """Whether the function's own text has these numbers, as `x[[2, 0, 1]]` has."""
    numbers = data.ravel().tolist()
    return tuple(numbers) in literals or (len(numbers) <= 8 and literals.issuperset(numbers))


def _literals(function: Callable[..., Any]) -> set[Any]:
    """The numbers, and tuples of numbers, in the text of the function and of those that it reaches."""
    functions = [function, *[held for _, held in _named(function)]]
    codes = [code for one in functions if isinstance(code := getattr(one, "__code__", None), CodeType)]
    found: set[Any] = set()
    while codes:
        for constant in codes.pop().co_consts:
            if isinstance(constant, CodeType):
                codes.append(constant)
            elif isinstance(constant, int | float | tuple):
                found.add(constant)
    return found


def _around(function: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    """Nodes and arrays that the function can reach by name: closure, globals, defaults, itself."""
    queue: list[tuple[str, Any, int]] = [(name, held, 0) for name, held in _named(function)]
    seen: set[int] = set()
    while queue and len(seen) < _MOST_OBJECTS:
        name, held, depth = queue.pop(0)
        if id(held) in seen:
            continue
        seen.add(id(held))
        if isinstance(held, Node | numpy.ndarray):
            yield name, held
        elif depth < _DEPTH:
            if isinstance(held, list | tuple):
                queue += [(f"{name}[{index}]", item, depth + 1) for index, item in enumerate(held[:_MOST_OBJECTS])]
            elif isinstance(held, dict):
                queue += [(f"{name}[{key!r}]", item, depth + 1) for key, item in held.items()]
            elif hasattr(held, "__code__"):
                queue += [(inner, item, depth + 1) for inner, item in _named(held)]
            elif hasattr(held, "named_parameters"):
                queue += [(f"{name}.{key}", item, depth + 1) for key, item in vars(held).items()]


def _named(function: Any) -> Iterator[tuple[str, Any]]:
    code = getattr(function, "__code__", None)
    if hasattr(function, "__self__"):
        yield "self", function.__self__
    if hasattr(function, "func"):  # functools.partial
        yield from _named(function.func)
        yield "partial", [*function.args, *function.keywords.values()]
    if code is None:
        if hasattr(function, "named_parameters"):
            yield "self", function
        return
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:  # not set yet
            continue
    for name in _global_names(code):
        if name in function.__globals__:
            yield name, function.__globals__[name]
    for default in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
        yield "a default", default


def _global_names(code: CodeType) -> list[str]:
    names = list(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names += _global_names(constant)
    return names
