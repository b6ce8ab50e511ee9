"""Long and wide graphs at Python's default recursion limit, and what is left of them in memory."""

import gc
import sys
import weakref
from collections.abc import Iterator

import numpy
import pytest

import autograd
from autograd import Tensor, Value, gradients

LENGTH = 100_000


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


def chain(node, length):
    for i in range(length):
        node = node + 1.0 if i % 2 else node * 1.0
    return node


@pytest.mark.parametrize("kind", [Value, Tensor])
def test_a_chain_of_100_000_runs_forward_backward_and_is_freed(kind, no_garbage_collector) -> None:
    x = kind(1.0)
    first = x * 1.0
    y = chain(first, LENGTH)
    assert y.item() == 1.0 + LENGTH // 2
    y.backward()
    assert float(x.grad) == 1.0
    seen = weakref.ref(first)
    del first
    assert seen() is not None
    del y
    assert seen() is None


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


@pytest.mark.parametrize("kind", [Value, Tensor])
def test_a_graph_is_freed_without_the_garbage_collector(kind, no_garbage_collector) -> None:
    x = kind(0.5)
    y = autograd.tanh(x * x) + x
    z = autograd.where(y > 0, y, x) * autograd.maximum(x, y)
    z.backward()
    slope = gradients(z, x, create_graph=True)
    seen = [weakref.ref(node) for node in (y, z, slope)]
    del y, z, slope
    assert [one() for one in seen] == [None] * 3


def test_every_row_is_freed_without_the_garbage_collector(sample, no_garbage_collector) -> None:
    leaves = sample.leaves()
    output = sample.call(*leaves)
    output.backward(numpy.ones(output.shape))
    seen = weakref.ref(output)
    del output
    assert seen() is None
