"""Copies of nodes, with their graphs."""

import copy
import pickle

import numpy
import pytest

from autograd import Tensor, Value, where
from viz import trace


@pytest.mark.parametrize("make", [Value, lambda number: Tensor([number, 2.0])], ids=["Value", "Tensor"])
def test_a_graph_of_any_depth_is_copied(make):
    x = make(1.0)
    out = x
    for _ in range(5000):
        out = out * 1.0
    out.label = "out"
    first, second = copy.deepcopy([out, x])
    assert (type(first), first.label) == (type(out), "out")
    (first if make is Value else first.sum()).backward()
    assert numpy.all(second.grad == 1)
    assert x.grad == 0.0 if make is Value else x.grad is None


def test_what_is_shared_in_a_graph_is_shared_in_its_copy():
    x, y = Value(3.0, label="x"), Value(2.0)
    x.grad = 7.0
    made, leaf = copy.deepcopy((where(x > y, x * x, y) + x, x))
    assert (leaf.grad, leaf.label) == (7.0, "x")
    leaf.zero_grad()
    made.backward()
    assert (leaf.grad, x.grad) == (7.0, 7.0)


def test_a_trace_is_copied_and_pickled():
    x = Value(3.0, label="x")
    made = trace(x * 2.0 + where(x > 0, x, 1.0))
    for again in (copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert [node.label for node in again.nodes] == [node.label for node in made.nodes]
        assert again.nodes[0].data == made.nodes[0].data
