import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy
import pytest

from autograd import Tensor, no_grad
from nn import (
    MLP,
    SGD,
    Adam,
    Batches,
    BatchNorm1d,
    Callback,
    CheckpointError,
    Linear,
    Module,
    NetworkError,
    NeuronMLP,
    Sequential,
    accuracy,
    fit,
    mnist,
    one_hot,
    quadratic,
    to_neurons,
    xor,
)
from nn.closed_form import DeltaNetwork
from nn.outputs import predict

XOR = (xor().train_inputs, xor().train_labels.reshape(-1, 1).astype(float))


class Told(Callback):
    def __init__(self) -> None:
        self.events: list[str] = []

    def on_start(self, run):
        self.events.append(f"start of {run.epochs} epochs of {run.steps_per_epoch} steps")

    def on_step(self, run, step):
        self.events.append(f"step of {step.samples}")
        assert run.history.steps[-1] == step

    def on_epoch(self, run, epoch):
        self.events.append(f"epoch {epoch.number}")
        assert run.history[-1] is epoch

    def on_end(self, run):
        self.events.append("end")


def test_callbacks_are_told_of_every_step_and_epoch() -> None:
    network, told = MLP((2, 2, 1), "sigmoid", "sigmoid", rng=0), Told()
    optimizer = SGD(network.parameters(), 0.1)
    history = fit(network, XOR, quadratic, optimizer, 2, batch_size=3, rng=0, validation=XOR, callbacks=[told])
    assert told.events == ["start of 2 epochs of 2 steps", *["step of 3", "step of 1", "epoch 1"],
                           *["step of 3", "step of 1", "epoch 2"], "end"]  # fmt: skip
    assert history[-1].validation_accuracy == accuracy(network, *xor().test)
    assert history[-1].validation_loss == pytest.approx(quadratic(predict(network, XOR[0]), XOR[1]).item())


def test_an_epoch_weighs_its_short_batch_by_the_samples_in_it() -> None:
    network = MLP((2, 2, 1), "sigmoid", "sigmoid", rng=0)
    history = fit(network, XOR, quadratic, SGD(network.parameters(), 0.0), 1, batch_size=3, rng=0)
    losses = history.steps.column("loss")
    assert history[0].loss == pytest.approx((3 * losses[0] + losses[1]) / 4)
    assert history[0].loss == pytest.approx(quadratic(predict(network, XOR[0]), XOR[1]).item())
    assert history[0].gradient_norm == pytest.approx(history.steps.column("gradient_norm").mean())
    assert history[0].accuracy == accuracy(network, *xor().train)
    assert history[0].validation_loss is None and history[0].validation_accuracy is None


@pytest.mark.parametrize("count", [0, -1, 1.5, True])
def test_counts_that_cannot_be_are_refused(count: int) -> None:
    network = MLP((2, 1), rng=0)
    for name in ("epochs", "batch_size"):
        counts = {"epochs": 1, "batch_size": 1, name: count}
        with pytest.raises(NetworkError, match=f"{name} is a whole number from 1"):
            fit(network, XOR, quadratic, SGD(network.parameters(), 1), **counts)


def test_scalars_and_tensors_follow_the_same_path() -> None:
    tensors = MLP((2, 3, 1), "tanh", "sigmoid", rng=0)
    values = to_neurons(tensors)
    histories = [
        fit(network, XOR, quadratic, SGD(network.parameters(), 0.5), 30, batch_size=2, rng=1)
        for network in (tensors, values)
    ]
    losses, norms = ([history.steps.column(name) for history in histories] for name in ("loss", "gradient_norm"))
    assert numpy.allclose(*losses, rtol=1e-10)
    assert numpy.allclose(*norms, rtol=1e-9)


def test_accuracy_of_one_output_is_by_its_half_and_of_several_by_the_greatest() -> None:
    class Given:
        def __init__(self, outputs: list[Any]) -> None:
            self.outputs = numpy.array(outputs)

        def parameters(self) -> list[Tensor]:
            return [Tensor(0.0)]

        def __call__(self, x: Tensor) -> Tensor:
            return Tensor(self.outputs[: len(x)])

    inputs = numpy.zeros((3, 1))
    labels = numpy.array([1, 0, 0])
    assert accuracy(Given([[0.9], [0.2], [0.6]]), inputs, labels, loss=quadratic) == pytest.approx(2 / 3)
    assert accuracy(Given([[1, 2], [3, 2], [0, 1]]), inputs, numpy.array([1, 0, 1])) == 1.0
    assert accuracy(Given([0.9, 0.2, 0.6]), inputs, labels, loss=quadratic) == pytest.approx(2 / 3)


@pytest.mark.parametrize("labels", [XOR[1], one_hot(xor().train_labels, 2), XOR[1][:1, 0], []])
def test_accuracy_refuses_labels_that_are_not_one_for_each_sample(labels: object) -> None:
    """A column beside a row would be compared as a table, and be right more often than there are samples."""
    with pytest.raises(NetworkError, match="one label for each of 4 samples, not an array of shape"):
        accuracy(MLP((2, 2, 1), "tanh", rng=0), XOR[0], labels)


def test_accuracy_of_no_samples_is_refused() -> None:
    with pytest.raises(NetworkError, match="one label for each of 0 samples"):
        accuracy(MLP((2, 2, 1), "tanh", rng=0), XOR[0][:0], [])


@pytest.mark.parametrize(
    ("given", "said"), [(xor(), "not a Dataset"), (None, "not a NoneType"), ((*XOR, XOR[1]), "not 3 parts")]
)
def test_data_that_is_no_pair_is_refused(given: object, said: str) -> None:
    network = MLP((2, 2, 1), "tanh", rng=0)
    with pytest.raises(NetworkError, match=f"data is a pair of inputs and targets.*{said}"):
        fit(network, given, quadratic, SGD(network.parameters(), 0.1), 1)
    if given is not None:
        with pytest.raises(NetworkError, match=f"validation is a pair of inputs and targets.*{said}"):
            fit(network, XOR, quadratic, SGD(network.parameters(), 0.1), 1, validation=given)


def test_an_optimizer_of_another_model_is_refused_and_one_of_some_parameters_is_not() -> None:
    network, other = MLP((2, 2, 1), "tanh", rng=0), MLP((2, 2, 1), "tanh", rng=0)
    with pytest.raises(NetworkError, match="none of the model's parameters"):
        fit(network, XOR, quadratic, SGD(other.parameters(), 0.1), 1)
    assert len(fit(network, XOR, quadratic, SGD(network.layers[1].parameters(), 0.1), 1, rng=0)) == 1


def test_a_batch_is_shared_with_the_network_not_copied() -> None:
    network = MLP((2, 1), rng=0)
    inputs = numpy.ones((3, 2))
    recorded = predict(network, inputs).inputs[0]
    assert numpy.shares_memory(recorded.data, inputs)


def test_the_engine_and_the_closed_form_agree_on_mnist_step_by_step(mnist_directory: Path) -> None:
    """Document 002's recipe: 784-32-10, quadratic cost, batches of 16, learning rate 3.0."""
    data = mnist(mnist_directory, dtype=numpy.float64)
    targets = one_hot(data.train_labels, 10)
    network = MLP((784, 32, 10), "sigmoid", "sigmoid", initializer="normal", rng=0)
    closed_form = DeltaNetwork(
        weights=[layer.weight.data.copy() for layer in network.layers],
        biases=[layer.bias.data.copy() for layer in network.layers],
    )
    optimizer = SGD(network.parameters(), 3.0)
    for step, (x, y) in enumerate(Batches(data.train_inputs, targets, 16, rng=0)):
        if step == 100:
            break
        optimizer.zero_grad()
        quadratic(predict(network, x), y).backward()
        optimizer.step()
        closed_form.step(x, y, 3.0)
        for layer, weight, bias in zip(network.layers, closed_form.weights, closed_form.biases, strict=True):
            assert numpy.linalg.norm(layer.weight.data - weight) <= 1e-9 * numpy.linalg.norm(weight)
            assert numpy.linalg.norm(layer.bias.data - bias) <= 1e-9 * numpy.linalg.norm(bias)


@pytest.mark.slow
def test_a_thousand_epochs_of_xor_keep_their_figures_and_nothing_else() -> None:
    """Seven numbers for the step, and an Epoch: below a kilobyte. A graph left behind is more than ten."""

    class Held(Callback):
        def on_epoch(self, run, epoch):
            if epoch.number in (100, 1000):
                held.append(tracemalloc.get_traced_memory()[0])

    held: list[int] = []
    network = MLP((2, 2, 1), "sigmoid", "sigmoid", rng=0)
    tracemalloc.start()
    try:
        fit(
            network, XOR, quadratic, Adam(network.parameters(), 0.1), 1000, batch_size=4, rng=0, validation=XOR,
            callbacks=[Held()],
        )  # fmt: skip
    finally:
        tracemalloc.stop()
    assert (held[1] - held[0]) / 900 < 1000


def test_importing_networks_loads_nothing_that_only_some_need() -> None:
    program = "import sys, nn; print([name for name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    for name in ("rich", "pooch", "requests", "matplotlib", "safetensors", "sklearn", "PIL", "viz"):
        assert f"'{name}'" not in loaded


def test_a_leftover_batch_of_one_is_told_before_training_where_a_layer_cannot_take_it(tmp_path: Path) -> None:
    model = Sequential(Linear(2, 3, rng=0), BatchNorm1d(3), Linear(3, 1, rng=0))
    data = numpy.random.default_rng(0).normal(size=(9, 2)), numpy.zeros((9, 1))
    optimizer, path = SGD(model.parameters(), 0.1), tmp_path / "run"
    with pytest.raises(NetworkError, match=r"layers\.1 .* 9 in batches of 4 end with one: give drop_last=True"):
        fit(model, data, quadratic, optimizer, 1, batch_size=4)
    history = fit(model, data, quadratic, optimizer, 2, batch_size=4, drop_last=True, rng=0, checkpoint=path)
    assert len(history.steps) == 4
    assert history[0].loss == pytest.approx(history.steps.column("loss")[:2].mean())
    assert len(fit(model, data, quadratic, optimizer, 3, batch_size=4, drop_last=True, resume=path).steps) == 6
    with pytest.raises(NetworkError, match="drop_last"):
        fit(model, data, quadratic, optimizer, 3, batch_size=4, resume=path)


def test_a_checkpoint_that_cannot_be_written_is_told_before_training(tmp_path: Path) -> None:
    network, told = MLP((2, 2, 1), rng=0), Told()
    (tmp_path / "a-file").write_text("")
    for place in (tmp_path, tmp_path / "a-file" / "run", Path("/dev/null"), tmp_path / ("long" * 100)):
        with pytest.raises(CheckpointError, match="cannot be written"):
            fit(network, XOR, quadratic, SGD(network.parameters(), 0.1), 1, checkpoint=place, callbacks=[told])
    assert told.events == [] and [one.name for one in tmp_path.iterdir()] == ["a-file"]


@pytest.mark.parametrize("values", [False, True])
def test_a_loss_of_ones_own_is_measured_on_all_validation_data_at_once(values: bool, monkeypatch: Any) -> None:
    """The root of a mean is no mean of roots."""
    monkeypatch.setattr("nn.measuring.ROWS_AT_ONCE", 5)
    inputs = numpy.random.default_rng(0).normal(size=(12, 2))
    targets = numpy.repeat([0.0, 10.0], 6)[:, None]
    model: Any = NeuronMLP((2, 1), "identity", rng=0) if values else MLP((2, 1), rng=0)

    def root_mean_square(a: Any, y: Any) -> Any:
        return quadratic(a, y) ** 0.5

    optimizer = SGD(model.parameters(), 0.0)
    history = fit(model, (inputs, targets), root_mean_square, optimizer, 1, batch_size=12, validation=(inputs, targets))
    assert history[0].validation_loss == pytest.approx(history[0].loss)


class Detached(Module):
    def __init__(self, how: str) -> None:
        self.first, self.second, self.how = Linear(2, 3, rng=0), Linear(3, 1, rng=1), how

    def __call__(self, x: Any) -> Any:
        if self.how == "no_grad":
            with no_grad():
                between = self.first(x)
        else:
            between = self.first(x)
        return self.second(between.detach() if self.how == "detach" else between)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("how", ["no_grad", "detach", "connected", "frozen"])
def test_parameters_that_no_loss_depends_on_are_named(how: str, compiled: bool, recwarn: Any) -> None:
    model = Detached(how)
    if how == "frozen":
        model.how, model.first.weight.requires_grad, model.first.bias.requires_grad = "detach", False, False
    data = (numpy.eye(4)[:, :2], numpy.eye(4)[:, :1])
    fit(model, data, quadratic, SGD(model.parameters(), 0.1), 2, batch_size=2, rng=0, compile=compiled)
    told = [str(one.message) for one in recwarn if issubclass(one.category, UserWarning)]
    if how in ("no_grad", "detach"):
        (sentence,) = told
        assert sentence.startswith("no loss of the first epoch depends on first.weight, first.bias, which will not")
    else:
        assert not told
