"""The public functions, gathered from where they are written. Their types are in `functions.pyi`."""

from .array_functions import *  # noqa: F403  # what its `__all__` lists
from .composites import __getattr__ as __getattr__  # it finds its own when they are used
from .ops import *  # noqa: F403  # as above
