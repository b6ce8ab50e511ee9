"""Linear algebra as in `numpy.linalg`, on arrays and Tensors. Its types are in `linalg.pyi`."""

from .linear_algebra import *  # noqa: F403  # what its `__all__` lists
