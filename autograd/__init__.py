"""autograd: the engine of glassgrad. `Value` and `Tensor` record what is computed and backpropagate.

This is glassgrad's package of that name, not the one from PyPI.
"""

# ruff: noqa: F405  # that every name of `__all__` is there is tested

import importlib
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import composites as _composites
from . import fast_paths as fast_paths  # it puts itself ahead of Value's own methods
from . import micrograd_manner as micrograd_manner  # as it does with micrograd's names
from . import names_of_scipy as _names_of_scipy
from . import pytorch_manner as pytorch_manner  # which says our words for PyTorch's
from .calling_line import SourceLine
from .compilation import compile as compile
from .errors import (
    AnomalyError,
    ArgumentError,
    CallError,
    CapturedConstantWarning,
    DataTypeError,
    GradientMismatchError,
    GraphError,
    IndexRangeError,
    LinearAlgebraError,
    MissingPackageError,
    NotRecordedError,
    ProgramMismatchError,
    ShapeError,
    StaleGraphError,
    ViewError,
)
from .functions import *  # noqa: F403  # what `__all__` lists below
from .locks import importing as _importing
from .modes import Scope, detect_anomaly, no_grad, scope, source_lines
from .node import Node, gradients, label
from .operation import Contribution, Operation
from .shadowing import all as all
from .shadowing import any as any
from .shadowing import max as max
from .shadowing import min as min
from .shadowing import sum as sum
from .sweep import SweepObserver
from .tensor import Tensor
from .transforms import (
    grad,
    hessian,
    hessian_vector_product,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    stop_gradient,
    value_and_grad,
    vjp,
)
from .value import Value

# By this `nn`, `viz` and `glassgrad` know that they got this package and not PyPI's of the same name.
DISTRIBUTION = "glassgrad"


# What is used now and then, and the file that is imported when it is first asked for.
_SELDOM = {
    "Primitive": "primitives", "checkpoint": "checkpointing", "gradcheck": "checking", "primitive": "primitives",
    "vmap": "vectorization",
}  # fmt: skip
# Of PyPI's autograd; their files are imported when one is first asked for.
_OPERATORS = frozenset({
    "deriv", "elementwise_grad", "grad_and_aux", "grad_named", "hessian_tensor_product",
    "holomorphic_grad", "make_ggnvp", "make_hvp", "make_jvp", "make_vjp", "multigrad_dict", "tensor_jacobian_product",
    "vector_jacobian_product",
})  # fmt: skip
_OF_PYTHON = frozenset({"dict", "isinstance", "list", "tuple", "type"})

# Written out, because mypy does not follow lists of other files; a test holds it to theirs.
__all__ = [
    "DISTRIBUTION", "AnomalyError", "ArgumentError", "CallError", "CapturedConstantWarning", "Contribution",
    "DataTypeError", "GradientMismatchError", "GraphError", "IndexRangeError", "LinearAlgebraError",
    "MissingPackageError", "Node", "NotRecordedError", "Operation", "Primitive", "ProgramMismatchError", "Scope",
    "ShapeError", "SourceLine", "StaleGraphError", "SweepObserver", "Tensor", "Value", "ViewError", "absolute", "add",
    "affine", "append", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "argmax", "argmin",
    "argsort", "array", "array_split", "astype", "atleast_1d", "atleast_2d", "atleast_3d", "average", "block",
    "broadcast_arrays", "broadcast_to", "cbrt", "ceil", "checkpoint", "clip", "column_stack", "compress", "concatenate",
    "conjugate", "convolve", "copysign", "corrcoef", "correlate", "cos", "cosh", "count_nonzero", "cov", "cross",
    "cumprod", "cumsum", "cumulative_prod", "cumulative_sum", "deg2rad", "degrees", "delete", "detect_anomaly", "diag",
    "diagflat", "diagonal", "diff", "digamma", "divide", "dot", "dsplit", "dstack", "ediff1d", "einsum", "elu",
    "empty_like", "equal", "erf", "erfc", "erfinv", "exp", "exp2", "expand_dims", "expm1", "extract", "fix", "flip",
    "fliplr", "flipud", "floor", "floor_divide", "fmax", "fmin", "fmod", "full", "full_like", "gammaln", "gelu",
    "geomspace", "getitem", "grad", "gradcheck", "gradient", "gradients", "greater", "greater_equal", "heaviside",
    "hessian", "hessian_vector_product", "hsplit", "hstack", "hypot", "imag", "inner", "insert", "interp", "isclose",
    "isfinite", "isin", "isinf", "isnan", "isneginf", "isposinf", "jacfwd", "jacobian", "jacrev", "jvp", "kron",
    "label", "leaky_relu", "less", "less_equal", "linspace", "log", "log1p", "log2", "log10", "log_softmax",
    "logaddexp", "logaddexp2", "logical_and", "logical_not", "logical_or", "logit", "logspace", "logsumexp", "matmul",
    "matrix_transpose", "matvec", "maximum", "mean", "median", "meshgrid", "minimum", "moveaxis", "multiply",
    "nan_to_num", "nancumprod", "nancumsum", "nanmax", "nanmean", "nanmedian", "nanmin", "nanpercentile", "nanprod",
    "nanquantile", "nanstd", "nansum", "nanvar", "negative", "no_grad", "norm", "not_equal", "ones_like", "operations",
    "outer", "pad", "partition", "percentile", "permute", "polygamma", "polyval", "positive", "power", "primitive",
    "prod", "ptp", "put_along_axis", "quantile", "rad2deg", "radians", "ravel", "real", "relu", "remainder", "repeat",
    "reshape", "resize", "rint", "roll", "rollaxis", "rot90", "round_to", "scope", "searchsorted", "select", "sigmoid",
    "sign", "signbit", "silu", "sin", "sinc", "sinh", "sliding_window_view", "softmax", "softplus", "sort",
    "source_lines", "split", "sqrt", "square", "squared_norm", "squeeze", "stack", "std", "stop_gradient", "subtract",
    "sum_to_shape", "swapaxes", "take", "take_along_axis", "tan", "tanh", "tensordot", "tile", "trace", "transpose",
    "trapezoid", "tril", "triu", "trunc", "unstack", "value_and_grad", "vander", "var", "vdot", "vecdot", "vecmat",
    "vjp", "vmap", "vsplit", "vstack", "where", "xlogy", "zeros_like", "zeta",
]  # fmt: skip

if TYPE_CHECKING:
    from . import linalg as linalg
    from .checking import gradcheck as gradcheck
    from .checkpointing import checkpoint as checkpoint
    from .differential_operators import deriv as deriv
    from .differential_operators import elementwise_grad as elementwise_grad
    from .differential_operators import grad_and_aux as grad_and_aux
    from .differential_operators import grad_named as grad_named
    from .differential_operators import hessian_tensor_product as hessian_tensor_product
    from .differential_operators import holomorphic_grad as holomorphic_grad
    from .differential_operators import make_ggnvp as make_ggnvp
    from .differential_operators import make_hvp as make_hvp
    from .differential_operators import make_jvp as make_jvp
    from .differential_operators import make_vjp as make_vjp
    from .differential_operators import multigrad_dict as multigrad_dict
    from .differential_operators import tensor_jacobian_product as tensor_jacobian_product
    from .differential_operators import vector_jacobian_product as vector_jacobian_product
    from .primitives import Primitive as Primitive
    from .primitives import primitive as primitive
    from .vectorization import vmap as vmap
else:  # the functions are in `functions.pyi`

    def __getattr__(name):
        """The functions made of others, whose rooms are imported when one is first used, and PyPI autograd's names."""
        with _importing:
            if name == "linalg":
                return importlib.import_module(".linalg", __name__)
            if name in _SELDOM:
                found = globals()[name] = getattr(importlib.import_module(f".{_SELDOM[name]}", __name__), name)
                return found
            if name in _OPERATORS:
                return getattr(importlib.import_module(".differential_operators", __name__), name)
            if name in _OF_PYTHON:
                return getattr(importlib.import_module(".builtins", __name__), name)
        if name not in _composites.__all__:
            pytorch_manner.missing_name(name)
        found = globals()[name] = getattr(_composites, name)
        return found


def _of_scipy(name: str) -> Callable[..., Any] | None:
    """Our function for SciPy's of a dotted name; who asks has imported SciPy."""
    room, *distribution, function = name.split(".")
    names: Any = vars(importlib.import_module(".scipy", __name__))
    for part in (room, *distribution):
        try:
            names = vars(importlib.import_module(".".join([names["__name__"], part])))
        except ModuleNotFoundError:
            return None
    found = names.get(function)
    return found if callable(found) and hasattr(sys.modules[f"scipy.{room}"], (*distribution, function)[0]) else None


_names_of_scipy.register(_of_scipy)


def __dir__() -> list[str]:
    return sorted({*globals(), "linalg", *_SELDOM, *_OPERATORS, *_composites.__all__})
