"""The stepper's screen: nodes, time line, equation, and a key for everything."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.events import Resize
from textual.timer import Timer

from autograd import GraphError

from ..arrays import shape_of
from ..gradient_paths import why
from ..numbers import format_data
from ..one_line import one_line
from ..parts import Contribution, Forward, TraceEvent, Update
from ..playback import Playback, subject
from ..prediction import Prediction
from ..themes import Colours
from ..tracing import Trace
from . import colours, panes
from .breakpoints import Breakpoint, next_stop, typed_breakpoint
from .entry import RefusalError, as_typed, typed_number
from .equation import Equation, check_equation, equation, nudge_equation, score_equation, update_equation, why_equation
from .finding import containing, named
from .help import Help
from .lines import EquationLines, KeyBar, TextLine
from .panes import FORWARD_PASS, UPDATE_PASS, pass_of
from .prompt import Prompt
from .rows import CURRENT, TAKES_PART, Columns, event_row, heading, node_row
from .session import Session
from .small_graph import small_graph
from .virtual_list import VirtualList

_TALL = 36
_NARROW = 70  # below, the lists stand one above the other, so that no column is lost
_WIDE = 120  # from here on a small graph stands beside the equation
_MOST_SUGGESTED = 2000
# What is pressed, its action, and for the bar at the bottom its sign and a word, if it stands there.
_KEYS = (
    ("left,p", "step(-1)", "←", ""),
    ("right,n", "step(1)", "→", "step"),
    ("f", "go_to_pass('forward')", "f", ""),
    ("b", "go_to_pass('backward')", "b", "pass"),
    ("g", "go", "g", "go"),
    ("slash", "search", "/", "find"),
    ("e", "edit", "e", "edit"),
    ("c", "check", "c", "check"),
    ("u", "update", "u", "update"),
    ("s", "stop_at", "s", "stop"),
    ("r,space", "run", "r", "run"),
    ("pagedown", "step(10)", "", ""),
    ("pageup", "step(-10)", "", ""),
    ("home", "go_to_event(0)", "", ""),
    ("end", "go_to_event(-1)", "", ""),
    ("up", "select(-1)", "", ""),
    ("down", "select(1)", "", ""),
    ("enter", "go_to_selected", "", ""),
    ("x", "predict", "x", "predict"),
    ("question_mark", "help", "?", "help"),
    ("q", "quit", "q", "quit"),
    ("w", "why", "", ""),
    ("d", "nudge", "", ""),
    ("m", "element(1)", "", ""),
    ("M", "element(-1)", "", ""),
    ("o", "before_and_after", "", ""),
    ("z", "undo", "", ""),
    ("Z", "reset", "", ""),
    ("a", "play", "", ""),
    ("plus", "faster(1.5)", "", ""),
    ("minus", "faster(0.667)", "", ""),
    ("t", "theme", "", ""),
    ("escape", "close", "", ""),
)
_OWN_ACTIONS = frozenset(action.partition("(")[0] for _, action, _, _ in _KEYS)


class Stepper(App[None]):
    """The screen. `position` is the index of the current event, `selected` the id of the selected node."""

    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False
    AUTO_FOCUS: ClassVar[str | None] = None
    TITLE: str | None = "glassgrad"
    CSS: ClassVar[str] = """
    Screen { background: $background; color: $foreground; }
    #head { background: $panel; }
    #lists { height: 1fr; }
    #left { width: 66%; border: round $primary; }
    #right { width: 34%; border: round $primary; }
    #heading { color: $foreground; text-style: bold; }
    #event { height: 7; }
    #equation, #graph { height: 100%; border: round $primary; padding: 0 1; scrollbar-size-vertical: 1; }
    #equation { width: 1fr; }
    #graph { width: 40%; max-width: 64; display: none; }
    .wide #graph { display: block; }
    .tall #event { height: 14; }
    .product #event { height: 12; }
    .tall.product #event { height: 18; }
    .narrow #lists { layout: vertical; }
    .narrow #left { width: 100%; height: 60%; }
    .narrow #right { width: 100%; height: 40%; }
    #keys { background: $panel; }
    .asking Prompt { display: block; }
    .asking KeyBar { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(keys, action) for keys, action, _, _ in _KEYS),
        Binding("ctrl+c", "quit", priority=True),
    ]

    def __init__(self, session: Session, title: str = "") -> None:
        super().__init__()
        self.session = session
        self.shown_title = title
        self.position: int = 0
        self.selected: int = 0
        self.breakpoints: list[Breakpoint] = []
        self.found: Equation | None = None  # a gradient check's, until the next step
        # What went wrong in a pane or under a key, which said so in its place.
        self.failures: list[Exception] = []
        self._speed = 2.0  # events a second, while it plays
        self._playing: Timer | None = None
        self.prediction: Prediction | None = None  # what comes next is asked for before it is shown
        self._element = 0  # of a matrix product, the one that is explained
        self._note = Text()
        self._searched = ""
        self._rate = ""
        self._take_trace()
        for name in colours.COLOURS:
            self.register_theme(colours.theme(name))
        self.theme = colours.preferred()

    def compose(self) -> ComposeResult:
        yield TextLine(id="head")
        with Horizontal(id="lists"):
            with Vertical(id="left"):
                yield TextLine(id="heading")
                yield VirtualList(self._node_line, id="nodes")
            with Vertical(id="right"):
                yield VirtualList(self._event_line, id="events")
        with Horizontal(id="event"):
            with VerticalScroll(id="equation", can_focus=False):
                yield EquationLines(id="lines")
            with VerticalScroll(id="graph", can_focus=False):
                yield EquationLines(id="graph-lines")
        yield TextLine(id="status")
        yield Prompt(self._attempt)
        yield KeyBar([(sign, word, action) for _, action, sign, word in _KEYS if sign], id="keys")

    def on_mount(self) -> None:
        self._go(0)

    def on_resize(self, event: Resize) -> None:
        self.screen.set_class(event.size.height >= _TALL, "tall")
        self.screen.set_class(event.size.width < _NARROW, "narrow")
        self.screen.set_class(event.size.width >= _WIDE, "wide")
        self.call_after_refresh(self._show)

    def on_virtual_list_resized(self) -> None:
        self._show()  # the columns have other widths

    # --- keys ---

    async def run_action(self, action: Any, *arguments: Any, **keywords: Any) -> bool:
        """What a key or a click on it does; what fails says so, and the session goes on."""
        try:
            return await super().run_action(action, *arguments, **keywords)
        except Exception as error:  # whatever it is, it is no reason to lose the session
            self._say(self._failed(error), is_refusal=True)
            return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # While something is typed or the help is open, a key means that.
        busy = self.is_running and (len(self.screen_stack) > 1 or self._prompt.is_open)
        return not busy or action in ("quit", "close") or action not in _OWN_ACTIONS

    def action_step(self, by: int) -> None:
        last = len(self.trace.events) - 1
        if by > 0 and self._is_at_frontier:
            self._predict_next()
        elif by > 0 and self.position == last:
            self._say("this is the last event" + (": u updates the parameters" if self.session.can_recompute else ""))
        elif by < 0 and self.position == 0:
            self._say("this is the first event")
        else:
            self._go(min(max(self.position + by, 0), last), is_asked=True)

    def action_go_to_event(self, index: int) -> None:
        self._go(index % len(self.trace.events), is_asked=True)

    def action_go_to_pass(self, wanted: str) -> None:
        for index, event in enumerate(self.trace.events):
            if pass_of(event) == wanted:
                self._go(index, is_asked=True)
                return
        self._say(f"this trace has no {wanted} pass", is_refusal=True)

    def action_select(self, by: int) -> None:
        self.selected = min(max(self.selected + by, 0), len(self.trace.nodes) - 1)
        self._forget_what_was_said()
        self._show()

    def action_go_to_selected(self) -> None:
        self._go_to_node(self.selected)

    def action_go(self) -> None:
        def answer(text: str) -> None:
            node = named(self.trace, text, after=self.selected)
            self._prompt.close()
            self._go_to_node(node.id)

        labels = [node.label for node in self.trace.nodes[:_MOST_SUGGESTED] if node.is_named]
        self._asking().ask("go to node:", answer, hint="its name", names=labels)

    def action_search(self) -> None:
        def answer(text: str) -> None:
            node, number, count = containing(self.trace, text or self._searched, after=self.selected)
            self._searched = text or self._searched
            self._prompt.close()
            self._go_to_node(node.id)
            self._say(f"{node.label}: {number:,} of {count:,} for {self._searched!r}  (/ Enter: the next)")

        hint = f"Enter: {self._searched} again" if self._searched else "a part of a name or of an operation"
        self._asking().ask("search:", answer, hint=hint)

    def action_predict(self) -> None:
        if self.prediction is not None:
            self.prediction = None
            self._forget_what_was_said()
            self._say("nothing is hidden any more")
            return
        self.prediction = Prediction(self.trace)
        self._go(0)
        self._say("predict first: → asks what comes next (1 % counts; Enter alone passes over); x ends it")

    def _predict_next(self) -> None:
        """Ask what comes next, or show it where nothing is asked of it."""
        prediction = self.prediction
        assert prediction is not None
        question = prediction.next()
        if question is None:
            prediction.show_next()
            self._go(prediction.shown)
            self._tell_score()
            return

        def answer(text: str) -> None:
            found = prediction.answer(typed_number(text) if text.strip() else None)
            self._prompt.close()
            if prediction.next() is not None and prediction.next().event == found.question.event:  # type: ignore[union-attr]  # it is not None
                self._predict_next()
            else:
                self._go(prediction.shown)
            self._say(str(found), is_refusal=not found.is_right)
            self._tell_score()

        self._asking().ask(f"{question.kind}: {question.asked} =", answer, hint="a number; Enter: pass over")

    def _tell_score(self) -> None:
        prediction = self.prediction
        if prediction is not None and prediction.is_finished and prediction.answered:
            self.found = score_equation(prediction)
            self._show()

    def _refuse_to_tell(self) -> None:
        """What would tell numbers that are to be predicted is refused."""
        if self.prediction is not None and not self.prediction.is_finished:
            raise RefusalError("this would tell what you are to predict: x ends predicting")

    def action_edit(self) -> None:
        identifier = self.selected
        label = self.trace.nodes[identifier].label

        def answer(text: str) -> None:
            before = self.session.output
            self.session.edit(identifier, text)
            self._prompt.close()
            updates = sum(isinstance(event, Update) for event in self.trace.events)  # an edit begins a pass without
            self._take_trace()
            self._go(max(self.position - updates, 0))
            self._say(f"{label} is edited: {self._output(before)}")

        def ask() -> None:
            self._refuse_to_tell()
            data = self.session.leaf(identifier).data
            self._asking().ask(f"{label} =", answer, typed=as_typed(data), hint="index: number, such as 0, 3: 1.5")

        self._attempt(ask)

    def action_check(self) -> None:
        def check() -> None:
            self._refuse_to_tell()
            found = check_equation(self.session.check(self.selected))
            self._forget_what_was_said()
            self.found = found
            self._show()

        self._attempt(check)

    def action_why(self) -> None:
        def tell() -> None:
            self._refuse_to_tell()
            found = why_equation(why(self.trace, self.selected))
            self._forget_what_was_said()
            self.found = found
            self._show()

        self._attempt(tell)

    def action_nudge(self) -> None:
        identifier = self.selected
        label, output = self.trace.nodes[identifier].label, self.trace.nodes[self.trace.output].label

        def answer(text: str) -> None:
            by = typed_number(text)
            if not math.isfinite(by) or by == 0:
                raise RefusalError(f"a nudge is a finite number other than 0, not {text.strip()}")
            found = nudge_equation(self.session.nudge(identifier, by), output)
            self._prompt.close()
            self._forget_what_was_said()
            self.found = found
            self._show()

        def ask() -> None:
            self._refuse_to_tell()
            self.session.leaf(identifier)
            self._asking().ask(f"{label} +", answer, typed="0.01")

        self._attempt(ask)

    def action_element(self, by: int) -> None:
        if self._equation().product is None:
            self._say("this event is no product of matrices whose elements could be explained", is_refusal=True)
        else:
            self._element += by
            self._show()

    def action_undo(self) -> None:
        self._take_back(self.session.undo, "undone")

    def action_reset(self) -> None:
        self._take_back(self.session.reset, "as at first")

    def _take_back(self, act: Callable[[], None], said: str) -> None:
        def take_back() -> None:
            self._refuse_to_tell()
            before = self.session.output
            act()
            self._take_trace()
            self._go(self.position)
            self._say(f"{said}: {self._output(before)}")

        self._attempt(take_back)

    def action_play(self) -> None:
        if self._playing is not None:
            self._pause()
            self._say("paused: a plays on")
        elif self.prediction is not None:
            self._say("what is to be predicted is not played: x ends predicting", is_refusal=True)
        else:
            self._playing = self.set_interval(1 / self._speed, self._play_on)
            self._say(f"playing {self._speed:.2g} events a second: a pauses, + and - change the speed")

    def action_faster(self, factor: float) -> None:
        self._speed = min(max(self._speed * factor, 0.2), 50.0)
        if self._playing is not None:
            self._pause()
            self._playing = self.set_interval(1 / self._speed, self._play_on)
        self._say(f"{self._speed:.2g} events a second")

    def _play_on(self) -> None:
        if self.position >= len(self.trace.events) - 1 or self._prompt.is_open or self.prediction is not None:
            self._pause()
        else:
            self._go(self.position + 1)

    def _pause(self) -> None:
        if self._playing is not None:
            self._playing.stop()
            self._playing = None

    def action_update(self) -> None:
        def update(rate: float | None) -> None:
            self._refuse_to_tell()
            before = self.session.output
            self.session.update(rate)
            self._prompt.close()
            self._take_trace()
            self._go(0)
            self._say(f"update {self.session.updates}: {self._output(before)}  (o: all before and after)")

        def answer(text: str) -> None:
            rate = typed_number(text)
            if not math.isfinite(rate):
                raise RefusalError(f"the learning rate is a finite number, not {text.strip()}")
            self._rate = text
            update(rate)

        if self.session.can_recompute and self.session.optimizer is None:
            self._asking().ask("learning rate:", answer, typed=self._rate, hint="such as 0.1")
        else:
            self._attempt(lambda: update(None))

    def action_before_and_after(self) -> None:
        def tell() -> None:
            self._refuse_to_tell()
            before = self.session.before_update
            if before is None:
                raise RefusalError("there is nothing to compare: u updates the parameters, and o tells what it did")
            found = update_equation(before, self.trace, self.session.updates)
            self._forget_what_was_said()
            self.found = found
            self._show()

        self._attempt(tell)

    def action_stop_at(self) -> None:
        def answer(text: str) -> None:
            if not text.strip():
                self.breakpoints.clear()
                said = "no breakpoint is left"
            else:
                breakpoint = typed_breakpoint(text, self.trace)
                if breakpoint in self.breakpoints:
                    self.breakpoints.remove(breakpoint)
                    said = f"the breakpoint {breakpoint} is removed"
                else:
                    self.breakpoints.append(breakpoint)
                    said = f"r runs to the next event at {' or '.join(map(str, self.breakpoints))}"
            self._prompt.close()
            self._say(said)

        now = f"  (there: {', '.join(map(str, self.breakpoints))})" if self.breakpoints else ""
        self._asking().ask("stop at:", answer, hint=f"a name, nan, or > 100; empty: nowhere{now}")

    def action_run(self) -> None:
        if not self.breakpoints:
            self._say("there is no breakpoint to run to: s sets one", is_refusal=True)
            return
        stop = next_stop(self.breakpoints, self.trace, self.position)
        if stop is None:
            self._go(len(self.trace.events) - 1, is_asked=True)
            if self.position == len(self.trace.events) - 1:
                self._say("no breakpoint on the way: this is the last event")
        else:
            index, reason = stop
            self._go(index, is_asked=True)
            if self.position == index:
                self._say(f"stopped: {reason}")

    def action_theme(self) -> None:
        self.theme = "glass-light" if self.theme == "glass-dark" else "glass-dark"
        self.call_after_refresh(self._show)

    def action_help(self) -> None:
        self.push_screen(Help())

    def action_close(self) -> None:
        self._prompt.close()
        self._forget_what_was_said()
        self._show()

    def on_virtual_list_chosen(self, message: VirtualList.Chosen) -> None:
        if self._prompt.is_open:
            return
        if message.source.id == "events":
            self._go(message.index)
        else:
            self._go_to_node(message.index)

    # --- where we are ---

    def _take_trace(self) -> None:
        """Look at what the session has now."""
        self.trace: Trace = self.session.trace
        self.playback: Playback = Playback(self.trace)
        if self.prediction is not None:  # of what is computed anew, everything is asked anew
            self.prediction = Prediction(self.trace)
        self.selected = min(self.selected, len(self.trace.nodes) - 1)
        self._has_arrays = any(shape_of(node.data) for node in self.trace.nodes)
        self._last_event = {(pass_of(event), subject(event)): index for index, event in enumerate(self.trace.events)}

    def _go(self, position: int, *, is_asked: bool = False) -> None:
        last = len(self.trace.events) - 1 if self.prediction is None else self.prediction.shown
        self.position = min(max(position, 0), last)
        self.selected = subject(self._event)
        self._element = 0
        self._forget_what_was_said()
        self._show()
        if is_asked and position > last:
            self._say("what comes after this is to be predicted first: → asks for it; x ends predicting")

    @property
    def _is_at_frontier(self) -> bool:
        return (
            self.prediction is not None and not self.prediction.is_finished and self.position == self.prediction.shown
        )

    def _go_to_node(self, identifier: int) -> None:
        """Select a node, at the event of this pass that completes it; an update leads on to the forward pass."""
        current = pass_of(self._event)
        for wanted in (current, FORWARD_PASS) if current == UPDATE_PASS else (current,):
            if (wanted, identifier) in self._last_event:
                self._go(self._last_event[wanted, identifier], is_asked=True)
                return
        self.selected = identifier
        self._forget_what_was_said()
        label = self.trace.nodes[identifier].label
        self._say(f"{label} is selected; it has no event in the {current} pass")

    @property
    def _event(self) -> TraceEvent:
        return self.trace.events[self.position]

    # --- what is typed, what is said ---

    @property
    def _prompt(self) -> Prompt:
        return self.screen_stack[0].query_one(Prompt)

    def _asking(self) -> Prompt:
        """Where to ask, with what was said before forgotten."""
        self._note = Text()
        self._show()
        return self._prompt

    def _attempt(self, act: Callable[[], None]) -> None:
        """Do it, or say in one sentence why not."""
        try:
            act()
        except GraphError as error:
            self._say(" ".join(str(error).split()), is_refusal=True)
        except Exception as error:  # a fault, of this program or of a graph's own rules
            self._say(self._failed(error), is_refusal=True)

    def _failed(self, error: Exception) -> str:
        """A failure in one sentence, kept to be asked for."""
        self.failures.append(error)
        reason = " ".join(str(error).split())
        return f"this failed: {type(error).__name__}{f': {reason}' if reason else ''}; the session goes on"

    def _guarded(self, make: Callable[[], Text]) -> Text:
        """What a pane shows, or the sentence that says why it does not."""
        try:
            return make()
        except Exception as error:  # one pane that fails leaves the others as they are
            return Text(f"✗ {one_line(self._failed(error))}", self._colours.output, no_wrap=True)

    def _say(self, sentence: str, *, is_refusal: bool = False) -> None:
        colour = self._colours.output if is_refusal else self._colours.ink
        self._note = Text(f"{'✗' if is_refusal else '·'} {one_line(sentence)}", colour)
        self._show()

    def _forget_what_was_said(self) -> None:
        self._note = Text()
        self.found = None

    def _output(self, before: object) -> str:
        output = self.trace.nodes[self.trace.output]
        return f"{output.label} = {format_data(output.data)}, it was {format_data(before)}"

    # --- what is shown ---

    @property
    def _colours(self) -> Colours:
        return colours.COLOURS[self.theme]

    def _show(self) -> None:
        if not self.screen_stack:  # a new size was told while the app was ending
            return
        trace, painted = self.trace, self._colours
        screen = self.screen_stack[0]
        screen.query_one("#head", TextLine).show(
            self._guarded(
                lambda: panes.head(
                    trace,
                    self.position,
                    self.session.updates,
                    self.shown_title,
                    self.size.width,
                    painted,
                    self.prediction,
                )
            )
        )
        nodes, events = screen.query_one("#nodes", VirtualList), screen.query_one("#events", VirtualList)
        columns = self._columns(nodes.scrollable_content_region.width)
        screen.query_one("#heading", TextLine).show(Text(heading(columns)))
        nodes.show(len(trace.nodes), self.selected, highlight=painted.box)
        events.show(len(trace.events), self.position, highlight=painted.box)
        screen.query_one("#left").border_title = f"Nodes ({len(trace.nodes):,})"
        right = screen.query_one("#right")
        right.border_title = f"Events ({len(trace.events):,})"
        stops = ", ".join(map(str, self.breakpoints))
        right.border_subtitle = Text(f"stops: {stops}") if stops else None
        shown = self._equation()
        screen.set_class(shown.product is not None, "product")
        screen.query_one("#equation").border_title = Text(one_line(shown.title))
        equation_lines = screen.query_one("#lines", EquationLines)
        equation_lines.show(
            panes.lines(
                shown,
                painted,
                is_tall=screen.has_class("tall"),
                element=self._element,
                width=equation_lines.size.width or self.size.width - 4,
            )
        )
        if screen.has_class("wide"):
            screen.query_one("#graph").border_title = Text("This part of the graph")
            screen.query_one("#graph-lines", EquationLines).show(self._small_graph())
        screen.query_one("#status", TextLine).show(self._note or self._guarded(self._selected))

    def _equation(self) -> Equation:
        try:
            return self.found or equation(self.trace, self.playback, self.position)
        except Exception as error:  # as in `_guarded`
            return Equation("This event", [("✗", self._failed(error))])

    def _small_graph(self) -> Table:
        table = Table.grid()
        width = self.screen_stack[0].query_one("#graph-lines").size.width or _WIDE // 3
        try:
            for line in small_graph(self.trace, self.playback, self.position, width, self._colours):
                table.add_row(line)
        except Exception as error:  # as in `_guarded`
            table.add_row(Text(f"✗ {one_line(self._failed(error))}", self._colours.output))
        return table

    def _selected(self) -> Text:
        node = self.trace.nodes[self.selected]
        data = self.playback.data(node.id, at=self.position)
        gradient = self.playback.gradient(node.id, at=self.position)
        return panes.selected(node, data, gradient, self.size.width)

    def _node_line(self, index: int, width: int) -> Text:
        return self._guarded(lambda: self._node_text(index, width))

    def _node_text(self, index: int, width: int) -> Text:
        node, event = self.trace.nodes[index], self._event
        mark = CURRENT if index == subject(event) else TAKES_PART if self._takes_part(index, event) else " "
        return node_row(
            node,
            self.playback.data(index, at=self.position),
            self.playback.gradient(index, at=self.position),
            self._columns(width),
            self._colours,
            mark=mark,
            is_selected=index == self.selected,
            is_stop=any(str(one) in (node.label, node.module_path) for one in self.breakpoints),
        )

    def _columns(self, width: int) -> Columns:
        return Columns.for_width(width, has_arrays=self._has_arrays)

    def _takes_part(self, index: int, event: TraceEvent) -> bool:
        if isinstance(event, Contribution):
            return index == event.node
        return isinstance(event, Forward) and any(one.id == index for one in self.trace.operands[event.node])

    def _is_hidden(self, event: int) -> bool:
        return self.prediction is not None and self.prediction.is_hidden(event)

    def _event_line(self, index: int, width: int) -> Text:
        events = self.trace.events
        digits = len(str(len(events)))
        return self._guarded(
            lambda: event_row(
                events[index], index + 1, digits, self.trace, width, self._colours, is_hidden=self._is_hidden(index)
            )
        )
