"""Layers that behave differently while training: Dropout, BatchNorm1d; and LayerNorm and Flatten beside them."""

from __future__ import annotations

import functools
import math
from typing import Any, ClassVar

import numpy

from autograd import ShapeError, Tensor, astype, mean, multiply, reshape, sqrt, square
from autograd.arguments import answering, random_generator

from .checks import checked, float_type
from .errors import NetworkError
from .generators import Random
from .layers import as_tensor, check_sizes
from .module import Checks, Module


class Dropout(Module):
    """While training each number is 0 with probability `rate`, and the others are larger by 1/(1 − rate), so
    that the expectation stays (Srivastava et al. 2014); otherwise nothing is changed.

    Args:
        rate: from 0 to below 1.
        rng: a numpy.random.Generator or a seed; its state is part of a checkpoint.

    >>> from autograd import Tensor
    >>> from nn import Dropout
    >>> layer = Dropout(0.5, rng=0)
    >>> layer(Tensor([[1.0, 1.0, 1.0, 1.0]])).tolist()
    [[2.0, 0.0, 0.0, 0.0]]
    >>> layer.eval()(Tensor([[1.0, 1.0, 1.0, 1.0]])).tolist()
    [[1.0, 1.0, 1.0, 1.0]]
    """

    _checks: ClassVar[Checks] = {
        **Module._checks,
        "rate": functools.partial(checked, "dropout rate", below=1),
    }

    @answering()
    def __init__(self, rate: float = 0.5, *, rng: Random = None) -> None:
        self.rate: float = rate
        self.rng: numpy.random.Generator = random_generator("rng", rng, NetworkError)

    def __call__(self, x: Any) -> Any:
        x = _floats(x)
        if not self.training or self.rate == 0:
            return x
        kept = self.rng.random(x.shape) >= self.rate
        return multiply(x, (kept / (1 - self.rate)).astype(x.dtype))

    def __repr__(self) -> str:
        return f"Dropout({self.rate})"


class BatchNorm1d(Module):
    """Each column standardised over the batch, then scaled and shifted (Ioffe and Szegedy 2015).

    While training by the batch's own mean and variance, which move the running ones; otherwise by those.

    Args:
        n_features: how many columns.
        momentum: how far the running statistics follow each batch.
        epsilon: added to the variance.
        dtype: numpy.float32 or numpy.float64.

    Raises (when called) ShapeError: other columns, or while training a batch of one sample.

    >>> import numpy
    >>> from nn import BatchNorm1d
    >>> BatchNorm1d(1, epsilon=0.0)(Tensor([[1.0], [3.0]])).tolist()
    [[-1.0], [1.0]]
    """

    buffers: ClassVar[tuple[str, ...]] = ("running_mean", "running_variance")
    _checks: ClassVar[Checks] = {
        **Module._checks,
        "momentum": functools.partial(checked, "momentum"),
        "epsilon": functools.partial(checked, "epsilon"),
    }

    @answering()
    def __init__(
        self, n_features: int, *, momentum: float = 0.1, epsilon: float = 1e-5, dtype: Any = numpy.float64
    ) -> None:
        check_sizes((n_features, 1))
        dtype = float_type(dtype)
        self.weight: Tensor = Tensor(numpy.ones(n_features, dtype), label="weight")
        self.bias: Tensor = Tensor(numpy.zeros(n_features, dtype), label="bias")
        self.running_mean: numpy.typing.NDArray[Any] = numpy.zeros(n_features, dtype)
        self.running_variance: numpy.typing.NDArray[Any] = numpy.ones(n_features, dtype)
        self.momentum: float = momentum
        self.epsilon: float = epsilon

    def __call__(self, x: Any) -> Any:
        x = _floats(x)
        _check_columns(self, x, len(self.running_mean))
        if x.ndim != 2:
            raise ShapeError(f"{self!r} takes one row of numbers for each sample, not an input of shape {x.shape}")
        if not self.training:
            deviation = numpy.sqrt(self.running_variance + self.epsilon).astype(x.dtype)
            return (x - self.running_mean) / deviation * self.weight + self.bias
        count = len(x)
        if count < 2:
            raise ShapeError(f"{self!r} needs at least two samples to train on, not a batch of shape {x.shape}")
        average = mean(x, axis=0)
        centered = x - average
        variance = mean(square(centered), axis=0)
        for running, of_batch in (
            (self.running_mean, average.data),
            (self.running_variance, variance.data * (count / (count - 1))),
        ):
            running += self.momentum * (of_batch - running)
        return centered / sqrt(variance + self.epsilon) * self.weight + self.bias

    def __repr__(self) -> str:
        return f"BatchNorm1d({len(self.running_mean)})"


class LayerNorm(Module):
    """Each row standardised by its own mean and variance, then scaled and shifted (Ba et al. 2016).

    >>> from nn import LayerNorm
    >>> LayerNorm(2, epsilon=0.0)(Tensor([[1.0, 3.0]])).tolist()
    [[-1.0, 1.0]]
    """

    is_traceable: ClassVar[bool] = True
    _checks: ClassVar[Checks] = {
        **Module._checks,
        "epsilon": functools.partial(checked, "epsilon"),
    }

    @answering()
    def __init__(self, n_features: int, *, epsilon: float = 1e-5, dtype: Any = numpy.float64) -> None:
        check_sizes((n_features, 1))
        dtype = float_type(dtype)
        self.weight: Tensor = Tensor(numpy.ones(n_features, dtype), label="weight")
        self.bias: Tensor = Tensor(numpy.zeros(n_features, dtype), label="bias")
        self.epsilon: float = epsilon

    def __call__(self, x: Any) -> Any:
        x = _floats(x)
        _check_columns(self, x, self.weight.shape[0])
        centered = x - mean(x, axis=-1, keepdims=True)
        variance = mean(square(centered), axis=-1, keepdims=True)
        return centered / sqrt(variance + self.epsilon) * self.weight + self.bias

    def __repr__(self) -> str:
        return f"LayerNorm({self.weight.shape[0]})"


class Flatten(Module):
    """Each sample as one row of numbers.

    >>> import numpy
    >>> from nn import Flatten
    >>> Flatten()(Tensor(numpy.zeros((5, 28, 28)))).shape
    (5, 784)
    """

    is_traceable: ClassVar[bool] = True

    def __call__(self, x: Any) -> Any:
        x = as_tensor(x)
        if x.ndim == 0:
            raise ShapeError("Flatten() takes a batch of samples, not one number")
        return reshape(x, (x.shape[0], math.prod(x.shape[1:])))


def _floats(x: Any) -> Tensor:
    x = as_tensor(x)
    return x if x.dtype.kind == "f" else astype(x, numpy.float64)  # type: ignore[no-any-return]  # a Tensor gives one


def _check_columns(layer: Module, x: Tensor, columns: int) -> None:
    if x.shape[-1:] != (columns,):
        raise ShapeError(f"{layer!r} takes rows of {columns} numbers, not an input of shape {x.shape}")
