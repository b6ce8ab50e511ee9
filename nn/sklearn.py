"""Networks as scikit-learn's estimators: in pipelines, in GridSearchCV, pickled as they are there.

It is imported when it is asked for, as `nn.sklearn`; scikit-learn is a package of its own (the extra `digits` has it).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy

from autograd import MissingPackageError
from autograd.arguments import check_known, whole_number

from .errors import NetworkError
from .history import History
from .layers import MLP
from .optimizers import OPTIMIZERS, Optimizer
from .training import fit

try:
    if not TYPE_CHECKING:
        from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils import check_random_state
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data
except ImportError:
    raise MissingPackageError(
        "nn.sklearn needs scikit-learn 1.6 or later, which is not installed: pip install scikit-learn"
    ) from None

if TYPE_CHECKING:  # scikit-learn has no types: what people call of these

    class BaseEstimator:
        def get_params(self, deep: bool = True) -> dict[str, Any]: ...

        def set_params(self, **parameters: Any) -> Self: ...

        def __sklearn_tags__(self) -> Any: ...

    class ClassifierMixin:
        def score(self, X: Any, y: Any, sample_weight: Any = None) -> float: ...

    class RegressorMixin:
        def score(self, X: Any, y: Any, sample_weight: Any = None) -> float: ...


Array = numpy.typing.NDArray[Any]

__all__ = ["MLPClassifier", "MLPRegressor"]


class _Estimator(BaseEstimator):
    """What both have in common: an MLP, its optimizer, and `fit`."""

    _loss: str
    n_features_in_: int
    model_: MLP

    def __init__(
        self,
        hidden_layer_sizes: int | tuple[int, ...] | list[int] = (100,),
        activation: str = "relu",
        *,
        optimizer: str = "adam",
        learning_rate: float = 0.001,
        weight_decay: float = 0.0,
        batch_size: int = 32,
        epochs: int = 100,
        schedule: str | None = None,
        random_state: Any = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.epochs = epochs
        self.schedule = schedule
        self.random_state = random_state

    def _begin(self, n_outputs: int, dtype: Any) -> None:
        """A network and its optimizer, not trained yet."""
        self._generator = numpy.random.default_rng(check_random_state(self.random_state).randint(2**31 - 1))
        check_known("optimizer", self.optimizer, OPTIMIZERS, NetworkError)
        given = self.hidden_layer_sizes
        hidden = (given,) if isinstance(given, int | numpy.integer) else tuple(given)
        sizes = (self.n_features_in_, *map(int, hidden), n_outputs)
        self.model_ = MLP(sizes, self.activation, rng=self._generator, dtype=dtype)
        self._optimizer: Optimizer = OPTIMIZERS[self.optimizer](
            self.model_, self.learning_rate, weight_decay=self.weight_decay
        )

    def _train(self, X: Array, targets: Array, epochs: int, schedule: str | None = None) -> History:
        rows = numpy.asarray(X, self.model_.layers[0].weight.dtype)
        history = fit(
            self.model_, (rows, targets), self._loss, self._optimizer, epochs,
            batch_size=min(whole_number("batch_size", self.batch_size, error=NetworkError), len(rows)),
            schedule=schedule, rng=self._generator,
        )  # fmt: skip
        if history.stopped == "interrupted":  # a search goes on with the next one otherwise
            raise KeyboardInterrupt
        return history

    def _outputs(self, X: Any) -> Array:
        check_is_fitted(self, "model_")
        rows = validate_data(self, X, reset=False, dtype=[numpy.float64, numpy.float32])
        return self.model_.outputs(numpy.asarray(rows, self.model_.layers[0].weight.dtype))


class MLPClassifier(ClassifierMixin, _Estimator):
    """A multi-layer perceptron that tells classes, with the softmax of its outputs as their probabilities.

    Args:
        hidden_layer_sizes: the widths of the hidden layers.
        activation: after each of these, by its name in `nn.ACTIVATIONS`.
        optimizer: by its name in `nn.OPTIMIZERS`; `learning_rate` and `weight_decay` are its own.
        batch_size: samples in a step; at most all are taken.
        epochs: passes through the data.
        schedule: of the learning rate in `fit`, by its name in `nn.SCHEDULES`.
        random_state: a seed, a RandomState, or None.

    After `fit`: `model_`, the network (`nn.MLP`, to be drawn, saved, exported); `history_`, the figures of its
    training; `classes_`; `n_features_in_`.

    Raises ValueError where settings or data cannot be, DivergenceError where training spoils the numbers.

    >>> from nn.sklearn import MLPClassifier
    >>> X, y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], ["same", "other", "other", "same"]
    >>> MLPClassifier((8,), "tanh", learning_rate=0.05, epochs=200, random_state=0).fit(X, y).predict(X).tolist()
    ['same', 'other', 'other', 'same']
    """

    classes_: Array
    history_: History
    _loss = "softmax_cross_entropy"

    def fit(self, X: Any, y: Any) -> Self:
        """Train a new network on rows of numbers and the class of each."""
        X, y = self._checked(X, y, reset=True)
        self.classes_ = numpy.unique(y)
        self._refuse_one_class()
        self._begin(len(self.classes_), X.dtype)
        self.history_ = self._train(X, self._numbered(y), self.epochs, self.schedule)
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> Self:
        """Go on with one pass through these data. The first call names all classes that will come."""
        begins = not hasattr(self, "model_")
        X, y = self._checked(X, y, reset=begins)
        if begins:
            if classes is None:
                raise NetworkError("partial_fit: the first call names all classes that will come: classes=…")
            self.classes_ = numpy.unique(column_or_1d(classes))
            self._refuse_one_class()
        elif classes is not None and not numpy.array_equal(numpy.unique(classes), self.classes_):
            raise NetworkError(f"partial_fit: classes are those of the first call, {self.classes_.tolist()}")
        labels = self._numbered(y)
        if begins:
            self._begin(len(self.classes_), X.dtype)
        self.history_ = self._train(X, labels, 1)
        return self

    def predict_proba(self, X: Any) -> Array:
        """The probability of each class, in the order of `classes_`, for each row."""
        outputs = self._outputs(X)
        shares = numpy.exp(outputs - outputs.max(axis=1, keepdims=True))
        return shares / shares.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]  # an array

    def predict(self, X: Any) -> Array:
        """The class of each row."""
        places = self._outputs(X).argmax(axis=1)
        return self.classes_[places]  # type: ignore[no-any-return]  # an array

    def _checked(self, X: Any, y: Any, reset: bool) -> tuple[Array, Array]:
        X, y = validate_data(self, X, y, reset=reset, dtype=[numpy.float64, numpy.float32])
        y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        return X, y

    def _numbered(self, y: Array) -> Array:
        found = numpy.searchsorted(self.classes_, y)
        known = self.classes_[numpy.minimum(found, len(self.classes_) - 1)] == y
        if not known.all():
            raise NetworkError(f"{y[~known].tolist()[0]!r} is none of the classes {self.classes_.tolist()}")
        return found

    def _refuse_one_class(self) -> None:
        if len(self.classes_) < 2:
            raise NetworkError(f"a classifier needs two classes, and the data have one class, {self.classes_.tolist()}")


class MLPRegressor(RegressorMixin, _Estimator):
    """A multi-layer perceptron that gives numbers: one, or several, for each row, learned by the quadratic loss.

    Arguments and attributes are those of `MLPClassifier`, without classes.

    >>> from nn.sklearn import MLPRegressor
    >>> X = numpy.linspace(-1, 1, 20).reshape(-1, 1)
    >>> model = MLPRegressor((16,), "tanh", learning_rate=0.02, epochs=100, random_state=0).fit(X, X[:, 0] ** 2)
    >>> model.score(X, X[:, 0] ** 2) > 0.9
    True
    """

    history_: History
    _loss = "quadratic"

    def fit(self, X: Any, y: Any) -> Self:
        """Train a new network on rows of numbers and the number, or the row of numbers, for each."""
        X, y = self._checked(X, y, reset=True)
        self._is_column = y.ndim == 1
        self._begin(1 if self._is_column else y.shape[1], X.dtype)
        self.history_ = self._train(X, self._rows(y), self.epochs, self.schedule)
        return self

    def partial_fit(self, X: Any, y: Any) -> Self:
        """Go on with one pass through these data."""
        begins = not hasattr(self, "model_")
        X, y = self._checked(X, y, reset=begins)
        if begins:
            self._is_column = y.ndim == 1
            self._begin(1 if self._is_column else y.shape[1], X.dtype)
        self.history_ = self._train(X, self._rows(y), 1)
        return self

    def predict(self, X: Any) -> Array:
        """The number, or the row of numbers, for each row."""
        outputs = self._outputs(X)
        return outputs[:, 0] if self._is_column else outputs

    def _checked(self, X: Any, y: Any, reset: bool) -> tuple[Array, Array]:
        return validate_data(  # type: ignore[no-any-return]  # scikit-learn has no types
            self, X, y, reset=reset, multi_output=True, y_numeric=True, dtype=[numpy.float64, numpy.float32]
        )

    def _rows(self, y: Array) -> Array:
        rows = numpy.asarray(y.reshape(len(y), -1), self.model_.layers[0].weight.dtype)
        if rows.shape[1] != self.model_.sizes[-1]:
            raise NetworkError(f"the network has {self.model_.sizes[-1]} outputs, and y has {rows.shape[1]} columns")
        return rows

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.single_output, tags.target_tags.multi_output = True, True
        return tags
