"""Threads: on graphs of their own the bits of one thread, on shared ones every contribution; and forked processes."""

import gc
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy
import pytest

import autograd
from autograd import Tensor, Value, gradients, no_grad, scope
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
    assert autograd.modes.open_blocks == 0


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

    def test_a_sweep_that_comes_into_another_of_the_same_thread(self, monkeypatch) -> None:
        # As a signal's handler does, or what runs when an object dies.
        base = Value(2.0)
        shared = base * base
        output = shared * 3.0
        sweep_values = autograd.fast_paths.sweep_values

        def interrupted(root: Value, seed: float) -> object:
            found = sweep_values(root, seed)
            shared.grad = 77.0  # the work of the sweep that was interrupted
            (shared * 1.0).backward()
            assert shared.grad == 77.0
            return found

        monkeypatch.setattr(autograd.fast_paths, "sweep_values", interrupted)
        output.backward()
        assert base.grad == 12.0 + 4.0


FORKED = """
import gc, os, threading
from autograd import Value, locks, modes, no_grad
from autograd.garbage_collection import without_garbage_collection

inside, done = threading.Event(), threading.Event()

def elsewhere():
    with locks.gradients, modes._open_blocks_lock, without_garbage_collection():
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
