"""gradcheck: gradients against finite differences."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy

from . import array_functions
from .errors import ArgumentError, DataTypeError, GradientMismatchError
from .node import Node, gradients
from .tensor import Tensor
from .value import Value

# Central differences err by about step² · f''' and rounding / step: least near the cube root of rounding.
_STEP = float(numpy.cbrt(numpy.finfo(numpy.float64).eps))


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
    generator = numpy.random.default_rng(rng)
    data = [_plain(value) for value in inputs]
    if not any(number.size for number, _ in data):
        return True
    labels = [value.label if isinstance(value, Node) and value.label else None for value in inputs]

    def leaves(arrays: list[numpy.ndarray[Any, Any]]) -> list[Node]:
        return [kind(array.copy()) for array, (_, kind) in zip(arrays, data, strict=True)]

    first_leaves = leaves([array for array, _ in data])
    output = function(*first_leaves)
    if not isinstance(output, Node):
        raise DataTypeError(f"gradcheck: the function returned {type(output).__name__}, not a Value or a Tensor")
    upstream = generator.uniform(0.5, 1.5, numpy.shape(output.data)) * generator.choice(
        [-1, 1], numpy.shape(output.data)
    )
    analytic = _gradients(output, first_leaves, upstream)

    def projected(arrays: list[numpy.ndarray[Any, Any]]) -> float:
        return float(numpy.sum(numpy.asarray(function(*leaves(arrays)).data) * upstream))

    for position, (array, _) in enumerate(data):
        found = numpy.asarray(analytic[position])
        for element in numpy.ndindex(array.shape):
            numeric = _central_difference(projected, [values for values, _ in data], position, element)
            difference = abs(found[element] - numeric)
            if not difference <= absolute + relative * abs(numeric):
                where = f"element {element} of " if element else ""
                raise GradientMismatchError(
                    f"gradcheck: {where}input {position}{f' ({labels[position]})' if labels[position] else ''}: "
                    f"analytic gradient {found[element]:.12g}, numeric {numeric:.12g}, "
                    f"difference {difference:.3g}"
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
            raise GradientMismatchError(f"second order: {error}") from None
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
    return total


def _gradients(output: Node, leaves: list[Node], upstream: Any) -> list[Any]:
    if not output.requires_grad:
        return [numpy.zeros(numpy.shape(leaf.data)) for leaf in leaves]
    return [gradient.data for gradient in gradients(output, leaves, _like(output, upstream))]


def _like(output: Node, upstream: Any) -> Any:
    return upstream.item() if isinstance(output, Value) else upstream


def _central_difference(
    function: Callable[[list[Any]], float], arrays: list[Any], position: int, element: tuple[int, ...]
) -> float:
    step = _STEP * max(1.0, abs(float(arrays[position][element])))
    values = []
    for sign in (1, -1):
        moved = [array.copy() for array in arrays]
        moved[position][element] += sign * step
        values.append((function(moved), float(moved[position][element])))
    (above, x_above), (below, x_below) = values
    return (above - below) / (x_above - x_below) if not math.isnan(above) else math.nan


def _plain(value: Any) -> tuple[Any, Callable[[Any], Node]]:
    """An input as a float64 array, and what it is given to the function as."""
    if isinstance(value, Value) or (not isinstance(value, Node) and numpy.ndim(value) == 0):
        return numpy.array(Value(value.data if isinstance(value, Value) else value).data), Value
    return numpy.array(Tensor(value, dtype=numpy.float64).data), Tensor
