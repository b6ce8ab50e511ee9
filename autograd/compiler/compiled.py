"""A compiled function: finds the program of a call, records it where there is none, runs it."""

from __future__ import annotations

import functools
import operator
import os
import warnings
import weakref
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy

from .. import modes, views
from ..arguments import NoSuchAttribute, check_function, counted, flag, positions_of
from ..calling_line import calls_between
from ..errors import (
    ArgumentError,
    CapturedConstantWarning,
    DataTypeError,
    NotRecordedError,
    ProgramMismatchError,
    ShapeError,
)
from ..files import write_whole
from ..garbage_collection import without_garbage_collection
from ..modes import current_mode
from ..node import Node
from ..once import once
from ..structure import flatten
from ..sweep import commit, sweep
from ..tensor import Tensor
from ..value import Value
from .cache import ProgramCache
from .pipeline import ARRAYS, COLUMNS, COMMON, FLOATS, passed, target_named
from .program import Program
from .record.again import differences, what_went_on
from .record.anomalies import find_anomaly
from .record.captured import CapturedConstant, captured
from .record.integers import Integers, exactness
from .record.recording import (
    Recording,
    listed,
    name_of,
    program_of,
    record,
    run_eagerly,
)
from .record.signature import (
    Key,
    Numbers,
    is_given,
    places_of_numbers,
    signature,
    stand_in,
    stand_in_of_array,
    stand_in_of_sample,
    with_answers,
    with_columns,
    with_numbers,
)
from .recorded_call import CompiledOperation
from .run.array_machine import ShapeChangedError
from .write.module import module_path, module_text

if TYPE_CHECKING:
    from .jax_function import JaxFunction

# Programs kept for one structure of arguments: boolean indices give other shapes for other data, and each set of
# shapes needs a program of its own.
_MOST_VARIANTS = 16
# Recordings because something outside was another, before it is told of.
_MOST_CHANGES = 8


class CompiledProgram:
    """A program recorded for calls of one structure; what it computes: the value, or the value and gradients.

    Attributes:
        program: the instructions, as plain data.
        recording: the run that it was made of.
    """

    def __init__(self, recording: Recording, wanted: Sequence[Node], columns: tuple[bool, ...] | None = None) -> None:
        self.recording = recording
        self._wanted, self._columns = list(wanted), columns
        with without_garbage_collection():
            self.program: Program = passed(program_of(recording, wanted), COMMON)
        if wanted and recording.outside is not None:
            recording.outside.settle_for_gradients()
        self.has_gradients: bool = bool(wanted)

    @once
    def run(self) -> Callable[..., tuple[Any, ...]]:
        """A function of the numbers and arrays of a call: values, then gradients."""
        machine: Callable[..., tuple[Any, ...]]
        with without_garbage_collection():
            if self._columns is not None:
                machine = COLUMNS(self.program, self._columns)
            else:
                machine = (FLOATS if self.program.is_of_numbers else ARRAYS)(self.program)
        parameters = self.recording.parameters
        if not parameters:
            return machine
        return lambda *leaves: machine(*leaves, *[parameter._data for parameter in parameters])

    def to(self, target: str) -> Any:
        """What a target makes of it, by the target's name in `pipeline.py`."""
        found = target_named(target)
        with without_garbage_collection():
            return found(passed(program_of(self.recording, self._wanted, keep_events=found.keeps_events), COMMON))

    @property
    def source(self) -> str:
        """The program for people: a function that needs NumPy alone."""
        return self.to("numpy")  # type: ignore[no-any-return]  # a text

    @property
    def javascript(self) -> str:
        """The same as a function in JavaScript, for programs of single numbers."""
        return self.to("javascript")  # type: ignore[no-any-return]  # a text

    @property
    def trace(self) -> Any:
        """The recorded graph as plain data, which pictures and steps are made from."""
        return views.find("trace")(self.recording.outputs[0])

    def __repr__(self) -> str:
        inputs = ", ".join(
            one.name if one.is_number else f"{one.name} {one.shape} {one.dtype}" for one in self.program.inputs
        )
        what = "value and gradients" if self.has_gradients else "value"
        return f"<program: {what} of {self.program.name}({inputs}), {len(self.program.instructions)} operations>"


@dataclass(eq=False)
class _Entry:
    """A program, and the function that turns its outputs into what a call answers."""

    program: CompiledProgram
    finish: Callable[[Any], Any]
    with_gradients: list[CompiledProgram] = field(default_factory=list)  # made when `source` asks for it
    operations: list[CompiledOperation] = field(default_factory=list)  # of its outputs, made for the first graph
    # Whether what it was recorded with from outside is as it was: never, until it is confirmed.
    is_current: Callable[[], bool] | None = lambda: False
    is_confirmed: bool = False  # whether it was asked for again, and its recording's second run did the same
    # What of a call's leaves the program is given; None where it does not do for them.
    given: Callable[[list[Any]], list[Any] | None] | None = None

    def was_current(self) -> bool:
        is_current = self.program.recording.is_current
        return is_current is None or is_current()

    def confirm(self) -> None:
        self.is_current, self.is_confirmed = self.program.recording.is_current, True


class Compiled:
    """What `compile` returns: the function, recorded once for each structure of its arguments."""

    def __init__(self, function: Callable[..., Any], columns: bool = False) -> None:
        check_function("compile", "a function is compiled", function, "; give the function itself: compile(f)(x)")
        self._function, self._columns = function, flag("compile: columns", columns)
        self._stand_in = stand_in_of_sample if columns else stand_in
        functools.update_wrapper(self, function, updated=())
        self.__name__: str = name_of(function)
        self.clear()

    def clear(self) -> None:
        """Forget every program: the next call records anew."""
        self._cache: ProgramCache[_Entry] = ProgramCache(self._columns)
        self._constants: list[CapturedConstant] = []
        self._told: set[str] = set()  # what was warned of
        self._changes = 0  # how often something from outside was another
        self._integers = Integers(self._function, self._stand_in)
        self._has_integers = False
        self._choices: dict[Any, tuple[Any, dict[Any, Numbers] | None]] = {}

    if not TYPE_CHECKING:  # what a class has not, its subclasses may have
        grad = NoSuchAttribute("write f.value_and_grad(x)[1]")
        gradient = NoSuchAttribute("write f.value_and_grad(x)[1]")

    # --- calls ---

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """The function's value, in the nesting that the function returned: nodes where an argument or a parameter
        requires gradients, and plain numbers and arrays elsewhere and under `no_grad`.

        Such a node is one operation; gradients come back through it by a program, and derivatives of them through what
        was recorded. In a function that is being recorded itself it is that function's own code.
        """
        mode = current_mode()
        if mode.looked_at is not None:  # a function is just being recorded
            return self._function(*arguments, **keywords)
        if mode.detecting_anomaly:
            return self._after_a_search(False, self, arguments, keywords)

        def make(key: Key, arguments: tuple[Any, ...], keywords: dict[str, Any], by: Any) -> _Entry:
            recording = self._recording(key, arguments, keywords)
            return _Entry(
                self._compiled(key, recording, ()), recording.rebuild if self._columns else recording.returned
            )

        entry, found, leaves, objects = self._run(None, self._integers.numbers, make, arguments, keywords)
        if mode.recording and (objects or entry.program.recording.parameters):
            return entry.finish(self._as_nodes(entry, found, leaves, objects))
        return entry.finish(found)

    def value_and_grad(self, *arguments: Any, argnums: int | Sequence[int] = 0, **keywords: Any) -> tuple[Any, Any]:
        """The value, and the gradient by the argument `argnums` (several give a tuple) in its nesting.

        A Module's gradient is a dict: by the path of each parameter.
        """
        if modes.open_blocks:
            self._tell_the_outer(arguments, keywords)
            if modes.current_mode().detecting_anomaly:
                call = functools.partial(self.value_and_grad, argnums=argnums)
                return self._after_a_search(True, call, arguments, keywords)  # type: ignore[no-any-return]  # what it gives itself
        try:
            chosen, numbers = self._choices[argnums]
        except (KeyError, TypeError):
            chosen, numbers = self._choice(argnums, len(arguments))

        # A method, not a function made here: that would cost a call of a small program a thirtieth.
        entry, found, _, _ = self._run(chosen, numbers, self._with_gradients, arguments, keywords, chosen)
        return entry.finish(found)  # type: ignore[no-any-return]  # value and gradient

    def _with_gradients(self, key: Key, arguments: tuple[Any, ...], keywords: dict[str, Any], chosen: Any) -> _Entry:
        positions = positions_of("value_and_grad", self.__name__, chosen, len(arguments))
        floats = self._in_floats(arguments, positions)
        recording = self._recording(self._cache.key(floats, keywords)[0], floats, keywords, by_numbers=True)
        wanted, finish = self._gradients_of(recording, floats, positions, chosen)
        program = self._compiled(key, recording, wanted)
        if not self._columns and any(floats[n] is not argument for n, argument in enumerate(arguments)):
            program.run = _converting(program.run, [node._data for node in recording.inputs])
        return _Entry(program, finish)

    def backward(self, *arguments: Any, **keywords: Any) -> Any:
        """The value; and as `loss.backward()` does, add its gradients to the `.grad` of the leaves: parameters
        of the function, and nodes among the arguments that require gradients."""
        if modes.open_blocks:
            self._tell_the_outer(arguments, keywords)
            if modes.current_mode().detecting_anomaly:
                return self._after_a_search(True, self.backward, arguments, keywords)
        numbers = self._integers.numbers
        objects = signature(arguments, keywords, self._cache.array_key, numbers)[2]
        nodes = {
            number: node
            for number, node in [one for one in objects if type(one) is tuple]
            if node.requires_grad and node.op is None
        }

        def make(key: Key, arguments: tuple[Any, ...], keywords: dict[str, Any], by: Any) -> _Entry:
            recording = self._recording(key, arguments, keywords)
            wanted = [*recording.parameters, *[recording.inputs[number] for number in nodes]]
            if not wanted:
                raise NotRecordedError(f"compile: {self.__name__} depends on no leaf that requires gradients")
            return _Entry(self._compiled(key, recording, wanted), lambda found: found)

        entry, (value, *gradients), _, _ = self._run(("backward", *nodes), numbers, make, arguments, keywords)
        commit(zip([*entry.program.recording.parameters, *nodes.values()], gradients, strict=True))
        return value

    def check(self, *arguments: Any, tolerance: float | None = None, **keywords: Any) -> None:
        """Run the program and the function itself, eagerly, and compare values and gradients.

        The function is called as a person calls it who differentiates by every float and array of floats; all else
        (integers, labels, modules) is given as it is.

        Raises ProgramMismatchError where they differ by more than rounding: Python's `if` and loops looked at
        data, and the program keeps the branch that was recorded.
        """
        if self._columns:
            raise ArgumentError("check: give one sample to the function compiled without columns=True")

        def make(key: Key, arguments: tuple[Any, ...], keywords: dict[str, Any], by: Any) -> _Entry:
            return self._everything(key, self._recording(key, arguments, keywords))

        entry, found, _, _ = self._run("everything", self._integers.numbers, make, arguments, keywords)
        program, recording = entry.program, entry.program.recording
        eager = run_eagerly(self._function, arguments, keywords, self._integers.numbers)
        n_values = len(recording.outputs)
        if len(eager.outputs) != n_values:
            raise ProgramMismatchError(
                f"compile: {self.__name__} gave {counted(len(eager.outputs), 'output')}, and {n_values} when it was "
                "recorded: Python's `if` or a loop looks at data; choose with where(…), or clear() and record anew"
            )
        expected = [
            (path or "the value", node._data, ours)
            for path, node, ours in zip(eager.output_paths, eager.outputs, found, strict=False)
        ]
        if program.has_gradients:
            output = eager.outputs[0]
            wanted = self._all_wanted(recording)
            inputs = dict(zip(recording.inputs, eager.inputs, strict=True))
            nodes = [inputs.get(node, node) for node in wanted]
            sought = frozenset(node for node in nodes if node is not None)
            reached = sweep(output, wanted=sought) if output.requires_grad else {}
            for node, of, ours in zip(nodes, wanted, found[n_values:], strict=True):
                if node is not None:
                    what = f"the gradient of {recording.label(of) or 'a parameter'}"
                    expected.append((what, reached.get(node, numpy.zeros_like(node._data)), ours))

        def why() -> str:
            given = with_numbers(arguments, keywords, self._integers.numbers)
            again = record(self._function, *given, self._stand_in)
            outside = listed(differences(recording.outputs, again.outputs))
            return outside and f"; {outside}: pass it as an argument"

        for what, number, ours in expected:
            _compare(f"{self.__name__}: {what}", ours, number, tolerance, why)

    # --- what was recorded ---

    @property
    def programs(self) -> list[CompiledProgram]:
        """Every program so far."""
        return [entry.program for entries in list(self._cache.entries.values()) for entry in entries]

    @property
    def constants(self) -> list[CapturedConstant]:
        """What programs keep from outside their arguments, as it was when they were recorded."""
        return list(self._constants)

    @property
    def source(self) -> str:
        """The program of the last call for people: forward, and backward if its output is a single number."""
        return self._shown().source

    @property
    def javascript(self) -> str:
        """The program of the last call in JavaScript, for programs of single numbers."""
        return self._shown().javascript

    def to(self, target: str) -> Any:
        """The program of the last call for a target: "numpy", "javascript", or one that was registered."""
        return self._shown().to(target)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the program of the last call (`source`) as a module of Python that needs NumPy alone, and no glassgrad;
        it says how it was made, and in which order it takes arguments, parameters and large constants.

        Raises:
            NotRecordedError: there was no call yet.
            ArgumentError: a name that does not end in .py or that no module can have, or a file that cannot be written;
                nothing is left half-written.
        """
        target, shown = module_path(path), self._shown()
        recording = shown.recording
        text = module_text(shown.source, target.name, self.__name__, len(recording.inputs), len(recording.parameters))
        try:
            write_whole(target, text.encode())
        except OSError as error:
            raise ArgumentError(f"save: {target} cannot be written: {error.strerror or error}") from None
        return target

    def to_jax(self) -> JaxFunction:
        """The function of the last call as a pure function of JAX's, of the same nested arguments, for `jit`, `vmap`,
        `grad`, `scan` and the rest; what it gives is text to read in its `source`. Derivatives are this engine's, in
        ties, at kinks and at infinity too.

        It is for the shapes of that call and for its integers, truths, text and objects; parameters are as they are
        now (`with_parameters` takes others). JAX computes in float32 unless `jax_enable_x64` is set. Matrices that are
        singular or not positive definite give nan or infinities there, and indices beyond an array's end its last
        elements, where ours are refused.

        Raises:
            NotRecordedError: there was no call yet.
            ArgumentError: something has no counterpart in JAX, and what: a mask that lets another number of elements
                through at each call, an operation of one's own.
            MissingPackageError: JAX is not installed.
        """
        if self._columns:
            raise ArgumentError("to_jax: give the function compiled without columns=True, and jax.vmap what it gives")
        from .jax_function import JaxFunction

        return JaxFunction(self._shown().recording)

    @property
    def trace(self) -> Any:
        """The recorded graph of the last call as the views read it (`viz.trace`)."""
        return self._shown().trace

    def __repr__(self) -> str:
        return f"<compiled {self.__name__}: {len(self.programs)} programs>"

    # --- helpers ---

    def _run(
        self,
        chosen: Hashable,
        numbers: dict[Any, Numbers] | None,
        make: Callable[[Key, tuple[Any, ...], dict[str, Any], Any], _Entry],
        arguments: tuple[Any, ...],
        keywords: dict[str, Any],
        by: Any = None,
    ) -> tuple[_Entry, tuple[Any, ...], list[Any], list[Any]]:
        """The program for this call, recorded first where there is none, or none for these shapes; what it gives; and
        the leaves and objects of the call, as `signature` gives them.

        Args:
            chosen: what the program computes besides the value.
            make: records and writes it, of the key, the arguments, the keywords and `by`.
            numbers: which integers are numbers, as `signature` takes it.
            by: the arguments to differentiate by, whose integers are numbers.
        """
        cache = self._cache
        key, leaves, objects = signature(arguments, keywords, cache.array_key, numbers)
        if objects:
            if by is not None and numbers is None and any(isinstance(one, int | numpy.generic) for one in objects):
                self._become()
                return self._run(chosen, self._choice(by, len(arguments))[1], make, arguments, keywords, by)
            cache.recognize(objects)
            has_numbers, of_values = False, by is not None
            for one in objects:
                if type(one) is tuple:
                    of_values = of_values or type(one[1]) is not Tensor
                elif isinstance(one, numpy.generic):
                    has_numbers = True
            if has_numbers:
                key = key, of_values  # beside Values they are floats
        if cache.asks:
            key = with_answers(key, leaves, objects)
        if self._columns:
            key, leaves = with_columns(key, leaves)
        try:
            entries = cache.entries[key, chosen]
        except KeyError:
            entries = []
        for entry in entries:
            if entry.is_current is not None and not entry.is_current():
                if entry.is_confirmed or not entry.was_current():
                    continue
                if not self._confirm(key, entry, arguments, keywords, numbers, by):
                    entries.remove(entry)
                    entries = []
                    break
            given = leaves if entry.given is None else entry.given(leaves)
            if given is None:
                return self._run(chosen, self._kept_whole(arguments, keywords, by), make, arguments, keywords, by)
            try:
                found = entry.program.run(*given)
            except ShapeChangedError:
                continue
            cache.last = key, entry
            return entry, found, given, objects
        if entries:
            self._tell_of_changes(entries[-1])
            cache.recordings.clear()  # a boolean index chose another number of elements: record anew
        elif self._has_new_numbers(arguments, keywords, numbers):
            numbers = self._integers.numbers if by is None else self._choice(by, len(arguments))[1]
            return self._run(chosen, numbers, make, arguments, keywords, by)
        whole = [leaf for leaf, _ in places_of_numbers(arguments, keywords, numbers).values()]
        for _ in range(_MOST_VARIANTS):
            entry = make(key, *with_numbers(arguments, keywords, numbers), by)
            entry.given = _given(entry.program.recording, leaves, whole)
            given = leaves if entry.given is None else entry.given(leaves)
            if given is None:
                return self._run(chosen, self._kept_whole(arguments, keywords, by), make, arguments, keywords, by)
            try:
                found = entry.program.run(*given)
            except ShapeChangedError:  # it was recorded in a call of another kind, or in another thread, for others
                cache.recordings.clear()
                continue
            cache.add_entry(key, chosen, entry, objects, _MOST_VARIANTS)
            cache.last = key, entry
            return entry, found, given, objects
        raise ShapeError(
            f"compile: {self.__name__} chooses another number of elements each time that it is run on the same "
            "arguments; choose by these alone"
        )

    def _tell_of_changes(self, entry: _Entry) -> None:
        """Warn once of what is another at each call, for each of which the function is recorded anew."""
        outside = entry.program.recording.outside
        changes = outside.changes() if outside is not None else []
        self._changes += bool(changes)
        if changes and self._changes == _MOST_CHANGES:
            self._warn(
                f"was recorded anew {_MOST_CHANGES} times, because what it uses from outside was another: "
                f"{listed(changes)}; pass it as an argument, which may change from call to call"
            )

    def _as_nodes(self, entry: _Entry, found: Sequence[Any], leaves: list[Any], objects: list[Any]) -> Sequence[Any]:
        """What a program gave as nodes, if something requires gradients."""
        recording = entry.program.recording
        nodes = [one for one in objects if type(one) is tuple]
        if not nodes and not recording.parameters:
            return found
        of_nodes = any(node._requires_grad for _, node in nodes)
        if not of_nodes and not any(parameter._requires_grad for parameter in recording.parameters):
            return found
        given = list(leaves)
        for place, node in nodes:
            given[place] = node
        if not entry.operations:
            numbers = range(len(recording.outputs))
            entry.operations += [CompiledOperation(recording, number, self._columns) for number in numbers]
        # The caller may write into arrays before the sweep.
        given = [one.copy() if isinstance(one, numpy.ndarray) else one for one in given]
        return [operation.recorded(given, out) for operation, out in zip(entry.operations, found, strict=True)]

    def _choice(self, argnums: Any, count: int) -> tuple[Any, dict[Any, Numbers] | None]:
        """What is differentiated by, as a part of the key; and which integers are numbers then: None as long as there
        were none, for it is the sooner asked."""
        chosen = argnums if type(argnums) in (int, tuple) or not isinstance(argnums, Sequence) else tuple(argnums)
        positions = positions_of("value_and_grad", self.__name__, chosen, count)
        numbers = {**(self._integers.numbers or {}), **dict.fromkeys(positions, True)} if self._has_integers else None
        if chosen is argnums and (chosen in positions or chosen == tuple(positions)):  # not counted from the end
            self._choices[argnums] = chosen, numbers
        return chosen, numbers

    def _become(self) -> None:
        """From now on there are integers among the arguments to differentiate by, or others that are numbers."""
        self._has_integers = True
        self._choices = {}

    def _kept_whole(self, arguments: tuple[Any, ...], keywords: dict[str, Any], by: Any) -> dict[Any, Numbers] | None:
        """Which integers are numbers, after those of this call are none, as floats would not do for them."""
        given_up = self._integers.keep(arguments, keywords)
        for sentence in self._integers.told([], given_up, len(arguments)):
            self._warn(sentence)
        self._become()
        return self._integers.numbers if by is None else self._choice(by, len(arguments))[1]

    def _has_new_numbers(
        self, arguments: tuple[Any, ...], keywords: dict[str, Any], numbers: dict[Any, Numbers] | None
    ) -> bool:
        """Whether integers of this call are numbers from now on, because there were many others in their places."""
        become, stay = self._integers.note(arguments, keywords, numbers)
        for sentence in self._integers.told(become, stay, len(arguments)):
            self._warn(sentence)
        self._integers.settle(become, stay)
        if become:
            self._become()
        return bool(become)

    def _recording(
        self, key: Hashable, arguments: tuple[Any, ...], keywords: dict[str, Any], *, by_numbers: bool = False
    ) -> Recording:
        recording = self._cache.recordings.get(key)
        if recording is None or (recording.is_current is not None and not recording.is_current()):
            recording = self._recorded(arguments, keywords, by_numbers)
            # Last: where a warning is an error, the next call records and warns again.
            self._cache.add_recording(key, recording, self._cache.key(arguments, keywords)[2])
        return recording

    def _confirm(
        self,
        key: Key,
        entry: _Entry,
        arguments: tuple[Any, ...],
        keywords: dict[str, Any],
        numbers: dict[Any, Numbers] | None,
        by: Any,
    ) -> bool:
        """Run the function a second time, when a program is first asked for again: whether it does the same. Where it
        does not, that is told of, and the second run takes the first one's place."""
        recording = entry.program.recording
        if not recording.is_confirmed:
            given, named = with_numbers(arguments, keywords, numbers)
            if by is not None:
                given = self._in_floats(given, positions_of("value_and_grad", self.__name__, by, len(given)))
                key = self._cache.key(given, named)[0]
            again = self._recorded(given, named, by is not None, recording)
            went_on = what_went_on(recording, again)
            if went_on:
                # Where somebody else changed something while it ran first, the second run has it as it is.
                if not recording.was_disturbed(again):
                    self._tell(
                        went_on,
                        "does something else when it is run again, by {}: the program keeps what the last run did. "
                        "Pass what changes as an argument",
                    )
                    again.is_confirmed = True
                self._cache.add_recording(key, again, self._cache.key(given, named)[2])
                return False
            recording.confirm(again)
        entry.confirm()
        return True

    @staticmethod
    def _in_floats(arguments: tuple[Any, ...], positions: list[int]) -> tuple[Any, ...]:
        return tuple(_as_floats(one) if n in positions else one for n, one in enumerate(arguments))

    def _recorded(
        self,
        arguments: tuple[Any, ...],
        keywords: dict[str, Any],
        by_numbers: bool,
        earlier: Recording | None = None,
    ) -> Recording:
        """A run of the function, and what there is to say of it."""
        with without_garbage_collection():
            recording = record(self._function, arguments, keywords, self._stand_in, earlier)
            if not self._columns and _need_their_dtype(recording, flatten([arguments, keywords])[0], by_numbers):
                recording = record(self._function, arguments, keywords, stand_in_of_array, earlier)
        news = [one for one in captured(recording, self._function) if str(one) not in self._told]
        self._tell(
            [str(one) for one in news],
            "uses {}: no argument and no parameter, so the program keeps it as it was when it was recorded. "
            "Pass it as an argument if it changes",
        )
        self._constants += news
        self._tell(
            recording.numbers_from_nowhere,
            "uses {}: the program keeps those of the run that was recorded. Pass them as arguments",
        )
        self._tell(
            recording.side_effects,
            "changes {}: no call of the program does so again. Return it instead",
        )
        self._tell(
            recording.looks,
            "looks at {}: what comes of it stays as it was when it was recorded. Choose with where(…), compute "
            "with the node itself; check(…) compares with an eager run",
        )
        self._cache.asks |= recording.asks
        recording.is_confirmed = bool(recording.numbers_from_nowhere or recording.looks)
        return recording

    def _tell(self, found: list[str], sentence: str) -> None:
        """Warn of what has not been told of yet."""
        news = [what for what in found if what not in self._told]
        if news:
            self._warn(sentence.format(listed(news)))
        self._told.update(news)

    def _warn(self, sentence: str) -> None:
        """Warn in the name of the line that called."""
        warnings.warn(f"compile: {self.__name__} {sentence}", CapturedConstantWarning, stacklevel=calls_between() + 1)

    def _tell_the_outer(self, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> None:
        """What a program gives are plain numbers: to a function that is being recorded, looks at those it is given,
        and at the parameters."""
        if modes.current_mode().looked_at is None:  # no function is being recorded
            return
        for leaf in flatten((*arguments, *keywords.values()))[0]:
            for node in [one for _, one in leaf.named_parameters()] if hasattr(leaf, "named_parameters") else [leaf]:
                if isinstance(node, Node):
                    modes.note_look(node)

    def _after_a_search(
        self, with_gradients: bool, call: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> Any:
        """What a call gives inside `detect_anomaly()`, where the function itself raises AnomalyError first."""
        given = with_numbers(arguments, keywords, self._integers.numbers)
        find_anomaly(self._function, *given, with_gradients=with_gradients, columns=self._columns)
        with modes.Adjusted(detecting_anomaly=False, keeping_sources=False):
            return call(*arguments, **keywords)

    def _compiled(self, key: Hashable, recording: Recording, wanted: Sequence[Node]) -> CompiledProgram:
        return CompiledProgram(recording, wanted, key[1] if self._columns else None)  # type: ignore[index]  # a pair, of with_columns

    def _gradients_of(
        self, recording: Recording, arguments: tuple[Any, ...], positions: list[int], chosen: Any
    ) -> tuple[list[Node], Callable[[tuple[Any, ...]], Any]]:
        """The nodes to differentiate by, and what makes the answer of a program's outputs."""
        leaves, paths, rebuild = flatten(tuple(arguments[position] for position in positions))
        by_place = dict(zip(recording.places, recording.inputs, strict=True))
        wanted: list[Node] = []
        places: list[Any] = []  # for each leaf: its gradient's index, or {path: index}, or [the leaf itself]
        for leaf, path in zip(leaves, paths, strict=True):
            argument, _, rest = path[1:].partition("]")
            if hasattr(leaf, "named_parameters"):
                parameters = {name: one for name, one in leaf.named_parameters() if one.requires_grad}
                places.append({name: len(wanted) + index for index, name in enumerate(parameters)})
                wanted += parameters.values()
            elif is_given(leaf):
                node = by_place[positions[int(argument)], rest]
                if not node.requires_grad:
                    kind = node._data.dtype
                    raise DataTypeError(f"value_and_grad: {node.label} is of {kind}, and only floats have gradients")
                places.append(len(wanted))
                wanted.append(node)
            else:
                places.append([_weakly(leaf)])
        if not wanted:
            raise DataTypeError(f"value_and_grad: there is no number or array in argument {chosen!r}")
        several = isinstance(chosen, tuple)
        if not several and paths == ["[0]"] and places == [0]:  # one number or array: no nesting to build
            return wanted, lambda found: (found[0], found[1])

        def finish(found: tuple[Any, ...]) -> Any:
            value, *gradients = found
            built = rebuild([_placed(place, gradients) for place in places])
            return value, built if several else built[0]

        return wanted, finish

    def _all_wanted(self, recording: Recording) -> list[Node]:
        return [*[node for node in recording.inputs if node.requires_grad], *recording.parameters]

    def _everything(self, key: Hashable, recording: Recording) -> _Entry:
        """The value, and if it is a single number all its gradients."""
        is_number = recording.output_paths == [""] and numpy.size(recording.outputs[0]._data) == 1
        wanted = self._all_wanted(recording) if is_number else ()
        return _Entry(self._compiled(key, recording, wanted), lambda found: found)

    def _shown(self) -> CompiledProgram:
        if self._cache.last is None:
            raise NotRecordedError(f"compile: {self.__name__} is recorded when it is called: call it first")
        key, entry = self._cache.last
        if entry.program.has_gradients:
            return entry.program
        if not entry.with_gradients:
            entry.with_gradients.append(self._everything(key, entry.program.recording).program)
        return entry.with_gradients[0]


def _converting(run: Callable[..., Any], like: list[Any]) -> Callable[..., Any]:
    kinds = [getattr(data, "dtype", None) for data in like]
    return lambda *leaves: run(
        *[leaf if kind is None else leaf.astype(kind, copy=False) for leaf, kind in zip(leaves, kinds, strict=True)]
    )


def _weakly(leaf: Any) -> Callable[[], Any]:
    """What gives a leaf back that is no number: an object that lives as long as its programs, if its class allows."""
    try:
        return weakref.ref(leaf)
    except TypeError:
        return lambda: leaf


def _placed(place: Any, gradients: list[Any]) -> Any:
    if isinstance(place, dict):
        return {name: gradients[index] for name, index in place.items()}
    return place[0]() if isinstance(place, list) else gradients[place]


def _given(
    recording: Recording, leaves: list[Any], whole: Sequence[int]
) -> Callable[[list[Any]], list[Any] | None] | None:
    """What makes of a call's leaves, some of them integers, what the program is given; None where they are that."""
    of_numpy = [place for place, leaf in enumerate(leaves) if isinstance(leaf, numpy.generic)]
    is_exact = exactness(recording, whole) if whole else None
    if not of_numpy and is_exact is None and not recording.checks:
        return None
    kinds: list[tuple[int, Callable[[Any], Any]]] = [
        (place, float if isinstance(recording.inputs[place], Value) else numpy.asarray) for place in of_numpy
    ]

    def given(leaves: list[Any]) -> list[Any] | None:
        if is_exact is not None and not is_exact(leaves):
            return None
        leaves = list(leaves)
        for place, kind in kinds:
            leaves[place] = kind(leaves[place])
        for place, check in recording.checks:
            check(leaves[place])
        return leaves

    return given


def _need_their_dtype(recording: Recording, leaves: list[Any], by_numbers: bool) -> bool:
    """Whether numbers of NumPy's among the arguments, which were recorded as floats, are to compute in their own dtype:
    beside arrays; and, but for float64, where there are no Values either."""
    kinds = {type(leaf) for leaf in leaves if isinstance(leaf, numpy.floating | numpy.integer)}
    if not kinds:
        return False
    if recording.has_arrays:
        return True
    of_values = by_numbers or bool(recording.parameters) or any(isinstance(leaf, Value) for leaf in leaves)
    return kinds != {numpy.float64} and not of_values


def _as_floats(argument: Any) -> Any:
    """The argument with float64 in place of integer arrays, and floats of NumPy's numbers; itself if it has none."""
    leaves, _, rebuild = flatten(argument)
    floats = list(map(_as_float, leaves))
    return rebuild(floats) if any(map(operator.is_not, floats, leaves)) else argument


def _as_float(leaf: Any) -> Any:
    if isinstance(leaf, numpy.ndarray) and leaf.dtype.kind in "iu":
        return leaf.astype(numpy.float64)
    return float(leaf) if isinstance(leaf, numpy.generic) and leaf.dtype.kind in "biuf" else leaf


def _compare(what: str, ours: Any, eager: Any, tolerance: float | None, why: Callable[[], str]) -> None:
    ours, eager = numpy.asarray(ours), numpy.asarray(eager)
    if tolerance is None:
        tolerance = 1e-4 if numpy.float32 in (ours.dtype, eager.dtype) else 1e-9
    scale = numpy.max(numpy.abs(eager[numpy.isfinite(eager)]), initial=1e-300) if eager.dtype.kind == "f" else 0
    if ours.shape != eager.shape or not numpy.allclose(
        ours, eager, rtol=tolerance, atol=tolerance * scale, equal_nan=True
    ):
        raise ProgramMismatchError(
            f"compile: {what} is {ours!r:.80} compiled and {eager!r:.80} eagerly{why()}; if Python's `if` or a loop "
            "looks at data, the program keeps the branch that was recorded: choose with where(…), or clear() and "
            "record anew"
        )
