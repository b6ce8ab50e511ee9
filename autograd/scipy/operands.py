"""What SciPy's functions are given, as arrays."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy

from .. import functions
from ..errors import DataTypeError
from ..operation import Rule, holds_nodes


def array(x: Any) -> Any:
    """A list or tuple as the array that it looks like, with its graph; a node, array or number as it is."""
    if not isinstance(x, list | tuple):
        return x
    return functions.array(x) if holds_nodes(x) else numpy.asarray(x)


def arrays(*given: Any) -> tuple[Any, ...]:
    """`array` of each."""
    return tuple(map(array, given))


def no_rule(name: str, operand: str) -> Rule:
    """The rule of an operand by which there is none: a sentence."""

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise DataTypeError(f"{name}: there is no derivative by {operand}; give its plain numbers (.data)")

    return refuse
