"""What a function calls, and what it gets by calls, is followed as what it names; what it does besides is told of."""

import abc
import functools
import io
import math
import numbers
import statistics
import types
import weakref

import numpy
import pytest

import nn
from autograd import CapturedConstantWarning, DataTypeError, Tensor, Value, compile

SETTINGS = types.SimpleNamespace(gain=2.0)


def set_gain():
    SETTINGS.gain = 5.0


def made_when_it_is_called():
    class Layer:
        def __init__(self):
            self.gain = SETTINGS.gain

    return (lambda x: x * Layer().gain), set_gain


def shown_as_text():
    class Shown:
        def __repr__(self):
            return str(SETTINGS.gain)

    shown = Shown()
    return (lambda x: x * float(f"{shown}")), set_gain


def called_back_by_a_library():
    gains = numpy.vectorize(lambda x: x * SETTINGS.gain)
    return (lambda x: x * float(gains(1.0))), set_gain


def dispatched():
    @functools.singledispatch
    def scaled(x):
        return x * SETTINGS.gain

    return scaled, set_gain


def dispatched_to_another():
    @functools.singledispatch
    def gain(kind):
        return 2.0

    return (lambda x: x * gain("a")), lambda: gain.register(str)(lambda kind: 5.0)


def registered_with_an_abstract_class():
    class Double(abc.ABC):  # noqa: B024  # one to register with is what is tested
        pass

    class Here:
        pass

    here = Here()
    return (lambda x: x * 2 if isinstance(here, Double) else x), lambda: Double.register(Here)


def read_by_a_getter_of_another_name():
    get, settings, begin = getattr, types.SimpleNamespace(gain=2.0), "ga"
    return (lambda x: x * get(settings, begin + "in")), lambda: setattr(settings, "gain", 5.0)


def kept_by_a_cache():
    @functools.lru_cache
    def settings():
        return types.SimpleNamespace(gain=2.0)

    return (lambda x: x * settings().gain), lambda: setattr(settings(), "gain", 5.0)


def given_by_a_module_s_function():
    state, module = {"gain": 2.0}, types.ModuleType("lazy")
    module.__getattr__ = state.__getitem__
    return (lambda x: x * module.gain), lambda: state.update(gain=5.0)


def behind_a_weak_proxy():
    class Here:
        gain = 2.0

    here = Here()
    proxy = weakref.proxy(here)
    return (lambda x: x * proxy.gain), lambda: setattr(here, "gain", 5.0)


def in_an_object_of_c():
    text = io.StringIO("2.0")
    return (lambda x: x * float(text.getvalue())), lambda: (text.seek(0), text.write("5"))


def in_an_object_of_numpy():
    line = numpy.poly1d([2.0, 0.0])
    return (lambda x: x * float(line(1.0))), lambda: line.__setitem__(1, 5.0)


def of_an_optimizer():
    optimizer = nn.SGD([Value(1.0)], learning_rate=2.0)
    return (lambda x: x * optimizer.learning_rate), lambda: setattr(optimizer, "learning_rate", 5.0)


def of_the_gradient_of_a_tensor():
    w = Tensor([1.0])
    w.grad = numpy.ones(1)
    return (lambda x: x * w.grad.sum()), lambda: w.grad.fill(5.0)


def of_the_label_of_a_value():
    w = Value(1.0, label="2")
    return (lambda x: x * float(w.label)), lambda: setattr(w, "label", "5")


def of_the_data_of_a_constant():
    k = Tensor([2.0], requires_grad=False)
    return (lambda x: x * float(k.data[0])), lambda: setattr(k, "data", numpy.array([5.0]))


def of_the_order_of_a_dict():
    table = {"a": 2.0, "b": 5.0}
    return (lambda x: x * next(iter(table.values()))), lambda: table.update(a=table.pop("a"))


def of_a_truth_in_a_long_list():
    flags = [1] * 60
    return (lambda x: x * 2 if flags[3] is True else x), lambda: flags.__setitem__(3, True)


def of_a_sign_in_a_long_dict():
    table = dict.fromkeys(range(60), 0.0)
    return (lambda x: x * math.copysign(1, table[3])), lambda: table.__setitem__(3, -0.0)


def of_a_truth_in_a_set():
    flags = {1}
    return (lambda x: x * 2 if next(iter(flags)) is True else x), lambda: (flags.clear(), flags.add(True))


def of_one_of_many_arrays():
    tables = [numpy.array([float(number), 1.0]) for number in range(30)]
    return (lambda x: x * tables[0][1]), lambda: tables[0].fill(5.0)


def of_the_shape_of_an_array():
    table = numpy.arange(6.0).reshape(2, 3)
    return (lambda x: x * table[1, 0]), lambda: setattr(table, "shape", (3, 2))


def of_an_array_of_objects():
    table = numpy.array([types.SimpleNamespace(gain=2.0)], object)
    return (lambda x: x * table[0].gain), lambda: setattr(table[0], "gain", 5.0)


def of_a_function_of_python_s():
    holder = types.SimpleNamespace(average=statistics.mean)
    return (lambda x: x * holder.average([1.0, 2.0, 6.0])), lambda: setattr(holder, "average", statistics.median)


def of_a_number_of_a_module_of_python_s():
    return (lambda x: x * math.tau), lambda: setattr(math, "tau", 6.0)


FOLLOWED = [
    made_when_it_is_called, shown_as_text, called_back_by_a_library, dispatched, dispatched_to_another,
    registered_with_an_abstract_class, read_by_a_getter_of_another_name, kept_by_a_cache, given_by_a_module_s_function,
    behind_a_weak_proxy, in_an_object_of_c, in_an_object_of_numpy, of_an_optimizer, of_the_gradient_of_a_tensor,
    of_the_label_of_a_value, of_the_data_of_a_constant, of_the_order_of_a_dict, of_a_truth_in_a_long_list,
    of_a_sign_in_a_long_dict, of_a_truth_in_a_set, of_one_of_many_arrays, of_the_shape_of_an_array,
    of_an_array_of_objects, of_a_function_of_python_s, of_a_number_of_a_module_of_python_s,
]  # fmt: skip


@pytest.mark.parametrize("case", FOLLOWED, ids=lambda case: case.__name__)
def test_what_a_function_reads_without_naming_it_is_read_as_it_is(case, monkeypatch):
    monkeypatch.setattr(SETTINGS, "gain", 2.0)
    monkeypatch.setattr(math, "tau", math.tau)  # to be as it was afterwards
    function, change = case()
    f = compile(function)
    before = [f(3.0), f(3.0), f(3.0)]
    assert len(f.programs) == 1
    assert before == [function(3.0)] * 3
    change()
    assert f(3.0) == function(3.0) != before[0]


def its_own_length():
    calls = []

    def function(x):
        calls.append(None)
        return x * 2 if len(calls) > 6 else x

    return function, (3.0,)


def a_count_in_a_text():
    holder, table = types.SimpleNamespace(calls=0), {"9": 5.0}

    def function(x):
        holder.calls += 1
        return x * table.get(f"{holder.calls}", 1.0)

    return function, (3.0,)


def what_it_leaves_behind():
    holder = types.SimpleNamespace(last=None, log=[])

    def function(x):
        holder.last = x * 2
        holder.log.append(x * 3)
        return x

    return function, (3.0,)


def a_list_that_it_fills():
    return (lambda numbers: (numbers.append(1.0), numbers[0])[1]), ([3.0],)


def an_array_that_it_moves():
    def function(a):
        a += 1
        return a

    return function, (numpy.ones(2),)


def arrays_that_it_moves_by_views():
    def function(a, b, c):
        first, turned, taken = a[0], numpy.ravel(b.T)[:2].reshape(1, 2), c[[0]]
        first += 1
        turned *= 2
        taken -= 1
        return first, turned, taken

    return function, (numpy.ones((2, 2)), numpy.ones((1, 2)), numpy.ones(2))


def the_type_of_an_argument():
    return (lambda x: x * 2 if type(x) is float else x), (3.0,)


def whether_an_argument_is_an_array():
    return (lambda x: x * 2 if isinstance(x, numpy.ndarray) else x), (numpy.ones(2),)


def whether_an_argument_requires_gradients():
    return (lambda t: t * 2 if t.requires_grad else t), (Tensor([1.0], requires_grad=False),)


def whether_two_arguments_are_one():
    array = numpy.ones(2)
    return (lambda x, y: x * 2 if x is y else x * 3), (array, array)


def more_arrays_than_it_watches():
    tables = [numpy.array([float(number), 1.0]) for number in range(300)]
    return (lambda x: x * tables[0][1]), (3.0,)


TOLD = {
    its_own_length: "by the length of calls, which it changes itself",
    a_count_in_a_text: "uses holder.calls, which it changes itself",
    what_it_leaves_behind: "changes holder.last, in which it leaves what it computed; holder.log, in which",
    a_list_that_it_fills: "changes its argument numbers: no call of the program does so again",
    an_array_that_it_moves: "changes its argument a: no call of the program does so again",
    arrays_that_it_moves_by_views: "changes its argument a; its argument b: no call of the program does so again",
    the_type_of_an_argument: "looks at the type of x",
    whether_an_argument_is_an_array: "looks at the type of x",
    whether_an_argument_requires_gradients: "looks at whether an argument requires gradients",
    whether_two_arguments_are_one: "looks at whether two arguments are one",
    more_arrays_than_it_watches: "uses more than 256 arrays outside, of which it cannot watch the others",
}


@pytest.mark.parametrize("make", TOLD, ids=lambda make: make.__name__)
def test_what_a_program_cannot_do_as_its_function_does_is_told_of(make):
    function, arguments = make()
    f = compile(function)
    with pytest.warns(CapturedConstantWarning, match=TOLD[make]) as told:
        _ = f(*arguments), f(*arguments)
    assert len(told) == 1


def test_arguments_that_are_one_at_a_later_call_are_told_of():
    f = compile(lambda x, y: x * 2 if x is y else x * 3)
    one, other = numpy.ones(2), numpy.ones(2)
    for _ in range(3):
        assert f(one, other).tolist() == [3.0, 3.0]
    with pytest.warns(CapturedConstantWarning, match="looks at whether two arguments are one"):
        f(one, one)


def test_what_a_program_is_recorded_of_goes_on_afterwards():
    def gains():
        yield 2.0
        yield 3.0

    made = gains()
    with pytest.warns(CapturedConstantWarning, match="what made gives next"):
        assert compile(lambda x: x * next(made))(1.0) == 2.0
    assert next(made) == 3.0


def test_keys_of_an_argument_are_told_apart_by_their_types_inside_tuples():
    f = compile(lambda x, d: x * 2 if type(next(iter(d))[0]) is bool else x)
    assert [f(3.0, {(1,): 1}), f(3.0, {(True,): 1})] == [3.0, 6.0]


def test_an_array_that_a_function_sorts_in_place_is_refused():
    for function in (lambda a: (a.sort(), a * 2)[1], lambda a: ((b := a * 2).sort(), b)[1]):
        with pytest.raises(DataTypeError, match=r"write numpy.sort\(a\)"):
            compile(function)(numpy.array([2.0, 1.0]))
    assert compile(lambda t: t.sort())(Tensor([2.0, 1.0])).data.tolist() == [1.0, 2.0]


def matched(x):
    match x:
        case float():
            return x * 2
    return x * 3


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x * 2 if isinstance(x, float) else x * 3,
        lambda x: x * 2 if isinstance(x * 1, numbers.Real) else x * 3,
        lambda x: x * 2 if x.__class__ is float else x * 3,
        matched,
    ],
    ids=["isinstance", "an abstract class", "the class", "match"],
)
def test_a_number_is_a_float_to_the_function_and_a_value_a_value(function):
    f = compile(function)
    for _ in range(3):
        assert f(3.0) == function(3.0)
        assert f(Value(3.0)).data == function(Value(3.0)).data
    assert f.value_and_grad(3.0) == (6.0, 2.0)
    f.check(3.0)
