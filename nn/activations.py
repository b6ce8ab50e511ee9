"""Activations by name: functions of a Value or a Tensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd import elu, gelu, leaky_relu, relu, sigmoid, silu, sin, softmax, softplus, tanh
from autograd.arguments import check_known

from .errors import NetworkError

Activation = Callable[[Any], Any]


def identity(z: Any) -> Any:
    """z itself: a linear layer."""
    return z


ACTIVATIONS: dict[str, Activation] = {
    "identity": identity,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
    "softmax": softmax,
    "softplus": softplus,
    "silu": silu,
    "gelu": gelu,
    "elu": elu,
    "leaky_relu": leaky_relu,
    "sin": sin,
}


def activation_of(name: str | Activation) -> tuple[str, Activation]:
    """The name and the function of an activation given as either.

    Raises NetworkError, listing the known names, for an unknown one.
    """
    if callable(name):
        return getattr(name, "name", getattr(name, "__name__", "activation")), name
    check_known("activation", name, ACTIVATIONS, NetworkError)
    return name, ACTIVATIONS[name]


class HasActivations:
    """A module whose activations may be assigned later, by name or as functions: their names follow."""

    def __setattr__(self, name: str, given: Any) -> None:
        if name in ("activation", "output"):
            given_name, given = activation_of(given)
            super().__setattr__(f"{name}_name", given_name)
        super().__setattr__(name, given)


def is_known(activation: Activation) -> bool:
    """Whether it can be named: an own function may bear a known one's name."""
    return ACTIVATIONS.get(activation_of(activation)[0]) is activation
