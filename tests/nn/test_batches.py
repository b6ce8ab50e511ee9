import numpy
import pytest

from nn import Batches, DatasetError, from_one_hot, one_hot, split_samples


def test_batches_hold_every_sample_once_and_the_last_what_is_left() -> None:
    inputs = numpy.arange(10.0).reshape(10, 1)
    batches = Batches(inputs, inputs * 2, 4, rng=0)
    found = list(batches)
    assert len(batches) == 3
    assert [len(x) for x, _ in found] == [4, 4, 2]
    assert sorted(numpy.concatenate([x for x, _ in found]).ravel()) == list(range(10))
    assert all(numpy.array_equal(y, 2 * x) for x, y in found)


def test_the_same_seed_gives_the_same_orders_and_each_pass_its_own() -> None:
    inputs = numpy.arange(10.0).reshape(10, 1)
    first, second = (Batches(inputs, inputs, 3, rng=1) for _ in range(2))
    passes = [[x.tolist() for x, _ in batches] for batches in (first, second, first)]
    assert passes[0] == passes[1] != passes[2]


def test_a_pass_may_begin_with_a_later_batch_of_the_same_order() -> None:
    inputs = numpy.arange(10.0)
    whole = [x.tolist() for x, _ in Batches(inputs, inputs, 3, rng=1)]
    rest = [x.tolist() for x, _ in Batches(inputs, inputs, 3, rng=1).from_batch(2)]
    assert rest == whole[2:]


def test_without_shuffling_batches_are_views_in_order() -> None:
    inputs = numpy.arange(5.0)
    batches = list(Batches(inputs, inputs, 2, shuffle=False))
    assert [x.tolist() for x, _ in batches] == [[0, 1], [2, 3], [4]]
    assert all(numpy.shares_memory(x, inputs) for x, _ in batches)


def test_a_batch_keeps_its_dtype() -> None:
    (x, y), *_ = Batches(numpy.zeros((4, 2), numpy.float32), numpy.zeros(4, numpy.int64), 2, rng=0)
    assert (x.dtype, y.dtype) == (numpy.float32, numpy.int64)


@pytest.mark.parametrize(
    ("inputs", "targets", "size", "sentence"),
    [
        (numpy.zeros((3, 1)), numpy.zeros((2, 1)), 1, "3 inputs and 2 targets"),
        (numpy.zeros((0, 1)), numpy.zeros((0, 1)), 1, "there are no samples"),
        (numpy.zeros((3, 1)), 1.0, 1, "targets have a row for each sample"),
        (numpy.zeros(3), numpy.zeros(3), 0, "batch_size is a whole number from 1, not 0"),
        (numpy.zeros(3), numpy.zeros(3), 2.0, "batch_size is a whole number from 1, not 2.0"),
    ],
)
def test_what_cannot_be_batched_is_refused(inputs: object, targets: object, size: object, sentence: str) -> None:
    with pytest.raises(DatasetError, match=sentence):
        Batches(inputs, targets, size)


def test_parts_of_a_split_have_no_sample_in_common_and_their_targets_beside_them() -> None:
    parts = split_samples(numpy.arange(20), numpy.arange(20) * 10, rng=3)
    assert [len(x) for x, _ in parts] == [16, 2, 2]
    assert sorted(numpy.concatenate([x for x, _ in parts])) == list(range(20))
    assert all((10 * x == y).all() for x, y in parts)
    again = split_samples(numpy.arange(20), numpy.arange(20), rng=3)
    assert [x.tolist() for x, _ in again] == [x.tolist() for x, _ in parts]
    assert parts[0][0].tolist() != list(range(16))


def test_a_split_may_leave_samples_out() -> None:
    assert [len(x) for x, _ in split_samples(range(10), range(10), (0.5, 0.2), rng=0)] == [5, 2]


@pytest.mark.parametrize("shares", [(), (0.5, 0.6), (1.0, 0.0), (-0.5, 0.5), (float("nan"),)])
def test_shares_that_cannot_be_are_refused(shares: tuple[float, ...]) -> None:
    with pytest.raises(DatasetError, match="shares are numbers above 0, together at most 1"):
        split_samples(range(10), range(10), shares)
    with pytest.raises(DatasetError, match="3 samples are too few"):
        split_samples(range(3), range(3), (0.9, 0.1))


def test_one_hot_and_back() -> None:
    labels = numpy.array([3, 0, 2, 2])
    assert from_one_hot(one_hot(labels, 4)).tolist() == labels.tolist()
    for wrong in ([[0.5, 0.5]], [[1, 1]], [[0, 0]], [1, 0]):
        with pytest.raises(DatasetError, match="rows of zeros with one 1"):
            from_one_hot(wrong)


def test_a_last_batch_that_is_smaller_may_be_left_out() -> None:
    batches = Batches(range(7), range(7), 3, rng=0, drop_last=True)
    assert len(batches) == 2 and [len(inputs) for inputs, _ in batches] == [3, 3]
    with pytest.raises(DatasetError, match="drop_last=True leaves nothing: 2 samples, batch_size 3"):
        Batches(range(2), range(2), 3, drop_last=True)
