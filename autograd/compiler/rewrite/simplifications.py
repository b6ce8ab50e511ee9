"""The simplifications: rewrites, each small and named, which say what they match where they are defined.

None changes what is computed by more than a rounding: x · 1 is x, but x · 0 stays (0 · ∞ is nan), and x + 0 only goes
where x cannot be −0.
"""

from __future__ import annotations

import math
from typing import TypeGuard

import numpy

from ...operands import axes_of
from ...operation import Operation
from ..program import Constant, Input, Operand, Program, Step, is_number, is_variable, number_in, shape_of
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
def fold_constants(step: Step) -> Operand | None:
    """An operation on numbers that are known is done now."""
    if not all(isinstance(operand, Constant | float | int) for operand in step.operands):
        return None
    known = max((operand.data.size for operand in step.operands if isinstance(operand, Constant)), default=1)
    if math.prod(step.shape) > max(known, LARGEST_FOLDED):
        return None
    data = [operand.data if isinstance(operand, Constant) else operand for operand in step.operands]
    if step.is_number:
        return float(step.operation(*data))
    return Constant(numpy.asarray(step.operation.on_arrays(data, step.parameters)))


@rewrite(of_known=True)
def write_scalar_constants(step: Step) -> Operand | None:
    """A constant without axes is written as a number where that leaves the result's dtype as it is."""
    if step.is_number:
        return None
    operands = list(step.operands)
    for slot, operand in enumerate(operands):
        if not isinstance(operand, Constant) or operand.data.shape != () or operand.dtype.kind != "f":
            continue
        others = [other for other in operands if isinstance(other, Step | Input) and not other.is_number]
        if any(other.dtype == operand.dtype and other.shape == step.shape for other in others):
            operands[slot] = operand.data.item()
    return _on(step, operands)


@rewrite("positive")
def drop_copy(step: Step) -> Operand | None:
    """+x is x."""
    return _same(step, step.operands[0])


@rewrite("multiply", "divide", of_known=True)
def drop_times_one(step: Step) -> Operand | None:
    """x · 1, 1 · x and x ÷ 1 are x."""
    first, second = step.operands
    if _is(second, 1):
        return _same(step, first)
    return _same(step, second) if step.operation is _MULTIPLY and _is(first, 1) else None


@rewrite("multiply", of_known=True)
def negate_for_minus_one(step: Step) -> Operand | None:
    """x · (−1) is −x."""
    for x, one in (step.operands, step.operands[::-1]):
        if _is(one, -1) and _same(step, x) is not None:
            return step.instead(_NEGATIVE, x)
    return None


@rewrite("add", "subtract", of_known=True)
def drop_plus_zero(step: Step) -> Operand | None:
    """x − 0 is x; x + 0 too where x is not −0 (−0 + 0 is 0), and x + (−0) always."""
    if step.operation is _SUBTRACT and _is_zero(step.operands[1], 1):
        return _same(step, step.operands[0])
    if step.operation is _ADD:
        for x, zero in (step.operands, step.operands[::-1]):
            if _is_zero(zero, -1) or (_is_zero(zero, 1) and _is_never_negative_zero(x)):
                return _same(step, x)
    return None


@rewrite("negative")
def drop_double_negation(step: Step) -> Operand | None:
    """−(−x) is x."""
    inner = step.operands[0]
    return inner.operands[0] if _made_by(inner, _NEGATIVE) else None


@rewrite("add", "subtract")
def subtract_for_negation(step: Step) -> Operand | None:
    """a + (−b) is a − b, a − (−b) is a + b."""
    first, second = step.operands
    if _made_by(second, _NEGATIVE):
        return step.instead(_SUBTRACT if step.operation is _ADD else _ADD, first, second.operands[0])
    if step.operation is _ADD and _made_by(first, _NEGATIVE):
        return step.instead(_SUBTRACT, second, first.operands[0])
    return None


@rewrite("power", of_known=True)
def simplify_powers(step: Step) -> Operand | None:
    """x**1 is x, x**2 the square."""
    base, exponent = step.operands
    if isinstance(exponent, float | int) and is_variable(base) and base.dtype == step.dtype:
        if exponent == 1:
            return _same(step, base)
        if exponent == 2:
            return step.instead(_SQUARE, base)
    return None


@rewrite("where", of_known=True)
def choose_known_branch(step: Step) -> Operand | None:
    """where(True, a, b) is a."""
    condition, a, b = step.operands
    known = number_in(condition)
    if known is None:
        return None
    chosen = a if known else b
    if _same(step, chosen) is not None:
        return chosen
    number = number_in(chosen)
    if number is None:
        return None
    if step.is_number:
        return float(number)
    return Constant(numpy.broadcast_to(numpy.asarray(number, step.dtype), step.shape))


@rewrite("reshape", "broadcast_to", "sum_to_shape", "astype", "transpose")
def drop_same_shape(step: Step) -> Operand | None:
    """Reshaping, broadcasting, summing or casting to what it is already."""
    if step.operation is _TRANSPOSE and step.parameters["axes"] != tuple(range(len(step.shape))):
        return None
    return _same(step, step.operands[0])


@rewrite("reshape", "broadcast_to")
def merge_reshapes(step: Step) -> Operand | None:
    """Only the last of several reshapes, or broadcasts, counts."""
    inner = step.operands[0]
    if _made_by(inner, step.operation):
        return step.instead(step.operation, inner.operands[0], **step.parameters)
    return None


@rewrite("transpose")
def merge_transposes(step: Step) -> Operand | None:
    """A transpose of a transpose is one."""
    inner = step.operands[0]
    if not _made_by(inner, _TRANSPOSE):
        return None
    axes = tuple(inner.parameters["axes"][axis] for axis in step.parameters["axes"])
    return step.instead(_TRANSPOSE, inner.operands[0], axes=axes)


@rewrite("transpose")
def fold_transposes_into_matmul(step: Step) -> Operand | None:
    """(A @ B)ᵀ is Bᵀ @ Aᵀ, whose transposes cost nothing."""
    inner = step.operands[0]
    if not _made_by(inner, _MATMUL) or step.parameters["axes"] != (1, 0):
        return None
    a, b = inner.operands
    if not all(_made_by(operand, _TRANSPOSE) for operand in (a, b)):
        return None
    return step.instead(_MATMUL, b.operands[0], a.operands[0])


@rewrite()
def broadcast_in_arithmetic(step: Step) -> Operand | None:
    """NumPy's arithmetic broadcasts by itself: no need to do it before."""
    if step.is_number:
        return None
    operands = list(step.operands)
    for slot, operand in enumerate(operands):
        if _made_by(operand, _BROADCAST):
            smaller = operand.operands[0]
            others = [shape_of(other) for i, other in enumerate(operands) if i != slot]
            if _broadcast(*others, shape_of(smaller)) == step.shape and not is_number(smaller):
                operands[slot] = smaller
        elif isinstance(operand, Constant) and operand.shape != () and number_in(operand) is not None:
            others = [shape_of(other) for i, other in enumerate(operands) if i != slot]
            if _broadcast(*others) == step.shape:
                operands[slot] = Constant(operand.data.reshape(-1)[:1].reshape(()))
    return _on(step, operands)


@rewrite("sum", "sum_to_shape")
def sum_broadcast(step: Step) -> Operand | None:
    """The sum of what was broadcast along the axes that are summed is a multiple."""
    inner = step.operands[0]
    if not _made_by(inner, _BROADCAST) or not math.prod(inner.shape) or step.dtype.kind != "f":
        return None
    small = inner.operands[0]
    if is_number(small) or small.dtype != step.dtype or small.shape not in ((), step.shape):
        return None
    if small.shape == () or math.prod(small.shape) == math.prod(step.shape):
        count = math.prod(inner.shape) // max(math.prod(step.shape), 1)
        if small.shape != step.shape:
            parameters = {"shape": step.shape}
            small = Step(_BROADCAST, (small,), parameters, step.shape, step.dtype, False, origin=step.origin)
        elif step.operation is _SUM and not _sums_leading(inner.shape, step):
            return None
        return step.instead(_MULTIPLY, small, float(count))
    return None


@rewrite("matmul")
def multiply_for_outer_product(step: Step) -> Operand | None:
    """A column @ a row is their product, broadcast: NumPy's matmul takes its slow way for them. (For what NumPy runs
    alone: people read a matrix product, and BLAS has no slow way.)"""
    column, row = (shape_of(operand) for operand in step.operands)
    if len(column) != 2 or len(row) != 2 or column[1] != 1 or row[0] != 1:
        return None
    return step.instead(_MULTIPLY, *step.operands)


@rewrite("multiply", takes_apart=_MATMUL)
def scale_smaller_factor(step: Step) -> Operand | None:
    """(A @ B) · c is A @ (B · c), or (A · c) @ B, where that multiplies fewer numbers."""
    if step.is_number:
        return None
    for product, scale in (step.operands, step.operands[::-1]):
        if not is_number(scale) or not _made_by(product, _MATMUL) or product.dtype != step.dtype:
            continue
        a, b = product.operands
        smaller = min((a, b), key=lambda one: math.prod(shape_of(one)))
        if math.prod(shape_of(smaller)) < math.prod(step.shape) and smaller.dtype == step.dtype:
            scaled = Step(_MULTIPLY, (smaller, scale), {}, smaller.shape, smaller.dtype, False, origin=step.origin)
            return step.instead(_MATMUL, *((a, scaled) if smaller is b else (scaled, b)))
    return None


def _sums_leading(shape: tuple[int, ...], step: Step) -> bool:
    """Whether the sum leaves just the axes that were there before broadcasting."""
    axes = axes_of(len(shape), step.parameters["axis"])
    return not step.parameters["keepdims"] and axes == tuple(range(len(shape) - len(step.shape)))


# In the order in which they are tried on a step.
SIMPLIFICATIONS: tuple[Rewrite, ...] = (
    drop_copy, drop_times_one, fold_constants, write_scalar_constants, broadcast_in_arithmetic, negate_for_minus_one,
    drop_plus_zero, drop_double_negation, subtract_for_negation, simplify_powers, choose_known_branch, drop_same_shape,
    merge_reshapes, merge_transposes, fold_transposes_into_matmul, sum_broadcast, scale_smaller_factor,
)  # fmt: skip


# --- helpers --------------------------------------------------------------------------------------------


def _made_by(operand: Operand, operation: Operation) -> TypeGuard[Step]:
    return type(operand) is Step and operand.operation is operation


def _same(step: Step, operand: Operand) -> Operand | None:
    """The operand, if it is an array like the step's result, or a number as it is one."""
    if isinstance(operand, float | int):
        return float(operand) if step.is_number else None
    if operand.is_number is step.is_number and operand.shape == step.shape and operand.dtype == step.dtype:
        return operand
    return None


def _is(operand: Operand, number: int) -> bool:
    return number_in(operand) == number and not isinstance(operand, bool)


def _is_zero(operand: Operand, sign: int) -> bool:
    number = number_in(operand)
    return number is not None and number == 0 and math.copysign(1, number) == sign


def _is_never_negative_zero(operand: Operand) -> bool:
    return type(operand) is Step and operand.operation.name in ("square", "exp", "sigmoid", "absolute", "norm", "cosh")


def _on(step: Step, operands: list[Operand]) -> Step | None:
    """The step on these operands; None where they are its own."""
    unchanged = all(one is other for one, other in zip(operands, step.operands, strict=True))
    return None if unchanged else step.with_operands(tuple(operands))


def _broadcast(*shapes: tuple[int, ...]) -> tuple[int, ...] | None:
    try:
        return numpy.broadcast_shapes(*shapes)
    except ValueError:
        return None
