"""A target is one entry in one place: a program is printed for one that the compiler has never heard of."""

import json

import numpy
import pytest

from autograd import ArgumentError, compile, erf, sigmoid
from autograd.compiler import pipeline
from autograd.compiler.pipeline import Target, register
from autograd.compiler.rewrite.expansion import expanded
from autograd.compiler.write.numpy_expression import ArrayLibrary
from autograd.compiler.write.numpy_text import numpy_text


@pytest.fixture
def known_targets(monkeypatch):
    monkeypatch.setattr(pipeline, "TARGETS", dict(pipeline.TARGETS))


def loss(x, y):
    return ((sigmoid(x) - y) ** 2).mean()


GIVEN = numpy.array([0.5, -1.0]), numpy.array([1.0, 0.0])


def test_every_pass_of_every_target_is_named_in_one_file():
    assert {"numpy", "javascript", "floats", "arrays", "columns"} <= set(pipeline.TARGETS)


def test_a_target_from_outside_is_registered_in_one_place_and_prints_programs(known_targets):
    def listing(program):
        names = {id(one): one.name for one in program.inputs}
        for number, instruction in enumerate(program.instructions):
            names[id(instruction)] = f"%{number}"
        return json.dumps(
            [
                [
                    instruction.operation.name,
                    *[names.get(id(operand), repr(operand)) for operand in instruction.operands],
                ]
                for instruction in program.instructions
            ]
        )

    register(
        Target("listing", passes=(lambda program: expanded(program, wants=lambda instruction: True),), make=listing)
    )
    f = compile(loss)
    f(*GIVEN)
    rows = [name for name, *_ in json.loads(f.programs[0].to("listing"))]
    assert "exp" in rows
    assert not {"sigmoid", "mean"} & set(rows)  # its own pass has expanded them
    assert len(json.loads(f.to("listing"))) > len(rows)  # and the gradients


def test_another_array_library_is_a_name_and_its_helpers(known_targets):
    helper = "def erf(a):\n    return other.vectorized_erf(a)"
    library = ArrayLibrary("other", {"erf": helper})
    register(Target("other", passes=(), make=lambda program: numpy_text(program, library), keeps_events=True))
    f = compile(lambda x, y: (erf(x) * numpy.array([numpy.inf, 2.0]) + x.max()).sum() + loss(x, y))
    with pytest.warns(UserWarning, match="keeps it as it was"):
        f.value_and_grad(*GIVEN, argnums=(0, 1))
    text = f.to("other")
    assert "numpy" not in text
    assert "import other\n" in text
    assert helper in text
    assert "other.array([other.inf, 2.0])" in text
    assert f.to("numpy") == f.source


def test_a_target_that_there_is_not_is_said():
    f = compile(loss)
    f(*GIVEN)
    with pytest.raises(ArgumentError, match=f"no target 'no-such-target'; there are {', '.join(pipeline.TARGETS)}$"):
        f.to("no-such-target")
