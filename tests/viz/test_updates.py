"""An update says its rule: the optimizer's own, in symbols and in numbers."""

import math
from typing import Any

import numpy
import pytest

from autograd import Tensor, Value
from nn import OPTIMIZERS, SGD, Optimizer
from viz import Trace, steps, trace
from viz.parts import Update
from viz.terminal.session import Session

SETTINGS: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in OPTIMIZERS),
    ("sgd", {"momentum": 0.9}),
    ("sgd", {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("rmsprop", {"centered": True, "momentum": 0.5, "weight_decay": 0.1}),
    ("adam", {"amsgrad": True, "weight_decay": 0.1}),
    ("adamw", {"weight_decay": 0.1, "amsgrad": True}),
]
FUNCTIONS = {"sqrt": math.sqrt, "maximum": max, "v": 0.0}


def computed(text: str, numbers: dict[str, float]) -> float:
    """What a printed right side is."""
    for sign, python in (("∂C/∂w", "gradient"), ("×", "*"), ("÷", "/"), ("²", "**2"), ("−", "-"), ("η", "rate")):
        text = text.replace(sign, python)
    return float(eval(text, {"__builtins__": {}}, FUNCTIONS | numbers))


@pytest.mark.parametrize("kind", [Value, Tensor])
@pytest.mark.parametrize(("name", "settings"), SETTINGS)
def test_every_optimizers_printed_rule_computes_what_the_optimizer_computed(
    name: str, settings: dict[str, Any], kind: Any
) -> None:
    w, other = kind(2.0, label="w"), kind(-1.0, label="x")
    optimizer = OPTIMIZERS[name]([other, w], 0.1, **settings)
    for _ in range(3):
        optimizer.zero_grad()
        cost = w * w * other
        cost.label = "C"
        held = optimizer.update_numbers(w)
        numbers = {key: float(number) for key, number in held.items() if key != "learning_rate"}
        (update,) = (
            one for one in trace(cost, update=optimizer.step).events if isinstance(one, Update) and one.node == 0
        )
        numbers |= {"rate": 0.1, "t": numbers.pop("age"), "w": float(update.before), "gradient": float(update.gradient)}
        assert update.rule is not None
        lines, in_numbers = update.rule.text.splitlines(), update.rule.in_numbers.splitlines()
        assert len(lines) == len(in_numbers) == 1 + len(optimizer.kept)
        for line, shown in zip(lines, in_numbers, strict=True):
            left, right = line.split(" ← ")
            numbers[left] = computed(right, numbers)
            digits, result = shown.rsplit(" = ", 1)
            assert computed(digits, {}) == pytest.approx(numbers[left], rel=0.05)
            assert computed(result, {}) == pytest.approx(numbers[left], rel=1e-3)
        assert numbers["w"] == pytest.approx(float(update.after), rel=1e-12)


def test_gradient_descent_says_what_it_does() -> None:
    w = Value(0.9605, label="w")
    optimizer = SGD([w], 0.5)
    cost = w * -0.0672
    cost.label = "C"
    traced = trace(cost, update=optimizer.step)
    assert list(steps(traced))[-1].strip() == "w ← w − η × ∂C/∂w = 0.9605 − 0.5 × (−0.0672) = 0.9941"
    assert Trace.from_json(traced.to_json()) == traced


def test_of_arrays_the_rule_is_in_symbols_alone() -> None:
    w = Tensor(numpy.ones((2, 3)), label="W")
    cost = (w * w).sum()
    cost.label = "C"
    update = trace(cost, update=SGD([w], 0.5, momentum=0.9).step).events[-1]
    assert isinstance(update, Update)
    assert update.rule is not None
    assert update.rule.text.splitlines() == ["velocity ← velocity × 0.9 + ∂C/∂W", "W ← W − η × velocity"]
    assert update.rule.in_numbers == ""


def test_a_step_without_an_optimizer_says_its_rule_too() -> None:
    session = Session(Value(3.0, label="x") * 2.0)
    session.update(0.25)
    (update,) = (one for one in session.trace.events if isinstance(one, Update))
    assert update.rule is not None
    assert update.rule.text == "x ← x − η × ∂v1/∂x"
    assert update.rule.in_numbers == "3 − 0.25 × 2 = 2.5"


def test_an_update_that_cannot_be_recorded_says_so_and_one_that_nobody_told_says_nothing() -> None:
    class Clipped(Optimizer):
        def _update(self, data: Any, gradient: Any, slot: Any) -> None:
            if abs(gradient).max() > 1:
                data -= 0.1

    x = Value(3.0, label="x")
    for step, text in ((Clipped([x], 0.1).step, "(not written: the update of Clipped"), (lambda: None, None)):
        update = trace(x * 2.0, update=step).events[-1]
        assert isinstance(update, Update)
        assert (update.rule is None) == (text is None)
        assert text is None or update.rule.text.startswith(text)  # type: ignore[union-attr]


def test_an_optimizer_is_asked_only_for_what_it_moves() -> None:
    a, b = Value(3.0, label="a"), Value(2.0, label="b")
    updates = [one for one in trace(a * b, update=SGD([a], 0.1).step).events if isinstance(one, Update)]
    assert [one.rule is None for one in updates] == [False, True]
