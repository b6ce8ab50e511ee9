"""MNIST: 60,000 handwritten digits to train on and 10,000 to test on, 28 × 28 pixels each."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any

import numpy
import numpy.typing

from autograd.arguments import answering, file_path

from ..errors import DatasetError
from ..state import Array
from .dataset import Dataset
from .download import cache_directory, fetched, is_genuine
from .idx import idx_header, read_idx

_FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
NAMES = tuple(name for names in _FILES.values() for name in names)


@answering(train="both parts are in it: data.train and data.test", root="it is called directory= here")
def mnist(
    directory: str | os.PathLike[str] | None = None, dtype: Any = numpy.float32, *, download: bool = True
) -> Dataset:
    """The digits as rows of 784 pixels in [0, 1], with their labels.

    Args:
        directory: where the four IDX files are, plain or gzip-compressed; without it, the directory that the
            environment variable GLASSGRAD_DATA names, or else the user's cache, whose files are held to MNIST's sums.
        dtype: of the pixels, numpy.float32 or numpy.float64.
        download: whether to fill the cache where files are missing or spoilt (11 MB, from a public mirror).

    Raises:
        DatasetError: no files, or one that is missing or damaged, or images and labels that do not go together.
    """
    if directory is not None:
        directory = file_path("directory", directory, DatasetError, is_folder=True)
    folder, is_cache = _folder(directory)
    read = functools.partial(_from_cache, download=download) if is_cache else _from_folder
    parts: list[tuple[Any, Any]] = []
    for images_name, labels_name in _FILES.values():
        images = read(folder, images_name, 3)
        labels = read(folder, labels_name, 1)
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
        parts.append((rows, labels.astype(numpy.int64)))
    train, test = parts
    pixels, others = train[0].shape[1], test[0].shape[1]
    if pixels != others:
        raise DatasetError(f"{folder}: training images have {pixels} pixels, test images {others}")
    return Dataset("mnist", *train, *test, classes=10)


def _folder(directory: str | os.PathLike[str] | None) -> tuple[Path, bool]:
    """The directory of the files; the cache, if none is named, and whether it is."""
    chosen = directory if directory is not None else os.environ.get("GLASSGRAD_DATA")
    if not chosen:
        return cache_directory() / "mnist", True
    folder = Path(chosen)
    if not folder.is_dir():
        raise DatasetError(f"{folder} is not a directory; it should hold the four MNIST files")
    return folder, False


def _from_folder(folder: Path, name: str, dimensions: int) -> Array:
    path = _found(folder, name)
    if path is None:
        raise DatasetError(f"{folder} holds neither {name} nor {name}.gz")
    return read_idx(path, dimensions)


def _from_cache(folder: Path, name: str, dimensions: int, download: bool) -> Array:
    """A file of the cache, if it is MNIST's own; fetched where there is none, or another, or a spoilt one."""
    path = _found(folder, name)
    reason = None
    if path is not None:
        try:
            array = read_idx(path, dimensions)
            if is_genuine(name, (idx_header(array), array.data)):
                return array
            reason = f"{path} has another content than MNIST's (SHA-256)"
        except DatasetError as error:
            reason = str(error)
    why_not = "they were not to be downloaded"
    if download:
        try:
            fetched_path = fetched(name, folder)
        except DatasetError as error:
            why_not = str(error)
        else:
            if path is not None and path != fetched_path:
                path.unlink(missing_ok=True)  # the spoilt one, which would be found first
            return read_idx(fetched_path, dimensions)
    raise DatasetError(
        f"MNIST is not here{f' ({reason})' if reason else ''} and {why_not}; put the files {', '.join(NAMES)} (plain "
        f"or .gz) into {folder}, or name their directory: --data-dir on the command line, mnist(directory) in Python, "
        "or GLASSGRAD_DATA"
    )


def _found(folder: Path, name: str) -> Path | None:
    # Other libraries write a dot in the name, and put the files into folders of their own.
    for place in (folder, folder / "MNIST" / "raw", folder / "raw"):
        for written in (name, name.replace("-idx", ".idx")):
            for path in (place / written, place / f"{written}.gz"):
                if path.exists() and not path.is_dir():
                    return path
    return None
