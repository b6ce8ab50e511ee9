"""A trace as a picture: trace → DOT → SVG or PNG."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from autograd import GraphError, Node
from autograd.arguments import check_known
from autograd.files import write_whole

from .document_style import document
from .dot import printable
from .errors import DrawingError, TooManyNodesError
from .glass import Overlay, glass
from .layout import SECONDS, Renderer, by_graphviz, dot_program, render_svg
from .notebook import bundle
from .numbers import format_data
from .parts import TracedNode
from .png import png, without_marks
from .svg import finished
from .themes import Theme, colours_of
from .tracing import Trace, in_order, trace
from .visible import Collapse, Visible, find, on_paths_from, visible

Style = Literal["glass", "document"]
Which = TracedNode | Node | str | int
_DAY = 86_400


def draw(
    output: Node | Trace,
    *,
    style: Style = "glass",
    collapse: Collapse = "auto",
    focus: Which | None = None,
    hops: int = 2,
    highlight: Which | None = None,
    overlay: Overlay = None,
    legend: bool = False,
    theme: Theme = "light",
    renderer: Renderer = "auto",
    max_nodes: int = 1500,
    max_traced: int = 200_000,
    seconds: float = SECONDS,
) -> Drawing:
    """A picture of the graph of `output`, with its gradients.

    Args:
        output: a node with a single number, or a trace of one.
        style: "glass": every number a box with its name, data and gradient, upstream × local gradient on the
            edges; "document": document 002's, operations as nodes, a `scope(...)` as one node, values above
            the edges and gradients below them in green.
        collapse: which parts are drawn as one box, with the number of nodes it hides: "auto" by modules and
            scopes where more than 150 nodes would show; a depth (1: the outermost); a function from a node
            to the name of its box or None; None: nothing. The picture says what it hides.
        focus, hops: only the nodes within so many edges of this one (a node, its label or its id).
        highlight: all paths from this node to the output, bold.
        overlay: "gradient" shows each gradient's magnitude, and flags what is dead, vanishing, exploding.
        legend: also say what shapes and edge labels mean.
        theme: "light", "dark", or "auto", which follows what the viewer prefers.
        renderer: "dot", "wasm", or "auto" for the first where it is installed.
        max_nodes, max_traced: refuse a picture, and a graph, of more nodes than these.
        seconds: how long laying it out may take.

    Raises:
        DrawingError: an argument that is none of these, or more nodes than a picture can show.
        GraphError: `output` is neither a node nor a trace.

    >>> from autograd import Value
    >>> from viz import draw
    >>> x = Value(3.0, label="x")
    >>> "<svg" in draw(x * x).svg()
    True
    """
    check_known("style", style, ("glass", "document"), DrawingError)
    check_known("theme", theme, ("light", "dark", "auto"), DrawingError)
    check_known("renderer", renderer, ("auto", "dot", "wasm"), DrawingError)
    check_known("overlay", overlay, (None, "gradient"), DrawingError)
    if not 0 < seconds <= _DAY:
        raise DrawingError(f"seconds is a number above 0, {_DAY:,} at most, not {seconds!r:.60}")
    traced = output if isinstance(output, Trace) else _traced(output, max_traced)
    colours = colours_of(theme)
    if style == "document":
        if focus is not None or highlight is not None or overlay is not None or legend or collapse != "auto":
            raise DrawingError('collapse, focus, highlight, overlay and legend are for style="glass"')
        if len(traced.nodes) > max_nodes:
            raise DrawingError(
                f"{len(traced.nodes):,} nodes are more than the document's style shows ({max_nodes:,}); "
                'style="glass" draws modules as boxes'
            )
        return Drawing(document(traced, colours), traced, style, theme, renderer, seconds=seconds)
    focus, highlight = _in_trace(focus, output), _in_trace(highlight, output)
    view = visible(traced, collapse=collapse, focus=focus, hops=hops, max_nodes=max_nodes)
    on_paths: Iterable[int] = () if highlight is None else on_paths_from(traced, find(traced, highlight))
    picture = glass(view, colours, overlay=overlay, highlight=on_paths, legend=legend)
    return Drawing(picture.dot, traced, style, theme, renderer, picture.heat_maps, view, seconds)


class Drawing:
    """A picture: `.save(path)` writes it, a notebook shows it, `.dot` is its DOT program."""

    def __init__(
        self,
        dot: str,
        trace: Trace,
        style: Style,
        theme: Theme,
        renderer: Renderer,
        heat_maps: dict[str, Any] | None = None,
        view: Visible | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self.dot = dot
        self.trace = trace
        self.style = style
        self.theme: Theme = theme
        self.renderer = renderer
        self.view = view
        self.seconds = seconds
        self._heat_maps = heat_maps or {}

    @property
    def note(self) -> str:
        """What the picture does not show, in words; "" where it shows everything."""
        return "" if self.view is None else self.view.note

    def svg(self, *, prefix: str | None = None) -> str:
        """The picture as SVG. `prefix` begins every id in it; by default it comes from the content."""
        # The light picture and the one that follows its viewer are laid out from the same DOT.
        content = self.dot + ("auto" if self.theme == "auto" else "")
        return self._finished(self.renderer, prefix or "g" + hashlib.sha256(content.encode()).hexdigest()[:10])

    def _finished(self, renderer: Renderer, prefix: str) -> str:
        output, colours = self.trace.nodes[self.trace.output], colours_of(self.theme)
        description = f"{len(self.trace.nodes):,} nodes; {output.label} = {format_data(output.data)}"
        return finished(
            render_svg(self.dot, renderer, self.seconds),
            title=printable(f"Computation graph of {output.label}"),
            description=printable(f"{description}. {self.note}" if self.note else description),
            prefix=prefix,
            background=colours.background,
            gradient_color=colours.gradient if self.style == "document" else None,
            heat_maps=self._heat_maps,
            follows_viewer=self.theme == "auto",
        )

    def _png(self) -> bytes:
        dot_program("PNG")
        if self.style == "glass" and not self._heat_maps:
            return by_graphviz(self.dot, "png", seconds=self.seconds)
        return png(self.dot, self._finished("dot", "g"), own_edge_labels=self.style == "document")

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture in the format that the file's ending names: .svg, .png, .dot, or .json, which is
        the trace.

        Raises:
            DrawingError: another ending, or a file that cannot be written; nothing is left half-written.
        """
        target = Path(path)
        form = target.suffix.lower()
        if form == ".svg":
            content = self.svg().encode()
        elif form == ".dot":
            content = without_marks(self.dot).encode()
        elif form == ".png":
            content = self._png()
        elif form == ".json":
            content = self.trace.to_json().encode()
        else:
            raise DrawingError(
                f"{target}: a drawing is saved as .svg, .png, .dot or .json, not {form or 'without an ending'}"
            )
        try:
            write_whole(target, content)
        except (OSError, ValueError) as error:  # the latter for a name that no file can have
            raise DrawingError(f"{target} cannot be written: {getattr(error, 'strerror', None) or error}") from None
        return target

    def notebook_svg(self) -> str:
        """The picture for a page on which it may stand twice: its ids are like no other's."""
        return self.svg(prefix=f"g{uuid.uuid4().hex[:10]}")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return bundle(self.notebook_svg(), repr(self), self.note)

    def __repr__(self) -> str:
        hidden = f"; {self.note}" if self.note else ""
        return f"<drawing of {self.trace.nodes[self.trace.output].label}, {len(self.trace.nodes)} nodes{hidden}>"


def _traced(output: Node, most: int) -> Trace:
    """The trace of a graph that is not too large to be traced."""
    if not isinstance(output, Node):
        raise GraphError(f"draw: the output is a node (Value or Tensor) or a trace, not {type(output).__name__}")
    try:
        return trace(output, most=most)
    except TooManyNodesError:
        raise DrawingError(
            f"this graph has more than {most:,} nodes: draw a part of it (the graph of a node in it), "
            "or give max_traced= (a million take about a minute and 3 gigabytes) and collapse="
        ) from None


def _in_trace(wanted: Which | None, output: Node | Trace) -> Which | None:
    """A node by its id, because its label may be several nodes'; a trace, which holds no node, knows labels."""
    if not isinstance(wanted, Node) or isinstance(output, Trace):
        return wanted
    for identifier, (node, _) in enumerate(in_order(output)):
        if node is wanted:
            return identifier
    raise DrawingError(f"{wanted!r:.80} is not in the graph of the output")
