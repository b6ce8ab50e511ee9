"""What `nn` refuses. All derive from the engine's family, so one `except GraphError` catches them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd import GraphError

if TYPE_CHECKING:
    from .history import History


class NetworkError(GraphError, ValueError):
    """Sizes, names or settings of a network, a loss or an optimizer that cannot be."""


class DatasetError(GraphError, ValueError):
    """Data that is missing, damaged, or does not fit."""


class CheckpointError(GraphError, ValueError):
    """A file that is no whole checkpoint, or one that does not fit the model."""


class HistoryError(GraphError, ValueError):
    """A file that is no history, or a figure that none has."""


class DivergenceError(GraphError, ArithmeticError):
    """Training came to a number that is not finite.

    Attributes:
        step: the step's number, from 0.
        where: the layer or parameter where it began.
        history: all that was done until then.
    """

    def __init__(self, message: str, step: int, where: str, history: History) -> None:
        super().__init__(message)
        self.step, self.where, self.history = step, where, history
