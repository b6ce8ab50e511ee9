"""Which arrangement of a picture can be read where it is looked at."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .dot import FONT_SIZE, LARGE
from .errors import DrawingError
from .picture import Picture

_PIXELS_PER_POINT = 96 / 72
READABLE, _SCREENS = 9.0, 3.0  # the height of text in pixels, and how far a person scrolls


@dataclass(frozen=True)
class Screen:
    """What a picture is fitted to by its width, in pixels."""

    width: float
    height: float

    def text(self, width: float) -> float:
        """How high text is in a picture so many points wide, in pixels."""
        return FONT_SIZE * self._scale(width)

    def shows(self, width: float, height: float) -> bool:
        """Whether a picture of this size, in points, can be read without scrolling far."""
        return self.text(width) >= READABLE and height * self._scale(width) <= _SCREENS * self.height

    def _scale(self, width: float) -> float:
        return min(_PIXELS_PER_POINT, self.width / width)


PHONE, LAPTOP = Screen(390, 844), Screen(1366, 768)


@dataclass(frozen=True)
class LaidOut:
    """A picture with the SVG that a renderer made of it, and its size in points."""

    picture: Picture
    svg: str
    width: float
    height: float


def fitting(pictures: Sequence[Callable[[], Picture]], render: Callable[[str, float], str], seconds: float) -> LaidOut:
    """The first of these pictures that can be read on a phone, else the one that can be read best on a laptop, else the
    narrowest.

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
    for screen in (PHONE, LAPTOP):
        fit = [one for one in found if screen.shows(*_size(one))]
        if fit:
            return max(fit, key=lambda one: screen.text(one.width))  # of equals the first
    return min(found, key=lambda one: one.width)


def worth_trying(pictures: Sequence[Callable[[], Picture]]) -> Sequence[Callable[[], Picture]]:
    """The first alone where a layout may take long."""
    view = pictures[0]().view
    return pictures[:1] if view is not None and view.count > LARGE else pictures


def size(svg: str) -> tuple[float, float]:
    """The width and height of an SVG, in points; nothing of what has none."""
    sizes = re.search(r'<svg [^>]*?\bwidth="([\d.]+)pt" height="([\d.]+)pt"', svg)
    return (float(sizes[1]), float(sizes[2])) if sizes else (1.0, 1.0)


def _size(laid_out: LaidOut) -> tuple[float, float]:
    return laid_out.width, laid_out.height
