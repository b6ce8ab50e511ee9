"""A checkpointed function gives the same gradients, and keeps nothing of what it computes on its way."""

from __future__ import annotations

import gc
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import numpy
import pytest

import autograd
from autograd import (
    DataTypeError,
    Node,
    StaleGraphError,
    Tensor,
    Value,
    checkpoint,
    compile,
    grad,
    hessian,
    jvp,
    no_grad,
    sin,
    tanh,
    vmap,
)
from viz import trace

X = numpy.array([[0.5, -1.0], [0.25, 2.0]])
POINT = {"w": numpy.array([[0.5, 1.0], [-0.75, 0.25]]), "b": 0.5}


def chain(x: Any, p: Any) -> Any:
    for _ in range(6):
        x = tanh(x @ p["w"]) + p["b"]
    return x


def of_values(a: Any, b: Any) -> Any:
    return (sin(a * b) * a).tanh() / (b + 2)


def loss(block: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, p=POINT: (block(x, p) ** 2).sum()


def alike(found: Any, expected: Any) -> None:
    if isinstance(expected, dict):
        for key, item in expected.items():
            alike(found[key], item)
    else:
        numpy.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    "derivative",
    [
        lambda f: grad(f, argnums=1)(X, POINT),
        lambda f: hessian(f)(X),
        lambda f: grad(lambda x: (grad(lambda y: grad(f)(y).sum())(x) ** 2).sum())(X),
        lambda f: jvp(f, (X,), (X + 1,))[1],
        lambda f: vmap(grad(f))(numpy.stack([X, 2 * X])),
        lambda f: [compiled(X) for compiled in [compile(grad(f))] for _ in range(3)][-1],
    ],
    ids=["nested arguments", "second order", "third order", "forward", "vmap", "compiled"],
)
@pytest.mark.filterwarnings("ignore::autograd.CapturedConstantWarning")
def test_every_derivative_is_the_function_s(derivative: Callable[[Any], Any]) -> None:
    expected = derivative(loss(chain))
    alike(derivative(loss(checkpoint(chain))), expected)
    nested = checkpoint(lambda x, p: checkpoint(chain)(x, p))
    alike(derivative(loss(nested)), expected)


def test_numbers_give_numbers_to_any_order() -> None:
    again = checkpoint(of_values)
    a, b = Value(0.5), Value(-0.25)
    out = again(a, b)
    assert isinstance(out, Value) and out.operands == (a, b) and out.op is not None and out.op.name == "of_values"
    out.backward()
    alike([a.grad, b.grad], grad(of_values, argnums=(0, 1))(0.5, -0.25))
    alike(grad(grad(grad(again)))(0.5, -0.25), grad(grad(grad(of_values)))(0.5, -0.25))


def test_nodes_that_it_reads_from_elsewhere_get_their_gradients() -> None:
    found = []
    for wrap in (lambda f: f, checkpoint):
        w = Tensor(POINT["w"])
        computed = tanh(w @ w)  # it stands before the call, and is not run again
        block = wrap(lambda x, w=w, h=computed: tanh(x @ h) * w.sum())
        x = Tensor(X)
        out = block(block(x))
        out.sum().backward()
        found.append((out.data, x.grad, w.grad, computed.grad))
    alike(found[1], found[0])


def test_outputs_are_nested_as_the_function_s_and_what_it_did_not_compute_is_itself() -> None:
    v = Value(2.0)
    made = checkpoint(lambda a: {"square": a * a, "rest": [a, 3.0, a.detach() + 1]})(v)
    assert made["rest"][0] is v and made["rest"][1] == 3.0 and not made["rest"][2].requires_grad
    (made["square"] * 10 + made["rest"][0]).backward()
    assert v.grad == 41.0


@pytest.fixture
def no_garbage_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_garbage_collector")
def test_what_it_computes_on_its_way_is_not_kept() -> None:
    def nodes() -> int:
        return sum(issubclass(type(one), Node) for one in gc.get_objects())

    p = {"w": Tensor(POINT["w"]), "b": Value(0.5)}
    x = Tensor(X)
    counts = []
    for block in (chain, checkpoint(chain)):
        before = nodes()
        out = block(x, p)
        counts.append(nodes() - before)
        out.sum().backward()
        after = nodes() - before
        assert after == counts[-1]  # and the backward pass leaves none behind
        del out
    assert counts == [18, 1]


def test_what_is_no_longer_the_same_when_it_is_run_again_is_refused() -> None:
    rng = numpy.random.default_rng(0)

    @checkpoint
    def drawing(x: Any) -> Any:
        return x * rng.normal()

    drawn = drawing(Value(1.0))
    with pytest.raises(DataTypeError, match="checkpoint: drawing gave something else when it was run again"):
        drawn.backward()
    w, x = Tensor(POINT["w"]), Tensor(X)
    out = checkpoint(lambda y: tanh(y @ w))(x).sum()
    w.data = 2 * w.data
    with pytest.raises(StaleGraphError, match="the data of an operand was assigned after"):
        out.backward()
    with pytest.raises(DataTypeError, match=r"a function is run again, not .*checkpoint\(f\)\(x\)"):
        checkpoint(3)  # type: ignore[arg-type]  # as a person may


def test_its_node_is_drawn_and_not_pickled_and_under_no_grad_it_is_the_function() -> None:
    out = checkpoint(of_values)(Value(0.5), 2.0)
    assert "of_values" in str(trace(out).nodes)
    with pytest.raises(DataTypeError, match="of what a checkpointed function gave cannot be pickled"):
        pickle.dumps(out)
    with no_grad():
        assert checkpoint(of_values)(Value(0.5), 2.0).op is None
    assert autograd.gradcheck(checkpoint(of_values), Value(0.5), Value(0.75))
