"""The operators of PyPI's autograd, beside ours and beside derivatives known in closed form."""

import pytest

import autograd
import autograd.numpy as np
from autograd import GraphError, core, grad, jacobian, value_and_grad
from autograd.differential_operators import (
    checkpoint,
    deriv,
    elementwise_grad,
    grad_and_aux,
    grad_named,
    hessian_tensor_product,
    holomorphic_grad,
    make_ggnvp,
    make_hvp,
    make_jvp,
    make_jvp_reversemode,
    make_vjp,
    multigrad_dict,
    tensor_jacobian_product,
    vector_jacobian_product,
)

X = np.array([0.5, -1.0, 2.0])
V = np.array([1.0, 3.0, -2.0])
M = np.array([[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]])


def scalar(x):
    return np.sum(np.tanh(x) ** 2) + x[0] * x[1]


def vector(x):
    return np.dot(M, np.sin(x))


def both(x, y):
    return np.sum(x * y**2)


def test_pullbacks_and_pushforwards():
    pullback, value = make_vjp(vector)(X)
    np.testing.assert_allclose(value, vector(X))
    np.testing.assert_allclose(pullback(np.array([1.0, -2.0])), np.array([1.0, -2.0]) @ jacobian(vector)(X))
    value, pushed = make_jvp(vector)(X)(V)
    np.testing.assert_allclose(pushed, jacobian(vector)(X) @ V)
    np.testing.assert_allclose(make_jvp_reversemode(vector)(X)(V), pushed)
    pullback, value = make_vjp(both, (0, 1))(X, V)
    np.testing.assert_allclose(pullback(2.0), (2 * V**2, 4 * X * V))


def test_of_one_argument():
    pullback, value = core.make_vjp(vector, X)
    np.testing.assert_allclose(value, vector(X))
    np.testing.assert_allclose(pullback(np.array([1.0, -2.0])), np.array([1.0, -2.0]) @ jacobian(vector)(X))
    np.testing.assert_allclose(core.make_jvp(vector, X)(V)[1], jacobian(vector)(X) @ V)


def test_elementwise_and_by_a_number():
    np.testing.assert_allclose(elementwise_grad(np.tanh)(X), 1 - np.tanh(X) ** 2)
    np.testing.assert_allclose(elementwise_grad(elementwise_grad(np.sin))(X), -np.sin(X))
    np.testing.assert_allclose(deriv(lambda x: np.array([x, x**2]))(3.0), [1.0, 6.0])
    np.testing.assert_allclose(grad(lambda x: np.sum(elementwise_grad(np.sin)(x)))(X), -np.sin(X))


def test_products_with_second_derivatives():
    hessian = autograd.hessian(scalar)(X)
    product, gradient = make_hvp(scalar)(X)
    np.testing.assert_allclose(product(V), hessian @ V)
    np.testing.assert_allclose(gradient, grad(scalar)(X))
    np.testing.assert_allclose(hessian_tensor_product(scalar)(X, V), hessian @ V)
    np.testing.assert_allclose(autograd.hessian_vector_product(scalar)(X, V), hessian @ V)
    left = np.array([1.0, -2.0])
    np.testing.assert_allclose(tensor_jacobian_product(vector)(X, left), left @ jacobian(vector)(X))
    np.testing.assert_allclose(vector_jacobian_product(vector)(X, left), left @ jacobian(vector)(X))


def test_the_gauss_newton_product():
    J = jacobian(vector)(X)
    np.testing.assert_allclose(make_ggnvp(vector)(X)(V), J.T @ J @ V)
    weights = np.array([[2.0, 1.0], [1.0, 3.0]])
    outer = make_ggnvp(vector, lambda y: 0.5 * np.dot(y, np.dot(weights, y)))
    np.testing.assert_allclose(outer(X)(V), J.T @ weights @ J @ V)


def test_chosen_arguments():
    np.testing.assert_allclose(grad(both, argnum=1)(X, V), 2 * X * V)
    np.testing.assert_allclose(grad(both, argnum=(0, 1))(X, V), (V**2, 2 * X * V))
    assert value_and_grad(both, argnum=0)(2.0, 3.0) == (18.0, 9.0)
    np.testing.assert_allclose(grad_named(both, "y")(X, V), 2 * X * V)
    found = multigrad_dict(lambda x, y=3.0: x * y)(2.0)
    assert found == {"x": 3.0, "y": 2.0}


def test_what_is_told_beside_a_gradient_is_plain():
    gradient, told = grad_and_aux(lambda x: (np.sum(x**2), {"mean": np.mean(x)}))(X)
    np.testing.assert_allclose(gradient, 2 * X)
    assert told == {"mean": pytest.approx(0.5)}


def test_a_checkpoint_computes_again_and_keeps_nothing_between():
    calls = []

    def counted(x, w):
        calls.append(1)
        return np.sum(np.tanh(x * w["scale"]) ** 2)

    once = checkpoint(counted)
    weights = {"scale": np.array([1.0, 2.0, 3.0])}
    expected = grad(counted, argnum=(0, 1))(X, weights)
    calls.clear()
    found = grad(once, argnum=(0, 1))(X, weights)
    assert len(calls) > 1
    np.testing.assert_allclose(found[0], expected[0])
    np.testing.assert_allclose(found[1]["scale"], expected[1]["scale"])
    node = once(autograd.Tensor(X), weights)
    assert node.op.symbol == "counted" and [operand.op for operand in node.operands] == [None]
    np.testing.assert_allclose(autograd.hessian(checkpoint(scalar))(X), autograd.hessian(scalar)(X), atol=1e-12)


def test_they_are_there_without_being_imported_first():
    assert autograd.elementwise_grad is elementwise_grad
    assert autograd.tuple is tuple and autograd.isinstance(autograd.Value(1.0), float)
    with pytest.raises(AttributeError, match="no attribute 'make_nothing'"):
        _ = autograd.make_nothing


def test_what_is_left_out_or_wrong_is_a_sentence():
    with pytest.raises(GraphError, match="real numbers alone"):
        holomorphic_grad(scalar)
    with pytest.raises(GraphError, match="has x, y, no 'z'"):
        grad_named(both, "z")
    with pytest.raises(GraphError, match="argnum"):
        make_vjp(both, 2)(X, V)
    with pytest.raises(ImportError, match="no vector spaces"):
        from autograd.extend import VSpace  # noqa: F401  # the import is what is tested
    with pytest.raises(ImportError, match=r"autograd\.compile"):
        from autograd.misc import const_graph  # noqa: F401  # as above
    with pytest.raises(ImportError, match="no vector spaces"):
        from autograd.numpy.numpy_vspaces import ArrayVSpace  # noqa: F401  # as above
    with pytest.raises(ImportError, match="nothing is wrapped"):
        from autograd.numpy.numpy_wrapper import wrap_namespace  # noqa: F401  # as above
    with pytest.raises(ImportError, match=r"autograd\.jvp"):
        from autograd.numpy.numpy_jvps import def_linear  # noqa: F401  # as above
    with pytest.raises(ImportError, match=r"autograd\.compile"):
        from autograd.misc.tracers import full_graph  # noqa: F401  # as above
    with pytest.raises(ImportError, match="Value and Tensor"):
        from autograd.tracer import trace  # noqa: F401  # as above
