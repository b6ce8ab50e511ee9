"""Imports point one way: the import graph of every file, drawn from the code, has no circle and no arrow up.

Counted are import statements wherever they stand (in functions, under TYPE_CHECKING) and strings that name a module
(`importlib.import_module("viz.notebook")` is an import, too).
"""

import ast
import functools
import graphlib
from collections.abc import Container, Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# What each package may import besides itself.
BELOW = {
    "autograd": set(),
    "nn": {"autograd"},
    "viz": {"autograd"},
    "glassgrad": {"autograd", "nn", "viz"},
}

SUFFIXES = (".py", ".pyi")

Graph = dict[str, set[str]]


def test_no_file_imports_itself_through_others() -> None:
    graph = graph_of_the_house()
    found = circles(graph)
    assert not found, "\n".join(
        f"{module} -> {', '.join(sorted(graph[module] & set(circle)))}" for circle in found for module in circle
    )


def test_imports_between_packages_point_down() -> None:
    assert arrows_up(graph_of_the_house(), BELOW) == []


def test_the_graph_is_that_of_the_whole_house() -> None:
    graph = graph_of_the_house()
    assert set(graph) == {module_name(ROOT, path) for path in python_files(ROOT, BELOW)}
    assert {"autograd.ops", "nn.module", "viz.tracing"} <= set(graph)
    assert all(graph[package] for package in BELOW)


@pytest.mark.parametrize(
    "hidden",
    [
        "def later():\n    from .first import one\n    return one\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from . import first\n",
        "import importlib\nfirst = importlib.import_module('nn.first')\n",
        "import nn.first\n",
        "from nn import first\n",
    ],
)
def test_a_circle_is_found_however_it_is_hidden(tmp_path: Path, hidden: str) -> None:
    write(tmp_path, {"nn/__init__.py": "", "nn/first.py": "from .second import two\n", "nn/second.py": hidden})
    assert circles(import_graph(tmp_path, ["nn"])) == [["nn.first", "nn.second"]]


def test_a_file_that_imports_from_the_face_of_its_own_package_closes_a_circle(tmp_path: Path) -> None:
    write(tmp_path, {"nn/__init__.py": "from .first import one\n", "nn/first.py": "from nn import other\n"})
    assert circles(import_graph(tmp_path, ["nn"])) == [["nn", "nn.first"]]


def test_a_stub_s_imports_are_its_module_s(tmp_path: Path) -> None:
    write(
        tmp_path, {"nn/first.py": "", "nn/first.pyi": "from .second import two", "nn/second.py": "from . import first"}
    )
    assert circles(import_graph(tmp_path, ["nn"])) == [["nn.first", "nn.second"]]


@pytest.mark.parametrize(
    "hidden", ["import viz", "name = 'viz.notebook'", "find_spec('viz')", "def show():\n    from viz import draw\n"]
)
def test_an_arrow_up_is_found_however_it_is_hidden(tmp_path: Path, hidden: str) -> None:
    write(tmp_path, {"autograd/node.py": hidden, "viz/__init__.py": "def draw(): ...", "viz/notebook.py": ""})
    up = arrows_up(import_graph(tmp_path, ["autograd", "viz"]), BELOW)
    assert [arrow.partition(" -> ")[0] for arrow in up] == ["autograd.node"]


@functools.cache
def graph_of_the_house() -> Graph:
    return import_graph(ROOT, BELOW)


# --- the graph ------------------------------------------------------------------------------------------


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def python_files(root: Path, packages: Iterable[str]) -> list[Path]:
    """The files of the packages, stubs included."""
    return sorted(path for package in packages for path in (root / package).rglob("*.py*") if path.suffix in SUFFIXES)


def module_name(root: Path, path: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def import_graph(root: Path, packages: Iterable[str]) -> Graph:
    """The modules that each module of the packages imports, among themselves."""
    files = python_files(root, packages)
    graph: Graph = {module_name(root, path): set() for path in files}
    for path in files:
        module = module_name(root, path)
        package = module if path.stem == "__init__" else module.rpartition(".")[0]
        tree = ast.parse(path.read_text(encoding="utf-8"))
        graph[module] |= {found for name in imported(tree, package) if (found := nearest(name, graph)) is not None}
        graph[module].discard(module)  # a face that imports its own room by name
    return graph


def imported(tree: ast.AST, package: str) -> Iterator[str]:
    """The dotted names that a file imports, or names in a string; `from x import y` gives x.y."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and called_name(node) in ("import_module", "find_spec", "__import__"):
            yield from (one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and is_dotted(node.value):
            yield node.value


def is_dotted(text: str) -> bool:
    return "." in text and all(part.isidentifier() for part in text.split("."))


def called_name(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def nearest(name: str, modules: Container[str]) -> str | None:
    """The module that a dotted name is, or is something of."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name or None


def circles(graph: Graph) -> list[list[str]]:
    """The groups of modules that reach each other, each sorted."""
    reach = {module: reachable(graph, module) for module in graph}
    groups = {
        tuple(sorted({module, *(other for other in reach[module] if module in reach[other])}))
        for module in graph
        if module in reach[module]
    }
    if not groups:
        graphlib.TopologicalSorter(graph).prepare()  # a second opinion: raises on a circle
    return sorted(map(list, groups))


def reachable(graph: Graph, start: str) -> set[str]:
    found: set[str] = set()
    stack = [*graph[start]]
    while stack:
        module = stack.pop()
        if module not in found:
            found.add(module)
            stack += graph[module]
    return found


def arrows_up(graph: Graph, below: dict[str, set[str]]) -> list[str]:
    """The imports of a package that is not below the importer's."""
    return [
        f"{module} -> {other}"
        for module, others in graph.items()
        for other in sorted(others)
        if (target := other.partition(".")[0]) != (own := module.partition(".")[0]) and target not in below[own]
    ]
