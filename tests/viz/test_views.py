"""How what is below `viz` is shown by it: one table of views, which anybody can fill."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import viz.views
from autograd import Tensor, Value, ViewError, compile, views
from nn import MLP, History, quadratic, xor

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Nothing is registered, and nothing that is installed declares a view."""
    monkeypatch.setattr(views, "_views", {})
    monkeypatch.setattr(metadata, "entry_points", lambda group: [])
    views._import_declared.cache_clear()
    yield monkeypatch
    views._import_declared.cache_clear()


def program() -> Any:
    squared = compile(lambda x: x * x)
    squared(3.0)
    return squared.programs[0]


def test_a_view_from_outside_is_used_by_what_it_is_for(empty: pytest.MonkeyPatch) -> None:
    for name in ("node", "trace", "curves", "image_grid", "first_layer_weights"):
        views.register(name, lambda *shown, name=name: {"text/plain": name})
    assert (Value(3.0) * 2)._repr_mimebundle_() == {"text/plain": "node"}
    assert program().trace == {"text/plain": "trace"}
    assert History().plot() == {"text/plain": "curves"}
    assert MLP((4, 1), rng=0).plot_weights() == {"text/plain": "first_layer_weights"}


def test_without_views_a_node_is_text_and_a_plot_one_sentence(empty: pytest.MonkeyPatch) -> None:
    assert (Value(3.0) * 2)._repr_mimebundle_() is None
    assert (Tensor([3.0]) * 2)._repr_mimebundle_() is None
    data = xor()
    for name, show in {
        "trace": lambda: program().trace,
        "curves": lambda: History().plot(),
        "confusion_matrix": lambda: MLP((2, 1), rng=0).plot_confusion(*data.train, loss=quadratic),
    }.items():
        with pytest.raises(ViewError, match=rf"^no view '{name}' is registered: .* install glassgrad, or `import viz`"):
            show()


def test_what_an_installed_package_declares_is_imported_once_when_it_is_first_needed(
    empty: pytest.MonkeyPatch,
) -> None:
    loaded = []

    def load() -> None:
        loaded.append("viz")
        viz.views.register_all()

    empty.setattr(metadata, "entry_points", lambda group: [SimpleNamespace(load=load)])
    views.register("node", lambda node: {"text/plain": "mine"})
    assert (Value(3.0) * 2)._repr_mimebundle_() == {"text/plain": "mine"}
    assert loaded == []
    assert program().trace.nodes
    assert (Value(3.0) * 2)._repr_mimebundle_() == {"text/plain": "mine"}  # what a person registered stays
    assert views.registered("nothing") is None
    assert loaded == ["viz"]


def test_a_node_shows_its_picture_where_only_the_engine_was_imported(tmp_path: Path) -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["autograd.views"]
    installed = tmp_path / "stand_in-1.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: stand-in\nVersion: 1\n")
    lines = [f"{name} = {module}" for name, module in declared.items()]
    (installed / "entry_points.txt").write_text("\n".join(["[autograd.views]", *lines]))
    done = subprocess.run(
        [sys.executable, "-c", "from autograd import Value; print(sorted((Value(3.0) * 2)._repr_mimebundle_()))"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == "['image/svg+xml', 'text/html', 'text/plain']\n", done.stderr


def test_every_view_that_is_looked_up_is_registered() -> None:
    asked = {
        name
        for package in ("autograd", "nn")
        for path in (ROOT / package).rglob("*.py")
        for name in re.findall(r'views\.(?:find|registered)\("(\w+)"\)', path.read_text(encoding="utf-8"))
    }
    assert len(asked) > 8
    for name in asked:
        assert callable(views.find(name))


def test_no_module_bears_the_name_of_a_public_function() -> None:
    modules = {path.stem for path in (ROOT / "viz").iterdir()}
    assert modules.isdisjoint(viz.__all__)
