"""The vector spaces of PyPI's autograd, which are left out."""

from __future__ import annotations

from typing import NoReturn

from ..installation import check_not_mixed

check_not_mixed()


def __getattr__(name: str) -> NoReturn:
    if name.endswith("VSpace"):
        raise ImportError(
            f"autograd.numpy.numpy_vspaces.{name}: glassgrad has no vector spaces; arguments may be nested lists, "
            "tuples and dicts of numbers and arrays"
        )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
