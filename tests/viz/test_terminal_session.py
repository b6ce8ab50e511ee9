"""What the stepper computes, without a screen."""

import math
from collections.abc import Callable
from typing import Any

import numpy
import pytest

from autograd import GraphError, NotRecordedError, Tensor, Value, label, log, relu
from glassgrad.examples import example
from nn import MLP, SGD, Adam, softmax_cross_entropy
from viz import trace
from viz.parts import Update
from viz.terminal.breakpoints import AtLargeGradient, AtName, AtNotFinite, next_stop, typed_breakpoint
from viz.terminal.entry import RefusalError, as_typed, typed_data, typed_number
from viz.terminal.equation import check_equation, nudge_equation
from viz.terminal.finding import containing, named
from viz.terminal.session import Session
from viz.tracing import Trace


def identifier(session: Session, name: str) -> int:
    return named(session.trace, name).id


def neuron() -> Session:
    shown = example("neuron")
    return Session(shown.record, shown.optimizer)


def test_an_edit_is_computed_by_the_engine_from_the_leaf_on() -> None:
    session = neuron()
    session.edit(identifier(session, "w1"), "5")
    labels = {node.label: node.data for node in session.trace.nodes}
    assert (labels["w1"], labels["ω1"], labels["z"]) == (5.0, -5.0, -2.0)
    assert labels["C"] == pytest.approx(0.5 * (1 - 1 / (1 + math.exp(2))) ** 2)
    assert session.trace.gradients[identifier(session, "w1")] == pytest.approx(0.09247804323)


def test_edits_of_a_bare_node_go_to_copies_of_its_leaves() -> None:
    w, x = Value(2.0, label="w"), Value(3.0, requires_grad=False, label="x")
    loss = (w * x) ** 2
    session = Session(loss)
    session.edit(identifier(session, "w"), "-1")
    session.update(0.5)
    assert (w.data, w.grad, loss.data) == (2.0, 0.0, 36.0)
    assert session.trace.nodes[identifier(session, "w")].data == -1.0 + 0.5 * 18.0


def test_an_optimizer_makes_a_bare_nodes_own_leaves_the_ones_that_move() -> None:
    w = Value(2.0, label="w")
    session = Session(w * w, SGD([w], learning_rate=0.25))
    session.update()
    assert w.data == 1.0
    assert session.output == 1.0


def test_an_update_comes_before_the_pass_that_follows_it() -> None:
    session = neuron()
    session.update()
    updates = [event for event in session.trace.events if isinstance(event, Update)]
    assert tuple(updates) == session.trace.events[:3]
    found = {session.trace.nodes[event.node].label: (event.before, round(event.after, 4)) for event in updates}
    assert found == {"w1": (2.0, 1.9471), "w2": (-3.0, -3.1058), "b": (-3.0, -2.9471)}
    assert {node.label: node.data for node in session.trace.nodes}["a"] == pytest.approx(0.7887, abs=1e-4)


def test_updates_do_not_add_up_the_gradients_of_earlier_ones() -> None:
    w = Value(1.0, label="w")
    session = Session(lambda: w * w, SGD([w], learning_rate=0.25))
    session.update()
    session.update()
    assert w.data == 0.25


def test_without_an_optimizer_an_update_is_gradient_descent_on_arrays_too() -> None:
    w = Tensor([1.0, -2.0], label="w")
    session = Session(lambda: (w * w).sum())
    session.update(0.25)
    assert w.data.tolist() == [0.5, -1.0]


def test_a_gradient_check_agrees_on_every_leaf_of_a_network() -> None:
    model = MLP((3, 5, 4), "tanh", "identity", rng=0)
    x = Tensor(numpy.random.default_rng(0).normal(size=(6, 3)), label="X")
    session = Session(lambda: softmax_cross_entropy(model(x), numpy.arange(6) % 4))
    for name in ("layers.0.weight", "layers.0.bias", "layers.1.weight", "X"):
        found = session.check(identifier(session, name))
        assert found.agrees
        assert found.relative_error < 1e-6
        assert found.checked == found.size == session.nodes[identifier(session, name)].data.size


def test_a_gradient_check_leaves_the_leaf_as_it_was() -> None:
    w = Tensor(numpy.arange(100.0), label="w")
    session = Session(lambda: (w * w).sum())
    found = session.check(identifier(session, "w"))
    assert (found.agrees, found.size) == (True, 100)
    assert found.checked <= 32
    assert w.data.tolist() == list(range(100))


def test_a_gradient_check_finds_a_gradient_that_is_wrong() -> None:
    w = Value(0.5, label="w")
    # The part that no gradient flows through changes with w all the same.
    session = Session(lambda: w * w + (3.0 * w).detach())
    found = session.check(identifier(session, "w"))
    assert (found.analytic, round(found.numeric, 6), found.agrees) == (1.0, 4.0, False)
    assert found.relative_error == pytest.approx(0.75)


def test_a_gradient_check_at_a_kink_shows_both_numbers() -> None:
    w = Value(0.0, label="w")
    found = Session(lambda: relu(w) * 2.0).check(0)
    assert (found.analytic, found.numeric, found.agrees) == (0.0, pytest.approx(1.0), False)


def test_a_gradient_check_of_what_is_not_finite_does_not_agree() -> None:
    w = Value(-1.0, label="w")
    found = Session(lambda: log(w) * 2.0).check(0)
    assert math.isnan(found.numeric)
    assert not found.agrees
    assert "nan: nothing is compared" in dict(check_equation(found).lines)["verdict"]


def test_single_precision_is_checked_with_its_own_rounding() -> None:
    w = Tensor(numpy.array([0.3, -0.4], numpy.float32), label="w")
    assert Session(lambda: (w * w * w).sum()).check(0).agrees


REFUSED: list[tuple[Callable[[Session], Any], str]] = [
    (lambda session: session.edit(identifier(session, "a"), "1"), "a is computed: choose a leaf (w1, x1, w2, x2, b"),
    (lambda session: session.edit(identifier(session, "0.5"), "1"), "0.5 is a number in the program, not a leaf"),
    (lambda session: session.edit(identifier(session, "w1"), "two"), "'two' is not a number: type one such as"),
    (lambda session: session.edit(identifier(session, "w1"), ""), "'' is not a number"),
    (lambda session: session.check(identifier(session, "z")), "z is computed"),
    (lambda session: session.check(identifier(session, "x1")), "x1 has no gradient to check"),
]


@pytest.mark.parametrize(("ask", "sentence"), REFUSED)
def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(ask: Callable[[Session], Any], sentence: str) -> None:
    session = neuron()
    before = session.trace
    with pytest.raises(RefusalError) as refusal:
        ask(session)
    assert sentence in str(refusal.value)
    assert session.trace is before


def test_a_trace_alone_is_looked_at_and_no_more() -> None:
    session = Session(trace(Value(3.0, label="x") * 2.0))
    for ask in (lambda: session.edit(0, "1"), lambda: session.check(0), lambda: session.update(0.1)):
        with pytest.raises(RefusalError, match="this is a trace alone"):
            ask()


def test_what_the_recording_raises_is_told_and_taken_back() -> None:
    w = Value(2.0, label="w")

    def record() -> Value:
        if w.data < 0:
            raise ZeroDivisionError("w must\nnot be negative")
        return w * w

    session = Session(record)
    with pytest.raises(RefusalError, match="recording again failed: ZeroDivisionError: w must not be negative"):
        session.edit(0, "-1")
    assert w.data == 2.0
    with pytest.raises(RefusalError, match="recording again failed"):
        session.update(1.0)
    assert w.data == 2.0


def test_an_update_that_is_taken_back_leaves_the_optimizer_as_it_was() -> None:
    w = Value(1.0, label="w")

    def record() -> Value:
        if w.data != 1.0:
            raise ValueError("elsewhere")
        return w * w

    optimizer = SGD([w], 0.1, momentum=0.9)
    session = Session(record, optimizer)
    before = repr(optimizer.state_dict())
    with pytest.raises(RefusalError, match="elsewhere"):
        session.update()
    assert (w.data, repr(optimizer.state_dict())) == (1.0, before)


def test_a_recording_that_makes_its_leaves_anew_is_told_of() -> None:
    def record() -> Value:
        w = Value(2.0)
        return w * w

    session = Session(record)
    for ask in (lambda: session.edit(0, "1"), lambda: session.update(0.1), lambda: session.check(0)):
        with pytest.raises(RefusalError, match="makes its leaves anew"):
            ask()


def test_a_leaf_that_a_branch_no_longer_uses_may_be_edited_away() -> None:
    w, x = Value(2.0, label="w"), Value(1.0, label="x")
    session = Session(lambda: x * (w * w) if w.data > 0 else x * 3.0)
    session.edit(identifier(session, "w"), "-1")
    assert session.output == 3.0


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (lambda: Value(1.0, requires_grad=False), "depends on nothing that requires gradients"),
        (lambda: 3.0, "returned float, not a node"),
        (lambda: Tensor([1.0, 2.0]) * 2.0, "only a single number has a gradient by itself"),
        (trace(Value(1.0) * 2.0, forward=False, backward=False), "this trace has no events"),
        (3.0, "give it a node, a trace, or a function that records a node, not float"),
    ],
)
def test_what_cannot_be_stepped_through_is_refused_before_there_is_a_screen(source: Any, sentence: str) -> None:
    with pytest.raises(GraphError, match=sentence):
        Session(source)


def test_a_node_without_gradients_is_refused_as_a_trace_refuses_it() -> None:
    with pytest.raises(NotRecordedError):
        Session(Value(1.0, requires_grad=False))


# --- what is typed ---


@pytest.mark.parametrize(
    ("text", "number"), [("2", 2.0), (" −0.5 ", -0.5), ("1e-3", 0.001), ("-∞", -math.inf), ("inf", math.inf)]
)
def test_numbers_are_read_as_they_are_shown(text: str, number: float) -> None:
    assert typed_number(text) == number


@pytest.mark.parametrize("text", ["", "one", "1,5", "1_000", "2 3", "0x10"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(RefusalError, match="is not a number"):
        typed_number(text)


def test_arrays_are_typed_whole_or_by_one_element_in_the_leafs_dtype() -> None:
    data = numpy.array([[1.0, 2.0]], numpy.float32)
    whole, one = typed_data("[[3, −4.5]]", data), typed_data("0, 1: 7", data)
    assert (whole.tolist(), whole.dtype) == ([[3.0, -4.5]], numpy.float32)
    assert (one.tolist(), one.dtype) == ([[1.0, 7.0]], numpy.float32)
    assert typed_data("5", numpy.array(2.0)).tolist() == 5.0
    assert data.tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize("data", [0.1 + 0.2, numpy.array([[1.5, -0.0], [math.pi, 1e-300]])])
def test_what_is_offered_to_be_changed_is_what_is_there(data: Any) -> None:
    assert numpy.array_equal(typed_data(as_typed(data), data), data)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("3", "has shape (), and this leaf has shape 2×2"),
        ("[1, 2]", "has shape 2, and this leaf has shape 2×2"),
        ("[[1, 2], [3", "as nested lists such as"),
        ("[" * 100_000, "as nested lists such as"),
        ('[["a", "b"], ["c", "d"]]', "something that is not a number"),
        ("2, 0: 1", "no element 2, 0 in an array of shape 2×2"),
        ("-1, 0: 1", "no element -1, 0"),
        ("0: 1", "no element 0"),
        ("a, b: 1", "'a, b' is not an index"),
        ("0, 0: x", "'x' is not a number"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(text: str, sentence: str) -> None:
    with pytest.raises(RefusalError) as refusal:
        typed_data(text, numpy.zeros((2, 2)))
    assert sentence in str(refusal.value)


def test_whole_numbers_stay_whole() -> None:
    with pytest.raises(RefusalError, match="this leaf holds whole numbers"):
        typed_data("[1.5, 2]", numpy.array([1, 2]))
    with pytest.raises(RefusalError, match="this leaf holds 0 and 1"):
        typed_data("0: 2", numpy.array([True, False]))
    assert typed_data("[3, 2]", numpy.array([1, 2])).tolist() == [3, 2]


# --- where to go, where to stop ---


def two_paths() -> Trace:
    a, b = Value(2.0, label="a"), Value(1.0, label="b")
    c, d = a + b, b + 1.0
    e = c * d
    label({"c": c, "d": d, "e": e})
    return trace(e)


def test_a_name_is_found_exactly_and_a_search_goes_round() -> None:
    traced = two_paths()
    assert named(traced, " d ").operation == "add"
    found = [containing(traced, "ADD", after=after)[0].label for after in (-1, 2, 4)]
    assert found == ["c", "d", "c"]
    assert containing(traced, "add")[1:] == (1, 2)


def test_a_name_that_is_not_there_is_told_with_those_near_it() -> None:
    w = Value(1.0, label="weight")
    traced = trace(w * 2.0)
    with pytest.raises(RefusalError, match="no node is called 'wieght'; near are weight"):
        named(traced, "wieght")
    with pytest.raises(RefusalError, match="no node is called ''; there are weight"):
        named(traced, "")
    with pytest.raises(RefusalError, match="nothing is found for 'zz' among 3 nodes"):
        containing(traced, "zz")


def test_breakpoints_are_typed_as_they_are_told() -> None:
    traced = two_paths()
    typed = [typed_breakpoint(text, traced) for text in ("b", " NaN", "> 1e2", "|gradient| > 3")]
    assert typed == [AtName("b"), AtNotFinite(), AtLargeGradient(100.0), AtLargeGradient(3.0)]
    assert [str(one) for one in typed] == ["b", "nan", "> 100", "> 3"]
    for text, sentence in {
        "> x": "'x' is not a number",
        "> -1": "a finite number ≥ 0",
        "q": "no node is called",
    }.items():
        with pytest.raises(RefusalError, match=sentence):
            typed_breakpoint(text, traced)


def test_a_run_stops_at_every_event_of_a_name() -> None:
    traced = two_paths()
    stops, at = [], -1
    while (stop := next_stop([AtName("b")], traced, at)) is not None:
        at, reason = stop
        stops.append(reason)
    assert stops == ["b = 1", "gradient of b = 2", "gradient of b = 5"]


def test_a_run_stops_at_numbers_that_are_not_finite_and_at_large_gradients() -> None:
    x = Value(0.0, label="x")
    traced = trace(log(x) * 2.0)
    stop = next_stop([AtNotFinite()], traced, -1)
    assert stop is not None
    assert stop[1] == "v1 is not finite: −∞"
    w = Tensor(numpy.full((64, 64), 200.0), label="w")
    stop = next_stop([AtLargeGradient(300.0)], trace((w * w).sum()), -1)
    assert stop is not None
    assert stop[1] == "|gradient| of w is 400 > 300"
    assert next_stop([AtLargeGradient(300.0)], trace((w * w).mean()), -1) is None


@pytest.mark.parametrize("x", [1e-3, 1e-6, 1e-12])
@pytest.mark.parametrize("f", [log, lambda v: v**0.5, lambda v: 1 / v])
def test_a_right_gradient_near_0_is_not_accused(f, x):
    for leaf in (Value(x, label="x"), Tensor([x, 0.5], label="x")):
        made = f(leaf) * 1.0
        session = Session(made if isinstance(leaf, Value) else made.sum())
        found = session.check(identifier(session, "x"))
        assert found.agrees, found


def test_a_nudge_changes_the_output_by_about_gradient_times_nudge_and_leaves_the_leaf() -> None:
    session = neuron()
    found = session.nudge(identifier(session, "w1"), 0.01)
    assert found.after - found.before == pytest.approx(found.gradient * 0.01, rel=0.05)
    assert found.gradient == session.trace.gradients[identifier(session, "w1")]
    assert session.nodes[identifier(session, "w1")].data == 2.0
    lines = dict(nudge_equation(found, "C").lines)
    assert lines["before"] == "C = 0.0361647"
    assert lines["gradient says"] == "0.05288 × 0.01 = 5.288e−4"
    with pytest.raises(RefusalError, match="x1 has no gradient"):
        session.nudge(identifier(session, "x1"), 0.01)


def test_a_nudge_moves_every_element_of_an_array() -> None:
    w = Tensor([1.0, 2.0], label="w")
    found = Session((w * w).sum()).nudge(0, 1.0)
    assert (found.before, found.after, found.gradient) == (5.0, 13.0, 6.0)


@pytest.mark.parametrize("make", [lambda p: SGD(p, 0.1, momentum=0.9), lambda p: Adam(p, 0.1)])
def test_undo_takes_edits_and_updates_back_one_by_one_and_reset_all(make: Callable[[Any], Any]) -> None:
    w = Value(2.0, label="w")
    session = Session(lambda: w * w, make([w]))
    seen = [w.data]
    for act in (session.update, lambda: session.edit(0, "5"), session.update, session.update):
        act()
        seen.append(w.data)
    for expected in seen[-2::-1]:
        session.undo()
        assert w.data == session.trace.nodes[0].data == expected
    with pytest.raises(RefusalError, match="nothing is to be undone"):
        session.undo()
    session.update()
    assert (w.data, session.updates) == (seen[1], 1)  # with the optimizer's state of then
    session.update()
    session.reset()
    assert (w.data, session.updates) == (2.0, 0)
    with pytest.raises(RefusalError, match="nothing is to be reset"):
        session.reset()


def test_an_edit_that_is_refused_is_nothing_to_be_undone() -> None:
    session = neuron()
    with pytest.raises(RefusalError):
        session.edit(identifier(session, "w1"), "two")
    with pytest.raises(RefusalError, match="nothing is to be undone"):
        session.undo()
