"""Functions put together from the table's rows: they need no rule of their own, and no derivative is here.

A room for each subject, whose `__all__` lists what is public. Those of `activations` and `elementwise` take numbers,
arrays, `Value`s or `Tensor`s alike; the others, arrays and `Tensor`s.
"""

# ruff: noqa: F403  # what the rooms' `__all__` list

from . import (
    activations,
    answers,
    building,
    diagonals,
    differences,
    elementwise,
    joining,
    moving,
    products,
    shape,
    statistics,
    taking,
)
from .activations import *
from .activations import ACTIVATIONS as ACTIVATIONS
from .answers import *
from .building import *
from .diagonals import *
from .differences import *
from .elementwise import *
from .elementwise import OF_ONE_NUMBER as OF_ONE_NUMBER
from .joining import *
from .moving import *
from .products import *
from .shape import *
from .statistics import *
from .taking import *

__all__: list[str] = []
__all__ += activations.__all__
__all__ += answers.__all__
__all__ += building.__all__
__all__ += diagonals.__all__
__all__ += differences.__all__
__all__ += elementwise.__all__
__all__ += joining.__all__
__all__ += moving.__all__
__all__ += products.__all__
__all__ += shape.__all__
__all__ += statistics.__all__
__all__ += taking.__all__
