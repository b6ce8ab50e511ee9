"""The public functions, gathered from where they are written. Their types are in `functions.pyi`."""

from .array_functions import *  # noqa: F403  # what its `__all__` lists
from .composites import __dir__ as __dir__  # its functions, when they are used
from .composites import __getattr__ as __getattr__  # type: ignore[attr-defined]
from .ops import *  # noqa: F403  # as above
