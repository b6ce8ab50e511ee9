"""A call of a compiled function is an operation of the graph around it: transforms and recording go through it."""

import copy
import gc
import pickle
import weakref

import numpy
import pytest

import autograd
from autograd import (
    AnomalyError,
    CapturedConstantWarning,
    DataTypeError,
    Node,
    NotRecordedError,
    ShapeError,
    StaleGraphError,
    Tensor,
    Value,
    compile,
    detect_anomaly,
    grad,
    gradcheck,
    gradients,
    greater,
    hessian,
    hessian_vector_product,
    jacobian,
    jvp,
    no_grad,
    relu,
    scope,
    sigmoid,
    softmax,
    source_lines,
    tanh,
    value_and_grad,
    vjp,
    where,
)
from autograd.compiler.recorded_call import CompiledOperation
from nn import MLP, NeuronMLP, quadratic
from viz import draw, trace
from viz.replay import replay
from viz.terminal.session import Session

X = numpy.array([0.5, -1.5, 2.0])
M = numpy.array([[0.3, -0.7, 1.1], [0.9, 0.2, -0.4]])


def with_detached(x):
    with no_grad():
        highest = x.max()
    return ((x - highest) * x.detach() * x).sum()


def of_order(x, order):
    return x**3 if order == 2 else x**2


inner = compile(lambda t: t * t * tanh(t))

NUMBERS = {
    "a cube": (lambda x: x**3, (2.0,)),
    "two numbers": (lambda x, y: sigmoid(x * y) + x / y, (0.7, -1.3)),
    "a number that is given twice": (lambda x, y: x * y * y, (3.0, 3.0)),
    "a gate": (lambda x, y: relu(x) * y + where(greater(x, y), x * x, y), (1.5, -0.5)),
    "the input itself": (lambda x, y: x, (2.0, 3.0)),
    "nested arguments": (lambda p, x: tanh(p["w"][0] * x + p["b"]) * p["w"][1], ({"w": [0.5, -2.0], "b": 0.1}, 0.7)),
    "a static argument": (of_order, (1.5, 2)),
    "a compiled function inside": (lambda x: inner(x) * x, (0.8,)),
    "a gradient inside": (lambda x: grad(lambda t: t**4)(x), (1.2,)),
}
ARRAYS = {
    "a product": (lambda x, m: (tanh(m @ x) ** 2).sum(), (X, M)),
    "softmax": (lambda x, m: (softmax(x) * m[0]).sum(), (X, M)),
    "a number among arrays": (lambda x, s: (x * s).sum() + s**3, (X, 1.5)),
    "what is detached": (with_detached, (X,)),
    "a mask": (lambda x: (x[x > 0] ** 3).sum(), (X,)),
    "an index": (lambda x, i: (x[i] ** 3).sum(), (X, numpy.array([0, 2, 2]))),
    "a compiled function inside": (lambda x: (inner(x) * x).sum(), (X,)),
    "single precision": (lambda x: (tanh(x) ** 3).sum(), (X.astype(numpy.float32),)),
    "an axis": (lambda m: (m**3).sum(axis=0).max(), (M,)),
}
OUTPUTS = {
    "an array": (lambda x: x**3 * 2, (X,)),
    "a nesting": (lambda x, y: {"a": x**2 * y, "b": [x.sum() * y, (x, y**3)]}, (X, 2.0)),
    "numbers": (lambda x, y: (x * y, [x**3, y]), (2.0, 3.0)),
}
SCALARS = {**{f"{name}, numbers": one for name, one in NUMBERS.items()}, **ARRAYS}


def assert_same(ours, eager):
    """Equal in nesting, kinds and, but for rounding, numbers."""
    ours, theirs = autograd.structure.flatten(ours), autograd.structure.flatten(eager)
    assert ours[1] == theirs[1]
    for one, other in zip(ours[0], theirs[0], strict=True):
        assert type(one) is type(other)
        assert numpy.asarray(one).dtype == numpy.asarray(other).dtype
        tolerance = 1e-4 if numpy.asarray(one).dtype == numpy.float32 else 1e-12
        numpy.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


def tangents_of(arguments):
    """A direction for each number and array."""
    generator = numpy.random.default_rng(0)
    return autograd.structure.with_leaves(
        arguments,
        lambda place, leaf: (
            generator.normal(size=numpy.shape(leaf)).astype(getattr(leaf, "dtype", float))
            if numpy.shape(leaf)
            else float(generator.normal())
        ),
    )


TRANSFORMS = {
    "grad": grad,
    "value_and_grad": value_and_grad,
    "jacobian": jacobian,
    "hessian": hessian,
    "grad of grad's norm": lambda f: grad(lambda *given: sum_of_squares(grad(f)(*given))),
    "hessian_vector_product": lambda f: lambda *given: hessian_vector_product(f)(*given, tangents_of(given[0])),
    "vjp": lambda f: lambda *given: vjp(lambda x: f(x, *given[1:]), given[0])[1](1.0),
    "jvp": lambda f: lambda *given: jvp(lambda x: f(x, *given[1:]), given[:1], tangents_of(given[:1])),
}


def sum_of_squares(parts):
    squares = [(part * part).sum() if isinstance(part, Tensor) else part * part for part in leaves_of(parts)]
    return sum(squares[1:], squares[0])


def leaves_of(parts):
    return autograd.structure.flatten(parts)[0]


@pytest.mark.parametrize("transform", TRANSFORMS.values(), ids=TRANSFORMS)
@pytest.mark.parametrize(("function", "arguments"), SCALARS.values(), ids=SCALARS)
def test_transforms_go_through_a_compiled_function(function, arguments, transform):
    assert_same(transform(compile(function))(*arguments), transform(function)(*arguments))


@pytest.mark.parametrize(("function", "arguments"), OUTPUTS.values(), ids=OUTPUTS)
def test_several_outputs_and_arrays_have_derivatives(function, arguments):
    f = compile(function)
    argnums = tuple(range(len(arguments)))
    assert_same(jacobian(f, argnums)(*arguments), jacobian(function, argnums)(*arguments))
    assert_same(jvp(f, arguments, tangents_of(arguments)), jvp(function, arguments, tangents_of(arguments)))
    value, pullback = vjp(f, *arguments)
    eager_value, eager_pullback = vjp(function, *arguments)
    assert_same(value, eager_value)
    assert_same(pullback(tangents_of(eager_value)), eager_pullback(tangents_of(eager_value)))


def test_derivatives_of_every_order_are_there():
    f, order = compile(lambda x: x**5), grad
    derivatives = [80.0, 160.0, 240.0, 240.0, 120.0, 0.0]
    for expected in derivatives:
        assert order(f)(2.0) == expected
        order = lambda g, before=order: grad(before(g))  # noqa: E731  # one more
    gradcheck(compile(lambda x, m: (tanh(m @ x) ** 2).sum()), X, M)


def test_compiled_functions_and_transforms_nest_as_they_like():
    cube = lambda x: x**3  # noqa: E731  # compiled and not
    assert grad(compile(grad(compile(cube))))(2.0) == 12.0
    assert compile(grad(compile(grad(compile(cube)))))(2.0) == 12.0
    assert compile(hessian(compile(cube))).value_and_grad(2.0) == (12.0, 6.0)
    outer = compile(lambda x: compile(cube)(x) * compile(cube)(x * 2))
    assert grad(outer)(1.0) == 48.0


# --- recording ------------------------------------------------------------------------------------------


def test_a_call_in_an_expression_is_one_operation_and_keeps_its_gradient():
    f = compile(lambda x: x**3)
    w = Value(2.0, label="w")
    y = f(w)
    assert isinstance(y.op, CompiledOperation) and y.operands == (w,) and y.data == 8.0
    (y + w).backward()
    assert w.grad == 13.0
    (f(w) * f(w)).backward()
    assert w.grad == 13.0 + 2 * 8 * 12


def test_it_is_a_node_only_where_something_requires_gradients_and_something_records():
    w = Value(2.0)
    f, of_w = compile(lambda x: x**3), compile(lambda x: w * x)
    model = MLP((2, 1), rng=0)
    of_model = compile(lambda model, x: model(x).sum())
    rows = numpy.ones((3, 2))
    assert all(isinstance(one, Node) for one in (f(w), of_w(3.0), of_model(model, rows)))
    assert type(f(2.0)) is float and type(f(Value(2.0, requires_grad=False))) is float
    with no_grad():
        assert (type(f(w)), type(of_w(3.0))) == (float, float)
        assert isinstance(of_model(model, rows), numpy.floating | float)
    assert type(of_w.value_and_grad(3.0)[0]) is type(of_w.backward(3.0)) is float
    w.requires_grad = False
    with pytest.warns(CapturedConstantWarning, match="uses w of shape"):  # it is recorded anew, and now a constant
        assert type(of_w(3.0)) is float


@pytest.mark.parametrize("kind", [NeuronMLP, MLP])
def test_parameters_outside_and_of_module_arguments_get_their_gradients(kind):
    model = kind((2, 3, 1), "tanh", rng=0)
    x, y = ([0.5, -1.0], [1.0]) if kind is NeuronMLP else (numpy.ones((4, 2)), numpy.ones((4, 1)))
    losses = {
        "eager": lambda: quadratic(model(x), y),
        "outside": compile(lambda: quadratic(model(x), y)) if kind is NeuronMLP else lambda: outside(x, y),
        "an argument": lambda: given(model, x, y),
    }
    outside = compile(lambda x, y: quadratic(model(x), y))
    given = compile(lambda model, x, y: quadratic(model(x), y))
    found = {}
    for name, loss in losses.items():
        model.zero_grad()
        cost = loss()
        (cost * 3).backward()
        found[name] = [numpy.asarray(parameter.grad) for parameter in model.parameters()]
    for ours in (found["outside"], found["an argument"]):
        for one, other in zip(ours, found["eager"], strict=True):
            numpy.testing.assert_allclose(one, other, rtol=1e-12)


def test_an_output_that_depends_on_nothing_that_requires_gradients_is_a_constant():
    w = Tensor(X)
    f = compile(lambda w, x: {"depends": (w * x).sum(), "not": x * 2, "truth": w > x, "place": w.argmax()})
    found = f(w, numpy.zeros(3))
    assert [found[name].requires_grad for name in found] == [True, False, False, False]
    assert found["not"].op is None
    assert found["truth"].data.tolist() == [True, False, True]
    with pytest.raises(NotRecordedError):
        found["place"].backward()
    for function in (lambda x: x.argmax(), lambda x: (x > 0).any(), lambda x: greater(x, 0)[0]):
        with pytest.raises(DataTypeError, match="has no derivative"):
            grad(compile(function))(X)


def test_a_gradient_belongs_to_the_numbers_of_the_call():
    f = compile(lambda w, x: (w * w * x).sum())
    w, x = Tensor([1.0, 2.0]), numpy.array([3.0, 4.0])
    y = f(w, x)
    x[:] = 0  # the caller's array may be written into
    y.backward()
    assert w.grad.tolist() == [6.0, 16.0]
    y = f(w, numpy.ones(2))
    w.data = numpy.zeros(2)
    with pytest.raises(StaleGraphError, match="was assigned after"):
        y.backward()
    v = Value(3.0)
    z = compile(lambda v: v * v)(v)
    v.data = 5.0
    z.backward()
    assert v.grad == 6.0  # as of every Value


def test_only_the_gradients_that_are_wanted_are_computed():
    v, w = Value(2.0), Value(3.0)
    y = compile(lambda v, w: v * v * w)(v, w)
    assert gradients(y, w).data == 4.0
    (d_v,) = gradients(y, [v], create_graph=True)
    assert [one.data for one in gradients(d_v, [v, w])] == [6.0, 4.0]  # second derivatives, mixed ones too
    assert list(y.op._part.programs) == [(("gradient", 1), None)]


def test_an_infinite_upstream_gradient_is_stopped_by_a_closed_gate():
    w = Value(-1.0)
    (compile(lambda x: relu(x))(w) * Value(numpy.inf)).backward()
    assert w.grad == 0.0


def test_columns_have_derivatives_by_samples_and_by_numbers():
    def model(x, w, b):
        return where(greater(x, b), tanh(w * x) ** 2, b * w) + (greater(x, 0) + greater(x, w))

    f = compile(model, columns=True)
    x = numpy.array([0.5, -1.5, 2.0, 0.1])
    weights = numpy.array([1.0, 2.0, -1.0, 0.5])

    def eager(x, w, b):
        samples = [model(x[n], w, b) for n in range(len(x))]
        return autograd.array([one * weight for one, weight in zip(samples, weights, strict=True)]).sum()

    def ours(x, w, b):
        return (f(x, w, b) * weights).sum()

    for transform in (grad, hessian, jacobian):
        found = transform(ours, (0, 1, 2))(x, 0.7, -0.3)
        for one, other in zip(leaves_of(found), leaves_of(transform(eager, (0, 1, 2))(x, 0.7, -0.3)), strict=True):
            numpy.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)
    w = Value(0.7)
    assert type(f(1.0, w, 0.0)) is type(f(1.0, w, 0.0)) and f(x, w, 0.0).shape == (4,)
    same = compile(lambda x, w: w * w, columns=True)
    same(x, w).sum().backward()
    assert w.grad == pytest.approx(4 * 2 * 0.7)
    assert grad(grad(lambda w: same(x, w).sum()))(0.7) == 8.0


def test_what_a_compiled_function_gave_is_known_to_a_program_by_its_own_code():
    f = compile(lambda x: tanh(x) ** 2)
    w = Value(0.7, label="w")
    z = f(w)
    g = compile(lambda x: x * z * z)
    assert g(3.0).data == pytest.approx(3 * z.data**2, rel=1e-14)
    assert g.value_and_grad(3.0)[1] == pytest.approx(tanh(0.7) ** 4, rel=1e-14)
    g.backward(3.0)
    assert w.grad == pytest.approx(grad(lambda w: 3 * tanh(w) ** 4)(0.7), rel=1e-12)
    assert "tanh" in g.source
    w.data = 0.9
    assert g(3.0).data == pytest.approx(3 * tanh(0.9) ** 4, rel=1e-14)  # parameters are read at each call


# --- what else goes through a graph ----------------------------------------------------------------------


def of_a_neuron():
    f = compile(lambda w, x, b: sigmoid(w * x + b))
    w, b = Value(2.0, label="w"), Value(-1.0, label="b")
    return f(w, 0.5, b) * w, w, b


def test_it_is_drawn_and_traced_as_one_operation():
    output, *_ = of_a_neuron()
    found = trace(output)
    assert [node.expression for node in found.nodes if node.operation] == ["function(w, 0.5, b)", "v1 × w"]
    equations = [found.equation(event) for event in found.contributions().values()]
    assert equations == ["∂(v1 × w)/∂v1 = w", "∂(v1 × w)/∂w = v1", "G ↦ G · ∂function/∂w", "G ↦ G · ∂function/∂b"]
    assert type(found).from_json(found.to_json()) == found
    assert "function" in draw(output).dot
    array = compile(lambda w: {"a": tanh(w)})(Tensor(X, label="w"))["a"].sum()
    assert trace(array).nodes[1].expression == "function['a'](w)"
    assert "function" in draw(array).dot


def test_it_is_stepped_through_and_run_again_with_other_numbers():
    output, w, _ = of_a_neuron()
    again = replay(output, {w: Value(0.5)})
    assert again.data == pytest.approx((sigmoid(0.5 * 0.5 - 1.0)) * 0.5)
    again.backward()
    session = Session(output)
    session.edit(0, "0.5")
    assert session.trace.nodes[session.trace.output].data == pytest.approx(again.data)


def test_copies_modes_and_sources_are_as_of_every_node():
    f = compile(lambda w: (tanh(w) ** 2).sum())
    w = Tensor(X)
    with scope("cost"), source_lines():
        y = f(w)
    assert y.scope.name == "cost" and "y = f(w)" in y.source.text
    twin = copy.deepcopy(y)
    twin.backward()
    assert w.grad is None and twin.operands[0].grad.shape == (3,)
    with pytest.raises(DataTypeError, match=r"cannot be pickled; pickle \.detach\(\)"):
        pickle.dumps(y)
    assert pickle.loads(pickle.dumps(y.detach())).data == y.data
    g = compile(lambda w: autograd.log(w))
    g(Value(1.0))
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"log gave -inf; operands: w = 0\.0"):
        g(Value(0.0, label="w"))


def test_a_mask_that_lets_more_through_is_another_operation():
    f = compile(lambda x: (x[x > 0] ** 2).sum())
    for data in ([1.0, -2.0, 3.0], [1.0, 2.0, 3.0], [-1.0, -2.0, 3.0]):
        x = Tensor(data)
        f(x).backward()
        assert x.grad.tolist() == [2 * max(one, 0.0) for one in data]
    node = f(Tensor([1.0, 2.0, 3.0]))
    with pytest.raises(ShapeError, match="a mask lets another number of elements through"):
        node.op(Tensor([1.0, -2.0, 3.0]))


def test_a_graph_is_freed_with_its_output():
    gc.disable()
    try:
        f, w = compile(lambda w, x: (tanh(w) * x).sum()), Tensor(X)
        node = f(w, X)
        (node * node).backward()
        gradients(node, w, create_graph=True)
        seen = weakref.ref(node)
        del node
        assert seen() is None
    finally:
        gc.enable()
