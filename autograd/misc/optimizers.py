"""Optimizers of a function's argument, nested as it may be: `sgd`, `rmsprop`, `adam`.

`grad(x, i)` is the gradient at x in iteration i; `callback(x, i, gradient)` is called before each update. Networks are
trained by the package `nn`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy

from ..installation import check_not_mixed
from .flatten import flatten

check_not_mixed()

Array = numpy.ndarray[Any, Any]
Gradient = Callable[[Any, int], Any]
Callback = Callable[[Any, int, Any], object]


def _nested(optimize: Callable[..., Any]) -> Callable[..., Any]:
    """One that works on a vector, for nested arguments."""

    @functools.wraps(optimize)
    def of_nested(grad: Gradient, x0: Any, callback: Callback | None = None, *settings: Any, **named: Any) -> Any:
        vector, unflatten = flatten(x0)

        def told(x: Array, i: int, gradient: Array) -> None:
            if callback is not None:
                callback(unflatten(x), i, unflatten(gradient))

        return unflatten(optimize(lambda x, i: flatten(grad(unflatten(x), i))[0], vector, told, *settings, **named))

    return of_nested


@_nested
def sgd(
    grad: Gradient, x: Array, callback: Callback, num_iters: int = 200, step_size: float = 0.1, mass: float = 0.9
) -> Array:
    """Gradient descent with momentum, a moving average of gradients: v ← mass · v − (1 − mass) · g, x ← x + rate · v.

    >>> round(sgd(lambda x, i: 2 * (x - 3.0), 0.0, num_iters=300), 3)
    3.0
    """
    velocity = numpy.zeros(len(x))
    for i in range(num_iters):
        gradient = grad(x, i)
        callback(x, i, gradient)
        velocity = mass * velocity - (1 - mass) * gradient
        x = x + step_size * velocity
    return x


@_nested
def rmsprop(
    grad: Gradient,
    x: Array,
    callback: Callback,
    num_iters: int = 100,
    step_size: float = 0.1,
    gamma: float = 0.9,
    eps: float = 1e-8,
) -> Array:
    """Steps divided by the root of a moving average of squared gradients (G. Hinton, lecture 6e, 2012)."""
    mean_square = numpy.ones(len(x))
    for i in range(num_iters):
        gradient = grad(x, i)
        callback(x, i, gradient)
        mean_square = gamma * mean_square + (1 - gamma) * gradient**2
        x = x - step_size * gradient / (numpy.sqrt(mean_square) + eps)
    return x


@_nested
def adam(
    grad: Gradient,
    x: Array,
    callback: Callback,
    num_iters: int = 100,
    step_size: float = 0.001,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> Array:
    """Adam (D. P. Kingma and J. Ba 2015, arXiv:1412.6980)."""
    mean, mean_square = numpy.zeros(len(x)), numpy.zeros(len(x))
    for i in range(num_iters):
        gradient = grad(x, i)
        callback(x, i, gradient)
        mean = b1 * mean + (1 - b1) * gradient
        mean_square = b2 * mean_square + (1 - b2) * gradient**2
        corrected, corrected_square = mean / (1 - b1 ** (i + 1)), mean_square / (1 - b2 ** (i + 1))
        x = x - step_size * corrected / (numpy.sqrt(corrected_square) + eps)
    return x
