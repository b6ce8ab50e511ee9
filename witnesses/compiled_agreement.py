"""How far a compiled program is from the eager engine on a random graph: its value and every gradient."""

from __future__ import annotations

import warnings
from typing import Any

import numpy

from autograd import CapturedConstantWarning, compile, value_and_grad

from .random_graphs import function_of, leaf_arrays, random_graph
from .relative_error import relative_error

# A few units in the last place: where a rewrite rounds differently from the eager engine.
TOLERANCES = {"float64": 1e-14, "float32": 1e-5}


def difference(seed: int, **choices: Any) -> float:
    """The greatest relative error of a compiled random graph's value and gradients; `choices` as in `draw_graph`."""
    graph = random_graph(seed, **choices)
    leaves = [array.item() if "of_numbers" in choices else array for array in leaf_arrays(graph)]
    argnums = tuple(number for number, leaf in enumerate(graph.leaves) if leaf.is_variable)
    function = function_of(graph)
    value, gradients = value_and_grad(function, argnums)(*leaves)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CapturedConstantWarning)
        found, found_gradients = compile(function).value_and_grad(*leaves, argnums=argnums)
    pairs = zip([found, *found_gradients], [value, *gradients], strict=True)
    return max(relative_error(numpy.asarray(ours), numpy.asarray(eager)) for ours, eager in pairs)
