"""A test that takes `row`, `elementwise_row`, `predicate_row` or `sample` runs for every one the table has.

Those of a row's samples are one test: seven thousand of them would take longer to be counted than to run.
"""

import functools
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import autograd
import witnesses.samples
from autograd import Operation
from witnesses.together import Together


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for name in _CHOICES:
        if name in metafunc.fixturenames:
            chosen, ids = _chosen(name)
            metafunc.parametrize(name, chosen, ids=ids)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """A test is called with each of the values that it takes together; a failure says with which."""
    given = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    name = next((name for name, value in given.items() if isinstance(value, Together)), None)
    if name is None:
        return None
    for value in given[name]:
        try:
            pyfuncitem.obj(**given | {name: value})
        except Exception as error:
            error.add_note(f"{name} is {value!r}")
            raise
    return True


_CHOICES: dict[str, Callable[[Operation], bool]] = {
    "row": lambda row: row.differentiable,
    "elementwise_row": lambda row: row.differentiable and row.elementwise,
    "predicate_row": lambda row: not row.differentiable,
    "scalar_row": lambda row: row.scalar is not None,
    "sample": lambda row: row.differentiable,
}


@functools.cache
def _chosen(name: str) -> tuple[list[Any], list[str]]:
    """What a test is called with that takes `name`, and the names of these in its own name."""
    rows = [row for row in autograd.operations().values() if _CHOICES[name](row)]
    if name == "sample":
        rows = [row for row in rows if witnesses.samples.samples_of(row)]
        return [Together(witnesses.samples.samples_of(row)) for row in rows], [row.name for row in rows]
    return rows, [row.name for row in rows]


@pytest.fixture
def threads_take_turns_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def samples_of():
    """What the calls of a row are."""
    return witnesses.samples.samples_of


@pytest.fixture
def upstream_of():
    """A random upstream gradient of an output."""
    return witnesses.samples.upstream_of


@pytest.fixture
def samples():
    """The module of samples."""
    return witnesses.samples


@pytest.fixture
def nodes_of():
    """Every node an output was computed from, itself among them."""

    def walk(output):
        found, stack = {}, [output]
        while stack:
            node = stack.pop()
            if node not in found:
                found[node] = None
                stack += node.inputs
        return list(found)

    return walk
