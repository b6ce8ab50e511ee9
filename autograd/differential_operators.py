"""The differential operators of PyPI's autograd that are not among `transforms`, on top of those."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy

from .arguments import positions_of
from .checkpointing import checkpoint
from .errors import ArgumentError, DataTypeError
from .installation import check_not_mixed
from .node import Node
from .structure import flatten
from .transforms import (
    Arguments,
    Function,
    grad,
    hessian,
    hessian_vector_product,
    jacobian,
    jvp,
    value_and_grad,
    vjp,
)

check_not_mixed()

__all__ = [
    "checkpoint", "deriv", "elementwise_grad", "grad", "grad_and_aux", "grad_named", "hessian",
    "hessian_tensor_product",
    "hessian_vector_product", "holomorphic_grad", "jacobian", "make_ggnvp", "make_hvp", "make_jvp",
    "make_jvp_reversemode", "make_vjp",
    "multigrad_dict", "tensor_jacobian_product", "value_and_grad", "vector_jacobian_product",
]  # fmt: skip


def make_vjp(function: Function, argnum: Arguments = 0) -> Function:
    """A function of the same arguments that gives the pullback (from an upstream gradient to the argument's gradient)
    and the value.

    >>> from autograd import make_vjp
    >>> pullback, value = make_vjp(lambda x: x**2)(3.0)
    >>> value, pullback(10.0)
    (9.0, 60.0)
    """

    def made(*arguments: Any, **keywords: Any) -> tuple[Function, Any]:
        of_one, x = of_one_argument(function, argnum, arguments, keywords)
        value, pullback = vjp(of_one, x)
        return lambda upstream: pullback(upstream)[0], value

    return made


def make_jvp(function: Function, argnum: Arguments = 0) -> Function:
    """A function of the same arguments that gives the pushforward: from a tangent to the value and its derivative.

    >>> from autograd import make_jvp
    >>> make_jvp(lambda x: x**2)(3.0)(10.0)
    (9.0, 60.0)
    """

    def made(*arguments: Any, **keywords: Any) -> Function:
        of_one, x = of_one_argument(function, argnum, arguments, keywords)
        return lambda tangent: jvp(of_one, (x,), (tangent,))

    return made


def make_jvp_reversemode(function: Function, argnum: Arguments = 0) -> Function:
    """A function of the same arguments that gives the derivative along a tangent, without the value."""

    def made(*arguments: Any, **keywords: Any) -> Function:
        pushforward = make_jvp(function, argnum)(*arguments, **keywords)
        return lambda tangent: pushforward(tangent)[1]

    return made


def elementwise_grad(function: Function, argnum: Arguments = 0) -> Function:
    """The gradient of the sum of all that the function returns: of one that works element by element, the derivative
    at each.

    >>> import autograd.numpy as np
    >>> from autograd import elementwise_grad
    >>> elementwise_grad(np.square)(np.array([1.0, 2.0]))
    array([2., 4.])
    """

    def gradient(*arguments: Any, **keywords: Any) -> Any:
        pullback, value = make_vjp(function, argnum)(*arguments, **keywords)
        return pullback(_filled(value, 1.0))

    return gradient


def deriv(function: Function, argnum: int = 0) -> Function:
    """The derivative by a number, of whatever the function returns.

    >>> import autograd.numpy as np
    >>> from autograd import deriv
    >>> deriv(lambda x: np.array([x, x**2]))(3.0)
    array([1., 6.])
    """

    def derivative(*arguments: Any, **keywords: Any) -> Any:
        return make_jvp(function, argnum)(*arguments, **keywords)(_filled(arguments[argnum], 1.0))[1]

    return derivative


def make_hvp(function: Function, argnum: Arguments = 0) -> Function:
    """A function of the same arguments that gives the Hessian's product with a vector, and the gradient."""
    return make_vjp(grad(function, argnum), argnum)


def hessian_tensor_product(function: Function, argnum: int = 0) -> Function:
    """As `hessian_vector_product`: the tensor comes after the arguments."""
    return hessian_vector_product(function, argnum)


def tensor_jacobian_product(function: Function, argnum: int = 0) -> Function:
    """A function of the arguments and, after them, a tensor: the tensor times the Jacobian, summed over the tensor's
    axes."""

    def product(*arguments_and_tensor: Any, **keywords: Any) -> Any:
        *arguments, tensor = arguments_and_tensor
        axes = numpy.ndim(_plain(tensor))

        def weighted(*given: Any, **more: Any) -> Any:
            return numpy.tensordot(tensor, function(*given, **more), axes)

        return jacobian(weighted, argnum)(*arguments, **keywords)

    return product


def vector_jacobian_product(function: Function, argnum: int = 0) -> Function:
    """Another name of `tensor_jacobian_product`."""
    return tensor_jacobian_product(function, argnum)


def make_ggnvp(
    function: Function, outer: Function = lambda y: 0.5 * numpy.sum(y**2, axis=-1), argnum: Arguments = 0
) -> Function:
    """A function of the same arguments that gives the generalized Gauss-Newton matrix's product with a vector:
    Jᵀ H J v, with the Jacobian of `function` and the Hessian of `outer`."""

    def made(*arguments: Any, **keywords: Any) -> Function:
        of_one, x = of_one_argument(function, argnum, arguments, keywords)
        value, pullback = vjp(of_one, x)

        def product(vector: Any) -> Any:
            pushed = jvp(of_one, (x,), (vector,))[1]
            return pullback(hessian_vector_product(outer)(value, pushed))[0]

        return product

    return made


def grad_and_aux(function: Function, argnum: Arguments = 0) -> Function:
    """The gradient of the first of two outputs, and the second as it is.

    >>> from autograd import grad_and_aux
    >>> grad_and_aux(lambda x: (x**2, "told"))(3.0)
    (6.0, 'told')
    """

    def gradient(*arguments: Any, **keywords: Any) -> tuple[Any, Any]:
        told: list[Any] = []

        def first(*given: Any, **more: Any) -> Any:
            output, aux = function(*given, **more)
            leaves, _, rebuild = flatten(aux)
            told.append(rebuild([_as_plain(leaf) for leaf in leaves]))
            return output

        found = grad(first, argnum)(*arguments, **keywords)
        return found, told[-1]

    return gradient


def grad_named(function: Function, argname: str) -> Function:
    """The gradient by the argument of this name."""
    names = list(inspect.signature(function).parameters)
    if argname not in names:
        raise ArgumentError(
            f"grad_named: {getattr(function, '__name__', 'the function')} has {', '.join(names)}, no {argname!r}"
        )
    return grad(function, names.index(argname))


def multigrad_dict(function: Function) -> Function:
    """The gradients by all arguments, in a dict by their names.

    >>> from autograd import multigrad_dict
    >>> multigrad_dict(lambda x, y: x * y)(2.0, 3.0)
    {'x': 3.0, 'y': 2.0}
    """
    signature = inspect.signature(function)

    def gradients(*arguments: Any, **keywords: Any) -> dict[str, Any]:
        bound = signature.bind(*arguments, **keywords)
        bound.apply_defaults()

        def of_dict(given: dict[str, Any]) -> Any:
            again = inspect.BoundArguments(signature, given)
            return function(*again.args, **again.kwargs)

        return grad(of_dict)(dict(bound.arguments))  # type: ignore[no-any-return]  # nested as its argument

    return gradients


def holomorphic_grad(function: Function, argnum: int = 0) -> NoReturn:
    """Refused: there are no complex numbers here."""
    raise DataTypeError("holomorphic_grad: glassgrad computes with real numbers alone")


def of_one_argument(
    function: Function, argnum: Arguments, arguments: Sequence[Any], keywords: dict[str, Any]
) -> tuple[Callable[[Any], Any], Any]:
    """The function as one of a single argument, a tuple where several are named, and what that is now."""
    name = getattr(function, "__name__", "the function")
    positions = positions_of("argnum", name, argnum, len(arguments))
    several = isinstance(argnum, Sequence)

    def of_one(x: Any) -> Any:
        given = list(arguments)
        for position, one in zip(positions, x if several else [x], strict=True):
            given[position] = one
        return function(*given, **keywords)

    chosen = [arguments[position] for position in positions]
    return of_one, tuple(chosen) if several else chosen[0]


def _filled(structure: Any, number: float) -> Any:
    """One of its nesting and shapes, of this number."""
    leaves, _, rebuild = flatten(structure)
    made = [
        numpy.full_like(data, number) if isinstance(data := _plain(leaf), numpy.ndarray) else number for leaf in leaves
    ]
    return rebuild(made)


def _plain(leaf: Any) -> Any:
    return leaf._data if isinstance(leaf, Node) else leaf


def _as_plain(leaf: Any) -> Any:
    return leaf.detach().data if isinstance(leaf, Node) else leaf
