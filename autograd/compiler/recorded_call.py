"""A call of a compiled function as nodes of a graph. Each output is one operation, on what it depends on; its pullback
is a program. Where derivatives are to be differentiated again, it is the operations that were recorded for it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, NoReturn

import numpy

from .. import array_functions, ops
from ..errors import DataTypeError, ShapeError
from ..garbage_collection import without_garbage_collection
from ..modes import Adjusted, recording
from ..node import Node
from ..operation import Operation
from ..sweep import propagate, sweep, topological_order
from ..tensor import Tensor
from ..traversal import nodes_in_order
from ..whole_pullbacks import PulledAtOnce, constant_of, node_of
from .pipeline import ARRAYS, COLUMNS, COMMON, FLOATS, passed
from .record.recording import Recording, program_of, translated, zeros
from .run.array_machine import ShapeChangedError

Run = Callable[..., tuple[Any, ...]]


@dataclass(frozen=True, eq=False)
class _Part:
    """What one output of a recording needs.

    Attributes:
        recording: its own, of one output, with the inputs and parameters that it depends on.
        places: where those inputs are among all.
        flows: for each input, and then each parameter, whether gradients flow back to it.
        is_of_samples: whether it is a program of columns, of one number for each sample.
        programs: those that were made so far.
    """

    recording: Recording
    places: list[int]
    flows: list[bool]
    is_of_samples: bool
    programs: dict[Any, Run] = field(default_factory=dict)

    @property
    def leaves(self) -> list[Node]:
        return [*self.recording.inputs, *self.recording.parameters]


def _part_of(recorded: Recording, number: int, is_of_samples: bool) -> _Part:
    output = recorded.outputs[number]
    reached = set(nodes_in_order([output]))
    places = [place for place, node in enumerate(recorded.inputs) if node in reached]
    recording = replace(
        recorded,
        inputs=[recorded.inputs[place] for place in places],
        places=[recorded.places[place] for place in places],
        parameters=[node for node in recorded.parameters if node in reached],
        outputs=[output],
        output_paths=[""],
    )
    flows = {output}
    for node in topological_order(output):
        flows.update(node.operands[slot] for slot in node._gradient_slots)
    part = _Part(recording, places, [], is_of_samples)
    part.flows.extend(node in flows for node in part.leaves)
    return part


class CompiledOperation(PulledAtOnce):
    """One output of a compiled function as an operation, whose operands are the numbers and arrays among the arguments
    that it depends on, and then the parameters.

    Args:
        recorded: the run that the program was made of.
        number: which of its outputs.
        is_of_samples: whether the program is one of columns.
    """

    __slots__ = ("_part",)
    _part: _Part
    is_opaque: ClassVar[bool] = True
    is_program: ClassVar[bool] = True

    def __init__(self, recorded: Recording, number: int, is_of_samples: bool) -> None:
        name = recorded.function_name + recorded.output_paths[number]
        super().__init__(
            f"compiled {name}" if name in ops.operations() else name,
            name,
            _no_rule,
            pullbacks=(_no_rule,),
            slots=None,
            elementwise=False,
            is_boolean=recorded.outputs[number]._is_boolean,
        )
        object.__setattr__(self, "_part", _part_of(recorded, number, is_of_samples))

    # --- forward ---

    def recorded(self, given: Sequence[Any], out: Any) -> Node:
        """The node of a call.

        Args:
            given: nodes, numbers and arrays for all inputs of the recording.
            out: what the program gave for this output.
        """
        operands = [given[place] for place in self._part.places]
        return node_of(self, (*operands, *self._part.recording.parameters), out, self._part.flows)

    def __call__(self, *operands: Any, **parameters: Any) -> Any:
        """Run on numbers and arrays; record if an operand is a node."""
        data = [operand._data if isinstance(operand, Node) else operand for operand in operands]
        (out,) = self._run(("value",), self._forward, data)
        return node_of(self, operands, out, self._part.flows) if any(isinstance(one, Node) for one in operands) else out

    def on_arrays(self, arrays: Sequence[Any], parameters: dict[str, Any]) -> Any:
        return self(*arrays)

    # --- backward ---

    def pulled(self, data: Sequence[Any], upstream: Any, slots: Sequence[int], out: Any) -> tuple[Any, ...]:
        """The gradients of the operands in these slots, by a program."""
        key = "gradient", *slots
        return self._run(key, functools.partial(self._gradient, slots), [*data, upstream])

    def pulled_as_nodes(self, operands: Sequence[Any], upstream: Any, slots: Sequence[int], out: Any) -> list[Any]:
        """The same as nodes: the sweep through the operations that were recorded, run again."""
        operands = list(operands)
        with recording():
            for slot in slots:  # one for each slot, as the same node may be in several
                operands[slot] = ops.positive(operands[slot])
            own = self._own_code(operands, out)
        ends = [operands[slot] for slot in slots]
        reached: dict[Any, Any] = {}
        if own.requires_grad:
            seeds = {own: own._seed(upstream, create_graph=True)}
            reached = propagate(seeds, create_graph=True, wanted=frozenset(ends), ends=frozenset(ends))
        return [reached[end] if end in reached else end._constant(numpy.zeros_like(end._data)) for end in ends]

    def unfolded(self, node: Any) -> Any:
        return self._own_code(node.operands, node._data)

    def _own_code(self, operands: Sequence[Any], out: Any) -> Any:
        """The operations that were recorded, on other operands; what this operation gave for them is `out`."""
        held: dict[Any, Any] = {
            leaf: one if isinstance(one, Node) else constant_of(one)
            for leaf, one in zip(self._part.leaves, operands, strict=True)
        }
        for node in nodes_in_order(self._part.recording.outputs):
            if node in held:
                continue
            if node.op is None:
                held[node] = node
                continue
            given = [held[one] if isinstance(one, Node) else one for one in node.operands]
            if self._part.is_of_samples:
                given = _in_columns(node.op, given)
            if node.requires_grad or not node.op.differentiable:
                held[node] = node.op(*given, **node.keywords)
            else:  # detached, or computed under no_grad
                with Adjusted(recording=False):
                    held[node] = node.op(*given, **node.keywords)
        own = held[self._part.recording.outputs[0]]
        if not self._part.is_of_samples or numpy.shape(own._data) == numpy.shape(out):
            return own
        return array_functions.broadcast_to(own * numpy.ones(1), numpy.shape(out))  # of all samples alike

    # --- programs ---

    def _run(self, key: tuple[Any, ...], make: Callable[[], Any], data: Sequence[Any]) -> tuple[Any, ...]:
        columns = None
        if self._part.is_of_samples:
            columns = tuple([isinstance(one, numpy.ndarray) and one.ndim == 1 for one in data])
            data = [
                numpy.asarray(one, float) if column else float(one) for one, column in zip(data, columns, strict=True)
            ]
        run = self._part.programs.get((key, columns))
        if run is None:
            with without_garbage_collection():
                program = passed(make(), COMMON)
                if columns is not None:
                    run = COLUMNS(program, columns)
                else:
                    run = (FLOATS if program.is_of_numbers else ARRAYS)(program)
            self._part.programs[key, columns] = run
        try:
            return run(*data)
        except ShapeChangedError:
            raise ShapeError(
                f"{self.name}: a mask lets another number of elements through than when it was recorded; call the "
                "compiled function again"
            ) from None

    def _forward(self) -> Any:
        return program_of(self._part.recording)

    def _gradient(self, slots: Sequence[int]) -> Any:
        (output,) = self._part.recording.outputs
        wanted = [self._part.leaves[slot] for slot in slots]
        upstream = output._constant(numpy.ones_like(output._data))
        upstream.label = "upstream"
        with self._part.recording.gradients_recorded():
            reached = sweep(output, upstream, create_graph=True, wanted=frozenset(wanted))
        gradients = [reached[node] if node in reached else zeros(node) for node in wanted]
        program, operand_of = translated(self._part.recording, [upstream], gradients)
        del program.outputs[:1]
        program.n_values, program.gradient_of = 0, [operand_of(node) for node in wanted]
        return program

    def __reduce__(self) -> NoReturn:
        raise DataTypeError(
            f"{self.name}: the graph of what a compiled function gave cannot be pickled; pickle .detach() of it, or "
            "call the function under no_grad()"
        )


def _no_rule(*operands: Any, **parameters: Any) -> NoReturn:
    raise AssertionError("a compiled function is run by its programs")


_TAKES_TRUTHS = {"where", "logical_not", "logical_and", "logical_or"}


def _in_columns(operation: Operation, operands: list[Any]) -> list[Any]:
    """The operands of an operation on columns: truths of samples count as the numbers 0 and 1, as those of one do."""
    if operation.is_boolean or operation.name in _TAKES_TRUTHS:
        return operands
    return [
        array_functions.astype(one, numpy.float64) if isinstance(one, Tensor) and one.dtype.kind == "b" else one
        for one in operands
    ]
