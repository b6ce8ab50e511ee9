"""A test that takes `row`, `elementwise_row`, `predicate_row` or `sample` runs for every one the table has."""

import pytest

import autograd
import witnesses.samples


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    table = autograd.operations().values()
    differentiable = [row for row in table if row.differentiable]
    choices = {
        "row": differentiable,
        "elementwise_row": [row for row in differentiable if row.elementwise],
        "predicate_row": [row for row in table if not row.differentiable],
        "scalar_row": [row for row in table if row.scalar is not None],
        "sample": [sample for row in differentiable for sample in witnesses.samples.samples_of(row)],
    }
    for name, chosen in choices.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(
                name, chosen, ids=[getattr(one, "name", None) if name != "sample" else repr(one) for one in chosen]
            )


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
