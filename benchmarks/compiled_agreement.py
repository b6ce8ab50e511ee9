"""How far compiled programs are from the eager engine on random graphs: values and every gradient."""

from __future__ import annotations

import warnings
from typing import Any

import numpy

from autograd import CapturedConstantWarning, compile, value_and_grad

from .harness import Row
from .random_graphs import leaf_arrays, output, random_graph
from .relative_error import relative_error

# A few units in the last place: where a rewrite rounds otherwise than eager.
TOLERANCES = {"float64": 1e-14, "float32": 1e-5}
_KINDS: tuple[dict[str, Any], ...] = ({}, {"dtype": "float32"}, {"numbers": "integers"}, {"of_numbers": True})


def rows(count: int) -> list[Row]:
    return [_row(kind, count) for kind in _KINDS]


def _row(kind: dict[str, Any], count: int) -> Row:
    worst, where, exact = 0.0, "everywhere", 0
    for seed in range(count):
        error = difference(seed, kind)
        exact += error == 0
        if error > worst:
            worst, where = error, f"seed {seed}"
    tolerance = TOLERANCES[kind.get("dtype", "float64")]
    described = ", ".join(str(one) for one in kind.values() if one is not True) or "float64"
    return Row(
        f"{count:,} random graphs{' of numbers' if 'of_numbers' in kind else ''} compiled beside eager, {described}",
        f"{exact:,} equal to the bit, worst relative error {worst:.1e} ({where})",
        f"≤ {tolerance:.0e}",
        worst <= tolerance,
    )


def difference(seed: int, kind: dict[str, Any]) -> float:
    """The greatest relative error of a compiled random graph's value and gradients."""
    graph = random_graph(seed, **kind)
    leaves = [array.item() if "of_numbers" in kind else array for array in leaf_arrays(graph)]
    argnums = tuple(number for number, leaf in enumerate(graph.leaves) if leaf.is_variable)

    def function(*given: Any) -> Any:
        return output(graph, given)

    value, gradients = value_and_grad(function, argnums)(*leaves)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CapturedConstantWarning)
        found, found_gradients = compile(function).value_and_grad(*leaves, argnums=argnums)
    pairs = zip([found, *found_gradients], [value, *gradients], strict=True)
    return max(relative_error(numpy.asarray(ours), numpy.asarray(eager)) for ours, eager in pairs)
