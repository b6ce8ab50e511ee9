"""A test that takes `row`, `elementwise_row`, `predicate_row` or `sample` runs for every one the table has."""

import functools
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import autograd
import witnesses.samples
from autograd import Operation


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for name in _CHOICES:
        if name in metafunc.fixturenames:
            chosen, ids = _chosen(name)
            metafunc.parametrize(name, chosen, ids=ids)


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
        samples = [sample for row in rows for sample in witnesses.samples.samples_of(row)]
        return samples, [repr(sample) for sample in samples]
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
