"""A helper that programs of PyPI's autograd import from there."""

from __future__ import annotations

from typing import Any

from .installation import check_not_mixed

check_not_mixed()


def func(method: Any) -> Any:
    """A method's function."""
    return getattr(method, "__func__", method)
