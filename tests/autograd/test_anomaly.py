"""detect_anomaly() and source_lines(): the first number that is not finite, by name and line."""

import math
import threading

import numpy as np
import pytest

import autograd
import nn
from autograd import AnomalyError, GraphError, Tensor, Value, detect_anomaly, no_grad, source_lines


def message_of(attempt) -> str:
    with pytest.raises(AnomalyError) as caught:
        attempt()
    assert isinstance(caught.value, FloatingPointError)
    assert isinstance(caught.value, GraphError)
    message = str(caught.value)
    assert "\n" not in message
    return message


class TestForward:
    def test_names_the_operation_its_operands_the_label_and_the_line(self) -> None:
        with detect_anomaly():
            message = message_of(lambda: autograd.log(Value(0.0, label="doubt")))  # this line
        assert "log gave -inf" in message
        assert "doubt = 0.0" in message
        assert __file__ in message
        assert message.endswith('autograd.log(Value(0.0, label="doubt")))  # this line')

    def test_of_arrays_names_the_element_and_the_operands_numbers_there(self) -> None:
        x, w = Tensor([[1.0, 2.0], [3.0, 4.0]], label="x"), Tensor([1.0, 0.0], label="w")
        with detect_anomaly():
            message = message_of(lambda: x / w)
        assert "divide gave inf at element (0, 1) (2 of 4 not finite)" in message
        assert "x = 2.0 there (shape (2, 2))" in message
        assert "w = 0.0 there (shape (2,))" in message

    def test_of_a_structural_operation_tells_what_its_operand_is_like(self) -> None:
        x = Tensor([1e308, 1e308, -5.0], label="x")
        with detect_anomaly():
            message = message_of(lambda: autograd.cumsum(x))
        assert "cumsum gave inf at element 1 (2 of 3 not finite)" in message
        assert "x = from -5.0 to 1e+308 (shape (3,))" in message

    @pytest.mark.parametrize(
        "attempt",
        [
            lambda: Value(1e200) * Value(1e200),
            lambda: Value(1e308) + Value(1e308),
            lambda: Value(1e308) * 1e308,
            lambda: 1e308 + Value(1e308),
            lambda: Value(1.0) / 0,
            lambda: Value(-1.0) ** 0.5,
            lambda: Value(math.inf) - math.inf,
            lambda: Value(1000.0).exp(),
            lambda: autograd.where(True, Value(math.nan), 0.0),
            lambda: Tensor([1e200]) * Tensor([1e200]),
            lambda: Tensor([[1e200]]) @ Tensor([[1e200]]),
            lambda: Tensor([1e308]) + Tensor([1e308]),
            lambda: Tensor([1.0, -1.0]).norm() / np.zeros(1),
            lambda: Tensor([1e30], dtype=np.float32) * 1e30,
        ],
    )
    def test_every_way_to_record_is_watched(self, attempt) -> None:
        attempt()
        with detect_anomaly():
            message_of(attempt)
            with no_grad():
                message_of(attempt)

    def test_finite_numbers_pass_with_the_same_bits(self) -> None:
        def run():
            x = Tensor(np.linspace(-2, 2, 6).reshape(2, 3))
            loss = (autograd.tanh(x) @ x.T).sum() + autograd.softmax(x).max()
            loss.backward()
            return loss.data, x.grad

        plain = run()
        with detect_anomaly():
            watched = run()
        for one, other in zip(plain, watched, strict=True):
            np.testing.assert_array_equal(one, other)

    def test_integers_and_masks_pass(self) -> None:
        x = Tensor([1.0, 2.0])
        with detect_anomaly():
            assert (x > 1).tolist() == [False, True]
            assert autograd.argmax(x).item() == 1
            assert autograd.clip(x, None, 1.5).tolist() == [1.0, 1.5]
            assert autograd.isfinite(Tensor([math.inf])).tolist() == [False]


class TestBackward:
    def test_names_the_operation_the_operand_both_gradients_and_the_line(self) -> None:
        x = Tensor([4.0, 0.0], label="x")
        with detect_anomaly():
            loss = autograd.sqrt(x).sum()  # recorded here
            message = message_of(loss.backward)
        assert "backward: sqrt passed inf at element 1 (1 of 2 not finite) to its operand 0, x = 0.0 there" in message
        assert "its upstream gradient is 1.0 there" in message
        assert "its local gradient is inf there" in message
        assert message.endswith("# recorded here")
        assert x.grad is None

    def test_of_a_value_is_found_and_leaves_no_gradient(self) -> None:
        x = Value(0.0, label="x")
        with detect_anomaly():
            message = message_of((x**0.5).backward)
        assert (
            "power passed inf to its operand 0, x = 0.0; its upstream gradient is 1.0, its local gradient is inf"
            in (message)
        )
        assert x.grad == 0.0

    def test_of_a_graph_recorded_outside_says_how_to_see_the_line(self) -> None:
        loss = autograd.sqrt(Value(0.0))
        with detect_anomaly():
            assert "run the forward pass inside detect_anomaly(), too" in message_of(loss.backward)

    def test_a_sum_of_paths_that_overflows_is_found(self) -> None:
        x = Value(1e-300, label="x")
        with detect_anomaly():
            loss = x * 1e308 + x * 1e308
            message = message_of(loss.backward)
        assert "multiply passed inf to its operand 0, x = 1e-300" in message
        assert "the sum is with what other paths had passed" in message

    def test_of_a_recorded_gradient_is_found_and_infinities_inside_a_rule_are_not(self) -> None:
        x = Tensor([0.0, 1.0])
        with detect_anomaly():
            message = message_of(lambda: autograd.gradients(autograd.sqrt(x).sum(), x, create_graph=True))
            far = Tensor(1e200)
            slope = autograd.gradients(autograd.arctan(far), far, create_graph=True)
        assert "sqrt passed inf" in message
        assert slope.item() == 0.0

    def test_a_seed_that_is_not_finite_is_refused(self) -> None:
        x = Tensor([1.0, 2.0], label="x")
        with detect_anomaly():
            message = message_of(lambda: (x * 1).backward([1.0, math.nan]))
        assert "the gradient given to multiply's result has nan at element 1 (1 of 2 not finite)" in message

    def test_the_step_of_a_network_that_explodes_is_named(self) -> None:
        model = nn.MLP((2, 3, 1), rng=0)
        with detect_anomaly():
            message = message_of(lambda: model(np.full((1, 2), 1e308)) * 1e308)
        assert __file__ in message


class TestTheMode:
    def test_ends_with_its_block_also_after_an_error(self) -> None:
        with pytest.raises(AnomalyError), detect_anomaly():
            autograd.log(Value(0.0))
        assert autograd.log(Value(0.0)).data == -math.inf

    def test_is_a_decorator_and_nests_with_the_others(self) -> None:
        @detect_anomaly()
        def logarithm(x):
            with autograd.scope("inner"), no_grad():
                return autograd.log(x)

        assert logarithm(Value(1.0)).data == 0.0
        message_of(lambda: logarithm(Value(0.0)))

    def test_belongs_to_its_thread(self) -> None:
        found = []
        with detect_anomaly():
            thread = threading.Thread(target=lambda: found.append(autograd.log(Value(0.0)).data))
            thread.start()
            thread.join()
        assert found == [-math.inf]


class TestSourceLines:
    def test_are_kept_inside_the_block_alone(self) -> None:
        x, t = Value(1.0), Tensor([1.0])
        before = x * x
        with source_lines():
            nodes = [x * x, x + 1.0, x.exp(), t * t, t @ t, autograd.where(t > 0, t, 0)]
        assert before.source is None
        assert (x * x).source is None
        for node in nodes:
            assert node.source.file == __file__
            assert node.source.text == "nodes = [x * x, x + 1.0, x.exp(), t * t, t @ t, autograd.where(t > 0, t, 0)]"

    def test_of_a_network_is_the_line_that_called_it(self) -> None:
        model = nn.MLP((2, 1), rng=0)
        with source_lines():
            output = model(np.ones((1, 2)))  # the call
        assert output.source.text == "output = model(np.ones((1, 2)))  # the call"
        assert str(output.source) == f"{__file__}, line {output.source.line}: {output.source.text}"

    def test_of_code_without_a_file_has_a_number_and_no_text(self) -> None:
        names = {"Value": Value, "source_lines": source_lines}
        exec("with source_lines():\n    y = Value(1.0) + 1\n", names)
        assert names["y"].source.line == 2
        assert str(names["y"].source) == "<string>, line 2"


class TestCompiled:
    """A program that was recorded before raises what the function itself raises."""

    def test_a_value(self):
        f = autograd.compile(lambda x: autograd.log(x) + 1)
        f(1.0)
        with detect_anomaly():
            assert f(2.0) == pytest.approx(1.6931471805599454)
            with pytest.raises(AnomalyError, match="log gave -inf"):
                f(0.0)
        assert f(0.0) == -math.inf

    def test_a_gradient(self):
        f = autograd.compile(lambda x: autograd.sqrt(x).sum())
        x = np.array([4.0, 0.0])
        f.value_and_grad(x)
        with detect_anomaly():
            assert f(x) == 2.0
            with pytest.raises(AnomalyError, match="sqrt passed inf"):
                f.value_and_grad(x)
            leaf = Tensor(x)
            with pytest.raises(AnomalyError, match="sqrt passed inf"):
                f.backward(leaf)
            assert leaf.grad is None
            assert f.value_and_grad(x + 1)[1].tolist() == f.value_and_grad(x + 1, argnums=(0,))[1][0].tolist()

    def test_each_sample_of_columns(self):
        f = autograd.compile(lambda x, y: autograd.log(x) * y, columns=True)
        x = np.array([1.0, 0.0, 2.0])
        f(x, 2.0)
        with detect_anomaly():
            with pytest.raises(AnomalyError, match="log gave -inf"):
                f(x, 2.0)
            assert f(x[::2], 2.0).tolist() == [0.0, 2 * math.log(2)]

    def test_a_program_that_is_recorded_inside(self):
        f = autograd.compile(lambda x: autograd.logsumexp(x) + autograd.norm(x) + autograd.softmax(x).sum())
        x = np.array([1.0, 2.0])
        with detect_anomaly():
            value, gradient = f.value_and_grad(x)
        assert np.isfinite([value, *gradient]).all()
