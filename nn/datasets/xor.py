"""XOR: four points that no line separates."""

from __future__ import annotations

import numpy

from .dataset import Dataset


def xor() -> Dataset:
    """The truth table of exclusive or, in document 001's order; it is its own test.

    >>> from nn.datasets import xor
    >>> xor().train_labels
    array([0, 1, 1, 0])
    """
    inputs = numpy.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    labels = numpy.array([0, 1, 1, 0])
    return Dataset("xor", inputs, labels, inputs, labels, classes=2)
