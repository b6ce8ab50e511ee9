"""Optimizers: how parameters follow their gradients."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy

from autograd import Node, Tensor

from .errors import NetworkError


class SGD:
    """Gradient descent: parameter ← parameter − learning_rate · gradient.

    Args:
        parameters: leaves (Values or Tensors), each once.
        learning_rate: the step size, a finite number ≥ 0.

    Raises NetworkError for anything else.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> w = Value(2.0)
    >>> optimizer = SGD([w], learning_rate=0.5)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> w.data
    0.0
    """

    def __init__(self, parameters: Sequence[Any], learning_rate: float) -> None:
        self.parameters = list(parameters)
        if not self.parameters:
            raise NetworkError("an optimizer needs at least one parameter")
        for parameter in self.parameters:
            if not isinstance(parameter, Node) or parameter.op is not None or not parameter.requires_grad:
                raise NetworkError(f"an optimizer takes leaves that require gradients, not {parameter!r:.80}")
        if len(set(self.parameters)) != len(self.parameters):
            raise NetworkError("a parameter was given to the optimizer twice: it would be updated twice a step")
        if not (isinstance(learning_rate, int | float) and math.isfinite(learning_rate) and learning_rate >= 0):
            raise NetworkError(f"the learning rate is a finite number ≥ 0, not {learning_rate!r}")
        self.learning_rate = learning_rate
        # Where an array's step is computed: a new array of a large matrix's size costs as much as filling it.
        self._steps = [
            numpy.empty_like(parameter.data) if isinstance(parameter, Tensor) else None for parameter in self.parameters
        ]

    def step(self) -> None:
        """Move every parameter that has a gradient."""
        for parameter, step in zip(self.parameters, self._steps, strict=True):
            gradient = parameter.grad
            if step is None:
                parameter.data -= self.learning_rate * (gradient or 0.0)
            elif gradient is not None:
                parameter.data -= numpy.multiply(gradient, self.learning_rate, out=step)

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters:
            parameter.zero_grad()
