"""Which results share memory: a buffer is free again when nothing reads it any more."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Demand:
    """A result's claim on memory: what kind of buffer (shape and dtype), made at which instruction, read until which,
    and whether it may be written over an operand that is read for the last time there."""

    kind: Any  # hashable
    instruction: int
    last_use: int
    may_overwrite: bool = True


def assigned(demands: Sequence[Demand]) -> tuple[list[int], list[Any]]:
    """For each demand (in the order of instructions) the number of its buffer, and the kind of every buffer.

    >>> assigned([Demand("row", 0, 1), Demand("row", 1, 2), Demand("row", 2, 3)])
    ([0, 0, 0], ['row'])
    >>> assigned([Demand("row", 0, 2), Demand("row", 1, 2), Demand("row", 2, 3, may_overwrite=False)])[0]
    [0, 1, 2]
    """
    free: defaultdict[Any, list[int]] = defaultdict(list)
    in_use: list[tuple[int, int, Any]] = []  # last use, buffer, kind
    buffers: list[int] = []
    kinds: list[Any] = []
    for demand in demands:
        until = demand.instruction if demand.may_overwrite else demand.instruction - 1
        while in_use and in_use[0][0] <= until:
            _, buffer, kind = heapq.heappop(in_use)
            free[kind].append(buffer)
        if free[demand.kind]:
            buffer = free[demand.kind].pop()
        else:
            buffer = len(kinds)
            kinds.append(demand.kind)
        buffers.append(buffer)
        heapq.heappush(in_use, (demand.last_use, buffer, demand.kind))
    return buffers, kinds
