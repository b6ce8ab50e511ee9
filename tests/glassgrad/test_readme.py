"""The README tells the truth: its examples run, its picture is what the project draws."""

import doctest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from glassgrad.examples import example
from viz import draw

ROOT = Path(__file__).resolve().parents[2]


def test_every_example_in_the_readme_gives_what_it_shows() -> None:
    readme = str(ROOT / "README.md")
    options = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    failed, tried = doctest.testfile(readme, module_relative=False, optionflags=options)
    assert tried > 15
    assert failed == 0


@pytest.mark.parametrize(
    ("name", "options"),
    [("neuron.svg", {"style": "glass"}), ("neuron-document.svg", {"style": "document", "direction": "right"})],
)
def test_the_pictures_are_those_that_the_project_draws(name: str, options: dict[str, str]) -> None:
    def texts(svg: str) -> list[str]:
        return [element.text or "" for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("text")]

    kept = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert texts(kept) == texts(draw(example("neuron").record(), **options, renderer="wasm").svg())
