"""What `glassgrad train` trains: a data set, a network and its settings, checked before anything starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy

from nn import (
    LOSSES,
    MLP,
    SGD,
    Dataset,
    NetworkError,
    binary_cross_entropy,
    mnist,
    one_hot,
    quadratic,
    softmax_cross_entropy,
    to_neurons,
    xor,
)
from nn.losses import Loss
from nn.training import check_counts


@dataclass(frozen=True)
class Setting:
    """How to train on a data set unless the user says otherwise."""

    load: Callable[[str | None], Dataset]
    hidden: tuple[int, ...]
    loss: str
    epochs: int
    batch_size: int
    learning_rate: float
    dtype: str
    needs_data_dir: bool = False


# The documents' recipes: XOR is 001's, MNIST is 002's.
SETTINGS: dict[str, Setting] = {
    "xor": Setting(
        load=lambda directory: xor(),
        hidden=(2,),
        loss="binary-cross-entropy",
        epochs=1000,
        batch_size=4,
        learning_rate=1.0,
        dtype="float64",
    ),
    "mnist": Setting(
        load=lambda directory: mnist(directory),
        hidden=(32,),
        loss="quadratic",
        epochs=30,
        batch_size=16,
        learning_rate=3.0,
        dtype="float32",
        needs_data_dir=True,
    ),
}

# A loss, and the activation whose outputs it takes.
LOSS_CHOICES: dict[str, tuple[Loss, str]] = {
    "quadratic": (quadratic, "sigmoid"),
    "binary-cross-entropy": (binary_cross_entropy, "sigmoid"),
    "softmax-cross-entropy": (softmax_cross_entropy, "identity"),
}
assert set(LOSS_CHOICES) <= set(LOSSES)


@dataclass(frozen=True)
class Recipe:
    """Everything that a training run needs."""

    data: Dataset
    model: Any
    targets: Any
    test_targets: Any
    loss: Loss
    optimizer: SGD
    epochs: int
    batch_size: int
    seed: int


def recipe(
    dataset: str,
    *,
    data_dir: str | None = None,
    engine: str = "tensor",
    sizes: tuple[int, ...] | None = None,
    activation: str = "sigmoid",
    loss: str | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    learning_rate: float | None = None,
    dtype: str | None = None,
    seed: int = 0,
    limit: int | None = None,
) -> Recipe:
    """The run that these settings describe; whatever is not given is as in the documents.

    Raises:
        NetworkError: an unknown name, or sizes that do not fit the data or the loss.
        DatasetError: data that cannot be read.
    """
    if dataset not in SETTINGS:
        raise NetworkError(f"unknown dataset {dataset!r}; known are {', '.join(SETTINGS)}")
    setting = SETTINGS[dataset]
    loss_name = loss or setting.loss
    if loss_name not in LOSS_CHOICES:
        raise NetworkError(f"unknown loss {loss_name!r}; known are {', '.join(LOSS_CHOICES)}")
    if engine not in ("tensor", "value"):
        raise NetworkError(f"unknown engine {engine!r}; known are tensor, value")
    if engine == "value" and dtype not in (None, "float64"):
        raise NetworkError(f"the engine `value` computes in float64, so --dtype {dtype} cannot be had with it")
    if seed < 0:
        raise NetworkError(f"the seed is a whole number from 0, not {seed}")
    if dtype not in (None, "float32", "float64"):
        raise NetworkError(f"unknown dtype {dtype!r}; known are float32, float64")
    chosen_dtype = numpy.dtype("float64" if engine == "value" else dtype or setting.dtype)

    data = setting.load(data_dir)
    if limit is not None:
        data = data.limited(limit)
    data = data.as_dtype(chosen_dtype)
    loss_function, output = LOSS_CHOICES[loss_name]
    by_classes = data.classes > 2 or loss_name == "softmax-cross-entropy"
    n_outputs = data.classes if by_classes else 1
    whole = sizes or (data.n_inputs, *setting.hidden, n_outputs)
    if len(whole) < 2 or whole[0] != data.n_inputs or whole[-1] != n_outputs:
        raise NetworkError(
            f"sizes {'-'.join(map(str, whole))} do not fit {dataset} with {loss_name}: "
            f"the first is {data.n_inputs} (inputs), the last {n_outputs} (outputs)"
        )
    targets, test_targets = (
        _targets(labels, loss_name, n_outputs, chosen_dtype) for labels in (data.train_labels, data.test_labels)
    )
    network = MLP(whole, activation, output, initializer="normal", rng=seed, dtype=chosen_dtype)
    model = to_neurons(network) if engine == "value" else network
    rate = setting.learning_rate if learning_rate is None else learning_rate
    epochs = setting.epochs if epochs is None else epochs
    batch_size = setting.batch_size if batch_size is None else batch_size
    check_counts(epochs=epochs, batch_size=batch_size)
    return Recipe(
        data=data,
        model=model,
        targets=targets,
        test_targets=test_targets,
        loss=loss_function,
        optimizer=SGD(model.parameters(), rate),
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
    )


def _targets(labels: Any, loss_name: str, n_outputs: int, dtype: Any) -> Any:
    """What the loss takes for these labels."""
    if loss_name == "softmax-cross-entropy":
        return labels
    return one_hot(labels, n_outputs, dtype) if n_outputs > 1 else labels.reshape(-1, 1).astype(dtype)
