"""A run that was stopped and resumed is the run that was not: same losses, same weights, to the bit."""

import functools
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest

from autograd import Tensor, leaky_relu, no_grad, relu, tanh
from nn import (
    MLP,
    SGD,
    Adam,
    AdamW,
    BatchNorm1d,
    Callback,
    CheckpointError,
    DivergenceError,
    Dropout,
    EarlyStopping,
    History,
    Linear,
    Module,
    NetworkError,
    NeuronMLP,
    RMSProp,
    Sequential,
    checkpoints,
    fit,
    huber,
    quadratic,
    schedules,
)

INPUTS = numpy.random.default_rng(0).normal(size=(23, 3))
DATA = (INPUTS, (INPUTS[:, :1] * INPUTS[:, 1:2] > 0).astype(float))
Ending = Callable[[int], Callback]
OPTIMIZERS = [
    (SGD, {}),
    (SGD, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    (RMSProp, {}),
    (RMSProp, {"momentum": 0.5, "centered": True}),
    (Adam, {}),
    (Adam, {"amsgrad": True, "betas": (0.8, 0.95)}),
    (AdamW, {"weight_decay": 0.1}),
]


def network(rng: Any = 3) -> Any:
    """One with everything that has a state."""
    return Sequential(
        Linear(3, 6, rng=1), BatchNorm1d(6), Dropout(0.3, rng=rng), numpy.tanh, Dropout(0.1, rng=4), Linear(6, 1, rng=2)
    )


def trained(make: Any, settings: Any, model: Any = None, rng: Any = 5, **keywords: Any) -> tuple[Any, Any, History]:
    model = network() if model is None else model
    optimizer = make(model.parameters(), 0.02, **settings)
    history = fit(model, DATA, quadratic, optimizer, 4, batch_size=5, rng=rng, **keywords)
    return model, optimizer, history


def same(one: Any, other: Any) -> None:
    (model, optimizer, history), (model2, optimizer2, history2) = one, other
    for state, state2 in ((model.state_dict(), model2.state_dict()), (optimizer.state_dict(), optimizer2.state_dict())):
        assert state.keys() == state2.keys()
        assert all(state[name].tobytes() == state2[name].tobytes() for name in state)
    for name in ("epoch", "samples", "loss", "accuracy", "learning_rate", "gradient_norm"):
        assert history.steps.column(name).tobytes() == history2.steps.column(name).tobytes()
    for name in ("number", "loss", "accuracy", "validation_loss", "validation_accuracy", "gradient_norm"):
        assert history.column(name).tobytes() == history2.column(name).tobytes()


@pytest.mark.parametrize(("make", "settings"), OPTIMIZERS)
@pytest.mark.parametrize("stopped_after", [1, 5, 12])
def test_every_optimizer_goes_on_where_it_was(
    make: Any, settings: Any, stopped_after: int, tmp_path: Path, stop_after: Ending
) -> None:
    path = tmp_path / "half.safetensors"
    more: Any = {"validation": DATA, "schedule": schedules.cosine(20), "clip_norm": 0.5}
    whole = trained(make, settings, **more)
    *_, half = trained(make, settings, checkpoint=path, callbacks=[stop_after(stopped_after)], **more)
    assert (len(half.steps), half.stopped) == (stopped_after, "enough")
    same(trained(make, settings, resume=path, **more), whole)


@pytest.mark.parametrize("bits", ["PCG64", "MT19937", "Philox", "SFC64", "PCG64DXSM"])
def test_a_generator_that_order_and_dropout_share_goes_on_too(bits: str, tmp_path: Path, stop_after: Ending) -> None:
    def shared(**keywords: Any) -> Any:
        rng = numpy.random.Generator(getattr(numpy.random, bits)(7))
        return trained(Adam, {}, network(rng), rng, **keywords)

    path = tmp_path / "half.safetensors"
    shared(checkpoint=path, callbacks=[stop_after(7)])
    same(shared(resume=path), shared())


def test_a_network_of_values_goes_on_too(tmp_path: Path, stop_after: Ending) -> None:
    path = tmp_path / "half.safetensors"
    trained(Adam, {}, NeuronMLP((3, 2, 1), "tanh", rng=0), checkpoint=path, callbacks=[stop_after(3)])
    whole = trained(Adam, {}, NeuronMLP((3, 2, 1), "tanh", rng=0))
    same(trained(Adam, {}, NeuronMLP((3, 2, 1), "tanh", rng=0), resume=path), whole)


def test_a_run_may_be_stopped_and_resumed_again_and_again_in_one_file(tmp_path: Path, stop_after: Ending) -> None:
    path = tmp_path / "run.safetensors"
    trained(Adam, {}, checkpoint=path, callbacks=[stop_after(1)])
    for stop in range(2, 20):
        trained(Adam, {}, checkpoint=path, resume=path, callbacks=[stop_after(stop)])
    same(trained(Adam, {}, resume=path), trained(Adam, {}))


def test_a_finished_run_goes_on_for_more_epochs(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    model = network()
    fit(model, DATA, quadratic, Adam(model.parameters(), 0.02), 2, batch_size=5, rng=5, checkpoint=path)
    same(trained(Adam, {}, resume=path), trained(Adam, {}))
    assert len(trained(Adam, {}, resume=path)[2]) == 4


@pytest.mark.parametrize("stopped_after", [5, 7])  # at an epoch's end, and within one
def test_a_resumed_run_with_nothing_left_to_do_is_written_where_it_should_go(
    stopped_after: int, tmp_path: Path, stop_after: Ending
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    trained(Adam, {}, checkpoint=before, callbacks=[stop_after(stopped_after)])
    model = network()
    fit(model, DATA, quadratic, Adam(model.parameters(), 0.02), 1, batch_size=5, rng=5, resume=before, checkpoint=after)
    same(trained(Adam, {}, resume=after), trained(Adam, {}))


def test_ctrl_c_ends_after_the_step_with_history_and_checkpoint(tmp_path: Path, ctrl_c_after: Ending) -> None:
    path = tmp_path / "run.safetensors"
    before = signal.getsignal(signal.SIGINT)
    *_, history = trained(Adam, {}, checkpoint=path, callbacks=[ctrl_c_after(7)])
    assert signal.getsignal(signal.SIGINT) is before
    assert history.stopped == "interrupted"
    assert (len(history.steps), len(history)) == (7, 1)
    same(trained(Adam, {}, resume=path), trained(Adam, {}))


def test_ctrl_c_in_an_epoch_s_last_step_keeps_the_epoch(tmp_path: Path, ctrl_c_after: Ending) -> None:
    path = tmp_path / "run.safetensors"
    *_, history = trained(Adam, {}, checkpoint=path, validation=DATA, callbacks=[ctrl_c_after(10)])
    assert (len(history.steps), len(history), history.stopped) == (10, 2, "interrupted")
    same(trained(Adam, {}, validation=DATA, resume=path), trained(Adam, {}, validation=DATA))


def test_a_second_ctrl_c_interrupts_at_once() -> None:
    class Twice(Callback):
        def on_gradients(self, run, outputs):
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        trained(Adam, {}, callbacks=[Twice()])
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_training_in_another_thread_leaves_ctrl_c_alone() -> None:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(trained(Adam, {})))
    thread.start()
    thread.join()
    same(found[0], trained(Adam, {}))


def test_early_stopping_stops_a_resumed_run_where_it_stops_a_whole_one(tmp_path: Path) -> None:
    def run(epochs: int, **keywords: Any) -> History:
        model = MLP((3, 8, 1), "tanh", rng=0)
        optimizer = SGD(model.parameters(), 0.0)
        stop = EarlyStopping(3)
        return fit(
            model, DATA, quadratic, optimizer, epochs, batch_size=5, rng=1, validation=DATA, callbacks=[stop],
            checkpoint=tmp_path / "run", **keywords,
        )  # fmt: skip

    history = run(20)
    assert len(history) == 4
    assert history.stopped is not None and "validation loss has not become better since epoch 1" in history.stopped
    run(2)
    assert len(run(20, resume=tmp_path / "run")) == 4
    resumed_at_its_end = run(20, resume=tmp_path / "run")
    assert (len(resumed_at_its_end), resumed_at_its_end.stopped) == (4, history.stopped)


def test_early_stopping_needs_what_it_watches() -> None:
    with pytest.raises(NetworkError, match="watches validation_loss, and this run does not measure it"):
        trained(Adam, {}, callbacks=[EarlyStopping(2)])
    with pytest.raises(NetworkError, match="unknown figure 'error'"):
        EarlyStopping(2, "error")  # type: ignore[arg-type]  # the point of the test
    with pytest.raises(NetworkError, match="the patience is a whole number"):
        EarlyStopping(0)


DIFFERENT = [
    ({"batch_size": 6}, "batch_size was 5 and is 6"),
    ({"data": (INPUTS[:20], DATA[1][:20])}, "samples was 23 and is 20"),
    ({"clip_norm": 1.0}, "clip_norm was None and is 1.0"),
    ({"validation": DATA}, "has_validation was False and is True"),
    ({"make": SGD}, "class was 'Adam' and is 'SGD'"),
    ({"rate": 0.1}, "learning_rate was 0.02 and is 0.1"),
    ({"rng": numpy.random.Generator(numpy.random.MT19937(0))}, "random generator 'PCG64', and this is a MT19937"),
    ({"model": MLP((3, 6, 1), rng=0)}, "it has random generators"),
]


@pytest.mark.parametrize(("change", "sentence"), DIFFERENT)
def test_a_checkpoint_of_another_training_is_refused_and_nothing_is_touched(
    change: dict[str, Any], sentence: str, tmp_path: Path, stop_after: Ending
) -> None:
    path = tmp_path / "run.safetensors"
    trained(Adam, {}, checkpoint=path, callbacks=[stop_after(3)])
    model = change.get("model", network())
    optimizer = change.get("make", Adam)(model.parameters(), change.get("rate", 0.02))
    before = model.state_dict()
    keywords = {
        "batch_size": 5,
        "rng": 5,
        **{k: v for k, v in change.items() if k not in ("data", "make", "rate", "model")},
    }
    with pytest.raises(CheckpointError, match=sentence):
        fit(model, change.get("data", DATA), quadratic, optimizer, 4, resume=path, **keywords)
    assert all((before[name] == state).all() for name, state in model.state_dict().items())


def test_other_data_and_another_schedule_are_another_training(tmp_path: Path, stop_after: Ending) -> None:
    path = tmp_path / "half.safetensors"
    falling = {"schedule": schedules.cosine(20)}
    trained(SGD, {}, checkpoint=path, callbacks=[stop_after(7)], **falling)
    kept = path.read_bytes()
    with pytest.raises(
        CheckpointError, match=r"in step 7 the learning rate was 0\.0\d+ and its schedule is now to give"
    ):
        trained(SGD, {}, resume=path, schedule=schedules.cosine(40))
    inputs, targets = (numpy.array(part, copy=True) for part in DATA)
    inputs[0, 0] += 1e-9
    model = network()
    before = model.state_dict()
    with pytest.raises(CheckpointError, match=r"another training: checksum of the data was '[0-9a-f]{8}' and is '"):
        fit(model, (inputs, targets), quadratic, SGD(model.parameters(), 0.02), 4, batch_size=5, resume=path, **falling)
    assert all((before[name] == array).all() for name, array in model.state_dict().items())
    assert path.read_bytes() == kept


def test_a_statistic_that_is_not_finite_spoils_no_checkpoint(tmp_path: Path) -> None:
    model = network()
    next(buffer for _, buffer in model.named_buffers())[0] = numpy.nan  # training itself uses each batch's own
    with pytest.raises(DivergenceError, match=r"a statistic became infinite or nan .* beginning at the buffer "):
        trained(SGD, {}, model, checkpoint=tmp_path / "spoilt.safetensors")
    assert list(tmp_path.iterdir()) == []


def test_a_model_without_training_is_nothing_to_resume(tmp_path: Path) -> None:

    path = checkpoints.save(tmp_path / "model", network(), Adam(network().parameters(), 0.02))
    with pytest.raises(CheckpointError, match="holds a model and no training to go on with"):
        trained(Adam, {}, resume=path)


def test_a_checkpoint_that_cannot_be_written_is_said_before_training(tmp_path: Path, stop_after: Ending) -> None:
    with pytest.raises(CheckpointError, match="is no directory"):
        trained(Adam, {}, checkpoint=tmp_path / "nowhere" / "run", callbacks=[stop_after(1)])


def test_a_checkpoint_is_written_where_its_path_led_when_training_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class GoesElsewhere(Callback):
        def on_epoch(self, run: Any, epoch: Any) -> None:
            os.chdir(tmp_path / "elsewhere")

    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    trained(Adam, {}, checkpoint="run", checkpoint_seconds=0, callbacks=[GoesElsewhere()])
    assert sorted(one.name for one in tmp_path.iterdir()) == ["elsewhere", "run"]
    assert [*(tmp_path / "elsewhere").iterdir()] == []


TRAINING = """
import os, signal, sys
import numpy
from nn import Adam, Callback, Dropout, Linear, Sequential, fit, quadratic

class Killed(Callback):
    def on_step(self, run, step):
        if len(run.history.steps) == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)

rng = numpy.random.default_rng(0)
x = rng.normal(size=(64, 8))
model = Sequential(Linear(8, 16, rng=0), numpy.tanh, Dropout(0.2, rng=1), Linear(16, 1, rng=2))
history = fit(model, (x, x[:, :1] ** 2), quadratic, Adam(model.parameters(), 0.01), 150, batch_size=16, rng=3,
              checkpoint=sys.argv[1], checkpoint_seconds=0, callbacks=[Killed()],
              resume=sys.argv[3] if len(sys.argv) > 3 else None)
numpy.save(sys.argv[1] + ".npy", history.steps.column("loss"))
"""


@pytest.mark.slow
def test_a_killed_process_is_resumed_as_if_it_had_not_been(tmp_path: Path) -> None:
    def run(*arguments: Any) -> int:
        command = [sys.executable, "-c", TRAINING, *map(str, arguments)]
        return subprocess.run(command, check=False, timeout=300).returncode

    never = 0
    assert run(tmp_path / "whole", never) == 0
    assert run(tmp_path / "killed", 301) == -signal.SIGKILL
    assert run(tmp_path / "killed", never, tmp_path / "killed") == 0
    whole, resumed = (numpy.load(tmp_path / f"{name}.npy") for name in ("whole", "killed"))
    assert len(whole) == 600 and whole.tobytes() == resumed.tobytes()
    one, other = (checkpoints.read(tmp_path / name) for name in ("whole", "killed"))
    assert all(one.model[name].tobytes() == other.model[name].tobytes() for name in one.model)
    assert all(one.optimizer[name].tobytes() == other.optimizer[name].tobytes() for name in one.optimizer)


class Halve(Callback):
    def on_epoch(self, run, epoch):
        run.optimizer.learning_rate /= 2


@pytest.mark.parametrize("schedule", [None, schedules.cosine(100), lambda step: 1.0 if step % 2 else 0.5])
def test_what_a_callback_made_of_the_learning_rate_is_kept(schedule: Any, tmp_path: Path) -> None:
    x = numpy.random.default_rng(0).normal(size=(64, 3))
    y, path = (x[:, :1] > 0).astype(float), tmp_path / "run"

    def run(epochs: int, **keywords: Any) -> tuple[MLP, Any, SGD]:
        model = MLP((3, 8, 1), "tanh", "sigmoid", rng=0)
        optimizer = SGD(model.parameters(), 0.5)
        options: dict[str, Any] = {"batch_size": 16, "rng": 0, "schedule": schedule, "callbacks": [Halve()]}
        history = fit(model, (x, y), quadratic, optimizer, epochs, **options, **keywords)
        return model, history, optimizer

    whole, figures, optimizer = run(6)
    assert optimizer.learning_rate == pytest.approx(0.5 / 2**6)
    assert figures[1].learning_rate == pytest.approx(0.25 * (schedule(7) if schedule else 1))
    run(3, checkpoint=path, checkpoint_seconds=0)
    resumed, later, _ = run(6, checkpoint=path, resume=path)
    assert [one.learning_rate for one in later] == [one.learning_rate for one in figures]
    assert all(numpy.array_equal(*pair) for pair in zip(*_data(whole, resumed), strict=True))


def _data(*models: MLP) -> list[list[Any]]:
    return [[parameter.data for parameter in model.parameters()] for model in models]


def test_another_activation_or_seed_is_refused_and_the_file_stays(tmp_path: Path) -> None:
    x, path = numpy.random.default_rng(0).normal(size=(8, 3)), tmp_path / "run"
    data = x, x[:, :1]

    def run(activation: str, epochs: int, **keywords: Any) -> None:
        model = MLP((3, 2, 1), activation, rng=0)
        fit(model, data, quadratic, SGD(model.parameters(), 0.1), epochs, **keywords)

    run("tanh", 2, checkpoint=path, rng=4)
    before = path.read_bytes()
    with pytest.raises(CheckpointError, match="the activation is tanh there and relu here"):
        run("relu", 3, resume=path, checkpoint=path, rng=4)
    with pytest.raises(CheckpointError, match="the activation is tanh there and relu here"):
        checkpoints.load(path, MLP((3, 2, 1), "relu", rng=0))
    with pytest.raises(CheckpointError, match=r"the seed \(rng\) was 4 and is 5"):
        run("tanh", 3, resume=path, checkpoint=path, rng=5)
    run("tanh", 2, resume=path, checkpoint=path, rng=4)
    assert path.read_bytes() == before
    run("tanh", 3, resume=path, checkpoint=path, rng=4)
    assert path.read_bytes() != before


def test_early_stopping_gives_the_best_parameters_back(tmp_path: Path) -> None:
    class Spoil(Callback):
        """Better for three epochs, and worse from then on."""

        def on_epoch(self, run, epoch):
            self.states = [*getattr(self, "states", []), run.model.state_dict()]
            run.optimizer.learning_rate = 0.05 if epoch.number < 3 else 2.5

    x = numpy.random.default_rng(0).normal(size=(64, 3))
    data = x, x[:, :1] + 1
    for epochs in (4, 20):
        model, spoil = MLP((3, 1), rng=0), Spoil()
        stopping = EarlyStopping(3, restore_best=True)
        optimizer = SGD(model.parameters(), 0.05)
        options: dict[str, Any] = {"validation": data, "rng": 0, "callbacks": [spoil, stopping]}
        history = fit(model, data, quadratic, optimizer, epochs, checkpoint=tmp_path / "run", **options)
        best = int(history.column("validation_loss").argmin())
        assert best < len(history) - 1
        for name, state in model.state_dict().items():
            assert numpy.array_equal(state, spoil.states[best][name])
            assert numpy.array_equal(state, checkpoints.read(tmp_path / "run").model[name])
    with pytest.raises(CheckpointError, match="holds the best parameters, of epoch 3"):
        fit(model, data, quadratic, optimizer, 30, resume=tmp_path / "run")


class Noisy(Module):
    """Parts, settings and functions of one's own."""

    def __init__(self, rate: float = 0.1, momentum: float = 0.1, own: Any = 2.0, activation: Any = tanh) -> None:
        self.first = Linear(3, 4, rng=0)
        self.parts = {"noise": Dropout(rate, rng=1), "norm": BatchNorm1d(4, momentum=momentum)}
        self.own, self.activation = own, activation
        self.last = Linear(4, 1, rng=2)
        self.calls = 0
        self.itself = [self.own]
        self.itself.append(self.itself)

    def __call__(self, x: Any) -> Any:
        self.calls += 1
        return self.last(self.activation(self.parts["norm"](self.parts["noise"](self.first(x)))))


def run_of(path: Path, model: Any, loss: Any = quadratic, epochs: int = 2, resume: bool = False, **options: Any) -> Any:
    x = numpy.random.default_rng(0).normal(size=(40, 3))
    files: dict[str, Any] = {"resume": path} if resume else {"checkpoint": path}
    return fit(model, (x, x[:, :1]), loss, SGD(model, 0.1), epochs, rng=0, **files, **options)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rate": 0.9}, r"parts\.noise\.rate was 0\.1 and is 0\.9"),
        ({"momentum": 0.5}, r"parts\.norm\.momentum was 0\.1 and is 0\.5"),
        ({"own": 3.0}, r"own was 2\.0 and is 3\.0"),
        ({"own": "text"}, r"own was 2\.0 and is text"),
        ({"own": numpy.arange(3)}, "own was .* and is int64 of shape"),
        ({"activation": relu}, "activation was tanh and is relu"),
        (
            {"activation": functools.partial(leaky_relu, slope=0.1)},
            r"activation was tanh and is leaky_relu\(slope=0\.1\)",
        ),
    ],
)
def test_a_run_with_other_settings_of_a_part_is_refused(changed: Any, said: str, tmp_path: Path) -> None:
    path = tmp_path / "run"
    run_of(path, Noisy())
    before = path.read_bytes()
    other = Noisy(**changed)
    state = other.state_dict()
    with pytest.raises(CheckpointError, match=said):
        run_of(path, other, epochs=4, resume=True)
    assert path.read_bytes() == before
    assert all(numpy.array_equal(array, state[name]) for name, array in other.state_dict().items())
    with pytest.warns(UserWarning, match="training changed calls to 4, which the resumed run does not know"):
        resumed = run_of(path, Noisy(), epochs=4, resume=True)
    assert resumed.column("loss").tolist() == run_of(tmp_path / "whole", Noisy(), epochs=4).column("loss").tolist()


@pytest.mark.parametrize(
    ("there", "here", "said"),
    [
        (
            functools.partial(huber, delta=1.0),
            functools.partial(huber, delta=0.01),
            r"huber\(delta=1\.0\)' and is 'huber",
        ),
        (huber, functools.partial(huber, delta=0.01), r"loss was 'huber' and is 'huber\(delta=0\.01\)'"),
        (functools.partial(huber, delta=1.0), huber, r"loss was 'huber\(delta=1\.0\)' and is 'huber'"),
    ],
)
def test_a_loss_with_other_arguments_is_another_loss(there: Any, here: Any, said: str, tmp_path: Path) -> None:
    path = tmp_path / "run"
    run_of(path, MLP((3, 1), rng=0), there)
    with pytest.raises(CheckpointError, match=said):
        run_of(path, MLP((3, 1), rng=0), here, 4, resume=True)
    assert len(run_of(path, MLP((3, 1), rng=0), there, 4, resume=True)) == 4


@pytest.mark.parametrize(("there", "here"), [(True, False), (False, True)])
def test_a_run_with_other_frozen_parameters_is_refused(there: bool, here: bool, tmp_path: Path) -> None:
    path = tmp_path / "run"

    def model(is_frozen: bool) -> Any:
        made = MLP((3, 2, 1), rng=0)
        made.layers[0].weight.requires_grad = not is_frozen
        return made

    run_of(path, model(there))
    said = "layers.0.weight was frozen and is not" if there else "layers.0.weight is frozen and was not"
    with pytest.raises(CheckpointError, match=said):
        run_of(path, model(here), epochs=4, resume=True)
    assert len(run_of(path, model(there), epochs=4, resume=True)) == 4


def test_a_loss_with_another_number_around_it_is_another_loss(tmp_path):
    def scaled(factor):
        return lambda outputs, targets: ((outputs - targets) ** 2 * factor).mean()

    def with_default(factor):
        def loss(outputs, targets, factor=factor):
            return ((outputs - targets) ** 2 * factor).mean()

        return loss

    inputs = numpy.random.default_rng(0).normal(size=(20, 2))
    targets = (inputs[:, :1] > 0).astype(float)
    for made in (scaled, with_default):
        file = tmp_path / f"{made.__name__}.safetensors"
        network = MLP((2, 3, 1), rng=0)
        fit(network, (inputs, targets), made(1.0), SGD(network, 0.01), epochs=2, rng=1, checkpoint=file)
        network = MLP((2, 3, 1), rng=0)
        with pytest.raises(CheckpointError, match="factor"):
            fit(network, (inputs, targets), made(100.0), SGD(network, 0.01), epochs=4, rng=1, resume=file)
        network = MLP((2, 3, 1), rng=0)
        history = fit(network, (inputs, targets), made(1.0), SGD(network, 0.01), epochs=4, rng=1, resume=file)
        assert len(history.epochs) == 4


class Jittering(Module):
    def __init__(self, generator: Any) -> None:
        self.linear, self.generator = Linear(3, 1, rng=0), generator
        self.faded = Tensor([1.0], requires_grad=False)

    def __call__(self, x: Any) -> Any:
        with no_grad():
            self.seen = Tensor([0.0]) + len(x.data)  # what it computes is no part of it
        return self.linear(x) * self.faded + self.generator.random()


class Counting(SGD):
    """Counts for itself, and steps by it."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.calls = 0

    def step(self, *misplaced: Any) -> None:
        self.calls += 1
        self.learning_rate = 0.1 / self.calls
        super().step()


class Fading(Callback):
    def on_epoch(self, run: Any, epoch: Any) -> None:
        run.model.faded.data = run.model.faded.data * 0.5


@pytest.mark.parametrize(
    "generator", [random.Random, numpy.random.RandomState, numpy.random.default_rng], ids=lambda one: one.__name__
)
def test_what_is_no_parameter_and_no_setting_goes_on_too(generator: Any, tmp_path: Path) -> None:
    def trained(epochs: int, **options: Any) -> Any:
        model = Jittering(generator(3))
        fit(model, DATA, "quadratic", Counting(model, 0.1), epochs, rng=0, callbacks=Fading(), **options)
        return model

    whole, path = trained(4), tmp_path / "x"
    trained(2, checkpoint=path, checkpoint_seconds=0)
    resumed = trained(4, resume=path)
    assert set(checkpoints.read(path).model) == {"linear.weight", "linear.bias", "faded"}
    assert all(numpy.array_equal(array, resumed.state_dict()[name]) for name, array in whole.state_dict().items())
    assert whole.generator.random() == resumed.generator.random()


class Averaging(SGD):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.averages = [numpy.zeros_like(one.data) for one in self.parameters]


def test_what_a_checkpoint_cannot_hold_is_said_before_training(tmp_path: Path) -> None:
    path, model = tmp_path / "x", Linear(3, 1, rng=0)
    refused: list[tuple[Any, Any, str]] = [
        (model, Averaging(model, 0.1), "Averaging keeps averages itself, which is not saved"),
        (jittering := Jittering(random.SystemRandom()), SGD(jittering, 0.1), "a random.SystemRandom has no state"),
    ]
    for one, optimizer, said in refused:
        before = one.state_dict()
        with pytest.raises(CheckpointError, match=said):
            fit(one, DATA, "quadratic", optimizer, 1, checkpoint=path)
        assert all(numpy.array_equal(array, before[name]) for name, array in one.state_dict().items())
    with pytest.raises(CheckpointError, match=r"is one of a folder: add a file's name"):
        checkpoints.save(f"{path}/", model)
    assert not path.exists()
