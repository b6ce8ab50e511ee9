"""The built-in examples, each a recorded graph small enough to be read number by number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from autograd import GraphError, Node, Tensor, Value, exp, label, log, relu, scope, sigmoid
from nn import MLP, SGD, Neuron, NeuronMLP, quadratic, xor
from viz.tracing import in_order


@dataclass(frozen=True)
class Example:
    """A graph by name, what it shows, and the optimizer that its text goes on with, if any."""

    name: str
    shows: str
    record: Callable[[], Node]  # the forward pass, from what the leaves are now
    optimizer: SGD | None = None


def neuron() -> Example:
    """Document 002's neuron worked by hand: two inputs, sigmoid, quadratic cost, learning rate 1."""
    w1, w2, b = Value(2.0, label="w1"), Value(-3.0, label="w2"), Value(-3.0, label="b")
    x1, x2, y = _input("x1", -1.0), _input("x2", -2.0), _input("y", 1.0)

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


def paths() -> Example:
    """The smallest graph in which a number is used twice."""
    a, b = Value(2.0, label="a"), Value(1.0, label="b")

    def record() -> Node:
        c = a + b
        d = b + 1
        e: Value = c * d
        label({"c": c, "d": d, "e": e})
        return e

    return Example("paths", "two paths from b meet in e = (a + b)·(b + 1): its gradient is the sum of both", record)


def vanishing() -> Example:
    """Sigmoids in a row: σ′ is at most ¼."""
    w, x = Value(0.5, label="w"), _input("x", 2.0)
    depth = 12

    def record() -> Node:
        z: Value = w * x
        label({"z": z})
        a = z
        for layer in range(1, depth + 1):
            a = sigmoid(a)
            label({f"a{layer}": a})
        return a

    return Example(
        "vanishing",
        "twelve sigmoids in a row: each passes on less than a quarter, and w hardly moves",
        record,
        SGD([w], learning_rate=1.0),
    )


def exploding() -> Example:
    """The same weight again and again, as in a recurrent network."""
    w, h0 = Value(5.0, label="w"), _input("h0", 1.0)
    steps = 6

    def record() -> Node:
        h: Value = h0
        for step in range(1, steps + 1):
            h = w * h
            label({f"h{step}": h})
        return h

    return Example(
        "exploding",
        "the same weight of 5 six times: a gradient in the tens of thousands, and one step throws w away",
        record,
        SGD([w], learning_rate=0.01),
    )


def xor_network() -> Example:
    """Document 001's network on one of XOR's four samples, every number a Value.

    Neurons 1 and 2 are the hidden ones, 3 is the output; w31 is the weight into neuron 3 from neuron 1.
    """
    network = NeuronMLP((2, 2, 1), rng=0)
    neurons = [neuron for layer in network.layers for neuron in layer.neurons]
    # By hand, so that the numbers are short; it has learned nothing yet.
    start = [[0.5, -0.4, 0.1], [-0.3, 0.6, -0.2], [0.7, -0.5, 0.3]]
    for number, (neuron, (*weights, bias)) in enumerate(zip(neurons, start, strict=True), start=1):
        for source, (weight, data) in enumerate(zip(neuron.weights, weights, strict=True), start=1):
            weight.data, weight.label = data, f"w{number}{source}"
        neuron.bias.data, neuron.bias.label = bias, f"b{number}"
    x1, x2, y = _input("x1", 1.0), _input("x2", 1.0), _input("y", 0.0)

    def record() -> Node:
        (a,) = network([x1, x2])
        for node, inputs in in_order(a):
            for call in node.calls:
                if isinstance(call.module, Neuron):
                    number = neurons.index(call.module) + 1
                    label({f"a{number}": node, f"z{number}": inputs[0]})
        with scope("cost"):
            C: Value = -(log(a) * y + log(1 - a) * (1 - y))
        label({"C": C})
        return C

    return Example(
        "xor",
        "XOR's network of 2-2-1 sigmoids on (1, 1) ↦ 0, with cross-entropy: a gradient for each parameter",
        record,
        SGD(network.parameters(), learning_rate=1.0),
    )


def softmax() -> Example:
    """Three classes, written out: the gradient at each score is what it is known for, p − y."""
    z = [Value(score, label=f"z{index}") for index, score in enumerate((2.0, 1.0, 0.1), start=1)]
    y = [_input(f"y{index}", share) for index, share in enumerate((1.0, 0.0, 0.0), start=1)]

    def record() -> Node:
        e1, e2, e3 = (exp(score) for score in z)
        s = e1 + e2 + e3
        p1, p2, p3 = e1 / s, e2 / s, e3 / s
        with scope("cost"):
            C: Value = -(log(p1) * y[0] + log(p2) * y[1] + log(p3) * y[2])
        label({"e1": e1, "e2": e2, "e3": e3, "s": s, "p1": p1, "p2": p2, "p3": p3, "C": C})
        return C

    return Example(
        "softmax",
        "softmax with cross-entropy: where all paths have met, the gradient at each score z is p − y",
        record,
        SGD(z, learning_rate=1.0),
    )


def dead_relu() -> Example:
    """Two hidden ReLUs, one of which has died: beside each other, so that the difference shows."""
    w1, b1, u1 = Value(1.0, label="w1"), Value(0.5, label="b1"), Value(0.8, label="u1")
    w2, b2, u2 = Value(-1.5, label="w2"), Value(0.5, label="b2"), Value(0.6, label="u2")
    x, y = _input("x", 2.0), _input("y", 1.0)

    def record() -> Node:
        z1 = w1 * x + b1
        z2 = w2 * x + b2
        a1, a2 = relu(z1), relu(z2)
        s = u1 * a1 + u2 * a2
        with scope("cost"):
            C: Value = quadratic(s, y)
        label({"z1": z1, "z2": z2, "a1": a1, "a2": a2, "s": s, "C": C})
        return C

    return Example(
        "dead-relu",
        "of two ReLUs one is dead: z2 is negative, so nothing reaches w2 and b2, and no step moves them",
        record,
        SGD([w1, b1, u1, w2, b2, u2], learning_rate=0.1),
    )


def mlp() -> Example:
    """XOR's whole truth table through a network on Tensor: one node for each layer's array."""
    data = xor()
    X = Tensor(data.train_inputs, requires_grad=False, label="X")
    Y = Tensor(data.train_labels.reshape(-1, 1).astype(float), requires_grad=False, label="Y")
    network = MLP((2, 4, 1), activation="tanh", output="sigmoid", rng=0)
    for number, layer in enumerate(network.layers, start=1):
        layer.weight.label, layer.bias.label = f"W{number}", f"b{number}"

    def record() -> Node:
        A2 = network(X)
        (Z2,) = A2.inputs
        A1 = Z2.inputs[0]
        (Z1,) = A1.inputs
        C: Tensor = quadratic(A2, Y)
        label({"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2, "C": C})
        return C

    return Example(
        "mlp",
        "XOR's four samples at once through layers of 2-4-1: arrays, and each pullback with its shapes",
        record,
        SGD(network.parameters(), learning_rate=1.0),
    )


EXAMPLES: dict[str, Callable[[], Example]] = {
    "neuron": neuron,
    "paths": paths,
    "vanishing": vanishing,
    "exploding": exploding,
    "xor": xor_network,
    "softmax": softmax,
    "dead-relu": dead_relu,
    "mlp": mlp,
}


def example(name: str, numbers: Mapping[str, float] | None = None) -> Example:
    """The example of that name, with leaves of its own.

    Args:
        numbers: for leaves that hold one number, by label, in place of the example's own.

    Raises:
        GraphError: there is no such example, or no such leaf in it.

    >>> from glassgrad.examples import example
    >>> round(example("neuron").record().data, 4)
    0.0362
    >>> example("paths", {"b": 3.0}).record().data
    20.0
    """
    if name not in EXAMPLES:
        raise GraphError(
            f"unknown example {name!r:.60}; known are {', '.join(EXAMPLES)}; an expression needs a number for each "
            'of its names, as in "x*x" x=3'
        )
    found = EXAMPLES[name]()
    if not numbers:
        return found
    leaves = {node.label: node for node, _ in in_order(found.record()) if node.op is None and isinstance(node, Value)}
    for leaf, number in numbers.items():
        if leaf not in leaves:
            known = ", ".join(sorted(filter(None, leaves))) or "all in arrays"
            raise GraphError(f"the example {name} has no number named {leaf!r:.60}; its numbers are {known}")
        leaves[leaf].data = number
    said = ", ".join(f"{leaf} = {number:g}" for leaf, number in numbers.items())
    return replace(found, shows=f"{found.shows}; with {said}")


def _input(name: str, number: float) -> Value:
    return Value(number, requires_grad=False, label=name)
