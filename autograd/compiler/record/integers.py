"""Integers among the arguments: each is a part of a program's structure, until there were many in one place, as of a
count of steps: then it is a number that programs are given, if the function does the same with one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...structure import Place
from .recording import StandIn, is_recorded_alike, listed, names_of_places
from .signature import Numbers, integers_in, with_numbers, with_numbers_at

# Of one place. From the next one on it is taken for a number.
MOST_STATIC = 8


class Integers:
    """What is known of the integers that a function was called with.

    Attributes:
        numbers: which are numbers, as `signature` takes it; None where none are.
    """

    def __init__(self, function: Callable[..., Any], stand_in: StandIn) -> None:
        self._function, self._stand_in = function, stand_in
        self._seen: dict[Place, frozenset[int] | None] = {}  # None where they are static for good
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
            after = with_numbers(arguments, keywords, self._with(numbers, places))
            return is_recorded_alike(self._function, with_numbers(arguments, keywords, numbers), after, self._stand_in)

        if not many or is_same(many):
            return many, []
        become = [place for place in many if is_same([place])] if len(many) > 1 else []
        return become, [place for place in many if place not in become]

    def settle(self, become: Sequence[Place], stay: Sequence[Place]) -> None:
        """From now on those in some places are numbers, and those in others static, however many come."""
        if become:
            self.numbers = self._with(self.numbers, become)
        self._seen |= dict.fromkeys([*become, *stay])

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
