"""`autograd.scipy`: SciPy's answers, and gradients that finite differences confirm to the second order."""

import numpy
import pytest
import scipy.fft
import scipy.integrate
import scipy.linalg
import scipy.signal
import scipy.special
import scipy.stats

import autograd
import autograd.numpy as np
from autograd import DataTypeError, GraphError, LinearAlgebraError, ShapeError, Tensor, Value, grad, gradcheck
from autograd.numpy.numpy_vjps import repeat_to_match_shape, unbroadcast_f
from autograd.scipy import integrate, linalg, signal, special, stats
from autograd.test_util import check_grads

RNG = numpy.random.default_rng(5)
A, B = RNG.uniform(1.1, 3.0, (2, 3)), RNG.uniform(1.1, 3.0, 3)
X = RNG.uniform(0.1, 0.9, (2, 3))
R = RNG.standard_normal((2, 3))

# function: arguments, and the positions that have a derivative
SPECIAL = {
    "beta": ((A, B), (0, 1)),
    "betaln": ((A, B), (0, 1)),
    "betainc": ((A, B, X), (2,)),
    "dawsn": ((R,), (0,)),
    "digamma": ((A,), (0,)),
    "entr": ((A,), (0,)),
    "psi": ((A,), (0,)),
    "erf": ((R,), (0,)),
    "erfc": ((R,), (0,)),
    "erfcx": ((R,), (0,)),
    "erfcinv": ((2 * X,), (0,)),
    "erfinv": ((2 * X - 1,), (0,)),
    "expit": ((R,), (0,)),
    "gamma": ((R - 0.5,), (0,)),
    "gammainc": ((A, B), (1,)),
    "gammaincc": ((A, B), (1,)),
    "gammaln": ((A,), (0,)),
    "gammasgn": ((R,), (0,)),
    "i0": ((R,), (0,)),
    "i1": ((R,), (0,)),
    "iv": ((A, B), (1,)),
    "ive": ((A, B), (1,)),
    "j0": ((A,), (0,)),
    "j1": ((A,), (0,)),
    "jn": ((2, A), (1,)),
    "jv": ((2, A), (1,)),
    "kl_div": ((A, B), (0, 1)),
    "log_ndtr": ((10 * R,), (0,)),
    "log_softmax": ((R,), (0,)),
    "logit": ((X,), (0,)),
    "multigammaln": ((A + 1, 3), (0,)),
    "ndtr": ((R,), (0,)),
    "ndtri": ((X,), (0,)),
    "polygamma": ((1, A), (1,)),
    "rel_entr": ((A, B), (0, 1)),
    "rgamma": ((A,), (0,)),
    "softmax": ((R,), (0,)),
    "stdtr": ((A, R), (1,)),
    "xlog1py": ((R, X), (0, 1)),
    "xlogy": ((R, X), (0, 1)),
    "y0": ((A,), (0,)),
    "y1": ((A,), (0,)),
    "yn": ((2, A), (1,)),
}


@pytest.mark.parametrize("name", SPECIAL)
def test_special_functions(name):
    arguments, positions = SPECIAL[name]
    ours, theirs = getattr(special, name), getattr(scipy.special, name)
    numpy.testing.assert_allclose(ours(*arguments), theirs(*arguments), rtol=1e-13, atol=1e-300)
    check_grads(ours, positions)(*arguments)
    numbers = [float(one.flat[0]) if isinstance(one, numpy.ndarray) else one for one in arguments]
    check_grads(ours, positions, modes=["rev"])(*numbers)


@pytest.mark.parametrize(
    "derivative",
    [
        lambda: grad(special.gammainc)(1.0, 2.0),
        lambda: grad(special.betainc, (1,))(1.0, 2.0, 0.5),
        lambda: grad(special.jn)(1.0, 2.0),
        lambda: grad(lambda df: np.sum(stats.t.cdf(R, df)))(3.0),
        lambda: grad(stats.gamma.cdf, 1)(2.0, 1.5),
        lambda: grad(stats.chi2.cdf, 1)(2.0, 1.5),
    ],
)
def test_a_derivative_that_is_not_there_is_refused_and_never_0(derivative):
    with pytest.raises(DataTypeError, match="there is no derivative by"):
        derivative()


@pytest.mark.parametrize("axis", [None, 0, 1, (0, 1)])
@pytest.mark.parametrize("keepdims", [True, False])
@pytest.mark.parametrize("weights", [None, A, B, numpy.array([0.0, 1.0, 2.0])])
def test_sums_of_exponentials(axis, keepdims, weights):
    if weights is None:
        numpy.testing.assert_allclose(
            special.logsumexp(500 * R, axis, keepdims=keepdims),
            scipy.special.logsumexp(500 * R, axis, keepdims=keepdims),
        )
        check_grads(lambda x: special.logsumexp(x, axis=axis, keepdims=keepdims))(R)
    else:
        numpy.testing.assert_allclose(
            special.logsumexp(500 * R, axis, weights, keepdims),
            scipy.special.logsumexp(500 * R, axis, weights, keepdims),
        )
        some = numpy.maximum(weights, 0.1) if axis == 0 else weights  # of a sum of 0 the logarithm has no gradient
        check_grads(lambda x, b: special.logsumexp(x, axis=axis, b=b, keepdims=keepdims), (0, 1))(R, some)
    assert special.logsumexp(numpy.full(2, -numpy.inf), b=numpy.ones(2)) == -numpy.inf


LOC = RNG.standard_normal((2, 1))
# distribution: its functions, arguments, and the positions that have a derivative in densities and in others
DISTRIBUTIONS = {
    "norm": (("logpdf", "pdf", "cdf", "sf", "logcdf", "logsf"), (R, LOC, B), (0, 1, 2), (0, 1, 2)),
    "t": (("logpdf", "pdf", "cdf", "logcdf"), (R, A, LOC, B), (0, 1, 2, 3), (0, 2, 3)),
    "gamma": (("logpdf", "pdf", "cdf"), (A + 1, B, LOC / 10, A), (0, 1, 2, 3), (0, 2, 3)),
    "beta": (("logpdf", "pdf", "cdf"), (X, A, B, LOC / 100, A), (0, 1, 2, 3, 4), (0, 3, 4)),
    "chi2": (("logpdf", "pdf", "cdf"), (A + 1, B, LOC / 10, A), (0, 1, 2, 3), (0, 2, 3)),
    "poisson": (("logpmf", "pmf", "cdf"), (numpy.array([0.0, 1.0, 7.0]), A), (1,), (1,)),
}
FUNCTIONS = [(distribution, name) for distribution, (names, *_) in DISTRIBUTIONS.items() for name in names]


@pytest.mark.parametrize(("distribution", "name"), FUNCTIONS)
def test_distributions(distribution, name):
    _, arguments, in_densities, in_others = DISTRIBUTIONS[distribution]
    positions = in_densities if name in ("pdf", "logpdf", "pmf", "logpmf") else in_others
    ours, theirs = (getattr(getattr(where, distribution), name) for where in (stats, scipy.stats))
    if distribution == "beta":  # inside of its support wherever it lies
        arguments = (arguments[3] + X * arguments[4], *arguments[1:])
    numpy.testing.assert_allclose(ours(*arguments), theirs(*arguments), rtol=1e-10)
    check_grads(ours, positions)(*arguments)
    lists = [one.tolist() for one in arguments]
    numpy.testing.assert_allclose(ours(*lists), theirs(*lists), rtol=1e-10)


EDGES = numpy.array([-numpy.inf, -1.0, -0.0, 0.0, 1e-300, 0.5, 1.0, 2.0, 1e300, numpy.inf, numpy.nan])
AT_EDGES = {
    "norm": [(), (0.0, 2.0), (1.0, 0.0), (1.0, -1.0)],
    "t": [(3.0,), (3.0, 0.0, -1.0), (1e8,)],
    "gamma": [(1.0,), (2.0,), (0.5,), (-1.0,), (2.0, 0.0, -1.0)],
    "beta": [(1.0, 1.0), (2.0, 3.0), (0.5, 0.5), (-1.0, 2.0), (2.0, 2.0, 0.0, -1.0)],
    "chi2": [(1.0,), (2.0,), (3.0,), (-1.0,)],
    "poisson": [(2.0,), (-1.0,)],
}


@pytest.mark.parametrize(("distribution", "name"), FUNCTIONS)
def test_outside_of_the_support_and_for_parameters_that_there_are_not(distribution, name):
    ours, theirs = (getattr(getattr(where, distribution), name) for where in (stats, scipy.stats))
    for parameters in AT_EDGES[distribution]:
        with numpy.errstate(all="ignore"):
            expected = theirs(EDGES, *parameters)
            found = ours(EDGES, *parameters)
        numpy.testing.assert_allclose(found, expected, rtol=1e-7, err_msg=f"{parameters}")
        inside = numpy.isfinite(expected) & numpy.isfinite(EDGES) & (abs(EDGES) < 1e10) & (EDGES < 0)
        if distribution in ("gamma", "beta", "chi2") and inside.any():
            assert not numpy.any(grad(lambda x, *ps: np.sum(ours(x, *ps)))(EDGES[inside], *parameters))


def test_densities_are_rows_that_are_compiled():
    def loss(mean, scale, data):
        return -np.sum(stats.norm.logpdf(data, mean, scale)) - stats.norm.logpdf(scale, 2.0)

    compiled = autograd.compile(loss)
    for mean, scale in ((0.5, 2.0), (-1.0, 0.5)):
        value, gradient = compiled.value_and_grad(mean, scale, R)
        assert value == pytest.approx(loss(mean, scale, R))
        assert gradient == pytest.approx(grad(loss)(mean, scale, R))
    assert gradcheck(stats.norm.logpdf, Value(0.3), Value(0.1), Value(2.0), order=2)


COVARIANCE = numpy.array([[2.0, 0.3, 0.1], [0.3, 1.0, -0.2], [0.1, -0.2, 0.5]])
MEAN = numpy.array([0.5, -1.0, 2.0])


def symmetric(function):
    return lambda x, mean, cov: function(x, mean, (cov + cov.T) / 2)


@pytest.mark.parametrize("name", ["logpdf", "pdf"])
@pytest.mark.parametrize("shape", [(3,), (4, 3), (2, 4, 3)])
def test_the_normal_distribution_of_vectors(name, shape):
    ours, theirs = (getattr(where.multivariate_normal, name) for where in (stats, scipy.stats))
    x = RNG.standard_normal(shape)
    numpy.testing.assert_allclose(ours(x, MEAN, COVARIANCE), theirs(x, MEAN, COVARIANCE), rtol=1e-10)
    check_grads(symmetric(ours), (0, 1, 2))(x, MEAN, COVARIANCE)


def test_what_a_covariance_may_be():
    ours, theirs = stats.multivariate_normal, scipy.stats.multivariate_normal
    x = RNG.standard_normal((4, 3))
    for given in ({"cov": 2.0, "mean": MEAN}, {"cov": numpy.array([1.0, 2.0, 3.0]), "mean": MEAN}, {"cov": COVARIANCE}):
        numpy.testing.assert_allclose(ours.logpdf(x, **given), theirs.logpdf(x, **given), rtol=1e-10)
    numpy.testing.assert_allclose(ours.logpdf(0.5), theirs.logpdf(0.5))
    numpy.testing.assert_allclose(ours.logpdf(R[0], 1.0, 2.0), theirs.logpdf(R[0], 1.0, 2.0))
    assert grad(ours.logpdf, 2)(0.5, 0.0, 2.0) == pytest.approx((0.25 / 2 - 1) / 4)
    numpy.testing.assert_allclose(ours.entropy(MEAN, COVARIANCE), theirs.entropy(MEAN, COVARIANCE))
    check_grads(lambda cov: ours.entropy(None, (cov + cov.T) / 2))(COVARIANCE)
    with pytest.raises(LinearAlgebraError, match="positive definite"):
        ours.logpdf(x, MEAN, -COVARIANCE)
    with pytest.raises(ShapeError, match="do not fit"):
        ours.logpdf(x[:, :2], MEAN, COVARIANCE)


def test_a_singular_covariance():
    ours, theirs = stats.multivariate_normal, scipy.stats.multivariate_normal
    cov = numpy.diag([2.0, 1.0, 0.0])
    x = numpy.array([[0.3, 0.2, 2.0], [0.3, 0.2, 5.0]])
    numpy.testing.assert_allclose(ours.logpdf(x, MEAN, cov, True), theirs.logpdf(x, MEAN, cov, True))

    def within(x):
        return ours.logpdf(np.concatenate([x, MEAN[2:]]), MEAN, cov, allow_singular=True)

    check_grads(within)(x[0, :2])
    with pytest.raises(DataTypeError, match="no gradient"):
        grad(lambda cov: ours.logpdf(x[0], MEAN, cov, True))(cov)


def test_the_dirichlet_distribution():
    shares, alpha = numpy.array([0.2, 0.5, 0.3]), numpy.array([1.5, 1.0, 4.0])
    for name in ("pdf", "logpdf"):
        ours, theirs = (getattr(where.dirichlet, name) for where in (stats, scipy.stats))
        numpy.testing.assert_allclose(ours(shares, alpha), theirs(shares, alpha))
        numpy.testing.assert_allclose(ours(shares[:2], alpha), theirs(shares[:2], alpha))
        columns = numpy.stack([shares, shares[::-1]], 1)
        numpy.testing.assert_allclose(ours(columns, alpha), theirs(columns, alpha))
        check_grads(lambda x, alpha, ours=ours: ours(x / np.sum(x), alpha), (0, 1))(shares, alpha)
    with pytest.raises(GraphError, match="sum to 1"):
        stats.dirichlet.logpdf(shares * 1.1, alpha)
    with pytest.raises(GraphError, match="above 0"):
        stats.dirichlet.logpdf(shares, -alpha)
    with pytest.raises(ShapeError, match="as many rows"):
        stats.dirichlet.logpdf(shares, alpha[:1])


def test_matrices():
    matrix = RNG.standard_normal((3, 3))
    definite = matrix @ matrix.T + numpy.eye(3)
    q, columns, vector = RNG.standard_normal((3, 3)), RNG.standard_normal((3, 2)), RNG.standard_normal(3)
    numpy.testing.assert_allclose(linalg.sqrtm(definite), scipy.linalg.sqrtm(definite))
    check_grads(linalg.sqrtm)(definite)
    numpy.testing.assert_allclose(linalg.expm(matrix), scipy.linalg.expm(matrix))
    check_grads(linalg.expm)(matrix)
    numpy.testing.assert_allclose(
        linalg.solve_sylvester(definite, matrix, q), scipy.linalg.solve_sylvester(definite, matrix, q)
    )
    check_grads(linalg.solve_sylvester, (0, 1, 2))(definite, definite, q)
    for b in (columns, vector):
        for settings in ({}, {"lower": True}, {"trans": 1}, {"trans": "T", "lower": True}, {"unit_diagonal": True}):
            numpy.testing.assert_allclose(
                linalg.solve_triangular(definite, b, **settings), scipy.linalg.solve_triangular(definite, b, **settings)
            )
            check_grads(lambda a, b, settings=settings: linalg.solve_triangular(a, b, **settings), (0, 1))(definite, b)
    for lower in (True, False):
        numpy.testing.assert_allclose(linalg.cholesky(definite, lower), scipy.linalg.cholesky(definite, lower))
    for name in ("inv", "det", "pinv"):
        numpy.testing.assert_allclose(getattr(linalg, name)(definite), getattr(scipy.linalg, name)(definite))
        check_grads(getattr(linalg, name))(definite)
    check_grads(linalg.solve, (0, 1))(definite, vector)
    assert linalg.block_diag(1.0, 2.0).tolist() == [[1.0, 0.0], [0.0, 2.0]]  # SciPy's own
    with pytest.raises(LinearAlgebraError, match="complex"):
        linalg.sqrtm(-definite)
    with pytest.raises(GraphError):
        grad(lambda a: np.sum(linalg.logm(a)))(definite)


@pytest.mark.parametrize("l_and_u", [(1, 1), (2, 1), (0, 2), (1, 0), (0, 0)])
@pytest.mark.parametrize("shape", [(5,), (5, 2)])
def test_banded_matrices(l_and_u, shape):
    bands = RNG.standard_normal((sum(l_and_u) + 1, 5))
    bands[l_and_u[1]] += 6
    b = RNG.standard_normal(shape)
    numpy.testing.assert_allclose(linalg.solve_banded(l_and_u, bands, b), scipy.linalg.solve_banded(l_and_u, bands, b))
    check_grads(linalg.solve_banded, (1, 2))(l_and_u, bands, b)


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize(("a", "b"), [((5,), (3,)), ((3,), (5,)), ((4, 3), (2, 2)), ((4, 6), (4, 1))])
def test_convolution(mode, a, b):
    a, b = RNG.standard_normal(a), RNG.standard_normal(b)
    expected = scipy.signal.convolve(a, b, mode)
    if mode == "same":
        starts = [(size - 1) // 2 for size in b.shape]
        places = tuple(slice(start, start + size) for start, size in zip(starts, a.shape, strict=True))
        expected = scipy.signal.convolve(a, b, "full")[places]
    numpy.testing.assert_allclose(signal.convolve(a, b, mode=mode), expected, atol=1e-12)
    check_grads(lambda a, b: signal.convolve(a, b, mode=mode), (0, 1))(a, b)


def test_convolution_of_images_with_many_filters():
    images, filters = RNG.standard_normal((2, 3, 6, 5)), RNG.standard_normal((3, 4, 3, 2))
    found = signal.convolve(images, filters, axes=([2, 3], [2, 3]), dot_axes=([1], [0]), mode="valid")
    expected = sum(
        numpy.array([[scipy.signal.convolve(image[c], one, "valid") for one in filters[c]] for image in images])
        for c in range(3)
    )
    numpy.testing.assert_allclose(found, expected)
    swapped = signal.convolve(filters, images, axes=([2, 3], [2, 3]), dot_axes=([0], [1]), mode="valid")
    numpy.testing.assert_allclose(swapped, numpy.swapaxes(expected, 0, 1))
    with pytest.raises(ShapeError, match="lies within"):
        signal.convolve(numpy.ones((2, 3)), numpy.ones((3, 2)), mode="valid")
    with pytest.raises(GraphError, match="'full', 'same' or 'valid'"):
        signal.convolve(numpy.ones(2), numpy.ones(2), mode="circular")


def test_integration():
    def slope(y, t, rate, offset):
        return -rate * y + np.sin(t) * offset

    y0, t, rate, offset = numpy.array([1.0, 2.0]), numpy.linspace(0.1, 0.5, 4), 0.7, numpy.array([0.5, -1.0])
    numpy.testing.assert_allclose(
        integrate.odeint(slope, y0, t, (rate, offset)), scipy.integrate.odeint(slope, y0, t, (rate, offset))
    )
    accurate = {"rtol": 1e-11, "atol": 1e-11}

    def along(y0, t, rate, offset):
        return integrate.odeint(slope, y0, t, args=(rate, offset), **accurate)

    check_grads(along, (0, 1, 2, 3), modes=["rev"], order=1)(y0, t, rate, offset)

    def last(rate):
        return integrate.odeint(lambda y, t, rate: -rate * y, numpy.array([1.0]), t, (rate,), **accurate)[-1, 0]

    assert grad(grad(last))(rate) == pytest.approx(0.4**2 * numpy.exp(-0.4 * rate), rel=1e-6)
    assert grad(lambda y0: integrate.odeint(lambda y, t: -y, y0, t, **accurate)[-1, 0])(y0)[0] == pytest.approx(
        numpy.exp(-0.4)
    )


@pytest.mark.parametrize("name", ["entr", "expit", "gamma", "i0", "jv", "rel_entr"])
def test_a_function_of_scipy_s_own_that_asks_nodes_is_ours(name):
    arguments, positions = SPECIAL.get(name, ((R,), (0,)))
    theirs = getattr(scipy.special, name)
    leaves = [Tensor(one) if place in positions else one for place, one in enumerate(arguments)]
    found = theirs(*leaves)
    numpy.testing.assert_allclose(found.data, theirs(*arguments))
    found.sum().backward()
    assert all(numpy.any(leaves[place].grad) for place in positions)
    assert isinstance(theirs(*[Value(0.5) if place in positions else 2 for place in range(len(arguments))]), Value)


T, V = Tensor([0.25, 0.75]), Value(0.5)
# what is written, and what is to be written instead
OF_SCIPY = {
    "an array's density": (lambda: scipy.stats.norm.logpdf(T), "autograd.scipy.stats.norm.logpdf"),
    "a number's density": (lambda: scipy.stats.norm.logpdf(V), "autograd.scipy.stats.norm.logpdf"),
    "a parameter": (lambda: scipy.stats.t.logpdf(0.5, V), "autograd.scipy.stats.t.logpdf"),
    "of a transform": (
        lambda: grad(lambda m: scipy.stats.norm.logpdf(0.5, m))(0.2),
        "autograd.scipy.stats.norm.logpdf",
    ),
    "frozen": (lambda: scipy.stats.gamma(T).logpdf(0.5), "autograd.scipy.stats.gamma.logpdf"),
    "of vectors": (
        lambda: scipy.stats.multivariate_normal.logpdf(T, numpy.zeros(2)),
        "autograd.scipy.stats.multivariate_normal.logpdf",
    ),
    "of vectors, frozen": (
        lambda: scipy.stats.multivariate_normal(numpy.zeros(2)).logpdf(T),
        "autograd.scipy.stats.multivariate_normal.logpdf",
    ),
    "that we have not": (lambda: scipy.stats.expon.logpdf(T), "autograd.scipy has none of this name"),
    "inside others": (lambda: scipy.stats.norm.fit(T), "autograd.scipy has none of this name"),
    "no ufunc": (lambda: scipy.special.logsumexp(T), "autograd.scipy.special.logsumexp"),
    "no ufunc, of numbers": (lambda: scipy.special.polygamma(1, V), "autograd.scipy.special.polygamma"),
    "of matrices": (lambda: scipy.linalg.expm(T * numpy.eye(2)), "autograd.scipy.linalg.expm"),
    "a list of numbers": (lambda: scipy.special.logsumexp([V, V]), "autograd.scipy.special.logsumexp"),
    "lists that LAPACK would take": (
        lambda: scipy.linalg.solve_sylvester([[V]], [[V]], [[1.0]]),
        "autograd.scipy.linalg.solve_sylvester",
    ),
    "a list that a transform would take": (lambda: scipy.fft.fft([V, V]), "autograd.scipy has none of this name"),
    "in a package of helpers": (lambda: scipy.signal.convolve(T, T), "autograd.scipy.signal.convolve"),
}


@pytest.mark.parametrize("name", OF_SCIPY)
def test_a_function_of_scipy_s_own_that_asks_nobody_names_ours(name):
    written, instead = OF_SCIPY[name]
    with pytest.raises(
        DataTypeError, match=rf"^scipy\.\S+ computes with plain numbers alone \(.*test_scipy.*{instead}"
    ):
        written()


def test_what_scipy_makes_of_arithmetic_is_recorded():
    loc = Value(2.0)
    scipy.stats.norm.rvs(loc, 1.0, size=3).sum().backward()
    assert loc.grad == 3.0
    assert scipy.special.softmax([loc, loc])[0].data == 0.5
    assert [one.data for one in scipy.signal.convolve([loc, loc], [loc])] == [4.0, 4.0]
    assert scipy.linalg.cholesky([[Value(4.0, requires_grad=False)]]).tolist() == [[2.0]]
    numpy.testing.assert_array_equal(
        scipy.stats.norm.logpdf(Tensor(R, requires_grad=False)), scipy.stats.norm.logpdf(R)
    )


def test_what_has_no_gradient_here_is_scipy_s():
    assert special.comb(4, 2) == 6.0
    with pytest.raises(DataTypeError, match="has no rule"):
        special.zetac(Tensor([2.0]))


def test_helpers_of_rules_written_for_pypi_s_autograd():
    numpy.testing.assert_array_equal(unbroadcast_f(B, lambda g: g * A)(1.0), A.sum(0))
    spread, count = repeat_to_match_shape(numpy.array([1.0, 2.0, 3.0]), (2, 3), float, 0, False)
    assert count == 2 and spread.tolist() == [[1.0, 2.0, 3.0]] * 2
    with pytest.raises(ImportError, match="rows of a table"):
        from autograd.numpy.numpy_vjps import balanced_eq  # noqa: F401  # the import is what is tested
