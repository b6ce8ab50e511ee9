"""`checkpoint`: what a function computes on its way is computed again in the backward pass, not kept until then."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Sequence
from typing import Any, ClassVar, NoReturn

import numpy

from . import ops
from .arguments import answering, check_function
from .errors import DataTypeError
from .modes import Scope, current_mode, recording, scope
from .node import Node
from .structure import Rebuild, flatten
from .sweep import propagate
from .tensor import Tensor
from .value import Value
from .whole_pullbacks import PulledAtOnce, node_of

_Function = Callable[..., Any]


@answering()
def checkpoint(function: _Function) -> _Function:
    """The function, each of whose results is one node: what it computes on its way is not kept for the backward pass,
    which runs the function again. It saves memory for time (T. Chen et al. 2016, arXiv:1604.06174). Also a decorator.

    Gradients flow to its arguments, nested ones too, and to the nodes that it reads from elsewhere (parameters of a
    module), to any order. It is to compute the same when it is run again: an array of random numbers is drawn outside
    and given as an argument. Inside a compiled function it is the function itself, as a program decides what it keeps.

    Raises (in the backward pass):
        DataTypeError: run again, the function gave something else.

    >>> from autograd import Tensor, checkpoint, tanh
    >>> @checkpoint
    ... def block(x):
    ...     return tanh(tanh(tanh(x)))
    >>> x = Tensor([0.0])
    >>> y = block(x)
    >>> y.op, y.operands == (x,)
    (<operation block>, True)
    >>> y.backward()
    >>> x.grad
    array([1.])
    """
    check_function("checkpoint", "a function is run again", function, "; give the function itself: checkpoint(f)(x)")

    @functools.wraps(function)
    def recomputed(*arguments: Any, **keywords: Any) -> Any:
        mode = current_mode()
        if mode.tracing or not mode.recording:
            return function(*arguments, **keywords)
        return _Segment(function, arguments, keywords).outputs()

    return recomputed


class _Segment:
    """A call of the function, which can be run again on other nodes in the place of those among its arguments."""

    def __init__(self, function: _Function, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> None:
        self.name = getattr(function, "__name__", type(function).__name__)
        self._function = function
        self._leaves, _, self._rebuild = flatten((arguments, keywords))
        self._places = [
            place for place, leaf in enumerate(self._leaves) if isinstance(leaf, Node) and leaf.requires_grad
        ]
        self.operands: list[Node] = [self._leaves[place] for place in self._places]

    def run(self, stand_ins: Sequence[Any]) -> tuple[list[Any], Rebuild]:
        """What the function returns for these in the place of its operands."""
        given = list(self._leaves)
        for place, stand_in in zip(self._places, stand_ins, strict=True):
            given[place] = stand_in
        arguments, keywords = self._rebuild(given)
        returned, _, rebuild = flatten(self._function(*arguments, **keywords))
        return returned, rebuild

    def outputs(self) -> Any:
        """The function run, and what it returned: one node for each output that it computed."""
        stand_ins = [ops.positive(operand) for operand in self.operands]
        with scope("checkpoint") as inside:
            returned, rebuild = self.run(stand_ins)
        held = dict(zip(stand_ins, self.operands, strict=True))
        made: list[Any] = []
        for number, output in enumerate(returned):
            if not isinstance(output, Node) or not output.requires_grad:
                made.append(output)
            elif output in held:
                made.append(held[output])
            elif not _is_made_in(inside, output):
                made.append(output)
            else:
                outside = _read_from_outside(output, held, inside)
                data = output._data if isinstance(output, Value) else output._data.copy()  # no view of what is not kept
                operation = _RunAgain(self, number, outside)
                operands = (*self.operands, *outside)
                made.append(node_of(operation, operands, data, [True] * len(operands)))
        return rebuild(made)


class _RunAgain(PulledAtOnce):
    """One output of a call as an operation, whose operands are the nodes among the arguments, and then those that the
    function reads from elsewhere."""

    __slots__ = ("_count", "_number", "_outside", "_segment")
    _segment: _Segment
    _number: int
    _outside: list[Node]
    _count: int  # of the nodes among the arguments
    is_opaque: ClassVar[bool] = True
    is_program: ClassVar[bool] = True  # it stands for the function, which a program is made of

    def __init__(self, segment: _Segment, number: int, outside: list[Node]) -> None:
        super().__init__(segment.name, segment.name, _no_rule, pullbacks=(_no_rule,), slots=None, elementwise=False)
        object.__setattr__(self, "_segment", segment)
        object.__setattr__(self, "_number", number)
        object.__setattr__(self, "_outside", outside)
        object.__setattr__(self, "_count", len(segment.operands))

    def pulled(self, data: Sequence[Any], upstream: Any, slots: Sequence[int], out: Any) -> list[Any]:
        stand_ins = [
            Tensor(one, copy=False) if isinstance(one, numpy.ndarray) else Value(one) for one in data[: self._count]
        ]
        reached, nodes = self._swept(stand_ins, upstream, slots, out, create_graph=False)
        return [
            reached[node] if node in reached else numpy.zeros_like(data[slot])
            for slot, node in zip(slots, nodes, strict=True)
        ]

    def pulled_as_nodes(self, operands: Sequence[Any], upstream: Any, slots: Sequence[int], out: Any) -> list[Any]:
        with recording():
            stand_ins = [ops.positive(operand) for operand in operands[: self._count]]
            reached, nodes = self._swept(stand_ins, upstream, slots, out, create_graph=True)
        return [reached[node] if node in reached else node._constant(numpy.zeros_like(node._data)) for node in nodes]

    def unfolded(self, node: Any) -> Any:
        return self._again(node.operands[: self._count], node._data)

    def _swept(
        self, stand_ins: Sequence[Any], upstream: Any, slots: Sequence[int], out: Any, create_graph: bool
    ) -> tuple[dict[Any, Any], list[Any]]:
        """The gradients of the operands in these slots, by their nodes."""
        with recording():
            output = self._again(stand_ins, out)
        every = [*stand_ins, *self._outside]
        wanted = [every[slot] for slot in slots]
        seeds = {output: output._seed(upstream, create_graph)}
        ends = frozenset(every)
        return propagate(seeds, create_graph=create_graph, wanted=frozenset(wanted), ends=ends), wanted

    def _again(self, stand_ins: Sequence[Any], out: Any) -> Any:
        """The output, computed again; what it was the first time is `out`."""
        returned, _ = self._segment.run(stand_ins)
        output = returned[self._number] if self._number < len(returned) else None
        if not isinstance(output, Node) or not output.requires_grad or not _is_the_same(output._data, out):
            raise DataTypeError(
                f"checkpoint: {self.name} gave something else when it was run again for the backward pass (random "
                "numbers, or what it changes itself?); draw such outside, and give it as an argument"
            )
        return output

    def on_arrays(self, arrays: Sequence[Any], parameters: dict[str, Any]) -> Any:
        returned, _ = self._segment.run(arrays[: self._count])
        return returned[self._number]

    def __reduce__(self) -> NoReturn:
        raise DataTypeError(
            f"{self.name}: the graph of what a checkpointed function gave cannot be pickled; pickle .detach() of it, "
            "or call the function under no_grad()"
        )


def _is_the_same(again: Any, before: Any) -> bool:
    """Whether both are the same numbers, but for the order in which a library may add."""
    if numpy.shape(again) != numpy.shape(before):
        return False
    tolerance = 1e-3 if numpy.asarray(before).dtype == numpy.float32 else 1e-6
    return bool(numpy.allclose(again, before, tolerance, tolerance, equal_nan=True))


def _is_made_in(inside: Scope, node: Node) -> bool:
    at = node.scope
    while at is not None and at is not inside:
        at = at.parent
    return at is inside


def _read_from_outside(output: Node, stand_ins: Collection[Any], inside: Scope) -> list[Node]:
    """The nodes that it depends on and that were there before: those that a function reads from elsewhere."""
    found: dict[Node, None] = {}
    seen = {output}
    left = [output]
    while left:
        node = left.pop()
        for slot in node._gradient_slots:
            operand = node.operands[slot]
            if operand in seen or operand in stand_ins:
                continue
            seen.add(operand)
            if operand.op is not None and _is_made_in(inside, operand):
                left.append(operand)
            else:
                found[operand] = None
    return list(found)


def _no_rule(*operands: Any, **parameters: Any) -> NoReturn:
    raise AssertionError("a checkpointed function is run again")
