"""Errors go from one process to another, whatever they say besides their sentence."""

import copy
import importlib
import inspect
import multiprocessing
import pickle
import pkgutil
from collections.abc import Iterator

import pytest

import autograd
import glassgrad
import nn
import viz
from autograd import GraphError
from nn import DivergenceError, History

OURS = ("autograd.", "nn.", "viz.", "glassgrad.")


def exceptions() -> Iterator[type[BaseException]]:
    """Every class of exceptions and warnings of ours."""
    found: dict[type[BaseException], None] = {}
    for package in (autograd, nn, viz, glassgrad):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith(("__main__", "wasm_child")):
                continue
            for item in vars(importlib.import_module(module.name)).values():
                if inspect.isclass(item) and issubclass(item, BaseException) and item.__module__.startswith(OURS):
                    found[item] = None
    return iter(found)


# What an error is made with where that is more than a sentence.
ARGUMENTS = {DivergenceError: ("the loss became nan", 3, "layers.0", History())}


@pytest.mark.parametrize("kind", list(exceptions()), ids=lambda kind: kind.__name__)
def test_an_error_is_pickled_and_copied_with_all_it_says(kind: type[BaseException]) -> None:
    error = kind(*ARGUMENTS.get(kind, ("a sentence",)))
    error.add_note("a note")
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(other) is kind
        assert (str(other), other.args) == (str(error), error.args)
        assert vars(other).keys() == vars(error).keys()
        assert other.__notes__ == ["a note"]


class OneOfTheirsError(GraphError):
    """As anybody may derive one."""

    def __init__(self, message: str, *, place: int) -> None:
        super().__init__(message)
        self.place = place


def test_so_is_one_that_is_derived_from_ours() -> None:
    other = pickle.loads(pickle.dumps(OneOfTheirsError("there", place=3)))
    assert (str(other), other.place) == ("there", 3)


def diverging(rate: float) -> float:
    data = nn.xor()
    model = nn.MLP((2, 3, 1), "relu", rng=0)
    pair = (data.train_inputs, data.train_labels.reshape(-1, 1))
    return nn.fit(model, pair, nn.quadratic, nn.SGD(model, rate), epochs=50, batch_size=4, rng=0)[-1].loss


@pytest.mark.slow
def test_a_fit_that_diverges_in_a_pool_of_processes_says_so() -> None:
    with (
        multiprocessing.get_context("spawn").Pool(1) as pool,
        pytest.raises(DivergenceError, match="became") as told,
    ):
        pool.map_async(diverging, [1e30]).get(120)
    assert isinstance(told.value.history, History)
    assert len(told.value.history.steps) == told.value.step
