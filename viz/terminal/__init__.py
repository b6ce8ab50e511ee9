"""The stepper in a terminal: forwards and backwards through every event, with edits, checks and updates.

textual is imported when it starts, not before.

* `session.py` computes: edit, check, update. `check.py` and `entry.py` are its gradient check and its input.
* `equation.py`, `rows.py`, `finding.py`, `breakpoints.py` turn a trace into lines and places in it.
* `app.py` is the screen; `virtual_list.py`, `prompt.py`, `help.py`, `colours.py` are its parts.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from ..encodings import holds

if TYPE_CHECKING:
    from .session import Optimizer, Source


_SIGNS = "│─●◆▶∂−×‖₁σ"


def run(source: Source, *, optimizer: Optimizer | None = None, title: str = "") -> None:
    """Step through a graph on the whole terminal until the user quits.

    Args:
        source: a function that records the graph from what its leaves are now: edits and updates go to
            those leaves and stay. Or a node: its recorded operations are run again on copies of its leaves
            (on the leaves themselves if an optimizer is given). Or a trace, to look at only.
        optimizer: what `u` moves the parameters with; without one it asks for a learning rate.
        title: what the graph is of.

    Raises:
        GraphError: there is nothing to trace; the screen has not been touched then.
    """
    from .session import Session

    session = Session(source, optimizer)
    from .app import Stepper

    Stepper(session, title).run()


def is_available() -> bool:
    """Whether the stepper may take over a terminal: there is one (no notebook, no pipe, none called dumb), no event
    loop is running, and its encoding has the signs that are drawn. Under NO_COLOR it has no colours; every sign has a
    shape, too."""
    if os.environ.get("TERM") == "dumb":
        return False
    # textual draws on stderr, and what is asked of us is printed on stdout elsewhere.
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.__stderr__)):
        return False
    if not holds(_SIGNS, getattr(sys.__stderr__, "encoding", None)):
        return False
    import asyncio  # not needed by what only looks at traces

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return True
    return False
