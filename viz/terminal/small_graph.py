"""The part of the graph that an event is about: an operation between its operands and its result, drawn in text."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from ..one_line import one_line
from ..parts import Contribution, Forward, TraceEvent
from ..playback import Playback
from ..themes import Colours
from ..tracing import Trace
from .rows import ROLE_SIGNS, brief, brief_gradient, role_colour

_MOST_OPERANDS = 4
_MOST_USES = 3
_NUMBER = 14  # columns at most for a number


def small_graph(trace: Trace, playback: Playback, at: int, width: int, colours: Colours) -> list[Text]:
    """What event number `at` is about, in lines of at most so many columns: operands above each other at the left, the
    operation, its result at the right, and below it what uses that.

    An arrow is bright, and says where it leads, where this event passes something.
    """
    event = trace.events[at]
    drawing = _Drawing(trace, playback, at, width, colours)
    lines = drawing.operation(event) if trace.nodes[event.node].operation else drawing.block(event.node, True)
    return [*lines, *drawing.uses(event.node)]


class _Drawing:
    def __init__(self, trace: Trace, playback: Playback, at: int, width: int, colours: Colours) -> None:
        self._trace, self._playback, self._at, self._colours = trace, playback, at, colours
        self._block = max((width - _BETWEEN) // 2, 8)
        self._width = width

    def block(self, identifier: int, is_current: bool) -> list[Text]:
        """A node: its name and data, and its gradient."""
        node = self._trace.nodes[identifier]
        colour = role_colour(node, self._colours)
        data = brief(self._playback.data(identifier, at=self._at), _NUMBER)
        gradient = self._playback.gradient(identifier, at=self._at)
        name = f"{ROLE_SIGNS[node.role]} {one_line(node.label)}" if node.operation or node.is_named else ""
        first = Text(f"{_cut(name, self._block - cell_len(data) - 1)} ".lstrip(), colour)
        first.append(data, f"bold {self._colours.ink}" if is_current else self._colours.ink)
        second = Text(
            f"  ∇ {brief_gradient(gradient, _NUMBER)}" if node.role != "constant" else "", self._colours.gradient
        )
        return [first, second]

    def operation(self, event: TraceEvent) -> list[Text]:
        """Operands, operation and result."""
        operands = self._trace.operands[event.node]
        shown = operands[:_MOST_OPERANDS]
        rows = max(3 * len(shown) - 1, 2)
        left: list[Text] = []
        for slot, operand in enumerate(shown):
            is_passed = isinstance(event, Contribution) and event.slot == slot
            left += [Text()] * bool(slot) + self.block(operand.id, is_passed)
        right = self.block(event.node, isinstance(event, Forward))
        middle = (rows - 1) // 2
        places = [3 * slot for slot in range(len(shown))]
        symbol = _cut(one_line(self._trace.nodes[event.node].symbol or ""), _SYMBOL)
        lines = []
        for row in range(rows):
            line = _padded(left[row], self._block)
            line.append_text(self._arrows(row, places, middle, event))
            joined = row == middle
            line.append(f"({symbol})" if joined else " " * (cell_len(symbol) + 2), self._colours.ink)
            going = isinstance(event, Forward)
            line.append(
                _FORWARD if joined else " " * 3, f"bold {self._colours.output}" if going else self._colours.constant
            )
            if 0 <= row - middle < 2:
                line.append_text(right[row - middle])
            lines.append(line)
        if len(operands) > len(shown):
            lines.append(Text(f"… and {len(operands) - len(shown):,} more operands", self._colours.constant))
        return lines

    def _arrows(self, row: int, places: list[int], middle: int, event: TraceEvent) -> Text:
        """The lines from operands to the operation, of which that of this event's slot has an arrow back."""
        top, bottom = min(places[0], middle), max(places[-1], middle)
        slot = places.index(row) if row in places else None
        is_back = isinstance(event, Contribution) and slot == event.slot
        bright, pale = f"bold {self._colours.output}", self._colours.constant
        text = Text()
        text.append(" " if slot is None else _BACK if is_back else "─", bright if is_back else pale)
        text.append("  " if slot is None else "──", bright if is_back else pale)
        left, up, down, right = slot is not None, top < row <= bottom, top <= row < bottom, row == middle
        text.append(_CORNERS[left, up, down, right], pale)
        text.append("─" if right else " ", pale)
        return text

    def uses(self, identifier: int) -> list[Text]:
        """What the result goes into."""
        users = list(dict.fromkeys(edge.target for edge in self._trace.edges if edge.source == identifier))
        names = [f"{self._trace.nodes[user].label} ({self._trace.nodes[user].symbol})" for user in users[:_MOST_USES]]
        if not names:
            return []
        more = f", … {len(users) - _MOST_USES:,} more" if len(users) > _MOST_USES else ""
        told = f"{one_line(self._trace.nodes[identifier].label)} goes into {', '.join(map(one_line, names))}{more}"
        return [Text(), Text(_cut(told, self._width), self._colours.constant)]


_FORWARD, _BACK = "─▸ ", "◂"
_SYMBOL = 8
_BETWEEN = 5 + _SYMBOL + 2 + 3  # the lines, the operation in brackets, its arrow
# What a line turns into where it goes on to the left, up, down, right.
_CORNERS = {
    (False, False, False, False): " ", (True, False, False, True): "─", (True, False, True, False): "┐",
    (True, True, False, False): "┘", (True, True, True, False): "┤", (True, False, True, True): "┬",
    (True, True, False, True): "┴", (True, True, True, True): "┼", (False, True, True, False): "│",
    (False, True, True, True): "├",
}  # fmt: skip


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else f"{set_cell_size(text, max(width - 1, 0))}…"


def _padded(text: Text, width: int) -> Text:
    found = text.copy()
    found.truncate(width, overflow="ellipsis")
    found.append(" " * (width - found.cell_len))
    return found
