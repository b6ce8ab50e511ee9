"""What outputs and targets stand for is one rule, in `fit`, `accuracy` and the plots."""

import copy
import warnings
from pathlib import Path
from typing import Any

import numpy
import pytest

from autograd import DataTypeError, Tensor, Value, relu
from nn import (
    MLP,
    SGD,
    Adam,
    CheckpointError,
    Meaning,
    Module,
    NetworkError,
    Snapshots,
    accuracy,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    checkpoints,
    fit,
    hinge,
    one_hot,
    quadratic,
    softmax_cross_entropy,
    train_step,
)

POINTS = numpy.random.default_rng(0).normal(size=(200, 2))
LABELS = (POINTS.sum(axis=1) > 0).astype(int)
SIGNS = numpy.where(LABELS, 1, -1)


def trained(loss: Any, targets: Any, epochs: int = 4) -> tuple[MLP, float]:
    model = MLP((2, 8, 1), "tanh", rng=0)
    data = POINTS, targets[:, None].astype(float)
    history = fit(model, data, loss, Adam(model.parameters(), 0.003), epochs, validation=data, rng=0)
    assert history[-1].validation_accuracy is not None
    return model, history[-1].validation_accuracy


@pytest.mark.parametrize(
    ("loss", "labels"),
    [(binary_cross_entropy_with_logits, LABELS), (hinge, SIGNS), (quadratic, LABELS), (quadratic, SIGNS)],
)
def test_fit_accuracy_and_plots_put_the_border_at_the_same_place(loss: Any, labels: Any) -> None:
    model, share = trained(loss, labels)
    assert accuracy(model, POINTS, labels) == accuracy(copy.deepcopy(model), POINTS, labels) == share
    right = f"{round(share * 200)} of 200 right"
    assert model.plot_confusion(POINTS, labels).axes[0].get_title(loc="left") == right
    border = 0.0 if loss is not quadratic or labels is SIGNS else 0.5
    assert share == ((model.outputs(POINTS)[:, 0] > border) == LABELS).mean()
    model.plot_boundary(POINTS, labels)


def test_a_model_of_one_output_that_nobody_told_of_is_refused_and_can_be_told() -> None:
    model = MLP((2, 8, 1), "tanh", rng=0)
    for ask in (accuracy, Module.plot_confusion, Module.plot_mistakes, Module.plot_boundary):
        with pytest.raises(NetworkError, match="give loss=, the loss that the model was trained with"):
            ask(model, POINTS, LABELS)  # type: ignore[operator]
    right = ((model.outputs(POINTS)[:, 0] > 0) == LABELS).mean()
    assert accuracy(model, POINTS, LABELS, loss=hinge) == right == accuracy(model, POINTS, LABELS, 0.0)
    assert accuracy(MLP((2, 1), "tanh", "sigmoid", rng=0), POINTS, LABELS) > 0
    with pytest.raises(NetworkError, match=r"loss= takes the loss .* not 'hinge'"):
        accuracy(model, POINTS, LABELS, loss="hinge")  # type: ignore[arg-type]


def test_labels_of_every_kind_count_alike_or_are_refused() -> None:
    model, share = trained(binary_cross_entropy_with_logits, LABELS)
    for kind in (float, bool, "uint8"):
        assert accuracy(model, POINTS, LABELS.astype(kind)) == share
        model.plot_confusion(POINTS, LABELS.astype(kind))
    assert accuracy(model, POINTS, SIGNS) == share == accuracy(model, POINTS, LABELS.tolist())
    assert accuracy(model, POINTS, Tensor(LABELS.astype(float))) == share
    for odd, said in (
        (LABELS.astype(str), "not '[01]'"),
        ([None] * 200, "not None"),
        (LABELS + 0.5, r"not [01]\.5"),
        (LABELS * numpy.nan, "not nan"),
        (LABELS + 1, "the label 2 is none of the classes that 1 output tells: 0 … 1"),
    ):
        with pytest.raises(NetworkError, match=said):
            accuracy(model, POINTS, odd)
    many = MLP((2, 3), rng=0)
    with pytest.raises(NetworkError, match="the label -1 is none of the classes that 3 outputs tell: 0 … 2"):
        accuracy(many, POINTS, SIGNS)


def test_inputs_of_nan_have_no_class() -> None:
    points = POINTS.copy()
    points[3, 1] = numpy.nan
    for model in (MLP((2, 3), rng=0), MLP((2, 1), "tanh", "sigmoid", rng=0)):
        with pytest.raises(NetworkError, match="the output for sample 3 is nan"):
            accuracy(model, points, LABELS)
    data = POINTS, LABELS[:, None]
    with pytest.raises(NetworkError, match="validation: its inputs hold nan"):
        fit(model, data, quadratic, SGD(model.parameters(), 1.0), 1, validation=(points, data[1]))


@pytest.mark.parametrize("loss", [binary_cross_entropy, binary_cross_entropy_with_logits])
@pytest.mark.parametrize("wrong", [-1.0, 2.0, 1.5, numpy.nan])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_targets_that_are_no_probabilities_are_refused(loss: Any, wrong: float, dtype: str) -> None:
    outputs = numpy.array([[0.25], [0.5]], dtype)
    for given in (Tensor(outputs), [[Value(0.25)], [Value(0.5)]]):
        with pytest.raises(DataTypeError, match="targets are probabilities from 0 to 1, not"):
            loss(given, numpy.array([[1.0], [wrong]], dtype))


def test_rows_of_targets_that_are_no_probabilities_are_refused_for_softmax() -> None:
    for given in (Tensor([[0.0, 1.0]]), [[Value(0.0), Value(1.0)]]):
        with pytest.raises(DataTypeError, match="softmax_cross_entropy: targets are probabilities"):
            softmax_cross_entropy(given, [[-1.0, 1.0]])


def test_outputs_that_are_no_probabilities_are_refused_also_in_a_compiled_run() -> None:
    for given in (Tensor([[1.5], [0.5]]), [[Value(1.5)], [Value(0.5)]]):
        with pytest.raises(DataTypeError, match=r"outputs are probabilities from 0 to 1, not 1\.5; end the model in"):
            binary_cross_entropy(given, [[1.0], [1.0]])
    for compile in (None, False):
        model = MLP((2, 8, 1), "tanh", rng=0)
        data = POINTS, LABELS[:, None]
        with pytest.raises(DataTypeError, match="binary_cross_entropy_with_logits"):
            fit(model, data, binary_cross_entropy, SGD(model.parameters(), 0.1), 500, rng=0, compile=compile)


@pytest.mark.parametrize("compile", [None, False])
def test_a_batch_of_outputs_without_a_column_is_refused(compile: bool | None) -> None:
    class Flat(Module):
        def __init__(self) -> None:
            self.inner = MLP((2, 1), rng=0)

        def __call__(self, x: Any) -> Any:
            return self.inner(x).reshape(-1)

    model = Flat()
    with pytest.raises(NetworkError, match=r"outputs of shape \(32,\): a row for each sample is needed"):
        fit(model, (POINTS, POINTS[:, 0]), quadratic, SGD(model.parameters(), 0.1), 500, rng=0, compile=compile)


@pytest.mark.parametrize(
    ("loss", "labels"),
    [(binary_cross_entropy_with_logits, LABELS), (hinge, SIGNS), (quadratic, LABELS), (quadratic, SIGNS)],
)
def test_a_checkpoint_keeps_what_outputs_mean(loss: Any, labels: Any, tmp_path: Path) -> None:
    model, share = trained(loss, labels)
    path = checkpoints.save(tmp_path / "model", model)
    loaded = MLP((2, 8, 1), "tanh", rng=1)
    checkpoints.load(path, loaded)
    built, _ = checkpoints.build(path)
    for one in (loaded, built):
        assert accuracy(one, POINTS, labels) == share
        assert one.plot_confusion(POINTS, labels).axes[0].get_title(loc="left") == f"{round(share * 200)} of 200 right"
        one.plot_boundary(POINTS, labels)


def test_a_checkpoint_without_a_meaning_leaves_the_model_s_own(tmp_path: Path) -> None:
    untold = checkpoints.save(tmp_path / "model", MLP((2, 8, 1), "tanh", rng=0))
    assert checkpoints.read(untold).meaning is None
    with pytest.raises(NetworkError, match="give loss="):
        accuracy(checkpoints.build(untold)[0], POINTS, LABELS)
    model, _ = trained(hinge, SIGNS, epochs=1)
    checkpoints.load(untold, model)
    assert accuracy(model, POINTS, LABELS) == accuracy(model, POINTS, LABELS, loss=hinge)


@pytest.mark.parametrize(
    "described",
    [3, None, {}, {"outputs": "values"}, *({"outputs": bad} for bad in ("guesses", None)), {"no": "0"}, {"output": 1}],
    ids=str,
)
def test_a_meaning_that_is_none_is_refused(described: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, _ = trained(hinge, SIGNS, epochs=1)
    changed = {**Meaning("scores").described(), **described} if described and described != 3 else described
    whole = described == {"outputs": "values"}  # another one, and a right one
    monkeypatch.setattr(Meaning, "described", lambda self: changed)
    path = checkpoints.save(tmp_path / "model", model)
    if whole:
        assert checkpoints.read(path).meaning == Meaning("values")
    else:
        with pytest.raises(CheckpointError, match="what its outputs mean cannot be read"):
            checkpoints.read(path)


def test_fit_and_every_plot_read_tensors_of_data_that_were_made_with_gradients() -> None:
    points, targets, labels = Tensor(POINTS), Tensor(LABELS[:, None]), Tensor(LABELS.astype(float))
    assert points.requires_grad and labels.requires_grad
    model = MLP((2, 4, 1), "tanh", "sigmoid", rng=0)
    snapshots = Snapshots(0, 1)
    optimizer = SGD(model.parameters(), 0.1)
    history = fit(
        model, (points, targets), quadratic, optimizer, 1, validation=(points, targets), callbacks=[snapshots], rng=0
    )
    same = MLP((2, 4, 1), "tanh", "sigmoid", rng=0)
    columns = POINTS, LABELS[:, None].astype(float)
    assert fit(same, columns, quadratic, SGD(same.parameters(), 0.1), 1, rng=0)[-1].loss == history[-1].loss
    assert accuracy(model, points, labels) == accuracy(model, POINTS, LABELS)
    figures = [model.plot_boundary(points, labels), model.plot_confusion(points, labels)]
    figures += [snapshots.plot_boundaries(model, points, labels), history.plot(), history.plot_gradients()]
    images = MLP((4, 2), rng=0)
    figures += [images.plot_mistakes(Tensor(numpy.eye(4)), Tensor([0.0, 1.0, 0.0, 1.0])), images.plot_weights()]
    assert all(figure.axes for figure in figures)
    assert points.grad is None and labels.grad is None


def of_signs(outputs: Any, signs: Any) -> Any:
    return relu(1 - outputs[:, 0] * signs).mean()


def of_numbers(outputs: Any, numbers: Any) -> Any:
    return ((outputs[:, 0] - numbers) ** 2).mean()


def of_classes(outputs: Any, labels: Any) -> Any:
    return softmax_cross_entropy(outputs, labels)


@pytest.mark.parametrize("compile", [True, False])
@pytest.mark.parametrize(("loss", "border"), [(of_signs, 0.0), (of_numbers, 0.0)])
def test_a_row_of_signs_beside_one_output_and_a_loss_of_ones_own_is_measured_by_its_signs(
    loss: Any, border: float, compile: bool
) -> None:
    model = MLP((2, 8, 1), "tanh", rng=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = POINTS, SIGNS
        history = fit(model, data, loss, SGD(model, 0.1), 3, validation=data, rng=0, compile=compile)
    share = float(((model.outputs(POINTS)[:, 0] > border) == LABELS).mean())
    assert history[-1].validation_accuracy == share == accuracy(model, POINTS, SIGNS)
    first = history.steps[0].accuracy
    assert first is not None and first > 0.2 and history.steps[-1].accuracy == pytest.approx(share, abs=0.3)


@pytest.mark.parametrize(
    ("targets", "n_outputs", "loss", "has_accuracy"),
    [
        (numpy.arange(200) % 7, 1, of_numbers, False),
        (numpy.arange(200) % 7, 2, of_numbers, False),
        (LABELS - 5, 3, of_numbers, False),
        (LABELS, 1, of_numbers, True),
        (SIGNS, 1, of_numbers, True),
        (numpy.arange(200) % 3, 3, of_classes, True),
        (numpy.arange(200) % 3, 5, of_classes, True),
        (one_hot(LABELS, 2), 1, lambda a, y: ((a - y[:, 1:]) ** 2).mean(), False),
        (one_hot(LABELS, 2), 2, lambda a, y: ((a - y) ** 2).mean(), True),
    ],
)
def test_whole_numbers_that_the_outputs_do_not_tell_apart_get_no_accuracy(
    targets: Any, n_outputs: int, loss: Any, has_accuracy: bool
) -> None:
    model = MLP((2, 8, n_outputs), rng=0)
    (epoch,) = fit(model, (POINTS, targets), loss, SGD(model, 1e-3), 1, validation=(POINTS, targets), rng=0)
    assert (epoch.accuracy is not None) == (epoch.validation_accuracy is not None) == has_accuracy


def test_outputs_of_several_axes_have_no_classes() -> None:
    class Square(MLP):
        def __call__(self, x: Any) -> Any:
            return super().__call__(x).reshape(-1, 2, 2)

    model = Square((2, 4), rng=0)
    history = fit(model, (POINTS, LABELS), lambda a, y: (a**2).mean(), SGD(model, 0.1), 1, rng=0)
    assert history[-1].accuracy is None


def test_steps_of_single_samples_find_the_border_that_all_together_have() -> None:
    targets = SIGNS[:, None].astype(float)
    model = MLP((2, 8, 1), rng=0)
    optimizer = SGD(model, 0.05)
    for last in (numpy.argmax(LABELS), numpy.argmin(LABELS)):  # the last one alone has its border anywhere
        for index in (*range(20), last):
            train_step(model, POINTS[index : index + 1], targets[index : index + 1], quadratic, optimizer)
        right = ((model.outputs(POINTS)[:, 0] > 0) == LABELS).mean()
        assert accuracy(model, POINTS, SIGNS) == right
    train_step(model, POINTS, (targets + 1) / 2, quadratic, SGD(model, 1e-12))
    assert accuracy(model, POINTS, LABELS) == ((model.outputs(POINTS)[:, 0] > 0.5) == LABELS).mean()


@pytest.mark.parametrize(
    ("threshold", "said"),
    [
        (numpy.nan, "the threshold is a finite number, not nan"),
        (numpy.inf, "the threshold is a finite number, not inf"),
        ("a", "the threshold is a number, the border of one output, not"),
        (hinge, "a loss goes by name: accuracy"),
        (True, "the threshold is a number, the border of one output, not"),
        ([0.5], "the threshold is a number, the border of one output, not"),
    ],
)
def test_a_threshold_that_is_none_is_refused(threshold: Any, said: str) -> None:
    with pytest.raises(NetworkError, match=said):
        accuracy(MLP((2, 4, 1), rng=0), POINTS, LABELS, threshold)


def test_a_threshold_beside_several_outputs_is_refused() -> None:
    with pytest.raises(NetworkError, match="a threshold is the border of one output, and there are 2"):
        accuracy(MLP((2, 4, 2), rng=0), POINTS, LABELS, threshold=0.9)


@pytest.mark.parametrize(
    "outputs",
    [
        lambda x: x.mean(axis=0, keepdims=True),
        lambda x: x.reshape(-1, 1, 2),
        lambda x: x.reshape(-1, 1),
        lambda x: x[:, :0],
    ],
)
def test_outputs_that_are_no_row_for_each_sample_have_no_classes(outputs: Any) -> None:
    class Model(Module):
        def __call__(self, x: Any) -> Any:
            return outputs(x)

    for ask in (accuracy, Module.plot_confusion):
        with pytest.raises(NetworkError, match="classes are read off a row of outputs for each sample"):
            ask(Model(), POINTS, LABELS)
    model = MLP((2, 2), rng=0)
    data = POINTS, LABELS
    if outputs(POINTS).size:
        history = fit(lambda x: outputs(model(x)), data, lambda a, y: (a**2).mean(), SGD(model, 0.1), 1, rng=0)
        assert history[-1].accuracy is None
