"""What a person's own function returned, as nodes."""

from __future__ import annotations

from typing import Any

import numpy

from .errors import DataTypeError
from .node import Node
from .operation import as_recorded, holds_nodes
from .tensor import Tensor
from .value import Value


def returned_node(output: Any, described: str, returner: str) -> Node:
    """An output: a constant where the function did not compute it from its arguments.

    Args:
        described: the output, in an error's words.
        returner: what kind of function returned it.

    Raises:
        DataTypeError: it is no number, array or node.
    """
    if isinstance(output, Node):
        return output
    if isinstance(output, numpy.ndarray) and holds_nodes(output):  # an array of objects
        made: Node = as_recorded(described, output)
        return made
    try:
        return Tensor(output, requires_grad=False) if isinstance(output, numpy.ndarray) else Value(output, False)
    except DataTypeError as error:
        raise DataTypeError(
            f"{described}: {error}; {returner} returns numbers, arrays or nodes, and lists, tuples and dicts of them"
        ) from None
