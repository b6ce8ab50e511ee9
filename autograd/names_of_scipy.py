"""Which of SciPy's functions was given nodes, and which of ours bears its name.

The functions themselves are in `autograd.scipy`, which lies above: the package's face says how they are found.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from .calling_line import calling_line, frames_of_scipy
from .errors import DataTypeError

Find = Callable[[str], Callable[..., Any] | None]


def register(find: Find) -> None:
    """Say how ours is found by SciPy's dotted name, `special.gamma` or `stats.norm.logpdf`."""
    global _find
    _find = find


def namesake(name: str) -> Callable[..., Any] | None:
    """Our function for one of SciPy's; None where there is none."""
    return _find(name)


def asking_function() -> str | None:
    """The function of SciPy's that a person's line has called and that called this project's, `stats.norm.logpdf`;
    None where SciPy did not call, or what did has no name."""
    names = [name for frame in frames_of_scipy() if (name := _name_of(frame)) is not None]
    return names[-1] if names else None


def refusal(name: str, kind: str) -> DataTypeError:
    """What is said where a function of SciPy's would lose the graph of a node."""
    line = calling_line()
    instead = (
        f"write autograd.scipy.{name}"
        if _find(name) is not None
        else "autograd.scipy has none of this name: give .data or .detach() where numbers are meant, or write its "
        "formula with autograd's functions"
    )
    return DataTypeError(
        f"scipy.{name} computes with plain numbers alone{'' if line is None else f' ({line})'}, and the graph of a "
        f"{kind} would be lost; {instead}"
    )


def refuse_look_of_scipy(kind: str) -> None:
    """Refuse a node that SciPy takes for an array to a function that makes plain numbers of an array of nodes, or that
    fails where ours does not."""
    name = asking_function()
    if name is None or name in _OF_OBJECTS:
        return
    if _find(name) is not None or name.startswith(_OF_NUMBERS):
        raise refusal(name, kind)


_OF_OBJECTS = ("linalg.norm", "signal.convolve", "special.softmax")  # made of arithmetic, which nodes have
_OF_NUMBERS = ("fft.", "linalg.", "signal.fftconvolve")  # written in C and Fortran


def _name_of(frame: FrameType) -> str | None:
    """The public name of what runs there, without `scipy.`; None of what has none."""
    module, function = str(frame.f_globals.get("__name__")), frame.f_code.co_name
    owner, wrapped = frame.f_locals.get("self"), frame.f_locals.get("f")
    if module.startswith("scipy._lib.") and callable(wrapped):  # what looks at the arguments of a function for it
        module, function, owner = wrapped.__module__, getattr(wrapped, "__name__", ""), None
    room = f"{module}..".split(".")[1]
    names = sys.modules.get(f"scipy.{room}")
    if owner is None:
        return f"{room}.{function}" if callable(getattr(names, function, None)) else None
    owner = getattr(owner, "dist", owner)  # a distribution with its parameters has the distribution
    kind = type(owner).__name__.removesuffix("_frozen").removesuffix("_gen")
    distribution = next((name for name in (getattr(owner, "name", None), kind) if hasattr(names, str(name))), None)
    return None if distribution is None or function.startswith("_") else f"{room}.{distribution}.{function}"


def _nothing(name: str) -> None:
    return None


_find: Find = _nothing
