"""What `Value` and `Tensor` share: how a recorded node is described, named and combined."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy

from . import modes, numpy_protocol, ops, views
from .errors import StaleGraphError
from .modes import Adjusted, Scope
from .operation import Operation, Recordable
from .source import SourceLine

# What a node passes on: the slot, the operand there, the local gradient (None where the row has a pullback
# instead), the contribution to the operand's gradient.
Passed = tuple[int, "Node", Any, Any]


@dataclass(eq=False, slots=True)  # frozen would be three times as slow to make
class ModuleCall:
    """A call of a part of a network: what lies between its inputs and the nodes that carry it was computed by
    that part.

    Attributes:
        inputs: what it was called with, keywords included.
        around: the call that made this one, or None.
        scope: the `scope(...)` block it was made in, or None.
        ended: calls that ended later have larger numbers.
    """

    module: Any
    inputs: tuple[Any, ...]
    around: ModuleCall | None
    scope: Scope | None
    ended: int = 0


class Node(Recordable):
    """A number or an array in the graph: a leaf, or the result of an operation on other nodes.

    Attributes every node has:
        data: the float or the array.
        grad: the gradient of whatever `backward()` was last called on (leaves add them up).
        op: the row of the table that made it; None on a leaf.
        operands: what the operation was given, in order: nodes, and bare numbers or arrays.
        keywords: what else it was given (an axis, a shape), by name.
        requires_grad: whether gradients flow to it.
        label: the name a person gave it, or None.
        scope: the `scope(...)` block it was recorded in, or None.
        calls: the calls of modules that returned it, the innermost first.
        source: the line that recorded it, under `detect_anomaly()` and `source_lines()`; or None.

    Subclasses keep `_data`, what each operand's data was when the operation ran in `_recorded`, and the slots
    that gradients flow to in `_gradient_slots`.
    """

    __slots__ = ()
    op: Operation | None
    requires_grad: bool
    label: str | None = None
    scope: Scope | None = None
    source: SourceLine | None = None
    calls: tuple[ModuleCall, ...] = ()
    _edited: bool = False
    _is_constant_boolean: bool = False
    keywords: Mapping[str, Any] = MappingProxyType({})

    _data: Any
    operands: tuple[Any, ...]
    _recorded: Sequence[Any]
    _gradient_slots: Sequence[int]
    grad: Any

    @property
    def inputs(self) -> tuple[Node, ...]:
        """The operands in order, `x * x` has two; a bare number is wrapped as a constant node."""
        return tuple(operand if isinstance(operand, Node) else self._constant(operand) for operand in self.operands)

    @property
    def _is_boolean(self) -> bool:
        """Whether the data is a predicate's answer, which a Value holds as a float."""
        return self._is_constant_boolean if self.op is None else self.op.is_boolean

    @property
    @abstractmethod
    def data(self) -> Any:
        """The float or the array."""

    @abstractmethod
    def item(self) -> Any:
        """The only number, as Python's own."""

    @abstractmethod
    def detach(self) -> Node:
        """A constant with the same data: nothing flows back through it."""

    @abstractmethod
    def zero_grad(self) -> None:
        """Forget the gradient."""

    @classmethod
    @abstractmethod
    def _constant(cls, data: Any) -> Node:
        """A leaf without gradient."""

    @abstractmethod
    def _contributions(self, upstream: Any, slots: Sequence[int]) -> list[Passed]:
        """What this node passes on to the operands in these slots, from the data that the operation saw."""

    def _refuse_stale(self) -> None:
        """Gradients belong to the forward pass that was run: refuse data that was assigned since."""
        edited: Node | None = self if self._edited else None
        for operand, recorded in zip(self.operands, self._recorded):  # noqa: B905  # hot, and as long as the other
            if operand is not recorded and operand._data is not recorded:  # a bare operand is what was recorded
                edited = operand
        if edited is not None:
            raise self._stale(edited.label)

    def _stale(self, label: str | None) -> StaleGraphError:
        assert self.op is not None
        return StaleGraphError(
            f"the data of {label or 'an operand'} was assigned after {self.op.name} had used it; "
            "gradients and steps belong to the forward pass that was run: run it again"
        )

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
    def _accumulate(self, gradient: Any, in_use: set[int]) -> None:
        """Add the gradient that a finished sweep found for this leaf. It may share memory with no other
        node's: `in_use` has the ids of arrays that are somebody's already."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str] | None:
        """In a notebook a node shows its picture, where a view of nodes is registered; its repr elsewhere."""
        show = views.registered("node")
        return None if show is None else show(self)

    def __format__(self, specification: str) -> str:
        """`f"{loss:.4f}"`, for a node with a single number."""
        return format(self.item(), specification) if specification else str(self)

    def backward(self, gradient: Any = None) -> None:
        """Add the gradient of this node with respect to every leaf to that leaf's `.grad`.

        Args:
            gradient: the upstream gradient, of this node's shape; 1 where it is not given, which only
                a node with a single number may leave out.

        Raises:
            ShapeError: the node has more than one number and no gradient was given, or its shape differs.
            NotRecordedError: the node depends on nothing that requires gradients.
            StaleGraphError: data that the sweep needs was assigned since the forward pass.

        >>> from autograd import Value
        >>> x = Value(3.0)
        >>> (x * x).backward()
        >>> x.grad
        6.0
        """
        from .backward import backward  # it knows Value and Tensor, which are made from this class

        if modes.open_blocks:
            modes.note_look(self)  # gradients in `.grad` are plain numbers
        backward(self, gradient)

    # --- NumPy's functions, `array * node` among them ---

    def __array_ufunc__(self, ufunc: numpy.ufunc, method: str, *inputs: Any, **keywords: Any) -> Any:
        return numpy_protocol.call_ufunc(ufunc, method, inputs, keywords)

    def __array_function__(self, function: Any, types: Any, arguments: Any, keywords: Any) -> Any:
        if not all(issubclass(kind, Node | numpy.ndarray) for kind in types):
            return NotImplemented  # somebody else's arrays
        return numpy_protocol.call_function(function, arguments, keywords)

    # --- operators: the table's rows under Python's names ---

    def __add__(self, other: Any) -> Any:
        return ops.add(self, other)

    def __radd__(self, other: Any) -> Any:
        return ops.add(other, self)

    def __sub__(self, other: Any) -> Any:
        return ops.subtract(self, other)

    def __rsub__(self, other: Any) -> Any:
        return ops.subtract(other, self)

    def __mul__(self, other: Any) -> Any:
        return ops.multiply(self, other)

    def __rmul__(self, other: Any) -> Any:
        return ops.multiply(other, self)

    def __truediv__(self, other: Any) -> Any:
        return ops.divide(self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return ops.divide(other, self)

    def __floordiv__(self, other: Any) -> Any:
        return ops.floor_divide(self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return ops.floor_divide(other, self)

    def __mod__(self, other: Any) -> Any:
        return ops.remainder(self, other)

    def __rmod__(self, other: Any) -> Any:
        return ops.remainder(other, self)

    def __divmod__(self, other: Any) -> Any:
        return ops.floor_divide(self, other), ops.remainder(self, other)

    def __rdivmod__(self, other: Any) -> Any:
        return ops.floor_divide(other, self), ops.remainder(other, self)

    def __pow__(self, other: Any) -> Any:
        return ops.power(self, other)

    def __rpow__(self, other: Any) -> Any:
        return ops.power(other, self)

    def __neg__(self) -> Any:
        return ops.negative(self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return ops.absolute(self)

    # --- the same rows as methods ---

    def exp(self) -> Any:
        return ops.exp(self)

    def log(self) -> Any:
        return ops.log(self)

    def sqrt(self) -> Any:
        return ops.sqrt(self)

    def sin(self) -> Any:
        return ops.sin(self)

    def cos(self) -> Any:
        return ops.cos(self)

    def tanh(self) -> Any:
        return ops.tanh(self)

    def sigmoid(self) -> Any:
        return ops.sigmoid(self)

    def relu(self) -> Any:
        return ops.relu(self)


def through(upstream: Any, local_gradient: Any) -> Any:
    """upstream × local gradient, without multiplying by a literal 1; a boolean one is a gate: what is
    stopped is 0, even if the upstream gradient is infinite."""
    kind = type(local_gradient)
    if kind is int:
        if local_gradient == 1:
            return upstream
        if local_gradient == -1:
            return -upstream
    elif kind is bool:
        return upstream if local_gradient else ops.where(False, upstream, 0)
    elif getattr(local_gradient, "dtype", None) == numpy.bool_ or (
        isinstance(local_gradient, Node) and local_gradient._is_boolean
    ):
        return ops.where(local_gradient, upstream, 0)
    return upstream * local_gradient


def without_gradient(node: Node) -> Any:
    """The same data, recorded, as a node through which nothing flows back: `detach` where a program is traced."""
    with Adjusted(recording=False):
        return ops.positive(node)


def label(variables: Mapping[str, Any]) -> None:
    """Name every node after the variable that holds it; nodes in a list become `w[0]`, `w[1]`, …

    Call it as `label(locals())`. A node that has a label keeps it; names that begin with an underscore
    (a notebook's own) are passed over.

    >>> from autograd import Value, label
    >>> x = Value(2.0)
    >>> y = x * x
    >>> label({"x": x, "y": y})
    >>> y.label
    'y'
    """
    for name, held in variables.items():
        if name.startswith("_"):
            continue
        if isinstance(held, Node):
            _name(held, name)
        elif isinstance(held, Sequence) and not isinstance(held, str | bytes):
            for index, item in enumerate(held):
                if isinstance(item, Node):
                    _name(item, f"{name}[{index}]")


def _name(node: Node, name: str) -> None:
    if node.label is None:
        node.label = name  # type: ignore[misc]  # Value and Tensor have a __dict__, this base does not
