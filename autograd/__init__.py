"""autograd: the engine of glassgrad. `Value` and `Tensor` record what is computed and backpropagate.

This is glassgrad's package of that name, not the one from PyPI.
"""

# ruff: noqa: F405  # that every name of `__all__` is there is tested

from . import fast_paths as fast_paths  # it puts itself ahead of Value's own methods
from . import micrograd_manner as micrograd_manner  # as it does with micrograd's names
from .calling_line import SourceLine
from .checking import gradcheck
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
    NotRecordedError,
    ProgramMismatchError,
    ShapeError,
    StaleGraphError,
    ViewError,
)
from .functions import *  # noqa: F403  # what `__all__` lists below
from .modes import Scope, detect_anomaly, no_grad, scope, source_lines
from .node import Node, gradients, label
from .operation import Contribution, Operation
from .primitives import Primitive, primitive
from .shadowing import all as all
from .shadowing import any as any
from .shadowing import max as max
from .shadowing import min as min
from .shadowing import sum as sum
from .sweep import SweepObserver
from .tensor import Tensor
from .transforms import grad, hessian, hessian_vector_product, jacobian, jvp, value_and_grad, vjp
from .value import Value

# By this `nn`, `viz` and `glassgrad` know that they got this package and not PyPI's of the same name.
DISTRIBUTION = "glassgrad"

# Written out, because mypy does not follow lists of other files; a test holds it to theirs.
__all__ = [
    "DISTRIBUTION", "AnomalyError", "ArgumentError", "CallError", "CapturedConstantWarning", "Contribution",
    "DataTypeError", "GradientMismatchError", "GraphError", "IndexRangeError", "Node", "NotRecordedError",
    "Operation", "Primitive", "ProgramMismatchError", "Scope", "ShapeError", "SourceLine", "StaleGraphError",
    "SweepObserver", "Tensor", "Value", "ViewError", "absolute", "add", "affine", "arccos", "arccosh", "arcsin",
    "arcsinh", "arctan", "arctan2", "arctanh", "argmax", "argmin", "array", "astype", "broadcast_to", "ceil", "clip",
    "concatenate", "cos", "cosh", "cumsum", "detect_anomaly", "diagonal", "diff", "divide", "dot", "elu", "equal",
    "erf", "exp", "exp2", "expand_dims", "expm1", "flip", "floor", "floor_divide", "gelu", "getitem", "grad",
    "gradcheck", "gradients", "greater", "greater_equal", "hessian", "hessian_vector_product", "hstack", "hypot",
    "inner", "isfinite", "isinf", "isnan", "jacobian", "jvp", "label", "leaky_relu", "less", "less_equal", "log",
    "log1p", "log2", "log10", "log_softmax", "logaddexp", "logical_and", "logical_not", "logical_or", "logsumexp",
    "matmul", "maximum", "mean", "minimum", "moveaxis", "multiply", "negative", "no_grad", "norm", "not_equal",
    "operations", "outer", "permute", "positive", "power", "primitive", "prod", "ravel", "relu", "remainder",
    "repeat", "reshape", "rint", "scope", "sigmoid", "sign", "silu", "sin", "sinh", "softmax", "softplus",
    "source_lines", "split", "sqrt", "square", "squared_norm", "squeeze", "stack", "std", "subtract", "sum_to_shape",
    "swapaxes", "take", "take_along_axis", "tan", "tanh", "tile", "transpose", "trunc", "value_and_grad", "var",
    "vjp", "vstack", "where",
]  # fmt: skip
