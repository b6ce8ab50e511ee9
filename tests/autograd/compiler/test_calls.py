"""How a compiled function is called: once recorded for each structure, then run."""

import threading

import numpy
import pytest

from autograd import (
    ArgumentError,
    CapturedConstantWarning,
    DataTypeError,
    NotRecordedError,
    ProgramMismatchError,
    ShapeError,
    Tensor,
    Value,
    compile,
    no_grad,
    relu,
    sigmoid,
    tanh,
    value_and_grad,
    where,
)
from nn import MLP, SGD, NeuronMLP, quadratic


def counted(function):
    """The function, and how often it was run."""
    runs = []

    def run(*arguments, **keywords):
        runs.append(arguments)
        return function(*arguments, **keywords)

    return run, runs


def test_the_function_runs_twice_at_most_for_each_structure_shapes_and_dtypes():
    function, runs = counted(lambda x, y: (x * y).sum())
    f = compile(function)
    for _ in range(3):
        assert f(numpy.ones(3), numpy.arange(3.0)) == 3.0
    assert len(runs) == 2  # the second call sees whether it does the same
    f(numpy.ones(4), numpy.arange(4.0))
    f(numpy.ones(3, numpy.float32), numpy.arange(3.0))
    f.value_and_grad(numpy.ones(3), numpy.arange(3.0))
    assert len(runs) == 4
    assert len(f.programs) == 4
    f.clear()
    assert f.programs == []
    f(numpy.ones(3), numpy.arange(3.0))
    assert len(runs) == 5


def test_numbers_and_values_share_a_program_and_numbers_of_numpy_have_their_own():
    function, runs = counted(lambda x: x * x)
    f = compile(function)
    assert [f(2.0), f(Value(2.0)), f(Value(2.0, requires_grad=False))] == [4.0] * 3
    assert len(runs) == 2
    numbers = numpy.float64(2), numpy.int64(2), numpy.float32(2)
    assert [f(number) for number in numbers] == [4.0] * 3
    assert [numpy.asarray(f(number)).dtype for number in numbers] == [numpy.asarray(number).dtype for number in numbers]
    assert len(f.programs) == 4


def test_nested_arguments_come_back_in_their_nesting():
    def loss(parameters, x):
        hidden = [tanh(w * x + b) for w, b in parameters["layers"]]
        return sum(hidden[1:], hidden[0]) * parameters["scale"]

    parameters = {"layers": [(0.5, 1.0), (2.0, -1.0)], "scale": 3.0}
    value, gradient = compile(loss).value_and_grad(parameters, 0.7)
    assert (value, gradient) == value_and_grad(loss)(parameters, 0.7)
    assert list(gradient) == ["layers", "scale"]
    assert type(gradient["layers"][0]) is tuple


def test_the_value_comes_in_the_nesting_that_the_function_returned():
    f = compile(lambda x, y: {"sum": x + y, "both": [x, (y * 2,)], "none": None})
    assert f(1.0, 2.0) == {"sum": 3.0, "both": [1.0, (4.0,)], "none": None}


def test_several_arguments_give_a_tuple_of_gradients():
    f = compile(lambda x, y, z: x * y + z)
    assert f.value_and_grad(2.0, 3.0, 5.0, argnums=(1, -1)) == (11.0, (2.0, 1.0))
    assert f.value_and_grad(2.0, 3.0, 5.0, argnums=[0]) == (11.0, (3.0,))
    assert f.value_and_grad(2.0, 3.0, 5.0) == (11.0, 3.0)


def test_keywords_are_given_by_name():
    f = compile(lambda x, *, scale, flip=False: -x * scale if flip else x * scale)
    assert f(2.0, scale=3.0) == 6.0
    assert f(2.0, scale=4.0, flip=True) == -8.0
    assert f(2.0, scale=4.0, flip=False) == 8.0  # what is no number or array is part of the structure
    assert f.value_and_grad(2.0, scale=3.0) == (6.0, 3.0)


def test_an_argument_that_the_output_does_not_depend_on_has_gradient_zero():
    f = compile(lambda x, y: (x * x).sum())
    value, (d_x, d_y) = f.value_and_grad(numpy.array([1.0, 2.0]), numpy.ones((2, 2)), argnums=(0, 1))
    assert value == 5.0
    numpy.testing.assert_array_equal(d_x, [2.0, 4.0])
    numpy.testing.assert_array_equal(d_y, numpy.zeros((2, 2)))
    assert compile(lambda x, y: x + 1).value_and_grad(1.0, 2.0, argnums=1) == (2.0, 0.0)


def test_integers_are_differentiated_by_as_floats():
    value, gradient = compile(lambda x: (x * x).sum()).value_and_grad(numpy.array([1, 2]))
    assert value == 5.0
    assert gradient.dtype == numpy.float64
    assert gradient.tolist() == [2.0, 4.0]


def test_labels_and_masks_are_arguments():
    f = compile(lambda x, labels, mask: (x[numpy.arange(3), labels] * where(mask, 1.0, 0.0)).sum())
    x = numpy.arange(9.0).reshape(3, 3)
    for labels, mask in [([0, 1, 2], [True, True, True]), ([2, 0, 0], [False, True, True])]:
        labels, mask = numpy.array(labels), numpy.array(mask)
        assert f(x, labels, mask) == x[numpy.arange(3), labels][mask].sum()
    assert len(f.programs) == 1
    with pytest.raises(DataTypeError, match="an index is made of integers"):
        compile(lambda x, labels: x[labels].sum()).value_and_grad(x, labels, argnums=(0, 1))


def test_a_mask_that_lets_more_through_is_another_program():
    f = compile(lambda x: (x[x > 0] ** 2).mean())
    for x in (numpy.array([1.0, -1.0, 3.0]), numpy.array([1.0, 2.0, 3.0]), numpy.array([-1.0, -2.0, 4.0])):
        for _ in range(2):
            value, gradient = f.value_and_grad(x)
            eager_value, eager_gradient = value_and_grad(lambda x: (x[x > 0] ** 2).mean())(x)
            assert value == eager_value
            numpy.testing.assert_array_equal(gradient, eager_gradient)
    assert len(f.programs) == 3


def test_what_was_returned_stays_as_it_was():
    f = compile(lambda x: {"x": x, "again": x.T, "twice": x * 2, "part": (x * 2)[0], "turned": (x * 3).T})
    x = numpy.arange(6.0).reshape(2, 3)
    first = f(x)
    kept = {name: array.copy() for name, array in first.items()}
    second = f(x + 1)
    for name, array in first.items():
        numpy.testing.assert_array_equal(array, kept[name])
        assert not numpy.shares_memory(array, x)
        assert not any(numpy.shares_memory(array, other) for other in second.values())
        array += 100.0
    numpy.testing.assert_array_equal(f(x)["twice"], x * 2)
    assert not numpy.shares_memory(second["twice"], second["part"])
    g = compile(lambda x, y: ((x - y) ** 2).sum())
    _, (d_x, d_y) = g.value_and_grad(numpy.ones(3), numpy.zeros(3), argnums=(0, 1))
    assert not numpy.shares_memory(d_x, d_y)


def test_arguments_are_never_written_to():
    x, y = numpy.ones((3, 3)), numpy.full((3, 3), 2.0)
    compile(lambda x, y: (relu(x @ y - 1) * y).sum()).value_and_grad(x, y, argnums=(0, 1))
    numpy.testing.assert_array_equal(x, 1.0)
    numpy.testing.assert_array_equal(y, 2.0)


@pytest.mark.parametrize(
    "layout", [numpy.asfortranarray, lambda x: x[::-1, ::-1], lambda x: x.T, numpy.ascontiguousarray]
)
def test_arrays_may_lie_in_memory_as_they_like(layout):
    x = layout(numpy.random.default_rng(0).normal(size=(4, 4)))
    function = lambda x: (tanh(x.reshape(2, 8) * 2).T @ x.reshape(2, 8)).sum()  # noqa: E731  # given twice
    f = compile(function)
    f(numpy.zeros((4, 4)))
    value, gradient = f.value_and_grad(x)
    eager_value, eager_gradient = value_and_grad(function)(x)
    assert value == pytest.approx(eager_value, rel=1e-14)
    numpy.testing.assert_allclose(gradient, eager_gradient, rtol=1e-13)


# --- parameters -----------------------------------------------------------------------------------------


def test_parameters_outside_the_function_are_read_at_each_call():
    w = Value(2.0, label="w")
    f = compile(lambda x: w * x)
    assert f(3.0) == 6.0
    w.data = 5.0
    assert f(3.0) == 15.0
    assert len(f.programs) == 1
    assert f.constants == []


def test_a_module_trains_as_it_does_eagerly():
    x = numpy.random.default_rng(0).normal(size=(8, 3))
    y = (x[:, :1] > 0) * 1.0
    ours, eager = (MLP((3, 4, 1), "tanh", "sigmoid", rng=0) for _ in range(2))
    optimizers = SGD(ours.parameters(), 0.5), SGD(eager.parameters(), 0.5)
    f = compile(lambda x, y: quadratic(ours(x), y))
    for _ in range(20):
        for optimizer in optimizers:
            optimizer.zero_grad()
        value = f.backward(x, y)
        cost = quadratic(eager(Tensor(x, requires_grad=False)), y)
        cost.backward()
        assert value == pytest.approx(cost.item(), rel=1e-12)
        for optimizer in optimizers:
            optimizer.step()
    for one, other in zip(ours.parameters(), eager.parameters(), strict=True):
        numpy.testing.assert_allclose(one.data, other.data, rtol=1e-10)
    assert len(f.programs) == 1


def test_backward_adds_to_gradients_and_leaves_them_apart():
    w, x = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    f = compile(lambda x: (w + x).sum())
    assert f.backward(x) == 10.0
    f.backward(x)
    assert w.grad.tolist() == x.grad.tolist() == [2.0, 2.0]
    assert not numpy.shares_memory(w.grad, x.grad)
    f.backward(numpy.array([3.0, 4.0]))  # no node: only the parameter has a gradient to add to
    assert w.grad.tolist() == [3.0, 3.0]
    assert x.grad.tolist() == [2.0, 2.0]
    with pytest.raises(NotRecordedError, match="no leaf that requires gradients"):
        compile(lambda x: x * 2).backward(1.0)


def test_a_module_as_an_argument_has_a_gradient_for_each_path():
    model = MLP((2, 3, 1), "tanh", rng=0)
    f = compile(lambda model, x: (model(x) ** 2).mean())
    x = numpy.random.default_rng(0).normal(size=(5, 2))
    value, gradients = f.value_and_grad(model, x)
    cost = (model(x) ** 2).mean()
    cost.backward()
    assert value == pytest.approx(cost.item(), rel=1e-14)
    assert list(gradients) == ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"]
    for name, parameter in model.named_parameters():
        numpy.testing.assert_allclose(gradients[name], parameter.grad, rtol=1e-13)
    other = MLP((2, 3, 1), "tanh", rng=1)
    assert f.value_and_grad(other, x)[0] == pytest.approx((other(x) ** 2).mean().item(), rel=1e-14)


def test_a_network_of_neurons_is_a_program_of_numbers():
    model = NeuronMLP((2, 4, 1), "tanh", rng=0)
    f = compile(lambda x: quadratic(model(x), [1.0]))
    value = f.backward([0.5, -1.0])
    compiled = [parameter.grad for parameter in model.parameters()]
    model.zero_grad()
    cost = quadratic(model([0.5, -1.0]), [1.0])
    cost.backward()
    assert value == cost.data
    assert compiled == [parameter.grad for parameter in model.parameters()]
    assert f.programs[0].program.is_of_numbers


# --- what is recorded -----------------------------------------------------------------------------------


def test_detached_parts_follow_the_data_and_stop_the_gradient():
    def function(x):
        with no_grad():
            highest = x.max()
        return ((x - highest) * x.detach()).sum()

    f = compile(function)
    for x in (numpy.array([1.0, 5.0]), numpy.array([7.0, 2.0])):
        value, gradient = f.value_and_grad(x)
        eager_value, eager_gradient = value_and_grad(function)(x)
        assert value == eager_value
        numpy.testing.assert_array_equal(gradient, eager_gradient)
    g = compile(lambda x: x * x.detach())
    assert g.value_and_grad(3.0) == (9.0, 3.0)
    assert g.value_and_grad(-4.0) == (16.0, -4.0)


def test_a_gradient_inside_the_function_is_recorded():
    from autograd import grad

    f = compile(lambda x: grad(lambda t: t**4)(x))
    assert f(2.0) == 32.0
    assert f.value_and_grad(3.0) == (108.0, 108.0)


def test_float_arithmetic_has_the_answers_of_ieee():
    f = compile(lambda x, y: x / y)
    assert f(1.0, 2.0) == 0.5
    assert f(1.0, 0.0) == numpy.inf
    assert f.value_and_grad(1.0, 0.0, argnums=(0, 1)) == value_and_grad(lambda x, y: x / y, (0, 1))(1.0, 0.0)
    assert numpy.isnan(f(0.0, 0.0))
    assert compile(lambda x: sigmoid(x))(-1000.0) == 0.0


def test_check_finds_a_branch_that_was_fixed():
    def function(x):
        return x * 2 if x.data > 0 else x * 3

    f = compile(function)
    with pytest.warns(CapturedConstantWarning, match=r"looks at the number of x .*if x\.data > 0"):
        assert f(1.0) == 2.0
    f.check(2.0)
    with pytest.raises(ProgramMismatchError, match="keeps the branch that was recorded"):
        f.check(-1.0)
    compile(lambda x: where(x > 0, x * 2, x * 3).sum()).check(numpy.array([1.0, -1.0]))

    def of_other_length(x):
        return [x] * (2 if x.data > 0 else 3)

    g = compile(of_other_length)
    with pytest.warns(CapturedConstantWarning, match="looks at the number of x"):
        g.check(1.0)
    with pytest.raises(ProgramMismatchError, match="gave 3 outputs"):
        g.check(-1.0)


def test_check_compares_gradients_of_parameters_too():
    model = MLP((2, 3, 1), "relu", rng=0)
    f = compile(lambda x: model(x).sum())
    f.check(numpy.ones((4, 2)))
    f.check(-numpy.ones((4, 2)))
    assert len(f.programs) == 1


# --- errors ---------------------------------------------------------------------------------------------


def test_what_cannot_be_compiled_is_said():
    with pytest.raises(DataTypeError, match="a function is compiled, not int 3"):
        compile(3)
    f = compile(lambda x: x * 2)
    with pytest.raises(NotRecordedError, match="call it first"):
        f.source  # noqa: B018  # reading it is what is tested
    with pytest.raises(ShapeError, match="only a single number has a gradient"):
        f.value_and_grad(numpy.ones(3))
    with pytest.raises(ShapeError, match="only a single number has a gradient"):
        compile(lambda x: [x]).value_and_grad(1.0)
    with pytest.raises(ArgumentError, match=r"argnums=1, but .* was called with 1 argument \(by position\)"):
        f.value_and_grad(1.0, argnums=1)
    with pytest.raises(ArgumentError, match="argnums is a position"):
        f.value_and_grad(1.0, argnums="x")
    with pytest.raises(DataTypeError, match="no number or array in argument 0"):
        compile(lambda name, x: x).value_and_grad("name", 1.0)
    with pytest.raises(DataTypeError, match="array of <U1"):
        f(numpy.array(["a"]))
    with pytest.raises(DataTypeError, match="a program returns numbers"):
        compile(lambda x: "text")(1.0)


def test_a_failed_recording_leaves_no_program():
    f = compile(lambda x, y: x @ y)
    with pytest.raises(ShapeError):
        f(numpy.ones((2, 3)), numpy.ones((2, 3)))
    assert f.programs == []
    assert f(numpy.ones((2, 3)), numpy.ones((3, 2))).shape == (2, 2)


def test_it_is_called_as_the_function_is_and_says_what_it_is():
    def cost(w, x):
        """The cost."""
        return w * x

    f = compile(cost)
    assert (f.__name__, f.__doc__) == ("cost", "The cost.")
    assert repr(f) == "<compiled cost: 0 programs>"
    f(1.0, numpy.ones(2))
    assert repr(f.programs[0]) == "<program: value of cost(w, x (2,) float64), 1 operations>"


def test_threads_share_a_program():
    f = compile(lambda x: tanh(x * 2 + 1).sum())
    x = numpy.random.default_rng(0).normal(size=(8, 2000))
    expected = [f.value_and_grad(row) for row in x]
    wrong = []

    def work():
        for _ in range(20):
            for row, (value, gradient) in zip(x, expected, strict=True):
                found_value, found_gradient = f.value_and_grad(row)
                if found_value != value or not numpy.array_equal(found_gradient, gradient):
                    wrong.append(row)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_trace_is_what_the_views_read():
    f = compile(lambda x: {"z": x * 2 + 1}["z"])
    f(3.0)
    trace = f.trace
    assert {node.symbol for node in trace.nodes} >= {"×", "+"}
    assert [node.label for node in trace.nodes if node.label == "x"] == ["x"]


def test_importing_the_engine_leaves_the_compiler_alone():
    import subprocess
    import sys

    program = "import sys, autograd; print([name for name in sys.modules if name.startswith('autograd.compiler')])"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_front_door_has_it():
    import glassgrad

    assert glassgrad.compile is compile
