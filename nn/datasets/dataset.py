"""What a data set is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn

import numpy

from autograd import views
from autograd.arguments import NoSuchAttribute, answering, whole_number

from ..checks import float_type
from ..errors import DatasetError
from ..plotting import square
from ..state import Array, plain


@dataclass(frozen=True, eq=False)
class Dataset:
    """Rows of inputs with one integer label each, for training and for testing.

    `classes` is the number of labels; two classes may be learned with one output.
    """

    name: str
    train_inputs: Array
    train_labels: Array
    test_inputs: Array
    test_labels: Array
    classes: int

    def __iter__(self) -> NoReturn:
        raise DatasetError(f"{self.name} is no pair: x, y = data.train, and x_test, y_test = data.test")

    def __getitem__(self, index: Any) -> NoReturn:
        raise DatasetError(f"{self.name} is no pair: x, y = data.train, and x_test, y_test = data.test")

    if not TYPE_CHECKING:  # what a class has not, its subclasses may have
        x_train = NoSuchAttribute("write .train_inputs, or x, y = data.train")
        y_train = NoSuchAttribute("write .train_labels, or x, y = data.train")
        data = NoSuchAttribute("write .train_inputs, or x, y = data.train")
        target = NoSuchAttribute("write .train_labels, or x, y = data.train")
        x_test = NoSuchAttribute("write .test_inputs, or x, y = data.test")
        y_test = NoSuchAttribute("write .test_labels, or x, y = data.test")

    @property
    def n_inputs(self) -> int:
        return int(self.train_inputs.shape[1])

    @property
    def train(self) -> tuple[Array, Array]:
        """Inputs and labels to train on."""
        return self.train_inputs, self.train_labels

    @property
    def test(self) -> tuple[Array, Array]:
        """Inputs and labels to test on."""
        return self.test_inputs, self.test_labels

    def limited(self, limit: int) -> Dataset:
        """The first `limit` samples for training, and as many for testing."""
        whole_number("a limit", limit, error=DatasetError)
        train, test = [(inputs[:limit], labels[:limit]) for inputs, labels in (self.train, self.test)]
        return Dataset(self.name, *train, *test, classes=self.classes)

    def told_from_others(self, label: int) -> Dataset:
        """Two classes: 1 where the label is this one, 0 where it is any other."""
        if not 0 <= label < self.classes:
            raise DatasetError(f"{self.name} has the labels 0 … {self.classes - 1}, not {label}")
        train, test = [(labels == label).astype(numpy.int64) for labels in (self.train_labels, self.test_labels)]
        return replace(self, train_labels=train, test_labels=test, classes=2)

    def plot(self, count: int = 64) -> Any:
        """The first images that it trains on, with their labels, as a matplotlib Figure: look at the data first.

        Raises:
            NetworkError: no square images.
        """
        images = self.train_inputs[:count].reshape(-1, *square(self.n_inputs))
        return views.find("image_grid")(images, self.train_labels[:count])

    def as_dtype(self, dtype: Any) -> Dataset:
        """The inputs in another floating dtype, numpy.float32 or numpy.float64."""
        dtype = float_type(dtype)
        return replace(self, train_inputs=self.train_inputs.astype(dtype), test_inputs=self.test_inputs.astype(dtype))


@answering("classes is how many there are")
def one_hot(labels: Array, classes: int, dtype: Any = numpy.float64) -> Array:
    """A row for each label, 1 at the label and 0 elsewhere.

    >>> from nn.datasets import one_hot
    >>> one_hot([2, 0], 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    whole_number("one_hot: classes", classes, error=DatasetError)
    array = plain(labels)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise DatasetError(f"one_hot takes a row of integers, not {array.dtype} of shape {array.shape}")
    if array.size and not (array.min() >= 0 and array.max() < classes):
        raise DatasetError(f"labels run from {array.min()} to {array.max()}, but there are {classes} classes")
    result = numpy.zeros((len(array), classes), dtype)
    result[numpy.arange(len(array)), array] = 1
    return result


def from_one_hot(rows: Array) -> Array:
    """The labels of one-hot rows: what `one_hot` was given.

    >>> from nn.datasets import from_one_hot
    >>> from_one_hot([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    array([2, 0])
    """
    array = plain(rows)
    if array.ndim != 2 or not (((array == 0) | (array == 1)).all() and (array.sum(axis=1) == 1).all()):
        raise DatasetError(
            f"from_one_hot takes rows of zeros with one 1, and an array of shape {array.shape} has others"
        )
    labels: Array = array.argmax(axis=1)
    return labels
