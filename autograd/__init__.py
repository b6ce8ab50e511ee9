"""autograd: the engine of glassgrad. `Value` and `Tensor` record what is computed and backpropagate.

This is glassgrad's package of that name, not the one from PyPI.
"""

from . import array_functions, composites, ops
from . import fast_paths as fast_paths  # it puts itself ahead of Value's own methods
from .calling_line import SourceLine
from .checking import gradcheck
from .compilation import compile as compile
from .errors import (
    AnomalyError,
    ArgumentError,
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
from .functions import *  # noqa: F403  # what the tables of public names below list
from .functions import all as all
from .functions import any as any
from .functions import max as max
from .functions import min as min
from .functions import sum as sum
from .modes import Scope, detect_anomaly, no_grad, scope, source_lines
from .node import Node, gradients, label
from .operation import Contribution, Operation
from .sweep import SweepObserver
from .tensor import Tensor
from .transforms import grad, hessian, hessian_vector_product, jacobian, jvp, value_and_grad, vjp
from .value import Value

# By this `nn`, `viz` and `glassgrad` know that they got this package and not PyPI's of the same name.
DISTRIBUTION = "glassgrad"

__all__ = [
    "DISTRIBUTION", "AnomalyError", "ArgumentError", "CapturedConstantWarning", "Contribution", "DataTypeError",
    "GradientMismatchError", "GraphError", "IndexRangeError", "Node", "NotRecordedError", "Operation",
    "ProgramMismatchError", "Scope", "ShapeError", "SourceLine", "StaleGraphError", "SweepObserver", "Tensor", "Value",
    "ViewError", "detect_anomaly", "grad", "gradcheck", "gradients", "hessian", "hessian_vector_product", "jacobian",
    "jvp", "label", "no_grad", "scope", "source_lines", "value_and_grad", "vjp",
]  # fmt: skip
__all__ += ops.__all__
__all__ += array_functions.__all__
__all__ += composites.__all__
# `from autograd import *` leaves Python's own sum, max, min, any, all and compile alone.
__all__.remove("all")
__all__.remove("any")
__all__.remove("max")
__all__.remove("min")
__all__.remove("sum")
