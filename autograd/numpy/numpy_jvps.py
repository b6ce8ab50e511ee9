"""The rules of tangents of PyPI's autograd; here they follow from the rules of gradients."""

from __future__ import annotations

from typing import NoReturn

from ..installation import check_not_mixed

check_not_mixed()


def __getattr__(name: str) -> NoReturn:
    if name.startswith(("fwd_", "def_", "broadcast")):
        raise ImportError(f"autograd.numpy.numpy_jvps.{name}: there are no rules of tangents here; see autograd.jvp")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
