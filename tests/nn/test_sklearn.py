"""Networks are scikit-learn's estimators: its own checks pass, and searches, pipelines and pickles take them."""

import pickle
import subprocess
import sys

import numpy
import pytest

import nn
from autograd import MissingPackageError
from nn import NetworkError

pytest.importorskip("sklearn", reason="scikit-learn is not installed: there is nothing to be an estimator of")

MLPClassifier, MLPRegressor = nn.sklearn.MLPClassifier, nn.sklearn.MLPRegressor
SMALL = {"hidden_layer_sizes": (8,), "learning_rate": 0.05, "epochs": 8, "random_state": 0}

rows = numpy.random.default_rng(0).normal(size=(60, 3))
names = numpy.array(["low", "middle", "high"])[numpy.digitize(rows[:, 0], (-0.5, 0.5))]


@pytest.mark.slow
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
@pytest.mark.filterwarnings("default")  # some checks of scikit-learn's own warn
def test_scikit_learns_own_checks_pass(kind):
    from sklearn.utils.estimator_checks import check_estimator

    found = check_estimator(kind(**SMALL), on_skip=None, on_fail=None)
    assert {one["check_name"]: one["exception"] for one in found if one["status"] == "failed"} == {}
    assert len([one for one in found if one["status"] == "passed"]) > 40


def test_a_search_over_a_pipeline_finds_a_network_that_tells_classes():
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    pipeline = make_pipeline(StandardScaler(), MLPClassifier(**SMALL))
    search = GridSearchCV(pipeline, {"mlpclassifier__learning_rate": [1e-6, 0.05]}, cv=2).fit(rows * 100, names)
    assert search.best_params_ == {"mlpclassifier__learning_rate": 0.05}
    assert search.best_score_ > 0.7
    shares = search.predict_proba(rows * 100)
    numpy.testing.assert_allclose(shares.sum(axis=1), 1.0)
    classes = search.best_estimator_[-1].classes_
    assert classes.tolist() == ["high", "low", "middle"]
    numpy.testing.assert_array_equal(classes[shares.argmax(axis=1)], search.predict(rows * 100))


def test_an_estimator_is_a_network_of_ours_trained_by_fit():
    model = MLPClassifier(**SMALL).fit(rows.astype(numpy.float32), names)
    assert repr(model.model_) == "MLP(3-8-3, activation=relu, output=identity)"
    assert model.model_.layers[0].weight.dtype == numpy.float32
    assert len(model.history_) == 8
    assert model.score(rows, names) > 0.7
    again = pickle.loads(pickle.dumps(model))
    numpy.testing.assert_array_equal(again.predict_proba(rows), model.predict_proba(rows))
    targets = numpy.stack([rows[:, 0], rows[:, 1] ** 2], axis=1)
    several = MLPRegressor(**{**SMALL, "epochs": 60}).fit(rows, targets)
    assert several.predict(rows).shape == (60, 2)
    assert several.score(rows, targets) > 0.8
    assert MLPRegressor(**SMALL).fit(rows, targets[:, 0]).predict(rows).shape == (60,)


def test_partial_fit_goes_on_with_the_same_network_and_optimizer():
    whole = MLPClassifier(**{**SMALL, "epochs": 3}).fit(rows, names)
    parts = MLPClassifier(**SMALL)
    for _ in range(3):
        parts.partial_fit(rows, names, classes=["low", "middle", "high"])
    numpy.testing.assert_allclose(parts.predict_proba(rows), whole.predict_proba(rows), rtol=1e-12)
    regressor = MLPRegressor(**SMALL).partial_fit(rows, rows[:, 0])
    before = regressor.score(rows, rows[:, 0])
    for _ in range(20):
        regressor.partial_fit(rows, rows[:, 0])
    assert regressor.score(rows, rows[:, 0]) > max(before, 0.8)
    with pytest.raises(NetworkError, match="the network has 1 outputs, and y has 2 columns"):
        regressor.partial_fit(rows, rows[:, :2])


@pytest.mark.parametrize(
    ("settings", "y", "said"),
    [
        ({"optimizer": "newton"}, names, "unknown optimizer 'newton'; known are sgd"),
        ({"activation": "cube"}, names, "unknown activation 'cube'"),
        ({"hidden_layer_sizes": (0,)}, names, "sizes are whole numbers from 1"),
        ({"batch_size": 0}, names, "batch_size"),
        ({}, ["a"] * 60, r"two classes, and the data have one class, \['a'\]"),
    ],
)
def test_what_cannot_be_is_refused_when_it_is_fitted(settings, y, said):
    with pytest.raises(NetworkError, match=said):
        MLPClassifier(**{**SMALL, **settings}).fit(rows, y)


def test_classes_that_were_not_named_are_refused():
    model = MLPClassifier(**SMALL)
    with pytest.raises(NetworkError, match="the first call names all classes that will come: classes=…"):
        model.partial_fit(rows, names)
    with pytest.raises(NetworkError, match=r"'high' is none of the classes \['low', 'middle'\]"):
        model.partial_fit(rows, names, classes=["low", "middle"])
    assert not hasattr(model, "model_")
    model.partial_fit(rows, names, classes=names)
    with pytest.raises(NetworkError, match="classes are those of the first call"):
        model.partial_fit(rows, names, classes=["low", "high"])


def test_the_room_is_opened_when_it_is_asked_for_and_says_what_it_needs(monkeypatch):
    program = "import sys, nn; assert not {'sklearn', 'nn.sklearn'} & {*sys.modules}"
    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    monkeypatch.delitem(sys.modules, "nn.sklearn")
    monkeypatch.setitem(sys.modules, "sklearn.base", None)
    with pytest.raises(MissingPackageError, match=r"needs scikit-learn 1\.6 or later.*: pip install scikit-learn"):
        import nn.sklearn  # noqa: F401  # it is imported anew
