"""A training step as one program: the value, its gradients, and the parameters moved in place.

How a parameter moves is written in the table's arithmetic as everything else, so that it is simplified and run with
the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy

from ..backward import sweep
from ..errors import NotRecordedError
from ..modes import Adjusted
from ..node import Node
from ..tensor import Tensor
from ..value import Value
from .arrays import ArrayMachine
from .collection import without_garbage_collection
from .program import Input, Program
from .recording import Recording, only_number, record, translated
from .rewrites import simplified
from .signature import signature

# move(parameter, gradient, states, numbers) gives the parameter and its states after the step.
Move = Callable[[Any, Any, tuple[Any, ...], tuple[Any, ...]], tuple[Any, tuple[Any, ...]]]


class TrainingStep:
    """Calls of a function of data, after each of which its parameters have moved along their gradients.

    Args:
        function: gives the number to descend on; reads parameters from outside (a module's).
        move: how a parameter moves, on nodes: `lambda w, g, states, numbers: (w - numbers[0] * g, ())`.
        states: for each parameter arrays that `move` keeps between steps (momentum); written in place.

    >>> from autograd import Tensor
    >>> w = Tensor([1.0, 2.0])
    >>> step = TrainingStep(lambda x: (w * x).sum(), lambda w, g, states, numbers: (w - numbers[0] * g, ()))
    >>> float(step(numpy.array([1.0, 10.0]), numbers=(0.1,))), w.data
    (21.0, array([0.9, 1. ]))
    """

    def __init__(
        self, function: Callable[..., Any], move: Move, states: dict[Node, tuple[Any, ...]] | None = None
    ) -> None:
        self._function, self._move = function, move
        self._states = states or {}
        self._machines: dict[Hashable, tuple[ArrayMachine, list[Node]]] = {}
        self._kept: list[Any] = []

    def __call__(self, *arguments: Any, numbers: Sequence[float] = ()) -> Any:
        """The function's value before the step. `numbers` are what may differ from step to step (a rate)."""
        key, leaves, kept = signature(arguments, {})
        found = self._machines.get((key, len(numbers)))
        if found is None:
            self._kept += kept
            with without_garbage_collection():
                found = self._machines[key, len(numbers)] = self._made(arguments, len(numbers))
        machine, parameters = found
        states = [array for parameter in parameters for array in self._states.get(parameter, ())]
        (value,) = machine(*leaves, *[parameter._data for parameter in parameters], *states, *numbers)
        for parameter in parameters:  # what was recorded before this step must see that its data is another
            parameter._data = parameter._data.view()
        return value

    def _made(self, arguments: tuple[Any, ...], count: int) -> tuple[ArrayMachine, list[Node]]:
        recording = record(self._function, arguments, {})
        return ArrayMachine(simplified(self._program(recording, count))), recording.parameters

    def _program(self, recording: Recording, count: int) -> Program:
        output = only_number(recording)
        parameters = recording.parameters
        if not parameters or not output.requires_grad:
            raise NotRecordedError(f"{recording.function_name} depends on no leaf that requires gradients")
        if not all(isinstance(parameter, Tensor) for parameter in parameters):
            raise NotRecordedError(f"{recording.function_name}: only parameters that are Tensors are moved in place")
        states = {
            parameter: [Tensor(array, requires_grad=False, copy=False) for array in self._states.get(parameter, ())]
            for parameter in parameters
        }
        numbers = [Value(0.5, label=f"number_{index}") for index in range(count)]
        moved: list[Any] = []
        targets: list[Node] = []
        with Adjusted(tracing=True, recording=True):
            reached = sweep(output, create_graph=True, wanted=frozenset(parameters))
            for parameter in parameters:
                gradient = reached.get(parameter)
                if gradient is None:
                    gradient = Tensor(numpy.zeros_like(parameter._data), requires_grad=False)
                now, its_states = self._move(parameter, gradient, tuple(states[parameter]), tuple(numbers))
                moved += [now, *its_states]
                targets += [parameter, *states[parameter]]
        given = [*[state for its in states.values() for state in its], *numbers]
        program, operand_of = translated(recording, given, moved)
        program.updates = [
            (target, moved_to)
            for target, moved_to in zip(map(operand_of, targets), program.outputs[program.n_values :], strict=True)
            if isinstance(target, Input) and target is not moved_to
        ]
        program.outputs = program.outputs[: program.n_values]
        return program
