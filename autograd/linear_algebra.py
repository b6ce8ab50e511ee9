"""Linear algebra: matrices in the last two axes, any number of them in the axes before, as in `numpy.linalg`.

What a matrix has not (an inverse, a Cholesky factor) is refused with LinearAlgebraError, which is NumPy's LinAlgError,
too. Where the result is defined and a derivative is not, the function says what comes.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy

from . import array_functions, ops
from .arguments import answering, check_known, described, flag
from .array_functions import matmul
from .composites import diagonals
from .composites.building import zeros_like
from .composites.products import cross, outer, tensordot, vecdot
from .composites.shape import matrix_transpose, moveaxis
from .errors import ArgumentError, LinearAlgebraError, ShapeError
from .operands import (
    Axis,
    axes_of,
    checked_axis,
    checked_keepdims,
    kept_shape,
    one_whole_number,
    operand_of,
    operands_of,
)
from .operation import Recordable

__all__ = [
    "EighResult", "QRResult", "SVDResult", "SlogdetResult", "cholesky", "cross", "det", "diagonal", "eigh", "eigvalsh",
    "inv", "lstsq", "matmul", "matrix_norm", "matrix_power", "matrix_transpose", "multi_dot", "norm", "outer", "pinv",
    "qr", "slogdet", "solve", "svd", "svdvals", "tensordot", "trace", "vecdot", "vector_norm",
]  # fmt: skip


class SlogdetResult(NamedTuple):
    """The sign of determinants, and the logarithm of what they are without it."""

    sign: Any
    logabsdet: Any


class EighResult(NamedTuple):
    """Eigenvalues in ascending order, and the eigenvectors, in columns."""

    eigenvalues: Any
    eigenvectors: Any


class SVDResult(NamedTuple):
    """U, the singular values in descending order, and Vᵀ: x = U · diag(S) · Vᵀ."""

    U: Any
    S: Any
    Vh: Any


class QRResult(NamedTuple):
    """Orthonormal columns, and the upper triangle: x = Q · R."""

    Q: Any
    R: Any


# --- equations ----------------------------------------------------------------------------------------------


def solve(a: Any, b: Any) -> Any:
    """The x for which a @ x = b.

    Args:
        a: (…, n, n).
        b: (n,), one right-hand side, or (…, n, k), k of them in columns.

    Raises LinearAlgebraError where a is singular or not square.

    >>> from autograd import Tensor, linalg
    >>> linalg.solve(Tensor([[2.0, 0.0], [0.0, 4.0]]), [2.0, 2.0]).data
    array([1. , 0.5])
    """
    a, b = _square("solve", a), operand_of("solve", b)
    if b.ndim == 0 or b.shape[-1 if b.ndim == 1 else -2] != a.shape[-1]:
        raise ShapeError(f"solve: operands of shape {a.shape} and {b.shape} do not fit: b has as many rows as a")
    return ops.solve(a, b) if b.ndim > 1 else ops.solve(a, b[:, None])[..., 0]


def inv(x: Any) -> Any:
    """The inverse. Raises LinearAlgebraError where x is singular or not square.

    >>> from autograd import Tensor, linalg
    >>> linalg.inv(Tensor([[2.0, 0.0], [0.0, 4.0]])).data
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    return ops.inv(_square("inv", x))


def pinv(x: Any, rcond: float | None = None, *, rtol: float | None = None) -> Any:
    """The pseudo-inverse of Moore and Penrose.

    Args:
        x: (…, m, n).
        rcond, rtol: singular values up to this part of the largest count as 0; 1e-15 where neither is given.

    The derivative is that among matrices of one rank: where the rank of x changes it does not exist.

    >>> from autograd import Tensor, linalg
    >>> linalg.pinv(Tensor([[2.0], [0.0]])).data
    array([[0.5, 0. ]])
    """
    if rcond is not None and rtol is not None:
        raise ArgumentError("pinv: rtol and rcond are the same; give one of them")
    part = 1e-15 if rcond is None and rtol is None else _one_number("pinv: rcond", rtol if rcond is None else rcond)
    return ops.pinv(_matrices("pinv", x), rcond=part)


def lstsq(a: Any, b: Any, rcond: float | None = None) -> tuple[Any, Any, int, Any]:
    """The x for which the sum of the squares of b − a @ x is least; of several, the shortest. With it come those sums
    (none where a has not full rank, or no more rows than columns), a's rank and its singular values.

    Args:
        a: (m, n).
        b: (m,), or (m, k) in columns.
        rcond: singular values up to this part of the largest count as 0; the precision of a's numbers times the larger
            of m and n where it is not given.

    >>> from autograd import Tensor, linalg
    >>> x, sums, rank, _ = linalg.lstsq(Tensor([[1.0], [1.0]]), [1.0, 3.0])
    >>> x.data, sums.data, rank
    (array([2.]), array([2.]), 1)
    """
    a, b = _matrices("lstsq", a), operand_of("lstsq", b)
    if a.ndim != 2 or b.ndim not in (1, 2):
        raise LinearAlgebraError(f"lstsq: a is one matrix, b a vector or one, not of shapes {a.shape} and {b.shape}")
    if a.shape[0] != b.shape[0]:
        raise LinearAlgebraError(f"lstsq: operands of shape {a.shape} and {b.shape} do not have as many rows")
    rows, columns = a.shape
    dtype = a.dtype if a.dtype.kind == "f" else numpy.dtype(float)
    part = float(numpy.finfo(dtype).eps) * max(rows, columns) if rcond is None else _one_number("lstsq: rcond", rcond)
    values = svdvals(a)
    found = values.data if isinstance(values, Recordable) else values  # type: ignore[attr-defined]  # every node has it
    rank = int(numpy.sum(found > part * numpy.max(found, initial=0)))
    right = b if b.ndim == 2 else b[:, None]
    x = matmul(pinv(a, part), right)
    sums = array_functions.sum(ops.square(ops.subtract(right, matmul(a, x))), 0)
    if rank < columns or rows <= columns:
        sums = sums[:0]
    return x if b.ndim == 2 else x[:, 0], sums, rank, values


# --- determinants -------------------------------------------------------------------------------------------


def det(x: Any) -> Any:
    """The determinant. Its gradient, the cofactors, is there for a singular matrix, too; a second derivative, which
    needs the inverse, raises LinearAlgebraError there, and is as inexact as an inverse is near it.

    >>> from autograd import Tensor, linalg
    >>> x = Tensor([[2.0, 1.0], [4.0, 2.0]])
    >>> linalg.det(x).backward()
    >>> x.grad.round(6)
    array([[ 2., -4.],
           [-1.,  2.]])
    """
    return ops.det(_square("det", x))


def slogdet(x: Any) -> SlogdetResult:
    """The sign of the determinant, whose derivative is 0, and the logarithm of its absolute value, which neither over-
    nor underflows. Of a singular matrix they are 0 and −∞, and the gradient raises LinearAlgebraError.

    >>> from autograd import Tensor, linalg
    >>> linalg.slogdet(Tensor([[0.0, 1.0], [1.0, 0.0]])).sign.item()
    -1.0
    """
    packed = ops.slogdet(_square("slogdet", x))
    return SlogdetResult(packed[..., 0], packed[..., 1])


# --- factors ------------------------------------------------------------------------------------------------


def cholesky(x: Any, *, upper: bool = False) -> Any:
    """The lower triangle L for which L @ Lᵀ = x, of a symmetric, positive definite x; Lᵀ itself with `upper`. Only that
    triangle of x is read, and the gradient is symmetric.

    Raises LinearAlgebraError where x is not positive definite.

    >>> from autograd import Tensor, linalg
    >>> linalg.cholesky(Tensor([[4.0, 2.0], [2.0, 2.0]])).data
    array([[2., 0.],
           [1., 1.]])
    """
    x = _square("cholesky", x)
    return matrix_transpose(ops.cholesky(matrix_transpose(x))) if flag("cholesky: upper", upper) else ops.cholesky(x)


def eigh(x: Any, UPLO: str = "L") -> EighResult:
    """The eigenvalues of a symmetric matrix, in ascending order, and its eigenvectors, in columns. Only the lower
    triangle of x is read ("U": the upper), and the gradient is symmetric.

    A gradient of eigenvectors exists where the eigenvalues differ: of a matrix with equal ones, what asks for any of
    its vectors gets nan or an infinity, and the less they differ, the less of a gradient is right. A vector's sign is
    arbitrary, and what depends on it has no meaning.

    >>> from autograd import Tensor, linalg
    >>> linalg.eigh(Tensor([[2.0, 0.0], [0.0, 1.0]])).eigenvalues.data
    array([1., 2.])
    """
    return EighResult(*_eigh("eigh", x, UPLO))


def eigvalsh(x: Any, UPLO: str = "L") -> Any:
    """The eigenvalues of a symmetric matrix, in ascending order. Of equal ones the gradient is that of one of the
    decompositions that there are, their sum's is right in each, and a second derivative is nan.

    >>> from autograd import Tensor, linalg
    >>> linalg.eigvalsh(Tensor([[2.0, 1.0], [1.0, 2.0]])).data.round(6)
    array([1., 3.])
    """
    return _eigh("eigvalsh", x, UPLO)[0]


def _eigh(name: str, x: Any, UPLO: Any) -> list[Any]:
    x = _square(name, x)
    check_known(f"triangle (UPLO) of {name}", UPLO, ("L", "U", "l", "u"))
    return ops.unpacked(ops.eigh(x, UPLO=UPLO.upper()), ops.eigh_shapes(x.shape))


def svd(x: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """The singular values of x, in descending order, with U and Vᵀ; alone without `compute_uv`.

    Args:
        x: (…, m, n).
        full_matrices: U and Vᵀ are square, completed by any vectors that are orthogonal to the others; else they have
            as many as there are singular values.

    A gradient of U and V exists where the singular values differ and are not 0 (one 0 of a square matrix does no harm):
    else what asks for any vector gets nan or an infinity. The vectors that complete U or Vᵀ are arbitrary among
    themselves, as signs are, and what depends on the choice has no meaning. The gradient of the values alone is always
    there; of equal ones it is that of one of the decompositions.

    >>> from autograd import Tensor, linalg
    >>> linalg.svd(Tensor([[3.0, 0.0], [0.0, 4.0]])).S.data
    array([4., 3.])
    """
    has_vectors = flag("svd: compute_uv", compute_uv)
    is_full = flag("svd: full_matrices", full_matrices) and has_vectors
    parts = _svd("svd", x, is_full)
    return SVDResult(*parts) if has_vectors else parts[1]


def svdvals(x: Any) -> Any:
    """The singular values of x, in descending order.

    >>> from autograd import Tensor, linalg
    >>> linalg.svdvals(Tensor([[3.0, 0.0], [0.0, 4.0]])).data
    array([4., 3.])
    """
    return _svd("svdvals", x, False)[1]


def _svd(name: str, x: Any, full_matrices: bool) -> list[Any]:
    x = _matrices(name, x)
    return ops.unpacked(ops.svd(x, full_matrices=full_matrices), ops.svd_shapes(x.shape, full_matrices))


def qr(x: Any, mode: str = "reduced") -> Any:
    """Orthonormal columns Q and an upper triangle R, for which Q @ R = x; with the mode "r", R alone.

    Args:
        x: (…, m, n).
        mode: "reduced" or "r"; "complete" for a matrix no taller than wide, where it is the same.

    The gradient needs as many independent columns, the first ones, as Q has: of others there is none, and it raises
    LinearAlgebraError or, where rounding hides that, has no meaning.

    >>> from autograd import Tensor, linalg
    >>> abs(linalg.qr(Tensor([[3.0], [4.0]])).R).data
    array([[5.]])
    """
    x = _matrices("qr", x)
    check_known("mode of qr", mode, ("reduced", "complete", "r"))
    rows, columns = x.shape[-2:]
    if mode == "complete" and rows > columns:
        raise ArgumentError(
            f"qr: the columns that complete Q of an operand of shape {x.shape} are any, and have no derivative; "
            'write mode="reduced"'
        )
    square = x if rows >= columns else x[..., :rows]
    q, r = ops.unpacked(ops.qr(square), ops.qr_shapes(square.shape))
    if rows < columns:  # the columns beyond are what Q makes of them
        beyond = matmul(matrix_transpose(q), x[..., rows:])
        r = array_functions.concatenate([r, beyond], axis=-1)
    return r if mode == "r" else QRResult(q, r)


# --- products -----------------------------------------------------------------------------------------------


def matrix_power(x: Any, n: int) -> Any:
    """x multiplied by itself, n factors; of a negative n, its inverse.

    >>> from autograd import Tensor, linalg
    >>> linalg.matrix_power(Tensor([[1.0, 1.0], [0.0, 1.0]]), 3).data
    array([[1., 3.],
           [0., 1.]])
    """
    x = _square("matrix_power", x)
    count = one_whole_number("matrix_power: n is an integer", n)
    if count == 0:
        return ops.add(zeros_like(x), numpy.eye(x.shape[-1], dtype=x.dtype))
    factor, count = (inv(x), -count) if count < 0 else (x, count)
    result: Any = None
    while count:
        if count % 2:
            result = factor if result is None else matmul(result, factor)
        count //= 2
        if count:
            factor = matmul(factor, factor)
    return array_functions.reshape(result, x.shape) if result is x else result


def multi_dot(arrays: Sequence[Any]) -> Any:
    """The product of several matrices, in the order that takes least work; the first may be a row, the last a column.

    >>> from autograd import Tensor, linalg
    >>> linalg.multi_dot([[1.0, 2.0], Tensor([[1.0, 0.0], [0.0, 2.0]]), [[1.0], [1.0]]]).data
    array([5.])
    """
    factors = operands_of("multi_dot", arrays)
    if len(factors) < 2:
        raise ArgumentError("multi_dot: takes two arrays or more")
    for number, factor in enumerate(factors):
        is_end = number in (0, len(factors) - 1)
        if factor.ndim != 2 and not (is_end and factor.ndim == 1):
            raise LinearAlgebraError(
                f"multi_dot: of matrices, but that the first and the last may be vectors, not of shape {factor.shape}"
            )
    for left, right in itertools.pairwise(factors):
        if left.shape[-1] != right.shape[0]:
            raise ShapeError(
                f"multi_dot: factors of shape {left.shape} and {right.shape} do not fit: the second has as many rows "
                "as the first has columns"
            )
    rows = 1 if factors[0].ndim == 1 else factors[0].shape[0]
    columns = 1 if factors[-1].ndim == 1 else factors[-1].shape[1]
    sizes = [rows, *(factor.shape[0] for factor in factors[1:]), columns]

    products: list[Any] = []
    for first, last in _multiplied_in_order(sizes):
        if first == last:
            products.append(factors[first])
        else:
            right = products.pop()
            products.append(matmul(products.pop(), right))
    return products[0]


def _multiplied_in_order(sizes: Sequence[int]) -> list[tuple[int, int]]:
    """The products that take least work, by the first and the last factor of each, each one after the two that it is
    made of; the factor of number n has sizes[n] rows and sizes[n + 1] columns."""
    count = len(sizes) - 1
    least = {(number, number): (0, number) for number in range(count)}  # multiplications, and where to divide
    for distance in range(1, count):
        for first in range(count - distance):
            last = first + distance
            least[first, last] = min(
                (least[first, cut][0] + least[cut + 1, last][0] + sizes[first] * sizes[cut + 1] * sizes[last + 1], cut)
                for cut in range(first, last)
            )
    order: list[tuple[int, int]] = []
    waiting = [(0, count - 1)]
    while waiting:
        first, last = waiting.pop()
        order.append((first, last))
        if first < last:
            cut = least[first, last][1]
            waiting += [(first, cut), (cut + 1, last)]
    return order[::-1]


def diagonal(x: Any, *, offset: int = 0) -> Any:
    """The diagonal of each matrix, `offset` columns to the right.

    >>> from autograd import Tensor, linalg
    >>> linalg.diagonal(Tensor([[[1.0, 2.0], [3.0, 4.0]]])).data
    array([[1., 4.]])
    """
    return diagonals.diagonal(_matrices("diagonal", x), offset, -2, -1)


def trace(x: Any, *, offset: int = 0) -> Any:
    """The sum of the diagonal of each matrix, `offset` columns to the right.

    >>> from autograd import Tensor, linalg
    >>> linalg.trace(Tensor([[[1.0, 2.0], [3.0, 4.0]]])).data
    array([5.])
    """
    return diagonals.trace(_matrices("trace", x), offset, -2, -1)


# --- norms --------------------------------------------------------------------------------------------------


@answering()
def norm(x: Any, ord: float | str | None = None, axis: Axis = None, keepdims: bool = False) -> Any:
    """A norm of vectors (one axis) or of matrices (two).

    Args:
        x: numbers.
        ord: None, the Euclidean norm of all elements; of vectors a number p, (Σ|x|ᵖ)^(1/p), ±∞ for the largest and the
            smallest, 0 for how many are not 0; of matrices "fro", "nuc", and 1, −1, 2, −2, ∞, −∞.
        axis: of vectors one, of matrices two axes; all of x's where it is not given.
        keepdims: whether those axes stay, with the size 1.

    >>> from autograd import Tensor, linalg
    >>> linalg.norm(Tensor([[1.0, -2.0], [3.0, 4.0]]), ord=1).item()
    6.0
    """
    x = operand_of("norm", x)
    axis = checked_axis("norm", x, axis)
    if ord is None:
        return array_functions.norm(x, axis, keepdims)
    axes = axes_of(x.ndim, axis)
    if len(axes) == 1:
        return _vector_norm("norm", x, ord, axes, keepdims)
    if len(axes) != 2:
        raise ShapeError(
            f"norm: ord={ord!r} is of vectors or matrices, not of {len(axes)} axes of an operand of shape {x.shape}"
        )
    return _matrix_norm("norm", x, ord, axes, keepdims)


@answering()
def vector_norm(x: Any, *, axis: Axis = None, keepdims: bool = False, ord: float = 2) -> Any:
    """The norm of vectors along an axis, or of all elements along several: as `norm`.

    >>> from autograd import Tensor, linalg
    >>> linalg.vector_norm(Tensor([[1.0, -2.0], [3.0, 4.0]]), ord=1).item()
    10.0
    """
    x = operand_of("vector_norm", x)
    return _vector_norm("vector_norm", x, ord, axes_of(x.ndim, checked_axis("vector_norm", x, axis)), keepdims)


@answering()
def matrix_norm(x: Any, *, keepdims: bool = False, ord: float | str = "fro") -> Any:
    """The norm of each matrix: as `norm`.

    >>> from autograd import Tensor, linalg
    >>> linalg.matrix_norm(Tensor([[3.0, 0.0], [0.0, 4.0]]), ord=2).item()
    4.0
    """
    x = _matrices("matrix_norm", x)
    return _matrix_norm("matrix_norm", x, ord, (x.ndim - 2, x.ndim - 1), keepdims)


def _vector_norm(name: str, x: Any, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    ord = _one_number(f"{name}: ord of vectors", ord)
    if ord == 2:
        return array_functions.norm(x, axes, keepdims)
    if ord == 0:
        dtype = x.dtype if x.dtype.kind == "f" else float
        return array_functions.sum(array_functions.astype(ops.not_equal(x, 0), dtype), axes, keepdims)
    sizes = ops.absolute(x)
    if abs(ord) == math.inf:
        return (array_functions.max if ord > 0 else array_functions.min)(sizes, axes, keepdims)
    if ord == 1:
        return array_functions.sum(sizes, axes, keepdims)
    return ops.power(array_functions.sum(ops.power(sizes, ord), axes, keepdims), 1 / ord)


_OF_MATRICES = ("fro", "f", "nuc", 1, -1, 2, -2, math.inf, -math.inf)


def _matrix_norm(name: str, x: Any, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    if isinstance(ord, Recordable) or numpy.ndim(ord) or ord not in _OF_MATRICES:
        raise ArgumentError(f'{name}: ord of matrices is "fro", "nuc", ±1, ±2 or ±inf, not {described(ord)}')
    if ord in ("fro", "f"):
        return array_functions.norm(x, axes, keepdims)
    keepdims, kept = checked_keepdims(name, keepdims), kept_shape(x.shape, axes)
    x = moveaxis(x, axes, (-2, -1))
    if ord == "nuc":
        result = array_functions.sum(svdvals(x), -1)
    else:
        numbers = svdvals(x) if abs(ord) == 2 else array_functions.sum(ops.absolute(x), -2 if abs(ord) == 1 else -1)
        result = (array_functions.max if ord > 0 else array_functions.min)(numbers, -1)
    return array_functions.reshape(result, kept) if keepdims else result


# --- checks -------------------------------------------------------------------------------------------------


def _one_number(what: str, given: Any) -> float:
    if isinstance(given, bool | Recordable) or not isinstance(given, int | float | numpy.number) or given != given:
        raise ArgumentError(f"{what} is one number, not {described(given)}")
    return float(given)


def _matrices(name: str, x: Any) -> Any:
    x = operand_of(name, x)
    if x.ndim < 2:
        raise LinearAlgebraError(f"{name}: of a matrix, or several, not of an operand of shape {x.shape}")
    return x


def _square(name: str, x: Any) -> Any:
    x = _matrices(name, x)
    if x.shape[-1] != x.shape[-2]:
        raise LinearAlgebraError(f"{name}: of a square matrix, not of an operand of shape {x.shape}")
    return x
