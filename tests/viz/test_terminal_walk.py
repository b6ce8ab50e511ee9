"""The stepper never falls over: every event of every example and of generated losses, with every key."""

import asyncio
import math
import re
from collections.abc import Callable
from typing import Any

import numpy
import pytest
import textual.app
import textual.screen

from autograd import LinearAlgebraError, Tensor, Value, log, sin
from glassgrad.examples import EXAMPLES
from nn import SGD
from nn.losses import LOSSES
from viz import steps, trace
from viz.playback import Playback
from viz.terminal import app as app_module
from viz.terminal.app import Stepper
from viz.terminal.equation import check_equation, equation
from viz.terminal.session import Session
from viz.terminal.virtual_list import VirtualList
from witnesses.random_graphs import leaf_arrays, output, random_graph

SIZES = [(80, 24), (160, 50)]
# At which events all keys are pressed, which takes as long as fifty events: at the first of every walk, and on the
# small screen now and then.
EVERY = {(80, 24): 45, (160, 50): 1000}
# The seeds of small graphs, which together hold what is listed in `WANTED`.
ARRAYS, TIES, NUMBERS = (0, 9, 29, 36, 38, 40, 43, 48, 49), (2, 9, 12, 29, 40), (9, 30, 36)
WITHOUT_END = ((9, {}), (49, {}), (29, {"numbers": "integers"}))
GENERATED = [
    *(pytest.param(seed, {}, False, id=f"arrays {seed}") for seed in ARRAYS),
    *(pytest.param(seed, {"numbers": "integers"}, False, id=f"ties {seed}") for seed in TIES),
    *(pytest.param(seed, {"of_numbers": True}, False, id=f"numbers {seed}") for seed in NUMBERS),
    *(pytest.param(seed, choices, True, id=f"not finite {seed}") for seed, choices in WITHOUT_END),
]
WANTED = {"add", "multiply", "sum", "matmul", "getitem", "where", "concatenate", "reshape", "broadcast_to", "minimum",
          "max", "maximum", "scatter_add", "softmax"}  # fmt: skip
# Every key, in an order in which each does something; what asks is answered, and what is open is closed.
KEYS = (
    "up", "down", "enter", "c", "e", "enter", "escape", "g", "x", "enter", "escape", "slash", "d", "enter", "escape",
    "s", "n", "a", "n", "enter", "r", "space", "s", "enter", "t", "t", "question_mark", "escape", "pagedown", "pageup",
    "home", "end", "f", "b", "n", "m", "M", "p", "left", "right", "x", "right", "1", "enter", "escape", "x", "w", "d",
    "enter", "escape", "a", "plus", "minus", "a", "e", "enter", "escape", "z", "u", "1", "enter",
    "escape", "o",
)  # fmt: skip


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pilot waits until nothing is left to be done, and not for the processor to be idle."""

    async def next_turn(*_: Any) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(textual.app, "wait_for_idle", next_turn)
    monkeypatch.setattr(textual.screen, "UPDATE_PERIOD", 0.2)


@pytest.fixture
def rarely_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a second, and where panes come and go: the walk itself asks for every line at every event."""
    monkeypatch.setattr(textual.screen, "UPDATE_PERIOD", 1.0)


def walk(session: Session, size: tuple[int, int]) -> list[Exception]:
    """Forward through every event, with every key at some, to the end and back; what failed on the way."""

    async def run() -> list[Exception]:
        stepper = Stepper(session, "a title")
        async with stepper.run_test(size=size) as pilot:
            at = 0
            while at < len(stepper.trace.events):
                assert stepper.position == at
                if at % EVERY[size] == 0:
                    before = len(stepper.trace.events)
                    for key in KEYS:
                        await pilot.press(key)  # one at a time: what is submitted is taken before the next is pressed
                        if key == "enter":
                            await pilot.pause()
                    assert stepper.prediction is None
                    at += len(stepper.trace.events) - before  # updates stand before the pass
                    stepper.action_go_to_event(at)
                for lines in stepper.screen.query(VirtualList):
                    for row in range(lines.size.height):
                        lines.render_line(row)
                await pilot.press("right")
                at += 1
            await pilot.pause()
            for _ in range(at - 1):
                await pilot.press("left")
            await pilot.pause()
            assert stepper.position == 0
            assert "✗" not in stepper.screen.query_one("#head", app_module.TextLine).render().plain
        return stepper.failures

    return asyncio.run(run())


def generated(seed: int, choices: Any, without_end: bool) -> Any:
    """A loss on named leaves; `without_end` puts infinities, nan and huge numbers into them."""
    graph = random_graph(seed, **choices)
    kind = Value if "of_numbers" in choices else Tensor
    arrays = leaf_arrays(graph)
    if without_end:
        for number, wild in enumerate((math.inf, 1e308, math.nan)):
            array = arrays[number % len(arrays)]
            array[(-1,) * array.ndim] = wild
    leaves = [
        kind(array.item() if kind is Value else array, leaf.is_variable, f"x{number}")
        for number, (array, leaf) in enumerate(zip(arrays, graph.leaves, strict=True))
    ]
    with numpy.errstate(all="ignore"):
        return output(graph, leaves)


def test_the_keys_that_are_pressed_are_all_the_keys_there_are() -> None:
    bound = {key for keys, _, _, _ in app_module._KEYS for key in keys.split(",")}
    assert bound - set(KEYS) == {"q", "Z"}  # which takes back what the walk has done so far


def test_the_generated_losses_hold_what_they_are_to_hold() -> None:
    graphs = [random_graph(seed, **choices) for seed, choices, _ in (one.values for one in GENERATED)]
    found = {
        node.operation
        for seed, choices, without_end in (one.values for one in GENERATED)
        for node in trace(generated(seed, choices, without_end)).nodes
    }
    assert len(graphs) == 20
    assert not WANTED - found


@pytest.mark.slow
@pytest.mark.usefixtures("rarely_painted")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_event_of_every_example_is_walked_through(name: str, size: tuple[int, int]) -> None:
    shown = EXAMPLES[name]()
    assert walk(Session(shown.record, shown.optimizer), size) == []


@pytest.mark.slow
@pytest.mark.usefixtures("rarely_painted")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("seed", "choices", "without_end"), GENERATED)
def test_every_event_of_twenty_generated_losses_is_walked_through(
    seed: int, choices: Any, without_end: bool, size: tuple[int, int]
) -> None:
    assert walk(Session(generated(seed, choices, without_end)), size) == []


@pytest.mark.slow
def test_every_event_of_two_hundred_generated_losses_has_its_equation_and_its_words() -> None:
    walked = 0
    for seed in range(110):
        for choices in ({}, {"numbers": "integers"}):
            without_end = seed % 5 == 0
            try:
                traced = trace(generated(seed, choices, without_end))
            except LinearAlgebraError:  # matrices with nan have no singular values
                assert without_end
                continue
            walked += 1
            playback = Playback(traced)
            for at in range(len(traced.events)):
                assert equation(traced, playback, at).lines
            assert list(steps(traced))
    assert walked >= 200


@pytest.mark.parametrize("name", LOSSES)
def test_every_event_of_every_loss_over_a_column_of_predictions_has_its_equation(name: str) -> None:
    loss = LOSSES[name]
    outputs, targets = (
        Tensor([[0.2], [0.7], [0.4]], label="p"),
        numpy.array([[loss.meaning.no], [loss.meaning.yes], [1]]),
    )
    if loss.meaning.takes_labels:
        outputs, targets = Tensor([[0.2, 0.1], [0.7, 0.3], [0.4, 0.5]], label="p"), numpy.array([0, 1, 0])
    traced = trace(loss(outputs, targets))
    assert all(equation(traced, Playback(traced), at).lines for at in range(len(traced.events)))


def test_a_pane_that_fails_says_so_and_the_session_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any, **__: Any) -> Any:
        raise IndexError("tuple index out of range")

    async def run() -> None:
        stepper = Stepper(Session(Value(3.0, label="x") * 2.0))
        async with stepper.run_test(size=(80, 24)) as pilot:
            for place, name in ((app_module, "equation"), (app_module, "node_row"), (app_module, "event_row"),
                                (app_module.panes, "head"), (app_module.panes, "selected"),
                                (Stepper, "action_help")):  # fmt: skip
                with monkeypatch.context() as broken:
                    broken.setattr(place, name, failing)
                    await pilot.press("n" if place is not Stepper else "question_mark")
                    await pilot.pause(0.4)
                    assert re.search("✗ +this failed: Index", shown(stepper))
                await pilot.press("home")
                await pilot.pause(0.4)
                assert "✗" not in shown(stepper)
                assert "x is given" in shown(stepper)

    asyncio.run(run())


def test_what_fails_while_something_is_typed_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("float division by zero")

    monkeypatch.setattr(Session, "edit", failing)
    monkeypatch.setattr(Session, "check", failing)

    async def run() -> None:
        stepper = Stepper(Session(Value(3.0, label="x") * 2.0))
        async with stepper.run_test(size=(160, 24)) as pilot:
            for key in ("e", "c"):
                await pilot.press(key)
                if key == "e":
                    await pilot.press("enter")
                await pilot.pause(0.4)
                assert "✗ this failed: ZeroDivisionError: float division by zero; the session goes on" in shown(stepper)
                await pilot.press("escape")
                await pilot.pause(0.4)
            assert len(stepper.failures) == 2

    asyncio.run(run())


CHECKED: list[tuple[float, Callable[[Any], Any], str]] = [
    (math.inf, lambda x: x * 2.0, "it holds ∞, from which no step leads away"),
    (-math.inf, lambda x: x * 0.0, "it holds −∞, from which no step leads away"),
    (math.nan, lambda x: x * x, "it holds NaN, from which no step leads away"),
    (1e308, lambda x: x * x, "one is nan, the other infinite: nothing is compared"),
    (-1.0, lambda x: log(x) * 2.0, "one is nan"),
    (0.0, lambda x: x**0.5, "infinite"),
    (1e9, lambda x: x * 3.0, ""),
    (1e308, lambda x: x * 0.5, ""),
]


@pytest.mark.parametrize(("data", "function", "sentence"), CHECKED)
def test_a_check_of_any_number_ends_in_a_verdict(data: float, function: Callable[[Any], Any], sentence: str) -> None:
    for leaf in (Value(data, label="x"), Tensor([data, 0.5], label="x")):
        made = function(leaf)
        session = Session(made if isinstance(leaf, Value) else made[:1].sum())
        found = session.check(next(node.id for node in session.trace.nodes if node.label == "x"))
        verdict = dict(check_equation(found).lines)["verdict"]
        assert (verdict == "✓ they agree") == (not sentence)
        assert sentence in verdict
        assert leaf.data is not None


def test_a_large_leaf_whose_function_changes_over_less_than_a_step_is_not_accused() -> None:
    found = Session(sin(Value(1e7, label="x")) * 1.0).check(0)
    assert not found.agrees
    assert "so large" in found.undecided


def test_a_wrong_gradient_of_a_large_leaf_is_found() -> None:
    x = Value(1e4, label="x")
    found = Session(lambda: x + (3.0 * x).detach()).check(0)
    assert (found.agrees, found.undecided) == (False, "")


def test_an_update_into_infinity_is_shown() -> None:
    w = Tensor([1e308, 1.0], label="w")
    session = Session(lambda: (w * w).sum(), SGD([w], 1e300))
    session.update()
    assert not numpy.isfinite(w.data).all()


def shown(stepper: Stepper) -> str:
    """What stands on the screen, line by line."""
    return "\n".join("".join(segment.text for segment in strip) for strip in stepper.screen._compositor.render_strips())
