"""A matrix product as rows, columns and elements: what was multiplied by what, in a forward or a backward step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from autograd import Node, Tensor, operations
from autograd.notation import rules

from . import formulas
from .arrays import shape_of
from .parts import Contribution, Forward, TraceEvent
from .replay import replay
from .tracing import Trace

# The operations that are a matrix product, or have one as their pullback.
_PRODUCTS = frozenset({"matmul", "affine"})


@dataclass(frozen=True)
class Factor:
    """A matrix and what it is called in its formula: `W2ᵀ`."""

    name: str
    data: Any


@dataclass(frozen=True)
class MatrixProduct:
    """result = left @ right, and what was added, if anything was.

    Attributes:
        left, right: of shape (n, k) and (k, m).
        added: of shape (n, m), as it was broadcast.
        result: its name is "" where it is what a step passes back.
    """

    left: Factor
    right: Factor
    added: Factor | None
    result: Factor

    @property
    def formula(self) -> str:
        """`X @ W1 + b1`."""
        return f"{self.left.name} @ {self.right.name}{f' + {self.added.name}' if self.added else ''}"

    def element(self, number: int) -> tuple[int, int]:
        """Row and column of an element by its number, counted row by row; after the last the first comes again."""
        rows, columns = self.result.data.shape
        row, column = divmod(number % (rows * columns), columns)
        return row, column

    def terms(self, row: int, column: int) -> list[tuple[float, float]]:
        """What is multiplied and summed up for an element: its row of `left` with its column of `right`."""
        return list(zip(self.left.data[row].tolist(), self.right.data[:, column].tolist(), strict=True))


def matrix_product(trace: Trace, event: TraceEvent) -> MatrixProduct | None:
    """The product of two matrices that an event is; None where it is none, or one of them is too large to be kept.

    >>> from autograd import Tensor
    >>> from viz import trace
    >>> x, W = Tensor([[1.0, 2.0]], label="x"), Tensor([[3.0], [4.0]], label="W")
    >>> found = matrix_product(seen := trace(x @ W), seen.events[2])
    >>> found.formula, found.terms(0, 0), found.result.data.tolist()
    ('x @ W', [(1.0, 3.0), (2.0, 4.0)], [[11.0]])
    """
    node = trace.nodes[event.node]
    if node.operation not in _PRODUCTS or not isinstance(event, Forward | Contribution):
        return None
    operation, operands = operations()[node.operation], trace.operands[node.id]
    shapes = [shape_of(operand.data) for operand in operands]
    names = [operand.label for operand in operands]
    numbers: dict[str, Any] = {rules.mark(position): operand.data for position, operand in enumerate(operands)}
    if isinstance(event, Forward):
        made, result = rules.computed(operation, shapes), Factor(node.label, node.data)
        upstream = ""
    else:
        made, result = rules.pullback(operation, event.slot, shapes, {}), Factor("", event.contribution)
        numbers[rules.upstream_mark] = event.upstream_gradient
        upstream = "G"
    parts = _parts(made)
    arrays = [result.data, *(numbers.get(leaf.label or "") for part in parts or () for leaf in _leaves(part))]
    if parts is None or not all(isinstance(array, numpy.ndarray) for array in arrays) or result.data.ndim != 2:
        return None
    stand_ins = {leaf: Tensor(numbers[leaf.label or ""]) for part in parts for leaf in _leaves(part)}
    left, right, *added = (
        Factor(formulas.recorded(part).filled(names, upstream=upstream), replay(part, stand_ins).data) for part in parts
    )
    if any(factor.data.ndim != 2 for factor in (left, right)):
        return None
    whole = [Factor(one.name, numpy.broadcast_to(one.data, result.data.shape)) for one in added]
    return MatrixProduct(left, right, whole[0] if whole else None, result)


def _parts(computed: Node) -> Sequence[Node] | None:
    """Both factors, and what is added to their product; None where what was computed is no product."""
    added: list[Node] = []
    if computed.op is not None and computed.op.name == "add":
        computed, *added = computed.inputs
    if computed.op is None or computed.op.name != "matmul":
        return None
    return [*computed.inputs, *added]


def _leaves(node: Node) -> Iterator[Node]:
    if node.op is None:
        yield node
    for operand in node.inputs:
        yield from _leaves(operand)
