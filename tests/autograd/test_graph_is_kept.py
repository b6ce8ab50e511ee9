"""The graph is never lost without a word: lists of nodes are arrays, plain numbers are refused to what takes them."""

import math
import operator
from array import array as array_of_doubles

import numpy as np
import pytest

import autograd
from autograd import (
    DataTypeError,
    GraphError,
    ShapeError,
    Tensor,
    Value,
    array,
    compile,
    cos,
    detect_anomaly,
    grad,
    gradcheck,
    gradients,
    hessian,
    jacobian,
    no_grad,
    numpy_protocol,
    scope,
    value_and_grad,
)
from nn import MLP, accuracy, quadratic
from nn.datasets import one_hot

P = np.array([3.0, 4.0])
LISTS = {
    "sum": (lambda q: autograd.sum([q[0], q[1] ** 2]), [1, 8]),
    "a list on the right": (lambda q: (q * [q[0], q[1]]).sum(), 2 * P),
    "a list on the left": (lambda q: ([q[0], q[1]] * q).sum(), 2 * P),
    "a number among them": (lambda q: (q * (q[0], 2.0)).sum(), [6, 2]),
    "dot": (lambda q: autograd.dot([q[0], q[1] ** 2], q), [6, 48]),
    "matmul": (lambda q: [q[0], q[1]] @ q, 2 * P),
    "numpy.maximum": (lambda q: np.maximum([q[0], q[1]], q).sum(), [1, 1]),
    "numpy.dot": (lambda q: np.dot([q[0], q[1]], q), 2 * P),
    "Tensor": (lambda q: Tensor([q[0], q[1] ** 2]).sum(), [1, 8]),
    "Tensor of a Tensor": (lambda q: (Tensor(q) * q).sum(), 2 * P),
    "array": (lambda q: array([[q[0], q[1]], [q[1], q[0]]]).sum(), [2, 2]),
    "exp": (lambda q: autograd.exp([q[0], q[1]]).sum(), np.exp(P)),
    "where": (lambda q: autograd.where([True, False], [q[0], q[1]], [q[1], q[1] * 2]).sum(), [1, 2]),
    "clip": (lambda q: autograd.clip([q[0], q[1]], 0, 3.5).sum(), [1, 0]),
    "reshape": (lambda q: autograd.reshape([q[0], q[1]], (2, 1)).sum(), [1, 1]),
    "broadcast_to": (lambda q: autograd.broadcast_to([q[0], q[1]], (3, 2)).sum(), [3, 3]),
    "an array of objects": (lambda q: autograd.sum(objects(q[0], q[1] ** 2)), [1, 8]),
    "an array of objects beside it": (lambda q: (q * objects(q[0], q[1])).sum(), 2 * P),
    "a loss": (lambda q: quadratic([[q[0], q[1]]], [[0.0, 0.0]]), P),
    "targets": (lambda q: quadratic(Tensor([[0.0, 0.0]]), [[q[0], q[1]]]), P),
    "full_like": (lambda q: np.full_like(q, q[0]).sum(), [2, 0]),
}


def objects(*nodes):
    made = np.empty(len(nodes), object)
    for place, node in enumerate(nodes):
        made[place] = node
    return made


@pytest.mark.parametrize(("function", "expected"), LISTS.values(), ids=LISTS)
def test_a_list_that_holds_nodes_is_the_array_it_looks_like(function, expected):
    assert np.allclose(grad(function)(P), expected)
    assert np.allclose(hessian(function)(P), jacobian(grad(function))(P))
    assert np.allclose(compile(function).value_and_grad(P)[1], expected)


def test_values_in_lists_make_a_tensor():
    a, b = Value(2.0), Value(3.0)
    (a * [a, b]).sum().backward()
    assert (a.grad, b.grad) == (7.0, 2.0)
    (first,) = gradients((array([[a, 1.0], [0.0, b]]) @ [a, b]).sum(), [a])
    assert first.data == 2 * a.data
    assert jacobian(lambda q: objects(q[0] * q[1]))((2.0, 3.0))[0].tolist() == [3.0]


def test_an_array_of_nodes_has_their_dtype():
    x = Tensor(np.array([1.0, 2.0], np.float32))
    assert array([x[0], 1.5, 2]).dtype == np.float32
    assert array([[x[0], Value(1.0)], [1.5, 2]]).dtype == np.float32
    assert array([x[0], np.float64(1.5)]).dtype == np.float64
    assert array([x, [1.0, 2.0]], dtype=np.float64).dtype == np.float64
    assert type(array([1.0, 2.0])) is np.ndarray
    assert array(Value(3.0)).shape == ()


def test_a_tensor_made_of_nodes_keeps_the_graph():
    a = Tensor(0.3)
    Tensor([cos(a), a]).sum().backward()
    assert a.grad == pytest.approx(1 - math.sin(0.3))
    with no_grad():
        leaf = Tensor([a, a])
    assert leaf.op is None
    assert leaf.requires_grad
    assert not Tensor(a, requires_grad=False).requires_grad
    assert Tensor([a.detach(), 1.0]).op is None


def test_a_ragged_list_of_nodes_is_refused():
    x = Tensor([1.0, 2.0])
    with pytest.raises(ShapeError, match=r"parts have different shapes: \(2,\), \(\)"):
        autograd.sum([x, x[0]])
    with pytest.raises(DataTypeError):
        autograd.sum([x[0], None])


def put(x):
    b = np.zeros(2)
    b[0] = x**2
    return b.sum()


def block(a):
    b = np.zeros((4, 2))
    b[:1] = a
    return (b**2).sum()


REFUSED = {
    "numpy.array": lambda q: np.sum(np.array([q[0] ** 2, q[1] ** 3])),
    "numpy.mean": lambda q: np.mean([q[0], q[1] ** 2]),
    "numpy.exp": lambda q: np.exp([q[0], q[1]]).sum(),
    "numpy.full": lambda q: np.full(3, q[0]).sum(),
    "numpy.r_": lambda q: np.r_[q, q].sum(),
    "assigned to a block": block,
    "tolist": lambda q: sum(q.tolist()),
    "math.sin": lambda q: q[0] * math.sin(q[0]),
    "int": lambda q: q[0] * int(q[0]),
    "complex": lambda q: q[0] * complex(q[0]).real,
    "math.floor": lambda q: q[0] * math.floor(q[0]),
}
REFUSED_OF_NUMBERS = {
    "math.sin": lambda x: x * math.sin(x),
    "math.fsum": lambda x: math.fsum([x * x, x]),
    "item assignment": put,
    "float": lambda x: x * float(x),
    "int": lambda x: x * int(x),
    "round": lambda x: x * round(x),
    "complex": lambda x: x * complex(x).real,
    "math.trunc": lambda x: x * math.ceil(x),
    "a float dtype": lambda x: np.array([x, x], float).sum(),
}


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian])
@pytest.mark.parametrize("function", REFUSED.values(), ids=REFUSED)
def test_plain_numbers_are_refused_while_a_transform_differentiates(function, transform):
    with pytest.raises(TypeError, match=r"plain numbers|written into|has no rule"):
        transform(function)(P)


@pytest.mark.parametrize("name", REFUSED_OF_NUMBERS)
def test_plain_numbers_of_values_are_refused_there(name):
    function = REFUSED_OF_NUMBERS[name]
    with pytest.raises(TypeError, match=r"test_graph_is_kept.*autograd\.array"):
        grad(function)(0.5)
    with pytest.raises(TypeError, match=r"autograd\.array"), detect_anomaly():
        function(Value(0.5))
    with no_grad():
        function(Value(0.5))
    function(Value(0.5, requires_grad=False))
    if name in ("item assignment", "a float dtype"):  # these are seen everywhere
        with pytest.raises(TypeError, match=r"autograd\.array"):
            function(Value(0.5))
    else:
        function(Value(0.5))  # outside it cannot be told from float(loss)


def test_numpy_is_refused_a_tensor_everywhere_but_not_what_is_asked_for_on_purpose():
    t = Tensor([1.0, 2.0])
    with pytest.raises(DataTypeError, match=r"NumPy asked .*autograd\.array"):
        np.asarray(t)
    with no_grad():
        assert np.asarray(t).tolist() == [1.0, 2.0]
    assert np.asarray(t.detach()).tolist() == np.asarray(t.data).tolist() == t.tolist()
    loss = t.sum()
    assert (float(loss), loss.item(), f"{loss:.1f}") == (3.0, 3.0, "3.0")


def test_a_plain_number_after_a_look_is_refused_and_a_branch_is_not():
    for look in (lambda x: x.data**2, lambda x: x.item() * 2):
        with pytest.raises(DataTypeError, match=r"returned plain numbers after .*test_graph_is_kept"):
            grad(look)(3.0)
    assert grad(lambda x: max(x, 0.0))(-1.0) == 0.0
    assert grad(lambda x: 1.0 if x > 0 else 0.0)(2.0) == 0.0
    assert grad(lambda x: 1.0)(2.0) == 0.0


def test_an_element_assigned_from_a_tensor_is_refused_in_numpy_s_words_and_ours():
    with pytest.raises(ValueError, match="array element") as caught:
        grad(lambda q: put(q[0]))(P)
    assert isinstance(caught.value.__cause__, DataTypeError)


@pytest.mark.parametrize("node", [Value(2.0), Tensor(2.0), Tensor([2.0]), Value(1.0) * 2, Tensor(1.0) * 2], ids=repr)
def test_an_element_assigned_from_a_node_is_refused_outside_of_transforms_too(node):
    reals, integers, doubles = np.zeros(2), np.zeros(2, int), array_of_doubles("d", [0.0])

    def whole(given):
        reals[:] = given

    def element(given):
        reals[0] = given

    def added(given):
        reals[0] += given

    def flat(given):
        reals.flat[0] = given

    def integer(given):
        integers[0] = given

    def double(given):
        doubles[0] = given

    for assign in (whole, element, added, flat, integer, double):
        with pytest.raises((TypeError, ValueError)) as caught:
            assign(node)
        refusal = caught.value if isinstance(caught.value, DataTypeError) else caught.value.__cause__
        assert "graph would be lost" in str(refusal) or assign is flat  # there NumPy says no more than that it failed
        with no_grad():
            assign(node)
    for assign in (element, flat, integer, double):  # asked for on purpose
        assign(float(node))
        assign(node.item())
        assign(node.detach())
    reals[int(node) - 2] = float(node) if float(node) > 1 else 0.0
    assert reals[0] == integers[0] == doubles[0] == 2


def test_an_element_of_an_array_of_objects_is_the_node():
    node, held = Value(2.0), np.zeros(2, object)
    held[0] = node
    assert held[0] is node and [0.0, node][1] is node


def test_our_own_rooms_read_tensors_of_data():
    model = MLP((2, 3, 2), rng=0)
    inputs, labels = Tensor([[0.0, 1.0], [1.0, 0.0]]), Tensor([0, 1], requires_grad=False)
    assert model.outputs(inputs).shape == (2, 2)
    assert 0 <= accuracy(model, inputs, labels) <= 1
    assert one_hot(labels, 2).tolist() == [[1, 0], [0, 1]]


def test_in_place_on_a_leaf_under_no_grad_is_refused():
    for leaf in (Value(2.0, label="w"), Tensor([2.0], label="w")):
        for sign in ("-=", "*=", "/=", "**=", "+="):
            with no_grad(), pytest.raises(DataTypeError, match=rf"write w\.data {sign[0]}".replace("*", r"\*")):
                exec(f"p {sign} 0.5", {"p": leaf})
    matrix = Tensor([[2.0]])
    with no_grad(), pytest.raises(DataTypeError, match="@="):
        matrix @= matrix


def test_a_forward_pass_adds_up_under_no_grad_as_it_does_while_recording():
    w, b = Value(2.0), Value(1.0)

    def act(total):
        total += w * 3.0
        total -= 1.0
        total *= w
        return total.data

    with no_grad():
        without = act(b)
    assert without == act(b) == 12.0
    assert b.data == 1.0


def test_equality_of_a_value_and_a_number_compares_numbers():
    x = Value(2.0)
    for same in (2, 2.0, np.float64(2), np.array(2.0)):
        assert x == same
        assert same == x
        assert not operator.ne(x, same)
    assert x != 3
    assert np.equal(x, 2.0)
    assert np.not_equal(3.0, x)
    assert x != None  # noqa: E711  # that is what is tested
    assert x != "2"
    assert (x == np.array([1.0, 2.0])).data.tolist() == [False, True]
    assert (np.array([1.0, 2.0]) == x).data.tolist() == [False, True]
    assert (x != np.array([1.0, 2.0])).data.tolist() == [True, False]
    assert (x == Tensor([2.0])).data.tolist() == [True]
    assert value_and_grad(lambda x: 1 + 3 * x if x == 0 else np.sin(x) / x)(0.0) == (1.0, 3.0)


def test_two_values_are_equal_if_they_are_one():
    a, b = Value(2.0), Value(2.0)
    assert a != b
    assert a in [b, a]
    assert a not in [b]
    assert len({a, b}) == 2
    with pytest.raises(DataTypeError, match=r"a\.data == b\.data"):
        grad(lambda p, q: 2 * p if p == q else 3 * p, (0, 1))(1.0, 1.0)
    assert grad(lambda p, q: 2 * p if p == q else 3 * p, (0, 1))(1.0, 2.0) == (3.0, 0.0)


def test_the_truth_of_a_value_is_its_number_s():
    assert not Value(0.0)
    assert Value(-1.0)
    assert grad(lambda x: x if x else 5 * x)(0.0) == 5.0


def test_a_truth_and_a_place_have_no_derivative():
    for function, point in (
        (lambda x: x > 0, 1.0),
        (lambda x: autograd.greater(x, 0), 1.0),
        (lambda x: autograd.argmax(x), P),
        (lambda x: (x > 0).all(), P),
    ):
        with pytest.raises(TypeError, match="has no derivative"):
            grad(function)(point)


@pytest.mark.parametrize("given", [3, 2.5, True, b"x", ["a"]])
def test_a_label_and_a_scope_are_text(given):
    for kind in (Value, Tensor):
        with pytest.raises(DataTypeError, match="a label is text"):
            kind(2.0, label=given)
        node = kind(2.0)
        with pytest.raises(DataTypeError, match="a label is text"):
            node.label = given
    with pytest.raises(DataTypeError, match="a name is text"):
        scope(given)


@pytest.mark.parametrize("given", ["x", {}, 1, None])
def test_requires_grad_is_a_boolean(given):
    for kind in (Value, Tensor):
        with pytest.raises(DataTypeError, match="requires_grad is True or False"):
            kind(2.0, given)


def test_a_single_number_takes_numpy_s_axes():
    x = Tensor(3.0)
    for name in ("sum", "max", "min", "prod", "norm", "logsumexp", "softmax", "argmax"):
        for axis in (0, -1):
            assert getattr(autograd, name)(x, axis).shape == ()
    assert autograd.cumsum(x, 0).shape == (1,)
    assert autograd.softmax(x).item() == 1.0
    assert autograd.log_softmax(x).item() == 0.0
    for axis in (1, -2):
        with pytest.raises(ShapeError):
            autograd.sum(x, axis)


def test_softmax_of_nothing_is_nothing():
    for function in (autograd.softmax, autograd.log_softmax):
        assert function(Tensor(np.zeros((2, 0)))).shape == (2, 0)
        assert function(np.zeros(0)).shape == (0,)


def test_what_is_no_sequence_and_no_number_is_a_type_error():
    assert not np.iterable(Tensor(1.0))
    for attempt in (lambda: len(Tensor(1.0)), lambda: iter(Tensor(1.0)), lambda: float(Tensor([1.0, 2.0]))):
        with pytest.raises(TypeError):
            attempt()


def test_sentences_are_about_the_mistake():
    t = Tensor([[0.5, 0.25]])
    for attempt, said in (
        (lambda: t.flatten(1), r"flatten: takes no arguments"),
        (lambda: t.norm(2), "takes no order"),
        (lambda: np.clip(t, 0, 1, dtype=np.float32), "dtype"),
        (lambda: np.full_like(t.data, t[0, 0]), r"autograd\.broadcast_to"),
    ):
        with pytest.raises(GraphError, match=said):
            attempt()


def test_scipy_s_special_functions_record_where_there_is_a_rule_and_are_refused_elsewhere():
    special = pytest.importorskip("scipy.special")
    x = np.array([[0.5, 0.25]])
    for name in numpy_protocol.SPECIAL:
        function = getattr(special, name)
        given = (x,) if name == "xlogy" else ()
        found = function(*given, Tensor(x))
        assert isinstance(found, Tensor)
        np.testing.assert_allclose(found.data, function(*given, x), rtol=1e-14)
        assert gradcheck(lambda x, function=function, given=given: function(*given, x), x, order=2)
    assert special.expit(Value(0.0)).data == 0.5
    for name in ("zetac", "hyp0f1", "expi"):
        with pytest.raises(TypeError, match=f"{name} has no rule"):
            getattr(special, name)(*[Tensor(x)] * getattr(special, name).nin)


def test_scipy_is_refused_what_it_asks_for():
    stats = pytest.importorskip("scipy.stats")
    with pytest.raises(TypeError):
        grad(lambda x: np.sum(stats.norm.logpdf(x)))(P)


def test_gradcheck_goes_through_lists():
    assert gradcheck(lambda a, b: autograd.dot([a, b * a], [b, a]), 0.5, 0.7, order=2)


@pytest.mark.parametrize("compared", [np.array_equal, np.array_equiv, np.allclose], ids=lambda f: f.__name__)
def test_numpy_compares_the_numbers_of_nodes_in_lists_as_it_does_those_of_nodes(compared):
    t, s, v = Tensor([1.0, 2.0]), Tensor(2.0), Value(2.0)
    data = np.array([1.0, 2.0])
    of_values = [([[v, 1.0]], [[2.0, 1.0]]), ((v,), np.array([2.0]))]
    for left, right in (
        (t, data),
        ([t], [data]),
        ([t], [Tensor(data)]),
        ([t, (1.0, s)], [data, [1.0, 2.0]]),
        *([] if compared is np.allclose else of_values),  # allclose has isfinite, which is not for objects
    ):
        assert compared(left, right) and compared(right, left)
    for left, right in (([t], [data * 2]), ([s], [3.0])):
        assert not compared(left, right) and not compared(right, left)


def test_numpy_compares_the_numbers_of_two_values_and_python_asks_whether_they_are_one():
    a, b = Value(2.0), Value(2.0)
    assert np.array_equal([a], [b]) and np.array_equiv([a], [[b], [b]]) and np.array_equal(np.array([a]), np.array([b]))
    assert np.isin([a], [b]).all() and len(np.unique([a, b])) == 1 and len(np.intersect1d([a], [b])) == 1
    np.testing.assert_array_equal([a, 1.0], [b, 1.0])
    assert not np.array_equal([a], [Value(3.0)])
    assert a not in [b] and [b, a].index(a) == 1 and not (np.array([a]) == np.array([b])).any()
    assert grad(lambda x: x * 3 if np.array_equal([x], [x + 0]) else x)(2.0) == 3


def test_a_comparison_of_lists_is_a_look_and_nothing_else_gets_the_numbers():
    t = Tensor([1.0, 2.0])
    with pytest.raises(DataTypeError, match="plain number"):
        grad(lambda x: 1.0 if np.array_equal([x], [t.data]) else 0.0)(t.data)
    for lost in (np.isclose, np.isin, np.logaddexp.outer):
        with pytest.raises(DataTypeError, match=r"asked for the plain numbers .*test_graph_is_kept"):
            lost([t], [t.data])
    assert (np.shape([t, t]), np.ndim([t]), np.size([t])) == ((2, 2), 2, 2)


@pytest.mark.parametrize("make", [lambda: Value(3.0), lambda: Tensor([3.0])], ids=["Value", "Tensor"])
def test_a_step_in_place_that_moves_nothing_is_refused_wherever_it_is_taken(make):
    p = make()
    p -= 1.0  # a forward pass: nothing was swept
    assert p.op is not None
    p = make()
    (p * p).sum().backward() if isinstance(p, Tensor) else (p * p).backward()
    with pytest.raises(DataTypeError, match=r"a leaf -= … makes a new node .*; write p\.data -= …"):
        p -= 0.1 * p.grad
    p.zero_grad()
    p -= 0.1


TAKES_NUMBERS = {
    "array": lambda v: np.array([v], float),
    "array of one": lambda v: np.array(v, float),
    "asarray": lambda v: np.asarray([[v, 1.0]], dtype=np.float32),
    "integers": lambda v: np.array([v], int),
    "astype": lambda v: np.array([v]).astype(float),
    "fill": lambda v: np.zeros(2).fill(v),
    "fill over lines": lambda v: (
        np.zeros(2)
        .reshape(2, 1)
        .fill(
            v,
        )
    ),
    "put": lambda v: np.put(np.zeros(2), [0], [v]),
    "the method put": lambda v: np.zeros(2).put([0], v),
    "place": lambda v: np.place(np.zeros(2), [True, False], [v]),
    "putmask": lambda v: np.putmask(np.zeros(2), [True, False], [v]),
    "full": lambda v: np.full(2, [v, v], float),
    "a distribution": lambda v: np.random.default_rng(0).normal(v, 1.0),
    "interp": lambda v: np.interp([v], [0.0, 1.0], [0.0, 1.0]),
}


@pytest.mark.parametrize("name", TAKES_NUMBERS)
def test_an_array_of_numbers_made_of_values_is_refused_outside_of_transforms_too(name):
    take, v = TAKES_NUMBERS[name], Value(2.0) * 1.0
    with pytest.raises(DataTypeError, match=r"asked for the plain numbers of a Value.*test_graph_is_kept.*\.data"):
        take(v)
    assert float(v) == v.item() == 2.0
    with no_grad():
        take(v)
    for number in (v.data, float(v), v.detach()):
        take(number)


def test_a_number_that_is_asked_for_on_purpose_is_given_beside_them():
    v, w, array = Value(2.0), Value(3.0), np.zeros(2)
    array.fill(float(v))
    array.fill(max(float(v), math.sqrt(w)))
    array[0], array[1] = float(v), w.item()
    assert np.array([float(v), *map(float, [w])]).tolist() == array.tolist() == [2.0, 3.0]
    assert np.array([v, w])[0] is v  # an array of Values is recorded
    assert sorted([w, v], key=float) == [v, w]
    assert np.allclose([v, w], [2.0, 3.0])
    assert "2.0" in np.array2string(np.array([v, w]))


def test_what_cannot_be_told_from_a_person_s_float_is_given():
    """As `numbers_asked_for_by` says; inside of transforms all of it is refused."""
    v, array = Value(2.0), np.zeros(1)
    unseen = {
        "fromiter": lambda v: np.fromiter([v], float)[0],
        "an array of Values": lambda v: np.array(np.array([v]), float)[0],
        "a method called by its name": lambda v: array.__setitem__(0, v) or array[0],
    }
    for take in unseen.values():
        assert take(v) == 2.0
        with pytest.raises(DataTypeError, match="plain numbers"):
            grad(take)(2.0)
