"""A training step as one program moves parameters as an optimizer does."""

import numpy
import pytest

from autograd import NotRecordedError, StaleGraphError, Tensor, Value, sqrt
from autograd.compiler.run.array_machine import OutOfRangeError
from autograd.compiler.training_step import TrainingStep
from nn import MLP, SGD, quadratic, softmax_cross_entropy


def descend(w, g, states, numbers):
    return w - numbers[0] * g, ()


def batches(count, n_inputs, dtype):
    generator = numpy.random.default_rng(0)
    for _ in range(count):
        x = generator.normal(size=(6, n_inputs)).astype(dtype)
        yield x, generator.integers(0, 3, 6)


@pytest.mark.parametrize("dtype", [numpy.float64, numpy.float32])
def test_gradient_descent_is_the_optimizers(dtype):
    ours, eager = (MLP((4, 5, 3), "tanh", rng=0, dtype=dtype) for _ in range(2))
    step = TrainingStep(lambda x, labels: softmax_cross_entropy(ours(x), labels), descend)
    optimizer = SGD(eager.parameters(), 0.3)
    for number, (x, labels) in enumerate(batches(200, 4, dtype)):
        optimizer.learning_rate = rate = 0.3 / (1 + number)
        optimizer.zero_grad()
        cost = softmax_cross_entropy(eager(x), labels)
        cost.backward()
        optimizer.step()
        assert step(x, labels, numbers=(rate,)) == pytest.approx(
            cost.item(), rel=1e-5 if dtype is numpy.float32 else 1e-10
        )
    tolerance = 1e-4 if dtype is numpy.float32 else 1e-10
    for one, other in zip(ours.parameters(), eager.parameters(), strict=True):
        assert one.data.dtype == dtype
        numpy.testing.assert_allclose(one.data, other.data, rtol=tolerance, atol=tolerance)


def test_states_are_kept_between_steps():
    def adaptive(w, g, states, numbers):
        mean, variance = states
        mean = 0.9 * mean + 0.1 * g
        variance = 0.99 * variance + 0.01 * g * g
        return w - numbers[0] * mean / (sqrt(variance) + 1e-8), (mean, variance)

    model = MLP((4, 3), rng=0)
    other = MLP((4, 3), rng=0)
    states = {one: (numpy.zeros(one.shape), numpy.zeros(one.shape)) for one in model.parameters()}
    step = TrainingStep(lambda x, labels: softmax_cross_entropy(model(x), labels), adaptive, states)
    by_hand = {one: [numpy.zeros(one.shape), numpy.zeros(one.shape)] for one in other.parameters()}
    for x, labels in batches(30, 4, numpy.float64):
        step(x, labels, numbers=(0.01,))
        for one in other.parameters():
            one.zero_grad()
        softmax_cross_entropy(other(x), labels).backward()
        for one, (mean, variance) in by_hand.items():
            mean[...] = 0.9 * mean + 0.1 * one.grad
            variance[...] = 0.99 * variance + 0.01 * one.grad * one.grad
            one.data = one.data - 0.01 * mean / (numpy.sqrt(variance) + 1e-8)
    for one, same in zip(model.parameters(), other.parameters(), strict=True):
        numpy.testing.assert_allclose(one.data, same.data, rtol=1e-11)
        numpy.testing.assert_allclose(states[one], by_hand[same], rtol=1e-11)


def test_parameters_that_need_each_other_all_move_from_where_they_were():
    v, w = Tensor([2.0, 3.0]), Tensor([5.0, 7.0])
    step = TrainingStep(lambda: (v * w).sum(), lambda w, g, states, numbers: (w - g, ()))
    assert step() == 31.0
    assert v.data.tolist() == [-3.0, -4.0]
    assert w.data.tolist() == [3.0, 4.0]


def test_a_parameter_may_become_what_is_read_elsewhere():
    v, w = Tensor([2.0, 3.0]), Tensor([5.0, 7.0])
    step = TrainingStep(lambda: (v * w).sum(), lambda w, g, states, numbers: (g, ()))
    step()
    assert (v.data.tolist(), w.data.tolist()) == ([5.0, 7.0], [2.0, 3.0])


def test_what_was_recorded_before_the_step_is_stale():
    w = Tensor([1.0, 2.0])
    before = (w * w).sum()
    TrainingStep(lambda: (w * 3).sum(), descend)(numbers=(0.1,))
    with pytest.raises(StaleGraphError):
        before.backward()


def test_the_update_of_a_large_matrix_takes_one_pass():
    model = MLP((50, 40, 2), "sigmoid", "sigmoid", rng=0)
    step = TrainingStep(lambda x, y: quadratic(model(x), y), descend)
    step(numpy.ones((3, 50)), numpy.ones((3, 2)), numbers=(0.1,))
    (((machine, *_),),) = step._cache.entries.values()
    # The rate scales the (3, 40) errors, not the (50, 40) gradient; then the matrix is written over itself.
    writes = [line.strip() for line in machine.text.splitlines() if "out=x" in line]
    assert len(writes) == 4
    assert all(line.startswith("_subtract(x") for line in writes)


def test_what_cannot_be_moved_is_said():
    with pytest.raises(NotRecordedError, match="no leaf that requires gradients"):
        TrainingStep(lambda x: x.sum(), descend)(numpy.ones(2), numbers=(0.1,))
    w = Value(2.0)
    with pytest.raises(NotRecordedError, match="only parameters that are Tensors"):
        TrainingStep(lambda x: (w * x).sum(), descend)(numpy.ones(2), numbers=(0.1,))


def test_a_guarded_step_gives_norms_and_moves_nothing_where_they_are_no_exact_numbers():
    w, frozen = Tensor([1.0, 2.0]), Tensor([10.0, 10.0])
    step = TrainingStep(
        lambda x: ((w * x * frozen).sum(), w * x),
        lambda w, g, states, numbers: (w - g, (states[0] + 1,)),
        {w: (count := numpy.zeros(2),)},
        parameters=[w],
        guarded=True,
    )
    (value, product), norms = step(numpy.array([0.5, 1.0]))
    assert (value, product.tolist(), norms) == (25.0, [0.5, 2.0], (125.0,))
    assert (w.data.tolist(), count.tolist(), frozen.data.tolist()) == ([-4.0, -8.0], [1.0, 1.0], [10.0, 10.0])
    for x in ([numpy.nan, 1.0], [numpy.inf, 1.0], [1e200, 1.0], [1e-170, 0.0], [0.0, 0.0]):
        with pytest.raises(OutOfRangeError):
            step(numpy.array(x))
    assert (w.data.tolist(), count.tolist()) == ([-4.0, -8.0], [1.0, 1.0])


def test_a_state_that_is_read_after_it_has_moved_is_written_where_it_belongs():
    w, velocity = Tensor([1.0, 2.0]), numpy.zeros(2)

    def move(w, g, states, numbers):
        velocity = 0.5 * states[0] + g
        return w - velocity - 0.5 * velocity, (velocity,)

    step = TrainingStep(lambda: (w * w).sum(), move, {w: (velocity,)})
    step()
    assert (w.data.tolist(), velocity.tolist()) == ([-2.0, -4.0], [2.0, 4.0])
    step()
    assert (w.data.tolist(), velocity.tolist()) == ([2.5, 5.0], [-3.0, -6.0])
    (((machine, *_),),) = step._cache.entries.values()
    assert "copyto" not in machine.text


def test_parameters_that_the_number_does_not_depend_on_are_refused():
    w, other = Tensor([1.0]), Tensor([2.0], label="other")
    with pytest.raises(NotRecordedError, match=r"does not depend on .*other"):
        TrainingStep(lambda: w.sum(), descend, parameters=[w, other])(numbers=(0.1,))
