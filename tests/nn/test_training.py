from pathlib import Path

import numpy
import pytest

from autograd import Tensor
from nn import MLP, SGD, Epoch, NetworkError, accuracy, batches, fit, mnist, one_hot, quadratic, to_neurons, xor
from nn.closed_form import DeltaNetwork
from nn.training import predict


def test_batches_hold_every_sample_once_and_the_last_what_is_left() -> None:
    inputs = numpy.arange(10.0).reshape(10, 1)
    found = list(batches(inputs, inputs * 2, 4, rng=0))
    assert [len(x) for x, _ in found] == [4, 4, 2]
    assert sorted(numpy.concatenate([x for x, _ in found]).ravel()) == list(range(10))
    assert all(numpy.array_equal(y, 2 * x) for x, y in found)


def test_the_same_seed_gives_the_same_order() -> None:
    inputs = numpy.arange(10.0).reshape(10, 1)
    first, second = ([x.tolist() for x, _ in batches(inputs, inputs, 3, rng=1)] for _ in range(2))
    assert first == second


def test_inputs_and_targets_of_different_lengths_are_refused() -> None:
    with pytest.raises(NetworkError, match="3 inputs and 2 targets"):
        list(batches(numpy.zeros((3, 1)), numpy.zeros((2, 1)), 1))


def test_fit_reports_every_epoch_and_every_step() -> None:
    data = xor()
    network = MLP((2, 2, 1), "sigmoid", "sigmoid", rng=0)
    steps: list[int] = []
    epochs: list[Epoch] = []
    history = fit(
        network, data.train_inputs, data.train_labels.reshape(-1, 1), loss=quadratic,
        optimizer=SGD(network.parameters(), 0.1), epochs=3, batch_size=3, rng=0,
        test=(data.test_inputs, data.test_labels),
        on_step=lambda samples, cost: steps.append(samples), on_epoch=epochs.append,
    )  # fmt: skip
    assert steps == [3, 1] * 3
    assert history == epochs
    assert [epoch.number for epoch in history] == [1, 2, 3]
    assert history[-1].accuracy == accuracy(network, data.test_inputs, data.test_labels)


@pytest.mark.parametrize("count", [0, -1, 1.5])
def test_counts_that_cannot_be_are_refused(count: int) -> None:
    network = MLP((2, 1), rng=0)
    inputs = numpy.zeros((1, 2))
    for name in ("epochs", "batch_size"):
        counts = {"epochs": 1, "batch_size": 1, name: count}
        with pytest.raises(NetworkError, match=f"{name} is a whole number from 1"):
            fit(network, inputs, inputs, loss=quadratic, optimizer=SGD(network.parameters(), 1), **counts)


def test_scalars_and_tensors_follow_the_same_path() -> None:
    data = xor()
    targets = data.train_labels.reshape(-1, 1).astype(float)
    tensors = MLP((2, 3, 1), "tanh", "sigmoid", rng=0)
    values = to_neurons(tensors)
    histories = [
        fit(network, data.train_inputs, targets, loss=quadratic, optimizer=SGD(network.parameters(), 0.5),
            epochs=30, batch_size=2, rng=1)
        for network in (tensors, values)
    ]  # fmt: skip
    losses = [[epoch.loss for epoch in history] for history in histories]
    assert numpy.allclose(*losses, rtol=1e-10)


def test_accuracy_of_one_output_is_by_its_half_and_of_several_by_the_greatest() -> None:
    class Given:
        def __init__(self, outputs: list[list[float]]) -> None:
            self.outputs = numpy.array(outputs)

        def parameters(self) -> list[Tensor]:
            return [Tensor(0.0)]

        def __call__(self, x: Tensor) -> Tensor:
            return Tensor(self.outputs[: len(x)])

    inputs = numpy.zeros((3, 1))
    assert accuracy(Given([[0.9], [0.2], [0.6]]), inputs, numpy.array([1, 0, 0])) == pytest.approx(2 / 3)
    assert accuracy(Given([[1, 2], [3, 2], [0, 1]]), inputs, numpy.array([1, 0, 1])) == 1.0


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
    for step, (x, y) in enumerate(batches(data.train_inputs, targets, 16, rng=0)):
        if step == 100:
            break
        optimizer.zero_grad()
        quadratic(predict(network, x), y).backward()
        optimizer.step()
        closed_form.step(x, y, 3.0)
        for layer, weight, bias in zip(network.layers, closed_form.weights, closed_form.biases, strict=True):
            assert numpy.linalg.norm(layer.weight.data - weight) <= 1e-9 * numpy.linalg.norm(weight)
            assert numpy.linalg.norm(layer.bias.data - bias) <= 1e-9 * numpy.linalg.norm(bias)
