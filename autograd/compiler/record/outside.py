"""What a function reads from outside its arguments: globals, closures, attributes, items of lists and dicts.

A program has those numbers, parameters and functions in it as they were when it was recorded. It is for them alone:
where one is another, the function is recorded anew. Arrays that the function computes with are compared as objects
only, and told of (`captured.py`); what comes from nowhere, as random numbers do, is told of, too. What no name leads
to shows where a second run differs (`again.py`).
"""

from __future__ import annotations

import random
import sys
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from types import GeneratorType
from typing import Any

import numpy

from ...node import Node
from ...traversal import nodes_in_order
from .called import Called, CallWatcher
from .code_reading import CodeFacts
from .kinds import package_of_code
from .places import ATOMS, Place, comparison, content_of_array
from .reach import MOST_PLACES, Walk

# Of arrays whose numbers are compared at each call.
_MOST_BYTES = 4096
_MOST_ARRAYS = 256


class Outside:
    """What a function can reach outside its arguments, looked at before it is recorded.

    Args:
        function: the function.
        objects: what is no number or array among its arguments (modules).
        called: what an earlier run called.

    Attributes:
        watcher: of the calls in the run.
        called: what that run called.
        left_behind: places in which the run left nodes of its own.
        questions: in words, what the function asks that a node answers otherwise than what it stands for.
        attributes: the names of attributes that persons' code reads.
        asks_whether_same: whether it asks of two things whether they are one.
        grown: lists, sets and dicts that it changed itself, and looks into.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        objects: Sequence[tuple[str, Any]] = (),
        called: Called | None = None,
    ) -> None:
        walk = Walk(function, objects, called)
        # Where nothing but this project's own functions is reached, nobody needs to know what they call.
        self.watcher: CallWatcher = CallWatcher(package_of_code(function), is_needed=bool(walk.facts))
        self.called = called
        self.places: list[Place] = walk.places
        self._walk: Walk | None = walk
        self._facts: list[CodeFacts] = []
        self._arrays = _small(walk)
        self._drawn_before, self._positions = _random_states(walk), _positions(walk)
        self.changed_by_itself: list[Place] = []
        self.draws: list[str] = []
        self.told: list[str] = []
        self.left_behind: list[str] = []
        self.grown: list[str] = []
        self.questions: list[str] = []
        self.attributes: frozenset[str] = frozenset()
        self.asks_whether_same: bool = False
        self.is_unchanged: Callable[[], bool] | None = None

    def settle(
        self,
        function: Callable[..., Any],
        objects: Sequence[tuple[str, Any]],
        outputs: Sequence[Node] = (),
        looked_at: Sequence[Node] = (),
    ) -> None:
        """The function was run, and gave these: what it changed itself says nothing of whether somebody else did."""
        walk, self._walk = self._walk, None
        assert walk is not None
        self._facts = walk.facts
        if not walk.not_imported.isdisjoint(sys.modules):  # it imported them itself
            after = Walk(function, objects)
            known = {(id(place.container), place.key, place.aspect) for place in self.places if not place.is_copy}
            self.places += [
                place
                for place in after.places
                if place.is_copy or (id(place.container), place.key, place.aspect) not in known
            ]
        self.questions = [f"the type of {name}" for name in self.watcher.nodes_asked_for_types()]
        self.called = self.watcher.called()
        walk.follow(self.called)
        self.places += _places_of(self._arrays, outputs)
        self.places += places_of_nodes(walk.nodes, walk.attributes, looked_at)
        self.attributes = frozenset(walk.attributes)
        self.asks_whether_same = any(facts.asks_whether_same for facts in walk.facts)
        is_unchanged = comparison(self.places)
        if not is_unchanged():
            self.changed_by_itself = [place for place in self.places if not place.is_as_it_was]
            self.left_behind = [
                place.name.removeprefix("the length of ").removeprefix("the keys of ")
                for place in self.changed_by_itself
                if holds_new_nodes(place)
            ]
            self.grown = [
                place.name
                for place in self.changed_by_itself
                if place.aspect in ("items", "keys") and walk.reads_content(place.name)
            ]
            containers = {id(place.container) for place in self.changed_by_itself if isinstance(place.container, list)}
            changed = {id(place) for place in self.changed_by_itself}
            self.places = [
                place for place in self.places if id(place) not in changed and id(place.container) not in containers
            ]
            is_unchanged = comparison(self.places)
        self.draws = self._drawn(walk)
        self.told = [
            *[f"random numbers of {name}" for name in self.draws],
            *self._went_on(walk),
            *self._counted(walk),
            *_told_of(walk, outputs),
        ]
        self._drawn_before, self._positions, self._arrays = {}, {}, []
        self.is_unchanged = is_unchanged if self.places else None

    def settle_for_gradients(self) -> None:
        """The gradients were recorded, for which the rules of primitives ran: what these count or note, and compute
        nothing with, says nothing either."""
        if self.is_unchanged is not None and not self.is_unchanged():
            read = {name for facts in self._facts for name in facts.read}
            self.places = [
                place
                for place in self.places
                if place.is_as_it_was or (type(place.held) in (int, float) and place.called in read)
            ]
            self.is_unchanged = comparison(self.places) if self.places else None

    def changes(self) -> list[str]:
        """In words, what is another than when the function was recorded."""
        return list(dict.fromkeys(str(place) for place in self.places if not place.is_as_it_was))

    @property
    def changed_names(self) -> frozenset[str]:
        return frozenset([place.name for place in self.changed_by_itself])

    def _drawn(self, walk: Walk) -> list[str]:
        states = _random_states(walk)
        return [name for (name, one), before in self._drawn_before.items() if states[name, one] != before]

    def _went_on(self, walk: Walk) -> list[str]:
        positions = _positions(walk)
        return [
            f"what {name} gives next"
            for (name, one), before in self._positions.items()
            if positions[name, one] != before
        ]

    def _counted(self, walk: Walk) -> list[str]:
        """The numbers that it changes itself, and computes with or looks at."""
        return [
            f"{place.name}, which it changes itself"
            for place in self.changed_by_itself
            if type(place.held) in (int, float) and walk.is_stored(place.called) and walk.is_read(place.called)
        ]


# --- arrays that are read as plain numbers ----------------------------------------------------------------


def _small(walk: Walk) -> list[tuple[str, Any, bytes]]:
    """The arrays whose numbers are compared at each call, as they are now."""
    small = [(name, array) for name, array, _ in walk.arrays if array.nbytes <= _MOST_BYTES]
    small.sort(key=lambda one: "[" in one[0])  # those that a name leads to before items
    return [(name, array, array.tobytes()) for name, array in small[:_MOST_ARRAYS]]


def _places_of(small: list[tuple[str, Any, bytes]], outputs: Sequence[Node]) -> list[Place]:
    """Where they lie, but for those that the function computes with: a program keeps these, and that is told."""
    kept = _kept(outputs) if small else set()
    return [
        Place(
            name,
            array,
            (array.shape, array.dtype, before),
            "{c}.shape == {k}[0] and {c}.dtype == {k}[1] and {c}.tobytes() == {k}[2]",
            True,
            is_copy=True,
        )
        for name, array, before in small
        if (array.shape, before) not in kept
    ]


def _kept(outputs: Sequence[Node]) -> set[tuple[Any, bytes]]:
    nodes = nodes_in_order(outputs)
    arrays = [node._data for node in nodes if node.op is None]
    arrays += [one for node in nodes for one in node.operands if isinstance(one, numpy.ndarray)]
    return {
        (one.shape, one.tobytes()) for one in arrays if isinstance(one, numpy.ndarray) and one.nbytes <= _MOST_BYTES
    }


def _told_of(walk: Walk, outputs: Sequence[Node]) -> list[str]:
    """What cannot be compared at each call."""
    found = [] if walk.is_whole else [f"more than {MOST_PLACES:,} things outside, of which it cannot watch the others"]
    if sum(array.nbytes <= _MOST_BYTES for _, array, _ in walk.arrays) > _MOST_ARRAYS:
        found.append(f"more than {_MOST_ARRAYS} arrays outside, of which it cannot watch the others")
    large = [
        (name, array)
        for name, array, is_direct in walk.arrays
        if is_direct and array.nbytes > _MOST_BYTES and array.flags.writeable and walk.is_read(name.rpartition(".")[2])
    ]
    if large:
        nodes = nodes_in_order(outputs)
        kept = [node._data for node in nodes if node.op is None]
        kept += [one for node in nodes for one in node.operands if isinstance(one, numpy.ndarray)]
        shapes = set(map(numpy.shape, kept))
        found += [
            f"{name} of shape {array.shape} as plain numbers" for name, array in large if array.shape not in shapes
        ]
    return found


# --- nodes from outside -----------------------------------------------------------------------------------


def places_of_nodes(
    nodes: Sequence[tuple[str, Node]], attributes: Collection[str], looked_at: Sequence[Node]
) -> list[Place]:
    """What of nodes is read as plain numbers and truths: what the code has names for, and the numbers of constants that
    it looked at."""
    found: list[Place] = []
    for name, node in nodes:
        for attribute in ("label", "requires_grad"):
            if attribute in attributes:
                held = getattr(node, attribute)
                found.append(Place(f"{name}.{attribute}", node, attribute, "getattr({c}, {k})", held))
        if "grad" in attributes:
            found.append(_of_numbers(f"{name}.grad", node, "grad", node.grad))
    names = {id(node): name for name, node in nodes}
    for node in dict.fromkeys(looked_at):
        name = names.get(id(node)) or node.label or "a constant"
        found.append(_of_numbers(f"{name}.data", node, "_data", node._data))
    return found


def _of_numbers(name: str, node: Node, attribute: str, held: Any) -> Place:
    if not isinstance(held, numpy.ndarray):
        return Place(name, node, attribute, "getattr({c}, {k})", held)
    read = f"content_of_array({{c}}.{attribute}) == {{k}}"
    return Place(name, node, content_of_array(held), read, True, is_copy=True)


def holds_new_nodes(place: Place) -> bool:
    """Whether the function has put nodes where it lies, which are of this run alone."""
    now = place.now()
    if place.aspect in ("items", "keys"):
        now = place.container
        items: list[Any] = list(now.values()) if isinstance(now, dict) else list(now)
        return any(isinstance(item, Node) and item.op is not None for item in items[-_MOST_LOOKED_AT:])
    return isinstance(now, Node) and now.op is not None


_MOST_LOOKED_AT = 100  # items of a list that a run has put something into


# --- what goes on when it is asked ------------------------------------------------------------------------


def _random_states(walk: Walk) -> dict[tuple[str, int], Any]:
    """By the name and the id of each generator, for two may have one name."""
    states: dict[tuple[str, int], Any] = {("random", 0): random.getstate()}
    get_state = getattr(sys.modules.get("numpy.random"), "get_state", None)
    if get_state is not None:
        states["numpy.random", 0] = _content(get_state(legacy=False))
    return states | {(name, id(generator)): _content(_state_of(generator)) for name, generator in walk.generators}


def _state_of(generator: Any) -> Any:
    """The state of a generator of any kind; None of one that has none to tell (the system's)."""
    try:
        if isinstance(generator, random.Random):
            return generator.getstate()
        if hasattr(generator, "get_state"):  # a RandomState
            return generator.get_state(legacy=False)
        return getattr(generator, "bit_generator", generator).state
    except NotImplementedError:
        return None


def _content(state: Any) -> Any:
    """The state of a generator, to be compared; it may have an array in it."""
    if isinstance(state, dict):
        return {key: _content(part) for key, part in state.items()}
    return state.tobytes() if isinstance(state, numpy.ndarray) else state


def _positions(walk: Walk) -> dict[tuple[str, int], Any]:
    return {(name, id(iterator)): _position(iterator) for name, iterator in walk.iterators}


def _position(iterator: Any, depth: int = 3) -> Any:
    """Something that is another when an iterator has gone on; None where it does not say."""
    if isinstance(iterator, GeneratorType):
        frame = iterator.gi_frame
        return None if frame is None else (frame.f_lasti, tuple(map(id, frame.f_locals.values())))
    try:
        if hasattr(iterator, "__length_hint__"):
            return iterator.__length_hint__()
        if hasattr(iterator, "tell"):
            return iterator.tell()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # from Python 3.12 on those of itertools say that they will not tell
            parts = iterator.__reduce__()
    except (TypeError, OSError, ValueError, AttributeError):
        return None
    return tuple(_parts(parts, depth)) if isinstance(parts, tuple) else None


def _parts(parts: tuple[Any, ...], depth: int) -> Iterator[Any]:
    for part in parts:
        if isinstance(part, ATOMS):
            yield part
        elif isinstance(part, tuple) and depth:
            yield tuple(_parts(part, depth - 1))
        elif hasattr(type(part), "__next__") and depth:
            yield _position(part, depth - 1)
