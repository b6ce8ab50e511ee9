"""`export_onnx` and `import_onnx`: models as ONNX files. The package `onnx` is imported when it is asked for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd import MissingPackageError
from autograd.arguments import described, file_path
from autograd.files import content_of, write_whole

from .checkpoints import LARGEST
from .errors import NetworkError
from .module import Module
from .state import plain

if TYPE_CHECKING:
    from .onnx_model import OnnxModel


def export_onnx(model: Module, path: str | os.PathLike[str], example: Any) -> Path:
    """Write a model as it is in use (no dropout, running statistics) as an ONNX file, checked by ONNX's own checker.

    The input is called `x` and the output `y`; the number of samples, their first axis, is free. Parameters are
    initializers under their paths, such as `layers.0.weight`.

    Args:
        example: rows of inputs like those that it will be given; only their dtype and shape count.

    Raises:
        NetworkError: something has no form in ONNX, and which row of which layer; the number of samples decides what is
            computed; or the file cannot be written. Nothing is left half-written.
        MissingPackageError: the package onnx is not installed.
    """
    onnx = _onnx("export_onnx")
    target = file_path("path", path, NetworkError)
    if not isinstance(model, Module):
        raise NetworkError(f"export_onnx takes a module, not {described(model)}")
    rows = plain(example)
    if rows.ndim == 0 or not len(rows):
        raise NetworkError(f"example is rows of inputs, one at least, not an array of shape {rows.shape}")
    from .onnx_graph import model_file  # the compiler is loaded by who uses it

    made = model_file(onnx, model, rows[:1])
    onnx.checker.check_model(made, full_check=True)
    try:
        write_whole(target, made.SerializeToString())
    except OSError as error:
        raise NetworkError(f"{target} cannot be written: {error.strerror or error}") from None
    return target


def import_onnx(path: str | os.PathLike[str]) -> OnnxModel:
    """The model of a file that `export_onnx` wrote.

    Raises:
        NetworkError: no ONNX file, or one of somebody else's.
        MissingPackageError: the package onnx is not installed.
    """
    onnx = _onnx("import_onnx")
    target = file_path("path", path, NetworkError)
    try:
        content = content_of(target, LARGEST)
    except (OSError, ValueError) as error:
        raise NetworkError(f"{target} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    from .onnx_model import model_of  # as above

    return model_of(onnx, target, content)


def _onnx(asking: str) -> Any:
    try:
        import onnx
    except ImportError:
        raise MissingPackageError(
            f"{asking} needs the package onnx, which is not installed: pip install onnx (the extra `onnx` has it)"
        ) from None
    return onnx
