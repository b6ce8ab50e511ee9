"""The README's table is what was measured."""

import pytest

from benchmarks.apart import Measured, in_words
from benchmarks.harness import Row
from benchmarks.report import README, table, write_speeds

ROWS = [
    Row("a", "…", figures=Measured({"ours": 1e-4, "theirs": 2e-3}, []), section="a step", line="small"),
    Row("  ratio", "0.05 times its time", "≤ 1 times", True),
    Row("b", "…", figures=Measured({"ours": 5e-3}, ["torch"]), section="a step", line="large"),
    Row("c", "…", figures=Measured({"columns": 3.4e-6}, []), section="a sample", line="alone"),
]


def test_each_section_has_a_table_and_its_fastest_in_bold():
    lines = table(ROWS).splitlines()
    assert lines[:4] == [
        "| a step | ours | theirs |",
        "| --- | ---: | ---: |",
        "| small | **100 µs** | 2,000 µs |",
        "| large | **5,000 µs** |  |",
    ]
    assert lines[5:8] == ["| a sample | columns |", "| --- | ---: |", "| alone | **3.4 µs** |"]
    assert "numpy" in lines[-1]


def test_only_what_lies_between_the_marks_is_written(tmp_path):
    path = tmp_path / "README.md"
    text = README.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    write_speeds(ROWS, path)
    once = path.read_text(encoding="utf-8")
    assert "| small | **100 µs** | 2,000 µs |" in once
    assert once.split("<!-- speed")[0] == text.split("<!-- speed")[0]
    assert once.split("<!-- speed ends -->")[1] == text.split("<!-- speed ends -->")[1]
    write_speeds(ROWS, path)
    assert path.read_text(encoding="utf-8") == once


def test_a_file_without_marks_is_left_as_it_is(tmp_path):
    path = tmp_path / "README.md"
    path.write_text("nothing", encoding="utf-8")
    with pytest.raises(ValueError, match="has no <!-- speed"):
        write_speeds(ROWS, path)
    assert path.read_text(encoding="utf-8") == "nothing"


def test_times_are_told_in_microseconds():
    assert [in_words(seconds) for seconds in (3.42e-6, 19.96e-6, 1.234e-3, 2.0)] == [
        "3.4 µs",
        "20.0 µs",
        "1,234 µs",
        "2,000,000 µs",
    ]
