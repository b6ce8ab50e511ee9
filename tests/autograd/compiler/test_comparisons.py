"""Numbers are compared by a program as they are eagerly, and only who asks for the truth of it looks at them."""

import warnings

import numpy
import pytest

import autograd
from autograd import CapturedConstantWarning, Value, log, value_and_grad, where

COMPARING = {
    "with a number": lambda x, y: where(x > 0, x * 2, x * 3),
    "with an integer": lambda x, y: where(x <= 1, x * 2, x * 3),
    "with another": lambda x, y: where(x >= y, x * 2, y * 3),
    "equal to a number": lambda x, y: where(x == 2, x * 2, x * 3),
    "unequal to a number": lambda x, y: where(x != 2, x * 2, x * 3),
    "with NumPy's number": lambda x, y: where(numpy.float64(0.5) < x, x * 2, x * 3),
    "by NumPy": lambda x, y: numpy.where(numpy.less(x, y), x * 2, y * 3),
    "both": lambda x, y: where((x > 0) & (y > 0), x * 2, y * 3),
    "either": lambda x, y: where((x > 0) | (y > 0) | False, x * 2, y * 3),
    "counted": lambda x, y: (x > 0) + (y > 0) + 0.5 * x * (x < y),
    "where the other has no value": lambda x, y: where(x > 0, log(x), x * y),
}
PLACES = [(2.0, 1.0), (-1.0, 3.0), (0.0, -2.0), (1.0, 1.0)]


@pytest.mark.parametrize("name", COMPARING)
class TestAComparisonIsOfTheProgram:
    def test_of_numbers(self, name) -> None:
        function = COMPARING[name]
        compiled = autograd.compile(function)
        for place in PLACES:
            assert compiled(*place) == function(*place)
            ours, eager = (f(*place) for f in (compiled.value_and_grad, value_and_grad(function)))
            numpy.testing.assert_equal(ours, eager)
            numpy.testing.assert_equal(autograd.grad(compiled)(*place), eager[1])
            compiled.check(*place)
        assert len(compiled.programs) == 3

    def test_of_columns(self, name) -> None:
        function = COMPARING[name]
        compiled = autograd.compile(function, columns=True)
        x, y = numpy.array(PLACES).T
        value, gradient = compiled.value_and_grad(x, y)
        expected = [value_and_grad(function)(*place) for place in PLACES]
        numpy.testing.assert_equal(numpy.transpose([value, gradient]), numpy.array(expected))
        numpy.testing.assert_equal(compiled(x, y), value)
        nodes = [autograd.Tensor(x), y]
        compiled(*nodes).sum().backward()
        numpy.testing.assert_equal(nodes[0].grad, gradient)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x * 2 if x > 0 else x * 3,
        lambda x: x * 2 if 0 < x < 2 else x * 3,
        lambda x: max(x, 0.5),
        lambda x: where(not x > 0, x, x * 2),
        lambda x: x * 2 if x in (1.0, 2.0) else x,
        lambda x: x * 2 if (x > 0) & (x < 5) else x,
        lambda x: where(x < 2**60 + 1, x, x * 2),  # which is no float, and Python compares with it exactly
        lambda x: x + bool(x > 0),
    ],
)
def test_who_asks_for_the_truth_is_told_of_what_was_compared(function) -> None:
    compiled = autograd.compile(function)
    with pytest.warns(CapturedConstantWarning, match="looks at the number of x "):
        assert compiled(1.0) == function(1.0)


@pytest.mark.parametrize(
    "joined", [lambda x: x & 1, lambda x: (x > 0) & 2, lambda x: (x > 0) | x, lambda x: True & x, lambda x: x | x]
)
def test_other_than_truths_are_not_joined(joined) -> None:
    with pytest.raises(TypeError, match="unsupported operand"):
        autograd.compile(joined)(1.0)


def test_outside_a_recording_a_comparison_is_a_truth() -> None:
    x = Value(2.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (x > 1) is True
        with autograd.scope("block"), autograd.source_lines():
            assert (x > 1) is True
            assert (x != 2) is False
            assert (numpy.float64(3.0) < x) in (False, numpy.False_)
