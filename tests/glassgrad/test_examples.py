import itertools
import shutil
import xml.etree.ElementTree as ElementTree
from typing import Any

import numpy
import pytest

from autograd import GraphError, Node, Value, log, softmax
from glassgrad.examples import EXAMPLES, Example, example
from viz import Trace, draw, steps, trace
from viz.parts import Contribution, Update
from viz.terminal.session import Session
from viz.tracing import in_order

LEARNING = ("neuron", "xor", "softmax", "dead-relu", "mlp")

every_example = pytest.mark.parametrize("name", EXAMPLES)


def leaves_of(shown: Example) -> dict[str | None, Node]:
    return {node.label: node for node, _ in in_order(shown.record()) if node.op is None and node.label}


def gradients_of(name: str) -> dict[str, Any]:
    traced = trace(example(name).record())
    return {node.label: traced.gradients[node.id] for node in traced.nodes if node.id in traced.gradients}


def updated(name: str) -> Trace:
    """The trace of an example with the step that its optimizer takes."""
    shown = example(name)
    assert shown.optimizer is not None
    return trace(shown.record(), update=shown.optimizer.step)


def test_these_are_among_the_examples() -> None:
    assert {"neuron", "paths", "vanishing", "exploding", "xor", "softmax", "dead-relu", "mlp"} <= set(EXAMPLES)


@every_example
def test_an_example_bears_its_name_and_says_in_one_line_what_it_shows(name: str) -> None:
    shown = example(name)
    assert shown.name == name
    assert 20 < len(shown.shows) <= 100
    assert shown.shows.isprintable()


@every_example
def test_every_leaf_has_a_label_of_its_own_or_is_a_constant(name: str) -> None:
    traced = trace(example(name).record())
    labels = [node.label for node in traced.nodes if node.operation is None and node.role != "constant"]
    assert len(set(labels)) == len(labels)
    assert all(node.is_named for node in traced.nodes if node.role in ("parameter", "input", "output"))
    assert max(map(len, labels)) <= 3


@every_example
def test_the_gradients_agree_with_finite_differences(name: str) -> None:
    shown = example(name)
    leaves = leaves_of(shown)
    shown.record().backward()
    checked = 0
    for label, leaf in leaves.items():
        if not leaf.requires_grad:
            continue
        data, analytic = numpy.array(leaf.data, float), numpy.asarray(leaf.grad)
        for element in numpy.ndindex(data.shape):
            costs = []
            for step in (1e-6, -1e-6):
                moved = data.copy()
                moved[element] += step
                leaf.data = moved if data.shape else moved.item()  # type: ignore[misc]  # of a leaf it can be assigned
                costs.append(float(shown.record().data))
            numeric = (costs[0] - costs[1]) / 2e-6
            assert analytic[element] == pytest.approx(numeric, rel=1e-6, abs=2e-9), f"{label}{list(element)}"
            checked += 1
        leaf.data = data if data.shape else data.item()  # type: ignore[misc]  # as above
    assert checked


@every_example
def test_the_steppers_gradient_check_agrees_for_every_parameter(name: str) -> None:
    shown = example(name)
    session = Session(shown.record, shown.optimizer)
    parameters = [node.id for node in session.trace.nodes if node.role == "parameter"]
    assert parameters
    assert all(session.check(identifier).agrees for identifier in parameters)


@every_example
def test_an_example_is_the_same_every_time_and_shares_nothing_with_the_last(name: str) -> None:
    first, second = example(name), example(name)
    text = trace(first.record()).to_json()
    assert text == trace(first.record()).to_json() == trace(second.record()).to_json()
    if first.optimizer is not None:
        updated_text = trace(first.record(), update=first.optimizer.step).to_json()
        assert updated_text != text
        assert trace(second.record()).to_json() == text


@every_example
def test_an_example_steps_in_words_to_its_update(name: str) -> None:
    has_update = example(name).optimizer is not None
    lines = list(steps(updated(name) if has_update else trace(example(name).record())))
    assert "Forward" in lines
    assert any(line.startswith("Backward, from ") for line in lines)
    assert ("Update" in lines) == has_update
    assert has_update or name not in LEARNING


@every_example
@pytest.mark.parametrize("renderer", ["wasm", "dot"])
def test_an_example_is_drawn_whole_by_either_renderer(name: str, renderer: str) -> None:
    if renderer == "dot" and shutil.which("dot") is None:
        pytest.skip("the program dot is not installed")
    drawing = draw(example(name).record(), renderer=renderer, operations="circles")
    assert drawing.note == ""
    texts = {element.text for element in ElementTree.fromstring(drawing.svg()).iter() if element.tag.endswith("}text")}
    assert {node.label for node in drawing.trace.nodes if node.is_named} <= texts


# --- what each one is there to show ---------------------------------------------------------------------


def test_paths_sums_what_came_over_two_paths() -> None:
    traced = trace(example("paths").record())
    over_paths = [
        event.contribution
        for event in traced.events
        if isinstance(event, Contribution) and traced.nodes[event.operand].label == "b"
    ]
    assert over_paths == [2.0, 3.0]
    assert gradients_of("paths")["b"] == 5.0


def test_vanishing_loses_at_least_three_quarters_in_each_sigmoid_until_the_weight_stands_still() -> None:
    gradients = gradients_of("vanishing")
    chain = [gradients[label] for label in ("z", *(f"a{layer}" for layer in range(1, 13)))]
    assert all(before <= after / 4 for before, after in itertools.pairwise(chain))
    assert 0 < gradients["w"] < 1e-7
    (update,) = (event for event in updated("vanishing").events if isinstance(event, Update))
    assert update.after == pytest.approx(update.before, rel=1e-6)


def test_exploding_gives_a_gradient_that_throws_the_weight_away() -> None:
    assert gradients_of("exploding")["w"] == 6 * 5.0**5 > 1e4
    shown = example("exploding")
    before = shown.record()
    before.backward()
    assert shown.optimizer is not None
    shown.optimizer.step()
    assert shown.record().data > 1e9 * before.data


def test_xor_tells_each_of_its_nine_parameters_something() -> None:
    gradients = gradients_of("xor")
    parameters = ["w11", "w12", "b1", "w21", "w22", "b2", "w31", "w32", "b3"]
    assert all(gradients[label] != 0 for label in parameters)
    # Of sigmoid and cross-entropy together, what the documents derive: δ = a − y.
    assert gradients["z3"] == pytest.approx(leaves_data("xor")["a3"] - 0.0)
    assert gradients["w31"] == pytest.approx(gradients["z3"] * leaves_data("xor")["a1"])


def leaves_data(name: str) -> dict[str, Any]:
    return {node.label: node.data for node in trace(example(name).record()).nodes}


def test_softmax_gives_each_score_p_minus_y() -> None:
    gradients, data = gradients_of("softmax"), leaves_data("softmax")
    p = softmax(numpy.array([2.0, 1.0, 0.1]))
    assert [data["p1"], data["p2"], data["p3"]] == pytest.approx(p.tolist())
    assert [gradients["z1"], gradients["z2"], gradients["z3"]] == pytest.approx((p - [1, 0, 0]).tolist())
    assert data["C"] == pytest.approx(-log(p[0]))


def test_of_the_two_relus_one_is_dead_and_stays_so() -> None:
    gradients = gradients_of("dead-relu")
    assert all(gradients[label] == 0 for label in ("z2", "w2", "b2", "u2"))
    assert all(gradients[label] > 0 for label in ("z1", "w1", "b1", "u1", "a2"))
    traced = updated("dead-relu")
    moved = {
        traced.nodes[event.node].label for event in traced.events if isinstance(event, Update) and event.gradient != 0
    }
    assert moved == {"w1", "b1", "u1"}


def test_mlp_has_a_pullback_with_shapes_for_each_layer() -> None:
    told = "\n".join(steps(trace(example("mlp").record())))
    for pullback in ("G ↦ Xᵀ @ G  (4, 4) → (2, 4)", "G ↦ A1ᵀ @ G  (4, 1) → (4, 1)", "G ↦ G @ W2ᵀ  (4, 1) → (4, 4)"):
        assert pullback in told


@pytest.mark.parametrize("name", LEARNING)
def test_the_step_of_those_that_learn_makes_the_cost_smaller(name: str) -> None:
    shown = example(name)
    assert shown.optimizer is not None
    before = shown.record()
    before.backward()
    shown.optimizer.step()
    assert shown.record().data < before.data


# --- by name, and with other numbers --------------------------------------------------------------------


def test_an_examples_numbers_can_be_others() -> None:
    shown = example("neuron", {"w1": 0.0, "y": 0.5})
    assert shown.shows.endswith("; with w1 = 0, y = 0.5")
    leaves = leaves_of(shown)
    assert isinstance(leaves["w1"], Value)
    assert [leaves[label].data for label in ("w1", "w2", "y")] == [0.0, -3.0, 0.5]
    assert shown.optimizer is not None
    assert leaves["w1"] in shown.optimizer.parameters


def test_an_unknown_example_or_number_is_refused_with_what_is_known() -> None:
    with pytest.raises(
        GraphError, match=f"unknown example 'no-such-example'; known are {', '.join(EXAMPLES)}.*an expression needs"
    ):
        example("no-such-example")
    with pytest.raises(GraphError, match=r"the example paths has no number named 'c'; its numbers are a, b$"):
        example("paths", {"c": 1.0})
    with pytest.raises(GraphError, match=r"the example mlp has no number named 'W1'; its numbers are all in arrays$"):
        example("mlp", {"W1": 1.0})
