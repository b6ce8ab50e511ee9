"""viz: seeing what glassgrad's engine recorded, as a drawing or step by step."""

try:
    from autograd import DISTRIBUTION as _ENGINE  # noqa: F401  # its presence is the check
except ImportError as _error:
    raise ImportError(
        "viz needs glassgrad's package `autograd`, and PyPI's package of that name was found in its place, or took its "
        "files along when it was removed: run `pip uninstall -y autograd glassgrad`, then install glassgrad again; it "
        "has autograd's names, too"
    ) from _error

from .derivations import Derivation, derivation
from .drawing import Drawing, draw
from .errors import DrawingError
from .numbers import format_number
from .stepper import step, steps
from .tracing import Trace, trace
from .views import register_all
from .webpage.writing import page

__all__ = [
    "Derivation",
    "Drawing",
    "DrawingError",
    "Trace",
    "derivation",
    "draw",
    "format_number",
    "page",
    "step",
    "steps",
    "trace",
]

register_all()
