"""What a loss takes its outputs and targets for: all that measuring and the command line need to know of one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy

from .datasets.dataset import one_hot
from .state import Array

Loss = Callable[[Any, Any], Any]
_Loss = TypeVar("_Loss", bound=Loss)


@dataclass(frozen=True)
class Meaning:
    """What a loss takes its outputs and targets for.

    Attributes:
        outputs: "values" or "probabilities", to which the classes 0 and 1 are the targets 0 and 1; "logits", of
            which sigmoid or softmax makes probabilities; "scores", whose sign is the class.
        takes_labels: whether its targets are integer labels, with an output for each class, and not rows of numbers.
        no, yes: what stands in a row of targets for a class that it is not, and for the one that it is.
        output: the activation of the last layer of networks that `glassgrad train` makes for it; without one the
            command does not offer the loss.
    """

    outputs: Literal["values", "probabilities", "logits", "scores"] = "values"
    takes_labels: bool = False
    no: float = 0.0
    yes: float = 1.0
    output: str | None = None

    def __call__(self, loss: _Loss) -> _Loss:
        """Say this of a loss: `@Meaning("logits")` above its definition."""
        vars(loss)["meaning"] = self
        return loss

    @property
    def border(self) -> float:
        """Where class 1 begins, in a single output."""
        return 0.0 if self.outputs in ("logits", "scores") else 0.5

    def targets_for(self, labels: Array, n_outputs: int, dtype: Any) -> Array:
        """What the loss takes for these labels."""
        if self.takes_labels:
            return labels
        rows = one_hot(labels, n_outputs, dtype) if n_outputs > 1 else labels.reshape(-1, 1).astype(dtype)
        return rows if (self.no, self.yes) == (0, 1) else self.no + (self.yes - self.no) * rows

    def shares(self, outputs: Array) -> Array:
        """For each row of outputs a number from 0 to 1 for each class: probabilities, where it has any."""
        shares = outputs.astype(float)
        if self.takes_labels:
            shares = numpy.exp(shares - shares.max(axis=1, keepdims=True))
            shares /= shares.sum(axis=1, keepdims=True)
        elif self.border == 0:
            shares = (1 + numpy.tanh(shares / 2)) / 2  # sigmoid, without overflow
        return numpy.hstack([1 - shares, shares]) if shares.shape[1] == 1 else shares


def meaning_of(loss: Loss) -> Meaning:
    """What a loss says of itself (`Meaning`), also when some of its arguments are given; one that says nothing gives
    values.

    >>> from nn import hinge
    >>> meaning_of(hinge).border, meaning_of(lambda a, y: (a - y) ** 2).border
    (0.0, 0.5)
    """
    while isinstance(loss, functools.partial):
        loss = loss.func
    meaning: Meaning = getattr(loss, "meaning", None) or Meaning()
    return meaning


def name_of(function: Any) -> str:
    """The name of a function, or of a callable object's class."""
    return getattr(function, "__name__", type(function).__name__)
