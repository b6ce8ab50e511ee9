"""Compiled programs give what the engine gives: on every row of the table, and on random graphs."""

import warnings

import numpy
import pytest

import autograd
from autograd import Tensor, Value, compile, greater, value_and_grad, where
from autograd.compiler.write.numpy_expression import UnwrittenOperationError
from witnesses.random_graphs import function_of, leaf_arrays, random_graph

# Nearly all are equal to the bit; where a rewrite rounds otherwise, by a few units in the last place.
ULPS = {"float64": 4e-15, "float32": 2e-6}


@pytest.fixture(autouse=True)
def _no_news_of_constants():
    """The samples' own arrays are constants of their programs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", autograd.CapturedConstantWarning)
        yield


def assert_same(ours, eager):
    ours, eager = numpy.asarray(ours), numpy.asarray(eager)
    assert ours.shape == eager.shape
    assert ours.dtype == eager.dtype
    finite = eager[numpy.isfinite(eager)]
    scale = numpy.abs(finite).max(initial=0.0)
    tolerance = ULPS[eager.dtype.name]
    numpy.testing.assert_allclose(ours, eager, rtol=tolerance, atol=tolerance * scale)


def assert_agrees(function, operands, argnums):
    """The program gives the eager value and gradients, and so does its printed source; gives the program."""
    compiled = compile(function)
    value, gradients = compiled.value_and_grad(*operands, argnums=argnums)
    eager_value, eager_gradients = value_and_grad(function, argnums)(*operands)
    assert_same(value, eager_value)
    for ours, eager in zip(gradients, eager_gradients, strict=True):
        assert_same(ours, eager)
    assert_same(compiled(*operands), eager_value)
    return compiled


def printed(compiled):
    """The function that the source defines."""
    names = {}
    exec(compiled.source, names)
    return next(item for name, item in reversed(names.items()) if callable(item))


def weighted(call, upstream_of):
    def function(*operands):
        found = call(*operands)
        weight = upstream_of(found)
        return autograd.sum(found * weight) if isinstance(found, Tensor) else found * weight

    return function


def test_every_row_compiles_and_agrees_with_eager(sample, upstream_of):
    operands = sample.operands()
    argnums = tuple(range(len(operands)))
    function = weighted(sample.call, upstream_of)
    compiled = assert_agrees(function, operands, argnums)
    with numpy.errstate(all="ignore"):
        found = printed(compiled)(*operands)
    eager_value, eager_gradients = value_and_grad(function, argnums)(*operands)
    for ours, eager in zip(found, [eager_value, *eager_gradients], strict=True):
        numpy.testing.assert_allclose(ours, eager, rtol=1e-13, atol=1e-15)


def test_every_row_follows_other_data(sample, upstream_of):
    """One program for numbers of other signs, for ties and for zeros."""
    operands = sample.operands()
    argnums = tuple(range(len(operands)))
    # The sample looks at its condition through `.data`, which is the one thing that no program follows.
    call = (lambda c, a, b: where(greater(c, 1), a, b)) if sample.name == "where" else sample.call
    function = weighted(call, upstream_of)
    compiled, eager = compile(function), value_and_grad(function, argnums)
    compiled.value_and_grad(*operands, argnums=argnums)
    for flipped in (numpy.negative, numpy.rint, numpy.zeros_like):
        others = [numpy.asarray(flipped(operand)) for operand in operands]
        value, gradients = compiled.value_and_grad(*others, argnums=argnums)
        eager_value, eager_gradients = eager(*others)
        assert_same(value, eager_value)
        for ours, expected in zip(gradients, eager_gradients, strict=True):
            assert_same(ours, expected)
    assert len(compiled.programs) == 1


def test_every_row_at_the_extremes(elementwise_row):
    numbers = [0.0, -0.0, 1.0, -300.0, 1e308, numpy.inf, -numpy.inf, numpy.nan]
    if elementwise_row.slots == 1:
        numbers += [-1.0, 300.0, -1e308, 1e-320]
    operands = [grid.ravel() for grid in numpy.meshgrid(*[numbers] * min(elementwise_row.slots, 2))]
    operands += [operands[0][::-1].copy()] * (elementwise_row.slots - len(operands))
    slots = tuple(slot for slot in range(elementwise_row.slots) if elementwise_row.rule(slot) is not None)
    weight = numpy.linspace(-2, 2, operands[0].size)

    def function(*given):
        return where(weight > 5, 0, elementwise_row(*given)) * weight

    value = compile(function)(*operands)
    eager = function(*[Tensor(operand) for operand in operands]).data
    numpy.testing.assert_array_equal(value, eager)
    for number in range(operands[0].size):
        single = [operand[number : number + 1] for operand in operands]
        _, gradients = elementwise_gradients(elementwise_row, slots, single)
        _, expected = value_and_grad(lambda *given: elementwise_row(*given).sum(), slots)(*single)
        numpy.testing.assert_array_equal(gradients, expected)


def elementwise_gradients(row, slots, operands):
    """By one program for each row: it is recorded on the first numbers it meets."""
    compiled = PROGRAMS.setdefault(row.name, compile(lambda *given: row(*given).sum()))
    return compiled.value_and_grad(*operands, argnums=slots)


PROGRAMS = {}


def test_every_row_in_single_precision(sample, upstream_of):
    operands = [operand.astype(numpy.float32) for operand in sample.operands()]
    assert_agrees(weighted(sample.call, upstream_of), operands, tuple(range(len(operands))))


def test_every_row_of_numbers(scalar_row, samples):
    operands = [0.6, 1.3, 0.9][: scalar_row.slots]
    if scalar_row.name in ("arccosh", "zeta"):
        operands = [1.6, 1.3][: scalar_row.slots]
    compiled = compile(scalar_row)
    eager = scalar_row(*[Value(number) for number in operands])
    assert compiled(*operands) == eager.data
    assert printed(compiled)(*operands)[0] == pytest.approx(eager.data, rel=1e-15)
    if scalar_row.differentiable:
        slots = tuple(slot for slot in range(scalar_row.slots) if scalar_row.rule(slot) is not None)
        value, gradients = compiled.value_and_grad(*operands, argnums=slots)
        assert (value, gradients) == value_and_grad(scalar_row, slots)(*operands)


def test_every_row_of_columns(scalar_row):
    generator = numpy.random.default_rng(0)
    low, high = (1.1, 2.0) if scalar_row.name in ("arccosh", "zeta") else (0.1, 0.9)
    columns = [generator.uniform(low, high, 7) for _ in range(scalar_row.slots)]
    compiled = compile(scalar_row, columns=True)
    found = compiled(*columns)
    rows = [scalar_row(*map(Value, sample)).data for sample in zip(*columns, strict=True)]
    numpy.testing.assert_allclose(found, rows, rtol=1e-14)
    if scalar_row.differentiable:
        slots = tuple(slot for slot in range(scalar_row.slots) if scalar_row.rule(slot) is not None)
        _, gradients = compiled.value_and_grad(*columns, argnums=slots)
        samples = [value_and_grad(scalar_row, slots)(*sample)[1] for sample in zip(*columns, strict=True)]
        numpy.testing.assert_allclose(gradients, numpy.array(samples).T, rtol=1e-13)


def test_every_predicate_follows_other_data(predicate_row, samples):
    shapes = [(2, 3)] * predicate_row.slots if predicate_row.name != "searchsorted" else [(3,), (2, 3)]
    parameters = {"axis": 1} if predicate_row.name in ("argmax", "argmin", "argsort", "any", "all") else {}
    function = getattr(autograd, predicate_row.name)
    compiled = compile(lambda *operands: function(*operands, **parameters))
    generator = numpy.random.default_rng(0)
    for _ in range(4):
        operands = [generator.integers(0, 2, shape).astype(numpy.float64) for shape in shapes]
        eager = function(*[Tensor(operand) for operand in operands], **parameters).data
        ours = compiled(*operands)
        assert ours.dtype == eager.dtype
        numpy.testing.assert_array_equal(ours, eager)
    assert len(compiled.programs) == 1


def test_a_row_that_no_printer_knows_is_named():
    from autograd.operation import elementwise

    cube = elementwise("cube", "x³", lambda a: a * a * a, lambda a: a**3, local_gradients=(lambda out, a: 3 * a * a,))
    compiled = compile(lambda x: cube(x).sum())
    _, gradient = compiled.value_and_grad(numpy.array([2.0, -1.0]))
    assert gradient.tolist() == [12.0, 3.0]
    with pytest.raises(UnwrittenOperationError, match="the row cube"):
        print(compiled.source)


@pytest.mark.parametrize("start", range(0, 120, 10))
@pytest.mark.parametrize(
    "choices", [{}, {"dtype": "float32"}, {"numbers": "integers"}, {"of_numbers": True}], ids=lambda one: str(one)
)
def test_random_graphs_agree(start, choices):
    for seed in range(start, start + 10):
        graph = random_graph(seed, **choices)
        leaves = [array.item() if choices.get("of_numbers") else array for array in leaf_arrays(graph)]
        argnums = tuple(number for number, leaf in enumerate(graph.leaves) if leaf.is_variable)
        function = function_of(graph)
        compiled = assert_agrees(function, leaves, argnums)
        if choices.get("of_numbers"):
            continue
        # What was recorded on other numbers, ties and signs among them, is the same program.
        others = [numpy.asarray(-array[..., ::-1] if array.ndim else -array) for array in leaves]
        has_mask = any("mask" in step.operation for step in graph.steps)
        try:
            value, gradients = compiled.value_and_grad(*others, argnums=argnums)
        except autograd.ShapeError:  # as many as the mask lets through now do not fit
            assert has_mask
            with pytest.raises(autograd.ShapeError):
                function(*[Tensor(other) for other in others])
            continue
        assert has_mask or len(compiled.programs) == 2
        eager_value, eager_gradients = value_and_grad(function, argnums)(*others)
        assert_same(value, eager_value)
        for ours, eager in zip(gradients, eager_gradients, strict=True):
            assert_same(ours, eager)


@pytest.mark.parametrize("start", range(0, 60, 10))
def test_random_graphs_of_numbers_agree_on_columns(start):
    for seed in range(start, start + 10):
        graph = random_graph(seed, of_numbers=True)
        count = len(graph.leaves)
        argnums = tuple(range(count))
        samples = numpy.random.default_rng(seed).uniform(-2, 2, (6, count))
        samples[:, 0] = samples[0, 0]
        function = function_of(graph)
        compiled = compile(function, columns=True)
        values, gradients = compiled.value_and_grad(samples[0, 0], *samples[:, 1:].T, argnums=argnums)
        eager = [value_and_grad(function, argnums)(*sample) for sample in samples.tolist()]
        numpy.testing.assert_allclose(values, [value for value, _ in eager], rtol=1e-12, atol=1e-12)
        expected = numpy.array([found for _, found in eager]).T
        finite = numpy.abs(expected[numpy.isfinite(expected)]).max(initial=1.0)
        numpy.testing.assert_allclose(gradients[0], expected[0].sum(), rtol=1e-12, atol=1e-12 * finite)
        for ours, theirs in zip(gradients[1:], expected[1:], strict=True):
            numpy.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12 * finite)
