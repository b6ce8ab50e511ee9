"""Parameters that are moved, frozen and freed between the calls of a compiled function."""

import numpy
import pytest

from autograd import GraphError, StaleGraphError, Tensor, Value, compile, no_grad, tanh
from nn import MLP


def of_a_tensor():
    w = Tensor([1.0, 2.0])
    return w, lambda x: (tanh(w * x) ** 2).sum()


def of_a_value():
    w = Value(1.5)
    return w, lambda x: w * x * w + w


@pytest.mark.parametrize("made", [of_a_tensor, of_a_value])
@pytest.mark.parametrize("kind", ["backward of a call", "backward", "value_and_grad", "source", "check"])
def test_numbers_assigned_after_an_evaluation_are_those_of_the_next_call(made, kind):
    w, function = made()
    compiled = compile(function)
    with no_grad():
        compiled(3.0)
    for _ in range(2):
        w.data = w.data - 0.25
        w.grad = None if isinstance(w, Tensor) else 0.0
        function(3.0).backward()
        expected = numpy.copy(w.grad)
        w.grad = None if isinstance(w, Tensor) else 0.0
        if kind == "backward of a call":
            compiled(3.0).backward()
        elif kind == "backward":
            compiled.backward(3.0)
        elif kind == "source":
            assert "d_" in compiled.source
            continue
        elif kind == "check":
            compiled.check(3.0)
            continue
        else:
            assert compiled.value_and_grad(3.0)[0] == pytest.approx(function(3.0).item())
            continue
        numpy.testing.assert_allclose(w.grad, expected)


@pytest.mark.filterwarnings("ignore::autograd.CapturedConstantWarning")
def test_what_the_function_itself_assigns_in_the_middle_is_refused():
    w = Tensor([1.0, 2.0])

    def function(x):
        y = w * x
        w.data = w.data + 1.0
        return (y * w).sum()

    with pytest.raises(StaleGraphError):
        compile(function).backward(3.0)


@pytest.mark.filterwarnings("ignore::autograd.CapturedConstantWarning")
def test_a_parameter_that_is_frozen_or_freed_is_followed():
    w, v = Tensor([1.0, 1.0]), Tensor([2.0, 2.0])
    compiled = compile(lambda x: (w * v * x).sum())
    compiled.backward(3.0)
    assert w.grad.tolist() == [6.0, 6.0]
    w.requires_grad = False
    w.grad = None
    compiled.backward(3.0)
    assert w.grad is None
    w.requires_grad = True
    compiled.backward(3.0)
    assert w.grad.tolist() == [6.0, 6.0]


@pytest.mark.filterwarnings("ignore::autograd.CapturedConstantWarning")
def test_a_frozen_parameter_of_a_module_has_no_gradient():
    network = MLP((2, 3, 1), rng=0)
    compiled = compile(lambda network, x: (network(x) ** 2).sum())
    x = numpy.ones((3, 2))
    assert len(compiled.value_and_grad(network, x)[1]) == 4
    network.parameters()[0].requires_grad = False
    assert len(compiled.value_and_grad(network, x)[1]) == 3
    network.parameters()[0].requires_grad = True
    assert len(compiled.value_and_grad(network, x)[1]) == 4


SMALL = {
    "−u + x": lambda u, x: -u + x,
    "x + −u": lambda u, x: x + -u,
    "x − −u": lambda u, x: x - (-u),
    "x − u · −1": lambda u, x: x - u * numpy.int8(-1),
    "−(u − 3) + x": lambda u, x: -(u - u.dtype.type(3)) + x,
}


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int32", "int64"])
def test_a_negation_wraps_in_its_own_dtype_before_it_is_widened(name, dtype):
    function = SMALL[name]
    u = numpy.array([2, 0, numpy.iinfo(dtype).min]).astype(dtype)
    for x in (numpy.array([0.5]), numpy.array([1], "int64")):
        with numpy.errstate(over="ignore"):
            try:
                expected = function(Tensor(u, requires_grad=False), x).data
            except GraphError:
                continue
            numpy.testing.assert_array_equal(compile(function)(u, x), expected)
