"""Embedding: numbers in the place of names."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy

from autograd import DataTypeError, ShapeError, Tensor, astype, getitem, less, where
from autograd.arguments import answering

from .checks import float_type
from .generators import Random
from .initializers import Initializer, initializer_of
from .layers import as_tensor, check_sizes
from .module import Module


class Embedding(Module):
    """A row of numbers for each of `n_entries` things (words, letters, users), which are given by their numbers from 0:
    `weight[x]`, and only the rows that were looked up get gradients.

    Args:
        n_entries, n_outputs: `weight` has shape (n_entries, n_outputs).
        initializer: "normal", "xavier", "he" or an `Initializer`.
        rng: a numpy.random.Generator or a seed.
        dtype: numpy.float32 or numpy.float64.

    Raises (when called):
        DataTypeError: what is given is no whole numbers.
        ShapeError: one of them is negative, or no entry's.

    >>> from nn import Embedding
    >>> Embedding(27, 10, rng=0)([[0, 5, 13]]).shape
    (1, 3, 10)
    """

    is_traceable: ClassVar[bool] = True

    @answering(
        "both are whole numbers",
        num_embeddings="it is called n_entries= here",
        embedding_dim="it is called n_outputs= here",
        padding_idx="multiply what comes out by a mask",
        max_norm="layer.weight.data = … sets its numbers",
    )
    def __init__(
        self,
        n_entries: int,
        n_outputs: int,
        *,
        initializer: str | Initializer = "normal",
        rng: Random = None,
        dtype: Any = numpy.float64,
    ) -> None:
        check_sizes((n_entries, n_outputs))
        weight, _ = initializer_of(initializer, "").draw(n_entries, n_outputs, rng, float_type(dtype))
        self.weight: Tensor = Tensor(weight, label="weight", copy=False)

    @property
    def n_entries(self) -> int:
        return self.weight.shape[0]

    @property
    def n_outputs(self) -> int:
        return self.weight.shape[1]

    def __call__(self, x: Any) -> Any:
        x = as_tensor(x)
        if x.dtype.kind not in "iu":
            raise DataTypeError(
                f"{self!r} takes whole numbers, which name its entries, not {x.dtype}"
                + ("; .astype(int) makes them, where they are" if x.dtype.kind == "f" else "")
            )
        if x.dtype.kind == "i":
            # NumPy counts negative indices from the end. Recorded, so that a compiled program refuses them, too.
            x = astype(x, numpy.int64) if x.dtype != numpy.int64 else x
            x = where(less(x, 0), self.n_entries, x)
        try:
            return getitem(self.weight, x)
        except ShapeError:
            raise ShapeError(f"{self!r} takes whole numbers from 0 to {self.n_entries - 1} alone") from None

    def __repr__(self) -> str:
        return f"Embedding({self.n_entries} → {self.n_outputs})"
