"""A trace as the page keeps it: plain data from which it computes, draws and explains everything again."""

from __future__ import annotations

from typing import Any

import numpy

from autograd import operations

from .. import formulas
from ..arrays import ArraySummary, shape_of
from ..errors import DrawingError
from ..formulas import Formula
from ..numbers import format_data
from ..parts import Contribution, Forward, Recorded, Seed, TracedNode
from ..tracing import Trace
from . import placement, programs, table
from .mathematics import tree
from .programs import NotAliveError, number_in_json

VERSION = 1
MOST_NODES = 400
# How near JavaScript's numbers are to Python's: its Math is another library; in float32 Python has fewer digits.
AGREEMENT, AGREEMENT_OF_SINGLES = 1e-12, 1e-5
# How much of the terms' size rounding may cost where they cancel, as in 1 − a².
ROUNDING, ROUNDING_OF_SINGLES = 1e-15, 1e-6
_ALIVE = frozenset(row.name for row in table.alive())


def recorded(trace: Trace, learning_rate: float, renderer: str, seconds: float) -> dict[str, Any]:
    """The trace for JSON.

    Raises:
        DrawingError: it has more nodes than a page shows, or is not laid out in time.
    """
    if len(trace.nodes) > MOST_NODES:
        raise DrawingError(
            f"this graph has {len(trace.nodes):,} nodes, more than the {MOST_NODES:,} that a page shows: give the "
            "graph of a node in it, or draw a picture of it, draw(output, collapse=1) or draw(output, focus=label)"
        )
    contributions = trace.contributions()
    # An update that was traced, too, is not the page's: it makes its own.
    events = [event for event in trace.events if isinstance(event, Contribution)]
    seeds = [event for event in trace.events if isinstance(event, Seed)]
    is_single = any(_dtype(node.data) == "float32" for node in trace.nodes)
    return {
        "version": VERSION,
        "output": trace.output,
        "learningRate": learning_rate,
        "tolerance": AGREEMENT_OF_SINGLES if is_single else AGREEMENT,
        "rounding": ROUNDING_OF_SINGLES if is_single else ROUNDING,
        "fixed": _fixed(trace),
        "nodes": [_node(node, trace, contributions) for node in trace.nodes],
        "seed": _numbers(seeds[0].gradient) if seeds else None,
        "forward": [event.node for event in trace.events if isinstance(event, Forward)],
        "backward": [
            [event.node, event.slot, _numbers(event.local_gradient), _numbers(event.contribution)] for event in events
        ],
        "gradients": {str(identifier): _numbers(gradient) for identifier, gradient in trace.gradients.items()},
        "layouts": {
            direction: placement.placed(trace, direction, renderer, seconds) for direction in placement.DIRECTIONS
        },
    }


def _fixed(trace: Trace) -> list[list[int]]:
    """The constants that are no literals of the program, each with what uses it: they may have been computed of inputs,
    as in 1 − y, and no graph says so."""
    return [
        [operand.id, node.id]
        for node in trace.nodes
        if node.computed is not None and (made_by := node.computed.made_by) is not None
        for slot, operand in enumerate(trace.operands[node.id])
        if operand.role == "constant" and slot not in made_by.bare_slots
    ]


def _node(node: TracedNode, trace: Trace, contributions: dict[tuple[int, int], Contribution]) -> dict[str, Any]:
    size = placement.size_of(node)
    operands = trace.operands[node.id]
    found: dict[str, Any] = {
        "label": node.label,
        "title": placement.title(node),
        "role": node.role,
        "named": node.is_named,
        "shape": list(shape_of(node.data)),
        "data": _numbers(node.data),
        "size": [round(size.width, 1), round(size.height, 1)],
    }
    if shape_of(node.data):
        found["map"] = list(placement.map_size(shape_of(node.data)))
    if node.source is not None:
        found["source"] = f"{node.source.file.replace(chr(92), '/').rpartition('/')[2]}:{node.source.line}"
    if node.module_path:
        found["path"] = node.module_path
    if groups := trace.groups_around(node):
        found["within"] = " / ".join(group.name for group in groups)
    if node.operation is not None:
        slots = [slot for slot in range(len(operands)) if (node.id, slot) in contributions]
        found |= {"op": node.operation, "symbol": node.symbol, "operands": [operand.id for operand in operands]}
        found |= _Written(node, operands).fields(slots, contributions)
    return found


class _Written:
    """An operation's formulas, and how the page computes it."""

    def __init__(self, node: TracedNode, operands: list[TracedNode]) -> None:
        self._node, self._operands = node, operands
        self._made_by: Recorded | None = None if node.computed is None else node.computed.made_by

    def fields(self, slots: list[int], contributions: dict[tuple[int, int], Contribution]) -> dict[str, Any]:
        rules = {str(slot): self._rule(slot, contributions[self._node.id, slot]) for slot in slots}
        found: dict[str, Any] = {"computed": self._computed(), "rules": rules}
        try:
            found |= self._programs(slots)
        except NotAliveError as error:
            found["lacks"] = str(error)
        return found

    def _computed(self) -> dict[str, Any]:
        if self._made_by is not None:
            return _formula(self._made_by.formula(None))
        row = operations().get(self._node.operation or "")
        if row is not None and row.name in _ALIVE:
            return _formula(formulas.computed(row, len(self._operands), {}))
        assert self._node.computed is not None
        return _formula(Formula(self._node.computed.text, self._node.computed.latex))

    def _rule(self, slot: int, event: Contribution) -> dict[str, Any]:
        if self._made_by is not None:
            return _formula(self._made_by.formula(slot))
        return _formula(Formula(event.rule.text, event.rule.latex))

    def _programs(self, slots: list[int]) -> dict[str, Any]:
        """How it is computed where its row is not elementwise."""
        name = self._node.operation or ""
        for one in (self._node, *self._operands):
            if isinstance(one.data, ArraySummary):
                raise NotAliveError(f"{one.label}: {format_data(one.data)}")
        row = operations().get(name)
        if self._made_by is None:
            if name in _ALIVE:
                return {}
            raise NotAliveError(name)
        if row is not self._made_by.operation:  # somebody's own, which may bear any name
            raise NotAliveError(name)
        if name in _ALIVE:
            return {}
        shapes = [shape_of(operand.data) for operand in self._operands]
        parameters = self._made_by.parameters
        return {
            "steps": _plain(programs.forward(row, shapes, parameters)),
            "pullbacks": {str(slot): _plain(programs.pullback(row, slot, shapes, parameters)) for slot in slots},
        }


def _formula(formula: Formula) -> dict[str, Any]:
    return {"text": formula.text, "tree": tree(formula.latex)}


def _numbers(data: Any) -> Any:
    """Data as JSON: the numbers of an array in order; of one that is too large to keep, what it is like."""
    if data is None:
        return None
    if isinstance(data, ArraySummary):
        parts = {"mean": data.mean, "norm": data.norm, "low": data.low, "high": data.high}
        return {name: number_in_json(number) for name, number in parts.items()}
    return [number_in_json(float(one)) for one in numpy.asarray(data).ravel().tolist()]


def _dtype(data: Any) -> str:
    return str(getattr(data, "dtype", ""))


def _plain(steps: Any) -> Any:
    """Tuples and NumPy's numbers as JSON has them."""
    if isinstance(steps, list | tuple):
        return [_plain(one) for one in steps]
    if isinstance(steps, dict):
        return {name: _plain(one) for name, one in steps.items()}
    return steps.item() if isinstance(steps, numpy.generic) else steps
