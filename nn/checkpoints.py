"""Checkpoints: a model, its optimizer and where training stands, in one safetensors file.

Parameters are tensors under their own paths, so that PyTorch's safetensors opens the file; the optimizer's
state stands beside them under `optimizer/`, everything else as JSON in the file's metadata. Nothing in such a
file is ever executed. A file is written whole or not at all: to a temporary name, to the disk, then renamed.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy
import numpy.typing

from .errors import CheckpointError, NetworkError
from .layers import MLP
from .module import Module
from .neuron import NeuronMLP
from .optimizers import Optimizer

Arrays = dict[str, numpy.typing.NDArray[Any]]
FORMAT = "glassgrad-checkpoint"
VERSION = 1
_OPTIMIZER = "optimizer/"
# Nobody's network is larger here, and a file that claims to be is refused before it is read.
LARGEST = 8 * 2**30


@dataclass
class Checkpoint:
    """What a file holds: the model's and the optimizer's arrays, and what was noted beside them."""

    model: Arrays
    optimizer: Arrays
    architecture: dict[str, Any]
    optimizer_settings: dict[str, Any]
    notes: dict[str, Any] = field(default_factory=dict)


def save(
    path: str | os.PathLike[str],
    model: Module,
    optimizer: Optimizer | None = None,
    notes: Mapping[str, Any] | None = None,
) -> Path:
    """Write a checkpoint. A kill at any instant leaves the file that was there before, or the new one.

    Args:
        notes: what JSON can hold, such as the epoch, the state of random generators, the history.

    Raises:
        CheckpointError: the file cannot be written, or a note is nothing for JSON.

    >>> import tempfile
    >>> from nn import Linear, checkpoints
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = checkpoints.save(f"{folder}/model.safetensors", Linear(2, 1, rng=0), notes={"epoch": 3})
    ...     checkpoints.read(path).notes
    {'epoch': 3}
    """
    import safetensors.numpy  # only where a file is written or read

    target = Path(path)
    tensors = dict(model.state_dict())
    if optimizer is not None:
        tensors |= {f"{_OPTIMIZER}{name}": kept for name, kept in optimizer.state_dict().items()}
    described = {
        "format": FORMAT,
        "version": VERSION,
        "architecture": architecture_of(model),
        "optimizer": {} if optimizer is None else {"class": type(optimizer).__name__, **optimizer.settings()},
        "notes": dict(notes or {}),
    }
    try:
        metadata = {"glassgrad": json.dumps(described, allow_nan=True)}
    except TypeError as error:
        raise CheckpointError(f"{target}: a note is nothing that JSON can hold: {error}") from None
    content = safetensors.numpy.save(
        {name: numpy.ascontiguousarray(array) for name, array in tensors.items()}, metadata
    )
    _write_whole(target, content)
    return target


def read(path: str | os.PathLike[str]) -> Checkpoint:
    """The content of a checkpoint, checked; no model is touched and nothing is executed.

    Raises:
        CheckpointError: missing, truncated, damaged, too large, or not a checkpoint of this program.
    """
    import safetensors
    import safetensors.numpy

    target = Path(path)
    try:
        size = target.stat().st_size
        if size > LARGEST:
            raise CheckpointError(f"{target} has {size:,} bytes, more than the {LARGEST:,} that a checkpoint may have")
        content = target.read_bytes()
    except OSError as error:
        raise CheckpointError(f"{target} cannot be read: {error.strerror or error}") from None
    try:
        tensors: Arrays = safetensors.numpy.load(content)
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise CheckpointError(f"{target} is not a whole safetensors file: {error}") from None
    try:
        described = json.loads(header["__metadata__"]["glassgrad"])
        if described["format"] != FORMAT:
            raise KeyError(FORMAT)
        version = described["version"]
        parts = described["architecture"], described["optimizer"], described["notes"]
    except (KeyError, TypeError, ValueError, RecursionError):
        raise CheckpointError(f"{target} is a safetensors file, but no checkpoint of glassgrad") from None
    if version != VERSION:
        raise CheckpointError(f"{target} has version {version!r}, and version {VERSION} is read here")
    if not all(isinstance(part, dict) for part in parts):
        raise CheckpointError(f"{target} is a safetensors file, but no checkpoint of glassgrad")
    wrong = [name for name, array in tensors.items() if array.dtype.kind not in "fiu"]
    if wrong:
        raise CheckpointError(f"{target}: {wrong[0]} holds {tensors[wrong[0]].dtype}, not numbers")
    return Checkpoint(
        model={name: array for name, array in tensors.items() if not name.startswith(_OPTIMIZER)},
        optimizer={
            name.removeprefix(_OPTIMIZER): array for name, array in tensors.items() if name.startswith(_OPTIMIZER)
        },
        architecture=parts[0],
        optimizer_settings=parts[1],
        notes=parts[2],
    )


def load(path: str | os.PathLike[str], model: Module, optimizer: Optimizer | None = None) -> dict[str, Any]:
    """Set a model, and an optimizer, to what a checkpoint holds; returns its notes.

    Names, shapes and dtypes are checked before anything is changed.

    Raises:
        CheckpointError: as `read`; or the model's parameters differ in name, shape or dtype, or the optimizer
            is of another kind, and which do.
    """
    found = read(path)
    own = model.state_dict()
    differing = [
        f"{name} is {found.model[name].dtype} there and {own[name].dtype} here"
        for name in own
        if name in found.model and found.model[name].dtype != own[name].dtype
    ]
    if differing:
        raise CheckpointError(f"{path}: {'; '.join(differing)}")
    if optimizer is not None:
        theirs = found.optimizer_settings.get("class")
        if theirs != type(optimizer).__name__:
            raise CheckpointError(
                f"{path} holds the state of {theirs or 'no optimizer'}, not of {type(optimizer).__name__}"
            )
    before = own
    try:
        model.load_state_dict(found.model)
        if optimizer is not None:
            optimizer.load_state_dict(found.optimizer)
    except NetworkError as error:
        model.load_state_dict(before)
        raise CheckpointError(f"{path} does not fit: {error}") from None
    return found.notes


def architecture_of(model: Module) -> dict[str, Any]:
    """What `build` needs to make a model like this one; of another class, its name and text alone."""
    described: dict[str, Any] = {"class": type(model).__name__, "text": repr(model)}
    if isinstance(model, MLP | NeuronMLP):
        described |= {
            "sizes": [int(size) for size in model.sizes],
            "activation": model.activation_name,
            "output": model.output_name,
            "dtype": "float64" if isinstance(model, NeuronMLP) else str(model.layers[0].weight.dtype),
        }
    return described


def build(path: str | os.PathLike[str]) -> tuple[Module, dict[str, Any]]:
    """The model of a checkpoint, made anew from its description, and the notes.

    Raises:
        CheckpointError: as `read`; or the model is of a class that is not known here.
    """
    found = read(path)
    kind = found.architecture.get("class")
    if kind not in _BUILDERS:
        raise CheckpointError(
            f"{path} holds a {found.architecture.get('text', kind)}, and only {', '.join(_BUILDERS)} can be built "
            "from a file: make the model and load() it"
        )
    try:
        model = _BUILDERS[kind](found.architecture)
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: the description of its {kind} is damaged: {error}") from None
    return model, load(path, model)


_BUILDERS: dict[str, Callable[[Mapping[str, Any]], Module]] = {
    "MLP": lambda described: MLP(
        described["sizes"],
        described["activation"],
        described["output"],
        rng=0,
        dtype=numpy.dtype(described["dtype"]),
    ),
    "NeuronMLP": lambda described: NeuronMLP(described["sizes"], described["activation"], described["output"], rng=0),
}


def _write_whole(target: Path, content: bytes) -> None:
    """Write a file so that it is there in whole or not at all, even if the power goes."""
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
        _flush_directory(target.parent)
    except OSError as error:
        raise CheckpointError(f"{target} cannot be written: {error.strerror or error}") from None
    finally:
        if temporary is not None:
            with suppress(FileNotFoundError):
                os.unlink(temporary)


def _flush_directory(folder: Path) -> None:
    """The new name is on the disk, too; Windows has no such thing to do."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
