"""Document 002's neuron, worked by hand: every number, beside what the document prints.

Two inputs x = (−1, −2), weights w = (2, −3), bias b = −3, target y = 1; sigmoid; C = ½ (y − a)²; η = 1.
"""

import math
from dataclasses import dataclass

import pytest

from autograd import Tensor, Value, gradients, sigmoid

A = 1 / (1 + math.exp(-1))  # a = σ(1)
SLOPE = A * (1 - A)  # σ′(1)
ERROR = (A - 1) * SLOPE  # ∂C/∂z, the δ of the neuron


@dataclass(frozen=True)
class Row:
    """One number: by formula, to four places, and in the document's text ("" where only its figures have it).

    `why` says where the printed number comes from if it is not the exact one rounded, and `rederived` is the
    number that this reason gives.
    """

    quantity: str
    exact: float
    to_four_places: float
    printed: str = ""
    why: str = ""
    rederived: float | None = None


ROWS = (
    # forward
    Row("ω1 = w1·x1", -2.0, -2.0),
    Row("ω2 = w2·x2", 6.0, 6.0),
    Row("Ω = ω1 + ω2", 4.0, 4.0),
    Row("z = Ω + b", 1.0, 1.0),
    Row("a = σ(z)", A, 0.7311, "0.73"),
    Row("C = ½(y − a)²", (1 - A) ** 2 / 2, 0.0362),
    # backward
    Row("∂C/∂a", A - 1, -0.2689, "-0.27"),
    Row("∂a/∂z", SLOPE, 0.1966, "0.1971", "computed from the rounded a, 0.73 (1 − 0.73)", 0.73 * (1 - 0.73)),
    Row("∂C/∂z", ERROR, -0.0529, "-0.053"),
    Row("∂C/∂b", ERROR, -0.0529, "-0.053"),
    Row("∂C/∂w1", -ERROR, 0.0529, "0.053"),
    Row("∂C/∂w2", -2 * ERROR, 0.1058, "0.106"),
    # the update, and forward once more
    Row("w1 after", 2 + ERROR, 1.9471, "1.94", "2 − 0.053 = 1.947, cut off and not rounded", math.floor(194.7) / 100),
    Row("w2 after", -3 + 2 * ERROR, -3.1058, "-3.106"),
    Row("b after", -3 - ERROR, -2.9471, "-2.947"),
    Row("a after", 1 / (1 + math.exp(-(1 - 6 * ERROR))), 0.7887, "0.79"),
)
rows = pytest.mark.parametrize("row", ROWS, ids=[row.quantity for row in ROWS])


@pytest.fixture(scope="module")
def by_the_engine():
    """Every quantity of the table, as the engine computes it."""
    w1, w2, b = Value(2.0), Value(-3.0), Value(-3.0)
    x1, x2, y = Value(-1.0, requires_grad=False), Value(-2.0, requires_grad=False), 1.0

    def forward():
        product1, product2 = w1 * x1, w2 * x2
        weighted_sum = product1 + product2
        z = weighted_sum + b
        a = sigmoid(z)
        return product1, product2, weighted_sum, z, a, 0.5 * (y - a) ** 2

    *intermediates, z, a, cost = forward()
    found = [node.data for node in (*intermediates, z, a, cost)]
    cost.backward()
    found += [a.grad, gradients(a, z).data, z.grad, b.grad, w1.grad, w2.grad]
    for parameter in (w1, w2, b):
        parameter.data -= 1.0 * parameter.grad
        found.append(parameter.data)
    found.append(forward()[-2].data)
    return dict(zip([row.quantity for row in ROWS], found, strict=True))


@rows
def test_the_engine_gives_the_exact_number(row, by_the_engine):
    found = by_the_engine[row.quantity]
    assert found == pytest.approx(row.exact, rel=1e-12, abs=0)
    assert round(found, 4) == row.to_four_places


@rows
def test_the_printed_number_is_the_exact_one_rounded_or_we_say_why_not(row):
    places = len(row.printed.partition(".")[2])
    is_rounded = row.printed == "" or round(row.exact, places) == float(row.printed)
    assert is_rounded == (row.why == "")
    if row.why:
        assert round(row.rederived, places) == float(row.printed)


def test_a_tensor_neuron_has_the_same_gradients():
    w, b = Tensor([[2.0], [-3.0]]), Tensor([-3.0])
    a = sigmoid(Tensor([[-1.0, -2.0]], requires_grad=False) @ w + b)
    (0.5 * (1.0 - a) ** 2).sum().backward()
    assert [*w.grad.ravel(), *b.grad] == pytest.approx([-ERROR, -2 * ERROR, ERROR], rel=1e-12, abs=0)


def test_the_common_factor_is_the_error():
    """The document asks whether it is a coincidence that ∂C/∂a ∂a/∂z is in every parameter's derivative: no, each
    is δ = ∂C/∂z times the number that the parameter multiplies."""
    w, x, b = [Value(2.0), Value(-3.0)], [-1.0, -2.0], Value(-3.0)
    z = w[0] * x[0] + w[1] * x[1] + b
    (0.5 * (1.0 - sigmoid(z)) ** 2).backward()
    assert [w[0].grad, w[1].grad, b.grad] == [z.grad * x[0], z.grad * x[1], z.grad * 1.0]
