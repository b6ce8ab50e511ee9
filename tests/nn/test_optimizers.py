import math
from typing import Any

import numpy
import pytest

from autograd import Tensor, Value
from nn import SGD, Adam, AdamW, NetworkError, RMSProp
from nn.clipping import clip_norm


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


BAD = [math.nan, math.inf, -0.1, "0.1", None, True]
SETTINGS = [
    (SGD, "momentum", "momentum"), (SGD, "weight_decay", "weight decay"),
    (RMSProp, "decay", "decay"), (RMSProp, "epsilon", "epsilon"), (RMSProp, "momentum", "momentum"),
    (RMSProp, "weight_decay", "weight decay"),
    (Adam, "epsilon", "epsilon"), (Adam, "weight_decay", "weight decay"), (AdamW, "weight_decay", "weight decay"),
]  # fmt: skip


@pytest.mark.parametrize("wrong", BAD)
@pytest.mark.parametrize(("make", "setting", "name"), SETTINGS)
def test_settings_that_cannot_be_are_refused(make: Any, setting: str, name: str, wrong: object) -> None:
    with pytest.raises(NetworkError, match=f"the {name} is a finite number ≥ 0"):
        make([Value(1.0)], 0.1, **{setting: wrong})


@pytest.mark.parametrize("wrong", [*BAD, 1.0])
def test_decays_are_below_1(wrong: object) -> None:
    for make in (Adam, AdamW):
        with pytest.raises(NetworkError, match="the first beta is a finite number ≥ 0 and below 1"):
            make([Value(1.0)], 0.1, betas=(wrong, 0.9))
        with pytest.raises(NetworkError, match="the second beta is a finite number ≥ 0 and below 1"):
            make([Value(1.0)], 0.1, betas=(0.9, wrong))
    with pytest.raises(NetworkError, match="the decay is a finite number"):
        RMSProp([Value(1.0)], 0.1, decay=wrong)  # type: ignore[arg-type]  # the point of the test
    with pytest.raises(NetworkError, match="betas are two numbers"):
        Adam([Value(1.0)], 0.1, betas=0.9)  # type: ignore[arg-type]  # as above


def test_nesterov_needs_a_momentum() -> None:
    with pytest.raises(NetworkError, match="give one above 0"):
        SGD([Value(1.0)], 0.1, nesterov=True)


def test_a_learning_rate_may_be_assigned_and_is_checked_then_too() -> None:
    optimizer = SGD([Value(1.0)], 0.1)
    optimizer.learning_rate = 0.2
    with pytest.raises(NetworkError, match="not nan"):
        optimizer.learning_rate = math.nan
    assert optimizer.learning_rate == 0.2


@pytest.mark.parametrize("make", [SGD, RMSProp, Adam, AdamW])
def test_float32_stays_float32_and_no_state_is_shared_with_a_caller(make: Any) -> None:
    matrix = Tensor(numpy.ones((2, 2), numpy.float32))
    optimizer = make([matrix], 0.1)
    matrix.sum().backward()
    optimizer.step()
    assert matrix.data.dtype == numpy.float32
    state = optimizer.state_dict()
    for kept in state.values():
        kept[...] = 7
    assert all((kept != 7).all() for kept in optimizer.state_dict().values())


def test_a_state_that_does_not_fit_changes_nothing() -> None:
    optimizer = Adam([Tensor([1.0, 2.0])], 0.1)
    before = optimizer.state_dict()
    wrong = {**before, "0.mean": numpy.zeros(3), "more": numpy.zeros(1), "steps": numpy.array(5)}
    del wrong["0.age"]
    with pytest.raises(NetworkError, match=r"0\.age is missing; more is unknown; 0\.mean has shape \(3,\), expected"):
        optimizer.load_state_dict(wrong)
    assert optimizer.steps == 0


@pytest.mark.parametrize("dtype", [numpy.float32, numpy.float64])
def test_the_variance_of_a_constant_gradient_is_not_below_0(dtype):
    parameter = Tensor(numpy.array([1.0], dtype))
    optimizer = RMSProp([parameter], 0.01, centered=True, decay=0.9)
    for _ in range(500):
        parameter.grad = numpy.array([3.3333], dtype)
        optimizer.step()
        assert numpy.isfinite(parameter.data).all()


def test_an_optimizer_keeps_its_parameters() -> None:
    first, second = Tensor([1.0]), Tensor([5.0])
    optimizer = SGD([first], 0.1)
    assert optimizer.parameters == (first,)
    with pytest.raises(NetworkError, match="for others make a new SGD"):
        optimizer.parameters = [first, second]
    assert optimizer.parameters == (first,)


def test_an_iterator_of_parameters_is_clipped_too() -> None:
    first, second = Value(3.0), Value(4.0)
    first.grad, second.grad = 30.0, 40.0
    assert clip_norm((one for one in (first, second)), 1.0) == 50.0
    assert (first.grad, second.grad) == pytest.approx((0.6, 0.8))


@pytest.mark.parametrize("wrong", [-5, 2.5, "3", True, None])
def test_a_count_of_steps_that_cannot_be_is_refused(wrong: Any) -> None:
    optimizer = SGD([Value(1.0)], 0.1)
    with pytest.raises(NetworkError, match="the number of steps is a whole number from 0"):
        optimizer.steps = wrong
    optimizer.steps = numpy.int64(3)  # type: ignore[assignment]  # as arrays give them
    assert (optimizer.steps, type(optimizer.steps)) == (3, int)


def test_what_an_optimizer_would_not_heed_is_refused() -> None:
    w = Value(1.0)
    optimizer = Adam([w], 0.1)
    for name in ("beta1", "moment", "eps"):
        with pytest.raises(NetworkError, match=f"has no {name}; what may be assigned is learning_rate, betas"):
            setattr(optimizer, name, 0.5)

    class Own(Adam):
        """It may keep what it likes."""

    own = Own([w], 0.1)
    own.looks = 3  # type: ignore[attr-defined]  # as above
    assert vars(own)["looks"] == 3
