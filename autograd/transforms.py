"""Functions that make a function of derivatives out of a function.

All of them take functions of numbers, arrays, nodes, and nested lists, tuples and dicts of them, and give
derivatives in the same nesting: plain numbers and arrays for plain arguments; nodes, recorded, where a
node is among the arguments, so that they can be differentiated again. Inside a function that is being
differentiated everything is a node, so `grad(grad(f))` needs no more than these few lines.

>>> from autograd import grad
>>> grad(lambda x: x**3)(2.0), grad(grad(lambda x: x**3))(2.0)
(12.0, 12.0)
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

import numpy

from . import ops
from .backward import propagate
from .errors import ArgumentError, DataTypeError, GraphError, ShapeError
from .modes import current_mode, recording
from .node import Node
from .structure import Rebuild, flatten
from .tensor import Tensor
from .value import Value

Function = Callable[..., Any]
Arguments = int | Sequence[int]

# Whether a function is running that a transform differentiates: then derivatives inside are recorded.
_is_inside: ContextVar[bool] = ContextVar("autograd_is_inside_a_transform", default=False)


def grad(function: Function, argnums: Arguments = 0) -> Function:
    """The gradient of a function that returns a single number.

    Args:
        function: of numbers, arrays, nodes and nested lists, tuples and dicts of them.
        argnums: which argument to differentiate by; several give a tuple of gradients.

    Returns:
        A function of the same arguments. Its gradients have the nesting, shapes and dtypes of the argument.

    Raises (when it is called):
        ShapeError: the function returned more than one number.
        DataTypeError: an argument to differentiate by, or the answer, is no number or array.
        ArgumentError: there is no such argument.

    >>> from autograd import grad, tanh
    >>> def loss(p, x):
    ...     return (tanh(x @ p["w"]) + p["b"]).sum()
    >>> grad(loss)({"w": numpy.zeros(2), "b": 1.0}, numpy.ones((3, 2)))
    {'w': array([3., 3.]), 'b': 3.0}
    """
    with_value = value_and_grad(function, argnums)

    @_described(function, "gradient")
    def gradient(*arguments: Any, **keywords: Any) -> Any:
        return with_value(*arguments, **keywords)[1]

    return gradient


def value_and_grad(function: Function, argnums: Arguments = 0) -> Function:
    """`grad`, and the function's value beside it, for one forward pass.

    >>> from autograd import value_and_grad
    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 3.0)
    (6.0, (3.0, 2.0))
    """

    @_described(function, "value and gradient")
    def value_and_gradient(*arguments: Any, **keywords: Any) -> tuple[Any, Any]:
        run = _Run("grad", function, arguments, keywords, argnums)
        output = run.single_output("grad", "use jacobian, or reduce it (.sum(), .mean())")
        if numpy.size(output._data) != 1:
            raise ShapeError(
                f"grad: {_name(function)} returned shape {numpy.shape(output._data)}, and only "
                "a single number has a gradient; use jacobian, or reduce it (.sum(), .mean())"
            )
        gradients = run.pull_back([None])
        return run.handed_out(output), run.in_argument_s_form(gradients)

    return value_and_gradient


def vjp(function: Function, *arguments: Any) -> tuple[Any, Function]:
    """The function's value, and its pullback: from an upstream gradient (in the value's nesting and shapes)
    to a tuple of gradients, one for each argument. What a reverse sweep computes, without the Jacobian.

    >>> from autograd import vjp
    >>> value, pullback = vjp(lambda x, y: x * y, numpy.array([1.0, 2.0]), 3.0)
    >>> value, pullback(numpy.array([1.0, 10.0]))
    (array([3., 6.]), (array([ 3., 30.]), 21.0))
    """
    run = _Run("vjp", function, arguments, {}, tuple(range(len(arguments))))

    def pullback(upstream: Any) -> Any:
        given, _, _ = flatten(upstream)
        if len(given) != len(run.outputs):
            raise ArgumentError(
                f"vjp: {len(given)} upstream gradients for the {len(run.outputs)} outputs of {_name(function)}"
            )
        return run.in_argument_s_form(run.pull_back(given))

    return run.rebuild_output([run.handed_out(output) for output in run.outputs]), pullback


def jvp(function: Function, arguments: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """The function's value, and its derivative along `tangents`: the pushforward, in the value's nesting.

    Args:
        arguments: a tuple of the function's arguments.
        tangents: a tuple like it: the direction in which each argument moves.

    There is no second set of rules: a pullback is linear in the upstream gradient, and the pullback of that
    linear function is the pushforward (J. Townsend, "A new trick for calculating Jacobian vector
    products", 2017).

    >>> from autograd import jvp
    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 10.0))
    (6.0, 23.0)
    """
    run = _Run("jvp", function, arguments, {}, tuple(range(len(arguments))))
    moved, places, _ = flatten(tuple(tangents))
    places = [_spoken(place, range(len(tangents))) for place in places]
    if places != run.places:
        raise ArgumentError(f"jvp: tangents for {_listed(places)}, but the numbers are {_listed(run.places)}")
    pushed = run.push_forward(moved)
    return (
        run.rebuild_output([run.handed_out(output) for output in run.outputs]),
        run.rebuild_output([run.handed_out(tangent) for tangent in pushed]),
    )


def jacobian(function: Function, argnums: Arguments = 0) -> Function:
    """All partial derivatives: of an output of shape O by an argument of shape I, an array of shape O + I.

    Nested outputs and arguments give the outputs' nesting, with the argument's inside.

    >>> from autograd import jacobian
    >>> jacobian(lambda x: x**2 * 3)(numpy.array([1.0, 2.0]))
    array([[ 6.,  0.],
           [ 0., 12.]])
    """

    @_described(function, "Jacobian")
    def all_derivatives(*arguments: Any, **keywords: Any) -> Any:
        run = _Run("jacobian", function, arguments, keywords, argnums)
        return run.rebuild_output([run.in_argument_s_form(run.rows(position)) for position in range(len(run.outputs))])

    return all_derivatives


def hessian(function: Function, argnums: Arguments = 0) -> Function:
    """All second derivatives of a function that returns a single number: by an argument of shape I, an array
    of shape I + I; by a nested one, its nesting twice.

    >>> from autograd import hessian
    >>> hessian(lambda x: (x**3).sum())(numpy.array([1.0, 2.0]))
    array([[ 6.,  0.],
           [ 0., 12.]])
    """
    return jacobian(grad(function, argnums), argnums)


def hessian_vector_product(function: Function, argnums: Arguments = 0) -> Function:
    """A function of the arguments and, after them, a vector in the argument's nesting and shapes: the
    Hessian times that vector, at the price of two sweeps instead of the whole Hessian's.

    >>> from autograd import hessian_vector_product
    >>> hessian_vector_product(lambda x: (x**3).sum())(numpy.array([1.0, 2.0]), numpy.array([1.0, 1.0]))
    array([ 6., 12.])
    """

    @_described(function, "Hessian-vector product")
    def product(*arguments: Any, **keywords: Any) -> Any:
        if not arguments:
            raise ArgumentError("hessian_vector_product: the vector is the last argument, and nothing was given")
        *before, vector = arguments
        run = _Run("hessian_vector_product", grad(function, argnums), before, keywords, argnums)
        given, places, _ = flatten(vector)
        expected = flatten(run.in_argument_s_form(run.inputs))[1]
        if places != expected:
            raise ArgumentError(
                f"hessian_vector_product: the vector's parts are {_listed(places)}, the argument's {_listed(expected)}"
            )
        return run.in_argument_s_form(run.pull_back(given))

    return product


class _Run:
    """A function run once on nodes that stand for the arguments to differentiate by."""

    def __init__(
        self, name: str, function: Function, arguments: Sequence[Any], keywords: dict[str, Any], argnums: Arguments
    ) -> None:
        _check_callable(name, function)
        self.name, self.function = name, function
        self.several = not isinstance(argnums, int)
        chosen = _chosen(name, function, argnums, len(arguments))
        everything = flatten([list(arguments), keywords])[0]
        # Whether derivatives are to be nodes: somebody may differentiate them again.
        self.recorded = _is_inside.get() or any(isinstance(leaf, Node) for leaf in everything)

        leaves, places, self._rebuild_input = flatten(tuple(arguments[position] for position in chosen))
        self.places = [_spoken(place, chosen) for place in places]
        token = _is_inside.set(True)
        try:
            with recording():
                self.inputs = [_variable(name, leaf, place) for leaf, place in zip(leaves, self.places, strict=True)]
                given = list(arguments)
                for position, argument in zip(chosen, self._rebuild_input(self.inputs), strict=True):
                    given[position] = argument
                result = function(*given, **keywords)
        finally:
            _is_inside.reset(token)
        self.rebuild_output: Rebuild
        outputs, _, self.rebuild_output = flatten(result)
        self.outputs = [_as_node(f"{name}: what {_name(function)} returned", output) for output in outputs]

    def single_output(self, name: str, advice: str) -> Node:
        if len(self.outputs) != 1 or self.rebuild_output([None]) is not None:
            raise ShapeError(
                f"{name}: {_name(self.function)} returned a structure of {len(self.outputs)} outputs, and only "
                f"a single number has a gradient; {advice}"
            )
        return self.outputs[0]

    def pull_back(self, upstream: Sequence[Any]) -> list[Any]:
        """The gradient of each input, given the upstream gradient of each output."""
        recorded = self.recorded or _is_inside.get() or any(isinstance(gradient, Node) for gradient in upstream)
        create_graph = recorded and current_mode().recording
        seeds = self._seeds(self.outputs, upstream, create_graph)
        reached = self._propagate(seeds, self.inputs, create_graph)
        return [self._result(reached.get(node), node, recorded) for node in self.inputs]

    def push_forward(self, tangents: Sequence[Any]) -> list[Any]:
        """The derivative of each output along the inputs' tangents."""
        recorded = self.recorded or any(isinstance(tangent, Node) for tangent in tangents)
        create_graph = recorded and current_mode().recording
        with recording():
            # Where the pullback is taken does not matter, because it is linear.
            upstream = [
                _variable(self.name, numpy.zeros_like(output._data) if isinstance(output, Tensor) else 0.0, "")
                for output in self.outputs
            ]
            seeds = self._seeds(self.outputs, upstream, True)
            reached = self._propagate(seeds, self.inputs, True)
            pairs = [
                (reached[node], tangent) for node, tangent in zip(self.inputs, tangents, strict=True) if node in reached
            ]
            for node, tangent, place in zip(self.inputs, tangents, self.places, strict=True):
                self._check_shape("tangent", tangent, place, node)
            again = self._seeds([gradient for gradient, _ in pairs], [tangent for _, tangent in pairs], create_graph)
            pushed = self._propagate(again, upstream, create_graph)
        return [
            self._result(pushed.get(stand_in), output, recorded)
            for stand_in, output in zip(upstream, self.outputs, strict=True)
        ]

    def rows(self, position: int) -> list[Any]:
        """For each input the derivatives of the output at `position`, of shape output + input."""
        output = self.outputs[position]
        shape = numpy.shape(output._data)
        rows: list[list[Any]] = [[] for _ in self.inputs]
        for element in range(math.prod(shape)):
            upstream: list[Any] = [_Nothing] * len(self.outputs)
            upstream[position] = _unit(output, shape, element)
            for found, gradient in zip(rows, self.pull_back(upstream), strict=True):
                found.append(gradient)
        return [self._joined(found, shape, node) for found, node in zip(rows, self.inputs, strict=True)]

    def _joined(self, rows: list[Any], shape: tuple[int, ...], node: Node) -> Any:
        if not shape:
            return rows[0]
        whole = (*shape, *numpy.shape(node._data))
        if not self.recorded:
            dtype = getattr(node._data, "dtype", numpy.float64)
            return numpy.array(rows, dtype).reshape(whole)
        if not rows:
            return Tensor(numpy.zeros(whole), requires_grad=False)
        return ops.reshape(Tensor._record(ops.stack_row, tuple(rows), {"axis": 0}), whole)

    def _propagate(self, seeds: dict[Node, Any], wanted: Sequence[Node], create_graph: bool) -> dict[Node, Any]:
        """Sweep through what was recorded since the arguments came in, not through what they come from."""
        return propagate(seeds, create_graph=create_graph, wanted=frozenset(wanted), ends=frozenset(self.inputs))

    def _seeds(self, outputs: Sequence[Any], upstream: Sequence[Any], create_graph: bool) -> dict[Node, Any]:
        """What a sweep starts with; two outputs that are one node get both upstream gradients."""
        seeds: dict[Node, Any] = {}
        for output, gradient in zip(outputs, upstream, strict=True):
            if gradient is _Nothing:
                continue
            self._check_shape("upstream gradient", gradient, "an output", output)
            seed = output._seed(gradient, create_graph)
            if output.requires_grad:
                seeds[output] = seeds[output] + seed if output in seeds else seed
        return seeds

    def _check_shape(self, what: str, given: Any, place: str, node: Node) -> None:
        if given is not None and numpy.shape(getattr(given, "_data", given)) != numpy.shape(node._data):
            raise ShapeError(
                f"{self.name}: {what} of shape {numpy.shape(getattr(given, '_data', given))} for {place}, "
                f"of shape {numpy.shape(node._data)}"
            )

    def _result(self, gradient: Any, node: Node, recorded: bool) -> Any:
        """A gradient as it is handed out: in the form of the node it belongs to."""
        if gradient is None:
            gradient = node._constant(numpy.zeros_like(node._data)) if recorded else numpy.zeros_like(node._data)
        if recorded:
            return gradient if isinstance(gradient, Node) else node._constant(gradient)
        if isinstance(gradient, Node):
            gradient = gradient._data
        return numpy.array(gradient) if isinstance(node, Tensor) else float(gradient)

    def handed_out(self, output: Any) -> Any:
        """An output or derivative as its caller gets it: a node, or plain where the arguments were."""
        if self.recorded:
            return output if current_mode().recording or not isinstance(output, Node) else output.detach()
        data = output._data if isinstance(output, Node) else output
        return data.copy()[()] if isinstance(data, numpy.ndarray) else data  # a number, as NumPy's own sum gives

    def in_argument_s_form(self, results: Sequence[Any]) -> Any:
        built = self._rebuild_input(results)
        return built if self.several else built[0]


class _Nothing:
    """Stands for the upstream gradient of an output from which no sweep starts."""


def _chosen(name: str, function: Function, argnums: Arguments, count: int) -> list[int]:
    """The positions of the arguments to differentiate by."""
    chosen = [argnums] if isinstance(argnums, int) else list(argnums)
    for position in chosen:
        if not isinstance(position, int) or not -count <= position < count:
            raise ArgumentError(
                f"{name}: argnums={argnums!r}, but {_name(function)} was called with {count} positional arguments"
            )
    return [position % count for position in chosen]


def _spoken(place: str, chosen: Sequence[int]) -> str:
    """A place in the tuple of chosen arguments as people would say it: `argument 1['w'][0]`."""
    first, _, rest = place[1:].partition("]")
    return f"argument {chosen[int(first)]}{rest}"


def _listed(places: Sequence[str]) -> str:
    return ", ".join(place or "one number or array" for place in places) or "none"


def _variable(name: str, leaf: Any, place: str) -> Node:
    """The node that stands for an argument: one of its own, so that only this use of it is differentiated."""
    if isinstance(leaf, Node) and leaf.requires_grad:
        stand_in: Node = ops.positive(leaf)
        return stand_in
    try:
        if isinstance(leaf, Tensor | numpy.ndarray):
            return Tensor(leaf)
        return Value(leaf._data if isinstance(leaf, Value) else leaf)
    except GraphError:
        raise DataTypeError(
            f"{name}: {place} is {type(leaf).__name__} {leaf!r:.60}; derivatives are taken by numbers, arrays of real "
            "numbers, and lists, tuples and dicts of them"
        ) from None


def _as_node(name: str, output: Any) -> Node:
    """An output: a constant where the function did not compute it from its arguments."""
    if isinstance(output, Node):
        return output
    array = ops.as_array(name, output)
    return Tensor(array, requires_grad=False) if isinstance(output, numpy.ndarray) else Value(output, False)


def _unit(output: Node, shape: tuple[int, ...], element: int) -> Any:
    """The upstream gradient that asks for one element of an output."""
    if isinstance(output, Value):
        return 1.0
    unit = numpy.zeros(shape, output._data.dtype)
    unit.flat[element] = 1
    return unit


def _name(function: Function) -> str:
    return getattr(function, "__name__", type(function).__name__)


def _check_callable(name: str, function: Any) -> None:
    if not callable(function):
        raise DataTypeError(f"{name}: a function is differentiated, not {type(function).__name__} {function!r:.60}")


def _described(function: Function, what: str) -> Callable[[Function], Function]:
    """Give a derived function the signature of the one it is derived from, and a name that says so."""
    _check_callable(what, function)

    def describe(derived: Function) -> Function:
        functools.update_wrapper(derived, function, assigned=("__module__",), updated=())
        derived.__name__ = derived.__qualname__ = f"{what} of {_name(function)}"
        return derived

    return describe
