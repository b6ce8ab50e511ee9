"""Which layer of a network computed which node, and where a number stopped being one."""

from __future__ import annotations

from typing import Any

import numpy

from autograd import Node
from autograd.traversal import nodes_in_order

from .module import Module

# Where a number was not finite before the model saw it.
DATA_OF_THE_BATCH = "the data of the batch"


def paths_of(model: Any) -> dict[Any, str]:
    """The path of each module in the model, such as `layers.0`; the model's own is its class."""
    if not isinstance(model, Module):
        return {}
    return {module: path or type(model).__name__ for path, module in reversed(list(model.named_modules()))}


def own_module(node: Node) -> Module | None:
    """The innermost module that returned this node."""
    return node.calls[0].module if node.calls else None


def origin_of_non_finite(model: Any, cost: Node) -> str:
    """Where in a recorded graph the first number is that is not finite: a layer, a parameter, the loss."""
    paths = paths_of(model)
    parameters: dict[Any, str] = {}
    if isinstance(model, Module):
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


def first_bad_gradient(named: list[tuple[str, Any]]) -> str:
    """The parameter nearest to the loss whose gradient is not finite: backward begins there."""
    bad = [name for name, one in named if one.grad is not None and not numpy.isfinite(one.grad).all()]
    return bad[-1]
