"""A trace as JSON and back, exactly: nan, infinities, −0 and every dtype included."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy

from autograd import SourceLine

from .arrays import ArraySummary
from .errors import TraceFormatError
from .grouping import Group
from .tracing import Contribution, Edge, Event, Forward, Rule, Seed, Trace, TracedNode, Update

SCHEMA = "glassgrad-trace"
VERSION = 1


def to_json(trace: Trace) -> str:
    """The trace as one line of JSON, in the schema of this version."""
    document = {
        "schema": SCHEMA,
        "version": VERSION,
        "output": trace.output,
        "nodes": [_fields(node) for node in trace.nodes],
        "edges": [[edge.source, edge.target, edge.slot, _plain(edge.local_gradient)] for edge in trace.edges],
        "events": [{"event": _EVENT_NAMES[type(event)], **_fields(event)} for event in trace.events],
        "gradients": {str(identifier): _plain(gradient) for identifier, gradient in trace.gradients.items()},
        "groups": [_fields(group) for group in trace.groups],
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def from_json(text: str) -> Trace:
    """The trace that `to_json` wrote.

    Raises:
        TraceFormatError: no JSON, not a trace, or one of another version.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise TraceFormatError(f"this is no JSON: {error}") from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise TraceFormatError(f"this JSON is no trace: it does not say schema {SCHEMA!r}")
    if document.get("version") != VERSION:
        raise TraceFormatError(
            f"this trace has version {document.get('version')!r}, and version {VERSION} is read here: write it again"
        )
    try:
        return Trace(
            nodes=tuple(_built(TracedNode, fields) for fields in document["nodes"]),
            edges=tuple(Edge(*map(_data, slots)) for slots in document["edges"]),
            events=tuple(_event(fields) for fields in document["events"]),
            output=document["output"],
            gradients={int(identifier): _data(gradient) for identifier, gradient in document["gradients"].items()},
            groups=tuple(Group(**fields) for fields in document["groups"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TraceFormatError(f"this trace is damaged: {type(error).__name__} {error}") from None


_EVENTS: dict[str, type[Any]] = {
    "forward": Forward,
    "seed": Seed,
    "contribution": Contribution,
    "update": Update,
}
_EVENT_NAMES = {kind: name for name, kind in _EVENTS.items()}


def _fields(part: Any) -> dict[str, Any]:
    return {one.name: _plain(getattr(part, one.name)) for one in dataclasses.fields(part)}


def _plain(item: Any) -> Any:
    """A field as JSON has it. What JSON has no word for is an object with one key that says what it is."""
    if isinstance(item, float):
        return item if math.isfinite(item) else {"float": repr(item)}
    if item is None or isinstance(item, bool | int | str):
        return item
    if isinstance(item, numpy.ndarray | numpy.generic):
        array = numpy.asarray(item)
        numbers = [_plain(number) for number in array.ravel().tolist()]
        return {"array": numbers, "shape": list(array.shape), "dtype": str(array.dtype)}
    if isinstance(item, ArraySummary):
        return {"summary": {**_fields(item), "shape": list(item.shape)}}
    if isinstance(item, Rule):
        return {"rule": list(item.texts)}
    if isinstance(item, SourceLine):
        return {"source": [item.file, item.line]}
    raise TypeError(f"a trace holds no {type(item).__name__}")


def _data(item: Any) -> Any:
    """What `_plain` made of a field, undone."""
    if not isinstance(item, dict):
        return item
    return next(undo(item) for key, undo in _UNDO.items() if key in item)


_UNDO: Mapping[str, Callable[[Any], Any]] = {
    "float": lambda item: float(item["float"]),
    "array": lambda item: numpy.array([_data(one) for one in item["array"]], item["dtype"]).reshape(item["shape"]),
    "summary": lambda item: ArraySummary(
        **{name: _data(value) for name, value in item["summary"].items()} | {"shape": tuple(item["summary"]["shape"])}
    ),
    "rule": lambda item: Rule.of_texts(*item["rule"]),
    "source": lambda item: SourceLine(*item["source"]),
}


def _built(kind: type[Any], fields: Mapping[str, Any]) -> Any:
    return kind(**{name: _data(value) for name, value in fields.items()})


def _event(fields: Mapping[str, Any]) -> Event:
    found: Event = _built(_EVENTS[fields["event"]], {name: fields[name] for name in fields if name != "event"})
    return found
