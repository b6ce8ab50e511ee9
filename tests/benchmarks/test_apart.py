"""Contestants run in processes of their own, and take the same step."""

import functools
import os
import time

import numpy
import pytest

from autograd import Value
from benchmarks import single_numbers, stored_gradients, training_steps
from benchmarks.apart import Contestant, alternating_apart
from benchmarks.growth import sweeps
from benchmarks.pictures import growth
from benchmarks.training_steps import Network

in_turns = functools.partial(alternating_apart, rounds=3)


def sleeping(seconds):
    return lambda: time.sleep(seconds)


def of_another_process(parent):
    assert os.getpid() != parent
    return lambda: None


def failing():
    raise ArithmeticError("it cannot be made")


def failing_later():
    calls = iter(range(10))
    return lambda: time.sleep(0.01 + 0 * next(calls))


@pytest.mark.slow
def test_seconds_are_those_of_a_unit():
    measured = in_turns(
        {"long": Contestant(sleeping, (0.02,)), "in tens": Contestant(sleeping, (0.02,), amount=10)},
        rounds=3,
    )
    assert measured.seconds["long"] >= 0.02
    assert 0.002 <= measured.seconds["in tens"] < measured.seconds["long"]
    assert measured.missing == []


@pytest.mark.slow
def test_a_contestant_has_a_process_of_its_own():
    assert "apart" in in_turns({"apart": Contestant(of_another_process, (os.getpid(),))}).seconds


@pytest.mark.slow
def test_what_is_not_installed_is_told():
    measured = in_turns(
        {"here": Contestant(sleeping, (0.0,)), "there": Contestant(sleeping, (0.0,), needs="no_such_package")},
        rounds=1,
    )
    assert list(measured.seconds) == ["here"]
    assert str(measured).endswith("; no_such_package is not installed")


@pytest.mark.slow
def test_a_contestant_that_fails_ends_the_run(capfd):
    with pytest.raises(RuntimeError, match="failing failed in its process"):
        in_turns({"broken": Contestant(failing)})
    assert "it cannot be made" in capfd.readouterr().err


@pytest.mark.slow
def test_the_one_that_fails_in_a_turn_is_named(capfd):
    with pytest.raises(RuntimeError, match="failing_later failed in its process"):
        in_turns(
            {"broken": Contestant(failing_later), "fine": Contestant(sleeping, (0.0,))},
        )
    assert "StopIteration" in capfd.readouterr().err


@pytest.mark.parametrize("loss", ["quadratic", "softmax"])
def test_ours_take_the_step_that_is_taken_by_hand(loss, monkeypatch):
    """From the same start, on the same data: all that is compared is how fast."""
    network = Network((6, 5, 3), 4, loss, "float64")
    started = []
    model_of = Network.model

    def noted(self):
        model, cost = model_of(self)
        started.append(model)
        return model, cost

    monkeypatch.setattr(Network, "model", noted)
    for make in (training_steps.compiled, training_steps.in_fit, training_steps.eager):
        step = make(network)
        for _ in range(5):
            step()
    first, *others = [[parameter.data for parameter in model.parameters()] for model in started]
    for other in others:
        for one, same in zip(first, other, strict=True):
            numpy.testing.assert_allclose(one, same, rtol=1e-12, atol=1e-12)


def test_every_engine_of_numbers_finds_the_same_gradients():
    micrograd = pytest.importorskip("micrograd.engine", reason="micrograd is one of the peers")
    found = []
    for value in (Value, stored_gradients.Value, micrograd.Value):
        leaves = []

        def kept(number, value=value, leaves=leaves):
            leaves.append(value(number))
            return leaves[-1]

        step = single_numbers._graph(kept, 5)
        n_parameters = len(leaves)
        step()
        found.append([leaf.grad for leaf in leaves[:n_parameters]])
    ours, *others = found
    assert len(ours) == 337
    assert any(ours)
    for other in others:
        assert ours == pytest.approx(other, rel=1e-12)


@pytest.mark.slow
def test_every_line_of_a_picture_has_a_style(tmp_path):
    for sweep in sweeps():
        speeds = {name: {1: 10.0, 100: 1000.0} for contestants in sweep.points.values() for name in contestants}
        growth(speeds, sweep.title, sweep.axis, sweep.unit, tmp_path / "picture.svg")
        assert (tmp_path / "picture.svg").read_text(encoding="utf-8").startswith("<?xml")
