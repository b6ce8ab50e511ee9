"""Masked arrays are refused wherever data is taken: what the mask hides would be taken, too."""

from typing import Any

import numpy
import pytest

from autograd import DataTypeError
from nn import (
    MLP,
    SGD,
    Batches,
    NeuronMLP,
    accuracy,
    fit,
    from_one_hot,
    one_hot,
    quadratic,
    split_samples,
    train_step,
)  # fmt: skip

POINTS = numpy.random.default_rng(0).normal(size=(20, 2))
LABELS = (POINTS[:, 0] > 0).astype(int)
COLUMN = LABELS[:, None].astype(float)
MASKED = numpy.ma.masked_greater(POINTS, 1.0)
MASKED_LABELS = numpy.ma.masked_equal(LABELS, 0)
MASKED_COLUMN = numpy.ma.masked_equal(COLUMN, 0.0)


def model() -> Any:
    return MLP((2, 4, 1), output="sigmoid", rng=0)


def fitted(inputs: Any, targets: Any, validation: Any = None) -> Any:
    network = model()
    return fit(
        network, (inputs, targets), lambda a, y: ((a - y) ** 2).mean(), SGD(network, 0.1), 1, validation=validation
    )


CALLS: dict[str, Any] = {
    "fit: inputs": lambda: fitted(MASKED, COLUMN),
    "fit: targets": lambda: fitted(POINTS, MASKED_COLUMN),
    "fit: rows": lambda: fitted(list(MASKED), COLUMN),
    "fit: validation inputs": lambda: fitted(POINTS, COLUMN, (MASKED, COLUMN)),
    "fit: validation targets": lambda: fitted(POINTS, COLUMN, (POINTS, MASKED_COLUMN)),
    "Batches": lambda: Batches(MASKED, LABELS, 5),
    "Batches: targets": lambda: Batches(POINTS, MASKED_LABELS, 5),
    "split_samples": lambda: split_samples(MASKED, LABELS),
    "accuracy": lambda: accuracy(model(), MASKED, LABELS),
    "accuracy: labels": lambda: accuracy(model(), POINTS, MASKED_LABELS),
    "plots": lambda: model().plot_confusion(POINTS, MASKED_LABELS),
    "one_hot": lambda: one_hot(MASKED_LABELS, 2),
    "from_one_hot": lambda: from_one_hot(numpy.ma.masked_equal(one_hot(LABELS, 2), 0)),
    "outputs": lambda: model().outputs(MASKED),
    "a model of Tensors": lambda: model()(MASKED),
    "a model of Values": lambda: NeuronMLP((2, 1), rng=0)(MASKED),
    "loss": lambda: quadratic(model()(POINTS), MASKED_COLUMN),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_masked_array_is_refused(call: str) -> None:
    with pytest.raises(DataTypeError, match=r"[Mm]ask"):
        CALLS[call]()


def test_a_step_with_masked_targets_moves_nothing() -> None:
    network = model()
    before = network.state_dict()
    with pytest.raises(DataTypeError, match="masked array"):
        train_step(network, POINTS, MASKED_COLUMN, lambda a, y: ((a - y) ** 2).mean(), SGD(network, 0.1))
    assert all(numpy.array_equal(array, before[name]) for name, array in network.state_dict().items())
