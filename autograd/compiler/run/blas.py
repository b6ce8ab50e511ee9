"""Large parameters moved by BLAS's routines, through SciPy, where it is installed.

NumPy computes `w - rate * (x.T @ δ)` in two passes over memory: the first writes the whole gradient, the second
subtracts it on one processor. `gemm` subtracts each element of the product from `w` as soon as it has it; `axpy`
subtracts a gradient that is there already.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy
import numpy.typing

from ...locks import importing
from ...operation import Operation
from ..program import Became, Input, Instruction, Operand, Program, is_number, shape_of
from ..rewrite.rewriting import TABLE, without_dead_code

Array = numpy.typing.NDArray[Any]

SMALLEST = 1 << 16  # numbers in a parameter for which it is worth it: a smaller one stays in the cache
_PREFIXES = {"f": "s", "d": "d"}
_MATMUL, _AFFINE, _SQUARED_NORM = TABLE["matmul"], TABLE["affine"], TABLE["squared_norm"]
_SUBTRACT, _MULTIPLY = TABLE["subtract"], TABLE["multiply"]


# --- what programs call ---------------------------------------------------------------------------------


def product(a: Array, b: Array, out: Array | None = None) -> Array:
    """a @ b, of matrices."""
    out = numpy.empty((a.shape[0], b.shape[1]), a.dtype.newbyteorder("=")) if out is None else out
    _gemm(a, b, 1.0, 0.0, out)
    return out


def product_off(target: Array, a: Array, b: Array, rate: float) -> Array:
    """Subtract rate · (a @ b) from the target, in place."""
    is_read = numpy.may_share_memory(target, a) or numpy.may_share_memory(target, b)
    if target.flags.carray and not is_read and rate != 0:
        _gemm(a, b, -rate, 1.0, target)
    else:
        # The routine would write into a copy, or over a factor, or call 0 · ∞ nothing; and NumPy refuses to write
        # what is read only.
        numpy.subtract(target, rate * (a @ b), out=target)
    return target


def multiple_off(target: Array, array: Array, rate: float) -> Array:
    """Subtract rate · array from the target, in place."""
    if target.flags.carray and rate != 0:
        _routine("axpy", target.dtype.char)(array.reshape(-1), target.reshape(-1), a=-rate)
    else:
        numpy.subtract(target, rate * array, out=target)
    return target


def sum_of_squares(array: Array, scale: float) -> Any:
    """scale · Σ x²."""
    flat = array.reshape(-1)
    if not flat.size:
        return array.dtype.type(0)
    return array.dtype.type(_routine("dot", array.dtype.char)(flat, flat) * scale)


PRODUCT = Operation("product", "@", product, slots=2, elementwise=False)
PRODUCT_OFF = Operation("product_off", "− rate · @", product_off, slots=4, elementwise=False)
MULTIPLE_OFF = Operation("multiple_off", "− rate ·", multiple_off, slots=3, elementwise=False)
SUM_OF_SQUARES = Operation("sum_of_squares", "‖·‖²", sum_of_squares, slots=1, elementwise=False)


def _gemm(a: Array, b: Array, scale: float, keep: float, out: Array) -> None:
    """out = keep · out + scale · (a @ b)."""
    if not out.size:
        return  # SciPy refuses matrices without elements
    # Its matrices lie by columns: seen so, each is the transpose, and (A B)ᵀ = Bᵀ Aᵀ.
    left, transposes_left = (b.T, 0) if b.flags.c_contiguous else (b, 1)
    right, transposes_right = (a.T, 0) if a.flags.c_contiguous else (a, 1)
    _routine("gemm", out.dtype.char)(scale, left, right, keep, out.T, transposes_left, transposes_right, 1)


@functools.cache
def _routine(name: str, kind: str) -> Callable[..., Any]:
    with importing:
        return getattr(importlib.import_module("scipy.linalg.blas"), _PREFIXES[kind] + name)  # type: ignore[no-any-return]  # a routine of that name


# --- where programs call it -----------------------------------------------------------------------------


def with_blas(program: Program) -> Program:
    """The program with every `w - rate * gradient` that moves a large parameter as one instruction.

    What NumPy would give to its own BLAS goes to SciPy's then, too: the threads of two libraries would wait for each
    other. Where there is no such instruction, no SciPy, or something that only NumPy does, the program stays as it was.
    """
    if importlib.util.find_spec("scipy") is None or not all(map(_is_of_one_kind, program.instructions)):
        return program
    uses = Counter(map(id, program.operands()))
    became = Became()
    for target, moved in program.updates:
        off = _off(target, moved, uses)
        if off is not None:
            became[id(moved)] = off
    if not became:
        return program
    instructions: list[Instruction] = []
    for instruction in program.instructions:
        now = became.instruction(became.of(instruction))
        operation = _of_blas(now)
        if operation is not now.operation:
            parameters = {"scale": now.parameters["scale"]} if operation is SUM_OF_SQUARES else {}
            now = now.instead(operation, *now.operands, **parameters)
        became[id(instruction)] = now
        instructions.append(now)
    return without_dead_code(program.mapped(instructions, became.of))


def _off(target: Input, moved: Operand, uses: Counter[int]) -> Instruction | None:
    """What moves a large target, as one that subtracts a multiple in place; None if it does something else."""
    if not isinstance(moved, Instruction) or moved.operation is not _SUBTRACT or moved.operands[0] is not target:
        return None
    gradient = moved.operands[1]
    if not _is_alike(gradient, target) or uses[id(moved)] > 1 or math.prod(target.shape) < SMALLEST:
        return None
    scaled = _scaled(gradient) if uses[id(gradient)] == 1 else None
    array, rate = (gradient, 1.0) if scaled is None else scaled
    if isinstance(array, Instruction) and array.operation is _MATMUL and uses[id(array)] == 1:
        return moved.instead(PRODUCT_OFF, target, *array.operands, rate)
    return None if scaled is None else moved.instead(MULTIPLE_OFF, target, array, rate)


def _scaled(product: Operand) -> tuple[Operand, Any] | None:
    """An array and the number it is multiplied by."""
    if not isinstance(product, Instruction) or product.operation is not _MULTIPLY:
        return None
    for array, number in (product.operands, product.operands[::-1]):
        if is_number(number) and _is_alike(array, product):
            return array, number
    return None


def _is_alike(operand: Operand, other: Instruction | Input) -> bool:
    return shape_of(operand) == other.shape and operand.dtype == other.dtype


def _is_of_one_kind(instruction: Instruction) -> bool:
    """Whether SciPy can do it, if NumPy would use its own BLAS for it: matrices of one dtype."""
    if instruction.operation is _AFFINE:
        return False  # its expansion has another dtype
    if instruction.operation is not _MATMUL:
        return True
    kinds = {instruction.dtype.char, *[operand.dtype.char for operand in instruction.operands]}
    return len(kinds) == 1 and kinds <= set(_PREFIXES) and all(len(shape_of(one)) == 2 for one in instruction.operands)


def _of_blas(instruction: Instruction) -> Operation:
    """SciPy's way to do what NumPy leaves to its BLAS; the row, for everything else."""
    if instruction.operation is _MATMUL:
        return PRODUCT
    if instruction.operation is not _SQUARED_NORM or not is_over_all(instruction) or not instruction.operands[0].shape:
        return instruction.operation
    return SUM_OF_SQUARES if instruction.dtype.char in _PREFIXES else instruction.operation


def is_over_all(squares: Instruction) -> bool:
    """Whether a sum of squares is over all that there is, in its own dtype: a vector's product with itself."""
    whole = squares.parameters["axis"] is None and not squares.parameters["keepdims"]
    operand = squares.operands[0]
    return whole and isinstance(operand, Instruction | Input) and operand.dtype == squares.dtype
