"""A training step as one program: the value, its gradients, and the parameters moved in place.

How a parameter moves is written in the table's arithmetic as everything else, so that it is simplified and run with
the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy

from ..array_functions import squared_norm
from ..errors import NotRecordedError
from ..garbage_collection import without_garbage_collection
from ..modes import Adjusted
from ..node import Node
from ..ops import least_sum_of_squares
from ..sweep import sweep
from ..tensor import Tensor
from ..value import Value
from .cache import ProgramCache
from .pipeline import ARRAYS, COMMON, passed
from .program import Input, Program
from .record.again import what_went_on
from .record.recording import Recording, only_number, record, translated
from .run.array_machine import ArrayMachine

# move(parameter, gradient, states, numbers) gives the parameter and its states after the step.
Move = Callable[[Any, Any, tuple[Any, ...], tuple[Any, ...]], tuple[Any, tuple[Any, ...]]]


class TrainingStep:
    """Calls of a function of data, after each of which its parameters have moved along their gradients.

    Args:
        function: gives the number to descend on, or a tuple that begins with it; reads parameters from outside (a
            module's), those that are frozen as well: each call has their numbers as they are then.
        move: how a parameter moves, on nodes: `lambda w, g, states, numbers: (w - numbers[0] * g, ())`.
        states: for each parameter arrays that `move` keeps between steps (momentum); written in place.
        parameters: which are moved; by default all that require gradients.
        told: is told, in words, what of the function a program cannot follow, by the second call of a kind; None: it is
            known to follow, and nobody asks.
        guarded: move nothing, and raise OutOfRangeError, where the number or a gradient's norm is not finite, or the
            squares of all gradients together underflow; calls give a pair: what the function returned, and the square
            of each gradient's norm.

    >>> from autograd import Tensor
    >>> w = Tensor([1.0, 2.0])
    >>> step = TrainingStep(lambda x: (w * x).sum(), lambda w, g, states, numbers: (w - numbers[0] * g, ()))
    >>> float(step(numpy.array([1.0, 10.0]), numbers=(0.1,))), w.data
    (21.0, array([0.9, 1. ]))
    """

    def __init__(
        self,
        function: Callable[..., Any],
        move: Move,
        states: dict[Node, tuple[Any, ...]] | None = None,
        *,
        parameters: Sequence[Node] | None = None,
        guarded: bool = False,
        told: Callable[[list[str]], None] | None = None,
    ) -> None:
        self._function, self._move = function, move
        self._states = states or {}
        self._parameters, self._guarded, self.told = parameters, guarded, told
        self._cache: ProgramCache[tuple[ArrayMachine, Recording, list[Node], list[Node]]] = ProgramCache()

    def __call__(self, *arguments: Any, numbers: Sequence[float] = ()) -> Any:
        """The function's value before the step. `numbers` are what may differ from step to step (a rate)."""
        key, leaves, objects = self._cache.key(arguments, {})
        machine, recording, moved, read = self._entry(key, objects, arguments, len(numbers))
        states = [array for parameter in moved for array in self._states.get(parameter, ())]
        outputs = machine(*leaves, *[parameter._data for parameter in read], *states, *numbers)
        for parameter in moved:  # what was recorded before this step must see that its data is another
            parameter._data = parameter._data.view()
        if self._guarded:
            count = len(outputs) - len(moved)
            return recording.rebuild(outputs[:count]), outputs[count:]
        return recording.rebuild(outputs)

    def prepare(self, *arguments: Any, count: int = 0) -> Recording:
        """Record the step for arguments like these and so many numbers, and run nothing."""
        key, _, objects = self._cache.key(arguments, {})
        return self._entry(key, objects, arguments, count)[1]

    def _entry(
        self, key: Hashable, objects: list[Any], arguments: tuple[Any, ...], count: int
    ) -> tuple[ArrayMachine, Recording, list[Node], list[Node]]:
        entries = self._cache.entries.get((key, count))
        if entries:
            is_current = entries[0][1].is_current
            if (is_current is None or is_current()) and (
                self.told is None or entries[0][1].is_confirmed or self._confirm(entries[0][1], arguments)
            ):
                return entries[0]
            entries.clear()
        with without_garbage_collection():
            recording = record(self._function, arguments, {})
            recording.is_confirmed = bool(recording.numbers_from_nowhere or recording.looks)  # told of by who asks
            moved = recording.parameters if self._parameters is None else list(self._parameters)
            unread = set(moved).difference(recording.parameters)
            if unread:
                raise NotRecordedError(f"{recording.function_name} does not depend on {unread.pop()!r:.80}")
            frozen = [leaf for leaf, was_frozen in recording.frozen if was_frozen]  # no parameter that is moved
            machine = ARRAYS(passed(self._program(recording, moved, frozen, count), COMMON))
        entry = machine, recording, moved, [*recording.parameters, *frozen]
        self._cache.add_entry(key, count, entry, objects)
        return entry

    def _confirm(self, recording: Recording, arguments: tuple[Any, ...]) -> bool:
        """Whether the function does the same in a second run. Where it does not, that is told of, once."""
        with without_garbage_collection():
            again = record(self._function, arguments, {}, earlier=recording)
        went_on = what_went_on(recording, again)
        if went_on and not recording.was_disturbed(again):
            assert self.told is not None
            told, self.told = self.told, None
            told(went_on)
        recording.confirm(again)
        return not went_on

    def _program(self, recording: Recording, parameters: list[Node], frozen: list[Node], count: int) -> Program:
        output = recording.outputs[0] if len(recording.outputs) > 1 else only_number(recording)
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
        norms: list[Any] = []
        with Adjusted(tracing=True, recording=False):  # nobody differentiates these nodes again
            reached = sweep(output, create_graph=True, wanted=frozenset(parameters))
            for parameter in parameters:
                gradient = reached.get(parameter)
                if gradient is None:
                    gradient = Tensor(numpy.zeros_like(parameter._data), requires_grad=False)
                if self._guarded:
                    norms.append(squared_norm(gradient))
                now, its_states = self._move(parameter, gradient, tuple(states[parameter]), tuple(numbers))
                moved += [now, *its_states]
                targets += [parameter, *states[parameter]]
        given = [*frozen, *[state for its in states.values() for state in its], *numbers]
        program, operand_of = translated(recording, given, [*moved, *norms])
        n_values = program.n_values
        program.updates = [
            (target, moved_to)
            for target, moved_to in zip(
                map(operand_of, targets), program.outputs[n_values : n_values + len(targets)], strict=True
            )
            if isinstance(target, Input) and target is not moved_to
        ]
        squared_norms = program.outputs[n_values + len(targets) :]
        program.outputs = [*program.outputs[:n_values], *squared_norms]
        program.n_values = len(program.outputs)
        if self._guarded:
            program.guards = [program.outputs[0], *squared_norms]
            program.least = max(map(least_sum_of_squares, {parameter._data.dtype for parameter in parameters}))
        return program
