"""Data to learn from."""

from .dataset import Dataset, one_hot
from .mnist import mnist
from .xor import xor

__all__ = ["Dataset", "mnist", "one_hot", "xor"]
