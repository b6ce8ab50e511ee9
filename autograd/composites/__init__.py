"""Functions put together from the table's rows: they need no rule of their own, and no derivative is here.

A room for each subject. Those of `activations` and `elementwise` take numbers, arrays, `Value`s or `Tensor`s alike;
the others, arrays and `Tensor`s. A room is imported when one of its functions is first used.
"""

# ruff: noqa: F403  # the rooms' functions, which ROOMS lists and a test holds to them

import importlib
from typing import TYPE_CHECKING, Any

from ..arguments import answering
from ..locks import importing

if TYPE_CHECKING:
    from .activations import *
    from .answers import *
    from .building import *
    from .diagonals import *
    from .differences import *
    from .elementwise import *
    from .joining import *
    from .moving import *
    from .padding import *
    from .polynomials import *
    from .products import *
    from .shape import *
    from .statistics import *
    from .summation import *
    from .taking import *

# The public functions of each room: a new one gets its place here.
ROOMS: dict[str, tuple[str, ...]] = {
    "activations": (
        "elu", "gelu", "leaky_relu", "silu", "softplus",
    ),
    "answers": (
        "count_nonzero", "isclose", "isin", "signbit",
    ),
    "building": (
        "empty_like", "full", "full_like", "geomspace", "linspace", "logspace", "meshgrid", "ones_like", "zeros_like",
    ),
    "diagonals": (
        "diag", "diagflat", "diagonal", "trace", "tril", "triu",
    ),
    "differences": (
        "diff", "ediff1d", "gradient", "interp", "trapezoid",
    ),
    "elementwise": (
        "conjugate", "deg2rad", "degrees", "fix", "fmax", "fmin", "imag", "isfinite", "isinf", "isnan",
        "isneginf", "isposinf", "logit", "nan_to_num", "polygamma", "rad2deg", "radians", "real", "round_to",
    ),
    "joining": (
        "append", "array_split", "block", "column_stack", "dsplit", "dstack", "hsplit", "hstack", "split",
        "unstack", "vsplit", "vstack",
    ),
    "moving": (
        "flip", "fliplr", "flipud", "partition", "roll", "rot90", "sort", "tile",
    ),
    "padding": (
        "pad",
    ),
    "polynomials": (
        "polyval", "vander",
    ),
    "products": (
        "convolve", "correlate", "cross", "dot", "inner", "kron", "matvec", "outer", "tensordot", "vdot", "vecdot",
        "vecmat",
    ),
    "shape": (
        "atleast_1d", "atleast_2d", "atleast_3d", "broadcast_arrays", "expand_dims", "matrix_transpose",
        "moveaxis", "permute", "ravel", "resize", "rollaxis", "squeeze",
    ),
    "statistics": (
        "average", "corrcoef", "cov", "median", "nancumprod", "nancumsum", "nanmax", "nanmean", "nanmedian",
        "nanmin", "nanpercentile", "nanprod", "nanquantile", "nanstd", "nansum", "nanvar", "percentile", "ptp",
        "quantile", "std", "var",
    ),
    "summation": (
        "cumulative_prod", "cumulative_sum", "einsum",
    ),
    "taking": (
        "compress", "delete", "extract", "insert", "put_along_axis", "repeat", "select", "take",
        "take_along_axis",
    ),
}  # fmt: skip

# Those whose answer is a truth, a number of elements or made of a shape, and has no gradient.
WITHOUT_GRADIENT = frozenset({
    "count_nonzero", "empty_like", "imag", "isclose", "isfinite", "isin", "isinf", "isnan", "isneginf", "isposinf",
    "ones_like", "signbit", "zeros_like",
})  # fmt: skip

__all__: list[str] = [name for names in ROOMS.values() for name in names]

# Rooms of functions that are called on single numbers, too, where a call that is watched costs something.
_OF_NUMBERS = ("activations", "elementwise")
_ROOM_OF = {name: room for room, names in ROOMS.items() for name in names}

if not TYPE_CHECKING:  # a type checker would take any name

    def __getattr__(name: str) -> Any:
        if name not in _ROOM_OF:
            raise AttributeError(f"autograd.composites has no {name!r}")
        with importing:
            room = importlib.import_module(f".{_ROOM_OF[name]}", __name__)
        found = getattr(room, name)
        if _ROOM_OF[name] not in _OF_NUMBERS and not hasattr(found, "__wrapped__"):
            found = answering()(found)
            setattr(room, name, found)  # where it is pickled, too
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_ROOM_OF})
