"""Animations: what each picture of the way back shows, and that a GIF is one."""

import io
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy
import pytest

pytest.importorskip("matplotlib", reason="matplotlib is not installed: no plots")
pytest.importorskip("typst", reason="typst is not installed: no GIFs of graphs")

from PIL import Image

from autograd import Value
from nn import MLP, SGD, Snapshots, fit, moons, softmax_cross_entropy
from viz import DrawingError, draw, trace
from viz.animation import SVG, boundary_animation, gif, sweep_frames
from viz.themes import LIGHT


def paths() -> Value:
    a, b = Value(2.0, label="a"), Value(1.0, label="b")
    return (a + b) * (b + 1.0)


def shown(frame: str) -> tuple[list[str], list[str]]:
    """What stands on a picture, and what of it is bright."""
    texts = [text for text in ElementTree.fromstring(frame).iter(f"{SVG}text") if text.get("visibility") != "hidden"]
    bright = [text.text or "" for text in texts if text.get("fill") == LIGHT.output]
    return [(text.text or "").strip() for text in texts], bright


@pytest.mark.parametrize("operations", ["circles", "boxes"])
def test_each_picture_of_the_way_back_shows_what_has_come_so_far(operations: str) -> None:
    traced = trace(paths())
    frames = sweep_frames(draw(traced, operations=operations).svg(), traced, LIGHT)
    assert len(frames) == 2 + len(traced.contributions())
    gradients = [sum(text.startswith("grad") for text in shown(frame)[0]) for frame in frames]
    assert gradients == [0, 1, 2, 3, 4, 4, 5]  # b has its gradient when both contributions are there
    everything = {
        text.text for text in ElementTree.fromstring(draw(traced, operations=operations).svg()).iter(f"{SVG}text")
    }
    assert {text for text in everything if text and text.strip()} - set(shown(frames[-1])[0]) == set()
    if operations == "circles":
        assert [shown(frame)[1] for frame in frames[2:]] == [[one] for one in (
            "1 × 2 = 2", "1 × 3 = 3", "2 × 1 = 2", "2 × 1 = 2", "3 × 1 = 3")]  # fmt: skip


def test_a_drawing_is_saved_as_a_gif_whose_pictures_have_one_size(tmp_path: Path) -> None:
    with Image.open(draw(paths()).save(tmp_path / "paths.gif")) as picture:
        assert (picture.format, picture.n_frames, picture.info["loop"]) == ("GIF", 7, 0)  # type: ignore[attr-defined]  # a GIF has them
    with pytest.raises(DrawingError, match="this trace has none"):
        draw(trace(paths(), backward=False)).save(tmp_path / "none.gif")
    assert not (tmp_path / "none.gif").exists()


def test_a_boundary_that_is_learned_is_an_animation(tmp_path: Path) -> None:
    data, snapshots = moons(40, rng=0), Snapshots(0, 2)
    model = MLP((2, 4, 2), "tanh", rng=0)
    fit(model, data.train, softmax_cross_entropy, SGD(model.parameters(), 0.5), 2, rng=0, callbacks=[snapshots])
    with Image.open(snapshots.animate_boundaries(model, *data.test, tmp_path / "boundary.gif")) as picture:
        assert picture.n_frames == 2  # type: ignore[attr-defined]  # a GIF has them
    with pytest.raises(DrawingError, match=r"an animation is saved as \.gif, not \.mp4"):
        boundary_animation([], data.test_inputs, data.test_labels, tmp_path / "boundary.mp4")


@pytest.mark.parametrize(
    ("count", "seconds", "words"),
    [(0, 0.5, "needs a picture at least"), (1, 0.0, "a frame stands for"), (401, 0.1, "more than 400 pictures")],
)
def test_what_is_no_animation_is_refused(count: int, seconds: float, words: str) -> None:
    stream = io.BytesIO()
    Image.fromarray(numpy.zeros((2, 2), numpy.uint8)).save(stream, "PNG")
    with pytest.raises(DrawingError, match=re.escape(words)):
        gif([stream.getvalue()] * count, seconds)
