"""Programs written for micrograd's Value run with only the import changed."""

import random

import pytest

from autograd import Value

IMPORT = "from micrograd.engine import Value"

# micrograd's own tests (test/test_engine.py), less the comparison with PyTorch
SANITY_CHECK = """
x = Value(-4.0)
z = 2 * x + 2 + x
q = z.relu() + z * x
h = (z * z).relu()
y = h + q + q * x
y.backward()
result = [y.data, x.grad]
"""

MORE_OPS = """
a = Value(-4.0)
b = Value(2.0)
c = a + b
d = a * b + b**3
c += c + 1
c += 1 + c + (-a)
d += d * 2 + (b + a).relu()
d += 3 * d + (b - a).relu()
e = c - d
f = e**2
g = f / 2.0
g += 10.0 / f
g.backward()
result = [g.data, a.grad, b.grad]
"""

TRAINING = """
class Neuron:
    def __init__(self, n_inputs, nonlinear):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(n_inputs)]
        self.b = Value(0)
        self.nonlinear = nonlinear

    def __call__(self, x):
        act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        return act.relu() if self.nonlinear else act

    def parameters(self):
        return self.w + [self.b]


hidden = [Neuron(2, True) for _ in range(4)]
last = Neuron(4, False)
parameters = [p for n in hidden + [last] for p in n.parameters()]
for i, p in enumerate(parameters):
    p.name = f"p{i}"
    p.velocity = 0.0
points = [((random.uniform(-1, 1), random.uniform(-1, 1)), random.choice([-1, 1])) for _ in range(10)]

result = []
for step in range(15):
    scores = [last([n([Value(c) for c in x]) for n in hidden]) for x, _ in points]
    losses = [(1 + -yi * score).relu() for (_, yi), score in zip(points, scores)]
    data_loss = sum(losses) * (1.0 / len(losses))
    total = data_loss + 1e-4 * sum((p * p for p in parameters))
    for p in parameters:
        p.grad = 0
    total.backward()
    learning_rate = 0.1 - 0.05 * step / 15
    for p in parameters:
        p.velocity = 0.5 * p.velocity + p.grad
        p.data -= learning_rate * p.velocity
    result.append(total.data)
    result.append(sum((yi > 0) == (score.data > 0) for (_, yi), score in zip(points, scores)))
result += [p.data for p in parameters]
result += [p.grad for p in parameters]
result.append(" ".join(p.name for p in parameters))
"""

OPERATORS = """
a, b = Value(3), Value(-2.5)
y = (a - 1) * (1 - b) / (b * b + 0.5) - (-a) ** 2 + a ** -1 + 2 / b - b / 4 + a ** 0.5
y.backward()
seen = {a, b, y}
result = [y.data, a.grad, b.grad, len(seen), a in seen, a == a, a == b]
"""

PROGRAMS = {"sanity check": SANITY_CHECK, "more ops": MORE_OPS, "training": TRAINING, "operators": OPERATORS}


def run(program: str, engine: str) -> list[object]:
    random.seed(1337)
    names: dict[str, object] = {"random": random}
    exec(IMPORT.replace("micrograd.engine", engine) + program, names)
    return names["result"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_computes_what_it_computes_with_micrograd(name) -> None:
    pytest.importorskip("micrograd", reason="micrograd is not installed: pip install -e '.[peers]' compares with it")
    ours, theirs = run(PROGRAMS[name], "autograd"), run(PROGRAMS[name], "micrograd.engine")
    assert len(ours) == len(theirs)
    for found, expected in zip(ours, theirs, strict=True):
        if isinstance(expected, float):
            assert found == pytest.approx(expected, rel=1e-12, abs=1e-13)
        else:
            assert found == expected


def test_the_sanity_check_has_its_known_results() -> None:
    assert run(SANITY_CHECK, "autograd") == [-20.0, 46.0]


def test_more_ops_has_the_results_of_micrograd_s_readme() -> None:
    assert [round(number, 4) for number in run(MORE_OPS, "autograd")] == [24.7041, 138.8338, 645.5773]


def test_the_training_program_lowers_its_loss() -> None:
    result = run(TRAINING, "autograd")
    losses = [number for number in result[:30:2] if isinstance(number, float)]
    assert losses[-1] < losses[0]


def test_data_and_grad_start_as_micrograd_s() -> None:
    x = Value(3)
    assert (x.data, x.grad) == (3, 0)


def test_an_expression_from_a_list_is_summed() -> None:
    values = [Value(float(i)) for i in range(4)]
    total = sum(values)
    total.backward()
    assert total.data == 6.0
    assert [value.grad for value in values] == [1.0] * 4


def test_the_functions_of_his_lecture_s_value_are_there() -> None:
    x = Value(0.5)
    y = x.tanh() + x.exp() + x.log() + x.relu()
    y.backward()
    assert x.grad == pytest.approx(1 - 0.46211715726000979**2 + 1.6487212707001282 + 2 + 1, rel=1e-14)


def test_the_worked_neuron_of_the_lecture() -> None:
    x1, x2 = Value(2.0), Value(0.0)
    w1, w2 = Value(-3.0), Value(1.0)
    b = Value(6.8813735870195432)
    n = x1 * w1 + x2 * w2 + b
    e = (2 * n).exp()
    o = (e - 1) / (e + 1)
    o.backward()
    assert o.data == pytest.approx(0.7071067811865476, rel=1e-14)
    assert [x1.grad, w1.grad, x2.grad, w2.grad] == pytest.approx([-1.5, 1.0, 0.5, 0.0], rel=1e-12)
