"""What of a trace a picture shows, and that it says what it hides."""

import dataclasses
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Tensor, Value, label, scope, sigmoid, tanh
from glassgrad.examples import example
from nn import MLP, Linear, Module, NeuronMLP, Sequential, quadratic, softmax_cross_entropy
from viz import DrawingError, Trace, draw, trace
from viz.visible import AUTOMATIC, Visible, find, on_paths_from, visible

X = numpy.ones((2, 3))


def titles(view: Visible) -> list[str]:
    return [f"{box.title} × {box.repeats}" if box.repeats > 1 else box.title for box in view.boxes]


def edges(view: Visible) -> set[tuple[str, str]]:
    names = {box.key: box.title for box in view.boxes} | {f"n{node.id}": node.label for node in view.nodes}
    return {(names[edge.source], names[edge.target]) for edge in view.edges}


@pytest.fixture(scope="module")
def network() -> Trace:
    loss = softmax_cross_entropy(MLP((3, 4, 2), rng=0)(X), numpy.eye(2))
    label({"loss": loss})
    return trace(loss)


@pytest.fixture(scope="module")
def neurons() -> Trace:
    return trace(NeuronMLP((2, 16, 16, 1), "tanh", rng=0)([1.0, 2.0])[0])


def samples(count: int, sizes: tuple[int, ...] = (2, 2, 1)) -> Trace:
    network = NeuronMLP(sizes, "tanh", rng=0)
    losses = [quadratic(network([float(number), 1.0])[0], 1.0) for number in range(count)]
    return trace(sum(losses[1:], losses[0]))


def test_a_small_graph_shows_everything_and_says_nothing() -> None:
    view = visible(trace(tanh(Value(0.5)) * 2.0))
    assert (len(view.nodes), view.boxes, view.note) == (4, (), "")


def test_to_a_depth_modules_and_scopes_are_boxes_and_the_outputs_number_shows(network: Trace) -> None:
    outermost = visible(network, collapse=1)
    assert titles(outermost) == ["softmax_cross_entropy", "MLP"]
    assert [node.label for node in outermost.nodes] == ["x", "loss"]
    assert edges(outermost) == {("x", "MLP"), ("MLP", "softmax_cross_entropy")}
    assert outermost.within == {network.output: outermost.boxes[0].key}
    assert outermost.note == "2 of 17 nodes are shown one by one; 2 boxes, collapsed to depth 1, hide 15"


def test_at_layer_level_layers_are_boxes_with_their_path_and_number_of_nodes(network: Trace) -> None:
    view = visible(network, collapse=2)
    assert [(box.title, box.subtitle, box.hidden) for box in view.boxes] == [
        ("softmax_cross_entropy", "", 8),
        ("Linear(3 → 4)", "layers.0", 3),
        ("Linear(4 → 2)", "layers.1", 3),
    ]
    assert [node.operation for node in view.nodes] == [None, "relu", "multiply"]
    assert visible(network, collapse=9).boxes == view.boxes  # deeper than there is anything


def test_neurons_beside_each_other_are_folded_layers_after_each_other_are_not(neurons: Trace) -> None:
    view = visible(neurons, collapse=3)
    assert sorted(titles(view)) == [
        "Neuron(16 → 1, activation=sigmoid)",
        "Neuron(16 → 1, activation=tanh) × 16",
        "Neuron(2 → 1, activation=tanh) × 16",
    ]
    same = visible(trace(NeuronMLP((16, 16, 16, 16), rng=0)([1.0] * 16)[0]), collapse=2)
    assert len(same.boxes) == 3
    assert len(visible(trace(Sequential(*[Linear(3, 3, rng=n) for n in range(4)])(X).sum()), collapse=2).boxes) == 4


def test_calls_of_one_module_are_folded_beside_and_after_each_other() -> None:
    class Cell(Module):
        def __init__(self) -> None:
            self.weight = Value(0.5, label="w")

        def __call__(self, x: Any, state: Any) -> Any:
            return tanh(self.weight * state + x)

    cell = Cell()
    state: Any = 0.1
    for _ in range(16):
        state = cell(1.0, state)
    recurrent = visible(trace(state), collapse=1)
    assert titles(recurrent) == ["Cell() × 16"]
    assert len(recurrent.nodes) == 1  # the output; the weight belongs to all calls, so to the box

    batch = visible(samples(3), collapse=2)
    assert sorted(titles(batch)) == [
        "NeuronLayer(2 → 1, activation=sigmoid) × 3",
        "NeuronLayer(2 → 2, activation=tanh) × 3",
        "quadratic × 3",
    ]


def test_what_would_make_a_circle_is_not_folded() -> None:
    layer = Linear(3, 3, rng=0)
    again = visible(trace(layer(tanh(layer(X))).sum()), collapse=1)
    assert titles(again) == ["Linear(3 → 3)", "Linear(3 → 3)"]
    assert edges(again) >= {("x", "Linear(3 → 3)"), ("weight", "Linear(3 → 3)")}


def test_a_parameter_that_several_boxes_use_stays_in_sight() -> None:
    layer = Linear(3, 3, rng=0)
    view = visible(trace(layer(tanh(layer(X))).sum()), collapse=1)
    assert {"weight", "bias"} <= {node.label for node in view.nodes}


def test_above_150_visible_nodes_a_picture_collapses_by_itself_as_little_as_it_must(neurons: Trace) -> None:
    assert len(neurons.nodes) > AUTOMATIC
    view = visible(neurons)
    assert len(view.boxes) == 3
    assert "collapsed automatically to depth 3" in view.note
    assert visible(samples(2)).boxes == ()
    blocks = Sequential(*[Sequential(Linear(1, 1, rng=0), sigmoid, tanh, sigmoid) for _ in range(40)])
    traced = trace(blocks(X[:, :1]).sum())
    assert visible(traced, collapse=3).count > AUTOMATIC  # each block has three operations of its own
    assert "collapsed automatically to depth 2" in visible(traced).note


def test_runs_of_operations_without_a_module_are_a_chain() -> None:
    x = Value(0.5, label="x")
    y = x
    for _ in range(400):
        y = sigmoid(y)
    view = visible(trace(y))
    assert [(box.title, box.subtitle, box.hidden) for box in view.boxes] == [("a chain", "sigmoid × 399", 399)]
    assert view.note == (
        "2 of 401 nodes are shown one by one; 1 box, collapsed automatically by chains of operations, hides 399"
    )
    z = x
    for _ in range(100):
        z = z * 0.5 + x
    assert [box.subtitle for box in visible(trace(z)).boxes] == ["multiply × 100, add × 99"]


def test_four_operations_in_a_row_are_a_chain_three_are_not() -> None:
    def run(length: int) -> Value:
        y = Value(0.5)
        for _ in range(length):
            y = sigmoid(y)
        return y

    total: Any = 0.0
    for length in (4, *[3] * 40):
        result = run(length)
        total = total + result + result  # used twice: no part of the run of sums
    view = visible(trace(total))
    assert sorted(box.subtitle for box in view.boxes) == ["add × 81", "sigmoid × 4"]
    assert sum(node.operation == "sigmoid" for node in view.nodes) == 120


def test_up_to_150_nodes_and_boxes_are_shown() -> None:
    def chain_of(length: int) -> Trace:
        x = Value(0.5, label="x")
        y = x
        for _ in range(length):
            y = y * x
        return trace(y)

    def scopes(count: int) -> Trace:
        y = Value(0.5, label="x")
        for number in range(count):
            with scope(f"s{number}"):
                y = tanh(sigmoid(y))
        return trace(y)

    assert visible(chain_of(AUTOMATIC - 1)).note == ""
    assert "by chains" in visible(chain_of(AUTOMATIC)).note
    assert visible(scopes(AUTOMATIC - 1)).count == AUTOMATIC  # with the output's number; x is in the first box
    assert "collapsed automatically to depth 1, hide" in visible(scopes(AUTOMATIC - 1)).note
    assert "to depth 1 and by chains" in visible(scopes(AUTOMATIC)).note


def test_constants_that_only_one_box_uses_are_in_it_inputs_are_not() -> None:
    constant, x = Value(2.0, requires_grad=False), Value(0.5, requires_grad=False, label="x")
    with scope("part"):
        y = Value(1.0, label="w") * constant * 3.0 + x
    traced = trace(y)
    view = visible(traced, collapse=1)
    assert [node.role for node in view.nodes] == ["input", "output"]
    assert view.boxes[0].hidden == len(traced.nodes) - 2


def test_a_function_says_which_box_a_node_is_in_whatever_it_is_called() -> None:
    x = Value(0.5, label="x")
    y = tanh(sigmoid(x) * 2.0) + 1.0
    names = {"sigmoid": "n0", "multiply": "g0", "tanh": "op1", None: None, "add": "a:b"}
    view = visible(trace(y), collapse=lambda node: names[node.operation])
    assert [box.title for box in view.boxes] == ["n0", "g0", "op1", "a:b"]
    assert edges(view) == {("x", "n0"), ("n0", "g0"), ("2", "g0"), ("g0", "op1"), ("op1", "a:b"), ("1", "a:b")}
    assert "collapsed by a function" in view.note
    assert "a:b" in draw(y, collapse=lambda node: names[node.operation]).svg()


def test_without_collapsing_everything_shows(neurons: Trace) -> None:
    view = visible(neurons, collapse=None, max_nodes=10_000)
    assert (len(view.nodes), view.boxes, view.note) == (len(neurons.nodes), (), "")


def test_a_focus_shows_what_is_within_so_many_edges() -> None:
    x = Value(0.5, label="x")
    y = tanh(x)
    z = sigmoid(y) * x
    label({"y": y, "z": z})
    traced = trace(z)
    assert [node.label for node in visible(traced, focus="y", hops=0).nodes] == ["y"]
    assert [node.label for node in visible(traced, focus="y", hops=1).nodes] == ["x", "y", "v1"]
    view = visible(traced, focus=1, hops=1)
    assert edges(view) == {("x", "y"), ("y", "v1")}
    assert view.note == "3 of 4 nodes: those within 1 edge of y"
    assert visible(traced, focus=traced.nodes[1], hops=2).note == ""
    assert len(visible(traced, focus="y", hops=10**9).nodes) == 4


def test_every_path_from_a_leaf_to_the_output_is_found() -> None:
    a, b, c = (Value(1.0, label=name) for name in "abc")
    left, right = a + b, b * 2.0
    traced = trace(left * right + c)
    on_path = {traced.nodes[identifier].label for identifier in on_paths_from(traced, find(traced, "b"))}
    assert on_path == {"b", "v1", "v2", "v3", "v4"}
    assert on_paths_from(traced, traced.nodes[traced.output]) == {traced.output}
    backwards = dataclasses.replace(traced, edges=traced.edges[::-1])  # as a file may have them
    assert on_paths_from(backwards, find(traced, "b")) == on_paths_from(traced, find(traced, "b"))


def test_a_node_is_found_by_itself_its_label_or_its_id() -> None:
    x = Value(1.0, label="x")
    y = x * 2.0 + 2.0
    traced = trace(y)
    assert find(traced, "x").id == find(traced, 0).id == find(traced, x).id == find(traced, traced.nodes[0]).id == 0
    for wanted, sentence in (
        ("y", "no node is labelled 'y'; labels are x"),
        ("2", "2 nodes are labelled '2'; give the id of one"),
        (9, "there is no node 9: ids run from 0 to 4"),
        (-1, "there is no node -1"),
        (y, "a node without a label"),
    ):
        with pytest.raises(DrawingError, match=sentence):
            find(traced, wanted)  # type: ignore[arg-type]  # one of the four kinds


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"collapse": 0}, "collapse=0: a depth is at least 1"),
        ({"collapse": "all"}, "collapse is \"auto\", a depth, a function of a node, or None, not 'all'"),
        ({"collapse": True}, "collapse is"),
        ({"collapse": 1.5}, "collapse is"),
        ({"collapse": lambda node: 5}, "the function gave 5; it gives the name of a box, or None"),
        ({"focus": "x", "hops": -1}, "hops is a whole number from 0, not -1"),
        ({"focus": "x", "hops": 1.5}, "hops is a whole number from 0, not 1.5"),
        ({"max_nodes": 0}, "max_nodes is a whole number from 1, not 0"),
        ({"max_nodes": 2}, r"3 nodes and boxes are more than a picture can show \(2\): collapse=1 or another"),
        ({"focus": "x", "max_nodes": 2}, "3 nodes and boxes are more than a picture can show"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_what_can(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DrawingError, match=sentence):
        visible(trace(Value(1.0, label="x") * 2.0), **arguments)
    assert visible(trace(Value(1.0, label="x") * 2.0), max_nodes=3).count == 3


def test_a_refusal_names_every_way_to_show_less(neurons: Trace) -> None:
    with pytest.raises(DrawingError) as caught:
        visible(neurons, collapse=None, max_nodes=AUTOMATIC)
    assert all(
        way in str(caught.value) for way in ("collapse=1", "a function of a node", "focus=", "hops=", "max_nodes=")
    )


class Both(Module):
    """What Hypothesis builds graphs of."""

    def __call__(self, x: Any, y: Any) -> Any:
        with scope("inner"):
            return tanh(x * y)


@st.composite
def traces(draw_from: st.DrawFn) -> Trace:
    """Graphs of operations in and out of modules and scopes, called again and again on each other's results."""
    modules = [Both(), Both(), Sequential(tanh), Sequential(sigmoid)]
    nodes: list[Any] = [Tensor(0.3, label="a"), Tensor(-0.7)]
    for _ in range(draw_from(st.integers(1, 15))):
        x, y = (nodes[draw_from(st.integers(0, len(nodes) - 1))] for _ in range(2))
        match draw_from(st.integers(0, 5)):
            case 0 | 1 as number:
                nodes.append(modules[number](x, y))
            case 2 | 3 as number:
                nodes.append(modules[number](x))
            case 4:
                with scope(draw_from(st.sampled_from(["one", "two"]))):
                    nodes.append(x + y * 2.0)
                    if draw_from(st.booleans()):  # a box that two paths go through
                        nodes.append(x * 3.0)
            case _:
                nodes.append(x - y)
    return trace(add_up(nodes[-draw_from(st.integers(1, 3)) :]))


def add_up(nodes: list[Any]) -> Any:
    return sum(nodes[1:], nodes[0])


@pytest.mark.slow
@settings(max_examples=150)
@given(traced=traces(), collapse=st.sampled_from([None, 1, 2, 3, "auto", lambda node: node.operation]))
def test_every_node_is_shown_or_counted_and_every_edge_is_drawn_or_inside(traced: Trace, collapse: Any) -> None:
    view = visible(traced, collapse=collapse)
    hidden = Counter({box.key: box.hidden for box in view.boxes})
    assert hidden.total() + len(view.nodes) == len(traced.nodes)
    assert (view.note != "") == (hidden.total() > 0)
    where = {node.id: f"n{node.id}" for node in view.nodes}
    for box in view.boxes:
        for member in box.members:
            where[member] = box.key
    assert len(where) == len(traced.nodes)
    drawn = sorted((edge.target, edge.slot) for shown in view.edges for edge in shown.slots)
    crossing = sorted((e.target, e.slot) for e in traced.edges if where[e.source] != where[e.target])
    assert drawn == crossing
    for shown in view.edges:
        for edge in shown.slots:
            assert (where[edge.source], where[edge.target]) == (shown.source, shown.target)
    into_boxes = Counter((edge.source, edge.target) for edge in view.edges if "b" in edge.source + edge.target)
    assert set(into_boxes.values()) <= {1}


@pytest.mark.slow
@settings(max_examples=100)
@given(traced=traces(), depth=st.integers(1, 3))
def test_folding_makes_no_circle_that_was_not_there(traced: Trace, depth: int) -> None:
    view = visible(traced, collapse=depth)
    following: dict[str, set[str]] = {}
    for edge in view.edges:
        following.setdefault(edge.source, set()).add(edge.target)
    folded = {box.key for box in view.boxes if box.repeats > 1}
    for start in folded:
        reached, waiting = set(), [start]
        while waiting:
            for other in following.get(waiting.pop(), ()):
                if other not in reached:
                    reached.add(other)
                    waiting.append(other)
        assert start not in reached


def summed(x: Any, y: Any) -> Any:
    with scope("one"):
        return x + y * 2.0


def test_sets_that_make_a_circle_with_each_other_are_not_both_folded() -> None:
    a, module = Tensor(0.3, label="a"), Sequential(tanh)
    view = visible(trace(module(summed(a, a)) - summed(module(a), a)), collapse=1)
    assert titles(view) == ["one × 2", "Sequential(tanh)", "Sequential(tanh)"]
    view = visible(trace(module(summed(a, a)) - module(a)), collapse=1)
    assert titles(view) == ["one", "Sequential(tanh) × 2"]


def test_calls_of_one_module_are_not_folded_around_a_box_that_two_paths_go_through() -> None:
    a, module = Tensor(0.3, label="a"), Sequential(tanh)
    first = module(a)
    with scope("two"):
        doubled, tripled = first * 2.0, a * 3.0
    view = visible(trace(doubled + module(tripled)), collapse=1)
    assert titles(view) == ["Sequential(tanh)", "two", "Sequential(tanh)"]


def test_of_sets_that_make_one_circle_all_but_one_are_folded() -> None:
    a, n_scopes = Tensor(0.3, label="a"), 8
    ends = []
    for number in range(n_scopes):  # each takes what the one before it gave, and the first one takes the last one's
        with scope(f"scope{number}"):
            before = a * 2.0
        with scope(f"scope{(number + 1) % n_scopes}"):
            ends.append(before * 2.0)
    view = visible(trace(add_up(ends)), collapse=1)
    assert sorted(box.repeats for box in view.boxes) == [1, 1, *[2] * (n_scopes - 1)]
    assert is_acyclic(view)


def is_acyclic(view: Visible) -> bool:
    before: dict[str, set[str]] = {}
    for edge in view.edges:
        before.setdefault(edge.target, set()).add(edge.source)
    try:
        return bool([*TopologicalSorter(before).static_order()])
    except CycleError:
        return False


@pytest.mark.parametrize("operations", ["circles", "boxes"])
def test_where_a_neighbourhood_ends_and_something_goes_on_there_is_a_stub(operations: str) -> None:
    drawing = draw(example("xor").record(), focus="z1", hops=1, operations=operations)
    assert drawing.view is not None
    traced = drawing.trace
    assert {traced.nodes[one].label: count for one, count in drawing.view.cut_operands.items()} == {"v3": 2}
    assert {traced.nodes[one].label: count for one, count in drawing.view.cut_uses.items()} == {"a1": 1}
    svg = drawing.svg()
    assert svg.count(">…</text>") == 2
    assert "2 operands of v3 not shown" in svg
    assert "1 use of a1 not shown" in svg
    assert "…</text>" not in draw(example("paths").record(), focus="b", hops=9, operations=operations).svg()
