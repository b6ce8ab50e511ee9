"""What a program keeps from outside its arguments is listed, and warned about."""

import copy
import functools
import pickle

import numpy
import pytest

from autograd import CapturedConstantWarning, Tensor, compile, gradients, prod, repeat, take_along_axis, where
from nn import MLP, softmax_cross_entropy

TABLE = numpy.array([0.5, -1.5, 2.5])


def test_an_array_around_the_function_is_named():
    targets = numpy.array([1.0, 0.0, 1.0])
    f = compile(lambda x: ((x - targets) ** 2).sum())
    with pytest.warns(CapturedConstantWarning, match=r"uses targets of shape \(3,\), float64"):
        f(numpy.ones(3))
    (constant,) = f.constants
    assert (constant.name, constant.data.tolist()) == ("targets", [1.0, 0.0, 1.0])
    assert not constant.data.flags.writeable
    f(numpy.ones(3))  # no second warning


def test_globals_defaults_and_partial_arguments_are_found():
    with pytest.warns(CapturedConstantWarning, match="TABLE"):
        compile(lambda x: (x * TABLE).sum())(numpy.ones(3))

    def function(x, table=numpy.array([3.0, 1.0])):  # noqa: B008  # a default is what is tested
        return (x * table).sum()

    with pytest.warns(CapturedConstantWarning, match="a default"):
        compile(function)(numpy.ones(2))
    with pytest.warns(CapturedConstantWarning, match="shape"):
        compile(functools.partial(lambda y, x: (x * y).sum(), numpy.array([2.0, 5.0])))(numpy.ones(2))


def test_numbers_drawn_inside_are_told_of():
    def noisy(x):
        return (x * numpy.random.default_rng(0).normal(size=3)).sum()

    with pytest.warns(CapturedConstantWarning, match="an array of shape"):
        compile(noisy)(numpy.ones(3))


def test_a_constant_node_and_labels_are_told_of():
    y = Tensor([1.0, 2.0], requires_grad=False, label="y")
    with pytest.warns(CapturedConstantWarning, match="y of shape"):
        compile(lambda x: (x * y).sum())(numpy.ones(2))
    labels = numpy.array([0, 1, 1])
    model = MLP((2, 2), rng=0)
    with pytest.warns(CapturedConstantWarning, match="labels of shape"):
        compile(lambda x: softmax_cross_entropy(model(x), labels))(numpy.ones((3, 2)))


def test_what_is_made_of_shapes_alone_is_no_news():
    model = MLP((2, 3), rng=0)
    compile(lambda x, labels: softmax_cross_entropy(model(x), labels))(numpy.ones((4, 2)), numpy.array([0, 1, 2, 0]))
    compile(lambda x: (x * numpy.ones(3) + numpy.eye(3)).sum())(numpy.ones((3, 3)))
    compile(lambda x: repeat(x, 2).sum() + prod(x))(numpy.ones(3))
    compile(lambda x, i: take_along_axis(x, i, 1).sum())(numpy.ones((2, 3)), numpy.zeros((2, 1), int))
    compile(lambda x: (x[[2, 0]] * numpy.array([0.25, 4.0]) + x[[2, 1, 0, 2]][:2]).sum())(numpy.ones(3))
    f = compile(lambda x: x * 2.5 + numpy.float64(0.1))
    f(1.0)
    assert f.constants == []


LOOKS = {
    "data": lambda x: x * x.data,
    "item": lambda x: x * x.item(),
    "float": lambda x: x * float(x),
    "int": lambda x: x * int(x),
    "a rounded number": lambda x: x * round(float(x), 2),
    "a format": lambda x: x * len(f"{x:.2f}"),
    "repr": lambda x: x * len(repr(x)),
    "str": lambda x: x * len(str(x)),
    "text of a list": lambda x: x * len(str([x])),
    "a compiled gradient": lambda x: x * compile(lambda y: y * y).value_and_grad(x)[1],
    "a compiled backward": lambda x: x * compile(lambda y: y * y).backward([x][0]),
}
OF_VALUES = {
    "a comparison": lambda x: x if x > 0 else -x,
    "a comparison from the other side": lambda x: x if x >= 0 else -x,
    "a comparison with NumPy's number": lambda x: x if numpy.float64(0) < x else -x,
    "Python's max": lambda x: max(x, x * 2),
    "round": lambda x: x * round(x, 2),
}
OF_TENSORS = {
    "a truth": lambda x: x if (x > 0) else -x,
    "a list": lambda x: x * x.tolist(),
    "NumPy's array": lambda x: x * numpy.asarray(x),
    "membership": lambda x: x if 0.5 in x else -x,
    "equality of arrays": lambda x: x if numpy.array_equal(x, 0.5) else -x,
    "NumPy's text": lambda x: x * len(numpy.array2string(x) + numpy.array_repr(x) + numpy.array_str(x)),
}
COPIES = {
    "copy": lambda x: x * copy.copy(x),
    "deepcopy": lambda x: x * copy.deepcopy(x),
    "deepcopy of a list": lambda x: x * copy.deepcopy([x])[0],
    "pickle": lambda x: x * pickle.loads(pickle.dumps(x)),
}


@pytest.mark.parametrize("look", [*LOOKS.values(), *OF_VALUES.values()], ids=[*LOOKS, *OF_VALUES])
def test_a_look_at_a_number_is_told_of(look):
    f = compile(look)
    with pytest.warns(CapturedConstantWarning, match=r"looks at the number of (x|a result) .*test_constants"):
        f(0.5)
    f(0.7)  # told once
    f.value_and_grad(0.5)


@pytest.mark.parametrize("look", [*LOOKS.values(), *OF_TENSORS.values()], ids=[*LOOKS, *OF_TENSORS])
def test_a_look_at_an_array_is_told_of(look):
    with pytest.warns(CapturedConstantWarning, match="looks at the number of (x|a result) "):
        compile(look)(numpy.array(0.5))


@pytest.mark.parametrize("number", [0.5, numpy.array(0.5)], ids=["a number", "an array"])
@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_a_copy_is_a_look(copied, number):
    with pytest.warns(CapturedConstantWarning, match="looks at the number of x "):
        compile(copied)(number)


def test_a_compiled_gradient_inside_looks_at_the_parameters_of_a_module():
    model = MLP((2, 1), rng=0)
    inner = compile(lambda model, x: model(x).sum())
    x = numpy.ones((1, 2))
    outer = compile(lambda model, y: inner.value_and_grad(model, x)[0] * y)
    with pytest.warns(CapturedConstantWarning, match="looks at the number of weight "):
        outer(model, 2.0)


@pytest.mark.parametrize(
    "numbers", [(2.0, 3.0), (numpy.array([1.0, 2.0]), numpy.array([3.0, -1.0]))], ids=["numbers", "arrays"]
)
def test_gradients_inside_a_function_are_computed_anew_and_are_constants_of_its_graph(numbers):
    def function(x):
        return x * gradients(sum_of(x**3), x)

    first, second = numbers
    f = compile(lambda x: sum_of(function(x)))
    for x in (first, second):
        value, gradient = f.value_and_grad(x)
        assert value == numpy.sum(3 * x**3)
        numpy.testing.assert_array_equal(gradient, 3 * x**2)
    f.check(second)


def sum_of(x):
    return x.sum() if isinstance(x, Tensor) else x


def test_looks_at_results_and_parameters_are_told_of_with_their_names():
    w = Tensor([1.0, 2.0], label="w")

    def function(x):
        y = x * w
        return y.sum() * float(y.data.max()) + float(w.data.sum())

    with pytest.warns(CapturedConstantWarning, match=r"the number of y .*; the number of w "):
        compile(function)(numpy.ones(2))


def test_what_is_no_look_at_a_number():
    constant = Tensor([1.0, 2.0], requires_grad=False)

    def function(x):
        assert x.shape == (2,) and x.ndim == 1 and x.dtype == float and len(x) == 2
        assert numpy.shape(x) == (2,) and numpy.result_type(x, "f").char == "d"
        return (where(x > 0, x, -x) * float(constant.data[0])).sum()

    f = compile(function)
    assert f(numpy.array([1.0, -2.0])) == 3.0
    x = Tensor([1.0, 2.0])
    assert (x * x.data).data.tolist() == [1.0, 4.0]  # and an eager run is asked nothing


def test_a_sweep_inside_a_function_is_told_of():
    def function(x):
        (x * x).backward()
        return x * x.grad

    with pytest.warns(CapturedConstantWarning, match="looks at the number of"):
        compile(function)(3.0)


def test_where_the_warning_is_an_error_every_call_is_refused():
    f = compile(lambda x: x if x.data > 0 else -x)
    for _ in range(2):
        with pytest.raises(CapturedConstantWarning):
            f(1.0)
    assert f.programs == []


def test_a_compiled_function_inside_another_is_its_code():
    inner = compile(lambda t: where(t > 0, t * t + 1, -t))
    outer = compile(lambda x: (inner(x) * x).sum())
    value, gradient = outer.value_and_grad(numpy.array([3.0, -2.0]))
    assert (value, gradient.tolist()) == (26.0, [28.0, 4.0])
    outer.check(numpy.array([3.0, -2.0]))
    outer.check(numpy.array([-3.0, 2.0]))
    assert compile(lambda x: compile(lambda t: t * t + 1)(x) * x)(3.0) == 30.0
