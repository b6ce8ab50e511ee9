"""Tensor: operators on either side of arrays and numbers, dtypes, copies, indexing, what it refuses."""

import itertools
import math
import operator
import re

import numpy
import pytest

import autograd
from autograd import DataTypeError, GraphError, ShapeError, Tensor, Value

BINARY = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.mod,
    operator.pow,
]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]
OTHERS = [
    3,
    2.5,
    True,
    numpy.float64(2.5),
    numpy.float32(2.5),
    numpy.int64(3),
    numpy.array(2.5),
    numpy.array([2.5, 3.0]),
    numpy.array([2, 3]),
    numpy.array([[2.5], [1.5]], dtype=numpy.float32),
    [2.5, 3.0],
]


def named(other: object) -> str:
    return type(other).__name__ + re.sub(r"<.*>|\n", "", f" {other}")


@pytest.mark.parametrize("other", OTHERS, ids=named)
class TestWithNumbersAndArrays:
    @pytest.mark.parametrize("function", BINARY)
    def test_an_operator_gives_numpy_s_answer_on_either_side(self, function, other) -> None:
        array = numpy.array([[7.25, 1.75], [0.5, 2.0]])
        plain = numpy.asarray(other) if isinstance(other, list) else other
        for result, expected in [
            (function(Tensor(array), other), function(array, plain)),
            (function(other, Tensor(array)), function(plain, array)),
        ]:
            assert type(result) is Tensor
            assert result.dtype == expected.dtype
            numpy.testing.assert_array_equal(result.data, expected)

    @pytest.mark.parametrize("function", BINARY)
    def test_python_numbers_keep_float32_and_arrays_promote_as_numpy_s(self, function, other) -> None:
        array = numpy.array([7.25, 1.75], dtype=numpy.float32)
        plain = numpy.asarray(other) if isinstance(other, list) else other
        for result, expected in [
            (function(Tensor(array), other), function(array, plain)),
            (function(other, Tensor(array)), function(plain, array)),
        ]:
            assert result.dtype == expected.dtype
            if type(other) in (int, float, bool):
                assert result.dtype == numpy.float32

    @pytest.mark.parametrize("function", BINARY[:4])
    def test_only_the_tensor_has_a_gradient_in_its_own_dtype(self, function, other) -> None:
        for dtype in (numpy.float32, numpy.float64):
            x = Tensor([[7.25, 1.75]], dtype=dtype)
            function(other, x).sum().backward()
            assert x.grad is not None
            assert x.grad.dtype == dtype
            assert x.grad.shape == (1, 2)

    @pytest.mark.parametrize("function", COMPARISONS)
    def test_a_comparison_is_a_recorded_boolean_tensor(self, function, other) -> None:
        array = numpy.array([[2.5, 3.0], [1.0, 7.0]])
        x = Tensor(array)
        plain = numpy.asarray(other) if isinstance(other, list) else other
        for answer, expected in [
            (function(x, other), function(array, plain)),
            (function(other, x), function(plain, array)),
        ]:
            assert type(answer) is Tensor
            assert answer.dtype == bool
            assert not answer.requires_grad
            assert answer.op is not None
            assert any(one is x for one in answer.inputs)
            numpy.testing.assert_array_equal(answer.data, expected)

    def test_divmod_is_the_floor_and_the_remainder(self, other) -> None:
        array = numpy.array([[7.25, -1.75]])
        plain = numpy.asarray(other) if isinstance(other, list) else other
        for results, expected in [
            (divmod(Tensor(array), other), divmod(array, plain)),
            (divmod(other, Tensor(array)), divmod(plain, array)),
        ]:
            for result, part in zip(results, expected, strict=True):
                numpy.testing.assert_array_equal(result.data, part)


def test_unary_operators_give_numpy_s_answer() -> None:
    array = numpy.array([1.5, -2.0, 0.0])
    for function in (operator.neg, operator.pos, abs):
        numpy.testing.assert_array_equal(function(Tensor(array)).data, function(array))


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid", "relu"])
def test_a_method_is_the_function_of_its_name(name) -> None:
    x = Tensor([0.5, 2.0])
    result = getattr(x, name)()
    assert result.op is autograd.operations()[name]
    numpy.testing.assert_array_equal(result.data, getattr(autograd, name)(x.data))


def test_an_operator_with_assignment_makes_a_new_node() -> None:
    x = y = Tensor([1.0, 2.0])
    y += 1
    y *= numpy.array([2.0, 3.0])
    assert y is not x
    assert x.data.tolist() == [1.0, 2.0]
    assert y.data.tolist() == [4.0, 9.0]
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2.0, 3.0]


def test_an_array_is_never_written_to_by_assignment_with_a_tensor() -> None:
    array = kept = numpy.ones(2)
    try:
        array += Tensor([1.0, 2.0])
    except TypeError:
        pass
    else:
        assert type(array) is Tensor
    assert kept.tolist() == [1.0, 1.0]


class TestMatmul:
    SHAPES = (
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 2)),
        ((2, 3), (3, 4)),
        ((5, 2, 3), (3, 4)),
        ((2, 3), (5, 3, 4)),
        ((5, 2, 3), (5, 3, 4)),
        ((5, 1, 2, 3), (4, 3, 2)),
        ((3,), (5, 3, 4)),
        ((5, 2, 3), (3,)),
        ((0, 3), (3, 2)),
        ((2, 0), (0, 3)),
    )

    @pytest.mark.parametrize(("left", "right"), SHAPES)
    def test_gives_numpy_s_answer_whatever_is_an_array(self, left, right) -> None:
        rng = numpy.random.default_rng(0)
        a, b = rng.normal(size=left), rng.normal(size=right)
        for result in (Tensor(a) @ Tensor(b), Tensor(a) @ b, a @ Tensor(b), autograd.matmul(Tensor(a), b)):
            assert type(result) is Tensor
            assert result.shape == (a @ b).shape
            numpy.testing.assert_allclose(result.data, a @ b, rtol=1e-13)

    @pytest.mark.parametrize(("left", "right"), SHAPES)
    def test_has_the_gradients_of_the_written_out_sum(self, left, right) -> None:
        rng = numpy.random.default_rng(1)
        a, b = Tensor(rng.normal(size=left)), Tensor(rng.normal(size=right))
        product = a @ b
        upstream = rng.normal(size=product.shape)
        product.backward(upstream)
        rows = a.data if a.ndim > 1 else a.data[None]
        columns = b.data if b.ndim > 1 else b.data[:, None]
        whole = upstream.reshape((rows @ columns).shape)
        batch = whole.shape[:-2]
        by_rows = numpy.einsum("...ij,...kj->...ik", whole, numpy.broadcast_to(columns, batch + columns.shape[-2:]))
        by_columns = numpy.einsum("...ij,...ik->...jk", numpy.broadcast_to(rows, batch + rows.shape[-2:]), whole)
        for node, gradient, shape in [(a, by_rows, rows.shape), (b, by_columns, columns.shape)]:
            assert node.grad is not None
            lead = gradient.ndim - len(shape)
            gradient = gradient.sum(tuple(range(lead)))
            stretched = tuple(i for i, size in enumerate(shape) if size == 1 and gradient.shape[i] != 1)
            gradient = gradient.sum(stretched, keepdims=True).reshape(node.shape)
            numpy.testing.assert_allclose(node.grad, gradient, rtol=1e-12, atol=1e-13)

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ((2,), (3,)),
            ((2, 3), (2,)),
            ((2,), (3, 2)),
            ((2, 3), (2, 3)),
            ((4, 2, 3), (4, 2, 3)),
            ((2, 2, 3), (5, 3, 4)),
        ],
    )
    def test_of_shapes_that_do_not_fit_names_both_and_the_operation(self, left, right) -> None:
        a, b = numpy.ones(left), numpy.ones(right)
        for attempt in (lambda: Tensor(a) @ Tensor(b), lambda: a @ Tensor(b), lambda: Tensor(a) @ b):
            with pytest.raises(ShapeError, match="matmul") as caught:
                attempt()
            assert str(left) in str(caught.value)
            assert str(right) in str(caught.value)
            assert "\n" not in str(caught.value)

    def test_of_shapes_that_do_not_fit_says_which_sizes_must_agree(self) -> None:
        for right, which in [((2,), "only"), ((2, 3), "second to last"), ((5, 2, 3), "second to last")]:
            with pytest.raises(ShapeError, match=f"the left one's last size must be the right one's {which} size"):
                autograd.matmul(numpy.ones((2, 3)), Tensor(numpy.ones(right)))

    def test_of_matrices_is_one_operation(self) -> None:
        a, b = numpy.ones((2, 3)), numpy.ones((3, 4))
        for product in (Tensor(a) @ Tensor(b), a @ Tensor(b), Tensor(a) @ b, autograd.matmul(Tensor(a), Tensor(b))):
            assert product.op is autograd.operations()["matmul"]

    def test_with_a_single_number_says_to_multiply(self) -> None:
        x = Tensor([1.0])
        for attempt in (lambda: x @ 2, lambda: 2 @ x, lambda: x @ Tensor(2.0), lambda: Value(2.0) @ x):
            with pytest.raises(ShapeError, match=r"use \* instead of @"):
                attempt()


class TestDtypes:
    @pytest.mark.parametrize("dtype", [numpy.float32, numpy.float64])
    def test_floats_are_kept(self, dtype) -> None:
        assert Tensor(numpy.ones(2, dtype)).dtype == dtype
        assert Tensor(numpy.ones(2, dtype), requires_grad=False).dtype == dtype
        assert Tensor([1, 2], dtype=dtype).dtype == dtype

    @pytest.mark.parametrize("data", [[1, 2], [1.0, 2.0], 3, numpy.array([1], numpy.uint8), numpy.int32(1), []])
    def test_integers_and_lists_become_float64(self, data) -> None:
        assert Tensor(data).dtype == numpy.float64

    @pytest.mark.parametrize("dtype", [bool, numpy.uint8, numpy.int32, numpy.int64])
    def test_integers_and_booleans_are_kept_where_no_gradient_is_wanted(self, dtype) -> None:
        assert Tensor(numpy.ones(2, dtype), requires_grad=False).dtype == dtype

    @pytest.mark.parametrize(
        "data",
        [
            "a",
            ["a"],
            None,
            [None],
            {},
            object(),
            1j,
            [1j],
            numpy.ones(2, numpy.float16),
            numpy.ones(2, numpy.longdouble),
            numpy.array(["2020-01-01"], "datetime64[D]"),
            [[1.0], [1.0, 2.0]],
        ],
        ids=named,
    )
    def test_anything_else_is_a_type_error_in_one_sentence(self, data) -> None:
        for requires_grad in (True, False):
            with pytest.raises(DataTypeError, match="a Tensor holds ") as caught:
                Tensor(data, requires_grad=requires_grad)
            assert "\n" not in str(caught.value)
            assert isinstance(caught.value, TypeError)

    @pytest.mark.parametrize("dtype", [object, complex, "U1"])
    def test_no_elements_of_another_kind_are_refused_too(self, dtype) -> None:
        with pytest.raises(DataTypeError):
            Tensor(numpy.array([], dtype), requires_grad=False)

    @pytest.mark.parametrize("dtype", [complex, object, "U4", numpy.float16, numpy.longdouble])
    def test_a_conversion_to_anything_else_is_refused(self, dtype) -> None:
        for requires_grad in (True, False):
            with pytest.raises(DataTypeError):
                Tensor([1.5], dtype=dtype, requires_grad=requires_grad)

    def test_booleans_cannot_require_gradients(self) -> None:
        with pytest.raises(DataTypeError, match="requires_grad=False"):
            Tensor([True])
        with pytest.raises(DataTypeError):
            Tensor([1], dtype=numpy.int64)

    @pytest.mark.parametrize("dtype", [numpy.int64, bool])
    def test_a_cast_to_integers_carries_no_gradient(self, dtype) -> None:
        x = Tensor([1.5, 0.0])
        cast = autograd.astype(x, dtype=dtype)
        assert cast.dtype == dtype
        assert not cast.requires_grad

    def test_an_index_computed_by_a_cast_can_be_used(self) -> None:
        x = Tensor([1.0, 0.0])
        x[autograd.astype(x, dtype=numpy.int64)].sum().backward()
        assert x.grad is not None
        assert x.grad.tolist() == [1.0, 1.0]

    def test_a_gradient_crosses_a_cast_in_each_side_s_dtype(self) -> None:
        x = Tensor([1.0, 2.0], dtype=numpy.float32)
        wide = autograd.astype(x, dtype=numpy.float64)
        (wide * numpy.array([0.1, 0.2])).sum().backward()
        assert wide.grad is not None and x.grad is not None
        assert (wide.grad.dtype, x.grad.dtype) == (numpy.float64, numpy.float32)
        assert x.grad.tolist() == numpy.array([0.1, 0.2], numpy.float32).tolist()

    def test_a_scalar_of_numpy_counts_as_an_array(self) -> None:
        x = Tensor([1.0], dtype=numpy.float32)
        assert (x * 2.0).dtype == numpy.float32
        assert (x * numpy.float64(2.0)).dtype == numpy.float64
        assert (x * numpy.array(2.0)).dtype == numpy.float64
        assert (numpy.float64(2.0) * x).dtype == numpy.float64
        assert (x * numpy.float32(2.0)).dtype == numpy.float32
        (x * numpy.float64(2.0)).sum().backward()
        assert x.grad is not None
        assert x.grad.dtype == numpy.float32

    @pytest.mark.parametrize(
        "function",
        [
            lambda x: autograd.where(x > 0, x, 0.0),
            lambda x: autograd.maximum(x, 0.5),
            lambda x: x.mean() + x.max() + x.norm(),
            lambda x: x.softmax() * 2 + autograd.log_softmax(x),
            lambda x: autograd.logsumexp(x) ** 2 / 3,
            lambda x: autograd.concatenate([x, x * 2]),
            lambda x: 2**x - x // 1 + x % 0.7,
            lambda x: x @ x,
        ],
    )
    def test_float32_stays_float32(self, function) -> None:
        x = Tensor([0.25, -1.5, 2.0], dtype=numpy.float32)
        output = function(x)
        assert output.dtype == numpy.float32
        output.sum().backward()
        assert x.grad is not None
        assert x.grad.dtype == numpy.float32


class TestCopies:
    def test_a_tensor_copies_its_array(self) -> None:
        array = numpy.array([1.0, 2.0])
        x = Tensor(array)
        array[0] = 9.0
        assert x.data.tolist() == [1.0, 2.0]
        assert not numpy.shares_memory(Tensor(x).data, x.data)
        assert not numpy.shares_memory(x.detach().data, x.data)

    def test_copy_false_shares_it(self) -> None:
        array = numpy.array([1.0, 2.0])
        assert numpy.shares_memory(Tensor(array, copy=False).data, array)

    def test_a_read_only_array_can_be_used_anywhere(self) -> None:
        array = numpy.array([[1.0, 2.0], [3.0, 4.0]])
        array.flags.writeable = False
        x = Tensor(array, copy=False)
        y = (x * array + array @ x - x.T).sum()
        y.backward(numpy.float64(2.0))
        x.data = array
        x.grad = array
        (x * 2).backward(array)
        assert array.tolist() == [[1.0, 2.0], [3.0, 4.0]]

    def test_no_row_writes_to_an_array_it_was_given(self, sample) -> None:
        arrays = sample.operands()
        for array in arrays:
            array.flags.writeable = False
        leaves = [Tensor(array, copy=False) for array in arrays]
        output = sample.call(*leaves)
        upstream = numpy.ones(output.shape)
        upstream.flags.writeable = False
        output.backward(upstream)
        assert (upstream == 1).all()

    def test_numpy_gets_a_read_only_copy(self) -> None:
        x = Tensor([1.0, 2.0], requires_grad=False)
        array = numpy.asarray(x)
        assert array.tolist() == [1.0, 2.0]
        assert not array.flags.writeable
        assert not numpy.shares_memory(array, x.data)
        assert numpy.asarray(x, dtype=numpy.float32).dtype == numpy.float32

    def test_numpy_gets_no_array_to_share(self) -> None:
        with pytest.raises(GraphError, match=r"only given as a copy; read \.data to share it"):
            numpy.asarray(Tensor([1.0, 2.0]), copy=False)
        assert numpy.array(Tensor([1.0, 2.0], False), copy=True).tolist() == [1.0, 2.0]

    def test_an_array_of_another_class_becomes_a_plain_one(self) -> None:
        class Named(numpy.ndarray):
            pass

        for requires_grad in (True, False):
            x = Tensor(numpy.array([1, 2]).view(Named), requires_grad)
            assert type(x.data) is numpy.ndarray
            assert x.data.tolist() == [1, 2]

    def test_the_data_of_a_constant_view_does_not_change_with_its_source(self) -> None:
        source = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=False)
        views = [source.T, source.reshape(4), source[0], autograd.broadcast_to(source, (2, 2, 2))]
        before = [view.data.tolist() for view in views]
        source.data -= 10
        assert [view.data.tolist() for view in views] == before


class TestTheGradient:
    def test_is_none_before_any_backward(self) -> None:
        assert Tensor([1.0]).grad is None
        assert (Tensor([1.0]) * 2).grad is None

    def test_zero_grad_forgets_it(self) -> None:
        x = Tensor([1.0])
        x.sum().backward()
        x.zero_grad()
        assert x.grad is None

    def test_may_be_set_to_a_number_an_array_or_none(self) -> None:
        x = Tensor([1.0, 2.0], dtype=numpy.float32)
        mine = numpy.array([5.0, 6.0])
        x.grad = mine
        assert x.grad is not None
        assert x.grad.dtype == numpy.float32
        assert not numpy.shares_memory(x.grad, mine)
        x.grad = 0
        assert x.grad.tolist() == [0.0, 0.0]
        x.sum().backward()
        assert x.grad.tolist() == [1.0, 1.0]
        x.grad = None
        assert x.grad is None

    def test_of_another_shape_is_refused(self) -> None:
        with pytest.raises(ShapeError, match=r"\(3,\).*\(2,\)"):
            Tensor([1.0, 2.0]).grad = [1.0, 2.0, 3.0]
        with pytest.raises(DataTypeError):
            Tensor([1.0, 2.0]).grad = "a"

    @pytest.mark.parametrize("shape", [(2,), (1, 2), (0,), (2, 3)])
    def test_of_more_than_one_number_asks_for_an_upstream_gradient(self, shape) -> None:
        x = Tensor(numpy.ones(shape))
        for output in (x, x * 2):
            with pytest.raises(ShapeError, match=re.escape(str(shape))) as caught:
                output.backward()
            assert ".sum()" in str(caught.value)
            assert "pass a gradient" in str(caught.value)
        assert x.grad is None

    @pytest.mark.parametrize("shape", [(), (1,), (1, 1)])
    def test_of_a_single_number_starts_at_1(self, shape) -> None:
        x = Tensor(numpy.full(shape, 3.0))
        (x * x).backward()
        assert x.grad is not None
        assert x.grad.shape == shape
        assert x.grad.item() == 6.0

    def test_with_an_upstream_gradient_of_another_shape_names_both(self) -> None:
        with pytest.raises(ShapeError, match=r"\(3,\).*\(2,\)"):
            Tensor([1.0, 2.0]).backward([1.0, 2.0, 3.0])
        with pytest.raises(ShapeError, match=r"\(\).*\(2,\)"):
            Tensor([1.0, 2.0]).backward(1.0)
        with pytest.raises(DataTypeError):
            Tensor(1.0).backward("a")


class TestDataAssignment:
    def test_takes_the_shape_and_keeps_the_dtype(self) -> None:
        x = Tensor([1.0, 2.0], dtype=numpy.float32)
        mine = numpy.array([3.0, 4.0])
        x.data = mine
        assert x.data.tolist() == [3.0, 4.0]
        assert x.dtype == numpy.float32
        mine[0] = 9.0
        assert x.data.tolist() == [3.0, 4.0]
        x.data -= 0.5 * mine
        assert x.data.tolist() == [-1.5, 2.0]
        x.data = Tensor([7.0, 8.0])
        assert x.data.tolist() == [7.0, 8.0]

    @pytest.mark.parametrize("wrong", ["a", [1.0, 2.0, 3.0], 1.0, [[1.0, 2.0]], [1j, 2j], None])
    def test_of_what_does_not_fit_is_refused_and_changes_nothing(self, wrong) -> None:
        x = Tensor([1.0, 2.0])
        with pytest.raises((ShapeError, DataTypeError)):
            x.data = wrong
        assert x.data.tolist() == [1.0, 2.0]

    def test_of_fractions_to_integers_is_refused(self) -> None:
        labels = Tensor([1, 2], requires_grad=False)
        with pytest.raises(DataTypeError):
            labels.data = [1.5, 2.5]
        assert labels.data.tolist() == [1, 2]

    def test_of_an_element_points_to_where(self) -> None:
        x = Tensor([1.0, 2.0])
        with pytest.raises(GraphError, match=r"where\(mask, new, old\)"):
            x[0] = 5.0
        assert x.data.tolist() == [1.0, 2.0]


INDEX_MASK = numpy.array([[True, False, True, False], [False, True, False, False], [False, False, False, True]])
INDICES = [
    0,
    -1,
    numpy.int64(1),
    slice(None),
    slice(1, None),
    slice(None, None, -1),
    slice(5, 2),
    (0, 1),
    (slice(1), -1),
    ...,
    None,
    (..., None, 2),
    (None, 0, None, slice(1, 3)),
    (),
    [0, 2, 0],
    numpy.array([[0, 1], [2, 2]]),
    [],
    ([0, 1, 1], [3, 0, 0]),
    (slice(None), [3, 3, 1]),
    ([2, 0], slice(1, 3)),
    (numpy.array([[0], [1]]), numpy.array([1, 1])),
    (0, [1, 1]),
    INDEX_MASK,
    numpy.array([True, False, True]),
    (slice(None), numpy.array([True, False, True, True])),
    (numpy.array([True, False, True]), [1, 1]),
    (numpy.array([True, False, True]), 0),
    (numpy.array([False, True, False]), [1, 1]),
    True,
    numpy.zeros((3, 4), bool),
]


class TestIndexing:
    @pytest.mark.parametrize("index", INDICES, ids=lambda index: str(index).replace("\n", ""))
    def test_gives_numpy_s_answer_and_its_gradient_counts_each_use(self, index) -> None:
        array = numpy.arange(12.0).reshape(3, 4) + 0.5
        x = Tensor(array)
        taken = x[index]
        numpy.testing.assert_array_equal(taken.data, array[index])
        assert taken.shape == array[index].shape
        upstream = numpy.random.default_rng(0).normal(size=taken.shape)
        taken.backward(upstream)
        expected = numpy.zeros((3, 4))
        numpy.add.at(expected, index, upstream)
        assert x.grad is not None
        numpy.testing.assert_allclose(x.grad, expected, rtol=1e-15)

    def test_with_a_tensor_is_recorded(self) -> None:
        x = Tensor([5.0, 1.0, 7.0])
        positive = x > 2
        numpy.testing.assert_array_equal(x[positive].data, [5.0, 7.0])
        assert positive in [node for node in x[positive].inputs if node is positive]
        best = x[x.argmax()]
        assert best.item() == 7.0
        best.backward()
        assert x.grad is not None
        assert x.grad.tolist() == [0.0, 0.0, 1.0]
        assert x[Tensor([2, 2], requires_grad=False)].data.tolist() == [7.0, 7.0]

    @pytest.mark.parametrize("indices", [(0, 2), (2,), [1, -1], 1, numpy.array([[0, 5], [5, 0]])], ids=str)
    @pytest.mark.parametrize("axis", [None, 0, -1])
    def test_by_take_reads_any_sequence_as_numpy_does(self, indices, axis) -> None:
        array = numpy.arange(36.0).reshape(6, 6)
        numpy.testing.assert_array_equal(
            autograd.take(Tensor(array), indices, axis).data, numpy.take(array, indices, axis), strict=True
        )

    def test_with_integers_needs_no_operand_for_them(self) -> None:
        x = Tensor([[1.0, 2.0], [3.0, 4.0]])
        for taken in (x[0], x[numpy.int64(1)], x[-1, 0], x[..., 1]):
            assert taken.inputs == (x,)

    @pytest.mark.parametrize("index", [1.5, "a", [0.5], 1j, Value(1.0), Tensor([1.0]), [None, 1]], ids=named)
    def test_with_what_is_no_index_is_refused(self, index) -> None:
        with pytest.raises(DataTypeError, match="getitem: an index is made of integers, slices"):
            Tensor([1.0, 2.0])[index]

    @pytest.mark.parametrize("index", [2, -3, (0, 0), [5], numpy.array([True, False, True])], ids=str)
    def test_out_of_bounds_names_the_shape_and_the_operation(self, index) -> None:
        with pytest.raises(ShapeError, match=r"getitem: operands of shape \(2,\)"):
            Tensor([1.0, 2.0])[index]

    def test_iteration_gives_the_rows(self) -> None:
        x = Tensor([[1.0, 2.0], [3.0, 4.0]])
        first, second = x
        assert (first.data.tolist(), second.data.tolist()) == ([1.0, 2.0], [3.0, 4.0])
        assert len(x) == 2
        (first * second).sum().backward()
        assert x.grad is not None
        assert x.grad.tolist() == [[3.0, 4.0], [1.0, 2.0]]
        assert 3.0 in Tensor([1.0, 3.0])
        assert sum(Tensor([1.0, 3.0])).item() == 4.0

    def test_a_single_number_has_no_length(self) -> None:
        for attempt in (len, list):
            with pytest.raises(TypeError, match="single number"):
                attempt(Tensor(1.0))


class TestShapes:
    @pytest.mark.parametrize(
        ("name", "attempt"),
        [
            ("add", lambda: Tensor(numpy.ones((2, 3))) + Tensor(numpy.ones((3, 2)))),
            ("multiply", lambda: numpy.ones((2, 3)) * Tensor(numpy.ones((3, 2)))),
            ("power", lambda: Tensor(numpy.ones((2, 3))) ** numpy.ones((3, 2))),
            ("where", lambda: autograd.where(numpy.ones((2, 3)), Tensor(numpy.ones((3, 2))), 0)),
            ("greater", lambda: Tensor(numpy.ones((2, 3))) > numpy.ones((3, 2))),
            ("concatenate", lambda: autograd.concatenate([Tensor(numpy.ones((2, 3))), numpy.ones((3, 2))], axis=0)),
            ("stack", lambda: autograd.stack([Tensor(numpy.ones((2, 3))), numpy.ones((3, 2))])),
        ],
    )
    def test_that_do_not_go_together_are_named_with_the_operation(self, name, attempt) -> None:
        with pytest.raises(ShapeError, match=f"{name}: ") as caught:
            attempt()
        assert "(2, 3)" in str(caught.value)
        assert "(3, 2)" in str(caught.value)
        assert "\n" not in str(caught.value)
        assert isinstance(caught.value, ValueError)

    @pytest.mark.parametrize(
        "attempt",
        [
            lambda x: x.reshape(4),
            lambda x: x.reshape(-1, -1),
            lambda x: x.sum(axis=2),
            lambda x: x.mean(axis=-3),
            lambda x: x.max(axis=5),
            lambda x: x.softmax(axis=2),
            lambda x: x.norm(axis=2),
            lambda x: x.transpose(0, 0),
            lambda x: x.transpose(0),
            lambda x: x.transpose(0, 3),
            lambda x: x.transpose(2, 3),
            lambda x: x.swapaxes(0, 2),
            lambda x: autograd.broadcast_to(x, (2,)),
            lambda x: autograd.broadcast_to(x[:1, :1], (2,)),
            lambda x: autograd.sum_to_shape(x, (2,)),
            lambda x: autograd.sum_to_shape(x, (3, 2)),
            lambda x: autograd.sum_to_shape(x, (6,)),
            lambda x: autograd.sum_to_shape(x, (1, 2, 3)),
            lambda x: autograd.concatenate([x, x], axis=2),
            lambda x: x.item(),
            lambda x: bool(x),
            lambda x: Tensor([]).mean(),
            lambda x: Tensor([]).max(),
            lambda x: Tensor(numpy.ones((0, 2))).argmax(axis=0),
            lambda x: autograd.concatenate([Tensor(1.0), Tensor(2.0)]),
        ],
    )
    def test_an_impossible_shape_or_axis_is_a_shape_error(self, attempt) -> None:
        with pytest.raises(ShapeError):
            attempt(Tensor(numpy.ones((2, 3))))

    def test_axes_that_are_no_permutation_are_told_with_the_shape(self) -> None:
        for axes in [(0, 0), (0,), (1, 0, 1)]:
            with pytest.raises(ShapeError, match=r"^transpose: axes \(.*\) are not a permutation .*shape \(2, 3\)$"):
                autograd.transpose(Tensor(numpy.ones((2, 3))), axes)

    def test_a_stack_has_one_axis_more_than_its_operands(self) -> None:
        arrays = [numpy.arange(6.0).reshape(2, 3), numpy.ones((2, 3))]
        for axis in (-3, -2, -1, 0, 1, 2):
            stacked = autograd.stack([Tensor(arrays[0]), arrays[1]], axis=axis)
            numpy.testing.assert_array_equal(stacked.data, numpy.stack(arrays, axis=axis))
        for axis in (-5, -4, 3, 4):
            sentence = rf"^stack: axis {axis} is no axis of a stack of operands of shape \(2, 3\)$"
            with pytest.raises(ShapeError, match=sentence):
                autograd.stack([Tensor(arrays[0]), arrays[1]], axis=axis)
            with pytest.raises(ShapeError, match=sentence):
                autograd.stack([Tensor(arrays[0])], axis=axis)

    @pytest.mark.parametrize("reduction", [autograd.argmax, autograd.argmin])
    def test_the_place_of_an_extreme_is_along_one_axis(self, reduction) -> None:
        for x in (Tensor(numpy.ones((2, 3))), numpy.ones((2, 3))):
            with pytest.raises(autograd.DataTypeError, match=r"^arg(max|min): an axis is an integer, not \(0, 1\)"):
                reduction(x, axis=(0, 1))

    @pytest.mark.parametrize("dtype", ["nonsense", object, "U3", numpy.complex128, None.__class__])
    def test_a_cast_to_what_is_no_number_is_refused_by_name(self, dtype) -> None:
        with pytest.raises(autograd.DataTypeError, match=r"^astype: to float32, float64, integers or ") as caught:
            autograd.astype(Tensor([1.0]), dtype)
        assert str(caught.value).endswith(repr(dtype))

    @pytest.mark.parametrize("kind", [Tensor, numpy.array])
    def test_two_axes_are_exchanged_if_both_are_there(self, kind) -> None:
        array = numpy.arange(24.0).reshape(2, 3, 4)
        for axes in itertools.product(range(-4, 4), repeat=2):
            if -4 in axes or 3 in axes:
                with pytest.raises(ShapeError, match=r"axis (-4|3) is no axis .*\(2, 3, 4\)"):
                    autograd.swapaxes(kind(array), *axes)
            else:
                swapped = autograd.swapaxes(kind(array), *axes)
                swapped = getattr(swapped, "data", swapped) if kind is Tensor else swapped
                numpy.testing.assert_array_equal(swapped, array.swapaxes(*axes))

    def test_arrays_are_joined_along_any_axis_they_have(self) -> None:
        a, b = numpy.ones((2, 3)), numpy.zeros((2, 3))
        for axis in (-2, -1, 0, 1):
            joined = autograd.concatenate([Tensor(a), b], axis)
            numpy.testing.assert_array_equal(joined.data, numpy.concatenate([a, b], axis))
            numpy.testing.assert_array_equal(autograd.concatenate([Tensor(a)], axis).data, a)
        for axis in (-3, 2):
            with pytest.raises(ShapeError, match=rf"axis {axis} is no axis of an operand of shape \(2, 3\)"):
                autograd.concatenate([Tensor(a), numpy.ones((4, 3))], axis)
        with pytest.raises(ShapeError, match=r"operands of shape \(2, 3\) and \(3,\) with axis=1 do not fit"):
            autograd.concatenate([Tensor(a), numpy.ones(3)], axis=1)
        for join in (autograd.concatenate, autograd.stack):
            with pytest.raises(ShapeError, match=f"{join.__name__}: there is nothing to join"):
                join([])

    def test_a_sum_to_more_axes_is_refused_of_an_array_too(self) -> None:
        for array, shape in [(numpy.ones(3), (1, 3)), (numpy.ones(()), (1,)), (numpy.ones(3), (2, 1, 3))]:
            for x in (array, Tensor(array)):
                with pytest.raises(ShapeError, match=r"sum_to_shape: .* does not broadcast to"):
                    autograd.sum_to_shape(x, shape)

    def test_what_a_broadcast_repeats_is_read_only_as_numpy_s(self) -> None:
        for array in (numpy.ones(()), numpy.ones(2)):
            assert not autograd.broadcast_to(array, (3, 2)).flags.writeable

    def test_methods_give_numpy_s_answers(self) -> None:
        array = numpy.random.default_rng(0).normal(size=(2, 3, 4))
        x = Tensor(array)
        for result, expected in [
            (x.reshape(6, 4), array.reshape(6, 4)),
            (x.reshape((4, -1)), array.reshape(4, -1)),
            (x.reshape(-1), array.reshape(-1)),
            (x.T, array.T),
            (x.transpose(), array.T),
            (x.transpose(1, 2, 0), array.transpose(1, 2, 0)),
            (x.transpose((1, -1, 0)), array.transpose(1, -1, 0)),
            (x.permute(2, 0, 1), array.transpose(2, 0, 1)),
            (x.permute((2, 0, 1)), array.transpose(2, 0, 1)),
            (autograd.permute(x, 2, 0, 1), array.transpose(2, 0, 1)),
            (autograd.permute(x, (2, 0, 1)), array.transpose(2, 0, 1)),
            (autograd.permute(x, [2, 0, 1]), array.transpose(2, 0, 1)),
            (autograd.permute(x[0, 0], 0), array[0, 0]),
            (x.swapaxes(0, -1), array.swapaxes(0, -1)),
            (x.sum(), array.sum()),
            (x.sum(axis=(0, -1)), array.sum(axis=(0, -1))),
            (x.mean(axis=1, keepdims=True), array.mean(axis=1, keepdims=True)),
            (x.max(axis=-1), array.max(axis=-1)),
            (x.min(), array.min()),
            (x.argmax(), array.argmax()),
            (x.argmax(axis=2), array.argmax(axis=2)),
            (autograd.argmin(x, axis=0), array.argmin(axis=0)),
            (x.norm(axis=2), numpy.linalg.norm(array, axis=2)),
            (autograd.concatenate([x, array], axis=1), numpy.concatenate([array, array], axis=1)),
            (autograd.stack([x, array], axis=-1), numpy.stack([array, array], axis=-1)),
            (Tensor([]).sum(), 0.0),
        ]:
            assert type(result) is Tensor
            assert result.shape == numpy.shape(expected)
            numpy.testing.assert_allclose(result.data, expected, rtol=1e-13)
        assert (x.shape, x.ndim, x.size) == ((2, 3, 4), 3, 24)


class TestAsANumber:
    def test_a_single_element_is_a_bool_a_float_an_int_and_an_item(self) -> None:
        for shape in ((), (1,), (1, 1)):
            x = Tensor(numpy.full(shape, 2.5))
            assert bool(x) is True
            assert (float(x), int(x), x.item()) == (2.5, 2, 2.5)
            assert type(x.item()) is float
        assert not Tensor(0.0)
        assert type(Tensor(2, requires_grad=False).item()) is int

    def test_an_integer_is_an_index(self) -> None:
        assert ["a", "b"][Tensor([0.0, 9.0]).argmax()] == "b"
        with pytest.raises(DataTypeError, match="float64"):
            ["a", "b"][Tensor(1.0)]

    def test_a_comparison_can_be_branched_on_and_used_by_numpy(self) -> None:
        x = Tensor([1.0, -1.0])
        assert x[0] > 0
        assert not x[1] > 0
        assert numpy.where(x > 0, 1, 2).tolist() == [1, 2]
        assert numpy.array([5, 6])[numpy.asarray(x > 0)].tolist() == [5]
        with pytest.raises(ShapeError, match="true in some elements"):
            bool(x > 0)

    def test_nodes_are_told_apart_by_identity_in_sets_and_dictionaries(self) -> None:
        a, b = Tensor([1.0, 2.0]), Tensor([1.0, 2.0])
        assert len({a, b}) == 2
        assert {a: "a", b: "b"}[a] == "a"


@pytest.mark.parametrize("wrong", ["a", None, {}, 1j, numpy.array([1j]), object(), ["a"], [[1], [1, 2]]], ids=named)
def test_an_operand_that_is_no_array_of_real_numbers_is_refused_in_one_sentence(wrong) -> None:
    x = Tensor([1.0, 2.0])
    for name, attempt in [
        ("add", lambda: x + wrong),
        ("multiply", lambda: wrong * x if not isinstance(wrong, numpy.ndarray) else x * wrong),
        ("less", lambda: x < wrong),
        ("maximum", lambda: autograd.maximum(x, wrong)),
        ("concatenate", lambda: autograd.concatenate([x, wrong])),
    ]:
        with pytest.raises(DataTypeError, match=f"{name}: an operand is a number") as caught:
            attempt()
        assert "\n" not in str(caught.value)


def test_integers_to_a_negative_power_are_not_called_a_misfit_of_shapes() -> None:
    x = Tensor([2, 4], requires_grad=False)
    assert (x**-1).data.tolist() == [0.5, 0.25]


def test_the_repr_shows_data_gradient_dtype_and_label() -> None:
    x = Tensor([1.0, 2.0], label="x")
    assert repr(x) == "Tensor([1., 2.], label='x')"
    (x * 3).sum().backward()
    assert repr(x) == "Tensor([1., 2.], grad=[3., 3.], label='x')"
    y = Tensor(2.0) * 3
    (y * y).backward()
    assert repr(y) == "Tensor(6., grad=12.)"
    assert "dtype=float32" in repr(Tensor([1.0], dtype=numpy.float32))
    assert "requires_grad=False" in repr(Tensor([1], requires_grad=False))
    assert len(repr(Tensor(numpy.ones((1000, 1000))))) < 1000


def test_detach_is_a_constant_copy() -> None:
    x = Tensor([1.0, 2.0])
    y = x * 2
    constant = y.detach()
    assert (constant.requires_grad, constant.op) == (False, None)
    (constant * x).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2.0, 4.0]
    assert math.isclose(constant.data.sum(), 6.0)


@pytest.mark.parametrize(
    "shapes",
    [
        ((2, 3), (3, 4), (4,)),
        ((3,), (3, 4), (4,)),
        ((2, 3), (3, 4), (1,)),
        ((2, 2, 3), (3, 4), ()),
        ((2, 3), (3,), ()),
    ],
)
def test_affine_is_x_at_weight_plus_bias(shapes) -> None:
    arrays = [numpy.random.default_rng(0).standard_normal(shape) for shape in shapes]
    separate, joined = [Tensor(array) for array in arrays], [Tensor(array) for array in arrays]
    x, weight, bias = separate
    outputs = [x @ weight + bias, autograd.affine(*joined)]
    assert numpy.array_equal(outputs[0].data, outputs[1].data)
    for output in outputs:
        (output * output).sum().backward()
    for one, other in zip(separate, joined, strict=True):
        assert numpy.allclose(one.grad, other.grad, rtol=1e-13, atol=1e-14)


def test_affine_takes_lists_and_promotes_as_matmul_and_add_do() -> None:
    lists = [[[1.0, 2.0]], [[3.0], [4.0]], [0.5]]
    assert autograd.affine(*lists).tolist() == [[11.5]]
    for position in range(3):
        operands = list(lists)
        operands[position] = [["a"]]
        with pytest.raises(DataTypeError, match="affine: an operand is a number"):
            autograd.affine(*operands)
    for dtypes in itertools.product([numpy.float32, numpy.float64], repeat=3):
        operands = [Tensor(data, dtype=dtype) for data, dtype in zip(lists, dtypes, strict=True)]
        found = autograd.affine(*operands)
        assert found.dtype == numpy.result_type(*dtypes)
        assert found.data.tolist() == [[11.5]]


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "norm", "squared_norm", "logsumexp"])
def test_every_reduction_has_numpy_s_shapes(name) -> None:
    array = numpy.ones((2, 3, 4))
    for axis in (None, 0, -1, (0, 2), (-1, 1)):
        for keepdims in (False, True):
            found = getattr(autograd, name)(Tensor(array), axis=axis, keepdims=keepdims)
            assert found.shape == array.sum(axis=axis, keepdims=keepdims).shape


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "norm", "squared_norm", "logsumexp", "softmax"])
def test_every_reduction_takes_and_refuses_the_same_axes(name) -> None:
    reduce = getattr(autograd, name)
    x = Tensor([[1.0, 2.0], [3.0, 4.0]])
    assert numpy.array_equal(reduce(x, axis=[0, 1]).data, reduce(x, axis=(0, 1)).data)
    for axis in (2, -3, 5):
        with pytest.raises(ShapeError, match=rf"{name}: axis {axis} is no axis of an operand of shape \(2, 2\)"):
            reduce(x, axis=axis)
    with pytest.raises(DataTypeError, match=rf"{name}: an axis is an integer, not 1\.5"):
        reduce(x, axis=1.5)
    assert numpy.array_equal(reduce([Value(1.0), Value(2.0)]).data, reduce(numpy.array([1.0, 2.0])))


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "prod", "any", "all", "norm", "logsumexp", "softmax"])
def test_a_boolean_is_no_axis_and_no_axis_is_named_twice(name) -> None:
    reduce = getattr(autograd, name)
    for x in (Tensor([[1.0, 2.0], [3.0, 4.0]]), numpy.ones((2, 2))):
        with pytest.raises(DataTypeError, match=f"{name}: an axis is an integer, not True"):
            reduce(x, True)  # meant as keepdims
        with pytest.raises(ShapeError, match=rf"{name}: axes \(0, -2\) name one of the axes of shape \(2, 2\) twice"):
            reduce(x, axis=(0, -2))


@pytest.mark.parametrize(
    ("name", "attempt"),
    [
        ("transpose", lambda x: autograd.transpose(x, (0.0, 1))),
        ("transpose", lambda x: autograd.transpose(x, "ab")),
        ("swapaxes", lambda x: autograd.swapaxes(x, None, 0)),
        ("swapaxes", lambda x: autograd.swapaxes(x, 0, 1.0)),
        ("concatenate", lambda x: autograd.concatenate([x, x], axis=1.0)),
        ("concatenate", lambda x: autograd.concatenate(5)),
        ("concatenate", lambda x: autograd.concatenate([x, "a"])),
        ("stack", lambda x: autograd.stack([x, x], axis="0")),
        ("stack", lambda x: autograd.stack(None)),
        ("argmax", lambda x: autograd.argmax(x, axis=(0, 1))),
        ("cumsum", lambda x: autograd.cumsum(x, axis=(0,))),
        ("broadcast_to", lambda x: autograd.broadcast_to(x, (2.0, 3))),
        ("broadcast_to", lambda x: autograd.broadcast_to(x, None)),
    ],
)
def test_an_argument_that_is_no_integer_is_a_data_type_error(name, attempt) -> None:
    for x in (Tensor(numpy.ones((2, 3))), numpy.ones((2, 3))):
        with pytest.raises(DataTypeError, match=f"^{name}: "):
            attempt(x)


def test_a_shape_that_an_array_does_not_broadcast_to_is_refused_in_our_words() -> None:
    for x in (Tensor(numpy.ones((2, 3))), numpy.ones((2, 3)), Tensor([1.0]), numpy.ones(1)):
        for shape in [(-1,), (2, -3), -1, ()]:
            with pytest.raises(ShapeError, match=r"broadcast_to: operands of shape .* with shape=\("):
                autograd.broadcast_to(x, shape)


def test_one_size_is_a_shape_and_one_axis_a_permutation() -> None:
    x = Tensor(2.0)
    wide = autograd.broadcast_to(x, numpy.int64(3))
    assert wide.shape == (3,)
    assert autograd.transpose(wide, 0).shape == (3,)
    autograd.transpose(wide, 0).backward([1.0, 2.0, 4.0])
    assert x.grad == 7.0


def test_concatenate_without_an_axis_flattens() -> None:
    a, b, c = Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor(5.0), [6, 7]
    joined = autograd.concatenate([a, b, c], axis=None)
    assert joined.data.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    joined.backward(numpy.arange(7.0))
    assert a.grad is not None
    assert a.grad.tolist() == [[0.0, 1.0], [2.0, 3.0]]
    assert b.grad == 4.0


@pytest.mark.parametrize("name", ["mean", "max", "min", "argmax", "argmin", "logsumexp"])
def test_a_reduction_of_nothing_names_the_shape_and_the_axis(name) -> None:
    with pytest.raises(ShapeError, match=rf"{name}: operand of shape \(2, 0\) has no elements along axis 1"):
        getattr(autograd, name)(Tensor(numpy.ones((2, 0))), axis=1)


def test_two_matrices_that_do_not_fit_are_refused_in_our_words() -> None:
    with pytest.raises(
        ShapeError, match=r"matmul: operands of shape \(2, 3\) and \(2, 3\) do not fit: the left one's last"
    ):
        Tensor(numpy.ones((2, 3))) @ Tensor(numpy.ones((2, 3)))


def test_one_number_is_formatted_as_a_number() -> None:
    assert f"{Tensor(0.123456):.3f} {Value(0.123456):.3f}" == "0.123 0.123"
    assert f"{Value(1.0)}" == "Value(data=1.0, grad=0.0)"
    with pytest.raises(ShapeError, match="is not one number"):
        f"{Tensor([1.0, 2.0]):.3f}"


def test_a_tensor_is_not_none() -> None:
    assert (Tensor([1.0]) == None) is False  # noqa: E711  # the point of the test
    assert (Tensor([1.0]) != None) is True  # noqa: E711  # as above


def test_importing_everything_leaves_pythons_own_functions_alone() -> None:
    namespace: dict[str, object] = {}
    exec("from autograd import *", namespace)
    assert {"sum", "max", "min", "abs"} & namespace.keys() == set()
    assert namespace["tanh"] is autograd.tanh


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "prod", "any", "all", "norm", "var", "std", "logsumexp"])
def test_a_number_in_the_place_of_keepdims_is_refused(name):
    """`t.sum(0, 1)`: somebody means both axes, or NumPy's dtype."""
    with pytest.raises(DataTypeError, match=r"keepdims is True or False, not 1; axes are a tuple"):
        getattr(autograd, name)(Tensor(numpy.ones((3, 4))), 0, keepdims=1)


def test_a_masked_array_in_a_list_is_refused_as_it_is_alone():
    masked = numpy.ma.masked_equal([1.0, 0.0], 0)
    for given in (masked, [masked], ([masked, masked],), [[1.0, 2.0], masked]):
        with pytest.raises(DataTypeError, match="mask"):
            Tensor(given)
    with pytest.raises(DataTypeError):
        autograd.add(Tensor([[1.0, 2.0]]), [masked])


NUMPY_S_METHODS = {
    "all": lambda x: (x > 0).all(axis=0, where=[True, False, True]),
    "any": lambda x: (x > 2).any(1),
    "argsort": lambda x: x.argsort(0),
    "clip": lambda x: x.clip(1.0, 2.5),
    "clip below": lambda x: x.clip(1.0),
    "clip by name": lambda x: x.clip(min=1.0, max=2.5),
    "compress": lambda x: x.compress([True, False, True], axis=1),
    "conj": lambda x: x.conj(),
    "copy": lambda x: x.copy(),
    "cumprod": lambda x: x.cumprod(1),
    "cumprod of all": lambda x: x.cumprod(),
    "diagonal": lambda x: x.diagonal(1),
    "imag": lambda x: x.imag,
    "max": lambda x: x.max(axis=1, initial=2.0),
    "mean": lambda x: x.mean(axis=0, where=x > 1),
    "min": lambda x: x.min(where=x > 1, initial=9.0),
    "nonzero": lambda x: x.nonzero(),
    "prod": lambda x: x.prod(where=x > 1, initial=2.0),
    "real": lambda x: x.real,
    "round": lambda x: x.round(1),
    "round to integers": lambda x: x.round(),
    "searchsorted": lambda x: x[0].searchsorted([1.5]),
    "std": lambda x: x.std(axis=1, ddof=1),
    "sum": lambda x: x.sum(axis=0, where=x > 1, initial=5.0),
    "trace": lambda x: x.trace(-1),
    "var": lambda x: x.var(where=x > 1),
}


@pytest.mark.parametrize("name", NUMPY_S_METHODS)
def test_a_method_of_numpy_s_arrays_is_a_tensor_s(name) -> None:
    numbers = numpy.array([[0.5, 1.75, 2.25], [3.0, 1.25, 0.75]])
    found, expected = NUMPY_S_METHODS[name](Tensor(numbers)), NUMPY_S_METHODS[name](numbers)
    for one, other in zip(*[made if isinstance(made, tuple) else (made,) for made in (found, expected)], strict=True):
        assert isinstance(one, Tensor) or name == "nonzero"
        data = numpy.asarray(one.data if isinstance(one, Tensor) else one)
        assert data.dtype == numpy.asarray(other).dtype
        numpy.testing.assert_allclose(data, other, rtol=1e-15)


def test_sort_gives_a_new_tensor() -> None:
    x = Tensor([3.0, 1.0, 2.0])
    (x.sort() * numpy.array([1.0, 10.0, 100.0])).sum().backward()
    assert x.data.tolist() == [3.0, 1.0, 2.0]
    assert x.grad is not None
    assert x.grad.tolist() == [100.0, 1.0, 10.0]
