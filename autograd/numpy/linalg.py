"""NumPy's linear algebra; lists that hold nodes are the arrays that they look like."""

from __future__ import annotations

from typing import Any

import numpy.linalg as _linalg

from ..installation import check_not_mixed as _check_not_mixed
from .lists import namespace as _namespace

_check_not_mixed()

globals().update(_namespace(_linalg))


def __getattr__(name: str) -> Any:
    return getattr(_linalg, name)
