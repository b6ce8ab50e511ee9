"""Contestants in processes of their own, which have their turns one after the other.

A library leaves threads behind that wait for the next product without sleeping, and objects that the garbage
collector goes through: in one process with the others each would slow the rest down.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

Step = Callable[[], object]
_TURN = 0.06  # seconds of measured calls in a turn
_REST = 0.25  # seconds; OpenBLAS's threads look for work for over a tenth before they sleep


@dataclass(frozen=True)
class Contestant:
    """How a process makes what it times.

    Attributes:
        make: a function of a module, so that another process finds it; returns the step to call.
        arguments: what it is given.
        amount: how many units (samples, nodes) a call works through: seconds are those of one unit.
        needs: the package without which it cannot run.
    """

    make: Callable[..., Step]
    arguments: tuple[Any, ...] = ()
    amount: int = 1
    needs: str = "numpy"


@dataclass(frozen=True)
class Measured:
    """The median seconds of a unit by contestant, and the packages that are not there."""

    seconds: dict[str, float]
    missing: list[str]

    def __str__(self) -> str:
        listed = [f"{name} {in_words(seconds)}" for name, seconds in self.seconds.items()]
        return "; ".join([", ".join(listed), *(f"{package} is not installed" for package in self.missing)])


def in_words(seconds: float) -> str:
    """Microseconds, with a place after the point where they are few."""
    micro = seconds * 1e6
    return f"{micro:.1f} µs" if micro < 20 else f"{micro:,.0f} µs"


def alternating_apart(contestants: Mapping[str, Contestant], *, rounds: int = 11) -> Measured:
    """The median over rounds in which every contestant has its turn; what a turn begins with is not counted."""
    present = {name: one for name, one in contestants.items() if importlib.util.find_spec(one.needs)}
    missing = sorted({one.needs for name, one in contestants.items() if name not in present})
    turns: dict[str, list[float]] = {name: [] for name in present}
    with ExitStack() as running:
        connections = {name: running.enter_context(_process(one)) for name, one in present.items()}
        for _ in range(rounds):
            for name, connection in connections.items():
                time.sleep(_REST)
                connection.send("turn")
                turns[name].append(_answer(connection, present[name]) / present[name].amount)
    return Measured({name: statistics.median(found) for name, found in turns.items()}, missing)


@contextmanager
def _process(contestant: Contestant) -> Iterator[Connection]:
    """A process that has made its step and called it, and waits for its turns."""
    context = multiprocessing.get_context("spawn")  # a fork would inherit what this process has loaded
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, contestant), daemon=True)
    process.start()
    theirs.close()  # so that a process that ends is noticed here, as EOFError
    try:
        _answer(ours, contestant)  # it is ready
        yield ours
    finally:
        ours.close()
        process.join()


def _answer(connection: Connection, contestant: Contestant) -> Any:
    try:
        return connection.recv()
    except EOFError:
        raise RuntimeError(f"{contestant.make.__name__} failed in its process, as printed above") from None


def _serve(connection: Connection, contestant: Contestant) -> None:
    step = contestant.make(*contestant.arguments)
    step()  # compiles, allocates
    connection.send("ready")
    while True:
        try:
            connection.recv()
        except EOFError:  # the other end is done
            return
        _seconds(step, _TURN / 4)  # caches and threads awake
        connection.send(_seconds(step, _TURN))


def _seconds(step: Step, budget: float) -> float:
    """Of one call, the mean over so many as fit into the budget, and one at least."""
    started = now = time.perf_counter()
    calls = 0
    while not calls or now - started < budget:
        step()
        calls += 1
        now = time.perf_counter()
    return (now - started) / calls
