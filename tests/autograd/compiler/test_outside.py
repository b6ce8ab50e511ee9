"""What a function reads from outside its arguments is as it is now: a program is for what it was recorded with."""

import collections
import contextvars
import ctypes
import dataclasses
import enum
import functools
import importlib.machinery
import itertools
import operator
import os
import random
import sys
import threading
import time
import types
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy
import pytest

import nn
from autograd import CapturedConstantWarning, ProgramMismatchError, Tensor, compile, primitive, sin
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


def of_a_set():
    flags = {"a"}
    return (lambda x: x * (2 if "b" in flags else 1) * len(flags)), lambda: flags.add("b")


def of_a_queue():
    queue = collections.deque([1.0, 2.0])
    return (lambda x: x * sum(queue)), lambda: queue.append(4.0)


def of_a_dict_of_pythons_in_a_class():
    settings = collections.UserDict(gain=2.0)
    return (lambda x: x * settings["gain"]), lambda: settings.update(gain=5.0)


def of_a_view_of_a_dict():
    settings = {"gain": 2.0}
    view = types.MappingProxyType(settings)
    return (lambda x: x * view["gain"]), lambda: settings.update(gain=5.0)


def of_bytes_that_change():
    levels = bytearray([2, 3])
    return (lambda x: x * levels[0]), lambda: levels.__setitem__(0, 5)


def of_a_number_of_c():
    gain = ctypes.c_double(2.0)
    return (lambda x: x * gain.value), lambda: setattr(gain, "value", 5.0)


def of_a_metaclass():
    settings = {"gain": 2.0}

    class Kind(type):
        def __getattr__(cls, name):
            return settings["gain"]

    class Here(metaclass=Kind):
        pass

    return (lambda x: x * Here.anything), lambda: settings.update(gain=5.0)


def of_a_class_that_hides_its_base_s():
    class Base:
        gain = 2.0

    class Here(Base):
        pass

    here = Here()
    return (lambda x: x * here.gain), lambda: setattr(Here, "gain", 5.0)


def of_a_large_dict():
    vocabulary = {number: float(number) for number in range(6000)}
    holder = types.SimpleNamespace(inner=types.SimpleNamespace(gain=2.0))
    return (lambda x: x * holder.inner.gain * vocabulary[3]), lambda: setattr(holder.inner, "gain", 5.0)


def of_an_item_of_a_large_dict():
    vocabulary = {number: float(number) for number in range(6000)}
    return (lambda x: x * vocabulary[3]), lambda: vocabulary.__setitem__(3, 5.0)


def of_an_array_as_a_number():
    table = numpy.array([2.0, 3.0])
    return (lambda x: x * table[0]), lambda: table.fill(5.0)


def of_an_array_as_its_sum():
    table = numpy.array([2.0, 3.0])
    return (lambda x: x * table.sum()), lambda: table.fill(5.0)


def of_an_array_as_a_truth():
    table = numpy.zeros(3)
    return (lambda x: x * 2 if table.any() else x), lambda: table.fill(5.0)


def of_a_function_s_attribute():
    def function(x):
        return x * function.gain

    function.gain = 2.0
    return function, lambda: setattr(function, "gain", 5.0)


def of_an_attribute_that_appears_by(read):
    holder = types.SimpleNamespace(other=1.0)

    def by_default(x):
        return x * getattr(holder, "gain", 2.0)

    def by_asking(x):
        return x * holder.gain if hasattr(holder, "gain") else x

    def by_trying(x):
        try:
            return x * holder.gain
        except AttributeError:
            return x

    function = {"default": by_default, "asking": by_asking, "trying": by_trying}[read]
    return lambda: (function, lambda: setattr(holder, "gain", 5.0))


def of_a_class_s_attribute_that_appears():
    class Settings:
        other = 1.0

    return (lambda x: x * getattr(Settings, "gain", 2.0)), lambda: setattr(Settings, "gain", 5.0)


def of_a_global_that_appears():
    names = {"__builtins__": __builtins__}
    exec("def function(x):\n    try: return x * GAIN\n    except NameError: return x", names)
    return names["function"], lambda: names.update(GAIN=5.0)


def of_a_method_that_an_instance_hides():
    class Here:
        def act(self, x):
            return x * 2

    here = Here()
    return (lambda x: here.act(x)), lambda: setattr(here, "act", lambda x: x * 5)


@dataclasses.dataclass
class Settings:
    gain: float = 2.0


def of_a_dataclass_as_a_dict():
    settings = Settings()

    def scaled(x, gain):
        return x * gain

    return (lambda x: scaled(x, **dataclasses.asdict(settings))), lambda: setattr(settings, "gain", 5.0)


def of_a_dataclass_that_is_matched(by):
    settings = Settings()

    def by_name(x):
        match settings:
            case Settings(gain=gain):
                return x * gain

    def by_place(x):
        match settings:
            case Settings(gain):
                return x * gain

    return lambda: (by_name if by == "name" else by_place, lambda: setattr(settings, "gain", 5.0))


def of_a_dataclass_that_is_compared():
    settings = Settings()
    return (lambda x: x * 2 if settings == Settings() else x), lambda: setattr(settings, "gain", 5.0)


def of_an_attribute_getter():
    settings, gain_of = Settings(), operator.attrgetter("gain")
    return (lambda x: x * gain_of(settings)), lambda: setattr(settings, "gain", 5.0)


def of_a_descriptor():
    class Field:
        def __get__(self, instance, kind):
            return instance._gain

    class Here:
        gain = Field()

    here = Here()
    here._gain = 2.0
    return (lambda x: x * here.gain), lambda: setattr(here, "_gain", 5.0)


def of_an_operator_of_its_own():
    class Factor:
        gain = 2.0

        def __mul__(self, x):
            return x * self.gain

    factor = Factor()
    return (lambda x: factor * x), lambda: setattr(factor, "gain", 5.0)


def of_a_module_that_it_imports():
    settings = types.ModuleType("settings_of_a_test")
    settings.gain = 2.0
    sys.modules["settings_of_a_test"] = settings

    def function(x):
        import settings_of_a_test

        return x * settings_of_a_test.gain

    return function, lambda: setattr(settings, "gain", 5.0)


def of_a_module_that_it_imports_first():
    class Finder:
        def find_spec(self, name, path=None, target=None):
            return importlib.machinery.ModuleSpec(name, self) if name == "settings_made_late" else None

        def create_module(self, spec):
            return None

        def exec_module(self, module):
            module.gain = 2.0

    sys.meta_path.append(Finder())

    def function(x):
        from settings_made_late import gain

        return x * gain

    return function, lambda: setattr(sys.modules["settings_made_late"], "gain", 5.0)


def of_the_environment():
    os.environ["GAIN_OF_A_TEST"] = "2"
    return (lambda x: x * float(os.environ["GAIN_OF_A_TEST"])), lambda: os.environ.update(GAIN_OF_A_TEST="5")


def of_the_environment_by_a_function():
    os.environ["GAIN_OF_A_TEST"] = "2"
    return (lambda x: x * float(os.getenv("GAIN_OF_A_TEST"))), lambda: os.environ.update(GAIN_OF_A_TEST="5")


def of_a_context():
    gain = contextvars.ContextVar("gain", default=2.0)
    return (lambda x: x * gain.get()), lambda: gain.set(5.0)


def of_a_weak_reference():
    class Here:
        gain = 2.0

    here = Here()
    reference = weakref.ref(here)
    return (lambda x: x * reference().gain), lambda: setattr(here, "gain", 5.0)


def of_a_bound_method_of_python_s():
    settings = {"gain": 2.0}
    read = settings.get
    return (lambda x: x * read("gain")), lambda: settings.update(gain=5.0)


def of_the_value_of_an_enumeration_s_member():
    class Rates(enum.Enum):
        LOW = {"gain": 2.0}  # noqa: RUF012  # one that changes is what is tested

    return (lambda x: x * Rates.LOW.value["gain"]), lambda: Rates.LOW.value.update(gain=5.0)


def of_a_cached_function():
    holder = types.SimpleNamespace(gain=2.0)

    @functools.lru_cache
    def gain():
        return holder.gain

    def change():
        holder.gain = 5.0
        gain.cache_clear()

    return (lambda x: x * gain()), change


CASES = [
    of_a_number_of_c, of_a_metaclass, of_a_class_that_hides_its_base_s,
    of_a_set, of_a_queue, of_a_dict_of_pythons_in_a_class, of_a_view_of_a_dict,
    of_bytes_that_change, of_a_large_dict, of_an_item_of_a_large_dict, of_an_array_as_a_number, of_an_array_as_its_sum,
    of_an_array_as_a_truth, of_a_function_s_attribute, of_a_class_s_attribute_that_appears, of_a_global_that_appears,
    of_a_method_that_an_instance_hides, of_a_dataclass_as_a_dict, of_a_dataclass_that_is_compared,
    of_an_attribute_getter, of_a_descriptor, of_an_operator_of_its_own, of_a_module_that_it_imports,
    of_a_module_that_it_imports_first, of_the_environment, of_the_environment_by_a_function, of_a_context,
    of_a_weak_reference, of_a_bound_method_of_python_s, of_a_cached_function, of_the_value_of_an_enumeration_s_member,
    of_a_closure, of_a_list, of_a_longer_list, of_many_numbers, of_an_array, of_a_number_of_numpys, of_a_helper,
    of_a_compiled_helper, of_a_default, of_a_class, of_a_class_hidden_by_an_instance, by_a_name_in_text, of_a_function,
    of_a_partial, of_a_bound_method, of_a_switch, of_an_attribute_that_appears_by("default"),
    of_an_attribute_that_appears_by("asking"), of_an_attribute_that_appears_by("trying"),
    of_a_dataclass_that_is_matched("name"), of_a_dataclass_that_is_matched("place"), of_a_holder(Slotted(),
    lambda holder: setattr(holder, "gain", 5.0)), of_a_holder(Computed(), lambda holder: setattr(holder, "base", 5.0)),
]  # fmt: skip
NAMES = [
    *[case.__name__ for case in CASES[:-7]],
    "one that appears, by default", "one that appears, asked for", "one that appears, tried", "matched by name",
    "matched by place", "slots", "a property",
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_number_from_outside_is_read_as_it_is(case, monkeypatch):
    monkeypatch.setenv("GAIN_OF_A_TEST", "")
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    for made in ("settings_of_a_test", "settings_made_late"):
        monkeypatch.delitem(sys.modules, made, raising=False)
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
        holder.seen.append("a call")
        return x * 2

    f = compile(counting)
    for _ in range(3):
        f(1.0)
    assert holder.calls == len(holder.seen) == 2

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
        (lambda x: x + LEGACY.uniform(), "LEGACY"),
        (lambda x: x + BITS.random_raw() / 2**64, "BITS"),
    ],
    ids=["random", "numpy.random", "a generator", "a RandomState", "a bit generator"],
)
def test_numbers_drawn_at_random_are_told_of(draw, name):
    with pytest.warns(CapturedConstantWarning, match=f"uses random numbers of {name}: the program keeps"):
        compile(draw)(1.0)


LEGACY, BITS, SYSTEM = numpy.random.RandomState(0), numpy.random.PCG64(0), random.SystemRandom()


def test_a_generator_that_is_there_and_not_drawn_from_is_nothing_to_tell():
    compiled = compile(lambda x: x * 2 if None not in (LEGACY, BITS, SYSTEM) else x)
    assert [compiled(3.0), compiled(4.0)] == [6.0, 8.0]


def test_what_the_rule_of_a_primitive_reads_is_read_as_it_is():
    settings, counted = types.SimpleNamespace(rate=1.0), types.SimpleNamespace(calls=0)

    def rule(upstream, out, x):
        counted.calls += 1
        return upstream * settings.rate

    @primitive(rule)
    def copied(x):
        return x * 1.0

    compiled = compile(lambda x: copied(x))
    for rate in (1.0, 1.0, 2.0, 2.0):
        settings.rate = rate
        assert compiled.value_and_grad(3.0) == (3.0, rate)
    calls = counted.calls
    assert compiled.value_and_grad(4.0) == (4.0, 2.0)
    assert counted.calls == calls, "a count of its own is no reason to record it anew"


def of_a_count_that_it_computes_with():
    count = 0

    def function(x):
        nonlocal count
        count += 1
        return x / (1 + count)

    return function


def of_a_count_that_it_branches_on():
    count = 0

    def function(x):
        nonlocal count
        count += 1
        return x * 2 if count > 100 else x

    return function


def of_a_count_in_a_dict():
    state = {"count": 0}

    def function(x):
        state["count"] += 1
        return x * 2 if state["count"] > 100 else x

    return function


def of_a_count_in_a_list():
    state = [0]

    def function(x):
        state[0] += 1
        return x * 2 if state[0] > 100 else x

    return function


def of_an_iterator():
    rates = iter([1.0, 0.5, 0.25])
    return lambda x: x * next(rates)


def of_a_counter_of_pythons():
    numbers = itertools.count(1)
    return lambda x: x * next(numbers)


def of_zipped_iterators():
    pairs = zip([1.0, 1.0, 2.0], [2.0, 2.0, 2.0], strict=True)
    return lambda x: x * next(pairs)[0]


def of_a_generator_function():
    def rates():
        rate = 1.0
        while True:
            yield rate
            rate /= 2

    made = rates()
    return lambda x: x * next(made)


def of_a_large_array_as_a_number():
    table = numpy.arange(1000.0)
    return lambda x: x * table.mean()


def of_a_large_array_of_an_object():
    holder = types.SimpleNamespace(table=numpy.arange(1000.0))
    return lambda x: x * float(holder.table[3])


def of_too_many_things():
    things = [types.SimpleNamespace(gain=1.0) for _ in range(6000)]
    return lambda x: x * things[0].gain


TOLD_AT_ONCE = {
    of_a_count_that_it_computes_with: "count, which it changes itself",
    of_a_count_that_it_branches_on: "count, which it changes itself",
    of_a_count_in_a_dict: r"state\['count'\], which it changes itself",
    of_a_count_in_a_list: r"state\[0\], which it changes itself",
    of_an_iterator: "what rates gives next",
    of_a_counter_of_pythons: "what numbers gives next",
    of_zipped_iterators: "what pairs gives next",
    of_a_generator_function: "what made gives next",
    of_a_large_array_as_a_number: r"table of shape \(1000,\) as plain numbers",
    of_a_large_array_of_an_object: r"holder.table of shape \(1000,\) as plain numbers",
    of_too_many_things: "more than 5,000 things outside, of which it cannot watch the others",
}


@pytest.mark.parametrize("make", TOLD_AT_ONCE, ids=lambda make: make.__name__)
def test_what_cannot_be_watched_is_told_of_at_the_first_call_and_once(make):
    f = compile(make())
    with pytest.warns(CapturedConstantWarning, match=f"uses {TOLD_AT_ONCE[make]}: the program keeps") as told:
        f(1.0)
    assert len(told) == 1
    f(1.0)
    f(2.0)


def of_a_generator_of_its_own():
    return lambda x: x * numpy.random.default_rng().normal()


def of_the_clock():
    return lambda x: x + time.perf_counter_ns()


def of_a_file(tmp_path):
    path = tmp_path / "count"
    path.write_text("")

    def function(x):
        path.write_text(path.read_text() + "x")
        return x * 2 if len(path.read_text()) > 1 else x

    return function


def of_an_array_made_at_random():
    return lambda x: x * numpy.random.default_rng().normal(size=3)


def of_what_it_returns():
    calls = []

    def function(x):
        calls.append(None)
        return [x * 2] * len(calls)

    return function


TOLD_BY_A_SECOND_RUN = {
    of_a_generator_of_its_own: "a number from outside that multiply is given was",
    of_the_clock: r"a number from outside that add is given was \d+ and is \d+",
    of_a_file: "its operations",
    of_an_array_made_at_random: "an array from outside that multiply is given",
    of_what_it_returns: "what it returns",
}


@pytest.mark.filterwarnings("ignore:compile. function uses an array of shape")
@pytest.mark.parametrize(
    ("make", "kind"),
    [
        *[(make, "a call") for make in TOLD_BY_A_SECOND_RUN],
        *[(make, "value_and_grad") for make in (of_a_generator_of_its_own, of_the_clock, of_a_file)],
    ],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_what_no_name_leads_to_is_told_of_by_a_second_run_and_once(make, kind, tmp_path):
    f = compile(make(tmp_path) if make is of_a_file else make())
    call = f if kind == "a call" else lambda x: f.value_and_grad(x)[0]
    call(1.0)
    sentence = f"does something else when it is run again, by {TOLD_BY_A_SECOND_RUN[make]}"
    with pytest.warns(CapturedConstantWarning, match=sentence):
        call(1.0)
    before = call(1.5)
    numpy.testing.assert_array_equal(call(1.5), before)


def test_where_a_second_run_fails_as_the_eager_function_does_so_does_the_call():
    calls = []

    def function(x):
        calls.append(None)
        if len(calls) == 2:
            raise RuntimeError("no more")
        return x * 2

    f = compile(function)
    f(1.0)
    with pytest.raises(RuntimeError, match="no more"):
        f(1.0)
    with pytest.warns(CapturedConstantWarning, match="the length of calls, which it changes itself"):
        assert f(3.0) == 6.0


def made_at_the_first_call():
    holder = types.SimpleNamespace(table=None, is_ready=False)

    def function(x):
        if not holder.is_ready:
            holder.table, holder.is_ready = [2.0], True
        return x * holder.table[0]

    return function, lambda: holder.table.__setitem__(0, 5.0)


def counted_and_no_more():
    holder, state, counts = types.SimpleNamespace(calls=0, total=0), {"calls": 0}, [0]
    history, names = [], []

    def function(x):
        holder.calls += 1
        holder.total = holder.total + 1
        state["calls"] += 1
        counts[0] += 1
        history.append(holder.calls)
        names.append(f"call {holder.total}")
        return x * 2 + 1

    return function, lambda: None


def shapes_of_a_large_array():
    table = numpy.arange(1000.0)
    return (lambda x: x * len(table) + table.shape[0] + table.ndim), lambda: table.fill(0.0)


def an_iterator_that_it_leaves_alone():
    rates = iter([1.0, 2.0])
    return (lambda x: x * 2 if rates is not None else x), lambda: None


def numbers_of_a_seed():
    return (lambda x: x * numpy.random.default_rng(0).normal()), lambda: None


def an_object_that_a_loop_gives_other_attributes():
    holder = types.SimpleNamespace(gain=2.0, step=0)

    def change():
        holder.step += 1

    return (lambda x: x * holder.gain), change


def nodes_as_keys():
    def function(x):
        seen = {x: "the argument"}
        return x * len(seen)

    return function, lambda: None


SILENT = [
    made_at_the_first_call, counted_and_no_more, shapes_of_a_large_array, an_iterator_that_it_leaves_alone,
    numbers_of_a_seed, an_object_that_a_loop_gives_other_attributes, nodes_as_keys,
]  # fmt: skip


@pytest.mark.parametrize("case", SILENT, ids=lambda case: case.__name__)
def test_what_a_program_follows_is_told_of_by_nobody(case):
    function, change = case()
    f = compile(function)
    for _ in range(12):  # warnings are errors
        assert f(2.0) == function(2.0)
        change()


def test_what_was_made_at_the_first_call_is_read_as_it_is_from_the_second_on():
    function, change = made_at_the_first_call()
    f = compile(function)
    assert (f(1.0), f(1.0)) == (2.0, 2.0)
    change()
    assert f(1.0) == 5.0


def test_what_another_thread_changes_while_the_function_is_recorded_is_read_as_it_is_afterwards():
    settings, has_begun, may_go_on = {"gain": 1.0}, threading.Event(), threading.Event()

    def function(x):
        gain = settings["gain"]
        has_begun.set()
        may_go_on.wait()
        return x * gain

    f = compile(function)
    thread = threading.Thread(target=f, args=(3.0,))
    thread.start()
    has_begun.wait()
    settings["gain"] = 2.0
    may_go_on.set()
    thread.join()
    settings["gain"] = 4.0
    assert [f(3.0), f(3.0)] == [12.0, 12.0]
    settings["gain"] = 5.0
    assert f(3.0) == 15.0


def test_what_a_thread_has_of_its_own_is_read_in_each():
    local = threading.local()
    local.gain = 2.0
    f = compile(lambda x: x * local.gain)
    assert f(3.0) == 6.0

    def elsewhere():
        local.gain = 5.0
        return f(3.0)

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(elsewhere).result() == 15.0
    assert f(3.0) == 6.0


def test_what_is_computed_in_other_threads_is_recorded_and_looks_there_are_told_of():
    def function(x, y):
        with ThreadPoolExecutor(2) as pool:
            return x * sum(pool.map(lambda k: y * k, [1, 2, 3]))

    f = compile(function)
    f(2.0, numpy.array([1, 2]))
    numpy.testing.assert_array_equal(f(5.0, numpy.array([3, 4])), function(5.0, numpy.array([3, 4])))

    def looking(x):
        with ThreadPoolExecutor(2) as pool:
            return sum(pool.map(lambda k: float(x * k), [1.0, 2.0])) + x

    with pytest.warns(CapturedConstantWarning, match="looks at the number of "):
        compile(looking)(2.0)


@pytest.mark.parametrize(
    "function",
    [
        lambda x, held={0.5: 2.0}: x * 2 if x in held else x,
        lambda x, held={0.5: 2.0}: x * held.get(x, 1.0),
        lambda x, held={1.0: 2.0}: x * held.get(x * 2, 1.0),
    ],
    ids=["in", "get", "get of a result"],
)
def test_a_number_that_is_looked_for_in_a_set_or_dict_is_a_look(function):
    with pytest.warns(CapturedConstantWarning, match="looks at the number of"):
        compile(function)(0.5)


def test_an_integer_that_is_looked_for_in_a_set_stays_one():
    milestones, rates = {20}, {20: 0.5}
    f = compile(lambda x, n: x * 0.1 * rates.get(n, 1.0) if n in milestones else x * 1.0)
    with pytest.warns(CapturedConstantWarning, match="recorded anew for each integer n"):
        assert [f(3.0, n) for n in range(19)] == [3.0] * 19
    assert f(3.0, 20) == pytest.approx(0.15)


class Warming(nn.Module):
    """Computes with what goes on: a count of its calls, an iterator, a generator that it makes itself."""

    def __init__(self, kind):
        self.linear, self.calls, self.kind = nn.Linear(2, 1, rng=0), 0, kind
        self.rates = iter([1.0, 0.5, 0.25] * 10)

    def __call__(self, x):
        outputs = self.linear(x)
        if self.kind == "count":
            self.calls += 1
            return sin(outputs) if self.calls > 3 else outputs
        if self.kind == "iterator":
            return outputs * next(self.rates)
        return outputs * numpy.random.default_rng().normal()


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("count", "uses self.model.calls, which it changes itself: it keeps"),
        ("iterator", "uses what self.model.rates gives next: it keeps"),
        ("generator", "does something else when it is run again, by a number from outside that multiply is given"),
    ],
)
def test_a_compiled_step_tells_of_what_goes_on_in_the_model(kind, sentence):
    model = Warming(kind)
    with pytest.warns(CapturedConstantWarning, match=f"fit: the compiled step {sentence}") as told:
        nn.fit(
            model, (numpy.ones((6, 2)), numpy.ones((6, 1))), "quadratic", nn.SGD(model.parameters(), 0.01), epochs=4,
            batch_size=3, rng=0, compile=True,
        )  # fmt: skip
    assert len(told) == 1
    assert told[0].filename == __file__


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
