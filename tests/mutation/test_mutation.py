"""The mutation tool names files of the project as it is."""

from mutation.__main__ import _FIRST, _LAST, _TESTS, FILES, ROOT


def test_the_files_that_are_mutated_and_the_tests_that_come_first_and_last_are_there() -> None:
    named = [*FILES, *(f"{_TESTS}/{name}" for name in (*_FIRST, *_LAST))]
    assert [name for name in named if not (ROOT / name).is_file()] == []
