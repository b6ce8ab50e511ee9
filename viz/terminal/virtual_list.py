"""A list of any length: only the lines in sight are ever made."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

_AROUND = 2


class VirtualList(ScrollView, can_focus=False):
    """Lines that are asked for when they are in sight: a step costs the same with ten nodes and a million.

    Args:
        line: the text of a line, given its index and the width there is.
    """

    DEFAULT_CSS: ClassVar[str] = """
    VirtualList { overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; height: 1fr; }
    """

    class Chosen(Message):
        """A line was clicked."""

        def __init__(self, source: VirtualList, index: int) -> None:
            super().__init__()
            self.source = source
            self.index = index

    class Resized(Message):
        """The list has another width or height."""

    def __init__(self, line: Callable[[int, int], Text], *, id: str) -> None:
        super().__init__(id=id)
        self._line = line
        self._count = 0
        self._current = 0
        self.highlight: str = "#000000"

    def show(self, count: int, current: int, *, highlight: str) -> None:
        """Show so many lines, with the current one in sight and on the background `highlight`."""
        self._count, self._current, self.highlight = count, current, highlight
        if self.virtual_size.height != count:
            self.virtual_size: Size = Size(1, count)
        self.reveal(current)
        self.refresh()

    def reveal(self, index: int) -> None:
        """Scroll until a line is in sight with its neighbours, no further than needed."""
        height = self.scrollable_content_region.height
        if height:
            around = min(_AROUND, (height - 1) // 2)
            first, last = max(index - around, 0), min(index + around, self._count - 1)
            self.scroll_to_region(Region(0, first, 1, last - first + 1), animate=False, force=True)

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        style = self.rich_style
        if index >= self._count:
            return Strip.blank(width, style)
        if index == self._current:
            style += Style(bgcolor=self.highlight, bold=True)
        segments = Segment.apply_style(self._line(index, width).render(self.app.console), style)
        return Strip(segments).adjust_cell_length(width, style)

    def on_resize(self) -> None:
        self.post_message(self.Resized())

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None and (index := offset.y + self.scroll_offset.y) < self._count:
            self.post_message(self.Chosen(self, index))
