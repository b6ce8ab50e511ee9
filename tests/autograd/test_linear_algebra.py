"""Linear algebra where a matrix has not what is asked for, at equal eigenvalues, of Values, to higher orders and
compiled; what each function gives for regular matrices is compared in test_composites.py and test_operations.py."""

from __future__ import annotations

import copy
import itertools
import pickle
from collections.abc import Callable
from typing import Any

import numpy
import pytest

import autograd
from autograd import (
    ArgumentError,
    CapturedConstantWarning,
    DataTypeError,
    GraphError,
    LinearAlgebraError,
    ShapeError,
    Tensor,
    Value,
    compile,
    grad,
    hessian,
    jvp,
    linalg,
    linear_algebra,
    numpy_protocol,
)
from viz import draw

Call = Callable[..., Any]

SINGULAR = numpy.array([[1.0, 2.0], [2.0, 4.0]])
REGULAR = numpy.array([[2.0, 1.0], [1.0, 3.0]])
INDEFINITE = numpy.array([[1.0, 2.0], [2.0, 1.0]])
RECTANGULAR = numpy.array([[1.0, 2.0, 0.5], [0.0, 1.0, -1.0]])
WEIGHTS = numpy.array([[1.0, -2.0], [0.5, 3.0]])

# --- refusals -------------------------------------------------------------------------------------------------

# The function's name, how it is called with a matrix of shape (2, 3), the error, what the message says.
OF_A_MATRIX = ("det", "inv", "slogdet", "cholesky", "eigh", "eigvalsh", "svd", "svdvals", "qr", "pinv")
SQUARE = ("det", "inv", "slogdet", "cholesky", "eigh", "eigvalsh")
REFUSALS: list[tuple[str, Call, type[Exception], str]] = [
    *[
        (name, lambda x, name=name: getattr(linalg, name)(x[0]), LinearAlgebraError, r"of a matrix.*not.* shape \(3,\)")
        for name in (*OF_A_MATRIX, "diagonal", "trace", "matrix_norm")
    ],
    *[
        (name, lambda x, name=name: getattr(linalg, name)(x), LinearAlgebraError, r"a square matrix, not .* \(2, 3\)")
        for name in SQUARE
    ],
    *[
        (name, lambda x, name=name: getattr(linalg, name)("ab"), DataTypeError, r"an array of real numbers.*not str")
        for name in OF_A_MATRIX
    ],
    ("inv", lambda x: linalg.inv(numpy.eye(2, dtype=numpy.float16)), DataTypeError, "not for operands of float16"),
    ("inv", lambda x: linalg.inv(Value(2.0)), LinearAlgebraError, r"of a matrix.*not of an operand of shape \(\)"),
    ("solve", lambda x: linalg.solve(x, [1.0, 2.0]), LinearAlgebraError, r"of a square matrix, not .* \(2, 3\)"),
    ("solve", lambda x: linalg.solve(x[:, :2], x[0]), ShapeError, r"\(2, 2\) and \(3,\) do not fit: b has as many"),
    ("solve", lambda x: linalg.solve(x[:, :2], 1.0), ShapeError, r"\(2, 2\) and \(\) do not fit"),
    ("solve", lambda x: linalg.solve([REGULAR] * 2, [WEIGHTS] * 3), ShapeError, r"\(2, 2, 2\) and \(3, 2, 2\) do not"),
    ("lstsq", lambda x: linalg.lstsq(x, [1.0]), LinearAlgebraError, r"\(2, 3\) and \(1,\) do not have as many rows"),
    ("lstsq", lambda x: linalg.lstsq(x[None], x), LinearAlgebraError, r"a is one matrix.*\(1, 2, 3\) and \(2, 3\)"),
    ("lstsq", lambda x: linalg.lstsq(x, x, "warn"), ArgumentError, r"rcond is one number, not str 'warn'"),
    ("pinv", lambda x: linalg.pinv(x, Tensor(0.1)), ArgumentError, r"rcond is one number, not Tensor"),
    ("pinv", lambda x: linalg.pinv(x, 0.1, rtol=0.1), ArgumentError, r"are the same; give one"),
    ("unknown triangle", lambda x: linalg.eigh(x[:, :2], "X"), ArgumentError, r"of eigh 'X'; known are L, U"),
    ("unknown triangle", lambda x: linalg.eigvalsh(x[:, :2], 1), ArgumentError, r"of eigvalsh 1; known are L, U"),
    ("svd", lambda x: linalg.svd(x, "no"), ArgumentError, r"full_matrices is True or False, not str 'no'"),
    ("svd", lambda x: linalg.svd(x, compute_uv=1), ArgumentError, r"compute_uv is True or False, not int 1"),
    ("cholesky", lambda x: linalg.cholesky(x[:, :2], upper="L"), ArgumentError, r"upper is True or False, not str 'L'"),
    ("qr", lambda x: linalg.qr(x.T, "complete"), ArgumentError, r"complete Q.*no derivative; write mode=.re"),
    ("unknown mode", lambda x: linalg.qr(x, "raw"), ArgumentError, r"of qr 'raw'; known are reduced, complete, r"),
    ("matrix_power", lambda x: linalg.matrix_power(x, 2), LinearAlgebraError, r"of a square matrix"),
    ("matrix_power", lambda x: linalg.matrix_power(x[:, :2], 1.5), DataTypeError, r"n is an integer, not 1\.5"),
    ("multi_dot", lambda x: linalg.multi_dot([x]), ArgumentError, r"takes two arrays or more"),
    ("multi_dot", lambda x: linalg.multi_dot([x, x]), ShapeError, r"\(2, 3\) and \(2, 3\) do not fit"),
    ("multi_dot", lambda x: linalg.multi_dot([x, x[0], x]), LinearAlgebraError, r"may be vectors, not of shape \(3,\)"),
    ("norm", lambda x: linalg.norm(x, 3), ArgumentError, r'ord of matrices is "fro", "nuc", ±1, ±2 or ±inf, not int 3'),
    ("norm", lambda x: linalg.norm(x[0], "fro"), ArgumentError, r"ord of vectors is one number, not str 'fro'"),
    ("norm", lambda x: linalg.norm(x[None], 1), ShapeError, r"of vectors or matrices, not of 3 axes .* \(1, 2, 3\)"),
    ("norm", lambda x: linalg.norm(x, 1, axis=(0, -2)), ShapeError, r"axes \(0, -2\) name one .* twice"),
    ("norm", lambda x: linalg.norm(x, 1, keepdims="yes"), DataTypeError, r"keepdims is True or False"),
    ("vector_norm", lambda x: linalg.vector_norm(x, axis=2), ShapeError, r"axis 2 is no axis of .* \(2, 3\)"),
    ("vector_norm", lambda x: linalg.vector_norm(x, ord="nuc"), ArgumentError, r"ord of vectors is one number"),
    ("matrix_norm", lambda x: linalg.matrix_norm(x, ord=0), ArgumentError, r"ord of matrices is"),
    ("einsum", lambda x: autograd.einsum(), ArgumentError, r'takes a notation, as "ij,jk->ik", and arrays'),
    ("einsum", lambda x: autograd.einsum("ij,jk", x), ArgumentError, r"is of 2 operands, and 1 are given"),
    ("einsum", lambda x: autograd.einsum("i->i", x), ShapeError, r"'i' in 'i->i' names 1 axes of .* \(2, 3\)"),
    ("einsum", lambda x: autograd.einsum("ij,ij", x, x[:, :2]), ShapeError, r"'j' has two sizes"),
    ("einsum", lambda x: autograd.einsum("ii", x), ShapeError, r"'i' has two sizes"),
    ("einsum", lambda x: autograd.einsum("...,...", x, x.T), ShapeError, r'axis -2 of "\.\.\." has two sizes'),
    ("einsum", lambda x: autograd.einsum("ij->k", x), ArgumentError, r"has 'k', which no operand has"),
    ("einsum", lambda x: autograd.einsum("ij->ii", x), ArgumentError, r"has 'i' twice"),
    ("einsum", lambda x: autograd.einsum("i-j>i", x), ArgumentError, r"'-' in 'i-j>i' is no letter; write letters"),
    ("einsum", lambda x: autograd.einsum("...j->j", x), ArgumentError, r'axes under "\.\.\.", and the result has no'),
    ("einsum", lambda x: autograd.einsum(x, 5), DataTypeError, r"a list of its axes' numbers.*not by int 5"),
    ("einsum", lambda x: autograd.einsum(x, [0, 60]), DataTypeError, r"from 0 to 51, or \.\.\., not by list \[0, 60\]"),
    ("einsum", lambda x: autograd.einsum("ij,ij,ij", x, x, x, optimize="best"), ArgumentError, r"not str 'best'"),
    ("einsum", lambda x: autograd.einsum("i", "ab"), DataTypeError, r"an array of real numbers"),
    ("tensordot", lambda x: autograd.tensordot(x, x, 1), ShapeError, r"\(2, 3\) and \(2, 3\) do not fit"),
    ("tensordot", lambda x: autograd.tensordot(x, x, 3), ShapeError, r"have no 3 axes each"),
    ("tensordot", lambda x: autograd.tensordot(x, x, 1.5), DataTypeError, r"a number of axes.*not float 1\.5"),
    ("tensordot", lambda x: autograd.tensordot(x, x, ([0], [2])), ShapeError, r"axis 2 is no axis"),
    ("tensordot", lambda x: autograd.tensordot(x, x, ([0, 0], [0, 0])), ShapeError, r"each of them once"),
    ("vdot", lambda x: autograd.vdot(x, x[0]), ShapeError, r"operands of 6 and 3 elements"),
    ("vecdot", lambda x: autograd.vecdot(x, x[:, :2]), ShapeError, r"vectors of 3 and 2 elements"),
    ("vecdot", lambda x: autograd.vecdot(x, 1.0), ShapeError, r"an operand is a single number"),
    ("matvec", lambda x: autograd.matvec(x, x[:, 0]), ShapeError, r"shape \(2, 3\) and vectors of 2 elements"),
    ("vecmat", lambda x: autograd.vecmat(x[0], x), ShapeError, r"shape \(2, 3\) and vectors of 3 elements"),
    ("matvec", lambda x: autograd.matvec(x[0], x[0]), ShapeError, r"of matrices, not of .* \(3,\)"),
    ("convolve", lambda x: autograd.convolve(x, x), ShapeError, r"not of shapes \(2, 3\) and \(2, 3\)"),
    ("convolve", lambda x: autograd.convolve(x[0], []), ShapeError, r"which are not empty"),
    ("unknown mode", lambda x: autograd.convolve(x[0], x[0], "big"), ArgumentError, r"of convolve 'big'; known are"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "attempt", "error", "facts"), REFUSALS, ids=[f"{row[0]}-{number}" for number, row in enumerate(REFUSALS)]
)
def test_a_refusal_names_the_function_what_was_given_and_what_was_expected(name, attempt, error, facts) -> None:
    for operand in (Tensor(RECTANGULAR), RECTANGULAR):
        with pytest.raises(error, match=f"^{name}.*{facts}") as caught:
            attempt(operand)
        assert isinstance(caught.value, GraphError)


# What has no inverse or no factor, of which function, and what the message says.
WITHOUT_RESULT: list[tuple[str, Call, Any, str]] = [
    ("inv", linalg.inv, SINGULAR, r"a matrix is singular, it has no inverse; linalg\.pinv"),
    ("inv", linalg.inv, numpy.stack([REGULAR, SINGULAR]), r"shape \(2, 2, 2\): a matrix is singular"),
    ("inv", lambda x: linalg.matrix_power(x, -2), SINGULAR, "a matrix is singular"),
    ("solve", lambda x: linalg.solve(x, [1.0, 0.0]), SINGULAR, r"operands of shape \(2, 2\) and \(2, 1\): .* singular"),
    ("cholesky", linalg.cholesky, INDEFINITE, r"shape \(2, 2\): a matrix is not positive definite"),
    ("cholesky", lambda x: linalg.cholesky(x, upper=True), INDEFINITE, "a matrix is not positive definite"),
    ("svd", linalg.svdvals, numpy.full((2, 2), numpy.nan), "are there nan or infinities in a matrix"),
    ("pinv", linalg.pinv, numpy.full((2, 2), numpy.nan), "are there nan or infinities in a matrix"),
]


@pytest.mark.parametrize(("name", "function", "matrix", "facts"), WITHOUT_RESULT)
def test_a_matrix_without_the_result_is_refused_eagerly_in_transforms_and_in_programs(
    name, function, matrix, facts
) -> None:
    def total(x: Any) -> Any:
        return autograd.sum(function(x))

    compiled = compile(total)
    fine = numpy.broadcast_to(REGULAR, matrix.shape)
    before, slope = compiled.value_and_grad(fine)
    for attempt in (function, lambda x: function(Tensor(x)), grad(total), compiled, compiled.value_and_grad):
        with pytest.raises(LinearAlgebraError, match=f"^{name}: of .*{facts}") as caught:
            attempt(matrix)
        assert isinstance(caught.value, numpy.linalg.LinAlgError)
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    after, same_slope = compiled.value_and_grad(fine)
    assert before == after == total(fine)
    numpy.testing.assert_array_equal(slope, same_slope)


def test_numpy_s_functions_refuse_as_ours_and_as_numpy_s_error() -> None:
    with pytest.raises(numpy.linalg.LinAlgError, match=r"^inv: of an operand of shape \(2, 2\): a matrix is singular"):
        numpy.linalg.inv(Tensor(SINGULAR))
    with pytest.raises(numpy.linalg.LinAlgError, match=r"^det: of a square matrix"):
        numpy.linalg.det(Tensor(RECTANGULAR))
    with pytest.raises(DataTypeError, match=r"^numpy\.linalg\.eig has no rule"):
        numpy.linalg.eig(Tensor(REGULAR))
    with pytest.raises(DataTypeError, match="hermitian= is not supported"):
        numpy.linalg.svd(Tensor(REGULAR), hermitian=True)


def test_answers_without_a_gradient_are_those_of_the_data() -> None:
    x = Tensor(SINGULAR)
    assert numpy.linalg.matrix_rank(x) == 1
    assert numpy.linalg.cond(Tensor(REGULAR)) == numpy.linalg.cond(REGULAR)
    assert numpy.einsum_path("ij,jk,kl", x, x, x)[0] == numpy.einsum_path("ij,jk,kl", *[SINGULAR] * 3)[0]
    compiled = compile(lambda x: x.sum() * numpy.linalg.matrix_rank(x))
    with pytest.warns(CapturedConstantWarning, match="looks at the number"):
        assert compiled(SINGULAR) == 9.0


@pytest.mark.parametrize(
    "function", [lambda x: linalg.slogdet(x).logabsdet, lambda x: linalg.qr(x * [1.0, 0.0]).R.sum()]
)
def test_a_gradient_that_is_not_there_is_refused_and_leaves_every_grad_as_it_was(function) -> None:
    x = Tensor(SINGULAR)
    (2 * x).sum().backward()
    output = function(x) + x.sum()
    with pytest.raises(LinearAlgebraError, match="a matrix is singular"):
        output.backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[2.0, 2.0], [2.0, 2.0]]
    x.sum().backward()
    assert x.grad.tolist() == [[3.0, 3.0], [3.0, 3.0]]


# --- where derivatives end ------------------------------------------------------------------------------------


def test_the_determinant_of_a_singular_matrix_has_a_gradient_and_no_second_derivative() -> None:
    rank_one_of_three = numpy.outer([1.0, 2.0, 3.0], [1.0, -1.0, 2.0])
    rank_two = rank_one_of_three + numpy.outer([0.0, 1.0, 1.0], [1.0, 0.0, 1.0])
    batch = numpy.stack([rank_two, rank_one_of_three, numpy.eye(3)])
    for matrices in (rank_two, rank_one_of_three, batch, numpy.zeros((1, 1))):

        def total(x: Any) -> Any:
            return autograd.sum(linalg.det(x))

        expected = by_minors(matrices)
        for found in (grad(total)(matrices), compile(total).value_and_grad(matrices)[1]):
            numpy.testing.assert_allclose(found, expected, atol=1e-13)
    with pytest.raises(LinearAlgebraError, match=r"^inv: .*singular"):
        hessian(linalg.det)(SINGULAR)
    assert numpy.isnan(grad(linalg.det)(numpy.full((2, 2), numpy.nan))).all()


def by_minors(matrices: Any) -> Any:
    """The cofactors as they are defined."""
    size = matrices.shape[-1]
    found = numpy.empty(matrices.shape)
    for row, column in numpy.ndindex(size, size):
        minor = numpy.delete(numpy.delete(matrices, row, -2), column, -1)
        found[..., row, column] = (-1) ** (row + column) * numpy.linalg.det(minor)
    return found


def spectral(x: Any) -> Any:
    """A function of a matrix that is of its numbers alone, made of vectors that are not."""
    values, vectors = linalg.eigh(x)
    return vectors * autograd.exp(values)[..., None, :] @ vectors.mT


def test_of_equal_eigenvalues_those_have_gradients_and_what_asks_for_vectors_gets_nan() -> None:
    same = numpy.eye(2)
    numpy.testing.assert_allclose(grad(lambda x: linalg.eigvalsh(x).sum())(same), same)
    numpy.testing.assert_allclose(grad(lambda x: (linalg.eigvalsh(x) ** 3).sum())(2 * same), 12 * same)
    for asks in (
        lambda x: linalg.eigh(x).eigenvectors[0, 1],
        lambda x: spectral(x)[0, 1],  # a rule that takes 0 / 0 for 0 is silently wrong here
        lambda x: linalg.eigh(x).eigenvalues[0] * linalg.eigh(x).eigenvectors[1, 1],
    ):
        for found in (grad(asks)(same), compile(asks).value_and_grad(same)[1]):
            assert not numpy.isfinite(found).any()
    assert numpy.isnan(hessian(lambda x: (linalg.eigvalsh(x) ** 2).sum())(same)).all()
    tangents = jvp(linalg.eigh, (same,), (WEIGHTS + WEIGHTS.T,))[1]
    assert numpy.isfinite(tangents[0]).all()
    assert numpy.isnan(tangents[1]).any()


def test_in_a_batch_equal_eigenvalues_of_one_matrix_leave_the_others_alone() -> None:
    batch = numpy.stack([numpy.eye(2), REGULAR])
    found = grad(lambda x: (spectral(x) * WEIGHTS).sum())(batch)
    assert numpy.isnan(found[0]).all()
    numpy.testing.assert_allclose(found[1], grad(lambda x: (spectral(x) * WEIGHTS).sum())(REGULAR), rtol=1e-13)


def test_of_equal_and_vanishing_singular_values_those_have_gradients_and_what_asks_for_vectors_gets_nan() -> None:
    for matrix, wanted in (
        (numpy.eye(2), numpy.eye(2)),
        (numpy.zeros((3, 2)), numpy.eye(3, 2)),
        (SINGULAR, SINGULAR / 5.0 + numpy.array([[4.0, -2.0], [-2.0, 1.0]]) / 5.0),
    ):
        slopes = grad(lambda x: linalg.svdvals(x).sum())(matrix)
        assert numpy.isfinite(slopes).all()
        numpy.testing.assert_allclose(numpy.abs(numpy.linalg.svd(slopes)[1]), 1.0, rtol=1e-12)
        numpy.testing.assert_allclose(abs(slopes), abs(wanted), atol=1e-12)
    for asks, matrix in (
        (lambda x: linalg.svd(x).U[0, 1], numpy.eye(2)),
        (lambda x: (linalg.svd(x).U @ linalg.svd(x).Vh * WEIGHTS).sum(), numpy.eye(2)),
        (lambda x: linalg.svd(x, full_matrices=False).U[0, 1], numpy.zeros((3, 2))),
    ):
        assert not numpy.isfinite(grad(asks)(matrix)).all()
    # A single singular value that vanishes has vectors of its own.
    found = grad(lambda x: linalg.svd(x).U[0, 1] ** 2)(numpy.array([[1.0, 1.0], [1.0, 1.0]]))
    assert numpy.isfinite(found).all()


def test_a_gradient_of_a_factor_is_symmetric_and_of_the_triangle_that_is_read() -> None:
    lower, upper = numpy.tril(REGULAR), numpy.triu(REGULAR)
    for function, triangle in (
        (linalg.cholesky, lower),
        (lambda x: linalg.cholesky(x, upper=True), upper),
        (lambda x: linalg.eigh(x).eigenvalues, lower),
        (lambda x: linalg.eigvalsh(x, "U"), upper),
        (lambda x: linalg.eigh(x, "u").eigenvectors, upper),
    ):
        numpy.testing.assert_array_equal(function(triangle), function(REGULAR))
        slopes = grad(lambda x, f=function: (f(x) * WEIGHTS).sum())(triangle)
        numpy.testing.assert_allclose(slopes, slopes.T, rtol=1e-14)


def test_least_squares_of_a_matrix_without_full_rank_are_the_shortest_and_have_no_sums() -> None:
    a, b = numpy.array([[1.0, 1.0], [1.0, 1.0], [2.0, 2.0]]), numpy.array([1.0, 2.0, 3.0])
    x, sums, rank, values = linalg.lstsq(Tensor(a), Tensor(b))
    expected = numpy.linalg.lstsq(a, b)
    assert (rank, sums.shape) == (1, (0,)) == (expected[2], expected[1].shape)
    numpy.testing.assert_allclose(x.data, expected[0], rtol=1e-13)
    numpy.testing.assert_allclose(values.data, expected[3], atol=1e-14)
    compiled = compile(lambda a, b: linalg.lstsq(a, b)[0])
    with pytest.warns(CapturedConstantWarning, match="looks at the number of a result"):  # the rank
        numpy.testing.assert_allclose(compiled(a, b), expected[0], rtol=1e-13)


# --- higher orders --------------------------------------------------------------------------------------------

# Each is the logarithm of the determinant of a positive definite matrix.
LOGARITHMS: dict[str, Call] = {
    "det": lambda x: autograd.log(linalg.det(x)),
    "inv": lambda x: -autograd.log(linalg.det(linalg.inv(x))),
    "solve": lambda x: -autograd.log(linalg.det(linalg.solve(x, numpy.eye(3)))),
    "slogdet": lambda x: linalg.slogdet(x).logabsdet,
    "cholesky": lambda x: 2 * autograd.log(linalg.diagonal(linalg.cholesky(x))).sum(),
    "eigh": lambda x: autograd.log(linalg.eigvalsh(x)).sum(),
    "eigenvectors": lambda x: autograd.log(
        autograd.diagonal(linalg.eigh(x).eigenvectors.mT @ x @ linalg.eigh(x).eigenvectors)
    ).sum(),
    "svd": lambda x: autograd.log(linalg.svdvals(x)).sum(),
    "singular vectors": lambda x: autograd.log(
        autograd.diagonal(linalg.svd(x).U.mT @ x @ linalg.svd(x).Vh.mT)
    ).sum(),
    "qr": lambda x: autograd.log(abs(linalg.diagonal(linalg.qr(x).R))).sum(),
    "pinv": lambda x: -autograd.log(linalg.det(linalg.pinv(x))),
    "matrix_power": lambda x: autograd.log(linalg.det(linalg.matrix_power(x, 3))) / 3,
    "multi_dot": lambda x: autograd.log(linalg.det(linalg.multi_dot([x, x, x]))) / 3,
}  # fmt: skip
POSITIVE = numpy.array([[4.0, 1.0, 0.5], [1.0, 3.0, -0.5], [0.5, -0.5, 2.0]])
DIRECTION = numpy.array([[0.5, 0.3, 0.1], [0.3, -0.4, 0.2], [0.1, 0.2, 0.7]])


@pytest.mark.parametrize("name", LOGARITHMS)
def test_the_fourth_derivative_along_a_line_is_the_one_of_the_formula(name) -> None:
    def along(t: Any, start: Any = POSITIVE, direction: Any = DIRECTION) -> Any:
        return LOGARITHMS[name](start + t * direction)

    step = numpy.linalg.solve(POSITIVE, DIRECTION)
    derivative, power, factor = along, numpy.eye(3), -1.0
    for order in range(1, 5):
        derivative, power, factor = grad(derivative), power @ step, -factor * max(order - 1, 1)
        assert derivative(0.0) == pytest.approx(factor * numpy.trace(power), rel=1e-9)
    second = compile(grad(grad(along)))
    assert second(0.0, POSITIVE, DIRECTION) == pytest.approx(-numpy.trace(step @ step), rel=1e-10)


# --- Values, lists, batches and what is nothing ---------------------------------------------------------------


def test_a_list_of_values_is_a_matrix() -> None:
    a, b = Value(2.0), Value(1.0)
    assert linalg.det([[a, b], [1.0, 3.0]]).item() == pytest.approx(5.0)
    linalg.solve([[a, 0.0], [b, 4.0]], [2.0, b])[1].backward()  # (b − b · 2 / a) / 4
    assert (a.grad, b.grad) == pytest.approx((0.125, 0.0))
    a.grad = b.grad = 0.0
    autograd.einsum("i,ij,j->", [a, b], numpy.eye(2), [1.0, b]).backward()
    assert (a.grad, b.grad) == (1.0, 2.0)
    assert linalg.norm(a).item() == autograd.vdot(a, 1.0).item() == 2.0
    assert autograd.tensordot(a, [1.0, 2.0], 0).data.tolist() == [2.0, 4.0]
    assert numpy.einsum(",i->i", b, [1.0, 2.0]).data.tolist() == [1.0, 2.0]


def test_several_results_are_tuples_with_names_as_numpy_s() -> None:
    for name, matrix in (("eigh", REGULAR), ("svd", RECTANGULAR), ("qr", RECTANGULAR), ("slogdet", REGULAR)):
        ours = getattr(linalg, name)(Tensor(matrix))
        theirs = getattr(numpy.linalg, name)(matrix)
        assert isinstance(ours, tuple)
        assert ours._fields == theirs._fields
        assert [part.shape for part in ours] == [numpy.shape(part) for part in theirs]
        assert all(isinstance(part, numpy.ndarray) for part in getattr(linalg, name)(matrix))
        copied = pickle.loads(pickle.dumps(copy.deepcopy(ours)))
        numpy.testing.assert_array_equal(copied[0].data, ours[0].data)
        ours[-1].sum().backward()


def test_a_graph_is_one_node_for_a_factorisation_of_which_the_parts_are_taken() -> None:
    x = Tensor(REGULAR)
    values, vectors = linalg.eigh(x)
    found = {node.op.name for node in (values.operands[0], vectors.operands[0].operands[0])}
    assert found == {"eigh"}
    assert values.operands[0] is vectors.operands[0].operands[0]


def test_a_picture_is_drawn_of_numbers_that_have_a_gradient_where_others_have_none() -> None:
    for function in (linalg.inv, linalg.cholesky, lambda x: linalg.slogdet(x).logabsdet, lambda x: linalg.qr(x).R):
        assert "digraph" in draw(function(Tensor(REGULAR)).sum()).dot
    with pytest.raises(LinearAlgebraError):  # what is made up for a picture is made up nowhere else
        linalg.inv(numpy.ones((2, 2)))


def test_the_product_of_several_is_taken_in_the_order_that_takes_least_work() -> None:
    def shapes_of_products(sizes: list[int]) -> list[tuple[int, ...]]:
        factors = [Tensor(numpy.ones(pair)) for pair in itertools.pairwise(sizes)]
        found, waiting = [], [linalg.multi_dot(factors)]
        while waiting:
            node = waiting.pop()
            if node.op is not None:
                found.append(node.shape)
                waiting += node.operands
        return sorted(found)

    assert shapes_of_products([10, 100, 5, 50]) == [(10, 5), (10, 50)]
    assert shapes_of_products([50, 5, 100, 10]) == [(5, 10), (50, 10)]
    assert shapes_of_products([30, 35, 15, 5, 10, 20, 25]) == [(5, 20), (5, 25), (30, 5), (30, 25), (35, 5)]
    numpy.testing.assert_allclose(linalg.multi_dot([REGULAR / 3] * 40), numpy.linalg.matrix_power(REGULAR / 3, 40))


def test_every_function_of_numpy_s_room_that_is_here_is_handed_over() -> None:
    functions = {name for name in linear_algebra.__all__ if not name.endswith("Result")}
    assert {*numpy_protocol.OF_MATRICES} == functions
    for name in functions & {*dir(numpy.linalg)}:
        assert getattr(numpy.linalg, name) in numpy_protocol.FUNCTIONS
    assert functions <= {*dir(numpy.linalg)}
