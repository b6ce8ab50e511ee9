"""A trace as JSON: exact both ways, and what is damaged is refused in one sentence."""

import copy
import json
import math
import random
from collections.abc import Iterator
from typing import Any

import numpy
import pytest

from autograd import GraphError, Tensor, Value, relu, scope, source_lines, tanh
from autograd import sum as summed
from nn import MLP, SGD, NeuronMLP, softmax_cross_entropy
from viz import Trace, draw, steps, trace
from viz.arrays import ArraySummary
from viz.errors import TraceFormatError


def everything() -> list[Trace]:
    """Traces in which every field and every kind of data occurs."""
    with source_lines(), scope("around"):
        network = MLP((3, 4, 2), rng=0)
        loss = softmax_cross_entropy(network(numpy.ones((2, 3))), numpy.array([[1.0, 0.0], [0.0, 1.0]]))
    odd = Value(math.nan, label='"wé"\\\n<ω₁>') * math.inf + relu(Value(-1.0)) * -0.0
    large = Tensor(numpy.ones((40, 40), numpy.float32), label="large")
    taken = summed((large * large)[numpy.arange(20)][..., numpy.zeros(40, bool)])
    x = Value(3.0, label="x")
    return [
        trace(loss),
        trace(odd),
        trace(taken),
        trace(NeuronMLP((2, 2, 1), rng=0)([1.0, 2.0])[0]),
        trace(tanh(x) * x, update=SGD([x], learning_rate=0.5).step),
        trace(x * x, backward=False),
        trace(Tensor(numpy.zeros((0, 3)), label="empty") * 2.0, gradient=numpy.zeros((0, 3))),
    ]


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [traced.to_json() for traced in everything()]


def test_a_trace_comes_back_from_json_as_it_was(texts: list[str]) -> None:
    for traced, text in zip(everything(), texts, strict=True):
        again = Trace.from_json(text)
        assert again == traced
        assert again.to_json() == text
        assert again.groups == traced.groups
        assert [node.computed for node in again.nodes] == [node.computed for node in traced.nodes]
        assert [node.source for node in again.nodes] == [node.source for node in traced.nodes]
        assert again.contributions().keys() == traced.contributions().keys()


def test_no_number_loses_a_bit() -> None:
    numbers = [math.nan, math.inf, -math.inf, -0.0, 0.1, 5e-324, 1.7976931348623157e308]
    for dtype in (numpy.float64, numpy.float32):
        data = numpy.array(numbers, numpy.float64)
        with numpy.errstate(all="ignore"):
            data = data.astype(dtype)
        again = Trace.from_json(trace(summed(Tensor(data, label="x"))).to_json()).nodes[0].data
        assert again.dtype == dtype
        assert again.tobytes() == data.tobytes()
    for number in numbers:
        again = Trace.from_json(trace(Value(number, label="x") * 1.0).to_json()).nodes[0].data
        assert type(again) is float
        assert again.hex() == number.hex()


def test_gates_indices_and_summaries_keep_their_kind(texts: list[str]) -> None:
    traces = [Trace.from_json(text) for text in texts]
    assert False in [edge.local_gradient for edge in traces[1].edges]
    assert all(type(edge.local_gradient) is bool for edge in traces[1].edges if edge.local_gradient is False)
    assert isinstance(traces[2].nodes[0].data, ArraySummary)
    assert traces[2].nodes[0].data.shape == (40, 40)
    kinds = {node.data.dtype.kind for node in traces[2].nodes if isinstance(node.data, numpy.ndarray)}
    assert kinds == {"f", "i", "b"}


def test_nan_is_equal_to_nan_and_minus_zero_is_not_zero() -> None:
    def of(number: float) -> Trace:
        return trace(Value(number, label="x") * 1.0)

    assert of(math.nan) == of(math.nan)
    assert of(0.0) != of(-0.0)
    assert of(1.0) != "x"


def test_the_json_is_one_line_of_standard_json_with_schema_and_version(texts: list[str]) -> None:
    for text in texts:
        assert "\n" not in text

        def refuse(constant: str) -> None:
            raise AssertionError(f"{constant} is no JSON")

        document = json.loads(text, parse_constant=refuse)
        assert (document["schema"], document["version"]) == ("glassgrad-trace", 1)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "this is no JSON: "),
        ("{", "this is no JSON: "),
        (None, "this is no JSON: "),
        (b"\xff\xfe", "this is no JSON: "),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "it does not say schema 'glassgrad-trace'"),
        ("3", "it does not say schema 'glassgrad-trace'"),
        ('{"schema": "other"}', "it does not say schema 'glassgrad-trace'"),
        ('{"schema": "glassgrad-trace"}', "has version None, and version 1 is read here"),
        ('{"schema": "glassgrad-trace", "version": 2}', "has version 2, and version 1 is read here"),
        ('{"schema": "glassgrad-trace", "version": true}', "has version True"),
        ('{"schema": "glassgrad-trace", "version": 1}', "this trace is damaged: 'nodes' is missing"),
    ],
)
def test_what_is_no_trace_is_refused_in_one_sentence(text: Any, sentence: str) -> None:
    with pytest.raises(TraceFormatError, match=sentence):
        Trace.from_json(text)


def test_a_trace_that_does_not_fit_together_is_refused(texts: list[str]) -> None:
    def damaged(change: Any) -> str:
        document = json.loads(texts[3])
        change(document)
        with pytest.raises(TraceFormatError, match="this trace is damaged: ") as caught:
            Trace.from_json(json.dumps(document))
        return str(caught.value).removeprefix("this trace is damaged: ")

    assert damaged(lambda one: one.update(output=1_000)) == "the output's id is 1000, and there are 28"
    assert damaged(lambda one: one["nodes"].pop(0)) == "node number 0 has the id 1"
    assert damaged(lambda one: one["nodes"][0].update(label=5)) == "TracedNode.label is 5"
    assert damaged(lambda one: one["nodes"][0].update(role="boss")) == "TracedNode.role is 'boss'"
    assert damaged(lambda one: one["nodes"][3].update(group=6)) == "a node's group is 6, and there are 6"
    assert damaged(lambda one: one["groups"][1].update(parent=1)) == "the group around a group is 1, and there are 1"
    assert damaged(lambda one: one["edges"][0].__setitem__(0, 5)).startswith("an edge's source, which comes before")
    assert damaged(lambda one: one["events"][0].update(event="jump")) == "'jump' is no event"
    assert damaged(lambda one: one["gradients"].update({"99": 1.0})) == "a gradient's node is 99, and there are 28"
    square = {"array": [1.0, 2.0, 3.0, 4.0], "shape": [2, 2], "dtype": "float64"}
    assert damaged(lambda one: one["nodes"][0].update(symbol=square)) == (
        "TracedNode.symbol is array([[1., 2.], [3., 4.]])"
    )
    for dtype in ("f4,(2", "f4,f4", "(2,)f4", "M8[s]", "float99", "", 3, None, ["float64"]):
        array = {"array": [1.0], "shape": [1], "dtype": dtype}
        assert damaged(lambda one, array=array: one["nodes"][0].update(data=array))


# What takes the place of some part of a trace's JSON.
OTHERS: list[Any] = [
    None, True, 0, -1, 10**9, 10**400, 1.5, math.nan, "", "x", "parameter", [], {}, [1], {"a": 1}, {"float": "x"},
    {"float": "nan"}, {"float": [1]}, {"array": [1, "a"], "dtype": "float64", "shape": [2]}, {"array": 5},
    {"array": [1, 2], "dtype": "object", "shape": [2]}, {"array": [1, 2], "dtype": "float64", "shape": [-1]},
    {"array": [1, 2], "dtype": "f4", "shape": [3]}, {"array": [1], "dtype": "f4,(2", "shape": [1]},
    {"summary": {}}, {"rule": ["a"]}, {"rule": [1, 2, 3, 4]},
    {"rule": ["a", "b", "c", "d"]}, {"source": ["f"]}, {"source": [1, 2]}, [[]],
]  # fmt: skip


@pytest.mark.slow
def test_whatever_is_changed_in_it_a_trace_is_refused_or_can_be_shown(texts: list[str]) -> None:
    generator = random.Random(0)
    shown = 0
    documents = [json.loads(text) for text in texts]
    places = [[place for place in paths(document) if place] for document in documents]
    for _ in range(300):
        number = generator.randrange(len(documents))
        document = copy.deepcopy(documents[number])
        *above, last = generator.choice(places[number])
        parent: Any = document
        for key in above:
            parent = parent[key]
        if generator.random() < 0.2:
            del parent[last]
        else:
            parent[last] = copy.deepcopy(generator.choice(OTHERS))
        sentence = ""
        try:
            found = Trace.from_json(json.dumps(document))
        except TraceFormatError as error:
            sentence = str(error)
        assert "\n" not in sentence
        if sentence:
            continue
        shown += 1
        list(steps(found))
        draw(found, overlay="gradient", legend=True)
        draw(found, style="document")
        assert Trace.from_json(found.to_json()) == found
    assert 20 < shown < 280


def paths(part: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield above
    if isinstance(part, dict | list):
        for key in part if isinstance(part, dict) else range(len(part)):
            yield from paths(part[key], (*above, key))


def test_a_foreign_file_is_one_of_the_errors_of_the_engine() -> None:
    with pytest.raises(GraphError):
        Trace.from_json("nothing")
