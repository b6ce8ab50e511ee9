"""The public functions, gathered: the table's and those put together from it. Their types are in `functions.pyi`."""

from .composites import *  # noqa: F403  # what its `__all__` lists
from .ops import *  # noqa: F403  # as above
