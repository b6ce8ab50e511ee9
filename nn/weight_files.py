"""The numbers of a model from a safetensors file that glassgrad or PyTorch wrote, into a model of either."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy

from autograd import Tensor
from autograd.arguments import described, file_path

from . import checkpoints
from .errors import CheckpointError
from .module import Module
from .state import Array, State
from .torch_bridge import Counterpart, array_of, counterpart_of, from_torch, is_of_torch, layers_in

_MOST_SHOWN = 4
# What PyTorch counts and nothing here asks for.
_NOT_ASKED_FOR = "num_batches_tracked"


def load_weights(path: str | os.PathLike[str], model: Any) -> None:
    """Set a model's numbers to those of a safetensors file: a checkpoint of glassgrad's (`checkpoints.save`), or a
    state dict that PyTorch's safetensors wrote (`safetensors.torch.save_file(module.state_dict(), path)`).

    Args:
        model: one of ours, or a torch.nn.Module that `from_torch` takes. Layers are told apart by their order, so that
            an MLP's file fits the Sequential that `to_torch` makes of it; names of a PyTorch file that are not numbers
            (`fc1.weight`) have to be the model's own. Weights are turned round where the two differ.

    Names, shapes and dtypes are checked before anything is changed; float32 is taken by a model of float64, and not the
    other way round.

    Raises:
        CheckpointError: a file that is none of the two, or of another model, and what differs.
        NetworkError: a model with a part that has no counterpart.
    """
    target = file_path("path", path, CheckpointError)
    tensors, metadata = checkpoints.parsed(target)
    is_ours = "glassgrad" in metadata
    if isinstance(model, Module):
        if is_ours:
            checkpoints.load(target, model)
            return
        slots = _slots(model)
    elif is_of_torch(model):
        slots = _slots_of_torch(model)
        if is_ours:
            tensors = checkpoints.read(target).model
    else:
        raise CheckpointError(f"load_weights takes a model of glassgrad's or PyTorch's, not {described(model)}")
    found = _matched(tensors, slots, in_ours=is_ours)
    problems = _problems(tensors, slots, found, is_ours)
    if problems:
        more = f"; and {len(problems) - _MOST_SHOWN} more" if len(problems) > _MOST_SHOWN else ""
        raise CheckpointError(f"{target} does not fit: {'; '.join(problems[:_MOST_SHOWN])}{more}")
    for slot, name in found:
        slot.set(tensors[name], turned=slot.is_transposed and is_ours != slot.is_ours)


@dataclass(frozen=True)
class _Slot:
    """One array of a model: the layer's place among those that have arrays, its path as the model has it, the layer,
    its row, and our name of the array there."""

    number: int
    path: str
    layer: Any
    row: Counterpart
    name: str
    is_ours: bool

    @property
    def is_transposed(self) -> bool:
        return self.name in self.row.transposed

    @property
    def array(self) -> Array:
        if self.is_ours:
            return array_of(self.layer, self.name)  # type: ignore[no-any-return]  # it has one, or there was no slot
        return getattr(self.layer, self.row.arrays[self.name]).detach().cpu().numpy()  # type: ignore[no-any-return]  # PyTorch's

    def name_in(self, is_ours: bool) -> str:
        return self.name if is_ours else self.row.arrays[self.name]

    def set(self, array: Array, turned: bool) -> None:
        array = array.T if turned else array
        if not self.is_ours:
            import torch

            with torch.no_grad():
                getattr(self.layer, self.row.arrays[self.name]).copy_(torch.from_numpy(numpy.array(array, order="C")))
            return
        held = getattr(self.layer, self.name)
        if isinstance(held, Tensor):
            held.data = numpy.array(array, held.dtype, order="C")
        else:
            held[...] = array


def _slots(model: Module) -> list[_Slot]:
    slots: list[_Slot] = []
    seen: set[int] = set()
    for _, path, layer in layers_in(model):
        row = counterpart_of(layer)
        if row is None and isinstance(layer, Module):
            raise CheckpointError(
                f"load_weights: {type(layer).__name__} at {path or 'the top'} has no counterpart in PyTorch"
            )
        if row is None or not row.arrays or id(layer) in seen:
            continue
        number = len(seen)
        seen.add(id(layer))
        slots += [_Slot(number, path, layer, row, n, True) for n in row.arrays if array_of(layer, n) is not None]
    return slots


def _slots_of_torch(module: Any) -> list[_Slot]:
    """The same of a module of PyTorch's: one of ours like it says what its layers are."""
    likeness = from_torch(module)
    twins = [one for one in module.modules() if not one._modules and (one._parameters or one._buffers)]
    paths = {id(one): path for path, one in module.named_modules()}
    return [
        _Slot(slot.number, paths[id(twins[slot.number])], twins[slot.number], slot.row, slot.name, False)
        for slot in _slots_of_any(likeness)
    ]


def _slots_of_any(likeness: Any) -> list[_Slot]:
    return _slots(likeness) if isinstance(likeness, Module) else []


def _matched(tensors: State, slots: list[_Slot], in_ours: bool) -> list[tuple[_Slot, str]]:
    """For each array of the model the file's name of it: by its own path, or by the order of numbered layers."""
    by_path = [(slot, _under(slot.path, slot.name_in(in_ours))) for slot in slots]
    if all(name in tensors for _, name in by_path):
        return by_path
    paths = sorted({name.rpartition(".")[0] for name in tensors}, key=_in_order)
    is_numbered = in_ours or all(part.isdigit() for path in paths for part in path.split(".") if path)
    if not is_numbered or len(paths) != len({slot.number for slot in slots}):
        return by_path
    return [(slot, _under(paths[slot.number], slot.name_in(in_ours))) for slot in slots]


def _in_order(path: str) -> list[tuple[int, int, str]]:
    """Numbers in paths count as numbers: layers.10 is after layers.2."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in path.split(".")]


def _problems(tensors: State, slots: list[_Slot], found: list[tuple[_Slot, str]], in_ours: bool) -> list[str]:
    names = {name for _, name in found}
    problems = [f"{name} is missing there" for _, name in found if name not in tensors]
    problems += [
        f"{name} is unknown here" for name in tensors if name not in names and name.rpartition(".")[2] != _NOT_ASKED_FOR
    ]
    for slot, name in found:
        if name not in tensors:
            continue
        given, own = tensors[name], slot.array
        shape = given.shape[::-1] if slot.is_transposed and in_ours != slot.is_ours else given.shape
        if shape != own.shape:
            problems.append(
                f"{name} has shape {given.shape} there, and {own.shape} is {_under(slot.path, slot.name)}'s here"
            )
        elif given.dtype.kind != "f" or not numpy.can_cast(given.dtype, own.dtype, "safe"):
            problems.append(f"{name} holds {given.dtype} there, and {own.dtype} here")
    return problems


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
