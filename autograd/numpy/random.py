"""NumPy's random numbers, which have no gradient."""

from __future__ import annotations

from typing import Any

import numpy.random as _random
from numpy.random import *  # noqa: F403  # NumPy's whole namespace

from ..installation import check_not_mixed

check_not_mixed()


def __getattr__(name: str) -> Any:
    return getattr(_random, name)
