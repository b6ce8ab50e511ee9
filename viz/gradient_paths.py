"""Why a node has its gradient: every path from it to the output, with the product of the local gradients on the way."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

from .arrays import is_single, only_number
from .errors import NoPathsError
from .parts import Contribution
from .tracing import Trace

MOST_PATHS = 8


@dataclass(frozen=True)
class Path:
    """A path to the output.

    Attributes:
        symbols: the local gradients on it, from the output on: `∂C/∂a`.
        factors: what each is.
    """

    symbols: tuple[str, ...]
    factors: tuple[float, ...]

    @property
    def product(self) -> float:
        return math.prod(self.factors)


@dataclass(frozen=True)
class Why:
    """A gradient as a sum over paths.

    Attributes:
        paths: at most as many as were asked for.
        count: how many there are.
        total: the gradient.
    """

    label: str
    output: str
    paths: tuple[Path, ...]
    count: int
    total: float


def why(trace: Trace, node: int, most: int = MOST_PATHS) -> Why:
    """The gradient of a node (an id) as the sum over all paths to the output.

    Raises:
        NoPathsError: nothing reaches it, or there are arrays on the way, whose pullbacks are no factors.

    >>> from autograd import Value
    >>> from viz import trace
    >>> x = Value(3.0, label="x")
    >>> found = why(trace(x * x + x), 0)
    >>> found.count, [path.product for path in found.paths], found.total
    (3, [1.0, 3.0, 3.0], 7.0)
    """
    label, output = trace.nodes[node].label, trace.nodes[trace.output].label
    if node not in trace.gradients:
        raise NoPathsError(f"no gradient reaches {label}: there is no path from it to {output}")
    received: dict[int, list[Contribution]] = {}
    for event in trace.events:
        if isinstance(event, Contribution):
            received.setdefault(event.operand, []).append(event)
    counts = {trace.output: 1}
    needed = _above(node, received)
    for identifier in sorted(needed - {trace.output}, reverse=True):
        counts[identifier] = sum(counts[event.node] for event in received[identifier])
    for identifier in needed:
        for event in received.get(identifier, []):
            if event.local_gradient is None or not is_single(event.local_gradient) or not is_single(event.contribution):
                raise NoPathsError(
                    f"there are arrays on the way from {label} (at {trace.nodes[event.node].label}): paths are told of "
                    "single numbers"
                )
    seed = only_number(trace.gradients[trace.output])
    found = tuple(itertools.islice(_paths(trace, node, received, (), (seed,) if seed != 1 else ()), most))
    return Why(label, output, found, counts[node], only_number(trace.gradients[node]))


def _above(node: int, received: dict[int, list[Contribution]]) -> set[int]:
    """The node, and all on its paths."""
    found, waiting = {node}, [node]
    while waiting:
        for event in received.get(waiting.pop(), []):
            if event.node not in found:
                found.add(event.node)
                waiting.append(event.node)
    return found


def _paths(
    trace: Trace,
    node: int,
    received: dict[int, list[Contribution]],
    symbols: tuple[str, ...],
    factors: tuple[float, ...],
) -> Iterator[Path]:
    # A stack of its own: chains may be longer than Python's recursion allows.
    waiting = [(node, symbols, factors)]
    while waiting:
        at, symbols, factors = waiting.pop()
        if at == trace.output:
            yield Path(symbols, factors)
        for event in reversed(received.get(at, [])):
            symbol = f"∂{trace.nodes[event.node].label}/∂{trace.nodes[at].label}"
            waiting.append((event.node, (symbol, *symbols), (only_number(event.local_gradient), *factors)))
