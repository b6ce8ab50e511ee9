"""Layers on Tensor: rows are samples."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, NoReturn

import numpy

from autograd import CallError, IndexRangeError, Node, ShapeError, Tensor, affine, array, ops
from autograd.arguments import answering, described, flag, is_whole, random_generator
from autograd.operation import holds_nodes

from .activations import ACTIVATIONS, Activation, HasActivations, activation_of
from .checks import float_type
from .errors import NetworkError
from .generators import Random
from .initializers import Initializer, initializer_of
from .module import Module


class Linear(Module):
    """z = x @ weight + bias.

    Args:
        n_inputs, n_outputs: `weight` has shape (n_inputs, n_outputs), `bias` (n_outputs,).
        bias: False leaves the bias out, z = x @ weight; `layer.bias` is None then.
        initializer: "normal", "xavier", "he" or an `Initializer`.
        rng: a numpy.random.Generator or a seed.
        dtype: numpy.float32 or numpy.float64.

    >>> from nn import Linear
    >>> Linear(3, 2, rng=0)([[1.0, 2.0, 3.0]]).shape
    (1, 2)
    """

    is_traceable: ClassVar[bool] = True

    @answering(
        "both are whole numbers",
        activation="it comes after the layer, Sequential(Linear(2, 3), tanh)",
    )
    def __init__(
        self,
        n_inputs: int,
        n_outputs: int,
        *,
        bias: bool = True,
        initializer: str | Initializer = "xavier",
        rng: Random = None,
        dtype: Any = numpy.float64,
    ) -> None:
        check_sizes((n_inputs, n_outputs))
        weight, biases = initializer_of(initializer, "").draw(n_inputs, n_outputs, rng, float_type(dtype))
        self.weight: Tensor = Tensor(weight, label="weight", copy=False)
        # Without one it is None; typed as what nearly every layer has.
        self.bias: Tensor = Tensor(biases, label="bias", copy=False)
        if not flag("bias", bias, NetworkError):
            self.bias = None  # type: ignore[assignment]  # as said

    @property
    def n_inputs(self) -> int:
        return self.weight.shape[0]

    @property
    def n_outputs(self) -> int:
        return self.weight.shape[1]

    def __call__(self, x: Any) -> Any:
        x = as_tensor(x)
        if x.shape[-1:] != (self.n_inputs,):
            raise ShapeError(f"{self!r} takes rows of {self.n_inputs} numbers, not an input of shape {x.shape}")
        if self.bias is None:
            return x @ self.weight
        # Its shapes are known to fit: the function `affine` need not look at them again.
        return ops.affine(x, self.weight, self.bias) if x.ndim == 2 else affine(x, self.weight, self.bias)

    def __repr__(self) -> str:
        return f"Linear({self.n_inputs} → {self.n_outputs}{'' if self.bias is not None else ', bias=False'})"


class Sequential(Module):
    """Modules and plain functions, one after the other. It is indexed as its list `layers` is; a slice is a Sequential
    of the same layers.

    >>> from autograd import tanh
    >>> from nn import Linear, Sequential
    >>> Sequential(Linear(3, 4, rng=0), tanh, Linear(4, 1, rng=1))([1.0, 2.0, 3.0]).shape
    (1,)
    """

    is_traceable: ClassVar[bool] = True

    def __init__(self, *layers: Any) -> None:
        if len(layers) == 1 and isinstance(layers[0], list | tuple):  # Keras' spelling
            (layers,) = layers
        for layer in layers:
            if not callable(layer) or isinstance(layer, type):
                hint = f"; autograd.{layer} is the function" if isinstance(layer, str) and layer in ACTIVATIONS else ""
                raise NetworkError(f"Sequential takes modules and functions, not {described(layer)}{hint}")
        self.layers: list[Any] = list(layers)

    def __len__(self) -> int:
        return len(self.layers)

    def __bool__(self) -> bool:
        """A module is there, also where it has no layers."""
        return True

    def __iter__(self) -> Iterator[Any]:
        return iter(self.layers)

    def __getitem__(self, index: Any) -> Any:
        """A layer, or of a slice the Sequential of those layers."""
        try:
            found = self.layers[index]
        except TypeError:
            raise CallError(f"a layer is found by its number, model[0] or model[:2], not {described(index)}") from None
        except IndexError:
            raise IndexRangeError(f"a Sequential of {len(self)} layers has no layer {index}") from None
        return Sequential(*found) if isinstance(found, list) else found

    def __setitem__(self, index: Any, layer: Any) -> NoReturn:
        raise CallError(f"the layers of a Sequential are set in its list: model.layers[{index!r:.20}] = …")

    def __delitem__(self, index: Any) -> NoReturn:
        raise CallError(f"the layers of a Sequential are deleted from its list: del model.layers[{index!r:.20}]")

    def __call__(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x

    def __repr__(self) -> str:
        return f"Sequential({', '.join(getattr(layer, 'name', None) or repr(layer) for layer in self.layers)})"


class MLP(HasActivations, Module):
    """A multi-layer perceptron on Tensor.

    Args:
        sizes: the width of every layer, inputs first: (784, 32, 10); or micrograd's spelling, MLP(784, [32, 10]).
        activation: after every layer but the last: a name ("sigmoid", "tanh", "relu", …) or a function.
        output: after the last layer.
        initializer: "normal" (the documents'), "xavier" or "he"; by default what suits the activation.
        rng: a numpy.random.Generator or a seed.
        dtype: numpy.float32 or numpy.float64.

    >>> from nn import MLP
    >>> MLP((2, 3, 1), activation="tanh", output="sigmoid", rng=0)
    MLP(2-3-1, activation=tanh, output=sigmoid)
    """

    is_traceable: ClassVar[bool] = True

    activation_name: str
    activation: Activation
    output_name: str
    output: Activation

    @answering("sizes are the widths of all layers, such as (2, 16, 1)")
    def __init__(
        self,
        sizes: Sequence[int] | int,
        activation: str | Activation | Sequence[int] = "relu",
        output: str | Activation = "identity",
        *,
        initializer: str | Initializer | None = None,
        rng: Random = None,
        dtype: Any = numpy.float64,
    ) -> None:
        sizes, activation = spelled_sizes(sizes, activation, "relu", output == "identity")
        self.activation_name, self.activation = activation_of(activation)
        self.output_name, self.output = activation_of(output)
        generator = random_generator("rng", rng, NetworkError)
        chosen = initializer_of(initializer, self.activation_name)
        self.layers: list[Linear] = [
            Linear(n_inputs, n_outputs, initializer=chosen, rng=generator, dtype=dtype)
            for n_inputs, n_outputs in itertools.pairwise(sizes)
        ]

    @property
    def sizes(self) -> tuple[int, ...]:
        linear = [layer for layer in self.layers if isinstance(layer, Linear)]  # others may have been put between
        return (linear[0].n_inputs, *(layer.n_outputs for layer in linear))

    def __call__(self, x: Any) -> Any:
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.output(self.layers[-1](x))

    def __repr__(self) -> str:
        widths = "-".join(map(str, self.sizes))
        kinds = [type(layer).__name__ for layer in self.layers]
        others = "" if set(kinds) == {"Linear"} else f", layers={'-'.join(kinds)}"
        return f"MLP({widths}, activation={self.activation_name}, output={self.output_name}{others})"


def as_tensor(x: Any) -> Tensor:
    """A layer's input: rows of numbers, or the Tensor that they are in already; of nodes (another network's Values) the
    array that they look like, recorded."""
    if isinstance(x, Tensor):
        return x
    if x is None:
        raise NetworkError("a layer's input is rows of numbers, not None: does what comes before it end in return?")
    if isinstance(x, Node) or holds_nodes(x):
        return array(x)  # type: ignore[no-any-return]  # of nodes it makes a Tensor
    return Tensor(x, requires_grad=False, label="x")


def spelled_sizes(
    sizes: Sequence[int] | int, activation: Any, usual: str, is_usual_output: bool
) -> tuple[Sequence[int], str | Activation]:
    """The widths and the activation that are meant: micrograd gives the inputs' number and a list of the rest."""
    if is_whole(sizes) and isinstance(activation, list | tuple):
        sizes, activation = (sizes, *activation), usual
        if not is_usual_output:
            raise NetworkError(f"with an activation, widths are in one tuple: MLP({sizes}, activation=…, output=…)")
    check_sizes(sizes)  # type: ignore[arg-type]  # it refuses what is no sequence
    return sizes, activation  # type: ignore[return-value]  # as above


# A tebi: 8 TiB of float64.
_MOST_WEIGHTS = 2**40


def check_sizes(sizes: Sequence[int]) -> None:
    """Refuse layer widths that cannot be."""
    if isinstance(sizes, str) or not isinstance(sizes, Sequence | numpy.ndarray):
        raise NetworkError(
            f"sizes are the widths of all layers, inputs first, such as (2, 16, 1), not {described(sizes)}"
        )
    if len(sizes) < 2:
        raise NetworkError(f"sizes name at least inputs and outputs, as (2, 2, 1) does, not {tuple(sizes)}")
    for size in sizes:
        if not is_whole(size):
            raise NetworkError(f"sizes are whole numbers from 1, not {size!r} in {tuple(sizes)}")
    for n_inputs, n_outputs in itertools.pairwise(sizes):
        if int(n_inputs) * int(n_outputs) > _MOST_WEIGHTS:
            raise NetworkError(
                f"a layer of {n_inputs:,} → {n_outputs:,} would have more weights than a machine can hold"
            )
