"""Functions put together from rows: NumPy's and PyTorch's values, gradients against differences, every refusal.

Drawn arguments are compared with NumPy in test_numpy_equivalence.py; here are the calls that people write.
"""

from __future__ import annotations

import math
import operator
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy
import pytest

import autograd
from autograd import (
    ArgumentError,
    CapturedConstantWarning,
    DataTypeError,
    IndexRangeError,
    Node,
    Operation,
    ShapeError,
    Tensor,
    Value,
    compile,
    composites,
    gradcheck,
    linear_algebra,
    value_and_grad,
)
from viz import draw
from witnesses.numpy_calls import CASES, NOT_HANDED_OVER, NOT_OF_LISTS, OTHERS, operands_of, parts_of
from witnesses.together import Together

inf, nan = math.inf, math.nan
Call = Callable[..., Any]

FUNCTIONS = {name: getattr(composites, name) for name in composites.__all__}
FUNCTIONS |= {
    f"linalg.{name}": getattr(linear_algebra, name) for name in linear_algebra.__all__ if not name.endswith("Result")
}
CLASSES = {"isnan", "isinf", "isfinite"}
ACTIVATIONS = {"softplus", "silu", "gelu", "leaky_relu", "elu"}


@dataclass(frozen=True)
class Case:
    """A call of a function, which NumPy answers, too.

    Attributes:
        call: with nodes.
        reference: with NumPy's arrays.
        handed_over: through NumPy, with nodes; None where NumPy has no such function.
        shapes: of the operands.
    """

    name: str
    call: Call
    reference: Call
    handed_over: Call | None
    shapes: Any
    number: int = 0

    def operands(self) -> list[Any]:
        return operands_of(self.shapes)

    @property
    def is_looked_at_closely(self) -> bool:
        """Drawn, and differentiated by each element instead of along a line, are the first two of a function."""
        return self.number < 2

    def __repr__(self) -> str:
        return f"{self.name}-{self.number} of operands of shapes {self.shapes}"


def cases() -> list[Any]:
    """Those of each function."""
    found = {
        name: [
            Case(
                name,
                lambda *x, call=call: call(autograd, *x),
                lambda *x, call=call: call(numpy, *x),
                (lambda *x, call=call: call(numpy, *x)) if name not in NOT_HANDED_OVER else None,
                shapes,
                number,
            )
            for number, (call, shapes) in enumerate(calls)
        ]
        for name, calls in CASES.items()
    }
    found |= {
        name: [
            Case(name, call, reference, None, shapes, number) for number, (call, reference, shapes) in enumerate(calls)
        ]
        for name, calls in OTHERS.items()
    }
    return [pytest.param(Together(calls), id=name) for name, calls in found.items()]


def test_every_composite_has_cases() -> None:
    since_numpy_2_2 = {"matvec", "vecmat"} if not hasattr(numpy, "matvec") else set()
    assert set(FUNCTIONS) - since_numpy_2_2 == set(CASES) | set(OTHERS), (
        "add the new function's calls to witnesses/numpy_calls.py"
    )
    assert all(function is operator.attrgetter(name)(autograd) for name, function in FUNCTIONS.items())


def test_no_derivative_is_written_among_the_composites() -> None:
    for room in sys.modules:
        if room.startswith(composites.__name__):
            assert not [name for name, held in vars(sys.modules[room]).items() if isinstance(held, Operation)]


def weighted(call: Call) -> Call:
    """The call as a function of one number: each element of what it returns counts differently."""

    def number(*nodes: Any) -> Any:
        total: Any = 0.0
        for part in parts_of(call(*nodes)):
            weights = numpy.random.default_rng(len(part.shape)).uniform(0.5, 1.5, part.shape)
            total = total + (part * weights).sum()
        return total

    return number


@pytest.mark.parametrize("case", cases())
class TestCase:
    def test_has_numpy_s_values_shapes_and_dtypes(self, case) -> None:
        for dtype in (numpy.float64, numpy.float32):
            operands = [operand.astype(dtype) for operand in case.operands()]
            with numpy.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # NumPy's of nothing but nan
                expected = parts_of(case.reference(*operands))
            ways = [case.call(*map(Tensor, operands)), case.call(*operands)]
            if case.handed_over is not None:
                ways.append(case.handed_over(*map(Tensor, operands)))
            for number, found in enumerate(ways):
                assert type(found) is not numpy.ndarray or number == 1
                assert len(parts_of(found)) == len(expected)
                for part, wanted in zip(parts_of(found), expected, strict=True):
                    assert isinstance(part, Node) == (number != 1)
                    data = numpy.asarray(part.data if isinstance(part, Node) else part)
                    assert data.shape == numpy.shape(wanted)
                    assert data.dtype == numpy.asarray(wanted).dtype
                    tolerance = 10 * float(numpy.finfo(dtype).eps)
                    numpy.testing.assert_allclose(data, wanted, rtol=tolerance, atol=tolerance)
        if case.name not in NOT_OF_LISTS and all(
            operand.size for operand in case.operands()
        ):  # a list of nothing has lost its shape
            lists = case.call(*[operand.tolist() for operand in case.operands()])
            for part, wanted in zip(parts_of(lists), parts_of(case.call(*case.operands())), strict=True):
                numpy.testing.assert_array_equal(part, wanted)

    def test_has_gradients_that_agree_with_differences_to_second_order(self, case) -> None:
        if case.name in composites.WITHOUT_GRADIENT:
            assert not any(part.requires_grad for part in parts_of(case.call(*map(Tensor, case.operands()))))
            return
        function, operands = weighted(case.call), case.operands()
        if case.is_looked_at_closely:
            assert gradcheck(function, *map(Tensor, operands), order=2)
        elif any(operand.size for operand in operands):
            rng = numpy.random.default_rng(0)
            slopes = [
                numpy.asarray(rng.uniform(0.5, 1.5, one.shape) * rng.choice([-1, 1], one.shape)) for one in operands
            ]

            def along_a_line(t: Any) -> Any:
                return function(*[operand + t * slope for operand, slope in zip(operands, slopes, strict=True)])

            assert gradcheck(along_a_line, Tensor(0.0), order=2)
        # Of float32 they are float32.
        leaves = [Tensor(operand, dtype=numpy.float32) for operand in case.operands()]
        for part in parts_of(case.call(*leaves)):
            if part.requires_grad:
                part.backward(numpy.random.default_rng(0).standard_normal(part.shape))
        for leaf in leaves:
            if leaf.grad is not None:
                assert (leaf.grad.dtype, leaf.grad.shape) == (numpy.float32, leaf.shape)

    def test_is_compiled_and_printed_and_drawn(self, case) -> None:
        if case.name in composites.WITHOUT_GRADIENT:
            return
        operands = case.operands()
        number, argnums = weighted(case.call), tuple(range(len(operands)))
        expected, gradients = value_and_grad(number, argnums)(*operands)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CapturedConstantWarning)  # the weights
            compiled = compile(number)
            found, compiled_gradients = compiled.value_and_grad(*operands, argnums=argnums)
        names: dict[str, Any] = {}
        exec(compiled.source, names)
        printed = next(item for item in reversed(names.values()) if callable(item))
        with numpy.errstate(all="ignore"):
            read = printed(*operands)
        for value, *others in ((found, *compiled_gradients), read):
            numpy.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-13)
            for one, other in zip(others, gradients, strict=True):
                numpy.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-12)
        output = number(*map(Tensor, operands))
        if case.is_looked_at_closely and output.requires_grad:
            drawing = draw(output)  # which makes its first picture
            assert drawing.trace.events
            if case.number == 0:
                assert "digraph" in drawing.dot


# --- activations ------------------------------------------------------------------------------------------

EXTREMES = [0.0, -0.0, 1e-300, 0.5, -0.5, 12.5, -12.5, 30.0, -30.0, 300.0, -300.0, 1e8, -1e8, inf, -inf, nan]

# Calls with parameters; what PyTorch calls the same.
VARIANTS: dict[str, tuple[Call, str, dict[str, Any]]] = {
    "softplus": (autograd.softplus, "softplus", {"threshold": 1e30}),
    "silu": (autograd.silu, "silu", {}),
    "gelu": (autograd.gelu, "gelu", {}),
    "gelu by tanh": (lambda x: autograd.gelu(x, "tanh"), "gelu", {"approximate": "tanh"}),
    "leaky_relu": (autograd.leaky_relu, "leaky_relu", {}),
    "leaky_relu with a steep slope": (lambda x: autograd.leaky_relu(x, 1.5), "leaky_relu", {"negative_slope": 1.5}),
    "leaky_relu with a falling slope": (lambda x: autograd.leaky_relu(x, -0.5), "leaky_relu", {"negative_slope": -0.5}),
    "elu": (autograd.elu, "elu", {}),
    "elu with alpha": (lambda x: autograd.elu(x, 2.0), "elu", {"alpha": 2.0}),
}

# (variant, number): our value and slope, where PyTorch's differ, and why ours are right.
DIFFERENCES: dict[tuple[str, float], tuple[float, float, str]] = {
    ("softplus", 1e8): (1e8, 1.0, "PyTorch's exp overflows above its threshold, which is switched off here"),
    ("elu", nan): (nan, nan, "PyTorch's slope of nan is 1; nothing is known of it"),
    ("elu with alpha", nan): (nan, nan, "as elu"),
}
DIFFERENCES_OF_FLOAT32 = {("softplus", 300.0): (300.0, 1.0, "as at 1e8 in float64")}


def same(found: float, expected: float, relative: float = 1e-12) -> bool:
    return found == pytest.approx(expected, rel=relative, abs=0, nan_ok=True)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(("kind", "dtype"), [(Value, None), (Tensor, numpy.float64), (Tensor, numpy.float32)])
def test_an_activation_has_pytorch_s_value_and_slope_at_extremes(variant, kind, dtype) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed: pip install -e '.[peers]' compares with it")
    function, name, parameters = VARIANTS[variant]
    is_single = dtype is numpy.float32
    differences = {(key[0], str(key[1])): difference for key, difference in DIFFERENCES.items()}
    if is_single:
        differences |= {(key[0], str(key[1])): difference for key, difference in DIFFERENCES_OF_FLOAT32.items()}
    relative = 1e-5 if is_single else 1e-12
    for number in EXTREMES:
        x = Value(number) if kind is Value else Tensor(number, dtype=dtype)
        output = function(x)
        output.backward()
        theirs = torch.tensor(number, dtype=torch.float32 if is_single else torch.float64, requires_grad=True)
        expected = getattr(torch.nn.functional, name)(theirs, **parameters)
        expected.backward()
        wanted = (expected.item(), theirs.grad.item())
        if (variant, str(number)) in differences:
            ours = differences[variant, str(number)]
            assert not all(map(same, wanted, ours[:2])), "PyTorch no longer differs: take the entry away"
            wanted = ours[:2]
        assert same(output.item(), wanted[0], relative), (number, output, wanted)
        assert same(float(x.grad), wanted[1], relative), (number, x, wanted)


@pytest.mark.parametrize("kind", [Value, Tensor])
@pytest.mark.parametrize("zero", [0.0, -0.0])
@pytest.mark.parametrize(
    ("function", "slope", "curvature"),
    [
        (autograd.leaky_relu, 0.01, 0.0),
        (lambda x: autograd.leaky_relu(x, 0.3), 0.3, 0.0),
        (autograd.elu, 1.0, 1.0),
        (lambda x: autograd.elu(x, 0.5), 0.5, 0.5),
        (autograd.softplus, 0.5, 0.25),
        (autograd.silu, 0.5, 0.5),
        (autograd.gelu, 0.5, 2 / math.sqrt(2 * math.pi)),
    ],
    ids=["leaky_relu", "leaky_relu 0.3", "elu", "elu 0.5", "softplus", "silu", "gelu"],
)
def test_an_activation_has_the_derivatives_at_0_of_the_side_below_it(kind, zero, function, slope, curvature) -> None:
    x = kind(zero)
    first = autograd.gradients(function(x), x, create_graph=True)
    assert same(first.item(), slope)
    assert same(0.0 if not first.requires_grad else autograd.gradients(first, x).item(), curvature)


def test_an_infinite_gradient_stays_out_of_the_side_that_is_not_taken() -> None:
    for kind in (Value, Tensor):
        for function in (autograd.leaky_relu, autograd.elu):
            x = kind(2.0)
            function(x).backward(inf)
            assert float(x.grad) == inf  # beside it inf · 0 would be nan


def test_activations_take_and_return_plain_numbers_arrays_and_values() -> None:
    for name in sorted(ACTIVATIONS):
        function = FUNCTIONS[name]
        expected = function(Tensor([-1.5, 2.0])).data
        assert type(function(2.0)) is float
        assert same(function(2), expected[1])
        assert isinstance(function(Value(2.0)), Value)
        assert same(function(Value(2.0)).data, expected[1])
        numpy.testing.assert_allclose(function(numpy.array([-1.5, 2.0])), expected, rtol=1e-14)
        numpy.testing.assert_allclose(function([-1.5, 2.0]), expected, rtol=1e-14)


def test_the_classes_of_floats_are_numpy_s_at_extremes_for_every_kind_of_operand() -> None:
    for name in sorted(CLASSES):
        for number in [*EXTREMES, 3, True]:
            expected = bool(getattr(numpy, name)(number))
            assert bool(FUNCTIONS[name](number)) is expected
            assert bool(FUNCTIONS[name](Value(number)).data) is expected
            assert FUNCTIONS[name](Tensor([number], requires_grad=False)).data.tolist() == [expected]


def test_what_is_no_number_is_the_largest_of_its_dtype_or_0() -> None:
    for dtype in (numpy.float64, numpy.float32, numpy.int64, numpy.bool_):
        numbers = numpy.array([nan, inf, -inf, 2.0]) if numpy.dtype(dtype).kind == "f" else numpy.array([0, 1])
        x = Tensor(numbers.astype(dtype), requires_grad=False)
        numpy.testing.assert_array_equal(autograd.nan_to_num(x).data, numpy.nan_to_num(x.data))
        assert autograd.nan_to_num(x).dtype == dtype
    assert autograd.nan_to_num(Value(inf)).data == numpy.finfo(float).max


# --- of what is not nan -----------------------------------------------------------------------------------

HOLED = numpy.array([[nan, 2.0, -1.0, 4.0], [nan, nan, nan, nan], [3.0, -2.0, nan, 0.5]])
OF_HOLES: dict[str, Call] = {
    **{
        name: lambda m, x, axis, name=name: getattr(m, name)(x, axis=axis)
        for name in (
            "nansum", "nanprod", "nanmean", "nanvar", "nanstd", "nanmax", "nanmin", "nanmedian", "nancumsum",
            "nancumprod", "median", "sort", "ptp",
        )
    },
    "nanquantile": lambda m, x, axis: m.nanquantile(x, [0.0, 0.3, 1.0], axis=axis),
    "nanpercentile": lambda m, x, axis: m.nanpercentile(x, 30, axis=axis, keepdims=True),
    "quantile": lambda m, x, axis: m.quantile(x, 0.3, axis=axis),
    "nanvar of a sample": lambda m, x, axis: m.nanvar(x, axis=axis, ddof=1),
}  # fmt: skip


@pytest.mark.parametrize("name", OF_HOLES)
@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_what_is_nan_is_left_out_or_is_the_answer_as_numpy_has_it(name, axis) -> None:
    for numbers in (HOLED, HOLED[::2], HOLED[1:2]):
        with numpy.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NumPy's of nothing but nan
            expected = OF_HOLES[name](numpy, numbers, axis)
        x = Tensor(numbers)
        found = OF_HOLES[name](autograd, x, axis)
        numpy.testing.assert_allclose(found.data, expected, rtol=1e-14)
        if name.startswith("nan") and numpy.isfinite(expected).all():
            found.sum().backward()
            assert x.grad is not None
            assert numpy.isfinite(x.grad).all()
            assert not x.grad[numpy.isnan(numbers)].any()


@pytest.mark.parametrize("method", [
    "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull",
    "linear", "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest",
])  # fmt: skip
def test_a_quantile_is_numpy_s_by_every_method(method) -> None:
    x = numpy.random.default_rng(4).permutation(numpy.array([0.1, 0.7, 1.1, 2.5, 2.6, 7.0, 8.0]))
    shares = numpy.linspace(0, 1, 23)
    expected = numpy.quantile(x, shares, method=method)
    numpy.testing.assert_allclose(autograd.quantile(Tensor(x), shares, method=method).data, expected, rtol=1e-12)
    assert gradcheck(lambda x: autograd.quantile(x, [0.2, 0.55], method=method), x, order=2)


def test_a_running_product_with_zeros_has_its_derivatives() -> None:
    for numbers in ([0.0, 2.0, 3.0, 5.0], [2.0, 0.0, 3.0, 0.0], [0.0, 0.0, 0.0], [1e200, 1e200, 2.0]):
        x = Tensor(numbers)
        upstream = numpy.arange(1.0, len(numbers) + 1)
        autograd.cumprod(x).backward(upstream)
        expected = [
            sum(
                upstream[last] * math.prod(numbers[:place] + numbers[place + 1 : last + 1])
                for last in range(place, len(numbers))
            )
            for place in range(len(numbers))
        ]
        numpy.testing.assert_allclose(x.grad, expected, rtol=1e-14)


# --- indices ----------------------------------------------------------------------------------------------


def test_what_is_taken_twice_gets_both_gradients() -> None:
    x = Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    autograd.take(x, [2, 0, 2], axis=1).backward([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]])
    assert x.grad is not None
    assert x.grad.tolist() == [[2.0, 0.0, 5.0], [16.0, 0.0, 40.0]]
    x.zero_grad()
    autograd.repeat(x, [1, 2], axis=0).backward([[1.0, 1.0, 1.0], [2.0, 3.0, 4.0], [20.0, 30.0, 40.0]])
    assert x.grad.tolist() == [[1.0, 1.0, 1.0], [22.0, 33.0, 44.0]]


@pytest.mark.parametrize(
    "indices",
    [
        Tensor([1, 0, 1], requires_grad=False),
        Tensor(numpy.array([1, 0, 1], numpy.uint8), requires_grad=False),
        Tensor([0.5, -0.5, 0.5]) > 0,
    ],
    ids=["integers", "small integers", "booleans that were computed"],
)
def test_indices_that_are_a_tensor_are_recorded(indices, nodes_of) -> None:
    x = Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    taken = autograd.take(x, indices, axis=1)
    assert taken.data.tolist() == [[2.0, 1.0, 2.0], [5.0, 4.0, 5.0]]
    assert any(node is indices for node in nodes_of(taken))
    taken.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[1.0, 2.0, 0.0], [1.0, 2.0, 0.0]]


def test_the_index_of_the_greatest_takes_the_greatest_along_its_axis() -> None:
    x = Tensor([[1.0, 7.0, 3.0], [4.0, 5.0, 6.0]])
    best = autograd.argmax(x, axis=1)
    found = autograd.take_along_axis(x, autograd.expand_dims(best, 1), axis=1)
    assert found.data.tolist() == [[7.0], [6.0]]
    found.backward([[2.0], [3.0]])
    assert x.grad is not None
    assert x.grad.tolist() == [[0.0, 2.0, 0.0], [0.0, 0.0, 3.0]]


def test_the_parts_of_a_split_are_the_whole_and_a_part_that_is_not_used_gets_nothing() -> None:
    x = Tensor([1.0, 2.0, 3.0, 4.0])
    first, second = autograd.split(x, 2)
    assert numpy.array_equal(autograd.hstack([first, second]).data, x.data)
    (second * 3).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [0.0, 0.0, 3.0, 3.0]


def test_the_difference_of_booleans_is_where_they_change() -> None:
    mask = Tensor([True, True, False], requires_grad=False)
    assert autograd.diff(mask).data.tolist() == [False, True]
    assert autograd.diff(mask).dtype == numpy.bool_


def test_a_number_of_degrees_of_freedom_that_is_an_array_scalar_does_not_change_float32() -> None:
    x = Tensor([1.0, 2.0, 4.0], dtype=numpy.float32)
    for function in (autograd.var, autograd.std):
        assert function(x, ddof=numpy.float64(1)).dtype == numpy.float32


# --- refusals ---------------------------------------------------------------------------------------------

X = numpy.ones((2, 3))
REFUSALS: list[tuple[str, Call, type[Exception], str]] = [
    ("gelu", lambda x: autograd.gelu(x, "tan"), DataTypeError, r'approximate is "none" or "tanh", not .tan.'),
    ("var", lambda x: autograd.var(x, axis=0, ddof=2), ShapeError, r"2 elements along axis 0 of shape \(2, 3\).*=2"),
    ("std", lambda x: autograd.std(x, ddof=6), ShapeError, r"6 elements along axis None of shape \(2, 3\).*ddof=6"),
    ("var", lambda x: autograd.var(x, ddof="1e"), DataTypeError, r"ddof is a number, not '1e'"),
    ("std", lambda x: autograd.std(x, ddof=None), DataTypeError, r"ddof is a number, not None"),
    ("var", lambda x: autograd.var(x, ddof=nan), ShapeError, r"not enough for ddof=nan"),
    ("var", lambda x: autograd.var(x[:0]), ShapeError, r"0 elements along axis None of shape \(0, 3\)"),
    ("std", lambda x: autograd.std(x, axis=2), ShapeError, r"axis 2 is no axis of an operand of shape \(2, 3\)"),
    ("var", lambda x: autograd.var(x, axis=(0, -2)), ShapeError, r"axes \(0, -2\) name one of the axes.*twice"),
    ("var", lambda x: autograd.var(x, True), DataTypeError, r"an axis is an integer, not True"),
    ("squeeze", lambda x: autograd.squeeze(x, 0), ShapeError, r"axis 0 .* of shape \(2, 3\) has size 2, not 1"),
    ("squeeze", lambda x: autograd.squeeze(x, 4), ShapeError, r"axis 4 is no axis of an operand of shape \(2, 3\)"),
    ("squeeze", lambda x: autograd.squeeze(x[:1, :1], (0, 0)), ShapeError, r"axes \(0, 0\) name one .* twice"),
    ("expand_dims", lambda x: autograd.expand_dims(x, 3), ShapeError, r"axis 3 names no 1 new axes among 3"),
    ("expand_dims", lambda x: autograd.expand_dims(x, (0, -4)), ShapeError, r"\(0, -4\) names no 2 new axes among 4"),
    ("expand_dims", lambda x: autograd.expand_dims(x, 1.0), DataTypeError, r"an axis is an integer.*not 1\.0"),
    ("expand_dims", lambda x: autograd.expand_dims(x, None), DataTypeError, r"an axis is an integer.*not None"),
    ("moveaxis", lambda x: autograd.moveaxis(x, 2, 0), ShapeError, r"shape \(2, 3\).*axis 2 is out of bounds"),
    ("moveaxis", lambda x: autograd.moveaxis(x, [0, 0], [0, 1]), ShapeError, r"shape \(2, 3\).*repeated axis"),
    ("moveaxis", lambda x: autograd.moveaxis(x, [0, 1], 0), ShapeError, r"same number of elements"),
    ("moveaxis", lambda x: autograd.moveaxis(x, 0.5, 0), DataTypeError, r"axes are integers, not 0\.5 and 0"),
    ("flip", lambda x: autograd.flip(x, 2), ShapeError, r"axis 2 is no axis of an operand of shape \(2, 3\)"),
    ("flip", lambda x: autograd.flip(x, (1, -1)), ShapeError, r"axes \(1, -1\) name one of the axes of shape \(2, 3\)"),
    ("flip", lambda x: autograd.flip(x, 0.0), DataTypeError, r"an axis is an integer, not 0\.0"),
    ("repeat", lambda x: autograd.repeat(x, [1, 2], axis=1), ShapeError, r"repeats \[1, 2\] along a size of 3"),
    ("repeat", lambda x: autograd.repeat(x, -1), ShapeError, r"repeats -1 along a size of 6"),
    ("repeat", lambda x: autograd.repeat(x, 1.5), DataTypeError, r"is an integer, or one for each element, not 1\.5"),
    ("repeat", lambda x: autograd.repeat(x, 2, axis=2), ShapeError, r"axis 2 is no axis .* shape \(2, 3\)"),
    ("tile", lambda x: autograd.tile(x, (1, -2)), ShapeError, r"not negative, as in \(1, -2\)"),
    ("tile", lambda x: autograd.tile(x, (1, 2.5)), DataTypeError, r"an integer, or one for each axis, not \(1, 2\.5\)"),
    ("tile", lambda x: autograd.tile(x, "ab"), DataTypeError, r"is an integer, or one for each axis, not 'ab'"),
    ("take", lambda x: autograd.take(x, 6), IndexRangeError, r"from 6 to 6 do not fit axis 0 .* shape \(6,\)"),
    ("take", lambda x: autograd.take(x, [0, -4], 1), IndexRangeError, r"from -4 to 0 do not fit axis 1 .* \(2, 3\)"),
    ("take", lambda x: autograd.take(x, [0.0]), DataTypeError, r"the indices are integers, not float64"),
    ("take", lambda x: autograd.take(x, None), DataTypeError, r"not NoneType None"),
    ("take", lambda x: autograd.take(x, slice(1)), DataTypeError, r"not slice slice"),
    ("take", lambda x: autograd.take(x, Tensor([0.0])), DataTypeError, r"the indices are integers, not float64"),
    ("take", lambda x: autograd.take(x, 0, axis=-3), ShapeError, r"axis -3 is no axis of an operand of shape \(2, 3\)"),
    (
        "take_along_axis", lambda x: autograd.take_along_axis(x, [[3], [0]], 1), IndexRangeError,
        r"indices of shape \(2, 1\) from 0 to 3 do not fit axis 1 of an operand of shape \(2, 3\)",
    ),
    (
        "take_along_axis", lambda x: autograd.take_along_axis(x, [[0], [0], [0]], 1), IndexRangeError,
        r"indices of shape \(3, 1\) from 0 to 0 do not fit axis 1 of an operand of shape \(2, 3\)",
    ),
    (
        "take_along_axis", lambda x: autograd.take_along_axis(x, [0, 1], 1), ShapeError,
        r"indices of shape \(2,\) for an operand of shape \(2, 3\)",
    ),
    ("take_along_axis", lambda x: autograd.take_along_axis(x, [[0.0]], 1), DataTypeError, r"integers, not float64"),
    ("take_along_axis", lambda x: autograd.take_along_axis(x, X > 0, 1), DataTypeError, r"not bool.*x\[mask\]"),
    ("split", lambda x: autograd.split(x, 2, axis=1), ShapeError, r"a size of 3 is not 2 equal parts"),
    ("split", lambda x: autograd.split(x, 0), ShapeError, r"a size of 2 is not 0 equal parts"),
    ("split", lambda x: autograd.split(x, 1.0), DataTypeError, r"equal parts or the indices.*integers, not 1\.0"),
    ("split", lambda x: autograd.split(x, [1.0]), DataTypeError, r"equal parts or the indices.*integers, not \[1\.0\]"),
    ("split", lambda x: autograd.split(x, 1, axis=2), ShapeError, r"axis 2 is no axis of an operand of shape \(2, 3\)"),
    ("diff", lambda x: autograd.diff(x, axis=2), ShapeError, r"axis 2 is no axis of an operand of shape \(2, 3\)"),
    ("diff", lambda x: autograd.diff(x, axis=None), DataTypeError, r"an axis is an integer, not None"),
    ("vstack", lambda x: autograd.vstack([]), ShapeError, r"there is nothing to join"),
    ("hstack", lambda x: autograd.hstack(()), ShapeError, r"there is nothing to join"),
    ("vstack", lambda x: autograd.vstack(5), DataTypeError, r"takes a list of arrays, not int 5"),
    ("hstack", lambda x: autograd.hstack([x, "a"]), DataTypeError, r"not str 'a'"),
    ("concatenate", lambda x: autograd.vstack([x, [1.0, 2.0]]), ShapeError, r"shape \(2, 3\) and \(1, 2\)"),
    ("concatenate", lambda x: autograd.hstack([x, [1.0, 2.0]]), ShapeError, r"shape \(2, 3\) and \(2,\)"),
    ("matmul", lambda x: autograd.dot(x, x), ShapeError, r"shape \(2, 3\) and \(2, 3\) do not fit"),
    ("dot", lambda x: autograd.dot(x, X[None]), ShapeError, r"\(2, 3\) and \(1, 2, 3\) do not fit.*second to last"),
    ("inner", lambda x: autograd.inner(x, [1.0, 2.0]), ShapeError, r"shape \(2, 3\) and \(2,\) differ in their last"),
    ("outer", lambda x: autograd.outer(x, None), DataTypeError, r"not NoneType None"),
    ("rollaxis", lambda x: autograd.rollaxis(x, 0, 3), ShapeError, r"start 3 is no place among the axes .* \(2, 3\)"),
    ("matrix_transpose", lambda x: autograd.matrix_transpose(x[0]), ShapeError, r"of a matrix, not of .* \(3,\)"),
    ("broadcast_arrays", lambda x: autograd.broadcast_arrays(x, x[:, :2]), ShapeError, r"\(2, 3\) and \(2, 2\) do not"),
    ("resize", lambda x: autograd.resize(x, (2, -1)), ShapeError, r"are not negative, as in \(2, -1\)"),
    ("flipud", lambda x: autograd.flipud(x[0, 0]), ShapeError, r"a single number has no rows"),
    ("fliplr", lambda x: autograd.fliplr(x[0]), ShapeError, r"an operand of shape \(3,\) has no columns"),
    ("rot90", lambda x: autograd.rot90(x, 1, (0, 0)), ShapeError, r"axes \(0, 0\) name one .* twice"),
    ("rot90", lambda x: autograd.rot90(x, 1, (0, 1, 2)), ShapeError, r"two axes make a plane, not \(0, 1, 2\)"),
    ("roll", lambda x: autograd.roll(x, 1, 2), ShapeError, r"axis 2 is no axis of an operand of shape \(2, 3\)"),
    ("roll", lambda x: autograd.roll(x, 1.5), DataTypeError, r"or one for each axis, not 1\.5"),
    ("roll", lambda x: autograd.roll(x, (1, 2, 3), (0, 1)), ShapeError, r"3 shifts for 2 axes"),
    ("sort", lambda x: autograd.sort(x, 2), ShapeError, r"axis 2 is no axis of an operand of shape \(2, 3\)"),
    ("pad", lambda x: autograd.pad(x, (1, 2, 3)), ShapeError, r"for each axis of shape \(2, 3\).*not \(1, 2, 3\)"),
    ("pad", lambda x: autograd.pad(x, 1.5), ShapeError, r"one integer, not 1\.5"),
    ("pad", lambda x: autograd.pad(x, -1), ShapeError, r"not negative, as in -1"),
    ("pad", lambda x: autograd.pad(x, 1, "mirror"), ArgumentError, r"symmetric, wrap, not 'mirror'"),
    ("pad", lambda x: autograd.pad(x, 1, "edge", stat_length=2), ArgumentError, r"stat_length= is of the mode maximum"),
    ("pad", lambda x: autograd.pad(x, 1, "mean", stat_length=0), ShapeError, r"of no elements there is no mean"),
    ("partition", lambda x: autograd.partition(x, 3), IndexRangeError, r"3 is no place along a size of 3"),
    ("polyval", lambda x: autograd.polyval(x, 1.0), ShapeError, r"one row of numbers, not of shape \(2, 3\)"),
    ("vander", lambda x: autograd.vander(x), ShapeError, r"one row of numbers, not of shape \(2, 3\)"),
    ("cumulative_sum", lambda x: autograd.cumulative_sum(x), ShapeError, r"axis= says along which axis"),
    ("correlate", lambda x: autograd.correlate(x, x), ShapeError, r"not of shapes \(2, 3\) and \(2, 3\)"),
    ("pad", lambda x: autograd.pad(x[:0], 1, "edge"), ShapeError, r"axis 0 of an operand of shape \(0, 3\)"),
    ("pad", lambda x: autograd.pad(x, 1, constant_values=(1, 2, 3)), ShapeError, r"are .* or one number"),
    ("put_along_axis", lambda x: autograd.put_along_axis(x, [[3], [0]], 1.0, 1), IndexRangeError, r"from 0 to 3 do"),
    ("put_along_axis", lambda x: autograd.put_along_axis(x, [0], 1.0, 1), ShapeError, r"shape \(1,\) for an"),
    (
        "put_along_axis", lambda x: autograd.put_along_axis(x, autograd.argmax(Tensor(X), 1), 1.0, 1), DataTypeError,
        r"plain integers; of computed ones write where",
    ),
    ("delete", lambda x: autograd.delete(x, 3, 1), IndexRangeError, r"3 along axis 1 of an operand of shape \(2, 3\)"),
    ("insert", lambda x: autograd.insert(x, 4, 1.0, 1), IndexRangeError, r"4 along axis 1 of an operand"),
    ("insert", lambda x: autograd.insert(x, [0, 1], X, 1), ShapeError, r"\(2, 3\) for 2 places along axis 1"),
    ("compress", lambda x: autograd.compress([True] * 4, x, 1), IndexRangeError, r"a condition of 4 for axis 1"),
    ("select", lambda x: autograd.select([x > 0], [x, x]), ShapeError, r"1 conditions for 2 choices"),
    ("select", lambda x: autograd.select([x], [x]), DataTypeError, r"are booleans, such as .* not float64"),
    ("concatenate", lambda x: autograd.append(x, 1.0, 0), ShapeError, r"\(2, 3\) and \(\) .*do not fit"),
    ("block", lambda x: autograd.block([x, [x]]), ShapeError, r"all blocks are in as many lists"),
    ("block", lambda x: autograd.block([]), ShapeError, r"there is nothing to join"),
    ("block", lambda x: autograd.block([(x, x)]), DataTypeError, r"nested in lists; a tuple is none"),
    ("array_split", lambda x: autograd.array_split(x, 0), ShapeError, r"a size of 2 is not 0 parts"),
    ("vsplit", lambda x: autograd.vsplit(x[0], 1), ShapeError, r"of 2 or more axes, not of .* \(3,\)"),
    ("dsplit", lambda x: autograd.dsplit(x, 1), ShapeError, r"of 3 or more axes, not of .* \(2, 3\)"),
    ("cross", lambda x: autograd.cross(x[:, :2], [1.0, 2.0]), ShapeError, r"have three components, not 2 and 2"),
    ("diag", lambda x: autograd.diag(x[0, 0]), ShapeError, r"of one row of numbers or a matrix, not .* \(\)"),
    ("trace", lambda x: autograd.trace(x, axis1=0, axis2=-2), ShapeError, r"axes \(0, -2\) name one .* twice"),
    ("triu", lambda x: autograd.triu(x[0, 0]), ShapeError, r"a single number has no triangle"),
    ("linspace", lambda x: autograd.linspace(x, 1.0, -1), ShapeError, r"how many is not negative, as -1"),
    ("linspace", lambda x: autograd.linspace(x, 1.0, 2.5), DataTypeError, r"how many is an integer, not 2\.5"),
    ("meshgrid", lambda x: autograd.meshgrid(x, indexing="yx"), ArgumentError, r'indexing is "xy" or "ij", not .yx.'),
    ("full", lambda x: autograd.full((1.5,), x[0, 0]), DataTypeError, r"a shape is made of integers, not \(1\.5,\)"),
    ("diff", lambda x: autograd.diff(x, n=-1), ArgumentError, "n is a whole number from 0, not -1"),
    ("gradient", lambda x: autograd.gradient(x, edge_order=2), ShapeError, r"axis 0 of .* \(2, 3\) has not 3 elements"),
    ("gradient", lambda x: autograd.gradient(x, 1, 2, 3), DataTypeError, r"3 distances for 2 axes"),
    ("gradient", lambda x: autograd.gradient(x, [0.0, 1.0], axis=1), ShapeError, r"shape \(2,\) for axis 1"),
    ("sliding_window_view", lambda x: autograd.sliding_window_view(x, 4, 1), ShapeError, r"4 does not fit"),
    ("sliding_window_view", lambda x: autograd.sliding_window_view(x, 2), ShapeError, r"1 sizes .* for 2 axes"),
    ("searchsorted", lambda x: autograd.searchsorted(x, 1.0), ShapeError, r"one row of numbers, not .* \(2, 3\)"),
    ("searchsorted", lambda x: autograd.searchsorted(x[0], 1.0, "up"), ArgumentError, r'side is "left" or "right"'),
    ("average", lambda x: autograd.average(x, weights=[1.0, 2.0]), ShapeError, r"weights of shape \(2,\) for"),
    ("average", lambda x: autograd.average(x, 1, [0.0, 0.0, 0.0]), ArgumentError, r"the weights sum to zero"),
    ("median", lambda x: autograd.median(x[:0]), ShapeError, r"has no elements along axis None"),
    ("quantile", lambda x: autograd.quantile(x, 1.5), ArgumentError, r"q is from 0 to 1, not 1\.5"),
    ("percentile", lambda x: autograd.percentile(x, [-1, 50]), ArgumentError, r"q is from 0 to 100, not \[-1, 50\]"),
    ("quantile", lambda x: autograd.quantile(x, Tensor(0.5)), DataTypeError, r"q is plain numbers"),
    ("quantile", lambda x: autograd.quantile(x, 0.5, method="best"), ArgumentError, r"best"),
    ("nanquantile", lambda x: autograd.nanquantile(x, 0.5, method="lower"), ArgumentError, r'method is "linear"'),
    ("cov", lambda x: autograd.cov(x[None]), ShapeError, r"is a matrix, not of shape \(1, 2, 3\)"),
    ("cov", lambda x: autograd.cov(x, ddof=3), ShapeError, r"3 observations are not enough for ddof=3"),
    ("cov", lambda x: autograd.cov(x, fweights=[1, 2]), ShapeError, r"weights of shape \(2,\) for 3 observations"),
    ("interp", lambda x: autograd.interp(x, [1.0, 2.0], [1.0]), ShapeError, r"not of shape \(2,\) and \(1,\)"),
    ("interp", lambda x: autograd.interp(x, [1.0], [1.0], period=0), ArgumentError, r"a period is not 0"),
    ("trapezoid", lambda x: autograd.trapezoid(x, axis=2), ShapeError, r"axis 2 is no axis"),
    ("max", lambda x: autograd.max(x, where=x > 0), ArgumentError, r"with where=, say initial="),
    ("sum", lambda x: autograd.sum(x, where=x), DataTypeError, r"where is a mask of booleans.*not of float64"),
    ("diagonal", lambda x: autograd.diagonal(x[0]), ShapeError, r"of a matrix, not of an operand of shape \(3,\)"),
    ("diagonal", lambda x: autograd.diagonal(x, 0.5), DataTypeError, r"the offset is an integer, not"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "attempt", "error", "facts"), REFUSALS, ids=[f"{row[0]}-{number}" for number, row in enumerate(REFUSALS)]
)
def test_a_refusal_names_the_function_what_was_given_and_what_was_expected(name, attempt, error, facts) -> None:
    for operand in (Tensor(X), X):
        with pytest.raises(error, match=f"^{name}: .*{facts}") as caught:
            attempt(operand)
        assert isinstance(caught.value, autograd.GraphError)


def test_a_function_of_arrays_takes_a_value_as_an_array_without_axes() -> None:
    v, w = Value(2.0), Value(3.0)
    for made, shape in (
        (autograd.stack([v, w]), (2,)),
        (numpy.stack([v, w]), (2,)),
        (numpy.hstack([v, Tensor([1.0])]), (2,)),
        (numpy.sum(v), ()),
        (autograd.repeat(v, 2), (2,)),
        (numpy.linspace(v, 1.0, 3), (3,)),
        (autograd.full((2, 2), w), (2, 2)),
        (numpy.outer([1.0, 2.0], [v, w]), (2, 2)),
    ):
        assert made.shape == shape
        assert made.requires_grad if isinstance(made, Node) else all(one.requires_grad for one in made.flat)
    (autograd.stack([v * w, w]) * numpy.array([1.0, 10.0])).sum().backward()
    assert (v.grad, w.grad) == (3.0, 12.0)
    with pytest.raises(ShapeError, match="axis 1 is no axis of an operand of shape"):
        autograd.flip(v, 1)
