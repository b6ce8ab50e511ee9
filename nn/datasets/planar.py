"""Points in the plane whose classes no line separates: small enough to see what a network does with them.

Each draws as many points to test on as to train on, from the same distribution.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy

from autograd.arguments import answering, is_whole, random_generator

from ..errors import DatasetError
from ..generators import Random
from ..state import Array
from .dataset import Dataset

# (labels, rng) → a point for each label.
_Draw = Callable[[Array, numpy.random.Generator], Array]


@answering()
def moons(samples: int = 400, noise: float = 0.1, rng: Random = None) -> Dataset:
    """Two half circles, each reaching into the other.

    Args:
        samples: how many to train on, and how many to test on; evenly of each class.
        noise: the standard deviation of what is added to each coordinate.
        rng: a numpy.random.Generator or a seed.

    >>> from nn.datasets import moons
    >>> moons(rng=0).train_inputs.shape
    (400, 2)
    """

    def draw(labels: Array, generator: numpy.random.Generator) -> Array:
        angle = numpy.pi * generator.random(len(labels))
        upper = numpy.column_stack([numpy.cos(angle), numpy.sin(angle)])
        lower = numpy.column_stack([1 - numpy.cos(angle), 0.5 - numpy.sin(angle)])
        return numpy.where(labels[:, numpy.newaxis] == 0, upper, lower)

    return _planar("moons", draw, samples, 2, noise, rng)


@answering()
def circles(samples: int = 400, noise: float = 0.05, rng: Random = None) -> Dataset:
    """A circle within a circle of twice its radius; arguments as for `moons`.

    >>> from nn.datasets import circles
    >>> inputs, labels = circles(noise=0.0, rng=0).train
    >>> bool((numpy.hypot(*inputs[labels == 1].T).round(12) == 0.5).all())
    True
    """

    def draw(labels: Array, generator: numpy.random.Generator) -> Array:
        angle = 2 * numpy.pi * generator.random(len(labels))
        radius = numpy.where(labels == 0, 1.0, 0.5)
        return numpy.column_stack([radius * numpy.cos(angle), radius * numpy.sin(angle)])

    return _planar("circles", draw, samples, 2, noise, rng)


@answering()
def spiral(samples: int = 600, noise: float = 0.03, rng: Random = None, *, classes: int = 3) -> Dataset:
    """Arms that wind round each other for three quarters of a turn, one for each class; arguments as for `moons`.

    >>> from nn.datasets import spiral
    >>> numpy.bincount(spiral(classes=4, rng=0).train_labels)
    array([150, 150, 150, 150])
    """
    if not is_whole(classes, 2):
        raise DatasetError(f"a spiral has a whole number of arms from 2, not {classes!r}")

    def draw(labels: Array, generator: numpy.random.Generator) -> Array:
        along = numpy.sqrt(generator.random(len(labels)))  # evenly over the arm's length
        angle = 2 * numpy.pi * (labels / classes + 0.75 * along)
        return numpy.column_stack([along * numpy.cos(angle), along * numpy.sin(angle)])

    return _planar("spiral", draw, samples, classes, noise, rng)


@answering()
def yinyang(samples: int = 600, noise: float = 0.0, rng: Random = None) -> Dataset:
    """Yin, yang and their dots: three classes in a disc (Kriener, Göltz and Petrovici 2022); arguments as for `moons`.

    >>> from nn.datasets import yinyang
    >>> numpy.bincount(yinyang(rng=0).train_labels)
    array([200, 200, 200])
    """

    def draw(labels: Array, generator: numpy.random.Generator) -> Array:
        points = numpy.empty((len(labels), 2))
        for label in range(3):
            places = numpy.flatnonzero(labels == label)
            while len(places):
                tried = generator.uniform(-1, 1, (8 * len(places) + 64, 2))
                tried = tried[_yinyang_class(tried) == label][: len(places)]
                points[places[: len(tried)]] = tried
                places = places[len(tried) :]
        return points

    return _planar("yinyang", draw, samples, 3, noise, rng)


def _yinyang_class(points: Array) -> Array:
    """0 yin, 1 yang, 2 a dot, −1 outside the disc."""
    left = numpy.hypot(points[:, 0] + 0.5, points[:, 1])
    right = numpy.hypot(points[:, 0] - 0.5, points[:, 1])
    is_yang = (left <= 0.5) | ((points[:, 1] > 0) & (right > 0.5))
    found = numpy.where((left < 0.2) | (right < 0.2), 2, is_yang.astype(int))
    return numpy.where(numpy.hypot(points[:, 0], points[:, 1]) > 1, -1, found)


def _planar(name: str, draw: _Draw, samples: int, classes: int, noise: float, rng: Random) -> Dataset:
    if not is_whole(samples, classes):
        raise DatasetError(f"{name} takes a whole number of samples from {classes}, one of each class, not {samples!r}")
    if not isinstance(noise, int | float | numpy.number) or not (numpy.isfinite(noise) and noise >= 0):
        raise DatasetError(f"{name}: noise is a finite number ≥ 0, not {noise!r}")
    generator = random_generator("rng", rng, DatasetError)

    def part() -> tuple[Array, Array]:
        labels = generator.permutation(numpy.arange(samples) % classes)
        return draw(labels, generator) + noise * generator.standard_normal((samples, 2)), labels

    return Dataset(name, *part(), *part(), classes=classes)
