"""What a program keeps from outside its arguments is listed, and warned about."""

import functools

import numpy
import pytest

from autograd import CapturedConstantWarning, Tensor, compile, prod, repeat, take_along_axis
from nn import MLP, softmax_cross_entropy

TABLE = numpy.array([0.5, -1.5, 2.5])


def test_an_array_around_the_function_is_named():
    targets = numpy.array([1.0, 0.0, 1.0])
    f = compile(lambda x: ((x - targets) ** 2).sum())
    with pytest.warns(CapturedConstantWarning, match=r"uses targets of shape \(3,\), float64"):
        f(numpy.ones(3))
    (constant,) = f.constants
    assert (constant.name, constant.data.tolist()) == ("targets", [1.0, 0.0, 1.0])
    assert not constant.data.flags.writeable
    f(numpy.ones(3))  # no second warning


def test_globals_defaults_and_partial_arguments_are_found():
    with pytest.warns(CapturedConstantWarning, match="TABLE"):
        compile(lambda x: (x * TABLE).sum())(numpy.ones(3))

    def function(x, table=numpy.array([3.0, 1.0])):  # noqa: B008  # a default is what is tested
        return (x * table).sum()

    with pytest.warns(CapturedConstantWarning, match="a default"):
        compile(function)(numpy.ones(2))
    with pytest.warns(CapturedConstantWarning, match="shape"):
        compile(functools.partial(lambda y, x: (x * y).sum(), numpy.array([2.0, 5.0])))(numpy.ones(2))


def test_numbers_drawn_inside_are_told_of():
    def noisy(x):
        return (x * numpy.random.default_rng(0).normal(size=3)).sum()

    with pytest.warns(CapturedConstantWarning, match="an array of shape"):
        compile(noisy)(numpy.ones(3))


def test_a_constant_node_and_labels_are_told_of():
    y = Tensor([1.0, 2.0], requires_grad=False, label="y")
    with pytest.warns(CapturedConstantWarning, match="y of shape"):
        compile(lambda x: (x * y).sum())(numpy.ones(2))
    labels = numpy.array([0, 1, 1])
    model = MLP((2, 2), rng=0)
    with pytest.warns(CapturedConstantWarning, match="labels of shape"):
        compile(lambda x: softmax_cross_entropy(model(x), labels))(numpy.ones((3, 2)))


def test_what_is_made_of_shapes_alone_is_no_news():
    model = MLP((2, 3), rng=0)
    compile(lambda x, labels: softmax_cross_entropy(model(x), labels))(numpy.ones((4, 2)), numpy.array([0, 1, 2, 0]))
    compile(lambda x: (x * numpy.ones(3) + numpy.eye(3)).sum())(numpy.ones((3, 3)))
    compile(lambda x: repeat(x, 2).sum() + prod(x))(numpy.ones(3))
    compile(lambda x, i: take_along_axis(x, i, 1).sum())(numpy.ones((2, 3)), numpy.zeros((2, 1), int))
    compile(lambda x: (x[[2, 0]] * numpy.array([0.25, 4.0]) + x[[2, 1, 0, 2]][:2]).sum())(numpy.ones(3))
    f = compile(lambda x: x * 2.5 + numpy.float64(0.1))
    f(1.0)
    assert f.constants == []
