"""Value against an engine too simple to be wrong: whatever is computed, in any order, with edits, blocks and
sweeps in between, every number and every gradient of the two agree."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

import numpy
import pytest
from hypothesis import currently_in_test_context, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

import autograd
from autograd import NotRecordedError, StaleGraphError, Value
from witnesses import naive_engine as naive
from witnesses.naive_engine import Number

inf, nan = math.inf, math.nan

# Each operation under all the names it has.
SPELLINGS: dict[str, list[Callable[..., Any]]] = {
    "add": [operator.add, autograd.add],
    "subtract": [operator.sub, autograd.subtract],
    "multiply": [operator.mul, autograd.multiply],
    "divide": [operator.truediv, autograd.divide],
    "power": [operator.pow, autograd.power],
    "maximum": [autograd.maximum],
    "minimum": [autograd.minimum],
    "remainder": [operator.mod, autograd.remainder],
    "floor_divide": [operator.floordiv],
    "greater": [lambda a, b: autograd.greater(a, b) + 0.0],  # a predicate itself, as a factor, would be a gate
    "negative": [operator.neg, autograd.negative],
    "absolute": [abs, autograd.absolute],
    "square": [autograd.square],
    "exp": [Value.exp, autograd.exp],
    "log": [Value.log, autograd.log],
    "sqrt": [Value.sqrt, autograd.sqrt],
    "sin": [Value.sin, autograd.sin],
    "cos": [Value.cos, autograd.cos],
    "tanh": [Value.tanh, autograd.tanh],
    "sigmoid": [Value.sigmoid, autograd.sigmoid],
    "relu": [Value.relu, autograd.relu],
    "detach": [Value.detach],
    "where": [autograd.where],
}


class Back(NamedTuple):
    """An operand: the node that was made so many before the last one; of all nodes, or of the ordinary ones that
    require gradients and are finite, without which a graph soon says little."""

    steps: int
    ordinary: bool


# Few, so that operands tie and sums vanish; what is not finite seldom, for a graph of nan alone says little.
NUMBERS = [0.0, 1.0, -1.0, 2.0, -2.0, 0.5, 3.0, 0.7, -0.5, 1.5] * 3 + [-0.0, 300.0, inf, -inf, nan]
BARE = [0.0, 1.0, 2.0, -1.0, 0.5, 0, 1, 2, 3, -1, True, numpy.float64(0.5)] * 3 + [-0.0, inf, -inf, nan]
UPSTREAM = [None, None, 1.0, 3, -2.5, 0.25, 0.0, inf, nan, Value(-2.0), numpy.float64(0.5)]
Step = tuple[str, int, list[Any]]  # the operation, which of its spellings, its operands


def a_step(random: Random) -> Step:
    slots = random.choice([1] * 4 + [2] * 7 + [3])
    names = [name for name in SPELLINGS if len(naive.OPERATIONS[name]) == 1 + slots]
    if slots == 2 and random.random() < 0.3:
        names = ["add", "multiply"]  # once more, for they have paths of their own
    name = random.choice(names)
    operands = [
        random.choice(BARE) if random.random() < 0.25 else Back(random.randrange(6), random.random() < 0.5)
        for _ in range(slots)
    ]
    operands[random.randrange(slots)] = Back(random.randrange(6), random.random() < 0.9)
    return name, random.randrange(len(SPELLINGS[name])), operands


SEED = st.integers(0, 2**32 - 1)
BACK = st.sampled_from([Back(steps, ordinary) for ordinary in (True, True, False) for steps in range(10)])
TERMS = st.lists(BACK, min_size=1, max_size=6)
BLOCKS = {"no_grad": autograd.no_grad, "scope": lambda: autograd.scope("block"), "": nullcontext}


@dataclass
class Sweep:
    """What the naive engine finds in one sweep, and the magnitude of the terms that each gradient is a sum of."""

    gradients: dict[Number, Number]
    magnitudes: dict[Number, Number]

    @classmethod
    def of(cls, output: Number, seed: Any = None) -> Sweep:
        start = 1.0 if seed is None else float(seed)
        return cls(naive.gradients(output, start), naive.gradients(output, start, magnitudes=True))


@dataclass(eq=False)
class Pair:
    """A node of the engine's, and the naive engine's number for it."""

    value: Value
    versions: list[Number]  # of a leaf, one more each time its data is assigned
    gradient: float = 0.0
    magnitude: float = 0.0

    @property
    def number(self) -> Number:
        return self.versions[-1]

    def take(self, swept: Sweep, accumulate: bool) -> None:
        """What a sweep does to `.grad`."""
        reached = [number for number in self.versions if number in swept.gradients]
        if reached and not accumulate:
            self.gradient = self.magnitude = 0.0
        self.gradient += sum(swept.gradients[number].data for number in reached)
        self.magnitude += sum(swept.magnitudes[number].data for number in reached)


def check(found: list[Value], inputs: list[Pair], expected: Sweep) -> None:
    for one, pair in zip(found, inputs, strict=True):
        asked = Pair(pair.value, pair.versions)
        asked.take(expected, accumulate=False)
        assert agree(one.data, asked.gradient, asked.magnitude), (one, asked)


def agree(found: float, expected: float, magnitude: float) -> bool:
    """Up to the rounding of sums whose terms came in another order."""
    if found == expected or (math.isnan(found) and math.isnan(expected)):
        return True
    return math.isfinite(expected) and math.isfinite(magnitude) and abs(found - expected) <= 1e-12 * magnitude


def made_from(*numbers: Number) -> set[Number]:
    """The numbers and all that they were computed from."""
    found, stack = set(), list(numbers)
    while stack:
        one = stack.pop()
        if one not in found:
            found.add(one)
            stack += one.operands
    return found


def is_smooth(number: Number) -> bool:
    """Whether a second derivative is more than what a formula of the first happens to make of it."""
    zero_to_zero = number.operation == "power" and all(operand.data == 0 for operand in number.operands)
    return math.isfinite(number.data) and not zero_to_zero


def is_flat_by_data(number: Number) -> bool:
    """Whether it is x**0 and the 0 no literal: a recorded gradient multiplies by 0 there, and 0 · inf is nan."""
    return number.operation == "power" and number.operands[1].data == 0 and not number.operands[1].is_literal


class BothEngines(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.pairs: list[Pair] = []

    # --- computing ---

    @initialize(seed=SEED, count=st.integers(1, 4))
    def first_leaves(self, seed: int, count: int) -> None:
        random = Random(seed)
        for _ in range(count):
            self.leaf(random.choice(NUMBERS), requires_grad=True)

    @rule(number=st.sampled_from(NUMBERS), requires_grad=st.booleans())
    def leaf(self, number: float, requires_grad: bool) -> None:
        self.pairs.append(Pair(Value(number, requires_grad), [Number(number, requires_grad)]))

    # Hypothesis takes longer to draw one operation than the engine to sweep a graph, so it draws many at once.
    @rule(seed=SEED, count=st.integers(3, 30), block=st.sampled_from(["", "", "", "scope", "no_grad"]))
    def compute(self, seed: float, count: int, block: str) -> None:
        random = Random(f"{seed} {[pair.number.data for pair in self.pairs[-3:]]}")  # seeds are often drawn again
        for _ in range(count):
            name, spelling, operands = step = a_step(random)
            (note if currently_in_test_context() else print)(f"{block} {step}")
            pairs = [self._node(operand) if isinstance(operand, Back) else operand for operand in operands]
            number = naive.apply(name, *[pair.number if isinstance(pair, Pair) else pair for pair in pairs])
            with BLOCKS[block]():
                value = SPELLINGS[name][spelling](*[pair.value if isinstance(pair, Pair) else pair for pair in pairs])
            self.pairs.append(Pair(value, [Number(number.data) if block == "no_grad" else number]))

    # --- editing ---

    @rule(which=st.integers(0, 6), number=st.sampled_from(NUMBERS))
    def assign(self, which: int, number: float) -> None:
        leaves = [pair for pair in self.pairs if pair.value.op is None]
        leaves.sort(key=lambda pair: not pair.number.requires_grad)  # more edits where more depends on them
        leaf = leaves[which % len(leaves)]
        leaf.value.data = number
        leaf.versions.append(Number(number, leaf.number.requires_grad))

    @rule(node=BACK, by_none=st.booleans())
    def zero_grad(self, node: Back, by_none: bool) -> None:
        pair = self._node(node)
        pair.value.zero_grad()
        pair.gradient = pair.magnitude = 0.0
        if by_none and pair.value.op is None and pair.value.requires_grad:
            pair.value.grad = None  # PyTorch's habit

    # --- sweeping ---

    @rule(terms=TERMS, gradient=st.sampled_from(UPSTREAM), times=st.integers(1, 2))
    def backward(self, terms: list[Back], gradient: Any, times: int) -> None:
        pair = self._sum(terms)
        for _ in range(times):
            pair.value.backward(gradient)
            swept = Sweep.of(pair.number, gradient)
            for each in self.pairs:
                each.take(swept, accumulate=each.value.op is None)

    @rule(terms=TERMS, inputs=st.lists(BACK, max_size=3), gradient=st.sampled_from(UPSTREAM))
    def first_gradients(self, terms: list[Back], inputs: list[Back], gradient: Any) -> None:
        pair, others = self._sum(terms), [self._node(one, requires_grad=True) for one in inputs]
        found = autograd.gradients(pair.value, [one.value for one in others], gradient)
        check(found, others, Sweep.of(pair.number, gradient))

    @rule(output=BACK)
    def a_constant_has_none(self, output: Back) -> None:
        pair = self._node(output)
        if not pair.number.requires_grad:
            with pytest.raises(NotRecordedError):
                pair.value.backward()

    @rule(terms=TERMS, which=st.integers(0, 9), block=st.sampled_from(["", "", "scope", "no_grad"]))
    def second_gradients(self, terms: list[Back], which: int, block: str) -> None:
        pair = self._sum(terms)
        swept = Sweep.of(pair.number)
        reached = [one for one in self.pairs if any(number in swept.gradients for number in one.versions)]
        x = reached[which % len(reached)]
        try:
            with BLOCKS[block]():
                first = autograd.gradients(pair.value, x.value, create_graph=True)
        except StaleGraphError:
            outdated = {number for one in self.pairs for number in one.versions[:-1]}
            assert outdated & made_from(pair.number), "nothing that it was computed from had been assigned"
            return
        if not any(map(is_flat_by_data, made_from(pair.number))):
            check([first], [x], swept)
        slope = sum((swept.gradients[number] for number in x.versions if number in swept.gradients), Number(0.0))
        smooth = all(map(is_smooth, made_from(pair.number, *swept.gradients.values())))
        if block == "no_grad":
            assert not first.requires_grad
        elif smooth:
            leaves = [one for one in self.pairs if one.value.op is None and one.number.requires_grad]
            seconds = [Value(0.0) for _ in leaves]
            if first.requires_grad:
                seconds = autograd.gradients(first, [leaf.value for leaf in leaves])
            check(seconds, leaves, Sweep.of(slope))

    def _sum(self, terms: list[Back]) -> Pair:
        """One node above several, so that a sweep goes through much of the graph."""
        first, *others = [self._node(term, requires_grad=True) for term in terms]
        for other in others:
            first = Pair(first.value + other.value, [naive.apply("add", first.number, other.number)])
        return first

    def _node(self, back: Back, requires_grad: bool = False) -> Pair:
        pairs = [pair for pair in self.pairs if pair.value.requires_grad >= requires_grad]
        if back.ordinary:
            pairs = [pair for pair in pairs if pair.value.requires_grad and math.isfinite(pair.value.data)] or pairs
        return pairs[-1 - back.steps % len(pairs)]

    @invariant()
    def every_node_is_the_same_in_both(self) -> None:
        for pair in self.pairs:
            assert pair.value.requires_grad == pair.number.requires_grad, pair
            assert agree(pair.value.data, pair.number.data, magnitude=0.0), pair
            gradient = 0.0 if pair.value.grad is None else pair.value.grad
            assert agree(gradient, pair.gradient, pair.magnitude), pair


SETTINGS = settings(max_examples=100, stateful_step_count=20)


def test_whatever_is_computed_the_naive_engine_agrees() -> None:
    run_state_machine_as_test(BothEngines, settings=SETTINGS)


@pytest.mark.parametrize("seed", range(100))
def test_a_random_program_has_the_naive_engine_s_numbers(seed) -> None:
    """The same rules drawn without Hypothesis: no two alike, and thirty times as many in the time."""
    random, machine = Random(seed), BothEngines()

    def back() -> Back:
        return Back(random.randrange(10), random.random() < 0.7)

    def backs(least: int, most: int) -> list[Back]:
        return [back() for _ in range(random.randint(least, most))]

    rules: list[Callable[[], None]] = [
        lambda: machine.leaf(random.choice(NUMBERS), random.random() < 0.7),
        lambda: machine.compute(random.random(), random.randint(3, 30), random.choice(["", "", "scope", "no_grad"])),
        lambda: machine.compute(random.random(), random.randint(3, 30), ""),
        lambda: machine.assign(random.randrange(7), random.choice(NUMBERS)),
        lambda: machine.zero_grad(back(), random.random() < 0.5),
        lambda: machine.backward(backs(1, 6), random.choice(UPSTREAM), random.randint(1, 2)),
        lambda: machine.first_gradients(backs(1, 6), backs(0, 3), random.choice(UPSTREAM)),
        lambda: machine.a_constant_has_none(back()),
        lambda: machine.second_gradients(
            backs(1, 6), random.randrange(10), random.choice(["", "", "scope", "no_grad"])
        ),
    ]
    machine.first_leaves(seed, random.randint(1, 4))
    for _ in range(random.randint(3, 25)):
        random.choice(rules)()
        machine.every_node_is_the_same_in_both()
