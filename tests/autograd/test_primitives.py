"""An operation of one's own: a function and its rule, recorded, differentiated, compiled, drawn and refused by name."""

import copy
import math
import pickle

import numpy
import pytest

from autograd import (
    GraphError,
    Tensor,
    Value,
    compile,
    grad,
    gradcheck,
    hessian,
    jacobian,
    operations,
    primitive,
    value_and_grad,
)


@primitive(lambda upstream, out, x: upstream / (1 + abs(x)) ** 2)
def softsign(x):
    return x / (1 + abs(x))


@primitive(lambda upstream, out, x, n: upstream * n * x ** (n - 1))
def whole_power(x, n=2):
    return x**n


@primitive(
    lambda upstream, out, a, b: upstream * numpy.cos(a) * b,
    lambda upstream, out, a, b: upstream * numpy.sin(a),
)
def sine_times(a, b):
    return numpy.sin(a) * b


@primitive(every=lambda slot, upstream, out, *xs: 2 * upstream * xs[slot])
def sum_of_squares(*xs):
    return sum(x * x for x in xs)


@primitive(lambda upstream, out, x: upstream[0] * 2 * x + upstream[1] * out[1], outputs=2)
def square_and_exp(x):
    return x**2, numpy.exp(x)


@primitive(lambda upstream, out, x: upstream * 2 * len(x) * numpy.real(numpy.fft.ifft(numpy.fft.fft(x))))
def spectrum(x):
    """The energy in all frequencies: by Parseval's theorem the length times Σx²."""
    return numpy.sum(numpy.abs(numpy.fft.fft(x)) ** 2)


ARRAY = numpy.array([[0.5, -2.0], [3.0, 0.25]])

# name: the operation as a function of one operand, and the same written in rows of the table
SAME = {
    "one operand": (softsign, lambda x: x / (1 + abs(x))),
    "a parameter by its default": (whole_power, lambda x: x**2),
    "a parameter by position": (lambda x: whole_power(x, 3), lambda x: x**3),
    "a parameter by name": (lambda x: whole_power(x, n=4), lambda x: x**4),
    "two operands": (lambda x: sine_times(x, x * 2), lambda x: numpy.sin(x) * x * 2),
    "an operand that is a number": (lambda x: sine_times(0.5, x), lambda x: math.sin(0.5) * x),
    "operands by name": (lambda x: sine_times(b=x, a=0.5), lambda x: math.sin(0.5) * x),
    "any number of operands": (lambda x: sum_of_squares(x, 2 * x, 1.5), lambda x: x * x + 4 * x * x + 2.25),
    "inside others": (lambda x: softsign(whole_power(softsign(x))) * x, lambda x: _softsign(_softsign(x) ** 2) * x),
}


def _softsign(x):
    return x / (1 + abs(x))


@pytest.mark.parametrize("name", SAME)
def test_its_derivatives_are_those_of_the_same_written_in_rows(name):
    own, rows = SAME[name]
    for x in (0.75, -1.25):
        assert own(x) == pytest.approx(rows(x))
        assert value_and_grad(own)(x) == pytest.approx(value_and_grad(rows)(x))
        assert grad(grad(own))(x) == pytest.approx(grad(grad(rows))(x))

    def summed(function):
        return lambda x: numpy.sum(function(x) * x)

    numpy.testing.assert_allclose(grad(summed(own))(ARRAY), grad(summed(rows))(ARRAY))
    numpy.testing.assert_allclose(hessian(summed(own))(ARRAY), hessian(summed(rows))(ARRAY))


@pytest.mark.parametrize("name", SAME)
def test_compiled_it_is_as_eager(name):
    own, _ = SAME[name]
    compiled = compile(own)
    assert compiled.value_and_grad(0.75) == pytest.approx(value_and_grad(own)(0.75))
    for dtype in ("float64", "float32"):
        array = ARRAY.astype(dtype)
        value, gradient = compile(lambda x: numpy.sum(own(x))).value_and_grad(array)
        expected, expected_gradient = value_and_grad(lambda x: numpy.sum(own(x)))(array)
        assert gradient.dtype == expected_gradient.dtype
        numpy.testing.assert_allclose(value, expected, rtol=1e-5)
        numpy.testing.assert_allclose(gradient, expected_gradient, rtol=1e-5)


def test_a_value_backward_and_a_tensor_backward():
    v, t = Value(3.0), Tensor([3.0, -1.0])
    softsign(v).backward()
    softsign(t).sum().backward()
    assert v.grad == 0.0625
    assert t.grad.tolist() == [0.0625, 0.25]


def test_an_array_of_a_number_is_a_tensor():
    repeated = primitive(lambda upstream, out, x: upstream.sum())(lambda x: numpy.full(3, x))
    x = Value(2.0)
    (repeated(x) * numpy.array([1.0, 2.0, 3.0])).sum().backward()
    assert x.grad == 6.0


def test_a_number_widens_no_array():
    assert sine_times(0.5, Tensor(ARRAY.astype("float32"))).dtype == numpy.float32


def test_broadcast_operands_get_the_sum():
    a, b = Tensor([[1.0], [2.0]]), Tensor([3.0, 4.0, 5.0])
    sine_times(a, b).sum().backward()
    numpy.testing.assert_allclose(a.grad, numpy.cos(a.data) * 12)
    numpy.testing.assert_allclose(b.grad, numpy.full(3, numpy.sin(1.0) + numpy.sin(2.0)))


def test_several_outputs():
    t = Tensor(ARRAY)
    square, exponential = square_and_exp(t)
    assert square.shape == exponential.shape == t.shape
    (square.sum() + 3 * exponential.sum()).backward()
    numpy.testing.assert_allclose(t.grad, 2 * ARRAY + 3 * numpy.exp(ARRAY))

    def both(x):
        square, exponential = square_and_exp(x)
        return square.sum() * exponential.sum()

    assert gradcheck(both, t)
    numpy.testing.assert_allclose(compile(both).value_and_grad(ARRAY)[1], grad(both)(ARRAY))
    numpy.testing.assert_allclose(
        hessian(both)(ARRAY), hessian(lambda x: (x**2).sum() * numpy.exp(x).sum())(ARRAY), rtol=1e-12
    )
    one = grad(lambda x: square_and_exp(x)[1])(0.5)
    assert one == pytest.approx(math.exp(0.5))


def test_a_rule_that_only_numpy_can_run_serves_the_first_order():
    x = numpy.array([2.0, 1.0, 0.5])
    numpy.testing.assert_allclose(grad(spectrum)(x), 2 * 3 * x)
    with pytest.raises(GraphError, match=r"numpy\.fft"):
        jacobian(grad(spectrum))(x)
    with pytest.raises(GraphError, match="spectrum is not written in operations that a program has"):
        compile(spectrum)(x)


def test_a_name_of_the_table_is_taken_by_the_table_alone():
    @primitive(lambda upstream, out, x: upstream * 7)
    def relu(x):
        return x * 7

    function = compile(lambda x: relu(x) + numpy.maximum(operations()["relu"](x), 0))
    assert function.value_and_grad(1.0) == (8.0, 8.0)
    assert function.value_and_grad(-1.0) == (-7.0, 7.0)


def test_a_graph_with_one_is_copied_and_pickled():
    x = Value(3.0)
    for again in (copy.deepcopy(softsign(x)), pickle.loads(pickle.dumps(softsign(x)))):
        again.backward()
        assert again.operands[0].grad == 0.0625
    array = pickle.loads(pickle.dumps(whole_power(Tensor([2.0]), n=3)))
    array.sum().backward()
    assert array.operands[0].grad.tolist() == [12.0]


MISUSED = {
    "no rule": (lambda: primitive()(abs), "a rule for each operand"),
    "a rule that is no function": (lambda: primitive(3), "a rule is a function"),
    "without brackets": (lambda: primitive(_softsign)(3.0), "decorates a function"),
    "a rule of another length": (lambda: primitive(lambda up, x: up)(lambda x: x), r"called with \(upstream, out, x\)"),
    "a rule that knows no parameter": (lambda: primitive(lambda u, o, x: u)(lambda x, n=2: x), "n="),
    "more rules than operands": (lambda: primitive(abs, abs)(lambda x: x), "2 rules"),
    "any number of operands and one rule": (lambda: primitive(abs)(lambda *xs: xs), "every=rule"),
    "keywords": (lambda: primitive(every=abs)(lambda *xs, **more: xs), "name each parameter"),
    "outputs that is no number": (lambda: primitive(abs, outputs="two"), "outputs"),
    "too many arguments": (lambda: softsign(1.0, 2.0), "softsign: too many"),
    "a node for a parameter": (lambda: whole_power(1.0, n=Value(2.0)), "no gradient flows to n"),
    "a function without return": (lambda: primitive(abs_rule)(lambda x: None)(Value(1.0)), "return missing"),
    "a rule without return": (
        lambda: primitive(lambda u, o, x: None, name="f")(lambda x: x * 2)(Tensor([1.0])).sum().backward(),
        "f: its rule for operand 0 returned None",
    ),
    "two outputs unsaid": (lambda: primitive(abs_rule)(lambda x: (x, x))(Tensor([1.0])), "outputs="),
    "one output for two": (lambda: primitive(abs_rule, outputs=2)(lambda x: x)(Tensor([1.0])), "tuple of 2"),
    "a gradient of another shape": (
        lambda: primitive(lambda u, o, x: numpy.ones(3))(lambda x: x * 2)(Tensor([1.0, 2.0])).sum().backward(),
        r"shape \(3,\)",
    ),
    "an array for the gradient of a number": (
        lambda: primitive(lambda u, o, x: numpy.ones(3))(lambda x: x)(Value(1.0)),
        r"shape \(3,\)",
    ),
    "a rule with plain numbers, differentiated": (
        lambda: grad(grad(primitive(lambda u, o, x: u * math.cos(getattr(x, "data", x)))(math.sin)))(1.0),
        "plain numbers",
    ),
    "a function that looks at numbers, compiled": (
        lambda: compile(primitive(abs_rule, name="f")(lambda x: x if (x > 0).all() else -x))(ARRAY),
        "without looking at numbers",
    ),
}


def abs_rule(upstream, out, x):
    return upstream


@pytest.mark.parametrize("name", MISUSED)
def test_what_does_not_fit_is_refused_in_a_sentence(name):
    misuse, words = MISUSED[name]
    with pytest.raises(GraphError, match=words):
        misuse()


def test_a_function_that_writes_into_its_operand_is_refused_before_it_does():
    def added(x):
        x += 5
        return x

    t = Tensor([1.0, 2.0])
    with pytest.raises(GraphError, match="read-only"):
        primitive(abs_rule, name="added")(added)(t)
    assert t.data.tolist() == [1.0, 2.0]

    def rule(upstream, out, x):
        x *= 0
        return upstream

    with pytest.raises(ValueError, match="read-only"):
        primitive(rule)(lambda x: 2 * x)(t).sum().backward()
    assert t.data.tolist() == [1.0, 2.0] and t.grad is None


@primitive(lambda upstream, out, x, sign: upstream * numpy.copysign(1.0, sign))
def turned(x, sign):
    return x * numpy.copysign(1.0, sign)


@primitive(lambda upstream, out, x, scale: upstream * scale)
def scaled_by(x, scale):
    return x * scale


ROOM = numpy.zeros(2)


@primitive(lambda upstream, out, x: upstream * out)
def exp_in_its_room(x):
    return numpy.exp(x, out=ROOM)


def test_parameters_that_are_equal_and_not_the_same_have_rows_of_their_own():
    assert [turned(Value(3.0), sign).data for sign in (0.0, -0.0, 0, 0.0)] == [3.0, -3.0, 3.0, 3.0]
    assert [grad(turned)(3.0, sign) for sign in (0.0, -0.0)] == [1.0, -1.0]


@pytest.mark.parametrize("container", [lambda array: array, lambda array: (array,)])
def test_what_is_written_into_a_parameter_afterwards_changes_no_gradient(container):
    scale, x = numpy.array([1.0, 2.0]), Tensor([1.0, 1.0])

    @primitive(lambda upstream, out, x, scale: upstream * numpy.reshape(scale, 2))
    def scaled(x, scale):
        return x * numpy.reshape(scale, 2)

    y = scaled(x, container(scale)).sum()
    scale *= 5
    y.backward()
    assert x.grad.tolist() == [1.0, 2.0]


def test_a_function_may_return_the_room_that_it_computes_in():
    x = Tensor([0.0, 1.0])
    first, second = exp_in_its_room(x), exp_in_its_room(2 * x)
    (first + second).sum().backward()
    assert numpy.array_equal(first.data, numpy.exp([0.0, 1.0]))
    assert numpy.allclose(x.grad, numpy.exp([0.0, 1.0]) + 2 * numpy.exp([0.0, 2.0]))
