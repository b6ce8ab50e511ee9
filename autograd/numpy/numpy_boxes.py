"""The class by which programs of PyPI's autograd tell a node, `isinstance(x, ArrayBox)`, and the `_value` it has."""

from __future__ import annotations

from typing import Any, NoReturn

from ..errors import DataTypeError
from ..installation import check_not_mixed
from ..node import Node
from ..tracer import getval

check_not_mixed()


class _OfNodes(type):
    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, Node)


class ArrayBox(metaclass=_OfNodes):
    """What every node is an instance of."""

    def __new__(cls, *arguments: Any) -> NoReturn:
        raise DataTypeError("ArrayBox is a name for nodes: make a Tensor or a Value")


def _value(node: Node) -> Any:
    """The plain number or array."""
    return getval(node)


Node._value = property(_value)  # type: ignore[attr-defined]  # a name for programs that were written for it
