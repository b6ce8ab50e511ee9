"""`python -m benchmarks`: what it says, what it exits with, and that it writes only where it is asked to."""

import importlib.util

import pytest

import benchmarks.__main__ as command
from benchmarks.apart import Measured
from benchmarks.growth import sweeps, write_pictures
from benchmarks.harness import Row

ROWS = [Row("a row", "1 µs", figures=Measured({"ours": 1e-6}, ["torch"]), section="a table", line="1")]


@pytest.fixture
def written(monkeypatch):
    """What the writers were given, in place of files; every group measures ROWS at once."""
    given = []
    monkeypatch.setattr(command, "GROUPS", dict.fromkeys(command.GROUPS, lambda: ROWS))
    for name in command.WRITERS:
        monkeypatch.setitem(command.WRITERS, name, lambda rows, name=name: given.append((name, rows)) or ["a file"])
    return given


def test_nothing_is_written_unless_asked(written):
    assert command.main([]) == 0
    assert written == []


def test_with_write_the_table_and_the_pictures_are_made_of_what_was_measured(written, capsys):
    assert command.main(["--write"]) == 0
    assert written == [("speed", ROWS), ("growth", ROWS)]
    assert "written: a file" in capsys.readouterr().out


def test_a_group_that_is_not_known_is_refused_by_name(written, capsys):
    with pytest.raises(SystemExit) as stopped:
        command.main(["sped"])
    assert stopped.value.code == 2
    assert "there is no group 'sped': choose from correctness, imports" in capsys.readouterr().err


def test_a_row_that_falls_short_is_named_and_is_the_exit_code(written, monkeypatch, capsys):
    monkeypatch.setitem(command.GROUPS, "steps", lambda: [Row("a step", "2 times", "≤ 1 times", False)])
    assert command.main(["steps"]) == 1
    assert "SHORT: a step: 2 times, bar ≤ 1 times" in capsys.readouterr().out


def test_peers_that_are_not_installed_are_told_in_one_sentence(written, capsys):
    command.main(["speed", "growth"])
    assert capsys.readouterr().out.splitlines()[-1] == (
        "not measured, because not installed: torch; pip install -e '.[peers]'"
    )


def test_pictures_without_matplotlib_are_refused_before_anything_is_measured(written, monkeypatch, capsys):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "matplotlib" else find(name))
    monkeypatch.setitem(command.GROUPS, "growth", lambda: pytest.fail("it was measured"))
    with pytest.raises(SystemExit):
        command.main(["growth", "--write"])
    assert "need matplotlib: pip install -e '.[plots]'" in capsys.readouterr().err


@pytest.mark.slow
def test_a_picture_is_drawn_for_each_sweep(tmp_path):
    rows = [
        Row("", "", figures=Measured(dict.fromkeys(contestants, 0.001), []), section=sweep.name, line=str(size))
        for sweep in sweeps()
        for size, contestants in sweep.points.items()
    ]
    files = write_pictures(rows, tmp_path)
    assert files == ["speed-batch.svg", "speed-width.svg", "speed-depth.svg", "speed-nodes.svg"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(files)
