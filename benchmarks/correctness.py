"""How far the engine's gradients are from what independent witnesses say."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Literal

import autograd

from . import compiled_agreement, finite_differences
from .harness import Row
from .random_graphs import random_graph
from .relative_error import DEFINITION
from .torch_comparison import differences

RANDOM_GRAPHS = 2000
# In 20,000 graphs of each dtype the worst were 7.0e-13 and 3.5e-4: a rounding's 2e-16 and 6e-8, some thousand
# times over where numbers cancel.
TOLERANCES: dict[Literal["float64", "float32"], float] = {"float64": 1e-9, "float32": 2e-3}
_DIFFERENCES_TOLERANCE = 1e-7
MUTATION_SUMMARY = Path(__file__).with_name("mutation.json")


def rows() -> list[Row]:
    return [
        Row("relative error", DEFINITION),
        table_row(),
        *random_graph_rows(RANDOM_GRAPHS),
        *compiled_agreement.rows(RANDOM_GRAPHS),
        *(finite_differences_row(order) for order in (1, 2)),
        mutation_row(MUTATION_SUMMARY),
    ]


def table_row() -> Row:
    table = autograd.operations().values()
    differentiable = sum(row.differentiable for row in table)
    return Row(
        "operations in the table",
        f"{len(table)}: {differentiable} differentiable, {len(table) - differentiable} predicates",
    )


def random_graph_rows(count: int) -> list[Row]:
    torch = _torch()
    if torch is None:
        return [Row("random graphs beside PyTorch", "not run: pip install -e '.[peers]' installs torch")]
    return [_random_graphs_row(torch, dtype, count) for dtype in TOLERANCES]


def _random_graphs_row(torch: ModuleType, dtype: Literal["float64", "float32"], count: int) -> Row:
    n_steps = 0
    worst, where = 0.0, "everywhere"
    for seed in range(count):
        graph = random_graph(seed, dtype=dtype)
        n_steps += len(graph.steps)
        for difference in differences(torch, graph):
            if difference.error > worst:
                worst, where = difference.error, f"{difference.what}, seed {seed}"
    return Row(
        f"{count:,} random graphs beside PyTorch {torch.__version__}, {dtype}: values and every leaf's gradient",
        f"{n_steps:,} steps, worst relative error {worst:.1e} ({where})",
        f"≤ {TOLERANCES[dtype]:.0e}",
        worst <= TOLERANCES[dtype],
    )


def finite_differences_row(order: int) -> Row:
    errors = finite_differences.errors(order)
    sample, worst = max(errors.items(), key=lambda item: item[1])
    return Row(
        f"{len(errors)} samples of the table beside finite differences, {'first' if order == 1 else 'second'} order",
        f"worst relative error {worst:.1e} ({sample})",
        f"≤ {_DIFFERENCES_TOLERANCE:.0e}",
        worst <= _DIFFERENCES_TOLERANCE,
    )


def mutation_row(summary: Path) -> Row:
    if not summary.exists():
        return Row("mutants killed", "not run: python -m benchmarks.mutation runs them and keeps the summary")
    found = json.loads(summary.read_text(encoding="utf-8"))
    survivors = found["mutants"] - found["killed"] - found["explained"]
    files = ", ".join(found["by_file"])
    return Row(
        f"mutants killed ({files}; commit {found['commit'][:12]}, {found['date']})",
        f"{found['killed']:,} of {found['mutants']:,}, {found['explained']:,} explained, {survivors:,} neither",
        "0 neither",
        survivors == 0,
    )


def _torch() -> ModuleType | None:
    try:
        import torch
    except ImportError:
        return None
    return torch
