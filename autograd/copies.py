"""Copies of nodes: shallow, with their graphs, and pickled, however deep these are."""

from __future__ import annotations

import copy
import threading
import weakref
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy

from .operation import Recordable
from .traversal import nodes_in_order

NodeKind = TypeVar("NodeKind", bound=Recordable)


def shallow_copy(node: NodeKind) -> NodeKind:
    """Another node with the same operands."""
    node._refuse_copy()
    made = _made(type(node), node._data)
    for name in _slots(node):
        object.__setattr__(made, name, getattr(node, name))
    made.__dict__.update(node.__dict__)
    return made


def deep_copy(node: NodeKind, memo: dict[int, Any]) -> NodeKind:
    """A copy with its whole graph, operands first: however deep it is, Python goes no deeper."""
    for one in nodes_in_order([node]):
        if id(one) not in memo:
            one._refuse_copy()
            made = memo[id(one)] = _made(type(one), copy.deepcopy(one._data, memo))
            for name in _slots(one):
                if name != "op":  # rows of the table are not copied
                    object.__setattr__(made, name, copy.deepcopy(getattr(one, name), memo))
            object.__setattr__(made, "op", one.op)
            made.__dict__.update(copy.deepcopy(one.__dict__, memo))
    copied: NodeKind = memo[id(node)]
    return copied


def reduced(node: Recordable) -> tuple[Any, ...]:
    """What `pickle` writes of a node: its graph as a list, operands first, so that each node finds its operands
    written; and in that list each node by itself."""
    if any(id(node) in graph.identities for graph in _being_written()):
        return _alone(node)
    nodes = nodes_in_order([node])
    return _alone(node) if len(nodes) == 1 else (_last, (_Graph(nodes),))


# --- a graph as a list ----------------------------------------------------------------------------------


class _Graph:
    """The nodes of a graph between two marks, which tell where the writing of it begins and ends."""

    def __init__(self, nodes: list[Recordable]) -> None:
        self.nodes = nodes
        self.identities = {id(node) for node in nodes}

    def __reduce__(self) -> tuple[Any, ...]:
        begun, ended = _Mark(self, _begin), _Mark(self, _end)
        return list, (), None, iter([begun, *self.nodes, ended])


class _Mark(NamedTuple):
    graph: _Graph
    passed: Callable[[_Graph], None]

    def __reduce__(self) -> tuple[Any, ...]:
        self.passed(self.graph)
        return bool, ()


_writing = threading.local()


def _being_written() -> weakref.WeakSet[_Graph]:
    """The graphs that this thread is in the middle of; one whose writing failed goes with its pickler."""
    if not hasattr(_writing, "graphs"):
        _writing.graphs = weakref.WeakSet()
    graphs: weakref.WeakSet[_Graph] = _writing.graphs
    return graphs


def _begin(graph: _Graph) -> None:
    _being_written().add(graph)


def _end(graph: _Graph) -> None:
    _being_written().discard(graph)


def _last(nodes: list[Any]) -> Any:
    return nodes[-2]  # a mark comes after it


# --- a node by itself -----------------------------------------------------------------------------------


class _DataOf(NamedTuple):
    """What stands for a number or array that is an operand's own: whether data was assigned since it was recorded is
    told by identity, which pickle keeps of no number."""

    slot: int


_HOLD_OPERANDS = {"operands", "_first", "_second", "_all_operands"}


def _alone(node: Recordable) -> tuple[Any, ...]:
    node._refuse_copy()
    held = {}
    if node.op is not None:
        held = {id(_held(operand)): _DataOf(slot) for slot, operand in reversed([*enumerate(node.operands)])}
    attributes = {name: getattr(node, name) for name in _slots(node)}
    for name in attributes.keys() - _HOLD_OPERANDS:
        attributes[name] = _with_references(attributes[name], held)
    return _made, (type(node), node._data), (attributes, node.__dict__), None, None, _restore


def _with_references(value: Any, held: dict[int, _DataOf]) -> Any:
    if type(value) in (tuple, list):
        return type(value)(_with_references(one, held) for one in value)
    if isinstance(value, bool) or not isinstance(value, int | float | numpy.generic | numpy.ndarray):
        return value
    return held.get(id(value), value)


def _restore(node: Any, state: tuple[dict[str, Any], dict[str, Any]]) -> None:
    attributes, more = state
    for name, value in attributes.items():
        object.__setattr__(node, name, value)
    node.__dict__.update(more)
    for name, value in attributes.items():
        if type(value) is _DataOf or (type(value) in (tuple, list) and any(type(one) is _DataOf for one in value)):
            object.__setattr__(node, name, _without_references(value, node.operands))


def _without_references(value: Any, operands: tuple[Any, ...]) -> Any:
    if type(value) in (tuple, list):
        return type(value)(_without_references(one, operands) for one in value)
    return _held(operands[value.slot]) if type(value) is _DataOf else value


def _held(operand: Any) -> Any:
    return operand._data if isinstance(operand, Recordable) else operand


def _made(kind: type[NodeKind], data: Any) -> NodeKind:
    """A node that has nothing but its data yet."""
    made = object.__new__(kind)
    object.__setattr__(made, "_data", data)
    return made


def _slots(node: Recordable) -> list[str]:
    """The names of its slots that have something in them, but for its data."""
    names = [name for kind in type(node).__mro__ for name in getattr(kind, "__slots__", ())]
    return [name for name in names if name not in ("__dict__", "__weakref__", "_data") and hasattr(node, name)]
