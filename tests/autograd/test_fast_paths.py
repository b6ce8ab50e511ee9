"""Paths written out for speed do, bit for bit, what the table and the one sweep do."""

import math
import operator
import random

import numpy
import pytest

import autograd
from autograd import Tensor, Value
from autograd import ops as table
from autograd.fast_paths import record_in_general
from autograd.operation import elementwise
from autograd.sweep import topological_order


class Observer:
    """Forces the general sweep, and keeps the local gradients that it is told of."""

    def __init__(self) -> None:
        self.local_gradients = []

    def seed(self, node, gradient) -> None:
        pass

    def contribution(self, contribution) -> None:
        self.local_gradients.append((contribution.slot, float(contribution.local_gradient).hex()))


def random_graph(seed: int, constants: list[float]) -> tuple[Value, list[Value]]:
    """An output and every node it may depend on, with shared subexpressions, constants and predicates."""
    rng = random.Random(seed)
    nodes = [Value(rng.uniform(-2, 2), requires_grad=rng.random() < 0.8) for _ in range(4)]
    nodes[0] = Value(rng.uniform(-2, 2))
    unary = [autograd.tanh, autograd.sin, autograd.sigmoid, autograd.relu, abs, operator.neg, autograd.cos]
    binary = [
        operator.add,
        operator.mul,
        operator.sub,
        lambda a, b: a / (b * b + 1 if isinstance(b, Value) else abs(b) + 1),
        autograd.maximum,
        autograd.minimum,
        lambda a, b: (
            (a * a + 0.5 if isinstance(a, Value) else abs(a) + 0.5) ** (autograd.tanh(b) if isinstance(b, Value) else 2)
        ),
    ]
    for _ in range(rng.randrange(5, 60)):
        if rng.random() < 0.35:
            nodes.append(rng.choice(unary)(rng.choice(nodes)))
        else:
            operands = [rng.choice(nodes), rng.choice(nodes) if rng.random() < 0.7 else rng.choice(constants)]
            rng.shuffle(operands)
            nodes.append(rng.choice(binary)(*operands))
    output = nodes[0] * nodes[-1]
    for node in nodes[-6:]:
        output = output + node
    return output, [*nodes, output]


def bits(nodes: list[Value]) -> list[tuple[str, str]]:
    return [(node.data.hex(), "none" if node.grad is None else float(node.grad).hex()) for node in nodes]


def bits_without_signs_of_zeros(nodes: list[Value]) -> list[tuple[str, str]]:
    return [(node.data.hex(), (node.grad + 0.0).hex()) for node in nodes]


@pytest.mark.parametrize("seed", range(60))
def test_the_sweep_of_values_is_the_general_sweep(seed) -> None:
    constants = [2, 3.0, -0.5, 1, 0.0, -1, math.inf] if seed % 2 else [2, 3.0, -0.5, 1]
    fast, fast_nodes = random_graph(seed, constants)
    general, general_nodes = random_graph(seed, constants)
    for upstream in (None, -1.75):
        fast.backward(upstream)
        autograd.sweep.backward(general, upstream, observer=Observer())
        assert bits_without_signs_of_zeros(fast_nodes) == bits_without_signs_of_zeros(general_nodes)


def test_the_sweep_of_values_is_the_general_sweep_also_in_the_sign_of_a_zero() -> None:
    for seed in range(40):
        fast, fast_nodes = random_graph(seed, [2, 0.0, -0.0, -1])
        general, general_nodes = random_graph(seed, [2, 0.0, -0.0, -1])
        if seed % 2:  # 0.0 + −0.0 is 0.0: a leaf shows the sign only where it had no gradient
            for leaf in [node for node in fast_nodes + general_nodes if node.op is None]:
                leaf.grad = None
        fast.backward(-1.0)
        autograd.sweep.backward(general, -1.0, observer=Observer())
        assert bits(fast_nodes) == bits(general_nodes)


def test_a_graph_of_values_alone_needs_no_general_sweep(monkeypatch) -> None:
    output, nodes = random_graph(0, [2, -0.5])
    monkeypatch.setattr(autograd.sweep, "propagate", None)
    output.backward()
    assert nodes[0].grad != 0.0


@pytest.mark.parametrize("seed", range(10))
def test_the_sweep_of_values_goes_the_walker_s_way(seed) -> None:
    class Watched(float):
        """A local gradient that says when the sweep uses it."""

        def __rmul__(self, upstream):
            passed.append((self.node, self.slot))
            return upstream * float(self)

    output, _ = random_graph(seed, [2, -0.5])
    passed: list[tuple[Value, int]] = []
    order = topological_order(output)
    expected = [(node, slot) for node in reversed(order) for slot in node._gradient_slots]
    for node, slot in expected:
        watched = Watched(node._stored_gradient(slot))
        watched.node, watched.slot = node, slot
        setattr(node, ("_first_gradient", "_second_gradient")[slot], watched)
    output.backward()
    assert len(passed) > 5
    assert passed == expected


@pytest.mark.parametrize("kind", [Value, Tensor])
@pytest.mark.parametrize("numbers", [(3.0, 2.0), (2.0, 3.0)])
def test_a_closed_gate_in_either_slot_stops_an_infinite_gradient(kind, numbers) -> None:
    later = elementwise(
        "later", "max", numpy.maximum, max,
        local_gradients=(lambda out, a, b: table.greater(a, b), lambda out, a, b: table.greater(b, a)),
    )  # fmt: skip
    expected = [math.inf if number == 3.0 else 0.0 for number in numbers]
    leaves = [kind(number) for number in numbers]
    (later(*leaves) * math.inf).backward()
    assert [float(leaf.grad) for leaf in leaves] == expected
    products = [leaf * 1.0 for leaf in leaves]
    (later(*products) * math.inf).backward()
    assert [float(product.grad) for product in products] == expected
    found = autograd.gradients(later(*leaves) * math.inf, leaves, create_graph=True)
    assert [float(one.data) for one in found] == expected


@pytest.mark.parametrize("seed", range(10))
def test_a_sweep_that_meets_a_wide_node_half_way_gives_what_a_sweep_without_it_gives(seed) -> None:
    plain, plain_nodes = random_graph(seed, [2, -0.5])
    mixed, mixed_nodes = random_graph(seed, [2, -0.5])
    once = mixed_nodes[0]
    (mixed + 0 * autograd.where(once > 0, once, once)).backward()
    plain.backward()
    for one, other in zip(plain_nodes[1:4], mixed_nodes[1:4], strict=True):
        assert one.grad == other.grad


def test_a_sweep_of_values_through_a_tensor_is_the_general_one() -> None:
    v = Value(2.0)
    t = Tensor([1.0, 3.0])
    w = v * v
    (w * t).sum().backward()
    assert (v.grad, w.grad) == (16.0, 4.0)


NUMBERS = [0.0, -0.0, 1.0, -1.5, 0.5, 3.0, 1e-308, 1e200, -1e200, math.inf, -math.inf, math.nan, -745.0, 710.0]
PLAIN = [0, 2, -1, 3.0, -0.0, 0.5, True, 2**53 + 1, 10**300, math.inf, math.nan]

BINARY = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
}
UNARY = {
    "negative": operator.neg,
    "exp": Value.exp,
    "log": Value.log,
    "tanh": Value.tanh,
    "sigmoid": Value.sigmoid,
    "relu": Value.relu,
}


def facts(node: Value) -> list[object]:
    """Everything that a recorded node says of itself."""
    found: list[object] = [type(node), type(node.data), node.data.hex(), node.op, node.requires_grad, node.grad.hex()]
    found += [(operand.data.hex(), operand.requires_grad) for operand in node.inputs]
    if node.requires_grad:
        observer = Observer()
        autograd.sweep.backward(node, observer=observer)
        found.append(observer.local_gradients)
    return found


@pytest.mark.parametrize("name", UNARY)
def test_a_method_of_one_operand_is_its_row(name) -> None:
    row = autograd.operations()[name]
    for number in NUMBERS:
        for requires_grad in (True, False):
            fast = UNARY[name](Value(number, requires_grad))
            slow = record_in_general(row, (Value(number, requires_grad),), {})
            assert facts(fast) == facts(slow), (name, number)


@pytest.mark.parametrize("name", BINARY)
def test_an_operator_between_values_is_its_row(name) -> None:
    row = autograd.operations()[name]
    for a in NUMBERS:
        for b in NUMBERS:
            for flags in ((True, True), (True, False), (False, True), (False, False)):
                fast = BINARY[name](Value(a, flags[0]), Value(b, flags[1]))
                slow = record_in_general(row, (Value(a, flags[0]), Value(b, flags[1])), {})
                assert facts(fast) == facts(slow), (name, a, b, flags)


@pytest.mark.parametrize("name", BINARY)
def test_an_operator_with_a_plain_number_is_its_row(name) -> None:
    row = autograd.operations()[name]
    for a in NUMBERS:
        for b in PLAIN:
            fast, slow = BINARY[name](Value(a), b), record_in_general(row, (Value(a), b), {})
            assert facts(fast) == facts(slow), (name, a, b)
            fast, slow = BINARY[name](b, Value(a)), record_in_general(row, (b, Value(a)), {})
            assert facts(fast) == facts(slow), (name, b, a)


ELEMENTWISE = {name: row for name, row in autograd.operations().items() if row.scalar is not None and row.slots < 3}


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_a_function_of_values_is_recorded_as_in_general(name) -> None:
    row = ELEMENTWISE[name]
    others = [()] if row.slots == 1 else [(kind, other) for kind in (Value, None) for other in (*NUMBERS, *PLAIN)]

    for number in NUMBERS:
        for other in others:
            for requires_grad in (True, False):
                given = [Value(number, requires_grad)]
                if other:
                    kind, one = other
                    given.append(one if kind is None else kind(one))
                for order in (given, given[::-1]):
                    assert facts(row(*order)) == facts(record_in_general(row, tuple(order), {})), (number, other)
                    with autograd.no_grad():
                        assert facts(row(*order)) == facts(record_in_general(row, tuple(order), {})), (number, other)


@pytest.mark.parametrize("name", ["minimum", "maximum", "less", "hypot"])
def test_an_integer_too_large_for_a_float_is_refused_beside_a_value(name) -> None:
    for operands in ((Value(1.0), 10**400), (-(10**400), Value(1.0))):
        with pytest.raises(autograd.GraphError, match="too large"):
            ELEMENTWISE[name](*operands)


def test_inside_a_block_the_operators_record_what_they_record_outside() -> None:
    for name, function in BINARY.items():
        for a, b in [(Value(1.5), Value(2.5)), (Value(1.5), 2), (3, Value(2.5))]:
            outside = function(a, b)
            with autograd.scope("block") as block:
                inside = function(a, b)
            assert facts(inside) == facts(outside), name
            assert (inside.scope, outside.scope) == (block, None)


def test_the_rows_of_the_fast_paths_are_the_table_s() -> None:
    x = Value(2.0)
    assert (x + x).op is table.add
    assert (x * 2).op is table.multiply
    assert (1 - x).op is table.subtract
    assert (-x).op is table.negative
