"""Value: its operators, what it takes and refuses, comparisons, its gradient before and after."""

import math
import operator

import numpy
import pytest

import autograd
from autograd import CallError, DataTypeError, GraphError, NotRecordedError, ShapeError, Tensor, Value

BINARY = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.mod,
    operator.pow,
]
NUMBERS = [3, 2.5, True, numpy.float64(2.5), numpy.float32(2.5), numpy.int64(3), numpy.array(2.5), numpy.bool_(True)]


@pytest.mark.parametrize("function", BINARY)
@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: f"{type(number).__name__}({number})")
class TestWithANumber:
    def test_on_the_right(self, function, number) -> None:
        result = function(Value(7.25), number)
        assert type(result) is Value
        assert result.data == function(7.25, float(number))
        assert type(result.data) is float

    def test_on_the_left(self, function, number) -> None:
        result = function(number, Value(1.75))
        assert type(result) is Value
        assert result.data == function(float(number), 1.75)
        assert type(result.data) is float

    def test_its_gradient_is_that_of_a_constant_value(self, function, number) -> None:
        for reverse in (False, True):
            x, y = Value(1.75), Value(1.75)
            constant = Value(float(number), requires_grad=False)
            plain = function(number, x) if reverse else function(x, number)
            wrapped = function(constant, y) if reverse else function(y, constant)
            assert plain.requires_grad == wrapped.requires_grad
            if plain.requires_grad:
                plain.backward()
                wrapped.backward()
            assert x.grad == y.grad
            assert constant.grad == 0.0


@pytest.mark.parametrize("function", BINARY)
def test_operators_between_values_compute_what_python_computes(function) -> None:
    for a, b in [(7.25, 1.75), (-7.25, 2.0), (7.25, -2.0), (-7.0, -2.0)]:
        assert function(Value(a), Value(b)).data == function(a, b)


@pytest.mark.parametrize("function", [operator.neg, operator.pos, abs, float, int])
def test_unary_operators_compute_what_python_computes(function) -> None:
    for number in (2.75, -2.75):
        result = function(Value(number))
        assert (result.data if isinstance(result, Value) else result) == function(number)


def test_divmod_is_the_floor_and_the_remainder() -> None:
    for number in (7.25, -7.25):
        assert [part.data for part in divmod(Value(number), 2)] == list(divmod(number, 2))
        assert [part.data for part in divmod(number, Value(2.0))] == list(divmod(number, 2))
        assert [part.data for part in divmod(Value(number), Value(2.0))] == list(divmod(number, 2))


def test_the_quotient_and_the_remainder_have_the_gradients_of_their_steps() -> None:
    x, y = Value(7.25), Value(2.0)
    (x % y).backward()
    assert (x.grad, y.grad) == (1.0, -3.0)
    (x // y).backward()
    assert (x.grad, y.grad) == (1.0, -3.0)


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "sin", "cos", "tanh"])
def test_a_method_is_the_function_and_both_are_math_s(name) -> None:
    assert getattr(Value(0.7), name)().data == getattr(math, name)(0.7)
    assert getattr(autograd, name)(Value(0.7)).data == getattr(math, name)(0.7)
    assert getattr(autograd, name)(0.7) == getattr(math, name)(0.7)


def test_relu_and_sigmoid_are_methods_too() -> None:
    assert Value(-2.0).relu().data == 0.0
    assert Value(2.0).relu().data == 2.0
    assert Value(0.0).sigmoid().data == 0.5


def test_an_operator_with_assignment_makes_a_new_node() -> None:
    x = y = Value(2.0)
    y += 1
    y *= 3
    y -= 1
    y /= 2
    y **= 2
    assert y is not x
    assert (x.data, y.data) == (2.0, 16.0)
    y.backward()
    assert x.grad == 2 * 4.0 * 1.5


def test_inputs_are_the_operands_in_order_and_a_bare_number_is_wrapped_when_looked_at() -> None:
    x = Value(2.0)
    assert (x * x).inputs == (x, x)
    two, same = (2 - x).inputs
    assert same is x
    assert (two.data, two.requires_grad, two.op) == (2.0, False, None)
    assert x.inputs == ()
    assert x.op is None
    assert (x * x).op is autograd.operations()["multiply"]


class TestComparisons:
    @pytest.mark.parametrize("function", [operator.lt, operator.le, operator.gt, operator.ge])
    @pytest.mark.parametrize("other", [1.0, 2, 3.0, numpy.float64(2.0), math.nan, math.inf])
    def test_compare_the_numbers_and_give_python_s_bool(self, function, other) -> None:
        expected = function(2.0, float(other))
        for found in (function(Value(2.0), other), function(Value(2.0), Value(float(other)))):
            assert found is expected
        assert function(other, Value(2.0)) is function(float(other), 2.0)

    def test_with_an_array_is_the_array_s_answer(self) -> None:
        for function in (operator.lt, operator.le, operator.gt, operator.ge):
            for left, right, expected in [
                (Value(2.0), Tensor([1.0, 2.0, 3.0]), function(2.0, numpy.array([1.0, 2.0, 3.0]))),
                (Tensor([1.0, 2.0, 3.0]), Value(2.0), function(numpy.array([1.0, 2.0, 3.0]), 2.0)),
            ]:
                answer = function(left, right)
                assert type(answer) is Tensor
                assert answer.data.tolist() == expected.tolist()

    def test_equality_of_nodes_is_identity(self) -> None:
        a, b = Value(2.0), Value(2.0)
        assert a == a
        assert a != b
        assert a == 2.0
        assert b not in [a]
        assert a in [b, a]
        assert len({a, b, a}) == 2

    def test_a_branch_can_be_taken_on_one(self) -> None:
        x = Value(-2.0)
        y = x * 3 if x > 0 else x * 5
        y.backward()
        assert x.grad == 5.0
        assert max(Value(1.0), x, Value(3.0)).data == 3.0
        assert sorted([Value(3.0), x, Value(1.0)])[0] is x

    def test_the_functions_record(self) -> None:
        x = Value(2.0)
        answer = autograd.greater(x, 1)
        assert type(answer) is Value
        assert answer.data == 1.0
        assert answer.op is autograd.operations()["greater"]
        assert answer.inputs[0] is x
        assert not answer.requires_grad

    def test_the_truth_is_the_number_s(self) -> None:
        assert Value(2.0)
        assert not Value(0.0)


class TestTheGradient:
    def test_is_0_before_any_backward(self) -> None:
        x = Value(3.0)
        assert x.grad == 0.0
        assert type(x.grad) is float
        assert (x * 2).grad == 0.0

    def test_may_be_set_to_an_int_or_to_none(self) -> None:
        x = Value(3.0)
        for reset in (0, None, 0.0):
            x.grad = reset
            (x * 2).backward()
            assert x.grad == 2.0

    def test_zero_grad_sets_it_to_0(self) -> None:
        x = Value(3.0)
        (x * 2).backward()
        x.zero_grad()
        assert x.grad == 0.0

    def test_is_a_python_float_also_of_a_product_with_an_int(self) -> None:
        x = Value(3.0)
        (x * 2).backward()
        assert type(x.grad) is float

    def test_of_a_leaf_by_itself_is_1(self) -> None:
        x = Value(3.0)
        x.backward()
        assert x.grad == 1.0

    def test_starts_from_the_upstream_gradient(self) -> None:
        for upstream in (3, 3.0, numpy.float64(3.0), numpy.array(3.0), Value(3.0), Tensor(3.0)):
            x = Value(2.0)
            (x * x).backward(upstream)
            assert x.grad == 12.0

    def test_of_a_constant_is_refused(self) -> None:
        for constant in (Value(1.0, requires_grad=False), Value(1.0).detach(), Value(1.0).detach() * 2):
            with pytest.raises(NotRecordedError, match="depends on nothing that requires gradients"):
                constant.backward()

    def test_does_not_flow_to_a_constant(self) -> None:
        x, constant = Value(2.0), Value(3.0, requires_grad=False)
        (x * constant + constant).backward()
        assert (x.grad, constant.grad) == (3.0, 0.0)


class TestData:
    @pytest.mark.parametrize("number", NUMBERS, ids=lambda number: f"{type(number).__name__}({number})")
    def test_is_a_python_float(self, number) -> None:
        assert type(Value(number).data) is float
        assert Value(number).data == float(number)
        x = Value(0.0)
        x.data = number
        assert type(x.data) is float
        assert x.data == float(number)

    @pytest.mark.parametrize("wrong", ["a", None, 1j, [1.0], (1.0,), {}, b"1", numpy.array("a")])
    def test_that_is_no_real_number_is_refused_in_one_sentence(self, wrong) -> None:
        x = Value(1.0)
        for attempt in (
            lambda: Value(wrong),
            lambda: setattr(x, "data", wrong),
            lambda: x + wrong,
            lambda: wrong * x if not isinstance(wrong, numpy.ndarray) else x * wrong,
            lambda: x**wrong,
            lambda: x < wrong,
        ):
            with pytest.raises(DataTypeError, match="a Value holds one real number, not ") as caught:
                attempt()
            assert "\n" not in str(caught.value)
            assert isinstance(caught.value, TypeError)
        assert x.data == 1.0

    @pytest.mark.parametrize("wrong", ["a", 1j, [1.0], numpy.array([1.0])])
    def test_an_upstream_gradient_that_is_no_real_number_is_refused(self, wrong) -> None:
        with pytest.raises(DataTypeError, match="a Value holds one real number, not "):
            (Value(1.0) * 2).backward(wrong)

    def test_names_what_it_was_given(self) -> None:
        with pytest.raises(DataTypeError, match="not str 'a'"):
            Value("a")
        with pytest.raises(DataTypeError, match="arrays are for Tensor"):
            Value([1.0, 2.0])

    def test_that_is_an_integer_too_large_is_refused(self) -> None:
        with pytest.raises(DataTypeError, match="too large"):
            Value(10**400)

    @pytest.mark.parametrize("function", [operator.add, operator.mul, operator.sub, operator.truediv, operator.pow])
    def test_with_an_integer_too_large_is_refused_too(self, function) -> None:
        for attempt in (lambda: function(Value(1.5), 10**400), lambda: function(10**400, Value(1.5))):
            with pytest.raises(GraphError):
                attempt()

    def test_assigned_later_does_not_change_what_was_computed(self) -> None:
        x = Value(2.0)
        y = x * x
        x.data = 5.0
        assert y.data == 4.0
        assert (x * x).data == 25.0

    def test_is_no_array(self) -> None:
        for wrong in ([1.0, 2.0], numpy.ones(2), numpy.ones(1)):
            with pytest.raises(DataTypeError, match="arrays are for Tensor"):
                Value(wrong)
            with pytest.raises(DataTypeError, match="arrays are for Tensor"):
                Value(1.0).data = wrong
        with pytest.raises(DataTypeError, match="arrays are for Tensor"):
            _ = Value(1.0) * [1.0, 2.0]


class TestAnArrayOfNumbers:
    """It is a constant operand, as a number is, and makes a Tensor of the result."""

    @pytest.mark.parametrize("function", [operator.add, operator.mul, operator.sub, operator.truediv, operator.pow])
    @pytest.mark.parametrize("array_first", [False, True])
    def test_gives_a_tensor_whose_gradients_reach_the_value(self, function, array_first) -> None:
        array, x, same = numpy.array([[1.0, 2.0, 3.0]]), Value(1.5), Tensor(1.5)

        def call(node):
            return function(array, node) if array_first else function(node, array)

        found, expected = call(x), call(same)
        assert type(found) is Tensor
        assert found.data.tolist() == expected.data.tolist()
        upstream = numpy.array([[1.0, 10.0, 100.0]])
        found.backward(upstream)
        expected.backward(upstream)
        assert x.grad == same.grad
        assert type(x.grad) is float

    def test_keeps_its_dtype_and_what_it_was(self) -> None:
        array = numpy.array([1.0, 2.0], numpy.float32)
        x = Value(3.0)
        found = x * array
        array[:] = 100.0
        assert found.dtype == numpy.float32
        found.backward(numpy.ones(2))
        assert x.grad == 3.0

    def test_is_compared_element_by_element(self) -> None:
        array, x = numpy.array([1.0, 2.0, 3.0]), Value(2.0)
        for found, expected in [
            (x > array, [True, False, False]),
            (array > x, [False, False, True]),
            (x <= array, [False, True, True]),
            (numpy.less(array, x), [True, False, False]),
            (autograd.greater(x, array), [True, False, False]),
        ]:
            assert found.data.tolist() == expected
            assert not found.requires_grad

    def test_may_stand_in_any_slot(self) -> None:
        x = Value(2.0)
        chosen = autograd.where(numpy.array([True, False, True]), x, 0.0)
        clipped = autograd.clip(x, numpy.array([0.0, 3.0, 2.0]), 5.0)
        (chosen * clipped).sum().backward()
        assert chosen.data.tolist() == [2.0, 0.0, 2.0]
        assert clipped.data.tolist() == [2.0, 3.0, 2.0]
        assert x.grad == (2.0 + 2.0) + (2.0 + 2.0)

    def test_of_no_axes_is_a_number(self) -> None:
        assert type(Value(2.0) * numpy.array(3.0)) is Value
        assert (Value(2.0) > numpy.array(1.0)) is True


def test_a_value_is_an_array_without_axes_to_functions_of_arrays() -> None:
    v = Value(2.0)
    assert (v.shape, v.ndim, v.size) == ((), 0, 1)
    for function in (autograd.sum, autograd.logsumexp, autograd.mean, lambda x: autograd.stack([x, x])[0]):
        v.zero_grad()
        made = function(v)
        assert type(made) is Tensor
        assert made.item() == 2.0
        made.backward()
        assert v.grad == 1.0
    with pytest.raises(GraphError, match="axis 1 is no axis"):
        autograd.sum(v, axis=1)


METHODS = {
    "abs": (), "square": (), "sign": (), "floor": (), "ceil": (), "exp2": (), "expm1": (), "log2": (), "log10": (),
    "log1p": (), "tan": (), "arcsin": (), "arccos": (), "arctan": (), "sinh": (), "cosh": (), "erf": (),
    "softplus": (), "silu": (), "gelu": ("tanh",), "leaky_relu": (0.2,), "elu": (2.0,), "clip": (0.1, 0.9),
}  # fmt: skip


@pytest.mark.parametrize("name", METHODS)
def test_a_method_is_the_function_of_its_name(name) -> None:
    function = getattr(autograd, {"abs": "absolute"}.get(name, name))
    for kind in (Value, Tensor):
        x, y = kind(0.3), kind(0.3)
        made, expected = getattr(x, name)(*METHODS[name]), function(y, *METHODS[name])
        assert isinstance(made, kind)
        made.backward()
        expected.backward()
        assert (made.item(), float(x.grad)) == (expected.item(), float(y.grad))


def test_a_real_number_has_the_parts_of_a_complex_one() -> None:
    for x in (Value(2.0), Tensor([2.0, 3.0])):
        assert x.real is x
        assert x.conj() is x
        assert not numpy.any(x.imag.data)
        assert type(x.imag) is type(x)
    assert Value(2.0).clip(min=3.0).data == 3.0
    assert Value(2.0).clip(max=1.0).data == 1.0


def test_a_value_and_a_tensor_make_a_tensor() -> None:
    for function in BINARY[:4]:
        for values, tensors in [(Value(2.0), Tensor([4.0, 5.0])), (Value(2.0), Tensor(4.0))]:
            for result, expected in [
                (function(values, tensors), function(2.0, tensors.data)),
                (function(tensors, values), function(tensors.data, 2.0)),
            ]:
                assert type(result) is Tensor
                numpy.testing.assert_array_equal(result.data, expected)


def test_the_gradient_of_a_value_that_met_a_tensor_is_summed_to_one_number() -> None:
    v, t = Value(2.0), Tensor([3.0, 4.0])
    w = v * v
    (w * t).sum().backward()
    assert v.grad == 7.0 * 4.0
    assert type(v.grad) is float
    assert w.grad == 7.0
    assert t.grad is not None
    assert t.grad.tolist() == [4.0, 4.0]
    assert autograd.gradcheck(lambda a, b: autograd.tanh(a * b).sum() * a, 0.7, [0.2, 0.9], order=2)


def test_rounding_gives_python_s_number() -> None:
    assert round(Value(2.567), 2) == 2.57
    assert round(Value(2.567)) == 3
    assert type(round(Value(2.567))) is int


def test_item_float_and_detach() -> None:
    x = Value(2.5)
    y = x * 2
    assert (y.item(), float(y), int(y)) == (5.0, 5.0, 5)
    assert type(y.item()) is float
    constant = y.detach()
    assert (constant.data, constant.requires_grad, constant.op) == (5.0, False, None)
    (constant * x).backward()
    assert x.grad == 5.0


def test_a_program_may_hang_attributes_on_one() -> None:
    x = Value(2.0)
    x.momentum = 0.9
    y = x * 2
    y.note = ["seen"]
    assert (x.momentum, y.note) == (0.9, ["seen"])
    y.backward()
    assert x.momentum == 0.9


def test_the_repr_shows_the_number_the_gradient_and_the_label() -> None:
    x = Value(2.0, label="x")
    (x * 3).backward()
    assert repr(x) == "Value(data=2.0, grad=3.0, label='x')"
    assert repr(Value(-0.5)) == "Value(data=-0.5, grad=0.0)"


def test_label_names_nodes_after_the_variables_that_hold_them() -> None:
    w = [Value(1.0), Value(2.0, label="kept")]
    b = Value(3.0)
    y = w[0] * b
    _hidden = y * 2
    mixed, text, number = ["a", Value(4.0)], "ab", 5
    autograd.label(locals())
    assert [node.label for node in (*w, b, y, _hidden)] == ["w[0]", "kept", "b", "y", None]
    assert (mixed[1].label, text, number) == ("mixed[1]", "ab", 5)
    assert "label='b'" in repr(b)


def test_an_upstream_gradient_of_many_numbers_is_refused() -> None:
    with pytest.raises(ShapeError, match="one number"):
        Value(1.0).backward(Tensor([1.0, 2.0]))


@pytest.mark.parametrize("node", [Value(2.0), Tensor([2.0, 3.0])], ids=["Value", "Tensor"])
def test_a_power_has_no_modulus(node):
    with pytest.raises(CallError, match=r"a \*\* b % modulus"):
        pow(node, 2, 3)
    with pytest.raises(CallError, match=r"a \*\* b % modulus"):
        node.__rpow__(2, 3)
    assert numpy.all(pow(node, 2, None).data == node.data**2)
