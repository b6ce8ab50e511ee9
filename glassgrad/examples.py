"""The built-in examples, each a recorded graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from autograd import GraphError, Node, Value, label, scope, sigmoid
from nn import SGD, quadratic


@dataclass(frozen=True)
class Example:
    """A graph by name, what it shows, and the optimizer that its text goes on with."""

    name: str
    shows: str
    record: Callable[[], Node]  # the forward pass, from what the parameters are now
    optimizer: SGD


def neuron() -> Example:
    """Document 002's neuron worked by hand: two inputs, sigmoid, quadratic cost, learning rate 1."""
    w1, w2, b = Value(2.0, label="w1"), Value(-3.0, label="w2"), Value(-3.0, label="b")
    x1 = Value(-1.0, requires_grad=False, label="x1")
    x2 = Value(-2.0, requires_grad=False, label="x2")
    y = Value(1.0, requires_grad=False, label="y")

    def record() -> Node:
        ω1 = w1 * x1
        ω2 = w2 * x2
        Ω = ω1 + ω2
        z = Ω + b
        a = sigmoid(z)
        with scope("cost"):
            C: Value = quadratic(a, y)
        label({"ω1": ω1, "ω2": ω2, "Ω": Ω, "z": z, "a": a, "C": C})
        return C

    return Example(
        "neuron",
        "the neuron worked by hand: a = σ(w1·x1 + w2·x2 + b), C = ½(y − a)²",
        record,
        SGD([w1, w2, b], learning_rate=1.0),
    )


EXAMPLES: dict[str, Callable[[], Example]] = {"neuron": neuron}


def example(name: str) -> Example:
    """The example of that name, with parameters of its own.

    >>> from glassgrad.examples import example
    >>> round(example("neuron").record().data, 4)
    0.0362
    """
    if name not in EXAMPLES:
        raise GraphError(f"unknown example {name!r}; known are {', '.join(EXAMPLES)}")
    return EXAMPLES[name]()
