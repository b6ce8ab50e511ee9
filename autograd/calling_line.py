"""Which line of a person's program an operation comes from."""

from __future__ import annotations

import linecache
import opcode
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType

import numpy

# The packages of this project: a line inside them is not the person's.
_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_OURS = tuple(os.path.join(_ROOT, package, "") for package in ("autograd", "nn", "viz", "glassgrad"))
# What `array[i] = node` is to Python; from 3.12 on, `array[i:j] = node` is an instruction of its own.
_ASSIGNMENTS = {opcode.opmap[name] for name in ("STORE_SUBSCR", "STORE_SLICE") if name in opcode.opmap}
_NUMPY = os.path.join(os.path.dirname(numpy.__file__), "")
_NOT_A_PERSON_S = (*_OURS, _NUMPY)


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of a file, or of a notebook's cell."""

    file: str
    line: int

    @property
    def text(self) -> str:
        """The line itself; empty where the file cannot be read."""
        return linecache.getline(self.file, self.line).strip()

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}" + (f": {self.text}" if self.text else "")


def calling_line() -> SourceLine | None:
    """The innermost line on the stack that is not in this project's packages, nor in NumPy."""
    frame = sys._getframe(1)
    while frame is not None:
        if not frame.f_code.co_filename.startswith(_NOT_A_PERSON_S):
            return SourceLine(frame.f_code.co_filename, frame.f_lineno)
        frame = frame.f_back  # type: ignore[assignment]  # None at the bottom of the stack, which ends the loop
    return None


def calls_between() -> int:
    """How many calls lie between the function that asks and the line that `calling_line` names: `stacklevel` for a
    warning of its own is one more."""
    frame, count = sys._getframe(1), 0
    while frame is not None and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back  # type: ignore[assignment]  # as above
        count += 1
    return count


def asking_functions() -> Iterator[CodeType]:
    """The functions of NumPy that called this project's, the innermost first: none where a person's line did."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back  # type: ignore[assignment]  # as above
    while frame is not None and frame.f_code.co_filename.startswith(_NUMPY):
        yield frame.f_code
        frame = frame.f_back  # type: ignore[assignment]  # as above


def assigns_an_element() -> bool:
    """Whether the line that called our caller does `array[i] = node`, and no `float(node)`."""
    frame = sys._getframe(2)
    return frame.f_code.co_code[frame.f_lasti] in _ASSIGNMENTS
