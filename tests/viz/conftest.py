"""What tests read from pictures."""

import functools
import shutil
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from typing import Any

import pytest

from glassgrad.examples import example
from viz import draw

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"
NO_BREAK = "\u00a0"


class Picture:
    """The nodes, edges and texts of an SVG that Graphviz made."""

    def __init__(self, svg: str) -> None:
        self.svg = svg
        self.root = ElementTree.fromstring(svg)
        groups = list(self.root.iter(f"{SVG}g"))
        self.nodes = {self._title(g): self._texts(g) for g in groups if g.get("class") == "node"}
        self.edges = [(self._title(g), self._texts(g)) for g in groups if g.get("class") == "edge"]

    @staticmethod
    def _title(group: ElementTree.Element) -> str:
        return group.findtext(f"{SVG}title") or ""

    @staticmethod
    def _texts(group: ElementTree.Element) -> list[str]:
        """The lines of text, with spaces as they were typed, but for the numbers in grids."""
        elements = (element for element in group.iter(f"{SVG}text") if element.get("class") != "cell")
        texts = [(element.text or "").replace(NO_BREAK, " ") for element in elements]
        return [text for text in texts if text != " "]

    def group(self, title: str) -> ElementTree.Element:
        """The node or edge of this name in the DOT program."""
        return next(group for group in self.root.iter(f"{SVG}g") if self._title(group) == title)

    def named(self, first_line: str) -> ElementTree.Element:
        """The node that begins with this line."""
        return self.group(next(name for name, texts in self.nodes.items() if texts[:1] == [first_line]))

    def node_texts(self) -> list[list[str]]:
        return sorted(self.nodes.values())

    def all_texts(self) -> list[str]:
        return [text.replace(NO_BREAK, " ") for element in self.root.iter(f"{SVG}text") if (text := element.text)]

    def named_edges(self) -> list[tuple[str, str, list[str]]]:
        def name(identifier: str) -> str:
            return self.nodes[identifier][0] if self.nodes[identifier] else ""

        return sorted((*(name(end) for end in title.split("->")), texts) for title, texts in self.edges)  # type: ignore[misc]  # every title has two ends

    def tooltips(self) -> dict[str, str]:
        """What is told of each node when a mouse is over it."""
        groups = [group for group in self.root.iter(f"{SVG}g") if group.get("class") == "node"]
        return {
            self._title(group): tooltip
            for group in groups
            for link in group.iter(f"{SVG}a")
            if (tooltip := (link.get(f"{XLINK}title") or "").strip())
        }

    def images(self) -> dict[str, str]:
        """The address of the heat map in each node that has one."""
        return {
            self._title(group): image.get(f"{XLINK}href") or ""
            for group in self.root.iter(f"{SVG}g")
            if group.get("class") == "node"
            for image in group.iter(f"{SVG}image")
        }


@pytest.fixture(scope="session")
def read() -> Callable[[str], Picture]:
    """What an SVG shows: `read(svg).nodes`."""
    return Picture


@pytest.fixture(scope="session")
def drawn() -> Callable[..., Picture]:
    """The picture of an example, laid out once for all tests, from left to right with operations in circles unless
    said otherwise: `drawn("neuron", "wasm", style="document")`."""

    @functools.cache
    def picture(name: str, renderer: str, **options: Any) -> Picture:
        options = {"direction": "right", "operations": "circles", **options}
        return Picture(draw(example(name).record(), renderer=renderer, **options).svg())

    return picture


@pytest.fixture(params=["wasm", "dot"])
def renderer(request: pytest.FixtureRequest) -> str:
    """Each of the two; the program `dot` only where it is installed."""
    if request.param == "dot" and shutil.which("dot") is None:
        pytest.skip("the program dot is not installed")
    return request.param  # type: ignore[no-any-return]  # one of the two above


@pytest.fixture
def needs_dot() -> None:
    if shutil.which("dot") is None:
        pytest.skip("the program dot is not installed")
