"""The public functions, gathered from where they are written. Their types are in `functions.pyi`."""

from .array_functions import *  # noqa: F403  # what its `__all__` lists
from .composites import *  # noqa: F403  # as above
from .ops import *  # noqa: F403  # as above
