"""A trace as JSON and back, exactly: nan, infinities, −0 and every dtype included."""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import re
import typing
from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy

from autograd import SourceLine
from autograd.operation import PYTHON_NUMBERS

from .arrays import ArraySummary
from .errors import TraceFormatError
from .grouping import Group
from .parts import Contribution, Edge, Forward, Seed, TracedNode, TraceEvent, Update, WrittenRule

SCHEMA = "glassgrad-trace"
VERSION = 1


def to_json(fields: Mapping[str, Any]) -> str:
    """A trace's fields as one line of JSON, in the schema of this version."""
    document = {
        "schema": SCHEMA,
        "version": VERSION,
        "output": fields["output"],
        "nodes": [_fields(node) for node in fields["nodes"]],
        "edges": [[edge.source, edge.target, edge.slot, _plain(edge.local_gradient)] for edge in fields["edges"]],
        "events": [{"event": _EVENT_NAMES[type(event)], **_fields(event)} for event in fields["events"]],
        "gradients": {str(identifier): _plain(gradient) for identifier, gradient in fields["gradients"].items()},
        "groups": [_fields(group) for group in fields["groups"]],
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def from_json(text: str) -> dict[str, Any]:
    """The fields of the trace that `to_json` wrote.

    Raises:
        TraceFormatError: no JSON, not a trace, one of another version, or one that does not fit together.
    """
    try:
        document = json.loads(text)
    except (ValueError, TypeError) as error:
        raise TraceFormatError(f"this is no JSON: {error}") from None
    except RecursionError:
        raise TraceFormatError("this JSON is no trace: it is nested too deeply") from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise TraceFormatError(f"this JSON is no trace: it does not say schema {SCHEMA!r}")
    version = document.get("version")
    if type(version) is not int or version != VERSION:
        raise TraceFormatError(
            f"this trace has version {version!r:.60}, and version {VERSION} is read here: write it again"
        )
    try:
        found = {
            "nodes": tuple(_built(TracedNode, fields) for fields in document["nodes"]),
            "edges": tuple(_checked(Edge(*map(_data, slots))) for slots in document["edges"]),
            "events": tuple(_event(fields) for fields in document["events"]),
            "output": document["output"],
            "gradients": {int(identifier): _data(gradient) for identifier, gradient in document["gradients"].items()},
            "groups": tuple(_built(Group, fields) for fields in document["groups"]),
        }
        _check_references(found)
    except KeyError as error:
        raise TraceFormatError(f"this trace is damaged: {error} is missing") from None
    except (TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        reason = " ".join(str(error).split())  # an array is shown in several lines
        raise TraceFormatError(f"this trace is damaged: {reason}") from None
    return found


_EVENTS: dict[str, type[Any]] = {"forward": Forward, "seed": Seed, "contribution": Contribution, "update": Update}
_EVENT_NAMES = {kind: name for name, kind in _EVENTS.items()}


def _fields(part: Any) -> dict[str, Any]:
    kind: Any = type(part)
    return {name: _plain(getattr(part, name)) for name in _checks_of(kind)}


def _plain(item: Any) -> Any:
    """A field as JSON has it. What JSON has no word for is an object with one key that says what it is."""
    if isinstance(item, float):
        return item if math.isfinite(item) else {"float": repr(item)}
    if item is None or isinstance(item, bool | int | str):
        return item
    if isinstance(item, tuple):  # a shape
        return list(item)
    if isinstance(item, numpy.ndarray | numpy.generic):
        array = numpy.asarray(item)
        numbers = [_plain(number) for number in array.ravel().tolist()]
        return {"array": numbers, "shape": list(array.shape), "dtype": str(array.dtype)}
    if isinstance(item, ArraySummary):
        return {"summary": _fields(item)}
    if isinstance(item, WrittenRule):
        return {"rule": list(item.texts)}
    if isinstance(item, SourceLine):
        return {"source": [item.file, item.line]}
    raise TypeError(f"a trace holds no {type(item).__name__}")


def _data(item: Any) -> Any:
    """What `_plain` made of a field, undone."""
    if isinstance(item, list):
        return _shape(item)
    if not isinstance(item, dict):
        return item
    for key, undo in _UNDO.items():
        if key in item:
            return undo(item)
    raise ValueError(f"{item!r:.60} is nothing that a trace holds")


# What `str` gives for dtypes of numbers, in either order of bytes. NumPy reads much more as a dtype.
_DTYPE = re.compile(r"(?:bool|u?int\d{1,2}|float\d{2,3}|[<>=][iuf]\d)").fullmatch


def _array(item: Mapping[str, Any]) -> Any:
    numbers, name = [_data(one) for one in item["array"]], item["dtype"]
    if not isinstance(name, str) or not _DTYPE(name):
        raise ValueError(f"{name!r:.60} is no dtype")
    dtype = numpy.dtype(name)
    if dtype.kind not in "fiub" or not all(type(number) in PYTHON_NUMBERS for number in numbers):
        raise ValueError(f"an array of {dtype} holds {numbers!r:.60}")
    return numpy.array(numbers, dtype).reshape(_shape(item["shape"]))


def _shape(sizes: Any) -> tuple[int, ...]:
    if not isinstance(sizes, list) or not all(type(size) is int and size >= 0 for size in sizes):
        raise ValueError(f"{sizes!r:.60} is no shape")
    return tuple(sizes)


def _rule(item: Mapping[str, Any]) -> WrittenRule:
    texts = item["rule"]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{texts!r:.60} is no rule")
    return WrittenRule.of_texts(*texts)


_UNDO: Mapping[str, Callable[[Any], Any]] = {
    "float": lambda item: float(item["float"]),
    "array": _array,
    "summary": lambda item: _built(ArraySummary, item["summary"]),
    "rule": _rule,
    "source": lambda item: _checked(SourceLine(*item["source"])),
}


def _built(kind: type[Any], fields: Mapping[str, Any]) -> Any:
    return _checked(kind(**{name: _data(value) for name, value in fields.items()}))


def _event(fields: Mapping[str, Any]) -> TraceEvent:
    if fields["event"] not in _EVENTS:
        raise ValueError(f"{fields['event']!r:.60} is no event")
    found: TraceEvent = _built(_EVENTS[fields["event"]], {name: fields[name] for name in fields if name != "event"})
    return found


# --- checks: what a trace is taken for, it is ----------------------------------------------------------------


def _checked(part: Any) -> Any:
    """A part of a trace, if its fields are what they say they are."""
    kind: Any = type(part)
    for name, is_right in _checks_of(kind).items():
        value = getattr(part, name)
        if not is_right(value):
            raise ValueError(f"{kind.__name__}.{name} is {value!r:.60}")
    return part


@functools.cache
def _checks_of(kind: Any) -> dict[str, Callable[[Any], bool]]:
    """The fields of a part in their order, and what each must be."""
    hints = typing.get_type_hints(kind)
    return {one.name: _check_of(hints[one.name]) for one in dataclasses.fields(kind)}


def _check_of(hint: Any) -> Callable[[Any], bool]:
    if hint is Any:  # a number, an array or what it is like; None where there is none
        return _is_data
    if typing.get_origin(hint) is Literal:
        return lambda value: isinstance(value, str) and value in typing.get_args(hint)
    if typing.get_origin(hint) is tuple:
        return lambda value: isinstance(value, tuple)
    kinds = typing.get_args(hint) or (hint,)
    return lambda value: type(value) in kinds  # an int is no bool


def _is_data(value: Any) -> bool:
    if type(value) is int:
        float(value)  # larger ones are no number of an engine on floats
    return value is None or type(value) in PYTHON_NUMBERS or isinstance(value, numpy.ndarray | ArraySummary)


def _check_references(fields: Mapping[str, Any]) -> None:
    """Refuse a trace in which an id stands for nothing."""

    def check(what: str, identifier: Any, count: int) -> None:
        if type(identifier) is not int or not 0 <= identifier < count:
            raise ValueError(f"{what} is {identifier!r:.60}, and there are {count}")

    nodes, groups = fields["nodes"], fields["groups"]
    n_nodes, n_groups = len(nodes), len(groups)
    for position, node in enumerate(nodes):
        if node.id != position:
            raise ValueError(f"node number {position} has the id {node.id}")
        if node.group is not None:
            check("a node's group", node.group, n_groups)
    for position, group in enumerate(groups):
        if group.id != position:
            raise ValueError(f"group number {position} has the id {group.id}")
        if group.parent is not None:
            check("the group around a group", group.parent, position)
    for edge in fields["edges"]:
        check("an edge's target", edge.target, n_nodes)
        check("an edge's source, which comes before its target,", edge.source, edge.target)
    for event in fields["events"]:
        check("an event's node", event.node, n_nodes)
        if isinstance(event, Contribution):
            check("a contribution's operand, which comes before its node,", event.operand, event.node)
    for identifier, gradient in fields["gradients"].items():
        check("a gradient's node", identifier, n_nodes)
        if not _is_data(gradient):
            raise ValueError(f"a gradient is {gradient!r:.60}")
    check("the output's id", fields["output"], n_nodes)
