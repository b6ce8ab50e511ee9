"""What a loss takes its outputs and targets for: all that measuring and the command line need to know of one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, TypeVar

import numpy

from autograd import DataTypeError, Node
from autograd.arguments import described

from .datasets.dataset import one_hot
from .errors import NetworkError
from .outputs import classes_of
from .state import Array, plain

Loss = Callable[[Any, Any], Any]
_Loss = TypeVar("_Loss", bound=Loss)


@dataclass(frozen=True)
class Meaning:
    """What a loss takes its outputs and targets for.

    Attributes:
        outputs: "values" or "probabilities", to which the classes 0 and 1 are the targets 0 and 1; "logits", of
            which sigmoid or softmax makes probabilities; "scores", whose sign is the class.
        takes_labels: whether its targets are integer labels, with an output for each class, and not rows of numbers.
        no, yes: what stands in a row of targets for a class that it is not, and for the one that it is.
        output: the activation of the last layer of networks that `glassgrad train` makes for it; without one the
            command does not offer the loss.
    """

    outputs: Literal["values", "probabilities", "logits", "scores"] = "values"
    takes_labels: bool = False
    no: float = 0.0
    yes: float = 1.0
    output: str | None = None

    def __call__(self, loss: _Loss) -> _Loss:
        """Say this of a loss: `@Meaning("logits")` above its definition."""
        vars(loss)["meaning"] = self
        return loss

    def described(self) -> dict[str, Any]:
        """What JSON keeps of it, for `of_description`."""
        return asdict(self)

    @classmethod
    def of_description(cls, described: Any) -> Meaning:
        """The meaning that was described so. Raises ValueError where it is none."""
        kinds = {"outputs": str, "takes_labels": bool, "no": float, "yes": float, "output": str | None}
        if not isinstance(described, dict) or {field.name for field in fields(cls)} != set(described):
            raise ValueError("it says no outputs, labels and classes")
        for name, kind in kinds.items():
            if not isinstance(described[name], kind) or (
                name == "outputs" and described[name] not in ("values", "probabilities", "logits", "scores")
            ):
                raise ValueError(f"its {name} is {described[name]!r:.40}")
        return cls(**described)

    @property
    def border(self) -> float:
        """Where class 1 begins, in a single output."""
        return 0.0 if self.outputs in ("logits", "scores") else (self.no + self.yes) / 2

    def beside(self, targets: Array, known: Meaning | None = None) -> Meaning:
        """The same beside these targets: values that are learned from −1 and 1 have their border between those. Where
        they are a batch that is all 1, what is `known` of the batches before decides."""
        if self.outputs != "values" or targets.dtype.kind not in "if":
            return self
        found = set(numpy.unique(targets).tolist())
        is_signs = found <= {-1, 1} and (-1 in found or (known is not None and known == replace(self, no=-1.0)))
        return replace(self, no=-1.0) if is_signs else self

    def classes(self, outputs: Array) -> Array:
        """The class of each row of outputs. Raises NetworkError where one is nan: no class can be read off it."""
        spoilt = numpy.flatnonzero(numpy.isnan(outputs).reshape(len(outputs), -1).any(axis=1))
        if len(spoilt):
            raise NetworkError(
                f"the output for sample {spoilt[0]} is nan, which is no class: look for nan in its inputs, then in the "
                "parameters"
            )
        return classes_of(outputs, self.border)

    def regions(self, outputs: Callable[[Array], Array]) -> Callable[[Array], Array]:
        """Points → for each a share of class 1 where there is one output, of every class where outputs are
        probabilities or become some, else a class."""

        def regions(points: Array) -> Array:
            found = outputs(points)
            if found.shape[1] == 1:
                return self.shares(found)[:, 1]
            return self.shares(found) if self.takes_labels or self.outputs == "probabilities" else self.classes(found)

        return regions

    def check(self, name: str, array: Array, what: Literal["targets", "outputs"]) -> None:
        """Refuse numbers that a loss of this name cannot mean: targets that are nan, or no classes or probabilities,
        outputs that are no probabilities."""
        if what == "targets" and self.outputs == "scores":
            if not set(numpy.unique(array)) <= {self.no, self.yes}:
                found = numpy.unique(array)[:4].tolist()
                raise DataTypeError(f"{name}: targets are −1 and 1, not {found}")
        elif self.outputs == "values":
            if what == "targets" and array.dtype.kind == "f" and numpy.isnan(array).any():
                raise DataTypeError(f"{name}: a target is nan: leave such samples out")
        elif array.dtype.kind in "fiu" and array.size:
            # A softmax or a sigmoid may round to a little more than 1.
            slack = 0.0 if what == "targets" else 1e-6
            if not (array.min() >= -slack and array.max() <= 1 + slack):
                wrong = array[~((array >= -slack) & (array <= 1 + slack))].flat[0]
                hint = (
                    "classes are the targets 0 and 1"
                    if what == "targets"
                    else "end the model in a sigmoid, or take binary_cross_entropy_with_logits"
                )
                raise DataTypeError(f"{name}: {what} are probabilities from 0 to 1, not {wrong:.6g}; {hint}")

    def targets_for(self, labels: Array, n_outputs: int, dtype: Any) -> Array:
        """What the loss takes for these labels."""
        if self.takes_labels:
            return labels
        rows = one_hot(labels, n_outputs, dtype) if n_outputs > 1 else labels.reshape(-1, 1).astype(dtype)
        return rows if (self.no, self.yes) == (0, 1) else self.no + (self.yes - self.no) * rows

    def shares(self, outputs: Array) -> Array:
        """For each row of outputs a number from 0 to 1 for each class: probabilities, where it has any."""
        shares = outputs.astype(float)
        if self.takes_labels:
            shares = numpy.exp(shares - shares.max(axis=1, keepdims=True))
            shares /= shares.sum(axis=1, keepdims=True)
        elif self.outputs in ("logits", "scores"):
            shares = (1 + numpy.tanh(shares / 2)) / 2  # sigmoid, without overflow
        else:
            shares = (shares - self.no) / (self.yes - self.no)
        return numpy.hstack([1 - shares, shares]) if shares.shape[1] == 1 else shares


def meaning_of(loss: Loss) -> Meaning:
    """What a loss says of itself (`Meaning`), also when some of its arguments are given; one that says nothing gives
    values.

    >>> from nn import hinge
    >>> meaning_of(hinge).border, meaning_of(lambda a, y: (a - y) ** 2).border
    (0.0, 0.5)
    """
    meaning: Meaning = getattr(loss_within(loss), "meaning", None) or Meaning()
    return meaning


def says_its_meaning(loss: Loss) -> bool:
    """Whether it is one of ours, or says as they do what it means; those are means over the samples."""
    return hasattr(loss_within(loss), "meaning")


def loss_within(loss: Loss) -> Loss:
    """The loss itself, where it was given with some of its arguments (`functools.partial`)."""
    while isinstance(loss, functools.partial):
        loss = loss.func
    return loss


def meaning_in(model: Any, loss: Loss | None, n_outputs: int) -> Meaning:
    """What a model's outputs stand for: as the loss says that is given, or else the one that it was trained with.

    Raises NetworkError where neither is known and it matters: for a single output that is no sigmoid's.
    """
    known = getattr(model, "_meaning", None)
    if loss is not None:
        if not callable(loss):
            raise NetworkError(f"loss= takes the loss that the model was trained with, such as nn.hinge, not {loss!r}")
        meaning = meaning_of(loss)
        return known if isinstance(known, Meaning) and known.outputs == meaning.outputs else meaning
    if isinstance(known, Meaning):
        return known
    if n_outputs > 1 or ends_in_sigmoid(model):
        return Meaning("probabilities")
    raise NetworkError(
        "what the single output stands for is not known, a probability, a logit or a score: give loss=, the loss that "
        "the model was trained with"
    )


def check_rows(loss: Loss, outputs: Any) -> None:
    """Refuse a batch's outputs without a column for a loss of ours: it would take them for those of one sample."""
    if getattr(outputs, "ndim", None) == 1 and getattr(loss, "meaning", None) is not None:
        raise NetworkError(
            f"the model gives a batch outputs of shape {outputs.shape}: a row for each sample is needed, such as "
            f"({len(outputs)}, 1); make them a column with outputs.reshape(-1, 1), and the targets, too"
        )
    if getattr(outputs, "shape", ())[1:] == (1,) and meaning_of(loss).takes_labels:
        raise NetworkError(
            f"{name_of(loss)} chooses among outputs, and the model has one, whose share is always 1: nothing would be "
            "learned; end the model in an output for each class, or take binary_cross_entropy_with_logits"
        )


def check_model(model: Any) -> None:
    """Refuse what is no model: what is called with rows of inputs."""
    if not callable(model) or isinstance(model, type):
        raise NetworkError(f"a model is called with rows of inputs, such as MLP((2, 3, 1)), not {described(model)}")


def number_of(cost: Any) -> Any:
    """What a loss gave for a batch, if it is a node with one number."""
    if isinstance(cost, Node) and getattr(cost._data, "size", 1) == 1:  # numpy.size costs more
        return cost
    if isinstance(cost, Node):
        raise NetworkError(
            f"a loss gives one number for a batch, not a Tensor of shape {numpy.shape(cost._data)}: end it in .mean()"
        )
    hint = ": does it end in return?" if cost is None else ": compute with the outputs, without float(), .data, .item()"
    raise NetworkError(f"a loss gives a node with one number, not {described(cost)}{hint}")


def remember(model: Any, loss: Loss, targets: Array) -> Meaning:
    """What the outputs of a model that is trained so stand for; a module keeps it."""
    meaning = meaning_of(loss).beside(targets, getattr(model, "_meaning", None))
    if hasattr(model, "_meaning"):
        model._meaning = meaning
    return meaning


def classes_named(labels: Any, n_outputs: int) -> Array:
    """The classes, from 0, that labels stand for: whole numbers (as floats or bools, too), beside one output also
    −1 and 1.

    >>> classes_named([-1.0, 1.0], 1), classes_named([True, False], 2)
    (array([0, 1]), array([1, 0]))
    """
    given = plain(labels)
    is_whole = given.dtype.kind in "biu" or (
        given.dtype.kind == "f" and bool((numpy.isfinite(given) & (given == numpy.round(given))).all())
    )
    if given.ndim != 1 or not is_whole:
        odd = next((one for one in given.tolist() if not isinstance(one, int | float) or one % 1), given.tolist())
        raise NetworkError(
            f"labels are whole numbers from 0, one for each sample, not {odd!r:.60}; "
            "numpy.unique(labels, return_inverse=True)[1] numbers names"
        )
    array = given.astype(int)
    if n_outputs == 1 and array.size and array.min() == -1 and set(array.tolist()) <= {-1, 1}:
        return (array > 0).astype(int)
    classes = max(n_outputs, 2)
    wrong = array[(array < 0) | (array >= classes)]
    if len(wrong):
        raise NetworkError(
            f"the label {wrong[0]} is none of the classes that {n_outputs} output{'s' if n_outputs > 1 else ''} "
            f"tell{'' if n_outputs > 1 else 's'}: 0 … {classes - 1}"
        )
    return array


def labels_of(targets: Array, n_outputs: int | None = None) -> Array | None:
    """The classes that targets stand for: labels themselves, rows that are one-hot (0 and 1, or −1 and 1), a column
    of 0 and 1 or of −1 and 1. None where they are no classes, or none that so many outputs tell.

    >>> import numpy
    >>> labels_of(numpy.array([[0.0, 1.0], [1.0, 0.0]])), labels_of(numpy.array([[0.3]]))
    (array([1, 0]), None)
    >>> labels_of(numpy.array([-1, 1, 1]), 1), labels_of(numpy.array([31, 45, 1]), 1)
    (array([0, 1, 1]), None)
    """
    if targets.ndim == 1 and targets.dtype.kind in "iu" and targets.size:
        if n_outputs == 1:
            return labels_of(targets[:, None])
        return targets if n_outputs is None or (targets.min() >= 0 and targets.max() < n_outputs) else None
    if targets.ndim != 2:
        return None
    if targets.shape[1] == 1 and n_outputs in (None, 1, 2):
        found = set(numpy.unique(targets).tolist())
        return (targets[:, 0] > 0).astype(int) if found <= {0, 1} or found <= {-1, 1} else None
    if n_outputs not in (None, targets.shape[1]):
        return None
    is_yes = targets == 1
    is_one_hot = (is_yes.sum(axis=1) == 1).all() and ((targets[~is_yes] == 0).all() or (targets[~is_yes] == -1).all())
    return targets.argmax(axis=1) if is_one_hot else None


def ends_in_sigmoid(model: Any) -> bool:
    """Whether this is a network whose outputs are a sigmoid's."""
    last = getattr(model, "layers", None) or [None]
    return getattr(model, "output_name", None) == "sigmoid" or getattr(last[-1], "name", None) == "sigmoid"


def name_of(function: Any) -> str:
    """The name of a function, or of a callable object's class."""
    return getattr(function, "__name__", type(function).__name__)
