"""One line for a node, one for an event: as wide as there is room; nothing is told by colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy
from rich.cells import cell_len, set_cell_size
from rich.text import Text

from ..arrays import ArraySummary, shape_of, summary
from ..numbers import format_data, format_number
from ..one_line import one_line
from ..overlays import trouble
from ..parts import Contribution, Forward, Role, Seed, TracedNode, TraceEvent
from ..playback import is_gradient
from ..themes import Colours
from ..tracing import Trace

ROLE_SIGNS: dict[Role, str] = {"input": "●", "parameter": "◆", "constant": "○", "intermediate": "·", "output": "◎"}
FLAGS = {"∅": "dead: 0", "↓": "vanishing", "↑": "exploding", "!": "not finite"}
FORWARD, SEED, BACKWARD, UPDATE = "→", "◎", "←", "↻"
HIDDEN = "?"  # in the place of a number that is to be predicted
CURRENT, TAKES_PART, SELECTED, STOP = "▶", "▷", "▌", "■"  # of a node: what the event is to it, and the user


@dataclass(frozen=True)
class Columns:
    """How wide each column of the nodes is."""

    label: int
    operation: int
    data: int
    gradient: int

    @classmethod
    def for_width(cls, width: int, *, has_arrays: bool = False) -> Columns:
        """Columns that fill a width, from 44 on."""
        room = max(width - _SIGNS - 3, 30)  # three gaps
        more = max(room - 60, 0)
        data = min((13 if has_arrays else 10) + more // 3, 38)
        gradient = min(10 + more // 4, 38)
        rest = room - data - gradient
        operation = min(rest // 2, 40)
        return cls(rest - operation, operation, data, gradient)


# The columns of a row's signs: selected or breakpoint, current or taking part, role and space; the flag at the end.
_SIGNS = 5


def heading(columns: Columns) -> str:
    """The row above the nodes."""
    return " ".join(
        [
            "   " + _cut(" node", columns.label + 1),
            _cut("operation", columns.operation),
            "data".rjust(columns.data),
            "gradient".rjust(columns.gradient),
        ]
    )


def node_row(
    node: TracedNode,
    data: Any,
    gradient: Any,
    columns: Columns,
    colours: Colours,
    *,
    mark: str = " ",
    is_selected: bool = False,
    is_stop: bool = False,
) -> Text:
    """A node with what it holds now; what is not computed yet is pale."""
    colour = role_colour(node, colours)
    pale = data is None
    row = Text(no_wrap=True)
    row.append(SELECTED if is_selected else STOP if is_stop else " ", colours.output)
    row.append(mark, colours.output)
    row.append(ROLE_SIGNS[node.role] + " ", colour)
    row.append(_name(node, columns.label) + " ", colours.constant if pale else colour)
    row.append(_cut(_operation(node, columns.operation), columns.operation) + " ", colours.constant)
    row.append(brief(data, columns.data).rjust(columns.data) + " ", colours.constant if pale else colours.ink)
    row.append(
        brief_gradient(gradient, columns.gradient).rjust(columns.gradient),
        colours.constant if gradient is None else colours.gradient,
    )
    row.append(flag(gradient), colours.output)
    return row


def event_row(
    event: TraceEvent,
    number: int,
    digits: int,
    trace: Trace,
    width: int,
    colours: Colours,
    *,
    is_hidden: bool = False,
) -> Text:
    """An event of the time line, without its number where that is to be predicted."""
    node = trace.nodes[event.node]
    row = Text(no_wrap=True)
    row.append(f"{number:>{digits}} ", colours.constant)
    if isinstance(event, Forward):
        sign, colour, given = FORWARD, colours.parameter, node.data
        words = f"{node.label} =" if node.operation or node.is_named else node.role
    elif isinstance(event, Seed):
        sign, colour, given = SEED, colours.output, event.gradient
        words = f"∂{node.label}/∂{node.label} ="
    elif isinstance(event, Contribution):
        sign, colour, given = BACKWARD, colours.gradient, event.contribution
        words = f"∇{trace.nodes[event.operand].label} {'=' if event.before is None else '+='}"
    else:
        sign, colour, given, words = UPDATE, colours.exploding, event.after, f"{node.label} ←"
    row.append(f"{sign} ", colour)
    # Where there is little room, the words are cut and not the number.
    room = max(width - digits - 3, 8)
    shown = HIDDEN if is_hidden else (brief_gradient if is_gradient(event) else brief)(given, max(room // 2, 10))
    row.append(f"{_cut(words, max(room - cell_len(shown) - 1, 3), pad=False)} {shown}", colours.ink)
    return row


def role_colour(node: TracedNode, colours: Colours) -> str:
    """The colour of a node's role."""
    return colours.ink if node.role == "intermediate" else str(getattr(colours, node.role))


def flag(gradient: Any) -> str:
    """A sign for a gradient that is dead, vanishing, exploding or not finite; a space for any other."""
    word = trouble(gradient)
    if word == "exploding" and not isinstance(gradient, ArraySummary) and not numpy.isfinite(gradient).all():
        word = "not finite"  # an infinity is more than large
    return next(sign for sign, said in FLAGS.items() if said.startswith(word)) if word else " "


def brief(data: Any, width: int) -> str:
    """Data in at most so many columns: in full, else an array's shape and norm, else its shape.

    >>> brief(numpy.ones((3, 4)), 40), brief(numpy.ones((3, 4)), 12), brief(numpy.ones((3, 4)), 5)
    ('array 3×4, mean 1, norm 3.464', '3×4 ‖3.464‖', '3×4')
    """
    text = format_data(data)
    if cell_len(text) <= width:
        return text
    if data is None or not shape_of(data):
        return _cut(text, width)
    shape = "×".join(map(str, shape_of(data)))
    choices = [f"{shape} {brief_norm(data, digits)}" for digits in (4, 3, 2)] + [shape]
    return next((choice for choice in choices if cell_len(choice) <= width), _cut(shape, width))


def brief_gradient(gradient: Any, width: int) -> str:
    """A gradient, in full or, since its shape is its data's, its norm.

    >>> brief_gradient(numpy.ones((3, 4)), 10)
    '‖3.464‖'
    """
    text = format_data(gradient)
    if cell_len(text) <= width or gradient is None or not shape_of(gradient):
        return _cut(text, width, pad=False)
    return _cut(brief_norm(gradient), width, pad=False)


def brief_norm(data: Any, digits: int = 4) -> str:
    """‖norm‖ of an array, with ! where it is of the finite elements alone."""
    found = data if isinstance(data, ArraySummary) else summary(numpy.asarray(data))
    return f"‖{format_number(found.norm, digits)}‖{'!' if found.not_finite else ''}"


def _name(node: TracedNode, width: int) -> str:
    if node.operation is None and not node.is_named:  # its label is its data in full
        return _cut(brief(node.data, width), width)
    return _cut(node.label, width, keep_end=True)


def _operation(node: TracedNode, width: int) -> str:
    """What was computed, as fully as there is room."""
    if node.operation is None:
        return node.role if len(node.role) <= width else ""
    for text in (node.expression, node.operation):
        if cell_len(text) <= width:
            return text
    return node.symbol or ""


def _cut(text: str, width: int, *, keep_end: bool = False, pad: bool = True) -> str:
    """The text in so many columns; … stands for what does not fit."""
    text = one_line(text)
    length = cell_len(text)
    if length <= width:
        return set_cell_size(text, width) if pad else text
    if keep_end:
        # A path's end tells its parameters apart.
        return "…" + set_cell_size(text[::-1], width - 1)[::-1]
    return set_cell_size(text, width - 1) + "…"
