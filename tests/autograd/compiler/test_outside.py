"""What a function reads from outside its arguments is as it is now: a program is for what it was recorded with."""

import dataclasses
import functools
import random
import time
import types

import numpy
import pytest

import nn
from autograd import CapturedConstantWarning, ProgramMismatchError, Tensor, compile, sin
from autograd.compiler import training_step
from autograd.compiler.training_step import TrainingStep

GLOBAL = 3.0
SWITCH = "double"
SETTINGS = {"gain": 2.0, "list": [1.0, 5.0]}


class Scaled(nn.Module):
    offset = 0.5

    def __init__(self):
        self.w, self.gain, self.calls = Tensor([1.0, 2.0]), 2.0, 0

    def __call__(self, x):
        return (self.w * x * self.gain).sum() + self.offset


@dataclasses.dataclass(slots=True)
class Slotted:
    gain: float = 2.0


class Computed:
    def __init__(self):
        self.base = 2.0

    @property
    def gain(self):
        return self.base * 2


def of_a_closure():
    gain = 2.0

    def function(x):
        return x * gain

    def change():
        nonlocal gain
        gain = 7.0

    return function, change


def of_a_holder(holder, set_gain):
    return lambda: ((lambda x: x * holder.gain), functools.partial(set_gain, holder))


def of_a_list():
    weights = [2.0, 3.0]
    return (lambda x: x * weights[0]), lambda: weights.__setitem__(0, 5.0)


def of_a_longer_list():
    weights = [2.0]
    return (lambda x: sum(w * x for w in weights)), lambda: weights.append(5.0)


def of_many_numbers():
    weights = [1.0] * 100
    return (lambda x: sum(w * x for w in weights)), lambda: weights.__setitem__(99, 5.0)


def of_an_array():
    weight = numpy.array(2.0)
    return (lambda x: x * weight), lambda: weight.fill(5.0)


def of_a_number_of_numpys():
    holder = types.SimpleNamespace(gain=numpy.float64(2.0))
    return (lambda x: x * holder.gain), lambda: setattr(holder, "gain", numpy.float64(4.0))


def of_a_helper():
    holder = types.SimpleNamespace(gain=2.0)

    def helper(x):
        return x * holder.gain

    return (lambda x: helper(x) + 1), lambda: setattr(holder, "gain", 6.0)


def of_a_compiled_helper():
    holder = types.SimpleNamespace(gain=2.0)
    helper = compile(lambda x: x * holder.gain)
    return (lambda x: helper(x) + 1), lambda: setattr(holder, "gain", 6.0)


def of_a_default():
    def function(x, weights=[2.0]):  # noqa: B006  # a default that changes is what is tested
        return x * weights[0]

    return function, lambda: function.__defaults__[0].__setitem__(0, 4.0)


def of_a_class():
    class Here:
        gain = 2.0

    return (lambda x: x * Here.gain), lambda: setattr(Here, "gain", 5.0)


def of_a_class_hidden_by_an_instance():
    class Here:
        gain = 2.0

    here = Here()
    return (lambda x: x * here.gain), lambda: setattr(here, "gain", 5.0)


def by_a_name_in_text():
    holder = types.SimpleNamespace(gain1=2.0)
    return (lambda x: x * getattr(holder, f"gain{1}")), lambda: setattr(holder, "gain1", 5.0)


def of_a_function():
    holder = types.SimpleNamespace(activation=lambda x: x * 2)
    return (lambda x: holder.activation(x)), lambda: setattr(holder, "activation", sin)


def of_a_partial():
    holder = types.SimpleNamespace(gain=2.0)
    return functools.partial(lambda h, x: x * h.gain, holder), lambda: setattr(holder, "gain", 5.0)


def of_a_bound_method():
    class Here:
        def __init__(self):
            self.gain = 2.0

        def loss(self, x):
            return x * self.gain

    here = Here()
    return here.loss, lambda: setattr(here, "gain", 5.0)


def of_a_switch():
    holder = types.SimpleNamespace(mode="double", is_on=None)
    return (lambda x: x * 2 if holder.mode == "double" else x * 3), lambda: setattr(holder, "mode", "triple")


CASES = [
    of_a_closure, of_a_list, of_a_longer_list, of_many_numbers, of_an_array, of_a_number_of_numpys, of_a_helper,
    of_a_compiled_helper, of_a_default, of_a_class, of_a_class_hidden_by_an_instance, by_a_name_in_text, of_a_function,
    of_a_partial, of_a_bound_method, of_a_switch,
    of_a_holder(Slotted(), lambda holder: setattr(holder, "gain", 5.0)),
    of_a_holder(Computed(), lambda holder: setattr(holder, "base", 5.0)),
]  # fmt: skip
NAMES = [*[case.__name__ for case in CASES[:-2]], "slots", "a property"]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_number_from_outside_is_read_as_it_is(case):
    function, change = case()
    f = compile(function)
    for call in (f, lambda x: f.value_and_grad(x)[1]):
        call(2.0)
    before = f(2.0)
    count = len(f.programs)
    f(2.5)
    assert len(f.programs) == count
    change()
    assert f(2.0) == function(2.0) != before
    f.check(2.0)
    assert f.value_and_grad(2.0)[0] == function(2.0)


def test_globals_and_their_items_are_read_as_they_are(monkeypatch):
    f = compile(lambda x: x * GLOBAL * SETTINGS["gain"] + SETTINGS["list"][1] * (2 if SWITCH == "double" else 3))
    assert f(1.0) == 16.0
    monkeypatch.setitem(globals(), "GLOBAL", 4.0)
    assert f(1.0) == 18.0
    monkeypatch.setitem(SETTINGS, "gain", 1.0)
    assert f(1.0) == 14.0
    monkeypatch.setitem(SETTINGS, "list", [0.0, 0.0])
    assert f(1.0) == 4.0
    monkeypatch.setitem(globals(), "SWITCH", "triple")
    assert f(1.0) == 4.0


def test_attributes_of_a_module_argument_and_replaced_parameters_are_read_as_they_are():
    model = Scaled()
    f = compile(lambda model, x: model(x))
    x = numpy.ones(2)
    assert f(model, x) == 6.5
    model.gain = 5.0
    assert f(model, x) == 15.5
    model.gain, model.w = 2.0, Tensor([10.0, 20.0])
    assert f(model, x) == 60.5
    assert f.value_and_grad(model, x)[1]["w"].tolist() == [2.0, 2.0]
    f.backward(model, x)
    assert model.w.grad.tolist() == [2.0, 2.0]
    model.offset = 1.0  # the class's until now
    assert f(model, x) == 61.0


def test_a_network_that_is_evaluated_is_another_program():
    model = nn.Sequential(nn.Linear(2, 2, rng=0), nn.Dropout(0.5, rng=0))
    f = compile(lambda model, x: model(x))
    x = numpy.ones((1, 2))
    with pytest.warns(CapturedConstantWarning):
        f(model, x)
    model.eval()
    numpy.testing.assert_array_equal(f(model, x).data, model(Tensor(x)).data)


def test_two_states_have_a_program_each():
    holder = types.SimpleNamespace(gain=2.0)
    f = compile(lambda x: x * holder.gain)
    for _ in range(20):
        for gain in (2.0, 3.0):
            holder.gain = gain
            assert f(1.0) == gain
    assert len(f.programs) == 2


def test_what_is_another_at_each_call_is_told_of_once_and_right():
    holder = types.SimpleNamespace(step=0)
    f = compile(lambda x: x * holder.step)
    for step in range(8):
        holder.step = step
        assert f(1.0) == step
    holder.step = 8
    with pytest.warns(CapturedConstantWarning, match=r"holder.step \(7 then, 8 now\); pass it as an argument"):
        assert f(1.0) == 8
    for step in range(9, 40):
        holder.step = step
        assert f(1.0) == step
    assert len(f.programs) <= 16


def test_what_the_function_itself_counts_is_no_change_and_told_of_where_it_computes_with_it():
    holder = types.SimpleNamespace(calls=0, seen=[])

    def counting(x):
        holder.calls += 1
        holder.seen.append(x)
        return x * 2

    f = compile(counting)
    for _ in range(3):
        f(1.0)
    assert holder.calls == len(holder.seen) == 1

    def computing(x):
        holder.calls += 1
        return x * holder.calls

    with pytest.warns(CapturedConstantWarning, match=r"holder.calls, which it changes itself"):
        compile(computing)(1.0)


@pytest.mark.parametrize(
    ("draw", "name"),
    [
        (lambda x: x + random.random(), "random"),
        (lambda x: x + numpy.random.random(), "numpy.random"),
        (lambda x, rng=numpy.random.default_rng(0): x + rng.uniform(), r"a default\[0\]"),  # noqa: B008  # one generator is meant
    ],
    ids=["random", "numpy.random", "a generator"],
)
def test_numbers_drawn_at_random_are_told_of(draw, name):
    with pytest.warns(CapturedConstantWarning, match=f"uses random numbers of {name}: the program keeps"):
        compile(draw)(1.0)


def test_check_names_the_number_that_no_name_leads_to():
    f = compile(lambda x: x * 2 + time.perf_counter_ns() % 1_000_000_007)
    f(1.0)
    with pytest.raises(ProgramMismatchError, match=r"a number from outside that add is given was \d+ and is \d+"):
        f.check(1.0)


def test_a_training_step_reads_what_is_outside_as_it_is():
    holder = types.SimpleNamespace(weight=1.0)
    w = Tensor([1.0, 2.0])
    step = TrainingStep(lambda x: (w * x).sum() * holder.weight, lambda w, g, states, numbers: (w - g, ()))
    assert step(numpy.ones(2)) == 3.0
    holder.weight = 0.5
    assert step(numpy.ones(2)) == 0.5
    assert w.data.tolist() == [-0.5, 0.5]


def trained(how):
    """The losses of a run whose callback fades the weight of the loss, and gives the model another activation."""
    rng = numpy.random.default_rng(0)
    inputs = rng.normal(size=(32, 3))
    targets = (inputs[:, :1] > 0).astype(float)
    weight = [1.0]

    class Change(nn.Callback):
        def on_epoch(self, run, epoch):
            weight[0] *= 0.1

        def on_step(self, run, step):
            if len(run.history.steps) == 6:
                run.model.activation = sin

    model = nn.MLP((3, 4, 1), "tanh", rng=0)
    history = nn.fit(
        model, (inputs, targets), lambda a, y: nn.quadratic(a, y) * weight[0], nn.SGD(model.parameters(), 0.1),
        epochs=3, batch_size=8, rng=0, compile=how, callbacks=[Change()],
    )  # fmt: skip
    assert history.compiled is how
    return [epoch.loss for epoch in history]


def test_a_loss_weight_that_a_callback_fades_and_a_model_that_it_changes_count_at_once():
    numpy.testing.assert_allclose(trained(True), trained(False), rtol=1e-12)


@pytest.mark.parametrize("kind", ["value_and_grad", "backward", "check"])
def test_a_mask_that_lets_another_number_through_is_recorded_anew_in_every_kind_of_call(kind):
    two, three = numpy.array([1.0, 2.0, -1.0]), numpy.array([1.0, 2.0, 1.0])
    f = compile(lambda x: x[x > 0].sum())
    assert f(two) == 3.0
    if kind == "value_and_grad":
        assert f.value_and_grad(three)[1].tolist() == [1.0, 1.0, 1.0]
        f.value_and_grad(two.astype(int))
        assert f.value_and_grad(three.astype(int))[0] == 4.0
    elif kind == "backward":
        x = Tensor(three)
        assert f.backward(x) == 4.0
        assert x.grad.tolist() == [1.0, 1.0, 1.0]
    else:
        f.check(three)


def test_a_run_of_steps_is_recorded_once(monkeypatch):
    recorded = []
    record = training_step.record

    def counting(*arguments):
        recorded.append(arguments)
        return record(*arguments)

    monkeypatch.setattr(training_step, "record", counting)
    inputs = numpy.random.default_rng(0).normal(size=(40, 3))
    model = nn.MLP((3, 4, 2), "tanh", rng=0)
    optimizer = nn.Adam(model.parameters(), 0.01)
    history = nn.fit(
        model, (inputs, inputs[:, :2]), nn.quadratic, optimizer, epochs=2, batch_size=8, rng=0, compile=True
    )
    assert history.compiled
    assert len(recorded) == 1
