"""Programs of arrays, run by NumPy: every result that stays inside has a buffer, made once, that NumPy writes into.

What is returned is made anew in every call, so it stays as it was after the next one.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy

from ..program import Constant, Input, Instruction, Operand, Program, Shape, in_order, shape_of
from ..rewrite.rewriting import TABLE
from . import pieces
from .blas import MULTIPLE_OFF, PRODUCT, PRODUCT_OFF, is_over_all
from .buffers import Demand, assigned
from .straight_line import Statement, function_text

Run = Callable[..., tuple[Any, ...]]

_REDUCTIONS = {"sum": numpy.add.reduce, "max": numpy.maximum.reduce, "min": numpy.minimum.reduce}
_IN_PLACE = (PRODUCT_OFF, MULTIPLE_OFF)


class ArrayMachine:
    """A program made ready to run. Each call uses a workspace (buffers) of its own, so that threads may share it.

    Args:
        size: stands for the size of an axis that is only known when a workspace is made, by `workspace(n)`.
    """

    text: str

    def __init__(self, program: Program, size: int | None = None) -> None:
        self.text, self._names = _Writer(program, size).text()
        self._code = compile(self.text, "<program compiled by autograd>", "exec")
        self._idle: list[Run] = []

    def __call__(self, *arguments: Any) -> tuple[Any, ...]:
        idle = self._idle
        try:
            run = idle.pop()
        except IndexError:
            run = self.workspace()
        try:
            with numpy.errstate(all="ignore"):
                return run(*arguments)
        finally:
            idle.append(run)

    def workspace(self, size: int | None = None) -> Run:
        """A function that runs the program in buffers of its own: one call at a time."""
        names = {"__name__": __name__, **self._names, "size": size}  # it is this project's, and no person's
        exec(self._code, names)
        return names["run"]  # type: ignore[no-any-return]  # the function in the text


class _Writer:
    """Writes the text of a function that runs a program with buffers."""

    def __init__(self, program: Program, size: int | None = None) -> None:
        program, self.guarded_at = _with_guards_first(program)
        self.program = program
        self.size = size
        self.chains = pieces.chains(program) if size is None else []  # columns come in blocks already
        self.in_chains = {number for chain in self.chains for number in chain}
        self.kept = {one for chain in self.chains for one in pieces.used_outside(program, chain)}
        self.names: dict[str, Any] = {"numpy": numpy, "float": float, "inf": numpy.inf, "nan": numpy.nan}
        self.texts: dict[int, str] = {}
        self.setup: list[str] = []
        self.statements: list[Statement] = []
        # Instructions whose result is made anew in every call, because it is returned.
        self.fresh = {id(root) for output in program.outputs if isinstance(root := _root(output), Instruction)}
        self.inside: set[str] = set()  # names that are set up once, outside the function

    def text(self) -> tuple[str, dict[str, Any]]:
        program = self.program
        inputs = [f"x{number}" for number in range(len(program.inputs))]
        self.texts.update({id(given): name for given, name in zip(program.inputs, inputs, strict=True)})
        self.in_place = self._updated_in_place()
        buffers = self._buffers()
        starts = {chain[0]: chain for chain in self.chains}
        for number, instruction in enumerate(program.instructions):
            if number == self.guarded_at:
                self._write_guard()
            if number in starts:
                self._write_chain(starts[number], buffers)
            elif number not in self.in_chains:
                self._write(number, instruction, buffers.get(id(instruction)))
        if self.guarded_at == len(program.instructions):
            self._write_guard()
        self._write_updates()
        outputs = [self._output(number, output) for number, output in enumerate(program.outputs)]
        body = function_text("run", inputs, self.statements, outputs)
        return "\n".join([*self.setup, *body]), self.names

    # --- memory ---

    def _last_reads(self) -> dict[int, int]:
        """The number of the last instruction that reads what lies in the memory of an operand."""
        instructions = enumerate(self.program.instructions)
        return {id(_root(operand)): number for number, instruction in instructions for operand in instruction.operands}

    def _buffers(self) -> dict[int, str]:
        """The buffer of every instruction that has one."""
        last_use = self._last_reads()
        for _, operand in self.program.updates:
            last_use[id(_root(operand))] = len(self.program.instructions)
        chosen = [
            (number, instruction)
            for number, instruction in enumerate(self.program.instructions)
            if id(instruction) not in self.fresh
            and id(instruction) not in self.in_place
            and _takes_out(instruction)
            and (number not in self.in_chains or id(instruction) in self.kept)
        ]
        demands = [
            Demand(
                (instruction.shape, instruction.dtype),
                number,
                max(last_use.get(id(instruction), number), number),
                may_overwrite=instruction.operation.elementwise,
            )
            for number, instruction in chosen
        ]
        numbers, kinds = assigned(demands)
        for number, (shape, dtype) in enumerate(kinds):
            written = "size" if shape == (self.size,) else repr(shape)
            self.setup.append(f"b{number} = numpy.empty({written}, '{dtype.char}')")
            self.inside.add(f"b{number}")
        return {id(instruction): f"b{buffer}" for (_, instruction), buffer in zip(chosen, numbers, strict=True)}

    def _updated_in_place(self) -> dict[int, str]:
        """The instructions that write over the input that they update: nothing reads what was there any more.

        What is read of the result itself afterwards, is read there."""
        last_read = self._last_reads()
        numbers = {id(instruction): number for number, instruction in enumerate(self.program.instructions)}
        results = [id(_root(one)) for one in self.program.results()]
        found: dict[int, str] = {}
        for target, operand in self.program.updates:
            if (
                isinstance(operand, Instruction)
                and (operand.operation in _IN_PLACE or (operand.operation.elementwise and _takes_out(operand)))
                and (operand.shape, operand.dtype) == (target.shape, target.dtype)
                and results.count(id(operand)) == 1
                and id(target) not in results
                and last_read.get(id(target), -1) <= numbers[id(operand)]
                and numbers[id(operand)] not in self.in_chains
            ):
                found[id(operand)] = self.texts[id(target)]
        return found

    # --- statements ---

    def _write_chain(self, chain: list[int], buffers: dict[int, str]) -> None:
        """A chain of elementwise instructions as a loop over pieces."""
        instructions = [self.program.instructions[number] for number in chain]
        first = chain[0]
        last_use = {id(operand): number for number in chain for operand in self.program.instructions[number].operands}
        inner = [
            (number, instruction)
            for number, instruction in zip(chain, instructions, strict=True)
            if id(instruction) not in self.kept
        ]
        demands = [
            Demand(instruction.dtype.char, number, last_use.get(id(instruction), number))
            for number, instruction in inner
        ]
        numbers, dtypes = assigned(demands)
        temporary = {id(instruction): f"t{number}" for (_, instruction), number in zip(inner, numbers, strict=True)}
        self.names["_made"], self.names["_flat"] = pieces.made, pieces.flat
        self.setup.append(f"p{first} = _made({math.prod(instructions[0].shape)}, {dtypes!r})")
        flats: dict[int, str] = {}
        uses: dict[str, None] = {}

        def flat_of(operand: Operand, text: str) -> str:
            """The elements of a whole array, one after the other."""
            if id(operand) not in flats:
                name = flats[id(operand)] = f"f{first}_{len(flats)}"
                if isinstance(operand, Constant) or text in buffers.values():  # no view, whose copy would be of now
                    self.setup.append(f"{name} = _flat({text})")
                else:
                    self.statements.append(Statement(name, f"_flat({text})", (text,)))
                    uses[name] = None
            return flats[id(operand)]

        body = []
        for number, instruction in zip(chain, instructions, strict=True):
            operands = []
            for operand in instruction.operands:
                if id(operand) in temporary:
                    operands.append(temporary[id(operand)])
                elif shape_of(operand) == instruction.shape:
                    operands.append(f"{flat_of(operand, self._text(operand))}[s]")
                else:
                    operands.append(self._text(operand))
                    if isinstance(operand, Instruction | Input):
                        uses[operands[-1]] = None
            if id(instruction) in temporary:
                out = temporary[id(instruction)]
            else:
                text = self.texts[id(instruction)] = buffers.get(id(instruction), f"v{number}")
                if id(instruction) not in buffers:
                    self.statements.append(
                        Statement(text, f"numpy.empty({instruction.shape}, {instruction.dtype.char!r})")
                    )
                out = f"{flat_of(instruction, text)}[s]"
            body.append(self._call(number, instruction, operands, out))
        loop = f"for {', '.join(['s', *[f't{i}' for i in range(len(dtypes))]])}{'' if dtypes else ','} in p{first}:"
        self.statements.append(Statement(None, "\n        ".join([loop, *body]), tuple(uses)))

    def _write(self, number: int, instruction: Instruction, buffer: str | None) -> None:
        operands = [self._text(operand) for operand in instruction.operands]
        buffer = buffer or self.in_place.get(id(instruction))
        line = self._call(number, instruction, operands, buffer)
        uses = tuple([text for text in operands if text not in self.inside])
        if buffer is not None:
            self.texts[id(instruction)] = buffer
            self.statements.append(Statement(None, line, uses))
            return
        variable = self.texts[id(instruction)] = f"v{number}"
        if _is_surely_view(instruction) and all(text in self.inside for text in operands):
            self.setup.append(f"{variable} = {line}")
            self.inside.add(variable)
        else:
            self.statements.append(Statement(variable, line, uses))

    def _write_guard(self) -> None:
        texts = [self._text(operand) for operand in self.program.guards]
        uses = tuple([text for text in texts if text not in self.inside])
        require = self._refer("require_in_range", _require_in_range)
        self.statements.append(Statement(None, f"{require}({self.program.least!r}, {', '.join(texts)})", uses))

    def _write_updates(self) -> None:
        """Copy what inputs are updated with, unless it was computed where it belongs."""
        copies: list[Statement] = []
        for number, (target, operand) in enumerate(self.program.updates):
            if id(operand) in self.in_place:
                continue
            text = self._text(operand)
            if isinstance(_root(operand), Input):  # which may itself be written to before this
                self.statements.append(Statement(f"u{number}", f"{text}.copy()", (text,)))
                text = f"u{number}"
            uses = tuple([one for one in (self._text(target), text) if one not in self.inside])
            copies.append(Statement(None, f"numpy.copyto({self._text(target)}, {text})", uses))
        self.statements += copies

    def _call(self, number: int, instruction: Instruction, operands: list[str], buffer: str | None) -> str:
        operation, parameters = instruction.operation, instruction.parameters
        name = operation.name
        if instruction.is_number:
            return f"float({self._refer(f'row_{name}', operation)}({', '.join(operands)}))"
        forward = operation.forward
        out = "" if buffer is None else f", out={buffer}"
        if isinstance(forward, numpy.ufunc):
            return f"{self._refer(forward.__name__, forward)}({', '.join(operands)}{out})"
        if operation is PRODUCT:
            return f"{self._refer(name, forward)}({', '.join(operands)}{'' if buffer is None else f', {buffer}'})"
        if operation in _IN_PLACE:
            target, *others = operands
            target = target if buffer == target else f"{target}.copy()"
            return f"{self._refer(name, forward)}({', '.join([target, *others])})"
        if name in _REDUCTIONS:
            reduce = self._refer(name, _REDUCTIONS[name])
            result = "None" if buffer is None else buffer
            keepdims = ", True" if parameters["keepdims"] else ""
            if buffer is None and not keepdims:
                return f"{reduce}({operands[0]}, {parameters['axis']})"
            return f"{reduce}({operands[0]}, {parameters['axis']}, None, {result}{keepdims})"
        if name == "squared_norm" and is_over_all(instruction) and parameters["scale"] == 1:
            return f"{self._refer('vdot', numpy.vdot)}({operands[0]}, {operands[0]})"
        if name == "transpose" and parameters["axes"] == (1, 0):
            return f"{operands[0]}.T"
        if (
            name == "reshape"
            and isinstance(instruction.operands[0], Instruction | Input)
            and instruction.operands[0].shape
        ):
            return f"{operands[0]}.reshape({parameters['shape']})"
        bound = functools.partial(forward, **parameters) if parameters else forward
        if any(isinstance(one, Instruction | Input) and one.dtype.kind == "b" for one in instruction.operands[1:]):
            if name == "getitem":
                bound = functools.partial(_of_recorded_shape, bound, instruction.shape)
            elif name == "scatter_add":
                bound = functools.partial(_of_recorded_count, bound, TABLE["getitem"].forward, parameters["index"])
        return f"{self._refer(f'{name}_{number}' if parameters else name, bound)}({', '.join(operands)})"

    def _refer(self, name: str, item: Any) -> str:
        """A name that the text may call the item by."""
        name = f"_{name}"
        assert self.names.setdefault(name, item) is item, name
        return name

    def _text(self, operand: Operand) -> str:
        if isinstance(operand, float | int):
            return repr(operand)
        known = self.texts.get(id(operand))
        if known is None:
            assert isinstance(operand, Constant)
            known = self.texts[id(operand)] = f"c{len(self.names)}"
            self.names[known] = operand.data
            self.inside.add(known)
        return known

    # --- outputs ---

    def _output(self, number: int, output: Operand) -> tuple[str, str | None]:
        program = self.program
        text = self._text(output)
        variable = text if text not in self.inside and isinstance(output, Instruction | Input) else None
        is_gradient = number >= program.n_values
        if is_gradient:
            is_float = program.gradient_of[number - program.n_values].is_number
        else:
            is_float = isinstance(output, float | int) or output.is_number
        if is_float:
            return f"float({text})", variable
        if output.shape == ():
            return (f"numpy.array({text})" if is_gradient else f"numpy.asarray({text})[()]"), variable
        root = _root(output)
        if isinstance(root, Instruction) and id(root) in self.fresh:
            self.fresh.remove(id(root))  # another output of the same memory is a copy
            return text, variable
        return f"{text}.copy()", variable


def _with_guards_first(program: Program) -> tuple[Program, int | None]:
    """The instructions in an order in which guards are known before anything is updated; and where they are."""
    if not program.guards:
        return program, None
    first = in_order([*program.outputs, *program.guards])
    return replace(program, instructions=[*first, *in_order(program.results(), first)]), len(first)


class OutOfRangeError(ArithmeticError):
    """A guard is infinite or nan, or the squares are too small to be exact: nothing was updated."""


def _require_in_range(least: float, number: float, *squares: float) -> None:
    total = sum(squares)
    if not (least < total and math.isfinite(number + total)):
        raise OutOfRangeError


class ShapeChangedError(Exception):
    """A mask lets another number of elements through than when the program was recorded: it is for other shapes."""


def _of_recorded_shape(pick: Callable[..., Any], shape: Shape, *operands: Any) -> Any:
    """What a mask picks, if it is as much as when the program was recorded."""
    picked = pick(*operands)
    if picked.shape != shape:
        raise ShapeChangedError
    return picked


def _of_recorded_count(scatter: Callable[..., Any], pick: Callable[..., Any], index: Any, *operands: Any) -> Any:
    """The same for what is put back where a mask says."""
    values, *arrays = operands
    try:
        scattered = scatter(*operands)
    except ValueError:
        raise ShapeChangedError from None
    if pick(scattered, *arrays, index=index).shape != values.shape:
        raise ShapeChangedError
    return scattered


def _is_view(instruction: Instruction) -> bool:
    """Whether the result may lie in its operand's memory."""
    name = instruction.operation.name
    if name == "getitem":
        return len(instruction.operands) == 1 and instruction.shape != ()  # a single element is a number of its own
    if name == "broadcast_to":
        return math.prod(shape_of(instruction.operands[0])) != 1  # the row copies a single number
    return name in ("reshape", "transpose", "sliding_window_view")


def _is_surely_view(instruction: Instruction) -> bool:
    """Whether it does: then it need not be made again in every call."""
    return _is_view(instruction) and not (
        instruction.operation.name == "reshape" and _is_scattered(instruction.operands[0])
    )


def _is_scattered(operand: Operand) -> bool:
    """Whether its elements may not lie one after the other, so that another shape may be a copy."""
    while isinstance(operand, Instruction) and operand.operation.name in (
        "reshape",
        "transpose",
        "getitem",
        "broadcast_to",
        "sliding_window_view",
    ):
        if operand.operation.name != "reshape":
            return True
        operand = operand.operands[0]
    return False


def _root(operand: Operand) -> Operand:
    """What owns the memory that an operand lies in."""
    while isinstance(operand, Instruction) and _is_view(operand):
        operand = operand.operands[0]
    return operand


def _takes_out(instruction: Instruction) -> bool:
    """Whether NumPy can write the result into a buffer."""
    if instruction.is_number or not instruction.shape or 0 in instruction.shape:
        return False
    if instruction.operation.name in _REDUCTIONS:
        return bool(instruction.operands[0].dtype == instruction.dtype)
    return instruction.operation is PRODUCT or isinstance(instruction.operation.forward, numpy.ufunc)
