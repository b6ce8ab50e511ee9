"""Predict first: what is asked, what counts, and that nothing of what is to come is seen."""

import asyncio
import math

import pytest

from autograd import Tensor, Value
from glassgrad.examples import example
from nn import SGD
from viz import trace
from viz.prediction import Prediction, is_near
from viz.terminal.app import Stepper
from viz.terminal.session import Session


def answered(prediction: Prediction, wrong: str = "") -> Prediction:
    """Every question answered rightly, but for those that ask for `wrong`."""
    while not prediction.is_finished:
        question = prediction.next()
        if question is None:
            prediction.show_next()
        else:
            prediction.answer(None if question.asked.startswith(wrong) and wrong else question.answer * 1.005)
    return prediction


def test_values_local_gradients_and_contributions_are_asked_in_order() -> None:
    x = Value(3.0, label="x")
    prediction = answered(Prediction(trace(x * 2.0, update=SGD([x], 0.5).step)))
    assert [(one.question.kind, one.question.asked, one.question.answer) for one in prediction.answered] == [
        ("value", "v1 = x × 2", 6.0),
        ("local gradient", "∂v1/∂x", 2.0),
        ("contribution", "upstream × local, which v1 passes on to x", 2.0),
        ("value", "x ← x − η × ∂v1/∂x", 2.0),
    ]
    assert (prediction.score, prediction.missed) == ("4 of 4 right", [])


def test_what_was_missed_is_told_at_the_end_with_the_answer() -> None:
    prediction = answered(Prediction(trace(example("neuron").record())), wrong="∂a/∂z")
    (missed,) = prediction.missed
    assert (missed.question.asked, str(missed)) == ("∂a/∂z", "it is 0.1966")
    assert prediction.score == f"{len(prediction.answered) - 1} of {len(prediction.answered)} right"


@pytest.mark.parametrize(
    ("predicted", "answer", "counts"),
    [(1.01, 1.0, True), (1.02, 1.0, False), (-1.0, 1.0, False), (0.0, 0.0, True), (0.001, 0.0, False),
     (math.inf, math.inf, True), (1e300, math.inf, False), (math.nan, math.nan, True), (1.0, math.nan, False),
     (math.nan, 1.0, False)],
)  # fmt: skip
def test_one_percent_counts(predicted: float, answer: float, counts: bool) -> None:
    assert is_near(predicted, answer) == counts


def test_arrays_are_shown_and_not_asked_for() -> None:
    w = Tensor([[1.0, 2.0]], label="w")
    prediction = answered(Prediction(trace((w * w).sum())))
    assert [one.question.kind for one in prediction.answered] == ["value"]


def shown(stepper: Stepper) -> str:
    return "\n".join("".join(segment.text for segment in strip) for strip in stepper.screen._compositor.render_strips())


@pytest.mark.slow
def test_on_the_screen_nothing_of_what_is_to_come_is_seen() -> None:
    shown_example = example("neuron")

    async def run() -> None:
        stepper = Stepper(Session(shown_example.record, shown_example.optimizer))
        async with stepper.run_test(size=(160, 50)) as pilot:
            await pilot.press("x")
            await pilot.pause()
            assert "C = ?" in shown(stepper)
            assert "0.03616" not in shown(stepper)
            assert shown(stepper).count("= ?") >= 20
            for key in ("end", "b", "e", "c", "u"):
                await pilot.press(key)
                assert stepper.position == 0
                assert "predict" in shown(stepper)
            await pilot.press("right", "right")
            await pilot.press("2", "enter")  # −2
            await pilot.pause()
            assert "✗ it is −2, not 2" in shown(stepper)
            assert "0 of 1 right" in shown(stepper)
            await pilot.press("right", "right", "right")
            await pilot.press("6", "enter")
            await pilot.pause()
            assert "· right: it is 6" in shown(stepper)
            while stepper.prediction is not None and not stepper.prediction.is_finished:
                await pilot.press("right", "enter", "enter", "enter")
                await pilot.press("escape")
            await pilot.pause()
            assert "Predicted: 1 of" in shown(stepper) or stepper.found is None
            await pilot.press("x")
            await pilot.pause()
            assert "= ?" not in shown(stepper)
            assert stepper.failures == []

    asyncio.run(run())
