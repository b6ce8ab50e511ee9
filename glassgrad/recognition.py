"""A trained network put to use: what it takes an input for, and which pixels speak for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
import numpy.typing

from autograd import GraphError, Tensor, files, gradients
from autograd.once import once
from nn import Dataset, NeuronMLP, checkpoints, plotting
from nn.meaning import Loss, meaning_in
from viz.numbers import format_number

from .recipes import data_of_notes

Array = numpy.typing.NDArray[Any]

# From no ink to much. A pixel is two characters wide, because a character is twice as high as wide.
_SHADES = " ░▒▓█"
_BAR = 40
# Larger pictures are not decoded.
_MOST_PIXELS = 50_000_000
# The numbers that may be white: of floats from 1, of whole numbers by their bits.
_WHITES = (1.0, 255.0, 4095.0, 65535.0, 2.0**31 - 1, 2.0**32 - 1, math.inf)
# What differs less than this from its ground is no ink.
_FAINTEST = 0.1


class Recognizer:
    """A model beside the data that it was trained on."""

    model: Any

    def __init__(self, model: Any, data: Callable[[], Dataset], loss: Loss, digit: int | None) -> None:
        self.model, self._load, self._loss = model, data, loss
        self._meaning = meaning_in(model, loss, model.sizes[-1])
        self.n_inputs: int = model.sizes[0]
        self._dtype = next(iter(model.state_dict().values())).dtype
        self.names: list[str] = (
            [f"not {digit}", str(digit)] if digit is not None else [str(one) for one in range(max(2, model.sizes[-1]))]
        )

    @once
    def data(self) -> Dataset:
        """What it was trained on, read when it is first needed: a picture is recognised without."""
        return self._load()

    @once
    def outputs(self) -> Array:
        """For each of the test data."""
        return numpy.asarray(self.model.outputs(self.data.test_inputs))

    def predicted(self) -> Array:
        """The class that each of the test data is taken for."""
        return self._meaning.classes(self.outputs)

    def loss(self) -> float:
        """The loss on the test data."""
        found = self.outputs
        targets = self._meaning.targets_for(self.data.test_labels, found.shape[1], found.dtype)
        return float(self._loss(Tensor(found, requires_grad=False), targets).item())

    def sample(self, text: str) -> tuple[Array, str]:
        """The input that a number of the test data, or the file of a picture, stands for; and what it is."""
        if text.isdecimal():
            index = int(text)
            last = len(self.data.test_inputs) - 1
            if index > last:
                raise GraphError(f"{self.data.name} has the test samples 0 … {last:,}, not {text}")
            label = self.names[int(self.data.test_labels[index])]
            return self.data.test_inputs[index], f"test sample {index:,} of {self.data.name}, labelled {label}"
        if not is_image(self.n_inputs):
            row = _numbers(text)
            if row is None or len(row) != self.n_inputs:
                raise GraphError(
                    f"{text} is no number of a test sample, and a model of {self.data.name} takes no pictures "
                    f"but rows of {self.n_inputs} numbers, such as {','.join(['0.5'] * self.n_inputs)}"
                )
            return row.astype(self._dtype), "the input"
        side = math.isqrt(self.n_inputs)
        return picture(Path(text), side).ravel().astype(self._dtype), f"{text}, as {side}×{side} pixels"

    def shares(self, row: Array) -> Array:
        """A number from 0 to 1 for each class: probabilities, or what a model without softmax gives."""
        shares: Array = self._meaning.shares(self.model.outputs(row[numpy.newaxis]))[0]
        return shares

    def bars(self, row: Array) -> Iterator[str]:
        """A line for each class, longest where the network is surest."""
        shares = self.shares(row)
        best = int(shares.argmax())
        width = max(map(len, self.names))
        for label, share in enumerate(shares):
            mark = "◀" if label == best else ""
            yield f"{self.names[label]:>{width}} {bar(share)} {share:7.2%} {mark}".rstrip()

    def gradient_lines(self, row: Array) -> Iterator[str]:
        """The gradient of the winning score with respect to each input."""
        best = int(self.shares(row).argmax())
        x = Tensor(row[numpy.newaxis])
        outputs = self.model(x)
        if not isinstance(outputs, Tensor):
            raise GraphError("the gradient is shown for networks of Tensors, not of Values")
        score: Any = outputs[0, best] if outputs.shape[1] > 1 else outputs[0, 0]
        gradient: Array = gradients(score, x).data[0]
        score_name = "its score" if self._meaning.outputs in ("logits", "scores") else "its output"
        if outputs.shape[1] == 1 and best == 0:
            score_name = f"the output, {self.names[1]},"
        yield f"{self.names[best]} wins; how {score_name} changes with each input (+ and # raise it, - and = lower it)"
        if not is_image(len(row)):
            yield ", ".join(format_number(float(number)) for number in gradient)
            return
        greatest = float(numpy.abs(gradient).max()) or 1.0
        side = math.isqrt(len(row))
        for line in (gradient / greatest).reshape(side, side):
            yield "".join(_sign(number) * 2 for number in line).rstrip()
        yield f"the greatest is {format_number(greatest)}"

    def figures(self) -> dict[str, Any]:
        """Pictures of what the model does with the test data."""
        from viz import plots

        inputs, labels, predicted = self.data.test_inputs, self.data.test_labels, self.predicted()
        made = {"confusion": plots.confusion_matrix(labels, predicted, names=self.names)}
        if self.n_inputs == 2:
            made["boundary"] = plotting.boundary(self._meaning.regions(self.model.outputs), inputs, labels)
        if is_image(self.n_inputs):
            made["misclassified"] = plotting.misclassified(inputs, labels, predicted, self.names)
            if not isinstance(self.model, NeuronMLP):
                made["weights"] = self.model.plot_weights()
        return made


def opened(path: str, data_dir: str | None) -> Recognizer:
    """The model of a checkpoint that `glassgrad train --save` wrote, and its data."""
    built, notes = checkpoints.build(path)
    model: Any = built
    load, loss = data_of_notes(notes, data_dir)

    def data() -> Dataset:
        found = load()
        n_outputs = {1, 2} if found.classes == 2 else {found.classes}
        if model.sizes[0] != found.n_inputs or model.sizes[-1] not in n_outputs:
            raise GraphError(f"{path}: {model!r} does not fit {found.name}")
        return found.as_dtype(next(iter(model.state_dict().values())).dtype)

    return Recognizer(model, data, loss, notes["digit"])


def _numbers(text: str) -> Array | None:
    """The numbers that stand in a text, one beside the other."""
    try:
        row = numpy.array([float(part) for part in text.replace(",", " ").split()])
    except ValueError:
        return None
    return row if numpy.isfinite(row).all() else None


def is_image(n_inputs: int) -> bool:
    """Whether rows of so many numbers are square images."""
    return n_inputs >= 16 and math.isqrt(n_inputs) ** 2 == n_inputs


def as_text(row: Array) -> str:
    """An image as shades of text; of other rows, their numbers."""
    if not is_image(len(row)):
        return ", ".join(format_number(float(number)) for number in row)
    side = math.isqrt(len(row))
    shades = numpy.clip(numpy.ceil(row.reshape(side, side) * (len(_SHADES) - 1) - 0.2), 0, len(_SHADES) - 1).astype(int)
    return "\n".join("".join(_SHADES[shade] * 2 for shade in line).rstrip() for line in shades)


def bar(share: float) -> str:
    """A bar of blocks, of eighths of a character at its end."""
    eighths = round(max(0.0, min(1.0, share)) * _BAR * 8)
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + (" ▏▎▍▌▋▊▉"[rest] if rest else "")).ljust(_BAR)


def picture(path: Path, side: int) -> Array:
    """A picture as MNIST has its digits: bright ink on black, in the middle, `side` × `side` numbers in [0, 1].

    A picture that has this size is taken as it is; dark ink on a bright ground is turned round.

    Raises:
        GraphError: no such file, no picture, or one that is too large, damaged or empty.
    """
    import PIL
    from PIL import Image, ImageOps

    try:
        with files.opened(path) as file, Image.open(file) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise GraphError(f"{path} has {image.width}×{image.height} pixels: that is no digit")
            pixels = _brightness(path, ImageOps.exif_transpose(image))
    except FileNotFoundError:
        raise GraphError(f"{path} does not exist") from None
    except PIL.UnidentifiedImageError:
        raise GraphError(f"{path} is no picture that can be read") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise GraphError(f"{path} cannot be read: {reason:.200}") from None
    edge = numpy.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    if numpy.median(edge) > 0.5:
        pixels = 1 - pixels
    if float(pixels.max() - pixels.min()) < _FAINTEST:
        raise GraphError(f"{path} is empty: nothing in it stands out")
    return pixels if pixels.shape == (side, side) else _centred(_without_ground(path, pixels), side)


def _brightness(path: Path, opened: Any) -> Array:
    """Each pixel from 0 (black) to 1 (white), whatever numbers the picture is made of."""
    from PIL import Image

    if opened.mode == "F" or opened.mode.startswith("I"):  # a number a pixel, of more than 8 bits
        numbers = numpy.asarray(opened, dtype=float)
        if not (numpy.isfinite(numbers).all() and numbers.min() >= 0):
            raise GraphError(f"{path} holds numbers that are no brightness: negative ones, infinity or nan")
        most = next(most for most in _WHITES[opened.mode != "F" :] if numbers.max() <= most)
        return numbers / most
    visible = opened.convert("RGBA")
    pixels = numpy.asarray(visible, dtype=float) / 255
    opacity = pixels[..., 3]
    seen = pixels[..., :3].mean(axis=-1)[opacity > 0.5]
    # What is drawn in one colour on nothing is its ink, also where that is white.
    if opacity.min() < 0.5 and seen.size and float(seen.std()) < _FAINTEST:
        return 1 - opacity
    ground = Image.new("RGBA", visible.size, "white")
    ground.alpha_composite(visible)
    return numpy.asarray(ground.convert("L"), dtype=float) / 255


def _without_ground(path: Path, pixels: Array) -> Array:
    """Paper is not quite white nor ink quite black: from 0 to 1 all the same."""
    ground, ink = float(numpy.median(pixels)), float(pixels.max())
    if ink - ground < _FAINTEST:
        raise GraphError(f"{path} is empty: nothing in it stands out")
    return numpy.clip((pixels - ground) / (ink - ground), 0, 1)


def _centred(pixels: Array, side: int) -> Array:
    """The ink scaled into the middle five sevenths, its centre of mass in the middle: so was MNIST made."""
    from PIL import Image

    ink = pixels > 0.2
    rows, columns = numpy.flatnonzero(ink.any(axis=1)), numpy.flatnonzero(ink.any(axis=0))
    cut = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = round(side * 5 / 7) / max(cut.shape)
    height, width = (max(1, round(length * scale)) for length in cut.shape)
    scaled = Image.fromarray((cut * 255).astype(numpy.uint8)).resize((width, height), Image.Resampling.BILINEAR)
    small = numpy.asarray(scaled, dtype=float) / 255
    top, left = (
        int(numpy.clip(round((side - 1) / 2 - centre), 0, side - length))
        for centre, length in zip(_centre(small), small.shape, strict=True)
    )
    placed = numpy.zeros((side, side))
    placed[top : top + height, left : left + width] = small
    return placed


def _centre(pixels: Array) -> tuple[float, float]:
    """The centre of mass: row and column."""
    total = pixels.sum() or 1.0
    row, column = (float((place * pixels).sum() / total) for place in numpy.indices(pixels.shape))
    return row, column


def _sign(number: float) -> str:
    if abs(number) < 0.15:
        return " "
    if number > 0:
        return "#" if number > 0.5 else "+"
    return "=" if number < -0.5 else "-"
