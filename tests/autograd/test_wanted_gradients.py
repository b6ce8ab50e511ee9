"""`gradients(output, inputs)` goes only where an input is: the same numbers as the whole sweep's, for less work."""

import numpy
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autograd
from autograd import AnomalyError, StaleGraphError, Tensor, Value, detect_anomaly, gradients
from autograd.operation import structural
from autograd.sweep import sweep

KINDS = pytest.mark.parametrize("kind", [Value, Tensor])
RECORDED = pytest.mark.parametrize("create_graph", [False, True])


def numbers(found) -> list:
    return [one.item() for one in found]


class TestWhatIsWanted:
    @KINDS
    @RECORDED
    def test_intermediates_that_depend_on_each_other(self, kind, create_graph) -> None:
        x = kind(3.0)
        first = x * x
        second = first * x
        output = second * first + second
        expected = {x: 5 * 3.0**4 + 3 * 9.0, first: 27.0 + 9.0 * 3.0 + 3.0, second: 9.0 + 1.0, output: 1.0}
        for wanted in ([x], [first], [second], [output], [x, second], [second, first, x], [first, output], [*expected]):
            found = gradients(output, wanted, create_graph=create_graph)
            assert numbers(found) == [expected[node] for node in wanted]

    @KINDS
    @RECORDED
    def test_the_output_itself(self, kind, create_graph) -> None:
        for output in (kind(3.0), kind(3.0) * 2.0):
            assert gradients(output, output, create_graph=create_graph).item() == 1.0
            assert gradients(output, output, 5.0, create_graph=create_graph).item() == 5.0

    @KINDS
    @RECORDED
    def test_an_input_listed_twice_is_answered_twice(self, kind, create_graph) -> None:
        x, y = kind(3.0), kind(4.0)
        middle = x * y
        found = gradients(middle * x, [x, middle, x, y, middle], create_graph=create_graph)
        assert numbers(found) == [24.0, 3.0, 24.0, 9.0, 3.0]

    def test_answers_of_inputs_listed_twice_share_no_memory(self) -> None:
        x = Tensor([1.0, 2.0])
        middle = x + 1.0
        first, second, third = gradients((middle + middle).sum(), [x, x, middle])
        for one, other in ((first, second), (first, third), (second, third)):
            assert not numpy.shares_memory(one.data, other.data)

    @KINDS
    @RECORDED
    def test_what_the_output_does_not_depend_on_has_zeros(self, kind, create_graph) -> None:
        x, elsewhere = kind(3.0), kind(4.0)
        output = x * x
        above, beside = output * elsewhere, elsewhere * x
        detached = (elsewhere * x).detach() * x
        found = gradients(output + detached, [elsewhere, above, beside, x], create_graph=create_graph)
        assert numbers(found) == [0.0, 0.0, 0.0, 6.0 + 12.0]
        assert [one.requires_grad for one in found[:3]] == [False] * 3

    @KINDS
    def test_a_path_that_starts_beside_what_is_wanted_adds_nothing(self, kind) -> None:
        x, w = kind(3.0), kind(5.0)
        trunk = w * w
        wanted = x * trunk
        output = wanted * trunk + trunk * w
        assert numbers(gradients(output, [wanted])) == [25.0]
        assert numbers(gradients(output, [wanted, x])) == [25.0, 25.0 * 25.0]
        assert numbers(gradients(output, [trunk])) == [2 * 3.0 * 25.0 + 5.0]

    @KINDS
    def test_derivatives_of_derivatives_go_only_where_they_are_wanted_too(self, kind) -> None:
        x, y = kind(2.0), kind(3.0)
        output = x**3 * y**2 + y**4
        by_x = gradients(output, x, create_graph=True)
        assert by_x.item() == 3 * 4.0 * 9.0
        assert numbers(gradients(by_x, [x, y])) == [6 * 2.0 * 9.0, 3 * 4.0 * 6.0]
        by_x_y = gradients(by_x, y, create_graph=True)
        assert gradients(by_x_y, x).item() == 6 * 2.0 * 6.0

    @KINDS
    @RECORDED
    def test_no_grad_is_touched(self, kind, create_graph) -> None:
        x, w = kind(3.0), kind(4.0)
        middle = x * w
        output = middle * w
        nodes = [x, w, middle, output]
        before = [node.grad for node in nodes]
        gradients(output, [middle, x], create_graph=create_graph)
        assert all(node.grad is kept for node, kept in zip(nodes, before, strict=True))


class TestWhatIsNotDone:
    @staticmethod
    def product(asked):
        """A row that notes which of its operands' gradients it was asked for."""

        def by_first(upstream, out, a, b):
            asked.append("first")
            return upstream * b

        def by_second(upstream, out, a, b):
            asked.append("second")
            return upstream * a

        return structural("noted product", "·", lambda a, b: a * b, pullbacks=(by_first, by_second))

    @RECORDED
    def test_no_rule_runs_for_an_operand_that_leads_nowhere(self, create_graph) -> None:
        asked: list[str] = []
        product = self.product(asked)
        x, y = Tensor(3.0), Tensor(4.0)
        output = product(x * 1.0, y * 1.0)
        for wanted, expected in ([x], ["first"]), ([y], ["second"]), ([y, x], ["first", "second"]), ([output], []):
            gradients(output, wanted, create_graph=create_graph)
            assert asked == expected
            asked.clear()
        output.backward()
        assert asked == ["first", "second"]

    @RECORDED
    def test_no_rule_runs_beside_the_path(self, create_graph) -> None:
        asked: list[str] = []
        x, y = Tensor(3.0), Tensor(4.0)
        beside = self.product(asked)(y, y)
        output = x * beside
        assert gradients(output, x, create_graph=create_graph).item() == 16.0
        assert asked == []
        assert gradients(output, [beside], create_graph=create_graph)[0].item() == 3.0
        assert asked == []

    @KINDS
    @RECORDED
    def test_a_sweep_gives_back_only_what_was_wanted_and_reached(self, kind, create_graph) -> None:
        x, w, elsewhere = kind(3.0), kind(4.0), kind(5.0)
        middle = x * w
        output = middle * middle
        for wanted in ([], [x], [middle], [x, middle, elsewhere], [elsewhere]):
            found = sweep(output, create_graph=create_graph, wanted=frozenset(wanted))
            assert set(found) == set(wanted) - {elsewhere}

    @RECORDED
    def test_an_infinite_gradient_beside_the_path_is_no_anomaly(self, create_graph) -> None:
        with detect_anomaly():
            x, w = Tensor(3.0), Tensor(0.0)
            output = x * 2.0 + autograd.sqrt(w)
            assert gradients(output, x, create_graph=create_graph).item() == 2.0
            with pytest.raises(AnomalyError, match="sqrt"):
                gradients(output, w, create_graph=create_graph)


class TestStaleDataBesideThePath:
    @RECORDED
    def test_is_refused_where_a_tensor_s_numbers_could_be_mixed(self, create_graph) -> None:
        x, w = Tensor([1.0, 2.0]), Tensor([3.0, 4.0], label="w")
        output = (x * (w * w)).sum()
        w.data = [30.0, 40.0]
        with pytest.raises(StaleGraphError, match="the data of w"):
            gradients(output, x, create_graph=create_graph)

    def test_gives_the_recorded_gradient_of_values(self) -> None:
        x, w = Value(2.0), Value(3.0)
        output = x * (w * w)
        w.data = 30.0
        assert gradients(output, x).data == 9.0
        with pytest.raises(StaleGraphError):
            gradients(output, x, create_graph=True)

    @RECORDED
    @pytest.mark.parametrize("steps", [1, 2, 3])
    def test_is_refused_where_what_is_wanted_is_a_view_of_what_was_written_into(self, create_graph, steps) -> None:
        base = Tensor([[1.0, 2.0], [3.0, 4.0]])
        source = base * 1.0
        wanted = source
        for _ in range(steps):
            wanted = wanted.T
        output = (wanted * wanted).sum()
        source.data -= 1.0  # in place: the view's numbers have changed with it
        assert wanted.data.sum() != 10.0
        with pytest.raises(StaleGraphError):
            gradients(output, wanted, create_graph=create_graph)

    @RECORDED
    def test_of_what_the_output_does_not_depend_on_is_no_matter(self, create_graph) -> None:
        x, elsewhere = Tensor([1.0]), Tensor([2.0])
        beside = elsewhere * elsewhere
        output = (x * x).sum()
        elsewhere.data = [5.0]
        found = gradients(output, [x, elsewhere, beside], create_graph=create_graph)
        assert numbers(found) == [2.0, 0.0, 0.0]


UNARY = [
    autograd.tanh,
    autograd.sin,
    lambda a: a * a * 0.5,
    lambda a: 1.0 - a,
    lambda a: autograd.exp(autograd.tanh(a)),
    lambda a: a,
    lambda a: a.detach(),
    lambda a: autograd.floor(a),
]
BINARY = [
    lambda a, b: a + b,
    lambda a, b: a * b * 0.5,
    lambda a, b: a - b,
    lambda a, b: autograd.tanh(a) / (b * b + 1.0),
    lambda a, b: autograd.maximum(a, b),
]
ON_ARRAYS = [
    lambda a, b: a.sum() * b,
    lambda a, b: a.reshape(-1)[:1] + b,
    lambda a, b: autograd.broadcast_to(a, (2, *a.shape)).mean(0) * b,
    lambda a, b: autograd.where(a > 0.1, a, b),
    lambda a, b: autograd.softmax(a + b * autograd.Tensor([1.0, 2.0, 3.0])),
]


@st.composite
def graphs(draw):
    """Steps that name earlier results, which of the results are wanted, and a seed for the numbers."""
    step = st.tuples(st.sampled_from(["unary", "binary", "arrays"]), *[st.integers(0, 40)] * 3)
    return (
        draw(st.lists(step, min_size=2, max_size=25)),
        draw(st.lists(st.integers(0, 40), min_size=1, max_size=6)),
        draw(st.integers(0, 2**32 - 1)),
    )


def built(drawn, kinds):
    """The leaves, every node, and an output with a single number."""
    steps, _, seed = drawn
    rng = numpy.random.default_rng(seed)
    shapes = {Value: (), Tensor: (3,)}
    leaves = [kind(rng.uniform(-1, 1, shapes[kind])) for kind in kinds]
    nodes = list(leaves)
    for name, which, first, second in steps:
        a, b = nodes[-1 - first % len(nodes)], nodes[-1 - second % len(nodes)]
        if name == "arrays" and isinstance(a, Tensor):
            nodes.append(ON_ARRAYS[which % len(ON_ARRAYS)](a, b))
        elif name == "unary":
            nodes.append(UNARY[which % len(UNARY)](a))
        else:
            nodes.append(BINARY[which % len(BINARY)](a, b))
    output = sum((autograd.sum(one) if isinstance(one, Tensor) else one for one in nodes[-3:]), 0.0)
    return leaves, nodes, output


def bits(gradient) -> bytes:
    """Of a gradient as a Value's `.grad` has it: added to 0.0, which makes 0.0 of −0.0."""
    return (numpy.asarray(gradient, numpy.float64) + 0.0).tobytes()


@pytest.mark.parametrize("kinds", [(Value, Value, Value), (Tensor, Tensor, Tensor), (Value, Tensor, Value)])
class TestRandomGraphs:
    @pytest.mark.slow
    @settings(max_examples=250)
    @given(drawn=graphs())
    def test_whatever_is_wanted_gets_the_bits_that_the_whole_sweep_gives_it(self, kinds, drawn) -> None:
        _, nodes, output = built(drawn, kinds)
        assume(output.requires_grad)
        able = [node for node in nodes if node.requires_grad]
        wanted = [able[which % len(able)] for which in drawn[1]]
        pruned = gradients(output, wanted)
        each = [gradients(output, node) for node in wanted]
        output.backward()
        for node, found, alone in zip(wanted, pruned, each, strict=True):
            whole = numpy.zeros(numpy.shape(node.data)) if node.grad is None else node.grad
            assert numpy.shape(found.data) == numpy.shape(node.data)
            assert bits(found.data) == bits(whole) == bits(alone.data)

    @settings(max_examples=60)
    @given(drawn=graphs())
    def test_recorded_ones_are_equal_and_so_are_their_derivatives(self, kinds, drawn) -> None:
        leaves, nodes, output = built(drawn, kinds)
        assume(output.requires_grad)
        able = [node for node in nodes if node.requires_grad]
        wanted = [able[which % len(able)] for which in drawn[1]]
        recorded = gradients(output, wanted, create_graph=True)
        for found, plain in zip(recorded, gradients(output, wanted), strict=True):
            numpy.testing.assert_allclose(found.data, plain.data, rtol=1e-12, atol=1e-14)
        whole = dict(zip(able, gradients(output, able, create_graph=True), strict=True))  # nothing is beside the path
        for node, found in zip(wanted, recorded, strict=True):
            steepness, expected = (
                autograd.sum(one * one) if isinstance(one, Tensor) else one * one for one in (found, whole[node])
            )
            assert steepness.requires_grad == expected.requires_grad
            if steepness.requires_grad:
                for second, also in zip(gradients(steepness, leaves), gradients(expected, leaves), strict=True):
                    numpy.testing.assert_allclose(second.data, also.data, rtol=1e-10, atol=1e-12)
