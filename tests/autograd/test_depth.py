"""Long and wide graphs at Python's default recursion limit: forward, backward, release."""

import gc
import sys
import weakref
from collections.abc import Iterator

import pytest

import autograd
from autograd import Tensor, Value, gradients

SIZES = pytest.mark.parametrize(
    ("kind", "operations"),
    [(Value, 100_000), (Tensor, 100_000), pytest.param(Value, 1_000_000, marks=pytest.mark.slow)],
)


@pytest.fixture(autouse=True)
def default_recursion_limit() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(before)


@pytest.fixture
def no_garbage_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def chain(node, operations):
    for i in range(operations):
        node = node + 1.0 if i % 2 else node * 1.0
    return node


def balanced_tree(x, operations):
    """The sum of products with x, added in pairs, the pairs in pairs; as many operations, one node at the top."""
    nodes = [x * 1.0 for _ in range((operations + 1) // 2)]
    while len(nodes) > 1:
        paired = [first + second for first, second in zip(nodes[::2], nodes[1::2], strict=False)]
        nodes = paired if len(nodes) % 2 == 0 else [*paired, nodes[-1]]
    return nodes[0]


@SIZES
def test_a_long_chain_runs_forward_backward_and_is_freed(kind, operations, no_garbage_collector) -> None:
    x = kind(1.0)
    first = x * 1.0
    y = chain(first, operations)
    assert y.item() == 1.0 + operations // 2
    y.backward()
    assert float(x.grad) == 1.0
    assert float(first.grad) == 1.0
    seen = weakref.ref(first)
    del first
    assert seen() is not None
    del y
    assert seen() is None


@SIZES
def test_a_balanced_tree_runs_forward_backward_and_is_freed(kind, operations, no_garbage_collector) -> None:
    x = kind(1.0)
    y = balanced_tree(x, operations)
    leaves = (operations + 1) // 2
    assert y.item() == leaves
    y.backward()
    assert float(x.grad) == leaves
    seen = [weakref.ref(side) for side in y.inputs]
    assert [float(side().grad) for side in seen] == [1.0, 1.0]
    del y
    assert [side() for side in seen] == [None, None]


@pytest.mark.parametrize("kind", [Value, Tensor])
def test_a_chain_has_gradients_that_are_a_graph_and_is_freed(kind, no_garbage_collector) -> None:
    x = kind(1.0)
    y = chain(x, 20_000)
    slope = gradients(y * y, x, create_graph=True)
    assert slope.item() == 2 * (1.0 + 10_000)
    assert gradients(slope, x).item() == 2.0
    seen = weakref.ref(y)
    del y, slope
    assert seen() is None


def test_a_chain_of_wide_nodes_runs_and_is_freed(no_garbage_collector) -> None:
    x = y = Value(1.0)
    for _ in range(20_000):
        y = autograd.where(1.0, y, x)
    y.backward()
    assert x.grad == 1.0
    seen = weakref.ref(y)
    del y
    assert seen() is None


def test_a_node_with_very_many_users_and_one_with_very_many_operands() -> None:
    x = Value(1.0)
    sum([x * 1.0 for _ in range(50_000)]).backward()
    assert x.grad == 50_000.0
    rows = [Tensor([float(i)]) for i in range(300)]
    autograd.concatenate(rows).sum().backward()
    assert all(row.grad is not None and row.grad.item() == 1.0 for row in rows)
