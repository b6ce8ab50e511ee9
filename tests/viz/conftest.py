"""What tests read from pictures."""

import shutil
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import pytest

SVG = "{http://www.w3.org/2000/svg}"
NO_BREAK = "\u00a0"


class Picture:
    """The nodes, edges and texts of an SVG that Graphviz made."""

    def __init__(self, svg: str) -> None:
        self.root = ElementTree.fromstring(svg)
        groups = list(self.root.iter(f"{SVG}g"))
        self.nodes = {self._title(g): self._texts(g) for g in groups if g.get("class") == "node"}
        self.edges = [(self._title(g), self._texts(g)) for g in groups if g.get("class") == "edge"]

    @staticmethod
    def _title(group: ElementTree.Element) -> str:
        return group.findtext(f"{SVG}title") or ""

    @staticmethod
    def _texts(group: ElementTree.Element) -> list[str]:
        """The lines of text, with spaces as they were typed."""
        texts = [(element.text or "").replace(NO_BREAK, " ") for element in group.iter(f"{SVG}text")]
        return [text for text in texts if text != " "]

    def group(self, title: str) -> ElementTree.Element:
        """The node or edge of this name in the DOT program."""
        return next(group for group in self.root.iter(f"{SVG}g") if self._title(group) == title)

    def node_texts(self) -> list[list[str]]:
        return sorted(self.nodes.values())

    def all_texts(self) -> list[str]:
        return [text.replace(NO_BREAK, " ") for element in self.root.iter(f"{SVG}text") if (text := element.text)]

    def named_edges(self) -> list[tuple[str, str, list[str]]]:
        def name(identifier: str) -> str:
            return self.nodes[identifier][0] if self.nodes[identifier] else ""

        return sorted((*(name(end) for end in title.split("->")), texts) for title, texts in self.edges)  # type: ignore[misc]  # every title has two ends


@pytest.fixture(scope="session")
def read() -> Callable[[str], Picture]:
    """What an SVG shows: `read(svg).nodes`."""
    return Picture


@pytest.fixture
def needs_dot() -> None:
    if shutil.which("dot") is None:
        pytest.skip("the program dot is not installed")
