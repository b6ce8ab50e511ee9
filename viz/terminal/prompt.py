"""The line at the bottom in which something is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

Answer = Callable[[str], None]


class Prompt(Horizontal):
    """A question and what is typed: in the place of the keys, and hidden until something is asked (the
    screen has the class "asking" then)."""

    DEFAULT_CSS: ClassVar[str] = """
    Prompt { height: 1; display: none; }
    Prompt Static { width: auto; text-style: bold; }
    Prompt Input, Prompt Input:focus { border: none; height: 1; padding: 0; width: 1fr; background: $surface; }
    """

    def __init__(self, attempt: Callable[[Callable[[], None]], None]) -> None:
        super().__init__()
        self._attempt = attempt  # does something, or says why not
        self._answer: Answer | None = None

    def compose(self) -> ComposeResult:
        yield Static()
        yield Input(disabled=True)  # a hidden line takes no keys

    @property
    def is_open(self) -> bool:
        return self._answer is not None

    def ask(self, question: str, answer: Answer, *, typed: str = "", hint: str = "", names: Sequence[str] = ()) -> None:
        """Ask; `answer` is called with what was typed.

        Args:
            typed: what stands there already, to be changed.
            hint: what may be typed, shown while nothing is.
            names: are offered to complete what is typed.
        """
        self._answer = answer
        self.query_one(Static).update(Text(f" {question} "))
        line = self.query_one(Input)
        line.placeholder = hint
        line.suggester = SuggestFromList(names, case_sensitive=False) if names else None
        line.value = typed
        line.cursor_position = len(typed)
        self.screen.add_class("asking")
        line.disabled = False
        line.focus()

    def close(self) -> None:
        """Ask no more."""
        self._answer = None
        self.screen.remove_class("asking")
        self.query_one(Input).disabled = True
        self.screen.set_focus(None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        answer = self._answer
        if answer is not None:
            self._attempt(lambda: answer(event.value))
