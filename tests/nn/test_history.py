import json
import math
from pathlib import Path

import numpy
import pytest

from nn import MLP, SGD, History, HistoryError, fit, quadratic
from nn.history import Epoch, LayerFigures, Step


def history() -> History:
    made = History()
    made.steps.append(Step(1, 4, 0.5, 0.25, 0.1, 2.0, 0.001))
    made.steps.append(Step(1, 3, math.inf, None, 0.1, math.nan, 0.002))
    made.epochs.append(Epoch(1, math.inf, None, 0.125, None, 0.1, 2.5, 0.003))
    made.steps.append(Step(2, 4, 0.1 + 0.2, 1.0, 0.1, 1e-300, 0.001))
    made.layers.append(LayerFigures(1, "layers.0", 0.5, 0.25, None, 1.0, 1e-3))
    made.layers.append(LayerFigures(2, "layers.1", 0.5, 0.25, 0.75, 1.0, None))
    made.stopped = "interrupted"
    return made


def same(one: History, other: History) -> bool:
    return (
        str(list(one.steps)) == str(list(other.steps))  # as texts, for nan differs from itself
        and str(one.epochs) == str(other.epochs)
        and str(one.layers) == str(other.layers)
    )


def test_json_lines_give_the_history_back(tmp_path: Path) -> None:
    path = history().save(tmp_path / "run.jsonl")
    found = History.load(path)
    assert same(found, history())
    assert found.stopped == "interrupted"


def test_lines_are_strict_json_in_the_order_of_events(tmp_path: Path) -> None:
    def no_constant(name: str) -> None:
        pytest.fail(f"{name} is no JSON")

    lines = history().save(tmp_path / "run.jsonl").read_text().splitlines()
    told = [json.loads(line, parse_constant=no_constant) for line in lines]
    assert [line["kind"] for line in told] == ["step", "step", "epoch", "step", "layer", "layer", "run", "stopped"]
    assert told[1]["loss"] == "inf" and told[1]["accuracy"] is None


def test_columns_give_it_back_to_the_bit() -> None:
    found = History.from_arrays(history().to_arrays(), ["layers.0", "layers.1"])
    assert found.steps[2].loss == 0.1 + 0.2
    again = History.from_arrays(found.to_arrays(), ["layers.0", "layers.1"]).to_arrays()
    assert all(again[name].tobytes() == column.tobytes() for name, column in history().to_arrays().items())


@pytest.mark.parametrize(
    "line",
    [
        "", "{", "[]", "null", "3", '{"kind": "step"}', '{"kind": "dance"}', '{"step": 0}', '"kind"',
        '{"kind": "step", "step": 1, "epoch": 1, "samples": 1, "loss": 1, "accuracy": 1, "learning_rate": 1, '
        '"gradient_norm": 1, "seconds": 1}',
        '{"kind": "epoch", "number": 1, "loss": "much"}',
        '{"kind": "stopped"}', "[" * 100_000,
        '{"kind": "step", "step": 0, "epoch": 1e999, "samples": 1, "loss": 1, "accuracy": 1, "learning_rate": 1, '
        '"gradient_norm": 1, "seconds": 1}',
        '{"kind": "step", "step": 0, "epoch": null, "samples": 1, "loss": 1, "accuracy": 1, "learning_rate": 1, '
        '"gradient_norm": 1, "seconds": 1}',
        '{"kind": "epoch", "number": null, "loss": 1, "accuracy": null, "validation_loss": null, '
        '"validation_accuracy": null, "learning_rate": 1, "gradient_norm": 1, "seconds": 1}',
        f'{{"kind": "epoch", "number": 1{"0" * 400}, "loss": 1, "accuracy": null, "validation_loss": null, '
        '"validation_accuracy": null, "learning_rate": 1, "gradient_norm": 1, "seconds": 1}',
        '{"kind": "epoch", "number": "Infinity", "loss": 1, "accuracy": null, "validation_loss": null, '
        '"validation_accuracy": null, "learning_rate": 1, "gradient_norm": 1, "seconds": 1}',
    ],
)  # fmt: skip
def test_a_line_that_is_none_is_named(line: str, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    good = json.dumps({"kind": "stopped", "reason": "interrupted"})
    path.write_text(f"{good}\n{line}\n")
    with pytest.raises(HistoryError, match=r"run\.jsonl: line 2 is no line of a history"):
        History.load(path)


def test_epochs_without_steps_are_written_too(tmp_path: Path) -> None:
    history = History()
    for number in (2, 1, 2):
        history.epochs.append(Epoch(number, 0.5, None, None, None, 0.1, 1.0, 0.0))
    history.steps.append(Step(1, 1, 0.5, None, 0.1, 1.0, 0.0))
    history.steps.append(Step(7, 1, 0.5, None, 0.1, 1.0, 0.0))
    again = History.load(history.save(tmp_path / "run.jsonl"))
    assert (again.epochs, [*again.steps]) == (history.epochs, [*history.steps])


def test_files_that_cannot_be_read_or_written_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="cannot be read: No such file"):
        History.load(tmp_path / "nothing")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(HistoryError, match="cannot be read"):
        History.load(tmp_path / "bytes")
    with pytest.raises(HistoryError, match="cannot be written: No such file"):
        history().save(tmp_path / "nowhere" / "run.jsonl")


def test_columns_and_slices() -> None:
    made = history()
    assert made.column("validation_loss").tolist() == [0.125]
    assert numpy.isnan(made.column("accuracy")).tolist() == [True]
    assert [step.samples for step in made.steps[1:]] == [3, 4]
    assert made.steps[-1].epoch == 2
    assert made[:1] == made.epochs
    assert repr(made) == "History(1 epochs, 3 steps, loss inf)"
    assert repr(History()) == "History(0 steps)"
    with pytest.raises(HistoryError, match="steps have no 'losses'; they have epoch, samples, loss"):
        made.steps.column("losses")
    with pytest.raises(HistoryError, match="epochs have no 'losses'; they have number, loss"):
        made.column("losses")


def test_columns_that_do_not_go_together_are_refused() -> None:
    arrays = history().to_arrays()
    with pytest.raises(HistoryError, match="do not go together"):
        History.from_arrays({**arrays, "steps.loss": numpy.zeros(2)}, ["layers.0", "layers.1"])
    with pytest.raises(HistoryError, match="do not go together"):
        History.from_arrays(arrays, ["layers.0"])
    del arrays["epochs.number"]
    with pytest.raises(HistoryError, match="do not go together"):
        History.from_arrays(arrays, ["layers.0", "layers.1"])


@pytest.mark.parametrize("ends_compiled", [True, False])
def test_how_steps_were_run_is_written_and_read_again(ends_compiled: bool, tmp_path: Path) -> None:
    data = (numpy.random.default_rng(0).random((8, 2)), numpy.eye(8)[:, :1])

    def run(epochs: int, compiled: bool, **others: Path) -> History:
        model = MLP((2, 3, 1), rng=0)
        optimizer = SGD(model.parameters(), 0.1)
        return fit(model, data, quadratic, optimizer, epochs, batch_size=4, rng=0, compile=compiled, **others)

    first = run(2, not ends_compiled, checkpoint=tmp_path / "model")
    resumed = run(3, ends_compiled, resume=tmp_path / "model")
    before, after = ("eager", "compiled") if ends_compiled else ("compiled", "eager")
    assert first.way == f"{before} steps" and resumed.way == f"{before} steps; from step 5 on {after} steps"
    for history in (first, resumed):
        again = History.load(history.save(tmp_path / "run.jsonl"))
        assert (again.way, again.compiled) == (history.way, history.compiled)


@pytest.mark.parametrize(
    "changed",
    [{"compiled": 1}, {"eager_because": 3}, {"restored_epoch": 9}, {"ways": [[0]]}, {"ways": [[0, 1]]}, {"ways": 3}],
    ids=str,
)
def test_what_a_run_cannot_have_been_is_refused(changed: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text(json.dumps({"kind": "run", **History().described(), **changed}) + "\n")
    with pytest.raises(HistoryError, match="line 1 is no line of a history"):
        History.load(path)
