"""Pictures of training: what is in them, and that each is a picture."""

import io
from typing import Any

import numpy
import pytest

pytest.importorskip("matplotlib", reason="matplotlib is not installed: no plots")

from nn import (
    MLP,
    SGD,
    Dataset,
    Diagnostics,
    Distributions,
    History,
    NetworkError,
    Snapshots,
    fit,
    moons,
    quadratic,
    softmax_cross_entropy,
    spiral,
    xor,
)
from viz import DrawingError, plots
from viz.plots import looks


def trained(seed: int = 0, epochs: int = 3, **keywords: Any) -> tuple[MLP, History]:
    data = moons(40, rng=0)
    model = MLP((2, 4, 2), "tanh", rng=seed)
    optimizer = SGD(model.parameters(), 0.5)
    settings = {"batch_size": 8, "rng": seed, "validation": data.test, **keywords}
    history = fit(model, data.train, softmax_cross_entropy, optimizer, epochs, **settings)
    return model, history


def rendered(figure: Any) -> Any:
    """The pixels of a Figure, which must not be one colour."""
    from PIL import Image

    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    pixels = numpy.asarray(Image.open(stream).convert("L"))
    assert pixels.min() < 100 and pixels.max() == 255
    return pixels


def texts(figure: Any) -> list[str]:
    from matplotlib.text import Text

    return [one.get_text() for one in figure.findobj(Text) if one.get_text()]


def test_curves_show_the_history_s_own_numbers() -> None:
    _, history = trained()
    figure = history.plot()
    rendered(figure)
    losses, accuracies = figure.axes
    drawn = {line.get_label(): line for line in losses.get_lines()}
    assert numpy.array_equal(drawn["each step"].get_ydata(), history.steps.column("loss"))
    assert numpy.array_equal(drawn["training"].get_ydata(), history.column("loss"))
    assert numpy.array_equal(drawn["validation"].get_ydata(), history.column("validation_loss"))
    assert drawn["training"].get_linestyle() != drawn["validation"].get_linestyle()  # told apart in grey, too
    # A step's place is where it ends in its epoch: the last of an epoch stands at the epoch's figure.
    assert drawn["each step"].get_xdata()[[4, 9, 14]].tolist() == drawn["training"].get_xdata().tolist() == [1, 2, 3]
    assert numpy.array_equal(accuracies.get_lines()[-1].get_ydata(), history.column("validation_accuracy"))


def test_curves_of_what_is_no_classification_and_of_less_than_an_epoch() -> None:
    model = MLP((2, 1), rng=0)
    inputs = xor().train_inputs
    history = fit(model, (inputs, inputs[:, :1] * 0.3), quadratic, SGD(model.parameters(), 0.1), 2, batch_size=2)
    assert len(plots.curves(history).axes) == 1
    history.epochs.clear()
    rendered(plots.curves(history))
    with pytest.raises(DrawingError, match="a history without a step has no curves"):
        plots.curves(History())


def test_gradient_norms_have_a_line_for_each_layer_or_one_for_all() -> None:
    _, history = trained(callbacks=[Diagnostics(1)])
    (axis,) = history.plot_gradients().axes
    assert [line.get_label() for line in axis.get_lines()] == ["layers.0", "layers.1"]
    assert len({line.get_linestyle() for line in axis.get_lines()}) == 2
    assert axis.get_yscale() == "log"
    rendered(axis.figure)
    history.layers.clear()
    (axis,) = plots.gradient_norms(history).axes
    assert numpy.array_equal(axis.get_lines()[0].get_ydata(), history.steps.column("gradient_norm"))


def test_many_steps_are_drawn_with_their_running_mean() -> None:
    _, history = trained(epochs=40)
    (axis,) = plots.gradient_norms(history).axes
    every, mean = axis.get_lines()
    assert len(every.get_ydata()) == 200
    norms = history.steps.column("gradient_norm")
    assert mean.get_ydata()[0] == pytest.approx(norms[:5].mean())
    assert mean.get_xdata()[0] == 3  # the middle of the first five


def test_a_boundary_has_a_region_for_each_class() -> None:
    data = spiral(60, rng=0)

    def thirds(points: Any) -> Any:
        return (points[:, 0] > -0.3).astype(int) + (points[:, 0] > 0.3)

    figure = plots.decision_boundary(thirds, data.train_inputs, data.train_labels, "three stripes")
    rendered(figure)
    (axis,) = figure.axes
    assert axis.get_title(loc="left") == "three stripes"
    assert [one.get_text() for one in axis.get_legend().get_texts()] == ["0", "1", "2"]
    ground = axis.collections[0].get_array()
    assert set(numpy.unique(ground)) == {0, 1, 2}
    assert sum(len(one.get_offsets()) for one in axis.collections[-3:]) == 60


def test_a_model_draws_its_boundary_and_its_stages() -> None:
    snapshots = Snapshots(0, 1, 3)
    model, _ = trained(callbacks=[snapshots])
    data, before = moons(40, rng=0), model.state_dict()
    rendered(model.plot_boundary(*data.test))
    figure = snapshots.plot_boundaries(model, *data.test)
    rendered(figure)
    titles = [axis.get_title(loc="left") for axis in figure.axes]
    assert titles == ["at the start", "after epoch 1", "after epoch 3"]
    grounds = [axis.collections[0].get_array() for axis in figure.axes]
    assert not numpy.array_equal(grounds[0], grounds[2])
    assert all((before[name] == state).all() for name, state in model.state_dict().items())
    one = MLP((2, 3, 1), "tanh", "sigmoid", rng=0)
    rendered(one.plot_boundary(*xor().test))
    with pytest.raises(DrawingError, match="a boundary is drawn in the plane"):
        MLP((3, 1), rng=0).plot_boundary(numpy.zeros((2, 3)), numpy.array([0, 1]), loss=quadratic)


def test_a_confusion_matrix_counts_what_is_taken_for_what() -> None:
    labels, predicted = numpy.array([0, 0, 0, 1, 1, 2]), numpy.array([0, 0, 1, 1, 1, 0])
    figure = plots.confusion_matrix(labels, predicted, names=["zero", "one", "two"])
    rendered(figure)
    told = texts(figure)
    assert "4 of 6 right" in told and "zero" in told
    cells = {one.get_position(): one.get_text() for one in figure.axes[0].texts}
    assert cells == {(0, 0): "2", (1, 0): "1", (1, 1): "2", (0, 2): "1"}  # (taken for, is)
    model, _ = trained(epochs=1)
    rendered(model.plot_confusion(*moons(40, rng=0).test))


def images() -> Dataset:
    pixels = numpy.random.default_rng(0).random((12, 9))
    labels = numpy.arange(12) % 10
    return Dataset("nines", pixels, labels, pixels, labels, classes=10)


def test_images_are_drawn_in_a_grid_with_their_labels() -> None:
    figure = images().plot(5)
    rendered(figure)
    (axis,) = figure.axes
    assert [text.get_text() for text in axis.texts] == [str(label) for label in range(5)]
    for image, row in zip(axis.images, images().train_inputs, strict=False):
        assert numpy.array_equal(image.get_array(), 1 - row.reshape(3, 3))
    with pytest.raises(NetworkError, match="rows of 2 numbers are no square images"):
        xor().plot()


def test_mistakes_say_what_is_and_what_it_was_taken_for() -> None:
    data = images()
    model = MLP((9, 10), rng=0)
    predicted = model.outputs(data.test_inputs).argmax(axis=1)
    wrong = numpy.flatnonzero(predicted != data.test_labels)
    figure = model.plot_mistakes(*data.test)
    rendered(figure)
    told = [text.get_text() for text in figure.axes[0].texts]
    assert told == [f"{data.test_labels[one]} → {predicted[one]}" for one in wrong]
    assert len(figure.axes[0].images) == len(wrong)
    few = plots.misclassified(data.test_inputs.reshape(-1, 3, 3), data.test_labels, data.test_labels, most=4)
    assert "the first 4 of 12 taken for another (is → taken for)" in texts(few)
    nothing = numpy.zeros(0, dtype=int)
    plots.misclassified(numpy.zeros((0, 3, 3)), nothing, nothing).savefig(io.BytesIO(), format="png")


def test_weights_are_images_of_each_neuron() -> None:
    model = MLP((9, 5, 2), rng=0)
    figure = model.plot_weights()
    rendered(figure)
    shown = [image.get_array() for image in figure.axes[0].images]
    assert len(shown) == 5
    assert numpy.array_equal(shown[3], model.layers[0].weight.data[:, 3].reshape(3, 3))
    with pytest.raises(DrawingError, match="no images of 3×3 pixels"):
        plots.first_layer_weights(numpy.zeros((8, 2)), (3, 3))
    with pytest.raises(NetworkError, match="no square images"):
        MLP((2, 3), rng=0).plot_weights()


def test_seeds_are_told_with_their_median_and_how_many_reach_the_claim() -> None:
    histories = [trained(seed)[1] for seed in range(4)]
    figure = plots.seeds(histories, claim=0.0)
    rendered(figure)
    last = [history[-1].validation_accuracy for history in histories]
    assert f"median {numpy.median(last):.1%}" in texts(figure)
    assert "4 of 4 reach 0%" in texts(figure)
    points = figure.axes[1].get_lines()[0]
    assert points.get_ydata().tolist() == last
    with pytest.raises(DrawingError, match="no seed has an epoch"):
        plots.seeds([])


def test_seeds_that_end_alike_stand_beside_each_other() -> None:
    history = trained()[1]
    places = plots.seeds([history] * 5).axes[1].get_lines()[0].get_xdata()
    assert len(set(places)) == 5


def test_without_matplotlib_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    looks.figure_class.cache_clear()
    with pytest.raises(DrawingError, match="need matplotlib: pip install matplotlib"):
        plots.confusion_matrix(numpy.array([0]), numpy.array([0]))


def test_a_notebook_shows_a_figure_as_it_is() -> None:
    shown = plots.confusion_matrix(numpy.array([0, 1]), numpy.array([0, 1]))._repr_png_()
    assert shown.startswith(b"\x89PNG")


def test_pictures_leave_pyplot_alone() -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    plots.confusion_matrix(numpy.array([0]), numpy.array([0])).savefig(io.BytesIO())
    assert dict(matplotlib.rcParams) == before


def title(figure: Any) -> str:
    return figure.axes[0].get_title(loc="left")


def test_classes_of_signs_are_two_classes() -> None:
    figure = plots.confusion_matrix(numpy.array([-1, -1, -1, 1]), numpy.array([-1, -1, 1, 1]))
    assert title(figure) == "3 of 4 right"
    assert [text.get_text() for text in figure.axes[0].get_xticklabels()] == ["−1", "1"]
    assert title(plots.confusion_matrix([0, 1, 2], [0.0, 1.0, 1.0])) == "2 of 3 right"


@pytest.mark.parametrize(
    ("labels", "predicted", "words"),
    [
        ([0, 1, 1], [1], "3 labels and 1 predictions"),
        ([[0], [1], [1]], [0, 1, 1], "shape"),
        (numpy.eye(3), numpy.eye(3), "argmax"),
        ([], [], "one class for each sample"),
        ([0.5, 1.0], [0, 1], "whole numbers"),
        (["a", "b"], [0, 1], "whole numbers"),
        (numpy.ma.masked_array([0, 1], [True, False]), [0, 1], "masked"),
        ([-2, 1], [1, 1], "−1 and 1"),
    ],
)
def test_what_is_no_class_for_each_sample_is_refused(labels: Any, predicted: Any, words: str) -> None:
    with pytest.raises(DrawingError, match=words):
        plots.confusion_matrix(labels, predicted)


def test_a_class_without_a_name_is_refused() -> None:
    with pytest.raises(DrawingError, match="there is a class 2, and 2 names"):
        plots.confusion_matrix([0, 2], [0, 1], names=["a", "b"])


IMAGES = numpy.random.default_rng(0).random((3, 4, 4))
POINTS = numpy.random.default_rng(0).random((5, 2))


def right_half(points: Any) -> Any:
    return (points[:, 0] > 0.5).astype(int)


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda: plots.image_grid(IMAGES, numpy.array([1, 2])), "3 images and 2 labels"),
        (lambda: plots.image_grid(IMAGES, [1, 2, 3, 4]), "3 images and 4 labels"),  # type: ignore[arg-type]  # a list
        (lambda: plots.image_grid(IMAGES, 3), "one for each sample, in a list"),  # type: ignore[arg-type]  # as said
        (lambda: plots.image_grid(IMAGES.reshape(3, 16)), "height, width"),
        (lambda: plots.misclassified(IMAGES, numpy.arange(3), numpy.arange(2)), "3 labels and 2 predictions"),
        (lambda: plots.misclassified(IMAGES, numpy.arange(2), numpy.arange(2)), "3 images, 2 labels"),
        (lambda: plots.misclassified(IMAGES, numpy.arange(3), numpy.arange(3), ["a"]), "class 2, and 1 names"),
        (lambda: plots.decision_boundary(right_half, POINTS, numpy.array([0, 1])), "5 points and 2 labels"),
        (lambda: plots.decision_boundary(lambda points: numpy.array(1), POINTS, numpy.arange(5)), "for each"),
        (lambda: plots.decision_boundary(right_half, POINTS, numpy.arange(5) / 2), "whole numbers"),
        (lambda: plots.decision_boundary(right_half, POINTS[:0], numpy.arange(0)), "rows of two"),
        (lambda: plots.decision_boundary(lambda points: 3 * points, POINTS, numpy.arange(5)), "no shares from 0 to 1"),
        (lambda: plots.decision_boundaries([], POINTS, numpy.arange(5)), "no stage"),
        (lambda: plots.first_layer_weights(IMAGES.reshape(16, 3), 16), "height, width"),  # type: ignore[arg-type]  # as said
        (lambda: plots.first_layer_weights(IMAGES.reshape(16, 3), (4, 4), most=0), "most is a whole number from 1"),
    ],
)
def test_what_does_not_fit_together_is_refused_in_a_sentence(draw: Any, words: str) -> None:
    with pytest.raises(DrawingError, match=words):
        draw()


def test_a_boundary_shows_the_points_of_both_signs() -> None:
    figure = plots.decision_boundary(right_half, POINTS, numpy.array([-1, 1, -1, 1, 1]))
    drawn = figure.axes[0].get_legend_handles_labels()
    assert drawn[1] == ["−1", "1"]
    assert [len(points.get_offsets()) for points in drawn[0]] == [2, 3]


def test_mistakes_of_signs_have_their_own_names() -> None:
    figure = plots.misclassified(IMAGES, numpy.array([-1, 1, 1]), numpy.array([1, -1, -1]), ["no", "yes"])
    assert [text.get_text() for text in figure.axes[0].texts] == ["no → yes", "yes → no", "yes → no"]


def contrast_on_white(colour: str) -> float:
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


@pytest.mark.parametrize("theme", looks.LOOKS)
def test_what_is_nothing_in_a_heat_map_is_the_paper(theme: str) -> None:
    from matplotlib.colors import to_rgb

    with plots.theme(theme):
        paint = looks.look()
        figure = plots.confusion_matrix(numpy.arange(3), numpy.arange(3))
    (image,) = figure.axes[0].get_images()
    assert numpy.allclose(image.to_rgba(numpy.zeros(1))[0, :3], to_rgb(paint.paper))


@pytest.mark.parametrize("theme", looks.LOOKS)
@pytest.mark.parametrize("count", [1, 2, 5, 20])
def test_lines_and_points_stand_out_from_the_paper(count: int, theme: str) -> None:
    with plots.theme(theme):
        paint = looks.look()
        for colour in (paint.ink, paint.first, paint.second, paint.grey, *paint.classes, *looks.shades(count)):
            high, low = sorted((contrast_on_white(colour), contrast_on_white(paint.paper)))[::-1]
            assert high / low >= 3, colour


def test_the_ground_is_shaded_by_the_share_of_every_class() -> None:
    data = spiral(60, rng=0)

    def shares(points: Any) -> Any:
        first = numpy.clip(points[:, :1] + 0.5, 0, 1)
        return numpy.hstack([first, (1 - first) / 2, (1 - first) / 2])

    figure = plots.decision_boundary(shares, *data.train, axes=("width", "height"), names=["a", "b", "c"])
    rendered(figure)
    (axis,) = figure.axes
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("width", "height")
    assert axis.get_title(loc="left") == "what each point is taken for"
    assert [one.get_text() for one in axis.get_legend().get_texts()] == ["a", "b", "c"]
    ground = axis.collections[0].get_array().reshape(220, 220, 3)
    # Where it is not sure of any class, the ground is as white as the paper, where it is, it is not.
    columns = ground.mean(axis=(0, 2))
    x = axis.collections[0].get_coordinates()[0, :, 0]
    assert columns[numpy.abs(x[:-1] + 0.17).argmin()] > 0.97 > 0.85 > columns[-1]
    with pytest.raises(DrawingError, match="there is a class 2, and 2 names"):
        plots.decision_boundary(shares, *data.train, names=["a", "b"])


def test_snapshots_show_the_loss_around_the_way_and_how_far_each_parameter_moved() -> None:
    snapshots = Snapshots(0, 1, 2, 4)
    model, _ = trained(epochs=4, callbacks=[snapshots])
    data, before = moons(40, rng=0), model.state_dict()
    surface = snapshots.plot_loss_surface(model, softmax_cross_entropy, *data.train, points=7)
    rendered(surface)
    way = surface.axes[0].get_lines()[0].get_xydata()
    assert way[-1].tolist() == [0.0, 0.0] and len(way) == 4  # from the end
    assert {"start, epoch 0", "end, epoch 4"} <= set(texts(surface))
    moved = snapshots.plot_movement()
    rendered(moved)
    for line in moved.axes[0].get_lines():
        name = line.get_label().removesuffix(" (from 0)")
        first, last = (snapshots.states[epoch][name] for epoch in (0, 4))
        size = numpy.linalg.norm(first) or 1.0
        assert line.get_ydata()[-1] == pytest.approx(numpy.linalg.norm(last - first) / size)
    assert all((before[name] == state).all() for name, state in model.state_dict().items())
    with pytest.raises(DrawingError, match="three stages at least"):
        Snapshots(0).plot_loss_surface(model, softmax_cross_entropy, *data.train)
    with pytest.raises(DrawingError, match="two epochs at least"):
        Snapshots(0).plot_movement()


def test_distributions_are_histograms_of_each_layer_at_each_look() -> None:
    seen = Distributions(4)
    trained(callbacks=[seen])
    assert seen.steps == [0, 4, 8, 12]
    figure = seen.plot()
    rendered(figure)
    assert [axis.get_title(loc="left") for axis in figure.axes] == [
        f"{kind} of {layer}" for layer in ("layers.0", "layers.1") for kind in ("activations", "gradients")
    ]
    heights = figure.axes[0].collections[0].get_array()
    assert heights.shape == (60, 4)  # bins, and a histogram for each look
    median = figure.axes[0].get_lines()[0].get_ydata()
    assert median.tolist() == [numpy.median(one) for one in seen.layers["layers.0"]["activations"]]
    with pytest.raises(DrawingError, match="there is nothing to draw"):
        Distributions().plot()


def test_a_regression_is_a_curve_over_its_points() -> None:
    model = MLP((1, 3, 1), "tanh", rng=0)
    inputs = numpy.linspace(-1, 1, 9)[:, None]
    figure = model.plot_regression(inputs, inputs**2)
    rendered(figure)
    points, curve = figure.axes[0].get_lines()
    assert points.get_ydata().tolist() == (inputs**2).ravel().tolist()
    numpy.testing.assert_allclose(curve.get_ydata(), model.outputs(curve.get_xdata()[:, None]).ravel())
    with pytest.raises(DrawingError, match=r"a number for each sample, not arrays of \(9, 2\)"):
        plots.regression_curve(model.outputs, numpy.ones((9, 2)), numpy.ones(9))


def test_on_dark_paper_nothing_is_painted_for_light_paper() -> None:
    _, history = trained()
    with plots.theme("dark"):
        figure = history.plot("test")
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    from PIL import Image

    assert Image.open(stream).convert("RGB").getpixel((0, 0)) == (0x14, 0x18, 0x1D)
    inks = {text.get_color() for axis in figure.axes for text in (axis.xaxis.label, *axis.get_xticklabels())}
    assert inks == {"#e8e8e8"}
    assert "test" in texts(figure) and "validation" not in texts(figure)
    assert "validation" in texts(history.plot())
    with pytest.raises(DrawingError, match="theme of plots"), plots.theme("blue"):
        pass
