"""`page`: a recorded graph as one file that explains itself."""

from __future__ import annotations

import math
import os
from pathlib import Path

from autograd import GraphError, Node
from autograd.arguments import answering, check_known, described, file_path
from autograd.files import write_whole

from ..errors import DrawingError, TooManyNodesError
from ..layout import RENDERERS, SECONDS
from ..tracing import Trace, hint_of, trace


@answering()
def page(
    output: Node | Trace,
    path: str | os.PathLike[str],
    *,
    learning_rate: float = 1.0,
    renderer: str = "auto",
    seconds: float = SECONDS,
) -> Path:
    """Write a page on which the graph of `output` can be stepped through and changed: one file, no network.

    In it every number can be followed forward and backward, and each says why it is what it is. A leaf that is given
    another number there changes all that depend on it, computed by the page itself from the same table of rules; at
    load it compares its numbers with those recorded here.

    Args:
        output: a node with a single number, or a trace of one.
        path: the file to write; it ends in .html.
        learning_rate: what the page's update begins with; it can be changed there.
        renderer: lays the graph out; as for `draw`.
        seconds: how long each of two layouts may take.

    Returns:
        The file's path.

    Raises:
        DrawingError: another ending, a file that cannot be written, a learning rate that is no finite number, or more
            nodes than a page shows; nothing is left half-written.
        GraphError: `output` is neither a node nor a trace, or has no gradients.

    >>> import os, tempfile
    >>> from autograd import Value
    >>> from viz import page
    >>> x = Value(3.0, label="x")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page(x * x, os.path.join(folder, "square.html")).name
    'square.html'
    """
    target = file_path("path", path, DrawingError)
    if target.suffix.lower() not in (".html", ".htm"):
        raise DrawingError(f"{target}: a page is saved as .html, not {target.suffix or 'without an ending'}")
    content = html_of(_traced(output), learning_rate=learning_rate, renderer=renderer, seconds=seconds)
    try:
        write_whole(target, content.encode())
    except OSError as error:
        raise DrawingError(f"{target} cannot be written: {error.strerror or error}") from None
    return target


def html_of(traced: Trace, *, learning_rate: float = 1.0, renderer: str = "auto", seconds: float = SECONDS) -> str:
    """The page as text; arguments as of `page`."""
    check_known("renderer", renderer, RENDERERS, DrawingError)
    is_number = isinstance(learning_rate, int | float) and not isinstance(learning_rate, bool)
    if not is_number or not math.isfinite(learning_rate):
        raise DrawingError(f"learning_rate is a finite number, not {learning_rate!r:.60}")
    from .document import document  # there, because most of who imports viz writes no page
    from .recording import recorded  # which needs the compiler

    found = recorded(traced, float(learning_rate), renderer, seconds)
    return document(found, f"Graph of {traced.nodes[traced.output].label}")


def _traced(output: Node | Trace) -> Trace:
    if isinstance(output, Trace):
        return output
    if not isinstance(output, Node):
        raise GraphError(
            f"page: the output is a node (Value or Tensor) or a trace, not {described(output)}{hint_of(output)}"
        )
    from .recording import MOST_NODES

    try:
        return trace(output, most=MOST_NODES)
    except TooManyNodesError:
        raise DrawingError(
            f"this graph has more than {MOST_NODES:,} nodes, which is what a page shows: give the graph of a node in "
            "it, or draw a picture of it, draw(output, collapse=1) or draw(output, focus=label)"
        ) from None
