"""The rows of compiled programs beside eager ones tell the truth."""

import numpy
import pytest

from benchmarks import compiled_agreement


def test_a_row_for_each_kind_of_graph():
    rows = compiled_agreement.rows(8)
    assert len(rows) == 4
    assert all(row.met for row in rows)
    assert rows[0].what == "8 random graphs compiled beside eager, float64"
    assert rows[3].what == "8 random graphs of numbers compiled beside eager, float64"


def test_a_wrong_program_is_seen(monkeypatch: pytest.MonkeyPatch):
    class Wrong:
        def __init__(self, function):
            pass

        def value_and_grad(self, *leaves, argnums):
            return numpy.float64(0.123), [numpy.zeros_like(leaves[number]) for number in argnums]

    monkeypatch.setattr(compiled_agreement, "compile", Wrong)
    assert compiled_agreement.rows(3)[0].met is False
