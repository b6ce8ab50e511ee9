"""A test that takes `row`, `elementwise_row`, `predicate_row` or `sample` runs for every one the table has."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

import autograd


def _load(name: str) -> ModuleType:
    """A helper module beside this file; a test imports it as autograd_<name>."""
    spec = importlib.util.spec_from_file_location(f"autograd_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


_samples = _load("samples")
_load("naive_engine")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    table = autograd.operations().values()
    differentiable = [row for row in table if row.differentiable]
    choices = {
        "row": differentiable,
        "elementwise_row": [row for row in differentiable if row.elementwise],
        "predicate_row": [row for row in table if not row.differentiable],
        "scalar_row": [row for row in table if row.scalar is not None],
        "sample": [sample for row in differentiable for sample in _samples.samples_of(row)],
    }
    for name, chosen in choices.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(
                name, chosen, ids=[getattr(one, "name", None) if name != "sample" else repr(one) for one in chosen]
            )


@pytest.fixture
def samples_of():
    """What the calls of a row are."""
    return _samples.samples_of


@pytest.fixture
def upstream_of():
    """A random upstream gradient of an output."""
    return _samples.upstream_of


@pytest.fixture
def samples():
    """The module of samples."""
    return _samples


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
