"""What a node holds, in the words of PyPI's autograd."""

from __future__ import annotations

from typing import Any, NoReturn

from .extend import notrace_primitive as notrace_primitive
from .extend import primitive as primitive
from .installation import check_not_mixed
from .node import Node

check_not_mixed()


def getval(x: Any) -> Any:
    """The plain number or array of a node; anything else as it is.

    >>> from autograd import Value
    >>> getval(Value(3.0)), getval(4.0)
    (3.0, 4.0)
    """
    return x.data if isinstance(x, Node) else x


def isbox(x: Any) -> bool:
    """Whether it is a node."""
    return isinstance(x, Node)


def __getattr__(name: str) -> NoReturn:
    if name in ("Node", "trace", "Box", "new_box", "toposort"):
        raise ImportError(
            f"autograd.tracer.{name}: glassgrad's graph is made of Value and Tensor, which have operands, op and data; "
            "viz.draw and viz.trace show it, autograd.extend.primitive adds an operation"
        )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
