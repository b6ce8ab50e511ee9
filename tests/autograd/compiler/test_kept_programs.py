"""What a compiled function keeps: programs within a bound, and no argument for longer than others do."""

import dataclasses
import gc
import weakref

import numpy
import pytest

from autograd import NotRecordedError, Tensor, compile, tanh
from autograd.compiler import cache
from autograd.compiler.training_step import TrainingStep
from nn import MLP, LayerNorm, Linear, NeuronMLP, Sequential

X = numpy.ones((3, 2))


@pytest.fixture(autouse=True)
def no_garbage_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


MODELS = {
    "MLP": (lambda: MLP((2, 3, 1), "tanh", rng=0), X),
    "Sequential": (lambda: Sequential(Linear(2, 3, rng=0), LayerNorm(3), Linear(3, 1, rng=0)), X),
    "NeuronMLP": (lambda: NeuronMLP((2, 2, 1), rng=0), [0.5, -1.0]),
}
USES = {
    "a call": lambda f, model, x: f(model, x),
    "value_and_grad": lambda f, model, x: f.value_and_grad(model, x),
    "backward": lambda f, model, x: f.backward(model, x),
    "check": lambda f, model, x: f.check(model, x),
    "source": lambda f, model, x: (f(model, x), f.source),
    "trace": lambda f, model, x: (f(model, x), f.trace),
    "a sweep": lambda f, model, x: f(model, x).backward(),
}


def squared(model, x):
    y = model(x)
    return (y * y).sum() if isinstance(y, Tensor) else y[0] * y[0]


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize(("make", "x"), MODELS.values(), ids=MODELS)
def test_a_model_that_was_an_argument_is_collected_with_its_parameters_and_programs(make, x, use):
    f = compile(squared)
    model, other = make(), make()
    f(other, x)
    seen = [weakref.ref(one) for one in (model, *model.parameters())]
    before = len(f.programs)
    use(f, model, x)
    assert len(f.programs) > before
    del model
    gc.collect()  # a network may hold itself in circles
    assert [one() for one in seen if one() is not None] == []
    assert len(f.programs) == before


def test_functions_and_methods_are_collected_too():
    class Holder:
        def scaled(self, x):
            return x * 2

    f = compile(lambda x, function: function(x))
    holder, function = Holder(), lambda x: x * 3
    seen = [weakref.ref(holder), weakref.ref(function)]
    assert [f(1.0, holder.scaled), f(1.0, function), f(1.0, tanh)] == [2.0, 3.0, tanh(1.0)]
    assert f.value_and_grad({"x": 1.0, "by": function}["x"], function)[0] == 3.0
    del holder, function
    assert [one() for one in seen] == [None, None]
    assert len(f.programs) == 1


def test_an_object_beside_what_is_differentiated_by_is_given_back_and_collected():
    class Settings:
        scale = 3.0

    settings = Settings()
    f = compile(lambda p: p["x"] * p["how"].scale)
    gradient = f.value_and_grad({"x": 2.0, "how": settings})[1]
    assert gradient == {"x": 3.0, "how": settings}
    seen = weakref.ref(settings)
    del gradient, settings
    assert seen() is None
    assert f.programs == []


def test_another_object_in_the_place_of_a_collected_one_is_recorded_anew():
    class By:
        def __init__(self, factor):
            self.factor = factor

    f = compile(lambda x, by: x * by.factor)
    for factor in range(1, 200):
        assert f(1.0, By(factor)) == factor  # it gets the memory, and so the id, of the one before


def test_an_object_whose_class_has_no_weak_references_is_kept_with_its_programs_alone():
    @dataclasses.dataclass
    class By:
        __slots__ = ("factor",)
        factor: float

    f = compile(lambda x, by: x * by.factor)
    for factor in range(1, 2 * cache.MOST_STRUCTURES):
        assert f(1.0, By(float(factor))) == factor
    assert len(f.programs) == len(f._cache._objects) == cache.MOST_STRUCTURES


def test_programs_have_a_bound_and_the_oldest_goes(monkeypatch):
    monkeypatch.setattr(cache, "MOST_STRUCTURES", 4)
    f = compile(lambda x: (x * 2).sum())
    for size in range(1, 10):
        assert f(numpy.ones(size)) == 2.0 * size
    assert [one.program.inputs[0].shape for one in f.programs] == [(6,), (7,), (8,), (9,)]
    assert len(f._cache.recordings) == 4
    assert f(numpy.ones(1)) == 2.0
    assert f.value_and_grad(numpy.ones(8))[0] == 16.0
    assert len(f.programs) == 4
    w = Tensor([1.0])
    step = TrainingStep(lambda x: (w * x).sum(), lambda w, g, states, numbers: (w - 0.0 * g, ()))
    for size in range(1, 10):
        assert step(numpy.ones(size)) == size
    assert len(step._cache.entries) == 4


def test_what_was_recorded_for_a_collected_argument_is_no_longer_shown():
    f = compile(squared)
    model = MLP((2, 3, 1), rng=0)
    f(model, X)
    assert "def squared" in f.source
    del model
    gc.collect()
    with pytest.raises(NotRecordedError, match="call it first"):
        f.source  # noqa: B018  # reading it is what is tested
