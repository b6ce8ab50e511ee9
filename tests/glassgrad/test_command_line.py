import gzip
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from glassgrad.command_line import main


def refusal(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one sentence on stderr of a command that ends with code 2."""
    try:
        code = main(arguments)
    except SystemExit as stopped:
        code = stopped.code if isinstance(stopped.code, int) else 1
    captured = capsys.readouterr()
    assert code == 2
    assert "Traceback" not in captured.err
    assert captured.err.startswith("glassgrad")
    assert len(captured.err.strip().splitlines()) == 1
    return captured.err


def test_step_tells_the_worked_neuron_to_the_second_forward_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["step", "neuron"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    for sentence in (
        "z = Ω + b = 4 + (−3): z = 1",
        "−0.2689 × 0.1966 = −0.05288",
        "w1 = 1.9471",
        "w2 = −3.1058",
        "b = −2.9471",
        "a = 0.7887",
    ):
        assert sentence in told


@pytest.mark.parametrize("style", ["glass", "document"])
def test_draw_writes_the_picture(style: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "neuron.svg"
    assert main(["draw", "neuron", "-o", str(path), "--style", style]) == 0
    assert "0.7311" in path.read_text(encoding="utf-8")
    assert str(path) in capsys.readouterr().out


def test_draw_works_without_a_dot_on_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert main(["draw", "neuron", "-o", str(tmp_path / "neuron.svg")]) == 0
    assert "0.7311" in (tmp_path / "neuron.svg").read_text(encoding="utf-8")


def test_demo_steps_draws_learns_and_names_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["demo"]) == 0
    told = capsys.readouterr().out
    assert "a = 0.7887" in told
    assert "test accuracy 100.00%" in told
    for name in ("neuron.svg", "neuron-document.svg"):
        assert (tmp_path / "glassgrad-demo" / name).exists()
        assert name in told
    assert "Next:" in told


@pytest.mark.parametrize("engine", ["tensor", "value"])
def test_train_xor_learns_on_both_engines_alike(engine: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "xor", "--engine", engine, "--epochs", "800"]) == 0
    told = capsys.readouterr().out
    assert "epoch  800  loss 0.03033  test accuracy 100.00%" in told
    assert "test accuracy 100.00% on 4 samples after 800 epochs" in told


@pytest.mark.parametrize(
    "extra",
    [
        [],
        ["--engine", "value"],
        ["--loss", "softmax-cross-entropy", "--learning-rate", "0.5", "--dtype", "float64"],
        ["--loss", "binary-cross-entropy", "--sizes", "784,8,10", "--activation", "tanh", "--learning-rate", "0.1"],
    ],
)
def test_train_mnist_reads_the_real_files(
    extra: list[str], mnist_directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = ["--epochs", "1", "--limit", "24", "--batch-size", "8", "--data-dir", str(mnist_directory)]
    assert main(["train", "mnist", *few, *extra]) == 0
    assert "on 24 samples after 1 epochs" in capsys.readouterr().out


def test_mnist_is_learned(mnist_directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--data-dir", str(mnist_directory), "--limit", "6000", "--epochs", "3", "--seed", "1"]
    assert main(["train", "mnist", *arguments]) == 0
    share = capsys.readouterr().out.split("test accuracy ")[-1].split("%")[0]
    assert float(share) > 60


BAD = [
    (["step", "neurone"], "unknown example 'neurone'; known are neuron"),
    (["draw", "neurone", "-o", "x.svg"], "unknown example 'neurone'"),
    (["draw", "neuron", "-o", "x.jpeg"], "saved as .svg, .png, .dot or .json, not .jpeg"),
    (["draw", "neuron", "-o", "nowhere/x.svg"], "nowhere/x.svg cannot be written"),
    (["draw", "neuron", "-o", "x.svg", "--style", "plain"], "unknown style 'plain'; known are glass, document"),
    (["draw", "neuron"], "required: -o/--output"),
    (["train", "mnis"], "unknown dataset 'mnis'; known are xor, mnist"),
    (["train", "xor", "--loss", "hinge"], "unknown loss 'hinge'; known are quadratic, binary-cross-entropy"),
    (["train", "xor", "--activation", "swish"], "unknown activation 'swish'; known are identity, sigmoid"),
    (["train", "xor", "--engine", "gpu"], "unknown engine 'gpu'; known are tensor, value"),
    (["train", "xor", "--dtype", "float16"], "unknown dtype 'float16'; known are float32, float64"),
    (["train", "xor", "--dtype", "complex"], "unknown dtype 'complex'; known are float32, float64"),
    (["train", "xor", "--engine", "value", "--dtype", "float32"], "computes in float64"),
    (["train", "xor", "--sizes", "3,2,1"], "sizes 3-2-1 do not fit xor"),
    (["train", "xor", "--sizes", "2,2,2"], "the first is 2 (inputs), the last 1 (outputs)"),
    (["train", "xor", "--sizes", "2,0,1"], "sizes are whole numbers from 1, not 0"),
    (["train", "xor", "--sizes", "a,b"], "whole numbers such as 784,32,10, not 'a,b'"),
    (["train", "xor", "--sizes", "2"], "do not fit xor"),
    (["train", "xor", "--epochs", "0"], "epochs is a whole number from 1, not 0"),
    (["train", "xor", "--epochs", "many"], "invalid int value: 'many'"),
    (["train", "xor", "--batch-size", "-1"], "batch_size is a whole number from 1, not -1"),
    (["train", "xor", "--learning-rate", "nan"], "the learning rate is a finite number ≥ 0, not nan"),
    (["train", "xor", "--limit", "0"], "a limit is a whole number from 1, not 0"),
    (["train", "xor", "--seed", "-1"], "the seed is a whole number from 0, not -1"),
    (["train", "mnist", "--data-dir", "nowhere"], "nowhere is not a directory"),
    (["demo", "--output-dir", "taken/inside"], "cannot be made"),
    ([], "required: demo|step|draw|train"),
    (["dance"], "invalid choice: 'dance'"),
]


@pytest.mark.parametrize(("arguments", "sentence"), BAD)
def test_bad_input_is_one_sentence_code_2_and_leaves_nothing(
    arguments: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").write_text("a file where a directory is wanted")
    assert sentence in refusal(arguments, capsys)
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_damaged_mnist_files_are_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    images = struct.pack(">4B3I", 0, 0, 8, 3, 2, 1, 1) + bytes(2)
    labels = struct.pack(">4BI", 0, 0, 8, 1, 2) + bytes(2)
    good = {"train-images-idx3-ubyte": images, "t10k-images-idx3-ubyte": images,
            "train-labels-idx1-ubyte": labels, "t10k-labels-idx1-ubyte": labels}  # fmt: skip
    damages = {
        "neither": None,
        "truncated": images[:-1],
        "damaged or truncated gzip": gzip.compress(images)[:-9],
        "begins with 00000801": labels,
        "has 3 images": struct.pack(">4B3I", 0, 0, 8, 3, 3, 1, 1) + bytes(3),
    }
    for sentence, damage in damages.items():
        for name, content in good.items():
            (tmp_path / name).write_bytes(content)
        if damage is None:
            (tmp_path / "train-images-idx3-ubyte").unlink()
        else:
            (tmp_path / "train-images-idx3-ubyte").write_bytes(damage)
        assert sentence in refusal(["train", "mnist", "--data-dir", str(tmp_path)], capsys)


def test_a_loss_that_is_no_longer_finite_stops_the_run_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    said = refusal(["train", "xor", "--learning-rate", "1e308", "--activation", "identity"], capsys)
    assert "the loss became ∞ in epoch 2: try a smaller --learning-rate than 1e+308" in said


def test_the_command_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "glassgrad", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "glassgrad 0.1.0"


@pytest.mark.parametrize("imported", ["nn", "viz", "glassgrad; glassgrad.Value"])
def test_the_other_autograd_in_our_place_is_one_sentence(imported: str, tmp_path: Path) -> None:
    other = tmp_path / "autograd"
    other.mkdir()
    (other / "__init__.py").write_text("from builtins import sum as grad\n")
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(root)])}
    done = subprocess.run(
        [sys.executable, "-c", f"import {imported}"],
        capture_output=True, text=True, env=environment, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode
    assert "`pip uninstall autograd` and install glassgrad again" in done.stderr
    command = subprocess.run(
        [sys.executable, "-m", "glassgrad", "step", "neuron"],
        capture_output=True, text=True, env=environment, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert command.returncode == 2
    assert command.stderr.startswith("glassgrad: ")
    assert len(command.stderr.strip().splitlines()) == 1


def test_every_public_name_is_found_at_the_front_door() -> None:
    import autograd
    import glassgrad
    import nn
    import viz

    for package in (autograd, nn, viz):
        for name in package.__all__:
            assert getattr(glassgrad, name) is getattr(package, name)
            assert name in dir(glassgrad)
    with pytest.raises(AttributeError, match="glassgrad has no 'nothing'"):
        _ = glassgrad.nothing


def test_the_example_is_recorded_anew_from_its_own_parameters() -> None:
    from glassgrad.examples import example

    first, second = example("neuron"), example("neuron")
    first.record().backward()
    first.optimizer.step()
    assert first.record().data < second.record().data


def test_a_terminal_without_greek_letters_gets_an_answer_all_the_same() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    done = subprocess.run(
        [sys.executable, "-m", "glassgrad", "step", "neuron"], capture_output=True, env=environment, check=True
    )
    assert b"w1 = 1.9471" in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's /dev/full")
def test_a_full_disk_is_one_sentence() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "glassgrad", "step", "neuron"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("glassgrad: the output could not be written: No space left on device")
    assert "Traceback" not in done.stderr
