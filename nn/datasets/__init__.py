"""Data to learn from."""

from .batches import Batches, split_samples
from .dataset import Dataset, from_one_hot, one_hot
from .digits import digits
from .mnist import mnist
from .planar import circles, moons, spiral, yinyang
from .xor import xor

__all__ = [
    "Batches",
    "Dataset",
    "circles",
    "digits",
    "from_one_hot",
    "mnist",
    "moons",
    "one_hot",
    "spiral",
    "split_samples",
    "xor",
    "yinyang",
]
