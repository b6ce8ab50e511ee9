"""Operations of one's own: a function of numbers and arrays, and the rule of its gradient, recorded as one node."""

from __future__ import annotations

import functools
import inspect
import itertools
import math
import weakref
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from . import array_functions, modes
from .arguments import described
from .errors import ArgumentError, DataTypeError, NotRecordedError, ShapeError
from .operands import Shape
from .operation import PYTHON_NUMBERS, OwnOperation, Recordable, Rule, as_recorded, holds_nodes
from .ops import operations
from .structure import Place, with_leaves
from .tensor import Tensor
from .value import Value


def primitive(
    *rules: Rule | None, every: Rule | None = None, outputs: int | None = None, name: str | None = None
) -> UnfinishedPrimitive:
    """A decorator: the function becomes an operation that is recorded as one node, with this rule for its gradient.

    The function is written on plain numbers and arrays; inside, nothing is recorded. A rule is called
    `rule(upstream, out, *operands, **parameters)` and gives the gradient of its operand, `upstream` times the
    derivative, in the operand's shape or the one it was broadcast to. Written in NumPy's or autograd's functions
    it serves `grad` of `grad` as well.

    Args:
        rules: one for each of the function's first parameters, its operands; None where no gradient flows. Further
            parameters are not differentiated by, and the rules take them by name.
        every: one rule for all operands, of any number, called `every(slot, upstream, out, *operands, **parameters)`;
            parameters are keyword-only then.
        outputs: how many arrays the function returns, as a tuple, where it returns several. The rules are then given
            a tuple of upstream gradients and one of outputs. The results are Tensors.
        name: what the operation is called in drawings and messages; the function's name where it is left out.

    Raises ArgumentError for rules that do not fit the function. A graph with such an operation is drawn and stepped
    through with the rule's numbers, as the rule is not run on anything else; it is compiled where the function is
    written in NumPy's or autograd's functions.

    >>> from autograd import Tensor, grad, gradcheck, primitive
    >>> @primitive(lambda upstream, out, x: upstream / (1 + abs(x)) ** 2)
    ... def softsign(x):
    ...     return x / (1 + abs(x))
    >>> softsign(3.0), grad(softsign)(3.0), grad(grad(softsign))(3.0)
    (0.75, 0.0625, -0.03125)
    >>> t = Tensor([1.0, -3.0])
    >>> softsign(t).sum().backward()
    >>> t.grad
    array([0.25  , 0.0625])
    >>> gradcheck(softsign, Tensor([0.5, -2.0]))
    True
    """
    for rule in (*rules, every):
        if rule is not None and not callable(rule):
            raise ArgumentError(
                f"primitive: a rule is a function of (upstream, out, operands …) or None, not {rule!r:.60}; "
                "write @primitive(rule) above the function"
            )
    if bool(rules) == (every is not None):
        raise ArgumentError("primitive: give a rule for each operand, or every=rule for all of them")
    if outputs is not None and (type(outputs) is not int or outputs < 1):
        raise ArgumentError(f"primitive: outputs is how many arrays the function returns, from 1, not {outputs!r:.60}")

    return UnfinishedPrimitive(rules, every, outputs, name)


@dataclass(frozen=True, slots=True)
class UnfinishedPrimitive:
    """The rules, which wait for their function."""

    rules: tuple[Rule | None, ...]
    every: Rule | None
    outputs: int | None
    name: str | None

    def __call__(self, function: Callable[..., Any]) -> Primitive:
        if not callable(function):
            raise ArgumentError(
                f"primitive: decorates a function, not {type(function).__name__} {function!r:.60}; write "
                "@primitive(rule) above it, or `from autograd.extend import primitive` for one that gets rules later"
            )
        called = self.name or str(getattr(function, "__name__", "primitive"))
        return Primitive(function, self.rules, self.every, self.outputs, called)


class Primitive:
    """A function that is recorded as one operation; made by `primitive`. Called on plain numbers it is the function."""

    def __init__(
        self,
        function: Callable[..., Any],
        rules: tuple[Rule | None, ...],
        every: Rule | None,
        outputs: int | None,
        name: str,
    ) -> None:
        functools.update_wrapper(self, function)
        self.name: str = name
        self.outputs: int | None = outputs
        self._function, self._rules, self._every = function, rules, every
        self._signature = inspect.signature(function)
        self._operand_names, self._parameter_names = self._divided()
        for rule in (*rules, every):
            if rule is not None:
                self._check_rule(rule)
        self._rows: dict[Hashable, OwnOperation] = {}
        self._row_name = _name_of_its_own(self)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        try:
            bound = self._signature.bind(*arguments, **keywords)
        except TypeError as error:
            raise ArgumentError(f"{self.name}: {error}") from None
        bound.apply_defaults()
        operands: list[Any] = []
        for operand in self._operand_names:
            given = bound.arguments[operand]
            operands += given if self._is_variadic(operand) else [given]
        parameters = {parameter: bound.arguments[parameter] for parameter in self._parameter_names}
        for parameter, given in parameters.items():
            if isinstance(given, Recordable) or holds_nodes(given):
                raise DataTypeError(
                    f"{self.name}: no gradient flows to {parameter}, which has no rule; give its plain numbers "
                    "(.data), or the operation a rule for it"
                )
        operands = [as_recorded(self.name, operand) for operand in operands]
        if not any(isinstance(operand, Recordable) for operand in operands):
            return self._function(*operands, **parameters)
        # The caller may write into them before the sweep.
        parameters = {name: with_leaves(given, _as_it_is_now) for name, given in parameters.items()}
        if self.outputs is not None:
            return self._several(operands, parameters)
        if not any(isinstance(operand, Tensor) or numpy.ndim(_plain(operand)) for operand in operands):
            try:
                return Value._record(self._row_of_numbers(len(operands), parameters), tuple(operands), {})
            except _ArrayOfNumbersError:  # then the result is a Tensor, as of a Value with an array
                pass
        return Tensor._record(self._row_of_arrays(), self._arrays(operands), parameters)

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __reduce__(self) -> str:
        return self.__qualname__  # type: ignore[no-any-return, attr-defined]  # the function's, as its module knows it

    # --- the function's parameters ----------------------------------------------------------------------

    def _divided(self) -> tuple[list[str], list[str]]:
        """The names of operands, and those of parameters that are not differentiated by."""
        names = list(self._signature.parameters)
        if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in self._signature.parameters.values()):
            raise ArgumentError(f"primitive: {self.name} takes **keywords; name each parameter")
        positional = [
            name for name, one in self._signature.parameters.items() if one.kind is not inspect.Parameter.KEYWORD_ONLY
        ]
        if self._every is not None:
            return positional, names[len(positional) :]
        if any(map(self._is_variadic, names)):
            raise ArgumentError(f"primitive: {self.name} takes any number of operands; give it every=rule")
        if len(self._rules) > len(positional):
            raise ArgumentError(
                f"primitive: {self.name} has {len(positional)} parameters by position and {len(self._rules)} rules"
            )
        return positional[: len(self._rules)], names[len(self._rules) :]

    def _is_variadic(self, name: str) -> bool:
        return self._signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL

    def _check_rule(self, rule: Rule) -> None:
        try:
            signature = inspect.signature(rule)
        except ValueError:  # a function of C says nothing
            return
        given = ["slot"] * (rule is self._every) + ["upstream", "out", *self._operand_names]
        try:
            signature.bind(*given, **dict.fromkeys(self._parameter_names))
        except TypeError as error:
            called = ", ".join([*given, *(f"{name}=" for name in self._parameter_names)])
            raise ArgumentError(
                f"primitive: a rule of {self.name} is called with ({called}), and this one takes {signature}: {error}"
            ) from None

    # --- its rows -----------------------------------------------------------------------------------------

    def _row_of_numbers(self, count: int, parameters: dict[str, Any]) -> OwnOperation:
        """The row for Values, whose rows have no parameters: they are bound."""
        try:
            key = (count, *map(_key, parameters.values()))
        except TypeError:  # of one of them equality says too little
            return self._made_for_numbers(count, parameters)
        found = self._rows.get(key)
        if found is None:
            found = self._rows[key] = self._made_for_numbers(count, parameters)
        return found

    def _made_for_numbers(self, count: int, parameters: dict[str, Any]) -> OwnOperation:
        function = functools.partial(self._function, **parameters)

        def forward(*operands: Any) -> Any:
            return self._number(function(*operands))

        return OwnOperation(
            self._row_name, self.name, forward, forward,
            local_gradients=tuple(self._local_gradient(slot, parameters) for slot in range(count)), slots=count,
            expansion=self._expansion(parameters), made_by=(_row_of_numbers, self, count, parameters),
        )  # fmt: skip

    def _row_of_arrays(self) -> OwnOperation:
        found = self._rows.get("arrays")
        if found is None:
            is_variadic = self._every is not None
            pullbacks = [self._pullback(None)] if is_variadic else list(map(self._pullback, range(len(self._rules))))
            found = self._rows["arrays"] = OwnOperation(
                self._row_name, self.name, self._forward, pullbacks=tuple(pullbacks),
                slots=None if is_variadic else len(pullbacks), elementwise=False,
                expansion=self._expansion({}), made_by=(_row_of_arrays, self),
            )  # fmt: skip
        return found

    def _rule(self, slot: int) -> Rule | None:
        return self._rules[slot] if self._every is None else functools.partial(self._every, slot)

    def _local_gradient(self, slot: int, parameters: dict[str, Any]) -> Rule | None:
        """∂out/∂operand of numbers: what the rule makes of an upstream gradient of 1."""
        rule = self._rule(slot)
        if rule is None:
            return None

        def local_gradient(out: Any, *operands: Any) -> Any:
            if not isinstance(out, Recordable):
                return self._number(rule(1.0, out, *operands, **parameters), slot)
            return self._as_node(rule, slot, (Value(1.0, requires_grad=False), out, *operands), parameters)

        return local_gradient

    def _pullback(self, slot: int | None) -> Rule | None:
        """The gradient of an operand, checked; of any operand, which is told first, where `slot` is None."""
        if slot is not None and self._rule(slot) is None:
            return None

        def pullback(slot: int, upstream: Any, out: Any, *operands: Any, **parameters: Any) -> Any:
            rule = self._rule(slot)
            assert rule is not None
            is_recorded = isinstance(upstream, Recordable)
            if self.outputs is not None:
                shapes = parameters.pop("shapes")
                upstream, out = _unpacked(upstream, shapes), _unpacked(out, shapes)
            if is_recorded:
                gradient = self._as_node(rule, slot, (upstream, out, *operands), parameters)
            else:
                kept = [_read_only(one) for one in (upstream, out, *operands)]
                gradient = self._array(rule(*kept, **parameters), slot)
            shape, wanted = (
                numpy.shape(getattr(gradient, "_data", gradient)),
                numpy.shape(getattr(operands[slot], "_data", operands[slot])),
            )
            if not _is_broadcast_of(shape, wanted):
                raise ShapeError(
                    f"{self.name}: its rule for operand {slot} gave a gradient of shape {shape}, and the operand has "
                    f"shape {wanted}"
                )
            return gradient

        return pullback if slot is None else functools.partial(pullback, slot)

    def _as_node(self, rule: Rule, slot: int, given: tuple[Any, ...], parameters: dict[str, Any]) -> Any:
        """What a rule gives where the gradient itself is recorded, to be differentiated or compiled."""
        looks = modes.enter_transform()
        try:
            gradient = rule(*given, **parameters)
        finally:
            looks.is_over = True
            modes.leave_transform(looks)
        if not looks and not isinstance(gradient, Recordable) and not numpy.any(self._array(gradient, slot)):
            return Tensor(gradient, requires_grad=False)  # no gradient, whatever the operands are
        if looks or not isinstance(gradient, Recordable):
            line = looks[0][1] if looks else None
            raise DataTypeError(
                f"{self.name}: its rule for operand {slot} computes with plain numbers"
                f"{'' if line is None else f' ({line})'}, and a gradient of the gradient, or a program, was asked for; "
                "write the rule in autograd's or NumPy's functions of upstream, out and the operands"
            )
        return gradient

    # --- its function --------------------------------------------------------------------------------------

    def _several(self, operands: list[Any], parameters: dict[str, Any]) -> tuple[Any, ...]:
        """Several outputs are one node's data, one after the other, and taken out of it."""
        shapes: list[Shape] = []  # the function fills it
        packed = Tensor._record(self._row_of_arrays(), self._arrays(operands), {**parameters, "shapes": shapes})
        return _unpacked(packed, shapes)

    def _forward(self, *arrays: Any, **parameters: Any) -> Any:
        shapes = parameters.pop("shapes", None)
        result = self._function(*map(_read_only, arrays), **parameters)
        if shapes is None:
            array = self._array(result)
        else:
            if not isinstance(result, tuple | list) or len(result) != self.outputs:
                raise DataTypeError(
                    f"{self.name}: its function was to return a tuple of {self.outputs} arrays "
                    f"(outputs={self.outputs}), and returned {_kind(result)}"
                )
            parts = list(map(self._array, result))
            shapes[:] = [part.shape for part in parts]
            array = numpy.concatenate([part.ravel() for part in parts])
        if array.dtype.kind != "f":  # gradients flow through floats alone
            array = array.astype(numpy.result_type(*[a.dtype for a in arrays if a.dtype.kind == "f"] or [float]))
        # It may be an operand's, or room that the function computes in and writes into at its next call.
        return array.copy() if shapes is None else array

    def _expansion(self, bound: dict[str, Any]) -> Rule:
        """The function on nodes: how a program computes it."""

        def expansion(*operands: Any, **parameters: Any) -> Any:
            parameters = {**bound, **parameters}
            shapes = parameters.pop("shapes", None)
            looked_at: list[Any] = []
            reason: Exception | None = None
            result: Any = None
            with modes.Adjusted(looked_at=looked_at):
                try:
                    result = self._function(*operands, **parameters)
                    if shapes is not None:
                        result = array_functions.concatenate([array_functions.reshape(part, (-1,)) for part in result])
                except Exception as error:  # whatever somebody's function does with nodes, which it is not written for
                    reason = error
            if reason is not None or looked_at or not isinstance(result, Recordable):
                raise NotRecordedError(
                    f"compile: the function of {self.name} is not written in operations that a program has"
                    f"{'' if reason is None else f' ({reason})'}; write it in autograd's or NumPy's functions that "
                    "have a derivative, without looking at numbers"
                ) from reason
            return result

        return expansion

    def _arrays(self, operands: Sequence[Any]) -> tuple[Any, ...]:
        """Python's numbers as arrays that do not widen the others."""
        dtypes = [getattr(_plain(one), "dtype", None) for one in operands]
        others = [dtype for dtype in dtypes if dtype is not None]
        return tuple(
            numpy.asarray(one, numpy.result_type(one, *others)) if type(one) in PYTHON_NUMBERS else one
            for one in operands
        )

    def _number(self, result: Any, slot: int | None = None) -> float:
        array = self._array(result, slot)
        if array.shape != ():
            if slot is None:
                raise _ArrayOfNumbersError
            raise ShapeError(f"{self.name}: {self._said(slot)} gave an array of shape {array.shape}, of numbers")
        return float(array)

    def _array(self, result: Any, slot: int | None = None) -> Any:
        result = _plain(result)  # of a constant that it computed with autograd's functions
        array = numpy.asarray(result) if not isinstance(result, tuple) and result is not None else None
        if array is None or array.dtype.kind not in "biuf":
            more = "; say outputs=…" if isinstance(result, tuple) and slot is None else ""
            raise DataTypeError(
                f"{self.name}: {self._said(slot)} returned {_kind(result)}, and a number or an array is expected{more}"
            )
        return array

    def _said(self, slot: int | None) -> str:
        return "its function" if slot is None else f"its rule for operand {slot}"


class _ArrayOfNumbersError(Exception):
    """A function of numbers gave an array."""


def _row_of_numbers(primitive: Primitive, count: int, parameters: dict[str, Any]) -> OwnOperation:
    return primitive._row_of_numbers(count, parameters)


def _row_of_arrays(primitive: Primitive) -> OwnOperation:
    return primitive._row_of_arrays()


_named: weakref.WeakValueDictionary[str, Primitive] = weakref.WeakValueDictionary()


def _name_of_its_own(primitive: Primitive) -> str:
    """A name that no other row has, because programs call rows by it: `relu_2` beside the table's relu."""
    plain = primitive.name if primitive.name.isidentifier() else "operation"
    for name in itertools.chain([plain], (f"{plain}_{number}" for number in itertools.count(2))):
        if name not in _named and name not in operations():
            _named[name] = primitive
            return name
    raise AssertionError("there is always a next name")


def _unpacked(packed: Any, shapes: Sequence[Shape]) -> tuple[Any, ...]:
    parts: list[Any] = []
    start = 0
    for shape in shapes:
        end = start + math.prod(shape)
        part = packed[start:end]
        parts.append(array_functions.reshape(part, shape) if isinstance(part, Recordable) else part.reshape(shape))
        start = end
    return tuple(parts)


def _read_only(array: Any) -> Any:
    """A view that nothing is written into: what somebody's function did to it, it would do to the graph's own data."""
    if isinstance(array, tuple):
        return tuple(map(_read_only, array))
    if not isinstance(array, numpy.ndarray):
        return array
    view = array.view()
    view.flags.writeable = False
    return view


def _plain(operand: Any) -> Any:
    return operand._data if isinstance(operand, Recordable) else operand


def _is_broadcast_of(shape: Shape, of: Shape) -> bool:
    try:
        return numpy.broadcast_shapes(shape, of) == shape
    except ValueError:
        return False


def _kind(result: Any) -> str:
    if isinstance(result, tuple | list):
        return f"a {type(result).__name__} of {len(result)}"
    return "None (is its return missing?)" if result is None else described(result)


def _as_it_is_now(place: Place, given: Any) -> Any:
    return given.copy() if isinstance(given, numpy.ndarray) else given


def _key(given: Any) -> Hashable:
    """What is the same for parameters that are the same, and another for those that are merely equal (0.0 and −0.0, 1
    and True). Raises TypeError where that is not known."""
    kind = type(given)
    if kind is float:
        return kind, given.hex()
    if kind is tuple:
        return kind, tuple(map(_key, given))
    has_own_equality = kind.__eq__ is not object.__eq__  # type: ignore[comparison-overlap]  # bound by inheritance
    if kind in (int, bool, str, bytes, type(None)) or not has_own_equality:
        return kind, given
    raise TypeError
