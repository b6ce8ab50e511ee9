"""Python's containers and questions of type, for programs of PyPI's autograd: nested arguments need no others here."""

from __future__ import annotations

import builtins
from typing import Any

from .installation import check_not_mixed
from .node import Node
from .structure import flatten

check_not_mixed()

tuple: Any = builtins.tuple
list: Any = builtins.list
dict: Any = builtins.dict


def isinstance(x: Any, kinds: Any) -> bool:
    """Python's `isinstance`, of a node also of what it holds.

    >>> from autograd import Value
    >>> isinstance(Value(3.0), float)
    True
    """
    return builtins.isinstance(x, kinds) or (builtins.isinstance(x, Node) and builtins.isinstance(x._data, kinds))


def type(x: Any) -> Any:
    """Python's `type`; of a node, that of what it holds."""
    return builtins.type(x._data if builtins.isinstance(x, Node) else x)


def _holds_a_node(x: Any) -> bool:
    return any(builtins.isinstance(leaf, Node) for leaf in flatten(x)[0])


class _OfDicts(builtins.type):
    def __instancecheck__(cls, x: Any) -> bool:
        return builtins.isinstance(x, builtins.dict) and _holds_a_node(x)


class _OfSequences(builtins.type):
    def __instancecheck__(cls, x: Any) -> bool:
        return builtins.isinstance(x, builtins.list | builtins.tuple) and _holds_a_node(x)


class DictBox(metaclass=_OfDicts):
    """What a dict that holds a node is an instance of.

    >>> from autograd import Value
    >>> isinstance({"w": Value(3.0)}, DictBox), isinstance({"w": 3.0}, DictBox)
    (True, False)
    """


class SequenceBox(metaclass=_OfSequences):
    """What a list or tuple that holds a node is an instance of."""
