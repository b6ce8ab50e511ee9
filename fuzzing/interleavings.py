"""Threads in any order: on a graph that they share, each leaf has the sum of what each sweep alone would have given."""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy

from autograd import Tensor, Value, compile, gradients, no_grad, scope
from autograd.modes import DEFAULT, current_mode
from autograd.sweep import sweep

from .target import BrokenPromiseError, Target

_SWITCH_INTERVALS = (1e-6, 1e-5, 1e-4)


@dataclass(frozen=True)
class Plan:
    """A shared graph, and what threads do with it: everything follows from the seed."""

    seed: int
    n_threads: int
    n_rounds: int


def _draw(rng: random.Random, sample: Plan | None = None, known: Sequence[Plan] = ()) -> Plan:
    return Plan(rng.getrandbits(32), rng.randint(2, 5), rng.choice((5, 20, 50)))


class _Shared:
    """Values and Tensors computed from each other, with whole numbers everywhere, so that every order adds up alike."""

    def __init__(self, rng: random.Random) -> None:
        self.leaves: list[Any] = [Value(float(rng.randint(-3, 3))) for _ in range(3)]
        self.leaves += [Tensor(numpy.full(rng.choice((2, 600)), float(rng.randint(-2, 2)))) for _ in range(2)]
        self.values: list[Any] = self.leaves[:3]
        for _ in range(rng.choice((3, 30))):
            first, second = rng.choice(self.values), rng.choice(self.values[-4:])
            # Of a product one factor is 1 or −1, lest numbers grow beyond those that are exact.
            self.values.append(rng.choice((lambda a, b: a + b * 0.5, lambda a, b: a * -1.0 - b * 0.25))(first, second))
        self.tensors: list[Any] = [self.leaves[3] * self.values[-1] + 1.0, self.leaves[4] * 2.0 - self.values[3]]
        self.outputs = [*self.values[3:], *[one.sum() for one in self.tensors], (self.tensors[0] * 0.5).sum()]
        weight = self.leaves[3]
        self.compiled = compile(lambda x: (weight * x).sum())
        self.compiled.backward(1.0)
        for leaf in self.leaves:
            leaf.zero_grad()


def _run(plan: Plan, folder: Path) -> None:
    rng = random.Random(plan.seed)
    shared = _Shared(rng)
    works = [[rng.randrange(len(shared.outputs) + 3) for _ in range(plan.n_rounds)] for _ in range(plan.n_threads)]
    expected: dict[Any, Any] = dict.fromkeys(shared.leaves, 0.0)
    for work in works:
        for choice in work:
            for leaf, gradient in _alone(shared, choice).items():
                expected[leaf] = expected[leaf] + gradient
    failed: list[BaseException] = []
    barrier = threading.Barrier(plan.n_threads)

    def start(work: list[int]) -> None:
        try:
            barrier.wait(20)
            for choice in work:
                _act(shared, choice)
        except BaseException as error:
            failed.append(error)

    before = sys.getswitchinterval()
    sys.setswitchinterval(rng.choice(_SWITCH_INTERVALS))
    try:
        threads = [threading.Thread(target=start, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    if failed:
        raise failed[0]
    for number, leaf in enumerate(shared.leaves):
        found = 0.0 if leaf.grad is None else leaf.grad
        zeros = numpy.zeros_like(leaf.data)
        if not numpy.array_equal(zeros + found, zeros + expected[leaf]):
            raise BrokenPromiseError(
                f"leaf {number} has {found!r:.80}, and alone they add up to {expected[leaf]!r:.80}"
            )


def _alone(shared: _Shared, choice: int) -> dict[Any, Any]:
    """What this act adds to each leaf."""
    if choice < len(shared.outputs):
        output = shared.outputs[choice]
        return sweep(output) if output.op is not None else {output: 1.0}
    return {shared.leaves[3]: 2.0} if choice == len(shared.outputs) else {}


def _act(shared: _Shared, choice: int) -> None:
    other = choice - len(shared.outputs)
    if other < 0:
        (shared.outputs[choice] * 1.0).backward()
    elif other == 0:
        shared.compiled.backward(2.0)
    elif other == 1:
        reached = gradients(shared.outputs[-1], shared.leaves[3])
        if reached.data.shape != shared.leaves[3].shape:
            raise BrokenPromiseError("a gradient of another shape")
    else:
        _hold_blocks()


def _hold_blocks() -> None:
    """Generators that hold blocks and end as they began, while others record."""

    def holding(block: Any) -> Any:
        with block:
            yield from range(2)

    makers: tuple[Callable[[], Any], ...] = (no_grad, lambda: scope("held"))
    list(zip(*[holding(make()) for make in makers], strict=False))
    if current_mode() is not DEFAULT and (not current_mode().recording or current_mode().scope is not None):
        raise BrokenPromiseError("a block that has ended holds still")
    if not (Value(2.0) * 1.0).requires_grad:
        raise BrokenPromiseError("nothing is recorded")


TARGET = Target("interleavings", lambda rng: [_draw(rng)], _draw, _run)
