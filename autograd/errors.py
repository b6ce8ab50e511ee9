"""The engine's errors: one family, each also the builtin (or NumPy's) that fits."""

from __future__ import annotations

from typing import Any

import numpy


class GraphError(Exception):
    """Anything the engine refuses; catch this to catch them all.

    It goes from one process to another with all that it says, whatever arguments its class takes.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self), self.args), self.__dict__


def _rebuilt(kind: type[GraphError], arguments: tuple[Any, ...]) -> GraphError:
    return kind.__new__(kind, *arguments)


class ShapeError(GraphError, ValueError):
    """Shapes that do not fit the operation, the gradient or the data."""


class IndexRangeError(ShapeError, IndexError):
    """An index that the shape does not have."""


class DataTypeError(GraphError, TypeError):
    """Data that is not a real number, or an operand the operation cannot take."""


class ArgumentError(GraphError, ValueError):
    """An argument that is none of what the function takes."""


class CallError(GraphError, TypeError):
    """A function called with other arguments than it takes."""


class LinearAlgebraError(GraphError, numpy.linalg.LinAlgError):
    """A matrix that has not what was asked for: singular, not square, not positive definite."""


class MissingPackageError(GraphError, ImportError):
    """A function needs a package that is not installed."""


class StaleGraphError(GraphError, RuntimeError):
    """Data was assigned between the forward pass and the sweep that needs it."""


class AnomalyError(GraphError, FloatingPointError):
    """Under `detect_anomaly()`: a number became nan or infinite."""


class NotRecordedError(GraphError, ValueError):
    """A gradient was asked of something that depends on nothing that requires gradients."""


class ViewError(GraphError, LookupError):
    """Something was to be shown, and nothing that could show it is installed."""


class GradientMismatchError(GraphError, AssertionError):
    """A gradient that differs from the finite differences."""


class ProgramMismatchError(GraphError, AssertionError):
    """A compiled program that gives other numbers than the function it was recorded from."""


class CapturedConstantWarning(UserWarning):
    """A compiled program keeps something as it was when it was recorded: an array from outside its arguments, or
    what its function did with a number that it looked at."""
