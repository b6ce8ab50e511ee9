"""Checkpoints: what is written comes back, what is no checkpoint is refused, a kill leaves the old or the new one."""

import json
import os
import pickle
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
import safetensors.numpy

from autograd import Tensor
from nn import (
    MLP,
    SGD,
    Adam,
    BatchNorm1d,
    CheckpointError,
    Linear,
    Module,
    NeuronMLP,
    RMSProp,
    Sequential,
    checkpoints,
    fit,
    quadratic,
)

DATA = (numpy.eye(4)[:, :2], numpy.eye(4)[:, :1])


def trained(path: Path) -> tuple[MLP, Adam]:
    model = MLP((2, 3, 1), "tanh", rng=0)
    optimizer = Adam(model.parameters(), 0.1)
    fit(model, DATA, quadratic, optimizer, 2, batch_size=2, rng=0, checkpoint=path)
    return model, optimizer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    trained(tmp_path / "good.safetensors")
    return tmp_path / "good.safetensors"


# --- there and back ---


@pytest.mark.parametrize(
    "model",
    [
        MLP((2, 3, 1), "tanh", rng=0),
        MLP((2, 3, 1), "gelu", rng=0, dtype=numpy.float32),
        NeuronMLP((2, 2, 1), rng=0),
        Sequential(Linear(2, 3, rng=0), BatchNorm1d(3)),
    ],
    ids=repr,
)
@pytest.mark.parametrize("make", [SGD, RMSProp, Adam])
def test_model_and_optimizer_come_back_to_the_bit(model: Module, make: Any, tmp_path: Path) -> None:
    optimizer = make(model.parameters(), 0.1)
    for number, parameter in enumerate(model.parameters()):
        parameter.grad = numpy.full(numpy.shape(parameter.data), number + 0.5) if parameter.grad is None else 0.5
    optimizer.step()
    state, own = model.state_dict(), optimizer.state_dict()
    saved = checkpoints.save(tmp_path / "x.safetensors", model, optimizer, notes={"π": [1, None, "ü"]})
    for parameter in model.parameters():
        parameter.data = parameter.data * 0 + 7.0
    optimizer.step()
    assert checkpoints.load(saved, model, optimizer) == {"π": [1, None, "ü"]}
    for before, after in ((state, model.state_dict()), (own, optimizer.state_dict())):
        assert before.keys() == after.keys()
        assert all(before[name].tobytes() == after[name].tobytes() for name in before)
        assert all(before[name].dtype == after[name].dtype for name in before)


def test_a_model_is_built_from_its_file_alone(tmp_path: Path) -> None:
    for model in (MLP((2, 3, 2), "silu", "softmax", rng=1, dtype=numpy.float32), NeuronMLP((2, 3, 1), rng=2)):
        built, notes = checkpoints.build(checkpoints.save(tmp_path / "x", model, notes={"a": 1}))
        assert repr(built) == repr(model) and notes == {"a": 1}
        assert all((built.state_dict()[name] == state).all() for name, state in model.state_dict().items())


def test_pytorch_s_safetensors_opens_the_file(path: Path) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: nothing to open the file with")
    from safetensors import safe_open
    from safetensors.torch import load_file

    built, _ = checkpoints.build(path)
    tensors = load_file(path)
    assert set(built.state_dict()) <= set(tensors)
    for name, state in built.state_dict().items():
        assert torch.equal(tensors[name], torch.from_numpy(state))
    with safe_open(path, "pt") as opened:
        assert json.loads(opened.metadata()["glassgrad"])["architecture"]["sizes"] == [2, 3, 1]


def test_what_a_file_does_not_hold_in_common_with_the_model_is_named_and_nothing_is_touched(path: Path) -> None:
    for model, sentence in (
        (MLP((2, 4, 1), rng=0), r"layers\.0\.weight has shape \(2, 3\) there and \(2, 4\) here; layers\.0\.bias"),
        (MLP((2, 3, 1), rng=0, dtype=numpy.float32), r"layers\.0\.weight is float64 there and float32 here"),
        (MLP((2, 3, 3, 1), rng=0), r"layers\.2\.weight is missing; layers\.2\.bias is missing; layers\.1\.weight has"),
        (Linear(2, 3, rng=0), r"weight is missing; bias is missing; .* is unknown; .* is unknown; and 2 more"),
    ):
        before = model.state_dict()
        with pytest.raises(CheckpointError, match=sentence):
            checkpoints.load(path, model)
        assert all((before[name] == state).all() for name, state in model.state_dict().items())


def test_an_optimizer_that_does_not_fit_leaves_the_model_as_it_was(path: Path) -> None:
    model = MLP((2, 3, 1), rng=5)
    before = model.state_dict()
    for optimizer, sentence in (
        (SGD(model.parameters(), 0.1), "holds the state of Adam, not of SGD"),
        (Adam(model.parameters()[:2], 0.1), r"the optimizer's 2\.age is unknown"),
        (Adam(model.parameters(), 0.1, amsgrad=True), "amsgrad was False and is True"),
    ):
        with pytest.raises(CheckpointError, match=sentence):
            checkpoints.load(path, model, optimizer)
        assert all((before[name] == state).all() for name, state in model.state_dict().items())


def test_counts_below_zero_are_refused_before_the_model_is_set(tmp_path: Path) -> None:
    model = MLP((2, 3, 1), rng=0)
    saved = checkpoints.save(tmp_path / "x", model, Adam(model.parameters(), 0.1))
    content = safetensors.numpy.load(saved.read_bytes())
    with safetensors.safe_open(saved, "numpy") as opened:
        described = opened.metadata()["glassgrad"]
    content["optimizer/2.age"] = numpy.array(-1)
    sums = {"glassgrad": described, "sha256": checkpoints._digest(described, content)}
    saved.write_bytes(safetensors.numpy.save(content, sums))
    other = MLP((2, 3, 1), rng=5)
    before = other.state_dict()
    with pytest.raises(CheckpointError, match=r"the optimizer's 2\.age is below 0"):
        checkpoints.load(saved, other, Adam(other.parameters(), 0.1))
    assert all((before[name] == state).all() for name, state in other.state_dict().items())


def test_an_optimizer_with_other_settings_is_refused_by_their_names(tmp_path: Path) -> None:
    model = MLP((2, 3, 1), rng=0)
    saved = checkpoints.save(tmp_path / "x", model, Adam(model.parameters(), 0.02, weight_decay=0.1))
    other = MLP((2, 3, 1), rng=5)
    before = other.state_dict()
    optimizer = Adam(other.parameters(), 0.01)
    with pytest.raises(CheckpointError, match=r"learning_rate was 0\.02 and is 0\.01; weight_decay was 0\.1 and is 0"):
        checkpoints.load(saved, other, optimizer)
    assert all((before[name] == state).all() for name, state in other.state_dict().items())
    checkpoints.load(saved, other, Adam(other.parameters(), 0.02, weight_decay=0.1))


def test_a_class_that_is_not_known_here_is_loaded_not_built(tmp_path: Path) -> None:
    saved = checkpoints.save(tmp_path / "x", Sequential(Linear(1, 1, rng=0)))
    with pytest.raises(CheckpointError, match=r"holds a Sequential\(Linear\(1 → 1\)\), and only MLP, NeuronMLP can"):
        checkpoints.build(saved)


def test_a_note_that_is_nothing_for_json_is_refused_before_the_file_is_touched(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(CheckpointError, match="a note is nothing that JSON can hold"):
        checkpoints.save(path, MLP((2, 1), rng=0), notes={"x": object()})
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("notes", "reason"),
    [
        ({1: "a", "1": "b"}, "names in notes are text, as JSON has them, and not int 1; write '1'"),
        ({"a": [{"b": ({None: 1},)}]}, "names in notes are text, .* not NoneType None"),
        ({"a": {1, 2}}, "a note is nothing that JSON can hold"),
    ],
)
def test_notes_that_would_come_back_as_others_are_refused_and_by_fit_before_training(
    notes: dict[Any, Any], reason: str, path: Path
) -> None:
    before = path.read_bytes()
    with pytest.raises(CheckpointError, match=reason):
        checkpoints.save(path, Linear(2, 1, rng=0), notes=notes)
    model = MLP((2, 3, 1), rng=0)
    weights = model.state_dict()
    with pytest.raises(CheckpointError, match=reason):
        fit(model, DATA, quadratic, SGD(model.parameters(), 0.1), 1, batch_size=2, rng=0, checkpoint=path, notes=notes)
    assert path.read_bytes() == before
    for name, weight in model.state_dict().items():
        assert (weight == weights[name]).all()


@pytest.mark.parametrize("depth", [400, *range(900, 1000, 3), 3000])
def test_notes_are_written_only_as_deep_as_they_can_be_read(depth: int, tmp_path: Path) -> None:
    notes: dict[str, Any] = {}
    for _ in range(depth):
        notes = {"a": notes}
    path = tmp_path / "deep.safetensors"
    if checkpoints.why_not_saved(path, Linear(2, 1), notes) is None:
        checkpoints.save(path, Linear(2, 1), notes=notes)
        assert checkpoints.read(path).notes.keys() == {"a"}
        return
    assert depth > 400
    with pytest.raises(CheckpointError, match="a note is nothing that JSON can hold"):
        checkpoints.save(path, Linear(2, 1), notes=notes)


def test_fit_writes_a_checkpoint_of_the_longest_name_and_keeps_one_that_is_read_only(tmp_path: Path) -> None:
    path = tmp_path / f"{'a' * 243}.safetensors"
    trained(path)
    before = path.read_bytes()
    path.chmod(0o444)
    with pytest.raises(CheckpointError, match="cannot be written: it is read-only"):
        trained(path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_what_cannot_be_written_is_one_sentence_and_leaves_no_part(tmp_path: Path, monkeypatch: Any) -> None:
    with pytest.raises(CheckpointError, match="cannot be written: No such file or directory"):
        checkpoints.save(tmp_path / "nowhere" / "x", MLP((2, 1), rng=0))

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    saved = checkpoints.save(tmp_path / "x", MLP((2, 1), rng=0))
    before = saved.read_bytes()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CheckpointError, match="No space left on device"):
        checkpoints.save(saved, MLP((2, 1), rng=1))
    assert saved.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["x"]


def test_a_file_keeps_its_permissions_and_a_new_one_gets_the_usual(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    saved = checkpoints.save(tmp_path / "x", MLP((2, 1), rng=0))
    assert saved.stat().st_mode == (tmp_path / "usual").stat().st_mode
    saved.chmod(0o640)
    assert checkpoints.save(saved, MLP((2, 1), rng=0)).stat().st_mode & 0o777 == 0o640


# --- malformed files ---


def corpus(good: bytes) -> Iterator[tuple[str, bytes]]:
    """Malformed files by what is wrong with them."""
    length = int.from_bytes(good[:8], "little")
    header: dict[str, Any] = json.loads(good[8 : 8 + length])
    data = good[8 + length :]
    for kept in (0, 1, 7, 8, 9, 20, 8 + length // 2, 7 + length, 8 + length, 9 + length, len(good) // 2, len(good) - 1):
        yield f"truncated to {kept}", good[:kept]
    for position in [*range(8), *numpy.linspace(8, len(good) - 1, 40).astype(int).tolist()]:
        for flip in (0xFF, 0x01):
            damaged = bytearray(good)
            damaged[position] ^= flip
            yield f"byte {position} flipped by {flip}", bytes(damaged)
    for claimed in (0, 1, length - 1, length + 1, len(good), 2**27, 2**32, 2**63, 2**64 - 1):
        yield f"a header of {claimed}", claimed.to_bytes(8, "little") + good[8:]
    yield "more behind", good + b"\0"
    yield "twice", good + good

    def with_header(change: Callable[[dict[str, Any]], object]) -> bytes:
        changed = json.loads(json.dumps(header))
        change(changed)
        text = json.dumps(changed).encode()
        return struct.pack("<Q", len(text)) + text + data

    name = "layers.0.weight"
    yield "a shape beyond the data", with_header(lambda h: h[name].update(shape=[10**9, 10**9]))
    yield "a negative shape", with_header(lambda h: h[name].update(shape=[-2, 3]))
    yield "another shape", with_header(lambda h: h[name].update(shape=[3, 2]))
    yield "another dtype", with_header(lambda h: h[name].update(dtype="I64"))
    yield "no dtype", with_header(lambda h: h[name].update(dtype="object"))
    yield "offsets beyond the data", with_header(lambda h: h[name].update(data_offsets=[0, 2**62]))
    yield "offsets backwards", with_header(lambda h: h[name].update(data_offsets=[48, 0]))
    yield "offsets of another", with_header(lambda h: h[name].update(h["layers.0.bias"]))
    yield "one tensor renamed", with_header(lambda h: h.update({"other": h.pop(name)}))
    yield "one tensor missing", with_header(lambda h: h.pop(name))
    yield "a list", struct.pack("<Q", 2) + b"[]"
    yield "no metadata", with_header(lambda h: h.pop("__metadata__"))
    yield "empty metadata", with_header(lambda h: h.update(__metadata__={}))
    yield "no sum", with_header(lambda h: h["__metadata__"].pop("sha256"))
    yield "another sum", with_header(lambda h: h["__metadata__"].update(sha256="0" * 64))
    for text in (
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"format": "other"}',
        "[" * 50_000,
        '{"format": "glassgrad-checkpoint"}',
    ):
        yield f"described as {text[:40]}", with_header(lambda h, text=text: h["__metadata__"].update(glassgrad=text))
    described = json.loads(header["__metadata__"]["glassgrad"])
    for change in ({"version": 2}, {"version": None}, {"notes": []}, {"optimizer": None}, {"architecture": "MLP"}):
        text = json.dumps(described | change)
        yield f"described with {change}", with_header(lambda h, text=text: h["__metadata__"].update(glassgrad=text))
    yield "an empty safetensors file", safetensors.numpy.save({})
    yield "another's safetensors file", safetensors.numpy.save({"weight": numpy.zeros(3)}, {"format": "pt"})
    yield "a pickle", pickle.dumps({"weight": [1.0]})
    yield "a PNG", b"\x89PNG\r\n\x1a\n" + bytes(100)
    yield "a gzip file", b"\x1f\x8b\x08\0" + bytes(50)
    yield "JSON", b'{"weight": [1, 2]}'
    yield "text", "layers.0.weight = π".encode()
    yield "zeros", bytes(1000)


def test_every_malformed_file_is_refused_with_one_sentence(path: Path, tmp_path: Path) -> None:
    model = MLP((2, 3, 1), "tanh", rng=9)
    optimizer = Adam(model.parameters(), 0.1)
    before = model.state_dict()
    files = dict(corpus(path.read_bytes()))
    assert len(files) >= 60
    bad = tmp_path / "bad.safetensors"
    attempts: list[Callable[[], object]] = [
        lambda: checkpoints.read(bad),
        lambda: checkpoints.load(bad, model),
        lambda: checkpoints.build(bad),
        lambda: fit(model, DATA, quadratic, optimizer, 3, batch_size=2, rng=0, resume=bad),
    ]
    for wrong, content in files.items():
        bad.write_bytes(content)
        for attempt in attempts:
            with pytest.raises(CheckpointError) as refused:
                attempt()
            assert str(refused.value).count("\n") == 0 and len(str(refused.value)) < 400, wrong
    assert all((before[name] == state).all() for name, state in model.state_dict().items())


def test_a_zip_and_a_directory_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "model.pt", "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02.")
    for wrong in (tmp_path / "model.pt", tmp_path, tmp_path / "nothing"):
        with pytest.raises(CheckpointError, match=r"is not a whole safetensors file|cannot be read"):
            checkpoints.read(wrong)


def test_a_file_larger_than_any_model_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with open(tmp_path / "sparse", "wb") as file:
        file.truncate(checkpoints.LARGEST + 1)
    with pytest.raises(CheckpointError, match="more than the"):
        checkpoints.read(tmp_path / "sparse")


def test_numbers_of_a_kind_that_no_model_has_are_refused(tmp_path: Path) -> None:
    class Odd(Module):
        buffers = ("phase",)

        def __init__(self) -> None:
            self.phase = numpy.array([1j], numpy.complex64)

    with pytest.raises(CheckpointError, match="phase holds complex64, not numbers"):
        checkpoints.save(tmp_path / "x", Odd())  # and not after training, when it is read
    assert not (tmp_path / "x").exists()
    described = json.dumps(
        {"format": checkpoints.FORMAT, "version": 1, "architecture": {}, "optimizer": {}, "notes": {}}
    )
    tensors = {"phase": numpy.array([1j], numpy.complex64)}
    sums = {"glassgrad": described, "sha256": checkpoints._digest(described, tensors)}
    (tmp_path / "y").write_bytes(safetensors.numpy.save(tensors, sums))
    with pytest.raises(CheckpointError, match="phase holds complex64, not numbers"):
        checkpoints.read(tmp_path / "y")


@pytest.mark.parametrize("dtype", [">f8", ">f4"])
def test_numbers_in_the_other_order_of_bytes_are_saved_so_that_they_are_read(dtype: str, tmp_path: Path) -> None:
    class Standardised(Module):
        buffers = ("mean",)

        def __init__(self) -> None:
            self.weight = Tensor(numpy.array([[1.5, -2.0]], dtype))
            self.mean = numpy.array([0.25, 3.0], dtype)

    model, other = Standardised(), Standardised()
    other.weight.data = other.weight.data * 0
    other.mean[:] = 0
    saved = checkpoints.save(
        tmp_path / "x", model, SGD(model.parameters(), 0.1), history={"loss": numpy.ones(2, dtype)}
    )
    assert checkpoints.read(saved).history["loss"].tolist() == [1.0, 1.0]
    checkpoints.load(saved, other)
    assert (other.weight.data == model.weight.data).all() and (other.mean == model.mean).all()


class Named(Module):
    """A parameter under any name."""

    def __init__(self, name: str) -> None:
        vars(self)[name] = Tensor(numpy.ones(2))

    def __call__(self, x: Any) -> Any:
        return (x * next(iter(vars(self).values()))).sum(axis=1, keepdims=True)


@pytest.mark.parametrize("name", ["__metadata__", "optimizer/0.velocity", "history/steps.loss", "bad \ud800 text"])
def test_a_name_that_means_something_else_in_the_file_is_refused_before_training(name: str, tmp_path: Path) -> None:
    model = Named(name)
    with pytest.raises(CheckpointError, match=r"cannot be saved under the name|no text that a file can hold"):
        checkpoints.save(tmp_path / "x", model)
    before = model.state_dict()
    with pytest.raises(CheckpointError, match=r"cannot be saved under the name|no text that a file can hold"):
        fit(model, DATA, quadratic, SGD(model, 0.1), 1, batch_size=2, rng=0, checkpoint=tmp_path / "x")
    assert (model.state_dict()[name] == before[name]).all()
    assert list(tmp_path.iterdir()) == []


def test_names_near_those_are_saved(tmp_path: Path) -> None:
    for name in ("optimizer", "metadata", "historyä", "weight/optimizer/x"):
        checkpoints.load(checkpoints.save(tmp_path / "x", Named(name)), Named(name))


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "model"
    link.symlink_to(tmp_path / "elsewhere" / "model")
    checkpoints.save(link, Linear(2, 1, rng=0))
    checkpoints.save(link, Linear(2, 1, rng=1))
    assert link.is_symlink() and [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["model"]
    checkpoints.load(link, Linear(2, 1, rng=2))


@pytest.mark.skipif(os.name != "posix", reason="there are named pipes on POSIX")
def test_a_pipe_or_a_device_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CheckpointError, match="pipe cannot be written: it is a device or a pipe, not a file"):
        checkpoints.save(tmp_path / "pipe", Linear(2, 1, rng=0))
    assert (tmp_path / "pipe").is_fifo()


BAD_DESCRIPTIONS: list[dict[str, Any]] = [
    {"sizes": [10**6, 10**6]},
    {"sizes": [2, 3, 2]},
    {"sizes": "2-3-1"},
    {"sizes": None},
    {"sizes": [2, -3, 1]},
    {"sizes": [13]},
    {"sizes": [2, float("inf"), 1]},
    {"sizes": [2, 3.0, 1]},
    {"sizes": [True, 3, 1]},
    {"dtype": "f4,(2"},
    {"dtype": ["float64"]},
    {"activation": "os.system"},
    {"activation": None},
    {"output": ["tanh"]},
    {"dtype": "object"},
    {"dtype": "float16"},
    {"class": "__import__"},
    {"class": ["MLP"]},
    {"class": None},
]


@pytest.mark.parametrize("change", BAD_DESCRIPTIONS, ids=str)
def test_a_description_that_lies_is_refused_though_its_sum_is_right(
    change: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = MLP((2, 3, 1), "tanh", rng=0)
    lying = {**checkpoints.architecture_of(model), **change}
    monkeypatch.setattr(checkpoints, "architecture_of", lambda model: lying)
    saved = checkpoints.save(tmp_path / "x", model)
    with pytest.raises(CheckpointError) as refused:
        checkpoints.build(saved)
    assert str(refused.value).count("\n") == 0


BAD_TRAINING: list[dict[str, Any]] = [
    {"order": None},
    {"order": {"bit_generator": "PCG64"}},
    {"order": {"bit_generator": "os"}},
    {"order": {"bit_generator": "PCG64", "state": {"state": "x", "inc": 1}, "has_uint32": 0, "uinteger": 0}},
    {"order": {"bit_generator": "PCG64", "state": {"state": -1, "inc": 2**200}, "has_uint32": 0, "uinteger": 0}},
    {"order_at_epoch_start": []},
    {"generators": None},
    {"generators": {"rng": {}}},
    {"layers": None},
    {"layers": ["layers.0"]},
    {"is_within_epoch": True},
    {"samples": "4"},
    {"schedule_factor": "x"},
    {"schedule_factor": float("inf")},
]


@pytest.mark.parametrize("rate", [False, -1.0, float("inf"), None, "0.1", [0.1]])
def test_a_learning_rate_that_is_none_is_refused_and_nothing_is_touched(
    rate: Any, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = checkpoints.read(path)
    model = MLP((2, 3, 1), "tanh", rng=0)
    optimizer = Adam(model.parameters(), 0.1)
    with monkeypatch.context() as patched:
        patched.setattr(
            checkpoints, "described_settings", lambda one: {**found.optimizer_settings, "learning_rate": rate}
        )
        checkpoints.save(path, model, optimizer, notes=found.notes, history=found.history)
    other = MLP((2, 3, 1), "tanh", rng=9)
    its_optimizer = Adam(other.parameters(), 0.1)
    before = other.state_dict()
    with pytest.raises(CheckpointError, match="where training stood cannot be read: the learning rate is a finite"):
        fit(other, DATA, quadratic, its_optimizer, 3, batch_size=2, rng=0, resume=path)
    assert all((before[name] == state).all() for name, state in other.state_dict().items())
    assert its_optimizer.learning_rate == 0.1


@pytest.mark.parametrize("change", BAD_TRAINING, ids=str)
def test_a_training_that_lies_is_refused_and_nothing_is_touched(change: dict[str, Any], path: Path) -> None:
    found = checkpoints.read(path)
    model = MLP((2, 3, 1), "tanh", rng=9)
    optimizer = Adam(model.parameters(), 0.1)
    before = model.state_dict()
    notes = {"training": {**found.notes["training"], **change}}
    lying = checkpoints.save(path, model, optimizer, notes=notes, history=found.history)
    with pytest.raises(CheckpointError) as refused:
        fit(model, DATA, quadratic, optimizer, 3, batch_size=2, rng=0, resume=lying)
    assert str(refused.value).count("\n") == 0
    assert all((before[name] == state).all() for name, state in model.state_dict().items())


# --- kills ---

# Forks of one process, each of which writes checkpoints until it is killed: by itself at an instant within the
# write, or from outside at any. After each kill the file is read, and what it was is told.
KILLS = """
import itertools, os, random, signal, sys, time
from pathlib import Path
import numpy
from autograd import files
from nn import Linear, checkpoints

target = Path(sys.argv[1]) / "model.safetensors"
model = Linear(256, 256, rng=0, dtype=numpy.float32)
tell_from, tell = os.pipe()  # b = in the write, d = done
random.seed(0)

def save(version):
    model.weight.data = numpy.full((256, 256), version, numpy.float32)
    checkpoints.save(target, model, notes={"version": version})

def write_whole(target, content, really=files.write_whole):
    os.write(tell, b"b")
    really(target, content)
    os.write(tell, b"d")

def dying(instant):
    # The instants: n-th call of what the write consists of, before or after it.
    module, name, number, after = instant
    really, calls = getattr(module, name), [0]
    def wrapped(*arguments, **keywords):
        calls[0] += 1
        if calls[0] == number and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        given = really(*arguments, **keywords)
        if calls[0] == number and after:
            os.kill(os.getpid(), signal.SIGKILL)
        return given
    setattr(module, name, wrapped)

INSTANTS = [(os, "open", 1), (os, "fsync", 1), (os, "chmod", 1), (os, "replace", 1), (os, "close", 1),
            (os, "open", 2), (os, "fsync", 2), (os, "close", 2)]
INSTANTS = [(*one, after) for one in INSTANTS for after in (False, True)]
checkpoints.write_whole = write_whole
version, inside, survived = 1, 0, 0
save(version)
os.read(tell_from, 2)
for kill in range(50):
    child = os.fork()
    if child == 0:
        if kill < len(INSTANTS):
            dying(INSTANTS[kill])
        for later in itertools.count(version + 1):  # until it is killed, however late that is
            save(later)
    told = b""
    if kill >= len(INSTANTS):
        told = os.read(tell_from, 1)  # it has begun
        time.sleep(random.uniform(0.0, 0.03))
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, status
    os.write(tell, b".")
    while not told.endswith(b"."):
        told += os.read(tell_from, 65536)
    inside += told.endswith(b"b.")
    found = checkpoints.read(target)
    done = version + told.count(b"d")
    whole = found.notes["version"]
    assert whole in (done, done + 1), (kill, whole, done)  # the old one, or the one that was being written
    assert (found.model["weight"] == whole).all()
    version = whole
    survived += 1
print(survived, inside)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork to be quick")
def test_a_kill_at_any_instant_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLS, str(tmp_path)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    survived, inside = map(int, done.stdout.split())
    assert survived == 50
    assert inside >= 25
