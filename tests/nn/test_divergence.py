"""A number that is no number stops training, and is told where it began."""

from pathlib import Path
from typing import Any

import numpy
import pytest

from autograd import Tensor, log
from nn import (
    MLP,
    SGD,
    Callback,
    DivergenceError,
    History,
    Linear,
    Module,
    NetworkError,
    Sequential,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    checkpoints,
    fit,
    hinge,
    quadratic,
    schedules,
    softmax_cross_entropy,
)
from nn.clipping import gradient_norm

INPUTS = numpy.random.default_rng(0).normal(size=(8, 2))
TARGETS = (INPUTS[:, :1] > 0).astype(float)


def diverging(model: Any, loss: Any = quadratic, rate: float = 0.1, **keywords: Any) -> DivergenceError:
    with pytest.raises(DivergenceError) as caught:
        fit(model, (INPUTS, TARGETS), loss, SGD(model.parameters(), rate), 50, batch_size=4, rng=0, **keywords)
    return caught.value


class LogOfNegative(Module):
    """Fails from its second call on."""

    calls = 0

    def __call__(self, x: Any) -> Any:
        self.calls += 1
        return log(x * x * (1 if self.calls < 3 else -1))


def test_a_loss_that_is_nan_names_the_step_and_the_layer() -> None:
    model = Sequential(Linear(2, 4, rng=0), LogOfNegative(), Linear(4, 1, rng=1))
    error = diverging(model)
    assert error.step == 2
    assert error.where == "layers.1 (log)"
    assert "the loss became nan in step 3 (epoch 2), beginning at layers.1 (log)" in str(error)
    assert isinstance(error.history, History) and len(error.history.steps) == 2


def test_a_function_between_layers_is_named_by_the_layer_before_it() -> None:
    error = diverging(Sequential(Linear(2, 4, rng=0), lambda z: log(z - 1000.0), Linear(4, 1, rng=1)))
    assert (error.step, error.where) == (0, "log after layers.0")


def test_a_loss_that_overflows_is_told_as_the_loss() -> None:
    model = Linear(2, 1, rng=0)
    model.bias.data = numpy.full(1, 1e200)
    assert diverging(model).where.startswith("the loss (")


def test_a_batch_with_nan_is_told_as_the_data() -> None:
    model, inputs = MLP((2, 1), rng=0), INPUTS.copy()
    inputs[5, 1] = numpy.nan
    with pytest.raises(DivergenceError, match=r"beginning at the data of the batch$"):  # no rate helps
        fit(model, (inputs, TARGETS), quadratic, SGD(model.parameters(), 0.1), 1, batch_size=4, rng=0)


def test_gradients_that_overflow_stop_before_they_are_followed() -> None:
    """sqrt'(0) is infinite where sqrt(0) is not."""
    model = Sequential(Linear(2, 1, rng=0), lambda z: numpy.sqrt(z * 0.0), Linear(1, 1, rng=1))
    before = model.state_dict()
    error = diverging(model)
    assert error.where == "the gradient of layers.0.bias"
    assert all((before[name] == state).all() for name, state in model.state_dict().items())


def test_parameters_that_overflow_are_named_with_the_step_that_moved_them() -> None:
    model = MLP((2, 1), rng=0)
    with pytest.raises(DivergenceError, match="a parameter became infinite or nan in step 1") as caught:
        fit(model, (100 * INPUTS, TARGETS), quadratic, SGD(model.parameters(), 1e308), 2, batch_size=8, rng=0)
    assert (caught.value.step, caught.value.where) == (0, "the parameter layers.0.weight")


def test_the_checkpoint_of_the_last_good_epoch_stays(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"

    class Spoil(Callback):
        def on_step(self, run, step):
            if len(run.history.steps) == 5:
                run.model.layers[0].weight.data = numpy.full((2, 3), numpy.nan)

    model = MLP((2, 3, 1), "tanh", rng=0)
    error = diverging(model, checkpoint=path, checkpoint_seconds=0, callbacks=[Spoil()])
    assert error.where == "the parameter layers.0.weight" and error.step == 5
    assert f"{path} is from before" in str(error)
    kept = checkpoints.read(path)
    assert all(numpy.isfinite(array).all() for array in kept.model.values())
    assert len(kept.history["steps.loss"]) == 4
    model, path = MLP((2, 3, 1), "tanh", rng=0), tmp_path / "other.safetensors"
    model.layers[1].bias.data = numpy.array([1e160])
    assert diverging(model, checkpoint=path, checkpoint_seconds=0).where == "the loss (squared_norm in quadratic)"
    assert not path.exists()


def test_the_learning_rate_follows_its_schedule_and_is_then_the_optimizer_s_own_again() -> None:
    model = MLP((2, 1), rng=0)
    optimizer = SGD(model.parameters(), 0.4)
    schedule = schedules.warm_up(2, schedules.step_decay(2, 0.5))
    history = fit(model, (INPUTS, TARGETS), quadratic, optimizer, 3, batch_size=4, rng=0, schedule=schedule)
    assert history.steps.column("learning_rate").tolist() == [0.2, 0.4, 0.4, 0.4, 0.2, 0.2]
    assert history.column("learning_rate").tolist() == [0.4, 0.4, 0.2]
    assert optimizer.learning_rate == 0.4


def test_gradients_are_clipped_after_their_norm_is_noted() -> None:
    class Seen(Callback):
        moved: float

        def on_gradients(self, run, outputs):
            self.before = [parameter.data.copy() for parameter in run.optimizer.parameters]

        def on_step(self, run, step):
            parts = zip(run.optimizer.parameters, self.before, strict=True)
            self.moved = float(numpy.sqrt(sum(numpy.square(one.data - other).sum() for one, other in parts)))

    for bounds in ({"clip_norm": 1e-3}, {"clip_value": 1e-4}):
        model, seen = MLP((2, 1), rng=0), Seen()
        optimizer = SGD(model.parameters(), 1.0)
        history = fit(
            model, (INPUTS, TARGETS), quadratic, optimizer, 1, batch_size=8, rng=0, callbacks=[seen], **bounds
        )
        assert history.steps[0].gradient_norm > 0.1
        assert seen.moved == pytest.approx(1e-3 if "clip_norm" in bounds else numpy.sqrt(3) * 1e-4)
    with pytest.raises(NetworkError, match="clip_norm is a number above 0"):
        fit(model, (INPUTS, TARGETS), quadratic, optimizer, 1, clip_norm=0.0)


def test_a_norm_beyond_float32_is_still_a_number() -> None:
    parameter = Tensor(numpy.zeros(2, numpy.float32))
    parameter.grad = numpy.full(2, 3e30, numpy.float32)
    assert gradient_norm([parameter]) == pytest.approx(3e30 * 2**0.5)


@pytest.mark.parametrize(
    ("loss", "targets"),
    [
        (binary_cross_entropy_with_logits, [[0.0], [1.0]]),
        (hinge, [[-1.0], [1.0]]),
        (softmax_cross_entropy, [0, 1]),
        (softmax_cross_entropy, [[1.0, 0.0], [0.0, 1.0]]),
        (binary_cross_entropy, [[0.0], [1.0]]),
    ],
)
def test_accuracy_is_measured_by_what_the_loss_takes_for_a_class(loss: Any, targets: Any) -> None:
    """Scores of 0.3 are on the side of 1 where outputs are scores, and on that of 0 where they are probabilities."""

    class Given(Module):
        def __init__(self) -> None:
            self.weight = Tensor([0.0])

        def __call__(self, x: Any) -> Any:
            one = x.data[:, :1] * 0.6 - 0.3
            if loss is binary_cross_entropy:
                one = x.data[:, :1] * 0.5 + 0.2
            if loss is softmax_cross_entropy:
                one = numpy.hstack([-one, one])
            return one + self.weight

    model = Given()
    data = (numpy.array([[0.0], [1.0]]), targets)
    history = fit(model, data, loss, SGD(model.parameters(), 0.0), 1, batch_size=2, rng=0, validation=data)
    assert history[0].accuracy == history[0].validation_accuracy == 1.0


def test_targets_that_are_no_classes_have_no_accuracy() -> None:
    model = MLP((2, 1), rng=0)
    data = (INPUTS, INPUTS[:, :1])
    history = fit(model, data, quadratic, SGD(model.parameters(), 0.0), 1, validation=data)
    assert history[0].accuracy is None and history[0].validation_accuracy is None
    assert history.steps[0].accuracy is None
