"""Integers among the arguments: each is a part of a program's structure, until there were many in one place, as of a
count of steps: then it is a number that programs are given, if the function does the same with one.

A program computes with floats, and Python with integers that never end: of what a function makes of integers alone, the
two are the same up to 2^53, and where nothing is divided by 0. An integer for which they would not be stays static.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...node import Node
from ...structure import Place
from ...traversal import nodes_in_order
from ...value import Value
from .recording import Recording, StandIn, is_recorded_alike, listed, names_of_places
from .signature import Numbers, integers_in, numbers_at, places_of_numbers, with_numbers, with_numbers_at

# Of one place. From the next one on it is taken for a number.
MOST_STATIC = 8
# Of one place where it is a number: of those that stay static. From the next one on all do.
MOST_INEXACT = 8
# Up to it every integer is a float.
LARGEST_EXACT = 2**53
_LONGEST_POWER = 64  # larger exponents take the power of any integer but 0, 1 and −1 beyond that


class Integers:
    """What is known of the integers that a function was called with.

    Attributes:
        numbers: which are numbers, as `signature` takes it; None where none are.
    """

    def __init__(self, function: Callable[..., Any], stand_in: StandIn) -> None:
        self._function, self._stand_in = function, stand_in
        self._seen: dict[Place, frozenset[int] | None] = {}  # None where they are static for good
        self._inexact: dict[Place, frozenset[int]] = {}
        self.numbers: dict[Any, Numbers] | None = None

    def note(
        self, arguments: tuple[Any, ...], keywords: dict[str, Any], numbers: dict[Any, Numbers] | None
    ) -> tuple[list[Place], list[Place]]:
        """Note the integers of a call. Where there were many others already: those that the function can be given as
        numbers, and those that it cannot; `settle` takes it down."""
        many: list[Place] = []
        for place, integer in integers_in(arguments, keywords, numbers).items():
            seen = self._seen.get(place, frozenset())
            if seen is not None and integer not in seen:
                if len(seen) < MOST_STATIC:
                    self._seen[place] = seen | {integer}
                else:
                    many.append(place)

        def is_same(places: Sequence[Place]) -> bool:
            become = self._with(numbers, places)
            whole = [leaf for leaf, _ in places_of_numbers(arguments, keywords, become).values()]
            return is_recorded_alike(
                self._function,
                with_numbers(arguments, keywords, numbers),
                with_numbers(arguments, keywords, become),
                self._stand_in,
                lambda recording: _made_of_integers(recording, whole) is not None,
            )

        if not many or is_same(many):
            return many, []
        become = [place for place in many if is_same([place])] if len(many) > 1 else []
        return become, [place for place in many if place not in become]

    def settle(self, become: Sequence[Place], stay: Sequence[Place]) -> None:
        """From now on those in some places are numbers, and those in others static, however many come."""
        if become:
            self.numbers = self._with(self.numbers, become)
        self._seen |= dict.fromkeys([*become, *stay])

    def keep(self, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> list[Place]:
        """Let the integers of this call that are numbers be static, for a program would compute otherwise with them;
        and where there were many such, all others too: in these places."""
        given_up = []
        for place, (_, integer) in places_of_numbers(arguments, keywords, self.numbers).items():
            self._inexact[place] = inexact = self._inexact.get(place, frozenset()) | {integer}
            here: Numbers = None
            if len(inexact) <= MOST_INEXACT:
                before = numbers_at(self.numbers, place)
                here = frozenset({integer}) | (before if isinstance(before, frozenset) else frozenset())
            else:
                given_up.append(place)
            self.numbers = with_numbers_at(self.numbers or {}, place, here)
        return given_up

    def told(self, become: Sequence[Place], stay: Sequence[Place], count: int) -> list[str]:
        """What there is to say of it, about a call of so many arguments by position."""
        sentences = (
            "was called with more than {most} integers {names}: the program for others takes it as an ordinary number. "
            "Write float({one}) where it is one",
            "is recorded anew for each integer {names}, more than {most} by now, as its code looks at it or needs it "
            "whole. Write float({one}) and choose with where(…) for one program",
        )
        found = []
        for sentence, places in zip(sentences, (become, stay), strict=True):
            if places:
                names = names_of_places(self._function, count, places)
                found.append(sentence.format(most=MOST_STATIC, names=listed(names), one=names[0]))
        return found

    def _with(self, numbers: dict[Any, Numbers] | None, places: Sequence[Place]) -> dict[Any, Numbers]:
        """The same with those in these places, but for the ones that were static until now."""
        found = numbers or {}
        for place in places:
            found = with_numbers_at(found, place, self._seen[place])
        return found


# --- what a function makes of integers alone --------------------------------------------------------------


def exactness(recording: Recording, whole: Sequence[int]) -> Callable[[Sequence[Any]], bool] | None:
    """What says of the leaves of a call, some of them integers, whether the program, in floats, makes of these what
    Python does; None where there are none."""
    steps = _made_of_integers(recording, whole) if whole else None
    if steps is None:
        return None
    bounds = f"{-LARGEST_EXACT} < {{}} < {LARGEST_EXACT}"
    names = {id(recording.inputs[leaf]): f"i{leaf}" for leaf in whole}
    lines = ["def is_exact(leaves):", "    try:"]
    for leaf in whole:
        lines += [
            f"        if not {bounds.format(f'leaves[{leaf}]')}: return False",
            f"        i{leaf} = int(leaves[{leaf}])",
        ]
    for number, (node, text) in enumerate(steps):
        name = names[id(node)] = f"v{number}"
        operands = [names[id(one)] if isinstance(one, Node) else f"({int(one)})" for one in node.operands]
        lines += [
            f"        {name} = {text.format(*operands)}",
            f"        if {name}.__class__ is int and not {bounds.format(name)}: return False",
        ]
    lines += ["    except ArithmeticError:", "        return False", "    return True"]
    space: dict[str, Any] = {"__name__": __name__, "power": _power}
    exec("\n".join(lines), space)
    return space["is_exact"]  # type: ignore[no-any-return]  # the function in the text


def _made_of_integers(recording: Recording, whole: Sequence[int]) -> list[tuple[Any, str]] | None:
    """The nodes that are made of integers alone, each after those that it is made of, and how Python does; None
    where such meet arrays of integers, which compute in their own dtype."""
    derived: set[Any] = {recording.inputs[leaf] for leaf in whole}
    found: list[tuple[Any, str]] = []
    for node in nodes_in_order(recording.outputs):
        if node.op is None:
            continue
        operands = node.operands[1:] if node.op.name == "where" else node.operands
        if not any(isinstance(one, Node) and one in derived for one in operands):
            continue
        kinds = [getattr(getattr(one, "_data", one), "dtype", None) for one in operands]
        if any(kind is not None and kind.kind in "biu" for kind in kinds):
            return None
        if all(isinstance(one, int) or (isinstance(one, Node) and one in derived) for one in operands):
            if not isinstance(node, Value):
                return None
            if node.op.name in _OF_INTEGERS:
                found.append((node, _OF_INTEGERS[node.op.name]))
                derived.add(node)
    return found


def _power(base: Any, exponent: Any) -> Any:
    if exponent > _LONGEST_POWER and abs(base) > 1:
        raise OverflowError
    return base**exponent


_OF_INTEGERS = {
    "add": "{} + {}", "subtract": "{} - {}", "multiply": "{} * {}", "divide": "{} / {}", "power": "power({}, {})",
    "floor_divide": "{} // {}", "remainder": "{} % {}", "negative": "-{}", "absolute": "abs({})", "positive": "+{}",
    "square": "{0} * {0}", "less": "{} < {}", "less_equal": "{} <= {}", "greater": "{} > {}",
    "greater_equal": "{} >= {}", "equal": "{} == {}", "not_equal": "{} != {}",
}  # fmt: skip
