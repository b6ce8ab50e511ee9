"""micrograd's names and its way of adding an operation, as its lecture and its notebooks use them."""

import copy
import math
import random
import shutil
from types import SimpleNamespace

import graphviz
import pytest

import autograd
import viz
from autograd import GraphError, NotRecordedError, Tensor, Value, compile, grad, gradients, no_grad, tanh


def sine(x):
    """An operation as the lecture teaches it."""
    out = Value(math.sin(x.data), (x,), "sin")

    def _backward():
        x.grad += math.cos(x.data) * out.grad

    out._backward = _backward
    return out


def times(a, b):
    out = Value(a.data * b.data, (a, b), "*")

    def _backward():
        a.grad += b.data * out.grad
        b.grad += a.data * out.grad

    out._backward = _backward
    return out


def test_an_operation_made_by_hand_has_its_gradient():
    x = Value(0.5)
    y = sine(x) * 2.0 + x
    y.backward()
    assert x.grad == pytest.approx(2 * math.cos(0.5) + 1)


def test_it_adds_to_gradients_as_every_operation_does():
    x = Value(0.5)
    for _ in range(2):
        (sine(x) * 2.0).backward()
    assert x.grad == pytest.approx(4 * math.cos(0.5))


def test_a_child_that_is_there_twice_and_shared_results():
    x = Value(3.0)
    square = times(x, x)
    (square + sine(square)).backward()
    assert x.grad == pytest.approx(6 * (1 + math.cos(9.0)))
    assert square.grad == pytest.approx(1 + math.cos(9.0))


def test_constants_among_its_children_get_no_gradient():
    x, two = Value(3.0), Value(2.0, requires_grad=False)
    times(x, two).backward()
    assert (x.grad, two.grad) == (2.0, 0.0)
    assert not times(two, two).requires_grad
    with no_grad():
        assert times(x, x).op is None


def test_its_gradient_is_handed_out_as_others_are():
    x = Value(0.5)
    y = sine(x) * 2.0
    (found,) = gradients(y, [x])
    assert found.data == pytest.approx(2 * math.cos(0.5))
    assert x.grad == 0.0


def test_a_tensor_is_computed_from_one():
    x = Value(0.5)
    (Tensor([1.0, 2.0]) * sine(x)).sum().backward()
    assert x.grad == pytest.approx(3 * math.cos(0.5))


def test_a_failing_backward_leaves_gradients_as_they_were():
    x = Value(0.5)
    x.grad = 7.0
    out = Value(1.0, (x,), "f")

    def _backward():
        x.grad += 1.0
        raise RuntimeError("somebody's mistake")

    out._backward = _backward
    with pytest.raises(RuntimeError, match="somebody's mistake"):
        (out * 2.0).backward()
    assert x.grad == 7.0


def test_a_backward_set_on_an_operation_of_ours_takes_its_place():
    x = Value(3.0)
    out = x * 2.0
    out._backward = lambda: setattr(x, "grad", x.grad + 5 * out.grad)
    (out * 3.0).backward()
    assert x.grad == 15.0


def test_backward_called_by_hand_node_by_node():
    """The lecture's neuron: gradients filled in from the output to the inputs."""
    x1, x2, w1, w2, b = Value(2.0), Value(0.0), Value(-3.0), Value(1.0), Value(6.8813735870195432)
    x1w1, x2w2 = x1 * w1, x2 * w2
    both = x1w1 + x2w2
    n = both + b
    o = n.tanh()
    o.grad = 1.0
    for node in (o, n, b, both, x2w2, x1w1):
        node._backward()
    assert [round(v.grad, 4) for v in (x1, w1, x2, w2, b)] == [-1.5, 1.0, 0.5, 0.0, 0.5]


def test_the_order_built_by_hand():
    x = Value(0.5)
    root = sine(x * x) + x
    order, visited = [], set()

    def build(v):
        if v not in visited:
            visited.add(v)
            for child in v._prev:
                build(child)
            order.append(v)

    build(root)
    root.grad = 1.0
    for v in reversed(order):
        v._backward()
    assert x.grad == pytest.approx(2 * 0.5 * math.cos(0.25) + 1)


def test_its_names_for_what_a_value_has():
    a, b = Value(2.0), Value(3.0)
    assert a._prev == set() and a._op == ""
    assert (a + b)._prev == {a, b}
    signs = [(a + b)._op, (a * b)._op, (a**2)._op, (a - b)._op, (a / b)._op, (-a)._op, a.relu()._op, a.tanh()._op]
    assert signs == ["+", "*", "**2", "-", "/", "-", "ReLU", "tanh"]
    assert {child.data for child in (a * 7.0)._prev} == {2.0, 7.0}


def test_children_given_by_position_and_a_label():
    leaf = Value(3.0, (), "", "a")
    assert leaf.requires_grad and leaf.label == "a" and leaf.op is None
    assert Value(3.0, ()).label is None
    assert Value(4.0, (leaf,), "f", "named").label == "named"


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz's dot draws micrograd's picture")
def test_backward_called_by_hand_on_what_a_function_gave() -> None:
    for made_of in (autograd.checkpoint, autograd.compile):
        a, b = Value(2.0), Value(3.0)
        out = made_of(lambda x, y: x * x * y)(a, b)
        out.grad = 10.0
        out._backward()
        assert (a.grad, b.grad) == (120.0, 40.0)


def test_the_picture_of_its_notebook():
    def trace(root):
        nodes, edges = set(), set()

        def build(v):
            if v not in nodes:
                nodes.add(v)
                for child in v._prev:
                    edges.add((child, v))
                    build(child)

        build(root)
        return nodes, edges

    dot = graphviz.Digraph(format="svg", graph_attr={"rankdir": "LR"})
    root = (Value(2.0, label="a") * Value(-3.0, label="b") + Value(10.0, label="c")).relu()
    nodes, edges = trace(root)
    for n in nodes:
        dot.node(name=str(id(n)), label=f"{{ {n.label} | data {n.data:.4f} | grad {n.grad:.4f} }}", shape="record")
        if n._op:
            dot.node(name=str(id(n)) + n._op, label=n._op)
            dot.edge(str(id(n)) + n._op, str(id(n)))
    for n1, n2 in edges:
        dot.edge(str(id(n1)), str(id(n2)) + n2._op)
    assert (len(nodes), len(edges)) == (6, 5)
    assert b"ReLU" in dot.pipe()


def test_a_method_that_a_lesson_sets(monkeypatch):
    def by_hand(self):
        t = (math.exp(2 * self.data) - 1) / (math.exp(2 * self.data) + 1)
        out = Value(t, (self,), "tanh")

        def _backward():
            self.grad += (1 - t**2) * out.grad * 1000  # to be told from ours

        out._backward = _backward
        return out

    ours = tanh(Value(0.5)).data
    monkeypatch.setattr(Value, "tanh", by_hand)
    x = Value(0.5)
    x.tanh().backward()
    assert x.grad == pytest.approx(1000 * (1 - ours**2))
    x = Value(0.5)
    tanh(x).backward()  # the method alone is theirs
    assert x.grad == pytest.approx(1 - ours**2)


def test_the_lectures_network_learns():
    random.seed(1337)

    class Neuron:
        def __init__(self, nin):
            self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
            self.b = Value(random.uniform(-1, 1))

        def __call__(self, x):
            act = sum((wi * xi for wi, xi in zip(self.w, x, strict=True)), self.b)
            return sine(act)

        def parameters(self):
            return [*self.w, self.b]

    class Layer:
        def __init__(self, nin, nout):
            self.neurons = [Neuron(nin) for _ in range(nout)]

        def __call__(self, x):
            outs = [n(x) for n in self.neurons]
            return outs[0] if len(outs) == 1 else outs

        def parameters(self):
            return [p for neuron in self.neurons for p in neuron.parameters()]

    layers = [Layer(3, 4), Layer(4, 4), Layer(4, 1)]
    xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
    ys = [1.0, -1.0, -1.0, 1.0]
    losses = []
    for _ in range(40):
        predictions = []
        for x in xs:
            for layer in layers:
                x = layer(x)
            predictions.append(x)
        loss = sum((yout - ygt) ** 2 for ygt, yout in zip(ys, predictions, strict=True))
        for p in (p for layer in layers for p in layer.parameters()):
            p.grad = 0.0
        loss.backward()
        for p in (p for layer in layers for p in layer.parameters()):
            p.data += -0.05 * p.grad
        losses.append(loss.data)
    assert losses[-1] < losses[0] / 10


def test_it_is_drawn_with_the_numbers_that_its_backward_gave():
    x = Value(0.5, label="x")
    y = sine(x) * 2.0
    y.backward()
    svg = viz.draw(y).svg()
    assert "sin" in svg and "1.755" in svg


def hand_made():
    return sine(Value(0.5))


REFUSED = {
    "no _backward": (lambda: Value(1.0, (Value(2.0),), "f").backward(), "'f' was made by hand and has no _backward"),
    "a transform": (lambda: grad(sine)(1.0), "autograd.primitive"),
    "a transform of what it is in": (lambda: grad(lambda x: sine(x * 2.0) * x)(1.0), "autograd.primitive"),
    "a program": (lambda: compile(lambda x: sine(x))(1.0), "autograd.primitive"),
    "a gradient of the gradient": (
        lambda: second_order(),
        "autograd.primitive",
    ),
    "a copy": (lambda: copy.deepcopy(hand_made()), "_backward"),
    "an operation that is no text": (lambda: Value(1.0, (Value(2.0),), 3), "text"),
    "a child that is no number": (lambda: Value(1.0, ("a",), "f"), "a child is a Value"),
    "a _backward on a leaf": (lambda: setattr(Value(1.0), "_backward", lambda: None), "no children"),
    "a _backward that is no function": (lambda: setattr(hand_made(), "_backward", 3), "function"),
    "a node added to .grad": (lambda: adding_a_node().backward(), "plain numbers"),
    "more than micrograd's four": (lambda: Value(2.0, True, "x", "y"), "at most"),
    "a label in place of requires_grad": (lambda: Value(2.0, "x"), "label="),
}


def second_order():
    x = Value(0.5)
    return gradients(sine(x), x, create_graph=True)


def adding_a_node():
    x = Value(2.0)
    out = Value(4.0, (x,), "f")
    out._backward = lambda: setattr(x, "grad", x.grad + x * out.grad)
    return out


@pytest.mark.parametrize("name", REFUSED)
def test_what_it_cannot_be_is_refused_in_a_sentence(name):
    refused, words = REFUSED[name]
    with pytest.raises(GraphError, match=words):
        refused()


def test_whoever_uses_none_of_it_notices_nothing():
    assert type(Value(1.0) * 2.0) is Value
    assert not hasattr(Tensor([1.0]), "_prev")
    assert autograd.Value is Value


def test_a_backward_that_calls_the_one_it_takes_the_place_of():
    x = Value(3.0)
    y = x * 1.5
    passed = y._backward
    seen = []
    y._backward = lambda: (passed(), seen.append(y.grad))
    (y * 2.0).backward()
    assert (x.grad, seen) == (3.0, [2.0])


def feeding(*nodes, children=1):
    """An operation whose `_backward` adds to the gradient of each node; the first of them are its children."""
    out = Value(1.0, nodes[:children], "feed")

    def backward():
        for node in nodes:
            node.grad = node.grad + out.grad

    out._backward = backward
    return out


@pytest.mark.parametrize("kind", ["leaf", "result", "tensor", "held"])
@pytest.mark.parametrize("sweep", ["backward", "gradients", "trace"])
def test_a_backward_that_feeds_what_is_no_child_is_refused_and_changes_nothing(kind, sweep):
    x, w = Value(2.0), Tensor([1.0]) if kind == "tensor" else Value(3.0)
    w.grad = [5.0] if kind == "tensor" else 5.0
    fed = w * 2.0 if kind == "result" else w
    if kind == "held":
        holder = SimpleNamespace(weights=[w])
        out = Value(1.0, (x,), "feed")
        out._backward = lambda: setattr(holder.weights[0], "grad", holder.weights[0].grad + out.grad)
    else:
        out = feeding(x, fed)
    loss = out * 2.0 if kind in ("tensor", "held") else out * 2.0 + fed
    run = {"backward": loss.backward, "gradients": lambda: gradients(loss, x), "trace": lambda: viz.trace(loss)}[sweep]
    with pytest.raises(NotRecordedError, match=r"'feed' adds to the \.grad of .*none of its children"):
        run()
    assert float(w.grad[0] if kind == "tensor" else w.grad) == 5.0
    assert x.grad == 0.0


def test_children_that_are_all_named_get_what_is_fed_to_them():
    x, w = Value(2.0), Value(3.0)
    (feeding(x, w, children=2) * 2.0 + w).backward()
    assert (x.grad, w.grad) == (2.0, 3.0)
