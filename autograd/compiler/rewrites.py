"""Simplification: rewrites of a program, each small and named.

A rewrite looks at one step whose operands are rewritten already and gives what stands for it instead: an operand
that is there, a number, or another step. It never changes what is computed by more than a rounding: x · 1 is x, but
x · 0 stays (0 · ∞ is nan), and x + 0 only goes where x cannot be −0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeGuard

import numpy

from .. import ops
from ..modes import Adjusted
from ..operands import axes_of
from ..operation import Operation, silently
from ..tensor import Tensor
from ..value import Value
from .program import (
    VARIABLES,
    Constant,
    Input,
    Operand,
    Program,
    Step,
    in_order,
    is_variable,
    number_in,
    shape_of,
)

Rewrite = Callable[[Step], Operand | None]

TABLE = ops.operations()
_ADD, _SUBTRACT, _MULTIPLY, _DIVIDE, _NEGATIVE = (
    TABLE[name] for name in ("add", "subtract", "multiply", "divide", "negative")
)
_POWER, _SQUARE, _WHERE, _MATMUL, _SUM = (TABLE[name] for name in ("power", "square", "where", "matmul", "sum"))
_BROADCAST, _RESHAPE, _TRANSPOSE = (TABLE[name] for name in ("broadcast_to", "reshape", "transpose"))
_SUM_TO_SHAPE, _ASTYPE, _POSITIVE = (TABLE[name] for name in ("sum_to_shape", "astype", "positive"))

_LARGEST_FOLDED = 64  # elements of a constant that folding may make out of smaller ones


# --- the rewrites ---------------------------------------------------------------------------------------


def fold_constants(step: Step) -> Operand | None:
    """An operation on numbers that are known is done now."""
    if not all(isinstance(operand, Constant | float | int) for operand in step.operands):
        return None
    known = max((operand.data.size for operand in step.operands if isinstance(operand, Constant)), default=1)
    if math.prod(step.shape) > max(known, _LARGEST_FOLDED):
        return None
    data = [operand.data if isinstance(operand, Constant) else operand for operand in step.operands]
    if step.is_number:
        return float(step.operation(*data))
    return Constant(numpy.asarray(step.operation.on_arrays(data, step.parameters)))


def write_scalar_constants(step: Step) -> Operand | None:
    """A constant without axes is written as a number where that leaves the result's dtype as it is."""
    if not step.operation.elementwise or step.is_number:
        return None
    operands = list(step.operands)
    for slot, operand in enumerate(operands):
        if not isinstance(operand, Constant) or operand.data.shape != () or operand.dtype.kind != "f":
            continue
        others = [other for other in operands if isinstance(other, Step | Input) and not other.is_number]
        if any(other.dtype == operand.dtype and other.shape == step.shape for other in others):
            operands[slot] = operand.data.item()
    return _on(step, operands)


def drop_copy(step: Step) -> Operand | None:
    """+x is x."""
    return _same(step, step.operands[0]) if step.operation is _POSITIVE else None


def drop_times_one(step: Step) -> Operand | None:
    """x · 1, 1 · x and x ÷ 1 are x."""
    if step.operation is _MULTIPLY:
        first, second = step.operands
        if _is(second, 1):
            return _same(step, first)
        if _is(first, 1):
            return _same(step, second)
    if step.operation is _DIVIDE and _is(step.operands[1], 1):
        return _same(step, step.operands[0])
    return None


def negate_for_minus_one(step: Step) -> Operand | None:
    """x · (−1) is −x."""
    if step.operation is _MULTIPLY:
        first, second = step.operands
        if _is(second, -1) and _same(step, first) is not None:
            return _step(step, _NEGATIVE, first)
        if _is(first, -1) and _same(step, second) is not None:
            return _step(step, _NEGATIVE, second)
    return None


def drop_plus_zero(step: Step) -> Operand | None:
    """x − 0 is x; x + 0 too where x is not −0 (−0 + 0 is 0), and x + (−0) always."""
    if step.operation is _SUBTRACT and _is_zero(step.operands[1], 1):
        return _same(step, step.operands[0])
    if step.operation is _ADD:
        for x, zero in (step.operands, step.operands[::-1]):
            if _is_zero(zero, -1) or (_is_zero(zero, 1) and _is_never_negative_zero(x)):
                return _same(step, x)
    return None


def drop_double_negation(step: Step) -> Operand | None:
    """−(−x) is x."""
    inner = step.operands[0] if step.operation is _NEGATIVE else None
    return inner.operands[0] if _made_by(inner, _NEGATIVE) else None


def subtract_for_negation(step: Step) -> Operand | None:
    """a + (−b) is a − b, a − (−b) is a + b."""
    if step.operation not in (_ADD, _SUBTRACT):
        return None
    first, second = step.operands
    if _made_by(second, _NEGATIVE):
        return _step(step, _SUBTRACT if step.operation is _ADD else _ADD, first, second.operands[0])
    if step.operation is _ADD and _made_by(first, _NEGATIVE):
        return _step(step, _SUBTRACT, second, first.operands[0])
    return None


def simplify_powers(step: Step) -> Operand | None:
    """x**1 is x, x**2 the square."""
    if step.operation is not _POWER:
        return None
    base, exponent = step.operands
    if isinstance(exponent, float | int) and is_variable(base) and _dtype_of(base) == step.dtype:
        if exponent == 1:
            return _same(step, base)
        if exponent == 2:
            return _step(step, _SQUARE, base)
    return None


def choose_known_branch(step: Step) -> Operand | None:
    """where(True, a, b) is a."""
    if step.operation is not _WHERE:
        return None
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


def drop_same_shape(step: Step) -> Operand | None:
    """Reshaping, broadcasting, summing or casting to what it is already."""
    if step.operation in (_RESHAPE, _BROADCAST, _SUM_TO_SHAPE, _ASTYPE):
        return _same(step, step.operands[0])
    if step.operation is _TRANSPOSE and step.parameters["axes"] == tuple(range(len(step.shape))):
        return step.operands[0]
    return None


def merge_reshapes(step: Step) -> Operand | None:
    """Only the last of several reshapes, or broadcasts, counts."""
    inner = step.operands[0] if step.operands else None
    if step.operation in (_RESHAPE, _BROADCAST) and _made_by(inner, step.operation):
        return _step(step, step.operation, inner.operands[0], **step.parameters)
    return None


def merge_transposes(step: Step) -> Operand | None:
    """A transpose of a transpose is one."""
    inner = step.operands[0] if step.operation is _TRANSPOSE else None
    if not _made_by(inner, _TRANSPOSE):
        return None
    axes = tuple(inner.parameters["axes"][axis] for axis in step.parameters["axes"])
    return _step(step, _TRANSPOSE, inner.operands[0], axes=axes)


def fold_transposes_into_matmul(step: Step) -> Operand | None:
    """(A @ B)ᵀ is Bᵀ @ Aᵀ, whose transposes cost nothing."""
    inner = step.operands[0] if step.operation is _TRANSPOSE else None
    if not _made_by(inner, _MATMUL) or step.parameters["axes"] != (1, 0):
        return None
    a, b = inner.operands
    if not all(_made_by(operand, _TRANSPOSE) for operand in (a, b)):
        return None
    return _step(step, _MATMUL, b.operands[0], a.operands[0])


def broadcast_in_arithmetic(step: Step) -> Operand | None:
    """NumPy's arithmetic broadcasts by itself: no need to do it before."""
    if not step.operation.elementwise or step.is_number:
        return None
    operands = list(step.operands)
    for slot, operand in enumerate(operands):
        if _made_by(operand, _BROADCAST):
            smaller = operand.operands[0]
            others = [shape_of(other) for i, other in enumerate(operands) if i != slot]
            if _broadcast(*others, shape_of(smaller)) == step.shape and not _is_a_number(smaller):
                operands[slot] = smaller
        elif isinstance(operand, Constant) and operand.shape != () and number_in(operand) is not None:
            others = [shape_of(other) for i, other in enumerate(operands) if i != slot]
            if _broadcast(*others) == step.shape:
                operands[slot] = Constant(operand.data.reshape(-1)[:1].reshape(()))
    return _on(step, operands)


def sum_broadcast(step: Step) -> Operand | None:
    """The sum of what was broadcast along the axes that are summed is a multiple."""
    inner = step.operands[0] if step.operation in (_SUM, _SUM_TO_SHAPE) else None
    if not _made_by(inner, _BROADCAST) or not math.prod(inner.shape) or step.dtype.kind != "f":
        return None
    small = inner.operands[0]
    if _is_a_number(small) or _dtype_of(small) != step.dtype or small.shape not in ((), step.shape):
        return None
    if small.shape == () or math.prod(small.shape) == math.prod(step.shape):
        count = math.prod(inner.shape) // max(math.prod(step.shape), 1)
        if small.shape != step.shape:
            small = _like(step, _BROADCAST, (small,), step.shape, step.dtype, {"shape": step.shape})
        elif step.operation is _SUM and not _sums_leading(inner.shape, step):
            return None
        return _step(step, _MULTIPLY, small, float(count))
    return None


def multiply_for_outer_product(step: Step) -> Operand | None:
    """A column @ a row is their product, broadcast: NumPy's matmul takes its slow way for them. (For what NumPy runs
    alone: people read a matrix product, and BLAS has no slow way.)"""
    if step.operation is not _MATMUL:
        return None
    column, row = (shape_of(operand) for operand in step.operands)
    if len(column) != 2 or len(row) != 2 or column[1] != 1 or row[0] != 1:
        return None
    return _step(step, _MULTIPLY, *step.operands)


def scale_smaller_factor(step: Step) -> Operand | None:
    """(A @ B) · c is A @ (B · c), or (A · c) @ B, where that multiplies fewer numbers."""
    if step.operation is not _MULTIPLY or step.is_number:
        return None
    for product, scale in (step.operands, step.operands[::-1]):
        is_scale = isinstance(scale, float | int) or (isinstance(scale, Step | Input) and scale.is_number)
        if not is_scale or not _made_by(product, _MATMUL) or product.dtype != step.dtype:
            continue
        a, b = product.operands
        smaller = min((a, b), key=lambda one: math.prod(shape_of(one)))
        if math.prod(shape_of(smaller)) < math.prod(step.shape) and smaller.dtype == step.dtype:
            scaled = _like(step, _MULTIPLY, (smaller, scale), smaller.shape, smaller.dtype, {})
            return _step(step, _MATMUL, *((a, scaled) if smaller is b else (scaled, b)))
    return None


def _sums_leading(shape: tuple[int, ...], step: Step) -> bool:
    """Whether the sum leaves just the axes that were there before broadcasting."""
    axes = axes_of(len(shape), step.parameters["axis"])
    return not step.parameters["keepdims"] and axes == tuple(range(len(shape) - len(step.shape)))


REWRITES: tuple[Rewrite, ...] = (
    drop_copy,
    drop_times_one,
    fold_constants,
    write_scalar_constants,
    broadcast_in_arithmetic,
    negate_for_minus_one,
    drop_plus_zero,
    drop_double_negation,
    subtract_for_negation,
    simplify_powers,
    choose_known_branch,
    drop_same_shape,
    merge_reshapes,
    merge_transposes,
    fold_transposes_into_matmul,
    sum_broadcast,
    scale_smaller_factor,
)


# --- whole programs -------------------------------------------------------------------------------------


@silently
def simplified(program: Program, rewrites: Sequence[Rewrite] = REWRITES) -> Program:
    """The program after every rewrite, common subexpressions merged, without what nothing needs."""
    return without_dead_code(rewritten(program, rewrites))


@silently
def rewritten(program: Program, rewrites: Sequence[Rewrite]) -> Program:
    """One pass over the steps: each is rewritten until nothing applies, then merged with one like it."""
    chosen = {row: _about(row, rewrites) for row in {step.operation for step in program.steps} | set(TABLE.values())}
    became: dict[int, Operand] = {}
    steps: list[Step] = []
    known: dict[Any, Step] = {}
    shared = _shared_products(program)

    def of(operand: Operand) -> Operand:
        return became.get(id(operand), operand)

    for step in program.steps:
        operands = tuple([became.get(id(operand), operand) for operand in step.operands])
        now: Operand = step if operands == step.operands else step.with_operands(operands)
        is_of_shared = bool(shared) and any(id(operand) in shared for operand in step.operands)
        is_rewritten = False
        while type(now) is Step and id(now) not in became:
            of_known, of_any = chosen[now.operation]
            found = None
            for rewrite in of_any if VARIABLES.issuperset(map(type, now.operands)) else of_known:
                if is_of_shared and rewrite is scale_smaller_factor:
                    continue
                found = rewrite(now)
                if found is not None:
                    break
            if found is None:
                break
            now, is_rewritten = found, True
        if type(now) is Step:
            if id(now) in became:
                now = became[id(now)]
            else:
                if is_rewritten:
                    now = _on_new_operands(now, became, known, steps)
                now = _merged(now, known, steps)
                became[id(now)] = now
        became[id(step)] = now
    return program.mapped(steps, of)


def _shared_products(program: Program) -> set[int]:
    """Matrix products that are needed more than once: scaled in a factor, they would be computed twice."""
    uses = dict.fromkeys([id(step) for step in program.steps if step.operation is _MATMUL], 0)
    if uses:
        for operand in program.operands():
            if id(operand) in uses:
                uses[id(operand)] += 1
    return {number for number, count in uses.items() if count > 1}


def _on_new_operands(step: Step, became: dict[int, Operand], known: dict[Any, Step], steps: list[Step]) -> Step:
    """The step, after those that a rewrite made as operands of its own have taken their place before it."""
    if all(type(operand) is not Step or id(operand) in became for operand in step.operands):
        return step
    operands = []
    for operand in step.operands:
        if type(operand) is Step and id(operand) not in became:
            operand = _merged(operand, known, steps)
            became[id(operand)] = operand
        operands.append(operand)
    return step.with_operands(tuple(operands))


def _merged(step: Step, known: dict[Any, Step], steps: list[Step]) -> Step:
    """The step that computes the same already, or this one from now on."""
    key = (
        id(step.operation),
        step.is_number,
        tuple([id(operand) if type(operand) is Step else _operand_key(operand) for operand in step.operands]),
        repr(step.parameters) if step.parameters else None,
    )
    same = known.get(key)
    if same is None:
        known[key] = step
        steps.append(step)
        return step
    if same.name is None and same.origin < 0:
        same.name = step.name
    return same


def _operand_key(operand: Operand) -> Any:
    kind = type(operand)
    if kind is float:
        return operand.hex()  # tells 0.0 from −0.0, and nan is nan
    if kind is int or kind is bool:
        return kind, operand
    if kind is Constant and operand.data.size <= _LARGEST_FOLDED:
        return operand.data.shape, operand.data.dtype.char, operand.data.tobytes()
    return id(operand)


def without_dead_code(program: Program) -> Program:
    """Only steps that an output needs, in their order."""
    needed = set(map(id, program.results()))
    for step in reversed(program.steps):
        if id(step) in needed:
            needed.update(map(id, step.operands))
    return replace(program, steps=[step for step in program.steps if id(step) in needed])


@silently
def expanded(program: Program, wants: Callable[[Step], bool]) -> Program:
    """The steps for which `wants` says so, replaced by their rows' expansions."""
    became: dict[int, Operand] = {}
    steps: list[Step] = []
    for step in program.steps:
        operands = tuple([became.get(id(operand), operand) for operand in step.operands])
        now = step.with_operands(operands) if operands != step.operands else step
        parts = expansion_of(now) if now.operation.expansion is not None and wants(now) else None
        if parts is None:
            steps.append(now)
            became[id(step)] = now
            continue
        inner, result = parts
        steps += inner
        became[id(step)] = result
    return program.mapped(steps, lambda operand: became.get(id(operand), operand))


def expansion_of(step: Step) -> tuple[list[Step], Operand] | None:
    """The steps of a row's expansion on this step's operands, and the last; None where it would give another
    dtype."""
    from .recording import Recording, program_of

    expansion = step.operation.expansion
    assert expansion is not None
    given: list[Any] = []
    nodes: list[Any] = []
    operands: list[Operand] = []
    for operand in step.operands:
        if isinstance(operand, float | int):
            given.append(operand)
            continue
        node: Any
        if operand.is_number:
            node = Value(0.5)
        else:
            node = Tensor(numpy.broadcast_to(numpy.zeros((), operand.dtype), operand.shape), False, copy=False)
        given.append(node)
        nodes.append(node)
        operands.append(operand)
    with Adjusted(tracing=True, recording=True):
        result = expansion(*given, **step.parameters)
    if numpy.shape(result._data) != step.shape or (not step.is_number and result._data.dtype != step.dtype):
        return None
    names = [str(number) for number in range(len(nodes))]
    places = [(number, "") for number in range(len(nodes))]
    recording = Recording("expansion", nodes, places, names, [], [result], lambda outputs: outputs, {})
    small = program_of(recording)
    replaced: dict[int, Operand] = {id(given): operand for given, operand in zip(small.inputs, operands, strict=True)}
    steps: list[Step] = []
    for inner in small.steps:
        made = inner.with_operands(tuple(replaced.get(id(operand), operand) for operand in inner.operands))
        made.name, made.origin = None, step.origin
        replaced[id(inner)] = made
        steps.append(made)
    last = replaced.get(id(small.outputs[0]), small.outputs[0])
    if isinstance(last, Step) and last in steps:
        last.name = step.name
    return steps, last


# --- helpers --------------------------------------------------------------------------------------------


def _about(row: Operation, rewrites: Sequence[Rewrite]) -> tuple[list[Rewrite], list[Rewrite]]:
    """The rewrites that may have something to say of a row: of a step with a number or constant among its
    operands, and of one without."""
    applicable = [rewrite for rewrite in rewrites if _may_apply(rewrite, row)]
    return applicable, [rewrite for rewrite in applicable if rewrite not in _OF_KNOWN_OPERANDS]


def _may_apply(rewrite: Rewrite, row: Operation) -> bool:
    about = _ABOUT.get(rewrite)
    if about is not None:
        return row in about
    return row.elementwise or rewrite is fold_constants


_OF_KNOWN_OPERANDS = {
    fold_constants,
    write_scalar_constants,
    drop_times_one,
    negate_for_minus_one,
    drop_plus_zero,
    simplify_powers,
    choose_known_branch,
}
_ABOUT: dict[Rewrite, tuple[Operation, ...]] = {
    drop_copy: (_POSITIVE,),
    drop_times_one: (_MULTIPLY, _DIVIDE),
    negate_for_minus_one: (_MULTIPLY,),
    drop_plus_zero: (_ADD, _SUBTRACT),
    drop_double_negation: (_NEGATIVE,),
    subtract_for_negation: (_ADD, _SUBTRACT),
    simplify_powers: (_POWER,),
    choose_known_branch: (_WHERE,),
    drop_same_shape: (_RESHAPE, _BROADCAST, _SUM_TO_SHAPE, _ASTYPE, _TRANSPOSE),
    merge_reshapes: (_RESHAPE, _BROADCAST),
    merge_transposes: (_TRANSPOSE,),
    fold_transposes_into_matmul: (_TRANSPOSE,),
    sum_broadcast: (_SUM, _SUM_TO_SHAPE),
    scale_smaller_factor: (_MULTIPLY,),
    multiply_for_outer_product: (_MATMUL,),
}


def _made_by(operand: Operand, operation: Operation) -> TypeGuard[Step]:
    return type(operand) is Step and operand.operation is operation


def _is_a_number(operand: Operand) -> bool:
    return isinstance(operand, float | int) or operand.is_number


def _dtype_of(operand: Operand) -> Any:
    return operand.dtype


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


def _step(like: Step, operation: Operation, *operands: Operand, **parameters: Any) -> Step:
    """Another operation with the same result."""
    return Step(operation, operands, parameters, like.shape, like.dtype, like.is_number, like.name, like.origin)


def _on(step: Step, operands: list[Operand]) -> Step | None:
    """The step on these operands; None where they are its own."""
    unchanged = all(one is other for one, other in zip(operands, step.operands, strict=True))
    return None if unchanged else step.with_operands(tuple(operands))


def _like(
    like: Step, operation: Operation, operands: tuple[Operand, ...], shape: Any, dtype: Any, parameters: dict[str, Any]
) -> Step:
    """A step of its own before `like`."""
    return Step(operation, operands, parameters, shape, dtype, like.is_number, None, like.origin)


def _broadcast(*shapes: tuple[int, ...]) -> tuple[int, ...] | None:
    try:
        return numpy.broadcast_shapes(*shapes)
    except ValueError:
        return None


__all__ = ["REWRITES", "expanded", "expansion_of", "in_order", "rewritten", "simplified", "without_dead_code"]
