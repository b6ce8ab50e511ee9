"""A PNG has what the program `dot` alone would not draw: heat maps, and two colours in one edge label."""

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy
import pytest

from autograd import Tensor, Value, label
from viz import draw
from viz.themes import DARK, LIGHT

pytestmark = pytest.mark.usefixtures("needs_dot")


def pixels(png: bytes) -> Any:
    """The colours of a PNG of 8 bits, red, green and blue."""
    width, height, bits, kind, *_ = struct.unpack(">IIBBBBB", png[16:29])
    channels = {2: 3, 6: 4}[kind]
    assert bits == 8
    compressed, at = b"", 8
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at : at + 8])
        compressed += png[at + 8 : at + 8 + length] if name == b"IDAT" else b""
        at += 12 + length
    content, size = zlib.decompress(compressed), channels * width
    above = bytearray(size)
    lines = []
    for start in range(0, len(content), size + 1):
        line = bytearray(content[start + 1 : start + 1 + size])
        for index in range(size) if content[start] else ():
            left, corner = (line[index - channels], above[index - channels]) if index >= channels else (0, 0)
            line[index] = (line[index] + _expected(content[start], left, above[index], corner)) & 255
        lines.append(line)
        above = line
    return numpy.array(lines).reshape(height, width, channels)[:, :, :3]


def _expected(rule: int, left: int, above: int, corner: int) -> int:
    """What PNG's filters expect of a byte."""
    if rule == 4:
        return min((left, above, corner), key=lambda one: abs(left + above - corner - one))
    return (0, left, above, (left + above) // 2)[rule]


def count(picture: Any, colour: str) -> int:
    wanted = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
    return int((picture == wanted).all(axis=2).sum())


def saved(drawing: Any, folder: Path) -> Any:
    return pixels(drawing.save(folder / "x.png").read_bytes())


def test_heat_maps_are_in_a_png(tmp_path: Path) -> None:
    w = Tensor([[-1.0, 1.0], [1.0, 1.0]], label="w")
    loss = (w * 2.0).sum()
    label({"loss": loss})
    picture = saved(draw(loss, focus="w", hops=0), tmp_path)
    orange, blue = count(picture, "#d55e00"), count(picture, "#0072b2")
    assert orange > 400
    assert blue > 2.5 * orange  # three elements, and the outline of a parameter


def test_gradients_are_green_in_a_png_of_the_documents_style(tmp_path: Path) -> None:
    y = Value(0.5, label="x") * 2.0
    assert count(saved(draw(y, style="document"), tmp_path), LIGHT.gradient) > 10
    assert count(saved(draw(y), tmp_path), LIGHT.gradient) == 0


def test_a_png_has_the_themes_background(tmp_path: Path) -> None:
    for theme, colours in (("light", LIGHT), ("dark", DARK)):
        picture = saved(draw(Value(0.5), theme=theme), tmp_path)  # type: ignore[arg-type]  # one of the themes
        assert count(picture, colours.background) > 0.5 * picture.shape[0] * picture.shape[1]
