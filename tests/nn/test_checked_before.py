"""States, hyper-parameters and settings that cannot be are refused in one sentence, and leave everything as it was."""

from typing import Any

import numpy
import pytest

from autograd import DataTypeError, Tensor, Value
from nn import (
    MLP,
    SGD,
    Adam,
    AdamW,
    BatchNorm1d,
    DatasetError,
    Linear,
    NetworkError,
    NeuronMLP,
    RMSProp,
    Sequential,
    binary_cross_entropy,
    fit,
    moons,
    quadratic,
    schedules,
    split_samples,
    train_step,
)

POINTS = numpy.random.default_rng(0).normal(size=(20, 2))
TARGETS = (POINTS[:, :1] > 0).astype(float)
LATER: dict[str, Any] = {
    "complex": (lambda array: array.astype(complex), "holds complex128, not real numbers"),
    "text": (lambda array: numpy.full(array.shape, "a"), "holds <U1, not real numbers"),
    "objects": (lambda array: numpy.full(array.shape, None), "holds object, not real numbers"),
    "masked": (lambda array: numpy.ma.masked_array(array), "mask"),
    "ragged": (lambda array: [[1.0], [1.0, 2.0]], "is no array|make no array"),
}


@pytest.mark.parametrize("change", LATER)
@pytest.mark.parametrize(
    "make",
    [
        lambda: Sequential(Linear(2, 2, rng=0), Linear(2, 2, rng=1)),
        lambda: Sequential(Linear(2, 2, rng=0), BatchNorm1d(2)),
        lambda: NeuronMLP((2, 1), rng=0),
    ],
)
def test_a_module_s_state_is_checked_before_anything_is_changed(make: Any, change: str) -> None:
    module = make()
    before = module.state_dict()
    change_of, said = LATER[change]
    for name in before:
        state: dict[str, Any] = {key: array + 1 for key, array in before.items()}
        state[name] = change_of(state[name])
        with pytest.raises((NetworkError, DataTypeError), match=said):
            module.load_state_dict(state)
        assert all(numpy.array_equal(array, before[key]) for key, array in module.state_dict().items())


@pytest.mark.parametrize("change", LATER)
@pytest.mark.parametrize("make", [MLP, NeuronMLP])
def test_an_optimizer_s_state_is_checked_before_anything_is_changed(make: Any, change: str) -> None:
    module = make((2, 1), rng=0)
    optimizer = Adam(module)
    train_step(module, POINTS, TARGETS, quadratic, optimizer)
    before = optimizer.state_dict()
    change_of, said = LATER[change]
    for name in before:
        if before[name].ndim == 0 and change == "masked":
            continue
        state: dict[str, Any] = {key: array + 1 for key, array in before.items()}
        state[name] = change_of(state[name])
        with pytest.raises((NetworkError, DataTypeError), match=said):
            optimizer.load_state_dict(state)
        assert all(numpy.array_equal(array, before[key]) for key, array in optimizer.state_dict().items())


@pytest.mark.parametrize(("name", "wrong"), [("steps", 2.5), ("steps", -1), ("0.age", numpy.nan), ("0.age", 0.5)])
def test_ages_are_whole_numbers(name: str, wrong: float) -> None:
    optimizer = Adam(MLP((2, 1), rng=0))
    state = {**optimizer.state_dict(), name: numpy.array(wrong)}
    with pytest.raises(NetworkError, match=f"{name} (holds|is below)"):
        optimizer.load_state_dict(state)
    assert optimizer.steps == 0
    optimizer.load_state_dict({**state, name: numpy.array(3.0)})


def test_numbers_beyond_float32_are_refused() -> None:
    module = MLP((2, 1), rng=0, dtype=numpy.float32)
    state = {name: array.astype(float) for name, array in module.state_dict().items()}
    module.load_state_dict(state)
    state["layers.0.bias"][:] = 1e300
    with pytest.raises(NetworkError, match=r"layers\.0\.bias holds 1e\+300, which is no float32"):
        module.load_state_dict(state)
    state["layers.0.bias"][:] = numpy.inf  # is that of float32, too
    module.load_state_dict(state)
    with pytest.raises(DataTypeError, match=r"the target 1e\+300 is beyond float32, the outputs' dtype"):
        quadratic(Tensor(numpy.ones((2, 1), numpy.float32)), numpy.full((2, 1), 1e300))


ASSIGNED: list[tuple[Any, dict[str, Any], dict[str, Any]]] = [
    (SGD, {}, {"momentum": 0.9}),
    (SGD, {"momentum": 0.9}, {"momentum": 0.0}),
    (SGD, {"momentum": 0.9}, {"nesterov": True}),
    (SGD, {}, {"weight_decay": 0.1}),
    (RMSProp, {}, {"centered": True}),
    (RMSProp, {}, {"momentum": 0.9}),
    (RMSProp, {"momentum": 0.9, "centered": True}, {"centered": False, "decay": 0.5}),
    (Adam, {}, {"amsgrad": True}),
    (Adam, {}, {"betas": [0.5, 0.75], "epsilon": 1e-3}),
    (AdamW, {}, {"weight_decay": 0.5, "amsgrad": True}),
]


@pytest.mark.parametrize(("make", "given", "assigned"), ASSIGNED)
@pytest.mark.parametrize("kind", [MLP, NeuronMLP])
def test_a_hyperparameter_that_is_assigned_before_the_first_step_is_as_if_it_was_given(
    make: Any, given: dict[str, Any], assigned: dict[str, Any], kind: Any
) -> None:
    modules = [kind((2, 1), rng=0) for _ in range(2)]
    optimizers = [make(modules[0], 0.1, **given), make(modules[1], 0.1, **given | assigned)]
    for name, setting in assigned.items():
        setattr(optimizers[0], name, setting)
    assert repr(optimizers[0]) == repr(optimizers[1])
    for _ in range(3):
        for module, optimizer in zip(modules, optimizers, strict=True):
            train_step(module, POINTS, TARGETS, quadratic, optimizer)
    first, second = (
        one.state_dict() | optimizer.state_dict() for one, optimizer in zip(modules, optimizers, strict=True)
    )
    assert first.keys() == second.keys()
    assert all(numpy.array_equal(array, second[name]) for name, array in first.items())


@pytest.mark.parametrize(
    ("make", "name", "wrong"),
    [
        (SGD, "momentum", -3),
        (SGD, "momentum", "a"),
        (SGD, "weight_decay", numpy.nan),
        (SGD, "nesterov", True),  # without momentum
        (SGD, "nesterov", 1),
        (RMSProp, "decay", 1.0),
        (RMSProp, "epsilon", -1.0),
        (RMSProp, "centered", "no"),
        (Adam, "betas", (0.9, 1.0)),
        (Adam, "betas", 0.9),
        (Adam, "amsgrad", None),
        (AdamW, "weight_decay", numpy.inf),
    ],
)
def test_a_hyperparameter_that_cannot_be_is_refused_where_it_is_assigned(make: Any, name: str, wrong: Any) -> None:
    optimizer = make([Value(1.0)], 0.1)
    before = repr(optimizer)
    with pytest.raises(NetworkError):
        setattr(optimizer, name, wrong)
    assert repr(optimizer) == before
    with pytest.raises(NetworkError):
        make([Value(1.0)], 0.1, **{name: wrong})


def test_hyperparameters_that_are_assigned_in_a_compiled_run_hold_there() -> None:
    from nn import Callback

    class Change(Callback):
        def on_epoch(self, run: Any, epoch: Any) -> None:
            if epoch.number == 2:
                run.optimizer.momentum = 0.9

    states = []
    for compile in (True, False):
        model = MLP((2, 3, 1), rng=0)
        optimizer = SGD(model, 0.1)
        fit(model, (POINTS, TARGETS), quadratic, optimizer, 4, rng=0, callbacks=Change(), compile=compile)
        states.append(model.state_dict() | optimizer.state_dict())
    assert states[0].keys() == states[1].keys() and "0.velocity" in states[0]
    assert all(numpy.allclose(array, states[1][name], rtol=1e-9) for name, array in states[0].items())


UNCONNECTED: list[tuple[Any, str]] = [
    (lambda a, y: Tensor(((a.data - y) ** 2).mean()), "the loss is not connected to the optimizer's parameters"),
    (
        lambda a, y: ((a.detach() - y) ** 2).mean() + Tensor(1.0),
        "the loss is not connected to the optimizer's parameters",
    ),
    (lambda a, y: 1.0, "a loss gives a node with one number, not"),
    (lambda a, y: ((a.data - y) ** 2).mean(), "a loss gives a node with one number, not"),
    (lambda a, y: None, "a loss gives a node with one number, not"),
    (lambda a, y: (a - y) ** 2, r"a loss gives one number for a batch, not a Tensor of shape \(20, 1\)"),
]


@pytest.mark.parametrize(("loss", "said"), UNCONNECTED)
def test_a_loss_that_is_none_or_not_connected_to_the_model_is_refused(loss: Any, said: str) -> None:
    model = MLP((2, 1), rng=0)
    before = model.state_dict()
    with pytest.raises(NetworkError, match=said):
        fit(model, (POINTS, TARGETS), loss, SGD(model, 0.1), 2)
    with pytest.raises(NetworkError, match=said):
        train_step(model, POINTS, TARGETS, loss, SGD(model, 0.1, weight_decay=0.5))
    assert all(numpy.array_equal(array, before[name]) for name, array in model.state_dict().items())


@pytest.mark.parametrize("given", [None, "a", numpy.nan, numpy.inf, -1.0])
def test_a_schedule_that_gives_no_factor_is_a_sentence(given: Any) -> None:
    model = MLP((2, 1), rng=0)
    with pytest.raises(
        NetworkError, match=r"the (factor that the schedule gave|learning rate) is a finite number ≥ 0, not"
    ):
        fit(model, (POINTS, TARGETS), quadratic, SGD(model, 0.1), 1, schedule=lambda step: given)


def test_a_decay_that_grows_beyond_floats_is_infinite() -> None:
    assert schedules.step_decay(3, 2.0)(5000) == numpy.inf


@pytest.mark.parametrize("then", ["cosine", 1.0, schedules.cosine])
def test_what_follows_a_warm_up_is_a_schedule(then: Any) -> None:
    with pytest.raises(NetworkError, match="schedule"):
        schedules.warm_up(3, then)


@pytest.mark.parametrize("shares", ["ab", 0.5, ["a"], [None], None])
def test_shares_that_are_no_numbers_are_a_sentence(shares: Any) -> None:
    with pytest.raises(DatasetError, match="shares are"):
        split_samples(POINTS, TARGETS, shares)


@pytest.mark.parametrize("dtype", [int, bool, complex, "float16", "nonsense"])
def test_inputs_get_no_dtype_that_truncates_them(dtype: Any) -> None:
    with pytest.raises(NetworkError, match=r"dtype is numpy\.float32 or numpy\.float64"):
        moons().as_dtype(dtype)
    assert moons().as_dtype("float32").train_inputs.dtype == numpy.float32


@pytest.mark.parametrize("excess", [1.0000005, -5e-7])
@pytest.mark.parametrize("kind", ["Tensor", "Values"])
def test_a_probability_that_rounding_left_a_little_outside_is_the_border(excess: float, kind: str) -> None:
    border = 1.0 if excess > 1 else 0.0
    for target in (0.0, 1.0):
        found = []
        for number in (excess, border):
            a: Any = Tensor([[number]]) if kind == "Tensor" else Value(number)
            loss = binary_cross_entropy(a if kind == "Tensor" else [[a]], [[target]])
            loss.backward()
            found.append((loss.item(), float(numpy.asarray(a.grad).item())))
        assert found[0] == found[1]
        assert found[0][0] == (0.0 if target == border else numpy.inf)
