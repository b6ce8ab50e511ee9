"""What a newcomer plausibly writes gets the value that is meant, or one sentence."""

from typing import Any

import numpy
import pytest

from autograd import ShapeError, Tensor, Value
from nn import (
    MLP,
    SGD,
    Adam,
    BatchNorm1d,
    Callback,
    Dropout,
    EarlyStopping,
    Flatten,
    LayerNorm,
    Linear,
    NetworkError,
    NeuronMLP,
    fit,
    quadratic,
    schedules,
    softmax_cross_entropy,
    train_step,
    xor,
)

X, Y = xor().train_inputs, xor().train_labels
ROWS = [[1.0, 2.0], [3.0, 5.0]]


@pytest.mark.parametrize("make", [MLP, NeuronMLP])
def test_micrograds_spelling_of_sizes_is_understood(make: Any) -> None:
    network = make(2, [16, 16, 1], rng=0)
    assert repr(network) == repr(make((2, 16, 16, 1), rng=0))
    assert numpy.array_equal(network.outputs(X), make((2, 16, 16, 1), rng=0).outputs(X))
    with pytest.raises(NetworkError, match=r"widths are in one tuple: MLP\(\(2, 4, 1\), activation=…, output=…\)"):
        make(2, [4, 1], "tanh")


@pytest.mark.parametrize("sizes", [2, "2-3-1", {2, 3}, None, 2.5])
def test_sizes_that_are_no_widths_are_a_sentence(sizes: Any) -> None:
    for make in (MLP, NeuronMLP):
        with pytest.raises(NetworkError, match=r"sizes are the widths of all layers, inputs first, such as \(2"):
            make(sizes)


@pytest.mark.parametrize("dtype", ["int", bool, complex, "float16", numpy.longdouble, "nonsense", object, [1]])
def test_weights_of_another_dtype_are_refused(dtype: Any) -> None:
    for make in (lambda: MLP((2, 1), dtype=dtype), lambda: Linear(2, 1, dtype=dtype)):
        with pytest.raises(NetworkError, match=r"dtype is numpy.float32 or numpy.float64, for weights are floats, not"):
            make()
    for layer in (LayerNorm, BatchNorm1d):
        with pytest.raises(NetworkError, match=r"dtype is numpy.float32 or numpy.float64"):
            layer(2, dtype=dtype)


@pytest.mark.parametrize(
    "make", [lambda: LayerNorm(2), lambda: BatchNorm1d(2), Dropout, Flatten, lambda: Linear(2, 1, rng=0)]
)
@pytest.mark.parametrize("is_training", [True, False])
def test_layers_take_arrays_and_lists_as_they_take_tensors(make: Any, is_training: bool) -> None:
    if make is Dropout:
        make = lambda: Dropout(0.5, rng=0)  # noqa: E731  # the same generator each time
    expected = make().train(is_training)(Tensor(ROWS)).data
    for given in (ROWS, numpy.array(ROWS), numpy.array(ROWS, int), Tensor(numpy.array(ROWS, int), False)):
        assert numpy.array_equal(make().train(is_training)(given).data, expected)


def test_a_layer_norm_takes_one_row_as_linear_does() -> None:
    assert numpy.array_equal(LayerNorm(2)(ROWS[0]).data, LayerNorm(2)(ROWS).data[0])
    for wrong in (1.0, [1.0], [[1.0, 2.0, 3.0]]):
        with pytest.raises(ShapeError, match=r"takes rows of 2 numbers, not an input of shape"):
            LayerNorm(2)(wrong)
    with pytest.raises(ShapeError, match="takes one row of numbers for each sample"):
        BatchNorm1d(2)(ROWS[0])


def test_an_optimizer_takes_a_module_or_one_parameter() -> None:
    network, w = MLP((2, 1), rng=0), Value(1.0)
    assert SGD(network, 0.1).parameters == Adam(network).parameters == tuple(network.parameters())
    assert SGD(w, 0.1).parameters == (w,)
    with pytest.raises(NetworkError, match=r"takes a module or a list of its parameters\(\), not method <bound method"):
        SGD(network.parameters, 0.1)


def trained(loss: Any = softmax_cross_entropy, **keywords: Any) -> Any:
    network = MLP((2, 4, 2), rng=0)
    return fit(network, (X, Y), loss, SGD(network, 0.5), 3, batch_size=2, rng=0, **keywords).column("loss").tolist()


def test_losses_and_schedules_may_be_named() -> None:
    assert trained("softmax_cross_entropy") == trained("softmax-cross-entropy") == trained()
    assert trained(schedule="cosine") == trained(schedule=schedules.cosine(6)) != trained()
    network = MLP((2, 1), rng=0)
    assert train_step(network, X, Y.reshape(-1, 1), "quadratic", SGD(network, 0.1)) > 0
    with pytest.raises(NetworkError, match="unknown loss 'mse'; known are quadratic, binary"):
        trained("mse")
    with pytest.raises(NetworkError, match=r"a loss is a function of outputs and targets, such as nn.quadratic, not 3"):
        trained(3)
    with pytest.raises(NetworkError, match="unknown schedule 'cosin'; known are constant, cosine"):
        trained(schedule="cosin")
    with pytest.raises(NetworkError, match=r"cosine makes a schedule of what it is called with: give schedules.cosine"):
        trained(schedule=schedules.cosine)
    with pytest.raises(NetworkError, match=r"a schedule is a function of the step's number, or a name, not 0.1"):
        trained(schedule=0.1)


def test_one_callback_may_stand_alone() -> None:
    seen = []

    class Tell(Callback):
        def on_epoch(self, run: Any, epoch: Any) -> None:
            seen.append(epoch.number)

    trained(callbacks=Tell())
    trained(callbacks=None)
    assert seen == [1, 2, 3]
    for wrong in (EarlyStopping, [EarlyStopping], [print], 3):
        with pytest.raises(NetworkError, match="callbacks are such as"):
            trained(callbacks=wrong)


@pytest.mark.parametrize("optimizer", ["adam", SGD, None])
def test_an_optimizer_that_is_none_is_a_sentence(optimizer: Any) -> None:
    with pytest.raises(NetworkError, match=r"the optimizer is one such as nn.SGD\(model, 0.1\), not"):
        fit(MLP((2, 1), rng=0), (X, Y.reshape(-1, 1)), quadratic, optimizer, 1)
