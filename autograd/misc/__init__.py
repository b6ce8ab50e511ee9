"""Helpers of PyPI's autograd: `flatten`, optimizers of a function's argument, fixed points."""

from typing import NoReturn

from ..installation import check_not_mixed

check_not_mixed()

from .flatten import flatten as flatten  # noqa: E402  # after the check


def __getattr__(name: str) -> NoReturn:
    if name in ("const_graph", "full_graph"):
        raise ImportError(f"autograd.misc.{name}: here a graph is recorded once by autograd.compile(f)")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
