"""`scipy.linalg` with the gradients of the functions below; the others are SciPy's own, which refuse nodes."""

from __future__ import annotations

from typing import Any

import numpy
import scipy.linalg as _scipy

from .. import functions, shadowing
from .. import linear_algebra as _ours
from ..errors import LinearAlgebraError
from ..installation import check_not_mixed as _check_not_mixed
from ..primitives import primitive
from .operands import array

_check_not_mixed()


def __getattr__(name: str) -> Any:
    return getattr(_scipy, name)


def inv(a: Any) -> Any:
    """The inverse."""
    return _ours.inv(array(a))


def det(a: Any) -> Any:
    """The determinant."""
    return _ours.det(array(a))


def pinv(a: Any) -> Any:
    """The pseudo-inverse."""
    return _ours.pinv(array(a))


def solve(a: Any, b: Any) -> Any:
    """x with a @ x = b, of a vector or a matrix b."""
    return _ours.solve(array(a), array(b))


def cholesky(a: Any, lower: bool = False) -> Any:
    """The upper triangle U for which Uᵀ @ U = a; the lower one with `lower`."""
    return _ours.cholesky(array(a), upper=not lower)


@primitive(lambda upstream, out, A: solve_sylvester(_transposed(out), _transposed(out), upstream))  # type: ignore[has-type]  # it is defined below
def sqrtm(A: Any) -> Any:
    """The square root of a matrix.

    Raises LinearAlgebraError where it is not real.

    >>> import numpy
    >>> sqrtm(numpy.diag([4.0, 9.0]))
    array([[2., 0.],
           [0., 3.]])
    """
    found = _scipy.sqrtm(A)
    if numpy.iscomplexobj(found) and not numpy.allclose(found.imag, 0):
        raise LinearAlgebraError("sqrtm: the root is complex, since an eigenvalue is below 0; here are real numbers")
    return found.real


@primitive(
    lambda upstream, out, a, b, q: -functions.matmul(_back(a, b, upstream), _transposed(out)),
    lambda upstream, out, a, b, q: -functions.matmul(_transposed(out), _back(a, b, upstream)),
    lambda upstream, out, a, b, q: _back(a, b, upstream),
)
def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """X with a @ X + X @ b = q."""
    return _scipy.solve_sylvester(a, b, q)


@primitive(
    lambda upstream, out, a: expm(  # type: ignore[has-type]  # it is defined below
        functions.block([[_transposed(a), upstream], [functions.zeros_like(a), _transposed(a)]])
    )[..., : a.shape[-1], a.shape[-1] :]
)
def expm(a: Any) -> Any:
    """The exponential of a matrix (A. Al-Mohy and N. Higham 2009).

    >>> import numpy
    >>> expm(numpy.zeros((2, 2)))
    array([[1., 0.],
           [0., 1.]])
    """
    return _scipy.expm(a)


def solve_triangular(a: Any, b: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False) -> Any:
    """x with a @ x = b, of a triangular matrix, of which only that triangle is read; `trans` 1 or "T": aᵀ @ x = b."""
    a, b = array(a), array(b)
    triangle = functions.tril(a, -1 if unit_diagonal else 0) if lower else functions.triu(a, int(unit_diagonal))
    if unit_diagonal:
        triangle = triangle + numpy.eye(a.shape[-1])
    return _ours.solve(triangle if trans in (0, "N") else _transposed(triangle), b)


def solve_banded(l_and_u: tuple[int, int], ab: Any, b: Any) -> Any:
    """x with a @ x = b, of a matrix with l diagonals below its own and u above, which are the rows of `ab`: its element
    [u + i − j, j] is a[i, j]."""
    return _solved_by_bands(array(ab), array(b), l_and_u=tuple(map(int, l_and_u)))


@primitive(
    lambda upstream, out, ab, b, *, l_and_u: _bands(l_and_u, -_solved_back(l_and_u, ab, upstream), out),
    lambda upstream, out, ab, b, *, l_and_u: _solved_back(l_and_u, ab, upstream),
    name="solve_banded",
)
def _solved_by_bands(ab: Any, b: Any, *, l_and_u: tuple[int, int]) -> Any:
    return _scipy.solve_banded(l_and_u, ab, b)


def _solved_back(l_and_u: tuple[int, int], ab: Any, upstream: Any) -> Any:
    """With the transposed matrix, whose bands are ours in the opposite order, each moved along."""
    below, above = l_and_u
    moved = [functions.roll(ab[above + down], down) for down in range(below, -above - 1, -1)]
    return solve_banded((above, below), functions.stack(moved), upstream)


def _bands(l_and_u: tuple[int, int], left: Any, right: Any) -> Any:
    """left @ rightᵀ, of it the bands alone."""
    below, above = l_and_u
    size = numpy.shape(left)[0]
    left, right = functions.reshape(left, (size, -1)), functions.reshape(right, (size, -1))
    rows = []
    for down in range(-above, below + 1):  # i − j
        i, j = max(down, 0), max(-down, 0)
        count = max(size - abs(down), 0)
        band = shadowing.sum(left[i : i + count] * right[j : j + count], 1)
        rows.append(functions.pad(band, (j, size - count - j)))
    return functions.stack(rows)


def _back(a: Any, b: Any, upstream: Any) -> Any:
    return solve_sylvester(_transposed(a), _transposed(b), upstream)


def _transposed(x: Any) -> Any:
    return functions.matrix_transpose(x)
