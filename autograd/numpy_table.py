"""What each function of NumPy's is on nodes, as the tables of `numpy_protocol` have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy
from numpy.lib.stride_tricks import sliding_window_view

from . import array_functions, composites, linear_algebra, ops
from .numpy_instead import INSTEAD, instead_of
from .numpy_protocol import FUNCTIONS, OF_MASKS, OF_THE_DATA, SPECIAL, UFUNCS, our_function
from .operation import Operation

# What it can be: the word, and what that means.
KINDS = {
    "rule": "a row of the table: it is recorded as one operation, whose derivative is written there",
    "composite": "recorded as several operations, through which gradients flow",
    "no gradient": "recorded, so that a program follows it: truths and places, which have no gradient",
    "data": "given the numbers: a plain answer, without a gradient",
    "refused": "refused by name, with what to write instead",
    "no nodes": "takes no arrays to differentiate by: NumPy's own",
}


@dataclass(frozen=True)
class NumpyFunction:
    """One of NumPy's functions.

    Attributes:
        name: as it is called, with its module.
        kind: one of `KINDS`.
        ours: the name of our function; empty where there is none, or it is put together in place.
        instead: what to write instead, where it is refused.
    """

    name: str
    kind: str
    ours: str = ""
    instead: str = ""


def numpy_functions() -> list[NumpyFunction]:
    """Every public function of numpy, numpy.linalg and numpy.fft, and those of scipy.special that are known here.

    >>> [(one.kind, one.ours) for one in numpy_functions() if one.name in ("numpy.exp", "numpy.sort")]
    [('rule', 'exp'), ('composite', 'sort')]
    """
    found = [
        _described(f"{module.__name__}.{name}", function)
        for module in (numpy, numpy.linalg, numpy.fft)
        for name, function in _functions(module)
    ]
    found.append(_described("numpy.lib.stride_tricks.sliding_window_view", sliding_window_view))
    found += [
        NumpyFunction(f"scipy.special.{name}", *_kind_and_name(our_function(SPECIAL, name))) for name in sorted(SPECIAL)
    ]
    return found


def _functions(module: ModuleType) -> Iterator[tuple[str, Any]]:
    for name in sorted(dir(module)):
        held = getattr(module, name)
        if callable(held) and not isinstance(held, type) and not name.startswith("_"):
            yield name, held


def _described(name: str, function: Any) -> NumpyFunction:
    short = name.removeprefix("numpy.")
    is_ufunc = isinstance(function, numpy.ufunc)
    if not is_ufunc and not hasattr(function, "_implementation"):  # it does not ask a node's class what it means
        return (
            NumpyFunction(name, "refused", instead=INSTEAD[short])
            if short in INSTEAD
            else NumpyFunction(name, "no nodes")
        )
    table: dict[Any, Any] = UFUNCS if is_ufunc else FUNCTIONS
    if function in table:
        return NumpyFunction(name, *_kind_and_name(our_function(table, function)))
    if function in OF_THE_DATA:
        return NumpyFunction(name, "data")
    return NumpyFunction(name, "refused", instead=instead_of(short))


def _kind_and_name(function: Any) -> tuple[str, str]:
    """Of one of our functions: what it is, and its name, which a row has, a composite, or neither."""
    if function in OF_MASKS:
        return "no gradient", ""
    name = (function.name if isinstance(function, Operation) else function.__name__).removeprefix("_")
    row = ops.operations().get(name)
    is_of_matrices = function is getattr(linear_algebra, name, None) and name not in composites.__all__
    shown = f"linalg.{name}" if is_of_matrices else name
    if row is not None:
        return ("rule" if row.differentiable else "no gradient"), shown
    if name in composites.WITHOUT_GRADIENT:
        return "no gradient", name
    return "composite", shown if is_of_matrices or name in composites.__all__ or name in vars(array_functions) else ""
