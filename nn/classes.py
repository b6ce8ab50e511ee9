"""The class that a network's outputs stand for."""

from __future__ import annotations

from typing import Any

import numpy
import numpy.typing

Array = numpy.typing.NDArray[Any]


def classes_of(outputs: Array, threshold: float = 0.5) -> Array:
    """The class of each row of outputs: the greatest; of one output, whether it is above the threshold.

    >>> classes_of(numpy.array([[0.2], [0.9]])), classes_of(numpy.array([[3.0, 1.0, 2.0]]))
    (array([0, 1]), array([0]))
    """
    if outputs.ndim != 2:  # a model may give one number a sample, without a column
        outputs = outputs.reshape(len(outputs), -1)
    return (outputs[:, 0] > threshold).astype(int) if outputs.shape[1] == 1 else outputs.argmax(axis=1)
