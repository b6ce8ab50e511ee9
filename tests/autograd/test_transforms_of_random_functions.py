"""Transforms of random functions: the identities that hold between them, and PyTorch's answers."""

import itertools

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Tensor, Value, grad, hessian, hessian_vector_product, jacobian, jvp, value_and_grad, vjp
from autograd.structure import flatten


@pytest.fixture(scope="module")
def torch():
    module = pytest.importorskip("torch", reason="torch is not installed: pip install -e '.[peers]' compares with it")
    module.set_num_threads(1)
    return module


# A function is a list of steps on numbers of shapes (), (3,) and (3, 3), which broadcast to one another, written once
# for both engines: `m` is the module that has the functions.
ELEMENTWISE = [
    lambda m, a, b: m.tanh(a),
    lambda m, a, b: m.sin(a) * m.cos(b),
    lambda m, a, b: m.exp(-a * a),
    lambda m, a, b: m.log(a * a + 0.5),
    lambda m, a, b: m.sqrt(a * a + b * b + 0.5),
    lambda m, a, b: m.sigmoid(a) ** 3,
    lambda m, a, b: 2 ** m.tanh(a),
    lambda m, a, b: (m.sigmoid(a) + 0.5) ** m.tanh(b),
    lambda m, a, b: 1 - a,
    lambda m, a, b: a + b,
    lambda m, a, b: m.tanh(a) * b,
    lambda m, a, b: a / (b * b + 1),
    lambda m, a, b: m.maximum(a, b) * b,
]
ON_ARRAYS = [
    lambda m, a, b: a.sum() / 3,
    lambda m, a, b: a.mean(0),
    lambda m, a, b: (a * a).mean(-1),
    lambda m, a, b: m.softmax(a, -1) * b,
    lambda m, a, b: a[0] * b,
    lambda m, a, b: a[[0, 0, 2]],
    lambda m, a, b: a.swapaxes(0, -1) + b,
    lambda m, a, b: m.matmul(a, a) / 3,
    lambda m, a, b: m.stack([a[0], a[-1], a[1]]) * a,
]


class Ours:
    """The functions of this engine under the names that the steps use."""

    def __getattr__(self, name):
        return getattr(autograd, name)


def function_of(steps, m):
    """The function that these steps are, of a nested argument and a number, with nested outputs."""

    def function(parameters, number):
        made = [parameters["matrix"], number, *parameters["vectors"]]
        for on_arrays, which, first, second in steps:
            a, b = made[-1 - first % len(made)], made[-1 - second % len(made)]
            if on_arrays and getattr(a, "shape", ()) != ():
                made.append(ON_ARRAYS[which % len(ON_ARRAYS)](m, a, b))
            else:
                made.append(ELEMENTWISE[which % len(ELEMENTWISE)](m, a, b))
        return {"first": made[-1], "others": [made[-2], (parameters["vectors"][0] * 2, made[-3])]}

    return function


def total_of(function):
    """A single number out of all the outputs."""

    def total(*arguments):
        first, *others = flatten(function(*arguments))[0]
        summed = sum(((one * one).mean() if ndim(one) else one * one for one in others), first * 0.5)
        return summed.sum() if ndim(summed) else summed

    return total


def ndim(one) -> int:
    return numpy.ndim(one.data if isinstance(one, Value | Tensor) else one) if not hasattr(one, "ndim") else one.ndim


@st.composite
def functions(draw, most=8):
    steps = draw(
        st.lists(
            st.tuples(st.booleans(), st.integers(0, 99), st.integers(0, 20), st.integers(0, 20)),
            min_size=2,
            max_size=most,
        )
    )
    return steps, draw(st.integers(0, 2**32 - 1))


def numbers_like(rng, structure):
    """Random numbers in the same nesting and shapes."""
    leaves, _, rebuild = flatten(structure)
    drawn = [rng.uniform(-1, 1, numpy.shape(leaf)) for leaf in leaves]
    return rebuild([one if numpy.ndim(one) else float(one) for one in drawn])


def arguments_of(rng):
    return numbers_like(rng, ({"matrix": numpy.ones((3, 3)), "vectors": [numpy.ones(3), numpy.ones(3)]}, 1.0))


def inner_product(one, other) -> float:
    pairs = zip(flatten(one)[0], flatten(other)[0], strict=True)
    return float(sum(numpy.vdot(first, second) for first, second in pairs))


def vector(structure):
    return numpy.concatenate([numpy.ravel(leaf) for leaf in flatten(structure)[0]])


def matrix(derivatives, outputs, inputs):
    """Nested derivatives as one matrix: a row for each number among the outputs, a column for each among the inputs."""
    blocks = iter(flatten(derivatives)[0])
    rows = [numpy.size(leaf) for leaf in flatten(outputs)[0]]
    columns = [numpy.size(leaf) for leaf in flatten(inputs)[0]]
    return numpy.block([[numpy.reshape(next(blocks), (row, column)) for column in columns] for row in rows])


def close(found, expected, relative=1e-9) -> None:
    scale = max(1.0, float(numpy.abs(expected).max(initial=0.0)))
    numpy.testing.assert_allclose(found, expected, rtol=relative, atol=relative * scale / 100)


def in_torch(torch, structure):
    leaves, _, rebuild = flatten(structure)
    return rebuild([torch.tensor(leaf, dtype=torch.float64) for leaf in leaves])


def at_random(count):
    return settings(max_examples=count)


class TestIdentities:
    @at_random(80)
    @given(functions())
    def test_pushforward_and_pullback_are_each_other_s_adjoint(self, drawn) -> None:
        steps, seed = drawn
        rng = numpy.random.default_rng(seed)
        function, arguments = function_of(steps, Ours()), arguments_of(rng)
        tangents = numbers_like(rng, arguments)
        value, pushed = jvp(function, arguments, tangents)
        also, pullback = vjp(function, *arguments)
        assert vector(value).tolist() == vector(also).tolist()
        upstream = numbers_like(rng, value)
        close(inner_product(pushed, upstream), inner_product(tangents, pullback(upstream)), 1e-11)

    @at_random(40)
    @given(functions())
    def test_both_are_products_with_the_jacobian(self, drawn) -> None:
        steps, seed = drawn
        rng = numpy.random.default_rng(seed)
        function, arguments = function_of(steps, Ours()), arguments_of(rng)
        value, pullback = vjp(function, *arguments)
        whole = matrix(jacobian(function, (0, 1))(*arguments), value, arguments)
        tangents, upstream = numbers_like(rng, arguments), numbers_like(rng, value)
        close(vector(jvp(function, arguments, tangents)[1]), whole @ vector(tangents), 1e-11)
        close(vector(pullback(upstream)), vector(upstream) @ whole, 1e-11)

    @at_random(40)
    @given(functions())
    def test_the_jacobian_is_what_differences_of_values_say(self, drawn) -> None:
        steps, seed = drawn
        rng = numpy.random.default_rng(seed)
        function, arguments = function_of(steps, Ours()), arguments_of(rng)
        tangents, step = numbers_like(rng, arguments), 1e-5
        pushed = jvp(function, arguments, tangents)[1]
        leaves, _, rebuild = flatten(arguments)
        moved = []
        for sign in (1, -1):
            along = zip(leaves, flatten(tangents)[0], strict=True)
            there = rebuild([leaf + sign * step * tangent for leaf, tangent in along])
            moved.append(vector(vjp(function, *there)[0]))
        close(vector(pushed), (moved[0] - moved[1]) / (2 * step), 1e-5)

    @at_random(30)
    @given(functions(most=5))
    def test_the_hessian_is_symmetric_and_its_product_with_a_vector_is_what_it_says(self, drawn) -> None:
        steps, seed = drawn
        rng = numpy.random.default_rng(seed)
        total, arguments = total_of(function_of(steps, Ours())), arguments_of(rng)
        whole = matrix(hessian(total, (0, 1))(*arguments), arguments, arguments)
        close(whole, whole.T, 1e-11)
        direction = numbers_like(rng, arguments)
        close(vector(hessian_vector_product(total, (0, 1))(*arguments, direction)), whole @ vector(direction), 1e-11)

    @at_random(40)
    @given(functions())
    def test_every_way_to_a_second_derivative_along_a_direction_agrees(self, drawn) -> None:
        steps, seed = drawn
        rng = numpy.random.default_rng(seed)
        total, arguments = total_of(function_of(steps, Ours())), arguments_of(rng)
        direction = numbers_like(rng, arguments)

        def pulled(*arguments):
            return vjp(total, *arguments)[1](1.0)

        def pushed(*arguments):
            return jvp(total, arguments, direction)[1]

        expected = vector(hessian_vector_product(total, (0, 1))(*arguments, direction))
        close(vector(jvp(pulled, arguments, direction)[1]), expected, 1e-10)  # forward over reverse
        close(vector(vjp(pushed, *arguments)[1](1.0)), expected, 1e-10)  # reverse over forward
        close(vector(grad(pushed, (0, 1))(*arguments)), expected, 1e-10)
        curvature = jvp(pushed, arguments, direction)[1]  # forward over forward
        close(curvature, vector(direction) @ expected, 1e-10)

    @at_random(12)
    @given(functions(most=4))
    def test_the_jacobian_of_the_jacobian_is_symmetric_in_the_argument_s_axes(self, drawn) -> None:
        steps, seed = drawn
        rng = numpy.random.default_rng(seed)
        parameters, number = arguments_of(rng)

        def of_vector(x):
            return function_of(steps, Ours())({**parameters, "vectors": [x, parameters["vectors"][1]]}, number)

        x = parameters["vectors"][0]
        for found, value in zip(
            flatten(jacobian(jacobian(of_vector))(x))[0], flatten(vjp(of_vector, x)[0])[0], strict=True
        ):
            assert found.shape == (*numpy.shape(value), 3, 3)
            close(found, found.swapaxes(-1, -2), 1e-11)
        third = jacobian(jacobian(jacobian(total_of(lambda x: of_vector(x)))))(x)
        for order in itertools.permutations(range(3)):
            close(third, third.transpose(order), 1e-10)

    @at_random(40)
    @given(functions())
    def test_transforms_are_linear(self, drawn) -> None:
        steps, seed = drawn
        rng = numpy.random.default_rng(seed)
        function, arguments = function_of(steps, Ours()), arguments_of(rng)
        one, other = numbers_like(rng, arguments), numbers_like(rng, arguments)
        both = flatten(one)[2]([a + 10 * b for a, b in zip(flatten(one)[0], flatten(other)[0], strict=True)])
        pushed = [vector(jvp(function, arguments, tangents)[1]) for tangents in (one, other, both)]
        close(pushed[0] + 10 * pushed[1], pushed[2], 1e-11)

    @at_random(40)
    @given(functions())
    def test_nodes_give_what_numbers_give(self, drawn) -> None:
        steps, seed = drawn
        rng = numpy.random.default_rng(seed)
        total, arguments = total_of(function_of(steps, Ours())), arguments_of(rng)
        leaves, _, rebuild = flatten(arguments)
        nodes = rebuild([Tensor(leaf) if numpy.ndim(leaf) else Value(leaf) for leaf in leaves])
        plain = value_and_grad(total, (0, 1))(*arguments)
        recorded = value_and_grad(total, (0, 1))(*nodes)
        close(vector(flatten(plain)[2]([one.data for one in flatten(recorded)[0]])), vector(plain), 1e-13)
        leaf_nodes = flatten(nodes)[0]
        recorded[0].backward()
        for node, expected in zip(leaf_nodes, flatten(plain[1])[0], strict=True):
            close(0.0 if node.grad is None else node.grad, expected, 1e-13)


@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated:DeprecationWarning")  # PyTorch's own jvp calls it
class TestBesidePyTorch:
    @staticmethod
    def both(torch, drawn):
        """The function in this engine and in PyTorch, its arguments in both, and whatever else is to be drawn."""
        steps, seed = drawn
        rng = numpy.random.default_rng(seed)
        arguments = arguments_of(rng)
        return function_of(steps, Ours()), function_of(steps, torch), arguments, in_torch(torch, arguments), rng

    @staticmethod
    def agree(found, expected, relative=1e-9) -> None:
        ours, places, _ = flatten(found)
        theirs, their_places, _ = flatten(expected)
        assert places == their_places
        for own, other in zip(ours, theirs, strict=True):
            assert numpy.shape(own) == tuple(other.shape)
            close(own, other.detach().numpy(), relative)

    @at_random(60)
    @given(functions())
    def test_vjp(self, torch, drawn) -> None:
        ours, theirs, arguments, also, rng = self.both(torch, drawn)
        value, pullback = vjp(ours, *arguments)
        expected, their_pullback = torch.func.vjp(theirs, *also)
        self.agree(value, expected)
        upstream = numbers_like(rng, value)
        self.agree(pullback(upstream), their_pullback(in_torch(torch, upstream)))

    @at_random(60)
    @given(functions())
    def test_jvp(self, torch, drawn) -> None:
        ours, theirs, arguments, also, rng = self.both(torch, drawn)
        tangents = numbers_like(rng, arguments)
        self.agree(jvp(ours, arguments, tangents), torch.func.jvp(theirs, also, in_torch(torch, tangents)))

    @at_random(30)
    @given(functions())
    def test_jacobian(self, torch, drawn) -> None:
        ours, theirs, arguments, also, _ = self.both(torch, drawn)
        found = jacobian(ours, (0, 1))(*arguments)
        self.agree(found, torch.func.jacrev(theirs, (0, 1))(*also))
        self.agree(found, torch.func.jacfwd(theirs, (0, 1))(*also))

    @at_random(40)
    @given(functions())
    def test_value_and_grad(self, torch, drawn) -> None:
        ours, theirs, arguments, also, _ = self.both(torch, drawn)
        for argnums in (0, 1, (1, 0)):
            found = value_and_grad(total_of(ours), argnums)(*arguments)
            gradients, value = torch.func.grad_and_value(total_of(theirs), argnums)(*also)
            self.agree(found, (value, gradients))
            self.agree(grad(total_of(ours), argnums)(*arguments), gradients)

    @at_random(20)
    @given(functions(most=6))
    def test_hessian(self, torch, drawn) -> None:
        ours, theirs, arguments, also, _ = self.both(torch, drawn)
        for argnums in (0, (0, 1)):
            found = hessian(total_of(ours), argnums)(*arguments)
            self.agree(found, torch.func.hessian(total_of(theirs), argnums)(*also))

    @at_random(30)
    @given(functions(most=6))
    def test_hessian_vector_product(self, torch, drawn) -> None:
        ours, theirs, arguments, also, rng = self.both(torch, drawn)
        direction = numbers_like(rng, arguments)
        slope = torch.func.grad(total_of(theirs), (0, 1))
        _, expected = torch.func.jvp(slope, also, in_torch(torch, direction))
        self.agree(hessian_vector_product(total_of(ours), (0, 1))(*arguments, direction), expected)

    @at_random(12)
    @given(functions(most=4))
    def test_third_derivatives(self, torch, drawn) -> None:
        ours, theirs, arguments, also, _ = self.both(torch, drawn)
        found = grad(grad(grad(total_of(ours), 1), 1), (0, 1))(*arguments)
        expected = torch.func.grad(torch.func.grad(torch.func.grad(total_of(theirs), 1), 1), (0, 1))(*also)
        self.agree(found, expected, 1e-8)
