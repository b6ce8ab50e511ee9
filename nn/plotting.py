"""Pictures of networks: the plots that `viz` registers, given a model and data. Nothing here is needed to train one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy
import numpy.typing

from autograd import views

from .classes import classes_of
from .errors import NetworkError

if TYPE_CHECKING:
    from .module import Module

Array = numpy.typing.NDArray[Any]


def boundary(model: Module, inputs: Array, labels: Array) -> Any:
    """What the model takes each point of the plane for."""
    return views.find("decision_boundary")(_regions(model), inputs, numpy.asarray(labels))


def boundaries(model: Module, states: Mapping[int, Any], inputs: Array, labels: Array) -> Any:
    """The same from each of the states that `Snapshots` kept."""
    stages: list[tuple[str, Callable[[Array], Array]]] = []
    for epoch, state in states.items():
        stages.append((f"after epoch {epoch}" if epoch else "at the start", _with_state(model, state)))
    return views.find("decision_boundaries")(stages, inputs, numpy.asarray(labels))


def confusion(model: Module, inputs: Array, labels: Array) -> Any:
    """How many of each class are taken for which."""
    return views.find("confusion_matrix")(numpy.asarray(labels), classes_of(model.outputs(inputs)))


def mistakes(model: Module, inputs: Array, labels: Array) -> Any:
    """The images that are taken for another class."""
    return misclassified(inputs, labels, classes_of(model.outputs(inputs)))


def misclassified(inputs: Array, labels: Array, predicted: Array, names: Sequence[str] | None = None) -> Any:
    """The images among the inputs whose predicted class is not their label; classes by their names if there are any."""
    labels = numpy.asarray(labels)
    wrong = numpy.flatnonzero(predicted != labels)
    images = numpy.asarray(inputs)[wrong].reshape(-1, *square(numpy.shape(inputs)[1]))
    return views.find("misclassified")(images, labels[wrong], predicted[wrong], names=names)


def weights(model: Module) -> Any:
    """The weights of each neuron of the first layer, as images."""
    for _, parameter in model.named_parameters():
        if numpy.ndim(parameter.data) == 2:
            return views.find("first_layer_weights")(parameter.data, square(parameter.data.shape[0]))
    raise NetworkError(f"{model!r:.80} has no matrix of weights that could be drawn")


def square(n_inputs: int) -> tuple[int, int]:
    """The height and width of square images of so many pixels.

    Raises NetworkError where there are none.
    """
    side = math.isqrt(n_inputs)
    if side * side != n_inputs or side < 2:
        raise NetworkError(f"rows of {n_inputs} numbers are no square images")
    return side, side


def _regions(model: Module) -> Callable[[Array], Array]:
    """A share of class 1 for each point where there is one output, else a class."""

    def regions(points: Array) -> Array:
        outputs = model.outputs(points)
        return outputs[:, 0] if outputs.shape[1] == 1 else classes_of(outputs)

    return regions


def _with_state(model: Module, state: Any) -> Callable[[Array], Array]:
    def regions(points: Array) -> Array:
        own = model.state_dict()
        model.load_state_dict(state)
        try:
            return _regions(model)(points)
        finally:
            model.load_state_dict(own)

    return regions
