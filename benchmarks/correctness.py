"""How far the engine's gradients are from what independent witnesses say."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import autograd
from witnesses import compiled_agreement, compiled_programs, finite_differences
from witnesses.random_graphs import random_graph
from witnesses.relative_error import DEFINITION
from witnesses.torch_comparison import TOLERANCES, differences

from .harness import Row

MUTATION_SUMMARY = Path(__file__).parent.parent / "mutation" / "summary.json"
_RANDOM_GRAPHS = 2000
_RANDOM_PROGRAMS = 200  # of each kind; `python -m witnesses --seeds N` goes on
_COMPILED_KINDS: tuple[dict[str, Any], ...] = (
    {},
    {"dtype": "float32"},
    {"numbers": "integers"},
    {"of_numbers": True},
)


def rows() -> list[Row]:
    return [
        Row("relative error", DEFINITION),
        table_row(),
        *random_graph_rows(_RANDOM_GRAPHS),
        *compiled_rows(_RANDOM_GRAPHS),
        *compiled_program_rows(_RANDOM_PROGRAMS),
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


def compiled_rows(count: int) -> list[Row]:
    return [_compiled_row(kind, count) for kind in _COMPILED_KINDS]


def _compiled_row(kind: dict[str, Any], count: int) -> Row:
    worst, where, exact = 0.0, "everywhere", 0
    for seed in range(count):
        error = compiled_agreement.difference(seed, **kind)
        exact += error == 0
        if error > worst:
            worst, where = error, f"seed {seed}"
    tolerance = compiled_agreement.TOLERANCES[kind.get("dtype", "float64")]
    described = ", ".join(str(one) for one in kind.values() if one is not True) or "float64"
    return Row(
        f"{count:,} random graphs{' of numbers' if 'of_numbers' in kind else ''} compiled beside eager, {described}",
        f"{exact:,} equal to the bit, worst relative error {worst:.1e} ({where})",
        f"≤ {tolerance:.0e}",
        worst <= tolerance,
    )


def compiled_program_rows(count: int) -> list[Row]:
    return [_compiled_program_row(kind, count) for kind in compiled_programs.KINDS]


def _compiled_program_row(kind: str, count: int) -> Row:
    errors = [compiled_programs.KINDS[kind](seed) for seed in range(count)]
    worst, tolerance = max(errors), compiled_programs.TOLERANCES["float64"]
    return Row(
        f"{count:,} random functions compiled beside eager: {kind}",
        f"{errors.count(0.0):,} equal to the bit, worst relative error {worst:.1e} (seed {errors.index(worst)})",
        f"≤ {tolerance:.0e}",
        worst <= tolerance,
    )


def finite_differences_row(order: int) -> Row:
    errors = finite_differences.errors(order)
    sample, worst = max(errors.items(), key=lambda item: item[1])
    return Row(
        f"{len(errors)} samples of the table beside finite differences, {'first' if order == 1 else 'second'} order",
        f"worst relative error {worst:.1e} ({sample})",
        f"≤ {finite_differences.TOLERANCE:.0e}",
        worst <= finite_differences.TOLERANCE,
    )


def mutation_row(summary: Path) -> Row:
    if not summary.exists():
        return Row("mutants killed", "not run: python -m mutation runs them and keeps the summary")
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
        return importlib.import_module("torch")
    except ImportError:
        return None
