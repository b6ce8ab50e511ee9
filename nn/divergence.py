"""Numbers that are no longer finite: the error that tells of them, and where they began."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy

from autograd import GraphError, Node
from autograd.traversal import nodes_in_order

from .history import History
from .module import Module, own_module

# Where a number was not finite before the model saw it.
DATA_OF_THE_BATCH = "the data of the batch"


class DivergenceError(GraphError, ArithmeticError):
    """Training came to a number that is not finite.

    Attributes:
        step: the step's number, from 0.
        where: the layer or parameter where it began.
        history: all that was done until then.
    """

    step: int
    where: str
    history: History

    def __init__(self, message: str, step: int, where: str, history: History) -> None:
        super().__init__(message)
        self.step, self.where, self.history = step, where, history


def origin_of_non_finite(model: Any, cost: Node) -> str:
    """Where in a recorded graph the first number is that is not finite: a layer, a parameter, the loss."""
    paths: dict[Any, str] = {}
    parameters: dict[Any, str] = {}
    if isinstance(model, Module):
        paths = {module: path or type(model).__name__ for path, module in reversed(list(model.named_modules()))}
        parameters = {node: name for name, node in model.named_parameters()}
    latest: dict[Node, str] = {}  # the last layer on the way to each node
    for node in nodes_in_order([cost]):
        module = own_module(node)
        place: str = paths.get(module, "") if module is not None else ""
        for operand in node.operands:
            place = place or latest.get(operand, "")
        latest[node] = place
        if numpy.isfinite(node.data).all():
            continue
        if node in parameters:
            return f"the parameter {parameters[node]}"
        if node.op is None:
            return DATA_OF_THE_BATCH
        name: str = node.op.name
        if node.scope is not None:
            return f"the loss ({name} in {node.scope.name})"
        if module is not None and place:
            return f"{place} ({name})"
        return f"{name} after {place}" if place else name
    return "the loss"


def first_bad_gradient(named: Iterable[tuple[str, Any]]) -> str:
    """The parameter nearest to the loss whose gradient is not finite: backward begins there."""
    bad = [name for name, one in named if one.grad is not None and not numpy.isfinite(one.grad).all()]
    return bad[-1]
