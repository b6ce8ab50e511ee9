"""Random expression graphs as plain data: what they are, how one is drawn, how one is computed.

A graph names its leaves (shapes), the seed of their numbers, and its steps: an operation's name, the numbers
of earlier results, parameters. Whatever draws integers can draw one: `random_graph(seed)` takes NumPy's
generator, the tests take Hypothesis, which shrinks what fails. The operations are those of `torch_pairs`.

    graph = random_graph(3)
    leaves = [Tensor(array) for array in leaf_arrays(graph)]
    output(graph, leaves).backward()
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy

import autograd

from .random_operands import Array, Below, Shape
from .torch_pairs import ELEMENTWISE_FAMILIES, FAMILIES, PAIRS, Domain, Pair

_SHAPES: tuple[Shape, ...] = ((), (3,), (2, 3), (3, 3), (1,), (3, 1), (1, 3), (2,), (2, 1, 3), (2, 2, 3))
_MOST_STEPS = 16
_MOST_ELEMENTS = 64
_GREATEST = 100.0  # a result with greater numbers is left out: rounding would be all that is compared
# Two libraries differ by rounding; nearer than this to a kink they might stand on different sides of it.
_LEAST_DISTANCE = {"float64": 1e-6, "float32": 1e-2}
# A function, what it is called with (each operand with the safe form it is given in), and parameters.
_Call = tuple[Callable[..., Any], list[tuple[int | float, Domain | None]], Mapping[str, Any]]


@dataclass(frozen=True)
class Leaf:
    """A number or an array: a variable, or a constant that the engine gets as a bare float or array."""

    shape: Shape
    is_variable: bool = True


@dataclass(frozen=True)
class Step:
    """An operation of `torch_pairs` on earlier results: leaves and steps count from 0; a float is a literal."""

    operation: str
    operands: tuple[int | float, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Graph:
    """Its repr is the program that makes it."""

    leaves: tuple[Leaf, ...]
    steps: tuple[Step, ...]
    seed: int
    dtype: Literal["float64", "float32"] = "float64"
    numbers: Literal["continuous", "integers"] = "continuous"


def random_graph(seed: int, **choices: Any) -> Graph:
    """The graph of this seed, always the same; `choices` as in `draw_graph`."""
    generator = numpy.random.default_rng(seed)
    return draw_graph(lambda count: int(generator.integers(count)), **choices)


def draw_graph(
    below: Below,
    *,
    dtype: Literal["float64", "float32"] = "float64",
    numbers: Literal["continuous", "integers"] = "continuous",
    of_numbers: bool = False,
) -> Graph:
    """A graph by the choices of `below`.

    Args:
        below: `below(n)` chooses an integer from 0 to n − 1; smaller ones make simpler graphs.
        dtype: of every leaf and result.
        numbers: "continuous" ones keep away from kinks; "integers" tie again and again, and the operations
            on them are exact, so that both libraries see the same ties.
        of_numbers: every leaf is one number and every operation elementwise: for `Value`.
    """
    shapes = ((),) if of_numbers else _SHAPES
    leaves = [Leaf(shapes[below(len(shapes))]) for _ in range(2 + below(3))]
    leaves = leaves[:1] + [Leaf(leaf.shape, is_variable=below(8) != 7) for leaf in leaves[1:]]
    graph = Graph(tuple(leaves), (), below(2**16), dtype, numbers)
    families = _families(of_numbers, exact=numbers == "integers")
    results = leaf_arrays(graph)
    steps: list[Step] = []
    for count in range(_MOST_STEPS):
        if count > 0 and below(10 if count > 2 else 40) == 0:  # rarely so soon, but what fails may shrink to it
            break
        family = families[below(len(families))]
        step, result = _drawn(below, family[below(len(family))], results, graph)
        if step is not None:
            steps.append(step)
            results.append(result)
    return Graph(graph.leaves, tuple(steps), graph.seed, dtype, numbers)


def leaf_arrays(graph: Graph) -> list[Array]:
    """The numbers of its leaves."""
    generator = numpy.random.default_rng(graph.seed)
    if graph.numbers == "integers":
        return [generator.integers(-2, 3, leaf.shape).astype(graph.dtype) for leaf in graph.leaves]
    return [numpy.asarray(generator.uniform(-2, 2, leaf.shape), graph.dtype) for leaf in graph.leaves]


def evaluate(graph: Graph, leaves: Iterable[Any], torch: Any = None) -> list[Any]:
    """The leaves and the result of every step.

    Args:
        leaves: arrays, Tensors or Values; PyTorch's tensors with `torch`.
        torch: PyTorch, to compute with it instead of this engine.
    """
    return _computed(_calls(graph, torch), leaves, torch or autograd)


def ends(graph: Graph) -> list[int]:
    """The results that no step uses: everything else is below one of them."""
    used = {operand for step in graph.steps for operand in step.operands if isinstance(operand, int)}
    count = len(graph.leaves)
    unused = [count + number for number in range(len(graph.steps)) if count + number not in used]
    return unused if 0 in used else [0, *unused]  # the first leaf is a variable: some gradient there always is


def weights(graph: Graph, shapes: Sequence[Shape]) -> list[Array]:
    """Upstream gradients for results of these shapes: never all alike."""
    generator = numpy.random.default_rng([graph.seed, 1])
    return [numpy.asarray(generator.uniform(-1.5, 1.5, shape), graph.dtype) for shape in shapes]


def output(graph: Graph, leaves: Iterable[Any]) -> Any:
    """One number that every step has a part in: the weighted sum of what no step uses, on this engine."""
    return function_of(graph)(*leaves)


def function_of(graph: Graph) -> Callable[..., Any]:
    """`output` as a function of the leaves. It refers to its own operations alone: `compile` looks at everything that
    a function can reach, which would be the table of all."""
    calls = _calls(graph)

    def function(*leaves: Any) -> Any:
        return weighted_sum(graph, _computed(calls, leaves, autograd))

    return function


def weighted_sum(graph: Graph, results: Sequence[Any], torch: Any = None) -> Any:
    """The same from `evaluate`'s results."""
    chosen = [results[number] for number in ends(graph)]
    factors = weights(graph, [_shape(result) for result in chosen])
    if torch is not None:
        return sum((result * torch.tensor(factor)).sum() for result, factor in zip(chosen, factors, strict=True))
    parts = [
        result * factor.item() if _is_number(result) else autograd.sum(result * factor)
        for result, factor in zip(chosen, factors, strict=True)
    ]
    return sum(parts[1:], parts[0])


# --- helpers --------------------------------------------------------------------------------------------


def _families(of_numbers: bool, exact: bool) -> list[list[Pair]]:
    families = [
        [pair for pair in family if pair.is_exact or not exact]
        for family in (ELEMENTWISE_FAMILIES if of_numbers else FAMILIES)
    ]
    return [family for family in families if family]


def _drawn(below: Below, pair: Pair, results: list[Array], graph: Graph) -> tuple[Step | None, Any]:
    """A step and its result; None where nothing here suits the pair, or its result would not be comparable."""
    drawn = pair.draw(below, results)
    if drawn is None:
        return None, None
    operands, parameters = drawn
    arrays = _safe(_with_domains(pair, operands), results, autograd)
    if (
        pair.distance_to_kink is not None
        and graph.numbers == "continuous"
        and not pair.distance_to_kink(*arrays, **parameters) > _LEAST_DISTANCE[graph.dtype]
    ):
        return None, None
    result = numpy.asarray(pair.ours(*arrays, **parameters))
    if not 0 < result.size <= _MOST_ELEMENTS or not numpy.abs(result).max() <= _GREATEST:
        return None, None
    return Step(pair.name, operands, parameters), result


def _calls(graph: Graph, torch: Any = None) -> list[_Call]:
    """Its steps, found in the table."""
    pairs = [PAIRS[step.operation] for step in graph.steps]
    return [
        (pair.ours if torch is None else pair.in_torch(torch), _with_domains(pair, step.operands), step.parameters)
        for pair, step in zip(pairs, graph.steps, strict=True)
    ]


def _computed(calls: Iterable[_Call], leaves: Iterable[Any], functions: Any) -> list[Any]:
    results = list(leaves)
    for compute, operands, parameters in calls:
        results.append(compute(*_safe(operands, results, functions), **parameters))
    return results


def _with_domains(pair: Pair, operands: Iterable[int | float]) -> list[tuple[int | float, Domain | None]]:
    return [(operand, pair.domain(slot)) for slot, operand in enumerate(operands)]


def _safe(operands: Iterable[tuple[int | float, Domain | None]], results: Sequence[Any], functions: Any) -> list[Any]:
    """What a step is computed from: literals as they are, results in the form its function is defined for."""
    found: list[Any] = []
    for operand, domain in operands:
        if isinstance(operand, float):
            found.append(operand)
        else:
            found.append(domain(functions, results[operand]) if domain else results[operand])
    return found


def _is_number(result: Any) -> bool:
    return isinstance(result, float | autograd.Value)


def _shape(result: Any) -> Shape:
    return () if _is_number(result) else tuple(result.shape)
