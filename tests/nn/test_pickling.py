"""Networks, optimizers, schedules and activations pickle and deep-copy, and stay what they are."""

import copy
import multiprocessing
import pickle
from typing import Any

import numpy
import pytest

import autograd
from autograd import Value, ops, tanh
from nn import (
    ACTIVATIONS,
    LOSSES,
    MLP,
    Adam,
    BatchNorm1d,
    Dropout,
    LayerNorm,
    Linear,
    NeuronMLP,
    Sequential,
    fit,
    quadratic,
    schedules,
    xor,
)

NETWORKS = [
    lambda: MLP((2, 3, 1), "tanh", rng=0),
    lambda: NeuronMLP((2, 3, 1), "gelu", rng=0),
    lambda: Sequential(
        Linear(2, 3, rng=0), tanh, BatchNorm1d(3), LayerNorm(3), Dropout(0.5, rng=0), Linear(3, 1, rng=0)
    ),
]
COPIES = [copy.deepcopy, lambda held: pickle.loads(pickle.dumps(held))]
X, Y = xor().train_inputs, xor().train_labels.reshape(-1, 1)


@pytest.mark.parametrize("copied", COPIES)
@pytest.mark.parametrize("make", NETWORKS)
def test_a_copied_network_computes_the_same_and_trains_the_same(make: Any, copied: Any) -> None:
    network = make()
    network.parameters()[0].requires_grad = False
    other = copied(network)
    assert repr(other) == repr(network) and other.summary() == network.summary()
    assert numpy.array_equal(other.outputs(X), network.outputs(X))
    trained = []
    for one in (network, other):
        optimizer = Adam(one.parameters(), 0.1)
        fit(one, (X, Y), quadratic, optimizer, 2, batch_size=4, rng=0)
        trained.append(one.state_dict())
    assert all(numpy.array_equal(array, trained[1][name]) for name, array in trained[0].items())


@pytest.mark.parametrize("copied", COPIES)
def test_a_network_and_its_optimizer_copied_together_stay_together(copied: Any) -> None:
    network = MLP((2, 3, 1), "tanh", rng=0)
    other, optimizer = copied((network, Adam(network.parameters(), 0.1)))
    before = other.state_dict()
    fit(other, (X, Y), quadratic, optimizer, 1, batch_size=4, rng=0)
    assert not any(numpy.array_equal(before[name], array) for name, array in other.state_dict().items())


@pytest.mark.parametrize("copied", [*COPIES, copy.copy])
def test_a_copied_row_of_the_table_is_that_row(copied: Any) -> None:
    for row in ops.operations().values():
        assert copied(row) is row
    for function in (*ACTIVATIONS.values(), *LOSSES.values()):
        assert copied(function) is function
    node = copied(Value(2.0) * 3.0)
    assert node.op is autograd.multiply
    node.backward()
    assert node.operands[0].grad == 3.0


@pytest.mark.parametrize("copied", COPIES)
@pytest.mark.parametrize(
    "schedule",
    [
        schedules.constant(),
        schedules.cosine(7, 0.1),
        schedules.step_decay(3, 0.5),
        schedules.warm_up(3, schedules.cosine(4)),
    ],
)
def test_a_copied_schedule_is_the_same_schedule(schedule: Any, copied: Any) -> None:
    assert [copied(schedule)(step) for step in range(12)] == [schedule(step) for step in range(12)]


def test_a_spawned_process_gets_a_network() -> None:
    network = MLP((2, 3, 1), "tanh", rng=0)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert numpy.array_equal(pool.apply(network.outputs, (X,)), network.outputs(X))
