"""The types that an editor and a type checker see are those that come: `tests/typing` is a user's program."""

import ast
import importlib.util
import os
import runpy
import shutil
import subprocess
import sys
import sysconfig
import typing
import venv
from pathlib import Path
from typing import Any

import numpy
import pytest

from autograd import array_functions, composites, ops, shadowing
from autograd import linear_algebra as linalg

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("autograd", "nn", "viz", "glassgrad")
EXAMPLES = sorted((ROOT / "tests" / "typing").glob("*.py"))


needs_pyright = pytest.mark.skipif(
    importlib.util.find_spec("pyright") is None or shutil.which("node") is None,
    reason="pyright, or Node that it runs on, is not installed",
)


def checked(*command: str, **variables: str) -> None:
    environment = {**os.environ, "MYPYPATH": str(ROOT), "NO_COLOR": "1", **variables}
    run = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment where the packages are installed: of those, unlike of what lies in the directory
    at work, pyright says which names are private."""
    root = tmp_path_factory.mktemp("environment")
    venv.create(root)
    site_packages = sysconfig.get_path("purelib", vars={"base": str(root), "platbase": str(root)})
    for package in PACKAGES:
        shutil.copytree(ROOT / package, Path(site_packages) / package)
    (Path(site_packages) / "others.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return root / ("Scripts" if os.name == "nt" else "bin") / "python"


@pytest.mark.slow
def test_mypy_sees_the_types_of_a_users_program() -> None:
    checked("mypy", "--strict", *map(str, EXAMPLES))


@pytest.mark.slow
@needs_pyright
def test_pyright_sees_the_types_of_a_users_program(installed: Path, tmp_path: Path) -> None:
    for example in EXAMPLES:
        shutil.copy(example, tmp_path)
    checked("pyright", "--pythonpath", str(installed), "--project", str(tmp_path))


@pytest.mark.slow
@needs_pyright
@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_has_a_type_that_all_type_checkers_agree_on(installed: Path, package: str) -> None:
    path = os.pathsep.join([str(installed.parent), os.environ["PATH"]])
    checked("pyright", "--verifytypes", package, "--ignoreexternal", PATH=path)


@pytest.mark.slow
def test_the_types_of_the_public_functions_fit_the_functions() -> None:
    checked("mypy.stubtest", "autograd.functions", "autograd.linalg", "autograd.shadowing")


def test_types_are_written_for_every_public_function() -> None:
    assert typed_names("functions") == {*ops.__all__, *array_functions.__all__, *composites.__all__}
    classes = {name for name in linalg.__all__ if name.endswith("Result")}
    assert typed_names("linalg") == {*linalg.__all__} - classes
    assert typed_names("shadowing") == {name for name in vars(shadowing) if not name.startswith("_")}


def typed_names(stub: str) -> set[str]:
    written = ast.parse((ROOT / "autograd" / f"{stub}.pyi").read_text(encoding="utf-8")).body
    rows = {row.target.id for row in written if isinstance(row, ast.AnnAssign) and isinstance(row.target, ast.Name)}
    return rows | {function.name for function in written if isinstance(function, ast.FunctionDef)}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_what_comes_is_what_the_types_say(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count = 0

    def checking(result: Any, promised: Any) -> Any:
        nonlocal count
        count += 1
        if promised is float:
            assert isinstance(result, float | int)  # an int is a float to a type checker
        elif promised is bool:
            assert isinstance(result, bool | numpy.bool_)
        elif promised is not Any:
            assert isinstance(result, class_of(promised))
        return result

    monkeypatch.setattr(typing, "assert_type", checking)
    runpy.run_path(str(example))
    assert count >= example.read_text(encoding="utf-8").count("\nassert_type(") > 0


def class_of(promised: Any) -> Any:
    """The class of a type that may be generic; since NumPy 2.5 NDArray is an alias that must be looked through."""
    origin = typing.get_origin(promised) or promised
    return typing.get_origin(origin.__value__) if hasattr(origin, "__value__") else origin
