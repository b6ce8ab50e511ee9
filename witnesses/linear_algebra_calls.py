"""How the functions of `linalg` and the sums of products are called, as they are written with NumPy; tables as in
`numpy_calls.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

import autograd

Call = Callable[..., Any]
Shape = tuple[int, ...]
Cases = dict[str, list[tuple[Call, tuple[Shape, ...]]]]


def regular(x: Any) -> Any:
    """Matrices that are far from singular, of singular values that differ."""
    x = x if isinstance(x, autograd.Tensor) else numpy.asarray(x)
    diagonal = numpy.diag(numpy.arange(4.0, 4.0 + 2 * min(x.shape[-2:]), 2.0)).astype(x.dtype)
    rows, columns = x.shape[-2:]
    padded = numpy.zeros((rows, columns), x.dtype)
    padded[: len(diagonal), : len(diagonal)] = diagonal
    return x + padded


def symmetric(x: Any) -> Any:
    """Symmetric matrices, positive definite, of eigenvalues that differ."""
    x = regular(x)
    return x + x.mT


def of_rank(x: Any, rank: int) -> Any:
    """Matrices of this rank, at most."""
    x = regular(x)
    return x[..., :, :rank] @ x[..., :rank, :]


SQUARES: tuple[Shape, ...] = ((3, 3), (1, 1), (2, 1, 2, 2), (0, 2, 2), (0, 0))
TALL: tuple[Shape, ...] = ((3, 2), (2, 3, 1), (3, 0))
WIDE: tuple[Shape, ...] = ((2, 3), (2, 1, 3), (0, 3))
FEW: tuple[Shape, ...] = ((3, 3), (2, 2, 2), (0, 0))  # one matrix, several, one of nothing

PRODUCTS: Cases = {
    "einsum": [
        *[
            (lambda m, *x, text=text: m.einsum(text, *x), shapes)
            for text, shapes in (
                ("ij,jk->ik", ((2, 3), (3, 2))),
                ("ij,jk", ((2, 3), (3, 2))),
                ("ba,cb", ((2, 3), (2, 2))),  # implicitly in the order of the alphabet
                (" i j , j k -> k i ", ((2, 3), (3, 2))),
                ("i,i", ((3,), (3,))),
                ("i,j->ij", ((2,), (3,))),
                ("i,i->i", ((3,), (3,))),
                ("ij->ji", ((2, 3),)),
                ("ij->", ((2, 3),)),
                ("ij->j", ((2, 3),)),
                ("ij", ((2, 3),)),
                ("ba", ((2, 3),)),
                ("ii", ((3, 3),)),
                ("ii->i", ((3, 3),)),
                ("iii->i", ((2, 2, 2),)),
                ("ijij->ij", ((2, 3, 2, 3),)),
                ("iij->j", ((2, 2, 3),)),
                ("...ii->...", ((2, 3, 3),)),
                ("i...->...", ((2, 3),)),
                ("...", ((2, 3),)),
                ("...,...", ((2, 3), (3,))),
                ("...ij,...jk->...ik", ((2, 2, 3), (3, 2))),
                ("...ij,...jk", ((2, 1, 2, 3), (2, 3, 2))),
                ("i...,i...->...", ((2, 3), (2, 3))),
                ("...i,...i", ((2, 1, 3), (2, 3))),
                ("bij,bjk->bik", ((2, 2, 3), (2, 3, 1))),
                ("ii,ij->j", ((2, 2), (2, 3))),
                ("ij,ij->i", ((2, 3), (2, 1))),
                ("ij,kj->k", ((2, 1), (2, 3))),
                ("ij,k->i", ((2, 3), (2,))),
                ("ij,jk,kl->il", ((2, 3), (3, 2), (2, 2))),
                ("i,j,k->ijk", ((2,), (3,), (2,))),
                ("ij,ij,ij->", ((2, 3), (2, 3), (2, 3))),
                ("a,ab,b,ab", ((2,), (2, 3), (3,), (2, 3))),
                (",->", ((), ())),
                (",ij", ((), (2, 3))),
                ("->", ((),)),
                ("ij,jk->ik", ((2, 0), (0, 3))),
                ("ij,jk->ik", ((0, 2), (2, 3))),
                ("ij->i", ((0, 2),)),
            )
        ],
        (lambda m, x, y: m.einsum(x, [0, 1], y, [1, 2], [0, 2]), ((2, 3), (3, 2))),
        (lambda m, x, y: m.einsum(x, [1, 0], y, [2, 1]), ((2, 3), (2, 2))),
        (lambda m, x: m.einsum(x, [0, 0]), ((2, 2),)),
        (lambda m, x, y: m.einsum(x, [..., 30], y, [30, 2], [..., 2]), ((2, 1, 3), (3, 2))),
        *[
            (lambda m, *x, way=way: m.einsum("ij,jk,kl,l->i", *x, optimize=way), ((2, 3), (3, 2), (2, 3), (3,)))
            for way in (True, "greedy", "optimal", ["einsum_path", (2, 3), (1, 2), (0, 1)], False)
        ],
        (lambda m, *x: m.einsum("ij,...jk,kl->...il", *x, optimize=True), ((2, 3), (2, 3, 2), (2, 1))),
        (
            lambda m, x, y, z: m.einsum("ij,jk,ik->", x, y, z, optimize=["einsum_path", (0, 1, 2)]),
            ((2, 3), (3, 2), (2, 2)),
        ),
    ],
    "tensordot": [
        (lambda m, x, y: m.tensordot(x, y), ((2, 3), (2, 3))),
        (lambda m, x, y: m.tensordot(x, y, 1), ((2, 3), (3, 2))),
        (lambda m, x, y: m.tensordot(x, y, axes=0), ((2,), (2, 3))),
        (lambda m, x, y: m.tensordot(x, y, axes=([0, -1], [1, 0])), ((2, 1, 3), (3, 2, 2))),
        (lambda m, x, y: m.tensordot(x, y, axes=(1, 0)), ((2, 3), (3, 1, 2))),
        (lambda m, x, y: m.tensordot(x, y, axes=((), ())), ((2,), (3,))),
        (lambda m, x, y: m.tensordot(x, y, 0), ((), (3,))),
        (lambda m, x, y: m.tensordot(x, y, 1), ((2, 0), (0, 3))),
    ],
    "vdot": [
        (lambda m, x, y: m.vdot(x, y), shapes) for shapes in (((3,), (3,)), ((2, 3), (3, 2)), ((), ()), ((0,), (0,)))
    ],
    "vecdot": [
        *[
            (lambda m, x, y: m.vecdot(x, y), shapes)
            for shapes in (((3,), (3,)), ((2, 3), (3,)), ((2, 1, 3), (2, 3)), ((0,), (0,)))
        ],
        (lambda m, x, y: m.vecdot(x, y, axis=0), ((2, 3), (2, 3))),
        (lambda m, x, y: m.vecdot(x, y, axis=-2), ((2, 2, 3), (2, 3))),
    ],
    "convolve": [
        (lambda m, x, y, mode=mode: m.convolve(x, y, mode), shapes)
        for mode in ("full", "same", "valid")
        for shapes in (((4,), (2,)), ((4,), (3,)), ((2,), (5,)), ((3,), (3,)), ((1,), (1,)), ((), (3,)))
    ],
}
if hasattr(numpy, "matvec"):  # since NumPy 2.2
    PRODUCTS["matvec"] = [
        (lambda m, x, y: m.matvec(x, y), shapes)
        for shapes in (((2, 3), (3,)), ((2, 2, 3), (2, 1, 3)), ((2, 3), (2, 3)), ((0, 3), (3,)), ((2, 0), (0,)))
    ]
    PRODUCTS["vecmat"] = [
        (lambda m, x, y: m.vecmat(x, y), shapes)
        for shapes in (((2,), (2, 3)), ((2, 1, 2), (2, 2, 3)), ((2, 2), (2, 3)), ((2,), (2, 0)), ((0,), (0, 3)))
    ]


def _products_of(x: Any) -> Any:
    """U · diag(S) · Vᵀ of some singular values, which no sign changes."""
    u, s, vh = x
    size = s.shape[-1]
    return u[..., :size] * (s * s)[..., None, :] @ vh[..., :size, :]


def _each_squared(parts: Any) -> list[Any]:
    """Without the signs, which NumPy chooses."""
    return [part * part for part in parts]


LINALG: Cases = {
    "solve": [
        (lambda m, a, b: m.linalg.solve(regular(a), b), shapes)
        for shapes in (
            ((3, 3), (3,)), ((3, 3), (3, 2)), ((2, 3, 3), (2, 3, 1)), ((2, 3, 3), (3,)), ((3, 3), (2, 3, 2)),
            ((2, 1, 2, 2), (3, 2, 1)), ((0, 0), (0,)), ((2, 2), (2, 0)), ((0, 2, 2), (2,)),
        )
    ],
    "inv": [(lambda m, x: m.linalg.inv(regular(x)), (shape,)) for shape in SQUARES],
    "det": [
        *[(lambda m, x: m.linalg.det(x), (shape,)) for shape in SQUARES],
        (lambda m, x: m.linalg.det(regular(x)), ((3, 3),)),
    ],
    "slogdet": [
        *[(lambda m, x: m.linalg.slogdet(regular(x)), (shape,)) for shape in SQUARES],
        (lambda m, x: m.linalg.slogdet(-regular(x)), ((3, 3),)),
    ],
    "cholesky": [
        *[(lambda m, x: m.linalg.cholesky(symmetric(x)), (shape,)) for shape in SQUARES],
        (lambda m, x: m.linalg.cholesky(symmetric(x), upper=False), ((2, 2),)),
    ],
    "eigh": [
        *[(lambda m, x: _each_squared(m.linalg.eigh(symmetric(x))), (shape,)) for shape in SQUARES],
        (lambda m, x: _each_squared(m.linalg.eigh(symmetric(x), UPLO="U")), ((3, 3),)),
    ],
    "eigvalsh": [
        *[(lambda m, x: m.linalg.eigvalsh(symmetric(x)), (shape,)) for shape in FEW],
        (lambda m, x: m.linalg.eigvalsh(symmetric(x), "U"), ((2, 2),)),
    ],
    "svd": [
        *[
            (lambda m, x: _each_squared(m.linalg.svd(regular(x), full_matrices=False)), (shape,))
            for shape in (*SQUARES, *TALL, *WIDE)
        ],
        *[(lambda m, x: _products_of(m.linalg.svd(regular(x))), (shape,)) for shape in (*FEW, *TALL, *WIDE)],
        # What completes U has no order, but the projection onto it is of x.
        (lambda m, x: (lambda u: u[..., 1:] @ u[..., 1:].mT)(m.linalg.svd(regular(x))[0]), ((3, 1),)),
        (lambda m, x: (lambda vh: vh[..., 1:, :].mT @ vh[..., 1:, :])(m.linalg.svd(regular(x))[2]), ((2, 1, 3),)),
        (lambda m, x: m.linalg.svd(regular(x), compute_uv=False), ((2, 3),)),
    ],
    "svdvals": [(lambda m, x: m.linalg.svdvals(regular(x)), (shape,)) for shape in (*FEW, (3, 2), (2, 3))],
    "qr": [
        *[(lambda m, x: m.linalg.qr(regular(x)), (shape,)) for shape in (*SQUARES, *TALL, *WIDE)],
        (lambda m, x: m.linalg.qr(regular(x), mode="r"), ((3, 2),)),
        (lambda m, x: m.linalg.qr(regular(x), "complete"), ((2, 3),)),
    ],
    "pinv": [
        *[(lambda m, x: m.linalg.pinv(regular(x)), (shape,)) for shape in (*SQUARES, *TALL, *WIDE)],
        (lambda m, x: m.linalg.pinv(of_rank(x, 2), rcond=1e-4), ((3, 3),)),
        (lambda m, x: m.linalg.pinv(regular(x), rtol=1e-6), ((3, 2),)),
    ],
    "lstsq": [
        *[
            (lambda m, a, b: (lambda x, sums, rank, s: [x, sums, s])(*m.linalg.lstsq(regular(a), b)), shapes)
            for shapes in (((3, 2), (3,)), ((3, 2), (3, 2)), ((2, 3), (2,)), ((3, 3), (3, 1)), ((4, 1), (4,)))
        ],
        (lambda m, a, b: m.linalg.lstsq(of_rank(a, 2), b, rcond=1e-4)[0], ((3, 3), (3,))),
    ],
    "matrix_power": [
        (lambda m, x, n=n: m.linalg.matrix_power(regular(x), n), (shape,))
        for n, shape in ((1, (2, 2)), (2, (2, 2)), (3, (2, 1, 1)), (5, (2, 2)), (-1, (2, 2)), (-2, (0, 2, 2)))
    ],
    "multi_dot": [
        (lambda m, *x: m.linalg.multi_dot(x), shapes)
        for shapes in (
            ((2, 3), (3, 2)), ((3,), (3, 2)), ((2, 3), (3,)), ((3,), (3,)), ((2, 3), (3, 1), (1, 4)),
            ((2, 1), (1, 3), (3, 2), (2, 2)), ((2,), (2, 3), (3, 2), (2,)), ((2, 0), (0, 3), (3, 1)),
        )
    ],
    "norm": [
        *[(lambda m, x: m.linalg.norm(x), (shape,)) for shape in ((3,), (2, 3), (2, 1, 2), (), (0,))],
        *[
            (lambda m, x, ord=ord: m.linalg.norm(x, ord), ((4,),))
            for ord in (1, 2, 3, 2.5, 0.5, -1, -2, numpy.inf, -numpy.inf)
        ],
        *[
            (lambda m, x, ord=ord: m.linalg.norm(regular(x), ord), ((2, 3),))
            for ord in ("fro", "nuc", 1, -1, 2, -2, numpy.inf, -numpy.inf)
        ],
        (lambda m, x: m.linalg.norm(x, 3, axis=0), ((3, 2),)),
        (lambda m, x: m.linalg.norm(x, axis=(0, 2), keepdims=True), ((3, 2, 2),)),
        (lambda m, x: m.linalg.norm(x, 1, axis=-1, keepdims=True), ((3, 2),)),
        (lambda m, x: m.linalg.norm(x, ord=numpy.inf, axis=(2, 0)), ((3, 2, 2),)),
        (lambda m, x: m.linalg.norm(x, ord=2, axis=(0, -1), keepdims=True), ((2, 2, 3),)),
        (lambda m, x: m.linalg.norm(x, ord="nuc", axis=(1, 0)), ((2, 3, 2),)),
        (lambda m, x: m.linalg.norm(x, ord=1, axis=1), ((2, 0),)),
    ],
    "vector_norm": [
        (lambda m, x: m.linalg.vector_norm(x), ((2, 3),)),
        (lambda m, x: m.linalg.vector_norm(x, ord=1), ((2, 3),)),
        (lambda m, x: m.linalg.vector_norm(x, axis=(0, 2), ord=3, keepdims=True), ((2, 2, 3),)),
        (lambda m, x: m.linalg.vector_norm(x, axis=1, ord=numpy.inf), ((2, 3),)),
    ],
    "matrix_norm": [
        (lambda m, x, ord=ord, kept=kept: m.linalg.matrix_norm(regular(x), ord=ord, keepdims=kept), ((2, 2, 3),))
        for ord in ("fro", "nuc", 1, -2)
        for kept in (False, True)
    ],
    "diagonal": [
        (lambda m, x: m.linalg.diagonal(x), ((2, 2, 3),)),
        (lambda m, x: m.linalg.diagonal(x, offset=-1), ((3, 2),)),
    ],
    "trace": [
        (lambda m, x: m.linalg.trace(x), ((2, 2, 3),)),
        (lambda m, x: m.linalg.trace(x, offset=1), ((3, 2),)),
    ],
    "cross": [(lambda m, x, y: m.linalg.cross(x, y), ((2, 3), (3,)))],
    "outer": [(lambda m, x, y: m.linalg.outer(x, y), ((2,), (3,)))],
    "matmul": [(lambda m, x, y: m.linalg.matmul(x, y), ((2, 3), (3, 2)))],
    "matrix_transpose": [(lambda m, x: m.linalg.matrix_transpose(x), ((2, 3),))],
    "tensordot": [(lambda m, x, y: m.linalg.tensordot(x, y, axes=1), ((2, 3), (3, 2)))],
    "vecdot": [(lambda m, x, y: m.linalg.vecdot(x, y, axis=0), ((2, 3), (2, 3)))],
}  # fmt: skip


def _together(values: Any, vectors: Any) -> Any:
    """What no sign of the vectors changes: vectors of three are in rows of as many columns as there are."""
    return autograd.sum(values, -1, keepdims=True) + autograd.sum(vectors * vectors * vectors * vectors, -2)


# The rows that these calls are made of, as `samples.py` lists those of a row.
def _cofactors(x: Any) -> Any:
    """cofactors, which no public function calls: it is what det does to an upstream gradient."""
    return autograd.operations()["cofactors"](regular(x))


ROWS: dict[str, list[tuple[Call, tuple[Shape, ...]]]] = {
    **{
        name: [(lambda x, call=LINALG[name][0][0]: call(autograd, x), (shape,)) for shape in FEW]
        for name in ("inv", "det", "cholesky")
    },
    "solve": [
        (lambda a, b: autograd.linalg.solve(regular(a), b), shapes)
        for shapes in (((3, 3), (3, 2)), ((2, 2, 2), (2,)), ((2, 2), (3, 2, 1)), ((0, 0), (0, 1)))
    ],
    "pinv": [(lambda x: autograd.linalg.pinv(regular(x)), (shape,)) for shape in ((3, 2), (2, 2, 3), (0, 0))],
    "eigh": [(lambda x: _together(*autograd.linalg.eigh(symmetric(x))), (shape,)) for shape in FEW],
    "svd": [
        *[(lambda x: _products_of(autograd.linalg.svd(regular(x))), (shape,)) for shape in ((3, 2), (2, 1, 3), (0, 0))],
        *[
            (lambda x: _together(*autograd.linalg.svd(regular(x), full_matrices=False)[1:]), (shape,))
            for shape in ((3, 3), (2, 2, 3))
        ],
    ],
    "slogdet": [(lambda x: autograd.linalg.slogdet(regular(x)).logabsdet, (shape,)) for shape in FEW],
    "qr": [(lambda x: autograd.linalg.qr(regular(x)).R, (shape,)) for shape in ((3, 3), (2, 3, 2), (0, 0))],
    "cofactors": [(_cofactors, (shape,)) for shape in FEW],
    **{
        name: [
            (lambda x, f=function: f(x), ((3, 3),)),
            (lambda x, f=function: f(x, -1), ((2, 2, 3),)),
            (lambda x, f=function: f(x, 1), ((3,),)),
            (lambda x, f=function: f(x), ((0, 2),)),
        ]
        for name, function in (("tril", autograd.tril), ("triu", autograd.triu))
    },
    "einsum": [
        (lambda *x, text=text: autograd.einsum(text, *x), shapes)
        for text, shapes in (
            ("ij,jk->ik", ((2, 3), (3, 2))),
            ("...ij,...jk->...ik", ((2, 2, 3), (3, 2))),
            ("ij,ij,i->j", ((2, 3), (2, 3), (2,))),
            (",i->i", ((), (3,))),
            ("ij,jk->ik", ((2, 0), (0, 3))),
        )
    ],
}
# Rows of matrices, which a single number is none of.
OF_MATRICES = {
    "cholesky", "cofactors", "det", "eigh", "inv", "pinv", "qr", "slogdet", "solve", "svd", "tril", "triu",
}  # fmt: skip
