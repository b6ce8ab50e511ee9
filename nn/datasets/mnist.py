"""MNIST: 60,000 handwritten digits to train on and 10,000 to test on, 28 × 28 pixels each."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy
import numpy.typing

from ..errors import DatasetError
from .dataset import Dataset
from .idx import read_idx

_FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}


def mnist(directory: str | os.PathLike[str] | None = None, dtype: Any = numpy.float32) -> Dataset:
    """The digits as rows of 784 pixels in [0, 1], with their labels.

    Args:
        directory: where the four IDX files are, plain or gzip-compressed; without it, the directory that
            the environment variable GLASSGRAD_DATA names.
        dtype: of the pixels, numpy.float32 or numpy.float64.

    Raises:
        DatasetError: no directory, or a file in it that is missing or damaged, or images and labels that
            do not go together.
    """
    chosen = directory if directory is not None else os.environ.get("GLASSGRAD_DATA")
    if not chosen:
        raise DatasetError(
            "where is MNIST? Name the directory of its four files (train-images-idx3-ubyte and so on, with or "
            "without .gz): --data-dir on the command line, mnist(directory) in Python, or GLASSGRAD_DATA"
        )
    folder = Path(chosen)
    if not folder.is_dir():
        raise DatasetError(f"{folder} is not a directory; it should hold the four MNIST files")
    arrays: list[Any] = []
    for images_name, labels_name in _FILES.values():
        images = read_idx(_found(folder, images_name), dimensions=3)
        labels = read_idx(_found(folder, labels_name), dimensions=1)
        if len(images) != len(labels):
            raise DatasetError(
                f"{folder}: {images_name} has {len(images):,} images, {labels_name} {len(labels):,} labels"
            )
        if not len(images):
            raise DatasetError(f"{folder}: {images_name} has no images")
        if labels.max() > 9:
            raise DatasetError(f"{folder}: {labels_name} has the label {labels.max()}, but digits run from 0 to 9")
        rows = images.reshape(len(images), -1).astype(dtype)
        rows /= 255
        arrays += [rows, labels.astype(numpy.int64)]
    if arrays[0].shape[1] != arrays[2].shape[1]:
        raise DatasetError(
            f"{folder}: training images have {arrays[0].shape[1]} pixels, test images {arrays[2].shape[1]}"
        )
    train_inputs, train_labels, test_inputs, test_labels = arrays
    return Dataset("mnist", train_inputs, train_labels, test_inputs, test_labels, classes=10)


def _found(folder: Path, name: str) -> Path:
    for candidate in (folder / name, folder / f"{name}.gz"):
        if candidate.exists():
            return candidate
    raise DatasetError(f"{folder} holds neither {name} nor {name}.gz")
