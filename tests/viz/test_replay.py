import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, Value, concatenate, no_grad, sigmoid, tanh, where
from nn import MLP, quadratic
from viz import trace
from viz.parts import Contribution
from viz.playback import Playback
from viz.replay import copies_of_leaves, replay


def test_a_graph_is_run_again_on_other_leaves_and_the_first_stays_as_it_is() -> None:
    x, w = Value(3.0, label="x"), Value(2.0, label="w")
    y = tanh(w * x) + x
    other = Value(-1.0)
    again = replay(y, {x: other})
    assert again.data == tanh(-2.0) - 1.0
    assert y.data == tanh(6.0) + 3.0
    again.backward()
    assert (other.grad, x.grad) == (2.0 * (1 - tanh(-2.0) ** 2) + 1.0, 0.0)
    assert w.grad == -(1 - tanh(-2.0) ** 2)


def test_a_node_that_is_used_twice_is_run_once() -> None:
    x = Value(1.0)
    y = x
    for _ in range(60):
        y = y + y
    again = replay(y, {x: Value(3.0)})
    assert again.data == 3.0 * 2.0**60
    assert len(trace(again).nodes) == 61


def test_a_long_chain_is_run_again_without_recursion() -> None:
    x = Value(0.0)
    y = x
    for _ in range(20_000):
        y = y + 1.0
    assert replay(y, {x: Value(5.0)}).data == 20_005.0


def test_operations_on_arrays_are_run_again_with_their_parameters_and_bare_arrays() -> None:
    x = Tensor([[1.0, 2.0], [3.0, 4.0]])
    mask = numpy.array([[True, False], [False, True]])

    def compute(x: Tensor) -> Tensor:
        parts = concatenate([x.sum(axis=1, keepdims=True), x @ numpy.ones((2, 3))], axis=1)
        return (parts[:, [0, 2]] * where(mask, x, 0.5)).mean()

    other = Tensor([[-1.0, 0.5], [2.0, 8.0]])
    assert replay(compute(x), {x: other}).data == compute(other).data


def test_labels_groups_and_lines_come_along() -> None:
    model = MLP((2, 3, 1), "tanh", "sigmoid", rng=0)
    loss = quadratic(model(Tensor([[0.1, 0.2]], requires_grad=False, label="X")), numpy.array([[1.0]]))
    loss.label = "C"
    first, again = trace(loss), trace(replay(loss, {}))
    assert again.to_json() == first.to_json()


def test_what_python_decided_stays_decided() -> None:
    x = Value(3.0)
    y = x * x.detach()
    with no_grad():
        again = replay(y, {x: Value(10.0)})
    assert again.data == 30.0
    assert again.requires_grad


def test_copies_of_leaves_are_leaves_of_their_own_with_names_that_differ() -> None:
    x = Tensor(numpy.array([1, 2]), requires_grad=False, label="x")
    w = Tensor([0.5, 0.25], dtype=numpy.float32)
    copies = copies_of_leaves((w * x).sum(), {w: "layers.0.weight"})
    assert {leaf.label: (copy.label, copy.requires_grad, copy.data.dtype) for leaf, copy in copies.items()} == {
        "x": ("x", False, x.data.dtype),
        None: ("layers.0.weight", True, numpy.float32),
    }
    copies[w].data = copies[w].data * 2
    assert w.data.tolist() == [0.5, 0.25]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 4)), min_size=1, max_size=20))
def test_the_same_program_run_again_gives_the_same_numbers(program: list[tuple[int, int, int]]) -> None:
    leaves = [Value(0.3, label="a"), Value(-0.7, label="b")]
    nodes: list[Value] = list(leaves)
    for first, second, kind in program:
        x, y = nodes[first % len(nodes)], nodes[second % len(nodes)]
        nodes.append([x + y, x * y, x - y, tanh(x), sigmoid(y)][kind])
    traced, again = trace(nodes[-1]), trace(replay(nodes[-1], copies_of_leaves(nodes[-1], {})))
    assert [node.data for node in again.nodes] == [node.data for node in traced.nodes]
    assert again.gradients == traced.gradients


def test_what_a_node_holds_is_known_at_every_event_forwards_and_backwards() -> None:
    x = Value(3.0, label="x")
    traced = trace(x * x)  # x, v1, seed, two contributions
    playback = Playback(traced)
    assert [playback.data(1, at=event) for event in range(5)] == [None, 9.0, 9.0, 9.0, 9.0]
    assert [playback.gradient(0, at=event) for event in reversed(range(5))] == [6.0, 3.0, None, None, None]
    assert [playback.gradient(1, at=event) for event in range(5)] == [None, None, 1.0, 1.0, 1.0]


def test_an_update_at_the_end_changes_the_data_and_keeps_the_gradient() -> None:
    x = Value(3.0, label="x")

    def update() -> None:
        x.data -= 0.5 * x.grad

    traced = trace(x * x, update=update)
    playback, last = Playback(traced), len(traced.events) - 1
    assert (playback.data(0, at=last - 1), playback.data(0, at=last)) == (3.0, 0.0)
    assert playback.gradient(0, at=last) == 6.0


def test_without_forward_events_the_data_is_there_from_the_start() -> None:
    playback = Playback(trace(Value(3.0) * 2.0, forward=False))
    assert playback.data(2, at=0) == 6.0


@pytest.mark.parametrize("size", [3, 40])
def test_the_state_after_the_last_event_is_the_engines(size: int) -> None:
    x = Tensor(numpy.linspace(-1, 1, size * size).reshape(size, size))
    output = (x @ x * x).sum()
    traced = trace(output)
    output.backward()
    playback = Playback(traced)
    found = playback.gradient(0, at=len(traced.events) - 1)
    last = [event for event in traced.events if isinstance(event, Contribution) and event.operand == 0][-1]
    assert found is last.after
    if size == 3:
        assert numpy.array_equal(found, x.grad)
