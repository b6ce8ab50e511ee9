"""What `viz` refuses; of the engine's family, so one `except GraphError` catches it."""

from autograd import GraphError


class DrawingError(GraphError, ValueError):
    """A style, a format or a file that a picture cannot have."""


class TraceFormatError(GraphError, ValueError):
    """A text that is not a trace of this version."""


class TooManyNodesError(GraphError, ValueError):
    """A graph of more nodes than was asked for."""


class NoPathsError(GraphError, ValueError):
    """A gradient that is no sum over paths of numbers."""
