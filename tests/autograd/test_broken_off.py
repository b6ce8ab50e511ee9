"""An exception that comes from outside, from a signal's handler (Ctrl-C, a time limit), wherever it may: what was begun
is done or undone. It is raised at each place in turn."""

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import numpy
import pytest

import autograd
import nn
from autograd import Tensor, Value, compile, grad, locks, modes, no_grad, scope
from autograd.files import write_whole
from autograd.garbage_collection import without_garbage_collection
from autograd.operation import is_silent
from nn.interruption import interruption


class BrokenOffError(Exception):
    pass


class Raising:
    """Raises in the n-th place where Python looks for signals: where a function is entered, and where one of C's has
    returned.

    Attributes:
        was_there: whether there was such a place.
    """

    def __init__(self, number: int) -> None:
        self._left, self.was_there = number, False

    def _event(self, frame: FrameType, event: str, argument: object) -> None:
        if event in ("call", "c_return") and frame.f_code.co_filename != __file__:
            self._left -= 1
            if self._left < 0:
                sys.setprofile(None)
                self.was_there = True
                raise BrokenOffError

    def run(self, body: Callable[[], object]) -> None:
        try:
            sys.setprofile(self._event)
            body()
        except BrokenOffError:
            pass
        finally:
            sys.setprofile(None)


def everywhere(body: Callable[[], object], step: int = 1) -> Iterator[int]:
    """Run a body that is broken off in each place in turn, or in every so many-th."""
    number, was_there = 0, True
    while was_there:
        raising = Raising(number)
        raising.run(body)
        was_there = raising.was_there
        yield number
        number += step
    assert number > 2 * step, "it was broken off nowhere"


def in_a_block() -> None:
    with no_grad():
        Value(1.0) * 2


def in_blocks_in_blocks() -> None:
    with scope("outer"), no_grad(), scope("inner"):
        Tensor([1.0]) * 2


@no_grad()
def decorated() -> None:
    Value(1.0) * 2


@no_grad()
def generator() -> Iterator[Value]:
    yield Value(1.0) * 2


class Doubled(nn.Module):
    def __init__(self) -> None:
        self.w = Tensor([2.0])

    def __call__(self, x: Any) -> Any:
        return self.w * x


module = Doubled()


def collected() -> None:
    with without_garbage_collection():
        list(map(str, range(2)))


def noting_interruptions() -> None:
    with interruption() as wish:
        assert not wish.came


def everything_is_as_it_was() -> None:
    assert gc.isenabled()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert not modes.open_blocks
    assert modes.current_mode() is modes.DEFAULT
    assert not modes.is_inside_transform()
    assert not modes.watched
    assert not modes.stand_ins
    assert not is_silent()
    assert not locks.is_sweeping
    assert sys.getprofile() is None
    assert nn.module._current_call.get() is None
    assert (Value(1.0) * 2).requires_grad
    assert type(grad(lambda x: x * x)(3.0)) is float


BODIES: dict[str, tuple[Callable[[], object], int]] = {
    "a block": (in_a_block, 1),
    "blocks in blocks": (in_blocks_in_blocks, 1),
    "a decorated function": (decorated, 1),
    "a decorated generator": (lambda: list(generator()), 1),
    "a transform": (lambda: grad(lambda x: autograd.tanh(x) * x)(3.0), 1),
    "a module": (lambda: module(numpy.ones(1)), 1),
    "a mode of a module": (lambda: module.outputs(numpy.ones((2, 1)), 1), 3),
    "Ctrl-C noted": (noting_interruptions, 1),
    "the collector": (collected, 1),
    "a first compiled call": (lambda: compile(lambda x: module(x).sum()).backward(numpy.ones(1)), 197),
    "a first compiled gradient": (lambda: compile(lambda x: x * x + x).value_and_grad(2.0), 61),
}


@pytest.mark.parametrize("name", BODIES)
def test_what_was_open_is_closed(name: str) -> None:
    body, step = BODIES[name]
    for _ in everywhere(body, step):
        everything_is_as_it_was()
        assert module.training


@pytest.mark.parametrize("kind", ["Values", "Tensors", "a compiled function"])
def test_all_leaves_have_their_gradients_or_none(kind: str) -> None:
    leaves: list[Any] = [Value(float(n)) if kind == "Values" else Tensor([float(n)]) for n in range(4)]
    output: Any = sum(leaves[1:], leaves[0] * 2.0) + leaves[0]
    if kind == "a compiled function":
        compiled = compile(lambda x: (sum(leaves) * x).sum())
        compiled.backward(numpy.ones(1)), compiled.backward(numpy.ones(1))
        for leaf in leaves:
            leaf.zero_grad()

    def body() -> None:
        if kind == "a compiled function":
            compiled.backward(numpy.ones(1))
        else:
            output.backward()

    expected = [1.0] * 4 if kind == "a compiled function" else [3.0, 1.0, 1.0, 1.0]
    for _ in everywhere(body):
        times = {
            float(numpy.sum(0.0 if leaf.grad is None else leaf.grad)) / one
            for leaf, one in zip(leaves, expected, strict=True)
        }
        assert len(times) == 1, f"some leaves have more than others: {times}"


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="this system does not list what is open")
def test_a_file_that_is_written_leaves_nothing_open_and_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "x"
    target.write_bytes(b"old")

    def write() -> None:
        write_whole(target, b"new")

    write()
    target.write_bytes(b"old")
    opened = len(os.listdir("/proc/self/fd"))
    for _ in everywhere(write):
        assert len(os.listdir("/proc/self/fd")) == opened
        assert target.read_bytes() in (b"old", b"new")
    assert os.listdir(tmp_path) == ["x"]
