"""A program for JAX: the same text as NumPy's, where JAX has what NumPy has; what it spells otherwise is listed here.

Nothing here imports JAX: it is text.
"""

from __future__ import annotations

from typing import Any

import numpy

from ... import ops
from ...errors import ArgumentError
from ..program import Became, Constant, Instruction, Operand, Program, is_variable
from .numpy_expression import ArrayLibrary
from .numpy_text import numpy_text

# Rows whose pullback asks whether its upstream gradient is 0, and so is not linear in it.
NOT_LINEAR_IN_UPSTREAM = frozenset({"eigh", "svd"})

_J = "jax.numpy"
# As wide as JAX is set to: it has no 64 bits unless it is told so (jax_enable_x64).
_DTYPES = {"float64": "float", "int64": "int", "bool_": "bool"}


JAX = ArrayLibrary(
    _J,
    {
        "erf": "from jax.scipy.special import erf",
        "erfc": "from jax.scipy.special import erfc",
        "erfinv": "from jax.scipy.special import erfinv",
        "gammaln": "from jax.scipy.special import gammaln",
        # JAX's have other limits than SciPy's at poles and at infinity.
        "digamma": """def digamma(a):
    from jax.scipy.special import digamma
    return jax.numpy.where(a == 0, -1 / jax.numpy.asarray(a), digamma(a))""",
        "zeta": """def zeta(s, a):
    from jax.scipy.special import zeta
    s, a = jax.numpy.asarray(s), jax.numpy.asarray(a)
    at_pole = (a <= 0) & (a == jax.numpy.floor(a))
    found = zeta(s, jax.numpy.where(at_pole, 1.0, a))
    found = jax.numpy.where((a == jax.numpy.inf) & (s > 1), 0.0, found)
    found = jax.numpy.where((s == jax.numpy.inf) & (a <= 1), jax.numpy.where(a <= 0, jax.numpy.inf, a ** -s), found)
    found = jax.numpy.where(at_pole, jax.numpy.inf, found)
    return jax.numpy.where(s == 1, jax.numpy.inf, jax.numpy.where(s < 1, jax.numpy.nan, found))""",
        "cofactors": """def cofactors(a):
    u, s, vh = jax.numpy.linalg.svd(a)
    parts = [jax.numpy.prod(jax.numpy.delete(s, i, axis=-1), axis=-1) for i in range(s.shape[-1])]
    others = jax.numpy.stack(parts, -1) if parts else s
    signs = jax.numpy.linalg.det(u) * jax.numpy.linalg.det(vh)
    return signs[..., None, None] * ((u * others[..., None, :]) @ vh)""",
        "packed": """def packed(n, parts):
    flat = [part.reshape(*part.shape[:n], math.prod(part.shape[n:])) for part in parts]
    return jax.numpy.concatenate(flat, -1)""",
        "lower": """def lower(a, k):
    return jax.numpy.where(jax.numpy.tri(*a.shape[-2:], k=k, dtype=bool), a, 0)""",
        "upper": """def upper(a, k):
    return jax.numpy.where(jax.numpy.tri(*a.shape[-2:], k=k - 1, dtype=bool), 0, a)""",
        "windows": """def windows(a, window_shape, axes):
    a = jax.numpy.asarray(a)
    for axis, size in zip(axes, window_shape):
        n = a.shape[axis] - size + 1
        parts = [a[(*(slice(None),) * (axis % a.ndim), slice(k, k + n))] for k in range(size)]
        empty = (*a.shape[:axis % a.ndim], n, *a.shape[axis % a.ndim + 1:], 0)
        a = jax.numpy.stack(parts, -1) if parts else jax.numpy.zeros(empty, a.dtype)
    return a""",
        "overlapped": """def overlapped(values, window_shape, axes, shape):
    values = jax.numpy.asarray(values)
    for axis, size in reversed(list(zip(axes, window_shape))):
        n = values.shape[axis]
        wider = (*values.shape[:axis], n + size - 1, *values.shape[axis + 1:-1])
        total = jax.numpy.zeros(wider, values.dtype)
        for k in range(size):
            total = total.at[(*(slice(None),) * axis, slice(k, k + n))].add(values[..., k])
        values = total
    return values""",
        "scattered": """def scattered(values, shape, index):
    values = jax.numpy.asarray(values)
    return jax.numpy.zeros(shape, values.dtype).at[index].add(values)""",
    },
    number="asarray",
    forms={
        "astype": lambda x, dtype: f"{x}.astype({_dtype_text(dtype)})",
        "argsort": lambda x, axis: f"{_J}.argsort({x}, axis={axis}, stable=True)",
        "eigh": lambda x, UPLO: f"packed({x}.ndim - 2, {_J}.linalg.eigh({x}, {UPLO!r}, symmetrize_input=False))",
        "cholesky": lambda x: f"{_J}.linalg.cholesky({x}, symmetrize_input=False)",
        "tril": lambda x, k: f"lower({x}, {k})",
        "triu": lambda x, k: f"upper({x}, {k})",
        "sliding_window_view": lambda x, window_shape, axis: f"windows({x}, {window_shape}, {axis})",
    },
    dtypes=_DTYPES,
)


def _dtype_text(dtype: Any) -> str:
    name = "bool_" if dtype.kind == "b" else dtype.name
    return _DTYPES.get(name, f"{_J}.{name}")


def jax_text(program: Program) -> str:
    """The text of a function of the program's inputs that needs JAX alone."""
    return numpy_text(program, JAX)


def with_places_for_masks(program: Program) -> Program:
    """Masks in indices as the places that they let through, since JAX has to know how many these are.

    Raises ArgumentError where a mask is only known at a call.
    """
    became = Became()
    instructions: list[Instruction] = []
    for instruction in program.instructions:
        now = became.instruction(instruction)
        if now.operation.name in ("getitem", "scatter_add") and any(map(_is_mask, now.operands[1:])):
            now = _with_places(program, now)
        became[id(instruction)] = now
        instructions.append(now)
    return program.mapped(instructions, became.of)


def _is_mask(operand: Operand) -> bool:
    return (isinstance(operand, Constant) or is_variable(operand)) and operand.dtype.kind == "b"


def _with_places(program: Program, instruction: Instruction) -> Instruction:
    first, *arrays = instruction.operands
    index: list[Any] = []
    found: list[Operand] = []
    remaining = iter(arrays)
    for part in instruction.parameters["index"]:
        if part is not ops.INDEX_ARRAY:
            index.append(part)
            continue
        array = next(remaining)
        if not _is_mask(array):
            index.append(part)
            found.append(array)
            continue
        if not isinstance(array, Constant):
            raise ArgumentError(
                f"jax: {program.name} takes elements by a mask that is known at a call only, and with it how many they "
                "are, which JAX has to know before: choose with where(mask, …, 0)"
            )
        for places in numpy.nonzero(array.data):
            index.append(ops.INDEX_ARRAY)
            found.append(Constant(places, array.name))
    return instruction.instead(
        instruction.operation, first, *found, **{**instruction.parameters, "index": tuple(index)}
    )


def with_numbers_in_dtype(program: Program) -> Program:
    """Numbers beside arrays of float32 as float32: for JAX a number that was computed is an array of float64, beside
    which everything would become that."""
    became = Became()
    instructions: list[Instruction] = []
    for instruction in program.instructions:
        now = became.instruction(instruction)
        if now.dtype == numpy.float32 and any(is_variable(one) and one.is_number for one in now.operands):
            operands: list[Operand] = []
            for operand in now.operands:
                if is_variable(operand) and operand.is_number:
                    cast = Instruction(ops.astype, (operand,), {"dtype": now.dtype}, (), now.dtype, False)
                    cast.origin = now.origin
                    instructions.append(cast)
                    operand = cast
                operands.append(operand)
            now = now.with_operands(tuple(operands))
        became[id(instruction)] = now
        instructions.append(now)
    return program.mapped(instructions, became.of)
