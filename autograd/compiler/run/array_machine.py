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

from ..program import Constant, Input, Operand, Program, Shape, Step, in_order, shape_of
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
        names = {**self._names, "size": size}
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
        # Steps whose result is made anew in every call, because it is returned.
        self.fresh = {id(root) for output in program.outputs if isinstance(root := _root(output), Step)}
        self.inside: set[str] = set()  # names that are set up once, outside the function

    def text(self) -> tuple[str, dict[str, Any]]:
        program = self.program
        inputs = [f"x{number}" for number in range(len(program.inputs))]
        self.texts.update({id(given): name for given, name in zip(program.inputs, inputs, strict=True)})
        self.in_place = self._updated_in_place()
        buffers = self._buffers()
        starts = {chain[0]: chain for chain in self.chains}
        for number, step in enumerate(program.steps):
            if number == self.guarded_at:
                self._write_guard()
            if number in starts:
                self._write_chain(starts[number], buffers)
            elif number not in self.in_chains:
                self._write(number, step, buffers.get(id(step)))
        if self.guarded_at == len(program.steps):
            self._write_guard()
        self._write_updates()
        outputs = [self._output(number, output) for number, output in enumerate(program.outputs)]
        body = function_text("run", inputs, self.statements, outputs)
        return "\n".join([*self.setup, *body]), self.names

    # --- memory ---

    def _last_reads(self) -> dict[int, int]:
        """The number of the last step that reads what lies in the memory of an operand."""
        steps = enumerate(self.program.steps)
        return {id(_root(operand)): number for number, step in steps for operand in step.operands}

    def _buffers(self) -> dict[int, str]:
        """The buffer of every step that has one."""
        last_use = self._last_reads()
        for _, operand in self.program.updates:
            last_use[id(_root(operand))] = len(self.program.steps)
        chosen = [
            (number, step)
            for number, step in enumerate(self.program.steps)
            if id(step) not in self.fresh
            and id(step) not in self.in_place
            and _takes_out(step)
            and (number not in self.in_chains or id(step) in self.kept)
        ]
        demands = [
            Demand(
                (step.shape, step.dtype),
                number,
                max(last_use.get(id(step), number), number),
                may_overwrite=step.operation.elementwise,
            )
            for number, step in chosen
        ]
        numbers, kinds = assigned(demands)
        for number, (shape, dtype) in enumerate(kinds):
            written = "size" if shape == (self.size,) else repr(shape)
            self.setup.append(f"b{number} = numpy.empty({written}, '{dtype.char}')")
            self.inside.add(f"b{number}")
        return {id(step): f"b{buffer}" for (_, step), buffer in zip(chosen, numbers, strict=True)}

    def _updated_in_place(self) -> dict[int, str]:
        """The steps whose result is written over the input that it updates: nothing reads what was there any more.

        What is read of the result itself afterwards, is read there."""
        last_read = self._last_reads()
        numbers = {id(step): number for number, step in enumerate(self.program.steps)}
        results = [id(_root(one)) for one in self.program.results()]
        found: dict[int, str] = {}
        for target, operand in self.program.updates:
            if (
                isinstance(operand, Step)
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
        """A chain of elementwise steps as a loop over pieces."""
        steps = [self.program.steps[number] for number in chain]
        first = chain[0]
        last_use = {id(operand): number for number in chain for operand in self.program.steps[number].operands}
        inner = [(number, step) for number, step in zip(chain, steps, strict=True) if id(step) not in self.kept]
        demands = [Demand(step.dtype.char, number, last_use.get(id(step), number)) for number, step in inner]
        numbers, dtypes = assigned(demands)
        temporary = {id(step): f"t{number}" for (_, step), number in zip(inner, numbers, strict=True)}
        self.names["_made"], self.names["_flat"] = pieces.made, pieces.flat
        self.setup.append(f"p{first} = _made({math.prod(steps[0].shape)}, {dtypes!r})")
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
        for number, step in zip(chain, steps, strict=True):
            operands = []
            for operand in step.operands:
                if id(operand) in temporary:
                    operands.append(temporary[id(operand)])
                elif shape_of(operand) == step.shape:
                    operands.append(f"{flat_of(operand, self._text(operand))}[s]")
                else:
                    operands.append(self._text(operand))
                    if isinstance(operand, Step | Input):
                        uses[operands[-1]] = None
            if id(step) in temporary:
                out = temporary[id(step)]
            else:
                text = self.texts[id(step)] = buffers.get(id(step), f"v{number}")
                if id(step) not in buffers:
                    self.statements.append(Statement(text, f"numpy.empty({step.shape}, {step.dtype.char!r})"))
                out = f"{flat_of(step, text)}[s]"
            body.append(self._call(number, step, operands, out))
        loop = f"for {', '.join(['s', *[f't{i}' for i in range(len(dtypes))]])}{'' if dtypes else ','} in p{first}:"
        self.statements.append(Statement(None, "\n        ".join([loop, *body]), tuple(uses)))

    def _write(self, number: int, step: Step, buffer: str | None) -> None:
        operands = [self._text(operand) for operand in step.operands]
        buffer = buffer or self.in_place.get(id(step))
        line = self._call(number, step, operands, buffer)
        uses = tuple([text for text in operands if text not in self.inside])
        if buffer is not None:
            self.texts[id(step)] = buffer
            self.statements.append(Statement(None, line, uses))
            return
        variable = self.texts[id(step)] = f"v{number}"
        if _is_surely_view(step) and all(text in self.inside for text in operands):
            self.setup.append(f"{variable} = {line}")
            self.inside.add(variable)
        else:
            self.statements.append(Statement(variable, line, uses))

    def _write_guard(self) -> None:
        texts = [self._text(operand) for operand in self.program.guards]
        uses = tuple([text for text in texts if text not in self.inside])
        self.statements.append(
            Statement(None, f"{self._refer('require_finite', _require_finite)}({', '.join(texts)})", uses)
        )

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

    def _call(self, number: int, step: Step, operands: list[str], buffer: str | None) -> str:
        operation, parameters = step.operation, step.parameters
        name = operation.name
        if step.is_number:
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
        if name == "squared_norm" and is_over_all(step):
            scale = parameters["scale"]
            return (
                f"{self._refer('vdot', numpy.vdot)}({operands[0]}, {operands[0]}){'' if scale == 1 else f' * {scale}'}"
            )
        if name == "transpose" and parameters["axes"] == (1, 0):
            return f"{operands[0]}.T"
        if name == "reshape" and isinstance(step.operands[0], Step | Input) and step.operands[0].shape:
            return f"{operands[0]}.reshape({parameters['shape']})"
        bound = functools.partial(forward, **parameters) if parameters else forward
        if any(isinstance(one, Step | Input) and one.dtype.kind == "b" for one in step.operands[1:]):
            if name == "getitem":
                bound = functools.partial(_of_recorded_shape, bound, step.shape)
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
        variable = text if text not in self.inside and isinstance(output, Step | Input) else None
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
        if isinstance(root, Step) and id(root) in self.fresh:
            self.fresh.remove(id(root))  # another output of the same memory is a copy
            return text, variable
        return f"{text}.copy()", variable


def _with_guards_first(program: Program) -> tuple[Program, int | None]:
    """The steps in an order in which guards are known before anything is updated; and where they are."""
    if not program.guards:
        return program, None
    first = in_order([*program.outputs, *program.guards])
    return replace(program, steps=[*first, *in_order(program.results(), first)]), len(first)


class NotFiniteError(ArithmeticError):
    """A guard is infinite or nan: nothing was updated."""


def _require_finite(*numbers: float) -> None:
    if not math.isfinite(sum(numbers)):
        raise NotFiniteError


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


def _is_view(step: Step) -> bool:
    """Whether the result may lie in its operand's memory."""
    name = step.operation.name
    if name == "getitem":
        return len(step.operands) == 1 and step.shape != ()  # a single element is a number of its own
    if name == "broadcast_to":
        return math.prod(shape_of(step.operands[0])) != 1  # the row copies a single number
    return name in ("reshape", "transpose")


def _is_surely_view(step: Step) -> bool:
    """Whether it does: then it need not be made again in every call."""
    return _is_view(step) and not (step.operation.name == "reshape" and _is_scattered(step.operands[0]))


def _is_scattered(operand: Operand) -> bool:
    """Whether its elements may not lie one after the other, so that another shape may be a copy."""
    while isinstance(operand, Step) and operand.operation.name in ("reshape", "transpose", "getitem", "broadcast_to"):
        if operand.operation.name != "reshape":
            return True
        operand = operand.operands[0]
    return False


def _root(operand: Operand) -> Operand:
    """What owns the memory that an operand lies in."""
    while isinstance(operand, Step) and _is_view(operand):
        operand = operand.operands[0]
    return operand


def _takes_out(step: Step) -> bool:
    """Whether NumPy can write the result into a buffer."""
    if step.is_number or not step.shape or 0 in step.shape:
        return False
    if step.operation.name in _REDUCTIONS:
        return bool(step.operands[0].dtype == step.dtype)
    return step.operation is PRODUCT or isinstance(step.operation.forward, numpy.ufunc)
