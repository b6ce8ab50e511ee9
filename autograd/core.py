"""What programs of PyPI's autograd import from there; it is said elsewhere in this package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from . import differential_operators
from .extend import def_linear as def_linear
from .extend import defjvp as defjvp
from .extend import defjvp_argnum as defjvp_argnum
from .extend import defjvp_argnums as defjvp_argnums
from .extend import defvjp as defvjp
from .extend import defvjp_argnum as defvjp_argnum
from .extend import defvjp_argnums as defvjp_argnums
from .extend import primitive as primitive
from .installation import check_not_mixed
from .tracer import getval as getval
from .tracer import isbox as isbox

check_not_mixed()


def make_vjp(function: Callable[[Any], Any], x: Any) -> tuple[Callable[[Any], Any], Any]:
    """The pullback of a function of one argument at x, and its value there."""
    pullback, value = differential_operators.make_vjp(function)(x)
    return pullback, value


def make_jvp(function: Callable[[Any], Any], x: Any) -> Callable[[Any], tuple[Any, Any]]:
    """The pushforward of a function of one argument at x: from a tangent to the value and its derivative."""
    pushforward: Callable[[Any], tuple[Any, Any]] = differential_operators.make_jvp(function)(x)
    return pushforward


def __getattr__(name: str) -> NoReturn:
    if name in ("Box", "Node", "VSpace", "vspace", "VJPNode", "JVPNode", "SparseObject", "backward_pass", "new_box"):
        raise ImportError(
            f"autograd.core.{name}: glassgrad has no vector spaces and boxes; its graph is of Value and Tensor, and "
            "autograd.gradients goes back through it"
        )
    if name in ("primitive_vjps", "primitive_jvps"):
        raise ImportError(
            f"autograd.core.{name}: glassgrad's derivatives are rows of a table, autograd.operations(); "
            "autograd.extend.primitive adds an operation"
        )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
