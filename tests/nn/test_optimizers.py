import math

import numpy
import pytest

from autograd import Tensor, Value
from nn import SGD, NetworkError


def test_a_step_moves_each_parameter_against_its_gradient() -> None:
    w, matrix = Value(2.0), Tensor([[1.0, 2.0]])
    (w * w).backward()
    (matrix * 3).sum().backward()
    SGD([w, matrix], learning_rate=0.5).step()
    assert w.data == 0.0
    assert numpy.array_equal(matrix.data, [[-0.5, 0.5]])


def test_a_parameter_without_gradient_stays() -> None:
    matrix = Tensor([1.0])
    SGD([matrix], learning_rate=0.5).step()
    assert matrix.data == [1.0]


def test_float32_parameters_stay_in_float32() -> None:
    matrix = Tensor(numpy.ones(2, numpy.float32))
    matrix.sum().backward()
    SGD([matrix], learning_rate=0.1).step()
    assert matrix.data.dtype == numpy.float32


def test_zero_grad_forgets() -> None:
    w = Value(2.0)
    (w * w).backward()
    SGD([w], 0.1).zero_grad()
    assert w.grad == 0.0


@pytest.mark.parametrize("rate", [math.nan, math.inf, -0.1, "0.1", None])
def test_a_learning_rate_that_cannot_be_is_refused(rate: object) -> None:
    with pytest.raises(NetworkError, match="the learning rate is a finite number ≥ 0"):
        SGD([Value(1.0)], rate)  # type: ignore[arg-type]  # the point of the test


def test_a_parameter_given_twice_is_refused() -> None:
    w = Value(1.0)
    with pytest.raises(NetworkError, match="twice"):
        SGD([w, Value(2.0), w], 0.1)


@pytest.mark.parametrize("wrong", [3.0, Value(1.0, requires_grad=False), Value(1.0) * 2])
def test_what_is_no_leaf_with_gradient_is_refused(wrong: object) -> None:
    with pytest.raises(NetworkError, match="takes leaves that require gradients"):
        SGD([wrong], 0.1)


def test_no_parameters_are_refused() -> None:
    with pytest.raises(NetworkError, match="at least one"):
        SGD([], 0.1)
