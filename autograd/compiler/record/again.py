"""A second run of a function, which shows what goes on outside where no name leads: the clock, a file, a generator of
its own, a variable that was being changed while the function ran first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from ...node import Node
from ...traversal import nodes_in_order
from .places import NUMBERS, is_same
from .recording import Recording


def what_went_on(then: Recording, now: Recording) -> list[str]:
    """In words, in what two runs of a function for arguments of one structure differ, that looked at no number; where
    it did, it was told of, and another branch says nothing."""
    if then.looked_at or now.looked_at:
        return []
    grown = _grown(then, now)
    own = dict(zip(then.inputs, now.inputs, strict=True))
    found = differences(then.outputs, now.outputs, own)
    if not found and then.output_paths != now.output_paths:
        found = ["what it returns"]
    return [*found, *grown]


def _grown(then: Recording, now: Recording) -> list[str]:
    """The lists, sets and dicts that both runs changed, and look into."""
    if then.outside is None or now.outside is None:
        return []
    return [f"{name}, which it changes itself" for name in now.outside.grown if name in then.outside.grown]


def differences(then: Sequence[Node], now: Sequence[Node], own: dict[Node, Node] | None = None) -> list[str]:
    """In words, the plain numbers in which two runs of a function differ, where they do the same operations.

    Args:
        own: the nodes that stood for arguments in the one, and in the other: then other operations and arrays are
            differences, too.
    """
    found: list[str] = []
    before, after = list(nodes_in_order(then)), list(nodes_in_order(now))
    for one, other in zip(before, after, strict=False):
        if one.op is not other.op or len(one.operands) != len(other.operands):
            return [*found, *_of_operations(one, other, own)]
        if own is not None and one.op is None and own.get(one, one) is not other and not _is_alike(one, other):
            found.append(f"{one.label or other.label or 'an array'} from outside")
        for first, second in zip(one.operands, other.operands, strict=True):
            if isinstance(first, NUMBERS) and isinstance(second, NUMBERS):
                if not is_same(second, first):
                    assert one.op is not None
                    found.append(f"a number from outside that {one.op.name} is given was {first!r} and is {second!r}")
            elif own is not None and isinstance(first, numpy.ndarray) and not _are_equal(first, second):
                assert one.op is not None
                found.append(f"an array from outside that {one.op.name} is given")
    if own is not None and len(before) != len(after):
        found.append("its operations")
    return list(dict.fromkeys(found))


def _of_operations(one: Node, other: Node, own: dict[Node, Node] | None) -> list[str]:
    if own is None:
        return []
    first, second = (node.op.name if node.op is not None else "an operand" for node in (one, other))
    return ["its operations" + (f" ({first} then, {second} now)" if first != second else "")]


def _is_alike(one: Node, other: Node) -> bool:
    """Whether two leaves are the same to a program, which reads a parameter at each call."""
    if one is other:
        return True
    return not one.is_parameter and not other.is_parameter and _are_equal(one._data, other._data)


def _are_equal(first: Any, second: Any) -> bool:
    same_kind = numpy.shape(first) == numpy.shape(second)
    return same_kind and bool(numpy.array_equal(first, second, equal_nan=numpy.asarray(first).dtype.kind in "fc"))
