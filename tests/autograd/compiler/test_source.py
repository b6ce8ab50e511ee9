"""The printed program is the hand calculation, and runs with NumPy alone."""

import subprocess
import sys

import numpy
import pytest

import autograd
from autograd import NotRecordedError, Tensor, Value, compile, label, sigmoid, tanh, value_and_grad
from autograd.compiler.write.naming import identifier

NEURON = '''\
import numpy


def cost_and_gradients(w1, w2, b, x1, x2):
    """cost, and its gradients: the program that was recorded."""
    # Forward
    v1 = w1 * x1
    v2 = w2 * x2
    v3 = v1 + v2
    z = v3 + b
    a = 1 / (1 + numpy.exp(-z))
    v4 = 1 - a
    v5 = v4 ** 2
    cost = 0.5 * v5

    # Backward: what each operation passes on to its operands
    # cost by itself: 1
    # cost = 0.5 * v5: ∂cost/∂v5 = 0.5
    # v5 = v4 ** 2: ∂v5/∂v4 = 2 · v4
    dv5_dv4 = 2 * v4
    d_v4 = 0.5 * dv5_dv4
    # v4 = 1 - a: ∂v4/∂a = −1
    d_a = -d_v4
    # a = sigmoid(z): ∂a/∂z = a · (1 − a)
    da_dz = a * v4
    d_z = d_a * da_dz
    # z = v3 + b: ∂z/∂v3 = 1, ∂z/∂b = 1
    # v3 = v1 + v2: ∂v3/∂v1 = 1, ∂v3/∂v2 = 1
    # v1 = w1 * x1: ∂v1/∂w1 = x1
    d_w1 = d_z * x1
    # v2 = w2 * x2: ∂v2/∂w2 = x2
    d_w2 = d_z * x2
    d_b = d_z
    return cost, d_w1, d_w2, d_b
'''


def cost(w1, w2, b, x1, x2):
    z = w1 * x1 + w2 * x2 + b
    a = sigmoid(z)
    return 0.5 * (1 - a) ** 2


def functions_of(source):
    names = {}
    exec(source, names)
    return names


def test_the_neuron_is_the_documents_hand_calculation():
    f = compile(cost)
    f.value_and_grad(2.0, -3.0, -3.0, -1.0, -2.0, argnums=(0, 1, 2))
    assert f.source == NEURON


def test_the_hand_calculation_gives_the_documents_numbers():
    names = functions_of(NEURON)
    found = names["cost_and_gradients"](2.0, -3.0, -3.0, -1.0, -2.0)
    # 002: ∂C/∂z = −0.27 · 0.1971 = −0.053, then ∂C/∂b = −0.053, ∂C/∂w1 = 0.053, ∂C/∂w2 = 0.106
    numpy.testing.assert_allclose(found, [0.0362, 0.0529, 0.1058, -0.0529], atol=5e-5)


def test_it_runs_where_there_is_nothing_but_numpy(tmp_path):
    f = compile(lambda p, x, y: ((tanh(x @ p["w"] + p["b"]) - y) ** 2).mean())
    generator = numpy.random.default_rng(0)
    x, y = generator.normal(size=(4, 3)), generator.normal(size=(4, 2))
    p = {"w": generator.normal(size=(3, 2)), "b": generator.normal(size=2)}
    value, gradient = f.value_and_grad(p, x, y)
    numpy.savez(tmp_path / "given.npz", w=p["w"], b=p["b"], x=x, y=y)
    program = f.source + (
        "\ngiven = numpy.load('given.npz')\n"
        "value, d_w, d_b = function_and_gradients(given['w'], given['b'], given['x'], given['y'])\n"
        "print(repr(float(value)), d_w.tolist(), d_b.tolist(), sep='\\n')\n"
    )
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    process = subprocess.run(
        [sys.executable, "-W", "error", "program.py"], cwd=tmp_path, capture_output=True, text=True, check=True, env={}
    )
    printed_value, d_w, d_b = map(eval, process.stdout.splitlines())
    assert printed_value == value
    assert d_w == gradient["w"].tolist()
    assert d_b == gradient["b"].tolist()


def test_without_gradients_asked_for_it_shows_them_nevertheless():
    f = compile(cost)
    with pytest.raises(NotRecordedError):
        f.source  # noqa: B018  # reading it is what is tested
    f(2.0, -3.0, -3.0, -1.0, -2.0)
    assert "d_x2 = d_z * w2" in f.source
    g = compile(lambda x: x * 2)
    g(numpy.ones(3))
    assert "Backward" not in g.source
    assert "def function(x):" in g.source


def test_names_come_from_labels_variables_and_arguments():
    w = Value(2.0, label="ω₁")

    def loss(x, deeper):
        first = w * x
        second = first + deeper["k"][1]
        label({"kept": second})
        for_nothing = [second * 3]
        return for_nothing[0] * second

    f = compile(loss)
    f(3.0, {"k": [1.0, 2.0]})
    text = f.source
    assert "def loss_and_gradients(x, deeper_k_0, deeper_k_1, ω1):" in text
    assert "    first = ω1 * x\n    kept = first + deeper_k_1\n" in text
    assert "    for_nothing_0 = kept * 3\n    loss = for_nothing_0 * kept\n" in text
    assert "d_ω1 = d_kept * x" in text
    assert text.rstrip().endswith("return loss, d_x, d_deeper_k_0, d_deeper_k_1, d_ω1")


def test_names_that_clash_are_told_apart():
    def loss(numpy, d_x, x, sigmoid):
        lambda_ = numpy * d_x
        return lambda_ * x * sigmoid

    f = compile(loss)
    value, gradients = f.value_and_grad(2.0, 3.0, 5.0, 7.0, argnums=(0, 1, 2, 3))
    found = functions_of(f.source)["loss_and_gradients"](2.0, 3.0, 5.0, 7.0)
    assert found == (value, *gradients)


def test_identifiers():
    assert identifier("layers.0.weight") == "layers_0_weight"
    assert identifier("2nd") == "v_2nd"
    assert identifier("sum") == "sum_"
    assert identifier("∂") == "value"


def test_shapes_and_dtypes_stand_in_comments():
    weight = Tensor(numpy.ones((3, 2), numpy.float32), label="weight")
    f = compile(lambda x: (x @ weight).sum())
    f.value_and_grad(numpy.ones((4, 3), numpy.float32))
    assert "    weight (3, 2) float32\n" in f.source
    assert "v1 = x @ weight  # (4, 2) float32\n" in f.source
    assert "d_x = numpy.full((4, 2), 1.0, numpy.float32) @ weight.T  # (4, 3) float32\n" in f.source


def test_a_large_constant_is_an_argument_of_what_is_printed():
    table = numpy.random.default_rng(0).normal(size=300)
    f = compile(lambda x: (x * table).sum())
    with pytest.warns(autograd.CapturedConstantWarning):
        f.value_and_grad(numpy.ones(300))
    assert "def function_and_gradients(x, constant_1):" in f.source
    assert "constant_1 (300,), a constant" in f.source
    value, gradient = functions_of(f.source)["function_and_gradients"](numpy.ones(300), f.constants[0].data)
    assert value == table.sum()
    numpy.testing.assert_array_equal(gradient, table)


def test_helpers_are_printed_where_they_are_needed():
    f = compile(lambda x, i: autograd.erf(x)[i].sum())
    x, i = numpy.array([0.5, -1.0, 2.0]), numpy.array([2, 2, 0])
    value, gradient = f.value_and_grad(x, i)
    found = functions_of(f.source)["function_and_gradients"](x, i)
    assert found[0] == value
    numpy.testing.assert_array_equal(found[1], gradient)
    assert value_and_grad(lambda x: autograd.erf(x)[i].sum())(x)[0] == pytest.approx(value)
    assert f.source.startswith("import math\n\nimport numpy\n\n\ndef erf(a):")


def test_a_program_of_many_outputs_returns_them_all():
    f = compile(lambda x: [x + 1, {"twice": x * 2, "same": x, "seven": 7.0}])
    f(3.0)
    assert functions_of(f.source)["function"](3.0) == (4.0, 6.0, 3.0, 7.0)


def test_a_remainder_of_plain_numbers_has_the_answer_of_ieee():
    f = compile(lambda a, b: a % b + a // b)
    f(1.0, 2.0)
    with numpy.errstate(all="ignore"):
        value, *_ = functions_of(f.source)["function_and_gradients"](1.0, 0.0)
    assert numpy.isnan(value)


@pytest.mark.parametrize(
    ("function", "numbers"),
    [
        (lambda x: x**0.5, (-2.0,)),
        (lambda x: 1 / x, (0.0,)),
        (lambda x, y: (x - y) ** -1, (2.0, 2.0)),
        (lambda x: x**2, (1e200,)),
        (lambda x, y: x**y, (-2.0, 0.5)),
        (lambda x, y: sigmoid(x) / y, (1.0, 0.0)),
        (lambda x, y: (x * y + 1) / (x - y) * y, (3.0, 3.0)),
    ],
)
def test_a_program_of_plain_numbers_has_the_answers_of_ieee(function, numbers):
    f = compile(function)
    argnums = tuple(range(len(numbers)))
    f.value_and_grad(*[1.5 + number for number in argnums], argnums=argnums)
    value, gradients = f.value_and_grad(*numbers, argnums=argnums)
    with numpy.errstate(all="ignore"):
        found = functions_of(f.source)["function_and_gradients"](*numbers)
    numpy.testing.assert_array_equal(found, [value, *gradients])


def test_only_what_may_raise_is_made_a_number_of_numpys():
    f = compile(lambda w, x, b: (w * x + b) / x)
    f(1.0, 2.0, 3.0)
    assert "w, x, b = numpy.float64(w), numpy.float64(x), numpy.float64(b)" in f.source
    for function in (lambda w, x: w * x + 1, lambda w, x: 1 / tanh(w) + x):
        g = compile(function)
        g(2.0, 1.0)
        assert "float64" not in g.source
