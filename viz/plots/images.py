"""Images: samples, mistakes, and the weights of neurons that look at pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy

from autograd.arguments import described, is_whole, whole_number

from ..errors import DrawingError
from .checks import check_counts, check_names, classes_of_samples, from_zero, images_of
from .looks import Array, look, new_figure, titled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def first_layer_weights(weight: Array, shape: tuple[int, int], most: int = 64) -> Figure:
    """The weights of each neuron of the first layer where its pixels are: white raises it, black lowers it.

    Args:
        weight: (pixels, neurons).
        shape: of the image that the pixels make.
        most: so many neurons are drawn, the first.
    """
    weight = numpy.asarray(weight, dtype=float)
    if not (isinstance(shape, tuple | list) and len(shape) == 2 and all(map(is_whole, shape))):
        raise DrawingError(f"first_layer_weights: shape is (height, width) of an image, not {described(shape)}")
    most = whole_number("first_layer_weights: most", most, error=DrawingError)
    if weight.ndim != 2 or weight.shape[0] != math.prod(shape):
        raise DrawingError(f"weights of shape {weight.shape} are no images of {shape[0]}×{shape[1]} pixels")
    images = weight.T[:most].reshape(-1, *shape)
    shown = f"the first {len(images)} of {weight.shape[1]} neurons" if len(images) < weight.shape[1] else "all neurons"
    # The rare extreme weight would leave all others grey.
    bound = float(numpy.quantile(numpy.abs(images), 0.995)) or 1.0
    return _grid_of_images(images, None, f"weights of {shown}, black −{bound:.2g} to white +{bound:.2g}", -bound, bound)


def misclassified(
    images: Array, labels: Array, predicted: Array, names: Sequence[str] | None = None, most: int = 40
) -> Figure:
    """Images beside what they are and what they were taken for: the first `most` of those given.

    Args:
        images: (samples, height, width).
        labels, predicted: the class of each.
        names: of the classes, in their order.

    Raises DrawingError where they are not as many as each other, or a class has no name.
    """
    most = whole_number("misclassified: most", most, error=DrawingError)
    images, labels, predicted = images_of("misclassified", images), numpy.asarray(labels), numpy.asarray(predicted)
    if len(images):
        labels = classes_of_samples("misclassified", "labels", labels)
        predicted = classes_of_samples("misclassified", "predicted", predicted)
    check_counts("misclassified", {"images": images, "labels": labels, "predictions": predicted})
    if names is not None and len(images):
        (labels, predicted), _ = from_zero("misclassified", labels, predicted)
        check_names("misclassified", names, int(max(labels.max(), predicted.max())))
    pairs = zip(labels.tolist(), predicted.tolist(), strict=True)
    captions = [f"{label} → {taken}" if names is None else f"{names[label]} → {names[taken]}" for label, taken in pairs]
    title = f"{len(images):,} taken for another (is → taken for)"
    if len(images) > most:
        title = f"the first {most} of {title}"
    return _grid_of_images(1 - images[:most], captions[:most], title, 0.0, 1.0)


def image_grid(images: Array, labels: Array | None = None) -> Figure:
    """Raw images with their labels: what the network is to learn from.

    Args:
        images: (samples, height, width).
        labels: one for each, anything that can be written.

    Raises DrawingError where they are not as many as each other.
    """
    images = images_of("image_grid", images)
    if labels is not None:
        check_counts("image_grid", {"images": images, "labels": labels})
    captions = None if labels is None else [str(label) for label in labels]
    return _grid_of_images(1 - images, captions, f"{len(images)} samples", 0.0, 1.0)


def _grid_of_images(images: Array, captions: Sequence[str] | None, title: str, low: float, high: float) -> Figure:
    """Images side by side as one mosaic, for a hundred axes take a hundred times as long as one."""
    images = numpy.asarray(images, dtype=float)
    columns = min(10, max(1, len(images)))
    rows = max(1, math.ceil(len(images) / columns))
    height, width = images.shape[1:]
    # The gap above an image holds its caption, if it has one.
    above, beside = height * (0.34 if captions is not None else 0.08), width * 0.08
    inches = 0.75 / (width + beside)
    figure, (axis,) = new_figure(1, max(4.0, columns * 0.75), rows * (height + above) * inches + 0.4)
    axis.set_axis_off()
    ink = look().ink
    for position, image in enumerate(images):
        row, column = divmod(position, columns)
        left, top = column * (width + beside), row * (height + above) + above
        axis.imshow(
            image, cmap="Greys_r", vmin=low, vmax=high, interpolation="nearest",
            extent=(left, left + width, top + height, top),
        )  # fmt: skip
        if captions is not None:
            axis.text(
                left + width / 2, top - 0.06 * height, captions[position], ha="center", fontsize="small", color=ink
            )
    axis.set_xlim(0, max(columns * 0.75, 4.0) / inches)
    axis.set_ylim(rows * (height + above), 0)
    titled(axis, title)
    return figure
