"""What somebody adds to a table of nn, from outside and in one place, works everywhere at once."""

from pathlib import Path
from typing import Any, ClassVar

import numpy
import pytest

from autograd import Tensor, absolute, mean, relu, square
from glassgrad.command_line import main
from glassgrad.recipes import PRESETS, Preset
from nn import (
    ACTIVATIONS,
    DATASETS,
    INITIALIZERS,
    LOSSES,
    MLP,
    OPTIMIZERS,
    SCHEDULES,
    SGD,
    Callback,
    Dataset,
    History,
    Initializer,
    Linear,
    Meaning,
    Module,
    Optimizer,
    Sequential,
    checkpoints,
    fit,
    moons,
    quadratic,
    to_neurons,
)
from nn.checks import checked

INPUTS, LABELS = moons(rng=0).train
COLUMN = LABELS.reshape(-1, 1).astype(float)


@Meaning("scores", no=-1.0, output="tanh")
def squared_hinge(a: Any, y: Any) -> Any:
    return mean(square(relu(1 - a * y)))


class Bounded(Optimizer):
    """Follows the tanh of each gradient, and remembers it."""

    kept = ("latest",)
    hyperparameters: ClassVar[tuple[str, ...]] = ("steepness",)

    def __init__(self, parameters: Any, learning_rate: float, *, steepness: float = 2.0) -> None:
        self.steepness = checked("steepness", steepness)
        super().__init__(parameters, learning_rate)

    def _update(self, data: Any, gradient: Any, slot: Any) -> None:
        latest = slot.kept["latest"]
        latest *= 0.5
        latest += numpy.tanh(self.steepness * gradient)
        data -= self.learning_rate * latest


class Scale(Module):
    is_traceable: ClassVar[bool] = True

    def __init__(self, n_features: int) -> None:
        self.factor = Tensor(numpy.ones(n_features))

    def __call__(self, x: Any) -> Any:
        return x * self.factor


def softsign(z: Any) -> Any:
    return z / (1 + absolute(z))


def stripes(directory: str | None) -> Dataset:
    points = numpy.random.default_rng(0).uniform(-1, 1, (60, 2))
    labels = (points[:, 0] > 0).astype(int)
    return Dataset("stripes", points[:40], labels[:40], points[40:], labels[40:], classes=2)


@pytest.fixture(autouse=True)
def added(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(LOSSES, "squared-hinge", squared_hinge)
    monkeypatch.setitem(OPTIMIZERS, "bounded", Bounded)
    monkeypatch.setitem(ACTIVATIONS, "softsign", softsign)
    monkeypatch.setitem(INITIALIZERS, "even", Initializer(lambda n_inputs, n_outputs: 0.5, suits=("softsign",)))
    monkeypatch.setitem(SCHEDULES, "halved", lambda steps: lambda step: 1.0 if step < steps / 2 else 0.5)
    monkeypatch.setitem(DATASETS, "stripes", stripes)
    monkeypatch.setitem(
        PRESETS,
        "plain",
        Preset(
            shows="everything that was added",
            hidden=(4,),
            activation="softsign",
            loss="squared-hinge",
            initializer="even",
            optimizer="bounded",
            learning_rate=0.05,
            epochs=4,
            batch_size=10,
            schedule="halved",
            usual_for=("stripes",),
        ),
    )


def test_the_command_line_offers_and_uses_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    for name in ("squared-hinge", "bounded", "softsign", "halved", "stripes", "plain (everything that was added)"):
        assert name in told
    assert main(["train", "stripes", "--save", "model", "--history", "history"]) == 0
    assert main(["eval", "model"]) == 0
    assert main(["predict", "model", "3"]) == 0
    assert "MLP(2-4-1, activation=softsign, output=tanh)" in capsys.readouterr().out
    rates = [step.learning_rate for step in History.load("history").steps]
    assert rates == [0.05] * 8 + [0.025] * 8


@pytest.mark.parametrize(
    "chosen",
    [["--loss", "squared-hinge"], ["--optimizer", "bounded"], ["--activation", "softsign"], ["--schedule", "halved"]],
)
def test_each_is_chosen_by_its_name_and_resumed(chosen: list[str]) -> None:
    whole = ["train", "moons", "--epochs", "4", "--seed", "1", *chosen]
    assert main([*whole, "--save", "whole"]) == 0
    assert main(["train", "moons", "--resume", "whole"]) == 0
    model, notes = checkpoints.build("whole")
    assert notes["recipe"][chosen[0].removeprefix("--")] == chosen[1]
    assert numpy.isfinite(model.outputs(INPUTS)).all()


def layered() -> Sequential:
    return Sequential(Linear(2, 5, rng=0), softsign, Scale(5), Linear(5, 1, rng=1))


class Half(Callback):
    def on_epoch(self, run: Any, epoch: Any) -> None:
        if epoch.number == 40:
            run.stop("half of it is done")


@pytest.mark.parametrize("compile", [None, False])
def test_steps_with_all_of_it_are_compiled_unasked_and_stored_and_gone_on_with(compile: bool | None) -> None:
    def trained(**settings: Any) -> tuple[Any, Any, History]:
        model = layered()
        optimizer = Bounded(model.parameters(), 0.01, steepness=3.0)
        data = INPUTS, 2 * COLUMN - 1
        return model, optimizer, fit(model, data, squared_hinge, optimizer, 80, rng=0, **settings)

    model, optimizer, history = trained(compile=compile)
    assert history.compiled is (compile is None), history.way
    assert history[-1].accuracy is not None and history[-1].accuracy > 0.8
    assert "layers.2.factor" in model.summary()
    trained(compile=compile, checkpoint="half", callbacks=[Half()])
    again, resumed, _ = trained(resume="half")
    for one, other in ((model, again), (optimizer, resumed)):
        assert all((array == other.state_dict()[name]).all() for name, array in one.state_dict().items())
    eager, _, _ = trained(compile=False)
    numpy.testing.assert_allclose(model.outputs(INPUTS), eager.outputs(INPUTS), rtol=1e-9)


def test_an_activation_and_its_initializer_serve_both_engines() -> None:
    network = MLP((2, 6, 1), "softsign", rng=0)
    assert 0.2 < network.layers[0].weight.data.std() < 0.8
    neurons = to_neurons(network)
    numpy.testing.assert_allclose(neurons.outputs(INPUTS[:3]), network.outputs(INPUTS[:3]))
    fit(neurons, (INPUTS[:4], COLUMN[:4]), quadratic, SGD(neurons.parameters(), 0.1), 1)


def test_a_class_made_of_one_that_is_compiled_unasked_is_not_so_itself() -> None:
    class Other(Scale):
        def __call__(self, x: Any) -> Any:
            return x * self.factor if x.data.max() > 0 else x

    model = Sequential(Linear(2, 1, rng=0), Other(1))
    history = fit(model, (INPUTS, COLUMN), quadratic, SGD(model.parameters(), 0.1), 80)
    assert history.eager_because == "layers.1 is a Other"
