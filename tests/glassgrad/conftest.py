"""Refusals of the command line."""

from collections.abc import Callable

import pytest

from glassgrad.command_line import main


@pytest.fixture
def refusal(capsys: pytest.CaptureFixture[str]) -> Callable[[list[str]], str]:
    """The one sentence on stderr of a command that ends with code 2."""

    def refusal_of(arguments: list[str]) -> str:
        try:
            code = main(arguments)
        except SystemExit as stopped:
            code = stopped.code if isinstance(stopped.code, int) else 1
        captured = capsys.readouterr()
        assert code == 2, captured
        assert "Traceback" not in captured.err
        assert captured.err.startswith("glassgrad")
        assert len(captured.err.strip().splitlines()) == 1
        return captured.err

    return refusal_of
