"""PyPI's autograd replays graphs there; here `autograd.compile` makes programs of them."""

from __future__ import annotations

from typing import NoReturn

from ..installation import check_not_mixed

check_not_mixed()


def __getattr__(name: str) -> NoReturn:
    if name in ("const_graph", "full_graph", "ConstGraphNode", "FullGraphNode", "const_graph_unary"):
        raise ImportError(f"autograd.misc.tracers.{name}: a graph is recorded once by autograd.compile(f)")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
