"""What programs of PyPI's autograd import from there; it is said elsewhere in this package."""

from __future__ import annotations

from typing import NoReturn

from .differential_operators import make_jvp as make_jvp
from .differential_operators import make_vjp as make_vjp
from .extend import def_linear as def_linear
from .extend import defjvp as defjvp
from .extend import defvjp as defvjp
from .extend import defvjp_argnum as defvjp_argnum
from .extend import defvjp_argnums as defvjp_argnums
from .extend import primitive as primitive


def __getattr__(name: str) -> NoReturn:
    if name in ("VSpace", "vspace", "VJPNode", "JVPNode", "SparseObject", "backward_pass"):
        raise ImportError(
            f"autograd.core.{name}: glassgrad has no vector spaces and boxes; its graph is of Value and Tensor, and "
            "autograd.gradients goes back through it"
        )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
