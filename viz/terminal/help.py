"""What the keys and the signs mean."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from .rows import BACKWARD, CURRENT, FLAGS, FORWARD, ROLE_SIGNS, SEED, SELECTED, STOP, TAKES_PART, UPDATE

KEYS = (
    ("→ n   ← p", "the next, the previous event; PageDown, PageUp: ten; Home, End"),
    ("f  b", "to the start of the forward and of the backward pass"),
    ("↑ ↓  Enter", "select a node; go to its event in this pass"),
    ("g  /", "go to a node by its name; find a part of a name or operation"),
    ("e", "edit the selected leaf and compute everything again"),
    ("c", "check the gradient of the selected leaf by central differences"),
    ("u  z  Z", "update the parameters; undo an edit or update; undo all"),
    ("o", "all numbers before and after the last update, side by side"),
    ("w  d", "why this gradient: its paths; nudge the selected leaf"),
    ("m  M", "explain the next, the previous element of a matrix product"),
    ("a  + -", "play and pause; its speed"),
    ("s  r Space", "breakpoint at a name, nan, > 100 (of |gradient|); run to it"),
    ("x", "predict first: numbers are asked for before they are shown"),
    ("t  Esc  q", "light or dark; close what is open; quit"),
    ("mouse", "click a node, an event or a key; the wheel scrolls"),
)


def help_text() -> Text:
    """The page that `?` shows, within 76 columns and 20 lines."""
    text = Text(no_wrap=True)
    for keys, meaning in KEYS:
        text.append(f"{keys:<11} ", "bold")
        text.append(f"{meaning}\n")
    roles = "  ".join(f"{sign} {role}" for role, sign in ROLE_SIGNS.items())
    text.append(f"\nnodes    {roles}\n")
    text.append(f"         {CURRENT} gets it now  {TAKES_PART} takes part  {SELECTED} selected  {STOP} breakpoint\n")
    text.append(f"gradient {'  '.join(f'{sign} {meaning}' for sign, meaning in FLAGS.items())}\n")
    text.append(
        f"events   {FORWARD} forward  {SEED} the backward pass starts  {BACKWARD} contribution  {UPDATE} update\n"
    )
    text.append("         ∇x is the gradient of x; — is nothing yet; ‖3‖ is an array's norm")
    return text


class Help(ModalScreen[None]):
    """The help page; any of the keys that close things closes it."""

    BINDINGS = [("escape,q,question_mark,enter,space", "dismiss_help", "close")]  # noqa: RUF012  # textual's own form
    AUTO_FOCUS: ClassVar[str | None] = "VerticalScroll"
    DEFAULT_CSS: ClassVar[str] = """
    Help { align: center middle; }
    Help VerticalScroll { width: 80; max-width: 100%; height: auto; max-height: 100%; border: round $primary;
        background: $background; padding: 0 1; scrollbar-size-vertical: 1; }
    """

    def compose(self) -> ComposeResult:
        page = VerticalScroll(Static(help_text()))
        page.border_title = "Keys and signs"
        page.border_subtitle = "Esc closes"
        yield page

    def action_dismiss_help(self) -> None:
        self.dismiss()
