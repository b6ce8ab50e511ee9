"""What `Value` and `Tensor` share: a node's description, operators and gradients, and its name."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Never, NoReturn, Self, overload

import numpy

from . import array_functions, composites, copies, modes, names_of_scipy, numpy_protocol, ops, views
from .arguments import NoSuchAttribute, answering, described
from .calling_line import asking_functions, calling_line
from .errors import CallError, DataTypeError, NotRecordedError, StaleGraphError
from .modes import Adjusted, Scope
from .operation import Recordable
from .sweep import backward, sweep


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
    """

    __slots__ = ()
    scope: Scope | None = None
    calls: tuple[ModuleCall, ...] = ()
    grad: Any
    _requires_grad: bool
    _edited: bool = False
    _is_frozen: bool = False
    # Of a leaf that a transform made for an argument without a graph, while it runs a function: the how many-th it is.
    stand_in_number: int = 0
    _label: str | None = None
    _stands_for_plain: bool = False  # while a program is recorded: for an argument that is no node

    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow to it. A leaf that was made with True is frozen by False, and stays a parameter."""
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        if not isinstance(wanted, bool | numpy.bool_):
            raise DataTypeError(f"requires_grad is True or False, not {wanted!r:.60}")
        if wanted and isinstance(self._data, numpy.ndarray) and self._data.dtype.kind != "f":
            raise DataTypeError(
                f"data of {self._data.dtype} cannot require gradients: make a Tensor of floats of it, Tensor(t.data)"
            )
        if self.op is None and wanted != getattr(self, "_requires_grad", wanted):
            self._is_frozen = not wanted  # type: ignore[misc]  # Value and Tensor have a __dict__
        self._requires_grad = bool(wanted)  # type: ignore[misc]  # they have a slot for it

    @property
    def is_parameter(self) -> bool:
        """Whether it is a leaf that was made to require gradients, be it frozen now.

        >>> from autograd import Tensor
        >>> weight, mask = Tensor([1.0, 2.0]), Tensor([1.0, 0.0], requires_grad=False)
        >>> weight.requires_grad = False
        >>> weight.is_parameter, mask.is_parameter
        (True, False)
        """
        return self.op is None and (self._requires_grad or self._is_frozen)

    @property
    def label(self) -> str | None:
        """The name a person gave it."""
        return self._label

    @label.setter
    def label(self, name: str | None) -> None:
        self._label = checked_label(name)  # type: ignore[misc]  # Value and Tensor have a __dict__

    @property
    def inputs(self) -> tuple[Node, ...]:
        """The operands in order, `x * x` has two; a bare number is wrapped as a constant node."""
        return tuple(operand if isinstance(operand, Node) else self._constant(operand) for operand in self.operands)

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

    def _refuse_stale(self) -> None:
        """Gradients belong to the forward pass that was run: refuse data that was assigned since."""
        edited: Node | None = self if self._edited else None
        for operand, recorded in zip(self.operands, self._recorded):  # noqa: B905  # hot, and as long as the other
            if operand is not recorded and operand._data is not recorded:  # a bare operand is what was recorded
                edited = operand
        if edited is not None and not modes.current_mode().of_any_data:
            raise self._stale(edited.label)

    @property
    def is_stale(self) -> bool:
        """Whether data was assigned, to it or to an operand, since it was computed: gradients refuse it then."""
        if self.op is None:
            return False
        try:
            self._refuse_stale()
        except StaleGraphError:
            return True
        return False

    def _stale(self, label: str | None) -> StaleGraphError:
        assert self.op is not None
        return StaleGraphError(
            f"the data of {label or 'an operand'} was assigned after {self.op.name} had used it; "
            "gradients and steps belong to the forward pass that was run: run it again"
        )

    def _refuse_plain(self, asker: str, everywhere: bool = False) -> None:
        """Refuse plain numbers to what asks for them by itself, where the graph would be lost without a word: while a
        transform differentiates, under `detect_anomaly()`, or everywhere."""
        mode = modes.current_mode()
        if not (self.requires_grad and mode.recording) or mode.looked_at is not None:  # a program tells of its looks
            return
        if not everywhere and not modes.is_inside_transform() and not mode.detecting_anomaly:
            return
        if everywhere and numpy_protocol.is_asked_for_the_data():
            return
        if (name := names_of_scipy.asking_function()) is not None:
            raise names_of_scipy.refusal(name, type(self).__name__)
        line = calling_line()
        joins = any(code.co_qualname == "AxisConcatenator.__getitem__" for code in asking_functions())
        array_of_nodes = "numpy.r_ or c_ of `import autograd.numpy as numpy`" if joins else "autograd.array([...])"
        raise DataTypeError(
            f"{asker} asked for the plain numbers of a {type(self).__name__} that requires gradients"
            f"{'' if line is None else f' ({line})'}, and its graph would be lost; write {array_of_nodes} for an "
            "array of nodes, autograd's function for Python's or NumPy's, .data or .detach() where numbers are meant"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str] | None:
        """In a notebook a node shows its picture, where a view of nodes is registered; its repr elsewhere."""
        show = views.registered("node")
        return None if show is None else show(self)

    def __copy__(self) -> Self:
        self._note_copy()
        return copies.shallow_copy(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        self._note_copy()
        return copies.deep_copy(self, memo)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        self._note_copy()
        return copies.reduced(self)

    def _note_copy(self) -> None:
        """A copy has the numbers, among all else."""
        if modes.open_blocks:
            modes.note_look(self)

    def _refuse_copy(self) -> None:
        """A node whose copy would not be what it is says so."""

    def __format__(self, specification: str) -> str:
        """`f"{loss:.4f}"`, for a node with a single number."""
        return format(self.item(), specification) if specification else str(self)

    def backward(self, gradient: Any = None, **unknown: Never) -> None:
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
        if unknown:
            refuse_keywords(unknown)
        if modes.open_blocks:
            modes.note_look(self)  # gradients in `.grad` are plain numbers
        backward(self, gradient)

    # --- what PyTorch's and micrograd's nodes have ---

    if not TYPE_CHECKING:
        numpy = NoSuchAttribute("write .data; .detach() is a constant node")
        cpu = NoSuchAttribute("everything is on the CPU; leave it out")
        cuda = NoSuchAttribute("everything is on the CPU; leave it out")
        to = NoSuchAttribute("everything is on the CPU; another dtype is Tensor(data, dtype=numpy.float32)")
        float = NoSuchAttribute("write autograd.astype(t, numpy.float32)")
        double = NoSuchAttribute("write autograd.astype(t, numpy.float64)")
        long = NoSuchAttribute("write autograd.astype(t, int)")
        view = NoSuchAttribute("write .reshape(…)")
        clone = NoSuchAttribute("write autograd.array(t), recorded, or Tensor(t.data), a new leaf")
        requires_grad_ = NoSuchAttribute("assign node.requires_grad = True or False")
        zero_ = NoSuchAttribute("write .zero_grad() for the gradient, .data = numpy.zeros_like(t.data) for the data")
        zero_grad_ = NoSuchAttribute("write .zero_grad()")
        retain_grad = NoSuchAttribute("every node keeps its gradient, read node.grad")
        register_hook = NoSuchAttribute("gradients are watched by viz.trace(output), or an observer of the sweep")
        grad_fn = NoSuchAttribute("node.op is the operation that made it, node.inputs its operands")
        is_leaf = NoSuchAttribute("a leaf is a node whose op is None")
        pow = NoSuchAttribute("write x ** 2")
        append = NoSuchAttribute("nodes are no lists: hold them in one, or write autograd.concatenate([t, more])")

    # --- NumPy's functions, `array * node` among them ---

    def __array_ufunc__(self, ufunc: numpy.ufunc, method: str, *inputs: Any, **keywords: Any) -> Any:
        return numpy_protocol.call_ufunc(ufunc, method, inputs, keywords)

    def __array_function__(self, function: Any, types: Any, arguments: Any, keywords: Any) -> Any:
        if not all(issubclass(kind, Node | numpy.ndarray) for kind in types):
            return NotImplemented  # another library's arrays
        return numpy_protocol.call_function(function, arguments, keywords)

    @property
    def _mask(self) -> NoReturn:
        numpy_protocol.refuse_mask()

    # --- operators: the table's rows under Python's names ---

    def __add__(self, other: Any) -> Node:
        return self._record(ops.add, (self, other), {})

    def __radd__(self, other: Any) -> Node:
        return self._record(ops.add, (other, self), {})

    def __sub__(self, other: Any) -> Node:
        return self._record(ops.subtract, (self, other), {})

    def __rsub__(self, other: Any) -> Node:
        return self._record(ops.subtract, (other, self), {})

    def __mul__(self, other: Any) -> Node:
        return self._record(ops.multiply, (self, other), {})

    def __rmul__(self, other: Any) -> Node:
        return self._record(ops.multiply, (other, self), {})

    def __truediv__(self, other: Any) -> Node:
        return self._record(ops.divide, (self, other), {})

    def __rtruediv__(self, other: Any) -> Node:
        return self._record(ops.divide, (other, self), {})

    def __floordiv__(self, other: Any) -> Node:
        return self._record(ops.floor_divide, (self, other), {})

    def __rfloordiv__(self, other: Any) -> Node:
        return self._record(ops.floor_divide, (other, self), {})

    def __mod__(self, other: Any) -> Node:
        return self._record(ops.remainder, (self, other), {})

    def __rmod__(self, other: Any) -> Node:
        return self._record(ops.remainder, (other, self), {})

    def __divmod__(self, other: Any) -> tuple[Node, Node]:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> tuple[Node, Node]:
        return other // self, other % self

    def __pow__(self, other: Any, modulus: None = None) -> Node:
        if modulus is not None:
            refuse_modulus()
        return self._record(ops.power, (self, other), {})

    def __rpow__(self, other: Any, modulus: None = None) -> Node:
        if modulus is not None:  # Python asks it so from 3.14 on
            refuse_modulus()
        return self._record(ops.power, (other, self), {})

    def __pos__(self) -> Self:
        return self

    def __neg__(self) -> Self:
        return self._record(ops.negative, (self,), {})

    def __abs__(self) -> Self:
        return self._record(ops.absolute, (self,), {})

    # --- in place: a new node, never another number in this one ---

    def __iadd__(self, other: Any) -> Any:
        if modes.open_blocks:
            if not isinstance(other, Node):  # a forward pass adds up: `act = bias; act += w * x`
                self._refuse_in_place("+=")
            modes.note_move(self)
        return self + other

    def __isub__(self, other: Any) -> Any:
        if modes.open_blocks or (self.op is None and not isinstance(other, Node)):
            self._refuse_in_place("-=", other)
        return self - other

    def __imul__(self, other: Any) -> Any:
        if modes.open_blocks:
            self._refuse_in_place("*=")
        return self * other

    def __itruediv__(self, other: Any) -> Any:
        if modes.open_blocks:
            self._refuse_in_place("/=")
        return self / other

    def __ipow__(self, other: Any, modulus: None = None) -> Any:
        if modes.open_blocks:
            self._refuse_in_place("**=")
        return self**other

    def _refuse_in_place(self, sign: str, other: Any = None) -> None:
        """Refuse what is meant to move a leaf: in place under `no_grad`, and `leaf -= rate * leaf.grad` anywhere, told
        by the gradient that the leaf has and the number or array that is taken off."""
        mode = modes.current_mode()
        if sign != "+=":
            modes.note_move(self)
        if self.op is not None or not self.requires_grad or mode.tracing:
            return
        where = "under no_grad() "
        if mode.recording:
            has_gradient = self.grad is not None and bool(numpy.any(self.grad))
            if sign != "-=" or isinstance(other, Node) or not has_gradient or modes.is_inside_transform():
                return
            where = ""
        raise DataTypeError(
            f"{self.label or 'a leaf'} {sign} … {where}makes a new node and leaves "
            f"{self.label or 'the leaf'} as it was; write {self.label or 'p'}.data {sign} …"
        )

    # --- the same rows as methods ---

    def exp(self) -> Self:
        return self._record(ops.exp, (self,), {})

    def log(self) -> Self:
        return self._record(ops.log, (self,), {})

    def sqrt(self) -> Self:
        return self._record(ops.sqrt, (self,), {})

    def sin(self) -> Self:
        return self._record(ops.sin, (self,), {})

    def cos(self) -> Self:
        return self._record(ops.cos, (self,), {})

    def tanh(self) -> Self:
        return self._record(ops.tanh, (self,), {})

    def sigmoid(self) -> Self:
        return self._record(ops.sigmoid, (self,), {})

    def relu(self) -> Self:
        return self._record(ops.relu, (self,), {})

    def abs(self) -> Self:
        return self._record(ops.absolute, (self,), {})

    def square(self) -> Self:
        return self._record(ops.square, (self,), {})

    def sign(self) -> Self:
        return self._record(ops.sign, (self,), {})

    def floor(self) -> Self:
        return self._record(ops.floor, (self,), {})

    def ceil(self) -> Self:
        return self._record(ops.ceil, (self,), {})

    def exp2(self) -> Self:
        return self._record(ops.exp2, (self,), {})

    def expm1(self) -> Self:
        return self._record(ops.expm1, (self,), {})

    def log2(self) -> Self:
        return self._record(ops.log2, (self,), {})

    def log10(self) -> Self:
        return self._record(ops.log10, (self,), {})

    def log1p(self) -> Self:
        return self._record(ops.log1p, (self,), {})

    def tan(self) -> Self:
        return self._record(ops.tan, (self,), {})

    def arcsin(self) -> Self:
        return self._record(ops.arcsin, (self,), {})

    def arccos(self) -> Self:
        return self._record(ops.arccos, (self,), {})

    def arctan(self) -> Self:
        return self._record(ops.arctan, (self,), {})

    def sinh(self) -> Self:
        return self._record(ops.sinh, (self,), {})

    def cosh(self) -> Self:
        return self._record(ops.cosh, (self,), {})

    def erf(self) -> Self:
        return self._record(ops.erf, (self,), {})

    def softplus(self) -> Self:
        return composites.softplus(self)

    def silu(self) -> Self:
        return composites.silu(self)

    def gelu(self, approximate: Literal["none", "tanh"] = "none") -> Self:
        return composites.gelu(self, approximate)

    def leaky_relu(self, negative_slope: float = 0.01) -> Self:
        return composites.leaky_relu(self, negative_slope)

    def elu(self, alpha: float = 1.0) -> Self:
        return composites.elu(self, alpha)

    def clip(self, low: Any = None, high: Any = None, *, min: Any = None, max: Any = None) -> Self:
        """Kept between two bounds, `low` and `high` or, in NumPy's words, `min` and `max`; None leaves a side open."""
        return array_functions.clip(self, min if low is None else low, max if high is None else high)

    # --- of real numbers, which have these, too ---

    @property
    def real(self) -> Self:
        """Itself."""
        return self

    @property
    def imag(self) -> Self:
        """0 for each element."""
        return composites.imag(self)

    def conj(self) -> Self:
        """Itself."""
        return self

    conjugate = conj


def refuse_keywords(unknown: Mapping[str, object]) -> NoReturn:
    """What PyTorch's `backward` takes besides."""
    meant = {
        "retain_graph": "the graph stays, and backward() may be called again",
        "create_graph": "gradients(output, inputs, create_graph=True) records gradients",
        "inputs": "gradients(output, inputs) gives those of some inputs alone",
    }
    name = next(iter(unknown))
    raise CallError(f"backward: there is no {name}=; {meant.get(name, 'it takes an upstream gradient alone')}")


def checked_label(given: Any) -> str | None:
    """A node's name, as it is given: text or None."""
    if given is not None and not isinstance(given, str):
        raise DataTypeError(f"a label is text, not {type(given).__name__} {given!r:.60}")
    return given


def checked_requires_grad(given: Any) -> bool:
    """Whether gradients flow to a node, as it is given: True or False."""
    if not isinstance(given, bool | numpy.bool_):
        raise DataTypeError(
            f"requires_grad is True or False, not {type(given).__name__} {given!r:.60}; a name goes into label="
        )
    return bool(given)


def without_gradient(node: Node) -> Any:
    """The same data, recorded, as a node through which nothing flows back: `detach` where a program is traced."""
    with Adjusted(recording=False):
        return ops.positive(node)


@overload
def gradients(output: Node, inputs: Node, gradient: Any = None, *, create_graph: bool = False) -> Node: ...
@overload
def gradients(
    output: Node, inputs: Sequence[Node], gradient: Any = None, *, create_graph: bool = False
) -> list[Node]: ...
@answering()
def gradients(
    output: Node, inputs: Node | Sequence[Node], gradient: Any = None, *, create_graph: bool = False
) -> Node | list[Node]:
    """The gradients of `output` with respect to `inputs`, as nodes; no `.grad` is touched.

    Args:
        output: a node with a single number, or any node if `gradient` is given.
        inputs: a node (leaf or intermediate) or a sequence of them.
        gradient: the upstream gradient of `output`: a number or array of its shape, or a node.
        create_graph: record the gradients themselves, so that they can be differentiated again.

    Returns:
        One node, or a list as long as `inputs`; zeros for an input that `output` does not depend on.

    Raises:
        ShapeError, NotRecordedError, StaleGraphError: as `Node.backward`.

    >>> from autograd import Value, gradients
    >>> x = Value(2.0)
    >>> first = gradients(x**3, x, create_graph=True)
    >>> first.data, gradients(first, x).data
    (12.0, 12.0)
    """
    if not isinstance(output, Node):
        raise DataTypeError(f"gradients: the output is a node (Value or Tensor), not {described(output)}")
    if not isinstance(inputs, Node | Iterable) or isinstance(inputs, str | Mapping):
        hint = ": give its parameters()" if hasattr(inputs, "parameters") else ""
        raise DataTypeError(
            f"gradients: inputs are a node (Value or Tensor) or a list of nodes, not {described(inputs)}{hint}"
        )
    wanted = [inputs] if isinstance(inputs, Node) else list(inputs)
    for node in wanted:
        if not isinstance(node, Node):
            raise DataTypeError(f"gradients: inputs are nodes (Value or Tensor), not {described(node)}")
        if not node.requires_grad:
            raise NotRecordedError(f"gradients: the input {node!r:.80} does not require gradients")
    if (
        not create_graph and modes.current_mode().tracing
    ):  # a program is to compute them anew, as constants of its graph
        with Adjusted(recording=False):
            reached = sweep(output, gradient, create_graph=True, wanted=frozenset(wanted))
    else:
        reached = sweep(output, gradient, create_graph=create_graph, wanted=frozenset(wanted))
    found = [_as_node(node, reached.get(node)) for node in wanted]
    return found[0] if isinstance(inputs, Node) else found


def _as_node(node: Node, gradient: Any) -> Node:
    if isinstance(gradient, Node):
        return gradient
    constant: Node = node._constant(numpy.zeros_like(node._data) if gradient is None else gradient)
    return constant


@answering('one node is named by node.label = "x"')
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
    if not isinstance(variables, Mapping) or not all(isinstance(name, str) for name in variables):
        raise DataTypeError(
            f"label: takes nodes by the names of their variables, label(locals()), not {described(variables)}"
            + ('; one node is named by node.label = "x"' if isinstance(variables, Node) else "")
        )
    for name, held in variables.items():
        if name.startswith("_"):
            continue
        if isinstance(held, Node):
            _name(held, name)
        elif isinstance(held, Sequence) and not isinstance(held, str | bytes):
            for index, item in enumerate(held):
                if isinstance(item, Node):
                    _name(item, f"{name}[{index}]")


def refuse_modulus() -> NoReturn:
    raise CallError("pow(a, b, modulus) is for Python's integers; of a node it is a ** b % modulus")


def _name(node: Node, name: str) -> None:
    if node.label is None:
        node.label = name


def stands_for_plain(node: Node) -> bool:
    """Whether a function that is recorded for a program has a plain number or array here, as it was given no nodes that
    this comes from."""
    queue, seen = [node], {id(node)}
    while queue:
        one = queue.pop()
        if one.op is None and not one._stands_for_plain:
            return False
        for operand in one.operands:
            if isinstance(operand, Node) and id(operand) not in seen:
                seen.add(id(operand))
                queue.append(operand)
    return True
