"""The integration of ordinary differential equations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy
import scipy.integrate

from .. import functions, shadowing
from ..differential_operators import make_vjp
from ..extend import defvjp_argnums, primitive
from ..installation import check_not_mixed as _check_not_mixed
from ..misc.flatten import flatten

_check_not_mixed()


def odeint(func: Callable[..., Any], y0: Any, t: Any, args: tuple[Any, ...] = (), **settings: Any) -> Any:
    """y at the times t, of dy/dt = func(y, t, *args) with y0 at the first: an array of shape (times, len(y0)).

    The gradient by y0, t and args is an integration backwards (F. Froehlich et al. 2017, arXiv:1711.08079), so that no
    step of the way is kept. `settings` are SciPy's, for both.

    >>> import autograd.numpy as np
    >>> from autograd import grad
    >>> def decayed(rate):
    ...     return odeint(lambda y, t, rate: -rate * y, np.array([1.0]), np.array([0.0, 1.0]), (rate,))[-1, 0]
    >>> print(round(grad(decayed)(0.5), 5))
    -0.60653
    """
    return _odeint(func, functions.array(y0), functions.array(t), tuple(args), **settings)


@primitive
def _odeint(func: Callable[..., Any], y0: Any, t: Any, args: tuple[Any, ...], **settings: Any) -> Any:
    return scipy.integrate.odeint(func, y0, t, args, **settings)


def _pullbacks(
    argnums: Sequence[int], y: Any, given: Sequence[Any], settings: dict[str, Any]
) -> Callable[[Any], list[Any]]:
    func, _, t, args = given
    flat, unflatten = flatten(args)
    count, size = numpy.shape(y)

    def of_vectors(y: Any, t: Any, flat: Any) -> Any:
        return functions.array(func(y, t, *unflatten(flat)))

    def backwards(state: Any, t: Any, flat: Any) -> Any:
        """Of y, and of the gradients by y, the time and the arguments."""
        y, by_y = state[:size], state[size : 2 * size]
        pullback, slope = make_vjp(of_vectors, (0, 1, 2))(y, t, flat)
        return functions.concatenate([slope, *(functions.reshape(one, (-1,)) for one in map(_array, pullback(-by_y)))])

    def pulled_back(upstream: Any) -> list[Any]:
        by_y, by_start, by_args = upstream[-1], 0.0, numpy.zeros(numpy.shape(flat))
        by_times = []
        for i in range(count - 1, 0, -1):
            by_time = shadowing.sum(of_vectors(y[i], t[i], flat) * upstream[i])
            by_times.append(by_time)
            by_start = by_start - by_time
            state = functions.concatenate([y[i], by_y, functions.array([by_start]), by_args])
            found = odeint(backwards, state, functions.array([t[i], t[i - 1]]), (flat,), **settings)[1]
            by_y, by_start, by_args = found[size : 2 * size] + upstream[i - 1], found[2 * size], found[2 * size + 1 :]
        times = functions.array([by_start, *by_times[::-1]])
        return [[None, by_y, times, unflatten(by_args)][argnum] for argnum in argnums]

    return pulled_back


def _array(x: Any) -> Any:
    return functions.array(x) if numpy.ndim(x) == 0 else x


defvjp_argnums(_odeint, _pullbacks)
