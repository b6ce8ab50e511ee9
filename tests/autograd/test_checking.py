"""gradcheck: accepts right gradients, catches rules made wrong on purpose, and says what is wrong."""

import re

import numpy
import pytest

import autograd
from autograd import DataTypeError, GradientMismatchError, GraphError, Tensor, Value, gradcheck
from autograd.operation import elementwise, structural

RNG = numpy.random.default_rng(0)
MATRIX, VECTOR = RNG.uniform(0.5, 1.5, (2, 3)), RNG.uniform(0.5, 1.5, 3)
SQUARE = RNG.uniform(0.5, 1.5, (3, 3))


def squared(local_gradient):
    return elementwise("squared", "²", numpy.square, lambda a: a * a, local_gradients=(local_gradient,))


def multiplied(*pullbacks):
    return structural("multiplied", "@", numpy.matmul, pullbacks=pullbacks)


def left(upstream, out, a, b):
    return upstream @ autograd.swapaxes(b, -1, -2)


def right(upstream, out, a, b):
    return autograd.swapaxes(a, -1, -2) @ upstream


class TestARightGradient:
    @pytest.mark.parametrize("order", [1, 2])
    @pytest.mark.parametrize(
        ("function", "inputs"),
        [
            (squared(lambda out, a: 2 * a), (0.7,)),
            (squared(lambda out, a: 2 * a), (MATRIX,)),
            (multiplied(left, right), (SQUARE, SQUARE)),
            (lambda x, y: autograd.tanh(x) * y, (0.3, VECTOR)),
            (lambda x, y: x @ y, (MATRIX, VECTOR)),
            (lambda x: autograd.log_softmax(x, axis=1), (MATRIX,)),
            (lambda x: x * 3, (MATRIX,)),
            (lambda x, unused: x * x, (0.3, VECTOR)),
            (lambda x: Tensor([1.0], requires_grad=False), (MATRIX,)),
            (lambda x: x, (numpy.zeros((0, 2)),)),
        ],
    )
    def test_is_accepted(self, order, function, inputs) -> None:
        assert gradcheck(function, *inputs, order=order) is True

    def test_is_accepted_for_numbers_lists_arrays_and_nodes(self) -> None:
        seen = []

        def function(*nodes):
            seen.extend(nodes)
            return sum(node.sum() if isinstance(node, Tensor) else node for node in nodes) ** 2

        inputs = (1, 0.5, [1.0, 2.0], numpy.float32(0.25), Value(3.0), Tensor([1, 2], dtype=numpy.float32))
        assert gradcheck(function, *inputs, order=2)
        assert [type(node) for node in seen[:6]] == [Value, Value, Tensor, Value, Value, Tensor]
        assert all(node.dtype == numpy.float64 for node in seen if isinstance(node, Tensor))
        assert inputs[4].grad == 0.0
        assert inputs[5].grad is None


class TestAWrongRule:
    @pytest.mark.parametrize(
        "local_gradient",
        [
            lambda out, a: 2 * a * 1.001,
            lambda out, a: 2 * a * 1.00001,
            lambda out, a: a,
            lambda out, a: -2 * a,
            lambda out, a: 2 * a + 1e-4,
            lambda out, a: 2 * out,
            lambda out, a: 0 * a,
            lambda out, a: a * numpy.nan,
        ],
        ids=["a thousandth", "a hundred-thousandth", "half", "sign", "offset", "out for a", "zero", "nan"],
    )
    @pytest.mark.parametrize("point", [0.7, MATRIX], ids=["Value", "Tensor"])
    def test_of_one_operand_is_caught(self, local_gradient, point) -> None:
        with pytest.raises(GradientMismatchError):
            gradcheck(squared(local_gradient), point)

    @pytest.mark.parametrize(
        "pullbacks",
        [
            (lambda upstream, out, a, b: upstream @ b, right),
            (left, lambda upstream, out, a, b: a @ upstream),
            (left, lambda upstream, out, a, b: autograd.swapaxes(upstream, 0, 1) @ a),
            (right, left),
            (lambda *given: left(*given) * 1.001, right),
            (left, lambda upstream, out, a, b: autograd.swapaxes(a, 0, 1) @ (0 * upstream + 1)),
        ],
        ids=["b not transposed", "a not transposed", "upstream transposed", "exchanged", "a thousandth", "no upstream"],
    )
    def test_of_matmul_is_caught_on_square_matrices(self, pullbacks) -> None:
        with pytest.raises(GradientMismatchError):
            gradcheck(multiplied(*pullbacks), SQUARE, SQUARE[::-1])

    def test_with_an_operand_forgotten_is_caught(self) -> None:
        product = elementwise(
            "product", "×", numpy.multiply, lambda a, b: a * b, local_gradients=(lambda out, a, b: b, None)
        )
        with pytest.raises(GradientMismatchError, match="input 1"):
            gradcheck(product, 0.3, 0.7)

    def test_that_forgets_to_accumulate_is_caught(self) -> None:
        def scatter(upstream, out, x):
            result = numpy.zeros(3)
            result[[0, 0, 2]] = upstream
            return result

        gather = structural("gather", "g", lambda x: x[[0, 0, 2]], pullbacks=(scatter,))
        with pytest.raises(GradientMismatchError, match=r"element \(0,\) of input 0"):
            gradcheck(gather, VECTOR)

    def test_that_looks_at_data_behind_the_graph_s_back_is_caught_at_second_order(self) -> None:
        frozen = squared(lambda out, a: 2 * (a.data if isinstance(a, Value | Tensor) else a))
        assert gradcheck(frozen, 0.7)
        for point in (0.7, VECTOR):
            with pytest.raises(GradientMismatchError, match="second order: "):
                gradcheck(frozen, point, order=2)

    def test_of_the_second_order_alone_is_caught(self) -> None:
        slope = elementwise("slope", "'", lambda a: 2 * a, lambda a: 2 * a, local_gradients=(lambda out, a: 2.002,))
        assert gradcheck(squared(lambda out, a: slope(a)), 0.7)
        with pytest.raises(GradientMismatchError, match="second order"):
            gradcheck(squared(lambda out, a: slope(a)), 0.7, order=2)

    def test_that_a_sum_of_ones_would_hide_is_caught(self) -> None:
        reverse = structural("reverse", "r", lambda x: x[::-1], pullbacks=(lambda upstream, out, x: upstream,))
        with pytest.raises(GradientMismatchError):
            gradcheck(reverse, VECTOR)


class TestTheMessage:
    def test_names_the_input_its_label_the_element_and_both_numbers(self) -> None:
        weight = Tensor(MATRIX, label="weight")
        wrong = structural(
            "wrong", "w", lambda a, x: a * x, pullbacks=(
                lambda upstream, out, a, x: upstream * x,
                lambda upstream, out, a, x: upstream * a * numpy.where(numpy.arange(6).reshape(2, 3) == 4, 2.0, 1.0),
            ),
        )  # fmt: skip
        with pytest.raises(GradientMismatchError) as caught:
            gradcheck(wrong, MATRIX, weight)
        message = str(caught.value)
        assert "element (1, 1) of input 1 (weight)" in message
        analytic, numeric = map(float, re.search(r"gradient (\S+), numeric (\S+),", message).groups())
        assert analytic == pytest.approx(2 * numeric, rel=1e-6)
        assert abs(numeric) == pytest.approx(MATRIX[1, 1] * abs(numeric) / MATRIX[1, 1])
        assert isinstance(caught.value, AssertionError)
        assert "\n" not in message

    def test_of_a_value_names_no_element(self) -> None:
        with pytest.raises(GradientMismatchError, match="gradcheck: input 0: analytic gradient"):
            gradcheck(squared(lambda out, a: a), Value(0.7))


class TestTolerance:
    def test_can_be_widened_and_narrowed(self) -> None:
        slightly_wrong = squared(lambda out, a: 2 * a * 1.001)
        assert gradcheck(slightly_wrong, 0.7, relative=0.01)
        with pytest.raises(GradientMismatchError):
            gradcheck(squared(lambda out, a: 2 * a), 0.7, relative=0.0, absolute=0.0)

    def test_a_kink_at_the_point_is_caught(self) -> None:
        with pytest.raises(GradientMismatchError):
            gradcheck(autograd.relu, 0.0)

    def test_the_seed_decides_the_upstream_gradient(self) -> None:
        seen = []

        def noting(upstream, out, x):
            seen.append(upstream.tolist())
            return upstream * 2

        double = structural("double", "d", lambda x: x * 2, pullbacks=(noting,))
        for rng in (0, 0, 1, numpy.random.default_rng(0)):
            assert gradcheck(double, VECTOR, rng=rng)
        assert seen[0] == seen[1] == seen[3] != seen[2]


NEAR_0 = [
    (autograd.log, 1e-3), (autograd.log, 1e-6), (autograd.log, 1e-200), (autograd.sqrt, 1e-3), (autograd.sqrt, 1e-12),
    (lambda x: 1 / x, 1e-3), (lambda x: 1 / x, -1e-5), (lambda x: x**-2, 1e-4), (lambda x: x**0.3, 1e-8),
    (lambda x: autograd.sin(1 / x), 0.01), (lambda x: autograd.exp(1e4 * x), 0.0), (autograd.relu, 1e-9),
    (autograd.exp, 1e-9), (autograd.tanh, 0.0), (lambda x: x * x, 1e-12),
]  # fmt: skip


@pytest.mark.parametrize(("function", "x"), NEAR_0)
def test_a_right_gradient_near_0_is_accepted_and_a_wrong_one_is_not(function, x) -> None:
    assert gradcheck(function, x)
    assert gradcheck(function, [x, x])
    wrong = structural("wrong", "w", lambda a: a * 1.0, pullbacks=(lambda upstream, out, a: upstream * 1.001 + 1e-5,))
    with pytest.raises(GradientMismatchError):
        gradcheck(lambda a: function(wrong(a)), numpy.array([x]))


class TestTheNumbers:
    """What a person reads is the element's own, not multiplied by the upstream gradient that was drawn."""

    @pytest.mark.parametrize("rng", [0, 1, 2])
    def test_of_one_output(self, rng) -> None:
        with pytest.raises(
            GradientMismatchError, match=r"analytic gradient 2, numeric (5|4\.9999999\d+), difference 3$"
        ):
            gradcheck(lambda x: x * x + x.item() * 3.0, 1.0, rng=rng)

    @pytest.mark.parametrize("rng", [0, 1, 2])
    def test_of_several_outputs(self, rng) -> None:
        def f(x):
            return x * x + numpy.array([0.0, 0.0, x.data[1] * 3.0])

        with pytest.raises(GradientMismatchError) as caught:
            gradcheck(f, [1.0, 2.0, 4.0], rng=rng)
        found = re.fullmatch(
            r"gradcheck: element \(1,\) of input 0: analytic gradient (\S+), numeric (\S+), difference (\S+), "
            r"of the output's element \(2,\)", str(caught.value)
        )  # fmt: skip
        assert found is not None, caught.value
        assert [float(one) for one in found.groups()] == pytest.approx([0, 3, 3], abs=1e-8)

    @pytest.mark.parametrize("rng", [0, 1, 2])
    def test_of_the_second_order(self, rng) -> None:
        frozen = squared(lambda out, a: 2 * (a.data if isinstance(a, Value | Tensor) else a))
        with pytest.raises(GradientMismatchError, match="second order: gradcheck: input 0: analytic") as caught:
            gradcheck(frozen, 0.7, order=2, rng=rng)
        found = re.search(r"gradient (\S+), numeric (\S+),", str(caught.value))
        assert found is not None
        assert [float(one) for one in found.groups()] == pytest.approx([0, 2], abs=1e-8)
        with pytest.raises(
            GradientMismatchError, match="second order: of all gradients, weighted at random: gradcheck"
        ):
            gradcheck(frozen, VECTOR, order=2, rng=rng)

    def test_nan_on_both_sides_is_told_as_nan(self) -> None:
        with pytest.raises(
            GradientMismatchError, match=r"input 0: the gradient and .* are both nan at 0.5: check where"
        ):
            gradcheck(autograd.arccosh, 0.5)
        with pytest.raises(GradientMismatchError, match=r"output's element \(1,\) is nan, and so is its difference"):
            gradcheck(autograd.arccosh, [2.0, 0.5])


def test_what_the_function_writes_into_its_inputs_spoils_nothing() -> None:
    def cube_that_overwrites(x: Tensor) -> Tensor:
        result = (x * 1.0) ** 3
        x.data[...] = 99.0
        return result

    array = numpy.array([0.5, -1.5])
    assert gradcheck(cube_that_overwrites, array)
    assert array.tolist() == [0.5, -1.5]


def test_what_cannot_be_checked_is_refused() -> None:
    with pytest.raises(GraphError, match="order is 1 or 2, not 3"):
        gradcheck(autograd.exp, 1.0, order=3)
    with pytest.raises(DataTypeError, match="returned float, not a Value or a Tensor"):
        gradcheck(lambda x: 3.0, 1.0)
    with pytest.raises(DataTypeError):
        gradcheck(autograd.exp, "a")
