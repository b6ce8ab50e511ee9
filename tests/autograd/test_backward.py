"""The sweep: accumulation, intermediates, gradients of gradients, seeds, what a failure leaves behind."""

import math
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy
import pytest

import autograd
from autograd import GraphError, NotRecordedError, ShapeError, Tensor, Value, gradients
from autograd.operation import elementwise, structural

KINDS = pytest.mark.parametrize("kind", [Value, Tensor])


def number(gradient) -> float:
    """A gradient of either kind of node as a float."""
    return float(gradient)


@KINDS
class TestAccumulation:
    def test_an_operand_in_both_slots_gets_both_contributions(self, kind) -> None:
        x = kind(3.0)
        (x * x).backward()
        assert number(x.grad) == 6.0
        y = kind(3.0)
        (y - y).backward()
        assert number(y.grad) == 0.0

    def test_a_chain_of_doublings_multiplies(self, kind) -> None:
        a = kind(1.0)
        b = a + a
        c = b + b
        c.backward()
        assert number(a.grad) == 4.0
        assert number(b.grad) == 2.0

    def test_sixty_doublings_are_swept_once_each(self, kind) -> None:
        x = y = kind(1.0)
        for _ in range(60):
            y = y + y
        y.backward()
        assert number(x.grad) == 2.0**60

    def test_backward_twice_is_exactly_twice(self, kind) -> None:
        x = kind(3.0)
        trunk = x * x
        y = trunk * trunk + trunk
        y.backward()
        once = number(x.grad)
        y.backward()
        assert number(x.grad) == 2 * once
        y.backward()
        assert number(x.grad) == 3 * once

    def test_two_outputs_over_one_trunk_add_up(self, kind) -> None:
        x = kind(3.0)
        trunk = x * x
        first, second = trunk * 2, trunk * 5
        first.backward()
        assert number(x.grad) == 12.0
        second.backward()
        assert number(x.grad) == 42.0
        assert number(trunk.grad) == 5.0

    def test_intermediates_hold_the_last_sweep_s_gradient(self, kind) -> None:
        x = kind(3.0)
        trunk = x * x
        y = trunk * 2
        for _ in range(3):
            y.backward()
            assert number(trunk.grad) == 2.0
            assert number(y.grad) == 1.0
        y.backward(kind(10.0))
        assert (number(trunk.grad), number(y.grad)) == (20.0, 10.0)

    def test_a_diamond_adds_both_of_its_paths(self, kind) -> None:
        x = kind(2.0)
        left, right = x * 3, x * x
        (left * right).backward()
        assert number(x.grad) == 9 * 4.0

    def test_an_operand_used_early_and_late_waits_for_every_contribution(self, kind) -> None:
        x = kind(1.5)
        a = x * 2
        b = a * a
        c = b * a
        (a + b + c).backward()
        assert number(x.grad) == 2 * (1 + 2 * 3.0 + 3 * 9.0)

    def test_backward_from_the_middle_reaches_only_what_is_below(self, kind) -> None:
        x = kind(2.0)
        middle = x * x
        top = middle * 3
        middle.backward()
        assert number(x.grad) == 4.0
        assert top.grad is None or number(top.grad) == 0.0

    def test_an_unreached_leaf_is_left_as_it_was(self, kind) -> None:
        x, other = kind(2.0), kind(3.0)
        before = other.grad
        _unused = other * x
        (x * 2).backward()
        assert other.grad is before

    def test_a_gradient_does_not_pass_a_detached_node(self, kind) -> None:
        x = kind(2.0)
        (x * (x * x).detach()).backward()
        assert number(x.grad) == 4.0

    def test_a_gradient_does_not_pass_a_predicate(self, kind) -> None:
        x = kind(2.0)
        (autograd.greater(x, 1) * x + autograd.floor_divide(x, 1) * x).backward()
        assert number(x.grad) == 1.0 + 2.0


@KINDS
class TestGradients:
    def test_touch_no_grad(self, kind) -> None:
        x = kind(3.0)
        y = x * x
        before = [x.grad, y.grad]
        found = gradients(y, x)
        assert number(found.data) == 6.0
        assert [x.grad, y.grad] == before
        assert type(found) is kind

    def test_of_one_input_or_of_a_list(self, kind) -> None:
        x, y = kind(3.0), kind(4.0)
        z = x * y
        assert number(gradients(z, x).data) == 4.0
        assert [number(found.data) for found in gradients(z, [x, y])] == [4.0, 3.0]
        assert [number(found.data) for found in gradients(z, (y, y))] == [3.0, 3.0]
        assert gradients(z, []) == []

    def test_of_an_intermediate_and_of_the_output_itself(self, kind) -> None:
        x = kind(3.0)
        y = x * x
        z = y * y
        assert [number(found.data) for found in gradients(z, [z, y, x])] == [1.0, 18.0, 108.0]

    def test_are_zeros_where_the_output_does_not_depend_on_an_input(self, kind) -> None:
        x, other = kind(3.0), kind(4.0)
        for create_graph in (False, True):
            found = gradients(x * 2, [other, x], create_graph=create_graph)
            assert [number(one.data) for one in found] == [0.0, 2.0]

    def test_start_from_the_upstream_gradient(self, kind) -> None:
        x = kind(3.0)
        assert number(gradients(x * x, x, 10.0).data) == 60.0
        assert number(gradients(x * x, x, kind(10.0)).data) == 60.0

    def test_recorded_once_more_are_third_derivatives(self, kind) -> None:
        x = kind(0.7)
        for function, third in [
            (lambda x: x**5, lambda x: 60 * x**2),
            (lambda x: autograd.sin(x), lambda x: -math.cos(x)),
            (lambda x: autograd.exp(2 * x), lambda x: 8 * math.exp(2 * x)),
            (lambda x: 1 / x, lambda x: -6 / x**4),
            (lambda x: x * x * x, lambda x: 6.0),
            (lambda x: autograd.log(x), lambda x: 2 / x**3),
            (lambda x: autograd.sqrt(x), lambda x: 3 / 8 * x**-2.5),
            (lambda x: 2**x, lambda x: math.log(2) ** 3 * 2**x),
            (lambda x: autograd.tanh(x), lambda x: (-2 + 6 * math.tanh(x) ** 2) * (1 - math.tanh(x) ** 2)),
        ]:
            derivative = function(x)
            for _ in range(3):
                derivative = gradients(derivative, x, create_graph=True)
            assert number(derivative.data) == pytest.approx(third(0.7), rel=1e-12)

    def test_mixed_second_derivatives_agree_in_either_order(self, kind) -> None:
        x, y = kind(0.7), kind(1.3)
        z = autograd.exp(x * y) + x**y
        by_x, by_y = gradients(z, [x, y], create_graph=True)
        expected = math.exp(0.91) * 1.91 + 0.7**0.3 * (1 + 1.3 * math.log(0.7))
        assert number(gradients(by_x, y).data) == pytest.approx(expected, rel=1e-12)
        assert number(gradients(by_y, x).data) == pytest.approx(expected, rel=1e-12)

    def test_recorded_can_be_swept_by_backward(self, kind) -> None:
        x = kind(2.0)
        slope = gradients(x**3, x, create_graph=True)
        (slope * slope).backward()
        assert number(x.grad) == 2 * 12.0 * 12.0

    def test_with_respect_to_the_upstream_gradient_are_the_derivative(self, kind) -> None:
        x, upstream = kind(2.0), kind(1.0)
        found = gradients(x**3, x, upstream, create_graph=True)
        assert number(gradients(found, upstream).data) == 12.0

    def test_not_recorded_are_constants(self, kind) -> None:
        x = kind(2.0)
        assert not gradients(x**3, x).requires_grad
        assert gradients(x**3, x).op is None

    def test_of_what_cannot_have_one_are_refused(self, kind) -> None:
        x = kind(2.0)
        with pytest.raises(NotRecordedError, match="does not require gradients"):
            gradients(x * 2, kind(1.0, requires_grad=False))
        with pytest.raises(NotRecordedError, match="depends on nothing"):
            gradients(kind(1.0, requires_grad=False), x)
        with pytest.raises(GraphError, match="inputs are nodes"):
            gradients(x * 2, [x, 3.0])


def test_a_recorded_upstream_gradient_may_be_a_value_where_the_output_is_a_tensor() -> None:
    x, upstream = Tensor([1.0, 2.0]), Value(10.0)
    found = gradients((x * x).sum(), x, upstream, create_graph=True)
    assert found.data.tolist() == [20.0, 40.0]
    assert gradients(found.sum(), upstream).data == 6.0


def test_a_recorded_upstream_gradient_has_the_output_s_dtype() -> None:
    x, upstream = Tensor(numpy.ones(2, numpy.float32)), Tensor([1.0, 10.0])
    for output in (x, x * 2):
        found = gradients(output, x, upstream, create_graph=True)
        assert found.dtype == numpy.float32
        assert gradients(found.sum(), upstream).dtype == numpy.float64


def test_gradients_of_many_numbers_ask_for_an_upstream_gradient() -> None:
    x = Tensor([1.0, 2.0])
    with pytest.raises(ShapeError, match=r"\.sum\(\)"):
        gradients(x * x, x)
    assert gradients(x * x, x, [1.0, 10.0]).data.tolist() == [2.0, 40.0]


def test_the_hessian_of_a_quadratic_form_is_its_symmetric_matrix() -> None:
    rng = numpy.random.default_rng(0)
    matrix = rng.normal(size=(3, 3))
    x = Tensor(rng.normal(size=3))
    slope = gradients(x @ matrix @ x, x, create_graph=True)
    rows = [gradients(slope[i], x).data for i in range(3)]
    numpy.testing.assert_allclose(rows, matrix + matrix.T, rtol=1e-13)


class TestMemory:
    def test_no_two_gradients_share_memory(self, sample, nodes_of) -> None:
        leaves = sample.leaves()
        # additions hand one array to both operands, sums and reshapes hand out views
        terms = [sample.call(*[leaf + 0.0 for leaf in leaves]), sample.call(*leaves)]
        total = (terms[0] + terms[1]).reshape(-1)
        seed = numpy.ones(total.shape)
        total.backward(seed)
        total.backward(seed)
        kept = [node for node in nodes_of(total) if node.grad is not None]
        assert len(kept) > len(leaves)
        for position, node in enumerate(kept):
            assert node.grad.dtype == node.dtype
            assert node.grad.shape == node.shape
            assert not numpy.shares_memory(node.grad, seed)
            assert not any(numpy.shares_memory(node.grad, other.grad) for other in kept[:position])
            assert not any(numpy.shares_memory(node.grad, other.data) for other in kept)

    @pytest.mark.parametrize("shape", [(), (1,), (2, 2)])
    def test_every_gradient_is_a_writable_array_after_any_number_of_sweeps(self, shape) -> None:
        x = Tensor(numpy.ones(shape))
        y = (x * 2 + x).sum()
        for _ in range(3):
            y.backward()
            for node in (x, y, y.inputs[0]):
                assert type(node.grad) is numpy.ndarray
                assert node.grad.flags.writeable

    def test_a_seed_is_never_written_to_nor_kept(self) -> None:
        x = Tensor([1.0, 2.0])
        seed = numpy.array([1.0, 10.0])
        for output in (x, x + 0, x.reshape(2), x * 1):
            output.backward(seed)
            output.backward(Tensor(seed, copy=False))
            for node in (x, output):
                assert node.grad is not None
                assert not numpy.shares_memory(node.grad, seed)
                node.grad[0] = 77.0
            assert seed.tolist() == [1.0, 10.0]
        node = Tensor(seed, copy=False)
        found = gradients(x + 0, x, node)
        assert not numpy.shares_memory(found.data, seed)

    def test_writing_into_one_gradient_changes_no_other(self) -> None:
        x, y = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
        z = x + y
        z.sum().backward()
        assert x.grad is not None and y.grad is not None and z.grad is not None
        x.grad[0] = 50.0
        assert (y.grad.tolist(), z.grad.tolist()) == ([1.0, 1.0], [1.0, 1.0])

    def test_writing_into_a_leaf_s_gradient_changes_none_that_nobody_has_looked_at(self) -> None:
        x, y = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
        z = x + y  # whose own gradient is what both leaves get
        z.backward([1.0, 1.0])
        assert x.grad is not None
        x.grad[0] = 50.0
        assert y.grad is not None and z.grad is not None
        assert (y.grad.tolist(), z.grad.tolist()) == ([1.0, 1.0], [1.0, 1.0])

    def test_gradients_handed_out_share_no_memory(self) -> None:
        x, y = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
        first, second = gradients((x + y).sum(), [x, y])
        assert not numpy.shares_memory(first.data, second.data)
        assert first.data.flags.writeable


class BrokenRuleError(Exception):
    """What a rule made to fail raises."""


def _failing(upstream, out, x):
    raise BrokenRuleError


failing = structural("failing", "!", lambda x: x * 1.0, pullbacks=(_failing,))


class TestFailure:
    def test_a_failed_operation_leaves_the_graph_usable(self) -> None:
        x = Tensor([1.0, 2.0])
        y = x * x
        for wrong in (lambda: y + numpy.ones(3), lambda: y @ numpy.ones(3), lambda: y + "a", lambda: y[5]):
            with pytest.raises(GraphError):
                wrong()
        y.sum().backward()
        assert x.grad is not None
        assert x.grad.tolist() == [2.0, 4.0]
        v = Value(3.0)
        w = v * v
        with pytest.raises(GraphError):
            w + "a"
        w.backward()
        assert v.grad == 6.0

    def test_a_failed_sweep_leaves_the_leaves_gradients_untouched(self) -> None:
        a, b = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
        (a * b).sum().backward()
        assert a.grad is not None and b.grad is not None
        y = (a * 2 + failing(b) + b * 3).sum()
        for attempt in (y.backward, lambda: gradients(y, [a, b])):
            with pytest.raises(BrokenRuleError):
                attempt()
            assert a.grad.tolist() == [3.0, 4.0]
            assert b.grad.tolist() == [1.0, 2.0]
        (a + b).sum().backward()
        assert a.grad.tolist() == [4.0, 5.0]
        assert b.grad.tolist() == [2.0, 3.0]

    def test_a_failed_sweep_through_both_kinds_leaves_them_too(self) -> None:
        v, t = Value(2.0), Tensor([1.0, 2.0])
        y = (failing(t) * (v * v)).sum()
        with pytest.raises(BrokenRuleError):
            y.backward()
        assert v.grad == 0.0
        assert t.grad is None

    def test_a_bad_upstream_gradient_changes_nothing(self) -> None:
        x = Tensor([1.0, 2.0])
        y = x * x
        with pytest.raises(ShapeError):
            y.backward([1.0, 2.0, 3.0])
        assert x.grad is None
        assert y.grad is None


def test_a_sweep_can_run_inside_another() -> None:
    x = Tensor([2.0])

    def pullback(upstream, out, a):
        inner = Tensor([3.0])
        (inner * inner * x.data).backward()
        assert inner.grad is not None
        return upstream * inner.grad

    nested = structural("nested", "n", lambda a: a * 1.0, pullbacks=(pullback,))
    (nested(x) + x).backward()
    assert x.grad is not None
    assert x.grad.tolist() == [13.0]


def test_threads_have_graphs_of_their_own() -> None:
    shared = [Value(1.0 + i, requires_grad=False) for i in range(4)]
    barrier = threading.Barrier(4)

    def work(seed: int) -> float:
        barrier.wait()
        x = y = Value(0.5 + seed)
        for i in range(300):
            y = autograd.tanh(y * shared[i % 4] + x)
        y.backward()
        return x.grad

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(work, range(4)))
    barrier = threading.Barrier(1)
    assert together == [work(seed) for seed in range(4)]


def test_an_observer_is_told_of_every_contribution_in_order() -> None:
    class Log:
        def __init__(self) -> None:
            self.events = []

        def seed(self, node, gradient) -> None:
            self.events.append(("seed", node, gradient))

        def contribution(self, contribution) -> None:
            self.events.append(contribution)

    for kind in (Value, Tensor):
        x, w = kind(3.0), kind(2.0)
        product = w * x
        total = product + x
        log = Log()
        autograd.sweep.backward(total, observer=log)
        assert log.events == [
            ("seed", total, 1.0),
            (total, 0, product, 1.0, 1.0, 1.0, 1.0),
            (total, 1, x, 1.0, 1.0, 1.0, 1.0),
            (product, 0, w, 1.0, 3.0, 3.0, 3.0),
            (product, 1, x, 1.0, 2.0, 2.0, 3.0),
        ]
        assert (number(x.grad), number(w.grad)) == (3.0, 3.0)


@KINDS
def test_a_rule_that_fails_on_bare_numbers_alone_runs_again_on_nodes_with_the_output_and_all_operands(kind) -> None:
    def rule(out, a, b, c):
        return out * a + 1 / (1 / b) + c  # 1 / 0 of Python's numbers raises, and of nodes is infinite

    row = elementwise(
        "fragile", "!", lambda a, b, c: a + 10.0, lambda a, b, c: a + 10.0, local_gradients=(rule, None, None)
    )
    x = kind(3.0)
    y = row(x, 0, 7)
    assert number(gradients(2 * y, x, create_graph=True)) == 2 * (13 * 3 + 7)
    b = kind(0.5)
    assert number(gradients(row(x, b, 7), x, create_graph=True)) == 13 * 3 + 0.5 + 7
