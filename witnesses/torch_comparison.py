"""A random graph computed by this engine and by PyTorch: how far apart values and gradients are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy

import autograd

from .random_graphs import Graph, evaluate, leaf_arrays, weighted_sum
from .relative_error import relative_error

# In 20,000 graphs of each dtype the worst were 7.0e-13 and 3.5e-4: a rounding's 2e-16 and 6e-8, some thousand
# times over where numbers cancel.
TOLERANCES: dict[Literal["float64", "float32"], float] = {"float64": 1e-9, "float32": 2e-3}


@dataclass(frozen=True)
class Difference:
    """An array that both computed, and the relative error of ours: infinite where only one has it."""

    what: str
    error: float
    ours: Any
    theirs: Any


def differences(torch: Any, graph: Graph, *, order: int = 1, of_numbers: bool = False) -> Iterator[Difference]:
    """Every result, then the gradient of every leaf.

    Args:
        torch: the module.
        order: 2 compares the gradients of the sum of the gradients' squares instead.
        of_numbers: with Values in place of Tensors.
    """
    ours = [
        _leaf(array, leaf.is_variable, of_numbers) for leaf, array in zip(graph.leaves, leaf_arrays(graph), strict=True)
    ]
    theirs = [
        torch.tensor(array, requires_grad=leaf.is_variable)
        for leaf, array in zip(graph.leaves, leaf_arrays(graph), strict=True)
    ]
    found, expected = evaluate(graph, ours), evaluate(graph, theirs, torch)
    first_step = len(graph.leaves)
    for step, own, other in zip(graph.steps, found[first_step:], expected[first_step:], strict=True):
        yield _difference(step.operation, own, other.detach())

    variables = [number for number, leaf in enumerate(graph.leaves) if leaf.is_variable]
    ours, theirs = [ours[number] for number in variables], [theirs[number] for number in variables]
    output, expected_output = weighted_sum(graph, found), weighted_sum(graph, expected, torch)
    gradients = _first(output, ours) if order == 1 else _second(output, ours)
    expected_gradients = (
        _first(expected_output, theirs) if order == 1 else _second_in_torch(torch, expected_output, theirs)
    )
    for number, own, other in zip(variables, gradients, expected_gradients, strict=True):
        yield _difference(f"gradient of leaf {number}", own, other)


# --- helpers --------------------------------------------------------------------------------------------


def _leaf(array: Any, is_variable: bool, of_numbers: bool) -> Any:
    if of_numbers:
        return autograd.Value(array.item()) if is_variable else array.item()
    return autograd.Tensor(array) if is_variable else array


def _first(output: Any, leaves: list[Any]) -> list[Any]:
    """What `backward()` leaves in either library's leaves."""
    output.backward()
    return [leaf.grad for leaf in leaves]


def _second(output: Any, leaves: list[Any]) -> list[Any]:
    first: list[Any] = autograd.gradients(output, leaves, create_graph=True)
    squares = [gradient * gradient for gradient in first]
    parts = [square if isinstance(square, autograd.Value) else autograd.sum(square) for square in squares]
    total = sum(parts[1:], parts[0])
    if not total.requires_grad:
        return [numpy.zeros_like(leaf.data) for leaf in leaves]
    return [gradient.data for gradient in autograd.gradients(total, leaves)]


def _second_in_torch(torch: Any, output: Any, leaves: list[Any]) -> list[Any]:
    first = torch.autograd.grad(output, leaves, create_graph=True, allow_unused=True)
    total = sum((gradient * gradient).sum() for gradient in first if gradient is not None)
    second = torch.autograd.grad(total, leaves, allow_unused=True) if total.requires_grad else [None] * len(leaves)
    return [torch.zeros_like(leaf) if found is None else found for leaf, found in zip(leaves, second, strict=True)]


def _difference(what: str, ours: Any, theirs: Any) -> Difference:
    own = ours.data if isinstance(ours, autograd.Node) else ours
    if theirs is None:  # a leaf that nothing depends on: a Value's gradient is 0 then
        return Difference(what, 0.0 if own is None or (type(own) is float and own == 0) else math.inf, own, None)
    other = theirs.numpy(force=True)  # by force, because PyTorch has zeros without memory
    return Difference(what, math.inf if own is None else relative_error(own, other), own, other)
