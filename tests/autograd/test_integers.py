"""Arrays of integers and truths as operands: every row gives the same eagerly, compiled and in its printed source, and
beside floats what it gives for the same numbers as floats, gradients of every kind included."""

import functools
import warnings

import numpy
import pytest

import autograd
from autograd import Operation, Tensor, Value, compile, gradients
from autograd.operation import elementwise
from witnesses import linear_algebra_calls
from witnesses.samples import samples_of
from witnesses.together import Together

# The widths between are slow: the narrowest, the widest and truths are what differs.
DTYPES = [
    pytest.param(Together(map(numpy.dtype, ["bool", "uint8", "int64"])), id="the usual dtypes"),
    pytest.param(
        Together(map(numpy.dtype, ["int8", "int16", "uint16", "int32", "uint32", "uint64"])),
        id="the other dtypes",
        marks=pytest.mark.slow,
    ),
]
# Not scatter_add: it is the pullback of an indexing, and gradients are floats.
ROWS = [row for row in autograd.operations().values() if samples_of(row) and row.name != "scatter_add"]
# What the samples call with other operands, or without the parameters that people give.
CALLS = {
    "where": autograd.where, "argmax": autograd.argmax, "argmin": autograd.argmin, "any": autograd.any,
    "all": autograd.all,
    "solve": autograd.linalg.solve, "inv": autograd.linalg.inv, "det": autograd.linalg.det,
    "cholesky": autograd.linalg.cholesky, "pinv": autograd.linalg.pinv,
    **{
        name: functools.partial(autograd.operations()[name], **parameters)
        for name, parameters in (
            ("cofactors", {}), ("slogdet", {}), ("eigh", {"UPLO": "L"}), ("svd", {"full_matrices": True}), ("qr", {}),
        )
    },
}  # fmt: skip
# Those that refuse some matrices, or whose results are not of the numbers alone.
OF_REGULAR_MATRICES = linear_algebra_calls.OF_MATRICES - {"tril", "triu"}


def sample_of(row):
    """A call of the row on arrays with elements."""
    return next(sample for sample in samples_of(row) if all(sample.shapes) and all(map(all, sample.shapes)))


def integers(shape, dtype, start=0):
    """Small and large ones, whose squares and sums small dtypes cannot hold."""
    numbers = numpy.array([1, 100, 3, 0, 2, 90])
    return numpy.resize(numpy.roll(numbers, start), shape).astype(dtype)


def operand(row, slot, shape, dtype):
    """What a row is given: its integers, as a regular matrix where it needs one."""
    given = integers(shape, dtype, slot)
    if row.name not in OF_REGULAR_MATRICES or slot > 0:
        return given
    return numpy.triu(given, 1) + numpy.eye(*shape[-2:], dtype=dtype)


def constant(array):
    return Tensor(array, requires_grad=False)


def result(call, operands):
    """What a call gives, or the kind of error."""
    try:
        found = call(*operands)
    except autograd.GraphError as error:
        return type(error)
    return found.data if isinstance(found, Tensor) else found


def assert_same(ours, wanted):
    if isinstance(wanted, type):
        assert ours is wanted
        return
    ours, wanted = numpy.asarray(ours), numpy.asarray(wanted)
    assert (ours.dtype, ours.shape) == (wanted.dtype, wanted.shape)
    numpy.testing.assert_allclose(ours, wanted, rtol=1e-14)


def in_source(compiled, operands):
    names = {}
    exec(compiled.source, names)
    with numpy.errstate(all="ignore"):
        return next(item for name, item in reversed(names.items()) if callable(item))(*operands)


def compiled_result(call, operands):
    compiled = compile(call)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", autograd.CapturedConstantWarning)
        found = result(compiled, operands)
    return compiled, found


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("operation", ROWS, ids=lambda row: row.name)
def test_a_row_of_integers_is_the_same_eagerly_compiled_and_in_its_source(operation, dtype):
    row = operation
    sample = sample_of(row)
    operands = [operand(row, slot, shape, dtype) for slot, shape in enumerate(sample.shapes)]
    if row.name in ("power", "floor_divide", "remainder"):
        operands[1] = operands[1].clip(0, 2)  # which overflows nowhere
    call = CALLS.get(row.name, sample.call)
    wanted = result(call, map(constant, operands))
    if not isinstance(wanted, type):
        assert wanted.dtype != numpy.float16
    if row.integers == "as floats":
        assert_same(wanted, call(*[constant(one.astype(numpy.float64)) for one in operands]).data)
    assert_same(result(call, operands) if row.elementwise else wanted, wanted)
    compiled, found = compiled_result(call, operands)
    assert_same(found, wanted)
    if not isinstance(wanted, type):
        assert_same(in_source(compiled, operands), wanted)


def weighted(found):
    return autograd.sum(found * numpy.linspace(0.5, 1.5, found.size).reshape(found.shape))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("operation", [row for row in ROWS if row.slots != 1], ids=lambda row: row.name)
def test_a_row_of_integers_beside_floats_has_the_gradients_of_floats(operation, dtype):
    row = operation
    sample = sample_of(row)
    call = CALLS.get(row.name, sample.call)
    slots = [slot for slot in range(len(sample.shapes)) if row.rule(slot) is not None]
    for slot in slots:
        shapes = enumerate(sample.shapes)
        operands = [operand(row, n, shape, dtype if n != slot else numpy.float64) for n, shape in shapes]
        as_floats = [one.astype(numpy.float64) if n in slots else one for n, one in enumerate(operands)]

        def function(x, given, slot=slot):
            return weighted(call(*[x if n == slot else constant(one) for n, one in enumerate(given)]))

        x = Tensor(operands[slot])
        wanted = gradients(function(x, as_floats), x).data
        assert_same(gradients(function(x, operands), x).data, wanted)
        assert_same(gradients(function(x, operands), x, create_graph=True).data, wanted)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", autograd.CapturedConstantWarning)
            compiled = compile(lambda x, *given: weighted(call(*given[:slot], x, *given[slot:])))  # noqa: B023  # called at once
            value, found = compiled.value_and_grad(operands[slot], *operands[:slot], *operands[slot + 1 :])
        assert_same(value, function(x, as_floats).data)
        assert_same(found, wanted)
        bare = [x if n == slot else one for n, one in enumerate(operands)]
        assert_same(gradients(weighted(call(*bare)), x).data, wanted)


def test_integers_beside_float32_are_float32_where_numpy_has_them_so():
    x = Tensor([2.0, 3.0], dtype=numpy.float32)
    for dtype, wanted in ((numpy.int8, numpy.float32), (numpy.uint16, numpy.float32), (numpy.int64, numpy.float64)):
        y = numpy.array([1, 2], dtype)
        assert autograd.arctan2(y, x).dtype == autograd.power(x, y).dtype == wanted
        assert compile(autograd.arctan2)(y, x.data).dtype == wanted


def test_a_rule_from_outside_sees_floats_beside_floats():
    row = elementwise(
        "scaled_difference", "sd", lambda a, b: a - b, lambda a, b: a - b,
        local_gradients=(lambda out, a, b: 1, lambda out, a, b: -1 + 0 * -a),
    )  # fmt: skip
    x = Tensor([1.0, 2.0])
    first = numpy.array([1, 2], numpy.uint8)
    assert gradients(row(first, x).sum(), x).data.tolist() == [-1, -1]
    assert isinstance(row, Operation)
    assert row(first, first).dtype == numpy.uint8


def test_a_cast_constant_keeps_its_label_and_the_callers_array_stays():
    labels = Tensor(numpy.array([1, 2], numpy.uint8), requires_grad=False, label="labels")
    found = autograd.arctan2(labels, Tensor([2.0, 3.0]))
    assert found.operands[0].label == "labels"
    assert labels.dtype == numpy.uint8


def test_the_sweep_keeps_integers_as_they_were_when_they_were_used():
    exponents = numpy.array([2, 3], numpy.uint8)
    x = Tensor([2.0, 3.0])
    y = autograd.power(x, exponents)
    exponents[:] = 0
    assert gradients(y.sum(), x).data.tolist() == [4.0, 27.0]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "bounds", [(300.0, None), (None, 0.5), (True, None), (None, 2), (numpy.array([2, 1]), None)], ids=str
)
def test_clip_with_an_open_side_is_numpys(dtype, bounds):
    x = integers((2,), dtype)
    wanted = result(lambda: numpy.clip(x, *bounds), ())
    assert_same(autograd.clip(x, *bounds), wanted)
    assert_same(autograd.clip(constant(x), *bounds).data, wanted)
    assert_same(compiled_result(lambda x: autograd.clip(x, *bounds), [x])[1], wanted)


def test_the_source_of_erf_takes_integers():
    compiled = compile(lambda x: autograd.erf(x) * 2)
    compiled(1.0)
    assert in_source(compiled, [1]) == in_source(compiled, [1.0]) == (compiled(1.0), compiled.value_and_grad(1.0)[1])


@pytest.mark.parametrize("dtype", DTYPES)
def test_activations_of_integers_are_those_of_floats(dtype):
    x = integers((4,), dtype)
    for activation in (autograd.silu, autograd.softplus, autograd.elu):
        wanted = activation(constant(x.astype(numpy.float64))).data
        assert_same(activation(constant(x)).data, wanted)
        assert_same(compile(activation)(x), wanted)


@pytest.mark.parametrize("columns", [False, True])
def test_a_program_loses_no_mask(columns):
    f = compile(lambda x: x * 2, columns=columns)
    masked = numpy.ma.masked_array([1.0, 2.0], [True, False])
    f(masked.data)
    with pytest.raises(autograd.DataTypeError, match="no masks"):
        f(masked)
    with pytest.raises(autograd.DataTypeError, match="mask"):
        Tensor(masked)


def test_values_beside_arrays_of_integers():
    p = Value(3.0)
    for base in (numpy.array([2], numpy.uint8), constant(numpy.array([2], numpy.uint8))):
        assert gradients((base**p).sum(), p).data == 8 * numpy.log(2.0)
