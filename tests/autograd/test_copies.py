"""Copies of nodes, with their graphs."""

import copy
import io
import multiprocessing
import pickle

import numpy
import pytest

import autograd
from autograd import Tensor, Value, exp, gradients, where
from nn import Module, NeuronMLP, quadratic
from viz import trace


def pickled(held):
    return pickle.loads(pickle.dumps(held))


def pickled_in_python(held):
    """As cloudpickle and its like do, whose picklers are not C's."""
    file = io.BytesIO()
    pickle._Pickler(file).dump(held)
    return pickle.loads(file.getvalue())


COPIES = [copy.deepcopy, pickled, pickled_in_python, lambda held: pickle.loads(pickle.dumps(held, protocol=2))]


@pytest.mark.parametrize("copied", COPIES)
@pytest.mark.parametrize("make", [Value, lambda number: Tensor([number, 2.0])], ids=["Value", "Tensor"])
def test_a_graph_of_any_depth_is_copied(make, copied):
    x = make(1.0)
    out = x
    for _ in range(1100):
        out = out * 1.0
    out.label = "out"
    first, second = copied([out, x])
    assert (type(first), first.label) == (type(out), "out")
    (first if make is Value else first.sum()).backward()
    assert numpy.all(second.grad == 1)
    assert x.grad == 0.0 if make is Value else x.grad is None


@pytest.mark.parametrize("copied", COPIES)
def test_what_is_shared_in_a_graph_is_shared_in_its_copy(copied):
    x, y = Value(3.0, label="x"), Value(2.0)
    x.grad = 7.0
    made, leaf = copied((where(x > y, x * x, y) + x, x))
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


@pytest.mark.parametrize("copied", [*COPIES, lambda held: [copy.copy(held[0]), held[1]]])
@pytest.mark.parametrize("make", [Value, Tensor])
def test_a_copied_graph_belongs_to_the_forward_pass_that_was_run(make, copied):
    x = make(2.0)
    out = exp(x) * x**3.0 + x * 1000 * x + where(x > 0, x, 3.0)
    made, leaf = copied([out, x])
    (gradient,) = gradients(made, [leaf], create_graph=True)
    assert gradient.data == pytest.approx(gradients(out, [x]).pop().data)
    assert gradients(gradient, [leaf]).pop().data > 0
    leaf.data = 3.0
    with pytest.raises(autograd.GraphError, match="was assigned after"):
        gradients(made, [leaf], create_graph=True)


def test_a_shallow_copy_has_the_same_operands():
    x = Value(2.0)
    out = x * 3.0
    out.label, out.mine = "out", [1]
    made = copy.copy(out)
    assert made is not out and made.operands[0] is x and (made.label, made.mine, made.data) == ("out", [1], 6.0)
    assert made.mine is out.mine


@pytest.mark.parametrize("copied", COPIES)
def test_nodes_of_one_graph_stay_its_nodes_in_whatever_order_they_are_written(copied):
    x = Value(1.0)
    nodes = [x]
    for _ in range(30):
        nodes.append(nodes[-1] * x)
    for order in (nodes, nodes[::-1], [nodes[9], nodes[3], *nodes]):
        made = copied(order)
        assert made[-1].operands == () or made[-1].operands[0] is made[-2]
        assert len({id(node) for node in made}) == len(nodes)


@pytest.mark.parametrize("copied", COPIES)
def test_what_holds_a_deep_graph_and_is_held_by_it_is_copied(copied):
    class Memory(Module):
        def __call__(self, x):
            self.state = self.state * 0.5 + x
            return self.state

    globals()["Memory"] = Memory  # pickle looks for it there
    Memory.__qualname__ = "Memory"
    module, x = Memory(), Value(1.0)
    module.state = Value(0.0, requires_grad=False)
    for _ in range(600):
        module(x)
    module_again, again = copied((module, x))
    module_again.state.backward()
    module.state.backward()
    assert again.grad == x.grad == 2.0


@pytest.mark.parametrize("copied", COPIES)
def test_a_loss_over_many_samples_is_copied_with_its_network(copied):
    network = NeuronMLP((2, 3, 1), "tanh", rng=0)
    loss = Value(0.0)
    for number in range(60):
        loss = loss + quadratic(network([number / 60, 1.0])[0], 1.0)
    other, loss_again = copied((network, loss))
    loss.backward()
    loss_again.backward()
    assert [p.grad for p in other.parameters()] == [p.grad for p in network.parameters()]
    assert {node.module_path for node in trace(loss_again).nodes} == {node.module_path for node in trace(loss).nodes}


def test_a_graph_that_could_not_be_written_can_be_written_later():
    out = Value(1.0)
    for _ in range(1100):
        out = out * 1.0
    out.mine = lambda: None
    for write in (pickled, pickled_in_python):
        with pytest.raises((pickle.PicklingError, AttributeError)):
            write(out)
    del out.mine
    assert pickled(out).data == pickled_in_python(out).data == 1.0


def doubled(node):
    return node * 2.0


@pytest.mark.slow
def test_a_spawned_process_gets_a_deep_graph_and_gives_one_back():
    out = Value(1.0)
    for _ in range(1100):
        out = out * 1.0
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(doubled, (out,)).data == 2.0
