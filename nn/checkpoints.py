"""Checkpoints: a model, its optimizer and where training stands, in one safetensors file.

Parameters are tensors under their own paths, so that PyTorch's safetensors opens the file; the optimizer's
state stands beside them under `optimizer/`, the history under `history/`, everything else as JSON in the file's
metadata. Nothing in such a file is ever executed. A file is written whole or not at all: to a temporary name, to
the disk, then renamed.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import itertools
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy

from autograd import DISTRIBUTION, Node
from autograd.arguments import answering, described, file_path
from autograd.files import content_of, write_whole

from .activations import activation_of, is_known
from .errors import CheckpointError
from .generators import Generator
from .layers import MLP, Linear
from .meaning import Meaning
from .module import Module
from .neuron import Neuron, NeuronLayer, NeuronMLP
from .optimizers import OPTIMIZERS, Optimizer
from .state import Array, State, differences

FORMAT = "glassgrad-checkpoint"
VERSION = 1
_OPTIMIZER = "optimizer/"
_HISTORY = "history/"
# How many differences a sentence names.
_MOST_SHOWN = 4
# A larger file is refused before it is read: no network here comes near it.
LARGEST = 8 * 2**30


@dataclass
class Checkpoint:
    """What a file holds: arrays of the model, the optimizer and the history, and what was noted beside them; what the
    model's outputs mean, where it was trained and the file is of version 0.2 or later."""

    model: State
    optimizer: State
    history: State
    architecture: dict[str, Any]
    optimizer_settings: dict[str, Any]
    notes: dict[str, Any] = field(default_factory=dict)
    meaning: Meaning | None = None


@answering("the path comes first")
def save(
    path: str | os.PathLike[str],
    model: Module,
    optimizer: Optimizer | None = None,
    notes: Mapping[str, Any] | None = None,
    history: Mapping[str, Array] | None = None,
) -> Path:
    """Write a checkpoint. A kill at any instant leaves the file that was there before, or the new one.

    Args:
        notes: what JSON can hold, such as the states of random generators; tuples come back as lists.
        history: columns of figures, by name.

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

    target = file_path("path", path, CheckpointError)
    if not isinstance(model, Module):
        raise _no_module(model)
    tensors = model.state_dict()
    _refuse_reserved(target, tensors)
    if optimizer is not None:
        tensors |= {f"{_OPTIMIZER}{name}": kept for name, kept in optimizer.state_dict().items()}
    tensors |= {f"{_HISTORY}{name}": column for name, column in (history or {}).items()}
    kept_notes = dict(notes or {})
    _check_notes(target, kept_notes)
    described = {
        "format": FORMAT,
        "version": VERSION,
        "glassgrad": _own_version(),
        "numpy": numpy.__version__,
        "architecture": architecture_of(model),
        "optimizer": {} if optimizer is None else described_settings(optimizer),
        "notes": kept_notes,
    }
    if isinstance(meaning := getattr(model, "_meaning", None), Meaning):
        described["meaning"] = meaning.described()
    _check_kinds(target, tensors)
    _refuse_kept_besides(target, optimizer)
    # As the format has them: in order, and in the order of bytes of nearly every machine.
    tensors = {name: numpy.asarray(kept, kept.dtype.newbyteorder("<"), order="C") for name, kept in tensors.items()}
    text = json.dumps(described)
    content = safetensors.numpy.save(tensors, {"glassgrad": text, "sha256": _digest(text, tensors)})
    try:
        write_whole(target, content)
    except OSError as error:
        raise CheckpointError(f"{target} cannot be written: {error.strerror or error}") from None
    return target


def read(path: str | os.PathLike[str]) -> Checkpoint:
    """The content of a checkpoint, checked; no model is touched and nothing is executed.

    Raises:
        CheckpointError: missing, truncated, damaged, too large, or not a checkpoint of this program.
    """
    target = file_path("path", path, CheckpointError)
    tensors, metadata = parsed(target)
    try:
        text, digest = metadata["glassgrad"], metadata["sha256"]
        described = json.loads(text)
        if described["format"] != FORMAT:
            raise KeyError(FORMAT)
        version = described["version"]
        architecture, settings, notes = parts = [described[part] for part in ("architecture", "optimizer", "notes")]
    except (KeyError, TypeError, ValueError, RecursionError):
        raise CheckpointError(f"{target} is a safetensors file, but no checkpoint of glassgrad") from None
    if version != VERSION:
        raise CheckpointError(f"{target} has version {version!r:.40}, and version {VERSION} is read here")
    if digest != _digest(text, tensors):
        raise CheckpointError(f"{target} is damaged: its content is not what was written")
    if not all(isinstance(part, dict) for part in parts):
        raise CheckpointError(f"{target} is a safetensors file, but no checkpoint of glassgrad")
    _check_kinds(target, tensors)
    try:
        meaning = Meaning.of_description(described["meaning"]) if "meaning" in described else None
    except ValueError as error:
        raise CheckpointError(f"{target}: what its outputs mean cannot be read: {error}") from None
    model = {name: array for name, array in tensors.items() if not name.startswith((_OPTIMIZER, _HISTORY))}
    optimizer, history = _under(_OPTIMIZER, tensors), _under(_HISTORY, tensors)
    return Checkpoint(model, optimizer, history, architecture, settings, notes, meaning)


@answering("the path comes first")
def load(path: str | os.PathLike[str], model: Module, optimizer: Optimizer | None = None) -> dict[str, Any]:
    """Set a model, and an optimizer, to what a checkpoint holds; returns its notes. What the outputs of a trained model
    mean comes with it, so that `accuracy` and the plots need no loss.

    Names, shapes, dtypes and the optimizer's settings are checked before anything is changed.

    Raises:
        CheckpointError: as `read`; or the model's or the optimizer's arrays differ in name, shape or dtype, or
            the optimizer is of another kind or has other settings, and which do.
    """
    found = read(path)
    if not isinstance(model, Module):
        raise _no_module(model)
    if optimizer is not None:
        _refuse_other_settings(found, path, optimizer)
    restore(found, path, model, optimizer)
    return found.notes


def _refuse_other_settings(found: Checkpoint, path: str | os.PathLike[str], optimizer: Optimizer) -> None:
    """Its rate and the like are the caller's to say: going on with others than the file's is no going on."""
    own = described_settings(optimizer)
    theirs = found.optimizer_settings
    if theirs.get("class") != own["class"]:  # `check_fits` says so
        return
    differing = [
        f"{name} was {theirs[name]!r} and is {own[name]!r}" for name in own if theirs.get(name, own[name]) != own[name]
    ]
    if differing:
        raise CheckpointError(
            f"{path} is of an optimizer with other settings: {'; '.join(differing)}; make it with those, and set "
            "others after loading"
        )


def _no_module(given: object) -> CheckpointError:
    return CheckpointError(f"checkpoints are of modules, not of {described(given)}")


def restore(found: Checkpoint, path: str | os.PathLike[str], model: Module, optimizer: Optimizer | None = None) -> None:
    """As `load`, of a checkpoint that was read."""
    check_fits(found, path, model, optimizer)
    model.load_state_dict(found.model)
    if found.meaning is not None:
        model._meaning = found.meaning
    if optimizer is not None:
        optimizer.load_state_dict(found.optimizer)


def check_fits(
    found: Checkpoint, path: str | os.PathLike[str], model: Module, optimizer: Optimizer | None = None
) -> None:
    """Refuse a checkpoint of another model or optimizer."""
    problems = differences(found.model, model.state_dict(), in_file=True)
    own = architecture_of(model)
    problems += [
        f"the {name} is {found.architecture[name]} there and {own[name]} here"
        for name in ("activation", "output")
        if name in own and found.architecture.get(name, own[name]) != own[name]
    ]
    there, here = found.architecture.get("not_built"), own.get("not_built")
    if "not_built" in found.architecture and own["class"] == found.architecture.get("class") and there != here:
        problems.append(f"there {there or 'it is as nn makes it'}, and here {here or 'it is as nn makes it'}")
    their_text, text = (str(described.get("text", "")) for described in (found.architecture, own))
    if not problems and own["class"] == found.architecture.get("class") == "Sequential" and " at 0x" not in text:
        problems += [] if text == their_text else [f"it is a {their_text:.120} there"]
    if optimizer is not None:
        theirs = found.optimizer_settings.get("class")
        if theirs != type(optimizer).__name__:
            raise CheckpointError(
                f"{path} holds the state of {theirs or 'no optimizer'}, not of {type(optimizer).__name__}"
            )
        others = optimizer.differences(found.optimizer, in_file=True)
        problems += [f"the optimizer's {one}" for one in others]
    if problems:
        more = f"; and {len(problems) - _MOST_SHOWN} more" if len(problems) > _MOST_SHOWN else ""
        raise CheckpointError(f"{path} does not fit {model!r:.80}: {'; '.join(problems[:_MOST_SHOWN])}{more}")


def why_not_saved(
    path: str | os.PathLike[str],
    model: Module,
    notes: Mapping[str, Any] | None = None,
    optimizer: Optimizer | None = None,
) -> str | None:
    """In words, what `save` would refuse now; None where it would write all of it."""
    try:
        _check_notes(Path(path), dict(notes or {}))
        tensors = model.state_dict()
        _refuse_reserved(Path(path), tensors)
        _check_kinds(Path(path), tensors)
        _refuse_kept_besides(Path(path), optimizer)
    except CheckpointError as error:
        return str(error)
    return None


def _refuse_reserved(target: Path, tensors: State) -> None:
    """Refuse names that mean something else in the file, or that no file can have."""
    for name in tensors:
        if name == "__metadata__" or name.startswith((_OPTIMIZER, _HISTORY)):
            raise CheckpointError(
                f"{target}: a parameter cannot be saved under the name {name!r:.80}: there the file has what is not "
                "the model's; give it another name"
            )
        if not name.isascii() and name.encode(errors="ignore").decode() != name:
            raise CheckpointError(f"{target}: the name {name!r:.80} is no text that a file can hold")


def _refuse_kept_besides(target: Path, optimizer: Optimizer | None) -> None:
    """Refuse an optimizer of a person's own with arrays or generators that its state does not tell of."""
    if optimizer is None or type(optimizer) in OPTIMIZERS.values():
        return
    for name, part in vars(optimizer).items():
        if name not in ("_parameters", "_slots") and _holds_state(part):
            raise CheckpointError(
                f"{target}: {type(optimizer).__name__} keeps {name} itself, which is not saved: keep arrays in "
                "slot.kept, by the names in the class's `kept`"
            )


def _holds_state(part: Any, depth: int = 4) -> bool:
    if isinstance(part, Mapping):
        part = list(part.values())
    if isinstance(part, list | tuple):
        return depth > 0 and any(_holds_state(one, depth - 1) for one in part)
    return isinstance(part, numpy.ndarray | Node | Generator)


def _check_notes(target: Path, notes: dict[str, Any]) -> None:
    """Refuse what JSON does not hold, or gives back under another name: 1 is "1" there."""
    try:
        json.loads(json.dumps([[notes]]))  # as deep as in the file
    except (TypeError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{target}: a note is nothing that JSON can hold: {error}") from None
    parts: list[Any] = [notes]
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            for name in part:
                if not isinstance(name, str):
                    raise CheckpointError(
                        f"{target}: names in notes are text, as JSON has them, and not {described(name)}; "
                        f"write {str(name)!r:.40}"
                    )
            parts += part.values()
        elif isinstance(part, list | tuple):
            parts += part


def _check_kinds(target: Path, tensors: State) -> None:
    for name, kept in tensors.items():
        if kept.dtype.kind not in "biuf":
            raise CheckpointError(f"{target}: {name} holds {kept.dtype}, not numbers")
        if kept.dtype.itemsize > 8:
            raise CheckpointError(f"{target}: {name} holds {kept.dtype}, and a file holds numbers of at most 64 bits")


def described_settings(optimizer: Optimizer) -> dict[str, Any]:
    """An optimizer's kind and hyper-parameters, as JSON gives them back."""
    described: dict[str, Any] = json.loads(json.dumps({"class": type(optimizer).__name__, **optimizer.settings()}))
    return described


def architecture_of(model: Module) -> dict[str, Any]:
    """What `build` needs to make a model like this one; of another class, its name and text alone."""
    described: dict[str, Any] = {"class": type(model).__name__, "text": repr(model)}
    if isinstance(model, MLP | NeuronMLP):
        described |= {
            "sizes": [int(size) for size in model.sizes],
            "activation": model.activation_name,
            "output": model.output_name,
            "dtype": "float64" if isinstance(model, NeuronMLP) else _dtype_of(model),
            "frozen": [name for name, one in model.named_parameters() if not one.requires_grad],
            "not_built": _why_not_built(model),
        }
    return described


def _dtype_of(model: MLP) -> str:
    return str(next(layer for layer in model.layers if isinstance(layer, Linear)).weight.dtype)


def _why_not_built(model: MLP | NeuronMLP) -> str | None:
    """In words, what of the model its sizes and the names of its activations do not say; None where they say all."""
    if type(model) not in _BUILT.values():
        return f"it is of a class of your own, derived from {'MLP' if isinstance(model, MLP) else 'NeuronMLP'}"
    for name, activation in (("activation", model.activation), ("output", model.output)):
        if not is_known(activation):
            return f"its {name} {activation_of(activation)[0]} is a function of your own"
    for layer in model.layers:
        if type(layer) not in (Linear, NeuronLayer):
            return f"a {type(layer).__name__} was put among its layers"
    if isinstance(model, NeuronMLP):
        functions = [*[model.activation] * (len(model.layers) - 1), model.output]
        for layer, function in zip(model.layers, functions, strict=True):
            expected = "identity" if layer._of_the_layer else activation_of(function)[0]
            if layer.activation is not function or any(
                type(one) is not Neuron or one.activation is not activation_of(expected)[1] for one in layer.neurons
            ):
                return "a layer or a neuron in it was given another activation"
    return None


def build(path: str | os.PathLike[str]) -> tuple[Module, dict[str, Any]]:
    """The model of a checkpoint, made anew from its description, and the notes.

    Raises:
        CheckpointError: as `read`; or the model is of a class that is not known here.
    """
    found = read(path)
    kind = found.architecture.get("class")
    if not isinstance(kind, str) or kind not in _BUILT:
        raise CheckpointError(
            f"{path} holds a {found.architecture.get('text', kind)!s:.80}, and only {', '.join(_BUILT)} can be "
            "built from a file: make the model and load() it"
        )
    if reason := found.architecture.get("not_built"):
        raise CheckpointError(
            f"{path} holds a {found.architecture.get('text')!s:.80} that cannot be built from the file: {reason}; make "
            "the model and load() it"
        )
    try:
        _check_widths(found)
        described = found.architecture
        options = {"dtype": numpy.dtype(described["dtype"])} if kind == "MLP" else {}
        model = _BUILT[kind](described["sizes"], described["activation"], described["output"], rng=0, **options)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise CheckpointError(f"{path}: the description of its {kind} is damaged: {error}") from None
    restore(found, path, model)
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name not in described.get("frozen", ())
    return model, found.notes


def _check_widths(found: Checkpoint) -> None:
    """A description of a network larger than the file's own arrays is not built."""
    described, held = 0, sum(array.size for array in found.model.values())
    sizes = found.architecture["sizes"]
    if not isinstance(sizes, list) or not all(type(size) is int and size > 0 for size in sizes):
        raise ValueError(f"its sizes are {sizes!r:.60}, no whole numbers above 0")
    for n_inputs, n_outputs in itertools.pairwise(sizes):
        described += (n_inputs + 1) * n_outputs
    if described != held:
        raise ValueError(f"its sizes call for {described:,} numbers, and the file holds {held:,}")
    if found.architecture["dtype"] not in ("float32", "float64"):
        raise ValueError("its dtype is neither float32 nor float64")
    frozen = found.architecture.get("frozen", [])  # version 0.1 does not say
    if not isinstance(frozen, list) or not all(name in found.model for name in frozen):
        raise ValueError(f"what is frozen is {frozen!r:.60}, no names of its arrays")


_BUILT: dict[str, Callable[..., Module]] = {"MLP": MLP, "NeuronMLP": NeuronMLP}


def _own_version() -> str:
    try:
        return importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:  # run from its source folder
        return "not installed"


def _content(target: Path) -> bytes:
    try:
        return content_of(target, LARGEST)
    except (OSError, ValueError) as error:  # the latter for a name that no file can have
        raise CheckpointError(f"{target} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def parsed(target: Path) -> tuple[State, dict[str, Any]]:
    """The arrays and the metadata of a safetensors file, whoever wrote it; raises CheckpointError."""
    import safetensors
    import safetensors.numpy

    content = _content(target)
    try:
        tensors: State = safetensors.numpy.load(content)
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise CheckpointError(f"{target} is not a whole safetensors file: {reason:.200}") from None
    metadata = header.get("__metadata__")
    return tensors, metadata if isinstance(metadata, dict) else {}


def _digest(text: str, tensors: State) -> str:
    """A sum over all that a checkpoint says: safetensors itself does not notice a number that has changed."""
    total = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        array = tensors[name]
        total.update(f"\n{name} {array.dtype.str} {array.shape}\n".encode())
        total.update(array.tobytes())
    return total.hexdigest()


def _under(prefix: str, tensors: State) -> State:
    return {name.removeprefix(prefix): array for name, array in tensors.items() if name.startswith(prefix)}
