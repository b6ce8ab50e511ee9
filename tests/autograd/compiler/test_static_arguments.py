"""Integers, truths, text and their like are a part of a program's structure: Python's `if` may look at them."""

import collections
import dataclasses
import enum
import itertools
import math
import warnings

import numpy
import pytest

from autograd import (
    CapturedConstantWarning,
    DataTypeError,
    ProgramMismatchError,
    Tensor,
    Value,
    compile,
    maximum,
    tanh,
    value_and_grad,
    where,
)


class Mode(enum.Enum):
    DOUBLE = "double"
    TRIPLE = "triple"


class Order(enum.IntEnum):
    FIRST = 1
    SECOND = 2


@dataclasses.dataclass(frozen=True)
class Settings:
    mode: Mode
    orders: tuple[int, ...] = (1, 2)
    activation: object = None


@dataclasses.dataclass(frozen=True)
class Scaled:
    by: float


def matched(x, mode):
    match mode:
        case 1:
            return x * 100
        case _:
            return x


def of_settings(x, settings):
    y = x * 2 if settings.mode is Mode.DOUBLE else x * 3
    y = y * sum(settings.orders)
    return y if settings.activation is None else settings.activation(y)


class Rates(enum.Enum):
    LOW = {"gain": 1.0}  # noqa: RUF012  # a value with an item in it is what is tested
    HIGH = {"gain": 2.0}  # noqa: RUF012  # as above


class Named(dict):
    pass


class Text(str):
    pass


def with_attribute(kind, gain):
    made = kind()
    made.gain = gain
    return made


def told_of(run):
    """The warnings of a run, as text."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        run()
    return [str(one.message) for one in told]


BRANCHES = {
    "equal": (lambda x, order: x * 100 if order == 2 else x, [1, 2, 3]),
    "truth": (lambda x, flag: x * 2 if flag else x * 3, [0, 1, True, False]),
    "membership": (lambda x, mode: x * 100 if mode in (1, 2) else x, [0, 1, 2]),
    "match": (matched, [1, 2]),
    "a loop": (lambda x, n: sum((x**k for k in range(n)), x), [0, 1, 4]),
    "an index": (lambda x, n: [x, x * 2, x * 3][n], [0, 1, -1]),
    "the type": (lambda x, n: x * 2 if type(n) is bool else x * n, [1, True, 2]),
    "parity": (lambda x, n: x * 2 if n % 2 else x * 3, [-1, 0, 3]),
    "text": (lambda x, name: x * len(name) if name != "no" else x, ["no", "yes", b"yes"]),
    "an enumeration": (lambda x, mode: x * 2 if mode is Mode.DOUBLE else x * 3, list(Mode)),
    "integers with names": (lambda x, order: x * 2 if order is Order.SECOND else x * 3, [*Order, 1, 2]),
    "a tuple": (lambda x, orders: x * 2 if orders == (1, 2) else x * 3, [(1, 2), (2, 1), (1, 2, 3), (True, 2)]),
    "a dict": (lambda x, how: x * 2 if how["order"] == 2 else x * 3, [{"order": 1}, {"order": 2}]),
    "a frozen dataclass": (
        of_settings,
        [
            Settings(Mode.DOUBLE),
            Settings(Mode.TRIPLE),
            Settings(Mode.DOUBLE, (5,)),
            Settings(Mode.DOUBLE, (1, 2), tanh),
        ],
    ),
    "a dict's default": (
        lambda x, how: x * how["order"] * how["other"],
        [collections.defaultdict(default, order=3) for default in (lambda: 1.0, lambda: 2.0)],
    ),
    "an attribute of a dict of one's own": (
        lambda x, how: x * how.gain,
        [with_attribute(Named, 1.0), with_attribute(Named, 2.0), with_attribute(Named, -0.0)],
    ),
    "an attribute of a text of one's own": (
        lambda x, how: x * how.gain,
        [with_attribute(Text, 1.0), with_attribute(Text, 2.0), with_attribute(Text, 1)],
    ),
    "keys that are equal and not the same": (
        lambda x, how: sum((x * 2 if key is True else x * 3 if type(key) is float else x for key in how), x),
        [{1: None}, {True: None}, {1.0: None}],
    ),
    "zeros as keys": (
        lambda x, how: sum((x * math.copysign(1.0, key) for key in how), x),
        [{0.0: None}, {-0.0: None}],
    ),
    "the value of an enumeration's member": (lambda x, how: x * how.value["gain"], list(Rates)),
    "None": (lambda x, bias: x if bias is None else x + bias, [None, 0, 1]),
}


@pytest.mark.parametrize(("function", "given"), BRANCHES.values(), ids=BRANCHES)
def test_a_compiled_function_takes_the_branch_that_its_eager_self_takes(function, given):
    f = compile(function)
    for one in (*given, *given[::-1]):
        assert f(3.0, one) == function(3.0, one)
        assert f.value_and_grad(3.0, one) == value_and_grad(function)(3.0, one)
        f.check(3.0, one)
        assert compile(lambda x, one=one: function(x, one))(3.0) == function(3.0, one)


@pytest.mark.parametrize(("function", "given"), BRANCHES.values(), ids=BRANCHES)
def test_keywords_are_static_as_well(function, given):
    f = compile(lambda x, *, one: function(x, one))
    assert [f(3.0, one=one) for one in given] == [function(3.0, one) for one in given]


def test_what_is_equal_and_no_other_thing_is_one_program():
    f = compile(lambda x, settings, n: x * n if settings.mode is Mode.DOUBLE else x)
    for _ in range(2):
        f(1.0, Settings(Mode.DOUBLE, (1, 2)), 3)
    assert len(f.programs) == 1
    f(1.0, Settings(Mode.DOUBLE, (1, 2)), True)
    f(1.0, Settings(Mode.DOUBLE, (True, 2)), 3)
    assert len(f.programs) == 3


def test_functions_are_told_apart_by_identity():
    def double(x):
        return x * 2

    def triple(x):
        return x * 3

    class Holder:
        factor = 5.0

        def scaled(self, x):
            return x * self.factor

    holder = Holder()
    f = compile(lambda x, function: function(x))
    assert [f(3.0, one) for one in (double, tanh, triple, double)] == [6.0, tanh(3.0), 9.0, 6.0]
    for _ in range(3):
        assert f(3.0, holder.scaled) == 15.0  # each time another object of the same method
    assert len(f.programs) == 4


def test_a_frozen_dataclass_that_holds_numbers_is_an_object():
    f = compile(lambda x, how: x * how.by)
    one, other = Scaled(2.0), Scaled(3.0)
    assert [f(1.0, one), f(1.0, other), f(1.0, one)] == [2.0, 3.0, 2.0]


def test_floats_and_numbers_of_numpy_are_never_static():
    f = compile(lambda x, y: x * y)
    kinds = float, numpy.float64, numpy.float32, numpy.int64
    for number in range(12):
        for kind in (*kinds, Value):
            assert f(2.0, kind(number)) == 2.0 * number
    assert len(f.programs) == len(kinds)  # a Value is a float
    with pytest.raises(DataTypeError, match=r"compile: y is complex, and a program computes with real numbers"):
        f(2.0, 1j)


def test_integers_are_numbers_where_they_are_differentiated_by():
    f = compile(lambda x, n: x**n)
    eager = lambda x, n: x**n  # noqa: E731  # given twice
    for x, n in ((2, 3), (3, 2), (True, 2)):
        for argnums in (0, 1, -1, (0, 1), [1, 0]):
            assert f.value_and_grad(x, n, argnums=argnums) == value_and_grad(eager, argnums)(x, n)
    g = compile(lambda p, x: p["w"] * x + p["b"][0])
    for number in range(20):
        assert g.value_and_grad({"w": number, "b": [3, 4]}, 2.0) == (2.0 * number + 3, {"w": 2.0, "b": [1.0, 0.0]})
    assert len(g.programs) == 1
    with pytest.raises(DataTypeError, match="too large"):
        f.value_and_grad(10**400, 2.0)


def test_an_integer_that_changes_like_a_count_of_steps_becomes_a_number():
    f = compile(lambda x, step: x / (1 + step))
    for step in range(8):
        assert f(6.0, step) == 6.0 / (1 + step)
    with pytest.warns(CapturedConstantWarning, match=r"more than 8 integers step: .* Write float\(step\)") as told:
        assert f(6.0, 8) == 6.0 / 9
    assert len(told) == 1
    assert told[0].filename == __file__
    for step in itertools.chain(range(20), (-3, 10**6)):
        assert f(6.0, step) == 6.0 / (1 + step)
        assert f.value_and_grad(6.0, step) == value_and_grad(lambda x, step=step: x / (1 + step))(6.0)
        f.check(6.0, step)
    assert sum(not one.has_gradients for one in f.programs) == 9


LARGE = (2**20 + 7, 2**53 - 1, 2**53, 2**53 + 1, 2**62 + 1, -(2**61) - 1, 10**30)
OF_INTEGERS = {
    "a power of three": lambda x, n: x * ((n * n * n) % 1000),
    "the integer": lambda x, n: x + n,
    "one more": lambda x, n: x * (n + 1) - n,
    "halves": lambda x, n: x * (n // 2) + n % 3,
    "a quotient": lambda x, n: x * (1 / n),
    "a remainder": lambda x, n: x + 7 % n,
    "a power of two": lambda x, n: x * (2 ** (n % 70) % 1000),
    "a negative power": lambda x, n: x * (n - 30) ** -1,
    "the size": lambda x, n: x * abs(-n),
    "a comparison": lambda x, n: x * (n * n > 2**60),
}


@pytest.mark.filterwarnings("ignore:compile. .* integers? n")
@pytest.mark.parametrize("columns", [False, True])
@pytest.mark.parametrize("name", OF_INTEGERS)
def test_what_is_made_of_integers_alone_is_exact_and_fails_as_it_does_eagerly(name, columns):
    function = OF_INTEGERS[name]
    f, g, x = compile(function, columns=columns), compile(function), numpy.array([1.5, -2.0]) if columns else 1.5
    is_number = False
    for n in (*range(1, 20), 0, 30, *LARGE, 23):
        eager, gradient = [], []
        try:
            for one in x if columns else [x]:
                eager.append(function(float(one), n))
                gradient.append(value_and_grad(function)(float(one), n)[1])
        except ZeroDivisionError:
            for call in (f, f.value_and_grad, *([] if columns else [g.value_and_grad, f.check])):
                with pytest.raises(ZeroDivisionError):
                    call(x, n)
            continue
        numpy.testing.assert_allclose(f(x, n), eager if columns else eager[0], rtol=1e-15)
        numpy.testing.assert_allclose(f.value_and_grad(x, n)[1], gradient if columns else gradient[0], rtol=1e-15)
        if not columns:
            numpy.testing.assert_allclose(g(Value(x), n).data, eager[0], rtol=1e-15)
        is_number |= n == 19 and len(f.programs) == 2 * 9
    assert is_number  # from the ninth on, one program did for the value and one for the gradient


@pytest.mark.filterwarnings("ignore:compile. .* integers? n")
@pytest.mark.parametrize(
    ("function", "array"),
    [
        (lambda a, n: a * n, numpy.array([100], numpy.int8)),
        (lambda a, n: (a * n) // 7, numpy.array([2**60 + 1, 5])),
        (lambda a, n: ((a * n) % 7) * 0.5, numpy.array([100], numpy.uint8)),
        (lambda a, n: where(a > 0, n, a), numpy.array([1, -1])),
        (lambda a, n: numpy.stack([n, n + 1]) * a, numpy.array([1, 2])),
        (lambda a, n: a**n, numpy.array([3, 4])),
        (lambda a, n: maximum(a, n), numpy.array([3, 400], numpy.int16)),
    ],
)
def test_beside_arrays_of_integers_an_integer_stays_one(function, array):
    f = compile(function)
    ones = numpy.ones_like(array)
    for n in range(1, 12):
        f(ones, n)
    for n in (2, 20, 100):
        eager = function(array, n)
        ours = f(array, n)
        numpy.testing.assert_array_equal(ours, getattr(eager, "data", eager))
        assert ours.dtype == eager.dtype


def test_where_many_integers_are_too_large_all_are_static_again_and_it_is_told_of():
    f = compile(lambda x, n: x * ((n * n * n) % 1000))
    with pytest.warns(CapturedConstantWarning, match="more than 8 integers n"):
        assert [f(1.0, n) for n in range(9)] == [n**3 for n in range(9)]
    large = range(2**20, 2**20 + 12)
    with pytest.warns(CapturedConstantWarning, match="is recorded anew for each integer n"):
        assert [f(1.0, n) for n in large] == [n**3 % 1000 for n in large]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for n in (100, 101, 2**21 + 1):
            assert f(1.0, n) == n**3 % 1000


def test_it_is_told_of_by_its_place():
    f = compile(lambda x, how, *, scale=1: x * how["step"] * how["order"] * scale)
    ours = told_of(lambda: [f(1.0, {"order": 2, "step": step}) for step in range(12)])
    assert [("how['step']" in one, "float(how['step'])" in one, "order" in one) for one in ours] == [
        (True, True, False)
    ]
    (ours,) = told_of(lambda: [f(1.0, {"order": 2, "step": 50}, scale=scale) for scale in range(12)])
    assert "integers scale: " in ours
    assert f(1.0, {"order": 2, "step": 50}, scale=30) == 3000.0


UNFIT = {
    "a loop": lambda x, n: sum((x for _ in range(n)), x),
    "a look": lambda x, n: x * 100 if n == 10 else x,
    "a size": lambda x, n: x * numpy.ones(n).sum(),
    "the type": lambda x, n: x * 2 if isinstance(n, int) else x,
    "an index": lambda x, n: x * list(range(50))[n],
}


@pytest.mark.parametrize("function", UNFIT.values(), ids=UNFIT)
def test_an_integer_that_is_no_number_to_the_function_stays_static_and_is_told_of(function):
    f = compile(function)
    (ours,) = told_of(lambda: [f(3.0, n) for n in range(20)])
    assert "recorded anew for each integer n, " in ours and "float(n)" in ours
    assert [f(3.0, n) for n in range(20)] == [function(3.0, n) for n in range(20)]


def test_two_integers_that_change_together_are_decided_one_by_one():
    f = compile(lambda x, order, step: (x * 2 if order == 3 else x) * step)
    ours = told_of(lambda: [f(1.0, n, n + 5) for n in range(20)])
    assert [("step" in one, "order" in one) for one in ours] == [(True, False), (False, True)]
    assert [f(1.0, n, n + 5) for n in range(20)] == [(2.0 if n == 3 else 1.0) * (n + 5) for n in range(20)]


def test_where_the_warning_is_an_error_nothing_is_settled():
    f = compile(lambda x, step: x * step)
    for step in range(8):
        f(1.0, step)
    for _ in range(2):
        with pytest.raises(CapturedConstantWarning, match="step"):
            f(1.0, 8)
    f.clear()
    assert f(1.0, 8) == 8.0


def test_columns_have_static_arguments():
    f = compile(lambda x, order: x * 100 if order == 2 else x, columns=True)
    x = numpy.array([1.0, 2.0])
    assert [f(x, order).tolist() for order in (1, 2, 1)] == [[1.0, 2.0], [100.0, 200.0], [1.0, 2.0]]
    assert f.value_and_grad(x, 2)[1].tolist() == [100.0, 100.0]
    assert f.value_and_grad(3, 2) == (300.0, 100.0)


def test_check_calls_the_function_as_a_person_does():
    f = compile(lambda x, n: x * 2 if isinstance(n, numpy.integer) else x * 3)
    with pytest.warns(CapturedConstantWarning, match="looks at the type of n"):
        assert f(1.0, numpy.int64(2)) == 3.0  # a number of NumPy's is a number to the program
    with pytest.raises(ProgramMismatchError, match=r"the value is .*3.* compiled and .*2.* eagerly"):
        f.check(1.0, numpy.int64(2))
    labels = numpy.array([0, 1])
    g = compile(lambda x, labels, w: (x[labels] * w).sum())
    g.check(numpy.array([3.0, 4.0]), labels, Tensor([1.0, 2.0]))
    assert labels.tolist() == [0, 1]


def test_integers_and_truths_that_a_function_returns_beside_its_numbers_are_what_they_are():
    def function(x, n):
        return 2 * x, n + 1, n == 3, x.shape, numpy.int8(n), [len(x) > 1]

    f = compile(function)
    for n in (3, 2**53, 3):
        given = numpy.ones(2), n if n < 100 else 7
        assert repr(f(*given)) == repr(function(*given))
    leaf = Tensor([1.0, 2.0])
    assert f(leaf, 3)[1:] == (4, True, (2,), 3, [True])
    assert [type(one) for one in f(leaf, 3)[1:3]] == [int, bool]
    assert compile(lambda x, n: (x, n + 1))(1.0, 2**53) == (1.0, 2**53 + 1)
