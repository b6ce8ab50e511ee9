"""`import autograd.numpy as np`: NumPy's namespace, in which lists of nodes are arrays with their graph."""

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

import autograd.numpy as np
import autograd.numpy.linalg
import autograd.numpy.random as npr
from autograd import DataTypeError, IndexRangeError, Tensor, Value, grad
from autograd.builtins import DictBox, SequenceBox
from autograd.builtins import isinstance as is_instance
from autograd.builtins import type as type_of
from autograd.misc import flatten
from autograd.misc.flatten import flatten_func
from autograd.misc.optimizers import adam, rmsprop, sgd
from autograd.numpy.numpy_boxes import ArrayBox
from autograd.tracer import getval, isbox

X = numpy.array([0.5, -1.0, 2.0])

# the function, and its gradient at X
OF_LISTS = {
    "array": (lambda x: np.sum(np.array([x[0] ** 2, x[1] * x[2]])), [1.0, 2.0, -1.0]),
    "array of arrays": (lambda x: np.sum(np.array([x, x * 2]) ** 2), 10 * X),
    "array with a dtype": (lambda x: np.sum(np.array([x[0], 1.0], dtype=float)), [1.0, 0.0, 0.0]),
    "array with axes": (lambda x: np.array(x, ndmin=2)[0, 1], [0.0, 1.0, 0.0]),
    "asarray": (lambda x: np.sum(np.asarray([x[2], x[2]])), [0.0, 0.0, 2.0]),
    "sum of a list": (lambda x: np.sum([x[0], x[1] * 3]), [1.0, 3.0, 0.0]),
    "a list to a ufunc": (lambda x: np.sum(np.exp([x[0], x[1]])), [numpy.exp(0.5), numpy.exp(-1.0), 0.0]),
    "a ufunc's method": (lambda x: np.add.reduce([x[0], x[1], x[1]]), [1.0, 2.0, 0.0]),
    "dot of a list": (lambda x: np.dot([x[0], x[1]], np.array([2.0, 3.0])), [2.0, 3.0, 0.0]),
    "concatenate": (lambda x: np.sum(np.concatenate([x, [x[0]], [7.0]]) ** 2), [2.0, -2.0, 4.0]),
    "stack": (lambda x: np.sum(np.stack([x[0], x[1]]) * np.array([1.0, 5.0])), [1.0, 5.0, 0.0]),
    "vstack": (lambda x: np.vstack([x, 2 * x])[1, 2], [0.0, 0.0, 2.0]),
    "full": (lambda x: np.sum(np.full((2, 2), x[0])), [4.0, 0.0, 0.0]),
    "full_like": (lambda x: np.sum(np.full_like(X, x[1])), [0.0, 3.0, 0.0]),
    "linspace": (lambda x: np.sum(np.linspace(x[0], x[2], 3)), [1.5, 0.0, 1.5]),
    "r_": (lambda x: np.sum(np.r_[x, x[0], 3.0] ** 2), [2.0, -2.0, 4.0]),
    "c_": (lambda x: np.sum(np.c_[x, 2 * x] * np.array([1.0, 10.0])), [21.0, 21.0, 21.0]),
    "partition": (lambda x: np.sum(np.partition(x, 1) * np.array([1.0, 10.0, 100.0])), [10.0, 1.0, 100.0]),
    "r_ with a slice": (lambda x: np.sum(np.r_[x, 1:4] ** 2), [1.0, -2.0, 4.0]),
    "where with names": (lambda x: np.sum(np.where(condition=x > 0, x=x * 2, y=0.0)), [2.0, 0.0, 2.0]),
    "make_diagonal": (
        lambda x: np.sum(np.make_diagonal(x, axis1=-1, axis2=-2) * np.arange(9.0).reshape(3, 3)),
        [0.0, 4.0, 8.0],
    ),
    "sinc": (lambda x: np.sum(np.sinc(0 * x)), [0.0, 0.0, 0.0]),
    "real_if_close": (lambda x: np.sum(np.where(np.iscomplex(x), 0.0, np.real_if_close(x)) ** 2), 2 * X),
    "fftshift": (lambda x: np.sum(np.fft.fftshift(x) * np.arange(3.0)), [1.0, 2.0, 0.0]),
    "ifftshift": (lambda x: np.sum(np.fft.ifftshift([x, x], 1) * np.arange(3.0)), [4.0, 0.0, 2.0]),
    "where": (lambda x: np.sum(np.where(x > 0, x * 2, [x[0], x[0], x[0]])), [3.0, 0.0, 2.0]),
    "norm of a list": (lambda x: np.linalg.norm([x[0] * 0 + 3.0, x[1] * 4.0]), [0.0, -3.2, 0.0]),
}


@pytest.mark.parametrize("name", OF_LISTS)
def test_a_list_that_holds_nodes_is_the_array_that_it_looks_like(name):
    function, gradient = OF_LISTS[name]
    numpy.testing.assert_allclose(grad(function)(X), gradient)


def test_of_plain_numbers_everything_is_numpy_s():
    for name in ("array", "asarray", "full", "linspace", "concatenate", "sin", "sum", "where", "einsum", "argsort"):
        assert getattr(np, name).__name__ == name
    assert np.pi is numpy.pi and np.ndarray is numpy.ndarray and np.float64 is numpy.float64
    numpy.testing.assert_array_equal(np.r_[1.0:3.0, 5.0], numpy.r_[1.0:3.0, 5.0])
    numpy.testing.assert_array_equal(np.linspace(0, 1, 4, endpoint=False), numpy.linspace(0, 1, 4, endpoint=False))
    assert isinstance(np.array([1, 2]), numpy.ndarray)
    assert np.add.reduce([1, 2]) == 3
    assert autograd.numpy.linalg.det(numpy.eye(2)) == 1.0
    assert np.fft.fft([1.0, 2.0])[0] == 3.0
    npr.seed(3)
    first = npr.randn(2)
    numpy.random.seed(3)
    numpy.testing.assert_array_equal(first, numpy.random.randn(2))


@pytest.mark.parametrize("shape", [(4,), (5,), (3, 4)])
@pytest.mark.parametrize("name", ["fftshift", "ifftshift"])
def test_shifts_are_numpy_s(name, shape):
    x = numpy.arange(float(numpy.prod(shape))).reshape(shape)
    for axes in (None, -1, (0,)):
        numpy.testing.assert_array_equal(getattr(np.fft, name)(x, axes), getattr(numpy.fft, name)(x, axes))
        numpy.testing.assert_array_equal(getattr(np.fft, name)(Tensor(x), axes).data, getattr(numpy.fft, name)(x, axes))


def test_numpy_s_own_r_and_c_name_those_that_join_nodes():
    for joins in (numpy.r_, numpy.c_):
        with pytest.raises(DataTypeError, match=r"numpy\.r_ or c_ of `import autograd\.numpy as numpy`"):
            joins[Tensor(X), 1.0]
    with pytest.raises(IndexRangeError, match="partition"):
        numpy.partition(Tensor(X), 3)


def test_fourier_transforms_of_nodes_are_refused_in_a_sentence():
    with pytest.raises(DataTypeError, match=r"numpy.fft.fft: a Fourier transform is of complex numbers"):
        np.fft.fft(Tensor(X))
    with pytest.raises(NotImplementedError, match="axis1=-1, axis2=-2"):
        np.make_diagonal(X)


def test_every_public_name_of_numpy_is_there():
    assert [name for name in numpy.__all__ if not hasattr(np, name)] == []


def test_what_a_node_is_called():
    seen = []

    def f(x):
        seen.extend([isinstance(x, ArrayBox), isbox(x), is_instance(x, numpy.ndarray), type_of(x), x._value, getval(x)])
        return np.sum(x**2)

    grad(f)(X)
    assert seen[:4] == [True, True, True, numpy.ndarray]
    numpy.testing.assert_array_equal(seen[4], X)
    numpy.testing.assert_array_equal(seen[5], X)
    assert not isinstance(X, ArrayBox) and getval(2.0) == 2.0
    assert is_instance(Value(1.0), float)


def test_nested_numbers_are_a_vector_and_back():
    nested = {"w": [numpy.ones((2, 2)), 2.0], "b": (3.0,)}
    vector, unflatten = flatten(nested)
    assert vector.tolist() == [3.0, 1.0, 1.0, 1.0, 1.0, 2.0]
    again = unflatten(vector * 2)
    assert again["b"] == (6.0,) and again["w"][1] == 4.0 and again["w"][0].shape == (2, 2)
    gradient = grad(lambda p: np.sum(flatten(p)[0] ** 2))(nested)
    assert gradient["b"] == (6.0,)
    numpy.testing.assert_array_equal(gradient["w"][0], 2 * numpy.ones((2, 2)))
    function, _, example = flatten_func(lambda p, factor: {"b": p["b"], "w": [p["w"][0] * factor, 1.0]}, nested)
    assert function(example, 5.0).tolist() == [3.0, 5.0, 5.0, 5.0, 5.0, 1.0]
    assert flatten([])[0].shape == (0,)


@pytest.mark.parametrize(("optimizer", "rate"), [(sgd, 0.1), (rmsprop, 0.05), (adam, 0.1)])
def test_optimizers_of_nested_arguments_find_the_minimum(optimizer, rate):
    def loss(p):
        return (p["a"] - 3.0) ** 2 + np.sum((p["b"] + 1.0) ** 2)

    steps = []
    found = optimizer(
        lambda p, i: grad(loss)(p), {"a": 0.0, "b": numpy.ones(2)}, lambda p, i, g: steps.append(i), 400, rate
    )
    assert steps == list(range(400))
    assert loss(found) < 1e-3


# Every file of PyPI's autograd besides its face.
OF_PYPI = [
    "builtins", "core", "differential_operators", "extend", "misc", "misc.fixed_points", "misc.flatten",
    "misc.optimizers", "misc.tracers", "numpy", "numpy.fft", "numpy.linalg", "numpy.numpy_boxes", "numpy.numpy_jvps",
    "numpy.numpy_vjps", "numpy.numpy_vspaces", "numpy.numpy_wrapper", "numpy.random", "scipy", "scipy.integrate",
    "scipy.linalg", "scipy.signal", "scipy.special", "scipy.stats", "scipy.stats.beta", "scipy.stats.chi2",
    "scipy.stats.dirichlet", "scipy.stats.gamma", "scipy.stats.multivariate_normal", "scipy.stats.norm",
    "scipy.stats.poisson", "scipy.stats.t", "test_util", "tracer", "util", "wrap_util",
]  # fmt: skip


@pytest.mark.parametrize("module", OF_PYPI)
def test_each_of_its_files_asks_whether_two_packages_are_mixed(module):
    """So that no file of theirs lies beside ours where the one was installed over the other."""
    file = importlib.import_module(f"autograd.{module}").__file__
    assert re.search(r"check_not_mixed\(\)$", Path(file).read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("module", ["numpy", "misc.flatten", "scipy", "core"])
def test_a_mixture_of_two_packages_is_told(module, tmp_path):
    """pip installs PyPI's autograd over ours: its `__init__.py` is there, and files of ours beside it."""
    code = (
        "import sys, types, importlib.util, autograd\n"
        "del autograd.DISTRIBUTION\n"
        "import importlib\n"
        f"importlib.import_module('autograd.{module}')\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=120, cwd=tmp_path
    )
    assert done.returncode == 1
    assert "pip uninstall -y autograd glassgrad" in done.stderr.splitlines()[-1]


def test_nothing_of_it_is_imported_with_the_engine(tmp_path):
    code = (
        "import autograd, sys\n"
        "print([name for name in sys.modules if name.startswith(('autograd.numpy.', 'autograd.misc', 'autograd.scipy'))"
        " or name in ('autograd.numpy', 'autograd.extend', 'autograd.differential_operators')])\n"
        "import numpy\n"
        "assert numpy.__name__ == 'numpy'\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=120, cwd=tmp_path
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_tensors_are_taken_as_they_are():
    t = Tensor(X)
    assert np.array(t) is not None
    np.sum(np.array([t, t])).backward()
    assert t.grad.tolist() == [2.0, 2.0, 2.0]


def test_containers_that_hold_nodes_are_boxes():
    assert isinstance({"w": [Tensor(X)]}, DictBox) and not isinstance({"w": X}, DictBox)
    assert isinstance([1.0, (Value(2.0),)], SequenceBox) and not isinstance(Tensor(X), SequenceBox)
    assert not isinstance([1.0], SequenceBox)
