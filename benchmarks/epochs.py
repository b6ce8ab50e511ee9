"""Document 002's recipe on the real MNIST: 784-32-10, quadratic, batch 16, rate 3.0, 30 epochs."""

from __future__ import annotations

import os
import time

import numpy

from nn import MLP, SGD, Batches, DatasetError, accuracy, fit, mnist, one_hot, quadratic
from nn.closed_form import DeltaNetwork

from .harness import Row

_EPOCHS = 30
_SEEDS = tuple(range(int(os.environ.get("GLASSGRAD_SEEDS", "3"))))


def rows() -> list[Row]:
    try:
        data = mnist()
    except DatasetError as error:
        return [Row("30 epochs of document 002's recipe", f"not run: {error}")]
    targets = one_hot(data.train_labels, 10, numpy.float32)
    ours, by_hand, accuracies = [], [], []
    for seed in _SEEDS:
        model = MLP((784, 32, 10), "sigmoid", "sigmoid", initializer="normal", rng=seed, dtype=numpy.float32)
        closed_form = DeltaNetwork(
            weights=[layer.weight.data.copy() for layer in model.layers],
            biases=[layer.bias.data.copy() for layer in model.layers],
        )
        started = time.perf_counter()
        fit(
            model, (data.train_inputs, targets), quadratic, SGD(model.parameters(), 3.0),
            epochs=_EPOCHS, batch_size=16, rng=seed,
        )  # fmt: skip
        ours.append(time.perf_counter() - started)
        accuracies.append(accuracy(model, data.test_inputs, data.test_labels))
        started = time.perf_counter()
        batches = Batches(data.train_inputs, targets, 16, rng=seed)
        for _ in range(_EPOCHS):
            for x, y in batches:
                closed_form.step(x, y, 3.0)
        by_hand.append(time.perf_counter() - started)
    ratio = float(numpy.median(ours) / numpy.median(by_hand))
    return [
        Row(
            f"{_EPOCHS} epochs of document 002's recipe, float32, median of {len(_SEEDS)} seeds",
            f"ours {numpy.median(ours):.1f} s, by hand {numpy.median(by_hand):.1f} s: {ratio:.2f} times its time",
        ),
        Row(
            f"test accuracy after them, seeds {_SEEDS[0]} … {_SEEDS[-1]}",
            ", ".join(f"{share:.2%}" for share in accuracies),
        ),
    ]
