"""Data to learn from."""

from collections.abc import Callable

import numpy

from .batches import Batches, split_samples
from .dataset import Dataset, from_one_hot, one_hot
from .digits import digits
from .mnist import mnist
from .planar import circles, moons, spiral, yinyang
from .xor import xor

__all__ = [
    "DATASETS", "Batches", "Dataset", "circles", "digits", "from_one_hot", "mnist", "moons", "one_hot", "spiral",
    "split_samples", "xor", "yinyang",
]  # fmt: skip

# directory → data: what the command line trains on. The points in the plane are always the same: what is compared is
# the networks. The directory is where files are that cannot be made.
DATASETS: dict[str, Callable[[str | None], Dataset]] = {
    "xor": lambda directory: xor(),
    "moons": lambda directory: moons(rng=0),
    "circles": lambda directory: circles(rng=0),
    "spiral": lambda directory: spiral(rng=0),
    "yinyang": lambda directory: yinyang(rng=0),
    "digits": lambda directory: digits(dtype=numpy.float32),
    "mnist": lambda directory: mnist(directory),
}
