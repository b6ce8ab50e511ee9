"""The rooms that stand alone: memory, straight lines, signatures, recording without gradients."""

import random

import numpy
import pytest

from autograd import Tensor, Value, compile
from autograd.compiler.record.signature import signature
from autograd.compiler.run.buffers import Demand, assigned
from autograd.compiler.run.straight_line import Statement, function_text
from autograd.modes import Adjusted


def test_no_two_results_that_are_needed_at_once_share_a_buffer():
    draw = random.Random(0)
    demands = [
        Demand(draw.choice("ab"), instruction, instruction + draw.randrange(8), may_overwrite=draw.random() < 0.5)
        for instruction in range(300)
    ]
    buffers, kinds = assigned(demands)
    assert len(kinds) < 30
    for i, (one, buffer) in enumerate(zip(demands, buffers, strict=True)):
        assert kinds[buffer] == one.kind
        for other, its in zip(demands[i + 1 :], buffers[i + 1 :], strict=True):
            if its == buffer:
                assert one.last_use < other.instruction or (one.last_use == other.instruction and other.may_overwrite)


@pytest.mark.parametrize("piece", [1, 2, 7, 1000])
def test_a_function_in_pieces_is_the_same_function(piece, monkeypatch):
    monkeypatch.setattr("autograd.compiler.run.straight_line.PIECE", piece)
    draw = random.Random(piece)
    known = ["x", "y"]
    statements = []
    for number in range(40):
        first, second = draw.choice(known), draw.choice(known)
        statements.append(Statement(f"v{number}", f"{first} * 0.5 + {second}", (first, second)))
        known.append(f"v{number}")
    outputs = [("v39", "v39"), ("v3", "v3"), ("x", "x"), ("7.0", None)]
    names = {}
    exec("\n".join(function_text("run", ["x", "y"], statements, outputs)), names)
    variables = {"x": 2.0, "y": 3.0}
    for statement in statements:
        variables[statement.target] = eval(statement.text, {}, variables)
    assert names["run"](2.0, 3.0) == (variables["v39"], variables["v3"], 2.0, 7.0)


def test_long_programs_run_in_pieces():
    def chain(x):
        for _ in range(2500):
            x = x * 0.999 + 0.001
        return x

    f = compile(chain)
    value, gradient = f.value_and_grad(2.0)
    expected = 2.0
    for _ in range(2500):
        expected = expected * 0.999 + 0.001
    assert value == expected
    assert gradient == pytest.approx(0.999**2500, rel=1e-10)
    columns = compile(chain, columns=True)
    assert columns(numpy.array([2.0, 2.0])).tolist() == [expected] * 2
    arrays = compile(lambda x: chain(x).sum())
    assert arrays.value_and_grad(numpy.array([2.0]))[0] == expected


def test_the_key_of_a_call_is_its_structure():
    def key(*arguments, **keywords):
        return signature(arguments, keywords)[0]

    assert key(1.0, [2.0, 3.0]) == key(Value(5.0), [4.0, 7.5])
    assert key(numpy.float32(1)) == key(numpy.float32(2))
    assert key(numpy.ones((2, 3))) == key(Tensor(numpy.zeros((2, 3))))
    different = [
        key(1.0),
        key(numpy.float64(1)),
        key(numpy.float32(1)),
        key(numpy.int64(1)),
        key(1.0, 2.0),
        key([1.0, 2.0]),
        key((1.0, 2.0)),
        key({"a": 1.0}),
        key({"b": 1.0}),
        key(a=1.0),
        key(numpy.ones(2)),
        key(numpy.ones(3)),
        key(numpy.ones(2, numpy.float32)),
        key(numpy.ones(2, bool)),
        key(True),
        key(False),
        key("name"),
        key(None),
        key(object()),
    ]
    assert len(set(different)) == len(different)


def test_where_a_program_is_traced_every_operation_is_recorded():
    with Adjusted(tracing=True):
        labels = Tensor([1, 2], requires_grad=False)
        later = labels + 1
        number = Value(2.0, requires_grad=False) * 3
        stopped = Tensor([1.0]).detach()
        with Adjusted(recording=False):
            quiet = Tensor([1.0]) * 2
    for node in (later, number, stopped, quiet):
        assert node.op is not None
        assert not node.requires_grad
    assert Tensor([1.0]).detach().op is None
    assert (Tensor([1, 2], requires_grad=False) + 1).op is None
