"""Threads: on graphs of their own the bits of one thread, on shared ones every contribution; and forked processes."""

import gc
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Any

import numpy
import pytest

import autograd
from autograd import Node, Tensor, Value, compile, gradients, no_grad, scope
from autograd.compiler import compiled
from autograd.garbage_collection import without_garbage_collection
from nn import MLP, SGD, quadratic, train_step

THREADS = 10


pytestmark = pytest.mark.usefixtures("threads_take_turns_often")


def values(seed: int) -> list[str]:
    """A graph of Values, swept twice and once as a graph."""
    x, w = Value(0.5 + seed / 10), Value(-0.3)
    y = x
    for i in range(100):
        y = autograd.tanh(y * w + x) + (y / 3 if i % 3 else autograd.relu(y) ** 2)
    y.backward()
    y.backward(seed)
    slope = gradients(y, x, create_graph=True)
    return [number.hex() for number in (y.data, x.grad, w.grad, slope.data, gradients(slope, w).data)]


def tensors(seed: int) -> list[bytes]:
    """Training steps of a small network, the last of them by hand."""
    rng = numpy.random.default_rng(seed)
    network = MLP((4, 8, 2), "tanh", rng=seed)
    x, y = rng.normal(size=(5, 4)), rng.normal(size=(5, 2))
    optimizer = SGD(network.parameters(), 0.1)
    costs = [train_step(network, x, y, quadratic, optimizer) for _ in range(20)]
    loss = quadratic(network(Tensor(x)), y)
    loss.backward()
    return [numpy.array(costs).tobytes(), *[parameter.grad.tobytes() for parameter in network.parameters()]]


def without_recording(seed: int) -> list[object]:
    """Blocks opened and closed all the time, and what is recorded inside and after them."""
    found: list[object] = []
    for i in range(100):
        x = Value(seed + i / 10)
        with no_grad():
            inside = autograd.tanh(x * x)
        after = autograd.tanh(x * x)
        after.backward()
        found += [inside.data.hex(), inside.requires_grad, after.requires_grad, x.grad.hex()]
    return found


def in_scopes(seed: int) -> list[object]:
    found: list[object] = []
    for i in range(100):
        x = Tensor([seed + i / 10, 1.0])
        with scope(f"outer {seed}"), scope(f"inner {i}"):
            inside = autograd.tanh(x * x)
        after = inside.sum()
        after.backward()
        assert x.grad is not None
        found += [inside.scope.path, after.scope, inside.data.tobytes(), x.grad.tobytes()]
    return found


def together(works: list[Callable[[int], object]]) -> list[object]:
    """Each work in a thread of its own, all of them started at once."""
    barrier = threading.Barrier(len(works))

    def start(seed: int) -> object:
        barrier.wait(30)
        return works[seed](seed)

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(start, range(len(works))))


@pytest.mark.parametrize("work", [values, tensors], ids=["Value", "Tensor"])
def test_ten_threads_give_the_bits_of_one(work) -> None:
    alone = [work(seed) for seed in range(THREADS)]
    assert len({str(found) for found in alone}) == THREADS
    assert together([work] * THREADS) == alone


def test_ten_threads_give_the_bits_of_one_while_some_record_nothing_or_open_scopes() -> None:
    works = [
        values,
        without_recording,
        tensors,
        in_scopes,
        values,
        without_recording,
        tensors,
        in_scopes,
        values,
        tensors,
    ]
    alone = [work(seed) for seed, work in enumerate(works)]
    for _ in range(3):
        assert together(works) == alone
    assert not autograd.modes.open_blocks


def test_threads_may_share_leaves_whose_gradients_they_ask_for() -> None:
    weights = [Value(0.1 * i - 0.3) for i in range(5)]
    matrix = Tensor(numpy.random.default_rng(0).normal(size=(4, 4)))

    def work(seed: int) -> list[object]:
        y = sum((w * (seed + 1) for w in weights), Value(0.5))
        z = ((matrix @ matrix) ** 2 * float(seed + 1)).sum()
        return [
            *[one.data.hex() for one in gradients(autograd.tanh(y), weights)],
            gradients(z, matrix).data.tobytes(),
        ]

    alone = [work(seed) for seed in range(THREADS)]
    assert together([work] * THREADS) == alone
    assert {w.grad for w in weights} == {0.0}
    assert matrix.grad is None


def in_threads(work: Callable[[], None], count: int = 4) -> None:
    def with_barrier(seed: int) -> None:
        work()

    together([with_barrier] * count)


class TestBackwardOfWhatThreadsShare:
    """Every contribution arrives, and once: 4 threads sweep the same nodes at the same time."""

    def test_an_intermediate_value(self) -> None:
        base = Value(1.0)
        shared = base * 1.0
        for _ in range(100):
            shared = shared * 1.0

        def work() -> None:
            for _ in range(100):
                (shared * 1.0).backward()

        in_threads(work)
        assert (base.grad, shared.grad) == (400.0, 1.0)

    def test_an_intermediate_value_that_some_sweep_with_tensors(self) -> None:
        base = Value(1.0)
        shared = base * 1.0
        for _ in range(50):
            shared = shared * 1.0
        numbers = Tensor(numpy.ones(3), requires_grad=False)

        def values_alone(seed: int) -> None:
            for _ in range(100):
                (shared * 1.0).backward()

        def with_arrays(seed: int) -> None:
            for _ in range(100):
                (shared * numbers).sum().backward()

        together([values_alone, with_arrays] * 2)
        assert base.grad == 200.0 + 600.0

    @pytest.mark.parametrize("size", [3, 5000], ids=["small", "so large that NumPy lets other threads run"])
    def test_a_leaf_tensor(self, size) -> None:
        leaf = Tensor(numpy.zeros(size))

        def work() -> None:
            for _ in range(500):
                (leaf * 1.0).sum().backward()

        in_threads(work)
        assert set(leaf.grad.tolist()) == {2000.0}

    def test_an_intermediate_tensor_whose_gradient_is_read(self) -> None:
        leaf = Tensor(numpy.zeros(3))
        shared = leaf + 0.0

        def work() -> None:
            for _ in range(200):
                (shared + 0.0).sum().backward()
                assert shared.grad is not None
                shared.grad[:] = -1.0  # its own memory: no other node's gradient is this array

        in_threads(work)
        assert set(leaf.grad.tolist()) == {800.0}

    def test_a_parameter_of_a_compiled_function(self) -> None:
        weight = Tensor(numpy.ones(3))
        loss = autograd.compile(lambda x: (x * weight).sum())
        x = numpy.ones(3)
        loss.backward(x)

        def work() -> None:
            for _ in range(300):
                loss.backward(x)

        in_threads(work)
        assert set(weight.grad.tolist()) == {1201.0}


def of_values() -> tuple[Value, Value, Value]:
    """A leaf, an intermediate and an output."""
    base = Value(2.0)
    shared = base * base
    return base, shared, autograd.tanh(shared * 0.1) * 3.0 + shared


def of_tensors() -> tuple[Tensor, Tensor, Tensor]:
    base = Tensor([2.0, 3.0])
    shared = base * base
    return base, shared, (autograd.tanh(shared * 0.1) * 3.0 + shared).sum()


def of_both() -> tuple[Value, Value, Tensor]:
    base = Value(2.0)
    shared = base * base
    return base, shared, (autograd.tanh(shared * 0.1) * Tensor([3.0, 4.0])).sum()


class Interrupted:
    """Lets a handler run in the middle of what this thread does, as a signal's: where the n-th function is entered, or
    one of C's has returned, which is where Python looks for signals.

    Attributes:
        was_there: whether there was such a place.
    """

    def __init__(self, number: int, handler: Callable[[], None]) -> None:
        self._left, self._handler, self.was_there = number, handler, False

    def _event(self, frame: FrameType, event: str, argument: object) -> None:
        if event in ("call", "c_return") and frame.f_code is not Interrupted.__exit__.__code__:
            self._left -= 1
            if self._left < 0:
                sys.setprofile(None)
                self.was_there = True
                self._handler()

    def __enter__(self) -> "Interrupted":
        sys.setprofile(self._event)
        return self

    def __exit__(self, *exception: object) -> None:
        sys.setprofile(None)


@pytest.mark.parametrize("graph", [of_values, of_tensors, of_both])
@pytest.mark.parametrize("of_the_same", [True, False], ids=["of the same graph", "of another graph"])
def test_a_signal_s_handler_may_sweep_anywhere_in_a_sweep(
    graph: Callable[[], tuple[Node, Node, Node]], of_the_same: bool
) -> None:
    def swept(number: int | None) -> tuple[list[object], bool]:
        base, shared, output = graph()
        its_shared = shared if of_the_same else base * base
        of_shared = (its_shared * 5.0).sum() if isinstance(shared, Tensor) else its_shared * 5.0
        seen: list[object] = []

        def handler() -> None:
            of_shared.backward()
            seen.append(numpy.copy(its_shared.grad))

        if number is None:
            handler()
            output.backward()
            was_there = True
        else:
            with Interrupted(number, handler) as interrupted:
                output.backward()
            was_there = interrupted.was_there
        if not was_there:
            return [], False
        grads = [base.grad, *([] if of_the_same else [shared.grad]), *seen]
        return [numpy.copy(grad).tolist() for grad in grads], True

    expected, _ = swept(None)
    number, was_there = 0, True
    while was_there:
        found, was_there = swept(number)
        if was_there:
            numpy.testing.assert_allclose(
                found[0], expected[0], rtol=1e-14, err_msg=f"the leaf's, interrupted at {number}"
            )
            assert found[1:] == expected[1:], number
        number += 1
    assert number > 3


def test_a_signal_s_handler_may_sweep_while_a_gradient_is_read() -> None:
    for number in range(20):
        _, shared, output = of_tensors()
        output.backward()
        with Interrupted(number, lambda shared=shared: (shared * 5.0).sum().backward()) as interrupted:
            read = shared.grad
        if not interrupted.was_there:
            break
        assert read.tolist() == shared.grad.tolist()
        shared.grad[0] = 77.0  # it is the node's own
        assert shared.grad[0] == 77.0
    assert 0 < number < 20


def test_a_signal_s_handler_may_open_blocks_wherever_one_is_opened_or_closed() -> None:
    def handler() -> None:
        with no_grad(), scope("inside"):
            assert not (Value(1.0) * 2).requires_grad

    before = set(autograd.modes.open_blocks), set(autograd.modes.watched)
    number, was_there = 0, True
    while was_there:
        with Interrupted(number, handler) as interrupted:
            with no_grad(), scope("outside"):
                inside = Value(1.0) * 2
            outside = Value(1.0) * 2
        was_there = interrupted.was_there
        assert (autograd.modes.open_blocks, autograd.modes.watched) == before
        assert (inside.requires_grad, outside.requires_grad, outside.scope) == (False, True, None)
        number += 1
    assert number > 20


FORKED = """
import gc, os, threading
from autograd import Value, locks, modes, no_grad
from autograd.garbage_collection import without_garbage_collection

inside, done = threading.Event(), threading.Event()

def elsewhere():
    with locks.gradients, modes._ending_lock, without_garbage_collection():
        inside.set()
        done.wait(30)

thread = threading.Thread(target=elsewhere)
thread.start()
inside.wait(30)
assert not gc.isenabled()
child = os.fork()
if child == 0:
    assert gc.isenabled(), "the collector is off"
    with without_garbage_collection():
        assert not gc.isenabled()
    assert gc.isenabled()
    x = Value(3.0)
    (x * x).backward()
    with no_grad():
        pass
    os._exit(x.grad != 6.0)
_, status = os.waitpid(child, 0)
done.set()
thread.join()
assert gc.isenabled()
raise SystemExit(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_process_forked_while_another_thread_records_sweeps_collects_and_opens_blocks() -> None:
    done = subprocess.run([sys.executable, "-c", FORKED], timeout=60, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


FORKED_WHILE_IMPORTING = """
import os, signal, sys, threading, time
import numpy
import autograd
from autograd import Tensor, locks

sought, part = threading.Event(), sys.argv[1]

class Slow:
    def find_spec(name, path=None, target=None):
        if name == part:
            sought.set()
            time.sleep(0.2)

def first_uses():
    gives = autograd.compile(lambda x: 2 * x)(1.0), autograd.std(Tensor([1.0, 3.0])).item()
    return (*gives, autograd.vmap(lambda x: x * x)(numpy.ones(2)).tolist())

sys.meta_path.insert(0, Slow)
thread = threading.Thread(target=first_uses)
thread.start()
sought.wait(30)
child = os.fork()
if child == 0:
    signal.alarm(20)
    os._exit(first_uses() != (2.0, 1.0, [1.0, 1.0]))
thread.join()
assert not locks.importing._threads
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("part", ["autograd.compiler.compiled", "autograd.composites.statistics", "autograd.batching"])
def test_a_process_forked_while_another_thread_imports_what_it_uses_first_imports_it_too(part: str) -> None:
    command = [sys.executable, "-c", FORKED_WHILE_IMPORTING, part]
    done = subprocess.run(command, timeout=60, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_collector_is_on_again_when_the_last_thread_that_paused_it_is_done() -> None:
    inside, done = threading.Event(), threading.Event()

    def elsewhere() -> None:
        with without_garbage_collection():
            inside.set()
            done.wait(30)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    assert inside.wait(30)
    with without_garbage_collection():
        pass
    assert not gc.isenabled()
    done.set()
    thread.join()
    assert gc.isenabled()


def test_a_call_does_not_wait_for_another_function_s_program_that_is_being_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, done, make = threading.Event(), threading.Event(), compiled.ARRAYS

    def make_slowly(program: Any) -> Any:
        begun.set()
        assert done.wait(30)
        return make(program)

    monkeypatch.setattr(compiled, "ARRAYS", make_slowly)
    of_arrays = threading.Thread(target=compile(lambda x: x * 2), args=(numpy.ones(2),))
    of_numbers = threading.Thread(target=compile(lambda x: x * 2), args=(1.0,), daemon=True)
    of_arrays.start()
    try:
        assert begun.wait(30)
        of_numbers.start()
        of_numbers.join(10)
        assert not of_numbers.is_alive(), "it waits for a lock, which a forked process would do for ever"
    finally:
        done.set()
        of_arrays.join()
