from pathlib import Path
from typing import Any

import numpy
import pytest

import viz
from autograd import CallError, ShapeError, Tensor, gradcheck, gradients, relu
from nn import (
    CheckpointError,
    Conv2d,
    Embedding,
    Flatten,
    Linear,
    MaxPool2d,
    NetworkError,
    Sequential,
    accuracy,
    checkpoints,
    fit,
    softmax_cross_entropy,
)
from nn.optimizers import Adam

GENERATOR = numpy.random.default_rng(0)


def digits_network(seed: int = 0) -> Sequential:
    return Sequential(
        Conv2d(1, 2, 3, padding=1, rng=seed), relu, MaxPool2d(2), Flatten(), Linear(8, 2, bias=False, rng=seed + 1)
    )


# Whether the left or the right half of an image is brighter.
IMAGES = GENERATOR.normal(size=(60, 1, 4, 4))
SIDES = (IMAGES[..., :2].sum(axis=(1, 2, 3)) > IMAGES[..., 2:].sum(axis=(1, 2, 3))).astype(int)


def test_a_convolution_is_a_sum_over_each_window() -> None:
    layer = Conv2d(2, 3, 2, rng=0, initializer="normal")
    x = GENERATOR.normal(size=(1, 2, 3, 3))
    for row in range(2):
        for column in range(2):
            window = x[0, :, row : row + 2, column : column + 2]
            expected = (layer.weight.data * window).sum(axis=(1, 2, 3)) + layer.bias.data  # type: ignore[union-attr]  # it has one
            numpy.testing.assert_allclose(layer(x).data[0, :, row, column], expected, rtol=1e-12)


@pytest.mark.parametrize(
    "layer",
    [Conv2d(2, 3, 2, rng=0), Conv2d(2, 1, (2, 3), stride=(1, 2), padding=1, bias=False, rng=0), MaxPool2d(2, 1)],
    ids=repr,
)
def test_layers_on_images_have_the_gradients_of_finite_differences_to_the_second_order(layer: Any) -> None:
    x = GENERATOR.normal(size=(2, 2, 3, 4))
    scale = GENERATOR.normal(size=layer(x).shape)
    assert gradcheck(lambda x: (layer(x) * scale).sum(), x)

    def slope(x: Any) -> Any:
        """Of a curved function of the layer, so that its derivative has the layer in it twice."""
        node = x if isinstance(x, Tensor) else Tensor(x)
        return gradients((layer(node) ** 3).sum(), node, create_graph=True).sum()

    assert gradcheck(slope, x)


def test_those_that_tie_in_a_window_share_the_gradient() -> None:
    x = Tensor([[[3.0, 3.0], [1.0, 0.0]]])
    MaxPool2d(2)(x).sum().backward()
    assert x.grad.tolist() == [[[0.5, 0.5], [0.0, 0.0]]]


def test_float32_stays_and_no_samples_are_none() -> None:
    layers = Sequential(Conv2d(1, 2, 3, padding=1, rng=0, dtype=numpy.float32), MaxPool2d(2))
    for samples in (3, 0):
        found = layers(numpy.zeros((samples, 1, 4, 4), numpy.float32))
        assert (found.shape, found.dtype) == ((samples, 2, 2, 2), numpy.float32)


@pytest.mark.parametrize("initializer", ["xavier", "he", "normal"])
def test_weights_begin_as_wide_as_the_windows_they_look_at_make_it(initializer: str) -> None:
    layer = Conv2d(20, 30, 5, initializer=initializer, rng=0)
    seen, sees = 20 * 25, 30 * 25
    expected = {"xavier": (2 / (seen + sees)) ** 0.5, "he": (2 / seen) ** 0.5, "normal": 1.0}[initializer]
    assert layer.weight.data.std() == pytest.approx(expected, rel=0.05)
    assert layer.bias is not None and layer.bias.shape == (30,)


def test_a_network_on_images_is_trained_saved_loaded_and_shown(tmp_path: Path) -> None:
    model = digits_network()
    optimizer = Adam(model, 0.05)
    history = fit(model, (IMAGES, SIDES), softmax_cross_entropy, optimizer, 30, rng=0)
    assert history[-1].loss < history[0].loss / 2
    assert accuracy(model, IMAGES, SIDES) > 0.9
    path = checkpoints.save(tmp_path / "images", model, optimizer)
    again = digits_network(seed=5)
    checkpoints.load(path, again, Adam(again, 0.05))
    assert numpy.array_equal(again.outputs(IMAGES), model.outputs(IMAGES))
    assert accuracy(again, IMAGES, SIDES) == accuracy(model, IMAGES, SIDES)
    assert "layers.0.weight  (2, 1, 3, 3)  float64     18" in model.summary()
    assert repr(model) == (
        "Sequential(Conv2d(1 → 2, 3, padding=1), relu, MaxPool2d(2), Flatten(), Linear(8 → 2, bias=False))"
    )
    picture = viz.draw(softmax_cross_entropy(model(IMAGES[:3]), SIDES[:3])).notebook_svg()
    assert "layers.0.weight" in picture and "softmax_cross_entropy" in picture


def test_a_file_of_a_layer_with_a_bias_does_not_fit_one_without(tmp_path: Path) -> None:
    path = checkpoints.save(tmp_path / "biased", Linear(2, 3, rng=0))
    with pytest.raises(CheckpointError, match="bias is unknown"):
        checkpoints.load(path, Linear(2, 3, bias=False, rng=0))


def test_an_embedding_is_trained_saved_loaded_and_shown(tmp_path: Path) -> None:
    def made(seed: int) -> Sequential:
        return Sequential(Embedding(6, 2, rng=seed), Flatten(), Linear(4, 2, rng=seed))

    model, words = made(0), GENERATOR.integers(0, 6, (50, 2))
    labels = (words.sum(axis=1) > 5).astype(int)
    fit(model, (words, labels), softmax_cross_entropy, Adam(model, 0.1), 60, rng=0)
    assert accuracy(model, words, labels) == 1
    again = made(1)
    checkpoints.load(checkpoints.save(tmp_path / "words", model), again)
    assert numpy.array_equal(again.outputs(words), model.outputs(words))
    assert "layers.0.weight  (6, 2)  float64     12" in model.summary()
    assert "layers.0.weight" in viz.draw(softmax_cross_entropy(model(words[:3]), labels[:3])).notebook_svg()


def test_only_rows_that_were_looked_up_get_gradients_and_one_that_came_twice_gets_both() -> None:
    layer = Embedding(4, 2, rng=0)
    layer([1, 3, 1]).sum().backward()
    assert layer.weight.grad.tolist() == [[0, 0], [2, 2], [0, 0], [1, 1]]
    assert layer(numpy.zeros((2, 0), int)).shape == (2, 0, 2)
    assert layer(3).shape == (2,)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((5, 2, 4, 4), r"takes images of shape \(samples, 1, height, width\), not an input of shape \(5, 2, 4, 4\)"),
        ((5, 784), r"reshape\(-1, 1, 28, 28\) makes images"),
        ((1, 1, 2, 9), r"its window is larger than images of 2 × 9"),
    ],
)
def test_images_that_do_not_fit_are_told(shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(ShapeError, match=words):
        Conv2d(1, 2, 3, rng=0)(numpy.zeros(shape))


@pytest.mark.parametrize("given", [0, -1, 2.5, True, "3", (1, 2, 3), (1, 0), None])
def test_windows_that_cannot_be_are_refused(given: Any) -> None:
    for make in (lambda: Conv2d(1, 2, given), lambda: Conv2d(1, 2, 3, stride=given), lambda: MaxPool2d(given)):
        with pytest.raises(NetworkError, match=r"(kernel_size|stride) is a whole number from 1, or a pair of them"):
            make()


def test_a_layer_without_a_bias_has_none_and_begins_with_the_same_weights() -> None:
    with_bias, without = Linear(3, 2, rng=0), Linear(3, 2, bias=False, rng=0)
    assert without.bias is None and [name for name, _ in without.named_parameters()] == ["weight"]
    assert numpy.array_equal(with_bias.weight.data, without.weight.data)
    for x in (numpy.ones(3), numpy.ones((4, 3)), numpy.ones((5, 4, 3))):
        assert numpy.array_equal(without(x).data, x @ without.weight.data)


def test_a_sequential_is_indexed_sliced_iterated_and_has_a_length() -> None:
    model = digits_network()
    assert len(model) == 5 and list(model) == model.layers
    assert model[0] is model.layers[0] and model[-1] is model.layers[4] and model[1] is relu
    features = model[:-1]
    assert isinstance(features, Sequential) and features.layers == model.layers[:-1]
    assert numpy.array_equal(model(IMAGES).data, model[-1](features(IMAGES)).data)
    features[0].weight.data = numpy.zeros((2, 1, 3, 3))  # it is the same layer
    assert not model[0].weight.data.any()
    empty = Sequential()
    assert len(empty) == 0 and bool(empty)


@pytest.mark.parametrize(
    ("written", "kind", "words"),
    [
        ("model[5]", IndexError, "a Sequential of 5 layers has no layer 5"),
        ("model['a']", CallError, "found by its number, model[0] or model[:2], not str 'a'"),
        ("model[0] = relu", CallError, "model.layers[0] = …"),
        ("del model[0]", CallError, "del model.layers[0]"),
    ],
)
def test_what_a_sequential_s_index_cannot_do_is_told(written: str, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as raised:
        exec(written, {"model": digits_network(), "relu": relu})
    assert words in str(raised.value)
