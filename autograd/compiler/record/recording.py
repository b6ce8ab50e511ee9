"""Recording: a function is run once on nodes that stand for its arguments; its gradients are recorded, too."""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy

from ... import ops
from ...arguments import check_call
from ...calling_line import SourceLine
from ...errors import ShapeError
from ...modes import Adjusted, watched_in_other_threads
from ...node import ModuleCall, Node
from ...operation import Contribution
from ...returned import returned_node
from ...structure import Place, Rebuild, flatten, with_leaves
from ...sweep import sweep
from ...tensor import Tensor
from ...traversal import nodes_in_order, operands_first
from ...value import RecordedValue, Value
from ..program import Constant, Event, Input, Instruction, Operand, Program
from .called import CallWatcher
from .outside import Outside
from .signature import Numbers, is_given, is_number, numbers_at, stand_in

# What gives a view of an array, where the array allows.
_VIEWS = (ops.getitem, ops.reshape, ops.transpose)

StandIn = Callable[[str, Any], Node]
Static = tuple[tuple[int, str], Callable[[Any], bool]]
Call = tuple[tuple[Any, ...], dict[str, Any]]


@dataclass(eq=False)
class Recording:
    """One run of a function.

    Attributes:
        inputs: the nodes that stood for numbers and arrays of the arguments, in the order of the signature; their
            labels are what they are called.
        places: where each was given: (number of the argument, its path inside).
        parameters: the leaves outside the function that require gradients.
        outputs: what the function returned, as nodes.
        rebuild: puts outputs into the nesting that the function returned.
        labels: names of nodes without a label of their own: the function's variables.
        statics: what else was among the arguments, where, and what says of another whether it is the same.
        argument_names: what the function calls its arguments; the last of them are the keywords that were given.
        checks: of inputs, by their places, what refuses numbers that the function would refuse.
        looked_at: the nodes whose numbers the function looked at, and in which line.
        outside: what it could read from outside its arguments; None for what is no run of a person's function.
        frozen: the parameters outside the function, and whether each was frozen.
        is_of_one_pass: whether the function assigned no data of a node after it had used it.
        changed_arguments: in words, which of its arguments the function changed.
        whole: the outputs that are integers and truths of no node, by their places.
        questions: in words, what the function asked that a node answers otherwise than what it stands for.
        asks_for_classes: whether it asked of a number whether it is a float or a Value, and was told.
        is_confirmed: whether a second run did the same, or somebody was told why it would not.
    """

    function_name: str
    inputs: list[Node]
    places: list[tuple[int, str]]
    parameters: list[Node]
    outputs: list[Node]
    rebuild: Rebuild
    labels: dict[Node, str]
    output_paths: list[str] = field(default_factory=lambda: [""])
    looked_at: list[tuple[Node, SourceLine | None]] = field(default_factory=list)
    outside: Outside | None = None
    frozen: list[tuple[Node, bool]] = field(default_factory=list)
    is_of_one_pass: bool = False
    is_confirmed: bool = False
    statics: list[Static] = field(default_factory=list)
    argument_names: list[str] = field(default_factory=list)
    keywords: tuple[str, ...] = ()
    checks: list[tuple[int, Callable[[Any], None]]] = field(default_factory=list)
    changed_arguments: list[str] = field(default_factory=list)
    whole: dict[int, Any] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)
    asks_for_classes: bool = False

    def gradients_recorded(self) -> Adjusted:
        """A block in which sweeps make a program's gradients. What was assigned since, the program is run on; what
        the function itself assigned in the middle is refused, as always."""
        return Adjusted(tracing=True, recording=False, of_any_data=self.is_of_one_pass)

    def confirm(self, again: Recording) -> None:
        """A second run did the same: what it read from outside is watched from now on, for what the first made there
        (another part that it imports, a table that it fills) is there in the second."""
        self.outside, self.is_confirmed = again.outside, True

    def was_disturbed(self, again: Recording) -> bool:
        """Whether something outside was changed during this run, and not during another: by another thread."""
        if self.outside is None or again.outside is None:
            return False
        return not self.outside.changed_names <= again.outside.changed_names

    @property
    def returned(self) -> Rebuild:
        """Puts outputs into the nesting that the function returned, and integers and truths back that are no floats."""
        if not self.whole:
            return self.rebuild
        rebuild, whole = self.rebuild, self.whole
        return lambda found: rebuild([whole.get(place, one) for place, one in enumerate(found)])

    def label(self, node: Node) -> str | None:
        return node.label or self.labels.get(node)

    @property
    def has_arrays(self) -> bool:
        """Whether anything in it is an array."""
        return any(isinstance(node, Tensor) for node in nodes_in_order(self.outputs))

    @property
    def is_current(self) -> Callable[[], bool] | None:
        """Says whether what the function read from outside is as it was, and the same parameters are frozen; None where
        it read nothing."""
        is_unchanged = None if self.outside is None else self.outside.is_unchanged
        frozen = self.frozen
        if not frozen:
            return is_unchanged

        def is_current() -> bool:
            for parameter, was_frozen in frozen:
                if parameter._requires_grad is was_frozen:
                    return False
            return is_unchanged is None or is_unchanged()

        return is_current

    @property
    def numbers_from_nowhere(self) -> list[str]:
        """In words, the numbers that only this run has: drawn at random, changed by the function itself, or of what
        cannot be watched."""
        return [] if self.outside is None else self.outside.told

    @property
    def side_effects(self) -> list[str]:
        """In words, what this run did besides giving what it returned, and no later call does."""
        left = [] if self.outside is None else self.outside.left_behind
        return [*self.changed_arguments, *[f"{name}, in which it leaves what it computed" for name in left]]

    @property
    def asks(self) -> bool:
        """Whether the function asks for more of its arguments than their structure says."""
        return self.asks_for_classes or (self.outside is not None and self.outside.asks_whether_same)

    @property
    def looks(self) -> list[str]:
        """In words, at which numbers the function looked, each place once."""
        found: dict[str, None] = {}
        for node, line in self.looked_at:
            name = self.label(node) or ("a parameter" if node.op is None else "a result")
            found[f"the number of {name}" + (f" ({line})" if line is not None else "")] = None
        return [*found, *self.questions]


def record(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    keywords: dict[str, Any],
    stand_in: StandIn = stand_in,
    earlier: Recording | None = None,
) -> Recording:
    """Run the function on stand-ins for the numbers and arrays among its arguments.

    Args:
        earlier: a run before this one, which knows what the function calls.
    """
    leaves, paths, rebuild_arguments = flatten((*arguments, *keywords.values()))
    argument_names = _argument_names(function, len(arguments), list(keywords))
    inputs: list[Node] = []
    places: list[tuple[int, str]] = []
    given: list[Any] = []
    statics: list[Static] = []
    for leaf, path in zip(leaves, paths, strict=True):
        position, _, rest = path[1:].partition("]")
        if not is_given(leaf):
            given.append(leaf)
            statics.append(((int(position), rest), _same_as(leaf)))
            continue
        name = f"{argument_names[int(position)]}{rest}"
        node = stand_in(name, leaf)
        node._stands_for_plain = not isinstance(leaf, Node)  # type: ignore[misc]  # Value and Tensor have a __dict__
        node.label = (isinstance(leaf, Node) and leaf.label) or name
        inputs.append(node)
        places.append((int(position), rest))
        given.append(node)
    replaced = rebuild_arguments(given)
    before = flatten(replaced)[:2]
    positional, named = replaced[: len(arguments)], dict(zip(keywords, replaced[len(arguments) :], strict=True))
    looked_at: list[tuple[Node, SourceLine | None]] = []
    checked: list[tuple[Node, Callable[[Any], None]]] = []
    others = [(argument_names[int(path[1:].partition("]")[0])], leaf) for leaf, path in zip(leaves, paths, strict=True)]
    objects = [(name, leaf) for name, leaf in others if not is_given(leaf)]
    known = None if earlier is None or earlier.outside is None else earlier.outside.called
    outside = Outside(function, objects, known)
    moved: list[Node] = []
    classes: list[Node] = []
    block = Adjusted(
        tracing=True, recording=True, looked_at=looked_at, checked=checked, moved=moved, classes_asked=classes
    )
    with block, watched_in_other_threads(inputs, looked_at):
        try:
            returned, variables = _with_variables(function, positional, named, outside.watcher)
        except TypeError:
            check_call("compile", function, positional, named)
            raise
    changed = [
        place
        for place in _changed_places(before, flatten(replaced)[:2])
        if not hasattr((*arguments, *keywords.values())[place], "default_factory")  # it adds what is asked for
    ]
    changed_nodes = {_viewed(node) for node in moved}
    changed += [place for leaf, node, (place, _) in _given_arrays(leaves, inputs, places) if node in changed_nodes]
    _hold_weakly(returned, [leaf for leaf in leaves if not is_given(leaf)])
    outputs, output_paths, rebuild = flatten(returned)
    name, nodes = name_of(function), _returned(function, outputs, output_paths)
    RecordedValue.become_usual((*inputs, *nodes_in_order(nodes)))
    own = set(inputs)
    constants = [node for node, _ in looked_at if node.op is None and not node.requires_grad and node not in own]
    outside.settle(function, objects, nodes, constants)
    leaves_outside = [node for node in nodes_in_order(nodes) if node.op is None and node not in own]
    parameters = [leaf for leaf in leaves_outside if leaf.requires_grad]
    # A leaf that is neither an argument nor a parameter is compared at each call.
    looked_at = [(node, line) for node, line in looked_at if node.op is not None or node.requires_grad or node in own]
    frozen = [(leaf, not leaf.requires_grad) for leaf in leaves_outside if leaf.is_parameter]
    return Recording(
        name, inputs, places, parameters, nodes, rebuild, variables, output_paths, looked_at, outside, frozen,
        not any(node.is_stale for node in nodes_in_order(nodes)),
        statics=statics, argument_names=argument_names, keywords=tuple(keywords),
        changed_arguments=[f"its argument {argument_names[place]}" for place in dict.fromkeys(changed)],
        questions=[*outside.questions, *_questions(outside, leaves, (*arguments, *keywords.values()))],
        asks_for_classes=bool(classes),
        whole={place: one for place, one in enumerate(outputs) if isinstance(one, int | numpy.integer | numpy.bool)},
        checks=[(place, check) for node, check in checked for place, one in enumerate(inputs) if one is node],
    )  # fmt: skip


def _same_as(leaf: Any) -> Callable[[Any], bool]:
    """Says whether another argument is this one, without keeping an object alive."""
    if not isinstance(leaf, int | str | bytes | frozenset):
        try:
            held = weakref.ref(leaf)
        except TypeError:
            pass
        else:
            return lambda other: other is held()
    return lambda other: type(other) is type(leaf) and bool(other == leaf)


def _changed_places(then: Sequence[Any], now: Sequence[Any]) -> list[int]:
    """Which arguments hold other things than before the run: lists and dicts that it filled."""
    places: list[list[tuple[str, int]]] = [
        [(path, id(leaf)) for leaf, path in zip(leaves, paths, strict=True)] for leaves, paths in (then, now)
    ]
    return [int(path[1:].partition("]")[0]) for path, _ in sorted(set(places[0]) ^ set(places[1]))]


def _viewed(node: Node) -> Node:
    """The node whose array would be another if a node's were: its own, or the one that it is a view of."""
    while node.op in _VIEWS and isinstance(of := node.operands[0], Node):
        array, *others = node._recorded
        if not numpy.may_share_memory(node.op.forward(array, *others, **node.keywords), array):
            break
        node = of
    return node


def _given_arrays(
    leaves: Sequence[Any], inputs: Sequence[Node], places: Sequence[tuple[int, str]]
) -> list[tuple[Any, Node, tuple[int, str]]]:
    """The arrays among what was given, the node that stands for each, and its place."""
    numbers = [leaf for leaf in leaves if is_given(leaf)]
    return [one for one in zip(numbers, inputs, places, strict=True) if isinstance(one[0], numpy.ndarray)]


def _questions(outside: Outside, leaves: Sequence[Any], arguments: Sequence[Any]) -> list[str]:
    """What the function may ask its arguments for, and a node that stands for one cannot tell."""
    found = []
    if "requires_grad" in outside.attributes and any(isinstance(leaf, Node) for leaf in leaves):
        found.append("whether an argument requires gradients")
    if outside.asks_whether_same:
        held: list[Any] = [leaf for leaf in leaves if isinstance(leaf, numpy.ndarray | Node)]
        held += [argument for argument in arguments if isinstance(argument, list | dict)]
        if len({id(one) for one in held}) < len(held):
            found.append("whether two arguments are one")
    return found


class _WeakCall(ModuleCall):
    """A call of an argument, which the recording does not keep alive."""

    __slots__ = ("_module",)

    @property
    def module(self) -> Any:
        return self._module()

    @module.setter
    def module(self, module: Any) -> None:
        self._module = weakref.ref(module)


def _hold_weakly(returned: Any, objects: list[Any]) -> None:
    """Let the marks that modules leave on their nodes not keep the arguments alive."""
    modules = {id(part) for one in objects if hasattr(one, "named_modules") for _, part in one.named_modules()}
    if not modules:
        return
    became: dict[int, ModuleCall] = {}

    def weak(call: ModuleCall) -> ModuleCall:
        if id(call) not in became:
            kind = _WeakCall if id(call.module) in modules else ModuleCall
            inputs = tuple([None if id(one) in modules else one for one in call.inputs])
            around = None if call.around is None else weak(call.around)
            became[id(call)] = kind(call.module, inputs, around, call.scope, call.ended)
        return became[id(call)]

    for node in nodes_in_order(flatten(returned)[0]):
        if node.calls:
            node.calls = tuple(map(weak, node.calls))


def is_recorded_alike(
    function: Callable[..., Any],
    one: Call,
    other: Call,
    stand_in: StandIn,
    is_possible: Callable[[Recording], bool],
) -> bool:
    """Whether the function does with two calls' arguments, equal in numbers but not in types, the same: it takes both,
    looks at no more of the one than of the other, and gives the same numbers.

    Args:
        is_possible: says of the second recording whether it could be the same.
    """
    first = record(function, *one, stand_in)
    try:
        second = record(function, *other, stand_in)
    except Exception:  # whatever has no meaning on a node: range(n), an index
        return False
    if not is_possible(second):
        return False
    return (first.looks, first.output_paths) == (second.looks, second.output_paths) and all(
        numpy.shape(ours._data) == numpy.shape(theirs._data)
        and numpy.asarray(ours._data).dtype == numpy.asarray(theirs._data).dtype
        and numpy.allclose(ours._data, theirs._data, rtol=1e-9, equal_nan=True)
        for ours, theirs in zip(first.outputs, second.outputs, strict=True)
    )


@dataclass(eq=False)
class EagerRun:
    """A function's outputs, and for each number and array among its arguments the node that it was given as, or None
    where it was given as it is."""

    inputs: list[Node | None]
    outputs: list[Node]
    output_paths: list[str]


def run_eagerly(
    function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any], numbers: Numbers
) -> EagerRun:
    """Call the function as somebody does who differentiates by every float and array of floats.

    Args:
        numbers: which integers a program is given as numbers; they are given as they are here.
    """
    inputs: list[Node | None] = []

    def given(place: Place, leaf: Any) -> Any:
        if not is_given(leaf):
            if isinstance(leaf, int) and is_number(leaf, numbers_at(numbers, place)):
                inputs.append(None)
            return leaf
        data = leaf._data if isinstance(leaf, Node) else leaf
        if isinstance(data, float | numpy.floating) or getattr(data, "dtype", None) in (numpy.float32, numpy.float64):
            node = stand_in("", leaf)
            node._stands_for_plain = not isinstance(leaf, Node)  # type: ignore[misc]  # as above
            inputs.append(node)
            return node
        inputs.append(None)
        return leaf.copy() if isinstance(leaf, numpy.ndarray) else leaf

    with Adjusted(recording=True, looked_at=[], classes_asked=[]):  # compiled functions inside are their own code
        returned = function(*with_leaves(arguments, given), **with_leaves(keywords, given))
    outputs, paths, _ = flatten(returned)
    return EagerRun(inputs, _returned(function, outputs, paths), paths)


def _returned(function: Callable[..., Any], outputs: list[Any], paths: list[str]) -> list[Node]:
    name = name_of(function)
    return [
        returned_node(output, f"compile: {name}{path}", "a program")
        for output, path in zip(outputs, paths, strict=True)
    ]


def listed(looks: Sequence[str], most: int = 3) -> str:
    """So many of them, for a sentence."""
    return "; ".join(looks[:most]) + ("; and more" if len(looks) > most else "")


def name_of(function: Callable[..., Any]) -> str:
    name = getattr(function, "__name__", type(function).__name__)
    return name if name.isidentifier() else "function"


def program_of(recording: Recording, wanted: Sequence[Node] = (), *, keep_events: bool = False) -> Program:
    """The recording as a program: what the function returned and, where some are wanted, the gradients of the
    number that it returned; with the sweep's events, if they are to be told of."""
    sweeping = _Sweeping()
    gradients: list[Any] = []
    if wanted:
        output = only_number(recording)
        reached: dict[Node, Any] = {}
        if output.requires_grad:
            with recording.gradients_recorded():
                reached = sweep(output, create_graph=True, wanted=frozenset(wanted), observer=sweeping)
        gradients = [reached.get(node, zeros(node)) for node in wanted]
    return _Translation(recording).program(sweeping, gradients, wanted, keep_events)


def translated(
    recording: Recording, given: Sequence[Node], outputs: Sequence[Node]
) -> tuple[Program, Callable[[Node], Operand]]:
    """The recording as a program with more inputs and outputs, and what each node is in it."""
    translation = _Translation(recording, given)
    return translation.program([], list(outputs), (), False), translation.operand


class _Sweeping(list[Contribution]):
    """The sweep's events."""

    contribution = list.append

    def seed(self, node: Node, gradient: Any) -> None:
        pass


class _Translation:
    """Nodes as a program's operands."""

    def __init__(self, recording: Recording, given: Sequence[Node] = ()) -> None:
        self._recording = recording
        self._known: dict[int, Operand] = {}
        self._alive: list[Any] = []  # what the ids in `_known` belong to
        self._instructions: list[Instruction] = []
        self._contents: dict[Any, Constant] = {}
        self._inputs: list[Input] = []
        self._unfolded: dict[Node, Any] = {}
        for node in (*recording.inputs, *recording.parameters, *given):
            self._known[id(node)] = one = _input(node.label or "parameter", node)
            self._inputs.append(one)

    def program(
        self, events: list[Contribution], gradients: list[Any], wanted: Sequence[Node], keep_events: bool
    ) -> Program:
        operand = self.operand
        outputs = [operand(node) for node in self._recording.outputs]
        translated = []
        for origin, event in enumerate(events):
            if keep_events:
                node = operand(event.node)
                local_gradient = None if event.local_gradient is None else operand(event.local_gradient, origin)
                translated.append(
                    Event(
                        node,
                        event.node.op,
                        node.operands,
                        event.slot,
                        operand(event.operand),
                        local_gradient,
                        operand(event.contribution, origin),
                        operand(event.total, origin),
                    )
                )
            else:  # only the order of the instructions is the sweep's
                operand(event.contribution, origin)
                operand(event.total, origin)
        found = [operand(gradient, len(events)) for gradient in gradients]
        return Program(
            self._recording.function_name,
            self._inputs,
            self._instructions,
            [*outputs, *found],
            len(outputs),
            translated,
            [operand(node) for node in wanted],
        )

    def operand(self, item: Any, origin: int = -1) -> Operand:
        """What a node or a number is in the program, after the instructions that it needs, which are of that event."""
        known, instructions, label = self._known, self._instructions, self._recording.label
        item = self._in_rows(item)
        for node in operands_first(self._unknown([item]), lambda node: self._unknown(node.operands)):
            operands = tuple([known.get(id(one)) or self._leaf(self._in_rows(one)) for one in node.operands])
            is_number = isinstance(node, Value)
            known[id(node)] = instruction = Instruction(
                node.op,
                operands,
                {} if is_number else node.keywords,
                () if is_number else node._data.shape,
                _FLOAT if is_number else node._data.dtype,
                is_number,
                label(node),
                origin,
            )
            self._alive.append(node)
            instructions.append(instruction)
        return self._leaf(item)

    def _unknown(self, items: Sequence[Any]) -> list[Any]:
        """The operations among them that are no instructions yet, the last one first."""
        known = self._known
        return [
            one
            for one in map(self._in_rows, reversed(items))
            if isinstance(one, Node) and one.op is not None and id(one) not in known
        ]

    def _in_rows(self, item: Any) -> Any:
        """What a compiled function outside gave as its own code; all else as it is."""
        if not isinstance(item, Node) or item.op is None or not item.op.is_program:
            return item
        if item not in self._unfolded:
            with Adjusted(tracing=True):
                self._unfolded[item] = item.op.unfolded(item)
        return self._unfolded[item]

    def _leaf(self, item: Any) -> Operand:
        """What is no operation: a literal, a constant, or something known already."""
        kind = type(item)
        if kind is float or kind is int or kind is bool:
            return item
        known = self._known.get(id(item))
        if known is None:
            data = item._data if isinstance(item, Node) else item
            if isinstance(data, float | int):
                return data
            name = item.label if isinstance(item, Node) else None
            known = self._known[id(item)] = self._constant(numpy.asarray(data), name)
            self._alive.append(item)
        return known

    def _constant(self, data: Any, name: str | None) -> Constant:
        """A constant, the one with the same content if there is one: each record of an array is a copy."""
        if data.size > 1 and not any(data.strides):
            return Constant(data, name)
        content = data.shape, data.dtype, data.tobytes()
        return self._contents.setdefault(content, Constant(data, name))


_FLOAT = numpy.dtype(numpy.float64)


def _input(name: str, node: Node) -> Input:
    if isinstance(node, Tensor):
        return Input(name, node._data.shape, node._data.dtype, False)
    return Input(name, (), _FLOAT, True)


def only_number(recording: Recording) -> Node:
    outputs = recording.outputs
    if recording.output_paths != [""] or numpy.size(outputs[0]._data) != 1:
        shapes = ", ".join(str(numpy.shape(output._data)) for output in outputs)
        raise ShapeError(
            f"compile: {recording.function_name} returned {shapes or 'nothing'} (shapes), and only a single number "
            "has a gradient; reduce it (.sum(), .mean())"
        )
    return outputs[0]


def layer_with(recording: Recording, row: str) -> str:
    """In words, in which module a row of this name was recorded: the innermost one; nothing where in none."""
    seen: set[Node] = set()
    for node in nodes_in_order(recording.outputs):  # operands first, so the innermost module's outputs come first
        if node.calls:
            inside = [one for one in nodes_in_order([node]) if one not in seen]
            if any(one.op is not None and one.op.name == row for one in inside):
                return f" (in {node.calls[0].module!r:.60})"
            seen.update(inside)
    return ""


def zeros(node: Node) -> Any:
    """The gradient of what a sweep did not reach."""
    return node._constant(numpy.zeros_like(node._data)) if isinstance(node, Tensor) else 0.0


def _argument_names(function: Callable[..., Any], count: int, keywords: list[str]) -> list[str]:
    """What the function calls its arguments."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return [f"argument_{number}" for number in range(count)] + keywords
    names: list[str] = []
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            names += [f"{parameter.name}_{number}" for number in range(count - len(names))]
        elif parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            names.append(parameter.name)
    names += [f"argument_{number}" for number in range(len(names), count)]
    return names[:count] + keywords


def names_of_places(function: Callable[..., Any], count: int, places: Sequence[Place]) -> list[str]:
    """What the function, called with so many arguments by position, calls what is in these places of its arguments:
    `step`, `settings['step']`."""
    names = _argument_names(function, count, [])
    return [
        (first if isinstance(first, str) else names[first]) + "".join([f"[{step!r}]" for step in others])
        for first, *others in places
    ]


def _with_variables(
    function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any], watcher: CallWatcher
) -> tuple[Any, dict[Node, str]]:
    """Call the function; also the names of the nodes that its own variables held when it returned."""
    called = inspect.unwrap(function) if hasattr(function, "__wrapped__") else function
    code = getattr(called, "__code__", None) or getattr(type(called).__call__, "__code__", None)
    with watcher.watching(code):
        returned = function(*arguments, **keywords)
    labels: dict[Node, str] = {}
    variables = next((frame.f_locals for frame in watcher.frames.values() if frame.f_code is code), {})
    with Adjusted(looked_at=[]):  # a key of a dict may be a node, and its repr is no look of the function's
        for name, held in variables.items():
            for item, path in zip(*flatten(held)[:2], strict=True):
                if isinstance(item, Node) and not name.startswith("_"):
                    labels.setdefault(item, f"{name}{path}")
    return returned, labels
