"""A PNG or PDF has what the picture has, by the program `dot` and without it."""

import io
import re
import shutil
import zlib
from pathlib import Path
from typing import Any

import numpy
import PIL.Image
import pytest

from autograd import Tensor, Value, label
from glassgrad.examples import example
from viz import DrawingError, draw
from viz.fitting import size
from viz.themes import DARK, LIGHT


@pytest.fixture(params=["wasm", "dot"], autouse=True)
def needed(request: pytest.FixtureRequest) -> str:
    """Each renderer, where what it needs for a PNG is installed."""
    if request.param == "dot" and shutil.which("dot") is None:
        pytest.skip("the program dot is not installed")
    if request.param == "wasm":
        pytest.importorskip("typst", reason="typst is not installed")
    return request.param  # type: ignore[no-any-return]  # one of the two above


def pixels(png: bytes) -> Any:
    """The colours of a PNG of 8 bits, red, green and blue."""
    image = PIL.Image.open(io.BytesIO(png), formats=["PNG"])
    assert image.mode in ("RGB", "RGBA")
    return numpy.asarray(image)[:, :, :3]


def count(picture: Any, colour: str) -> int:
    wanted = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
    return int((picture == wanted).all(axis=2).sum())


def saved(drawing: Any, folder: Path, scale: float = 1) -> Any:
    return pixels(drawing.save(folder / "x.png", scale=scale).read_bytes())


def test_heat_maps_are_in_a_png(tmp_path: Path, needed: str) -> None:
    w = Tensor([-1.0, *[0.0] * 8, 1.0, 1.0, 1.0], label="w")
    loss = (w * 2.0).sum()
    label({"loss": loss})
    picture = saved(draw(loss, focus="w", hops=0, renderer=needed), tmp_path)
    orange, blue = count(picture, "#d55e00"), count(picture, "#0072b2")
    assert orange > 80
    assert blue > 2.5 * orange  # three elements, and the outline of a parameter


def test_the_numbers_of_a_grid_are_in_a_png(tmp_path: Path, needed: str) -> None:
    def ink(number: float) -> int:
        loss = (Tensor(numpy.full((4, 4), number), label="w") * 2.0).sum()
        drawing = draw(loss, focus=0, hops=0, renderer=needed)
        return count(saved(drawing, tmp_path, 3), LIGHT.ink)

    assert ink(-88.0) > 1.3 * ink(1.0)  # sixteen wide numbers, and sixteen narrow ones


def test_gradients_are_green_in_a_png_of_the_documents_style(tmp_path: Path, needed: str) -> None:
    y = Value(0.5, label="x") * 2.0
    assert count(saved(draw(y, style="document", renderer=needed), tmp_path, 3), LIGHT.gradient) > 10
    assert count(saved(draw(y, renderer=needed), tmp_path), LIGHT.gradient) == 0


@pytest.mark.parametrize(("theme", "colours"), [("light", LIGHT), ("dark", DARK), ("auto", LIGHT)])
def test_a_png_has_the_themes_background(tmp_path: Path, needed: str, theme: str, colours: Any) -> None:
    picture = saved(draw(Value(0.5), theme=theme, renderer=needed), tmp_path)
    assert count(picture, colours.background) > 0.5 * picture.shape[0] * picture.shape[1]
    assert picture[-1, -1].astype(int) == pytest.approx(picture[5, 5].astype(int), abs=2)  # to the last corner


def test_a_png_has_so_many_pixels_for_each_of_a_browser(tmp_path: Path, needed: str) -> None:
    drawing = draw(Value(0.5, label="x") * 2.0, renderer=needed)
    width, height = size(drawing.svg())
    for scale in (0.5, 1, 3):
        pixels_high, pixels_wide, _ = saved(drawing, tmp_path, scale).shape
        assert pixels_wide == pytest.approx(width * 96 / 72 * scale, abs=2 + 6 * scale)
        assert pixels_high == pytest.approx(height * 96 / 72 * scale, abs=2 + 6 * scale)


def test_a_png_of_more_pixels_than_a_viewer_bears_is_refused(tmp_path: Path, needed: str) -> None:
    y = Value(0.5, label="x")
    for _ in range(30):
        y = y * 2.0
    with pytest.raises(DrawingError, match=r"a PNG of \d+,\d+ pixels along one side is too large: give a scale of \d"):
        draw(y, renderer=needed).save(tmp_path / "x.png", scale=20)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("style", ["glass", "document"])
def test_a_pdf_is_a_page_as_large_as_the_picture(tmp_path: Path, needed: str, style: str) -> None:
    drawing = draw(example("mlp").record(), style=style, renderer=needed)
    pdf = drawing.save(tmp_path / "x.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-1.")
    content = pdf + b"".join(zlib.decompressobj().decompress(part) for part in streams(pdf))
    (corner,) = set(re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", content))
    assert [float(side) for side in corner] == pytest.approx(size(drawing.svg()), abs=8)
    assert b"/Font" in content  # its text is text


def streams(pdf: bytes) -> list[bytes]:
    return [part for part in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL) if part[:1] == b"x"]
