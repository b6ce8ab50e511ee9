"""What rules of operations of one's own use in programs of PyPI's autograd."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy

from .. import functions
from ..installation import check_not_mixed

check_not_mixed()


def unbroadcast(x: Any, target_meta: Any) -> Any:
    """x, summed to the shape of an operand, which is the first of `target_meta`.

    >>> import numpy
    >>> unbroadcast(numpy.ones((3, 2)), ((2,),))
    array([3., 3.])
    """
    shape = tuple(target_meta[0])
    return x if numpy.shape(x) == shape else functions.sum_to_shape(x, shape)


def unbroadcast_f(target: Any, f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`f`, whose gradient is summed to the shape of `target`."""
    shape = numpy.shape(target)
    return lambda g: unbroadcast(f(g), (shape,))


def repeat_to_match_shape(g: Any, shape: Any, dtype: Any, axis: Any, keepdims: bool) -> tuple[Any, int]:
    """The gradient of a reduction over `axis`, as large as what was reduced, and how many each stands for."""
    if shape == ():
        return g, 1
    axes = range(len(shape)) if axis is None else [axis] if isinstance(axis, int) else axis
    reduced = {one % len(shape) for one in axes}
    kept = tuple(1 if place in reduced else size for place, size in enumerate(shape))
    spread = functions.broadcast_to(functions.reshape(functions.array(g), kept), shape)
    return spread, int(numpy.prod([shape[one] for one in reduced], dtype=int))


def __getattr__(name: str) -> NoReturn:
    if name in _LEFT_OUT or name.startswith(("grad_", "dot_", "tensordot_", "matmul_")):
        raise ImportError(
            f"autograd.numpy.numpy_vjps.{name}: glassgrad's derivatives are rows of a table, autograd.operations(); "
            "here are unbroadcast, unbroadcast_f and repeat_to_match_shape"
        )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


_LEFT_OUT = frozenset({"balanced_eq", "match_complex", "nograd_functions", "replace_zero", "untake"})
