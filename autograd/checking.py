"""gradcheck: gradients against finite differences."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy

from . import array_functions
from .arguments import answering, check_call, check_function, random_generator
from .errors import ArgumentError, DataTypeError, GradientMismatchError
from .node import Node, gradients
from .tensor import Tensor
from .value import Value

_MOST_OUTPUTS = 256  # whose gradients are looked at one by one, to say where two numbers differ


def steps_at(x: float, precision: float) -> list[float]:
    """Steps for central differences at x, the usual one first.

    They err by about step² · f''' and rounding / step: least near the cube root of rounding, where f changes over
    about 1. Near 0 it may change over as little as |x|, as log does.
    """
    usual, size = float(numpy.cbrt(precision)), abs(x)
    if size >= 1:
        return [usual * size]
    return [usual, *(usual * scale for scale in ((size**0.5, size) if size else (1e-3, 1e-6)))]


def steadiest(quotient: Callable[[float], float], steps: list[float]) -> float:
    """The step whose difference quotient changes least when it is halved, relative to itself."""

    def unsteadiness(step: float) -> float:
        whole, halved = quotient(step), quotient(step / 2)
        change = abs(whole - halved) / max(abs(whole), abs(halved), 1e-300)
        return change if math.isfinite(change) else math.inf

    return min(steps, key=unsteadiness)


@answering(eps="its step is found by itself", tol="give relative= and absolute=")
def gradcheck(
    function: Callable[..., Any],
    *inputs: Any,
    order: int = 1,
    relative: float = 1e-6,
    absolute: float = 1e-7,
    rng: numpy.random.Generator | int = 0,
) -> bool:
    """Whether the gradients of `function` agree with central differences, in a random direction.

    Args:
        function: takes as many nodes as there are `inputs`, returns a node (of any shape).
        inputs: numbers (given on as `Value`), arrays (as float64 `Tensor`), or nodes (copied).
        order: 2 also checks the derivatives of the gradients.
        relative, absolute: |analytic − numeric| ≤ absolute + relative · |numeric| is agreement.
        rng: draws the upstream gradient, which is never all ones: that would hide transposed results.

    Returns:
        True. Raises GradientMismatchError where they differ, naming the input, its element and both numbers.

    >>> from autograd import gradcheck, tanh
    >>> gradcheck(lambda x, y: tanh(x) * y, 0.3, [1.0, 2.0], order=2)
    True
    """
    if order not in (1, 2):
        raise ArgumentError(f"gradcheck: order is 1 or 2, not {order!r}")
    check_function("gradcheck", "a function is checked", function, "; give the function itself: gradcheck(f, x)")
    if not inputs:
        raise ArgumentError("gradcheck: the inputs come after the function: gradcheck(f, x, y)")
    for name, bound in (("relative", relative), ("absolute", absolute)):
        if not isinstance(bound, int | float | numpy.number):
            raise ArgumentError(f"gradcheck: {name} is a number, not {bound!r:.60}")
    generator = random_generator("gradcheck: rng", rng)
    data = [_plain(value) for value in inputs]
    if not any(number.size for number, _ in data):
        return True
    labels = [value.label if isinstance(value, Node) and value.label else None for value in inputs]

    def leaves(arrays: list[numpy.ndarray[Any, Any]]) -> list[Node]:
        return [kind(array.copy()) for array, (_, kind) in zip(arrays, data, strict=True)]

    first_leaves = leaves([array for array, _ in data])
    try:
        output = function(*first_leaves)
    except TypeError:
        check_call("gradcheck", function, first_leaves, {})
        raise
    if not isinstance(output, Node):
        hint = "; does it end in return?" if output is None else ""
        raise DataTypeError(f"gradcheck: the function returned {type(output).__name__}, not a Value or a Tensor{hint}")
    upstream = generator.uniform(0.5, 1.5, numpy.shape(output.data)) * generator.choice(
        [-1, 1], numpy.shape(output.data)
    )
    analytic = _gradients(output, first_leaves, upstream)

    def moved_outputs(position: int, element: tuple[int, ...], step: float) -> Any:
        """The difference quotient of every output, by one number of one input."""
        sides = []
        for distance in (step, -step):
            moved = [values.copy() for values, _ in data]
            moved[position][element] += distance
            sides.append((numpy.asarray(function(*leaves(moved)).data, dtype=float), float(moved[position][element])))
        (above, x_above), (below, x_below) = sides
        with numpy.errstate(all="ignore"):
            return (above - below) / (x_above - x_below)

    def agree(found: Any, numeric: Any) -> Any:
        return numpy.abs(found - numeric) <= absolute + relative * numpy.abs(numeric)

    for position, (array, _) in enumerate(data):
        found = numpy.asarray(analytic[position])
        for element in numpy.ndindex(array.shape):

            def quotient(step: float, position: int = position, element: tuple[int, ...] = element) -> float:
                with numpy.errstate(all="ignore"):
                    return float(numpy.sum(moved_outputs(position, element, step) * upstream))

            x = float(array[element])
            steps = steps_at(x, float(numpy.finfo(float).eps))
            step = steps[0]
            if agree(found[element], quotient(step)):
                continue
            if len(steps) > 1:
                step = steadiest(quotient, steps)
                if agree(found[element], quotient(step)):
                    continue
            label = f" ({labels[position]})" if labels[position] else ""
            where = f"gradcheck: {f'element {element} of ' if element else ''}input {position}{label}: "
            columns = moved_outputs(position, element, step)
            likely = numpy.argsort(-numpy.abs(columns), axis=None)[:_MOST_OUTPUTS]  # nan, too, comes last
            for place in (numpy.unravel_index(one, columns.shape) for one in likely):
                alone = numpy.zeros(columns.shape)
                alone[place] = 1.0
                one = float(numpy.asarray(_gradients(output, first_leaves, alone)[position])[element])
                other = float(columns[place])
                if math.isnan(one) and math.isnan(other):
                    raise GradientMismatchError(
                        f"{where}the gradient and the difference quotient are both nan at {x:.12g}: "
                        "check where the function is defined"
                    )
                at = f"the output's element {tuple(map(int, place))}" if columns.size > 1 else "the output"
                if math.isnan(float(numpy.asarray(output.data)[place])):
                    raise GradientMismatchError(f"{where}{at} is nan, and so is its difference quotient")
                if not agree(one, other):
                    of = f", of {at}" if columns.size > 1 else ""
                    raise GradientMismatchError(_differing(where, one, other) + of)
            raise GradientMismatchError(
                _differing(where, float(found[element]), quotient(step)) + ", of all outputs, weighted at random"
            )
    if order == 2:
        directions = [generator.uniform(-1, 1, array.shape) for array, _ in data]
        seed = generator.integers(2**32)
        try:
            gradcheck(
                lambda *nodes: _projected_gradient(function, nodes, upstream, directions),
                *(kind(array) for array, kind in data),
                relative=relative,
                absolute=absolute,
                rng=int(seed),
            )
        except GradientMismatchError as error:
            what = (
                ""
                if upstream.size == directions[0].size == len(data) == 1
                else "of all gradients, weighted at random: "
            )
            raise GradientMismatchError(f"second order: {what}{error}") from None
    return True


def _projected_gradient(
    function: Callable[..., Any], nodes: tuple[Node, ...], upstream: Any, directions: list[Any]
) -> Any:
    """The gradient of `function` along fixed directions: one number to differentiate again."""
    output = function(*nodes)
    if not output.requires_grad:
        return 0.0 * sum((array_functions.sum(node) if isinstance(node, Tensor) else node for node in nodes), 0.0)
    found = gradients(output, list(nodes), _like(output, upstream), create_graph=True)
    total: Any = 0.0
    for gradient, direction, node in zip(found, directions, nodes, strict=True):
        part = gradient * direction.item() if direction.shape == () else gradient * direction
        total = total + (array_functions.sum(part) if isinstance(part, Tensor) else part)
        # keeps inputs on which the gradient does not depend in the graph
        total = total + 0.0 * (array_functions.sum(node) if isinstance(node, Tensor) else node)
    if upstream.size == directions[0].size == len(nodes) == 1:  # then it can be told without its weights
        total = total / float(upstream.item() * directions[0].item())
    return total


def _differing(where: str, analytic: float, numeric: float) -> str:
    difference = abs(analytic - numeric)
    return f"{where}analytic gradient {analytic:.12g}, numeric {numeric:.12g}, difference {difference:.3g}"


def _gradients(output: Node, leaves: list[Node], upstream: Any) -> list[Any]:
    if not output.requires_grad:
        return [numpy.zeros(numpy.shape(leaf.data)) for leaf in leaves]
    return [gradient.data for gradient in gradients(output, leaves, _like(output, upstream))]


def _like(output: Node, upstream: Any) -> Any:
    return upstream.item() if isinstance(output, Value) else upstream


def _plain(value: Any) -> tuple[Any, Callable[[Any], Node]]:
    """An input as a float64 array, and what it is given to the function as."""
    if isinstance(value, Value) or (not isinstance(value, Node) and numpy.ndim(value) == 0):
        return numpy.array(Value(value.data if isinstance(value, Value) else value).data), Value
    return numpy.array(Tensor(value, dtype=numpy.float64).data), Tensor
