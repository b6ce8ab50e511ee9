"""A printed program as a module of Python, which needs no glassgrad and says how it was made."""

from __future__ import annotations

import ast
import importlib.metadata
import keyword
import os
import textwrap
from pathlib import Path

import numpy

from ...arguments import counted, file_path
from ...errors import ArgumentError

_WIDTH = 100


def module_path(path: str | os.PathLike[str]) -> Path:
    """Where the module is to be, if it can be imported under that name; raises ArgumentError."""
    target = file_path("path", path)
    if target.suffix != ".py":
        raise ArgumentError(
            f'save: {target} does not end in .py: a program is saved as a module of Python, such as "step.py"'
        )
    if not target.stem.isidentifier() or keyword.iskeyword(target.stem):
        raise ArgumentError(f"save: no module can be imported by the name {target.stem!r}: take letters, digits and _")
    if target.stem in ("math", "numpy", "scipy"):
        raise ArgumentError(
            f"save: the program imports {target.stem}, and would find itself: give the file another name"
        )
    return target


def module_text(text: str, file_name: str, function: str, n_arguments: int, n_parameters: int) -> str:
    """The text of the module.

    Args:
        text: a printed program, whose last function is called.
        function: what it was recorded from, as a person calls it.
        n_arguments, n_parameters: how many of its arguments are the function's own, and its parameters; others are
            constants.
    """
    tree = ast.parse(text)
    called = next(part for part in reversed(tree.body) if isinstance(part, ast.FunctionDef))
    names = [argument.arg for argument in called.args.args]
    own, rest = names[:n_arguments], names[n_arguments:]
    parameters, constants = rest[:n_parameters], rest[n_parameters:]
    last = called.body[-1]
    returned = ast.unparse(last.value) if isinstance(last, ast.Return) and last.value is not None else ""
    needs = f"NumPy alone ({numpy.__version__} was there when it was written)"
    if any(isinstance(part, ast.ImportFrom) and part.module == "scipy.special" for part in tree.body):
        needs = f"NumPy ({numpy.__version__} was there when it was written) and SciPy"
    given = [f"what {function} was called with, taken apart ({', '.join(own)})"] if own else []
    if parameters:
        given.append(f"the {counted(len(parameters), 'parameter')} that it read ({', '.join(parameters)})")
    if constants:
        given.append(f"arrays that it kept and that are too large to be written here ({', '.join(constants)})")
    sentences = [
        f"The program of {function}, recorded and written by glassgrad{_version()}: compile({function}), a call, "
        f"and .save({file_name!r}).",
        f"It needs {needs}, and no glassgrad. It is for arguments of these shapes and dtypes, and for what Python's "
        "own `if` and loops did in that call.",
        f"{called.name} takes {'; then '.join(given) if given else 'nothing'}; it returns {returned.strip('()')}.",
    ]
    note = "\n\n".join(textwrap.fill(one, _WIDTH, break_long_words=False) for one in sentences)
    return f'"""{note}\n"""\n\n{text}'


def _version() -> str:
    try:
        return f" {importlib.metadata.version('glassgrad')}"
    except importlib.metadata.PackageNotFoundError:  # run from its source folder
        return ""
