"""Which arrangement of a picture can be read where it is looked at, and which order of its rows is tidier."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from .columns import in_columns
from .dot import FONT_SIZE, LARGE
from .errors import DrawingError
from .picture import Picture
from .tidiness import untidiness

PIXELS_PER_POINT = 96 / 72
READABLE = 9.0  # the height of text in pixels


@dataclass(frozen=True)
class Screen:
    """What a picture is fitted to by its width, in pixels; how many of its heights a person scrolls, and how high text
    is at least."""

    width: float
    height: float
    screens: float = 3.0
    readable: float = READABLE

    def text(self, width: float) -> float:
        """How high text is in a picture so many points wide, in pixels."""
        return FONT_SIZE * self._scale(width)

    def shows(self, width: float, height: float) -> bool:
        """Whether a picture of this size, in points, can be read without scrolling far."""
        return self.text(width) >= self.readable and height * self._scale(width) <= self.screens * self.height

    def _scale(self, width: float) -> float:
        return min(PIXELS_PER_POINT, self.width / width)


PHONE, LAPTOP = Screen(390, 844), Screen(1366, 768)
# What a picture is to fit, the best first: text that is read with ease is worth a fourth screen.
_COMFORTABLE = 12.0
_WISHES = (
    PHONE,
    Screen(1366, 768, readable=_COMFORTABLE),
    Screen(1366, 768, screens=4.0, readable=_COMFORTABLE),
    LAPTOP,
)


@dataclass(frozen=True)
class LaidOut:
    """A picture with the SVG that a renderer made of it, and its size in points."""

    picture: Picture
    svg: str
    width: float
    height: float


def fitting(pictures: Sequence[Callable[[], Picture]], render: Callable[[str, float], str], seconds: float) -> LaidOut:
    """The first of these pictures that can be read on a phone, else the one that can be read best on a laptop, of
    equals on a phone, else the narrowest.

    Args:
        render: makes an SVG of a DOT program in so many seconds.
        seconds: for all of them together. What is not laid out by then is left out.
    """
    end = time.monotonic() + seconds
    found: list[LaidOut] = []
    for make in worth_trying(pictures):
        picture = make()
        try:
            svg = render(picture.dot, seconds if not found else end - time.monotonic())
        except DrawingError:
            if not found:
                raise
            break
        found.append(LaidOut(picture, svg, *size(svg)))
        if PHONE.shows(*_size(found[-1])) or time.monotonic() >= end:
            break
    best = _best(found)
    if is_large(best.picture):
        return best
    return _tidier(_folded(best, render, end), render, end - time.monotonic())


def _best(found: Sequence[LaidOut]) -> LaidOut:
    for screen in _WISHES:
        fit = [one for one in found if screen.shows(*_size(one))]
        if fit:
            # Of equals the one whose text is larger on a phone, and of these the first.
            return max(fit, key=lambda one: (screen.text(one.width), PHONE.text(one.width)))
    return min(found, key=lambda one: one.width)


def _folded(found: LaidOut, render: Callable[[str, float], str], end: float) -> LaidOut:
    """A picture too long for its screen in the fewest columns in which it can be read, else in those in which it is
    read with the least scrolling."""
    if LAPTOP.shows(*_size(found)) or PHONE.shows(*_size(found)):
        return found
    best = found
    for columns in range(2, _MOST_COLUMNS + 1):
        cut = in_columns(found.picture.dot, columns)
        for dot in (cut.dot, cut.in_order) if cut else ():
            if time.monotonic() >= end:
                return best
            try:
                svg = render(dot, end - time.monotonic())
            except DrawingError:  # it took too long, or Graphviz cannot: what is laid out already stands
                return best
            other = LaidOut(replace(found.picture, dot=dot), svg, *size(svg))
            if not cut or not cut.are_apart(svg) or LAPTOP.text(other.width) < LAPTOP.readable:
                continue
            if LAPTOP.shows(*_size(other)):
                return other
            best = min(best, other, key=lambda one: (LAPTOP.text(one.width) < LAPTOP.readable, one.height))
    return best


_MOST_COLUMNS = 6


def _tidier(found: LaidOut, render: Callable[[str, float], str], seconds: float) -> LaidOut:
    """The picture with operands in the order of their use, where that is tidier and can be read as well."""
    untidy = untidiness(found.svg)
    in_order = _GRAPH.sub(r"\1ordering=in ", found.picture.dot, count=1)
    if not untidy or seconds <= 0 or in_order == found.picture.dot:
        return found
    try:
        svg = render(in_order, seconds)
    except DrawingError:  # it took too long, or Graphviz cannot: what is laid out already stands
        return found
    other = LaidOut(replace(found.picture, dot=in_order), svg, *size(svg))
    fits = LAPTOP.shows(*_size(other)) or not LAPTOP.shows(*_size(found))
    is_tidier = other.width <= _HARDLY_WIDER * found.width and untidiness(svg) < untidy
    return other if fits and is_tidier else found


_HARDLY_WIDER = 1.1
_GRAPH = re.compile(r"^(\tgraph \[)", re.MULTILINE)


def worth_trying(pictures: Sequence[Callable[[], Picture]]) -> Sequence[Callable[[], Picture]]:
    """The first alone where a layout may take long."""
    return pictures[:1] if is_large(pictures[0]()) else pictures


def is_large(picture: Picture) -> bool:
    """Whether its layout may take long, so that one is enough."""
    return picture.count > LARGE


def size(svg: str) -> tuple[float, float]:
    """The width and height of an SVG, in points; nothing of what has none."""
    sizes = re.search(r'<svg [^>]*?\bwidth="([\d.]+)pt" height="([\d.]+)pt"', svg)
    return (float(sizes[1]), float(sizes[2])) if sizes else (1.0, 1.0)


def _size(laid_out: LaidOut) -> tuple[float, float]:
    return laid_out.width, laid_out.height
