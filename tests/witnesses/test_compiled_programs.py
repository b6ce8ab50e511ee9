"""Random functions compiled beside eager, and the command that tries as many as it is told."""

import pytest

from witnesses import compiled_programs
from witnesses.__main__ import main


@pytest.mark.parametrize("kind", compiled_programs.KINDS)
def test_compiled_functions_are_their_eager_selves(kind):
    worst = max(map(compiled_programs.KINDS[kind], range(12)))
    assert worst <= compiled_programs.TOLERANCES["float64"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", compiled_programs.KINDS)
def test_many_compiled_functions_are_their_eager_selves(kind):
    errors = {seed: compiled_programs.KINDS[kind](seed) for seed in range(12, 150)}
    assert {seed: error for seed, error in errors.items() if error > compiled_programs.TOLERANCES["float64"]} == {}


def test_the_command_says_how_far_each_kind_is_off(monkeypatch, capsys):
    monkeypatch.setattr("witnesses.__main__.KINDS", {"a kind": lambda seed: 0.0 if seed else 0.5})
    assert main(["--seeds", "3"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "DIFFERS: a kind, seed 0: relative error 5.0e-01",
        "a kind: 3 functions, worst relative error 5.0e-01 (seed 0)",
    ]
    assert main(["--seeds", "2", "--first", "1"]) == 0


def test_what_is_no_number_of_functions_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["--seeds", "0"])
    assert "--seeds is a whole number from 1" in capsys.readouterr().err
