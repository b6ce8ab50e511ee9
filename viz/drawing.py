"""A trace as a picture: trace → DOT → SVG, PNG or PDF."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import shutil
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from autograd import GraphError, Node
from autograd.arguments import NoSuchAttribute, answering, check_known, described, file_path, flag, whole_number
from autograd.files import write_whole
from autograd.once import once

from .animation import gif, sweep_frames
from .dot import printable
from .errors import DrawingError, TooManyNodesError
from .fitting import PIXELS_PER_POINT, LaidOut, fitting, is_large, size
from .layout import RENDERERS, SECONDS, dot_program, render_svg
from .notebook import bundle
from .numbers import format_data
from .overlays import OVERLAYS
from .parts import Seed, TracedNode
from .picture import Asked, Picture
from .png import drawn_by_dot, for_reading
from .styles import STYLES, arrangements, check_supported
from .svg import finished
from .themes import THEMES
from .tracing import Trace, hint_of, in_order, trace
from .typesetting import typeset
from .visible import Collapse, Visible, find
from .webpage.writing import html_of

Which = TracedNode | Node | str | int
_DAY = 86_400
# What a picture is painted for where nobody says it; both are laid out in the same colours.
_IN_FILES, _IN_NOTEBOOKS = "light", "auto"
# What image formats and viewers bear along one side, and no picture needs.
_MOST_PIXELS, _LARGEST_SCALE = 30_000, 20


@answering(
    format='the file\'s ending says it: draw(output).save("graph.png")', filename="draw(output).save(path) writes it"
)
def draw(
    output: Node | Trace,
    *,
    style: str = "glass",
    collapse: Collapse = "auto",
    focus: Which | None = None,
    hops: int = 2,
    highlight: Which | None = None,
    overlay: str | None = None,
    direction: str = "auto",
    operations: str = "auto",
    legend: bool = False,
    theme: str | None = None,
    renderer: str = "auto",
    max_nodes: int = 1500,
    max_traced: int = 200_000,
    seconds: float = SECONDS,
) -> Drawing:
    """A picture of the graph of `output`, with its gradients.

    Args:
        output: a node with a single number, or a trace of one.
        style: "glass", every number a box, or "document", operations as nodes as in document 002: the names in
            `viz.styles.STYLES`, to which you may add your own.
        collapse: which parts are drawn as one box, with the number of nodes it hides: "auto" by modules and
            scopes where more than 150 nodes would show; a depth (1: the outermost); a function from a node
            to the name of its box or None; None: nothing. The picture says what it hides.
        focus, hops: only the nodes within so many edges of this one (a node, its label or its id).
        highlight: all paths from this node to the output, bold.
        overlay: "gradient" shows each gradient's magnitude, and flags what is dead, vanishing, exploding.
        direction: "right", "down", or "auto" for the one that can be read on a phone (390 pixels wide), else on a
            laptop (1,366); of more than 100 nodes and boxes, the first that the style knows.
        operations: "circles" between operands and results; "boxes", in which operations and the numbers of the way
            back stand in the boxes, a narrower picture; or "auto", by size as above.
        legend: also say what shapes and edge labels mean.
        theme: "light", "dark", or "auto", which follows what the viewer prefers; by default "light" in files and
            "auto" in a notebook.
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
    for kind, name, known in (
        ("style", style, STYLES),
        ("theme", _IN_FILES if theme is None else theme, THEMES),
        ("renderer", renderer, RENDERERS),
        ("overlay", overlay, (None, *OVERLAYS)),
    ):
        check_known(kind, name, known, DrawingError)
    legend = flag("legend", legend, DrawingError)
    whole_number("max_traced", max_traced, error=DrawingError)
    if not isinstance(seconds, int | float) or not 0 < seconds <= _DAY:
        raise DrawingError(f"seconds is a number above 0, {_DAY:,} at most, not {seconds!r:.60}")
    traced = output if isinstance(output, Trace) else _traced(output, max_traced)
    asked = Asked(
        traced,
        THEMES[theme or _IN_FILES].colours,
        collapse,
        _in_trace(focus, output, traced),
        hops,
        _in_trace(highlight, output, traced),
        None if overlay is None else OVERLAYS[overlay],
        legend,
        max_nodes,
    )
    check_supported(style, asked)
    pictures = [
        functools.cache(functools.partial(STYLES[style].picture, replace(asked, arrangement=arrangement)))
        for arrangement in arrangements(style, direction, operations)
    ]
    pictures[0]()  # what cannot be drawn is refused here
    return Drawing(pictures, traced, style, theme or _IN_FILES, renderer, seconds, theme or _IN_NOTEBOOKS)


@dataclass(eq=False, repr=False)
class Drawing:
    """A picture: `.save(path)` writes it, a notebook shows it, `.dot` is its DOT program."""

    _pictures: Sequence[Callable[[], Picture]]
    trace: Trace
    style: str
    theme: str
    renderer: str
    seconds: float
    notebook_theme: str

    @once
    def _laid_out(self) -> LaidOut:
        return fitting(self._pictures, functools.partial(_rendered, self.renderer), self.seconds)

    @property
    def _picture(self) -> Picture:
        return self._pictures[0]() if is_large(self._pictures[0]()) else self._laid_out.picture

    @property
    def dot(self) -> str:
        """The picture as a DOT program; of several arrangements, the one that fits."""
        return self._picture.dot

    @property
    def view(self) -> Visible | None:
        """Which nodes it shows; None where it shows all of them."""
        return self._pictures[0]().view

    @property
    def note(self) -> str:
        """What the picture does not show, in words; "" where it shows everything."""
        return "" if self.view is None else self.view.note

    def svg(self, *, prefix: str | None = None) -> str:
        """The picture as SVG. `prefix` begins every id in it; by default it comes from the content."""
        # The light picture and the one that follows its viewer are laid out from the same DOT.
        content = self.dot + ("auto" if THEMES[self.theme].follows_viewer else "")
        return self._finished(self.renderer, prefix or "g" + hashlib.sha256(content.encode()).hexdigest()[:10])

    def _finished(
        self, renderer: str, prefix: str, *, follows_viewer: bool = True, theme_name: str | None = None
    ) -> str:
        output, theme = self.trace.nodes[self.trace.output], THEMES[theme_name or self.theme]
        description = f"{len(self.trace.nodes):,} nodes; {output.label} = {format_data(output.data)}"
        return finished(
            self._laid_out.svg if renderer == self.renderer else render_svg(self.dot, renderer, self.seconds),
            title=printable(f"Computation graph of {output.label}"),
            description=printable(f"{description}. {self.note}" if self.note else description),
            prefix=prefix,
            colours=theme.colours,
            has_two_lines=self._picture.has_two_lines,
            heat_maps=self._picture.heat_maps,
            follows_viewer=follows_viewer and theme.follows_viewer,
        )

    def _file(self, form: Literal["png", "pdf"], scale: float) -> bytes:
        """The picture as "png" or "pdf": by `dot` where it is installed, unless another renderer is asked for."""
        if self.renderer == "dot" or (self.renderer == "auto" and shutil.which("dot")):
            dot_program("PNG" if form == "png" else "PDF")
            made = self._finished("dot", "g")
            self._check_pixels(made, form, scale)
            return drawn_by_dot(self.dot, made, form, scale, self.seconds)
        made = self._finished(self.renderer, "g", follows_viewer=False)  # a page has no viewer to follow
        self._check_pixels(made, form, scale)
        return typeset(made, form, THEMES[self.theme].colours.background, scale)

    def _animated(self, scale: float) -> bytes:
        """The way back over the graph, as a GIF: one picture for each step of it."""
        if not any(isinstance(event, Seed) for event in self.trace.events):
            raise DrawingError("a .gif shows the way back, and this trace has none: save a .png")
        if importlib.util.find_spec("typst") is None:
            raise DrawingError("a GIF needs the package typst: pip install typst, or save a .png")
        made = self._finished(self.renderer, "g", follows_viewer=False)
        self._check_pixels(made, "png", scale)
        colours = THEMES[self.theme].colours
        frames = sweep_frames(made, self.trace, colours)
        return gif(typeset(frame, "png", colours.background, scale) for frame in frames)

    @staticmethod
    def _check_pixels(svg: str, form: str, scale: float) -> None:
        longest = max(size(svg)) * PIXELS_PER_POINT * scale
        if form == "png" and longest > _MOST_PIXELS:
            most = _MOST_PIXELS / (max(size(svg)) * PIXELS_PER_POINT)
            raise DrawingError(
                f"a PNG of {longest:,.0f} pixels along one side is too large: give a scale of {most:.1f} at most, "
                "draw less of the graph (collapse=, focus=), or save an SVG or PDF"
            )

    @answering()
    def save(self, path: str | os.PathLike[str], *, scale: float = 1.0) -> Path:
        """Write the picture in the format that the file's ending names: .svg, .png, .pdf, .dot; .json, which is the
        trace; .gif, which shows the way back step by step; or .html, the page of the whole graph (`viz.page`).

        Args:
            scale: of a PNG or GIF, pixels for each pixel that a browser would show: 2 for print and for dense screens.

        A PNG or PDF is made by the program `dot` where it is installed, else by the package typst, which a GIF needs.

        Raises:
            DrawingError: another ending, a file that cannot be written, or neither `dot` nor typst for a PNG or PDF;
                nothing is left half-written.
        """
        target = file_path("path", path, DrawingError)
        form = target.suffix.lower()
        if isinstance(scale, bool) or not isinstance(scale, int | float) or not 0 < scale <= _LARGEST_SCALE:
            raise DrawingError(f"scale is a number above 0, {_LARGEST_SCALE} at most, not {scale!r:.60}")
        forms: dict[str, Callable[[], bytes]] = {
            ".svg": lambda: self.svg().encode(),
            ".png": lambda: self._file("png", scale),
            ".pdf": lambda: self._file("pdf", 1.0),
            ".dot": lambda: for_reading(self.dot, self._picture.heat_maps).encode(),
            ".json": lambda: self.trace.to_json().encode(),
            ".gif": lambda: self._animated(scale),
            ".html": lambda: html_of(self.trace, renderer=self.renderer, seconds=self.seconds).encode(),
        }
        if form not in forms:
            *first, last = forms
            known = f"{', '.join(first)} or {last}"
            raise DrawingError(f"{target}: a drawing is saved as {known}, not {form or 'without an ending'}")
        if scale != 1 and form not in (".png", ".gif"):
            raise DrawingError(f"scale is for a .png or .gif, whose size is in pixels; {form} has none: leave it out")
        content = forms[form]()
        try:
            write_whole(target, content)
        except OSError as error:
            raise DrawingError(f"{target} cannot be written: {error.strerror or error}") from None
        return target

    if not TYPE_CHECKING:  # what a class has not, its subclasses may have
        render = NoSuchAttribute('write .save("graph.svg")')
        show = NoSuchAttribute('a notebook shows it by itself; elsewhere write .save("graph.svg")')

    def notebook_svg(self) -> str:
        """The picture for a page on which it may stand twice: its ids are like no other's."""
        return self._finished(self.renderer, f"g{uuid.uuid4().hex[:10]}", theme_name=self.notebook_theme)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return bundle(self.notebook_svg(), repr(self), self.note)

    def __repr__(self) -> str:
        hidden = f"; {self.note}" if self.note else ""
        return f"<drawing of {self.trace.nodes[self.trace.output].label}, {len(self.trace.nodes)} nodes{hidden}>"


def _rendered(renderer: str, dot: str, seconds: float) -> str:
    return render_svg(dot, renderer, seconds)


def _traced(output: Node, most: int) -> Trace:
    """The trace of a graph that is not too large to be traced."""
    if not isinstance(output, Node):
        raise GraphError(
            f"draw: the output is a node (Value or Tensor) or a trace, not {described(output)}{hint_of(output)}"
        )
    try:
        return trace(output, most=most)
    except TooManyNodesError:
        raise DrawingError(
            f"this graph has more than {most:,} nodes: draw a part of it (the graph of a node in it), "
            "or give max_traced= (a million take about a minute and 3 gigabytes) and collapse="
        ) from None


def _in_trace(wanted: Which | None, output: Node | Trace, traced: Trace) -> TracedNode | None:
    """The node that is meant. A node of the graph is found by its place, because its label may be several nodes';
    a trace, which holds no node, knows labels."""
    if wanted is None:
        return None
    if not isinstance(wanted, Node) or isinstance(output, Trace):
        return find(traced, wanted)
    for identifier, (node, _) in enumerate(in_order(output)):
        if node is wanted:
            return traced.nodes[identifier]
    raise DrawingError(f"{wanted!r:.80} is not in the graph of the output")
