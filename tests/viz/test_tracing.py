import gc
import math
from collections.abc import Callable
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import (
    GraphError,
    NotRecordedError,
    ShapeError,
    StaleGraphError,
    Tensor,
    Value,
    concatenate,
    equal,
    hypot,
    label,
    maximum,
    no_grad,
    prod,
    relu,
    sigmoid,
    source_lines,
    stack,
    tanh,
    where,
)
from autograd import sum as summed
from nn import MLP, SGD, Linear
from viz import Trace, formulas, trace
from viz.arrays import ArraySummary
from viz.errors import TooManyNodesError
from viz.parts import Contribution, Forward, Seed, Update
from witnesses.random_graphs import draw_graph, leaf_arrays, output


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
    assert events[-1] == Update(node=0, before=3.0, gradient=6.0, after=0.0, rule=events[-1].rule)
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


@st.composite
def recorded_graphs(draw: st.DrawFn, kind: type) -> tuple[Any, list[Any]]:
    """The output of a random graph of any operations, and its leaves."""
    choices = {"of_numbers": kind is Value, "numbers": draw(st.sampled_from(["continuous", "integers"]))}
    graph = draw_graph(lambda count: draw(st.integers(0, count - 1)), **choices)
    leaves = [
        kind(array) if leaf.is_variable else array.item() if kind is Value else array
        for leaf, array in zip(graph.leaves, leaf_arrays(graph), strict=True)
    ]
    return output(graph, leaves), [leaf for leaf in leaves if isinstance(leaf, kind)]


def replayed(traced: Trace) -> dict[int, Any]:
    """The gradients that the events give, applied in order."""
    gradients: dict[int, Any] = {}
    for event in traced.events:
        if isinstance(event, Seed):
            gradients[event.node] = event.gradient
        elif isinstance(event, Contribution):
            assert same(gradients[event.node], event.upstream_gradient)
            assert same(gradients.get(event.operand), event.before)
            before = gradients.get(event.operand)
            after = event.contribution if before is None else before + event.contribution
            assert same(after, event.after)
            gradients[event.operand] = after
    return gradients


def same(one: Any, other: Any) -> bool:
    """To the last bit; NaN is NaN."""
    if one is None or other is None:
        return one is other
    one, other = numpy.asarray(one), numpy.asarray(other)
    return one.shape == other.shape and one.dtype == other.dtype and numpy.array_equal(one, other, equal_nan=True)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [Value, Tensor])
@settings(max_examples=60)
@given(data=st.data())
def test_replaying_the_events_gives_the_engines_gradients_exactly(kind: type, data: st.DataObject) -> None:
    computed, leaves = data.draw(recorded_graphs(kind))
    for number, leaf in enumerate(leaves):
        leaf.label = f"leaf {number}"
    traced = trace(computed)
    computed.backward()

    found = replayed(traced)
    assert found.keys() == traced.gradients.keys()
    assert all(same(gradient, traced.gradients[identifier]) for identifier, gradient in found.items())
    by_label = {node.label: node for node in traced.nodes}
    for leaf in leaves:
        node = by_label.get(leaf.label or "")
        if node is not None:
            assert same(node.data, leaf.data)
            assert same(found[node.id], leaf.grad)
    assert Trace.from_json(traced.to_json()) == traced
    for event in traced.events:
        if isinstance(event, Contribution) and kind is Value:
            gate = event.local_gradient is False
            assert same(event.contribution, 0.0 if gate else event.upstream_gradient * event.local_gradient)


@pytest.mark.parametrize("kind", [Value, Tensor])
@settings(max_examples=25)
@given(data=st.data())
def test_a_trace_is_the_same_every_time(kind: type, data: st.DataObject) -> None:
    computed, _ = data.draw(recorded_graphs(kind))
    assert trace(computed).to_json() == trace(computed).to_json()


@pytest.mark.parametrize("kind", [Value, Tensor])
@settings(max_examples=40)
@given(data=st.data())
def test_every_node_comes_once_after_its_operands_with_an_edge_for_every_slot(kind: type, data: st.DataObject) -> None:
    computed, _ = data.draw(recorded_graphs(kind))
    traced = trace(computed)
    assert [node.id for node in traced.nodes] == list(range(len(traced.nodes)))
    assert traced.output == len(traced.nodes) - 1
    assert all(edge.source < edge.target for edge in traced.edges)
    slots: dict[int, list[int]] = {}
    for edge in traced.edges:
        slots.setdefault(edge.target, []).append(edge.slot)
    for node in traced.nodes:
        assert slots.get(node.id, []) == list(range(len(traced.operands[node.id])))
        assert bool(traced.operands[node.id]) == (node.operation is not None)
        assert node.role != "output" or node.id == traced.output


@pytest.mark.slow
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


def test_labels_that_several_nodes_have_are_told_apart() -> None:
    z: Value = Value(0.5, label="z")
    for _ in range(2):
        z = tanh(z)
        z.label = "z"
    traced = trace(z * Value(2.0, label="z#2"))
    assert [node.label for node in traced.nodes] == ["z#1", "z#3", "z#4", "z#2", "v1"]
    assert [node.expression for node in traced.nodes[1:3]] == ["tanh(z#1)", "tanh(z#3)"]


def test_parameters_of_one_label_have_their_path_instead() -> None:
    network = MLP((2, 2, 1), rng=0)
    labels = [node.label for node in trace(network(numpy.ones((1, 2))).sum()).nodes if node.role == "parameter"]
    assert labels == ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"]


def test_parameters_of_two_networks_have_labels_of_their_own() -> None:
    first, second = Linear(2, 2, rng=0), Linear(2, 2, rng=1)
    labels = [node.label for node in trace(second(first(numpy.ones((1, 2)))).sum()).nodes if node.role == "parameter"]
    assert len(set(labels)) == 4
    assert sorted(labels) == ["bias#1", "bias#2", "weight#1", "weight#2"]


def test_forward_events_are_left_out_on_request() -> None:
    x = Value(3.0, label="x")
    events = trace(x * x, forward=False).events
    assert [type(event) for event in events] == [Seed, Contribution, Contribution]


def test_an_upstream_gradient_may_be_given() -> None:
    x = Tensor([1.0, 2.0], label="x")
    y = x * 3.0
    traced = trace(y, gradient=[10.0, 100.0])
    assert traced.gradients[0].tolist() == [30.0, 300.0]
    with pytest.raises(ShapeError):
        trace(y)
    assert trace(y, backward=False).gradients == {}


def test_with_an_update_gradients_add_up_as_backward_does() -> None:
    x = Value(3.0, label="x")
    y = x * x
    trace(y, update=lambda: None)
    assert x.grad == 6.0
    assert trace(y, update=lambda: None).events[-1] == Update(node=0, before=3.0, gradient=12.0, after=3.0)


def test_a_graph_of_more_nodes_than_asked_for_is_refused_before_it_is_traced() -> None:
    y = Value(0.1) * 2.0
    assert len(trace(y, most=3).nodes) == 3
    with pytest.raises(TooManyNodesError, match="this graph has more than 2 nodes"):
        trace(y, most=2)


def test_nodes_are_counted_as_they_are_traced_and_no_further_than_needed() -> None:
    x, t = Value(0.5), Tensor([[1.0, 2.0]])
    shared = x * x + 2.0
    for y in (x, x * x, shared * shared + shared**2 - 1.0, (t @ numpy.ones((2, 1)) + t * 2.0 + t[0, 1]).sum()):
        count = len(trace(y).nodes)
        assert len(trace(y, most=count).nodes) == count
        with pytest.raises(TooManyNodesError):
            trace(y, most=count - 1)


def test_a_refusal_does_not_walk_the_whole_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    y: Value = Value(0.5)
    for _ in range(1000):
        y = y * 2.0
    walked = []
    operands = Value.operands.fget  # type: ignore[attr-defined]  # a property
    monkeypatch.setattr(Value, "operands", property(lambda node: walked.append(node) or operands(node)))
    with pytest.raises(TooManyNodesError):
        trace(y, most=10)
    assert 0 < len(walked) <= 10


def test_the_source_line_is_there_where_it_was_kept() -> None:
    x = Value(0.5, label="x")
    with source_lines():
        y = tanh(x)
    source = trace(y * 2.0).nodes[1].source
    assert source is not None
    assert (source.file, source.text) == (__file__, "y = tanh(x)")
    assert trace(y * 2.0).nodes[0].source is None


def test_large_arrays_are_kept_as_what_they_are_like() -> None:
    x = Tensor(numpy.arange(1025.0), label="x")
    data = trace(summed(x)).nodes[0].data
    assert isinstance(data, ArraySummary)
    assert (data.shape, data.dtype, data.mean, data.low, data.high) == ((1025,), "float64", 512.0, 0.0, 1024.0)
    assert data.norm == pytest.approx(float(numpy.linalg.norm(numpy.arange(1025.0))))
    assert isinstance(trace(summed(x[:1024])).nodes[1].data, numpy.ndarray)


def contributions(node: Any) -> list[Contribution]:
    return [event for event in trace(node).events if isinstance(event, Contribution)]


@pytest.mark.parametrize("left", [numpy.array([[1, 2, 3]]), Tensor([[1, 2, 3]], requires_grad=False), [[True] * 3]])
def test_arrays_of_integers_are_operands_like_others(left: Any) -> None:
    weight = Tensor(numpy.ones((3, 2)), label="W")
    assert contributions((left @ weight if not isinstance(left, list) else numpy.array(left) @ weight).sum())
    assert contributions(summed(concatenate([weight, numpy.ones((1, 2), int)])))[-1].formula == "G[0:3]"


def test_many_indices_are_no_operand_with_a_gradient() -> None:
    x = Tensor(numpy.ones((10, 2)), label="x")
    for index in (numpy.arange(3_000) % 10, numpy.zeros(0, int), numpy.arange(10) > 3):
        assert contributions(summed(x[index]))[-1].formula == "0[array] += G"
    assert contributions(summed(Tensor(numpy.ones((0, 2)), label="x")[numpy.zeros(0, int)]))


def test_what_is_too_long_to_print_costs_no_time() -> None:
    x = Tensor(numpy.full(3_000, 1.001), label="x")
    assert contributions(prod(x))[-1].formula == "(too long to print)"
    parts = [Tensor(1.0, label=f"x{number}") for number in range(300)]
    traced = trace(summed(stack(parts)))
    assert traced.nodes[-2].expression == "(too long to print)"
    assert {event.formula for event in traced.events if isinstance(event, Contribution)} == {
        "broadcast(G)",
        "(too long to print)",
    }


def test_a_large_product_is_not_computed_again_to_print_its_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    weight = Tensor(numpy.ones((41, 20)), label="W")
    computed = summed(numpy.ones((50, 41)) @ weight)
    traced = trace(computed)
    sizes: list[int] = []
    monkeypatch.setattr(formulas, "_cache", {})
    monkeypatch.setattr(Tensor, "__init__", _noting(Tensor.__init__, sizes))
    last = traced.events[-1]
    assert isinstance(last, Contribution)
    assert last.formula.endswith("ᵀ @ G")
    assert 0 < max(sizes) <= 4


def _noting(make: Callable[..., None], sizes: list[int]) -> Callable[..., None]:
    def noting(self: Tensor, data: Any, *more: Any, **keywords: Any) -> None:
        sizes.append(numpy.size(data))
        make(self, data, *more, **keywords)

    return noting


def test_a_rule_is_text_and_latex_with_names_and_with_numbers() -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    traced = trace(a * b)
    event = traced.contributions()[2, 0]
    assert event.rule.texts == ("b", "b", "−3", "-3")
    assert traced.equation(event) == "∂(a × b)/∂a = b"
    assert traced.equation(event, "latex") == r"\frac{\partial (a \cdot b)}{\partial a} = b"
    squared = trace(Value(1e-7, label="w1") ** 3.0)
    rule = squared.contributions()[2, 0].rule
    assert rule.texts == (
        "3 × w1 ** 2",
        r"3 \cdot w_{1}^{2}",
        "3 × 1e−7 ** 2",
        r"3 \cdot (1 \times 10^{-7})^{2}",
    )


def test_a_rule_of_arrays_is_the_pullback_with_shapes() -> None:
    x, weight = Tensor(numpy.ones((4, 3)), label="x"), Tensor(numpy.ones((3, 2)), label="W")
    traced = trace(summed(x @ weight))
    first, second = traced.contributions()[2, 0], traced.contributions()[2, 1]
    assert traced.equation(first) == "G ↦ G @ Wᵀ"
    assert traced.equation(first, "latex") == r"G \mapsto G \, W^{T}"
    assert (first.shapes, second.shapes) == ("(4, 2) → (4, 3)", "(4, 2) → (3, 2)")
    assert first.rule.in_numbers == ""


def test_a_rule_shows_a_literal_of_the_program_as_it_stands_there() -> None:
    x = Value(3.0, label="x")
    shown = [contributions(y)[-1].formula for y in (x / 2, 2 / x, x * 2, x**2, x**2.5, 2**x)]
    assert shown == ["1 ÷ 2", "−v1 ÷ x", "2", "2 × x", "2.5 × x ** 1.5", "v1 × log(2)"]


def test_a_rule_with_cases_shows_the_one_that_its_numbers_are_in() -> None:
    def shown(y: Value) -> list[str]:
        return [event.formula for event in contributions(y)]

    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    assert shown(x**y) == ["y × x ** (y − 1)", "v1 × log(x)"]
    zero, nothing = Value(0.0, label="x"), Value(0.0, label="y")
    assert shown(zero**nothing) == ["y × x ** 0", "v1 × log(1)"]  # the gradient is 0 there, not 0 × ∞
    assert shown(where(equal(x, 2.0), x, y)) == ["[v1 ≠ 0]", "[v1 = 0]"]
    assert shown(maximum(x, y)) == ["[x > y] + 0.5 × [x = y]", "[y > x] + 0.5 × [x = y]"]
    assert shown(hypot(x, y)) == ["x ÷ v1", "y ÷ v1"]
    assert shown(hypot(zero, nothing)) == ["x ÷ ∞", "y ÷ ∞"]  # the case of a result of 0: the gradient is 0, not 0 ÷ 0


def test_a_label_that_is_a_sum_stands_in_brackets_beside_a_factor() -> None:
    named, c = Value(1.0, label="a+b"), Value(2.0, label="c")
    assert trace(named * c).nodes[-1].computed.text == "(a+b) × c"
    assert trace(Value(3.0, label="1e−7") * c).nodes[-1].computed.text == "1e−7 × c"
    assert [event.formula for event in contributions(named * c)] == ["c", "a+b"]


def test_tracing_leaves_the_collector_as_it_was() -> None:
    x = Value(0.5)
    assert gc.isenabled()
    trace(x * x)
    assert gc.isenabled()
    gc.disable()
    try:
        trace(x * x)
        assert not gc.isenabled()
    finally:
        gc.enable()
    with pytest.raises(NotRecordedError):
        trace(Value(1.0, requires_grad=False))
    assert gc.isenabled()


def test_a_trace_keeps_no_graph_alive() -> None:
    import weakref

    x = Value(0.5)
    y = relu(x * 2.0)
    traced = trace(y)
    gone = weakref.ref(y)
    del y
    assert gone() is None
    assert traced.nodes[-1].expression == "relu(v1)"


def test_variables_keep_their_names_in_the_trace() -> None:
    w, x = [Value(1.0), Value(2.0)], Value(3.0)
    y = w[0] * x + w[1]
    label({"w": w, "x": x, "y": y})
    assert [node.label for node in trace(y).nodes] == ["w[0]", "x", "v1", "w[1]", "y"]
