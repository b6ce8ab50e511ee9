"""Samples a few at a time, and data in parts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NoReturn

import numpy
import numpy.typing

from autograd.arguments import answering, described, flag, random_generator, whole_number

from ..errors import DatasetError
from ..generators import Random
from ..state import Array, plain


class Batches:
    """Inputs and targets, `batch_size` samples at a time; the last batch has what is left, or is left out.

    Each time it is iterated the samples come in a new random order, drawn from `rng`; without shuffling in their
    own, as views. The same seed gives the same orders.

    Args:
        inputs, targets: a row for each sample.
        batch_size: from 1.
        shuffle: whether the order is random.
        rng: a numpy.random.Generator or a seed.
        drop_last: leave out a last batch that is smaller than the others, in each pass other samples.

    Raises:
        DatasetError: no samples, or with drop_last no batch of so many; inputs and targets of
            different lengths, a batch size that cannot be.

    >>> from nn import Batches
    >>> batches = Batches([[0.0], [1.0], [2.0]], [0, 1, 2], batch_size=2, rng=0)
    >>> len(batches), [labels.tolist() for _, labels in batches]
    (2, [[2, 0], [1]])
    """

    inputs: Array
    targets: Array

    @answering("inputs and targets have a row for each sample")
    def __init__(
        self,
        inputs: numpy.typing.ArrayLike,
        targets: numpy.typing.ArrayLike,
        batch_size: int,
        *,
        shuffle: bool = True,
        rng: Random = None,
        drop_last: bool = False,
    ) -> None:
        self.inputs, self.targets = checked_pair(inputs, targets)
        self.batch_size: int = whole_number("batch_size", batch_size, error=DatasetError)
        self.shuffle: bool = flag("shuffle", shuffle, DatasetError)
        self.drop_last: bool = flag("drop_last", drop_last, DatasetError)
        whole_batches = len(self.inputs) // self.batch_size * self.batch_size
        # How many samples a pass has.
        self.samples: int = whole_batches if drop_last else len(self.inputs)
        if not self.samples:
            raise DatasetError(f"drop_last=True leaves nothing: {len(self.inputs)} samples, batch_size {batch_size}")
        self.rng: numpy.random.Generator = random_generator("rng", rng, DatasetError)

    def __len__(self) -> int:
        """How many batches there are."""
        return self.samples // self.batch_size if self.drop_last else math.ceil(self.samples / self.batch_size)

    def __getitem__(self, index: Any) -> NoReturn:
        raise DatasetError("batches come one after the other: for inputs, targets in batches")

    def __iter__(self) -> Iterator[tuple[Array, Array]]:
        return self.from_batch(0)

    def from_batch(self, first: int) -> Iterator[tuple[Array, Array]]:
        """One pass whose order is drawn now, beginning with the batch of that number: a pass is resumed so."""
        order = self.rng.permutation(len(self.inputs)) if self.shuffle else None
        starts = range(first * self.batch_size, self.samples, self.batch_size)
        slices = (slice(start, start + self.batch_size) for start in starts)
        chosen = slices if order is None else map(order.__getitem__, slices)
        return ((self.inputs[rows], self.targets[rows]) for rows in chosen)


@answering("inputs and targets have a row for each sample", train_size="shares=(0.8, 0.2) are those of all parts")
def split_samples(
    inputs: numpy.typing.ArrayLike,
    targets: numpy.typing.ArrayLike,
    shares: Sequence[float] = (0.8, 0.1, 0.1),
    *,
    rng: Random = None,
) -> tuple[tuple[Array, Array], ...]:
    """Parts of the data, drawn at random, that have no sample in common: to train, to validate and to test.

    Args:
        shares: of each part; together at most 1.

    Raises:
        DatasetError: as for `Batches`; shares that cannot be; a part without samples.

    >>> from nn import split_samples
    >>> [len(labels) for _, labels in split_samples(range(10), range(10), (0.7, 0.3), rng=0)]
    [7, 3]
    """
    first, second = checked_pair(inputs, targets)
    if isinstance(shares, str) or not isinstance(shares, Iterable):
        raise DatasetError(f"shares are those of all parts, such as (0.8, 0.2), not {described(shares)}")
    parts = [share if isinstance(share, int | float) else math.nan for share in shares]
    # As floats shares such as 0.8, 0.1 and 0.1 may come to a little more than 1.
    if not parts or not all(0 < share <= 1 for share in parts) or sum(parts) > 1 + 1e-9:
        raise DatasetError(f"shares are numbers above 0, together at most 1, such as (0.8, 0.2), not {shares!r:.60}")
    ends = [round(len(first) * sum(parts[: number + 1])) for number in range(len(parts))]
    order = random_generator("rng", rng, DatasetError).permutation(len(first))
    chosen = [order[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    if not all(len(part) for part in chosen):
        raise DatasetError(f"{len(first)} samples are too few for shares of {tuple(shares)}: a part would be empty")
    return tuple((first[part], second[part]) for part in chosen)


def checked_pair(inputs: numpy.typing.ArrayLike, targets: numpy.typing.ArrayLike) -> tuple[Array, Array]:
    """Both as arrays with a row for each sample."""
    first, second = plain(inputs), plain(targets)
    for name, array, given in (("inputs", first, inputs), ("targets", second, targets)):
        if array.ndim == 0:
            raise DatasetError(f"{name} have a row for each sample, and {described(given)} has none")
    if len(first) != len(second):
        raise DatasetError(f"{len(first)} inputs and {len(second)} targets: every sample needs both")
    if not len(first):
        raise DatasetError("there are no samples")
    return first, second
