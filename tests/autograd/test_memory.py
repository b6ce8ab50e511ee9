"""What a graph leaves behind: nothing, and without the garbage collector's help."""

import gc
import subprocess
import sys
import tracemalloc
import weakref
from collections.abc import Callable, Iterator

import numpy
import pytest

import autograd
from autograd import GraphError, StaleGraphError, Tensor, Value, gradients
from autograd.operation import structural
from nn import MLP, SGD, NeuronMLP, quadratic, train_step, xor

KINDS = pytest.mark.parametrize("kind", [Value, Tensor])


@pytest.fixture(autouse=True)
def no_garbage_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def watched(nodes_of) -> Callable[..., list[weakref.ref]]:
    """Weak references to every node that the outputs were computed from and an operation made."""

    def watch(*outputs):
        return [weakref.ref(node) for output in outputs for node in nodes_of(output) if node.op is not None]

    return watch


def alive(seen) -> list[object]:
    return [one() for one in seen if one() is not None]


def network(x):
    """Sharing, choices, constants, a scope: a bit of everything."""
    with autograd.scope("block"):
        y = autograd.tanh(x * x) + x
    z = autograd.where(y > 0, y, x) * autograd.maximum(x, y) / 2 + (1 - y) ** 2
    return z + y.detach()


@KINDS
class TestAGraphIsFreed:
    def test_with_its_output_and_not_before(self, kind, watched) -> None:
        x = kind(0.5)
        output = network(x)
        seen = watched(output)
        assert len(alive(seen)) == len(seen) > 8
        del output
        assert alive(seen) == []

    def test_after_any_number_of_sweeps(self, kind, watched) -> None:
        x = kind(0.5)
        output = network(x)
        output.backward()
        output.backward()
        gradients(output, x)
        seen = watched(output)
        del output
        assert alive(seen) == []
        assert float(x.grad) != 0.0

    def test_that_gradients_made_of_it(self, kind, watched) -> None:
        x = kind(0.5)
        output = network(x)
        slope = gradients(output, x, create_graph=True)
        curvature = gradients(slope, x, create_graph=True)
        (curvature * slope).backward()
        seen = watched(output, slope, curvature)
        assert len(seen) > 100
        del output, slope, curvature
        assert alive(seen) == []

    def test_all_but_the_part_that_is_still_held(self, kind, watched) -> None:
        x = kind(0.5)
        kept = x * x
        below = watched(kept)
        output = network(kept)
        above = [one for one in watched(output) if one not in below]
        del output
        assert alive(above) == []
        assert alive(below) == [kept]

    def test_after_an_operation_that_was_refused(self, kind, watched) -> None:
        x = kind(0.5)
        output = network(x)
        seen = watched(output)
        for wrong in (lambda node: node + "a", lambda node: node @ [[1.0]], lambda node: node + object()):
            try:
                wrong(output)
            except (GraphError, TypeError):
                pass
            else:
                pytest.fail("it should have been refused")
        del output
        assert alive(seen) == []

    def test_after_a_sweep_that_was_refused(self, kind, watched) -> None:
        x = kind(0.5)
        output = network(x)
        x.data = 2.0
        seen = watched(output)
        try:
            gradients(output, x, create_graph=True)
        except StaleGraphError:
            pass
        else:
            pytest.fail("it should have been refused")
        del output
        assert alive(seen) == []

    def test_that_the_frame_of_an_error_held(self, kind) -> None:
        seen = []

        def broken() -> None:
            output = network(kind(0.5))
            seen.append(weakref.ref(output))
            raise ZeroDivisionError

        try:
            broken()
        except ZeroDivisionError:
            assert alive(seen) != []
        assert alive(seen) == []

    def test_at_once_under_no_grad(self, kind) -> None:
        x = kind(0.5)
        with autograd.no_grad():
            middle = x * x
            seen = weakref.ref(middle)
            output = autograd.exp(middle) + middle
            del middle
            assert seen() is None
        assert output.inputs == ()


def test_a_graph_whose_sweep_broke_off_half_way_is_freed(watched) -> None:
    class BrokenRuleError(Exception):
        pass

    def failing(upstream, out, x):
        raise BrokenRuleError

    x = Tensor([1.0, 2.0])
    row = structural("failing", "!", lambda x: x * 1.0, pullbacks=(failing,))
    output = (row(x * 2) + x * 3).sum()
    seen = watched(output)
    for sweep in (Tensor.backward, lambda node: gradients(node, x), lambda node: gradients(node, x, create_graph=True)):
        try:
            sweep(output)
        except BrokenRuleError:
            pass
        else:
            pytest.fail("it should have broken off")
    del output
    assert alive(seen) == []


def test_the_graph_of_every_row_is_freed(sample, watched) -> None:
    leaves = sample.leaves()
    output = sample.call(*leaves)
    output.backward(numpy.ones(output.shape))
    slopes = gradients(output, leaves, numpy.ones(output.shape), create_graph=True)
    seen = watched(output, *slopes)
    del output, slopes
    assert alive(seen) == []


@pytest.mark.parametrize(
    ("make", "steps"),
    [(lambda: MLP((2, 8, 1), "tanh", rng=0), 1_000), (lambda: NeuronMLP((2, 2, 1), rng=0), 250)],
    ids=["MLP", "NeuronMLP"],
)
def test_memory_is_flat_over_training_steps(make, steps) -> None:
    network, data = make(), xor()
    targets = data.train_labels.reshape(-1, 1).astype(float)
    optimizer = SGD(network.parameters(), 0.1)

    def held_after(steps: int) -> int:
        for _ in range(steps):
            train_step(network, data.train_inputs, targets, quadratic, optimizer)
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = held_after(steps // 10)
        grown = held_after(steps - steps // 10) - before
    finally:
        tracemalloc.stop()
    assert grown < 2_000  # no object a step, be it ever so small


# In a process of its own: the peak of this one was set by another test.
RESIDENT_SIZE = """
import gc, resource, sys
import numpy
from nn import MLP, SGD, quadratic, train_step

gc.disable()
rng = numpy.random.default_rng(0)
network = MLP((8, 32, 4), "tanh", rng=0)
x, y = rng.normal(size=(64, 8)), rng.normal(size=(64, 4))
optimizer = SGD(network.parameters(), 0.01)

def peak_after(steps):
    for _ in range(steps):
        train_step(network, x, y, quadratic, optimizer)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

before = peak_after(100)
print((peak_after(900) - before) * (1 if sys.platform == "darwin" else 1024))
"""


def test_the_resident_size_is_flat_over_a_thousand_training_steps() -> None:
    pytest.importorskip("resource", reason="the system does not say how much memory a process uses")
    grown = subprocess.run([sys.executable, "-c", RESIDENT_SIZE], capture_output=True, text=True, check=True).stdout
    assert int(grown) < 1_000_000  # a thousand graphs left behind are fifty times as much
