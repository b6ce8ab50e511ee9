"""Operations of one's own in the manner of PyPI's autograd."""

import pytest

import autograd
import autograd.core
import autograd.numpy as np
from autograd import DataTypeError, GraphError, Tensor, grad, hessian, jvp
from autograd.extend import (
    def_linear,
    defjvp,
    defjvp_argnum,
    defjvp_argnums,
    defvjp,
    defvjp_argnum,
    defvjp_argnums,
    notrace_primitive,
    primitive,
)
from autograd.misc.fixed_points import fixed_point
from autograd.test_util import check_grads
from autograd.util import quick_grad_check
from autograd.wrap_util import unary_to_nary

X = np.array([0.5, -1.0, 2.0])


def softened():
    @primitive
    def logsumexp(x):
        highest = np.max(x)
        return highest + np.log(np.sum(np.exp(x - highest)))

    return logsumexp


def test_a_primitive_with_its_rule_to_the_second_order():
    logsumexp = softened()
    defvjp(logsumexp, lambda ans, x: lambda g: np.full(x.shape, g) * np.exp(x - np.full(x.shape, ans)))
    softmax = np.exp(X) / np.sum(np.exp(X))
    np.testing.assert_allclose(grad(logsumexp)(X), softmax)
    np.testing.assert_allclose(hessian(logsumexp)(X), np.diag(softmax) - np.outer(softmax, softmax), atol=1e-12)
    check_grads(logsumexp)(X)
    assert logsumexp(X) == pytest.approx(np.log(np.sum(np.exp(X))))


def test_a_rule_of_tangents_alone_serves_gradients():
    logsumexp = softened()
    defjvp(logsumexp, lambda g, ans, x: np.sum(g * np.exp(x - ans)))
    softmax = np.exp(X) / np.sum(np.exp(X))
    np.testing.assert_allclose(grad(logsumexp)(X), softmax)
    assert jvp(logsumexp, (X,), (np.ones(3),))[1] == pytest.approx(1.0)


def test_rules_by_position_and_arguments_without_one():
    @primitive
    def scaled(x, how, y):
        return how["factor"] * x * y

    defvjp(scaled, lambda ans, x, how, y: lambda g: g * how["factor"] * y, argnums=(0,))
    defvjp(scaled, None, argnums=[2])
    gradients = grad(lambda x, y: np.sum(scaled(x, {"factor": 3.0}, y)), argnum=(0, 1))(X, X + 1)
    np.testing.assert_allclose(gradients[0], 3 * (X + 1))
    np.testing.assert_allclose(gradients[1], 0 * X)
    with pytest.raises(GraphError, match="argument 1 has no rule"):
        grad(lambda factor: np.sum(scaled(X, {"factor": factor}, X)))(2.0)


def test_one_rule_for_all_arguments():
    @primitive
    def product(x, y):
        return x * y

    defvjp_argnum(product, lambda argnum, ans, args, kwargs: lambda g: g * args[1 - argnum])
    np.testing.assert_allclose(grad(lambda x, y: np.sum(product(x, y)), argnum=(0, 1))(X, 2 * X), (2 * X, X))
    defvjp_argnums(product, lambda argnums, ans, args, kwargs: lambda g: [g * args[1 - one] for one in argnums])
    np.testing.assert_allclose(grad(lambda x, y: np.sum(product(x, y)), argnum=(0, 1))(X, 2 * X), (2 * X, X))

    @primitive
    def doubled(x):
        return 2 * x

    def_linear(doubled)
    np.testing.assert_allclose(grad(lambda x: np.sum(doubled(x) ** 2))(X), 8 * X)


def test_nested_arguments_and_results():
    @primitive
    def swapped(pair):
        return {"second": pair[1] * 2, "first": pair[0]}

    defvjp(swapped, lambda ans, pair: lambda g: [g["first"], g["second"] * 2])

    def f(x, y):
        found = swapped([x, y])
        return np.sum(found["first"] * 5) + np.sum(found["second"] ** 2)

    gradients = grad(f, argnum=(0, 1))(X, X)
    np.testing.assert_allclose(gradients[0], np.full(3, 5.0))
    np.testing.assert_allclose(gradients[1], 8 * X)


def test_an_answer_without_gradient():
    @notrace_primitive
    def largest(x):
        return int(np.argmax(x))

    assert largest(Tensor(X)) == 2
    np.testing.assert_allclose(grad(lambda x: x[largest(x)] * 2)(X), [0.0, 0.0, 2.0])


def test_a_fixed_point_has_the_gradient_of_the_root_that_it_is():
    def root(a):
        return fixed_point(lambda a: lambda x: 0.5 * (x + a / x), a, 1.0, lambda x, y: abs(x - y), 1e-12)

    assert root(2.0) == pytest.approx(2**0.5)
    assert grad(root)(2.0) == pytest.approx(0.5 / 2**0.5)
    assert grad(grad(root))(2.0) == pytest.approx(-0.25 / 2**1.5)


def test_an_operator_of_one_argument_chooses_among_several():
    squared = unary_to_nary(lambda f, x: f(x) ** 2)
    assert squared(lambda x, y: x - y, 1)(5.0, 2.0) == 9.0


def test_check_grads_finds_a_wrong_rule():
    @primitive
    def wrong(x):
        return x**2

    defvjp(wrong, lambda ans, x: lambda g: g * x)
    with pytest.raises(AssertionError, match=r"\(VJP\) check of wrong failed"):
        check_grads(wrong, modes=["rev"])(3.0)
    with pytest.raises(AssertionError, match=r"\(JVP\) check of wrong failed"):
        check_grads(wrong, modes=["fwd"])(3.0)

    @primitive
    def wrong_later(x):
        return x**3

    defvjp(wrong_later, lambda ans, x: lambda g: wrong(x) * 3 * g)
    check_grads(wrong_later, order=1)(3.0)
    with pytest.raises(AssertionError, match=r"\(VJP\) check of vjp_wrong_later failed"):
        check_grads(wrong_later, modes=["rev"])(3.0)
    with pytest.raises(DataTypeError, match="real numbers alone"):
        check_grads(np.sin)(1j)
    with pytest.raises(GraphError, match="@primitive"):
        defvjp(np.sin, lambda ans, x: lambda g: g)


def test_rules_as_they_were_given_before_2017():
    @autograd.core.primitive
    def squared(x, times):
        return times * np.sum(x**2)

    squared.defgrad(lambda ans, x, times: lambda g: 2 * times * g * x)
    squared.defvjp_is_zero(argnums=(1,))
    assert grad(squared)(X, 3.0).tolist() == (6 * X).tolist() and grad(squared, 1)(X, 3.0) == 0.0
    quick_grad_check(squared, X, (3.0,), verbose=False)
    squared.defvjp(lambda g, ans, vs, gvs, x, times: np.full(vs.shape, g) * ans * len(gvs.shape), 0)
    assert grad(squared)(X, 3.0).tolist() == [0.0] * 3
    with pytest.raises(AssertionError, match="check of squared failed"):
        quick_grad_check(squared, X, (3.0,), verbose=False)


@pytest.mark.parametrize(
    "give",
    [
        lambda f: defjvp_argnum(f, lambda argnum, g, ans, args, kwargs: g * args[1 - argnum]),
        lambda f: defjvp_argnums(
            f,
            lambda argnums, gs, ans, args, kwargs: sum(
                g * args[1 - argnum] for argnum, g in zip(argnums, gs, strict=True)
            ),
        ),
    ],
)
def test_one_rule_of_tangents_for_all_arguments(give):
    product = primitive(lambda x, y: x * y)
    give(product)
    assert (grad(product)(2.0, 5.0), grad(product, 1)(2.0, 5.0)) == (5.0, 2.0)
    assert jvp(product, (2.0, 5.0), (1.0, 1.0)) == (10.0, 7.0)


def test_our_own_primitive_says_that_it_takes_its_rules_itself():
    @autograd.primitive
    def squared(x):
        return x**2

    with pytest.raises(GraphError, match=r"from autograd\.extend import primitive"):
        defvjp(squared, lambda ans, x: lambda g: 2 * g * x)
    with pytest.raises(GraphError, match=r"from autograd\.extend import primitive"):
        squared(3.0)
