"""What a random graph is: the same from the same seed, written by its repr, all of it in its output."""

import dataclasses
import functools

import numpy
import pytest

from autograd import Tensor, Value
from witnesses.random_graphs import (
    Graph,
    Leaf,
    Step,
    draw_graph,
    ends,
    evaluate,
    leaf_arrays,
    output,
    random_graph,
    weights,
)

SEEDS = range(400)


@functools.cache
def graphs() -> list[Graph]:
    return [random_graph(seed) for seed in SEEDS]


def nodes(graph: Graph) -> list:
    arrays = leaf_arrays(graph)
    return [Tensor(array) if leaf.is_variable else array for leaf, array in zip(graph.leaves, arrays, strict=True)]


def test_a_seed_gives_the_same_graph_and_numbers_every_time() -> None:
    for seed, graph in zip(SEEDS, graphs(), strict=True):
        again = random_graph(seed)
        assert again == graph
        for one, other in zip(leaf_arrays(again), leaf_arrays(graph), strict=True):
            numpy.testing.assert_array_equal(one, other, strict=True)
    assert len({repr(dataclasses.replace(graph, seed=0)) for graph in graphs()}) == len(SEEDS)


def test_the_repr_of_a_graph_is_the_program_that_makes_it() -> None:
    for graph in graphs():
        assert eval(repr(graph), {"Graph": Graph, "Leaf": Leaf, "Step": Step}) == graph


def test_the_smallest_choices_make_the_simplest_graph() -> None:
    graph = draw_graph(lambda count: 0)
    assert [leaf.shape for leaf in graph.leaves] == [(), ()]
    assert graph.steps == (Step("add", (1, 1)),)


def test_every_leaf_and_step_that_is_used_is_below_the_output() -> None:
    for graph in graphs():
        below, waiting = set(), ends(graph)
        while waiting:
            number = waiting.pop()
            below.add(number)
            if number >= len(graph.leaves):
                operands = graph.steps[number - len(graph.leaves)].operands
                waiting += [operand for operand in operands if isinstance(operand, int)]
        assert below >= {0, *range(len(graph.leaves), len(graph.leaves) + len(graph.steps))}


def test_an_output_has_a_gradient() -> None:
    for graph in graphs():
        leaves = nodes(graph)
        one = output(graph, leaves)
        assert one.shape == ()
        one.backward()
        assert leaves[0].grad is not None


def test_an_upstream_gradient_is_never_all_of_one_number() -> None:
    for graph in graphs():
        for factor in weights(graph, [(3,), (2, 3)]):
            assert len(set(factor.ravel().tolist())) == factor.size


def test_arrays_and_tensors_give_the_same_results_but_for_rounding() -> None:
    for graph in graphs():
        for plain, node in zip(evaluate(graph, leaf_arrays(graph)), evaluate(graph, nodes(graph)), strict=True):
            data = node.data if isinstance(node, Tensor) else node
            numpy.testing.assert_allclose(numpy.asarray(plain), numpy.asarray(data), rtol=1e-12, strict=True)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_every_result_has_the_dtype_of_the_graph(dtype) -> None:
    for seed in SEEDS:
        graph = random_graph(seed, dtype=dtype)
        assert {numpy.asarray(result).dtype.name for result in evaluate(graph, leaf_arrays(graph))} == {dtype}


def test_integers_stay_exact_and_tie() -> None:
    results = [
        result
        for seed in SEEDS
        for graph in [random_graph(seed, numbers="integers")]
        for result in evaluate(graph, leaf_arrays(graph))
    ]
    assert all((numpy.asarray(result) * 2**20 % 1 == 0).all() for result in results)
    assert any(numpy.unique(result).size < numpy.size(result) for result in results)


def test_a_graph_of_numbers_is_computed_with_values() -> None:
    for seed in SEEDS:
        graph = random_graph(seed, of_numbers=True)
        leaves = [
            Value(array.item()) if leaf.is_variable else array.item()
            for leaf, array in zip(graph.leaves, leaf_arrays(graph), strict=True)
        ]
        assert type(output(graph, leaves)) is Value


def test_the_graphs_share_results_broadcast_both_operands_and_hold_constants_and_literals() -> None:
    uses, broadcast, literals = 0, set(), set()
    for graph in graphs():
        results = evaluate(graph, leaf_arrays(graph))
        operands = [operand for step in graph.steps for operand in step.operands]
        uses += any(operands.count(number) > 1 for number in range(len(graph.leaves), len(results)))
        for step, result in zip(graph.steps, results[len(graph.leaves) :], strict=True):
            literals |= {(step.operation, slot) for slot, one in enumerate(step.operands) if isinstance(one, float)}
            if step.operation in {"add", "multiply", "subtract", "divide"}:
                broadcast |= {
                    (step.operation, slot)
                    for slot, one in enumerate(step.operands)
                    if isinstance(one, int) and numpy.shape(results[one]) != numpy.shape(result)
                }
    both = {(name, slot) for name in ("add", "multiply", "subtract", "divide") for slot in (0, 1)}
    assert uses > len(SEEDS) / 4
    assert broadcast == both
    assert literals >= both
    assert any(not leaf.is_variable for graph in graphs() for leaf in graph.leaves)
