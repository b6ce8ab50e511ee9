"""NumPy's Fourier transforms of plain arrays: they give complex numbers, which glassgrad has no gradients of."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy
import numpy.fft as _fft
from numpy.fft import fftfreq as fftfreq
from numpy.fft import rfftfreq as rfftfreq

from .. import functions
from ..errors import DataTypeError
from ..installation import check_not_mixed as _check_not_mixed
from ..node import Node
from ..structure import flatten

_check_not_mixed()


def fftshift(x: Any, axes: Any = None) -> Any:
    """NumPy's `fftshift`; of nodes with their graph.

    >>> from autograd import Tensor
    >>> fftshift(Tensor([0.0, 1.0, 2.0])).data
    array([2., 0., 1.])
    """
    return _shifted(x, axes, 1)


def ifftshift(x: Any, axes: Any = None) -> Any:
    """The inverse of `fftshift`."""
    return _shifted(x, axes, -1)


def _shifted(x: Any, axes: Any, sign: int) -> Any:
    x = functions.array(x)
    axes = tuple(range(x.ndim)) if axes is None else (axes,) if numpy.ndim(axes) == 0 else tuple(axes)
    halves = [x.shape[axis] // 2 if sign > 0 else -(x.shape[axis] // 2) for axis in axes]
    return functions.roll(x, halves, axes)


def _of_plain_numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def transform(*arguments: Any, **keywords: Any) -> Any:
        if any(isinstance(leaf, Node) for leaf in flatten((arguments, keywords))[0]):
            raise DataTypeError(
                f"numpy.fft.{function.__name__}: a Fourier transform is of complex numbers, and gradients here are of "
                "real ones alone; multiply by the matrices of cosines and sines, or give the plain numbers (.data)"
            )
        return function(*arguments, **keywords)

    return transform


_SHIFTS = ("fftshift", "ifftshift", "fftfreq", "rfftfreq")
globals().update({name: _of_plain_numbers(getattr(_fft, name)) for name in _fft.__all__ if name not in _SHIFTS})
