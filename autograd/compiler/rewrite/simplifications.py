"""The simplifications: rewrites, each small and named, which say what they match where they are defined.

None changes what is computed by more than a rounding, also where numbers overflow: x · 1 is x, but x · 0 stays (0 · ∞
is nan), x + 0 only goes where x cannot be −0, and (A @ B) · c is not A @ (B · c), which may be ∞ where it is not.
"""

from __future__ import annotations

import math
from typing import TypeGuard

import numpy

from ...operands import axes_of
from ...operation import Operation
from ..program import Constant, Input, Instruction, Operand, Program, is_number, is_variable, number_in, shape_of
from .rewriting import LARGEST_FOLDED, TABLE, Rewrite, rewrite, rewritten, without_dead_code

_ADD, _SUBTRACT, _MULTIPLY, _DIVIDE, _NEGATIVE, _SQUARE, _MATMUL, _SUM, _BROADCAST, _TRANSPOSE = (
    TABLE[name]
    for name in (
        "add", "subtract", "multiply", "divide", "negative", "square", "matmul", "sum", "broadcast_to", "transpose",
    )
)  # fmt: skip


def simplified(program: Program) -> Program:
    """The program after every simplification, common subexpressions merged, without what nothing needs."""
    return without_dead_code(rewritten(program, SIMPLIFICATIONS))


@rewrite(of_structural=True, of_known=True)
def fold_constants(instruction: Instruction) -> Operand | None:
    """An operation on numbers that are known is done now."""
    if not all(isinstance(operand, Constant | float | int) for operand in instruction.operands):
        return None
    known = max((operand.data.size for operand in instruction.operands if isinstance(operand, Constant)), default=1)
    if math.prod(instruction.shape) > max(known, LARGEST_FOLDED):
        return None
    data = [operand.data if isinstance(operand, Constant) else operand for operand in instruction.operands]
    if instruction.is_number:
        return float(instruction.operation(*data))
    return Constant(numpy.asarray(instruction.operation.on_arrays(data, instruction.parameters)))


@rewrite(of_known=True)
def write_scalar_constants(instruction: Instruction) -> Operand | None:
    """A constant without axes is written as a number where that leaves the result's dtype as it is."""
    if instruction.is_number:
        return None
    operands = list(instruction.operands)
    for slot, operand in enumerate(operands):
        if not isinstance(operand, Constant) or operand.data.shape != () or operand.dtype.kind != "f":
            continue
        others = [other for other in operands if isinstance(other, Instruction | Input) and not other.is_number]
        if any(other.dtype == operand.dtype and other.shape == instruction.shape for other in others):
            operands[slot] = operand.data.item()
    return _on(instruction, operands)


@rewrite("positive")
def drop_copy(instruction: Instruction) -> Operand | None:
    """+x is x."""
    return _same(instruction, instruction.operands[0])


@rewrite("multiply", "divide", of_known=True)
def drop_times_one(instruction: Instruction) -> Operand | None:
    """x · 1, 1 · x and x ÷ 1 are x."""
    first, second = instruction.operands
    if _is(second, 1):
        return _same(instruction, first)
    return _same(instruction, second) if instruction.operation is _MULTIPLY and _is(first, 1) else None


@rewrite("multiply", of_known=True)
def negate_for_minus_one(instruction: Instruction) -> Operand | None:
    """x · (−1) is −x."""
    for x, one in (instruction.operands, instruction.operands[::-1]):
        if _is(one, -1) and _same(instruction, x) is not None:
            return instruction.instead(_NEGATIVE, x)
    return None


@rewrite("add", "subtract", of_known=True)
def drop_plus_zero(instruction: Instruction) -> Operand | None:
    """x − 0 is x; x + 0 too where x is not −0 (−0 + 0 is 0), and x + (−0) always."""
    if instruction.operation is _SUBTRACT and _is_zero(instruction.operands[1], 1):
        return _same(instruction, instruction.operands[0])
    if instruction.operation is _ADD:
        for x, zero in (instruction.operands, instruction.operands[::-1]):
            if _is_zero(zero, -1) or (_is_zero(zero, 1) and _is_never_negative_zero(x)):
                return _same(instruction, x)
    return None


@rewrite("negative")
def drop_double_negation(instruction: Instruction) -> Operand | None:
    """−(−x) is x."""
    inner = instruction.operands[0]
    return inner.operands[0] if _made_by(inner, _NEGATIVE) else None


@rewrite("add", "subtract")
def subtract_for_negation(instruction: Instruction) -> Operand | None:
    """a + (−b) is a − b, a − (−b) is a + b."""
    first, second = instruction.operands
    if _is_negation(second, instruction):
        return instruction.instead(_SUBTRACT if instruction.operation is _ADD else _ADD, first, second.operands[0])
    if instruction.operation is _ADD and _is_negation(first, instruction):
        return instruction.instead(_SUBTRACT, second, first.operands[0])
    return None


@rewrite("power", of_known=True)
def simplify_powers(instruction: Instruction) -> Operand | None:
    """x**1 is x, x**2 the square."""
    base, exponent = instruction.operands
    if isinstance(exponent, float | int) and is_variable(base) and base.dtype == instruction.dtype:
        if exponent == 1:
            return _same(instruction, base)
        if exponent == 2:
            return instruction.instead(_SQUARE, base)
    return None


@rewrite("where", of_known=True)
def choose_known_branch(instruction: Instruction) -> Operand | None:
    """where(True, a, b) is a."""
    condition, a, b = instruction.operands
    known = number_in(condition)
    if known is None:
        return None
    chosen = a if known else b
    if _same(instruction, chosen) is not None:
        return chosen
    number = number_in(chosen)
    if number is None:
        return None
    if instruction.is_number:
        return float(number)
    return Constant(numpy.broadcast_to(numpy.asarray(number, instruction.dtype), instruction.shape))


@rewrite("reshape", "broadcast_to", "sum_to_shape", "astype", "transpose")
def drop_same_shape(instruction: Instruction) -> Operand | None:
    """Reshaping, broadcasting, summing or casting to what it is already."""
    if instruction.operation is _TRANSPOSE and instruction.parameters["axes"] != tuple(range(len(instruction.shape))):
        return None
    return _same(instruction, instruction.operands[0])


@rewrite("reshape", "broadcast_to")
def merge_reshapes(instruction: Instruction) -> Operand | None:
    """Only the last of several reshapes, or broadcasts, counts."""
    inner = instruction.operands[0]
    if _made_by(inner, instruction.operation):
        return instruction.instead(instruction.operation, inner.operands[0], **instruction.parameters)
    return None


@rewrite("transpose")
def merge_transposes(instruction: Instruction) -> Operand | None:
    """A transpose of a transpose is one."""
    inner = instruction.operands[0]
    if not _made_by(inner, _TRANSPOSE):
        return None
    axes = tuple(inner.parameters["axes"][axis] for axis in instruction.parameters["axes"])
    return instruction.instead(_TRANSPOSE, inner.operands[0], axes=axes)


@rewrite("transpose")
def fold_transposes_into_matmul(instruction: Instruction) -> Operand | None:
    """(A @ B)ᵀ is Bᵀ @ Aᵀ, whose transposes cost nothing."""
    inner = instruction.operands[0]
    if not _made_by(inner, _MATMUL) or instruction.parameters["axes"] != (1, 0):
        return None
    a, b = inner.operands
    if not all(_made_by(operand, _TRANSPOSE) for operand in (a, b)):
        return None
    return instruction.instead(_MATMUL, b.operands[0], a.operands[0])


@rewrite()
def broadcast_in_arithmetic(instruction: Instruction) -> Operand | None:
    """NumPy's arithmetic broadcasts by itself: no need to do it before."""
    if instruction.is_number:
        return None
    operands = list(instruction.operands)
    for slot, operand in enumerate(operands):
        if _made_by(operand, _BROADCAST):
            smaller = operand.operands[0]
            others = [shape_of(other) for i, other in enumerate(operands) if i != slot]
            if _broadcast(*others, shape_of(smaller)) == instruction.shape and not is_number(smaller):
                operands[slot] = smaller
        elif isinstance(operand, Constant) and operand.shape != () and number_in(operand) is not None:
            others = [shape_of(other) for i, other in enumerate(operands) if i != slot]
            if _broadcast(*others) == instruction.shape:
                operands[slot] = Constant(operand.data.reshape(-1)[:1].reshape(()))
    return _on(instruction, operands)


@rewrite("sum", "sum_to_shape")
def sum_broadcast(instruction: Instruction) -> Operand | None:
    """The sum of what was broadcast along the axes that are summed is a multiple."""
    inner = instruction.operands[0]
    if not _made_by(inner, _BROADCAST) or not math.prod(inner.shape) or instruction.dtype.kind != "f":
        return None
    small = inner.operands[0]
    if is_number(small) or small.dtype != instruction.dtype or small.shape not in ((), instruction.shape):
        return None
    if small.shape == () or math.prod(small.shape) == math.prod(instruction.shape):
        count = math.prod(inner.shape) // max(math.prod(instruction.shape), 1)
        if small.shape != instruction.shape:
            parameters = {"shape": instruction.shape}
            small = Instruction(
                _BROADCAST, (small,), parameters, instruction.shape, instruction.dtype, False, origin=instruction.origin
            )
        elif instruction.operation is _SUM and not _sums_leading(inner.shape, instruction):
            return None
        return instruction.instead(_MULTIPLY, small, float(count))
    return None


@rewrite("matmul")
def multiply_for_outer_product(instruction: Instruction) -> Operand | None:
    """A column @ a row is their product, broadcast: NumPy's matmul takes its slow way for them. (For what NumPy runs
    alone: people read a matrix product, and BLAS has no slow way.)"""
    column, row = (shape_of(operand) for operand in instruction.operands)
    if len(column) != 2 or len(row) != 2 or column[1] != 1 or row[0] != 1:
        return None
    return instruction.instead(_MULTIPLY, *instruction.operands)


def _sums_leading(shape: tuple[int, ...], instruction: Instruction) -> bool:
    """Whether the sum leaves just the axes that were there before broadcasting."""
    axes = axes_of(len(shape), instruction.parameters["axis"])
    return not instruction.parameters["keepdims"] and axes == tuple(range(len(shape) - len(instruction.shape)))


# In the order in which they are tried on an instruction.
SIMPLIFICATIONS: tuple[Rewrite, ...] = (
    drop_copy, drop_times_one, fold_constants, write_scalar_constants, broadcast_in_arithmetic, negate_for_minus_one,
    drop_plus_zero, drop_double_negation, subtract_for_negation, simplify_powers, choose_known_branch, drop_same_shape,
    merge_reshapes, merge_transposes, fold_transposes_into_matmul, sum_broadcast,
)  # fmt: skip


# --- helpers --------------------------------------------------------------------------------------------


def _made_by(operand: Operand, operation: Operation) -> TypeGuard[Instruction]:
    return type(operand) is Instruction and operand.operation is operation


def _is_negation(operand: Operand, of: Instruction) -> TypeGuard[Instruction]:
    """Whether it is −b with the same bits in the result's dtype: a smaller integer wraps before it is widened."""
    return _made_by(operand, _NEGATIVE) and (
        operand.is_number or operand.dtype == of.dtype or operand.dtype.kind == "f"
    )


def _same(instruction: Instruction, operand: Operand) -> Operand | None:
    """The operand, if it is an array like the instruction's result, or a number as it is one."""
    if isinstance(operand, float | int):
        return float(operand) if instruction.is_number else None
    if (
        operand.is_number is instruction.is_number
        and operand.shape == instruction.shape
        and operand.dtype == instruction.dtype
    ):
        return operand
    return None


def _is(operand: Operand, number: int) -> bool:
    return number_in(operand) == number and not isinstance(operand, bool)


def _is_zero(operand: Operand, sign: int) -> bool:
    number = number_in(operand)
    return number is not None and number == 0 and math.copysign(1, number) == sign


def _is_never_negative_zero(operand: Operand) -> bool:
    return type(operand) is Instruction and operand.operation.name in (
        "square",
        "exp",
        "sigmoid",
        "absolute",
        "norm",
        "cosh",
    )


def _on(instruction: Instruction, operands: list[Operand]) -> Instruction | None:
    """The instruction on these operands; None where they are its own."""
    unchanged = all(one is other for one, other in zip(operands, instruction.operands, strict=True))
    return None if unchanged else instruction.with_operands(tuple(operands))


def _broadcast(*shapes: tuple[int, ...]) -> tuple[int, ...] | None:
    try:
        return numpy.broadcast_shapes(*shapes)
    except ValueError:
        return None
