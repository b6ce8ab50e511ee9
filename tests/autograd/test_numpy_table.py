"""What is said of NumPy's functions is what they do with nodes."""

from __future__ import annotations

import warnings
from typing import Any

import numpy
import pytest

import autograd
from autograd import GraphError, Node, Tensor
from autograd.numpy_instead import INSTEAD
from autograd.numpy_table import KINDS, NumpyFunction, numpy_functions

TABLE = numpy_functions()
OF_NUMPY = [one for one in TABLE if one.name.startswith("numpy.") and one.kind != "no nodes"]


def function_of(one: NumpyFunction) -> Any:
    found: Any = numpy
    for name in one.name.split(".")[1:]:
        found = getattr(found, name)
    return found


def parts_of(answer: Any) -> list[Any]:
    return [part for one in answer for part in parts_of(one)] if isinstance(answer, tuple | list) else [answer]


def test_every_function_of_numpy_is_there_once_and_of_one_kind() -> None:
    names = [one.name for one in TABLE]
    assert len(names) == len(set(names))
    assert {one.kind for one in TABLE} == set(KINDS)
    for module in (numpy, numpy.linalg, numpy.fft):
        functions = {name for name in dir(module) if callable(getattr(module, name)) and name[0] != "_"}
        functions = {f"{module.__name__}.{name}" for name in functions if not isinstance(getattr(module, name), type)}
        assert functions <= set(names)


def test_what_is_refused_and_nothing_else_has_no_rule_and_says_what_to_write_instead() -> None:
    t = Tensor([[1.5, 0.5], [0.25, 2.0]])
    for one in OF_NUMPY:
        function = function_of(one)
        said = ""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                if isinstance(function, numpy.ufunc):
                    t.__array_ufunc__(function, "__call__", *[t] * function.nin)
                elif hasattr(function, "_implementation"):
                    t.__array_function__(function, (Tensor,), (t,), {})
                else:
                    assert one.kind == "refused"
                    continue
            except (GraphError, TypeError, ValueError) as error:  # that one operand is not enough, say
                said = str(error)
        assert ("has no rule" in said) == (one.kind == "refused"), one
        if one.kind == "refused":
            assert one.instead and one.instead in said


def test_gradients_flow_through_what_is_said_to_have_a_rule_and_through_nothing_else() -> None:
    seen = dict.fromkeys(KINDS, 0)
    for one in OF_NUMPY:
        if one.kind == "refused" or one.name == "numpy.where":  # which gives places of a condition alone
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                answer = function_of(one)(Tensor([[0.75, 0.25], [0.25, 0.5]]))
            except (GraphError, TypeError, ValueError, AttributeError):  # it takes something else
                continue
        nodes = [part for part in parts_of(answer) if isinstance(part, Node)]
        seen[one.kind] += 1
        if one.kind == "data":
            assert not nodes, one
        else:
            assert nodes and any(part.requires_grad for part in nodes) == (one.kind != "no gradient"), one
    assert min(seen[kind] for kind in ("rule", "composite", "no gradient", "data")) > 10


def test_our_name_of_each_is_a_function_of_autograd() -> None:
    named = [one for one in TABLE if one.ours]
    assert len(named) > 150
    for one in named:
        found: Any = autograd
        for name in one.ours.split("."):
            found = getattr(found, name)
        assert callable(found)


@pytest.mark.parametrize("name", INSTEAD)
def test_a_sentence_is_of_what_is_refused(name: str) -> None:
    kinds = [one.kind for one in TABLE if one.name == f"numpy.{name}"]
    assert kinds in (["refused"], [])  # none: a method of a ufunc, a class, of another version of NumPy


def test_reductions_of_ufuncs_that_are_functions_here() -> None:
    x = numpy.array([[1.0, 2.0], [3.0, 5.0]])
    t = Tensor(x)
    total = numpy.logaddexp.reduce(t, axis=1)
    numpy.testing.assert_allclose(total.data, numpy.logaddexp.reduce(x, axis=1))
    total.sum().backward()
    numpy.testing.assert_allclose(t.grad, numpy.exp(x - total.data[:, None]))


def test_modf_splits_a_number_into_what_is_behind_the_point_and_before_it() -> None:
    x = numpy.array([1.5, -2.25, 3.0, numpy.inf])
    t = Tensor(x)
    parts = numpy.modf(t)
    for part, wanted in zip(parts, numpy.modf(x), strict=True):
        numpy.testing.assert_array_equal(part.data, wanted)
    (parts[0][:3] * 2.0 + parts[1][:3]).sum().backward()
    numpy.testing.assert_array_equal(t.grad, [2.0, 2.0, 2.0, 0.0])
