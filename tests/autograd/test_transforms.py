"""Transforms: against closed forms and finite differences; what they take, hand out, keep and refuse.

Over random functions, beside PyTorch: test_transforms_of_random_functions.py; networks: test_transforms_of_networks.py.
"""

import functools
import gc
import inspect
import itertools
import math
import threading
import weakref
from collections import OrderedDict, namedtuple
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Any

import numpy
import pytest

import autograd
from autograd import (
    AnomalyError,
    ArgumentError,
    DataTypeError,
    GraphError,
    ShapeError,
    StaleGraphError,
    Tensor,
    Value,
    argmax,
    compile,
    detect_anomaly,
    grad,
    gradients,
    hessian,
    hessian_vector_product,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    modes,
    no_grad,
    scope,
    stop_gradient,
    tanh,
    value_and_grad,
    vjp,
)
from autograd.structure import flatten
from autograd.sweep import topological_order
from nn import MLP

KINDS = pytest.mark.parametrize("kind", [Value, Tensor])

# The derivative of a function of one number, by each transform.
DERIVATIVES = {
    "grad": lambda f: grad(f),
    "value_and_grad": lambda f: lambda x: value_and_grad(f)(x)[1],
    "vjp": lambda f: lambda x: vjp(f, x)[1](1.0)[0],
    "jvp": lambda f: lambda x: jvp(f, (x,), (1.0,))[1],
    "jacobian": lambda f: jacobian(f),
}
DERIVATIVE = pytest.mark.parametrize("derivative", DERIVATIVES.values(), ids=DERIVATIVES)

# Everything that a transform hands out for a function of one argument that returns a single number.
RESULTS = {
    **{name: lambda f, x, by=by: by(f)(x) for name, by in DERIVATIVES.items()},
    "value_and_grad": lambda f, x: value_and_grad(f)(x),
    "vjp": lambda f, x: (vjp(f, x)[0], vjp(f, x)[1](1.0)),
    "jvp": lambda f, x: jvp(f, (x,), (x,)),
    "hessian": lambda f, x: hessian(f)(x),
    "hessian_vector_product": lambda f, x: hessian_vector_product(f)(x, x),
}
EACH_TRANSFORM = pytest.mark.parametrize("results_of", RESULTS.values(), ids=RESULTS)

Layer = namedtuple("Layer", ["weight", "bias"])


def same(found, expected) -> None:
    """Equal structures of equal numbers or arrays, of the same types, shapes and dtypes."""
    assert type(found) is type(expected)
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        for key, item in expected.items():
            same(found[key], item)
    elif isinstance(expected, list | tuple):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            same(one, other)
    elif isinstance(expected, numpy.ndarray):
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
        numpy.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-15)
    else:
        assert found == pytest.approx(expected, rel=1e-13) if isinstance(expected, float) else found == expected


def leaves_of(structure) -> list:
    return flatten(structure)[0]


def plain(results) -> list:
    """The numbers and arrays in a structure of them or of nodes."""
    return [leaf.data if isinstance(leaf, autograd.Node) else leaf for leaf in leaves_of(results)]


def numeric_jacobian(function, x, step=1e-5):
    """By central differences, for a function from arrays to arrays."""
    columns = []
    for element in numpy.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[element] += step
        below[element] -= step
        columns.append((numpy.asarray(function(above)) - numpy.asarray(function(below))) / (2 * step))
    return numpy.stack(columns, axis=-1).reshape(*columns[0].shape, *x.shape)


class TestClosedForms:
    @DERIVATIVE
    @pytest.mark.parametrize("kind", [float, numpy.float64, numpy.array, Value, Tensor])
    @pytest.mark.parametrize(
        ("function", "expected"),
        [
            (lambda x: x**3, lambda x: 3 * x**2),
            (lambda x: 1 / x, lambda x: -1 / x**2),
            (lambda x: autograd.sin(x) * x, lambda x: math.cos(x) * x + math.sin(x)),
            (lambda x: autograd.exp(-x * x), lambda x: -2 * x * math.exp(-x * x)),
            (lambda x: 2**x + x, lambda x: math.log(2) * 2**x + 1),
            (lambda x: x if x > 0 else -x, lambda x: 1.0),
        ],
    )
    def test_the_derivative_of_a_function_of_one_number(self, derivative, kind, function, expected) -> None:
        found = derivative(function)(kind(0.7))
        assert float(found) == pytest.approx(expected(0.7), rel=1e-13)

    def test_value_and_grad_has_the_value_first(self) -> None:
        assert value_and_grad(lambda x: x * x)(3.0) == (9.0, 6.0)

    def test_a_pullback_is_the_transposed_jacobian_times_a_vector(self) -> None:
        matrix = numpy.arange(6.0).reshape(2, 3)
        value, pullback = vjp(lambda x: matrix @ x, numpy.array([1.0, 2.0, 3.0]))
        same(value, numpy.array([8.0, 26.0]))
        same(pullback(numpy.array([1.0, 10.0])), (matrix.T @ [1.0, 10.0],))

    def test_a_pullback_can_be_asked_again(self) -> None:
        _, pullback = vjp(lambda x, y: x * y, 2.0, 3.0)
        assert [pullback(1.0), pullback(10.0), pullback(1.0)] == [(3.0, 2.0), (30.0, 20.0), (3.0, 2.0)]

    def test_a_pushforward_is_the_jacobian_times_a_vector(self) -> None:
        matrix = numpy.arange(6.0).reshape(2, 3)
        value, moved = jvp(lambda x: matrix @ x, (numpy.ones(3),), (numpy.array([1.0, 10.0, 100.0]),))
        same(value, matrix @ numpy.ones(3))
        same(moved, matrix @ [1.0, 10.0, 100.0])

    def test_a_jacobian_has_the_output_s_axes_before_the_argument_s(self) -> None:
        x = numpy.arange(6.0).reshape(2, 3)
        found = jacobian(lambda x: x.T * 2)(x)
        assert found.shape == (3, 2, 2, 3)
        for i, j, k, l in numpy.ndindex(found.shape):
            assert found[i, j, k, l] == (2.0 if (i, j) == (l, k) else 0.0)

    def test_a_jacobian_by_or_of_a_single_number_has_no_axis_for_it(self) -> None:
        same(jacobian(lambda x: x * numpy.array([1.0, 2.0]))(3.0), numpy.array([1.0, 2.0]))
        same(jacobian(lambda x: (x * x).sum())(numpy.array([1.0, 2.0])), numpy.array([2.0, 4.0]))
        same(jacobian(lambda x: x * x)(3.0), 6.0)

    def test_the_hessian_of_a_quadratic_form_is_its_symmetric_matrix(self) -> None:
        matrix = numpy.random.default_rng(0).normal(size=(3, 3))
        same(hessian(lambda x: x @ matrix @ x)(numpy.ones(3)), matrix + matrix.T)
        same(hessian(lambda x: x**3)(2.0), 12.0)

    def test_the_hessian_by_a_matrix_has_its_axes_twice(self) -> None:
        x = numpy.arange(1.0, 5.0).reshape(2, 2)
        found = hessian(lambda x: (x**3).sum())(x)
        expected = numpy.zeros((2, 2, 2, 2))
        for i, j in numpy.ndindex(2, 2):
            expected[i, j, i, j] = 6 * x[i, j]
        same(found, expected)

    def test_a_hessian_vector_product_is_the_hessian_times_the_vector(self) -> None:
        x, v = numpy.array([1.0, 2.0]), numpy.array([3.0, -1.0])

        def function(x):
            return (x[0] * x[1]) ** 2 + autograd.sin(x[0])

        same(hessian_vector_product(function)(x, v), hessian(function)(x) @ v)

    @DERIVATIVE
    def test_the_second_third_and_fourth_derivative(self, derivative) -> None:
        for function, expected in [
            (lambda x: x**5, [5 * 0.7**4, 20 * 0.7**3, 60 * 0.7**2, 120 * 0.7]),
            (autograd.sin, [math.cos(0.7), -math.sin(0.7), -math.cos(0.7), math.sin(0.7)]),
            (lambda x: autograd.exp(2 * x), [2**n * math.exp(1.4) for n in (1, 2, 3, 4)]),
            (autograd.log, [1 / 0.7, -1 / 0.7**2, 2 / 0.7**3, -6 / 0.7**4]),
        ]:
            for order in expected:
                function = derivative(function)
                for kind in (float, numpy.array):
                    assert function(kind(0.7)) == pytest.approx(order, rel=1e-12)

    def test_the_third_derivatives_of_a_cubic_form_are_its_symmetric_tensor(self) -> None:
        tensor = numpy.random.default_rng(1).normal(size=(2, 2, 2))

        def cubic(x):
            return sum(tensor[i, j, k] * x[i] * x[j] * x[k] for i, j, k in numpy.ndindex(tensor.shape))

        x, expected = (
            numpy.array([0.3, -0.4]),
            sum(tensor.transpose(order) for order in itertools.permutations(range(3))),
        )
        for function in (jacobian(hessian(cubic)), jacobian(jacobian(jacobian(cubic)))):
            numpy.testing.assert_allclose(function(x), expected, rtol=1e-12)
        for function in (hessian(lambda x: grad(cubic)(x)[0]), jacobian(lambda x: hessian(cubic)(x)[0])):
            numpy.testing.assert_allclose(function(x), expected[0], rtol=1e-12)

    @DERIVATIVE
    @pytest.mark.parametrize("second", DERIVATIVES.values(), ids=DERIVATIVES)
    def test_any_derivative_of_any_derivative(self, derivative, second) -> None:
        found = second(derivative(lambda x: tanh(x) * x))(0.7)
        t = math.tanh(0.7)
        assert found == pytest.approx(2 * (1 - t * t) - 2 * t * (1 - t * t) * 0.7, rel=1e-12)
        assert type(found) is float


class TestArguments:
    @pytest.mark.parametrize(
        ("x", "expected"),
        [
            (3.0, 6.0),
            (3, 6.0),
            (numpy.float64(3.0), 6.0),
            (numpy.float32(3.0), 6.0),
            (numpy.int64(3), 6.0),
            (numpy.array(3.0), numpy.array(6.0)),
            (numpy.array(3.0, numpy.float32), numpy.array(6.0, numpy.float32)),
            (numpy.array([1.0, 2.0]), numpy.array([2.0, 4.0])),
            (numpy.array([1, 2]), numpy.array([2.0, 4.0])),
            (numpy.array([1.5, 2.0], numpy.float32), numpy.array([3.0, 4.0], numpy.float32)),
            (numpy.zeros(0), numpy.zeros(0)),
            (numpy.zeros((2, 0, 3), numpy.float32), numpy.zeros((2, 0, 3), numpy.float32)),
            (numpy.arange(6.0).reshape(2, 3).T, 2 * numpy.arange(6.0).reshape(2, 3).T),
            (numpy.broadcast_to(numpy.array([1.0, 2.0]), (3, 2)), numpy.array([[2.0, 4.0]] * 3)),
        ],
    )
    def test_of_any_kind_get_a_gradient_of_that_kind(self, x, expected) -> None:
        def squares(x):
            assert isinstance(x, autograd.Node)
            return autograd.sum(x * x) if isinstance(x, Tensor) else x * x

        found = grad(squares)(x)
        same(found, expected)
        same(value_and_grad(squares)(x)[1], expected)
        same(vjp(squares, x)[1](1.0), (expected,))
        same(jacobian(squares)(x), expected)
        moved = jvp(squares, (x,), (x,))[1]
        assert type(moved) is (float if isinstance(expected, float) else expected.dtype.type)
        assert moved == numpy.sum(numpy.asarray(x, float) * expected)
        product = hessian_vector_product(squares)(x, expected)
        same(product, 2 * expected if isinstance(expected, float) else numpy.asarray(2 * expected))

    @pytest.mark.parametrize("shape", [(), (3,), (0,), (2, 0), (2, 2)])
    @pytest.mark.parametrize("dtype", [numpy.float32, numpy.float64])
    def test_of_any_shape_and_dtype_have_jacobians_and_hessians_of_that_shape_twice_and_that_dtype(
        self, shape, dtype
    ) -> None:
        x = numpy.full(shape, 0.5, dtype)
        diagonal = numpy.diag(numpy.full(x.size, 1.0)).reshape(shape + shape).astype(dtype)
        same(jacobian(lambda x: x * x)(x), diagonal)
        same(hessian(lambda x: (x**3).sum())(x), 3 * diagonal if shape else numpy.asarray(3 * diagonal))
        for found in (jacobian(lambda x: x * x)(Tensor(x)), hessian(lambda x: (x**3).sum() / 3)(Tensor(x))):
            assert type(found) is Tensor
            same(found.data, diagonal)

    def test_may_be_nested_and_their_derivatives_are_nested_alike(self) -> None:
        argument = {
            "layers": [Layer(numpy.array([[1.0, 2.0]]), 3.0), (None, [numpy.array([4.0])])],
            "rate": OrderedDict(b=5, a=numpy.float32(6)),
        }

        def function(p):
            assert type(p["layers"][0]) is Layer
            assert type(p["rate"]) is OrderedDict
            assert p["layers"][1][0] is None
            total = (p["layers"][0].weight ** 2).sum() + p["layers"][0].bias ** 2
            return total + (p["layers"][1][1][0] ** 2).sum() + p["rate"]["b"] ** 2 + p["rate"]["a"] ** 2

        expected = {
            "layers": [Layer(numpy.array([[2.0, 4.0]]), 6.0), (None, [numpy.array([8.0])])],
            "rate": OrderedDict(b=10.0, a=12.0),
        }
        same(grad(function)(argument), expected)
        same(vjp(function, argument)[1](1.0)[0], expected)
        same(jacobian(function)(argument), expected)
        same(hessian_vector_product(function)(argument, argument), expected)
        assert jvp(function, (argument,), (argument,))[1] == 2 * 91.0

    @pytest.mark.parametrize("nothing", [None, [], {}, {"a": (None, ())}])
    def test_that_hold_no_number_have_derivatives_that_hold_none(self, nothing) -> None:
        assert grad(lambda x: 3.0)(nothing) == nothing
        assert hessian(lambda x: 3.0)(nothing) == nothing
        assert vjp(lambda x: 3.0, nothing)[1](1.0) == (nothing,)
        assert jvp(lambda x: 3.0, (nothing,), (nothing,)) == (3.0, 0.0)

    def test_a_node_in_two_places_is_two_arguments(self) -> None:
        x = Value(3.0)
        assert [one.data for one in grad(lambda p: p[0] ** 2 * p[1])([x, x])] == [18.0, 9.0]
        first, second = vjp(lambda a, b: a * a * b, x, x)[1](1.0)
        assert (first.data, second.data) == (18.0, 9.0)

    def test_that_are_numbers_meet_arrays_in_the_function(self) -> None:
        x, y = numpy.array([0.0, 1.0, 2.0]), numpy.array([1.0, 2.0, 5.0])

        def loss(line, x, y):
            return ((x * line["slope"] + line["intercept"] - y) ** 2).mean()

        errors = 3.0 * x + 0.5 - y
        line = {"slope": 3.0, "intercept": 0.5}
        same(grad(loss)(line, x, y), {"slope": 2 * float((errors * x).mean()), "intercept": 2 * float(errors.mean())})
        same(hessian(loss)(line, x, y)["slope"], {"slope": 2 * float((x * x).mean()), "intercept": 2 * float(x.mean())})
        same(grad(lambda x, rate: (x * rate).sum(), 1)(x, 0.1), 3.0)
        same(jacobian(lambda t: t * x)(2.0), x)

    def test_chosen_by_argnums(self) -> None:
        def function(x, y, z):
            return x * y**2 * z**3

        x, y, z = 2.0, 3.0, 5.0
        by = (y**2 * z**3, 2 * x * y * z**3, 3 * x * y**2 * z**2)
        for argnums, expected in [
            (0, by[0]),
            (1, by[1]),
            (-1, by[2]),
            (-3, by[0]),
            (numpy.int64(1), by[1]),
            ((0,), (by[0],)),
            ((0, 2), (by[0], by[2])),
            ((2, 0), (by[2], by[0])),
            ([1, -1], (by[1], by[2])),
            (range(3), by),
            ((), ()),
        ]:
            same(grad(function, argnums)(x, y, z), expected)
            same(value_and_grad(function, argnums)(x, y, z), (function(x, y, z), expected))
            same(jacobian(function, argnums)(x, y, z), expected)

    def test_chosen_by_argnums_have_second_derivatives_in_a_tuple_of_tuples(self) -> None:
        def function(x, y):
            return x**2 * y**3

        x, y = 2.0, 3.0
        mixed = 6 * x * y**2
        same(hessian(function, 1)(x, y), 6 * x**2 * y)
        same(hessian(function, (0, 1))(x, y), ((2 * y**3, mixed), (mixed, 6 * x**2 * y)))
        same(hessian(function, (-1, 0))(x, y), ((6 * x**2 * y, mixed), (mixed, 2 * y**3)))
        product = hessian_vector_product(function, (0, 1))(x, y, (1.0, 10.0))
        same(product, (2 * y**3 + 10 * mixed, mixed + 60 * x**2 * y))
        same(hessian_vector_product(function, -1)(x, y, 10.0), 60 * x**2 * y)

    def test_not_chosen_are_given_on_as_they_are(self) -> None:
        sentinel, array, node = object(), numpy.ones(2), Value(1.0)

        def function(x, *others, flag, again):
            assert others == (sentinel, "text")
            assert flag is array
            assert again is sentinel
            return x * flag.sum()

        assert grad(function)(3.0, sentinel, "text", flag=array, again=sentinel) == 2.0
        seen = []
        grad(lambda x, y: seen.append(y) or x)(1.0, node)
        assert seen[0] is node

    def test_by_keyword_are_constants(self) -> None:
        def function(x, power=2, *, scale=1.0):
            return scale * x**power

        assert grad(function)(3.0, scale=10.0) == 60.0
        assert grad(function)(3.0, power=3) == 27.0
        assert value_and_grad(function)(3.0, scale=10.0) == (90.0, 60.0)
        assert jacobian(function)(3.0, scale=10.0) == 60.0
        assert hessian(function)(3.0, scale=10.0) == 20.0
        assert hessian_vector_product(function)(3.0, 2.0, scale=10.0) == 40.0

    def test_of_functions_without_any(self) -> None:
        value, pullback = vjp(lambda: 3.0)
        assert (value, pullback(1.0)) == (3.0, ())
        assert jvp(lambda: 3.0, (), ()) == (3.0, 0.0)
        assert grad(lambda: 3.0, ())() == ()

    def test_a_structure_that_the_function_changes_is_not_the_caller_s(self) -> None:
        argument = {"a": [1.0, 2.0]}

        def function(p):
            p["b"] = 7.0
            return p["a"].pop() * p["a"].pop()

        assert grad(function)(argument) == {"a": [2.0, 1.0]}
        assert argument == {"a": [1.0, 2.0]}

    def test_a_constant_node_is_differentiated_by_when_it_is_chosen(self) -> None:
        for x in (Value(3.0, requires_grad=False), Tensor(3.0, requires_grad=False), Tensor([3], requires_grad=False)):
            assert grad(lambda x: x * x)(x).item() == 6.0
            assert not x.requires_grad


class TestOutputs:
    def test_nested_ones_have_derivatives_nested_alike(self) -> None:
        def function(x, p):
            return {"first": [x * p["a"], None], "second": Layer(p["b"], (p["a"] ** 2,))}

        p = {"a": numpy.array([1.0, 2.0]), "b": 3.0}
        value, pullback = vjp(function, 5.0, p)
        same(value, {"first": [numpy.array([5.0, 10.0]), None], "second": Layer(3.0, (numpy.array([1.0, 4.0]),))})
        upstream = {"first": [numpy.array([1.0, 10.0]), None], "second": Layer(7.0, (numpy.array([0.0, 1.0]),))}
        same(pullback(upstream), (21.0, {"a": numpy.array([5.0, 54.0]), "b": 7.0}))

        _, moved = jvp(function, (5.0, p), (1.0, {"a": numpy.array([0.0, 1.0]), "b": 2.0}))
        same(moved, {"first": [numpy.array([1.0, 7.0]), None], "second": Layer(2.0, (numpy.array([0.0, 4.0]),))})

        found = jacobian(function, (0, 1))(5.0, p)
        eye, zeros = numpy.eye(2), numpy.zeros(2)
        expected = {
            "first": [(numpy.array([1.0, 2.0]), {"a": 5 * eye, "b": zeros}), None],
            "second": Layer(
                (0.0, {"a": zeros, "b": 1.0}),
                ((zeros, {"a": numpy.diag([2.0, 4.0]), "b": zeros}),),
            ),
        }
        same(found, expected)

    def test_a_hessian_has_the_argument_s_nesting_twice(self) -> None:
        found = hessian(lambda p: (p["w"] ** 2).sum() * p["b"])({"w": numpy.array([1.0, 2.0]), "b": 3.0})
        expected = {
            "w": {"w": 6 * numpy.eye(2), "b": numpy.array([2.0, 4.0])},
            "b": {"w": numpy.array([2.0, 4.0]), "b": 0.0},
        }
        same(found, expected)

    def test_that_do_not_depend_on_an_argument_have_zeros(self) -> None:
        x, y = numpy.ones(2, numpy.float32), 3.0
        same(grad(lambda x, y: y * y, (0, 1))(x, y), (numpy.zeros(2, numpy.float32), 6.0))
        same(vjp(lambda x, y: y * y, x, y)[1](2.0), (numpy.zeros(2, numpy.float32), 12.0))
        same(jvp(lambda x, y: y * y, (x, y), (x, 0.0)), (9.0, 0.0))
        same(jvp(lambda x, y: (x, y), (x, y), (x, 5.0))[1], (x, 5.0))
        same(jacobian(lambda x, y: (y, x))(x, y), (numpy.zeros(2, numpy.float32), numpy.eye(2, dtype=numpy.float32)))
        same(hessian(lambda x, y: y * y)(x, y), numpy.zeros((2, 2), numpy.float32))
        same(hessian_vector_product(lambda x, y: y * y)(x, y, x), numpy.zeros(2, numpy.float32))

    @pytest.mark.parametrize(
        "constant", [3.0, 3, numpy.float32(3), numpy.array(3.0), Value(3.0), Tensor(3.0), Tensor(3, False)]
    )
    @pytest.mark.parametrize("x", [2.0, numpy.array([1.0, 2.0])])
    def test_that_are_constants_have_derivative_zero(self, constant, x) -> None:
        zero = 0.0 if isinstance(x, float) else numpy.zeros(2)
        value, found = value_and_grad(lambda x: constant)(x)
        assert value == (constant.data if isinstance(constant, autograd.Node) else constant)
        assert not isinstance(value, autograd.Node)
        same(found, zero)
        same(vjp(lambda x: constant, x)[1](1.0), (zero,))
        assert jvp(lambda x: constant, (x,), (x,))[1] == 0.0
        same(jacobian(lambda x: constant)(x), zero)
        same(hessian(lambda x: constant)(x), 0.0 if isinstance(x, float) else numpy.zeros((2, 2)))

    def test_an_array_that_is_constant_has_zeros_of_its_shape(self) -> None:
        constant = numpy.ones((2, 3))
        same(jacobian(lambda x: constant)(numpy.ones(4)), numpy.zeros((2, 3, 4)))
        same(vjp(lambda x: constant, 2.0)[1](constant), (0.0,))
        value, moved = jvp(lambda x: constant, (2.0,), (1.0,))
        same((value, moved), (constant, numpy.zeros((2, 3))))

    def test_booleans_and_integers_among_them_have_derivative_zero(self) -> None:
        x = numpy.array([-1.0, 2.0])

        def function(x):
            return x * 2, x > 0, autograd.argmax(x)

        value, moved = jvp(function, (x,), (x,))
        same(value, (2 * x, numpy.array([False, True]), numpy.int64(1)))
        same(moved[0], 2 * x)
        assert not numpy.any(moved[1])
        assert moved[2] == 0
        same(vjp(function, x)[1]((numpy.ones(2), numpy.ones(2), 1.0)), (numpy.array([2.0, 2.0]),))
        same(jacobian(function)(x), (2 * numpy.eye(2), numpy.zeros((2, 2)), numpy.zeros(2)))

    @pytest.mark.parametrize("x", [3.0, numpy.array([1.0, 2.0]), {"a": 1.0, "b": [numpy.ones(2), None]}])
    def test_the_argument_returned_as_it_is(self, x) -> None:
        value, pullback = vjp(lambda x: x, x)
        same(value, x)
        same(pullback(x), (x,))
        same(jvp(lambda x: x, (x,), (x,)), (x, x))
        if not isinstance(x, dict):
            same(jacobian(lambda x: x)(x), numpy.eye(2) if isinstance(x, numpy.ndarray) else 1.0)
        else:
            same(
                jacobian(lambda x: x)(x),
                {
                    "a": {"a": 1.0, "b": [numpy.zeros(2), None]},
                    "b": [{"a": numpy.zeros(2), "b": [numpy.eye(2), None]}, None],
                },
            )
        assert grad(lambda x: x)(3.0) == 1.0

    @KINDS
    def test_one_node_in_several_places_gets_every_upstream_gradient(self, kind) -> None:
        def function(x):
            y = x * x
            return y, [y, x], x

        for x in (3.0, kind(3.0)):
            value, pullback = vjp(function, x)
            assert plain(value) == [9.0, 9.0, 3.0, 3.0]
            assert plain(pullback((1.0, [10.0, 100.0], 1000.0))) == [66.0 + 1100.0]
            assert plain(jvp(function, (x,), (1.0,))[1]) == [6.0, 6.0, 1.0, 1.0]
            assert plain(jacobian(function)(x)) == [6.0, 6.0, 1.0, 1.0]

    def test_an_output_may_be_computed_from_another(self) -> None:
        def function(x):
            y = x * x
            return y, y * y

        assert vjp(function, 3.0)[1]((1.0, 1.0)) == (6.0 + 4 * 27.0,)
        assert jvp(function, (3.0,), (1.0,))[1] == (6.0, 108.0)
        assert jacobian(function)(3.0) == (6.0, 108.0)

    @pytest.mark.parametrize("shape", [(1,), (1, 1)])
    def test_an_array_of_one_number_has_a_gradient(self, shape) -> None:
        value, found = value_and_grad(lambda x: (x * x).reshape(shape))(numpy.array(3.0))
        same((value, found), (numpy.full(shape, 9.0), numpy.array(6.0)))
        same(hessian(lambda x: (x * x).reshape(shape))(numpy.array(3.0)), numpy.array(2.0))

    def test_upstream_gradients_and_tangents_may_be_integers_lists_in_tuples_and_dicts_in_any_order(self) -> None:
        def function(p):
            return {"a": p["x"] * 2, "b": (p["x"] * 3, p["y"])}

        p = {"x": 1.0, "y": 1.0}
        _, pullback = vjp(function, p)
        same(pullback({"a": 1, "b": (10, 7)}), ({"x": 32.0, "y": 7.0},))
        same(pullback({"b": [10, 7], "a": 1}), ({"x": 32.0, "y": 7.0},))
        tangents = {"y": 5, "x": 1}
        same(jvp(function, [p], [tangents])[1], {"a": 2.0, "b": (3.0, 5.0)})
        same(hessian_vector_product(lambda p: p["x"] ** 2 * p["y"])(p, tangents), {"x": 2.0 + 10.0, "y": 2.0})


class TestPerturbationConfusion:
    @DERIVATIVE
    @pytest.mark.parametrize("inner", DERIVATIVES.values(), ids=DERIVATIVES)
    @pytest.mark.parametrize("kind", [float, numpy.array, Value, Tensor])
    def test_an_inner_derivative_does_not_see_the_outer_variable_move(self, derivative, inner, kind) -> None:
        assert float(derivative(lambda x: x * inner(lambda y: x + y)(x))(kind(3.0))) == 1.0
        assert float(derivative(lambda x: inner(lambda y: x * y * y)(x))(kind(3.0))) == 4 * 3.0

    @DERIVATIVE
    @pytest.mark.parametrize("inner", DERIVATIVES.values(), ids=DERIVATIVES)
    def test_an_inner_derivative_at_a_plain_number_is_a_function_of_the_outer_variable(self, derivative, inner) -> None:
        assert derivative(lambda x: x * inner(lambda y: x * y * y)(5.0))(3.0) == 2 * 3.0 * 10.0
        assert derivative(lambda x: inner(lambda y: x * y)(5.0))(numpy.array(3.0)) == 1.0
        assert derivative(lambda x: inner(lambda y: y * y)(5.0))(3.0) == 0.0

    def test_three_levels_of_closures(self) -> None:
        # f(x) = x · d/dy (y · d/dz (x y z) at z = y) at y = x = x · d/dy (x y²) = 2 x³
        def function(x):
            return x * grad(lambda y: y * grad(lambda z: x * y * z)(y))(x)

        assert function(2.0) == 16.0
        assert grad(function)(2.0) == 24.0
        assert grad(grad(function))(2.0) == 24.0

    def test_the_outer_variable_in_arrays_and_structures(self) -> None:
        def inner_gradient(x):
            return grad(lambda p: (p["w"] * x).sum() ** 2)({"w": numpy.array([1.0, 2.0])})["w"]

        x = numpy.array([3.0, 5.0])  # 2 (w·x) x
        same(jacobian(inner_gradient)(x), 2 * numpy.outer(x, [1.0, 2.0]) + 2 * 13.0 * numpy.eye(2))

    def test_a_hessian_inside_a_gradient(self) -> None:
        def function(x):
            return hessian(lambda w: (w**3 * x).sum())(numpy.array([1.0, 2.0]))[1, 1]

        assert grad(function)(5.0) == 12.0

    def test_unrolled_gradient_descent_is_differentiated_by_its_learning_rate(self) -> None:
        def final_loss(rate, steps=5):
            w = 1.0
            for _ in range(steps):
                w = w - rate * grad(lambda w: w * w)(w)
            return w * w

        rate, shrunk = 0.1, 0.8
        assert final_loss(rate) == pytest.approx(shrunk**10)
        assert grad(final_loss)(rate) == pytest.approx(-20 * shrunk**9, rel=1e-12)


class TestPlainAndNodes:
    @EACH_TRANSFORM
    @pytest.mark.parametrize("x", [3.0, numpy.array(3.0), numpy.array(3.0, numpy.float32)])
    def test_plain_arguments_give_plain_results(self, results_of, x) -> None:
        for leaf in leaves_of(results_of(lambda x: x**3, x)):
            assert isinstance(leaf, float | numpy.ndarray | numpy.floating)

    @EACH_TRANSFORM
    @KINDS
    def test_nodes_give_nodes_that_can_be_differentiated_again(self, results_of, kind) -> None:
        x = kind(3.0)
        plain_results = leaves_of(results_of(lambda x: x**4, 3.0))
        for position, expected in enumerate(plain_results):
            x.zero_grad()
            found = leaves_of(results_of(lambda x: x**4, x))[position]
            assert type(found) is kind
            assert found.item() == expected
            found.backward()
            numeric = [leaves_of(results_of(lambda x: x**4, 3.0 + step))[position] for step in (1e-5, -1e-5)]
            assert float(x.grad) == pytest.approx((numeric[0] - numeric[1]) / 2e-5, rel=1e-6)

    def test_one_node_among_the_arguments_is_enough(self) -> None:
        node = Value(3.0)
        for found in (
            grad(lambda x, y: x * y * y)(2.0, node),
            grad(lambda x, *, y: x * y * y)(2.0, y=node),
            grad(lambda x, p: x * p["y"][0] ** 2)(2.0, {"y": [node]}),
            jacobian(lambda x, y: x * y * y)(2.0, node),
            vjp(lambda x, y: x * y * y, 2.0, node)[1](1.0)[0],
            jvp(lambda x, y: x * y * y, (2.0, node), (1.0, 0.0))[1],
        ):
            assert found.data == 9.0
            assert gradients(found, node).data == 6.0

    def test_an_upstream_gradient_or_a_tangent_that_is_a_node_is_enough_for_the_derivative(self) -> None:
        for kind, x in ((Value, 3.0), (Tensor, numpy.array([3.0])), (Value, numpy.array(3.0))):
            node = kind(10.0) if numpy.ndim(x) == 0 else kind([10.0])
            (pulled,) = vjp(lambda x: x * x, x)[1](node)
            assert pulled.item() == 60.0
            assert gradients(pulled, node).item() == 6.0
            value, pushed = jvp(lambda x: x * x, (x,), (node,))
            assert value == 9.0
            assert pushed.item() == 60.0
            assert gradients(pushed, node).item() == 6.0
        upstream = Value(10.0)
        (pulled,) = vjp(lambda x: x.sum(), numpy.ones(2))[1](upstream)
        assert pulled.data.tolist() == [10.0, 10.0]
        assert gradients(pulled.sum(), upstream).data == 2.0

    def test_a_node_that_is_closed_over_is_a_constant_among_plain_arguments(self) -> None:
        w = Tensor([1.0, 2.0])
        same(grad(lambda x: (w * x).sum())(numpy.ones(2)), numpy.array([1.0, 2.0]))
        assert w.grad is None

    @EACH_TRANSFORM
    @KINDS
    def test_no_grad_of_any_node_is_touched(self, results_of, kind) -> None:
        w = kind(2.0)
        trunk = w * w
        trunk.backward()
        x = kind(3.0)
        (x * 1.0).backward()
        before = [node.grad for node in (w, trunk, x)]
        for argument in (x, x * 1.0, 3.0):
            results_of(lambda x: x * trunk * w, argument)
            assert all(node.grad is kept for node, kept in zip((w, trunk, x), before, strict=True))

    def test_a_module_s_parameters_are_closed_over(self) -> None:
        model = MLP((2, 3, 1), activation="tanh", rng=0)
        x = numpy.array([0.3, -0.5])
        found = grad(lambda x: model(x).sum())(x)
        numpy.testing.assert_allclose(
            found, numeric_jacobian(lambda x: model(x).sum().item(), x), rtol=1e-8, atol=1e-10
        )
        assert all(parameter.grad is None for parameter in model.parameters())

        def penalty(state=None):
            if state is not None:
                model.load_state_dict(state)
            slope = grad(lambda x: model(x).sum())(Tensor(x))
            return (slope * slope).sum()

        penalty().backward()
        state = model.state_dict()
        for name, parameter in model.named_parameters():
            if name == "layers.1.bias":
                assert parameter.grad is None or not parameter.grad.any()
                continue
            numeric = numeric_jacobian(lambda array, name=name: penalty({**state, name: array}).item(), state[name])
            numpy.testing.assert_allclose(parameter.grad, numeric, rtol=1e-7, atol=1e-9)
        model.load_state_dict(state)


class TestUnderNoGrad:
    @EACH_TRANSFORM
    def test_outside_a_plain_call_is_as_ever(self, results_of) -> None:
        expected = results_of(lambda x: x**4, 3.0)
        with no_grad():
            assert results_of(lambda x: x**4, 3.0) == expected
            assert not modes.current_mode().recording

    @EACH_TRANSFORM
    @KINDS
    def test_outside_a_call_with_nodes_gives_constants(self, results_of, kind) -> None:
        x = kind(3.0)
        with no_grad():
            found = leaves_of(results_of(lambda x: x**4, x))
        for leaf, expected in zip(found, leaves_of(results_of(lambda x: x**4, 3.0)), strict=True):
            assert type(leaf) is kind
            assert leaf.item() == expected
            assert not leaf.requires_grad
            assert leaf.op is None

    def test_outside_nested_transforms_see_everything(self) -> None:
        with no_grad():
            assert grad(lambda x: x * grad(lambda y: x * y * y)(x))(3.0) == 6 * 9.0
            assert grad(grad(lambda x: x**3))(2.0) == 12.0

    def test_inside_what_is_computed_is_a_constant(self) -> None:
        def function(x):
            with no_grad():
                held = x * x
            return held * x

        assert grad(function)(3.0) == 9.0
        assert jvp(function, (3.0,), (1.0,)) == (27.0, 9.0)

        @no_grad()
        def nothing(x):
            return x * x

        assert value_and_grad(nothing)(3.0) == (9.0, 0.0)
        assert jacobian(nothing)(numpy.ones(2)).tolist() == [[0.0, 0.0], [0.0, 0.0]]

    def test_inside_an_inner_derivative_is_a_number_like_any_other(self) -> None:
        def function(x):
            with no_grad():
                slope = grad(lambda y: y * y)(x)
            assert not slope.requires_grad
            return slope * x

        assert grad(function)(3.0) == 6.0

    def test_a_pullback_may_be_called_inside_or_outside(self) -> None:
        x = Value(3.0)
        with no_grad():
            value, inside = vjp(lambda x: x**3, x)
            assert not inside(1.0)[0].requires_grad
        assert not value.requires_grad
        assert inside(1.0)[0].data == 27.0
        assert gradients(inside(1.0)[0], x).data == 18.0
        _, outside = vjp(lambda x: x**3, x)
        with no_grad():
            assert (outside(1.0)[0].data, outside(1.0)[0].requires_grad) == (27.0, False)


class TestMemory:
    FUNCTIONS = MappingProxyType(
        {
            "the argument": lambda a, b: [a, a],
            "views": lambda a, b: [a.T, a.reshape(-1), a[0], a],
            "a sum that hands one gradient to both": lambda a, b: a + b,
            "sums that hand out views": lambda a, b: [a.sum() + b.sum(), a.sum(axis=0)],
            "broadcast": lambda a, b: autograd.broadcast_to(a, (2, *a.shape)) + b,
            "products": lambda a, b: {"p": a * b, "q": (tanh(a), b)},
            "nothing": lambda a, b: 3.0,
        }
    )

    @staticmethod
    def everything(function, a, b):
        value, pullback = vjp(function, a, b)
        pushed = jvp(function, (a, b), (a, b))
        return [value, pullback(value), pullback(value), pushed, jacobian(function, (0, 1))(a, b)]

    @pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
    def test_plain_results_are_writable_and_share_memory_with_nothing(self, function) -> None:
        a, b = numpy.arange(4.0).reshape(2, 2), numpy.ones((2, 2))
        seen = []

        def watched(a, b):
            result = function(a, b)
            seen.extend(node._data for node in leaves_of([a, b, result]) if isinstance(node, autograd.Node))
            return result

        results = [leaf for leaf in leaves_of(self.everything(watched, a, b)) if isinstance(leaf, numpy.ndarray)]
        for position, one in enumerate(results):
            assert one.flags.writeable
            assert not numpy.shares_memory(one, a)
            assert not numpy.shares_memory(one, b)
            assert not any(numpy.shares_memory(one, data) for data in seen)
            assert not any(numpy.shares_memory(one, other) for other in results[:position])

    @pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
    def test_arguments_are_never_written_to(self, function) -> None:
        a, b = numpy.arange(4.0).reshape(2, 2), numpy.ones((2, 2))
        a.flags.writeable = b.flags.writeable = False
        first = self.everything(function, a, b)
        assert a.tolist() == [[0.0, 1.0], [2.0, 3.0]]
        for leaf in leaves_of(first):
            if isinstance(leaf, numpy.ndarray):
                leaf += 100.0
        again = plain(self.everything(function, a, b))
        for changed, right in zip(leaves_of(first), again, strict=True):
            if isinstance(changed, numpy.ndarray):
                numpy.testing.assert_array_equal(changed, right + 100.0)

    def test_a_closed_over_array_that_is_returned_is_copied(self) -> None:
        array, tensor = numpy.ones(2), Tensor([1.0, 2.0])
        value, _ = vjp(lambda x: (array, tensor, x), 1.0)
        value[0][:] = value[1][:] = 7.0
        assert array.tolist() == [1.0, 1.0]
        assert tensor.data.tolist() == [1.0, 2.0]

    @pytest.fixture
    def no_garbage_collector(self) -> Iterator[None]:
        gc.disable()
        yield
        gc.enable()

    @EACH_TRANSFORM
    def test_what_was_recorded_goes_without_the_garbage_collector(self, results_of, no_garbage_collector) -> None:
        seen = []

        def function(x):
            y = x * x
            seen.append(weakref.ref(y))
            seen.append(weakref.ref(x))
            return y * x

        for x in (3.0, numpy.array(3.0), Value(3.0), Tensor(3.0)):
            results_of(function, x)
            assert seen
            assert not any(one() is not None for one in seen)
            seen.clear()


class TestWhatIsLeftBehind:
    @staticmethod
    def nothing_is_left() -> None:
        assert not modes.is_inside_transform()
        assert modes.current_mode() is modes.DEFAULT
        assert not modes.open_blocks
        assert type(grad(lambda x: x * x)(3.0)) is float

    @staticmethod
    def failing(x):
        with scope("inside"):
            raise ZeroDivisionError

    @EACH_TRANSFORM
    @pytest.mark.parametrize("x", [3.0, numpy.array(3.0), Value(3.0)])
    def test_nothing_when_the_function_raises(self, results_of, x) -> None:
        for function in (self.failing, lambda x: grad(self.failing)(x)):
            with pytest.raises(ZeroDivisionError):
                results_of(function, x)
            self.nothing_is_left()
            with no_grad():
                with pytest.raises(ZeroDivisionError):
                    results_of(function, x)
                assert not modes.current_mode().recording
            self.nothing_is_left()

    @EACH_TRANSFORM
    def test_nothing_when_a_rule_raises(self, results_of) -> None:
        def pullback(upstream, out, x):
            raise ZeroDivisionError

        broken = autograd.operation.structural("broken", "?", lambda x: x * 1.0, pullbacks=(pullback,))
        with pytest.raises(ZeroDivisionError):
            results_of(broken, numpy.array(3.0))
        self.nothing_is_left()

    def test_an_outer_transform_goes_on_after_an_inner_one_has_failed(self) -> None:
        def function(x):
            with pytest.raises(ZeroDivisionError):
                grad(self.failing)(x)
            return grad(lambda y: y * y * x)(5.0)

        assert grad(function)(3.0) == 10.0
        self.nothing_is_left()

    def test_a_pullback_that_refused_can_be_asked_again(self) -> None:
        _, pullback = vjp(lambda x: x * x, numpy.array([1.0, 2.0]))
        with pytest.raises(ShapeError):
            pullback(numpy.ones(3))
        same(pullback(numpy.ones(2)), (numpy.array([2.0, 4.0]),))

    def test_a_thread_is_not_inside_what_another_thread_differentiates(self) -> None:
        found = []

        def function(x):
            thread = threading.Thread(target=lambda: found.append(grad(lambda y: y * y)(3.0)))
            thread.start()
            thread.join()
            return x * grad(lambda y: x * y)(1.0)

        assert grad(function)(2.0) == 4.0
        assert found == [6.0]
        assert type(found[0]) is float

    def test_threads_give_the_same_bits_as_one(self) -> None:
        def work(seed):
            rng = numpy.random.default_rng(seed)
            w, x = rng.normal(size=(3, 3)), rng.normal(size=3)
            return hessian(lambda w: tanh(w @ tanh(w @ x)).sum())(w).tobytes()

        expected = [work(seed) for seed in range(8)]
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(work, range(8))) == expected


class TestInsideOtherBlocks:
    @EACH_TRANSFORM
    def test_scope_and_detect_anomaly_change_no_result(self, results_of) -> None:
        for x in (3.0, numpy.array(3.0)):
            expected = results_of(lambda x: tanh(x) * x, x)
            with scope("cost"), detect_anomaly():
                assert results_of(lambda x: tanh(x) * x, x) == expected

    @KINDS
    def test_what_is_recorded_in_a_scope_belongs_to_it(self, kind) -> None:
        with scope("cost"):
            value, slope = value_and_grad(lambda x: x * x * x)(kind(2.0))
        assert (value.scope.path, slope.scope.path) == ("cost", "cost")

    def test_the_first_number_that_is_not_finite_is_named(self) -> None:
        with detect_anomaly():
            with pytest.raises(AnomalyError, match="log gave -inf"):
                grad(autograd.log)(0.0)
            with pytest.raises(AnomalyError, match="sqrt passed inf"):
                grad(autograd.sqrt)(numpy.array(0.0))
            with pytest.raises(AnomalyError, match="sqrt passed inf"):
                hessian(lambda x: autograd.sqrt(x).sum())(numpy.array([1.0, 0.0]))
            with pytest.raises(AnomalyError, match="the gradient given"):
                vjp(lambda x: x * x, 1.0)[1](math.inf)
            assert not modes.is_inside_transform()
            assert grad(lambda x: x * x)(3.0) == 6.0
        TestWhatIsLeftBehind.nothing_is_left()

    def test_without_it_infinities_are_what_they_are_without_a_warning(self) -> None:
        assert grad(autograd.log)(0.0) == math.inf
        assert grad(autograd.sqrt)(numpy.array(0.0)) == math.inf
        same(jvp(autograd.sqrt, (numpy.array([0.0, 4.0]),), (numpy.ones(2),))[1], numpy.array([math.inf, 0.25]))


class TestEditsBetweenForwardAndPullback:
    def test_a_caller_s_array_may_be_written_into(self) -> None:
        x, w = numpy.array([1.0, 2.0]), numpy.array([3.0, 4.0])
        _, pullback = vjp(lambda x: x * x * w, x)
        x[:] = w[:] = 100.0
        same(pullback(numpy.ones(2)), (numpy.array([6.0, 16.0]),))

    @KINDS
    def test_an_argument_s_data_may_be_assigned(self, kind) -> None:
        x = kind(3.0)
        _, pullback = vjp(lambda x: x**3, x)
        x.data = 100.0
        assert pullback(1.0)[0].item() == 27.0
        x.data -= 1.0
        assert pullback(1.0)[0].item() == 27.0

    @pytest.mark.parametrize("x", [3.0, numpy.array(3.0), Value(3.0), Tensor(3.0)])
    @KINDS
    def test_a_closed_over_node_s_data_gives_the_recorded_gradient_or_is_refused(self, x, kind) -> None:
        w = kind(2.0, label="w")
        for edit in ("assign", "in place"):
            _, pullback = vjp(lambda x: x * x * w * w, x)
            if edit == "assign":
                w.data = 5.0
            else:
                w.data -= 0.5
            expected = 2 * 3.0 * (2.0 if edit == "assign" else 5.0) ** 2
            try:
                assert float(pullback(1.0)[0]) == expected
            except StaleGraphError as error:
                assert "multiply" in str(error)  # noqa: PT017  # either is right

    def test_a_closed_over_tensor_s_data_is_refused(self) -> None:
        w = Tensor([2.0], label="w")
        _, pullback = vjp(lambda x: x * w, numpy.array([3.0]))
        w.data = [5.0]
        with pytest.raises(StaleGraphError, match="the data of w was assigned after multiply had used it"):
            pullback(numpy.ones(1))

    def test_an_output_s_data_gives_the_recorded_gradient_or_is_refused(self) -> None:
        value, pullback = vjp(autograd.exp, Tensor([1.0]))
        value.data = [100.0]
        with pytest.raises(StaleGraphError, match="exp"):
            pullback(numpy.ones(1))


class TestWhatASweepLooksAt:
    def test_the_order_ends_before_what_ends_are_computed_from(self) -> None:
        x = Value(2.0)
        first = x * x
        second = first * 3.0
        output = second + first
        assert topological_order(output) == [first, second, output]
        assert topological_order(output, ends=frozenset([first])) == [second, output]
        assert topological_order(output, ends=frozenset([second])) == [first, output]
        assert topological_order(output, ends=frozenset([output])) == []

    @KINDS
    def test_what_an_argument_was_computed_from_is_not_looked_at(self, kind) -> None:
        x = kind(3.0)
        argument = x * x
        x.data = 100.0  # a sweep through x * x would refuse it
        slope = grad(lambda y: y * y)(argument)
        assert slope.item() == 18.0
        assert [one.item() for one in jvp(lambda y: y * y, (argument,), (1.0,))] == [81.0, 18.0]
        assert jacobian(lambda y: y * y)(argument).item() == 18.0
        assert vjp(lambda y: y * y, argument)[1](1.0)[0].item() == 18.0
        with pytest.raises(StaleGraphError):
            gradients(slope, x, create_graph=True)

    @pytest.mark.parametrize("x", [3.0, numpy.array(3.0), Tensor(3.0)])
    def test_no_rule_runs_for_what_is_closed_over(self, x) -> None:
        asked = []

        def by_first(upstream, out, a, b):
            asked.append("first")
            return upstream * b

        def by_second(upstream, out, a, b):
            asked.append("second")
            return upstream * a

        product = autograd.operation.structural("product", "·", lambda a, b: a * b, pullbacks=(by_first, by_second))
        w = Tensor(5.0)
        assert float(grad(lambda x: product(Tensor(1.0) * x, w))(x)) == 5.0
        assert asked == ["first"]
        assert [float(one) for one in jvp(lambda x: product(w, Tensor(1.0) * x), (x,), (1.0,))] == [15.0, 5.0]
        assert asked == ["first", "second"]

    def test_no_block_is_open_while_a_function_runs_so_that_fast_paths_are_taken(self) -> None:
        open_blocks = []
        grad(lambda x: open_blocks.append(len(modes.open_blocks)) or x * x)(3.0)
        assert open_blocks == [0]

    @pytest.mark.parametrize("kind", [float, numpy.array])
    def test_a_chain_of_10_000_operations_at_the_default_recursion_limit(self, kind) -> None:
        def chain(x):
            for _ in range(5_000):
                x = x * 1.0 + 1.0
            return x

        assert value_and_grad(chain)(kind(1.0)) == (5_001.0, 1.0)
        assert jvp(chain, (kind(1.0),), (2.0,)) == (5_001.0, 2.0)


class TestDescription:
    def loss(self, x, *, y=1.0):
        return x * y

    def test_a_derived_function_is_named_after_its_function_and_has_its_signature(self) -> None:
        for transform, name in [
            (grad, "gradient of loss"),
            (value_and_grad, "value and gradient of loss"),
            (jacobian, "Jacobian of loss"),
            (hessian, "Jacobian of gradient of loss"),
        ]:
            derived = transform(self.loss)
            assert (derived.__name__, derived.__qualname__) == (name, name)
            assert inspect.signature(derived) == inspect.signature(self.loss)
        product = hessian_vector_product(self.loss)
        assert product.__name__ == "Hessian-vector product of loss"
        assert inspect.signature(product) != inspect.signature(self.loss)

    def test_any_callable_will_do(self) -> None:
        class Square:
            def __call__(self, x):
                return x * x

        assert grad(Square())(3.0) == 6.0
        assert grad(functools.partial(lambda a, x: a * x * x, 2.0))(3.0) == 12.0
        assert grad(functools.partial(lambda x, a: a * x * x, a=2.0))(3.0) == 12.0
        assert grad(autograd.sin)(0.0) == 1.0
        assert grad(Square()).__name__ == "gradient of Square"


def squares(x):
    return x * x


class TestRefusals:
    @pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian, hessian, hessian_vector_product, vjp, jvp])
    def test_what_is_no_function(self, transform) -> None:
        arguments = {vjp: (1.0,), jvp: ((1.0,), (1.0,))}.get(transform, ())
        with pytest.raises(DataTypeError, match=rf"^{transform.__name__}: a function .* not float 3\.0"):
            transform(3.0, *arguments)

    @pytest.mark.parametrize(
        ("argument", "facts"),
        [
            ("text", ["argument 0:", "str 'text'", "one real number"]),
            (1j, ["argument 0:", "complex 1j"]),
            ({"w": [1.0, 1j]}, ["argument 0['w'][1]:", "complex 1j"]),
            ({"w": (1.0, {"x": numpy.array([1j])})}, ["argument 0['w'][1]['x']:", "complex128", "float32, float64"]),
            ([numpy.array([True])], ["argument 0[0]:", "booleans"]),
            ([1.0, numpy.array(["a"])], ["argument 0[1]:", "<U1"]),
            (numpy.ones(2, numpy.float16), ["argument 0:", "float16", ".astype(numpy.float64)"]),
            (numpy.ma.array([1.0, 2.0], mask=[0, 1]), ["argument 0:", "mask"]),
            ({1.0, 2.0}, ["argument 0:", "set", "lists, tuples and dicts"]),
            (Tensor([True], requires_grad=False), ["argument 0:", "booleans"]),
            (MLP((1, 1), rng=0), ["argument 0:", "MLP"]),
        ],
    )
    @pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian, hessian])
    def test_arguments_that_are_no_numbers_are_named_by_their_place(self, transform, argument, facts) -> None:
        with pytest.raises(DataTypeError) as caught:
            transform(lambda x: 1.0)(argument)
        message = str(caught.value)
        assert message.startswith(f"{transform.__name__}: ")
        assert all(fact in message for fact in facts), message
        assert isinstance(caught.value, TypeError)

    def test_the_place_counts_the_function_s_own_arguments(self) -> None:
        with pytest.raises(DataTypeError, match=r"grad: argument 2\[0\]: .*'no'"):
            grad(lambda a, b, c: a, (0, 2))(1.0, "fine", ["no"])
        with pytest.raises(DataTypeError, match=r"grad: argument 1\['w'\]: .*'no'"):
            grad(lambda a, b: a, -1)("fine", {"w": "no"})
        with pytest.raises(DataTypeError, match=r"vjp: argument 1: .*'no'"):
            vjp(lambda a, b: a, 1.0, "no")
        with pytest.raises(DataTypeError, match=r"jvp: argument 1: .*'no'"):
            jvp(lambda a, b: a, (1.0, "no"), (1.0, "no"))
        with pytest.raises(DataTypeError, match=r"hessian_vector_product: argument 0: .*'no'"):
            hessian_vector_product(squares)("no", 1.0)

    @pytest.mark.parametrize(
        ("argnums", "facts"),
        [
            (2, ["argnums=2", "squares", "1 argument "]),
            (-2, ["argnums=-2", "1 argument "]),
            ((0, 1), ["argnums=(0, 1)", "1 argument "]),
            ((0, 0), ["argnums=(0, 0)", "twice"]),
            ((0, -1), ["argnums=(0, -1)", "twice"]),
            (0.5, ["argnums", "0.5", "position"]),
            (None, ["argnums", "None", "position"]),
            ("0", ["argnums", "'0'", "position"]),
            ((0, "1"), ["argnums", "(0, '1')", "position"]),
        ],
    )
    @pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian, hessian])
    def test_argnums_that_name_no_argument(self, transform, argnums, facts) -> None:
        with pytest.raises(ArgumentError) as caught:
            transform(squares, argnums)(3.0)
        message = str(caught.value)
        assert message.startswith(f"{transform.__name__}: ")
        assert all(fact in message for fact in facts), message

    def test_an_argument_given_by_keyword_cannot_be_chosen(self) -> None:
        with pytest.raises(ArgumentError, match=r"argnums=0, but squares was called with 0 arguments \(by position\)"):
            grad(squares)(x=3.0)

    @pytest.mark.parametrize(
        ("returned", "facts"),
        [
            (lambda x: x * numpy.ones(3), ["shape (3,)", "single number", "jacobian", ".sum()"]),
            (lambda x: numpy.ones((2, 2)), ["shape (2, 2)"]),
            (lambda x: numpy.ones(0), ["shape (0,)"]),
            (lambda x: (x, x), ["a structure of 2 outputs"]),
            (lambda x: [x], ["a structure of 1 output,"]),
            (lambda x: {"loss": x}, ["a structure of 1 output,"]),
            (lambda x: None, ["nothing"]),
        ],
    )
    @pytest.mark.parametrize("transform", [grad, value_and_grad, hessian])
    def test_more_than_one_number_has_no_gradient(self, transform, returned, facts) -> None:
        with pytest.raises(ShapeError) as caught:
            transform(returned)(3.0)
        message = str(caught.value)
        assert message.startswith(f"{transform.__name__}: <lambda> returned ")
        assert all(fact in message for fact in facts), message
        with pytest.raises(ShapeError, match="hessian_vector_product: <lambda> returned"):
            hessian_vector_product(returned)(3.0, 1.0)

    @pytest.mark.parametrize(
        ("returned", "facts"),
        [
            ("text", ["the output of <lambda>", "str 'text'"]),
            (1j, ["the output of <lambda>", "complex"]),
            ([1.0, {"a": object()}], ["the output[1]['a'] of <lambda>", "object"]),
            ({2.0}, ["the output of <lambda>", "set"]),
            (numpy.array(["a"]), ["the output of <lambda>", "<U1"]),
            (numpy.array([None]), ["the output of <lambda>", "object"]),
        ],
    )
    def test_outputs_that_are_no_numbers_are_named_by_their_place(self, returned, facts) -> None:
        for name, call in [
            ("grad", lambda f: grad(f)(3.0)),
            ("jacobian", lambda f: jacobian(f)(3.0)),
            ("vjp", lambda f: vjp(f, 3.0)),
            ("jvp", lambda f: jvp(f, (3.0,), (1.0,))),
        ]:
            with pytest.raises(DataTypeError) as caught:
                call(lambda x: returned)
            message = str(caught.value)
            assert message.startswith(f"{name}: ")
            assert all(fact in message for fact in [*facts, "numbers, arrays or nodes"]), message

    @pytest.mark.parametrize(
        ("upstream", "error", "facts"),
        [
            (1.0, ArgumentError, ["the output,", "the output['a'], the output['b'][0]"]),
            (None, ArgumentError, ["given for none", "the output['a']"]),
            ({"a": 1.0}, ArgumentError, ["given for the output['a'],", "the output['b'][0]"]),
            ({"a": 1.0, "c": [1.0]}, ArgumentError, ["the output['c'][0]"]),
            ({"a": 1.0, "b": [1.0, 2.0]}, ArgumentError, ["the output['b'][1]"]),
            ({"a": numpy.ones(3), "b": [1.0]}, ShapeError, ["the output['a'] has shape (3,)", "shape (2,)"]),
            ({"a": 1.0, "b": [1.0]}, ShapeError, ["the output['a'] has shape ()", "shape (2,)"]),
            ({"a": numpy.ones(2), "b": [Tensor([1.0])]}, ShapeError, ["the output['b'][0] has shape (1,)", "shape ()"]),
            ({"a": numpy.ones(2), "b": ["x"]}, DataTypeError, ["the output['b'][0]", "str 'x'"]),
        ],
    )
    def test_upstream_gradients_that_do_not_fit_the_outputs(self, upstream, error, facts) -> None:
        _, pullback = vjp(lambda x: {"a": x * numpy.ones(2), "b": [x]}, 3.0)
        with pytest.raises(error) as caught:
            pullback(upstream)
        message = str(caught.value)
        assert message.startswith("vjp: ")
        assert "upstream gradient" in message
        assert all(fact in message for fact in facts), message

    @pytest.mark.parametrize(
        ("tangents", "error", "facts"),
        [
            (None, ArgumentError, ["tangents come in a tuple of 2", "None"]),
            (1.0, ArgumentError, ["tangents come in a tuple of 2", "float 1.0"]),
            ((1.0,), ArgumentError, ["tangents come in a tuple of 2", "a tuple of 1"]),
            ((1.0, 1.0), ArgumentError, ["given for argument 0, argument 1,", "argument 1['w'][0]"]),
            ((1.0, {"w": [None]}), ArgumentError, ["given for argument 0,", "argument 1['w'][0]"]),
            ((1.0, {"w": [numpy.ones(3)]}), ShapeError, ["argument 1['w'][0] has shape (3,)", "has shape (2,)"]),
            ((numpy.ones(2), {"w": [numpy.ones(2)]}), ShapeError, ["argument 0 has shape (2,)", "has shape ()"]),
            (("x", {"w": [numpy.ones(2)]}), DataTypeError, ["the tangent for argument 0", "str 'x'"]),
        ],
    )
    def test_tangents_that_do_not_fit_the_arguments(self, tangents, error, facts) -> None:
        for function in (lambda x, p: x * p["w"][0], lambda x, p: 3.0):  # also where nothing depends on them
            with pytest.raises(error) as caught:
                jvp(function, (3.0, {"w": [numpy.ones(2)]}), tangents)
            message = str(caught.value)
            assert message.startswith("jvp: ")
            assert all(fact in message for fact in facts), message

    @pytest.mark.parametrize("arguments", [3.0, None, numpy.ones(2), Tensor([1.0]), {"x": 1.0}])
    def test_arguments_of_jvp_that_are_in_no_tuple(self, arguments) -> None:
        with pytest.raises(
            DataTypeError, match=rf"jvp: the arguments come in a tuple, not as {type(arguments).__name__}"
        ):
            jvp(squares, arguments, arguments)

    @pytest.mark.parametrize(
        ("arguments", "error", "facts"),
        [
            ((), ArgumentError, ["the vector comes after", "<lambda>", "0 arguments given"]),
            (({"w": 1.0},), ArgumentError, ["the vector comes after", "1 argument given"]),
            (({"w": 1.0}, 1.0), ArgumentError, ["given for argument 0,", "argument 0['w']"]),
            (({"w": 1.0}, {"w": numpy.ones(2)}), ShapeError, ["the vector for argument 0['w'] has shape (2,)"]),
            (({"w": 1.0}, {"w": "x"}), DataTypeError, ["the vector for argument 0['w']", "str 'x'"]),
        ],
    )
    def test_vectors_that_do_not_fit_the_argument(self, arguments, error, facts) -> None:
        with pytest.raises(error) as caught:
            hessian_vector_product(lambda p: p["w"] ** 2)(*arguments)
        message = str(caught.value)
        assert message.startswith("hessian_vector_product: ")
        assert all(fact in message for fact in facts), message

    def test_a_vector_for_several_arguments_comes_in_a_tuple(self) -> None:
        product = hessian_vector_product(lambda x, y: x * y, (0, 1))
        assert product(2.0, 3.0, (1.0, 10.0)) == (10.0, 1.0)
        with pytest.raises(ArgumentError, match=r"vectors come in a tuple of 2, not as float 1\.0"):
            product(2.0, 3.0, 1.0)

    def test_every_refusal_is_one_of_the_family(self) -> None:
        for call in (
            lambda: grad(3.0),
            lambda: grad(squares, 5)(1.0),
            lambda: grad(squares)(numpy.ones(2)),
            lambda: grad(squares)("text"),
            lambda: vjp(squares, 1.0)[1]([1.0]),
            lambda: jvp(squares, 1.0, 1.0),
        ):
            with pytest.raises(GraphError):
                call()


@pytest.mark.parametrize("f", [lambda x: x > 0.5, argmax, lambda x: [x > 0.5, x < 2]])
@pytest.mark.parametrize(
    "transform",
    [
        lambda f, x: jacobian(f)(x),
        lambda f, x: vjp(f, x),
        lambda f, x: jvp(f, (x,), (x,)),
    ],
    ids=["jacobian", "vjp", "jvp"],
)
def test_what_tells_truths_or_places_has_no_derivative(f, transform):
    with pytest.raises(DataTypeError, match="which has no derivative"):
        transform(f, numpy.array([1.0, 2.0]))


def test_beside_what_has_a_derivative_a_place_is_given():
    value, pullback = vjp(lambda x: (x * x, argmax(x)), numpy.array([1.0, 2.0]))
    assert value[1] == 1
    assert pullback((numpy.ones(2), 1.0))[0].tolist() == [2.0, 4.0]


class TestAux:
    """What a function returns beside the number that is differentiated."""

    @staticmethod
    def loss(w: Any, x: Any) -> Any:
        outputs = x @ w
        return (outputs * outputs).sum(), {"outputs": outputs, "epoch": 3, "name": "first", "none": None}

    W = numpy.array([1.0, -2.0])
    X = numpy.array([[1.0, 0.5], [2.0, 3.0]])

    def check(self, aux: Any) -> None:
        assert type(aux["outputs"]) is numpy.ndarray
        assert numpy.array_equal(aux["outputs"], self.X @ self.W)
        assert {**aux, "outputs": 0} == {"outputs": 0, "epoch": 3, "name": "first", "none": None}

    def test_it_comes_out_plain_beside_the_derivatives(self) -> None:
        plain = grad(lambda w, x: self.loss(w, x)[0])(self.W, self.X)
        found, aux = grad(self.loss, has_aux=True)(self.W, self.X)
        assert numpy.array_equal(found, plain)
        self.check(aux)
        (value, aux), found = value_and_grad(self.loss, has_aux=True)(self.W, self.X)
        assert value == ((self.X @ self.W) ** 2).sum() and numpy.array_equal(found, plain)
        self.check(aux)
        found, aux = jacobian(self.loss, has_aux=True)(self.W, self.X)
        assert numpy.array_equal(found, plain)
        self.check(aux)
        value, pullback, aux = vjp(self.loss, self.W, self.X, has_aux=True)
        assert numpy.array_equal(pullback(1.0)[0], plain)
        self.check(aux)

    def test_inside_another_transform_it_is_differentiated_as_what_it_is(self) -> None:
        def outer(x: Any) -> Any:
            slope, square = grad(lambda x: (x**3, x**2), has_aux=True)(x)
            return slope + 10 * square

        assert grad(outer)(2.0) == 6 * 2.0 + 20 * 2.0
        (aux,) = grad(lambda x: (x**3, [x**2]), has_aux=True)(Value(2.0))[1]
        assert isinstance(aux, Value) and aux.data == 4.0

    def test_it_is_compiled(self) -> None:
        def step(w: Any, x: Any) -> Any:
            slope, aux = grad(self.loss, has_aux=True)(w, x)
            return w - 0.1 * slope, aux["outputs"]

        for found, expected in zip(compile(step)(self.W, self.X), step(self.W, self.X), strict=True):
            numpy.testing.assert_allclose(found, expected)

    @pytest.mark.parametrize("returned", [3.0, (1.0, 2.0, 3.0), [1.0, 2.0]])
    def test_a_function_that_returns_no_pair_is_told(self, returned: Any) -> None:
        for transform in (grad, value_and_grad, jacobian):
            with pytest.raises(DataTypeError, match=r"with has_aux=True the function returns a pair, \(output, aux\)"):
                transform(lambda x: returned, has_aux=True)(2.0)
        with pytest.raises(DataTypeError, match="returns a pair"):
            vjp(lambda x: returned, 2.0, has_aux=True)

    @pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian])
    def test_has_aux_is_true_or_false(self, transform: Any) -> None:
        with pytest.raises(ArgumentError, match="has_aux is True or False, not str 'yes'"):
            transform(self.loss, has_aux="yes")


def test_nothing_flows_back_through_stop_gradient_in_any_nesting_eager_transformed_and_compiled() -> None:
    def function(x: Any) -> Any:
        held = stop_gradient({"x": [x, 2.0]})
        product = x * held["x"][0] * held["x"][1]
        return product.sum() if isinstance(x, Tensor) else product

    for given in (3.0, numpy.array([3.0, 4.0])):
        numpy.testing.assert_array_equal(grad(function)(given), 2 * given)
        numpy.testing.assert_array_equal(compile(function).value_and_grad(given)[1], 2 * given)
    assert grad(grad(lambda x: x * stop_gradient(x)))(3.0) == 0
    x = Tensor([3.0])
    (x * stop_gradient(x)).sum().backward()
    assert x.grad == [3.0]
    assert stop_gradient(x).op is None and not stop_gradient(x).requires_grad
    assert stop_gradient((1.0, None, "text")) == (1.0, None, "text")


def test_jax_s_names_are_the_jacobian() -> None:
    assert jacrev is jacobian and jacfwd is jacobian
