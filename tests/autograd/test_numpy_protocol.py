"""NumPy's own functions on Tensors and Values: the same numbers as on arrays, with a graph, or a refusal by name."""

import inspect
import operator
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import ArgumentError, DataTypeError, GraphError, Tensor, Value, gradcheck, no_grad, numpy_protocol
from witnesses import numpy_calls

RNG = np.random.default_rng(3)
X = RNG.uniform(0.3, 0.9, (3, 4))
W = RNG.uniform(-1, 1, (4, 2))
ROW = RNG.uniform(0.3, 0.9, 4)
LABELS = np.array([1, 0, 3])

# What anybody writes with NumPy, word for word, on an array or on a Tensor `x` of shape (3, 4).
EVERYDAY = {
    "a neuron's layer": lambda x: np.tanh(x @ W + 0.5),
    "array on the left": lambda x: W.T @ x.T,
    "softmax by hand": lambda x: (
        np.exp(x - np.max(x, axis=1, keepdims=True)) / np.sum(np.exp(x), axis=1, keepdims=True)
    ),
    "log-likelihood": lambda x: -np.mean(np.log(x)[np.arange(3), LABELS]),
    "standardised": lambda x: (x - np.mean(x, axis=0)) / np.std(x, axis=0),
    "relu by maximum": lambda x: np.maximum(x - 0.5, 0),
    "relu by where": lambda x: np.where(x > 0.5, x, 0.1 * x),
    "clipped": lambda x: np.clip(x, 0.4, 0.8),
    "a bias column": lambda x: np.concatenate([x, np.ones((3, 1))], axis=1),
    "stacked rows": lambda x: np.stack([x[0], ROW, x[2]]),
    "outer product": lambda x: np.outer(x[0], ROW),
    "dot product": lambda x: np.dot(ROW, x[1]),
    "distance": lambda x: np.linalg.norm(x - ROW, axis=1),
    "quadratic cost": lambda x: 0.5 * np.sum((x - 1) ** 2) / len(x),
    "sigmoid by hand": lambda x: 1 / (1 + np.exp(-x)),
    "cross-entropy": lambda x: -(ROW * np.log(x) + (1 - ROW) * np.log(1 - x)).sum(),
    "reshaped and turned": lambda x: np.transpose(np.reshape(x, (2, 3, 2)), (2, 0, 1)),
    "a new axis": lambda x: x[:, np.newaxis, :] * np.expand_dims(ROW, (0, 1)),
    "halves": lambda x: np.split(x, 2, axis=1)[0] * np.split(x, 2, axis=1)[1],
    "running sum": lambda x: np.cumsum(x, axis=0)[-1],
    "masked": lambda x: x[(x > 0.4) & (x < 0.8)],
    "polynomial": lambda x: np.polynomial.polynomial.polyval(x, [1.0, 2.0, 3.0]),
    "angle": lambda x: np.arctan2(x, ROW),
    "scores of the labels": lambda x: np.take_along_axis(x, LABELS[:, None], axis=1),
    "array first": lambda x: np.float32(2.0) * X - x / np.float64(3.0) + np.array(1.0) ** x,
}

# Functions of the protocol's table, called as NumPy documents it; composites are in witnesses/numpy_calls.py.
CALLS = {
    "partition": [
        lambda x: np.partition(x, [0, 1, 2], axis=0),
        lambda x: np.partition(x, 1)[:, 1],
        lambda x: np.partition(x, kth=5, axis=None)[5],
    ],
    "sum": [
        lambda x: np.sum(x, axis=1),
        lambda x: np.sum(x, (0, 1), keepdims=True),
        lambda x: np.sum(x, axis=0, where=X > 0.6, initial=2.0),
        lambda x: np.sum(x, where=X[0] > 0.6),
        lambda x: np.sum(x[:0], axis=0, initial=1.0),
        lambda x: np.sum(x, dtype=np.float64),
    ],
    "mean": [
        lambda x: np.mean(x, 0),
        lambda x: np.mean(x),
        lambda x: np.mean(x, 1, where=X.mean(1, keepdims=True) < X, keepdims=True),
    ],
    "prod": [
        lambda x: np.prod(x, axis=-1, keepdims=True),
        lambda x: np.prod(x, 0, where=X > 0.6, initial=-2.0),
    ],
    "max": [
        lambda x: np.max(x, axis=1),
        lambda x: np.max(x, 0, initial=0.55),
        lambda x: np.max(x, axis=1, where=X > 0.6, initial=0.0, keepdims=True),
    ],
    "amax": [lambda x: np.amax(x, 1)],
    "min": [lambda x: np.min(x), lambda x: np.min(x, axis=0, where=X < 0.6, initial=9.0)],
    "amin": [lambda x: np.amin(x, 0)],
    "any": [lambda x: np.any(x > 0.8, axis=1), lambda x: np.any(x > 0.8, axis=1, where=X < 0.85)],
    "all": [lambda x: np.all(x > 0.4), lambda x: np.all(x > 0.4, axis=0, where=X > 0.35)],
    "var": [lambda x: np.var(x, axis=1, ddof=1)],
    "std": [lambda x: np.std(x, axis=0, keepdims=True)],
    "argmax": [lambda x: np.argmax(x, axis=1)],
    "argmin": [lambda x: np.argmin(x)],
    "argsort": [
        *[lambda x, axis=axis: np.argsort(x, axis) for axis in (0, 1, -2, None)],
        lambda x: np.argsort(x),
        lambda x: np.argsort(x[0], kind="stable"),
    ],
    "searchsorted": [
        lambda x: np.searchsorted(np.sort(x[0]), X),
        lambda x: np.searchsorted(x[0], 0.5, side="right", sorter=np.argsort(x[0])),
    ],
    "sliding_window_view": [
        lambda x: np.lib.stride_tricks.sliding_window_view(x, (2, 2)),
        lambda x: np.lib.stride_tricks.sliding_window_view(x, 3, axis=1),
    ],
    "cumsum": [lambda x: np.cumsum(x), lambda x: np.cumsum(x, 1)],
    "cumprod": [lambda x: np.cumprod(x), *[lambda x, axis=axis: np.cumprod(x, axis) for axis in (0, 1, -1)]],
    "diff": [lambda x: np.diff(x), lambda x: np.diff(x, n=2, axis=0)],
    "clip": [lambda x: np.clip(x, 0.4, None), lambda x: np.clip(x, None, 0.7)],
    "where": [lambda x: np.where(X > 0.6, x, ROW)],
    "round": [lambda x: np.round(x), lambda x: np.round(x, 1)],
    "around": [lambda x: np.around(x)],
    "copy": [lambda x: np.copy(x)],
    "real_if_close": [lambda x: np.real_if_close(x)],
    "sinc": [lambda x: np.sinc(x), lambda x: np.sinc(x - x)],
    "astype": [lambda x: np.astype(x, np.float64)],
    "reshape": [lambda x: np.reshape(x, -1), lambda x: np.reshape(x, (2, -1))],
    "ravel": [lambda x: np.ravel(x)],
    "transpose": [lambda x: np.transpose(x), lambda x: np.transpose(x, axes=(0, 1))],
    "swapaxes": [lambda x: np.swapaxes(x, 0, 1)],
    "moveaxis": [lambda x: np.moveaxis(x, 0, -1)],
    "squeeze": [lambda x: np.squeeze(x[:, :1], axis=1)],
    "expand_dims": [lambda x: np.expand_dims(x, 0)],
    "broadcast_to": [lambda x: np.broadcast_to(x, (2, 3, 4))],
    "flip": [lambda x: np.flip(x, 1), lambda x: np.flip(x)],
    "repeat": [lambda x: np.repeat(x, 2, axis=0), lambda x: np.repeat(x, [1, 0, 2], 0)],
    "tile": [lambda x: np.tile(x, (2, 1))],
    "take": [lambda x: np.take(x, [0, 0, 2], axis=0), lambda x: np.take(x, 5)],
    "take_along_axis": [lambda x: np.take_along_axis(x, LABELS[:, None], 1)],
    "split": [lambda x: np.split(x, [1], axis=1)[1]],
    "concatenate": [
        lambda x: np.concatenate((x, X)),
        lambda x: np.concatenate([X, x], 1),
        lambda x: np.concatenate([X, x], None),
    ],
    "stack": [lambda x: np.stack([x, X], axis=-1)],
    "vstack": [lambda x: np.vstack([x, ROW])],
    "hstack": [lambda x: np.hstack([x, X]), lambda x: np.hstack([x[0], ROW])],
    "atleast_1d": [lambda x: np.atleast_1d(x[0, 0])],
    "atleast_2d": [lambda x: np.atleast_2d(x[0])],
    "dot": [lambda x: np.dot(x, W), lambda x: np.dot(2.0, x), lambda x: np.dot(ROW, x.T)],
    "inner": [lambda x: np.inner(x, ROW), lambda x: np.inner(x, X)],
    "outer": [lambda x: np.outer(x, ROW)],
    "diagonal": [lambda x: np.diagonal(x), lambda x: np.diagonal(x, 1), lambda x: np.diagonal(np.stack([x, x], -1))],
    "trace": [lambda x: np.trace(x, -1), lambda x: np.trace(np.stack([x, x], -1))],
    "zeros_like": [lambda x: np.zeros_like(x)],
    "ones_like": [lambda x: np.ones_like(x, dtype=np.float32)],
    "full_like": [lambda x: np.full_like(x, 7.0)],
}
if "min" in inspect.signature(np.clip).parameters:  # since NumPy 2.1
    CALLS["clip"].append(lambda x: np.clip(x, min=0.4, max=0.7))
CONSTANTS = {"any", "all", "argmax", "argmin", "argsort", "searchsorted", "zeros_like", "ones_like", "full_like"}


def assert_is_as_on_arrays(expression) -> None:
    x = Tensor(X)
    found, expected = expression(x), expression(X)
    assert type(found) is Tensor
    assert found.shape == np.shape(expected)
    assert found.dtype == np.asarray(expected).dtype
    np.testing.assert_allclose(found.data, expected, rtol=1e-14, atol=1e-15)
    if found.requires_grad:
        assert gradcheck(expression, X, order=2)


@pytest.mark.parametrize("expression", EVERYDAY.values(), ids=EVERYDAY.keys())
def test_an_everyday_expression_works_on_a_tensor_as_on_an_array(expression) -> None:
    assert_is_as_on_arrays(expression)
    assert expression(Tensor(X)).requires_grad


BESIDE_COMPOSITES = [
    function
    for function in numpy_protocol.FUNCTIONS
    if function.__name__ not in numpy_calls.CASES.keys() | numpy_calls.OTHERS.keys()
    and not (function.__module__.startswith("numpy.linalg") and f"linalg.{function.__name__}" in numpy_calls.CASES)
]


@pytest.mark.parametrize("function", BESIDE_COMPOSITES, ids=lambda function: function.__name__)
def test_a_function_in_the_table_is_numpy_s_on_tensors(function) -> None:
    for expression in CALLS[function.__name__]:
        assert_is_as_on_arrays(expression)
        assert expression(Tensor(X)).requires_grad == (function.__name__ not in CONSTANTS)


@pytest.mark.parametrize("ufunc", numpy_protocol.UFUNCS, ids=lambda ufunc: ufunc.__name__)
def test_a_ufunc_in_the_table_is_numpy_s_on_tensors(ufunc) -> None:
    masks = ufunc in (np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert)
    low = 1.1 if ufunc is np.arccosh else 0.2
    operands = [RNG.uniform(low, low + 0.7, (4, 4)) for _ in range(ufunc.nin)]
    if masks:
        operands = [operand > 0.5 for operand in operands]
    expected = ufunc(*operands)
    for position in range(ufunc.nin):  # a node in either place, the other one an array
        mixed = [
            Tensor(operand, requires_grad=not masks) if slot == position else operand
            for slot, operand in enumerate(operands)
        ]
        found = ufunc(*mixed)
        for one, other in zip(
            *[(item if isinstance(item, tuple) else (item,)) for item in (found, expected)], strict=True
        ):
            assert type(one) is Tensor
            assert one.dtype == other.dtype
            np.testing.assert_allclose(one.data, other, rtol=1e-14)
            assert one.op is not None or masks


def test_the_greatest_of_nothing_is_what_is_said_for_it() -> None:
    for x in (Tensor(X[:, :0]), X[:, :0]):
        found = np.max(x, axis=1, initial=3.0)
        np.testing.assert_array_equal(getattr(found, "data", found), [3.0, 3.0, 3.0])


def test_the_methods_of_ufuncs_reduce_accumulate_and_combine() -> None:
    for expression in [
        lambda x: np.add.reduce(x),
        lambda x: np.add.reduce(x, axis=1, keepdims=True),
        lambda x: np.multiply.reduce(x, None),
        lambda x: np.maximum.reduce(x, axis=1),
        lambda x: np.minimum.reduce(x),
        lambda x: np.add.reduce(x, initial=2.0, where=X > 0.5),
        lambda x: np.multiply.accumulate(x),
        lambda x: np.add.accumulate(x),
        lambda x: np.add.accumulate(x, axis=1),
        lambda x: np.multiply.outer(x, ROW),
        lambda x: np.subtract.outer(ROW, x),
        lambda x: np.logical_and.reduce(x > 0.4, axis=1),
        lambda x: np.logical_or.reduce(x > 0.8),
    ]:
        assert_is_as_on_arrays(expression)


@pytest.mark.parametrize(
    ("attempt", "named"),
    [
        (lambda x: np.linalg.eigvals(x), r"numpy\.linalg\.eigvals"),
        (lambda x: np.linalg.eig(x), r"numpy\.linalg\.eig"),
        (lambda x: np.fft.fft(x), r"numpy\.fft\.fft"),
        (lambda x: np.piecewise(x, [x > 0.5], [1.0, 0.0]), r"numpy\.piecewise"),
        (lambda x: np.unwrap(x), r"numpy\.unwrap"),
        (lambda x: np.nextafter(x, 0), r"numpy\.nextafter"),
        (lambda x: np.gcd(x, 2), r"numpy\.gcd"),
        (lambda x: np.maximum.accumulate(x), r"numpy\.maximum\.accumulate"),
        (lambda x: np.subtract.reduce(x), r"numpy\.subtract\.reduce"),
        (lambda x: np.add.at(x, [0], 1.0), r"numpy\.add\.at"),
        (lambda x: np.add.reduceat(x, [0]), r"numpy\.add\.reduceat"),
        (lambda x: np.copyto(x, 1.0), r"numpy\.copyto"),
    ],
)
def test_a_function_without_a_rule_is_a_type_error_that_names_it(attempt, named) -> None:
    for x in (Tensor(X[:, :3]), Tensor(X[:, :3], requires_grad=False)):
        with pytest.raises(TypeError, match=rf"{named} has no rule for a Value or Tensor") as caught:
            attempt(x)
        assert isinstance(caught.value, GraphError)
        assert "node.data" in str(caught.value)


@pytest.mark.parametrize(
    ("attempt", "fact"),
    [
        (lambda x: np.sum(x, where=X), "sum: where is a mask of booleans"),
        (lambda x: np.max(x, where=X > 0.5), "max: with where=, say initial="),
        (lambda x: np.exp(x, where=X > 0.5), "numpy.exp: where= is not supported"),
        (lambda x: np.add(x, 1, dtype=np.float32), "numpy.add: dtype= is not supported"),
        (lambda x: np.logical_or.reduce(x, initial=True), r"numpy.logical_or.reduce: initial= is not supported"),
        (lambda x: np.reshape(x, -1, order="F"), "numpy.reshape: order= is not supported"),
        (lambda x: np.std(x, mean=0.0), "numpy.std: mean= is not supported"),
        (lambda x: np.linalg.pinv(x, hermitian=True), "numpy.linalg.pinv: hermitian= is not supported"),
        (lambda x: np.einsum("ij->i", x, dtype=np.float32), "numpy.einsum: dtype= is not supported"),
        (lambda x: np.where(x > 0.5, x), "where"),
        (lambda x: np.add(X, x, out=np.empty((3, 4))), "numpy.add: a result is not written into an array"),
        (lambda x: np.sum(x, out=np.empty(())), "numpy.sum: out= is not supported"),
        (lambda x: (x > 0.5) & 1, "& is for masks"),
        (lambda x: ~x, "~ is for masks"),
        (lambda x: x | X, r"\| is for masks"),
    ],
)
def test_what_a_function_does_not_take_on_a_tensor_is_named(attempt, fact) -> None:
    with pytest.raises((DataTypeError, ArgumentError), match=fact):
        attempt(Tensor(X))


def test_an_array_is_not_added_to_in_place() -> None:
    array, x = X.copy(), Tensor(X)
    with pytest.raises(DataTypeError, match=r"make a new one: `a = a \+ node`"):
        array += x
    np.testing.assert_array_equal(array, X)


def test_a_mask_of_numpy_s_is_refused_because_it_would_be_lost() -> None:
    masked = np.ma.array([1.0, 2.0], mask=[True, False])
    with pytest.raises(DataTypeError, match="mask"):
        Tensor(masked)
    with pytest.raises(DataTypeError, match="MaskedArray"):
        Tensor([1.0, 2.0]) + masked


OPERATORS = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow, "divmod": divmod, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge, "==": operator.eq, "!=": operator.ne, "+=": operator.iadd, "*=": operator.imul,
}  # fmt: skip


@pytest.mark.parametrize("sign", OPERATORS)
@pytest.mark.parametrize("make", [lambda: Tensor([1.0, 2.0]), lambda: Value(2.0)], ids=["Tensor", "Value"])
def test_a_masked_array_is_no_operand_on_either_side(make: Any, sign: str) -> None:
    masked = np.ma.array([1.0, 2.0], mask=[True, False])
    words = r"not a MaskedArray, whose mask would be lost: fill it"
    with pytest.raises(DataTypeError, match=words):
        OPERATORS[sign](masked, make())
    with pytest.raises(DataTypeError, match=words):
        OPERATORS[sign](make(), masked)
    assert masked.tolist() == [None, 2.0]
    for number in (np.ma.masked, np.ma.array(3.0, mask=True)):
        with pytest.raises(DataTypeError, match=r"(whose|no) mask.*\(\.filled\(…\)\)"):
            OPERATORS[sign](make(), number)
        if "=" not in sign or sign in ("==", "<=", ">=", "!="):  # `masked += …` is masked, and asks nobody
            with pytest.raises(DataTypeError, match=r"(whose|no) mask.*\(\.filled\(…\)\)"):
                OPERATORS[sign](number, make())


@pytest.mark.parametrize(
    "asked",
    [
        lambda t, masked: np.ma.exp(t),
        lambda t, masked: np.ma.multiply(masked, t),
        lambda t, masked: np.ma.where([True, False], t, masked),
        lambda t, masked: np.ma.masked_greater(t, 1.0),
        lambda t, masked: masked.__setitem__(0, t[0]),
        lambda t, masked: Value(np.ma.masked),
    ],
)
def test_functions_of_masked_arrays_take_no_nodes(asked: Any) -> None:
    with pytest.raises(DataTypeError, match=r"no rule|no mask"):
        asked(Tensor([1.0, 2.0]), np.ma.array([1.0, 2.0], mask=[True, False]))


def test_a_constant_is_masked_by_numpy_as_its_array_is() -> None:
    t = Tensor([1.0, 2.0])
    assert np.ma.array(t.detach(), mask=[True, False]).tolist() == [None, 2.0]
    with no_grad():
        assert np.ma.array(t, mask=[True, False]).tolist() == [None, 2.0]
    assert not hasattr(t, "_mask")


def test_questions_about_an_array_are_answered_from_the_data() -> None:
    x = Tensor(X)
    assert np.shape(x) == (3, 4)
    assert np.ndim(x) == 2
    assert np.size(x) == 12
    assert np.size(x, 1) == 4
    assert np.allclose(x, X)
    assert not np.allclose(x, X + 1)
    assert np.array_equal([x.data], [X])
    assert np.result_type(x, np.float32) == np.float64
    assert np.array2string(x) == np.array2string(X)
    assert np.shape(Value(1.0)) == ()
    np.testing.assert_allclose(x.detach(), X)
    np.testing.assert_array_equal(X, x.detach())


ANSWERS = {
    "argwhere": lambda x: np.argwhere(x > 0.6),
    "bincount": lambda x: np.bincount(x),
    "digitize": lambda x: np.digitize(x, [0.4, 0.6]),
    "flatnonzero": lambda x: np.flatnonzero(x > 0.6),
    "histogram": lambda x: np.histogram(x, bins=3),
    "nonzero": lambda x: np.nonzero(x > 0.6),
    "where": lambda x: np.where(x > 0.6),
    "unique": lambda x: np.unique(x, return_inverse=True),
    "unique_counts": lambda x: tuple(np.unique_counts(x)),
    "union1d": lambda x: np.union1d(x, [1.0, 2.0]),
    "lexsort": lambda x: np.lexsort((x[0], x[1])),
    "argpartition": lambda x: np.argpartition(x, 2, axis=1)[:, 2],
    "nanargmax": lambda x: np.nanargmax(x, axis=1),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_no_gradient_follows_is_numpy_s_of_the_data(name) -> None:
    if name == "bincount":
        found, expected = np.bincount(Tensor(LABELS, requires_grad=False)), np.bincount(LABELS)
    else:
        found, expected = ANSWERS[name](Tensor(X)), ANSWERS[name](X)
    for one, other in zip(*[(made if isinstance(made, tuple) else (made,)) for made in (found, expected)], strict=True):
        assert type(one) is type(other)
        np.testing.assert_array_equal(one, other)


def test_a_program_that_is_recorded_tells_of_such_an_answer() -> None:
    f = autograd.compile(lambda x: x[np.flatnonzero(x > 0.5)].sum())
    with pytest.warns(autograd.CapturedConstantWarning, match="looks at the number"):
        assert f(np.array([0.25, 0.75, 1.0])) == 1.75


class TestAsAnArray:
    def test_asarray_is_a_read_only_copy(self) -> None:
        x = Tensor(X, requires_grad=False)
        array = np.asarray(x)
        np.testing.assert_array_equal(array, X)
        assert not np.shares_memory(array, x.data)
        assert not array.flags.writeable
        assert np.asarray(x, dtype=np.float32).dtype == np.float32
        assert np.array(x).dtype == np.float64
        with pytest.raises(ValueError, match="only given as a copy"):
            np.array(x, copy=False)

    def test_a_single_number_is_a_number_and_a_row_is_a_sequence(self) -> None:
        x = Tensor([0.25, 2.0])
        assert float(x[0]) == 0.25
        assert int(x[1]) == 2
        assert x[1].item() == 2.0
        assert len(x) == 2
        assert [one.item() for one in x] == [0.25, 2.0]
        assert x.tolist() == [0.25, 2.0]
        assert 2.0 in x
        assert 3.0 not in x
        assert "abc"[Tensor(1, requires_grad=False)] == "b"
        for refused in (float, int, bool, len):
            with pytest.raises((TypeError, ValueError)):
                refused(Tensor([[1.0, 2.0]]) if refused is not len else Tensor(1.0))

    def test_iteration_keeps_the_graph(self) -> None:
        x = Tensor([1.0, 2.0, 3.0])
        first, *rest = x
        (first * rest[1]).backward()
        np.testing.assert_array_equal(x.grad, [3.0, 0.0, 1.0])


class TestValues:
    def test_ufuncs_make_values(self) -> None:
        v = Value(0.7)
        for ufunc, row in numpy_protocol.UFUNCS.items():
            if (
                ufunc.nin == 1
                and isinstance(row, autograd.Operation)
                and row.differentiable
                and ufunc is not np.arccosh
            ):
                answer = ufunc(v)
                assert type(answer) is Value
                assert answer.data == pytest.approx(ufunc(0.7), rel=1e-15)
        product = np.float64(3.0) * v
        assert type(product) is Value
        product.backward()
        assert v.grad == 3.0
        assert type(np.maximum(v, 0.5)) is Value
        assert np.clip(v, 0, 0.5).data == 0.5
        assert np.where(v > 0.5, v, 0.0).data == 0.7

    def test_numpy_s_numbers_compare_as_python_s(self) -> None:
        v = Value(2.0)
        for number in (np.float64(3.0), np.int64(3), np.float32(3), np.array(3.0)):
            assert (number > v) is True
            assert (number <= v) is False
            assert (v < number) is True
            assert (number == v) is False
            assert (number != v) is True
        assert (np.float64(2.0) == v) is (v == 2.0) is True

    def test_an_array_of_values_is_gone_through(self) -> None:
        weights = np.array([Value(1.0), Value(2.0)])
        shifted = Value(10.0) + weights * Value(3.0)
        assert [one.data for one in shifted] == [13.0, 16.0]
        total = np.dot(weights, np.array([5.0, 6.0])) + np.sum(weights)
        total.backward()
        assert [weight.grad for weight in weights] == [6.0, 7.0]

    def test_an_array_and_a_value_are_a_tensor(self) -> None:
        assert (X * Value(2.0)).data.tolist() == (2 * X).tolist()
        assert np.add(X, Value(2.0)).data.tolist() == (X + 2).tolist()

    def test_a_function_of_arrays_takes_a_value_as_an_array_without_axes(self) -> None:
        v = Value(2.0)
        total = np.sum(v) + np.mean([v, v * v]).data
        assert total.shape == ()
        total.backward()
        assert v.grad == 1.0


def test_somebody_else_s_arrays_decide_for_themselves() -> None:
    class Others:
        def __array_function__(self, function, types, arguments, keywords):
            return "theirs"

    assert np.concatenate([Tensor([1.0]), Others()]) == "theirs"


def test_a_tensor_of_shape_nothing_and_a_value_mix() -> None:
    v, t = Value(2.0), Tensor(3.0)
    for mixed in (v * t, t * v, np.multiply(v, t), np.multiply(t, v)):
        assert type(mixed) is Tensor
        assert mixed.shape == ()
        v.zero_grad()
        t.zero_grad()
        mixed.backward()
        assert v.grad == 3.0
        assert t.grad == 2.0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda t: np.diff(t, n=-1), "n is a whole number from 0"),
        (lambda t: np.diff(t, n=1.5), "n is a whole number from 0"),
        (lambda t: np.round(t, 400), "decimals is a whole number from −300 to 300"),
        (lambda t: np.round(t, 0.5), "decimals is a whole number"),
    ],
)
def test_a_number_of_times_or_digits_that_is_none_is_refused(call, words):
    with pytest.raises(GraphError, match=words):
        call(Tensor([1.5, 2.0]))
    assert np.diff(Tensor([1.5, 2.0]), n=0).data.tolist() == [1.5, 2.0]
