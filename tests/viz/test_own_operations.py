"""Pictures and steps of operations that are somebody's own."""

import numpy

import viz
from autograd import Tensor, Value, primitive


def test_a_picture_and_its_steps_run_no_rule_on_made_up_data():
    calls = []

    def rule(upstream, out, matrix):
        calls.append(matrix)
        return upstream * numpy.linalg.inv(matrix).T  # of a matrix of ones it would raise

    own = primitive(rule, name="logdet")(lambda matrix: numpy.linalg.slogdet(matrix)[1])
    matrix = Tensor([[2.0, 1.0], [1.0, 3.0]], label="A")
    loss = own(matrix) * 2
    loss.backward()
    trace = viz.trace(loss)
    svg = viz.draw(loss).svg()
    assert "G · ∂logdet/∂A" in svg
    assert all(numpy.array_equal(seen, matrix.data) for seen in calls)
    assert [node.operation for node in trace.nodes].count("logdet") == 1


def test_a_scalar_one_shows_the_numbers_that_its_rule_gave():
    double = primitive(lambda upstream, out, x: 2 * upstream, name="double")(lambda x: 2 * x)
    x = Value(3.0, label="x")
    loss = double(x) * 5.0
    loss.backward()
    assert "5 × 2 = 10" in viz.draw(loss).svg()
