"""What a row of the table of operations is, how it is run on numbers, arrays and nodes, and what it needs of a node.

The rows themselves are in `ops.py`. A row's rules are plain arithmetic on whatever they are given:
floats for `Value`, arrays for `Tensor`, nodes where the gradient itself is wanted as a graph.
"""

from __future__ import annotations

import functools
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextvars import Context, ContextVar
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, Literal, NamedTuple, TypeVar

import numpy

from .arguments import described
from .calling_line import SourceLine
from .errors import CallError, DataTypeError, GraphError, IndexRangeError, ShapeError

Rule = Callable[..., Any]
Parameters = dict[str, Any]
Integers = Literal["as floats", "as floats beside floats", "as they are"]

Function = TypeVar("Function", bound=Callable[..., Any])

# NumPy warns of overflow, 1/0 and nan; the engine gives IEEE's answer without a word, as PyTorch does.
_quiet = numpy.errstate(all="ignore")
_is_silent: ContextVar[bool] = ContextVar("autograd_is_silent", default=False)
is_silent: Callable[[], bool] = _is_silent.get

# Whether an operation runs on numbers that stand for any, of which only shapes count: then a matrix is never singular.
numbers_are_made_up: ContextVar[bool] = ContextVar("autograd_numbers_are_made_up", default=False)


def silently(function: Function) -> Function:
    """A decorator: no warnings inside. Operations inside need not silence NumPy one by one, which costs
    as much as adding two small arrays."""
    quiet = _quiet(function)

    @functools.wraps(function)
    def silent(*arguments: Any, **keywords: Any) -> Any:
        if is_silent():
            return function(*arguments, **keywords)
        try:  # around all that it changes: a signal's handler may raise in any call
            _is_silent.set(True)
            return quiet(*arguments, **keywords)
        finally:
            _is_silent.set(False)

    return silent  # type: ignore[return-value]  # called as the function is


# Contexts in which NumPy is quiet, none of which is entered just now: one serves a single call at a time.
_quiet_contexts: list[Context] = []


def _quiet_context() -> Context:
    context = Context()
    context.run(numpy.seterr, all="ignore")
    return context


def _without_warnings(function: Callable[..., Any]) -> Callable[..., Any]:
    """A row's forward rule while NumPy keeps quiet.

    To enter a context where it does costs a third of what `numpy.errstate` does. It knows nothing of the caller's own
    context, which only a ufunc, that runs no Python, never misses.
    """
    if not isinstance(function, numpy.ufunc):
        return _quiet(function)

    def quietly(*operands: Any, **parameters: Any) -> Any:
        try:
            context = _quiet_contexts.pop()
        except IndexError:  # all are entered, in other threads or around this call
            context = _quiet_context()
        try:
            return context.run(function, *operands, **parameters)
        finally:
            _quiet_contexts.append(context)

    return quietly


class Recordable:
    """A node, as far as operations, which record it, and the sweep, which goes back through it, need to know.

    What a person sees of it is said at `Node`. Subclasses keep `_data`, what each operand's data was when the
    operation ran in `_recorded`, and the slots that gradients flow to in `_gradient_slots`.
    """

    __slots__ = ()
    _holds_array: ClassVar[bool] = False  # then it is what operations on whole arrays work on
    _keeps_local_gradients: ClassVar[bool] = False  # from the forward pass: data assigned since does no harm

    op: Operation | None
    requires_grad: bool
    label: str | None = None
    source: SourceLine | None = None
    keywords: Mapping[str, Any] = MappingProxyType({})
    operands: tuple[Any, ...]
    _data: Any
    _recorded: Sequence[Any]
    _gradient_slots: Sequence[int]
    _is_constant_boolean: bool = False

    @staticmethod
    @abstractmethod
    def _record(operation: Operation, operands: tuple[Any, ...], parameters: Parameters) -> Any:
        """The operation's result. NotImplemented for an array of nodes: NumPy's own loop goes through its elements."""

    @property
    def _is_boolean(self) -> bool:
        """Whether the data is a predicate's answer, which a Value holds as a float."""
        return self._is_constant_boolean if self.op is None else self.op.is_boolean

    @abstractmethod
    def _refuse_copy(self) -> None:
        """A node whose copy would not be what it is says so."""

    @staticmethod
    @abstractmethod
    def _stack(parts: Sequence[Any], dtype: Any) -> Any:
        """Nodes, numbers and arrays of one shape, joined along a new first axis: recorded, in this dtype."""

    @abstractmethod
    def _as_array(self) -> Any:
        """A node that holds an array: itself, or its only number as an array without axes, recorded."""

    @classmethod
    @abstractmethod
    def _constant(cls, data: Any) -> Any:
        """A leaf without gradient."""

    @abstractmethod
    def _refuse_stale(self) -> None:
        """Gradients belong to the forward pass that was run: refuse data that was assigned since."""

    @abstractmethod
    def _contributions(self, upstream: Any, slots: Sequence[int]) -> list[Passed]:
        """What this node passes on to the operands in these slots, from the data that the operation saw."""

    def _contributions_as_nodes(self, upstream: Any, slots: Sequence[int]) -> list[Passed] | None:
        """The same recorded, where a node does not leave it to its row's rules."""
        return None

    @abstractmethod
    def _seed(self, gradient: Any, create_graph: bool) -> Any:
        """What a sweep from here starts with: the checked upstream gradient, or 1."""

    @abstractmethod
    def _fit(self, contribution: Any, create_graph: bool) -> Any:
        """A contribution to this node's gradient in its own shape and dtype: undoes broadcasting."""

    @abstractmethod
    def _hold(self, gradient: Any) -> None:
        """Take the gradient that a sweep found for this intermediate, in place of an earlier one."""

    @abstractmethod
    def _forget(self) -> None:
        """Have no gradient any more."""

    @abstractmethod
    def _accumulate(self, gradient: Any, in_use: set[int], done: list[int]) -> None:
        """Add the gradient that a finished sweep found for this leaf, and count it in `done`, in one: no signal's
        handler may come between. No two nodes may share a gradient's memory: `in_use` has the ids of the arrays that
        this sweep has already given to a node."""


# What a node passes on: the slot, the operand there, the local gradient (None where the row has a pullback
# instead), the contribution to the operand's gradient.
Passed = tuple[int, Recordable, Any, Any]


class Contribution(NamedTuple):
    """What an observer of the sweep is told: `node` passed `contribution` on to its operand in `slot`, whose gradient
    in this sweep is now `total`. `local_gradient` is None for an operation that has a pullback instead."""

    node: Any
    slot: int
    operand: Any
    upstream_gradient: Any
    local_gradient: Any
    contribution: Any
    total: Any


@dataclass(frozen=True, eq=False, slots=True)
class Operation:
    """One row of the table: how a primitive is computed, and one rule for each operand slot.

    Exactly one of `local_gradients` and `pullbacks` is given on a differentiable row:

    * `local_gradients[slot](out, *operands)` is ∂out/∂operand, elementwise;
    * `pullbacks[slot](upstream, out, *operands, **parameters)` is the gradient of that operand.

    A slot whose rule is None has no gradient (a mask, an index). A row with none but such slots is a
    predicate: it is recorded, so that the graph knows where its data comes from.
    `slots` is None where any number of operands may come; then one pullback serves them all and is
    given the slot as its first argument.

    What a compiled program needs besides, where `forward` is not one of NumPy's ufuncs; one of the two:

    * `expansion(*operands, **parameters)` is the same computation in other rows of the table;
    * `written(library, *operands, **parameters)` is the text of an expression in Python, given the name of the array
      library ("numpy", "jax.numpy") and the operands' texts.

    `integers` says how the row and its rules take arrays of integers and truths, which wrap around in −a, a − b and
    a · a and have few digits of their own (NumPy's exp of a uint8 is a float16): "as floats"; "as floats beside
    floats", which leaves truths and integers among themselves as they are; or "as they are", where neither the row
    nor a rule computes with an operand alone.
    """

    # Whether it is somebody's own, whose rules are run on nothing but what it was given.
    is_opaque: ClassVar[bool] = False
    # Whether it stands for a compiled function, which has programs instead of a forward rule and of pullbacks.
    is_program: ClassVar[bool] = False

    name: str
    symbol: str
    forward: Callable[..., Any]
    scalar: Callable[..., Any] | None = None
    local_gradients: tuple[Rule | None, ...] = ()
    pullbacks: tuple[Rule | None, ...] = ()
    slots: int | None = 1
    elementwise: bool = True
    is_boolean: bool = False
    expansion: Rule | None = None
    written: Callable[..., str] | None = None
    integers: Integers = "as they are"

    rules: tuple[Rule | None, ...] = field(init=False)
    quietly: Callable[..., Any] = field(init=False)
    converted_kinds: str = field(init=False)
    # Whether a gradient flows to the operand in each slot; None: to all of them.
    takes_gradient: tuple[bool, ...] | None = field(init=False)

    def __post_init__(self) -> None:
        kinds = {"as floats": "iub", "as floats beside floats": "iu", "as they are": ""}
        object.__setattr__(self, "converted_kinds", kinds[self.integers])
        object.__setattr__(self, "rules", self.local_gradients or self.pullbacks)
        takes_gradient = tuple([rule is not None for rule in self.rules])
        object.__setattr__(
            self, "takes_gradient", None if self.slots is None or all(takes_gradient) else takes_gradient
        )
        object.__setattr__(self, "quietly", _without_warnings(self.forward))

    def __copy__(self) -> Operation:
        return self  # what a copied graph was computed by is told by identity

    def __deepcopy__(self, memo: Any) -> Operation:
        return self

    @property
    def differentiable(self) -> bool:
        return any(rule is not None for rule in self.rules)

    def rule(self, slot: int) -> Rule | None:
        """The rule of the operand in this slot; None where no gradient flows to it."""
        if self.slots is None:
            shared = self.rules[0]
            return None if shared is None else functools.partial(shared, slot)
        return self.rules[slot]

    def __call__(self, *operands: Any, **parameters: Any) -> Any:
        """Run on numbers or arrays; record if an operand is a node."""
        plain = self.scalar is not None
        for operand in operands:
            if type(operand) in PYTHON_NUMBERS:
                continue
            if isinstance(operand, Recordable):
                recorded = operand._record(self, operands, parameters)
                if recorded is NotImplemented:
                    raise DataTypeError(f"{self.name}: takes no array of nodes; NumPy's own function goes through one")
                return recorded
            if type(operand) is not numpy.ndarray and holds_nodes(operand):
                return self(*[as_recorded(self.name, one) for one in operands], **parameters)
            plain = False
            if type(operand) is not numpy.ndarray and not isinstance(operand, numpy.ndarray | numpy.generic):
                self._refuse_no_numbers(operand)
        if not plain or parameters:
            return self.on_arrays(operands, parameters)
        try:
            return self.scalar(*operands)  # type: ignore[misc]  # not None, or it would not be `plain`
        except (ArithmeticError, ValueError):
            return ieee(self.forward, operands)
        except TypeError as error:
            raise self.refusal(operands, parameters, error) from None

    def float_dtype(self, arrays: Sequence[Any]) -> numpy.dtype[Any] | None:
        """The dtype in which the row computes with its operands of integers; None where it takes them as they are.

        Args:
            arrays: the operands' data; Python's numbers among them change no dtype.
        """
        kinds = [one if type(one) in PYTHON_NUMBERS else one.dtype for one in arrays]
        common = numpy.result_type(*kinds)
        if common.kind == "f":
            return common
        return numpy.dtype(numpy.float64) if self.integers == "as floats" else None

    def on_arrays(self, arrays: Sequence[Any], parameters: Parameters) -> Any:
        """The forward rule through NumPy."""
        if self.converted_kinds:
            arrays = self._with_floats(arrays)
        try:
            return (self.forward if is_silent() else self.quietly)(*arrays, **parameters)
        except (ValueError, IndexError, TypeError, OverflowError) as error:
            raise self.refusal(arrays, parameters, error) from error

    def _refuse_no_numbers(self, operand: Any) -> None:
        """Refuse what makes no array of real numbers: NumPy reads a number off some text, and not off other."""
        try:
            kind = numpy.asarray(operand).dtype.kind
        except ValueError:  # lists of different lengths
            kind = "O"
        if kind not in "biuf":
            raise DataTypeError(
                f"{self.name}: an operand is a number, an array of real numbers, a Value or a Tensor, "
                f"not {described(operand)}"
            )

    def miscounted(self, count: int) -> GraphError:
        """The engine's message for another number of operands."""
        return CallError(
            f"{self.name} takes {'one operand' if self.slots == 1 else f'{self.slots} operands'}, and {count} "
            f"{'was' if count == 1 else 'were'} given"
        )

    def _with_floats(self, arrays: Sequence[Any]) -> Sequence[Any]:
        """Plain operands as the row takes them."""
        kinds = self.converted_kinds
        for one in arrays:
            if type(one) is numpy.ndarray:
                if one.dtype.kind in kinds:
                    break
            elif type(one) not in PYTHON_NUMBERS:
                break
        else:  # the usual case
            return arrays
        arrays = [
            one if type(one) in PYTHON_NUMBERS or isinstance(one, numpy.ndarray | numpy.generic) else numpy.asarray(one)
            for one in arrays
        ]
        if any(type(one) not in PYTHON_NUMBERS and one.dtype.kind not in "biuf" for one in arrays):
            return arrays  # which NumPy refuses
        dtype = self.float_dtype(arrays)
        if dtype is None:
            return arrays
        return [
            one.astype(dtype) if type(one) not in PYTHON_NUMBERS and one.dtype.kind in kinds else one for one in arrays
        ]

    def refusal(self, arrays: Sequence[Any], parameters: Parameters, error: Exception) -> GraphError:
        """The engine's message for operands that NumPy does not take."""
        if isinstance(error, GraphError):
            return error
        if self.slots not in (None, len(arrays)):
            return self.miscounted(len(arrays))
        if isinstance(error, TypeError):
            if "shape" in parameters and not _is_shape(parameters["shape"]):
                return DataTypeError(
                    f"{self.name}: a shape is a whole number or a tuple of them, not {described(parameters['shape'])}"
                )
            unknown = [name for name in parameters if f"keyword argument '{name}'" in str(error)]
            if unknown:
                return CallError(f"{self.name}: there is no {unknown[0]}=; it works element by element")
        if isinstance(error, TypeError | OverflowError):  # a boolean array's negative; 1000 beside a uint8
            kinds = " and ".join(str(getattr(array, "dtype", type(array).__name__)) for array in arrays)
            return DataTypeError(f"{self.name}: not for operands of {kinds}: {error}")
        shapes = " and ".join(str(numpy.shape(array)) for array in arrays)
        said = ", ".join(f"{name}={value!r}" for name, value in parameters.items() if name != "starts")
        reason = str(error).split(" with shapes")[0].split(" (size")[0]
        kind = IndexRangeError if isinstance(error, IndexError) and self.name == "getitem" else ShapeError
        return kind(f"{self.name}: operands of shape {shapes}{f' with {said}' if said else ''} do not fit: {reason}")

    def unfolded(self, node: Any) -> Any:
        """The node that this operation gave as one of the table's rows: of a compiled function, as its own code."""
        return node

    def __repr__(self) -> str:
        return f"<operation {self.name}>"


@dataclass(frozen=True, eq=False, slots=True)
class OwnOperation(Operation):
    """A row that is not of the table: somebody's own. Views never run its rules on made-up data."""

    is_opaque: ClassVar[bool] = True
    # A function that finds the row again where a graph is pickled, and what it is given.
    made_by: tuple[Any, ...] = ()

    def __reduce__(self) -> Any:
        make, *given = self.made_by
        return make, tuple(given)


def _is_shape(shape: Any) -> bool:
    sizes = shape if isinstance(shape, tuple | list) else (shape,)
    return all(isinstance(size, int | numpy.integer) for size in sizes)


PYTHON_NUMBERS = frozenset({float, int, bool})


def holds_nodes(operand: Any) -> bool:
    """Whether it is a list, a tuple or an array of objects with a node in it, at any depth."""
    if isinstance(operand, numpy.ndarray) and operand.dtype == object:
        operand = operand.ravel().tolist()
    if not isinstance(operand, list | tuple):
        return False
    return any(isinstance(item, Recordable) or holds_nodes(item) for item in operand)


def as_recorded(name: str, operand: Any) -> Any:
    """An operand that holds nodes as the array that it looks like, recorded; any other as it is."""
    if not holds_nodes(operand):
        return operand
    kinds: list[Any] = []
    nodes: list[Recordable] = []
    _list_kinds(operand, kinds, nodes)
    try:
        dtype = numpy.result_type(*kinds)
    except TypeError:  # something that is no number is among them, and joining them says so
        dtype = numpy.dtype(object)
    return _stacked(name, operand, nodes[0], dtype)


def _list_kinds(nested: Any, kinds: list[Any], nodes: list[Recordable]) -> None:
    """The dtypes of what is in there, Python's numbers and Values as what they are, which change no dtype."""
    for item in nested.tolist() if isinstance(nested, numpy.ndarray) else nested:
        if isinstance(item, Recordable):
            nodes.append(item)
            kinds.append(getattr(item._data, "dtype", 1.0))
        elif isinstance(item, list | tuple) or (isinstance(item, numpy.ndarray) and item.dtype == object):
            _list_kinds(item, kinds, nodes)
        else:
            kinds.append(item if type(item) in PYTHON_NUMBERS else numpy.asarray(item).dtype)


def _stacked(name: str, nested: Any, node: Recordable, dtype: Any) -> Any:
    parts = nested.tolist() if isinstance(nested, numpy.ndarray) else nested
    if not isinstance(parts, list | tuple):  # what an array without axes holds
        return parts
    parts = [part if isinstance(part, Recordable) else _stacked_or_plain(name, part, node, dtype) for part in parts]
    shapes = list(dict.fromkeys(numpy.shape(getattr(part, "_data", part)) for part in parts))
    if len(shapes) > 1:
        raise ShapeError(
            f"{name}: a list that holds nodes is the array that it looks like, and its parts have different shapes: "
            f"{', '.join(map(str, shapes))}"
        )
    return node._stack(parts, dtype)


def _stacked_or_plain(name: str, part: Any, node: Recordable, dtype: Any) -> Any:
    return _stacked(name, part, node, dtype) if holds_nodes(part) else part


@silently
def ieee(rule: Callable[..., Any], numbers: Sequence[Any]) -> Any:
    """`rule` on NumPy's floats: IEEE 754's answer where Python's floats raise (1/0, log 0, exp 1000)."""
    return numpy.asarray(rule(*map(numpy.float64, numbers))).item()


def elementwise(
    name: str,
    symbol: str,
    forward: Callable[..., Any],
    scalar: Callable[..., Any],
    local_gradients: tuple[Rule | None, ...],
    expansion: Rule | None = None,
    written: Callable[..., str] | None = None,
    integers: Integers = "as floats beside floats",
) -> Operation:
    """A row that works element by element: on `Value` through `scalar`, on `Tensor` through `forward`."""
    return Operation(
        name, symbol, forward, scalar, local_gradients=local_gradients, slots=len(local_gradients),
        expansion=expansion, written=written, integers=integers,
    )  # fmt: skip


def structural(
    name: str,
    symbol: str,
    forward: Callable[..., Any],
    pullbacks: tuple[Rule | None, ...],
    expansion: Rule | None = None,
    written: Callable[..., str] | None = None,
    integers: Integers = "as they are",
) -> Operation:
    """A row that moves, gathers or reduces elements: for `Tensor` alone."""
    return Operation(
        name, symbol, forward, pullbacks=pullbacks, slots=len(pullbacks), elementwise=False,
        expansion=expansion, written=written, integers=integers,
    )  # fmt: skip


def variadic(
    name: str, symbol: str, forward: Callable[..., Any], pullback: Rule, written: Callable[..., str] | None = None
) -> Operation:
    """A structural row with any number of operands; `pullback(slot, upstream, out, *operands, **parameters)`."""
    return Operation(name, symbol, forward, pullbacks=(pullback,), slots=None, elementwise=False, written=written)


def predicate(
    name: str,
    symbol: str,
    forward: Callable[..., Any],
    scalar: Callable[..., Any] | None = None,
    slots: int = 2,
    *,
    is_boolean: bool = True,
    written: Callable[..., str] | None = None,
) -> Operation:
    """A row without gradient whose result depends on data: recorded, so that nothing freezes."""
    nothing = (None,) * slots
    if scalar is None:
        return Operation(
            name, symbol, forward, pullbacks=nothing, slots=slots, elementwise=False,
            is_boolean=is_boolean, written=written,
        )  # fmt: skip
    return Operation(name, symbol, forward, scalar, local_gradients=nothing, slots=slots, is_boolean=is_boolean)
