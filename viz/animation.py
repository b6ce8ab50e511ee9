"""Animations as GIFs, which a README and a lecture show: a boundary that is learned, and the way back over a graph."""

from __future__ import annotations

import io
import os
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from autograd.arguments import file_path
from autograd.files import write_whole

from .errors import DrawingError
from .parts import Contribution, Seed
from .themes import Colours
from .tracing import Trace

SVG = "{http://www.w3.org/2000/svg}"
_MOST_FRAMES = 400
_LONGEST = 60.0  # seconds that a frame stands at most
_HOLD = 4  # so many times as long as the others the last frame stands
_NEVER = -2  # before the picture on which nothing has come yet
_GRADIENT = re.compile(r"^grad\b")


def gif(frames: Iterable[bytes], seconds: float = 0.6) -> bytes:
    """Pictures (PNGs, all of one size) as a GIF that begins again, each for so many seconds, the last for longer.

    Raises:
        DrawingError: there are none, or more than can be watched, or the time is none.
    """
    from PIL import Image

    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0.02 <= seconds <= _LONGEST:
        raise DrawingError(f"a frame stands for 0.02 to {_LONGEST:g} seconds, not {seconds!r:.60}")
    pictures: list[Any] = []
    for frame in frames:
        if len(pictures) == _MOST_FRAMES:
            raise DrawingError(f"an animation of more than {_MOST_FRAMES} pictures is too long: draw less of the graph")
        pictures.append(Image.open(io.BytesIO(frame)).convert("RGB"))
    if not pictures:
        raise DrawingError("an animation needs a picture at least")
    size = max(picture.width for picture in pictures), max(picture.height for picture in pictures)
    # The last picture, which has everything, says which colours there are.
    palette = _palette(pictures[-1])
    drawn = [_on_canvas(one, size).quantize(palette=palette, dither=Image.Dither.NONE) for one in pictures]
    durations = [round(1000 * seconds)] * (len(drawn) - 1) + [round(1000 * seconds * _HOLD)]
    stream = io.BytesIO()
    drawn[0].save(
        stream, "GIF", save_all=True, append_images=drawn[1:], duration=durations, loop=0, optimize=False, disposal=1
    )
    return stream.getvalue()


def _palette(picture: Any) -> Any:
    """The most frequent colours as they are, so that the paper stays white, and what the others are near."""
    from PIL import Image

    counted = sorted(picture.getcolors(picture.width * picture.height), reverse=True)
    exact = [part for _, colour in counted[:_EXACT] for part in colour]
    others = picture.quantize(colors=256 - _EXACT).getpalette()[: 3 * (256 - _EXACT)]
    found = Image.new("P", (1, 1))
    found.putpalette(exact + others)
    return found


_EXACT = 32


def boundary_animation(
    stages: Sequence[tuple[str, Any]],
    points: Any,
    labels: Any,
    path: str | os.PathLike[str],
    *,
    seconds: float = 0.4,
) -> Path:
    """Write a GIF of a boundary that is learned: `plots.decision_boundary` at each of these stages.

    Args:
        stages, points, labels: as for `plots.decision_boundaries`.
        path: a name that ends in .gif.

    Raises:
        DrawingError: the name, or the file that cannot be written; nothing is left half-written.
    """
    from . import plots

    target = _target(path)

    def frame(title: str, classes_of: Any) -> bytes:
        stream = io.BytesIO()
        plots.decision_boundary(classes_of, points, labels, title).savefig(stream, format="png")
        return stream.getvalue()

    return _written(target, gif((frame(*stage) for stage in stages), seconds))


def sweep_frames(svg: str, trace: Trace, colours: Colours) -> list[str]:
    """The finished picture of a trace at each moment of its backward pass: what is passed back so far and the gradients
    that are complete; what is passed back now is bright."""
    events = [event for event in trace.events if isinstance(event, Seed | Contribution)]
    complete = {(event.node if isinstance(event, Seed) else event.operand): at for at, event in enumerate(events)}
    passed = {(event.node, event.slot): at for at, event in enumerate(events) if isinstance(event, Contribution)}
    slots = _slots_of_edges(trace)
    frames = []
    for now in range(-1, len(events)):
        root = ElementTree.fromstring(svg[svg.index("<svg") :])
        places: dict[str, int] = {}
        for group in root.iter(f"{SVG}g"):
            title = group.findtext(f"{SVG}title") or ""
            if group.get("class") == "edge":
                number = places[title] = places.get(title, -1) + 1
                own = slots.get(title, [])
                if number < len(own):  # into a box several are drawn as one, which stays as it is
                    _show_edge(group, passed.get(own[number], len(events)), now, colours)
            elif group.get("class") == "node" and re.fullmatch(r"n\d+", title):
                _show_node(group, complete.get(int(title[1:]), _NEVER), now, colours)
        frames.append(ElementTree.tostring(root, encoding="unicode"))
    return frames


def _slots_of_edges(trace: Trace) -> dict[str, list[tuple[int, int]]]:
    """By the names of an edge's ends, as they are drawn, the operand slots behind it, in the order of their drawing."""
    found: dict[str, list[tuple[int, int]]] = {}
    for edge in trace.edges:
        for target in (f"op{edge.target}", f"n{edge.target}"):
            found.setdefault(f"n{edge.source}->{target}", []).append((edge.target, edge.slot))
    return found


def _show_edge(group: ElementTree.Element, at: int, now: int, colours: Colours) -> None:
    for text in group.iter(f"{SVG}text"):
        if at > now:
            text.set("visibility", "hidden")
        elif at == now:
            text.attrib |= {"fill": colours.output, "font-weight": "bold"}
    for shape in (*group.iter(f"{SVG}path"), *group.iter(f"{SVG}polygon")) if at == now else ():
        shape.attrib |= {"stroke": colours.output, "stroke-width": "2.5"}


def _show_node(group: ElementTree.Element, at: int, now: int, colours: Colours) -> None:
    """Hide what is below the line that begins with a gradient until that is complete."""
    is_gradient = False
    for element in list(group.iter()):
        if element.tag == f"{SVG}text" and _GRADIENT.match((element.text or "").strip()):
            is_gradient = True
        if is_gradient and at > now and element.tag in (f"{SVG}text", f"{SVG}image"):
            element.set("visibility", "hidden")
    for shape in (*group.iter(f"{SVG}polygon"), *group.iter(f"{SVG}path")) if at == now else ():
        shape.attrib |= {"stroke": colours.output, "stroke-width": "3"}


def _on_canvas(picture: Any, size: tuple[int, int]) -> Any:
    """The picture on one of this size, in its own first colour."""
    from PIL import Image

    if picture.size == size:
        return picture
    canvas = Image.new("RGB", size, picture.getpixel((0, 0)))
    canvas.paste(picture, (0, 0))
    return canvas


def _target(path: str | os.PathLike[str]) -> Path:
    target = file_path("path", path, DrawingError)
    if target.suffix.lower() != ".gif":
        raise DrawingError(f"{target}: an animation is saved as .gif, not {target.suffix or 'without an ending'}")
    return target


def _written(target: Path, content: bytes) -> Path:
    try:
        write_whole(target, content)
    except OSError as error:
        raise DrawingError(f"{target} cannot be written: {error.strerror or error}") from None
    return target
