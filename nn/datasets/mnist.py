"""MNIST: 60,000 handwritten digits to train on and 10,000 to test on, 28 × 28 pixels each."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy
import numpy.typing

from ..errors import DatasetError
from .dataset import Dataset
from .download import cache_directory, fetched
from .idx import read_idx

_FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
NAMES = tuple(name for names in _FILES.values() for name in names)


def mnist(
    directory: str | os.PathLike[str] | None = None, dtype: Any = numpy.float32, *, download: bool = True
) -> Dataset:
    """The digits as rows of 784 pixels in [0, 1], with their labels.

    Args:
        directory: where the four IDX files are, plain or gzip-compressed; without it, the directory that the
            environment variable GLASSGRAD_DATA names, or else the user's cache.
        dtype: of the pixels, numpy.float32 or numpy.float64.
        download: whether to fill the cache where the files are nowhere (11 MB, from a public mirror).

    Raises:
        DatasetError: no files, or one that is missing or damaged, or images and labels that do not go together.
    """
    folder = _folder(directory, download)
    arrays: list[Any] = []
    for images_name, labels_name in _FILES.values():
        images = read_idx(_found(folder, images_name), dimensions=3)
        labels = read_idx(_found(folder, labels_name), dimensions=1)
        if len(images) != len(labels):
            raise DatasetError(
                f"{folder}: {images_name} has {len(images):,} images, {labels_name} {len(labels):,} labels"
            )
        if not images.size:
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


def _folder(directory: str | os.PathLike[str] | None, download: bool) -> Path:
    """The directory of the files; the cache, filled, if none is named."""
    chosen = directory if directory is not None else os.environ.get("GLASSGRAD_DATA")
    if chosen:
        folder = Path(chosen)
        if not folder.is_dir():
            raise DatasetError(f"{folder} is not a directory; it should hold the four MNIST files")
        return folder
    folder = cache_directory() / "mnist"
    missing = [name for name in NAMES if _path(folder, name) is None]
    if not missing:
        return folder
    reason = "they were not to be downloaded"
    if download:
        try:
            for name in missing:
                fetched(name, folder)
            return folder
        except DatasetError as error:
            reason = str(error)
    raise DatasetError(
        f"MNIST is not here and {reason}; put the files {', '.join(NAMES)} (plain or .gz) into {folder}, or name their "
        "directory: --data-dir on the command line, mnist(directory) in Python, or GLASSGRAD_DATA"
    )


def _found(folder: Path, name: str) -> Path:
    path = _path(folder, name)
    if path is None:
        raise DatasetError(f"{folder} holds neither {name} nor {name}.gz")
    return path


def _path(folder: Path, name: str) -> Path | None:
    for candidate in (folder / name, folder / f"{name}.gz"):
        if candidate.exists():
            return candidate
    return None
