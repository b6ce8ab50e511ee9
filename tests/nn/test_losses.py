import math
from typing import Any

import numpy
import pytest

from autograd import DataTypeError, ShapeError, Tensor, Value, compile, gradcheck, where
from nn import (
    LOSSES,
    MLP,
    SGD,
    NetworkError,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    fit,
    hinge,
    huber,
    mean_absolute_error,
    quadratic,
    softmax_cross_entropy,
)

GENERATOR = numpy.random.default_rng(0)
OUTPUTS = GENERATOR.uniform(0.1, 0.9, (4, 3))
TARGETS = GENERATOR.uniform(0, 1, (4, 3))
LABELS = numpy.array([0, 2, 1, 2])
ONE_HOT = numpy.eye(3)[LABELS]


def targets_of(name: str) -> Any:
    """Targets that the loss of this name takes."""
    return 2 * ONE_HOT - 1 if name == "hinge" else ONE_HOT


def as_values(array: Any) -> list[list[Value]]:
    return [[Value(number) for number in row] for row in array]


def test_quadratic_is_half_the_squared_distance_averaged_over_samples() -> None:
    expected = 0.5 * ((OUTPUTS - TARGETS) ** 2).sum() / 4
    assert quadratic(Tensor(OUTPUTS), TARGETS).item() == pytest.approx(expected, rel=1e-15)


def test_binary_cross_entropy_is_its_formula() -> None:
    expected = -(TARGETS * numpy.log(OUTPUTS) + (1 - TARGETS) * numpy.log(1 - OUTPUTS)).sum() / 4
    assert binary_cross_entropy(Tensor(OUTPUTS), TARGETS).item() == pytest.approx(expected, rel=1e-14)


def test_softmax_cross_entropy_is_its_formula() -> None:
    probabilities = numpy.exp(OUTPUTS) / numpy.exp(OUTPUTS).sum(axis=1, keepdims=True)
    expected = -numpy.log(probabilities[numpy.arange(4), LABELS]).mean()
    assert softmax_cross_entropy(Tensor(OUTPUTS), LABELS).item() == pytest.approx(expected, rel=1e-14)


def test_integer_and_one_hot_labels_are_the_same() -> None:
    by_label, by_row = Tensor(OUTPUTS), Tensor(OUTPUTS)
    losses = [softmax_cross_entropy(by_label, LABELS), softmax_cross_entropy(by_row, ONE_HOT)]
    for loss in losses:
        loss.backward()
    assert losses[0].item() == pytest.approx(losses[1].item(), rel=1e-15)
    assert numpy.allclose(by_label.grad, by_row.grad, rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_passes_the_gradient_check(name: str) -> None:
    assert gradcheck(lambda a: LOSSES[name](a, targets_of(name)), OUTPUTS, order=2)


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_is_the_same_of_values_as_of_tensors(name: str) -> None:
    tensors, values = Tensor(OUTPUTS), as_values(OUTPUTS)
    by_tensors, by_values = LOSSES[name](tensors, targets_of(name)), LOSSES[name](values, targets_of(name))
    by_tensors.backward()
    by_values.backward()
    assert by_values.data == pytest.approx(by_tensors.item(), rel=1e-14)
    assert numpy.allclose([[value.grad for value in row] for row in values], tensors.grad, rtol=1e-12, atol=1e-15)


def test_softmax_cross_entropy_of_values_takes_integer_labels() -> None:
    expected = softmax_cross_entropy(Tensor(OUTPUTS), LABELS).item()
    assert softmax_cross_entropy(as_values(OUTPUTS), LABELS).data == pytest.approx(expected, rel=1e-14)
    one_sample = softmax_cross_entropy(as_values(OUTPUTS)[0], 0).data
    assert one_sample == pytest.approx(softmax_cross_entropy(Tensor(OUTPUTS[:1]), [0]).item(), rel=1e-14)


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_is_recorded_in_a_scope_of_its_name(name: str) -> None:
    loss = LOSSES[name](Tensor(OUTPUTS), targets_of(name))
    assert loss.scope.name == name.replace("-", "_")


@pytest.mark.parametrize(
    ("loss", "outputs", "targets", "expected"),
    [
        (binary_cross_entropy_with_logits, [[1000.0], [-1000.0]], [[1.0], [0.0]], 0.0),
        (binary_cross_entropy_with_logits, [[1000.0]], [[0.0]], 1000.0),
        (binary_cross_entropy_with_logits, [[-1000.0]], [[1.0]], 1000.0),
        (softmax_cross_entropy, [[1000.0, -1000.0]], [0], 0.0),
        (softmax_cross_entropy, [[1000.0, -1000.0]], [1], 2000.0),
        (binary_cross_entropy, [[1.0], [0.0]], [[1.0], [0.0]], 0.0),
        (binary_cross_entropy, [[0.0]], [[1.0]], numpy.inf),
    ],
)
def test_extreme_outputs_give_the_exact_limit(loss: Any, outputs: Any, targets: Any, expected: float) -> None:
    tensor = Tensor(outputs)
    value = loss(tensor, targets)
    value.backward()
    assert value.item() == expected
    assert not numpy.isnan(tensor.grad).any()
    assert loss(as_values(outputs), targets).data == expected


@pytest.mark.parametrize("name", LOSSES)
def test_float32_outputs_keep_the_loss_and_its_gradient_in_float32(name: str) -> None:
    tensor = Tensor(OUTPUTS.astype(numpy.float32))
    loss = LOSSES[name](tensor, targets_of(name))
    loss.backward()
    assert loss.dtype == tensor.grad.dtype == numpy.float32


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("shape", [(4, 2), (3,), (4, 3, 1), ()])
def test_targets_of_another_shape_are_refused_never_broadcast(name: str, shape: tuple[int, ...]) -> None:
    sentence = r"outputs of shape \(4, 3\) and targets of shape|logits of shape"
    with pytest.raises(ShapeError, match=sentence):
        LOSSES[name](Tensor(OUTPUTS), -numpy.ones(shape))
    with pytest.raises(ShapeError, match=sentence):
        LOSSES[name](as_values(OUTPUTS), -numpy.ones(shape))


@pytest.mark.parametrize("label", [-1, 3])
def test_a_label_that_is_no_class_is_refused(label: int) -> None:
    with pytest.raises(DataTypeError, match=rf"label {label} is none of the 3 classes 0 … 2"):
        softmax_cross_entropy(Tensor(OUTPUTS), [0, 1, 2, label])


def test_labels_of_another_count_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"logits of shape \(4, 3\) and 3 labels"):
        softmax_cross_entropy(Tensor(OUTPUTS), [0, 1, 2])


@pytest.mark.parametrize("name", LOSSES)
def test_an_empty_batch_is_refused(name: str) -> None:
    with pytest.raises(ShapeError, match="no sample"):
        LOSSES[name](Tensor(numpy.zeros((0, 3))), numpy.zeros((0, 3)))


def test_the_neurons_cost_keeps_its_target_in_the_graph() -> None:
    a, y = Value(0.7), Value(1.0, requires_grad=False, label="y")
    difference = quadratic(a, y).inputs[0].inputs[0]
    assert difference.inputs == (a, y)


def test_a_class_that_is_impossible_and_not_wanted_costs_nothing() -> None:
    logits = Tensor([[0.0, -numpy.inf]])
    loss = softmax_cross_entropy(logits, [[1.0, 0.0]])
    loss.backward()
    assert loss.item() == 0.0
    assert numpy.array_equal(logits.grad, [[0.0, 0.0]])


def test_shares_that_are_all_0_cost_nothing() -> None:
    assert softmax_cross_entropy([Value(0.0), Value(1.0)], [0.0, 0.0]).data == 0.0
    assert softmax_cross_entropy(Tensor([[0.0, 1.0]]), [[0.0, 0.0]]).item() == 0.0


def test_rows_of_different_lengths_are_refused() -> None:
    with pytest.raises(ShapeError, match="the rows of outputs differ in length: 1, 2"):
        quadratic([[Value(1.0), Value(2.0)], [Value(1.0)]], [[1.0, 2.0], [1.0, 2.0]])


@pytest.mark.parametrize("name", LOSSES)
def test_targets_that_are_no_numbers_are_refused(name: str) -> None:
    for outputs in (Tensor([[1.0]]), [[Value(1.0)]]):
        with pytest.raises(DataTypeError, match="targets: an operand is a number, an array of real numbers"):
            LOSSES[name](outputs, [["a"]])


def test_labels_in_a_column_are_refused_for_values_as_for_tensors() -> None:
    for outputs in (Tensor(OUTPUTS), as_values(OUTPUTS)):
        with pytest.raises(ShapeError):
            softmax_cross_entropy(outputs, LABELS.reshape(-1, 1))


def test_labels_that_are_no_integers_are_named() -> None:
    with pytest.raises(ShapeError, match="take integer labels or rows of probabilities, not float64"):
        softmax_cross_entropy(Tensor(OUTPUTS), LABELS.astype(float))


def test_hinge_takes_minus_one_and_one() -> None:
    with pytest.raises(DataTypeError, match=r"hinge: targets are −1 and 1, not \[0\.0, 1\.0\]"):
        LOSSES["hinge"](Tensor(OUTPUTS), ONE_HOT)


ELEMENTWISE = [quadratic, mean_absolute_error, huber, binary_cross_entropy, binary_cross_entropy_with_logits, hinge]


@pytest.mark.parametrize("loss", ELEMENTWISE, ids=lambda loss: loss.__name__)
def test_several_outputs_without_rows_are_refused_not_summed(loss: Any) -> None:
    numbers, targets = [0.25, 0.5, 0.75], [1.0, 1.0, 1.0]
    values = [Value(number) for number in numbers]
    for outputs in (Tensor(numbers), numpy.array(numbers), numbers, values, tuple(values)):
        with pytest.raises(ShapeError, match=r"may be one sample's or those of 3 samples.* for one sample or .* for 3"):
            loss(outputs, targets)
    row, column = Tensor([numbers]), Tensor(numbers).reshape(-1, 1)
    as_row, as_column = loss(row, [targets]), loss(column, [[one] for one in targets])
    assert as_row.item() == pytest.approx(3 * as_column.item())
    assert loss([values], [targets]).item() == pytest.approx(as_row.item())
    assert loss([[one] for one in values], [[one] for one in targets]).item() == pytest.approx(as_column.item())
    for single in (Tensor([0.25]), [Value(0.25)], Value(0.25)):
        assert loss(single, [1.0]).item() == pytest.approx(loss(Tensor([[0.25]]), [[1.0]]).item())


@pytest.mark.parametrize("loss", [*ELEMENTWISE, softmax_cross_entropy], ids=lambda loss: loss.__name__)
def test_a_target_that_is_nan_is_refused(loss: Any) -> None:
    targets = [[1.0, math.nan]]
    for outputs in (Tensor([[0.25, 0.5]]), [[Value(0.25), Value(0.5)]]):
        for given in (targets, numpy.array(targets), Tensor(targets, requires_grad=False)):
            with pytest.raises(DataTypeError, match="nan"):
                loss(outputs, given)


def test_fit_refuses_targets_that_are_nan_before_the_first_step() -> None:
    model, inputs = MLP((2, 1), rng=0), numpy.ones((6, 2))
    good, bad = numpy.zeros((6, 1)), numpy.zeros((6, 1))
    bad[4] = math.nan
    before = model.state_dict()
    for data, validation in (((inputs, bad), None), ((inputs, good), (inputs, bad))):
        with pytest.raises(NetworkError, match="the target of sample 4 is nan"):
            fit(model, data, quadratic, SGD(model.parameters(), 0.1), 1, batch_size=2, rng=0, validation=validation)
    assert all(numpy.array_equal(array, before[name]) for name, array in model.state_dict().items())

    def known(outputs: Any, targets: Any) -> Any:  # a loss of one's own may pass over what is missing
        missing = numpy.isnan(targets)
        return (where(missing, 0.0, outputs - numpy.where(missing, 0.0, targets)) ** 2).sum()

    fit(model, (inputs, bad), known, SGD(model.parameters(), 0.01), 1, batch_size=2, rng=0, compile=False)


def test_a_program_trims_the_probabilities_of_each_call():
    ones = numpy.ones((1, 1))
    compiled = compile(binary_cross_entropy)
    compiled(ones * (1 + 5e-7), ones)
    for probability in (1e-7, 2e-6, 1 + 1e-7):
        for target in (ones, 0 * ones):
            wanted = binary_cross_entropy(Tensor(ones * probability), target).item()
            assert float(compiled(ones * probability, target)) == wanted


@pytest.mark.parametrize(
    ("loss", "right", "wrong", "words"),
    [
        (softmax_cross_entropy, (OUTPUTS, LABELS), (OUTPUTS, LABELS - 1), "label -1 is none of the 3 classes"),
        (hinge, (OUTPUTS, numpy.sign(OUTPUTS - 0.5)), (OUTPUTS, ONE_HOT), "targets are −1 and 1"),
        (binary_cross_entropy, (OUTPUTS, ONE_HOT), (OUTPUTS, 3 * ONE_HOT), "targets are probabilities"),
        (binary_cross_entropy, (OUTPUTS, ONE_HOT), (2 * OUTPUTS, ONE_HOT), "outputs are probabilities"),
        (quadratic, (OUTPUTS, TARGETS), (OUTPUTS, numpy.nan * TARGETS), "a target is nan"),
    ],
)
def test_a_program_of_a_loss_checks_the_targets_of_each_call(loss: Any, right: Any, wrong: Any, words: str) -> None:
    compiled = compile(loss)
    for call in (compiled, compiled.value_and_grad):
        for _ in range(2):
            call(*right)
            with pytest.raises(DataTypeError, match=words):
                call(*wrong)
        call(*right)
