"""The parts of the screen that are only looked at, and the keys at the bottom.

textual's Static lays the whole screen out anew whenever it shows something else; these do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text
from textual.events import Click
from textual.widget import Widget

# A key, what it does in a word, the app's action.
Key = tuple[str, str, str]


class TextLine(Widget):
    """One line of text."""

    DEFAULT_CSS: ClassVar[str] = "TextLine { height: 1; }"

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._text = Text()

    def show(self, text: Text) -> None:
        """Show this text from now on."""
        if text != self._text or text.spans != self._text.spans:
            self._text = text
            self.refresh()

    def render(self) -> Text:
        return self._text


class EquationLines(Widget):
    """Aligned lines: as high as the pane around them, higher where they come out so."""

    DEFAULT_CSS: ClassVar[str] = "EquationLines { height: auto; min-height: 100%; }"

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._table = Table.grid()
        self._height = 0

    def show(self, table: Table) -> None:
        """Show these lines from now on."""
        self._table = table
        options = self.app.console.options.update_width(max(self.size.width, 1))
        lines = len(self.app.console.render_lines(table, options))
        height = max(lines, self.container_size.height)
        self.refresh(layout=height != self._height)
        self._height = height

    def render(self) -> Table:
        return self._table


class KeyBar(Widget):
    """One line of keys and words: as many as fit, the last two always; … stands for the rest."""

    DEFAULT_CSS: ClassVar[str] = "KeyBar { height: 1; }"

    def __init__(self, keys: Sequence[Key], *, id: str) -> None:
        super().__init__(id=id)
        self._keys = keys

    def _fitting(self) -> list[tuple[str, str, str, int]]:
        """The keys that are shown, and where each begins."""
        *others, help_key, quit_key = self._keys
        last = [help_key, quit_key]
        room = self.size.width - sum(map(_width, last))
        shown: list[Key] = []
        for key in others:
            more = _width(key)
            if more > room - 2 * (len(shown) + 1 < len(others)):
                shown.append(("…", "", ""))
                break
            room -= more
            shown.append(key)
        found, start = [], 0
        for key in [*shown, *last]:
            found.append((*key, start))
            start += _width(key)
        return found

    def render(self) -> Text:
        text = Text(no_wrap=True)
        for key, word, action, _ in self._fitting():
            text.append(key, "bold reverse" if action else "")
            text.append(f" {word} " if word else " ")
        return text

    async def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        for key, word, action, start in self._fitting():
            if action and offset is not None and start <= offset.x < start + _width((key, word, action)):
                await self.app.run_action(action)


def _width(key: Key) -> int:
    sign, word, _ = key
    return cell_len(sign) + (cell_len(word) + 2 if word else 1)
