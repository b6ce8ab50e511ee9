"""What `nn` refuses. All derive from the engine's family, so one `except GraphError` catches them."""

from autograd import GraphError


class NetworkError(GraphError, ValueError):
    """Sizes, names or settings of a network, a loss or an optimizer that cannot be."""


class DatasetError(GraphError, ValueError):
    """Data that is missing, damaged, or does not fit."""


class CheckpointError(GraphError, ValueError):
    """A file that is no whole checkpoint, or one that does not fit the model."""


class HistoryError(GraphError, ValueError):
    """A file that is no history, or a figure that none has."""
