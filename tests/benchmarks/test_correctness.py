"""`python -m benchmarks correctness`: what it prints, and that it falls short when a rule is wrong."""

import json
import sys

import numpy
import pytest

import autograd
from autograd import compile
from benchmarks import correctness
from benchmarks.harness import show
from witnesses import compiled_agreement, compiled_programs


@pytest.fixture
def wrong_rule(monkeypatch):
    """exp's derivative, a ten-thousandth too large."""
    row = autograd.operations()["exp"]
    exact = row.local_gradients
    wrong = (lambda out, a: exact[0](out, a) * 1.0001,)
    for name in ("rules", "local_gradients"):
        object.__setattr__(row, name, wrong)
    yield
    for name in ("rules", "local_gradients"):
        object.__setattr__(row, name, exact)


def test_the_operations_of_the_table_are_counted() -> None:
    table = autograd.operations().values()
    predicates = sum(not row.differentiable for row in table)
    expected = f"{len(table)}: {len(table) - predicates} differentiable, {predicates} predicates"
    assert correctness.table_row().measured == expected


def test_random_graphs_of_both_dtypes_meet_their_bars() -> None:
    pytest.importorskip("torch", reason="torch is not installed: pip install -e '.[peers]' compares with it")
    rows = correctness.random_graph_rows(25)
    assert [row.met for row in rows] == [True, True]
    assert "25 random graphs" in rows[0].what
    assert "float64" in rows[0].what
    assert "float32" in rows[1].what
    assert "worst relative error" in rows[0].measured


def test_a_wrong_rule_falls_short_beside_pytorch(wrong_rule) -> None:
    pytest.importorskip("torch", reason="torch is not installed: pip install -e '.[peers]' compares with it")
    assert correctness.random_graph_rows(100)[0].met is False


def test_a_wrong_rule_falls_short_beside_finite_differences(wrong_rule) -> None:
    row = correctness.finite_differences_row(1)
    assert row.met is False
    assert "(exp-" in row.measured


@pytest.mark.parametrize("order", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_every_sample_of_the_table_is_within_the_bar_of_finite_differences(order) -> None:
    row = correctness.finite_differences_row(order)
    assert row.met, row.measured


def test_there_is_a_row_for_each_kind_of_compiled_graph() -> None:
    rows = correctness.compiled_rows(8)
    assert len(rows) == 4
    assert all(row.met for row in rows)
    assert rows[0].what == "8 random graphs compiled beside eager, float64"
    assert rows[3].what == "8 random graphs of numbers compiled beside eager, float64"


def test_there_is_a_row_for_each_kind_of_compiled_function() -> None:
    rows = correctness.compiled_program_rows(3)
    assert [row.what.rpartition(": ")[2] for row in rows] == list(compiled_programs.KINDS)
    assert all(row.met for row in rows)


@pytest.mark.parametrize("kind", compiled_programs.KINDS)
def test_a_compiled_function_that_is_another_falls_short(kind, monkeypatch) -> None:
    def other(function, **settings):
        return compile(lambda *given: 1.001 * function(*given), **settings)

    monkeypatch.setattr(compiled_programs, "compile", other)
    assert max(compiled_programs.KINDS[kind](seed) for seed in range(5)) > compiled_programs.TOLERANCES["float64"]


def test_a_wrong_program_falls_short(monkeypatch) -> None:
    class Wrong:
        def __init__(self, function):
            pass

        def value_and_grad(self, *leaves, argnums):
            return numpy.float64(0.123), [numpy.zeros_like(leaves[number]) for number in argnums]

    monkeypatch.setattr(compiled_agreement, "compile", Wrong)
    assert correctness.compiled_rows(3)[0].met is False


def test_without_pytorch_one_sentence_says_so_and_nothing_falls_short(monkeypatch, capsys) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setenv("COLUMNS", "200")
    assert show("correctness", correctness.random_graph_rows(25)) == []
    assert "not run: pip install -e '.[peers]' installs torch" in capsys.readouterr().out


def test_where_no_mutants_were_run_it_says_how_to(tmp_path) -> None:
    row = correctness.mutation_row(tmp_path / "mutation.json")
    assert "python -m mutation" in row.measured
    assert row.met is None


@pytest.mark.parametrize(("explained", "met"), [(5, True), (4, False)])
def test_a_mutant_that_is_neither_killed_nor_explained_falls_short(tmp_path, explained, met) -> None:
    summary = tmp_path / "mutation.json"
    by_file = {
        "autograd/ops.py": {"mutants": 800, "killed": 795},
        "autograd/backward.py": {"mutants": 200, "killed": 200},
    }
    summary.write_text(
        json.dumps(
            {
                "commit": "0123456789abcdef",
                "date": "2030-01-02",
                "mutants": 1000,
                "killed": 995,
                "explained": explained,
                "by_file": by_file,
            }
        )
    )
    row = correctness.mutation_row(summary)
    assert row.met is met
    assert row.what == "mutants killed (autograd/ops.py, autograd/backward.py; commit 0123456789ab, 2030-01-02)"
    assert row.measured == f"995 of 1,000, {explained} explained, {5 - explained} neither"
