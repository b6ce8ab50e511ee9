"""Texts and files from outside: expressions, IDX, checkpoints, histories, traces."""

from __future__ import annotations

import copy
import functools
import gzip
import itertools
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import numpy
import safetensors.numpy

from autograd import GraphError, Tensor, Value, no_grad, scope, source_lines, tanh
from glassgrad import expressions
from nn import MLP, SGD, Adam, BatchNorm1d, History, Linear, Sequential, checkpoints, fit, quadratic
from nn.datasets.idx import idx_header, read_idx
from viz import Trace, draw, trace

from .changes import as_text, changed_bytes, changed_json, changed_text
from .target import BrokenPromiseError, Target

# --- expressions ---


def _expressions(rng: random.Random) -> Sequence[str]:
    return ["0.5*(1 - sigmoid(w*x + b))**2", "(a + b) * (b + 1)", "max(x, −y) ÷ 3e-2", "where(x, y, exp(-x))"]


def _run_expression(text: str, folder: Path) -> None:
    parsed = expressions.parse(text)
    output = expressions.record_expression(text, dict.fromkeys(parsed.names, 0.5))
    output.backward()


_WORDS = (
    *"+-*/()., \t\n\0é²×−÷^%<>=[]{}:#\"'\\_;@!~",
    *("**", "//", "1e999", "1e-999", "0x1", "1_0", "1j", "00", "x", "lambda", "None", "True", "async", "ｘ", "\ud800"),
    *(
        "exp(",
        "sigmoid(",
        "where(",
        "maximum(",
        "softmax(",
        "f(*",
        "if x else y",
        "9" * 400,
        "(" * 90,
        "-" * 90,
        "\x1a",
    ),
)

EXPRESSIONS = Target(
    "expressions",
    _expressions,
    lambda rng, sample, known: changed_text(rng, sample, known, _WORDS)[:2000],
    _run_expression,
    ("glassgrad/expressions.py",),
    lambda text: text.encode(errors="surrogatepass"),
)

# --- IDX ---


def _idx_files(rng: random.Random) -> Sequence[bytes]:
    images = numpy.arange(24, dtype=numpy.uint8).reshape(2, 3, 4)
    plain = idx_header(images) + images.tobytes()
    return [plain, gzip.compress(plain, mtime=0), gzip.compress(plain[:10], mtime=0), b"\x1f\x8b", b""]


def _run_idx(content: bytes, folder: Path) -> None:
    path = folder / "images"
    path.write_bytes(content)
    array = read_idx(path, 3)
    if array.ndim != 3 or array.dtype != numpy.uint8 or array.size > 1032 * len(content):
        raise BrokenPromiseError(f"an array of {array.dtype}, shape {array.shape}")


IDX = Target("idx", _idx_files, changed_bytes, _run_idx, ("nn/datasets/idx.py", "gzip.py"), bytes)

# --- checkpoints ---

_DATA = (numpy.eye(4)[:, :2], numpy.eye(4)[:, :1])


@functools.cache
def _checkpoint(number: int) -> bytes:
    import tempfile

    model, optimizer = _model(number)
    with tempfile.TemporaryDirectory() as folder, _even_clock():
        path = Path(folder) / "model"
        fit(model, _DATA, quadratic, optimizer, 2, batch_size=2, rng=0, checkpoint=path)
        return path.read_bytes()


def _even_clock() -> Any:
    """A block in which each look at the clock takes a second: histories, and samples made of them, are the same."""
    return mock.patch("time.perf_counter", map(float, itertools.count()).__next__)


def _model(number: int) -> tuple[Any, Any]:
    if number == 0:
        mlp = MLP((2, 3, 1), "tanh", rng=0)
        return mlp, Adam(mlp.parameters(), 0.1)
    model = Sequential(Linear(2, 3, rng=0), BatchNorm1d(3), Linear(3, 1, rng=1))
    return model, SGD(model.parameters(), 0.1, momentum=0.5)


def _run_checkpoint(content: bytes, folder: Path, models: Sequence[int] = (0, 1)) -> None:
    """Whatever the file is, it is refused and nothing is changed, or it is taken."""
    path = folder / "model"
    path.write_bytes(content)
    checkpoints.read(path)
    refused: Exception | None = None
    for number in models:
        for resumes in (False, True):
            model, optimizer = _model(number)
            before = repr((model.state_dict(), optimizer.state_dict(), optimizer.settings()))
            try:
                if resumes:
                    fit(model, _DATA, quadratic, optimizer, 2, batch_size=2, rng=0, resume=path)
                else:
                    checkpoints.load(path, model, optimizer)
            except GraphError as error:
                refused = error
                if repr((model.state_dict(), optimizer.state_dict(), optimizer.settings())) != before:
                    raise BrokenPromiseError(f"refused, and yet the model or optimizer is another: {error}") from None
    built, _ = checkpoints.build(path)
    with no_grad():
        built(Tensor(numpy.zeros((1, 2))))
    if refused is not None:
        raise refused


CHECKPOINTS = Target(
    "checkpoints",
    lambda rng: [_checkpoint(0), _checkpoint(1), b""],
    changed_bytes,
    _run_checkpoint,
    ("nn/checkpoints.py",),
    bytes,
)


def _signed(rng: random.Random) -> Sequence[tuple[Any, dict[str, list[Any]], int]]:
    """What checkpoints say: the description, and the arrays as dtype, shape and numbers; and of which model."""
    found = []
    for number in range(2):
        content = _checkpoint(number)
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        arrays = safetensors.numpy.load(content)
        described = json.loads(header["__metadata__"]["glassgrad"])
        kept = {name: [str(one.dtype), list(one.shape), one.ravel().tolist()] for name, one in arrays.items()}
        found.append((described, kept, number))
    return found


def _changed_signed(rng: random.Random, sample: Any, known: Sequence[Any]) -> Any:
    described, arrays, model = sample
    if rng.random() < 0.7:
        return changed_json(rng, described), arrays, model
    arrays = copy.deepcopy(arrays)
    name = rng.choice(list(arrays) or ["weight"])
    one = arrays.get(name, ["float64", [1], [0.0]])
    match rng.randrange(4):
        case 0:
            arrays.pop(name, None)
        case 1:
            arrays[name] = [rng.choice(["float64", "float32", "float16", "int64", "uint8"]), *one[1:]]
        case 2:
            numbers = [rng.choice([number, 0, -1, 1e30, numpy.inf, numpy.nan]) for number in one[2]]
            arrays[name] = [one[0], one[1], numbers]
        case _:
            arrays[name] = [one[0], [len(one[2]), 1], one[2]]
    return described, arrays, model


def _run_signed(sample: Any, folder: Path) -> None:
    described, arrays, model = sample
    text = as_text(described)
    with numpy.errstate(all="ignore"):
        tensors = {
            name: numpy.array(numbers, float).astype(dtype, casting="unsafe").reshape(shape)
            for name, (dtype, shape, numbers) in arrays.items()
        }
    sums = {"glassgrad": text, "sha256": checkpoints._digest(text, tensors)}
    _run_checkpoint(safetensors.numpy.save(tensors, sums), folder, [model])


SIGNED_CHECKPOINTS = Target(
    "signed-checkpoints",
    _signed,
    _changed_signed,
    _run_signed,
    ("nn/checkpoints.py", "nn/resuming.py", "nn/generators.py", "nn/history.py", "nn/optimizers.py"),
    lambda sample: as_text(list(sample)).encode(),
)

# --- histories ---


def _histories(rng: random.Random) -> Sequence[list[Any]]:
    import tempfile

    model, optimizer = _model(0)
    with tempfile.TemporaryDirectory() as folder, _even_clock():
        history = fit(model, _DATA, quadratic, optimizer, 2, batch_size=2, rng=0)
        history.stopped = "interrupted"
        path = history.save(Path(folder) / "history")
        return [[json.loads(line) for line in path.read_text().splitlines()], []]


def _run_history(lines: Any, folder: Path) -> None:
    path = folder / "history"
    text = "\n".join(map(as_text, lines)) if isinstance(lines, list) else as_text(lines)
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    history = History.load(path)
    repr(history)
    [step.epoch + 1 for step in history.steps]
    history.column("number")
    again = History.load(history.save(folder / "again"))
    if repr([*again.steps, *again.epochs, *again.layers]) != repr([*history.steps, *history.epochs, *history.layers]):
        raise BrokenPromiseError("written and read again it is another")


HISTORIES = Target(
    "histories",
    _histories,
    lambda rng, sample, known: changed_json(rng, sample),
    _run_history,
    ("nn/history.py",),
    lambda sample: as_text(sample).encode(),
)

# --- traces ---


def _traces(rng: random.Random) -> Sequence[Any]:
    with source_lines(), scope("around"):
        y = tanh(Value(0.5, label="x") * 2.0) ** 2
        loss = quadratic(MLP((2, 2), rng=0)(numpy.ones((2, 2))), numpy.zeros((2, 2)))
    large = Tensor(numpy.ones((40, 40), numpy.float32), label="large").sum()
    return [json.loads(trace(one).to_json()) for one in (y, loss, large)]


def _run_trace(document: Any, folder: Path) -> None:
    traced = Trace.from_json(as_text(document))
    again = Trace.from_json(traced.to_json())
    if again.to_json() != traced.to_json():
        raise BrokenPromiseError("written and read again it is another")
    repr(traced)
    repr(draw(traced).dot)


TRACES = Target(
    "traces",
    _traces,
    lambda rng, sample, known: changed_json(rng, sample),
    _run_trace,
    ("viz/serialization.py",),
    lambda sample: as_text(sample).encode(),
)

TARGETS = (EXPRESSIONS, IDX, CHECKPOINTS, SIGNED_CHECKPOINTS, HISTORIES, TRACES)
