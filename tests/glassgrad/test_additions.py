"""An example and a command from outside are known everywhere the built-in ones are."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

import pytest

from autograd import GraphError, Value
from glassgrad.command_line import main
from glassgrad.commands import COMMANDS
from glassgrad.examples import EXAMPLES, Example
from glassgrad.options import Command

Refusal = Callable[[list[str]], str]


def halving() -> Example:
    x = Value(3.0, label="x")
    return Example("halving", "a number and its half, to see that anybody can add an example", lambda: x / 2)


def test_an_example_from_outside_is_listed_stepped_drawn_and_named_in_refusals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], refusal: Refusal
) -> None:
    monkeypatch.setitem(EXAMPLES, "halving", halving)
    assert main(["examples"]) == 0
    assert "halving    a number and its half" in capsys.readouterr().out
    assert main(["step", "halving", "x=5"]) == 0
    assert "v1 = 2.5" in capsys.readouterr().out
    assert main(["draw", "halving", "-o", str(tmp_path / "halving.dot")]) == 0
    assert ", mlp, halving; an expression needs" in refusal(["step", "halve"])


def test_a_command_from_outside_is_listed_run_refused_and_named_in_refusals(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], refusal: Refusal
) -> None:
    def options_of(parser: ArgumentParser) -> None:
        parser.add_argument("word")

    def say(options: Namespace) -> None:
        if options.word == "nothing":
            raise GraphError("there is nothing to say")
        print(f"said {options.word}")

    monkeypatch.setitem(COMMANDS, "say", Command("a word, and no more", options_of, say))
    assert main(["say", "hello"]) == 0
    assert capsys.readouterr().out == "said hello\n"
    assert refusal(["say", "nothing"]) == "glassgrad: there is nothing to say\n"
    assert "predict|say" in refusal([])
    with pytest.raises(SystemExit):
        main(["--help"])
    told = capsys.readouterr().out
    for command in COMMANDS.values():
        assert command.shows in " ".join(told.split())


def test_help_names_what_the_tables_have(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from glassgrad.recipes import PRESETS
    from nn import OPTIMIZERS

    monkeypatch.setitem(OPTIMIZERS, "stand-in", OPTIMIZERS["sgd"])
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    told = "".join(capsys.readouterr().out.split())  # lines may break anywhere
    assert "sgd,rmsprop,adam,adamworstand-in" in told
    for name, preset in PRESETS.items():
        assert "".join(f"{name} ({preset.shows})".split()) in told
