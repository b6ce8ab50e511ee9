"""What a callback changes of a run holds from the next step on, in compiled runs as in eager ones."""

import functools
from typing import Any

import numpy
import pytest

import autograd
from nn import MLP, SGD, Callback, Linear, NetworkError, fit, huber, mean_absolute_error

rng = numpy.random.default_rng(0)
POINTS = rng.normal(size=(64, 3))
TARGETS = numpy.stack([numpy.sin(POINTS[:, 0]), POINTS[:, 1] * POINTS[:, 2]], 1)


class Change(Callback):
    """Of a run that is long enough to be compiled, and of which the first twelve epochs are looked at."""

    def __init__(self, what: str = "nothing", at: str = "no time") -> None:
        self.what, self.at = what, at

    def on_step(self, run: Any, step: Any) -> None:
        if self.at == "step" and len(run.history.steps) == 43:
            self.change(run)

    def on_epoch(self, run: Any, epoch: Any) -> None:
        if self.at == "epoch" and epoch.number == 5:
            self.change(run)
        if epoch.number == 12:
            run.stop("enough was seen")

    def change(self, run: Any) -> None:
        if self.what == "clip_norm":
            run.clip_norm = 0.01
        elif self.what == "clip_value":
            run.clip_value = 0.001
        elif self.what == "loss":
            run.loss = mean_absolute_error
        elif self.what == "activation":
            run.model.activation = autograd.sigmoid
        elif self.what == "output":
            run.model.output = autograd.tanh
        else:
            run.model.layers[1] = Linear(8, 2, rng=9)


def trained(compile: bool | None, callbacks: Any, epochs: int = 130) -> tuple[Any, Any]:
    model = MLP((3, 8, 2), "tanh", rng=0)
    optimizer = SGD(model, 0.05, momentum=0.9)
    data = POINTS, TARGETS
    options: dict[str, Any] = {"batch_size": 8, "rng": 0, "callbacks": callbacks, "compile": compile}
    return model, fit(model, data, "quadratic", optimizer, epochs, validation=data, **options)


@functools.cache
def unchanged() -> Any:
    return trained(False, Change())[0].state_dict()


@pytest.mark.parametrize("what", ["clip_norm", "clip_value", "loss", "activation", "output", "layer"])
@pytest.mark.parametrize("at", ["step", "epoch"])
def test_a_change_holds_from_the_next_step_on(what: str, at: str) -> None:
    model, history = trained(None, Change(what, at))
    eager, eagerly = trained(False, Change(what, at))
    for name, array in model.state_dict().items():
        assert numpy.allclose(array, eager.state_dict()[name], rtol=1e-9)
    for column in ("loss", "validation_loss"):
        assert numpy.allclose(history.column(column), eagerly.column(column), rtol=1e-9)
    assert any(not numpy.allclose(array, unchanged()[name]) for name, array in eager.state_dict().items())
    if what.startswith("clip"):
        first = 44 if at == "step" else 41
        assert history.way == f"compiled steps; from step {first} on eager steps: gradients are clipped"
        assert not history.compiled
    assert eagerly.way == "eager steps"


def test_a_change_that_leaves_steps_compiled_is_one_way() -> None:
    _, history = trained(None, Change("activation", "step"), epochs=200)
    assert history.compiled and history.way == "compiled steps"
    assert len(history.steps) == 12 * 8


def test_steps_that_must_be_compiled_and_cannot_be_any_more_end_the_run() -> None:
    with pytest.raises(NetworkError, match="compile=True: gradients are clipped, so its steps are eager only"):
        trained(True, Change("clip_norm", "step"))


def test_steps_that_a_program_could_not_run_are_counted() -> None:
    class Freeze(Callback):
        def on_step(self, run: Any, step: Any) -> None:
            run.model.layers[0].weight.requires_grad = len(run.history.steps) not in (5, 6)

    _, history = trained(True, Freeze(), epochs=2)
    # The weight that was frozen for two steps has been moved less often than the others from then on.
    assert history.way == "compiled steps; 9 of the compiled ones eagerly"


def test_the_validation_loss_is_the_runs_own() -> None:
    class Change(Callback):
        def on_start(self, run: Any) -> None:
            run.loss = huber

    model, history = trained(False, Change(), epochs=1)
    assert history[-1].validation_loss == pytest.approx(huber(model(POINTS), TARGETS).item())


def _assigned(parameter: Any) -> None:
    parameter.data = parameter.data * 0.5


def _written_into(parameter: Any) -> None:
    parameter.data[...] *= 0.5


@pytest.mark.parametrize("fade", [_assigned, _written_into])
@pytest.mark.parametrize("is_known", [True, False], ids=["the optimizer's", "no optimizer's"])
def test_a_frozen_parameter_is_read_as_it_is_at_each_step(fade: Any, is_known: bool) -> None:
    class Fade(Callback):
        def on_epoch(self, run: Any, epoch: Any) -> None:
            fade(run.model.layers[0].weight)

    def trained_with(compile: bool) -> Any:
        model = MLP((3, 4, 2), "tanh", rng=0)
        model.layers[0].weight.requires_grad = False
        own = model if is_known else [one for one in model.parameters() if one.requires_grad]
        fit(model, (POINTS, TARGETS), "quadratic", SGD(own, 0.05), 4, rng=0, callbacks=Fade(), compile=compile)
        return model.state_dict()

    compiled, eager = trained_with(True), trained_with(False)
    assert all(numpy.allclose(compiled[name], eager[name], rtol=1e-9) for name in eager)
