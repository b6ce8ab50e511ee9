"""Where a run stops: at a name, at the first number that is not finite, at a large gradient."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Protocol

from ..arrays import is_finite, largest
from ..numbers import format_data, format_number
from ..parts import TraceEvent
from ..playback import given, is_gradient, subject
from ..tracing import Trace
from .entry import RefusalError, typed_number
from .finding import named


class Breakpoint(Protocol):
    """Where to stop; written as it is typed."""

    def reason(self, event: TraceEvent, trace: Trace) -> str | None:
        """Why to stop at this event; None where there is no reason."""


@dataclass(frozen=True)
class AtName:
    """Stops at every event that gives a node of this name something."""

    name: str

    def reason(self, event: TraceEvent, trace: Trace) -> str | None:
        node = trace.nodes[subject(event)]
        if self.name not in (node.label, node.module_path):
            return None
        what = "gradient of " if is_gradient(event) else ""
        return f"{what}{node.label} = {format_data(given(event, trace))}"

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class AtNotFinite:
    """Stops at nan and at infinities."""

    def reason(self, event: TraceEvent, trace: Trace) -> str | None:
        value = given(event, trace)
        if is_finite(value):
            return None
        what = "gradient of " if is_gradient(event) else ""
        return f"{what}{trace.nodes[subject(event)].label} is not finite: {format_data(value)}"

    def __str__(self) -> str:
        return "nan"


@dataclass(frozen=True)
class AtLargeGradient:
    """Stops at a gradient with an element beyond a bound."""

    bound: float

    def reason(self, event: TraceEvent, trace: Trace) -> str | None:
        if not is_gradient(event):
            return None
        magnitude = largest(given(event, trace))
        if not magnitude > self.bound:
            return None
        label = trace.nodes[subject(event)].label
        return f"|gradient| of {label} is {format_number(magnitude)} > {format_number(self.bound)}"

    def __str__(self) -> str:
        return f"> {format_number(self.bound)}"


def typed_breakpoint(text: str, trace: Trace) -> Breakpoint:
    """A breakpoint as it is typed: a node's name, `nan`, or `> 100`.

    Raises:
        RefusalError: no node has that name, or the bound is no number.
    """
    asked = text.strip()
    if bound := re.fullmatch(r"(?:\|?\s*(?:g|grad|gradient)\s*\|?)?\s*>\s*(.*)", asked):
        number = typed_number(bound[1])
        if not number >= 0 or math.isinf(number):
            raise RefusalError(f"a bound for |gradient| is a finite number ≥ 0, not {bound[1].strip()}")
        return AtLargeGradient(number)
    if asked.lower() == "nan" and not any(node.label == asked for node in trace.nodes):
        return AtNotFinite()
    return AtName(named(trace, asked).label)


def next_stop(breakpoints: list[Breakpoint], trace: Trace, after: int) -> tuple[int, str] | None:
    """The first event after one where a breakpoint says stop, and why; None where none does."""
    for index in range(after + 1, len(trace.events)):
        for breakpoint in breakpoints:
            reason = breakpoint.reason(trace.events[index], trace)
            if reason is not None:
                return index, reason
    return None
