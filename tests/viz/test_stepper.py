import io

import pytest

from autograd import Tensor, Value, sigmoid
from glassgrad.examples import example
from viz import step, steps, trace


def test_every_step_of_the_neuron_is_told_in_words_and_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    step(example("neuron").record())
    told = " ".join(capsys.readouterr().out.split())
    for sentence in (
        "ω1 = w1 × x1 = 2 × (−1): ω1 = −2",
        "a = sigmoid(z) = sigmoid(1): a = 0.7311",
        "Backward, from C = 0.03616",
        "σ passes on to z: −0.2689 × 0.1966 = −0.05288 ∂a/∂z = a × (1 − a); gradient of z: −0.05288",
        "× passes on to w2: −0.05288 × (−2) = 0.1058 ∂ω2/∂w2 = x2; gradient of w2: 0.1058",
    ):
        assert sentence in told


def test_the_update_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    shown = example("neuron")
    told = " ".join(" ".join(steps(trace(shown.record(), update=shown.optimizer.step))).split())
    assert "w1 was 2, its gradient is 0.05288: w1 = 1.9471" in told
    assert "w2 was −3, its gradient is 0.1058: w2 = −3.1058" in told
    assert "b was −3, its gradient is −0.05288: b = −2.9471" in told


def test_accumulation_is_told_where_paths_meet() -> None:
    x = Value(3.0, label="x")
    assert any("gradient of x: 3 + 3 = 6" in line for line in steps(trace(x * x)))


def test_arrays_are_told_by_shape_and_pullback() -> None:
    x = Tensor([[1.0, 2.0]], label="x")
    told = "\n".join(steps(trace((x @ [[1.0], [1.0]]).sum())))
    assert "by the pullback of matmul" in told
    assert "[[1, 2]]" in told


def test_the_sum_over_what_was_broadcast_is_told() -> None:
    table, row, number = Tensor([[1.0, 2.0], [3.0, 4.0]], label="A"), Tensor([5.0, 6.0], label="b"), Tensor(2.0)
    told = "\n".join(steps(trace((table * row * number).sum())))
    assert "sum([[2, 2], [2, 2]] × [[1, 2], [3, 4]], axis=0) = [8, 12]" in told
    assert "sum([[1, 1], [1, 1]] × [[5, 12], [15, 24]], axis=(0, 1)) = 56" in told


def test_a_parameter_without_a_name_is_told_as_a_parameter() -> None:
    told = " ".join(" ".join(steps(trace(Value(3.0) * 2.0))).split())
    assert "1. 3 is given (parameter): 3 = 3" in told
    assert "2. 2 is a constant" in told


def test_a_label_of_several_lines_or_of_control_characters_stays_on_its_line() -> None:
    told = list(steps(trace(Value(3.0, label="two\nlines\x1b[31m\ud800") * 2.0)))
    assert told[1].split() == ["1.", "two⏎lines�[31m�", "is", "given", "(parameter):", "two⏎lines�[31m�", "=", "3"]
    assert all(line.isprintable() for line in told)


def test_an_output_that_cannot_hold_a_sign_gets_a_plainer_one() -> None:
    w, x = Value(2.0, label="ω"), Value(-1.0, label="x")
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding="ascii", write_through=True) as file:
        step(sigmoid(w * x), file)
        told = raw.getvalue().decode("ascii")
    assert "?" not in told
    assert "v1 = omega * x = 2 * (-1)" in told
    assert "sigma passes on to v1" in told
    assert "dv1/domega = x" in told
