"""The types that an editor and a type checker see are those that come: `tests/typing` is a user's program."""

import ast
import importlib.util
import os
import runpy
import shutil
import subprocess
import sys
import typing
from pathlib import Path
from typing import Any

import numpy
import pytest

from autograd import array_functions, composites, ops

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "tests" / "typing").glob("*.py"))


needs_pyright = pytest.mark.skipif(
    importlib.util.find_spec("pyright") is None or shutil.which("node") is None,
    reason="pyright, or Node that it runs on, is not installed",
)


def checked(*command: str) -> None:
    environment = {**os.environ, "MYPYPATH": str(ROOT), "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    run = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.slow
def test_mypy_sees_the_types_of_a_users_program() -> None:
    checked("mypy", "--strict", *map(str, EXAMPLES))


@pytest.mark.slow
@needs_pyright
def test_pyright_sees_the_types_of_a_users_program() -> None:
    checked("pyright", "--pythonpath", sys.executable, *map(str, EXAMPLES))


@pytest.mark.slow
@needs_pyright
@pytest.mark.parametrize("package", ["autograd", "nn", "viz", "glassgrad"])
def test_every_public_name_has_a_type_that_all_type_checkers_agree_on(package: str) -> None:
    checked("pyright", "--pythonpath", sys.executable, "--verifytypes", package, "--ignoreexternal")


@pytest.mark.slow
def test_the_types_of_the_public_functions_fit_the_functions() -> None:
    checked("mypy.stubtest", "autograd.functions")


def test_types_are_written_for_every_public_function() -> None:
    written = ast.parse((ROOT / "autograd" / "functions.pyi").read_text(encoding="utf-8")).body
    names = {row.target.id for row in written if isinstance(row, ast.AnnAssign) and isinstance(row.target, ast.Name)}
    names |= {function.name for function in written if isinstance(function, ast.FunctionDef)}
    assert names == {*ops.__all__, *array_functions.__all__, *composites.__all__}


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
            assert isinstance(result, typing.get_origin(promised) or promised)
        return result

    monkeypatch.setattr(typing, "assert_type", checking)
    runpy.run_path(str(example))
    assert count > 10
