"""A program as a function of JAX's: every row, random graphs, ties and extremes agree, under JAX's own transforms.

Many rows are one function here: JAX takes about as long to compile one row as a hundred.
"""

import math
import sys
import warnings

import numpy
import pytest

import autograd
from autograd import (
    ArgumentError,
    CapturedConstantWarning,
    DataTypeError,
    MissingPackageError,
    NotRecordedError,
    ShapeError,
    Tensor,
    compile,
)
from autograd.compiler.write.jax_text import NOT_LINEAR_IN_UPSTREAM
from witnesses.random_graphs import function_of, leaf_arrays, random_graph
from witnesses.relative_error import relative_error
from witnesses.samples import samples_of, upstream_of

jax = pytest.importorskip("jax", reason="JAX is not installed: nothing to print programs for")

SOON = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}  # compiled in half the time
ROWS = autograd.operations()
EXTREMES = numpy.array([0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0, 300.0, -300.0, 1e8, -1e8, math.inf, -math.inf, math.nan])
PAIRS = [numpy.array(part) for part in zip(*[(a, b) for a in EXTREMES for b in EXTREMES], strict=True)]


@pytest.fixture(autouse=True)
def wide():
    with jax.enable_x64(True):
        yield


@pytest.fixture(autouse=True)
def without_warnings():
    with numpy.errstate(all="ignore"):
        yield


def plain(gradient):
    return numpy.asarray(getattr(gradient, "data", gradient))


def both(functions, operands):
    """What functions of their own operands and their pullbacks give, ours and JAX's, each all at once."""

    def together(given):
        return [function(*own) for function, own in zip(functions, given, strict=True)]

    f = compile(together)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CapturedConstantWarning)  # masks and weights of the samples are meant
        f(operands)
    g = f.to_jax()
    ours, gradients, upstreams = [], [], []
    for function, own in zip(functions, operands, strict=True):
        leaves = [Tensor(one) for one in own]
        result = function(*leaves)
        result = result if isinstance(result, Tensor) else Tensor(result, requires_grad=False)
        ours.append(result.data)
        upstreams.append(numpy.ones(result.shape, jax.dtypes.float0))
        gradients.append([numpy.zeros_like(one) for one in own])
        if result.dtype.kind == "f":
            upstreams[-1] = upstream_of(result)
        if result.requires_grad:
            gradients[-1] = autograd.gradients(result, leaves, upstreams[-1])

    def all_of_it(given, upstream):
        outputs, pullback = jax.vjp(g, given)
        return outputs, pullback(upstream)[0]

    floats = [one for one in upstreams if one.dtype.kind == "f"]

    def with_truths(given, floats):
        left = iter(floats)
        return all_of_it(given, [next(left) if one.dtype.kind == "f" else one for one in upstreams])

    theirs, their_gradients = jax.jit(with_truths, compiler_options=SOON)(operands, floats)
    return list(zip(ours, theirs, gradients, their_gradients, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("is_linear", [True, False])
def test_every_row_and_its_gradients_agree(is_linear):
    samples = []
    for name, row in ROWS.items():
        has_extremes = row.elementwise and row.slots != 3  # below
        if row.differentiable and not has_extremes and (name in NOT_LINEAR_IN_UPSTREAM) != is_linear:
            samples += samples_of(row)[1:2]
    found = both([sample.call for sample in samples], [sample.operands() for sample in samples])
    for sample, (ours, theirs, gradients, their_gradients) in zip(samples, found, strict=True):
        assert relative_error(theirs, ours) < 1e-12, sample
        for mine, their in zip(gradients, their_gradients, strict=True):
            assert relative_error(their, plain(mine)) < 1e-12, sample


@pytest.mark.slow
def test_extremes_and_ties_are_ours():
    rows = [row for row in ROWS.values() if row.elementwise and row.slots in (1, 2)]
    operands = [[EXTREMES] if row.slots == 1 else PAIRS for row in rows]
    wrong = []
    for row, own, (ours, theirs, gradients, their_gradients) in zip(rows, operands, both(rows, operands), strict=True):
        slots = ("first", "second")[: len(own)]
        pairs = [("value", ours, theirs), *zip(slots, gradients, their_gradients, strict=True)]
        for what, mine, their in pairs:
            is_wrong = ~numpy.isclose(their, plain(mine), rtol=1e-12, atol=1e-15, equal_nan=True)
            for place in numpy.flatnonzero(is_wrong):
                wrong.append((row.name, what, [one[place] for one in own], plain(mine)[place], their[place]))
    assert wrong == []


@pytest.mark.slow
def test_random_graphs_and_their_gradients_agree():
    graphs = [*map(random_graph, (0, 4, 5, 7))]  # without masks that are known at a call only
    functions = map(function_of, graphs)
    calls = [lambda *leaves, compute=compute: autograd.reshape(compute(*leaves), ()) for compute in functions]
    for graph, (ours, theirs, gradients, their_gradients) in zip(
        graphs, both(calls, [leaf_arrays(graph) for graph in graphs]), strict=True
    ):
        assert relative_error(theirs, ours) < 1e-12, graph
        for leaf, mine, their in zip(graph.leaves, gradients, their_gradients, strict=True):
            assert not leaf.is_variable or relative_error(their, plain(mine)) < 1e-12, graph


# --- a function of JAX's --------------------------------------------------------------------------------

rng = numpy.random.default_rng(0)
x, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
weight = Tensor(rng.normal(size=(3, 2)), label="weight")
BATCH = {"x": x, "y": y}


def loss(batch, bias, order):
    return (abs(autograd.relu(batch["x"] @ weight + bias) - batch["y"]) ** order).mean()


def made():
    f = compile(loss)
    return f, f.value_and_grad(BATCH, 0.5, 3, argnums=(0, 1)), f.to_jax()


def test_it_takes_the_same_nested_arguments_through_jaxs_transforms():
    f, (value, (of_batch, of_bias)), g = made()
    function = jax.jit(g, static_argnums=2)
    assert float(function(BATCH, 0.5, 3)) == pytest.approx(value, rel=1e-14)
    second = autograd.grad(autograd.grad(lambda bias: loss(BATCH, bias, 3)))(0.5)

    @jax.jit
    def all_transforms(batch, bias):
        def of(bias):
            return g(batch, bias, 3)

        return (
            jax.grad(g, (0, 1))(batch, bias, 3),
            jax.vmap(of)(jax.numpy.array([bias, 1.0])),
            jax.jvp(of, (bias,), (2.0,))[1],
            jax.hessian(of)(bias),
        )

    (in_jax, slope), mapped, tangent, hessian = all_transforms(BATCH, 0.5)
    numpy.testing.assert_allclose(in_jax["x"], of_batch["x"], rtol=1e-13)
    numpy.testing.assert_allclose(slope, of_bias, rtol=1e-13)
    numpy.testing.assert_allclose(mapped[0], value, rtol=1e-13)
    numpy.testing.assert_allclose(tangent, 2 * of_bias, rtol=1e-13)
    numpy.testing.assert_allclose(hessian, second, rtol=1e-12)

    def step(parameters, _):
        value, gradient = jax.value_and_grad(g.with_parameters)(parameters, BATCH, 0.5, 3)
        return {"weight": parameters["weight"] - 0.1 * gradient["weight"]}, value

    _, losses = jax.lax.scan(step, g.parameters, None, length=3)
    trained = Tensor(weight.data)
    for expected in losses:
        cost = (abs(autograd.relu(Tensor(x) @ trained + 0.5) - y) ** 3).mean()
        assert float(expected) == pytest.approx(cost.item(), rel=1e-12)
        trained.data = trained.data - 0.1 * autograd.gradients(cost, trained)
    assert g.source.startswith("import jax\nimport jax.numpy\n\n\ndef loss(batch_x, batch_y, bias, weight):")
    assert "    v1 = batch_x @ weight  # (6, 2)\n" in g.source
    assert "def loss_pullback(batch_x, batch_y, bias, weight, upstream):" in g.source
    assert "numpy" not in g.source.replace("jax.numpy", "")
    assert f.to("jax").startswith("import jax.numpy\n\n\ndef loss_and_gradients(")


def test_what_it_was_not_recorded_for_is_refused():
    _, _, g = made()
    for call, error, said in (
        (lambda: g(BATCH, 0.5, 2), ArgumentError, "recorded for another order, which is no number that may change"),
        (lambda: g(BATCH | {"x": x[:2]}, 0.5, 3), ShapeError, r"batch\['x'\] of shape \(6, 3\), and is given one of"),
        (lambda: g({"x": x}, 0.5, 3), ArgumentError, r"another structure, and this call lacks batch\['y'\]"),
        (lambda: g(BATCH, 0.5), ArgumentError, "was recorded for batch, bias, order, and is given 0, 1"),
        (lambda: g.with_parameters({}, BATCH, 0.5, 3), ArgumentError, "the parameters of loss are weight, not none"),
    ):
        with pytest.raises(error, match=said):
            call()
    whole = compile(lambda x, i: x[i].sum())
    whole(x, numpy.array([0, 2]))
    with pytest.raises(DataTypeError, match="was recorded for i of int64, and is given float64"):
        whole.to_jax()(x, numpy.array([0.0, 2.5]))


def test_integers_masks_and_single_precision_are_as_here():
    mask = numpy.array([True, False, True])
    given = x.astype(numpy.float32), numpy.array([0, 2, 2]), 0.5

    def function(x, i, scale):
        return {"rows": x[i] * scale, "columns": x[:, mask], "where": i.argmax(), "nothing": None}

    f = compile(function)
    with pytest.warns(CapturedConstantWarning):
        f(*given)
    found, expected = jax.jit(f.to_jax())(*given), f(*given)
    assert found["nothing"] is None
    for name in ("rows", "columns", "where"):
        numpy.testing.assert_array_equal(found[name], expected[name])
    assert found["rows"].dtype == numpy.float32
    with jax.enable_x64(False):
        assert jax.jit(f.to_jax())(*given)["where"] == expected["where"]


def test_what_jax_cannot_be_told_is_refused_by_name(monkeypatch):
    chosen = compile(lambda x: x[x > 0].sum())
    with pytest.raises(NotRecordedError, match="call it first"):
        chosen.to_jax()
    chosen(x)
    with pytest.raises(ArgumentError, match=r"elements by a mask that is known at a call only.*where\(mask, …, 0\)"):
        chosen.to_jax()
    columns = compile(lambda a: a * 2, columns=True)
    columns(numpy.ones(3))
    with pytest.raises(ArgumentError, match=r"without columns=True, and jax\.vmap what it gives"):
        columns.to_jax()
    monkeypatch.setitem(sys.modules, "jax", None)
    f = compile(lambda x: x * 2)
    f(1.0)
    with pytest.raises(MissingPackageError, match="to_jax needs JAX, which is not installed: pip install jax"):
        f.to_jax()
