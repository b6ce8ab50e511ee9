from typing import Any

import numpy
import pytest

from autograd import ShapeError, Tensor, gradcheck
from nn import BatchNorm1d, Dropout, EarlyStopping, Flatten, LayerNorm, Linear, Module, NetworkError, Sequential

ONES = Tensor(numpy.ones((400, 50)))


def test_dropout_keeps_the_expectation_and_is_nothing_in_use() -> None:
    layer = Dropout(0.25, rng=0)
    found = layer(ONES)
    assert set(numpy.unique(found.data)) == {0.0, 1 / 0.75}
    assert found.data.mean() == pytest.approx(1, abs=0.02)
    assert layer.eval()(ONES) is ONES
    assert Dropout(0.0)(ONES) is ONES


def test_dropout_s_gradient_goes_where_its_numbers_went() -> None:
    x = Tensor(numpy.ones((4, 5)))
    found = Dropout(0.5, rng=1)(x)
    found.sum().backward()
    assert numpy.array_equal(x.grad, found.data)


def test_dropout_keeps_float32() -> None:
    assert Dropout(0.5, rng=0)(Tensor(numpy.ones((2, 2), numpy.float32))).dtype == numpy.float32


@pytest.mark.parametrize("rate", [-0.1, 1.0, float("nan"), "0.5"])
def test_a_rate_that_cannot_be_is_refused(rate: float) -> None:
    with pytest.raises(NetworkError, match="the dropout rate is a finite number ≥ 0 and below 1"):
        Dropout(rate)


@pytest.mark.parametrize("layer", [BatchNorm1d(3), LayerNorm(3)], ids=repr)
def test_norms_have_the_gradients_of_finite_differences(layer: Module) -> None:
    x = numpy.random.default_rng(0).normal(size=(5, 3))
    scale = numpy.random.default_rng(1).normal(size=(5, 3))
    assert gradcheck(lambda x: (layer(x) * scale).sum(), x)


def test_running_statistics_follow_the_batches_and_are_used_after() -> None:
    layer = BatchNorm1d(1, momentum=1.0, epsilon=0.0)
    layer(Tensor([[1.0], [3.0]]))
    assert (layer.running_mean, layer.running_variance) == ([2.0], [2.0])  # the variance without bias
    assert layer.eval()(Tensor([[2.0]])).tolist() == [[0.0]]  # one sample is no batch, and need not be
    assert layer.running_mean == [2.0]


def test_what_is_no_batch_is_refused() -> None:
    with pytest.raises(ShapeError, match="at least two samples to train on"):
        BatchNorm1d(2)(Tensor([[1.0, 2.0]]))
    with pytest.raises(ShapeError, match=r"one row of numbers for each sample, not an input of shape \(4, 3, 2\)"):
        BatchNorm1d(2)(Tensor(numpy.ones((4, 3, 2))))
    for layer in (BatchNorm1d(2), LayerNorm(2)):
        with pytest.raises(ShapeError, match="takes rows of 2 numbers"):
            layer(Tensor([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]))


def test_train_and_eval_reach_every_part() -> None:
    model = Sequential(Linear(2, 2, rng=0), Sequential(Dropout(0.5), BatchNorm1d(2)))
    assert [module.training for _, module in model.eval().named_modules()] == [False] * 5
    assert [module.training for _, module in model.train().named_modules()] == [True] * 5


def test_buffers_are_part_of_the_state_and_generators_have_names() -> None:
    model = Sequential(BatchNorm1d(2), Dropout(0.5))
    assert list(model.state_dict()) == [
        "layers.0.weight", "layers.0.bias", "layers.0.running_mean", "layers.0.running_variance"
    ]  # fmt: skip
    assert [name for name, _ in model.named_generators()] == ["layers.1.rng"]
    state = {name: array + 1 for name, array in model.state_dict().items()}
    model.load_state_dict(state)
    assert all((array == state[name]).all() for name, array in model.state_dict().items())
    with pytest.raises(NetworkError, match=r"layers\.0\.running_mean has shape \(3,\), expected \(2,\)"):
        model.load_state_dict({**state, "layers.0.running_mean": numpy.zeros(3)})


def test_flatten_makes_each_sample_a_row() -> None:
    x = numpy.arange(24.0).reshape(2, 3, 4)
    assert numpy.array_equal(Flatten()(Tensor(x)).data, x.reshape(2, 12))


@pytest.mark.parametrize(
    ("make", "name", "wrong"),
    [
        (lambda: Dropout(0.5), "rate", 2),
        (lambda: Dropout(0.5), "training", "no"),
        (lambda: BatchNorm1d(3), "momentum", -1),
        (lambda: BatchNorm1d(3), "epsilon", "small"),
        (lambda: LayerNorm(3), "epsilon", float("nan")),
        (lambda: Linear(2, 3), "training", 0),
        (lambda: EarlyStopping(), "patience", -3),
        (lambda: EarlyStopping(), "watch", "los"),
        (lambda: EarlyStopping(), "improvement", None),
        (lambda: EarlyStopping(), "restore_best", "no"),
    ],
)
def test_settings_that_are_assigned_later_are_checked_as_those_that_are_given(make: Any, name: str, wrong: Any) -> None:
    part = make()
    before = getattr(part, name)
    with pytest.raises(NetworkError, match="figure" if name == "watch" else name.replace("_", ".")):
        setattr(part, name, wrong)
    assert getattr(part, name) == before
    setattr(part, name, before)
