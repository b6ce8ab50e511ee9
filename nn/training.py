"""The training loop: batches, steps, epochs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy
import numpy.typing

from autograd import Node, Tensor, no_grad
from autograd.operation import silently

from .errors import NetworkError
from .initializers import Random
from .losses import Loss
from .optimizers import SGD

Array = numpy.typing.NDArray[Any]


@dataclass(frozen=True)
class Epoch:
    """What one pass through the data came to."""

    number: int
    loss: float  # the mean over the samples, each measured when its batch was trained on
    accuracy: float | None  # on the test data, None where there is none
    seconds: float


def fit(
    model: Any,
    inputs: Array,
    targets: Array,
    *,
    loss: Loss,
    optimizer: SGD,
    epochs: int,
    batch_size: int,
    rng: Random = None,
    test: tuple[Array, Array] | None = None,
    on_step: Callable[[int, float], None] | None = None,
    on_epoch: Callable[[Epoch], None] | None = None,
) -> list[Epoch]:
    """Train by stochastic gradient descent, shuffling the samples anew each epoch.

    Args:
        model: called with rows of inputs.
        inputs, targets: rows of samples, and what `loss` takes for them.
        loss: (outputs, targets) → one number for the batch.
        test: inputs and integer labels to measure the accuracy on after each epoch.
        on_step: called after each step with the samples it used and its loss.
        on_epoch: called after each epoch with its figures.

    Returns:
        The figures of every epoch.

    Raises:
        NetworkError: counts that cannot be; inputs and targets of different lengths.
    """
    check_counts(epochs=epochs, batch_size=batch_size)
    inputs, targets = numpy.asarray(inputs), numpy.asarray(targets)
    generator = numpy.random.default_rng(rng)
    history: list[Epoch] = []
    for number in range(1, epochs + 1):
        started = time.perf_counter()
        total = 0.0
        for batch_inputs, batch_targets in batches(inputs, targets, batch_size, generator):
            cost = train_step(model, batch_inputs, batch_targets, loss, optimizer)
            total += cost * len(batch_inputs)
            if on_step is not None:
                on_step(len(batch_inputs), cost)
        measured = None if test is None else accuracy(model, *test)
        epoch = Epoch(number, total / len(inputs), measured, time.perf_counter() - started)
        history.append(epoch)
        if on_epoch is not None:
            on_epoch(epoch)
    return history


def check_counts(**counts: int) -> None:
    """Refuse numbers of epochs or samples that cannot be."""
    for name, count in counts.items():
        if not isinstance(count, int) or count < 1:
            raise NetworkError(f"{name} is a whole number from 1, not {count!r}")


@silently
def train_step(model: Any, inputs: Array, targets: Array, loss: Loss, optimizer: SGD) -> float:
    """Forward, backward, update; the loss before the update."""
    optimizer.zero_grad()
    cost = loss(predict(model, inputs), targets)
    cost.backward()
    optimizer.step()
    return float(cost.item())


def batches(inputs: Array, targets: Array, batch_size: int, rng: Random = None) -> Iterator[tuple[Array, Array]]:
    """The samples in a random order, `batch_size` at a time; the last batch has what is left."""
    if len(inputs) != len(targets):
        raise NetworkError(f"{len(inputs)} inputs and {len(targets)} targets: every sample needs both")
    if not len(inputs):
        raise NetworkError("there are no samples to train on")
    order = numpy.random.default_rng(rng).permutation(len(inputs))
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        yield inputs[chosen], targets[chosen]


def accuracy(model: Any, inputs: Array, labels: Array, rows_at_once: int = 2000) -> float:
    """The share of samples whose greatest output (of one output: above ½ or not) is at the label."""
    correct = 0
    with no_grad():
        for start in range(0, len(inputs), rows_at_once):
            outputs = output_array(predict(model, inputs[start : start + rows_at_once]))
            found = outputs[:, 0] > 0.5 if outputs.shape[1] == 1 else outputs.argmax(axis=1)
            correct += int(numpy.sum(found == labels[start : start + rows_at_once]))
    return correct / len(inputs)


def predict(model: Any, inputs: Array) -> Any:
    """The model's outputs; the batch is shared with it, not copied."""
    return model(Tensor(inputs, requires_grad=False, copy=False))


def output_array(outputs: Any) -> Array:
    """A network's outputs, Tensor or lists of Values, as an array of rows."""
    if isinstance(outputs, Tensor):
        return outputs.data
    return numpy.array([[value.data if isinstance(value, Node) else value for value in row] for row in outputs])
