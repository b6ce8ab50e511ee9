"""Operations of one's own in the manner of PyPI's autograd: `@primitive`, then `defvjp`.

`autograd.primitive` is ours, and says the same in one place.
"""

from __future__ import annotations

import contextvars
import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy

from .errors import ArgumentError, DataTypeError
from .installation import check_not_mixed
from .node import Node
from .primitives import Primitive, UnfinishedPrimitive
from .structure import flatten
from .transforms import vjp

check_not_mixed()

Maker = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class _Space:
    """What is left of a vector space."""

    shape: tuple[int, ...]


class OwnPrimitive:
    """A function with rules by position, given later. Arguments and results may be nested lists, tuples and dicts."""

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self.name: str = str(getattr(function, "__name__", "primitive"))
        self._function = function
        self.pullback_makers: dict[int, Maker | None] = {}
        self.pushforward_makers: dict[int, Maker | str | None] = {}
        self.pullback_of_any: Callable[..., Any] | None = None

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        if any(isinstance(leaf, Node) for leaf in flatten(keywords)[0]):
            raise DataTypeError(f"{self.name}: an argument by keyword has no rule; give a node by position")
        taken_apart = [flatten(argument) for argument in arguments]
        leaves = [leaf for leaves, _, _ in taken_apart for leaf in leaves]
        # The position of each leaf's argument, and which of its leaves it is.
        places = [(position, index) for position, (own, _, _) in enumerate(taken_apart) for index in range(len(own))]
        nodes = [number for number, leaf in enumerate(leaves) if isinstance(leaf, Node)]
        if not nodes:
            return self._function(*arguments, **keywords)

        def rebuilt(operands: Sequence[Any]) -> list[Any]:
            filled = list(leaves)
            for number, operand in zip(nodes, operands, strict=True):
                filled[number] = operand
            rest = iter(filled)
            return [rebuild([next(rest) for _ in own]) for own, _, rebuild in taken_apart]

        # In a context of its own, because inside a transform derivatives are nodes, whatever they are of.
        given = rebuilt([leaves[number]._data for number in nodes])
        plain = contextvars.Context().run(lambda: self._function(*given, **keywords))
        outputs, _, rebuild_output = flatten(plain)
        for output in outputs:
            if numpy.asarray(output).dtype.kind not in "biuf":
                raise DataTypeError(
                    f"{self.name} returned {type(output).__name__} {output!r:.60}, which is no number or array"
                )
        is_one = len(outputs) == 1 and outputs[0] is plain
        ready = [tuple(outputs) if not is_one else plain]

        def forward(*operands: Any) -> Any:
            if ready:
                return ready.pop()  # it was run above, to see what it returns
            found = self._function(*rebuilt(operands), **keywords)
            return found if is_one else tuple(flatten(found)[0])

        def rule(slot: int, upstream: Any, out: Any, *operands: Any) -> Any:
            position, index = places[nodes[slot]]
            if not is_one:
                upstream, out = rebuild_output(upstream), rebuild_output(out)
            given = rebuilt(operands)
            gradient = self._pulled_back(position, upstream, out, given, keywords)
            return (
                flatten(gradient)[0][index]
                if gradient is not None
                else numpy.zeros(numpy.shape(_plain(operands[slot])))
            )

        recorded = Primitive(forward, (), rule, None if is_one else len(outputs), self.name)
        found = recorded(*[leaves[number] for number in nodes])
        return found if is_one else rebuild_output(found)

    def _pulled_back(self, position: int, upstream: Any, out: Any, given: list[Any], keywords: dict[str, Any]) -> Any:
        """The gradient of the argument at this position; None where it is 0."""
        if self.pullback_of_any is not None:
            return self.pullback_of_any([position], out, given, keywords)(upstream)[0]
        if position in self.pullback_makers:
            maker = self.pullback_makers[position]
            return None if maker is None else maker(out, *given, **keywords)(upstream)
        if position in self.pushforward_makers:
            pushforward = self.pushforward_makers[position]
            if pushforward is None:
                return None
            # What a rule of tangents makes of a tangent is linear in it, and the pullback of that is ours.
            zeros = numpy.zeros(numpy.shape(_plain(given[position])))
            return vjp(lambda tangent: self._pushed(pushforward, position, tangent, out, given, keywords), zeros)[1](
                upstream
            )[0]
        raise DataTypeError(f"{self.name}: argument {position} has no rule; give it one by defvjp, or None")

    def _pushed(
        self,
        pushforward: Maker | str,
        position: int,
        tangent: Any,
        out: Any,
        given: list[Any],
        keywords: dict[str, Any],
    ) -> Any:
        if pushforward == "same":  # linear in it
            return self._function(
                *[tangent if number == position else one for number, one in enumerate(given)], **keywords
            )
        return pushforward(tangent, out, *given, **keywords)  # type: ignore[operator]  # no text here

    # --- what its programs wrote before 2017 ---

    def defgrad(self, maker: Maker, argnum: int = 0) -> None:
        """As `defvjp`, for one argument."""
        self.pullback_makers[argnum] = maker

    def defvjp(self, rule: Maker, argnum: int = 0) -> None:
        """A rule for one argument in one function: `rule(g, ans, vs, gvs, *args, **kwargs)`, where `vs` and `gvs` have
        the shapes of the argument and of the upstream gradient."""

        def maker(ans: Any, *arguments: Any, **keywords: Any) -> Maker:
            of_argument = _Space(numpy.shape(_plain(arguments[argnum])))
            return lambda g: rule(g, ans, of_argument, _Space(numpy.shape(_plain(g))), *arguments, **keywords)

        self.pullback_makers[argnum] = maker

    def defvjp_is_zero(self, argnums: Iterable[int] = (0,)) -> None:
        """Say that nothing flows to these arguments."""
        self.pullback_makers.update(dict.fromkeys(argnums))

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"


def primitive(function: Callable[..., Any]) -> OwnPrimitive:
    """A decorator: the function is recorded as one operation, with the rules that `defvjp` gives it.

    >>> import autograd.numpy as np
    >>> from autograd import grad
    >>> from autograd.extend import defvjp, primitive
    >>> @primitive
    ... def cube(x):
    ...     return x**3
    >>> defvjp(cube, lambda ans, x: lambda g: 3 * g * x**2)
    >>> grad(cube)(2.0), grad(grad(cube))(2.0)
    (12.0, 12.0)
    """
    return OwnPrimitive(function)


def defvjp(function: OwnPrimitive, *makers: Maker | None, argnums: Iterable[int] | None = None) -> None:
    """Give a primitive its rules: `maker(ans, *args, **kwargs)` returns a function from the upstream gradient to the
    argument's; None where it is 0. The first is for the first argument, or for `argnums` in their order."""
    _checked("defvjp", function).pullback_makers.update(zip(argnums or range(len(makers)), makers, strict=False))


def defvjp_argnum(function: OwnPrimitive, maker: Callable[..., Any]) -> None:
    """One rule for all: `maker(argnum, ans, args, kwargs)` returns a function from the upstream gradient."""
    _checked("defvjp_argnum", function).pullback_of_any = lambda argnums, ans, args, kwargs: (
        lambda g: [maker(argnum, ans, args, kwargs)(g) for argnum in argnums]
    )


def defvjp_argnums(function: OwnPrimitive, maker: Callable[..., Any]) -> None:
    """One rule for all: `maker(argnums, ans, args, kwargs)` returns a function to a tuple of gradients."""
    _checked("defvjp_argnums", function).pullback_of_any = lambda argnums, ans, args, kwargs: maker(
        tuple(argnums), ans, tuple(args), kwargs
    )


def defjvp(function: OwnPrimitive, *makers: Maker | str | None, argnums: Iterable[int] | None = None) -> None:
    """Give a primitive rules of tangents: `rule(tangent, ans, *args, **kwargs)`, or "same" where it is linear.

    They are needed where there is no `defvjp` alone: from either the other follows."""
    _checked("defjvp", function).pushforward_makers.update(zip(argnums or range(len(makers)), makers, strict=False))


def defjvp_argnum(function: OwnPrimitive, rule: Callable[..., Any]) -> None:
    """One rule of tangents for all: `rule(argnum, tangent, ans, args, kwargs)`."""
    _checked("defjvp_argnum", function).pushforward_makers = _OfAll(
        lambda position: lambda tangent, ans, *args, **kwargs: rule(position, tangent, ans, args, kwargs)
    )


def defjvp_argnums(function: OwnPrimitive, rule: Callable[..., Any]) -> None:
    """One rule of tangents for all: `rule(argnums, tangents, ans, args, kwargs)`."""
    _checked("defjvp_argnums", function).pushforward_makers = _OfAll(
        lambda position: lambda tangent, ans, *args, **kwargs: rule((position,), [tangent], ans, args, kwargs)
    )


def def_linear(function: OwnPrimitive) -> None:
    """Say that a primitive is linear in each argument."""
    _checked("def_linear", function).pushforward_makers = _OfAll(lambda position: "same")


def notrace_primitive(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that is given plain numbers, and whose answer has no gradient."""

    @functools.wraps(function)
    def untraced(*arguments: Any, **keywords: Any) -> Any:
        (given, keywords_given) = _without_nodes((arguments, keywords))
        return function(*given, **keywords_given)

    return untraced


def __getattr__(name: str) -> NoReturn:
    if name in _LEFT_OUT:
        raise ImportError(
            f"autograd.extend.{name}: glassgrad has no vector spaces and boxes to extend; arguments and results of "
            "primitives may be nested lists, tuples and dicts of numbers and arrays"
        )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class _OfAll(dict[int, "Maker | str | None"]):
    """The rule of each position by one function."""

    def __init__(self, rule_of: Callable[[int], Maker | str]) -> None:
        super().__init__()
        self._rule_of = rule_of

    def __contains__(self, position: object) -> bool:
        return True

    def __missing__(self, position: int) -> Maker | str:
        return self._rule_of(position)


_LEFT_OUT = {
    "Box",
    "VSpace",
    "vspace",
    "SparseObject",
    "JVPNode",
    "VJPNode",
    "register_notrace",
}


def _checked(name: str, function: Any) -> OwnPrimitive:
    if isinstance(function, Primitive | UnfinishedPrimitive):
        raise ArgumentError(
            f"{name}: autograd.primitive takes its rules itself; write `from autograd.extend import primitive` for one "
            "that gets them later"
        )
    if not isinstance(function, OwnPrimitive):
        raise ArgumentError(
            f"{name}: gives a rule to what @primitive made, not to {type(function).__name__} {function!r:.60}"
        )
    return function


def _plain(operand: Any) -> Any:
    return operand._data if isinstance(operand, Node) else operand


def _without_nodes(structure: Any) -> Any:
    leaves, _, rebuild = flatten(structure)
    return rebuild([_plain(leaf) for leaf in leaves])
