"""`vmap`: a function of one sample as a function of many, at the speed of arrays.

The function is run once, on nodes that stand for one sample; what it recorded is then run on all of them, row by row
(`batching.py`). What it does is recorded as it is everywhere, so derivatives go through it and it goes through them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy

from . import array_functions, ops
from .arguments import answering, check_call, check_function, described
from .calling_line import SourceLine
from .errors import ArgumentError, DataTypeError, GraphError, ShapeError
from .locks import importing
from .modes import Adjusted, current_mode
from .node import Node, without_gradient
from .operands import index_of_axis
from .operation import as_recorded, holds_nodes
from .returned import returned_node
from .structure import flatten
from .tensor import Tensor
from .transforms import has_nodes, stand_ins
from .traversal import nodes_in_order

Function = Callable[..., Any]
Looks = list[tuple[Any, SourceLine | None]]


@answering(
    in_dims="it is called in_axes= here",
    out_dims="it is called out_axes= here",
    axis_size="it is read off the arguments",
    randomness="numbers are drawn outside, and given as an argument",
)
def vmap(function: Function, in_axes: Any = 0, out_axes: int = 0) -> Function:
    """The function of one sample made a function of many: what a loop over the samples gives, without the loop.

    Args:
        function: of arrays, nodes and nested lists, tuples and dicts of them. It gets one sample as a Tensor, and may
            differentiate it (`vmap(grad(loss))`), call networks, or be of `vmap` itself.
        in_axes: along which axis of its arguments the samples lie. None: the argument is the same for all. A tuple has
            an entry for each argument; an entry may itself be a nesting, as its argument is. Arguments given by name
            are the same for all.
        out_axes: along which axis of what it gives the samples shall lie.

    Returns:
        A function of all samples. Its answers have the nesting of the function's, with one more axis: arrays, or
        Tensors, recorded, where a node is among the arguments or gradients flow to a parameter that was used.

    The function is run once, so what it does besides (printing) it does once. What the graph does not record is
    refused: a look at a sample's numbers (`if x > 0`, `float(x)`; `where` takes a branch for each), numbers drawn at
    random (they would be the same for all samples), `x[mask]` with a mask of each sample's own. An operation of
    somebody's own (`primitive`) is run on one sample after the other.

    Raises (when it is called):
        ShapeError: an argument has no such axis, or not as many samples as the others.
        ArgumentError: `in_axes` does not fit the arguments, or no argument has samples.
        DataTypeError: the function looked at a sample's numbers, assigned them, or drew some.
        StaleGraphError: the function assigned data of a node after it had used it.

    >>> from autograd import grad, vmap
    >>> def loss(w, x, y):
    ...     return (w @ x - y) ** 2
    >>> w, x = numpy.array([1.0, 2.0]), numpy.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    >>> vmap(grad(loss), in_axes=(None, 0, 0))(w, x, numpy.zeros(3))  # a gradient for each sample
    array([[2., 0.],
           [0., 4.],
           [6., 6.]])
    """
    check_function("vmap", "a function of one sample is vectorized", function, "; give the function itself: vmap(f)(x)")
    _check_axes(in_axes)
    out_axis = index_of_axis("vmap", out_axes)

    def of_many(*arguments: Any, **keywords: Any) -> Any:
        return _Run(function, in_axes, arguments, keywords).outputs(out_axis)

    of_many.__name__ = of_many.__qualname__ = f"vmap of {_name(function)}"
    of_many.__wrapped__ = function  # type: ignore[attr-defined]  # where inspect.signature looks
    return of_many


class _Run:
    """A function run once on one sample, and what it is for all of them."""

    def __init__(self, function: Function, in_axes: Any, arguments: Sequence[Any], keywords: dict[str, Any]) -> None:
        self._function = function
        leaves, places, rebuild = flatten(list(arguments))
        axes = _axes_of_leaves(in_axes, arguments)
        self._has_nodes = has_nodes(arguments) or has_nodes(keywords)
        self._count = -1
        self._all: dict[Any, Any] = {}  # what a node of one sample is for all
        self._began = next(stand_ins)
        # The nodes through which gradients flow to a leaf that is not only there while a transform inside runs.
        self._differentiated: set[Any] = set()
        given: list[Any] = []
        first = ""
        for leaf, place, axis in zip(leaves, places, axes, strict=True):
            if axis is None:
                given.append(leaf)
                continue
            position, _, rest = place[1:].partition("]")
            spoken = f"argument {position}{rest}"
            samples = _samples_first(leaf, axis, spoken)
            if self._count < 0:
                self._count, first = len(samples), spoken
            elif len(samples) != self._count:
                raise ShapeError(
                    f"vmap: {first} has {self._count} samples, and {spoken} {len(samples)}; an argument that is the "
                    "same for all has the entry None in in_axes"
                )
            one = samples._data[0] if len(samples) else numpy.zeros(samples.shape[1:], samples.dtype)
            stand_in = Tensor(one, samples.dtype.kind == "f")
            self._all[stand_in] = samples
            given.append(stand_in)
        if self._count < 0:
            raise ArgumentError(
                "vmap: no argument has samples: all entries of in_axes are None, or nothing was given by position"
            )
        same_for_all = [
            (f"argument {place}", leaf) for leaf, place, axis in zip(leaves, places, axes, strict=True) if axis is None
        ]
        stand_ins_data = [(one, one._data) for one in self._all]
        returned = self._run(rebuild(given), keywords, [*same_for_all, *keywords.items()])
        if any(one._data is not data for one, data in stand_ins_data):
            raise DataTypeError(
                f"vmap: {_name(function)} assigned the data of a sample, which no graph records; compute with nodes"
            )
        outputs, places, self._rebuild = flatten(returned)
        self._outputs = [
            returned_node(output, f"vmap: the output{place} of {_name(function)}", "a function that is vectorized")
            for output, place in zip(outputs, places, strict=True)
        ]

    def _run(
        self, arguments: Sequence[Any], keywords: Mapping[str, Any], same_for_all: Sequence[tuple[str, Any]]
    ) -> Any:
        with importing:  # the compiler is loaded when it is needed
            from .compiler.record.outside import Outside

        looked_at: Looks = []
        objects = [(name, one) for name, one in same_for_all if not isinstance(one, Node | numpy.ndarray)]
        outside = Outside(self._function, objects)
        try:
            with Adjusted(tracing=True, recording=True, looked_at=looked_at):
                returned = self._function(*arguments, **keywords)
        except Exception as error:  # of a person's own function: where it looked at a number, that is why
            self._refuse_looks(looked_at, error)
            if isinstance(error, TypeError):
                check_call("vmap", self._function, arguments, keywords)
            raise
        self._refuse_looks(looked_at, None)
        outside.settle(self._function, objects)
        if outside.draws:
            raise DataTypeError(
                f"vmap: {_name(self._function)} draws random numbers of {', '.join(outside.draws)}, and is run once "
                "for all samples, which would get the same; draw them outside, some for each sample, and give them as "
                "an argument"
            )
        return returned

    def _refuse_looks(self, looked_at: Looks, error: Exception | None) -> None:
        """Refuse what was done with one sample's plain numbers; a parameter's are the same for all."""
        for node, line in looked_at:
            if any(one in self._all for one in nodes_in_order([node])):
                raise DataTypeError(
                    f"vmap: {_name(self._function)} looked at the numbers of one sample"
                    f"{'' if line is None else f' ({line})'}, and is run once for all; write "
                    "autograd.where(condition, a, b) for an if, autograd.take(array, n) for array[n], and operations "
                    "on nodes for what else is done with numbers"
                ) from error

    def outputs(self, out_axis: int) -> Any:
        """What the function returned, for all samples."""
        with importing:  # loaded when it is needed
            from . import batching

        mode = current_mode()
        for node in nodes_in_order(self._outputs):
            if node.op is None:
                if node.requires_grad and node.stand_in_number < self._began:
                    self._differentiated.add(node)
                continue
            node._refuse_stale()
            inputs = [one for one in node.operands if isinstance(one, Node)]
            if node.requires_grad and not self._differentiated.isdisjoint(inputs):
                self._differentiated.add(node)
            if any(one in self._all for one in inputs):
                self._all[node] = self._of_all(node)
        keeps_nodes = self._has_nodes or mode.tracing
        results = []
        for output in self._outputs:
            samples = self._all.get(output)
            if samples is None:
                samples = batching.spread(self._same_for_all(output), self._count)
            samples = _moved(samples, 0, out_axis)
            is_node = isinstance(samples, Node) and (keeps_nodes or samples.requires_grad)
            results.append(samples if is_node else numpy.array(getattr(samples, "_data", samples)))
        return self._rebuild(results)

    def _of_all(self, node: Any) -> Any:
        """An operation's result for all samples, in the dtype that it has for one."""
        is_batched = [isinstance(one, Node) and one in self._all for one in node.operands]
        operands = [
            self._all[one] if batched else self._same_for_all(one)
            for one, batched in zip(node.operands, is_batched, strict=True)
        ]
        from . import batching  # loaded by `outputs`

        result = batching.of_samples(node, operands, is_batched, self._count)
        if result.dtype != node._data.dtype:
            result = ops.astype(result, dtype=node._data.dtype)
        if result.requires_grad and not node.requires_grad:  # detached, or computed under no_grad
            result = without_gradient(result)
        if result.op is not None:
            result.scope = node.scope
            if node.label is not None:
                result.label = node.label
        return result

    def _same_for_all(self, operand: Any) -> Any:
        """An operand that does not depend on the sample: its numbers alone, where nobody differentiates by it."""
        if isinstance(operand, Node) and operand not in self._differentiated and not current_mode().tracing:
            return operand._data
        return operand


def _samples_first(leaf: Any, axis: int, place: str) -> Tensor:
    """An argument as a Tensor whose first axis is that of the samples."""
    if isinstance(leaf, numpy.ndarray) and holds_nodes(leaf):
        leaf = as_recorded(f"vmap: {place}", leaf)
    if not isinstance(leaf, Tensor | numpy.ndarray):
        raise DataTypeError(
            f"vmap: {place} is {described(leaf)}, which has no axis of samples; give numpy.array(…) where a list of "
            "samples is meant (a list is a nesting of arguments), and the entry None in in_axes for what is the same "
            "for all"
        )
    if not -leaf.ndim <= axis < leaf.ndim:
        raise ShapeError(f"vmap: {place} has shape {leaf.shape}, and its samples were to lie along axis {axis}")
    try:
        samples = leaf if isinstance(leaf, Tensor) else Tensor(leaf, requires_grad=False)
    except GraphError as error:
        raise DataTypeError(f"vmap: {place}: {error}") from None
    moved: Tensor = _moved(samples, axis, 0)
    return moved


def _moved(x: Any, axis: int, to: int) -> Any:
    """x with one axis in another place."""
    if not -x.ndim <= to < x.ndim:
        raise ShapeError(f"vmap: an answer of shape {x.shape} for all samples has no axis {to} (out_axes)")
    axis, to = axis % x.ndim, to % x.ndim
    if axis == to:
        return x
    order = [other for other in range(x.ndim) if other != axis]
    order.insert(to, axis)
    return array_functions.transpose(x, order)


def _check_axes(in_axes: Any) -> None:
    for axis in flatten(in_axes)[0]:
        index_of_axis("vmap: in_axes", axis)


def _axes_of_leaves(in_axes: Any, arguments: Sequence[Any]) -> list[int | None]:
    """The axis of each leaf of the arguments."""
    axes: list[int | None] = []
    if isinstance(in_axes, list | tuple):
        if len(in_axes) != len(arguments):
            raise ArgumentError(
                f"vmap: in_axes has {len(in_axes)} entries, and {len(arguments)} arguments were given by position"
            )
        for position, (entry, argument) in enumerate(zip(in_axes, arguments, strict=True)):
            _spread_entry(entry, argument, f"argument {position}", axes)
    else:
        _spread_entry(in_axes, list(arguments), "the arguments", axes)
    return axes


def _spread_entry(entry: Any, argument: Any, place: str, axes: list[int | None]) -> None:
    """An entry of in_axes for each leaf of its argument, in the order of `flatten`."""
    if not isinstance(entry, list | tuple | dict):
        axes += [entry] * len(flatten(argument)[0])
        return
    if isinstance(entry, dict):
        fits = isinstance(argument, dict) and entry.keys() == argument.keys()
        keys: Sequence[Any] = list(argument) if fits else ()
    else:
        fits = isinstance(argument, list | tuple) and len(entry) == len(argument)
        keys = range(len(entry))
    if not fits:
        raise ArgumentError(f"vmap: the entry {entry!r:.60} of in_axes is no nesting like that of {place}")
    for key in keys:
        _spread_entry(entry[key], argument[key], f"{place}[{key!r}]", axes)


def _name(function: Function) -> str:
    return getattr(function, "__name__", type(function).__name__)
