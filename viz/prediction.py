"""Predict first: what comes next is asked before it is shown. No screen is needed here; the stepper and a page ask it.

Asked are single numbers: what an operation or an update gives, a local gradient, a contribution.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from .arrays import is_single, only_number
from .numbers import format_number
from .parts import Contribution, Forward, TraceEvent, Update
from .tracing import Trace

# How far from the number a prediction may be, as a part of it.
TOLERANCE = 0.01


@dataclass(frozen=True)
class Question:
    """What is asked before an event is shown.

    Attributes:
        event: its index in the trace.
        asked: in symbols: `ω1 = w1 × x1`.
    """

    event: int
    kind: Literal["value", "local gradient", "contribution"]
    asked: str
    answer: float


@dataclass(frozen=True)
class Answered:
    """A question and what was predicted; None where it was passed over."""

    question: Question
    predicted: float | None

    @property
    def is_right(self) -> bool:
        return self.predicted is not None and is_near(self.predicted, self.question.answer)

    def __str__(self) -> str:
        answer = format_number(self.question.answer)
        if self.is_right:
            return f"right: it is {answer}"
        typed = "" if self.predicted is None else f", not {format_number(self.predicted)}"
        return f"it is {answer}{typed}"


class Prediction:
    """A trace that is shown event by event, each after its questions.

    Attributes:
        shown: the last event that is shown.

    >>> from autograd import Value
    >>> from viz import trace
    >>> x = Value(3.0, label="x")
    >>> prediction = Prediction(trace(x * 2.0))
    >>> while (question := prediction.next()) is None:
    ...     prediction.show_next()
    >>> question.asked
    'v1 = x × 2'
    >>> prediction.answer(5.97).is_right, prediction.shown, prediction.next()
    (True, 2, None)
    """

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.shown: int = 0
        self.answered: list[Answered] = []
        self._open: list[Question] = self._questions(1)

    def is_hidden(self, event: int) -> bool:
        """Whether the numbers of an event are not to be seen yet."""
        return event > self.shown

    @property
    def is_finished(self) -> bool:
        return self.shown >= len(self.trace.events) - 1

    def next(self) -> Question | None:
        """What is to be answered before the next event is shown; None where nothing is."""
        return self._open[0] if self._open else None

    def answer(self, predicted: float | None) -> Answered:
        """Answer it (None passes it over). With its last question an event is shown."""
        found = Answered(self._open.pop(0), predicted)
        self.answered.append(found)
        if not self._open:
            self.show_next()
        return found

    def show_next(self) -> None:
        """Show the next event, if nothing is to be answered before."""
        if not self._open and not self.is_finished:
            self.shown += 1
            self._open = self._questions(self.shown + 1)

    @property
    def right(self) -> int:
        return sum(one.is_right for one in self.answered)

    @property
    def missed(self) -> list[Answered]:
        """What was not predicted, in order."""
        return [one for one in self.answered if not one.is_right]

    @property
    def score(self) -> str:
        """`5 of 6 right`."""
        return f"{self.right:,} of {len(self.answered):,} right"

    def _questions(self, event: int) -> list[Question]:
        return questions(self.trace, event) if event < len(self.trace.events) else []


def questions(trace: Trace, index: int) -> list[Question]:
    """What can be asked of an event; nothing of what is given, and of arrays."""
    event: TraceEvent = trace.events[index]
    node = trace.nodes[event.node]
    if isinstance(event, Forward):
        if node.operation is None or not is_single(node.data):
            return []
        return [Question(index, "value", f"{node.label} = {node.expression}", only_number(node.data))]
    if isinstance(event, Update):
        if not is_single(event.after):
            return []
        rule = (
            event.rule.text.splitlines()[-1]
            if event.rule and event.rule.in_numbers
            else f"{node.label} after its update"
        )
        return [Question(index, "value", rule, only_number(event.after))]
    if not isinstance(event, Contribution) or not is_single(event.contribution):
        return []
    operand = trace.nodes[event.operand].label
    asked = []
    if event.local_gradient is not None and is_single(event.local_gradient):
        derivative = f"∂{node.label}/∂{operand}"
        asked.append(Question(index, "local gradient", derivative, only_number(event.local_gradient)))
    passed = f"upstream × local, which {node.label} passes on to {operand}"
    return [*asked, Question(index, "contribution", passed, only_number(event.contribution))]


def is_near(predicted: float, answer: float) -> bool:
    """Whether a prediction counts: within 1 % of the number; 0, infinities and nan as they are.

    >>> is_near(0.1975, 0.1966), is_near(0.2, 0.1966), is_near(1e-9, 0.0), is_near(math.nan, math.nan)
    (True, False, False, True)
    """
    if math.isnan(answer) or math.isinf(answer):
        return predicted == answer or (math.isnan(predicted) and math.isnan(answer))
    return abs(predicted - answer) <= TOLERANCE * (1 + 1e-9) * abs(answer)  # 1.01 counts for 1
