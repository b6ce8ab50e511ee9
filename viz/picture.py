"""What a drawing style is asked for, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from .overlays import Overlay
from .parts import TracedNode
from .themes import Colours
from .tracing import Trace
from .visible import Collapse, Visible


class Arrangement(NamedTuple):
    """Where a graph runs to, and whether an operation shares the box of its result."""

    direction: Literal["right", "down"] = "right"
    operations: Literal["circles", "boxes"] = "circles"


RIGHT = Arrangement()


@dataclass(frozen=True)
class Asked:
    """A trace to be drawn, and how: `draw` says what each of these means."""

    trace: Trace
    colours: Colours
    collapse: Collapse
    focus: TracedNode | None
    hops: int
    highlight: TracedNode | None
    overlay: Overlay | None
    legend: bool
    max_nodes: int
    arrangement: Arrangement = RIGHT


@dataclass(frozen=True)
class Picture:
    """A DOT program, and what DOT has no words for.

    Attributes:
        heat_maps: the arrays whose heat maps go where their marks stand.
        view: which nodes are shown; None where it is all of them.
        count: about so many nodes it has, by which a layout may take long.
        has_two_lines: each edge's label is a value, which goes above the edge, and a gradient, which goes below.
    """

    dot: str
    heat_maps: Mapping[str, Any] = field(default_factory=dict)
    view: Visible | None = None
    has_two_lines: bool = False
    count: int = 0
