"""Learning rates over time: a schedule gives the factor by which a step's learning rate is multiplied.

A schedule is a function of the step's number, from 0; `fit(schedule=…)` sets the optimizer's learning rate to
its own times the factor before each step.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any, NoReturn

from autograd.arguments import answering, check_known, whole_number

from .checks import checked
from .errors import NetworkError

Schedule = Callable[[int], float]


def constant() -> Schedule:
    """The learning rate as it is.

    >>> constant()(1000)
    1.0
    """
    return _constant


@answering()
def step_decay(every: int, factor: float = 0.1) -> Schedule:
    """Multiplied by `factor` after every so many steps.

    >>> [step_decay(10, 0.5)(step) for step in (0, 9, 10, 25)]
    [1.0, 1.0, 0.5, 0.25]
    """
    whole_number("every", every, error=NetworkError)
    factor = checked("factor", factor)
    return functools.partial(_step_decay, every, factor)


@answering()
def cosine(steps: int, lowest: float = 0.0) -> Schedule:
    """Half a cosine from 1 down to `lowest` over so many steps, and there it stays (Loshchilov and Hutter 2017).

    >>> [round(cosine(100)(step), 3) for step in (0, 50, 100, 200)]
    [1.0, 0.5, 0.0, 0.0]
    """
    whole_number("steps", steps, error=NetworkError)
    lowest = checked("lowest factor", lowest)
    return functools.partial(_cosine, steps, lowest)


@answering()
def warm_up(steps: int, then: Schedule | None = None) -> Schedule:
    """Rises evenly to 1 over so many steps; then another schedule, counted from there.

    >>> [warm_up(4)(step) for step in (0, 1, 3, 4)]
    [0.25, 0.5, 1.0, 1.0]
    """
    whole_number("steps", steps, error=NetworkError)
    then = schedule_of(then, 1) if not isinstance(then, str) else _refuse_name(then)
    return functools.partial(_warm_up, steps, then or constant())


def schedule_of(schedule: Schedule | str | None, steps: int) -> Schedule | None:
    """The schedule that is given as itself, or by its name for so many steps in all."""
    if isinstance(schedule, str):
        check_known("schedule", schedule, SCHEDULES, NetworkError)
        return SCHEDULES[schedule](steps)
    if schedule is not None and not callable(schedule):
        raise NetworkError(f"a schedule is a function of the step's number, or a name, not {schedule!r:.60}")
    makers: dict[Any, str] = {one: one.__name__ for one in (constant, step_decay, cosine, warm_up)}
    if name := makers.get(schedule):
        raise NetworkError(f"{name} makes a schedule of what it is called with: give schedules.{name}(…)")
    return schedule


def _refuse_name(name: str) -> NoReturn:
    raise NetworkError(f"the schedule behind a warm-up is a function, such as schedules.cosine(1000), not {name!r:.60}")


# steps in all → schedule: by these names recipes ask for one.
SCHEDULES: dict[str, Callable[[int], Schedule]] = {"constant": lambda steps: constant(), "cosine": cosine}


# By themselves, so that a schedule can be pickled.
def _constant(step: int) -> float:
    return 1.0


def _step_decay(every: int, factor: float, step: int) -> float:
    try:
        return float(factor ** (step // every))
    except OverflowError:  # a factor above 1: `fit` refuses what is no longer finite
        return math.inf


def _cosine(steps: int, lowest: float, step: int) -> float:
    return lowest + (1 - lowest) * (1 + math.cos(math.pi * min(step / steps, 1.0))) / 2


def _warm_up(steps: int, then: Schedule, step: int) -> float:
    return (step + 1) / steps if step < steps else then(step - steps)
