"""Tensor: one NumPy array in the graph."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any, Literal, Never, NoReturn

import numpy
import numpy.typing

from . import anomaly, array_functions, composites, locks, modes, numpy_protocol, ops
from .arguments import ELSEWHERE, described
from .calling_line import SourceLine, calling_line, numbers_asked_for_by
from .errors import ArgumentError, CallError, DataTypeError, ShapeError
from .modes import Scope
from .node import Node, checked_requires_grad, stands_for_plain, without_gradient
from .operands import Axis, as_operand, has_mask
from .operation import PYTHON_NUMBERS, Operation, Parameters, Passed, as_recorded, holds_nodes, is_silent
from .sweep import forget_gradients, through

Array = numpy.typing.NDArray[Any]
# As the machine has them; floats in the other order of bytes (FITS, HDF5 files have them) are put into this one.
_USUAL = frozenset({numpy.dtype(numpy.float32).str, numpy.dtype(numpy.float64).str})
_new = object.__new__


class Tensor(Node):
    """An array that records what is computed with it.

    Args:
        data: an array or nested lists of real numbers. float32 and float64 are kept; integers become
            float64, unless `requires_grad=False`, which keeps integers and booleans (labels, masks).
        requires_grad: False makes it a constant.
        label: a name for drawings and messages.
        dtype: numpy.float32 or numpy.float64, to convert to.
        copy: False shares the caller's array, who then promises not to write into it.

    Made of nodes (a node, a list that holds some) it is no leaf but recorded, as `autograd.array` is; not so under
    `no_grad` and with `requires_grad=False`.

    Raises:
        DataTypeError: strings, objects, complex numbers, other floats, ragged lists.

    >>> from autograd import Tensor
    >>> x = Tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> (x * x).sum().backward()
    >>> x.grad
    array([[2., 4.],
           [6., 8.]])
    """

    __slots__ = (
        "__dict__",
        "__weakref__",
        "_data",
        "_grad",
        "_grad_is_shared",
        "_gradient_slots",
        "_recorded",
        "_requires_grad",
        "keywords",
        "op",
        "operands",
        "scope",
    )
    _holds_array = True

    _data: Array
    _grad: Array | None
    _grad_is_shared: bool  # with another node's gradient or the sweep's work: copied when it is read
    op: Operation | None
    operands: tuple[Any, ...]

    def __init__(
        self,
        data: Any,
        requires_grad: bool = True,
        label: str | None = None,
        *,
        dtype: Any = None,
        copy: bool = True,
    ) -> None:
        if requires_grad is not True and requires_grad is not False:
            requires_grad = checked_requires_grad(requires_grad)
        self._grad = None
        self._grad_is_shared = False
        if label is not None:
            self.label = label
        if type(data) is numpy.ndarray and data.dtype.str in _USUAL and dtype is None:  # the usual case, at once
            self._data = data.copy() if copy else data
        else:
            if requires_grad and self._is_made_of(data, dtype):
                return
            self._data = _array(data, requires_grad, dtype, copy)
        self.op = None
        self.operands = ()
        self.keywords: Parameters = {}
        self._requires_grad = requires_grad
        self.scope: Scope | None = None

    def _is_made_of(self, data: Any, dtype: Any) -> bool:
        """Be the array that the nodes in there make, if gradients flow to them; whether they do."""
        if not (data.requires_grad or data.op is not None if isinstance(data, Node) else holds_nodes(data)):
            return False
        made = array_functions.array(data, dtype)
        if made.op is None:
            return False
        self._data, self.op, self.operands, self.keywords = made._data, made.op, made.operands, made.keywords
        self._recorded, self._gradient_slots = made._recorded, made._gradient_slots
        self._requires_grad, self.scope = made._requires_grad, made.scope
        if made.source is not None:
            self.source: SourceLine | None = made.source
        return True

    # --- data and gradient ---

    @property
    def data(self) -> Array:
        """The array. Assign a whole one (`t.data = …`, `t.data -= …`); what is written into its elements
        cannot be seen by a later `backward()`."""
        if modes.watched:
            modes.note_reading(self)
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        if data is self._data:  # `t.data -= …` wrote into the array: as another object, it is seen to be changed
            self._data = data.view()
        else:
            array = _array(data, requires_grad=False, dtype=None, copy=False)
            if array.dtype.kind == "f" and self._data.dtype.kind != "f":
                raise DataTypeError(
                    f"data of {array.dtype} assigned to a Tensor of {self.dtype} would lose its fractions"
                )
            if array.shape != self._data.shape:
                raise ShapeError(f"data of shape {array.shape} assigned to a Tensor of shape {self.shape}")
            self._data = array.astype(self._data.dtype)
        if self.op is not None:
            self._edited = True

    @property
    def grad(self) -> Array | None:
        """The gradient, an array of the data's shape and dtype; None before any `backward()`."""
        if self._grad_is_shared:
            with locks.gradients:
                while self._grad_is_shared:  # no other thread has copied it meanwhile
                    shared = self._grad
                    own = numpy.array(shared)
                    if self._grad is shared:  # and no signal's handler has put another in its place
                        self._grad = own
                        self._grad_is_shared = False
        return self._grad

    @grad.setter
    def grad(self, gradient: Any) -> None:
        own = None if gradient is None else self._gradient_array(gradient).copy()
        with locks.gradients:
            self._grad = own
            self._grad_is_shared = False

    def _gradient_array(self, gradient: Any) -> Array:
        """A caller's gradient as an array that fits."""
        array = _array(gradient._data if isinstance(gradient, Node) else gradient, False, None, copy=False)
        if array.shape == ():
            array = numpy.broadcast_to(array, self.shape)
        if array.shape != self._data.shape:
            raise ShapeError(f"a gradient of shape {array.shape} for a Tensor of shape {self.shape}")
        return array.astype(self._data.dtype, copy=False)

    def zero_grad(self) -> None:
        """Forget the gradient."""
        forget_gradients((self,))

    def detach(self) -> Tensor:
        """A constant copy: nothing flows back through it."""
        if modes.current_mode().tracing:
            return without_gradient(self)
        return Tensor(self._data, requires_grad=False)

    def item(self) -> Any:
        """The only number, as Python's own."""
        if self._data.size != 1:
            raise ShapeError(f"item: a Tensor of shape {self.shape} is not one number")
        return self.data.item()

    @property
    def shape(self) -> tuple[int, ...]:
        return self._data.shape

    @property
    def ndim(self) -> int:
        return self._data.ndim

    @property
    def size(self) -> int:
        return self._data.size

    @property
    def dtype(self) -> numpy.dtype[Any]:
        return self._data.dtype

    # --- recording ---

    @staticmethod
    def _record(operation: Operation, operands: tuple[Any, ...], parameters: Parameters) -> Tensor:
        data: list[Any] = []
        gradient_slots: list[int] = []
        tracked = has_arrays = has_integers = False
        converted_kinds, takes_gradient = operation.converted_kinds, operation.takes_gradient
        for slot, operand in enumerate(operands):
            if type(operand) is Tensor or isinstance(operand, Node):
                data.append(operand._data)
                if operand._requires_grad:
                    tracked = True
                    if takes_gradient is None or takes_gradient[slot]:
                        gradient_slots.append(slot)
                else:
                    if operand.op is not None or (modes.stand_ins and id(operand) in modes.stand_ins):
                        tracked = True
                    if converted_kinds and type(operand) is Tensor and operand._data.dtype.kind in converted_kinds:
                        has_integers = True
            elif type(operand) in PYTHON_NUMBERS and operation.elementwise:
                data.append(operand)
            else:
                has_arrays = True
                array = as_operand(operation.name, operand)
                if type(array) is not numpy.ndarray and isinstance(array, Node):  # of a list that holds nodes
                    return Tensor._record(operation, (*operands[:slot], array, *operands[slot + 1 :]), parameters)
                data.append(array)
                if converted_kinds and array.dtype.kind in converted_kinds:
                    has_integers = True
        if has_integers and (dtype := operation.float_dtype(data)) is not None:
            converted = [_in_floats(*pair, converted_kinds, dtype) for pair in zip(operands, data, strict=True)]
            return Tensor._record(operation, tuple(converted), parameters)
        try:
            forward = operation.forward if is_silent() else operation.quietly
            result = forward(*data, **parameters) if parameters else forward(*data)
        except (ValueError, IndexError, TypeError, OverflowError) as error:  # whatever NumPy refuses
            raise operation.refusal(data, parameters, error) from error
        if type(result) is not numpy.ndarray:  # NumPy's reductions to one number
            result = numpy.asarray(result)
        mode = modes.current_mode() if modes.open_blocks else modes.DEFAULT
        if mode.detecting_anomaly:
            anomaly.check_forward(operation, operands, data, result)
        if result.dtype.kind != "f" or not mode.recording:  # a cast to integers or booleans; under no_grad
            gradient_slots = []

        node = _new(Tensor)
        node._grad = None
        node._grad_is_shared = False
        if not (tracked and mode.recording) and not mode.tracing:
            # A view would change with the array it looks at, and nothing would record that it does.
            node._data = result if result.base is None else result.copy()
            node.op = None
            node.operands = ()
            node.keywords = {}
            node._requires_grad = False
            node.scope = None
            return node
        if has_arrays:  # the caller may write into them before the sweep
            for slot, operand in enumerate(operands):
                if not isinstance(operand, Node) and isinstance(data[slot], numpy.ndarray):
                    data[slot] = data[slot].copy()
            operands = tuple(
                [operand if isinstance(operand, Node) else bare for operand, bare in zip(operands, data, strict=True)]
            )
        if result.base is not None:
            # Writing into a view would write into another node's data; and where no gradient flows, no sweep
            # would see that the other one was written into.
            result.flags.writeable = False
            if not gradient_slots:
                result = result.copy()
        node._data = result
        node.op = operation
        node.operands = operands
        node._recorded = data
        node._gradient_slots = gradient_slots
        node._requires_grad = bool(gradient_slots)
        node.keywords = parameters
        node.scope = mode.scope
        if mode.keeping_sources:
            node.source = calling_line()
        return node

    @staticmethod
    def _stack(parts: Sequence[Any], dtype: Any) -> Tensor:
        stacked = Tensor._record(ops.stack, tuple(parts), {"axis": 0})
        return stacked if stacked.dtype == dtype else array_functions.astype(stacked, dtype)

    def _as_array(self) -> Tensor:
        return self

    @classmethod
    def _constant(cls, data: Any) -> Tensor:
        return Tensor(data, requires_grad=False)

    def _contributions(self, upstream: Any, slots: Sequence[int]) -> list[Passed]:
        self._refuse_stale()
        operation, recorded, operands = self.op, self._recorded, self.operands
        assert operation is not None
        local_gradients = operation.local_gradients
        passed: list[Passed] = []
        for slot in slots:
            local_gradient = None
            if local_gradients:
                gradient_of = local_gradients[slot]
                try:
                    local_gradient = gradient_of(self._data, *recorded)  # type: ignore[misc]  # never None here
                except ArithmeticError:  # of bare numbers alone (1 / 0): as arrays they have IEEE's answer
                    local_gradient = gradient_of(self._data, *map(numpy.asarray, recorded))  # type: ignore[misc]  # as above
                contribution = through(upstream, local_gradient)
            else:
                rule = operation.rule(slot) if operation.slots is None else operation.rules[slot]
                contribution = rule(upstream, self._data, *recorded, **self.keywords)  # type: ignore[misc]  # as above
            operand, data = operands[slot], recorded[slot]
            if type(data) is float or contribution.shape != data.shape or contribution.dtype is not data.dtype:
                contribution = operand._fit(contribution, False)
            passed.append((slot, operand, local_gradient, contribution))
        return passed

    def _seed(self, gradient: Any, create_graph: bool) -> Any:
        if gradient is None:
            if self._data.size != 1:
                raise ShapeError(
                    f"backward: only a single number has a gradient by itself, and this Tensor has shape "
                    f"{self.shape}; reduce it (.sum(), .mean()) or pass a gradient of that shape"
                )
            seed = numpy.empty(self._data.shape, self._data.dtype)
            seed.fill(1)
        else:
            if numpy.shape(getattr(gradient, "_data", gradient)) != self.shape:
                raise ShapeError(
                    f"backward: a gradient of shape {numpy.shape(getattr(gradient, '_data', gradient))} "
                    f"for an output of shape {self.shape}"
                )
            if create_graph and isinstance(gradient, Node):
                is_array = isinstance(gradient, Tensor)
                return self._fit(gradient if is_array else Tensor._record(ops.positive, (gradient,), {}), True)
            seed = self._gradient_array(gradient).copy()
        return Tensor(seed, requires_grad=False) if create_graph else seed

    def _fit(self, contribution: Any, create_graph: bool) -> Any:
        shape, dtype = self._data.shape, self._data.dtype
        if contribution.shape != shape:
            sum_to_shape = array_functions.sum_to_shape if create_graph else ops.summed_to_shape
            contribution = sum_to_shape(contribution, shape)
        if contribution.dtype != dtype:
            contribution = array_functions.astype(contribution, dtype)
        return contribution

    def _hold(self, gradient: Any) -> None:
        self._grad = gradient
        self._grad_is_shared = True

    def _forget(self) -> None:
        self._grad = None
        self._grad_is_shared = False

    def _accumulate(self, gradient: Any, in_use: set[int], done: list[int]) -> None:
        while True:
            before, total = self._grad, gradient
            if before is not None:
                total = numpy.asarray(before + gradient)
            elif type(gradient) is not numpy.ndarray or gradient.base is not None or id(gradient) in in_use:
                # An addition hands one array to both operands, and a sum hands out a view of it.
                total = numpy.array(gradient)
            in_use.add(id(total))
            if self._grad is before:  # no signal's handler has added to it meanwhile
                self._grad, done[0] = total, done[0] + 1
                return

    # --- as an array ---

    def __getitem__(self, index: Any) -> Tensor:
        return array_functions.getitem(self, index)

    def __delitem__(self, index: Any) -> None:
        raise DataTypeError("elements of a Tensor are not deleted; index what is to stay, t[[0, 2]], t[mask]")

    def __setitem__(self, index: Any, item: Any) -> None:
        raise DataTypeError(
            "elements of a Tensor are not assigned: the graph could not tell before from after; "
            "use where(mask, new, old), or assign the whole .data of a leaf"
        )

    def __len__(self) -> int:
        if not self.shape:
            raise DataTypeError("len: a Tensor of shape () is a single number")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        return (self[index] for index in range(len(self)))

    if TYPE_CHECKING:  # what meets a Tensor gives a Tensor

        def __add__(self, other: Any) -> Tensor: ...

        def __radd__(self, other: Any) -> Tensor: ...

        def __sub__(self, other: Any) -> Tensor: ...

        def __rsub__(self, other: Any) -> Tensor: ...

        def __mul__(self, other: Any) -> Tensor: ...

        def __rmul__(self, other: Any) -> Tensor: ...

        def __truediv__(self, other: Any) -> Tensor: ...

        def __rtruediv__(self, other: Any) -> Tensor: ...

        def __floordiv__(self, other: Any) -> Tensor: ...

        def __rfloordiv__(self, other: Any) -> Tensor: ...

        def __mod__(self, other: Any) -> Tensor: ...

        def __rmod__(self, other: Any) -> Tensor: ...

        def __pow__(self, other: Any, modulus: None = None) -> Tensor: ...

        def __rpow__(self, other: Any, modulus: None = None) -> Tensor: ...

        def __divmod__(self, other: Any) -> tuple[Tensor, Tensor]: ...

        def __rdivmod__(self, other: Any) -> tuple[Tensor, Tensor]: ...

        def __hash__(self) -> int: ...

    else:  # a class with `==` says so, or has none
        __hash__ = Node.__hash__

    def __matmul__(self, other: Any) -> Tensor:
        if type(other) is Tensor and self._data.ndim == other._data.ndim == 2 and self.shape[1] == other.shape[0]:
            return Tensor._record(ops.matmul, (self, other), {})
        return array_functions.matmul(self, other)

    def __rmatmul__(self, other: Any) -> Tensor:
        return array_functions.matmul(other, self)

    def __imatmul__(self, other: Any) -> Tensor:
        if modes.open_blocks:
            self._refuse_in_place("@=")
        return self @ other

    def __lt__(self, other: Any) -> Tensor:
        return ops.less(self, other)

    def __le__(self, other: Any) -> Tensor:
        return ops.less_equal(self, other)

    def __gt__(self, other: Any) -> Tensor:
        return ops.greater(self, other)

    def __ge__(self, other: Any) -> Tensor:
        return ops.greater_equal(self, other)

    def __eq__(self, other: object) -> Tensor:  # type: ignore[override]  # element by element, as NumPy's
        return NotImplemented if other is None else ops.equal(self, other)

    def __ne__(self, other: object) -> Tensor:  # type: ignore[override]  # as above
        return NotImplemented if other is None else ops.not_equal(self, other)

    def __and__(self, other: Any) -> Tensor:
        return numpy_protocol.both(self, other)

    __rand__ = __and__

    def __or__(self, other: Any) -> Tensor:
        return numpy_protocol.either(self, other)

    __ror__ = __or__

    def __xor__(self, other: Any) -> Tensor:
        return numpy_protocol.exactly_one(self, other)

    __rxor__ = __xor__

    def __invert__(self) -> Tensor:
        return numpy_protocol.neither(self)

    def __contains__(self, number: Any) -> bool:
        if modes.open_blocks:
            modes.note_look(self)
        return bool(numpy.any(self._data == (number._data if isinstance(number, Node) else number)))

    def __bool__(self) -> bool:
        if self._data.size != 1:
            raise ShapeError(
                f"bool: a Tensor of shape {self.shape} is true in some elements and false in others; "
                "reduce it first, for example with .data.all() or .data.any()"
            )
        if modes.open_blocks:
            modes.note_look(self)
        return bool(self._data)

    def __float__(self) -> float:
        if self._requires_grad and (asker := numbers_asked_for_by()):
            self._refuse_plain(asker, everywhere=True)
        return float(self._single("float"))

    def __int__(self) -> int:
        if self._requires_grad and (asker := numbers_asked_for_by()):
            self._refuse_plain(asker, everywhere=True)
        return int(self._single("int"))

    def _single(self, name: str) -> Any:
        if self._data.size != 1:
            raise DataTypeError(f"{name}: a Tensor of shape {self.shape} is not one number")
        if modes.watched:
            self._refuse_plain(f"{name}(…), as Python's own functions ask for it")
        return self.item()

    def __index__(self) -> int:
        if self._data.dtype.kind not in "iu":
            raise DataTypeError(f"an index is an integer, not a Tensor of {self.dtype}")
        return int(self.item())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        """A read-only copy, so that nothing is written into the graph unseen."""
        if copy is False:
            raise ArgumentError("a Tensor's array is only given as a copy; read .data to share it")
        if self.requires_grad:
            self._refuse_plain("NumPy", everywhere=True)
        array = self.data.astype(dtype or self._data.dtype)
        array.flags.writeable = False
        return array

    @property
    def T(self) -> Tensor:
        """The axes reversed."""
        return array_functions.transpose(self)

    @property
    def mT(self) -> Tensor:
        """The last two axes exchanged."""
        return array_functions.swapaxes(self, -1, -2)

    def reshape(self, *shape: Any) -> Tensor:
        """`t.reshape(2, -1)` or `t.reshape((2, -1))`."""
        whole = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
        return array_functions.reshape(self, tuple(whole))

    def transpose(self, *axes: Any) -> Tensor:
        """`t.transpose()`, `t.transpose(1, 0)` or `t.transpose((1, 0))`."""
        order = axes[0] if len(axes) == 1 and isinstance(axes[0], tuple | list) else axes
        return array_functions.transpose(self, order or None)

    permute = transpose

    def _refuse_keywords(self, method: str, unknown: Mapping[str, Never]) -> NoReturn:
        """What PyTorch calls otherwise (`dim=`). A decorator would cost a small sum's tenth."""
        parameters = [one for one in inspect.signature(getattr(Tensor, method)).parameters if one not in _NO_NAMES]
        told = "; ".join(f"there is no {name}={_meant(name, parameters)}" for name in unknown)
        raise CallError(f"Tensor.{method}: {told}; it takes {', '.join(parameters)}")

    def swapaxes(self, axis1: int, axis2: int) -> Tensor:
        return array_functions.swapaxes(self, axis1, axis2)

    def sum(
        self,
        axis: Axis = None,
        keepdims: bool = False,
        *,
        dtype: Any = None,
        initial: Any = None,
        where: Any = True,
        **unknown: Never,
    ) -> Tensor:
        if unknown:
            self._refuse_keywords("sum", unknown)
        return array_functions.sum(self, axis, keepdims, dtype=dtype, initial=initial, where=where)

    def mean(
        self, axis: Axis = None, keepdims: bool = False, *, dtype: Any = None, where: Any = True, **unknown: Never
    ) -> Tensor:
        if unknown:
            self._refuse_keywords("mean", unknown)
        return array_functions.mean(self, axis, keepdims, dtype=dtype, where=where)

    def max(
        self, axis: Axis = None, keepdims: bool = False, *, initial: Any = None, where: Any = True, **unknown: Never
    ) -> Tensor:
        if unknown:
            self._refuse_keywords("max", unknown)
        return array_functions.max(self, axis, keepdims, initial=initial, where=where)

    def min(
        self, axis: Axis = None, keepdims: bool = False, *, initial: Any = None, where: Any = True, **unknown: Never
    ) -> Tensor:
        if unknown:
            self._refuse_keywords("min", unknown)
        return array_functions.min(self, axis, keepdims, initial=initial, where=where)

    def argmax(self, axis: int | None = None, *, keepdims: bool = False, **unknown: Never) -> Tensor:
        if unknown:
            self._refuse_keywords("argmax", unknown)
        return array_functions.argmax(self, axis, keepdims=keepdims)

    def argmin(self, axis: int | None = None, *, keepdims: bool = False, **unknown: Never) -> Tensor:
        if unknown:
            self._refuse_keywords("argmin", unknown)
        return array_functions.argmin(self, axis, keepdims=keepdims)

    def norm(self, axis: Axis = None, keepdims: bool = False, **unknown: Never) -> Tensor:
        if unknown:
            self._refuse_keywords("norm", unknown)
        if type(axis) is int and not -self.ndim <= axis < self.ndim:
            raise ShapeError(
                f"norm: axis {axis} is no axis of a Tensor of shape {self.shape}; norm() is the Euclidean norm "
                "and takes no order"
            )
        return array_functions.norm(self, axis, keepdims)

    def prod(
        self,
        axis: Axis = None,
        keepdims: bool = False,
        *,
        dtype: Any = None,
        initial: Any = None,
        where: Any = True,
        **unknown: Never,
    ) -> Tensor:
        if unknown:
            self._refuse_keywords("prod", unknown)
        return array_functions.prod(self, axis, keepdims, dtype=dtype, initial=initial, where=where)

    def var(
        self,
        axis: Axis = None,
        ddof: float = 0,
        keepdims: bool = False,
        *,
        dtype: Any = None,
        where: Any = True,
        correction: float | None = None,
        **unknown: Never,
    ) -> Tensor:
        if unknown:
            self._refuse_keywords("var", unknown)
        return composites.var(self, axis, ddof, keepdims, dtype=dtype, where=where, correction=correction)

    def std(
        self,
        axis: Axis = None,
        ddof: float = 0,
        keepdims: bool = False,
        *,
        dtype: Any = None,
        where: Any = True,
        correction: float | None = None,
        **unknown: Never,
    ) -> Tensor:
        if unknown:
            self._refuse_keywords("std", unknown)
        return composites.std(self, axis, ddof, keepdims, dtype=dtype, where=where, correction=correction)

    def cumsum(self, axis: int | None = None, dtype: Any = None, **unknown: Never) -> Tensor:
        if unknown:
            self._refuse_keywords("cumsum", unknown)
        return array_functions.cumsum(self, axis, dtype)

    def any(self, axis: Axis = None, keepdims: bool = False, *, where: Any = True, **unknown: Never) -> Tensor:
        if unknown:
            self._refuse_keywords("any", unknown)
        return array_functions.any(self, axis, keepdims, where=where)

    def all(self, axis: Axis = None, keepdims: bool = False, *, where: Any = True, **unknown: Never) -> Tensor:
        if unknown:
            self._refuse_keywords("all", unknown)
        return array_functions.all(self, axis, keepdims, where=where)

    def cumprod(self, axis: int | None = None, dtype: Any = None, **unknown: Never) -> Tensor:
        if unknown:
            self._refuse_keywords("cumprod", unknown)
        return array_functions.cumprod(self, axis, dtype)

    def sort(
        self, axis: int | None = -1, kind: str | None = None, *, stable: bool | None = None, **unknown: Never
    ) -> Tensor:
        """The elements in order, as a new Tensor: an array of NumPy's sorts itself, which no node lets happen."""
        if unknown:
            self._refuse_keywords("sort", unknown)
        if modes.open_blocks and modes.current_mode().moved is not None and stands_for_plain(self):
            raise DataTypeError(
                "an array's sort() sorts it in place, and a program changes no array; write numpy.sort(a), a new one"
            )
        return composites.sort(self, axis, kind, stable)

    def argsort(
        self, axis: int | None = -1, kind: str | None = None, *, stable: bool | None = None, **unknown: Never
    ) -> Tensor:
        if unknown:
            self._refuse_keywords("argsort", unknown)
        return array_functions.argsort(self, axis, kind, stable)

    def searchsorted(self, v: Any, side: Literal["left", "right"] = "left", sorter: Any = None) -> Tensor:
        return array_functions.searchsorted(self, v, side, sorter)

    def nonzero(self) -> tuple[Array, ...]:
        """The indices of what is not 0, plain ones, an array for each axis."""
        return numpy.nonzero(self.data)

    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
        return composites.diagonal(self, offset, axis1, axis2)

    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
        return composites.trace(self, offset, axis1, axis2)

    def compress(self, condition: Any, axis: int | None = None, **unknown: Never) -> Tensor:
        if unknown:
            self._refuse_keywords("compress", unknown)
        return composites.compress(condition, self, axis)

    def copy(self, order: str = "C") -> Tensor:
        """The same numbers as a Tensor of its own, recorded."""
        return ops.positive(self) if self._data.dtype.kind != "b" else array_functions.getitem(self, ())

    def round(self, decimals: int = 0) -> Tensor:
        return composites.round_to(self, decimals)

    def dot(self, other: Any) -> Tensor:
        return composites.dot(self, other)

    def take(self, indices: Any, axis: int | None = None, mode: str = "raise", **unknown: Never) -> Tensor:
        if unknown:
            self._refuse_keywords("take", unknown)
        return composites.take(self, indices, axis, mode)

    def repeat(self, repeats: int | Sequence[int], axis: int | None = None, **unknown: Never) -> Tensor:
        if unknown:
            self._refuse_keywords("repeat", unknown)
        return composites.repeat(self, repeats, axis)

    def squeeze(self, axis: Axis = None, **unknown: Never) -> Tensor:
        if unknown:
            self._refuse_keywords("squeeze", unknown)
        return composites.squeeze(self, axis)

    def ravel(self) -> Tensor:
        return composites.ravel(self)

    def flatten(self, *axes: Any) -> Tensor:
        if axes not in ((), ("C",)):
            raise ArgumentError(
                f"flatten: takes no arguments, not {axes}; to keep the first axis write t.reshape(len(t), -1)"
            )
        return composites.ravel(self)

    def astype(self, dtype: Any) -> Tensor:
        return array_functions.astype(self, dtype)

    def tolist(self) -> Any:
        """The numbers as nested lists."""
        if modes.watched and modes.is_inside_transform():
            self._refuse_plain("tolist()")
        return self.data.tolist()

    def softmax(self, axis: Axis = -1, **unknown: Never) -> Tensor:
        if unknown:
            self._refuse_keywords("softmax", unknown)
        return array_functions.softmax(self, axis)

    def __repr__(self) -> str:
        if modes.open_blocks:
            modes.note_look(self)
        body = numpy.array2string(self._data, separator=", ", prefix="Tensor(", threshold=100)
        dtype = "" if self.dtype == numpy.float64 else f", dtype={self.dtype}"
        grad = (
            ", requires_grad=False"
            if not self._requires_grad
            else ""
            if self._grad is None
            else ", grad=" + numpy.array2string(self._grad, separator=", ", prefix="Tensor(", threshold=100)
        )
        name = "" if self.label is None else f", label={self.label!r}"
        return f"Tensor({body}{dtype}{grad}{name})"


def _in_floats(operand: Any, data: Any, kinds: str, dtype: Any) -> Any:
    """An operand of integers as the floats that an operation takes it for: a cast that is recorded where it counts."""
    if type(data) in PYTHON_NUMBERS or data.dtype.kind not in kinds:
        return operand
    if not isinstance(operand, Node):
        return data.astype(dtype)
    cast = Tensor._record(ops.astype, (operand,), {"dtype": dtype})
    if cast.op is None and operand.label is not None:
        cast.label = operand.label
    return cast


_NO_NAMES = ("self", "unknown")


def _meant(name: str, parameters: Sequence[str]) -> str:
    meant = {"min": "low", "max": "high", "correction": "ddof"}.get(name) or ELSEWHERE.get(name)
    return f": it is called {meant}= here" if meant in parameters else ""


def _numbers_of(data: Any) -> Any:
    """The plain numbers of what holds nodes, asked for on purpose."""
    if isinstance(data, Node):
        return data.data
    if holds_nodes(data):
        with modes.no_grad():
            return as_recorded("Tensor", data).data
    return data


def _kind_of(data: Any, array: Array) -> str:
    """What is no array of numbers, in words, and what may make one of it."""
    if isinstance(data, numpy.ndarray) and array.dtype.kind in "fO":
        return f"{array.dtype}; convert it with .astype(numpy.float64)"
    if isinstance(data, Iterator):
        return f"{described(data)}; make a list of it first, list(…)"
    if isinstance(data, Set):
        return f"{described(data)}, which has no order; give a list"
    if hasattr(data, "to_numpy"):
        return f"{array.dtype}, as this {type(data).__name__} has; give its to_numpy(float)"
    return described(data) if array.ndim == 0 else f"{array.dtype}, as in {data!r:.60}"


def _array(data: Any, requires_grad: bool, dtype: Any, copy: bool) -> Array:
    """The data of a Tensor: an array of a dtype that it may have."""
    if type(data) is numpy.ndarray and data.dtype.str in _USUAL and dtype is None:  # the usual case, at once
        return data.copy() if copy else data
    data = _numbers_of(data)
    try:
        array = numpy.asarray(data)
    except ValueError:
        raise DataTypeError(
            f"a Tensor holds an array of numbers; these lists do not make one, as they differ in length: {data!r:.60}"
        ) from None
    if has_mask(data):
        raise DataTypeError("a Tensor has no mask: fill the masked array (.filled(…)), or use where(mask, …)")
    if type(array) is not numpy.ndarray:
        array = array.view(numpy.ndarray)
    kind = array.dtype.kind
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
        copy = False
    is_float = array.dtype in (numpy.float32, numpy.float64)
    if not is_float and kind not in "biu" and not (kind == "f" and isinstance(data, list | tuple)):
        raise DataTypeError(f"a Tensor holds float32, float64 or integers, not {_kind_of(data, array)}")
    if requires_grad and kind == "b":
        raise DataTypeError("a Tensor of booleans cannot require gradients: pass requires_grad=False")
    if dtype is not None:
        target = numpy.dtype(dtype).newbyteorder("=")
        if target not in (numpy.float32, numpy.float64) and (requires_grad or target.kind not in "biu"):
            raise DataTypeError(
                f"a Tensor that requires gradients is float32 or float64, not {target}"
                if requires_grad
                else f"a Tensor holds float32, float64, integers or booleans, not {target}"
            )
    elif requires_grad and not is_float:
        target = numpy.dtype(numpy.float64)
    else:
        target = array.dtype
    return array.astype(target, copy=copy)
