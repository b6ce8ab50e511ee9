"""PyPI's autograd makes its namespace of NumPy's there; here NumPy asks nodes themselves."""

from __future__ import annotations

from typing import NoReturn

from ..installation import check_not_mixed

check_not_mixed()


def __getattr__(name: str) -> NoReturn:
    if name.startswith("wrap_"):
        raise ImportError(
            f"autograd.numpy.numpy_wrapper.{name}: nothing is wrapped here; a function of one's own gets its rule by "
            "autograd.extend.primitive and defvjp"
        )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}: NumPy's names are in autograd.numpy")
