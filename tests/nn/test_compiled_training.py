"""Training with compiled steps is training with eager ones; where it cannot be, steps are eager and it says so."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest

from autograd import CapturedConstantWarning, DataTypeError, ShapeError, Tensor, detect_anomaly, relu, tanh
from nn import (
    ACTIVATIONS,
    LOSSES,
    MLP,
    SGD,
    Adam,
    AdamW,
    BatchNorm1d,
    Callback,
    Conv2d,
    Diagnostics,
    DivergenceError,
    Dropout,
    Embedding,
    Flatten,
    History,
    LayerNorm,
    Linear,
    MaxPool2d,
    Module,
    NetworkError,
    NeuronMLP,
    RMSProp,
    Sequential,
    checkpoints,
    fit,
    hinge,
    mean_absolute_error,
    quadratic,
    schedules,
    softmax_cross_entropy,
)
from nn.compiled_steps import CompiledStep

GENERATOR = numpy.random.default_rng(0)
INPUTS = GENERATOR.normal(size=(22, 4))
LABELS = GENERATOR.integers(0, 3, 22)
DATA = (INPUTS, LABELS)
Ending = Callable[[int], Callback]
OPTIMIZERS = [
    (SGD, {}),
    (SGD, {"weight_decay": 0.01}),
    (SGD, {"momentum": 0.9}),
    (SGD, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    (RMSProp, {}),
    (RMSProp, {"centered": True, "epsilon": 1e-3}),
    (RMSProp, {"momentum": 0.5, "centered": True, "weight_decay": 0.01, "epsilon": 1e-3}),
    (Adam, {}),
    (Adam, {"weight_decay": 0.01, "betas": (0.8, 0.95)}),
    (Adam, {"amsgrad": True}),
    (AdamW, {}),
    (AdamW, {"amsgrad": True, "weight_decay": 0.1}),
]


def network(dtype: Any = numpy.float64) -> MLP:
    return MLP((4, 6, 3), "tanh", rng=0, dtype=dtype)


def trained(
    way: bool | None, make: Any = Adam, settings: Any = None, *, model: Any = None, epochs: int = 4, **keywords: Any
) -> tuple[Any, Any, History]:
    model = network() if model is None else model
    optimizer = make(model.parameters(), 0.01, **(settings or {}))
    data, loss = keywords.pop("data", DATA), keywords.pop("loss", softmax_cross_entropy)
    history = fit(model, data, loss, optimizer, epochs, batch_size=8, rng=1, compile=way, **keywords)
    return model, optimizer, history


def same(one: Any, other: Any, tolerance: float = 1e-10) -> None:
    (model, optimizer, history), (model2, optimizer2, history2) = one, other
    for state, state2 in ((model.state_dict(), model2.state_dict()), (optimizer.state_dict(), optimizer2.state_dict())):
        assert state.keys() == state2.keys()
        for name in state:
            numpy.testing.assert_allclose(state[name], state2[name], rtol=tolerance, atol=tolerance, err_msg=name)
            assert state[name].dtype == state2[name].dtype
    for name in ("epoch", "samples", "loss", "accuracy", "learning_rate", "gradient_norm"):
        column, column2 = history.steps.column(name), history2.steps.column(name)
        numpy.testing.assert_allclose(column, column2, rtol=tolerance, atol=tolerance, err_msg=name)


@pytest.mark.slow
@pytest.mark.parametrize(("make", "settings"), OPTIMIZERS)
def test_many_compiled_steps_are_as_many_eager_ones(make: Any, settings: Any) -> None:
    """A thousand of Adam's, two hundred of the others'."""
    epochs = 334 if make is Adam else 67
    more: Any = {"epochs": epochs, "schedule": schedules.warm_up(50, schedules.cosine(3 * epochs))}
    compiled, eager = (trained(way, make, settings, **more) for way in (True, False))
    assert (len(compiled[2].steps), compiled[2].compiled, eager[2].compiled) == (3 * epochs, True, False)
    assert compiled[2].steps[-1].loss < compiled[2].steps[0].loss
    same(compiled, eager)


@pytest.mark.parametrize(("make", "settings"), [(SGD, {"momentum": 0.9}), (Adam, {}), (RMSProp, {"centered": True})])
def test_single_precision_stays_single_precision(make: Any, settings: Any) -> None:
    targets = numpy.eye(3)[LABELS]  # of float64, as eager losses take them
    data: Any = (INPUTS.astype(numpy.float32), targets)
    runs = [trained(way, make, settings, model=network(numpy.float32), data=data, epochs=20) for way in (True, False)]
    same(*runs, tolerance=1e-4)
    assert runs[0][0].layers[0].weight.dtype == numpy.float32


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_compiles(activation: str) -> None:
    runs = [trained(way, model=MLP((4, 5, 3), activation, rng=0), epochs=6) for way in (True, False)]
    same(*runs)


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_compiles(loss: str) -> None:
    targets = numpy.eye(3, dtype=int)[LABELS]
    targets = targets * 2 - 1 if loss == "hinge" else targets
    output = "sigmoid" if loss == "binary-cross-entropy" else "identity"
    runs = [
        trained(way, model=MLP((4, 5, 3), "tanh", output, rng=0), data=(INPUTS, targets), loss=LOSSES[loss], epochs=6)
        for way in (True, False)
    ]
    same(*runs)


def test_modules_without_a_state_compile_and_parameters_elsewhere_stay() -> None:
    def model() -> Any:
        return Sequential(Flatten(), Linear(4, 5, rng=0), LayerNorm(5), numpy.tanh, Linear(5, 3, rng=1))

    same(*(trained(way, model=model(), data=(INPUTS.reshape(22, 2, 2), LABELS)) for way in (True, False)))
    frozen = network()
    before = frozen.layers[0].weight.data.copy()
    optimizer = SGD(frozen.layers[1].parameters(), 0.1)
    assert fit(frozen, DATA, softmax_cross_entropy, optimizer, 2, rng=0, compile=True).compiled
    assert frozen.layers[0].weight.data.tolist() == before.tolist()


@pytest.mark.parametrize("dtype", [numpy.float64, numpy.float32])
@pytest.mark.parametrize("bias", [True, False])
def test_layers_on_images_compile(bias: bool, dtype: Any) -> None:
    def model() -> Any:
        return Sequential(
            Conv2d(1, 2, 3, padding=1, bias=bias, rng=0, dtype=dtype), relu, MaxPool2d(2, 1),
            Conv2d(2, 3, 2, stride=2, bias=bias, rng=1, dtype=dtype), tanh, Flatten(),
            Linear(12, 3, bias=bias, rng=2, dtype=dtype),
        )  # fmt: skip

    images = GENERATOR.normal(size=(22, 1, 5, 5)).astype(dtype)
    runs = [trained(way, model=model(), data=(images, LABELS)) for way in (True, False)]
    assert [run[2].compiled for run in runs] == [True, False]
    same(*runs, tolerance=1e-10 if dtype is numpy.float64 else 1e-4)


@pytest.mark.parametrize("words", [numpy.int64, numpy.int8, numpy.uint8])
def test_embeddings_compile(words: Any) -> None:
    def model() -> Any:
        return Sequential(Embedding(200, 2, rng=0), Flatten(), Linear(6, 3, rng=1))

    data = GENERATOR.integers(0, 100, (22, 3)).astype(words), LABELS
    runs = [trained(way, model=model(), data=data) for way in (True, False)]
    assert [run[2].compiled for run in runs] == [True, False]
    same(*runs)


@pytest.mark.parametrize("way", [True, False])
@pytest.mark.parametrize("wrong", [9, -1])
def test_a_number_that_names_no_entry_is_told_also_where_steps_are_compiled(way: bool, wrong: int) -> None:
    words = GENERATOR.integers(0, 9, (22, 3))
    words[7, 1] = wrong
    model = Sequential(Embedding(9, 2, rng=0), Flatten(), Linear(6, 3, rng=1))
    before = model.state_dict()
    optimizer = SGD(model, 0.0)
    with pytest.raises(ShapeError, match=r"Embedding\(9 → 2\) takes whole numbers from 0 to 8 alone"):
        fit(model, (words, LABELS), softmax_cross_entropy, optimizer, 2, batch_size=2, rng=0, compile=way)
    assert all(numpy.array_equal(array, before[name]) for name, array in model.state_dict().items())


@pytest.mark.usefixtures("always")
def test_layers_on_images_and_embeddings_are_compiled_unasked() -> None:
    images = Sequential(Conv2d(1, 2, 3, rng=0), relu, MaxPool2d(2), Flatten(), Linear(2, 3, bias=False, rng=1))
    words = Sequential(Embedding(9, 2, rng=0), Flatten(), Linear(4, 3, rng=1))
    for model, inputs in ((images, GENERATOR.normal(size=(22, 1, 4, 4))), (words, GENERATOR.integers(0, 9, (22, 2)))):
        assert trained(None, model=model, data=(inputs, LABELS))[2].way == "compiled steps"


def test_settings_that_a_callback_changes_are_followed() -> None:
    class Change(Callback):
        def on_step(self, run, step):
            if len(run.history.steps) == 4:
                run.optimizer.momentum = 0.2
                run.optimizer.learning_rate = 0.02
            if len(run.history.steps) == 5:
                run.model.layers[0].weight.data = numpy.ones((4, 6))

        def on_epoch(self, run, epoch):
            if epoch.number == 2:
                run.model.activation = ACTIVATIONS["sigmoid"]
            if epoch.number == 3:
                run.model.layers[1].bias.requires_grad = False

    runs = [trained(way, SGD, {"momentum": 0.9}, callbacks=[Change()], epochs=5) for way in (True, False)]
    same(*runs)
    assert runs[0][2].compiled


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short runs are compiled, too."""
    monkeypatch.setattr("nn.way._WORTH_COMPILING", 1)


@pytest.mark.usefixtures("always")
def test_a_callback_that_makes_steps_random_makes_them_eager() -> None:
    class Change(Callback):
        def on_epoch(self, run, epoch):
            if epoch.number == 2:
                assert run.history.way in ("compiled steps", "eager steps")
                run.model.layers.append(Dropout(0.5, rng=0))

    def model() -> Any:
        return Sequential(Linear(4, 3, rng=0))

    runs = [trained(way, model=model(), callbacks=[Change()]) for way in (None, False)]
    same(*runs)
    assert runs[0][2].way == "compiled steps; from step 7 on eager steps: layers.1 (Dropout) draws random numbers"


class LooksAtGradients(Callback):
    def on_gradients(self, run, outputs):
        pass


class OwnSGD(SGD):
    pass


def sequential(*layers: Any) -> Sequential:
    return Sequential(Linear(4, 5, rng=0), *layers, Linear(5, 3, rng=1))


EAGER: list[tuple[dict[str, Any], str]] = [
    ({"model": sequential(Dropout(0.5, rng=0))}, r"layers.1 \(Dropout\) draws random numbers"),
    ({"model": sequential(BatchNorm1d(5))}, r"layers.1 \(BatchNorm1d\) keeps statistics between steps"),
    ({"callbacks": [Diagnostics()]}, "Diagnostics looks at gradients"),
    ({"callbacks": [LooksAtGradients()]}, "LooksAtGradients looks at gradients"),
    ({"model": NeuronMLP((4, 2, 3), rng=0)}, "its parameters are Values"),
    ({"clip_norm": 1.0}, "gradients are clipped"),
    ({"clip_value": 1.0}, "gradients are clipped"),
    ({"make": OwnSGD}, "OwnSGD is an optimizer of your own"),
]


@pytest.mark.parametrize(("change", "reason"), EAGER)
def test_what_cannot_be_compiled_is_eager_and_says_why(change: dict[str, Any], reason: str) -> None:
    history = trained(None, epochs=1, **change)[2]
    assert not history.compiled
    assert history.eager_because is not None and history.way.startswith("eager steps: ")
    with pytest.raises(NetworkError, match=f"^compile=True: {reason}, so its steps are eager only"):
        trained(True, epochs=1, **change)


@pytest.mark.usefixtures("always")
def test_under_detect_anomaly_steps_are_eager() -> None:
    with detect_anomaly():
        assert trained(None)[2].way == "eager steps: detect_anomaly() looks at every operation"


class Own(Module):
    def __init__(self) -> None:
        self.inner = Linear(4, 3, rng=0)
        self.factor = numpy.array([0.3, 0.4, 0.7])

    def __call__(self, x: Any) -> Any:
        return self.inner(x) * self.factor


UNSURE: list[tuple[dict[str, Any], str]] = [
    ({"model": Own()}, "the model is a Own"),
    ({"model": sequential(lambda z: z * 2)}, "<lambda> is a function of your own"),
    ({"loss": lambda a, y: softmax_cross_entropy(a, y)}, "<lambda> is a loss of your own"),
]


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize(("change", "reason"), UNSURE)
def test_what_is_of_ones_own_is_compiled_on_request_only(change: dict[str, Any], reason: str) -> None:
    assert trained(None, **change)[2].eager_because == reason
    if isinstance(change.get("model"), Own):
        with pytest.warns(CapturedConstantWarning, match=r"self.factor of shape \(3,\)"):
            assert trained(True, epochs=1, **change)[2].compiled
    else:
        assert trained(True, epochs=1, **change)[2].compiled


def test_long_runs_are_compiled_by_default_and_short_ones_are_not() -> None:
    assert trained(None, epochs=334)[2].way == "compiled steps"
    assert trained(None, epochs=3)[2].way == "eager steps: 9 steps are too few to gain by compiling"
    assert trained(False, epochs=1)[2].way == "eager steps"


@pytest.mark.parametrize(("make", "settings"), OPTIMIZERS[::3])
@pytest.mark.parametrize("stopped_after", [1, 6, 8])
def test_a_compiled_run_goes_on_to_the_bit(
    make: Any, settings: Any, stopped_after: int, tmp_path: Path, stop_after: Ending
) -> None:
    path = tmp_path / "half.safetensors"
    whole = trained(True, make, settings)
    trained(True, make, settings, checkpoint=path, callbacks=[stop_after(stopped_after)])
    resumed = trained(None, make, settings, resume=path)
    assert resumed[2].compiled
    same(resumed, whole, tolerance=0.0)


@pytest.mark.slow
def test_a_resumed_run_goes_on_as_its_checkpoint_was_trained(tmp_path: Path, stop_after: Ending) -> None:
    path = tmp_path / "half.safetensors"
    trained(False, checkpoint=path, callbacks=[stop_after(4)])
    assert checkpoints.read(path).notes["training"]["compiled"] is False
    assert trained(None, resume=path, epochs=400)[2].way == "eager steps: the checkpoint was trained in eager steps"
    same(trained(True, resume=path), trained(False))
    trained(True, checkpoint=path, callbacks=[stop_after(4)])
    assert checkpoints.read(path).notes["training"]["compiled"] is True
    history = trained(None, resume=path, callbacks=[Diagnostics()])[2]
    assert history.way == "compiled steps; from step 5 on eager steps: Diagnostics looks at gradients"


def test_a_loss_that_becomes_nan_is_told_as_eagerly_and_moves_nothing() -> None:
    told = []
    for way in (True, False):
        model = MLP((4, 3), rng=0)
        inputs = INPUTS.copy()
        inputs[7, 1] = numpy.nan
        with pytest.raises(DivergenceError) as caught:
            trained(way, model=model, data=(inputs, LABELS))
        told.append((str(caught.value), caught.value.step, caught.value.where, model.layers[0].weight.tolist()))
        assert caught.value.history.compiled is way
        assert numpy.isfinite(model.layers[0].weight.data).all()
    assert told[0] == told[1]
    assert told[0][2] == "the data of the batch"


def test_weights_that_run_away_are_told_as_eagerly() -> None:
    told = []
    for way in (True, False):
        model = MLP((4, 6, 3), "identity", rng=0)
        with pytest.raises(DivergenceError) as caught:
            fit(
                model, (INPUTS, numpy.eye(3)[LABELS]), quadratic, SGD(model.parameters(), 1e3), 90, batch_size=8,
                rng=0, compile=way,
            )  # fmt: skip
        told.append((str(caught.value), caught.value.step, caught.value.where))
    assert told[0] == told[1]
    assert told[0][1] > 2


def test_squares_beyond_float32_are_no_divergence() -> None:
    """Such a step is done eagerly, the others are not."""
    runs = []
    for way in (True, False):
        model = Sequential(Linear(4, 3, rng=0, dtype=numpy.float32))
        inputs = INPUTS.astype(numpy.float32)
        inputs[3] = 1e20
        data = (inputs, numpy.eye(3)[LABELS])
        runs.append(trained(way, SGD, model=model, data=data, loss=mean_absolute_error, epochs=1))
    assert runs[0][2].steps.column("gradient_norm").max() > 1e19
    same(*runs, tolerance=1e-4)


@pytest.mark.parametrize(("dtype", "size"), [(numpy.float32, 1e-20), (numpy.float32, 1e-24), (numpy.float64, 1e-170)])
def test_gradients_whose_squares_vanish_have_the_norm_that_they_have_eagerly(dtype: Any, size: float) -> None:
    runs = []
    for way in (True, False):
        model = Sequential(Linear(4, 3, rng=0, dtype=dtype))
        data: Any = ((INPUTS * size).astype(dtype), numpy.eye(3)[LABELS].astype(dtype))
        model.layers[0].bias.requires_grad = False
        runs.append(trained(way, SGD, model=model, data=data, loss=mean_absolute_error, epochs=1))
    compiled, eager = (run[2].steps.column("gradient_norm") for run in runs)
    assert (compiled == eager).all()
    assert 0 < compiled.max() < 100 * size
    same(*runs)


def test_parameters_of_different_ages_move_as_eagerly() -> None:
    """Adam's correction counts the updates of each parameter; one was left out at first."""

    def run(way: bool) -> Any:
        model = network()
        optimizer = Adam(model.parameters(), 0.01)
        model.layers[1](numpy.ones((2, 6))).sum().backward()
        optimizer.step()
        return model, optimizer, fit(model, DATA, softmax_cross_entropy, optimizer, 3, batch_size=8, rng=0, compile=way)

    same(run(True), run(False), tolerance=0.0)


@pytest.mark.usefixtures("always")
def test_a_wrong_target_anywhere_is_refused_as_eagerly() -> None:
    labels = LABELS.copy()
    labels[21] = -1
    for way in (None, False):
        with pytest.raises(DataTypeError, match="label -1 is none of the 3 classes"):
            trained(way, data=(INPUTS, labels))
    with pytest.raises(NetworkError, match=r"a step cannot be recorded .*label -1"):
        trained(True, data=(INPUTS, labels))
    with pytest.raises(DataTypeError, match="hinge: targets are −1 and 1"):
        trained(None, data=(INPUTS, numpy.zeros((22, 3))), loss=hinge)


@pytest.mark.usefixtures("always")
def test_a_parameter_that_nothing_reads_makes_steps_eager() -> None:
    model = network()
    optimizer = SGD([*model.parameters(), Tensor([1.0], label="unread")], 0.1)
    with pytest.warns(UserWarning, match="no loss of the first epoch depends on unread"):
        history = fit(model, DATA, softmax_cross_entropy, optimizer, 1, batch_size=8, rng=0)
    assert history.eager_because is not None and "does not depend on" in history.eager_because


def test_forward_backward_and_update_are_one_program_and_no_array_is_copied() -> None:
    for make, settings in OPTIMIZERS:
        model = network()
        step = CompiledStep(model, softmax_cross_entropy, make(model.parameters(), 0.1, **settings), (INPUTS, LABELS))
        (((machine, *_),),) = step._step._cache.entries.values()
        assert "copyto" not in machine.text and ".copy()" not in machine.text, (make, settings)
