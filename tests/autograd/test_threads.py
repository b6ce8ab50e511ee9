"""Separate graphs in separate threads: the bits of one thread, whatever the other threads are doing."""

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy
import pytest

import autograd
from autograd import Tensor, Value, gradients, no_grad, scope
from nn import MLP, SGD, quadratic, train_step

THREADS = 10


@pytest.fixture(autouse=True)
def threads_take_turns_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


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
