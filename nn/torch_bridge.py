"""Models to PyTorch and back: `to_torch`, `from_torch`, and which layer is which.

`COUNTERPARTS` and `FUNCTIONS` are the tables: what is in neither is refused by its name, rather than made something
that computes other numbers. PyTorch is imported when it is asked for.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy

from autograd import MissingPackageError, Tensor, log_softmax
from autograd.arguments import described

from .activations import ACTIVATIONS
from .convolution import Conv2d, MaxPool2d
from .embedding import Embedding
from .errors import NetworkError
from .layers import MLP, Linear, Sequential
from .module import Module
from .regularization import BatchNorm1d, Dropout, Flatten, LayerNorm

# Where PyTorch's softplus becomes a straight line: here rounding alone is left, and by its own 20 it is 2e-9 off.
_STRAIGHT_FROM = 40


@dataclass(frozen=True)
class Counterpart:
    """A layer of ours and PyTorch's that computes the same.

    Attributes:
        ours: our class.
        theirs: the name of its class in torch.nn.
        arrays: our names of its arrays, and theirs.
        transposed: our names of those that lie the other way round there.
        options: what theirs is made with, after our layer.
        make: our layer of theirs, without its numbers.
        lacks: what theirs may be set to that ours does not do: the attribute, and what it has to be.
    """

    ours: type[Module]
    theirs: str
    arrays: dict[str, str] = field(default_factory=dict)
    transposed: tuple[str, ...] = ()
    options: Callable[[Any], dict[str, Any]] = lambda layer: {}
    make: Callable[[Any, Any], Any] = lambda theirs, dtype: None
    lacks: dict[str, tuple[Any, ...]] = field(default_factory=dict)


_WEIGHTS = {"weight": "weight", "bias": "bias"}

COUNTERPARTS: tuple[Counterpart, ...] = (
    Counterpart(
        Linear, "Linear", _WEIGHTS, transposed=("weight",),
        options=lambda own: {"in_features": own.n_inputs, "out_features": own.n_outputs, "bias": own.bias is not None},
        make=lambda theirs, dtype: Linear(
            theirs.in_features, theirs.out_features, bias=theirs.bias is not None, rng=0, dtype=dtype
        ),
    ),
    Counterpart(
        Conv2d, "Conv2d", _WEIGHTS,
        options=lambda own: {
            "in_channels": own.n_inputs, "out_channels": own.n_outputs, "kernel_size": own.kernel_size,
            "stride": own.stride, "padding": own.padding, "bias": own.bias is not None,
        },
        make=lambda theirs, dtype: Conv2d(
            theirs.in_channels, theirs.out_channels, theirs.kernel_size, stride=theirs.stride, padding=theirs.padding,
            bias=theirs.bias is not None, rng=0, dtype=dtype,
        ),
        lacks={"dilation": (1, (1, 1)), "groups": (1,), "padding_mode": ("zeros",)},
    ),
    Counterpart(
        MaxPool2d, "MaxPool2d",
        options=lambda own: {"kernel_size": own.kernel_size, "stride": own.stride},
        make=lambda theirs, dtype: MaxPool2d(theirs.kernel_size, theirs.stride),
        lacks={"padding": (0, (0, 0)), "dilation": (1, (1, 1)), "ceil_mode": (False,), "return_indices": (False,)},
    ),
    Counterpart(
        Embedding, "Embedding", {"weight": "weight"},
        options=lambda own: {"num_embeddings": own.n_entries, "embedding_dim": own.n_outputs},
        make=lambda theirs, dtype: Embedding(theirs.num_embeddings, theirs.embedding_dim, rng=0, dtype=dtype),
        lacks={"padding_idx": (None,), "max_norm": (None,), "scale_grad_by_freq": (False,)},
    ),
    Counterpart(
        Dropout, "Dropout",
        options=lambda own: {"p": own.rate},
        make=lambda theirs, dtype: Dropout(theirs.p),
    ),
    Counterpart(
        BatchNorm1d, "BatchNorm1d",
        {**_WEIGHTS, "running_mean": "running_mean", "running_variance": "running_var"},
        options=lambda own: {"num_features": len(own.running_mean), "momentum": own.momentum, "eps": own.epsilon},
        make=lambda theirs, dtype: BatchNorm1d(
            theirs.num_features, momentum=theirs.momentum, epsilon=theirs.eps, dtype=dtype
        ),
        lacks={"affine": (True,), "track_running_stats": (True,)},
    ),
    Counterpart(
        LayerNorm, "LayerNorm", _WEIGHTS,
        options=lambda own: {"normalized_shape": own.weight.shape, "eps": own.epsilon},
        make=lambda theirs, dtype: LayerNorm(theirs.normalized_shape[0], epsilon=theirs.eps, dtype=dtype),
        lacks={"elementwise_affine": (True,)},
    ),
    Counterpart(
        Flatten, "Flatten", make=lambda theirs, dtype: Flatten(), lacks={"start_dim": (1,), "end_dim": (-1,)}
    ),
)  # fmt: skip

# Activations: our function, PyTorch's module, our names of settings and theirs.
FUNCTIONS: tuple[tuple[Any, str, dict[str, str]], ...] = (
    (ACTIVATIONS["identity"], "Identity", {}),
    (ACTIVATIONS["sigmoid"], "Sigmoid", {}),
    (ACTIVATIONS["tanh"], "Tanh", {}),
    (ACTIVATIONS["relu"], "ReLU", {}),
    (ACTIVATIONS["softmax"], "Softmax", {"axis": "dim"}),
    (log_softmax, "LogSoftmax", {"axis": "dim"}),
    (ACTIVATIONS["softplus"], "Softplus", {}),
    (ACTIVATIONS["silu"], "SiLU", {}),
    (ACTIVATIONS["gelu"], "GELU", {"approximate": "approximate"}),
    (ACTIVATIONS["elu"], "ELU", {"alpha": "alpha"}),
    (ACTIVATIONS["leaky_relu"], "LeakyReLU", {"negative_slope": "negative_slope"}),
)
# What they are where nothing is said.
_USUAL: dict[str, Any] = {"axis": -1, "approximate": "none", "alpha": 1.0, "negative_slope": 0.01}


def to_torch(model: Any) -> Any:
    """The same model as a torch.nn.Module, with copies of its numbers: weights turned round where PyTorch has them so,
    frozen parameters frozen, parts in training or in use as they are.

    Args:
        model: a Linear, Conv2d, MaxPool2d, Embedding, Dropout, BatchNorm1d, LayerNorm or Flatten, an MLP or a
            Sequential of those, or an activation.

    Raises:
        NetworkError: a part has no counterpart, and which.
        MissingPackageError: PyTorch is not installed.
    """
    torch = _torch("to_torch")
    with torch.random.fork_rng(devices=[]):  # what is drawn only to be written over is no draw of the caller's
        return _theirs(torch, model, "", {})


def from_torch(module: Any) -> Any:
    """The same model as one of ours, with copies of its numbers, in float32 or float64 as they are there: the other way
    round of `to_torch`. A torch.nn.Sequential becomes a Sequential, an activation a function.

    Raises:
        NetworkError: a part has no counterpart, and which; or its numbers are of another dtype.
        MissingPackageError: PyTorch is not installed.
    """
    torch = _torch("from_torch")
    if not isinstance(module, torch.nn.Module):
        raise NetworkError(f"from_torch takes a torch.nn.Module, not {described(module)}")
    return _ours(torch, module, "", {})


def is_of_torch(model: Any) -> bool:
    """Whether it is a module of PyTorch's; where that was not imported, nothing is."""
    return any(base.__module__.partition(".")[0] == "torch" for base in type(model).__mro__)


def layers_in(model: Any) -> Iterator[tuple[str, str, Any]]:
    """Every layer and function of a model of ours in order, with its own path and the one that `to_torch` gives it."""
    if type(model) not in (Sequential, MLP):
        yield "", "", model
        return
    for number, (path, part) in enumerate(_parts(model)):
        for own, theirs, layer in layers_in(part):
            yield _joined(path, own), _joined(str(number), theirs), layer


def counterpart_of(layer: Any) -> Counterpart | None:
    """The row of a layer of ours."""
    return next((row for row in COUNTERPARTS if type(layer) is row.ours), None)


def array_of(layer: Any, name: str) -> Any:
    """A parameter's or a buffer's numbers; None where a layer goes without."""
    held = getattr(layer, name)
    return held.data if isinstance(held, Tensor) else held


# --- there ----------------------------------------------------------------------------------------------


def _theirs(torch: Any, part: Any, path: str, made: dict[int, Any]) -> Any:
    if id(part) in made:  # one layer in two places is one there, too
        return made[id(part)]
    if type(part) in (Sequential, MLP):
        parts = [_theirs(torch, one, _joined(path, own), made) for own, one in _parts(part)]
        module = torch.nn.Sequential(*parts)
    else:
        module = _their_layer(torch, part, path)
    if isinstance(part, Module):
        module.training = part.training
        made[id(part)] = module
    return module


def _parts(model: Any) -> Iterator[tuple[str, Any]]:
    """What a model does in order, with the path of each part."""
    for number, layer in enumerate(model.layers):
        yield f"layers.{number}", layer
        if isinstance(model, MLP) and number + 1 < len(model.layers):
            yield "activation", model.activation
    if isinstance(model, MLP) and model.output is not ACTIVATIONS["identity"]:
        yield "output", model.output


def _their_layer(torch: Any, layer: Any, path: str) -> Any:
    row = counterpart_of(layer)
    if row is None:
        return _their_function(torch, layer, path)
    held = [array_of(layer, name) for name in row.arrays]
    kind = {"dtype": getattr(torch, held[0].dtype.name)} if held else {}
    module = getattr(torch.nn, row.theirs)(**row.options(layer), **kind)
    for (name, their_name), array in zip(row.arrays.items(), held, strict=True):
        if array is None:
            continue
        turned = array.T if name in row.transposed else array
        target = getattr(module, their_name)
        with torch.no_grad():
            target.copy_(torch.from_numpy(numpy.array(turned, order="C")))
        own = getattr(layer, name)
        if isinstance(own, Tensor):
            target.requires_grad_(own.requires_grad)
    return module


def _their_function(torch: Any, function: Any, path: str) -> Any:
    given: dict[str, Any] = {}
    inner = function
    if isinstance(function, functools.partial) and not function.args:
        inner, given = function.func, function.keywords
    for ours, theirs, names in FUNCTIONS:
        if inner is not ours or not set(given) <= set(names):
            continue
        options = {names[name]: given.get(name, _USUAL[name]) for name in names}
        if theirs == "Softplus":
            options = {"threshold": _STRAIGHT_FROM}
        return getattr(torch.nn, theirs)(**options)
    where = f" at {path}" if path else ""
    hint = "; nn.to_tensors makes an MLP of it" if type(function).__name__ == "NeuronMLP" else ""
    raise NetworkError(f"to_torch: {_name_of(function)}{where} has no counterpart in torch.nn{hint}")


def _name_of(part: Any) -> str:
    if isinstance(part, Module):
        kind = type(part)
        row = next((row for row in COUNTERPARTS if isinstance(part, row.ours)), None)
        derived = f", a class of its own derived from {row.ours.__name__}," if row is not None else ""
        return f"{kind.__name__}{derived}"
    return getattr(part, "name", None) or getattr(part, "__name__", None) or repr(part)[:60]


# --- and back -------------------------------------------------------------------------------------------


def _ours(torch: Any, module: Any, path: str, made: dict[int, Any]) -> Any:
    if id(module) in made:
        return made[id(module)]
    if module._forward_hooks or module._forward_pre_hooks:
        raise _lacking(module, path, "has hooks, which may change what it computes: remove them first")
    part: Any
    if type(module) is torch.nn.Sequential:
        part = Sequential(*[_ours(torch, one, _joined(path, name), made) for name, one in module._modules.items()])
    else:
        part = _our_layer(torch, module, path)
    if isinstance(part, Module):
        part.training = module.training
        made[id(module)] = part
    return part


def _our_layer(torch: Any, module: Any, path: str) -> Any:
    row = next((row for row in COUNTERPARTS if type(module) is getattr(torch.nn, row.theirs)), None)
    if row is None:
        return _our_function(torch, module, path)
    _refuse_settings(row, module, path)
    held = {name: getattr(module, theirs) for name, theirs in row.arrays.items()}
    kinds = {str(one.dtype).removeprefix("torch.") for one in held.values() if one is not None}
    if not kinds <= {"float32", "float64"} or len(kinds) > 1:
        raise _lacking(module, path, f"holds {' and '.join(sorted(kinds))}, and layers here float32 or float64")
    layer = row.make(module, numpy.dtype(kinds.pop() if kinds else "float64"))
    for name, theirs in held.items():
        if theirs is None:
            continue
        array = theirs.detach().cpu().numpy()
        own = getattr(layer, name)
        if isinstance(own, Tensor):
            own.data = numpy.array(array.T if name in row.transposed else array, order="C")
            own.requires_grad = theirs.requires_grad
        else:
            own[...] = array
    return layer


def _refuse_settings(row: Counterpart, module: Any, path: str) -> None:
    """What PyTorch's layer may do and ours does not."""
    for name, usual in row.lacks.items():
        given = getattr(module, name)
        if given not in usual:
            raise _lacking(module, path, f"has {name}={given!r}, which {row.ours.__name__} here has not")
    if isinstance(getattr(module, "padding", 0), str):
        raise _lacking(module, path, f"has padding={module.padding!r}: give it as numbers")
    if row.ours is LayerNorm and (len(module.normalized_shape) != 1 or module.bias is None):
        raise _lacking(module, path, "is not of rows with a weight and a bias each, as LayerNorm here is")
    if row.ours is BatchNorm1d and module.momentum is None:
        raise _lacking(module, path, "has momentum=None, an average over all batches, which BatchNorm1d here has not")


def _our_function(torch: Any, module: Any, path: str) -> Any:
    for ours, theirs, names in FUNCTIONS:
        if type(module) is not getattr(torch.nn, theirs):
            continue
        given = {name: getattr(module, their_name) for name, their_name in names.items()}
        if given.get("axis", 0) is None:
            raise _lacking(module, path, "has no dim: say along which axis, dim=-1")
        if theirs == "Softplus" and module.beta != 1:
            raise _lacking(module, path, f"has beta={module.beta}, which softplus here has not")
        given = {name: setting for name, setting in given.items() if setting != _USUAL[name]}
        return functools.partial(ours, **given) if given else ours
    raise _lacking(module, path, "has no counterpart here")


def _lacking(module: Any, path: str, why: str) -> NetworkError:
    return NetworkError(f"from_torch: {type(module).__name__}{f' at {path}' if path else ''} {why}")


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name


def _torch(asking: str) -> Any:
    try:
        import torch
    except ImportError:
        raise MissingPackageError(f"{asking} needs PyTorch, which is not installed: pip install torch") from None
    return torch
