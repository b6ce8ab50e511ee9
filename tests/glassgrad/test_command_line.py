import contextlib
import gzip
import io
import os
import re
import struct
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.numpy_table import KINDS, numpy_functions
from glassgrad import command_line
from glassgrad.command_line import main
from glassgrad.commands import COMMANDS
from glassgrad.examples import EXAMPLES, example
from glassgrad.function_commands import FORMATS
from glassgrad.recipes import DTYPES, ENGINES, offered_losses
from nn import ACTIVATIONS, DATASETS
from viz import Trace, trace
from viz.layout import RENDERERS
from viz.overlays import OVERLAYS
from viz.parts import Update
from viz.styles import STYLES
from viz.themes import THEMES

Refusal = Callable[[list[str]], str]


def test_step_tells_the_worked_neuron_to_the_second_forward_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["step", "neuron"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    for sentence in (
        "z = Ω + b = 4 + (−3): z = 1",
        "−0.2689 × 0.1966 = −0.05288",
        "w1 = 1.9471",
        "w2 = −3.1058",
        "b = −2.9471",
        "a 0.73106 → 0.78873 (0.05767)",
    ):
        assert sentence in told


def test_examples_lists_each_with_what_it_shows_and_what_an_expression_may_call(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["examples"]) == 0
    told = capsys.readouterr().out
    for name in EXAMPLES:
        assert f"{name:<10} {example(name).shows}\n" in told
    assert "sigmoid, sign, silu" in " ".join(told.split())


@pytest.mark.parametrize("form", FORMATS)
def test_functions_lists_every_function_of_numpy_s_and_what_to_write_instead_of_those_that_are_refused(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["functions", "--format", form]) == 0
    told = capsys.readouterr().out
    words = " ".join(told.split())
    found = numpy_functions()
    for kind, means in KINDS.items():
        count = sum(one.kind == kind for one in found)
        assert f"{count} functions" in words and means in words
    for one in found:
        assert (one.name if form == "markdown" else one.name.removeprefix("numpy.")) in told
        assert one.instead in words
    assert ("`numpy.amax` (`max`)" if form == "markdown" else "amax (max)") in words


@pytest.mark.parametrize("name", EXAMPLES)
def test_step_takes_every_example_by_name(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["step", name]) == 0
    told = capsys.readouterr().out
    assert told.startswith(example(name).shows)
    assert "\nForward\n" in told and "\nBackward, from " in told
    assert ("\nForward again, from the moved parameters\n" in told) == (example(name).optimizer is not None)


def test_step_and_draw_take_an_expression_and_its_numbers_wherever_they_stand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["step", "--plain", "0.5*(1 - σ(w*x))**2", "w=2", "x=-1"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert told.startswith("f = 0.5*(1 - σ(w*x))**2 Forward")
    assert "v1 = w × x = 2 × (−1): v1 = −2" in told
    path = tmp_path / "product.svg"
    assert main(["draw", "(-w)*x", "w=2", "-o", str(path), "x=-1.5"]) == 0
    assert "data 3" in path.read_text(encoding="utf-8")


def test_the_numbers_of_an_example_may_be_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["step", "paths", "b=3"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"{example('paths').shows}; with b = 3\n")
    assert "e = c × d = 5 × 4:" in told


@pytest.mark.parametrize("arguments", [["neuron"], ["w*x", "w=nan", "x=2"]])
def test_step_prints_the_trace_as_json(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["step", *arguments, "--json"]) == 0
    told = Trace.from_json(capsys.readouterr().out)
    assert told.nodes[told.output].label == ("C" if arguments == ["neuron"] else "f")
    assert any(isinstance(event, Update) for event in told.events) == (arguments == ["neuron"])


def in_a_terminal(arguments: list[str], **environment: str) -> str:
    """What a person at a terminal of 120 columns is shown."""
    pty = pytest.importorskip("pty", reason="the system has no pseudo-terminals")
    ours, its = pty.openpty()
    done = subprocess.Popen(
        [sys.executable, "-m", "glassgrad", *arguments],
        stdin=its, stdout=its, stderr=its, close_fds=True,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "120", **environment},
    )  # fmt: skip
    os.close(its)
    told = b""
    try:
        while part := os.read(ours, 4096):
            told += part
    except OSError:  # Linux's word for its end
        pass
    os.close(ours)
    assert done.wait() == 0
    return told.decode().replace("\r\n", "\n")


def test_at_a_terminal_plain_and_a_dumb_one_give_the_text_and_examples_is_a_table() -> None:
    for arguments, environment in (["step", "paths", "--plain"], {}), (["step", "paths"], {"TERM": "dumb"}):
        told = in_a_terminal(arguments, **environment)
        assert "gradient of b: 2 + 3 = 5" in told
        assert "\x1b" not in told
    table = re.sub(r"\x1b\[[\d;]*m", "", in_a_terminal(["examples"]))
    assert "┃ example   ┃ what it shows" in table
    assert f"│ dead-relu │ {example('dead-relu').shows}" in table


def test_draw_hands_its_options_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def drawn(*options: str) -> str:
        path = tmp_path / "xor.dot"
        assert main(["draw", "xor", "-o", str(path), *options]) == 0
        return path.read_text(encoding="utf-8")

    plain = drawn()
    assert "label=NeuronMLP" not in plain and "legend" not in plain
    assert "24 nodes hidden" in drawn("--collapse", "1")
    assert "(4 of 36 nodes are shown one by one; " in capsys.readouterr().out
    assert drawn("--collapse", "none") == plain
    focused = drawn("--focus", "z3", "--hops", "1")
    assert "b3" in focused and "w11" not in focused
    assert len(focused) < len(drawn("--focus", "z3", "--hops", "3")) < len(plain)
    for options in (["--highlight", "w11"], ["--overlay", "gradient"], ["--legend"], ["--theme", "dark"]):
        assert drawn(*options) != plain
    assert drawn("--max-nodes", "36") == plain


def test_a_picture_as_json_is_the_trace(tmp_path: Path) -> None:
    path = tmp_path / "paths.json"
    assert main(["draw", "paths", "-o", str(path)]) == 0
    told = Trace.from_json(path.read_text(encoding="utf-8"))
    assert told == trace(example("paths").record())


def test_a_division_by_a_written_zero_is_told_like_any_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["step", "x/0", "x=1"]) == 0
    assert "f = ∞" in capsys.readouterr().out


@given(st.text(max_size=20), st.lists(st.text(max_size=8), max_size=2))
def test_whatever_is_typed_is_answered(text: str, assignments: list[str]) -> None:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as complaint:
        try:
            code: object = main(["step", "--plain", text, *assignments])
        except SystemExit as stopped:
            code = stopped.code
    assert code == 0 or (code == 2 and len(complaint.getvalue().strip().splitlines()) == 1)


@pytest.mark.parametrize("arguments", [["step", "neuron", "--plain"], ["demo"]])
def test_text_that_was_asked_for_is_text_in_a_terminal_too(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from viz import terminal

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(terminal, "is_available", lambda: True)
    monkeypatch.setattr(terminal, "run", lambda *arguments, **keywords: pytest.fail("the screen was taken"))
    assert main(arguments) == 0
    assert "w1 was 2, its gradient is 0.05288" in capsys.readouterr().out


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
    assert "a 0.73106 → 0.78873 (0.05767)" in " ".join(told.split())
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


@pytest.mark.slow
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
    assert "on 24 samples after 1 epoch in" in capsys.readouterr().out


@pytest.mark.slow
def test_mnist_is_learned(mnist_directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--data-dir", str(mnist_directory), "--limit", "6000", "--epochs", "3", "--seed", "1"]
    assert main(["train", "mnist", *arguments]) == 0
    share = capsys.readouterr().out.split("test accuracy ")[-1].split("%")[0]
    assert float(share) > 60


NO_SUCH = "no-such-name"


def unknown(kind: str, known: Iterable[str], name: str = NO_SUCH) -> str:
    return f"unknown {kind} '{name}'; known are {', '.join(known)}"


BAD = [
    (["step", NO_SUCH], unknown("example", EXAMPLES)),
    (["step", "dead-relus"], 'an expression needs a number for each of its names, as in "x*x" x=3'),
    (["step", "neuron", "q=2"], "the example neuron has no number named 'q'; its numbers are b, w1, w2, x1, x2, y"),
    (["step", "neuron", "w1=two"], '"w1=two" does not give w1 a number, such as w1=-2e-3'),
    (["step", "w*x + c*", "w=1"], 'column 8 of the expression: "*" cannot be the end'),
    (["step", "w*x", "w=1"], "the expression needs a number for x (column 3), such as x=0.5; given are w"),
    (["step", "w*x", "w=1", "x"], '"x" is not name=number'),
    (["step", "w*x", "w=1", "x=1", "w=2"], '"w=2" gives w a second time'),
    (["step", "w*w", "w=1", "v=2"], "the expression has no v, which is given a number; its names are w"),
    (["step", "w=1"], 'column 2 of the expression: "=" cannot be read; numbers are given after the expression'),
    (["step", "w.__class__", "w=1"], 'column 1 of the expression: "w.__class__" is an attribute'),
    (["step", "1 + 1"], "the expression has no name, so there is nothing to take gradients of"),
    (["step", "less(w, 1)", "w=1"], "the expression has no gradient"),
    (["step", "-w*w", "w=1"], "unrecognized arguments: -w*w (an expression that begins with - goes in parentheses)"),
    (["step", "w*w", "--quick", "w=1"], "unrecognized arguments: --quick"),
    (["step", "xor", "--max-nodes", "10"], "xor has 36 nodes, more than --max-nodes 10"),
    (["step", "w*w*w", "w=1", "--max-nodes", "2"], "here it has more than 2 names, numbers and operations"),
    (["step"], "required: NAME|EXPRESSION"),
    (["draw", "less(w, 1)", "w=1", "-o", "x.svg"], "the expression has no gradient"),
    (["draw", "w*", "w=1", "-o", "x.svg"], 'column 2 of the expression: "*" cannot be the end'),
    (["draw", "xor", "-o", "x.svg", "--collapse", "all"], "collapse is auto, none, or a depth such as 1, not 'all'"),
    (["draw", "xor", "-o", "x.svg", "--collapse", "0"], "collapse is auto, none, or a depth such as 1, not '0'"),
    (["draw", "xor", "-o", "x.svg", "--focus", "q"], "no node is labelled 'q'; labels are w31, "),
    (
        ["draw", "xor", "-o", "x.svg", "--focus", "z3", "--hops", "-1"],
        "--hops: a whole number from 0 is expected, not '-1'",
    ),
    (["draw", "xor", "-o", "x.svg", "--highlight", "q"], "no node is labelled 'q'"),
    (["draw", "xor", "-o", "x.svg", "--overlay", NO_SUCH], unknown("overlay", ["None", *OVERLAYS])),
    (["draw", "xor", "-o", "x.svg", "--theme", NO_SUCH], unknown("theme", THEMES)),
    (["draw", "xor", "-o", "x.svg", "--renderer", NO_SUCH], unknown("renderer", RENDERERS)),
    (["step", "xor", "--max-nodes", "-1"], "a whole number from 1 is expected, not '-1'"),
    (["draw", "xor", "-o", "x.svg", "--hops", "2"], "--hops says how far around --focus LABEL: give that, too"),
    (["draw", "xor", "-o", "x.svg", "--max-nodes", "9"], "36 nodes and boxes are more than a picture can show (9)"),
    (["draw", "xor", "-o", "x.svg", "--style", "document", "--legend"], 'legend is for style="glass"'),
    (["draw", "xor", "-o", "taken/x.svg"], "Not a directory"),
    (["draw", "xor", "-o", "x"], "saved as .svg, .png, .pdf, .dot, .json, .gif or .html, not without an ending"),
    (["draw", NO_SUCH, "-o", "x.svg"], unknown("example", EXAMPLES)),
    (["page", "neuron", "-o", "x.svg"], "a page is saved as .html, not .svg"),
    (["page", "neuron", "-o", "nowhere/x.html"], "cannot be written"),
    (["draw", "neuron", "-o", "x.jpeg"], "saved as .svg, .png, .pdf, .dot, .json, .gif or .html, not .jpeg"),
    (["draw", "neuron", "-o", "nowhere/x.svg"], "nowhere/x.svg cannot be written"),
    (["draw", "neuron", "-o", "x.svg", "--style", NO_SUCH], unknown("style", STYLES)),
    (["draw", "neuron"], "required: -o/--output"),
    (["train", NO_SUCH], unknown("dataset", DATASETS)),
    (["train", "xor", "--loss", NO_SUCH], unknown("loss", offered_losses())),
    (["train", "xor", "--loss", "huber"], "the loss huber names no output activation (Meaning(output=…))"),
    (["train", "xor", "--activation", NO_SUCH], unknown("activation", ACTIVATIONS)),
    (["train", "xor", "--engine", NO_SUCH], unknown("engine", ENGINES)),
    (["train", "xor", "--dtype", "float16"], unknown("dtype", DTYPES, "float16")),
    (["train", "xor", "--dtype", "complex"], unknown("dtype", DTYPES, "complex")),
    (["train", "xor", "--engine", "value", "--dtype", "float32"], "computes in float64"),
    (["train", "xor", "--sizes", "3,2,1"], "sizes 3-2-1 do not fit xor"),
    (["train", "xor", "--sizes", "2,2,2"], "the first is 2 (inputs), the last 1 (outputs)"),
    (["train", "xor", "--sizes", "2,0,1"], "sizes are whole numbers from 1, not 0"),
    (["train", "xor", "--sizes", "a,b"], "whole numbers such as 784,32,10, not 'a,b'"),
    (["train", "xor", "--sizes", "2"], "do not fit xor"),
    (["train", "xor", "--epochs", "0"], "--epochs: a whole number from 1 is expected, not '0'"),
    (["train", "xor", "--epochs", "many"], "--epochs: a whole number from 1 is expected, not 'many'"),
    (["train", "xor", "--batch-size", "-1"], "--batch-size: a whole number from 1 is expected, not '-1'"),
    (["train", "xor", "--learning-rate", "nan"], "--learning-rate: a finite number ≥ 0 is expected, not 'nan'"),
    (["train", "xor", "--limit", "0"], "--limit: a whole number from 1 is expected, not '0'"),
    (["train", "xor", "--seed", "-1"], "--seed: a whole number from 0 is expected, not '-1'"),
    (["train", "xor", "--seeds", "0"], "--seeds: a whole number from 1 is expected, not '0'"),
    (["train", "xor", "--momentum=-1"], "--momentum: a finite number ≥ 0 is expected, not '-1'"),
    (["train", "xor", "--weight-decay", "inf"], "--weight-decay: a finite number ≥ 0 is expected, not 'inf'"),
    (["train", "xor", "--clip-norm", "0"], "--clip-norm: a number above 0 is expected, not '0'"),
    (["train", "xor", "--early-stopping", "0"], "--early-stopping: a whole number from 1 is expected, not '0'"),
    (["train", "mnist", "--data-dir", "nowhere"], "nowhere is not a directory"),
    (["demo", "--output-dir", "taken/inside"], "cannot be made"),
    ([], f"required: {'|'.join(COMMANDS)}"),
    (["dance"], "invalid choice: 'dance'"),
]


@pytest.mark.parametrize(("arguments", "sentence"), BAD)
def test_bad_input_is_one_sentence_code_2_and_leaves_nothing(
    arguments: list[str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: Refusal
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").write_text("a file where a directory is wanted")
    assert sentence in refusal(arguments)
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_damaged_mnist_files_are_one_sentence(tmp_path: Path, refusal: Refusal) -> None:
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
        assert sentence in refusal(["train", "mnist", "--data-dir", str(tmp_path)])


def test_a_loss_that_is_no_longer_finite_stops_the_run_and_says_so(refusal: Refusal) -> None:
    said = refusal(["train", "xor", "--learning-rate", "1e308", "--activation", "identity"])
    assert "the loss became inf in step 2 (epoch 2), beginning at layers.1 (affine)" in said
    assert "try a smaller learning rate than 1e+308" in said


def test_the_command_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "glassgrad", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "glassgrad 0.2.0"


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
    assert "`pip uninstall -y autograd glassgrad`, then install glassgrad again" in done.stderr
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
        for name in set(package.__all__) - ({"trace"} if package is autograd else set()):  # that is viz's
            assert getattr(glassgrad, name) is getattr(package, name)
            assert name in dir(glassgrad)
    assert glassgrad.trace is viz.trace
    with pytest.raises(AttributeError, match="glassgrad has no 'nothing'"):
        _ = glassgrad.nothing


def test_the_example_is_recorded_anew_from_its_own_parameters() -> None:
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


def test_signs_that_the_output_does_not_have_are_written_in_others() -> None:
    code = "import sys; from glassgrad.command_line import main; main(['examples']); print('−2 σ')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.returncode == 0 and done.stdout.endswith("-2 sigma\n"), done
    assert "?" not in done.stdout


def test_too_little_memory_and_an_early_ctrl_c_are_no_tracebacks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(error: BaseException) -> NoReturn:
        raise error

    monkeypatch.setattr(command_line, "_parsed", lambda given: fail(KeyboardInterrupt()))
    assert command_line.main([]) == 130
    assert capsys.readouterr().err == "glassgrad: stopped\n"
    options = SimpleNamespace(run=lambda given: fail(MemoryError("8 TiB")))
    monkeypatch.setattr(command_line, "_parsed", lambda given: options)
    assert command_line.main([]) == 2
    assert capsys.readouterr().err == "glassgrad: there is not enough memory for this: 8 TiB\n"


def test_a_wrong_number_of_hops_is_told_by_its_option(refusal: Refusal) -> None:
    assert "--hops: a whole number from 0" in refusal(["draw", "neuron", "-o", "x.svg", "--focus", "o", "--hops", "-1"])


# Without what `site` imports, the search path has to be said.
PATHS = f"import sys; sys.path[:] = {sys.path!r}\n"
INTERRUPTED = """
import runpy, sys
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupting())
sys.argv = ["glassgrad", "examples"]
{start}
"""


@pytest.mark.parametrize(
    "module", ["glassgrad.command_line", "glassgrad.commands", "argparse", "numpy", "autograd.ops"]
)
@pytest.mark.parametrize(
    "start",
    ["runpy.run_module('glassgrad', run_name='__main__')", "from glassgrad.__main__ import main; sys.exit(main())"],
)
def test_ctrl_c_during_an_import_is_one_sentence(module: str, start: str) -> None:
    program = INTERRUPTED.format(module=module, start=start)
    done = subprocess.run([sys.executable, "-S", "-c", PATHS + program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "glassgrad: stopped\n")


def test_the_package_itself_imports_nothing() -> None:
    program = "import sys; before = {*sys.modules}; import glassgrad; print(sorted({*sys.modules} - before))"
    done = subprocess.run([sys.executable, "-S", "-c", PATHS + program], capture_output=True, text=True, check=True)
    assert done.stdout == "['__future__', 'glassgrad']\n"
