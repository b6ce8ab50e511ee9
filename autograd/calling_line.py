"""Which line of a person's program an operation comes from."""

from __future__ import annotations

import dis
import linecache
import opcode
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType, FrameType

import numpy

# The packages of this project: a line inside them is not the person's.
_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_OURS = tuple(os.path.join(_ROOT, package, "") for package in ("autograd", "nn", "viz", "glassgrad"))
# What `array[i] = node` is to Python; from 3.12 on, `array[i:j] = node` is an instruction of its own.
_ASSIGNMENTS = {opcode.opmap[name] for name in ("STORE_SUBSCR", "STORE_SLICE") if name in opcode.opmap}
_LOOKING_UP = {opcode.opmap[name] for name in ("CONTAINS_OP", "BINARY_SUBSCR") if name in opcode.opmap}
# From 3.14 on `table[x]` is one of the operators.
_SUBSCRIPT = [number for number, (name, _) in enumerate(getattr(opcode, "_nb_ops", ())) if name == "NB_SUBSCR"]
_ASKING = frozenset({"get", "setdefault", "pop"})
_NUMPY = os.path.join(os.path.dirname(numpy.__file__), "")
_NOT_A_PERSON_S = (*_OURS, _NUMPY)


def _not_a_person_s() -> tuple[str, ...]:
    """Those, and SciPy's where it was imported, as nobody else's function can be running."""
    scipy = sys.modules.get("scipy")
    return _NOT_A_PERSON_S if scipy is None else (*_NOT_A_PERSON_S, os.path.join(scipy.__path__[0], ""))


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
    """The innermost line on the stack that is not in this project's packages, nor in NumPy or SciPy."""
    frame, others = sys._getframe(1), _not_a_person_s()
    while frame is not None:
        if not frame.f_code.co_filename.startswith(others):
            return SourceLine(frame.f_code.co_filename, frame.f_lineno)
        frame = frame.f_back  # type: ignore[assignment]  # None at the bottom of the stack, which ends the loop
    return None


def calls_between() -> int:
    """How many calls lie between the function that asks and the line that `calling_line` names: `stacklevel` for a
    warning of its own is one more."""
    frame, count, others = sys._getframe(1), 0, _not_a_person_s()
    while frame is not None and frame.f_code.co_filename.startswith(others):
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


def frames_of_scipy() -> Iterator[FrameType]:
    """What runs of SciPy between this project's functions and a person's line, the innermost first."""
    frame, others = sys._getframe(1), _not_a_person_s()
    while frame is not None and frame.f_code.co_filename.startswith(others):
        if not frame.f_code.co_filename.startswith(_NOT_A_PERSON_S):
            yield frame
        frame = frame.f_back  # type: ignore[assignment]  # as above


def looks_it_up() -> bool:
    """Whether a person's line looks for what is hashed in a set or a dict: `x in numbers`, `table[x]`, `.get(x)`."""
    frame = sys._getframe(2)
    code = frame.f_code
    if code.co_filename.startswith(_NOT_A_PERSON_S):
        return False
    operation, argument = code.co_code[frame.f_lasti : frame.f_lasti + 2]
    is_subscript = operation == opcode.opmap["BINARY_OP"] and argument in _SUBSCRIPT
    return operation in _LOOKING_UP or is_subscript or not _ASKING.isdisjoint(code.co_names)


def is_asked_by_a_person() -> bool:
    """Whether a person's code asks our caller, be it by an abstract class of Python's (`isinstance(x, Real)`)."""
    frame = sys._getframe(2)
    while frame is not None and frame.f_globals.get("__name__") == "abc":
        frame = frame.f_back  # type: ignore[assignment]  # as above
    if frame is None or frame.f_code.co_filename.startswith(_NOT_A_PERSON_S):
        return False
    package = str(frame.f_globals.get("__name__") or "").partition(".")[0]
    return package == "__main__" or package not in sys.stdlib_module_names


def note_numpy_looks() -> bool:
    """To be called where NumPy looks whether our caller's node is an array, before it asks for its number; whether it
    may do so for SciPy."""
    global _has_looked
    frame = sys._getframe(2)
    code = frame.f_code
    _looks.last = code, id(frame), frame.f_lasti
    _has_looked = True
    return _IN_SCIPY in code.co_filename or code.co_filename.startswith(_NUMPY)


_IN_SCIPY = f"{os.sep}scipy{os.sep}"


def numbers_asked_for_by() -> str | None:
    """What asks our caller, a node's `__float__`, for the number, where it can be told from a person's `float(node)`.

    That is an assignment, `array[i] = node`; NumPy that makes an array of numbers of what it was given, as
    `numpy.array([node], float)`, `numpy.put` and `numpy.place` of a list and a generator's `normal(node)` do, and looks
    at the node before; and `array.fill(node)`, `array_of_nodes.astype(float)`, by their names. Of others nothing is
    seen but that they call `float`, as `math.sin(node)` does: `numpy.fromiter`, `numpy.array(array_of_nodes, float)`,
    `array.__setitem__(i, node)`, `map(array.fill, nodes)`.
    """
    frame = sys._getframe(2)
    code, at = frame.f_code, frame.f_lasti
    known = _known.get((id(code), at))
    if known is None or known[0] is not code:  # it may be where another one was
        if len(_known) >= 1000:
            _known.clear()
        known = _known[id(code), at] = code, _asker(code, at)
    if known[1] is None and _has_looked and _looks.last == (code, id(frame), at):
        return "NumPy"
    return known[1]


class _Looks(threading.local):
    """The code, frame and instruction in which NumPy looked last, in each thread."""

    last: tuple[CodeType, int, int] | None = None


_looks = _Looks()
_has_looked = False  # in any thread: quicker to ask
# Instructions that asked, with what is said of them: `float(loss)` in a loop is to cost no more than it did.
_known: dict[tuple[int, int], tuple[CodeType, str | None]] = {}
_METHODS = frozenset({"fill", "astype"})


def _asker(code: CodeType, at: int) -> str | None:
    """What the instruction there is, if it writes numbers."""
    if code.co_code[at] in _ASSIGNMENTS:
        return "an assignment to an element"
    if not _METHODS.isdisjoint(code.co_names) and (name := _method_called(code, at)) in _METHODS:
        return f".{name}(…)"
    return None


def _method_called(code: CodeType, at: int) -> str | None:
    """The name of the method that the instruction there calls; None where it calls anything else."""
    start: tuple[int | None, int | None] | None = None
    for one in reversed(list(dis.get_instructions(code))):
        if one.offset > at or one.positions is None:
            continue
        begins = (one.positions.lineno, one.positions.col_offset)
        if one.offset == at:
            start = begins
        elif begins == start and None not in begins and one.opname.startswith("LOAD_"):  # arguments begin later
            return one.argval if one.opname in ("LOAD_ATTR", "LOAD_METHOD") else None
    return None
