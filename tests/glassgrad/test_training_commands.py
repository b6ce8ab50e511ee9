"""glassgrad train, eval and predict: what they tell, what they write, what they refuse."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest
from PIL import Image

from glassgrad.command_line import main
from glassgrad.recipes import DATASETS, PRESETS, Settings, recipe
from glassgrad.recognition import bar, picture
from nn import MLP, History, checkpoints, digits

Refusal = Callable[[list[str]], str]
SMALL = ["train", "moons", "--epochs", "2", "--batch-size", "100"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def of_digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the small digits."""
    pytest.importorskip("sklearn", reason="scikit-learn is not installed: no digits")
    path = tmp_path_factory.mktemp("model") / "digits.safetensors"
    assert main(["train", "digits", "--epochs", "12", "--save", str(path)]) == 0
    return path


# --- train ---


@pytest.mark.parametrize("dataset", ["moons", "circles", "spiral", "yinyang"])
def test_the_plane_is_learned(dataset: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", dataset, "--epochs", "25"]) == 0
    share = capsys.readouterr().out.split("test accuracy ")[-1].split("%")[0]
    assert float(share) > 90


@pytest.mark.slow
@pytest.mark.parametrize(
    ("preset", "shown"),
    [
        ("two-layer-softmax", "MLP(64-256-10, activation=sigmoid, output=identity)"),
        ("eight-or-not", "MLP(64-256-1, activation=sigmoid, output=sigmoid)"),
        ("quadratic-sigmoid", "MLP(64-32-10, activation=sigmoid, output=sigmoid)"),
        ("modern", "MLP(64-64-10, activation=relu, output=identity)"),
    ],
)
def test_each_preset_trains_and_its_model_is_evaluated(
    preset: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed: no digits")
    assert main(["train", "digits", "--preset", preset, "--epochs", "1", "--save", "model"]) == 0
    trained = capsys.readouterr().out
    assert trained.startswith(shown)
    assert main(["eval", "model"]) == 0
    evaluated = capsys.readouterr().out
    accuracy = re.findall(r"test accuracy ([\d.]+%)", trained)[-1]
    assert f"test accuracy {accuracy}, loss " in evaluated
    assert ("not 8" in evaluated) == (preset == "eight-or-not")


def test_the_presets_are_the_documents_recipes() -> None:
    run = recipe(Settings("xor"))
    assert run.model.sizes == (2, 2, 1) and run.optimizer.learning_rate == 1.0 and run.epochs == 1000
    model = recipe(Settings("digits", preset="two-layer-softmax")).model
    assert numpy.abs(model.layers[0].weight.data).max() < 0.01 and not model.layers[1].bias.data.any()
    assert set(PRESETS["modern"].datasets) == set(DATASETS)


@pytest.mark.slow
def test_files_hold_what_happened(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: no plots")
    assert main([*SMALL, "--save", "model", "--history", "run.jsonl", "--plots", "pictures"]) == 0
    told = capsys.readouterr().out
    history = History.load("run.jsonl")
    assert (len(history), len(history.steps)) == (2, 8)
    assert f"test accuracy {history[-1].validation_accuracy:.2%}" in told
    assert {one.layer for one in history.layers} == {"layers.0", "layers.1", "layers.2"}
    names = ["boundaries", "boundary", "confusion", "curves", "distributions", "gradients", "movement", "surface"]
    assert sorted(path.stem for path in (here / "pictures").iterdir()) == names
    for path in (here / "pictures").iterdir():
        with Image.open(path) as opened:
            assert opened.width > 300
    assert checkpoints.read("model").notes["recipe"]["dataset"] == "moons"
    assert main(["eval", "model", "--plots", "pictures"]) == 0
    assert "wrote confusion.png, boundary.png into pictures" in capsys.readouterr().out


def test_a_resumed_run_ends_as_one_that_was_not_interrupted(capsys: pytest.CaptureFixture[str]) -> None:
    whole = ["train", "xor", "--epochs", "40", "--optimizer", "adam", "--seed", "3", "--batch-size", "3"]
    assert main([*whole, "--save", "whole", "--history", "whole.jsonl"]) == 0
    assert main([*whole[:3], "15", *whole[4:], "--save", "half"]) == 0
    assert main(["train", "xor", "--resume", "half", "--epochs", "40", "--history", "half.jsonl"]) == 0
    one, other = checkpoints.read("whole"), checkpoints.read("half")
    assert all((one.model[name] == other.model[name]).all() for name in one.model)
    histories = [History.load(name).steps.column("loss") for name in ("whole.jsonl", "half.jsonl")]
    assert numpy.array_equal(*histories)
    capsys.readouterr()
    # Once more there is nothing left to do.
    assert main(["train", "xor", "--resume", "half"]) == 0
    assert "after 40 epochs" in capsys.readouterr().out


def test_seeds_are_told_one_by_one_and_together(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: no plots")
    assert main(["train", "xor", "--seeds", "3", "--epochs", "5", "--seed", "4", "--plots", "pictures"]) == 0
    told = capsys.readouterr().out
    assert "seeds 4 … 6" in told
    accuracies = [float(share) for share in re.findall(r"seed +\d+ .* accuracy ([\d.]+)%", told)]
    assert len(accuracies) == 3
    assert f"lowest {min(accuracies):.2f}%, median {numpy.median(accuracies):.2f}%" in told
    assert f"{sum(share >= 100 for share in accuracies)} of 3 seeds reach 100%" in told
    assert [path.name for path in (here / "pictures").iterdir()] == ["seeds.png"]


def test_a_seed_that_stops_early_is_followed_by_the_next(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--epochs", "30", "--early-stopping", "1", "--learning-rate", "0.5"]
    assert main(["train", "moons", "--seeds", "3", *options]) == 0
    assert len(re.findall(r"seed +\d+ ", capsys.readouterr().out)) == 3


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_keeps_history_and_checkpoint_and_says_how_to_go_on(number: int, here: Path) -> None:
    arguments = ["train", "xor", "--epochs", "10000000", "--save", "model", "--history", "run.jsonl"]
    process = subprocess.Popen(
        [sys.executable, "-m", "glassgrad", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not (here / "model").exists() and time.monotonic() < deadline:  # it is written after a second of training
        time.sleep(0.02)
    try:
        process.send_signal(number)
        _, complaint = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert re.fullmatch(r"glassgrad: stopped after [\d,]+ steps; go on with --resume model\n", complaint)
    history = History.load("run.jsonl")
    assert history.stopped == "interrupted"
    kept = checkpoints.read("model")
    assert len(kept.history["steps.loss"]) == len(history.steps) > 0
    assert sorted(path.name for path in here.iterdir()) == ["model", "run.jsonl"]


def test_what_diverges_leaves_its_history(here: Path, refusal: Refusal) -> None:
    arguments = ["train", "xor", "--learning-rate", "1e308", "--activation", "identity", "--history", "run.jsonl"]
    assert "the loss became inf in step 2" in refusal(arguments)
    lines = [json.loads(line) for line in (here / "run.jsonl").read_text().splitlines()]
    assert lines[-1] == {"kind": "stopped", "reason": "the loss became inf in step 2"}


# --- predict ---


def test_predict_shows_the_digit_the_bars_and_the_gradient(of_digits: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", str(of_digits), "3", "--gradient"]) == 0
    told = capsys.readouterr().out
    data = digits()
    label = data.test_labels[3]
    assert told.startswith(f"test sample 3 of digits, labelled {label}\n")
    bars = re.findall(r"^(\d) (.{40}) +([\d.]+)%( ◀)?$", told, re.MULTILINE)
    assert [one[0] for one in bars] == [str(digit) for digit in range(10)]
    assert sum(float(one[2]) for one in bars) == pytest.approx(100, abs=0.05)
    (winner,) = [one[0] for one in bars if one[3]]
    assert winner == max(bars, key=lambda one: float(one[2]))[0]
    assert f"\n{winner} wins; how its score changes with each input" in told
    # The greatest gradient is what a finite difference of that score finds.
    model, _ = checkpoints.build(of_digits)
    x = data.test_inputs[3].astype(numpy.float32)
    weights = [layer.weight.data for layer in model.layers]
    hidden = x @ weights[0] + model.layers[0].bias.data > 0
    gradient = weights[0] @ (hidden * weights[1][:, int(winner)])
    assert float(told.split("the greatest is ")[1]) == pytest.approx(numpy.abs(gradient).max(), rel=1e-3)


def test_predict_of_a_point_and_of_eight_or_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SMALL, "--save", "model"]) == 0
    capsys.readouterr()
    assert main(["predict", "model", "0", "--gradient"]) == 0
    assert re.search(r"\n-?−?[\d.]+, −?[\d.]+\n", capsys.readouterr().out)
    assert main(["train", "xor", "--engine", "value", "--epochs", "1", "--save", "model"]) == 0
    assert main(["predict", "model", "0"]) == 0
    assert main(["eval", "model"]) == 0


def drawn_seven(path: Path, side: int, inverted: bool = False, place: tuple[int, int] = (0, 0)) -> Path:
    pixels = numpy.zeros((side, side), numpy.uint8)
    unit = side // 14
    top, left = place
    pixels[top + 2 * unit : top + 4 * unit, left + 3 * unit : left + 10 * unit] = 255
    for step in range(8 * unit):
        column = left + 9 * unit - step // 2
        pixels[top + 3 * unit + step, column - unit : column + unit // 2 + 1] = 255
    Image.fromarray(255 - pixels if inverted else pixels).save(path)
    return path


def test_a_picture_s_ink_is_bright_and_in_the_middle_wherever_it_was_drawn(here: Path) -> None:
    whole = picture(drawn_seven(here / "a.png", 140), 28)
    assert whole.shape == (28, 28) and 0.9 < whole.max() <= 1
    assert numpy.array_equal(whole, picture(drawn_seven(here / "b.png", 140, inverted=True), 28))
    assert numpy.array_equal(whole, picture(drawn_seven(here / "c.png", 140, place=(10, 20)), 28))
    rows, columns = numpy.nonzero(whole > 0.1)
    assert rows.max() - rows.min() + 1 <= 20 and columns.max() - columns.min() + 1 <= 20
    assert (whole.sum(axis=1) @ numpy.arange(28)) / whole.sum() == pytest.approx(13.5, abs=0.6)
    Image.fromarray((whole * 255).round().astype(numpy.uint8)).save(here / "small.png")
    assert numpy.allclose(picture(here / "small.png", 28), whole, atol=0.01)  # of MNIST's size: as it is


def test_paper_is_not_quite_white_nor_ink_quite_black(here: Path) -> None:
    whole = picture(drawn_seven(here / "a.png", 140), 28)
    with Image.open(here / "a.png") as opened:
        pixels = numpy.asarray(opened, dtype=float)
    Image.fromarray((240 - 0.75 * pixels).astype(numpy.uint8)).save(here / "paper.png")
    assert numpy.abs(picture(here / "paper.png", 28) - whole).max() < 0.02


def test_every_kind_of_picture_is_read(here: Path) -> None:
    grey = Image.open(drawn_seven(here / "a.png", 140))
    expected = picture(here / "a.png", 28)
    for kind in ("RGB", "RGBA", "P", "LA", "1", "I;16"):
        sixteen_bits = Image.fromarray(numpy.asarray(grey).astype(numpy.uint16) * 257)
        converted = sixteen_bits if kind == "I;16" else grey.convert(kind)
        converted.save(here / "other.png")
        assert numpy.abs(picture(here / "other.png", 28) - expected).max() < 0.05, kind
    grey.save(here / "other.jpg", quality=95)
    assert numpy.abs(picture(here / "other.jpg", 28) - expected).max() < 0.2
    transparent = Image.new("RGBA", (140, 140), (0, 0, 0, 0))  # black ink on nothing
    transparent.paste((0, 0, 0, 255), mask=grey)
    transparent.save(here / "clear.png")
    assert numpy.abs(picture(here / "clear.png", 28) - expected).max() < 0.05


BARS = [(0.0, ""), (1.0, "█" * 40), (0.5, "█" * 20), (1 / 320, "▏"), (-1, ""), (2, "█" * 40)]


@pytest.mark.parametrize(("share", "text"), BARS)
def test_bars_are_as_long_as_their_share(share: float, text: str) -> None:
    assert bar(share) == text.ljust(40)


# --- refusals ---

PNG = b"\x89PNG\r\n\x1a\n"

BAD = [
    (["train", "xor", "--preset", "fast"], "unknown preset 'fast'; known are two-layer-softmax, eight-or-not"),
    (
        ["train", "xor", "--preset", "quadratic-sigmoid"],
        "quadratic-sigmoid is for digits, mnist, not for xor",
    ),
    (["train", "xor", "--optimizer", "lbfgs"], "unknown optimizer 'lbfgs'; known are sgd, rmsprop, adam, adamw"),
    (["train", "xor", "--save", "nowhere/x"], "--save nowhere/x cannot be written"),
    (["train", "xor", "--save", "."], "--save . cannot be written"),
    (["train", "xor", "--history", "x", "--save", "./x"], "--history x is where the model is to go"),
    (["train", "moons", "--history", "model", "--resume", "model"], "--history model is where the model is to go"),
    (["train", "xor", "--history", "nowhere/x"], "--history nowhere/x cannot be written"),
    (["train", "xor", "--plots", "taken"], "--plots taken is a file, not a directory"),
    (["train", "xor", "--plots", "nowhere/pictures"], "--plots nowhere/pictures cannot be made"),
    (["train", "xor", "--resume", "nothing"], "nothing cannot be read: No such file"),
    (["train", "xor", "--resume", "taken"], "taken is not a whole safetensors file"),
    (["train", "xor", "--resume", "plain"], "plain was not written by `glassgrad train`"),
    (["train", "xor", "--resume", "model"], "model was trained on moons, not on xor"),
    (["train", "moons", "--resume", "model", "--sizes", "2,3,2"], "--sizes 2-3-2 contradicts model"),
    (["train", "moons", "--resume", "model", "--batch-size", "7"], "--batch-size 7 contradicts model, which has 100"),
    (
        ["train", "moons", "--resume", "model", "--optimizer", "sgd"],
        "--optimizer sgd contradicts model, which has adam",
    ),
    (["train", "moons", "--resume", "model", "--activation", "tanh"], "--activation tanh contradicts model"),
    (["train", "moons", "--resume", "model", "--seed", "7"], "--seed 7 contradicts model, which has 0: leave it out"),
    (["train", "moons", "--resume", "model", "--momentum", "0.5"], "--momentum 0.5 contradicts model"),
    (["train", "moons", "--resume", "model", "--dtype", "float32"], "--dtype float32 contradicts model, which has"),
    (["train", "moons", "--start-from", "model", "--sizes", "2,3,2"], "--sizes 2-3-2 contradicts model"),
    (["train", "moons", "--start-from", "model", "--resume", "model"], "--resume goes on with a run, --start-from"),
    (["train", "xor", "--optimizer", "adam", "--momentum", "0.5"], "--momentum is for sgd, rmsprop, not for adam"),
    (["train", "xor", "--seeds", "0"], "--seeds: a whole number from 1 is expected, not '0'"),
    (["train", "xor", "--seeds", "2", "--save", "x"], "--save is for a single run, --seeds for 2"),
    (["train", "xor", "--seeds", "2", "--history", "x"], "--history is for a single run, --seeds for 2"),
    (["train", "xor", "--seeds", "2", "--epochs", "0"], "--epochs: a whole number from 1 is expected, not '0'"),
    (["eval", "nothing"], "nothing cannot be read"),
    (["eval", "taken"], "taken is not a whole safetensors file"),
    (["eval", "plain"], "the file does not say what its model was trained on"),
    (["eval", "lying"], "lying: MLP(3-2, activation=relu, output=identity) does not fit moons"),
    (["eval", "model", "--plots", "taken"], "taken"),
    (["predict", "nothing", "0"], "nothing cannot be read"),
    (["predict", "plain", "0"], "the file does not say what its model was trained on"),
    (["predict", "model", "400"], "moons has the test samples 0 … 399, not 400"),
    (["predict", "model", "-1"], "-1 is no number of a test sample"),
    (["predict", "model", "a.png"], "a model of moons takes no pictures"),
    (["predict", "model"], "required: PICTURE|INDEX"),
]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Files that the refused commands are given."""
    folder = tmp_path_factory.mktemp("files")
    assert main([*SMALL, "--save", str(folder / "model")]) == 0
    checkpoints.save(folder / "plain", MLP((2, 1), rng=0))
    notes = checkpoints.read(folder / "model").notes
    checkpoints.save(folder / "lying", MLP((3, 2), rng=0), notes=notes)
    (folder / "taken").write_text("a file where another thing is wanted")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(("arguments", "sentence"), BAD)
def test_bad_input_is_one_sentence_code_2_and_leaves_nothing(
    arguments: list[str], sentence: str, here: Path, files: dict[str, bytes], refusal: Refusal
) -> None:
    for name, content in files.items():
        (here / name).write_bytes(content)
    assert sentence in refusal(arguments)
    assert {path.name: path.read_bytes() for path in here.iterdir()} == files


def test_pictures_that_are_none_are_one_sentence(of_digits: Path, here: Path, refusal: Refusal) -> None:
    Image.fromarray(numpy.full((50, 50), 255, numpy.uint8)).save(here / "empty.png")
    good = drawn_seven(here / "good.png", 140).read_bytes()
    (here / "cut.png").write_bytes(good[: len(good) // 2])
    flipped = bytearray(good)
    flipped[len(good) // 2] ^= 0xFF
    (here / "flipped.png").write_bytes(flipped)
    (here / "text.png").write_text("no picture")
    (here / "begun.png").write_bytes(PNG)
    (here / "none.png").write_bytes(b"")
    huge = bytearray(good)
    huge[16:24] = (60_000).to_bytes(4, "big") * 2  # its size, in its header, without the header's sum
    (here / "huge.png").write_bytes(huge)
    for name in ("empty", "cut", "flipped", "text", "begun", "none", "huge", "missing"):
        said = refusal(["predict", str(of_digits), f"{name}.png"])
        assert f"{name}.png" in said
    assert "exist" in refusal(["predict", str(of_digits), "missing.png"])
    assert "is empty" in refusal(["predict", str(of_digits), "empty.png"])
    assert main(["predict", str(of_digits), "good.png"]) == 0


def test_notes_that_lie_are_one_sentence(here: Path, capsys: pytest.CaptureFixture[str], refusal: Refusal) -> None:
    assert main([*SMALL, "--save", "model"]) == 0
    capsys.readouterr()
    model, notes = checkpoints.build("model")
    for change in (
        {"recipe": None}, {"recipe": {}}, {"recipe": {"dataset": "cats"}}, {"recipe": {"dataset": ["moons"]}},
        {"loss": "hinge"}, {"loss": ["quadratic"]}, {"digit": 11}, {"digit": "8"}, {"digit": [8]},
    ):  # fmt: skip
        checkpoints.save("lying", model, notes={**notes, **change})
        for command in (["eval", "lying"], ["predict", "lying", "0"]):
            refusal(command)
    for change in ({"extra": 1}, {"epochs": "x"}, {"sizes": 3}, {"sizes": ["2"]}, {"seed": [1]}, {"loss": 0}):
        checkpoints.save("lying", model, notes={**notes, "recipe": {**notes["recipe"], **change}})
        assert "its settings are damaged at" in refusal(["train", "moons", "--resume", "lying"])
    checkpoints.save("lying", model, notes={**notes, "recipe": []})
    assert "was not written by `glassgrad train`" in refusal(["train", "moons", "--resume", "lying"])


def test_a_finished_run_is_a_new_start_and_its_file_stays_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "moons", "--epochs", "2", "--save", "first"]) == 0
    before = Path("first").read_bytes()
    assert main(["train", "moons", "--resume", "first"]) == 0
    assert Path("first").read_bytes() == before, "nothing was done"
    capsys.readouterr()
    assert main(["train", "moons", "--start-from", "first", "--epochs", "3", "--save", "second"]) == 0
    told = capsys.readouterr().out
    assert "epoch    1" in told and "wrote second" in told
    assert Path("first").read_bytes() == before
    starts = [run["loss"] for run in map(json.loads, _figures(["train", "moons", "--epochs", "1"]))]
    later = [run["loss"] for run in map(json.loads, _figures(["train", "moons", "--start-from", "first"]))]
    assert later[0] < starts[0]


def _figures(arguments: list[str]) -> list[str]:
    assert main([*arguments, "--history", "figures"]) == 0
    return [line for line in Path("figures").read_text().splitlines() if '"kind": "step"' in line]


def test_the_head_of_a_run_says_with_what_it_is_trained(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, told in (
        (["moons"], "preset modern: softmax-cross-entropy, adam with the rate 0.01 (cosine), batches of 32\n"),
        (["xor", "--optimizer", "adam"], "preset sigmoid-xor: binary-cross-entropy, adam with the rate 0.001,"),
        (["moons", "--optimizer", "sgd"], "sgd with the rate 0.1 (cosine)"),
        (["moons", "--learning-rate", "0.5", "--momentum", "0.9", "--optimizer", "sgd"], "sgd with the rate 0.5"),
    ):
        assert main(["train", *arguments, "--epochs", "1"]) == 0
        said = capsys.readouterr().out
        assert told in said and "after 1 epoch in" in said


def test_early_stopping_keeps_the_best_weights(capsys: pytest.CaptureFixture[str]) -> None:
    options = [
        "train",
        "moons",
        "--optimizer",
        "sgd",
        "--learning-rate",
        "20",
        "--loss",
        "quadratic",
        "--clip-norm",
        "5",
    ]
    assert main([*options, "--early-stopping", "1", "--save", "best", "--history", "figures"]) == 0
    told = capsys.readouterr().out
    assert "stopped: the validation loss has not become better since epoch" in told
    figures = [json.loads(line) for line in Path("figures").read_text().splitlines()]
    losses = [one["validation_loss"] for one in figures if one["kind"] == "epoch"]
    assert min(losses) < losses[-1]
    assert main(["eval", "best"]) == 0
    found = capsys.readouterr().out
    assert f"loss {min(losses):.5f}" in found
    accuracies = [re.findall(r"test accuracy ([\d.]+%)", text)[-1] for text in (told, found)]
    assert accuracies[0] == accuracies[1]
    assert f"the parameters are those of epoch {losses.index(min(losses)) + 1}\n" in told
    assert main(["train", "moons", "--resume", "best"]) == 2
    assert "holds the best parameters, of epoch" in capsys.readouterr().err


def test_pictures_of_every_depth_show_the_same(here: Path) -> None:
    eight = numpy.asarray(Image.open(drawn_seven(here / "seven.png", 140)))
    usual = picture(here / "seven.png", 28)
    ink = numpy.zeros((140, 140, 4), numpy.uint8)
    ink[..., 3], ink[..., :3] = eight, 255
    for name, image in {
        "sixteen.png": Image.fromarray(eight.astype(numpy.uint16) * 257),
        "thirty-two.tiff": Image.fromarray(eight.astype(numpy.int32) * 257),
        "float.tiff": Image.fromarray((eight / 255).astype(numpy.float32)),
        "white-on-nothing.png": Image.fromarray(ink),
        "black-on-nothing.png": Image.fromarray(ink * numpy.array([0, 0, 0, 1], numpy.uint8)),
    }.items():
        image.save(here / name)
        assert numpy.allclose(picture(here / name, 28), usual, atol=0.02), name
    turned = Image.open(here / "seven.png").rotate(90, expand=True)
    exif = turned.getexif()
    exif[0x0112] = 6  # to be shown turned by 90° clockwise
    turned.save(here / "turned.png", exif=exif)
    assert numpy.allclose(picture(here / "turned.png", 28), usual, atol=0.02)


def test_a_blank_picture_is_refused_also_in_its_own_size(here: Path, of_digits: Path, refusal: Refusal) -> None:
    for shade in (0, 128, 255):
        Image.fromarray(numpy.full((8, 8), shade, numpy.uint8)).save(here / "blank.png")
        assert "blank.png is empty: nothing in it stands out" in refusal(["predict", str(of_digits), "blank.png"])


def test_a_picture_is_recognised_without_the_data_and_a_point_by_its_numbers(
    here: Path, of_digits: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], refusal: Refusal
) -> None:
    assert main([*SMALL, "--save", "moons"]) == 0
    capsys.readouterr()
    assert main(["predict", "moons", "0.5,1"]) == 0
    assert "0.5, 1" in capsys.readouterr().out
    assert "but rows of 2 numbers, such as 0.5,0.5" in refusal(["predict", "moons", "0.5,1,2"])

    def missing(directory: object = None) -> None:
        raise AssertionError("no data are needed")

    monkeypatch.setitem(DATASETS, "digits", missing)
    drawn_seven(here / "seven.png", 140)
    assert main(["predict", str(of_digits), "seven.png"]) == 0


@pytest.mark.parametrize("size", [10**12, 2**63, 2**64])
def test_sizes_that_no_machine_holds_are_a_sentence(size: int, refusal: Refusal) -> None:
    assert "would have more weights than a machine can hold" in refusal(["train", "xor", "--sizes", f"2,{size},1"])
