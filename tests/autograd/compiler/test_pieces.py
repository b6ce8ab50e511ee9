"""Elementwise chains on large arrays run piece by piece, and give the same numbers."""

import numpy
import pytest

from autograd import compile, exp, sigmoid, tanh, value_and_grad
from autograd.compiler.pipeline import ARRAYS
from autograd.compiler.run import pieces
from witnesses.random_graphs import function_of, leaf_arrays, random_graph


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(pieces, "SMALLEST", 1)
    monkeypatch.setattr(pieces, "PIECE", 4)


def function(x, y):
    z = x * y + x * 0.5 - y
    return (sigmoid(z) * z * exp(-y)).sum()


def test_a_chain_is_a_loop_over_pieces(small_pieces):
    compiled = compile(function)
    x, y = numpy.random.default_rng(0).normal(size=(2, 3, 5))
    value, gradients = compiled.value_and_grad(x, y, argnums=(0, 1))
    eager_value, eager_gradients = value_and_grad(function, (0, 1))(x, y)
    assert value == eager_value
    for ours, eager in zip(gradients, eager_gradients, strict=True):
        numpy.testing.assert_allclose(ours, eager, rtol=1e-14)
    text = ARRAYS(compiled.programs[0].program).text
    assert text.count("for s, ") == 2  # forward and backward
    again, _ = compiled.value_and_grad(x + 1, y)
    assert again == value_and_grad(function)(x + 1, y)[0]


def test_small_arrays_are_not_cut_up():
    compiled = compile(function)
    compiled(numpy.ones(1000), numpy.ones(1000))
    assert "for s" not in ARRAYS(compiled.programs[0].program).text


@pytest.mark.parametrize(
    "turned", [lambda x: x.T, lambda x: x[::-1], lambda x: x.reshape(3, 3), lambda x: x[:, [2, 0, 1]]]
)
def test_views_and_copies_in_a_chain(small_pieces, turned):
    def crossed(x, y):
        z = tanh(x * y)
        return ((turned(z) * z + z) * turned(x) - x).sum()

    x, y = numpy.random.default_rng(0).normal(size=(2, 3, 3))
    compiled = compile(crossed)
    for _ in range(2):
        value, gradients = compiled.value_and_grad(x.T, y, argnums=(0, 1))
        eager_value, eager_gradients = value_and_grad(crossed, (0, 1))(x.T, y)
        assert value == pytest.approx(eager_value, rel=1e-14)
        for ours, eager in zip(gradients, eager_gradients, strict=True):
            numpy.testing.assert_allclose(ours, eager, rtol=1e-13)
        x = x + 1


@pytest.mark.filterwarnings("ignore::autograd.CapturedConstantWarning")
@pytest.mark.parametrize("start", range(0, 60, 20))
def test_random_graphs_in_pieces(small_pieces, start):
    for seed in range(start, start + 20):
        graph = random_graph(seed)
        leaves = leaf_arrays(graph)
        argnums = tuple(number for number, leaf in enumerate(graph.leaves) if leaf.is_variable)
        function = function_of(graph)
        value, gradients = compile(function).value_and_grad(*leaves, argnums=argnums)
        eager_value, eager_gradients = value_and_grad(function, argnums)(*leaves)
        numpy.testing.assert_allclose(value, eager_value, rtol=1e-13)
        for ours, eager in zip(gradients, eager_gradients, strict=True):
            scale = numpy.abs(eager).max(initial=0.0)
            numpy.testing.assert_allclose(ours, eager, rtol=1e-13, atol=1e-14 * scale)


def test_pieces_cover_the_array_and_share_memory():
    for size in (1, pieces.PIECE, pieces.PIECE + 1, 3 * pieces.PIECE - 1):
        found = pieces.made(size, ["d", "f"])
        covered = numpy.concatenate([numpy.arange(size)[part] for part, *_ in found])
        numpy.testing.assert_array_equal(covered, numpy.arange(size))
        for part, first, second in found:
            assert len(first) == len(second) == part.stop - part.start
            assert (first.dtype.char, second.dtype.char) == ("d", "f")
