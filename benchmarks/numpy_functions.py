"""What recording costs NumPy's functions: each on a Tensor, without its gradient, beside NumPy's own on an array. And
`vmap` beside a loop over the samples."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

import numpy

from autograd import Tensor, grad, tanh, vmap

from .harness import Row, alternating

SAMPLES = 128

# Ten of the kinds that are there: rows, composites, matrices; each of the arrays in `_operands`.
FUNCTIONS: dict[str, Callable[[Any, Any], Any]] = {
    "exp": lambda x, square: numpy.exp(x),
    "sum over an axis": lambda x, square: numpy.sum(x, axis=1),
    "var": lambda x, square: numpy.var(x, axis=0, ddof=1),
    "sort": lambda x, square: numpy.sort(x, axis=1),
    "quantile": lambda x, square: numpy.quantile(x, 0.3, axis=1),
    "cumprod": lambda x, square: numpy.cumprod(x, axis=1),
    "pad, reflected": lambda x, square: numpy.pad(x, 3, "reflect"),
    "einsum": lambda x, square: numpy.einsum("ij,kj->ik", x, x),
    "linalg.solve": lambda x, square: numpy.linalg.solve(square, square),
    "linalg.svd": lambda x, square: numpy.linalg.svd(square)[1],
}


def rows() -> list[Row]:
    found, ratios = [], []
    for name, function in FUNCTIONS.items():
        seconds = alternating(_contestants(function), rounds=15, calls=3)
        ratios.append(seconds["recorded"] / seconds["numpy"])
        found.append(Row(f"numpy.{name} on a Tensor", f"{ratios[-1]:.2f} times NumPy's time"))
    middle = statistics.median(ratios)
    found.append(Row("  the median of the ten", f"{middle:.2f} times NumPy's time", "≤ 2.5 times", middle <= 2.5))
    return [*found, *_vmap_rows()]


def _contestants(function: Callable[[Any, Any], Any]) -> dict[str, Callable[[], object]]:
    generator = numpy.random.default_rng(0)
    x, square = generator.uniform(0.5, 1.5, (300, 400)), generator.standard_normal((120, 120))
    nodes = Tensor(x), Tensor(square)
    return {"numpy": lambda: function(x, square), "recorded": lambda: function(*nodes)}


def _vmap_rows() -> list[Row]:
    """The gradients of a small network's loss, one for each sample."""
    generator = numpy.random.default_rng(0)
    parameters = {"first": generator.standard_normal((20, 30)), "second": generator.standard_normal(30)}
    inputs, targets = generator.standard_normal((SAMPLES, 20)), generator.standard_normal(SAMPLES)

    def loss(p: Any, x: Any, y: Any) -> Any:
        return (tanh(x @ p["first"]) @ p["second"] - y) ** 2

    of_one = grad(loss)
    of_all = vmap(of_one, in_axes=(None, 0, 0))
    seconds = alternating(
        {
            "loop": lambda: [of_one(parameters, x, y) for x, y in zip(inputs, targets, strict=True)],
            "vmap": lambda: of_all(parameters, inputs, targets),
        }
    )
    faster = seconds["loop"] / seconds["vmap"]
    return [
        Row(
            f"vmap, gradients of {SAMPLES} samples, beside a loop",
            f"{faster:,.1f} times as fast",
            "≥ 5 times",
            faster >= 5,
        )
    ]
