"""Layers on images: arrays of shape (samples, channels, height, width)."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy

from autograd import ShapeError, Tensor, add, getitem, matmul, ops, reshape, stack
from autograd import max as maximum_of
from autograd.arguments import answering, described, flag, is_whole

from .checks import float_type
from .errors import NetworkError
from .generators import Random
from .initializers import Initializer, initializer_of
from .layers import as_tensor, check_sizes
from .module import Module

Pair = tuple[int, int]


class Conv2d(Module):
    """Each output channel is the sum over all input channels of a window times its weights, at every place of the
    image, and a bias: what PyTorch's layer of that name computes (a cross-correlation).

    Args:
        n_inputs, n_outputs: how many channels come in and go out.
        kernel_size: the window's height and width, or one number for both. `weight` has shape
            (n_outputs, n_inputs, height, width), as PyTorch's, `bias` (n_outputs,).
        stride: how far the window moves, down and to the right.
        padding: rows and columns of 0 that are put around the image, at each side.
        bias: False leaves the bias out; `layer.bias` is None then.
        initializer: "normal", "xavier", "he" or an `Initializer`.
        rng: a numpy.random.Generator or a seed.
        dtype: numpy.float32 or numpy.float64.

    An input has shape (samples, n_inputs, height, width), or without samples for one image.

    Raises (when called) ShapeError: other channels, or an image that is smaller than the window.

    >>> from nn import Conv2d
    >>> Conv2d(1, 8, 3, padding=1, rng=0)(numpy.zeros((5, 1, 28, 28))).shape
    (5, 8, 28, 28)
    """

    is_traceable: ClassVar[bool] = True

    @answering(
        "the first two are numbers of channels",
        in_channels="it is called n_inputs= here",
        out_channels="it is called n_outputs= here",
        dilation="windows have no gaps",
        groups="every output channel sees all input channels",
        padding_mode="the padding is of zeros; pad the inputs otherwise before",
        activation="it comes after the layer, Sequential(Conv2d(1, 8, 3), relu)",
    )
    def __init__(
        self,
        n_inputs: int,
        n_outputs: int,
        kernel_size: int | Pair,
        *,
        stride: int | Pair = 1,
        padding: int | Pair = 0,
        bias: bool = True,
        initializer: str | Initializer = "xavier",
        rng: Random = None,
        dtype: Any = numpy.float64,
    ) -> None:
        self.kernel_size: Pair = _pair("kernel_size", kernel_size, 1)
        self.stride: Pair = _pair("stride", stride, 1)
        self.padding: Pair = _pair("padding", padding, 0)
        check_sizes((n_inputs, n_outputs))
        area = math.prod(self.kernel_size)
        check_sizes((n_inputs * area, n_outputs))
        weight, biases = initializer_of(initializer, "").draw(
            n_inputs * area, n_outputs * area, rng, float_type(dtype), (n_outputs, n_inputs, *self.kernel_size)
        )
        self.weight: Tensor = Tensor(weight, label="weight", copy=False)
        has_bias = flag("bias", bias, NetworkError)
        self.bias: Tensor | None = Tensor(biases, label="bias", copy=False) if has_bias else None

    @property
    def n_inputs(self) -> int:
        return self.weight.shape[1]

    @property
    def n_outputs(self) -> int:
        return self.weight.shape[0]

    def __call__(self, x: Any) -> Any:
        x = as_tensor(x)
        if x.ndim not in (3, 4) or x.shape[-3] != self.n_inputs:
            raise ShapeError(
                f"{self!r} takes images of shape (samples, {self.n_inputs}, height, width), not an input of shape "
                f"{x.shape}{_hint(x)}"
            )
        images = reshape(x, (1, *x.shape)) if x.ndim == 3 else x
        windows, size = _windows(self, _padded(images, self.padding), self.kernel_size, self.stride)
        n_inputs = math.prod(self.weight.shape[1:])
        # A column for each place of the window: all the layer is one product of matrices for each sample.
        columns = reshape(stack(windows, axis=2), (len(images), n_inputs, math.prod(size)))
        z = matmul(reshape(self.weight, (self.n_outputs, n_inputs)), columns)
        if self.bias is not None:
            z = add(z, reshape(self.bias, (self.n_outputs, 1)))
        return reshape(z, (*x.shape[:-3], self.n_outputs, *size))

    def __repr__(self) -> str:
        more = "".join(
            f", {name}={_shown(given)}"
            for name, given, usual in (("stride", self.stride, (1, 1)), ("padding", self.padding, (0, 0)))
            if given != usual
        )
        bias = "" if self.bias is not None else ", bias=False"
        return f"Conv2d({self.n_inputs} → {self.n_outputs}, {_shown(self.kernel_size)}{more}{bias})"


class MaxPool2d(Module):
    """The greatest number in each window of each channel; those that tie share the gradient equally, as for `max`.

    Args:
        kernel_size: the window's height and width, or one number for both.
        stride: how far it moves; its own size where it is not given. Rows and columns at the end that no whole window
            covers are left out.

    An input has shape (samples, channels, height, width), or without samples for one image.

    Raises (when called) ShapeError: no images, or some that are smaller than the window.

    >>> from nn import MaxPool2d
    >>> MaxPool2d(2)(numpy.arange(16.0).reshape(1, 1, 4, 4)).tolist()
    [[[[5.0, 7.0], [13.0, 15.0]]]]
    """

    is_traceable: ClassVar[bool] = True

    @answering(
        padding="windows stay inside the image",
        dilation="windows have no gaps",
        ceil_mode="what no whole window covers is left out",
        return_indices="it gives the greatest numbers alone",
    )
    def __init__(self, kernel_size: int | Pair, stride: int | Pair | None = None) -> None:
        self.kernel_size: Pair = _pair("kernel_size", kernel_size, 1)
        self.stride: Pair = self.kernel_size if stride is None else _pair("stride", stride, 1)

    def __call__(self, x: Any) -> Any:
        x = as_tensor(x)
        if x.ndim not in (3, 4):
            raise ShapeError(
                f"{self!r} takes images of shape (samples, channels, height, width), not an input of shape {x.shape}"
            )
        return maximum_of(stack(_windows(self, x, self.kernel_size, self.stride)[0]), axis=0)

    def __repr__(self) -> str:
        stride = "" if self.stride == self.kernel_size else f", stride={_shown(self.stride)}"
        return f"MaxPool2d({_shown(self.kernel_size)}{stride})"


def _windows(layer: Module, x: Any, kernel: Pair, stride: Pair) -> tuple[list[Any], Pair]:
    """For each place in the window, row by row, what is there wherever the window stands; and how many times it stands
    there, downwards and to the right."""
    height, width = x.shape[-2:]
    if height < kernel[0] or width < kernel[1]:
        raise ShapeError(f"{layer!r}: its window is larger than images of {height} × {width}")
    rows, columns = (height - kernel[0]) // stride[0] + 1, (width - kernel[1]) // stride[1] + 1
    parts = [
        getitem(
            x,
            (
                ...,
                slice(row, row + (rows - 1) * stride[0] + 1, stride[0]),
                slice(column, column + (columns - 1) * stride[1] + 1, stride[1]),
            ),
        )
        for row in range(kernel[0])
        for column in range(kernel[1])
    ]
    return parts, (rows, columns)


def _padded(x: Any, padding: Pair) -> Any:
    """Zeros around the images."""
    if padding == (0, 0):
        return x
    (down, right), (height, width) = padding, x.shape[-2:]
    shape = (*x.shape[:-2], height + 2 * down, width + 2 * right)
    return ops.scatter_add(x, index=(..., slice(down, down + height), slice(right, right + width)), shape=shape)


def _pair(name: str, given: Any, least: int) -> Pair:
    """A height and a width, of a pair or of one number for both."""
    pair = tuple(given) if isinstance(given, tuple | list) else (given, given)
    if len(pair) != 2 or not all(is_whole(one, least) for one in pair):
        raise NetworkError(f"{name} is a whole number from {least}, or a pair of them, not {described(given)}")
    return int(pair[0]), int(pair[1])


def _shown(pair: Pair) -> str:
    return str(pair[0]) if pair[0] == pair[1] else str(pair)


def _hint(x: Any) -> str:
    return "; inputs.reshape(-1, 1, 28, 28) makes images of rows of 784" if x.ndim == 2 else ""
