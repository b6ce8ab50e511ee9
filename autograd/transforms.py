"""Functions that make a function of derivatives out of a function.

All of them take functions of numbers, arrays, nodes, and nested lists, tuples and dicts of them, and give
derivatives in the same nesting: plain numbers and arrays for plain arguments; nodes, recorded, where a
node is among the arguments, so that they can be differentiated again. Inside a function that is being
differentiated they are nodes, too, so `grad(grad(f))` needs no more than these few lines.

>>> from autograd import grad
>>> grad(lambda x: x**3)(2.0), grad(grad(lambda x: x**3))(2.0)
(12.0, 12.0)
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy

from . import array_functions, ops
from .arguments import answering, check_call, check_function, counted, flag, indices, positions_of
from .errors import ArgumentError, DataTypeError, GraphError, ShapeError
from .modes import current_mode, enter_transform, is_inside_transform, leave_transform, recording
from .node import Node
from .operands import as_array
from .returned import returned_node
from .structure import Rebuild, flatten
from .sweep import propagate
from .tensor import Tensor
from .value import Value

Function = Callable[..., Any]
Arguments = int | Sequence[int]

stand_ins: itertools.count[int] = itertools.count(1)


@answering()
def grad(
    function: Function, argnums: Arguments = 0, has_aux: bool = False, *, argnum: Arguments | None = None
) -> Function:
    """The gradient of a function that returns a single number.

    Args:
        function: of numbers, arrays, nodes and nested lists, tuples and dicts of them (a list is a nesting, too,
            never an array).
        argnums: which argument to differentiate by; several give a tuple of gradients.
        has_aux: True: the function returns a pair, the number and something else (figures to be shown, a state), which
            is not differentiated and comes out beside the derivatives. `value_and_grad`, `jacobian` and `vjp` have it,
            too.
        argnum: the same, in the word of PyPI's autograd.

    Returns:
        A function of the same arguments. Its gradients have the nesting, shapes and dtypes of the argument. With
        `has_aux` it gives a pair, the gradient and what else the function returned.

    Raises (when it is called):
        ShapeError: the function returned more than one number.
        DataTypeError: an argument to differentiate by, or the answer, is no number or array.
        ArgumentError: there is no such argument, or one is named twice.

    >>> from autograd import grad, tanh
    >>> def loss(p, x):
    ...     return (tanh(x @ p["w"]) + p["b"]).sum()
    >>> grad(loss)({"w": numpy.zeros(2), "b": 1.0}, numpy.ones((3, 2)))
    {'w': array([3., 3.]), 'b': 3.0}
    >>> grad(lambda x: (x**2, {"half": x / 2}), has_aux=True)(3.0)
    (6.0, {'half': 1.5})
    """
    return _gradient_of("grad", function, _chosen(argnums, argnum), has_aux)


@answering()
def value_and_grad(
    function: Function, argnums: Arguments = 0, has_aux: bool = False, *, argnum: Arguments | None = None
) -> Function:
    """`grad`, and the function's value before it, for one forward pass. With `has_aux` the value is the pair that the
    function returned.

    >>> from autograd import value_and_grad
    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 3.0)
    (6.0, (3.0, 2.0))
    >>> value_and_grad(lambda x: (x**2, "seen"), has_aux=True)(3.0)
    ((9.0, 'seen'), 6.0)
    """
    flag("value_and_grad: has_aux", has_aux)

    argnums = _chosen(argnums, argnum)

    @_described("value_and_grad", function, "value and gradient", argnums)
    def value_and_gradient(*arguments: Any, **keywords: Any) -> tuple[Any, Any]:
        run = _Run("value_and_grad", function, arguments, keywords, argnums, has_aux)
        gradient = run.gradient()
        return ((run.value(), run.aux()) if has_aux else run.value()), gradient

    return value_and_gradient


@answering()
def vjp(function: Function, *arguments: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """The function's value, and its pullback: from an upstream gradient (in the value's nesting and shapes)
    to a tuple of gradients, one for each argument. What a reverse sweep computes, without the Jacobian. With `has_aux`,
    what else the function returned comes third.

    >>> from autograd import vjp
    >>> value, pullback = vjp(lambda x, y: x * y, numpy.array([1.0, 2.0]), 3.0)
    >>> value, pullback(numpy.array([1.0, 10.0]))
    (array([3., 6.]), (array([ 3., 30.]), 21.0))
    """
    flag("vjp: has_aux", has_aux)
    run = _Run("vjp", function, arguments, {}, range(len(arguments)), has_aux)
    run.refuse_predicates()

    def pullback(upstream: Any) -> Any:
        return run.like_arguments(run.pull_back(zip(run.outputs, run.for_outputs(upstream), strict=True)))

    return (run.value(), pullback, run.aux()) if has_aux else (run.value(), pullback)


@answering()
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
    if not isinstance(arguments, list | tuple):
        raise DataTypeError(f"jvp: the arguments come in a tuple, not as {_shown(arguments)}")
    run = _Run("jvp", function, arguments, {}, range(len(arguments)))
    run.refuse_predicates()
    pushed = run.push_forward(run.for_inputs("tangent", tangents))
    return run.value(), run.rebuild_output([one if isinstance(one, Node) else _as_value(one) for one in pushed])


@answering()
def jacobian(
    function: Function, argnums: Arguments = 0, has_aux: bool = False, *, argnum: Arguments | None = None
) -> Function:
    """All partial derivatives: of an output of shape O by an argument of shape I, an array of shape O + I.

    Nested outputs and arguments give the outputs' nesting, with the argument's inside. With `has_aux` a pair, the
    derivatives and what else the function returned. JAX's names `jacrev` and `jacfwd` are this function, too.

    >>> from autograd import jacobian
    >>> jacobian(lambda x: x**2 * 3)(numpy.array([1.0, 2.0]))
    array([[ 6.,  0.],
           [ 0., 12.]])
    """
    return _jacobian_of("jacobian", function, _chosen(argnums, argnum), has_aux)


jacrev: Callable[..., Function] = jacobian
jacfwd: Callable[..., Function] = jacobian


def stop_gradient(x: Any) -> Any:
    """The same numbers, through which nothing flows back: JAX's name for `x.detach()`, of nodes and of nested lists,
    tuples and dicts of them. What is no node stays as it is.

    >>> from autograd import grad, stop_gradient
    >>> grad(lambda x: x * stop_gradient(x))(3.0)
    3.0
    """
    leaves, _, rebuild = flatten(x)
    return rebuild([leaf.detach() if isinstance(leaf, Node) else leaf for leaf in leaves])


@answering()
def hessian(function: Function, argnums: Arguments = 0, *, argnum: Arguments | None = None) -> Function:
    """All second derivatives of a function that returns a single number: by an argument of shape I, an array
    of shape I + I; by a nested one, its nesting twice.

    >>> from autograd import hessian
    >>> hessian(lambda x: (x**3).sum())(numpy.array([1.0, 2.0]))
    array([[ 6.,  0.],
           [ 0., 12.]])
    """
    argnums = _chosen(argnums, argnum)
    return _jacobian_of("hessian", _gradient_of("hessian", function, argnums), argnums)


@answering()
def hessian_vector_product(function: Function, argnums: Arguments = 0, *, argnum: Arguments | None = None) -> Function:
    """A function of the arguments and, after them, a vector in the argument's nesting and shapes: the
    Hessian times that vector, at the price of two sweeps instead of the whole Hessian's.

    >>> from autograd import hessian_vector_product
    >>> hessian_vector_product(lambda x: (x**3).sum())(numpy.array([1.0, 2.0]), numpy.array([1.0, 1.0]))
    array([ 6., 12.])
    """
    name, argnums = "hessian_vector_product", _chosen(argnums, argnum)
    gradient = _gradient_of(name, function, argnums)

    @_described(name, function, "Hessian-vector product", argnums, takes_the_same=False)
    def product(*arguments_and_vector: Any, **keywords: Any) -> Any:
        if len(arguments_and_vector) < 2:
            raise ArgumentError(
                f"{name}: the vector comes after the arguments of {_name(function)}; "
                f"{counted(len(arguments_and_vector))} given"
            )
        *arguments, vector = arguments_and_vector
        run = _Run(name, gradient, arguments, keywords, argnums)
        vectors = run.for_inputs("vector", vector if run.several else (vector,))
        return run.like_arguments(run.pull_back(zip(run.outputs, vectors, strict=True)))

    return product


def _chosen(argnums: Arguments, argnum: Arguments | None) -> Arguments:
    return argnums if argnum is None else argnum


def _gradient_of(name: str, function: Function, argnums: Arguments, has_aux: bool = False) -> Function:
    flag(f"{name}: has_aux", has_aux)

    @_described(name, function, "gradient", argnums)
    def gradient(*arguments: Any, **keywords: Any) -> Any:
        run = _Run(name, function, arguments, keywords, argnums, has_aux)
        return (run.gradient(), run.aux()) if has_aux else run.gradient()

    return gradient


def _jacobian_of(name: str, function: Function, argnums: Arguments, has_aux: bool = False) -> Function:
    flag(f"{name}: has_aux", has_aux)

    @_described(name, function, "Jacobian", argnums)
    def all_derivatives(*arguments: Any, **keywords: Any) -> Any:
        run = _Run(name, function, arguments, keywords, argnums, has_aux)
        run.refuse_predicates()
        derivatives = run.rebuild_output([run.like_arguments(run.rows(output)) for output in run.outputs])
        return (derivatives, run.aux()) if has_aux else derivatives

    return all_derivatives


class _Run:
    """A function run once on nodes that stand for the arguments to differentiate by."""

    def __init__(
        self,
        name: str,
        function: Function,
        arguments: Sequence[Any],
        keywords: dict[str, Any],
        argnums: Arguments,
        has_aux: bool = False,
    ) -> None:
        _check_callable(name, function)
        self._transform, self._function = name, function
        self.several = isinstance(argnums, Sequence)
        self._chosen = positions_of(name, _name(function), argnums, len(arguments))
        # Whether derivatives are to be nodes, which may be differentiated again.
        self._recorded = is_inside_transform() or has_nodes(arguments) or has_nodes(keywords)

        leaves, self._input_places, self._rebuild_input = flatten(tuple([arguments[place] for place in self._chosen]))
        looks = enter_transform()
        try:
            with recording():
                self.inputs = list(map(self._variable, leaves, self._input_places))
                given = list(arguments)
                for position, argument in zip(self._chosen, self._rebuild_input(self.inputs), strict=True):
                    given[position] = argument
                result = function(*given, **keywords)
        except (TypeError, AttributeError) as error:
            check_call(name, function, arguments, keywords)
            self._note_lists(error, arguments)
            raise
        finally:
            looks.is_over = True
            leave_transform(looks)
        self._aux: Any = None
        if has_aux:
            if not isinstance(result, tuple) or len(result) != 2:
                raise DataTypeError(
                    f"{name}: with has_aux=True the function returns a pair, (output, aux), and {_name(function)} "
                    f"returned {_shown(result)}"
                )
            result, self._aux = result
        self.rebuild_output: Rebuild
        returned, self._output_places, self.rebuild_output = flatten(result)
        self.outputs = list(map(self._output, returned, self._output_places))
        if looks and returned and not any(one is given for one, given in zip(self.outputs, returned, strict=True)):
            node, line = looks[0]
            raise DataTypeError(
                f"{name}: {_name(function)} returned plain numbers after it had read that of "
                f"{node.label or 'a node that it is differentiated by'}{'' if line is None else f' ({line})'}: their "
                "derivative would be 0 without a word; compute with the nodes; return a node where a constant is meant"
            )
        self._returned_plain = returned

    def _variable(self, leaf: Any, place: str) -> Node:
        """The node that stands for an argument: one of its own, so that only this use of it is differentiated."""
        stand_in: Node
        if isinstance(leaf, Node) and leaf.requires_grad:
            stand_in = ops.positive(leaf)
            return stand_in
        try:
            if isinstance(leaf, Tensor | numpy.ndarray):
                stand_in = Tensor(leaf._data if isinstance(leaf, Tensor) else leaf)
            else:
                stand_in = Value(leaf._data if isinstance(leaf, Value) else leaf)
            stand_in.stand_in_number = next(stand_ins)
            return stand_in
        except GraphError as error:
            raise DataTypeError(
                f"{self._transform}: {self._spoken(place)}: {error}; derivatives are taken by numbers, arrays of "
                "float32, float64 or integers, and lists, tuples and dicts of them"
            ) from None

    def _output(self, output: Any, place: str) -> Node:
        if isinstance(output, Node):
            return output
        what = f"{self._transform}: {_as_output(place)} of {_name(self._function)}"
        return returned_node(output, what, "a function that is differentiated")

    def _note_lists(self, error: Exception, arguments: Sequence[Any]) -> None:
        """Beside the error of a function that was given a list for a vector, or None: what that is to a transform."""
        for position in self._chosen:
            given, place = arguments[position], f"argument {position} of {_name(self._function)}"
            if given is None:
                error.add_note(f"{self._transform}: {place} is None, by which nothing is differentiated")
            elif isinstance(given, list | tuple):
                error.add_note(
                    f"{self._transform}: {place} is a {type(given).__name__}, a nesting whose numbers are taken one "
                    "by one; where a vector is meant, give numpy.array(…)"
                )

    def value(self) -> Any:
        """What the function returned, as nodes, or plain where its arguments were."""
        if not self._recorded:
            return self.rebuild_output([_as_value(output._data) for output in self.outputs])
        return self.rebuild_output(
            self.outputs if current_mode().recording else [output.detach() for output in self.outputs]
        )

    def aux(self) -> Any:
        """What the function returned besides: its nodes as `value` gives them, everything else as it is."""
        leaves, _, rebuild = flatten(self._aux)
        is_kept = self._recorded and current_mode().recording
        return rebuild(
            [
                leaf
                if not isinstance(leaf, Node) or is_kept
                else leaf.detach()
                if self._recorded
                else _as_value(leaf._data)
                for leaf in leaves
            ]
        )

    def gradient(self) -> Any:
        """The gradient of the only number that the function returned, in the arguments' nesting."""
        if not self.outputs:
            raise ShapeError(
                f"{self._transform}: {_name(self._function)} returned nothing, and only a single number has a "
                "gradient; does it end in return?"
            )
        if self._output_places != [""] or numpy.size(self.outputs[0]._data) != 1:
            raise ShapeError(
                f"{self._transform}: {_name(self._function)} returned {self._returned()}, and only a single number has "
                "a gradient; use jacobian, or reduce it (.sum(), .mean())"
            )
        self.refuse_predicates()
        return self.like_arguments(self.pull_back([(self.outputs[0], None)]))

    def refuse_predicates(self) -> None:
        """What tells truths or places, and nothing else, has no derivative, not one of 0."""
        whats = list(map(_predicate, self._returned_plain, self.outputs))
        if whats and all(whats):
            raise DataTypeError(
                f"{self._transform}: {_name(self._function)} returned {whats[0]}, which has no derivative"
            )

    def _returned(self) -> str:
        if self._output_places == [""]:
            return f"shape {numpy.shape(self.outputs[0]._data)}"
        count = len(self.outputs)
        return f"a structure of {count} output{'' if count == 1 else 's'}" if count else "nothing"

    def pull_back(self, seeded: Iterable[tuple[Node, Any]]) -> list[Any]:
        """The gradient of each input, given outputs and the upstream gradient of each."""
        seeded = list(seeded)
        recorded = self._recorded or any(isinstance(gradient, Node) for _, gradient in seeded)
        reached = self._propagate(_seeds(seeded, recorded), self.inputs, recorded)
        return [_derivative(reached.get(node), node, recorded) for node in self.inputs]

    def push_forward(self, tangents: Sequence[Any]) -> list[Any]:
        """The derivative of each output along the inputs' tangents."""
        recorded = self._recorded or any(isinstance(tangent, Node) for tangent in tangents)
        with recording():
            # Where the pullback is taken does not matter, because it is linear.
            upstream = {output: _zeros(output) for output in self.outputs if output.requires_grad}
            reached = self._propagate(upstream, self.inputs, create_graph=True)
        moved = [
            (reached[node], tangent) for node, tangent in zip(self.inputs, tangents, strict=True) if node in reached
        ]
        pushed = self._propagate(_seeds(moved, recorded), upstream.values(), recorded)
        return [
            _derivative(pushed.get(upstream[output]) if output in upstream else None, output, recorded)
            for output in self.outputs
        ]

    def rows(self, output: Node) -> list[Any]:
        """For each input the derivatives of an output, of shape output + input."""
        shape = numpy.shape(output._data)
        rows: list[list[Any]] = [[] for _ in self.inputs]
        for element in range(math.prod(shape)):
            for found, gradient in zip(rows, self.pull_back([(output, _unit(output, element))]), strict=True):
                found.append(gradient)
        return [self._joined(found, shape, node) for found, node in zip(rows, self.inputs, strict=True)]

    def _joined(self, rows: list[Any], shape: tuple[int, ...], node: Node) -> Any:
        if not shape:
            return rows[0]
        whole = (*shape, *numpy.shape(node._data))
        if self._recorded and rows:
            return array_functions.reshape(Tensor._record(ops.stack, tuple(rows), {"axis": 0}), whole)
        joined = numpy.array(rows, getattr(node._data, "dtype", numpy.float64)).reshape(whole)
        return Tensor(joined, requires_grad=False) if self._recorded else joined

    def _propagate(self, seeds: Mapping[Node, Any], wanted: Iterable[Node], create_graph: bool) -> dict[Node, Any]:
        """Sweep through what was recorded since the arguments came in, not through what they come from."""
        return propagate(seeds, create_graph=create_graph, wanted=frozenset(wanted), ends=frozenset(self.inputs))

    def like_arguments(self, results: Sequence[Any]) -> Any:
        """Something for each input, in the nesting of the arguments that were chosen."""
        built = self._rebuild_input(results)
        return built if self.several else built[0]

    def for_inputs(self, what: str, given: Any) -> list[Any]:
        """What a caller gave for each input, checked: a sequence, with one structure for each argument."""
        count = len(self._chosen)
        if not isinstance(given, list | tuple) or len(given) != count:
            raise ArgumentError(f"{self._transform}: {what}s come in a tuple of {count}, not as {_shown(given)}")
        leaves, places, _ = flatten(tuple(given))
        return self._matched(
            what, leaves, list(map(self._spoken, places)), self.inputs, list(map(self._spoken, self._input_places))
        )

    def for_outputs(self, given: Any) -> list[Any]:
        """The upstream gradient of each output, checked."""
        leaves, places, _ = flatten(given)
        return self._matched(
            "upstream gradient", leaves, list(map(_as_output, places)), self.outputs,
            list(map(_as_output, self._output_places)),
        )  # fmt: skip

    def _matched(
        self, what: str, given: list[Any], found: list[str], nodes: Sequence[Node], places: list[str]
    ) -> list[Any]:
        """What was given, found in these places, in the order of the nodes; a dict's order does not matter."""
        if found != places:
            if sorted(found) != sorted(places):
                raise ArgumentError(
                    f"{self._transform}: {what}s were given for {_listed(found)}, but there are {_listed(places)}"
                )
            by_place = dict(zip(found, given, strict=True))
            given = [by_place[place] for place in places]
        for one, node, place in zip(given, nodes, places, strict=True):
            data = one._data if isinstance(one, Node) else as_array(f"{self._transform}: the {what} for {place}", one)
            if numpy.shape(data) != numpy.shape(node._data):
                raise ShapeError(
                    f"{self._transform}: the {what} for {place} has shape {numpy.shape(data)}, "
                    f"but {place} has shape {numpy.shape(node._data)}"
                )
        return given

    def _spoken(self, place: str) -> str:
        """A place in the tuple of chosen arguments as people would say it: `argument 1['w'][0]`."""
        position, _, rest = place[1:].partition("]")
        return f"argument {self._chosen[int(position)]}{rest}"


def _predicate(given: Any, output: Node) -> str | None:
    """What a function returned, in words, if it is a truth or an integer that was computed."""
    is_integer = isinstance(given, Tensor) and given.dtype.kind != "f" and given.op is not None
    if isinstance(given, bool | numpy.bool_) or output._is_boolean or (is_integer and given.dtype.kind == "b"):
        return "a truth"
    return "an integer" if is_integer else None


def _as_output(place: str) -> str:
    return f"the output{place}"


def has_nodes(part: Any) -> bool:
    """Whether it is a node, or a nesting of arguments that has one."""
    if isinstance(part, dict):
        return any(map(has_nodes, part.values()))
    return any(map(has_nodes, part)) if isinstance(part, list | tuple) else isinstance(part, Node)


def _seeds(seeded: Iterable[tuple[Node, Any]], create_graph: bool) -> dict[Node, Any]:
    """What a sweep starts with; an output that comes twice gets both upstream gradients."""
    seeds: dict[Node, Any] = {}
    for output, gradient in seeded:
        if output.requires_grad:
            seed = output._seed(gradient, create_graph)
            seeds[output] = seeds[output] + seed if output in seeds else seed
    return seeds


def _derivative(gradient: Any, node: Node, recorded: bool) -> Any:
    """A derivative as it is handed out: in the form of the node it belongs to, zeros where the sweep found none."""
    if gradient is None:
        gradient = numpy.zeros_like(node._data)
    if recorded:
        return gradient if isinstance(gradient, Node) else node._constant(gradient)
    return numpy.array(gradient) if isinstance(node, Tensor) else float(gradient)


def _as_value(data: Any) -> Any:
    """An output's data as it is handed out; an array without axes as a number, as NumPy's own sum gives."""
    return data.copy()[()] if isinstance(data, numpy.ndarray) else data


def _zeros(output: Node) -> Node:
    return Tensor(numpy.zeros_like(output._data)) if isinstance(output, Tensor) else Value(0.0)


def _unit(output: Node, element: int) -> Any:
    """The upstream gradient that asks for one element of an output."""
    if isinstance(output, Value):
        return 1.0
    unit = numpy.zeros(output._data.shape)
    unit.flat[element] = 1
    return unit


def _listed(places: Sequence[str]) -> str:
    return ", ".join(places) or "none"


def _shown(given: Any) -> str:
    kind = type(given).__name__
    return f"a {kind} of {len(given)}" if isinstance(given, list | tuple) else f"{kind} {given!r:.60}"


def _name(function: Function) -> str:
    return getattr(function, "__name__", type(function).__name__)


def _check_callable(name: str, function: Any) -> None:
    if callable(function):
        return
    form = f"{name}(f, x)" if name == "vjp" else f"{name}(f, (x,), (tangent,))" if name == "jvp" else f"{name}(f)(x)"
    check_function(name, "a function is differentiated", function, f"; give the function itself: {form}")


def _described(
    name: str, function: Function, what: str, argnums: Arguments, *, takes_the_same: bool = True
) -> Callable[[Function], Function]:
    """Name a derived function after the one it is derived from, and give it its signature."""
    _check_callable(name, function)
    if type(argnums) is not int:
        indices(name, argnums, f"; {name}(f) is a function, which takes what f takes: {name}(f)(x)")

    def describe(derived: Function) -> Function:
        derived.__name__ = derived.__qualname__ = f"{what} of {_name(function)}"
        if takes_the_same:
            derived.__wrapped__ = function  # type: ignore[attr-defined]  # where inspect.signature looks
        return derived

    return describe
