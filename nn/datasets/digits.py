"""Small real handwriting that needs no download: 1,797 digits of 8 × 8 pixels (Alpaydin and Kaynak 1998)."""

from __future__ import annotations

from typing import Any

import numpy

from ..errors import DatasetError
from ..generators import Random
from .batches import split_samples
from .dataset import Dataset


def digits(rng: Random = 0, dtype: Any = numpy.float64) -> Dataset:
    """The digits as rows of 64 pixels in [0, 1], with their labels; a fifth of them, drawn by `rng`, to test on.

    Raises:
        DatasetError: scikit-learn, which brings them, is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise DatasetError("digits come with scikit-learn: pip install scikit-learn") from None
    pixels, labels = load_digits(return_X_y=True)
    train, test = split_samples(pixels.astype(dtype) / 16, labels.astype(numpy.int64), (0.8, 0.2), rng=rng)
    return Dataset("digits", *train, *test, classes=10)
