"""vmap gives what a loop over the samples gives: for every row of the table, in both orders, nested, around and inside
transforms and programs. What one run cannot record for all samples is refused."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy
import pytest

import autograd
from autograd import (
    ArgumentError,
    CallError,
    DataTypeError,
    Operation,
    ShapeError,
    StaleGraphError,
    Tensor,
    Value,
    batching,
    grad,
    gradients,
    hessian,
    jacobian,
    jvp,
    no_grad,
    primitive,
    value_and_grad,
    vjp,
    vmap,
)
from autograd.operation import OwnOperation
from nn import MLP, Conv2d, Dropout, Embedding, Linear, MaxPool2d, Sequential, softmax_cross_entropy
from witnesses.samples import samples_of, upstream_of

ROWS = list(autograd.operations().values())
GENERATOR = numpy.random.default_rng(0)
X = GENERATOR.normal(size=(4, 3))


def plain(found: Any) -> Any:
    return numpy.asarray(found.data if isinstance(found, autograd.Node) else found)


def loop(function: Callable[..., Any], axes: Sequence[int | None], arguments: Sequence[Any]) -> Any:
    """The witness: one sample after the other."""
    count = next(numpy.shape(one)[axis] for one, axis in zip(arguments, axes, strict=True) if axis is not None)
    found = [
        function(
            *[one if axis is None else numpy.take(one, sample, axis) for one, axis in zip(arguments, axes, strict=True)]
        )
        for sample in range(count)
    ]
    return numpy.stack([plain(one) for one in found])


def assert_is_a_loop(function: Callable[..., Any], axes: Sequence[int | None], *arguments: Any) -> None:
    found, expected = plain(vmap(function, axes)(*arguments)), loop(function, axes, arguments)
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    numpy.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


def calls_of(row: Operation) -> Iterator[tuple[Callable[..., Any], list[Any]]]:
    """Each call that the row is tested with, of nodes or arrays, and its operands."""
    for sample in samples_of(row):
        call = sample.call
        if "arg" in row.name and any(one.size == 0 for one in sample.operands()):
            continue  # nothing has no greatest element
        if call.__qualname__.startswith("with_conditions"):  # which looks at conditions
            call = _with_conditions(row)
        yield lambda *x, call=call: call(*map(autograd.array, x)), sample.operands()


def _with_conditions(row: Operation) -> Callable[..., Any]:
    def call(*operands: Any) -> Any:
        return row(
            *[one if row.rule(slot) is not None else autograd.greater(one, 1) for slot, one in enumerate(operands)]
        )

    return call


def batches(operands: Sequence[Any], count: int = 2) -> Iterator[tuple[list[int | None], list[Any]]]:
    """With samples in one of the operands, in two, and in all."""
    for chosen in itertools.product([0, None], repeat=len(operands)):
        if chosen.count(0) in (1, len(operands)):
            yield (
                list(chosen),
                [
                    one if axis is None else numpy.stack([one + 0.01 * n for n in range(count)])
                    for one, axis in zip(operands, chosen, strict=True)
                ],
            )


def loss_of(call: Callable[..., Any], operands: Sequence[Any]) -> Callable[..., Any] | None:
    """A number made of what a call gives; None where it has no gradient."""
    output = call(*map(Tensor, operands))
    if not output.requires_grad:
        return None
    scale = plain(upstream_of(output))
    return lambda *x: (call(*x) * scale).sum()


@pytest.mark.parametrize("any_row", ROWS, ids=lambda row: row.name)
def test_every_row_says_how_it_runs_on_many_samples(any_row: Operation) -> None:
    assert batching.rule_of(any_row) is not None


@pytest.mark.parametrize("any_row", ROWS, ids=lambda row: row.name)
def test_every_row_gives_the_answers_of_a_loop(any_row: Operation) -> None:
    for call, operands in calls_of(any_row):
        for axes, arguments in batches(operands):
            assert_is_a_loop(call, axes, *arguments)
        none = vmap(call)(*[numpy.zeros((0, *one.shape)) for one in operands])
        assert plain(none).shape == (0, *numpy.shape(plain(call(*operands))))


def test_gradients_of_every_row_inside_are_those_of_a_loop(row: Operation) -> None:
    for call, operands in calls_of(row):
        loss = loss_of(call, operands)
        if loss is not None:
            for axes, arguments in batches(operands):
                for argument in range(len(operands)):
                    assert_is_a_loop(grad(loss, argument), axes, *arguments)


@pytest.mark.slow
def test_second_derivatives_of_every_row_inside_are_those_of_a_loop(row: Operation) -> None:
    for call, operands in calls_of(row):
        loss = loss_of(call, operands)
        if loss is not None:
            for argument in range(len(operands)):
                slope = grad(loss, argument)
                squared = grad(lambda *x, slope=slope: autograd.squared_norm(autograd.array(slope(*x))), argument)
                assert_is_a_loop(squared, [0] * len(operands), *next(batches(operands))[1])


def test_gradients_through_every_row_from_outside_are_those_of_a_loop(row: Operation) -> None:
    for call, operands in calls_of(row):
        if loss_of(call, operands) is None:
            continue
        for axes, arguments in batches(operands):

            def of_many(*x: Any, axes: Any = axes, call: Any = call) -> Any:
                return (vmap(call, axes)(*x) ** 2).sum()

            def of_loop(*x: Any, axes: Any = axes, call: Any = call) -> Any:
                return sum(
                    (call(*[one if axis is None else one[n] for one, axis in zip(x, axes, strict=True)]) ** 2).sum()
                    for n in range(2)
                )

            every = range(len(operands))
            for one, other in zip(grad(of_many, every)(*arguments), grad(of_loop, every)(*arguments), strict=True):
                numpy.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


ROWS_OF_TWO = GENERATOR.integers(0, 3, (4, 2))
CUBES = GENERATOR.normal(size=(4, 3, 3, 5))
PLACES = numpy.array([[0, 2], [1, 1]])
INDEXED: list[tuple[str, Callable[..., Any]]] = [
    ("x[i]", lambda x, i: x[i]),
    ("x[:, i]", lambda x, i: x[:, i]),
    ("x[..., i]", lambda x, i: x[..., i]),
    ("x[None, :, i]", lambda x, i: x[None, :, i]),
    ("x[i, i]", lambda x, i: x[i, i]),
    ("x[:, i, i]", lambda x, i: x[:, i, i]),
    ("x[i, :, i]", lambda x, i: x[i, :, i]),
    ("x[:, i, None, i]", lambda x, i: x[:, i, None, i]),
    ("x[0, :, i]", lambda x, i: x[0, :, i]),
    ("x[:, 1, i]", lambda x, i: x[:, 1, i]),
    ("x[i, ..., 0]", lambda x, i: x[i, ..., 0]),
    ("x[1:, i, ::2]", lambda x, i: x[1:, i, ::2]),
    ("x[:, i, PLACES]", lambda x, i: x[:, i, PLACES]),
    ("x[i[0]]", lambda x, i: x[i[0]]),
    ("x[i[:, None], :, i]", lambda x, i: x[i[:, None], :, i]),
    ("x[MASK, i[0]]", lambda x, i: x[numpy.array([True, False, True]), i[0]]),
    ("x[:, i, ..., i]", lambda x, i: x[:, i, ..., i]),
    ("x[numpy.array(True), i]", lambda x, i: x[numpy.array(True), i]),
]


@pytest.mark.parametrize(("text", "found_in"), INDEXED, ids=[text for text, _ in INDEXED])
def test_indices_of_each_sample_s_own_find_what_a_loop_finds(text: str, found_in: Callable[..., Any]) -> None:
    """Also what gradients scatter back, to the second order."""

    def loss(x: Any, i: Any) -> Any:
        found = found_in(x, i)
        return (found**3 * numpy.arange(1.0, 1 + found.size).reshape(found.shape)).sum()

    def slope(x: Any, i: Any) -> Any:
        return (grad(loss)(x, i) ** 2).sum()

    for axes, x, i in (
        ([0, 0], CUBES, ROWS_OF_TWO),
        ([0, None], CUBES, ROWS_OF_TWO[1]),
        ([None, 0], CUBES[0], ROWS_OF_TWO),
    ):
        assert_is_a_loop(lambda x, i: found_in(x if isinstance(x, Tensor) else Tensor(x), i), axes, x, i)
        assert_is_a_loop(grad(loss), axes, x, i)
        assert_is_a_loop(grad(slope), axes, x, i)


def network() -> Any:
    return MLP([3, 5, 2], rng=0)


def energy(x: Any) -> Any:
    """A function of one vector."""
    return (autograd.tanh(x) * autograd.exp(-(x[::-1] ** 2))).sum() + autograd.norm(x)


@pytest.mark.parametrize(
    "function",
    [
        grad(energy),
        jacobian(lambda x: autograd.softmax(x) * x[0]),
        hessian(energy),
        lambda x: value_and_grad(energy)(x)[0],
        lambda x: vjp(lambda x: x * energy(x), x)[1](x)[0],
        lambda x: jvp(energy, (x,), (x * 2,))[1],
        lambda x: gradients(energy(y := Tensor([1.0, 2.0, 0.5])) * x.sum(), y, create_graph=True),
        lambda x: autograd.compile(energy)(x),
        lambda x: autograd.stop_gradient(x * 1.0) * x,
        lambda x: autograd.where(x > 0, x, -x).max(),
        lambda x: numpy.linalg.norm(x) * numpy.cos(x),
        lambda x: sum(one**2 for one in x),
        lambda x: autograd.argmax(x * 1.0),
        lambda x: x.mean() * numpy.ones((2, 1)),
        lambda x: autograd.array([x.sum(), 1.5, Value(2.0)]),
    ],
)
def test_whatever_is_inside_it_gives_the_answers_of_a_loop(function: Callable[..., Any]) -> None:
    assert_is_a_loop(lambda x: function(autograd.array(x)), [0], X)
    assert_is_a_loop(lambda x: vmap(lambda x: function(autograd.array(x)))(x), [0], numpy.stack([X, 2 * X]))


def test_it_is_nested_over_one_argument_each() -> None:
    distances = vmap(vmap(lambda a, b: autograd.norm(a - b), (None, 0)), (0, None))(X, X[:2])
    numpy.testing.assert_allclose(distances, numpy.linalg.norm(X[:, None] - X[:2], axis=-1))
    slopes = vmap(vmap(grad(lambda a, b: (a @ b) ** 2), (None, 0)), (0, None))(X, X[:2])
    numpy.testing.assert_allclose(slopes, 2 * (X @ X[:2].T)[..., None] * X[:2])


def test_derivatives_go_through_it_to_the_second_order() -> None:
    def of_many(w: Any) -> Any:
        return (vmap(lambda x: autograd.sin(x * w).sum() ** 2)(X)).sum()

    def of_loop(w: Any) -> Any:
        return sum(autograd.sin(x * w).sum() ** 2 for x in X)

    w = numpy.array([0.3, -0.5, 0.9])
    numpy.testing.assert_allclose(grad(of_many)(w), grad(of_loop)(w))
    numpy.testing.assert_allclose(hessian(of_many)(w), hessian(of_loop)(w))
    stacked = jacobian(lambda X: autograd.stack(list(map(energy, X))))
    numpy.testing.assert_allclose(jacobian(vmap(energy))(X), stacked(X))
    program = autograd.compile(lambda w, X: vmap(lambda x: autograd.sin(x * w).sum() ** 2)(X).sum())
    for samples in (X, X[:2] * 3):
        expected = vmap(lambda x: numpy.sin(x * w).sum() ** 2)(samples).sum()
        numpy.testing.assert_allclose(program(w, samples), expected)
        numpy.testing.assert_allclose(
            grad(program)(w, samples), grad(lambda w, X=samples: sum(autograd.sin(x * w).sum() ** 2 for x in X))(w)
        )


def test_a_network_s_gradient_of_each_sample() -> None:
    model, labels = network(), numpy.array([0, 1, 1, 0])

    def loss(x: Any, label: Any) -> Any:
        return softmax_cross_entropy(model(x.reshape(1, -1)), label.reshape(1))

    losses = vmap(loss)(X, labels)
    expected = [softmax_cross_entropy(model(x[None]), label[None]) for x, label in zip(X, labels, strict=True)]
    assert isinstance(losses, Tensor)
    numpy.testing.assert_allclose(losses.data, [one.item() for one in expected])
    losses.sum().backward()
    found = [p.grad for p in model.parameters()]
    model.zero_grad()
    for one in expected:
        one.backward()
    for p, gradient in zip(model.parameters(), found, strict=True):
        numpy.testing.assert_allclose(p.grad, gradient)


@pytest.mark.parametrize(
    ("layers", "shape"),
    [
        (lambda: Linear(3, 2, rng=0), (3,)),
        (lambda: Linear(3, 2, bias=False, rng=0), (2, 3)),
        (lambda: Sequential(Conv2d(1, 2, 3, padding=1, rng=0), autograd.relu, MaxPool2d(2)), (1, 4, 4)),
    ],
)
def test_layers_take_single_samples(layers: Any, shape: tuple[int, ...]) -> None:
    model = layers()
    assert_is_a_loop(model, [0], GENERATOR.normal(size=(5, *shape)))


def test_words_of_each_sample_are_looked_up() -> None:
    assert_is_a_loop(Embedding(6, 2, rng=0), [0], GENERATOR.integers(0, 6, (4, 3)))


def test_plain_arguments_have_plain_answers_and_nodes_have_nodes() -> None:
    w = Tensor([1.0, 2.0, 3.0])
    assert type(vmap(energy)(X)) is numpy.ndarray
    assert type(vmap(grad(lambda w, x: (w * x).sum()), (None, 0))(w.data, X)) is numpy.ndarray
    assert type(vmap(lambda x: (w.detach() * x).sum())(X)) is numpy.ndarray
    assert isinstance(vmap(energy)(Tensor(X)), Tensor)
    assert isinstance(vmap(lambda x: w * x)(X), Tensor)
    with no_grad():
        assert not plain(vmap(lambda x: w * x)(X)).dtype.hasobject
        assert type(vmap(lambda x: w * x)(X)) is numpy.ndarray


def test_axes_may_be_any_and_nested() -> None:
    def function(p: Any, x: Any, scale: Any = 1.0) -> Any:
        return {"y": p["w"] @ x + p["b"], "parts": [x * scale, 2.0]}

    w, b = GENERATOR.normal(size=(2, 3, 4)), numpy.ones(2)
    found = vmap(function, ({"w": 2, "b": None}, -1), out_axes=-1)({"w": w, "b": b}, X.T, scale=3.0)
    expected = [function({"w": w[:, :, n], "b": b}, X[n]) for n in range(4)]
    numpy.testing.assert_allclose(found["y"], numpy.stack([one["y"] for one in expected], axis=-1))
    numpy.testing.assert_allclose(found["parts"][0], 3 * X.T)
    assert found["parts"][1].tolist() == [2.0] * 4


def test_float32_stays_and_integers_stay() -> None:
    x = X.astype(numpy.float32)
    for function in (lambda x: x * 2.5, lambda x: x * Value(2.0), lambda x: autograd.softmax(x) + 1, grad(energy)):
        assert vmap(lambda x, function=function: function(autograd.array(x)))(x).dtype == numpy.float32
    assert vmap(lambda n: n + 1)(numpy.arange(3)).tolist() == [1, 2, 3]
    assert vmap(lambda n: n > 1)(numpy.arange(3)).tolist() == [False, False, True]


def test_what_is_detached_or_under_no_grad_passes_no_gradient() -> None:
    x = Tensor(X)

    def function(x: Any) -> Any:
        with no_grad():
            factor = x * 3
        return x.detach() * factor * x

    vmap(function)(x).sum().backward()
    numpy.testing.assert_allclose(x.grad, 3 * X**2)


def test_an_operation_of_one_s_own_is_run_on_each_sample() -> None:
    shapes: list[tuple[int, ...]] = []

    @primitive(lambda upstream, out, x: upstream * 3 * x**2)
    def cubed(x: Any) -> Any:
        shapes.append(numpy.shape(x))
        return x**3

    assert_is_a_loop(grad(lambda x: cubed(autograd.array(x)).sum()), [0], X)
    assert set(shapes) == {(3,)}
    assert vmap(lambda x: cubed(x))(numpy.zeros((0, 3))).shape == (0, 3)
    x = Tensor(X)
    vmap(lambda x: cubed(x).sum())(x).sum().backward()
    numpy.testing.assert_allclose(x.grad, 3 * X**2)
    assert isinstance(cubed(x).op, OwnOperation)


def test_scopes_and_labels_are_kept() -> None:
    def function(x: Any) -> Any:
        with autograd.scope("inside"):
            y = x * x
            y.label = "square"
            return y + 1

    found = vmap(function)(Tensor(X))
    assert found.scope is not None and found.scope.name == "inside"
    assert found.operands[0].label == "square"


GENERATOR_OUTSIDE = numpy.random.default_rng(0)


def branches(x: Any) -> Any:
    return x if x.sum() > 0 else -x


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda: vmap(branches)(X), DataTypeError, r"branches looked at the numbers of one sample .*autograd\.where"),
        (lambda: vmap(lambda x: float(x.sum()))(X), DataTypeError, "looked at the numbers of one sample"),
        (lambda: vmap(lambda x: x.data * 2)(X), DataTypeError, "looked at the numbers of one sample"),
        (lambda: vmap(lambda n: sum(range(n)))(numpy.arange(3)), DataTypeError, "looked at the numbers of one sample"),
        (lambda: vmap(lambda x: x[x > 0].sum())(X), DataTypeError, r"write autograd\.where\(mask, x, 0\)"),
        (
            lambda: vmap(lambda x: x * GENERATOR_OUTSIDE.normal())(X),
            DataTypeError,
            "draws random numbers of GENERATOR_OUTSIDE, and is run once for all",
        ),
        (lambda: vmap(energy)(3.0), DataTypeError, r"argument 0 is .*float 3\.0, which has no axis of samples"),
        (lambda: vmap(energy)([[1.0, 2.0]]), DataTypeError, r"argument 0\[0\]\[0\] is .*give numpy\.array"),
        (lambda: vmap(energy, 2)(X), ShapeError, r"argument 0 has shape \(4, 3\), and its samples .* along axis 2"),
        (lambda: vmap(lambda a, b: a + b)(X, X[:2]), ShapeError, "argument 0 has 4 samples, and argument 1 2"),
        (lambda: vmap(energy, None)(X), ArgumentError, "no argument has samples"),
        (lambda: vmap(energy, (0, 0))(X), ArgumentError, "in_axes has 2 entries, and 1 argument"),
        (lambda: vmap(energy, ({"w": 0},))(X), ArgumentError, "is no nesting like that of argument 0"),
        (lambda: vmap(energy, "rows"), DataTypeError, "in_axes: an axis is an integer, not 'rows'"),
        (lambda: vmap(energy, out_axes=1)(X), ShapeError, r"shape \(4,\) .*has no axis 1"),
        (lambda: vmap(energy, in_dims=0), CallError, "it is called in_axes= here"),
        (lambda: vmap(energy(X[0])), DataTypeError, r"vmap\(f\)\(x\)"),
        (lambda: vmap(lambda a, b: a)(X), CallError, "b is missing"),
        (lambda: vmap(lambda x: "text")(X), DataTypeError, "the output of <lambda>"),
        (lambda: vmap(energy)(X.astype(complex)), DataTypeError, "vmap: argument 0: "),
    ],
)
def test_what_one_run_cannot_do_for_all_samples_is_told(call: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        call()


def assigns(x: Any) -> Any:
    x.data = numpy.zeros(3)
    return x * 2


def assigns_in_between(x: Any) -> Any:
    y = x * 2
    z = y + 1
    y.data = numpy.zeros(3)
    return y * z


def test_a_sample_s_numbers_are_not_assigned() -> None:
    with pytest.raises(DataTypeError, match="assigns assigned the data of a sample"):
        vmap(assigns)(X)
    with pytest.raises(StaleGraphError, match="was assigned after multiply had used it"):
        vmap(assigns_in_between)(X)


@pytest.mark.parametrize(
    "copy",
    [
        lambda x: Tensor(x, requires_grad=False),
        lambda x: numpy.array(x.tolist()),
        lambda x: numpy.asarray(x),
        lambda x: numpy.array([float(one) for one in x]),
        lambda x: x * len([one for one in x if one]),
        lambda x: x * int(x[0]),
        lambda x: x * max(x[0], x[1]),
    ],
)
def test_no_way_to_the_numbers_of_one_sample_goes_unseen(copy: Any) -> None:
    with pytest.raises(DataTypeError, match="looked at the numbers of one sample"):
        vmap(lambda x: x * copy(x))(X)


def test_masks_of_dropout_are_not_the_same_for_all() -> None:
    model = Sequential(Linear(3, 2, rng=0), Dropout(0.5, rng=0))
    for function in (vmap(model), lambda x: vmap(lambda model, x: model(x), (None, 0))(model, x)):
        with pytest.raises(DataTypeError, match="draws random numbers"):
            function(X)
    model.eval()
    assert_is_a_loop(model, [0], X)


def test_a_parameter_s_numbers_may_be_looked_at() -> None:
    w = Tensor([2.0, 0.0, 1.0])
    found = vmap(lambda x: x * w if w.data[0] > 1 else x)(X)
    numpy.testing.assert_allclose(found.data, X * w.data)
