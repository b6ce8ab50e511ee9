"""Fixed points, and their gradients by the implicit function theorem."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..differential_operators import make_vjp
from ..extend import defvjp, primitive
from ..installation import check_not_mixed

check_not_mixed()


@primitive
def fixed_point(
    f: Callable[[Any], Callable[[Any], Any]], a: Any, x0: Any, distance: Callable[[Any, Any], float], tol: float
) -> Any:
    """x with x = f(a)(x), from iterating at x0 until two of them are no further apart than `tol`.

    The gradient by a does not go through the iterations (B. Christianson 1994, "Reverse accumulation and
    attractive fixed points"): the upstream gradient's sum over all of them is a fixed point itself.

    >>> from autograd import grad
    >>> def root(a):  # Newton's way to the square root
    ...     return fixed_point(lambda a: lambda x: 0.5 * (x + a / x), a, 1.0, lambda x, y: abs(x - y), 1e-12)
    >>> round(root(2.0), 12), round(grad(root)(2.0), 12)
    (1.414213562373, 0.353553390593)
    """
    step = f(a)
    x, before = step(x0), x0
    while distance(x, before) > tol:
        x, before = step(x), x
    return x


def _pullback(ans: Any, f: Any, a: Any, x0: Any, distance: Any, tol: float) -> Callable[[Any], Any]:
    def by_a(upstream: Any) -> Any:
        def step(given: tuple[Any, Any, Any]) -> Callable[[Any], Any]:
            a, x, upstream = given
            pullback, _ = make_vjp(f(a))(x)
            return lambda summed: pullback(summed) + upstream

        total = fixed_point(step, (a, ans, upstream), upstream * 0.0, distance, tol)
        return make_vjp(lambda a: f(a)(ans))(a)[0](total)

    return by_a


defvjp(fixed_point, None, _pullback, None, None, None)
