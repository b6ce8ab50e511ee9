"""One training step of document 002's network, eager, beside NumPy by hand and the document's own program."""

from __future__ import annotations

from typing import Any

import numpy

from nn import MLP, SGD, quadratic, train_step
from nn.closed_form import DeltaNetwork

from .document_002 import DocumentNetwork
from .harness import Row, alternating

_SIZES = (784, 32, 10)
_BATCH = 16
_RATE = 3.0


def rows() -> list[Row]:
    return [row for dtype in (numpy.float32, numpy.float64) for row in _rows(dtype)]


def _rows(dtype: Any) -> list[Row]:
    generator = numpy.random.default_rng(0)
    x = generator.random((_BATCH, _SIZES[0])).astype(dtype)
    y = numpy.eye(_SIZES[-1], dtype=dtype)[generator.integers(0, _SIZES[-1], _BATCH)]
    model = MLP(_SIZES, "sigmoid", "sigmoid", initializer="normal", rng=0, dtype=dtype)
    optimizer = SGD(model.parameters(), _RATE)
    by_hand = DeltaNetwork(
        weights=[layer.weight.data.copy() for layer in model.layers],
        biases=[layer.bias.data.copy() for layer in model.layers],
    )
    document = DocumentNetwork(list(_SIZES), generator)
    columns_x, columns_y = x[..., None].astype(numpy.float64), y[..., None].astype(numpy.float64)
    seconds = alternating(
        {
            "ours": lambda: train_step(model, x, y, quadratic, optimizer),
            "by hand": lambda: by_hand.step(x, y, _RATE),
            "document": lambda: document.step(columns_x, columns_y, _RATE),
        },
        rounds=31,
        calls=40,
    )
    name = numpy.dtype(dtype).name
    micro = {contestant: f"{time * 1e6:.0f} µs" for contestant, time in seconds.items()}
    slower, faster = seconds["ours"] / seconds["by hand"], seconds["document"] / seconds["ours"]
    has_bar = dtype is numpy.float32
    return [
        Row(
            f"784-32-10, batch 16, {name}: eager step beside closed_form's",
            f"ours {micro['ours']}, by hand {micro['by hand']}: {slower:.2f} times its time",
            "≤ 2.5 times" if has_bar else "",
            slower <= 2.5 if has_bar else None,
        ),
        Row(
            f"the document's own program (float64) beside our eager step in {name}",
            f"document {micro['document']}, ours {micro['ours']}: {faster:.1f} times slower",
            "≥ 8 times" if has_bar else "",
            faster >= 8 if has_bar else None,
        ),
    ]
