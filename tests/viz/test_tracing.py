import math
from collections.abc import Callable

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import GraphError, NotRecordedError, StaleGraphError, Tensor, Value, no_grad, sigmoid, tanh
from nn import SGD
from viz import trace
from viz.tracing import Contribution, Forward, Seed, Update


def test_nodes_come_once_and_operands_before_what_was_computed_from_them() -> None:
    x = Value(3.0, label="x")
    y = x * x
    traced = trace(y + y)
    assert [node.label for node in traced.nodes] == ["x", "v1", "v2"]
    assert [(edge.source, edge.target, edge.slot) for edge in traced.edges] == [
        (0, 1, 0),
        (0, 1, 1),
        (1, 2, 0),
        (1, 2, 1),
    ]


def test_roles_tell_inputs_parameters_constants_and_the_output_apart() -> None:
    x = Value(1.0, requires_grad=False, label="x")
    w = Value(2.0, label="w")
    traced = trace((w * x + 3.0) * Value(1.0, requires_grad=False))
    roles = [(node.label, node.role) for node in traced.nodes]
    assert roles == [
        ("w", "parameter"),
        ("x", "input"),
        ("v1", "intermediate"),
        ("3", "constant"),
        ("v2", "intermediate"),
        ("1", "constant"),
        ("v3", "output"),
    ]


def test_a_bare_number_is_a_constant_of_its_own_slot() -> None:
    x = Value(1.0, label="x")
    labels = [node.label for node in trace(2.0 * x + 2.0).nodes]
    assert labels.count("2") == 2


def test_the_events_are_forward_seed_and_every_contribution_with_its_numbers() -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    events = trace(a * b).events
    assert [type(event) for event in events] == [Forward, Forward, Forward, Seed, Contribution, Contribution]
    assert events[3] == Seed(node=2, gradient=1.0)
    first = events[4]
    assert isinstance(first, Contribution)
    assert (first.upstream_gradient, first.local_gradient, first.contribution) == (1.0, -3.0, -3.0)
    assert (first.before, first.after, first.formula) == (None, -3.0, "b")


def test_where_paths_meet_the_gradient_before_and_after_is_told() -> None:
    x = Value(3.0, label="x")
    meeting = [event for event in trace(x * x).events if isinstance(event, Contribution)]
    assert [(event.before, event.after) for event in meeting] == [(None, 3.0), (3.0, 6.0)]


def test_tracing_touches_no_gradient_unless_it_updates() -> None:
    x = Value(3.0)
    y = x * x
    trace(y)
    assert x.grad == y.grad == 0.0


def test_an_update_is_observed_on_a_real_backward_pass() -> None:
    x = Value(3.0, label="x")
    events = trace(x * x, update=SGD([x], learning_rate=0.5).step).events
    assert events[-1] == Update(node=0, before=3.0, gradient=6.0, after=0.0)
    assert x.grad == 6.0


def test_without_backward_there_are_no_gradients() -> None:
    traced = trace(Value(3.0) * 2.0, backward=False)
    assert traced.gradients == {}
    assert all(isinstance(event, Forward) for event in traced.events)


def test_a_trace_keeps_what_it_saw() -> None:
    x = Tensor([1.0, 2.0], label="x")
    traced = trace((x * x).sum())
    x.data -= 5.0
    assert traced.nodes[0].data.tolist() == [1.0, 2.0]
    assert traced.gradients[0].tolist() == [2.0, 4.0]


def test_scopes_come_along() -> None:
    from nn import quadratic

    traced = trace(quadratic(Value(0.3), 1.0))
    assert {group.name for node in traced.nodes for group in traced.groups_around(node)} == {"quadratic"}


def test_what_cannot_be_traced_is_one_sentence() -> None:
    with pytest.raises(GraphError, match="the output is a node"):
        trace(3.0)  # type: ignore[arg-type]  # the point of the test
    with pytest.raises(NotRecordedError, match="depends on nothing that requires gradients"):
        trace(Value(1.0, requires_grad=False))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 4)), min_size=1, max_size=20))
def test_replaying_the_contributions_gives_the_engines_gradients(program: list[tuple[int, int, int]]) -> None:
    leaves = [Value(0.3, label="a"), Value(-0.7, label="b")]
    nodes: list[Value] = list(leaves)
    for first, second, kind in program:
        x, y = nodes[first % len(nodes)], nodes[second % len(nodes)]
        nodes.append([x + y, x * y, x - y, tanh(x), sigmoid(y)][kind])
    output = nodes[-1]
    traced = trace(output)
    output.backward()

    replayed: dict[int, float] = {}
    for event in traced.events:
        if isinstance(event, Seed):
            replayed[event.node] = event.gradient
        elif isinstance(event, Contribution):
            assert replayed[event.node] == event.upstream_gradient
            assert event.contribution == event.upstream_gradient * event.local_gradient
            replayed[event.operand] = replayed.get(event.operand, 0.0) + event.contribution
            assert replayed[event.operand] == event.after
    by_label = {node.label: replayed.get(node.id, 0.0) for node in traced.nodes}
    for leaf in leaves:
        if leaf.label in by_label:
            assert by_label[leaf.label] == leaf.grad
    assert numpy.isfinite(output.data)


def test_a_deep_graph_is_walked_without_recursion() -> None:
    x = Value(0.1, label="x")
    y: Value = x
    for _ in range(20_000):
        y = y + 1.0
    assert len(trace(y).nodes) == 40_001


def test_bare_arrays_are_named_like_other_constants() -> None:
    x = Tensor([[1.0, 2.0]], label="x")
    traced = trace(((x - [[0.5, 1.0]]) * numpy.array([[2.0, 3.0]])).sum())
    formulas = [event.formula for event in traced.events if isinstance(event, Contribution)]
    assert formulas == ["broadcast(G)", "[[2, 3]]", "1"]


def test_formulas_do_not_depend_on_the_context_they_are_asked_in() -> None:
    y = sigmoid(Value(0.3, label="a_name_of_its_own"))
    with no_grad():
        inside = trace(y)
    for traced in (inside, trace(y)):
        assert traced.contributions()[1, 0].formula == "v1 × (1 − v1)"


def test_data_that_was_assigned_since_is_refused_not_mixed() -> None:
    w = Value(2.0, label="w")
    c = w * w
    w.data = 1.5
    with pytest.raises(StaleGraphError, match="the data of w was assigned after multiply had used it"):
        trace(c)


@pytest.mark.parametrize("compute", [lambda w: w + 1.0, lambda w: 1.0 + w, lambda w: w * 2.0, lambda w: 2.0 * w])
def test_an_edit_that_no_gradient_depends_on_is_refused_too(compute: Callable[[Value], Value]) -> None:
    w = Value(2.0, label="w")
    computed = compute(w)
    w.data = 5.0
    with pytest.raises(StaleGraphError, match=r"was assigned after (add|multiply) had used it"):
        trace(computed)


def test_results_that_are_no_number_are_not_taken_for_edits() -> None:
    w = Value(math.nan, label="w")
    assert len(trace(w * 2.0 + w).nodes) == 4


def test_an_update_that_forgets_the_gradients_is_told_with_those_it_used() -> None:
    x = Value(3.0, label="x")
    optimizer = SGD([x], learning_rate=0.5)

    def update() -> None:
        optimizer.step()
        optimizer.zero_grad()

    assert trace(x * x, update=update).events[-1] == Update(node=0, before=3.0, gradient=6.0, after=0.0)


def test_names_that_are_taken_are_not_given_again() -> None:
    v1 = Value(2.0, label="v1")
    assert [node.label for node in trace(v1 * 2.0 + v1).nodes] == ["v1", "2", "v2", "v3"]
