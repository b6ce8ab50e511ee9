"""Data to learn from."""

from .batches import Batches, split_samples
from .dataset import Dataset, from_one_hot, one_hot
from .mnist import mnist
from .xor import xor

__all__ = ["Batches", "Dataset", "from_one_hot", "mnist", "one_hot", "split_samples", "xor"]
