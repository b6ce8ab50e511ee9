"""A trained network put to use: what it takes an input for, and which pixels speak for it."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import numpy.typing

from autograd import GraphError, Tensor, gradients
from nn import Dataset, NeuronMLP, checkpoints, plotting
from nn.meaning import Loss, meaning_of
from viz.numbers import format_number

from .recipes import data_of_notes

Array = numpy.typing.NDArray[Any]

# From no ink to much. A pixel is two characters wide, because a character is twice as high as wide.
_SHADES = " ░▒▓█"
_BAR = 40
# Larger pictures are not decoded.
_MOST_PIXELS = 50_000_000
# What differs less than this from its ground is no ink.
_FAINTEST = 0.1


class Recognizer:
    """A model beside the data that it was trained on."""

    model: Any
    data: Dataset

    def __init__(self, model: Any, data: Dataset, loss: Loss, digit: int | None) -> None:
        self.model, self.data, self._loss, self._meaning = model, data, loss, meaning_of(loss)
        self.names: list[str] = (
            [f"not {digit}", str(digit)] if digit is not None else [str(one) for one in range(data.classes)]
        )

    @functools.cached_property
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
        if not is_image(self.data.n_inputs):
            raise GraphError(
                f"{text} is no number of a test sample, and a model of {self.data.name} takes no pictures "
                f"but rows of {self.data.n_inputs} numbers"
            )
        side = math.isqrt(self.data.n_inputs)
        return picture(Path(text), side).ravel().astype(self.data.test_inputs.dtype), f"{text}, as {side}×{side} pixels"

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
        if self.data.n_inputs == 2:
            made["boundary"] = plotting.boundary(self._meaning.regions(self.model.outputs), inputs, labels)
        if is_image(self.data.n_inputs):
            made["misclassified"] = plotting.misclassified(inputs, labels, predicted, self.names)
            if not isinstance(self.model, NeuronMLP):
                made["weights"] = self.model.plot_weights()
        return made


def opened(path: str, data_dir: str | None) -> Recognizer:
    """The model of a checkpoint that `glassgrad train --save` wrote, and its data."""
    model, notes = checkpoints.build(path)
    data, loss = data_of_notes(notes, data_dir)
    n_inputs = model.sizes[0]  # type: ignore[attr-defined]  # both classes that are built have it
    n_outputs = model.sizes[-1]  # type: ignore[attr-defined]  # as above
    if n_inputs != data.n_inputs or n_outputs not in ({1, 2} if data.classes == 2 else {data.classes}):
        raise GraphError(f"{path}: {model!r} does not fit {data.name}")
    dtype = next(iter(model.state_dict().values())).dtype
    return Recognizer(model, data.as_dtype(dtype), loss, notes["digit"])


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
    from PIL import Image

    try:
        with Image.open(path) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise GraphError(f"{path} has {opened.width}×{opened.height} pixels: that is no digit")
            visible = opened.convert("RGBA")
            ground = Image.new("RGBA", visible.size, "white")
            ground.alpha_composite(visible)
            pixels = numpy.asarray(ground.convert("L"), dtype=float) / 255
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
    return pixels if pixels.shape == (side, side) else _centred(_without_ground(path, pixels), side)


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
