"""Random graphs, computed by this engine and by PyTorch: the same values, the same gradients of every leaf.

`witnesses/random_graphs.py` says what a graph is and how one is drawn; here Hypothesis draws, so that a
failure is shown as the smallest graph that fails. `differences(torch, Graph(…))` runs it again.
"""

import collections
import contextlib
import functools

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

import autograd
from witnesses.random_graphs import Graph, draw_graph, evaluate, leaf_arrays, random_graph
from witnesses.torch_comparison import TOLERANCES, differences
from witnesses.torch_pairs import PAIRS

torch = pytest.importorskip("torch", reason="torch is not installed: pip install -e '.[peers]' compares with it")
torch.set_num_threads(1)

# Differentiable rows that PyTorch is not asked about, each with its reason. There is none.
WITHOUT_PAIR: dict[str, str] = {}


def chunks(count: int) -> pytest.MarkDecorator:
    """So many chunks of graphs, the first of them in every run."""
    return pytest.mark.parametrize(
        "chunk", [0, *(pytest.param(chunk, marks=pytest.mark.slow) for chunk in range(1, count))]
    )


@st.composite
def graphs(draw, **choices):
    return draw_graph(lambda count: draw(below(count)), **choices)


@functools.cache  # making a strategy takes longer than drawing from it
def below(count: int) -> st.SearchStrategy[int]:
    return st.integers(0, count - 1)


def compare(chunk: int, count: int, *, order: int = 1, **choices) -> None:
    """As many graphs as `count` says, different ones in every chunk."""
    compared = []

    @seed(chunk)
    @settings(max_examples=count, suppress_health_check=list(HealthCheck))
    @given(graphs(**choices))
    def agrees(graph: Graph) -> None:
        compared.append(graph)
        assert disagreement(graph, order=order, of_numbers=choices.get("of_numbers", False)) == ""

    agrees()
    assert len(compared) >= count


def disagreement(graph: Graph, **how) -> str:
    """What differs by more than is allowed, in words; nothing where all agrees."""
    tolerance = TOLERANCES[graph.dtype]
    for difference in differences(torch, graph, **how):
        if not difference.error <= tolerance:
            return f"{difference.what}: {difference.ours} is not {difference.theirs} ({difference.error:.1e})"
    return ""


@chunks(5)
def test_a_random_graph_has_pytorch_s_values_and_gradients(chunk) -> None:
    compare(chunk, 200)


@chunks(2)
def test_a_random_graph_of_float32_has_pytorch_s_values_and_gradients(chunk) -> None:
    compare(chunk, 150, dtype="float32")


@chunks(2)
def test_where_numbers_tie_the_gradient_is_shared_as_pytorch_shares_it(chunk) -> None:
    compare(chunk, 150, numbers="integers")


@chunks(2)
def test_a_random_graph_has_pytorch_s_second_derivatives(chunk) -> None:
    compare(chunk, 100, order=2)


@chunks(2)
def test_a_random_graph_of_values_has_pytorch_s_values_and_gradients(chunk) -> None:
    compare(chunk, 100, of_numbers=True)


@pytest.mark.slow
def test_a_random_graph_of_values_has_pytorch_s_second_derivatives() -> None:
    compare(0, 60, of_numbers=True, order=2)


# --- the graphs, and whether they would find anything --------------------------------------------------


@functools.cache
def first_graphs() -> list[Graph]:
    """The first quarter of those of `python -m benchmarks correctness`."""
    return [random_graph(number) for number in range(500)]


@functools.cache
def graphs_by_row() -> dict[str, list[Graph]]:
    """They by the rows of the table that are recorded in them."""
    found: dict[str, list[Graph]] = {}
    for graph in first_graphs():
        leaves = [autograd.Tensor(array) for array in leaf_arrays(graph)]
        for name in rows_below(evaluate(graph, leaves)):
            found.setdefault(name, []).append(graph)
    return found


def rows_below(results) -> set[str]:
    stack, seen = list(results), set()
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack += node.inputs
    return {node.op.name for node in seen if node.op is not None}


def test_every_differentiable_row_has_a_pair_in_pytorch() -> None:
    differentiable = {row.name for row in autograd.operations().values() if row.differentiable}
    missing = differentiable - set(graphs_by_row()) - set(WITHOUT_PAIR)
    assert missing == set(), "add a Pair for each to witnesses/torch_pairs.py, or a reason to WITHOUT_PAIR"
    assert set(WITHOUT_PAIR) <= differentiable - set(graphs_by_row()), "these have a pair: no reason is needed"


def test_every_pair_is_among_the_graphs_of_the_correctness_run() -> None:
    counts = collections.Counter(step.operation for graph in first_graphs() for step in graph.steps)
    assert [name for name in PAIRS if counts[name] < 5] == []


def test_a_rule_that_is_off_by_a_ten_thousandth_is_found_in_every_row(row) -> None:
    for slot, rule in enumerate(row.rules):
        if rule is not None:
            with made_inexact(row, slot):
                assert any(disagreement(graph) for graph in graphs_by_row()[row.name]), f"of the operand in slot {slot}"


@contextlib.contextmanager
def made_inexact(row: autograd.Operation, slot: int):
    exact, kind = row.rules, "local_gradients" if row.local_gradients else "pullbacks"

    def inexact(*arguments, **parameters):
        gradient = exact[slot](*arguments, **parameters)
        return gradient + 1e-4 if row.local_gradients else gradient * 1.0001

    rules = (*exact[:slot], inexact, *exact[slot + 1 :])
    try:
        for name in ("rules", kind):
            object.__setattr__(row, name, rules)
        yield
    finally:
        for name in ("rules", kind):
            object.__setattr__(row, name, exact)
