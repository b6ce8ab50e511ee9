"""Pictures of networks: the plots that `viz` registers, given outputs and data. Nothing here is needed to train one."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy

from autograd import views

from .errors import NetworkError
from .state import Array, plain

# Points → for each a class, or a share of class 1.
Regions = Callable[[Array], Array]


def boundary(regions: Regions, inputs: Any, labels: Any) -> Any:
    """What a model takes each point of the plane for."""
    return views.find("decision_boundary")(regions, plain(inputs), plain(labels))


def boundaries(stages: Mapping[int, Regions], inputs: Any, labels: Any) -> Any:
    """The same after each of some epochs."""
    return views.find("decision_boundaries")(_titled(stages), plain(inputs), plain(labels))


def animation(stages: Mapping[int, Regions], inputs: Any, labels: Any, path: str | os.PathLike[str]) -> Any:
    """The same one after another, written as a GIF."""
    return views.find("boundary_animation")(_titled(stages), plain(inputs), plain(labels), path)


def _titled(stages: Mapping[int, Regions]) -> list[tuple[str, Regions]]:
    return [(f"after epoch {epoch}" if epoch else "at the start", stages[epoch]) for epoch in stages]


def confusion(labels: Any, predicted: Array) -> Any:
    """How many of each class are taken for which."""
    return views.find("confusion_matrix")(plain(labels), predicted)


def misclassified(inputs: Any, labels: Any, predicted: Array, names: Sequence[str] | None = None) -> Any:
    """The images among the inputs whose predicted class is not their label; classes by their names if there are any."""
    labels = plain(labels)
    wrong = numpy.flatnonzero(predicted != labels)
    images = plain(inputs)[wrong].reshape(-1, *square(numpy.shape(inputs)[1]))
    return views.find("misclassified")(images, labels[wrong], predicted[wrong], names=names)


def weights(matrix: Array) -> Any:
    """The weights of each neuron of a first layer, as images."""
    return views.find("first_layer_weights")(matrix, square(matrix.shape[0]))


def regression(outputs: Regions, inputs: Any, targets: Any) -> Any:
    """What a model gives for one number, as a curve over the data."""
    return views.find("regression_curve")(outputs, plain(inputs), plain(targets))


def surface(loss_of: Callable[[Array], float], path: Array, epochs: Sequence[int], points: int) -> Any:
    """The loss around the way of training."""
    return views.find("loss_surface")(loss_of, path, epochs, points=points)


def movement(states: Mapping[int, Mapping[str, Array]]) -> Any:
    """How far each parameter has moved."""
    return views.find("weight_movement")(states)


def distributions(layers: Mapping[str, Mapping[str, Sequence[Array]]], steps: Sequence[int]) -> Any:
    """How the numbers in layers are spread over the steps."""
    return views.find("layer_distributions")(layers, steps)


def square(n_inputs: int) -> tuple[int, int]:
    """The height and width of square images of so many pixels.

    Raises NetworkError where there are none.
    """
    side = math.isqrt(n_inputs)
    if side * side != n_inputs or side < 2:
        raise NetworkError(f"rows of {n_inputs} numbers are no square images")
    return side, side
