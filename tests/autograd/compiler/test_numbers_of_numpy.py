"""NumPy's numbers as arguments compute in their own dtype, as they do eagerly; differentiated by, they are floats."""

import itertools

import numpy
import pytest

import autograd
from autograd import Tensor, Value, value_and_grad

NUMBERS = [
    numpy.float64(0.1), numpy.float32(0.1), numpy.int64(3), numpy.int8(100), numpy.uint8(200),
    numpy.int64(2**62 + 1), numpy.True_,
]  # fmt: skip
OTHERS = [
    0.3, 7, numpy.float64(0.3), numpy.float32(0.3), numpy.int64(7), numpy.ones(2, numpy.float32), numpy.array([7, 9]),
    numpy.array([1, 2], numpy.int8), numpy.full((2, 2), 0.5), numpy.float32(0.3).reshape(()),
]  # fmt: skip
FUNCTIONS = {
    "a product": lambda x, a: a * x,
    "a sum": lambda x, a: x + a + 0,
    "a quotient": lambda x, a: a / x,
    "a whole quotient": lambda x, a: a // x,
    "alone": lambda x, a: x + 0,
    "squared": lambda x, a: x * x,
    "the larger": lambda x, a: numpy.maximum(x, a),
    "a function of floats": lambda x, a: numpy.sqrt(x) + a,
    "both": lambda x, a: (x * 2, a),
    "a condition": lambda x, a: numpy.where(a > 0.5, x, a),
}
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore:compile"),
]


def assert_as_numpy(ours, expected) -> None:
    if isinstance(expected, tuple):
        for one, other in zip(ours, expected, strict=True):
            assert_as_numpy(one, other)
        return
    ours, expected = numpy.asarray(ours), numpy.asarray(expected)
    if expected.dtype.kind in "iub" and ours.dtype == numpy.float64 and expected.shape == ():
        expected = expected.astype(numpy.float64)  # Python's integers alone make a Value
    assert (ours.dtype, ours.shape) == (expected.dtype, expected.shape)
    numpy.testing.assert_allclose(ours.astype(numpy.float64), expected.astype(numpy.float64), rtol=1e-6)
    if ours.dtype.kind in "iu":
        assert (ours == expected).all()


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("number", NUMBERS, ids=repr)
def test_a_program_computes_in_its_dtype(name, number) -> None:
    if name == "a function of floats" and number.dtype.itemsize == 1:
        return  # NumPy gives a float16, and we a float64
    function = FUNCTIONS[name]
    for other in OTHERS:
        compiled = autograd.compile(function)
        try:
            expected = function(number, other)
        except TypeError:
            continue
        eager = function(*[Tensor(one, False) if isinstance(one, numpy.ndarray) else one for one in (number, other)])
        expected = tuple(getattr(one, "data", one) for one in (eager if isinstance(eager, tuple) else (eager,)))
        for _ in range(2):
            found = compiled(number, other)
            assert_as_numpy(found if isinstance(found, tuple) else (found,), expected)


def test_differentiated_by_it_is_a_float() -> None:
    for number, other in itertools.product([*NUMBERS, numpy.float16(0.5)], OTHERS[:4]):
        for function in (lambda x, a: x * x * a, lambda x, a: autograd.sum(x * numpy.ones(2) * a)):
            eager = value_and_grad(function)(number, other)
            compiled = autograd.compile(function)
            for _ in range(2):
                numpy.testing.assert_allclose(compiled.value_and_grad(number, other), eager, rtol=1e-6)
                assert [type(one) for one in compiled.value_and_grad(number, other)] == list(map(type, eager))


def test_gradients_by_others_are_in_their_dtype() -> None:
    w = numpy.ones(2, numpy.float32)
    for number in NUMBERS[:4]:
        for function in (lambda w, x: (w * x).sum(), lambda w, x: (w * w * x).sum() * x):
            eager = value_and_grad(function)(w, number)
            compiled = autograd.compile(function)
            leaf = Tensor(w)
            compiled(leaf, number).backward()
            for ours in (compiled.value_and_grad(w, number), autograd.value_and_grad(compiled)(w, number)):
                numpy.testing.assert_allclose(ours[0], eager[0], rtol=1e-6)
                assert numpy.asarray(ours[0]).dtype == numpy.asarray(eager[0]).dtype
                numpy.testing.assert_allclose(ours[1], eager[1], rtol=1e-6)
                assert ours[1].dtype == numpy.float32
            numpy.testing.assert_allclose(leaf.grad, eager[1], rtol=1e-6)


def test_a_program_of_numbers_runs_on_floats() -> None:
    compiled = autograd.compile(lambda x, y: 1 / x + autograd.log(y))
    for _ in range(2):
        assert compiled(numpy.float64(0.0), numpy.float64(0.0)) != compiled(1.0, 1.0)  # and NumPy warns of nothing
    x = Value(2.0)
    compiled(x, numpy.float64(3.0)).backward()
    assert x.grad == -0.25
    compiled(x, numpy.float32(3.0)).backward()
    assert x.grad == -0.5
    compiled.value_and_grad(2.0, numpy.float32(3.0))
    assert all(program.program.is_of_numbers for program in compiled.programs)


def test_beside_values_it_is_a_float() -> None:
    third, tenth = numpy.float32(1 / 3), numpy.float32(0.1)
    compiled = autograd.compile(lambda x, y: x * y * y)
    for x, y in ((0.1, third), (tenth, third), (tenth, 7)):
        eager = value_and_grad(lambda x, y: x * y * y)(x, y)
        assert compiled.value_and_grad(x, y) == eager
        assert compiled(Value(x), y).data == eager[0] == (Value(x) * y * y).data
        assert compiled(x, y) == x * y * y
    w = Value(0.1)
    captured = autograd.compile(lambda y: w * y * y)
    assert captured(third).data == (w * third * third).data


@pytest.mark.parametrize("number", NUMBERS[:4], ids=repr)
def test_columns_compute_in_floats(number) -> None:
    compiled = autograd.compile(lambda x, y: x * y, columns=True)
    for x in (numpy.ones(3), number):
        numpy.testing.assert_allclose(compiled(x, number), numpy.asarray(x, float) * float(number), rtol=1e-15)


@pytest.mark.parametrize("number", [numpy.float16(0.5), numpy.longdouble(0.5)], ids=repr)
def test_numbers_of_a_dtype_that_no_tensor_has_are_refused(number) -> None:
    with pytest.raises(autograd.DataTypeError, match="float32, float64 or integers, not"):
        autograd.compile(lambda x: x * 2)(number)
