"""The stepper's screen, by its keys and by the mouse, and one session in a real terminal."""

import asyncio
import html
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
from rich.cells import cell_len

from autograd import Tensor, Value, log
from glassgrad.examples import example
from nn import MLP, SGD, softmax_cross_entropy
from viz import format_number, step, terminal, trace
from viz.terminal.app import Stepper
from viz.terminal.help import help_text
from viz.terminal.session import Session

Script = Callable[["Screen"], Awaitable[None]]


class Screen:
    """A running stepper, as a person sees and uses it."""

    def __init__(self, app: Stepper, pilot: Any) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        await self.press(*[_KEY_NAMES.get(character, character) for character in text], "enter")

    async def click(self, pane: str, column: int, row: int) -> None:
        assert await self.pilot.click(pane, offset=(column, row))
        await self.pilot.pause()

    @property
    def lines(self) -> list[str]:
        """What stands on the screen."""
        found: dict[int, str] = {}
        segment = r'<text [^>]* x="([\d.]+)" [^>]*clip-path="url\(#\S+-line-(\d+)\)"[^>]*>([^<]*)<'
        for left, line, text in re.findall(segment, self.app.export_screenshot()):
            column = round(float(left) / _CELL)
            found[int(line)] = found.get(int(line), "").ljust(column) + html.unescape(text).replace("\xa0", " ")
        return [found.get(line, "").rstrip() for line in range(max(found) + 1)]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def at(self) -> int:
        """The number of the current event, from 1."""
        found = re.search(r"event ([\d,]+) of", self.text)
        assert found is not None
        return int(found[1].replace(",", ""))


_CELL = 12.2  # the width of a character in a screenshot
_KEY_NAMES = {" ": "space", ">": "greater_than_sign", ".": "full_stop", "-": "minus", ",": "comma", ":": "colon",
              "[": "left_square_bracket", "]": "right_square_bracket", "_": "underscore"}  # fmt: skip


def on_screen(source: Any, script: Script, *, optimizer: Any = None, size: tuple[int, int] = (80, 24)) -> None:
    """Run the stepper without a terminal and do what the script says."""

    async def run() -> None:
        app = Stepper(Session(source, optimizer), "a title")
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await script(Screen(app, pilot))

    asyncio.run(run())


def neuron(script: Script, size: tuple[int, int] = (80, 24)) -> None:
    shown = example("neuron")
    on_screen(shown.record, script, optimizer=shown.optimizer, size=size)


def test_the_arrows_n_and_p_step_and_home_and_end_are_the_ends() -> None:
    async def script(screen: Screen) -> None:
        assert screen.at == 1
        await screen.press("right", "n", "n")
        assert screen.at == 4
        await screen.press("left", "p")
        assert screen.at == 2
        await screen.press("end")
        assert screen.at == 26
        await screen.press("n")
        assert screen.at == 26
        assert "this is the last event: u updates the parameters" in screen.text
        await screen.press("pageup")
        assert screen.at == 16
        await screen.press("pagedown", "home")
        assert screen.at == 1
        await screen.press("p")
        assert "this is the first event" in screen.text

    neuron(script)


@pytest.mark.slow
def test_forward_and_backward_are_a_key_away() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("b")
        assert screen.at == 16
        assert "The backward pass starts at C" in screen.text
        await screen.press("f")
        assert screen.at == 1

    neuron(script)


def test_the_equation_shows_symbols_numbers_and_what_is_before_and_after() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("n", "n")
        assert "Forward: multiply gives ω1" in screen.text
        assert "ω1 = w1 × x1" in screen.text
        assert "2 × (−1)" in screen.text
        await screen.press("b", "n", "n", "n", "n")
        assert "σ passes on from a to z" in screen.text
        assert "∂a/∂z = a × (1 − a)" in screen.text
        assert "0.7311 × (1 − 0.7311) = 0.1966" in screen.text
        assert "−0.2689 × 0.1966 = −0.05288" in screen.text
        assert "of z: — → −0.05288" in screen.text

    neuron(script)


@pytest.mark.slow
def test_accumulation_is_shown_where_paths_meet() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("end")
        assert "of x: 3 + 3 → 6" in screen.text
        assert "∇x += 3" in screen.text

    x = Value(3.0, label="x")
    on_screen(x * x, script)


@pytest.mark.slow
def test_nodes_show_what_they_hold_at_the_current_event_and_no_more() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("n", "n")  # ω1 is computed
        assert re.search(r"▶· ω1 +w1 × x1 +−2 +—", screen.text)
        assert re.search(r"◆ w2 +parameter +— +—", screen.text)
        await screen.press("end")
        assert re.search(r"▶◆ w2 +parameter +−3 +0\.1058", screen.text)
        await screen.press("p")  # and back again
        assert re.search(r"◆ w2 +parameter +−3 +—", screen.text)

    neuron(script)


@pytest.mark.slow
def test_g_goes_to_a_node_in_this_pass() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("g")
        await screen.type("z")
        assert screen.at == 9
        await screen.press("b", "g")
        await screen.type("z")
        assert screen.at == 20
        await screen.press("g")
        await screen.type("y")
        assert screen.at == 20
        assert "y is selected; it has no event in the backward pass" in screen.text

    neuron(script)


@pytest.mark.slow
def test_a_slash_searches_names_and_operations_and_enter_repeats() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("slash")
        await screen.type("mult")
        assert "ω1: 1 of 3 for 'mult'" in screen.text
        await screen.press("slash", "enter")
        assert "ω2: 2 of 3 for 'mult'" in screen.text
        assert screen.at == 6

    neuron(script)


@pytest.mark.slow
def test_up_and_down_select_and_enter_goes_there() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("down", "down", "down", "up")
        assert (screen.at, screen.app.selected) == (1, 2)
        assert re.search(r"▌ · ω1", screen.text)
        await screen.press("enter")
        assert screen.at == 3

    neuron(script)


def test_e_edits_a_leaf_and_the_engine_computes_again() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("e")
        assert "w1 = 2.0" in screen.text
        await screen.type("5")
        assert "w1 is edited: C = 0.3879, it was 0.03616" in screen.text
        assert screen.at == 1
        await screen.press("end")
        assert re.search(r"◆ w1 +parameter +5 +0\.09248", screen.text)

    neuron(script)


@pytest.mark.slow
def test_an_element_of_an_array_is_edited() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("e")
        await screen.type("1,2: 7")
        assert "w is edited: v2 = 49, it was 0" in screen.text

    w = Tensor(numpy.zeros((2, 4)), label="w")
    on_screen((w * w).sum(), script)
    assert not w.data.any()


@pytest.mark.slow
def test_c_checks_the_gradient_of_the_selected_leaf() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("c")
        assert "Gradient check of w1" in screen.text
        analytic = screen.app.trace.gradients[0]
        assert re.search(rf"analytic +{format_number(analytic, 10)} ", screen.text)
        assert re.search(rf"numeric +{format_number(analytic, 10)[:9]}\d+ +\(central differences\)", screen.text)
        assert re.search(r"relative error +\d", screen.text)
        assert "✓ they agree" in screen.text
        await screen.press("n")
        assert "Gradient check" not in screen.text

    neuron(script)


@pytest.mark.slow
def test_a_check_that_fails_says_so_with_a_sign() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("c")
        assert "✗ they differ" in screen.text
        await screen.press("escape")
        assert "x is given (parameter)" in screen.text

    x = Value(0.5, label="x")
    on_screen(lambda: x * x + (3.0 * x).detach(), script)


def test_u_updates_with_the_optimizer_and_shows_the_next_pass() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("end", "u")
        assert screen.at == 1
        assert "Update: w1 follows its gradient" in screen.text
        assert "2 → 1.9471" in screen.text
        assert "C = 0.02232, it was 0.03616" in screen.text
        await screen.press("f")
        assert screen.at == 4
        await screen.press("g")
        await screen.type("a")
        assert "0.7887" in screen.text
        assert "after 1 update " in screen.text
        await screen.press("u")
        assert "after 2 updates" in screen.text

    neuron(script)


@pytest.mark.slow
def test_without_an_optimizer_u_asks_for_the_learning_rate() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("u")
        assert "learning rate:" in screen.text
        await screen.type("0.25")
        assert "update 1: v1 = 2.25, it was 9" in screen.text

    x = Value(3.0, label="x")
    on_screen(x * x, script)
    assert x.data == 3.0


@pytest.mark.slow
def test_an_edit_after_an_update_stays_at_its_event() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("u", "f", "n", "n")
        assert "gives ω1" in screen.text
        await screen.press("up", "up", "e")
        await screen.type("1")
        assert (screen.at, "gives ω1" in screen.text) == (3, True)

    neuron(script)


@pytest.mark.slow
def test_runs_stop_at_breakpoints_that_are_set_told_and_removed() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("r")
        assert "there is no breakpoint to run to: s sets one" in screen.text
        await screen.press("s")
        await screen.type("z")
        assert "stops: z" in screen.text
        await screen.press("r")
        assert (screen.at, "stopped: z = 1" in screen.text) == (9, True)
        await screen.press("space")
        assert (screen.at, "stopped: gradient of z = −0.05288" in screen.text) == (20, True)
        await screen.press("r")
        assert (screen.at, "no breakpoint on the way" in screen.text) == (26, True)
        await screen.press("s")
        await screen.type("z")
        assert "the breakpoint z is removed" in screen.text
        assert "stops:" not in screen.text
        await screen.press("s")
        await screen.type(">0.4")
        await screen.press("home", "r", "r")
        assert (screen.at, "stopped: |gradient| of v2 is 0.5 > 0.4" in screen.text) == (17, True)
        await screen.press("s", "enter")
        assert "no breakpoint is left" in screen.text

    neuron(script)


@pytest.mark.slow
def test_a_run_stops_at_what_is_not_finite() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("s")
        await screen.type("nan")
        await screen.press("r")
        assert "stopped: v2 is not finite: −∞" in screen.text
        await screen.press("end")
        assert re.search(r"◆ x +parameter +0 +∞!", screen.text)

    x = Value(0.0, label="x")
    on_screen(log(x * 2.0), script)


BAD_INPUT = [
    ("g", "qq", "no node is called 'qq'; there are w1, x1, ω1, w2, x2, …"),
    ("slash", "qq", "nothing is found for 'qq' among 15 nodes"),
    ("e", "two", "'two' is not a number: type one such as 0.5, -2 or 1e-3"),
    ("s", "> much", "'much' is not a number"),
    ("s", "qq", "no node is called 'qq'"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("key", "typed", "sentence"), BAD_INPUT)
def test_bad_input_is_one_sentence_and_may_be_repaired_or_left(key: str, typed: str, sentence: str) -> None:
    async def script(screen: Screen) -> None:
        await screen.press(key)
        await screen.type(typed)
        assert f"✗ {sentence}" in screen.text
        assert typed in screen.lines[-1]
        await screen.press("escape")
        assert sentence not in screen.text
        assert "q quit" in screen.lines[-1]
        await screen.press("n")
        assert screen.at == 2

    neuron(script)


@pytest.mark.slow
def test_a_bad_learning_rate_is_one_sentence() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("u")
        await screen.type("nan")
        assert "✗ the learning rate is a finite number, not nan" in screen.text

    on_screen(Value(3.0, label="x") * 2.0, script)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["e", "c"])
def test_what_is_no_leaf_is_not_edited_or_checked(key: str) -> None:
    async def script(screen: Screen) -> None:
        await screen.press("n", "n", key)
        assert "✗ ω1 is computed: choose a leaf (w1, x1, w2, x2, b, …)" in screen.text
        assert screen.at == 3

    neuron(script)


@pytest.mark.slow
def test_a_trace_alone_can_be_stepped_through() -> None:
    async def script(screen: Screen) -> None:
        for key in ("e", "c", "u"):
            await screen.press(key)
            assert "✗ this is a trace alone" in screen.text
        await screen.press("end")
        assert "this is the last event" not in screen.text
        await screen.press("n")
        assert screen.lines[-2] == "· this is the last event"

    on_screen(trace(Value(3.0, label="x") * 2.0), script)


@pytest.mark.slow
def test_letters_that_are_typed_are_no_keys() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("g", "q", "n", "b", "question_mark", "u")
        assert screen.lines[-1].split() == ["go", "to", "node:", "qnb?u"]
        await screen.press("up", "pagedown", "escape")
        assert (screen.at, screen.app.selected) == (1, 0)

    neuron(script)


def test_the_help_names_every_key_and_fits_the_smallest_screen() -> None:
    lines = help_text().plain.splitlines()
    assert len(lines) <= 21
    assert max(map(cell_len, lines)) <= 76

    async def script(screen: Screen) -> None:
        await screen.press("question_mark")
        for line in lines:
            assert line.strip() in screen.text
        await screen.press("n", "u")
        assert "Keys and signs" in screen.text
        await screen.press("escape")
        assert screen.at == 1
        assert "Keys and signs" not in screen.text

    neuron(script)


@pytest.mark.slow
def test_the_mouse_chooses_events_nodes_and_keys() -> None:
    async def script(screen: Screen) -> None:
        await screen.click("#events", 5, 6)
        assert screen.at == 7
        await screen.click("#nodes", 5, 2)
        assert screen.at == 3
        bar = screen.lines[-1]
        await screen.click("#keys", bar.index("pass"), 0)
        assert screen.at == 16
        await screen.click("#keys", bar.index("f "), 0)
        assert screen.at == 1
        await screen.click("#keys", bar.index("→"), 0)
        assert screen.at == 2
        await screen.click("#keys", bar.index("←"), 0)
        assert screen.at == 1
        await screen.click("#keys", bar.index("edit"), 0)
        assert "w1 = 2.0" in screen.text
        await screen.click("#events", 5, 6)
        assert screen.at == 1
        await screen.press("escape")
        await screen.click("#keys", bar.index("help"), 0)
        assert "Keys and signs" in screen.text

    neuron(script)


@pytest.mark.slow
def test_a_click_below_the_last_node_does_nothing() -> None:
    async def script(screen: Screen) -> None:
        await screen.click("#nodes", 5, 8)
        assert screen.at == 1

    on_screen(Value(3.0, label="x") * 2.0, script)


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
def test_q_quits(key: str) -> None:
    async def script(screen: Screen) -> None:
        await screen.press(key)
        assert not screen.app.is_running or screen.app._exit

    neuron(script)


@pytest.mark.slow
def test_a_light_screen_is_a_key_away() -> None:
    async def script(screen: Screen) -> None:
        dark = screen.app.export_screenshot()
        await screen.press("t")
        assert "#14181d" in dark
        assert "#14181d" not in screen.app.export_screenshot()
        assert "#ffffff" in screen.app.export_screenshot()

    neuron(script)


@pytest.mark.slow
def test_a_terminal_that_says_it_is_light_gets_a_light_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLORFGBG", "0;15")

    async def script(screen: Screen) -> None:
        assert screen.app.theme == "glass-light"

    neuron(script)


def network() -> tuple[Callable[[], Any], SGD]:
    model = MLP((784, 32, 10), "tanh", "identity", rng=0)
    x = Tensor(numpy.random.default_rng(0).normal(size=(16, 784)), requires_grad=False, label="X")
    return lambda: softmax_cross_entropy(model(x), numpy.arange(16) % 10), SGD(model.parameters(), 0.1)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
def test_arrays_are_shown_by_shape_and_statistics_and_by_their_pullback(size: tuple[int, int]) -> None:
    async def script(screen: Screen) -> None:
        await screen.press("b", "g")
        await screen.type("layers.1.weight")
        assert "G ↦ v2ᵀ @ G   (16, 10) → (32, 10)" in screen.text
        assert re.search(r"passed on +array 32×10, mean \S+, norm 0\.9689", screen.text)
        assert re.search(r"(…|layers\.)1\.weight +parameter +32×10 ‖3\.723‖ +‖0\.9689‖", screen.text)
        assert all(cell_len(line) <= size[0] for line in screen.lines)

    record, optimizer = network()
    on_screen(record, script, optimizer=optimizer, size=size)


@pytest.mark.slow
def test_a_large_screen_shows_more() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("b", "n", "n", "n", "n")
        assert re.search(r"a +0\.7311 +gradient −0\.2689", screen.text)
        assert "C = ½(y − a)²" not in screen.text
        await screen.press("p")
        assert re.search(r"part of +cost / quadratic", screen.text)

    neuron(script, size=(160, 50))


@pytest.mark.slow
def test_labels_that_look_like_markup_are_shown_as_they_are() -> None:
    async def script(screen: Screen) -> None:
        assert "[bold]w[0][/] is given" in screen.text
        await screen.press("s")
        await screen.type("[bold]w[0][/]")
        assert "stops: [bold]w[0][/]" in screen.text
        await screen.press("s")
        assert "there: [bold]w[0][/]" in screen.text
        await screen.press("escape", "e")
        assert "[bold]w[0][/] = 3.0" in screen.text

    on_screen(Value(3.0, label="[bold]w[0][/]") * 2.0, script)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(30, 8), (10, 3), (200, 60)])
def test_no_size_of_the_screen_is_an_error(size: tuple[int, int]) -> None:
    async def script(screen: Screen) -> None:
        await screen.press("n", "b", "c", "question_mark", "escape", "end")
        assert screen.app.position == 25

    neuron(script, size=size)


@pytest.mark.slow
def test_at_50_columns_no_column_is_lost_and_the_keys_that_do_not_fit_are_told() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("end")
        heading = next(line for line in screen.lines if "operat" in line or "oper" in line)
        assert "node" in heading and "data" in heading and "gradient" in heading
        assert re.search(r"▶◆ w2 +\S+ +−3 +0\.1058", screen.text)
        assert "26 ← ∇w2 = 0.1058" in screen.text
        assert screen.lines[-1].endswith("… ? help q quit")
        assert all(cell_len(line) <= 50 for line in screen.lines)

    neuron(script, size=(50, 24))


@pytest.mark.slow
def test_why_a_nudge_undo_and_play_are_keys() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("w")
        assert "Why this gradient? w1 reaches C on 1 path" in screen.text
        await screen.press("escape", "d", "enter")
        assert re.search(r"gradient says +0\.05288 × 0\.01 = 5\.288e−4", screen.text)
        await screen.press("u")
        assert "w1 ← w1 − η × ∂C/∂w1" in screen.text
        await screen.press("z")
        assert "undone: C = 0.03616, it was 0.02232" in screen.text
        await screen.press("z")
        assert "✗ nothing is to be undone" in screen.text
        await screen.press("u", "u", "Z")
        assert "as at first: C = 0.03616" in screen.text
        at = screen.at
        await screen.press("plus", "plus", "plus", "plus", "a")
        await screen.pilot.pause(1.0)
        await screen.press("a")
        assert screen.at > at

    neuron(script, size=(100, 30))


@pytest.mark.slow
def test_of_ten_thousand_nodes_only_the_lines_in_sight_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {"lines": 0}

    def counted(method: Callable[..., Any]) -> Callable[..., Any]:
        def count(*arguments: Any) -> Any:
            made["lines"] += 1
            return method(*arguments)

        return count

    monkeypatch.setattr(Stepper, "_node_line", counted(Stepper._node_line))
    monkeypatch.setattr(Stepper, "_event_line", counted(Stepper._event_line))

    async def script(screen: Screen) -> None:
        assert "Nodes (10,001)" in screen.text
        made["lines"] = 0
        await screen.press("end")
        assert screen.at == 15_002
        assert made["lines"] <= 200
        await screen.press("g")
        await screen.type("v2500")
        assert "v2500" in screen.text
        assert made["lines"] <= 2000

    x = Value(0.5, label="x")
    y = x
    for _ in range(5000):
        y = y + 1.0
    on_screen(y, script)


# --- where there is no terminal ---


def test_step_prints_text_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    x = Value(3.0, label="x")
    step(lambda: x * 2.0)
    told = capsys.readouterr().out
    step(x * 2.0, plain=True)
    assert told == capsys.readouterr().out
    assert "Backward, from v1 = 6" in told


class Terminal:
    def isatty(self) -> bool:
        return True


def pretend_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """To be called in a test: pytest puts streams of its own in their place before it."""
    for name in ("stdin", "stdout", "__stderr__"):
        monkeypatch.setattr(sys, name, Terminal())
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_a_terminal_is_taken_unless_something_speaks_against_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_terminal(monkeypatch)
    assert terminal.is_available()

    async def inside() -> bool:
        return terminal.is_available()

    assert not asyncio.run(inside())
    with monkeypatch.context() as patched:
        patched.setenv("TERM", "dumb")
        assert not terminal.is_available()
        patched.setenv("TERM", "xterm")
        patched.setenv("NO_COLOR", "1")
        assert terminal.is_available()
    with monkeypatch.context() as patched:  # it would show other signs for ours
        patched.setattr(sys.__stderr__, "encoding", "latin-1", raising=False)
        assert not terminal.is_available()
    monkeypatch.setattr(sys, "stdin", None)
    assert not terminal.is_available()


def test_step_starts_the_screen_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    monkeypatch.setattr(terminal, "run", lambda source, **keywords: started.append((source, keywords)))
    x = Value(3.0)
    optimizer = SGD([x], 0.1)
    loss = x * x
    pretend_terminal(monkeypatch)
    step(loss, optimizer=optimizer)
    monkeypatch.undo()
    assert started == [(loss, {"optimizer": optimizer})]


def test_textual_is_imported_when_the_screen_starts_and_not_before() -> None:
    program = """
import sys, viz
from autograd import Value
viz.step(Value(3.0) * 2.0)
assert "textual" not in sys.modules
import viz.terminal.session, viz.terminal.breakpoints, viz.terminal.equation
assert "textual" not in sys.modules
"""
    root = Path(__file__).resolve().parents[2]
    subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(root)},
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


# --- in a real terminal ---


class Tmux:
    """A terminal of 80×24 with a program in it."""

    def __init__(self, folder: str, command: str, environment: dict[str, str]) -> None:
        self._base = ["tmux", "-S", f"{folder}/socket", "-f", "/dev/null", "-u"]
        self._environment = environment
        self._run("new-session", "-d", "-x", "80", "-y", "24", command)

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self._base, *arguments], env=self._environment, capture_output=True, text=True, check=True, timeout=60
        )
        return done.stdout

    def press(self, *keys: str) -> None:
        self._run("send-keys", *keys)

    def type(self, text: str) -> None:
        self._run("send-keys", "-l", text)
        self.press("Enter")

    def wait_for(self, *texts: str) -> str:
        """The screen, as soon as all of these stand on it."""
        shown = ""
        for _ in range(600):
            shown = self._run("capture-pane", "-p")
            if all(text in shown for text in texts):
                return shown
            time.sleep(0.1)
        raise AssertionError(f"{texts} never stood on the screen, but\n{shown}")

    def close(self) -> None:
        subprocess.run([*self._base, "kill-server"], capture_output=True, check=False)


@pytest.fixture
def tmux() -> Iterator[Callable[[str], Tmux]]:
    """Starts a program in a real terminal."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed: no session in a real terminal")
    folder = tempfile.mkdtemp(prefix="glassgrad")  # a socket's path may not be long
    root = Path(__file__).resolve().parents[2]
    unwanted = ("NO_COLOR", "COLORFGBG", "TMUX", "COLUMNS", "LINES")
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    environment |= {"PYTHONPATH": str(root), "LC_ALL": "C.UTF-8", "COLORTERM": "truecolor", "TERM": "xterm-256color"}
    opened: list[Tmux] = []

    def start(program: str) -> Tmux:
        path = Path(folder) / "program.py"
        path.write_text(program, encoding="utf-8")
        command = f"{shlex.quote(sys.executable)} {shlex.quote(str(path))}; echo status $?; sleep 600"
        opened.append(Tmux(folder, command, environment))
        return opened[-1]

    yield start
    for one in opened:
        one.close()
    shutil.rmtree(folder, ignore_errors=True)


PROGRAM = """
import viz
from autograd import Value, label
a, b = Value(2.0), Value(-3.0)
c = a * b
d = c + b
label(locals())
viz.step(d)
print("left with a =", a.data)
viz.step(d, plain=True)
"""


@pytest.mark.slow
def test_one_session_in_a_real_terminal(tmux: Callable[[str], Tmux]) -> None:
    terminal = tmux(PROGRAM)
    shown = terminal.wait_for("event 1 of 9", "a is given (parameter)", "q quit")
    assert shown.splitlines()[0].startswith(" event 1 of 9  forward   d = −9")
    terminal.press("Right", "n")
    terminal.wait_for("event 3 of 9", "c = a × b", "2 × (−3)")
    terminal.press("Left")
    terminal.wait_for("event 2 of 9")
    terminal.press("b")
    terminal.wait_for("event 5 of 9", "The backward pass starts at d")
    terminal.press("End")
    terminal.wait_for("event 9 of 9", "of b: 1 + 2 → 3")
    terminal.press("c")
    terminal.wait_for("Gradient check of b", "✓ they agree")
    terminal.press("e")
    terminal.wait_for("b = -3.0")
    terminal.type("10")
    terminal.wait_for("b is edited: d = 30, it was −9", "event 9 of 9")
    terminal.press("e")
    terminal.wait_for("b = 10.0")
    terminal.type("ten")
    terminal.wait_for("✗ 'ten' is not a number")
    terminal.press("Escape")
    terminal.wait_for("q quit")
    terminal.press("u")
    terminal.wait_for("learning rate:")
    terminal.type("0.1")
    terminal.wait_for("update 1: d = ", "Update: a follows its gradient", "2 → 1")
    terminal.press("s")
    terminal.wait_for("stop at:")
    terminal.type("c")
    terminal.wait_for("stops: c")
    terminal.press("r")
    terminal.wait_for("stopped: c = 9.7")
    terminal.press("?")
    terminal.wait_for("Keys and signs", "Esc closes")
    terminal.press("Escape")
    terminal.wait_for("event 5 of 11")
    terminal.press("/")
    terminal.wait_for("search:")
    terminal.type("add")
    terminal.wait_for("d: 1 of 1 for 'add'")
    terminal.press("q")
    ended = terminal.wait_for("status 0")
    assert "left with a = 2.0" in ended
    assert "Traceback" not in ended
    assert "gradient of b: 1 + 2 = 3" in ended


def test_a_new_size_that_is_told_while_it_ends_is_none_of_its_business() -> None:
    ended: list[Any] = []

    async def script(screen: Screen) -> None:
        ended.append(screen.app)

    neuron(script)
    assert not ended[0].screen_stack
    ended[0].on_virtual_list_resized()


@pytest.mark.slow
def test_the_headings_stay_above_their_columns_when_the_window_changes() -> None:
    async def script(screen: Screen) -> None:
        await screen.pilot.resize_terminal(80, 24)
        await screen.pilot.pause()
        await screen.pilot.pause()
        heading = next(line for line in screen.lines if "operation" in line)
        row = next(line for line in screen.lines if "parameter" in line)
        assert heading.index("operation") == row.index("parameter")
        assert "gradient" in heading

    neuron(script, size=(160, 50))


@pytest.mark.slow
def test_the_equation_says_over_which_axes_a_broadcast_operand_gets_the_sum() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("end")
        assert "[8, 12]   (summed over axis 0, which was broadcast)" in screen.text

    on_screen((Tensor([[1.0, 2.0], [3.0, 4.0]]).detach() * Tensor([5.0, 6.0], label="b") * 2.0).sum(), script)


@pytest.mark.slow
def test_a_label_of_several_lines_stays_on_its_row() -> None:
    async def script(screen: Screen) -> None:
        row = next(line for line in screen.lines if "◆ two⏎lines" in line)
        assert " 3 " in row
        assert any("→ two⏎lines = 3" in line for line in screen.lines)
        assert "two⏎lines is given (parameter)" in screen.text

    on_screen(Value(3.0, label="two\nlines") * 2.0, script)


def test_a_matrix_product_is_explained_element_by_element() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("b", "n", "n", "n", "n")
        assert "(G @ W2ᵀ)[0, 0] = Σₖ G[0, k] × W2ᵀ[k, 0]" in screen.text
        assert "= 0.0312 × (−0.445) = −0.0139" in screen.text
        await screen.press("m", "m", "m", "m")
        assert "(G @ W2ᵀ)[1, 0] = Σₖ" in screen.text
        await screen.press("M")
        assert "(G @ W2ᵀ)[0, 3] = Σₖ" in screen.text
        assert screen.text.count("▸") == 2 and screen.text.count("▾") == 2
        await screen.press("p", "m")
        assert "this event is no product of matrices" in screen.text

    shown = example("mlp")
    on_screen(shown.record, script, optimizer=shown.optimizer)


def test_before_and_after_an_update_stand_side_by_side() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("o")
        assert "there is nothing to compare: u updates the parameters" in screen.text
        await screen.press("u")
        assert "(o: all before and after)" in screen.text
        await screen.press("o")
        assert "Before and after update 1" in screen.text
        found = [re.sub(r"\s+", " ", line).strip("│ ▅") for line in screen.lines if re.search(r"→ .*\(", line)]
        assert found[:3] == [
            "C 0.036165 → 0.022318 (−0.01385)", "w1 2 → 1.9471 (−0.05288)", "ω1 −2 → −1.9471 (0.05288)"
        ]  # fmt: skip
        await screen.press("z", "o")
        assert "there is nothing to compare" in screen.text

    shown = example("neuron")
    on_screen(shown.record, script, optimizer=shown.optimizer)


def test_a_wide_terminal_has_a_small_graph_beside_the_equation() -> None:
    async def script(screen: Screen) -> None:
        await screen.press("n", "n")
        assert ("This part of the graph" in screen.text) == (screen.app.size.width >= 120)
        assert ("├─(×)─▸ · ω1 −2" in screen.text) == (screen.app.size.width >= 120)

    for size in ((80, 24), (120, 30)):
        on_screen(example("neuron").record, script, size=size)
